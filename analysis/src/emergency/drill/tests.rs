//! Drills on a park made by hand.

use std::sync::Arc;

use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, EmergencyResource, HazardSource, Park, ParkSnapshot, Provenance, ResourceKind, RoadEdge, TerrainGrid,
};

use super::*;

mod after;
mod burst;
mod condition;
mod course;
mod heat;
mod improve;
mod manual;
mod moments;
mod one_by_one;
mod report;
mod response;
mod sky;
mod unknown;

fn keyed(key: &str) -> Provenance {
    Provenance { key: key.into(), layer: "by hand".into(), ..Provenance::default() }
}

fn building(id: i64, x: f64, y: f64) -> Building {
    let ring = LineString::from(vec![(x, y), (x + 20.0, y), (x + 20.0, y + 15.0), (x, y + 15.0), (x, y)]);
    Building {
        use_text: Some("office".into()),
        storeys: Some(3.0),
        floor_area_m2: Some(900.0),
        ..Building::bare(id, keyed(&format!("B{id}")), MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]))
    }
}

fn resource(id: i64, kind: ResourceKind, key: &str, position: [f64; 2]) -> EmergencyResource {
    EmergencyResource {
        capacity: (kind == ResourceKind::AssemblyPoint).then_some(500.0),
        flow_l_s: (kind == ResourceKind::Hydrant).then_some(15.0),
        ..EmergencyResource::bare(id, keyed(key), kind, position)
    }
}

/// A road of 600 m from west to east, four offices along it, a tank in the middle, places at both ends, ground that rises to the east.
fn park() -> Cache {
    let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
    park.roads = vec![RoadEdge {
        width_m: Some(6.0),
        ..RoadEdge::bare(1, keyed("R1"), MultiLineString::new(vec![LineString::from(vec![(0.0, 0.0), (600.0, 0.0)])]))
    }];
    park.buildings =
        [50.0, 200.0, 380.0, 520.0].iter().enumerate().map(|(k, x)| building(k as i64, *x, 10.0)).collect();
    park.resources = vec![
        resource(1, ResourceKind::AssemblyPoint, "A1", [0.0, -5.0]),
        resource(2, ResourceKind::AssemblyPoint, "A2", [600.0, -5.0]),
        resource(3, ResourceKind::FireStation, "S1", [0.0, 5.0]),
        resource(4, ResourceKind::Hydrant, "H1", [210.0, 5.0]),
        resource(5, ResourceKind::Hydrant, "H2", [330.0, 5.0]),
        resource(6, ResourceKind::Hydrant, "H3", [500.0, 5.0]),
    ];
    park.hazards = vec![HazardSource {
        substance: Some("液氨 ammonia".into()),
        quantity_t: Some(20.0),
        ..HazardSource::bare(1, keyed("T1"), Geometry::from(Point::new(300.0, 30.0)))
    }];
    let heights_m = (0..9 * 65).map(|k| (k % 65) as f32 * 0.1).collect();
    park.terrain =
        Some(TerrainGrid { origin_x_m: -20.0, origin_y_m: -40.0, cell_m: 10.0, columns: 65, rows: 9, heights_m });
    Cache::build(Arc::new(park))
}

const LEAK: &str = r#"(
    format_version: 1,
    name: "Ammonia by hand",
    park: "hand",
    seed: 7,
    hour: 10,
    length_min: 30,
    weather: (wind_m_s: 2.0, wind_from_deg: 270.0, stability: D, temperature_c: 20.0, terrain: urban),
    hazard: leak(source: "T1", at_min: 1.0, hole_mm: 20.0, leak: liquid(0.0)),
    objectives: [(id: "warn", text: "Everyone is warned", item: alarm_and_reporting)],
    roles: [(id: "officer", name: "Safety officer")],
    timeline: [
        (id: "call", when: after("release", 2.0), does: alarm),
        (id: "shut", when: after("call", 10.0), does: stop),
        (id: "burst", when: at(5.0), does: no_water(["H1"])),
    ],
    expected: [
        (id: "warned", text: "Alarm within 3 min", role: "officer", objective: "warn", from: "release", within_min: 3.0, evidence: event("alarm")),
        (id: "water", text: "Water within 2 min of the alarm", role: "officer", objective: "warn", from: "alarm", within_min: 2.0, evidence: event("first_water")),
        (id: "told", text: "The neighbours are told", role: "officer", objective: "warn", from: "alarm", within_min: 5.0, evidence: observed),
    ],
)"#;

