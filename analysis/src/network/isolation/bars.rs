//! What stands between segments besides valves that shut: lines on record as closed, lines that let pass one way, and what may be shut
//! as well as open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Gate, ValveState};
use crate::network::barriers::Passage;
use crate::network::graph::{Graph, NONE};

/// What is known of a network besides the states of its valves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'a> {
    /// What each link lets pass; empty where all let pass both ways.
    pub lines: &'a [Passage],
    /// By valve: whether it may be shut as well as open, as somebody looked for it and did not find out. Empty where none is.
    pub doubtful: &'a [bool],
    /// Where something stands that cannot be closed, as a check valve, and may be shut as well as open.
    pub perhaps: &'a [Gate],
}

/// What stands at a gate besides a valve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bar {
    /// Its link is closed: nothing passes.
    pub(super) closed: bool,
    /// Its link lets pass to the junction and not from it.
    pub(super) one_way: bool,
    /// What stands there may be shut as well as open.
    pub(super) may_be_shut: bool,
}

/// Gates, each with what stands there besides a valve; one that has no valve has [`NONE`] for it.
pub(super) struct Places {
    pub(super) gates: Vec<Gate>,
    pub(super) bars: Vec<Bar>,
    numbers: HashMap<(u32, u32), usize>,
}

impl Places {
    /// Gates without those beside another at one place, and what stands in the way besides them.
    pub(super) fn of(graph: &Graph, gates: &[Gate], states: &[ValveState], besides: Besides<'_>) -> Self {
        let mut places = Self::one_at_each(gates, states);
        for gate in gates {
            if besides.doubtful.get(gate.valve as usize).is_some_and(|doubtful| *doubtful) {
                places.at(gate.link, gate.junction).may_be_shut = true;
            }
        }
        for gate in besides.perhaps {
            places.at(gate.link, gate.junction).may_be_shut = true;
        }
        for (link, passage) in (0_u32..).zip(besides.lines) {
            let [first, last] = graph.ends(link);
            match passage {
                // A line from a place to itself leads nowhere.
                Passage::OneWay if first != last => places.at(link, last).one_way = true,
                Passage::Back if first != last => places.at(link, first).one_way = true,
                Passage::Free | Passage::OneWay | Passage::Back => {}
                Passage::Closed => {
                    // Where on it is not known: where a valve at one end is left to close for a break on the line itself.
                    let has = |junction: u32| places.numbers.contains_key(&(link, junction));
                    let junction = if has(last) && !has(first) { first } else { last };
                    places.at(link, junction).closed = true;
                }
            }
        }
        places
    }

    /// What is closed parts whatever is open, and where one cannot be closed another may.
    fn one_at_each(gates: &[Gate], states: &[ValveState]) -> Self {
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
        Self { bars: vec![Bar::default(); counted.len()], gates: counted, numbers }
    }

    fn at(&mut self, link: u32, junction: u32) -> &mut Bar {
        let number = *self.numbers.entry((link, junction)).or_insert(self.gates.len());
        if number == self.gates.len() {
            self.gates.push(Gate { link, junction, valve: NONE });
            self.bars.push(Bar::default());
        }
        &mut self.bars[number]
    }
}
