//! Outlines of areas, made for one question: how large is the ground that two of them share.
//!
//! An area is the sum of the ground under its edges, down to any level line: plus where the edge runs west, minus where
//! it runs east. So the area shared by two is a sum over pairs of their edges of the ground under both, and no topology
//! is built that rounding could spoil. The sum is exact to about 1e-9 of the window in which the two meet.

use geo::{LineString, MultiPolygon};

/// Edges that one box is kept for.
const RUN: usize = 16;
/// Pairs of edges beyond which edges are sorted first.
const MANY: usize = 2048;

/// A box: least easting and northing, largest easting and northing, m.
pub(super) type Bounds = [f64; 4];

/// An edge from west to east; `sign` is +1 where the ground below belongs to the area, −1 where it is taken off.
#[derive(Debug, Clone, Copy)]
struct Edge {
    west: f64,
    east: f64,
    /// Northing at the western and at the eastern end.
    at_west: f64,
    at_east: f64,
    sign: f64,
}

/// Box over consecutive edges; of northings only the largest counts.
#[derive(Debug, Clone, Copy)]
struct Run {
    west: f64,
    east: f64,
    top: f64,
}

/// The outline of a feature.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) feature_id: i64,
    /// Which of the two tables it is of, where two are compared.
    pub(super) is_other: bool,
    pub(super) bounds: Bounds,
    /// m².
    pub(super) area_m2: f64,
    edges: Vec<Edge>,
    runs: Vec<Run>,
}

/// Twice the area of a closed ring about its first corner, m²: positive where it runs counter-clockwise.
pub(super) fn twice_signed_area(ring: &LineString<f64>) -> f64 {
    let Some(from) = ring.0.first() else { return 0.0 };
    ring.lines()
        .map(|line| (line.start.x - from.x) * (line.end.y - from.y) - (line.end.x - from.x) * (line.start.y - from.y))
        .sum()
}

/// Every ring of an area with the factor that makes it run with the area on its left.
pub(super) fn rings(area: &MultiPolygon<f64>) -> impl Iterator<Item = (&LineString<f64>, f64)> {
    area.0.iter().flat_map(|part| {
        let shell = std::iter::once((part.exterior(), 1.0));
        let rings = shell.chain(part.interiors().iter().map(|hole| (hole, -1.0)));
        rings.map(|(ring, wanted)| (ring, if twice_signed_area(ring) < 0.0 { -wanted } else { wanted }))
    })
}

impl Outline {
    /// None for an area without any corner.
    pub(super) fn of(feature_id: i64, is_other: bool, area: &MultiPolygon<f64>) -> Option<Self> {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let mut edges = Vec::new();
        let mut area_m2 = 0.0;
        for part in &area.0 {
            let around: f64 = part.interiors().iter().map(|hole| twice_signed_area(hole).abs()).sum();
            area_m2 += 0.5 * (twice_signed_area(part.exterior()).abs() - around);
        }
        for (ring, factor) in rings(area) {
            for line in ring.lines() {
                let (a, b) = (line.start, line.end);
                bounds = [
                    bounds[0].min(a.x).min(b.x),
                    bounds[1].min(a.y).min(b.y),
                    bounds[2].max(a.x).max(b.x),
                    bounds[3].max(a.y).max(b.y),
                ];
                if a.x < b.x {
                    edges.push(Edge { west: a.x, east: b.x, at_west: a.y, at_east: b.y, sign: -factor });
                } else if a.x > b.x {
                    edges.push(Edge { west: b.x, east: a.x, at_west: b.y, at_east: a.y, sign: factor });
                }
            }
        }
        let runs = edges
            .chunks(RUN)
            .map(|edges| Run {
                west: edges.iter().fold(f64::INFINITY, |least, edge| least.min(edge.west)),
                east: edges.iter().fold(f64::NEG_INFINITY, |most, edge| most.max(edge.east)),
                top: edges.iter().fold(f64::NEG_INFINITY, |most, edge| most.max(edge.at_west).max(edge.at_east)),
            })
            .collect();
        bounds.iter().all(|bound| bound.is_finite()).then_some(Self {
            feature_id,
            is_other,
            bounds,
            area_m2,
            edges,
            runs,
        })
    }