fn run(text: &str, hand: &[HandInject]) -> DrillRun {
    run_drill(&DrillFile::parse(text).unwrap(), &park(), &DrillTables::shipped(), hand).unwrap()
}

#[test]
fn a_leak_is_played_with_its_times_water_and_ratings() {
    let run = run(LEAK, &[]);
    let outcome = &run.outcome;
    assert_eq!(outcome.alarm_s, Some(180.0));
    // 60 s to turn out, about 300 m at 8.3 m/s.
    let engine = outcome.first_engine_s.unwrap();
    assert!((engine - 180.0 - 60.0 - 305.0 / 8.3).abs() < 6.0, "{engine}");
    let water = outcome.first_water_s.unwrap();
    assert!((water - engine - 180.0).abs() <= 1.0, "{water}");
    // H1 is dry; H2 stands 39 m off and counts; H3 is beyond 150 m.
    assert_eq!((outcome.water_l_s, outcome.hydrants_out), (15.0, 1));
    assert_eq!(outcome.persons, 4 * 69);
    assert_eq!(outcome.arrived + outcome.cut_off + outcome.on_the_way, outcome.persons);
    assert_eq!(
        outcome.last_out_s,
        run.log.entries.iter().find(|entry| entry.id == "evacuated").map(|entry| entry.at_s)
    );
    assert!(outcome.last_out_s.is_some(), "{outcome:?}");
    // Of the offices in the east, those who go to the east end walk in the cloud.
    assert!(outcome.exposed_on_ways > 0 && outcome.exposed_on_ways < outcome.persons, "{}", outcome.exposed_on_ways);
    // The wind takes the cloud east: the offices there are in it, those in the west are not.
    let struck: Vec<&str> = outcome.struck.iter().map(|struck| struck.building.as_str()).collect();
    assert_eq!(struck, ["B2", "B3"]);
    let ratings: Vec<Rating> = outcome.rated.iter().map(|rated| rated.rating).collect();
    assert_eq!(ratings, [Rating::Met, Rating::Late, Rating::NotMarked]);
    assert!(run.log.entries.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
    assert!(!run.zone.1.0.is_empty() && run.zone.0.contains("AEGL-2"), "{}", run.zone.0);
}

#[test]
fn a_log_replays_to_the_bit_and_resumes_when_cut_off() {
    let hand = [
        HandInject { at_s: 200.0, does: Action::Done("told".into()), by: "observer".into() },
        HandInject { at_s: 250.0, does: Action::Wind(90.0, 3.0), by: String::new() },
    ];
    let first = run(LEAK, &hand);
    assert_eq!(first.outcome.rated[2].rating, Rating::Met);
    let text = first.log.to_text().unwrap();
    let log = DrillLog::parse(&text).unwrap();
    log.belongs_to(&DrillFile::parse(LEAK).unwrap()).unwrap();
    let again = run(LEAK, &log.hand);
    assert_eq!(again.log.digest, log.digest);
    assert_eq!(again.outcome, first.outcome);
    // Killed in the middle of a line: what was injected by hand until then is the state, and the run goes on as it did.
    let cut = &text[..text.len() - 40];
    let broken = DrillLog::parse(cut).unwrap();
    assert_eq!((broken.hand.len(), &broken.digest), (2, &None));
    assert_eq!(run(LEAK, &broken.hand).log.digest, first.log.digest);
    assert!(DrillLog::parse("{\"nonsense\":1}\n{}\n").is_err());
    let newer = text.replacen("\"format_version\":1", "\"format_version\":2", 1);
    let refused = DrillLog::parse(&newer).unwrap_err().to_string();
    assert!(refused.contains("format version 2") && refused.contains("--hand"), "{refused}");
    // Whole or broken off it tells of this run, and in no word of another.
    log.tells_of(&again.log).unwrap();
    broken.tells_of(&again.log).unwrap();
    let other = run(LEAK, &hand[..1]).log;
    for told in [&log, &broken] {
        assert!(told.tells_of(&other).unwrap_err().to_string().contains("is another"));
    }
    let forged = DrillLog { digest: Some("0".repeat(16)), ..log.clone() };
    assert!(forged.tells_of(&again.log).is_err());
    let other = DrillFile::parse(&LEAK.replace("seed: 7", "seed: 8")).unwrap();
    let refused = log.belongs_to(&other).unwrap_err().to_string();
    assert!(refused.contains("changed since") && refused.contains("--hand LOG"), "{refused}");
}

#[test]
fn a_hundred_seeds_replay_alike_on_any_number_of_threads() {
    let tables = DrillTables::shipped();
    let fire = with("fire(building: \"B2\", at_min: 1.0, water_l_s: 25.0, cordon_m: 40.0)")
        .replace("no_water([\"H1\"])", "burst(\"e1\")");
    let flood = with("flood(levels: [(0.0, 0.0), (10.0, 3.0)], closes_m: 0.3)");
    for (name, cache, text) in
        [("leak", park(), LEAK.to_owned()), ("fire", response::with_networks(), fire), ("flood", park(), flood)]
    {
        let short = text.replace("length_min: 30", "length_min: 12");
        let digests = |threads: usize| -> Vec<Option<String>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                (0..100)
                    .map(|seed| {
                        let file = DrillFile::parse(&short.replace("seed: 7", &format!("seed: {seed}"))).unwrap();
                        let run = run_drill(&file, &cache, &tables, &[]).unwrap();
                        assert_eq!(!run.outcome.without_water.is_empty(), name == "fire", "{name}: the main bursts");
                        run.log.digest
                    })
                    .collect()
            })
        };
        let one = digests(1);
        assert_eq!(one, digests(4), "{name}");
        let mut different = one.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > 95, "{name}: seeds differ: {}", different.len());
    }
}

