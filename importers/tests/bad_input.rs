//! What goes wrong is said clearly, nothing is half written, and a mended second run works.

use gdal::vector::OGRFieldType::{OFTReal, OFTString};
use importers::reader::ReaderCommand;
use importers::{ImportError, ImportOptions, import};

use crate::support::{self, Bench, Field, layer, make, square};

const GOOD: &str = "[[layer]]\nname = \"good\"\nrole = \"parcel\"\nfile = \"good.gpkg\"\nkey = \"ID\"\n";

/// A park with one good layer.
fn bench() -> Bench {
    let bench = Bench::new();
    let rows: Vec<(String, &str)> = vec![(square(0.0, 0.0, 20.0), "1"), (square(30.0, 0.0, 20.0), "2")];
    let rows: Vec<(&str, Vec<Field<'_>>)> =
        rows.iter().map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id)])).collect();
    make("GPKG", &bench.path("good.gpkg"), "good", Some(4549), &[("ID", OFTString)], &rows);
    bench
}

/// The import fails with these words, help included; nothing is written; without the bad layer it works.
fn fails(bench: &mut Bench, bad: &str, words: &[&str]) -> ImportError {
    let error = bench.import(&format!("{GOOD}\n{bad}")).expect_err(bad);
    let said = format!("{error} {}", error.help().unwrap_or_default());
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(bench.store.parks().unwrap().is_empty(), "something was written");
    let report = bench.import(GOOD).expect("a second run works");
    assert_eq!(layer(&report, "good").added, 2);
    error
}

#[test]
fn a_missing_file_is_named_with_its_neighbour() {
    let bad = GOOD.replace("\"good\"", "\"bad\"").replace("good.gpkg", "god.gpkg");
    fails(&mut bench(), &bad, &["\"bad\"", "god.gpkg", "did you mean \"good.gpkg\"?"]);
}

#[test]
fn unknown_layers_and_fields_are_named_with_their_neighbours() {
    let bad = GOOD.replace("name = \"good\"", "name = \"bad\"\nlayer = \"goods\"");
    fails(&mut bench(), &bad, &["no layer \"goods\"", "did you mean `layer = \"good\"`"]);
    let bad = GOOD.replace("name = \"good\"", "name = \"bad\"") + "[layer.fields]\nnumber = \"IDD\"\n";
    fails(&mut bench(), &bad, &["no field \"IDD\"", "for column number", "did you mean \"ID\"?"]);
    let bad = GOOD.replace("name = \"good\"", "name = \"bad\"\nfilter = \"NOPE = 1\"");
    fails(&mut bench(), &bad, &["filter", "NOPE = 1"]);
    let mut bench = bench();
    for layer in ["a", "b"] {
        // Two layers in one file.
        let path = bench.path("two.gpkg");
        if layer == "a" {
            make(
                "GPKG",
                &path,
                layer,
                Some(4549),
                &[("ID", OFTString)],
                &[(&square(0.0, 0.0, 1.0), vec![Field::Text("x")])],
            );
        } else {
            let open_flags = gdal::GdalOpenFlags::GDAL_OF_UPDATE | gdal::GdalOpenFlags::GDAL_OF_VECTOR;
            let options = gdal::DatasetOptions { open_flags, ..Default::default() };
            let mut dataset = gdal::Dataset::open_ex(&path, options).unwrap();
            dataset.create_layer(gdal::vector::LayerOptions { name: layer, ..Default::default() }).unwrap();
            dataset.close().unwrap();
        }
    }
    let bad = GOOD.replace("\"good\"", "\"bad\"").replace("good.gpkg", "two.gpkg");
    fails(&mut bench, &bad, &["several layers: a, b", "layer = \"a\""]);
}

