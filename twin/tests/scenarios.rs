//! `twin scenario accept` on the sample park: what the what-if showed is the record, one run takes it back to the bit, and what changed
//! since is in the way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use spatial_db::model::ParkSnapshot;
use spatial_db::store::Store;

use crate::support::Place;

const HASH: &str = include_str!("../../spatial-db/sql/tests/everything_hash.sql");
const ROWS: &str = include_str!("../../spatial-db/sql/tests/everything_rows.sql");

/// Every row of the park but the logs, in one hash per table.
fn hashes(place: &Place) -> BTreeMap<String, String> {
    let mut client = postgres::Client::connect(&place.database.url(), postgres::NoTls).unwrap();
    let features = spatial_db::schema::TABLES.iter().map(|table| table.name);
    features
        .chain(["terrain_tile", "park", "source_layer", "quarantine", "issue"])
        .map(|table| {
            let query = HASH.replace("{lines}", &ROWS.replace("{table}", table));
            (table.to_owned(), client.query_one(&query, &[]).expect(table).get(0))
        })
        .collect()
}

fn snapshot(place: &Place) -> ParkSnapshot {
    Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap()
}

fn scene() -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenes/second-phase.scenario.ron").display().to_string()
}

/// A scenario of the sample park with these edits, in a file of its own.
fn scenario(place: &Place, name: &str, edits: &str) -> String {
    let path = place.folder.path().join(format!("{name}.scenario.ron"));
    let text = format!("(format_version: 1, name: \"{name}\", park: \"qingxi\", drawn_on: 1, edits: [{edits}])");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn accept<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["scenario", "accept", "qingxi", file, "--by", "Li Na", "--reason", "plan 2027-14"], more].concat()
}

/// What is said of something that is refused, in one line.
fn refused(place: &Place, arguments: &[&str]) -> String {
    let (code, said) = place.fails(arguments);
    assert_eq!(code, 1, "{said}");
    let words = said.split_whitespace().filter(|word| word.chars().any(|c| c.is_ascii_alphanumeric() || c == '`'));
    words.collect::<Vec<_>>().join(" ")
}

/// A key without what accepting adds to it.
fn plain(key: &str) -> String {
    key.split('@').next().unwrap_or_default().to_owned()
}

/// Figures by what they are of: those of the zone, then those of every parcel.
fn figures(place: &Place, more: &[&str]) -> BTreeMap<(String, String), Value> {
    let report = |kind: &[&str]| place.json(&[kind, &["--format", "json", "--lang", "en"], more].concat());
    let (zone, land) = (report(&["report", "zone", "qingxi"]), report(&["report", "land", "qingxi", "--all"]));
    let rows = |value: &Value, list: &str| value[list].as_array().unwrap_or_else(|| panic!("{list}: {value}")).clone();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    let zone = &zone["zones"][0];
    for sum in rows(zone, "sums") {
        found.insert(("zone".to_owned(), word(&sum["sum"])), sum["value"].clone());
    }
    for indicator in rows(zone, "indicators") {
        found.insert(("zone".to_owned(), word(&indicator["name"])), indicator["value"].clone());
    }
    for parcel in rows(&land, "parcels") {
        let key = plain(&word(&parcel["parcel"]));
        found.insert((key.clone(), "use".to_owned()), parcel["physical_use"]["value"].clone());
        found.insert((key.clone(), "clock".to_owned()), parcel["clock"]["state"].clone());
        found.insert((key.clone(), "rating".to_owned()), parcel["efficiency"]["rating"].clone());
        for indicator in rows(&parcel, "indicators") {
            found.insert((key.clone(), word(&indicator["indicator"])), indicator["value"].clone());
        }
    }
    assert!(found.len() > 500, "{}", found.len());
    found
}

/// Sums taken in another order differ by their last digits.
fn near(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        _ => a == b,
    }
}

fn differing(a: &BTreeMap<(String, String), Value>, b: &BTreeMap<(String, String), Value>) -> Vec<String> {
    let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
    let told = |(of, what): &(String, String)| format!("{of} {what}");
    keys.filter(|key| !near(a.get(*key).unwrap_or(&Value::Null), b.get(*key).unwrap_or(&Value::Null)))
        .map(told)
        .collect()
}

