//! Pressures on networks small enough to reckon by hand.

use std::collections::HashMap;

use epanet::types::options::Option as EngineOption;
use serde_json::{Value, json};
use spatial_db::model::{NodeKind, ParkSnapshot, Presence, ValveObservation};

use super::*;
use crate::network::answers::Network;
use crate::network::by_hand::{empty, keyed_edge, node};
use crate::network::capacity::CapacityRules;
use crate::network::settings::Settings;
use crate::words::Argument;
use spatial_db::model::NetworkClass;

/// Works w (head 60 m) – valve v – a – b – hydrant h, and c behind a; ground at 10 m, every pipe 500 m of DN 200 ductile iron.
/// Connections at b: 864 m³/d, at c: 432 m³/d, so 15 and 7.5 L/s at the hour of most use.
fn street() -> ParkSnapshot {
    let mut park = empty();
    let at = |x: f64, y: f64| [x, y, 8.5];
    park.nodes = vec![
        node("w", NodeKind::Source, at(0.0, 0.0)),
        node("v", NodeKind::Valve, at(500.0, 0.0)),
        node("a", NodeKind::Junction, at(1000.0, 0.0)),
        node("b", NodeKind::Connection, at(1500.0, 0.0)),
        node("h", NodeKind::Hydrant, at(2000.0, 0.0)),
        node("v2", NodeKind::Valve, at(1000.0, 500.0)),
        node("c", NodeKind::Connection, at(1000.0, 1000.0)),
    ];
    for (node, value) in
        [(0, json!({ "head_m": 60.0 })), (3, json!({ "ConnLoad_m3d": 864 })), (6, json!({ "ConnLoad_m3d": "432" }))]
    {
        park.nodes[node].provenance.attributes = value.as_object().unwrap().clone().into();
    }
    park.nodes.iter_mut().for_each(|node| node.ground_elevation_m = Some(10.0));
    let line = |(id, (from, to)): (usize, &(&str, &str))| {
        let place = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap().position;
        let mut edge = keyed_edge(id as i64 + 1, Some(from), Some(to), vec![place(from), place(to)]);
        (edge.diameter_mm, edge.material) = (Some(200.0), Some("球墨铸铁".into()));
        edge
    };
    let pairs = [("w", "v"), ("v", "a"), ("a", "b"), ("b", "h"), ("a", "v2"), ("v2", "c")];
    park.edges = pairs.iter().enumerate().map(line).collect();
    park
}

struct Made {
    park: ParkSnapshot,
    there: Presence,
    settings: Settings,
}

impl Made {
    fn of(park: ParkSnapshot) -> Self {
        let there = Presence::on(&park, "2026-06-30".parse().unwrap());
        Self { park, there, settings: Settings::shipped() }
    }

    fn network(&self) -> Network<'_> {
        Network::of(&self.park, &self.there, NetworkClass::Water, &self.settings, HashMap::new()).unwrap()
    }
}

fn plant_of(network: &Network<'_>, given: &Given) -> Result<(Plant, Vec<Assumed>), HydraulicsError> {
    park_plant(network, &HydraulicRules::shipped(), &CapacityRules::shipped(), given)
}

/// Loss of head by Hazen and Williams, m: EPANET's own form, in metres and cubic metres per second.
fn loss_m(l_s: f64, c: f64, diameter_m: f64, length_m: f64) -> f64 {
    10.667 * c.powf(-1.852) * diameter_m.powf(-4.871) * length_m * (l_s / 1000.0).powf(1.852)
}

fn pressure(plant: &Plant, state: &State, key: &str) -> Option<f64> {
    state.pressure_m[plant.node(key).unwrap() as usize]
}

fn near(a: f64, b: f64, by: f64) {
    assert!((a - b).abs() < by, "{a} is not {b}");
}

