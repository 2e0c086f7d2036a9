//! Why a sample park could not be made.

use std::path::{Path, PathBuf};

/// Why a sample park could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A park needs more parcels.
    #[error("{parcels} parcels make no park; ask for {fewest} or more")]
    TooFewParcels {
        /// Parcels asked for.
        parcels: usize,
        /// Fewest possible.
        fewest: usize,
    },
    /// The folder holds something that is not a sample park.
    #[error("{} holds {found:?}, which no sample park has; name an empty or a new folder", dir.display())]
    FolderInUse {
        /// The folder.
        dir: PathBuf,
        /// A file or folder found there.
        found: String,
    },
    /// A file or folder could not be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// File or folder.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// GDAL could not write a file.
    #[error("GDAL cannot write {}", path.display())]
    Gdal {
        /// File.
        path: PathBuf,
        /// Cause.
        #[source]
        source: gdal::errors::GdalError,
    },
}

impl SampleError {
    pub(super) fn gdal(path: &Path, source: gdal::errors::GdalError) -> Self {
        Self::Gdal { path: path.to_path_buf(), source }
    }
}
