//! `twin case` as a person uses it, on the sample park: a case from suspicion to the end, and what is refused.

use serde_json::Value;
use spatial_db::store::Store;

use crate::support::Place;

fn words(place: &Place, arguments: &[&str]) -> String {
    let output = place.twin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A contract of the sample and its parcel.
fn contract(place: &Place) -> (String, String) {
    let park = Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap();
    (park.contracts[0].parcel_key.clone(), park.contracts[0].provenance.key.clone())
}

#[test]
fn a_case_goes_from_suspicion_to_its_end_and_every_word_of_it_is_shown() {
    let place = Place::imported();
    let (parcel, contract) = contract(&place);
    assert!(words(&place, &["case", "list", "qingxi"]).contains("no cases"));
    let by = ["--by", "王工", "--json"];
    let record = |arguments: &[&str]| place.json(&[&["case"], arguments, &by[..]].concat());
    let opened = record(&["open", "qingxi", "--parcel", &parcel, "--contract", &contract, "--note", "卫片图斑"]);
    assert_eq!((&opened["state"], &opened["case"]["case_id"]), (&Value::from("suspected"), &Value::from(1)));
    assert_eq!(opened["case"]["parcel_on_record"], true);
    record(&["deadline", "qingxi", "1", "--due", "2099-01-31", "--for", "statement of the holder"]);
    record(&["step", "qingxi", "1", "investigation"]);
    let photo = place.folder.path().join("现场.txt");
    std::fs::write(&photo, "no photograph, but a file").unwrap();
    let attached = record(&["attach", "qingxi", "1", &photo.display().to_string()]);
    assert_eq!(attached["case"]["events"][3]["file"]["name"], "现场.txt");
    record(&["met", "qingxi", "1", "2", "--note", "handed in"]);
    record(&["step", "qingxi", "1", "determined", "--cause", "holder"]);
    record(&["correct", "qingxi", "1", "6", "--cause", "government", "--reason", "the line was moved late"]);
    let remedied = record(&["remedy", "qingxi", "1", "extension", "--from", "2028-02-29", "--until", "2029-02-28"]);
    assert_eq!(remedied["cause"], "government");
    assert!(remedied["case"]["events"][7]["basis"].as_str().unwrap().contains("[memory]"));

    let shown = words(&place, &["case", "show", "qingxi", "1"]);
    for part in [
        &*format!("case 1 on parcel {parcel} ("),
        &contract,
        "determined since",
        "cause: government",
        "卫片图斑",
        "by 王工",
        "statement of the holder",
        "BLAKE3",
        "CORRECTED by entry 7",
        "reason: the line was moved late",
        "next can be: disposal, lifted",
        "hash of the last entry",
    ] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    let listed = place.json(&["case", "list", "qingxi", "--state", "determined", "--json"]);
    assert_eq!(listed["cases"].as_array().unwrap().len(), 1);
    assert!(words(&place, &["case", "list", "qingxi", "--state", "lifted"]).contains("no cases"));
    let back = place.folder.path().join("back.txt");
    let out = back.display().to_string();
    words(&place, &["case", "file", "qingxi", "1", "4", "--out", &out]);
    assert_eq!(std::fs::read(&back).unwrap(), std::fs::read(&photo).unwrap());
    assert_eq!(place.fails(&["case", "file", "qingxi", "1", "4", "--out", &out]).0, 1, "what is there stays");

    assert!(words(&place, &["case", "overdue", "qingxi", "--as-of", "2029-02-28"]).contains("nothing is overdue"));
    let late = place.json(&["case", "overdue", "qingxi", "--as-of", "2029-03-01", "--json"]);
    assert_eq!((&late["overdue"][0]["remedy"], &late["overdue"][0]["days_over"]), (&"extension".into(), &1.into()));
    assert!(words(&place, &["case", "overdue", "qingxi", "--as-of", "2029-03-01"]).contains("extension ends"));
}

#[test]
fn what_may_not_be_is_refused_with_a_way_out() {
    let place = Place::imported();
    let (parcel, _) = contract(&place);
    let refused = |arguments: &[&str], parts: &[&str]| {
        let (code, complaint) = place.fails(&[&["case"], arguments].concat());
        // The message is broken into lines.
        let flat = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code, 1, "{complaint}");
        for part in parts {
            assert!(flat.contains(part), "{part:?} in {complaint}");
        }
    };
    refused(&["open", "qingxi", "--parcel", "nowhere", "--by", "W"], &["no parcel with the key nowhere"]);
    assert_eq!(place.fails(&["case", "open", "qingxi", "--parcel", &parcel]).0, 2, "nobody says who");
    words(&place, &["case", "open", "qingxi", "--parcel", &parcel, "--by", "W"]);
    refused(&["step", "qingxi", "1", "disposal", "--by", "W"], &["suspected", "investigation, lifted"]);
    refused(&["note", "qingxi", "1", "--by", "W", "--day", "2024-02-29", "--note", "x"], &["2024-02-29", "reason"]);
    refused(&["show", "qingxi", "9"], &["no case 9", "twin case list qingxi"]);
    let late = [
        "case",
        "note",
        "qingxi",
        "1",
        "--by",
        "W",
        "--day",
        "2024-02-29",
        "--note",
        "x",
        "--reason",
        "found in a drawer",
    ];
    words(&place, &late);
    let shown = words(&place, &["case", "show", "qingxi", "1"]);
    assert!(shown.contains("BACK-DATED") && shown.contains("found in a drawer"), "{shown}");

    let whole = words(&place, &["case", "verify", "qingxi"]);
    assert!(whole.contains("intact, 2 entries") && whole.contains("agrees with the audit log"), "{whole}");
    let mut superuser = postgres::Client::connect(&place.database.url(), postgres::NoTls).unwrap();
    superuser.batch_execute(include_str!("../../spatial-db/sql/tests/case_tampered.sql")).unwrap();
    let output = place.twin(&["case", "verify", "qingxi", "1", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["intact"], &told["cases"][0]["broken"][0]["flaw"]), (&false.into(), &"changed".into()));
    assert!(place.fails(&["case", "verify", "qingxi"]).1.contains("tampered"));
}
