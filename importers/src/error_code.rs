//! Stable codes of what stops an import, and where it happened, for programs that read `twin import --json`.
//!
//! Words for people are left to `error`.

use std::path::Path;

use spatial_db::store::StoreError;

use crate::error::{ImportError, ReaderLimit};

impl ImportError {
    /// A stable code, `subject.problem`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest(_) => "manifest.wrong",
            Self::FileMissing { .. } => "file.missing",
            Self::MendedMissing { .. } => "file.mended_missing",
            Self::Unreadable { .. } => "file.unreadable",
            Self::NoSuchLayer { .. } => "file.no_such_layer",
            Self::WhichLayer { .. } => "file.several_layers",
            Self::NoSuchField { .. } => "file.no_such_field",
            Self::BadFilter { .. } => "file.bad_filter",
            Self::EmptyLayer { .. } => "file.empty",
            Self::NoGeometry { .. } => "file.no_geometry",
            Self::Truncated { .. } => "file.cut_off",
            Self::ReadFailed { .. } => "file.damaged",
            Self::NoCrs { .. } => "crs.missing",
            Self::UnknownCrs { .. } => "crs.unknown",
            Self::ParkCrs { .. } => "crs.unfit_for_park",
            Self::WrongCrs { .. } => "crs.wrong",
            Self::NoTerrain { .. } => "terrain.none",
            Self::NoImagery { .. } => "imagery.none",
            Self::ReaderCrashed { .. } => "reader.crashed",
            Self::ReaderLimit { limit: ReaderLimit::Memory { .. }, .. } => "reader.out_of_memory",
            Self::ReaderLimit { limit: ReaderLimit::Temp { .. }, .. } => "reader.out_of_space",
            Self::ReaderLimit { limit: ReaderLimit::Silence { .. }, .. } => "reader.timed_out",
            Self::ReaderMisled { .. } => "reader.misled",
            Self::Reader { .. } => "reader.unusable",
            Self::Store { source } => match source {
                StoreError::ConnectionLost { .. } => "store.connection_lost",
                StoreError::DiskFull { .. } => "store.disk_full",
                StoreError::ParkBusy { .. } => "store.park_busy",
                StoreError::ReadOnly { .. } => "store.read_only",
                StoreError::CommitUnknown { .. } => "store.commit_unknown",
                _ => "store.refused",
            },
            Self::Shrinks { .. } => "layer.shrinks",
            Self::LayerLost { .. } => "layer.left_out",
            Self::CountsDiffer { .. } => "import.counts_differ",
            Self::Temporary { .. } => "import.no_temporary_file",
            Self::Cancelled => "import.cancelled",
        }
    }

    /// Layer of the manifest that it concerns.
    pub fn layer(&self) -> Option<&str> {
        match self {
            Self::FileMissing { layer, .. }
            | Self::Unreadable { layer, .. }
            | Self::NoSuchLayer { layer, .. }
            | Self::WhichLayer { layer, .. }
            | Self::NoSuchField { layer, .. }
            | Self::BadFilter { layer, .. }
            | Self::EmptyLayer { layer, .. }
            | Self::NoGeometry { layer, .. }
            | Self::NoCrs { layer, .. }
            | Self::UnknownCrs { layer, .. }
            | Self::WrongCrs { layer, .. }
            | Self::Truncated { layer, .. }
            | Self::ReadFailed { layer, .. }
            | Self::ReaderCrashed { layer, .. }
            | Self::ReaderLimit { layer, .. }
            | Self::ReaderMisled { layer, .. }
            | Self::NoTerrain { layer, .. }
            | Self::NoImagery { layer, .. }
            | Self::Shrinks { layer, .. }
            | Self::LayerLost { layer, .. }
            | Self::CountsDiffer { layer, .. } => Some(layer),
            Self::Manifest(_)
            | Self::MendedMissing { .. }
            | Self::ParkCrs { .. }
            | Self::Reader { .. }
            | Self::Store { .. }
            | Self::Temporary { .. }
            | Self::Cancelled => None,
        }
    }

    /// The file that it concerns.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::FileMissing { file, .. }
            | Self::Unreadable { file, .. }
            | Self::NoSuchLayer { file, .. }
            | Self::WhichLayer { file, .. }
            | Self::NoSuchField { file, .. }
            | Self::EmptyLayer { file, .. }
            | Self::NoGeometry { file, .. }
            | Self::NoCrs { file, .. }
            | Self::WrongCrs { file, .. }
            | Self::Truncated { file, .. }
            | Self::ReadFailed { file, .. }
            | Self::ReaderCrashed { file, .. }
            | Self::ReaderLimit { file, .. }
            | Self::ReaderMisled { file, .. }
            | Self::MendedMissing { file }
            | Self::NoTerrain { file, .. }
            | Self::NoImagery { file, .. }
            | Self::Shrinks { file, .. } => Some(file),
            _ => None,
        }
    }

    /// Row of the file after which reading failed, or line of the manifest that is wrong.
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::ReadFailed { row, .. } => Some(*row),
            Self::Manifest(error) => error.line().map(|line| line as u64),
            _ => None,
        }
    }
}
