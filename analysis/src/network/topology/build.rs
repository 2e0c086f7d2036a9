//! From lines and points to junctions and links.

use std::collections::HashMap;

use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use super::join::{self, Loose};
use super::{Doubt, Finding, Junction, Link, Topology, along, length_m, plan_m};
use crate::network::graph::{Graph, NONE};
use crate::network::settings::Settings;

/// What a junction was first made of; junctions stand in the order of these, so that they have the same numbers however they came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) made: Made,
    /// Row of the point or line in the snapshot.
    pub(super) row: u32,
    /// Which end, or which vertex of the line.
    pub(super) nth: u32,
}

/// Of what, in the order in which junctions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Made {
    Point,
    Ends,
    Corners,
}

/// A place along a line where something joins it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) edge: u32,
    /// From the first vertex in plan, m.
    pub(super) at_m: f64,
    pub(super) junction: u32,
}

/// What is known while the network is put together.
pub(super) struct Draft<'p> {
    pub(super) park: &'p ParkSnapshot,
    /// Rows of the lines of the class that were there.
    pub(super) edges: Vec<u32>,
    pub(super) junctions: Vec<Junction>,
    pub(super) origins: Vec<Origin>,
    /// Whether a line's end names the junction: then it is no place to be joined by where it lies.
    pub(super) named: Vec<bool>,
    /// Whether a chamber stands there, in which lines end at any height.
    pub(super) chamber: Vec<bool>,
    /// Which junction stands for it: itself, but where several points stand at one place.
    pub(super) same: Vec<u32>,
    /// Lines that end at a junction, or pass it.
    pub(super) used: Vec<bool>,
    /// Points of unknown height that heights of lines speak against: joined to nothing.
    pub(super) undecided: Vec<bool>,
    /// Lowest and highest known height at a junction, m: its own, else of the lines that name it; NaN where none is known.
    pub(super) span_m: Vec<[f64; 2]>,
    /// Junction of each end of each line in `edges`, or [`NONE`].
    pub(super) ends: Vec<[u32; 2]>,
    /// Whether each end of each line in `edges` names a point that is there.
    pub(super) keyed: Vec<[bool; 2]>,
    pub(super) stops: Vec<Stop>,
    pub(super) findings: Vec<Finding>,
}

