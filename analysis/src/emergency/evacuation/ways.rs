//! The network of ways that people walk on: roads and paths, joined where they meet.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use geo::{Line, LineString};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use spatial_db::model::{FeatureId, RoadEdge};

use super::{EvacuationError, EvacuationRules};
use crate::emergency::security::is_rail;

/// A stretch of way between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// One end.
    pub from: usize,
    /// The other end.
    pub to: usize,
    /// Length, m.
    pub length_m: f64,
    /// Width that people use, m.
    pub width_m: f64,
    /// The road that it is part of.
    pub road: FeatureId,
}

/// Ways joined at nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct WayNetwork {
    /// Places of the nodes, m.
    pub nodes: Vec<[f64; 2]>,
    /// Ways.
    pub ways: Vec<Way>,
    /// Ways at each node.
    at_node: Vec<Vec<usize>>,
}

/// Ends this near a road join it: a survey's gap, not a wall.
const JOIN_M: f64 = 0.5;
/// Ways are cut into stretches no longer than this, so that a crowd and a closure have a place.
const STRETCH_M: f64 = 25.0;
/// Words of roads that nobody walks on, beside railways.
const NOT_WALKED: [&str; 2] = ["motorway", "高速"];
/// Words of roads that no engine drives on, beside railways.
const NOT_DRIVEN: [&str; 15] = [
    "trail",
    "foot",
    "path",
    "pedestrian",
    "steps",
    "stair",
    "cycle",
    "bike",
    "bridle",
    "corridor",
    "步行",
    "人行",
    "自行车",
    "小径",
    "台阶",
];

type Segment = GeomWithData<Line<f64>, usize>;

struct Stretch {
    line: Line<f64>,
    width_m: f64,
    road: FeatureId,
    /// Share along the line and the place there.
    cuts: Vec<(f64, [f64; 2])>,
}

/// Share along a line of the place nearest to a point, and how far that is.
fn foot(line: &Line<f64>, point: [f64; 2]) -> (f64, f64) {
    let (dx, dy) = (line.end.x - line.start.x, line.end.y - line.start.y);
    let length2 = dx * dx + dy * dy;
    let share = (((point[0] - line.start.x) * dx + (point[1] - line.start.y) * dy) / length2).clamp(0.0, 1.0);
    let (x, y) = (line.start.x + share * dx, line.start.y + share * dy);
    (share, (point[0] - x).hypot(point[1] - y))
}

/// Where two lines cross, as shares along both.
fn crossing(a: &Line<f64>, b: &Line<f64>) -> Option<(f64, f64)> {
    let (ax, ay) = (a.end.x - a.start.x, a.end.y - a.start.y);
    let (bx, by) = (b.end.x - b.start.x, b.end.y - b.start.y);
    let cross = ax * by - ay * bx;
    if cross.abs() < 1e-9 {
        return None;
    }
    let (dx, dy) = (b.start.x - a.start.x, b.start.y - a.start.y);
    let (s, t) = ((dx * by - dy * bx) / cross, (dx * ay - dy * ax) / cross);
    ((0.0..=1.0).contains(&s) && (0.0..=1.0).contains(&t)).then_some((s, t))
}

impl WayNetwork {
    /// The network of a park's roads and paths that people walk on. Roads that cross are joined; bridges are not told apart from crossings.
    ///
    /// # Errors
    /// [`EvacuationError::NoWays`].
    pub fn of(roads: &[RoadEdge], rules: &EvacuationRules) -> Result<Self, EvacuationError> {
        Self::of_those(roads, rules, |road| !is_rail_or(road, &NOT_WALKED))
    }

    /// Every road that is none for walkers or cyclists alone, however narrow: those that a fire lane may be looked for among.
    ///
    /// # Errors
    /// [`EvacuationError::NoWays`].
    pub fn carriageways(roads: &[RoadEdge], rules: &EvacuationRules) -> Result<Self, EvacuationError> {
        Self::of_those(roads, rules, is_carriageway)
    }

    /// The network that engines drive on: no paths and steps, and nothing on record as narrower than an engine needs.
    ///
    /// # Errors
    /// [`EvacuationError::NoWays`].
    pub fn driven(roads: &[RoadEdge], rules: &EvacuationRules) -> Result<Self, EvacuationError> {
        let least = rules.value("response", "engine_way_m");
        Self::of_those(roads, rules, |road| {
            is_carriageway(road) && road.width_m.is_none_or(|width| width <= 0.0 || width >= least)
        })
    }

