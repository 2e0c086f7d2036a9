//! Evacuations of places made by hand, whose times a pencil gives.

use geo::MultiLineString;
use proptest::prelude::*;
use spatial_db::model::{FeatureId, FeatureKind, Provenance, RoadEdge};

use super::*;

fn road(id: i64, points: &[(f64, f64)], width_m: f64) -> RoadEdge {
    RoadEdge {
        width_m: Some(width_m),
        ..RoadEdge::bare(
            id,
            Provenance { key: format!("R{id}"), layer: "by hand".into(), ..Provenance::default() },
            MultiLineString::new(vec![points.iter().copied().collect()]),
        )
    }
}

fn group(persons: u32, door_m: [f64; 2], door_width_m: f64) -> Group {
    Group { building: FeatureId::new(FeatureKind::Building, 1), persons, door_m, door_width_m, step_free: None }
}

fn place(position_m: [f64; 2], capacity: Option<u32>) -> Assembly {
    let resource = FeatureId::new(FeatureKind::EmergencyResource, 1);
    Assembly { resource, name: None, position_m, capacity }
}

/// Everyone sets out at once and walks alike.
fn at_once() -> EvacuationRules {
    let text = include_str!("../../../rules/evacuation.toml")
        .replace("[figure.persons.reaction_median_s]\nvalue = 60.0", "[figure.persons.reaction_median_s]\nvalue = 0.0")
        .replace(
            "[figure.persons.reduced_mobility_share]\nvalue = 0.05",
            "[figure.persons.reduced_mobility_share]\nvalue = 0.0",
        );
    let rules = EvacuationRules::parse(&text).unwrap();
    assert_eq!(rules.figure("persons", "reaction_median_s").value, 0.0);
    assert_eq!(rules.figure("persons", "reduced_mobility_share").value, 0.0);
    rules
}

fn run(
    rules: &EvacuationRules,
    roads: &[RoadEdge],
    groups: &[Group],
    places: &[Assembly],
    closures: &[Closure],
) -> Evacuation {
    let ways = WayNetwork::of(roads, rules).unwrap();
    evacuate(rules, &EvacuationInput { ways: &ways, groups, places, closures, seed: 7, until_s: 7200.0 }).unwrap()
}

#[test]
fn many_places_find_the_node_that_each_alone_finds() {
    let rules = EvacuationRules::shipped();
    let roads = [road(1, &[(0.0, 0.0), (200.0, 0.0)], 4.0), road(2, &[(100.0, -90.0), (100.0, 90.0)], 4.0)];
    let ways = WayNetwork::of(&roads, &rules).unwrap();
    // On nodes, beside them, halfway between two and four of them, far away, and nowhere.
    let mut places: Vec<[f64; 2]> =
        (0..441).map(|k| [f64::from(k % 21) * 12.5 - 25.0, f64::from(k / 21) * 12.5 - 125.0]).collect();
    places.extend([[1e6, -3e5], [f64::NAN, 0.0], [f64::INFINITY, 1.0]]);
    let alone: Vec<(usize, f64)> = places.iter().map(|place| ways.nearest(*place)).collect();
    assert_eq!(ways.nearest_of_each(&places), alone);
    assert_eq!(ways.nearest_of_each(&places[..3]), alone[..3]);
}

#[test]
fn roads_meet_where_they_cross_and_where_an_end_nearly_touches() {
    let rules = EvacuationRules::shipped();
    let roads = [
        road(1, &[(0.0, 0.0), (100.0, 0.0)], 4.0),
        road(2, &[(50.0, -40.0), (50.0, 40.0)], 4.0),
        road(3, &[(80.0, 0.3), (80.0, 30.0)], 4.0),
        road(4, &[(200.0, 0.0), (220.0, 0.0)], 4.0),
    ];
    let ways = WayNetwork::of(&roads, &rules).unwrap();
    let closed = vec![false; ways.ways.len()];
    let (goal, gap) = ways.nearest([80.0, 30.0]);
    assert_eq!(gap, 0.0);
    let (distance, _) = ways.towards(goal, &closed, &closed, 1.0);
    // From the top of road 2: 40 down, 30 along, 30 up, but for the half metre.
    let (top, _) = ways.nearest([50.0, 40.0]);
    assert!((distance[top] - 100.0).abs() < 0.7, "{}", distance[top]);
    let (island, _) = ways.nearest([220.0, 0.0]);
    assert!(distance[island].is_infinite());
    assert!(ways.ways.iter().all(|way| way.length_m <= 25.0 + 1e-9));
    let length: f64 = ways.ways.iter().map(|way| way.length_m).sum();
    assert!((length - 229.7).abs() < 1.0, "{length}");
    assert_eq!(WayNetwork::of(&[], &rules), Err(EvacuationError::NoWays));
}

