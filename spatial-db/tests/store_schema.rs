//! The migrations and `schema::TABLES` say the same; every table and column says what it means.

use std::collections::BTreeMap;

use spatial_db::schema::{ColumnKind, GeometryKind, TABLES};

use crate::support::{self, client, number, scratch};

#[test]
fn tables_have_the_columns_that_the_program_writes() {
    let (database, _store) = scratch();
    let mut client = client(&database);
    for table in TABLES {
        let rows = client
            .query(
                "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(a.attrelid, a.attnum)
                 FROM pg_attribute a WHERE a.attrelid = format('twin.%I', $1::text)::regclass AND a.attnum > 0",
                &[&table.name],
            )
            .unwrap();
        let mut found: BTreeMap<String, (String, bool, Option<String>)> =
            rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect();
        for column in table.columns {
            let (kind, not_null, comment) =
                found.remove(column.name).unwrap_or_else(|| panic!("{}.{}", table.name, column.name));
            let expected = match column.kind {
                ColumnKind::Text => "text",
                ColumnKind::Integer => "bigint",
                ColumnKind::Real => "double precision",
                ColumnKind::Date => "date",
            };
            assert_eq!(kind, expected, "{}.{}", table.name, column.name);
            assert_eq!(not_null, column.required, "{}.{}", table.name, column.name);
            assert_eq!(comment.as_deref(), Some(column.doc), "{}.{}", table.name, column.name);
        }
        if let Some(geometry) = table.geometry {
            let expected = match geometry {
                GeometryKind::MultiPolygon => "geometry(MultiPolygon)",
                GeometryKind::MultiPolygonZ => "geometry(MultiPolygonZ)",
                GeometryKind::MultiLineString => "geometry(MultiLineString)",
                GeometryKind::Point => "geometry(Point)",
                GeometryKind::PointZ => "geometry(PointZ)",
                GeometryKind::LineStringZ => "geometry(LineStringZ)",
                GeometryKind::Any => "geometry",
            };
            assert_eq!(found.remove("geom").expect("a geometry").0, expected, "{}", table.name);
            assert_eq!(found.remove("srid").expect("an srid").0, "integer", "{}", table.name);
        }
        let left: Vec<&str> = found.keys().map(String::as_str).collect();
        let shared = ["attributes", "content_hash", "feature_id", "key", "layer", "park_id", "run_id", "source_row"];
        assert_eq!(left, shared, "{}", table.name);
    }
}

#[test]
fn every_table_and_column_has_a_comment() {
    let (database, _store) = scratch();
    let mut client = client(&database);
    assert!(number(&mut client, "SELECT count(*) FROM pg_tables WHERE schemaname = 'twin'") >= 23);
    let silent: Vec<String> = client
        .query(
            "SELECT c.relname || coalesce('.' || a.attname, '')
             FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'twin'
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relkind IN ('r', 'v')
               AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)",
            &[],
        )
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn constraints_are_named_and_keys_begin_with_the_park() {
    let (database, _store) = scratch();
    let mut client = client(&database);
    let keys = client
        .query(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.connamespace = 'twin'::regnamespace AND c.contype = 'p' AND c.conrelid NOT IN
                 ('twin.schema_history'::regclass, 'twin.import_attempt'::regclass, -- no park, or not yet
                  'twin.case_rule'::regclass) -- the same for every park",
            &[],
        )
        .unwrap();
    assert!(keys.len() >= 22, "{} keys", keys.len());
    for key in &keys {
        assert_eq!(key.get::<_, &str>(1), "park_id", "{}", key.get::<_, &str>(0));
    }
    // Names that PostgreSQL makes up end in _pkey, _fkey, _key or _check.
    let made_up = number(
        &mut client,
        r"SELECT count(*) FROM pg_constraint WHERE connamespace = 'twin'::regnamespace
          AND conname ~ '_(pkey|fkey|key|check)\d*$' AND conrelid <> 'twin.schema_history'::regclass",
    );
    assert_eq!(made_up, 0);
}

#[test]
fn geometry_of_another_crs_than_the_row_says_is_refused() {
    let (database, mut store) = scratch();
    support::import(&mut store, "p", support::buildings(0..1));
    let mut client = client(&database);
    let error = client.execute("UPDATE twin.building SET geom = ST_SetSRID(geom, 2056)", &[]).unwrap_err();
    assert_eq!(error.as_db_error().and_then(|e| e.constraint()), Some("building_geom_in_srid"));
    let error = client.execute("UPDATE twin.building SET geom = ST_SetSRID(geom, 2056), srid = 2056", &[]).unwrap_err();
    assert_eq!(error.as_db_error().and_then(|e| e.constraint()), Some("building_park_fk"));
}

#[test]
fn migrating_twice_and_from_many_programs_at_once_is_harmless() {
    let cluster = spatial_db::cluster::scratch::cluster().unwrap();
    let name = format!("twin_test_{}_migrate", std::process::id());
    cluster.ensure_database(&name).unwrap();
    let url = cluster.url(&name);
    let racers: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || spatial_db::store::Store::connect(&url).map(|_| ()))
        })
        .collect();
    let results: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
    spatial_db::store::Store::connect(&url).unwrap();
    let mut admin = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    for result in results {
        result.unwrap();
    }
}
