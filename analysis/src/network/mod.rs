//! Networks: what lies underground, by class. [`topology`] makes graphs of them, sections cut them,
//! excavations lay them bare; [`hydraulics`] gives pressures in water mains, [`capacity`] what is left for a parcel.

pub mod answers;
#[cfg(test)]
mod by_hand;
pub mod capacity;
pub mod clearance;
mod dig;
pub mod found;
pub mod graph;
pub mod hydraulics;
pub mod isolation;
mod overlay;
pub mod permit;
mod section;
mod settings;
pub mod sheets;
pub mod topology;
pub mod trace;

pub use dig::{DugNode, DugPipe, Excavation, Met, excavation};
pub use overlay::network_overlay;
pub use section::{CutBuilding, CutChamber, CutPipe, Section, section};
pub use settings::{Device, Settings, Tolerances};
pub use topology::Topology;
