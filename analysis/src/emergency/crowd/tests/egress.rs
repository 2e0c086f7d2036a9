//! People in a plan: doors in walls, places, densities, and the same again for a seed.

use geo::{MultiPolygon, Polygon, polygon};

use super::super::ground::Ground;
use super::super::room::Walls;
use super::*;
use crate::emergency::evacuation::EvacuationRules;

fn square(x: f64, y: f64, wide: f64, high: f64) -> Polygon<f64> {
    polygon![(x: x, y: y), (x: x + wide, y: y), (x: x + wide, y: y + high), (x: x, y: y + high)]
}

fn door(x: f64, y: f64, width_m: f64) -> PlanDoor {
    PlanDoor { name: format!("{x},{y}"), at_m: [x, y], width_m, off_m: 3.0 }
}

fn plan(area: impl Into<MultiPolygon<f64>>, doors: Vec<PlanDoor>) -> Plan {
    Plan { area: area.into(), walls: Vec::new(), doors }
}

fn input(plan: &Plan, persons: u32) -> EgressInput<'_> {
    EgressInput { plan, persons, seed: 7, at_once: true, until_s: 900.0 }
}

fn length([a, b]: [[f64; 2]; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

#[test]
fn a_door_stands_in_the_nearest_wall_and_the_walls_end_at_it() {
    // In the park's metres, far from nothing.
    let (x, y) = (560_000.0, 3_453_000.0);
    let hall = plan(square(x, y, 20.0, 10.0), vec![door(x + 19.0, y + 5.2, 1.2), door(x + 0.1, y - 0.5, 2.0)]);
    let (room, openings) = hall.room().unwrap();
    // The first side comes first: its door is pushed off the corner.
    assert_eq!(openings.iter().map(|one| one.doors.clone()).collect::<Vec<_>>(), [vec![1], vec![0]]);
    let near = |a: [f64; 2], b: [f64; 2]| length([a, b]) < 1e-6;
    assert!(near(openings[0].from, [x, y]) && near(openings[0].to, [x + 2.0, y]), "{openings:?}");
    assert!(near(openings[1].from, [x + 20.0, y + 4.6]) && near(openings[1].to, [x + 20.0, y + 5.8]), "{openings:?}");
    let walls: f64 = room.walls.iter().map(|wall| length(*wall)).sum();
    assert!((walls - (60.0 - 1.2 - 2.0)).abs() < 1e-6, "{walls} m");
    assert!(openings.iter().all(|one| (one.width_m - one.asked_m).abs() < 1e-6));
}

#[test]
fn doors_in_each_other_are_one_and_those_of_a_short_wall_are_no_wider() {
    let two = plan(square(0.0, 0.0, 20.0, 10.0), vec![door(9.5, 0.0, 2.0), door(10.5, 0.0, 2.0)]);
    let (_, openings) = two.room().unwrap();
    assert_eq!((openings.len(), &openings[0].doors), (1, &vec![0, 1]));
    assert!((openings[0].width_m - 3.0).abs() < 1e-9, "{openings:?}");
    // Over the beginning of the ring, where its first side goes on straight.
    let split = polygon![(x: 10.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0), (x: 0.0, y: 0.0)];
    let (room, openings) = plan(split, vec![door(10.0, 0.0, 2.0)]).room().unwrap();
    assert!((openings[0].from[0] - 9.0).abs() < 1e-9 && (openings[0].to[0] - 11.0).abs() < 1e-9, "{openings:?}");
    assert!((room.walls.iter().map(|wall| length(*wall)).sum::<f64>() - 58.0).abs() < 1e-9);
    // A bay of a metre.
    let bay = polygon![
        (x: 0.0, y: 0.0), (x: 5.0, y: 0.0), (x: 5.0, y: -1.0), (x: 6.0, y: -1.0), (x: 6.0, y: 0.0), (x: 20.0, y: 0.0),
        (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)
    ];
    let (_, openings) = plan(bay, vec![door(5.5, -1.0, 1.8)]).room().unwrap();
    assert!((openings[0].width_m - 1.0).abs() < 1e-9 && openings[0].asked_m == 1.8, "{openings:?}");
}

/// Whoever leaves by it is out of the ground, and not out of the building.
#[test]
fn of_a_door_into_a_courtyard_the_notes_say_that_it_is_no_way_out() {
    let rules = EvacuationRules::shipped();
    let mut around = square(0.0, 0.0, 20.0, 20.0);
    around.interiors_push(square(8.0, 8.0, 4.0, 4.0).exterior().clone());
    let given = said::PlanGiven {
        persons: said::PersonsFrom::Told,
        assumed_widths: 0,
        building: Some(Some(1.0)),
        walls: true,
        at_once: true,
    };
    let notes = |doors: Vec<PlanDoor>| {
        let hall = plan(around.clone(), doors);
        let found = egress(&rules, &input(&hall, 10)).unwrap();
        let notes = said::notes(&rules, &given, &found, 900.0);
        (found, notes.iter().map(ToString::to_string).collect::<String>())
    };
    let (found, said) = notes(vec![door(10.0, 0.0, 1.0), door(10.0, 8.0, 1.0)]);
    assert_eq!(found.openings.iter().map(|one| one.enclosed).collect::<Vec<_>>(), [false, true]);
    assert!(said.contains("surrounds, such as a courtyard: 1;"), "{said}");
    let (found, said) = notes(vec![door(10.0, 0.0, 1.0)]);
    assert!(!found.openings[0].enclosed && !said.contains("surrounds"), "{said}");
}

#[test]
fn the_longest_wall_is_one_that_leads_out() {
    // Outside no side is longer than 10 m, those of the courtyard have 12 m.
    let mut around = polygon![
        (x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 20.0, y: 20.0), (x: 10.0, y: 20.0),
        (x: 0.0, y: 20.0), (x: 0.0, y: 10.0)
    ];
    around.interiors_push(square(4.0, 4.0, 12.0, 12.0).exterior().clone());
    assert_eq!(longest_wall(&MultiPolygon::from(around)), Some([0.0, 5.0]));
}

#[test]
fn the_rule_waits_for_who_sets_out_late_and_congestion_is_open_while_someone_is_inside() {
    let rules = EvacuationRules::shipped();
    let hall = plan(square(0.0, 0.0, 20.0, 10.0), vec![door(10.0, 0.0, 1.0)]);
    let late = EgressInput { at_once: false, until_s: 3600.0, ..input(&hall, 40) };
    let found = egress(&rules, &late).unwrap();
    let door = found.doors[0];
    let flow_1_s = door.capacity_1_s.unwrap();
    let last_s = found.tracks.iter().map(|track| track.ready_s).fold(0.0, f64::max);
    // Who sets out last passes behind the others: no sooner than alone, and no later than as if all had waited for him.
    let rule_s = door.rule_s.unwrap();
    assert!((last_s + 1.0 / flow_1_s..=last_s + 40.0 / flow_1_s).contains(&rule_s), "{rule_s} after {last_s}");
    assert!(rule_s > 40.0 / flow_1_s && found.rule_s == door.rule_s, "{found:?}");
    let given = said::PlanGiven {
        persons: said::PersonsFrom::Told,
        assumed_widths: 1,
        building: None,
        walls: true,
        at_once: false,
    };
    let said = |found: &Egress, until_s: f64| {
        said::notes(&rules, &given, found, until_s).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let whole = said(&found, 3600.0);
    assert!(whole.contains("1 door has no clear width on record") && !whole.contains("not known while"), "{whole}");
    let cut = EgressInput { until_s: 5.0, ..input(&hall, 40) };
    let found = egress(&rules, &cut).unwrap();
    assert!(found.inside > 0 && found.congestion_counts.is_none());
    assert!(said(&found, 5.0).contains("whether a place is congested for long is not known while someone is inside"));
}

#[test]
fn what_cannot_be_left_is_refused_with_the_place() {
    let hall = square(0.0, 0.0, 20.0, 10.0);
    let said = |plan: &Plan| plan.room().unwrap_err().to_string();
    assert!(said(&plan(hall.clone(), Vec::new())).contains("no door leads out of the part of 200 m²"));
    let two = MultiPolygon::new(vec![hall.clone(), square(30.0, 0.0, 5.0, 5.0)]);
    assert!(said(&plan(two, vec![door(10.0, 0.0, 1.0)])).contains("25 m² about 30.0, 0.0"));
    assert!(said(&plan(hall.clone(), vec![door(10.0, 5.0, 1.0)])).contains("5.0 m from the nearest outside wall"));
    assert!(said(&plan(hall.clone(), vec![door(10.0, 0.0, 0.2)])).contains("width of a door, m must be from 0.4"));
    let rules = EvacuationRules::shipped();
    let full = egress(&rules, &input(&plan(square(0.0, 0.0, 3.0, 3.0), vec![door(1.5, 0.0, 1.0)]), 60)).unwrap_err();
    assert!(matches!(full, CrowdError::Full { persons: 60, placed: 10..60, .. }), "{full}");
    // A closet without a door to the hall.
    let mut closet = plan(hall, vec![door(10.0, 0.0, 1.0)]);
    closet.walls.push([[15.0, 0.0], [15.0, 10.0]]);
    let shut = egress(&rules, &input(&closet, 50)).unwrap_err();
    assert!(matches!(shut, CrowdError::ShutIn { x_m: 15.0.., .. }), "{shut}");
}

#[test]
fn people_leave_by_the_doors_that_are_near_and_wait_where_it_is_dense() {
    let rules = EvacuationRules::shipped();
    let hall = plan(square(0.0, 0.0, 20.0, 10.0), vec![door(0.0, 5.0, 1.0), door(20.0, 5.0, 2.0)]);
    let found = egress(&rules, &input(&hall, 120)).unwrap();
    let last = found.last.unwrap();
    assert_eq!((found.inside, found.egress_s), (0, Some(last.at_s)));
    assert_eq!(found.doors.iter().map(|door| door.persons).sum::<usize>(), 120);
    // Evenly over the hall, so that half of them are nearer to each: the narrow door takes longer.
    let of = |name: &str| {
        let at = found.openings.iter().position(|one| hall.doors[one.doors[0]].name == name).unwrap();
        found.doors[at]
    };
    let (narrow, wide) = (of("0,5"), of("20,5"));
    assert!((40..=80).contains(&narrow.persons) && narrow.last_s > wide.last_s, "{narrow:?} {wide:?}");
    assert_eq!(narrow.last_s, found.egress_s);
    let capacity = narrow.capacity_1_s.unwrap();
    assert!((capacity - 0.9211).abs() < 1e-3, "SFPE's of a metre: {capacity}");
    assert_eq!(narrow.rule_s, Some(narrow.persons as f64 / capacity));
    assert!(narrow.most_1_s >= narrow.flow_1_s && found.half_s < found.nine_tenths_s);
    // The densest place is before the narrow door.
    let peak = found.peaks[0];
    assert!(peak.cell.at_m[0] < 3.0 && (peak.cell.at_m[1] - 5.0).abs() < 3.0, "{peak:?}");
    assert!(peak.cell.most_1_m2 > 2.15 && peak.level == "F" && peak.cell.most_1_m2 < 8.0, "{peak:?}");
    assert!(found.tracks.iter().all(|track| track.out.is_some() && track.ready_s == 0.0));
    let seconds = found.tracks[last.person].places_m.len() as f64;
    assert!((seconds - last.at_s).abs() <= 1.0, "{seconds} places until {} s", last.at_s);
}

/// Before a door that is slanted to the grid nobody walks to and fro.
#[test]
fn everyone_gets_out_by_doors_at_any_angle() {
    let rules = EvacuationRules::shipped();
    for degrees in [7.0_f64, 28.0, 61.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turned = |[x, y]: [f64; 2]| [560_000.0 + cos * x - sin * y, 3_453_000.0 + sin * x + cos * y];
        let ring = [[0.0, 0.0], [80.0, 0.0], [80.0, 70.0], [0.0, 70.0]].map(|at| geo::Coord::from(turned(at)));
        let doors = [[30.0, 0.0], [80.0, 50.0], [20.0, 70.0], [0.0, 15.0]].map(turned);
        let hall = plan(Polygon::new(ring.to_vec().into(), Vec::new()), doors.map(|[x, y]| door(x, y, 1.8)).to_vec());
        for seed in 1..4 {
            let found = egress(&rules, &EgressInput { seed, until_s: 300.0, ..input(&hall, 120) }).unwrap();
            assert_eq!(found.inside, 0, "{degrees} degrees, seed {seed}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_on_any_number_of_threads_and_another_something_else() {
    let rules = EvacuationRules::shipped();
    let hall = plan(square(0.0, 0.0, 30.0, 12.0), vec![door(15.0, 0.0, 1.2)]);
    let of = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let input = EgressInput { seed, at_once: false, until_s: 60.0, ..input(&hall, 300) };
        pool.install(|| egress(&rules, &input).unwrap())
    };
    let one = of(1, 1);
    assert!(one.inside > 0 && one.egress_s.is_none() && one.last.is_none() && one.congestion_counts.is_none());
    assert_eq!(one, of(5, 1));
    assert_ne!(one.tracks, of(1, 2).tracks);
}

#[test]
fn density_is_that_of_the_ground_in_sight() {
    let rules = EvacuationRules::shipped();
    // People 0.5 m apart are 4 to the square metre, in the middle, by a wall and in a corner of it.
    let hall = plan(square(0.0, 0.0, 10.0, 10.0), vec![door(5.0, 0.0, 1.0)]);
    let (room, _) = hall.room().unwrap();
    let walls = Walls::new(room.solid(), room.bounds(), 2.5);
    let mut ground = Ground::of(&hall.area, &walls).unwrap();
    assert_eq!(ground.cells.len(), 400);
    let people: Vec<[f64; 2]> =
        (0..400).map(|k| [0.25 + 0.5 * f64::from(k % 20), 0.25 + 0.5 * f64::from(k / 20)]).collect();
    ground.look(&walls, &people, 3.0, 1.0, 3.9);
    for at in [[5.25, 5.25], [0.25, 5.25], [0.25, 0.25]] {
        let cell = ground.cells.iter().find(|cell| cell.at_m == at).unwrap();
        assert!((cell.most_1_m2 - 4.0).abs() < 0.05 && cell.at_s == 3.0 && cell.congested_s == 1.0, "{cell:?}");
    }
    let levels = Levels::of(&rules);
    assert_eq!([0.1, 0.31, 0.5, 0.8, 1.5, 4.0].map(|density| levels.letter(density)), ["A", "B", "C", "D", "E", "F"]);
    // Who stands behind a wall is not seen.
    let mut parted = hall.clone();
    parted.walls.push([[5.0, 0.0], [5.0, 10.0]]);
    let (room, _) = parted.room().unwrap();
    let walls = Walls::new(room.solid(), room.bounds(), 2.5);
    let mut ground = Ground::of(&parted.area, &walls).unwrap();
    ground.look(&walls, &[[4.75, 5.25]], 0.0, 1.0, 9.0);
    assert!(ground.cells.iter().all(|cell| cell.most_1_m2 == 0.0 || cell.at_m[0] < 5.0));
}

/// The box about it holds 2.6 · 10⁹ cells of the neighbours' grid and 5 · 10⁹ nodes of the field.
#[test]
fn a_thin_area_of_a_hundred_kilometres_is_followed() {
    let rules = EvacuationRules::shipped();
    let (far, wide) = (70_710.0, 1.5);
    let strip = polygon![(x: 0.0, y: 0.0), (x: far, y: far), (x: far - wide, y: far + wide), (x: -wide, y: wide)];
    let exits = [0.01, 0.2, 0.5, 0.8, 0.99].map(|share| door(share * far, share * far, 2.0));
    let strip = plan(strip, exits.to_vec());
    let found = egress(&rules, &EgressInput { until_s: 20.0, ..input(&strip, 100) }).unwrap();
    assert_eq!((found.tracks.len(), found.model.cell_m), (100, 0.5));
    // Everyone walks along it to the door that is nearest.
    let along = |[x, y]: [f64; 2]| 0.5 * (x + y);
    for track in &found.tracks {
        let to_door = |at: [f64; 2]| {
            let gaps = strip.doors.iter().map(|door| (along(door.at_m) - along(at)).abs() * std::f64::consts::SQRT_2);
            gaps.fold(f64::INFINITY, f64::min)
        };
        let (first, last) = (track.places_m[0], track.places_m[track.places_m.len() - 1]);
        let walked = to_door(first) - to_door(last);
        let could = track.speed_m_s * (track.places_m.len() - 1) as f64;
        assert!(to_door(first) < could || walked > 0.8 * could, "{walked} of {could} m from {first:?}");
    }
}

#[test]
fn walls_and_people_are_found_wherever_they_are_on_a_long_way() {
    let bounds = ([0.0, 0.0], [90_000.0, 90_000.0]);
    let lines = vec![[[0.0, 0.0], [90_000.0, 90_000.0]], [[10.0, 0.0], [10.0, 50.0]]];
    let walls = Walls::new(lines, bounds, 2.0);
    for at in [1.0, 700.3, 45_000.7, 89_999.0] {
        assert!((walls.gap_m([at + 1.0, at]) - 0.5_f64.sqrt()).abs() < 1e-6, "{at}");
        assert!(walls.between([at + 1.0, at], [at, at + 1.0]) && !walls.between([at + 1.0, at], [at + 2.0, at]));
    }
}
