//! A `GeoPackage` on its way to disk: tables of features and attributes, tiles, and what the standard wants said of them.
//!
//! It comes to be under another name and takes its own when it is whole. What the tables hold is left to `write` and `export`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Statement, params};
use tempfile::TempPath;

use super::checksum::Checksum;
use super::error::PackageError;
use super::geometry::{self, Bounds, around};
use super::sql::{self, constant, fill, list, quoted};
use super::value::{Cell, Kind, geometry_word, has_z};
use crate::schema::{GeometryKind, Shape};

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Name, unlike the others' also without regard to case; not `fid` or `geom`.
    pub name: Cow<'a, str>,
    /// What it holds.
    pub kind: Kind,
    /// What it means, with its unit.
    pub doc: Cow<'a, str>,
}

impl<'a> Column<'a> {
    /// A column.
    pub fn new(name: impl Into<Cow<'a, str>>, kind: Kind, doc: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), kind, doc: doc.into() }
    }
}

/// A table to be made.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Name.
    pub name: &'a str,
    /// Name for people; no two tables have the same.
    pub title: &'a str,
    /// What it holds, in a sentence or two.
    pub description: &'a str,
    /// Geometry of its features; without, it is a table of attributes.
    pub geometry: Option<GeometryKind>,
    /// Columns.
    pub columns: &'a [Column<'a>],
}

/// The coordinate system of a file's layers.
#[derive(Debug, Clone, Copy)]
pub struct Srs<'a> {
    /// EPSG code.
    pub srid: i32,
    /// Definition as well-known text; `None` where it is not known, which leaves the code to say it.
    pub wkt: Option<&'a str>,
}

impl Srs<'_> {
    /// The name in the definition.
    fn name(&self) -> String {
        let name = self.wkt.and_then(|wkt| wkt.split('"').nth(1)).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("EPSG:{}", self.srid), str::to_owned)
    }
}

/// A file being written.
pub(super) struct File {
    db: Connection,
    path: TempPath,
    srid: i32,
    /// The moment that every table says it last changed.
    stamp: String,
}

