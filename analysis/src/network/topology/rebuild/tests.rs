use std::sync::Arc;

use proptest::prelude::*;
use spatial_db::model::NodeKind;

use super::*;
use crate::network::by_hand::{edge, empty, node};
use crate::network::topology::Finding;

/// What a finding says, comparable.
fn told(finding: &Finding) -> (FeatureId, [u64; 2], &'static str, Option<u64>) {
    let apart = finding.what.apart_m().map(f64::to_bits);
    (finding.feature, finding.place.map(f64::to_bits), finding.what.as_str(), apart)
}

/// The same but for the numbers of junctions and the order of findings.
fn assert_same(one: &Topology, other: &Topology) {
    assert_eq!((one.junctions.len(), one.links.len()), (other.junctions.len(), other.links.len()));
    assert_eq!(one.joined, other.joined);
    assert_eq!(one.edge_starts, other.edge_starts);
    let mut pairs: Vec<[u32; 2]> = Vec::new();
    for link in 0..one.links.len() as u32 {
        let (a, b) = (one.links[link as usize], other.links[link as usize]);
        assert_eq!((a.edge, a.span_m, a.length_m.to_bits()), (b.edge, b.span_m, b.length_m.to_bits()));
        let ends = one.graph.ends(link).into_iter().zip(other.graph.ends(link));
        pairs.extend(ends.map(|(a, b)| [a, b]));
    }
    for (row, (a, b)) in one.node_junctions.iter().zip(&other.node_junctions).enumerate() {
        assert_eq!(*a == NONE, *b == NONE, "point {row}");
        if *a != NONE {
            pairs.push([*a, *b]);
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    // One junction for one, and the same stands there.
    assert_eq!(pairs.len(), one.junctions.len(), "{pairs:?}");
    let others: HashSet<u32> = pairs.iter().map(|pair| pair[1]).collect();
    assert_eq!(others.len(), pairs.len());
    for [a, b] in pairs {
        let (a, b) = (one.junctions[a as usize], other.junctions[b as usize]);
        assert_eq!((a.node, a.position.map(f64::to_bits)), (b.node, b.position.map(f64::to_bits)));
    }
    let findings = |topology: &Topology| {
        let mut all: Vec<_> = topology.findings.iter().map(told).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(findings(one), findings(other));
}

/// A line or point as drawn at random: on a small grid, shaken, so that much meets, nearly meets, and passes.
#[derive(Debug, Clone)]
struct Drawn {
    corners: Vec<([i32; 2], [f64; 2], u8)>,
    keys: [Option<u8>; 2],
    kind: u8,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let shake = prop_oneof![
        4 => Just(0.0), 3 => -0.04..0.04_f64, 2 => -0.12..0.12_f64, 1 => -0.9..0.9_f64,
    ];
    let corner = ([0..5_i32, 0..5_i32], [shake.clone(), shake], 0..6_u8);
    let key = prop_oneof![3 => Just(None), 2 => (0..8_u8).prop_map(Some)];
    (prop::collection::vec(corner, 1..4), [key.clone(), key], 0..5_u8).prop_map(|(corners, keys, kind)| Drawn {
        corners,
        keys,
        kind,
    })
}

impl Drawn {
    fn path(&self) -> Vec<[f64; 3]> {
        let place = |(at, shake, z): &([i32; 2], [f64; 2], u8)| {
            let z = match z {
                0..=2 => 5.0,
                3 => 5.2,
                4 => 8.0,
                _ => f64::NAN,
            };
            [f64::from(at[0]) * 3.0 + shake[0], f64::from(at[1]) * 3.0 + shake[1], z]
        };
        let mut path: Vec<[f64; 3]> = self.corners.iter().map(place).collect();
        if path.len() == 1 {
            path.push([path[0][0] + 3.0, path[0][1], path[0][2]]);
        }
        path
    }

    fn line(&self, id: i64) -> NetworkEdge {
        let mut line = edge(id, self.path());
        [line.from_key, line.to_key] = self.keys.map(|key| key.map(|key| format!("n{key}")));
        line
    }

    fn point(&self, id: i64) -> NetworkNode {
        let kinds = [NodeKind::Junction, NodeKind::Manhole, NodeKind::Valve, NodeKind::Pump, NodeKind::Hydrant];
        let mut point = node(&format!("n{}", self.keys[0].unwrap_or(9)), kinds[self.kind as usize], self.path()[0]);
        point.id = FeatureId::new(FeatureKind::NetworkNode, id);
        point
    }
}

/// Edits one after the other: which row, and what it becomes; none takes it away; rows past the end are new.
type Edits = Vec<(bool, usize, Option<Drawn>)>;

fn edited(park: &mut ParkSnapshot, (of_line, at, becomes): &(bool, usize, Option<Drawn>), id: i64) {
    let count = if *of_line { park.edges.len() } else { park.nodes.len() };
    match (becomes, at % (count + 1)) {
        (Some(drawn), at) if *of_line && at < count => {
            let id = park.edges[at].id;
            park.edges[at] = NetworkEdge { id, ..drawn.line(0) };
        }
        (Some(drawn), at) if at < count => {
            let id = park.nodes[at].id;
            park.nodes[at] = NetworkNode { id, ..drawn.point(0) };
        }
        (Some(drawn), _) if *of_line => park.edges.push(drawn.line(id)),
        (Some(drawn), _) => park.nodes.push(drawn.point(id)),
        (None, at) if *of_line && at < count => drop(park.edges.remove(at)),
        (None, at) if at < count => drop(park.nodes.remove(at)),
        (None, _) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is edited, what was joined anew where it changed is what a build of the whole joins.
    #[test]
    fn rebuilt_is_built(
        lines in prop::collection::vec(drawn(), 0..60),
        points in prop::collection::vec(drawn(), 0..25),
        edits in prop::collection::vec((prop::bool::ANY, 0..80_usize, prop::option::weighted(0.8, drawn())), 1..5),
        rounds in 1..3_usize,
    ) {
        let settings = Settings::shipped();
        let mut park = empty();
        park.edges = lines.iter().enumerate().map(|(id, drawn)| drawn.line(id as i64)).collect();
        park.nodes = points.iter().enumerate().map(|(id, drawn)| drawn.point(id as i64)).collect();
        // Far away, so that little of the whole changes.
        for id in 0..80 {
            park.edges.push(edge(1000 + id, vec![[500.0 + id as f64, 0.0, 1.0], [501.0 + id as f64, 0.0, 1.0]]));
        }
        park.edges.sort_by_key(|edge| edge.id);
        let day = "2026-01-01".parse().unwrap();
        let mut there = Presence::on(&park, day);
        let mut topology = Topology::build(&park, &there, NetworkClass::Water, &settings);
        let edits: Edits = edits;
        for round in 0..rounds {
            let mut next = park.clone();
            for (number, edit) in edits.iter().enumerate() {
                edited(&mut next, &(edit.0, edit.1 + round * 7, edit.2.clone()), 5000 + (round * 10 + number) as i64);
            }
            let now = Presence::on(&next, day);
            let cache = Cache::build(Arc::new(next.clone()));
            let (rebuilt, anew) = topology.rebuilt((&park, &there), &cache, &now, &settings);
            let built = Topology::build(&next, &now, NetworkClass::Water, &settings);
            prop_assert!(!anew.whole);
            assert_same(&rebuilt, &built);
            (park, there, topology) = (next, now, rebuilt);
        }
    }
}

#[test]
fn an_edit_joins_its_surroundings_anew_and_nothing_else() {
    let settings = Settings::shipped();
    let mut park = empty();
    park.edges =
        (0..200).map(|id| edge(id, vec![[id as f64 * 10.0, 0.0, 1.0], [id as f64 * 10.0 + 10.0, 0.0, 1.0]])).collect();
    let day = "2026-01-01".parse().unwrap();
    let there = Presence::on(&park, day);
    let topology = Topology::build(&park, &there, NetworkClass::Water, &settings);
    let mut next = park.clone();
    next.edges[100].path[1][1] = 4.0;
    let cache = Cache::build(Arc::new(next.clone()));
    let (rebuilt, anew) = topology.rebuilt((&park, &there), &cache, &there, &settings);
    assert_same(&rebuilt, &Topology::build(&next, &there, NetworkClass::Water, &settings));
    assert!(!anew.whole && anew.changed == 2 && anew.lines < 10, "{anew:?}");
    // A park in which all moved is built as a whole.
    next.edges.iter_mut().for_each(|edge| edge.path[0][1] += 1.0);
    let cache = Cache::build(Arc::new(next.clone()));
    let (rebuilt, anew) = topology.rebuilt((&park, &there), &cache, &there, &settings);
    assert!(anew.whole);
    assert_same(&rebuilt, &Topology::build(&next, &there, NetworkClass::Water, &settings));
}
