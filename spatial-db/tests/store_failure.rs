//! Whatever goes wrong, nothing is half written, the error says what it was, and the next import works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::FeatureKind::Building;
use spatial_db::store::{LoadOptions, Store, StoreError};

use crate::support::{self, building, buildings, client, counts, header, import, number, put, scratch, table};

/// Nothing of any park is there.
fn assert_untouched(database: &ScratchDatabase) {
    let mut client = client(database);
    for table in ["park", "building", "import_run", "source_layer", "change_log", "quarantine", "audit_log"] {
        assert_eq!(number(&mut client, &format!("SELECT count(*) FROM twin.{table}")), 0, "{table}");
    }
    assert_eq!(number(&mut client, "SELECT count(*) FROM pg_indexes WHERE tablename = 'building'"), 3);
}

#[test]
fn a_load_that_is_dropped_leaves_nothing() {
    let (database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    put(&mut load, Building, "l", buildings(0..2000));
    drop(load);
    assert_untouched(&database);
    assert_eq!(counts(&import(&mut store, "p", buildings(0..5))), [5, 0, 0, 0, 0]);
}

#[test]
fn a_connection_killed_in_mid_load_leaves_nothing() {
    let (database, mut store) = scratch();
    let mut other = client(&database);
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let mut rows = buildings(0..20_000).into_iter().inspect(|row| {
        if row.source_row == 10_000 {
            let killed = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            assert_eq!(number(&mut other, killed), 1);
        }
    });
    let error = load.layer(table(Building), "l", "s", &mut rows.by_ref().map(Ok), &mut |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::ConnectionLost { .. }), "{error:?}");
    drop(load);
    assert_untouched(&database);
    assert_eq!(counts(&import(&mut database.store().unwrap(), "p", buildings(0..5))), [5, 0, 0, 0, 0]);
}

#[test]
fn cancelling_stops_the_load() {
    let (database, mut store) = scratch();
    let cancel = Arc::new(AtomicBool::new(false));
    let options = LoadOptions { cancel: Some(cancel.clone()), ..LoadOptions::default() };
    let mut load = store.begin_load(&header("p"), options).unwrap();
    let mut taken = 0;
    let mut rows = buildings(0..50_000).into_iter().inspect(|_| taken += 1).map(Ok);
    let mut progress = |rows| cancel.store(rows >= 4096, Ordering::Relaxed);
    let error = load.layer(table(Building), "l", "s", &mut rows, &mut progress).unwrap_err();
    assert!(matches!(error, StoreError::Cancelled), "{error:?}");
    drop((load, rows));
    assert!(taken < 6000, "{taken} rows were read after the cancel");
    assert_untouched(&database);
}

#[test]
fn cancelling_reaches_a_statement_that_runs_on_the_server() {
    let (database, mut store) = scratch();
    let mut other = client(&database);
    other.batch_execute("BEGIN; LOCK TABLE twin.building IN ACCESS EXCLUSIVE MODE").unwrap();
    let cancel = Arc::new(AtomicBool::new(false));
    let options = LoadOptions { cancel: Some(cancel.clone()), ..LoadOptions::default() };
    let mut load = store.begin_load(&header("p"), options).unwrap();
    let person = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        cancel.store(true, Ordering::Relaxed);
        Instant::now()
    });
    // The server waits for the table, and would for ever.
    let error =
        load.layer(table(Building), "l", "s", &mut buildings(0..5).into_iter().map(Ok), &mut |_| {}).unwrap_err();
    drop(load);
    let took = person.join().unwrap().elapsed();
    assert!(matches!(error, StoreError::Cancelled), "{error:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    other.batch_execute("ROLLBACK").unwrap();
    assert_untouched(&database);
    assert_eq!(counts(&import(&mut store, "p", buildings(0..5))), [5, 0, 0, 0, 0]);
}

