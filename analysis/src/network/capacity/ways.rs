//! Which way everything of a network is fed or drained: past what is closed or off, by the shortest of several, and where there are
//! several at all.

use std::collections::BinaryHeap;

use super::rules::{Ends, Resource};
use crate::network::answers::Network;
use crate::network::barriers::Along;
use crate::network::graph::{Arc, Graph, NONE, Step};
use crate::network::topology::{Direction, Topology};

/// The ways of a network. Where something shut stands, every line ends by itself: it may be fed up to there from its other end. Such
/// ends are numbered on from the junctions.
#[derive(Debug, Clone)]
pub(super) struct Ways {
    /// By junction and end: the link that leads on towards the source or outfall, and the junction at its other end.
    pub(super) up: Vec<Arc>,
    /// By junction and end: how far the source or outfall is, m.
    pub(super) far_m: Vec<f64>,
    /// Junctions in an order in which what leads on comes first.
    pub(super) order: Vec<u32>,
    /// By link: whether it lies on a loop or between two sources, so that nothing tells which way it is fed or how much it carries.
    pub(super) loops: Vec<bool>,
    /// By junction and end: whether it is one of several sources or outfalls that hang together, so that nothing tells which part of
    /// the loads is whose.
    pub(super) shared: Vec<bool>,
    /// By junction: whether a valve or switch stands there that may be shut as well as open.
    pub(super) unsure: Vec<bool>,
    /// By link: whether its own record closes it.
    pub(super) closed: Vec<bool>,
    /// By link: its two ends.
    ends: Vec<[u32; 2]>,
}

impl Ways {
    /// Those of a resource.
    pub(super) fn of(network: &Network<'_>, resource: &Resource) -> Self {
        let topology: &Topology = &network.topology;
        let park = network.park;
        let (count, links) = (topology.junctions.len(), topology.graph.links() as u32);
        // The holes of a duct are there, whatever is switched off.
        let barriers = resource.adds.then(|| network.barriers());
        let is_shut = |junction: u32| barriers.is_some_and(|barriers| barriers.is_shut(junction));
        let closed: Vec<bool> =
            (0..links).map(|link| barriers.is_some_and(|barriers| barriers.is_closed(link))).collect();
        let (ends, stands_at) = own_ends(topology, is_shut);
        let all = count + stands_at.len();
        let nowhere = all as u32;
        let carries = |link: u32| {
            let edge = &park.edges[topology.links[link as usize].edge as usize];
            resource.carries(edge.subtype.as_deref()) && !closed[link as usize]
        };
        let live: Vec<[u32; 2]> =
            (0..links).map(|link| if carries(link) { ends[link as usize] } else { [nowhere; 2] }).collect();
        let roots: Vec<u32> = match resource.ends {
            Ends::Source => topology.sources(park),
            Ends::Outfall => topology.outfalls(park, &(0..count as u32).collect::<Vec<u32>>()),
        };
        // Sewers flow one way; whoever is above does not drain through what is beside him.
        let flows = (resource.ends == Ends::Outfall).then_some(&network.flows);
        let along = if resource.ends == Ends::Outfall { Along::Against } else { Along::With };
        let passes = |link: u32, here: u32, there: u32| {
            let drains = match flows.map(|flows| flows.directions[link as usize]) {
                None | Some(Direction::Unknown) => true,
                Some(Direction::Forward) => live[link as usize][0] == there,
                Some(Direction::Backward) => live[link as usize][1] == there,
            };
            drains && barriers.is_none_or(|barriers| barriers.passes(topology, link, here, along))
        };
        let graph = Graph::new(all + 1, live.clone());
        let mut up = vec![Arc { link: NONE, to: NONE }; all];
        let mut far_m = vec![f64::INFINITY; all];
        let mut done = vec![false; all];
        let mut order = Vec::new();
        let mut heap = BinaryHeap::new();
        let mut is_root = vec![false; all];
        for root in roots {
            is_root[root as usize] = true;
            far_m[root as usize] = 0.0;
            heap.push(Step { far_m: 0.0, junction: root });
        }
        while let Some(Step { far_m: so_far_m, junction }) = heap.pop() {
            if std::mem::replace(&mut done[junction as usize], true) {
                continue;
            }
            if (junction as usize) < count {
                order.push(junction);
            }
            for arc in graph.at(junction) {
                if done[arc.to as usize] || !passes(arc.link, junction, arc.to) {
                    continue;
                }
                let length = Some(topology.links[arc.link as usize].length_m).filter(|length| *length > 0.0);
                let there = so_far_m + length.unwrap_or(0.0);
                if there < far_m[arc.to as usize] {
                    far_m[arc.to as usize] = there;
                    up[arc.to as usize] = Arc { link: arc.link, to: junction };
                    heap.push(Step { far_m: there, junction: arc.to });
                }
            }
        }
        // What is connected at the very place of something shut hangs on the nearest of the lines that end there.
        for (number, junction) in stands_at.iter().enumerate() {
            let (end, junction) = (count + number, *junction as usize);
            if far_m[end] < far_m[junction] {
                (far_m[junction], up[junction]) = (far_m[end], up[end]);
            }
        }
        order.extend((0..count as u32).filter(|at| !done[*at as usize] && far_m[*at as usize].is_finite()));
        let only = only_ways(&live, &is_root);
        let shared = if resource.adds { shared_roots(&graph, &is_root) } else { vec![false; all] };
        let loops = (0..links).map(|link| resource.adds && carries(link) && !only[link as usize]).collect();
        let unsure = (0..count as u32).map(|at| barriers.is_some_and(|barriers| barriers.may_be_shut(at))).collect();
        Self { up, far_m, order, loops, shared, unsure, closed, ends }
    }

