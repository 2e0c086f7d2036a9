//! A park with the moment that it shows, and what came into the store since: only rows that later runs touched are read.
//!
//! Waiting for runs is left to `feed`.

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use postgres::{IsolationLevel, Transaction};

use super::snapshot::{Heard, Rows, read_header, read_issues, read_park, read_table};
use super::{RunKind, Store, StoreError, imagery, sql, terrain, valves};
use crate::model::{
    Building, BuildingSurface, EmergencyResource, Enterprise, EnterpriseYear, FeatureId, FeatureKind, HazardSource,
    Imagery, LandContract, LandEvent, NetworkEdge, NetworkNode, Parcel, ParkSnapshot, Project, RoadEdge, Surface,
    Tenancy,
};
use crate::schema::TABLES;

/// A park and the moment that it shows.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The park.
    pub snapshot: Arc<ParkSnapshot>,
    /// Its orthophotos, where they were asked for.
    pub imagery: Option<Arc<Imagery>>,
    mark: Mark,
}

impl Followed {
    /// The last run that the snapshot shows; `None` before the first.
    pub fn run_id(&self) -> Option<i64> {
        self.mark.run.map(|(run_id, _)| run_id)
    }
}

/// The moment of a snapshot: the last run in it. Runs of a park are numbered in the order of their commits, because one
/// load of a park runs at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    park_id: i32,
    /// Number, and when it was committed: after a backup was put back, another run may have the number.
    run: Option<(i64, DateTime<Utc>)>,
    /// This user may read what runs changed.
    sees_changes: bool,
}

/// A run that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedRun {
    /// Number.
    pub run_id: i64,
    /// What it is.
    pub kind: RunKind,
    /// When it was committed.
    pub finished: DateTime<Utc>,
    /// The run that it undid.
    pub reverts: Option<i64>,
}

/// How many features of a kind differ between two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCounts {
    /// Kind.
    pub kind: FeatureKind,
    /// Those that were not there.
    pub added: u64,
    /// Those with another content.
    pub changed: u64,
    /// Those that are gone.
    pub removed: u64,
}

/// What came between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the park that is another or not")]
pub struct Arrival {
    /// The runs, oldest first; empty where the store was put back to an earlier moment.
    pub runs: Vec<ArrivedRun>,
    /// Features that differ, by kind; kinds without any are absent.
    pub counts: Vec<KindCounts>,
    /// The ground is another.
    pub ground: bool,
    /// The orthophotos may be others.
    pub imagery: bool,
    /// The park's header or its issues are others.
    pub words: bool,
    /// The whole park was read again, because what changed could not be told.
    pub whole: bool,
}

impl Arrival {
    /// True where the runs left everything as it was.
    pub fn is_nothing(&self) -> bool {
        self.counts.is_empty() && !self.ground && !self.imagery && !self.words
    }
}

/// How far the reading of a park is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Table that is being read.
    pub table: &'static str,
    /// Rows read so far, all tables.
    pub rows: u64,
    /// Rows of all tables as of the last run; some tables may have none on record.
    pub of: u64,
}

/// Told how far the reading is; may stop it.
pub(super) type HearReading<'a> = dyn FnMut(Reading) -> ControlFlow<()> + 'a;

impl Store {
    /// A park as it is now, to be followed with [`Store::catch_up`]. `most_pixels` asks for its orthophotos, see
    /// [`Store::imagery`].
    ///
    /// # Errors
    /// As [`Store::snapshot`]; [`StoreError::Cancelled`] where `hear` says so.
    pub fn follow(
        &mut self,
        slug: &str,
        most_pixels: Option<u64>,
        hear: &mut HearReading<'_>,
    ) -> Result<Followed, StoreError> {
        self.park(slug)?;
        let mut tx = self.moment(slug)?;
        let mark = read_mark(&mut tx, slug)?;
        read_whole(&mut tx, slug, mark, most_pixels, hear)
    }

