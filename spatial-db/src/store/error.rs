//! What can go wrong with the store, named for what a person can do about it.

use postgres::error::SqlState;

use super::RevertBlocker;

/// An error of whatever produces the rows of a layer; passed through untouched.
pub type RowError = Box<dyn std::error::Error + Send + Sync>;

/// Why the store could not do what was asked. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The connection string does not parse.
    #[error("the database address {url} cannot be read")]
    BadUrl {
        /// Address without password.
        url: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// No server answers.
    #[error(
        "no database server answers at {url}; check that it runs (`twin db status`) and that TWIN_DATABASE_URL is right"
    )]
    Unreachable {
        /// Address without password.
        url: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// The server refuses this user or database.
    #[error("the server at {url} refuses the connection: {reason}")]
    Refused {
        /// Address without password.
        url: String,
        /// The server's words.
        reason: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// Server or extension older than we can use.
    #[error("{what} {found} is too old; {needed} or newer is needed")]
    VersionTooOld {
        /// `PostgreSQL` or `PostGIS`.
        what: &'static str,
        /// Version found.
        found: String,
        /// Oldest version that works.
        needed: &'static str,
    },
    /// An extension is not there and cannot be made.
    #[error(
        "the database lacks the extension {name}: {reason}. Have an administrator run `CREATE EXTENSION {name}` in it"
    )]
    ExtensionMissing {
        /// Extension.
        name: &'static str,
        /// Why it could not be created.
        reason: String,
    },
    /// A newer program made the schema.
    #[error("the database's schema is version {found}, this program knows up to {known}; use a newer twin")]
    SchemaNewer {
        /// Version in the database.
        found: u32,
        /// Newest version this program knows.
        known: u32,
    },
    /// A migration failed and was rolled back.
    #[error("the database could not be brought up to date")]
    Migration {
        /// Cause.
        #[source]
        source: Box<refinery::Error>,
    },
    /// The schema has not been created and this database is read-only.
    #[error("the database is read-only; {what} needs to write")]
    ReadOnly {
        /// What was being done.
        what: String,
        /// Cause.
        #[source]
        source: Option<postgres::Error>,
    },
    /// The server's disk is full.
    #[error("the database server's disk is full ({what}); free some space and run it again")]
    DiskFull {
        /// What was being done.
        what: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// The user may not do this.
    #[error("the database user may not do this ({what}): {reason}")]
    InsufficientPrivilege {
        /// What was being done.
        what: String,
        /// The server's words.
        reason: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// The connection broke in the middle.
    #[error(
        "the connection to the database was lost ({what}); what was not committed is undone. If the server stopped, its log says why; \
         a full disk is the usual cause"
    )]
    ConnectionLost {
        /// What was being done.
        what: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// The server does not accept a row.
    #[error("the database does not accept a row ({what}): {reason}")]
    Rejected {
        /// What was being done.
        what: String,
        /// The server's words, with the constraint.
        reason: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// Any other failure of a statement.
    #[error("the database failed ({what})")]
    Query {
        /// What was being done.
        what: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// No such park.
    #[error("there is no park {slug:?}; the store has: {}", if .known.is_empty() { "none".to_owned() } else { .known.join(", ") })]
    NoSuchPark {
        /// What was asked for.
        slug: String,
        /// Slugs there are.
        known: Vec<String>,
    },
    /// A slug with other characters than `[a-z0-9-]`.
    #[error("{slug:?} is no park name: use small letters, digits and hyphens, at most 63")]
    BadSlug {
        /// The slug.
        slug: String,
    },
    /// The EPSG code is not one that the server knows.
    #[error("EPSG:{srid} is not a projected CRS in metres that the database server knows")]
    UnknownSrid {
        /// The code.
        srid: i32,
    },
    /// The stored park has rows in another CRS.
    #[error("park {slug} is stored in EPSG:{stored}, not EPSG:{given}; a park's CRS cannot change while it has rows")]
    SridDiffers {
        /// The park.
        slug: String,
        /// EPSG code in the store.
        stored: i32,
        /// EPSG code given.
        given: i32,
    },
    /// Another load of the same park runs.
    #[error("another import of park {slug} is running; wait for it to end")]
    ParkBusy {
        /// The park.
        slug: String,
    },
    /// A layer lost most of its rows.
    #[error(
        "layer {layer:?} would lose {removed} of the {stored} rows that {table} holds of it: {arrived} rows arrived, {added} of them \
         with keys that the store does not know"
    )]
    Shrinks {
        /// Table.
        table: &'static str,
        /// Layer.
        layer: String,
        /// Rows of the layer that the store holds.
        stored: u64,
        /// Rows that would be removed.
        removed: u64,
        /// Rows that arrived.
        arrived: u64,
        /// New ones among them.
        added: u64,
    },
    /// A layer with rows is no longer given.
    #[error(
        "layer {layer:?} (from {source_file}) is no longer in the manifest, and {table} holds {removed} rows of it"
    )]
    LayerLost {
        /// Table.
        table: &'static str,
        /// Layer.
        layer: String,
        /// File that it came from.
        source_file: String,
        /// Rows that would be removed.
        removed: u64,
    },
    /// No such run.
    #[error("park {slug} has no run {run_id}; `twin runs {slug}` lists them")]
    NoSuchRun {
        /// The park.
        slug: String,
        /// What was asked for.
        run_id: i64,
    },
    /// The run is undone already.
    #[error("run {run_id} of park {slug} has been undone by run {by} already; revert that one to have it again")]
    AlreadyReverted {
        /// The park.
        slug: String,
        /// What was asked for.
        run_id: i64,
        /// The run that undid it.
        by: i64,
    },
    /// Later runs touched what a run touched.
    #[error("run {run_id} of park {slug} cannot be undone by itself: {}", in_words(blockers))]
    RevertBlocked {
        /// The park.
        slug: String,
        /// What was asked for.
        run_id: i64,
        /// Later runs, the latest first.
        blockers: Vec<RevertBlocker>,
    },
    /// The rows or the log are not as the run left them.
    #[error("run {run_id} of park {slug} cannot be undone: {reason}")]
    RevertImpossible {
        /// The park.
        slug: String,
        /// What was asked for.
        run_id: i64,
        /// What is in the way.
        reason: String,
    },
    /// What is recorded of a case does not fit what is on record, or a limit.
    #[error("{reason}; {fix}")]
    CaseRefused {
        /// What is wrong.
        reason: String,
        /// What to do about it.
        fix: String,
    },
    /// No such case.
    #[error("park {slug} has no case {case_id}; `twin case list {slug}` lists them")]
    NoSuchCase {
        /// The park.
        slug: String,
        /// What was asked for.
        case_id: i64,
    },
    /// This user does not see cases.
    #[error("the database user may not see cases: that is for analysts, importers and auditors")]
    CasesHidden,
    /// The connection broke while the server was committing.
    #[error("the connection was lost while run {run_id} was being committed: `twin runs` says whether it was kept")]
    CommitUnknown {
        /// The run.
        run_id: i64,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// A dry run is not kept.
    #[error("a dry run writes nothing")]
    DryRun,
    /// A layer was given twice in one load.
    #[error("layer {layer:?} was given twice for {table} in one load")]
    LayerTwice {
        /// Table.
        table: &'static str,
        /// Layer.
        layer: String,
    },
    /// A record does not fit its table: a defect of the program that made it.
    #[error("row {source_row} of layer {layer:?} (key {key:?}) does not fit table {table}: {reason}")]
    InvalidRecord {
        /// Table.
        table: &'static str,
        /// Layer.
        layer: String,
        /// Key.
        key: String,
        /// Row number in the source.
        source_row: i64,
        /// What does not fit.
        reason: String,
    },
    /// A terrain grid that contradicts itself.
    #[error("the terrain of layer {layer:?} is not a grid: {reason}")]
    InvalidTerrain {
        /// Layer.
        layer: String,
        /// What does not fit.
        reason: String,
    },
    /// The rows stopped coming.
    #[error("reading layer {layer:?} failed")]
    Rows {
        /// Layer.
        layer: String,
        /// Cause.
        #[source]
        source: RowError,
    },
    /// What the store holds cannot be read back.
    #[error("stored {table} {feature_id} cannot be read: {reason}")]
    BadStoredRow {
        /// Table.
        table: &'static str,
        /// Row.
        feature_id: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// The client and the server disagree about the stream of rows.
    #[error("the stream of rows broke ({what})")]
    Stream {
        /// What was being done.
        what: String,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Stopped on request.
    #[error("cancelled; nothing was written")]
    Cancelled,
}

/// Code of what the database refuses about a case, `twin.case_refuse`.
const REFUSED: &str = "TW001";

fn in_words(blockers: &[RevertBlocker]) -> String {
    let words: Vec<String> = blockers.iter().map(ToString::to_string).collect();
    let mut runs: Vec<String> = blockers.iter().map(|blocker| blocker.run_id.to_string()).collect();
    runs.dedup();
    format!("{}. Revert first, in this order: {}", words.join("; "), runs.join(", "))
}

impl StoreError {
    /// Names the failure of a statement; for `map_err`.
    pub(super) fn of(what: impl Into<String>) -> impl FnOnce(postgres::Error) -> Self {
        let what = what.into();
        move |source| Self::classify(what, source)
    }

    /// Names the failure of a COPY stream, which carries the server's error inside an I/O error; for `map_err`.
    pub(super) fn stream(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| match source.downcast::<postgres::Error>() {
            Ok(inner) => Self::classify(what, inner),
            Err(source) => Self::Stream { what, source },
        }
    }

    fn classify(what: String, source: postgres::Error) -> Self {
        let Some(code) = source.code().cloned() else {
            return if source.is_closed() || is_io(&source) {
                Self::ConnectionLost { what, source }
            } else {
                Self::Query { what, source }
            };
        };
        match code {
            SqlState::READ_ONLY_SQL_TRANSACTION => Self::ReadOnly { what, source: Some(source) },
            SqlState::DISK_FULL => Self::DiskFull { what, source },
            SqlState::INSUFFICIENT_PRIVILEGE => {
                Self::InsufficientPrivilege { what, reason: server_words(&source), source }
            }
            code if code.code() == REFUSED => {
                let said = source.as_db_error();
                let reason = said.map_or_else(String::new, |said| said.message().to_owned());
                let fix = said.and_then(|said| said.hint()).unwrap_or_default().to_owned();
                Self::CaseRefused { reason, fix }
            }
            SqlState::QUERY_CANCELED => Self::Cancelled,
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
                Self::ConnectionLost { what, source }
            }
            code if code.code().starts_with("22") || code.code().starts_with("23") => {
                Self::Rejected { what, reason: server_words(&source), source }
            }
            _ => Self::Query { what, source },
        }
    }

    /// Names the failure to connect.
    pub(super) fn connecting(url: &str, source: postgres::Error) -> Self {
        let url = crate::cluster::redacted(url);
        if source.code().is_some() || !is_io(&source) {
            Self::Refused { url, reason: server_words(&source), source }
        } else {
            Self::Unreachable { url, source }
        }
    }
}

fn is_io(error: &postgres::Error) -> bool {
    match std::error::Error::source(error) {
        Some(source) => source.is::<std::io::Error>(),
        None => false,
    }
}

/// What the server said, with the constraint or column it meant; the client's words if it said nothing.
fn server_words(error: &postgres::Error) -> String {
    let Some(said) = error.as_db_error() else { return error.to_string() };
    let mut words = said.message().to_owned();
    if let Some(detail) = said.detail() {
        words.push_str(": ");
        words.push_str(detail);
    }
    if let Some(line) = said.where_().filter(|_| said.constraint().is_none()) {
        words.push_str(" (");
        words.push_str(line.lines().next().unwrap_or_default());
        words.push(')');
    }
    words
}
