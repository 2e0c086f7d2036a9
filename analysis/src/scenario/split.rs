//! Cuts a polygon along a line into pieces that share every vertex of the cut, so that they fit together again.
//!
//! The boundary and the parts of the line within it are one planar graph; the pieces are its faces. No coordinate is moved
//! but those of the crossings, which are new.

use std::collections::HashMap;

use geo::{Area, Contains, Coord, InteriorPoint, LineString, Point, Polygon};

/// Corners of the pieces are this precise, m: crossings nearer than this to a corner are that corner.
const SNAP_M: f64 = 1e-6;

/// Pieces of `polygon` along `line`, largest first; one piece, the polygon itself, where the line cuts nothing off.
///
/// Ends of the line within the polygon cut nothing. The line must not cross itself.
pub(super) fn split(polygon: &Polygon<f64>, line: &[Coord<f64>]) -> Vec<Polygon<f64>> {
    let mut graph = Graph::default();
    let rings: Vec<Vec<Coord<f64>>> = std::iter::once((polygon.exterior(), true))
        .chain(polygon.interiors().iter().map(|hole| (hole, false)))
        .map(|(ring, outer)| turned(ring, outer))
        .collect();
    let mut crossings: Vec<Vec<(f64, Coord<f64>)>> = vec![Vec::new(); line.len().saturating_sub(1)];
    let mut edges: Vec<(Coord<f64>, Coord<f64>)> = Vec::new();
    for ring in &rings {
        for pair in ring.windows(2) {
            let mut on_edge = Vec::new();
            for (cut, points) in line.windows(2).zip(&mut crossings) {
                for (along, across, at) in meet([pair[0], pair[1]], [cut[0], cut[1]]) {
                    on_edge.push((along, at));
                    points.push((across, at));
                }
            }
            edges.extend(pieces(pair[0], pair[1], &mut on_edge));
        }
    }
    for (from, to) in edges {
        graph.add(from, to);
    }
    let boundary = graph.next.len();
    for (cut, points) in line.windows(2).zip(&mut crossings) {
        for (from, to) in pieces(cut[0], cut[1], points) {
            let middle = Point::from((from + to) / 2.0);
            if polygon.contains(&middle) {
                graph.add(from, to);
                graph.add(to, from);
            }
        }
    }
    if graph.next.len() == boundary {
        return vec![polygon.clone()];
    }
    graph.prune();
    let mut pieces = graph.faces();
    pieces.sort_by(|a, b| b.unsigned_area().total_cmp(&a.unsigned_area()));
    pieces
}

/// A ring closed, without repeated corners, with the polygon's inside on its left.
fn turned(ring: &LineString<f64>, outer: bool) -> Vec<Coord<f64>> {
    let mut points = ring.0.clone();
    points.dedup();
    if points.first() != points.last() {
        points.extend(points.first().copied());
    }
    if (twice_area(&points) > 0.0) != outer {
        points.reverse();
    }
    points
}

/// Twice the signed area of a closed ring, taken from its first corner so that large coordinates cancel.
fn twice_area(points: &[Coord<f64>]) -> f64 {
    let Some(&origin) = points.first() else { return 0.0 };
    points.windows(2).map(|p| cross(p[0] - origin, p[1] - origin)).sum()
}

fn cross(a: Coord<f64>, b: Coord<f64>) -> f64 {
    a.x * b.y - a.y * b.x
}

fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Where an edge and a stretch of the line meet: place along the edge, along the stretch, and the point, which is a corner of the
/// edge where it is near one. Stretches along the edge meet it at the ends that lie on it.
fn meet(edge: [Coord<f64>; 2], cut: [Coord<f64>; 2]) -> Vec<(f64, f64, Coord<f64>)> {
    let (along, across) = (edge[1] - edge[0], cut[1] - cut[0]);
    let turn = cross(along, across);
    let (edge_m, cut_m) = (along.x.hypot(along.y), across.x.hypot(across.y));
    if edge_m == 0.0 || cut_m == 0.0 {
        return Vec::new();
    }
    let place = |t: f64, s: f64| -> Option<(f64, f64, Coord<f64>)> {
        let slack = |length: f64| SNAP_M / length;
        if t < -slack(edge_m) || t > 1.0 + slack(edge_m) || s < -slack(cut_m) || s > 1.0 + slack(cut_m) {
            return None;
        }
        let at = edge[0] + along * t;
        let corner = edge.into_iter().find(|corner| distance(*corner, at) <= SNAP_M);
        let (t, at) = match corner {
            Some(corner) => (if corner == edge[0] { 0.0 } else { 1.0 }, corner),
            None => (t, at),
        };
        // An end of the line that lies on the boundary is where it is.
        let end = cut.into_iter().find(|end| corner.is_none() && distance(*end, at) <= SNAP_M);
        Some((t, s, end.unwrap_or(at)))
    };
    if turn.abs() > 1e-12 * edge_m * cut_m {
        let t = cross(cut[0] - edge[0], across) / turn;
        let s = cross(cut[0] - edge[0], along) / turn;
        return place(t, s).into_iter().collect();
    }
    // Along each other: the corners of the edge cut the line, its ends the edge.
    let mut met = Vec::new();
    for (t, corner) in [(0.0, edge[0]), (1.0, edge[1])] {
        let s = dot(corner - cut[0], across) / (cut_m * cut_m);
        if distance(cut[0] + across * s, corner) <= SNAP_M {
            met.extend(place(t, s));
        }
    }
    for (s, end) in [(0.0, cut[0]), (1.0, cut[1])] {
        let t = dot(end - edge[0], along) / (edge_m * edge_m);
        if distance(edge[0] + along * t, end) <= SNAP_M {
            met.extend(place(t, s));
        }
    }
    met
}

