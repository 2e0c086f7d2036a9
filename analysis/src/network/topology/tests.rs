use proptest::prelude::*;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot, Presence};

use super::Direction::{Backward, Forward, Unknown};
use super::*;
use crate::network::by_hand::{edge, empty, keyed_edge, node};
use crate::network::graph::Unions;
use crate::network::settings::Settings;

fn build(park: &ParkSnapshot) -> Topology {
    let there = Presence::on(park, "2026-01-01".parse().unwrap());
    Topology::build(park, &there, NetworkClass::Water, &Settings::shipped())
}

/// Which lines hang together, by the number of the first of each part.
fn parts(topology: &Topology, lines: usize) -> Vec<usize> {
    let mut sets = Unions::new(topology.graph.junctions());
    for link in 0..topology.links.len() as u32 {
        let [a, b] = topology.graph.ends(link);
        sets.join(a, b);
    }
    let set: Vec<u32> =
        (0..lines).map(|e| sets.find(topology.graph.ends(topology.links_of_edge(e).start)[0])).collect();
    set.iter().map(|of| set.iter().position(|other| other == of).unwrap()).collect()
}

fn words(topology: &Topology) -> Vec<&'static str> {
    topology.findings.iter().map(|finding| finding.what.as_str()).collect()
}

const NAN: f64 = f64::NAN;

#[test]
fn ends_meet_within_the_tolerance_and_at_one_height() {
    let mut park = empty();
    park.edges = vec![
        edge(0, vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]),
        // Three centimetres aside, 20 cm lower: the same place.
        edge(1, vec![[10.03, 0.0, 8.8], [20.0, 0.0, 8.8]]),
        // At that end in plan, two metres lower: passes.
        edge(2, vec![[10.0, 0.0, 6.8], [10.0, 10.0, 6.8]]),
        // Beside, ten centimetres off.
        edge(3, vec![[20.1, 0.0, 8.8], [30.0, 0.0, 8.8]]),
    ];
    let topology = build(&park);
    assert_eq!(parts(&topology, 4), [0, 0, 2, 3]);
    assert_eq!((topology.graph.junctions(), topology.links.len(), topology.joined), (7, 4, [0, 8]));
    let mut told = words(&topology);
    told.sort_unstable();
    assert_eq!(told, ["heights_differ", "heights_differ", "heights_differ", "near_miss", "near_miss"]);
}

#[test]
fn a_tee_splits_the_line_it_ends_on_and_a_crossing_does_not() {
    let mut park = empty();
    park.edges = vec![
        edge(0, vec![[0.0, 0.0, 9.0], [50.0, 0.0, 9.0], [100.0, 0.0, 8.0]]),
        edge(1, vec![[30.0, 0.02, 9.1], [30.0, 40.0, 9.1]]),
        // Crosses at the very height without a corner there.
        edge(2, vec![[40.0, -10.0, 9.0], [40.0, 10.0, 9.0]]),
        // Ends over the line, a metre above.
        edge(3, vec![[60.0, 0.0, 9.8], [60.0, 40.0, 9.8]]),
        // Both have a corner at (80, 0), at the line's height.
        edge(4, vec![[75.0, -10.0, 8.4], [75.0, 0.0, 8.5], [75.0, 10.0, 8.4]]),
    ];
    park.edges[0].path.insert(2, [75.0, 0.0, 8.5]);
    let topology = build(&park);
    assert_eq!(parts(&topology, 5), [0, 0, 2, 3, 0]);
    let spans: Vec<[f64; 2]> = topology.links_of_edge(0).map(|link| topology.links[link as usize].span_m).collect();
    assert_eq!(spans, [[0.0, 30.0], [30.0, 75.0], [75.0, 100.0]]);
    assert_eq!(words(&topology), ["heights_differ"]);
    let whole: f64 = topology.links_of_edge(0).map(|link| topology.links[link as usize].length_m).sum();
    assert!((whole - length_m(&park.edges[0].path)).abs() < 1e-9);
    assert_eq!(topology.course(&park, 1), [[30.0, 0.0, 9.0], [50.0, 0.0, 9.0], [75.0, 0.0, 8.5]]);
}

#[test]
fn unknown_heights_join_as_drawn_but_never_two_that_are_apart() {
    let mut park = empty();
    park.edges = vec![
        edge(0, vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]),
        edge(1, vec![[10.0, 0.0, 5.0], [20.0, 0.0, 5.0]]),
        edge(2, vec![[10.0, 0.0, NAN], [10.0, 10.0, NAN]]),
    ];
    let topology = build(&park);
    let parts_of = parts(&topology, 3);
    assert_eq!((parts_of[0], parts_of[1]), (0, 1), "apart in height");
    assert!(words(&topology).contains(&"several_lines"), "{:?}", topology.findings);
    park.edges.remove(1);
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), words(&topology)), (vec![0, 0], vec!["height_unknown"]));
}

