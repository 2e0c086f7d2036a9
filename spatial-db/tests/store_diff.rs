//! A second import writes the difference and nothing else, and the change log says what it was.

use std::collections::BTreeMap;

use serde_json::json;
use spatial_db::model::FeatureKind::{self, Building, Parcel};
use spatial_db::schema::Value;
use spatial_db::store::{Duplicate, LoadOptions};

use crate::support::{self, building, buildings, client, counts, header, import, number, put, scratch};

/// Row version, number and layer by key: unchanged rows keep all three.
fn versions(client: &mut postgres::Client) -> BTreeMap<String, (String, i64, String)> {
    let rows = client.query("SELECT key, xmin::text || ctid::text, feature_id, layer FROM twin.building", &[]).unwrap();
    rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect()
}

#[test]
fn a_second_identical_import_touches_no_row() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    assert_eq!(counts(&import(&mut store, "p", buildings(0..500))), [500, 0, 0, 0, 0]);
    let before = versions(&mut client);
    assert_eq!(counts(&import(&mut store, "p", buildings(0..500))), [0, 0, 0, 500, 0]);
    assert_eq!(versions(&mut client), before);
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.change_log"), 1, "one entry for the first load");
    assert_eq!(number(&mut client, "SELECT row_count FROM twin.change_log WHERE op = 'loaded'"), 500);
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.import_run WHERE finished >= started"), 2);
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.audit_log WHERE action = 'import'"), 2);
}

#[test]
fn added_changed_and_removed_rows_are_told_apart() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    import(&mut store, "p", buildings(0..10));
    let before = versions(&mut client);

    let mut rows = buildings(2..13);
    rows[0].values[0] = Value::Text("renamed".to_owned());
    rows[1].shape = building("", 77).shape;
    rows[2].attributes.insert("new".to_owned(), json!(1));
    // A row that only moved within its file is the same row.
    rows[3].source_row = 999;
    assert_eq!(counts(&import(&mut store, "p", rows.clone())), [3, 3, 2, 5, 0]);
    let after = versions(&mut client);
    for key in ["b5", "b6", "b7", "b8", "b9"] {
        assert_eq!(after[key], before[key]);
    }
    for key in ["b2", "b3", "b4"] {
        assert_eq!(after[key].1, before[key].1, "a changed feature keeps its number");
        assert_ne!(after[key].0, before[key].0);
    }
    assert_eq!(after.len(), 11);
    assert_eq!(counts(&import(&mut store, "p", rows)), [0, 0, 0, 11, 0]);

    let log = client
        .query(
            "SELECT op, key, feature_id, before->>'name', ST_AsEWKB(before_geom), before ? 'geom'
             FROM twin.change_log WHERE op <> 'loaded' ORDER BY op, key",
            &[],
        )
        .unwrap();
    let ops: Vec<String> =
        log.iter().map(|row| format!("{} {}", row.get::<_, &str>(0), row.get::<_, &str>(1))).collect();
    let expected = "added b10,added b11,added b12,changed b2,changed b3,changed b4,removed b0,removed b1";
    assert_eq!(ops.join(","), expected);
    assert_eq!(log[3].get::<_, Option<&str>>(3), Some("name 园区 2"));
    assert_eq!(log[3].get::<_, i64>(2), before["b2"].1);
    assert_eq!(log[3].get::<_, Option<bool>>(5), Some(false));
    let (shape, srid) = spatial_db::store::decode_ewkb(log[6].get(4)).unwrap();
    assert_eq!((Some(shape), srid), (building("", 0).shape, Some(support::SRID)));
}

#[test]
fn the_first_row_with_a_key_wins() {
    let (_database, mut store) = scratch();
    let twice = || vec![building("a", 0), building("b", 1), building("a", 2), building("a", 0)];
    for expected in [[2, 0, 0, 0, 2], [0, 0, 0, 2, 2]] {
        let diff = import(&mut store, "p", twice());
        assert_eq!(counts(&diff), expected);
        let duplicate = |source_row| Duplicate { key: "a".to_owned(), source_row, held_by: "buildings".to_owned() };
        assert_eq!(diff.duplicate_keys, [duplicate(3), duplicate(1)]);
    }
    assert_eq!(store.snapshot("p").unwrap().buildings[0].year_built, Some(2000));
}

