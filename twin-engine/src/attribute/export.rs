//! Rows of a table as a file: CSV that a spreadsheet opens (UTF-8 with a mark for Excel, quotes where needed, units in the
//! headings), or a `GeoPackage` with their geometry, for QGIS.
//!
//! Written whole or not at all, from another thread: [`Export`] holds all that it needs.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use analysis::overlay::{Overlay, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
use spatial_db::model::{FeatureKind, ParkSnapshot};
use spatial_db::package::{self, Cell as Kept, Column as KeptColumn, Kind, PackageError, Srs, write_table};
use spatial_db::schema::{ColumnKind, Table};
use spatial_db::whole;

use super::{Cell, Column, Layer, Source, id};

/// Rows between words about progress.
const TELLS: usize = 256;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, without geometry.
    Csv,
    /// A `GeoPackage` with one layer.
    GeoPackage,
}

impl Format {
    /// Ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::GeoPackage => "gpkg",
        }
    }
}

/// Why rows were not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The file cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The `GeoPackage` cannot be written.
    #[error(transparent)]
    GeoPackage(#[from] PackageError),
}

/// Rows of a table on their way to a file.
#[derive(Debug)]
pub struct Export {
    park: Arc<ParkSnapshot>,
    kind: FeatureKind,
    overlay: Option<Overlay>,
    columns: Vec<Column>,
    rows: Vec<u32>,
    filter: String,
    side: Option<String>,
    day: Option<NaiveDate>,
    done: Arc<AtomicUsize>,
    cancel: Arc<AtomicBool>,
}

impl Export {
    /// `rows` of a kind in this order, with these columns; `filter` is how they were chosen. Of an overlay only what is said
    /// of these rows is kept.
    pub fn new(
        park: Arc<ParkSnapshot>,
        kind: FeatureKind,
        overlay: Option<&Overlay>,
        columns: Vec<Column>,
        rows: Vec<u32>,
        filter: String,
    ) -> Self {
        let overlay = overlay.map(|overlay| Overlay {
            verdicts: rows
                .iter()
                .filter_map(|row| {
                    let id = id(&park, kind, *row as usize)?;
                    let Verdict { class, value, .. } = overlay.verdicts.get(&id)?;
                    Some((id, Verdict { class: *class, value: *value, outline: None, facts: Vec::new() }))
                })
                .collect(),
            ..overlay.heading()
        });
        Self {
            park,
            kind,
            overlay,
            columns,
            rows,
            filter,
            side: None,
            day: None,
            done: Arc::default(),
            cancel: Arc::default(),
        }
    }

    /// The same of one side of a split picture, which the file and its name tell in these words.
    #[must_use]
    pub(crate) fn of_side(self, side: String) -> Self {
        Self { side: Some(side), ..self }
    }

    /// The same of another day than the record's, which the file and its name tell.
    #[must_use]
    pub(crate) fn on_day(self, day: NaiveDate) -> Self {
        Self { day: Some(day), ..self }
    }

    /// Set to give the file up: nothing of it stays.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Counts the rows that are written.
    pub fn done(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.done)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where a file of this kind goes in a folder: `<park>-<table>.csv`, with the side of a split picture or another day before the
    /// dot.
    pub fn path_in(&self, folder: &Path, format: Format) -> PathBuf {
        let side = self.side.as_deref().map_or_else(String::new, file_words);
        let day = self.day.map_or_else(String::new, |day| format!("-{day}"));
        folder.join(format!("{}-{}{side}{day}.{}", self.park.park.slug, self.table(), format.ending()))
    }

