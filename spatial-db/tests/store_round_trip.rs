//! What goes into the store comes out of it, to the bit.

use serde_json::json;
use spatial_db::model::{EventKind, FeatureKind, NetworkClass, NodeKind, ResourceKind, SurfaceKind, TerrainGrid};
use spatial_db::schema::{Shape, TABLES};
use spatial_db::store::{LoadOptions, QuarantinedRow, StoreError};

use crate::support::{self, CORNER, SRID, counts, header, put, record, scratch};

#[test]
fn every_table_round_trips() {
    let (_database, mut store) = scratch();
    let mut load = store.begin_load(&header("all"), LoadOptions::default()).unwrap();
    for table in TABLES {
        let records = (0..3).map(|n| record(table.kind, &format!("{}-{n}", table.name), n)).collect();
        assert_eq!(counts(&put(&mut load, table.kind, "layer", records)), [3, 0, 0, 0, 0], "{}", table.name);
    }
    load.commit(&json!({"ok": true})).unwrap();

    let park = store.snapshot("all").unwrap();
    assert_eq!((park.park.name.as_str(), park.park.srid, park.park.synthetic), ("Park all", SRID, true));
    assert_eq!(park.park.as_of, header("all").as_of);

    let expected = record(FeatureKind::Parcel, "parcel-1", 1);
    let parcel = &park.parcels[1];
    assert_eq!(park.parcels.len(), 3);
    assert_eq!(geo::Geometry::from(parcel.boundary.clone()), expected.shape.unwrap().xy);
    assert_eq!(parcel.number.as_deref(), Some("number 园区 1"));
    assert_eq!(parcel.recorded_area_m2, Some(1.0 + 7.0 / 8.0));
    assert_eq!(parcel.valid_from, chrono::NaiveDate::from_ymd_opt(2020, 2, 29));
    let provenance = &parcel.provenance;
    assert_eq!((provenance.key.as_str(), provenance.layer.as_str(), provenance.source_row), ("parcel-1", "layer", 2));
    assert_eq!(provenance.attributes, expected.attributes);
    assert_eq!(parcel.id.kind, FeatureKind::Parcel);

    assert_eq!(park.buildings[2].year_built, Some(2002));
    assert_eq!(park.buildings[2].state.as_deref(), Some("state 园区 2"));
    assert_eq!(park.enterprises[0].name, "name 园区 0");
    assert_eq!(park.tenancies[0].valid_to, chrono::NaiveDate::from_ymd_opt(2020, 2, 29));
    assert_eq!((park.enterprise_years[0].year, park.enterprise_years[0].employees), (2000, Some(2000)));
    assert_eq!(park.contracts[0].area_due_m2, Some(1.0));
    assert_eq!(park.events[0].kind, EventKind::Start);
    let node = &park.nodes[0];
    assert_eq!((node.class, node.kind), (NetworkClass::Drainage, NodeKind::Manhole));
    assert_eq!(node.position, [CORNER[0], CORNER[1], -1.75]);
    let edge = &park.edges[0];
    assert_eq!(edge.class, NetworkClass::Drainage);
    assert_eq!(edge.path[0], [CORNER[0], CORNER[1], -1.5]);
    assert_eq!(edge.path[1][..2], [CORNER[0] + 10.0, CORNER[1] + 0.125]);
    assert!(edge.path[1][2].is_nan());
    assert_eq!(edge.survey_level.as_deref(), Some("survey_level 园区 0"));
    assert_eq!(park.roads[0].line.0[0].0.len(), 3);
    assert_eq!(park.roads[0].width_m, Some(0.25));
    assert_eq!(park.resources[0].kind, ResourceKind::Hydrant);
    assert_eq!(park.resources[0].position, CORNER);
    assert_eq!(park.hazards[0].shape, record(FeatureKind::HazardSource, "", 0).shape.unwrap().xy);
    assert_eq!(park.surfaces[0].kind, SurfaceKind::StorageYard);
    assert_eq!(park.terrain, None);

    let summary = store.parks().unwrap();
    assert_eq!(summary.len(), 1);
    assert_eq!(summary[0].counts, TABLES.iter().map(|table| (table.kind, 3)).collect::<Vec<_>>());
    assert_eq!(summary[0].park, park.park);
    assert!(summary[0].last_run.is_some());
}

#[test]
fn awkward_text_and_numbers_are_taken() {
    let (_database, mut store) = scratch();
    let mut load = store.begin_load(&header("odd"), LoadOptions::default()).unwrap();
    let mut odd = record(FeatureKind::Enterprise, "k\0ey 'quoted' \\ \u{1F600}", 0);
    odd.values[0] = spatial_db::schema::Value::Text("a\0b\tc\n\"d\"".to_owned());
    odd.attributes = json!({"nul\0key": "nul\0value", "quote\"": "\\"}).as_object().unwrap().clone();
    let mut nan = record(FeatureKind::Building, "nan", 0);
    nan.values[3] = spatial_db::schema::Value::Real(f64::NAN);
    nan.values[5] = spatial_db::schema::Value::Integer(7);
    put(&mut load, FeatureKind::Enterprise, "l", vec![odd.clone()]);
    put(&mut load, FeatureKind::Building, "l", vec![nan]);
    load.commit(&json!({"nul": "\0"})).unwrap();
    let park = store.snapshot("odd").unwrap();
    assert_eq!(park.enterprises[0].provenance.key, "key 'quoted' \\ \u{1F600}");
    assert_eq!(park.enterprises[0].name, "ab\tc\n\"d\"");
    assert_eq!(park.enterprises[0].provenance.attributes["nulkey"], "nulvalue");
    assert_eq!(park.enterprises[0].provenance.attributes["quote\""], "\\");
    assert_eq!((park.buildings[0].storeys, park.buildings[0].height_m), (None, Some(7.0)));
    // The cleaned key is the same key the next time.
    let mut load = store.begin_load(&header("odd"), LoadOptions::default()).unwrap();
    assert_eq!(counts(&put(&mut load, FeatureKind::Enterprise, "l", vec![odd])), [0, 0, 0, 1, 0]);
}

