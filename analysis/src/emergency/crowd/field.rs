//! Distance to the nearest open exit, and the way there, on the nodes of a grid that people can come to.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use foldhash::fast::FixedState;

use super::CrowdError;
use super::room::{Line, Room, Walls, nearest_on};

/// Most nodes that are held.
const MOST: usize = 20_000_000;
/// What is this near is on it, m.
const ON_M: f64 = 1e-6;
/// No node.
const NONE: u32 = u32::MAX;

/// Column and row.
type Node = (u32, u32);

/// Nodes beside each other in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    /// First column.
    from: u32,
    /// How many.
    count: u32,
    /// The first one's place among all.
    at: u32,
}

/// A field of distances. Only nodes that someone can come to are held: a long thin room takes as many as it has, and not those of the box
/// about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    low: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    runs: Vec<Run>,
    /// First run of each row.
    rows_at: Vec<u32>,
    /// Row by row from the west.
    nodes: Vec<Node>,
    distance_m: Vec<f64>,
    /// Unit vector of the way, per node; 0 where there is none.
    way: Vec<[f64; 2]>,
}

impl Field {
    /// The field of a room for people who stand at some places. Exits are taken in by `margin_m` at each post, so that people aim at the
    /// gap and not at the post. Close to walls, within `margin_m` and a little, a metre counts as five: the way keeps a body's width from
    /// corners and ends of walls.
    pub(super) fn new(
        room: &Room,
        walls: &Walls,
        cell_m: f64,
        margin_m: f64,
        people: &[[f64; 2]],
    ) -> Result<Self, CrowdError> {
        let exits: Vec<Line> = room.exits.iter().filter(|exit| exit.open).map(|exit| [exit.from, exit.to]).collect();
        if exits.is_empty() {
            return Err(CrowdError::NoExit);
        }
        let (low, high) = room.bounds();
        let low = [low[0] - cell_m, low[1] - cell_m];
        let count = |axis: usize| ((high[axis] + cell_m - low[axis]) / cell_m).ceil() + 1.0;
        if count(0).max(count(1)) >= f64::from(NONE) {
            return Err(CrowdError::TooLarge { nodes: usize::MAX, most: MOST });
        }
        let mut field = Self {
            low,
            cell_m,
            columns: count(0) as usize,
            rows: count(1) as usize,
            runs: Vec::new(),
            rows_at: Vec::new(),
            nodes: Vec::new(),
            distance_m: Vec::new(),
            way: Vec::new(),
        };
        let doors = Walls::new(exits.clone(), room.bounds(), 1.0);
        let beyond = field.hold(walls, &doors, people)?;
        let mut fixed = vec![false; field.nodes.len()];
        for &[from, to] in &exits {
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            let share = (margin_m / length).min(0.45);
            let at = |s: f64| [from[0] + s * (to[0] - from[0]), from[1] + s * (to[1] - from[1])];
            field.fix(&[at(share), at(1.0 - share)], walls, &mut fixed);
        }
        let links = field.links(walls);
        let slow = field.slowness(walls, margin_m + 0.1);
        field.march(&links, &fixed, &slow);
        field.point(&links);
        field.lead_out(&exits, &beyond);
        Ok(field)
    }

    fn place_of(&self, (column, row): Node) -> [f64; 2] {
        [self.low[0] + f64::from(column) * self.cell_m, self.low[1] + f64::from(row) * self.cell_m]
    }

    fn place(&self, node: usize) -> [f64; 2] {
        self.place_of(self.nodes[node])
    }

    /// Place of a node among all, if it is held.
    fn find(&self, (column, row): Node) -> Option<usize> {
        let row = row as usize;
        let runs = self.runs.get(*self.rows_at.get(row)? as usize..*self.rows_at.get(row + 1)? as usize)?;
        let run = runs[..runs.partition_point(|run| run.from <= column)].last()?;
        (column - run.from < run.count).then(|| (run.at + column - run.from) as usize)
    }

