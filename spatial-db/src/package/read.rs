//! A park out of a package. Whatever is in the file, reading it ends in a park or in a sentence about the file.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value as Json};

use super::checksum::Checksum;
use super::error::PackageError;
use super::file::Column;
use super::sql::{self, fill, list, quoted};
use super::value::Cell;
use super::write::{PackStep, picture_checksum};
use super::{BriefText, SceneKind, SceneText, SourceLayer, geometry, tables, terrain};
use crate::model::{
    Imagery, ImageryTile, IssueRecord, IssueSeverity, Park, ParkSnapshot, TerrainGrid, ValveObservation,
};
use crate::schema::{Shape, TABLES, Table};
use crate::store::imagery::{Level, choose};
use crate::store::snapshot::{FieldReader, Shared, take_row};
use crate::store::{Fault, Field, RowSource};

/// How a SQLite file begins.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";
/// Application id of a `GeoPackage`: `GPKG`.
const GEOPACKAGE: i64 = 0x4750_4B47;
/// Rows between words about progress.
const TELLS: i64 = 5000;

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageHeader {
    /// Version of the format.
    pub format: i64,
    /// Program and version that packed it.
    pub program: String,
    /// When the database last changed before it was packed, or the moment that was given.
    pub packed: DateTime<Utc>,
    /// The last import of the park.
    pub run_id: Option<i64>,
    /// The park.
    pub park: Park,
}

/// A package that can be read. Nothing is ever written to it.
#[derive(Debug)]
pub struct Package {
    db: Connection,
    path: PathBuf,
    header: PackageHeader,
    /// The terrain without its heights.
    terrain: Option<TerrainGrid>,
    /// Rows and checksum of each table.
    sums: HashMap<String, (i64, String)>,
}

/// Whether `path` is a package, of whatever version.
pub(super) fn is_package(path: &Path) -> bool {
    matches!(Package::open(path), Ok(_) | Err(PackageError::Newer { .. }))
}

