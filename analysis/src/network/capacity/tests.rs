//! Capacity on networks small enough to reckon by hand.

use geo::{LineString, MultiPolygon, Polygon};
use proptest::prelude::*;
use serde_json::{Value, json};
use spatial_db::model::{Attributes, FeatureId, FeatureKind, NodeKind, Parcel, Project, Provenance};

use super::*;
use crate::network::by_hand::{empty, keyed_edge, node};
use spatial_db::model::NetworkClass;

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn attributes(value: &Value) -> Attributes {
    value.as_object().unwrap().clone().into()
}

fn parcel(number: i64, key: &str, x: f64) -> Parcel {
    let ring = vec![(x, 5.0), (x + 80.0, 5.0), (x + 80.0, 90.0), (x, 90.0), (x, 5.0)];
    Parcel::bare(
        number,
        Provenance { key: key.into(), layer: "by hand".into(), source_row: 1, ..Provenance::default() },
        MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]),
    )
}

fn project(number: i64, parcel: &str, kva: f64, production: Option<&str>) -> Project {
    let key = format!("x{number}");
    Project {
        id: FeatureId::new(FeatureKind::Project, number),
        provenance: Provenance {
            key,
            layer: "by hand".into(),
            source_row: number,
            attributes: attributes(&json!({ "用电_kVA": kva })),
        },
        name: None,
        contract_key: None,
        parcel_key: Some(parcel.into()),
        enterprise_key: None,
        planned_approval: None,
        planned_permit: None,
        planned_start: None,
        planned_completion: None,
        planned_production: production.map(day),
        planned_investment: None,
        currency: None,
        note: None,
    }
}

/// Substation s (1000 kVA) – cabinet a – cabinet b in a street; parcels p1 and p2 connected at a and b, p3 beside the line beyond b,
/// p4 far away. Feeders: s–a 800 kVA, a–b 300 kVA. Connected: c1 400, c2 150.
pub(super) fn street() -> ParkSnapshot {
    let mut park = empty();
    let with = |mut node: spatial_db::model::NetworkNode, value: Value| {
        node.provenance.attributes = attributes(&value);
        node
    };
    park.nodes = vec![
        with(node("s", NodeKind::Source, [0.0, 0.0, 1.0]), json!({ "RatedCap_kVA": 1000 })),
        node("a", NodeKind::Switch, [100.0, 0.0, 1.0]),
        node("b", NodeKind::Switch, [200.0, 0.0, 1.0]),
        node("e", NodeKind::Manhole, [300.0, 0.0, 1.0]),
        with(node("c1", NodeKind::Connection, [100.0, 6.0, 1.0]), json!({ "ConnLoad_kVA": "400" })),
        with(node("c2", NodeKind::Connection, [200.0, 6.0, 1.0]), json!({ "connload_kva": 150.0 })),
    ];
    let line = |id: i64, from: &str, to: &str, kva: f64| {
        let at = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap().position;
        let mut edge = keyed_edge(id, Some(from), Some(to), vec![at(from), at(to)]);
        edge.provenance.attributes = attributes(&json!({ "rated_mva": kva / 1000.0 }));
        edge
    };
    let edges = vec![
        line(1, "s", "a", 800.0),
        line(2, "a", "b", 300.0),
        line(3, "b", "e", 250.0),
        line(4, "a", "c1", 500.0),
        line(5, "b", "c2", 400.0),
    ];
    park.edges = edges;
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Power);
    park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Power);
    park.parcels = vec![parcel(1, "p1", 60.0), parcel(2, "p2", 160.0), parcel(3, "p3", 260.0), parcel(4, "p4", 3000.0)];
    park
}

pub(super) const TODAY: &str = "2026-06-30";

fn ask(park: &ParkSnapshot, parcel: &str, by: &str) -> Remaining {
    remaining(park, "power", Place::Parcel(parcel), day(TODAY), day(by)).unwrap()
}

