//! Compares the rows of a layer with what the store holds, and writes no more than the difference.
//!
//! Knows keys and hashes only; what a row is made of is left to `row` and `terrain`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::RandomState;
use postgres::Transaction;

use super::copy::{CopyRows, CopyStream, Fields};
use super::load::{AllowShrink, LEAST_SHRINK};
use super::row::{ContentHash, RowEncoder, RowHead};
use super::sql::{self, Target};
use super::{Duplicate, LayerDiff, StoreError};

/// More new rows than this in one layer are one entry in the change log.
const ADDED_LOGGED_SINGLY: u64 = 10_000;
/// Rows between two looks at the cancel flag and two words of progress.
const BREATH: u64 = 1024;

/// What is known of a key of one table: the state of this load, over what the store held before.
struct KeyState {
    hash: ContentHash,
    feature_id: i64,
    /// Index into `Keys::layers`.
    layer: u32,
    /// Claimed by a row of this load.
    claimed: bool,
}

/// The keys of one table of one park.
pub(super) struct Keys {
    states: HashMap<String, KeyState, RandomState>,
    layers: Vec<String>,
    /// Rows of each layer that the store held.
    stored: Vec<u64>,
    /// Stored rows that no row of this load has claimed yet.
    unclaimed: u64,
}

/// A row that was just encoded into the `RowEncoder`.
pub(super) struct Incoming {
    pub(super) key: String,
    pub(super) source_row: i64,
    pub(super) hash: ContentHash,
}

/// Produces the next row: encodes its content, or says that there are no more.
pub(super) type NextRow<'r> = dyn FnMut(&mut RowEncoder) -> Result<Option<Incoming>, StoreError> + 'r;

/// What the rows of one call have in common.
pub(super) struct Scope<'a> {
    pub(super) target: &'a Target,
    pub(super) head: RowHead<'a>,
    /// Rows of other layers that did not come in are removed too: there is one terrain.
    pub(super) whole_table: bool,
    /// Which layers may lose most of their rows.
    pub(super) allow_shrink: &'a AllowShrink,
    pub(super) cancel: Option<&'a AtomicBool>,
    /// Straight into the table, where that can be; rows must pass through the stage otherwise.
    pub(super) direct: Option<Direct>,
}

/// How new rows may go straight into their table.
pub(super) struct Direct {
    /// The table's file is this transaction's own, see `bulk`.
    pub(super) frozen: bool,
    /// This user may leave out the reference checks of every row.
    pub(super) trusted: bool,
}

impl Keys {
    /// Reads what the store holds.
    pub(super) fn read(tx: &mut Transaction<'_>, target: &Target, park_id: i32) -> Result<Self, StoreError> {
        let what = format!("reading the keys of {}", target.name);
        let statement =
            sql::fill(sql::STORED_KEYS, &[("table", &sql::quoted(target.name)), ("park_id", &park_id.to_string())]);
        let mut keys = Self { states: HashMap::default(), layers: Vec::new(), stored: Vec::new(), unclaimed: 0 };
        let reader = tx.copy_out(&statement).map_err(StoreError::of(&*what))?;
        keys.fill(reader).map_err(StoreError::stream(what))?;
        Ok(keys)
    }

    fn fill(&mut self, reader: impl std::io::Read) -> std::io::Result<()> {
        let mut rows = CopyRows::new(reader)?;
        while rows.next_row(4)? {
            let key = String::from_utf8_lossy(rows.field()?).into_owned();
            let layer = self.layer_index(&String::from_utf8_lossy(rows.field()?));
            let hash = rows.array::<16>()?;
            let feature_id = i64::from_be_bytes(rows.array()?);
            self.states.insert(key, KeyState { hash, feature_id, layer, claimed: false });
            self.stored[layer as usize] += 1;
            self.unclaimed += 1;
        }
        Ok(())
    }

    fn layer_index(&mut self, layer: &str) -> u32 {
        // A park has a few dozen layers.
        let known = self.layers.iter().position(|known| known == layer);
        known.unwrap_or_else(|| {
            self.layers.push(layer.to_owned());
            self.stored.push(0);
            self.layers.len() - 1
        }) as u32
    }

    /// Whether the table holds nothing of the park, before this load or in it.
    pub(super) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Forgets the stored rows of a layer that were just removed.
    pub(super) fn forget_layer(&mut self, layer: &str) {
        let layer = self.layer_index(layer);
        let before = self.states.len();
        self.states.retain(|_, state| state.claimed || state.layer != layer);
        self.unclaimed -= (before - self.states.len()) as u64;
    }

    /// Forgets stored rows that were just removed one by one.
    pub(super) fn forget_features(&mut self, features: &[i64]) {
        let before = self.states.len();
        self.states.retain(|_, state| state.claimed || !features.contains(&state.feature_id));
        self.unclaimed -= (before - self.states.len()) as u64;
    }

