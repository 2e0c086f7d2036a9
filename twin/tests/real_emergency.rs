//! Emergency questions of real parks, held against PostGIS, where `TWIN_REAL_DATA` names the folder that holds their data.

use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use std::sync::Arc;

use analysis::emergency::evacuation::{
    Assembly, EvacuationInput, EvacuationRules, WayNetwork, evacuate, groups_and_places, groups_and_places_with,
};
use analysis::emergency::{Drive, Reach, parcel_reach, station_reach};
use analysis::rules::RuleSet;
use serde_json::Value;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind};

use crate::support::real::{Imported, real};

const HYDRANTS: &str = include_str!("../../spatial-db/sql/tests/hydrants_by_parcel.sql");
const STATIONS: &str = include_str!("../../spatial-db/sql/tests/stations_by_parcel.sql");
const AREAS: &str = include_str!("../../spatial-db/sql/tests/areas_on_parcels.sql");
const ENTRANCES: &str = include_str!("../../spatial-db/sql/tests/entrances_by_building.sql");
const PERSONS: &str = include_str!("../../spatial-db/sql/tests/persons_by_use.sql");
/// Less ground than this is the engines' rounding along a boundary, m².
const SLIVER_M2: f64 = 0.01;

fn connected(url: &str) -> postgres::Client {
    postgres::Client::connect(url, postgres::NoTls).expect("a connection")
}

/// What `twin calc` answers on the database of a park.
fn calc(url: &str, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
    let output = command.arg("calc").args(arguments).arg("--json").env("TWIN_DATABASE_URL", url).output();
    let output = output.expect("twin runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one object")
}

#[test]
fn cambridge_hydrants_reach_the_parcels_that_postgis_says() {
    let Some(park) = Imported::new("cambridge_us") else { return };
    let (url, park_id) = (park.database.url(), park.snapshot.park.park_id);
    let rules = RuleSet::shipped();
    let reach_m = rules.figure("hydrant", "reach_m").value;
    let theirs: HashMap<i64, (bool, bool)> = connected(&url)
        .query(HYDRANTS, &[&park_id, &reach_m])
        .expect("the parcels")
        .iter()
        .map(|row| (row.get(0), (row.get(1), row.get(2))))
        .collect();
    let cache = Cache::build(Arc::new(park.snapshot));
    let parcels = &cache.snapshot().parcels;
    assert_eq!((theirs.len(), parcels.len()), (13_115, 13_115));
    let mut counts = [0_usize; 3];
    for (parcel, reach) in parcels.iter().zip(parcel_reach(&cache, &rules)) {
        let (at, mine) = match reach {
            Reach::Whole(_) => (0, (true, true)),
            Reach::Part(_) => (1, (true, false)),
            Reach::Outside(_) => (2, (false, false)),
            Reach::Unknown | Reach::NoFootprint => panic!("{}: {reach:?}", parcel.provenance.key),
        };
        counts[at] += 1;
        assert_eq!(mine, theirs[&parcel.id.id], "parcel {}: {reach:?}", parcel.provenance.key);
    }
    assert_eq!(counts, [13_076, 38, 1]);
    let told = calc(&url, &["hydrants", "cambridge-us"]);
    let heads = ["parcels_reached_whole", "parcels_reached_partly", "parcels_not_reached", "parcels_reach_unknown"];
    assert_eq!(heads.map(|head| told[head].as_u64()), [Some(13_076), Some(38), Some(1), Some(0)]);
}

