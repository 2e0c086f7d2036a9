//! What can go wrong with the private server, named for what a person can do about it.

use std::io;
use std::path::PathBuf;

/// Why the private server cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// A file or folder of the cluster.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// No PostgreSQL programs.
    #[error(
        "PostgreSQL is not installed (looked for initdb in {}); on Debian: apt install postgresql postgresql-15-postgis-3, \
         or set TWIN_DATABASE_URL to a server, or TWIN_PG_BIN to the folder of its programs",
        looked_in.join(", ")
    )]
    NotInstalled {
        /// Folders searched.
        looked_in: Vec<String>,
    },
    /// PostgreSQL without PostGIS.
    #[error(
        "PostgreSQL {versions} is installed without PostGIS; on Debian: apt install postgresql-{versions}-postgis-3"
    )]
    NoPostgis {
        /// Major versions found.
        versions: String,
    },
    /// The disk holds a cluster that the installed programs cannot run.
    #[error(
        "the park database at {} was made by PostgreSQL {found}, which is not installed (installed: {installed}). \
         Either install postgresql-{found} and postgresql-{found}-postgis-3 again (it is then used), and to move on: \
         `twin db start`, `pg_dump -Fc -f twin.dump \"$(twin db url)\"`, `twin db stop`, move {} away, \
         `pg_restore -d \"$(twin db url)\" twin.dump`; or move that folder away and import the parks anew",
        path.display(), path.display()
    )]
    OtherVersion {
        /// Major version of the cluster on disk.
        found: u32,
        /// Its folder.
        path: PathBuf,
        /// Major versions installed.
        installed: String,
    },
    /// The socket folder is not ours alone.
    #[error("{} is {reason}; remove it, or set TMPDIR to a folder of your own", path.display())]
    UnsafeSocketDir {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Running as root without a user to run the server as.
    #[error("running as root, and there is neither a user postgres nor a user nobody to run the database server as")]
    NoServerUser,
    /// A program could not be started at all.
    #[error("cannot run {}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// `initdb` failed; nothing is left of it.
    #[error("the database at {} could not be made{hint}:\n{output}", path.display())]
    Create {
        /// The folder it was to be in.
        path: PathBuf,
        /// What to do, where the output tells.
        hint: &'static str,
        /// What initdb said.
        output: String,
    },
    /// The server did not start.
    #[error("the database server did not start{hint}; the end of {}:\n{tail}", log.display())]
    Start {
        /// Its log.
        log: PathBuf,
        /// What to do, where the log tells.
        hint: &'static str,
        /// The last lines of what it said.
        tail: String,
    },
    /// The server did not stop.
    #[error("the database server did not stop:\n{output}")]
    Stop {
        /// What `pg_ctl` said.
        output: String,
    },
    /// Another program holds the lock for too long.
    #[error("another program has been starting or stopping the database for ten minutes (it holds {})", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// The server runs and cannot be used.
    #[error("the database server refuses database {database}")]
    Database {
        /// Name of the database.
        database: String,
        /// Cause.
        #[source]
        source: postgres::Error,
    },
    /// A test database could not be brought up to date.
    #[error("the schema could not be created")]
    Schema {
        /// Cause.
        #[source]
        source: Box<crate::store::StoreError>,
    },
}

/// Advice for what a server program said, to go after "could not be made" or "did not start".
pub(super) fn hint(output: &str) -> &'static str {
    let advice = [
        ("No space left on device", ", because the disk is full; free some space and try again"),
        ("Disk quota exceeded", ", because the disk quota is used up; free some space and try again"),
        ("Permission denied", ", because a file or folder may not be used; check who owns it"),
        ("Read-only file system", ", because the disk is read-only"),
        ("could not create shared memory", ", because the system gave it no shared memory"),
    ];
    advice.iter().find(|(words, _)| output.contains(words)).map_or("", |(_, advice)| advice)
}
