//! The ground's triangles: few where it is even, many where it is not, meeting edge to edge everywhere.
//!
//! A right-triangulated irregular network over the grid (Evans, Kirkpatrick and Townsend, "Right-Triangulated Irregular
//! Networks", Algorithmica 30, 2001): right triangles halved at the middle of their longest side until the ground lies within a tolerance.
//! On software rendering the triangles of ground and of all that lies on it are what a frame costs.

use bevy::math::DVec2;

/// Cells per side of a block, the largest square that can be two triangles; a power of two.
pub(super) const BLOCK: usize = 32;
/// Triangles of the ground aimed at.
const BUDGET: usize = 8_000;
/// Smallest and largest tolerance, m. The largest is less than pipes lie deep.
const TOLERANCES_M: (f64, f64) = (0.02, 0.4);

/// A grid node: column and row.
type Node = [usize; 2];

/// A right triangle over the grid: the ends of its longest side, then the right angle, counter-clockwise.
pub(super) type Right = [Node; 3];

/// How far the ground is off where a triangle is not halved: for the middle of every longest side, m.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Relief {
    columns: usize,
    rows: usize,
    off_m: Vec<f32>,
    tolerance_m: f32,
}

fn middle(a: Node, b: Node) -> Node {
    [usize::midpoint(a[0], b[0]), usize::midpoint(a[1], b[1])]
}

/// A triangle can be halved when the middle of its longest side is a node.
fn can_halve([a, b, _]: Right) -> bool {
    a[0].abs_diff(b[0]).max(a[1].abs_diff(b[1])) > 1
}

fn halves([a, b, c]: Right) -> [Right; 2] {
    let m = middle(a, b);
    [[c, a, m], [b, c, m]]
}

/// The two triangles of a block. Which way its diagonal runs alternates, as it does at every smaller size.
fn roots(column: usize, row: usize) -> [Right; 2] {
    let (c, r) = (column * BLOCK, row * BLOCK);
    let (sw, se, ne, nw) = ([c, r], [c + BLOCK, r], [c + BLOCK, r + BLOCK], [c, r + BLOCK]);
    if (column + row).is_multiple_of(2) { [[ne, sw, se], [sw, ne, nw]] } else { [[se, nw, sw], [nw, se, ne]] }
}

impl Relief {
    /// The relief of a grid whose sides are whole blocks, with the smallest tolerance that keeps to the budget.
    pub(super) fn new(heights_m: &[f64], columns: usize, rows: usize) -> Self {
        let mut relief = Self { columns, rows, off_m: vec![0.0; heights_m.len()], tolerance_m: TOLERANCES_M.0 as f32 };
        // From the smallest triangles up, so that a triangle that must be halved has parents that are halved too. Two
        // sizes of triangle a step: with a longest side along the grid, then along a diagonal.
        let mut step = 2;
        while step <= BLOCK {
            let half = step / 2;
            for r in 0..rows {
                for c in 0..columns {
                    let node = r * columns + c;
                    let along_row = c % step == half && r % step == 0;
                    let along_column = c % step == 0 && r % step == half;
                    let ends = if along_row {
                        [[c - half, r], [c + half, r]]
                    } else {
                        [[c, r.wrapping_sub(half)], [c, r + half]]
                    };
                    if along_row || along_column {
                        let off = relief.off(heights_m, [c, r], ends);
                        let below = if half == 1 { 0.0 } else { relief.diagonal_children(c, r, half / 2) };
                        relief.off_m[node] = off.max(below);
                    }
                }
            }
            for r in (half..rows).step_by(step) {
                for c in (half..columns).step_by(step) {
                    let rising = ((c - half) / step + (r - half) / step).is_multiple_of(2);
                    let ends = if rising {
                        [[c - half, r - half], [c + half, r + half]]
                    } else {
                        [[c + half, r - half], [c - half, r + half]]
                    };
                    let off = relief.off(heights_m, [c, r], ends);
                    let sides = [[c - half, r], [c + half, r], [c, r - half], [c, r + half]];
                    let below = sides.map(|[c, r]| relief.off_m[r * columns + c]).into_iter().fold(0.0, f32::max);
                    relief.off_m[r * columns + c] = off.max(below);
                }
            }
            step *= 2;
        }
        while relief.count() > BUDGET && f64::from(relief.tolerance_m) < TOLERANCES_M.1 {
            relief.tolerance_m = (relief.tolerance_m * 1.5).min(TOLERANCES_M.1 as f32);
        }
        relief
    }

