//! A room: walls as lines, exits as gaps between them, zones of slower walking.

use super::grid::Cells;

/// A line, m.
pub(super) type Line = [[f64; 2]; 2];

/// An exit: who crosses this line has left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// One post, m.
    pub from: [f64; 2],
    /// The other post, m.
    pub to: [f64; 2],
    /// Whether it is open; a closed one is a wall.
    pub open: bool,
}

/// A rectangle in which everyone walks slower, such as a stair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    /// South-west corner, m.
    pub low: [f64; 2],
    /// North-east corner, m.
    pub high: [f64; 2],
    /// Fastest speed in it, m/s.
    pub speed_m_s: f64,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Room {
    /// Walls, without the exits.
    pub walls: Vec<[[f64; 2]; 2]>,
    /// Exits.
    pub exits: Vec<Exit>,
    /// Zones.
    pub zones: Vec<Zone>,
}

impl Room {
    /// A room with straight walls along a ring of corners and gaps for the exits, which lie on those walls.
    pub fn from_ring(ring: &[[f64; 2]], exits: Vec<Exit>) -> Self {
        let mut walls = Vec::new();
        for (k, &a) in ring.iter().enumerate() {
            let b = ring[(k + 1) % ring.len()];
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let unit = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
            let share = |p: [f64; 2]| (p[0] - a[0]) * unit[0] + (p[1] - a[1]) * unit[1];
            let off = |p: [f64; 2]| ((p[0] - a[0]) * unit[1] - (p[1] - a[1]) * unit[0]).abs();
            let mut gaps: Vec<(f64, f64)> = exits
                .iter()
                .filter(|exit| off(exit.from) < 1e-6 && off(exit.to) < 1e-6)
                .map(|exit| (share(exit.from).min(share(exit.to)), share(exit.from).max(share(exit.to))))
                .filter(|gap| gap.0 > -1e-6 && gap.1 < length + 1e-6)
                .collect();
            gaps.sort_by(|x, y| x.0.total_cmp(&y.0));
            let at = |s: f64| [a[0] + unit[0] * s, a[1] + unit[1] * s];
            let mut from = 0.0;
            for (low, high) in gaps {
                if low > from + 1e-9 {
                    walls.push([at(from), at(low)]);
                }
                from = high;
            }
            if from < length - 1e-9 {
                walls.push([at(from), b]);
            }
        }
        Self { walls, exits, zones: Vec::new() }
    }

    /// Walls, with the exits that are closed.
    pub(super) fn solid(&self) -> Vec<Line> {
        let closed = self.exits.iter().filter(|exit| !exit.open).map(|exit| [exit.from, exit.to]);
        self.walls.iter().copied().chain(closed).collect()
    }

    /// Corners of the box about everything.
    pub(super) fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        let exits = self.exits.iter().flat_map(|exit| [exit.from, exit.to]);
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for point in self.walls.iter().flatten().copied().chain(exits) {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        (low, high)
    }
}

/// Twice the area of a triangle, positive counter-clockwise.
fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// True where two lines cross or touch.
pub(super) fn crosses(p: [f64; 2], q: [f64; 2], line: &Line) -> bool {
    let [a, b] = *line;
    let (d1, d2) = (turn(a, b, p), turn(a, b, q));
    let (d3, d4) = (turn(p, q, a), turn(p, q, b));
    (d1 <= 0.0) != (d2 <= 0.0) && (d3 <= 0.0) != (d4 <= 0.0)
}

/// The place on a line nearest to a point.
pub(super) fn nearest_on(line: &Line, p: [f64; 2]) -> [f64; 2] {
    let [a, b] = *line;
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length2 = dx * dx + dy * dy;
    if length2 == 0.0 {
        return a;
    }
    let share = (((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2).clamp(0.0, 1.0);
    [a[0] + share * dx, a[1] + share * dy]
}

/// Lines by the cells of a grid that they come near.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Walls {
    pub(super) lines: Vec<Line>,
    cells: Cells,
    by_cell: Vec<Vec<u32>>,
}

impl Walls {
    /// Lines, to be found from anywhere nearer than `near_m`.
    pub(super) fn new(lines: Vec<Line>, bounds: ([f64; 2], [f64; 2]), near_m: f64) -> Self {
        let cell_m = near_m.max(1.0);
        let cells = Cells::new(bounds, cell_m);
        let mut by_cell: Vec<Vec<u32>> = vec![Vec::new(); cells.count()];
        let reach_m = near_m + cell_m * std::f64::consts::FRAC_1_SQRT_2;
        for (k, line) in lines.iter().enumerate() {
            let span = |axis: usize, a: f64, b: f64| cells.index(a.min(b), axis)..=cells.index(a.max(b), axis);
            let around = |axis: usize| {
                let (a, b) = (line[0][axis].min(line[1][axis]), line[0][axis].max(line[1][axis]));
                span(axis, a - near_m, b + near_m)
            };
            let columns = around(0);
            for row in around(1) {
                let middle_y = cells.middle(0, row)[1];
                let Some([from, to]) = within_rows(line, middle_y - reach_m, middle_y + reach_m) else { continue };
                let here = span(0, from.min(to) - reach_m, from.max(to) + reach_m);
                for column in *here.start().max(columns.start())..=*here.end().min(columns.end()) {
                    let middle = cells.middle(column, row);
                    let near = nearest_on(line, middle);
                    let of_cell = &mut by_cell[cells.slot(column, row)];
                    let is_near = (near[0] - middle[0]).hypot(near[1] - middle[1]) <= reach_m;
                    if is_near && of_cell.last() != Some(&(k as u32)) {
                        of_cell.push(k as u32);
                    }
                }
            }
        }
        Self { lines, cells, by_cell }
    }

    /// Indices of the lines near a place, and of others.
    pub(super) fn near(&self, p: [f64; 2]) -> &[u32] {
        &self.by_cell[self.cells.at(p)]
    }

    /// How far the nearest line is, m; infinite where none is near.
    pub(super) fn gap_m(&self, p: [f64; 2]) -> f64 {
        let gap = |&k: &u32| {
            let foot = nearest_on(&self.lines[k as usize], p);
            (foot[0] - p[0]).hypot(foot[1] - p[1])
        };
        self.near(p).iter().map(gap).fold(f64::INFINITY, f64::min)
    }

    /// True where a wall near `p` lies between two places.
    pub(super) fn between(&self, p: [f64; 2], q: [f64; 2]) -> bool {
        self.near(p).iter().any(|&k| crosses(p, q, &self.lines[k as usize]))
    }
}

/// From where to where, east, the part of a line runs that lies between two norths.
fn within_rows([a, b]: &Line, low: f64, high: f64) -> Option<[f64; 2]> {
    let (from, to) = if a[1] <= b[1] { (a, b) } else { (b, a) };
    if from[1] > high || to[1] < low {
        return None;
    }
    let rise = to[1] - from[1];
    let at = |y: f64| {
        let share = if rise > 0.0 { ((y - from[1]) / rise).clamp(0.0, 1.0) } else { 0.0 };
        from[0] + share * (to[0] - from[0])
    };
    // A level line lies there as a whole.
    Some(if rise > 0.0 { [at(low), at(high)] } else { [from[0], to[0]] })
}
