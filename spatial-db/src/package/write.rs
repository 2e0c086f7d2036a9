//! A park out of the store, into a file.

use std::path::Path;
use std::sync::atomic::Ordering;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use geo::{Coord, Rect};
use serde::Serialize;
use serde_json::Value as Json;

use super::error::PackageError;
use super::file::{Column, File, Rows, Srs, Table};
use super::pyramid::{Laid, Pyramid};
use super::redact::table;
use super::value::Cell;
use super::{BriefText, Contents, SceneText, Whitelist, read, rows, tables, terrain};
use crate::model::{FeatureKind, ImageryTile, IssueRecord, Park, ParkSnapshot};
use crate::schema::{GeometryKind, Shape, TABLES};
use crate::store::{Cancel, Store};

/// Rows between looks at the flag that cancels.
const LOOKS: usize = 1000;

/// Where the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackStep {
    /// What is being done.
    pub step: &'static str,
    /// Rows that are packed.
    pub done: u64,
    /// Rows that there are; 0 while that is not known.
    pub all: u64,
}

/// How to pack.
pub struct PackOptions<'a> {
    /// Overwrite a file that is no package.
    pub force: bool,
    /// The moment that the package carries; that of the park's last import if not given.
    pub stamp: Option<DateTime<Utc>>,
    /// Scenes, tours and bookmarks to take along.
    pub scenes: Vec<SceneText>,
    /// Pages about sites of the park to take along.
    pub briefs: Vec<BriefText>,
    /// What may be given away; everything if `None`.
    pub shown: Option<Whitelist>,
    /// Name and version of the program, for the package to say.
    pub program: String,
    /// Set by whoever wants it stopped.
    pub cancel: Option<Cancel>,
    /// Hears where the work is.
    pub progress: &'a dyn Fn(PackStep),
}

impl Default for PackOptions<'_> {
    fn default() -> Self {
        let program = format!("ParkTwin {}", env!("CARGO_PKG_VERSION"));
        Self {
            force: false,
            stamp: None,
            scenes: Vec::new(),
            briefs: Vec::new(),
            shown: None,
            program,
            cancel: None,
            progress: &|_| {},
        }
    }
}

impl std::fmt::Debug for PackOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackOptions").field("force", &self.force).field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

/// What was packed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Packed {
    /// The park.
    pub park: Park,
    /// Size of the file.
    pub bytes: u64,
    /// The moment that the package carries.
    pub packed: DateTime<Utc>,
    /// Rows by table, in the order of the file; tiles of terrain and imagery among them.
    pub tables: Vec<PackedTable>,
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackedTable {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: i64,
    #[serde(skip)]
    checksum: String,
}

/// Writes everything that the store holds of a park to `out`, whole or not at all. The same park gives the same bytes.
///
/// # Errors
/// [`PackageError`].
pub fn pack(store: &mut Store, slug: &str, out: &Path, options: &PackOptions<'_>) -> Result<Packed, PackageError> {
    may_write(out, options.force)?;
    (options.progress)(PackStep { step: "reading the park", done: 0, all: 0 });
    let mut whole = store.whole_park(slug)?;
    let (run_id, last) = whole.run.unzip();
    let nothing = ParkSnapshot::empty(whole.snapshot.park.clone());
    let mut contents = Contents {
        snapshot: std::mem::replace(&mut whole.snapshot, nothing),
        sources: std::mem::take(&mut whole.layers),
        levels: std::mem::take(&mut whole.levels),
        frames: std::mem::take(&mut whole.frames),
        scenes: options.scenes.clone(),
        briefs: options.briefs.clone(),
        shown: options.shown,
        srs_wkt: whole.srs_wkt.take(),
        run_id,
        // As exact as the file has it.
        packed: options.stamp.or(last).unwrap_or(DateTime::UNIX_EPOCH).trunc_subsecs(3),
    };
    if redact(&mut contents) {
        return write(&contents, &mut |_| Ok(()), out, options);
    }
    write(&contents, &mut |take| whole.each_imagery_tile(take), out, options)
}

