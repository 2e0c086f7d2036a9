//! One network of a park as a graph: junctions where lines meet, links between them.
//!
//! Lines that name their nodes are joined as they say. Others are joined by where they lie: ends that meet, ends that meet another
//! line's course, corners of two lines at one place in 3D. Lines that cross in plan without any of these pass each other. What a
//! height that is not known leaves open is joined as drawn and told ([`Finding`]). Checks of single rows (duplicates, loops, slopes,
//! missing nodes) are made when a park is imported.

mod build;
mod flow;
mod join;
mod rebuild;
#[cfg(test)]
mod tests;

use spatial_db::model::{FeatureId, NetworkClass, NetworkNode, ParkSnapshot};

use super::graph::{Graph, NONE};
use build::{Origin, Stop};
pub(crate) use flow::feeds;
pub use flow::{Direction, FlowBasis, Flows};
pub use rebuild::{Anew, Basis};

/// Where links meet or end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Junction {
    /// Row of the node in the snapshot that stands here, or [`NONE`].
    pub node: u32,
    /// Easting, northing, elevation, m; elevation is NaN where nothing tells it.
    pub position: [f64; 3],
}

/// A line of the park, or a piece of one between two places where something joins it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Row of the line in the snapshot.
    pub edge: u32,
    /// From and to along the line in plan, m from its first vertex.
    pub span_m: [f64; 2],
    /// Length, m: in 3D where heights are known, else in plan.
    pub length_m: f64,
}

/// What the topology could not join without doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The line, or the point.
    pub feature: FeatureId,
    /// Where.
    pub place: [f64; 2],
    /// What.
    pub what: Doubt,
}

/// A doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// Joined as drawn, though a height is not known.
    HeightUnknown,
    /// Meets another line in plan at another height, m apart: not joined.
    HeightsDiffer(f64),
    /// Meets several lines in plan, at heights of which some are not known: joined to the nearest.
    Several,
    /// Ends beside another line, m away: not joined.
    NearMiss(f64),
    /// Names a node that is not there; joined by where it lies.
    NoSuchNode,
    /// No line begins, ends or passes at the point.
    Alone,
    /// A line from a place to itself.
    Loop,
    /// A point that no line names joins points of others at its place, as a pump between two lines does.
    Joins,
    /// A point of unknown height where lines lie at heights that differ, m apart: joined to none of them.
    Undecided(f64),
}

impl Doubt {
    /// A short word for tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HeightUnknown => "height_unknown",
            Self::HeightsDiffer(_) => "heights_differ",
            Self::Several => "several_lines",
            Self::NearMiss(_) => "near_miss",
            Self::NoSuchNode => "no_such_node",
            Self::Alone => "alone",
            Self::Loop => "loop",
            Self::Joins => "joins",
            Self::Undecided(_) => "height_undecided",
        }
    }

    /// How far apart, m, where that is what is doubted.
    pub const fn apart_m(self) -> Option<f64> {
        match self {
            Self::HeightsDiffer(m) | Self::NearMiss(m) | Self::Undecided(m) => Some(m),
            _ => None,
        }
    }
}

/// A network of one class.
#[derive(Debug, Clone)]
pub struct Topology {
    /// Class.
    pub class: NetworkClass,
    /// Who meets whom.
    pub graph: Graph,
    /// What stands at each junction of the graph.
    pub junctions: Vec<Junction>,
    /// What each link of the graph is, in the order of the lines and along them.
    pub links: Vec<Link>,
    /// What is in doubt.
    pub findings: Vec<Finding>,
    /// Ends of lines that were joined by the key of a node, and by where they lie.
    pub joined: [usize; 2],
    edge_starts: Vec<u32>,
    node_junctions: Vec<u32>,
    /// Junctions with more than one node, and the rows of those that do not stand for them, in order.
    shared: Vec<[u32; 2]>,
    /// Where something joins lines on their course, those at their ends too; lines by position among those of the network.
    stops: Vec<Stop>,
    /// By line of the network, whether each end names a point that is there.
    keyed: Vec<[bool; 2]>,
    /// By junction.
    origins: Vec<Origin>,
}