impl Package {
    /// Opens a package.
    ///
    /// # Errors
    /// [`PackageError`] for a file that is not there, no package, damaged or newer than this program.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        let not = |found: &str, geopackage| PackageError::NotAPackage {
            path: path.to_path_buf(),
            found: found.to_owned(),
            geopackage,
        };
        let damaged =
            |error: rusqlite::Error| PackageError::Damaged { path: path.to_path_buf(), reason: error.to_string() };
        let head = head(path).map_err(|source| PackageError::Io { path: path.to_path_buf(), source })?;
        if head.is_empty() {
            return Err(not("it is empty", false));
        }
        if !head.starts_with(SQLITE) {
            return Err(not("it is another kind of file", false));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(damaged)?;
        db.execute_batch(sql::READ_SAFELY).map_err(damaged)?;
        let application: i64 = db.query_row(sql::APPLICATION_ID, [], |row| row.get(0)).map_err(damaged)?;
        if application != GEOPACKAGE {
            return Err(not("it is a database of something else", false));
        }
        if !is_table(&db, tables::PACKAGE).map_err(damaged)? {
            return Err(not("it is a GeoPackage of something else", true));
        }
        let found: i64 = db.query_row(sql::FORMAT, [], |row| row.get(0)).map_err(damaged)?;
        if found > tables::FORMAT {
            return Err(PackageError::Newer { path: path.to_path_buf(), found, known: tables::FORMAT });
        }
        let sums = sums(&db).map_err(damaged)?;
        let mut header = None;
        let reader = Reader { db: &db, path, sums: &sums };
        reader.each_row(tables::PACKAGE, false, &tables::package_columns(), &mut |row| {
            header = Some(header_of(row)?);
            Ok(())
        })?;
        let (header, terrain) = header.ok_or_else(|| reader.damaged("it says nothing of its park"))?;
        Ok(Self { path: path.to_path_buf(), header, terrain, sums, db })
    }

    /// What it says of itself.
    pub fn header(&self) -> &PackageHeader {
        &self.header
    }

    fn reader(&self) -> Reader<'_> {
        Reader { db: &self.db, path: &self.path, sums: &self.sums }
    }

    /// The park, as [`crate::store::Store::snapshot`] gave it when it was packed.
    ///
    /// # Errors
    /// [`PackageError::Damaged`].
    pub fn snapshot(&self, progress: &dyn Fn(PackStep)) -> Result<ParkSnapshot, PackageError> {
        let reader = self.reader();
        let mut park = ParkSnapshot::empty(self.header.park.clone());
        // Older programs did not say it, but gave nothing away without pages about a site.
        park.given = [tables::SHOWN, tables::BRIEF].iter().any(|table| self.sums.contains_key(*table));
        let rows_of = |name: &str| self.sums.get(name).map_or(0, |sum| sum.0);
        let all: i64 = TABLES.iter().map(|table| rows_of(table.name)).sum();
        let mut done = 0;
        for table in TABLES {
            // A package that an older program wrote has no table of what came since.
            if !self.sums.contains_key(table.name) && !reader.has(table.name)? {
                continue;
            }
            let (columns, places) = reader.columns_of(table)?;
            let mut shared = Shared::default();
            reader.each_row(table.name, table.geometry.is_some(), &columns, &mut |row| {
                if done % TELLS == 0 {
                    let step = tables::words(table.kind).0;
                    progress(PackStep { step, done: done.cast_unsigned(), all: all.max(1).cast_unsigned() });
                }
                done += 1;
                let row = FeatureRow { row, places: &places };
                take_row(table, &mut FieldReader::new(&row), &mut shared, &mut park)
            })?;
        }
        if self.sums.contains_key(tables::VALVE_STATE) {
            reader.each_row(tables::VALVE_STATE, false, &tables::valve_state_columns(), &mut |row| {
                park.valve_states.push(valve_state_of(row)?);
                Ok(())
            })?;
        }
        reader.each_row(tables::ISSUE, true, &tables::issue_columns(), &mut |row| {
            park.issues.push(issue_of(row)?);
            Ok(())
        })?;
        park.terrain = self.terrain()?;
        Ok(park)
    }

    fn terrain(&self) -> Result<Option<TerrainGrid>, PackageError> {
        let reader = self.reader();
        let Some(frame) = &self.terrain else { return Ok(None) };
        let samples = frame.columns.checked_mul(frame.rows);
        // Every sample is in the file: a frame that the file is too small for is none.
        let size = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        let samples = samples.filter(|samples| *samples > 0 && (*samples as u64).saturating_mul(4) <= size);
        let samples = samples.ok_or_else(|| reader.damaged("its terrain has no size"))?;
        let mut grid = TerrainGrid { heights_m: vec![f32::NAN; samples], ..frame.clone() };
        reader.each(tables::TERRAIN, &fill(sql::TILE_ROWS, &[("table", &quoted(tables::TERRAIN))]), &mut |row| {
            let row = PlainRow(row);
            let tile = row.0.get_ref(4)?.as_blob()?;
            Ok(terrain::place(&mut grid, Field::of(&row, 2)?, Field::of(&row, 3)?, tile)?)
        })?;
        Ok(Some(grid))
    }

    /// The orthophotos, chosen as [`crate::store::Store::imagery`] does; `None` for a park without.
    ///
    /// # Errors
    /// [`PackageError::Damaged`].
    pub fn imagery(&self, most_pixels: u64) -> Result<Option<Imagery>, PackageError> {
        let reader = self.reader();
        if !self.sums.contains_key(tables::IMAGERY_LEVEL) {
            return Ok(None);
        }
        let mut levels = Vec::new();
        reader.each_row(tables::IMAGERY_LEVEL, false, &tables::imagery_level_columns(), &mut |row| {
            let row = PlainRow(row);
            levels.push(Level { layer: row.get(1)?, pixel_m: row.get(2)?, pixels: row.get(3)? });
            Ok(())
        })?;
        reader.must_be_table(tables::IMAGERY_TILE)?;
        let mut imagery = Imagery::default();
        for level in choose(&levels, most_pixels as f64) {
            let mut statement = self.db.prepare(sql::IMAGERY_TILES).map_err(|error| reader.broken(&error))?;
            let rows = statement.query(rusqlite::params![level.layer, level.pixel_m]);
            let mut rows = rows.map_err(|error| reader.broken(&error))?;
            while let Some(row) = rows.next().map_err(|error| reader.broken(&error))? {
                let tile = self.tile(row).map_err(|fault| reader.damaged(&format!("its imagery: {fault}")))?;
                imagery.tiles.push(tile);
            }
            imagery.layers.push(level.layer.clone());
        }
        Ok((!imagery.tiles.is_empty()).then_some(imagery))
    }

    fn tile(&self, row: &rusqlite::Row<'_>) -> Result<ImageryTile, Fault> {
        let plain = PlainRow(row);
        let image = match row.get_ref(6)? {
            ValueRef::Null => self.pyramid_tile(plain.get::<String>(8)?.as_str(), plain.get(9)?)?,
            image => image.as_blob()?.to_vec(),
        };
        if picture_checksum(&image) != plain.get::<String>(7)? {
            return Err("a picture is not as it was packed".into());
        }
        Ok(ImageryTile {
            ground: [plain.get(0)?, plain.get(1)?, plain.get(2)?, plain.get(3)?],
            pixel_m: plain.get(4)?,
            media_type: plain.get(5)?,
            image,
        })
    }

    fn pyramid_tile(&self, table: &str, id: i64) -> Result<Vec<u8>, Fault> {
        if !is_table(&self.db, table)? {
            return Err(format!("it has no table {table}").into());
        }
        Ok(self.db.query_row(&fill(sql::PYRAMID_TILE, &[("table", &quoted(table))]), [id], |row| row.get(0))?)
    }

    /// Scenes, tours and bookmarks that it carries, in the order in which they were packed.
    ///
    /// # Errors
    /// [`PackageError::Damaged`].
    pub fn scenes(&self) -> Result<Vec<SceneText>, PackageError> {
        let mut scenes = Vec::new();
        if !self.sums.contains_key(tables::SCENE) {
            return Ok(scenes);
        }
        self.reader().each_row(tables::SCENE, false, &tables::scene_columns(), &mut |row| {
            let row = PlainRow(row);
            let word: String = row.get(1)?;
            let kind = SceneKind::parse(&word).ok_or_else(|| format!("it has a scene of kind {word:?}"))?;
            scenes.push(SceneText { kind, name: row.get(2)?, text: row.get(3)? });
            Ok(())
        })?;
        Ok(scenes)
    }

    /// Pages about sites of the park that it carries.
    ///
    /// # Errors
    /// [`PackageError::Damaged`].
    pub fn briefs(&self) -> Result<Vec<BriefText>, PackageError> {
        let mut briefs = Vec::new();
        if !self.sums.contains_key(tables::BRIEF) {
            return Ok(briefs);
        }
        self.reader().each_row(tables::BRIEF, false, &tables::brief_columns(), &mut |row| {
            let row = PlainRow(row);
            briefs.push(BriefText { language: row.get(1)?, title: row.get(2)?, html: row.get(3)? });
            Ok(())
        })?;
        Ok(briefs)
    }

    /// Which file each layer comes from.
    ///
    /// # Errors
    /// [`PackageError::Damaged`].
    pub fn sources(&self) -> Result<Vec<SourceLayer>, PackageError> {
        let mut sources = Vec::new();
        self.reader().each_row(tables::SOURCE_LAYER, false, &tables::source_layer_columns(), &mut |row| {
            let row = PlainRow(row);
            let (table, layer, source, rows) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            sources.push(SourceLayer { table, layer, source, rows });
            Ok(())
        })?;
        Ok(sources)
    }
}