#[test]
fn the_least_on_the_way_is_what_is_left() {
    let park = street();
    // p1: own branch 500 − 400; feeder s–a 800 − 550; substation 1000 − 550.
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, &one.known), (Some(100.0), &Known::Known));
    assert_eq!(one.bottleneck().unwrap().key, "e4");
    assert_eq!(one.reached, Reached::Connection);
    assert_eq!(one.path.iter().map(|part| part.key.as_str()).collect::<Vec<_>>(), ["e4", "e1", "s"]);
    // p2: branch 400 − 150 = 250, a–b 300 − 150 = 150, s–a 250.
    let two = ask(&park, "p2", TODAY);
    assert_eq!((two.value, two.bottleneck().unwrap().key.as_str()), (Some(150.0), "e2"));
    // p3 has no connection: the line beyond b is 5 m away, and p2's branch is not taken for it.
    let three = ask(&park, "p3", TODAY);
    assert_eq!((three.reached, three.value), (Reached::Line(5.0), Some(150.0)));
    assert_eq!(three.path[0].remains(), Some(250.0));
    let four = ask(&park, "p4", TODAY);
    assert_eq!((four.reached, four.value), (Reached::Nothing, None));
    assert_eq!(four.known, Known::Unknown(vec![Missing::Connection]));
    // A point and a cabinet answer alike; other keys do not.
    let at = |place| remaining(&park, "power", place, day(TODAY), day(TODAY));
    assert_eq!(at(Place::Point([290.0, 8.0])).unwrap().value, Some(150.0));
    assert_eq!(at(Place::Node("b")).unwrap().value, Some(150.0));
    assert!(matches!(at(Place::Node("z")), Err(CapacityError::NoSuchNode { .. })));
    assert!(matches!(at(Place::Parcel("z")), Err(CapacityError::NoSuchParcel { .. })));
    assert!(matches!(
        remaining(&park, "steam", Place::Node("b"), day(TODAY), day(TODAY)),
        Err(CapacityError::NoSuchResource { .. })
    ));
}

#[test]
fn commitments_take_from_everybody_on_their_way_from_their_day_on() {
    let mut park = street();
    park.projects = vec![
        project(1, "p3", 100.0, Some("2027-05-01")),
        project(2, "p2", 90.0, Some("2028-01-01")),
        // Overdue and not producing: it may come any day.
        project(3, "p1", 20.0, Some("2024-01-01")),
        // No day on record.
        project(4, "p1", 5.0, None),
    ];
    let left = |parcel, by| ask(&park, parcel, by).value.unwrap();
    assert_eq!(left("p1", TODAY), 75.0);
    assert_eq!(left("p2", TODAY), 150.0);
    assert_eq!(left("p2", "2027-05-01"), 50.0);
    assert_eq!(left("p3", "2027-12-31"), 50.0);
    let over = ask(&park, "p3", "2028-01-01");
    assert_eq!((over.value, over.bottleneck().unwrap().key.as_str()), (Some(-40.0), "e2"));
    let told: Vec<(&str, f64)> = over.committed.iter().map(|one| (one.source.as_str(), one.amount)).collect();
    assert_eq!(told, [("x1", 100.0), ("x2", 90.0)]);
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let power = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
    let steps = power.over_time(Place::Parcel("p2"), day("2030-01-01")).unwrap();
    let steps: Vec<(String, f64)> = steps.iter().map(|step| (step.by.to_string(), step.value.unwrap())).collect();
    let expected = [(TODAY, 150.0), ("2027-05-01", 50.0), ("2028-01-01", -40.0)];
    assert_eq!(steps, expected.map(|(day, left)| (day.to_owned(), left)));
    // A parcel that nobody knows: no place in the network, so no answer is more than "at most".
    park.projects.push(project(5, "nowhere", 10.0, None));
    assert_eq!(ask(&park, "p2", TODAY).known, Known::AtMost(vec![Missing::Commitments(1)]));
}

