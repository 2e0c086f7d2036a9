//! A private PostGIS server under the data directory: made, started and found again without being asked.
//!
//! Unix socket only, never as root, and it outlives the program. What is kept in it is left to [`crate::store`].

mod address;
mod error;
mod install;
mod place;
pub mod scratch;
mod server;
mod socket;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::{Client, NoTls};

pub use address::{DATABASE, URL_VARIABLE, redacted, resolve_database_url};
pub use error::ClusterError;
use install::Installation;
use place::Place;

/// How long another program may take to make and start the cluster; crash recovery included.
const PATIENCE: Duration = Duration::from_mins(10);

/// The private server of one data directory.
#[derive(Debug, Clone)]
pub struct Cluster {
    place: Place,
    installation: Installation,
}

/// Whether the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerState {
    /// Nothing has been made yet.
    Absent,
    /// Made, not running.
    Stopped,
    /// Running, but not yet answering: starting up or recovering from a crash.
    Starting {
        /// Process of the server.
        pid: u32,
    },
    /// Answering.
    Running {
        /// Process of the server.
        pid: u32,
    },
}

/// What there is to know about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterStatus {
    /// Whether it runs.
    pub state: ServerState,
    /// Version of PostgreSQL, as `15.14`.
    pub version: String,
    /// Folder of the database files.
    pub data_path: PathBuf,
    /// Folder of the socket.
    pub socket_dir: PathBuf,
    /// The server's log.
    pub log_path: PathBuf,
    /// User the server runs as.
    pub user: String,
    /// Folder of PostgreSQL's programs of this version: `psql`, `pg_dump`.
    pub programs: PathBuf,
}

impl Cluster {
    /// Finds the cluster of a data directory, or the place and the programs to make it with. Makes only folders.
    ///
    /// # Errors
    /// [`ClusterError::OtherVersion`] if the disk holds a cluster whose programs are not installed,
    /// [`ClusterError::NotInstalled`] or [`ClusterError::NoPostgis`] if there is nothing to make one with.
    pub fn open(data_dir: &Path) -> Result<Self, ClusterError> {
        let place = Place::find(data_dir)?;
        let installation = install::choose(&place)?;
        Ok(Self { place, installation })
    }

    /// Folder of the database files, made or to be made.
    pub fn data_path(&self) -> PathBuf {
        self.place.base.join(format!("pg{}", self.installation.major))
    }

    /// What there is to know about the server just now.
    ///
    /// # Errors
    /// [`ClusterError::Io`] if its files cannot be read.
    pub fn status(&self) -> Result<ClusterStatus, ClusterError> {
        let data_path = self.data_path();
        let running = server::running(&data_path)?;
        let state = match &running {
            Some(process) if process.ready => ServerState::Running { pid: process.pid },
            Some(process) => ServerState::Starting { pid: process.pid },
            None if data_path.join("PG_VERSION").exists() => ServerState::Stopped,
            None => ServerState::Absent,
        };
        Ok(ClusterStatus {
            state,
            version: self.installation.version.clone(),
            socket_dir: self.socket_dir(),
            log_path: self.place.log_path(),
            user: self.place.user.name.clone(),
            programs: self.installation.bin.clone(),
            data_path,
        })
    }

    /// Makes the cluster if there is none, starts it if it does not run, and waits until it answers.
    ///
    /// # Errors
    /// What kept it from running, with the end of the log.
    pub fn ensure_running(&self) -> Result<ClusterStatus, ClusterError> {
        if let Some(status) = self.answering()? {
            return Ok(status);
        }
        let _lock = self.lock()?;
        if let Some(status) = self.answering()? {
            return Ok(status);
        }
        let data_path = self.data_path();
        if !data_path.join("PG_VERSION").exists() {
            server::create(&self.place, &self.installation, &data_path)?;
        }
        if let Some(process) = server::running(&data_path)? {
            // Someone else's start, or a server whose socket was swept away.
            let waited = server::wait_until_ready(&data_path, process.pid, PATIENCE)?;
            if let Some(status) = self.answering()?.filter(|_| waited) {
                return Ok(status);
            }
            server::stop(&self.place, &self.installation, &data_path)?;
        }
        let socket_dir = socket::prepare(&self.place)?;
        server::start(&self.place, &self.installation, &data_path, &socket_dir)?;
        self.status()
    }

