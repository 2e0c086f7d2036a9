use std::f64::consts::PI;

use geo::{Area, Rect, coord};
use proptest::prelude::*;

use super::*;

fn block(x: f64, y: f64, width: f64, height: f64) -> MultiPolygon<f64> {
    Rect::new(coord! { x: x, y: y }, coord! { x: x + width, y: y + height }).to_polygon().into()
}

fn sector(bearing_deg: f64, angle_deg: f64) -> Sector {
    Sector { eye: [0.0, 0.0], bearing_deg, angle_deg, range_m: 100.0 }
}

fn holds(area: &Polygon<f64>, x: f64, y: f64) -> bool {
    area.intersects(&Point::new(x, y))
}

#[test]
fn nothing_in_the_way_is_the_sector_whole() {
    for angle_deg in [60.0_f64, 180.0, 360.0] {
        let area = seen(&sector(90.0, angle_deg), [].into_iter()).unwrap();
        let whole = PI * 100.0_f64.powi(2) * angle_deg / 360.0;
        assert!((area.unsigned_area() / whole - 1.0).abs() < 1e-4, "{angle_deg}: {}", area.unsigned_area());
    }
    let east = seen(&sector(90.0, 60.0), [].into_iter()).unwrap();
    assert!(holds(&east, 99.0, 0.0) && !holds(&east, 0.0, 50.0) && !holds(&east, -1.0, 0.0));
}

#[test]
fn a_wall_hides_what_is_behind_it_and_nothing_beside_it() {
    let wall = block(50.0, -10.0, 1.0, 20.0);
    let area = seen(&sector(90.0, 90.0), [&wall].into_iter()).unwrap();
    assert!(holds(&area, 49.0, 0.0) && !holds(&area, 52.0, 0.0) && !holds(&area, 95.0, 18.0));
    assert!(holds(&area, 60.0, 13.0), "just past the corner");
    // The shadow of the near face: what lies between its distance and the range, under the angle it takes up.
    let half = (10.0_f64 / 50.0).atan();
    let hidden = half * 100.0_f64.powi(2) - 50.0 * 10.0;
    let whole = PI * 100.0_f64.powi(2) / 4.0;
    assert!((whole - area.unsigned_area() - hidden).abs() < whole * 1e-4);
}

#[test]
fn a_camera_on_a_wall_looks_past_it_and_one_in_a_hall_at_nothing_outside() {
    let hall = block(-30.0, -20.0, 30.0, 40.0);
    let outwards = seen(&sector(90.0, 60.0), [&hall].into_iter()).unwrap();
    assert!(holds(&outwards, 99.0, 0.0));
    assert!(seen(&sector(90.0, 60.0), [&block(-30.0, -20.0, 60.0, 40.0)].into_iter()).is_none());
}

#[test]
fn a_wall_that_leaves_the_reach_hides_nothing_before_it() {
    // Its face runs at 2 m beside the middle of the view and leaves the reach between two of the even rays: a chord from the one that
    // meets it at 67 m to the one past it would cut off what lies before the wall.
    let hall = block(60.0, 2.0, 400.0, 3.0);
    let area = seen(&sector(90.0, 90.0), [&hall].into_iter()).unwrap();
    assert!(holds(&area, 95.0, 1.5) && holds(&area, 99.9, 1.9), "before the wall");
    assert!(!holds(&area, 95.0, 2.5) && !holds(&area, 98.0, 5.0), "behind it");
    assert!(!holds(&area, 101.0, 1.0), "out of reach");
}

#[test]
fn the_corner_between_two_buildings_that_overlap_is_seen() {
    let halls = [block(20.0, -4.0, 110.0, 3.0), block(70.0, -6.0, 5.0, 12.0)];
    let area = seen(&sector(90.0, 90.0), halls.iter()).unwrap();
    assert!(holds(&area, 68.0, -0.85) && holds(&area, 69.9, -0.95), "in the corner");
    assert!(!holds(&area, 68.0, -1.1) && !holds(&area, 70.1, -0.9), "within the halls");
}

#[test]
fn a_camera_looks_past_its_own_wall_only_where_that_is_nearer_than_a_mount() {
    // 0.3 m before the long side of a hall: asin(0.3 / 0.5) below the wall's direction it is half a metre away.
    let hall = block(-30.0, -20.3, 60.0, 20.0);
    let area = seen(&sector(180.0, 300.0), [&hall].into_iter()).unwrap();
    let turn = (0.3_f64 / 0.5).asin();
    for (more_deg, is_seen) in [(0.4_f64, true), (-0.4, false)] {
        let (sin, cos) = (turn + more_deg.to_radians()).sin_cos();
        for side in [1.0, -1.0] {
            assert_eq!(holds(&area, side * 15.0 * cos, -15.0 * sin), is_seen, "{more_deg} {side}");
        }
    }
}

proptest! {
    /// A point is seen where it is in reach and the straight line to it meets no wall: asked point by point.
    #[test]
    fn seen_is_what_straight_lines_say(
        bearing_deg in 0.0..360.0_f64,
        angle_deg in 20.0..360.0_f64,
        halls in prop::collection::vec((-90.0..80.0_f64, -90.0..80.0_f64, 3.0..30.0_f64, 3.0..30.0_f64), 0..6),
        points in prop::collection::vec((-99.0..99.0_f64, -99.0..99.0_f64), 40),
    ) {
        let halls: Vec<MultiPolygon<f64>> = halls
            .into_iter()
            .map(|(x, y, width, height)| block(x, y, width, height))
            .filter(|hall| Euclidean.distance(&Geometry::from(Point::new(0.0, 0.0)), &Geometry::from(hall.clone())) > 1.0)
            .collect();
        let sector = sector(bearing_deg, angle_deg);
        let area = seen(&sector, halls.iter()).unwrap();
        for (x, y) in points {
            let turn = (x.atan2(y).to_degrees() - bearing_deg + 540.0).rem_euclid(360.0) - 180.0;
            let in_reach = x.hypot(y) <= 100.0 && turn.abs() <= angle_deg / 2.0;
            let line = LineString::from(vec![(0.0, 0.0), (x, y)]);
            let expected = in_reach && !halls.iter().any(|hall| hall.intersects(&line));
            // Near an edge of the answer either is right: chords of the arc, corners just touched.
            let edge = Euclidean.distance(&Point::new(x, y), area.exterior());
            if edge > 0.05 {
                prop_assert_eq!(holds(&area, x, y), expected, "at {} {}, {} m from the edge", x, y, edge);
            }
        }
    }
}
