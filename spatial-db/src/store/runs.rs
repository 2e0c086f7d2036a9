//! The runs of a park: what each did, and which undid which.
//!
//! Undoing one is left to `revert`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use postgres::{GenericClient, Row};
use serde::Serialize;

use super::{Store, StoreError, sql};

/// What a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Files came in.
    Import,
    /// An earlier run was undone.
    Revert,
}

/// A committed run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Number; rises with time.
    pub run_id: i64,
    /// What it is.
    pub kind: RunKind,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it was committed.
    pub finished: DateTime<Utc>,
    /// From begin to commit, s.
    pub seconds: f64,
    /// Database user who ran it.
    pub by: String,
    /// The command as typed.
    pub command: String,
    /// Version of the program.
    pub program_version: String,
    /// The run that it undid.
    pub reverts: Option<i64>,
    /// The run that undid it, if that still holds.
    pub reverted_by: Option<i64>,
    /// Rows that it added, changed and removed, by table and layer; layers that it left alone are absent.
    pub layers: Vec<LayerCounts>,
    /// What the run's own report says of each layer: rows read, unchanged, repaired, quarantined too.
    pub reported: serde_json::Value,
    /// What the run's own report says of the scenario that it accepted: its name, by whom, why; null where it accepted none.
    pub scenario: serde_json::Value,
}

/// What a run did with the rows of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerCounts {
    /// Table of the rows.
    pub table: String,
    /// Layer of the manifest.
    pub layer: String,
    /// Rows added or brought back.
    pub added: u64,
    /// Rows changed.
    pub changed: u64,
    /// Rows removed.
    pub removed: u64,
}

/// Numbers of runs and what they undid, in order.
pub(super) struct Lineage {
    /// Each run and the run that it undid.
    runs: Vec<(i64, Option<i64>)>,
    /// Which run undid a run, as far as that holds: an undone revert undoes nothing.
    undone_by: HashMap<i64, i64>,
}

impl Lineage {
    pub(super) fn of(runs: Vec<(i64, Option<i64>)>) -> Self {
        let mut undone_by = HashMap::new();
        // A run is undone by later ones only, so the latest is settled first.
        for (run, reverts) in runs.iter().rev() {
            if let Some(target) = reverts.filter(|_| !undone_by.contains_key(run)) {
                undone_by.insert(target, *run);
            }
        }
        Self { runs, undone_by }
    }

    pub(super) fn read(client: &mut impl GenericClient, park_id: i32) -> Result<Self, StoreError> {
        let rows = client.query(sql::RUNS, &[&park_id]).map_err(StoreError::of("listing runs"))?;
        Ok(Self::of(rows.iter().map(|row| (row.get(0), row.get(7))).collect()))
    }

    pub(super) fn knows(&self, run: i64) -> bool {
        self.runs.iter().any(|(known, _)| *known == run)
    }

    pub(super) fn undone_by(&self, run: i64) -> Option<i64> {
        self.undone_by.get(&run).copied()
    }

    /// Runs after a given one that are undone, and the runs that undid them: together they changed nothing since. A later
    /// run that undid an earlier one is none of these.
    pub(super) fn settled_since(&self, run: i64) -> HashSet<i64> {
        let later = self.undone_by.iter().filter(|(undone, _)| **undone > run);
        later.flat_map(|(undone, by)| [*undone, *by]).collect()
    }

    /// Whether the park is now just as the run left it, header and source layers too: whatever came later was undone in
    /// order, the last first. A run undone out of order leaves features as before it and the rest as a later run put it,
    /// so that is a state of its own.
    pub(super) fn is_latest_word(&self, run: i64) -> bool {
        let mut states: HashMap<i64, (usize, usize)> = HashMap::new();
        let mut now = 0;
        for (fresh, (done, reverts)) in self.runs.iter().enumerate() {
            let undone = reverts.and_then(|target| states.get(&target)).filter(|(_, after)| *after == now);
            let after = undone.map_or(fresh + 1, |(before, _)| *before);
            states.insert(*done, (now, after));
            now = after;
        }
        states.get(&run).is_some_and(|(_, after)| *after == now)
    }
}