#[test]
fn pressures_are_those_of_hazen_and_williams() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    assert_eq!(assumed, []);
    let state = plant.solve(&WhatIf::default()).unwrap();
    let a = 50.0 - 2.0 * loss_m(22.5, 130.0, 0.2, 500.0);
    near(pressure(&plant, &state, "a").unwrap(), a, 0.01);
    near(pressure(&plant, &state, "b").unwrap(), a - loss_m(15.0, 130.0, 0.2, 500.0), 0.01);
    near(pressure(&plant, &state, "h").unwrap(), a - loss_m(15.0, 130.0, 0.2, 500.0), 0.01);
    near(state.given_l_s.iter().filter(|l_s| **l_s > 0.0).sum::<f64>(), 22.5, 1e-6);
    // The same again, whatever was asked in between.
    let shut = WhatIf { shut: plant.links_of("e5").to_vec(), ..WhatIf::default() };
    let without = plant.solve(&shut).unwrap();
    assert_eq!(pressure(&plant, &without, "c"), None);
    assert!(without.dry[plant.node("c").unwrap() as usize]);
    near(pressure(&plant, &without, "a").unwrap(), 50.0 - 2.0 * loss_m(15.0, 130.0, 0.2, 500.0), 0.01);
    assert_eq!(plant.solve(&WhatIf::default()).unwrap().pressure_m, state.pressure_m);
}

#[test]
fn what_a_closed_valve_and_an_isolation_do() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let rules = HydraulicRules::shipped();
    let asked = |which: Which, closed: &[&str]| Asked {
        which,
        demand: Demand::AsModelled,
        at_s: 0,
        closed: closed.iter().map(|key| (*key).to_owned()).collect(),
    };
    let answer = |asked: &Asked| plant.answer(Some(&network), asked, &rules, &assumed);
    // A break behind v2 is shut there alone: a gains pressure, c is dry.
    let closed = answer(&asked(Which::Close(vec!["e6".into()]), &[])).unwrap();
    let after = closed.after.as_ref().unwrap();
    assert!(pressure(&plant, after, "a") > pressure(&plant, &closed.before, "a"));
    assert_eq!(closed.told["after"]["without_supply"], json!(["c"]));
    assert_eq!(closed.told["after"]["given_l_s"].as_f64().map(f64::round), Some(15.0));
    // A break between the valves takes all that hangs there.
    let closed = answer(&asked(Which::Close(vec!["a".into()]), &[])).unwrap();
    let dry = closed.told["after"]["without_supply"].as_array().unwrap();
    assert!(["a", "b", "h", "c"].iter().all(|key| dry.contains(&json!(key))), "{dry:?}");
    // v is closed already: everything behind it is dry as it is.
    let before = answer(&asked(Which::Pressure, &["v"])).unwrap();
    assert_eq!(before.told["before"]["given_l_s"].as_f64(), Some(0.0));
    let nowhere = answer(&asked(Which::Close(vec!["zz".into()]), &[]));
    assert_eq!(nowhere.unwrap_err(), HydraulicsError::NoSuchPlace { key: "zz".into() });
}

#[test]
fn a_burst_spills_what_the_orifice_equation_says() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, _) = plant_of(&network, &Given::default()).unwrap();
    let leak = Leak { node: plant.node("a").unwrap(), area_mm2: 1000.0, coefficient: 0.6 };
    let what = WhatIf { leaks: vec![leak], ..WhatIf::default() };
    let state = plant.solve(&what).unwrap();
    let head = pressure(&plant, &state, "a").unwrap();
    near(state.leak_l_s[0], 0.6 * 1e-3 * (2.0 * 9.806_65 * head).sqrt() * 1000.0, 0.01);
    let a = 50.0 - 2.0 * loss_m(22.5 + state.leak_l_s[0], 130.0, 0.2, 500.0);
    near(head, a, 0.02);
    // A whole bore: more than the main can carry; demand that is drawn all the same leaves pressures below zero, and that is said.
    let whole = Asked {
        which: Which::Burst(Burst { at: "e4".into(), hole_mm: None }),
        demand: Demand::AsModelled,
        at_s: 0,
        closed: Vec::new(),
    };
    let fixed = plant.answer(Some(&network), &whole, &HydraulicRules::shipped(), &[]).unwrap();
    let after = fixed.after.as_ref().unwrap();
    assert!(after.leak_l_s[0] > 40.0, "{:?}", after.leak_l_s);
    // Demand that answers to pressure: less is given, nothing is negative that draws.
    let driven = Asked { demand: Demand::PressureDriven { minimum_m: 0.0, required_m: 14.3, exponent: 0.5 }, ..whole };
    let driven = plant.answer(Some(&network), &driven, &HydraulicRules::shipped(), &[]).unwrap();
    let given = |state: &State, key: &str| state.given_l_s[plant.node(key).unwrap() as usize];
    let after = driven.after.as_ref().unwrap();
    assert!(given(after, "b") < 15.0 - 1.0, "{}", given(after, "b"));
    let head = pressure(&plant, after, "b").unwrap();
    near(given(after, "b"), 15.0 * (head / 14.3).sqrt(), 0.05);
    near(given(&driven.before, "b"), 15.0, 1e-3);
}