/// The first bytes of a file; fewer where it is shorter.
fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(SQLITE.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Views, which could run anything, are none.
fn is_table(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    db.query_row(sql::IS_TABLE, [name], |row| row.get::<_, i64>(0)).map(|count| count == 1)
}

fn sums(db: &Connection) -> rusqlite::Result<HashMap<String, (i64, String)>> {
    if !is_table(db, tables::CHECKSUM)? {
        return Ok(HashMap::new());
    }
    let mut statement = db.prepare(sql::CHECKSUMS)?;
    let sums = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    sums.collect()
}

struct Reader<'p> {
    db: &'p Connection,
    path: &'p Path,
    sums: &'p HashMap<String, (i64, String)>,
}

/// Takes a row.
type Take<'t> = &'t mut dyn FnMut(&rusqlite::Row<'_>) -> Result<(), Fault>;

impl Reader<'_> {
    fn damaged(&self, reason: &str) -> PackageError {
        PackageError::Damaged { path: self.path.to_path_buf(), reason: reason.to_owned() }
    }

    fn broken(&self, error: &rusqlite::Error) -> PackageError {
        self.damaged(&error.to_string())
    }

    /// Whether there is a table of this name.
    fn has(&self, table: &str) -> Result<bool, PackageError> {
        is_table(self.db, table).map_err(|error| self.broken(&error))
    }

    fn must_be_table(&self, table: &str) -> Result<(), PackageError> {
        if self.has(table)? { Ok(()) } else { Err(self.damaged(&format!("it has no table {table}"))) }
    }

    /// The columns of a table of features that the package has, and where each field of the server's order stands among them. What
    /// the model has gained since, an older program did not pack: it has no place, and is not known.
    fn columns_of(&self, table: &Table) -> Result<(Vec<Column<'static>>, Vec<Option<usize>>), PackageError> {
        let broken = |error| self.broken(&error);
        let mut statement = self.db.prepare(sql::COLUMN_NAMES).map_err(broken)?;
        let names = statement.query_map([table.name], |row| row.get(0)).map_err(broken)?;
        let known = names.collect::<rusqlite::Result<HashSet<String>>>().map_err(broken)?;
        let optional = |name: &str| table.columns.iter().any(|column| column.name == name && !column.required);
        let geometry = usize::from(table.geometry.is_some());
        // Number and geometry come before the columns.
        let mut at: Vec<Option<usize>> = (0..=geometry).map(Some).collect();
        let mut columns = tables::feature_columns(table);
        let mut next = at.len();
        columns.retain(|column| {
            let is_there = known.contains(&*column.name) || !optional(&column.name);
            at.push(is_there.then_some(next));
            next += usize::from(is_there);
            is_there
        });
        let places = (0..at.len()).map(|field| at[place(table, field)]).collect();
        Ok((columns, places))
    }

    /// Every row of a table: its number, its geometry if it has one, and its columns.
    fn each_row(
        &self,
        table: &str,
        geometry: bool,
        columns: &[Column<'_>],
        take: Take<'_>,
    ) -> Result<(), PackageError> {
        let columns = geometry.then_some("geom").into_iter().chain(columns.iter().map(|column| column.name.as_ref()));
        let columns = format!(", {}", list("", columns));
        self.each(table, &fill(sql::ROWS, &[("columns", &columns), ("table", &quoted(table))]), take)
    }

    /// Every row that a statement gives, which must add up to the table's checksum.
    fn each(&self, table: &str, statement: &str, take: Take<'_>) -> Result<(), PackageError> {
        self.must_be_table(table)?;
        let broken = |error| self.broken(&error);
        let mut statement = self.db.prepare(statement).map_err(broken)?;
        let count = statement.column_count();
        let mut rows = statement.query([]).map_err(broken)?;
        let mut checksum = Checksum::default();
        while let Some(row) = rows.next().map_err(broken)? {
            for at in 0..count {
                let field = row.get_ref(at).map_err(broken)?;
                let field = cell(field).ok_or_else(|| self.damaged(&format!("letters in {table} are no UTF-8")))?;
                checksum.field(&field);
            }
            checksum.end_row();
            take(row).map_err(|fault| {
                let number: i64 = row.get(0).unwrap_or_default();
                self.damaged(&format!("row {number} of {table}: {fault}"))
            })?;
        }
        match self.sums.get(table) {
            Some((rows, _)) if *rows != checksum.rows => {
                Err(self.damaged(&format!("{table} had {rows} rows and has {}", checksum.rows)))
            }
            Some((_, sum)) if *sum == checksum.hex() => Ok(()),
            Some(_) => Err(self.damaged(&format!("{table} does not hold what was packed"))),
            None => Err(self.damaged(&format!("{table} has no checksum"))),
        }
    }
}

fn cell(field: ValueRef<'_>) -> Option<Cell<'_>> {
    Some(match field {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).ok()?),
        ValueRef::Blob(bytes) => Cell::Blob(bytes),
    })
}

