//! Checks of a park made by hand, whose answers a pencil gives.

use std::sync::Arc;

use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};
use spatial_db::model::{Building, EmergencyResource, ParkSnapshot, Provenance, ResourceKind, RoadEdge, TerrainGrid};

use super::lanes::steepest;
use super::*;
use crate::network::by_hand;

fn keyed(key: &str) -> Provenance {
    Provenance { key: key.into(), layer: "by hand".into(), ..Provenance::default() }
}

fn building(id: i64, x: f64, y: f64) -> Building {
    let ring = LineString::from(vec![(x, y), (x + 20.0, y), (x + 20.0, y + 20.0), (x, y + 20.0), (x, y)]);
    Building::bare(id, keyed(&format!("B{id}")), MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]))
}

fn hydrant(id: i64, position: [f64; 2]) -> EmergencyResource {
    EmergencyResource::bare(id, keyed(&format!("H{id}")), ResourceKind::Hydrant, position)
}

fn road(id: i64, points: &[(f64, f64)], width_m: Option<f64>) -> RoadEdge {
    let line = MultiLineString::new(vec![points.iter().copied().collect()]);
    RoadEdge { width_m, ..RoadEdge::bare(id, keyed(&format!("R{id}")), line) }
}

fn tank(diameter_m: Option<f64>) -> HazardSource {
    HazardSource { diameter_m, ..HazardSource::bare(1, keyed("T1"), Geometry::from(Point::new(0.0, 0.0))) }
}

fn checked(park: ParkSnapshot) -> Protection {
    let (figures, rules) = (RuleSet::shipped(), ProtectionRules::shipped());
    protection(&Cache::build(Arc::new(park)), &figures, &rules, &EvacuationRules::shipped(), 10)
}

/// What is said of a feature by a check; none where it is fulfilled or was not looked at.
fn of<'a>(found: &'a Protection, check: Check, key: &str) -> Option<&'a Finding> {
    found.findings.iter().find(|one| one.check == check && one.key == key)
}

#[test]
fn a_hose_of_149_m_reaches_and_one_of_151_m_does_not() {
    // Off the way 2 m, along it from 10 m to the corner of the building that is nearest, and 10 m from there to the wall. As the crow
    // flies it is 137 m and 139 m.
    for (corner_m, hose_m, reaches) in [(147.0, 149.0, true), (149.0, 151.0, false)] {
        let mut park = by_hand::empty();
        park.roads = vec![road(1, &[(0.0, 0.0), (400.0, 0.0)], None)];
        park.resources = vec![hydrant(1, [10.0, 2.0])];
        park.buildings = vec![building(1, corner_m, 10.0)];
        let cache = Cache::build(Arc::new(park.clone()));
        let hoses = hose::hoses(&cache, &EvacuationRules::shipped()).unwrap();
        let Hose::Metres(metres) = hoses[0] else { panic!("{hoses:?}") };
        assert!((metres - hose_m).abs() < 1e-6, "{metres} against {hose_m}");
        let found = checked(park);
        assert_eq!(found.counts[&Check::HoseReach], if reaches { [1, 0, 0] } else { [0, 1, 0] });
        let finding = of(&found, Check::HoseReach, "B1");
        assert_eq!(finding.map(|one| one.verdict), (!reaches).then_some(Verdict::Violated));
        assert!(reaches || finding.unwrap().words.contains("151 m of hose"), "{finding:?}");
    }
}

#[test]
fn a_hydrant_on_the_same_stretch_needs_no_corner_and_a_place_without_ways_is_not_known() {
    let mut park = by_hand::empty();
    // The second road is joined to nothing.
    park.roads = vec![road(1, &[(0.0, 0.0), (100.0, 0.0)], None), road(2, &[(0.0, 900.0), (100.0, 900.0)], None)];
    park.resources = vec![hydrant(1, [3.0, 0.0])];
    // 58 m beside the hydrant's own stretch, by the other road, and by none.
    park.buildings = vec![building(1, 20.0, 58.0), building(2, 40.0, 920.0), building(3, 40.0, 400.0)];
    let hoses = hose::hoses(&Cache::build(Arc::new(park.clone())), &EvacuationRules::shipped()).unwrap();
    assert!(matches!(hoses[0], Hose::Metres(metres) if (metres - 75.0).abs() < 1e-6), "17 and 58 m: {hoses:?}");
    let found = checked(park);
    assert_eq!(found.counts[&Check::HoseReach], [1, 0, 2]);
    for (key, said) in [("B2", "leads from a hydrant"), ("B3", "within 60 m")] {
        let finding = of(&found, Check::HoseReach, key).unwrap();
        assert!(finding.verdict == Verdict::Unknown && finding.words.contains(said), "{finding:?}");
        assert_eq!(finding.found, None);
    }
    let mut bare = by_hand::empty();
    bare.buildings = vec![building(1, 0.0, 0.0), building(2, 40.0, 0.0)];
    bare.resources = vec![hydrant(1, [300.0, 0.0])];
    let found = checked(bare.clone());
    assert_eq!(found.counts[&Check::HoseReach], [0, 0, 2], "without ways nothing is known, and nothing is fine");
    assert!(found.missing.iter().any(|one| one.contains("no way is on record")), "{:?}", found.missing);
    bare.resources.clear();
    let found = checked(bare);
    assert!(found.counts[&Check::HoseReach] == [0, 0, 2] && found.missing.iter().any(|one| one.contains("no hydrant")));
}

