//! Each verb as a person uses it, on the sample park: what it prints, what it writes, and how it fails.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Place, altered, manifest, sample};

fn words(place: &Place, arguments: &[&str]) -> String {
    let output = place.twin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().unwrap_or_else(|| panic!("no list {field} in {value}"))
}

/// The sample's file with that ending whose name has this word.
fn file(word: &str) -> PathBuf {
    let found = std::fs::read_dir(sample()).unwrap().filter_map(Result::ok).map(|entry| entry.path());
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains(word));
    found.into_iter().find(named).unwrap_or_else(|| panic!("no {word} in the sample"))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn inspect_says_encoding_place_axes_and_role_with_reasons() {
    let place = Place::new();
    let parcels = text(&file(".shp"));
    let found = place.json(&["inspect", &parcels, "--json"]);
    let shapefile = &list(&found, "files")[0];
    assert_eq!(shapefile["driver"], "ESRI Shapefile");
    assert_eq!(shapefile["encoding"]["value"], "GB18030", "{}", shapefile["encoding"]);
    assert!(shapefile["encoding"]["confidence"].as_f64().unwrap() >= 0.9);
    let layer = &shapefile["layers"][0];
    assert_eq!(layer["role"]["value"], "parcel");
    assert_eq!(layer["place"]["crs"]["value"], "EPSG:4549", "{}", layer["place"]);
    assert_eq!(layer["place"]["axis_order"]["value"], "xy");
    for guess in [&shapefile["encoding"], &layer["role"], &layer["place"]["crs"], &layer["place"]["axis_order"]] {
        assert!(guess["reason"].as_str().is_some_and(|reason| reason.len() > 5), "{guess}");
    }
    let said = words(&place, &["inspect", &parcels]);
    assert!(said.contains("GB18030") && said.contains("EPSG:4549") && said.contains("east first"), "{said}");
    assert!(said.contains("parcel  — ") && said.contains("certain"), "{said}");

    // Survey tables say X for north and name no system: another file of the place tells it.
    let found = place.json(&["inspect", &text(&survey_folder()), &parcels, "--json"]);
    let points = list(&found, "files").iter().find(|file| file["file"].as_str().unwrap().contains("点表"));
    let points = &points.unwrap_or_else(|| panic!("no point table in {found}"))["layers"][0];
    assert_eq!(points["place"]["axis_order"]["value"], "north_first", "{points}");
    assert_eq!(points["place"]["crs"]["value"], "EPSG:4549", "{points}");
    assert!(points["role"]["value"].as_str().unwrap().starts_with("network."), "{points}");
}

/// The sample's folder of survey tables.
fn survey_folder() -> PathBuf {
    let entries = std::fs::read_dir(sample()).unwrap().filter_map(Result::ok).map(|entry| entry.path());
    entries.into_iter().find(|path| path.is_dir()).expect("a folder of tables")
}

#[test]
fn inspect_names_what_it_cannot_read_and_shows_the_rest() {
    let place = Place::new();
    let bad = place.folder.path().join("bad.gpkg");
    std::fs::write(&bad, "no database").unwrap();
    let output = place.twin(&["inspect", "bad.gpkg", "none.shp", &text(&file(".shp"))]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("parcel"), "the good file is shown: {said}");
    let complaint = String::from_utf8_lossy(&output.stderr);
    for part in ["bad.gpkg", "none.shp", "there is no such file", "help"] {
        assert!(complaint.contains(part), "{part}: {complaint}");
    }
    assert_eq!(place.fails(&["inspect"]).0, 2);
    let (code, complaint) = place.fails(&["inspect", &text(&file(".shp")), "--crs", "EPSG:999999"]);
    assert!(code == 1 && complaint.contains("EPSG:999999"), "{complaint}");
}

