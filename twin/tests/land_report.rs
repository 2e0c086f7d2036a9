//! `twin report land` as a person uses it, on the sample park: forms, choices, failures, and the same values by SQL.

use std::path::Path;
use std::sync::Arc;

use analysis::land::indicators::{Indicator, LandModel};
use analysis::rules::RuleSet;
use serde_json::Value;
use spatial_db::cache::Cache;
use spatial_db::model::Presence;
use spatial_db::store::LandQuestion;

use crate::support::Place;

fn said(place: &Place, arguments: &[&str]) -> String {
    let output = place.twin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn report(place: &Place, more: &[&str]) -> Value {
    let mut arguments = vec!["report", "land", "qingxi", "--format", "json"];
    arguments.extend(more);
    place.json(&arguments)
}

fn parcels(report: &Value) -> &[Value] {
    report["parcels"].as_array().expect("parcels")
}

#[test]
fn json_has_every_indicator_with_formula_inputs_and_sources() {
    let place = Place::imported();
    let whole = report(&place, &["--all", "--lang", "en"]);
    assert_eq!((&whole["park"]["synthetic"], whole["scheme"]["name"].as_str()), (&true.into(), Some("national-2008")));
    assert!(whole["data"].as_str().unwrap().contains("SYNTHETIC"));
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    assert_eq!(parcels(&whole).len(), park.parcels.len());
    let (mut states, mut ratings) = (Vec::new(), Vec::new());
    for (at, parcel) in parcels(&whole).iter().enumerate() {
        assert_eq!(parcel["rank"], at + 1);
        assert!(parcel["source"]["file"].as_str().is_some_and(|file| !file.is_empty()), "{}", parcel["source"]);
        let indicators = parcel["indicators"].as_array().unwrap();
        assert_eq!(indicators.len(), Indicator::ALL.len());
        for indicator in indicators {
            assert!(indicator["formula"].as_str().is_some_and(|formula| formula.len() > 5), "{indicator}");
            let (value, missing) = (&indicator["value"], indicator["missing"].as_array().unwrap());
            assert_eq!(value.is_null(), !missing.is_empty(), "{indicator}");
            for input in indicator["inputs"].as_array().unwrap().iter().filter(|input| !input["value"].is_null()) {
                let source = &input["source"];
                assert!(source["file"].is_string() && source["layer"].is_string() && source["row"].is_u64(), "{input}");
            }
        }
        match &parcel["clock"] {
            Value::Null => states.push("none".to_owned()),
            clock => {
                assert!(clock["clause"].as_str().is_some_and(|clause| !clause.is_empty()), "{clock}");
                states.push(clock["state"].as_str().unwrap().to_owned());
                if clock["state"] == "idle" {
                    let price = park.contracts.iter().find(|one| one.provenance.key == clock["contract"]).unwrap();
                    let fee = clock["disposal"]["fee"].as_f64().unwrap();
                    assert!((fee - price.land_price.unwrap() * 0.2).abs() < 1e-6 * fee, "{clock}");
                }
            }
        }
        ratings.push(parcel["efficiency"]["rating"].as_str().unwrap().to_owned());
    }
    for state in ["past-reclaim", "idle", "stalled", "excused", "running", "in-order", "none"] {
        assert!(states.iter().any(|one| one == state), "no parcel of the sample is {state}");
    }
    for rating in ["low-efficiency", "efficient", "not-rated"] {
        assert!(ratings.iter().any(|one| one == rating), "no parcel of the sample is {rating}");
    }
    // The gravest come first, and what is short of a floor says by how much.
    let graves: Vec<usize> =
        states.iter().enumerate().filter(|(_, state)| *state == "past-reclaim").map(|at| at.0).collect();
    assert_eq!(graves, (0..graves.len()).collect::<Vec<_>>());
    let low = parcels(&whole).iter().find(|parcel| parcel["efficiency"]["rating"] == "low-efficiency").unwrap();
    let findings = low["efficiency"]["findings"].as_array().unwrap();
    let missed = findings.iter().find(|one| one["met"] == false && one["decides"] == true).unwrap();
    assert!(
        missed["missed_by"].as_f64().unwrap() > 0.0 && missed["clause"].as_str().unwrap().contains("2008"),
        "{missed}"
    );
}

/// Every value of every parcel by SQL on the same server, on two days.
#[test]
fn indicators_equal_those_of_the_server() {
    let place = Place::imported();
    let mut store = place.database.store().unwrap();
    let snapshot = Arc::new(store.snapshot("qingxi").unwrap());
    let rules = RuleSet::shipped();
    let cache = Cache::build(Arc::clone(&snapshot));
    for (as_of, last_year) in [("2026-06-30", 2025), ("2023-12-31", 2023)] {
        let as_of: chrono::NaiveDate = as_of.parse().unwrap();
        let model = LandModel::of(&cache, &Presence::on(&snapshot, as_of), &rules, as_of);
        let question = LandQuestion {
            as_of,
            tall_storey_m: 8.0,
            last_year,
            administration: &["办公", "宿舍", "食堂", "餐厅", "生活", "公寓", "门卫"],
            unfinished: &["under construction", "construction stopped"],
            vacant: &["空置", "闲置", "停用", "vacant", "unoccupied", "empty"],
            used: &["在用", "使用中", "自用", "出租", "in use", "occupied", "let", "temporary"],
            cover_complete: 0.99,
        };
        let theirs = store.land_indicators(snapshot.park.park_id, &question).unwrap();
        let mine: Vec<usize> = model.parcels().collect();
        assert_eq!(mine.len(), theirs.len());
        let mut known = 0;
        for (slot, (id, their)) in mine.into_iter().zip(theirs) {
            assert_eq!(snapshot.parcels[slot].id, id);
            for (indicator, their) in Indicator::ALL.into_iter().zip(their) {
                let mine = model.reading(slot, indicator);
                let same = match (mine.value, their) {
                    (Some(mine), Some(their)) => {
                        known += 1;
                        (mine - their).abs() <= 1e-6 * their.abs().max(1e-3)
                    }
                    (mine, their) => mine.is_none() && their.is_none(),
                };
                let key = &snapshot.parcels[slot].provenance.key;
                assert!(same, "{as_of} {key} {indicator:?}: {mine:?}, server {their:?}");
            }
        }
        println!("{as_of}: {known} values are the same");
        assert!(known > 1200, "{as_of}: only {known} values");
    }
}

#[test]
fn tables_and_spreadsheets_say_units_day_and_that_the_data_is_made_up() {
    let place = Place::imported();
    let table = said(&place, &["report", "land", "qingxi", "--lang", "en", "--as-of", "2026-06-30"]);
    for part in [
        "Idle and under-used land",
        "2026-06-30",
        "SYNTHETIC",
        "area (m²)",
        "Order 53",
        "industry codes",
        "may be reclaimed",
    ] {
        assert!(table.to_lowercase().contains(&part.to_lowercase()), "no {part} in {table}");
    }
    let chinese = said(&place, &["report", "land", "qingxi", "--lang", "zh"]);
    assert!(
        chinese.contains("闲置与低效用地") && chinese.contains("可无偿收回") && chinese.contains("合成数据"),
        "{chinese}"
    );

    let csv = said(&place, &["report", "land", "qingxi", "--format", "csv", "--lang", "en", "--all"]);
    let csv = csv.strip_prefix('\u{feff}').expect("a mark for Excel");
    let mut lines = csv.lines();
    let heads = lines.next().unwrap();
    for head in
        ["area (m²)", "Output (CNY/ha)", "idle fee (CNY)", "Site coverage (%)", "to one year (d)", "as of", "data"]
    {
        assert!(heads.split(',').any(|one| one == head), "no {head} in {heads}");
    }
    let rows: Vec<&str> = lines.collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.contains("SYNTHETIC")), "every row says that it is made up");

    let written =
        said(&place, &["report", "land", "qingxi", "--format", "gpkg", "--out", "maps/land.gpkg", "--lang", "en"]);
    assert!(written.contains("rows in maps/land.gpkg"), "{written}");
    let found = place.json(&["inspect", "maps/land.gpkg", "--json"]);
    let layer = &found["files"][0]["layers"][0];
    assert_eq!(layer["layer"].as_str().or(layer["name"].as_str()), Some("land"), "{layer}");
    assert!(found.to_string().contains("coverage_pct") && found.to_string().contains("EPSG:4549"), "{found}");
}