fn dot(a: Coord<f64>, b: Coord<f64>) -> f64 {
    a.x * b.x + a.y * b.y
}

/// The stretch from one point to another, cut at the places in between.
fn pieces(
    from: Coord<f64>,
    to: Coord<f64>,
    places: &mut [(f64, Coord<f64>)],
) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + use<> {
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut path: Vec<Coord<f64>> = places.iter().map(|place| place.1).collect();
    // What two edges report is one point; an end of the line beside a corner is that corner.
    path.dedup_by(|b, a| distance(*a, *b) <= SNAP_M);
    if path.first().is_none_or(|first| distance(*first, from) > SNAP_M) {
        path.insert(0, from);
    }
    if path.last().is_none_or(|last| distance(*last, to) > SNAP_M) {
        path.push(to);
    }
    let ends: Vec<(Coord<f64>, Coord<f64>)> = path.windows(2).map(|pair| (pair[0], pair[1])).collect();
    ends.into_iter().filter(|(a, b)| a != b)
}

type Key = (u64, u64);

fn key(at: Coord<f64>) -> Key {
    // Adding zero makes one zero of two.
    ((at.x + 0.0).to_bits(), (at.y + 0.0).to_bits())
}

/// Directed edges with the inside on their left, by the point they leave.
#[derive(Default)]
struct Graph {
    points: HashMap<Key, Coord<f64>>,
    next: Vec<(Key, Key)>,
}

impl Graph {
    fn add(&mut self, from: Coord<f64>, to: Coord<f64>) {
        self.points.insert(key(from), from);
        self.points.insert(key(to), to);
        let edge = (key(from), key(to));
        if edge.0 != edge.1 && !self.next.contains(&edge) {
            self.next.push(edge);
        }
    }

    /// Takes out cuts that end inside: edges from or to a point that has no other.
    fn prune(&mut self) {
        loop {
            let mut neighbours: HashMap<Key, Vec<Key>> = HashMap::new();
            for (from, to) in &self.next {
                for (at, other) in [(from, to), (to, from)] {
                    let seen = neighbours.entry(*at).or_default();
                    if !seen.contains(other) {
                        seen.push(*other);
                    }
                }
            }
            let before = self.next.len();
            self.next.retain(|(from, to)| neighbours[from].len() > 1 && neighbours[to].len() > 1);
            if self.next.len() == before {
                return;
            }
        }
    }

    /// Walks every face with the inside on the left; rings that turn the other way are holes of the face around them.
    fn faces(&self) -> Vec<Polygon<f64>> {
        let mut leaving: HashMap<Key, Vec<usize>> = HashMap::new();
        for (i, (from, _)) in self.next.iter().enumerate() {
            leaving.entry(*from).or_default().push(i);
        }
        let mut used = vec![false; self.next.len()];
        let (mut shells, mut holes): (Vec<Polygon<f64>>, Vec<LineString<f64>>) = (Vec::new(), Vec::new());
        for start in 0..self.next.len() {
            if used[start] {
                continue;
            }
            let mut ring = vec![self.points[&self.next[start].0]];
            let mut edge = start;
            while !used[edge] {
                used[edge] = true;
                let (from, at) = self.next[edge];
                ring.push(self.points[&at]);
                let back = self.points[&from] - self.points[&at];
                // The next edge to the left of where we came from: the first clockwise from the way back.
                let first = leaving.get(&at).into_iter().flatten().copied().filter(|i| !used[*i]);
                let Some(next) = first.min_by(|a, b| {
                    let turn = |i: usize| clockwise(back, self.points[&self.next[i].1] - self.points[&at]);
                    turn(*a).total_cmp(&turn(*b))
                }) else {
                    break;
                };
                edge = next;
            }
            if ring.len() < 4 || ring.first() != ring.last() {
                continue;
            }
            if twice_area(&ring) > 0.0 {
                shells.push(Polygon::new(LineString(ring), Vec::new()));
            } else {
                holes.push(LineString(ring));
            }
        }
        for hole in holes {
            let inside = Polygon::new(hole.clone(), Vec::new()).interior_point();
            let around = shells.iter_mut().filter(|shell| inside.is_some_and(|at| shell.contains(&at)));
            if let Some(shell) = around.min_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area())) {
                shell.interiors_push(hole);
            }
        }
        shells
    }
}

