//! Ways through a network: what hangs together, what flows where, the shortest way, rings, what a source feeds.

use std::collections::BTreeMap;

use spatial_db::model::{NodeKind, ParkSnapshot};

use super::barriers::{Along, Barriers};
use super::graph::NONE;
use super::topology::{Direction, Flows, Topology};

/// Where a trace begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At a junction.
    Junction(u32),
    /// On a link: to the side that the flow leads to, or to both; where its direction is not known, to both of them perhaps.
    Link(u32),
}

/// Which way a trace goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Everywhere.
    Connected,
    /// Against the flow.
    Upstream,
    /// With the flow.
    Downstream,
}

/// What a trace reached.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reach {
    /// Links, by number.
    pub links: Vec<u32>,
    /// Links that are reached only by ways on which a direction is not known, or past what may be shut: perhaps.
    pub perhaps: Vec<u32>,
    /// Junctions, by number, those of `perhaps` too.
    pub junctions: Vec<u32>,
    /// Those of `junctions` that are reached only so: perhaps.
    pub perhaps_junctions: Vec<u32>,
    /// Junctions with a closed valve or switch, where it stopped.
    pub stopped: Vec<u32>,
    /// Links that are closed, where it stopped.
    pub stopped_lines: Vec<u32>,
    /// Junctions where no way goes on: outfalls and dead ends downstream, heads upstream. Empty for [`Way::Connected`].
    pub ends: Vec<u32>,
    /// Length of `links`, m.
    pub length_m: f64,
}

/// A part of the network in which every link lies on a loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// Links, by number.
    pub links: Vec<u32>,
    /// Loops that are independent of each other: what would have to be cut to make a tree of it.
    pub loops: usize,
    /// Length, m.
    pub length_m: f64,
}

/// A shortest way.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Links in order.
    pub links: Vec<u32>,
    /// Length, m.
    pub length_m: f64,
}

/// What a source feeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Fed {
    /// What it reaches through what is open.
    pub reach: Reach,
    /// Other sources that feed some of the same.
    pub others: Vec<u32>,
    /// Other sources that may feed some of it, or some of what this one may feed: past what may be shut, or a check valve of which
    /// nothing tells which way it lets pass.
    pub perhaps_fed_from: Vec<u32>,
}

impl Topology {
    /// Where a key of the park is in the network: its node's junction, or all links of its line. `None` where neither is there, or
    /// where several are: [`Topology::place_of`] tells which.
    pub fn starts(&self, park: &ParkSnapshot, key: &str) -> Option<Vec<Start>> {
        self.place_of(park, key).ok()
    }

    /// Traces from `starts`, past what does not stop it; a start passes a valve or switch of its own.
    pub fn trace(&self, flows: &Flows, starts: &[Start], way: Way, barriers: &Barriers) -> Reach {
        self.reach(flows, starts, way, (barriers, Along::Any))
    }

