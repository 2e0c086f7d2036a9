use analysis::network::clearance::{Course, End, Planned};
use analysis::network::isolation::ValveState;
use spatial_db::model::{FeatureKind, NetworkClass, NetworkNode, NodeKind, Provenance};

use super::*;
use crate::TwinInput;
use crate::fixture::{self, CORNER};
use crate::scene::SceneGeometry;
use crate::text::Language;

/// The tiny park with a water network: s ─ v1 ─ h ─ v2 ─ c beside the southern halls, a loop at c, and drains that fall to o.
pub(in crate::network) fn piped() -> TwinInput {
    let mut input = fixture::tiny();
    let mut park = (*input.snapshot).clone();
    let (first_edge, first_node) = (park.edges[0].clone(), park.nodes[0].clone());
    let node = |id: i64, name: &str, kind, class, dx: f64, dy: f64, z: f64| NetworkNode {
        id: FeatureId::new(FeatureKind::NetworkNode, 100 + id),
        provenance: Provenance::keyed(name),
        class,
        kind,
        position: [CORNER.0 + dx, CORNER.1 + dy, z],
        subtype: None,
        ..first_node.clone()
    };
    let (water, drain) = (NetworkClass::Water, NetworkClass::Drainage);
    park.nodes = vec![
        node(1, "s", NodeKind::Source, water, 0.0, 30.0, 3.0),
        node(2, "v1", NodeKind::Valve, water, 20.0, 30.0, 3.0),
        node(3, "h", NodeKind::Hydrant, water, 55.0, 30.0, 3.0),
        node(4, "v2", NodeKind::Valve, water, 120.0, 30.0, 3.0),
        node(5, "c", NodeKind::Connection, water, 170.0, 30.0, 3.0),
        node(6, "d", NodeKind::Junction, water, 220.0, 30.0, 3.0),
        node(7, "a", NodeKind::Manhole, drain, 30.0, 128.0, 3.0),
        node(8, "b", NodeKind::Manhole, drain, 90.0, 128.0, 2.5),
        node(9, "o", NodeKind::Outfall, drain, 90.0, 20.0, 2.0),
    ];
    let at = |name: &str| park.nodes.iter().find(|n| n.provenance.key == name).unwrap().position;
    let edge = |id: i64, class, from: &str, to: &str, bend: f64| {
        let (a, b) = (at(from), at(to));
        let middle = [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1]) + bend, f64::midpoint(a[2], b[2])];
        NetworkEdge {
            id: FeatureId::new(FeatureKind::NetworkEdge, 100 + id),
            provenance: Provenance::keyed(format!("{from}{to}{id}")),
            class,
            from_key: Some(from.into()),
            to_key: Some(to.into()),
            path: vec![a, middle, b],
            ..first_edge.clone()
        }
    };
    park.edges = vec![
        edge(1, water, "s", "v1", 0.0),
        edge(2, water, "v1", "h", 0.0),
        edge(3, water, "h", "v2", 0.0),
        edge(4, water, "v2", "c", 0.0),
        edge(5, water, "c", "d", 0.0),
        edge(6, water, "c", "d", 8.0),
        edge(7, drain, "a", "b", 0.0),
        edge(8, drain, "b", "o", 0.0),
    ];
    input.snapshot = Arc::new(park);
    input
}

pub(in crate::network) fn asked(input: &TwinInput, question: Question, told: Told) -> Asked {
    let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
    let there = Presence::on(&input.snapshot, "2024-06-30".parse().unwrap());
    Asked {
        question,
        told,
        picker: Arc::new(Picker::new(&input.snapshot, &geometry)),
        there: Arc::new(there),
        version: 1,
        words: Text::of(Language::English),
        watch: Watch::default(),
        wake: None,
    }
}

pub(in crate::network) fn answer(question: Question) -> Found {
    asked(&piped(), question, Told::new()).answer(&Joints::default()).unwrap().unwrap()
}

fn keys(found: &Found, class: &str) -> Vec<String> {
    let park = piped().snapshot;
    let Some(at) = found.overlay.classes.iter().position(|c| c.label.as_str().starts_with(class)) else {
        return Vec::new();
    };
    let of = |id: FeatureId| found.overlay.verdicts.get(&id).is_some_and(|verdict| verdict.class == at);
    let edges = park.edges.iter().filter(|edge| of(edge.id)).map(|edge| edge.provenance.key.clone());
    let nodes = park.nodes.iter().filter(|node| of(node.id)).map(|node| node.provenance.key.clone());
    let buildings = park.buildings.iter().filter(|one| of(one.id)).map(|one| one.provenance.key.clone());
    edges.chain(nodes).chain(buildings).collect()
}

#[test]
fn a_trace_goes_with_the_flow_and_what_a_ring_leaves_open_is_perhaps() {
    let (water, drain) = (NetworkClass::Water, NetworkClass::Drainage);
    let reach = |class, from: &str, way| answer(Question::Reach { class, from: from.into(), way });
    let down = reach(water, "hv23", Way::Downstream);
    assert_eq!(keys(&down, "reached"), ["hv23", "v2c4"]);
    assert_eq!(keys(&down, "perhaps"), ["cd5", "cd6"]);
    assert_eq!(down.tables[0].sheet.rows.len(), 4);
    let sewer = reach(drain, "a", Way::Downstream);
    assert_eq!(keys(&sewer, "reached"), ["ab7", "bo8"]);
    assert_eq!(sewer.profile.unwrap().runs.len(), 2);
    assert_eq!(keys(&reach(drain, "bo8", Way::Upstream), "reached"), ["ab7", "bo8"]);
    assert_eq!(keys(&answer(Question::Loops { class: water }), "on a loop"), ["cd5", "cd6"]);
    let fed = answer(Question::Fed { class: water, from: "s".into() });
    assert_eq!(keys(&fed, "reached"), ["sv11", "v1h2", "hv23", "v2c4", "cd5", "cd6"], "with or against, all of it");
    assert_eq!(fed.told["also_fed_from"], serde_json::json!([]));
    let source = answer(Question::Source { class: water, from: "c".into() });
    assert_eq!(keys(&source, "reached"), ["sv11", "v1h2", "hv23", "v2c4"]);
    let outfall = answer(Question::Source { class: drain, from: "a".into() });
    assert_eq!(keys(&outfall, "reached"), ["ab7", "bo8"]);
    let path = answer(Question::Path { class: water, from: "h".into(), to: "d".into() });
    assert_eq!((path.profile.as_ref().unwrap().runs.len(), keys(&path, "reached")[0].as_str()), (3, "hv23"));
}