#[test]
fn a_fire_with_a_burst_main_loses_its_water() {
    let fire = LEAK
        .replace(
            "hazard: leak(source: \"T1\", at_min: 1.0, hole_mm: 20.0, leak: liquid(0.0))",
            "hazard: fire(building: \"B2\", at_min: 1.0, water_l_s: 25.0, cordon_m: 40.0)",
        )
        .replace("no_water([\"H1\"])", "no_water_near((330.0, 0.0), 60.0)")
        .replace("(id: \"shut\", when: after(\"call\", 10.0), does: stop),", "");
    let run = run(&fire, &[]);
    // H2 is dry; H3 is 111 m from the middle of B2.
    assert_eq!((run.outcome.water_l_s, run.outcome.water_needed_l_s, run.outcome.hydrants_out), (15.0, Some(25.0), 1));
    assert_eq!(run.outcome.struck.len(), 1);
    assert!(run.outcome.unreached.is_some_and(|(before, after)| after >= before));
}

#[test]
fn a_flood_closes_the_low_end_and_nobody_is_lost() {
    let flood = LEAK
        .replace(
            "hazard: leak(source: \"T1\", at_min: 1.0, hole_mm: 20.0, leak: liquid(0.0))",
            "hazard: flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)",
        )
        .replace("(id: \"shut\", when: after(\"call\", 10.0), does: stop),", "");
    let run = run(&flood, &[]);
    let outcome = &run.outcome;
    // At 3 m the water is over 0.3 m deep as far as x = 250: B0 and B1.
    let struck: Vec<&str> = outcome.struck.iter().map(|struck| struck.building.as_str()).collect();
    assert_eq!(struck, ["B0", "B1"]);
    assert_eq!(outcome.arrived + outcome.cut_off + outcome.on_the_way, outcome.persons);
    assert_eq!((outcome.first_engine_s, outcome.water_l_s), (None, 0.0));
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_line() {
    for (from, to, line, said) in [
        ("hour: 10", "hour: 30", 6, "from 0 to 23"),
        ("after(\"release\", 2.0)", "after(\"relaese\", 2.0)", 13, "no event \"relaese\""),
        ("role: \"officer\"", "role: \"nobody\"", 18, "no role"),
        ("id: \"shut\", when: after(\"call\"", "id: \"shut\", when: after(\"shut\"", 14, "waits for itself"),
        ("format_version: 1", "format_version: 9", 2, "format version 9"),
        ("seed: 7,", "seed: 7, colour: 3,", 5, "no drill"),
        ("id: \"burst\"", "id: \"alarm\"", 15, "there twice"),
        ("when: after(\"call\", 10.0)", "when: at(0.5)", 14, "before it begins in minute 1"),
        ("at(5.0), does: no_water([\"H1\"])", "at(0.0), does: stop", 15, "before it begins in minute 1"),
    ] {
        let error = DrillFile::parse(&LEAK.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}: ")) && error.contains(said), "{from}: {error}");
    }
    for (from, to, line, said) in [
        ("source: \"T1\"", "source: \"T9\"", 9, "no hazard source \"T9\""),
        ("no_water([\"H1\"])", "no_water([\"H9\"])", 15, "no working hydrant \"H9\""),
    ] {
        let file = DrillFile::parse(&LEAK.replacen(from, to, 1)).unwrap();
        let error = run_drill(&file, &park(), &DrillTables::shipped(), &[]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}: ")) && error.contains(said), "{from}: {error}");
    }
    let elsewhere = DrillFile::parse(&LEAK.replace("park: \"hand\"", "park: \"other\"")).unwrap();
    let error = run_drill(&elsewhere, &park(), &DrillTables::shipped(), &[]).unwrap_err();
    assert!(error.to_string().contains("for the park other"), "{error}");
}

#[test]
fn an_alert_is_marked_as_an_exercise_and_escaped() {
    let ring = LineString::from(vec![(121.0, 31.0), (121.1, 31.0), (121.1, 31.1), (121.0, 31.0)]);
    let area = MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]);
    let sent = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let draft = CapDraft {
        identifier: "drill 1, <x>",
        sender: "safety@park.example",
        sent,
        category: "CBRNE",
        event: "Ammonia <leak>",
        headline: "Stay in & shut windows",
        description: "…",
        instruction: "…",
        place: "Hand",
        area: &area,
    };
    let text = cap_draft_in(&draft, &[]);
    assert!(text.contains("<status>Exercise</status>") && text.contains("urn:oasis:names:tc:emergency:cap:1.2"));
    assert!(text.contains("Ammonia &lt;leak&gt;") && text.contains("Stay in &amp; shut windows"));
    assert!(text.contains("<identifier>drill-1---x-</identifier>"), "{text}");
    assert!(text.contains("<polygon>31.000000,121.000000 31.000000,121.100000"), "latitude first");
    assert!(text.contains("<sent>2027-01-15T08:00:00-00:00</sent>"), "{text}");
    // Restricted has its restriction behind it, as the schema orders them.
    let order = ["<msgType>Alert", "<scope>Restricted</scope>", "<restriction>Exercise", "<note>", "<info>"];
    let places: Vec<usize> = order.iter().map(|part| text.find(part).unwrap()).collect();
    assert!(places.is_sorted() && !text.contains("Public") && !text.contains("Private"), "{text}");
}