    fn off(&self, heights_m: &[f64], [c, r]: Node, ends: [Node; 2]) -> f32 {
        let height = |[c, r]: Node| heights_m[r * self.columns + c];
        (height([c, r]) - f64::midpoint(height(ends[0]), height(ends[1]))).abs() as f32
    }

    /// The most that the squares around a node are off at their middles, `quarter` away both ways.
    fn diagonal_children(&self, c: usize, r: usize, quarter: usize) -> f32 {
        let mut most = 0.0_f32;
        for (right, up) in [(false, false), (false, true), (true, false), (true, true)] {
            let at = |value: usize, on: bool| if on { value.checked_add(quarter) } else { value.checked_sub(quarter) };
            if let (Some(c), Some(r)) = (at(c, right), at(r, up))
                && c < self.columns
                && r < self.rows
            {
                most = most.max(self.off_m[r * self.columns + c]);
            }
        }
        most
    }

    fn is_halved(&self, triangle: Right) -> bool {
        let [c, r] = middle(triangle[0], triangle[1]);
        can_halve(triangle) && self.off_m[r * self.columns + c] > self.tolerance_m
    }

    fn each_in(&self, triangle: Right, see: &mut dyn FnMut(Right)) {
        if self.is_halved(triangle) {
            for half in halves(triangle) {
                self.each_in(half, see);
            }
        } else {
            see(triangle);
        }
    }

    /// Shows every triangle of the block at a column and row of blocks.
    pub(super) fn each_of_block(&self, column: usize, row: usize, see: &mut dyn FnMut(Right)) {
        for root in roots(column, row) {
            self.each_in(root, see);
        }
    }

    /// Columns and rows of blocks.
    pub(super) fn blocks(&self) -> (usize, usize) {
        ((self.columns - 1) / BLOCK, (self.rows - 1) / BLOCK)
    }

    fn count(&self) -> usize {
        let (columns, rows) = self.blocks();
        let mut count = 0;
        for row in 0..rows {
            for column in 0..columns {
                self.each_of_block(column, row, &mut |_| count += 1);
            }
        }
        count
    }

    /// The heights of all nodes on the triangles' planes.
    pub(super) fn levelled(&self, heights_m: &[f64]) -> Vec<f64> {
        let mut levelled = heights_m.to_vec();
        let (columns, rows) = self.blocks();
        for row in 0..rows {
            for column in 0..columns {
                self.each_of_block(column, row, &mut |triangle| self.level(triangle, heights_m, &mut levelled));
            }
        }
        levelled
    }

    /// Puts the nodes inside a triangle and on its sides onto its plane.
    fn level(&self, [a, b, c]: Right, heights_m: &[f64], levelled: &mut [f64]) {
        let point = |n: Node| DVec2::new(n[0] as f64, n[1] as f64);
        let height = |n: Node| heights_m[n[1] * self.columns + n[0]];
        let (pa, ab, ac) = (point(a), point(b) - point(a), point(c) - point(a));
        let whole = ab.perp_dot(ac);
        let bounds = |k: usize| (a[k].min(b[k]).min(c[k]), a[k].max(b[k]).max(c[k]));
        let ((c0, c1), (r0, r1)) = (bounds(0), bounds(1));
        for row in r0..=r1 {
            for column in c0..=c1 {
                let p = point([column, row]) - pa;
                let (u, v) = (p.perp_dot(ac) / whole, ab.perp_dot(p) / whole);
                if u >= -1e-9 && v >= -1e-9 && u + v <= 1.0 + 1e-9 {
                    let plane = height(a) + u * (height(b) - height(a)) + v * (height(c) - height(a));
                    levelled[row * self.columns + column] = plane;
                }
            }
        }
    }

    /// Cuts the convex pieces of an area within a block, in grid units, along the triangles' sides. `edges` are those of the
    /// area: a triangle that none of them enters is whole or empty. Where there are none, the pieces stand alone.
    pub(super) fn cut(&self, area: Area, column: usize, row: usize, hand_on: &mut dyn FnMut(Vec<DVec2>)) {
        let [first, second] = roots(column, row);
        // The diagonal, with the first triangle on its left.
        let (left, right) = area.split(on_left(first[0], first[1]));
        self.cut_in(left, first, hand_on);
        self.cut_in(right, second, hand_on);
    }

