//! Evacuation: how people walk and how many pass a door.
//!
//! Figures are rows of `analysis/rules/evacuation.toml`.

mod error;
mod rules;
mod walking;

pub use error::EvacuationError;
pub use rules::EvacuationRules;
pub use walking::{Door, DoorFlow, Stair, Walking};