#[test]
fn what_no_record_tells_stays_unknown() {
    let mut park = street();
    // The feeder's rating goes: what is left is at most what the rest leaves.
    park.edges[0].provenance.attributes.clear();
    let one = ask(&park, "p1", TODAY);
    assert_eq!(one.value, Some(100.0));
    assert_eq!(one.known, Known::AtMost(vec![Missing::Ratings(1, "e1".into())]));
    // No rating at all: access, and nothing else.
    park.edges.iter_mut().for_each(|edge| edge.provenance.attributes.clear());
    park.nodes[0].provenance.attributes.clear();
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, one.bottleneck, one.reached), (None, None, Reached::Connection));
    assert!(matches!(&one.known, Known::Unknown(missing) if missing[0] == Missing::Ratings(3, "e4".into())));
    // A load that is not on record.
    let mut park = street();
    park.nodes[5].provenance.attributes.clear();
    let one = ask(&park, "p1", TODAY);
    assert_eq!(one.known, Known::AtMost(vec![Missing::Loads(1)]));
    // Unless the substation's own meter tells it; the feeder still does not know.
    park.nodes[0].provenance.attributes.insert("peak_kva".into(), json!(970.0));
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, one.bottleneck().unwrap().key.as_str()), (Some(30.0), "s"));
    // No source on record: nobody knows where it comes from.
    park.nodes[0].kind = NodeKind::Manhole;
    assert_eq!(ask(&park, "p1", TODAY).known, Known::Unknown(vec![Missing::Way]));
}

#[test]
fn holes_of_ducts_are_counted_line_by_line() {
    let mut park = street();
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Telecom);
    for (edge, [total, used]) in park.edges.iter_mut().zip([[12, 8], [6, 5], [6, 0], [2, 1], [2, 1]]) {
        edge.class = NetworkClass::Telecom;
        edge.provenance.attributes = attributes(&json!({ "TotalHole": total.to_string(), "UsedHole": used }));
    }
    let ducts = |parcel| remaining(&park, "ducts", Place::Parcel(parcel), day(TODAY), day(TODAY)).unwrap();
    assert_eq!((ducts("p1").value, ducts("p1").known), (Some(1.0), Known::Known));
    assert_eq!(ducts("p3").value, Some(1.0));
    assert_eq!(ducts("p3").bottleneck().unwrap().key, "e2");
    // Fibre: there is a way, and no port on record.
    let fibre = remaining(&park, "fibre", Place::Parcel("p1"), day(TODAY), day(TODAY)).unwrap();
    assert!(matches!(fibre.known, Known::Unknown(_)));
    assert_eq!(fibre.reached, Reached::Connection);
}

#[test]
fn mains_and_sewers_without_a_rating_are_rated_by_size() {
    let rules = CapacityRules::shipped();
    let mut main = keyed_edge(1, None, None, vec![[0.0, 0.0, 2.0], [100.0, 0.0, 1.0]]);
    assert_eq!(rules.by_rule(rules.resource("water").unwrap(), &main), None, "no size");
    main.diameter_mm = Some(200.0);
    // 0.0314159 m² × 1.5 m/s.
    let water = rules.by_rule(rules.resource("water").unwrap(), &main).unwrap();
    assert!((water - 4071.504).abs() < 0.01, "{water}");
    // DN 200 at 1 % runs 32.8 L/s full by Manning with n = 0.013, as tables of sewers have it.
    let sewer = rules.by_rule(rules.resource("sewage").unwrap(), &main).unwrap() / 86.4;
    assert!((sewer - 32.8).abs() < 0.05, "{sewer}");
    main.path[1][2] = 2.0;
    assert_eq!(rules.by_rule(rules.resource("sewage").unwrap(), &main), None, "no fall");
    assert_eq!(rules.by_rule(rules.resource("power").unwrap(), &main), None);
}

