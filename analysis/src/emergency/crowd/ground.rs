//! Ground that people can be on, cell by cell, and how dense they are there.
//!
//! Source of the local density: Helbing, Johansson and Al-Abideen (2007), The dynamics of crowd disasters, Phys. Rev. E 75, 046109:
//! everyone counts by a Gaussian of a metre. By walls it is taken over the ground that there is in sight, and not over what lies behind.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use geo::{LineString, MultiPolygon};

use super::CrowdError;
use super::room::Walls;
use crate::emergency::evacuation::EvacuationRules;
use crate::words::Words;

/// Side of a cell, m.
pub(super) const CELL_M: f64 = 0.5;
/// Radius of the Gaussian, m, and where it is cut off.
const RADIUS_M: f64 = 1.0;
pub(super) const CUT_M: f64 = 2.0;
/// Ground in sight is taken for no less than this share of a metre's circle: in a niche nobody is a crowd.
const LEAST_SHARE: f64 = 0.25;
/// Most cells.
const MOST: usize = 4_000_000;

/// Levels of service of walkways, and from which density on a place is congested.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Densities from which on the levels B to F hold, persons/m².
    pub from_1_m2: [f64; 5],
    /// A place is congested from this density on, persons/m².
    pub congested_1_m2: f64,
    /// Congestion counts from this share of the time until all are out.
    pub congested_share: f64,
    /// Where the levels are from.
    pub source: Words,
    /// Where the limit of congestion is from.
    pub congested_source: Words,
}

impl Levels {
    /// Those of a table.
    pub fn of(rules: &EvacuationRules) -> Self {
        let figure = |name: &str| rules.figure("crowd", name);
        Self {
            from_1_m2: ["los_b", "los_c", "los_d", "los_e", "los_f"].map(|name| figure(name).value),
            congested_1_m2: figure("congested_1_m2").value,
            congested_share: figure("congested_share").value,
            source: figure("los_f").citation(),
            congested_source: figure("congested_1_m2").citation(),
        }
    }

    /// The level of a density, 0 (A) to 5 (F).
    pub fn level(&self, density_1_m2: f64) -> usize {
        self.from_1_m2.iter().filter(|from| density_1_m2 >= **from).count()
    }

    /// Its letter.
    pub fn letter(&self, density_1_m2: f64) -> &'static str {
        ["A", "B", "C", "D", "E", "F"][self.level(density_1_m2)]
    }
}

/// What a cell of the ground has seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Its middle, m; it is half a metre wide.
    pub at_m: [f64; 2],
    /// Highest density, persons/m².
    pub most_1_m2: f64,
    /// When that was, s.
    pub at_s: f64,
    /// How long it was congested, s.
    pub congested_s: f64,
}

impl Cell {
    /// Side of a cell, m.
    pub const SIDE_M: f64 = CELL_M;
}

/// Column and row.
type Key = (i64, i64);

/// The ground.
pub(super) struct Ground {
    low: [f64; 2],
    pub(super) cells: Vec<Cell>,
    at: HashMap<Key, u32, FixedState>,
    /// Share of the Gaussian that lies on ground in sight.
    share: Vec<f64>,
    now: Vec<f64>,
}

fn weight(distance2: f64) -> f64 {
    (-distance2 / (RADIUS_M * RADIUS_M)).exp() / (std::f64::consts::PI * RADIUS_M * RADIUS_M)
}

impl Ground {
    /// The cells whose middles lie in an area.
    pub(super) fn of(area: &MultiPolygon<f64>, walls: &Walls) -> Result<Self, CrowdError> {
        let lines = || area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let mut low = [f64::INFINITY; 2];
        for at in lines().flat_map(LineString::coords) {
            low = [low[0].min(at.x), low[1].min(at.y)];
        }
        // Where the row through the middles of cells crosses the rings: between odd and even crossings is inside.
        let mut crossings: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for side in lines().flat_map(LineString::lines) {
            let (a, b) = if side.start.y <= side.end.y { (side.start, side.end) } else { (side.end, side.start) };
            let row = |y: f64| ((y - low[1]) / CELL_M - 0.5).ceil() as i64;
            for k in row(a.y)..row(b.y) {
                let y = low[1] + (k as f64 + 0.5) * CELL_M;
                crossings.entry(k).or_default().push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
            }
        }
        let mut ground = Self { low, cells: Vec::new(), at: HashMap::default(), share: Vec::new(), now: Vec::new() };
        for (row, mut places) in crossings {
            places.sort_by(f64::total_cmp);
            for pair in places.chunks_exact(2) {
                let column = |x: f64| ((x - low[0]) / CELL_M - 0.5).ceil() as i64;
                for k in column(pair[0])..column(pair[1]) {
                    let at_m = [low[0] + (k as f64 + 0.5) * CELL_M, low[1] + (row as f64 + 0.5) * CELL_M];
                    ground.at.insert((k, row), ground.cells.len() as u32);
                    ground.cells.push(Cell { at_m, most_1_m2: 0.0, at_s: 0.0, congested_s: 0.0 });
                }
                if ground.cells.len() > MOST {
                    return Err(CrowdError::TooLarge { nodes: ground.cells.len(), most: MOST });
                }
            }
        }
        if ground.cells.is_empty() {
            return Err(CrowdError::NoGround);
        }
        let share = |cell: &Cell| {
            let mut sum = 0.0;
            ground.about(walls, cell.at_m, |_, weight| sum += weight * CELL_M * CELL_M);
            sum.max(LEAST_SHARE)
        };
        let shares = ground.cells.iter().map(share).collect();
        ground.share = shares;
        ground.now = vec![0.0; ground.cells.len()];
        Ok(ground)
    }

    /// The cells in sight of a place with the weights that it has there.
    fn about(&self, walls: &Walls, p: [f64; 2], mut each: impl FnMut(usize, f64)) {
        let key = |axis: usize| ((p[axis] - self.low[axis]) / CELL_M).floor() as i64;
        let reach = (CUT_M / CELL_M).ceil() as i64;
        for row in key(1) - reach..=key(1) + reach {
            for column in key(0) - reach..=key(0) + reach {
                let Some(&cell) = self.at.get(&(column, row)) else { continue };
                let middle = self.cells[cell as usize].at_m;
                let distance2 = (middle[0] - p[0]).powi(2) + (middle[1] - p[1]).powi(2);
                if distance2 <= CUT_M * CUT_M && !walls.between(p, middle) {
                    each(cell as usize, weight(distance2));
                }
            }
        }
    }

    /// Takes in where people are at a moment that stands for so many seconds.
    pub(super) fn look(&mut self, walls: &Walls, people: &[[f64; 2]], at_s: f64, for_s: f64, congested_1_m2: f64) {
        let mut now = std::mem::take(&mut self.now);
        now.fill(0.0);
        for &person in people {
            self.about(walls, person, |cell, weight| now[cell] += weight);
        }
        for ((cell, sum), share) in self.cells.iter_mut().zip(&now).zip(&self.share) {
            let density = sum / share;
            if density > cell.most_1_m2 {
                (cell.most_1_m2, cell.at_s) = (density, at_s);
            }
            if density >= congested_1_m2 {
                cell.congested_s += for_s;
            }
        }
        self.now = now;
    }
}
