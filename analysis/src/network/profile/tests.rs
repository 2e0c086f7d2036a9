use std::sync::Arc;

use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot, Presence, TerrainGrid};

use super::*;
use crate::network::barriers::Barriers;
use crate::network::by_hand::{edge, empty, keyed_edge, node};
use crate::network::clearance::ClearanceRules;
use crate::network::settings::Settings;
use crate::network::topology::Topology;
use crate::network::trace::{Start, Way};

/// Level ground at 10 m over 0..200 m each way, with a hole at the last column.
fn ground() -> TerrainGrid {
    let mut heights_m = vec![10.0; 21 * 21];
    heights_m[20] = f32::NAN;
    TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m }
}

/// Sewers M1 → M2 → M3 → O along y = 100 with a step down at M2, a branch into M2, a water main over the first, a cable under it.
fn street() -> ParkSnapshot {
    let mut park = empty();
    park.terrain = Some(ground());
    let stand = |key: &str, x: f64, kind: NodeKind, depth: f64| {
        let mut node = node(key, kind, [x, 100.0, 10.0 - depth]);
        (node.ground_elevation_m, node.depth_m, node.size_mm) = (Some(10.02), Some(depth), Some(1000.0));
        node
    };
    park.nodes = vec![
        stand("M1", 10.0, NodeKind::Manhole, 2.0),
        stand("M2", 60.0, NodeKind::Manhole, 2.3),
        stand("M3", 110.0, NodeKind::Manhole, 2.5),
        stand("O", 190.0, NodeKind::Outfall, 2.6),
    ];
    let sewer = |id: i64, ends: [&str; 2], x: [f64; 2], invert: [f64; 2], dn: f64| {
        let half = dn / 2000.0;
        let path = (0..2).map(|end| [x[end], 100.0, invert[end] + half]).collect();
        let mut line = keyed_edge(id, Some(ends[0]), Some(ends[1]), path);
        (line.diameter_mm, line.survey_level) = (Some(dn), Some("A".into()));
        line
    };
    park.edges = vec![
        sewer(1, ["M1", "M2"], [10.0, 60.0], [8.0, 7.8], 300.0),
        sewer(2, ["M2", "M3"], [60.0, 110.0], [7.7, 7.65], 400.0),
        sewer(3, ["M3", "O"], [110.0, 190.0], [7.65, 7.41], 400.0),
    ];
    let mut branch = keyed_edge(4, None, Some("M2"), vec![[60.0, 130.0, 9.0], [60.0, 100.0, 8.6]]);
    branch.diameter_mm = Some(200.0);
    park.edges.push(branch);
    park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
    park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Drainage);
    let across = |id: i64, x: f64, z: f64, class: NetworkClass, dn: Option<f64>| {
        let mut line = edge(id, vec![[x, 90.0, z], [x, 110.0, z]]);
        (line.class, line.diameter_mm, line.survey_level) = (class, dn, Some("A".into()));
        line
    };
    park.edges.push(across(5, 35.0, 9.0, NetworkClass::Water, Some(200.0)));
    park.edges.push(across(6, 45.0, 7.5, NetworkClass::Power, Some(100.0)));
    park.edges.push(across(7, 85.0, f64::NAN, NetworkClass::Gas, None));
    park
}

struct Made {
    cache: Cache,
    there: Presence,
    topology: Topology,
    flows: crate::network::topology::Flows,
}

impl Made {
    fn of(park: ParkSnapshot) -> Self {
        let settings = Settings::shipped();
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let topology = Topology::build(&park, &there, NetworkClass::Drainage, &settings);
        let flows = topology.flows(&park, &settings);
        Self { cache: Cache::build(Arc::new(park)), there, topology, flows }
    }

    fn along(&self, key: &str, way: Way) -> Option<Profile> {
        let park = self.cache.snapshot();
        let starts = self.topology.starts(park, key).unwrap();
        let open = Barriers::shut_at(&self.topology, |_| false);
        let course = self.topology.way_along(park, &self.flows, &starts, way, &open)?;
        Some(self.profile(&course, Some(way)))
    }

    fn profile(&self, course: &Course, asked: Option<Way>) -> Profile {
        let (clearance, limits) = (ClearanceRules::shipped(), ProfileLimits::shipped());
        let ask = Ask {
            cache: &self.cache,
            there: &self.there,
            topology: &self.topology,
            flows: &self.flows,
            clearance: &clearance,
            limits: &limits,
        };
        ask.profile(course, asked)
    }
}