    /// A trace that goes along lines which let pass one way as `along` has it; upstream and downstream directions tell it already.
    pub(super) fn reach(
        &self,
        flows: &Flows,
        starts: &[Start],
        way: Way,
        (barriers, along): (&Barriers, Along),
    ) -> Reach {
        let mut state = vec![Seen::Not; self.graph.junctions()];
        let mut links = vec![Seen::Not; self.graph.links()];
        let mut first = Vec::new();
        let mut next = Vec::new();
        for start in starts {
            match *start {
                Start::Junction(junction) => first.push(junction),
                Start::Link(link) => {
                    links[link as usize] = Seen::Sure;
                    let [from, to] = self.graph.ends(link);
                    // Where on it a closed line is shut is not known.
                    if barriers.is_closed(link) {
                        next.extend([from, to]);
                        continue;
                    }
                    match (way, flows.directions[link as usize]) {
                        (Way::Downstream, Direction::Forward) | (Way::Upstream, Direction::Backward) => first.push(to),
                        (Way::Downstream, Direction::Backward) | (Way::Upstream, Direction::Forward) => {
                            first.push(from);
                        }
                        (Way::Connected, _) => first.extend([from, to]),
                        // One of them it does flow to, but which?
                        (_, Direction::Unknown) => next.extend([from, to]),
                    }
                }
            }
        }
        let mut reach = Reach::default();
        // What is sure first: what is reached again in doubt stays sure.
        let mut begun: Vec<u32> = first.iter().chain(&next).copied().collect();
        begun.sort_unstable();
        let begins = |junction: u32| begun.binary_search(&junction).is_ok();
        let passes = |junction: u32| !barriers.is_shut(junction) || begins(junction);
        let in_doubt =
            |junction: u32| barriers.may_be_shut(junction) || along != Along::Any && barriers.checks_some_way(junction);
        let for_sure = |junction: u32| !in_doubt(junction) || begins(junction);
        for round in [Seen::Sure, Seen::Perhaps] {
            let mut queue = std::mem::take(&mut first);
            for junction in &queue {
                if state[*junction as usize] == Seen::Not {
                    state[*junction as usize] = round;
                }
            }
            while let Some(here) = queue.pop() {
                if !passes(here) {
                    continue;
                }
                for arc in self.graph.at(here) {
                    let [from, _] = self.graph.ends(arc.link);
                    let with = match flows.directions[arc.link as usize] {
                        _ if way == Way::Connected => Some(true),
                        Direction::Unknown => None,
                        Direction::Forward => Some((from == here) == (way == Way::Downstream)),
                        Direction::Backward => Some((from == here) == (way == Way::Upstream)),
                    };
                    if with == Some(false) {
                        continue;
                    }
                    if !barriers.passes(self, arc.link, here, along) {
                        if barriers.is_closed(arc.link) {
                            reach.stopped_lines.push(arc.link);
                        }
                        continue;
                    }
                    let sure = with == Some(true) && round == Seen::Sure && for_sure(here);
                    if !sure && round == Seen::Sure {
                        next.push(here);
                        continue;
                    }
                    let link = &mut links[arc.link as usize];
                    if *link == Seen::Not {
                        *link = round;
                    }
                    let there = &mut state[arc.to as usize];
                    if *there == Seen::Not {
                        *there = round;
                        queue.push(arc.to);
                    }
                }
            }
            first = std::mem::take(&mut next);
            first.sort_unstable();
            first.dedup();
        }
        let of = |seen: &[Seen], kind: Seen| -> Vec<u32> {
            (0..seen.len() as u32).filter(|at| seen[*at as usize] == kind).collect()
        };
        reach.links = of(&links, Seen::Sure);
        reach.perhaps = of(&links, Seen::Perhaps);
        reach.junctions = (0..state.len() as u32).filter(|at| state[*at as usize] != Seen::Not).collect();
        reach.perhaps_junctions = of(&state, Seen::Perhaps);
        // One that it began on did not stop it.
        reach.stopped_lines.retain(|link| links[*link as usize] == Seen::Not);
        reach.stopped_lines.sort_unstable();
        reach.stopped_lines.dedup();
        reach.stopped = reach.junctions.iter().copied().filter(|junction| !passes(*junction)).collect();
        if way != Way::Connected {
            let goes_on = |junction: u32| {
                self.graph.at(junction).iter().any(|arc| {
                    let [from, _] = self.graph.ends(arc.link);
                    match flows.directions[arc.link as usize] {
                        Direction::Unknown => true,
                        Direction::Forward => (from == junction) == (way == Way::Downstream),
                        Direction::Backward => (from == junction) == (way == Way::Upstream),
                    }
                })
            };
            reach.ends = reach.junctions.iter().copied().filter(|junction| !goes_on(*junction)).collect();
        }
        reach.length_m = reach.links.iter().map(|link| self.links[*link as usize].length_m).sum();
        reach
    }

    /// The shortest way between two junctions past what is not shut, by length: as water passes lines that let it pass one way, from
    /// either end; where none does, as they hang together.
    pub fn shortest(&self, from: u32, to: u32, barriers: &Barriers) -> Option<Route> {
        if !barriers.any_one_way() {
            return self.shortest_along(from, to, barriers, Along::Any);
        }
        let ways = [Along::With, Along::Against].map(|along| self.shortest_along(from, to, barriers, along));
        let nearest = ways.into_iter().flatten().min_by(|a, b| a.length_m.total_cmp(&b.length_m));
        nearest.or_else(|| self.shortest_along(from, to, barriers, Along::Any))
    }

    /// The shortest way along lines that let pass one way as `along` has it.
    pub(super) fn shortest_along(&self, from: u32, to: u32, barriers: &Barriers, along: Along) -> Option<Route> {
        let length = |link: u32| self.links[link as usize].length_m;
        let open = |link: u32, here: u32| {
            (here == from || !barriers.is_shut(here)) && barriers.passes(self, link, here, along)
        };
        let (length_m, links) = self.graph.shortest(from, to, length, open)?;
        Some(Route { links, length_m })
    }

