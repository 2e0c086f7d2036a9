//! Isolation: which valves to close for a break, what that shuts off, who loses supply, and what each segment is worth.
//!
//! Supply is a way from a source through what is open; pressure is left to hydraulics. Check and reducing valves let pass, both ways,
//! unless they are told to stand closed.

mod critical;
mod gear;
mod observed;
mod segments;
mod service;
#[cfg(test)]
mod tests;
mod valves;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use spatial_db::model::ParkSnapshot;

use super::graph::{Graph, Unions};
use super::topology::Topology;
pub use critical::Critical;
pub use gear::Gear;
pub use observed::{Observed, observed_in};
pub use segments::{Gate, Segments};
pub use service::{Served, Service, Supply};
pub use valves::{Valve, ValveState, Valves};

/// A network cut into segments, ready to answer for breaks.
#[derive(Debug, Clone)]
pub struct Isolator {
    /// The segments.
    pub segments: Segments,
    /// Segments as junctions, gates as links.
    cells: Graph,
    gates: Vec<Gate>,
    valve_gates: Vec<Vec<u32>>,
    /// Segments with a source.
    sources: Vec<u32>,
    state: Vec<ValveState>,
    /// Links of each segment, one after the other.
    links: Vec<u32>,
    link_starts: Vec<u32>,
    length_m: Vec<f64>,
    /// Which segments have supply before anything is closed.
    supplied: Vec<bool>,
    with_source: Vec<bool>,
}

/// Where it broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// On a link.
    Link(u32),
    /// At a junction.
    Junction(u32),
    /// At a valve, by number: on all its sides.
    Valve(u32),
}

/// The answer for a break.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Isolation {
    /// Segments that are shut off with the break.
    pub segments: Vec<u32>,
    /// Valves to close, by number.
    pub close: Vec<u32>,
    /// Those of them whose state nobody has told.
    pub unsure: Vec<u32>,
    /// Valves at the edge that are closed already: to be looked at, nothing else.
    pub closed: Vec<u32>,
    /// Valves that would have done but cannot be closed: the area is larger for them.
    pub stuck: Vec<u32>,
    /// Segments outside that had supply and lose it.
    pub cut_off: Vec<u32>,
    /// Segments with a source that are shut off.
    pub sources_shut: Vec<u32>,
    /// Whether all parts of the network that are broken have a source: without one nobody can tell who loses supply there.
    pub supply_known: bool,
}

impl Isolator {
    /// Cuts a network of links with lengths, m, at its gates. `states` has the state of each valve, `sources` the junctions that feed.
    /// Of several gates at one place the first counts that is closed, else the first that can be, else the first.
    ///
    /// # Panics
    /// When a gate names a valve that has no state.
    pub fn new(graph: &Graph, length_m: &[f64], gates: &[Gate], states: &[ValveState], sources: &[u32]) -> Self {
        let gates = one_at_each_place(gates, states);
        let segments = Segments::of(graph, &gates);
        let ends = |gate: &Gate| [segments.of_link[gate.link as usize], segments.of_junction[gate.junction as usize]];
        let cells = Graph::new(segments.count, gates.iter().map(ends).collect());
        let mut valve_gates = vec![Vec::new(); states.len()];
        for (number, gate) in gates.iter().enumerate() {
            valve_gates[gate.valve as usize].push(number as u32);
        }
        let mut fed: Vec<u32> = sources.iter().map(|junction| segments.of_junction[*junction as usize]).collect();
        fed.sort_unstable();
        fed.dedup();
        let mut link_starts = vec![0_u32; segments.count + 1];
        let mut lengths = vec![0.0; segments.count];
        for (link, segment) in segments.of_link.iter().enumerate() {
            link_starts[*segment as usize + 1] += 1;
            lengths[*segment as usize] += length_m[link];
        }
        for at in 0..segments.count {
            link_starts[at + 1] += link_starts[at];
        }
        let mut next = link_starts.clone();
        let mut links = vec![0; segments.of_link.len()];
        for (link, segment) in segments.of_link.iter().enumerate() {
            links[next[*segment as usize] as usize] = link as u32;
            next[*segment as usize] += 1;
        }
        // A part of the network is what hangs together with every valve open.
        let mut parts = Unions::new(segments.count);
        for gate in 0..gates.len() as u32 {
            let [a, b] = cells.ends(gate);
            parts.join(a, b);
        }
        let mut has = vec![false; segments.count];
        for segment in &fed {
            has[parts.find(*segment) as usize] = true;
        }
        let with_source = (0..segments.count as u32).map(|segment| has[parts.find(segment) as usize]).collect();
        let mut isolator = Self {
            segments,
            cells,
            gates,
            valve_gates,
            sources: fed,
            state: states.to_vec(),
            links,
            link_starts,
            length_m: lengths,
            supplied: Vec::new(),
            with_source,
        };
        isolator.supplied = isolator.supplied(&[], &[]);
        isolator
    }

    /// By segment: whether the part of the network that it is in has a source, whatever valves between them are closed. In a part
    /// without one nobody can tell who has supply.
    pub fn parts_with_source(&self) -> &[bool] {
        &self.with_source
    }

    /// The network of a park cut at its valves, with their states as told by the keys of their nodes.
    pub fn of(topology: &Topology, park: &ParkSnapshot, valves: &Valves, told: &HashMap<String, ValveState>) -> Self {
        let lengths: Vec<f64> = topology.links.iter().map(|link| link.length_m).collect();
        let (states, sources) = (valves.states(park, told), topology.sources(park));
        Self::new(&topology.graph, &lengths, &valves.gates, &states, &sources)
    }

