//! A way from the road to a place on the land, as wide as a lane: looked for in squares whose middles are so far from walls that
//! the way between two of them is free. What is found is there; what is not found may be.

use std::collections::HashSet;

use geo::Coord;

use super::disc::{Area, Disc, FreeGround, apart_m, on_edge};

/// Squares of the ground each way, at most.
const MOST_SQUARES: f64 = 300.0;

/// A square by its column and row.
pub(super) type Square = (i64, i64);

/// Squares over land.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    low: Coord<f64>,
    pub(super) step_m: f64,
    columns: i64,
    rows: i64,
}

impl Grid {
    pub(super) fn over(land: &Area) -> Option<Self> {
        let (low, high) = land.bounds()?;
        let (wide, tall) = (high.x - low.x, high.y - low.y);
        let step_m = (wide.max(tall) / MOST_SQUARES).max(1.0);
        let of = |length: f64| (length / step_m).ceil() as i64;
        step_m.is_finite().then(|| Self { low, step_m, columns: of(wide), rows: of(tall) })
    }

    /// The square that holds a place.
    pub(super) fn square(&self, at: Coord<f64>) -> Square {
        let of = |from: f64, to: f64| ((to - from) / self.step_m).floor() as i64;
        (of(self.low.x, at.x), of(self.low.y, at.y))
    }

    fn middle(&self, (column, row): Square) -> Coord<f64> {
        let of = |from: f64, count: i64| from + (count as f64 + 0.5) * self.step_m;
        Coord { x: of(self.low.x, column), y: of(self.low.y, row) }
    }
}

/// Roads that trucks come by, as far as they are near to the land.
#[derive(Debug, Clone)]
pub(super) struct Roads {
    pub(super) lines: Vec<Vec<Coord<f64>>>,
    /// How near a boundary has to be to a centre line, m.
    pub(super) within_m: f64,
}

impl Roads {
    fn reach(&self, at: Coord<f64>) -> bool {
        self.lines.iter().any(|line| nearest_m(at, line) <= self.within_m)
    }
}

fn nearest_m(at: Coord<f64>, line: &[Coord<f64>]) -> f64 {
    line.windows(2).map(|pair| apart_m(at, on_edge(at, pair[0], pair[1]))).fold(f64::INFINITY, f64::min)
}

/// Whether a way leads from a road to a disc; and if not, the squares that are joined to the disc.
pub(super) fn way(
    ground: &FreeGround,
    grid: &Grid,
    disc: &Disc,
    roads: &Roads,
    lane_m: f64,
) -> Result<(), HashSet<Square>> {
    let half_m = lane_m / 2.0;
    // Between two middles no wall is nearer than this less half a step.
    let clear_m = half_m + grid.step_m / 2.0;
    let start = grid.square(disc.centre);
    let mut seen: HashSet<Square> = HashSet::from([start]);
    let mut joined = seen.clone();
    let mut open = vec![start];
    while let Some(square) = open.pop() {
        let (column, row) = square;
        if column < 0 || row < 0 || column >= grid.columns || row >= grid.rows {
            continue;
        }
        let at = grid.middle(square);
        let (edge_m, walls_m) = (ground.land.within_m(at), ground.to_walls_m(at));
        if edge_m.min(walls_m) < clear_m {
            continue;
        }
        joined.insert(square);
        // Near the boundary, with a road behind it, and no wall beside the way across.
        if edge_m <= clear_m + grid.step_m * 1.5
            && walls_m >= edge_m + half_m
            && ground.land.nearest(at).is_some_and(|gate| roads.reach(gate))
        {
            return Ok(());
        }
        for next in [(column - 1, row), (column + 1, row), (column, row - 1), (column, row + 1)] {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    Err(joined)
}

#[cfg(test)]
mod tests {
    use geo::{Polygon, Rect, coord};

    use super::*;

    fn block(x: f64, y: f64, w: f64, h: f64) -> Polygon<f64> {
        Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()
    }

    /// Land of 100 m by 100 m with a road along its south, and a hall.
    fn found(hall: &Polygon<f64>, centre: (f64, f64)) -> bool {
        let ground = FreeGround {
            land: Area::of([&block(0.0, 0.0, 100.0, 100.0)]),
            walls: vec![Area::of([hall])],
            from_land_m: 0.5,
            from_walls_m: 0.5,
        };
        let grid = Grid::over(&ground.land).unwrap();
        let disc = Disc { centre: centre.into(), radius_m: 12.5 };
        let roads =
            Roads { lines: vec![vec![coord! { x: -50.0, y: -8.0 }, coord! { x: 150.0, y: -8.0 }]], within_m: 30.0 };
        way(&ground, &grid, &disc, &roads, 4.0).is_ok()
    }

    #[test]
    fn a_hall_across_the_land_shuts_off_what_lies_behind_it() {
        assert!(found(&block(10.0, 40.0, 80.0, 20.0), (50.0, 80.0)), "ten metres beside it are enough");
        assert!(found(&block(6.0, 40.0, 94.0, 20.0), (50.0, 80.0)));
        assert!(!found(&block(3.0, 40.0, 94.0, 20.0), (50.0, 80.0)), "three metres are no lane");
        assert!(found(&block(3.0, 40.0, 94.0, 20.0), (50.0, 20.0)), "before the hall");
        assert!(!found(&block(0.0, 0.0, 100.0, 20.0), (50.0, 60.0)), "a wall along the road");
    }
}