    /// Parts in which every link lies on a loop, the longest first.
    pub fn rings(&self) -> Vec<Ring> {
        let bridges = self.graph.walk(&[]).bridges(self.graph.links());
        let mut part = vec![NONE; self.graph.junctions()];
        let mut count = 0;
        let mut junctions: Vec<usize> = Vec::new();
        for root in 0..part.len() as u32 {
            if part[root as usize] != NONE {
                continue;
            }
            part[root as usize] = count;
            let mut queue = vec![root];
            let mut size = 0;
            while let Some(here) = queue.pop() {
                size += 1;
                for arc in self.graph.at(here).iter().filter(|arc| !bridges[arc.link as usize]) {
                    if part[arc.to as usize] == NONE {
                        part[arc.to as usize] = count;
                        queue.push(arc.to);
                    }
                }
            }
            junctions.push(size);
            count += 1;
        }
        let mut by_part: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for link in (0..self.graph.links() as u32).filter(|link| !bridges[*link as usize]) {
            by_part.entry(part[self.graph.ends(link)[0] as usize]).or_default().push(link);
        }
        let ring = |(part, links): (u32, Vec<u32>)| Ring {
            loops: links.len() + 1 - junctions[part as usize],
            length_m: links.iter().map(|link| self.links[*link as usize].length_m).sum(),
            links,
        };
        let mut rings: Vec<Ring> = by_part.into_iter().map(ring).collect();
        rings.sort_by(|a, b| b.length_m.total_cmp(&a.length_m).then(a.links.cmp(&b.links)));
        rings
    }

    /// What the source at a junction reaches past what is not shut, as check valves let pass, and which other sources reach some of
    /// that too: what a check valve keeps this one from may be fed from beyond it all the same.
    pub fn fed(&self, park: &ParkSnapshot, flows: &Flows, source: u32, barriers: &Barriers) -> Fed {
        let reach = self.reach(flows, &[Start::Junction(source)], Way::Connected, (barriers, Along::With));
        let (perhaps, sure): (Vec<u32>, Vec<u32>) =
            reach.junctions.iter().copied().partition(|at| reach.perhaps_junctions.binary_search(at).is_ok());
        // Where something shut stands it is not passed from either side.
        let feeding = |fed: &[u32]| {
            let open =
                |at: &&u32| !barriers.is_shut(**at) && !barriers.may_be_shut(**at) && !barriers.checks_some_way(**at);
            let starts: Vec<Start> = fed.iter().filter(open).map(|at| Start::Junction(*at)).collect();
            self.reach(flows, &starts, Way::Connected, (barriers, Along::Against))
        };
        let (of_sure, of_perhaps) = (feeding(&sure), feeding(&perhaps));
        let is = |junctions: &[u32], at: u32| junctions.binary_search(&at).is_ok();
        let feeds = |at: u32| is(&of_sure.junctions, at) && !is(&of_sure.perhaps_junctions, at);
        let may_feed = |at: u32| is(&of_sure.junctions, at) || is(&of_perhaps.junctions, at);
        let mut fed = Fed { reach, others: Vec::new(), perhaps_fed_from: Vec::new() };
        for at in self.sources(park).into_iter().filter(|at| *at != source) {
            if feeds(at) {
                fed.others.push(at);
            } else if may_feed(at) {
                fed.perhaps_fed_from.push(at);
            }
        }
        fed
    }

