//! How large a hall on land can be at the most, without laying it: by area, coverage and ratio, and by how wide and how long the land
//! is. What this rules out need not be tried.

use geo::{ConvexHull, Coord, MultiPoint, Point};

use super::shapes::Outline;
use super::want::Want;
use crate::scenario::Limits;

/// What boundaries of different surveys that are knitted into one may add, m.
const KNITTED_M: f64 = 0.1;
/// Corners of a hull that are looked at; of more the area alone tells.
const MOST_CORNERS: usize = 64;

/// The share of its sides that a hall can have on land at the most, 0 to 1.
pub(super) fn most_share(outlines: &[&Outline], area_m2: f64, want: &Want, limits: &Limits, tall_storey_m: f64) -> f64 {
    let Want::Hall { length_m, width_m, height_m, yard_m } = want else { return 0.0 };
    if *height_m > limits.height_m + 1e-9 {
        return 0.0;
    }
    let times = if *height_m > tall_storey_m { 2.0 } else { 1.0 };
    let built = limits.coverage.unwrap_or(1.0).min(limits.far.map_or(f64::INFINITY, |far| far / times));
    let by_area = (area_m2 / (length_m * (width_m + yard_m))).min(built * area_m2 / (length_m * width_m));
    let share = by_area.max(0.0).sqrt().min(1.0);
    let Some((wide_m, far_m)) = extent_m(outlines) else { return share };
    // The setback is kept on both sides.
    let kept_m = 2.0 * limits.setback_m - KNITTED_M;
    let (wide_m, far_m) = ((wide_m - kept_m).max(0.0), (far_m - kept_m).max(0.0));
    let (length, width) = (*length_m, width_m + yard_m);
    share.min(wide_m / length.min(width)).min(far_m / length.hypot(width))
}

/// The least width of the hull of some outlines, and the greatest distance between two of its corners, m; `None` where it has too
/// many corners, or none.
fn extent_m(outlines: &[&Outline]) -> Option<(f64, f64)> {
    let corners: Vec<Point<f64>> = outlines.iter().flat_map(|one| one.corners()).map(Point::from).collect();
    let hull = MultiPoint(corners).convex_hull();
    let ring = &hull.exterior().0;
    if ring.len() < 4 || ring.len() > MOST_CORNERS {
        return None;
    }
    let (mut wide_m, mut far_m) = (f64::INFINITY, 0.0_f64);
    for pair in ring.windows(2) {
        let way = pair[1] - pair[0];
        let length = way.x.hypot(way.y);
        let aside = |at: &Coord<f64>| ((at.x - pair[0].x) * way.y - (at.y - pair[0].y) * way.x).abs() / length;
        if length > 1e-9 {
            wide_m = wide_m.min(ring.iter().map(aside).fold(0.0, f64::max));
        }
        let apart = |at: &Coord<f64>| (at.x - pair[0].x).hypot(at.y - pair[0].y);
        far_m = ring.iter().map(apart).fold(far_m, f64::max);
    }
    Some((wide_m, far_m))
}

#[cfg(test)]
mod tests {
    use geo::{Area, LineString, MultiPolygon, Polygon, Rotate, point};
    use proptest::prelude::*;

    use super::*;
    use crate::scenario::Existing;
    use crate::siting::test_fit;

    fn limits(setback_m: f64, coverage: Option<f64>, far: Option<f64>) -> Limits {
        Limits { setback_m, spacing_m: 0.0, far, coverage, height_m: 20.0, storey_height_m: 10.0 }
    }

    fn land(corners: &[(f64, f64)], turn_deg: f64) -> MultiPolygon<f64> {
        let at = |(x, y): &(f64, f64)| (356_000.0 + x, 3_431_000.0 + y);
        let ring: Vec<(f64, f64)> = corners.iter().map(at).collect();
        let land = Polygon::new(LineString::from(ring), Vec::new());
        MultiPolygon(vec![land]).rotate_around_point(turn_deg, point!(x: 356_050.0, y: 3_431_050.0))
    }

    fn most(land: &MultiPolygon<f64>, want: &Want, limits: &Limits) -> f64 {
        let outline = Outline::of_area(land).unwrap();
        most_share(&[&outline], land.unsigned_area(), want, limits, 8.0)
    }

    fn hall(length_m: f64, width_m: f64) -> Want {
        Want::Hall { length_m, width_m, height_m: 7.0, yard_m: 0.0 }
    }

    #[test]
    fn narrow_land_and_low_limits_rule_a_hall_out_without_trying() {
        // 10 m by 900 m: large enough by its area, too narrow for 30 m whichever way it lies.
        let strip = land(&[(0.0, 0.0), (900.0, 0.0), (900.0, 10.0), (0.0, 10.0)], 33.0);
        assert!(most(&strip, &hall(60.0, 30.0), &limits(0.0, None, None)) < 0.35);
        // The setback takes all of its width.
        assert!(most(&strip, &hall(60.0, 30.0), &limits(6.0, None, None)) == 0.0);
        let block = land(&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)], 0.0);
        assert_eq!(most(&block, &hall(60.0, 30.0), &limits(0.0, None, None)), 1.0);
        // Longer than the diagonal.
        assert!(most(&block, &hall(160.0, 30.0), &limits(0.0, None, None)) < 0.9);
        // A fifth of a hectare may be built on: 2,000 of 1,800 m², and of 8,000 a quarter, half the sides.
        assert_eq!(most(&block, &hall(60.0, 30.0), &limits(0.0, Some(0.2), None)), 1.0);
        assert!((most(&block, &hall(100.0, 80.0), &limits(0.0, Some(0.2), None)) - 0.5).abs() < 1e-9);
        let tall = Want::Hall { length_m: 60.0, width_m: 30.0, height_m: 25.0, yard_m: 0.0 };
        assert_eq!(most(&block, &tall, &limits(0.0, None, None)), 0.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Whatever the land, no hall is laid that the bound rules out.
        #[test]
        fn no_hall_is_larger_than_the_bound(
            corners in prop::collection::vec((20.0_f64..90.0, 0.2_f64..1.0), 3..9), turn in 0.0_f64..90.0,
            (length, width, yard_m) in (20.0_f64..150.0, 10.0_f64..80.0, 0.0_f64..30.0),
            (setback_m, coverage, far) in (0.0_f64..9.0, prop::option::of(0.1_f64..0.8), prop::option::of(0.1_f64..1.5)),
        ) {
            // A star around its middle: no side crosses another.
            let step = std::f64::consts::TAU / corners.len() as f64;
            let corner = |(at, (radius, share)): (usize, &(f64, f64))| {
                let (sin, cos) = (step * (at as f64 + share * 0.4)).sin_cos();
                (50.0 + radius * cos, 50.0 + radius * sin)
            };
            let corners: Vec<(f64, f64)> = corners.iter().enumerate().map(corner).collect();
            let land = land(&corners, turn);
            let (length_m, width_m) = (f64::max(length, width), f64::min(length, width));
            let want = Want::Hall { length_m, width_m, height_m: 9.0, yard_m };
            let limits = limits(setback_m, coverage, far);
            let found = test_fit(&land, &Existing::default(), &want, &limits, 8.0).map_or(0.0, |fit| fit.share);
            let most = most(&land, &want, &limits);
            prop_assert!(found <= most + 1e-4, "{} over {}", found, most);
        }
    }
}