    fn cut_in(&self, area: Area, triangle: Right, hand_on: &mut dyn FnMut(Vec<DVec2>)) {
        if area.pieces.is_empty() {
            return;
        }
        if area.edges.as_ref().is_some_and(Vec::is_empty) {
            let point = |n: Node| DVec2::new(n[0] as f64, n[1] as f64);
            self.each_in(triangle, &mut |whole| hand_on(whole.map(point).to_vec()));
            return;
        }
        if !self.is_halved(triangle) {
            area.pieces.into_iter().for_each(hand_on);
            return;
        }
        let (c, m) = (triangle[2], middle(triangle[0], triangle[1]));
        let [first, second] = halves(triangle);
        // From the right angle to the middle of the longest side.
        let (left, right) = area.split(on_left(c, m));
        let (of_first, of_second) = if is_left(c, m, triangle[0]) { (left, right) } else { (right, left) };
        self.cut_in(of_first, first, hand_on);
        self.cut_in(of_second, second, hand_on);
    }

    /// Adds where the segment `from`–`to`, in grid units and within a block, crosses sides of triangles: shares of its length.
    pub(super) fn crossings(&self, from: DVec2, to: DVec2, column: usize, row: usize, shares: &mut Vec<f64>) {
        let [first, second] = roots(column, row);
        self.cross(from, to, (0.0, 1.0), (first[0], first[1]), [first, second], shares);
    }

    /// Follows the part of a segment into the triangles on the left (first) and on the right of the line between two nodes.
    fn cross(
        &self,
        from: DVec2,
        to: DVec2,
        (begin, end): (f64, f64),
        (p, q): (Node, Node),
        [left, right]: [Right; 2],
        shares: &mut Vec<f64>,
    ) {
        let side = on_left(p, q);
        let (at_begin, at_end) = (side(from.lerp(to, begin)), side(from.lerp(to, end)));
        let mut follow = |triangle: Right, begin: f64, end: f64| {
            if self.is_halved(triangle) && end - begin > 1e-12 {
                let (c, m) = (triangle[2], middle(triangle[0], triangle[1]));
                let [first, second] = halves(triangle);
                let sides = if is_left(c, m, triangle[0]) { [first, second] } else { [second, first] };
                self.cross(from, to, (begin, end), (c, m), sides, shares);
            }
        };
        if at_begin * at_end < 0.0 {
            let crossing = begin + (end - begin) * at_begin / (at_begin - at_end);
            let (near, far) = if at_begin > 0.0 { (left, right) } else { (right, left) };
            follow(near, begin, crossing);
            follow(far, crossing, end);
            shares.push(crossing);
        } else if at_begin + at_end >= 0.0 {
            follow(left, begin, end);
        } else {
            follow(right, begin, end);
        }
    }
}

/// Part of an area on the grid: convex pieces that fill it, and the edges of the whole area that may enter it.
#[derive(Debug, Default)]
pub(super) struct Area {
    /// The pieces.
    pub pieces: Vec<Vec<DVec2>>,
    /// The edges; `None` where they are not known.
    pub edges: Option<Vec<[DVec2; 2]>>,
}

impl Area {
    /// The parts on the left and on the right of a line; `side` is positive on the left.
    fn split(self, side: impl Fn(DVec2) -> f64 + Copy) -> (Self, Self) {
        /// An edge along the line is on neither side: what it bounds lies beyond.
        const ALONG: f64 = 1e-7;
        let (mut left, mut right) = (Self::default(), Self::default());
        for piece in self.pieces {
            let (of_left, of_right) = super::drape::split(&piece, side, 0.0);
            left.pieces.extend(Some(of_left).filter(|piece| super::drape::has_area(piece)));
            right.pieces.extend(Some(of_right).filter(|piece| super::drape::has_area(piece)));
        }
        if let Some(edges) = self.edges {
            let on =
                |sign: f64| edges.iter().copied().filter(|edge| edge.iter().any(|p| side(*p) * sign > ALONG)).collect();
            left.edges = Some(on(1.0));
            right.edges = Some(on(-1.0));
        }
        (left, right)
    }