    /// Outfalls among junctions: by their kind.
    pub fn outfalls(&self, park: &ParkSnapshot, junctions: &[u32]) -> Vec<u32> {
        let is = |junction: &u32| self.row_of(park, *junction, |node| node.kind == NodeKind::Outfall).is_some();
        junctions.iter().copied().filter(is).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Not,
    Sure,
    Perhaps,
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{NetworkClass, Presence};

    use super::*;
    use crate::network::by_hand::{empty, keyed_edge, node};
    use crate::network::settings::Settings;

    /// Sewers a→b→c→d with a branch e→b, all falling, and a level one c–f; a ring of water beside it.
    fn sewers() -> (ParkSnapshot, Topology, Flows) {
        let mut park = empty();
        let falls = [("a", 9.0), ("b", 8.0), ("c", 7.0), ("d", 6.0), ("e", 9.0), ("f", 7.0)];
        park.nodes = falls.iter().map(|(key, z)| node(key, NodeKind::Manhole, [0.0, 0.0, *z])).collect();
        park.nodes[3].kind = NodeKind::Outfall;
        let z = |key: &str| falls.iter().find(|(k, _)| *k == key).unwrap().1;
        let pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("b", "e"), ("c", "f")];
        let line = |(id, (from, to)): (usize, &(&str, &str))| {
            keyed_edge(id as i64, Some(from), Some(to), vec![[0.0, 0.0, z(from)], [10.0, 0.0, z(to)]])
        };
        park.edges = pairs.iter().enumerate().map(line).collect();
        // By each line's own fall: half of them are drawn upwards.
        for id in [5, 6] {
            park.edges.push(keyed_edge(
                id,
                None,
                None,
                vec![[500.0, 50.0 * id as f64, 1.0], [510.0, 50.0 * id as f64, 2.0]],
            ));
        }
        park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Drainage);
        let settings = Settings::shipped();
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let topology = Topology::build(&park, &there, NetworkClass::Drainage, &settings);
        let flows = topology.flows(&park, &settings);
        (park, topology, flows)
    }

    #[test]
    fn water_flows_down_and_what_is_level_only_perhaps() {
        let (park, topology, flows) = sewers();
        let shut_at_c = Barriers::shut_at(&topology, |junction| junction == 2);
        let open = &Barriers::shut_at(&topology, |_| false);
        let down = topology.trace(&flows, &[Start::Link(0)], Way::Downstream, open);
        assert_eq!((down.links, down.perhaps), (vec![0, 1, 2], vec![4]));
        assert_eq!(topology.outfalls(&park, &down.junctions), [3]);
        assert_eq!(down.ends, [3], "the level branch may go on");
        let up = topology.trace(&flows, &[Start::Junction(2)], Way::Upstream, open);
        assert_eq!((up.links, up.perhaps), (vec![0, 1, 3], vec![4]));
        assert_eq!(up.ends, [0, 4]);
        assert_eq!((down.perhaps_junctions, up.perhaps_junctions), (vec![5], vec![5]));
        // From a line of unknown direction itself: to either end, perhaps, and on from there.
        let from = topology.trace(&flows, &[Start::Link(4)], Way::Downstream, open);
        assert_eq!((from.links, from.perhaps, from.perhaps_junctions), (vec![4], vec![2], vec![2, 3, 5]));
        let from = topology.trace(&flows, &[Start::Link(4)], Way::Upstream, open);
        assert_eq!((from.links, from.perhaps), (vec![4], vec![0, 1, 3]));
        let from = topology.trace(&flows, &[Start::Link(4), Start::Link(1)], Way::Downstream, open);
        assert_eq!((from.links, from.perhaps), (vec![1, 2, 4], vec![]), "what another start is sure of stays sure");
        let all = topology.trace(&flows, &[Start::Junction(4)], Way::Connected, open);
        assert_eq!((all.links.len(), all.perhaps.len(), all.junctions.len()), (5, 0, 6));
        // Shut at c: reached, not passed; unless it begins there.
        let stopped = topology.trace(&flows, &[Start::Link(0)], Way::Downstream, &shut_at_c);
        assert_eq!((stopped.links, stopped.stopped), (vec![0, 1], vec![2]));
        assert_eq!(topology.trace(&flows, &[Start::Junction(2)], Way::Downstream, &shut_at_c).links, [2]);
        assert!((down.length_m - 3.0 * 10.0_f64.hypot(1.0)).abs() < 1e-9);
    }

    #[test]
    fn rings_and_shortest_ways() {
        let mut park = empty();
        let keys = ["a", "b", "c", "d", "e", "f"];
        park.nodes = keys.iter().map(|key| node(key, NodeKind::Junction, [0.0; 3])).collect();
        park.nodes[0].kind = NodeKind::Source;
        park.nodes[5].kind = NodeKind::Tank;
        let line = |id, from, to, length: f64| keyed_edge(id, Some(from), Some(to), vec![[0.0; 3], [length, 0.0, 0.0]]);
        park.edges = vec![
            line(0, "a", "b", 5.0),
            line(1, "b", "c", 3.0),
            line(2, "c", "d", 4.0),
            line(3, "d", "b", 8.0),
            // Twin pipes are a loop.
            line(4, "c", "d", 1.0),
            line(5, "d", "e", 1.0),
            line(6, "e", "f", 1.0),
        ];
        let settings = Settings::shipped();
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let topology = Topology::build(&park, &there, NetworkClass::Water, &settings);
        let rings = topology.rings();
        assert_eq!(rings, [Ring { links: vec![1, 2, 3, 4], loops: 2, length_m: 16.0 }]);
        let shut = |at: u32| Barriers::shut_at(&topology, |junction| junction == at);
        let open = Barriers::shut_at(&topology, |_| false);
        let way = topology.shortest(0, 3, &open).unwrap();
        assert_eq!((way.links, way.length_m), (vec![0, 1, 4], 9.0));
        assert_eq!(topology.shortest(0, 3, &shut(2)).unwrap().links, [0, 3]);
        assert!(topology.shortest(0, 4, &shut(3)).is_none());
        let flows = topology.flows(&park, &settings);
        let fed = topology.fed(&park, &flows, 0, &shut(4));
        assert_eq!((fed.reach.links, fed.others), (vec![0, 1, 2, 3, 4, 5], vec![]));
        assert_eq!(topology.fed(&park, &flows, 0, &open).others, [5]);
    }
}
