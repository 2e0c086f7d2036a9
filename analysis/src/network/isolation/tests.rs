use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use spatial_db::model::{Building, NetworkClass, NodeKind, ParkSnapshot, Presence};

use super::*;
use crate::network::barriers::Passage;
use crate::network::by_hand::{edge, empty, keyed_edge, node};
use crate::network::settings::{Device, Settings};
use crate::network::topology::Topology;

/// Source s – v1 – a – v2 – b – v3 – c (hydrant h) – v4 – back to a; customer d behind b by v5; tank t behind c by v6.
fn park() -> ParkSnapshot {
    let mut park = empty();
    let keys = ["s", "v1", "a", "v2", "b", "v3", "c", "v4", "v5", "d", "v6", "t", "h"];
    for (at, key) in keys.iter().enumerate() {
        let kind = match *key {
            "s" => NodeKind::Source,
            "t" => NodeKind::Tank,
            "d" => NodeKind::Connection,
            "h" => NodeKind::Hydrant,
            key if key.starts_with('v') => NodeKind::Valve,
            _ => NodeKind::Junction,
        };
        park.nodes.push(node(key, kind, [at as f64 * 10.0, 0.0, 5.0]));
    }
    let pairs = [
        ("s", "v1"),
        ("v1", "a"),
        ("a", "v2"),
        ("v2", "b"),
        ("b", "v3"),
        ("v3", "c"),
        ("c", "v4"),
        ("v4", "a"),
        ("b", "v5"),
        ("v5", "d"),
        ("c", "v6"),
        ("v6", "t"),
        ("c", "h"),
    ];
    let place = |key: &str| park.nodes[keys.iter().position(|k| *k == key).unwrap()].position;
    let line = |(id, (from, to)): (usize, &(&str, &str))| {
        keyed_edge(id as i64, Some(from), Some(to), vec![place(from), place(to)])
    };
    park.edges = pairs.iter().enumerate().map(line).collect();
    park
}

struct Case {
    park: ParkSnapshot,
    topology: Topology,
    valves: Valves,
    isolator: Isolator,
    service: Service,
}

fn case(park: ParkSnapshot, told: &[(&str, ValveState)]) -> Case {
    let settings = Settings::shipped();
    let there = Presence::on(&park, "2026-01-01".parse().unwrap());
    let topology = Topology::build(&park, &there, NetworkClass::Water, &settings);
    let valves = Valves::of(&topology, &park, &settings);
    let told: HashMap<String, ValveState> = told.iter().map(|(key, state)| ((*key).to_owned(), *state)).collect();
    let (lines, _) = topology.passages(&park, &valves, &topology.flows(&park, &settings));
    let isolator = Isolator::of(&topology, &park, &valves, &told, &lines);
    let service = Service::of(&topology, &park, &there, &settings);
    Case { park, topology, valves, isolator, service }
}

impl Case {
    fn keys(&self, valves: &[u32]) -> Vec<&str> {
        let key =
            |valve: &u32| self.park.nodes[self.valves.shut[*valve as usize].node as usize].provenance.key.as_str();
        valves.iter().map(key).collect()
    }

    fn junction_keys(&self, junctions: &[u32]) -> Vec<&str> {
        junctions.iter().map(|j| self.topology.node(&self.park, *j).unwrap().provenance.key.as_str()).collect()
    }

    fn link(&self, from: &str, to: &str) -> u32 {
        let named = |edge: &spatial_db::model::NetworkEdge| {
            edge.from_key.as_deref() == Some(from) && edge.to_key.as_deref() == Some(to)
        };
        self.topology.links_of_edge(self.park.edges.iter().position(named).unwrap()).start
    }

    fn isolate(&self, from: &str, to: &str) -> Isolation {
        self.isolator.isolate(&self.isolator.at(Break::Link(self.link(from, to))))
    }
}