#[test]
fn a_hydrant_14_m_from_the_wall_of_a_tank_is_too_near_and_one_at_16_m_counts() {
    let with = |hydrants: &[[f64; 2]], diameter_m: Option<f64>| {
        let mut park = by_hand::empty();
        park.hazards = vec![tank(diameter_m)];
        park.resources = hydrants.iter().enumerate().map(|(k, at)| hydrant(k as i64 + 1, *at)).collect();
        checked(park)
    };
    let (near, far) = ([24.0, 0.0], [0.0, 26.0]);
    let found = with(&[near, far], Some(20.0));
    let both = of(&found, Check::TankHydrants, "T1").unwrap();
    assert_eq!((both.verdict, both.found), (Verdict::Note, Some(1.0)));
    assert_eq!(both.words, "1 hydrant counts for it; too near to count: H1");
    let found = with(&[near], Some(20.0));
    let one = of(&found, Check::TankHydrants, "T1").unwrap();
    assert_eq!((one.verdict, one.found), (Verdict::Violated, Some(0.0)));
    assert_eq!(with(&[far], Some(20.0)).counts[&Check::TankHydrants], [1, 0, 0]);
    // Of a point without a diameter the wall is not known; without hydrants on record nothing is.
    for (hydrants, diameter_m, said) in [
        (&[near, far][..], None, "diameter"),
        (&[near, far][..], Some(0.0), "diameter"),
        (&[][..], Some(20.0), "no hydrant"),
    ] {
        let found = with(hydrants, diameter_m);
        let unknown = of(&found, Check::TankHydrants, "T1").unwrap();
        assert_eq!((unknown.verdict, unknown.found), (Verdict::Unknown, None));
        assert!(unknown.words.contains(said), "{unknown:?}");
        assert_eq!(found.counts[&Check::TankHydrants], [0, 0, 1]);
    }
}

#[test]
fn a_lane_is_judged_by_its_width_and_slope_and_what_hangs_over_it_is_not_known() {
    let lane = |width_m: Option<f64>, slope: f32, known_to: usize| {
        let mut park = by_hand::empty();
        park.roads = vec![road(1, &[(10.0, 10.0), (110.0, 10.0)], width_m)];
        let height = |k: usize| if k % 13 <= known_to { (k % 13) as f32 * 10.0 * slope } else { f32::NAN };
        let heights_m = (0..3 * 13).map(height).collect();
        park.terrain =
            Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 13, rows: 3, heights_m });
        checked(park)
    };
    let verdict = |found: &Protection, check| of(found, check, "R1").map(|one| one.verdict);
    let fine = lane(Some(4.0), 0.079, 12);
    assert_eq!(verdict(&fine, Check::LaneWidth), None);
    assert_eq!(verdict(&fine, Check::LaneSlope), None);
    assert_eq!((fine.counts[&Check::LaneWidth], fine.counts[&Check::LaneSlope]), ([1, 0, 0], [1, 0, 0]));
    assert_eq!(fine.counts[&Check::LaneHeight], [0, 0, 1]);
    let poor = lane(Some(3.9), 0.081, 12);
    assert_eq!(verdict(&poor, Check::LaneWidth), Some(Verdict::Violated));
    let steep = of(&poor, Check::LaneSlope, "R1").unwrap();
    assert!(steep.verdict == Verdict::Violated && (steep.found.unwrap() - 0.081).abs() < 1e-5, "{steep:?}");
    assert!(steep.words.contains("8.1 %"), "{steep:?}");
    // With heights under its first half only it may be steeper behind them; what is too steep already is so whatever follows.
    let part = lane(None, 0.079, 6);
    assert_eq!(verdict(&part, Check::LaneWidth), Some(Verdict::Unknown));
    assert_eq!(verdict(&part, Check::LaneSlope), Some(Verdict::Unknown));
    assert!(of(&part, Check::LaneSlope, "R1").unwrap().words.contains("where the terrain has heights"));
    assert_eq!(verdict(&lane(None, 0.081, 6), Check::LaneSlope), Some(Verdict::Violated));
}