/// The park, to be changed.
fn owned() -> ParkSnapshot {
    (**park().snapshot()).clone()
}

/// The hazard of [`LEAK`] exchanged for another, without the entry that stops it.
fn with(hazard: &str) -> String {
    LEAK.replace(
        "hazard: leak(source: \"T1\", at_min: 1.0, hole_mm: 20.0, leak: liquid(0.0))",
        &format!("hazard: {hazard}"),
    )
    .replace("(id: \"shut\", when: after(\"call\", 10.0), does: stop),", "")
}

fn refused(text: &str, cache: &Cache) -> String {
    run_drill(&DrillFile::parse(text).unwrap(), cache, &DrillTables::shipped(), &[]).unwrap_err().to_string()
}

#[test]
fn levels_that_the_terrain_says_nothing_of_are_refused_with_their_line() {
    // The ground lies at 0 to 6.4 m, rising to the east.
    for (levels, from, said) in [
        ("[(0.0, -20.0), (20.0, -0.5)]", "", "no level wets any ground: that of park hand lies at 0.0 to 6.4 m"),
        ("[(0.0, 0.0), (20.0, 7.5)]", "", "7.5 m, stands over the highest ground"),
        ("[(0.0, 9900.0)]", "", "cannot be worked out"),
        ("[(0.0, 1.0), (20.0, 3.0)]", ", from: [(500.0, 0.0)]", "joined to the places"),
        ("[(0.0, 1.0)]", ", from: [(9000.0, 0.0)]", "cannot be worked out"),
    ] {
        let error = refused(&with(&format!("flood(levels: {levels}{from}, closes_m: 0.3)")), &park());
        assert!(error.starts_with("line 9: ") && error.contains(said), "{levels}: {error}");
    }
    let nan = with("flood(levels: [(0.0, NaN)], closes_m: 0.3)");
    let error = DrillFile::parse(&nan).unwrap_err().to_string();
    assert!(error.starts_with("line 9: "), "{error}");
}

