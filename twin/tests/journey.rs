//! The whole way with the built command: sample → import → parks → shot, and what happens when things are wrong.

use std::path::Path;

use serde_json::Value;

use crate::support::{Place, altered, manifest, sample};

fn sums(report: &Value, field: &str) -> u64 {
    report["layers"].as_array().expect("layers").iter().map(|layer| layer[field].as_u64().expect(field)).sum()
}

#[test]
fn the_sample_park_goes_in_once_and_the_second_import_changes_nothing() {
    let place = Place::new();
    let first = place.json(&["import", &manifest(), "--json"]);
    assert!(first["run"].as_i64().is_some());
    for layer in first["layers"].as_array().unwrap() {
        for field in ["source", "role"] {
            assert!(layer[field].is_string(), "{field} in {layer}");
        }
        let n = |field: &str| layer[field].as_u64().unwrap_or_else(|| panic!("{field} in {layer}"));
        let _ = (n("removed"), n("repaired"));
        assert_eq!(n("read"), n("added") + n("changed") + n("unchanged") + n("quarantined"), "{layer}");
    }
    let role = |role: &str| {
        let layers = first["layers"].as_array().unwrap().iter().filter(|l| l["role"] == role);
        layers.map(|l| l["added"].as_u64().unwrap()).sum::<u64>()
    };
    assert!((180..=220).contains(&role("parcel")), "{} parcels", role("parcel"));
    assert!((480..=720).contains(&role("building")), "{} buildings", role("building"));
    let second = place.json(&["import", &manifest(), "--json"]);
    for field in ["added", "changed", "removed"] {
        assert_eq!(sums(&second, field), 0, "{field}");
    }
    assert_eq!(sums(&second, "read"), sums(&first, "read"));

    let parks = place.json(&["parks", "--json"]);
    let park = &parks["parks"][0];
    assert_eq!(park["synthetic"], true);
    assert_eq!(park["counts"]["parcel"].as_u64(), Some(role("parcel")));
}

#[test]
fn each_overlay_is_drawn_with_its_counts() {
    let place = Place::imported();
    let parks = place.json(&["parks", "--json"]);
    let slug = parks["parks"][0]["slug"].as_str().unwrap();
    let parcels = parks["parks"][0]["counts"]["parcel"].as_u64().unwrap();
    let mut pictures = Vec::new();
    for overlay in ["utilisation", "idle", "emergency"] {
        let out = place.folder.path().join(format!("{overlay}.png"));
        let path = out.display().to_string();
        let report = place.json(&["shot", slug, "--overlay", overlay, "--out", &path, "--size", "640x400", "--json"]);
        assert_eq!(report["synthetic"], true);
        let classes = report["classes"].as_array().unwrap();
        if overlay == "utilisation" {
            let rated: u64 = classes.iter().map(|c| c["count"].as_u64().unwrap()).sum();
            assert_eq!(rated, parcels, "every parcel is in one class");
        }
        if overlay == "idle" {
            let idle = classes.iter().find(|c| c["class"].as_str().unwrap().contains("over 1 year")).unwrap();
            assert!(idle["count"].as_u64().unwrap() > 0, "the sample park has idle land under contract");
        }
        let bytes = std::fs::read(&out).expect("the picture");
        assert_eq!(&bytes[1..4], b"PNG");
        assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), 640);
        pictures.push(bytes);
    }
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2], "the overlays differ");
}

#[test]
fn wrong_usage_is_2_and_failure_is_1_with_a_way_out() {
    let place = Place::new();
    assert_eq!(place.fails(&["imprt"]).0, 2);
    assert_eq!(place.fails(&["shot", "x", "--overlay", "idel", "--out", "x.png"]).0, 2);
    assert_eq!(place.fails(&["db", "start"]).0, 2, "a server that is not ours is not started");
    let (code, words) = place.fails(&["import", "nowhere.toml"]);
    assert_eq!(code, 1);
    assert!(words.contains("nowhere.toml"), "{words}");
    let (code, words) = place.fails(&["shot", "atlantis", "--out", "x.png"]);
    assert_eq!(code, 1);
    assert!(words.contains("atlantis"), "{words}");
    assert!(!place.folder.path().join("x.png").exists());
}

#[test]
fn a_broken_import_leaves_the_store_as_it_was_and_a_second_run_works() {
    let place = Place::imported();
    let before = place.json(&["parks", "--json"]);
    let typo = altered(&place, "typo", "role = \"building\"", "role = \"bulding\"");
    let (code, words) = place.fails(&["import", &typo]);
    assert_eq!(code, 1);
    assert!(words.contains("bulding") && words.contains("building"), "names the word and the near one: {words}");
    let parcels = std::fs::read_dir(sample()).unwrap().filter_map(Result::ok).find_map(|e| {
        let path = e.path();
        (path.extension().is_some_and(|x| x == "shp")).then_some(path)
    });
    let shapefile = parcels.expect("the sample has a Shapefile");
    let name = shapefile.file_name().unwrap().to_str().unwrap();
    let cut = altered(&place, "cut", "[park]", "[park]");
    let victim = Path::new(&cut).with_file_name(name);
    let whole = std::fs::read(&victim).unwrap();
    std::fs::write(&victim, &whole[..whole.len() / 2]).unwrap();
    let (code, words) = place.fails(&["import", &cut]);
    assert_eq!(code, 1);
    assert!(words.contains(name), "names the file: {words}");
    assert_eq!(place.json(&["parks", "--json"]), before, "nothing of the broken imports is in the store");
    std::fs::write(&victim, whole).unwrap();
    let again = place.json(&["import", &cut, "--json"]);
    assert_eq!(sums(&again, "added") + sums(&again, "changed") + sums(&again, "removed"), 0);
}

#[test]
fn completions_name_the_verbs() {
    let place = Place::new();
    let output = place.twin(&["completions", "bash"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("import") && text.contains("shot") && !text.contains("__read shot"));
}