#[test]
fn keys_rule_where_they_are_given_and_points_cut_lines_that_pass_them() {
    let mut park = empty();
    park.nodes = vec![
        node("a", NodeKind::Source, [0.0, 0.0, 9.0]),
        node("b", NodeKind::Junction, [10.0, 0.0, 9.0]),
        node("v", NodeKind::Valve, [5.0, 20.0, 9.0]),
        node("far", NodeKind::Valve, [50.0, 50.0, 9.0]),
    ];
    park.edges = vec![
        // Its course stops a metre short of node b: the key tells.
        keyed_edge(0, Some("a"), Some("b"), vec![[0.0, 0.0, 9.0], [9.0, 0.0, 9.0]]),
        keyed_edge(1, Some("b"), Some("nowhere"), vec![[10.0, 0.0, 9.0], [20.0, 0.0, 9.0]]),
        // Passes a valve that no line names.
        edge(2, vec![[0.0, 20.0, 9.0], [20.0, 20.0, 9.0]]),
    ];
    let topology = build(&park);
    assert_eq!(parts(&topology, 3), [0, 0, 2]);
    assert_eq!(topology.links_of_edge(2).len(), 2);
    assert_eq!(topology.graph.at(topology.junction_of_node(2).unwrap()).len(), 2);
    assert_eq!((words(&topology), topology.joined), (vec!["no_such_node", "alone"], [3, 3]));
}

#[test]
fn a_point_that_no_line_names_joins_those_at_its_place() {
    let mut park = empty();
    park.nodes = vec![
        node("s", NodeKind::Source, [0.0, 0.0, 9.0]),
        node("in", NodeKind::Junction, [10.0, 0.0, 9.0]),
        node("out", NodeKind::Junction, [10.0, 0.0, 9.0]),
        node("end", NodeKind::Junction, [20.0, 0.0, 9.0]),
        node("pump", NodeKind::Pump, [10.0, 0.01, NAN]),
        node("hydrant", NodeKind::Hydrant, [20.0, 0.0, 9.1]),
        // Above the joint, not at it.
        node("high", NodeKind::Hydrant, [0.0, 0.0, 20.0]),
    ];
    park.nodes[0].kind = NodeKind::Junction;
    park.edges = vec![
        keyed_edge(0, Some("s"), Some("in"), vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]),
        keyed_edge(1, Some("out"), Some("end"), vec![[10.0, 0.0, 9.0], [20.0, 0.0, 9.0]]),
    ];
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), topology.graph.junctions()), (vec![0, 0], 4));
    let at = |row| topology.junction_of_node(row).unwrap();
    assert!(at(1) == at(2) && at(2) == at(4) && at(3) == at(5) && at(0) != at(6));
    let kind = |row| topology.node(&park, at(row)).unwrap().kind;
    assert_eq!([kind(1), kind(3), kind(0)], [NodeKind::Pump, NodeKind::Hydrant, NodeKind::Junction]);
    assert_eq!(words(&topology), ["joins", "heights_differ", "alone"], "the high one stands over a joint");
}

#[test]
fn a_point_of_unknown_height_does_not_join_lines_at_different_depths() {
    let valve = |z: f64| node("v", NodeKind::Valve, [10.0, 0.0, z]);
    // Ends that meet there without keys.
    let mut park = empty();
    park.nodes = vec![valve(NAN)];
    park.edges =
        vec![edge(0, vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]), edge(1, vec![[10.0, 0.0, 5.0], [20.0, 0.0, 5.0]])];
    let topology = build(&park);
    assert_eq!(parts(&topology, 2), [0, 1]);
    assert_eq!(words(&topology)[0], "height_undecided");
    assert_eq!(topology.findings[0].what.apart_m(), Some(4.0));
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[2] = 8.9);
    assert_eq!(parts(&build(&park), 2), [0, 0], "at one depth it does");
    // Lines that pass there.
    park.edges =
        vec![edge(0, vec![[0.0, 0.0, 9.0], [20.0, 0.0, 9.0]]), edge(1, vec![[10.0, -9.0, 5.0], [10.0, 9.0, 5.0]])];
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), words(&topology)), (vec![0, 1], vec!["height_undecided"]));
    assert!(topology.graph.at(topology.junction_of_node(0).unwrap()).is_empty(), "a valve of neither");
    // Between two joints that lines name, as a pump would stand.
    let mut park = empty();
    park.nodes = vec![
        node("a", NodeKind::Junction, [10.0, 0.0, 9.0]),
        node("b", NodeKind::Junction, [10.0, 0.0, 5.0]),
        valve(NAN),
    ];
    park.edges = vec![
        keyed_edge(0, None, Some("a"), vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]),
        keyed_edge(1, Some("b"), None, vec![[10.0, 0.0, 5.0], [20.0, 0.0, 5.0]]),
    ];
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), words(&topology)[0]), (vec![0, 1], "height_undecided"));
    // A joint of unknown height lies where the line that names it does.
    park.nodes = vec![node("a", NodeKind::Junction, [10.0, 0.0, NAN])];
    park.edges[1].from_key = None;
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), words(&topology)[0]), (vec![0, 1], "heights_differ"));
}

