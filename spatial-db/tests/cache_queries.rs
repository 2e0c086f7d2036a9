//! The cache against brute force over every feature, on random parks.

use std::sync::Arc;

use geo::{Area, BooleanOps, Distance, Euclidean, Geometry, Intersects, MultiPolygon, Point, Rect, coord};
use proptest::prelude::*;
use spatial_db::cache::{Cache, Ray};
use spatial_db::model::{
    Building, FeatureId, FeatureKind, NetworkClass, NetworkEdge, Parcel, Park, ParkSnapshot, Provenance, TerrainGrid,
};

const ALL: [FeatureKind; 3] = [FeatureKind::Parcel, FeatureKind::Building, FeatureKind::NetworkEdge];

fn park() -> Park {
    Park::made_up("random", "Random", 4549)
}

fn parcel(id: i64, boundary: MultiPolygon<f64>) -> Parcel {
    Parcel::bare(id, Provenance::default(), boundary)
}

fn building(id: i64, footprint: MultiPolygon<f64>, height_m: f64) -> Building {
    Building { height_m: Some(height_m), ..Building::bare(id, Provenance::default(), footprint) }
}

fn edge(id: i64, path: Vec<[f64; 3]>) -> NetworkEdge {
    NetworkEdge { diameter_mm: Some(300.0), ..NetworkEdge::bare(id, Provenance::default(), NetworkClass::Water, path) }
}

/// A rotated rectangle around a centre.
fn turned(x: f64, y: f64, w: f64, h: f64, angle: f64) -> MultiPolygon<f64> {
    use geo::Rotate;
    let plain = Rect::new(coord! { x: x - w, y: y - h }, coord! { x: x + w, y: y + h }).to_polygon();
    MultiPolygon(vec![plain.rotate_around_point(angle, Point::new(x, y))])
}

fn snapshot() -> impl Strategy<Value = ParkSnapshot> {
    let shape = || (0.0..1000.0, 0.0..1000.0, 1.0..60.0, 1.0..60.0, 0.0..180.0);
    (
        prop::collection::vec(shape(), 1..40),
        prop::collection::vec((shape(), 2.0..40.0), 1..60),
        prop::collection::vec(prop::collection::vec((0.0..1000.0, 0.0..1000.0, -6.0..-1.0), 2..5), 0..20),
    )
        .prop_map(|(parcels, buildings, edges)| {
            let mut snapshot = ParkSnapshot::empty(park());
            let indexed = |i: usize| i as i64 + 1;
            snapshot.parcels = parcels
                .into_iter()
                .enumerate()
                .map(|(i, (x, y, w, h, a))| parcel(indexed(i), turned(x, y, w * 2.0, h * 2.0, a)))
                .collect();
            snapshot.buildings = buildings
                .into_iter()
                .enumerate()
                .map(|(i, ((x, y, w, h, a), height))| building(indexed(i), turned(x, y, w, h, a), height))
                .collect();
            snapshot.edges = edges
                .into_iter()
                .enumerate()
                .map(|(i, path)| edge(indexed(i), path.into_iter().map(|(x, y, z)| [x, y, z]).collect()))
                .collect();
            snapshot
        })
}

fn geometries(snapshot: &ParkSnapshot) -> Vec<(FeatureId, Geometry<f64>)> {
    let parcels = snapshot.parcels.iter().map(|p| (p.id, p.boundary.clone().into()));
    let buildings = snapshot.buildings.iter().map(|b| (b.id, b.footprint.clone().into()));
    let edges = snapshot.edges.iter().map(|e| {
        let line: geo::LineString<f64> = e.path.iter().map(|[x, y, _]| (*x, *y)).collect();
        (e.id, Geometry::from(line))
    });
    parcels.chain(buildings).chain(edges).collect()
}

