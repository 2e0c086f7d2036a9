//! Vertical cuts, against what can be worked out by hand and what a walk along the line finds.

use std::sync::Arc;

use analysis::network::section;
use geo::{Contains, MultiPolygon, Point};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, NodeKind, ParkSnapshot, TerrainGrid};

use crate::by_hand::{block, building, edge, empty, node, parcel};

/// A building of 9 m.
fn tall(id: i64, footprint: MultiPolygon<f64>) -> Building {
    Building { height_m: Some(9.0), ..building(id, footprint) }
}

/// Ground that rises from 10 m at x = 0 by a metre in a hundred.
fn park() -> ParkSnapshot {
    let mut park = empty();
    let heights_m = (0..21).flat_map(|_| (0..21).map(|c| 10.0 + c as f32 * 0.1)).collect();
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    park
}

fn cut(park: ParkSnapshot, from: [f64; 2], to: [f64; 2]) -> analysis::network::Section {
    section(&Cache::build(Arc::new(park)), from, to)
}

#[test]
fn a_pipe_is_cut_where_it_crosses_and_covered_by_the_ground_above_it() {
    let mut park = park();
    park.edges = vec![
        // Falls from 9 to 8 m along its way: 8.6 m where the line crosses it, at x = 60.
        edge(1, vec![[60.0, 20.0, 9.0], [60.0, 120.0, 8.0]], Some(400.0)),
        // Crosses at 30 degrees.
        edge(2, vec![[100.0 - 86.602_540_378, 10.0, 7.0], [100.0 + 86.602_540_378, 110.0, 7.0]], Some(200.0)),
        // Ends short of the line; runs along it; lies beyond its end.
        edge(3, vec![[30.0, 0.0, 9.0], [30.0, 59.0, 9.0]], None),
        edge(4, vec![[10.0, 61.0, 9.0], [150.0, 61.0, 9.0]], None),
        edge(5, vec![[190.0, 0.0, 9.0], [190.0, 100.0, 9.0]], None),
    ];
    let found = cut(park, [0.0, 60.0], [160.0, 60.0]);
    assert_eq!(found.length_m, 160.0);
    let names: Vec<(&str, f64)> = found.pipes.iter().map(|p| (p.key.as_str(), (p.at_m * 1e6).round() / 1e6)).collect();
    assert_eq!(names, [("e1", 60.0), ("e2", 100.0)]);
    let first = &found.pipes[0];
    assert!((first.axis_m.unwrap() - 8.6).abs() < 1e-9 && (first.width_m - 0.4).abs() < 1e-9);
    // Ground at x = 60 is 10.6 m, the top of the pipe 8.8 m.
    assert!((first.cover_m.unwrap() - 1.8).abs() < 1e-6, "{first:?}");
    assert_eq!((first.size.as_str(), first.material.as_deref(), first.round), ("DN400", Some("PE"), true));
    // Crossed at 30 degrees a pipe is twice as wide as high in the cut.
    let slanted = &found.pipes[1];
    assert!((slanted.width_m - 0.4).abs() < 1e-6 && (slanted.height_m - 0.2).abs() < 1e-9, "{slanted:?}");
    assert_eq!(found.ground.first().unwrap()[1], 10.0);
    assert!((found.ground.last().unwrap()[1] - 11.6).abs() < 1e-5);
}

#[test]
fn a_vertex_on_the_line_is_one_cut_and_an_unknown_height_stays_unknown() {
    let mut park = park();
    park.edges = vec![
        edge(1, vec![[50.0, 40.0, 9.0], [50.0, 60.0, 8.5], [50.0, 80.0, 8.0]], None),
        edge(2, vec![[70.0, 40.0, f64::NAN], [70.0, 80.0, 9.0]], Some(300.0)),
    ];
    park.edges[0].width_mm = Some(1200.0);
    park.edges[0].height_mm = Some(800.0);
    let found = cut(park, [0.0, 60.0], [160.0, 60.0]);
    assert_eq!(found.pipes.len(), 2);
    let duct = &found.pipes[0];
    assert_eq!((duct.size.as_str(), duct.round, duct.width_m, duct.height_m), ("1200 × 800 mm", false, 1.2, 0.8));
    let unknown = &found.pipes[1];
    assert_eq!((unknown.axis_m, unknown.cover_m, unknown.size_known), (None, None, true));
}