#[test]
fn a_break_is_shut_off_by_the_valves_round_it() {
    let case = case(park(), &[("v1", ValveState::Open)]);
    let plan = case.isolate("v2", "b");
    assert_eq!(case.keys(&plan.close), ["v2", "v3", "v5"]);
    assert_eq!(case.keys(&plan.unsure), ["v2", "v3", "v5"]);
    let lost = case.service.lost(&case.isolator, &plan);
    assert_eq!((case.junction_keys(&lost.connections), case.junction_keys(&lost.hydrants)), (vec!["d"], vec![]));
    assert!(plan.supply_known && plan.sources_shut.is_empty() && plan.stuck.is_empty() && plan.closed.is_empty());
    // Round the hydrant: the tank's way is cut, the source still feeds the rest.
    let plan = case.isolate("c", "h");
    assert_eq!(case.keys(&plan.close), ["v3", "v4", "v6"]);
    let lost = case.service.lost(&case.isolator, &plan);
    assert_eq!((case.junction_keys(&lost.connections), case.junction_keys(&lost.hydrants)), (vec![], vec!["h"]));
}

#[test]
fn closed_and_stuck_valves_are_honoured() {
    // Without the tank, and v4 closed, the hydrant's side hangs on b.
    let case1 = case(park(), &[("v6", ValveState::StuckClosed), ("v4", ValveState::Closed)]);
    let plan = case1.isolate("v2", "b");
    let lost = case1.service.lost(&case1.isolator, &plan);
    assert_eq!((case1.junction_keys(&lost.connections), case1.junction_keys(&lost.hydrants)), (vec!["d"], vec!["h"]));
    assert_eq!(plan.cut_off.len(), 2);
    // The tank's own end is fed by the tank.
    let plan = case1.isolate("c", "h");
    assert_eq!((case1.keys(&plan.close), case1.keys(&plan.closed)), (vec!["v3"], vec!["v4", "v6"]));
    // v3 cannot be closed: both sides are shut off.
    let case2 = case(park(), &[("v3", ValveState::StuckOpen)]);
    let plan = case2.isolate("v2", "b");
    assert_eq!((case2.keys(&plan.close), case2.keys(&plan.stuck)), (vec!["v2", "v4", "v5", "v6"], vec!["v3"]));
    assert_eq!(plan.segments.len(), 2);
    assert_eq!(case2.junction_keys(&case2.service.lost(&case2.isolator, &plan).hydrants), ["h"]);
    // What is tried when a valve fails is what a stuck valve asks for.
    let case3 = case(park(), &[]);
    let at = case3.isolator.at(Break::Link(case3.link("v2", "b")));
    let plan = case3.isolator.isolate(&at);
    let others = case3.isolator.alternatives(&at, &plan);
    assert_eq!(others.iter().map(|(valve, _)| case3.keys(&[*valve])[0]).collect::<Vec<_>>(), ["v2", "v3", "v5"]);
    assert_eq!(case3.keys(&others[1].1.close), ["v2", "v4", "v5", "v6"]);
}

#[test]
fn without_a_source_nobody_can_tell_who_had_supply() {
    let mut park = park();
    park.nodes[0].kind = NodeKind::Junction;
    park.nodes[11].kind = NodeKind::Junction;
    let case = case(park, &[]);
    let plan = case.isolate("v2", "b");
    assert!(!plan.supply_known && plan.cut_off.is_empty());
    // What is shut off has none all the same; d lies behind its own valve.
    assert_eq!(case.service.lost(&case.isolator, &plan), Supply::default());
    let behind = case.isolate("v5", "d");
    assert_eq!(case.service.lost(&case.isolator, &behind).connections.len(), 1);
}

