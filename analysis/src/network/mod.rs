//! Networks: what lies underground, by class. [`topology`] makes graphs of them, sections cut them,
//! excavations lay them bare; [`hydraulics`] gives pressures in water mains, [`capacity`] what is left for a parcel.

pub mod answers;
pub mod barriers;
#[cfg(test)]
pub(crate) mod by_hand;
pub mod capacity;
pub mod clearance;
mod dig;
pub mod found;
pub mod graph;
pub mod hydraulics;
pub mod isolation;
mod named;
mod overlay;
pub mod permit;
mod pit;
pub mod profile;
mod section;
mod settings;
pub mod sheets;
pub mod topology;
pub mod trace;

pub use dig::{DugNode, DugPipe, Excavation, Met, excavation, excavation_on};
pub use overlay::network_overlay;
pub use section::{CutBuilding, CutChamber, CutPipe, Gap, Section, section, section_along};
pub use settings::{Device, Settings, Tolerances};
pub use topology::Topology;