#[test]
fn no_crs_and_wrong_crs() {
    let mut bench = bench();
    let id = [("ID", OFTString)];
    make("GPKG", &bench.path("none.gpkg"), "none", None, &id, &[(&square(0.0, 0.0, 5.0), vec![Field::Text("a")])]);
    let none = GOOD.replace("\"good\"", "\"bad\"").replace("good.gpkg", "none.gpkg");
    fails(&mut bench, &none, &["none.gpkg does not say which coordinate system", "crs = \"EPSG:4549\""]);
    // The same with its CRS in the manifest works.
    assert_eq!(layer(&bench.import(&format!("{none}crs = \"EPSG:4549\"\n")).unwrap(), "bad").added, 1);

    let mut degrees = support::Bench::new();
    let shp = "POLYGON ((121.5 31,121.6 31,121.6 31.1,121.5 31))";
    make("ESRI Shapefile", &degrees.path("deg.shp"), "deg", Some(4549), &id, &[(shp, vec![Field::Text("a")])]);
    let layer_text = "[[layer]]\nname = \"bad\"\nrole = \"parcel\"\nfile = \"deg.shp\"\nkey = \"ID\"\n";
    let error = degrees.import(layer_text).unwrap_err();
    assert!(matches!(error, ImportError::WrongCrs { .. }), "{error}");
    let said = format!("{error} {}", error.help().unwrap());
    for words in ["1 of 1 features", "EPSG:4549", "which the file says", "they are degrees", "(121.500, 31.000)"] {
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }
    assert!(degrees.store.parks().unwrap().is_empty());
    assert_eq!(layer(&degrees.import(&format!("{layer_text}crs = \"EPSG:4490\"\n")).unwrap(), "bad").added, 1);

    let swapped = format!("{layer_text}crs = \"EPSG:4490\"\naxis_order = \"north_first\"\n");
    let error = degrees.import(&swapped).unwrap_err();
    assert!(error.help().unwrap().contains("north_first") || error.to_string().contains("swapped"), "{error}");
    let unknown = degrees.import(&format!("{layer_text}crs = \"EPSG:999999\"\n")).unwrap_err();
    assert!(unknown.to_string().contains("EPSG:999999"), "{unknown}");
}

#[test]
fn a_park_needs_a_metric_crs() {
    let mut bench = bench();
    for (crs, words) in [("EPSG:4326", "degrees"), ("EPSG:2249", "US survey foot"), ("EPSG:1", "not a code")] {
        let error = bench.import_in(crs, GOOD).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.help().unwrap().contains("auto"));
    }
    let report = bench.import_in("auto", GOOD).unwrap();
    assert_eq!(report.srid, 32651);
}

#[test]
fn an_empty_layer_does_not_empty_the_park() {
    let mut bench = bench();
    bench.import(GOOD).unwrap();
    let emptied = GOOD.replace("name = \"good\"", "name = \"good\"\nfilter = \"ID = 'x'\"");
    let error = bench.import(&emptied).unwrap_err();
    assert!(error.to_string().contains("has no rows where ID = 'x'"), "{error}");
    assert!(error.help().unwrap().contains("allow_empty"));
    assert_eq!(bench.park("t").parcels.len(), 2);
    let report = bench.import(&format!("{emptied}allow_empty = true\n")).unwrap();
    assert_eq!((layer(&report, "good").read, layer(&report, "good").removed), (0, 2));
}

