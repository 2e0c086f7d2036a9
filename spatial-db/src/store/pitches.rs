//! The record of pitches: who asked for what, what was offered, who came, who got which package, what came of it. Entries are only
//! ever added; the database keeps it so.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{Store, StoreError, sql};

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

impl Store {
    /// Adds an entry to the record; its number.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's: what does not go together is refused by name.
    pub fn record_pitch(&mut self, slug: &str, entry: &PitchEntry) -> Result<i64, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let row = self.client.query_one(
            sql::PITCH_RECORD,
            &[
                &park_id,
                &entry.kind.as_str(),
                &entry.day,
                &entry.prospect,
                &entry.pitch,
                &entry.site,
                &entry.outcome,
                &entry.note,
                &entry.requirement,
                &entry.digest,
            ],
        );
        Ok(row.map_err(StoreError::of("recording a pitch"))?.get(0))
    }

    /// The record of a park, in the order of recording.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn pitch_events(&mut self, slug: &str) -> Result<Vec<PitchEvent>, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let rows = self.client.query(sql::PITCH_EVENTS, &[&park_id]).map_err(StoreError::of("reading pitches"))?;
        let event = |row: &postgres::Row| -> Result<PitchEvent, StoreError> {
            let word: &str = row.get(1);
            let kind = PitchEventKind::parse(word).ok_or_else(|| StoreError::BadStoredRow {
                table: "pitch_event",
                feature_id: row.get(0),
                reason: format!("{word:?} is not a known word"),
            })?;
            Ok(PitchEvent {
                event_id: row.get(0),
                recorded: row.get(3),
                recorded_as: row.get(4),
                entry: PitchEntry {
                    kind,
                    day: row.get(2),
                    prospect: row.get(5),
                    pitch: row.get(6),
                    site: row.get(7),
                    outcome: row.get(8),
                    note: row.get(9),
                    requirement: row.get(10),
                    digest: row.get(11),
                },
            })
        };
        rows.iter().map(event).collect()
    }
}
