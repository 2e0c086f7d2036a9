//! Files that are there whole or not at all.

use std::io::{Error, Result, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file and makes its folder; one that is there stays until the new one is whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    beside(path, bytes)?.persist(path).map(drop).map_err(Error::from)
}

/// The same, but a file that is there is left alone and is an error.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    beside(path, bytes)?.persist_noclobber(path).map(drop).map_err(Error::from)
}

/// The bytes in a file without a name of its own yet, on the disk.
fn beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".").permissions(permissions()).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Those of an ordinary file, which the user's mask narrows; a temporary one would be its owner's alone.
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
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
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        // A folder in the way: nothing is written.
        assert!(write(folder.path(), b"x").is_err());
    }
}
