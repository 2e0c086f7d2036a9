//! Heads and flows at one moment, and what the engine said of them.

use super::engine::{Plant, Sort};

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
    /// Nodes whose water comes through a pipe whose diameter was guessed: what is worked out for them is a guess too.
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
    /// Nodes whose pressure follows from a pipe whose diameter was guessed: where water comes through it, and where water that does
    /// not move hangs on such a place. What keeps its head is not touched by it. `open` tells through which links water can pass.
    pub(super) fn behind_guesses(&self, flow_l_s: &[f64], open: &[bool]) -> Vec<bool> {
        let mut behind = vec![false; self.nodes.len()];
        let mut ways: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let mut queue = Vec::new();
        for ((link, flow), _) in self.links.iter().zip(flow_l_s).zip(open).filter(|(_, open)| **open) {
            let [a, b] = link.ends;
            if flow.abs() < STILL_L_S {
                // Without a flow nothing is lost, whatever the diameter: both ends have one head.
                ways[a as usize].push(b);
                ways[b as usize].push(a);
                continue;
            }
            let (from, to) = if *flow > 0.0 { (a, b) } else { (b, a) };
            ways[from as usize].push(to);
            queue.extend(link.guessed_mm.map(|_| to));
        }
        while let Some(here) = queue.pop() {
            let at = here as usize;
            if self.nodes[at].sort == Sort::Junction && !std::mem::replace(&mut behind[at], true) {
                queue.extend_from_slice(&ways[at]);
            }
        }
        behind
    }
}