    /// Takes in every row of `next` and removes what no longer came in. Returns the counts.
    pub(super) fn take_in(
        &mut self,
        tx: &mut Transaction<'_>,
        scope: &Scope<'_>,
        next: &mut NextRow<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        let layer = self.layer_index(scope.head.layer);
        // Without stored rows to meet, a row is new or a duplicate: it can go to its place at once.
        let mut diff = match &scope.direct {
            Some(direct) if self.unclaimed == 0 => self.stream_new(tx, scope, direct, layer, next, progress)?,
            _ => self.stage_differences(tx, scope, layer, next, progress)?,
        };
        self.remove_rest(tx, scope, layer, &mut diff)?;
        Ok(diff)
    }

    fn stream_new(
        &mut self,
        tx: &mut Transaction<'_>,
        scope: &Scope<'_>,
        direct: &Direct,
        layer: u32,
        next: &mut NextRow<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        let mut diff = LayerDiff::default();
        let what = what(scope);
        let target = scope.target;
        if direct.trusted {
            tx.batch_execute(sql::REFERENCES_TRUSTED).map_err(StoreError::of(&*what))?;
        }
        let template = if direct.frozen { sql::COPY_ROWS_FROZEN } else { sql::COPY_ROWS };
        let writer = tx.copy_in(&target.fill(template)).map_err(StoreError::of(&*what))?;
        let mut stream = CopyStream::new(writer);
        let mut encoder = RowEncoder::default();
        let mut taken = 0;
        while let Some(row) = next(&mut encoder)? {
            breathe(&mut taken, scope.cancel, progress)?;
            match self.states.entry(row.key) {
                Entry::Occupied(held) => {
                    let held_by = self.layers[held.get().layer as usize].clone();
                    diff.duplicate_keys.push(Duplicate {
                        key: held.key().clone(),
                        source_row: row.source_row,
                        held_by,
                    });
                }
                Entry::Vacant(free) => {
                    encoder.head(&scope.head, free.key(), row.source_row, &row.hash);
                    stream
                        .row(target.columns.len() as i16, &[&encoder.head, &encoder.content])
                        .map_err(StoreError::stream(&*what))?;
                    free.insert(KeyState { hash: row.hash, feature_id: 0, layer, claimed: true });
                    diff.added += 1;
                }
            }
        }
        stream.finish().map_err(StoreError::stream(&*what))?;
        progress(taken);
        if direct.trusted {
            tx.batch_execute(sql::REFERENCES_CHECKED).map_err(StoreError::of(&*what))?;
        }
        log_loaded(tx, scope, diff.added)?;
        Ok(diff)
    }

    fn stage_differences(
        &mut self,
        tx: &mut Transaction<'_>,
        scope: &Scope<'_>,
        layer: u32,
        next: &mut NextRow<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<LayerDiff, StoreError> {
        let mut diff = LayerDiff::default();
        let mut stage = Stage { idle: Some(&mut *tx), open: None, scope, mark: Fields::default() };
        let mut encoder = RowEncoder::default();
        let mut taken = 0;
        while let Some(row) = next(&mut encoder)? {
            breathe(&mut taken, scope.cancel, progress)?;
            match self.states.entry(row.key) {
                Entry::Occupied(held) if held.get().claimed => {
                    let held_by = self.layers[held.get().layer as usize].clone();
                    diff.duplicate_keys.push(Duplicate {
                        key: held.key().clone(),
                        source_row: row.source_row,
                        held_by,
                    });
                }
                Entry::Occupied(mut held) => {
                    self.unclaimed -= 1;
                    held.get_mut().claimed = true;
                    if held.get().layer == layer && held.get().hash == row.hash {
                        diff.unchanged += 1;
                    } else {
                        encoder.head(&scope.head, held.key(), row.source_row, &row.hash);
                        stage.row(&encoder, false)?;
                        held.get_mut().hash = row.hash;
                        held.get_mut().layer = layer;
                        diff.changed += 1;
                    }
                }
                Entry::Vacant(free) => {
                    encoder.head(&scope.head, free.key(), row.source_row, &row.hash);
                    stage.row(&encoder, true)?;
                    free.insert(KeyState { hash: row.hash, feature_id: 0, layer, claimed: true });
                    diff.added += 1;
                }
            }
        }
        progress(taken);
        if stage.finish()? {
            merge(tx, scope, &diff)?;
        }
        Ok(diff)
    }

    /// Removes stored rows of the layer that no row of this load claimed.
    fn remove_rest(
        &mut self,
        tx: &mut Transaction<'_>,
        scope: &Scope<'_>,
        layer: u32,
        diff: &mut LayerDiff,
    ) -> Result<(), StoreError> {
        if self.unclaimed == 0 {
            return Ok(());
        }
        self.refuse_shrinking(scope, layer, diff)?;
        let mut gone = Vec::new();
        self.states.retain(|_, state| {
            let stays = state.claimed || (state.layer != layer && !scope.whole_table);
            if !stays {
                gone.push(state.feature_id);
            }
            stays
        });
        self.unclaimed -= gone.len() as u64;
        let what = what(scope);
        let head = &scope.head;
        let statement = scope.target.fill(sql::REMOVE);
        for some in gone.chunks(50_000) {
            check(scope.cancel)?;
            diff.removed += tx
                .execute(&statement, &[&head.park_id, &head.run_id, &scope.target.name, &head.layer, &some])
                .map_err(StoreError::of(&*what))?;
        }
        Ok(())
    }
}

impl Keys {
    /// A source that lost most of its rows is more often a broken copy or another key than the truth.
    fn refuse_shrinking(&self, scope: &Scope<'_>, layer: u32, diff: &LayerDiff) -> Result<(), StoreError> {
        let stored = self.stored[layer as usize];
        let arrived = diff.added + diff.changed + diff.unchanged + diff.duplicate_keys.len() as u64;
        if scope.whole_table || stored < LEAST_SHRINK || scope.allow_shrink.allows(scope.head.layer, arrived) {
            return Ok(());
        }
        let removed = self.states.values().filter(|state| !state.claimed && state.layer == layer).count() as u64;
        if removed < LEAST_SHRINK || removed * 2 <= stored {
            return Ok(());
        }
        Err(StoreError::Shrinks {
            table: scope.target.name,
            layer: scope.head.layer.to_owned(),
            stored,
            removed,
            arrived,
            added: diff.added,
        })
    }
}

/// The temporary table, made only once there is a row for it.
struct Stage<'t, 'c, 's> {
    idle: Option<&'t mut Transaction<'c>>,
    open: Option<CopyStream<'t>>,
    scope: &'s Scope<'s>,
    mark: Fields,
}

