//! Isolation: which valves to close for a break, what that shuts off, who loses supply, and what each segment is worth.
//!
//! Supply is a way from a source through what is open; pressure is left to hydraulics. Check and reducing valves let pass, both ways,
//! unless they are told to stand closed. A line on record as closed parts as a closed valve does, and one that lets pass one way
//! brings supply that way only; nobody counts on it to hold water back from a break.

mod bars;
mod critical;
mod gear;
mod observed;
mod segments;
mod service;
#[cfg(test)]
mod tests;
mod valves;

use std::collections::{BTreeSet, HashMap};

use spatial_db::model::ParkSnapshot;

use super::barriers::Passage;
use super::graph::{Graph, NONE, Unions};
use super::topology::Topology;
pub use bars::Besides;
use bars::{Bar, Places};
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
    /// By gate.
    bars: Vec<Bar>,
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
    /// Which of them have it whatever may be shut; empty where nothing may be shut as well as open.
    sure: Vec<bool>,
    with_source: Vec<bool>,
}

/// What stops water from going on to a break.
enum Held {
    /// A valve that is closed or can be.
    By(u32),
    /// The line itself: it is closed.
    Line,
    /// Nothing but a valve that cannot be closed.
    Stuck(u32),
    /// Nothing.
    No,
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
    /// Links at the edge that are on record as closed: to be looked at, as closed valves are.
    pub closed_lines: Vec<u32>,
    /// Segments outside that had supply and lose it.
    pub cut_off: Vec<u32>,
    /// Segments outside that had supply and lose it where all is shut that may be.
    pub perhaps_cut: Vec<u32>,
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
        Self::beside(graph, length_m, (gates, states), sources, Besides::default())
    }

    /// The same of a network of which more is known than the states of its valves.
    ///
    /// # Panics
    /// When a gate names a valve that has no state.
    pub fn beside(
        graph: &Graph,
        length_m: &[f64],
        (gates, states): (&[Gate], &[ValveState]),
        sources: &[u32],
        besides: Besides<'_>,
    ) -> Self {
        let Places { gates, bars, .. } = Places::of(graph, gates, states, besides);
        let segments = Segments::of(graph, &gates);
        let ends = |gate: &Gate| [segments.of_link[gate.link as usize], segments.of_junction[gate.junction as usize]];
        let cells = Graph::new(segments.count, gates.iter().map(ends).collect());
        let mut valve_gates = vec![Vec::new(); states.len()];
        for (number, gate) in gates.iter().enumerate().filter(|(_, gate)| gate.valve != NONE) {
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
            bars,
            valve_gates,
            sources: fed,
            state: states.to_vec(),
            links,
            link_starts,
            length_m: lengths,
            supplied: Vec::new(),
            sure: Vec::new(),
            with_source,
        };
        isolator.supplied = isolator.supplied(&[], &[], false);
        if isolator.bars.iter().any(|bar| bar.may_be_shut) {
            isolator.sure = isolator.supplied(&[], &[], true);
        }
        isolator
    }

    /// By segment: whether the part of the network that it is in has a source, whatever valves between them are closed. In a part
    /// without one nobody can tell who has supply.
    pub fn parts_with_source(&self) -> &[bool] {
        &self.with_source
    }

    /// The network of a park cut at its valves, with their states as told by the keys of their nodes: one told as unknown may be shut
    /// as well as open. `lines` as [`Topology::passages`] has them.
    pub fn of(
        topology: &Topology,
        park: &ParkSnapshot,
        valves: &Valves,
        told: &HashMap<String, ValveState>,
        lines: &[Passage],
    ) -> Self {
        let lengths: Vec<f64> = topology.links.iter().map(|link| link.length_m).collect();
        let (states, sources) = (valves.states(park, told), topology.sources(park));
        let (doubtful, perhaps) = valves.doubtful(topology, park, told);
        let besides = Besides { lines, doubtful: &doubtful, perhaps: &perhaps };
        Self::beside(&topology.graph, &lengths, (&valves.gates, &states), &sources, besides)
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
            Break::Link(link) => {
                let mut sides = vec![self.segments.of_link[link as usize]];
                // Where on a closed line it is shut nobody knows: it may leak from either side.
                let closed = (0_u32..).zip(&self.bars).filter(|(_, bar)| bar.closed).map(|(gate, _)| gate);
                let closed = closed.filter(|gate| self.gates[*gate as usize].link == link);
                sides.extend(closed.flat_map(|gate| self.cells.ends(gate)));
                sides.sort_unstable();
                sides.dedup();
                sides
            }
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

    /// Whether nothing passes a gate now: a valve that is shut, or a closed line.
    fn is_shut(&self, gate: u32) -> bool {
        let valve = self.gates[gate as usize].valve;
        self.bars[gate as usize].closed || valve != NONE && self.state[valve as usize].is_shut()
    }

    /// What holds water back from a break at a gate. A line that lets pass one way is not counted on.
    fn held(&self, gate: u32, failed: Option<u32>) -> Held {
        let valve = self.gates[gate as usize].valve;
        if self.bars[gate as usize].closed {
            Held::Line
        } else if valve == NONE {
            Held::No
        } else if self.state_when(valve, failed) == ValveState::StuckOpen {
            Held::Stuck(valve)
        } else {
            Held::By(valve)
        }
    }

    /// Whether supply goes through a gate from a segment at it; `shut` as if all were that may be.
    fn feeds(&self, gate: u32, from: u32, shut: bool) -> bool {
        let bar = self.bars[gate as usize];
        let [of_link, _] = self.cells.ends(gate);
        let shuts = self.is_shut(gate) || (shut && bar.may_be_shut);
        !shuts && (!bar.one_way || of_link == from)
    }

    fn isolate_when(&self, broken: &[u32], failed: Option<u32>) -> Isolation {
        let mut inside = vec![false; self.segments.count];
        let mut queue = broken.to_vec();
        for segment in broken {
            inside[*segment as usize] = true;
        }
        let mut edge = BTreeSet::new();
        let mut stuck = BTreeSet::new();
        let mut lines = BTreeSet::new();
        let mut area = Vec::new();
        while let Some(segment) = queue.pop() {
            area.push(segment);
            for arc in self.cells.at(segment) {
                match self.held(arc.link, failed) {
                    Held::By(valve) => {
                        edge.insert(valve);
                        continue;
                    }
                    Held::Line => {
                        lines.insert(arc.link);
                        continue;
                    }
                    Held::Stuck(valve) => {
                        stuck.insert(valve);
                    }
                    Held::No => {}
                }
                if !inside[arc.to as usize] {
                    inside[arc.to as usize] = true;
                    queue.push(arc.to);
                }
            }
        }
        area.sort_unstable();
        let parts = |gate: &u32| {
            let [a, b] = self.cells.ends(*gate);
            inside[a as usize] != inside[b as usize]
        };
        // On a closed line there is nothing to close.
        let by_valve = |gate: &u32| parts(gate) && !self.bars[*gate as usize].closed;
        let (closed, close): (Vec<u32>, Vec<u32>) = edge
            .into_iter()
            .filter(|valve| self.valve_gates[*valve as usize].iter().any(by_valve))
            .partition(|valve| self.state[*valve as usize].is_shut());
        let unsure = close.iter().copied().filter(|v| self.state[*v as usize] == ValveState::Unknown).collect();
        let before = &self.supplied;
        let after = self.supplied(&area, &close, false);
        let lost = |segment: &u32| {
            let at = *segment as usize;
            before[at] && !after[at] && !inside[at]
        };
        // What has supply for sure, and keeps it only where what may be shut is open.
        let perhaps = if self.sure.is_empty() { Vec::new() } else { self.supplied(&area, &close, true) };
        let may_lose = |segment: &u32| {
            let at = *segment as usize;
            !perhaps.is_empty() && self.sure[at] && !perhaps[at] && after[at] && !inside[at]
        };
        let mut closed_lines: Vec<u32> =
            lines.into_iter().filter(parts).map(|gate| self.gates[gate as usize].link).collect();
        closed_lines.sort_unstable();
        Isolation {
            closed_lines,
            perhaps_cut: (0..self.segments.count as u32).filter(may_lose).collect(),
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

    /// Which segments a source reaches, with these shut off and these valves closed besides those that are; `shut` as if all were
    /// that may be.
    fn supplied(&self, without: &[u32], closed: &[u32], shut: bool) -> Vec<bool> {
        let mut has = vec![false; self.segments.count];
        let mut queue: Vec<u32> =
            self.sources.iter().copied().filter(|segment| without.binary_search(segment).is_err()).collect();
        for segment in &queue {
            has[*segment as usize] = true;
        }
        while let Some(segment) = queue.pop() {
            for arc in self.cells.at(segment) {
                let valve = self.gates[arc.link as usize].valve;
                let passes = self.feeds(arc.link, segment, shut) && closed.binary_search(&valve).is_err();
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
