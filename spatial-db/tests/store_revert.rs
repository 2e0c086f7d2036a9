//! Undoing a run gives back, to the byte, what was there before it; the history knows every state in between.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::FeatureKind::{self, Building, Parcel};
use spatial_db::model::TerrainGrid;
use spatial_db::schema::{Record, Value};
use spatial_db::store::{LoadOptions, ParkHeader, QuarantinedRow, RunKind, Store, StoreError};

use crate::support::{self, any, building, buildings, client, counts, header, import, number, put, record, scratch};

/// Every row of the park but the logs, in one hash per table.
fn hashes(client: &mut postgres::Client) -> BTreeMap<String, String> {
    let features = spatial_db::schema::TABLES.iter().map(|table| table.name);
    features
        .chain(["terrain_tile", "park", "source_layer", "quarantine"])
        .map(|table| {
            let query =
                format!("SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM twin.{table} t");
            (table.to_owned(), client.query_one(&query, &[]).expect(&query).get(0))
        })
        .collect()
}

/// One import of the property test: what each layer gives.
#[derive(Debug, Clone)]
struct Import {
    /// Layer, then key and content of each building.
    buildings: Vec<(&'static str, BTreeMap<u8, u8>)>,
    parcels: BTreeMap<u8, u8>,
    /// Content of the terrain; `None` leaves the layer as it is.
    ground: Option<u8>,
    name: u8,
    rejected: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Step {
    Import(Import),
    /// Undo the run at this place of those there are, counted round.
    Revert(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rows = || prop::collection::btree_map(0_u8..12, 0_u8..3, 0..8);
    let import = (rows(), rows(), rows(), prop::option::of(0_u8..3), 0_u8..2, prop::collection::vec(0_u8..4, 0..3));
    let import = import.prop_map(|(west, east, parcels, ground, name, rejected)| {
        Step::Import(Import { buildings: vec![("west", west), ("east", east)], parcels, ground, name, rejected })
    });
    let step = prop_oneof![3 => import, 3 => (0..usize::MAX).prop_map(Step::Revert)];
    prop::collection::vec(step, 2..9)
}

/// A row whose content is told by `n`, with what JSON could spoil: the sign of zero, digits, a NaN in a shape.
fn row(kind: FeatureKind, key: u8, n: u8) -> Record {
    let mut row = record(kind, &format!("k{key}"), i64::from(n));
    row.source_row = i64::from(key);
    for value in &mut row.values {
        if let Value::Real(number) = value {
            *number = [-0.0, 0.1 + 0.2, 1.0e-300][usize::from(n)];
        }
    }
    row
}

fn grid(n: u8) -> TerrainGrid {
    let (columns, rows) = (300, 2 + usize::from(n % 2));
    let heights = (0..columns * rows).map(|i| match i {
        0 | 256 => f32::from(n),
        7 => f32::NAN,
        _ => i as f32 / 3.0 + f32::from(n),
    });
    TerrainGrid { origin_x_m: -0.0, origin_y_m: 5.0e6, cell_m: 1.0, columns, rows, heights_m: heights.collect() }
}

fn run_import(store: &mut Store, import: &Import) -> i64 {
    let header = ParkHeader { name: format!("Park {}", import.name), ..header("p") };
    let mut load = store.begin_load(&header, any()).unwrap();
    for (layer, rows) in &import.buildings {
        put(&mut load, Building, layer, rows.iter().map(|(key, n)| row(Building, *key, *n)).collect());
    }
    put(&mut load, Parcel, "parcels", import.parcels.iter().map(|(key, n)| row(Parcel, *key, *n)).collect());
    let pipes = import.parcels.iter().map(|(key, n)| row(FeatureKind::NetworkEdge, *key, *n)).collect();
    put(&mut load, FeatureKind::NetworkEdge, "pipes", pipes);
    let rejected: Vec<QuarantinedRow> = import
        .rejected
        .iter()
        .map(|n| QuarantinedRow {
            source: "b.shp".to_owned(),
            source_row: i64::from(*n),
            code: "geometry.empty".to_owned(),
            reason: "it is empty".to_owned(),
            fix: "draw it".to_owned(),
            raw: json!({ "n": n }),
        })
        .collect();
    load.quarantine("west", &rejected).unwrap();
    let mut layers = vec!["west", "east", "parcels", "pipes"];
    if let Some(n) = import.ground {
        load.terrain("ground", "dem.tif", &grid(n)).unwrap();
        layers.push("ground");
    }
    load.drop_layers_not_in(&layers).unwrap();
    load.commit(&json!({})).unwrap()
}

/// Key → layer and content, per table: what the park holds, as plain data.
type State = BTreeMap<(&'static str, String), String>;

/// What an import makes of a park, by the rules alone: the first layer that gives a key has it.
fn modelled(import: &Import) -> State {
    let mut state = State::new();
    for (layer, rows) in &import.buildings {
        for (key, n) in rows {
            state.entry(("building", format!("k{key}"))).or_insert_with(|| format!("{layer} {n}"));
        }
    }
    for (key, n) in &import.parcels {
        state.insert(("parcel", format!("k{key}")), format!("parcels {n}"));
        state.insert(("network_edge", format!("k{key}")), format!("pipes {n}"));
    }
    if let Some(n) = import.ground {
        for tile in ["0/0", "1/0"] {
            state.insert(("terrain_tile", tile.to_owned()), format!("ground {n}"));
        }
    }
    state
}

/// What the store holds, in the same words.
fn stored(client: &mut postgres::Client) -> State {
    let mut state = State::new();
    for (table, content) in [
        ("building", "year_built - 2000"),
        ("parcel", "split_part(number, ' ', 3)"),
        ("network_edge", "year_laid - 2000"),
        // The first height of a tile, as the bytes of its exponent tell it.
        ("terrain_tile", "CASE substring(heights FROM 3 FOR 2) WHEN '\\x0000' THEN 0 WHEN '\\x803f' THEN 1 ELSE 2 END"),
    ] {
        for row in client.query(&format!("SELECT key, layer || ' ' || {content} FROM twin.{table}"), &[]).unwrap() {
            state.insert((table, row.get(0)), row.get(1));
        }
    }
    state
}

/// A run as the model remembers it.
struct Remembered {
    run: i64,
    reverts: Option<i64>,
    before: State,
    after: State,
    hashes_before: BTreeMap<String, String>,
    snapshot_after: String,
}

impl Remembered {
    fn touched(&self) -> BTreeSet<&(&'static str, String)> {
        let keys = self.before.keys().chain(self.after.keys());
        keys.filter(|key| self.before.get(*key) != self.after.get(*key)).collect()
    }
}

/// Runs that hold: a run is undone while a run that undid it holds.
fn holds(runs: &[Remembered], run: i64) -> bool {
    !runs.iter().any(|other| other.reverts == Some(run) && holds(runs, other.run))
}

/// Whether a run after `target` is undone, or undid one that came after `target` too: then it changed nothing since.
fn settled(runs: &[Remembered], run: &Remembered, target: i64) -> bool {
    !holds(runs, run.run) || run.reverts.is_some_and(|undone| undone > target)
}

fn check(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    let mut runs: Vec<Remembered> = Vec::new();
    let mut now = State::new();
    for step in steps {
        let hashes_before = hashes(&mut client);
        let (run, reverts, after) = match step {
            Step::Import(import) => {
                let after = modelled(&import);
                (run_import(&mut store, &import), None, after)
            }
            Step::Revert(_) if runs.is_empty() => continue,
            Step::Revert(index) => {
                let target = &runs[index % runs.len()];
                let touched = target.touched();
                let blocked = runs.iter().any(|later| {
                    later.run > target.run
                        && !settled(&runs, later, target.run)
                        && later.touched().iter().any(|key| touched.contains(key))
                });
                let outcome = store.revert("p", target.run, &LoadOptions::default(), None);
                if !holds(&runs, target.run) {
                    prop_assert!(matches!(outcome, Err(StoreError::AlreadyReverted { .. })), "{outcome:?}");
                    prop_assert_eq!(hashes(&mut client), hashes_before);
                    continue;
                }
                if blocked {
                    prop_assert!(matches!(outcome, Err(StoreError::RevertBlocked { .. })), "{outcome:?}");
                    prop_assert_eq!(hashes(&mut client), hashes_before);
                    continue;
                }
                let mut after = now.clone();
                for key in touched {
                    match target.before.get(key) {
                        Some(content) => after.insert(key.clone(), content.clone()),
                        None => after.remove(key),
                    };
                }
                let outcome = outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
                if outcome.frame_restored {
                    let (mut found, mut expected) = (hashes(&mut client), target.hashes_before.clone());
                    // The first import made the park, and its header stays.
                    if expected["park"].is_empty() {
                        found.remove("park");
                        expected.remove("park");
                    }
                    prop_assert_eq!(found, expected, "run {} undone", target.run);
                }
                // The last run is always undone to the byte.
                prop_assert!(outcome.frame_restored || runs.last().is_some_and(|last| last.run != target.run));
                (outcome.run.expect("a run"), Some(target.run), after)
            }
        };
        prop_assert_eq!(&stored(&mut client), &after);
        let snapshot_after = format!("{:?}", store.snapshot("p").unwrap());
        runs.push(Remembered { run, reverts, before: now, after: after.clone(), hashes_before, snapshot_after });
        now = after;
    }
    for remembered in &runs {
        let mut past = store.snapshot_after("p", remembered.run).unwrap();
        past.park.name.clone_from(&store.park("p").unwrap().name);
        let told = |text: &str| text.split_once("parcels:").map(|(_, rest)| rest.to_owned());
        prop_assert_eq!(told(&format!("{past:?}")), told(&remembered.snapshot_after), "after run {}", remembered.run);
        // The view says the same to whoever asks for that moment.
        let at = "SELECT count(*) FROM twin.history, (SELECT finished FROM twin.import_run WHERE run_id = $1) AS r
                  WHERE valid_from <= r.finished AND (valid_to IS NULL OR valid_to > r.finished)";
        let states: i64 = client.query_one(at, &[&remembered.run]).unwrap().get(0);
        prop_assert_eq!(states as usize, remembered.after.len(), "states after run {}", remembered.run);
    }
    let listed = store.runs("p").unwrap_or_default();
    for (listed, remembered) in listed.iter().zip(&runs) {
        prop_assert_eq!((listed.run_id, listed.reverts), (remembered.run, remembered.reverts));
        prop_assert_eq!(listed.reverted_by.is_none(), holds(&runs, remembered.run));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_imports_and_reverts_is_what_the_model_says(steps in steps()) {
        check(steps)?;
    }
}

/// An import of parcels alone, and of rejected rows, which stand beside the features.
fn parcels(keys: &[u8]) -> Step {
    Step::Import(Import {
        buildings: vec![("west", BTreeMap::new()), ("east", BTreeMap::new())],
        parcels: keys.iter().map(|key| (*key, 0)).collect(),
        ground: None,
        name: keys[0],
        rejected: keys.to_vec(),
    })
}

#[test]
fn what_undoing_an_earlier_run_made_of_the_layers_is_undone_too() {
    // Run 4 brings back what run 1 brought, under run 3, and counts the layers anew; run 5 takes that back.
    check(vec![parcels(&[0]), Step::Revert(0), parcels(&[2, 5]), Step::Revert(1), Step::Revert(3)]).unwrap();
}

#[test]
fn runs_undone_out_of_order_are_not_said_to_leave_everything_as_it_was() {
    // 4 undoes 2 while 3 holds, 5 undoes 3, 6 undoes 1.
    let imports = [parcels(&[0]), parcels(&[0, 1]), parcels(&[0, 1, 2])];
    check(imports.into_iter().chain([1, 2, 0].map(Step::Revert)).collect()).unwrap();
}

/// Import, undone, brought back, undone by its own number: what brought it back is in nobody's way but the last run's.
#[test]
fn a_run_undone_twice_stands_between_what_came_in_between() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..3));
    let mut undo =
        |run: i64| store.revert("p", run, &LoadOptions::default(), None).map(|done| done.run.expect("a run"));
    let first = 1;
    let undone = undo(first).unwrap();
    let back = undo(undone).unwrap();
    let again = undo(first).unwrap();
    let before = hashes(&mut client(&database));
    let error = undo(back).unwrap_err();
    let StoreError::RevertBlocked { blockers, .. } = &error else { panic!("{error:?}") };
    assert_eq!(blockers.iter().map(|b| (b.run_id, b.features)).collect::<Vec<_>>(), [(again, 3)]);
    assert_eq!(hashes(&mut client(&database)), before);
    undo(again).unwrap();
    undo(back).unwrap();
}

#[test]
fn a_reverted_first_import_leaves_an_empty_park_with_its_history() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    import(&mut store, "p", buildings(0..30));
    let first = store.runs("p").unwrap()[0].run_id;
    let reverted = store.revert("p", first, &LoadOptions::default(), None).unwrap();
    assert_eq!((reverted.tables.len(), reverted.tables[0].taken_out), (1, 30));
    assert_eq!(store.snapshot("p").unwrap().buildings.len(), 0);
    let ended =
        "SELECT count(*) FROM twin.history WHERE key LIKE 'b%' AND valid_to > valid_from AND ended_by = 'removed'";
    assert_eq!(number(&mut client, ended), 30);
    let runs = store.runs("p").unwrap();
    assert_eq!(
        (runs[0].reverted_by, runs[1].kind, runs[1].reverts),
        (Some(runs[1].run_id), RunKind::Revert, Some(first))
    );
    let actions = "SELECT count(*) FROM twin.audit_log WHERE action = 'revert' AND (detail->>'reverts')::bigint = $1";
    assert_eq!(client.query_one(actions, &[&first]).unwrap().get::<_, i64>(0), 1);
    // Undoing the undoing brings the same features back.
    let before = store.snapshot_after("p", first).unwrap();
    store.revert("p", runs[1].run_id, &LoadOptions::default(), None).unwrap();
    assert_eq!(format!("{:?}", store.snapshot("p").unwrap()), format!("{before:?}"));
    // And the next import compares with them.
    assert_eq!(counts(&import(&mut store, "p", buildings(0..31))), [1, 0, 0, 30, 0]);
}

#[test]
fn a_big_import_over_a_small_one_is_undone() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    import(&mut store, "p", buildings(0..50));
    let before = hashes(&mut client);
    let mut rows = buildings(10..12_100);
    rows[0].values[0] = Value::Text("renamed".to_owned());
    assert_eq!(counts(&import(&mut store, "p", rows)), [12_050, 1, 10, 39, 0]);
    let run = store.runs("p").unwrap()[1].run_id;
    let mut heard = [0; 3];
    let options = LoadOptions { dry_run: true, ..LoadOptions::default() };
    let told = store.revert("p", run, &options, Some(&mut |change| heard[change.op as usize] += 1)).unwrap();
    assert_eq!((told.run, heard), (None, [10, 1, 12_050]), "a dry run tells and writes nothing");
    assert_eq!(store.runs("p").unwrap().len(), 2);
    let done = store.revert("p", run, &LoadOptions::default(), None).unwrap();
    let table = &done.tables[0];
    assert_eq!((table.taken_out, table.changed_back, table.brought_back), (12_050, 1, 10));
    assert_eq!(hashes(&mut client), before);
}

