//! Individuals in rooms and yards: the collision-free speed model.
//!
//! Source: Tordeux, Chraibi and Seyfried, Collision-Free Speed Model for Pedestrian Dynamics, Traffic and Granular Flow '15 (2016): everyone
//! turns away from neighbours and walls by a repulsion that falls exponentially, and walks as fast as the gap ahead lets him with a time
//! gap of a second. The way is the gradient of the distance to the nearest open exit, a solution of the eikonal equation by fast
//! marching (Sethian 1996). Left out: pushing, groups, choice of exit by crowding, several floors (a stair is a zone of slower walking).
//!
//! New velocities are worked out from the old state alone, each person's in a fixed order, so a run is the same to the bit on any
//! number of threads.

//!
//! [`egress()`] puts people into the plan of a building or an area and follows them out.

mod egress;
mod error;
mod field;
mod grid;
mod ground;
mod model;
mod plan;
mod record;
mod room;
pub mod said;
#[cfg(test)]
mod tests;

pub use egress::{DoorUse, Egress, EgressInput, LastOut, Peak, Track, egress, egress_while};
pub use error::CrowdError;
pub use ground::{Cell, Levels};
pub use model::{Agent, Crowd, CrowdResult, Leaving, SpeedModel};
pub use plan::{OFF_M, Opening, Plan, PlanDoor};
pub use record::{Hall, RecordDoor, doors_along, hall, longest_wall};
pub use room::{Exit, Room, Zone};
