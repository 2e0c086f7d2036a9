//! What is closed, and who is in danger where.

use std::collections::HashSet;

use spatial_db::model::FeatureId;

use super::*;

#[test]
fn a_trace_holds_the_ways_under_deep_water_and_the_hydrants_that_count() {
    let mut some = owned();
    some.resources[4].state = Some("broken".into());
    let ids: HashSet<FeatureId> = [&some.resources[3], &some.resources[5]].map(|hydrant| hydrant.id).into();
    let cache = Cache::build(Arc::new(some));
    let file = DrillFile::parse(&with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)")).unwrap();
    let (_, trace) = trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).unwrap();
    assert_eq!(trace.hydrants, ids);
    // At 3 m the water is over 0.3 m deep as far as 245 m: the middles of the first ten stretches of 25 m, which nobody has barred.
    assert!(trace.closed(0.0).is_empty());
    assert_eq!(trace.closed(1e9).to_vec(), (0..10).collect::<Vec<u32>>());
    let barred = DrillFile::parse(&LEAK.replace("no_water([\"H1\"])", "close((180.0, 5.0), 6.0)")).unwrap();
    let (_, trace) = trace_drill(&barred, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    assert_eq!((trace.closed(299.0).len(), trace.closed(300.0)), (0, &[7_u32][..]));
}

#[test]
fn who_leaves_through_a_door_in_the_danger_is_exposed_before_he_is_on_a_way() {
    // The cordon of 5 m ends before the road, which runs 10 m from the walls: the 69 people of B2 cross it from their door.
    let found = run(&with("fire(building: \"B2\", at_min: 1.0, cordon_m: 5.0)"), &[]);
    assert_eq!(found.outcome.exposed_on_ways, 69);
    assert!(found.log.entries.iter().any(|entry| entry.id == "threat_reaches_people"));
}

#[test]
fn a_flood_says_where_it_does_not_know_the_ground() {
    use crate::emergency::drill::threat::Threat;
    let mut holes = owned();
    // No heights under the east walls of B0, which is in the water at its west walls, and of B3, which is dry there.
    for k in 0..9 * 65 {
        if [9, 56].contains(&(k % 65)) {
            holes.terrain.as_mut().unwrap().heights_m[k] = f32::NAN;
        }
    }
    let cache = Cache::build(Arc::new(holes));
    let file = DrillFile::parse(&with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)")).unwrap();
    let found = run_drill(&file, &cache, &DrillTables::shipped(), &[]).unwrap();
    let struck: Vec<&str> = found.outcome.struck.iter().map(|struck| struck.building.as_str()).collect();
    assert_eq!((struck, found.outcome.buildings_without_height), (vec!["B0", "B1"], 1));
    let notes = drill_notes(&file, &found);
    assert!(notes.iter().any(|note| note.contains("1 building stands on ground of which heights are missing")));
    // Water that cannot be laid is no dry land.
    let mut threat = Threat::Flood { levels: vec![(0.0, 9900.0)], from: None, closes_m: 0.3, extent: None };
    assert!(threat.advance(&file, &cache, 10.0).is_err());
}

#[test]
fn a_leak_that_is_stopped_before_it_begins_releases_nothing() {
    let early = [HandInject { at_s: 30.0, does: Action::Stop, by: "controller".into() }];
    let found = run(LEAK, &early);
    let outcome = &found.outcome;
    assert!(found.log.entries.iter().all(|entry| entry.id != "release"), "{:?}", found.log.entries);
    assert!(found.log.entries.iter().any(|entry| entry.id == "hand-1" && entry.text.contains("nothing is released")));
    // The alarm waits for the release, and nothing is in any danger.
    assert!(outcome.struck.is_empty() && outcome.exposed_on_ways == 0 && outcome.alarm_s.is_none());
    assert!(found.zone.1.0.is_empty());
    // A chain that begins before the release is refused as well; one that hangs on it is not.
    let chain =
        LEAK.replace("when: after(\"call\", 10.0)", "when: after(\"burst\", 0.2)").replace("at(5.0)", "at(0.5)");
    let error = DrillFile::parse(&chain).unwrap_err().to_string();
    assert!(error.starts_with("line 14: ") && error.contains("in minute 0.7"), "{error}");
    assert!(DrillFile::parse(&LEAK.replace("after(\"call\", 10.0)", "after(\"release\", 0.0)")).is_ok());
}