#[test]
fn parcels_are_coloured_by_what_is_left() {
    let mut park = street();
    park.projects = vec![project(1, "p3", 160.0, Some("2027-05-01"))];
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let power = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
    let later = day("2027-05-01");
    let overlay = capacity_overlay(&power, &parcels_left(&power, later), later);
    let label = |row: usize| {
        overlay.verdicts.get(&park.parcels[row].id).map(|verdict| overlay.classes[verdict.class].label.to_string())
    };
    assert_eq!(label(0).unwrap(), "10 to 30 % of the bottleneck left");
    assert_eq!(label(1).unwrap(), "nothing left, or more promised than there is");
    assert_eq!(label(3).unwrap(), "not known");
    let answers = parcels_left(&power, day(TODAY));
    assert_eq!((parcels_sheet(&power, &answers, day(TODAY)).rows.len(), answers.len()), (4, 4));
    assert_eq!(answers[0].1.value, Some(100.0), "the least first");
    assert_eq!(worst_elements(&power, day(TODAY)).len(), 6, "five feeders and the substation");
}

proptest! {
    /// More that is promised never leaves more, wherever it is promised; a later day never leaves more than an earlier one; a rating
    /// that is lost never makes an answer better known or larger than "at most".
    #[test]
    fn promises_never_raise_what_is_left(
        promised in prop::collection::vec((0..4_usize, 0.0..500.0_f64, 2024..2032_i32), 0..8),
        more in (0..4_usize, 0.0..500.0_f64, 2024..2032_i32),
        unrated in 0..6_usize,
    ) {
        let keys = ["p1", "p2", "p3", "p4"];
        let make = |(number, (at, kva, year)): (usize, &(usize, f64, i32))| {
            project(number as i64, keys[*at], *kva, Some(&format!("{year}-01-01")))
        };
        let mut park = street();
        park.projects = promised.iter().enumerate().map(make).collect();
        let mut with_more = park.clone();
        with_more.projects.push(make((99, &more)));
        let mut without = park.clone();
        match unrated {
            5 => without.nodes[0].provenance.attributes.clear(),
            edge => without.edges[edge].provenance.attributes.clear(),
        }
        for key in keys {
            let mut before = f64::INFINITY;
            for by in ["2024-01-01", TODAY, "2027-01-01", "2031-01-01"] {
                let (now, then) = (ask(&park, key, by), ask(&with_more, key, by));
                if let (Some(now), Some(then)) = (now.value, then.value) {
                    prop_assert!(then <= now + 1e-9, "{} {}: {} {}", key, by, now, then);
                    prop_assert!(now <= before + 1e-9);
                    before = now;
                }
                let blind = ask(&without, key, by);
                if blind.path.iter().any(|part| part.rated.is_none()) {
                    prop_assert!(blind.known != Known::Known);
                }
                prop_assert!(blind.value.is_none() || blind.value >= now.value);
            }
        }
    }
}

#[test]
fn a_tank_that_feeds_limits_water() {
    let mut park = street();
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Water);
    for edge in &mut park.edges {
        edge.class = NetworkClass::Water;
        edge.provenance.attributes = attributes(&json!({ "rated_m3_d": 5000 }));
    }
    park.nodes[0].kind = NodeKind::Tank;
    park.nodes[0].provenance.attributes.clear();
    for row in [4, 5] {
        park.nodes[row].provenance.attributes = attributes(&json!({ "ConnLoad_m3d": 100 }));
    }
    let water = |park: &ParkSnapshot| remaining(park, "water", Place::Parcel("p1"), day(TODAY), day(TODAY)).unwrap();
    assert_eq!(water(&park).known, Known::AtMost(vec![Missing::Ratings(1, "s".into())]));
    park.nodes[0].provenance.attributes = attributes(&json!({ "RatedCap_m3d": 250 }));
    let one = water(&park);
    assert_eq!((one.value, one.bottleneck().unwrap().key.as_str()), (Some(50.0), "s"));
}

/// A further connection at a place, of power.
fn connection(key: &str, at: [f64; 3], kva: f64) -> spatial_db::model::NetworkNode {
    let mut made = node(key, NodeKind::Connection, at);
    made.class = NetworkClass::Power;
    made.provenance.attributes = attributes(&json!({ "ConnLoad_kVA": kva }));
    made
}

