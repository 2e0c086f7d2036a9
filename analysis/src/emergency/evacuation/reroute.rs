//! Ways to a place once more, after some have closed, opened or come to count otherwise: what no such way has to do with stays, and all comes
//! out as a search anew would have it, to the bit.
//!
//! Source: G. Ramalingam and T. Reps, "An incremental algorithm for a generalization of the shortest-path problem", Journal of Algorithms 21
//! (1996). Who goes by a way that counts more now is lost with everyone who goes by him, and is found again from those who are not; ways that
//! count less are tried at both ends. Of ways that are as short a search takes that to the nearest node, then to the first by number, then the
//! first way: that is asked again wherever it may have become another.

use std::collections::BinaryHeap;

use super::ways::{Nearest, WayNetwork};

/// Way to a goal from every node, m (infinite where there is none), and the way to take from each.
pub(super) type Routes = (Vec<f64>, Vec<Option<usize>>);

/// What keeps people off ways: a flag a way each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bars<'a> {
    /// Nobody takes these.
    pub(super) closed: &'a [bool],
    /// On these a metre counts as `avoid` of them.
    pub(super) avoided: &'a [bool],
    /// How many.
    pub(super) avoid: f64,
}

impl Bars<'_> {
    /// What a way counts, m; infinite where it is closed.
    fn metres(&self, ways: &WayNetwork, way: usize) -> f64 {
        if self.closed[way] {
            return f64::INFINITY;
        }
        ways.ways[way].length_m * if self.avoided[way] { self.avoid } else { 1.0 }
    }
}

impl WayNetwork {
    /// True where every stretch adds something to every way that leads over it, however long: without that, nodes as far as one another
    /// have no order of their own, and only a search anew finds it.
    pub(super) fn every_stretch_counts(&self, avoid: f64) -> bool {
        // A number of as much as the one still tells apart a tenth of the other.
        const MOST_M: f64 = 1e9;
        const LEAST_M: f64 = 1e-6;
        let total_m: f64 = self.ways.iter().map(|way| way.length_m).sum();
        avoid >= 1.0 && total_m * avoid < MOST_M && self.ways.iter().all(|way| way.length_m >= LEAST_M)
    }

    /// Brings what [`WayNetwork::towards`] gave for a goal with the bars before to what it gives with those of now. `changed` are the ways
    /// that are barred otherwise; [`WayNetwork::every_stretch_counts`] has to be true.
    pub(super) fn towards_again(
        &self,
        goal: usize,
        (distance, next): &mut Routes,
        (before, now): (Bars<'_>, Bars<'_>),
        changed: &[usize],
    ) {
        let ends = |way: usize| [self.ways[way].from, self.ways[way].to];
        let mut is_lost = vec![false; self.nodes.len()];
        let mut lost: Vec<usize> = Vec::new();
        for &way in changed.iter().filter(|&&way| now.metres(self, way) > before.metres(self, way)) {
            for node in ends(way) {
                if next[node] == Some(way) && !is_lost[node] {
                    is_lost[node] = true;
                    lost.push(node);
                }
            }
        }
        let mut at = 0;
        while at < lost.len() {
            let node = lost[at];
            at += 1;
            for &way in self.at(node) {
                let there = self.other_end(way, node);
                if next[there] == Some(way) && !is_lost[there] {
                    is_lost[there] = true;
                    lost.push(there);
                }
            }
        }
        for &node in &lost {
            distance[node] = f64::INFINITY;
            next[node] = None;
        }
        let mut open = BinaryHeap::new();
        for &node in &lost {
            let over = |way: &usize| distance[self.other_end(*way, node)] + now.metres(self, *way);
            let least = self.at(node).iter().map(over).fold(f64::INFINITY, f64::min);
            if least < distance[node] {
                distance[node] = least;
                open.push(Nearest { distance: least, node });
            }
        }
        let mut touched = lost;
        for &way in changed {
            let metres = now.metres(self, way);
            if metres < before.metres(self, way) {
                let [a, b] = ends(way);
                for (here, there) in [(a, b), (b, a)] {
                    let far = distance[here] + metres;
                    if far < distance[there] {
                        distance[there] = far;
                        touched.push(there);
                        open.push(Nearest { distance: far, node: there });
                    }
                }
            }
        }
        while let Some(Nearest { distance: here, node }) = open.pop() {
            if here > distance[node] {
                continue;
            }
            for &way in self.at(node) {
                let (there, far) = (self.other_end(way, node), here + now.metres(self, way));
                if far < distance[there] {
                    distance[there] = far;
                    touched.push(there);
                    open.push(Nearest { distance: far, node: there });
                }
            }
        }
        let mut is_asked = vec![false; self.nodes.len()];
        for node in touched.into_iter().chain(changed.iter().flat_map(|&way| ends(way))) {
            let around = self.at(node).iter().map(|&way| self.other_end(way, node));
            for one in std::iter::once(node).chain(around) {
                if !is_asked[one] {
                    is_asked[one] = true;
                    next[one] = if one == goal { None } else { self.first_way(one, distance, now) };
                }
            }
        }
    }

