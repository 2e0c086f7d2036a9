//! Distance to the nearest open exit, and the way there, on a grid of nodes.

use super::CrowdError;
use super::room::{Room, Walls, nearest_on};

/// Most nodes that are held.
const MOST: usize = 20_000_000;

/// A field of distances.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    low: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    distance_m: Vec<f64>,
    /// Unit vector of the way, per node; 0 where there is none.
    way: Vec<[f64; 2]>,
}

impl Field {
    /// The field of a room. Exits are taken in by `margin_m` at each post, so that people aim at the gap and not at the post.
    /// Close to walls, within `margin_m` and a little, a metre counts as five: the way keeps a body's width from corners and ends of walls.
    pub(super) fn new(room: &Room, walls: &Walls, cell_m: f64, margin_m: f64) -> Result<Self, CrowdError> {
        let (low, high) = room.bounds();
        let low = [low[0] - cell_m, low[1] - cell_m];
        let columns = ((high[0] + cell_m - low[0]) / cell_m).ceil() as usize + 1;
        let rows = ((high[1] + cell_m - low[1]) / cell_m).ceil() as usize + 1;
        let nodes = columns.saturating_mul(rows);
        if nodes > MOST {
            return Err(CrowdError::TooLarge { nodes, most: MOST });
        }
        let mut field =
            Self { low, cell_m, columns, rows, distance_m: vec![f64::INFINITY; nodes], way: vec![[0.0; 2]; nodes] };
        let mut fixed = vec![false; nodes];
        let mut any = false;
        for exit in room.exits.iter().filter(|exit| exit.open) {
            any = true;
            let length = (exit.to[0] - exit.from[0]).hypot(exit.to[1] - exit.from[1]);
            let share = (margin_m / length).min(0.45);
            let at = |s: f64| {
                [exit.from[0] + s * (exit.to[0] - exit.from[0]), exit.from[1] + s * (exit.to[1] - exit.from[1])]
            };
            let aim = [at(share), at(1.0 - share)];
            for (node, fixed) in fixed.iter_mut().enumerate() {
                let place = field.place(node);
                let near = nearest_on(&aim, place);
                let far = (near[0] - place[0]).hypot(near[1] - place[1]);
                // Nodes next to the exit know their distance exactly.
                if far <= 2.0 * cell_m && !walls.between(place, near) {
                    field.distance_m[node] = field.distance_m[node].min(far);
                    *fixed = true;
                }
            }
        }
        if !any {
            return Err(CrowdError::NoExit);
        }
        let links = field.links(walls);
        let slow = field.slowness(walls, margin_m + 0.1);
        field.sweep(&links, &fixed, &slow);
        field.point(&links);
        Ok(field)
    }

    /// How much a metre counts at each node.
    fn slowness(&self, walls: &Walls, near_m: f64) -> Vec<f64> {
        let of = |node: usize| {
            let place = self.place(node);
            let gap = |&wall: &u32| {
                let foot = nearest_on(&walls.lines[wall as usize], place);
                (place[0] - foot[0]).hypot(place[1] - foot[1])
            };
            if walls.near(place).iter().map(gap).any(|gap| gap < near_m) { 5.0 } else { 1.0 }
        };
        (0..self.distance_m.len()).map(of).collect()
    }

    fn place(&self, node: usize) -> [f64; 2] {
        let (column, row) = (node % self.columns, node / self.columns);
        [self.low[0] + column as f64 * self.cell_m, self.low[1] + row as f64 * self.cell_m]
    }

    /// Whether the link to the east and to the north of each node is free of walls.
    fn links(&self, walls: &Walls) -> Vec<[bool; 2]> {
        (0..self.distance_m.len())
            .map(|node| {
                let place = self.place(node);
                let (column, row) = (node % self.columns, node / self.columns);
                let east = column + 1 < self.columns && !walls.between(place, self.place(node + 1));
                let north = row + 1 < self.rows && !walls.between(place, self.place(node + self.columns));
                [east, north]
            })
            .collect()
    }

