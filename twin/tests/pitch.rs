//! `twin pitch` as a person uses it: from what a prospect asks to a package on a laptop without a database.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::process::Command;

use geo::CoordsIter;
use serde_json::Value;
use spatial_db::model::{ParkSnapshot, ResourceKind};
use spatial_db::package::Package;

use crate::support::real::Imported;
use crate::support::{Place, manifest};

/// A pitch that ships.
fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes").join(name).display().to_string()
}

fn matched(place: &Place, pitch: &str) -> Value {
    place.json(&["pitch", "match", "qingxi", &shipped(pitch), "--json"])
}

fn first(answer: &Value) -> &Value {
    &answer["ranking"][0]
}

#[test]
fn three_pitches_ship_one_fits_one_with_a_neighbour_one_nowhere() {
    let place = Place::imported();
    let fits = matched(&place, "warehouse.pitch.ron");
    assert_eq!(
        (first(&fits)["standing"].as_str(), &fits["synthetic"]),
        (Some("fits"), &true.into()),
        "{}",
        first(&fits)
    );
    assert_eq!(first(&fits)["parcels"].as_array().unwrap().len(), 1);

    let joined = matched(&place, "two-parcels.pitch.ron");
    assert_eq!(first(&joined)["standing"], "fits", "{}", first(&joined));
    let all = place.json(&["pitch", "match", "qingxi", &shipped("two-parcels.pitch.ron"), "--limit", "9999", "--json"]);
    for site in all["ranking"].as_array().unwrap() {
        let single = site["parcels"].as_array().unwrap().len() == 1;
        let fits = ["fits", "open"].contains(&site["standing"].as_str().unwrap());
        assert!(!single || !fits, "a single parcel would do: {site}");
    }

    let nowhere = matched(&place, "too-much.pitch.ron");
    assert_eq!(nowhere["fit"], 0);
    // Either one change would bring a site, or it is said what each lacks.
    let changes = nowhere["relaxations"].as_array().unwrap();
    let said = changes.first().map_or(&first(&nowhere)["why"], |change| &change["change"]).as_str().unwrap();
    assert!(said.contains(if changes.is_empty() { "missed" } else { "instead of" }), "{nowhere}");
    let shares: Vec<f64> = changes.iter().map(|one| one["share"].as_f64().unwrap()).collect();
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]), "the smallest first: {shares:?}");

    // What is said of a site carries its unit, source and day.
    for need in first(&fits)["needs"].as_array().unwrap() {
        assert!(need["has"].as_str().is_some_and(|has| !has.is_empty()), "{need}");
        assert!(need["date"] == "2026-06-30" || need["verdict"] == "unknown", "{need}");
    }
    let site = first(&fits)["site"].as_str().unwrap();
    let explained = place.json(&["pitch", "explain", "qingxi", &shipped("warehouse.pitch.ron"), site, "--json"]);
    assert_eq!(explained["needs"], first(&fits)["needs"]);
    let (code, words) =
        place.fails(&["pitch", "explain", "qingxi", &shipped("warehouse.pitch.ron"), "QX-99-99", "--json"]);
    assert!(code == 1 && words.contains("QX-99-99") && words.contains("for example"), "{words}");
    assert!(!words.lines().any(|line| line.ends_with('-')), "what is named can be copied: {words}");

    // Weights move wishes, and nothing else.
    let wish = first(&fits)["needs"].as_array().unwrap().iter().find(|need| need["must"] == false).unwrap();
    let weight = format!("{}=9", wish["need"]);
    let moved =
        place.json(&["pitch", "match", "qingxi", &shipped("warehouse.pitch.ron"), "--weight", &weight, "--json"]);
    assert_eq!(moved["fit"], fits["fit"]);
    let (code, words) = place.fails(&["pitch", "match", "qingxi", &shipped("warehouse.pitch.ron"), "--weight", "1=9"]);
    assert!(code == 2 && words.contains("no wish"), "{words}");
}

