//! Issues: every one is in the store with its place, goes out to a GeoPackage, is mended there and comes back in.
#![allow(clippy::format_push_string, reason = "a test reads better so")]

use gdal::vector::OGRFieldType::{OFTReal, OFTString};
use gdal::vector::{Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use importers::{ExportError, ExportOptions, ImportOptions, export_issues, import};
use spatial_db::model::{IssueRecord, IssueSeverity};
use spatial_db::store::{IssueFilter, LoadOptions};

use crate::support::{Bench, Field, assert_unchanged, layer, make, reader, real_data, square};

const LAYER: &str = "[[layer]]\nname = \"parcels\"\nrole = \"parcel\"\nfile = \"bad.shp\"\nkey = \"ID\"\n[layer.fields]\nnumber = \"ID\"\nrecorded_area_m2 = \"AREA\"\n";

/// Parcels: two good ones, a bow tie, one without geometry, one without key, one that overlaps the first.
fn bad() -> Bench {
    let bench = Bench::new();
    let (x, y) = (643_000.0, 3_431_000.0);
    let bow_tie = format!(
        "POLYGON (({} {y},{} {},{} {y},{} {},{} {y}))",
        x + 200.0,
        x + 220.0,
        y + 20.0,
        x + 220.0,
        x + 200.0,
        y + 20.0,
        x + 200.0
    );
    let (one, two, nameless, over) =
        (square(0.0, 0.0, 20.0), square(30.0, 0.0, 20.0), square(60.0, 0.0, 20.0), square(10.0, 10.0, 15.0));
    let rows = [
        (one.as_str(), vec![Field::Text("1"), Field::Real(400.0), Field::Text("甲")]),
        (&two, vec![Field::Text("2"), Field::Real(400.0), Field::Text("乙")]),
        (&bow_tie, vec![Field::Text("3"), Field::Real(200.0), Field::Text("丙")]),
        ("", vec![Field::Text("4"), Field::Real(400.0), Field::Text("丁")]),
        (&nameless, vec![Field::Text(""), Field::Real(400.0), Field::Text("戊")]),
        (&over, vec![Field::Text("6"), Field::Real(225.0), Field::Text("己")]),
    ];
    let fields = [("ID", OFTString), ("AREA", OFTReal), ("OWNER", OFTString)];
    make("ESRI Shapefile", &bench.path("bad.shp"), "bad", Some(4549), &fields, &rows);
    bench
}

fn issues(bench: &mut Bench) -> Vec<IssueRecord> {
    let park = bench.store.park("t").unwrap();
    bench.store.issues(park.park_id, &IssueFilter::default(), None).unwrap()
}

fn codes(issues: &[IssueRecord]) -> Vec<(&str, Option<i64>)> {
    let mut codes: Vec<_> = issues.iter().map(|issue| (issue.code.as_str(), issue.source_row)).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn every_issue_is_in_the_store_with_its_row_and_place() {
    let mut bench = bad();
    let report = bench.import(LAYER).unwrap();
    let found = issues(&mut bench);
    assert_eq!(
        codes(&found),
        [
            ("geometry.missing", Some(4)),
            ("geometry.self_intersection", Some(3)),
            ("key.missing", Some(5)),
            ("parcel.overlap", Some(6)),
        ]
    );
    let of = |code: &str| found.iter().find(|issue| issue.code == code).unwrap();
    let repaired = of("geometry.self_intersection");
    assert_eq!((repaired.severity, repaired.key.as_deref()), (IssueSeverity::Warning, Some("3")));
    assert!(repaired.feature_id.is_some() && repaired.quarantine_id.is_none());
    // The place is the bow tie as it was drawn: five corners, not the two triangles it became.
    let before = repaired.place.as_ref().unwrap();
    assert_eq!(geo::CoordsIter::coords_count(before), 5, "{before:?}");
    assert!(repaired.facts["area_after"].as_f64().unwrap() > 190.0, "{:?}", repaired.facts);
    let nameless = of("key.missing");
    assert_eq!(nameless.severity, IssueSeverity::Error);
    assert!(nameless.quarantine_id.is_some() && nameless.feature_id.is_none() && nameless.place.is_some());
    let overlap = of("parcel.overlap");
    assert_eq!((overlap.key.as_deref(), overlap.other_key.as_deref()), (Some("6"), Some("1")));
    assert!((overlap.facts["area_m2"].as_f64().unwrap() - 100.0).abs() < 1e-6);
    assert_eq!(report.issue_totals["parcel.overlap"], 1);
    assert!(report.issues.iter().any(|issue| issue.code == "parcel.overlap" && issue.row == Some(6)), "{report:?}");
    // The same again: the same issues, not twice as many.
    assert_unchanged(&bench.import(LAYER).unwrap());
    assert_eq!(codes(&issues(&mut bench)).len(), 4);
    // The layer leaves, its issues with it.
    make(
        "ESRI Shapefile",
        &bench.path("other.shp"),
        "other",
        Some(4549),
        &[("ID", OFTString)],
        &[(&square(0.0, 0.0, 9.0), vec![Field::Text("x")])],
    );
    bench.import("[[layer]]\nname = \"other\"\nrole = \"parcel\"\nfile = \"other.shp\"\nkey = \"ID\"\n").unwrap();
    assert_eq!(issues(&mut bench), []);
}

/// What QGIS does when a person edits a layer: GDAL opens the file for update.
fn edit(path: &std::path::Path, mend: impl Fn(&gdal::vector::Layer<'_>)) {
    let open_flags = GdalOpenFlags::GDAL_OF_UPDATE | GdalOpenFlags::GDAL_OF_VECTOR;
    let dataset = Dataset::open_ex(path, DatasetOptions { open_flags, ..Default::default() }).unwrap();
    mend(&dataset.layer_by_name("parcels").unwrap());
    dataset.close().unwrap();
}

#[test]
fn rows_go_out_are_mended_and_come_back() {
    let mut bench = bad();
    let first = bench.import(LAYER).unwrap();
    assert_eq!((layer(&first, "parcels").added, layer(&first, "parcels").quarantined), (4, 2));
    let park = bench.store.park("t").unwrap();
    let out = bench.path("issues.gpkg");
    let sources = ExportOptions { manifest: bench.path("t.park.toml"), root: None, reader: reader() };
    let report = export_issues(&mut bench.store, &park, &out, Some(&sources)).unwrap();
    assert_eq!((report.issues, report.layers.len()), (4, 1));
    assert_eq!((report.layers[0].quarantined, report.layers[0].kept), (2, 2));

    let dataset = Dataset::open(&out).unwrap();
    let issues_layer = dataset.layer_by_name("issues").unwrap();
    assert_eq!(issues_layer.spatial_ref().unwrap().auth_code().unwrap(), 4549);
    assert_eq!(issues_layer.feature_count(), 4);
    let mut rows = dataset.layer_by_name("parcels").unwrap();
    let names: Vec<String> = rows.defn().fields().map(|field| field.name()).collect();
    assert_eq!(names, ["twin_row", "twin_key", "twin_code", "twin_reason", "twin_fix", "AREA", "ID", "OWNER"]);
    let owners: Vec<Option<String>> =
        rows.features().map(|f| f.field_as_string(f.field_index("OWNER").unwrap()).unwrap()).collect();
    assert_eq!(owners, ["丙", "丁", "戊", "己"].map(|owner| Some(owner.to_owned())));
    dataset.close().unwrap();
    // Nobody's work is written over.
    assert!(matches!(export_issues(&mut bench.store, &park, &out, None), Err(ExportError::Exists { .. })));

    edit(&out, |parcels| {
        let mut mended: Vec<gdal::vector::Feature<'_>> = Vec::new();
        for fid in 1..=4 {
            let mut feature = parcels.feature(fid).unwrap();
            let row = feature.field_as_integer64(feature.field_index("twin_row").unwrap()).unwrap().unwrap();
            match row {
                // The area on record is that of the bow tie; 400 m² are right.
                3 => {
                    feature.set_geometry(Geometry::from_wkt(&square(200.0, 0.0, 20.0)).unwrap()).unwrap();
                    feature.set_field_double(feature.field_index("AREA").unwrap(), 400.0).unwrap();
                }
                4 => feature.set_geometry(Geometry::from_wkt(&square(90.0, 0.0, 20.0)).unwrap()).unwrap(),
                5 => feature.set_field_string(feature.field_index("ID").unwrap(), "5").unwrap(),
                6 => feature.set_geometry(Geometry::from_wkt(&square(120.0, 0.0, 15.0)).unwrap()).unwrap(),
                other => panic!("row {other}"),
            }
            mended.push(feature);
        }
        for feature in mended {
            parcels.set_feature(feature).unwrap();
        }
    });
    let manifest = bench.path("t.park.toml");
    let options = ImportOptions { mended: Some(out.clone()), ..ImportOptions::new(reader()) };
    let second = import(&mut bench.store, &manifest, &options).unwrap();
    let parcels = layer(&second, "parcels");
    assert_eq!((parcels.read, parcels.added, parcels.changed, parcels.unchanged), (6, 2, 2, 2), "{parcels:?}");
    assert_eq!((parcels.quarantined, parcels.mended, parcels.removed), (0, 4, 0));
    let found = issues(&mut bench);
    assert_eq!(codes(&found), [3, 4, 5, 6].map(|row| ("row.mended", Some(row))));
    let park = bench.park("t");
    assert_eq!(park.parcels.len(), 6);
    let of = |key: &str| park.parcels.iter().find(|parcel| parcel.provenance.key == key).unwrap();
    for (key, side, row) in [("3", 20.0_f64, 3), ("4", 20.0, 4), ("5", 20.0, 5), ("6", 15.0, 6)] {
        let parcel = of(key);
        assert!((geo::Area::unsigned_area(&parcel.boundary) - side * side).abs() < 1e-6, "{key}");
        assert_eq!(parcel.provenance.source_row, row);
    }
    assert_eq!(of("5").provenance.attributes["OWNER"], "戊");
    // The manifest can say it for good; nothing changes then.
    let text = std::fs::read_to_string(&manifest).unwrap().replace("[park]\n", "[park]\nmended = \"issues.gpkg\"\n");
    std::fs::write(&manifest, text).unwrap();
    let third = import(&mut bench.store, &manifest, &ImportOptions::new(reader())).unwrap();
    assert_unchanged(&third);
    assert_eq!(layer(&third, "parcels").mended, 4);
}

#[test]
fn a_mended_row_is_not_laid_over_another() {
    let mut bench = bad();
    bench.import(LAYER).unwrap();
    let park = bench.store.park("t").unwrap();
    let out = bench.path("issues.gpkg");
    let sources = ExportOptions { manifest: bench.path("t.park.toml"), root: None, reader: reader() };
    export_issues(&mut bench.store, &park, &out, Some(&sources)).unwrap();
    // The source is edited meanwhile: row 6 is another parcel now.
    for extension in ["shp", "shx", "dbf", "prj", "cpg"] {
        let _ = std::fs::remove_file(bench.path(&format!("bad.{extension}")));
    }
    let squares: Vec<String> = (0..6).map(|i| square(f64::from(i) * 30.0, 0.0, 20.0)).collect();
    let ids = ["1", "2", "3", "4", "5", "60"];
    let rows: Vec<(&str, Vec<Field<'_>>)> = squares
        .iter()
        .zip(ids)
        .map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id), Field::Real(400.0), Field::Text("新")]))
        .collect();
    let fields = [("ID", OFTString), ("AREA", OFTReal), ("OWNER", OFTString)];
    make("ESRI Shapefile", &bench.path("bad.shp"), "bad", Some(4549), &fields, &rows);
    let options = ImportOptions { mended: Some(out), ..ImportOptions::new(reader()) };
    let manifest = bench.path("t.park.toml");
    let report = import(&mut bench.store, &manifest, &options).unwrap();
    let found = issues(&mut bench);
    let stale: Vec<_> = found.iter().filter(|issue| issue.code == "row.mended_stale").collect();
    assert_eq!(stale.len(), 1, "{found:#?}");
    assert_eq!((stale[0].source_row, stale[0].key.as_deref()), (Some(6), Some("60")));
    assert!(bench.park("t").parcels.iter().any(|parcel| parcel.provenance.key == "60"), "{report:?}");
    let missing = ImportOptions { mended: Some(bench.path("no.gpkg")), ..ImportOptions::new(reader()) };
    let error = import(&mut bench.store, &manifest, &missing).unwrap_err();
    assert!(error.to_string().contains("no.gpkg") && error.help().is_some(), "{error}");
}