    fn of_those(
        roads: &[RoadEdge],
        rules: &EvacuationRules,
        used: impl Fn(&RoadEdge) -> bool,
    ) -> Result<Self, EvacuationError> {
        let default_width = rules.value("ways", "default_width_m");
        let mut stretches: Vec<Stretch> = Vec::new();
        for road in roads.iter().filter(|road| used(road)) {
            let width_m = road.width_m.filter(|width| *width > 0.0).unwrap_or(default_width);
            for line in road.line.iter().flat_map(LineString::lines).filter(|line| line.start != line.end) {
                let ends = [(0.0, [line.start.x, line.start.y]), (1.0, [line.end.x, line.end.y])];
                stretches.push(Stretch { line, width_m, road: road.id, cuts: ends.to_vec() });
            }
        }
        if stretches.is_empty() {
            return Err(EvacuationError::NoWays);
        }
        cut_where_they_meet(&mut stretches);
        let mut network = Self { nodes: Vec::new(), ways: Vec::new(), at_node: Vec::new() };
        let mut known: HashMap<(i64, i64), usize> = HashMap::new();
        for stretch in &mut stretches {
            stretch.cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
            for pair in stretch.cuts.windows(2) {
                network.join(&mut known, pair[0].1, pair[1].1, stretch.width_m, stretch.road);
            }
        }
        Ok(network)
    }

    fn node(&mut self, known: &mut HashMap<(i64, i64), usize>, at: [f64; 2]) -> usize {
        // Ends within a centimetre are one node.
        let key = ((at[0] * 100.0).round() as i64, (at[1] * 100.0).round() as i64);
        *known.entry(key).or_insert_with(|| {
            self.nodes.push(at);
            self.at_node.push(Vec::new());
            self.nodes.len() - 1
        })
    }

