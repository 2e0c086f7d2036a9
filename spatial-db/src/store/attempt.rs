//! The note that a load leaves before it begins, so that the next one can say what became of a load that was killed.
//!
//! A note is committed at once and closed by the load's own transaction. One that stays open while nobody holds its
//! number's lock belongs to a session that is gone, and nothing of it was kept.

use chrono::{DateTime, Utc};
use postgres::{Client, Transaction};
use serde::Serialize;

use super::{Store, StoreError, sql};

/// A load that began and never said how it ended: its program, server or connection died. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Abandoned {
    /// When it began.
    pub started: DateTime<Utc>,
    /// Machine that it ran on.
    pub host: String,
    /// Process on that machine.
    pub pid: i32,
    /// The command as typed.
    pub command: String,
    /// Database user who ran it.
    pub begun_by: String,
}

impl std::fmt::Display for Abandoned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { started, host, pid, begun_by, .. } = self;
        let started = started.format("%Y-%m-%d %H:%M:%S UTC");
        write!(
            f,
            "an import begun at {started} by {begun_by} on {host} (process {pid}) did not finish; nothing of it was kept"
        )
    }
}

/// Writes the note; returns its number, which this session has locked.
pub(super) fn begin(client: &mut Client, slug: &str, started: DateTime<Utc>, command: &str) -> Result<i64, StoreError> {
    // Names the machine in the notes of many machines; without one the note still says the rest.
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let pid = std::process::id().cast_signed();
    let row = client
        .query_one(sql::ATTEMPT_BEGIN, &[&slug, &started, &host.trim(), &pid, &command])
        .map_err(StoreError::of(format!("noting that a load of park {slug} begins")))?;
    Ok(row.get(0))
}

/// Notes of the park that are open though their sessions are gone; marks them.
pub(super) fn abandoned(tx: &mut Transaction<'_>, slug: &str, own: Option<i64>) -> Result<Vec<Abandoned>, StoreError> {
    let rows = tx.query(sql::ATTEMPT_ABANDONED, &[&slug, &own]);
    let rows = rows.map_err(StoreError::of(format!("looking for loads of park {slug} that did not end")))?;
    let mut found: Vec<Abandoned> = rows
        .iter()
        .map(|row| Abandoned {
            started: row.get(0),
            host: row.get(1),
            pid: row.get(2),
            command: row.get(3),
            begun_by: row.get(4),
        })
        .collect();
    found.sort_by_key(|attempt| attempt.started);
    Ok(found)
}

impl Store {
    /// Says why the last load, which was dropped, ended. Without it the next load of this connection says only that it
    /// was given up, and a later program that it never ended.
    ///
    /// # Errors
    /// The server's; the note then stays open, and the next load says so.
    pub fn end_attempt(&mut self, cancelled: bool, reason: &str) -> Result<(), StoreError> {
        let Some(attempt) = self.attempt.take() else { return Ok(()) };
        let what = || StoreError::of("noting how a load ended");
        let outcome = if cancelled { "cancelled" } else { "failed" };
        let reason = reason.replace('\0', "");
        self.client.execute(sql::ATTEMPT_END, &[&attempt, &outcome, &reason]).map_err(what())?;
        self.client.query_one(sql::ATTEMPT_UNLOCK, &[&attempt]).map_err(what())?;
        Ok(())
    }
}