fn near(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-9)
}

#[test]
fn points_at_one_place_are_one_station() {
    let mut park = street();
    // A valve that lines name, on a chamber that has the levels; a pump, on the outfall, with a line that goes on.
    let (m2, o) = (park.nodes[1].clone(), park.nodes[3].clone());
    (park.nodes[1].kind, park.nodes[1].depth_m) = (NodeKind::Valve, None);
    (park.nodes[1].ground_elevation_m, park.nodes[1].size_mm) = (None, None);
    park.nodes[3].kind = NodeKind::Pump;
    for (twin, key) in [(m2, "C2"), (o.clone(), "O2")] {
        let mut made = node(key, twin.kind, twin.position);
        (made.class, made.ground_elevation_m) = (twin.class, twin.ground_elevation_m);
        (made.depth_m, made.size_mm) = (twin.depth_m, twin.size_mm);
        park.nodes.push(made);
    }
    let mut on = keyed_edge(8, Some("O"), None, vec![o.position, [199.0, 100.0, o.position[2] - 0.1]]);
    on.class = NetworkClass::Drainage;
    park.edges.push(on);
    let profile = Made::of(park).along("M1", Way::Downstream).unwrap();
    let station = profile.stations[1].node.as_ref().unwrap();
    assert_eq!((station.key.as_str(), station.kind), ("C2", NodeKind::Manhole));
    assert_eq!((station.cover_level_m, station.depth_m, station.width_m), (Some(10.02), Some(2.3), Some(1.0)));
    assert_eq!(profile.length_m, 180.0, "it ends at the outfall");
}

#[test]
fn a_street_by_hand() {
    let made = Made::of(street());
    let profile = made.along("M1", Way::Downstream).unwrap();
    assert_eq!(profile.length_m, 180.0);
    let keys: Vec<&str> = profile.stations.iter().map(Station::key).collect();
    assert_eq!(keys, ["M1", "M2", "M3", "O"]);
    let at: Vec<f64> = profile.stations.iter().map(|station| station.at_m).collect();
    assert_eq!(at, [0.0, 50.0, 100.0, 180.0]);
    let m2 = &profile.stations[1];
    assert!(near(m2.in_m, 7.8) && near(m2.out_m, 7.7) && near(m2.drop_m(), 0.1) && near(m2.depth_m(), 2.32));
    assert_eq!((m2.terrain_m, m2.ground_m(), m2.branches.len()), (Some(10.0), Some(10.02), 1));
    assert_eq!((m2.branches[0].key.as_str(), m2.branches[0].size.as_str()), ("e4", "DN200"));
    let falls: Vec<f64> = profile.runs.iter().map(|run| run.fall.unwrap() * 1000.0).collect();
    for (fall, told) in falls.iter().zip([4.0, 1.0, 3.0]) {
        assert!((fall - told).abs() < 1e-9, "{falls:?}");
    }
    assert!(profile.runs.iter().all(|run| run.flow == Flow::With));
    // The bottom steps at M2: two corners there.
    assert_eq!(profile.corners.iter().filter(|corner| corner.at_m == 50.0).count(), 2);
    let [x, y, z] = profile.place(25.0);
    assert!((x - 35.0).abs() < 1e-9 && y == 100.0 && (z - 8.05).abs() < 1e-9);
    let range = profile.range_m().unwrap();
    assert!((range[0] - 7.41).abs() < 1e-9 && range[1] == 10.02, "{range:?}");
    assert_eq!((profile.ground.len(), profile.ground_m(77.0)), (1, Some(10.0)));
}

