//! Which way everything of a network is fed or drained: past what is closed or off, by the shortest of several, and where there are
//! several at all.

use spatial_db::model::{NetworkNode, NodeKind};

use super::rules::{Ends, Resource};
use crate::network::answers::Network;
use crate::network::barriers::Along;
use crate::network::graph::{Arc, Graph};
use crate::network::topology::{Direction, Topology};

/// The ways of a network. Where something shut stands, every line ends by itself: it may be fed up to there from its other end. So does
/// every sewer at a divide: what lies to one side of it does not drain to the other. Such ends are numbered on from the junctions.
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
    /// By junction: whether it is a divide, from which sewers fall in several directions and where nothing is connected.
    pub(super) divides: Vec<bool>,
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
        let carries = |link: u32| {
            let edge = &park.edges[topology.links[link as usize].edge as usize];
            resource.carries(edge.subtype.as_deref()) && !closed[link as usize]
        };
        let divides: Vec<bool> = (0..count as u32)
            .map(|at| resource.adds && resource.ends == Ends::Outfall && is_divide(network, resource, at, carries))
            .collect();
        let (ends, stands_at) = own_ends(topology, |at| is_shut(at) || divides[at as usize]);
        let all = count + stands_at.len();
        let nowhere = all as u32;
        let live: Vec<[u32; 2]> =
            (0..links).map(|link| if carries(link) { ends[link as usize] } else { [nowhere; 2] }).collect();
        let roots: Vec<u32> = match resource.ends {
            Ends::Source => topology.sources(park),
            Ends::Outfall => topology.outfalls(park, &(0..count as u32).collect::<Vec<u32>>()),
        };
        // Sewers flow one way; whoever is above does not drain through what is beside him.
        let flows = (resource.ends == Ends::Outfall).then_some(&network.flows);
        let along = if resource.ends == Ends::Outfall { Along::Against } else { Along::With };
        let open = |link: u32, here: u32| {
            let drains = match flows.map(|flows| flows.directions[link as usize]) {
                None | Some(Direction::Unknown) => true,
                Some(Direction::Forward) => live[link as usize][1] == here,
                Some(Direction::Backward) => live[link as usize][0] == here,
            };
            drains && barriers.is_none_or(|barriers| barriers.passes(topology, link, here, along))
        };
        let graph = Graph::new(all + 1, live.clone());
        let mut is_root = vec![false; all];
        for root in &roots {
            is_root[*root as usize] = true;
        }
        let mut found = graph.ways(&roots, None, |link| topology.links[link as usize].length_m, open);
        found.far_m.truncate(all);
        found.came.truncate(all);
        let (mut far_m, mut up) = (found.far_m, found.came);
        let mut done = vec![false; all];
        found.order.iter().for_each(|at| done[*at as usize] = true);
        let mut order: Vec<u32> = found.order.into_iter().filter(|at| (*at as usize) < count).collect();
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
        Self { up, far_m, order, loops, shared, divides, unsure, closed, ends }
    }

    /// The ends of a link: the junction itself where a way leads on over the link or nothing is shut.
    pub(super) fn ends(&self, topology: &Topology, link: u32) -> [u32; 2] {
        let junctions = topology.graph.ends(link);
        let own = self.ends[link as usize];
        [0, 1].map(|at: usize| if self.up[junctions[at] as usize].link == link { junctions[at] } else { own[at] })
    }

    /// Whether it is a divide: what will be connected there may drain to any side of it.
    pub(super) fn is_divide(&self, junction: u32) -> bool {
        self.divides.get(junction as usize) == Some(&true)
    }

    /// Whether the way of a junction may be cut by something that may be shut.
    pub(super) fn is_unsure(&self, junction: u32) -> bool {
        self.unsure.get(junction as usize) == Some(&true)
    }
}

/// Whether a junction is one from which several sewers are known to lead away and none to, where nothing drains in: no load of it is
/// shared among them.
fn is_divide(network: &Network<'_>, resource: &Resource, junction: u32, carries: impl Fn(u32) -> bool) -> bool {
    let topology: &Topology = &network.topology;
    let arcs = || topology.graph.at(junction).iter().filter(|arc| carries(arc.link));
    let leads_away = |link: u32| match network.flows.directions[link as usize] {
        Direction::Forward => topology.graph.ends(link)[0] == junction,
        Direction::Backward => topology.graph.ends(link)[1] == junction,
        Direction::Unknown => false,
    };
    let fed = |node: &NetworkNode| resource.connects(node) || node.kind == NodeKind::Outfall;
    arcs().count() > 1
        && arcs().all(|arc| arc.to != junction && leads_away(arc.link))
        && topology.row_of(network.park, junction, fed).is_none()
}

