//! Polygons to triangles with earcut, after dropping what cannot be drawn. Heights are left to `drape`.

use bevy::math::DVec2;
use geo::{LineString, Polygon, TriangulateEarcut};

/// Triangles over 2D points, counter-clockwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Triangles {
    /// Points, park coordinates, m.
    pub points: Vec<DVec2>,
    /// Corners, three per triangle.
    pub indices: Vec<usize>,
}

impl Triangles {
    /// Sum of the triangles' areas, m².
    pub fn area_m2(&self) -> f64 {
        self.indices
            .chunks_exact(3)
            .map(|t| {
                let [a, b, c] = [t[0], t[1], t[2]].map(|i| self.points[i]);
                (b - a).perp_dot(c - a) * 0.5
            })
            .sum()
    }
}

/// The ring without its closing point, repeated points and non-finite points; `None` when fewer than three are left.
pub fn cleaned_ring(ring: &LineString<f64>) -> Option<Vec<DVec2>> {
    let mut points: Vec<DVec2> = Vec::with_capacity(ring.0.len());
    for c in &ring.0 {
        let p = DVec2::new(c.x, c.y);
        if p.is_finite() && points.last().is_none_or(|last| last.distance_squared(p) > 1e-6) {
            points.push(p);
        }
    }
    while points.len() > 1 && points[0].distance_squared(points[points.len() - 1]) <= 1e-6 {
        points.pop();
    }
    (points.len() >= 3).then_some(points)
}

/// Triangulates a polygon with its holes. A polygon that has no area gives no triangles.
pub fn triangulate(polygon: &Polygon<f64>) -> Triangles {
    let Some(outer) = cleaned_ring(polygon.exterior()) else {
        return Triangles::default();
    };
    // Earcut works in f64, but large coordinates cost it digits in products: move to the first point.
    let shift = outer[0];
    let line = |ring: &[DVec2]| ring.iter().map(|p| (p.x - shift.x, p.y - shift.y)).collect::<LineString<f64>>();
    let holes = polygon.interiors().iter().filter_map(|ring| cleaned_ring(ring).map(|r| line(&r))).collect();
    let raw = Polygon::new(line(&outer), holes).earcut_triangles_raw();
    let points: Vec<DVec2> = raw.vertices.iter().map(|v| DVec2::from_array(*v) + shift).collect();
    let mut indices = Vec::with_capacity(raw.triangle_indices.len());
    for t in raw.triangle_indices.chunks_exact(3) {
        let turn = (points[t[1]] - points[t[0]]).perp_dot(points[t[2]] - points[t[0]]);
        if turn > 0.0 {
            indices.extend([t[0], t[1], t[2]]);
        } else if turn < 0.0 {
            indices.extend([t[0], t[2], t[1]]);
        }
    }
    Triangles { points, indices }
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn area_is_kept_with_holes_far_from_the_origin() {
        let polygon = polygon!(
            exterior: [(x: 2_628_000.0, y: 1_241_000.0), (x: 2_628_080.0, y: 1_241_000.0), (x: 2_628_080.0, y: 1_241_050.0), (x: 2_628_000.0, y: 1_241_050.0)],
            interiors: [[(x: 2_628_020.0, y: 1_241_010.0), (x: 2_628_020.0, y: 1_241_030.0), (x: 2_628_040.0, y: 1_241_030.0), (x: 2_628_040.0, y: 1_241_010.0)]],
        );
        assert!((triangulate(&polygon).area_m2() - 3600.0).abs() < 1e-6);
    }

    #[test]
    fn either_winding_gives_counter_clockwise_triangles() {
        let clockwise = polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 10.0), (x: 10.0, y: 10.0), (x: 10.0, y: 0.0)];
        let triangles = triangulate(&clockwise);
        assert!((triangles.area_m2() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn degenerate_rings_are_dropped() {
        let line = polygon![(x: 0.0, y: 0.0), (x: 5.0, y: 0.0), (x: 5.0, y: 0.0)];
        assert_eq!(triangulate(&line), Triangles::default());
        let with_nan = LineString::from(vec![(0.0, 0.0), (f64::NAN, 1.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]);
        assert_eq!(cleaned_ring(&with_nan).unwrap().len(), 3);
    }
}