    /// What came since `old` was read, and the park with it; `None` where nothing did. Equal to what [`Store::follow`]
    /// would read now, and cheaper: only the rows that the runs since touched are read.
    ///
    /// # Errors
    /// As [`Store::follow`].
    pub fn catch_up(
        &mut self,
        slug: &str,
        old: &Followed,
        most_pixels: Option<u64>,
        hear: &mut HearReading<'_>,
    ) -> Result<Option<(Followed, Arrival)>, StoreError> {
        let mut tx = self.moment(slug)?;
        let mark = read_mark(&mut tx, slug)?;
        if mark == old.mark {
            return Ok(None);
        }
        let runs = runs_since(&mut tx, &mark, &old.mark)?;
        let (Some(runs), true) = (&runs, mark.sees_changes) else {
            let new = read_whole(&mut tx, slug, mark, most_pixels, hear)?;
            let arrival = Arrival { runs: runs.unwrap_or_default(), whole: true, ..difference(old, &new) };
            return Ok(Some((new, arrival)));
        };
        let mut arrival = Arrival { runs: runs.clone(), ..Arrival::default() };
        let new = read_touched(&mut tx, slug, old, mark, most_pixels, &mut arrival, hear)?;
        Ok(Some((new, arrival)))
    }

    /// One moment for all that is read.
    fn moment(&mut self, slug: &str) -> Result<Transaction<'_>, StoreError> {
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        transaction.start().map_err(StoreError::of(format!("reading park {slug}")))
    }
}

fn read_mark(tx: &mut Transaction<'_>, slug: &str) -> Result<Mark, StoreError> {
    let row = tx.query_opt(sql::FEED_MARK, &[&slug]).map_err(StoreError::of(format!("looking at park {slug}")))?;
    let Some(row) = row else { return Err(StoreError::NoSuchPark { slug: slug.to_owned(), known: Vec::new() }) };
    let (run_id, finished): (Option<i64>, Option<DateTime<Utc>>) = (row.get(1), row.get(2));
    Ok(Mark { park_id: row.get(0), run: run_id.zip(finished), sees_changes: row.get(3) })
}

/// The runs after `old`; `None` where the park is not the one that `old` was read from.
fn runs_since(tx: &mut Transaction<'_>, now: &Mark, old: &Mark) -> Result<Option<Vec<ArrivedRun>>, StoreError> {
    if now.park_id != old.park_id {
        return Ok(None);
    }
    let since = old.run.map_or(0, |(run_id, _)| run_id);
    let rows = tx.query(sql::FEED_RUNS, &[&now.park_id, &since]).map_err(StoreError::of("listing runs"))?;
    let mut runs: Vec<ArrivedRun> = rows
        .iter()
        .map(|row| ArrivedRun {
            run_id: row.get(0),
            kind: if row.get::<_, &str>(1) == "revert" { RunKind::Revert } else { RunKind::Import },
            finished: row.get(2),
            reverts: row.get(3),
        })
        .collect();
    if let Some(run) = old.run {
        let still_there = runs.first().is_some_and(|first| (first.run_id, first.finished) == run);
        if !still_there {
            return Ok(None);
        }
        runs.remove(0);
    }
    Ok(Some(runs))
}

fn read_whole(
    tx: &mut Transaction<'_>,
    slug: &str,
    mark: Mark,
    most_pixels: Option<u64>,
    hear: &mut HearReading<'_>,
) -> Result<Followed, StoreError> {
    let mut count = Count::of(tx, mark.park_id)?;
    let snapshot = read_park(tx, slug, Rows::Now, &mut |table, rows| hear(count.at(table, rows)))?;
    let imagery = match most_pixels {
        None => None,
        Some(most) => imagery::read(tx, mark.park_id, most)?.map(Arc::new),
    };
    Ok(Followed { snapshot: Arc::new(snapshot), imagery, mark })
}

/// Adds up rows over tables.
struct Count {
    of: u64,
    before: u64,
    table: &'static str,
    here: u64,
}

impl Count {
    fn of(tx: &mut Transaction<'_>, park_id: i32) -> Result<Self, StoreError> {
        let rows = tx.query(sql::SOURCE_LAYERS, &[&park_id]).map_err(StoreError::of("counting rows"))?;
        let is_feature = |row: &&postgres::Row| TABLES.iter().any(|table| table.name == row.get::<_, &str>(0));
        let of = rows.iter().filter(is_feature).map(|row| row.get::<_, i64>(3).cast_unsigned()).sum();
        Ok(Self { of, before: 0, table: "", here: 0 })
    }