#[test]
fn a_part_without_a_source_is_not_taken_for_safe_beside_one_that_has() {
    // The park, and beside it the same without source and tank.
    let mut park = park();
    let mut beside = park.clone();
    for node in &mut beside.nodes {
        node.provenance.key.insert(0, 'x');
        node.position[1] += 500.0;
        if matches!(node.kind, NodeKind::Source | NodeKind::Tank) {
            node.kind = NodeKind::Junction;
        }
    }
    for edge in &mut beside.edges {
        edge.provenance.key.insert(0, 'x');
        for key in [&mut edge.from_key, &mut edge.to_key].into_iter().flatten() {
            key.insert(0, 'x');
        }
    }
    park.nodes.extend(beside.nodes);
    park.edges.extend(beside.edges);
    let case = case(park, &[]);
    let known = case.isolate("v5", "d");
    let dark = case.isolate("xv5", "xd");
    assert!(known.supply_known && !dark.supply_known, "told of the part that broke, not of the whole");
    assert!(dark.cut_off.is_empty() && case.isolate("xv2", "xb").cut_off.is_empty());
    // The customer behind the break is shut off, whether or not anything fed it.
    assert_eq!(case.junction_keys(&case.service.lost(&case.isolator, &dark).connections), ["xd"]);
    let worth = case.isolator.criticality(&case.service.per_segment(&case.isolator)[0]);
    let of = |from: &str, to: &str| worth[case.isolator.segments.of_link[case.link(from, to) as usize] as usize];
    assert_eq!((of("v5", "d").weight, of("v5", "d").supply_known), (1.0, true));
    assert_eq!((of("xv5", "xd").weight, of("xv5", "xd").supply_known), (1.0, false));
    // Behind a closed valve there is a source, and no supply: that is known.
    let shut = case_of_closed();
    let plan = shut.isolate("v5", "d");
    assert!(plan.supply_known);
    assert_eq!(shut.service.lost(&shut.isolator, &plan), Supply::default());
}

fn case_of_closed() -> Case {
    case(park(), &[("v5", ValveState::Closed)])
}

#[test]
fn a_valve_on_a_joint_or_a_hydrant_is_still_a_valve() {
    // Lines without keys: at 10 a joint and a valve, at 20 a hydrant and a valve, each at one place.
    let mut park = empty();
    park.nodes = vec![
        node("s", NodeKind::Source, [0.0, 0.0, 5.0]),
        node("j", NodeKind::Junction, [10.0, 0.0, 5.0]),
        node("v", NodeKind::Valve, [10.0, 0.01, 5.0]),
        node("h", NodeKind::Hydrant, [20.0, 0.0, 5.0]),
        node("w", NodeKind::Valve, [20.0, 0.0, 5.0]),
        node("d", NodeKind::Connection, [30.0, 0.0, 5.0]),
    ];
    let line = |id, from: f64| edge(id, vec![[from, 0.0, 5.0], [from + 10.0, 0.0, 5.0]]);
    park.edges = vec![line(0, 0.0), line(1, 10.0), line(2, 20.0)];
    let with_keys = |park: &ParkSnapshot| {
        // The lines name the joint and the hydrant; the valves stand there unnamed.
        let mut park = park.clone();
        for (edge, [from, to]) in park.edges.iter_mut().zip([["s", "j"], ["j", "h"], ["h", "d"]]) {
            (edge.from_key, edge.to_key) = (Some(from.into()), Some(to.into()));
        }
        park
    };
    for park in [park.clone(), with_keys(&park)] {
        let case = case(park, &[]);
        assert_eq!(case.topology.graph.junctions(), 4);
        assert!(case.topology.findings.is_empty(), "{:?}", case.topology.findings);
        let plan = case.isolator.isolate(&case.isolator.at(Break::Link(1)));
        assert_eq!(case.keys(&plan.close), ["v", "w"]);
        let lost = case.service.lost(&case.isolator, &plan);
        assert_eq!((case.service.hydrants.len(), lost.connections.len()), (1, 1));
    }
}

#[test]
fn what_is_no_shut_off_valve_shuts_nothing_off() {
    let mut park = park();
    park.nodes[3].subtype = Some("CHK-VALVE63".into());
    let case = case(park, &[]);
    assert_eq!(case.valves.shut.len(), 5);
    assert_eq!(case.valves.others.iter().map(|valve| valve.device).collect::<Vec<_>>(), [Device::Check]);
    let plan = case.isolate("v2", "b");
    assert_eq!(case.keys(&plan.close), ["v1", "v3", "v4", "v5"]);
    // A valve that breaks itself is shut off on both its sides.
    let broken = case.isolator.at(Break::Valve(1));
    assert_eq!(case.keys(&[1]), ["v3"]);
    assert_eq!(case.keys(&case.isolator.isolate(&broken).close), ["v1", "v5", "v6"]);
}