    /// Neighbours that are not behind a wall: west, east, south, north.
    fn neighbours(&self, links: &[[bool; 2]], node: usize) -> [Option<usize>; 4] {
        let (column, row) = (node % self.columns, node / self.columns);
        [
            (column > 0 && links[node - 1][0]).then(|| node - 1),
            links[node][0].then(|| node + 1),
            (row > 0 && links[node - self.columns][1]).then(|| node - self.columns),
            links[node][1].then(|| node + self.columns),
        ]
    }

    /// Fast sweeping: Gauss–Seidel in four orders until nothing changes.
    fn sweep(&mut self, links: &[[bool; 2]], fixed: &[bool], slow: &[f64]) {
        for round in 0..400 {
            let mut changed = 0.0_f64;
            for order in 0..4 {
                for r in 0..self.rows {
                    let row = if order & 2 == 0 { r } else { self.rows - 1 - r };
                    for c in 0..self.columns {
                        let column = if order & 1 == 0 { c } else { self.columns - 1 - c };
                        let node = row * self.columns + column;
                        if fixed[node] {
                            continue;
                        }
                        let at = |n: Option<usize>| n.map_or(f64::INFINITY, |n| self.distance_m[n]);
                        let [west, east, south, north] = self.neighbours(links, node);
                        let (a, b) = (at(west).min(at(east)), at(south).min(at(north)));
                        let h = self.cell_m * slow[node];
                        let least = a.min(b);
                        if !least.is_finite() {
                            continue;
                        }
                        let new = if (a - b).abs() >= h {
                            least + h
                        } else {
                            0.5 * (a + b + (2.0 * h * h - (a - b).powi(2)).sqrt())
                        };
                        let old = self.distance_m[node];
                        if new < old {
                            changed = changed.max(if old.is_finite() { old - new } else { f64::INFINITY });
                            self.distance_m[node] = new;
                        }
                    }
                }
            }
            if changed < 1e-9 && round > 0 {
                break;
            }
        }
    }

    /// The way at each node: against the upwind gradient.
    fn point(&mut self, links: &[[bool; 2]]) {
        for node in 0..self.distance_m.len() {
            let here = self.distance_m[node];
            if !here.is_finite() {
                continue;
            }
            let [west, east, south, north] = self.neighbours(links, node);
            let slope = |low: Option<usize>, high: Option<usize>| {
                let fall = |n: Option<usize>| n.map_or(0.0, |n| (here - self.distance_m[n]).max(0.0));
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

    /// The four nodes about a place with their weights.
    fn corners(&self, p: [f64; 2]) -> [(usize, f64); 4] {
        let u = ((p[0] - self.low[0]) / self.cell_m).clamp(0.0, (self.columns - 1) as f64 - 1e-9);
        let v = ((p[1] - self.low[1]) / self.cell_m).clamp(0.0, (self.rows - 1) as f64 - 1e-9);
        let (column, row) = (u as usize, v as usize);
        let (fu, fv) = (u - column as f64, v - row as f64);
        let node = row * self.columns + column;
        [
            (node, (1.0 - fu) * (1.0 - fv)),
            (node + 1, fu * (1.0 - fv)),
            (node + self.columns, (1.0 - fu) * fv),
            (node + self.columns + 1, fu * fv),
        ]
    }

    /// The way to the nearest open exit from a place: that of the nodes about it that no wall hides; none where there is no way.
    pub(super) fn way(&self, walls: &Walls, p: [f64; 2]) -> Option<[f64; 2]> {
        let mut sum = [0.0; 2];
        for (node, weight) in self.corners(p) {
            let way = self.way[node];
            if weight > 0.0 && way != [0.0; 2] && !walls.between(p, self.place(node)) {
                sum = [sum[0] + weight * way[0], sum[1] + weight * way[1]];
            }
        }
        let length = sum[0].hypot(sum[1]);
        (length > 1e-9).then(|| [sum[0] / length, sum[1] / length])
    }
}
