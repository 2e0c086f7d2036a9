//! Published cases of crowds, and what must hold whatever the room.

mod egress;
mod record;

use super::*;

const WALKER: Agent = Agent { position_m: [0.0, 0.0], radius_m: 0.2, speed_m_s: 1.34, ready_s: 0.0 };

fn exit(from: [f64; 2], to: [f64; 2]) -> Exit {
    Exit { from, to, open: true }
}

/// A corridor of 42 m, 2 m wide, with its whole east end open.
fn corridor() -> Room {
    let ring = [[0.0, 0.0], [42.0, 0.0], [42.0, 2.0], [0.0, 2.0]];
    Room::from_ring(&ring, vec![exit([42.0, 0.0], [42.0, 2.0])])
}

/// Persons on a grid of places from `low` to `high`, shaken by a fixed pattern.
fn crowd(count: usize, low: [f64; 2], high: [f64; 2]) -> Vec<Agent> {
    let (width, height) = (high[0] - low[0], high[1] - low[1]);
    let columns = ((count as f64 * width / height).sqrt().ceil() as usize).max(1);
    let rows = count.div_ceil(columns);
    (0..count)
        .map(|k| {
            let (c, r) = (k % columns, k / columns);
            let shake = |n: usize| ((n * 7919 + 13) % 101) as f64 / 101.0 - 0.5;
            let (dx, dy) = (width / columns as f64, height / rows as f64);
            let x = low[0] + (c as f64 + 0.5 + 0.2 * shake(k)) * dx;
            let y = low[1] + (r as f64 + 0.5 + 0.2 * shake(k + 17)) * dy;
            Agent { position_m: [x, y], ..WALKER }
        })
        .collect()
}

fn run(room: &Room, agents: &[Agent], until_s: f64) -> CrowdResult {
    Crowd::new(room, agents, SpeedModel::default()).unwrap().run(until_s)
}

/// IMO-1. Tolerance: a step.
#[test]
fn e1_forty_metres_at_a_metre_a_second() {
    let walker = Agent { position_m: [2.0, 1.0], speed_m_s: 1.0, ..WALKER };
    let egress = run(&corridor(), &[walker], 100.0).egress_s.unwrap();
    assert!((egress - 40.0).abs() <= 0.05, "{egress} s");
}

/// RiMEA-1: the case's own bounds, which hold reaction and spread of speeds.
#[test]
fn e2_forty_metres_at_a_pedestrians_pace() {
    let walker = Agent { position_m: [2.0, 0.7], speed_m_s: 1.33, ..WALKER };
    let egress = run(&corridor(), &[walker], 100.0).egress_s.unwrap();
    assert!((26.0..=34.0).contains(&egress) && (egress - 40.0 / 1.33).abs() < 0.2, "{egress} s");
}

/// IMO-4 (MSC.1/Circ.1533): the bound of the case on the mean flow over the whole time, with the case's own population, men of 30 to 50
/// years whose speeds lie evenly between 0.97 and 1.62 m/s.
#[test]
fn e3_a_hundred_persons_through_a_metre_of_door() {
    let ring = [[0.0, 0.0], [8.0, 0.0], [8.0, 5.0], [0.0, 5.0]];
    let room = Room::from_ring(&ring, vec![exit([8.0, 2.0], [8.0, 3.0])]);
    let mut people = crowd(100, [0.3, 0.3], [7.7, 4.7]);
    for (k, person) in people.iter_mut().enumerate() {
        person.speed_m_s = 0.97 + 0.65 * ((k * 37) % 100) as f64 / 99.0;
    }
    let result = run(&room, &people, 600.0);
    let egress = result.egress_s.expect("everyone leaves");
    let flow = 100.0 / egress;
    assert_eq!(result.leavings.len(), 100);
    assert!(flow <= 1.33 && flow > 0.8, "{flow} persons/s, {egress} s");
}

/// One walker on 10 m of stair, at SFPE's speed for its steps. Tolerance: a step.
#[test]
fn e6_one_walker_on_a_stair() {
    use crate::emergency::evacuation::{EvacuationRules, Stair, Walking};
    let stair = Stair { tread_m: 0.28, riser_m: 0.18 };
    let speed_m_s = Walking::new(&EvacuationRules::shipped()).stair_m_s(stair, 0.0).unwrap();
    let mut room = corridor();
    room.zones.push(Zone { low: [20.0, 0.0], high: [30.0, 2.0], speed_m_s });
    let mut crowd = Crowd::new(&room, &[Agent { position_m: [18.0, 1.0], ..WALKER }], SpeedModel::default()).unwrap();
    let (mut on, mut off) = (0.0, 0.0);
    let mut walker = crowd.inside().next();
    while let Some((_, [x, _])) = walker {
        if x < 20.0 {
            on = crowd.now_s();
        }
        if x < 30.0 {
            off = crowd.now_s();
        }
        crowd.step();
        walker = crowd.inside().next();
    }
    assert!((off - on - 10.84).abs() <= 0.1, "{} s", off - on);
}

