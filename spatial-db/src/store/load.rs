//! One park's files into the store, in one transaction: all of it or nothing.
//!
//! Comparing and writing the rows of a layer is left to `diff`, cutting terrain into tiles to `terrain`.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use foldhash::fast::RandomState;
use postgres::Transaction;

use super::attempt::{self, Abandoned};
use super::bulk::Bulk;
use super::cancel::Watch;
use super::diff::{self, Direct, Incoming, Keys, NextRow, Scope};
use super::row::{self, RowEncoder, RowHead};
use super::snapshot::Rows;
use super::sql::{self, Target};
use super::{
    DroppedLayer, LayerDiff, ParkHeader, QuarantinedRow, RowError, Store, StoreError, imagery, snapshot, terrain,
};
use crate::model::{ImageryTile, ParkSnapshot, TerrainGrid};
use crate::schema::{Record, Table};

/// Told from another thread whether to stop.
pub type Cancel = Arc<AtomicBool>;

/// Whose rows may mostly vanish: a layer that would lose more than half of its rows, and at least
/// [`LEAST_SHRINK`] of them, is refused otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AllowShrink {
    /// No layer's.
    #[default]
    No,
    /// The named layers'.
    Layers {
        /// These may lose most of their rows.
        shrink: HashSet<String>,
        /// These may come in without a single row.
        empty: HashSet<String>,
    },
    /// Any layer's, and layers may leave the manifest.
    Any,
}

/// Fewer rows than this may always be removed.
pub const LEAST_SHRINK: u64 = 20;

impl AllowShrink {
    /// Whether a layer of which so many rows arrived may lose most of those stored.
    pub(super) fn allows(&self, layer: &str, arrived: u64) -> bool {
        match self {
            Self::No => false,
            Self::Layers { shrink, empty } => shrink.contains(layer) || (arrived == 0 && empty.contains(layer)),
            Self::Any => true,
        }
    }
}

/// How a load presents itself.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Text of the manifest, kept with the run.
    pub manifest_text: String,
    /// The command as typed, kept with the run.
    pub command: String,
    /// When the import began.
    pub started: DateTime<Utc>,
    /// Set to `true` from another thread to stop with [`StoreError::Cancelled`].
    pub cancel: Option<Cancel>,
    /// How long to wait for another load of the same park to end.
    pub lock_wait: Duration,
    /// Whose rows may mostly vanish.
    pub allow_shrink: AllowShrink,
    /// Nothing will be kept: no note is left, and only [`Load::discard`] ends the load.
    pub dry_run: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            manifest_text: String::new(),
            command: String::new(),
            started: Utc::now(),
            cancel: None,
            lock_wait: Duration::from_secs(30),
            allow_shrink: AllowShrink::No,
            dry_run: false,
        }
    }
}

/// Geometries seen so far, as hashes of their bytes.
#[derive(Default)]
struct Shapes {
    hasher: RandomState,
    seen: HashSet<u64, RandomState>,
    /// Two of them may be the same.
    repeated: bool,
}

impl Shapes {
    fn see(&mut self, bytes: &[u8]) {
        self.repeated = self.repeated || !self.seen.insert(self.hasher.hash_one(bytes));
    }
}