#[test]
fn manifest_drafts_what_imports_and_overwrites_nothing() {
    let place = Place::new();
    let (out, office) = (place.folder.path().join("drafted.toml"), text(sample()));
    let drafted = place.json(&["manifest", &office, "--out", &text(&out), "--slug", "drafted", "--json"]);
    let role = |layer: &str| {
        let found = list(&drafted, "layers").iter().find(|one| one["layer"] == layer);
        found.map(|one| one["role"].as_str().unwrap().to_owned())
    };
    assert_eq!(role("宗地").as_deref(), Some("parcel"), "{drafted}");
    assert_eq!(role("建筑物").as_deref(), Some("building"));
    assert_eq!(role("给水_SS_点表").as_deref(), Some("network.water.node"));
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(
        written.contains("encoding = \"GB18030\"") && written.contains("axis_order = \"north_first\""),
        "{written}"
    );
    let (code, complaint) = place.fails(&["manifest", &office, "--out", &text(&out)]);
    assert!(code == 1 && complaint.contains("drafted.toml") && complaint.contains("--force"), "{complaint}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), written, "left as it was");
    assert_eq!(place.fails(&["manifest", &office, "--out", "x.toml", "--slug", "Not A Slug"]).0, 2);
    assert!(!place.folder.path().join("x.toml").exists());
    place.json(&["manifest", &office, "--out", &text(&out), "--slug", "again", "--force", "--json"]);
    assert!(std::fs::read_to_string(&out).unwrap().contains("slug = \"again\""));

    let imported = place.json(&["import", &text(&out), "--json"]);
    let kept = place.json(&["import", &manifest(), "--json"]);
    let parcels = |report: &Value| {
        list(report, "layers").iter().find(|layer| layer["role"] == "parcel").unwrap()["added"].as_u64().unwrap()
    };
    assert_eq!(parcels(&imported), parcels(&kept), "the draft brings in what the office's own manifest does");
}

/// A manifest in which nothing can be imported is written, says why, and fails.
#[test]
fn a_draft_of_nothing_says_so() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("notes.csv"), "a,b\n1,2\n").unwrap();
    let (code, complaint) = place.fails(&["manifest", "notes.csv", "--out", "n.toml"]);
    assert!(code == 1 && complaint.contains("n.toml") && complaint.contains("commented out"), "{complaint}");
    let written = std::fs::read_to_string(place.folder.path().join("n.toml")).unwrap();
    assert!(written.contains("# Left out: "), "{written}");
    // The import says the same.
    let (code, complaint) = place.fails(&["import", "n.toml"]);
    assert!(code == 1 && complaint.contains("n.toml") && complaint.contains("left out of the draft"), "{complaint}");
}

/// The sample without its first three buildings; the manifest's path.
fn changed(place: &Place) -> String {
    altered(place, "changed", "layer = \"建筑物\"", "layer = \"建筑物\"\nfilter = \"fid > 3\"")
}

#[test]
fn a_dry_run_tells_every_change_and_writes_nothing() {
    let place = Place::new();
    let output = place.twin(&["import", &manifest(), "--dry-run", "--json"]);
    assert!(output.status.success());
    let events: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let done = events.last().unwrap();
    assert_eq!((&done["event"], &done["dry_run"], &done["run"]), (&"done".into(), &true.into(), &Value::Null));
    // Rasters are one source and many tiles.
    let is_table = |layer: &&Value| layer["role"] != "terrain" && layer["role"] != "imagery";
    for layer in list(done, "layers").iter().filter(is_table) {
        let is_told = |event: &&Value| event["op"] == "added" && event["layer"] == layer["layer"];
        let told = events.iter().filter(|event| event["event"] == "change").filter(is_told).count() as u64;
        assert_eq!(Some(told), layer["added"].as_u64(), "one event for each feature of {layer}");
        assert!(told > 0, "{layer}");
    }
    assert_eq!(place.json(&["parks", "--json"])["parks"], Value::Array(Vec::new()), "nothing was written");

    place.json(&["import", &manifest(), "--json"]);
    let (parks, runs) = (place.json(&["parks", "--json"]), place.json(&["runs", "qingxi", "--json"]));
    let other = changed(&place);
    let list_out = place.folder.path().join("changes.jsonl");
    let said = words(&place, &["import", &other, "--dry-run", "--changes-out", &text(&list_out)]);
    assert!(said.contains("buildings: 3 removed") && said.contains("nothing was written"), "{said}");
    let lines = std::fs::read_to_string(&list_out).unwrap();
    let removed = lines.lines().filter(|line| line.contains("\"op\":\"removed\"")).count();
    assert_eq!((removed, lines.lines().count()), (3, 3), "{lines}");
    assert_eq!(place.json(&["parks", "--json"]), parks);
    assert_eq!(place.json(&["runs", "qingxi", "--json"]), runs);
}