/// Angle clockwise from one direction to another, above 0 and at most a full turn.
fn clockwise(from: Coord<f64>, to: Coord<f64>) -> f64 {
    let angle = -cross(from, to).atan2(dot(from, to));
    if angle <= 0.0 { angle + std::f64::consts::TAU } else { angle }
}

#[cfg(test)]
mod tests {
    use geo::{BooleanOps, Rect, coord};
    use proptest::prelude::*;

    use super::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        // Where parks are: large eastings and northings.
        coord! { x: 356_000.0 + x, y: 3_431_000.0 + y }
    }

    fn areas(pieces: &[Polygon<f64>]) -> Vec<f64> {
        pieces.iter().map(|piece| (piece.unsigned_area() * 1e3).round() / 1e3).collect()
    }

    fn square() -> Polygon<f64> {
        Rect::new(at(0.0, 0.0), at(100.0, 100.0)).to_polygon()
    }

    #[test]
    fn a_line_across_makes_two_pieces() {
        assert_eq!(areas(&split(&square(), &[at(-5.0, 30.0), at(105.0, 30.0)])), [7000.0, 3000.0]);
        // From corner to corner, and from side to side exactly.
        assert_eq!(areas(&split(&square(), &[at(0.0, 0.0), at(100.0, 100.0)])), [5000.0, 5000.0]);
        assert_eq!(areas(&split(&square(), &[at(0.0, 30.0), at(100.0, 30.0)])), [7000.0, 3000.0]);
        // With a bend inside.
        assert_eq!(areas(&split(&square(), &[at(-5.0, 50.0), at(50.0, 50.0), at(50.0, 105.0)])), [7500.0, 2500.0]);
    }

    #[test]
    fn what_cuts_nothing_off_leaves_the_polygon() {
        for line in [
            vec![at(-5.0, 50.0), at(50.0, 50.0)],
            vec![at(20.0, 20.0), at(50.0, 50.0)],
            vec![at(200.0, 0.0), at(200.0, 100.0)],
            vec![at(0.0, 0.0), at(100.0, 0.0)],
            vec![at(-10.0, 0.0), at(110.0, 0.0)],
        ] {
            assert_eq!(areas(&split(&square(), &line)), [10_000.0], "{line:?}");
        }
    }

    #[test]
    fn concave_pieces_and_holes() {
        // A U cut across both arms gives three pieces.
        let u: LineString<f64> = [
            (0.0, 0.0),
            (90.0, 0.0),
            (90.0, 90.0),
            (60.0, 90.0),
            (60.0, 30.0),
            (30.0, 30.0),
            (30.0, 90.0),
            (0.0, 90.0),
            (0.0, 0.0),
        ]
        .iter()
        .map(|(x, y)| at(*x, *y))
        .collect();
        assert_eq!(areas(&split(&Polygon::new(u, vec![]), &[at(-1.0, 60.0), at(91.0, 60.0)])), [4500.0, 900.0, 900.0]);
        // A hole that is cut, and one that is not.
        let hole = |x: f64, y: f64| Rect::new(at(x, y), at(x + 20.0, y + 20.0)).to_polygon().exterior().clone();
        let ring = Polygon::new(square().exterior().clone(), vec![hole(40.0, 40.0), hole(10.0, 70.0)]);
        let pieces = split(&ring, &[at(-1.0, 50.0), at(101.0, 50.0)]);
        assert_eq!(areas(&pieces), [4800.0, 4400.0]);
        assert_eq!(pieces.iter().map(|piece| piece.interiors().len()).collect::<Vec<_>>(), [0, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn pieces_add_up_and_fit_together(
            radii in prop::collection::vec(20.0_f64..100.0, 4..12),
            (x1, y1, x2, y2) in (-120.0_f64..120.0, -120.0_f64..120.0, -120.0_f64..120.0, -120.0_f64..120.0),
        ) {
            let n = radii.len() as f64;
            let ring: LineString<f64> = radii
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    let turn = std::f64::consts::TAU * i as f64 / n;
                    at(r * turn.cos(), r * turn.sin())
                })
                .collect();
            let polygon = Polygon::new(ring, vec![]);
            let pieces = split(&polygon, &[at(x1, y1), at(x2, y2)]);
            let sum: f64 = pieces.iter().map(Area::unsigned_area).sum();
            let whole = polygon.unsigned_area();
            prop_assert!((sum - whole).abs() < 1e-6 * whole, "{} of {}", sum, whole);
            for (i, piece) in pieces.iter().enumerate() {
                prop_assert!(piece.difference(&polygon).unsigned_area() < 1e-4 * whole);
                for other in &pieces[..i] {
                    prop_assert!(piece.intersection(other).unsigned_area() < 1e-4);
                }
            }
        }
    }
}