/// A row whose fields are asked for by their place in it.
struct PlainRow<'r, 's>(&'r rusqlite::Row<'s>);

impl PlainRow<'_, '_> {
    fn get<T: Field>(&self, at: usize) -> Result<T, Fault> {
        T::of(self, at)
    }
}

impl RowSource for PlainRow<'_, '_> {
    fn integer(&self, at: usize) -> Result<Option<i64>, Fault> {
        Ok(self.0.get(at)?)
    }

    fn real(&self, at: usize) -> Result<Option<f64>, Fault> {
        Ok(self.0.get(at)?)
    }

    fn text(&self, at: usize) -> Result<Option<String>, Fault> {
        Ok(self.0.get(at)?)
    }

    fn date(&self, at: usize) -> Result<Option<NaiveDate>, Fault> {
        let text = self.0.get_ref(at)?.as_str_or_null()?;
        Ok(text.map(str::parse).transpose()?)
    }

    fn shape(&self, at: usize) -> Result<Shape, Fault> {
        Ok(geometry::read(self.0.get_ref(at)?.as_blob()?)?)
    }

    fn attributes(&self, at: usize) -> Result<Map<String, Json>, Fault> {
        let text = self.0.get_ref(at)?.as_str_or_null()?;
        Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
    }
}

/// A row of a table of features, whose fields are asked for in the order in which the server gives them.
struct FeatureRow<'r, 's> {
    row: &'r rusqlite::Row<'s>,
    /// Where each field stands in the row; `None` for one that the package does not have.
    places: &'r [Option<usize>],
}

