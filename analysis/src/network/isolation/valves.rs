//! The valves of a network: where they stand, what they do, and their state.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use spatial_db::model::ParkSnapshot;

use super::Gate;
use crate::network::graph::NONE;
use crate::network::settings::{Device, Settings};
use crate::network::topology::Topology;

/// State of a valve or switch, in the words of valves; [`Gear`](super::Gear) says it of a switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValveState {
    /// Open, and can be closed; a switch that is on.
    Open,
    /// Closed; a switch that is off.
    Closed,
    /// Cannot be closed, or switched off.
    StuckOpen,
    /// Cannot be opened, or switched on.
    StuckClosed,
    /// Nobody has told: taken for open, and for one that can be closed; every answer says so. Where somebody told that it is not known,
    /// it may be shut as well, and what depends on that is told as perhaps so ([`Valves::doubtful`]).
    #[default]
    Unknown,
}

impl ValveState {
    /// Nothing passes.
    pub const fn is_shut(self) -> bool {
        matches!(self, Self::Closed | Self::StuckClosed)
    }
}

/// A valve or switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valve {
    /// Row of its node in the snapshot.
    pub node: u32,
    /// Its junction.
    pub junction: u32,
    /// What it does; only those that shut are in [`Valves::gates`].
    pub device: Device,
}

/// The valves of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Valves {
    /// Valves that shut a way, in the order of their junctions; before them those that let pass but stand closed ([`Valves::parting`]).
    pub shut: Vec<Valve>,
    /// The others: check, reducing, air and drain valves, and those at the end of a line, which part nothing.
    pub others: Vec<Valve>,
    /// Where those that shut stand: on every link at their junction but the first, so that a valve on a line is one gate, and one
    /// drawn at a tee closes all ways.
    pub gates: Vec<Gate>,
}

impl Valves {
    /// Those of a network.
    pub fn of(topology: &Topology, park: &ParkSnapshot, settings: &Settings) -> Self {
        let mut found = Self::default();
        for junction in 0..topology.junctions.len() as u32 {
            // A valve may share its place with a joint, a hydrant or another valve.
            for node in topology.rows_at(junction) {
                let Some(device) = settings.device(&park.nodes[node as usize]) else { continue };
                let valve = Valve { node, junction, device };
                let arcs = topology.graph.at(junction);
                if device != Device::Shuts || arcs.len() < 2 {
                    found.others.push(valve);
                    continue;
                }
                let number = found.shut.len() as u32;
                found.shut.push(valve);
                found.gates.extend(gates_at(topology, junction, number));
            }
        }
        found
    }

    /// Valves that let pass on a line, one way or at a lower pressure: check and reducing valves. They shut nothing off, but where they
    /// stand closed nothing passes.
    pub fn passing(&self, topology: &Topology) -> impl Iterator<Item = &Valve> {
        let lets_pass = |valve: &Valve| matches!(valve.device, Device::Check | Device::Reduces);
        self.others.iter().filter(move |valve| lets_pass(valve) && topology.graph.at(valve.junction).len() > 1)
    }

    /// These, but with those that let pass and are told to stand closed among those that shut, by states by key of their nodes. `None`
    /// where none does. They go before those.
    pub fn parting(
        &self,
        topology: &Topology,
        park: &ParkSnapshot,
        told: &HashMap<String, ValveState>,
    ) -> Option<Self> {
        let state = |valve: &Valve| told.get(&park.nodes[valve.node as usize].provenance.key);
        let stands_closed = |valve: &Valve| state(valve).is_some_and(|state| state.is_shut());
        let closed: Vec<Valve> = self.passing(topology).filter(|valve| stands_closed(valve)).copied().collect();
        if closed.is_empty() {
            return None;
        }
        let count = closed.len() as u32;
        let first = (0..count).zip(&closed).flat_map(|(number, valve)| gates_at(topology, valve.junction, number));
        let others = self.others.iter().filter(|valve| !closed.contains(valve)).copied().collect();
        let gates = first.chain(self.gates.iter().map(|gate| Gate { valve: gate.valve + count, ..*gate })).collect();
        let shut = closed.iter().chain(&self.shut).copied().collect();
        Some(Self { shut, others, gates })
    }

    /// Those that are told as unknown by the keys of their nodes: somebody looked for them and did not find out, so they may be shut as
    /// well as open, whatever else is on record. By valve that shuts; and where check and reducing valves stand that are told so.
    pub fn doubtful(
        &self,
        topology: &Topology,
        park: &ParkSnapshot,
        told: &HashMap<String, ValveState>,
    ) -> (Vec<bool>, Vec<Gate>) {
        let is_doubtful =
            |valve: &Valve| told.get(&park.nodes[valve.node as usize].provenance.key) == Some(&ValveState::Unknown);
        let passing = self.passing(topology).filter(|valve| is_doubtful(valve));
        let perhaps = passing.flat_map(|valve| gates_at(topology, valve.junction, NONE)).collect();
        (self.shut.iter().map(is_doubtful).collect(), perhaps)
    }

    /// State of each valve that shuts, from states by key of its node.
    pub fn states(&self, park: &ParkSnapshot, told: &HashMap<String, ValveState>) -> Vec<ValveState> {
        let state = |valve: &Valve| told.get(&park.nodes[valve.node as usize].provenance.key).copied();
        self.shut.iter().map(|valve| state(valve).unwrap_or_default()).collect()
    }
}

/// A valve on a line is one gate, one at a tee closes all ways.
fn gates_at(topology: &Topology, junction: u32, valve: u32) -> impl Iterator<Item = Gate> + '_ {
    topology.graph.at(junction).iter().skip(1).map(move |arc| Gate { link: arc.link, junction, valve })
}

impl Topology {
    /// As if an open valve stood at both ends of every link, for a network whose valves are not on record: every link is a segment.
    pub fn gates_at_every_end(&self) -> (Vec<Gate>, Vec<ValveState>) {
        let links = 0..self.graph.links() as u32;
        let gate = |(valve, (link, junction)): (usize, (u32, u32))| Gate { link, junction, valve: valve as u32 };
        let ends = links.flat_map(|link| self.graph.ends(link).map(|junction| (link, junction)));
        let gates: Vec<Gate> = ends.enumerate().map(gate).collect();
        let states = vec![ValveState::Open; gates.len()];
        (gates, states)
    }
}
