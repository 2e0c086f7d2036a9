//! How much faster than life an incident runs, how long a new wind takes, and how long it is from a broken main to the draft of an alert.
//!
//! `cargo run --locked -p analysis --example incident_speed -- [RUNS] [SIZE]`: RUNS drills of an hour (5), a city of SIZE by SIZE corners
//! (200: the 8,000 km of mains of `network_speed`). All places are made up. Aimed for: 60 times real time, 5 ms, 1 s.

mod city;
mod winds;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use analysis::emergency::drill::{DrillFile, DrillTables, run_drill};
use analysis::emergency::evacuation::{Assembly, EvacuationRules, Group, Walkers, WayNetwork};
use analysis::emergency::incident::{Mains, closes, ways_closed};
use analysis::network::Settings;
use analysis::rules::RuleSet;
use city::{BLOCK_M, building, empty, keyed, lay};
use geo::{Coord, Geometry, LineString, MapCoords, MultiLineString, Point, coord};
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, EmergencyResource, FeatureId, FeatureKind, HazardSource, NetworkClass, ParkSnapshot, Presence,
    ResourceKind, RoadEdge,
};
use winds::{AIM_MS, WINDS, Winds, middle_and_worst, turned_around};

/// An hour of a drill is aimed to run so many times as fast as in life.
const AIM_TIMES: f64 = 60.0;

/// An hour of a leak: everyone sets out, the wind turns, the leak is stopped.
const DRILL: &str = r#"(
    format_version: 1,
    name: "Ammonia, made up",
    park: "speed",
    seed: 1,
    hour: 10,
    length_min: 60,
    weather: (wind_m_s: 2.0, wind_from_deg: 270.0, stability: D, temperature_c: 20.0, terrain: urban),
    hazard: leak(source: "T1", at_min: 1.0, hole_mm: 20.0, leak: liquid(0.0)),
    engines: 50,
    objectives: [],
    roles: [],
    timeline: [
        (id: "call", when: after("release", 2.0), does: alarm),
        (id: "turn", when: at(20.0), does: wind(200.0, 3.0)),
        (id: "shut", when: at(40.0), does: stop),
    ],
    expected: [],
)"#;

/// Streets along the lines of a grid.
fn streets(park: &mut ParkSnapshot, corners: usize) {
    let far = (corners - 1) as f64 * BLOCK_M;
    for corner in 0..corners {
        let at = corner as f64 * BLOCK_M;
        for ends in [[(0.0, at), (far, at)], [(at, 0.0), (at, far)]] {
            let id = park.roads.len() as i64 + 1;
            park.roads.push(RoadEdge {
                id: FeatureId::new(FeatureKind::RoadEdge, id),
                provenance: keyed(format!("r{id}")),
                line: MultiLineString::new(vec![LineString::from(ends.to_vec())]),
                name: None,
                class: None,
                width_m: Some(6.0),
            });
        }
    }
}

/// An office in every block.
fn offices(park: &mut ParkSnapshot, corners: usize, floor_m2: f64) {
    for x in 0..corners - 1 {
        for y in 0..corners - 1 {
            let id = park.buildings.len() as i64 + 1;
            let one = building(id, x as f64 * BLOCK_M + 10.0, y as f64 * BLOCK_M + 20.0);
            park.buildings.push(Building { use_text: Some("office".into()), floor_area_m2: Some(floor_m2), ..one });
        }
    }
}

fn resource(park: &mut ParkSnapshot, kind: ResourceKind, position: [f64; 2], capacity: Option<f64>) {
    let id = park.resources.len() as i64 + 1;
    park.resources.push(EmergencyResource {
        id: FeatureId::new(FeatureKind::EmergencyResource, id),
        provenance: keyed(format!("p{id}")),
        kind,
        position,
        name: None,
        state: None,
        capacity,
        flow_l_s: (kind == ResourceKind::Hydrant).then_some(15.0),
        bearing_deg: None,
        range_m: None,
    });
}

