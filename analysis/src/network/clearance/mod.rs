//! Clearance: how near lines lie to each other and to buildings, wall to wall, how deep and how steep, against rules, and as sure
//! as their survey is.

mod buildings;
mod depth;
mod distance;
mod finding;
mod pairs;
mod planned;
mod rules;
mod solid;
#[cfg(test)]
mod tests;
mod walls;

pub use depth::{Cover, Covers, Fall, cover_of, covers, covers_of, fall_of, falls, falls_of};
pub use distance::{Nearest, nearest};
pub use finding::{Clearance, Findings, Lie, Missing, Verdict};
pub use pairs::Room;
pub use planned::{Course, End, Planned};
pub use rules::{Apart, ClearanceRules, Depth, Laid, Limit, Quality, Side, Stage};
pub use solid::Between;
pub use walls::heights_facing;
pub(crate) use walls::to_area;