#[test]
fn a_run_that_later_ones_built_on_is_refused_with_their_list() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..30));
    let mut rows = buildings(0..30);
    rows[3].values[0] = Value::Text("second".to_owned());
    import(&mut store, "p", rows.clone());
    rows[3].values[0] = Value::Text("third".to_owned());
    rows.truncate(25);
    import(&mut store, "p", rows);
    let runs: Vec<i64> = store.runs("p").unwrap().iter().map(|run| run.run_id).collect();
    let before = hashes(&mut client(&database));
    let error = store.revert("p", runs[0], &LoadOptions::default(), None).unwrap_err();
    let StoreError::RevertBlocked { blockers, .. } = &error else { panic!("{error:?}") };
    assert_eq!(blockers.iter().map(|b| (b.run_id, b.features)).collect::<Vec<_>>(), [(runs[2], 6), (runs[1], 1)]);
    let words = error.to_string();
    assert!(words.contains("b3") && words.ends_with(&format!("in this order: {}, {}", runs[2], runs[1])), "{words}");
    assert_eq!(hashes(&mut client(&database)), before);
    // In that order it goes.
    for run in runs.iter().rev() {
        store.revert("p", *run, &LoadOptions::default(), None).unwrap();
    }
    assert_eq!(store.snapshot("p").unwrap().buildings.len(), 0);
    let error = store.revert("p", runs[0], &LoadOptions::default(), None).unwrap_err();
    assert!(matches!(error, StoreError::AlreadyReverted { .. }), "{error:?}");
    let error = store.revert("p", 999_999, &LoadOptions::default(), None).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchRun { .. }), "{error:?}");
}