impl Topology {
    /// Links of a line, by its row in the snapshot; none where it is of another class or was not there.
    pub fn links_of_edge(&self, edge: usize) -> std::ops::Range<u32> {
        self.edge_starts[edge]..self.edge_starts[edge + 1]
    }

    /// Junction of a node, by its row in the snapshot.
    pub fn junction_of_node(&self, node: usize) -> Option<u32> {
        self.node_junctions.get(node).copied().filter(|junction| *junction != NONE)
    }

    /// Rows of the nodes at a junction: the one that stands for it, then others at its place.
    pub fn rows_at(&self, junction: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.junctions[junction as usize].node;
        let from = self.shared.partition_point(|[at, _]| *at < junction);
        let others = self.shared[from..].iter().take_while(move |[at, _]| *at == junction).map(|[_, row]| *row);
        (first != NONE).then_some(first).into_iter().chain(others)
    }

    /// The nodes at a junction: the one that stands for it, then others at its place.
    pub fn nodes_at<'p>(&self, park: &'p ParkSnapshot, junction: u32) -> impl Iterator<Item = &'p NetworkNode> {
        self.rows_at(junction).map(move |row| &park.nodes[row as usize])
    }

    /// Row of the first node at a junction that is of a kind: a hydrant or a valve may share its place with a joint.
    pub fn row_of(&self, park: &ParkSnapshot, junction: u32, is: impl Fn(&NetworkNode) -> bool) -> Option<u32> {
        self.rows_at(junction).find(|row| is(&park.nodes[*row as usize]))
    }

    /// Length of the whole network, m.
    pub fn length_m(&self) -> f64 {
        self.links.iter().map(|link| link.length_m).sum()
    }

    /// The place on a link, `share` of the way along it in plan.
    pub fn place(&self, park: &ParkSnapshot, link: u32, share: f64) -> [f64; 3] {
        let Link { edge, span_m: [from, to], .. } = self.links[link as usize];
        along(&park.edges[edge as usize].path, from + (to - from) * share)
    }

    /// The course of a link: its line's vertices between its ends, with both ends.
    pub fn course(&self, park: &ParkSnapshot, link: u32) -> Vec<[f64; 3]> {
        let Link { edge, span_m: [from, to], .. } = self.links[link as usize];
        let path = &park.edges[edge as usize].path;
        let mut course = vec![along(path, from)];
        let mut at = 0.0;
        for pair in path.windows(2) {
            at += plan_m(pair[0], pair[1]);
            if at > from && at < to {
                course.push(pair[1]);
            }
        }
        course.push(along(path, to));
        course
    }
}

/// Distance in plan, m.
pub(crate) fn plan_m(a: [f64; 3], b: [f64; 3]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// The place on a path, `far_m` along it in plan.
pub(crate) fn along(path: &[[f64; 3]], far_m: f64) -> [f64; 3] {
    let mut left = far_m;
    for pair in path.windows(2) {
        let run = plan_m(pair[0], pair[1]);
        if left <= run && run > 0.0 {
            let share = (left / run).max(0.0);
            // Both ends exactly, so that a height known there is not lost to one that is not.
            return match share {
                0.0 => pair[0],
                1.0 => pair[1],
                _ => [0, 1, 2].map(|axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * share),
            };
        }
        left -= run;
    }
    path.last().copied().unwrap_or([f64::NAN; 3])
}

/// Length, m, in 3D where heights are known.
/// A piece of which a height is not known counts in plan.
pub(crate) fn length_m(path: &[[f64; 3]]) -> f64 {
    let piece = |pair: &[[f64; 3]]| {
        let rise = Some(pair[1][2] - pair[0][2]).filter(|rise| rise.is_finite()).unwrap_or(0.0);
        plan_m(pair[0], pair[1]).hypot(rise)
    };
    path.windows(2).map(piece).sum()
}