#[test]
fn what_crosses_is_told_with_its_room() {
    let made = Made::of(street());
    let profile = made.along("e1", Way::Downstream).unwrap();
    let told: Vec<(&str, f64, Option<bool>)> =
        profile.crossings.iter().map(|one| (one.key.as_str(), one.at_m, one.over())).collect();
    assert_eq!(told, [("e5", 25.0, Some(true)), ("e6", 35.0, Some(false)), ("e7", 75.0, None)]);
    // 9.0 − 8.05 less half of 0.3 and of 0.2; the cable 8.01 − 7.5 less 0.15 and 0.05, where 0.5 is asked for.
    assert!(near(profile.crossings[0].room_m, 0.7) && near(profile.crossings[1].room_m, 0.31));
    assert_eq!(profile.crossings[0].verdict, Some(Verdict::Clear));
    assert_eq!((profile.crossings[1].verdict, profile.crossings[1].limit_m), (Some(Verdict::Violated), Some([0.5; 2])));
    assert_eq!((profile.crossings[2].room_m, profile.crossings[2].verdict), (None, Some(Verdict::Unknown)));
    // The cable's is the only crossing among what is wrong.
    let near: Vec<&str> =
        profile.flaws.iter().filter(|f| f.kind == FlawKind::CrossesNear).map(|f| f.key.as_str()).collect();
    assert_eq!(near, ["e6"]);
}

/// Kinds and keys of what is wrong, those that are sure.
fn wrong(profile: &Profile) -> Vec<(&'static str, &str)> {
    let sure = profile.flaws.iter().filter(|flaw| flaw.verdict == Verdict::Violated);
    sure.map(|flaw| (flaw.kind.as_str(), flaw.key.as_str())).collect()
}

#[test]
fn what_is_wrong_is_told_with_its_clause() {
    let mut park = street();
    // Level A is off by 0.03 m: over 50 m of sewer a fall of 1 ‰ may be 1.5 ‰ and more.
    let made = Made::of(park.clone());
    let profile = made.along("M1", Way::Downstream).unwrap();
    assert_eq!(wrong(&profile), [("crossing_too_near", "e6"), ("chambers_far_apart", "O")]);
    let flat = profile.flaws.iter().find(|flaw| flaw.kind == FlawKind::TooFlat).unwrap();
    assert_eq!((flat.verdict, flat.key.as_str(), flat.limit), (Verdict::Possible, "e2", Some(0.0015)));
    assert!(flat.rule.contains("GB 50014") && flat.rule.contains("[memory]"), "{}", flat.rule);
    // A pump lifts.
    let mut lifted = park.clone();
    lifted.edges[2].path = vec![[110.0, 100.0, 9.9], [190.0, 100.0, 9.7]];
    let steps = |park: &ParkSnapshot| {
        let profile = Made::of(park.clone()).along("M1", Way::Downstream).unwrap();
        profile.flaws.iter().any(|flaw| flaw.kind == FlawKind::StepsUp)
    };
    assert!(steps(&lifted));
    lifted.nodes[2].kind = NodeKind::Pump;
    assert!(!steps(&lifted));
    // The second sewer rises by 0.3 m as it flows, is smaller than the first, and begins above its end; the third lies bare.
    park.edges[1].path = vec![[60.0, 100.0, 7.925], [110.0, 100.0, 8.225]];
    park.edges[1].diameter_mm = Some(250.0);
    park.edges[2].path = vec![[110.0, 100.0, 9.9], [190.0, 100.0, 9.7]];
    let made = Made::of(park);
    let profile = made.along("M1", Way::Downstream).unwrap();
    let told = wrong(&profile);
    for flaw in [
        ("reverse_slope", "e2"),
        ("diameter_shrinks", "e2"),
        ("step_up", "M3"),
        ("above_ground", "e3"),
        ("chambers_far_apart", "O"),
    ] {
        assert!(told.contains(&flaw), "{flaw:?} in {told:?}");
    }
    assert!(profile.flaws.iter().all(|flaw| !flaw.rule.is_empty() && flaw.verdict != Verdict::Clear));
    let rises = profile.flaws.iter().find(|flaw| flaw.kind == FlawKind::Rises).unwrap();
    assert!((rises.kind.in_unit(rises.value) + 6.0).abs() < 1e-9 && rises.kind.unit() == "‰");
}