#[test]
fn what_a_drill_does_is_checked_before_it_runs_whoever_asks() {
    for (does, said) in [
        ("wind(400.0, 3.0)", "from 0 to 360"),
        ("wind(90.0, 0.2)", "from 1 to 30"),
        ("close((0.0, NaN), 10.0)", "the place"),
        ("no_water_near((0.0, 0.0), -5.0)", "the distance"),
    ] {
        let error = DrillFile::parse(&LEAK.replace("no_water([\"H1\"])", does)).unwrap_err().to_string();
        assert!(error.starts_with("line 15: ") && error.contains(said), "{does}: {error}");
    }
    let file = DrillFile::parse(LEAK).unwrap();
    for does in [Action::Wind(90.0, f64::NAN), Action::Done("nothing".into()), Action::NoWater(vec!["H9".into()])] {
        let hand = [HandInject { at_s: 1700.0, does, by: String::new() }];
        assert!(run_drill(&file, &park(), &DrillTables::shipped(), &hand).is_err(), "{hand:?}");
    }
    let stop = [HandInject { at_s: 10.0, does: Action::Stop, by: String::new() }];
    let fire = DrillFile::parse(&with("fire(building: \"B2\", at_min: 1.0, cordon_m: 40.0)")).unwrap();
    let error = run_drill(&fire, &park(), &DrillTables::shipped(), &stop).unwrap_err().to_string();
    assert!(error.contains("only a leak"), "{error}");
}

#[test]
fn a_cloud_drifts_off_and_shrinks_when_its_source_is_stopped() {
    use geo::Area;
    let area = |text: &str| -> Vec<f64> { run(text, &[]).zones.iter().map(|zone| zone.area.unsigned_area()).collect() };
    let (stopped, runs_on) =
        (area(LEAK), area(&LEAK.replace("after(\"call\", 10.0), does: stop", "after(\"call\", 999.0), does: stop")));
    // Stopped at 13 min: until then alike, then ever smaller, and gone before the end.
    assert_eq!(stopped[..13], runs_on[..13]);
    let after = &stopped[15..];
    assert!(after.windows(2).all(|pair| pair[0] >= pair[1]), "{after:?}");
    assert!(*after.last().unwrap() < 0.2 * stopped[13], "{stopped:?}");
    assert!(runs_on[29] >= runs_on[13]);
}