    fn at(&mut self, table: &'static str, rows: u64) -> Reading {
        if table != self.table {
            self.before += self.here;
            self.table = table;
        }
        self.here = rows;
        Reading { table, rows: self.before + rows, of: self.of.max(self.before + rows) }
    }
}

/// Reads what runs since `old` touched, and puts it where it belongs.
fn read_touched(
    tx: &mut Transaction<'_>,
    slug: &str,
    old: &Followed,
    mark: Mark,
    most_pixels: Option<u64>,
    arrival: &mut Arrival,
    hear: &mut HearReading<'_>,
) -> Result<Followed, StoreError> {
    let what = || StoreError::of(format!("reading what changed in park {slug}"));
    let park_id = mark.park_id;
    let since = old.mark.run.map_or(0, |(run_id, _)| run_id);
    let mut fresh = ParkSnapshot::empty(read_header(tx, slug)?);
    let mut touched: HashMap<FeatureKind, HashSet<i64>> = HashMap::new();
    let (mut ground, mut photo) = (false, false);
    for row in tx.query(sql::FEED_TABLES, &[&park_id, &since]).map_err(what())? {
        let (name, loaded): (String, bool) = (row.get(0), row.get(1));
        ground |= name == "terrain_tile";
        photo |= name == "imagery_tile";
        let Some(table) = TABLES.iter().find(|table| table.name == name) else { continue };
        let statement = sql::for_table(sql::FEED_TOUCHED, table.name);
        let rows = tx.query(&statement, &[&park_id, &since, &table.name, &loaded]).map_err(what())?;
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        let mut heard = |table, rows| hear(Reading { table, rows, of: numbers.len() as u64 });
        let heard: &mut Heard<'_> = &mut heard;
        read_table(tx, park_id, Rows::These(&numbers), table, &mut fresh, heard)?;
        touched.insert(table.kind, numbers.into_iter().collect());
    }
    let mut next = ParkSnapshot { park: fresh.park.clone(), ..(*old.snapshot).clone() };
    next.issues = read_issues(tx, park_id)?;
    next.valve_states = valves::read(tx, park_id)?;
    if ground {
        next.terrain = terrain::read(tx, park_id, None)?;
    }
    arrival.words = next.park != old.snapshot.park || !same(&next.issues, &old.snapshot.issues);
    arrival.ground = ground && !same(&next.terrain, &old.snapshot.terrain);
    arrival.imagery = photo && most_pixels.is_some();
    arrival.counts = exchange_all(&mut next, fresh, &|kind| Touched::These(touched.get(&kind)));
    let imagery = match most_pixels.filter(|_| arrival.imagery) {
        None => old.imagery.clone(),
        Some(most) => imagery::read(tx, park_id, most)?.map(Arc::new),
    };
    Ok(Followed { snapshot: Arc::new(next), imagery, mark })
}

/// What differs between two snapshots.
fn difference(old: &Followed, new: &Followed) -> Arrival {
    let counts = exchange_all(&mut (*old.snapshot).clone(), (*new.snapshot).clone(), &|_| Touched::All);
    Arrival {
        counts,
        ground: !same(&old.snapshot.terrain, &new.snapshot.terrain),
        imagery: old.imagery != new.imagery,
        words: old.snapshot.park != new.snapshot.park || !same(&old.snapshot.issues, &new.snapshot.issues),
        ..Arrival::default()
    }
}

/// Equal, where a number that is none equals itself: elevations may be unknown.
fn same<T: PartialEq + Debug>(a: &T, b: &T) -> bool {
    a == b || format!("{a:?}") == format!("{b:?}")
}

/// Which features of a kind may differ.
#[derive(Debug, Clone, Copy)]
enum Touched<'a> {
    /// Any.
    All,
    /// These, or none.
    These(Option<&'a HashSet<i64>>),
}

/// A row of a snapshot.
trait Stored: PartialEq + Debug {
    fn id(&self) -> FeatureId;
}

