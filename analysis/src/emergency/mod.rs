//! Emergency: what protects the park and what endangers it. Models of hazards are left to later work.

mod hydrants;
mod overlay;

pub use hydrants::{Reach, hydrant_reach};
pub use overlay::emergency_overlay;