#[test]
fn a_place_of_assembly_has_room_only_where_everyone_is_known() {
    let with = |capacity: Option<f64>, everyone: bool| {
        let mut park = by_hand::empty();
        park.roads = vec![road(1, &[(0.0, 0.0), (100.0, 0.0)], None)];
        park.resources =
            vec![EmergencyResource { kind: ResourceKind::AssemblyPoint, capacity, ..hydrant(1, [90.0, 3.0]) }];
        // 1,300 m² of offices at 13 m² a person.
        let offices =
            |id, x| Building { use_text: Some("office".into()), floor_area_m2: Some(1300.0), ..building(id, x, 5.0) };
        park.buildings = vec![offices(1, 10.0), if everyone { offices(2, 40.0) } else { building(2, 40.0, 5.0) }];
        checked(park)
    };
    let found = with(Some(1000.0), true);
    assert_eq!((found.counts[&Check::AssemblyCapacity], of(&found, Check::AssemblyCapacity, "H1")), ([1, 0, 0], None));
    let found = with(Some(1000.0), false);
    let perhaps = of(&found, Check::AssemblyCapacity, "H1").unwrap();
    assert_eq!((perhaps.verdict, found.counts[&Check::AssemblyCapacity]), (Verdict::Unknown, [0, 0, 1]));
    assert!(perhaps.words.contains("the people of 1 building are not known"), "{perhaps:?}");
    // Too many already are too many, whoever is not known.
    let found = with(Some(1.0), false);
    assert_eq!(of(&found, Check::AssemblyCapacity, "H1").map(|one| one.verdict), Some(Verdict::Violated));
    let found = with(None, true);
    assert_eq!(of(&found, Check::AssemblyCapacity, "H1").map(|one| one.verdict), Some(Verdict::Unknown));
    assert!(found.missing.iter().all(|one| !one.contains("counted at none")), "{:?}", found.missing);
}

#[test]
fn people_whom_no_way_leads_to_a_place_of_assembly_are_said_to_be_counted_at_none() {
    let mut park = by_hand::empty();
    // The second road is joined to nothing.
    park.roads = vec![road(1, &[(0.0, 0.0), (100.0, 0.0)], None), road(2, &[(0.0, 900.0), (100.0, 900.0)], None)];
    park.resources =
        vec![EmergencyResource { kind: ResourceKind::AssemblyPoint, capacity: Some(900.0), ..hydrant(1, [90.0, 3.0]) }];
    let offices =
        |id, y| Building { use_text: Some("office".into()), floor_area_m2: Some(1300.0), ..building(id, 10.0, y) };
    park.buildings = vec![offices(1, 5.0), offices(2, 905.0)];
    let found = checked(park);
    assert!(found.missing.iter().any(|one| one.contains("leads 100 persons to one")), "{:?}", found.missing);
}

#[test]
fn verdicts_and_sentences_are_written_as_before() {
    let written: Vec<String> = [Verdict::Violated, Verdict::Unknown, Verdict::Note]
        .iter()
        .map(|one| serde_json::to_string(one).unwrap())
        .collect();
    assert_eq!(written, ["\"violated\"", "\"unknown\"", "\"note\""]);
    let mut park = by_hand::empty();
    park.hazards = vec![tank(None)];
    let found = serde_json::to_value(checked(park)).unwrap();
    assert!(found["findings"][0]["words"].is_string() && found["missing"][0].is_string(), "{found}");
}

#[test]
fn shipped_figures_say_where_they_are_from() {
    let rules = ProtectionRules::shipped();
    for figure in rules.figures.values().chain(rules.demand.iter().map(|row| &row.figure)) {
        assert!(["verified", "secondary", "memory", "default"].contains(&figure.status.as_str()), "{figure:?}");
    }
    let error = ProtectionRules::parse("").unwrap_err().to_string();
    assert!(error.contains("it lacks width_m"), "{error}");
    let bounded = include_str!("../../../rules/hazard/protection.toml").rsplit_once("[[demand]]").unwrap().0;
    let error = ProtectionRules::parse(bounded).unwrap_err().to_string();
    assert!(error.contains("last row of demand"), "{error}");
}

#[test]
fn the_steepest_stretch_of_a_road_is_that_of_the_ground() {
    // 5 m of ground rising 1 in 10 to the east from x = 100 on, level before.
    let heights_m = (0..3).flat_map(|_| (0..41).map(|c| (c as f32 - 20.0).max(0.0) * 0.5)).collect();
    let terrain = TerrainGrid { origin_x_m: 0.0, origin_y_m: -5.0, cell_m: 5.0, columns: 41, rows: 3, heights_m };
    let slope = |from: f64, to: f64| {
        steepest(&LineString::from(vec![(from, 0.0), (0.5 * (from + to), 0.0), (to, 0.0)]), &terrain, 20.0)
    };
    assert_eq!(slope(0.0, 100.0), (Some(0.0), true));
    assert!((slope(0.0, 200.0).0.unwrap() - 0.1).abs() < 1e-6);
    assert!((slope(200.0, 0.0).0.unwrap() - 0.1).abs() < 1e-6);
    assert_eq!(slope(300.0, 400.0), (None, false));
    // Shorter than half of what a slope is taken over: not known.
    assert_eq!(slope(150.0, 158.0), (None, true));
    // Beyond the ground its heights are not known.
    assert!(!slope(0.0, 300.0).1);
}

mod access;
mod shown;
mod supply;
