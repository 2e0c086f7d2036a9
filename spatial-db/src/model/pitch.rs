//! The record of pitches: who asked for what, what was offered, who came, who got which package, what came of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PitchEventKind {
    /// Somebody asked.
    Asked,
    /// A site was offered.
    Offered,
    /// Somebody came to see it.
    Visited,
    /// A package was given away.
    Given,
    /// It came to an end.
    Ended,
}

impl PitchEventKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Asked, Self::Offered, Self::Visited, Self::Given, Self::Ended];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Offered => "offered",
            Self::Visited => "visited",
            Self::Given => "given",
            Self::Ended => "ended",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What is recorded of a pitch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PitchEntry {
    /// What it is about.
    pub kind: PitchEventKind,
    /// The day in the world that it holds for.
    pub day: NaiveDate,
    /// Who asks.
    pub prospect: String,
    /// Name of the pitch.
    pub pitch: Option<String>,
    /// Offered, visited, given: the site.
    pub site: Option<String>,
    /// Ended: signed, declined, unmet or withdrawn.
    pub outcome: Option<String>,
    /// Words.
    pub note: Option<String>,
    /// Asked: the pitch file as it was written.
    pub requirement: Option<String>,
    /// Given: digest of the package.
    pub digest: Option<String>,
}

/// An entry on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PitchEvent {
    /// Its number, in the order of recording.
    pub event_id: i64,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// Database user who recorded it.
    pub recorded_as: String,
    /// What was recorded.
    #[serde(flatten)]
    pub entry: PitchEntry,
}