/// The street with a second connection on p1: c3, 10 kVA, with a branch of 500 kVA of its own from a.
fn street_with_two_connections() -> ParkSnapshot {
    let mut park = street();
    let place = [120.0, 6.0, 1.0];
    park.nodes.push(connection("c3", place, 10.0));
    let mut branch = keyed_edge(6, Some("a"), Some("c3"), vec![park.nodes[1].position, place]);
    branch.class = NetworkClass::Power;
    branch.provenance.attributes = attributes(&json!({ "rated_mva": 0.5 }));
    park.edges.push(branch);
    park
}

#[test]
fn all_connections_at_one_place_count() {
    let mut park = street();
    park.nodes.push(connection("c3", park.nodes[4].position, 50.0));
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, one.known), (Some(50.0), Known::Known));
    park.nodes[6].provenance.attributes.clear();
    assert_eq!(ask(&park, "p1", TODAY).known, Known::AtMost(vec![Missing::Loads(1)]));
}

#[test]
fn a_main_stays_one_where_a_connection_shares_the_place_of_its_joint() {
    let mut park = street();
    park.nodes.push(connection("c9", park.nodes[2].position, 20.0));
    // p3 would still be connected to the line beyond b: a–b 300 − 150 − 20.
    let three = ask(&park, "p3", TODAY);
    assert_eq!((three.reached, three.value), (Reached::Line(5.0), Some(130.0)));
}

#[test]
fn a_commitment_with_several_connections_counts_where_all_ways_run() {
    let mut park = street_with_two_connections();
    park.projects = vec![project(1, "p1", 100.0, None)];
    // The feeder s–a carries it whichever branch it takes: 800 − 560 − 100.
    let two = ask(&park, "p2", TODAY);
    assert_eq!((two.value, two.bottleneck().unwrap().key.as_str()), (Some(140.0), "e1"));
    assert_eq!(two.known, Known::Known);
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, one.known), (Some(140.0), Known::AtMost(vec![Missing::Choice(1)])));
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let power = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
    assert_eq!((power.undecided, power.unplaced), (1, 0));
    let sheet = parcels_sheet(&power, &[], day(TODAY));
    assert!(sheet.notes.iter().any(|note| note.starts_with("1 committed loads may use one of several connections")));
}

#[test]
fn what_is_less_known_from_a_day_on_is_a_step_of_its_own() {
    let mut park = street_with_two_connections();
    park.projects = vec![project(1, "p1", 20.0, Some("2028-01-01"))];
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let power = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
    // Its own branch leaves 100 whichever connection the project takes; from 2028 on it may take this one.
    let steps = power.over_time(Place::Node("c1"), day("2030-01-01")).unwrap();
    let steps: Vec<_> = steps.into_iter().map(|step| (step.by, step.value, step.known)).collect();
    let later = Known::AtMost(vec![Missing::Choice(1)]);
    assert_eq!(steps, [(day(TODAY), Some(100.0), Known::Known), (day("2028-01-01"), Some(100.0), later)]);
}

#[test]
fn parcels_go_by_their_number_too_and_what_is_meant_is_asked_back() {
    let mut park = street();
    park.parcels[0].number = Some("A-1".into());
    assert_eq!(ask(&park, "A-1", TODAY), ask(&park, "p1", TODAY));
    park.parcels[1].number = Some("A-1".into());
    park.edges[2].provenance.key = "b".into();
    let at = |place| remaining(&park, "power", place, day(TODAY), day(TODAY));
    let error = at(Place::Parcel("A-1")).unwrap_err();
    assert_eq!(error, CapacityError::SeveralParcels { name: "A-1".into(), keys: "p1, p2".into() });
    let error = at(Place::Node("b")).unwrap_err().to_string();
    assert!(error.ends_with("write one of: point:b, line:b"), "{error}");
    assert_eq!(at(Place::Node("point:b")).unwrap().value, Some(150.0));
}

/// The street closed to a ring: a second substation t (2000 kVA) beyond e, a normally open point between them at b when it is off.
pub(super) fn ring() -> ParkSnapshot {
    let mut park = street();
    let mut other = node("t", NodeKind::Source, [450.0, 0.0, 1.0]);
    other.class = NetworkClass::Power;
    other.provenance.attributes = attributes(&json!({ "RatedCap_kVA": 2000 }));
    park.nodes.push(other);
    let mut feeder = keyed_edge(6, Some("e"), Some("t"), vec![[300.0, 0.0, 1.0], [450.0, 0.0, 1.0]]);
    feeder.class = NetworkClass::Power;
    feeder.provenance.attributes = attributes(&json!({ "rated_mva": 0.9 }));
    park.edges.push(feeder);
    park
}