#[test]
fn rows_that_something_else_wrote_are_not_undone_over() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..30));
    client(&database).execute("DELETE FROM twin.building WHERE key = 'b7'", &[]).unwrap();
    let run = store.runs("p").unwrap()[0].run_id;
    let error = store.revert("p", run, &LoadOptions::default(), None).unwrap_err();
    assert!(
        matches!(&error, StoreError::RevertImpossible { reason, .. } if reason.contains("29 are as it left them")),
        "{error}"
    );
    assert_eq!(store.snapshot("p").unwrap().buildings.len(), 29);
}

#[test]
fn a_run_in_the_middle_is_undone_where_nothing_was_built_on_it() {
    let (_database, mut store) = scratch();
    let load = |store: &mut Store, west: Vec<Record>, east: Vec<Record>| {
        let mut load = store.begin_load(&header("p"), any()).unwrap();
        put(&mut load, Building, "west", west);
        put(&mut load, Building, "east", east);
        load.commit(&json!({})).unwrap()
    };
    load(&mut store, buildings(0..5), buildings(10..15));
    let middle = load(&mut store, buildings(0..7), buildings(10..15));
    load(&mut store, buildings(0..7), buildings(10..20));
    let reverted = store.revert("p", middle, &LoadOptions::default(), None).unwrap();
    assert!(!reverted.frame_restored, "a later run says which layers there are");
    let mut keys: Vec<String> =
        store.snapshot("p").unwrap().buildings.iter().map(|b| b.provenance.key.clone()).collect();
    keys.sort();
    let expected: BTreeSet<String> = (0..5).chain(10..20).map(|n| format!("b{n}")).collect();
    assert_eq!(keys, expected.into_iter().collect::<Vec<_>>());
}

