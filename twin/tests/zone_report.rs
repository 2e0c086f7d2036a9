//! `twin report zone` and `clusters` on the sample park: every step against PostGIS, a sheet kept beside this test,
//! and a spreadsheet with formulas in which a person worked it out.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use analysis::evaluation::{EvaluationRules, Measure, Range, Scheme, TypedInputs, Zone};
use analysis::planner::{Amount, zone_board};
use analysis::rules::RuleSet;
use serde_json::Value;
use spatial_db::cache::Cache;
use spatial_db::model::ParkSnapshot;

use crate::support::Place;
use crate::support::spreadsheet::{At, Spreadsheet};

const LINES: &str = include_str!("../../spatial-db/sql/tests/zone_lines.sql");
const STEPS: &str = include_str!("../../spatial-db/sql/tests/zone_steps.sql");
const AS_OF: &str = "2026-06-30";
const POPULATION: f64 = 8_200.0;

fn said(place: &Place, arguments: &[&str]) -> String {
    let output = place.twin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A statement without comments, its words filled in.
fn statement(text: &str, words: &[(&str, &str)]) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    words.iter().fold(lines.join("\n"), |text, (word, value)| text.replace(&format!("{{{word}}}"), value))
}

/// What a person decided on the land that the records leave open: the land bank's land is ready, land without a holder is
/// neither supplied nor ready, a cause of the government makes no idle land.
fn decisions(report: &Value, park: &ParkSnapshot) -> String {
    let mut text = "park = \"qingxi\"\n".to_owned();
    // Works that run but have no figures yet began after the year.
    for enterprise in &park.enterprises {
        let key = &enterprise.provenance.key;
        let books = park.enterprise_years.iter().any(|year| year.enterprise_key == *key);
        if !books && enterprise.state.as_deref() == Some("operating") {
            let _ = write!(
                text,
                "[[enterprise]]\nkey = \"{key}\"\nfirst_year = 2026\nsource = \"tax office\"\ndate = \"{AS_OF}\"\n"
            );
        }
    }
    for parcel in report["parcels"].as_array().expect("parcels") {
        let because = |what: &str| parcel[what]["because"].as_str().unwrap_or_default().to_owned();
        let open = |what: &str| parcel[what]["answer"].is_null();
        let mut decided = Vec::new();
        if open("supplied") {
            assert!(because("supplied").contains("neither contract nor holder"), "{parcel}");
            decided.extend(["supplied = false", "ready = false"]);
        } else if open("ready") {
            assert!(because("supplied").contains("land bank"), "{parcel}");
            decided.push("ready = true");
        }
        if open("idle") {
            decided.push("idle = false");
        }
        assert!(!open("built"), "{parcel}");
        if !decided.is_empty() {
            let _ = write!(
                text,
                "[[parcel]]\nkey = {}\n{}\nsource = \"land office\"\ndate = \"{AS_OF}\"\n",
                parcel["parcel"],
                decided.join("\n"),
            );
        }
    }
    let _ = write!(
        text,
        "[[figure]]\nname = \"population\"\nvalue = {POPULATION}\nunit = \"persons\"\nsource = \"police\"\ndate = \"{AS_OF}\"\nadds = true\n"
    );
    text
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no list {field} in {value}"))
}

fn find<'a>(items: &'a [Value], field: &str, name: &str) -> &'a Value {
    items.iter().find(|item| item[field] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// A node of the score's tree by name.
fn node<'a>(nodes: &'a [Value], name: &str) -> Option<&'a Value> {
    nodes.iter().find_map(|item| if item["node"] == name { Some(item) } else { node(list(item, "parts"), name) })
}

/// What the report says of a step.
fn step<'a>(zone: &'a Value, part: &str, name: &str) -> &'a Value {
    match part {
        "sum" => &find(list(zone, "sums"), "sum", name)["value"],
        "indicator" => &find(list(zone, "indicators"), "name", name)["value"],
        "potential" => &find(list(zone, "potentials"), "name", name)["value"],
        _ if name == "total" => &zone["score"]["value"],
        _ => &node(list(&list(&zone["score"], "areas")[0], "nodes"), name).unwrap_or_else(|| panic!("{name}"))["value"],
    }
}