#[test]
fn cambridge_engines_drive_no_shorter_than_the_crow_flies() {
    let Some(park) = Imported::new("cambridge_us") else { return };
    let (url, park_id) = (park.database.url(), park.snapshot.park.park_id);
    let theirs: HashMap<i64, f64> = connected(&url)
        .query(STATIONS, &[&park_id])
        .expect("the parcels")
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let cache = Cache::build(Arc::new(park.snapshot));
    let rules = EvacuationRules::shipped();
    let found = station_reach(&cache, &rules).expect("roads").expect("stations");
    assert_eq!(found.stations, 8);
    let figure = |name| rules.figure("response", name).value;
    let (mut joined, mut by_road_m, mut straight_m, mut in_time) = (0_usize, 0.0, 0.0, 0_u64);
    for (parcel, drive) in cache.snapshot().parcels.iter().zip(&found.parcels) {
        let Drive::By { way_m, arrival_s } = *drive else { continue };
        let straight = theirs[&parcel.id.id];
        assert!(way_m + 1e-6 >= straight, "parcel {}: {way_m} m by road, {straight} m", parcel.provenance.key);
        assert!((arrival_s - figure("turnout_s") - way_m / figure("engine_m_s")).abs() < 1e-9);
        joined += 1;
        by_road_m += way_m;
        straight_m += straight;
        in_time += u64::from(arrival_s <= figure("arrival_s"));
    }
    assert!(joined > 12_000, "a city's streets hang together: {joined}");
    let detour = by_road_m / straight_m;
    assert!((1.0..2.0).contains(&detour), "{detour}");
    let told = calc(&url, &["stations", "cambridge-us"]);
    assert_eq!((told["stations"].as_u64(), told["parcels_in_time"].as_u64()), (Some(8), Some(in_time)));
    let sum: u64 =
        ["in_time", "late", "unknown"].iter().filter_map(|what| told[format!("parcels_{what}")].as_u64()).sum();
    assert_eq!(sum, 13_115);
}