/// Where a field of the server's order (number, key, layer, row in the source, other fields, geometry, columns) stands in
/// the file's (number, geometry, key, columns, layer, row in the source, other fields).
fn place(table: &Table, at: usize) -> usize {
    let geometry = usize::from(table.geometry.is_some());
    match at {
        0 => 0,
        1 => 1 + geometry,
        2..=4 => at + geometry + table.columns.len(),
        5 if geometry == 1 => 1,
        at => at - 3,
    }
}

impl FeatureRow<'_, '_> {
    /// What `take` makes of a field; nothing of one that is not there.
    fn of<T: Default>(
        &self,
        at: usize,
        take: impl FnOnce(PlainRow<'_, '_>, usize) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match self.places.get(at) {
            Some(Some(place)) => take(PlainRow(self.row), *place),
            _ => Ok(T::default()),
        }
    }
}

impl RowSource for FeatureRow<'_, '_> {
    fn integer(&self, at: usize) -> Result<Option<i64>, Fault> {
        self.of(at, |row, place| row.integer(place))
    }

    fn real(&self, at: usize) -> Result<Option<f64>, Fault> {
        self.of(at, |row, place| row.real(place))
    }

    fn text(&self, at: usize) -> Result<Option<String>, Fault> {
        self.of(at, |row, place| row.text(place))
    }