impl Store {
    /// Every committed run of a park, the first one first.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn runs(&mut self, slug: &str) -> Result<Vec<Run>, StoreError> {
        let what = || StoreError::of(format!("listing the runs of park {slug}"));
        let park_id = self.park(slug)?.park_id;
        let mut tx = self.client.build_transaction();
        tx = tx.isolation_level(postgres::IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = tx.start().map_err(what())?;
        let rows = tx.query(sql::RUNS, &[&park_id]).map_err(what())?;
        let lineage = Lineage::of(rows.iter().map(|row| (row.get(0), row.get(7))).collect());
        let mut layers: HashMap<i64, Vec<LayerCounts>> = HashMap::new();
        for row in tx.query(sql::RUNS_CHANGES, &[&park_id]).map_err(what())? {
            let count = |at: usize| row.get::<_, i64>(at).cast_unsigned();
            layers.entry(row.get(0)).or_default().push(LayerCounts {
                table: row.get(1),
                layer: row.get(2),
                added: count(3),
                changed: count(4),
                removed: count(5),
            });
        }
        Ok(rows
            .iter()
            .map(|row| {
                let run_id = row.get(0);
                run_of(row, lineage.undone_by(run_id), layers.remove(&run_id).unwrap_or_default())
            })
            .collect())
    }

    /// One run of a park.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], [`StoreError::NoSuchRun`], or the server's.
    pub fn run(&mut self, slug: &str, run_id: i64) -> Result<Run, StoreError> {
        let missing = StoreError::NoSuchRun { slug: slug.to_owned(), run_id };
        self.runs(slug)?.into_iter().find(|run| run.run_id == run_id).ok_or(missing)
    }
}

fn run_of(row: &Row, reverted_by: Option<i64>, layers: Vec<LayerCounts>) -> Run {
    let (started, finished): (DateTime<Utc>, DateTime<Utc>) = (row.get(2), row.get(3));
    Run {
        run_id: row.get(0),
        kind: if row.get::<_, &str>(1) == "revert" { RunKind::Revert } else { RunKind::Import },
        started,
        finished,
        seconds: (finished - started).num_milliseconds() as f64 / 1000.0,
        by: row.get(6),
        command: row.get(4),
        program_version: row.get(5),
        reverts: row.get(7),
        reverted_by,
        layers,
        reported: row.get::<_, Option<serde_json::Value>>(8).unwrap_or_default(),
        scenario: row.get::<_, Option<serde_json::Value>>(9).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undone_revert_undoes_nothing() {
        // 2 changed something, 3 undid it, 4 undid that: 2 holds again.
        let lineage = Lineage::of(vec![(1, None), (2, None), (3, Some(2)), (4, Some(3))]);
        assert_eq!((lineage.undone_by(2), lineage.undone_by(3), lineage.undone_by(4)), (None, Some(4), None));
        assert_eq!(lineage.settled_since(2), HashSet::from([3, 4]));
        assert_eq!(lineage.settled_since(3), HashSet::new(), "run 4 undid what run 3 did, and not nothing");
        assert!(lineage.is_latest_word(2) && !lineage.is_latest_word(1) && !lineage.is_latest_word(3));
        // 5 undoes 2 once more.
        let lineage = Lineage::of(vec![(1, None), (2, None), (3, Some(2)), (4, Some(3)), (5, Some(2))]);
        assert_eq!(lineage.undone_by(2), Some(5));
        assert!(lineage.is_latest_word(1));
    }

    #[test]
    fn a_run_in_the_middle_that_was_undone_leaves_the_earlier_ones_not_the_latest_word() {
        let lineage = Lineage::of(vec![(1, None), (2, None), (3, Some(1))]);
        assert!(!lineage.is_latest_word(2), "run 3 took out what run 1 brought");
        assert!(lineage.is_latest_word(3));
    }

    #[test]
    fn runs_undone_out_of_order_leave_a_state_of_their_own() {
        let of = |later: &[(i64, Option<i64>)]| Lineage::of([&[(1, None), (2, None), (3, None)], later].concat());
        // 4 undid 2 under 3, which left layers as 3 put them; with 5 only the features are as 1 left them.
        assert!(!of(&[(4, Some(2)), (5, Some(3))]).is_latest_word(1));
        // 5 takes 4 back, the last first.
        assert!(of(&[(4, Some(2)), (5, Some(4))]).is_latest_word(3));
        assert!(of(&[(4, Some(3)), (5, Some(2))]).is_latest_word(1));
    }
}
