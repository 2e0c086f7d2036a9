//! Distances between outlines, and the nearest of many: exact, and only where it is near enough to matter.

use geo::{Coord, Geometry, LineString, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

/// Rings or lines, and whether they enclose ground.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outline {
    lines: Vec<Vec<Coord<f64>>>,
    area: bool,
    low: [f64; 2],
    high: [f64; 2],
}

impl Outline {
    fn new(lines: Vec<Vec<Coord<f64>>>, area: bool) -> Option<Self> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for at in lines.iter().flatten() {
            low = [low[0].min(at.x), low[1].min(at.y)];
            high = [high[0].max(at.x), high[1].max(at.y)];
        }
        (low[0] <= high[0] && low[1] <= high[1]).then_some(Self { lines, area, low, high })
    }

    /// Of ground; `None` where it is empty.
    pub(super) fn of_area(area: &MultiPolygon<f64>) -> Option<Self> {
        let rings = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        Self::new(rings.map(|ring| ring.0.clone()).collect(), true)
    }

    /// Of lines.
    pub(super) fn of_lines<'l>(lines: impl IntoIterator<Item = &'l LineString<f64>>) -> Option<Self> {
        Self::new(lines.into_iter().map(|line| line.0.clone()).collect(), false)
    }

    /// Of a place.
    pub(super) fn of_place(at: Coord<f64>) -> Option<Self> {
        Self::new(vec![vec![at]], false)
    }

    /// Of any geometry that a record can have.
    pub(super) fn of(geometry: &Geometry<f64>) -> Option<Self> {
        match geometry {
            Geometry::Point(point) => Self::of_place(point.0),
            Geometry::MultiPoint(points) => Self::new(points.iter().map(|point| vec![point.0]).collect(), false),
            Geometry::Line(line) => Self::new(vec![vec![line.start, line.end]], false),
            Geometry::LineString(line) => Self::of_lines([line]),
            Geometry::MultiLineString(lines) => Self::of_lines(lines),
            Geometry::Polygon(polygon) => Self::of_area(&MultiPolygon(vec![polygon.clone()])),
            Geometry::MultiPolygon(area) => Self::of_area(area),
            Geometry::Rect(rect) => Self::of_area(&MultiPolygon(vec![rect.to_polygon()])),
            Geometry::Triangle(triangle) => Self::of_area(&MultiPolygon(vec![triangle.to_polygon()])),
            Geometry::GeometryCollection(_) => None,
        }
    }

    pub(super) fn envelope(&self, reach: f64) -> AABB<[f64; 2]> {
        AABB::from_corners([self.low[0] - reach, self.low[1] - reach], [self.high[0] + reach, self.high[1] + reach])
    }

    /// Its corners.
    pub(super) fn corners(&self) -> impl Iterator<Item = Coord<f64>> {
        self.lines.iter().flatten().copied()
    }

    /// Middle of its box.
    pub(super) fn middle(&self) -> Coord<f64> {
        Coord { x: f64::midpoint(self.low[0], self.high[0]), y: f64::midpoint(self.low[1], self.high[1]) }
    }

    fn half_diagonal(&self) -> f64 {
        (self.high[0] - self.low[0]).hypot(self.high[1] - self.low[1]) / 2.0
    }

    fn segments(&self) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> {
        self.lines.iter().flat_map(|line| {
            let only = (line.len() == 1).then(|| (line[0], line[0]));
            line.windows(2).map(|pair| (pair[0], pair[1])).chain(only)
        })
    }

    /// Whether a place is on the ground that it encloses: the even-odd rule, so that holes are none of it.
    fn holds(&self, at: Coord<f64>) -> bool {
        if !self.area {
            return false;
        }
        let mut inside = false;
        for (a, b) in self.segments() {
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x {
                inside = !inside;
            }
        }
        inside
    }

    /// Shortest way between two, m; 0 where they meet or one lies within the other.
    pub(super) fn distance_m(&self, other: &Self) -> f64 {
        let inside = |one: &Self, of: &Self| one.lines.iter().any(|line| line.first().is_some_and(|at| of.holds(*at)));
        if inside(self, other) || inside(other, self) {
            return 0.0;
        }
        let mut least = f64::INFINITY;
        for (a, b) in self.segments() {
            for (c, d) in other.segments() {
                least = least.min(between(a, b, c, d));
            }
        }
        least.sqrt()
    }
}