    fn join(
        &mut self,
        known: &mut HashMap<(i64, i64), usize>,
        a: [f64; 2],
        b: [f64; 2],
        width_m: f64,
        road: FeatureId,
    ) {
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let pieces = (length / STRETCH_M).ceil().max(1.0);
        let mut from = self.node(known, a);
        for piece in 1..=pieces as usize {
            let share = piece as f64 / pieces;
            let at = if share < 1.0 { [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])] } else { b };
            let to = self.node(known, at);
            if to != from {
                let way = self.ways.len();
                let [p, q] = [self.nodes[from], self.nodes[to]];
                let length_m = (q[0] - p[0]).hypot(q[1] - p[1]);
                self.ways.push(Way { from, to, length_m, width_m, road });
                self.at_node[from].push(way);
                self.at_node[to].push(way);
            }
            from = to;
        }
    }

    /// Ways at a node.
    pub fn at(&self, node: usize) -> &[usize] {
        &self.at_node[node]
    }

    /// Way from the nearest of several starts (a node and what is before it, m) to every node, m; infinite where there is none.
    pub fn from_any(&self, starts: &[(usize, f64)]) -> Vec<f64> {
        let mut distance = vec![f64::INFINITY; self.nodes.len()];
        let mut open = BinaryHeap::new();
        for &(node, before) in starts {
            if before < distance[node] {
                distance[node] = before;
                open.push(Nearest { distance: before, node });
            }
        }
        while let Some(Nearest { distance: here, node }) = open.pop() {
            if here > distance[node] {
                continue;
            }
            for &way in &self.at_node[node] {
                let (there, far) = (self.other_end(way, node), here + self.ways[way].length_m);
                if far < distance[there] {
                    distance[there] = far;
                    open.push(Nearest { distance: far, node: there });
                }
            }
        }
        distance
    }

    /// The end of a way that is not `node`.
    pub fn other_end(&self, way: usize, node: usize) -> usize {
        let way = &self.ways[way];
        if way.from == node { way.to } else { way.from }
    }

    /// The node nearest to a place, and how far it is, m.
    pub fn nearest(&self, place: [f64; 2]) -> (usize, f64) {
        let far = |at: &[f64; 2]| (at[0] - place[0]).hypot(at[1] - place[1]);
        let (mut best, mut least) = (0, f64::INFINITY);
        for (node, at) in self.nodes.iter().enumerate() {
            let distance = far(at);
            if distance < least {
                (best, least) = (node, distance);
            }
        }
        (best, least)
    }

    /// [`WayNetwork::nearest`] of each of many places, by a tree of the nodes: the same nodes, to the bit.
    pub fn nearest_of_each(&self, places: &[[f64; 2]]) -> Vec<(usize, f64)> {
        /// For fewer a tree is not worth its making.
        const FEW: usize = 16;
        if places.len() < FEW {
            return places.iter().map(|place| self.nearest(*place)).collect();
        }
        let nodes = self.nodes.iter().enumerate().map(|(node, at)| GeomWithData::new(*at, node));
        let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(nodes.collect());
        let find = |place: &[f64; 2]| {
            let mut best = (0, f64::INFINITY);
            if !place.iter().all(|c| c.is_finite()) {
                return best;
            }
            for (found, squared) in tree.nearest_neighbor_iter_with_distance_2(place) {
                // A square is rounded otherwise than the distance: whoever may be as near is asked too, and the first node wins.
                if squared > best.1 * best.1 * (1.0 + 1e-9) {
                    break;
                }
                let [x, y] = *found.geom();
                let distance = (x - place[0]).hypot(y - place[1]);
                if distance < best.1 || (distance == best.1 && found.data < best.0) {
                    best = (found.data, distance);
                }
            }
            best
        };
        places.iter().map(find).collect()
    }

    /// Middle of a way, m.
    pub fn middle(&self, way: usize) -> [f64; 2] {
        let way = &self.ways[way];
        let (a, b) = (self.nodes[way.from], self.nodes[way.to]);
        [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]
    }

    /// True where a way runs within so many metres of a place, be its ends and its middle further off.
    pub fn comes_within(&self, way: usize, place: [f64; 2], within_m: f64) -> bool {
        self.foot(way, place).1 <= within_m
    }

    /// A way as a line from its first end to the other.
    pub fn line(&self, way: usize) -> Line<f64> {
        let way = &self.ways[way];
        let (a, b) = (self.nodes[way.from], self.nodes[way.to]);
        Line::new((a[0], a[1]), (b[0], b[1]))
    }

    /// Where a way runs nearest to a place: m along it from its first end, and m from there to the place.
    pub fn foot(&self, way: usize, place: [f64; 2]) -> (f64, f64) {
        let (share, gap_m) = foot(&self.line(way), place);
        (share * self.ways[way].length_m, gap_m)
    }

    /// Place on a way so many metres from its first end, m.
    pub fn place_m(&self, way: usize, along_m: f64) -> [f64; 2] {
        let (line, share) = (self.line(way), along_m / self.ways[way].length_m);
        [line.start.x + share * line.dx(), line.start.y + share * line.dy()]
    }

    /// Way to a node from every other, m (infinite where there is none), and the way to take from each. Closed ways are not taken; on ways
    /// that are avoided a metre counts as `avoid` of them: who is among them goes out, and everyone else goes round.
    pub fn towards(
        &self,
        goal: usize,
        closed: &[bool],
        avoided: &[bool],
        avoid: f64,
    ) -> (Vec<f64>, Vec<Option<usize>>) {
        self.towards_any(&[goal], closed, avoided, avoid)
    }

    /// The way to take from every node to the nearest of several, by ways that are not closed; none at those, and where no way leads there.
    pub(super) fn towards_nearest(&self, goals: &[usize], closed: &[bool]) -> Vec<Option<usize>> {
        self.towards_any(goals, closed, &vec![false; self.ways.len()], 1.0).1
    }

    fn towards_any(
        &self,
        goals: &[usize],
        closed: &[bool],
        avoided: &[bool],
        avoid: f64,
    ) -> (Vec<f64>, Vec<Option<usize>>) {
        let mut distance = vec![f64::INFINITY; self.nodes.len()];
        let mut next = vec![None; self.nodes.len()];
        let mut open = BinaryHeap::new();
        for &goal in goals {
            distance[goal] = 0.0;
            open.push(Nearest { distance: 0.0, node: goal });
        }
        while let Some(Nearest { distance: here, node }) = open.pop() {
            if here > distance[node] {
                continue;
            }
            for &way in &self.at_node[node] {
                if closed[way] {
                    continue;
                }
                let there = self.other_end(way, node);
                let far = here + self.ways[way].length_m * if avoided[way] { avoid } else { 1.0 };
                if far < distance[there] {
                    distance[there] = far;
                    next[there] = Some(way);
                    open.push(Nearest { distance: far, node: there });
                }
            }
        }
        (distance, next)
    }
}