#[test]
fn an_error_of_the_source_stops_the_load_and_is_passed_on() {
    let (database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let mut rows = [Ok(building("a", 1)), Err("the file ends at byte 77".into())].into_iter();
    let error = load.layer(table(Building), "l", "s", &mut rows, &mut |_| {}).unwrap_err();
    let StoreError::Rows { layer, source } = error else { panic!("{error:?}") };
    assert_eq!((layer.as_str(), source.to_string().as_str()), ("l", "the file ends at byte 77"));
    drop(load);
    assert_untouched(&database);
}

#[test]
fn a_word_that_the_schema_does_not_know_names_its_constraint() {
    let (database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let mut row = support::record(spatial_db::model::FeatureKind::Surface, "s", 0);
    row.values[0] = spatial_db::schema::Value::Text("lava".to_owned());
    let surface = table(spatial_db::model::FeatureKind::Surface);
    let error = load.layer(surface, "l", "s", &mut [Ok(row)].into_iter(), &mut |_| {}).unwrap_err();
    let StoreError::Rejected { reason, .. } = &error else { panic!("{error:?}") };
    assert!(reason.contains("surface_kind_known") && reason.contains("lava"), "{reason}");
    drop(load);
    assert_untouched(&database);
}

#[test]
fn a_read_only_database_can_be_read_and_says_why_it_cannot_be_written() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    // Said by the session, so that settings of the server's users and databases have no part in it.
    let read_only = |url: String| format!("{url}?options=-c%20default_transaction_read_only%3Don");
    let mut store = Store::connect(&read_only(database.url())).unwrap();
    assert_eq!(store.snapshot("p").unwrap().buildings.len(), 5);
    assert_eq!(store.parks().unwrap()[0].counts, [(Building, 5)]);
    let error = store.begin_load(&header("p"), LoadOptions::default()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");

    // Without a schema, reading is not enough.
    let cluster = spatial_db::cluster::scratch::cluster().unwrap();
    let empty = format!("twin_test_{}_readonly", std::process::id());
    cluster.ensure_database(&empty).unwrap();
    let mut other = postgres::Client::connect(&cluster.url(&empty), postgres::NoTls).unwrap();
    other.batch_execute("CREATE EXTENSION postgis").unwrap();
    let result = Store::connect(&read_only(cluster.url(&empty)));
    client(&database).batch_execute(&format!("DROP DATABASE {empty} WITH (FORCE)")).unwrap();
    let error = result.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
}

#[test]
fn a_user_without_rights_is_told_so() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    let url = format!("{}?options=-c%20role%3Dtwin_viewer", database.url());
    let mut store = Store::connect(&url).unwrap();
    let error = store.begin_load(&header("p"), LoadOptions::default()).unwrap_err();
    let StoreError::InsufficientPrivilege { reason, .. } = &error else { panic!("{error:?}") };
    assert!(reason.contains("import_attempt"), "{reason}");
}

#[test]
fn a_missing_extension_that_cannot_be_made_is_named() {
    let cluster = spatial_db::cluster::scratch::cluster().unwrap();
    let _roles = scratch();
    let bare = format!("twin_test_{}_bare", std::process::id());
    cluster.ensure_database(&bare).unwrap();
    let url = format!("{}?options=-c%20role%3Dtwin_viewer", cluster.url(&bare));
    let result = Store::connect(&url);
    let mut admin = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    admin.batch_execute(&format!("DROP DATABASE {bare} WITH (FORCE)")).unwrap();
    let error = result.unwrap_err();
    assert!(matches!(error, StoreError::ExtensionMissing { name: "postgis", .. }), "{error:?}");
    assert!(error.to_string().contains("CREATE EXTENSION postgis"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_named_without_its_password() {
    let error = Store::connect("postgresql://ann:s3cret@127.0.0.1:1/twin?connect_timeout=2").unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("ann:***@127.0.0.1:1"), "{error}");
    let error = Store::connect("postgresql://ann:s3cret@[::1/twin").unwrap_err();
    assert!(matches!(error, StoreError::BadUrl { .. }), "{error:?}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    let (database, _store) = scratch();
    let elsewhere = database.url().replace("twin_test", "no_such");
    let error = Store::connect(&elsewhere).unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[test]
fn a_newer_schema_is_left_alone() {
    let (database, _store) = scratch();
    client(&database).execute("INSERT INTO twin.schema_history VALUES (9999, 'later', '', '0')", &[]).unwrap();
    let error = database.store().unwrap_err();
    assert!(matches!(error, StoreError::SchemaNewer { found: 9999, .. }), "{error:?}");
}

#[test]
fn one_load_of_a_park_at_a_time() {
    let (database, mut store) = scratch();
    let mut second = database.store().unwrap();
    let options = || LoadOptions { lock_wait: Duration::from_millis(250), ..LoadOptions::default() };
    let load = store.begin_load(&header("p"), options()).unwrap();
    let error = second.begin_load(&header("p"), options()).unwrap_err();
    assert!(matches!(error, StoreError::ParkBusy { .. }), "{error:?}");
    // Another park may be loaded meanwhile.
    let mut other = second.begin_load(&header("q"), options()).unwrap();
    put(&mut other, Building, "l", buildings(0..3));
    other.commit(&json!({})).unwrap();
    drop(load);
    second.begin_load(&header("p"), options()).unwrap().commit(&json!({})).unwrap();
}

#[test]
fn headers_that_make_no_sense_are_refused() {
    let (database, mut store) = scratch();
    let mut begin = |header: &spatial_db::store::ParkHeader| store.begin_load(header, LoadOptions::default()).map(drop);
    for slug in ["", "Park", "a b", "-x", "ü"] {
        let error = begin(&header(slug)).unwrap_err();
        assert!(matches!(error, StoreError::BadSlug { .. }), "{error:?}");
    }
    for srid in [0, 4326, 999_999] {
        let error = begin(&spatial_db::store::ParkHeader { srid, ..header("p") }).unwrap_err();
        assert!(matches!(error, StoreError::UnknownSrid { .. }), "{error:?}");
    }
    let mut store = database.store().unwrap();
    import(&mut store, "p", buildings(0..2));
    let moved = spatial_db::store::ParkHeader { srid: 2056, ..header("p") };
    let error = store.begin_load(&moved, LoadOptions::default()).unwrap_err();
    assert!(matches!(error, StoreError::SridDiffers { stored: 25832, given: 2056, .. }), "{error:?}");
    // Once the park is empty its CRS may change.
    import(&mut store, "p", vec![]);
    store.begin_load(&moved, LoadOptions::default()).unwrap().commit(&json!({})).unwrap();
    assert_eq!(store.park("p").unwrap().srid, 2056);
    let error = store.park("q").unwrap_err();
    assert!(error.to_string().contains("the store has: p"), "{error}");
}

#[test]
fn a_layer_is_given_once() {
    let (_database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    put(&mut load, Building, "l", buildings(0..1));
    let error = load.layer(table(Building), "l", "s", &mut std::iter::empty(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::LayerTwice { table: "building", .. }), "{error:?}");
}
