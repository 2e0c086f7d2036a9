//! `twin trace` and `twin clearance` on the sample park.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use spatial_db::model::{NetworkClass, NetworkEdge, NodeKind, ParkSnapshot};
use spatial_db::store::Store;

use crate::support::{Place, stands_open};

fn park(place: &Place) -> ParkSnapshot {
    Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap()
}

fn texts<'v>(value: &'v Value, name: &str) -> BTreeSet<&'v str> {
    let list = value[name].as_array().unwrap_or_else(|| panic!("no {name} in {value}"));
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn traces_and_isolations_speak_of_the_park_in_every_form() {
    let place = Place::imported();
    let park = park(&place);
    let water = || park.edges.iter().filter(|edge| edge.class == NetworkClass::Water);
    let valves: HashMap<&str, usize> = park
        .nodes
        .iter()
        .filter(|n| n.class == NetworkClass::Water && n.kind == NodeKind::Valve && stands_open(n))
        .map(|n| (n.provenance.key.as_str(), 0))
        .collect();
    // A main that begins at a valve: the valve is closed for a break on it.
    let main = water().find(|edge| edge.from_key.as_deref().is_some_and(|key| valves.contains_key(key))).unwrap();
    let (key, valve) = (main.provenance.key.as_str(), main.from_key.as_deref().unwrap());
    let ask = |extra: &[&str]| {
        let mut arguments = vec!["trace", "isolate", "qingxi", "--class", "water", "--from", key, "--format", "json"];
        arguments.extend(extra);
        place.json(&arguments)
    };
    let plan = ask(&[]);
    assert!(texts(&plan, "close").contains(valve), "{plan}");
    assert_eq!(texts(&plan, "close"), texts(&plan, "close_of_unknown_state"));
    assert!(plan["lines"].as_array().unwrap().iter().any(|line| line["line"] == *key && line["part"] == "shut_off"));
    let closes = plan["rows"].as_array().unwrap().iter().filter(|row| row["role"] == "close").count();
    assert_eq!(closes, texts(&plan, "close").len());
    assert_eq!(plan["if_fails"].as_array().unwrap().len(), closes);
    // With that valve stuck the area grows, as was foretold; with it closed there is one less to close.
    let stuck = ask(&["--stuck", valve]);
    assert_eq!(texts(&stuck, "cannot_be_closed"), BTreeSet::from([valve]));
    let shut_off =
        |answer: &Value| answer["lines"].as_array().unwrap().iter().filter(|line| line["part"] == "shut_off").count();
    assert!(shut_off(&stuck) > shut_off(&plan));
    let foretold = plan["if_fails"].as_array().unwrap().iter().find(|one| one["valve"] == *valve).unwrap();
    assert_eq!(texts(foretold, "close"), texts(&stuck, "close"));
    let closed = ask(&["--closed", valve]);
    // Beside those that part the rings by the record.
    let told: BTreeSet<&str> = texts(&plan, "closed_already").into_iter().chain([valve]).collect();
    assert_eq!(texts(&closed, "closed_already"), told);

    // As a map layer and as words.
    let out = place.folder.path().join("dry.gpkg").display().to_string();
    let written = place.twin(&[
        "trace", "isolate", "qingxi", "--class", "water", "--from", key, "--rows", "lines", "--format", "gpkg",
        "--out", &out,
    ]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let map = place.json(&["inspect", &out, "--json"]);
    let layer = &map["files"][0]["layers"][0];
    let told: BTreeSet<(&str, &str)> = plan["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["line"].as_str().unwrap(), line["part"].as_str().unwrap()))
        .collect();
    assert_eq!(layer["rows"], told.len(), "{map}");
    let said = place.twin(&["trace", "isolate", "qingxi", "--class", "water", "--from", key, "--lang", "zh"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("关断方案") && said.contains(valve), "{said}");

    // A sewer flows down to the end that its nodes lead to.
    let sewer = park.edges.iter().find(|edge| edge.class == NetworkClass::Drainage).unwrap();
    let down = place.json(&[
        "trace",
        "downstream",
        "qingxi",
        "--class",
        "drainage",
        "--from",
        &sewer.provenance.key,
        "--format",
        "json",
    ]);
    assert!(down["length_m"].as_f64().unwrap() > 0.0 && !down["rows"].as_array().unwrap().is_empty(), "{down}");
    for kind in ["loops", "critical", "topology"] {
        let answer = place.json(&["trace", kind, "qingxi", "--class", "water", "--format", "json"]);
        assert!(answer["rows"].is_array(), "{kind}");
    }
    let (code, error) = place.fails(&["trace", "upstream", "qingxi", "--class", "gas", "--from", "nowhere"]);
    assert!(code == 1 && error.contains("nowhere"), "{error}");
    let (code, error) =
        place.fails(&["trace", "isolate", "qingxi", "--class", "water", "--from", key, "--closed", key]);
    assert!(code == 1 && error.contains("no valve"), "{error}");
    let both = ["trace", "isolate", "qingxi", "--class", "water", "--from", key, "--closed", valve, "--stuck", valve];
    let (code, error) = place.fails(&both);
    assert!(code == 1 && error.contains("only one of them") && error.contains(valve), "{error}");
    assert!(plan["sources_shut"].is_array(), "{plan}");
    assert_eq!(place.fails(&["trace", "path", "qingxi", "--class", "water"]).0, 2);
}

#[test]
fn clearances_cite_their_rule_and_take_a_table_of_ones_own() {
    let place = Place::imported();
    let park = park(&place);
    let found = place.json(&["clearance", "qingxi", "--format", "json"]);
    let rows = found["rows"].as_array().unwrap();
    let counts = &found["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(rows.len() as u64, count("violated") + count("possible") + count("unknown"), "{counts}");
    assert!(count("clear") > 100, "{counts}");
    assert!(count("no_rule") > 0, "power beside power, water over power: {counts}");
    println!("sample park: {counts}");
    assert!(rows.iter().all(|row| row["rule"].as_str().unwrap().contains("GB 50289")));
    // With ten metres asked for between everything that has a rule, far more is too near.
    let table = include_str!("../../analysis/rules/networks/clearance.toml").replace(", m = 0.5", ", m = 10.0");
    let own = place.folder.path().join("own.toml");
    std::fs::write(&own, table).unwrap();
    let own = own.display().to_string();
    let strict = place.json(&["clearance", "qingxi", "--rules", &own, "--format", "json"]);
    assert!(strict["counts"]["violated"].as_u64().unwrap() > count("violated") + 100);
    let cited = |row: &Value| row["rule"].as_str().is_some_and(|rule| rule.contains("GB 50289"));
    let strict_rows = strict["rows"].as_array().unwrap();
    assert!(strict_rows.len() > 100 && strict_rows.iter().all(cited));
    let line = &park.edges[0].provenance.key;
    let of_line = place.json(&["clearance", "qingxi", "--rules", &own, "--line", line, "--format", "json"]);
    for row in of_line["rows"].as_array().unwrap() {
        assert!(row["line"] == *line || row["other"] == *line, "{row}");
    }
    // The same pairs as in the whole park, and no pair of others counted, clear ones neither.
    let in_all = strict["rows"].as_array().unwrap().iter().filter(|row| row["line"] == *line || row["other"] == *line);
    assert_eq!(in_all.cloned().collect::<Vec<_>>(), *of_line["rows"].as_array().unwrap());
    let clear = |answer: &Value| answer["counts"]["clear"].as_u64().unwrap();
    assert!(clear(&of_line) < 100 && clear(&of_line) < clear(&strict) / 10, "{}", of_line["counts"]);
    for of in ["cover", "fall"] {
        let told = place.json(&["clearance", "qingxi", "--of", of, "--line", line, "--format", "json"]);
        let counts = told["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap());
        assert!(counts.sum::<u64>() <= 1, "{of}: {}", told["counts"]);
    }
    let (code, error) = place.fails(&["clearance", "qingxi", "--line", "nowhere"]);
    assert!(code == 1 && error.contains("nowhere"), "{error}");
    for of in ["cover", "fall"] {
        let told = place.json(&["clearance", "qingxi", "--of", of, "--format", "json"]);
        println!("sample park {of}: {}", told["counts"]);
        let clear = told["counts"]["clear"].as_u64().unwrap();
        assert!(clear > 10, "{of}: {}", told["counts"]);
    }
    std::fs::write(place.folder.path().join("bad.toml"), "horizontal = 3").unwrap();
    let (code, error) = place.fails(&["clearance", "qingxi", "--rules", "bad.toml"]);
    assert!(code == 1 && error.contains("bad.toml"), "{error}");
    // A number that cannot be is told with its row and what it may be; no answer rests on it.
    let table = include_str!("../../analysis/rules/networks/clearance.toml").replacen("m = 2.5", "m = -2.5", 1);
    std::fs::write(place.folder.path().join("below.toml"), table).unwrap();
    let (code, error) = place.fails(&["clearance", "qingxi", "--rules", "below.toml"]);
    let parts = ["below.toml", "horizontal[1].m", "-2.5", "allowed"];
    assert!(code == 1 && parts.iter().all(|part| error.contains(part)), "{error}");
}

/// Places along a path so near to each other that the distance of two paths is known to a decimetre.
fn places(path: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let mut all = vec![path[0]];
    for pair in path.windows(2) {
        let long = (0..3).map(|axis| (pair[1][axis] - pair[0][axis]).powi(2)).sum::<f64>().sqrt();
        let steps = (long / 0.05).ceil().max(1.0);
        let at =
            |step: f64| [0, 1, 2].map(|axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * step / steps);
        all.extend((1..=steps as u32).map(|step| at(f64::from(step))));
    }
    all
}

#[test]
fn two_lines_named_have_their_room_in_3d_and_by_the_rules() {
    let place = Place::imported();
    let park = park(&place);
    let far = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt();
    let whole = |edge: &&NetworkEdge| edge.diameter_mm.is_some() && edge.path.iter().flatten().all(|at| at.is_finite());
    let of = |class: NetworkClass| park.edges.iter().filter(move |edge| edge.class == class).filter(whole);
    let sewer = of(NetworkClass::Drainage).next().unwrap();
    let start = sewer.path[0];
    let near = |edge: &&NetworkEdge| edge.path.iter().map(|at| far(at, &start)).fold(f64::INFINITY, f64::min);
    let main = of(NetworkClass::Water).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap();
    let (a, b) = (&sewer.provenance.key, &main.provenance.key);
    let told = place.json(&["clearance", "qingxi", "--line", a, "--to", b, "--format", "json"]);
    let one = &told["between"][0];
    let radii = (sewer.diameter_mm.unwrap() + main.diameter_mm.unwrap()) / 2000.0;
    let (own, others) = (places(&sewer.path), places(&main.path));
    let searched = own.iter().flat_map(|at| others.iter().map(move |other| far(at, other)));
    let searched = searched.fold(f64::INFINITY, f64::min) - radii;
    let room = one["room_m"].as_f64().unwrap();
    assert!(room <= searched + 1e-6 && searched - room < 0.06, "{room} {searched} {one}");
    let parts = one["plan_m"].as_f64().unwrap().hypot(one["height_m"].as_f64().unwrap());
    assert!((parts - room.abs()).abs() < 1e-6 && one["off_m"].as_f64().unwrap() > 0.0, "{one}");
    let rows = told["rows"].as_array().unwrap();
    assert!(rows[0]["room_m"].as_f64() == Some(room) && rows[0]["rule"].is_null(), "{told}");
    assert!(rows[1..].iter().all(|row| row["rule"].as_str().unwrap().contains("GB 50289")), "{told}");
    let (code, error) = place.fails(&["clearance", "qingxi", "--line", a, "--to", "nowhere"]);
    assert!(code == 1 && error.contains("nowhere"), "{error}");
    assert_eq!(place.fails(&["clearance", "qingxi", "--to", b]).0, 2);
}

#[test]
fn a_planned_line_is_held_against_what_is_there_and_by_itself() {
    let place = Place::imported();
    let park = park(&place);
    let known = |edge: &&NetworkEdge| edge.path.iter().flatten().all(|at| at.is_finite());
    let main = park.edges.iter().filter(known).find(|edge| edge.class == NetworkClass::Water).unwrap();
    // A gas line through the axis of a main.
    let corners: Vec<String> = main.path.iter().map(|[x, y, z]| format!("{x},{y},{z}")).collect();
    let corners = corners.join(" ");
    let gas = ["--class", "gas", "--diameter", "200", "--pressure", "medium"];
    let asked = |planned: &str, extra: &[&str]| {
        let mut arguments = vec!["clearance", "qingxi", "--lang", "en", "--format", "json", "--planned", planned];
        arguments.extend(gas);
        arguments.extend(extra);
        place.json(&arguments)
    };
    let told = asked(&corners, &[]);
    let on_main = told["rows"].as_array().unwrap().iter().find(|row| row["other"] == *main.provenance.key).unwrap();
    assert_eq!((on_main["verdict"].as_str(), on_main["class"].as_str()), (Some("violated"), Some("Gas")), "{on_main}");
    assert!(told["cover"]["verdict"].is_string() && told["fall"].is_null(), "{told}");
    // Across a carriageway with 0.3 m of ground above it, where 0.9 m is asked for.
    let road = park.roads.iter().find(|road| road.width_m.is_some_and(|width| width > 4.0)).unwrap();
    let [a, b] = [0, 1].map(|at: usize| road.line.0[0].0[at]);
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let long = dx.hypot(dy);
    let (x, y) = (f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
    let across = |by: f64| format!("{},{}", x - dy / long * by, y + dx / long * by);
    let street = format!("{} {} {}", across(-3.0), across(0.0), across(3.0));
    let told = asked(&street, &["--cover", "0.3", "--of", "cover"]);
    assert_eq!(
        (told["cover"]["verdict"].as_str(), told["cover"]["asked_m"].as_f64()),
        (Some("violated"), Some(0.9)),
        "{told}"
    );
    assert_eq!(
        (told["rows"][0]["verdict"].as_str(), told["rows"][0]["line"].as_str()),
        (Some("violated"), Some("planned"))
    );
    // A sewer falls by what its ends say.
    let sewer = ["--class", "drainage", "--width", "800", "--height", "600", "--invert", "1.0", "--invert", "1.0"];
    let far = format!("{} {}", across(-40.0), across(40.0));
    let mut level = vec!["clearance", "qingxi", "--format", "json", "--planned", far.as_str()];
    level.extend(sewer);
    assert_eq!(place.json(&level)["fall"]["verdict"], "violated");
    // Wrong usage: two depths at once, none, no size.
    let refused = |wrong: &[&str]| {
        let mut arguments = vec!["clearance", "qingxi", "--class", "gas"];
        arguments.extend(wrong);
        assert_eq!(place.fails(&arguments).0, 2, "{arguments:?}");
    };
    refused(&["--planned", &corners, "--diameter", "200", "--cover", "1"]);
    refused(&["--planned", &street, "--diameter", "200"]);
    refused(&["--planned", &street, "--cover", "1"]);
    refused(&["--planned", "1,2", "--diameter", "200", "--cover", "1"]);
    refused(&["--diameter", "200", "--cover", "1"]);
}

#[test]
fn a_permit_shows_the_pit_its_lines_and_whom_to_call() {
    let place = Place::imported();
    let park = park(&place);
    // Across the middle of a water main.
    let main = park.edges.iter().find(|edge| edge.class == NetworkClass::Water).unwrap();
    let [x, y] = [0, 1].map(|axis: usize| f64::midpoint(main.path[0][axis], main.path[1][axis]));
    let corners = [[x - 3.0, y - 3.0], [x + 3.0, y - 3.0], [x + 3.0, y + 3.0], [x - 3.0, y + 3.0]];
    let outline = corners.map(|[x, y]| format!("{x},{y}")).join(" ");
    let dig = |lang: &str| {
        let arguments =
            ["permit", "qingxi", "--outline", &outline, "--depth", "2.5", "--out", "dig.html", "--lang", lang];
        let done = place.twin(&arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        std::fs::read_to_string(place.folder.path().join("dig.html")).unwrap()
    };
    let page = dig("en");
    assert!(
        page.contains(&main.provenance.key) && page.contains("Water supply") && page.contains("SYNTHETIC"),
        "{page}"
    );
    assert!(page.contains("36.0 m²") && page.contains("<svg viewBox") && page.contains("#00ffff"), "{page}");
    // Whom to call stands in the survey, and the telephone in a table of one's own.
    let operator = main.provenance.attributes["Belong"].as_str().unwrap();
    assert!(page.contains(operator) && !page.contains("555 0100"), "{page}");
    let table = format!("columns = [\"Belong\"]\n[[operator]]\nname = \"{operator}\"\nphone = \"555 0100\"");
    std::fs::write(place.folder.path().join("operators.toml"), table).unwrap();
    let with = ["--operators", "operators.toml", "--out", "called.html"];
    let done = place.twin(&[&["permit", "qingxi", "--outline", &outline, "--depth", "2.5"][..], &with[..]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(std::fs::read_to_string(place.folder.path().join("called.html")).unwrap().contains("555 0100"));
    let networks: std::collections::BTreeSet<(&str, &str)> = park
        .edges
        .iter()
        .filter_map(|line| Some((line.provenance.attributes.get("Belong")?.as_str()?, line.class.as_str())))
        .collect();
    let names: std::collections::BTreeSet<&str> = networks.iter().map(|(name, _)| *name).collect();
    assert!(names.len() == networks.len() && names.len() > 6, "every network has its own: {networks:?}");
    assert!(dig("zh").contains("开挖前须知"));
    // What is no pit is refused before anything is written.
    let bow = [0, 2, 1, 3].map(|at| format!("{},{}", corners[at][0], corners[at][1])).join(" ");
    for (outline, depth, caution, says) in [
        (&bow, "2.5", "1", "meet at"),
        (&outline, "-2.5", "1", "no pit"),
        (&outline, "nan", "1", "not a number"),
        (&outline, "2.5", "-1", "less than none"),
        (&outline, "2.5", "inf", "not a number"),
    ] {
        let arguments =
            ["permit", "qingxi", "--outline", outline, "--depth", depth, "--caution", caution, "--out", "no.html"];
        let (code, error) = place.fails(&arguments);
        assert!(code == 1 && error.contains(says), "{arguments:?}: {error}");
    }
    let above = ["permit", "qingxi", "--outline", &outline, "--floor", "9000", "--out", "no.html"];
    assert!(place.fails(&above).1.contains("above the ground"));
    assert!(!place.folder.path().join("no.html").exists());
    assert_eq!(place.fails(&["permit", "qingxi", "--outline", "1,2 3,4", "--depth", "2", "--out", "x.html"]).0, 2);
    let far = ["permit", "qingxi", "--outline", "1,2 3,4 5,9", "--depth", "2", "--out", "x.html"];
    assert!(place.fails(&far).1.contains("--floor"));
}