    /// The way that a search takes from a node.
    fn first_way(&self, node: usize, distance: &[f64], now: Bars<'_>) -> Option<usize> {
        if distance[node].is_infinite() {
            return None;
        }
        let far = |way: usize| distance[self.other_end(way, node)];
        let shortest = self.at(node).iter().copied().filter(|&way| far(way) + now.metres(self, way) == distance[node]);
        // Of equal ones the first stays.
        shortest.min_by(|&a, &b| far(a).total_cmp(&far(b)).then(self.other_end(a, node).cmp(&self.other_end(b, node))))
    }
}

#[cfg(test)]
mod tests {
    use geo::MultiLineString;
    use proptest::prelude::*;
    use spatial_db::model::{Provenance, RoadEdge};

    use super::*;
    use crate::emergency::evacuation::EvacuationRules;

    /// Streets of a grid, some of them cut off short: with equal blocks nearly every corner has ways that are as short as one another.
    fn streets(along: &[(f64, f64)], across: &[(f64, f64)], block_m: f64) -> WayNetwork {
        let mut roads = Vec::new();
        for (k, &(from, to)) in along.iter().enumerate() {
            let y = k as f64 * block_m;
            roads.push([(from * block_m, y), (to * block_m, y)]);
        }
        for (k, &(from, to)) in across.iter().enumerate() {
            let x = k as f64 * block_m;
            roads.push([(x, from * block_m), (x, to * block_m)]);
        }
        let roads: Vec<RoadEdge> = roads
            .iter()
            .enumerate()
            .map(|(k, ends)| {
                let line = MultiLineString::new(vec![ends.iter().copied().collect()]);
                RoadEdge::bare(k as i64, Provenance::default(), line)
            })
            .collect();
        WayNetwork::of(&roads, &EvacuationRules::shipped()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_searched_again_is_what_a_search_anew_finds(
            along in prop::collection::vec((0.0..1.0_f64, 2.0..4.0_f64), 2..5),
            across in prop::collection::vec((0.0..1.0_f64, 2.0..4.0_f64), 2..5),
            whole in any::<bool>(),
            block_m in prop::sample::select(vec![25.0, 60.0, 83.3]),
            goal in any::<prop::sample::Index>(),
            turns in prop::collection::vec(
                prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), any::<bool>()), 0..12),
                1..8,
            ),
        ) {
            // Whole streets from corner to corner, or such as end anywhere.
            let cut = |ends: &[(f64, f64)]| -> Vec<(f64, f64)> {
                ends.iter().map(|&(from, to)| if whole { (0.0, 4.0) } else { (from, to) }).collect()
            };
            let ways = streets(&cut(&along), &cut(&across), block_m);
            prop_assume!(ways.every_stretch_counts(20.0));
            let goal = goal.index(ways.nodes.len());
            let nothing = vec![false; ways.ways.len()];
            let (mut closed, mut avoided) = (nothing.clone(), nothing);
            let mut routes = ways.towards(goal, &closed, &avoided, 20.0);
            for turn in turns {
                let (was_closed, was_avoided) = (closed.clone(), avoided.clone());
                for (way, shut, shun) in turn {
                    let way = way.index(ways.ways.len());
                    (closed[way], avoided[way]) = (shut, shun);
                }
                let differs = |way: &usize| closed[*way] != was_closed[*way] || avoided[*way] != was_avoided[*way];
                let changed: Vec<usize> = (0..closed.len()).filter(differs).collect();
                let before = Bars { closed: &was_closed, avoided: &was_avoided, avoid: 20.0 };
                let now = Bars { closed: &closed, avoided: &avoided, avoid: 20.0 };
                ways.towards_again(goal, &mut routes, (before, now), &changed);
                let anew = ways.towards(goal, &closed, &avoided, 20.0);
                prop_assert_eq!(&routes, &anew);
            }
        }
    }

    #[test]
    fn a_network_whose_stretches_vanish_beside_its_ways_is_searched_anew() {
        let mut ways = streets(&[(0.0, 4.0), (0.0, 4.0)], &[(0.0, 1.0)], 25.0);
        assert!(ways.every_stretch_counts(20.0) && !ways.every_stretch_counts(0.5));
        ways.ways[0].length_m = 1e-9;
        assert!(!ways.every_stretch_counts(20.0));
        ways.ways[0].length_m = 1e8;
        assert!(!ways.every_stretch_counts(20.0));
    }
}
