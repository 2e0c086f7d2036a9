//! The history of one feature: what each run made of it, whatever way it came into the database.

use spatial_db::model::{FeatureId, FeatureKind};
use spatial_db::schema::Value;
use spatial_db::store::{FeatureState, LoadOptions, RunKind};

use crate::support::{building, buildings, import, scratch};

/// A state in short: run, columns that differ, shape, the run that took it out.
fn told(states: &[FeatureState]) -> Vec<String> {
    states
        .iter()
        .map(|state| {
            let columns: Vec<String> =
                state.columns.iter().map(|c| format!("{} {}→{}", c.column, c.old, c.new)).collect();
            let shape = if state.reshaped { " shape" } else { "" };
            let removed = state.removed_by.map_or_else(String::new, |run| format!(" out {run}"));
            format!("{}: {}{shape}{removed}", state.run_id, columns.join(", "))
        })
        .collect()
}

#[test]
fn every_state_of_a_feature_is_told_with_its_run() {
    let (_database, mut store) = scratch();
    import(&mut store, "p", buildings(0..6));
    let id = |key: &str, store: &mut spatial_db::store::Store| {
        let park = store.snapshot("p").unwrap();
        park.buildings.iter().find(|b| b.provenance.key == key).map(|b| b.id).expect("a building")
    };
    let (changed, removed, quiet) = (id("b2", &mut store), id("b3", &mut store), id("b0", &mut store));

    // Another name and shape; one gone; one new that was no part of the bulk load.
    let mut rows = buildings(0..7);
    rows[2].values[0] = Value::Text("renamed".to_owned());
    rows[2].shape = building("", 77).shape;
    rows.remove(3);
    import(&mut store, "p", rows);
    let new = id("b6", &mut store);

    assert_eq!(told(&store.feature_history("p", quiet).unwrap()), ["1: "]);
    let states = store.feature_history("p", changed).unwrap();
    assert_eq!(told(&states), ["1: ", "2: name \"name 园区 2\"→\"renamed\" shape"]);
    assert!(states[0].finished < states[1].finished && states.iter().all(|state| !state.by.is_empty()));
    assert!(states[0].source.is_some() && states[0].kind == RunKind::Import);
    assert_eq!(told(&store.feature_history("p", removed).unwrap()), ["1:  out 2"]);
    assert_eq!(told(&store.feature_history("p", new).unwrap()), ["2: "]);

    // A revert brings back what was, as a state of its own.
    store.revert("p", 2, &LoadOptions::default(), None).unwrap();
    let states = store.feature_history("p", changed).unwrap();
    assert_eq!(told(&states)[2], "3: name \"renamed\"→\"name 园区 2\" shape");
    assert_eq!((states[2].kind, states[2].reverts), (RunKind::Revert, Some(2)));
    let states = store.feature_history("p", removed).unwrap();
    assert_eq!(told(&states), ["1:  out 2", "3: "]);
    assert_eq!(told(&store.feature_history("p", new).unwrap()), ["2:  out 3"]);

    let none = FeatureId::new(FeatureKind::Building, 999_999);
    assert!(store.feature_history("p", none).unwrap().is_empty());
    let ground = FeatureId::new(FeatureKind::TerrainTile, 1);
    assert!(store.feature_history("p", ground).unwrap().is_empty());
    assert!(store.feature_history("atlantis", quiet).unwrap_err().to_string().contains("atlantis"));
}
