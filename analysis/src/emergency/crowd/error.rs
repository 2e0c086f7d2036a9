//! Why a crowd cannot be moved.

/// What keeps a crowd from moving.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CrowdError {
    /// A value lies outside what the model holds for.
    #[error("{quantity} must be from {low} to {high}, and is {value}")]
    OutOfRange {
        /// What the value is, with its unit.
        quantity: &'static str,
        /// The value.
        value: f64,
        /// Least value.
        low: f64,
        /// Largest value.
        high: f64,
    },
    /// Nobody can leave.
    #[error("the room has no open exit")]
    NoExit,
    /// A person cannot reach an exit.
    #[error("agent {agent} at {x_m:.2}, {y_m:.2} has no way to an open exit")]
    ShutIn {
        /// Index.
        agent: usize,
        /// Where.
        x_m: f64,
        /// Where.
        y_m: f64,
    },
    /// The room is too large for the grid of distances.
    #[error("the room takes {nodes} grid nodes, at most {most} are held; take a part of it or a coarser grid")]
    TooLarge {
        /// Nodes asked for.
        nodes: usize,
        /// Most.
        most: usize,
    },
    /// Some of the area cannot be left.
    #[error("no door leads out of the part of {area_m2:.0} m² about {x_m:.1}, {y_m:.1}; tell where it has one")]
    NoDoor {
        /// Its area, m².
        area_m2: f64,
        /// A place in it, m.
        x_m: f64,
        /// A place in it, m.
        y_m: f64,
    },
    /// A door is nowhere near an outside wall.
    #[error("`{door}` is {gap_m:.1} m from the nearest outside wall, at most {most_m} m; put it on the wall")]
    DoorOff {
        /// Its name.
        door: String,
        /// How far, m.
        gap_m: f64,
        /// Most, m.
        most_m: f64,
    },
    /// The wall is too short for a door.
    #[error("the wall at `{door}` is straight for {straight_m:.2} m, a door takes {least_m} m; put it on another wall")]
    WallTooShort {
        /// Its name.
        door: String,
        /// Length, m.
        straight_m: f64,
        /// Least, m.
        least_m: f64,
    },
    /// More people than can stand there.
    #[error(
        "{persons} persons do not find room to stand on {area_m2:.0} m²: the first {placed} of them did; are they on several floors?"
    )]
    Full {
        /// Persons.
        persons: usize,
        /// Who found a place.
        placed: usize,
        /// Area that people can stand on, m².
        area_m2: f64,
    },
    /// The outline has no inside.
    #[error("the area has no ground that a person could stand on")]
    NoGround,
    /// Whoever asked for it had enough.
    #[error("the run was given up")]
    GivenUp,
}

pub(super) fn within(quantity: &'static str, value: f64, low: f64, high: f64) -> Result<f64, CrowdError> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(CrowdError::OutOfRange { quantity, value, low, high }) }
}
