//! What can go wrong with a package, named for what a person can do about it.

use std::path::PathBuf;

use crate::store::StoreError;

/// Why a package was not written or cannot be read. A package that could not be written whole is not there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// Something else stands where the package should go.
    #[error("{} is there already and is no park package; name another file, or --force to overwrite it", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder cannot be used.
    #[error("{} cannot be used", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// SQLite cannot write it.
    #[error("{} cannot be written; is the disk full?", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: rusqlite::Error,
    },
    /// Another kind of file.
    #[error("{} is no park package: {found}. `twin pack <park> --out park.gpkg` writes one{}", path.display(), if *.geopackage { "; `twin inspect` shows what is in this file and `twin import` brings it in" } else { "" })]
    NotAPackage {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
        /// It is a `GeoPackage` all the same.
        geopackage: bool,
    },
    /// A newer program made it.
    #[error("{} is a package of format {found}, and this program reads up to {known}; use a newer twin, or pack the park again with this one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Format of the file.
        found: i64,
        /// Newest format that is known here.
        known: i64,
    },
    /// It was a package once.
    #[error("{} is damaged or was changed since it was packed ({reason}); copy it again from where it came from, or pack the park again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A park that does not fit a package: a defect of the program that made it.
    #[error("{table} {feature_id} cannot be packed: {reason}")]
    BadRow {
        /// Table.
        table: String,
        /// The row.
        feature_id: i64,
        /// What does not fit.
        reason: String,
    },
    /// The database.
    #[error("the park cannot be read from the database")]
    Store(#[from] StoreError),
    /// Stopped on request.
    #[error("cancelled; nothing was written")]
    Cancelled,
}