/// A switch or valve as somebody saw it.
fn seen(park: &mut ParkSnapshot, key: &str, open: Option<f64>) {
    park.valve_states.push(spatial_db::model::ValveObservation {
        node_key: key.into(),
        observed: "2026-02-01T08:00:00Z".parse().unwrap(),
        open_fraction: open,
        stuck: false,
        source: "switching log".into(),
    });
}

#[test]
fn over_a_loop_only_what_every_way_passes_limits_an_answer() {
    let mut park = ring();
    // Fed from both ends: which of them carries p2 nothing tells, and its own branch limits it whichever does.
    let two = ask(&park, "p2", TODAY);
    assert_eq!(two.known, Known::AtMost(vec![Missing::Route(2)]));
    assert_eq!((two.value, two.bottleneck().unwrap().key.as_str()), (Some(250.0), "e5"));
    // On the ring itself nothing does: 150 are left from s, and t may bring more.
    let at = |park: &ParkSnapshot, key| remaining(park, "power", Place::Node(key), day(TODAY), day(TODAY)).unwrap();
    let on_it = at(&park, "b");
    assert_eq!((on_it.value, on_it.known), (None, Known::Unknown(vec![Missing::Route(2)])));
    // Beside one of two substations that feed one net nobody knows what it carries.
    park.nodes.push(connection("c7", [0.0, 6.0, 1.0], 100.0));
    let mut branch = keyed_edge(7, Some("s"), Some("c7"), vec![[0.0, 0.0, 1.0], [0.0, 6.0, 1.0]]);
    branch.class = NetworkClass::Power;
    branch.provenance.attributes = attributes(&json!({ "rated_mva": 0.5 }));
    park.edges.push(branch);
    let beside = at(&park, "c7");
    assert_eq!((beside.value, beside.known), (Some(400.0), Known::AtMost(vec![Missing::Load("s".into())])));
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let power = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
    // s–a, a–b, b–e, e–t; the branches are none of it.
    assert_eq!((power.meshed, power.shut, power.unseen), (4, 0, 2));
    let sheet = elements_sheet(&power, &worst_elements(&power, day(TODAY)), day(TODAY));
    let told = |key: &str| {
        let row = sheet.rows.iter().find(|row| row.cells[0] == crate::sheet::Value::from(Some(key))).unwrap();
        row.cells[2..6].to_vec()
    };
    let (unknown, number) = (crate::sheet::Value::Unknown, crate::sheet::Value::Number);
    assert_eq!(told("e1"), [unknown.clone(), number(800.0), unknown.clone(), unknown]);
    assert_eq!(told("e5"), [250.0, 400.0, 150.0, 0.0].map(number));
    let overlay = capacity_overlay(&power, &[], day(TODAY));
    assert!(overlay.notes.iter().any(|note| note.key() == Some("note-meshed")));
    assert!(overlay.notes.iter().any(|note| note.key() == Some("note-capacity-states")));
    // Twin cables between two cabinets are a loop too.
    let mut twin = street();
    let mut cable = twin.edges[1].clone();
    (cable.id, cable.provenance.key) = (FeatureId::new(FeatureKind::NetworkEdge, 9), "e9".into());
    twin.edges.push(cable);
    assert_eq!(ask(&twin, "p2", TODAY).known, Known::AtMost(vec![Missing::Route(1)]));
    // The only substation feeds it whichever cable it comes by: 600 − 550.
    twin.nodes[0].provenance.attributes = attributes(&json!({ "RatedCap_kVA": 600 }));
    let two = ask(&twin, "p2", TODAY);
    assert_eq!((two.value, two.bottleneck().unwrap().key.as_str()), (Some(50.0), "s"));
    assert_eq!(ask(&twin, "p1", TODAY).known, Known::Known, "nothing of the loop is on its way");
}

