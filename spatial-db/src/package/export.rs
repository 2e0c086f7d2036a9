//! Tables of features into a `GeoPackage` of their own: what somebody filtered and sorted, or a drill left, for QGIS or a report.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use super::error::PackageError;
use super::file::{File, Srs, Table};
use super::rows;
use super::value::Cell;
use crate::model::{FeatureKind, ParkSnapshot};
use crate::schema::Shape;

/// Takes a row: its number, its geometry, and a field for each column.
pub type Push<'p> = dyn FnMut(i64, Option<&Shape>, &[Cell<'_>]) -> Result<(), PackageError> + 'p;

/// Writes a table to `out`, whole or not at all; what was there before goes. `fill` hands the rows over, numbered anew or as
/// they are, no number twice.
///
/// # Errors
/// [`PackageError`], or what `fill` gives.
pub fn write_table(
    out: &Path,
    srs: Srs<'_>,
    stamp: DateTime<Utc>,
    table: &Table<'_>,
    fill: &mut dyn FnMut(&mut Push<'_>) -> Result<(), PackageError>,
) -> Result<u64, PackageError> {
    let counts = write_tables(out, srs, stamp, std::slice::from_ref(table), &mut |_, push| fill(push))?;
    Ok(counts.first().copied().unwrap_or_default())
}

/// Writes several tables to one file, whole or not at all. `fill` hands the rows of the table of a position over. Rows of each.
///
/// # Errors
/// As [`write_table`].
pub fn write_tables(
    out: &Path,
    srs: Srs<'_>,
    stamp: DateTime<Utc>,
    tables: &[Table<'_>],
    fill: &mut dyn FnMut(usize, &mut Push<'_>) -> Result<(), PackageError>,
) -> Result<Vec<u64>, PackageError> {
    let write = |source| PackageError::Write { path: out.to_path_buf(), source };
    let file = File::create(out, srs, &stamp.to_rfc3339_opts(SecondsFormat::Millis, true))?;
    let mut counts = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        let mut rows = file.table(table).map_err(write)?;
        fill(at, &mut |id, shape, cells| rows.push(id, shape, cells).map_err(|error| error.of(out, table.name, id)))?;
        let (count, _) = rows.finish().map_err(write)?;
        counts.push(count.cast_unsigned());
    }
    file.finish(out)?;
    Ok(counts)
}

/// The geometry of a feature, by its position among those of its kind in the park; `None` for kinds without.
pub fn shape_of(park: &ParkSnapshot, kind: FeatureKind, at: usize) -> Option<Shape> {
    rows::row(park, kind, at)?.shape
}
