//! Where holes between areas may be: an outline that a neighbour shares is no border of the ground they cover.
//!
//! What is left of all borders after those cancel is little: the rim, and the sides of holes. Its union tells where to
//! look; the server then looks there.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use foldhash::fast::RandomState;
use geo::bool_ops::{FillRule, OpType};
use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::outline::{Bounds, rings, twice_signed_area};
use super::sweep::merged;
use crate::store::{StoreError, diff};

/// Slits of this width are closed, m: whether corners on a neighbour's side touch it is a matter of rounding.
const SLIT_M: f64 = 0.002;
/// The union works on a grid of 2³⁰ steps; slits are a hundred of them at least.
const GRID: f64 = 1e-7;

/// An edge by the bits of its ends, the lesser end first.
type EdgeKey = [u64; 4];

/// Edges of areas of which no neighbour has the same the other way round.
#[derive(Default)]
pub(super) struct Borders {
    /// How many more areas lie to the left of it, seen from its lesser end, than to the right.
    edges: HashMap<EdgeKey, i32, RandomState>,
}

impl Borders {
    /// Puts an area in.
    pub(super) fn add(&mut self, area: &MultiPolygon<f64>) {
        for (ring, factor) in rings(area) {
            for line in ring.lines() {
                self.edge(line.start, line.end, factor as i32);
            }
        }
    }

    fn edge(&mut self, from: Coord<f64>, to: Coord<f64>, areas: i32) {
        if from == to {
            return;
        }
        let along = (from.x, from.y) < (to.x, to.y);
        let (a, b, areas) = if along { (from, to, areas) } else { (to, from, -areas) };
        // Adding 0 makes −0 the same as 0.
        let key = [a.x, a.y, b.x, b.y].map(|v| (v + 0.0).to_bits());
        let left = self.edges.entry(key).or_insert(0);
        *left += areas;
        if *left == 0 {
            self.edges.remove(&key);
        }
    }

    /// The edges that are left, each with an area on its left, put together to closed ways.
    fn ways(&self) -> Vec<LineString<f64>> {
        let mut leaving: HashMap<[u64; 2], Vec<[u64; 2]>, RandomState> = HashMap::default();
        for ([ax, ay, bx, by], areas) in &self.edges {
            let (from, to) = if *areas > 0 { ([*ax, *ay], [*bx, *by]) } else { ([*bx, *by], [*ax, *ay]) };
            let ends = leaving.entry(from).or_default();
            (0..areas.unsigned_abs()).for_each(|_| ends.push(to));
        }
        let place = |[x, y]: [u64; 2]| Coord { x: f64::from_bits(x), y: f64::from_bits(y) };
        let starts: Vec<[u64; 2]> = leaving.keys().copied().collect();
        let mut ways = Vec::new();
        for start in starts {
            // As many ways lead to a corner as away from it, so that a way ends only where it began.
            while let Some(mut at) = leaving.get_mut(&start).and_then(Vec::pop) {
                let mut way = vec![place(start), place(at)];
                while at != start {
                    let Some(next) = leaving.get_mut(&at).and_then(Vec::pop) else { break };
                    way.push(place(next));
                    at = next;
                }
                ways.push(LineString(way));
            }
        }
        ways
    }

    /// Boxes that hold every hole of the union whose width at the widest is at most `max_width_m` and whose area is at
    /// least `min_area_m2`; they may hold other holes, or none.
    pub(super) fn holes(
        &self,
        max_width_m: f64,
        min_area_m2: f64,
        cancel: Option<&AtomicBool>,
    ) -> Result<Vec<Bounds>, StoreError> {
        let mut boxes = Vec::new();
        for group in groups(self.ways()).chunks(256) {
            diff::check(cancel)?;
            boxes.par_extend(group.par_iter().flat_map_iter(|ways| narrow_holes(ways, max_width_m)));
        }
        // A hole with a slit in it came in parts.
        Ok(merged(boxes).into_iter().filter(|(_, most_m2)| *most_m2 >= min_area_m2).map(|(bounds, _)| bounds).collect())
    }
}

fn bounds_of(way: &LineString<f64>, beyond: f64) -> Bounds {
    let least = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let [west, south, east, north] =
        way.0.iter().fold(least, |b, at| [b[0].min(at.x), b[1].min(at.y), b[2].max(at.x), b[3].max(at.y)]);
    [west - beyond, south - beyond, east + beyond, north + beyond]
}

/// Ways that may touch, together: what lies apart can make no hole together.
fn groups(ways: Vec<LineString<f64>>) -> Vec<Vec<LineString<f64>>> {
    let boxes: Vec<(Bounds, f64)> = merged(ways.iter().map(|way| (bounds_of(way, SLIT_M), 1.0)).collect());
    let mut groups: Vec<Vec<LineString<f64>>> = vec![Vec::new(); boxes.len()];
    // Every way lies in one box, and the boxes do not touch: sorted by their western end, its box is among those before.
    let mut order: Vec<(Bounds, usize)> = boxes.iter().enumerate().map(|(at, (bounds, _))| (*bounds, at)).collect();
    order.sort_unstable_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]));
    let mut ways: Vec<(Bounds, LineString<f64>)> = ways.into_iter().map(|way| (bounds_of(&way, 0.0), way)).collect();
    ways.sort_unstable_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]));
    let mut open: Vec<(Bounds, usize)> = Vec::new();
    let mut order = order.into_iter().peekable();
    for ([west, south, ..], way) in ways {
        while let Some(next) = order.next_if(|(bounds, _)| bounds[0] <= west) {
            open.push(next);
        }
        open.retain(|(bounds, _)| bounds[2] >= west);
        if let Some((_, at)) = open.iter().find(|(bounds, _)| bounds[1] <= south && bounds[3] >= south) {
            groups[*at].push(way);
        }
    }
    groups
}