#[test]
fn a_valve_drawn_at_a_tee_closes_all_ways() {
    let mut park = empty();
    park.nodes = vec![
        node("s", NodeKind::Source, [0.0, 0.0, 5.0]),
        node("v", NodeKind::Valve, [10.0, 0.0, 5.0]),
        node("d", NodeKind::Connection, [20.0, 0.0, 5.0]),
        node("e", NodeKind::Connection, [10.0, 10.0, 5.0]),
    ];
    park.edges =
        vec![edge(0, vec![[0.0, 0.0, 5.0], [20.0, 0.0, 5.0]]), edge(1, vec![[10.0, 0.0, 5.0], [10.0, 10.0, 5.0]])];
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Water);
    let case = case(park, &[]);
    assert_eq!((case.valves.gates.len(), case.isolator.segments.count), (2, 3));
    let plan = case.isolator.isolate(&case.isolator.at(Break::Link(case.topology.links_of_edge(1).start)));
    assert_eq!(case.keys(&plan.close), ["v"]);
    assert_eq!(case.junction_keys(&case.service.lost(&case.isolator, &plan).connections), ["d", "e"]);
    let worth = case.isolator.criticality(&case.service.per_segment(&case.isolator)[0]);
    let behind = case.isolator.segments.of_junction[3] as usize;
    assert_eq!((worth[behind].weight, worth[behind].valves), (2.0, 1));
}

#[test]
fn of_valves_at_one_place_that_counts_which_is_closed_or_can_be() {
    let mut park = empty();
    park.nodes = vec![
        node("s", NodeKind::Source, [0.0, 0.0, 5.0]),
        node("v", NodeKind::Valve, [10.0, 0.0, 5.0]),
        node("w", NodeKind::Valve, [10.0, 0.0, 5.0]),
        node("d", NodeKind::Connection, [20.0, 0.0, 5.0]),
    ];
    park.edges =
        vec![edge(0, vec![[0.0, 0.0, 5.0], [10.0, 0.0, 5.0]]), edge(1, vec![[10.0, 0.0, 5.0], [20.0, 0.0, 5.0]])];
    let told = |v: ValveState, w: ValveState| {
        let case = case(park.clone(), &[("v", v), ("w", w)]);
        let plan = case.isolator.isolate(&case.isolator.at(Break::Link(1)));
        let keys = |valves: &[u32]| case.keys(valves).join(" ");
        [keys(&plan.close), keys(&plan.closed), keys(&plan.stuck)]
    };
    let (open, closed, stuck) = (ValveState::Open, ValveState::Closed, ValveState::StuckOpen);
    assert_eq!(told(open, open), ["v", "", ""]);
    assert_eq!(told(open, closed), ["", "w", ""]);
    assert_eq!(told(closed, stuck), ["", "v", ""]);
    assert_eq!(told(stuck, open), ["w", "", ""]);
    assert_eq!(told(stuck, stuck), ["", "", "v"]);
}

#[test]
fn buildings_hang_on_the_nearest_connection_else_line() {
    let mut park = park();
    let block = |x: f64, y: f64| {
        geo::MultiPolygon(vec![
            geo::Rect::new(geo::coord! { x: x, y: y }, geo::coord! { x: x + 8.0, y: y + 8.0 }).to_polygon(),
        ])
    };
    let building = |id, x, y| Building::bare(id, spatial_db::model::Provenance::default(), block(x, y));
    // d stands at x = 90; h at 120.
    park.buildings = vec![building(1, 85.0, 20.0), building(2, 250.0, 0.0), building(3, 0.0, 30.0)];
    let case = case(park, &[]);
    let [(0, Served::Connection(9), far), (2, Served::Line(line), by_line)] = case.service.buildings[..] else {
        panic!("{:?}", case.service.buildings)
    };
    assert_eq!((far, line, by_line, case.service.unserved), (20.0, case.link("s", "v1"), 30.0, 1));
    let lost = case.service.lost(&case.isolator, &case.isolate("v2", "b"));
    assert_eq!(lost.buildings, [0]);
}

