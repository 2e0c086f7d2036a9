//! From files to the store: read (GDAL) → stage → validate → reproject → diff → load.
//!
//! A manifest (`park.toml`, see `docs/manifest.md`) says which files make a park; [`import`] brings the store into line
//! with them in one transaction. GDAL reads in a process of its own ([`reader`]). The model and the store are left to
//! `spatial_db`, what follows from the data to `analysis`.

#![allow(clippy::result_large_err, reason = "an import fails once; its error carries what a person needs to mend it")]

mod areas;
mod crs;
mod error;
mod error_code;
#[cfg(test)]
mod fuzzing;
mod imagery;
mod import;
pub mod inspect;
mod issue;
pub mod manifest;
mod mend;
pub mod reader;
mod report;
pub mod sample;
mod shifted;
mod stage;
mod terrain;
mod wkb;

pub use areas::{AreaError, Areas, Shapes, areas, shapes};
pub use crs::utm_epsg;
pub use error::{ImportError, ReaderLimit};
pub use import::{ImportOptions, Progress, import, preview};
pub use issue::{Issue, Severity};
pub use mend::{ExportError, ExportOptions, ExportReport, ExportedLayer, export_issues};
pub use report::{DroppedReport, ImportReport, LayerReport, TerrainReport};