    /// The box in which two boxes meet; its ends are reversed where they do not.
    pub(super) fn window(&self, other: &Self) -> Bounds {
        let ([ax, ay, bx, by], [cx, cy, dx, dy]) = (self.bounds, other.bounds);
        [ax.max(cx), ay.max(cy), bx.min(dx), by.min(dy)]
    }

    /// The edges within a window, moved to its corner: what lies above it is brought down to its upper side.
    fn within(&self, [x0, y0, x1, y1]: Bounds) -> Vec<Edge> {
        let height = y1 - y0;
        let mut found = Vec::new();
        for (run, edges) in self.runs.iter().zip(self.edges.chunks(RUN)) {
            if run.east <= x0 || run.west >= x1 || run.top <= y0 {
                continue;
            }
            for edge in edges.iter().filter(|edge| edge.east > x0 && edge.west < x1) {
                let edge = Edge {
                    west: edge.west - x0,
                    east: edge.east - x0,
                    at_west: edge.at_west - y0,
                    at_east: edge.at_east - y0,
                    sign: edge.sign,
                };
                edge.cut(x1 - x0, height, &mut found);
            }
        }
        found
    }

    /// Area that lies in both, m².
    pub(super) fn shared_m2(&self, other: &Self) -> f64 {
        let window = self.window(other);
        if window[2] <= window[0] || window[3] <= window[1] {
            return 0.0;
        }
        let (mut ours, mut theirs) = (self.within(window), other.within(window));
        if ours.len() * theirs.len() <= MANY {
            return ours.iter().map(|a| theirs.iter().map(|b| a.under_both(b)).sum::<f64>()).sum();
        }
        // From west to east, so that only edges above each other are paired.
        for edges in [&mut ours, &mut theirs] {
            edges.sort_unstable_by(|a, b| a.west.total_cmp(&b.west));
        }
        let (mut open_ours, mut open_theirs): (Vec<Edge>, Vec<Edge>) = (Vec::new(), Vec::new());
        let (mut ours, mut theirs) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
        let mut shared = 0.0;
        loop {
            let ours_first = match (ours.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.west <= b.west,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return shared,
            };
            let (next, own, others) = if ours_first {
                (ours.next(), &mut open_ours, &mut open_theirs)
            } else {
                (theirs.next(), &mut open_theirs, &mut open_ours)
            };
            let Some(edge) = next else { return shared };
            others.retain(|other| other.east > edge.west);
            shared += others.iter().map(|other| edge.under_both(other)).sum::<f64>();
            own.push(edge);
        }
    }
}

impl Edge {
    fn at(&self, x: f64) -> f64 {
        if x <= self.west {
            self.at_west
        } else if x >= self.east {
            self.at_east
        } else {
            self.at_west + (self.at_east - self.at_west) * ((x - self.west) / (self.east - self.west))
        }
    }

    /// Pieces within 0…`width` and 0…`height`; what is above comes down to `height`, what is below is left out.
    fn cut(self, width: f64, height: f64, into: &mut Vec<Self>) {
        let (west, east) = (self.west.max(0.0), self.east.min(width));
        if east <= west {
            return;
        }
        let piece = |west: f64, east: f64, at_west: f64, at_east: f64| Self {
            west,
            east,
            at_west: at_west.clamp(0.0, height),
            at_east: at_east.clamp(0.0, height),
            sign: self.sign,
        };
        let (at_west, at_east) = (self.at(west), self.at(east));
        if at_west <= 0.0 && at_east <= 0.0 {
            return;
        }
        if at_west >= height && at_east >= height {
            into.push(piece(west, east, height, height));
            return;
        }
        // Where it crosses the lower and the upper side, from west to east.
        let crossing = |level: f64| {
            let t = (level - at_west) / (at_east - at_west);
            ((at_west < level) != (at_east < level)).then(|| (west + t * (east - west)).clamp(west, east))
        };
        let (mut first, mut second) = (crossing(0.0), crossing(height));
        if at_west > at_east {
            std::mem::swap(&mut first, &mut second);
        }
        let mut from = (west, at_west);
        for to in [first, second].into_iter().flatten().chain([east]) {
            let at_to = if to == east { at_east } else { self.at(to) };
            if to > from.0 && (from.1 + at_to) > 0.0 {
                into.push(piece(from.0, to, from.1, at_to));
            }
            from = (to, at_to);
        }
    }