#[test]
fn one_walker_takes_his_way_at_his_pace() {
    let roads = [road(1, &[(0.0, 0.0), (240.0, 0.0)], 4.0)];
    let result = run(&at_once(), &roads, &[group(1, [0.0, 10.0], 1.0)], &[place([240.0, 5.0], None)], &[]);
    // 10 + 240 + 5 m at Weidmann's free speed. A door lets the first one through when a whole person has come together: within 2 s.
    let egress = result.egress_s.unwrap();
    assert!((egress - 255.0 / 1.34).abs() < 2.5, "{egress} against {}", 255.0 / 1.34);
}

#[test]
fn a_door_lets_out_what_sfpe_says() {
    let roads = [road(1, &[(0.0, 0.0), (20.0, 0.0)], 50.0)];
    let rules = at_once();
    let result = run(&rules, &roads, &[group(100, [0.0, 0.0], 1.0)], &[place([20.0, 0.0], None)], &[]);
    let empty = result.departures[0].empty_s.unwrap();
    // 100 persons at 0.9211 a second.
    assert!((empty - 108.6).abs() < 2.0, "{empty}");
    let wide = run(&rules, &roads, &[group(100, [0.0, 0.0], 2.3)], &[place([20.0, 0.0], None)], &[]);
    assert!(wide.departures[0].empty_s.unwrap() < 0.4 * empty);
}

#[test]
fn a_narrow_way_carries_no_more_than_weidmann_says() {
    let rules = at_once();
    let roads = [road(1, &[(0.0, 0.0), (100.0, 0.0)], 2.0)];
    let result = run(&rules, &roads, &[group(1000, [0.0, 0.0], 15.0)], &[place([100.0, 0.0], None)], &[]);
    let arrivals = &result.arrivals;
    let (a, b) = (arrivals[200].at_s, arrivals[800].at_s);
    let flow = 600.0 / (b - a);
    // 2 m at 1.225 persons/(m s), and a little less while the stretches still fill.
    assert!(flow <= 2.45 * 1.01 && flow > 2.45 * 0.88, "{flow} persons/s");
    // Nobody is in before the thousandth could come through.
    assert!(result.egress_s.unwrap() > 1000.0 / 2.45 + 100.0 / 1.34);
}

#[test]
fn places_fill_up_nearest_first_and_what_is_over_is_said() {
    let roads = [road(1, &[(0.0, 0.0), (300.0, 0.0)], 6.0)];
    let groups = [group(50, [100.0, 0.0], 3.0)];
    let near_far = [place([0.0, 0.0], Some(30)), place([300.0, 0.0], Some(100))];
    let result = run(&at_once(), &roads, &groups, &near_far, &[]);
    assert_eq!((result.places[0].arrived, result.places[1].arrived), (30, 20));
    assert!(result.places.iter().all(|place| place.over == 0));
    let small = [place([0.0, 0.0], Some(30)), place([300.0, 0.0], Some(5))];
    let result = run(&at_once(), &roads, &groups, &small, &[]);
    assert_eq!(result.places.iter().map(|place| place.over).sum::<u32>(), 15);
    assert_eq!(result.arrivals.len(), 50);
}