/// Squared distance between two segments.
fn between(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> f64 {
    let cross = |o: Coord<f64>, p: Coord<f64>, q: Coord<f64>| (p.x - o.x) * (q.y - o.y) - (p.y - o.y) * (q.x - o.x);
    let (c1, c2, c3, c4) = (cross(a, b, c), cross(a, b, d), cross(c, d, a), cross(c, d, b));
    if c1 * c2 < 0.0 && c3 * c4 < 0.0 {
        return 0.0;
    }
    place_to(c, a, b).min(place_to(d, a, b)).min(place_to(a, c, d)).min(place_to(b, c, d))
}

/// Squared distance from a place to a segment.
fn place_to(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (way, edge) = (at - a, b - a);
    let length = edge.x * edge.x + edge.y * edge.y;
    let t = if length > 0.0 { ((way.x * edge.x + way.y * edge.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    let off = way - edge * t;
    off.x * off.x + off.y * off.y
}

/// Boundaries nearer than this are one, m: what surveys of the same corner differ by.
const TOUCH_M: f64 = 0.01;

/// Length of the boundary that two have in common, m.
pub(super) fn shared_m(one: &Outline, other: &Outline) -> f64 {
    let mut sum = 0.0;
    for (a, b) in one.segments() {
        let edge = b - a;
        let length = edge.x.hypot(edge.y);
        if length <= TOUCH_M {
            continue;
        }
        let along = |at: Coord<f64>| ((at.x - a.x) * edge.x + (at.y - a.y) * edge.y) / length;
        let aside = |at: Coord<f64>| ((at.x - a.x) * edge.y - (at.y - a.y) * edge.x).abs() / length;
        for (c, d) in other.segments() {
            if aside(c) > TOUCH_M || aside(d) > TOUCH_M {
                continue;
            }
            let (from, to) = (along(c).min(along(d)).max(0.0), along(c).max(along(d)).min(length));
            sum += (to - from).max(0.0);
        }
    }
    sum
}

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// Outlines of one kind, to be asked for the nearest.
#[derive(Debug)]
pub(super) struct Shapes {
    tree: RTree<Entry>,
    outlines: Vec<Outline>,
    /// Position of each in the snapshot's vector.
    slots: Vec<u32>,
}

impl Shapes {
    pub(super) fn of(outlines: impl IntoIterator<Item = (usize, Option<Outline>)>) -> Self {
        let (mut kept, mut slots) = (Vec::new(), Vec::new());
        for (slot, outline) in outlines {
            if let Some(outline) = outline {
                kept.push(outline);
                slots.push(slot as u32);
            }
        }
        let entry = |(at, one): (usize, &Outline)| Entry::new(Rectangle::from_corners(one.low, one.high), at as u32);
        let tree = RTree::bulk_load(kept.iter().enumerate().map(entry).collect());
        Self { tree, outlines: kept, slots }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.outlines.is_empty()
    }

    /// The nearest to an outline that is no farther than `reach_m`: distance, m, and position in the snapshot.
    pub(super) fn nearest(&self, to: &Outline, reach_m: f64) -> Option<(f64, u32)> {
        let mut best: Option<(f64, u32)> = None;
        let mut look = |at: u32| {
            let distance = self.outlines[at as usize].distance_m(to);
            let slot = self.slots[at as usize];
            let closer = best.is_none_or(|(least, which)| distance < least || (distance == least && slot < which));
            if distance <= reach_m && closer {
                best = Some((distance, slot));
            }
        };
        if reach_m.is_finite() {
            for entry in self.tree.locate_in_envelope_intersecting(&to.envelope(reach_m)) {
                look(entry.data);
            }
            return best;
        }
        // From the middle outwards, until nothing farther can be nearer.
        let (middle, half) = (to.middle(), to.half_diagonal());
        for (entry, squared) in self.tree.nearest_neighbor_iter_with_distance_2(&[middle.x, middle.y]) {
            if best.is_some_and(|(least, _)| squared.sqrt() - half > least) {
                break;
            }
            let distance = self.outlines[entry.data as usize].distance_m(to);
            let slot = self.slots[entry.data as usize];
            if best.is_none_or(|(least, which)| distance < least || (distance == least && slot < which)) {
                best = Some((distance, slot));
            }
        }
        best
    }

    /// Positions of all no farther than `reach_m`.
    pub(super) fn within(&self, of: &Outline, reach_m: f64) -> Vec<u32> {
        let near = self.tree.locate_in_envelope_intersecting(&of.envelope(reach_m));
        let mut slots: Vec<u32> = near
            .filter(|entry| self.outlines[entry.data as usize].distance_m(of) <= reach_m)
            .map(|entry| self.slots[entry.data as usize])
            .collect();
        slots.sort_unstable();
        slots
    }
}

#[cfg(test)]
mod tests {
    use geo::{Distance, Euclidean, Rect, coord};
    use proptest::prelude::*;

    use super::*;

    fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
        MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()])
    }

    fn outline(area: &MultiPolygon<f64>) -> Outline {
        Outline::of_area(area).unwrap()
    }

    #[test]
    fn a_corner_is_no_common_boundary() {
        let shared = |a, b| shared_m(&outline(&a), &outline(&b));
        assert!((shared(block(0.0, 0.0, 50.0, 100.0), block(50.004, 20.0, 50.0, 50.0)) - 50.0).abs() < 1e-9);
        assert_eq!(shared(block(0.0, 0.0, 50.0, 100.0), block(50.0, 100.0, 50.0, 50.0)), 0.0);
        assert_eq!(shared(block(0.0, 0.0, 50.0, 100.0), block(50.02, 0.0, 50.0, 50.0)), 0.0);
    }

    proptest! {
        #[test]
        fn distances_are_those_of_geo_and_the_nearest_is_the_nearest(
            boxes in prop::collection::vec((0.0_f64..500.0, 0.0_f64..500.0, 1.0_f64..80.0, 1.0_f64..80.0), 1..30),
            x in 0.0_f64..500.0, y in 0.0_f64..500.0, w in 1.0_f64..90.0, h in 1.0_f64..90.0, reach in 0.0_f64..200.0,
        ) {
            let areas: Vec<MultiPolygon<f64>> = boxes.iter().map(|(x, y, w, h)| block(*x, *y, *w, *h)).collect();
            let shapes = Shapes::of(areas.iter().map(Outline::of_area).enumerate());
            let mine = block(x, y, w, h);
            let true_m: Vec<f64> = areas.iter().map(|area| Euclidean.distance(area, &mine)).collect();
            for (area, wanted) in areas.iter().zip(&true_m) {
                prop_assert!((outline(area).distance_m(&outline(&mine)) - wanted).abs() < 1e-9);
            }
            let least = true_m.iter().copied().fold(f64::INFINITY, f64::min);
            let found = shapes.nearest(&outline(&mine), f64::INFINITY).unwrap();
            prop_assert!((found.0 - least).abs() < 1e-9);
            let near = shapes.nearest(&outline(&mine), reach);
            prop_assert_eq!(near.is_some(), least <= reach);
            prop_assert_eq!(near.map_or(least, |near| near.0), if near.is_some() { found.0 } else { least });
            prop_assert_eq!(shapes.within(&outline(&mine), reach).len(), true_m.iter().filter(|m| **m <= reach).count());
        }
    }
}