    /// The part between two whole numbers of a coordinate.
    pub(super) fn between(self, coordinate: impl Fn(DVec2) -> f64 + Copy, low: f64, high: f64) -> Self {
        let (above, _) = self.split(|p| coordinate(p) - low);
        above.split(|p| high - coordinate(p)).0
    }
}

/// Twice the area on the left of the line from `p` to `q`, by place.
fn on_left(p: Node, q: Node) -> impl Fn(DVec2) -> f64 + Copy {
    let point = |n: Node| DVec2::new(n[0] as f64, n[1] as f64);
    let (p, along) = (point(p), point(q) - point(p));
    move |at: DVec2| along.perp_dot(at - p)
}

fn is_left(p: Node, q: Node, of: Node) -> bool {
    on_left(p, q)(DVec2::new(of[0] as f64, of[1] as f64)) > 0.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const SIDE: usize = 2 * BLOCK + 1;

    fn grid(height: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        (0..SIDE * SIDE).map(|i| height(i % SIDE, i / SIDE)).collect()
    }

    fn triangles(relief: &Relief) -> Vec<Right> {
        let mut all = Vec::new();
        let (columns, rows) = relief.blocks();
        for row in 0..rows {
            for column in 0..columns {
                relief.each_of_block(column, row, &mut |triangle| all.push(triangle));
            }
        }
        all
    }

    #[test]
    fn a_plane_is_two_triangles_a_block_and_a_bump_is_kept() {
        let plane = Relief::new(&grid(|c, r| c as f64 * 0.3 + r as f64 * 0.1), SIDE, SIDE);
        assert_eq!(triangles(&plane).len(), 8);
        let heights = grid(|c, r| if (c, r) == (21, 40) { 1.0 } else { 0.0 });
        let bump = Relief::new(&heights, SIDE, SIDE);
        assert!((20..400).contains(&triangles(&bump).len()));
        assert!((bump.levelled(&heights)[40 * SIDE + 21] - 1.0).abs() < 1e-9);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Whatever the ground: triangles cover it once and turn left, every inner side has a neighbour of the same two
        /// ends (so there is no crack), and no node is farther off than a few tolerances.
        #[test]
        fn triangles_meet_edge_to_edge_within_the_tolerance(seed in 0_u64..u64::MAX, rough in 0.0..3.0_f64) {
            let noise = |c: usize, r: usize| {
                let mixed = (seed ^ (c as u64 * 0x9E37_79B9 + r as u64 * 0x85EB_CA77)).wrapping_mul(0x2545_F491_4F6C_DD1D);
                (mixed >> 40) as f64 / (1_u64 << 24) as f64
            };
            let heights = grid(|c, r| {
                ((c as f64) * 0.13).sin() * 4.0 + if (c / 9 + r / 7) % 3 == 0 { noise(c, r) * rough } else { 0.0 }
            });
            let relief = Relief::new(&heights, SIDE, SIDE);
            let all = triangles(&relief);
            let mut area = 0.0;
            let mut sides: HashMap<(Node, Node), i32> = HashMap::new();
            for [a, b, c] in &all {
                let point = |n: &Node| DVec2::new(n[0] as f64, n[1] as f64);
                let turn = (point(b) - point(a)).perp_dot(point(c) - point(a));
                prop_assert!(turn > 0.0);
                area += turn / 2.0;
                for (p, q) in [(a, b), (b, c), (c, a)] {
                    *sides.entry((*p.min(q), *p.max(q))).or_default() += 1;
                }
            }
            prop_assert!((area - ((SIDE - 1) * (SIDE - 1)) as f64).abs() < 1e-6);
            for ((p, q), count) in sides {
                let on_edge = (0..2).any(|k| p[k] == q[k] && (p[k] == 0 || p[k] == SIDE - 1));
                prop_assert_eq!(count, if on_edge { 1 } else { 2 }, "{:?} {:?}", p, q);
            }
            let off = relief.levelled(&heights).iter().zip(&heights).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            prop_assert!(off <= f64::from(relief.tolerance_m) * 6.0, "{off} for {}", relief.tolerance_m);
        }
    }
}
