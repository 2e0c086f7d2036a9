//! The largest disc in free ground, by branch and bound: how far a place is from every wall changes by no more than the way
//! that the place is moved, so that a square has no better place than its middle's plus half its diagonal.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::f64::consts::SQRT_2;

use geo::{Coord, Polygon};

/// Discs are found to within this, m.
pub(super) const TOLERANCE_M: f64 = 0.01;
/// Squares that are looked at, at most; what is not looked at bounds the answer all the same.
const MOST_SQUARES: usize = 400_000;
/// Squares that the ground is cut into at first each way, at most.
const MOST_FIRST: f64 = 200.0;

/// Rings that enclose ground.
#[derive(Debug, Clone)]
pub(super) struct Area {
    edges: Vec<(Coord<f64>, Coord<f64>)>,
}

impl Area {
    pub(super) fn of<'p>(polygons: impl IntoIterator<Item = &'p Polygon<f64>>) -> Self {
        let rings =
            polygons.into_iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        Self { edges: rings.flat_map(|ring| ring.0.windows(2).map(|pair| (pair[0], pair[1]))).collect() }
    }

    /// The nearest place of its rings.
    pub(super) fn nearest(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        let places = self.edges.iter().map(|(a, b)| on_edge(at, *a, *b));
        places.min_by(|a, b| squared(at, *a).total_cmp(&squared(at, *b)))
    }

    /// How far a place lies within, m; outside below 0, by how far. The even-odd rule, so that holes are outside.
    pub(super) fn within_m(&self, at: Coord<f64>) -> f64 {
        let (mut least, mut inside) = (f64::INFINITY, false);
        for (a, b) in &self.edges {
            least = least.min(squared(at, on_edge(at, *a, *b)));
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x {
                inside = !inside;
            }
        }
        if inside { least.sqrt() } else { -least.sqrt() }
    }

    /// The corners of its box; `None` without rings.
    pub(super) fn bounds(&self) -> Option<(Coord<f64>, Coord<f64>)> {
        let first = self.edges.first()?.0;
        let mut bounds = (first, first);
        for (at, _) in &self.edges {
            bounds.0 = Coord { x: bounds.0.x.min(at.x), y: bounds.0.y.min(at.y) };
            bounds.1 = Coord { x: bounds.1.x.max(at.x), y: bounds.1.y.max(at.y) };
        }
        Some(bounds)
    }
}

/// The place of an edge that is nearest to another.
pub(super) fn on_edge(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
    let (way, edge) = (at - a, b - a);
    let length = edge.x * edge.x + edge.y * edge.y;
    let t = if length > 0.0 { ((way.x * edge.x + way.y * edge.y) / length).clamp(0.0, 1.0) } else { 0.0 };
    a + edge * t
}

fn squared(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let off = b - a;
    off.x * off.x + off.y * off.y
}

/// Distance between two places, m.
pub(super) fn apart_m(a: Coord<f64>, b: Coord<f64>) -> f64 {
    squared(a, b).sqrt()
}

/// A disc.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Disc {
    pub(super) centre: Coord<f64>,
    pub(super) radius_m: f64,
}

/// Land with what stands on it.
#[derive(Debug, Clone)]
pub(super) struct FreeGround {
    pub(super) land: Area,
    /// One for each building: they may overlap.
    pub(super) walls: Vec<Area>,
    /// Kept free along the boundary, m.
    pub(super) from_land_m: f64,
    /// Kept free along walls, m.
    pub(super) from_walls_m: f64,
}

/// A square of ground.
struct Square {
    at: Coord<f64>,
    half_m: f64,
    /// No place in it has more room than that, m.
    most_m: f64,
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Square {}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> Ordering {
        self.most_m.total_cmp(&other.most_m)
    }
}

impl FreeGround {
    /// How far walls are, m; within one below 0.
    pub(super) fn to_walls_m(&self, at: Coord<f64>) -> f64 {
        self.walls.iter().map(|wall| -wall.within_m(at)).fold(f64::INFINITY, f64::min)
    }

    /// Radius of the largest disc about a place, m; below 0 where there is none.
    pub(super) fn room_m(&self, at: Coord<f64>) -> f64 {
        (self.land.within_m(at) - self.from_land_m).min(self.to_walls_m(at) - self.from_walls_m)
    }