/// RiMEA-9: a hall of 30 by 20 m, doors of a metre, two on each long side. Tolerance 15 % of twice the time: people walk further to the
/// doors that are left.
#[test]
fn e9_closing_two_of_four_exits_doubles_the_time() {
    let ring = [[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]];
    let hall = |open: [bool; 4]| {
        let doors = [
            ([7.0, 0.0], [8.0, 0.0]),
            ([22.0, 0.0], [23.0, 0.0]),
            ([7.0, 20.0], [8.0, 20.0]),
            ([22.0, 20.0], [23.0, 20.0]),
        ];
        let exits = doors.iter().zip(open).map(|(&(from, to), open)| Exit { from, to, open }).collect();
        Room::from_ring(&ring, exits)
    };
    let people = crowd(1000, [0.5, 0.5], [29.5, 19.5]);
    // Twice the step and the grid of the other cases: a thousand persons for some minutes.
    let model = SpeedModel { step_s: 0.1, cell_m: 0.2, ..SpeedModel::default() };
    let run = |open| Crowd::new(&hall(open), &people, model).unwrap().run(3000.0);
    let four = run([true; 4]);
    let two = run([true, false, true, false]);
    let (four_s, two_s) = (four.egress_s.unwrap(), two.egress_s.unwrap());
    assert!((two_s / four_s / 2.0 - 1.0).abs() < 0.15, "{four_s} s with four, {two_s} s with two");
    assert!(two.leavings.iter().all(|leaving| leaving.exit % 2 == 0), "a closed door is a wall");
}

/// RiMEA-6: twenty persons about a corner of two corridors 2 m wide.
#[test]
fn e10_nobody_passes_through_a_wall_at_a_corner() {
    let ring = [[0.0, 0.0], [12.0, 0.0], [12.0, 12.0], [10.0, 12.0], [10.0, 2.0], [0.0, 2.0]];
    let room = Room::from_ring(&ring, vec![exit([12.0, 12.0], [10.0, 12.0])]);
    let people = crowd(20, [0.3, 0.3], [5.7, 1.7]);
    let mut crowd = Crowd::new(&room, &people, SpeedModel::default()).unwrap();
    let inside = |[x, y]: [f64; 2]| (0.0..=12.0).contains(&x) && (0.0..=12.0).contains(&y) && (y <= 2.0 || x >= 10.0);
    let mut nearest = f64::INFINITY;
    for _ in 0..2000 {
        let places: Vec<[f64; 2]> = crowd.inside().map(|(_, place)| place).collect();
        assert!(places.iter().all(|&place| inside(place)), "{places:?}");
        for (k, a) in places.iter().enumerate() {
            for b in &places[k + 1..] {
                nearest = nearest.min((a[0] - b[0]).hypot(a[1] - b[1]));
            }
        }
        crowd.step();
    }
    assert_eq!(crowd.inside().count(), 0, "everyone is round the corner and out");
    // Free of collisions but for the length of a step: nobody walks into another's body of 0.3 m.
    assert!(nearest > 0.25, "{nearest} m");
}

#[test]
fn a_run_is_the_same_to_the_bit_on_any_number_of_threads() {
    let ring = [[0.0, 0.0], [20.0, 0.0], [20.0, 20.0], [0.0, 20.0]];
    let room = Room::from_ring(&ring, vec![exit([20.0, 9.0], [20.0, 11.0])]);
    let people = crowd(700, [0.5, 0.5], [19.0, 19.5]);
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut crowd = Crowd::new(&room, &people, SpeedModel::default()).unwrap();
            let result = crowd.run(30.0);
            let places: Vec<[u64; 2]> = crowd.inside().map(|(_, p)| [p[0].to_bits(), p[1].to_bits()]).collect();
            (result, places)
        })
    };
    let one = of(1);
    assert!(!one.0.leavings.is_empty() && !one.1.is_empty());
    assert_eq!(one, of(3));
    assert_eq!(one, of(8));
}

#[test]
fn a_wall_between_two_rooms_is_one() {
    // Two rooms side by side; only the east one has an exit, and a door joins them at the north.
    let ring = [[0.0, 0.0], [10.0, 0.0], [10.0, 6.0], [0.0, 6.0]];
    let mut room = Room::from_ring(&ring, vec![exit([10.0, 1.0], [10.0, 2.0])]);
    room.walls.push([[5.0, 0.0], [5.0, 5.0]]);
    let walker = Agent { position_m: [1.0, 1.0], ..WALKER };
    let egress = run(&room, &[walker], 60.0).egress_s.unwrap();
    // Round the end of the wall: √(4² + 4²) + √(5² + 3²)…, not the 9 m straight through it.
    assert!(egress > 11.0 / 1.34 && egress < 13.5 / 1.34, "{egress} s");
    room.walls.push([[5.0, 5.0], [5.0, 6.0]]);
    let error = Crowd::new(&room, &[walker], SpeedModel::default()).unwrap_err();
    assert!(matches!(error, CrowdError::ShutIn { agent: 0, .. }), "{error}");
    room.exits[0].open = false;
    assert_eq!(Crowd::new(&room, &[walker], SpeedModel::default()).unwrap_err(), CrowdError::NoExit);
    let fast = Agent { speed_m_s: f64::NAN, ..walker };
    assert!(Crowd::new(&corridor(), &[fast], SpeedModel::default()).is_err());
}