/// What the spreadsheet worked out by hand starts from, as PostGIS measures it: parcels to 0.01 m², and sums of enterprises' figures.
fn typed_in(
    by_hand: &Spreadsheet,
    lines: &[postgres::Row],
    figures: &HashMap<String, f64>,
) -> Vec<(&'static str, At, f64)> {
    let mut typed = Vec::new();
    let rows: HashMap<&str, usize> =
        (1..by_hand.rows("parcels")).map(|row| (by_hand.words("parcels", (0, row)), row)).collect();
    assert_eq!(rows.len(), lines.len(), "the spreadsheet has the park's parcels, each once");
    for line in lines {
        let key: &str = line.get("key");
        let row = *rows.get(key).unwrap_or_else(|| panic!("the spreadsheet has no parcel {key}"));
        let columns = ["area_m2", "footprint_m2", "floor_m2", "yard_m2", "a", "a1", "a2", "b", "b21", "d", "g"];
        for (at, name) in columns.into_iter().enumerate() {
            let value: f64 = line.get(name);
            typed.push(("parcels", (2 + at, row), (value * 100.0).round() / 100.0));
        }
    }
    let rows = (1..by_hand.rows("evaluation")).filter(|row| by_hand.words("evaluation", (0, *row)) == "input");
    let before = typed.len();
    typed.extend(rows.map(|row| ("evaluation", (2, row), figures[by_hand.words("evaluation", (1, row))])));
    assert_eq!(typed.len() - before, figures.len(), "every sum of figures is in the spreadsheet");
    typed
}