#[test]
fn what_the_pitch_leaves_out_is_said_with_the_list() {
    let place = Place::imported();
    let file = place.folder.path().join("hasty.pitch.ron").display().to_string();
    let listed = |limits: &str, day: &str| {
        let needs = format!(r#"[(want: floor(at_least_m2: 900)), (want: power(at_least_mw: 1, by: "{day}"))]"#);
        std::fs::write(&file, format!("(format_version: 1, name: \"Hasty\", {limits} needs: {needs})")).unwrap();
        let output = place.twin(&["pitch", "match", "qingxi", &file, "--lang", "en"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (unlimited, past) = ("the pitch gives no limits", "the day asked for is past");
    let hasty = listed("", "2026-01-01");
    assert!(hasty.contains(unlimited) && hasty.contains(past), "{hasty}");
    let limits = "limits: (setback_m: 6, spacing_m: 10, far: 1.2, coverage: 0.5, height_m: 18, storey_height_m: 12),";
    let careful = listed(limits, "2027-06-01");
    assert!(!careful.contains(unlimited) && !careful.contains(past), "{careful}");
}

#[test]
fn a_slip_in_the_name_of_a_prospect_is_told() {
    let place = Place::imported();
    let site = place.json(&["pitch", "match", "qingxi", &shipped("warehouse.pitch.ron"), "--json"]);
    let site = first(&site)["site"].as_str().unwrap().to_owned();
    let record = |more: &[&str]| {
        let output = place.twin(&[&["pitch", "record", "qingxi"], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let new = "nobody of this name";
    let asked = record(&["asked", "--prospect", "Acme"]);
    assert!(asked.0 == Some(0) && !asked.1.contains(new), "{}", asked.1);
    let offered = record(&["offered", "--prospect", " Acme", "--site", &site]);
    assert!(offered.0 == Some(0) && !offered.1.contains(new), "{}", offered.1);
    let slip = record(&["offered", "--prospect", "Amce", "--site", &site]);
    assert!(slip.0 == Some(0) && slip.1.contains(new), "{}", slip.1);
    assert_eq!(record(&["asked", "--prospect", " "]).0, Some(2));
    // A name is looked for as it is kept.
    for (written, entries) in [("Acme", 2), (" Acme ", 2), ("Acm", 0)] {
        let log = place.json(&["pitch", "log", "qingxi", "--prospect", written, "--json"]);
        assert_eq!(log["events"].as_array().unwrap().len(), entries, "{written:?}");
    }
    assert_eq!(place.fails(&["pitch", "log", "qingxi", "--prospect", " "]).0, 2);
}

/// Steps of the capacity chart stand at its beginning and at the beginnings of years only: the day of a promise to somebody else is
/// that tenant's plan.
fn only_years(page: &str) {
    let chart = page.split("class=\"capacity\"").nth(1).expect("a chart").split("</svg>").next().unwrap();
    let after = |begin: &str| -> Vec<String> {
        chart.split(begin).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let bars = after("<rect x=\"");
    let years: HashSet<String> = chart
        .split("<line x1=\"")
        .skip(1)
        .filter(|rest| rest.contains("y1=\"4\""))
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert!(!bars.is_empty() && years.len() >= 5, "{chart}");
    for bar in bars {
        assert!(bar == "96.0" || years.contains(&bar), "a step at {bar} among {years:?}");
    }
}

#[test]
fn a_brief_stands_alone_in_both_languages() {
    let place = Place::imported();
    let brief = |lang: &str, more: &[&str]| {
        let out = place.folder.path().join("brief.html");
        let asked = ["pitch", "brief", "qingxi", &shipped("two-parcels.pitch.ron"), "--lang", lang, "--out"];
        let output = place.twin(&[&asked[..], &[out.to_str().unwrap()], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(out).unwrap()
    };
    let page = brief("en", &[]);
    for needed in ["SYNTHETIC", "What was asked for", "Readiness", "<svg class=\"plan\""] {
        assert!(page.contains(needed), "{needed}");
    }
    // Land, when it is to be had and its planned use are facts of every site.
    assert!(page.matches("<div class=\"tile\">").count() >= 3);
    // The first picture leaves room for facts and readiness on the first sheet.
    assert!(page.contains("@media print { .hero { height: 88mm; object-fit: cover; }"));
    // What the site is joined of takes a row of facts more: the picture gives way to it, and the law stands small.
    let joined = page.split("<div class=\"tile row\">").nth(1).and_then(|rest| rest.split("</div>").next()).unwrap();
    let (large, small) = joined.split_once("</b>").unwrap();
    assert!(large.contains("QX-21-03") && large.contains("QX-21-09") && !large.contains("Order 63"), "{joined}");
    assert!(small.contains("Order 63") && page.contains("<img class=\"hero low\""), "{joined}");
    for outside in ["src=\"http", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    // Sources by their layer, networks as coarse as a package draws them, no figure of what is not asked for.
    for hidden in [", row ", "yard 0 m"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    assert!(page.contains(" m at most"), "a distance to a main in its steps");
    // How far industries are, in bands.
    let bands = ["<td>0–50 m</td>", "<td>50–100 m</td>", "<td>100–250 m</td>", "<td>250–500 m</td>"];
    assert!(bands.iter().any(|band| page.contains(band)));
    // The sample's mains are rings that are parted on record: over which way water comes is known, and so is what is left.
    assert!(page.contains("leaves so much at the connection"), "what is known is not told");
    let pictures: Vec<&str> = page.split("data:image/jpeg;base64,").skip(1).collect();
    assert!(pictures.len() == 2 && pictures.iter().all(|one| one.find('"').is_some_and(|end| end > 20_000)));
    // What their colours stand for, in words.
    let legend = page.split("<p class=\"legend\">").nth(1).expect("a legend").split("</p>").next().unwrap();
    assert!(
        legend.contains("#0a6ed1") && legend.contains(">this site<") && legend.contains(">does not fit<"),
        "{legend}"
    );
    // The plan has its own, with the yard and what stands there.
    let of_plan = page.split("<p class=\"legend of-plan\">").nth(1).expect("a legend").split("</p>").next().unwrap();
    assert!(of_plan.contains(">hall<") && of_plan.contains(">buildings that stand there<"), "{of_plan}");
    // Every fact with its source and the day of the records.
    let facts: Vec<&str> = page.split("<span class=\"from\">").skip(1).collect();
    let day = |fact: &&str| fact.split("</span>").next().is_some_and(|from| from.ends_with(" · 2026-06-30"));
    assert!(facts.len() >= 3 && facts.iter().all(day), "{facts:?}");
    // An axis with the figure that its end stands for; what lines are of, beside the code of their layer.
    assert!(page.contains("class=\"axis\"") && page.contains("water lines (SS)"));
    // The hall in a colour of its own.
    assert!(legend.contains("#084f96") && legend.contains(">hall<"), "{legend}");
    let chinese = brief("zh", &["--no-pictures"]);
    assert!(!chinese.contains("<p class=\"legend\">"), "no picture, no colours");
    assert!(
        chinese.contains("给水管线（SS）") && !chinese.contains("steps of readiness"),
        "words in the reader's language"
    );
    assert!(chinese.contains("lang=\"zh") && chinese.contains("成熟度") && !chinese.contains("Readiness"));
    assert!(!chinese.contains("DN"), "sizes of mains");
    // Layers by their names in the reader's language, whatever the manifest calls them.
    let layers = std::fs::read_to_string(manifest()).unwrap();
    let layers = layers.split("[[layer]]\nname = \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let layers: Vec<String> = layers.map(|name| format!(">{name}<")).collect();
    assert!(layers.iter().any(|layer| page.contains(layer)), "{layers:?}");
    let english: Vec<&String> = layers.iter().filter(|layer| chinese.contains(*layer)).collect();
    assert!(english.is_empty() && chinese.contains(">宗地<"), "{english:?}");
    only_years(&page);
    only_years(&chinese);
    assert!(chinese.contains("业（") && !chinese.contains("industry"), "industries by their names");
    // Nothing of other tenants: no name of an enterprise on record.
    let mut store = place.database.store().unwrap();
    let park = store.snapshot("qingxi").unwrap();
    assert!(park.enterprises.len() > 50);
    for enterprise in &park.enterprises {
        assert!(!page.contains(&enterprise.name) && !page.contains(&enterprise.provenance.key), "{}", enterprise.name);
    }
}

/// The first two bytes as a number.
fn begin(of: &[u8]) -> usize {
    usize::from(u16::from_le_bytes([of[0], of[1]]))
}

/// Which of some byte strings stand in a file: one walk for each length.
fn found<'w>(bytes: &[u8], wanted: &'w HashSet<Vec<u8>>) -> Vec<&'w [u8]> {
    let mut begins = vec![false; 1 << 16];
    for one in wanted {
        begins[begin(one)] = true;
    }
    let lengths: BTreeSet<usize> = wanted.iter().map(Vec::len).collect();
    let mut found = Vec::new();
    for length in lengths {
        let seen = bytes.windows(length).filter(|window| begins[begin(window)]).filter_map(|window| wanted.get(window));
        found.extend(seen.map(Vec::as_slice));
    }
    found
}

/// Names and keys that a prospect may not see, as bytes.
fn names(park: &ParkSnapshot) -> HashSet<Vec<u8>> {
    let mut secrets: Vec<String> = Vec::new();
    secrets.extend(park.enterprises.iter().flat_map(|one| [one.name.clone(), one.provenance.key.clone()]));
    secrets.extend(park.hazards.iter().filter_map(|one| one.name.clone()));
    secrets.extend(park.contracts.iter().map(|one| one.provenance.key.clone()));
    secrets.extend(park.projects.iter().map(|one| one.provenance.key.clone()));
    secrets.extend(park.projects.iter().filter_map(|one| one.name.clone()));
    secrets.extend(park.nodes.iter().map(|one| one.provenance.key.clone()));
    secrets.extend(park.edges.iter().map(|one| one.provenance.key.clone()));
    secrets.extend(park.buildings.iter().map(|one| one.provenance.key.clone()));
    let hidden = park.resources.iter().filter(|one| !is_shown(one.kind));
    secrets.extend(hidden.flat_map(|one| [one.name.clone(), Some(one.provenance.key.clone())]).flatten());
    // What is shorter stands in other words by chance.
    secrets.into_iter().filter(|secret| secret.len() > 5).map(String::into_bytes).collect()
}

fn is_shown(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Gate | ResourceKind::FireStation | ResourceKind::Hospital)
}

/// Ordinates of the survey that no shown land, building, road or ground has as well: each alone would tell where something is.
fn ordinates(park: &ParkSnapshot) -> Vec<f64> {
    let mut shown: HashSet<u64> = HashSet::new();
    let mut see = |at: geo::Coord<f64>| shown.extend([at.x.to_bits(), at.y.to_bits()]);
    park.parcels.iter().flat_map(|one| one.boundary.coords_iter()).for_each(&mut see);
    park.buildings.iter().flat_map(|one| one.footprint.coords_iter()).for_each(&mut see);
    park.roads.iter().flat_map(|one| one.line.coords_iter()).for_each(&mut see);
    park.surfaces.iter().flat_map(|one| one.area.coords_iter()).for_each(&mut see);
    let place = |at: [f64; 2]| geo::Coord { x: at[0], y: at[1] };
    park.resources.iter().filter(|one| is_shown(one.kind)).map(|one| place(one.position)).for_each(&mut see);
    let mut hidden: Vec<f64> = park.edges.iter().flat_map(|one| &one.path).flat_map(|[x, y, _]| [*x, *y]).collect();
    hidden.extend(park.nodes.iter().flat_map(|one| [one.position[0], one.position[1]]));
    hidden.extend(park.resources.iter().filter(|one| !is_shown(one.kind)).flat_map(|one| one.position));
    // A whole metre, a corner of the squares that lines are drawn to among them, is no place of a survey to the millimetre.
    hidden.retain(|one| one.fract().abs() > 1e-3 && !shown.contains(&one.to_bits()));
    hidden
}

#[test]
fn a_package_goes_to_a_laptop_without_a_database_and_without_secrets() {
    let place = Place::imported();
    let pitch = shipped("warehouse.pitch.ron");
    let asked =
        ["pitch", "pack", "qingxi", &pitch, "--to", "Acme Logistics", "--out", "acme.gpkg", "--no-pictures", "--json"];
    let report = place.json(&asked);
    let file = place.folder.path().join("acme.gpkg");
    let bytes = std::fs::read(&file).unwrap();
    println!("{:.2} MB in {:.1} s", bytes.len() as f64 / 1e6, report["seconds"].as_f64().unwrap());
    assert!(bytes.len() < 50_000_000);

    // Who got it, and which file it was; and what became of it.
    for more in [
        &["asked", "--pitch", &pitch][..],
        &["visited", "--site", report["site"].as_str().unwrap(), "--day", "2026-07-01"],
        &["ended", "--outcome", "unmet", "--note", "no land of 3 ha"],
    ] {
        place.json(&[&["pitch", "record", "qingxi"], more, &["--prospect", "Acme Logistics", "--json"]].concat());
    }
    let log = place.json(&["pitch", "log", "qingxi", "--json"]);
    let events = log["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["given", "asked", "visited", "ended"]);
    assert_eq!(events[0]["prospect"], "Acme Logistics");
    assert_eq!(events[0]["digest"], spatial_db::package::digest(&bytes).as_str());
    assert_eq!(events[1]["requirement"], std::fs::read_to_string(&pitch).unwrap().as_str());
    let (code, words) = place.fails(&["pitch", "record", "qingxi", "ended", "--prospect", "x"]);
    assert!(code == 2 && words.contains("--outcome"), "{words}");

    let (code, words) = place.fails(&["pitch", "record", "qingxi", "visited", "--prospect", "x", "--site", "QX-99-99"]);
    assert!(code == 2 && words.contains("QX-99-99"), "{words}");
    assert_eq!(place.json(&["pitch", "log", "qingxi", "--json"])["events"].as_array().unwrap().len(), 4);

    // Nothing that the office knows of its tenants is in the bytes.
    let mut store = place.database.store().unwrap();
    let park = store.snapshot("qingxi").unwrap();
    let secrets = names(&park);
    assert!(secrets.len() > 1000, "{}", secrets.len());
    let seen: Vec<_> = found(&bytes, &secrets).into_iter().map(String::from_utf8_lossy).collect();
    assert!(seen.is_empty(), "{seen:?}");
    // Nor a place of the survey: neither of its ordinates, as a number of either order or in words.
    let ordinates = ordinates(&park);
    assert!(ordinates.len() > 1000, "{}", ordinates.len());
    let both = |one: &f64| [one.to_le_bytes().to_vec(), one.to_be_bytes().to_vec()];
    let wanted: HashSet<Vec<u8>> = ordinates.iter().flat_map(both).collect();
    let seen: Vec<f64> = found(&bytes, &wanted)
        .into_iter()
        .map(|eight| <[u8; 8]>::try_from(eight).unwrap())
        .map(f64::from_le_bytes)
        .collect();
    assert!(seen.is_empty(), "{seen:?}");
    let wanted: HashSet<Vec<u8>> =
        ordinates.iter().map(f64::to_string).filter(|text| text.len() > 8).map(String::into_bytes).collect();
    let seen: Vec<_> = found(&bytes, &wanted).into_iter().map(String::from_utf8_lossy).collect();
    assert!(seen.is_empty(), "{seen:?}");
    // The search finds what is there: the number of a shown parcel, and an ordinate of its boundary.
    let corner = park.parcels[0].boundary.coords_iter().next().unwrap();
    let there: HashSet<Vec<u8>> =
        [corner.x.to_le_bytes().to_vec(), park.parcels[0].provenance.key.clone().into_bytes()].into();
    assert_eq!(found(&bytes, &there).into_iter().collect::<HashSet<_>>().len(), 2);

    let package = Package::open(&file).unwrap();
    let shown = package.snapshot(&|_| {}).unwrap();
    assert!(shown.park.synthetic && shown.parcels.len() > 100 && shown.buildings.len() > 100);
    assert!(shown.enterprises.is_empty() && shown.hazards.is_empty() && shown.nodes.is_empty());
    let offline = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_twin"))
            .args(arguments)
            .env("TWIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
            .env("TWIN_DATA_DIR", place.folder.path().join("laptop"))
            .current_dir(place.folder.path())
            .output()
            .expect("twin runs")
    };
    for (lang, words) in [("en", "Readiness"), ("zh", "成熟度")] {
        let output = offline(&["pitch", "unpack", "acme.gpkg", "--out", "brief.html", "--lang", lang]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let page = std::fs::read_to_string(place.folder.path().join("brief.html")).unwrap();
        assert!(page.contains(words) && page.contains("SYNTHETIC") == (lang == "en"));
        only_years(&page);
    }
    let tour = package.scenes().unwrap();
    let stops = twin_engine::Tour::parse(&tour[0].text).unwrap().stops;
    assert!(tour.len() == 1 && stops.len() == 5);
    // In the light of the first day that is asked for, and with overlays of what is in the package.
    assert!(stops[0].caption.en.contains("winter, 2026-12-31") && stops[0].caption.zh.contains("冬季"));
    assert!(stops.iter().all(|stop| stop.scene.sun.is_some_and(|sun| sun.date_naive().to_string() == "2026-12-31")));
    let overlays: Vec<&str> = stops.iter().filter_map(|stop| stop.scene.overlay.as_deref()).collect();
    assert_eq!(overlays, ["utilisation", "utilisation", "networks"]);
    assert_eq!(stops.iter().filter(|stop| stop.scene.recolour.is_some()).count(), 2);
    // The hall of the test-fit stands at every stop.
    assert!(stops.iter().all(|stop| stop.scene.laid.as_ref().is_some_and(|laid| laid.hall.len() == 4)));
    // What is left out cannot be packed from a package.
    let output = offline(&["pitch", "pack", "acme.gpkg", &pitch, "--to", "x", "--out", "b.gpkg"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_cannot_be_given_away_leaves_the_earlier_package_where_it_was() {
    let place = Place::imported();
    let (pitch, file) = (shipped("warehouse.pitch.ron"), place.folder.path().join("acme.gpkg"));
    let pack = |more: &[&str]| {
        let asked = ["pitch", "pack", "qingxi", &pitch, "--out", "acme.gpkg", "--no-pictures", "--lang", "en"];
        [&asked[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |arguments: &[String]| place.twin(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    // A prospect without a name is refused before anything is written.
    let nobody = run(&pack(&["--to", " "]));
    let words = String::from_utf8_lossy(&nobody.stderr).into_owned();
    assert!(nobody.status.code() == Some(2) && words.contains("say who it is"), "{words}");
    assert!(!file.exists(), "a package for nobody");
    // And this one by the record, when the package is written already.
    let mut superuser = postgres::Client::connect(&place.database.url(), postgres::NoTls).unwrap();
    superuser.batch_execute(include_str!("../../spatial-db/sql/tests/pitch_refused.sql")).unwrap();
    assert!(!run(&pack(&["--to", "Refused"])).status.success());
    assert!(!file.exists(), "a package that is on no record");
    let output = run(&pack(&["--to", "Acme"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("(fits)"), "where the site stands is said");
    let before = std::fs::read(&file).unwrap();
    assert!(!run(&pack(&["--to", "Refused", "--as-of", "2024-06-30"])).status.success());
    assert!(std::fs::read(&file).unwrap() == before, "the earlier package");
    let beside: Vec<_> = std::fs::read_dir(place.folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().starts_with(".earlier")), "{beside:?}");

    // What is given for a day says that day, and holds what stood on it.
    let output = run(&pack(&["--to", "Acme", "--as-of", "2015-06-30"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let then = Package::open(&file).unwrap().snapshot(&|_| {}).unwrap();
    std::fs::write(place.folder.path().join("now.gpkg"), &before).unwrap();
    let now = Package::open(&place.folder.path().join("now.gpkg")).unwrap().snapshot(&|_| {}).unwrap();
    assert_eq!(then.park.as_of, "2015-06-30".parse().ok());
    assert!(then.buildings.len() < now.buildings.len(), "{} of {}", then.buildings.len(), now.buildings.len());

    // Floor in a building has no package.
    let floor = place.folder.path().join("floor.pitch.ron");
    let text = r#"(format_version: 1, name: "Floor", offers: buildings, needs: [(want: floor(at_least_m2: 100))])"#;
    std::fs::write(&floor, text).unwrap();
    let asked = ["pitch", "pack", "qingxi", floor.to_str().unwrap(), "--to", "x", "--out", "floor.gpkg"];
    let (code, words) = place.fails(&asked);
    assert!(code == 2 && words.contains("land") && words.contains("brief"), "{words}");
}

/// A real place is asked what it knows, and says of the rest that it does not.
fn asked_of_real(folder: &str, slug: &str, pitch: &str) -> Option<Value> {
    let park = Imported::new(folder)?;
    let place = Place::new();
    let file = place.folder.path().join("real.pitch.ron");
    std::fs::write(&file, pitch).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_twin"))
        .args(["pitch", "match", slug, file.to_str().unwrap(), "--json", "--limit", "9999"])
        .env("TWIN_DATABASE_URL", park.database.url())
        .env("TWIN_DATA_DIR", place.folder.path())
        .output()
        .expect("twin runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn verdict(site: &Value, need: u64) -> &str {
    let found = site["needs"].as_array().unwrap().iter().find(|one| one["need"] == need).unwrap();
    found["verdict"].as_str().unwrap()
}

#[test]
fn the_vacant_buildings_of_a_campus_are_offered_by_what_is_known_of_them() {
    let pitch = r#"(format_version: 1, name: "Floor", offers: buildings, needs: [
        (want: floor(at_least_m2: 1000)),
        (want: road(classes: ["arterial", "local", "service"], at_most_m: 60)),
        (want: clear_height(at_least_m: 3), unknown: allowed),
        (want: power(at_least_mw: 1, by: "2027-01-01"), unknown: allowed),
        (want: price(at_most_per_m2: 100, currency: "CAD"), how: wish(1), unknown: allowed),
    ])"#;
    let Some(answer) = asked_of_real("ubc_ca", "ubc-ca", pitch) else { return };
    let sites = answer["ranking"].as_array().unwrap();
    println!("UBC: {} of {} offers fit as far as is known", answer["fit"], sites.len());
    // 21 buildings are unoccupied by the record; those under construction or planned are none to let.
    assert!(!sites.is_empty() && sites.len() <= 21, "{}", sites.len());
    for site in sites {
        assert!(verdict(site, 4) == "unknown" && verdict(site, 5) == "unknown", "{site}");
        assert_ne!(site["standing"], "fits");
        assert!(site["building"] == true && site["area_m2"] == 0.0);
    }
    assert!(answer["fit"].as_u64().unwrap() > 0 && answer["fit"].as_u64().unwrap() < sites.len() as u64);
}

#[test]
fn the_development_land_of_a_city_is_offered_by_what_is_known_of_it() {
    let pitch = r#"(format_version: 1, name: "Land", needs: [
        (want: land(at_least_m2: 2000)),
        (want: zoning(scheme: "Massachusetts property type codes", codes: ["440", "441", "442", "130", "390"])),
        (want: near(what: hydrant, at_most_m: 150)),
        (want: road(classes: ["arterial", "local"], at_most_m: 60), unknown: allowed),
        (want: free(by: "2015-01-01"), unknown: allowed),
        (want: water(at_least_m3_d: 100, by: "2015-01-01"), unknown: allowed),
    ])"#;
    let Some(answer) = asked_of_real("cambridge_us", "cambridge-us", pitch) else { return };
    let sites = answer["ranking"].as_array().unwrap();
    println!("Cambridge: {} of {} sites fit as far as is known", answer["fit"], sites.len());
    assert!(sites.len() > 50);
    for site in sites {
        // Who holds land, and what the mains have left, is not in the assessor's record.
        assert!(verdict(site, 5) == "unknown" && verdict(site, 6) == "unknown", "{site}");
        assert_ne!(site["standing"], "fits");
    }
    let open: Vec<&Value> = sites.iter().filter(|site| site["standing"] == "open").collect();
    assert!(open.iter().all(|site| site["area_m2"].as_f64().unwrap() >= 2000.0 && verdict(site, 3) == "fit"));
}

#[test]
fn what_the_park_could_not_give_is_told_by_requirement_criterion_and_parcel() {
    let place = Place::imported();
    // Higher than the limits let anywhere: the one thing that every vacant parcel lacks.
    let tall = place.folder.path().join("tall.pitch.ron").display().to_string();
    let limits = "(setback_m: 6, spacing_m: 10, far: 1.2, coverage: 0.5, height_m: 18, storey_height_m: 12)";
    let needs = "[(want: clear_height(at_least_m: 40))]";
    std::fs::write(&tall, format!("(format_version: 1, name: \"A silo\", limits: {limits}, needs: {needs})")).unwrap();
    let warehouse = shipped("warehouse.pitch.ron");
    for (prospect, pitch) in [("Acme", &tall), ("Bolt", &tall), ("Crate", &warehouse)] {
        place.json(&["pitch", "record", "qingxi", "asked", "--prospect", prospect, "--pitch", pitch, "--json"]);
    }
    let unmet = || place.json(&["pitch", "unmet", "qingxi", "--format", "json", "--lang", "en"]);
    let found = unmet();
    assert_eq!((&found["asked"], &found["met"], &found["closed"]), (&3.into(), &1.into(), &0.into()));
    let rows = |name: &str| found[name].as_array().unwrap().clone();
    let asked: Vec<Value> = rows("requirements").iter().map(|row| row["prospect"].clone()).collect();
    assert_eq!(asked, ["Acme", "Bolt"]);
    let criteria = rows("criteria");
    assert_eq!((criteria.len(), &criteria[0]["criterion"]), (1, &"clear height".into()));
    assert_eq!(
        (&criteria[0]["served"], &criteria[0]["most"], &criteria[0]["unit"]),
        (&2.into(), &22.0.into(), &"m".into())
    );
    let parcels = rows("parcels");
    assert!(parcels.len() > 5 && parcels.iter().all(|row| row["prospects"] == 2 && row["who"] == "Acme; Bolt"));

    // What ended with a contract asks for nothing any more.
    let ended = ["pitch", "record", "qingxi", "ended", "--prospect", "Acme", "--outcome", "signed", "--json"];
    place.json(&ended);
    let left = unmet();
    assert_eq!((&left["closed"], &left["criteria"][0]["served"]), (&1.into(), &1.into()));

    let out = place.folder.path().join("unmet.gpkg").display().to_string();
    let kept = place.twin(&["pitch", "unmet", "qingxi", "--by", "parcel", "--format", "gpkg", "--out", &out]);
    assert!(kept.status.success() && Path::new(&out).exists(), "{}", String::from_utf8_lossy(&kept.stderr));
    let table = place.twin(&["pitch", "unmet", "qingxi", "--by", "criterion", "--lang", "zh"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("净高") && table.contains("未满足需求"), "{table}");
    let drawn = ["shot", "qingxi", "--overlay", "unmet", "--size", "320x180", "--out", "unmet.png", "--json"];
    let drawn = place.json(&drawn);
    assert!(drawn.to_string().contains("1 prospect"), "{drawn}");

    // The record is in the database alone.
    place.json(&["pack", "qingxi", "--out", "qingxi.gpkg", "--json"]);
    for asked in [&["pitch", "unmet", "qingxi.gpkg"][..], &["view", "qingxi.gpkg", "--overlay", "unmet"]] {
        let (code, words) = place.fails(asked);
        assert!(code == 2 && words.contains("is a package"), "{words}");
    }
}