    /// The largest disc with a radius above `least_m`, to within [`TOLERANCE_M`], and the radius that none exceeds. It is
    /// enough to find one of `enough_m`. Small squares about a `barred` place are left out.
    pub(super) fn largest(
        &self,
        least_m: f64,
        enough_m: f64,
        barred: &dyn Fn(Coord<f64>) -> Option<f64>,
    ) -> (Option<Disc>, f64) {
        let Some((low, high)) = self.land.bounds() else { return (None, least_m) };
        let (wide, tall) = (high.x - low.x, high.y - low.y);
        let side = wide.min(tall).max(wide.max(tall) / MOST_FIRST);
        if side <= 0.0 || !side.is_finite() {
            return (None, least_m);
        }
        let mut best: Option<Disc> = None;
        let mut open: BinaryHeap<Square> = BinaryHeap::new();
        let look = |at: Coord<f64>, half_m: f64, best: &mut Option<Disc>, open: &mut BinaryHeap<Square>| {
            let bar = barred(at);
            if bar.is_some_and(|reach_m| half_m <= reach_m) {
                return;
            }
            let room = self.room_m(at);
            if bar.is_none() && room > best.map_or(least_m, |disc| disc.radius_m) {
                *best = Some(Disc { centre: at, radius_m: room });
            }
            open.push(Square { at, half_m, most_m: room + half_m * SQRT_2 });
        };
        let half = side / 2.0;
        let (columns, rows) = ((wide / side).ceil() as usize, (tall / side).ceil() as usize);
        for column in 0..columns.max(1) {
            for row in 0..rows.max(1) {
                let at = Coord { x: low.x + side * column as f64 + half, y: low.y + side * row as f64 + half };
                look(at, half, &mut best, &mut open);
            }
        }
        let mut looked = open.len();
        while let Some(Square { at, half_m, most_m }) = open.pop() {
            let best_m = best.map_or(least_m, |disc| disc.radius_m);
            if most_m <= best_m + TOLERANCE_M || best_m >= enough_m || looked > MOST_SQUARES {
                return (best, most_m.max(best_m));
            }
            let half_m = half_m / 2.0;
            for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
                look(Coord { x: at.x + x * half_m, y: at.y + y * half_m }, half_m, &mut best, &mut open);
            }
            looked += 4;
        }
        (best, best.map_or(least_m, |disc| disc.radius_m))
    }
}

#[cfg(test)]
mod tests {
    use geo::{Contains, Distance, Euclidean, MultiPolygon, Point, Rect, coord};
    use proptest::prelude::*;

    use super::*;

    fn block(x: f64, y: f64, w: f64, h: f64) -> Polygon<f64> {
        let at = |x: f64, y: f64| coord! { x: 356_000.0 + x, y: 3_431_000.0 + y };
        Rect::new(at(x, y), at(x + w, y + h)).to_polygon()
    }

    fn ground(land: &[Polygon<f64>], walls: &[Polygon<f64>], margin_m: f64) -> FreeGround {
        FreeGround {
            land: Area::of(land),
            walls: walls.iter().map(|wall| Area::of([wall])).collect(),
            from_land_m: margin_m,
            from_walls_m: margin_m,
        }
    }

    fn largest(ground: &FreeGround) -> Disc {
        ground.largest(0.0, f64::INFINITY, &|_| None).0.unwrap()
    }