#[test]
fn no_way_leads_past_what_is_off() {
    let mut park = ring();
    // Beside b–e alone.
    park.parcels[2] = parcel(3, "p3", 210.0);
    seen(&mut park, "b", Some(0.0));
    // Every way is the only one again: p1 from s, whose feeder no longer carries p2.
    let one = ask(&park, "p1", TODAY);
    assert_eq!((one.value, &one.known), (Some(100.0), &Known::Known));
    let feeder = one.path.iter().find(|part| part.key == "e1").unwrap();
    assert_eq!(feeder.connected.as_ref().unwrap().value, 400.0);
    // t feeds b–e up to the switch, and nothing hangs on it.
    let three = ask(&park, "p3", TODAY);
    assert_eq!(three.path.iter().map(|part| part.key.as_str()).collect::<Vec<_>>(), ["e3", "e6", "t"]);
    assert_eq!((three.value, &three.known), (Some(250.0), &Known::Known));
    // A load promised to it runs that way alone.
    park.projects = vec![project(1, "p3", 240.0, None)];
    assert_eq!(ask(&park, "p3", TODAY).value, Some(10.0));
    assert_eq!(ask(&park, "p1", TODAY).value, Some(100.0));
    // p2 hangs behind the switch that is off: nothing feeds it.
    assert_eq!(ask(&park, "p2", TODAY).known, Known::Unknown(vec![Missing::Way]));
    // Switched on again, it is a ring.
    seen(&mut park, "b", Some(1.0));
    assert!(matches!(ask(&park, "p2", TODAY).known, Known::AtMost(_)));
}

#[test]
fn a_switch_that_nobody_could_read_leaves_what_is_behind_it_at_most() {
    let mut park = street();
    seen(&mut park, "b", None);
    assert_eq!(ask(&park, "p2", TODAY).known, Known::AtMost(vec![Missing::State(1)]));
    assert_eq!(ask(&park, "p1", TODAY).known, Known::Known);
    // A main that its record closes leads nowhere; one that lets pass one way only leads that way.
    let water = |status: &str, turned: bool| {
        let mut park = street();
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Water);
        for edge in &mut park.edges {
            edge.class = NetworkClass::Water;
            edge.provenance.attributes = attributes(&json!({ "rated_m3_d": 5000 }));
        }
        park.edges[1].provenance.attributes.insert("status".into(), status.into());
        if turned {
            park.edges[1].path.reverse();
            (park.edges[1].from_key, park.edges[1].to_key) = (Some("b".into()), Some("a".into()));
        }
        remaining(&park, "water", Place::Node("b"), day(TODAY), day(TODAY)).unwrap().known
    };
    assert_eq!(water("Closed", false), Known::Unknown(vec![Missing::Way]));
    assert_eq!(water("CV", true), Known::Unknown(vec![Missing::Way]));
    assert!(matches!(water("CV", false), Known::AtMost(_)));
}

/// A building of 10 by 10 m with its corner there.
fn building(number: i64, key: &str, [x, y]: [f64; 2]) -> spatial_db::model::Building {
    let ring = vec![(x, y), (x + 10.0, y), (x + 10.0, y + 10.0), (x, y + 10.0), (x, y)];
    spatial_db::model::Building::bare(
        number,
        Provenance { key: key.into(), layer: "by hand".into(), source_row: 1, ..Provenance::default() },
        MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]),
    )
}

