//! Excavations, against what can be worked out by hand and what a walk along each pipe finds.

use std::sync::Arc;

use analysis::network::{Excavation, Met, excavation};
use geo::{Contains, LineString, Point, Polygon};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{NodeKind, ParkSnapshot, TerrainGrid};

use crate::by_hand::{block, building, edge, empty, node};

/// Level ground at 10 m.
fn park() -> ParkSnapshot {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    park
}

fn dug(park: ParkSnapshot, outline: &[[f64; 2]], floor_m: f64) -> Excavation {
    excavation(&Cache::build(Arc::new(park)), outline, floor_m)
}

const PIT: [[f64; 2]; 4] = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];

#[test]
fn pipes_cross_lie_inside_or_pass_below_with_their_cover() {
    let mut park = park();
    park.edges = vec![
        // Through both walls, falling from 9 to 8 m over 100 m: 8.4 … 8.2 m within.
        edge(1, vec![[0.0, 55.0, 9.0], [100.0, 55.0, 8.0]], Some(400.0)),
        // Within, with a bend.
        edge(2, vec![[55.0, 52.0, 8.5], [60.0, 52.0, 8.5], [60.0, 58.0, 8.5]], Some(100.0)),
        // Under the floor at 7 m; its top would be at 6.75 m.
        edge(3, vec![[60.0, 0.0, 6.5], [60.0, 100.0, 6.5]], Some(500.0)),
        // Beside the pit; and without elevation, from outside to within.
        edge(4, vec![[0.0, 61.0, 9.0], [100.0, 61.0, 9.0]], Some(400.0)),
        edge(5, vec![[40.0, 57.0, f64::NAN], [55.0, 57.0, f64::NAN]], None),
    ];
    park.nodes = vec![
        node(1, NodeKind::Manhole, [65.0, 55.0, 8.0], Some(2.0), None),
        node(2, NodeKind::Manhole, [75.0, 55.0, 8.0], Some(2.0), None),
    ];
    park.buildings = vec![building(1, block(68.0, 40.0, 20.0, 15.0)), building(2, block(80.0, 40.0, 20.0, 15.0))];
    let found = dug(park, &PIT, 7.0);
    let lies: Vec<(&str, Met)> = found.pipes.iter().map(|p| (p.key.as_str(), p.met)).collect();
    assert_eq!(lies, [("e1", Met::Crossed), ("e2", Met::Inside), ("e5", Met::Crossed), ("e3", Met::Below)]);
    let [one, two, five, three] = &found.pipes[..] else { panic!("four pipes") };
    assert!((one.length_m - 20.0).abs() < 1e-9 && (two.length_m - 11.0).abs() < 1e-9);
    let [low, high] = one.axis_m.unwrap();
    assert!((low - 8.3).abs() < 1e-9 && (high - 8.5).abs() < 1e-9, "{low} {high}");
    assert!((one.cover_m.unwrap() - (10.0 - 8.5 - 0.2)).abs() < 1e-9, "the least: {:?}", one.cover_m);
    assert_eq!((one.size.as_str(), one.material.as_deref()), ("DN400", Some("PE")));
    assert!((three.cover_m.unwrap() - 3.25).abs() < 1e-9);
    assert_eq!((five.axis_m, five.cover_m, five.size.as_str()), (None, None, ""));
    assert_eq!(found.nodes.iter().map(|n| n.key.as_str()).collect::<Vec<_>>(), ["n1"]);
    assert_eq!((found.buildings, found.area_m2), (1, 200.0));
    assert!((found.volume_m3.unwrap() - 600.0).abs() < 1e-6, "3 m deep: {:?}", found.volume_m3);
}

#[test]
fn without_terrain_the_volume_and_cover_are_not_known() {
    let mut park = park();
    park.terrain = None;
    park.edges = vec![edge(1, vec![[0.0, 55.0, 9.0], [100.0, 55.0, 8.0]], Some(400.0))];
    let found = dug(park, &PIT, 7.0);
    assert_eq!((found.volume_m3, found.pipes[0].cover_m), (None, None));
    assert!(found.pipes[0].axis_m.is_some());
}

#[test]
fn an_outline_without_area_meets_nothing() {
    let mut park = park();
    park.edges = vec![edge(1, vec![[0.0, 55.0, 9.0], [100.0, 55.0, 8.0]], Some(400.0))];
    assert!(dug(park.clone(), &PIT[..2], 7.0).pipes.is_empty());
    assert!(dug(park, &[], 7.0).pipes.is_empty());
}

fn place() -> impl Strategy<Value = [f64; 2]> {
    [0.0..200.0_f64, 0.0..200.0_f64]
}

proptest! {
    /// The length within the pit is what a walk in steps of two centimetres counts.
    #[test]
    fn lengths_are_those_of_a_walk(
        corner in [10.0..120.0_f64, 10.0..120.0_f64], size in [5.0..60.0_f64, 5.0..60.0_f64], notch in 0.1..0.9_f64,
        path in prop::collection::vec(place(), 2..5),
    ) {
        let ([x, y], [w, h]) = (corner, size);
        let outline = [[x, y], [x + w, y], [x + w, y + h], [x + w * notch, y + h * 0.4], [x, y + h]];
        let mut park = park();
        park.edges = vec![edge(1, path.iter().map(|[x, y]| [*x, *y, 8.0]).collect(), Some(200.0))];
        let found = dug(park, &outline, 5.0);
        let area = Polygon::new(outline.iter().map(|[x, y]| (*x, *y)).collect::<LineString<f64>>(), Vec::new());
        let mut walked = 0.0;
        for pair in path.windows(2) {
            let run = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
            let steps = (run / 0.02).ceil().max(1.0) as usize;
            for step in 0..steps {
                let share = (step as f64 + 0.5) / steps as f64;
                let at = |axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * share;
                if area.contains(&Point::new(at(0), at(1))) {
                    walked += run / steps as f64;
                }
            }
        }
        let told: f64 = found.pipes.iter().map(|p| p.length_m).sum();
        prop_assert!((told - walked).abs() < 0.5, "{told} against {walked}");
    }
}
