//! `twin report projects` and its overlay on the sample park, against SQL on the same database.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use spatial_db::store::Store;

use crate::support::Place;

const MISSED: &str = include_str!("../../spatial-db/sql/tests/projects_missed.sql");

fn projects(report: &Value) -> &[Value] {
    report["projects"].as_array().unwrap_or_else(|| panic!("no projects in {report}"))
}

/// How many projects miss which milestone.
fn missed(report: &Value) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for project in projects(report).iter().filter(|project| project["timing"]["is"] == "late") {
        *counts.entry(project["timing"]["milestone"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn what_is_late_is_what_sql_says_on_every_day() {
    let place = Place::imported();
    let mut sql = postgres::Client::connect(&place.database.url(), postgres::NoTls).unwrap();
    let mut seen = HashSet::new();
    for day in ["2000-01-01", "2015-06-30", "2020-02-29", "2024-03-01", "2026-06-30", "2030-01-01"] {
        let report = place.json(&["report", "projects", "qingxi", "--as-of", day, "--format", "json"]);
        let as_of: chrono::NaiveDate = day.parse().unwrap();
        let expected: BTreeMap<String, i64> =
            sql.query(MISSED, &[&as_of]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect();
        assert_eq!(missed(&report), expected, "{day}");
        seen.extend(expected.into_keys());
    }
    assert!(seen.len() >= 4, "the sample misses all kinds of milestones some day: {seen:?}");
}

#[test]
fn the_report_lists_ledger_and_contracts_and_the_overlay_counts_the_same() {
    let place = Place::imported();
    let report = place.json(&["report", "projects", "qingxi", "--format", "json"]);
    let park = Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap();
    let in_ledger: HashSet<&str> = park.projects.iter().filter_map(|project| project.contract_key.as_deref()).collect();
    let others = park.contracts.iter().filter(|c| !in_ledger.contains(c.provenance.key.as_str())).count();
    assert!(others > 0 && in_ledger.len() < park.projects.len(), "contracts and projects without the other");
    assert_eq!(projects(&report).len(), park.projects.len() + others);
    assert_eq!(report["gantt"]["rows"].as_array().unwrap().len(), projects(&report).len());
    assert_eq!(report["as_of"], "2026-06-30");

    let out = place.folder.path().join("p.png").display().to_string();
    let shot = place.json(&["shot", "qingxi", "--overlay", "projects", "--out", &out, "--size", "320x200", "--json"]);
    let classes = shot["classes"].as_array().unwrap();
    let class = |word: &str| {
        let found = classes.iter().find(|class| class["class"].as_str().unwrap().contains(word));
        found.and_then(|class| class["count"].as_i64()).unwrap_or_else(|| panic!("no class {word} in {shot}"))
    };
    assert_eq!(class("not started"), missed(&report)["start"]);
    assert_eq!(class("not completed"), missed(&report)["completion"]);

    let csv = String::from_utf8(place.twin(&["report", "projects", "qingxi", "--format", "csv"]).stdout).unwrap();
    assert_eq!(csv.lines().count(), projects(&report).len() + 1);
    // The page draws them all, and marks each late one with words.
    let page = place.twin(&["report", "projects", "qingxi", "--format", "html", "--lang", "en"]).stdout;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(page.matches("class=\"late\"").count() as i64, missed(&report).values().sum::<i64>());
    let bars = |kind: &str| {
        let rows = report["gantt"]["rows"].as_array().unwrap();
        rows.iter().map(|row| row[kind].as_array().unwrap().len()).sum::<usize>()
    };
    for kind in ["planned", "actual", "expected", "suspended"] {
        assert_eq!(page.matches(&format!("class=\"{kind}\"")).count(), bars(kind), "{kind}");
    }
    assert!(page.contains("class=\"today\"") && page.contains(">2025<"), "the day and the years stand on it");
    let late = place.json(&["report", "projects", "qingxi", "--missing", "start", "--format", "json"]);
    assert_eq!(projects(&late).len() as i64, missed(&report)["start"]);
    let days: Vec<i64> = projects(&late).iter().map(|project| project["days_late"].as_i64().unwrap()).collect();
    assert!(days.is_sorted_by(|a, b| a >= b) && days.iter().all(|days| *days > 0), "{days:?}");
    let table = String::from_utf8(place.twin(&["report", "projects", "qingxi", "--lang", "zh"]).stdout).unwrap();
    assert!(table.contains("项目进度") && table.contains("开工计划日期"), "{table}");
}