#[test]
fn other_classes_and_what_was_not_there_stay_out() {
    let mut park = empty();
    park.edges = (0..3).map(|id| edge(id, vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]])).collect();
    park.edges[1].class = NetworkClass::Gas;
    park.edges[2].year_laid = Some(2030);
    let topology = build(&park);
    assert_eq!((topology.links.len(), topology.links_of_edge(1).len(), topology.links_of_edge(2).len()), (1, 0, 0));
}

#[test]
fn a_chamber_takes_lines_at_any_height() {
    let mut park = empty();
    park.nodes = vec![node("m", NodeKind::Manhole, [10.0, 0.0, 4.0])];
    park.edges =
        vec![edge(0, vec![[0.0, 0.0, 9.0], [10.0, 0.0, 9.0]]), edge(1, vec![[10.0, 0.0, 4.0], [20.0, 0.0, 4.0]])];
    let topology = build(&park);
    assert_eq!((parts(&topology, 2), topology.findings.len()), (vec![0, 0], 0));
}

#[test]
fn directions_are_told_by_fall_drawing_or_sources() {
    let settings = Settings::shipped();
    let mut park = empty();
    let falls = |from: f64, to: f64, at: f64| edge(at as i64, vec![[at, 0.0, from], [at, 10.0, to]]);
    park.edges = (0..9).map(|at| falls(9.0, 8.0, f64::from(at) * 100.0)).collect();
    park.edges.push(falls(8.0, 9.0, 900.0));
    park.edges.push(falls(NAN, 9.0, 1000.0));
    park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
    let there = Presence::on(&park, "2026-01-01".parse().unwrap());
    let drainage =
        |park: &ParkSnapshot| Topology::build(park, &there, NetworkClass::Drainage, &settings).flows(park, &settings);
    let flows = drainage(&park);
    assert_eq!((flows.basis, flows.against), (FlowBasis::Drawn, vec![9]));
    assert!(flows.directions.iter().all(|direction| *direction == Direction::Forward));
    park.edges.iter_mut().skip(4).take(5).for_each(|edge| edge.path.reverse());
    let flows = drainage(&park);
    assert_eq!(flows.basis, FlowBasis::Fall);
    assert_eq!(flows.directions[3..], [Forward, Backward, Backward, Backward, Backward, Backward, Backward, Unknown]);

    // A source, a ring behind a bridge, a dead end drawn towards the ring.
    let mut park = empty();
    park.nodes = ["s", "a", "b", "c", "d"].iter().map(|key| node(key, NodeKind::Junction, [0.0; 3])).collect();
    park.nodes[0].kind = NodeKind::Source;
    let line = |id, from, to| keyed_edge(id, Some(from), Some(to), vec![[0.0; 3], [1.0, 0.0, 0.0]]);
    park.edges = vec![line(0, "s", "a"), line(1, "a", "b"), line(2, "b", "c"), line(3, "c", "a"), line(4, "d", "c")];
    let flows = build(&park).flows(&park, &settings);
    assert_eq!(
        (flows.basis, flows.directions),
        (FlowBasis::Sources, vec![Forward, Unknown, Unknown, Unknown, Backward])
    );
    park.nodes[4].kind = NodeKind::Tank;
    // Between two sources nobody knows.
    assert_eq!(build(&park).flows(&park, &settings).directions[0], Unknown);
    assert_eq!(build(&park).sources(&park).len(), 2);
}

proptest! {
    /// Lines on a grid without keys hang together as the same lines with keys.
    #[test]
    fn geometry_joins_what_keys_join(
        lines in prop::collection::vec(([0..5_i32, 0..5_i32], prop::bool::ANY), 1..30),
        shake in prop::collection::vec(-0.015..0.015_f64, 120),
    ) {
        let mut named = empty();
        let mut drawn = empty();
        for x in 0..7 {
            for y in 0..7 {
                let place = [f64::from(x) * 10.0, f64::from(y) * 10.0, 5.0];
                named.nodes.push(node(&format!("{x}/{y}"), NodeKind::Junction, place));
            }
        }
        for (id, ([x, y], up)) in lines.iter().enumerate() {
            let to = if *up { [*x, y + 1] } else { [x + 1, *y] };
            let key = |at: &[i32; 2]| format!("{}/{}", at[0], at[1]);
            let place = |at: &[i32; 2], s: usize| {
                let moved = |axis: usize| f64::from(at[axis]) * 10.0 + shake[(id * 4 + s + axis) % 120];
                [moved(0), moved(1), 5.0]
            };
            let path = vec![place(&[*x, *y], 0), place(&to, 2)];
            named.edges.push(keyed_edge(id as i64, Some(&key(&[*x, *y])), Some(&key(&to)), path.clone()));
            drawn.edges.push(edge(id as i64, path));
        }
        let count = lines.len();
        prop_assert_eq!(parts(&build(&named), count), parts(&build(&drawn), count));
    }
}
