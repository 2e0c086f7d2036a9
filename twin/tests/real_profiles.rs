//! Long profiles and cross-sections of real places, where `TWIN_REAL_DATA` names the folder that holds them, against figures of their
//! sources that the product did not make.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use analysis::network::answers::Network;
use analysis::network::clearance::ClearanceRules;
use analysis::network::profile::{FlawKind, Flow, Profile, ProfileLimits, Run};
use analysis::network::trace::Way;
use analysis::network::{Settings, section_along};
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot, Presence};
use spatial_db::store::IssueFilter;

use crate::support::real::Imported;

fn day() -> NaiveDate {
    "2026-06-30".parse().unwrap()
}

/// Asks for profiles of a network.
fn asked<T>(park: ParkSnapshot, class: NetworkClass, ask: impl FnOnce(&Network<'_>, &Cache) -> T) -> T {
    let cache = Cache::build(std::sync::Arc::new(park));
    let park = cache.snapshot();
    let (there, settings) = (Presence::on(park, day()), Settings::shipped());
    let network = Network::of(park, &there, class, &settings, HashMap::new()).expect("a network");
    ask(&network, &cache)
}

fn along(network: &Network<'_>, cache: &Cache, from: &str, to: Option<&str>, way: Way) -> Profile {
    let rules = (&ClearanceRules::shipped(), &ProfileLimits::shipped());
    network.profile(cache, (from, to), way, rules).unwrap_or_else(|error| panic!("{from}: {error}"))
}

/// Files of the data folder as they are.
fn file(path: &str) -> String {
    let root = std::env::var_os("TWIN_REAL_DATA").expect("asked for before");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(root).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Sant Boi: from every sewer to its outfall; the longest against the source's levels, and all against the terrain.
#[test]
fn sant_boi_sewers_from_the_side() {
    let Some(imported) = Imported::new("santboi_es") else { return };
    let (park, mut store) = (imported.snapshot, imported.store);
    // Sewers on record above the ground lie by their depth under it, and the import says so: their levels are no longer the record's.
    let filter = IssueFilter { code: Some("edge.above_terrain".into()), ..IssueFilter::default() };
    let moved = store.issues(park.park.park_id, &filter, None).expect("the issues");
    let moved: HashSet<String> = moved.into_iter().filter_map(|issue| issue.key).collect();
    assert_eq!(moved.len(), 15, "{moved:?}");
    // Depths under a cover that are not the levels beside them, or a fall that is not theirs: the record does not agree with itself.
    let odd = HashSet::from(["ud-100010", "ud-100011", "ud-100014"]);
    let attribute = |key: &str, name: &str| -> Option<f64> {
        let edge = park.edges.iter().find(|edge| edge.provenance.key == key && edge.class == NetworkClass::Drainage)?;
        edge.provenance.attributes.get(name)?.as_f64()
    };
    let park_sewers: Vec<_> = park.edges.iter().filter(|edge| edge.class == NetworkClass::Drainage).collect();
    let sewers: Vec<String> = park_sewers.iter().map(|edge| format!("line:{}", edge.provenance.key)).collect();
    asked(park.clone(), NetworkClass::Drainage, |network, cache| {
        let mut longest: Option<Profile> = None;
        let (mut rising, mut flat) = (BTreeSet::new(), BTreeSet::new());
        let (mut to_outfall, mut flaws) = (0, HashMap::<&str, usize>::new());
        for sewer in &sewers {
            let profile = along(network, cache, sewer, None, Way::Downstream);
            // A profile is as long as its pipes, and each begins where the one before ends.
            let sum: f64 = profile.runs.iter().map(Run::length_m).sum();
            assert!((sum - profile.length_m).abs() < 1e-6, "{sewer}");
            assert_eq!((profile.runs[0].span_m[0], profile.stations.len()), (0.0, profile.runs.len() + 1));
            assert!(profile.runs.windows(2).all(|pair| pair[0].span_m[1] == pair[1].span_m[0]), "{sewer}");
            assert!(profile.runs.iter().all(|run| run.flow != Flow::Against), "{sewer}");
            let last = profile.stations.last().and_then(|station| station.node.as_ref());
            to_outfall += usize::from(last.is_some_and(|node| node.kind == NodeKind::Outfall));
            for flaw in &profile.flaws {
                match flaw.kind {
                    FlawKind::Rises => _ = rising.insert(flaw.key.clone()),
                    FlawKind::TooFlat => _ = flat.insert(flaw.key.clone()),
                    _ => {}
                }
                *flaws.entry(flaw.kind.as_str()).or_default() += 1;
            }
            if longest.as_ref().is_none_or(|longest| profile.length_m > longest.length_m) {
                longest = Some(profile);
            }
        }
        assert_eq!(to_outfall, 200, "as traces say");
        let profile = longest.unwrap();
        let apart: Vec<f64> =
            profile.stations.iter().filter_map(|s| Some(s.node.as_ref()?.cover_level_m? - s.terrain_m?)).collect();
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        println!(
            "Sant Boi: the longest way is {:.1} m, {} pipes, {} crossings, covers {mean:+.2} m off the terrain; of all sewers {flaws:?}",
            profile.length_m,
            profile.runs.len(),
            profile.crossings.len()
        );
        assert!(profile.length_m > 1000.0 && profile.runs.len() > 10);
        // Surveyed covers and a terrain that others made agree.
        assert!(apart.len() > 10 && mean.abs() < 0.5, "{mean}");
        // Falls and inverts at both ends are those that the source worked out itself, in fields that the import leaves alone.
        let mut held = [0; 2];
        let as_told = |run: &&Run| !moved.contains(&run.key) && !odd.contains(run.key.as_str());
        assert!(profile.runs.iter().filter(as_told).count() + 3 >= profile.runs.len(), "few are left out");
        for run in profile.runs.iter().filter(as_told) {
            let (fall, told) = (run.fall.expect("every sewer has levels"), attribute(&run.key, "sys_slope"));
            if let Some(told) = told {
                // The source rounds, and goes by lengths of its own.
                assert!((told - fall).abs() < 0.0006 + fall.abs() * 0.02, "{}: {told} {fall}", run.key);
                held[0] += 1;
            }
            for (end, invert) in ["1", "2"].into_iter().zip(run.invert_ends_m()) {
                let of = |name: &str| attribute(&run.key, &format!("{name}{end}"));
                if let (Some(top), Some(depth), Some(invert)) = (of("node_top_elev_"), of("y"), invert) {
                    assert!((top - depth - invert).abs() < 0.011, "{}: {top} − {depth}, {invert}", run.key);
                    held[1] += 1;
                }
            }
        }
        println!("{} falls and {} inverts held against the record", held[0], held[1]);
        assert!(held[0] > 10 && held[1] > 10, "{held:?}");
        // Every chamber's depth is what its cover less its lowest invert makes.
        for station in &profile.stations {
            if let (Some(depth), Some(ground)) = (station.depth_m(), station.ground_m()) {
                let lowest = [station.in_m, station.out_m].into_iter().flatten().fold(f64::INFINITY, f64::min);
                assert!(!lowest.is_finite() || (ground - lowest - depth).abs() < 1e-9);
            }
        }
        assert!(profile.flaws.iter().all(|flaw| !flaw.rule.is_empty()));
        // What rises, and what is too flat for its size, by the falls of the record: none of its sewers is too flat.
        let limits = ProfileLimits::shipped();
        let mut by_record = [BTreeSet::new(), BTreeSet::new()];
        for edge in park_sewers.iter().filter(|edge| !moved.contains(&edge.provenance.key)) {
            let key = edge.provenance.key.as_str();
            let told = attribute(key, "sys_slope").expect("every sewer has its fall");
            let least = edge.diameter_mm.and_then(|dn| limits.slope(dn, edge.material.as_deref()));
            if told < 0.0 {
                by_record[0].insert(key.to_owned());
            } else if least.is_some_and(|least| told < least.value) {
                by_record[1].insert(key.to_owned());
            }
        }
        assert_eq!(by_record, [rising, flat].map(|keys| keys.into_iter().filter(|key| !moved.contains(key)).collect()));
        assert!(by_record[0].contains("ud-18966"), "{by_record:?}");
        // Water crosses sewers in these streets.
        assert!(profile.crossings.iter().any(|one| one.class == NetworkClass::Water));
    });
}

/// Kentucky: what the model has in feet and inches comes out in metres and millimetres.
#[test]
fn kentuckys_feet_are_metres_in_a_profile() {
    let Some(imported) = Imported::new("ky4_us") else { return };
    let text = file("ky4_us/ky4.inp");
    let rows = |section: &str| -> HashMap<String, Vec<String>> {
        let lines = text.lines().skip_while(|line| line.trim() != format!("[{section}]")).skip(1);
        let lines = lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.trim_start().starts_with(';'));
        let words = lines.map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<String>>());
        words.filter(|words| words.len() > 2).map(|words| (words[0].clone(), words[1..].to_vec())).collect()
    };
    let (junctions, pipes) = (rows("JUNCTIONS"), rows("PIPES"));
    let feet = 0.3048;
    asked(imported.snapshot, NetworkClass::Water, |network, cache| {
        let profile = along(network, cache, "J-1", Some("J-10"), Way::Downstream);
        assert!(profile.runs.len() > 3);
        let mut levels = 0;
        for (run, pair) in profile.runs.iter().zip(profile.stations.windows(2)) {
            let pipe = &pipes[&run.key];
            let inches: f64 = pipe[3].parse().unwrap();
            assert!((run.diameter_mm.unwrap() - inches * 25.4).abs() < 0.01, "{} {inches} in", run.key);
            for (end, station) in pair.iter().enumerate() {
                let Some(junction) = junctions.get(station.key()) else { continue };
                let elevation: f64 = junction[0].parse().unwrap();
                let axis = run.axis_ends_m()[end].expect("every junction has an elevation");
                assert!((axis - elevation * feet).abs() < 1e-3, "{}: {axis} m, {elevation} ft", station.key());
                // The terrain is in metres too: feet would lie far above it.
                assert!(station.terrain_m.is_none_or(|ground| (ground - axis).abs() < 15.0), "{station:?}");
                levels += 1;
            }
        }
        println!("ky4: J-1 to J-10 {:.1} m in {} pipes, {levels} levels held", profile.length_m, profile.runs.len());
        assert!(levels > 6);
    });
}

