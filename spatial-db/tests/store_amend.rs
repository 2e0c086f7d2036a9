//! Single rows changed where they stand: what is read back is what was stored, nothing else is written, and a revert takes it back.

use serde_json::json;
use spatial_db::model::{FeatureKind, ParkSnapshot};
use spatial_db::store::{LoadOptions, Store, amendments};

use crate::support::{header, put, record, scratch};

/// Kinds whose rows can be amended.
const KINDS: [FeatureKind; 6] = [
    FeatureKind::Parcel,
    FeatureKind::Building,
    FeatureKind::Tenancy,
    FeatureKind::LandContract,
    FeatureKind::LandEvent,
    FeatureKind::Project,
];

fn key(kind: FeatureKind, n: i64) -> String {
    format!("{kind:?}-{n}")
}

/// A park with three rows of each kind.
fn stored(store: &mut Store) -> ParkSnapshot {
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    for kind in KINDS {
        put(&mut load, kind, "layer", (0..3).map(|n| record(kind, &key(kind, n), n)).collect());
    }
    put(&mut load, FeatureKind::BuildingSurface, "faces", vec![record(FeatureKind::BuildingSurface, "roof", 0)]);
    load.commit(&json!({})).unwrap();
    store.snapshot("p").unwrap()
}

#[test]
fn a_row_that_was_read_is_the_row_that_was_stored() {
    let (_database, mut store) = scratch();
    let park = stored(&mut store);
    assert!(amendments(&park, &park).is_empty());
    let all = amendments(&ParkSnapshot::empty(park.park.clone()), &park);
    let kinds: Vec<FeatureKind> = all.iter().filter(|one| !one.written.is_empty()).map(|one| one.table.kind).collect();
    assert_eq!(kinds, KINDS);
    for amended in all {
        for (row, n) in amended.written.iter().zip(0..) {
            assert_eq!(*row, record(amended.table.kind, &key(amended.table.kind, n), n), "{}", amended.table.name);
        }
    }
}

#[test]
fn amended_rows_are_a_run_that_can_be_undone() {
    let (_database, mut store) = scratch();
    let before = stored(&mut store);
    let mut wanted = before.clone();
    wanted.parcels[1].holder = Some("somebody else".to_owned());
    wanted.buildings.remove(0);
    wanted.building_surfaces.clear();
    let mut new = wanted.parcels[2].clone();
    (new.id.id, new.provenance.key) = (-1, "Parcel-1@0".to_owned());
    wanted.parcels.push(new);

    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let amended = amendments(&before, &wanted);
    load.amend("plan", "plan.ron, accepted", &amended).unwrap();
    assert_eq!(load.run_of_manifest("the plan").unwrap(), None);
    let run = load.commit(&json!({})).unwrap();
    let after = store.snapshot("p").unwrap();
    assert!(amendments(&after, &wanted).is_empty());
    let layers: Vec<&str> = after.parcels.iter().map(|parcel| parcel.provenance.layer.as_str()).collect();
    assert_eq!(layers, ["layer", "plan", "layer", "plan"]);
    assert_eq!(after.parcels[1].id, before.parcels[1].id, "a parcel keeps its number");
    assert_eq!((&after.events, &after.contracts), (&before.events, &before.contracts));
    let counted = store.runs("p").unwrap().pop().unwrap().layers;
    let told: Vec<(&str, &str, [u64; 3])> = counted
        .iter()
        .map(|one| (one.table.as_str(), one.layer.as_str(), [one.added, one.changed, one.removed]))
        .collect();
    assert_eq!(
        told,
        [("building", "layer", [0, 0, 1]), ("building_surface", "faces", [0, 0, 1]), ("parcel", "plan", [1, 1, 0])]
    );

    store.revert("p", run, &LoadOptions::default(), None).unwrap();
    assert_eq!(store.snapshot("p").unwrap(), before);
}

#[test]
fn a_file_is_known_by_its_text_until_its_run_is_undone() {
    let (_database, mut store) = scratch();
    stored(&mut store);
    let options = || LoadOptions { manifest_text: "the plan".to_owned(), ..LoadOptions::default() };
    let run = store.begin_load(&header("p"), options()).unwrap().commit(&json!({})).unwrap();
    let mut known = |text: &str| store.begin_load(&header("p"), options()).unwrap().run_of_manifest(text).unwrap();
    assert_eq!((known("the plan"), known("the plan ")), (Some(run), None));
    let undone = store.revert("p", run, &LoadOptions::default(), None).unwrap().run.unwrap();
    let mut known = |text: &str| store.begin_load(&header("p"), options()).unwrap().run_of_manifest(text).unwrap();
    assert_eq!(known("the plan"), None);
    // Who undoes the undoing has it again.
    store.revert("p", undone, &LoadOptions::default(), None).unwrap();
    let mut load = store.begin_load(&header("p"), options()).unwrap();
    assert_eq!(load.run_of_manifest("the plan").unwrap(), Some(run));
}
