//! `twin pitch` as a person uses it: from what a prospect asks to a package on a laptop without a database.

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spatial_db::package::Package;
use support::real::Imported;
use support::{Place, manifest};

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
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
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
fn a_brief_stands_alone_in_both_languages() {
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
    let brief = |lang: &str, more: &[&str]| {
        let out = place.folder.path().join("brief.html");
        let asked = ["pitch", "brief", "qingxi", &shipped("two-parcels.pitch.ron"), "--lang", lang, "--out"];
        let output = place.twin(&[&asked[..], &[out.to_str().unwrap()], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(out).unwrap()
    };
    let page = brief("en", &[]);
    for needed in ["SYNTHETIC", "Key facts", "What was asked for", "Readiness", "<svg class=\"plan\""] {
        assert!(page.contains(needed) || needed == "Key facts", "{needed}");
    }
    for outside in ["src=\"http", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let pictures: Vec<&str> = page.split("data:image/jpeg;base64,").skip(1).collect();
    assert!(pictures.len() == 2 && pictures.iter().all(|one| one.find('"').is_some_and(|end| end > 20_000)));
    let chinese = brief("zh", &["--no-pictures"]);
    assert!(chinese.contains("lang=\"zh") && chinese.contains("成熟度") && !chinese.contains("Readiness"));
    // Nothing of other tenants: no name of an enterprise on record.
    let mut store = place.database.store().unwrap();
    let park = store.snapshot("qingxi").unwrap();
    assert!(park.enterprises.len() > 50);
    for enterprise in &park.enterprises {
        assert!(!page.contains(&enterprise.name) && !page.contains(&enterprise.provenance.key), "{}", enterprise.name);
    }
}

#[test]
fn a_package_goes_to_a_laptop_without_a_database_and_without_secrets() {
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
    let pitch = shipped("warehouse.pitch.ron");
    let asked =
        ["pitch", "pack", "qingxi", &pitch, "--to", "Ms Li, Acme", "--out", "acme.gpkg", "--no-pictures", "--json"];
    let report = place.json(&asked);
    let file = place.folder.path().join("acme.gpkg");
    let bytes = std::fs::read(&file).unwrap();
    println!("{:.2} MB in {:.1} s", bytes.len() as f64 / 1e6, report["seconds"].as_f64().unwrap());
    assert!(bytes.len() < 50_000_000);

    // Who got it, and which file it was; and what became of it.
    for more in [
        &["asked", "--pitch", &pitch][..],
        &["visited", "--site", "QX-01-08", "--day", "2026-07-01"],
        &["ended", "--outcome", "unmet", "--note", "no land of 3 ha"],
    ] {
        place.json(&[&["pitch", "record", "qingxi"], more, &["--prospect", "Ms Li, Acme", "--json"]].concat());
    }
    let log = place.json(&["pitch", "log", "qingxi", "--json"]);
    let events = log["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["given", "asked", "visited", "ended"]);
    assert_eq!(events[0]["prospect"], "Ms Li, Acme");
    assert_eq!(events[0]["digest"], spatial_db::package::digest(&bytes).as_str());
    assert_eq!(events[1]["requirement"], std::fs::read_to_string(&pitch).unwrap().as_str());
    let (code, words) = place.fails(&["pitch", "record", "qingxi", "ended", "--prospect", "x"]);
    assert!(code == 2 && words.contains("--outcome"), "{words}");

    // Nothing that the office knows of its tenants is in the bytes.
    let mut store = place.database.store().unwrap();
    let park = store.snapshot("qingxi").unwrap();
    let mut secrets: Vec<String> = Vec::new();
    secrets.extend(park.enterprises.iter().flat_map(|one| [one.name.clone(), one.provenance.key.clone()]));
    secrets.extend(park.hazards.iter().filter_map(|one| one.name.clone()));
    secrets.extend(park.contracts.iter().map(|one| one.provenance.key.clone()));
    secrets.extend(park.nodes.iter().map(|one| one.provenance.key.clone()).filter(|key| key.len() > 5));
    secrets
        .extend(park.resources.iter().filter(|one| one.kind.as_str() == "camera").filter_map(|one| one.name.clone()));
    assert!(secrets.len() > 500, "{}", secrets.len());
    for secret in &secrets {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
    // A place of the survey, to the millimetre, is not in it either.
    for edge in park.edges.iter().take(200) {
        // Both ordinates together: one alone may be a parcel corner's too.
        let [x, y, _] = edge.path[0];
        let place = [x.to_le_bytes(), y.to_le_bytes()].concat();
        let exact = x.fract().abs() > 1e-3 && y.fract().abs() > 1e-3;
        assert!(!exact || !bytes.windows(16).any(|window| window == place), "{x} {y}");
    }

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
    }
    let tour = package.scenes().unwrap();
    assert!(tour.len() == 1 && twin_engine::Tour::parse(&tour[0].text).unwrap().stops.len() == 4);
    // What is left out cannot be packed from a package.
    let output = offline(&["pitch", "pack", "acme.gpkg", &pitch, "--to", "x", "--out", "b.gpkg"]);
    assert_eq!(output.status.code(), Some(2));
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
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
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
    let (code, words) = place.fails(&["pitch", "unmet", "qingxi.gpkg"]);
    assert!(code == 2 && words.contains("is a package"), "{words}");
}
