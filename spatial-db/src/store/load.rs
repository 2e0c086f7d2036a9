//! One park's files into the store, in one transaction: all of it or nothing.
//!
//! Comparing and writing the rows of a layer is left to `diff`, cutting terrain into tiles to `terrain`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use postgres::Transaction;

use super::bulk::Bulk;
use super::cancel::Watch;
use super::diff::{self, Direct, Incoming, Keys, NextRow, Scope};
use super::row::{self, RowEncoder, RowHead};
use super::sql::{self, Target};
use super::{DroppedLayer, LayerDiff, ParkHeader, QuarantinedRow, RowError, Store, StoreError, terrain};
use crate::model::{FeatureKind, TerrainGrid};
use crate::schema::{Record, TABLES, Table};

/// Told from another thread whether to stop.
pub type Cancel = Arc<AtomicBool>;

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
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            manifest_text: String::new(),
            command: String::new(),
            started: Utc::now(),
            cancel: None,
            lock_wait: Duration::from_secs(30),
        }
    }
}

/// A load in progress. Dropping it without [`Load::commit`] rolls everything back.
pub struct Load<'a> {
    /// Dropped, and with it ended, before the transaction is rolled back.
    _watch: Option<Watch>,
    tx: Transaction<'a>,
    park_id: i32,
    srid: i32,
    run_id: i64,
    superuser: bool,
    restricted: bool,
    cancel: Option<Cancel>,
    /// Keys of the tables touched so far.
    keys: HashMap<&'static str, Keys>,
    /// Layers given so far, by table.
    loaded: HashSet<(&'static str, String)>,
    /// Layers whose old quarantine is gone.
    cleared: HashSet<String>,
    bulk: Bulk,
    /// Tables with enough new rows to tell the planner about.
    grown: HashSet<&'static str>,
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
        let what = || StoreError::of(format!("starting to load park {}", header.slug));
        let superuser = self.superuser;
        let token = self.client.cancel_token();
        let mut tx = self.client.transaction().map_err(what())?;
        let watch = options.cancel.clone().map(|cancel| Watch::over(token, cancel));
        lock_park(&mut tx, header, &options)?;
        if !tx.query_one(sql::KNOWN_SRID, &[&header.srid]).map_err(what())?.get::<_, bool>(0) {
            return Err(StoreError::UnknownSrid { srid: header.srid });
        }
        let restricted = tx.query_one(sql::RESTRICTED, &[]).map_err(what())?.get(0);
        let park_id = upsert_park(&mut tx, header)?;
        let run_id = tx
            .query_one(
                sql::RUN_BEGIN,
                &[&park_id, &options.started, &options.command, &env!("CARGO_PKG_VERSION"), &options.manifest_text],
            )
            .map_err(what())?
            .get(0);
        Ok(Load {
            _watch: watch,
            tx,
            park_id,
            srid: header.srid,
            run_id,
            superuser,
            restricted,
            cancel: options.cancel,
            keys: HashMap::new(),
            loaded: HashSet::new(),
            cleared: HashSet::new(),
            bulk: Bulk::default(),
            grown: HashSet::new(),
        })
    }
}

