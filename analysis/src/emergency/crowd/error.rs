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
    #[error("the room takes {nodes} grid nodes, at most {most} are held; choose a coarser grid")]
    TooLarge {
        /// Nodes asked for.
        nodes: usize,
        /// Most.
        most: usize,
    },
}

pub(super) fn within(quantity: &'static str, value: f64, low: f64, high: f64) -> Result<f64, CrowdError> {
    if (low..=high).contains(&value) { Ok(value) } else { Err(CrowdError::OutOfRange { quantity, value, low, high }) }
}
