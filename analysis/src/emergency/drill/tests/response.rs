//! Engines, water and what breaks.

use geo::Area;
use spatial_db::model::{NetworkClass, NodeKind};

use super::*;

#[test]
fn an_engine_goes_round_a_way_that_closes_and_takes_another_hydrant_when_its_own_is_dry() {
    let mut round = owned();
    // A second road from end to end, 2 · 200 m longer.
    round.roads.push(RoadEdge {
        width_m: Some(6.0),
        ..RoadEdge::bare(
            2,
            keyed("R2"),
            MultiLineString::new(vec![LineString::from(vec![
                (0.0, 0.0),
                (0.0, -200.0),
                (600.0, -200.0),
                (600.0, 0.0),
            ])]),
        )
    });
    let cache = Cache::build(Arc::new(round));
    let tables = DrillTables::shipped();
    // The road closes before it while it drives: called at 180 s, out at 240 s, 8.3 m/s; B2 is at (390, 17.5).
    let fire = with("fire(building: \"B2\", at_min: 1.0, cordon_m: 10.0)")
        .replace("(id: \"burst\", when: at(5.0), does: no_water([\"H1\"])),",
            "(id: \"shut\", when: at(4.1), does: close((200.0, 0.0), 15.0)), (id: \"dry\", when: at(12.0), does: no_water([\"H2\"])),");
    let found = run_drill(&DrillFile::parse(&fire).unwrap(), &cache, &tables, &[]).unwrap();
    let engine = &found.outcome.engines[0];
    let straight = 240.0 + (5.0 + 390.0 + 17.5) / 8.3;
    let arrived = engine.arrived_s.unwrap();
    assert!(engine.rerouted == 1 && arrived > straight + 60.0, "{arrived} {straight} {engine:?}");
    assert!(engine.track.iter().any(|(_, at)| at[1] < -150.0), "{:?}", engine.track);
    // Three minutes of set-up, and three more at the next hydrant.
    assert_eq!(engine.water_s, Some(arrived + 180.0));
    assert_eq!(found.outcome.first_water_s, engine.water_s);
    assert_eq!(engine.hydrant.as_deref(), Some("H3"));
    // With one way only it stands before the closure, and says so.
    let cut = run(&fire, &[]);
    assert!(cut.outcome.first_engine_s.is_none() && cut.outcome.engines[0].cut_off, "{:?}", cut.outcome.engines);
    assert!(cut.log.entries.iter().any(|entry| entry.text.contains("no open way")));
    assert_eq!(cut.outcome.arrived + cut.outcome.cut_off + cut.outcome.on_the_way, cut.outcome.persons);
}

#[test]
fn two_engines_come_and_hospitals_have_their_drive() {
    let mut more = owned();
    more.resources[2].capacity = Some(1.0);
    more.resources.push(resource(7, ResourceKind::FireStation, "S2", [600.0, 5.0]));
    more.resources.push(resource(8, ResourceKind::Hospital, "HO", [0.0, 20.0]));
    let cache = Cache::build(Arc::new(more));
    let text = LEAK.replace("seed: 7,", "seed: 7, engines: 3,");
    let found = run_drill(&DrillFile::parse(&text).unwrap(), &cache, &DrillTables::shipped(), &[]).unwrap();
    // Three are asked for, and two stations have one each: one on record, one where no number is.
    let stations: Vec<&str> = found.outcome.engines.iter().map(|engine| engine.station.as_str()).collect();
    assert_eq!(stations, ["S1", "S2"]);
    // H1 is dry, H2 taken: the second has no hydrant in reach.
    let hydrants: Vec<Option<&str>> = found.outcome.engines.iter().map(|engine| engine.hydrant.as_deref()).collect();
    assert_eq!(hydrants.iter().flatten().collect::<Vec<_>>(), [&"H2"]);
    // Two that came are not all of three.
    let of = |run: &DrillRun, id: &str| run.log.entries.iter().find(|entry| entry.id == id).map(|entry| entry.at_s);
    assert!(found.outcome.engines.iter().all(|engine| engine.arrived_s.is_some()));
    assert_eq!((of(&found, "all_engines"), of(&found, "engines_short")), (None, Some(180.0)));
    assert!(found.log.entries.iter().any(|entry| entry.text.contains("2 of 3 engines")));
    let two = text.replace("engines: 3", "engines: 2");
    let two = run_drill(&DrillFile::parse(&two).unwrap(), &cache, &DrillTables::shipped(), &[]).unwrap();
    assert!(of(&two, "all_engines").is_some() && of(&two, "engines_short").is_none(), "{:?}", two.log.entries);
    let hospital = &found.outcome.facilities[0];
    let drive = hospital.drive_at_alarm_s.unwrap();
    assert!((drive - (20.0 + 300.0 + 30.0) / 8.3).abs() < 1e-9 && hospital.drive_at_end_s == Some(drive), "{drive}");
    assert_eq!((hospital.kind, hospital.capacity, hospital.reached_s), ("hospital", None, None));
}

