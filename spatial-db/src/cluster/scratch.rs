//! Databases for tests: a private cluster shared by all tests of a user, one fresh, migrated database a test.
//!
//! Public so that every crate tests against the same real PostGIS. Not for anything worth keeping.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::Client;

use super::{Cluster, ClusterError};
use crate::store::{Store, StoreError};

const CREATE: &str = include_str!("../../sql/scratch_create.sql");
const DROP: &str = include_str!("../../sql/scratch_drop.sql");
const LOCK: &str = include_str!("../../sql/scratch_lock.sql");
const NAMES: &str = include_str!("../../sql/scratch_names.sql");
const RENAME: &str = include_str!("../../sql/scratch_rename.sql");
const EXISTS: &str = include_str!("../../sql/database_exists.sql");

/// A migrated database of its own; it is gone when this is dropped.
#[derive(Debug)]
pub struct ScratchDatabase {
    cluster: Cluster,
    name: String,
}

/// Data directory of the cluster that tests of this user share.
pub fn data_dir() -> PathBuf {
    std::env::temp_dir().join(format!("parktwin-test-{}", rustix::process::geteuid().as_raw()))
}

/// The cluster that tests of this user share, running.
///
/// # Errors
/// As [`Cluster::ensure_running`].
pub fn cluster() -> Result<Cluster, ClusterError> {
    let path = data_dir();
    let io = |source| ClusterError::Io { path: path.clone(), source };
    if !path.exists() {
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&path).map_err(io)?;
    }
    if fs::symlink_metadata(&path).map_err(io)?.uid() != rustix::process::geteuid().as_raw() {
        return Err(io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "it belongs to another user")));
    }
    let cluster = Cluster::open(&path)?;
    cluster.ensure_running()?;
    Ok(cluster)
}

impl ScratchDatabase {
    /// A fresh database with the schema in it.
    ///
    /// # Errors
    /// What keeps the server from running or the schema from being made.
    pub fn create() -> Result<Self, ClusterError> {
        static SWEPT: Once = Once::new();
        let cluster = cluster()?;
        let failed = |source| ClusterError::Database { database: "postgres".to_owned(), source };
        let mut admin = cluster.admin().map_err(failed)?;
        SWEPT.call_once(|| sweep(&mut admin));
        let template = ensure_template(&cluster, &mut admin)?;
        Self::of(cluster, &mut admin, &template)
    }

    /// A fresh database with all that is in this one: what takes long to fill is filled once for many tests. Nobody may be connected
    /// to this one meanwhile; who is about to leave is waited for.
    ///
    /// # Errors
    /// A server that does not answer, or a connection to this database that stays.
    pub fn copy(&self) -> Result<Self, ClusterError> {
        let cluster = self.cluster.clone();
        let failed = |source| ClusterError::Database { database: "postgres".to_owned(), source };
        let mut admin = cluster.admin().map_err(failed)?;
        Self::of(cluster, &mut admin, &self.name)
    }

    /// A database of the next free name, as `template` is.
    fn of(cluster: Cluster, admin: &mut Client, template: &str) -> Result<Self, ClusterError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("twin_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let failed = |source| ClusterError::Database { database: name.clone(), source };
        admin.batch_execute(&DROP.replace("{name}", &name)).map_err(failed)?;
        admin.batch_execute(&CREATE.replace("{name}", &name).replace("{template}", template)).map_err(failed)?;
        Ok(Self { cluster, name })
    }

    /// Address of the database.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// A new connection to the database.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub fn store(&self) -> Result<Store, StoreError> {
        Store::connect(&self.url())
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        // A server that is gone has no database to drop; the next test run sweeps what is left.
        if let Ok(mut admin) = self.cluster.admin() {
            let _ = admin.batch_execute(&DROP.replace("{name}", &self.name));
        }
    }
}

/// Drops the databases of test programs that no longer run.
fn sweep(admin: &mut Client) {
    for row in admin.query(NAMES, &[]).unwrap_or_default() {
        let name: String = row.get(0);
        let pid = name.split('_').nth(2).and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = admin.batch_execute(&DROP.replace("{name}", &format!("\"{name}\"")));
        }
    }
}

/// Name of a database with the schema in it, made if these migrations have none yet.
fn ensure_template(cluster: &Cluster, admin: &mut Client) -> Result<String, ClusterError> {
    let template = format!("twin_template_{}", crate::store::schema_fingerprint());
    let failed = |source| ClusterError::Database { database: template.clone(), source };
    if admin.query_one(EXISTS, &[&template]).map_err(failed)?.get(0) {
        return Ok(template);
    }
    // The lock goes with its session.
    let mut holder = cluster.admin().map_err(failed)?;
    holder.query_one(LOCK, &[]).map_err(failed)?;
    if holder.query_one(EXISTS, &[&template]).map_err(failed)?.get(0) {
        return Ok(template);
    }
    let draft = format!("twin_test_{}_template", std::process::id());
    holder.batch_execute(&DROP.replace("{name}", &draft)).map_err(failed)?;
    cluster.ensure_database(&draft)?;
    drop(Store::connect(&cluster.url(&draft)).map_err(|source| ClusterError::Schema { source: Box::new(source) })?);
    holder.batch_execute(&RENAME.replace("{name}", &draft).replace("{template}", &template)).map_err(failed)?;
    Ok(template)
}