/// What random networks look like: links, gates of valves with states, sources, weights.
type Random = (Vec<[u32; 2]>, Vec<(u32, bool, u8)>, Vec<u32>);

fn random() -> impl Strategy<Value = Random> {
    (
        prop::collection::vec([0..10_u32, 0..10_u32], 1..22),
        prop::collection::vec((0..22_u32, prop::bool::ANY, 0..8_u8), 0..16),
        prop::collection::vec(0..10_u32, 0..3),
    )
}

fn made(random: &Random) -> (Graph, Isolator) {
    let (graph, gates, states) = drawn(random);
    let isolator = Isolator::new(&graph, &lengths_of(&graph), &gates, &states, &random.2);
    (graph, isolator)
}

fn lengths_of(graph: &Graph) -> Vec<f64> {
    (0..graph.links()).map(|at| at as f64 + 1.0).collect()
}

fn drawn((ends, valves, _): &Random) -> (Graph, Vec<Gate>, Vec<ValveState>) {
    let graph = Graph::new(10, ends.clone());
    let mut gates = Vec::new();
    let mut states = Vec::new();
    for (link, last, state) in valves {
        let link = link % ends.len() as u32;
        let junction = graph.ends(link)[usize::from(*last)];
        // A few share a valve with the one before.
        let joins = *state == 7 && !states.is_empty();
        if !joins {
            states.push(
                [
                    ValveState::Open,
                    ValveState::Unknown,
                    ValveState::Closed,
                    ValveState::StuckOpen,
                    ValveState::StuckClosed,
                ][usize::from(*state % 5)],
            );
        }
        gates.push(Gate { link, junction, valve: states.len() as u32 - 1 });
    }
    (graph, gates, states)
}

/// Junctions that water comes to from `from` along links that let it; `passes` tells of what stands on a link at a junction, `one_way`
/// whether links that let pass one way do only that.
fn reaches(
    (graph, lines): (&Graph, &[Passage]),
    from: &[u32],
    one_way: bool,
    passes: impl Fn(u32, u32) -> bool,
) -> BTreeSet<u32> {
    let mut seen: BTreeSet<u32> = from.iter().copied().collect();
    let mut queue = from.to_vec();
    while let Some(at) = queue.pop() {
        for link in 0..graph.links() as u32 {
            let [a, b] = graph.ends(link);
            for (here, there) in [(a, b), (b, a)] {
                let open = match lines[link as usize] {
                    Passage::Free => true,
                    Passage::OneWay => here == a || !one_way,
                    Passage::Back => here == b || !one_way,
                    Passage::Closed => false,
                };
                if here == at && open && passes(link, here) && passes(link, there) && seen.insert(there) {
                    queue.push(there);
                }
            }
        }
    }
    seen
}

/// Junctions (0..10) and links (10..) that water reaches from `from`, past gates that let it.
fn floods(graph: &Graph, isolator: &Isolator, from: &[u32], passes: impl Fn(u32) -> bool) -> BTreeSet<u32> {
    let mut seen: BTreeSet<u32> = from.iter().copied().collect();
    let mut queue = from.to_vec();
    while let Some(at) = queue.pop() {
        for link in 0..graph.links() as u32 {
            for junction in graph.ends(link) {
                let open = isolator.gates.iter().all(|g| (g.link, g.junction) != (link, junction) || passes(g.valve));
                for (a, b) in [(junction, 10 + link), (10 + link, junction)] {
                    if open && a == at && seen.insert(b) {
                        queue.push(b);
                    }
                }
            }
        }
    }
    seen
}

