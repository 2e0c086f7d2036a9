//! What the last run of a park read, so that the next one knows whether there is anything new to read.
//!
//! What goes into a fingerprint is left to the importers.

use postgres::Row;

use super::load::Load;
use super::{Store, StoreError, sql};

/// The last run of a park.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// Number of the run.
    pub run_id: i64,
    /// 32 bytes over everything it read; `None` for runs that read no files, or more than is known.
    pub fingerprint: Option<Vec<u8>>,
    /// Its report.
    pub report: serde_json::Value,
    /// EPSG code of the park's CRS.
    pub srid: i32,
}

impl LastRun {
    fn of(row: &Row) -> Self {
        let report: Option<serde_json::Value> = row.get(2);
        Self { run_id: row.get(0), fingerprint: row.get(1), report: report.unwrap_or_default(), srid: row.get(3) }
    }
}

impl Store {
    /// The last run of a park, of whatever kind; `None` for a park without one.
    ///
    /// # Errors
    /// The server's.
    pub fn last_run(&mut self, slug: &str) -> Result<Option<LastRun>, StoreError> {
        let row = self.client.query_opt(sql::RUN_LAST, &[&slug]);
        Ok(row.map_err(StoreError::of(format!("looking at the last run of park {slug}")))?.as_ref().map(LastRun::of))
    }
}

impl Load<'_> {
    /// As [`Store::last_run`], of this load's park, which nobody else loads now.
    ///
    /// # Errors
    /// The server's.
    pub fn last_run(&mut self) -> Result<Option<LastRun>, StoreError> {
        let row = self.tx.query_opt(sql::RUN_LAST, &[&self.slug]);
        Ok(row.map_err(StoreError::of("looking at the last run"))?.as_ref().map(LastRun::of))
    }

    /// Notes what this load read.
    ///
    /// # Errors
    /// The server's.
    pub fn fingerprint(&mut self, fingerprint: &[u8; 32]) -> Result<(), StoreError> {
        self.tx
            .execute(sql::RUN_FINGERPRINT, &[&self.park_id, &self.run_id, &fingerprint.as_slice()])
            .map(|_| ())
            .map_err(StoreError::of("noting what the run read"))
    }
}
