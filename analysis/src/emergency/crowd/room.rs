//! A room: walls as lines, exits as gaps between them, zones of slower walking.

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
    low: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<u32>>,
}

impl Walls {
    /// Lines, to be found from anywhere nearer than `near_m`.
    pub(super) fn new(lines: Vec<Line>, (low, high): ([f64; 2], [f64; 2]), near_m: f64) -> Self {
        let cell_m = near_m.max(1.0);
        let count = |axis: usize| (((high[axis] - low[axis]) / cell_m).ceil() as usize).max(1);
        let (columns, rows) = (count(0), count(1));
        let mut cells = vec![Vec::new(); columns * rows];
        for (k, line) in lines.iter().enumerate() {
            let index = |value: f64, axis: usize, count: usize| {
                (((value - low[axis]) / cell_m).floor().max(0.0) as usize).min(count - 1)
            };
            let span = |axis: usize, count: usize| {
                let (a, b) = (line[0][axis].min(line[1][axis]), line[0][axis].max(line[1][axis]));
                index(a - near_m, axis, count)..=index(b + near_m, axis, count)
            };
            for row in span(1, rows) {
                for column in span(0, columns) {
                    let corner = [low[0] + column as f64 * cell_m, low[1] + row as f64 * cell_m];
                    let middle = [corner[0] + 0.5 * cell_m, corner[1] + 0.5 * cell_m];
                    let near = nearest_on(line, middle);
                    let reach = near_m + cell_m * std::f64::consts::FRAC_1_SQRT_2;
                    if (near[0] - middle[0]).hypot(near[1] - middle[1]) <= reach {
                        cells[row * columns + column].push(k as u32);
                    }
                }
            }
        }
        Self { lines, low, cell_m, columns, rows, cells }
    }

    /// Indices of the lines near a place.
    pub(super) fn near(&self, p: [f64; 2]) -> &[u32] {
        let index = |axis: usize, count: usize| {
            (((p[axis] - self.low[axis]) / self.cell_m).floor().max(0.0) as usize).min(count - 1)
        };
        &self.cells[index(1, self.rows) * self.columns + index(0, self.columns)]
    }

    /// True where a wall near `p` lies between two places.
    pub(super) fn between(&self, p: [f64; 2], q: [f64; 2]) -> bool {
        self.near(p).iter().any(|&k| crosses(p, q, &self.lines[k as usize]))
    }
}