#[test]
fn what_a_pump_lifts_is_no_sewer_that_rises() {
    // M2 → M3 rises by 0.3 m and is smaller than what comes in.
    let mut park = street();
    park.edges[1].path = vec![[60.0, 100.0, 7.925], [110.0, 100.0, 8.225]];
    park.edges[1].diameter_mm = Some(250.0);
    // Enough that fall as they are drawn for that to be the convention.
    for id in 20..30 {
        let x = 10.0 * (id - 19) as f64;
        let mut line = edge(id, vec![[x, 150.0, 9.0], [x, 160.0, 8.0]]);
        line.class = NetworkClass::Drainage;
        park.edges.push(line);
    }
    let told = |park: &ParkSnapshot| -> Vec<FlawKind> {
        let profile = Made::of(park.clone()).along("M1", Way::Downstream).unwrap();
        let kinds = profile.flaws.iter().map(|flaw| flaw.kind);
        kinds.filter(|kind| matches!(kind, FlawKind::Rises | FlawKind::Narrows | FlawKind::StepsUp)).collect()
    };
    let wrong = [FlawKind::Rises, FlawKind::Narrows];
    let all = |told: Vec<FlawKind>| wrong.iter().all(|kind| told.contains(kind));
    assert!(all(told(&park)));
    let mut pumped = park.clone();
    pumped.nodes[1].kind = NodeKind::Pump;
    assert_eq!(told(&pumped), []);
    // Past a bend of the main too, but not past a chamber, from where it flows by itself.
    pumped.edges[2].path = vec![[110.0, 100.0, 8.225], [190.0, 100.0, 8.7]];
    assert_eq!(told(&pumped), [FlawKind::Rises]);
    pumped.nodes[2].kind = NodeKind::Junction;
    assert_eq!(told(&pumped), []);
    // A pressure on record says the same of a line whose pump is not on record.
    park.edges[1].pressure = Some("0.3MPa".into());
    assert_eq!(told(&park), []);
}

#[test]
fn what_is_not_known_stays_so() {
    let mut park = street();
    park.terrain = None;
    park.nodes.iter_mut().for_each(|node| node.ground_elevation_m = None);
    park.edges[0].diameter_mm = None;
    park.edges[1].path[1][2] = f64::NAN;
    let made = Made::of(park);
    let profile = made.along("M1", Way::Downstream).unwrap();
    assert!(profile.ground.is_empty() && profile.ground_m(10.0).is_none());
    assert_eq!((profile.runs[0].height_m, profile.runs[0].size.as_str()), (None, ""));
    assert_eq!((profile.stations[0].out_m, profile.stations[1].in_m, profile.runs[1].fall), (None, None, None));
    assert_eq!(profile.stations[2].depth_m(), None, "no ground");
    assert!(profile.place(75.0)[2].is_nan());
    assert!(profile.flaws.iter().all(|flaw| !matches!(flaw.kind, FlawKind::Shallow | FlawKind::AboveGround)));
}

#[test]
fn ways_lead_to_the_outfall_from_the_farthest_head_or_between_two_places() {
    let made = Made::of(street());
    let park = made.cache.snapshot();
    // Up from the outfall: the longest way is the street, drawn the way it flows.
    let up = made.along("O", Way::Upstream).unwrap();
    assert_eq!((up.stations[0].key(), up.stations[3].key(), up.runs[0].flow), ("M1", "O", Flow::With));
    assert_eq!(made.along("e3", Way::Upstream).unwrap().stations.len(), 4);
    assert!(made.along("O", Way::Downstream).is_none(), "nothing flows on");
    let at = |key: &str| match made.topology.starts(park, key).unwrap()[0] {
        Start::Junction(junction) => junction,
        Start::Link(_) => unreachable!(),
    };
    let shut = |key: &str| Barriers::shut_at(&made.topology, |junction| junction == at(key));
    let open = Barriers::shut_at(&made.topology, |_| false);
    let between = made.topology.way_between(&made.flows, [at("O"), at("M2")], &open).unwrap();
    assert_eq!(between.from, at("M2"), "with the flow, however it was asked for");
    assert!(made.topology.way_between(&made.flows, [at("M1"), at("O")], &shut("M3")).is_none());
    let stops = made.topology.starts(park, "M1").unwrap();
    let course = made.topology.way_along(park, &made.flows, &stops, Way::Downstream, &shut("M2")).unwrap();
    assert_eq!(course.links.len(), 1, "past a closed valve no way leads");
}