/// A load in progress. Dropping it without [`Load::commit`] rolls everything back.
#[expect(clippy::struct_excessive_bools, reason = "what the server allows, what was asked for, and what has begun")]
pub struct Load<'a> {
    /// Dropped, and with it ended, before the transaction is rolled back.
    _watch: Option<Watch>,
    pub(super) tx: Transaction<'a>,
    /// The note of this load, open until it is committed.
    attempt: &'a mut Option<i64>,
    abandoned: Vec<Abandoned>,
    pub(super) slug: String,
    pub(super) park_id: i32,
    pub(super) srid: i32,
    /// Day of the park's data; of this load where the park does not tell.
    pub(super) day: NaiveDate,
    pub(super) run_id: i64,
    pub(super) superuser: bool,
    restricted: bool,
    pub(super) cancel: Option<Cancel>,
    allow_shrink: AllowShrink,
    dry_run: bool,
    /// Keys of the tables touched so far.
    pub(super) keys: HashMap<&'static str, Keys>,
    /// Layers given so far, by table.
    pub(super) loaded: HashSet<(&'static str, String)>,
    /// Layers whose old quarantine ends with this load.
    pub(super) requarantined: HashSet<String>,
    /// Layers of the manifest, once they are known.
    named: Option<Vec<String>>,
    /// Whether the old quarantine has ended.
    quarantine_settled: bool,
    bulk: Bulk,
    /// Tables with enough new rows to tell the planner about.
    grown: HashSet<&'static str>,
    /// Tables that are not as they were.
    pub(super) touched: HashSet<&'static str>,
    /// Geometries that came in, by table.
    shapes: HashMap<&'static str, Shapes>,
}

impl std::fmt::Debug for Load<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Load").field("park_id", &self.park_id).field("run_id", &self.run_id).finish_non_exhaustive()
    }
}

impl Store {
    /// Starts loading a park: one transaction, one load per park at a time; creates or updates the park's row.
    ///
    /// # Errors
    /// [`StoreError::SridDiffers`] if the stored park has rows in another CRS, [`StoreError::ParkBusy`] while another
    /// load runs, or whatever keeps the server from writing.
    pub fn begin_load(&mut self, header: &ParkHeader, options: LoadOptions) -> Result<Load<'_>, StoreError> {
        let well_formed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let slug = &header.slug;
        if slug.is_empty() || slug.len() > 63 || slug.starts_with('-') || !slug.bytes().all(well_formed) {
            return Err(StoreError::BadSlug { slug: slug.clone() });
        }
        let superuser = self.superuser;
        let Opened { watch, mut tx, attempt, abandoned } = self.open(slug, &options)?;
        let what = || StoreError::of(format!("starting to load park {slug}"));
        if !tx.query_one(sql::KNOWN_SRID, &[&header.srid]).map_err(what())?.get::<_, bool>(0) {
            return Err(StoreError::UnknownSrid { srid: header.srid });
        }
        let restricted = tx.query_one(sql::RESTRICTED, &[]).map_err(what())?.get(0);
        let park_id = find_or_make_park(&mut tx, header)?;
        let run_id = begin_run(&mut tx, park_id, &options, None)?;
        update_park(&mut tx, park_id, run_id, header)?;
        Ok(Load {
            _watch: watch,
            tx,
            attempt,
            abandoned,
            slug: slug.clone(),
            park_id,
            srid: header.srid,
            day: header.as_of.unwrap_or_else(|| options.started.date_naive()),
            run_id,
            superuser,
            restricted,
            cancel: options.cancel,
            allow_shrink: options.allow_shrink,
            dry_run: options.dry_run,
            keys: HashMap::new(),
            loaded: HashSet::new(),
            requarantined: HashSet::new(),
            quarantine_settled: false,
            named: None,
            bulk: Bulk::default(),
            grown: HashSet::new(),
            touched: HashSet::new(),
            shapes: HashMap::new(),
        })
    }

    /// Leaves a note, begins a transaction and has the park to itself.
    pub(super) fn open(&mut self, slug: &str, options: &LoadOptions) -> Result<Opened<'_>, StoreError> {
        self.end_attempt(false, "given up by the program that began it")?;
        if !options.dry_run {
            self.attempt = Some(attempt::begin(&mut self.client, slug, options.started, &options.command)?);
        }
        let what = || StoreError::of(format!("starting to load park {slug}"));
        let token = self.client.cancel_token();
        let mut tx = self.client.transaction().map_err(what())?;
        let watch = options.cancel.clone().map(|cancel| Watch::over(token, cancel));
        lock_park(&mut tx, slug, options)?;
        tx.batch_execute(sql::EXACT_NUMBERS).map_err(what())?;
        let abandoned = attempt::abandoned(&mut tx, slug, self.attempt)?;
        Ok(Opened { watch, tx, attempt: &mut self.attempt, abandoned })
    }
}

