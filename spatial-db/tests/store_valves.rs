//! How valves stood goes into the store and comes out, of the right park and in time.

use spatial_db::model::ValveObservation;
use spatial_db::package::{PackOptions, Package, pack};
use spatial_db::store::{LoadOptions, StoreError};

use crate::support::{header, scratch};

fn seen(key: &str, at: &str, open_fraction: Option<f64>, stuck: bool) -> ValveObservation {
    let source = "巡检 walk".to_owned();
    ValveObservation { node_key: key.to_owned(), observed: at.parse().unwrap(), open_fraction, stuck, source }
}

#[test]
fn states_of_valves_round_trip_through_the_store_and_a_package() {
    let (_database, mut store) = scratch();
    for slug in ["one", "two"] {
        let load = store.begin_load(&header(slug), LoadOptions::default()).unwrap();
        load.commit(&serde_json::json!({})).unwrap();
    }
    let states = [
        seen("v2", "2026-02-01T08:00:00Z", None, false),
        seen("v1", "2026-03-01T10:00:00.125Z", Some(0.25), true),
        seen("v1", "2026-02-01T08:00:00Z", Some(0.0), false),
    ];
    assert_eq!(store.put_valve_states("one", &states).unwrap(), 3);
    let expected = [states[2].clone(), states[1].clone(), states[0].clone()];
    assert_eq!(store.snapshot("one").unwrap().valve_states, expected);
    assert!(store.snapshot("two").unwrap().valve_states.is_empty());
    // The same again changes nothing; of the same moment the last word counts.
    assert_eq!(store.put_valve_states("one", &states).unwrap(), 0);
    assert_eq!(store.put_valve_states("one", &[seen("v2", "2026-02-01T08:00:00Z", Some(1.0), false)]).unwrap(), 1);
    let after = store.snapshot("one").unwrap().valve_states;
    assert_eq!(after[2].open_fraction, Some(1.0));
    // Stuck, but nobody knows where: that is no state.
    assert!(store.put_valve_states("one", &[seen("v3", "2026-02-01T08:00:00Z", None, true)]).is_err());
    assert!(store.put_valve_states("one", &[seen("v3", "2026-02-01T08:00:00Z", Some(1.5), false)]).is_err());
    assert!(matches!(store.put_valve_states("three", &states), Err(StoreError::NoSuchPark { .. })));

    let folder = tempfile::tempdir().unwrap();
    for slug in ["one", "two"] {
        let path = folder.path().join(format!("{slug}.gpkg"));
        pack(&mut store, slug, &path, &PackOptions::default()).unwrap();
        let package = Package::open(&path).unwrap();
        let packed = package.snapshot(&|_| {}).unwrap().valve_states;
        assert_eq!(packed, store.snapshot(slug).unwrap().valve_states, "{slug}");
    }
}