/// Chiba: solids with depth and diameter lie as deep in profile and section as their record says.
#[test]
fn plateaus_sewers_lie_at_the_depth_of_their_record() {
    let Some(imported) = Imported::of("plateau_jp", "plateau_unf") else { return };
    let park = imported.snapshot;
    let record = file("plateau_jp/unf/sewer_53403039_unf_6697.gml");
    let sewers: Vec<_> = park.edges.iter().filter(|edge| edge.class == NetworkClass::Drainage).cloned().collect();
    let mut held = 0;
    for sewer in &sewers {
        let own = record.split(&format!("gml:id=\"{}\"", sewer.provenance.key)).nth(1).expect("it is in the file");
        let own = own.split("</uro:SewerPipe>").next().unwrap();
        let inside = |tag: &str| -> Option<f64> {
            own.split(&format!("<uro:{tag}")).nth(1)?.split('>').nth(1)?.split('<').next()?.parse().ok()
        };
        let (Some(least), Some(most), Some(diameter)) =
            (inside("minDepth"), inside("maxDepth"), inside("outerDiamiter"))
        else {
            continue;
        };
        let ground = sewer.provenance.attributes.get("lod1_top").and_then(serde_json::Value::as_f64);
        asked(park.clone(), NetworkClass::Drainage, |network, cache| {
            let key = format!("line:{}", sewer.provenance.key);
            let profile = along(network, cache, &key, None, Way::Downstream);
            let run = profile.runs.iter().find(|run| run.key == sewer.provenance.key).unwrap();
            assert!((run.height_m.unwrap() - diameter / 1000.0).abs() < 0.01, "{run:?}");
            let crowns: Vec<f64> = run.crown_ends_m().into_iter().flatten().collect();
            assert_eq!(crowns.len(), 2);
            if let Some(ground) = ground {
                for crown in crowns {
                    let depth = ground - crown;
                    assert!(depth > least - 0.15 && depth < most + 0.15, "{depth} m of {least} to {most}");
                    held += 1;
                }
            }
            // A cut across its middle meets it there, at the same level.
            let [x, y, z] = profile.place(f64::midpoint(run.span_m[0], run.span_m[1]));
            let [a, b] = [sewer.path[0], sewer.path[sewer.path.len() - 1]];
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let far = dx.hypot(dy);
            let cut = [[x - dy / far, y + dx / far], [x + dy / far, y - dx / far]];
            let section = section_along(cache, None, &cut);
            let met = section.pipes.iter().find(|pipe| pipe.key == sewer.provenance.key).expect("the cut meets it");
            assert!((met.axis_m.unwrap() - z).abs() < 0.02 && (met.at_m - 1.0).abs() < 0.2, "{met:?} {z}");
        });
    }
    println!("Chiba: {} sewers, {held} crowns held against depths on record", sewers.len());
    assert!(sewers.len() >= 2 && held > 0, "{held} crowns");
}