/// The evaluation that a person worked out in a spreadsheet, from the parcels up to the total, recalculated and held against the program.
fn as_worked_out_by_hand(zone: &Value, lines: &[postgres::Row], figures: &HashMap<String, f64>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/zone/qingxi-zone-by-hand.fods");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut by_hand = Spreadsheet::parse(&text);
    let typed = typed_in(&by_hand, lines, figures);
    if std::env::var_os("TWIN_BLESS").is_some_and(|v| v == "1") {
        let anew = by_hand.with(&typed);
        std::fs::write(&path, &anew).unwrap();
        by_hand = Spreadsheet::parse(&anew);
    }
    for (table, at, value) in typed {
        let kept = by_hand.number(table, at);
        // A hundredth of a square metre may be rounded either way; of a sum of money a millionth is no matter.
        let near = (kept - value).abs() <= 0.011_f64.max(1e-6 * value.abs());
        assert!(near, "{table} {at:?} has {kept}, PostGIS {value}; TWIN_BLESS=1 puts it in");
        assert!(!by_hand.is_formula(table, at), "{table} {at:?} is typed in");
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for row in 1..by_hand.rows("evaluation") {
        let (part, name) = (by_hand.words("evaluation", (0, row)), by_hand.words("evaluation", (1, row)));
        *seen.entry(part).or_default() += 1;
        let value = by_hand.number("evaluation", (2, row));
        let kept = by_hand.kept("evaluation", (2, row));
        assert!((value - kept).abs() <= 1e-7 * value.abs().max(1.0), "{part} {name} is kept as {kept}, and is {value}");
        match part {
            "input" => continue,
            "weights" => assert!((value - 1.0).abs() < 1e-12, "the weights {name} are {value}"),
            "step" => {}
            _ => {
                let ours = step(zone, part, name);
                let ours = ours.as_f64().unwrap_or_else(|| panic!("{part} {name} is {ours}, by hand {value}"));
                // Parcels are kept to 0.01 m².
                let near = (ours - value).abs() <= 2e-6 * value.abs().max(1.0);
                assert!(near, "{part} {name}: {ours}, by hand {value}");
            }
        }
        assert!(by_hand.is_formula("evaluation", (2, row)), "{part} {name} is worked out");
    }
    let counts = ["sum", "indicator", "score", "weights", "potential"].map(|part| seen[part]);
    assert_eq!(counts, [7, 19, 19, 5, 8]);
}

#[test]
fn every_step_is_that_of_postgis_and_of_the_sheet() {
    let place = Place::imported();
    let parcels = place.json(&["report", "zone", "qingxi", "--parcels", "--format", "json", "--lang", "en"]);
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    let inputs = place.folder.path().join("qingxi.inputs.toml");
    std::fs::write(&inputs, decisions(&parcels, &park)).unwrap();
    let inputs = inputs.display().to_string();
    let told = place.json(&["report", "zone", "qingxi", "--inputs", &inputs, "--format", "json", "--lang", "en"]);
    let zone = &list(&told, "zones")[0];
    assert_eq!((&zone["as_of"], &told["park"]["synthetic"]), (&AS_OF.into(), &true.into()));

    // The same from the tables alone.
    let mut client = postgres::Client::connect(&place.database.url(), postgres::NoTls).expect("a connection");
    let park_id = park.park.park_id.to_string();
    let words = [("park", park_id.as_str()), ("as_of", AS_OF), ("year", "2025"), ("population", "8200.0")];
    let lines = statement(LINES, &words);
    let mut steps = words.to_vec();
    steps.push(("lines", &lines));
    let mut sheet = "part,name,value\n".to_owned();
    let mut seen = 0;
    let mut figures: HashMap<String, f64> = HashMap::new();
    for row in client.query(&statement(STEPS, &steps), &[]).expect("the steps") {
        let (part, name): (&str, &str) = (row.get(0), row.get(1));
        let expected: Option<f64> = row.get(2);
        let expected = expected.unwrap_or_else(|| panic!("{part} {name} is unknown to SQL"));
        if part == "input" {
            figures.insert(name.to_owned(), expected);
            continue;
        }
        let _ = writeln!(sheet, "{part},{name},{expected:.6}");
        let ours = step(zone, part, name);
        let value = ours.as_f64().unwrap_or_else(|| panic!("{part} {name} is {ours}, by SQL {expected}"));
        assert!(
            (value - expected).abs() <= 1e-6 * expected.abs().max(1.0),
            "{part} {name}: {value}, by SQL {expected}"
        );
        seen += 1;
    }
    assert_eq!(seen, 7 + 19 + 15 + 11);

    // Parcel by parcel, and the whole as a sheet that a person can open.
    let lines_by_sql = client.query(&lines, &[]).expect("the lines");
    assert_eq!(lines_by_sql.len(), list(&parcels, "parcels").len());
    as_worked_out_by_hand(zone, &lines_by_sql, &figures);
    sheet.push_str("\nparcel,class,area_m2,footprint_m2,floor_m2,yard_m2,A,A1,A2,B,B21,D,G\n");
    for row in &lines_by_sql {
        let key: &str = row.get("key");
        let ours = find(list(&parcels, "parcels"), "parcel", key);
        let figures = ["area_m2", "footprint_m2", "floor_m2", "yard_m2"].map(|name| row.get::<_, f64>(name));
        for (name, expected) in
            ["area_m2", "footprint_m2", "yard_m2"].into_iter().zip([figures[0], figures[1], figures[3]])
        {
            let value = ours[name].as_f64().unwrap();
            assert!((value - expected).abs() < 1e-3, "{key} {name}: {value}, by SQL {expected}");
        }
        assert!((ours["floor_m2"]["value"].as_f64().unwrap() - figures[2]).abs() < 1e-2, "{key}: {ours}");
        let code: &str = row.get("code");
        let _ = write!(sheet, "{key},{code}");
        for figure in figures {
            let _ = write!(sheet, ",{figure:.2}");
        }
        for (column, letters) in
            ["a", "a1", "a2", "b", "b21", "d", "g"].into_iter().zip(["A", "A1", "A2", "B", "B21", "D", "G"])
        {
            let area: f64 = row.get(column);
            let in_sum = list(find(list(zone, "sums"), "sum", letters), "parcels").iter().any(|member| member == key);
            assert_eq!(in_sum, area > 0.0, "{key} in {letters}");
            let _ = write!(sheet, ",{area:.2}");
        }
        sheet.push('\n');
    }
    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/zone/qingxi-zone.csv");
    if std::env::var_os("TWIN_BLESS").is_some_and(|v| v == "1") {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, &sheet).unwrap();
    }
    let kept =
        std::fs::read_to_string(&kept).unwrap_or_else(|e| panic!("{}: {e}; TWIN_BLESS=1 writes it", kept.display()));
    for (line, (now, then)) in sheet.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, then, "line {} of the sheet", line + 1);
    }
    assert_eq!(sheet.lines().count(), kept.lines().count());

    // Without the decisions the score is a range around it, and what is missing is said.
    let open = place.json(&["report", "zone", "qingxi", "--format", "json", "--lang", "en"]);
    let open = &list(&open, "zones")[0];
    let (low, high) = (open["score"]["low"].as_f64().unwrap(), open["score"]["high"].as_f64().unwrap());
    let decided = zone["score"]["value"].as_f64().unwrap();
    assert!(low <= decided && decided <= high && low < high, "{low} to {high}, decided {decided}");
    assert!(!list(find(list(open, "indicators"), "name", "supply-rate"), "missing").is_empty());
}