#[test]
fn fire_flow_tells_how_far_it_is_and_ends_where_nobody_wants_it_any_more() {
    let mut park = street();
    // a is a hydrant too.
    park.nodes[2].kind = NodeKind::Hydrant;
    let made = Made::of(park);
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let rules = HydraulicRules::shipped();
    let residual = |residual_m| Asked {
        which: Which::Fire { at: Vec::new(), residual_m },
        demand: Demand::AsModelled,
        at_s: 0,
        closed: Vec::new(),
    };
    let heard = std::cell::RefCell::new(Vec::new());
    let until = |last: usize| {
        heard.borrow_mut().clear();
        let goes_on = |done: usize, all: usize| {
            heard.borrow_mut().push((done, all));
            done < last
        };
        plant.answer_while(Some(&network), &residual(None), &rules, &assumed, &goes_on).map(|answer| answer.fire.len())
    };
    assert_eq!(until(2), Ok(2));
    assert_eq!(*heard.borrow(), [(0, 2), (1, 2)]);
    assert_eq!(until(1), Err(HydraulicsError::Stopped));
    assert_eq!(*heard.borrow(), [(0, 2), (1, 2)], "the second was not begun");
    // The table's residual pressure is cited as the table's, another one as that of whoever asked.
    let said = |residual_m: Option<f64>| {
        let answer = plant.answer(Some(&network), &residual(residual_m), &rules, &assumed).unwrap();
        answer.sheet.notes.iter().find(|note| note.key() == Some("note-fire")).unwrap().to_string()
    };
    let source = rules.figure.residual_m.citation().to_string();
    assert!(said(None).contains(&source) && !said(Some(20.0)).contains(&source));
    assert!(said(Some(20.0)).contains("20.00 m (as asked for)"), "{}", said(Some(20.0)));
}

#[test]
fn a_hydrant_gives_what_takes_its_pressure_to_the_residual() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, _) = plant_of(&network, &Given::default()).unwrap();
    let hydrant = plant.node("h").unwrap();
    let fire = plant.fire_flow(&[hydrant], 14.06, 300.0, &WhatIf::default()).unwrap();
    let flow = fire[0].available_l_s.unwrap();
    // The same by hand: two pieces carry all, two what b and h draw, one h alone.
    let at = |l_s: f64| {
        50.0 - 2.0 * loss_m(22.5 + l_s, 130.0, 0.2, 500.0)
            - loss_m(15.0 + l_s, 130.0, 0.2, 500.0)
            - loss_m(l_s, 130.0, 0.2, 500.0)
    };
    near(at(flow), 14.06, 0.05);
    assert!(!fire[0].more);
    // Elsewhere c is lowest? It hangs at a, above h: h itself is left out, so b is.
    assert_eq!(fire[0].lowest.map(|(_, at)| plant.nodes[at as usize].key.clone()), Some("b".into()));
    // Below the residual before anything is drawn.
    let none = plant.fire_flow(&[hydrant], 49.0, 300.0, &WhatIf::default()).unwrap();
    assert_eq!(none[0].available_l_s, Some(0.0));
    // More than is tried.
    let more = plant.fire_flow(&[hydrant], 14.06, 5.0, &WhatIf::default()).unwrap();
    assert_eq!((more[0].available_l_s, more[0].more), (Some(5.0), true));
    let rules = HydraulicRules::shipped();
    let asked = Asked {
        which: Which::Fire { at: Vec::new(), residual_m: None },
        demand: Demand::AsModelled,
        at_s: 0,
        closed: vec!["v".into()],
    };
    let dry = plant.answer(Some(&network), &asked, &rules, &[]).unwrap();
    assert_eq!(dry.fire[0].available_l_s, None, "no way to a source: not known, not nought");
    let said = "as told with the question, not as on record: v closed";
    assert!(dry.sheet.notes.iter().any(|note| *note == said), "{:?}", dry.sheet.notes);
}