fn away(here: Point<f64>, geometry: &Geometry<f64>) -> f64 {
    if geometry.intersects(&here) { 0.0 } else { Euclidean.distance(geometry, &Geometry::from(here)) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn box_query_equals_brute_force(
        snapshot in snapshot(), x in -100.0..1000.0, y in -100.0..1000.0, w in 0.0..400.0, h in 0.0..400.0,
    ) {
        let window = Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon();
        let mut expected: Vec<FeatureId> =
            geometries(&snapshot).into_iter().filter(|(_, g)| g.intersects(&window)).map(|(id, _)| id).collect();
        let mut found = Cache::build(Arc::new(snapshot)).in_box([x, y], [x + w, y + h], &ALL);
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn boxes_that_a_question_takes_are_those_that_brute_force_takes(
        snapshot in snapshot(), x in -100.0..1100.0, y in -100.0..1100.0, far in 0.0..500.0,
    ) {
        use geo::BoundingRect;
        // Boxes that come within a distance of a place: whoever takes one takes every box about it.
        let near = |low: [f64; 2], high: [f64; 2]| {
            let gap = |at: f64, axis: usize| (low[axis] - at).max(at - high[axis]).max(0.0);
            gap(x, 0).hypot(gap(y, 1)) <= far
        };
        let bounds = snapshot.buildings.iter().map(|building| building.footprint.bounding_rect().unwrap());
        let expected: Vec<usize> = bounds
            .enumerate()
            .filter(|(_, bounds)| near(bounds.min().into(), bounds.max().into()))
            .map(|(slot, _)| slot)
            .collect();
        let mut found = Cache::build(Arc::new(snapshot)).slots_where(FeatureKind::Building, near);
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn nearest_equals_brute_force(
        snapshot in snapshot(), x in -200.0..1200.0, y in -200.0..1200.0, count in 1usize..8,
    ) {
        let here = Point::new(x, y);
        let mut expected: Vec<f64> = geometries(&snapshot).iter().map(|(_, g)| away(here, g)).collect();
        expected.sort_by(f64::total_cmp);
        expected.truncate(count);
        let found = Cache::build(Arc::new(snapshot)).nearest([x, y], &ALL, count);
        prop_assert_eq!(found.iter().map(|n| n.distance_m).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn join_equals_brute_force(snapshot in snapshot()) {
        let mut expected = Vec::new();
        for (p, parcel) in snapshot.parcels.iter().enumerate() {
            for (b, building) in snapshot.buildings.iter().enumerate() {
                let area = parcel.boundary.intersection(&building.footprint).unsigned_area();
                if area > 1e-6 {
                    expected.push((p, b, area));
                }
            }
        }
        let cache = Cache::build(Arc::new(snapshot));
        let found = cache.buildings_on_parcels();
        prop_assert_eq!(found.len(), expected.len());
        for (overlap, (p, b, area)) in found.iter().zip(expected) {
            prop_assert_eq!((overlap.parcel, overlap.building), (p, b));
            prop_assert!((overlap.area_m2 - area).abs() <= 1e-6 * area.max(1.0), "{overlap:?} against {area}");
        }
    }

    /// Walking along the ray in small steps meets the same prism at the same place.
    #[test]
    fn pick_equals_marching(snapshot in snapshot(), x in 0.0..1000.0, y in 0.0..1000.0, turn in 0.0..std::f64::consts::TAU) {
        let tilt = 0.9_f64;
        let ray = Ray {
            origin_m: [x, y, 120.0],
            direction: [turn.cos() * tilt.cos(), turn.sin() * tilt.cos(), -tilt.sin()],
            reach_m: 400.0,
        };
        let step = 0.05;
        let marched = (0..(ray.reach_m / step) as u32).map(|i| f64::from(i) * step).find(|t| {
            let [px, py, pz] = ray.at(*t);
            snapshot.buildings.iter().any(|b| {
                (0.0..=b.height_m.unwrap()).contains(&pz) && b.footprint.intersects(&Point::new(px, py))
            })
        });
        let hit = Cache::build(Arc::new(snapshot)).pick(&ray, &[FeatureKind::Building], 0.5);
        match (hit, marched) {
            (Some(hit), Some(marched)) => prop_assert!((hit.distance_m - marched).abs() <= 2.0 * step + 1e-6),
            // A ray that clips a corner for less than a step is met by the exact test alone.
            (Some(hit), None) => prop_assert!(hit.distance_m <= ray.reach_m),
            (None, marched) => prop_assert_eq!(marched, None),
        }
    }
}

#[test]
fn a_ray_finds_a_pipe_and_the_parcel_on_sloping_ground() {
    let mut snapshot = ParkSnapshot::empty(park());
    snapshot.terrain = Some(TerrainGrid {
        origin_x_m: -50.0,
        origin_y_m: -50.0,
        cell_m: 10.0,
        columns: 31,
        rows: 31,
        heights_m: (0..31 * 31).map(|i| 20.0 + 0.1 * ((i % 31) as f32 * 10.0 - 50.0)).collect(),
    });
    snapshot.parcels.push(parcel(7, turned(100.0, 100.0, 40.0, 40.0, 0.0)));
    snapshot.edges.push(edge(9, vec![[0.0, 100.0, 5.0], [200.0, 100.0, 5.0]]));
    let cache = Cache::build(Arc::new(snapshot));
    let down = Ray { origin_m: [110.0, 100.1, 300.0], direction: [0.0, 0.0, -1.0], reach_m: 1000.0 };
    let parcel = cache.pick(&down, &[FeatureKind::Parcel], 0.5).unwrap();
    assert_eq!(parcel.id, FeatureId::new(FeatureKind::Parcel, 7));
    // Ground at x = 110 is 20 + 0.1 × 110 = 31 m.
    assert!((parcel.point_m[2] - 31.0).abs() < 1e-6, "{parcel:?}");
    let pipe = cache.pick(&down, &[FeatureKind::NetworkEdge], 0.5).unwrap();
    assert_eq!(pipe.id, FeatureId::new(FeatureKind::NetworkEdge, 9));
    assert!((pipe.point_m[2] - 5.0).abs() < 0.2, "{pipe:?}");
    let beside = Ray { origin_m: [110.0, 160.0, 300.0], ..down };
    assert_eq!(cache.pick(&beside, &[FeatureKind::Parcel, FeatureKind::NetworkEdge], 0.5), None);
}