    fn date(&self, at: usize) -> Result<Option<NaiveDate>, Fault> {
        self.of(at, |row, place| row.date(place))
    }

    fn shape(&self, at: usize) -> Result<Shape, Fault> {
        let place = self.places.get(at).copied().flatten().ok_or("it has no geometry")?;
        PlainRow(self.row).shape(place)
    }

    fn attributes(&self, at: usize) -> Result<Map<String, Json>, Fault> {
        self.of(at, |row, place| row.attributes(place))
    }
}

fn header_of(row: &rusqlite::Row<'_>) -> Result<(PackageHeader, Option<TerrainGrid>), Fault> {
    let row = PlainRow(row);
    let number = |at| -> Result<i32, Fault> { Ok(i32::try_from(row.get::<i64>(at)?)?) };
    let header = PackageHeader {
        format: row.get(1)?,
        program: row.get(2)?,
        packed: row.get::<String>(3)?.parse()?,
        run_id: row.get(4)?,
        park: Park {
            park_id: number(5)?,
            slug: row.get(6)?,
            name: row.get(7)?,
            srid: number(8)?,
            synthetic: row.get::<i64>(9)? != 0,
            attribution: row.get(11)?,
            licence: row.get(12)?,
            as_of: row.get(13)?,
        },
    };
    let Some(origin_x_m) = row.get::<Option<f64>>(14)? else { return Ok((header, None)) };
    let size = |at| -> Result<usize, Fault> { Ok(usize::try_from(row.get::<i64>(at)?)?) };
    let terrain = TerrainGrid {
        origin_x_m,
        origin_y_m: row.get(15)?,
        cell_m: row.get(16)?,
        columns: size(17)?,
        rows: size(18)?,
        heights_m: Vec::new(),
    };
    Ok((header, Some(terrain)))
}

fn valve_state_of(row: &rusqlite::Row<'_>) -> Result<ValveObservation, Fault> {
    Ok(ValveObservation {
        node_key: row.get(1)?,
        observed: row.get::<_, String>(2)?.parse()?,
        open_fraction: row.get(3)?,
        stuck: row.get::<_, i64>(4)? != 0,
        source: row.get(5)?,
    })
}

fn issue_of(row: &rusqlite::Row<'_>) -> Result<IssueRecord, Fault> {
    let row = PlainRow(row);
    let severity: String = row.get(6)?;
    Ok(IssueRecord {
        place: if row.0.get_ref(1)? == ValueRef::Null { None } else { Some(row.shape(1)?.xy) },
        issue_id: row.get(2)?,
        run_id: row.get(3)?,
        check: row.get(4)?,
        code: row.get(5)?,
        severity: IssueSeverity::parse(&severity).ok_or_else(|| format!("{severity:?} is no severity"))?,
        table: row.get(7)?,
        layer: row.get(8)?,
        source: row.get(9)?,
        source_row: row.get(10)?,
        feature_id: row.get(11)?,
        key: row.get(12)?,
        other_table: row.get(13)?,
        other_feature: row.get(14)?,
        other_key: row.get(15)?,
        reason: row.get(16)?,
        fix: row.get(17)?,
        facts: row.attributes(18)?,
        quarantine_id: row.get(19)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_of_a_table_has_one_place() {
        for table in TABLES {
            let geometry = usize::from(table.geometry.is_some());
            let count = 5 + geometry + table.columns.len();
            let mut places: Vec<usize> = (0..count).map(|at| place(table, at)).collect();
            assert_eq!(places[0], 0);
            places.sort_unstable();
            assert_eq!(places, (0..count).collect::<Vec<_>>(), "{}", table.name);
        }
    }
}