impl<'p> Draft<'p> {
    /// Of these lines, by their rows, before anything is known of them.
    pub(super) fn of(park: &'p ParkSnapshot, edges: Vec<u32>) -> Self {
        Self {
            park,
            ends: vec![[NONE; 2]; edges.len()],
            keyed: vec![[false; 2]; edges.len()],
            edges,
            junctions: Vec::new(),
            origins: Vec::new(),
            named: Vec::new(),
            chamber: Vec::new(),
            same: Vec::new(),
            used: Vec::new(),
            undecided: Vec::new(),
            span_m: Vec::new(),
            stops: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// A junction without a node.
    pub(super) fn place(&mut self, position: [f64; 3], origin: Origin) -> u32 {
        self.junctions.push(Junction { node: NONE, position });
        self.origins.push(origin);
        self.named.push(false);
        self.chamber.push(false);
        self.used.push(true);
        self.undecided.push(false);
        self.span_m.push([position[2]; 2]);
        self.same.push(self.junctions.len() as u32 - 1);
        self.junctions.len() as u32 - 1
    }

    /// The junction that stands for one.
    pub(super) fn stands_for(&self, mut junction: u32) -> u32 {
        while self.same[junction as usize] != junction {
            junction = self.same[junction as usize];
        }
        junction
    }

    pub(super) fn path(&self, at: usize) -> &[[f64; 3]] {
        &self.park.edges[self.edges[at] as usize].path
    }

    pub(super) fn doubt(&mut self, at: usize, place: [f64; 3], what: Doubt) {
        let feature = self.park.edges[self.edges[at] as usize].id;
        self.findings.push(Finding { feature, place: [place[0], place[1]], what });
    }
}

impl Topology {
    /// The network of a class from the lines and points that were there.
    pub fn build(park: &ParkSnapshot, there: &Presence, class: NetworkClass, settings: &Settings) -> Self {
        let (edges, nodes) = rows_of(park, there, class);
        let Drafted { draft, rows, joined } = drafted(park, edges, nodes, settings);
        let mut node_junctions = vec![NONE; park.nodes.len()];
        for [row, junction] in rows {
            node_junctions[row as usize] = junction;
        }
        finish(draft, class, node_junctions, joined)
    }
}

/// Rows of the lines and of the points of a class that were there, in order.
pub(super) fn rows_of(park: &ParkSnapshot, there: &Presence, class: NetworkClass) -> (Vec<u32>, Vec<u32>) {
    let is_line = |row: &usize| {
        let edge = &park.edges[*row];
        there.edges[*row] && edge.class == class && edge.path.len() > 1
    };
    let is_point = |row: &usize| there.nodes[*row] && park.nodes[*row].class == class;
    let lines = (0..park.edges.len()).filter(is_line).map(|row| row as u32).collect();
    let points = (0..park.nodes.len()).filter(is_point).map(|row| row as u32).collect();
    (lines, points)
}

/// Lines and points joined, before lines are cut at their stops.
pub(super) struct Drafted<'p> {
    pub(super) draft: Draft<'p>,
    /// Rows of points, each with its junction.
    pub(super) rows: Vec<[u32; 2]>,
    /// Ends joined by the key of a node, and by where they lie.
    pub(super) joined: [usize; 2],
}

/// Joins lines and points, by their rows in order.
pub(super) fn drafted<'p>(
    park: &'p ParkSnapshot,
    edges: Vec<u32>,
    nodes: impl IntoIterator<Item = u32>,
    settings: &Settings,
) -> Drafted<'p> {
    let mut rows = Vec::new();
    let mut by_key: HashMap<&str, u32> = HashMap::new();
    let mut draft = Draft::of(park, edges);
    for row in nodes {
        let node = &park.nodes[row as usize];
        let junction = draft.place(node.position, Origin { made: Made::Point, row, nth: 0 });
        draft.junctions[junction as usize].node = row;
        draft.chamber[junction as usize] = join::is_chamber(node.kind);
        draft.used[junction as usize] = false;
        rows.push([row, junction]);
        by_key.entry(&node.provenance.key).or_insert(junction);
    }
    let mut loose = Vec::new();
    for at in 0..draft.edges.len() {
        let edge = &park.edges[draft.edges[at] as usize];
        for (end, key) in [&edge.from_key, &edge.to_key].into_iter().enumerate() {
            let place = edge.path[if end == 0 { 0 } else { edge.path.len() - 1 }];
            match key.as_deref().map(|key| by_key.get(key)) {
                Some(Some(junction)) => {
                    draft.ends[at][end] = *junction;
                    draft.keyed[at][end] = true;
                    // What lines that name it say of a height that its own record does not.
                    if draft.junctions[*junction as usize].position[2].is_nan() {
                        let [low, high] = draft.span_m[*junction as usize];
                        draft.span_m[*junction as usize] = [low.min(place[2]), high.max(place[2])];
                    }
                    draft.named[*junction as usize] = true;
                    draft.used[*junction as usize] = true;
                }
                told => {
                    if told.is_some() {
                        draft.doubt(at, place, Doubt::NoSuchNode);
                    }
                    loose.push(Loose { edge: at as u32, end: end as u8, place });
                }
            }
        }
    }
    let joined = [draft.edges.len() * 2 - loose.len(), loose.len()];
    join::one_place(&mut draft, settings);
    for at in 0..draft.ends.len() {
        draft.ends[at] = draft.ends[at].map(|end| if end == NONE { NONE } else { draft.stands_for(end) });
    }
    join::join(&mut draft, &loose, settings);
    let alone: Vec<Finding> = draft
        .junctions
        .iter()
        .zip(&draft.used)
        .filter(|(junction, used)| !**used && junction.node != NONE)
        .map(|(junction, _)| Finding {
            feature: park.nodes[junction.node as usize].id,
            place: [junction.position[0], junction.position[1]],
            what: Doubt::Alone,
        })
        .collect();
    draft.findings.extend(alone);
    let kept = draft.without_doubles();
    for [_, junction] in &mut rows {
        *junction = kept[*junction as usize];
    }
    Drafted { draft, rows, joined }
}