#[test]
fn runs_tells_what_each_did_and_revert_brings_it_back() {
    let place = Place::new();
    let first = place.json(&["import", &manifest(), "--json"])["run"].as_i64().unwrap();
    let before = place.json(&["parks", "--json"])["parks"][0]["counts"].clone();
    let second = place.json(&["import", &changed(&place), "--json"])["run"].as_i64().unwrap();
    let after = place.json(&["parks", "--json"])["parks"][0]["counts"].clone();
    assert_eq!(after["building"].as_u64().unwrap() + 3, before["building"].as_u64().unwrap());

    let runs = place.json(&["runs", "qingxi", "--json"]);
    let known: Vec<i64> = list(&runs, "runs").iter().map(|run| run["run_id"].as_i64().unwrap()).collect();
    assert_eq!(known, [first, second]);
    assert_eq!(runs["runs"][1]["layers"][0]["removed"], 3, "{}", runs["runs"][1]["layers"]);
    let said = words(&place, &["runs", "qingxi"]);
    assert!(said.find(&format!("run {second} ")) < said.find(&format!("run {first} ")), "the latest first: {said}");
    assert!(said.contains("buildings: 3 removed") && said.contains("twin import"), "{said}");
    // A time says which clock it is of.
    let heading = said.lines().next().unwrap();
    let offset = heading.split_whitespace().nth(4).unwrap();
    assert!(offset.len() == 6 && offset.starts_with(['+', '-']) && offset.contains(':'), "{heading}");

    let dry = words(&place, &["revert", "qingxi", &second.to_string(), "--dry-run"]);
    assert!(dry.contains("3 brought back") && dry.contains("nothing was written"), "{dry}");
    assert_eq!(place.json(&["parks", "--json"])["parks"][0]["counts"], after);
    let reverted = place.json(&["revert", "qingxi", &second.to_string(), "--json"]);
    let buildings = list(&reverted, "tables").iter().find(|table| table["table"] == "building").unwrap();
    assert_eq!((&buildings["brought_back"], &buildings["taken_out"]), (&3.into(), &0.into()), "{reverted}");
    assert_eq!(place.json(&["parks", "--json"])["parks"][0]["counts"], before, "as before the second run");
    let said = words(&place, &["runs", "qingxi"]);
    assert!(said.contains(&format!("revert of run {second}")) && said.contains("undone by run"), "{said}");
    // The files of the first run bring nothing new now.
    let again = place.json(&["import", &manifest(), "--reread", "--json"]);
    assert!(list(&again, "layers").iter().all(|layer| layer["added"] == 0 && layer["changed"] == 0), "{again}");

    let (code, complaint) = place.fails(&["revert", "qingxi", &second.to_string()]);
    assert!(code == 1 && complaint.contains("undone"), "{complaint}");
    let (code, complaint) = place.fails(&["revert", "qingxi", "9999"]);
    assert!(code == 1 && complaint.contains("9999"), "{complaint}");
    let (code, complaint) = place.fails(&["runs", "atlantis"]);
    assert!(code == 1 && complaint.contains("atlantis") && complaint.contains("qingxi"), "{complaint}");
    assert_eq!(place.fails(&["revert", "qingxi", "last"]).0, 2);
}

/// The statement that a person's pen is: gives the rejected parcel a number of its own.
const MEND: &str = include_str!("../../spatial-db/sql/tests/geopackage_mend.sql");

#[test]
fn rejected_rows_go_out_to_qgis_and_come_back_mended() {
    let place = Place::new();
    let first = place.json(&["import", &manifest(), "--json"]);
    assert!(first["issue_totals"]["key.duplicate"].as_u64().unwrap() > 0, "{}", first["issue_totals"]);
    let counts = place.json(&["issues", "qingxi", "--json", "--code", "key.duplicate"]);
    let rejected = list(&counts, "issues").iter().find(|issue| issue["layer"] == "parcels").expect("a parcel");
    assert_eq!(rejected["severity"], "error");
    for field in ["reason", "fix", "source"] {
        assert!(rejected[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {rejected}");
    }
    let said = words(&place, &["issues", "qingxi", "--code", "key.duplicate"]);
    assert!(said.contains("key.duplicate") && said.contains("宗地"), "{said}");

    // Without the manifest a duplicate comes without its geometry, which is said.
    let said = words(&place, &["issues", "qingxi", "--export", "bare.gpkg"]);
    assert!(said.contains("1 rows rejected as duplicates") && said.contains("--manifest"), "{said}");
    let out = place.folder.path().join("issues.gpkg");
    let report = place.json(&["issues", "qingxi", "--export", &text(&out), "--manifest", &manifest(), "--json"]);
    let layer = list(&report, "layers").iter().find(|layer| layer["layer"] == "parcels").unwrap();
    assert_eq!(layer["quarantined"], 1, "{report}");
    let (code, complaint) = place.fails(&["issues", "qingxi", "--export", &text(&out)]);
    assert!(code == 1 && complaint.contains("issues.gpkg") && complaint.contains("already"), "{complaint}");
    assert_eq!(place.fails(&["issues", "qingxi", "--export", "y.gpkg", "--code", "key.duplicate"]).0, 2);

    // QGIS writes through GDAL, and so does this.
    let statement: Vec<&str> = MEND.lines().filter(|line| !line.starts_with("--")).collect();
    let mended = Command::new("ogrinfo").arg(&out).args(["-sql", statement.join(" ").trim_end_matches(';')]).output();
    let mended = mended.expect("ogrinfo runs");
    assert!(mended.status.success(), "{}", String::from_utf8_lossy(&mended.stderr));
    let second = place.json(&["import", &manifest(), "--mended", &text(&out), "--json"]);
    let parcels = list(&second, "layers").iter().find(|layer| layer["role"] == "parcel").unwrap();
    // Two bow ties were kept and repaired; they came along, and come back as they went out.
    assert_eq!((&parcels["mended"], &parcels["added"], &parcels["quarantined"]), (&3.into(), &1.into(), &0.into()));
    let left = place.json(&["issues", "qingxi", "--json", "--code", "key.duplicate", "--layer", "parcels"]);
    assert_eq!(list(&left, "issues").len(), 0, "{left}");
    let (code, complaint) = place.fails(&["import", &manifest(), "--mended", "none.gpkg"]);
    assert!(code == 1 && complaint.contains("none.gpkg"), "{complaint}");
}
