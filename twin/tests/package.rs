//! `twin pack`, and what `view` and `shot` make of a package where there is no database at all.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use analysis::emergency::emergency_overlay;
use analysis::issues::issue_overlay;
use analysis::land::{idle_overlay, utilisation_overlay};
use analysis::network::network_overlay;
use analysis::overlay::Overlay;
use analysis::rules::RuleSet;
use chrono::NaiveDate;
use serde_json::Value;
use spatial_db::cache::Cache;
use spatial_db::model::ParkSnapshot;
use spatial_db::package::Package;

use crate::support::Place;

/// Pixels that the engine lays on the ground, at most.
const MOST_PIXELS: u64 = 4096 * 4096;

/// The sample park in the database and in `qingxi.gpkg`.
fn packed() -> (Place, Value) {
    let place = Place::imported();
    let report = place.json(&["pack", "qingxi", "--out", "qingxi.gpkg", "--json"]);
    (place, report)
}

/// The command on a laptop: no server to be found, none to be started.
fn offline(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twin"))
        .args(arguments)
        .env("TWIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        .env("TWIN_DATA_DIR", folder.join("laptop"))
        .current_dir(folder)
        .output()
        .expect("twin runs")
}

fn offline_json(folder: &Path, arguments: &[&str]) -> Value {
    let output = offline(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn complaint(output: &Output) -> (Option<i32>, String) {
    // The report is wrapped to the terminal's width.
    let words = String::from_utf8_lossy(&output.stderr).replace('│', " ");
    (output.status.code(), words.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_package_of_the_sample_park_is_the_park() {
    let (place, report) = packed();
    let file = place.folder.path().join("qingxi.gpkg");
    let bytes = std::fs::read(&file).unwrap();
    println!("sample park: {:.2} MB in {:.2} s", bytes.len() as f64 / 1e6, report["seconds"].as_f64().unwrap());
    assert_eq!(report["bytes"].as_u64(), Some(bytes.len() as u64));
    assert_eq!((&report["park"]["slug"], &report["park"]["synthetic"]), (&"qingxi".into(), &true.into()));
    let rows = |table: &str| {
        let tables = report["tables"].as_array().unwrap();
        tables.iter().find(|one| one["table"] == table).map(|one| one["rows"].as_u64().unwrap())
    };
    let mut store = place.database.store().unwrap();
    let snapshot = store.snapshot("qingxi").unwrap();
    assert_eq!(rows("parcel"), Some(snapshot.parcels.len() as u64));
    assert!(snapshot.issues.len() > 5);
    assert!(
        rows("network_edge") > Some(100) && rows("imagery_tile") > Some(0) && rows("terrain") > Some(0),
        "{report}"
    );

    let package = Package::open(&file).unwrap();
    let back = package.snapshot(&|_| {}).unwrap();
    assert!(format!("{back:?}") == format!("{snapshot:?}"));
    assert_eq!(package.imagery(MOST_PIXELS).unwrap(), store.imagery("qingxi", MOST_PIXELS).unwrap());
    assert!(package.imagery(MOST_PIXELS).unwrap().is_some());

    // What follows from it is the same on any day.
    for as_of in ["2019-06-30", "2025-01-01"] {
        let as_of: NaiveDate = as_of.parse().unwrap();
        assert!(overlays(&back, as_of) == overlays(&snapshot, as_of), "{as_of}");
    }

    // The same park gives the same bytes, over the old file, and `--stamp` says when.
    place.json(&["pack", "qingxi", "--out", "qingxi.gpkg", "--json"]);
    assert!(std::fs::read(&file).unwrap() == bytes);
    let stamped = ["pack", "qingxi", "-o", "x.gpkg", "--stamp", "2026-11-26T12:00:00Z", "--json"];
    assert_eq!(place.json(&stamped)["packed"], "2026-11-26T12:00:00Z");
    let left = std::fs::read_dir(place.folder.path()).unwrap().filter_map(Result::ok);
    let parts: Vec<_> =
        left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().contains("part")).collect();
    assert!(parts.is_empty(), "{parts:?}");
}

fn overlays(park: &ParkSnapshot, as_of: NaiveDate) -> Vec<Overlay> {
    let cache = Cache::build(Arc::new(park.clone()));
    let rules = RuleSet::shipped();
    vec![
        utilisation_overlay(&cache, &rules, as_of),
        idle_overlay(&cache, &rules, as_of),
        emergency_overlay(&cache, &rules, as_of),
        network_overlay(&cache, &rules, as_of),
        issue_overlay(&cache, as_of),
    ]
}

#[test]
fn pictures_are_drawn_from_a_package_without_a_database() {
    let (place, _) = packed();
    let folder = place.folder.path();
    for (overlay, more) in [("idle", &["--as-of", "2020-01-01"][..]), ("issues", &[]), ("utilisation", &["--imagery"])]
    {
        let common = ["--overlay", overlay, "--size", "320x200", "--json"];
        let shot = |park: &'static str, out: &'static str| {
            let mut arguments = vec!["shot", park, "--out", out];
            arguments.extend(common);
            arguments.extend(more);
            arguments
        };
        let theirs = place.json(&shot("qingxi", "store.png"));
        let mine = offline_json(folder, &shot("qingxi.gpkg", "package.png"));
        for field in ["classes", "as_of", "synthetic", "overlay"] {
            assert_eq!(mine[field], theirs[field], "{overlay}: {field}");
        }
        let [a, b] = ["store.png", "package.png"].map(|name| std::fs::read(folder.join(name)).unwrap());
        // No case is open in the store either, and a picture so small has no room for notes.
        assert!(a == b, "{overlay}: the pictures differ");
    }
    let (code, words) =
        complaint(&offline(folder, &["shot", "qingxi.gpkg", "--overlay", "changes", "--run", "1", "--out", "x.png"]));
    assert!(code == Some(2) && words.contains("holds one moment") && words.contains("help"), "{words}");
    assert!(!folder.join("laptop/cluster").exists(), "no server was made");
}

/// A view kept in the window, with a cut, as the window writes it.
const KEPT: &str = r#"(format_version: 1, stops: [(name: "Pit", hold_secs: 0.4, scene: (
    format_version: 1, overlay: "networks", cut: (section: (from: (560055.5, 3453128.25), to: (560085.0, 3453127.0)))))])"#;
