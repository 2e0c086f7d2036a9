//! What is wrong with a drill.

use crate::emergency::evacuation::EvacuationError;
use crate::emergency::hazard::HazardError;
use crate::words::Words;

/// What is wrong with a drill or its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrillError {
    /// The text is no drill.
    #[error("line {line}: this is no drill")]
    Unreadable {
        /// Line of the file.
        line: usize,
        /// Why.
        #[source]
        source: Box<ron::error::SpannedError>,
    },
    /// A value in the file cannot be used.
    #[error("line {line}: {reason}")]
    Wrong {
        /// Line of the file.
        line: usize,
        /// Why.
        reason: Words,
    },
    /// It is for another park.
    #[error("the drill is for the park {wanted}, not for {found}")]
    OtherPark {
        /// Park that it is for.
        wanted: String,
        /// Park at hand.
        found: String,
    },
    /// What was injected by hand cannot be done.
    #[error("by hand at {at_s} s: {reason}")]
    Hand {
        /// s from the start.
        at_s: f64,
        /// Why.
        reason: Words,
    },
    /// A model of the hazard gives no number.
    #[error("line {line}: the hazard cannot be worked out")]
    Hazard {
        /// Line of the file.
        line: usize,
        /// Why.
        #[source]
        source: HazardError,
    },
    /// Nobody can be moved.
    #[error("the people of the park cannot be moved")]
    Evacuation {
        /// Why.
        #[from]
        source: EvacuationError,
    },
    /// Whoever watched it had enough.
    #[error("the run was given up")]
    GivenUp,
    /// A log is of another drill, or does not follow from it.
    #[error("the log does not belong to this drill: {reason}")]
    OtherLog {
        /// Why.
        reason: Words,
    },
    /// The text is no log.
    #[error("line {line} of the log cannot be read")]
    Log {
        /// Line.
        line: usize,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}