#[test]
fn what_the_records_do_not_tell_is_named() {
    let mut park = street();
    park.edges[0].diameter_mm = None;
    park.edges[1].material = Some("unobtainium".into());
    park.nodes[6].provenance.attributes.clear();
    park.nodes.push(node("p", NodeKind::Pump, [5000.0, 0.0, 1.0]));
    let mut made = Made::of(park);
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    assert!(assumed.contains(&Assumed::Diameters(1, 200.0, "e1".into())), "{assumed:?}");
    assert!(assumed.contains(&Assumed::Roughness(1, 120.0)), "{assumed:?}");
    assert!(assumed.contains(&Assumed::Loads(1, 2)), "{assumed:?}");
    assert!(assumed.contains(&Assumed::Apart(1)), "{assumed:?}");
    assert!(assumed.iter().any(Assumed::estimates));
    assert_eq!(plant.node("p"), None, "nothing leads there");
    let asked = Asked { which: Which::Pressure, demand: Demand::AsModelled, at_s: 0, closed: Vec::new() };
    let answer = plant.answer(Some(&network), &asked, &HydraulicRules::shipped(), &assumed).unwrap();
    assert_eq!(answer.told["estimate"], Value::Bool(true));
    assert!(answer.sheet.notes.iter().any(|note| note.starts_with("An estimate")));
    // Without a head nobody can tell any pressure; a person may.
    made.park.nodes[0].provenance.attributes.clear();
    let network = made.network();
    let error = plant_of(&network, &Given::default()).unwrap_err();
    assert_eq!(error, HydraulicsError::NoHead { named: ": w".into() });
    // On the map in its reader's language.
    let over = without_pressures(&error, "2026-06-30".parse().unwrap());
    assert_eq!(over.notes[0].to_string(), format!("no pressures: {error}"));
    let Argument::Words(why) = &over.notes[0].arguments()[0].1 else { panic!("{:?}", over.notes[0]) };
    assert_eq!(why.key(), Some("no-head"));
    let given = Given { heads_m: HashMap::from([("w".to_owned(), 60.0)]), times: Some(1.0) };
    let (plant, _) = plant_of(&network, &given).unwrap();
    let state = plant.solve(&WhatIf::default()).unwrap();
    near(state.given_l_s.iter().filter(|l_s| **l_s > 0.0).sum::<f64>(), 10.0, 1e-6);
}

#[test]
fn pipes_are_as_rough_as_their_material_and_age() {
    let rules = HydraulicRules::shipped();
    let mut line = keyed_edge(1, None, None, vec![[0.0; 3], [1.0, 0.0, 0.0]]);
    let mut c = |material: &str, year: Option<i32>| {
        (line.material, line.year_laid) = (Some(material.into()), year);
        rules.c(&line, "2026-06-30".parse().unwrap())
    };
    assert_eq!(c("HDPE", Some(1990)), Some(150.0));
    assert_eq!(c("球墨铸铁", Some(1990)), Some(130.0), "ductile iron, not cast");
    assert_eq!(c("灰口铸铁", None), Some(130.0));
    assert_eq!(c("灰口铸铁", Some(2004)), Some(89.0));
    assert_eq!(c("cast iron", Some(1900)), Some(64.0));
    assert_eq!(c("unobtainium", None), None);
}

#[test]
fn overlays_colour_mains_and_mark_hydrants() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, _) = plant_of(&network, &Given::default()).unwrap();
    let rules = HydraulicRules::shipped();
    let shut = WhatIf { shut: plant.links_of("e5").to_vec(), ..WhatIf::default() };
    let (before, after) = (plant.solve(&WhatIf::default()).unwrap(), plant.solve(&shut).unwrap());
    let day = "2026-06-30".parse().unwrap();
    let over = pressure_overlay(&made.park, &plant, Some(&before), &after, &rules, day, Vec::new());
    let counts: Vec<(String, usize)> =
        over.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
    assert_eq!(counts, [("no open way from a source".to_owned(), 2), ("0.14 MPa or more".to_owned(), 4)]);
    let fire = plant.fire_flow(&[plant.node("h").unwrap()], 14.06, 300.0, &WhatIf::default()).unwrap();
    let over = fire_overlay(&made.park, &plant, (&fire, 14.06), &rules, day, Vec::new());
    assert_eq!((over.marks.len(), over.classes.len(), over.classes[0].count), (1, 1, 1));
}