#[test]
fn keys_pass_between_layers_in_load_order() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    let mut load = |layers: &[(&str, std::ops::Range<i64>)]| {
        let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
        let diffs: Vec<_> = layers
            .iter()
            .map(|(layer, range)| counts(&put(&mut load, Building, layer, buildings(range.clone()))))
            .collect();
        let names: Vec<&str> = layers.iter().map(|(layer, _)| *layer).collect();
        let dropped: u64 = load.drop_layers_not_in(&names).unwrap().iter().map(|layer| layer.removed).sum();
        load.commit(&json!({})).unwrap();
        (diffs, dropped)
    };
    // Keys 4 to 5 are in both layers: the layer loaded first has them, and the second import finds nothing to do.
    assert_eq!(load(&[("west", 0..6), ("east", 4..10)]), (vec![[6, 0, 0, 0, 0], [4, 0, 0, 0, 2]], 0));
    assert_eq!(load(&[("west", 0..6), ("east", 4..10)]), (vec![[0, 0, 0, 6, 0], [0, 0, 0, 4, 2]], 0));
    let before = versions(&mut client);
    // A boundary moved: west no longer has 4 and 5, east takes them over though it is loaded first now.
    assert_eq!(load(&[("east", 4..10), ("west", 0..4)]), (vec![[0, 2, 0, 4, 0], [0, 0, 0, 4, 0]], 0));
    // A layer was renamed: its features keep their numbers.
    assert_eq!(load(&[("ost", 4..10), ("west", 0..3)]), (vec![[0, 6, 0, 0, 0], [0, 0, 1, 3, 0]], 0));
    // A layer left the manifest.
    assert_eq!(load(&[("west", 0..3)]), (vec![[0, 0, 0, 3, 0]], 6));
    let after = versions(&mut client);
    assert_eq!(after.keys().collect::<Vec<_>>(), ["b0", "b1", "b2"]);
    assert!(after.iter().all(|(key, row)| before[key] == *row));
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.change_log WHERE op = 'removed'"), 7);
    assert_eq!(number(&mut client, "SELECT sum(row_count)::bigint FROM twin.source_layer"), 3);
}

#[test]
fn a_layer_that_changed_its_table_leaves_nothing_behind() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..3));
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    put(&mut load, Parcel, "buildings", vec![support::record(Parcel, "x", 1)]);
    let dropped = load.drop_layers_not_in(&["buildings"]).unwrap();
    assert_eq!((dropped[0].kind, dropped[0].removed), (Building, 3));
    // The table can still be loaded into afterwards.
    assert_eq!(counts(&put(&mut load, Building, "new", buildings(0..2))), [2, 0, 0, 0, 0]);
    load.commit(&json!({})).unwrap();
    assert_eq!(number(&mut client(&database), "SELECT count(*) FROM twin.building"), 2);
}

#[test]
fn indexes_are_the_same_after_a_first_load() {
    let (database, mut store) = scratch();
    let mut client = client(&database);
    let mut definitions = || -> Vec<String> {
        let query = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'twin.building'::regclass
             UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             WHERE conrelid = 'twin.building'::regclass ORDER BY 1";
        client.query(query, &[]).unwrap().iter().map(|row| row.get(0)).collect()
    };
    let before = definitions();
    assert!(before.len() >= 8, "{before:?}");
    // Two layers: the second one meets a table whose indexes are off.
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    put(&mut load, Building, "a", buildings(0..40));
    put(&mut load, Building, "b", buildings(30..80));
    load.commit(&json!({})).unwrap();
    assert_eq!(definitions(), before);
    // A second park goes into a table that has rows.
    import(&mut store, "q", buildings(0..40));
    assert_eq!(definitions(), before);
    assert_eq!(store.snapshot("p").unwrap().buildings.len(), 80);
    assert_eq!(store.snapshot("q").unwrap().buildings.len(), 40);
}

#[test]
fn many_new_rows_are_one_entry_in_the_log() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..1));
    assert_eq!(counts(&import(&mut store, "p", buildings(0..12_001))), [12_000, 0, 0, 1, 0]);
    let mut client = client(&database);
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.change_log WHERE op = 'added'"), 0);
    assert_eq!(number(&mut client, "SELECT max(row_count) FROM twin.change_log WHERE op = 'loaded'"), 12_000);
    assert_eq!(counts(&import(&mut store, "p", vec![])), [0, 0, 12_001, 0, 0]);
    assert_eq!(number(&mut client, "SELECT count(*) FROM twin.change_log WHERE op = 'removed'"), 12_001);
}

#[test]
fn progress_is_heard_to_the_end() {
    let (_database, mut store) = scratch();
    for _first_then_unchanged in 0..2 {
        let mut heard = Vec::new();
        let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
        let mut rows = buildings(0..3000).into_iter().map(Ok);
        load.layer(support::table(FeatureKind::Building), "l", "s", &mut rows, &mut |n| heard.push(n)).unwrap();
        load.commit(&json!({})).unwrap();
        assert_eq!(heard, [1024, 2048, 3000]);
    }
}
