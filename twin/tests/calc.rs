//! `twin calc`: the published cases on the command line, on a park, and what it refuses.

use std::process::{Command, Output};

use geo::LinesIter;
use serde_json::Value;

use crate::support::Place;

fn twin(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twin")).arg("calc").args(arguments).output().expect("twin runs")
}

fn calc(arguments: &[&str]) -> Value {
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let output = twin(&arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

#[track_caller]
fn near(value: &Value, expected: f64, tolerance: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn published_cases_come_out_as_on_paper() {
    // Tolerances: half of the last digit of each case; where it rounds or cuts otherwise, one of it.
    let d1 = calc(&["plume", "--rate", "0.003", "--wind", "7", "--sigma-y", "190", "--sigma-z", "65"]);
    near(&d1["concentration_kg_m3"], 1.105e-8, 5e-12);
    let d2 = ["--rate", "0.1", "--stability", "F", "--wind", "2", "--sigma", "pasquill-gifford", "--x", "500"];
    near(&calc(&[&["plume"], &d2[..]].concat())["concentration_kg_m3"], 1.0347e-4, 5e-9);
    let d2 = ["--rate", "0.1", "--stability", "f", "--wind", "2", "--model", "pasquill-gifford", "--distance", "500"];
    near(&calc(&[&["plume"], &d2[..]].concat())["concentration_kg_m3"], 1.0347e-4, 5e-9);
    let d6 =
        ["--pressure", "501e3", "--inside", "298", "--density", "8.9", "--heat-ratio", "1.15", "--discharge", "0.85"];
    let d6 = calc(&[&["source", "--model", "gas", "--hole", "0.01"], &d6[..]].concat());
    near(&d6["rate_kg_s"], 0.0900, 5e-5);
    assert_eq!(d6["choked"], true);
    let d7 = ["--hole", "0.01", "--discharge", "0.63", "--pressure", "120935", "--density", "490"];
    near(&calc(&[&["source", "--model", "liquid"], &d7[..]].concat())["rate_kg_s"], 0.2169, 5e-5);
    for (z, kpa, half) in [("1", 1354.0, 0.5), ("5", 43.23, 0.005), ("20", 6.102, 0.0005)] {
        near(&calc(&["blast", "--tnt", "1", "--distance", z])["incident_pa"], kpa * 1e3, half * 1e3);
    }
    near(&calc(&["blast", "--substance", "hydrogen", "--mass", "1"])["tnt_kg"], 0.7692, 5e-5);
    let b5 = calc(&["heat", "--load", "1e7"]);
    let probits = b5["probits"].as_array().unwrap();
    assert_eq!(probits.len(), 4);
    for (row, expected) in probits.iter().zip([2.7823, 4.8823, 4.0323, 1.6757]) {
        near(&row["probit"], expected, 1e-4);
    }
    near(&calc(&["evac", "--persons", "100", "--door", "1"])["egress_s"], 106.3, 0.03 * 106.3);
    near(&calc(&["evac", "--tread", "0.28", "--riser", "0.18", "--way", "10"])["stair_s"], 10.84, 5e-3);
    near(&calc(&["evac", "--density", "1"])["speed_weidmann_m_s"], 1.058, 1e-3);
}

#[test]
fn answers_carry_source_units_and_what_they_leave_out() {
    let plume = calc(&["plume", "--rate", "2", "--substance", "液氨", "--night", "--wind", "2", "--x", "800"]);
    assert_eq!((&plume["stability"], &plume["sigma_set"]), (&Value::from("F"), &Value::from("briggs-rural")));
    assert!(plume["source"].as_str().unwrap().contains("Briggs"), "{plume}");
    assert!(plume["leaves_out"].as_str().unwrap().contains("heavier than air"));
    let zones = plume["zones"].as_array().unwrap();
    let reach: Vec<f64> = zones.iter().map(|zone| zone["reach_m"].as_f64().unwrap()).collect();
    assert!(zones.len() == 3 && reach.windows(2).all(|pair| pair[0] > pair[1]), "{reach:?}");
    assert_eq!(zones[2]["threshold_ppm"], 1100.0);
    let fireball =
        calc(&["heat", "--model", "fireball", "--substance", "propane", "--mass", "5000", "--distance", "300"]);
    assert!(fireball["heat_w_m2"].as_f64().unwrap() > 1000.0 && fireball["probits"].as_array().unwrap().len() == 4);
    let grade = calc(&["grade", "--holding", "chlorine=25", "--holding", "ammonia=60", "--persons", "35"]);
    assert_eq!((grade["grade"].as_u64(), grade["r"].as_f64()), (Some(3), Some(38.4)));
    assert_eq!(grade["r_and_ratio_are_at_least"], false);
    // Of nothing known R is at least nothing, and that without a sign.
    let nothing = ["grade", "--holding", "kryptonite=3", "--persons", "3"];
    assert_eq!(calc(&nothing)["r_and_ratio_are_at_least"], true);
    let words = String::from_utf8(twin(&nothing).stdout).unwrap();
    assert!(words.contains("0.0000") && !words.contains("-0"), "{words}");
    let words = String::from_utf8(twin(&["blast", "--tnt", "100", "--distance", "50"]).stdout).unwrap();
    assert!(words.contains("incident_pa") && words.contains("exercises and planning"), "{words}");
    let help = String::from_utf8(twin(&["plume", "--help"]).stdout).unwrap();
    assert!(help.contains("Turner") && help.contains("Briggs"), "{help}");
}

#[test]
fn answers_are_said_in_chinese_and_json_is_the_same_in_every_language() {
    let asked = ["blast", "--substance", "propane", "--mass", "2000", "--distance", "150", "--lang"];
    let said = |language: &str, more: &[&str]| {
        let output = twin(&[&asked[..], &[language], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (english, chinese) = (said("en", &[]), said("zh", &[]));
    for line in ["model ", "incident_pa ", "leaves_out ", "shape and congestion", "for exercises and planning"] {
        assert!(english.contains(line) && !chinese.contains(line), "{line}: {english}{chinese}");
    }
    for line in ["模型 ", "入射超压，Pa ", "未计 ", "蒸气云的形状", "用于演练与规划", "玻璃破碎", "用途 "]
    {
        assert!(chinese.contains(line) && !english.contains(line), "{line}: {english}{chinese}");
    }
    assert_eq!(english.lines().count(), chinese.lines().count());
    assert_eq!(said("en", &["--json"]), said("zh", &["--json"]));
}

#[test]
fn a_value_outside_a_model_is_refused_with_the_range() {
    for (arguments, said) in [
        (&["plume", "--rate", "1", "--x", "20"][..], "from 100 to 10000 m"),
        (&["plume", "--rate", "1", "--x", "500", "--wind", "0.1"], "from 1 to 30 m/s"),
        (&["plume", "--rate", "1", "--substance", "kryptonite"], "chlorine"),
        (&["blast", "--tnt", "1000", "--distance", "1"], "from 2 to 1985 m"),
        (&["blast", "--tnt", "nan", "--distance", "1"], "NaN"),
        (&["heat", "--model", "pool", "--substance", "chlorine", "--diameter", "5"], "heat of combustion of chlorine"),
        (&["source", "--model", "tank", "--substance", "ammonia"], "needs --content"),
        (&["evac", "--persons", "10", "--door", "0.2"], "from 0.4 to 20 m"),
        (&["evac", "--tread", "0.28", "--riser", "0.18", "--way", "-10"], "way must be from 0"),
        (&["plume", "--rate", "1", "--x", "500", "--night", "--wind-height", "2"], "wind at 10 m"),
        (
            &[
                "source",
                "--model",
                "pool",
                "--substance",
                "propane",
                "--area",
                "9",
                "--inside",
                "232",
                "--ground",
                "230",
            ],
            "boiling pool",
        ),
        (&["plume", "--rate", "1", "--substance", "hydrogen peroxide"], "no substance"),
    ] {
        let output = twin(arguments);
        let error = String::from_utf8_lossy(&output.stderr).replace('\n', " ");
        let flat = error.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(flat.contains(said), "{arguments:?}: {flat}");
    }
}

#[test]
fn how_long_the_cloud_stays_limits_what_is_breathed() {
    let at = |more: &[&str]| {
        let base = ["plume", "--substance", "chlorine", "--wind", "3", "--x", "800", "--exposure", "60"];
        calc(&[&base[..], more].concat())
    };
    let on = at(&["--rate", "2"]);
    let ends = at(&["--rate", "2", "--duration", "120"]);
    let puff = at(&["--mass", "500"]);
    assert_eq!((on["breathed_s"].as_f64(), ends["breathed_s"].as_f64()), (Some(3600.0), Some(120.0)));
    let passes = puff["breathed_s"].as_f64().unwrap();
    assert!((10.0..200.0).contains(&passes), "{passes}");
    // Thirty times shorter: b ln 30 less of a probit of 0.5 ln.
    let lower = on["toxic_probit"].as_f64().unwrap() - ends["toxic_probit"].as_f64().unwrap();
    assert!(lower > 0.5 * 30_f64.ln() - 0.05, "{lower}");
    // A moment has no dose; a substance without constants has no share. Neither is nothing.
    let moment = at(&["--mass", "500", "--time", "200"]);
    assert!(moment["toxic_death_share"].is_null() && moment["toxic_missing"].as_str().unwrap().contains("moment"));
    let unknown = calc(&["plume", "--rate", "2", "--substance", "hexane", "--x", "800"]);
    assert!(unknown["toxic_death_share"].is_null() && unknown["toxic_missing"].as_str().unwrap().contains("hexane"));
}

#[test]
fn what_cannot_be_drawn_or_told_is_said() {
    let threshold = ["--threshold", "1e-5"];
    for (arguments, said) in [
        (&["plume", "--rate", "2", "--x", "800"][..], "--threshold"),
        (&["plume", "--rate", "2", "--substance", "propane"], "AEGL values of propane"),
        (&["plume", "--rate", "2", "--substance", "propane", threshold[0], threshold[1]], "AEGL values of propane"),
    ] {
        let missing = calc(arguments)["zones_missing"].as_str().unwrap_or_default().to_owned();
        assert!(missing.contains(said), "{arguments:?}: {missing}");
    }
    assert!(calc(&["plume", "--rate", "2", "--substance", "chlorine"])["zones_missing"].is_null());
    // A flame that is weaker than a level is the zone of that level itself: nobody is safe inside it.
    let pool = calc(&["heat", "--model", "pool", "--substance", "gasoline", "--diameter", "60"]);
    let zones = pool["zones"].as_array().unwrap();
    let inside: Vec<&Value> = zones.iter().filter(|zone| zone["only_in_the_flame"] == true).collect();
    assert!(!inside.is_empty(), "{zones:?}");
    for zone in inside {
        near(&zone["reach_m"], 30.0, 0.01);
    }
    assert!(zones.iter().all(|zone| zone["reach_m"].as_f64().unwrap() >= 30.0), "{zones:?}");
}

#[test]
fn every_site_of_a_park_is_graded_by_what_is_on_record() {
    let place = Place::imported();
    let found = place.json(&["calc", "grade", "--park", "qingxi", "--json"]);
    let sites = found["sites"].as_array().unwrap();
    let hazards: usize = sites.iter().map(|site| site["hazards"].as_array().unwrap().len()).sum();
    let on_record = place.database.store().unwrap().snapshot("qingxi").unwrap().hazards.len();
    assert!(hazards >= on_record && !sites.is_empty(), "{hazards} of {on_record}");
    for site in sites {
        let of = |key: &str| site[key].as_f64();
        assert!(of("r_at_most").is_none_or(|most| most >= of("r_at_least").unwrap()), "{site}");
        // Who lives near nobody knows: a grade is a range, unless it is no major hazard.
        assert!(site["is_major_hazard"] != false || site["grade_at_worst"].is_null(), "{site}");
    }
    let told = place.json(&["calc", "grade", "--park", "qingxi", "--persons", "40", "--json"]);
    assert!(told["sites"].as_array().unwrap().iter().all(|site| {
        site["grade_at_best"] == site["grade_at_worst"]
            && (site["missing"] != Value::Array(Vec::new()) || site["r_at_least"] == site["r_at_most"])
    }));
    assert_eq!(place.fails(&["calc", "grade"]).0, 2, "neither a park nor a holding");
}

#[test]
fn a_park_has_hydrants_floods_and_buildings_in_a_cloud() {
    let place = Place::imported();
    let hydrants = place.json(&["calc", "hydrants", "qingxi", "--json"]);
    let count = |key: &str| hydrants[key].as_u64().unwrap();
    assert!(count("reached_whole") > 0);
    let listed = hydrants["buildings_not_whole"].as_array().unwrap().len() as u64;
    assert_eq!(listed, count("reached_partly") + count("not_reached") + count("reach_unknown"));

    let protection = place.json(&["calc", "protection", "qingxi", "--json"]);
    let checks = protection["checks"].as_array().unwrap();
    let of = |check: &str, verdict: &str| {
        checks.iter().find(|one| one["check"] == check).map_or(0, |one| one[verdict].as_u64().unwrap())
    };
    // A hose goes round what a circle goes through.
    let reached = count("reached_whole") + count("reached_partly");
    assert!(of("hose_reach", "fulfilled") > 0 && of("hose_reach", "fulfilled") <= reached, "{checks:?}");
    let listed = |check: &str, verdict: &str| {
        let all = protection["findings"].as_array().unwrap();
        all.iter().filter(|one| one["check"] == check && one["verdict"] == verdict).count() as u64
    };
    for check in ["hose_reach", "lane_width", "lane_slope", "dead_end", "frontage", "assembly_capacity"] {
        assert_eq!(listed(check, "violated"), of(check, "violated"), "{check}");
        assert_eq!(listed(check, "unknown"), of(check, "unknown"), "{check}");
        // The sample park has no dead end, so nothing to list there.
        assert!(check == "dead_end" || checks.iter().any(|one| one["check"] == check), "{check} was made: {checks:?}");
    }
    let clauses = protection["findings"].as_array().unwrap().iter().map(|one| one["clause"].as_str().unwrap());
    assert!(clauses.into_iter().all(|clause| !clause.is_empty()));
    assert!(protection["missing"].to_string().contains("what hangs over"), "{}", protection["missing"]);

    for check in ["fire_flow", "hydrant_spacing", "hydrant_road", "hydrant_wall"] {
        assert!(checks.iter().any(|one| one["check"] == check), "{check} was made: {checks:?}");
        assert_eq!(listed(check, "violated"), of(check, "violated"), "{check}");
    }
    let chinese = place.json(&["calc", "protection", "qingxi", "--check", "lane_slope", "--lang", "zh", "--json"]);
    assert!(chinese["missing"].to_string().contains("车道净高"), "{}", chinese["missing"]);

    let security = place.json(&["calc", "security", "qingxi", "--lang", "en", "--json"]);
    let rows = security["findings"].as_array().unwrap();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["rule"].as_str().unwrap().starts_with("house rule")),
        "{rows:?}"
    );
    let told = |verdict: &str| rows.iter().filter(|row| row["verdict"] == verdict).count() as u64;
    assert_eq!(security["violated"].as_u64(), Some(told("violated")));
    assert_eq!(told("violated") + told("unknown"), rows.len() as u64, "what is fine is not listed");

    let evac = |seed: &str| place.json(&["calc", "evac", "--park", "qingxi", "--seed", seed, "--json"]);
    let (one, again, other) = (evac("1"), evac("1"), evac("2"));
    assert_eq!(one, again);
    assert_ne!(one["egress_s"], other["egress_s"]);
    assert!(one["persons"].as_u64().unwrap() > 1000 && one["egress_s"].as_f64().unwrap() > 300.0, "{one}");

    let flood = |level: &str| place.json(&["calc", "flood", "qingxi", "--level", level, "--json"]);
    let (dry, wet) = (flood("-50"), flood("500"));
    // A place above the level gives no water, and that is said; the one in the help is in the canal.
    let from =
        |level: &str, at: &str| place.json(&["calc", "flood", "qingxi", "--level", level, "--from", at, "--json"]);
    let high = from("-50", "558900,3452900");
    assert!(high["from_dry_ground"][0].as_str().unwrap().contains("no water comes from there"), "{high}");
    let canal = from("11", "558900,3452900");
    assert!(canal["from_dry_ground"].as_array().unwrap().is_empty(), "{canal}");
    assert!(canal["buildings"].as_array().unwrap().iter().all(|one| one["depth_at_middle_m"].is_number()), "{canal}");
    assert_eq!((dry["area_m2"].as_f64(), dry["buildings_under_water"].as_u64()), (Some(0.0), Some(0)));
    assert!(wet["buildings_under_water"].as_u64().unwrap() > 100 && wet["volume_m3"].as_f64().unwrap() > 0.0);

    let cloud = place.json(&[
        "calc",
        "plume",
        "--rate",
        "2",
        "--substance",
        "chlorine",
        "--park",
        "qingxi",
        "--at",
        "560351,3453229",
        "--wind-from",
        "90",
        "--json",
    ]);
    let exposed = cloud["exposed_buildings"].as_array().unwrap();
    assert_eq!(Some(exposed.len() as u64), cloud["zones"][0]["buildings"].as_u64());
    assert!(
        exposed.len() > 20,
        "the tank stands in the east of the park and the wind blows from there: {}",
        exposed.len()
    );
    let all = cloud["zones"].as_array().unwrap();
    assert_eq!(all.len(), 3, "the three levels of AEGL: {all:?}");
    assert!(all.windows(2).all(|pair| pair[0]["buildings"].as_u64() >= pair[1]["buildings"].as_u64()), "{all:?}");
}

#[test]
fn stations_and_areas_of_a_map_are_held_against_parcels_and_an_assumed_place_is_told_as_such() {
    let place = Place::imported();
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    let stations = place.json(&["calc", "stations", "qingxi", "--json"]);
    let of = |key: &str| stations[key].as_u64().unwrap();
    assert_eq!(of("stations"), 1);
    for (kind, all) in [("parcels", park.parcels.len()), ("buildings", park.buildings.len())] {
        let sum: u64 = ["in_time", "late", "unknown"].iter().map(|what| of(&format!("{kind}_{what}"))).sum();
        assert_eq!(sum, all as u64, "{stations}");
    }
    let soon = place.json(&["calc", "stations", "qingxi", "--within", "61", "--json"]);
    assert!(soon["parcels_in_time"].as_u64().unwrap() < of("parcels_in_time"), "{soon}");

    let file = place.folder.path().join("plain.geojson");
    let plain = r#"{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:4549"}}, "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
            [[[560251, 3453129], [560451, 3453129], [560451, 3453329], [560251, 3453329], [560251, 3453129]]]}}]}"#;
    std::fs::write(&file, plain).unwrap();
    let file = file.display().to_string();
    let flood = place.json(&["calc", "flood", "qingxi", "--area", &file, "--json"]);
    // ST_Intersection of PostGIS with the square: 4 parcels, 23,403.01 m² of them.
    let rows = flood["parcels"].as_array().unwrap();
    let wet: f64 = rows.iter().map(|row| row["area_m2"].as_f64().unwrap()).sum();
    assert!(rows.len() == 4 && (wet - 23_403.01).abs() < 1.0, "{flood}");
    assert!(rows.iter().all(|row| row["share"].as_f64().is_some_and(|share| share > 0.0 && share <= 1.0 + 1e-9)));
    let (code, said) = place.fails(&["calc", "flood", "qingxi", "--area", "nowhere.geojson"]);
    assert!(code != 0 && said.contains("nowhere.geojson"), "{said}");
    assert_eq!(place.fails(&["calc", "flood", "qingxi"]).0, 2, "neither a level nor an area");

    let evac = place.json(&["calc", "evac", "--park", "qingxi", "--place", "560351,3453229,50", "--json"]);
    let places = evac["places"].as_array().unwrap();
    assert_eq!(places.len(), 22, "21 on record and one besides");
    let assumed: Vec<&Value> = places.iter().filter(|one| one["assumed"] == true).collect();
    assert!(assumed.len() == 1 && assumed[0]["capacity"] == 50, "{assumed:?}");
}