/// The four corners and the middle of a square, m.
fn five(side_m: f64) -> [[f64; 2]; 5] {
    [[0.0, 0.0], [side_m, 0.0], [0.0, side_m], [side_m, side_m], [0.5 * side_m, 0.5 * side_m]]
}

/// Two kilometres square: 400 offices of 50 people, a tank in the middle, a hydrant at every corner, five stations of ten engines.
fn park() -> ParkSnapshot {
    const CORNERS: usize = 21;
    let mut park = empty();
    streets(&mut park, CORNERS);
    offices(&mut park, CORNERS, 650.0);
    for at in five((CORNERS - 1) as f64 * BLOCK_M) {
        resource(&mut park, ResourceKind::AssemblyPoint, at, Some(5000.0));
        resource(&mut park, ResourceKind::FireStation, at, Some(10.0));
    }
    for x in 0..CORNERS {
        for y in 0..CORNERS {
            let at = [x as f64 * BLOCK_M + 5.0, y as f64 * BLOCK_M + 5.0];
            resource(&mut park, ResourceKind::Hydrant, at, None);
        }
    }
    park.hazards.push(HazardSource {
        id: FeatureId::new(FeatureKind::HazardSource, 1),
        provenance: keyed("T1".into()),
        shape: Geometry::from(Point::new(1080.0, 1080.0)),
        name: None,
        kind: None,
        substance: Some("ammonia".into()),
        cas: None,
        quantity_t: Some(20.0),
        height_m: None,
        diameter_m: None,
    });
    park
}

/// Milliseconds since the last look at the clock.
fn lap(began: &mut Instant) -> f64 {
    let took = began.elapsed().as_secs_f64() * 1e3;
    *began = Instant::now();
    took
}

fn incident(runs: usize) -> Result<(), Box<dyn Error>> {
    let file = DrillFile::parse(DRILL)?;
    let (cache, tables) = (Cache::build(Arc::new(park())), DrillTables::shipped());
    let mut times = Vec::new();
    for turn in 0..runs {
        let mut began = Instant::now();
        let run = run_drill(&file, &cache, &tables, &[])?;
        times.push(lap(&mut began) / 1e3);
        if turn == 0 {
            let outcome = &run.outcome;
            println!(
                "incident: an hour of {} people, of whom {} arrive, and {} engines, {} buildings in the cloud",
                outcome.persons,
                outcome.arrived,
                outcome.engines.len(),
                outcome.struck.len()
            );
        }
    }
    let (median, worst) = middle_and_worst(&mut times);
    println!(
        "  median {median:.2} s, worst {worst:.2} s of {runs}: {:.0} and {:.0} times real time; aimed for {AIM_TIMES}",
        3600.0 / median,
        3600.0 / worst
    );
    Ok(())
}

/// A new wind over the city: plume, three zones, the buildings in them.
fn new_wind(cache: &Cache, middle: [f64; 2]) -> Result<(), Box<dyn Error>> {
    let Winds { median_ms, worst_ms, buildings } = turned_around(cache, middle)?;
    println!(
        "wind: plume, three zones, {buildings} buildings in them on average: median {median_ms:.2} ms, worst {worst_ms:.2} ms of {WINDS}; aimed for {AIM_MS} ms"
    );
    Ok(())
}