#[test]
fn choices_narrow_the_list_and_order_it() {
    let place = Place::imported();
    let listed = report(&place, &[]);
    let idle = report(&place, &["--state", "idle", "--state", "past-reclaim"]);
    assert!(!parcels(&idle).is_empty() && parcels(&idle).len() < parcels(&listed).len());
    assert!(
        parcels(&idle).iter().all(|one| ["idle", "past-reclaim"].contains(&one["clock"]["state"].as_str().unwrap()))
    );
    let large = report(&place, &["--min-area", "20000", "--sort", "area"]);
    let areas: Vec<f64> = parcels(&large).iter().map(|one| one["area_m2"].as_f64().unwrap()).collect();
    assert!(
        !areas.is_empty() && areas.iter().all(|area| *area >= 20_000.0) && areas.is_sorted_by(|a, b| a >= b),
        "{areas:?}"
    );
    // Another day, another state: before the first contracts were signed nothing is under a clock.
    let early = report(&place, &["--as-of", "2010-01-01", "--all"]);
    assert!(!parcels(&early).is_empty() && parcels(&early).iter().all(|one| one["clock"].is_null()));
    // Two schemes never mix.
    let strict = report(&place, &["--scheme", "national-2023", "--all"]);
    let limits = |report: &Value| -> Vec<String> {
        let findings = parcels(report).iter().flat_map(|one| one["efficiency"]["findings"].as_array().unwrap());
        let mut all: Vec<String> = findings.filter_map(|one| one["clause"].as_str()).map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    };
    let clauses = limits(&strict);
    assert!(!clauses.is_empty() && clauses.iter().all(|clause| clause.contains("2023")), "{clauses:?}");
    let own = "[scheme]\nname = \"own\"\ntitle = \"Own\"\n[scheme.applies]\nall = true\n[[limit]]\nindicator = \"coverage\"\n\
        kind = \"floor\"\nvalue = 0.99\nunit = \"1\"\nstandard = \"Own guide\"\nedition = \"1\"\nclause = \"3\"\nstatus = \"verified\"\n";
    std::fs::write(place.folder.path().join("own.toml"), own).unwrap();
    let own = report(&place, &["--scheme", "own.toml", "--all"]);
    assert!(parcels(&own).iter().all(|one| one["efficiency"]["rating"] == "low-efficiency"));
    assert_eq!(limits(&own), ["Own guide (1), 3"]);
}

