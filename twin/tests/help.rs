//! Examples in the help of every verb and in the pages of docs name what is in the sample park: whoever tries one gets an answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use geo::{BoundingRect, Rect, coord};
use spatial_db::model::ParkSnapshot;
use spatial_db::store::Store;

use crate::support::Place;

/// Verbs that are asked about networks or the ground.
const OF_GROUND: [&str; 7] = ["trace", "clearance", "profile", "section", "hydraulics", "incident", "calc"];
/// Options by which those name lines or points of a network, or places where a value is coordinates.
const NETWORK: [&str; 8] = ["--from", "--to", "--at", "--stuck", "--off", "--closed", "--line", "--burst"];
/// Options that hold nothing but coordinates.
const PLACES: [&str; 3] = ["--planned", "--outline", "--box"];

/// The help of a verb and of all below it.
fn helps(place: &Place, verb: &[String], out: &mut Vec<(String, String)>) {
    let mut arguments: Vec<&str> = verb.iter().map(String::as_str).collect();
    arguments.push("--help");
    let said = place.twin(&arguments);
    assert!(said.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said.stderr));
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let below = text.split("Commands:\n").nth(1).unwrap_or_default();
    for line in below.lines().take_while(|line| line.starts_with("  ")) {
        let name = line.split_whitespace().next().unwrap_or_default();
        // A line that goes on from the one before is set in deeper.
        if !line.starts_with("   ") && name != "help" {
            helps(place, &[verb, &[name.to_owned()]].concat(), out);
        }
    }
    out.push((verb.join(" "), text));
}

/// Command lines of a help's examples; one that is too long for a line goes on in the next.
fn examples(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let begins = |line: &&str| !["Example:", "Examples:"].contains(&line.trim());
    for line in text.lines().skip_while(begins).skip(1).map(str::trim).take_while(|line| !line.is_empty()) {
        match found.last_mut() {
            Some(last) if !line.starts_with("twin ") => {
                last.push(' ');
                last.push_str(line);
            }
            _ => found.push(line.to_owned()),
        }
    }
    found
}

/// Command lines of the pages of docs, each with its page.
fn of_docs() -> Vec<(String, String)> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let pages = std::fs::read_dir(docs).expect("docs").filter_map(|entry| Some(entry.ok()?.path()));
    let pages = pages.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let mut found = Vec::new();
    for path in pages {
        let text = std::fs::read_to_string(&path).expect("a page");
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with("twin "));
        // What stands behind a mark is said to the reader.
        let example = |line: &str| line.split(" # ").next().unwrap_or_default().to_owned();
        found.extend(lines.map(|line| (path.display().to_string(), example(line))));
    }
    found
}

/// The words of a command line; what stands in quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// What the sample has.
struct Known {
    park: ParkSnapshot,
    /// Lines and points by network.
    network: HashMap<String, HashSet<String>>,
    parcels: HashSet<String>,
    ground: Rect<f64>,
}

impl Known {
    fn of(park: ParkSnapshot) -> Self {
        let mut network: HashMap<String, HashSet<String>> = HashMap::new();
        let lines = park.edges.iter().map(|edge| (edge.class, &edge.provenance.key));
        for (class, key) in lines.chain(park.nodes.iter().map(|node| (node.class, &node.provenance.key))) {
            for class in [class.as_str(), ""] {
                network.entry(class.to_owned()).or_default().insert(key.clone());
            }
        }
        let keys = park.parcels.iter().map(|parcel| parcel.provenance.key.clone());
        let parcels =
            keys.chain(park.parcels.iter().filter_map(|parcel| parcel.number.as_deref().map(str::to_owned))).collect();
        let all = park.parcels.iter().filter_map(|parcel| parcel.boundary.bounding_rect());
        let ground = all.reduce(|a, b| {
            let low = coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
            Rect::new(low, coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
        });
        Self { park, network, parcels, ground: ground.expect("parcels") }
    }

    /// Whether places, east and north in turn, all lie in the park.
    fn holds(&self, text: &str) -> bool {
        let numbers: Option<Vec<f64>> =
            text.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
        let (low, high) = (self.ground.min(), self.ground.max());
        let inside =
            |at: &[f64]| at.len() == 2 && (low.x..=high.x).contains(&at[0]) && (low.y..=high.y).contains(&at[1]);
        numbers.is_some_and(|numbers| !numbers.is_empty() && numbers.chunks(2).all(inside))
    }

    /// What an example names that the sample lacks.
    fn lacks(&self, example: &[String]) -> Vec<String> {
        let value = |option: &str| example.iter().position(|word| word == option).and_then(|at| example.get(at + 1));
        let class = value("--class").map_or("", String::as_str);
        let mut lacks = Vec::new();
        let mut check = |known: bool, what: &str| {
            if !known {
                lacks.push(what.to_owned());
            }
        };
        let of_ground = example.get(1).is_some_and(|verb| OF_GROUND.contains(&verb.as_str()));
        for pair in example.windows(2) {
            let (option, named) = (pair[0].as_str(), pair[1].as_str());
            let of_network = of_ground && NETWORK.contains(&option);
            let is_place = named.contains(',') && named.starts_with(|c: char| c.is_ascii_digit());
            if PLACES.contains(&option) || of_network && is_place {
                check(self.holds(named), named);
            } else if of_network && !named.starts_with("--") {
                // What a line is planned as has a class of its own.
                check(self.network.get(class).is_some_and(|keys| keys.contains(named)), named);
            } else if ["--parcel", "--parcels"].contains(&option) && !named.starts_with("--") {
                named.split(',').for_each(|key| check(self.parcels.contains(key), key));
            } else if option == "--contract" {
                check(self.park.contracts.iter().any(|one| one.provenance.key == named), named);
            }
        }
        // What stands behind the park without an option.
        let after = |verb: &[&str], by: usize| {
            let begins = example.len() > verb.len() && example[1..].iter().zip(verb).all(|(word, verb)| word == verb);
            example.get(verb.len() + 1 + by).filter(|_| begins)
        };
        let sites: [(&[&str], usize); 4] = [
            (&["report", "dossier"], 1),
            (&["pitch", "explain"], 2),
            (&["pitch", "brief"], 2),
            (&["pitch", "pack"], 2),
        ];
        for site in sites.iter().filter_map(|(verb, by)| after(verb, *by)) {
            check(self.parcels.contains(site), site);
        }
        if let Some(valve) = after(&["valves", "set"], 1) {
            check(self.network[""].contains(valve), valve);
        }
        lacks
    }
}

#[test]
fn what_examples_name_is_in_the_sample_park() {
    let place = Place::imported();
    let known = Known::of(Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap());
    let mut all = Vec::new();
    helps(&place, &[], &mut all);
    assert!(all.len() > 30, "{}", all.len());
    let of_help = all.iter().flat_map(|(verb, text)| examples(text).into_iter().map(move |line| (verb.clone(), line)));
    let (mut seen, mut wrong) = (0, BTreeSet::new());
    for (place, line) in of_help.chain(of_docs()) {
        let example = words(&line);
        if !example.iter().any(|word| ["qingxi", "qingxi.gpkg"].contains(&word.as_str())) {
            continue;
        }
        seen += 1;
        wrong.extend(known.lacks(&example).into_iter().map(|what| format!("{place}: {what} in `{line}`")));
    }
    assert!(seen > 80, "{seen} examples");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