#[test]
fn hydrants_count_by_the_wall_and_not_by_the_middle() {
    // A building of 120 m: its middle is 165 m from H1, its wall 105 m. A tank of 60 m about (300, 30): H2, 39 m from its middle, is
    // 9 m from its wall, and too near.
    let mut long = owned();
    let ring = LineString::from(vec![(315.0, 10.0), (435.0, 10.0), (435.0, 25.0), (315.0, 25.0), (315.0, 10.0)]);
    long.buildings[2].footprint = MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]);
    long.hazards[0].diameter_m = Some(60.0);
    let cache = Cache::build(Arc::new(long));
    let tables = DrillTables::shipped();
    let fire = with("fire(building: \"B2\", at_min: 1.0, cordon_m: 40.0)").replace("no_water([\"H1\"])", "say(\"\")");
    let found = run_drill(&DrillFile::parse(&fire).unwrap(), &cache, &tables, &[]).unwrap();
    assert_eq!(found.outcome.water_l_s, 45.0);
    let leak = run_drill(&DrillFile::parse(LEAK).unwrap(), &cache, &tables, &[]).unwrap();
    assert_eq!((leak.outcome.water_l_s, leak.outcome.first_water_s), (0.0, None));
    // The cordon lies 40 m about the walls: 120 × 15 m with strips and quarter circles.
    let expected = 120.0 * 15.0 + 2.0 * 40.0 * (120.0 + 15.0) + std::f64::consts::PI * 1600.0;
    let area = found.zone.1.unsigned_area();
    assert!((area / expected - 1.0).abs() < 0.01, "{area} against {expected}");
    // What bounds it is said with its key, for every language.
    assert_eq!((found.zone.0.as_str(), found.zone.0.key()), ("cordon 40 m", Some("drill-zone-cordon")));
}

#[test]
fn water_of_which_a_part_is_not_known_is_not_called_short() {
    let mut some = owned();
    some.resources[5].flow_l_s = None;
    let cache = Cache::build(Arc::new(some));
    let fire = with("fire(building: \"B2\", at_min: 1.0, water_l_s: 65.0, cordon_m: 40.0)");
    let file = DrillFile::parse(&fire).unwrap();
    let found = run_drill(&file, &cache, &DrillTables::shipped(), &[]).unwrap();
    assert_eq!((found.outcome.water_l_s, found.outcome.hydrants_without_flow), (15.0, 1));
    let chapters = drill_report(&file, &found);
    let row = &chapters.iter().find(|chapter| chapter.name == "water").unwrap().rows[0];
    assert!(!row.0 && row.1[1].contains("1 hydrant more whose flow is not on record"), "{row:?}");
    let known = run(&fire, &[]);
    let rows = drill_report(&file, &known);
    assert!(rows.iter().find(|chapter| chapter.name == "water").unwrap().rows[0].0, "30 of 65 L/s is short");
}

/// The park with a main along its road: a source, valves at 100 and 270 m, and the hydrants H1 and H2 on it. Power likewise, from a source at
/// the east end.
pub(super) fn with_networks() -> Cache {
    use crate::network::by_hand::{keyed_edge, node};
    let mut park = owned();
    let water = [
        ("s", NodeKind::Source, [0.0, 4.0, 0.0]),
        ("v1", NodeKind::Valve, [100.0, 4.0, 0.0]),
        ("h1", NodeKind::Hydrant, [210.0, 5.0, 0.0]),
        ("v2", NodeKind::Valve, [270.0, 4.0, 0.0]),
        ("h2", NodeKind::Hydrant, [330.0, 5.0, 0.0]),
    ];
    park.nodes = water.iter().map(|(key, kind, at)| node(key, *kind, *at)).collect();
    park.edges = water
        .windows(2)
        .enumerate()
        .map(|(k, pair)| keyed_edge(k as i64, Some(pair[0].0), Some(pair[1].0), vec![pair[0].2, pair[1].2]))
        .collect();
    let power = [
        ("p0", NodeKind::Source, [600.0, 8.0, 0.0]),
        ("p1", NodeKind::Junction, [450.0, 8.0, 0.0]),
        ("p2", NodeKind::Junction, [370.0, 8.0, 0.0]),
    ];
    for (key, kind, at) in power {
        let mut one = node(key, kind, at);
        one.class = NetworkClass::Power;
        park.nodes.push(one);
    }
    for (k, pair) in power.windows(2).enumerate() {
        let mut one = keyed_edge(100 + k as i64, Some(pair[0].0), Some(pair[1].0), vec![pair[0].2, pair[1].2]);
        one.class = NetworkClass::Power;
        park.edges.push(one);
    }
    Cache::build(Arc::new(park))
}

