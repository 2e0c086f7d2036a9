//! Why a model gives no number.

use crate::words::Words;

/// What keeps a model from an answer. No model returns a number outside the range it was published for, or one that is not a number.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HazardError {
    /// A value lies where the model does not hold.
    #[error("{model}: {quantity} must be from {low} to {high} {unit}, and is {value}")]
    OutOfRange {
        /// The model.
        model: &'static str,
        /// What the value is.
        quantity: String,
        /// The value, in `unit`.
        value: f64,
        /// Least value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Unit.
        unit: String,
    },
    /// Nothing is on record of the substance.
    #[error("no substance {asked:?} in the table; there are: {known}")]
    UnknownSubstance {
        /// As asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// The table lacks a property that the model needs.
    #[error("{model} needs the {property} of {substance}, which the substance table does not have")]
    Unknown {
        /// The model.
        model: &'static str,
        /// The property.
        property: &'static str,
        /// The substance.
        substance: String,
    },
    /// An input that the question needs was not given.
    #[error("{model} needs {input}")]
    Needs {
        /// The model.
        model: &'static str,
        /// What is missing.
        input: &'static str,
    },
    /// The model does not describe what was asked.
    #[error("{model}: {reason}")]
    NotApplicable {
        /// The model.
        model: &'static str,
        /// Why.
        reason: Words,
    },
    /// A name that the tables do not have.
    #[error("no {what} {asked:?}; there are: {known}")]
    NoSuch {
        /// Kind of thing.
        what: &'static str,
        /// As asked for.
        asked: String,
        /// What there is.
        known: String,
    },
    /// A rule table does not parse or is incomplete.
    #[error("the hazard table `{table}` cannot be used: {reason}")]
    Table {
        /// Which table.
        table: &'static str,
        /// Where and why.
        reason: String,
    },
}

/// The value, where it lies in the range; a NaN lies in none.
pub(super) fn within(
    model: &'static str,
    quantity: &str,
    value: f64,
    (low, high): (f64, f64),
    unit: &str,
) -> Result<f64, HazardError> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        let (quantity, unit) = (quantity.to_owned(), unit.to_owned());
        Err(HazardError::OutOfRange { model, quantity, value, low, high, unit })
    }
}