/// A hundred thousand bad values are a hundred thousand issues, and the report stays short.
#[test]
fn many_issues_are_all_kept() {
    let mut bench = Bench::new();
    let mut csv = String::from("ID,NAME,YEAR,OUTPUT\n");
    for i in 0..100_000 {
        csv.push_str(&format!("{i},e{i},2023,unknown{i}\n"));
    }
    bench.write("years.csv", &csv);
    let report = bench
        .import("[[layer]]\nname = \"years\"\nrole = \"enterprise_year\"\nfile = \"years.csv\"\nkey = \"ID\"\n[layer.fields]\nenterprise_key = \"NAME\"\nyear = \"YEAR\"\noutput = \"OUTPUT\"\n")
        .unwrap();
    assert_eq!(report.issue_totals["value.not_a_number"], 100_000);
    assert_eq!(report.issues.len(), 20);
    let park_id = bench.store.park("t").unwrap().park_id;
    let totals = bench.store.issue_totals(park_id, &IssueFilter::default()).unwrap();
    assert_eq!((totals.len(), totals[0].count), (1, 100_000));
    let linked: i64 = bench.client().query_one(&sql!("issues_linked"), &[]).unwrap().get(0);
    assert_eq!(linked, 100_000, "each with its feature");
}

/// Real places do not drown in false alarms: what is found of them was looked at, see docs/issues.md.
#[test]
fn real_places_are_told_what_a_surveyor_would_tell_them() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    for (place, expected) in [
        ("gaeu_ch", vec![("building.on_several_parcels", 45), ("geometry.spike", 10)]),
        ("ubc_ca", vec![("parcel.overlap", 2), ("building.overlap", 1), ("building.floor_area", 12)]),
        ("santboi_es", vec![("edge.rises", 7), ("node.orphan", 1), ("edge.no_node", 4)]),
    ] {
        let report = bench.import_kept(&format!("{place}.park.toml"), &data.join(place)).unwrap();
        for (code, count) in expected {
            assert_eq!(report.issue_totals.get(code), Some(&count), "{place} {code}: {:?}", report.issue_totals);
        }
        assert!(!report.issue_totals.contains_key("check.failed"), "{place}: {:#?}", report.issues);
        let features: u64 = report.layers.iter().map(|layer| layer.read).sum();
        let warned: u64 =
            report.issue_totals.iter().filter(|(code, _)| !code.starts_with("terrain.")).map(|(_, n)| n).sum();
        assert!(warned * 10 < features, "{place}: {warned} issues of {features} rows: {:?}", report.issue_totals);
    }
}

