//! A guess: a value, how sure it is, and why.

use serde::{Serialize, Serializer};

/// A value that nothing says outright.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess<T> {
    /// The value.
    pub value: T,
    /// How sure, from 0 to 1.
    pub confidence: f64,
    /// Why, in words for a person.
    pub reason: String,
}

impl<T> Guess<T> {
    pub(crate) fn new(value: T, confidence: f64, reason: impl Into<String>) -> Self {
        Self { value, confidence: confidence.clamp(0.0, 1.0), reason: reason.into() }
    }

    /// The confidence in a word: `certain` from 0.9, `likely` from 0.6, else `unsure`.
    pub fn certainty(&self) -> &'static str {
        certainty(self.confidence)
    }
}

/// `certain` from 0.9, `likely` from 0.6, else `unsure`.
pub fn certainty(confidence: f64) -> &'static str {
    // As it is shown, so that no 0.90 is called likely.
    let confidence = (confidence * 100.0).round() / 100.0;
    if confidence >= 0.9 {
        "certain"
    } else if confidence >= 0.6 {
        "likely"
    } else {
        "unsure"
    }
}

impl<T: Serialize> Serialize for Guess<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Guess", 4)?;
        object.serialize_field("value", &self.value)?;
        object.serialize_field("certainty", self.certainty())?;
        object.serialize_field("confidence", &((self.confidence * 100.0).round() / 100.0))?;
        object.serialize_field("reason", &self.reason)?;
        object.end()
    }
}