fn count(nodes: &[Value]) -> usize {
    nodes.iter().map(|node| 1 + count(list(node, "parts"))).sum()
}

/// What the window is given is what SQL on PostGIS worked out, step by step: the sheet is held to that by the test above.
#[test]
fn the_panel_has_the_numbers_of_the_sheet_and_the_clusters_of_the_report() {
    let place = Place::imported();
    let parcels = place.json(&["report", "zone", "qingxi", "--parcels", "--format", "json", "--lang", "en"]);
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    let typed = TypedInputs::parse(&decisions(&parcels, &park)).unwrap();
    let (cache, rules) = (Cache::build(Arc::new(park)), EvaluationRules::shipped());
    let scheme = Scheme::shipped("province-example").unwrap();
    let zone =
        |typed: Option<&TypedInputs>| Zone::of(&cache, &RuleSet::shipped(), &rules, typed, AS_OF.parse().unwrap());
    let board = zone_board(zone(Some(&typed)), &scheme, &rules, None);
    let amount = |all: &[Amount], name: &str| -> Option<Range> {
        let found = all.iter().find(|amount| amount.name == name)?;
        Some(found.range?.times(if found.unit == "ha" { 1e4 } else { 1.0 }))
    };
    let (mut seen, mut scored) = (0, 0);
    for line in include_str!("zone/qingxi-zone.csv").lines().skip(1).take_while(|line| !line.is_empty()) {
        let (part, rest) = line.split_once(',').unwrap();
        let (name, expected) = rest.rsplit_once(',').unwrap();
        let expected: f64 = expected.parse().unwrap();
        let ours = match part {
            "sum" => amount(&board.land, name),
            "potential" => amount(&board.potentials, name),
            "indicator" => amount(&board.others, name),
            _ if name == "total" => board.score,
            _ => board.goals.iter().find(|goal| goal.name == name).and_then(|goal| goal.score),
        };
        let Some(ours) = ours else {
            // What the scheme scores stands at its goal.
            assert!(part == "indicator" && scheme.leaf(name).is_some(), "nothing shows {part} {name}");
            scored += 1;
            continue;
        };
        let value = ours.value().unwrap_or_else(|| panic!("{part} {name} is {ours:?}, by SQL {expected}"));
        assert!(
            (value - expected).abs() <= 2e-6 * expected.abs().max(1.0),
            "{part} {name}: {value}, by SQL {expected}"
        );
        seen += 1;
    }
    assert_eq!((seen, scored), (7 + 9 + 15 + 11, 10));

    // This report is given no inputs.
    let open = zone_board(zone(None), &scheme, &rules, None);
    for (at, measure) in Measure::ALL.into_iter().enumerate() {
        let told = ["report", "clusters", "qingxi", "--by", measure.name(), "--format", "json", "--lang", "en"];
        let told = place.json(&told);
        let told = &list(&told, "zones")[0];
        let ours = &open.clusters[at];
        assert_eq!(told["year"], ours.year);
        assert_eq!(told["herfindahl_on_record"].as_f64(), ours.herfindahl_on_record);
        let industries = list(told, "industries");
        assert_eq!(industries.len(), ours.clusters.len());
        for (theirs, ours) in industries.iter().zip(&ours.clusters) {
            assert_eq!(
                (&theirs["industry"], theirs["on_record"].as_f64()),
                (&ours.code.as_str().into(), Some(ours.on_record))
            );
        }
    }
}

