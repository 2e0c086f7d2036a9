//! PostGIS's own answers, which the cache and the analysis are checked against.

use serde_json::json;
use spatial_db::model::FeatureKind::{Building, Enterprise, Parcel};
use spatial_db::schema::{Record, Shape};
use spatial_db::store::{LoadOptions, ParkHeader, Store};

use crate::support::{self, CORNER, header, put, record, scratch, square};

fn placed(kind: spatial_db::model::FeatureKind, key: &str, x: f64, y: f64, side: f64) -> Record {
    Record { shape: Some(Shape::planar(square(x, y, side))), ..record(kind, key, 1) }
}

/// Three parcels of 100 m: one with two buildings that overlap, one with a sliver, one empty.
fn three_parcels(store: &mut Store, slug: &str, srid: i32) -> i32 {
    let mut load = store.begin_load(&ParkHeader { srid, ..header(slug) }, LoadOptions::default()).unwrap();
    let parcels = (0..3).map(|i| placed(Parcel, &format!("p{i}"), f64::from(i) * 100.0, 0.0, 100.0)).collect();
    put(&mut load, Parcel, "parcels", parcels);
    let buildings = vec![
        placed(Building, "b0", 10.0, 10.0, 20.0),
        placed(Building, "b1", 20.0, 10.0, 20.0),
        placed(Building, "b2", 90.0, 50.0, 11.0),
    ];
    put(&mut load, Building, "buildings", buildings);
    let park = load.park_id();
    load.commit(&json!({})).unwrap();
    park
}

#[test]
fn coverage_counts_overlaps_once_and_the_sum_twice() {
    let (_database, mut store) = scratch();
    let park = three_parcels(&mut store, "p", support::SRID);
    let areas = |rows: Vec<(spatial_db::model::FeatureId, f64)>| rows.into_iter().map(|(_, m2)| m2).collect::<Vec<_>>();
    assert_eq!(areas(store.parcel_coverage(park).unwrap()), [20.0 * 30.0 + 110.0, 11.0, 0.0]);
    assert_eq!(areas(store.parcel_coverage_sum(park).unwrap()), [2.0 * 400.0 + 110.0, 11.0, 0.0]);
    assert_eq!(areas(store.vacant_parcels(park, 5000.0, 0.0).unwrap()), [10_000.0]);
    assert_eq!(areas(store.vacant_parcels(park, 5000.0, 20.0).unwrap()), [10_000.0; 2]);
    assert_eq!(store.vacant_parcels(park, 10_001.0, 20.0).unwrap(), []);
}

#[test]
fn boxes_and_neighbours_stay_within_the_park_whatever_the_crs_of_others() {
    let (_database, mut store) = scratch();
    let here = three_parcels(&mut store, "here", support::SRID);
    // Same numbers in another CRS: an index without the park would mix them up.
    let there = three_parcels(&mut store, "there", 25833);
    for park in [here, there] {
        let found = store.box_query(park, Building, CORNER, [CORNER[0] + 25.0, CORNER[1] + 12.0]).unwrap();
        assert_eq!(found.len(), 2);
        let slug = if park == here { "here" } else { "there" };
        let keys = |store: &mut Store, ids: Vec<spatial_db::model::FeatureId>| -> Vec<String> {
            let buildings = store.snapshot(slug).unwrap().buildings;
            let key =
                |id| buildings.iter().find(|b| b.id == id).expect("a building of this park").provenance.key.clone();
            ids.into_iter().map(key).collect()
        };
        assert_eq!(keys(&mut store, found), ["b0", "b1"]);
        let nearest = store.nearest(park, Building, [CORNER[0] + 43.0, CORNER[1] + 34.0], 2).unwrap();
        let distances: Vec<f64> = nearest.iter().map(|(_, distance)| *distance).collect();
        assert_eq!(distances, [5.0, (13.0_f64 * 13.0 + 16.0).sqrt()]);
        assert_eq!(keys(&mut store, nearest.into_iter().map(|(id, _)| id).collect()), ["b1", "b0"]);
    }
    assert_eq!(store.nearest(here, Building, CORNER, 99).unwrap().len(), 3);
    assert_eq!(store.nearest(here, spatial_db::model::FeatureKind::RoadEdge, CORNER, 5).unwrap(), []);
    assert_eq!(store.box_query(here, Enterprise, CORNER, CORNER).unwrap(), []);
}