#[test]
fn a_way_that_closes_sends_people_round_or_cuts_them_off() {
    // A straight way of 100 m and a way round of 300 m.
    let straight = road(1, &[(0.0, 0.0), (100.0, 0.0)], 4.0);
    let round = road(2, &[(0.0, 0.0), (0.0, 100.0), (100.0, 100.0), (100.0, 0.0)], 4.0);
    let rules = at_once();
    let groups = [group(10, [0.0, 0.0], 2.0)];
    let places = [place([100.0, 0.0], None)];
    let both = [straight.clone(), round];
    let open = run(&rules, &both, &groups, &places, &[]);
    let ways = WayNetwork::of(&both, &rules).unwrap();
    let middle =
        (0..ways.ways.len()).find(|&way| ways.middle(way)[1] == 0.0 && (ways.middle(way)[0] - 62.5).abs() < 1.0);
    let shut = Closure { way: middle.unwrap(), from_s: 0.0, until_s: None };
    let detour = run(&rules, &both, &groups, &places, &[shut]);
    let (open_s, detour_s) = (open.egress_s.unwrap(), detour.egress_s.unwrap());
    assert!((detour_s - open_s - 200.0 / 1.34).abs() < 8.0, "{open_s} {detour_s}");
    let alone = [straight];
    let ways = WayNetwork::of(&alone, &rules).unwrap();
    let way = (0..ways.ways.len()).find(|&way| (ways.middle(way)[0] - 62.5).abs() < 1.0).unwrap();
    let cut = run(&rules, &alone, &groups, &places, &[Closure { way, from_s: 0.0, until_s: None }]);
    assert_eq!((cut.egress_s, cut.cut_off, cut.on_the_way), (None, 10, 0));
    // Open again after ten minutes: everyone comes, ten minutes later.
    let later = run(&rules, &alone, &groups, &places, &[Closure { way, from_s: 0.0, until_s: Some(600.0) }]);
    let late = later.egress_s.unwrap();
    assert!(late > 600.0 + 50.0 / 1.34 && late < 600.0 + 130.0 / 1.34, "{late}");
}

#[test]
fn the_same_seed_is_the_same_evacuation_and_another_is_not() {
    let rules = EvacuationRules::shipped();
    let roads = [road(1, &[(0.0, 0.0), (200.0, 0.0)], 3.0)];
    let ways = WayNetwork::of(&roads, &rules).unwrap();
    let (groups, places) = ([group(200, [10.0, 5.0], 2.0)], [place([200.0, 0.0], None)]);
    let of = |seed| {
        evacuate(
            &rules,
            &EvacuationInput { ways: &ways, groups: &groups, places: &places, closures: &[], seed, until_s: 3600.0 },
        )
        .unwrap()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1).arrivals, of(2).arrivals);
    // Who is slower is last: the five in a hundred with reduced mobility take twice as long.
    assert!(of(1).egress_s.unwrap() > 200.0 / 0.67);
}

#[test]
fn occupants_follow_use_area_and_hour_and_are_unknown_without_them() {
    let rules = EvacuationRules::shipped();
    let mut building = spatial_db::model::Building {
        use_text: Some("办公楼".into()),
        storeys: Some(5.0),
        floor_area_m2: Some(1300.0),
        ..spatial_db::model::Building::bare(1, Provenance::default(), geo::MultiPolygon::new(Vec::new()))
    };
    assert_eq!(occupancy(&rules, &building, 260.0, 10), Ok(100));
    assert_eq!(occupancy(&rules, &building, 260.0, 3), Ok(2));
    building.floor_area_m2 = None;
    assert_eq!(occupancy(&rules, &building, 260.0, 10), Ok(100));
    building.storeys = None;
    assert_eq!(occupancy(&rules, &building, 260.0, 10), Err(Unknown::NoFloorArea));
    building.use_text = Some("observatory".into());
    assert_eq!(occupancy(&rules, &building, 260.0, 10), Err(Unknown::UseNotInTable));
    building.use_text = None;
    assert_eq!(occupancy(&rules, &building, 260.0, 10), Err(Unknown::NoUse));
}