impl Stage<'_, '_, '_> {
    fn row(&mut self, encoder: &RowEncoder, is_new: bool) -> Result<(), StoreError> {
        let target = self.scope.target;
        if let Some(tx) = self.idle.take() {
            let what = what(self.scope);
            tx.batch_execute(&target.fill(sql::STAGE_CREATE)).map_err(StoreError::of(&*what))?;
            let writer = tx.copy_in(&target.fill(sql::STAGE_COPY)).map_err(StoreError::of(what))?;
            self.open = Some(CopyStream::new(writer));
        }
        let Some(stream) = &mut self.open else { return Ok(()) };
        self.mark.clear();
        self.mark.boolean(is_new);
        stream
            .row(1 + target.columns.len() as i16, &[&self.mark, &encoder.head, &encoder.content])
            .map_err(StoreError::stream(what(self.scope)))
    }

    /// Ends the stream; whether there was one.
    fn finish(self) -> Result<bool, StoreError> {
        match self.open {
            None => Ok(false),
            Some(stream) => stream.finish().map(|_| true).map_err(StoreError::stream(what(self.scope))),
        }
    }
}

fn merge(tx: &mut Transaction<'_>, scope: &Scope<'_>, diff: &LayerDiff) -> Result<(), StoreError> {
    let (what, head, table) = (what(scope), &scope.head, &scope.target.name);
    let singly = diff.added <= ADDED_LOGGED_SINGLY;
    let statement = scope.target.fill(sql::MERGE);
    tx.execute(&statement, &[&head.park_id, &head.run_id, table, &head.layer, &singly])
        .map_err(StoreError::of(&*what))?;
    tx.batch_execute(sql::STAGE_DROP).map_err(StoreError::of(&*what))?;
    if singly { Ok(()) } else { log_loaded(tx, scope, diff.added) }
}

fn log_loaded(tx: &mut Transaction<'_>, scope: &Scope<'_>, rows: u64) -> Result<(), StoreError> {
    if rows == 0 {
        return Ok(());
    }
    let head = &scope.head;
    tx.execute(sql::LOG_LOADED, &[&head.park_id, &head.run_id, &scope.target.name, &head.layer, &(rows as i64)])
        .map(|_| ())
        .map_err(StoreError::of(what(scope)))
}

fn what(scope: &Scope<'_>) -> String {
    format!("loading layer {} into {}", scope.head.layer, scope.target.name)
}

/// Counts a row; now and then looks at the cancel flag and says how far it is.
fn breathe(taken: &mut u64, cancel: Option<&AtomicBool>, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    *taken += 1;
    if (*taken).is_multiple_of(BREATH) {
        check(cancel)?;
        progress(*taken);
    }
    Ok(())
}

pub(super) fn check(cancel: Option<&AtomicBool>) -> Result<(), StoreError> {
    if cancel.is_some_and(|flag| flag.load(Ordering::Relaxed)) { Err(StoreError::Cancelled) } else { Ok(()) }
}