/// True for a road that is none for walkers, cyclists or trains alone.
pub(in crate::emergency) fn is_carriageway(road: &RoadEdge) -> bool {
    !is_rail_or(road, &NOT_DRIVEN)
}

/// True for a railway, and where the class of a road has one of the words.
fn is_rail_or(road: &RoadEdge, words: &[&str]) -> bool {
    let class = road.class.as_deref().unwrap_or_default().to_lowercase();
    is_rail(&class) || words.iter().any(|word| class.contains(word))
}

/// Cuts at crossings, and at roads that the end of another nearly touches.
fn cut_where_they_meet(stretches: &mut [Stretch]) {
    let tree: RTree<Segment> =
        RTree::bulk_load(stretches.iter().enumerate().map(|(k, s)| Segment::new(s.line, k)).collect());
    let mut cuts: Vec<(usize, f64, [f64; 2])> = Vec::new();
    for (k, stretch) in stretches.iter().enumerate() {
        let line = &stretch.line;
        let low = [line.start.x.min(line.end.x) - JOIN_M, line.start.y.min(line.end.y) - JOIN_M];
        let high = [line.start.x.max(line.end.x) + JOIN_M, line.start.y.max(line.end.y) + JOIN_M];
        let around = AABB::from_corners(low.into(), high.into());
        for other in tree.locate_in_envelope_intersecting(&around) {
            let (j, near) = (other.data, other.geom());
            if j == k {
                continue;
            }
            let mut touched = false;
            for end in [[line.start.x, line.start.y], [line.end.x, line.end.y]] {
                let (share, gap) = foot(near, end);
                if gap <= JOIN_M {
                    // The other road is cut at this end's own place, so that they share a node.
                    cuts.push((j, share, end));
                    touched = true;
                }
            }
            if let Some((s, t)) = crossing(line, near).filter(|_| !touched && j > k) {
                let (dx, dy) = (line.end.x - line.start.x, line.end.y - line.start.y);
                let at = [line.start.x + s * dx, line.start.y + s * dy];
                cuts.push((k, s, at));
                cuts.push((j, t, at));
            }
        }
    }
    for (k, share, at) in cuts {
        // An end that is there already stays the only one.
        let stretch = &mut stretches[k];
        if stretch.cuts.iter().all(|cut| (cut.1[0] - at[0]).hypot(cut.1[1] - at[1]) > 1e-2) {
            stretch.cuts.push((share, at));
        }
    }
}

/// A node on the front of the search, nearest first; nodes as far apart by their number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub(super) distance: f64,
    pub(super) node: usize,
}

impl Eq for Nearest {}

impl PartialOrd for Nearest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Nearest {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance.total_cmp(&self.distance).then(other.node.cmp(&self.node))
    }
}

#[cfg(test)]
mod tests {
    use geo::MultiLineString;
    use spatial_db::model::Provenance;

    use super::*;

    #[test]
    fn a_trail_is_walked_and_no_railway() {
        let of = |class: &str| {
            let line = MultiLineString::new(vec![vec![(0.0, 0.0), (20.0, 0.0)].into()]);
            RoadEdge { class: Some(class.to_owned()), ..RoadEdge::bare(1, Provenance::default(), line) }
        };
        let rules = EvacuationRules::shipped();
        let walked = |class: &str| WayNetwork::of(&[of(class)], &rules).is_ok();
        for class in
            ["rail", "Railway siding", "light_rail", "lightrail", "narrow-gauge railroad", "铁路专用线", "铁路 (rail)"]
        {
            assert!(is_rail(class) && !walked(class) && !is_carriageway(&of(class)), "{class}");
        }
        for class in ["trail", "Trailer park road", "guardrail lane", "local", ""] {
            assert!(!is_rail(class) && walked(class), "{class}");
        }
        assert!(!is_carriageway(&of("trail")), "no engine drives on it");
        assert!(is_carriageway(&of("guardrail lane")));
    }
}