#[test]
fn an_accepted_scenario_is_what_the_what_if_showed_and_one_run_takes_it_back() {
    let place = Place::imported();
    let file = scene();
    let (record, whole) = (hashes(&place), snapshot(&place));
    let before = figures(&place, &[]);
    let what_if = figures(&place, &["--scenario", &file]);
    assert!(differing(&before, &what_if).len() > 5);

    // The file does not say on which record it was drawn.
    let said = refused(&place, &accept(&file, &[]));
    assert!(said.contains("--drawn-on") && said.contains("the last one is 1"), "{said}");
    let tried = place.twin(&accept(&file, &["--drawn-on", "1", "--dry-run"]));
    let words = String::from_utf8_lossy(&tried.stdout).into_owned();
    assert!(tried.status.success() && words.contains("nothing was written") && words.contains("S-hall-1@"), "{words}");
    assert_eq!(hashes(&place), record, "a dry run leaves no trace in the record");

    let told = place.json(&accept(&file, &["--drawn-on", "1", "--json"]));
    let number = told["run"].as_i64().expect("a run").to_string();
    let after = figures(&place, &[]);
    let others = differing(&what_if, &after);
    assert!(others.is_empty(), "{others:?}");

    // What came tells from which file, and by whom.
    let park = snapshot(&place);
    let hash = told["sha256"].as_str().unwrap();
    let layer = format!("scenario-{}", &hash[..12]);
    assert_eq!(told["layer"], layer.as_str());
    let hall = park.buildings.iter().find(|hall| plain(&hall.provenance.key) == "S-hall-1").expect("a hall");
    assert_eq!(hall.provenance.key, format!("S-hall-1@{}", &hash[..8]));
    assert_eq!((hall.provenance.layer.as_str(), hall.provenance.source_row), (layer.as_str(), 3));
    let attributes = &hall.provenance.attributes;
    assert_eq!((&attributes["scenario_accepted_by"], &attributes["scenario_sha256"]), (&"Li Na".into(), &hash.into()));
    let gone = |key: &str| park.parcels.iter().all(|parcel| parcel.provenance.key != key);
    assert!(gone("990001001020GB00111") && gone("990001001016GB00085"));
    // Whatever no edit touched is the same row.
    let untouched = whole.buildings.iter().filter(|one| park.buildings.contains(one)).count();
    assert_eq!(untouched, whole.buildings.len());
    assert!(whole.parcels.iter().filter(|one| !park.parcels.contains(one)).count() <= 3);

    let runs = place.json(&["runs", "qingxi", "--json"]);
    let run = &runs["runs"][1];
    assert!(run["command"].as_str().unwrap().contains("scenario accept") && run["kind"] == "import", "{run}");
    assert!(run["layers"].as_array().unwrap().iter().any(|one| one["layer"] == layer.as_str()), "{run}");

    let listed = place.twin(&["runs", "qingxi"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let heading = listed.lines().find(|line| line.starts_with(&format!("run {number} "))).expect("the run");
    assert!(heading.contains("accepted by Li Na") && !heading.contains("import"), "{heading}");
    assert_eq!((&run["scenario"]["by"], &runs["runs"][0]["scenario"]), (&"Li Na".into(), &Value::Null));

    let said = refused(&place, &accept(&file, &["--drawn-on", "1"]));
    assert!(said.contains(&format!("accepted by run {number} already")), "{said}");

    place.json(&["revert", "qingxi", &number, "--json"]);
    // What the checks found is forgotten, until an import has them look at everything anew.
    let but_findings = |mut all: BTreeMap<String, String>| {
        all.remove("issue").expect("the hash of the issues");
        all
    };
    assert_eq!(but_findings(hashes(&place)), but_findings(record));
    // What was taken back may be accepted again.
    let again = place.json(&accept(&file, &["--drawn-on", "1", "--json"]));
    assert!(again["run"].as_i64().unwrap() > told["run"].as_i64().unwrap(), "{again}");
    assert!(differing(&what_if, &figures(&place, &[])).is_empty());
}

#[test]
fn a_scenario_drawn_on_another_record_is_refused_with_the_edit() {
    let place = Place::imported();
    let change = "change_use(parcel: \"990001001020GB00117\", scheme: \"planning-2023\", code: \"100102\")";
    let cut = "split_parcel(parcel: \"990001001016GB00085\", line: [(559140.0, 3453090.0), (559150.0, 3453200.0)])";
    let first = scenario(&place, "first", &format!("{change}, {cut}"));
    let now = place.json(&accept(&first, &["--json"]))["run"].as_i64().expect("a run").to_string();
    let record = hashes(&place);

    // A house on a parcel that is as it was, then an edit of one that has another use by now.
    let building = snapshot(&place).buildings[0].provenance.key.clone();
    let remove = format!("remove_building(building: \"{building}\")");
    let merge = "merge_parcels(parcels: [\"990001001020GB00111\", \"990001001020GB00117\"], key: \"M\")";
    let second = scenario(&place, "second", &format!("{remove}, {merge}"));
    let said = refused(&place, &accept(&second, &[]));
    assert!(said.contains("edit 2: the parcel 990001001020GB00117 has changed"), "{said}");

    let third = scenario(&place, "third", &cut.replace("559150.0", "559151.0"));
    let said = refused(&place, &accept(&third, &[]));
    assert!(said.contains("edit 1: the parcel 990001001016GB00085 is gone"), "{said}");

    assert_eq!(hashes(&place), record, "what is refused writes nothing");
    assert_eq!(place.json(&["runs", "qingxi", "--json"])["runs"].as_array().unwrap().len(), 2);
    // On the record of today the second can be made: whoever looked at it there says so.
    assert!(place.json(&accept(&second, &["--drawn-on", &now, "--json"]))["run"].is_i64());
}
