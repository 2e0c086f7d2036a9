//! Networks: what lies underground, by class. Sections cut them, excavations lay them bare. Traces, hydraulics and
//! clearances are left to later work.

mod dig;
mod overlay;
mod section;

pub use dig::{DugNode, DugPipe, Excavation, Met, excavation};
pub use overlay::network_overlay;
pub use section::{CutBuilding, CutChamber, CutPipe, Section, section};
