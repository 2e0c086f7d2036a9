//! The planner's reports in Chinese: no English is left in them but names, units and what the records themselves say.

use std::collections::BTreeSet;

use spatial_db::model::ParkSnapshot;

use crate::support::Place;

/// What is the same in Chinese.
const SAME: [(&str, &str); 7] = [
    ("ParkTwin", "the product's name"),
    ("CNY", "a currency"),
    ("UTC", "a time zone"),
    ("BLAKE", "a hash"),
    ("CJJ", "a standard's number"),
    ("min", "a function in a formula"),
    ("max", "a function in a formula"),
];

/// Everything that stands in quotes in a record as it is printed: its values, not the names of its fields.
fn values(printed: &str) -> impl Iterator<Item = String> + '_ {
    printed.split('"').skip(1).step_by(2).map(str::to_owned)
}

/// What the park's records and files say, the longest first.
fn recorded(place: &Place, park: &ParkSnapshot) -> Vec<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    let ParkSnapshot { parcels, contracts, events, projects, buildings, enterprises, tenancies, .. } = park;
    for printed in [
        format!("{parcels:?}"),
        format!("{contracts:?}"),
        format!("{events:?}"),
        format!("{projects:?}"),
        format!("{buildings:?}"),
        format!("{enterprises:?}"),
        format!("{tenancies:?}"),
        format!("{:?}", park.enterprise_years),
        format!("{:?}", park.park),
    ] {
        all.extend(values(&printed));
    }
    let sources = place.database.store().unwrap().sources(park.park.park_id).unwrap();
    all.extend(sources.into_iter().flat_map(|source| [source.source, source.layer]));
    let mut all: Vec<String> = all.into_iter().filter(|text| !words(text).is_empty()).collect();
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all
}

/// Runs of three and more Latin letters.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= 3).collect()
}

/// What a person reads of a page.
fn read(html: &str) -> String {
    let mut out = String::new();
    let without_style = html
        .split("<style>")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("</style>").map_or("", |(_, after)| after) });
    for part in without_style {
        for (at, piece) in part.split('<').enumerate() {
            let said = if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, said)| said) };
            out.push_str(said);
            out.push(' ');
        }
    }
    let letters = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    letters.iter().fold(out, |text, (from, to)| text.replace(from, to))
}

/// A CSV without its column of names for programs.
fn without_keys(csv: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().expect("heads").clone();
    let shown: Vec<usize> = heads.iter().enumerate().filter(|(_, head)| *head != "代号").map(|(at, _)| at).collect();
    let mut out: Vec<String> = shown.iter().map(|at| heads[*at].to_owned()).collect();
    for record in reader.records() {
        let record = record.expect("a record");
        out.extend(shown.iter().map(|at| record[*at].to_owned()));
    }
    out.join("\n")
}

#[test]
fn nothing_but_names_and_records_is_english() {
    let place = Place::imported();
    let park = place.database.store().unwrap().snapshot("qingxi").unwrap();
    let recorded = recorded(&place, &park);
    let said = |arguments: &[&str]| {
        let output = place.twin(&[&["report"], arguments, &["--lang", "zh"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let mut left: Vec<String> = Vec::new();
    let mut look = |what: &str, text: String| {
        assert!(text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count() > 50, "{what} is not Chinese");
        let own = recorded.iter().fold(text, |text, value| text.replace(value.as_str(), " "));
        // A drawing may break the park's name off.
        let is_name = |word: &&str| park.park.name.contains(*word);
        let english =
            words(&own).into_iter().filter(|word| !is_name(word) && SAME.iter().all(|(same, _)| same != word));
        left.extend(english.map(|word| format!("{what}: {word}")));
    };
    let reports: [&[&str]; 11] = [
        &["land", "qingxi", "--all"],
        &["land", "qingxi", "--scheme", "national-2023"],
        &["land", "qingxi", "--scheme", "shanghai"],
        &["land", "qingxi", "--scheme", "shanghai-illustrative"],
        &["projects", "qingxi"],
        &["zone", "qingxi"],
        &["zone", "qingxi", "--scheme", "etdz-2021", "--years", "2024..2025"],
        &["zone", "qingxi", "--scheme", "shanghai-2020"],
        &["zone", "qingxi", "--parcels"],
        &["clusters", "qingxi", "--by", "jobs"],
        &["clusters", "qingxi"],
    ];
    for arguments in reports {
        let form = |form| said(&[arguments, &["--format", form]].concat());
        look(&format!("{arguments:?} table"), form("table"));
        look(&format!("{arguments:?} csv"), without_keys(&form("csv")));
        look(&format!("{arguments:?} html"), read(&form("html")));
    }
    let key = park.contracts[0].parcel_key.as_str();
    let out = place.folder.path().join("dossier.html");
    let out = out.to_str().expect("a path");
    said(&["dossier", "qingxi", key, "--no-pictures", "--out", out]);
    look("dossier", read(&std::fs::read_to_string(out).expect("the page")));
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn what_is_looked_for_is_found() {
    assert_eq!(words("土地 land, A2 of B21: ha CNY").into_iter().collect::<Vec<_>>(), ["CNY", "land"]);
    assert_eq!(read("<style>p { color: red }</style><p class=\"soft\">甲 &lt; B&amp;C</p>").trim(), "甲 < B&C");
    assert_eq!(without_keys("\u{feff}代号,名\nfar,甲\n"), "名\n甲");
}