/// The ends of every link, with one of its own wherever lines part, and the junctions that those stand at.
fn own_ends(topology: &Topology, part: impl Fn(u32) -> bool) -> (Vec<[u32; 2]>, Vec<u32>) {
    let count = topology.junctions.len();
    let mut stands_at: Vec<u32> = Vec::new();
    let mut own = |junction: u32| {
        if !part(junction) {
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

    use crate::network::Settings;
    use crate::network::by_hand::{empty, keyed_edge, node};
    use crate::network::capacity::{Capacity, CapacityRules, Known, Missing, Place, Remaining};
    use spatial_db::model::NodeKind;

    /// Sewers from a manhole at x = 0 down to an outfall on either side, a connection of 10 and one of 30 m³/d on the way.
    fn two_outfalls() -> ParkSnapshot {
        let mut park = empty();
        let at = [("a", -200.0, 1.0), ("p", -100.0, 2.0), ("r", 0.0, 3.0), ("q", 100.0, 2.0), ("b", 200.0, 1.0)];
        park.nodes = at.iter().map(|(key, x, z)| node(key, NodeKind::Manhole, [*x, 0.0, *z])).collect();
        for outfall in [0, 4] {
            park.nodes[outfall].kind = NodeKind::Outfall;
            park.nodes[outfall].provenance.attributes =
                json!({ "RatedCap_m3d": 100 }).as_object().unwrap().clone().into();
        }
        for (key, x, load) in [("c", -100.0, 10), ("d", 100.0, 30)] {
            let mut house = node(key, NodeKind::Connection, [x, 20.0, 4.0]);
            house.provenance.attributes = json!({ "ConnLoad_m3d": load }).as_object().unwrap().clone().into();
            park.nodes.push(house);
        }
        let place = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap().position;
        let pairs = [("p", "a"), ("r", "p"), ("r", "q"), ("q", "b"), ("c", "p"), ("d", "q")];
        let line = |(id, (from, to)): (usize, &(&str, &str))| {
            let mut line = keyed_edge(id as i64, Some(from), Some(to), vec![place(from), place(to)]);
            line.provenance.attributes = json!({ "RatedCap_m3d": 50 }).as_object().unwrap().clone().into();
            line
        };
        park.edges = pairs.iter().enumerate().map(line).collect();
        park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Drainage);
        park
    }

    fn left(park: &ParkSnapshot, key: &str) -> Remaining {
        let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
        let day = "2026-06-30".parse().unwrap();
        let there = Presence::on(park, day);
        Capacity::of(park, &there, &settings, &rules, "sewage").unwrap().remaining(Place::Node(key), day).unwrap()
    }

    #[test]
    fn each_outfall_takes_what_falls_to_its_side() {
        let mut park = two_outfalls();
        let told = |park: &ParkSnapshot, key: &str| {
            let answer = left(park, key);
            (answer.value, answer.known)
        };
        assert_eq!(told(&park, "p"), (Some(40.0), Known::Known));
        assert_eq!(told(&park, "q"), (Some(20.0), Known::Known));
        let outfall = |key: &str| left(&park, key).path[0].connected.as_ref().map(|load| load.value);
        assert_eq!((outfall("a"), outfall("b")), (Some(10.0), Some(30.0)));
        // What would be connected at the divide may go to either side.
        assert_eq!(told(&park, "r").1, Known::AtMost(vec![Missing::Route(1)]));
        // A house at the divide drains to one side, and nobody can tell to which.
        let mut house = node("h", NodeKind::Connection, [0.0, 20.0, 4.0]);
        house.class = NetworkClass::Drainage;
        park.nodes.push(house);
        let mut branch = keyed_edge(9, Some("h"), Some("r"), vec![[0.0, 20.0, 4.0], [0.0, 0.0, 3.0]]);
        branch.class = NetworkClass::Drainage;
        park.edges.push(branch);
        assert_ne!(told(&park, "p").1, Known::Known);
        // Nor can anybody where the fall between them is not known.
        let mut level = two_outfalls();
        for edge in [1, 2] {
            level.edges[edge].path.iter_mut().for_each(|at| at[2] = f64::NAN);
        }
        level.nodes[2].position[2] = f64::NAN;
        // By each line's own fall: most of the others are drawn upwards, so that drawing tells nothing.
        for edge in [0, 4] {
            level.edges[edge].path.reverse();
            let line = &mut level.edges[edge];
            std::mem::swap(&mut line.from_key, &mut line.to_key);
        }
        assert_ne!(told(&level, "p").1, Known::Known);
    }
}
