//! Files at hand that the window can open: drills and pitches, by their names.

use std::path::PathBuf;

/// A file that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChoice {
    /// Name of what is in it; that of the file where it cannot be read: why is told when it is opened.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}