/// A scene with words in Chinese.
const SCENE: &str = "(\n    // 北侧空地\n    format_version: 1,\n    overlay: \"idle\",\n    theme: dark,\n)\n";

#[test]
fn scenes_and_kept_views_travel_in_the_package() {
    let place = Place::imported();
    let folder = place.folder.path();
    let kept = folder.join("data/bookmarks");
    std::fs::create_dir_all(&kept).unwrap();
    std::fs::write(kept.join("qingxi.tour.ron"), KEPT).unwrap();
    std::fs::write(folder.join("north.scene.ron"), SCENE).unwrap();
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/idle-land.tour.ron");
    let tour = tour.display().to_string();
    let pack = ["pack", "qingxi", "--scene", "north.scene.ron", "--scene", &tour, "--out", "qingxi.gpkg", "--json"];
    let report = place.json(&pack);
    let scenes = report["tables"].as_array().unwrap().iter().find(|one| one["table"] == "twin_scene");
    assert_eq!(scenes.expect("a table of scenes")["rows"], 3);

    // Byte by byte as they were written, cuts and comments too, and only read back as what they are.
    let package = Package::open(&folder.join("qingxi.gpkg")).unwrap();
    let back: Vec<(&str, String, String)> =
        package.scenes().unwrap().into_iter().map(|scene| (scene.kind.as_str(), scene.name, scene.text)).collect();
    let expected = [
        ("bookmarks", "bookmarks".to_owned(), KEPT.to_owned()),
        ("scene", "north".to_owned(), SCENE.to_owned()),
        ("tour", "idle-land".to_owned(), std::fs::read_to_string(&tour).unwrap()),
    ];
    assert_eq!(back, expected);
    let bytes = std::fs::read(folder.join("qingxi.gpkg")).unwrap();
    place.json(&pack);
    assert!(std::fs::read(folder.join("qingxi.gpkg")).unwrap() == bytes, "the same park and views, the same bytes");

    // On the laptop they are there by their names: as a picture, and as a film.
    let shot = |scene: &'static str, out: &'static str| {
        offline_json(folder, &["shot", "qingxi.gpkg", "--scene", scene, "--size", "320x200", "--out", out, "--json"]);
        std::fs::read(folder.join(out)).unwrap()
    };
    let by_file = shot("north.scene.ron", "file.png");
    std::fs::rename(folder.join("north.scene.ron"), folder.join("away.ron")).unwrap();
    assert!(shot("north", "name.png") == by_file);
    let film = ["film", "qingxi.gpkg", "--size", "160x96", "--fps", "5", "--out", "kept.mp4", "--json"];
    let report = offline_json(folder, &film);
    assert_eq!((&report["stops"], &report["frames"]), (&1.into(), &2.into()), "the kept views");

    // Nothing is taken that could not be shown, nor two of one name; kept views stay at home where that is asked for.
    std::fs::write(folder.join("bad.scene.ron"), "(format_version: 1, overlai: 3)").unwrap();
    let (code, words) = complaint(&place.twin(&["pack", "qingxi", "--scene", "bad.scene.ron", "--out", "bad.gpkg"]));
    assert!(code == Some(1) && words.contains("bad.scene.ron") && words.contains("overlai"), "{words}");
    let twice = ["pack", "qingxi", "--scene", "away.ron", "--scene", "away.ron", "--out", "bad.gpkg"];
    let (code, words) = complaint(&place.twin(&twice));
    assert!(code == Some(2) && words.contains("away"), "{words}");
    assert!(!folder.join("bad.gpkg").exists());
    place.json(&["pack", "qingxi", "--no-bookmarks", "--out", "bare.gpkg", "--json"]);
    assert!(Package::open(&folder.join("bare.gpkg")).unwrap().scenes().unwrap().is_empty());
    let (code, words) = complaint(&offline(folder, &["film", "bare.gpkg", "--out", "none.mp4"]));
    assert!(code == Some(2) && words.contains("Ctrl+B"), "{words}");
}