fn asked(which: Which) -> Asked {
    Asked { which, demand: Demand::AsModelled, at_s: 0, closed: Vec::new() }
}

#[test]
fn what_does_not_settle_is_said_first_and_nothing_of_it_is_known() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let rules = HydraulicRules::shipped();
    let ask = |which: Which| plant.answer(Some(&network), &asked(which), &rules, &assumed).unwrap();
    assert_eq!(plant.engine.get_option(EngineOption::Accuracy).unwrap(), 1e-3);
    near(plant.engine.get_option(EngineOption::FlowChange).unwrap(), 0.005, 1e-9);
    assert!(ask(Which::Pressure).settled);
    // One trial is never enough.
    plant.engine.set_option(EngineOption::Trials, 1.0).unwrap();
    let answer = ask(Which::Pressure);
    assert!(!answer.settled);
    assert_eq!([&answer.told["settled"], &answer.told["before"]["settled"]], [&json!(false), &json!(false)]);
    assert!(answer.sheet.notes[0].starts_with("EPANET did not come to an answer"), "{}", answer.sheet.notes[0]);
    let day = "2026-06-30".parse().unwrap();
    let over = pressure_overlay(&made.park, &plant, None, &answer.before, &rules, day, Vec::new());
    let classes: Vec<(String, usize)> =
        over.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
    assert_eq!(classes, [("not known".to_owned(), 6)]);
    let fire = ask(Which::Fire { at: Vec::new(), residual_m: None });
    assert_eq!((fire.fire[0].available_l_s, fire.fire[0].static_m, fire.settled), (None, None, false));
    let over = fire_overlay(&made.park, &plant, (&fire.fire, 14.06), &rules, day, Vec::new());
    assert_eq!(over.classes[0].label.to_string(), "unknown");
}

#[test]
fn valves_that_stand_closed_are_closed_in_the_model() {
    let mut park = street();
    let seen = |key: &str, open: Option<f64>, stuck: bool| ValveObservation {
        node_key: key.into(),
        observed: "2026-05-01T08:00:00Z".parse().unwrap(),
        open_fraction: open,
        stuck,
        source: "walk".into(),
    };
    park.valve_states = vec![seen("v", Some(1.0), false), seen("v2", Some(0.0), true)];
    let mut made = Made::of(park);
    let rules = HydraulicRules::shipped();
    {
        let network = made.network();
        let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
        assert_eq!(assumed, [Assumed::Closed(vec!["v2".into()])]);
        let answer = plant.answer(Some(&network), &asked(Which::Pressure), &rules, &assumed).unwrap();
        assert_eq!(answer.told["before"]["without_supply"], json!(["c"]));
        near(answer.told["before"]["given_l_s"].as_f64().unwrap(), 15.0, 1e-6);
        assert!(answer.sheet.notes.iter().any(|note| note.ends_with("v2")), "it is said");
        assert!(!answer.sheet.notes.iter().any(|note| note.contains("taken for open")), "both are on record");
    }
    // Looked for and not known: open, and told.
    made.park.valve_states[1] = seen("v2", None, false);
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let answer = plant.answer(Some(&network), &asked(Which::Pressure), &rules, &assumed).unwrap();
    assert_eq!(answer.told["before"]["without_supply"], json!([]));
    assert!(answer.sheet.notes.iter().any(|note| note.starts_with("1 of 2 valves have no known state")));
}

