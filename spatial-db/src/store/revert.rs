//! Undoing one run exactly: rows it added go, rows it changed are as before, rows it removed come back under their old
//! numbers. Undoing is a run itself and can be undone.
//!
//! Who undid whom is left to `runs`. A run is undone only if no later run touched what it touched; runs that were undone
//! themselves do not count.

use std::fmt;

use postgres::Transaction;
use serde::Serialize;

use super::attempt::Abandoned;
use super::changes::{self, Change};
use super::load::{LoadOptions, Opened, begin_run, commit, finish_run};
use super::runs::Lineage;
use super::sql::{self, Target};
use super::{Store, StoreError, diff};

/// A later run that touched what a run touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevertBlocker {
    /// The later run.
    pub run_id: i64,
    /// Table of the features.
    pub table: String,
    /// How many of them.
    pub features: u64,
    /// Keys of the first few.
    pub keys: Vec<String>,
}

impl fmt::Display for RevertBlocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.features > self.keys.len() as u64 { ", …" } else { "" };
        let (run, count, table) = (self.run_id, self.features, &self.table);
        write!(f, "run {run} touched {count} of the same rows of {table} ({}{more})", self.keys.join(", "))
    }
}

/// What undoing a run did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reverted {
    /// Number of the run that undid; `None` for a dry run.
    pub run: Option<i64>,
    /// Slug of the park.
    pub park: String,
    /// The run that was undone.
    pub reverts: i64,
    /// What was undone, by table.
    pub tables: Vec<RevertedTable>,
    /// The park's header, source layers and quarantine are as before the run too. They are left as a later run put them
    /// when there is one that holds, or that was undone out of order.
    pub frame_restored: bool,
    /// Loads that never ended, found on the way.
    pub unfinished: Vec<Abandoned>,
}

/// What undoing a run did with a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RevertedTable {
    /// Table.
    pub table: String,
    /// Rows that the run had added and that are gone.
    pub taken_out: u64,
    /// Rows that the run had changed and that are as before.
    pub changed_back: u64,
    /// Rows that the run had removed and that are there again.
    pub brought_back: u64,
}

/// Tables beside the features whose rows a run replaces, and how a row in `set_aside` is told from another.
const BESIDE: [(&str, &str); 2] = [
    ("quarantine", "q.quarantine_id = (a.content ->> 'quarantine_id')::bigint"),
    ("source_layer", "q.table_name = a.content ->> 'table_name' AND q.layer = a.content ->> 'layer'"),
];

impl Store {
    /// Undoes a run of a park. `hear` is told every change of a row.
    ///
    /// Of `options`, `allow_shrink` and `manifest_text` have no part in it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], [`StoreError::NoSuchRun`], [`StoreError::AlreadyReverted`],
    /// [`StoreError::RevertBlocked`] with the later runs that are in the way, [`StoreError::RevertImpossible`] if the
    /// rows are not as the run left them, or as [`Store::begin_load`]. Nothing was written then.
    pub fn revert(
        &mut self,
        slug: &str,
        run_id: i64,
        options: &LoadOptions,
        hear: Option<&mut dyn FnMut(Change)>,
    ) -> Result<Reverted, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let Opened { watch, mut tx, attempt, abandoned } = self.open(slug, options)?;
        let lineage = Lineage::read(&mut tx, park_id)?;
        let mut undo = Undo { tx: &mut tx, slug, park_id, run_id, by: 0 };
        undo.check(&lineage)?;
        undo.by = begin_run(
            undo.tx,
            park_id,
            &LoadOptions { manifest_text: String::new(), ..options.clone() },
            Some(run_id),
        )?;
        let exact = lineage.is_latest_word(run_id);
        let tables = undo.features(exact, options)?;
        let by = undo.by;
        if let Some(hear) = hear {
            changes::of_run(&mut tx, park_id, by, hear)?;
        }
        let mut reverted = Reverted {
            run: (!options.dry_run).then_some(by),
            park: slug.to_owned(),
            reverts: run_id,
            tables,
            frame_restored: exact,
            unfinished: abandoned,
        };
        let report = serde_json::to_value(&reverted).unwrap_or_default();
        tx.execute(sql::CHECK_STATE_FORGET_ALL, &[&park_id]).map_err(StoreError::of("forgetting the checks"))?;
        finish_run(&mut tx, park_id, by, &report)?;
        diff::check(options.cancel.as_deref())?;
        if options.dry_run {
            tx.rollback().map_err(StoreError::of("undoing a dry run"))?;
        } else {
            commit(tx, attempt, by)?;
        }
        drop(watch);
        reverted
            .tables
            .retain(|table| *table != RevertedTable { table: table.table.clone(), ..RevertedTable::default() });
        Ok(reverted)
    }
}

/// An undoing on its way.
struct Undo<'t, 'c, 's> {
    tx: &'t mut Transaction<'c>,
    slug: &'s str,
    park_id: i32,
    /// The run to undo.
    run_id: i64,
    /// The run that undoes it.
    by: i64,
}

/// What undoing means for a table.
struct Expected {
    taken_out: u64,
    changed_back: u64,
    brought_back: u64,
}