#[test]
fn what_is_not_due_is_open_and_not_missed() {
    let text = LEAK
        .replace(
            "from: \"alarm\", within_min: 5.0, evidence: observed",
            "from: \"alarm\", within_min: 500.0, evidence: observed",
        )
        .replace("from: \"alarm\", within_min: 2.0", "from: \"water_lost\", within_min: 2.0")
        .replace(
            "from: \"release\", within_min: 3.0, evidence: event(\"alarm\")",
            "from: \"release\", within_min: 28.9, evidence: event(\"water_lost\")",
        );
    let found = run(&text, &[]);
    let ratings: Vec<Rating> = found.outcome.rated.iter().map(|rated| rated.rating).collect();
    // Due 0.1 min before the end and not done; water came before a clock that never started; due after the end.
    assert_eq!(ratings, [Rating::Missed, Rating::Met, Rating::Open]);
    let never = text
        .replace("evidence: event(\"first_water\")", "evidence: event(\"all_engines\")")
        .replace("engines: 1", "engines: 0");
    let never = never.replace("seed: 7,", "seed: 7, engines: 0,");
    assert_eq!(run(&never, &[]).outcome.rated[1].rating, Rating::Open);
}

#[test]
fn a_closed_station_stays_at_home_and_a_building_that_is_gone_burns_no_more() {
    let mut gone = owned();
    gone.resources[2].state = Some("closed".into());
    let cache = Cache::build(Arc::new(gone.clone()));
    let found = run_drill(&DrillFile::parse(LEAK).unwrap(), &cache, &DrillTables::shipped(), &[]).unwrap();
    assert!(found.outcome.engines.is_empty() && found.outcome.first_engine_s.is_none());
    assert!(found.log.entries.iter().any(|entry| entry.id == "no_engine"));
    gone.park.as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30);
    gone.buildings[2].valid_to = chrono::NaiveDate::from_ymd_opt(2026, 1, 1);
    let cache = Cache::build(Arc::new(gone));
    let found = run_drill(&DrillFile::parse(LEAK).unwrap(), &cache, &DrillTables::shipped(), &[]).unwrap();
    let struck: Vec<&str> = found.outcome.struck.iter().map(|struck| struck.building.as_str()).collect();
    assert_eq!((found.outcome.persons, struck), (3 * 69, vec!["B3"]));
    let error = refused(&with("fire(building: \"B2\", at_min: 1.0, cordon_m: 10.0)"), &cache);
    assert!(error.starts_with("line 9: ") && error.contains("does not stand"), "{error}");
}

#[test]
fn who_looks_on_sees_every_entry_and_changes_nothing() {
    #[derive(Default)]
    struct Notes {
        log: String,
        seconds: u32,
        most: usize,
    }
    impl Onlooker for Notes {
        fn happened(&mut self, entry: &Entry) {
            self.log.push_str(&DrillLog::line(entry).unwrap());
        }
        fn second(&mut self, seen: &Seen<'_>) {
            self.seconds += 1;
            self.most = self.most.max(seen.people().count());
            let census = seen.census();
            assert_eq!(census.inside + census.on_ways + census.arrived + census.cut_off, 4 * 69);
        }
    }
    let file = DrillFile::parse(LEAK).unwrap();
    let hand = [HandInject { at_s: 1200.0, does: Action::Done("told".into()), by: "observer".into() }];
    let mut notes = Notes::default();
    let seen = watch_drill(&file, &park(), &DrillTables::shipped(), &hand, &mut notes).unwrap();
    assert_eq!(seen, run(LEAK, &hand));
    assert!(notes.seconds == 1801 && notes.most > 50, "{} {}", notes.seconds, notes.most);
    let written = DrillLog::first_lines(&file, &hand).unwrap() + &notes.log;
    assert_eq!(
        written.clone() + &DrillLog::last_line(seen.log.digest.as_ref().unwrap()).unwrap(),
        seen.log.to_text().unwrap()
    );
    // Killed after any line, in the middle of one or not: the log is enough to come to the same bits.
    for cut in [written.find('\n').unwrap() + 140, written.len() / 2, written.len()] {
        let broken = DrillLog::parse(&written[..cut]).unwrap();
        assert_eq!((broken.hand.as_slice(), &broken.digest), (&hand[..], &None));
        assert_eq!(run(LEAK, &broken.hand).log.digest, seen.log.digest);
    }
    assert_eq!(seen.counts.len(), 31);
    assert!(seen.counts.windows(2).all(|pair| pair[0].census.arrived <= pair[1].census.arrived));
}