/// A transaction that has a park to itself.
pub(super) struct Opened<'a> {
    /// Dropped, and with it ended, before the transaction is rolled back.
    pub(super) watch: Option<Watch>,
    pub(super) tx: Transaction<'a>,
    pub(super) attempt: &'a mut Option<i64>,
    pub(super) abandoned: Vec<Abandoned>,
}

fn lock_park(tx: &mut Transaction<'_>, slug: &str, options: &LoadOptions) -> Result<(), StoreError> {
    let give_up = Instant::now() + options.lock_wait;
    loop {
        diff::check(options.cancel.as_deref())?;
        let row = tx.query_one(sql::PARK_LOCK, &[&slug]);
        if row.map_err(StoreError::of(format!("waiting for park {slug}")))?.get(0) {
            return Ok(());
        }
        if Instant::now() >= give_up {
            return Err(StoreError::ParkBusy { slug: slug.to_owned() });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The run's row; `reverts` names the run that it undoes.
pub(super) fn begin_run(
    tx: &mut Transaction<'_>,
    park_id: i32,
    options: &LoadOptions,
    reverts: Option<i64>,
) -> Result<i64, StoreError> {
    let LoadOptions { started, command, manifest_text, .. } = options;
    let version = env!("CARGO_PKG_VERSION");
    let row = tx.query_one(sql::RUN_BEGIN, &[&park_id, started, command, &version, manifest_text, &reverts]);
    Ok(row.map_err(StoreError::of("beginning a run"))?.get(0))
}

fn find_or_make_park(tx: &mut Transaction<'_>, header: &ParkHeader) -> Result<i32, StoreError> {
    let what = || StoreError::of(format!("writing park {}", header.slug));
    let ParkHeader { slug, name, srid, synthetic, attribution, licence, as_of } = header;
    let Some(row) = tx.query_opt(sql::PARK_FOR_LOAD, &[slug]).map_err(what())? else {
        let row = tx.query_one(sql::PARK_INSERT, &[slug, name, srid, synthetic, attribution, licence, as_of]);
        return Ok(row.map_err(what())?.get(0));
    };
    let (park_id, stored): (i32, i32) = (row.get(0), row.get(1));
    if stored != *srid && tx.query_one(sql::PARK_HAS_ROWS, &[&park_id]).map_err(what())?.get(0) {
        return Err(StoreError::SridDiffers { slug: slug.clone(), stored, given: *srid });
    }
    Ok(park_id)
}

fn update_park(tx: &mut Transaction<'_>, park_id: i32, run_id: i64, header: &ParkHeader) -> Result<(), StoreError> {
    let ParkHeader { slug, name, srid, synthetic, attribution, licence, as_of } = header;
    tx.execute(sql::PARK_UPDATE, &[&park_id, &run_id, name, srid, synthetic, attribution, licence, as_of])
        .map(|_| ())
        .map_err(StoreError::of(format!("writing park {slug}")))
}

impl Load<'_> {
    /// Number of this run, as [`Load::commit`] will return it.
    pub fn run_id(&self) -> i64 {
        self.run_id
    }

    /// Loads of this park that never ended and were found when this one began.
    pub fn abandoned(&self) -> &[Abandoned] {
        &self.abandoned
    }

    /// The park as this load leaves it so far.
    ///
    /// # Errors
    /// As [`Store::snapshot`].
    pub fn snapshot(&mut self) -> Result<ParkSnapshot, StoreError> {
        snapshot::read_park(&mut self.tx, &self.slug, Rows::Now, &mut |_, _| ControlFlow::Continue(()))
    }

    /// Row number of the park.
    pub fn park_id(&self) -> i32 {
        self.park_id
    }

    /// Brings the rows of one layer of one table into line with `rows`, which come in the park's CRS.
    ///
    /// `progress` hears the number of rows taken so far, now and then and at the end. Keys are claimed in load order:
    /// a row whose key an earlier row of this load holds is reported as a duplicate and left out; a key that only an
    /// older run's layer holds passes to this layer, its feature keeping its number.
    ///
    /// # Errors
    /// [`StoreError::Rows`] with the first error of `rows`, [`StoreError::InvalidRecord`] for a record that does not
    /// fit, [`StoreError::Shrinks`], [`StoreError::Cancelled`], or the server's. The load is then spent: drop it.
    pub fn layer(
        &mut self,
        table: &'static Table,
        layer: &str,
        source: &str,
        rows: &mut dyn Iterator<Item = Result<Record, RowError>>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        let srid = self.srid;
        let mut shapes = self.shapes.remove(table.name).unwrap_or_default();
        let mut next = |encoder: &mut RowEncoder| {
            let Some(record) = rows.next() else { return Ok(None) };
            let record = record.map_err(|source| StoreError::Rows { layer: layer.to_owned(), source })?;
            let hash = encoder.content(table, srid, &record).map_err(|reason| StoreError::InvalidRecord {
                table: table.name,
                layer: layer.to_owned(),
                key: record.key.clone(),
                source_row: record.source_row,
                reason,
            })?;
            encoder.geometry().into_iter().for_each(|bytes| shapes.see(bytes));
            let key = if record.key.contains('\0') { record.key.replace('\0', "") } else { record.key };
            Ok(Some(Incoming { key, source_row: record.source_row, hash }))
        };
        let diff = self.take_in(&Target::feature(table), layer, source, &mut next, progress);
        self.shapes.insert(table.name, shapes);
        diff
    }

    /// Whether no two rows of a table can have the same geometry: all of them came in with this load, each with another.
    pub(super) fn are_all_different(&self, table: &str) -> bool {
        self.named.is_some() && self.shapes.get(table).is_some_and(|shapes| !shapes.repeated)
    }

    /// Brings the park's terrain into line with `grid`, in tiles of 256 × 256 samples; the counts are tiles.
    ///
    /// # Errors
    /// [`StoreError::InvalidTerrain`] for a grid that contradicts itself, [`StoreError::LayerTwice`] for a second
    /// terrain, or as [`Load::layer`].
    pub fn terrain(&mut self, layer: &str, source: &str, grid: &TerrainGrid) -> Result<LayerDiff, StoreError> {
        let target = Target::terrain();
        if self.loaded.iter().any(|(table, _)| *table == target.name) {
            return Err(StoreError::LayerTwice { table: target.name, layer: layer.to_owned() });
        }
        let mut tiles = terrain::Tiles::of(grid, self.srid)
            .map_err(|reason| StoreError::InvalidTerrain { layer: layer.to_owned(), reason })?;
        self.take_in(&target, layer, source, &mut |encoder| Ok(tiles.next(encoder)), &mut |_| {})
    }

    /// Brings the tiles of one imagery layer into line with `tiles`, which come in the park's CRS, each with a key that no
    /// other tile of the park has; the counts are tiles.
    ///
    /// # Errors
    /// [`StoreError::Rows`] with the first error of `tiles`, or as [`Load::layer`].
    pub fn imagery(
        &mut self,
        layer: &str,
        source: &str,
        tiles: &mut dyn Iterator<Item = Result<(String, ImageryTile), RowError>>,
    ) -> Result<LayerDiff, StoreError> {
        let srid = self.srid;
        let mut next = |encoder: &mut RowEncoder| {
            let Some(tile) = tiles.next() else { return Ok(None) };
            let (key, tile) = tile.map_err(|source| StoreError::Rows { layer: layer.to_owned(), source })?;
            let hash = imagery::encode(encoder, &tile, srid);
            Ok(Some(Incoming { key, source_row: 0, hash }))
        };
        self.take_in(&Target::imagery(), layer, source, &mut next, &mut |_| {})
    }

    fn take_in(
        &mut self,
        target: &Target,
        layer: &str,
        source: &str,
        next: &mut NextRow<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        diff::check(self.cancel.as_deref())?;
        if !self.loaded.insert((target.name, layer.to_owned())) {
            return Err(StoreError::LayerTwice { table: target.name, layer: layer.to_owned() });
        }
        self.requarantined.insert(layer.to_owned());
        if !self.keys.contains_key(target.name) {
            let keys = Keys::read(&mut self.tx, target, self.park_id)?;
            if keys.is_empty() {
                self.bulk.prepare(&mut self.tx, target.name)?;
            }
            self.keys.insert(target.name, keys);
        }
        let Some(keys) = self.keys.get_mut(target.name) else { return Ok(LayerDiff::default()) };
        let scope = Scope {
            target,
            head: RowHead {
                park_id: self.park_id,
                srid: target.has_geometry.then_some(self.srid),
                run_id: self.run_id,
                layer,
            },
            whole_table: target.name == Target::terrain().name,
            allow_shrink: &self.allow_shrink,
            cancel: self.cancel.as_deref(),
            // COPY is not to be had under row-level security.
            direct: (!self.restricted)
                .then(|| Direct { frozen: self.bulk.holds(target.name), trusted: self.superuser }),
        };
        let diff = keys.take_in(&mut self.tx, &scope, next, progress)?;
        if diff.added + diff.changed + diff.removed > 0 {
            self.touched.insert(target.name);
        }
        if diff.added + diff.changed + diff.removed > 1000 || self.bulk.holds(target.name) {
            self.grown.insert(target.name);
        }
        let rows = (diff.added + diff.changed + diff.unchanged) as i64;
        self.tx
            .execute(sql::SOURCE_LAYER_UPSERT, &[&self.park_id, &target.name, &layer, &source, &rows, &self.run_id])
            .map_err(StoreError::of(format!("noting layer {layer}")))?;
        Ok(diff)
    }

    /// Replaces what earlier runs quarantined of this layer; further calls for the layer in this load add to it.
    ///
    /// # Errors
    /// The server's.
    pub fn quarantine(&mut self, layer: &str, rows: &[QuarantinedRow]) -> Result<(), StoreError> {
        self.requarantined.insert(layer.to_owned());
        for rows in rows.chunks(10_000) {
            let texts = |pick: fn(&QuarantinedRow) -> &str| -> Vec<String> {
                rows.iter().map(|row| pick(row).replace('\0', "")).collect()
            };
            let numbers: Vec<i64> = rows.iter().map(|row| row.source_row).collect();
            let raw: Vec<serde_json::Value> = rows.iter().map(|row| row::without_nul(&row.raw)).collect();
            self.tx
                .execute(
                    sql::QUARANTINE_INSERT,
                    &[
                        &self.park_id,
                        &self.run_id,
                        &layer,
                        &texts(|row| &row.source),
                        &numbers,
                        &texts(|row| &row.code),
                        &texts(|row| &row.reason),
                        &texts(|row| &row.fix),
                        &raw,
                    ],
                )
                .map_err(StoreError::of(format!("writing the quarantine of layer {layer}")))?;
        }
        Ok(())
    }

    /// Removes the rows and quarantine of every layer that is not named, and rows that a named layer left in another
    /// table under an older manifest. Call it after the layers, so that keys can pass from old layers to new ones.
    ///
    /// # Errors
    /// [`StoreError::LayerLost`], or the server's.
    pub fn drop_layers_not_in(&mut self, layers: &[&str]) -> Result<Vec<DroppedLayer>, StoreError> {
        let what = || StoreError::of("removing layers that left the manifest");
        self.named = Some(layers.iter().map(|layer| (*layer).to_owned()).collect());
        let known = self.tx.query(sql::SOURCE_LAYERS, &[&self.park_id]).map_err(what())?;
        let mut dropped = Vec::new();
        for row in known {
            let (table, layer): (String, String) = (row.get(0), row.get(1));
            let loaded_here = self.loaded.contains(&(table.as_str(), layer.clone()));
            let loaded_elsewhere = self.loaded.iter().any(|(_, loaded)| *loaded == layer);
            if loaded_here || (layers.contains(&layer.as_str()) && !loaded_elsewhere) {
                continue;
            }
            let Some(target) = Target::named(&table) else { continue };
            let statement = target.fill(sql::REMOVE_LAYER);
            let removed =
                self.tx.execute(&statement, &[&self.park_id, &self.run_id, &target.name, &layer]).map_err(what())?;
            if removed >= LEAST_SHRINK && self.allow_shrink != AllowShrink::Any {
                let (source, table) = (row.get(2), target.name);
                return Err(StoreError::LayerLost { table, layer, source_file: source, removed });
            }
            self.tx.execute(sql::SOURCE_LAYER_DELETE, &[&self.park_id, &table, &layer, &self.run_id]).map_err(what())?;
            if let Some(keys) = self.keys.get_mut(target.name) {
                keys.forget_layer(&layer);
            }
            if removed > 0 {
                self.touched.insert(target.name);
                dropped.push(DroppedLayer { kind: target.kind(), layer, removed });
            }
        }
        Ok(dropped)
    }

    /// Writes the report and commits. Returns the run's number.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`], [`StoreError::DryRun`], or the server's; nothing was written then.
    /// [`StoreError::CommitUnknown`] if the connection broke in the last step.
    pub fn commit(mut self, report: &serde_json::Value) -> Result<i64, StoreError> {
        if self.dry_run {
            return Err(StoreError::DryRun);
        }
        self.finish(report)?;
        diff::check(self.cancel.as_deref())?;
        commit(self.tx, self.attempt, self.run_id)?;
        Ok(self.run_id)
    }

    /// Does everything that [`Load::commit`] does, then undoes it all.
    ///
    /// # Errors
    /// As [`Load::commit`].
    pub fn discard(mut self, report: &serde_json::Value) -> Result<(), StoreError> {
        self.finish(report)?;
        self.tx.rollback().map_err(StoreError::of("undoing a dry run"))
    }

    /// Brings everything to where only the commit is missing.
    fn finish(&mut self, report: &serde_json::Value) -> Result<(), StoreError> {
        diff::check(self.cancel.as_deref())?;
        self.settle()?;
        finish_run(&mut self.tx, self.park_id, self.run_id, report)
    }

    /// Builds the indexes of first loads, lets the planner know what was loaded, and ends the quarantine of earlier runs;
    /// once, after the layers.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.bulk.finish(&mut self.tx)?;
        for table in self.grown.drain() {
            self.tx
                .batch_execute(&sql::for_table(sql::ANALYZE, table))
                .map_err(StoreError::of("gathering statistics"))?;
        }
        if std::mem::replace(&mut self.quarantine_settled, true) {
            return Ok(());
        }
        let told: Vec<&str> = self.requarantined.iter().map(String::as_str).collect();
        self.tx
            .execute(sql::QUARANTINE_SETTLE, &[&self.park_id, &self.run_id, &told, &self.named])
            .map(|_| ())
            .map_err(StoreError::of("settling the quarantine"))
    }
}

/// The report and the audit entry of a run.
pub(super) fn finish_run(
    tx: &mut Transaction<'_>,
    park_id: i32,
    run_id: i64,
    report: &serde_json::Value,
) -> Result<(), StoreError> {
    let report = row::without_nul(report);
    tx.execute(sql::RUN_FINISH, &[&park_id, &run_id, &report]).map(|_| ()).map_err(StoreError::of("finishing the run"))
}

/// Closes the note and commits, both at once.
pub(super) fn commit(mut tx: Transaction<'_>, attempt: &mut Option<i64>, run_id: i64) -> Result<(), StoreError> {
    if let Some(number) = *attempt {
        tx.execute(sql::ATTEMPT_COMMIT, &[&number, &run_id]).map_err(StoreError::of("closing the note of a load"))?;
    }
    tx.commit().map_err(|source| match StoreError::of("committing")(source) {
        StoreError::ConnectionLost { source, .. } => StoreError::CommitUnknown { run_id, source },
        other => other,
    })?;
    *attempt = None;
    Ok(())
}
