//! Lanes along buildings and yards at dead ends, of parks made by hand.

use geo::Rect;
use spatial_db::model::{FeatureKind, Surface, SurfaceKind};

use super::*;

fn area((x, y): (f64, f64), (east, north): (f64, f64)) -> MultiPolygon<f64> {
    let rect = Rect::new(geo::coord! { x: x, y: y }, geo::coord! { x: east, y: north });
    MultiPolygon::new(vec![rect.to_polygon()])
}

fn ground(id: i64, kind: SurfaceKind, from: (f64, f64), to: (f64, f64)) -> Surface {
    let id = FeatureId::new(FeatureKind::Surface, id);
    Surface { id, provenance: keyed("ground"), area: area(from, to), kind, name: None }
}

/// A hall of 160 by 80 m with these roads.
fn hall(roads: Vec<RoadEdge>, surfaces: Vec<Surface>) -> Protection {
    let mut park = by_hand::empty();
    park.buildings = vec![Building::bare(1, keyed("B1"), area((0.0, 0.0), (160.0, 80.0)))];
    park.roads = roads;
    park.surfaces = surfaces;
    checked(park)
}

#[test]
fn a_long_hall_needs_a_lane_on_every_side_or_one_through_it() {
    let round = [(-10.0, -10.0), (170.0, -10.0), (170.0, 90.0), (-10.0, 90.0), (-10.0, -10.0)];
    // All but the north side.
    let three = [(-10.0, 90.0), (-10.0, -10.0), (170.0, -10.0), (170.0, 90.0)];
    let through = [(-50.0, 40.0), (210.0, 40.0)];
    let beside = |width_m| vec![road(1, &three, Some(5.0)), road(2, &through, width_m)];
    let paved = || vec![ground(1, SurfaceKind::Paved, (0.0, 82.0), (160.0, 100.0))];
    let yard = |far| vec![ground(1, SurfaceKind::StorageYard, (0.0, 82.0), (160.0, far))];
    // Green that leaves 3 m by the wall, which is too little, and green that leaves 5 m.
    let green = |gap| vec![ground(1, SurfaceKind::Grass, (0.0, 80.0 + gap), (160.0, 120.0))];
    for (roads, surfaces, verdict) in [
        (vec![road(1, &round, Some(4.0))], Vec::new(), None),
        (vec![road(1, &round, None)], Vec::new(), Some(Verdict::Unknown)),
        // A lane that nobody surveyed may run along the north side.
        (vec![road(1, &three, Some(5.0))], Vec::new(), Some(Verdict::Unknown)),
        (vec![road(1, &three, Some(5.0))], paved(), Some(Verdict::Unknown)),
        // Behind 18 m of storage one may still run within 30 m, behind 33 m none.
        (vec![road(1, &three, Some(5.0))], yard(100.0), Some(Verdict::Unknown)),
        (vec![road(1, &three, Some(5.0))], yard(115.0), Some(Verdict::Violated)),
        (vec![road(1, &three, Some(5.0))], green(3.0), Some(Verdict::Violated)),
        (vec![road(1, &three, Some(5.0))], green(5.0), Some(Verdict::Unknown)),
        (beside(Some(5.0)), Vec::new(), None),
        (beside(None), Vec::new(), Some(Verdict::Unknown)),
        (beside(Some(3.0)), Vec::new(), Some(Verdict::Unknown)),
        (beside(Some(3.0)), yard(115.0), Some(Verdict::Violated)),
        (Vec::new(), Vec::new(), Some(Verdict::Unknown)),
    ] {
        let said = format!("{roads:?} {surfaces:?}");
        let found = hall(roads, surfaces);
        let finding = of(&found, Check::Frontage, "B1");
        assert_eq!(finding.map(|one| one.verdict), verdict, "{said}");
        let counts = match verdict {
            None => [1, 0, 0],
            Some(Verdict::Violated) => [0, 1, 0],
            _ => [0, 0, 1],
        };
        assert_eq!(found.counts[&Check::Frontage], counts, "{said}");
        if verdict == Some(Verdict::Violated) {
            assert!(finding.unwrap().words.contains("the whole of 1 of its sides"), "{finding:?}");
        }
    }
    // Round it, and too narrow for a lane: whether another runs beside it is not known, unless there is water.
    let narrow = hall(vec![road(1, &round, Some(3.9))], Vec::new());
    assert_eq!(of(&narrow, Check::Frontage, "B1").map(|one| one.verdict), Some(Verdict::Unknown));
    let lake = vec![ground(1, SurfaceKind::Water, (-50.0, -50.0), (210.0, 130.0))];
    let narrow = hall(vec![road(1, &round, Some(3.9))], lake);
    let finding = of(&narrow, Check::Frontage, "B1").unwrap();
    assert!(
        finding.verdict == Verdict::Violated && finding.words.contains("the whole of 4 of its sides"),
        "{finding:?}"
    );
}