#[test]
fn a_branch_differs_by_its_injects_alone() {
    let (cache, tables) = (park(), DrillTables::shipped());
    let file = DrillFile::parse(LEAK).unwrap();
    let seeds: Vec<u64> = (1..=6).collect();
    let told = HandInject { at_s: 400.0, does: Action::Done("told".into()), by: String::new() };
    let late = HandInject { at_s: 900.0, does: Action::Alarm, by: String::new() };
    let base = [told.clone(), late];
    // Nothing of its own, and nothing after the moment but what changes no measure: no difference at all.
    let same = branch(&base, 500.0, &[]).unwrap();
    assert_eq!(same.as_slice(), std::slice::from_ref(&base[0]));
    let found = compare_drills(&file, &cache, &tables, (&base, &same), &seeds).unwrap();
    assert!(found.iter().all(|one| one.more_less == (0, 0) && one.only == (0, 0)), "{found:?}");
    // What if the road to the east were shut at 200 s: who would go there goes west, later and through the cloud, or nowhere.
    let shut = HandInject { at_s: 200.0, does: Action::Close((560.0, 0.0), 15.0), by: String::new() };
    let own = branch(&base, 150.0, std::slice::from_ref(&shut)).unwrap();
    let found = compare_drills(&file, &cache, &tables, (&base, &own), &seeds).unwrap();
    let last = found.iter().find(|one| one.name == "last_out_s").unwrap();
    assert_eq!((last.base.len(), last.more_less.1), (6, 0), "{last:?}");
    assert!(last.more_less.0 == 6 && last.mean_difference.unwrap() > 60.0, "{last:?}");
    // Each pair is that of its seed, on any number of threads.
    let mut alone = file.clone();
    alone.seed = 3;
    assert_eq!(run_drill(&alone, &cache, &tables, &own).unwrap().outcome.last_out_s, last.branch[2]);
    let error = branch(&base, 300.0, &[shut]).unwrap_err().to_string();
    assert!(error.contains("before the moment"), "{error}");
}