#[test]
fn what_cannot_be_reported_fails_with_a_hint() {
    let place = Place::imported();
    let fails = |arguments: &[&str]| {
        let (code, complaint) = place.fails(arguments);
        (code, complaint.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (code, complaint) = fails(&["report", "land", "qingxi", "--format", "gpkg"]);
    assert!(code == 2 && complaint.contains("--out"), "{complaint}");
    let (code, complaint) = fails(&["report", "land", "qingxi", "--scheme", "shangai"]);
    assert!(code == 2 && complaint.contains("shanghai-illustrative"), "{complaint}");
    let (code, complaint) = fails(&["report", "land", "qingxi", "--scheme", "none.toml"]);
    assert!(code == 1 && complaint.contains("none.toml"), "{complaint}");
    std::fs::write(place.folder.path().join("bad.toml"), "[scheme]\nname = \"x\"\n").unwrap();
    let (code, complaint) = fails(&["report", "land", "qingxi", "--scheme", "bad.toml"]);
    assert!(code == 1 && complaint.contains("bad.toml") && complaint.contains("title"), "{complaint}");
    let (code, complaint) = fails(&["report", "land", "no-such-park"]);
    assert!(code == 1 && complaint.contains("no-such-park"), "{complaint}");
    assert_eq!(fails(&["report"]).0, 2);
}

/// From a package, without a database, the same report.
#[test]
fn a_package_gives_the_same_report() {
    let place = Place::imported();
    place.json(&["pack", "qingxi", "--out", "qingxi.gpkg", "--json"]);
    let stored = report(&place, &["--lang", "en"]);
    let mut offline =
        place.command(&["report", "land", "qingxi.gpkg", "--format", "json", "--lang", "en", "--out", "x.json"]);
    let output = offline.env("TWIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |path: &Path| -> Value { serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    let mut packed = read(&place.folder.path().join("x.json"));
    // But for the cases, which it does not carry, and says so.
    assert_eq!((&stored["cases_at_hand"], &packed["cases_at_hand"]), (&true.into(), &false.into()));
    packed["cases_at_hand"] = true.into();
    let notes = packed["notes"].as_array_mut().expect("notes");
    let before = notes.len();
    notes.retain(|note| !note.as_str().is_some_and(|note| note.contains("Cases are not at hand")));
    assert_eq!(notes.len() + 1, before);
    assert_eq!(packed, stored);
}

/// Land that may be reclaimed, until a case finds that the government caused it and a later start is agreed.
#[test]
fn what_a_case_finds_and_agrees_changes_the_report() {
    let place = Place::imported();
    let worst = report(&place, &["--state", "past-reclaim"]);
    let chosen = &parcels(&worst)[0];
    let (parcel, contract) = (chosen["parcel"].as_str().unwrap(), chosen["clock"]["contract"].as_str().unwrap());
    assert!(chosen["case"].is_null());
    let record = |arguments: &[&str]| place.json(&[&["case"], arguments, &["--by", "office", "--json"][..]].concat());
    let now = |more: &[&str]| {
        let whole = report(&place, &[&["--all", "--lang", "en"], more].concat());
        parcels(&whole).iter().find(|one| one["parcel"] == parcel).cloned()
    };
    // A picture counts what the list does.
    let reclaimed = || {
        let shot = ["shot", "qingxi", "--overlay", "idle", "--size", "320x200", "--out", "idle.png", "--json"];
        let drawn = place.json(&shot);
        let classes = drawn["classes"].as_array().unwrap();
        let class =
            classes.iter().find(|class| class["class"].as_str().unwrap().contains("over 2 years, may be reclaimed"));
        class.map_or(0, |class| class["count"].as_u64().unwrap())
    };
    let before = reclaimed();
    record(&["open", "qingxi", "--parcel", parcel, "--contract", contract]);
    let opened = now(&["--case", "suspected"]).expect("in the list of suspected land");
    assert_eq!((&opened["clock"]["state"], &opened["case"]["number"]), (&"past-reclaim".into(), &1.into()));
    assert!(now(&["--case", "none"]).is_none());
    record(&["step", "qingxi", "1", "investigation"]);
    record(&["step", "qingxi", "1", "determined", "--cause", "government"]);
    let excused = now(&["--case", "determined"]).expect("in the list of determined land");
    assert_eq!((&excused["clock"]["state"], &excused["case"]["state"]), (&"excused".into(), &"determined".into()));
    assert!(excused["clock"]["disposal"]["fee"].is_null());
    assert!(excused["clock"]["by_cases"][0].as_str().unwrap().contains("case 1"), "{}", excused["clock"]);
    assert_eq!(reclaimed() + 1, before, "what the government caused is excused in pictures too");
    record(&["remedy", "qingxi", "1", "extension", "--from", "2090-01-01", "--until", "2090-12-31"]);
    let extended = now(&[]).expect("on record");
    assert_eq!((&extended["clock"]["state"], &extended["clock"]["zero"]), (&"in-order".into(), &"2090-01-01".into()));
    // A day that is asked for is meant: then there was no case.
    let then = now(&["--as-of", "2025-01-01"]).expect("on record");
    assert!(then["case"].is_null() && then["clock"]["by_cases"] == Value::Array(Vec::new()), "{then}");
}