    #[test]
    fn discs_that_are_known_by_hand_are_found() {
        let land = [block(0.0, 0.0, 100.0, 100.0)];
        let whole = largest(&ground(&land, &[], 0.0));
        assert!((whole.radius_m - 50.0).abs() < 1e-6, "{whole:?}");
        // A hall over the west leaves a strip of 40 m.
        let strip = largest(&ground(&land, &[block(0.0, 0.0, 60.0, 100.0)], 0.0));
        assert!((strip.radius_m - 20.0).abs() <= TOLERANCE_M && strip.centre.x > 356_060.0, "{strip:?}");
        // A hall of 40 m in the middle: the disc lies in a corner, at the hall's own corner.
        let corner = largest(&ground(&land, &[block(30.0, 30.0, 40.0, 40.0)], 0.0));
        let wanted = 30.0 * 2.0_f64.sqrt() / (1.0 + 2.0_f64.sqrt());
        assert!((corner.radius_m - wanted).abs() <= TOLERANCE_M, "{} against {wanted}", corner.radius_m);
        let apart = largest(&ground(&land, &[block(0.0, 0.0, 60.0, 100.0)], 0.5));
        assert!((apart.radius_m - 19.5).abs() <= TOLERANCE_M);
        // Nothing is left.
        let small = [block(0.0, 0.0, 10.0, 10.0)];
        let (none, most_m) = ground(&small, &small, 0.0).largest(0.0, f64::INFINITY, &|_| None);
        assert!(none.is_none() && most_m <= TOLERANCE_M);
    }

    #[test]
    fn enough_is_enough_and_what_is_barred_is_left_out() {
        let land = [block(0.0, 0.0, 200.0, 60.0)];
        let ground = ground(&land, &[block(80.0, 0.0, 60.0, 60.0)], 0.0);
        let (found, most_m) = ground.largest(0.0, 12.5, &|_| None);
        assert!(found.unwrap().radius_m >= 12.5 && most_m >= 30.0 - 1e-9);
        // West of the hall there are 80 m, east of it 60 m.
        let west = |at: Coord<f64>| (at.x < 356_080.0).then_some(1.0);
        let (east, _) = ground.largest(0.0, f64::INFINITY, &west);
        let east = east.unwrap();
        assert!(east.centre.x > 356_140.0 && (east.radius_m - 30.0).abs() <= TOLERANCE_M, "{east:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_place_of_a_grid_has_more_room_and_the_disc_lies_on_free_ground(
            sides in (20.0_f64..90.0, 20.0_f64..90.0),
            halls in prop::collection::vec((-10.0_f64..80.0, -10.0_f64..80.0, 2.0_f64..50.0, 2.0_f64..50.0), 0..4),
            bite in (0.0_f64..0.5, 0.0_f64..0.5),
        ) {
            // A corner is bitten out of the land.
            let (w, h) = sides;
            let (bw, bh) = (w * bite.0, h * bite.1);
            let at = |x: f64, y: f64| coord! { x: 356_000.0 + x, y: 3_431_000.0 + y };
            let ring = vec![
                at(0.0, 0.0), at(w, 0.0), at(w, h - bh), at(w - bw, h - bh), at(w - bw, h), at(0.0, h), at(0.0, 0.0),
            ];
            let land = Polygon::new(geo::LineString(ring), Vec::new());
            let walls: Vec<Polygon<f64>> = halls.iter().map(|(x, y, w, h)| block(*x, *y, *w, *h)).collect();
            let ground = ground(std::slice::from_ref(&land), &walls, 0.0);
            let (found, most_m) = ground.largest(0.0, f64::INFINITY, &|_| None);
            // By other means, place by place.
            let all = MultiPolygon(walls.clone());
            let room = |at: Coord<f64>| {
                let place = Point::from(at);
                if !land.contains(&place) || all.iter().any(|wall| wall.contains(&place)) {
                    return 0.0;
                }
                let wall = all.iter().map(|wall| Euclidean.distance(&place, wall.exterior()));
                wall.fold(Euclidean.distance(&place, land.exterior()), f64::min)
            };
            let radius_m = found.map_or(0.0, |disc| disc.radius_m);
            prop_assert!(most_m >= radius_m && most_m <= radius_m + TOLERANCE_M + 1e-9);
            if let Some(disc) = found {
                prop_assert!((room(disc.centre) - disc.radius_m).abs() < 1e-6);
            }
            let mut best: f64 = 0.0;
            for column in 0..60 {
                for row in 0..60 {
                    let place = at(w * (f64::from(column) + 0.5) / 60.0, h * (f64::from(row) + 0.5) / 60.0);
                    best = best.max(room(place));
                }
            }
            prop_assert!(best <= most_m + 1e-6, "{} of a grid against {}", best, most_m);
            prop_assert!(best >= radius_m - (w / 60.0).hypot(h / 60.0) / 2.0 - 1e-6);
        }
    }
}