    /// Finds the nodes that people can come to from where they stand, and those on the other side of an exit next to them; tells which
    /// these are.
    fn hold(&mut self, walls: &Walls, doors: &Walls, people: &[[f64; 2]]) -> Result<Vec<bool>, CrowdError> {
        // Whether one goes on from a node.
        let mut seen: HashMap<Node, bool, FixedState> = HashMap::default();
        let mut open: Vec<Node> = Vec::new();
        for &person in people {
            for (node, _) in self.corners(person) {
                let place = self.place_of(node);
                let parted = walls.between(person, place) || doors.between(person, place);
                if !parted && !self.is_in_a_wall(node, walls, doors) {
                    seen.insert(node, true);
                    open.push(node);
                }
            }
        }
        while let Some(node) = open.pop() {
            let place = self.place_of(node);
            let (column, row) = node;
            let on = |there: bool, node: Node| there.then_some(node);
            let about = [
                on(column > 0, (column.wrapping_sub(1), row)),
                on((column as usize) + 1 < self.columns, (column + 1, row)),
                on(row > 0, (column, row.wrapping_sub(1))),
                on((row as usize) + 1 < self.rows, (column, row + 1)),
            ];
            for next in about.into_iter().flatten() {
                if seen.get(&next) == Some(&true) {
                    continue;
                }
                // From the lower to the higher, as the links are looked at.
                let (a, b) = if next > node { (place, self.place_of(next)) } else { (self.place_of(next), place) };
                if walls.between(a, b) || self.is_in_a_wall(next, walls, doors) {
                    continue;
                }
                let goes_on = !doors.between(a, b);
                seen.insert(next, goes_on);
                if goes_on {
                    open.push(next);
                }
            }
            if seen.len() > MOST {
                return Err(CrowdError::TooLarge { nodes: seen.len(), most: MOST });
            }
        }
        self.nodes = seen.keys().copied().collect();
        self.nodes.sort_unstable_by_key(|&(column, row)| (row, column));
        self.distance_m = vec![f64::INFINITY; self.nodes.len()];
        self.way = vec![[0.0; 2]; self.nodes.len()];
        let mut of_row = vec![0_u32; self.rows + 1];
        let mut last: Option<Node> = None;
        for (at, &(column, row)) in self.nodes.iter().enumerate() {
            match self.runs.last_mut() {
                Some(run) if column > 0 && last == Some((column - 1, row)) => run.count += 1,
                _ => {
                    self.runs.push(Run { from: column, count: 1, at: at as u32 });
                    of_row[row as usize + 1] += 1;
                }
            }
            last = Some((column, row));
        }
        for row in 1..of_row.len() {
            of_row[row] += of_row[row - 1];
        }
        self.rows_at = of_row;
        Ok(self.nodes.iter().map(|node| !seen[node]).collect())
    }

    /// A node on a wall or on the post of a door is on neither side of it: where it is a corner, one would get round that way.
    fn is_in_a_wall(&self, node: Node, walls: &Walls, doors: &Walls) -> bool {
        let place = self.place_of(node);
        let is_here = |post: &[f64; 2]| (post[0] - place[0]).hypot(post[1] - place[1]) < ON_M;
        walls.gap_m(place) < ON_M || doors.near(place).iter().any(|k| doors.lines[*k as usize].iter().any(is_here))
    }

    /// Nodes next to an exit know their distance exactly.
    fn fix(&mut self, aim: &Line, walls: &Walls, fixed: &mut [bool]) {
        let span = |axis: usize, count: usize| {
            let (a, b) = (aim[0][axis].min(aim[1][axis]), aim[0][axis].max(aim[1][axis]));
            let index = |value: f64| (((value - self.low[axis]) / self.cell_m).max(0.0) as usize).min(count - 1);
            (index(a - 3.0 * self.cell_m) as u32, index(b + 3.0 * self.cell_m) as u32)
        };
        let ((west, east), (south, north)) = (span(0, self.columns), span(1, self.rows));
        for row in south..=north {
            for column in west..=east {
                let Some(node) = self.find((column, row)) else { continue };
                let place = self.place(node);
                let near = nearest_on(aim, place);
                let far = (near[0] - place[0]).hypot(near[1] - place[1]);
                if far <= 2.0 * self.cell_m && !walls.between(place, near) {
                    self.distance_m[node] = self.distance_m[node].min(far);
                    fixed[node] = true;
                }
            }
        }
    }

    /// How much a metre counts at each node.
    fn slowness(&self, walls: &Walls, near_m: f64) -> Vec<f64> {
        (0..self.nodes.len()).map(|node| if walls.gap_m(self.place(node)) < near_m { 5.0 } else { 1.0 }).collect()
    }

    /// Neighbours of each node that are not behind a wall: west, east, south, north.
    fn links(&self, walls: &Walls) -> Vec<[u32; 4]> {
        let mut links = vec![[NONE; 4]; self.nodes.len()];
        for node in 0..self.nodes.len() {
            let (column, row) = self.nodes[node];
            let place = self.place(node);
            for (next, there, back) in [((column + 1, row), 1, 0), ((column, row + 1), 3, 2)] {
                let Some(next) = self.find(next) else { continue };
                if !walls.between(place, self.place(next)) {
                    links[node][there] = next as u32;
                    links[next][back] = node as u32;
                }
            }
        }
        links
    }