/// Takes the touched features of a kind out of `kept`, and puts those of `fresh` in, in the order of their numbers.
fn exchange<T: Stored>(kept: &mut Vec<T>, fresh: Vec<T>, touched: Touched<'_>, kind: FeatureKind) -> KindCounts {
    let is_touched = |feature: &T| match touched {
        Touched::All => true,
        Touched::These(ids) => ids.is_some_and(|ids| ids.contains(&feature.id().id)),
    };
    let (gone, mut merged): (Vec<T>, Vec<T>) = std::mem::take(kept).into_iter().partition(is_touched);
    let gone: HashMap<i64, T> = gone.into_iter().map(|feature| (feature.id().id, feature)).collect();
    let mut counts = KindCounts { kind, added: 0, changed: 0, removed: 0 };
    for feature in &fresh {
        match gone.get(&feature.id().id) {
            None => counts.added += 1,
            Some(before) => counts.changed += u64::from(!same(before, feature)),
        }
    }
    let stayed = fresh.iter().filter(|feature| gone.contains_key(&feature.id().id)).count();
    counts.removed = (gone.len() - stayed) as u64;
    merged.extend(fresh);
    merged.sort_by_key(|feature| feature.id().id);
    *kept = merged;
    counts
}

/// Every vector of a snapshot with its kind.
macro_rules! kinds {
    ($($field:ident: $type:ident),+ $(,)?) => {
        $(impl Stored for $type {
            fn id(&self) -> FeatureId {
                self.id
            }
        })+

        /// Exchanges the touched features of all kinds; what differs.
        fn exchange_all<'a>(
            next: &mut ParkSnapshot,
            fresh: ParkSnapshot,
            touched: &dyn Fn(FeatureKind) -> Touched<'a>,
        ) -> Vec<KindCounts> {
            let counts = [$(
                exchange(&mut next.$field, fresh.$field, touched(FeatureKind::$type), FeatureKind::$type)
            ),+];
            counts.into_iter().filter(|c| c.added + c.changed + c.removed > 0).collect()
        }
    };
}

kinds! {
    parcels: Parcel,
    buildings: Building,
    nodes: NetworkNode,
    edges: NetworkEdge,
    roads: RoadEdge,
    surfaces: Surface,
    resources: EmergencyResource,
    hazards: HazardSource,
    contracts: LandContract,
    events: LandEvent,
    projects: Project,
    enterprises: Enterprise,
    tenancies: Tenancy,
    enterprise_years: EnterpriseYear,
    building_surfaces: BuildingSurface,
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Stored for (i64, f64) {
        fn id(&self) -> FeatureId {
            FeatureId::new(FeatureKind::Parcel, self.0)
        }
    }

    fn exchanged(kept: &[(i64, f64)], fresh: &[(i64, f64)], touched: &[i64]) -> (Vec<i64>, [u64; 3]) {
        let mut kept = kept.to_vec();
        let ids = touched.iter().copied().collect();
        let counts = exchange(&mut kept, fresh.to_vec(), Touched::These(Some(&ids)), FeatureKind::Parcel);
        (kept.iter().map(|row| row.0).collect(), [counts.added, counts.changed, counts.removed])
    }

    #[test]
    fn touched_rows_go_out_and_come_in_at_their_places() {
        let kept = [(1, 1.0), (2, 2.0), (4, 4.0), (5, f64::NAN)];
        // 2 changed, 3 came, 4 went, 5 was written as it was.
        let fresh = [(2, 2.5), (3, 3.0), (5, f64::NAN)];
        assert_eq!(exchanged(&kept, &fresh, &[2, 3, 4, 5]), (vec![1, 2, 3, 5], [1, 1, 1]));
        assert_eq!(exchanged(&kept, &[], &[]), (vec![1, 2, 4, 5], [0, 0, 0]));
        // Added and taken out again before anybody looked.
        assert_eq!(exchanged(&kept, &[], &[9]), (vec![1, 2, 4, 5], [0, 0, 0]));
    }

    #[test]
    fn rows_are_counted_over_tables() {
        let mut count = Count { of: 30, before: 0, table: "", here: 0 };
        let rows: Vec<u64> =
            [("a", 0), ("a", 8), ("b", 0), ("b", 16), ("c", 0)].map(|(t, n)| count.at(t, n).rows).to_vec();
        assert_eq!(rows, [0, 8, 8, 24, 24]);
    }
}