/// From a pipe that is picked to the draft of an alert, in a city whose network, hydrants and people are known already.
fn chain(cache: &Cache, size: usize) -> Result<(), Box<dyn Error>> {
    const BREAKS: usize = 40;
    let (park, settings, figures) = (cache.snapshot(), Settings::shipped(), RuleSet::shipped());
    let there = Presence::on(park, "2026-01-01".parse()?);
    let mut began = Instant::now();
    let mains = Mains::of(cache, &there, &settings, &figures)?;
    let topology = mains.topology();
    println!(
        "city: {:.0} km of mains, {} valves, put together with what hydrants reach in {:.2} s",
        topology.length_m() / 1000.0,
        mains.valves(),
        lap(&mut began) / 1e3
    );
    let rules = EvacuationRules::shipped();
    let closed_m = closes(&rules).value;
    let ways = WayNetwork::of(&park.roads, &rules)?;
    let groups: Vec<Group> = park
        .buildings
        .iter()
        .enumerate()
        .map(|(k, one)| {
            let (x, y) = (k / (size - 1), k % (size - 1));
            let door_m = [x as f64 * BLOCK_M + 35.0, y as f64 * BLOCK_M + 20.0];
            Group { building: one.id, persons: 5, door_m, door_width_m: 1.8, step_free: None }
        })
        .collect();
    let places = five((size - 1) as f64 * BLOCK_M).map(|position_m| Assembly {
        resource: FeatureId::new(FeatureKind::EmergencyResource, 1),
        name: None,
        position_m,
        capacity: None,
    });
    let mut walkers = Walkers::new(&rules, &ways, &groups, &places, 1)?;
    // Under way for five minutes.
    for second in 0..300 {
        walkers.step(f64::from(second));
    }
    println!(
        "  {} stretches of way, {} people under way, made ready in {:.2} s",
        ways.ways.len(),
        walkers.left(),
        lap(&mut began) / 1e3
    );
    let nothing = vec![false; ways.ways.len()];
    let mut steps: [Vec<f64>; 5] = [(); 5].map(|()| Vec::new());
    let mut sums = [0_usize; 5];
    for turn in 0..BREAKS {
        let link = (2 * turn + 1) * topology.links.len() / (2 * BREAKS);
        let key = park.edges[topology.links[link].edge as usize].provenance.key.as_str();
        let whole = Instant::now();
        let mut began = whole;
        let shut = mains.shut_off(key)?;
        steps[0].push(lap(&mut began));
        let reach = mains.out_of_reach(&shut);
        steps[1].push(lap(&mut began));
        let closed = shut.place_m.map_or_else(|| nothing.clone(), |place| ways_closed(&ways, place, closed_m));
        walkers.close(&closed, &nothing);
        steps[2].push(lap(&mut began));
        // The city is made up, and so is where it lies in degrees.
        let degrees = |at: Coord| coord! { x: 120.0 + at.x / 96_000.0, y: 30.0 + at.y / 111_000.0 };
        let area = mains.area(&shut, closed_m).map_coords(degrees);
        let draft = mains.alert(key, (&shut, &reach), chrono::Utc::now(), &area, ToString::to_string);
        steps[3].push(lap(&mut began));
        steps[4].push(whole.elapsed().as_secs_f64() * 1e3);
        let of_this = [shut.close.len(), shut.hydrants.len(), shut.buildings.len(), reach.more.len(), draft.len()];
        for (sum, one) in sums.iter_mut().zip(of_this) {
            *sum += one;
        }
    }
    println!(
        "  {BREAKS} broken mains: {} valves to close, {} hydrants and {} buildings without water, {} more out of reach, {} bytes of alerts",
        sums[0], sums[1], sums[2], sums[3], sums[4]
    );
    let names = [
        "valves, hydrants and buildings without water",
        "buildings out of reach",
        "evacuation by other ways",
        "draft of the alert",
        "from the pipe to the draft (1 s aimed for)",
    ];
    for (name, times) in names.iter().zip(&mut steps) {
        let (median, worst) = middle_and_worst(times);
        println!("  {name}: median {median:.1} ms, worst {worst:.1} ms of {BREAKS}");
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let size: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    if runs == 0 || size < 4 {
        return Err("at least a run, and four corners".into());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores");
    incident(runs)?;
    let mut park = empty();
    lay(&mut park, NetworkClass::Water, size, 0.0, 1.5, 200.0, true);
    streets(&mut park, size);
    offices(&mut park, size, 65.0);
    let cache = Cache::build(Arc::new(park));
    let middle = 0.5 * (size - 1) as f64 * BLOCK_M;
    new_wind(&cache, [middle, middle])?;
    chain(&cache, size)
}