impl Undo<'_, '_, '_> {
    /// Whether the run can be undone.
    fn check(&mut self, lineage: &Lineage) -> Result<(), StoreError> {
        let what = || StoreError::of("looking for later runs");
        let (slug, run_id) = (self.slug.to_owned(), self.run_id);
        if !lineage.knows(run_id) {
            return Err(StoreError::NoSuchRun { slug, run_id });
        }
        if let Some(by) = lineage.undone_by(run_id) {
            return Err(StoreError::AlreadyReverted { slug, run_id, by });
        }
        let settled: Vec<i64> = lineage.settled_since(run_id).into_iter().collect();
        let blocker = |row: &postgres::Row, table: &str, at: usize| RevertBlocker {
            run_id: row.get(0),
            table: table.to_owned(),
            features: row.get::<_, i64>(at).cast_unsigned(),
            keys: row.get(at + 1),
        };
        let rows = self.tx.query(sql::REVERT_BLOCKERS, &[&self.park_id, &run_id, &settled]).map_err(what())?;
        let mut blockers: Vec<RevertBlocker> = rows.iter().map(|row| blocker(row, row.get(1), 2)).collect();
        for target in Target::all() {
            let statement = target.fill(sql::REVERT_OCCUPIED);
            let rows = self.tx.query(&statement, &[&self.park_id, &run_id, &target.name]).map_err(what())?;
            blockers.extend(rows.iter().map(|row| blocker(row, target.name, 1)));
        }
        if blockers.is_empty() {
            return Ok(());
        }
        blockers.sort_by_key(|blocker| std::cmp::Reverse(blocker.run_id));
        Err(StoreError::RevertBlocked { slug, run_id, blockers })
    }

    /// Undoes it, table by table: first what goes, then the header that the rest refers to, then what comes back.
    fn features(&mut self, exact: bool, options: &LoadOptions) -> Result<Vec<RevertedTable>, StoreError> {
        let mut tables = Vec::new();
        for target in Target::all() {
            let mut done = RevertedTable { table: target.name.to_owned(), ..RevertedTable::default() };
            for template in [sql::REVERT_TAKE_OUT, sql::REVERT_UNLOAD] {
                diff::check(options.cancel.as_deref())?;
                done.taken_out += self.statement(&target, template)?;
            }
            tables.push(done);
        }
        if exact {
            self.beside()?;
        }
        for (target, done) in Target::all().zip(&mut tables) {
            diff::check(options.cancel.as_deref())?;
            let expected = self.expected(&target)?;
            done.changed_back = self.statement(&target, sql::REVERT_CHANGE_BACK)?;
            done.brought_back = self.statement(&target, sql::REVERT_BRING_BACK)?;
            for (found, expected, did) in [
                (done.taken_out, expected.taken_out, "added"),
                (done.changed_back, expected.changed_back, "changed"),
                (done.brought_back, expected.brought_back, "removed"),
            ] {
                if found != expected {
                    return Err(self.impossible(format!(
                        "it {did} {expected} rows of {}, of which {found} are as it left them: something beside twin wrote to the table",
                        target.name
                    )));
                }
            }
            if done.taken_out + done.changed_back + done.brought_back > 1000 {
                self.tx
                    .batch_execute(&sql::for_table(sql::ANALYZE, target.name))
                    .map_err(StoreError::of("gathering statistics"))?;
            }
        }
        if !exact {
            self.recount()?;
        }
        Ok(tables)
    }

    fn statement(&mut self, target: &Target, template: &str) -> Result<u64, StoreError> {
        self.tx
            .execute(&target.fill(template), &[&self.park_id, &self.by, &target.name, &self.run_id])
            .map_err(StoreError::of(format!("undoing run {} in {}", self.run_id, target.name)))
    }

    fn impossible(&self, reason: String) -> StoreError {
        StoreError::RevertImpossible { slug: self.slug.to_owned(), run_id: self.run_id, reason }
    }

    fn expected(&mut self, target: &Target) -> Result<Expected, StoreError> {
        let has_bytes = target.bytes.is_some();
        let row = self
            .tx
            .query_one(sql::REVERT_EXPECTED, &[&self.park_id, &self.run_id, &target.name, &has_bytes])
            .map_err(StoreError::of("reading the change log"))?;
        let count = |at: usize| row.get::<_, i64>(at).cast_unsigned();
        if count(3) > 0 {
            return Err(self.impossible(format!(
                "the log of {} was written by an older version, which did not keep the bytes of its tiles",
                target.name
            )));
        }
        if count(4) > 0 {
            return Err(self.impossible(format!(
                "{} rows of {} would come back in another coordinate system than the park is in now; revert the run that changed it first",
                count(4),
                target.name
            )));
        }
        Ok(Expected { taken_out: count(0), changed_back: count(1), brought_back: count(2) })
    }

    /// Header, quarantine and source layers as they were.
    fn beside(&mut self) -> Result<(), StoreError> {
        let what = || StoreError::of("putting back what the run set aside");
        self.tx.execute(sql::SET_ASIDE_PARK, &[&self.park_id, &self.by, &self.run_id]).map_err(what())?;
        for (table, same) in BESIDE {
            let names = [("table", table), ("same", same)];
            for template in [sql::SET_ASIDE_OUT, sql::SET_ASIDE_BACK] {
                let statement = sql::fill(template, &names);
                self.tx.execute(&statement, &[&self.park_id, &self.by, &table, &self.run_id]).map_err(what())?;
            }
        }
        Ok(())
    }

    /// A later run said which layers there are; their rows are counted anew.
    fn recount(&mut self) -> Result<(), StoreError> {
        let what = || StoreError::of("counting the rows of layers");
        self.tx.execute(sql::SOURCE_LAYER_MISSING, &[&self.park_id, &self.run_id, &self.by]).map_err(what())?;
        for target in Target::all() {
            let statement = sql::for_table(sql::SOURCE_LAYER_RECOUNT, target.name);
            self.tx.execute(&statement, &[&self.park_id, &target.name, &self.by]).map_err(what())?;
        }
        Ok(())
    }
}