#[test]
fn chambers_buildings_and_boundaries() {
    let mut park = park();
    park.nodes = vec![
        // 0.3 m beside the line, 1 m wide: 0.8 m of it is cut.
        node(1, NodeKind::Manhole, [40.0, 60.3, 8.2], Some(2.0), Some(1000.0)),
        node(2, NodeKind::Manhole, [80.0, 61.0, 8.2], Some(2.0), Some(1000.0)),
        node(3, NodeKind::Junction, [90.0, 60.0, 8.2], Some(2.0), None),
    ];
    park.buildings = vec![tall(1, block(100.0, 50.0, 20.0, 30.0)), tall(2, block(0.0, 100.0, 9.0, 9.0))];
    park.parcels = vec![parcel(1, block(0.0, 0.0, 90.0, 100.0)), parcel(2, block(90.0, 0.0, 200.0, 100.0))];
    let found = cut(park, [0.0, 60.0], [160.0, 60.0]);
    assert_eq!(found.chambers.len(), 1);
    let chamber = &found.chambers[0];
    assert!((chamber.span_m[0] - 39.6).abs() < 1e-9 && (chamber.span_m[1] - 40.4).abs() < 1e-9, "{chamber:?}");
    assert!((chamber.top_m - 10.4).abs() < 1e-6 && (chamber.bottom_m - 8.4).abs() < 1e-6);
    assert_eq!(found.buildings.len(), 1);
    assert_eq!(found.buildings[0].span_m, [100.0, 120.0]);
    assert_eq!(found.boundaries_m, [90.0]);
}

#[test]
fn a_line_without_length_and_a_park_without_terrain() {
    let mut park = park();
    park.edges = vec![edge(1, vec![[60.0, 20.0, 9.0], [60.0, 120.0, 8.0]], Some(400.0))];
    assert_eq!(cut(park.clone(), [5.0, 5.0], [5.0, 5.0]), analysis::network::Section::default());
    park.terrain = None;
    let found = cut(park, [0.0, 60.0], [160.0, 60.0]);
    assert!(found.ground.is_empty() && found.pipes[0].cover_m.is_none() && found.pipes[0].axis_m.is_some());
}

fn place() -> impl Strategy<Value = [f64; 2]> {
    (0.0..200.0_f64, 0.0..200.0_f64).prop_map(|(x, y)| [x, y])
}

proptest! {
    /// Seen from the other side everything is where it was, counted from the other end; and every building is where a
    /// walk along the line in steps of ten centimetres steps into it.
    #[test]
    fn both_ways_find_the_same_and_a_walk_agrees(
        from in place(), to in place(),
        paths in prop::collection::vec(prop::collection::vec(place(), 2..5), 1..12),
        blocks in prop::collection::vec((place(), 1.0..60.0_f64, 1.0..60.0_f64), 0..8),
    ) {
        let mut park = park();
        park.edges = paths
            .iter()
            .enumerate()
            .map(|(n, path)| edge(n as i64, path.iter().map(|[x, y]| [*x, *y, 8.0]).collect(), Some(300.0)))
            .collect();
        park.buildings = blocks
            .iter()
            .enumerate()
            .map(|(n, ([x, y], w, h))| tall(n as i64, block(*x, *y, *w, *h)))
            .collect();
        let there = cut(park.clone(), from, to);
        let back = cut(park.clone(), to, from);
        let length = there.length_m;
        prop_assume!(length > 1.0);
        let mut mirrored: Vec<(String, i64)> =
            back.pipes.iter().map(|p| (p.key.clone(), ((length - p.at_m) * 1e4).round() as i64)).collect();
        let mut seen: Vec<(String, i64)> =
            there.pipes.iter().map(|p| (p.key.clone(), (p.at_m * 1e4).round() as i64)).collect();
        mirrored.sort();
        seen.sort();
        prop_assert_eq!(seen, mirrored);
        let steps = (length / 0.1) as usize;
        for step in 0..steps {
            let at_m = (step as f64 + 0.5) * 0.1;
            let share = at_m / length;
            let here = Point::new(from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share);
            for one in &park.buildings {
                let inside = one.footprint.contains(&here);
                let cut = there.buildings.iter().filter(|b| b.id == one.id);
                let within = cut.clone().any(|b| (b.span_m[0]..=b.span_m[1]).contains(&at_m));
                let edge = cut.flat_map(|b| b.span_m).any(|end| (end - at_m).abs() < 1e-6);
                prop_assert!(inside == within || edge, "{:?} at {}", one.id, at_m);
            }
        }
    }
}