#[test]
fn fibre_reaches_the_buildings_that_a_connection_is_on_record_for() {
    let mut park = street();
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Telecom);
    for (edge, [total, used]) in park.edges.iter_mut().zip([[12, 8], [6, 5], [6, 0], [4, 1], [2, 2]]) {
        edge.class = NetworkClass::Telecom;
        edge.provenance.attributes = attributes(&json!({ "TotalHole": total, "UsedHole": used }));
    }
    for (node, told) in [(0, json!({ "端口数": 64 })), (4, json!({ "占用端口": 24 })), (5, json!({ "used_ports": 8 }))]
    {
        park.nodes[node].provenance.attributes = attributes(&told);
    }
    // Beside the connections c1 and c2, which lie at y = 6; by the line beyond b alone; far from all; gone.
    park.buildings = vec![
        building(1, "b1", [96.0, 14.0]),
        building(2, "b2", [204.0, 12.0]),
        building(3, "b3", [260.0, 30.0]),
        building(4, "b4", [900.0, 900.0]),
        building(5, "b5", [96.0, 14.0]),
    ];
    park.buildings[0].name = Some("Hall".into());
    park.buildings[4].valid_to = Some(day("2020-01-01"));
    let (settings, rules, there) = (Settings::shipped(), CapacityRules::shipped(), Presence::on(&park, day(TODAY)));
    let of = |name| Capacity::of(&park, &there, &settings, &rules, name).unwrap();
    let (fibre, ducts) = (of("fibre"), of("ducts"));
    let left = |key| fibre.remaining(Place::Building(key), day(TODAY)).unwrap();
    // 64 ports less 24 and 8.
    assert_eq!(
        (left("b1").value, left("b1").known, left("b1").reached),
        (Some(32.0), Known::Known, Reached::Connection)
    );
    assert_eq!(left("Hall"), left("b1"));
    assert_eq!((left("b3").reached, left("b4").reached), (Reached::Line(30.0), Reached::Nothing));
    for nobody in ["b5", "Barn"] {
        let asked = fibre.remaining(Place::Building(nobody), day(TODAY));
        assert!(matches!(asked, Err(CapacityError::NoSuchBuilding { .. })), "{nobody}");
    }
    let answers = buildings_left(&fibre, day(TODAY));
    let sheet = buildings_sheet(&fibre, &answers, Some(&ducts), day(TODAY));
    assert_eq!((sheet.rows.len(), answers.len()), (4, 4));
    let column = |name: &str| sheet.columns.iter().position(|column| column.name == name).unwrap();
    let cell = |key: &str, name: &str| {
        let is = |row: &&crate::sheet::Row| row.cells[0] == crate::sheet::Value::from(Some(key));
        sheet.rows.iter().find(is).unwrap().cells[column(name)].clone()
    };
    let number = crate::sheet::Value::Number;
    // Holes: the branch to c1 has 3 free, s–a 4; that to c2 has none.
    assert_eq!((cell("b1", "remaining"), cell("b1", "ducts_remaining")), (number(32.0), number(3.0)));
    assert_eq!((cell("b2", "remaining"), cell("b2", "ducts_remaining")), (number(32.0), number(0.0)));
    // Without a connection on record nobody knows, though a line with ports is near.
    let unknown = crate::sheet::Value::Unknown;
    assert_eq!((cell("b3", "remaining"), cell("b3", "ducts_remaining")), (unknown.clone(), unknown));
    let said = |key: &str| match cell(key, "coverage") {
        crate::sheet::Value::Text(words) => words.to_string(),
        other => panic!("{key}: {other:?}"),
    };
    assert_eq!(said("b1"), "connected, with something left");
    assert_eq!(said("b3"), "no connection on record, a line is near");
    assert_eq!(said("b4"), "neither a connection on record nor a line near");
    assert!(!sheet.rows.iter().any(|row| row.slot == Some(4)), "gone");
    let overlay = coverage_overlay(&fibre, &answers, day(TODAY));
    let class =
        overlay.verdicts.get(&park.buildings[0].id).map(|verdict| overlay.classes[verdict.class].label.to_string());
    assert_eq!(class.as_deref(), Some("connected, with something left"));
    assert!(!overlay.verdicts.contains_key(&park.buildings[4].id), "gone");
    // Ports that nobody counted leave a connected building open.
    park.nodes[0].provenance.attributes.clear();
    let answer = remaining(&park, "fibre", Place::Building("b1"), day(TODAY), day(TODAY)).unwrap();
    assert!(answer.reached == Reached::Connection && matches!(answer.known, Known::Unknown(_)));
}
