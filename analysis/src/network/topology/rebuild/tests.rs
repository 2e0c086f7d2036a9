use proptest::prelude::*;

use super::*;
use crate::network::by_hand::{edge, empty, node};
use crate::network::topology::Finding;

const DAY: &str = "2026-01-01";

/// A park on a day with what its network is joined from.
struct State {
    cache: Cache,
    there: Presence,
    basis: Basis,
    built: Topology,
}

impl State {
    fn of(park: &ParkSnapshot, settings: &Settings) -> Self {
        let there = Presence::on(park, DAY.parse().unwrap());
        let basis = Basis::of(park, &there, NetworkClass::Water, settings);
        let built = Topology::build(park, &there, NetworkClass::Water, settings);
        Self { cache: Cache::build(Arc::new(park.clone())), there, basis, built }
    }
}

/// What a finding says, comparable.
fn told(finding: &Finding) -> (FeatureId, [u64; 2], &'static str, Option<u64>) {
    let apart = finding.what.apart_m().map(f64::to_bits);
    (finding.feature, finding.place.map(f64::to_bits), finding.what.as_str(), apart)
}

/// The same, number by number and bit by bit, but for the order of findings.
fn assert_same(one: &Topology, other: &Topology) {
    let junctions =
        |of: &Topology| of.junctions.iter().map(|one| (one.node, one.position.map(f64::to_bits))).collect::<Vec<_>>();
    assert_eq!(junctions(one), junctions(other));
    assert_eq!(one.origins, other.origins);
    assert_eq!(one.graph, other.graph);
    let links = |of: &Topology| {
        let bits =
            |link: &crate::network::topology::Link| (link.edge, link.span_m.map(f64::to_bits), link.length_m.to_bits());
        of.links.iter().map(bits).collect::<Vec<_>>()
    };
    assert_eq!(links(one), links(other));
    let stops =
        |of: &Topology| of.stops.iter().map(|stop| (stop.edge, stop.at_m.to_bits(), stop.junction)).collect::<Vec<_>>();
    assert_eq!(stops(one), stops(other));
    assert_eq!((&one.edge_starts, &one.node_junctions), (&other.edge_starts, &other.node_junctions));
    assert_eq!((&one.shared, &one.keyed, one.joined), (&other.shared, &other.keyed, other.joined));
    let findings = |of: &Topology| {
        let mut all: Vec<_> = of.findings.iter().map(told).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(findings(one), findings(other));
}

/// A line or point as drawn at random: on a grid, shaken, so that much meets, nearly meets, and passes.
#[derive(Debug, Clone)]
struct Drawn {
    from: [i32; 2],
    steps: Vec<[i32; 2]>,
    shakes: Vec<[f64; 2]>,
    heights: Vec<u8>,
    keys: [Option<u8>; 2],
    kind: u8,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let shake = prop_oneof![
        4 => Just(0.0), 3 => -0.04..0.04_f64, 2 => -0.12..0.12_f64, 1 => -0.9..0.9_f64,
    ];
    let key = prop_oneof![3 => Just(None), 2 => (0..16_u8).prop_map(Some)];
    (
        [0..9_i32, 0..9_i32],
        prop::collection::vec([-1..2_i32, -1..2_i32], 1..4),
        prop::collection::vec([shake.clone(), shake], 4),
        prop::collection::vec(0..6_u8, 4),
        [key.clone(), key],
        0..5_u8,
    )
        .prop_map(|(from, steps, shakes, heights, keys, kind)| Drawn { from, steps, shakes, heights, keys, kind })
}

impl Drawn {
    fn path(&self) -> Vec<[f64; 3]> {
        let mut at = self.from;
        let mut path = Vec::new();
        for number in 0..=self.steps.len() {
            if let Some(step) = number.checked_sub(1).map(|before| self.steps[before]) {
                at = [at[0] + step[0], at[1] + step[1]];
            }
            let [dx, dy] = self.shakes[number];
            let z = match self.heights[number] {
                0..=2 => 5.0,
                3 => 5.2,
                4 => 8.0,
                _ => f64::NAN,
            };
            path.push([f64::from(at[0]) * 3.0 + dx, f64::from(at[1]) * 3.0 + dy, z]);
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
        let mut point = node(&format!("n{}", self.keys[0].unwrap_or(99)), kinds[self.kind as usize], self.path()[0]);
        point.id = FeatureId::new(FeatureKind::NetworkNode, id);
        point
    }
}

/// An edit of a line or a point by its row.
#[derive(Debug, Clone)]
struct Edit {
    of_line: bool,
    row: usize,
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    /// A new one, after all others.
    Comes(Drawn),
    /// Drawn anew: moved, with other keys.
    Becomes(Drawn),
    Goes,
    /// Its depth is told otherwise; NaN where nobody knows it any more.
    Deeper(f64),
    /// Laid later than the day, or earlier again.
    Year(i32),
}

fn edit() -> impl Strategy<Value = Edit> {
    let how = prop_oneof![
        2 => drawn().prop_map(How::Comes),
        3 => drawn().prop_map(How::Becomes),
        2 => Just(How::Goes),
        2 => prop_oneof![Just(0.2), Just(3.0), Just(f64::NAN)].prop_map(How::Deeper),
        1 => prop_oneof![Just(1990), Just(2030)].prop_map(How::Year),
    ];
    (prop::bool::ANY, 0..70_usize, how).prop_map(|(of_line, row, how)| Edit { of_line, row, how })
}

fn edited(park: &mut ParkSnapshot, Edit { of_line, row, how }: &Edit, id: i64) {
    let (row, of_line) = (*row, *of_line);
    let count = if of_line { park.edges.len() } else { park.nodes.len() };
    match how {
        How::Comes(drawn) if of_line => park.edges.push(drawn.line(id)),
        How::Comes(drawn) => park.nodes.push(drawn.point(id)),
        _ if row >= count => {}
        How::Becomes(drawn) if of_line => {
            park.edges[row] = NetworkEdge { id: park.edges[row].id, ..drawn.line(0) };
        }
        How::Becomes(drawn) => park.nodes[row] = NetworkNode { id: park.nodes[row].id, ..drawn.point(0) },
        How::Goes if of_line => drop(park.edges.remove(row)),
        How::Goes => drop(park.nodes.remove(row)),
        How::Deeper(by) if of_line => park.edges[row].path.iter_mut().for_each(|place| place[2] -= by),
        How::Deeper(by) => park.nodes[row].position[2] -= by,
        How::Year(year) if of_line => park.edges[row].year_laid = Some(*year),
        How::Year(year) => park.nodes[row].valid_from = chrono::NaiveDate::from_ymd_opt(*year, 1, 1),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is edited, and edited again, what was joined anew where it changed is what a build of the whole joins.
    #[test]
    fn rebuilt_is_built(
        lines in prop::collection::vec(drawn(), 0..60),
        points in prop::collection::vec(drawn(), 0..40),
        edits in prop::collection::vec(prop::collection::vec(edit(), 1..5), 1..4),
    ) {
        let settings = Settings::shipped();
        let mut park = empty();
        park.edges = lines.iter().zip(0..).map(|(drawn, id)| drawn.line(id)).collect();
        park.nodes = points.iter().zip(0..).map(|(drawn, id)| drawn.point(id)).collect();
        // Far away, so that little of the whole changes.
        for id in 0..200 {
            let x = 500.0 + f64::from(id) * 10.0;
            park.edges.push(edge(1000 + i64::from(id), vec![[x, 0.0, 1.0], [x + 1.0, 0.0, 1.0]]));
        }
        let mut before = State::of(&park, &settings);
        for (round, edits) in edits.iter().enumerate() {
            for (number, edit) in edits.iter().enumerate() {
                edited(&mut park, edit, 5000 + (round * 10 + number) as i64);
            }
            let mut now = State::of(&park, &settings);
            let (rebuilt, anew) = before.built.rebuilt(&before.basis, &now.cache, &now.there, &settings);
            prop_assert!(!anew.whole);
            assert_same(&rebuilt, &now.built);
            now.built = rebuilt;
            // Kept as the twin keeps it: what did not change is that of before.
            now.basis = before.basis.after(&park, &now.there, NetworkClass::Water, &settings);
            before = now;
        }
    }
}

/// 200 lines of 10 m end to end.
fn row() -> ParkSnapshot {
    let mut park = empty();
    let at = |id: i32| [f64::from(id) * 10.0, 0.0, 1.0];
    park.edges = (0..200).map(|id| edge(i64::from(id), vec![at(id), at(id + 1)])).collect();
    park
}

#[test]
fn an_edit_joins_its_surroundings_anew_and_nothing_else() {
    let settings = Settings::shipped();
    let before = State::of(&row(), &settings);
    let mut next = row();
    next.edges[100].path[1][1] = 4.0;
    let now = State::of(&next, &settings);
    let rebuilt = |settings: &Settings| before.built.rebuilt(&before.basis, &now.cache, &now.there, settings);
    let (topology, anew) = rebuilt(&settings);
    assert_same(&topology, &now.built);
    // The line, two on either side of it whose ends may meet others now, and one beyond each that tells what stands there.
    assert_eq!(anew, Anew { changed: 1, lines: 7, points: 0, of_lines: 200, whole: false });
    let (same, nothing) = now.built.rebuilt(&now.basis, &now.cache, &now.there, &settings);
    assert_same(&same, &now.built);
    assert_eq!((nothing.changed, nothing.lines), (0, 0));
    // By other tolerances nothing of it holds.
    let mut wide = Settings::shipped();
    wide.tolerance.snap_m.value = 5.0;
    let (topology, anew) = rebuilt(&wide);
    assert!(anew.whole);
    assert_same(&topology, &Topology::build(&next, &now.there, NetworkClass::Water, &wide));
}

#[test]
fn what_stays_is_kept_once_for_all_states() {
    let settings = Settings::shipped();
    let mut park = row();
    park.nodes = vec![node("v", NodeKind::Valve, [0.0, 0.0, 1.0]), node("w", NodeKind::Valve, [10.0, 0.0, 1.0])];
    let before = State::of(&park, &settings);
    park.edges[100].path[1][1] = 4.0;
    park.edges[101].from_key = Some("v".into());
    park.edges.remove(7);
    park.nodes[1].provenance.key = "x".into();
    let now = before.basis.after(&park, &before.there, NetworkClass::Water, &settings);
    assert_eq!((now.lines.len(), now.points.len()), (199, 2));
    let was: HashMap<FeatureId, &Arc<AsDrawn>> = before.basis.lines.iter().map(|one| (one.id, &one.drawn)).collect();
    let (kept, copied): (Vec<&Line>, Vec<&Line>) =
        now.lines.iter().partition(|one| Arc::ptr_eq(&one.drawn, was[&one.id]));
    assert_eq!((kept.len(), copied.iter().map(|one| one.row).collect::<Vec<_>>()), (197, vec![99, 100]));
    assert!(now.lines.iter().all(|one| one.drawn.is(&park.edges[one.row as usize])));
    let shared = [0, 1].map(|at: usize| Arc::ptr_eq(&now.points[at].key, &before.basis.points[at].key));
    assert_eq!((shared, &*now.points[1].key), ([true, false], "x"));
}

#[test]
fn where_all_changed_or_stands_in_another_order_the_whole_is_built() {
    let settings = Settings::shipped();
    let before = State::of(&row(), &settings);
    let (mut moved, mut turned) = (row(), row());
    moved.edges.iter_mut().for_each(|line| line.path[0][1] += 1.0);
    turned.edges.reverse();
    for park in [moved, turned] {
        let now = State::of(&park, &settings);
        let (topology, anew) = before.built.rebuilt(&before.basis, &now.cache, &now.there, &settings);
        assert_same(&topology, &now.built);
        assert!(anew.whole && anew.lines == 200 && anew.of_lines == 200, "{anew:?}");
    }
}

#[test]
fn a_key_that_comes_and_goes_reaches_lines_that_name_it_from_afar() {
    let settings = Settings::shipped();
    let mut park = row();
    // Names a point 700 m away that is not there yet.
    park.edges[3].to_key = Some("far".into());
    let before = State::of(&park, &settings);
    park.nodes.push(node("far", NodeKind::Valve, [740.0, 0.0, 1.0]));
    let now = State::of(&park, &settings);
    let (topology, anew) = before.built.rebuilt(&before.basis, &now.cache, &now.there, &settings);
    assert_same(&topology, &now.built);
    let valve = topology.junction_of_node(0).unwrap();
    assert_eq!(topology.graph.at(valve).len(), 3, "line 3 and the two that meet there");
    assert!(anew.lines < 20, "{anew:?}");
    let (topology, _) = now.built.rebuilt(&now.basis, &before.cache, &before.there, &settings);
    assert_same(&topology, &before.built);
}