#[test]
fn a_burst_main_takes_the_hydrants_and_buildings_that_hang_on_it() {
    let (cache, tables) = (with_networks(), DrillTables::shipped());
    // e1 lies between the first valve and H1: shut off there, and what is behind the second valve has no other source.
    let fire = with("fire(building: \"B2\", at_min: 1.0, cordon_m: 10.0)")
        .replace("at(5.0), does: no_water([\"H1\"])", "at(12.0), does: burst(\"e1\")");
    let found = run_drill(&DrillFile::parse(&fire).unwrap(), &cache, &tables, &[]).unwrap();
    let outcome = &found.outcome;
    assert_eq!((outcome.hydrants_out, outcome.water_l_s), (2, 15.0), "{:?}", found.log.entries);
    assert_eq!(outcome.engines[0].hydrant.as_deref(), Some("H3"));
    let lost = found.log.entries.iter().find(|entry| entry.id == "water_lost").unwrap();
    assert_eq!((lost.at_s, lost.text.as_str()), (720.0, "an engine has lost its water and sets up anew"));
    assert!(outcome.without_water.contains(&"B1".to_owned()), "{:?}", outcome.without_water);
    assert!(outcome.unreached.is_some_and(|(before, after)| after >= before));
    let error = refused(&fire.replace("burst(\"e1\")", "burst(\"e9\")"), &cache);
    assert!(error.starts_with("line 15: ") && error.contains("e9"), "{error}");
}

#[test]
fn the_main_nearest_to_a_place_bursts() {
    let (cache, tables) = (with_networks(), DrillTables::shipped());
    let text = |does: &str| {
        with("fire(building: \"B2\", at_min: 1.0, cordon_m: 10.0)")
            .replace("at(5.0), does: no_water([\"H1\"])", &format!("at(12.0), does: {does}"))
    };
    let of = |does: &str| run_drill(&DrillFile::parse(&text(does)).unwrap(), &cache, &tables, &[]).unwrap();
    // 4 m off the line from the first valve to H1: the same as by its key.
    let (near, by_key) = (of("burst_near((150.0, 0.0))"), of("burst(\"e1\")"));
    assert_eq!((&near.log.digest, &near.outcome), (&by_key.log.digest, &by_key.outcome));
    // The line that ends at H2 is nearer, and no main.
    let said = of("burst_near((340.0, 5.0))").log.entries.into_iter().find(|entry| entry.id == "burst").unwrap();
    assert!(said.text.starts_with("the main e2 bursts"), "{}", said.text);
    let error = refused(&text("burst_near((150.0, 0.0))"), &park());
    assert!(error.starts_with("line 15: ") && error.contains("no water main"), "{error}");
    let error = DrillFile::parse(&text("burst_near((2e9, 0.0))")).unwrap_err().to_string();
    assert!(error.starts_with("line 15: ") && error.contains("the place must be"), "{error}");
}

