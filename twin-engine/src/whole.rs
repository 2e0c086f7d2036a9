//! Files that are there whole or not at all: written beside their place, and put into it once they are.

use std::io::Result;
use std::path::{Path, PathBuf};

/// Writes a file; one that is there stays until the new one is whole, and for good where the writer is stopped before that.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = beside(path);
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // There is nothing to be done about a file that will not go.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Where a file is until it is whole.
fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    PathBuf::from(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_its_place_whole_or_leaves_what_was_there() {
        let folder = std::env::temp_dir().join(format!("twin-whole-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("view.png");
        std::fs::write(&path, "what was there").unwrap();
        // Where it cannot be written beside its place, nothing of it comes into that.
        std::fs::create_dir(beside(&path)).unwrap();
        assert!(write(&path, b"a picture").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"what was there");
        std::fs::remove_dir(beside(&path)).unwrap();
        write(&path, b"a picture").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"a picture");
        assert!(!beside(&path).exists(), "nothing is left beside it");
        // A folder in its place stays, and nothing is left there either.
        let taken = folder.join("taken");
        std::fs::create_dir_all(taken.join("full")).unwrap();
        assert!(write(&taken, b"a picture").is_err() && !beside(&taken).exists() && taken.is_dir());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
