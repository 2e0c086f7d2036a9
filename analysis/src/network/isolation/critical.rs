//! What each segment is worth: what is shut off and who loses supply when it alone has to be isolated.
//!
//! One walk through the segments tells it for all of them: what hangs on a segment alone is what lies behind it.

use super::{Held, Isolator};
use crate::network::graph::{Graph, NONE, Unions};

/// What follows when a segment has to be shut off.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Critical {
    /// Segments that are shut off or lose supply with it, itself among them.
    pub segments: usize,
    /// Length of the links shut off or without supply, m.
    pub length_m: f64,
    /// What it carries in weight: the sum of the weights given, of segments that had supply. In a part without a source the weight
    /// of what is shut off itself, which is the least that may be lost.
    pub weight: f64,
    /// Valves to close or to check.
    pub valves: usize,
    /// Whether the part of the network has a source: without one nobody can tell what loses supply with it.
    pub supply_known: bool,
}

impl Isolator {
    /// The worth of every segment. `weight` counts what a segment carries: customers, hydrants, buildings.
    pub fn criticality(&self, weight: &[f64]) -> Vec<Critical> {
        let count = self.segments.count;
        // What cannot be closed makes one of two segments.
        let mut sets = Unions::new(count);
        for gate in 0..self.gates.len() as u32 {
            if matches!(self.held(gate, None), Held::Stuck(_) | Held::No) {
                let [a, b] = self.cells.ends(gate);
                sets.join(a, b);
            }
        }
        let whole: Vec<u32> = (0..count as u32).map(|segment| sets.find(segment)).collect();
        // A last place stands for all sources; closed valves lead nowhere.
        let origin = count as u32;
        let mut ends: Vec<[u32; 2]> = Vec::new();
        for gate in 0..self.gates.len() as u32 {
            let [a, b] = self.cells.ends(gate).map(|segment| whole[segment as usize]);
            if a != b && !self.is_shut(gate) {
                ends.push([a, b]);
            }
        }
        ends.extend(self.sources.iter().map(|segment| [origin, whole[*segment as usize]]));
        let supply = Graph::new(count + 1, ends);
        let walk = supply.walk(&[origin]);
        let fed = |segment: u32| walk.part[whole[segment as usize] as usize] == walk.part[origin as usize];
        let mut own = vec![(0_usize, 0.0, 0.0); count + 1];
        let mut valves = vec![0_usize; count + 1];
        for segment in 0..count as u32 {
            let sum = &mut own[whole[segment as usize] as usize];
            sum.0 += 1;
            sum.1 += self.length_m(segment);
            let counts = fed(segment) || !self.with_source[segment as usize];
            sum.2 += if counts { weight[segment as usize] } else { 0.0 };
        }
        for gates in &self.valve_gates {
            let mut sides: Vec<u32> = Vec::new();
            // On a closed line there is nothing to close.
            for gate in gates.iter().filter(|gate| !self.bars[**gate as usize].closed) {
                let [a, b] = self.cells.ends(*gate).map(|segment| whole[segment as usize]);
                if a != b {
                    sides.extend([a, b]);
                }
            }
            sides.sort_unstable();
            sides.dedup();
            for side in sides {
                valves[side as usize] += 1;
            }
        }
        let mut below = own.clone();
        let mut lost = own.clone();
        for here in walk.order.iter().rev() {
            let up = walk.parent[*here as usize];
            if up.link == NONE {
                continue;
            }
            let sum = below[*here as usize];
            let add = |to: &mut (usize, f64, f64)| *to = (to.0 + sum.0, to.1 + sum.1, to.2 + sum.2);
            // Nothing of what lies behind it leads round it.
            if walk.low[*here as usize] >= walk.enter[up.to as usize]
                && walk.part[up.to as usize] == walk.part[origin as usize]
            {
                add(&mut lost[up.to as usize]);
            }
            add(&mut below[up.to as usize]);
        }
        // A valve at a tee closes ways that do not lead into the segment: those are worked out one by one.
        let mut odd = vec![false; count];
        for gates in self.valve_gates.iter().filter(|gates| gates.len() > 1) {
            for segment in gates.iter().flat_map(|gate| self.cells.ends(*gate)) {
                odd[whole[segment as usize] as usize] = true;
            }
        }
        // What lets pass one way only no walk tells that goes both ways: in such a part each is worked out by itself too.
        let one_way = (0_u32..).zip(&self.bars).filter(|(_, bar)| bar.one_way).map(|(gate, _)| gate);
        let one_way: Vec<u32> = one_way.collect();
        if !one_way.is_empty() {
            let mut parts = Unions::new(count);
            for gate in 0..self.gates.len() as u32 {
                let [a, b] = self.cells.ends(gate);
                parts.join(a, b);
            }
            let mut has = vec![false; count];
            for gate in one_way {
                has[parts.find(self.cells.ends(gate)[0]) as usize] = true;
            }
            for segment in 0..count as u32 {
                odd[whole[segment as usize] as usize] |= has[parts.find(segment) as usize];
            }
        }
        (0..count as u32)
            .map(|segment| {
                let at = whole[segment as usize] as usize;
                if odd[at] {
                    return self.one_by_one(segment, weight, valves[at]);
                }
                let (segments, length_m, weight) = lost[at];
                let supply_known = self.with_source[segment as usize];
                Critical { segments, length_m, weight, valves: valves[at], supply_known }
            })
            .collect()
    }

    fn one_by_one(&self, segment: u32, weight: &[f64], valves: usize) -> Critical {
        let plan = self.isolate(&[segment]);
        let counts = |segment: usize| self.supplied[segment] || !self.with_source[segment];
        let all = || plan.segments.iter().chain(&plan.cut_off);
        Critical {
            segments: all().count(),
            length_m: all().map(|segment| self.length_m(*segment)).sum(),
            weight: all().map(|segment| *segment as usize).filter(|at| counts(*at)).map(|at| weight[at]).sum(),
            valves,
            supply_known: self.with_source[segment as usize],
        }
    }
}