#[test]
fn all_points_at_one_place_count() {
    let mut park = street();
    let at = park.nodes[2].position;
    let mut second = node("a2", NodeKind::Connection, at);
    second.provenance.attributes = json!({ "ConnLoad_m3d": 864 }).as_object().unwrap().clone().into();
    park.nodes.extend([second, node("a3", NodeKind::Hydrant, at)]);
    // A load of the works themselves.
    let works = &mut park.nodes[0].provenance.attributes;
    works.insert("ConnLoad_m3d".into(), json!(100));
    let made = Made::of(park);
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let place = plant.node("a").unwrap();
    assert_eq!((plant.node("a2"), plant.node("a3")), (Some(place), Some(place)));
    assert!(plant.nodes[place as usize].hydrant);
    assert_eq!(assumed, [Assumed::LoadsAtSources(vec!["w".into()])]);
    let state = plant.solve(&WhatIf::default()).unwrap();
    near(state.given_l_s.iter().filter(|l_s| **l_s > 0.0).sum::<f64>(), 22.5 + 15.0, 1e-6);
    let burst = Which::Burst(Burst { at: "w".into(), hole_mm: Some(50.0) });
    let error = plant.answer(Some(&network), &asked(burst), &HydraulicRules::shipped(), &assumed).unwrap_err();
    assert_eq!(error, HydraulicsError::KeepsHead { key: "w".into() });
}

#[test]
fn what_hangs_behind_an_assumed_size_is_not_known() {
    let mut park = street();
    park.edges[2].diameter_mm = None;
    let mut made = Made::of(park);
    let rules = HydraulicRules::shipped();
    let day = "2026-06-30".parse().unwrap();
    {
        let network = made.network();
        let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
        let answer = plant.answer(Some(&network), &asked(Which::Pressure), &rules, &assumed).unwrap();
        assert_eq!(answer.told["before"]["behind_guessed_diameters"], json!(["b", "h"]), "h has its water from b");
        let pipes = json!([{ "key": "e3", "diameter_mm": 200.0, "hazen_williams_c": null }]);
        assert_eq!(answer.told["assumed_pipes"], pipes);
        let over = pressure_overlay(&made.park, &plant, None, &answer.before, &rules, day, Vec::new());
        let classes: Vec<(String, usize)> =
            over.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
        assert_eq!(classes, [("not known".to_owned(), 2), ("0.14 MPa or more".to_owned(), 4)]);
        let fire = Which::Fire { at: Vec::new(), residual_m: None };
        let fire = plant.answer(Some(&network), &asked(fire), &rules, &assumed).unwrap();
        assert!(fire.fire[0].available_l_s.is_some() && fire.fire[0].known_l_s().is_none());
    }
    // No size at all: there is no median, and the figure is the table's.
    made.park.edges.iter_mut().for_each(|edge| edge.diameter_mm = None);
    let network = made.network();
    let (_, assumed) = plant_of(&network, &Given::default()).unwrap();
    assert_eq!(assumed, [Assumed::NoDiameters(6, 100.0)]);
}

#[test]
fn an_assumed_size_on_a_loop_leaves_the_loop_and_what_it_feeds_open() {
    let behind = |park: ParkSnapshot, demand: Demand| {
        let made = Made::of(park);
        let network = made.network();
        let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
        let asked = Asked { demand, ..asked(Which::Pressure) };
        let answer = plant.answer(Some(&network), &asked, &HydraulicRules::shipped(), &assumed).unwrap();
        answer.told["before"]["behind_guessed_diameters"].clone()
    };
    let more = |park: &mut ParkSnapshot, id: i64, from: &str, to: &str| {
        let place = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap().position;
        let mut line = keyed_edge(id, Some(from), Some(to), vec![place(from), place(to)]);
        (line.diameter_mm, line.material) = (Some(200.0), Some("球墨铸铁".into()));
        park.edges.push(line);
    };
    // b – c makes a loop of a, b, c and v2; the way to it carries the same whatever lies on the loop.
    let mut park = street();
    more(&mut park, 7, "b", "c");
    park.edges[2].diameter_mm = None;
    assert_eq!(behind(park.clone(), Demand::AsModelled), json!(["b", "h", "v2", "c"]));
    // A size before the loop is followed by everything, one that hangs on it by what is behind.
    (park.edges[2].diameter_mm, park.edges[1].diameter_mm) = (Some(200.0), None);
    assert_eq!(behind(park.clone(), Demand::AsModelled), json!(["a", "b", "h", "v2", "c"]));
    (park.edges[1].diameter_mm, park.edges[3].diameter_mm) = (Some(200.0), None);
    assert_eq!(behind(park, Demand::AsModelled), json!([]), "no water moves to the hydrant");
    // From works to works: how much comes from either follows from every size between them.
    let mut park = street();
    let mut second = node("w2", NodeKind::Source, [1000.0, 2000.0, 8.5]);
    second.provenance.attributes = json!({ "head_m": 55.0 }).as_object().unwrap().clone().into();
    park.nodes.push(second);
    more(&mut park, 7, "c", "w2");
    park.edges[5].diameter_mm = None;
    assert_eq!(behind(park, Demand::AsModelled), json!(["v", "a", "b", "h", "v2", "c"]));
    // Where less is given at less pressure, what comes to the others follows too.
    let mut park = street();
    park.edges[5].diameter_mm = None;
    assert_eq!(behind(park.clone(), Demand::AsModelled), json!(["c"]));
    let driven = Demand::PressureDriven { minimum_m: 0.0, required_m: 14.3, exponent: 0.5 };
    assert_eq!(behind(park, driven), json!(["v", "a", "b", "h", "v2", "c"]));
}

