//! Rule tables of a user's own: written out, edited, in force in every verb, named wherever they are cited.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use spatial_db::hash::sha256;

use crate::support::Place;

/// Changes an exported table; returns the first digits of its hash.
fn edit(folder: &Path, table: &str, from: &str, to: &str) -> String {
    let path = folder.join(table);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{table} has {from:?}");
    let text = text.replace(from, to);
    std::fs::write(&path, &text).unwrap();
    sha256(text.as_bytes())[..12].to_owned()
}

fn export(place: &Place, name: &str) -> String {
    let folder = place.folder.path().join(name).display().to_string();
    let output = place.twin(&["rules", "export", &folder]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// What is said of something that is refused, in one line.
fn refused(place: &Place, arguments: &[&str]) -> String {
    let (code, said) = place.fails(arguments);
    assert_eq!(code, 1, "{said}");
    let words = said.split_whitespace().filter(|word| word.chars().any(|c| c.is_ascii_alphanumeric()));
    words.collect::<Vec<_>>().join(" ")
}

fn list<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("{name}: {value}"))
}

/// Tables in a folder and what they hold, by name.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for under in ["", "schemes", "evaluation", "networks", "siting"] {
        for entry in std::fs::read_dir(folder.join(under)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn every_table_of_land_networks_and_siting_is_written_out_as_it_ships() {
    let place = Place::new();
    let folder = export(&place, "all");
    let mut shipped = tables(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../analysis/rules"));
    // Of emergencies: it cannot be replaced, and neither can the folders beside these.
    shipped.remove("evacuation.toml").expect("a table of walking");
    assert!(shipped.len() > 10);
    assert_eq!(tables(Path::new(&folder)), shipped);
}

#[test]
fn tables_of_ones_own_decide_and_are_cited_by_file_and_hash() {
    let place = Place::imported();
    let folder = export(&place, "ours");
    let own = Path::new(&folder);
    let with = |arguments: &[&str]| place.json(&[&["--rules-dir", &folder], arguments].concat());

    // As they are written out they say what the shipped ones say, and are named all the same.
    let clearance = ["clearance", "qingxi", "--format", "json", "--lang", "en"];
    let (before, same) = (place.json(&clearance), with(&clearance));
    assert_eq!(before["counts"], same["counts"]);

    // With ten metres asked for where half of one was, far more is too near.
    let hash = edit(own, "networks/clearance.toml", ", m = 0.5", ", m = 10.0");
    let strict = with(&clearance);
    let violated = |told: &Value| told["counts"]["violated"].as_u64().unwrap();
    assert!(violated(&strict) > violated(&before) + 100, "{} {}", before["counts"], strict["counts"]);
    let mark = format!("own table networks/clearance.toml, sha256 {hash}");
    let cites = |told: &Value| list(told, "rows").iter().all(|row| row["rule"].as_str().unwrap().contains(&mark));
    assert!(cites(&strict) && !cites(&before));

    // Everything built on less than its whole site is under-used.
    let land = ["report", "land", "qingxi", "--all", "--format", "json", "--lang", "en"];
    let count = |told: &Value| {
        list(told, "parcels").iter().filter(|parcel| parcel["physical_use"]["value"] == "under-used").count()
    };
    let ordinary = place.json(&land);
    let hash = edit(
        own,
        "figures.toml",
        "[vacancy.underused_coverage]\nvalue = 0.15",
        "[vacancy.underused_coverage]\nvalue = 0.99",
    );
    let harsh = with(&land);
    assert!(count(&harsh) > count(&ordinary) + 20, "{} {}", count(&ordinary), count(&harsh));
    let mark = format!("own table figures.toml, sha256 {hash}");
    assert!(harsh.to_string().contains(&mark) && !ordinary.to_string().contains("own table"));
    let title = harsh["scheme"]["title"].as_str().unwrap();
    assert!(title.contains("own table schemes/"), "{title}");

    // The variable names the folder too, and what is deleted is the shipped table again.
    std::fs::remove_file(own.join("networks/clearance.toml")).unwrap();
    let output = place.command(&clearance).env("TWIN_RULES", own).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["counts"], before["counts"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("figures.toml"), "it is said that tables are replaced");
    let told = place.json(&["--rules-dir", &folder, "rules", "list", "--json"]);
    let owned = |name: &str| list(&told, "tables").iter().find(|table| table["table"] == name).unwrap()["own"].clone();
    assert_eq!((owned("figures.toml"), owned("networks/clearance.toml")), (true.into(), false.into()));
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_file_and_row() {
    let place = Place::imported();
    let folder = export(&place, "wrong");
    let own = Path::new(&folder);
    let land = ["--rules-dir", folder.as_str(), "report", "land", "qingxi"];

    let said = refused(&place, &["rules", "export", &folder]);
    assert!(said.contains("is there already"), "{said}");

    edit(own, "figures.toml", "[land.coverage_floor]", "[land.coverage_roof]");
    let said = refused(&place, &land);
    assert!(said.contains("figures.toml") && said.contains("land.coverage_floor"), "{said}");
    edit(own, "figures.toml", "[land.coverage_roof]", "[land.coverage_floor]");

    edit(own, "figures.toml", "[idle.invested_share]\nvalue = 0.25", "[idle.invested_share]\nvalue = 25");
    let said = refused(&place, &land);
    for part in ["figures.toml", "idle.invested_share", "25", "from 0 to 1"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    edit(own, "figures.toml", "[idle.invested_share]\nvalue = 25", "[idle.invested_share]\nvalue = 0.25");

    edit(own, "networks/profile.toml", "dn = [0, 600]", "dn = [0, \"many\"]");
    let said = refused(&place, &land);
    assert!(said.contains("networks/profile.toml") && said.contains("line") && said.contains("rules export"), "{said}");
    std::fs::remove_file(own.join("networks/profile.toml")).unwrap();

    edit(own, "siting/turning.toml", "outer_radius_m = 12.5", "outer_radius_m = 12500");
    let said = refused(&place, &land);
    for part in ["siting/turning.toml", "vehicles.articulated.outer_radius_m", "12500", "up to 100"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    std::fs::remove_file(own.join("siting/turning.toml")).unwrap();

    std::fs::write(own.join("networks/clearances.toml"), "").unwrap();
    let said = refused(&place, &land);
    assert!(said.contains("networks/clearances.toml") && said.contains("networks/clearance.toml"), "{said}");
    std::fs::remove_file(own.join("networks/clearances.toml")).unwrap();

    assert!(place.twin(&land).status.success());
    let said = refused(&place, &["--rules-dir", "nowhere", "report", "land", "qingxi"]);
    assert!(said.contains("nowhere"), "{said}");
    // An empty name in the environment is none, a name of nothing is not.
    let listed = |folder: &str| place.command(&["parks", "--json"]).env("TWIN_RULES", folder).output().unwrap().status;
    assert!(listed("").success() && !listed("nowhere").success());
}