/// Writes what may be given away of a park that is in hand to `out`, whole or not at all: what a person saw of it and what goes into
/// the file are of one moment, and the store is not read for it again. Of the store comes the CRS and the day of the last import.
///
/// # Errors
/// [`PackageError`].
pub fn pack_shown(
    store: &mut Store,
    park: &ParkSnapshot,
    whitelist: Whitelist,
    out: &Path,
    options: &PackOptions<'_>,
) -> Result<Packed, PackageError> {
    may_write(out, options.force)?;
    let (srs_wkt, last) = store.pack_head(&park.park)?;
    let contents = Contents {
        snapshot: whitelist.redacted(park),
        sources: Vec::new(),
        levels: Vec::new(),
        frames: Vec::new(),
        scenes: options.scenes.clone(),
        briefs: options.briefs.clone(),
        shown: Some(whitelist),
        srs_wkt,
        run_id: None,
        packed: options.stamp.or(last).unwrap_or(DateTime::UNIX_EPOCH).trunc_subsecs(3),
    };
    write(&contents, &mut |_| Ok(()), out, options)
}

/// Leaves out what may not be given away; false where everything may.
pub(super) fn redact(contents: &mut Contents) -> bool {
    let Some(whitelist) = contents.shown else { return false };
    contents.snapshot = whitelist.redacted(&contents.snapshot);
    (contents.sources, contents.levels, contents.frames) = (Vec::new(), Vec::new(), Vec::new());
    contents.run_id = None;
    true
}

/// Hands every tile of imagery out.
pub(super) type EachTile<'t> =
    &'t mut dyn FnMut(&mut dyn FnMut(&str, ImageryTile) -> Result<(), PackageError>) -> Result<(), PackageError>;

/// Writes a package.
pub(super) fn write(
    contents: &Contents,
    each_tile: EachTile<'_>,
    out: &Path,
    options: &PackOptions<'_>,
) -> Result<Packed, PackageError> {
    let park = &contents.snapshot.park;
    let srs = Srs { srid: park.srid, wkt: contents.srs_wkt.as_deref() };
    let stamp = contents.packed.to_rfc3339_opts(SecondsFormat::Millis, true);
    let file = File::create(out, srs, &stamp)?;
    let features: usize = TABLES.iter().map(|table| rows::count(&contents.snapshot, table.kind)).sum();
    let mut writer =
        Writer { file: &file, contents, out, options, stamp, done: 0, all: features as u64, tables: Vec::new() };
    writer.package()?;
    writer.sources()?;
    for table in TABLES {
        writer.features(table)?;
    }
    writer.valve_states()?;
    writer.issues()?;
    writer.scenes()?;
    writer.briefs()?;
    writer.shown()?;
    writer.terrain()?;
    writer.imagery(each_tile)?;
    let tables = writer.checksums()?;
    file.finish(out)?;
    let bytes = std::fs::metadata(out).map_err(|source| PackageError::Io { path: out.to_path_buf(), source })?.len();
    Ok(Packed { park: park.clone(), bytes, packed: contents.packed, tables })
}

/// Refuses to write over what is no package.
pub(super) fn may_write(out: &Path, force: bool) -> Result<(), PackageError> {
    let in_the_way = || PackageError::InTheWay { path: out.to_path_buf() };
    match std::fs::symlink_metadata(out) {
        Err(_) => Ok(()),
        Ok(there) if there.is_dir() => Err(in_the_way()),
        Ok(_) if force || read::is_package(out) => Ok(()),
        Ok(_) => Err(in_the_way()),
    }
}

struct Writer<'w> {
    file: &'w File,
    contents: &'w Contents,
    out: &'w Path,
    options: &'w PackOptions<'w>,
    stamp: String,
    done: u64,
    all: u64,
    tables: Vec<PackedTable>,
}

fn text(value: Option<&String>) -> Cell<'_> {
    value.map(String::as_str).into()
}

/// JSON of an object; nothing for an empty one, as most are.
fn json<'a>(members: impl Iterator<Item = (&'a str, &'a Json)>) -> Option<String> {
    let ordered: std::collections::BTreeMap<&str, &Json> = members.collect();
    (!ordered.is_empty()).then(|| serde_json::to_string(&ordered).unwrap_or_default())
}