impl File {
    /// Begins a file that will be at `out`.
    pub(super) fn create(out: &Path, srs: Srs<'_>, stamp: &str) -> Result<Self, PackageError> {
        let io = |source| PackageError::Io { path: out.to_path_buf(), source };
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".").suffix(".gpkg.part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any file of this user; the umask takes from it.
            temporary.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let path = temporary.tempfile_in(folder).map_err(io)?.into_temp_path();
        let db = || -> rusqlite::Result<Connection> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(&path, flags)?;
            db.execute_batch(sql::FAST)?;
            db.execute_batch(sql::BEGIN)?;
            db.execute_batch(sql::CREATE)?;
            db.execute(sql::SRS, params![srs.name(), srs.srid, srs.wkt.unwrap_or("undefined")])?;
            Ok(db)
        };
        let db = db().map_err(|source| PackageError::Write { path: out.to_path_buf(), source })?;
        Ok(Self { db, path, srid: srs.srid, stamp: stamp.to_owned() })
    }

    /// Begins a table.
    pub(super) fn table<'f>(&'f self, table: &Table<'f>) -> rusqlite::Result<Rows<'f>> {
        let mut columns = String::new();
        if let Some(kind) = table.geometry {
            columns = format!(", \"geom\" {}", geometry_word(kind));
        }
        for column in table.columns {
            let _ = write!(columns, ", {} {}", quoted(&column.name), column.kind.word());
        }
        let name = quoted(table.name);
        self.db.execute_batch(&fill(sql::TABLE, &[("columns", &columns), ("table", &name)]))?;
        let index = if table.geometry.is_some() {
            let rtree = quoted(&format!("rtree_{}_geom", table.name));
            self.db.execute_batch(&fill(sql::INDEX, &[("name", &constant(table.name)), ("rtree", &rtree)]))?;
            Some(self.db.prepare(&fill(sql::INDEX_ROW, &[("rtree", &rtree)]))?)
        } else {
            None
        };
        let names: Vec<&str> =
            table.geometry.map(|_| "geom").into_iter().chain(table.columns.iter().map(|c| c.name.as_ref())).collect();
        let mut places = String::new();
        for at in 0..names.len() {
            let _ = write!(places, ", ?{}", at + 2);
        }
        let listed = if names.is_empty() { String::new() } else { format!(", {}", list("", names)) };
        let insert = fill(sql::ROW, &[("columns", &listed), ("places", &places), ("table", &name)]);
        Ok(Rows {
            file: self,
            name: table.name,
            title: table.title,
            description: table.description,
            kind: table.geometry,
            columns: table.columns,
            insert: self.db.prepare(&insert)?,
            index,
            bounds: None,
            geometry: Vec::new(),
            checksum: Checksum::default(),
        })
    }

    /// Begins a table of tiles that may cover `ground` (west, south, east, north, m).
    pub(super) fn tiles(
        &self,
        table: &str,
        contents: Tiles<'_>,
        ground: [f64; 4],
        levels: &[Level],
    ) -> rusqlite::Result<Statement<'_>> {
        let name = quoted(table);
        self.db.execute_batch(sql::TILE_TABLES)?;
        self.db.execute_batch(&fill(sql::TILES, &[("table", &name)]))?;
        let [west, south, east, north] = contents.shown;
        self.contents(table, contents.kind, contents.title, contents.description, Some([west, east, south, north]))?;
        let [west, south, east, north] = ground;
        self.db.execute(sql::TILE_MATRIX_SET, params![table, self.srid, west, south, east, north])?;
        for level in levels {
            let [across, down] = level.tiles;
            let [width, height] = level.tile_px;
            let pixel = level.pixel_m;
            let values = params![table, level.zoom, across, down, width, height, pixel, pixel];
            self.db.execute(sql::TILE_MATRIX, values)?;
        }
        self.db.prepare(&fill(sql::TILE, &[("table", &name)]))
    }

    /// Says that a table of tiles holds heights; returns what takes the figures of each tile.
    pub(super) fn coverage(&self, table: &str) -> rusqlite::Result<Statement<'_>> {
        self.db.execute_batch(&fill(sql::COVERAGE, &[("name", &constant(table))]))?;
        self.db.prepare(sql::COVERAGE_TILE)
    }

    fn contents(
        &self,
        table: &str,
        kind: &str,
        title: &str,
        description: &str,
        bounds: Option<Bounds>,
    ) -> rusqlite::Result<()> {
        let side = |at: usize| bounds.map(|bounds| bounds[at]);
        let srid = (kind != "attributes").then_some(self.srid);
        self.db.execute(
            sql::CONTENTS,
            params![table, kind, title, description, self.stamp, side(0), side(2), side(1), side(3), srid],
        )?;
        Ok(())
    }

    /// Gives the file its name: whole, and on disk.
    pub(super) fn finish(self, out: &Path) -> Result<(), PackageError> {
        let write = |source| PackageError::Write { path: out.to_path_buf(), source };
        self.db.execute_batch(sql::COMMIT).map_err(write)?;
        self.db.close().map_err(|(_, source)| write(source))?;
        let io = |source| PackageError::Io { path: out.to_path_buf(), source };
        std::fs::File::open(&self.path).and_then(|file| file.sync_all()).map_err(io)?;
        self.path.persist(out).map_err(|error| io(error.error))
    }
}

/// What the contents say of a table of tiles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiles<'a> {
    /// `tiles` or `2d-gridded-coverage`.
    pub(super) kind: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// West, south, east, north of what the tiles show, m: GDAL cuts the picture to it.
    pub(super) shown: [f64; 4],
}