#[test]
fn the_figures_that_grade_and_the_peak_are_the_tables() {
    let made = Made::of(street());
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let mut rules = HydraulicRules::shipped();
    (rules.figure.gb_working_m.value, rules.figure.gb_working_m.clause) = (METRES_A_MPA * 0.2, "our own".into());
    let answer = plant.answer(Some(&network), &asked(Which::Pressure), &rules, &assumed).unwrap();
    let says = |text: &str| answer.sheet.notes.iter().any(|note| note.contains(text));
    assert!(says("0.20 MPa: GB 50974-2014 (2014), our own") && says("0.10 MPa: GB 50974-2014"));
    assert!(says("times 1.5: GB 50013-2018"));
    let day = "2026-06-30".parse().unwrap();
    let over = pressure_overlay(&made.park, &plant, None, &answer.before, &rules, day, Vec::new());
    assert!(over.classes.iter().any(|class| class.label == "0.20 MPa or more"));
    let given = Given { times: Some(2.0), ..Given::default() };
    let (plant, assumed) = plant_of(&network, &given).unwrap();
    let answer = plant.answer(Some(&network), &asked(Which::Pressure), &rules, &assumed).unwrap();
    assert!(answer.sheet.notes.iter().any(|note| note.contains("times 2: as asked for")));
    // Pressures that demand answers to, where nobody gives others.
    let driven = |minimum_m, required_m| Demand::PressureDriven { minimum_m, required_m, exponent: 0.5 };
    assert_eq!(rules.by_pressure(None), driven(0.0, 14.3));
    rules.figure.required_m.value = 20.0;
    assert_eq!((rules.by_pressure(None), rules.by_pressure(Some([1.0, 5.0]))), (driven(0.0, 20.0), driven(1.0, 5.0)));
}

#[test]
fn a_key_of_a_point_and_a_line_is_asked_back() {
    let mut park = street();
    park.edges[2].provenance.key = "b".into();
    let made = Made::of(park);
    let network = made.network();
    let (plant, assumed) = plant_of(&network, &Given::default()).unwrap();
    let rules = HydraulicRules::shipped();
    let ask = |which: Which, closed: &[&str]| {
        let closed = closed.iter().map(|key| (*key).to_owned()).collect();
        plant.answer(Some(&network), &Asked { closed, ..asked(which) }, &rules, &assumed)
    };
    let write = "write one of: point:b, line:b".to_owned();
    let several = HydraulicsError::SeveralPlaces { key: "b".into(), count: 2, write: write.clone() };
    assert_eq!(ask(Which::Pressure, &["b"]).unwrap_err(), several);
    let burst = Which::Burst(Burst { at: "b".into(), hole_mm: None });
    assert_eq!(ask(burst, &[]).unwrap_err(), several);
    let error = ask(Which::Close(vec!["b".into()]), &[]).unwrap_err();
    assert!(error.to_string().ends_with(&write), "{error}");
    let answer = ask(Which::Pressure, &["line:b"]).unwrap();
    assert_eq!(answer.told["before"]["without_supply"], json!(["b", "h"]));
    assert!(matches!(ask(Which::Pressure, &["line:zz"]), Err(HydraulicsError::NoSuchPlace { .. })));
}