#[test]
fn people_of_a_building_without_a_footprint_are_unknown_and_not_nobody() {
    use spatial_db::model::{Building, EmergencyResource, Park, ParkSnapshot, ResourceKind};
    let rules = EvacuationRules::shipped();
    let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
    let office = |id: i64, footprint, floor_area_m2| Building {
        use_text: Some("office".into()),
        storeys: Some(3.0),
        floor_area_m2,
        ..Building::bare(id, Provenance::default(), footprint)
    };
    let nothing = || geo::MultiPolygon::new(Vec::new());
    let hall = geo::MultiPolygon::new(vec![geo::Rect::new((0.0, 0.0), (20.0, 15.0)).to_polygon()]);
    park.buildings = vec![office(1, hall, Some(900.0)), office(2, nothing(), Some(900.0)), office(3, nothing(), None)];
    let place = EmergencyResource::bare(1, Provenance::default(), ResourceKind::AssemblyPoint, [0.0, -5.0]);
    park.resources = vec![place];
    let found = groups_and_places(&park, &[300.0, 0.0, 0.0], &rules, 10).unwrap();
    assert_eq!(
        found.groups.iter().map(|group| (group.building, group.persons)).collect::<Vec<_>>(),
        [(park.buildings[0].id, 69)]
    );
    let unknown = [1, 2].map(|slot: usize| (park.buildings[slot].id, Unknown::NoFootprint));
    assert_eq!(found.unknown, unknown);
    // Storeys of nothing are no floor area.
    assert_eq!(occupancy(&rules, &park.buildings[2], 0.0, 10), Err(Unknown::NoFootprint));
}

/// An office of 69 people from (20, 10) to (40, 25), with entrances in these states at its west and its east wall.
fn office_between(states: [Option<&str>; 2]) -> spatial_db::model::ParkSnapshot {
    use spatial_db::model::{Building, EmergencyResource, Park, ParkSnapshot, ResourceKind};
    let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
    let hall = geo::MultiPolygon::new(vec![geo::Rect::new((20.0, 10.0), (40.0, 25.0)).to_polygon()]);
    park.buildings = vec![Building {
        use_text: Some("office".into()),
        storeys: Some(3.0),
        floor_area_m2: Some(900.0),
        ..Building::bare(1, Provenance::default(), hall)
    }];
    let resource = |id, kind, at| EmergencyResource::bare(id, Provenance::default(), kind, at);
    let door = |id, state: Option<&str>, at| EmergencyResource {
        state: state.map(str::to_owned),
        ..resource(id, ResourceKind::BuildingEntrance, at)
    };
    park.resources = vec![
        resource(1, ResourceKind::AssemblyPoint, [0.0, 0.0]),
        resource(2, ResourceKind::AssemblyPoint, [60.0, 0.0]),
        // Told in another order than they stand.
        door(4, states[1], [40.0, 17.0]),
        door(3, states[0], [20.0, 17.0]),
    ];
    park
}

#[test]
fn people_leave_by_every_entrance_in_service() {
    let rules = at_once();
    let of = |states| groups_and_places(&office_between(states), &[300.0], &rules, 10).unwrap();
    let found = of([None, Some("in service")]);
    let doors: Vec<_> = found.groups.iter().map(|group| (group.persons, group.door_m)).collect();
    assert_eq!(doors, [(35, [20.0, 17.0]), (34, [40.0, 17.0])]);
    assert!(found.groups.iter().all(|group| group.building == found.groups[0].building));
    // Each goes to the side that he comes out on: by one door all would go to one.
    let roads = [road(1, &[(0.0, 0.0), (60.0, 0.0)], 4.0)];
    let result = run(&rules, &roads, &found.groups, &found.places, &[]);
    assert_eq!(result.places.iter().map(|place| place.arrived).collect::<Vec<_>>(), [35, 34]);
    // Two doors of the default width: as SFPE has it of 35 people at one.
    let width = rules.figure("doors", "default_width_m").value;
    let flow = Walking::new(&rules).door_flow(Door { width_m: width }).unwrap().flow_1_s;
    let empty: Vec<f64> = result.departures.iter().map(|one| one.empty_s.unwrap()).collect();
    assert!((empty[0] - 35.0 / flow).abs() < 2.0 && (empty[1] - 34.0 / flow).abs() < 2.0, "{empty:?} at {flow}");
    // One that is closed or not there yet lets nobody out.
    for state in ["Closed", "planned, step-free", "停用"] {
        let found = of([None, Some(state)]);
        let doors: Vec<_> = found.groups.iter().map(|group| (group.persons, group.door_m)).collect();
        assert_eq!(doors, [(69, [20.0, 17.0])], "{state}");
    }
}