#[test]
fn bad_geometry_is_repaired_or_quarantined_and_counted() {
    let mut bench = Bench::new();
    let (x, y) = (643_000.0, 3_431_000.0);
    let bow_tie = format!("POLYGON (({x} {y},{} {},{x} {},{} {y},{x} {y}))", x + 10.0, y + 10.0, y + 10.0, x + 10.0);
    let far = "POLYGON ((1 1,2 1,2 2,1 1))";
    let line = format!("LINESTRING ({x} {y},{} {y})", x + 5.0);
    let flat = format!("POLYGON (({x} {y},{} {y},{x} {y},{x} {y}))", x + 5.0);
    let fields = [("ID", OFTString), ("AREA", OFTString)];
    let good: Vec<String> = (0..4).map(|i| square(f64::from(i) * 30.0, 0.0, 20.0)).collect();
    let row = |wkt, id, area| (wkt, vec![Field::Text(id), Field::Text(area)]);
    let rows = [
        row(good[0].as_str(), "1", "400"),
        row(&bow_tie, "bow", "50"),
        row("", "nothing", "0"),
        row("POLYGON EMPTY", "empty", "0"),
        row(far, "far", "1"),
        row(&line, "line", "0"),
        row(good[1].as_str(), "1", "duplicate"),
        row(good[2].as_str(), "words", "about 400"),
        row(good[3].as_str(), "", "400"),
        row(&flat, "flat", "0"),
    ];
    make("GPKG", &bench.path("bad.gpkg"), "bad", Some(4549), &fields, &rows);
    let text = "[[layer]]\nname = \"p\"\nrole = \"parcel\"\nfile = \"bad.gpkg\"\nkey = \"ID\"\n[layer.fields]\nrecorded_area_m2 = \"AREA\"\n";
    let report = bench.import(text).unwrap();
    let parcels = layer(&report, "p");
    assert_eq!(
        (parcels.read, parcels.added, parcels.repaired, parcels.quarantined),
        (10, 3, 1, 7),
        "{:?}",
        report.issues
    );
    let quarantine = bench.quarantine();
    let codes: Vec<&str> = quarantine.iter().map(|(code, _)| code.as_str()).collect();
    for code in [
        "geometry.missing",
        "geometry.empty",
        "geometry.outside_crs",
        "geometry.wrong_type",
        "key.missing",
        "key.duplicate",
    ] {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    let (_, duplicate) = quarantine.iter().find(|(code, _)| code == "key.duplicate").unwrap();
    assert_eq!(duplicate["AREA"], "duplicate");
    assert!(duplicate["@wkb"].as_str().unwrap().starts_with("01"));
    assert_eq!(report.issue_totals["geometry.self_intersection"], 1);
    assert_eq!(report.issue_totals["value.not_a_number"], 2);
    let issue = report.issues.iter().find(|issue| issue.code == "geometry.self_intersection").unwrap();
    assert_eq!((issue.row, issue.key.as_deref(), issue.file.as_str()), (Some(2), Some("bow"), "bad.gpkg"));
    assert!(issue.reason.contains("to 50"), "{}", issue.reason);
    let park = bench.park("t");
    let mended = park.parcels.iter().find(|parcel| parcel.provenance.key == "bow").unwrap();
    assert!((geo::Area::unsigned_area(&mended.boundary) - 50.0).abs() < 1e-6);
    let again = bench.import(text).unwrap();
    support::assert_unchanged(&again);
    assert_eq!(bench.quarantine().len(), 7);
}

#[test]
fn files_that_are_not_what_they_seem() {
    let mut bench = bench();
    bench.write("text.gpkg", "dear colleague,\nthe data is attached\n");
    bench.write("empty.gpkg", "");
    let bad = |file: &str| GOOD.replace("\"good\"", "\"bad\"").replace("good.gpkg", file);
    fails(
        &mut bench,
        &bad("text.gpkg"),
        &["text.gpkg cannot be read", "text file, not a GeoPackage", "dear colleague"],
    );
    let mut bench = support::Bench::new();
    let rows: Vec<String> = (0..50).map(|i| square(f64::from(i), 0.0, 1.0)).collect();
    let rows: Vec<_> = rows.iter().map(|wkt| (wkt.as_str(), vec![Field::Real(1.0)])).collect();
    make("ESRI Shapefile", &bench.path("cut.shp"), "cut", Some(4549), &[("A", OFTReal)], &rows);
    let shp = bench.path("cut.shp");
    let whole = std::fs::read(&shp).unwrap();
    let text = "[[layer]]\nname = \"cut\"\nrole = \"parcel\"\nfile = \"cut.shp\"\n";
    std::fs::write(&shp, &whole[..whole.len() / 2]).unwrap();
    let error = bench.import(text).unwrap_err();
    assert!(
        error.to_string().contains("is cut off") && error.to_string().contains(&whole.len().to_string()),
        "{error}"
    );
    assert!(bench.store.parks().unwrap().is_empty());
    std::fs::write(&shp, &whole).unwrap();
    assert_eq!(layer(&bench.import(text).unwrap(), "cut").added, 50);
    std::fs::remove_file(bench.path("cut.dbf")).unwrap();
    assert!(bench.import(text).unwrap_err().to_string().contains(".dbf"), "a companion is missing");
    for cut in ["fgb", "gpkg", "geojson"] {
        let driver = match cut {
            "fgb" => "FlatGeobuf",
            "gpkg" => "GPKG",
            _ => "GeoJSON",
        };
        let file = format!("half.{cut}");
        make(driver, &bench.path(&file), "half", Some(4549), &[("A", OFTReal)], &rows);
        let whole = std::fs::read(bench.path(&file)).unwrap();
        std::fs::write(bench.path(&file), &whole[..whole.len() * 2 / 3]).unwrap();
        let error = bench.import(&text.replace("cut.shp", &file)).expect_err(&file);
        assert!(error.to_string().contains(&file), "{error}");
        assert_eq!(bench.park("t").parcels.len(), 50, "the park is as it was after {file}");
    }
}

#[test]
fn a_manifest_typo_is_found_before_anything_else() {
    let mut bench = bench();
    let error = bench.import(&GOOD.replace("role", "roll")).unwrap_err();
    let ImportError::Manifest(inner) = &error else { panic!("{error}") };
    assert_eq!(inner.line(), Some(8));
    assert!(error.help().unwrap().contains("did you mean \"role\""));
    assert!(bench.store.parks().unwrap().is_empty());
}

#[test]
fn a_crash_of_the_reader_is_an_error_not_a_crash() {
    let mut bench = bench();
    let manifest =
        bench.write("t.park.toml", &format!("[park]\nslug = \"t\"\nname = \"T\"\ncrs = \"EPSG:4549\"\n\n{GOOD}"));
    let shell = |script: &str| ReaderCommand { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()] };
    for (script, words) in [
        ("echo oh dear >&2; kill -SEGV $$", "signal 11, segmentation fault"),
        ("exit 3", "exit code 3"),
        ("echo this is no frame at all; cat >/dev/null", "cannot be used"),
    ] {
        let error = import(&mut bench.store, &manifest, &ImportOptions::new(shell(script))).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let nowhere = ReaderCommand { program: "/nonexistent/reader".into(), args: vec![] };
    let error = import(&mut bench.store, &manifest, &ImportOptions::new(nowhere)).unwrap_err();
    assert!(matches!(error, ImportError::Reader { .. }), "{error}");
    assert!(bench.store.parks().unwrap().is_empty());
}

#[test]
fn cancelling_leaves_nothing() {
    let mut bench = bench();
    let manifest =
        bench.write("t.park.toml", &format!("[park]\nslug = \"t\"\nname = \"T\"\ncrs = \"EPSG:4549\"\n\n{GOOD}"));
    let cancel = spatial_db::store::Cancel::default();
    let flag = cancel.clone();
    let stop_when_loading = move |progress: &importers::Progress| {
        if matches!(progress, importers::Progress::Loading { .. }) {
            flag.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let options =
        ImportOptions { cancel: Some(cancel), progress: &stop_when_loading, ..ImportOptions::new(support::reader()) };
    let error = import(&mut bench.store, &manifest, &options).unwrap_err();
    assert!(matches!(error, ImportError::Cancelled), "{error}");
    assert!(bench.store.parks().unwrap().is_empty());

    // A reader that hangs in a file is ended too.
    let cancel = spatial_db::store::Cancel::default();
    let flag = cancel.clone();
    let hangs = ReaderCommand { program: "/bin/sleep".into(), args: vec!["600".into()] };
    let options = ImportOptions { cancel: Some(cancel), ..ImportOptions::new(hangs) };
    let impatient = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let error = import(&mut bench.store, &manifest, &options).unwrap_err();
    assert!(matches!(error, ImportError::Cancelled), "{error}");
    impatient.join().unwrap();
    assert_eq!(layer(&bench.import(GOOD).unwrap(), "good").added, 2);
}

#[test]
fn a_read_only_database_says_so() {
    let mut bench = bench();
    let name: String = bench.client().query_one(&sql!("database_name"), &[]).unwrap().get(0);
    bench.client().batch_execute(&sql!("database_read_only", "name" = &name)).unwrap();
    bench.store = bench.database.store().unwrap();
    let error = bench.import(GOOD).unwrap_err();
    let chain = format!("{error}: {}", std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default());
    assert!(chain.contains("read-only"), "{chain}");
    let mut client = bench.client();
    client.batch_execute(&sql!("session_writable")).unwrap();
    client.batch_execute(&sql!("database_writable", "name" = &name)).unwrap();
    bench.store = bench.database.store().unwrap();
    assert_eq!(layer(&bench.import(GOOD).unwrap(), "good").added, 2);
}

#[test]
fn a_layer_that_leaves_the_manifest_leaves_the_park() {
    let mut bench = bench();
    let two = format!("{GOOD}\n{}", GOOD.replace("\"good\"", "\"more\"").replace("key = \"ID\"", "key = \"@row\""));
    assert_eq!(layer(&bench.import(&two).unwrap(), "more").added, 2);
    let report = bench.import(GOOD).unwrap();
    assert_eq!(report.dropped_layers.iter().map(|d| (d.layer.as_str(), d.removed)).collect::<Vec<_>>(), [("more", 2)]);
    assert_eq!(bench.park("t").parcels.len(), 2);
}
