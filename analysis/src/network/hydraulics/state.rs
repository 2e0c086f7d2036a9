//! Heads and flows at one moment, and what the engine said of them.

use super::engine::{Plant, Sort};
use crate::network::graph::{Graph, NONE};

/// Flows that differ by less are the same, L/s: the engine goes on until no flow changes by more, and less in a pipe is no flow.
pub(super) const STILL_L_S: f64 = 0.005;

/// What the engine warned of (EPANET user manual, appendix B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// Flows did not come to rest.
    Unbalanced,
    /// Flows came near to rest; they may not be stable.
    Unstable,
    /// Parts are cut off.
    CutOff,
    /// Pumps cannot deliver what is asked of them.
    Pumps,
    /// Valves cannot deliver what is asked of them.
    Valves,
    /// There are pressures below zero.
    Negative,
}

impl Warning {
    pub(super) const fn of(code: i32) -> Option<Self> {
        match code {
            1 => Some(Self::Unbalanced),
            2 => Some(Self::Unstable),
            3 => Some(Self::CutOff),
            4 => Some(Self::Pumps),
            5 => Some(Self::Valves),
            6 => Some(Self::Negative),
            _ => None,
        }
    }
}

/// Heads and flows at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Head of each node, m; `None` where no open way leads to a source.
    pub head_m: Vec<Option<f64>>,
    /// Pressure of each node, m of water; `None` where it has no head or no elevation.
    pub pressure_m: Vec<Option<f64>>,
    /// What each node asks for, L/s.
    pub asked_l_s: Vec<f64>,
    /// What it gets, L/s.
    pub given_l_s: Vec<f64>,
    /// Flow of each link from its first node to its last, L/s.
    pub flow_l_s: Vec<f64>,
    /// Velocity of each link, m/s.
    pub velocity_m_s: Vec<f64>,
    /// Flow out of each hole, L/s.
    pub leak_l_s: Vec<f64>,
    /// Nodes without an open way to a source: they get nothing.
    pub dry: Vec<bool>,
    /// Nodes whose pressure follows from a pipe whose diameter was guessed, on their way or on a loop that feeds them: what is worked
    /// out for them is a guess too.
    pub guessed: Vec<bool>,
    /// Whether the engine came to an answer within the trials that it may take, at every step; else these are figures of its last trial.
    pub settled: bool,
    /// What the engine warned of, each once.
    pub warnings: Vec<Warning>,
    /// The moment, s after the start.
    pub at_s: u64,
}

impl State {
    /// Nodes whose pressure is below zero: air or foul water may be drawn in there; nobody gets what such a model says he gets.
    pub fn negative(&self) -> Vec<u32> {
        let below = |at: &u32| self.pressure_m[*at as usize].is_some_and(|pressure| pressure < 0.0);
        (0..self.pressure_m.len() as u32).filter(below).collect()
    }
}

impl Plant {
    /// Nodes whose pressure follows from a pipe whose diameter was guessed. `open` tells through which links water can pass, `answers`
    /// from which nodes it flows by their pressure.
    ///
    /// A diameter tells how a flow parts between the ways of a loop, so all of its loop follows from it, and all that hangs on that;
    /// what lies between the loop and its source does not, as the flow there is the sum of what is drawn behind. Only where less is
    /// given at less pressure does that follow too. What keeps its head does not, and a way between two such places is a loop.
    pub(super) fn behind_guesses(&self, flow_l_s: &[f64], open: &[bool], answers: impl Fn(usize) -> bool) -> Vec<bool> {
        if self.links.iter().all(|link| link.guessed_mm.is_none()) {
            return vec![false; self.nodes.len()];
        }
        let origin = self.nodes.len() as u32;
        let place = |node: u32| if self.nodes[node as usize].sort == Sort::Junction { node } else { origin };
        let links: Vec<usize> = (0..self.links.len()).filter(|link| open[*link]).collect();
        let ends = links.iter().map(|link| self.links[*link].ends.map(place)).collect();
        let graph = Graph::new(self.nodes.len() + 1, ends);
        let walk = graph.walk(&[origin]);
        // By node: the node of its loops, or of the only pipe that leads to it, that the walk from what keeps its head came to first.
        let mut first: Vec<u32> = (0..=origin).collect();
        // By node: that beside what keeps its head on the way that the walk took.
        let mut branch = first.clone();
        for node in walk.order.iter().map(|node| *node as usize) {
            let up = walk.parent[node].to;
            if up == NONE || up == origin {
                continue;
            }
            branch[node] = branch[up as usize];
            if walk.low[node] < walk.enter[up as usize] {
                first[node] = first[up as usize];
            }
        }
        let first_of = |link: usize| {
            let [a, b] = graph.ends(link as u32).map(|node| node as usize);
            (a != b).then(|| first[if walk.enter[a] > walk.enter[b] { a } else { b }] as usize)
        };
        // Where no water moves nothing is lost, whatever the diameters.
        let mut moves = vec![false; first.len()];
        for (number, link) in links.iter().enumerate() {
            if let Some(first) = first_of(number) {
                moves[first] |= flow_l_s[*link].abs() >= STILL_L_S;
            }
        }
        let mut behind = vec![false; first.len()];
        for (number, link) in links.iter().enumerate() {
            if let Some(first) =
                first_of(number).filter(|first| moves[*first] && self.links[*link].guessed_mm.is_some())
            {
                behind[first] = true;
            }
        }
        for node in &walk.order {
            let up = walk.parent[*node as usize].to;
            behind[*node as usize] |= up != NONE && behind[up as usize];
        }
        let mut all = vec![false; first.len()];
        for node in (0..self.nodes.len()).filter(|node| behind[*node] && answers(*node)) {
            all[branch[node] as usize] = true;
        }
        (0..self.nodes.len()).map(|node| behind[node] || all[branch[node] as usize]).collect()
    }
}