#[test]
fn an_entrance_is_a_door_of_the_building_that_it_is_nearest_to() {
    use spatial_db::model::Building;
    let rules = at_once();
    let width = rules.figure("doors", "default_width_m").value;
    // Another office wall to wall from (40, 10) to (60, 25), or so many metres off.
    let beside = |gap_m: f64, east_m: f64| {
        let mut park = office_between([None, None]);
        let hall = geo::Rect::new((40.0 + gap_m, 10.0), (60.0, 25.0)).to_polygon();
        park.buildings.push(Building {
            use_text: Some("office".into()),
            storeys: Some(3.0),
            floor_area_m2: Some(900.0),
            ..Building::bare(2, Provenance::default(), geo::MultiPolygon::new(vec![hall]))
        });
        park.resources[2].position = [east_m, 17.0];
        let found = groups_and_places(&park, &[300.0, 300.0], &rules, 10).unwrap();
        found.groups.iter().map(|group| (group.building.id, group.door_m[0], group.door_width_m)).collect::<Vec<_>>()
    };
    let alone = (1, 20.0, width);
    // In the wall between both it is half a door of each; a metre off the one and none of the other it is that one's alone.
    assert_eq!(beside(0.0, 40.0), [alone, (1, 40.0, 0.5 * width), (2, 40.0, 0.5 * width)]);
    assert_eq!(beside(1.0, 40.0)[..2], [alone, (1, 40.0, width)]);
    assert_ne!(beside(1.0, 40.0)[2].1, 40.0, "the other has a door in its middle");
    // Inside one it is of that one, however near the other; between both it is of the nearer.
    assert_eq!(beside(0.0, 40.5), [alone, (2, 40.5, width)]);
    assert_eq!(beside(2.0, 41.5), [alone, (2, 41.5, width)]);
}

#[test]
fn who_cannot_take_steps_leaves_by_a_door_without_where_that_is_on_record() {
    let text = include_str!("../../../rules/evacuation.toml").replace(
        "[figure.persons.reduced_mobility_share]\nvalue = 0.05",
        "[figure.persons.reduced_mobility_share]\nvalue = 0.3",
    );
    let rules = EvacuationRules::parse(&text).unwrap();
    assert_eq!(rules.figure("persons", "reduced_mobility_share").value, 0.3);
    let ways = WayNetwork::of(&[road(1, &[(0.0, 0.0), (60.0, 0.0)], 4.0)], &rules).unwrap();
    let of = |states| {
        let found = groups_and_places(&office_between(states), &[300.0], &rules, 10).unwrap();
        let walkers = Walkers::new(&rules, &ways, &found.groups, &found.places, 7).unwrap();
        let west = (0..walkers.persons()).filter(|person| walkers.group_of(*person) == 0).count();
        let all = walkers.persons();
        assert_eq!(walkers.assigned(), [west as u32, (all - west) as u32]);
        (west, all)
    };
    assert_eq!(of([None, None]), (35, 69));
    // Of the 35 in the west, about three in ten; nobody is lost.
    let (west, all) = of([Some("in service, with steps"), Some("in service, step-free")]);
    assert_eq!(all, 69);
    assert!((16..=33).contains(&west), "{west}");
    let (west, _) = of([Some("无障碍"), None]);
    assert!((37..=54).contains(&west), "{west}");
    // Where no door is without steps, all leave as they came.
    assert_eq!(of([Some("with steps"), Some("not accessible")]), (35, 69));
}

