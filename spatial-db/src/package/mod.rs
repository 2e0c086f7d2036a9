//! One park in one file: a `GeoPackage` that the twin opens without a database, and QGIS, GDAL and everybody else as well.
//!
//! [`pack`] writes one from the store, [`Package`] reads it. What it holds gives the same [`ParkSnapshot`] and the same
//! [`crate::model::Imagery`] as the store. [`write_table`] writes a single table for somebody else. `docs/package.md`
//! describes the format.

mod checksum;
mod error;
mod export;
mod file;
mod geometry;
mod pyramid;
mod read;
mod redact;
mod rows;
#[cfg(test)]
mod sample;
mod scene;
#[cfg(test)]
mod secrets;
mod sql;
mod tables;
mod terrain;
#[cfg(test)]
mod tests;
mod value;
mod write;

use chrono::{DateTime, Utc};

pub use error::PackageError;
pub use export::{Push, shape_of, write_table, write_tables};
pub use file::{Column, Srs, Table};
pub use read::{Package, PackageHeader};
pub use redact::{Shown, Whitelist, moved_m};
pub use scene::{BriefText, SceneKind, SceneText};
pub use value::{Cell, Kind};
pub use write::{PackOptions, PackStep, Packed, PackedTable, pack, pack_shown};

use crate::model::ParkSnapshot;
use crate::store::imagery::{Frame, Level};

/// Where the rows of a table come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLayer {
    /// The table.
    pub table: String,
    /// Layer of the manifest.
    pub layer: String,
    /// Source file, and layer in it, as the manifest names it.
    pub source: String,
    /// Rows of the layer in the table.
    pub rows: i64,
}

/// What goes into a package, but for the pictures.
struct Contents {
    snapshot: ParkSnapshot,
    sources: Vec<SourceLayer>,
    levels: Vec<Level>,
    frames: Vec<Frame>,
    scenes: Vec<SceneText>,
    briefs: Vec<BriefText>,
    /// Columns that may be given away; all of them if `None`.
    shown: Option<Whitelist>,
    srs_wkt: Option<String>,
    run_id: Option<i64>,
    packed: DateTime<Utc>,
}

/// Digest of bytes, as 64 hexadecimal digits: which file it was, whatever it is called now.
pub fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