#[test]
fn people_of_a_building_are_followed_out_one_by_one() {
    const KEY: &str = "QX-30-01-05";
    let place = Place::imported();
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    let building = park.buildings.iter().find(|building| building.provenance.key == KEY).unwrap();
    // No entrance of the sample is on record: where one is, is asked for.
    let (code, said) = place.fails(&["calc", "crowd", "qingxi", "--building", KEY]);
    assert!(code == 2 && said.contains("--door") && said.contains("is not on record"), "{said}");
    let side =
        building.footprint.lines_iter().max_by(|a, b| a.dx().hypot(a.dy()).total_cmp(&b.dx().hypot(b.dy()))).unwrap();
    let door = format!("{},{}", 0.5 * (side.start.x + side.end.x), 0.5 * (side.start.y + side.end.y));
    let base =
        ["calc", "crowd", "qingxi", "--building", KEY, "--door", &door, "--persons", "60", "--at-once", "--json"];
    let of = |more: &[&str]| place.json(&[&base[..], more].concat());

    let files = ["doors.csv", "way.gpkg", "way.geojson", "picture.svg", "tables"];
    let outs: Vec<&str> = files.iter().flat_map(|file| ["--out", *file]).collect();
    let found = of(&[&outs[..], &["--lang", "en"]].concat());
    let doors = found["doors"].as_array().unwrap();
    assert_eq!((doors.len(), doors[0]["persons"].as_u64()), (1, Some(60)));
    assert_eq!((&doors[0]["width_m"], &doors[0]["width_assumed"]), (&Value::from(1.8), &Value::from(true)));
    assert_eq!((&doors[0]["last_s"], &found["still_inside"]), (&found["egress_s"], &Value::from(0)));
    // SFPE: 1.5 m of it at 1.316 persons a second and metre.
    near(&doors[0]["rule_flow_1_s"], 1.9737, 1e-3);
    near(&found["rule_egress_s"], 60.0 / 1.9737, 0.1);
    let peak = &found["density_peaks"][0];
    assert!(peak["density_1_m2"] == found["density_peak_1_m2"] && "ABCDEF".contains(peak["level"].as_str().unwrap()));
    assert!(found["level_source"].as_str().unwrap().contains("Fruin"), "{found}");
    let notes = found["notes"].to_string();
    for said in ["persons as told", "1.8 m", "one open room", "sets out at the alarm"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    let read = |file: &str| std::fs::read_to_string(place.folder.path().join(file)).unwrap();
    assert!(read("doors.csv").contains("door 1,1.8") && read("tables/person.csv").lines().count() == 61);
    assert!(read("picture.svg").contains("60 persons leave (seed 1)") && read("picture.svg").contains("SYNTHETIC"));
    let collection: Value = serde_json::from_str(&read("way.geojson")).unwrap();
    let features = collection["features"].as_array().unwrap();
    let people: Vec<&Value> = features.iter().filter(|one| one["properties"]["layer"] == "person").collect();
    let longitude = people[0]["geometry"]["coordinates"][0][0][0].as_f64().unwrap();
    assert!(people.len() == 60 && (120.0..121.0).contains(&longitude), "{longitude}°");

    // The same on one thread, and something else with another seed and in another language.
    let alone = place.command(&[&base[..], &["--lang", "en"]].concat()).env("RAYON_NUM_THREADS", "1").output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&alone.stdout).unwrap(), found);
    assert_ne!(of(&["--seed", "2"])["egress_s"], found["egress_s"]);
    let chinese = of(&["--lang", "zh", "--out", "zh.svg"])["notes"].to_string();
    assert!(chinese.contains("人数由使用者给定") && read("zh.svg").contains("门 1：60 人，最后一人"), "{chinese}");
    assert_eq!(place.fails(&[&base[..], &["--out", "way.xlsx"]].concat()).0, 2);
    assert_eq!(place.fails(&["calc", "crowd", "qingxi"]).0, 2, "neither a building nor an area");
}