/// A level of a table of tiles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// 0 is the coarsest.
    pub(super) zoom: i64,
    /// Tiles from west to east and from north to south.
    pub(super) tiles: [i64; 2],
    /// Pixels of a tile.
    pub(super) tile_px: [i64; 2],
    /// Size of a pixel, m.
    pub(super) pixel_m: f64,
}

/// Why a row was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    /// It does not fit.
    #[error(transparent)]
    Shape(#[from] crate::store::EwkbError),
    /// SQLite.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
}

impl RowError {
    /// As the error of a package at `out`.
    pub(super) fn of(self, out: &Path, table: &str, feature_id: i64) -> PackageError {
        match self {
            Self::Sql(source) => PackageError::Write { path: out.to_path_buf(), source },
            Self::Shape(error) => {
                PackageError::BadRow { table: table.to_owned(), feature_id, reason: error.to_string() }
            }
        }
    }
}

/// Rows on their way into a table.
pub(super) struct Rows<'f> {
    file: &'f File,
    name: &'f str,
    title: &'f str,
    description: &'f str,
    kind: Option<GeometryKind>,
    columns: &'f [Column<'f>],
    insert: Statement<'f>,
    index: Option<Statement<'f>>,
    bounds: Option<Bounds>,
    geometry: Vec<u8>,
    checksum: Checksum,
}

impl Rows<'_> {
    /// Takes a row in: its number, its geometry, and a field for each column.
    pub(super) fn push(&mut self, fid: i64, shape: Option<&Shape>, cells: &[Cell<'_>]) -> Result<(), RowError> {
        let mut bounds = None;
        if let (Some(kind), Some(shape)) = (self.kind, shape) {
            bounds = Some(geometry::write(&mut self.geometry, shape, self.file.srid, kind)?);
        }
        let place = if bounds.is_some() { Cell::Blob(&self.geometry) } else { Cell::Null };
        let fields = self.kind.map(|_| place).into_iter().chain(cells.iter().map(|cell| cell.kept()));
        self.insert.raw_bind_parameter(1_usize, fid)?;
        self.checksum.field(&Cell::Integer(fid));
        for (at, cell) in fields.enumerate() {
            self.checksum.field(&cell);
            self.insert.raw_bind_parameter(at + 2, cell)?;
        }
        self.checksum.end_row();
        self.insert.raw_execute()?;
        if let (Some(index), Some(bounds)) = (&mut self.index, bounds) {
            index.execute(params![fid, bounds[0], bounds[1], bounds[2], bounds[3]])?;
            self.bounds = Some(around(self.bounds, bounds));
        }
        Ok(())
    }

    /// Ends the table; returns how many rows it has and their checksum.
    pub(super) fn finish(self) -> rusqlite::Result<(i64, String)> {
        let file = self.file;
        let kind = if self.kind.is_some() { "features" } else { "attributes" };
        file.contents(self.name, kind, self.title, self.description, self.bounds)?;
        if let Some(kind) = self.kind {
            file.db
                .execute(sql::GEOMETRY, params![self.name, geometry_word(kind), file.srid, i64::from(has_z(kind))])?;
            let trigger = |what: &str| quoted(&format!("rtree_{}_geom_{what}", self.name));
            let mut names = vec![("table", quoted(self.name)), ("rtree", quoted(&format!("rtree_{}_geom", self.name)))];
            for what in ["insert", "update2", "update4", "update5", "update6", "update7", "delete"] {
                names.push((what, trigger(what)));
            }
            let names: Vec<(&str, &str)> = names.iter().map(|(key, name)| (*key, name.as_str())).collect();
            file.db.execute_batch(&fill(sql::INDEX_TRIGGERS, &names))?;
        }
        let mut column = file.db.prepare(sql::COLUMN)?;
        for described in self.columns.iter().filter(|column| !column.doc.is_empty()) {
            column.execute(params![self.name, described.name.as_ref(), described.doc.as_ref()])?;
        }
        Ok((self.checksum.rows, self.checksum.hex()))
    }
}
