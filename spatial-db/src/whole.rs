//! Files that are there whole or not at all: written beside their place, and put into it once they are on the disk.

use std::fs::File;
use std::io::{BufWriter, Error, IntoInnerError, Result, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file and makes its folder; one that is there stays until the new one is whole, and for good where the writer is stopped
/// before that.
///
/// # Errors
/// It cannot be written; nothing of it is left.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    with(path, |file| file.write_all(bytes))
}

/// The same, but a file that is there is left alone and is an error.
///
/// # Errors
/// It cannot be written, or is there ([`std::io::ErrorKind::AlreadyExists`]).
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = beside(path, |file| file.write_all(bytes))?;
    file.persist_noclobber(path).map(drop).map_err(Error::from)
}

/// Writes a file that is too large to be held, as [`write`](write()) does; it stays away where `put` fails.
///
/// # Errors
/// That of `put`, or the file cannot be written; nothing of it is left.
pub fn with(path: &Path, put: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<()> {
    beside(path, put)?.persist(path).map(drop).map_err(Error::from)
}

/// What `put` writes, in a file without a name of its own yet, on the disk.
fn beside(path: &Path, put: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Those of an ordinary file, which the user's mask narrows; a temporary one would be its owner's alone.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let beside = builder.tempfile_in(folder)?;
    let mut file = BufWriter::new(beside.as_file());
    put(&mut file)?;
    file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_left_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/report.csv");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(write_new(&path, b"three").unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
        let broken = with(&path, |file| {
            file.write_all(&vec![b'x'; 100_000])?;
            Err(Error::other("stopped half way"))
        });
        assert_eq!(broken.unwrap_err().to_string(), "stopped half way");
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        let beside = || std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(beside(), 1);
        with(&path, |file| file.write_all(&vec![b'x'; 100_000])).unwrap();
        assert_eq!((std::fs::read(&path).unwrap().len(), beside()), (100_000, 1), "the last words too");
        // A folder in the way: nothing is written, and it stays.
        std::fs::create_dir_all(folder.path().join("taken/full")).unwrap();
        assert!(write(&folder.path().join("taken"), b"x").is_err() && folder.path().join("taken/full").is_dir());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_a_file_as_they_may_any() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        std::fs::write(folder.path().join("ordinary"), b"x").unwrap();
        write(&folder.path().join("whole"), b"x").unwrap();
        assert_eq!(mode("whole"), mode("ordinary"));
    }
}
