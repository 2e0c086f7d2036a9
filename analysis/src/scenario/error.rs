//! What is wrong with a scenario.

use super::massing::MassingError;
use crate::words::Words;

/// What is wrong with a scenario or its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The text is no scenario.
    #[error("line {line}: this is no scenario")]
    Unreadable {
        /// Line of the file.
        line: usize,
        /// Why.
        #[source]
        source: Box<ron::error::SpannedError>,
    },
    /// A format that this version does not know.
    #[error("line {line}: the scenario has format version {found}; this version reads 1")]
    FormatVersion {
        /// Line of the file.
        line: usize,
        /// What it says.
        found: u32,
    },
    /// It is for another park.
    #[error("the scenario is for the park {wanted}, not for {found}")]
    OtherPark {
        /// Park that it is for.
        wanted: String,
        /// Park at hand.
        found: String,
    },
    /// An edit cannot be made.
    #[error("edit {number} cannot be made")]
    Edit {
        /// Number of the edit, from 1.
        number: usize,
        /// Why.
        #[source]
        source: EditError,
    },
    /// The same with its place in the file.
    #[error("line {line}: edit {number} cannot be made")]
    EditInFile {
        /// Line of the file.
        line: usize,
        /// Number of the edit, from 1.
        number: usize,
        /// Why.
        #[source]
        source: EditError,
    },
}

/// Why an edit cannot be made.
#[derive(Debug, thiserror::Error, PartialEq)]
#[non_exhaustive]
pub enum EditError {
    /// No such parcel at this point of the scenario.
    #[error("there is no parcel {key}")]
    NoParcel {
        /// Its key.
        key: String,
    },
    /// No such building at this point of the scenario.
    #[error("there is no building {key}")]
    NoBuilding {
        /// Its key.
        key: String,
    },
    /// A new feature needs a key of its own.
    #[error("the key `{key}` is taken or empty")]
    KeyTaken {
        /// The key.
        key: String,
    },
    /// The line goes past the parcel or ends within it.
    #[error("the line does not cut the parcel {key} in two: it must enter and leave it")]
    NotCut {
        /// Key of the parcel.
        key: String,
    },
    /// Less than two different places.
    #[error("a line has two places or more, one after the other different")]
    NoLine,
    /// The line crosses itself.
    #[error("the line crosses itself")]
    CrossesItself,
    /// Parcels that share no stretch of boundary.
    #[error("the parcel {key} is not adjacent to {to}: they share no stretch of boundary")]
    NotAdjacent {
        /// Key of the parcel.
        key: String,
        /// What it should touch.
        to: String,
    },
    /// A parcel is named twice.
    #[error("the parcel {key} is named twice")]
    Twice {
        /// Its key.
        key: String,
    },
    /// Less than two parcels.
    #[error("to merge takes two parcels or more")]
    TooFew,
    /// A building on the parcel without floor area and storeys, where a floor-area ratio is asked for: its share of that is unknown.
    #[error(
        "the floors of the building {key} on the parcel are unknown: neither its storeys nor a floor area are on record; add one, or leave `far` out"
    )]
    NoFloors {
        /// Key of the building.
        key: String,
    },
    /// The mass cannot be placed.
    #[error("{0}")]
    Massing(#[from] MassingError),
    /// Nothing fits on what ponds, railways and underground lines leave of the parcel.
    #[error("{why}; taken out of the land: {taken}")]
    MassingBeside {
        /// What leaves no room.
        why: MassingError,
        /// What was taken out of the parcel, with its areas.
        taken: Box<Words>,
    },
}
