//! Makes two neighbours share the corners of their common boundary, so that their union has no slit along it.

use geo::{Coord, LineString, MultiPolygon, Polygon};

/// Boundaries nearer than this are one, m: what surveys of the same corner differ by.
const TOUCH_M: f64 = 0.01;

/// Both areas, each with the corners of the other that lie on its boundary; corners beside each other become one.
pub(crate) fn knitted(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> (MultiPolygon<f64>, MultiPolygon<f64>) {
    let mine = with_corners(a, &corners(b), false);
    let theirs = with_corners(b, &corners(&mine), true);
    (mine, theirs)
}

fn rings(area: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
}

fn corners(area: &MultiPolygon<f64>) -> Vec<Coord<f64>> {
    rings(area).flat_map(LineString::coords).copied().collect()
}

/// The area with corners put into its edges; with `moved`, corners of its own go to where a given one is beside them.
fn with_corners(area: &MultiPolygon<f64>, corners: &[Coord<f64>], moved: bool) -> MultiPolygon<f64> {
    let ring = |ring: &LineString<f64>| {
        let own: Vec<Coord<f64>> = ring
            .coords()
            .map(|at| {
                let beside = corners.iter().filter(|_| moved).find(|corner| distance(**corner, *at) <= TOUCH_M);
                beside.copied().unwrap_or(*at)
            })
            .collect();
        let mut out: Vec<Coord<f64>> = Vec::with_capacity(own.len());
        for pair in own.windows(2) {
            out.push(pair[0]);
            let mut on_edge: Vec<(f64, Coord<f64>)> =
                corners.iter().filter_map(|corner| Some((along(pair[0], pair[1], *corner)?, *corner))).collect();
            on_edge.sort_by(|x, y| x.0.total_cmp(&y.0));
            out.extend(on_edge.into_iter().map(|(_, corner)| corner));
        }
        out.extend(own.last().copied());
        out.dedup();
        LineString(out)
    };
    area.iter().map(|p| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect())).collect()
}

fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Where along an edge a corner lies on it, away from its ends; `None` where it does not.
fn along(from: Coord<f64>, to: Coord<f64>, corner: Coord<f64>) -> Option<f64> {
    if distance(from, corner) <= TOUCH_M || distance(to, corner) <= TOUCH_M {
        return None;
    }
    let (edge, way) = (to - from, corner - from);
    let length = edge.x.hypot(edge.y);
    let t = (way.x * edge.x + way.y * edge.y) / (length * length);
    ((0.0..=1.0).contains(&t) && distance(from + edge * t, corner) <= TOUCH_M).then_some(t)
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Rect, coord};

    use super::*;

    #[test]
    fn neighbours_that_a_survey_holds_apart_become_one() {
        let block = |x: f64, y: f64, w: f64, h: f64| {
            MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()])
        };
        let (a, b) = (block(0.0, 0.0, 50.0, 100.0), block(50.004, 20.0, 50.0, 50.0));
        assert_eq!(a.union(&b).0.len(), 2);
        let (mine, theirs) = knitted(&a, &b);
        let union = mine.union(&theirs);
        assert_eq!(union.0.len(), 1);
        assert!(union.0[0].interiors().is_empty() && (union.unsigned_area() - 7500.2).abs() < 0.5);
        let apart = block(50.02, 20.0, 50.0, 50.0);
        let (mine, theirs) = knitted(&a, &apart);
        assert_eq!(mine.union(&theirs).0.len(), 2, "two centimetres are a gap");
    }
}