proptest! {
    /// Segments, valves, and who is cut off, as water finds its way element by element.
    #[test]
    fn isolation_is_where_water_cannot_go(random in random(), broken in 0..22_u32) {
        let (graph, isolator) = made(&random);
        // Parts are what hangs together with every valve open.
        for at in 0..isolator.segments.count as u32 {
            let own = |of: &[u32], from: u32| (0_u32..).zip(of).find(|(_, s)| **s == at).map(|(i, _)| i + from);
            let first = own(&isolator.segments.of_junction, 0).or_else(|| own(&isolator.segments.of_link, 10)).unwrap();
            let part = floods(&graph, &isolator, &[first], |_| true);
            let has = random.2.iter().any(|source| part.contains(source));
            prop_assert_eq!(isolator.parts_with_source()[at as usize], has);
        }
        let link = broken % graph.links() as u32;
        let plan = isolator.isolate(&isolator.at(Break::Link(link)));
        let state = |valve: u32| isolator.state[valve as usize];
        let wet = floods(&graph, &isolator, &[10 + link], |valve| state(valve) == ValveState::StuckOpen);
        let of = |at: u32| if at < 10 {
            isolator.segments.of_junction[at as usize]
        } else {
            isolator.segments.of_link[at as usize - 10]
        };
        for at in 0..10 + graph.links() as u32 {
            prop_assert_eq!(wet.contains(&at), plan.segments.contains(&of(at)), "{}", at);
        }
        let parts = |g: &&Gate| wet.contains(&g.junction) != wet.contains(&(10 + g.link));
        let edge: BTreeSet<u32> = isolator.gates.iter().filter(parts).map(|g| g.valve).collect();
        let told: BTreeSet<u32> = plan.close.iter().chain(&plan.closed).copied().collect();
        prop_assert_eq!(&edge, &told);
        prop_assert!(plan.closed.iter().all(|v| state(*v).is_shut()) && plan.close.iter().all(|v| !state(*v).is_shut()));
        let (_, _, sources) = &random;
        let before = floods(&graph, &isolator, sources, |valve| !state(valve).is_shut());
        let live: Vec<u32> = sources.iter().copied().filter(|s| !wet.contains(s)).collect();
        let after = floods(&graph, &isolator, &live, |valve| !state(valve).is_shut() && !edge.contains(&valve));
        prop_assert!(after.is_disjoint(&wet));
        for at in 0..10 + graph.links() as u32 {
            let lost = before.contains(&at) && !after.contains(&at) && !wet.contains(&at);
            prop_assert_eq!(lost, plan.cut_off.contains(&of(at)), "{}", at);
        }
    }

    /// With lines that are closed or let pass one way, and valves of which nobody knows whether they are shut: as water finds its way
    /// from junction to junction.
    #[test]
    fn lines_part_and_bring_supply_as_their_records_have_it(
        random in random(),
        kinds in prop::collection::vec(0..5_u8, 22),
        doubts in prop::collection::vec(prop::bool::ANY, 16),
        broken in 0..22_u32,
    ) {
        let (graph, gates, states) = drawn(&random);
        let kind = |kind: &u8| match kind {
            0 => Passage::Closed,
            1 => Passage::OneWay,
            2 => Passage::Back,
            _ => Passage::Free,
        };
        let lines: Vec<Passage> = kinds[..graph.links()].iter().map(kind).collect();
        let doubtful: Vec<bool> =
            states.iter().zip(&doubts).map(|(state, doubt)| *doubt && *state == ValveState::Unknown).collect();
        let besides = Besides { lines: &lines, doubtful: &doubtful, perhaps: &[] };
        let isolator = Isolator::beside(&graph, &lengths_of(&graph), (&gates, &states), &random.2, besides);
        let link = broken % graph.links() as u32;
        prop_assume!(lines[link as usize] != Passage::Closed);
        let plan = isolator.isolate(&isolator.at(Break::Link(link)));

        let at = |link: u32, junction: u32| {
            let here = isolator.gates.iter().find(|g| (g.link, g.junction) == (link, junction) && g.valve != NONE);
            here.map(|g| (g.valve, states[g.valve as usize]))
        };
        let stuck = |link, junction| at(link, junction).is_none_or(|(_, state)| state == ValveState::StuckOpen);
        let open = |link, junction| at(link, junction).is_none_or(|(_, state)| !state.is_shut());
        let left = |link, junction| at(link, junction).is_none_or(|(valve, _)| !plan.close.contains(&valve));
        let maybe = |link: u32, junction: u32| {
            gates.iter().any(|g| (g.link, g.junction) == (link, junction) && doubtful[g.valve as usize])
        };
        let (of, sources) = ((&graph, lines.as_slice()), random.2.as_slice());
        let starts: Vec<u32> = graph.ends(link).into_iter().filter(|end| stuck(link, *end)).collect();
        let wet = reaches(of, &starts, false, stuck);
        let before = reaches(of, sources, true, open);
        let live: Vec<u32> = sources.iter().copied().filter(|source| !wet.contains(source)).collect();
        let after = reaches(of, &live, true, |l, j| open(l, j) && left(l, j));
        let sure = reaches(of, sources, true, |l, j| open(l, j) && !maybe(l, j));
        let perhaps = reaches(of, &live, true, |l, j| open(l, j) && left(l, j) && !maybe(l, j));
        for junction in 0..10 {
            let segment = isolator.segments.of_junction[junction as usize];
            let is = |set: &BTreeSet<u32>| set.contains(&junction);
            prop_assert_eq!(plan.segments.contains(&segment), is(&wet), "{}", junction);
            prop_assert_eq!(isolator.supplied_now()[segment as usize], is(&before), "{}", junction);
            prop_assert_eq!(plan.cut_off.contains(&segment), is(&before) && !is(&after) && !is(&wet), "{}", junction);
            let may_lose = is(&sure) && !is(&perhaps) && is(&after) && !is(&wet);
            prop_assert_eq!(plan.perhaps_cut.contains(&segment), may_lose, "{}", junction);
        }
        // What it is held by is closed on record and has one end in what is shut off.
        for line in &plan.closed_lines {
            prop_assert_eq!(lines[*line as usize], Passage::Closed);
        }

        let weight: Vec<f64> = (0..isolator.segments.count).map(|at| (at * at + 1) as f64).collect();
        let (worth, had) = (isolator.criticality(&weight), isolator.supplied_now());
        for (segment, worth) in worth.iter().enumerate() {
            let plan = isolator.isolate(&[segment as u32]);
            let all: Vec<u32> = plan.segments.iter().chain(&plan.cut_off).copied().collect();
            let counts = |s: &&u32| had[**s as usize] || !isolator.parts_with_source()[**s as usize];
            let weighs: f64 = all.iter().filter(counts).map(|s| weight[*s as usize]).sum();
            prop_assert_eq!((worth.segments, worth.weight), (all.len(), weighs));
            prop_assert_eq!(worth.valves, plan.close.len() + plan.closed.len());
        }
    }

    /// The worth of all segments by one walk is that of isolating each.
    #[test]
    fn criticality_is_what_isolating_each_would_tell(random in random()) {
        let (_, isolator) = made(&random);
        let weight: Vec<f64> = (0..isolator.segments.count).map(|at| (at * at + 1) as f64).collect();
        let worth = isolator.criticality(&weight);
        let had = isolator.supplied_now();
        for (segment, worth) in worth.iter().enumerate() {
            let plan = isolator.isolate(&[segment as u32]);
            let all: Vec<u32> = plan.segments.iter().chain(&plan.cut_off).copied().collect();
            let length_m: f64 = all.iter().map(|s| isolator.length_m(*s)).sum();
            let counts = |s: &&u32| had[**s as usize] || !isolator.parts_with_source()[**s as usize];
            let weighs: f64 = all.iter().filter(counts).map(|s| weight[*s as usize]).sum();
            prop_assert_eq!(worth.supply_known, plan.supply_known);
            prop_assert_eq!((worth.segments, worth.weight), (all.len(), weighs));
            prop_assert!((worth.length_m - length_m).abs() < 1e-9);
            prop_assert_eq!(worth.valves, plan.close.len() + plan.closed.len());
        }
    }
}
