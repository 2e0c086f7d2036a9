//! What stands in the way through a network: valves and switches at junctions, and lines that their own records close, as those of
//! model files do.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;
use spatial_db::model::{NetworkEdge, ParkSnapshot};

use super::isolation::{Gear, Valves};
use super::settings::Device;
use super::topology::{Direction, FlowBasis, Flows, Topology};

/// What a line lets pass by its own record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passage {
    /// Both ways.
    #[default]
    Free,
    /// From its first vertex to its last alone: a check valve stands on it.
    OneWay,
    /// From its last vertex to its first alone.
    Back,
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
    /// Junctions with a check valve of which nothing tells which way it lets pass, in order.
    checks: Arc<[u32]>,
}

impl Barriers {
    /// What stands at each junction and what each link lets pass.
    pub fn new(at: Vec<Barrier>, lines: Arc<[Passage]>) -> Self {
        let one_way = lines.contains(&Passage::OneWay) || lines.contains(&Passage::Back);
        Self { at, lines, one_way, checks: Arc::default() }
    }

    /// The same with check valves at junctions, in order, of which nothing tells which way they let pass.
    pub(super) fn with_checks(self, checks: Arc<[u32]>) -> Self {
        Self { checks, ..self }
    }

    /// Whether a check valve stands at a junction of which nothing tells which way it lets pass.
    pub fn checks_some_way(&self, junction: u32) -> bool {
        self.checks.binary_search(&junction).is_ok()
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
            (Passage::Free, _) | (_, Along::Any) => true,
            (Passage::OneWay, Along::With) | (Passage::Back, Along::Against) => here == from,
            (Passage::OneWay, Along::Against) | (Passage::Back, Along::With) => here == to,
        }
    }
}

impl Topology {
    /// What each link lets pass: by the record of its line, and by check valves at its ends where the records of lines tell which way
    /// water flows past them. With the junctions of those check valves of which none tells, in order.
    pub fn passages(&self, park: &ParkSnapshot, valves: &Valves, flows: &Flows) -> (Vec<Passage>, Vec<u32>) {
        let mut lines: Vec<Passage> =
            self.links.iter().map(|link| Passage::of(&park.edges[link.edge as usize])).collect();
        let mut open = Vec::new();
        for valve in valves.passing(self).filter(|valve| valve.device == Device::Check) {
            let Some(into) = self.leading_to(flows, valve.junction) else {
                open.push(valve.junction);
                continue;
            };
            // What leads to it is not come back along; what leads away is filled up to it from its other side.
            for link in into {
                let line = &mut lines[link as usize];
                if *line == Passage::Free {
                    let [_, last] = self.graph.ends(link);
                    *line = if last == valve.junction { Passage::OneWay } else { Passage::Back };
                }
            }
        }
        open.sort_unstable();
        open.dedup();
        (lines, open)
    }

    /// Links that lead to a check valve, by the records of the lines there; of two lines one is enough. `None` where they do not tell.
    fn leading_to(&self, flows: &Flows, junction: u32) -> Option<Vec<u32>> {
        let arcs = self.graph.at(junction);
        let leads_in = |link: u32| {
            let recorded = flows.bases[link as usize] == FlowBasis::Recorded;
            let last = self.graph.ends(link)[1] == junction;
            match flows.directions[link as usize] {
                Direction::Forward if recorded => Some(last),
                Direction::Backward if recorded => Some(!last),
                _ => None,
            }
        };
        if arcs.iter().any(|arc| arc.to == junction) {
            return None;
        }
        let mut told: Vec<Option<bool>> = arcs.iter().map(|arc| leads_in(arc.link)).collect();
        if let [a, b] = told.as_mut_slice() {
            (*a, *b) = (a.or(b.map(|b| !b)), b.or(a.map(|a| !a)));
        }
        let into: Vec<u32> =
            arcs.iter().zip(&told).filter(|(_, into)| **into == Some(true)).map(|(arc, _)| arc.link).collect();
        // All of them in, or all out, is no way past it.
        (told.iter().all(Option::is_some) && !into.is_empty() && into.len() < arcs.len()).then_some(into)
    }
}
