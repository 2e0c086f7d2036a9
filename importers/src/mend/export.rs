//! Issues and the rows they are about, into a GeoPackage.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Feature, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal};
use gdal::{Dataset, DriverManager};
use geo::Geometry;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use spatial_db::model::{IssueRecord, Park};
use spatial_db::store::{Store, StoreError};

use super::{ISSUES, KEY, ROW, WORDS};
use crate::ImportError;
use crate::import::affected_rows;
use crate::reader::ReaderCommand;

/// Where the rows that were kept can be read again.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The park's manifest.
    pub manifest: PathBuf,
    /// Folder that its files are relative to, overriding the manifest.
    pub root: Option<PathBuf>,
    /// How to start the reading process.
    pub reader: ReaderCommand,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// The file.
    pub file: PathBuf,
    /// Issues.
    pub issues: u64,
    /// Rows by layer.
    pub layers: Vec<ExportedLayer>,
}

/// Rows of one layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExportedLayer {
    /// Layer of the manifest.
    pub layer: String,
    /// Rows from quarantine.
    pub quarantined: u64,
    /// Rows that were kept and have an issue.
    pub kept: u64,
    /// Rows rejected as duplicates that are written without geometry: the quarantine does not hold it, as a duplicate is
    /// known only after its geometry has gone its way. Read again from the source they have it.
    pub without_geometry: u64,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Somebody's work may be in it.
    #[error("{} is there already; name another file, or move it away if nobody mended rows in it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// GDAL cannot write it.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: GdalError,
    },
    /// The store.
    #[error("the issues cannot be read from the database")]
    Store(#[from] StoreError),
    /// Another park's manifest.
    #[error("{} is the manifest of a park in another coordinate system", manifest.display())]
    OtherPark {
        /// The manifest.
        manifest: PathBuf,
    },
    /// The sources of the manifest.
    #[error("the rows cannot be read from their sources")]
    Sources(#[source] Box<ImportError>),
}

/// A row on its way out.
pub(crate) struct AffectedRow {
    pub(crate) number: i64,
    pub(crate) key: Option<String>,
    pub(crate) words: [String; 3],
    pub(crate) raw: Map<String, Json>,
    pub(crate) place: Option<Geometry<f64>>,
    pub(crate) rejected: bool,
}

/// What was said of a row: code, reason and fix of its first issue, and whether it was left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) key: Option<String>,
    pub(crate) words: [String; 3],
    pub(crate) rejected: bool,
}

/// Rows with issues, by layer and row.
pub(crate) type Affected = BTreeMap<String, HashMap<i64, Said>>;

/// Writes a park's issues, and the rows they are about, into a new GeoPackage: rejected rows as they are kept in
/// quarantine; with `sources`, every row that has an issue, read again from its file.
///
/// # Errors
/// [`ExportError`]; a file half written is taken away.
pub fn export_issues(
    store: &mut Store,
    park: &Park,
    out: &Path,
    sources: Option<&ExportOptions>,
) -> Result<ExportReport, ExportError> {
    if out.exists() {
        return Err(ExportError::Exists { path: out.to_path_buf() });
    }
    let written = write(store, park, out, sources);
    if written.is_err() {
        // It is of no use to anybody; that it cannot be removed is not worth a second error.
        let _ = std::fs::remove_file(out);
    }
    written
}

fn write(
    store: &mut Store,
    park: &Park,
    out: &Path,
    sources: Option<&ExportOptions>,
) -> Result<ExportReport, ExportError> {
    let failed = |source| ExportError::Write { path: out.to_path_buf(), source };
    let dataset = DriverManager::get_driver_by_name("GPKG").and_then(|driver| driver.create_vector_only(out));
    let mut sink = Sink { dataset: dataset.map_err(failed)?, srs: park_srs(park.srid).map_err(failed)? };
    let (issues, affected) = sink.issues(store, park.park_id, out)?;
    let mut layers = Vec::new();
    if let Some(sources) = sources {
        affected_rows(sources, park.srid, &affected, &mut |layer, rows| {
            layers.push(sink.rows(layer, rows).map_err(failed)?);
            Ok(())
        })?;
    } else {
        let mut rejected: BTreeMap<String, Vec<AffectedRow>> = BTreeMap::new();
        store.each_rejected(park.park_id, &mut |row| {
            let raw = match row.row.raw {
                Json::Object(raw) => raw,
                _ => Map::new(),
            };
            rejected.entry(row.layer).or_default().push(AffectedRow {
                number: row.row.source_row,
                key: row.key,
                words: [row.row.code, row.row.reason, row.row.fix],
                raw,
                place: row.place,
                rejected: true,
            });
        })?;
        for (layer, rows) in &rejected {
            layers.push(sink.rows(layer, rows).map_err(failed)?);
        }
    }
    sink.dataset.close().map_err(failed)?;
    Ok(ExportReport { file: out.to_path_buf(), issues, layers })
}