#[test]
fn a_trace_tells_the_same_as_the_run_and_leaves_it_as_it_is() {
    let (file, cache, tables) = (DrillFile::parse(LEAK).unwrap(), park(), DrillTables::shipped());
    let plain = run_drill(&file, &cache, &tables, &[]).unwrap();
    let mut told = Vec::new();
    let (run, trace) = trace_drill(&file, &cache, &tables, &[], |share| {
        told.push(share);
        true
    })
    .unwrap();
    assert_eq!(run, plain, "being watched changes nothing");
    assert!(told.len() > 100 && told.windows(2).all(|pair| pair[0] <= pair[1]) && told.last() == Some(&1.0));
    let last = trace.looks.last().unwrap();
    let outcome = &run.outcome;
    assert_eq!((last.arrived, last.cut_off), (outcome.arrived, outcome.cut_off));
    assert_eq!(last.inside + last.on_the_way, outcome.on_the_way);
    assert_eq!((last.struck as usize, last.exposed), (outcome.struck.len(), outcome.exposed_on_ways));
    assert_eq!(trace.filled(1e9).iter().sum::<u32>(), outcome.arrived);
    // Everyone is where the counts have him, and nobody walks faster than people do.
    assert_eq!(trace.people.len() as u32, outcome.persons);
    for look in &trace.looks {
        let stays =
            |wanted: Stay| trace.people.iter().filter(|track| track.at(look.at_s as f32).stay == wanted).count() as u32;
        assert_eq!((stays(Stay::Inside), stays(Stay::Arrived)), (look.inside, look.arrived), "{} s", look.at_s);
    }
    for track in &trace.people {
        for pair in track.keys.windows(2).filter(|pair| pair[0].stay == Stay::Walks) {
            let far = (pair[1].place_m[0] - pair[0].place_m[0]).hypot(pair[1].place_m[1] - pair[0].place_m[1]);
            let took = pair[1].at_s - pair[0].at_s;
            assert!(far <= 1.34 * (took + 2.1), "{far} m in {took} s: {pair:?}");
        }
        assert!(track.keys.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
    }
    // Levels of the guideline lie within one another, and a cloud has a body.
    let (_, contours) = trace.contours(600.0).unwrap();
    let size = |area: &MultiPolygon<f64>| geo::Area::unsigned_area(area);
    let at_ground: Vec<f64> =
        contours.lines.iter().filter(|line| line.above_m == 0.0).map(|line| size(&line.area)).collect();
    assert!(at_ground.len() >= 2 && at_ground.windows(2).all(|pair| pair[0] > pair[1]), "{at_ground:?}");
    assert!(contours.lines.iter().any(|line| line.above_m > 0.0 && line.level == 2));
    let engine = &trace.drives[0];
    assert!((engine.arrives_s.unwrap() - outcome.first_engine_s.unwrap()).abs() <= 1.0);
    let leaves_s = engine.track[0].0;
    assert!((leaves_s - 180.0).abs() < 1.0, "{leaves_s}: called with the alarm");
    assert_eq!(trace.dry(301.0).len(), 1);
    assert!(trace.dry(299.0).is_empty());
    let given_up = trace_drill(&file, &cache, &tables, &[], |share| share < 0.5);
    assert!(matches!(given_up, Err(DrillError::GivenUp)));
}

#[test]
fn notes_and_closures_by_hand_replay_to_the_bit_from_their_log() {
    let note = Action::Note {
        text: "Two people without masks".into(),
        place: Some((210.0, 4.0)),
        picture: Some("note-1.png".into()),
        about: None,
    };
    let hand = [
        HandInject { at_s: 200.0, does: note.clone(), by: "observer".into() },
        HandInject { at_s: 210.0, does: Action::Close((300.0, 0.0), 20.0), by: "console".into() },
        HandInject { at_s: 400.0, does: Action::Missed("told".into()), by: "observer".into() },
    ];
    let first = run(LEAK, &hand);
    assert!(first.log.entries.iter().any(|entry| entry.text.contains("Two people without masks")));
    let log = DrillLog::parse(&first.log.to_text().unwrap()).unwrap();
    assert_eq!(log.hand, hand);
    let again = run(LEAK, &log.hand);
    assert_eq!((again.log.digest, again.outcome), (first.log.digest.clone(), first.outcome.clone()));
    assert_ne!(run(LEAK, &hand[..1]).log.digest, first.log.digest, "a closed way shows");
    // A note changes what is told and nobody's way.
    let noted = run(LEAK, &hand[..1]);
    assert_eq!(noted.evacuation, run(LEAK, &[]).evacuation);
    let text = LEAK.replace("does: alarm", "does: note(text: \"seen\")");
    assert!(matches!(&DrillFile::parse(&text).unwrap().timeline[0].does, Action::Note { place: None, .. }));
}

#[test]
fn a_closure_takes_the_ways_that_run_past_its_place() {
    // The stretch from 175 to 200 m runs 5 m past the place; its middle is 9 m off, its nearer neighbour 7 m.
    let found = run(&LEAK.replace("no_water([\"H1\"])", "close((180.0, 5.0), 6.0)"), &[]);
    let burst = found.log.entries.iter().find(|entry| entry.id == "burst").unwrap();
    assert_eq!(burst.text.as_str(), "1 stretch of way is closed");
}
