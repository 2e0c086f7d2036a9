//! `twin profile`, `twin section` and `twin valves` on the sample park.

use std::collections::HashMap;

use analysis::network::Settings;
use analysis::network::answers::{IsolationRows, Network};
use spatial_db::model::{NetworkClass, NetworkEdge, NodeKind, ParkSnapshot, Presence};
use spatial_db::store::Store;

use crate::support::{Place, manifest, stands_open};

fn park(place: &Place) -> ParkSnapshot {
    Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap()
}

fn ran(place: &Place, arguments: &[&str]) -> String {
    let output = place.twin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn ask<'a>(base: &[&'a str], extra: &[&'a str]) -> Vec<&'a str> {
    [base, extra].concat()
}

#[test]
fn a_way_and_a_line_are_cut_in_every_form() {
    let place = Place::imported();
    let park = park(&place);
    let sewer = park.edges.iter().find(|edge| edge.class == NetworkClass::Drainage).unwrap();
    let key = format!("line:{}", sewer.provenance.key);
    let base = ["profile", "qingxi", "--class", "drainage", "--from", &key];
    let told = place.json(&ask(&base, &["--format", "json"]));
    let length = told["length_m"].as_f64().unwrap();
    let stations = told["stations"].as_array().unwrap();
    assert!(length > 0.0 && stations.len() > 1, "{told}");
    assert_eq!(stations[stations.len() - 1]["chainage_m"].as_f64(), Some(length));
    let way = told["way"].as_array().unwrap();
    assert!(way.len() > 1, "{told}");
    assert!(way.iter().all(|corner| corner["x"].is_number() && corner["chainage_m"].is_number()), "{told}");
    for rows in ["stations", "crossings", "findings"] {
        assert!(
            ran(&place, &ask(&base, &["--rows", rows, "--format", "csv"])).contains("SYNTHETIC")
                || told[rows] == serde_json::json!([])
        );
    }
    // Chinese words, and a drawing that says what it is.
    let svg = place.folder.path().join("way.svg").display().to_string();
    let said = ran(&place, &ask(&base, &["--svg", &svg, "--exaggeration", "20", "--lang", "zh"]));
    assert_eq!(said.trim(), svg);
    let drawing = std::fs::read_to_string(&svg).unwrap();
    for part in ["纵断面", "桩号", "垂直夸大 20 倍", "1:", "合成"] {
        assert!(drawing.contains(part), "{part}");
    }
    let (code, error) = place.fails(&["profile", "qingxi", "--class", "drainage", "--from", "nowhere"]);
    assert!(code == 1 && error.contains("nowhere"), "{error}");
    assert_eq!(place.fails(&ask(&base, &["--exaggeration", "20"])).0, 2, "without a drawing");

    let [a, b] = [sewer.path[0], sewer.path[1]];
    let (x, y) = (f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1]));
    let far = (b[0] - a[0]).hypot(b[1] - a[1]);
    let (dx, dy) = ((b[1] - a[1]) / far * 20.0, (a[0] - b[0]) / far * 20.0);
    let line = format!("{},{} {},{}", x - dx, y - dy, x + dx, y + dy);
    let cut = place.json(&["section", "qingxi", "--line", &line, "--format", "json"]);
    let rows = cut["rows"].as_array().unwrap();
    assert!((cut["length_m"].as_f64().unwrap() - 40.0).abs() < 1e-6);
    let met = rows.iter().find(|row| row["line"] == *sewer.provenance.key).expect("it is cut");
    assert!((met["distance_m"].as_f64().unwrap() - 20.0).abs() < 0.01, "{cut}");
    let svg = place.folder.path().join("cut.svg").display().to_string();
    ran(&place, &["section", "qingxi", "--line", &line, "--svg", &svg, "--lang", "en"]);
    let drawing = std::fs::read_to_string(&svg).unwrap();
    assert!(drawing.contains("SYNTHETIC DATA") && drawing.contains("room to the next"));
    assert_eq!(place.fails(&["section", "qingxi", "--line", "1,2"]).0, 2);
}

