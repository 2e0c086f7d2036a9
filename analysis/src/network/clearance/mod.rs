//! Clearance: how near lines lie to each other and to buildings, wall to wall, how deep and how steep, against rules, and as sure
//! as their survey is.

mod depth;
mod distance;
mod pairs;
mod rules;
#[cfg(test)]
mod tests;
mod walls;

pub use depth::{Cover, Fall, covers, covers_of, falls, falls_of};
pub use distance::{Nearest, nearest};
pub use pairs::{Clearance, Findings, Lie, Missing, Room, Verdict};
pub use rules::{Apart, ClearanceRules, Depth, Laid, Limit, Quality, Side, Stage};
pub(crate) use walls::to_area;
