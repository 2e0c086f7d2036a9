use std::collections::HashMap;

use serde_json::json;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot, Presence, ValveObservation};

use crate::network::answers::{Answer, AnswerError, IsolationRows, Network};
use crate::network::by_hand::{empty, keyed_edge, node};
use crate::network::isolation::ValveState;
use crate::network::settings::Settings;
use crate::network::trace::Way;

/// A line of points 10 m apart, each with its kind, joined by lines `e0`, `e1` and so on.
fn row(points: &[(&str, NodeKind)]) -> ParkSnapshot {
    let mut park = empty();
    let at = |at: usize| [10.0 * at as f64, 0.0, 5.0];
    park.nodes = points.iter().enumerate().map(|(number, (key, kind))| node(key, *kind, at(number))).collect();
    let line = |from: usize| {
        keyed_edge(from as i64, Some(points[from].0), Some(points[from + 1].0), vec![at(from), at(from + 1)])
    };
    park.edges = (0..points.len() - 1).map(line).collect();
    park
}

fn with_status(mut park: ParkSnapshot, edge: usize, status: &str) -> ParkSnapshot {
    park.edges[edge].provenance.attributes.insert("status".into(), status.into());
    park
}

/// The same line drawn, and named, the other way round.
fn turned(mut park: ParkSnapshot, edge: usize) -> ParkSnapshot {
    let line = &mut park.edges[edge];
    line.path.reverse();
    std::mem::swap(&mut line.from_key, &mut line.to_key);
    park
}

