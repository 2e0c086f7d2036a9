//! Where the cluster lies and whom it belongs to.

use std::fs::{self, DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ClusterError;

/// Clusters of data directories that the server's user cannot reach (root's home).
const SYSTEM_BASE: &str = "/var/lib/parktwin";
/// Left in such a data directory, to say where its cluster is.
const POINTER: &str = "cluster.location";

/// The user that the server runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerUser {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// We are root, and children change to the user.
    pub(super) changed: bool,
}

impl ServerUser {
    fn current() -> Result<Self, ClusterError> {
        let path = PathBuf::from("/etc/passwd");
        let users = fs::read_to_string(&path).unwrap_or_default();
        let uid = rustix::process::geteuid().as_raw();
        if uid != 0 {
            let gid = rustix::process::getegid().as_raw();
            let name = entries(&users).find(|(_, entry, _)| *entry == uid).map_or_else(|| uid.to_string(), |e| e.0);
            return Ok(Self { name, uid, gid, changed: false });
        }
        for name in ["postgres", "nobody"] {
            if let Some((name, uid, gid)) = entries(&users).find(|entry| entry.0 == name && entry.1 != 0) {
                return Ok(Self { name, uid, gid, changed: true });
            }
        }
        Err(ClusterError::NoServerUser)
    }

    /// The user that a cluster belongs to.
    fn owner_of(cluster: &Metadata) -> Self {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = entries(&users).find(|entry| entry.1 == cluster.uid()).map(|entry| entry.0);
        let name = name.unwrap_or_else(|| cluster.uid().to_string());
        Self { name, uid: cluster.uid(), gid: cluster.gid(), changed: true }
    }

    /// Whether the user may pass through a folder.
    fn passes(&self, folder: &Metadata) -> bool {
        let bit = match folder {
            folder if folder.uid() == self.uid => 0o100,
            folder if folder.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        folder.mode() & bit != 0
    }

    /// Whether the user may pass through a folder and everything above it.
    pub(super) fn reaches(&self, folder: &Path) -> bool {
        folder.ancestors().all(|step| fs::metadata(step).is_ok_and(|folder| self.passes(&folder)))
    }

    /// A program run as this user, free of our terminal's and environment's ideas.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if self.changed {
            // As root, `uid` also drops the supplementary groups.
            command.uid(self.uid).gid(self.gid).env("HOME", "/").env("USER", &self.name);
        }
        command
    }
}

/// Name, user and group of every line of a passwd file.
fn entries(passwd: &str) -> impl Iterator<Item = (String, u32, u32)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let mut numbers = fields.skip(1).map(|field| field.parse().ok());
        Some((name, numbers.next()??, numbers.next()??))
    })
}

/// Where the cluster of one data directory lies.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Folder of clusters, lock and log; belongs to the server's user.
    pub(super) base: PathBuf,
    /// To be left behind when the base is elsewhere.
    pointer: Option<PathBuf>,
    pub(super) user: ServerUser,
}

impl Place {
    pub(super) fn find(data_dir: &Path) -> Result<Self, ClusterError> {
        let io = |source| ClusterError::Io { path: data_dir.to_owned(), source };
        fs::create_dir_all(data_dir).map_err(io)?;
        let data_dir = fs::canonicalize(data_dir).map_err(io)?;
        let user = ServerUser::current()?;
        let pointer = data_dir.join(POINTER);
        let beside = data_dir.join("cluster");
        if let Some(owner) = fs::metadata(&beside).ok().filter(|beside| user.changed && beside.uid() != 0) {
            // Root looks at a cluster that is there: it stays its owner's.
            return Ok(Self { base: beside, pointer: None, user: ServerUser::owner_of(&owner) });
        }
        let noted = fs::read_to_string(&pointer).ok().map(|text| PathBuf::from(text.trim()));
        if !user.changed || (user.reaches(&data_dir) && noted.is_none()) {
            return Ok(Self { base: beside, pointer: None, user });
        }
        let system = Path::new(SYSTEM_BASE);
        let noted = noted.filter(|noted| noted.parent() == Some(system));
        let base = noted.unwrap_or_else(|| system.join(short_hash(&data_dir)));
        Ok(Self { base, pointer: Some(pointer), user })
    }

    /// Makes the base folder, for its user alone.
    pub(super) fn make(&self) -> Result<(), ClusterError> {
        let io = |source| ClusterError::Io { path: self.base.clone(), source };
        if let Some(pointer) = &self.pointer {
            // Anyone may pass through to reach a base; the base itself is closed.
            let above = Path::new(SYSTEM_BASE);
            if !above.exists() {
                DirBuilder::new().recursive(true).mode(0o755).create(above).map_err(io)?;
                fs::set_permissions(above, fs::Permissions::from_mode(0o755)).map_err(io)?;
            }
            fs::write(pointer, format!("{}\n", self.base.display()))
                .map_err(|source| ClusterError::Io { path: pointer.clone(), source })?;
        }
        if !self.base.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.base).map_err(io)?;
        }
        self.give(&self.base)
    }

    /// Hands a file or folder that we made over to the server's user.
    pub(super) fn give(&self, path: &Path) -> Result<(), ClusterError> {
        if !self.user.changed {
            return Ok(());
        }
        chown(path, Some(self.user.uid), Some(self.user.gid))
            .map_err(|source| ClusterError::Io { path: path.to_owned(), source })
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.base.join("server.log")
    }
}

/// Twelve hexadecimal digits that tell paths apart.
pub(super) fn short_hash(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex()[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwd_lines_are_read_and_broken_ones_passed_over() {
        let users: Vec<_> =
            entries("root:x:0:0:root:/root:/bin/sh\nbroken\npostgres:x:101:104:,,,:/var:/bin/sh\n").collect();
        assert_eq!(users, [("root".to_owned(), 0, 0), ("postgres".to_owned(), 101, 104)]);
    }

    #[test]
    fn a_closed_folder_is_not_reached_by_others() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let stranger = ServerUser { name: "stranger".to_owned(), uid: 54_321, gid: 54_321, changed: true };
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(stranger.reaches(&inner));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.reaches(&inner));
    }
}