/// Boxes around the holes of a union that are not certainly too wide, each with the most area that it can have, m².
fn narrow_holes(ways: &[LineString<f64>], max_width_m: f64) -> Vec<(Bounds, f64)> {
    let all = ways.iter().map(|way| bounds_of(way, 0.0));
    let [west, south, east, north] =
        all.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]).unwrap_or_default();
    let slit = SLIT_M.max(GRID * (east - west).max(north - south));
    // Two borders are nearest to each other at a corner: a small square there closes every slit.
    let squares = ways.iter().flat_map(|way| &way.0[1..]).map(|at| {
        let corner = |dx: f64, dy: f64| Coord { x: at.x + dx * slit, y: at.y + dy * slit };
        LineString(vec![corner(-1., -1.), corner(1., -1.), corner(1., 1.), corner(-1., 1.), corner(-1., -1.)])
    });
    let alone = |ring: LineString<f64>| Polygon::new(ring, Vec::new());
    let covered = MultiPolygon(ways.iter().cloned().chain(squares).map(alone).collect());
    let covered = covered.boolean_op_with_fill_rule(&MultiPolygon(Vec::new()), OpType::Union, FillRule::NonZero);
    let holes = covered.0.iter().flat_map(Polygon::interiors);
    holes
        .filter_map(|hole| {
            let area_m2 = 0.5 * twice_signed_area(hole).abs();
            let around_m: f64 =
                hole.lines().map(|line| (line.end.x - line.start.x).hypot(line.end.y - line.start.y)).sum();
            // A circle of area / perimeter fits into any area: it is at least this wide.
            let width_m = 2.0 * area_m2 / around_m.max(f64::MIN_POSITIVE);
            (width_m <= max_width_m).then(|| (bounds_of(hole, 4.0 * slit), area_m2 + 2.0 * slit * around_m))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use geo::{polygon, wkt};

    use super::*;

    fn boxes(areas: Vec<Polygon<f64>>) -> Vec<Bounds> {
        let mut borders = Borders::default();
        for area in areas {
            borders.add(&MultiPolygon::from(area));
        }
        borders.holes(2.0, 0.5, None).unwrap()
    }

    /// Two parcels, one with a bend in the side between them: their union is two areas and has no hole.
    #[test]
    fn ground_between_two_that_touch_at_both_ends_is_seen() {
        let found = boxes(vec![
            wkt!(POLYGON((947.188 24.505,949.033 34.153,954.254 47.885,927.31 60.553,917.239 39.918,947.188 24.505))),
            wkt!(POLYGON((974.086 13.947,984.87 33.986,954.254 47.885,947.188 24.505,974.086 13.947))),
        ]);
        let [[west, south, east, north]] = found[..] else { panic!("{found:?}") };
        assert!(west < 947.188 && south < 24.505 && east > 954.254 && north > 47.885, "{found:?}");
    }

    #[test]
    fn borders_that_neighbours_share_are_none() {
        let mut borders = Borders::default();
        let square =
            |x: f64, y: f64| polygon![(x: x, y: y), (x: x + 9.0, y: y), (x: x + 9.0, y: y + 9.0), (x: x, y: y + 9.0)];
        for (x, y) in [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0), (9.0, 9.0)] {
            borders.add(&MultiPolygon::from(square(x, y)));
        }
        assert_eq!(borders.edges.len(), 8, "the rim");
        assert_eq!(borders.ways().iter().map(|way| way.0.len() - 1).sum::<usize>(), 8);
        assert!(borders.holes(2.0, 0.5, None).unwrap().is_empty());
    }

    #[test]
    fn wide_holes_and_streets_are_left_out() {
        let strip = |x0: f64, y0: f64, x1: f64, y1: f64| {
            geo::Rect::new(Coord { x: x0, y: y0 }, Coord { x: x1, y: y1 }).to_polygon()
        };
        let around = |x: f64, hole: f64| {
            let (low, high) = (20.0, 20.0 + hole);
            vec![
                strip(x, 0.0, x + 60.0, low),
                strip(x, high, x + 60.0, 60.0),
                strip(x, low, x + 20.0, high),
                // The corner lies off the neighbour's side by half a millimetre: open or closed is rounding.
                strip(x + 40.0, low + 0.0005, x + 60.0, high),
            ]
        };
        assert_eq!(boxes(around(0.0, 1.0)).len(), 1);
        assert_eq!(boxes(around(0.0, 9.0)).len(), 0, "a yard of 20 × 9 m");
        // Two rows of plots with a street of 1.5 m that is open at its ends.
        let street = vec![strip(0.0, 0.0, 90.0, 20.0), strip(0.0, 21.5, 90.0, 40.0)];
        assert_eq!(boxes(street).len(), 0);
        assert_eq!(boxes([around(0.0, 1.0), around(200.0, 1.5)].concat()).len(), 2);
    }
}