#[test]
fn states_of_valves_are_kept_and_gone_by() {
    let place = Place::imported();
    let park = park(&place);
    let is_valve = |key: &str| {
        let mut valves = park.nodes.iter().filter(|n| n.kind == NodeKind::Valve && n.class == NetworkClass::Water);
        valves.any(|n| n.provenance.key == key && stands_open(n))
    };
    let main = park
        .edges
        .iter()
        .find(|edge| edge.class == NetworkClass::Water && edge.from_key.as_deref().is_some_and(is_valve));
    let main = main.unwrap();
    let (key, valve) = (main.provenance.key.as_str(), main.from_key.as_deref().unwrap());
    let isolate = |day: &str| {
        let answer = place.json(&[
            "trace", "isolate", "qingxi", "--class", "water", "--from", key, "--format", "json", "--as-of", day,
        ]);
        let has = |name: &str| answer[name].as_array().unwrap().iter().any(|one| one == valve);
        [has("close"), has("closed_already"), has("cannot_be_closed")]
    };
    assert_eq!(isolate("2026-06-30"), [true, false, false]);
    let said = ran(&place, &["valves", "set", "qingxi", valve, "closed", "--by", "walk", "--seen", "2026-05-12"]);
    assert!(said.starts_with("1 of 1"), "{said}");
    assert_eq!(isolate("2026-05-11"), [true, false, false], "not seen yet");
    assert_eq!(isolate("2026-05-12"), [false, true, false]);
    let file = place.folder.path().join("walk.csv");
    std::fs::write(&file, format!("valve,state,seen,by\n{valve},stuck-open,2026-06-01,walk\n")).unwrap();
    ran(&place, &["valves", "load", "qingxi", &file.display().to_string()]);
    assert_eq!(isolate("2026-06-30"), [false, false, true]);
    let list = place.json(&["valves", "list", "qingxi", "--as-of", "2026-05-31", "--json"]);
    let one = list["valves"].as_array().unwrap().iter().find(|one| one["valve"] == valve).unwrap();
    assert_eq!((one["state"].as_str(), one["by"].as_str()), (Some("closed"), Some("walk")));
    // Another import leaves them; a key that is no valve, or a row that cannot be read, is named and nothing is taken in.
    place.json(&["import", &manifest(), "--json"]);
    assert_eq!(isolate("2026-06-30"), [false, false, true]);
    std::fs::write(&file, format!("valve,state,seen,by\n{valve},open,2026-06-02,x\nnone,open,2026-06-02,x\n")).unwrap();
    let (code, error) = place.fails(&["valves", "load", "qingxi", &file.display().to_string()]);
    assert!(code == 1 && error.contains("row 3") && error.contains("none"), "{error}");
    assert_eq!(isolate("2026-06-30"), [false, false, true]);
}

#[test]
fn a_switch_is_on_or_off_and_a_valve_open_or_closed() {
    let place = Place::imported();
    let park = park(&place);
    let (settings, there) = (Settings::shipped(), Presence::on(&park, "2026-06-30".parse().unwrap()));
    let network = Network::of(&park, &there, NetworkClass::Power, &settings, HashMap::new()).unwrap();
    // A cable that is cut off by a switch.
    let cut_off = |edge: &NetworkEdge| {
        let answer = network.isolate(std::slice::from_ref(&edge.provenance.key), IsolationRows::Steps).ok()?;
        Some((edge.provenance.key.clone(), answer.told["switch_off"][0].as_str()?.to_owned()))
    };
    let (line, switch) = park.edges.iter().filter(|edge| edge.class == NetworkClass::Power).find_map(cut_off).unwrap();
    let valve = park.nodes.iter().find(|n| n.kind == NodeKind::Valve && n.class == NetworkClass::Water).unwrap();
    let valve = valve.provenance.key.as_str();
    let isolate = || {
        let answer = place.json(&[
            "trace",
            "isolate",
            "qingxi",
            "--class",
            "power",
            "--from",
            &line,
            "--format",
            "json",
            "--as-of",
            "2026-06-30",
        ]);
        let has = |name: &str| answer[name].as_array().unwrap().iter().any(|one| *one == *switch);
        [has("switch_off"), has("off_already"), has("close"), has("closed_already")]
    };
    assert_eq!(isolate(), [true, false, false, false]);
    // The word for the other, told by hand or out of a file, is refused with what to write, and nothing is taken in.
    let refused = |arguments: &[&str]| {
        let (code, error) = place.fails(arguments);
        assert_eq!(code, 1, "{error}");
        // What is told is broken into lines, at hyphens too.
        error.chars().filter(|c| !c.is_whitespace() && !"│|".contains(*c)).collect::<String>()
    };
    let set = |key: &str, state: &str| {
        refused(&["valves", "set", "qingxi", key, state, "--by", "walk", "--seen", "2026-05-12"])
    };
    let error = set(&switch, "closed");
    assert!([&*switch, "`on`", "`off`"].iter().all(|word| error.contains(word)), "{error}");
    let error = set(valve, "off");
    assert!([valve, "`open`", "`closed`"].iter().all(|word| error.contains(word)), "{error}");
    let file = place.folder.path().join("walk.csv");
    for (key, state, right) in [(&*switch, "open", "`off`"), (valve, "stuck-on", "`stuck-open`")] {
        let text = format!("valve,state,seen,by\n{switch},off,2026-05-12,walk\n{key},{state},2026-05-13,walk\n");
        std::fs::write(&file, text).unwrap();
        let error = refused(&["valves", "load", "qingxi", &file.display().to_string()]);
        let words = ["row3", "walk.csv", key, right];
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
    assert_eq!(isolate(), [true, false, false, false]);
    ran(&place, &["valves", "set", "qingxi", &switch, "off", "--by", "walk", "--seen", "2026-05-12"]);
    assert_eq!(isolate(), [false, true, false, false]);
    let list = place.json(&["valves", "list", "qingxi", "--as-of", "2026-06-30", "--json"]);
    let one = list["valves"].as_array().unwrap().iter().find(|one| one["valve"] == *switch).unwrap();
    assert_eq!(one["state"], "off");
    let said = ran(
        &place,
        &["trace", "isolate", "qingxi", "--class", "power", "--from", &line, "--as-of", "2026-06-30", "--lang", "zh"],
    );
    assert!(said.contains("已分闸：请核查") && !said.contains("阀门") && !said.contains("关闭"), "{said}");
    let error = refused(&["trace", "isolate", "qingxi", "--class", "power", "--from", &line, "--closed", &switch]);
    assert!(error.contains(&format!("--off{switch}")), "{error}");
}