#[test]
fn employees_on_record_hold_before_the_floor_area() {
    use spatial_db::model::{Enterprise, EnterpriseYear, Park, ParkSnapshot, Tenancy};
    let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
    let building = |key: &str, use_text: &str| spatial_db::model::Building {
        use_text: Some(use_text.into()),
        storeys: Some(1.0),
        floor_area_m2: Some(3600.0),
        ..spatial_db::model::Building::bare(
            key.len() as i64,
            Provenance::keyed(key),
            geo::MultiPolygon::new(vec![geo::Rect::new((0.0, 0.0), (10.0, 10.0)).to_polygon()]),
        )
    };
    park.buildings =
        vec![building("A", "plant"), building("BB", "plant"), building("CCC", "plant"), building("DDDD", "宿舍")];
    let id = FeatureId::new(FeatureKind::Enterprise, 1);
    park.enterprises =
        vec![Enterprise { id, provenance: Provenance::default(), name: "E".into(), industry_code: None, state: None }];
    let year = |year, employees| EnterpriseYear {
        id: FeatureId::new(FeatureKind::EnterpriseYear, i64::from(year)),
        provenance: Provenance::default(),
        enterprise_key: "E".into(),
        year,
        output: None,
        tax: None,
        fixed_assets: None,
        employees: Some(employees),
        currency: None,
    };
    park.enterprise_years = vec![year(2024, 10), year(2025, 40), year(2023, 99)];
    let tenancy = |building: &str, floor_area_m2| Tenancy {
        building_key: Some(building.into()),
        floor_area_m2: Some(floor_area_m2),
        ..Tenancy::bare(1, Provenance::default(), "E")
    };
    park.tenancies = vec![tenancy("A", 300.0), tenancy("BB", 100.0)];
    let mut at = spatial_db::model::EmergencyResource::bare(
        1,
        Provenance::default(),
        spatial_db::model::ResourceKind::AssemblyPoint,
        [0.0, 0.0],
    );
    park.resources = vec![at.clone()];
    let rules = EvacuationRules::shipped();
    let people = groups_and_places(&park, &[100.0; 4], &rules, 9).unwrap();
    // At nine every shift is there: 40 employees by floor area; the third plant has none on record; a dormitory is by its floor area.
    let persons: Vec<u32> = people.groups.iter().map(|group| group.persons).collect();
    assert_eq!(persons, [30, 10, 39]);
    assert_eq!(people.unknown, [(park.buildings[2].id, Unknown::NoEmployees)]);
    // One that is not built yet and one that is gone have nobody in them, and nothing of them is unknown.
    park.park.as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30);
    park.buildings[0].year_built = Some(2027);
    park.buildings[2].valid_to = chrono::NaiveDate::from_ymd_opt(2026, 1, 1);
    let people = groups_and_places(&park, &[100.0; 4], &rules, 9).unwrap();
    let persons: Vec<u32> = people.groups.iter().map(|group| group.persons).collect();
    assert_eq!((persons, people.unknown.len()), (vec![10, 39], 0));
    park.resources[0].state = Some("closed".into());
    assert_eq!(groups_and_places(&park, &[100.0; 4], &rules, 9), Err(EvacuationError::NoPlaces));
    at.kind = spatial_db::model::ResourceKind::Gate;
    park.resources = vec![at];
    assert_eq!(groups_and_places(&park, &[100.0; 4], &rules, 9), Err(EvacuationError::NoPlaces));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn nobody_is_lost(
        people in prop::collection::vec((1..60_u32, 0.0..300.0_f64, 1.0..4.0_f64), 1..6),
        shut in prop::collection::vec((0..12_usize, 0.0..300.0_f64, 1.0..400.0_f64), 0..5),
        seed in any::<u64>(),
    ) {
        let rules = EvacuationRules::shipped();
        let roads = [road(1, &[(0.0, 0.0), (300.0, 0.0)], 3.0), road(2, &[(150.0, 0.0), (150.0, 80.0)], 2.0)];
        let ways = WayNetwork::of(&roads, &rules).unwrap();
        let groups: Vec<Group> = people.iter().map(|&(n, x, width)| group(n, [x, 4.0], width)).collect();
        let places = [place([0.0, 0.0], Some(40)), place([150.0, 80.0], None)];
        let closures: Vec<Closure> = shut
            .iter()
            .map(|&(way, from_s, length)| Closure { way: way % ways.ways.len(), from_s, until_s: Some(from_s + length) })
            .collect();
        let input = EvacuationInput { ways: &ways, groups: &groups, places: &places, closures: &closures, seed, until_s: 400.0 };
        let result = evacuate(&rules, &input).unwrap();
        let all: u32 = groups.iter().map(|group| group.persons).sum();
        prop_assert_eq!(result.persons, all);
        prop_assert_eq!(result.arrivals.len() as u32 + result.cut_off + result.on_the_way, all);
        prop_assert!(result.arrivals.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
        prop_assert_eq!(result.egress_s.is_some(), result.arrivals.len() as u32 == all);
    }
}

