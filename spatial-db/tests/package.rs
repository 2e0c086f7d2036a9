//! A park out of the store and the same park out of its package are the same.

use serde_json::json;
use spatial_db::model::{ImageryTile, TerrainGrid};
use spatial_db::package::{PackOptions, Package, PackageError, pack};
use spatial_db::schema::TABLES;
use spatial_db::store::{LoadOptions, Store, StoreError};

use crate::support::{CORNER, SRID, header, put, record, scratch};

/// Every table, terrain, two orthophotos in levels. Issues come with the sample park, in the tests of `twin`.
fn fill(store: &mut Store, slug: &str) {
    let mut load = store.begin_load(&header(slug), LoadOptions::default()).unwrap();
    for table in TABLES {
        let records = (0..3).map(|n| record(table.kind, &format!("{}-{n}", table.name), n)).collect();
        put(&mut load, table.kind, "layer", records);
    }
    let heights_m = (0..600 * 300).map(|i| if i % 97 == 0 { f32::NAN } else { i as f32 / 16.0 }).collect();
    let grid =
        TerrainGrid { origin_x_m: CORNER[0], origin_y_m: CORNER[1], cell_m: 2.5, columns: 600, rows: 300, heights_m };
    load.terrain("dem", "dem.tif", &grid).unwrap();
    for (layer, pixel_m) in [("ortho-b", 0.1), ("Ortho-a", 0.25)] {
        let tiles = (0..3_u8).map(|n| {
            let pixel_m = pixel_m * f64::from(1 << (n / 2));
            let (west, side) = (CORNER[0] + f64::from(n % 2) * 512.0 * pixel_m, 512.0 * pixel_m);
            let tile = ImageryTile {
                ground: [west, CORNER[1], west + side, CORNER[1] + side],
                pixel_m,
                media_type: "image/jpeg".to_owned(),
                image: vec![n; 1000],
            };
            Ok((format!("{layer}/{}/{n}/0", n / 2), tile))
        });
        load.imagery(layer, "photo.tif", &mut { tiles }).unwrap();
    }
    load.commit(&json!({"ok": true})).unwrap();
}

#[test]
fn a_package_gives_what_the_store_gives() {
    let (_database, mut store) = scratch();
    fill(&mut store, "all");
    // Another park's rows stay out.
    fill(&mut store, "other");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("all.gpkg");
    let packed = pack(&mut store, "all", &out, &PackOptions::default()).unwrap();
    let snapshot = store.snapshot("all").unwrap();
    let package = Package::open(&out).unwrap();
    let back = package.snapshot(&|_| {}).unwrap();
    assert_eq!(back.park, snapshot.park);
    // As they print: of unknown heights, too, that they are the same.
    assert_eq!(format!("{back:?}"), format!("{snapshot:?}"));
    let bits = |grid: &TerrainGrid| grid.heights_m.iter().map(|height| height.to_bits()).collect::<Vec<_>>();
    assert!(back.terrain.as_ref().map(bits) == snapshot.terrain.as_ref().map(bits));
    for most_pixels in [1, 600_000, 800_000, 1_200_000, u64::MAX] {
        let theirs = store.imagery("all", most_pixels).unwrap();
        assert_eq!(package.imagery(most_pixels).unwrap(), theirs, "{most_pixels} pixels");
        assert!(theirs.is_some());
    }
    let last = store.parks().unwrap().into_iter().find(|park| park.park.slug == "all").unwrap().last_run.unwrap();
    let header = package.header();
    assert_eq!((header.run_id, header.packed), (Some(last.run_id), packed.packed));
    assert_eq!(header.packed.timestamp(), last.finished.timestamp());
    let sources = package.sources().unwrap();
    assert_eq!(sources.len(), TABLES.len() + 3);
    assert!(sources.iter().any(|source| source.layer == "dem" && source.source == "dem.tif"));
    let rows: i64 = packed.tables.iter().filter(|table| table.table == "parcel").map(|table| table.rows).sum();
    assert_eq!(rows, 3);

    // The same park, the same bytes; a moment of one's own, another file.
    let again = folder.path().join("again.gpkg");
    pack(&mut store, "all", &again, &PackOptions::default()).unwrap();
    assert!(std::fs::read(&out).unwrap() == std::fs::read(&again).unwrap());
    let stamp = "2026-11-26T12:00:00Z".parse().unwrap();
    pack(&mut store, "all", &again, &PackOptions { stamp: Some(stamp), ..PackOptions::default() }).unwrap();
    assert_eq!(Package::open(&again).unwrap().header().packed, stamp);
}

#[test]
fn a_park_that_is_not_there_is_no_package() {
    let (_database, mut store) = scratch();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.gpkg");
    let error = pack(&mut store, "atlantis", &out, &PackOptions::default()).unwrap_err();
    assert!(matches!(&error, PackageError::Store(StoreError::NoSuchPark { .. })), "{error}");
    std::fs::write(&out, "somebody's work").unwrap();
    fill(&mut store, "all");
    let error = pack(&mut store, "all", &out, &PackOptions::default()).unwrap_err();
    assert!(error.to_string().contains("--force"), "{error}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "somebody's work");
    pack(&mut store, "all", &out, &PackOptions { force: true, ..PackOptions::default() }).unwrap();
    assert_eq!(Package::open(&out).unwrap().header().park.srid, SRID);
}