#[test]
fn reports_have_every_form_and_refuse_what_cannot_be() {
    let place = Place::imported();
    let table = said(&place, &["report", "zone", "qingxi", "--lang", "en"]);
    for part in [
        "SYNTHETIC",
        "A2: of it industry and storage",
        "overall floor-area ratio",
        "score, 0 to 100",
        "years that the land lasts",
        "ParkTwin, not a standard's",
    ] {
        assert!(table.contains(part), "{part} in {table}");
    }
    let chinese = said(&place, &["report", "zone", "qingxi", "--lang", "zh"]);
    assert!(chinese.contains("综合容积率") && chinese.contains("开发区评价"), "{chinese}");
    let csv = said(&place, &["report", "zone", "qingxi", "--format", "csv", "--lang", "en", "--years", "2023..2025"]);
    assert!(csv.lines().count() > 3 * 40, "{} lines", csv.lines().count());
    let years = place.json(&["report", "zone", "qingxi", "--format", "json", "--years", "2023..2025"]);
    let dates: Vec<&str> = list(&years, "zones").iter().filter_map(|zone| zone["as_of"].as_str()).collect();
    assert_eq!(dates, ["2023-12-31", "2024-12-31", "2025-12-31"]);
    assert!(list(&years, "zones")[1]["standing"]["change"].is_object());

    // Bounded, whatever the records leave open: so it has a change; alone in its level it has no rank.
    let indicator = find(list(&list(&years, "zones")[2], "indicators"), "name", "industrial-share");
    assert!(indicator["change"].is_object() && indicator["best"].is_null(), "{indicator}");
    let past = said(&place, &["report", "zone", "qingxi", "--lang", "en", "--years", "2023..2025"]);
    assert!(past.contains("from records of 2026-06-30"), "past years say whose holders they have: {past}");
    assert!(!table.contains("from records of"), "on the day of the records all is of that day");

    // A page shows every score as a bar against its ideal value.
    let told = place.json(&["report", "zone", "qingxi", "--format", "json"]);
    let nodes = count(list(&list(&list(&told, "zones")[0]["score"], "areas")[0], "nodes"));
    let page = said(&place, &["report", "zone", "qingxi", "--format", "html", "--lang", "en"]);
    assert_eq!(page.matches("class=\"low\"").count(), nodes + 1, "and the total");
    assert!(page.contains("ideal value") && page.contains("class=\"range\""), "what the records leave open is striped");

    let out = place.folder.path().join("sums.gpkg");
    said(&place, &["report", "zone", "qingxi", "--format", "gpkg", "--out", &out.display().to_string()]);
    assert!(std::fs::metadata(&out).unwrap().len() > 10_000);

    let refused =
        place.json(&["report", "zone", "qingxi", "--scheme", "shanghai-2020", "--format", "json", "--lang", "en"]);
    assert!(list(&refused, "zones")[0]["score"].is_null());
    let notes = refused["scheme"]["notes"].to_string();
    assert!(notes.contains("no published weights"), "{notes}");
    let wrong = place.folder.path().join("wrong.toml");
    let text = "format_version = 1\nname = \"w\"\nstandard = \"s\"\nedition = \"1\"\nstatus = \"default\"\n[[node]]\nname = \"n\"\nweight = 0.9\nindicator = \"far\"\nideal = 1.0\n";
    std::fs::write(&wrong, text).unwrap();
    let (code, complaint) = place.fails(&["report", "zone", "qingxi", "--scheme", &wrong.display().to_string()]);
    assert!(code == 1 && complaint.contains("line 6") && complaint.contains("0.9"), "{complaint}");
    assert_eq!(place.fails(&["report", "zone", "qingxi", "--scheme", "none"]).0, 2);
    // A window is refused the same, before it opens.
    assert_eq!(place.fails(&["view", "qingxi", "--zone-scheme", "none"]).0, 2);
    let others = place.folder.path().join("others.toml");
    std::fs::write(&others, "park = \"elsewhere\"\n").unwrap();
    let (code, complaint) = place.fails(&["view", "qingxi", "--inputs", &others.display().to_string()]);
    assert!(code == 2 && complaint.contains("elsewhere"), "{code}: {complaint}");
    assert_eq!(place.fails(&["report", "zone", "qingxi", "--district", "North=elsewhere"]).0, 2);

    let clusters = place.json(&["report", "clusters", "qingxi", "--by", "jobs", "--format", "json", "--lang", "en"]);
    let clusters = &list(&clusters, "zones")[0];
    let amounts: f64 = list(clusters, "industries").iter().filter_map(|industry| industry["on_record"].as_f64()).sum();
    let squares: f64 = list(clusters, "industries")
        .iter()
        .filter_map(|industry| industry["on_record"].as_f64())
        .map(|x| (x / amounts).powi(2))
        .sum();
    let index = clusters["herfindahl_on_record"].as_f64().unwrap();
    assert!((index - squares).abs() < 1e-12 && clusters["year"] == 2025, "{clusters}");
    // Against a region in which every industry has the same share, and on a page with the line at 1.
    let codes: Vec<&str> =
        list(clusters, "industries").iter().filter_map(|industry| industry["industry"].as_str()).collect();
    let industries: String = codes.iter().fold(String::new(), |text, code| text + &format!("{code} = 1.0\n"));
    let region = place.folder.path().join("region.toml");
    let total = codes.len();
    let text = format!(
        "format_version = 1\nregion = \"R\"\nyear = 2025\nmeasure = \"jobs\"\nunit = \"persons\"\nsource = \"made up\"\ndate = \"2026-01-01\"\nstatus = \"default\"\ntotal = {total}.0\n[industries]\n{industries}"
    );
    std::fs::write(&region, text).unwrap();
    let reference = ["--reference", &*region.display().to_string()].map(str::to_owned);
    let against = |form: &str| {
        let [flag, path] = &reference;
        said(&place, &["report", "clusters", "qingxi", "--by", "jobs", flag, path, "--format", form, "--lang", "en"])
    };
    let told: Value = serde_json::from_str(&against("json")).unwrap();
    let quotients: Vec<f64> = list(&list(&told, "zones")[0], "industries")
        .iter()
        .filter_map(|industry| industry["location_quotient"].as_f64())
        .collect();
    let page = against("html");
    let title = if quotients.is_empty() { "Shares of the industries" } else { "Location quotients of" };
    assert!(page.contains(title) && page.contains("class=\"mark\""), "{title}");
    // A bar for each, of those that nobody knows of as well.
    let drawn = ["low", "unknown"].map(|class| page.matches(&format!("class=\"{class}\"")).count());
    assert_eq!(drawn[0] + drawn[1], if quotients.is_empty() { total } else { quotients.len() });
    assert!(drawn[0] > 0, "{drawn:?}");
    assert_eq!(place.fails(&["report", "clusters", "qingxi", "--format", "gpkg", "--out", "x.gpkg"]).0, 2);
}