fn asked<T>(park: &ParkSnapshot, told: &[(&str, ValveState)], ask: impl FnOnce(&Network<'_>) -> T) -> T {
    let there = Presence::on(park, "2026-06-30".parse().unwrap());
    let settings = Settings::shipped();
    let told: HashMap<String, ValveState> = told.iter().map(|(key, state)| ((*key).to_owned(), *state)).collect();
    ask(&Network::of(park, &there, park.edges[0].class, &settings, told).unwrap())
}

fn isolated(park: &ParkSnapshot, told: &[(&str, ValveState)], at: &str) -> Answer {
    asked(park, told, |network| network.isolate(&[at.to_owned()], IsolationRows::Steps).unwrap())
}

fn traced(park: &ParkSnapshot, from: &str, way: Way) -> (Vec<u32>, Vec<u32>) {
    let reach = asked(park, &[], |network| network.reach(&[from.to_owned()], way).unwrap());
    (reach.links, reach.perhaps)
}

fn says(answer: &Answer, key: &str) -> bool {
    answer.sheet.notes.iter().any(|note| note.key() == Some(key))
}

const LINE: [(&str, NodeKind); 4] =
    [("s", NodeKind::Source), ("a", NodeKind::Junction), ("b", NodeKind::Junction), ("h", NodeKind::Hydrant)];

#[test]
fn a_line_on_record_as_closed_lets_nothing_pass() {
    let open = row(&LINE);
    assert_eq!(traced(&open, "s", Way::Connected), (vec![0, 1, 2], vec![]));
    let park = with_status(open, 1, "CLOSED");
    for way in [Way::Connected, Way::Downstream] {
        assert_eq!(traced(&park, "s", way), (vec![0], vec![]), "{way:?}");
    }
    assert_eq!(traced(&park, "h", Way::Upstream), (vec![2], vec![]));
    // One that begins on it comes to both its ends perhaps: where on it it is shut is not known.
    assert_eq!(traced(&park, "e1", Way::Connected), (vec![1], vec![0, 2]));
    asked(&park, &[], |network| {
        let answer = network.trace(&["s".to_owned()], Way::Connected).unwrap();
        assert_eq!((&answer.told["stopped_at_lines"], &answer.told["links"]), (&json!(["e1"]), &json!(1)));
        assert!(says(&answer, "note-closed-lines"), "{:?}", answer.sheet.notes);
        assert!(matches!(network.path("s", "h"), Err(AnswerError::NoWay { .. })));
        assert!(matches!(network.nearest_end("h"), Err(AnswerError::NoSource { .. })));
        assert_eq!(network.fed("s").unwrap().told["length_m"], json!(10.0));
    });
    // Held there, as by a valve; what is behind had no supply to lose.
    let answer = isolated(&park, &[], "e0");
    assert_eq!((&answer.told["closed_lines"], &answer.told["hydrants"]), (&json!(["e1"]), &json!([])));
    assert!(says(&answer, "note-held-by-lines"));
    let broken = |at: &str| -> Vec<String> {
        let answer = isolated(&park, &[], at);
        let lines = answer.told["lines"].as_array().unwrap().iter();
        lines.map(|line| line["line"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!broken("e0").contains(&"e2".to_owned()) && !broken("e2").contains(&"e0".to_owned()));
    assert_eq!(broken("e1").len(), 3, "a closed line may leak from either side");
    // Through a closed switch current flows.
    let mut power = park;
    power.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Power);
    power.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Power);
    assert_eq!(traced(&power, "s", Way::Connected), (vec![0, 1, 2], vec![]));
}

#[test]
fn a_line_with_a_check_valve_brings_water_one_way() {
    let with = with_status(row(&LINE), 1, "CV");
    let against = turned(with.clone(), 1);
    // What hangs together does whichever way water goes.
    for park in [&with, &against] {
        assert_eq!(traced(park, "s", Way::Connected), (vec![0, 1, 2], vec![]));
    }
    assert_eq!(traced(&with, "s", Way::Downstream), (vec![0, 1, 2], vec![]));
    assert_eq!(traced(&with, "h", Way::Upstream), (vec![0, 1, 2], vec![]));
    assert_eq!(traced(&against, "s", Way::Downstream), (vec![0], vec![]));
    assert_eq!(traced(&against, "h", Way::Upstream), (vec![2], vec![]));
    let fed = |park: &ParkSnapshot| asked(park, &[], |network| network.fed("s").unwrap().told["length_m"].clone());
    assert_eq!([fed(&with), fed(&against)], [json!(30.0), json!(10.0)]);
    let source = |park: &ParkSnapshot| asked(park, &[], |network| network.nearest_end("h"));
    assert_eq!(source(&with).unwrap(), "s");
    assert!(matches!(source(&against), Err(AnswerError::NoSource { .. })));
    let answer = isolated(&with, &[], "e0");
    assert_eq!(answer.told["hydrants"], json!(["h"]));
    assert!(says(&answer, "note-one-way-lines"));
    assert_eq!(isolated(&against, &[], "e0").told["hydrants"], json!([]), "it had no supply to lose");
}

/// s – v – a – b – t: of the hydrant a the tank keeps supply up where the line from a to b lets it, and not past a check valve.
#[test]
fn supply_does_not_come_back_past_a_check_valve() {
    let park = row(&[
        ("s", NodeKind::Source),
        ("v", NodeKind::Valve),
        ("a", NodeKind::Hydrant),
        ("b", NodeKind::Junction),
        ("t", NodeKind::Tank),
    ]);
    let lost = |park: &ParkSnapshot| {
        let told = isolated(park, &[], "e0").told;
        (told["close"].clone(), told["hydrants"].clone())
    };
    let close = json!(["v"]);
    assert_eq!(lost(&park), (close.clone(), json!([])));
    let park = with_status(park, 2, "cv");
    assert_eq!(lost(&park), (close.clone(), json!(["a"])));
    assert_eq!(lost(&turned(park.clone(), 2)), (close, json!([])));
    // Nobody counts on a check valve to hold water back from a break: the area is the same with it and without.
    assert_eq!(isolated(&park, &[], "e1").told["lines"].as_array().unwrap().len(), 3);
    // What a break takes in every line goes by it too.
    let critical = |park: &ParkSnapshot| {
        let sheet = asked(park, &[], |network| network.critical(false)).sheet;
        let at = |name: &str| sheet.columns.iter().position(|column| column.name == name).unwrap();
        let (line, hydrants) = (at("line"), at("hydrants"));
        let first = sheet.rows.iter().find(|row| format!("{:?}", row.cells[line]).contains("e0")).unwrap();
        first.cells[hydrants].clone()
    };
    assert_eq!(critical(&park), crate::sheet::Value::Whole(1));
    assert_eq!(critical(&turned(park, 2)), crate::sheet::Value::Whole(0));
}

#[test]
fn a_check_valve_that_is_a_point_does_not_tell_which_way_and_that_is_said() {
    let mut park = row(&[("s", NodeKind::Source), ("c", NodeKind::Valve), ("h", NodeKind::Hydrant)]);
    assert!(!says(&isolated(&park, &[], "e0"), "note-check-ways"));
    park.nodes[1].subtype = Some("止回阀".into());
    assert!(says(&isolated(&park, &[], "e0"), "note-check-ways"));
    // Closed it lets pass neither way, so that nothing is left open.
    assert!(!says(&isolated(&park, &[("c", ValveState::Closed)], "e0"), "note-check-ways"));
}

/// s – v – a – w – t: the hydrant a keeps supply past w if that is open. Whoever could not find out does not make it so, nor does he
/// make a valve on record as closed open.
#[test]
fn what_nobody_found_out_about_may_be_either() {
    let park = row(&[
        ("s", NodeKind::Source),
        ("v", NodeKind::Valve),
        ("a", NodeKind::Hydrant),
        ("w", NodeKind::Valve),
        ("t", NodeKind::Tank),
    ]);
    let found = |park: &ParkSnapshot, told: &[(&str, ValveState)]| {
        let answer = isolated(park, told, "e0");
        let reach = asked(park, told, |network| network.reach(&["t".to_owned()], Way::Connected).unwrap());
        assert_eq!(says(&answer, "note-perhaps-lost"), answer.told["perhaps_lost"]["hydrants"] != json!([]));
        let doubtful = says(&answer, "note-may-be-closed");
        let (lost, perhaps) = (answer.told["hydrants"].clone(), answer.told["perhaps_lost"]["hydrants"].clone());
        (lost, perhaps, reach.links, reach.perhaps, doubtful)
    };
    let (none, a) = (json!([]), json!(["a"]));
    let taken_for_open = (none.clone(), none.clone(), vec![0, 1, 2, 3], vec![], false);
    let may_be_either = (none.clone(), a.clone(), vec![3], vec![0, 1, 2], true);
    assert_eq!(found(&park, &[]), taken_for_open, "nobody looked");
    let unknown = [("w", ValveState::Unknown)];
    assert_eq!(found(&park, &unknown), may_be_either);
    let mut closed = park.clone();
    closed.nodes[3].provenance.attributes.insert("status".into(), "Closed".into());
    assert_eq!(found(&closed, &[]), (a, none, vec![3], vec![], false));
    assert_eq!(found(&closed, &unknown), may_be_either, "the record is not gone for that");
    // Seen as unknown on the day, and not told with the question.
    closed.valve_states = vec![ValveObservation {
        node_key: "w".into(),
        observed: "2026-02-01T08:00:00Z".parse().unwrap(),
        open_fraction: None,
        stuck: false,
        source: "walk".into(),
    }];
    assert_eq!(found(&closed, &[]), may_be_either);
    // A check valve of which it is told so.
    let mut check = park;
    check.nodes[3].subtype = Some("止回阀".into());
    assert_eq!(found(&check, &unknown), may_be_either);
    let answer = asked(&check, &unknown, |network| network.path("s", "t").unwrap());
    assert!(says(&answer, "note-path-perhaps"), "{:?}", answer.sheet.notes);
}

/// s – a – c – b – t with a check valve at c: which way it lets pass is told by the survey of the lines at it.
#[test]
fn a_check_valve_lets_pass_as_the_lines_at_it_are_on_record_to_flow() {
    let mut park = row(&[
        ("s", NodeKind::Source),
        ("a", NodeKind::Hydrant),
        ("c", NodeKind::Valve),
        ("b", NodeKind::Hydrant),
        ("t", NodeKind::Tank),
    ]);
    park.nodes[2].subtype = Some("止回阀".into());
    let surveyed = |edge: usize, way: &str| {
        let mut park = park.clone();
        park.edges[edge].provenance.attributes.insert("FlowDir".into(), way.into());
        park
    };
    let fed = |park: &ParkSnapshot, from: &str| {
        let told = asked(park, &[], |network| network.fed(from).unwrap()).told;
        let of = |name: &str| told[name].clone();
        (of("length_m"), of("perhaps"), of("also_fed_from"), of("perhaps_fed_from"))
    };
    // Nobody knows which way: what lies beyond is fed perhaps, from either side.
    assert_eq!(fed(&park, "s"), (json!(20.0), json!(2), json!([]), json!(["t"])));
    assert_eq!(fed(&park, "t"), (json!(20.0), json!(2), json!([]), json!(["s"])));
    // From the source to the tank, whichever of the two lines says it, and whichever way it is drawn.
    for told in [surveyed(1, "+"), surveyed(2, "+"), turned(surveyed(1, "-"), 1), turned(surveyed(2, "-"), 2)] {
        assert_eq!(fed(&told, "s"), (json!(40.0), json!(0), json!(["t"]), json!([])));
        assert_eq!(fed(&told, "t"), (json!(20.0), json!(0), json!(["s"]), json!([])), "nothing is fed against it");
        let answer = isolated(&told, &[], "e0");
        assert!(says(&answer, "note-checks-told") && !says(&answer, "note-check-ways"));
    }
    // What no table knows tells nothing.
    assert_eq!(fed(&surveyed(1, "1"), "s"), fed(&park, "s"));
    // Before a break at the source the tank keeps the hydrant up, if the check valve lets it.
    let mut park = row(&[
        ("s", NodeKind::Source),
        ("v", NodeKind::Valve),
        ("a", NodeKind::Hydrant),
        ("c", NodeKind::Valve),
        ("t", NodeKind::Tank),
    ]);
    park.nodes[3].subtype = Some("止回阀".into());
    let dry = |way: &str| {
        let mut park = park.clone();
        park.edges[2].provenance.attributes.insert("FlowDir".into(), way.into());
        isolated(&park, &[], "e0").told["hydrants"].clone()
    };
    assert_eq!((dry("+"), dry("-"), dry("")), (json!(["a"]), json!([]), json!([])));
}

#[test]
fn a_record_of_flow_goes_before_what_a_network_lets_conclude() {
    use crate::network::topology::Direction::{Backward, Forward};
    use crate::network::topology::FlowBasis;

    let mut park = row(&LINE);
    park.edges[1].provenance.attributes.insert("流向".into(), "逆".into());
    let flows = asked(&park, &[], |network| (*network.flows).clone());
    assert_eq!(flows.directions, [Forward, Backward, Forward]);
    assert_eq!(flows.bases, [FlowBasis::Sources, FlowBasis::Recorded, FlowBasis::Sources]);
    // Of a sewer too; one that rises by its record is told.
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Drainage);
    park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
    for (edge, levels) in [(0, [5.0, 4.0]), (1, [4.0, 3.0]), (2, [3.0, 2.0])] {
        let path = &mut park.edges[edge].path;
        (path[0][2], path[1][2]) = (levels[0], levels[1]);
    }
    let flows = asked(&park, &[], |network| (*network.flows).clone());
    assert_eq!((flows.directions, flows.against), (vec![Forward, Backward, Forward], vec![1]));
    assert_eq!(flows.bases, [FlowBasis::Drawn, FlowBasis::Recorded, FlowBasis::Drawn]);
    asked(&park, &[], |network| {
        let answer = network.trace(&["s".to_owned()], Way::Downstream).unwrap();
        assert_eq!(
            answer.told["flow_links"],
            json!({"recorded": 1, "drawn": 2, "fall": 0, "sources": 0, "not_known": 0})
        );
        assert!(says(&answer, "note-flow-bases"));
    });
}