fn park_srs(srid: i32) -> Result<SpatialRef, GdalError> {
    let mut srs = SpatialRef::from_epsg(srid.cast_unsigned())?;
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(srs)
}

struct Sink {
    dataset: Dataset,
    srs: SpatialRef,
}

/// A field's value.
enum Cell {
    Null,
    Text(String),
    Whole(i64),
    Real(f64),
}

impl Sink {
    fn layer(
        &mut self,
        name: &str,
        fields: &[(&str, OGRFieldType::Type)],
        rows: &mut dyn Iterator<Item = (Option<&Geometry<f64>>, Vec<Cell>)>,
    ) -> Result<u64, GdalError> {
        let mut transaction = self.dataset.start_transaction()?;
        let layer = transaction.create_layer(LayerOptions {
            name,
            srs: Some(&self.srs),
            ty: OGRwkbGeometryType::wkbUnknown,
            // Names that no source field has.
            options: Some(&["FID=twin_fid", "GEOMETRY_NAME=twin_geom"]),
        })?;
        layer.create_defn_fields(fields)?;
        let mut count = 0;
        for (place, cells) in rows {
            let mut feature = Feature::new(layer.defn())?;
            if let Some(place) = place {
                feature.set_geometry(place.to_gdal()?)?;
            }
            for (index, cell) in cells.into_iter().enumerate() {
                match cell {
                    Cell::Null => {}
                    Cell::Text(text) => feature.set_field_string(index, &text)?,
                    Cell::Whole(number) => feature.set_field_integer64(index, number)?,
                    Cell::Real(number) => feature.set_field_double(index, number)?,
                }
            }
            feature.create(&layer)?;
            count += 1;
        }
        transaction.commit()?;
        Ok(count)
    }

    /// The issues themselves, and which rows they are about.
    fn issues(&mut self, store: &mut Store, park_id: i32, out: &Path) -> Result<(u64, Affected), ExportError> {
        use OGRFieldType::{OFTInteger64, OFTString};
        const FIELDS: [(&str, OGRFieldType::Type); 12] = [
            ("code", OFTString),
            ("severity", OFTString),
            ("reason", OFTString),
            ("fix", OFTString),
            ("layer", OFTString),
            ("source", OFTString),
            ("row", OFTInteger64),
            ("key", OFTString),
            ("table_name", OFTString),
            ("other_table", OFTString),
            ("other_key", OFTString),
            ("facts", OFTString),
        ];
        let mut found: Vec<IssueRecord> = Vec::new();
        let mut affected = Affected::new();
        store.each_issue_placed(park_id, &mut |issue| {
            if let Some(row) = issue.source_row {
                let said = affected.entry(issue.layer.clone()).or_default().entry(row).or_default();
                let rejected = issue.quarantine_id.is_some();
                if said.words[0].is_empty() || rejected {
                    said.words = [issue.code.clone(), issue.reason.clone(), issue.fix.clone()];
                }
                said.rejected |= rejected;
                said.key = issue.key.clone().or(said.key.take());
            }
            found.push(issue);
        })?;
        let text = |text: &Option<String>| text.clone().map_or(Cell::Null, Cell::Text);
        let mut rows = found.iter().map(|issue| {
            let cells = vec![
                Cell::Text(issue.code.clone()),
                Cell::Text(issue.severity.as_str().to_owned()),
                Cell::Text(issue.reason.clone()),
                Cell::Text(issue.fix.clone()),
                Cell::Text(issue.layer.clone()),
                Cell::Text(issue.source.clone()),
                issue.source_row.map_or(Cell::Null, Cell::Whole),
                text(&issue.key),
                text(&issue.table),
                text(&issue.other_table),
                text(&issue.other_key),
                Cell::Text(Json::Object(issue.facts.clone()).to_string()),
            ];
            (issue.place.as_ref(), cells)
        });
        let count = self
            .layer(ISSUES, &FIELDS, &mut rows)
            .map_err(|source| ExportError::Write { path: out.to_path_buf(), source })?;
        Ok((count, affected))
    }

