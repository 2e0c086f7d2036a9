//! Issues out to a GeoPackage that QGIS opens, and the rows that a person mended there back into an import.
//!
//! A layer of the file is called as the layer of the manifest, its fields as the source's; geometry is in the park's CRS.
//! `docs/issues.md` describes the round trip.

mod export;
mod mended;

pub(crate) use export::{Affected, AffectedRow, Said};
pub use export::{ExportError, ExportOptions, ExportReport, ExportedLayer, export_issues};
pub(crate) use mended::Mended;

/// Layer with the issues themselves.
const ISSUES: &str = "issues";
/// Row of the source that a row stands for.
const ROW: &str = "twin_row";
/// Key of the row, where it was known.
const KEY: &str = "twin_key";
/// What was wrong with it.
const WORDS: [&str; 3] = ["twin_code", "twin_reason", "twin_fix"];