    /// The ends of a link: the junction itself where a way leads on over the link or nothing is shut.
    pub(super) fn ends(&self, topology: &Topology, link: u32) -> [u32; 2] {
        let junctions = topology.graph.ends(link);
        let own = self.ends[link as usize];
        [0, 1].map(|at: usize| if self.up[junctions[at] as usize].link == link { junctions[at] } else { own[at] })
    }

    /// Whether the way of a junction may be cut by something that may be shut.
    pub(super) fn is_unsure(&self, junction: u32) -> bool {
        self.unsure.get(junction as usize) == Some(&true)
    }
}

/// The ends of every link, with one of its own wherever something shut stands, and the junctions that those stand at.
fn own_ends(topology: &Topology, is_shut: impl Fn(u32) -> bool) -> (Vec<[u32; 2]>, Vec<u32>) {
    let count = topology.junctions.len();
    let mut stands_at: Vec<u32> = Vec::new();
    let mut own = |junction: u32| {
        if !is_shut(junction) {
            return junction;
        }
        stands_at.push(junction);
        (count + stands_at.len() - 1) as u32
    };
    let links = 0..topology.graph.links() as u32;
    let ends = links.map(|link| topology.graph.ends(link).map(&mut own)).collect();
    (ends, stands_at)
}

/// By link: whether its loss parts what is behind it from all sources, which count as one.
fn only_ways(live: &[[u32; 2]], is_root: &[bool]) -> Vec<bool> {
    let source = is_root.len() as u32 + 1;
    let merged = |end: u32| if is_root.get(end as usize) == Some(&true) { source } else { end };
    let whole = Graph::new(is_root.len() + 2, live.iter().map(|ends| ends.map(merged)).collect());
    whole.walk(&[source]).bridges(whole.links())
}

/// By junction and end: whether it is a source or outfall and another one hangs on the same lines.
fn shared_roots(graph: &Graph, is_root: &[bool]) -> Vec<bool> {
    let walk = graph.walk(&[]);
    let mut roots = vec![0_usize; walk.parts as usize];
    let part = |end: usize| walk.part[end] as usize;
    (0..is_root.len()).filter(|end| is_root[*end]).for_each(|end| roots[part(end)] += 1);
    (0..is_root.len()).map(|end| is_root[end] && roots[part(end)] > 1).collect()
}