    /// Rows of one layer under the source's own field names.
    fn rows(&mut self, layer: &str, rows: &[AffectedRow]) -> Result<ExportedLayer, GdalError> {
        let mut names: Vec<(&str, Kind)> = Vec::new();
        for row in rows {
            for (name, value) in row.raw.iter().filter(|(name, _)| !name.starts_with('@')) {
                match names.iter_mut().find(|(known, _)| known == name) {
                    Some((_, known)) => *known = known.and(Kind::of(value)),
                    None => names.push((name, Kind::of(value))),
                }
            }
        }
        let mut fields = vec![(ROW, OGRFieldType::OFTInteger64), (KEY, OGRFieldType::OFTString)];
        fields.extend(WORDS.map(|word| (word, OGRFieldType::OFTString)));
        fields.extend(names.iter().map(|(name, kind)| (*name, kind.of_field())));
        let mut cells = rows.iter().map(|row| {
            let mut cells = vec![Cell::Whole(row.number), row.key.clone().map_or(Cell::Null, Cell::Text)];
            cells.extend(row.words.iter().cloned().map(Cell::Text));
            cells.extend(names.iter().map(|(name, kind)| kind.cell(row.raw.get(*name))));
            (row.place.as_ref(), cells)
        });
        self.layer(layer, &fields, &mut cells)?;
        let quarantined = rows.iter().filter(|row| row.rejected).count() as u64;
        let lost = |row: &&AffectedRow| row.rejected && row.place.is_none() && row.words[0] == "key.duplicate";
        Ok(ExportedLayer {
            layer: layer.to_owned(),
            quarantined,
            kept: rows.len() as u64 - quarantined,
            without_geometry: rows.iter().filter(lost).count() as u64,
        })
    }
}

/// What a field of the source holds, as far as its rows tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    Whole,
    Real,
    Text,
}

impl Kind {
    fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Unknown,
            Json::Number(number) if number.is_i64() => Self::Whole,
            Json::Number(_) => Self::Real,
            _ => Self::Text,
        }
    }

    /// What holds both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (kind, Self::Unknown) | (Self::Unknown, kind) => kind,
            (a, b) if a == b => a,
            (Self::Whole, Self::Real) | (Self::Real, Self::Whole) => Self::Real,
            _ => Self::Text,
        }
    }

    fn of_field(self) -> OGRFieldType::Type {
        match self {
            Self::Whole => OGRFieldType::OFTInteger64,
            Self::Real => OGRFieldType::OFTReal,
            Self::Unknown | Self::Text => OGRFieldType::OFTString,
        }
    }

    fn cell(self, value: Option<&Json>) -> Cell {
        match (self, value) {
            (_, None | Some(Json::Null)) => Cell::Null,
            (Self::Whole, Some(value)) => value.as_i64().map_or(Cell::Null, Cell::Whole),
            (Self::Real, Some(value)) => value.as_f64().map_or(Cell::Null, Cell::Real),
            (_, Some(Json::String(text))) => Cell::Text(text.clone()),
            (_, Some(other)) => Cell::Text(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_holds_what_all_its_rows_hold() {
        let kind = |values: &[Json]| values.iter().map(Kind::of).fold(Kind::Unknown, Kind::and);
        assert_eq!(kind(&[json!(null), json!(3), json!(4)]), Kind::Whole);
        assert_eq!(kind(&[json!(3), json!(4.5)]), Kind::Real);
        assert_eq!(kind(&[json!(3), json!("about 3")]), Kind::Text);
        assert_eq!(kind(&[json!(null)]), Kind::Unknown);
    }
}