#[test]
fn a_break_numbers_the_valves_and_colours_who_is_dry_and_a_stuck_valve_makes_it_larger() {
    let question = Question::Break { class: NetworkClass::Water, at: "hv23".into() };
    let found = answer(question.clone());
    assert_eq!(found.close.iter().map(|valve| valve.key.as_str()).collect::<Vec<_>>(), ["v1", "v2"]);
    assert_eq!(keys(&found, "shut off"), ["v1h2", "hv23"]);
    assert_eq!(keys(&found, "without supply"), ["v2c4", "cd5", "cd6"]);
    assert_eq!(keys(&found, "hydrant without"), ["h"]);
    assert_eq!(keys(&found, "connection without"), ["c"]);
    assert!(!keys(&found, "building without").is_empty(), "the halls beside it hang on it");
    assert_eq!(
        found.tables.iter().map(|table| table.list).collect::<Vec<_>>(),
        [List::Steps, List::Lines, List::Buildings]
    );
    assert_eq!(found.told["close"], serde_json::json!(["v1", "v2"]));
    let told = Told::from([("v2".to_owned(), ValveState::StuckOpen)]);
    let stuck = asked(&piped(), question, told).answer(&Joints::default()).unwrap().unwrap();
    assert_eq!(stuck.close.iter().map(|valve| valve.key.as_str()).collect::<Vec<_>>(), ["v1"]);
    assert_eq!(keys(&stuck, "shut off").len(), 5);
    assert_eq!(keys(&stuck, "cannot be closed"), ["v2"]);
}

#[test]
fn a_place_that_is_gone_is_told_and_a_stopped_answer_is_none() {
    let gone = Question::Reach { class: NetworkClass::Water, from: "x".into(), way: Way::Connected };
    let asked = asked(&piped(), gone, Told::new());
    let refused = asked.answer(&Joints::default()).unwrap().unwrap_err();
    assert!(matches!(refused, Refused::Network(AnswerError::NoSuchPlace { ref key, .. }) if key == "x"));
    asked.watch.stop();
    assert_eq!(asked.answer(&Joints::default()), None);
}

#[test]
fn a_planned_sewer_is_held_against_cover_and_fall_too() {
    let (x, y) = CORNER;
    let points = vec![[x + 20.0, y + 60.0], [x + 120.0, y + 60.0]];
    let ends = |levels: [f64; 2]| Course::Ends(levels.map(End::Invert));
    let tables = |planned: Planned| {
        let found = answer(Question::Planned(planned));
        let said = |table: &Table, name: &str| {
            let at = table.sheet.columns.iter().position(|column| column.name == name).unwrap();
            table.sheet.rows[0].cells[at].clone()
        };
        let own: Vec<_> = found.tables[1..].iter().map(|table| (table.sheet.name, said(table, "verdict"))).collect();
        (found.tables[0].list, own)
    };
    let [clear, violated] =
        [analysis::words!("verdict-clear", "clear"), analysis::words!("verdict-violated", "violated")]
            .map(analysis::sheet::Value::Text);
    let sewer = Planned { class: NetworkClass::Drainage, points, ..Planned::default() };
    let deep = tables(Planned { course: ends([-3.0, -3.5]), ..sewer.clone() });
    assert_eq!(deep, (List::Near, vec![("cover", clear.clone()), ("fall", clear)]));
    let bad = tables(Planned { course: ends([900.0, 900.0]), ..sewer.clone() });
    assert_eq!(bad.1, [("cover", violated.clone()), ("fall", violated)]);
    let main = tables(Planned { class: NetworkClass::Water, course: Course::Cover(3.0), ..sewer });
    assert_eq!(main.1.len(), 1, "no main falls");
}

#[test]
fn clearances_have_a_row_each_and_a_pit_tells_what_it_meets() {
    let near = answer(Question::Near);
    assert_eq!(near.near.len(), near.tables[0].sheet.rows.len());
    assert!(near.overlay.classes.iter().all(|class| class.measure.is_some()), "with their lengths");
    assert!(!near.near.is_empty(), "the drain passes under the main, and neither survey is sure of its height");
    let (x, y) = CORNER;
    let outline = vec![[x + 40.0, y + 25.0], [x + 60.0, y + 25.0], [x + 60.0, y + 35.0], [x + 40.0, y + 35.0]];
    let pit = answer(Question::Dig { outline, floor_m: 1.0, caution_m: 1.0 });
    assert_eq!(keys(&pit, "in the pit"), ["v1h2", "hv23"]);
    assert_eq!((pit.tables.len(), pit.figures.len()), (5, 6));
    assert_eq!(pit.permit.unwrap().met.nodes.len(), 1, "the hydrant's foot");
}
