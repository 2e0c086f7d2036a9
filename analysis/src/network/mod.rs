//! Networks: what lies underground, by class. Sections cut them. Traces, hydraulics and clearances are left to later work.

mod overlay;
mod section;

pub use overlay::network_overlay;
pub use section::{CutBuilding, CutChamber, CutPipe, Section, section};
