//! The private temporary folder of a reading process: made for it, gone after it, whatever became of it.
//!
//! A lock on a file in it says that somebody still uses it; what a dead program left behind is swept away by the next.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// How the folders are called.
const PREFIX: &str = "parktwin-reader-";
/// The file that is locked while a folder is in use.
const LOCK: &str = "lock";
/// What the process sees of the folder.
const FILES: &str = "files";
/// A folder without a lock may just be being made.
const BEING_MADE: Duration = Duration::from_mins(1);

/// A folder that only its owner can enter, removed when this is dropped.
#[derive(Debug)]
pub(super) struct PrivateFolder {
    folder: TempDir,
    files: PathBuf,
    _lock: File,
}

impl PrivateFolder {
    /// Makes one, after sweeping away what dead programs left.
    pub(super) fn new() -> io::Result<Self> {
        Self::within(&std::env::temp_dir())
    }

    fn within(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        // Landlock and messages want the path without links.
        let parent = parent.canonicalize()?;
        let owner_only = fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(PREFIX).permissions(owner_only).tempdir_in(parent)?;
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.path().join(LOCK))?;
        lock.lock()?;
        let files = folder.path().join(FILES);
        DirBuilder::new().mode(0o700).create(&files)?;
        Ok(Self { folder, files, _lock: lock })
    }

    /// Where the process may write.
    pub(super) fn files(&self) -> &Path {
        &self.files
    }

    /// Bytes in it.
    pub(super) fn size(&self) -> u64 {
        fn below(folder: &Path) -> u64 {
            let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            entries
                .filter_map(|entry| Some((entry.path(), fs::symlink_metadata(entry.path()).ok()?)))
                // Blocks, not length: a file with holes takes only what it holds.
                .map(|(path, meta)| if meta.is_dir() { below(&path) } else { meta.blocks() * 512 })
                .sum()
        }
        below(&self.files)
    }

    /// Removes it now, and says if that fails.
    pub(super) fn remove(self) -> io::Result<()> {
        self.folder.close()
    }
}

/// Removes the folders that nobody uses any more. What cannot be removed is left: the next sweep tries again.
fn sweep(parent: &Path) {
    let me = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir() && meta.uid() == me);
        if ours && is_abandoned(&path) && fs::remove_dir_all(&path).is_ok() {
            tracing::info!("removed {}, which an earlier import left behind", path.display());
        }
    }
}

fn is_abandoned(folder: &Path) -> bool {
    let Ok(lock) = OpenOptions::new().write(true).open(folder.join(LOCK)) else {
        let made = fs::symlink_metadata(folder).and_then(|meta| meta.modified());
        return made.is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age > BEING_MADE));
    };
    !matches!(lock.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_and_goes_with_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::within(parent.path()).unwrap();
        let path = folder.folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(folder.files()).unwrap().permissions().mode() & 0o777, 0o700);
        fs::create_dir(folder.files().join("deep")).unwrap();
        fs::write(folder.files().join("deep/file"), vec![1; 100_000]).unwrap();
        assert!(folder.size() >= 100_000, "{}", folder.size());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn leftovers_of_the_dead_are_swept_and_the_living_are_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let living = PrivateFolder::within(parent.path()).unwrap();
        let dead = parent.path().join(format!("{PREFIX}dead"));
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let young = parent.path().join(format!("{PREFIX}young"));
        fs::create_dir(&young).unwrap();
        let other = parent.path().join("other");
        fs::create_dir(&other).unwrap();
        let link = parent.path().join(format!("{PREFIX}link"));
        std::os::unix::fs::symlink(&other, &link).unwrap();
        let second = PrivateFolder::within(parent.path()).unwrap();
        assert!(!dead.exists(), "what a dead program left");
        assert!(young.exists(), "what may just be being made");
        assert!(other.exists() && link.symlink_metadata().is_ok(), "what is none of ours");
        assert!(living.files().exists() && second.files().exists());
        second.remove().unwrap();
        living.remove().unwrap();
    }
}