#[test]
fn a_scenario_shows_in_reports_and_pictures_and_leaves_the_record() {
    let place = Place::imported();
    let scenario = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenes/second-phase.scenario.ron");
    let scenario = scenario.display().to_string();
    let zone = |more: &[&str]| {
        let told = place.json(&[&["report", "zone", "qingxi", "--format", "json", "--lang", "en"], more].concat());
        (told["park"]["name"].as_str().unwrap().to_owned(), list(&told, "zones")[0].clone())
    };
    let (name, before) = zone(&[]);
    let (titled, after) = zone(&["--scenario", &scenario]);
    assert!(titled.contains("Second phase") && !name.contains("Second phase"));
    let industrial = |zone: &Value| find(list(zone, "sums"), "sum", "A2")["value"].as_f64().unwrap();
    let hectares = (industrial(&after) - industrial(&before)) / 1e4;
    // Both sites of the land bank, 0.82 ha, and the larger part of a hectare.
    assert!((1.3..1.75).contains(&hectares), "{hectares} ha");
    assert_eq!(zone(&[]).1, before, "the record is as it was");
    let land =
        place.json(&["report", "land", "qingxi", "--all", "--scenario", &scenario, "--format", "json", "--lang", "en"]);
    let merged = find(list(&land, "parcels"), "parcel", "S-111-117");
    assert_eq!(merged["physical_use"]["value"], "in-use", "{merged}");

    let picture = |out: &str, more: &[&str]| {
        let arguments = ["shot", "qingxi", "--overlay", "utilisation", "--size", "480x320", "--out", out, "--json"];
        place.json(&[&arguments[..], more].concat())
    };
    let (plain, changed) = (picture("before.png", &[]), picture("after.png", &["--scenario", &scenario]));
    assert_ne!(plain["classes"], changed["classes"], "{changed}");
    let bytes = |name: &str| std::fs::read(place.folder.path().join(name)).unwrap();
    assert_ne!(bytes("before.png"), bytes("after.png"));

    let wrong = place.folder.path().join("wrong.scenario.ron");
    let text = std::fs::read_to_string(&scenario).unwrap().replace("\"S-hall-2\"", "\"S-hall-1\"");
    std::fs::write(&wrong, text).unwrap();
    let (code, complaint) = place.fails(&["report", "zone", "qingxi", "--scenario", &wrong.display().to_string()]);
    assert!(code == 1 && complaint.contains("line 18") && complaint.contains("S-hall-1"), "{complaint}");
}
