//! The folder of the server's socket: short enough for the kernel, and its user's alone.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::error::ClusterError;
use super::place::{Place, ServerUser, short_hash};

/// What the server calls its socket on [`PORT`].
pub(super) const FILE_NAME: &str = ".s.PGSQL.5432";
/// The socket's number; there is no TCP.
pub(super) const PORT: u16 = 5432;
/// The kernel's limit on a socket's path, bytes.
const LONGEST: usize = 107;

/// Where the socket of a place goes: the temporary folder, or `/tmp` if that is too deep or closed to the user.
pub(super) fn directory(place: &Place) -> PathBuf {
    let name = format!("parktwin-{}", short_hash(&place.base));
    let own = std::env::temp_dir().join(&name);
    let fits = own.is_absolute() && own.as_os_str().len() + 1 + FILE_NAME.len() <= LONGEST;
    let reachable = own.parent().is_some_and(|above| place.user.reaches(above));
    if fits && reachable { own } else { Path::new("/tmp").join(name) }
}

/// Makes the folder, or takes it if it is as we would have made it.
pub(super) fn prepare(place: &Place) -> Result<PathBuf, ClusterError> {
    let path = directory(place);
    match DirBuilder::new().mode(0o700).create(&path) {
        Ok(()) => place.give(&path)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(ClusterError::Io { path, source }),
    }
    check(&path, &place.user)?;
    Ok(path)
}

/// Refuses a folder that another user could have put there or can write to.
pub(super) fn check(path: &Path, user: &ServerUser) -> Result<(), ClusterError> {
    let refuse = |reason: String| Err(ClusterError::UnsafeSocketDir { path: path.to_owned(), reason });
    let found = fs::symlink_metadata(path).map_err(|source| ClusterError::Io { path: path.to_owned(), source })?;
    if !found.is_dir() {
        return refuse("not a folder".to_owned());
    }
    if found.uid() != user.uid {
        return refuse(format!("owned by user {}, not by {} ({})", found.uid(), user.name, user.uid));
    }
    if found.mode() & 0o077 != 0 {
        return refuse(format!("open to other users (mode {:o})", found.mode() & 0o777));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let owner = fs::metadata(folder.path()).unwrap().uid();
        let user = ServerUser { name: "me".to_owned(), uid: owner, gid: 0, changed: false };
        check(folder.path(), &user).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let error = check(folder.path(), &user).unwrap_err();
        assert!(error.to_string().contains("open to other users (mode 755)"), "{error}");
        let other = ServerUser { uid: owner + 1, ..user };
        assert!(check(folder.path(), &other).unwrap_err().to_string().contains("owned by user"));
    }
}