fn shrinks(database: &ScratchDatabase, rows: Vec<Record>) -> Result<u64, StoreError> {
    let mut store = database.store().unwrap();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let table = support::table(Building);
    let diff = load.layer(table, "buildings", "b.gpkg", &mut rows.into_iter().map(Ok), &mut |_| {});
    diff.map(|diff| diff.removed)
}

#[test]
fn a_layer_that_lost_most_of_its_rows_is_refused() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..100));
    assert_eq!(shrinks(&database, buildings(50..100)).unwrap(), 50, "half may go");
    let error = shrinks(&database, buildings(51..100)).unwrap_err();
    assert!(matches!(error, StoreError::Shrinks { stored: 100, removed: 51, arrived: 49, added: 0, .. }), "{error:?}");
    let error = shrinks(&database, vec![]).unwrap_err();
    assert!(matches!(error, StoreError::Shrinks { removed: 100, arrived: 0, .. }), "{error:?}");
    let renumbered = (0..100).map(|n| building(&format!("new{n}"), n)).collect();
    let error = shrinks(&database, renumbered).unwrap_err();
    assert!(matches!(error, StoreError::Shrinks { removed: 100, arrived: 100, added: 100, .. }), "{error:?}");
    // A layer that is no longer given counts too, unless another one took its keys.
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let error = load.drop_layers_not_in(&[]).unwrap_err();
    assert!(matches!(error, StoreError::LayerLost { removed: 100, .. }), "{error:?}");
    drop(load);
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    put(&mut load, Building, "renamed", buildings(0..100));
    assert_eq!(load.drop_layers_not_in(&["renamed"]).unwrap(), []);
    load.commit(&json!({})).unwrap();
    // Few rows may always go.
    import(&mut store, "q", buildings(0..19));
    let mut load = store.begin_load(&header("q"), LoadOptions::default()).unwrap();
    assert_eq!(put(&mut load, Building, "buildings", vec![]).removed, 19);
}