/// The rows are looked at as they come by; the server is asked only where two look the same.
#[test]
fn the_same_place_twice_is_found_and_gone_once_it_is_mended() {
    let mut bench = Bench::new();
    let layer = "[[layer]]\nname = \"hydrants\"\nrole = \"emergency_resource\"\nfile = \"h.csv\"\nkey = \"id\"\n\
                 crs = \"EPSG:4549\"\nx = \"x\"\ny = \"y\"\n[layer.fields]\nkind = { value = \"hydrant\" }\n";
    bench.write("h.csv", "id,x,y\na,500000,3400000\nb,500100,3400000\nc,500000,3400000\n");
    let found = bench.import(layer).unwrap();
    assert_eq!(found.issue_totals.get("geometry.duplicate"), Some(&1), "{:?}", found.issue_totals);
    // One row more, read and compared: the pair is still there.
    bench.write("h.csv", "id,x,y\na,500000,3400000\nb,500100,3400000\nc,500000,3400000\nd,500200,3400000\n");
    assert_eq!(bench.import(layer).unwrap().issue_totals.get("geometry.duplicate"), Some(&1));
    bench.write("h.csv", "id,x,y\na,500000,3400000\nb,500100,3400000\nc,500300,3400000\nd,500200,3400000\n");
    assert_eq!(bench.import(layer).unwrap().issue_totals.get("geometry.duplicate"), None);
    // It comes back beside a row that is as it was.
    bench.write("h.csv", "id,x,y\na,500000,3400000\nb,500100,3400000\nc,500300,3400000\nd,500100,3400000\n");
    let last = bench.import(layer).unwrap();
    assert_eq!(last.issue_totals.get("geometry.duplicate"), Some(&1));
    // Undone, nobody says so any more.
    bench.store.revert("t", last.run.unwrap(), &LoadOptions::default(), None).unwrap();
    let park_id = bench.store.park("t").unwrap().park_id;
    assert_eq!(bench.store.issue_totals(park_id, &IssueFilter::default()).unwrap(), []);
}
