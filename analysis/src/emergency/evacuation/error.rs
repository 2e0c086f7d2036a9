//! Why an evacuation cannot be worked out.

/// What keeps an evacuation from an answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvacuationError {
    /// A value lies outside what the relation holds for.
    #[error("{quantity} must be from {low} to {high} {unit}, and is {value}")]
    OutOfRange {
        /// What the value is.
        quantity: &'static str,
        /// The value, in `unit`.
        value: f64,
        /// Least value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Unit.
        unit: &'static str,
    },
    /// There is nothing to walk on.
    #[error("the park has no roads or paths to walk on")]
    NoWays,
    /// There is nowhere to go.
    #[error("the park has no assembly point or shelter on record")]
    NoPlaces,
    /// There is nobody.
    #[error(
        "nobody is known to be in any building: {unknown} buildings lack a use or a floor area that the table knows"
    )]
    Nobody {
        /// Buildings without an answer.
        unknown: usize,
    },
    /// The rule table does not parse or is incomplete.
    #[error("the evacuation table cannot be used: {reason}")]
    Table {
        /// Where and why.
        reason: String,
    },
}

/// The value, where it lies in the range; a NaN lies in none.
pub(super) fn within(
    quantity: &'static str,
    value: f64,
    (low, high): (f64, f64),
    unit: &'static str,
) -> Result<f64, EvacuationError> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(EvacuationError::OutOfRange { quantity, value, low, high, unit })
    }
}