    /// Links of a segment.
    pub fn links_of(&self, segment: u32) -> &[u32] {
        let at = segment as usize;
        &self.links[self.link_starts[at] as usize..self.link_starts[at + 1] as usize]
    }

    /// Length of a segment's links, m.
    pub fn length_m(&self, segment: u32) -> f64 {
        self.length_m[segment as usize]
    }

    /// State of the valves.
    pub fn states(&self) -> &[ValveState] {
        &self.state
    }

    /// Segments at a break.
    pub fn at(&self, broken: Break) -> Vec<u32> {
        match broken {
            Break::Link(link) => vec![self.segments.of_link[link as usize]],
            Break::Junction(junction) => vec![self.segments.of_junction[junction as usize]],
            Break::Valve(valve) => {
                let sides = self.valve_gates[valve as usize].iter().flat_map(|gate| self.cells.ends(*gate));
                let mut sides: Vec<u32> = sides.collect();
                sides.sort_unstable();
                sides.dedup();
                sides
            }
        }
    }

    /// What to close for a break in these segments, and what follows.
    pub fn isolate(&self, broken: &[u32]) -> Isolation {
        self.isolate_when(broken, None)
    }

    /// For every valve to close: what follows if it alone cannot be closed.
    pub fn alternatives(&self, broken: &[u32], plan: &Isolation) -> Vec<(u32, Isolation)> {
        plan.close.iter().map(|valve| (*valve, self.isolate_when(broken, Some(*valve)))).collect()
    }

    fn state_when(&self, valve: u32, failed: Option<u32>) -> ValveState {
        if failed == Some(valve) { ValveState::StuckOpen } else { self.state[valve as usize] }
    }

    fn isolate_when(&self, broken: &[u32], failed: Option<u32>) -> Isolation {
        let mut inside = vec![false; self.segments.count];
        let mut queue = broken.to_vec();
        for segment in broken {
            inside[*segment as usize] = true;
        }
        let mut edge = BTreeSet::new();
        let mut stuck = BTreeSet::new();
        let mut area = Vec::new();
        while let Some(segment) = queue.pop() {
            area.push(segment);
            for arc in self.cells.at(segment) {
                let valve = self.gates[arc.link as usize].valve;
                if self.state_when(valve, failed) == ValveState::StuckOpen {
                    stuck.insert(valve);
                    if !inside[arc.to as usize] {
                        inside[arc.to as usize] = true;
                        queue.push(arc.to);
                    }
                } else {
                    edge.insert(valve);
                }
            }
        }
        area.sort_unstable();
        let parts = |gate: &u32| {
            let [a, b] = self.cells.ends(*gate);
            inside[a as usize] != inside[b as usize]
        };
        let (closed, close): (Vec<u32>, Vec<u32>) = edge
            .into_iter()
            .filter(|valve| self.valve_gates[*valve as usize].iter().any(parts))
            .partition(|valve| self.state[*valve as usize].is_shut());
        let unsure = close.iter().copied().filter(|v| self.state[*v as usize] == ValveState::Unknown).collect();
        let before = &self.supplied;
        let after = self.supplied(&area, &close);
        let lost = |segment: &u32| {
            let at = *segment as usize;
            before[at] && !after[at] && !inside[at]
        };
        Isolation {
            cut_off: (0..self.segments.count as u32).filter(lost).collect(),
            sources_shut: self.sources.iter().copied().filter(|segment| inside[*segment as usize]).collect(),
            supply_known: broken.iter().all(|segment| self.with_source[*segment as usize]),
            segments: area,
            close,
            unsure,
            closed,
            stuck: stuck.into_iter().collect(),
        }
    }

    /// Which segments a source reaches, with these shut off and these valves closed besides those that are.
    fn supplied(&self, without: &[u32], closed: &[u32]) -> Vec<bool> {
        let mut has = vec![false; self.segments.count];
        let mut queue: Vec<u32> =
            self.sources.iter().copied().filter(|segment| without.binary_search(segment).is_err()).collect();
        for segment in &queue {
            has[*segment as usize] = true;
        }
        while let Some(segment) = queue.pop() {
            for arc in self.cells.at(segment) {
                let valve = self.gates[arc.link as usize].valve;
                let passes = !self.state[valve as usize].is_shut() && closed.binary_search(&valve).is_err();
                if passes && !has[arc.to as usize] && without.binary_search(&arc.to).is_err() {
                    has[arc.to as usize] = true;
                    queue.push(arc.to);
                }
            }
        }
        has
    }

    /// Which segments have supply before anything is closed.
    pub fn supplied_now(&self) -> Vec<bool> {
        self.supplied.clone()
    }
}

/// Gates without those beside another at one place: what is closed parts whatever is open, and where one cannot be closed another may.
fn one_at_each_place(gates: &[Gate], states: &[ValveState]) -> Vec<Gate> {
    let rank = |gate: &Gate| match states[gate.valve as usize] {
        ValveState::Closed | ValveState::StuckClosed => 0,
        ValveState::Open | ValveState::Unknown => 1,
        ValveState::StuckOpen => 2,
    };
    let mut numbers: HashMap<(u32, u32), usize> = HashMap::new();
    let mut counted: Vec<Gate> = Vec::with_capacity(gates.len());
    for gate in gates {
        match numbers.entry((gate.link, gate.junction)) {
            Entry::Vacant(place) => {
                place.insert(counted.len());
                counted.push(*gate);
            }
            Entry::Occupied(place) => {
                let number = *place.get();
                if rank(gate) < rank(&counted[number]) {
                    counted[number] = *gate;
                }
            }
        }
    }
    counted
}