impl Draft<'_> {
    /// Leaves only junctions that stand for themselves; gives the new number of each.
    fn without_doubles(&mut self) -> Vec<u32> {
        let mut kept = vec![NONE; self.junctions.len()];
        let mut junctions = Vec::with_capacity(self.junctions.len());
        let mut origins = Vec::with_capacity(self.junctions.len());
        for (at, junction) in self.junctions.iter().enumerate().filter(|(at, _)| self.same[*at] == *at as u32) {
            kept[at] = junctions.len() as u32;
            junctions.push(*junction);
            origins.push(self.origins[at]);
        }
        let new: Vec<u32> = (0..kept.len() as u32).map(|at| kept[self.stands_for(at) as usize]).collect();
        for end in self.ends.iter_mut().flatten() {
            *end = new[*end as usize];
        }
        for stop in &mut self.stops {
            stop.junction = new[stop.junction as usize];
        }
        self.junctions = junctions;
        self.origins = origins;
        new
    }
}

/// Cuts lines at their stops.
pub(super) fn finish(
    mut draft: Draft<'_>,
    class: NetworkClass,
    node_junctions: Vec<u32>,
    joined: [usize; 2],
) -> Topology {
    draft.stops.sort_by(|a, b| a.edge.cmp(&b.edge).then(a.at_m.total_cmp(&b.at_m)).then(a.junction.cmp(&b.junction)));
    let stops = std::mem::take(&mut draft.stops);
    let mut next = stops.iter().copied().peekable();
    let mut ends = Vec::with_capacity(draft.edges.len());
    let mut links = Vec::with_capacity(draft.edges.len());
    let mut edge_starts = vec![0_u32; draft.park.edges.len() + 1];
    for at in 0..draft.edges.len() {
        let edge = draft.edges[at];
        let path = &draft.park.edges[edge as usize].path;
        let [mut from, last] = draft.ends[at];
        let mut from_m = 0.0;
        while let Some(stop) = next.next_if(|stop| stop.edge == at as u32) {
            // Where an end was drawn onto a stop, or two stops onto each other, there is nothing between.
            if stop.junction == from || stop.junction == last {
                continue;
            }
            ends.push([from, stop.junction]);
            let course = if from_m == 0.0 && stop.at_m == 0.0 { 0.0 } else { part_m(path, from_m, stop.at_m) };
            links.push(Link { edge, span_m: [from_m, stop.at_m], length_m: course });
            (from, from_m) = (stop.junction, stop.at_m);
        }
        let whole_m: f64 = path.windows(2).map(|pair| plan_m(pair[0], pair[1])).sum();
        let length = if from_m == 0.0 { length_m(path) } else { part_m(path, from_m, whole_m) };
        ends.push([from, last]);
        links.push(Link { edge, span_m: [from_m, whole_m], length_m: length });
        if from == last {
            draft.doubt(at, path[0], Doubt::Loop);
        }
        edge_starts[edge as usize + 1] = links.len() as u32;
    }
    for row in 1..edge_starts.len() {
        edge_starts[row] = edge_starts[row].max(edge_starts[row - 1]);
    }
    let graph = Graph::new(draft.junctions.len(), ends);
    let at = node_junctions.iter().zip(0_u32..).filter(|(junction, _)| **junction != NONE);
    let mut shared: Vec<[u32; 2]> = at
        .filter(|(junction, row)| draft.junctions[**junction as usize].node != *row)
        .map(|(junction, row)| [*junction, row])
        .collect();
    shared.sort_unstable();
    Topology {
        class,
        graph,
        junctions: draft.junctions,
        links,
        findings: draft.findings,
        joined,
        edge_starts,
        node_junctions,
        shared,
        stops,
        keyed: draft.keyed,
        origins: draft.origins,
    }
}

/// Length between two places along a path, m.
fn part_m(path: &[[f64; 3]], from_m: f64, to_m: f64) -> f64 {
    let mut course = vec![along(path, from_m)];
    let mut at = 0.0;
    for pair in path.windows(2) {
        at += plan_m(pair[0], pair[1]);
        if at > from_m && at < to_m {
            course.push(pair[1]);
        }
    }
    course.push(along(path, to_m));
    length_m(&course)
}