#[test]
fn a_way_comes_as_near_to_a_place_as_it_runs_by() {
    // 25 m from west to east: its middle is 12.5 m from its ends.
    let ways = WayNetwork::of(&[road(1, &[(0.0, 0.0), (25.0, 0.0)], 4.0)], &EvacuationRules::shipped()).unwrap();
    assert_eq!(ways.ways.len(), 1);
    assert!(ways.comes_within(0, [5.0, 3.0], 3.0) && !ways.comes_within(0, [5.0, 3.1], 3.0));
    // Beyond its end it is the end that counts.
    assert!(ways.comes_within(0, [28.0, 4.0], 5.0) && !ways.comes_within(0, [28.1, 4.0], 5.0));
}

#[test]
fn who_stands_in_line_or_has_no_way_is_in_the_open_where_he_stands() {
    let rules = at_once();
    let ways = WayNetwork::of(&[road(1, &[(0.0, 0.0), (100.0, 0.0)], 4.0)], &rules).unwrap();
    let (groups, places) = ([group(10, [0.0, 5.0], 1.0)], [place([100.0, 0.0], None)]);
    let mut walkers = Walkers::new(&rules, &ways, &groups, &places, 1).unwrap();
    assert_eq!(walkers.in_the_open().count(), 0, "before the alarm everyone is at his desk");
    let closed = vec![true; ways.ways.len()];
    walkers.close(&closed, &vec![false; closed.len()]);
    walkers.step(0.0);
    // A door of 1 m lets out less than one a second: the ten stand at it.
    assert!(walkers.in_the_open().all(|(_, at)| at == [0.0, 5.0]) && walkers.in_the_open().count() == 10);
    assert_eq!(walkers.on_ways().count(), 0);
    for second in 1..=6 {
        walkers.step(f64::from(second));
    }
    let outside = walkers.on_ways().count();
    assert!((1..10).contains(&outside) && walkers.in_the_open().count() == 10, "{outside}");
    assert!(walkers.on_ways().all(|(_, at)| at[0] == 0.0 && (0.0..5.0).contains(&at[1])));
    for second in 7..=60 {
        walkers.step(f64::from(second));
    }
    assert_eq!(walkers.census().cut_off, 10);
    assert!(walkers.on_ways().all(|(_, at)| at == [0.0, 0.0]) && walkers.on_ways().count() == 10);
}

/// Ways that come within the heat of a fire, as its middle and how far it burns who walks there.
fn hot(ways: &WayNetwork, (middle, reach_m): ([f64; 2], f64)) -> Vec<bool> {
    (0..ways.ways.len()).map(|way| ways.comes_within(way, middle, reach_m)).collect()
}