#[test]
fn what_is_no_package_is_said_with_a_way_out() {
    let place = Place::imported();
    let folder = place.folder.path();
    std::fs::write(folder.join("text.gpkg"), "somebody's notes").unwrap();
    for (file, expected) in [
        ("none.gpkg", ["none.gpkg", "No such file"]),
        ("text.gpkg", ["text.gpkg is no park package", "twin pack <park>"]),
    ] {
        let (code, words) = complaint(&offline(folder, &["shot", file, "--out", "x.png"]));
        assert!(code == Some(1) && expected.iter().all(|part| words.contains(part)), "{words}");
    }
    let (code, words) = complaint(&place.twin(&["pack", "qingxi", "--out", "text.gpkg"]));
    assert!(code == Some(1) && words.contains("--force"), "{words}");
    assert_eq!(std::fs::read_to_string(folder.join("text.gpkg")).unwrap(), "somebody's notes");
    let said = place.twin(&["pack", "qingxi", "--out", "text.gpkg", "--force"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("twin view text.gpkg") && said.contains("SYNTHETIC") && said.contains("MB"), "{said}");
    let whole = std::fs::read(folder.join("text.gpkg")).unwrap();
    std::fs::write(folder.join("cut.gpkg"), &whole[..whole.len() / 2]).unwrap();
    let (code, words) = complaint(&offline(folder, &["shot", "cut.gpkg", "--out", "x.png"]));
    assert!(code == Some(1) && words.contains("damaged") && words.contains("copy it again"), "{words}");
    let (code, words) = complaint(&place.twin(&["pack", "atlantis", "--out", "a.gpkg"]));
    assert!(code == Some(1) && words.contains("qingxi"), "{words}");
    assert_eq!(complaint(&place.twin(&["pack", "qingxi", "--out", "a.zip"])).0, Some(2));
    assert!(!folder.join("a.gpkg").exists() && !folder.join("x.png").exists());
}

#[test]
fn a_package_that_was_shown_last_and_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("laptop")).unwrap();
    std::fs::write(folder.path().join("laptop/state.ron"), "(format_version: 1, park: \"/media/usb/gone.gpkg\")")
        .unwrap();
    let (code, words) = complaint(&offline(folder.path(), &["view"]));
    assert!(code == Some(1) && words.contains("gone.gpkg") && words.contains("shown last"), "{words}");
}

#[test]
fn help_and_completions_know_the_verb() {
    let place = Place::new();
    let said = place.twin(&["pack", "--help"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    for part in ["--out", "--force", "--stamp", "--json", "twin view qingxi.gpkg", "QGIS"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let completions = place.twin(&["completions", "bash"]);
    assert!(
        String::from_utf8_lossy(&completions.stdout).contains("twin__pack")
            || String::from_utf8_lossy(&completions.stdout).contains("pack)")
    );
}