/// A dead end of 100 m that goes north to (100, 100), with this ground about it, and a building of a height 36 m from its end.
fn dead_end(height_m: Option<f64>, surfaces: Vec<Surface>) -> Option<(Verdict, String)> {
    let mut park = by_hand::empty();
    park.roads = vec![road(1, &[(0.0, 0.0), (200.0, 0.0)], None), road(2, &[(100.0, 0.0), (100.0, 100.0)], None)];
    let other = Building { height_m, ..building(2, 120.0, 130.0) };
    park.buildings = vec![building(1, 60.0, 40.0), other];
    park.surfaces = surfaces;
    let found = checked(park);
    let all: usize = found.counts[&Check::DeadEnd].iter().sum();
    assert_eq!(all, 1, "the ends of the other road lie out of the buildings: {:?}", found.counts);
    let finding = of(&found, Check::DeadEnd, "R2").map(|one| (one.verdict, one.words.to_string()));
    assert_eq!(found.counts[&Check::DeadEnd][0], usize::from(finding.is_none()));
    finding
}

#[test]
fn a_dead_end_has_a_yard_where_its_square_lies_on_paved_ground_on_record() {
    let paved =
        |half: f64| vec![ground(1, SurfaceKind::Paved, (100.0 - half, 100.0 - half), (100.0 + half, 100.0 + half))];
    let verdict = |height_m, surfaces| dead_end(height_m, surfaces).map(|found| found.0);
    assert_eq!(verdict(None, Vec::new()), Some(Verdict::Unknown));
    assert_eq!(verdict(None, paved(7.0)), None);
    assert_eq!(verdict(None, paved(5.5)), Some(Verdict::Unknown));
    // By a high building it takes 15 by 15 m: 14 are too few, and 16 are enough.
    let (high, said) = dead_end(Some(30.0), paved(7.0)).unwrap();
    assert!(high == Verdict::Unknown && said.contains("15 by 15 m"), "{said}");
    assert_eq!(verdict(Some(30.0), paved(8.0)), None);
    assert_eq!(verdict(Some(24.0), paved(7.0)), None);
    // Paved ground 40 m off serves nobody here.
    let far = ground(1, SurfaceKind::Paved, (140.0, 80.0), (180.0, 120.0));
    assert_eq!(verdict(None, vec![far]), Some(Verdict::Unknown));
}

#[test]
fn a_dead_end_between_ground_that_nobody_drives_on_has_no_yard() {
    let corridor = |half: f64| {
        vec![
            ground(1, SurfaceKind::Grass, (60.0, 20.0), (100.0 - half, 200.0)),
            ground(2, SurfaceKind::Water, (100.0 + half, 20.0), (140.0, 200.0)),
            ground(3, SurfaceKind::Forest, (60.0, 103.0), (140.0, 200.0)),
        ]
    };
    let (verdict, said) = dead_end(None, corridor(3.0)).unwrap();
    assert!(verdict == Verdict::Violated && said.contains("12 by 12 m"), "{said}");
    // 14 m are room enough, and what they are paved with is not on record.
    assert_eq!(dead_end(None, corridor(7.0)).map(|found| found.0), Some(Verdict::Unknown));
}