#[test]
fn who_is_beyond_the_fire_gets_out_on_his_side_of_it() {
    let rules = at_once();
    let fire = ([100.0, 0.0], 40.0);
    let east = road(1, &[(0.0, 0.0), (200.0, 0.0)], 4.0);
    let round = road(2, &[(200.0, 0.0), (200.0, 80.0), (0.0, 80.0), (0.0, 0.0)], 4.0);
    let (groups, places) = ([group(20, [125.0, 5.0], 2.0)], [place([0.0, 0.0], None)]);
    for (roads, arrived) in [(vec![east.clone()], 0), (vec![east, round], 20)] {
        let ways = WayNetwork::of(&roads, &rules).unwrap();
        let nothing = vec![false; ways.ways.len()];
        let mut walkers = Walkers::new(&rules, &ways, &groups, &places, 1).unwrap();
        walkers.flee(Some(fire), &nothing);
        walkers.close(&hot(&ways, fire), &nothing);
        for second in 0..600 {
            walkers.step(f64::from(second));
            // He comes out 25 m from the middle, and no way that he takes is nearer.
            assert!(walkers.on_ways().all(|(_, at)| (at[0] - 100.0).hypot(at[1]) >= 25.0 - 1e-9), "at {second} s");
        }
        let census = walkers.census();
        assert_eq!((census.arrived, census.cut_off), (arrived, 20 - arrived));
        assert!(walkers.on_ways().all(|(_, at)| at == [150.0, 0.0]), "who has no way on stands out of the heat");
    }
}

#[test]
fn nobody_outside_a_fire_is_sent_in_though_his_only_way_leads_there() {
    let rules = at_once();
    let ways = WayNetwork::of(&[road(1, &[(0.0, 0.0), (100.0, 0.0)], 4.0)], &rules).unwrap();
    let (fire, nothing) = (([30.0, 0.0], 10.0), vec![false; ways.ways.len()]);
    // One door at the dead end, 30 m from the middle; another in the heat.
    let groups = [group(5, [0.0, 5.0], 1.0), group(6, [25.0, 5.0], 1.0)];
    let places = [place([100.0, 0.0], None)];
    let mut walkers = Walkers::new(&rules, &ways, &groups, &places, 1).unwrap();
    walkers.flee(Some(fire), &nothing);
    walkers.close(&hot(&ways, fire), &nothing);
    for second in 0..200 {
        walkers.step(f64::from(second));
    }
    assert_eq!((walkers.census().cut_off, walkers.census().arrived), (5, 6));
    assert!(walkers.on_ways().all(|(_, at)| at == [0.0, 0.0]));
    // It is out: they go.
    walkers.flee(None, &nothing);
    walkers.close(&nothing, &nothing);
    for second in 200..400 {
        walkers.step(f64::from(second));
    }
    assert_eq!(walkers.census().arrived, 11);
}

#[test]
fn who_flees_turns_away_from_a_gate_that_shuts_in_the_heat() {
    let rules = at_once();
    let ways = WayNetwork::of(&[road(1, &[(0.0, 0.0), (200.0, 0.0)], 4.0)], &rules).unwrap();
    let (fire, nothing) = (([100.0, 0.0], 60.0), vec![false; ways.ways.len()]);
    let closed = hot(&ways, fire);
    // 50 m to the west out of the heat, and 100 m to the east.
    let (groups, places) = ([group(30, [75.0, 5.0], 1.0)], [place([0.0, 0.0], None), place([200.0, 0.0], None)]);
    let gate = (0..ways.ways.len()).find(|way| ways.middle(*way) == [62.5, 0.0]).unwrap();
    let mut walkers = Walkers::new(&rules, &ways, &groups, &places, 1).unwrap();
    walkers.flee(Some(fire), &nothing);
    walkers.close(&closed, &nothing);
    let at_gate = |walkers: &Walkers<'_>| {
        let there = |person: usize| match walkers.whereabouts(person) {
            Whereabouts::Waiting { way } | Whereabouts::On { way, .. } => way == gate,
            _ => false,
        };
        (0..walkers.persons()).filter(|person| there(*person)).count()
    };
    let first = (0..60).find(|second| {
        walkers.step(f64::from(*second));
        at_gate(&walkers) > 0
    });
    let first = first.expect("they go out by the nearer way");
    // What is closed stays what it was.
    let mut barred = nothing.clone();
    barred[gate] = true;
    assert!(closed[gate]);
    walkers.flee(Some(fire), &barred);
    walkers.close(&closed, &nothing);
    for second in first + 1..400 {
        assert_eq!(at_gate(&walkers), 0, "at {second} s");
        walkers.step(f64::from(second));
    }
    assert_eq!(walkers.census().arrived, 30);
}