/// Reports have a cell for every column.
#[test]
fn sheets_hold_what_the_profile_holds() {
    let made = Made::of(street());
    let profile = made.along("M1", Way::Downstream).unwrap();
    let park = made.cache.snapshot();
    for (rows, count) in
        [(ProfileRows::Stations, 4), (ProfileRows::Crossings, 3), (ProfileRows::Flaws, profile.flaws.len())]
    {
        let sheet = profile_sheet(park, &profile, rows);
        assert_eq!(sheet.rows.len(), count);
        assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
    }
    let sheet = profile_sheet(park, &profile, ProfileRows::Stations);
    assert_eq!(sheet.title, "Drainage: long profile from M1 to O");
    assert!(sheet.notes.iter().any(|note| note.contains("+0.02 m off the terrain")), "{:?}", sheet.notes);
}

proptest! {
    /// Drawn against its flow a sewer has the same profile, and every place on it is found again.
    #[test]
    fn a_profile_does_not_depend_on_how_lines_are_drawn(
        levels in prop::collection::vec(0.02..0.29_f64, 2..12), lengths in prop::collection::vec(3.0..15.0_f64, 12),
        turned in prop::collection::vec(prop::bool::ANY, 12), share in 0.0..1.0_f64,
    ) {
        let made = |turned: &[bool]| {
            let mut park = empty();
            park.terrain = Some(ground());
            let (mut x, mut y, mut z) = (1.0, 1.0, 9.0);
            for (at, fall) in levels.iter().enumerate() {
                let from = [x, y, z];
                if at % 2 == 0 { x += lengths[at] } else { y += lengths[at] }
                z -= fall;
                let mut line = edge(at as i64 + 1, vec![from, [x, y, z]]);
                (line.class, line.diameter_mm) = (NetworkClass::Drainage, Some(300.0));
                if turned[at] {
                    line.path.reverse();
                }
                park.edges.push(line);
            }
            Made::of(park)
        };
        let (drawn, other) = (made(&[false; 12]), made(&turned));
        // Where few are turned, drawing is a convention, against which those that fall the other way are wrong.
        prop_assume!(other.flows.against.is_empty());
        let profile = drawn.along("e1", Way::Downstream).unwrap();
        let same = other.along("e1", Way::Downstream).unwrap();
        prop_assert_eq!(profile.runs.len(), levels.len());
        prop_assert_eq!(&profile.corners, &same.corners);
        prop_assert_eq!(&profile.runs, &same.runs);
        prop_assert_eq!(&profile.ground, &same.ground);
        let whole: f64 = lengths[..levels.len()].iter().sum();
        prop_assert!((profile.length_m - whole).abs() < 1e-9);
        let at = share * whole;
        let [x, y, z] = profile.place(at);
        let (found, far) = profile.nearest([x, y]).unwrap();
        prop_assert!((found - at).abs() < 1e-6 && far < 1e-9, "{found} {at} {far}");
        let run = profile.run_at(at).unwrap();
        prop_assert!((run.axis_at_m(at).unwrap() - z).abs() < 1e-6);
    }

    /// What crosses is what a look at every two pieces finds.
    #[test]
    fn crossings_are_all_there(
        others in prop::collection::vec([0.0..200.0_f64, 0.0..200.0_f64, 0.0..200.0_f64, 0.0..200.0_f64], 0..40),
    ) {
        let mut park = street();
        park.edges.truncate(3);
        for (at, [a, b, c, d]) in others.iter().enumerate() {
            let mut line = edge(at as i64 + 10, vec![[*a, *b, 9.0], [*c, *d, 9.0]]);
            line.class = NetworkClass::Water;
            park.edges.push(line);
        }
        let made = Made::of(park);
        let profile = made.along("M1", Way::Downstream).unwrap();
        let told: Vec<String> = profile.crossings.iter().map(|one| one.key.clone()).collect();
        let mut expected: Vec<(f64, String)> = Vec::new();
        for (at, [a, b, c, d]) in others.iter().enumerate() {
            // The street is the line y = 100 from x = 10 to 190.
            if (b - 100.0) * (d - 100.0) < 0.0 {
                let x = a + (c - a) * (100.0 - b) / (d - b);
                if x > 10.0 && x < 190.0 {
                    expected.push((x - 10.0, format!("e{}", at + 10)));
                }
            }
        }
        expected.sort_by(|x, y| x.0.total_cmp(&y.0));
        prop_assert_eq!(told, expected.iter().map(|one| one.1.clone()).collect::<Vec<_>>());
        for (one, (at_m, _)) in profile.crossings.iter().zip(&expected) {
            prop_assert!((one.at_m - at_m).abs() < 1e-6);
        }
    }
}
