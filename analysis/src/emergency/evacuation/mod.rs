//! Evacuation: how many people are where, how they leave buildings and reach a place of assembly.
//!
//! Doors after the SFPE handbook, ways after Weidmann. Figures are rows of `analysis/rules/evacuation.toml`. What a seed draws is drawn from
//! it alone: the same park, rules and seed give the same evacuation to the bit, on any number of threads.

mod dice;
mod error;
mod occupancy;
mod people;
mod reroute;
mod rules;
mod run;
#[cfg(test)]
mod tests;
mod walking;
mod ways;

pub(in crate::emergency) use dice::Dice;
pub use error::EvacuationError;
pub use occupancy::{Occupancy, Unknown, occupancy};
pub use people::{People, groups_and_places, groups_and_places_with};
pub(in crate::emergency) use people::{doors_of, persons_in};
pub use rules::EvacuationRules;
pub use run::{
    Arrival, Assembly, Census, Closure, Departure, Evacuation, EvacuationInput, Group, PlaceUse, Walkers, Whereabouts,
    evacuate,
};
pub use walking::{Door, DoorFlow, Stair, Walking};
pub(in crate::emergency) use ways::is_carriageway;
pub use ways::{Way, WayNetwork};