    /// Signed area of the ground under both edges, down to 0.
    fn under_both(&self, other: &Self) -> f64 {
        let (west, east) = (self.west.max(other.west), self.east.min(other.east));
        if east <= west {
            return 0.0;
        }
        let (own_west, own_east) = (self.at(west), self.at(east));
        let (at_west, at_east) = (own_west - other.at(west), own_east - other.at(east));
        // Mean of what this edge is above the other.
        let above = if at_west >= 0.0 && at_east >= 0.0 {
            0.5 * (at_west + at_east)
        } else if at_west <= 0.0 && at_east <= 0.0 {
            0.0
        } else {
            let most = at_west.max(at_east);
            0.5 * most * most / (at_west - at_east).abs()
        };
        self.sign * other.sign * (east - west) * (0.5 * (own_west + own_east) - above)
    }
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Geometry, Rotate, coord, polygon};
    use proptest::prelude::*;

    use super::*;

    fn outline(area: &MultiPolygon<f64>) -> Outline {
        Outline::of(1, false, area).unwrap()
    }

    #[test]
    fn shares_of_squares_and_holes() {
        let square = |x: f64, y: f64, side: f64| {
            MultiPolygon::from(geo::Rect::new(coord! { x: x, y: y }, coord! { x: x + side, y: y + side }).to_polygon())
        };
        let a = outline(&square(0.0, 0.0, 10.0));
        assert_eq!(a.area_m2, 100.0);
        assert_eq!(a.shared_m2(&outline(&square(4.0, 7.0, 10.0))), 18.0);
        assert_eq!(a.shared_m2(&outline(&square(10.0, 0.0, 10.0))), 0.0, "neighbours");
        assert_eq!(a.shared_m2(&outline(&square(2.0, 2.0, 3.0))), 9.0, "within");
        assert_eq!(a.shared_m2(&a), 100.0);
        // The hole runs the same way round as the shell: a source need not keep to the rule.
        let ring = polygon!(exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)],
            interiors: [[(x: 3., y: 3.), (x: 6., y: 3.), (x: 6., y: 6.), (x: 3., y: 6.)]]);
        let ring = outline(&MultiPolygon::from(ring));
        assert_eq!(ring.area_m2, 72.0);
        assert_eq!(ring.shared_m2(&outline(&square(3.0, 3.0, 3.0))), 0.0, "in the hole");
        assert_eq!(ring.shared_m2(&outline(&square(5.0, 5.0, 3.0))), 8.0);
        assert!(Outline::of(1, false, &MultiPolygon(Vec::new())).is_none());
    }

    /// A star around a centre: any corners, no crossing.
    fn star(corners: std::ops::Range<usize>) -> impl Strategy<Value = MultiPolygon<f64>> {
        let corner = prop::collection::vec(2.0..40.0_f64, corners);
        (corner, 0.0..60.0_f64, 0.0..60.0_f64, 0.0..360.0_f64).prop_map(|(radii, x, y, turn)| {
            let step = std::f64::consts::TAU / radii.len() as f64;
            let ring: Vec<(f64, f64)> = radii
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    (620_000.0 + x + r * (step * i as f64).cos(), 230_000.0 + y + r * (step * i as f64).sin())
                })
                .collect();
            let star = geo::Polygon::new(LineString::from(ring), Vec::new());
            MultiPolygon::from(star.rotate_around_centroid(turn))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        /// `geo` cuts areas by another method and on a grid.
        #[test]
        fn shared_areas_are_those_of_another_method(a in star(3..40), b in star(3..90)) {
            let expected = a.intersection(&b).unsigned_area();
            let (one, other) = (outline(&a), outline(&b));
            prop_assert!((one.area_m2 - a.unsigned_area()).abs() < 1e-6);
            prop_assert!((one.shared_m2(&other) - expected).abs() < 1e-4, "{} {expected}", one.shared_m2(&other));
            prop_assert!((one.shared_m2(&other) - other.shared_m2(&one)).abs() < 1e-7);
            let apart = a.difference(&b);
            let apart_m2 = one.shared_m2(&outline(&b)) + Geometry::from(apart).unsigned_area();
            prop_assert!((apart_m2 - one.area_m2).abs() < 1e-3);
        }
    }
}