#[test]
fn cambridge_flood_plain_lies_on_the_parcels_that_postgis_says() {
    let Some(park) = Imported::new("cambridge_us") else { return };
    let Some(folder) = real("cambridge_us") else { return };
    let file = folder.join("FEMA_FloodPlains100Year.geojson");
    let plain: Value = serde_json::from_slice(&std::fs::read(&file).expect("the flood plain")).expect("GeoJSON");
    let texts: Vec<String> =
        plain["features"].as_array().expect("features").iter().map(|one| one["geometry"].to_string()).collect();
    let (url, header) = (park.database.url(), &park.snapshot.park);
    let keys: HashMap<i64, &str> =
        park.snapshot.parcels.iter().map(|parcel| (parcel.id.id, parcel.provenance.key.as_str())).collect();
    let theirs: BTreeMap<String, f64> = connected(&url)
        .query(AREAS, &[&header.park_id, &texts, &header.srid])
        .expect("the parcels")
        .iter()
        .map(|row| (keys[&row.get::<_, i64>(0)].to_owned(), row.get::<_, f64>(1)))
        .filter(|(_, area_m2)| *area_m2 > SLIVER_M2)
        .collect();
    let told = calc(&url, &["flood", "cambridge-us", "--area", &file.display().to_string()]);
    assert_eq!((told["areas"].as_u64(), told["rows_left_out"].as_u64()), (Some(21), Some(0)));
    let mine: BTreeMap<String, f64> = told["parcels"]
        .as_array()
        .expect("parcels")
        .iter()
        .map(|row| (row["parcel"].as_str().expect("a key").to_owned(), row["area_m2"].as_f64().expect("an area")))
        .filter(|(_, area_m2)| *area_m2 > SLIVER_M2)
        .collect();
    assert_eq!(mine.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    assert_eq!(mine.len(), 176);
    for (key, theirs) in &theirs {
        assert!(
            (mine[key] - theirs).abs() <= theirs * 1e-3 + SLIVER_M2,
            "{key}: {} m², PostGIS {theirs} m²",
            mine[key]
        );
    }
    let all: f64 = mine.values().sum();
    assert!((all - 925_613.25).abs() < 926.0, "{all}");
}

#[test]
fn ubc_is_left_by_its_own_entrances_for_places_that_are_assumed() {
    let Some(park) = Imported::new("ubc_ca") else { return };
    let (url, park_id) = (park.database.url(), park.snapshot.park.park_id);
    let mut client = connected(&url);
    // An entrance this near a building is its own.
    let entrances: HashMap<i64, i64> = client
        .query(ENTRANCES, &[&park_id, &3.0_f64])
        .expect("the buildings")
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let academic: HashMap<i64, i64> = client
        .query(PERSONS, &[&park_id, &"Academic", &20.0_f64])
        .expect("the buildings")
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    let cache = Cache::build(Arc::new(park.snapshot));
    let (rules, snapshot) = (EvacuationRules::shipped(), cache.snapshot());
    let footprints = cache.footprint_area_m2();
    assert!(groups_and_places(snapshot, footprints, &rules, 10).is_err(), "no place of assembly is on record");
    let assumed = |number: i64, position_m| Assembly {
        resource: FeatureId::new(FeatureKind::EmergencyResource, -number),
        name: None,
        position_m,
        capacity: None,
    };
    let places = [assumed(1, [481_993.6, 5_457_000.3]), assumed(2, [481_664.2, 5_456_390.0])];
    let people = groups_and_places_with(snapshot, footprints, &rules, 10, &places).expect("people");
    assert_eq!(people.places, places);
    // 22 buildings are "Other", "Parking" or "Commercial", of which the table has no rows.
    assert!(people.unknown.len() <= 22, "{:?}", people.unknown);
    assert!(people.groups.len() >= 419, "{}", people.groups.len());
    let width_m = rules.figure("doors", "default_width_m").value;
    // A group leaves by each entrance; one that is as near to two buildings is a door of the nearer, or shared.
    let mut left: BTreeMap<i64, (f64, i64)> = BTreeMap::new();
    for group in &people.groups {
        let building = left.entry(group.building.id).or_default();
        *building = (building.0 + group.door_width_m, building.1 + i64::from(group.persons));
    }
    let (mut seen, mut doors, mut whole) = (0, 0, 0);
    for (building, (door_m, persons)) in &left {
        let own = entrances[building];
        let most = width_m * own.max(1) as f64;
        assert!(*door_m <= most + 1e-9, "{building}: {door_m} m by {own} entrances");
        whole += usize::from((door_m - most).abs() < 1e-9);
        doors += own;
        if let Some(asked) = academic.get(building) {
            assert_eq!(persons, asked, "{building}");
            seen += 1;
        }
    }
    assert_eq!((academic.len(), seen), (91, 91));
    assert!(whole * 10 > left.len() * 8, "{whole} of {} have all their entrances", left.len());
    assert!(doors > 1300, "{doors} entrances");
    let ways = WayNetwork::of(&snapshot.roads, &rules).expect("ways");
    let leave = |seed| {
        let (groups, places) = (&people.groups, &people.places);
        let input = EvacuationInput { ways: &ways, groups, places, closures: &[], seed, until_s: 14_400.0 };
        evacuate(&rules, &input).expect("an evacuation")
    };
    let (one, again) = (leave(7), leave(7));
    assert_eq!(one, again, "the same seed, the same evacuation");
    let everyone: u32 = people.groups.iter().map(|group| group.persons).sum();
    assert!(everyone > 70_000, "{everyone}");
    assert_eq!(one.persons, everyone);
    // Some doors are nearest to ways on record that meet no other: who leaves by them is told as cut off, and is no more than a few.
    assert!(one.cut_off > 0 && one.cut_off * 100 < everyone, "{} of {everyone}", one.cut_off);
    assert_eq!(one.arrivals.len() as u32 + one.on_the_way + one.cut_off, everyone);
    // Nobody is faster than the free speed, the straight line long.
    let free_m_s = rules.figure("weidmann", "free_m_s").value;
    let node_at = |(node, _): (usize, f64)| ways.nodes[node];
    let doors_m: Vec<[f64; 2]> = people.groups.iter().map(|group| group.door_m).collect();
    let starts: Vec<[f64; 2]> = ways.nearest_of_each(&doors_m).into_iter().map(node_at).collect();
    let ends = places.each_ref().map(|place| node_at(ways.nearest(place.position_m)));
    for arrival in &one.arrivals {
        let (start, end) = (starts[arrival.group], ends[arrival.place]);
        let straight_m = (start[0] - end[0]).hypot(start[1] - end[1]);
        assert!(arrival.at_s + 1e-6 >= straight_m / free_m_s, "{arrival:?}: {straight_m} m");
    }
    let told = calc(
        &url,
        &[
            "evac",
            "--park",
            "ubc-ca",
            "--seed",
            "7",
            "--until",
            "14400",
            "--place",
            "481993.6,5457000.3",
            "--place",
            "481664.2,5456390.0",
        ],
    );
    assert_eq!(told["persons"].as_u64(), Some(u64::from(everyone)));
    assert_eq!(told["arrived"].as_u64(), Some(one.arrivals.len() as u64));
    assert!(told["places"].as_array().expect("places").iter().all(|place| place["assumed"] == true), "{told}");
}
