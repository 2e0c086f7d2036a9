//! What stands in the way through a network: valves and switches at junctions, and lines that their own records close, as those of
//! model files do.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;
use spatial_db::model::{NetworkEdge, ParkSnapshot};

use super::isolation::Gear;
use super::topology::Topology;

/// What a line lets pass by its own record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passage {
    /// Both ways.
    #[default]
    Free,
    /// From its first vertex to its last alone: a check valve stands on it.
    OneWay,
    /// Nothing: it is closed, and nothing tells where on it.
    Closed,
}

impl Passage {
    /// By the `status` of a line in the words of EPANET: `Closed`, or `CV`, which lets pass from the first node to the last.
    pub fn of(edge: &NetworkEdge) -> Self {
        // Through a closed switch current flows, so these words say nothing of a cable.
        let status = edge.provenance.attributes.get("status").and_then(Value::as_str);
        match status.filter(|_| Gear::of_class(edge.class) == Gear::Valve) {
            Some(status) if status.eq_ignore_ascii_case("closed") => Self::Closed,
            Some(status) if status.eq_ignore_ascii_case("cv") => Self::OneWay,
            _ => Self::Free,
        }
    }
}

/// Which way lines that let pass one way are gone along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Either: what hangs together.
    Any,
    /// As they let pass: where a source leads.
    With,
    /// Against that: what a place can be fed from.
    Against,
}

/// Whether a valve or switch stands in the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Barrier {
    /// None, or one that lets pass.
    #[default]
    Open,
    /// One that somebody looked for without finding out how it stands.
    MayBeShut,
    /// One that lets nothing pass.
    Shut,
}

/// What stands in the way.
#[derive(Debug, Clone)]
pub struct Barriers {
    at: Vec<Barrier>,
    lines: Arc<[Passage]>,
    one_way: bool,
}

impl Barriers {
    /// What stands at each junction and what each link lets pass.
    pub fn new(at: Vec<Barrier>, lines: Arc<[Passage]>) -> Self {
        let one_way = lines.contains(&Passage::OneWay);
        Self { at, lines, one_way }
    }

    /// Something shut at some junctions, and nothing besides.
    pub fn shut_at(topology: &Topology, shut: impl Fn(u32) -> bool) -> Self {
        let barrier = |junction: u32| if shut(junction) { Barrier::Shut } else { Barrier::Open };
        let at = (0..topology.graph.junctions() as u32).map(barrier).collect();
        Self::new(at, vec![Passage::Free; topology.graph.links()].into())
    }

    /// Whether something stands at a junction that lets nothing pass.
    pub fn is_shut(&self, junction: u32) -> bool {
        self.at[junction as usize] == Barrier::Shut
    }

    /// Whether something stands at a junction that may be shut as well as open.
    pub fn may_be_shut(&self, junction: u32) -> bool {
        self.at[junction as usize] == Barrier::MayBeShut
    }

    /// Whether a link lets nothing pass.
    pub fn is_closed(&self, link: u32) -> bool {
        self.lines[link as usize] == Passage::Closed
    }

    /// Whether any link lets pass one way only.
    pub fn any_one_way(&self) -> bool {
        self.one_way
    }

    /// What each link lets pass.
    pub fn lines(&self) -> &[Passage] {
        &self.lines
    }

    /// Whether a link is gone along from the junction `here` at one of its ends.
    pub fn passes(&self, topology: &Topology, link: u32, here: u32, along: Along) -> bool {
        let [from, to] = topology.graph.ends(link);
        match (self.lines[link as usize], along) {
            (Passage::Closed, _) => false,
            (Passage::Free, _) | (Passage::OneWay, Along::Any) => true,
            (Passage::OneWay, Along::With) => here == from,
            (Passage::OneWay, Along::Against) => here == to,
        }
    }
}

impl Topology {
    /// What each link lets pass by the record of its line.
    pub fn passages(&self, park: &ParkSnapshot) -> Vec<Passage> {
        self.links.iter().map(|link| Passage::of(&park.edges[link.edge as usize])).collect()
    }
}
