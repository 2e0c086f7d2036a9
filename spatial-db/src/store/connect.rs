//! Connecting: the server must be one we can use, and its schema is brought up to date.
//!
//! Starting a server is left to [`crate::cluster`].

use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use super::{Store, StoreError, sql};
use crate::cluster::redacted;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Oldest server that knows SQL-standard function bodies.
const OLDEST_POSTGRES: (i32, &str) = (140_000, "14");
/// Oldest PostGIS that is tried; 3.3 is what Debian 12 has.
const OLDEST_POSTGIS: ((u32, u32), &str) = ((3, 1), "3.1");
/// How long the other end of a connection may be silent before it counts as gone.
const SILENCE: Duration = Duration::from_secs(30);
/// Where refinery notes what it ran.
const HISTORY: &str = "twin.schema_history";

impl Store {
    /// Connects and migrates. On a server that only reads, a schema that is up to date is enough.
    ///
    /// # Errors
    /// Why the server cannot be used, see [`StoreError`].
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        let mut client = open(url)?;
        let state = client.query_one(sql::SERVER_STATE, &[]).map_err(StoreError::of("asking for the version"))?;
        let (number, superuser, has_schema): (i32, bool, bool) = (state.get(0), state.get(2), state.get(3));
        if number < OLDEST_POSTGRES.0 {
            let (what, needed) = ("PostgreSQL", OLDEST_POSTGRES.1);
            return Err(StoreError::VersionTooOld { what, found: state.get(1), needed });
        }
        ensure_postgis(&mut client)?;
        if !has_schema || applied(&mut client)? != known() {
            migrate(&mut client)?;
        }
        Ok(Self { client, superuser, attempt: None })
    }
}

fn open(url: &str) -> Result<Client, StoreError> {
    let mut config: Config = url.parse().map_err(|source| StoreError::BadUrl { url: redacted(url), source })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(10));
    }
    if config.get_application_name().is_none() {
        config.application_name("twin");
    }
    // A window follows its park for days: a server that vanishes without a word must be noticed.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(SILENCE / 3).keepalives_interval(SILENCE / 6);
    }
    config.connect(NoTls).map_err(|source| StoreError::connecting(url, source))
}

/// Sixteen hexadecimal digits that tell one set of migrations from another.
pub(crate) fn schema_fingerprint() -> String {
    let runner = migrations::migrations::runner();
    let mut hasher = blake3::Hasher::new();
    for migration in runner.get_migrations() {
        hasher.update(&migration.checksum().to_le_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// Number of the newest migration.
fn known() -> u32 {
    let runner = migrations::migrations::runner();
    runner.get_migrations().iter().map(|migration| migration.version().cast_unsigned()).max().unwrap_or(0)
}

fn applied(client: &mut Client) -> Result<u32, StoreError> {
    let row = client.query_one(sql::SCHEMA_VERSION, &[]).map_err(StoreError::of("asking for the schema's version"))?;
    let (found, known) = (row.get::<_, i32>(0).cast_unsigned(), known());
    if found > known { Err(StoreError::SchemaNewer { found, known }) } else { Ok(found) }
}

fn ensure_postgis(client: &mut Client) -> Result<(), StoreError> {
    let ask =
        |client: &mut Client| client.query_opt(sql::EXTENSION_STATE, &[]).map_err(StoreError::of("asking for PostGIS"));
    let mut state = ask(client)?;
    if state.is_none() {
        create_postgis(client)?;
        state = ask(client)?;
    }
    let Some(state) = state else {
        return Err(StoreError::ExtensionMissing { name: "postgis", reason: "it vanished again".to_owned() });
    };
    let (version, schema): (String, String) = (state.get(0), state.get(1));
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_POSTGIS.0 {
        return Err(StoreError::VersionTooOld { what: "PostGIS", found: version, needed: OLDEST_POSTGIS.1 });
    }
    client.query_one(sql::SEARCH_PATH, &[&schema]).map(|_| ()).map_err(StoreError::of("finding PostGIS"))
}

fn create_postgis(client: &mut Client) -> Result<(), StoreError> {
    let missing = |reason: &str| StoreError::ExtensionMissing { name: "postgis", reason: reason.to_owned() };
    let available = client.query_one(sql::EXTENSION_AVAILABLE, &[]).map_err(StoreError::of("asking for PostGIS"))?;
    if !available.get::<_, bool>(0) {
        return Err(missing("its package is not installed on the server"));
    }
    match client.batch_execute(sql::CREATE_EXTENSION) {
        Ok(()) => Ok(()),
        Err(error) => match error.code() {
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Err(missing("this user may not create it")),
            Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Err(missing("the database is read-only")),
            // Another program created it at the same moment.
            Some(&SqlState::UNIQUE_VIOLATION | &SqlState::DUPLICATE_OBJECT) => Ok(()),
            _ => Err(StoreError::of("creating the extension postgis")(error)),
        },
    }
}

fn migrate(client: &mut Client) -> Result<(), StoreError> {
    client.query_one(sql::MIGRATION_LOCK, &[]).map_err(StoreError::of("waiting for another program to migrate"))?;
    let migrated =
        client.batch_execute(sql::CREATE_SCHEMA).map_err(StoreError::of("creating the schema")).and_then(|()| {
            let mut runner = migrations::migrations::runner().set_grouped(true);
            runner.set_migration_table_name(HISTORY);
            runner.run(client).map(|_| ()).map_err(migration_error)
        });
    // Ending the session lets go of the lock as well, so a failure here costs nothing.
    let _ = client.query_one(sql::MIGRATION_UNLOCK, &[]);
    migrated
}

/// A migration's failure under the same names as any statement's, where it is the server's.
fn migration_error(error: refinery::Error) -> StoreError {
    let server = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<postgres::Error>());
    match server.and_then(postgres::Error::code) {
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
            StoreError::ReadOnly { what: "bringing the schema up to date".to_owned(), source: None }
        }
        _ => StoreError::Migration { source: Box::new(error) },
    }
}
