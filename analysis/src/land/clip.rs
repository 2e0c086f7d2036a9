//! Cuts a polygon down to a box before the exact intersection: a forest of ten thousand corners meets a parcel of five.
//!
//! Sutherland and Hodgman (Communications of the ACM 17, 1974), ring by ring. Where a ring leaves and re-enters the box
//! the result runs along the border there and back, which encloses nothing: areas of intersections stay exact.

use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};

/// The part of `area` in `window`, for area computations only: rings may touch themselves along the border.
pub(super) fn clipped(area: &MultiPolygon<f64>, window: Rect<f64>) -> MultiPolygon<f64> {
    let polygons = area.iter().filter_map(|polygon| {
        let exterior = ring(polygon.exterior(), window)?;
        Some(Polygon::new(exterior, polygon.interiors().iter().filter_map(|hole| ring(hole, window)).collect()))
    });
    MultiPolygon(polygons.collect())
}

/// One ring in the box; `None` when nothing is left.
fn ring(ring: &LineString<f64>, window: Rect<f64>) -> Option<LineString<f64>> {
    let mut points: Vec<Coord<f64>> = ring.0.clone();
    points.pop();
    let (low, high) = (window.min(), window.max());
    points = side(&points, |p| p.x - low.x);
    points = side(&points, |p| high.x - p.x);
    points = side(&points, |p| p.y - low.y);
    points = side(&points, |p| high.y - p.y);
    (points.len() >= 3).then_some(LineString(points))
}

/// The points on the side where `inside` is not negative, with the crossings.
fn side(points: &[Coord<f64>], inside: impl Fn(Coord<f64>) -> f64) -> Vec<Coord<f64>> {
    let mut kept = Vec::with_capacity(points.len());
    let Some(mut previous) = points.last().copied() else { return kept };
    let mut before = inside(previous);
    for &point in points {
        let now = inside(point);
        if (before < 0.0) != (now < 0.0) {
            let share = before / (before - now);
            kept.push(previous + (point - previous) * share);
        }
        if now >= 0.0 {
            kept.push(point);
        }
        (previous, before) = (point, now);
    }
    kept
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, coord};

    use super::*;

    /// A star with `arms` arms, which leaves and re-enters any box near its middle many times.
    fn star(arms: usize, centre: Coord<f64>, inner: f64, outer: f64) -> Polygon<f64> {
        let ring: LineString<f64> = (0..2 * arms)
            .map(|i| {
                let turn = std::f64::consts::PI * i as f64 / arms as f64;
                let radius = if i % 2 == 0 { outer } else { inner };
                centre + coord! { x: radius * turn.cos(), y: radius * turn.sin() }
            })
            .collect();
        Polygon::new(ring, Vec::new())
    }

    #[test]
    fn area_with_any_parcel_is_unchanged() {
        let at = |x: f64, y: f64| coord! { x: 600_000.0 + x, y: 3_400_000.0 + y };
        let wood = star(40, at(0.0, 0.0), 60.0, 200.0);
        let hole = star(9, at(10.0, -5.0), 10.0, 30.0);
        let wood = MultiPolygon(vec![Polygon::new(wood.exterior().clone(), vec![hole.exterior().clone()])]);
        for (i, (x, y, r)) in
            [(0.0, 0.0, 90.0), (120.0, 30.0, 50.0), (-150.0, 90.0, 70.0), (190.0, 0.0, 40.0)].iter().enumerate()
        {
            let parcel = MultiPolygon(vec![star(5 + i, at(*x, *y), r * 0.7, *r)]);
            let bounds = geo::BoundingRect::bounding_rect(&parcel).unwrap();
            let whole = parcel.intersection(&wood).unsigned_area();
            let cut = parcel.intersection(&clipped(&wood, bounds)).unsigned_area();
            assert!(whole > 100.0 && (whole - cut).abs() < 1e-5 * whole, "{whole} against {cut}");
        }
        let away = Rect::new(at(1000.0, 1000.0), at(1100.0, 1100.0));
        assert!(clipped(&wood, away).0.is_empty());
    }
}