fn ramp(columns: usize, rows: usize) -> TerrainGrid {
    let heights_m = (0..columns * rows).map(|i| if i % 97 == 0 { f32::NAN } else { i as f32 / 16.0 }).collect();
    TerrainGrid { origin_x_m: CORNER[0], origin_y_m: CORNER[1], cell_m: 2.5, columns, rows, heights_m }
}

#[test]
fn terrain_round_trips_and_only_changed_tiles_are_written() {
    let (_database, mut store) = scratch();
    let mut grid = ramp(600, 300);
    let mut import = |grid: &TerrainGrid, layer: &str| {
        let mut load = store.begin_load(&header("hill"), LoadOptions::default()).unwrap();
        let diff = load.terrain(layer, "dem.tif", grid).unwrap();
        let dropped = load.drop_layers_not_in(&[layer]).unwrap();
        assert_eq!(dropped, []);
        load.commit(&json!({})).unwrap();
        let stored = store.snapshot("hill").unwrap().terrain.unwrap();
        assert_eq!((stored.columns, stored.rows, stored.cell_m), (grid.columns, grid.rows, 2.5));
        let bits = |grid: &TerrainGrid| grid.heights_m.iter().map(|h| h.to_bits()).collect::<Vec<_>>();
        assert!(bits(&stored) == bits(grid), "heights differ");
        counts(&diff)
    };
    assert_eq!(import(&grid, "dem"), [6, 0, 0, 0, 0]);
    assert_eq!(import(&grid, "dem"), [0, 0, 0, 6, 0]);
    grid.heights_m[5] += 1.0;
    assert_eq!(import(&grid, "dem"), [0, 1, 0, 5, 0]);
    // A smaller grid under another name: there is one terrain.
    assert_eq!(import(&ramp(256, 256), "survey"), [0, 1, 5, 0, 0]);
}

#[test]
fn a_terrain_that_is_no_grid_is_refused() {
    let (_database, mut store) = scratch();
    let mut load = store.begin_load(&header("hill"), LoadOptions::default()).unwrap();
    let mut grid = ramp(4, 4);
    grid.heights_m.pop();
    let error = load.terrain("dem", "dem.tif", &grid).unwrap_err();
    assert!(matches!(&error, StoreError::InvalidTerrain { .. }), "{error}");
    assert!(error.to_string().contains("4 × 4 samples and 15 heights"), "{error}");
}

#[test]
fn quarantine_shows_the_last_import_only() {
    let (database, mut store) = scratch();
    let row = |source_row| QuarantinedRow {
        source: "parcels.shp".to_owned(),
        source_row,
        code: "bow-tie".to_owned(),
        reason: "crosses itself".to_owned(),
        fix: "redraw it".to_owned(),
        raw: json!({"ID": source_row, "txt": "\0"}),
    };
    let mut load = store.begin_load(&header("q"), LoadOptions::default()).unwrap();
    load.quarantine("parcels", &[row(1), row(2)]).unwrap();
    load.quarantine("parcels", &[row(3)]).unwrap();
    load.quarantine("roads", &[row(9)]).unwrap();
    load.commit(&json!({})).unwrap();
    assert_eq!(store.parks().unwrap()[0].quarantined, 4);

    let mut load = store.begin_load(&header("q"), LoadOptions::default()).unwrap();
    put(&mut load, FeatureKind::Parcel, "parcels", vec![]);
    load.drop_layers_not_in(&["parcels", "roads"]).unwrap();
    load.commit(&json!({})).unwrap();
    assert_eq!(store.parks().unwrap()[0].quarantined, 1, "parcels loaded cleanly, roads were not looked at");

    let mut load = store.begin_load(&header("q"), LoadOptions::default()).unwrap();
    load.drop_layers_not_in(&["parcels"]).unwrap();
    load.commit(&json!({})).unwrap();
    assert_eq!(support::number(&mut support::client(&database), "SELECT count(*) FROM twin.quarantine"), 0);
}

#[test]
fn shapes_that_do_not_fit_their_table_stop_the_load() {
    let (_database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let mut wrong = support::building("b", 0);
    wrong.shape = Some(Shape::planar(geo::Point::new(1.0, 2.0).into()));
    let error = load
        .layer(support::table(FeatureKind::Building), "l", "s", &mut [Ok(wrong)].into_iter(), &mut |_| {})
        .unwrap_err();
    assert!(error.to_string().contains("row 1 of layer \"l\" (key \"b\")"), "{error}");
    assert!(error.to_string().contains("a point does not fit a MultiPolygon column"), "{error}");
}