impl Writer<'_> {
    fn failed(&self, source: rusqlite::Error) -> PackageError {
        PackageError::Write { path: self.out.to_path_buf(), source }
    }

    /// Tells how far the work is, and ends it if somebody wants that.
    fn step(&self, step: &'static str) -> Result<(), PackageError> {
        if self.options.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return Err(PackageError::Cancelled);
        }
        (self.options.progress)(PackStep { step, done: self.done, all: self.all.max(1) });
        Ok(())
    }

    /// Writes a table whose rows `fill` gives.
    fn table(
        &mut self,
        name: &str,
        words: (&'static str, &'static str),
        geometry: Option<GeometryKind>,
        columns: &[Column<'_>],
        fill: &mut dyn FnMut(&mut Self, &mut Rows<'_>) -> Result<(), PackageError>,
    ) -> Result<(), PackageError> {
        let (title, description) = tables::labelled(&self.contents.snapshot.park, words);
        let table = Table { name, title: &title, description: &description, geometry, columns };
        let file = self.file;
        let mut rows = file.table(&table).map_err(|source| self.failed(source))?;
        fill(self, &mut rows)?;
        let (rows, checksum) = rows.finish().map_err(|source| self.failed(source))?;
        self.tables.push(PackedTable { table: name.to_owned(), rows, checksum });
        Ok(())
    }

    fn push(
        &self,
        name: &str,
        rows: &mut Rows<'_>,
        id: i64,
        shape: Option<&Shape>,
        cells: &[Cell<'_>],
    ) -> Result<(), PackageError> {
        rows.push(id, shape, cells).map_err(|error| error.of(self.out, name, id))
    }

    fn package(&mut self) -> Result<(), PackageError> {
        let (contents, stamp, program) = (self.contents, self.stamp.clone(), self.options.program.clone());
        let park = &contents.snapshot.park;
        let (_, notice) = tables::labelled(park, ("", "Data"));
        let terrain = contents.snapshot.terrain.as_ref();
        let cells = [
            Cell::Integer(tables::FORMAT),
            Cell::Text(&program),
            Cell::Text(&stamp),
            contents.run_id.into(),
            Cell::Integer(park.park_id.into()),
            Cell::Text(&park.slug),
            Cell::Text(&park.name),
            Cell::Integer(park.srid.into()),
            Cell::Integer(park.synthetic.into()),
            Cell::Text(&notice),
            text(park.attribution.as_ref()),
            text(park.licence.as_ref()),
            park.as_of.into(),
            terrain.map(|grid| grid.origin_x_m).into(),
            terrain.map(|grid| grid.origin_y_m).into(),
            terrain.map(|grid| grid.cell_m).into(),
            terrain.map(|grid| grid.columns as i64).into(),
            terrain.map(|grid| grid.rows as i64).into(),
        ];
        let words = ("Park package", "The package and the park in it: version, licence and date");
        self.table(tables::PACKAGE, words, None, &tables::package_columns(), &mut |writer, rows| {
            writer.push(tables::PACKAGE, rows, 1, None, &cells)
        })
    }

    fn sources(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        let park = &contents.snapshot.park;
        let words = ("Source layers", "Which file each layer comes from");
        self.table(tables::SOURCE_LAYER, words, None, &tables::source_layer_columns(), &mut |writer, rows| {
            for (at, source) in contents.sources.iter().enumerate() {
                let cells = [
                    Cell::Text(&source.table),
                    Cell::Text(&source.layer),
                    Cell::Text(&source.source),
                    Cell::Integer(source.rows),
                    text(park.licence.as_ref()),
                    text(park.attribution.as_ref()),
                ];
                writer.push(tables::SOURCE_LAYER, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })
    }

    fn features(&mut self, table: &'static crate::schema::Table) -> Result<(), PackageError> {
        let contents = self.contents;
        let words = tables::words(table.kind);
        let columns = tables::feature_columns(table);
        let shown = contents.shown.map(|whitelist| whitelist.columns(table.kind).unwrap_or_default());
        self.table(table.name, words, table.geometry, &columns, &mut |writer, out| {
            for at in 0.. {
                let Some(row) = rows::row(&contents.snapshot, table.kind, at) else { break };
                if at % LOOKS == 0 {
                    writer.step(words.0)?;
                }
                let attributes = json(row.provenance.attributes.iter());
                let mut cells = Vec::with_capacity(columns.len());
                cells.push(Cell::Text(&row.provenance.key));
                let may = |at: usize| shown.is_none_or(|shown| shown.contains(&table.columns[at].name));
                cells.extend(row.cells.iter().enumerate().map(|(at, cell)| if may(at) { *cell } else { Cell::Null }));
                cells.push(Cell::Text(&row.provenance.layer));
                cells.push(Cell::Integer(row.provenance.source_row));
                cells.push(attributes.as_deref().into());
                writer.push(table.name, out, row.id, row.shape.as_ref(), &cells)?;
                writer.done += 1;
            }
            Ok(())
        })
    }

    fn valve_states(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        if contents.snapshot.valve_states.is_empty() {
            return Ok(());
        }
        let words = ("Valve states", "How valves and switches stood, in time");
        self.table(tables::VALVE_STATE, words, None, &tables::valve_state_columns(), &mut |writer, rows| {
            for (at, state) in contents.snapshot.valve_states.iter().enumerate() {
                let observed = state.observed.to_rfc3339_opts(SecondsFormat::Millis, true);
                let cells = [
                    Cell::Text(&state.node_key),
                    Cell::Text(&observed),
                    state.open_fraction.into(),
                    Cell::Integer(i64::from(state.stuck)),
                    Cell::Text(&state.source),
                ];
                writer.push(tables::VALVE_STATE, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })
    }

    fn issues(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        let words = ("Issues", "What the last import found wrong with the data");
        let place = Some(tables::ISSUE_PLACE);
        self.table(tables::ISSUE, words, place, &tables::issue_columns(), &mut |writer, rows| {
            for (at, issue) in contents.snapshot.issues.iter().enumerate() {
                if at % LOOKS == 0 {
                    writer.step(words.0)?;
                }
                let shape = issue.place.clone().map(Shape::planar);
                let facts = json(issue.facts.iter().map(|(name, value)| (name.as_str(), value)));
                let cells = issue_cells(issue, facts.as_deref());
                writer.push(tables::ISSUE, rows, at as i64 + 1, shape.as_ref(), &cells)?;
            }
            Ok(())
        })
    }

    fn scenes(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        if contents.scenes.is_empty() {
            return Ok(());
        }
        let words = ("Scenes", "Views, tours and scenes to show the park by");
        self.table(tables::SCENE, words, None, &tables::scene_columns(), &mut |writer, rows| {
            for (at, scene) in contents.scenes.iter().enumerate() {
                let cells = [Cell::Text(scene.kind.as_str()), Cell::Text(&scene.name), Cell::Text(&scene.text)];
                writer.push(tables::SCENE, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })
    }

    fn briefs(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        if contents.briefs.is_empty() {
            return Ok(());
        }
        let words = ("Briefs", "Pages about sites of the park");
        self.table(tables::BRIEF, words, None, &tables::brief_columns(), &mut |writer, rows| {
            for (at, brief) in contents.briefs.iter().enumerate() {
                let cells = [Cell::Text(&brief.language), Cell::Text(&brief.title), Cell::Text(&brief.html)];
                writer.push(tables::BRIEF, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })
    }

    /// Says of what is given away that it is not the whole park.
    fn shown(&mut self) -> Result<(), PackageError> {
        let Some(whitelist) = self.contents.shown else { return Ok(()) };
        let words = ("Shown", "What of the park is in this package; the rest may be on record all the same");
        self.table(tables::SHOWN, words, None, &tables::shown_columns(), &mut |writer, rows| {
            for (at, shown) in whitelist.shown.iter().enumerate() {
                let columns = shown.columns.join(", ");
                let cells = [Cell::Text(table(shown.kind)), Cell::Text(&columns)];
                writer.push(tables::SHOWN, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })
    }

    fn terrain(&mut self) -> Result<(), PackageError> {
        let contents = self.contents;
        let Some(grid) = &contents.snapshot.terrain else { return Ok(()) };
        self.step("Terrain")?;
        let words = tables::words(FeatureKind::TerrainTile);
        let (title, description) = tables::labelled(&self.contents.snapshot.park, words);
        let written = terrain::write(self.file, grid, (&title, &description));
        let (rows, checksum) = written.map_err(|source| self.failed(source))?;
        self.tables.push(PackedTable { table: tables::TERRAIN.to_owned(), rows, checksum });
        Ok(())
    }

    fn imagery(&mut self, each_tile: EachTile<'_>) -> Result<(), PackageError> {
        let contents = self.contents;
        if contents.levels.is_empty() {
            return Ok(());
        }
        let words = ("Imagery levels", "Levels of detail of each orthophoto");
        self.table(tables::IMAGERY_LEVEL, words, None, &tables::imagery_level_columns(), &mut |writer, rows| {
            for (at, level) in contents.levels.iter().enumerate() {
                let cells = [Cell::Text(&level.layer), Cell::Real(level.pixel_m), Cell::Real(level.pixels)];
                writer.push(tables::IMAGERY_LEVEL, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })?;
        let mut pyramids = Vec::new();
        for (at, frame) in contents.frames.iter().enumerate() {
            let name = format!("Orthophoto {}", frame.layer);
            let (title, description) = tables::labelled(&contents.snapshot.park, (&name, "Orthophoto"));
            let begun = Pyramid::begin(self.file, frame, &contents.levels, at + 1, (&title, &description));
            pyramids.push(begun.map_err(|source| self.failed(source))?);
        }
        let words = tables::words(FeatureKind::ImageryTile);
        let ground = Some(GeometryKind::Any);
        self.table(tables::IMAGERY_TILE, words, ground, &tables::imagery_tile_columns(), &mut |writer, rows| {
            let mut at = 0;
            each_tile(&mut |layer, tile| {
                if at % 16 == 0 {
                    writer.step(words.0)?;
                }
                at += 1;
                let [west, south, east, north] = tile.ground;
                let ground = Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }).to_polygon();
                let checksum = picture_checksum(&tile.image);
                let pyramid = pyramids.iter_mut().find(|pyramid| pyramid.is_of(layer));
                let (table, id) = match pyramid {
                    None => (None, None),
                    Some(pyramid) => match pyramid.lay(&tile).map_err(|source| writer.failed(source))? {
                        Laid::AsKept(id) => (Some(pyramid.table.clone()), Some(id)),
                        Laid::Besides => (None, None),
                    },
                };
                let cells = [
                    Cell::Text(layer),
                    Cell::Real(west),
                    Cell::Real(south),
                    Cell::Real(east),
                    Cell::Real(north),
                    Cell::Real(tile.pixel_m),
                    Cell::Text(&tile.media_type),
                    if id.is_some() { Cell::Null } else { Cell::Blob(&tile.image) },
                    Cell::Text(&checksum),
                    text(table.as_ref()),
                    id.into(),
                ];
                writer.push(tables::IMAGERY_TILE, rows, at, Some(&Shape::planar(ground.into())), &cells)
            })
        })
    }

    /// Notes what every table holds.
    fn checksums(&mut self) -> Result<Vec<PackedTable>, PackageError> {
        let summed = self.tables.clone();
        let words = ("Checksums", "How many rows each table was packed with, and their checksums");
        self.table(tables::CHECKSUM, words, None, &tables::checksum_columns(), &mut |writer, rows| {
            for (at, table) in summed.iter().enumerate() {
                let cells = [Cell::Text(&table.table), Cell::Integer(table.rows), Cell::Text(&table.checksum)];
                writer.push(tables::CHECKSUM, rows, at as i64 + 1, None, &cells)?;
            }
            Ok(())
        })?;
        Ok(summed)
    }
}

/// Checksum of a picture.
pub(super) fn picture_checksum(image: &[u8]) -> String {
    blake3::hash(image).to_hex()[..32].to_owned()
}

fn issue_cells<'a>(issue: &'a IssueRecord, facts: Option<&'a str>) -> [Cell<'a>; 18] {
    [
        Cell::Integer(issue.issue_id),
        Cell::Integer(issue.run_id),
        text(issue.check.as_ref()),
        Cell::Text(&issue.code),
        Cell::Text(issue.severity.as_str()),
        text(issue.table.as_ref()),
        Cell::Text(&issue.layer),
        Cell::Text(&issue.source),
        issue.source_row.into(),
        issue.feature_id.into(),
        text(issue.key.as_ref()),
        text(issue.other_table.as_ref()),
        issue.other_feature.into(),
        text(issue.other_key.as_ref()),
        Cell::Text(&issue.reason),
        Cell::Text(&issue.fix),
        facts.into(),
        issue.quarantine_id.into(),
    ]
}