fn lock_park(tx: &mut Transaction<'_>, header: &ParkHeader, options: &LoadOptions) -> Result<(), StoreError> {
    let give_up = Instant::now() + options.lock_wait;
    loop {
        diff::check(options.cancel.as_deref())?;
        let row = tx.query_one(sql::PARK_LOCK, &[&header.slug]);
        if row.map_err(StoreError::of(format!("waiting for park {}", header.slug)))?.get(0) {
            return Ok(());
        }
        if Instant::now() >= give_up {
            return Err(StoreError::ParkBusy { slug: header.slug.clone() });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn upsert_park(tx: &mut Transaction<'_>, header: &ParkHeader) -> Result<i32, StoreError> {
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
    tx.execute(sql::PARK_UPDATE, &[&park_id, name, srid, synthetic, attribution, licence, as_of]).map_err(what())?;
    Ok(park_id)
}

impl Load<'_> {
    /// Number of this run, as [`Load::commit`] will return it.
    pub fn run_id(&self) -> i64 {
        self.run_id
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
    /// fit, [`StoreError::Cancelled`], or the server's. The load is then spent: drop it.
    pub fn layer(
        &mut self,
        table: &'static Table,
        layer: &str,
        source: &str,
        rows: &mut dyn Iterator<Item = Result<Record, RowError>>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        let srid = self.srid;
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
            let key = if record.key.contains('\0') { record.key.replace('\0', "") } else { record.key };
            Ok(Some(Incoming { key, source_row: record.source_row, hash }))
        };
        self.take_in(&Target::feature(table), layer, source, &mut next, progress)
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
        self.clear_quarantine(layer)?;
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
            cancel: self.cancel.as_deref(),
            // COPY is not to be had under row-level security.
            direct: (!self.restricted)
                .then(|| Direct { frozen: self.bulk.holds(target.name), trusted: self.superuser }),
        };
        let diff = keys.take_in(&mut self.tx, &scope, next, progress)?;
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
        self.clear_quarantine(layer)?;
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

    fn clear_quarantine(&mut self, layer: &str) -> Result<(), StoreError> {
        if self.cleared.insert(layer.to_owned()) {
            self.tx
                .execute(sql::QUARANTINE_CLEAR, &[&self.park_id, &layer])
                .map_err(StoreError::of(format!("clearing the quarantine of layer {layer}")))?;
        }
        Ok(())
    }

    /// Removes the rows and quarantine of every layer that is not named, and rows that a named layer left in another
    /// table under an older manifest. Call it after the layers, so that keys can pass from old layers to new ones.
    ///
    /// # Errors
    /// The server's.
    pub fn drop_layers_not_in(&mut self, layers: &[&str]) -> Result<Vec<DroppedLayer>, StoreError> {
        let what = || StoreError::of("removing layers that left the manifest");
        self.tx.execute(sql::QUARANTINE_CLEAR_OTHERS, &[&self.park_id, &layers]).map_err(what())?;
        let known = self.tx.query(sql::SOURCE_LAYERS, &[&self.park_id]).map_err(what())?;
        let mut dropped = Vec::new();
        for row in known {
            let (table, layer): (String, String) = (row.get(0), row.get(1));
            let loaded_here = self.loaded.contains(&(table.as_str(), layer.clone()));
            let loaded_elsewhere = self.loaded.iter().any(|(_, loaded)| *loaded == layer);
            if loaded_here || (layers.contains(&layer.as_str()) && !loaded_elsewhere) {
                continue;
            }
            let terrain = Target::terrain();
            let (target, kind) = match TABLES.iter().find(|known| known.name == table) {
                Some(known) => (Target::feature(known), known.kind),
                None if table == terrain.name => (terrain, FeatureKind::TerrainTile),
                None => continue,
            };
            let statement = target.fill(sql::REMOVE_LAYER);
            let removed =
                self.tx.execute(&statement, &[&self.park_id, &self.run_id, &target.name, &layer]).map_err(what())?;
            self.tx.execute(sql::SOURCE_LAYER_DELETE, &[&self.park_id, &table, &layer]).map_err(what())?;
            if let Some(keys) = self.keys.get_mut(target.name) {
                keys.forget_layer(&layer);
            }
            if removed > 0 {
                dropped.push(DroppedLayer { kind, layer, removed });
            }
        }
        Ok(dropped)
    }

    /// Writes the report and commits. Returns the run's number.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`], or the server's; nothing was written then.
    pub fn commit(mut self, report: &serde_json::Value) -> Result<i64, StoreError> {
        diff::check(self.cancel.as_deref())?;
        self.bulk.finish(&mut self.tx)?;
        let report = row::without_nul(report);
        self.tx
            .execute(sql::RUN_FINISH, &[&self.park_id, &self.run_id, &report])
            .map_err(StoreError::of("finishing the run"))?;
        for table in &self.grown {
            self.tx
                .batch_execute(&sql::for_table(sql::ANALYZE, table))
                .map_err(StoreError::of("gathering statistics"))?;
        }
        diff::check(self.cancel.as_deref())?;
        self.tx.commit().map_err(StoreError::of("committing"))?;
        Ok(self.run_id)
    }
}