    /// The status, if the server answers and its socket is where only its user can have put it. A server that recovers
    /// from a crash is waited for.
    fn answering(&self) -> Result<Option<ClusterStatus>, ClusterError> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let status = self.status()?;
            let runs = matches!(status.state, ServerState::Running { .. });
            if !runs || !status.socket_dir.join(socket::FILE_NAME).exists() {
                return Ok(None);
            }
            socket::check(&status.socket_dir, &self.place.user)?;
            match self.admin() {
                Err(error) if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) && Instant::now() < give_up => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                // It speaks, if only to say that it has too many visitors.
                Err(error) if error.code().is_some() => return Ok(Some(status)),
                Err(_) => return Ok(None),
                Ok(_) => return Ok(Some(status)),
            }
        }
    }

    /// The last lines of the server's log, for a person to whom a lost connection must be explained.
    pub fn log_tail(&self, lines: usize) -> String {
        server::log_tail(&self.place.log_path(), lines)
    }

    /// Stops the server; open connections are cut. Nothing happens if it does not run.
    ///
    /// # Errors
    /// What kept it from stopping.
    pub fn stop(&self) -> Result<(), ClusterError> {
        let data_path = self.data_path();
        if server::running(&data_path)?.is_none() {
            return Ok(());
        }
        let _lock = self.lock()?;
        let socket_dir = self.socket_dir();
        if server::running(&data_path)?.is_some() {
            server::stop(&self.place, &self.installation, &data_path)?;
            // Empty now, unless someone put something there.
            let _ = std::fs::remove_dir(socket_dir);
        }
        Ok(())
    }

    /// Address of a database of the cluster, for this program, `psql` and GDAL alike.
    pub fn url(&self, database: &str) -> String {
        address::socket_url(&self.socket_dir(), database)
    }

    /// Makes a database unless there is one of that name.
    ///
    /// # Errors
    /// [`ClusterError::Database`] if the server does not answer or refuses.
    pub fn ensure_database(&self, name: &str) -> Result<(), ClusterError> {
        let failed = |source| ClusterError::Database { database: name.to_owned(), source };
        let mut client = self.admin().map_err(failed)?;
        let found = client.query_one(include_str!("../../sql/database_exists.sql"), &[&name]).map_err(failed)?;
        if found.get(0) {
            return Ok(());
        }
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let statement = include_str!("../../sql/database_create.sql").replace("{name}", &quoted);
        match client.batch_execute(&statement) {
            // Another program made it at the same moment.
            Err(error)
                if [Some(&SqlState::DUPLICATE_DATABASE), Some(&SqlState::UNIQUE_VIOLATION)].contains(&error.code()) =>
            {
                Ok(())
            }
            made => made.map_err(failed),
        }
    }

    fn admin(&self) -> Result<Client, postgres::Error> {
        Client::connect(&self.url("postgres"), NoTls)
    }

    fn socket_dir(&self) -> PathBuf {
        // A running server is where it was started, even if TMPDIR has changed since.
        let running = server::running(&self.data_path()).ok().flatten().and_then(|process| process.socket_dir);
        running.unwrap_or_else(|| socket::directory(&self.place))
    }

    /// Waits for the lock that programs hold while they make, start or stop the cluster.
    fn lock(&self) -> Result<File, ClusterError> {
        self.place.make()?;
        let path = self.place.base.join("lock");
        let io = |source| ClusterError::Io { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        self.place.give(&path)?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(std::fs::TryLockError::Error(source)) => return Err(io(source)),
                Err(std::fs::TryLockError::WouldBlock) if Instant::now() > give_up => {
                    return Err(ClusterError::Busy { path });
                }
                Err(std::fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}
