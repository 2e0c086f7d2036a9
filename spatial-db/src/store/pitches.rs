//! The record of pitches: entries are only ever added; the database keeps it so.

use super::{Store, StoreError, sql};
use crate::model::{PitchEntry, PitchEvent, PitchEventKind};

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