#[test]
fn power_that_fails_is_counted_at_buildings_and_stops_nobody() {
    let (cache, tables) = (with_networks(), DrillTables::shipped());
    let cut = DrillFile::parse(&with("power(line: \"e100\", at_min: 1.0)")).unwrap();
    let found = run_drill(&cut, &cache, &tables, &[]).unwrap();
    let outcome = &found.outcome;
    assert!(outcome.without_power.contains(&"B3".to_owned()), "{outcome:?}");
    // Without power is not in danger.
    assert!(outcome.struck.is_empty(), "{outcome:?}");
    assert!(found.log.entries.iter().any(|entry| entry.id == "release" && entry.at_s == 60.0));
    let cut = &cut;
    let (_, trace) = trace_drill(cut, &cache, &tables, &[], |_| true).unwrap();
    assert!(trace.endangered(1e9).is_empty() && trace.unpowered(59.0).is_empty());
    assert_eq!(trace.unpowered(1e9).len(), outcome.without_power.len());
    // By a network with a source the list is all; without one nobody can say who has power.
    assert_eq!(outcome.supply_known, SupplyKnown { water: true, power: true });
    let bare = run(LEAK, &[]);
    assert_eq!((bare.outcome.supply_known.power, bare.outcome.without_power.len()), (false, 0));
    let chapters = drill_report(&DrillFile::parse(LEAK).unwrap(), &bare);
    let water = chapters.iter().find(|chapter| chapter.name == "water").unwrap();
    let row = water.rows.iter().find(|row| row.1[0] == "Buildings without power").unwrap();
    assert_eq!(row.1[1], "unknown");
    let mut park = (**cache.snapshot()).clone();
    for node in park.nodes.iter_mut().filter(|node| node.class == NetworkClass::Power) {
        node.kind = NodeKind::Junction;
    }
    let unfed = run_drill(cut, &Cache::build(Arc::new(park)), &tables, &[]).unwrap();
    assert!(!unfed.outcome.supply_known.power && unfed.outcome.supply_known.water);
    assert!(unfed.log.entries.iter().any(|entry| entry.text.contains("no source is on record")));
    assert_eq!((outcome.exposed_on_ways, outcome.arrived, outcome.first_engine_s), (0, outcome.persons, None));
    let error = refused(&with("power(line: \"e1\", at_min: 1.0)"), &cache);
    assert!(error.starts_with("line 9: "), "{error}");
}

/// Two stations, at both ends of the road, and a fire between them at (390, 17.5): the second has half the way of the first.
#[test]
fn an_engine_waits_for_hands_where_its_crew_is_too_small() {
    let mut more = owned();
    more.resources[2].capacity = Some(1.0);
    more.resources.push(resource(7, ResourceKind::FireStation, "S2", [600.0, 5.0]));
    let cache = Cache::build(Arc::new(more));
    let fire = with("fire(building: \"B2\", at_min: 1.0, cordon_m: 10.0)").replace("no_water([\"H1\"])", "say(\"\")");
    let of = |crews: &str| {
        let text = fire.replace("seed: 7,", &format!("seed: 7, engines: 2, {crews}"));
        let file = DrillFile::parse(&text).unwrap();
        let found = run_drill(&file, &cache, &DrillTables::shipped(), &[]).unwrap();
        (file, found)
    };
    let (_, plain) = of("");
    let engines = &plain.outcome.engines;
    let [first, second] = [&engines[0], &engines[1]].map(|one| one.arrived_s.unwrap());
    assert!(first < second && engines.iter().all(|one| one.crew.is_none() && one.waited_s == 0.0), "{engines:?}");
    // Six each: as if nobody had counted.
    let (file, six) = of("crews: (persons: 6),");
    let water = |run: &DrillRun| run.outcome.engines.iter().map(|one| one.water_s).collect::<Vec<_>>();
    assert_eq!(water(&six), water(&plain));
    let said = six.log.entries.iter().find(|entry| entry.id == "first_engine").unwrap();
    assert_eq!(said.text.as_str(), "the first engine is at the place, with a crew of 6");
    let chapters = drill_report(&file, &six);
    let response = chapters.iter().find(|chapter| chapter.name == "response").unwrap();
    assert!(response.rows.iter().all(|(_, cells)| cells.len() == response.heads.len() && cells[7] == "6"));
    // Two each: one is at the pump, and a hose takes two. The first waits for the second, which waits until that hose is laid.
    let (_, two) = of("crews: (persons: 2),");
    assert_eq!(water(&two), [Some(second + 180.0), Some(second + 360.0)]);
    let waits: Vec<f64> =
        two.log.entries.iter().filter(|entry| entry.id.ends_with("-waits")).map(|entry| entry.at_s).collect();
    assert_eq!(waits, [first, second]);
    assert_eq!(two.outcome.engines[0].waited_s, second - first);
    // One alone never has any.
    assert_eq!(water(&of("crews: (persons: 1),").1), [None, None]);
    // They leave when the file says.
    let (_, late) = of("crews: (persons: 6, turnout_s: 90.0),");
    assert_eq!(late.outcome.engines[0].arrived_s, Some(first + 30.0));
    for (crews, said) in [("crews: (persons: 0),", "1 to 20"), ("crews: (persons: 6, turnout_s: -1.0),", "0 to 3600")] {
        let error = DrillFile::parse(&fire.replace("seed: 7,", &format!("seed: 7, {crews}"))).unwrap_err().to_string();
        assert!(error.starts_with("line 5: ") && error.contains(said), "{error}");
    }
}