    fn table(&self) -> &'static str {
        Table::of(self.kind).map_or("features", |table| table.name)
    }

    fn layer(&self) -> Layer<'_> {
        Layer { park: &self.park, kind: self.kind, overlay: self.overlay.as_ref() }
    }

    /// Counts a row that is written; an error where nobody wants the file any more.
    fn tell(&self, row: usize) -> std::io::Result<()> {
        if row.is_multiple_of(TELLS) || row == self.rows.len() {
            self.done.store(row, Ordering::Relaxed);
        }
        if self.cancel.load(Ordering::Relaxed) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }

    /// Writes the rows to `path` and makes its folder; `now` is what a `GeoPackage` says of its age.
    ///
    /// # Errors
    /// The file cannot be written, or is given up.
    pub fn write(&self, path: &Path, format: Format, now: DateTime<Utc>) -> Result<(), ExportError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match format {
            Format::Csv => Ok(csv_rows(path, &self.layer(), &self.columns, &self.rows, &mut |row| self.tell(row))?),
            Format::GeoPackage => self.write_geopackage(path, now),
        }
    }

    fn write_geopackage(&self, path: &Path, now: DateTime<Utc>) -> Result<(), ExportError> {
        let layer = self.layer();
        let fields = fields(&layer, &self.columns, &self.rows);
        let mut columns = vec![KeptColumn::new("feature_id", Kind::Integer, "Number of the feature in its table")];
        columns.extend(fields.iter().map(|field| KeptColumn::new(&*field.name, field.kind, &*field.doc)));
        let srid = self.park.park.srid;
        let wkt = u16::try_from(srid).ok().and_then(crs_definitions::from_code).map(|known| known.wkt.trim());
        let description = self.description();
        let table = package::Table {
            name: self.table(),
            title: self.table(),
            description: &description,
            geometry: Table::of(self.kind).and_then(|table| table.geometry),
            columns: &columns,
        };
        write_table(path, Srs { srid, wkt }, now, &table, &mut |push| {
            let mut words = vec![String::new(); fields.len()];
            for (at, row) in self.rows.iter().map(|row| *row as usize).enumerate() {
                let cells: Vec<Cell<'_>> = self.columns.iter().map(|column| layer.cell(column, row)).collect();
                for ((field, cell), word) in fields.iter().zip(&cells).zip(&mut words) {
                    if field.kind == Kind::Text && !matches!(cell, Cell::Text(_) | Cell::Empty) {
                        *word = full(cell);
                    }
                }
                let mut kept = Vec::with_capacity(columns.len());
                kept.push(id(&self.park, self.kind, row).map(|id| id.id).into());
                let each = fields.iter().zip(&cells).zip(&words);
                kept.extend(each.map(|((field, cell), word)| field.keep(cell, word)));
                let shape = package::shape_of(&self.park, self.kind, row);
                push(at as i64 + 1, shape.as_ref(), &kept)?;
                self.tell(at + 1).map_err(|source| PackageError::Io { path: path.to_owned(), source })?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// What a person who finds the file must know.
    fn description(&self) -> String {
        let park = &self.park.park;
        let all = super::len(&self.park, self.kind);
        let mut said = format!("{} of {all} rows of {} of {}.", self.rows.len(), self.table(), park.name);
        if let Some(side) = &self.side {
            let _ = write!(said, " Of a split picture: {side}.");
        }
        if let Some(day) = self.day {
            let _ = write!(said, " Of what was there on {day}.");
        }
        if !self.filter.trim().is_empty() {
            let _ = write!(said, " Filter: {}.", self.filter.trim());
        }
        if let Some(overlay) = &self.overlay {
            let _ = write!(said, " Overlay: {}, as of {}; {}.", overlay.title, overlay.as_of, overlay.source);
        }
        if park.synthetic {
            said.push_str(" SYNTHETIC data: made up, not surveyed.");
        }
        for (label, text) in [("Licence", &park.licence), ("Credit", &park.attribution)] {
            if let Some(text) = text {
                let _ = write!(said, " {label}: {text}.");
            }
        }
        said
    }
}

/// Words as the end of a file's name, with a dash before them.
pub(crate) fn file_words(words: &str) -> String {
    let letters = words.chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
    let all: String = letters.collect::<String>().to_lowercase();
    all.split('-').filter(|part| !part.is_empty()).fold(String::new(), |said, part| format!("{said}-{part}"))
}

/// A number with all its digits, a day, yes or no, as words.
fn full(cell: &Cell<'_>) -> String {
    if let Cell::Number(number) = cell { number.to_string() } else { cell.to_string() }
}

/// A column of the file.
struct Field {
    name: String,
    kind: Kind,
    doc: String,
}

impl Field {
    fn keep<'c>(&self, cell: &Cell<'c>, word: &'c str) -> Kept<'c> {
        match (self.kind, cell) {
            (_, Cell::Empty) => Kept::Null,
            (_, Cell::Text(text)) => Kept::Text(text),
            (Kind::Text, _) => Kept::Text(word),
            (Kind::Integer, Cell::Number(number)) => Kept::Integer(*number as i64),
            (_, Cell::Number(number)) => Kept::Real(*number),
            (_, Cell::Date(day)) => Kept::Day(*day),
            (_, Cell::Truth(truth)) => Kept::Integer((*truth).into()),
        }
    }
}

/// The columns with names that SQLite can tell apart, and the kind that all their values in `rows` have.
fn fields(layer: &Layer<'_>, columns: &[Column], rows: &[u32]) -> Vec<Field> {
    let mut taken: HashSet<String> = ["fid", "geom", "feature_id"].map(str::to_owned).into();
    let stored = Table::of(layer.kind).map_or(&[][..], |table| table.columns);
    let mut fields = Vec::with_capacity(columns.len());
    for column in columns {
        let (name, kind, doc) = match &column.source {
            Source::Stored(at) => {
                let (kind, doc) = stored.get(*at).map_or((ColumnKind::Text, ""), |column| (column.kind, column.doc));
                (column.name.clone(), kind.into(), doc.to_owned())
            }
            Source::Key => (column.name.clone(), Kind::Text, "The source's own key".to_owned()),
            Source::Layer => (column.name.clone(), Kind::Text, "Layer of the manifest".to_owned()),
            Source::SourceRow => (column.name.clone(), Kind::Integer, "Row number in the source, from 1".to_owned()),
            Source::Area => ("area_m2".to_owned(), Kind::Real, "Area of the geometry, m2".to_owned()),
            Source::Length => ("length_m".to_owned(), Kind::Real, "Length of the geometry, m".to_owned()),
            Source::Class => (column.name.clone(), Kind::Text, "Class of the overlay".to_owned()),
            Source::Value => {
                let unit = layer.overlay.map_or("", |overlay| overlay.unit.as_str());
                (column.name.clone(), Kind::Real, format!("Value of the overlay, {unit}"))
            }
            Source::Extra(name) => {
                let kind = kind_of(rows.iter().map(|row| layer.cell(column, *row as usize)));
                (column.name.clone(), kind, format!("Field {name} of the source, as read"))
            }
        };
        let mut free = name.clone();
        let mut count = 1;
        while !taken.insert(free.to_lowercase()) {
            count += 1;
            free = format!("{name}_{count}");
        }
        fields.push(Field { name: free, kind, doc });
    }
    fields
}

/// The kind that all these values have; words where they differ.
fn kind_of<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Kind {
    let mut kind = None;
    for cell in cells {
        let this = match cell {
            Cell::Empty => continue,
            Cell::Text(_) => return Kind::Text,
            // Up to 2⁵³ a float says exactly which whole number it is.
            Cell::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Kind::Integer,
            Cell::Number(_) => Kind::Real,
            Cell::Date(_) => Kind::Date,
            Cell::Truth(_) => Kind::Truth,
        };
        kind = match (kind, this) {
            (None, this) => Some(this),
            (Some(known), this) if known == this => kind,
            (Some(Kind::Integer | Kind::Real), Kind::Integer | Kind::Real) => Some(Kind::Real),
            _ => return Kind::Text,
        };
    }
    kind.unwrap_or(Kind::Text)
}

/// Writes `rows` of `layer` to `path` as CSV, whole or not at all.
///
/// # Errors
/// The file cannot be written.
pub fn write_csv(path: &Path, layer: &Layer<'_>, columns: &[Column], rows: &[u32]) -> std::io::Result<()> {
    csv_rows(path, layer, columns, rows, &mut |_| Ok(()))
}

fn csv_rows(
    path: &Path,
    layer: &Layer<'_>,
    columns: &[Column],
    rows: &[u32],
    tell: &mut dyn FnMut(usize) -> std::io::Result<()>,
) -> std::io::Result<()> {
    whole::with(path, |file| {
        // Without it Excel reads Chinese as Latin letters.
        file.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(columns.iter().map(|column| match column.unit {
            "" => column.name.clone(),
            unit => format!("{} ({unit})", column.name),
        }))?;
        for (at, row) in rows.iter().enumerate() {
            csv.write_record(columns.iter().map(|column| layer.cell(column, *row as usize).to_string()))?;
            tell(at + 1)?;
        }
        csv.flush()
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use serde_json::json;

    use super::*;
    use crate::attribute::columns;
    use crate::fixture;

    const READ: &str = include_str!("../../../spatial-db/sql/tests/export_rows.sql");
    const LAYERS: &str = include_str!("../../../spatial-db/sql/tests/export_layers.sql");

    #[test]
    fn a_spreadsheet_reads_back_every_row_and_awkward_words() {
        let mut park = (*fixture::tiny().snapshot).clone();
        park.buildings[0].name = Some("Hall \"A\", east\n青溪".into());
        let layer = Layer { park: &park, kind: FeatureKind::Building, overlay: None };
        let columns = columns(&park, FeatureKind::Building, None);
        let path = std::env::temp_dir().join(format!("twin-export-{}.csv", std::process::id()));
        write_csv(&path, &layer, &columns, &[2, 0]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let text = text.strip_prefix('\u{feff}').expect("a mark for Excel");
        let mut read = csv::Reader::from_reader(text.as_bytes());
        let headings = read.headers().unwrap().clone();
        assert!(headings.iter().any(|h| h == "height_m (m)"), "{headings:?}");
        let name = headings.iter().position(|h| h == "name").unwrap();
        let read: Vec<csv::StringRecord> = read.records().map(Result::unwrap).collect();
        assert_eq!(read.len(), 2);
        assert_eq!((&read[0][name], &read[1][name]), ("Hall 3", "Hall \"A\", east\n青溪"));
        assert!(read.iter().all(|record| record.len() == columns.len()));
    }

    #[test]
    fn a_file_given_up_leaves_what_was_there_before() {
        let park = fixture::tiny().snapshot;
        let columns = columns(&park, FeatureKind::Building, None);
        let export = Export::new(park, FeatureKind::Building, None, columns, vec![0, 1, 2], String::new());
        let export = export.on_day(NaiveDate::from_ymd_opt(2019, 12, 31).unwrap());
        let folder = std::env::temp_dir().join(format!("twin-export-stopped-{}", std::process::id()));
        for format in [Format::Csv, Format::GeoPackage] {
            let path = export.path_in(&folder, format);
            assert!(path.to_string_lossy().contains("building-2019-12-31."), "{}", path.display());
            export.cancel().store(false, Ordering::Relaxed);
            export.write(&path, format, DateTime::UNIX_EPOCH).unwrap();
            let before = std::fs::read(&path).unwrap();
            export.cancel().store(true, Ordering::Relaxed);
            assert!(export.write(&path, format, DateTime::UNIX_EPOCH).is_err());
            assert!(std::fs::read(&path).unwrap() == before, "the earlier file stands as it was");
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "and nothing beside it");
            std::fs::remove_file(&path).unwrap();
        }
        std::fs::remove_dir(&folder).unwrap();
    }

    #[test]
    fn a_geopackage_holds_the_rows_in_their_order_with_geometry_and_the_overlays_class() {
        let input = fixture::tiny();
        let mut park = (*input.snapshot).clone();
        // Fields that SQLite could not tell from the table's own, of whatever mixture.
        for (at, parcel) in park.parcels.iter_mut().enumerate() {
            parcel.provenance.attributes.insert("FID".into(), json!(at));
            parcel
                .provenance
                .attributes
                .insert("NUMBER".into(), if at == 0 { json!("nought") } else { json!(at as f64 + 0.1) });
            parcel.provenance.attributes.insert("share".into(), json!(at as f64 / 4.0));
            parcel.provenance.attributes.insert("fenced".into(), json!(at % 2 == 0));
        }
        let (park, overlay) = (Arc::new(park), &input.overlays[0]);
        let columns = columns(&park, FeatureKind::Parcel, Some(overlay));
        let export = Export::new(
            Arc::clone(&park),
            FeatureKind::Parcel,
            Some(overlay),
            columns.clone(),
            vec![3, 0, 7],
            "x".into(),
        );
        let folder = std::env::temp_dir().join(format!("twin-export-{}", std::process::id()));
        let path = export.path_in(&folder, Format::GeoPackage);
        export.write(&path, Format::GeoPackage, DateTime::UNIX_EPOCH).unwrap();
        // Again over the first.
        export.write(&path, Format::GeoPackage, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(export.done().load(Ordering::Relaxed), 3);
        assert_eq!(path.file_name().unwrap(), "tiny-parcel.gpkg");

        let db = Connection::open(&path).unwrap();
        let mut statement = db.prepare(READ).unwrap();
        assert_eq!(statement.column_count(), 3 + columns.len(), "number, geometry, feature and every column");
        let at = |name: &str| statement.column_index(name).unwrap_or_else(|_| panic!("no {name}"));
        let [fid, feature, number, other, own, class, area, share, fenced] =
            ["fid", "feature_id", "number", "NUMBER_2", "FID_2", "overlay_class", "area_m2", "share", "fenced"].map(at);
        let rows: Vec<String> = statement
            .query_map([], |row| {
                assert_eq!(&row.get_ref(1)?.as_blob()?[..2], b"GP");
                let whole = |at: usize| row.get::<_, i64>(at);
                let real = |at: usize| row.get::<_, f64>(at);
                let words = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
                Ok(format!(
                    "{} {} {} {} {} {:?} {} {} {}",
                    whole(fid)?,
                    whole(feature)?,
                    words(number)?,
                    words(other)?,
                    whole(own)?,
                    words(class)?,
                    real(area)?,
                    real(share)?,
                    whole(fenced)?
                ))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let expected = [
            "1 4 P-004 3.1 3 \"vacant\" 11000 0.75 0",
            "2 1 P-001 nought 0 \"in use\" 11000 0 1",
            "3 8 P-008 7.1 7 \"\" 11000 1.75 0",
        ];
        assert_eq!(rows, expected);
        let (description, srs, definition): (String, i64, String) =
            db.query_row(LAYERS, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        assert!(description.contains("3 of 8 rows") && description.contains("SYNTHETIC"), "{description}");
        assert!(srs == 4550 && definition.starts_with("PROJCS["), "{definition}");
        drop(statement);
        drop(db);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn every_kind_of_feature_can_be_written() {
        let input = fixture::tiny();
        let folder = std::env::temp_dir().join(format!("twin-exports-{}", std::process::id()));
        for kind in crate::attribute::KINDS {
            let park = Arc::clone(&input.snapshot);
            let columns = columns(&park, kind, None);
            let rows: Vec<u32> = (0..crate::attribute::len(&park, kind) as u32).collect();
            let export = Export::new(park, kind, None, columns, rows, String::new());
            for format in [Format::Csv, Format::GeoPackage] {
                let path = export.path_in(&folder, format);
                export.write(&path, format, DateTime::UNIX_EPOCH).unwrap();
                assert!(path.exists());
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
        let nowhere = Path::new("/proc/no-such-folder/x.gpkg");
        let park = Arc::clone(&input.snapshot);
        let export = Export::new(park, FeatureKind::Parcel, None, Vec::new(), vec![0], String::new());
        export.write(nowhere, Format::GeoPackage, DateTime::UNIX_EPOCH).unwrap_err();
    }
}
