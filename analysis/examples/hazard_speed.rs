//! How long a new wind takes: a plume, its zones and the buildings in them, over made-up buildings. How many steps of persons a second
//! the crowd in a hall makes, and how much faster than real time 20,000 people leave a grid of streets.
//!
//! `cargo run -p analysis --example hazard_speed -- [BUILDINGS]`

mod winds;

use std::sync::Arc;
use std::time::Instant;

use analysis::emergency::crowd::{Agent, Crowd, Exit, Room, SpeedModel};
use analysis::emergency::evacuation::{Assembly, EvacuationInput, EvacuationRules, Group, WayNetwork, evacuate};
use geo::{LineString, MultiLineString, MultiPolygon, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureId, FeatureKind, Park, ParkSnapshot, Provenance, RoadEdge};
use winds::{AIM_MS, WINDS, Winds, turned_around};

/// A grid of buildings of 20 by 14 m, 40 m apart.
fn park(buildings: usize) -> ParkSnapshot {
    let header = Park::made_up("made-up", "Made up", 4549);
    let side = (buildings as f64).sqrt().ceil() as usize;
    let mut park = ParkSnapshot::empty(header);
    park.buildings = (0..buildings)
        .map(|k| {
            let (x, y) = ((k % side) as f64 * 40.0, (k / side) as f64 * 40.0);
            let ring = LineString::from(vec![(x, y), (x + 20.0, y), (x + 20.0, y + 14.0), (x, y + 14.0), (x, y)]);
            Building::bare(
                k as i64,
                Provenance { key: format!("B{k}"), layer: "made up".into(), ..Provenance::default() },
                MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]),
            )
        })
        .collect();
    park
}

/// Steps of persons a second, of so many in a hall with four exits of 4 m.
fn crowd(persons: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let side = (persons as f64 / 1.5).sqrt();
    let middle = 0.5 * side;
    let ring = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]];
    let (a, b) = (middle - 2.0, middle + 2.0);
    let doors = [([a, 0.0], [b, 0.0]), ([side, a], [side, b]), ([a, side], [b, side]), ([0.0, a], [0.0, b])];
    let room = Room::from_ring(&ring, doors.iter().map(|&(from, to)| Exit { from, to, open: true }).collect());
    let columns = (persons as f64).sqrt().ceil() as usize;
    let gap = (side - 1.0) / columns as f64;
    let agents: Vec<Agent> = (0..persons)
        .map(|k| Agent {
            position_m: [0.5 + (k % columns) as f64 * gap, 0.5 + (k / columns) as f64 * gap],
            radius_m: 0.15,
            speed_m_s: 1.2 + 0.2 * ((k * 7919) % 100) as f64 / 100.0,
            ready_s: 0.0,
        })
        .collect();
    let mut crowd = Crowd::new(&room, &agents, SpeedModel { cell_m: 0.2, ..SpeedModel::default() })?;
    let began = Instant::now();
    let done = crowd.run(10.0);
    Ok(done.agent_steps as f64 / began.elapsed().as_secs_f64())
}

/// How many times faster than real time an hour of 20,000 people on streets runs.
fn streets(people: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let rules = EvacuationRules::shipped();
    let line = |id: i64, from: (f64, f64), to: (f64, f64)| RoadEdge {
        width_m: Some(6.0),
        ..RoadEdge::bare(
            id,
            Provenance { key: format!("R{id}"), layer: "made up".into(), ..Provenance::default() },
            MultiLineString::new(vec![LineString::from(vec![from, to])]),
        )
    };
    let mut roads = Vec::new();
    for k in 0..16 {
        let at = f64::from(k) * 120.0;
        roads.push(line(i64::from(k), (0.0, at), (1800.0, at)));
        roads.push(line(i64::from(k) + 100, (at, 0.0), (at, 1800.0)));
    }
    let ways = WayNetwork::of(&roads, &rules)?;
    let groups: Vec<Group> = (0..225)
        .map(|k| Group {
            building: FeatureId::new(FeatureKind::Building, i64::from(k)),
            persons: people / 225,
            door_m: [f64::from(k % 15) * 120.0 + 60.0, f64::from(k / 15) * 120.0 + 20.0],
            door_width_m: 3.6,
            step_free: None,
        })
        .collect();
    let places: Vec<Assembly> = [[0.0, 0.0], [1800.0, 0.0], [0.0, 1800.0], [1800.0, 1800.0], [900.0, 900.0]]
        .iter()
        .map(|&position_m| Assembly {
            resource: FeatureId::new(FeatureKind::EmergencyResource, 1),
            name: None,
            position_m,
            capacity: Some(people / 4),
        })
        .collect();
    let began = Instant::now();
    let input =
        EvacuationInput { ways: &ways, groups: &groups, places: &places, closures: &[], seed: 1, until_s: 3600.0 };
    let done = evacuate(&rules, &input)?;
    let took = began.elapsed().as_secs_f64();
    let last = done.egress_s.unwrap_or(3600.0);
    println!("streets: {} of {people} people arrived, the last after {last:.0} s", done.arrivals.len());
    Ok(last / took)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let buildings = std::env::args().nth(1).map_or(Ok(20_000), |text| text.parse())?;
    let cache = Cache::build(Arc::new(park(buildings)));
    let middle = (buildings as f64).sqrt() * 20.0;
    let Winds { median_ms, worst_ms, buildings: struck } = turned_around(&cache, [middle, middle])?;
    println!(
        "{buildings} buildings, {struck} in the cloud on average: plume, three zones, buildings: median {median_ms:.2} ms, worst {worst_ms:.2} ms of {WINDS}; aimed for {AIM_MS} ms"
    );
    for persons in [1000, 5000] {
        println!("crowd of {persons}: {:.2} million steps of a person a second", crowd(persons)? / 1e6);
    }
    println!("streets: {:.0} times real time; aimed for 60", streets(20_000)?);
    Ok(())
}