#[test]
fn an_open_note_of_a_session_that_is_gone_is_found_once() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    let alive = database.store().map(|mut other| {
        other.begin_load(&header("q"), LoadOptions::default()).map(std::mem::forget).unwrap();
        other
    });
    let mut dying = database.store().unwrap();
    let mut load = dying.begin_load(&header("p"), LoadOptions { command: "twin import a".into(), ..any() }).unwrap();
    put(&mut load, Building, "l", buildings(0..100));
    let killed = "SELECT pg_terminate_backend(pid, 5000)::int::bigint FROM pg_locks
                  WHERE locktype = 'advisory' AND classid = x'74776971'::bigint
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND objid = (SELECT attempt_id FROM twin.import_attempt WHERE park_slug = 'p')";
    assert_eq!(number(&mut client, killed), 1);
    drop(load);
    let load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let found = load.abandoned();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].command.as_str(), found[0].pid), ("twin import a", std::process::id().cast_signed()));
    load.commit(&json!({})).unwrap();
    let load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    assert_eq!(load.abandoned(), [], "it was said once");
    drop(load);
    store.end_attempt(true, "cancelled by a person").unwrap();
    let outcomes = "SELECT string_agg(coalesce(outcome, 'open'), ' ' ORDER BY attempt_id) FROM twin.import_attempt";
    let told: String = client.query_one(outcomes, &[]).unwrap().get(0);
    assert_eq!(told, "open abandoned committed cancelled");
    drop(alive);
}

#[test]
fn the_history_is_seen_by_those_who_see_the_park() {
    let (database, mut store) = scratch();
    import(&mut store, "north", buildings(0..3));
    import(&mut store, "south", buildings(0..4));
    import(&mut store, "south", buildings(1..4));
    let mut admin = client(&database);
    let all = "SELECT count(*) FROM twin.history";
    assert_eq!(number(&mut admin, all), 7);
    admin
        .execute("INSERT INTO twin.park_access SELECT park_id, 'twin_analyst' FROM twin.park WHERE slug = 'south'", &[])
        .unwrap();
    admin.batch_execute("SET ROLE twin_analyst").unwrap();
    assert_eq!(number(&mut admin, all), 4);
    admin.batch_execute("RESET ROLE; SET ROLE twin_viewer").unwrap();
    let refused = admin.query(all, &[]).unwrap_err();
    admin.batch_execute("RESET ROLE").unwrap();
    assert_eq!(refused.code(), Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE));
}
