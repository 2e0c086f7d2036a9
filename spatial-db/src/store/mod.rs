//! The PostGIS store: parks in, parks out, nothing half written.
//!
//! [`Store`] reads; [`Load`] writes one park's files in one transaction. Where the server comes from is left to
//! [`crate::cluster`], what the files say to the `importers` crate, answers in memory to [`crate::cache`].

mod amend;
mod attempt;
mod bulk;
mod cancel;
mod cases;
mod changes;
mod checks;
mod connect;
mod copy;
mod diff;
mod error;
pub(crate) mod ewkb;
mod feed;
mod fields;
mod fingerprint;
mod follow;
mod history;
pub(crate) mod imagery;
mod issues;
mod load;
mod pack;
mod pitches;
mod query;
mod revert;
mod row;
mod runs;
pub(crate) mod snapshot;
pub(crate) mod sql;
mod terrain;
mod valves;

use chrono::{DateTime, NaiveDate, Utc};
use postgres::Client;

pub use amend::{Amended, amendments};
pub use attempt::Abandoned;
pub use cases::{Broken, CaseVerification, Correction, Flaw, NewFile, Recording, RemedyTerms};
pub use changes::{Change, ColumnChange, GeometryChange, Operation};
pub use checks::{Checked, CheckedCode, FirstFinding};
pub(crate) use connect::schema_fingerprint;
pub use error::{RowError, StoreError};
pub use ewkb::{EwkbError, decode as decode_ewkb, encode as encode_ewkb};
pub use feed::{Feed, FeedEvent, FeedOptions};
pub(crate) use fields::{Fault, Field, RowSource};
pub use fingerprint::LastRun;
pub use follow::{Arrival, ArrivedRun, Followed, KindCounts, Reading};
pub use history::FeatureState;
pub use issues::{IssueFilter, IssueSpool, IssueTotal, NewIssue, RejectedRow};
pub use load::{AllowShrink, Cancel, LEAST_SHRINK, Load, LoadOptions};
pub use query::{LandQuestion, LandRow};
pub use revert::{RevertBlocker, Reverted, RevertedTable};
pub use runs::{LayerCounts, Run, RunKind};

use crate::model::{FeatureKind, Park};

/// A connection to a migrated database.
pub struct Store {
    client: Client,
    /// May leave out checks that cost a look-up per row.
    superuser: bool,
    /// Note of a load that has not ended yet.
    attempt: Option<i64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("closed", &self.client.is_closed()).finish_non_exhaustive()
    }
}

/// Everything about a park but its row number: what a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkHeader {
    /// Short name used on the command line, `[a-z0-9-]+`.
    pub slug: String,
    /// Name shown to people.
    pub name: String,
    /// EPSG code of the park's own projected CRS, metres.
    pub srid: i32,
    /// Made up, in whole or in part.
    pub synthetic: bool,
    /// Credit line of the data.
    pub attribution: Option<String>,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Date the data describes.
    pub as_of: Option<NaiveDate>,
}

/// A park, how much the store holds of it and when it was last loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkSummary {
    /// The park.
    pub park: Park,
    /// Rows per table that has any, in the order of `schema::TABLES`, terrain tiles last.
    pub counts: Vec<(FeatureKind, u64)>,
    /// Rows in quarantine.
    pub quarantined: u64,
    /// The last load that was committed.
    pub last_run: Option<RunSummary>,
}

/// One committed load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Row in the store.
    pub run_id: i64,
    /// When the import began.
    pub started: DateTime<Utc>,
    /// When it was committed.
    pub finished: DateTime<Utc>,
    /// The command that ran it.
    pub command: String,
}

/// What loading one layer did to the store. Every row that came in is added, changed, unchanged or a duplicate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerDiff {
    /// Rows with a key that the store did not hold.
    pub added: u64,
    /// Rows whose content differs, or that another layer held before.
    pub changed: u64,
    /// Rows of this layer in the store that no longer came in.
    pub removed: u64,
    /// Rows already stored just so; not written.
    pub unchanged: u64,
    /// Rows left out because their key was taken earlier in this load.
    pub duplicate_keys: Vec<Duplicate>,
}

/// A row left out because an earlier row of this load has its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// Row number in the source, from 1.
    pub source_row: i64,
    /// Layer of the row that holds the key: the same layer or one loaded before.
    pub held_by: String,
}

/// A source row that was not let in, kept for the person who will mend it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantinedRow {
    /// Source file (and layer in it) as the manifest names it.
    pub source: String,
    /// Row number in the source, from 1.
    pub source_row: i64,
    /// Short code of the issue, `[a-z0-9-]+`.
    pub code: String,
    /// What is wrong, in words.
    pub reason: String,
    /// What to do about it, in words.
    pub fix: String,
    /// The row as read.
    pub raw: serde_json::Value,
}

/// Rows removed because their layer is no longer in the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedLayer {
    /// Table of the rows.
    pub kind: FeatureKind,
    /// The layer that left.
    pub layer: String,
    /// Rows removed.
    pub removed: u64,
}