    /// Fast marching from the exits outwards, until no node comes nearer.
    fn march(&mut self, links: &[[u32; 4]], fixed: &[bool], slow: &[f64]) {
        // Distances are not negative, so that their bits are in their order.
        let mut open: BinaryHeap<Reverse<(u64, u32)>> =
            (0..fixed.len()).filter(|k| fixed[*k]).map(|k| Reverse((self.distance_m[k].to_bits(), k as u32))).collect();
        while let Some(Reverse((bits, node))) = open.pop() {
            if f64::from_bits(bits) > self.distance_m[node as usize] {
                continue;
            }
            for next in links[node as usize].into_iter().filter(|next| *next != NONE).map(|next| next as usize) {
                if fixed[next] {
                    continue;
                }
                let at = |k: usize| links[next][k];
                let far = |node: u32| if node == NONE { f64::INFINITY } else { self.distance_m[node as usize] };
                let (a, b) = (far(at(0)).min(far(at(1))), far(at(2)).min(far(at(3))));
                let h = self.cell_m * slow[next];
                let new = if (a - b).abs() >= h {
                    a.min(b) + h
                } else {
                    0.5 * (a + b + (2.0 * h * h - (a - b).powi(2)).sqrt())
                };
                if new < self.distance_m[next] - 1e-9 {
                    self.distance_m[next] = new;
                    open.push(Reverse((new.to_bits(), next as u32)));
                }
            }
        }
    }

    /// The way at each node: against the upwind gradient.
    fn point(&mut self, links: &[[u32; 4]]) {
        for (node, &[west, east, south, north]) in links.iter().enumerate() {
            let here = self.distance_m[node];
            if !here.is_finite() {
                continue;
            }
            let slope = |low: u32, high: u32| {
                let fall = |n: u32| if n == NONE { 0.0 } else { (here - self.distance_m[n as usize]).max(0.0) };
                let (down, up) = (fall(low), fall(high));
                if down > up { -down } else { up }
            };
            let (x, y) = (slope(west, east), slope(south, north));
            let length = x.hypot(y);
            if length > 0.0 {
                self.way[node] = [x / length, y / length];
            }
        }
    }

    /// Behind an exit the way leads straight on: its distance falls back towards the exit, and who mixes both ways before a slanted one
    /// would walk to and fro in front of it.
    fn lead_out(&mut self, exits: &[Line], beyond: &[bool]) {
        for node in (0..self.nodes.len()).filter(|node| beyond[*node]) {
            let place = self.place(node);
            let gap = |exit: &&Line| {
                let foot = nearest_on(exit, place);
                (foot[0] - place[0]).hypot(foot[1] - place[1])
            };
            let Some([a, b]) = exits.iter().min_by(|one, other| gap(one).total_cmp(&gap(other))) else { continue };
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let side = dx * (place[1] - a[1]) - dy * (place[0] - a[0]);
            let length = dx.hypot(dy) * side.signum();
            self.way[node] = if side == 0.0 { [0.0; 2] } else { [-dy / length, dx / length] };
        }
    }

    /// The four nodes about a place with their weights.
    fn corners(&self, p: [f64; 2]) -> [(Node, f64); 4] {
        let u = ((p[0] - self.low[0]) / self.cell_m).clamp(0.0, (self.columns - 1) as f64 - 1e-9);
        let v = ((p[1] - self.low[1]) / self.cell_m).clamp(0.0, (self.rows - 1) as f64 - 1e-9);
        let (column, row) = (u as u32, v as u32);
        let (fu, fv) = (u - f64::from(column), v - f64::from(row));
        [
            ((column, row), (1.0 - fu) * (1.0 - fv)),
            ((column + 1, row), fu * (1.0 - fv)),
            ((column, row + 1), (1.0 - fu) * fv),
            ((column + 1, row + 1), fu * fv),
        ]
    }

    /// The way to the nearest open exit from a place: that of the nodes about it that no wall hides; none where there is no way.
    pub(super) fn way(&self, walls: &Walls, p: [f64; 2]) -> Option<[f64; 2]> {
        let mut sum = [0.0; 2];
        for (node, weight) in self.corners(p) {
            let Some(node) = self.find(node).filter(|_| weight > 0.0) else { continue };
            let way = self.way[node];
            if way != [0.0; 2] && !walls.between(p, self.place(node)) {
                sum = [sum[0] + weight * way[0], sum[1] + weight * way[1]];
            }
        }
        let length = sum[0].hypot(sum[1]);
        (length > 1e-9).then(|| [sum[0] / length, sum[1] / length])
    }
}