#[test]
fn people_of_an_area_are_followed_out_round_what_stands_in_it() {
    let place = Place::imported();
    let write = |name: &str, text: &str| std::fs::write(place.folder.path().join(name), text).unwrap();
    write("yard.wkt", "POLYGON ((560300 3453200, 560330 3453200, 560330 3453220, 560300 3453220, 560300 3453200))\n");
    write("doors.wkt", "LINESTRING (560300 3453209, 560300 3453211)\n");
    write("racks.wkt", "LINESTRING (560302 3453200, 560302 3453217)\n");
    write("wrong.wkt", "POINT (560300 3453209)\nLINESTRING (560300 nowhere)\n");
    let base = ["calc", "crowd", "qingxi", "--area", "yard.wkt", "--doors", "doors.wkt"];
    let (code, said) = place.fails(&base);
    assert!(code == 2 && said.contains("--persons"), "{said}");
    let of = |more: &[&str]| place.json(&[&base[..], &["--persons", "40", "--at-once", "--json"], more].concat());
    let (free, round) = (of(&[]), of(&["--walls", "racks.wkt"]));
    near(&free["area_m2"], 600.0, 0.01);
    near(&free["doors"][0]["width_m"], 2.0, 1e-6);
    assert_eq!(free["doors"][0]["width_assumed"], false);
    assert!(round["egress_s"].as_f64() > free["egress_s"].as_f64(), "{round}");
    let (code, said) = place.fails(&["calc", "crowd", "qingxi", "--area", "yard.wkt", "--doors", "wrong.wkt"]);
    assert!(code == 2 && said.contains("line 2"), "{said}");
}
