//! Roles see their parks and do what they may, no more.

use spatial_db::store::{LoadOptions, QuarantinedRow, Store};

use crate::support::{self, buildings, client, counts, header, import, number, put, scratch};

fn as_role(database: &spatial_db::cluster::scratch::ScratchDatabase, role: &str) -> Store {
    Store::connect(&format!("{}?options=-c%20role%3D{role}", database.url())).unwrap()
}

#[test]
fn a_viewer_sees_the_parks_that_it_was_given() {
    let (database, mut store) = scratch();
    import(&mut store, "north", buildings(0..3));
    import(&mut store, "south", buildings(0..4));
    let mut viewer = as_role(&database, "twin_viewer");
    assert_eq!(viewer.parks().unwrap().len(), 0);
    let mut admin = client(&database);
    let grant = "INSERT INTO twin.park_access SELECT park_id, 'twin_viewer' FROM twin.park WHERE slug = 'south'";
    admin.execute(grant, &[]).unwrap();
    let parks = viewer.parks().unwrap();
    assert_eq!(parks.iter().map(|park| park.park.slug.as_str()).collect::<Vec<_>>(), ["south"]);
    assert_eq!(viewer.snapshot("south").unwrap().buildings.len(), 4);
    assert!(viewer.snapshot("north").unwrap_err().to_string().contains("no park"));
    let box_all =
        |store: &mut Store, park| store.box_query(park, spatial_db::model::FeatureKind::Building, [0.0; 2], [1e7; 2]);
    assert_eq!(box_all(&mut viewer, parks[0].park.park_id).unwrap().len(), 4);
    let north = store.park("north").unwrap().park_id;
    assert_eq!(box_all(&mut viewer, north).unwrap(), []);
    assert_eq!(box_all(&mut store, north).unwrap().len(), 3);
    // The analyst was given nothing.
    assert_eq!(as_role(&database, "twin_analyst").parks().unwrap().len(), 0);
    assert_eq!(as_role(&database, "twin_owner").parks().unwrap().len(), 2);
}

#[test]
fn every_table_with_a_park_has_the_policy() {
    let (database, _store) = scratch();
    let open = number(
        &mut client(&database),
        "SELECT count(*) FROM information_schema.columns AS c
         JOIN information_schema.tables AS t USING (table_schema, table_name)
         WHERE c.table_schema = 'twin' AND c.column_name = 'park_id' AND t.table_type = 'BASE TABLE' AND NOT EXISTS (
             SELECT FROM pg_policies AS p JOIN pg_class AS t ON t.oid = format('twin.%I', p.tablename)::regclass
             WHERE p.schemaname = 'twin' AND p.tablename = c.table_name AND t.relrowsecurity)",
    );
    assert_eq!(open, 0);
}

#[test]
fn an_importer_loads_its_park_and_no_other() {
    let (database, mut store) = scratch();
    import(&mut store, "mine", buildings(0..3));
    import(&mut store, "theirs", buildings(0..3));
    let grant = "INSERT INTO twin.park_access SELECT park_id, 'twin_importer' FROM twin.park WHERE slug = 'mine'";
    client(&database).execute(grant, &[]).unwrap();
    let mut importer = as_role(&database, "twin_importer");
    let mut load = importer.begin_load(&header("mine"), LoadOptions::default()).unwrap();
    let mut rows = buildings(1..6);
    rows[0].values[0] = spatial_db::schema::Value::Null;
    let diff = put(&mut load, spatial_db::model::FeatureKind::Building, "buildings", rows);
    assert_eq!(counts(&diff), [3, 1, 1, 1, 0]);
    // A table of which it sees no row is not its own to empty.
    put(
        &mut load,
        spatial_db::model::FeatureKind::Parcel,
        "parcels",
        vec![support::record(spatial_db::model::FeatureKind::Parcel, "p", 1)],
    );
    let rejected = QuarantinedRow {
        source: "b.shp".to_owned(),
        source_row: 7,
        code: "no-key".to_owned(),
        reason: "it has no key".to_owned(),
        fix: "give it one".to_owned(),
        raw: serde_json::json!({"name": null}),
    };
    load.quarantine("buildings", &[rejected]).unwrap();
    load.commit(&serde_json::json!({})).unwrap();
    assert_eq!(importer.parks().unwrap()[0].quarantined, 1);
    assert_eq!(importer.snapshot("mine").unwrap().buildings.len(), 5);
    assert!(importer.begin_load(&header("theirs"), LoadOptions::default()).is_err());
    assert!(importer.begin_load(&header("new"), LoadOptions::default()).is_err());
    assert_eq!(store.snapshot("theirs").unwrap().buildings.len(), 3);
}

#[test]
fn members_see_what_their_group_sees_and_auditors_only_logs() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..3));
    let mut admin = client(&database);
    let role = format!("twin_test_{}_inspector", std::process::id());
    admin.batch_execute(&format!("CREATE ROLE {role} IN ROLE twin_auditor")).unwrap();
    admin.batch_execute("INSERT INTO twin.park_access SELECT park_id, 'twin_auditor' FROM twin.park").unwrap();
    admin.batch_execute(&format!("SET ROLE {role}")).unwrap();
    let runs = number(&mut admin, "SELECT count(*) FROM twin.import_run");
    let entries = number(&mut admin, "SELECT count(*) FROM twin.audit_log");
    let refused = admin.query("SELECT FROM twin.building", &[]).unwrap_err();
    let kept = admin.execute("DELETE FROM twin.audit_log", &[]).unwrap_err();
    admin.batch_execute(&format!("RESET ROLE; DROP ROLE {role}")).unwrap();
    assert_eq!((runs, entries), (1, 1));
    for error in [refused, kept] {
        assert_eq!(error.code(), Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE));
    }
}