/// The wind turns from the west to the east: the last cloud and the largest are one of two.
#[test]
fn an_alert_of_a_leak_covers_every_place_where_the_cloud_was() {
    use geo::{Area, BooleanOps};
    let found = run(&LEAK.replace("no_water([\"H1\"])", "wind(90.0, 2.0)"), &[]);
    let zones: Vec<&MultiPolygon<f64>> =
        found.zones.iter().map(|zone| &zone.area).filter(|area| !area.0.is_empty()).collect();
    assert!(zones.len() > 10, "{}", zones.len());
    for zone in &zones {
        let left_out = zone.difference(&found.alert.1).unsigned_area();
        assert!(left_out <= 1e-3 * zone.unsigned_area(), "{left_out} m² of {}", zone.unsigned_area());
    }
    // The one before the turn lies beside all later ones but for where the tank stands.
    let before = found.zones.iter().find(|zone| zone.at_s == 240.0).unwrap().area.unsigned_area();
    let (largest, all) = (found.zone.1.unsigned_area(), found.alert.1.unsigned_area());
    assert!(before > 0.0 && all > largest + 0.9 * before, "{all}: {largest} and {before}");
    assert!(found.alert.0.contains("AEGL-2"), "{}", found.alert.0);
}

/// The ground at A1 lies at 0.2 m and at A2 at 6.2 m; water of 3 m after 20 min is 0.3 m deep at A1 after 200 s.
#[test]
fn a_place_of_assembly_that_is_flooded_says_since_when() {
    let text = with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)");
    let found = run(&text, &[]);
    let [low, high] = found.outcome.gatherings.as_slice() else { panic!("{:?}", found.outcome.gatherings) };
    assert_eq!((low.key.as_str(), high.key.as_str(), high.reached_s), ("A1", "A2", None));
    assert!(low.reached_s.is_some_and(|at| (200.0..=210.0).contains(&at)), "{low:?}");
    assert_eq!(low.arrived + high.arrived, found.outcome.arrived);
    let said: Vec<&Entry> = found.log.entries.iter().filter(|entry| entry.id == "assembly_reached").collect();
    assert!(said.len() == 1 && Some(said[0].at_s) == low.reached_s && said[0].text.contains("A1"), "{said:?}");
    let chapters = drill_report(&DrillFile::parse(&text).unwrap(), &found);
    let rows = &chapters.iter().find(|chapter| chapter.name == "assembly").unwrap().rows;
    assert_eq!((rows[0].0, rows[1].0, rows[1].1[3].as_str()), (true, false, "not in this drill"));
    // What waits for it is a drill of its own.
    let chain = text.replace("when: at(5.0)", "when: after(\"assembly_reached\", 1.0)");
    let after = run(&chain, &[]);
    let dry = after.log.entries.iter().find(|entry| entry.id == "burst").unwrap();
    assert_eq!(Some(dry.at_s - 60.0), low.reached_s);
}

/// Ground without heights at a place of assembly is not dry ground.
#[test]
fn a_place_of_assembly_on_ground_without_heights_is_not_known_to_be_dry() {
    let mut holes = owned();
    holes.terrain.as_mut().unwrap().heights_m.iter_mut().skip(60).step_by(65).for_each(|height| *height = f32::NAN);
    holes.resources[1].position = [580.0, -5.0];
    let cache = Cache::build(Arc::new(holes));
    let file = DrillFile::parse(&with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)")).unwrap();
    let found = run_drill(&file, &cache, &DrillTables::shipped(), &[]).unwrap();
    let high = &found.outcome.gatherings[1];
    assert!(high.without_height && high.reached_s.is_none(), "{high:?}");
}

#[test]
fn what_is_done_by_hand_after_the_end_is_refused_with_the_end() {
    let late = [HandInject { at_s: 1800.5, does: Action::Done("told".into()), by: "observer".into() }];
    let file = DrillFile::parse(LEAK).unwrap();
    let error = run_drill(&file, &park(), &DrillTables::shipped(), &late).unwrap_err().to_string();
    assert!(error.contains("ends at 1800 s") && error.contains("1800.5"), "{error}");
    // In the last second it counts.
    let last = [HandInject { at_s: 1800.0, ..late[0].clone() }];
    assert_eq!(run(LEAK, &last).outcome.rated[2].done_s, Some(1800.0));
}
