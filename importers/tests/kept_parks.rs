//! The manifests kept for other formats, against what GDAL says of the same files. Run where `TWIN_REAL_DATA` is set.

use std::path::Path;
use std::process::Command;

use geo::{Area, BoundingRect};
use importers::ImportReport;

use crate::support::{Bench, assert_unchanged, layer, real_data};

/// What `ogr2ogr` finds: rows of a query on a file, as CSV lines below their heading.
fn by_gdal(file: &Path, more: &[&str]) -> Vec<String> {
    let mut command = Command::new("ogr2ogr");
    command.args(["-f", "CSV", "/vsistdout/"]).arg(file).args(more);
    let output = command.output().expect("ogr2ogr");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// Rows that a filter leaves of a layer.
fn count(file: &Path, layer: &str, filter: &str, more: &[&str]) -> u64 {
    by_gdal(file, &[&[layer, "-where", filter], more].concat()).len() as u64
}

fn imported(bench: &mut Bench, manifest: &str, root: &Path) -> ImportReport {
    bench.import_kept(manifest, root).unwrap_or_else(|error| panic!("{manifest}: {error} {:?}", error.help()))
}

#[test]
fn openstreetmap_extracts_have_what_gdal_counts() {
    let Some(data) = real_data() else { return };
    let tags = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reader/osmconf.ini");
    let option = format!("CONFIG_FILE={}", tags.display());
    for (manifest, file) in [
        ("osm_helsinki.park.toml", "osm/helsinki_center.osm.pbf"),
        ("osm_liechtenstein.park.toml", "osm/liechtenstein-2013-08-03.osm.pbf"),
    ] {
        let mut bench = Bench::new();
        let report = imported(&mut bench, manifest, &data.join("osm"));
        let file = data.join(file);
        let of = |layer: &str, filter: &str| count(&file, layer, filter, &["-select", "osm_id", "-oo", &option]);
        let buildings = layer(&report, "buildings");
        assert_eq!(buildings.read, of("multipolygons", "building IS NOT NULL AND building <> 'no'"), "{manifest}");
        assert_eq!(layer(&report, "streets").read, of("lines", "highway IS NOT NULL"), "{manifest}");
        assert!(buildings.read > 400 && layer(&report, "streets").read > 1000, "{:?}", report.layers);
        assert_eq!(layer(&report, "streets").quarantined, 0);
        assert_unchanged(&imported(&mut bench, manifest, &data.join("osm")));
    }
}

#[test]
fn a_ring_of_two_points_is_an_issue_and_no_crash() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let file = data.join("osm/helsinki_center.osm.pbf");
    let text = format!(
        "[[layer]]\nname = \"areas\"\nrole = \"surface\"\nfile = \"{}\"\nlayer = \"multipolygons\"\nkey = [\"osm_way_id\", \"osm_id\"]\n[layer.fields]\nkind = {{ value = \"other\" }}\n",
        file.display()
    );
    let report = bench.import_in("EPSG:3879", &text).unwrap();
    let areas = layer(&report, "areas");
    assert_eq!(areas.read, areas.added + areas.quarantined);
    let ring = |issue: &&importers::Issue| issue.code.starts_with("geometry.") || issue.reason.contains("ring");
    let found: Vec<&importers::Issue> = report.issues.iter().filter(ring).collect();
    assert!(found.iter().any(|issue| issue.row.is_some()), "{:?}", report.issues);
}

#[test]
fn the_transfer_file_of_a_municipality_agrees_with_its_geopackage() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("gaeu_ch");
    let report = imported(&mut bench, "gaeu_itf.park.toml", &root);
    for (name, rows) in [("parcels", 801), ("rights", 18), ("buildings", 724), ("landcover", 1866 - 724)] {
        let layer = layer(&report, name);
        assert_eq!((layer.read, layer.added, layer.quarantined), (rows, rows, 0), "{name}: {:?}", report.issues);
    }
    let park = bench.park("gaeu-itf");
    // Each area that was put together is the area that the survey recorded for it.
    for parcel in &park.parcels {
        let (drawn, recorded) = (parcel.boundary.unsigned_area(), parcel.recorded_area_m2.unwrap());
        // Records are rounded to square metres; arcs of a parcel are chords of ours.
        assert!((drawn - recorded).abs() < 1.5 + recorded * 0.002, "{}: {drawn} {recorded}", parcel.provenance.key);
    }
    let geopackage = root.join("gaeu_cadastre.gpkg");
    let theirs = |table: &str| -> Vec<[f64; 3]> {
        let rows = by_gdal(&geopackage, &["-sql", &sql!("municipality_areas", "table" = table)]);
        let number = |cell: &str| cell.trim_matches('"').parse::<f64>().unwrap();
        rows.iter().map(|row| row.split(',').map(number).collect::<Vec<_>>().try_into().unwrap()).collect()
    };
    let ours = |geometry: &geo::MultiPolygon<f64>| {
        let middle = geometry.bounding_rect().unwrap().center();
        [geometry.unsigned_area(), middle.x, middle.y]
    };
    let parcels: Vec<[f64; 3]> =
        park.parcels.iter().filter(|p| p.provenance.layer == "parcels").map(|p| ours(&p.boundary)).collect();
    let buildings: Vec<[f64; 3]> = park.buildings.iter().map(|building| ours(&building.footprint)).collect();
    for (ours, theirs) in [(parcels, theirs("parcel")), (buildings, theirs("building"))] {
        assert_eq!(ours.len(), theirs.len());
        for [area, x, y] in &theirs {
            let same = ours.iter().filter(|o| {
                (o[0] - area).abs() < 1.0 + area * 0.001 && (o[1] - x).abs() < 0.2 && (o[2] - y).abs() < 0.2
            });
            assert_eq!(same.count(), 1, "an area of {area} m² around {x} {y}");
        }
    }
    assert_unchanged(&imported(&mut bench, "gaeu_itf.park.toml", &root));
}

#[test]
fn new_york_comes_whole_out_of_its_archive() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let report = imported(&mut bench, "nyc_us.park.toml", &data.join("nyc_us"));
    assert_eq!(layer(&report, "buildings").read, 115_436);
    assert_eq!(layer(&report, "roads").read, 53_340);
    assert_eq!(layer(&report, "roads").quarantined, 0, "{:?}", report.issue_totals);
    let with_height =
        bench.park("nyc-us").buildings.iter().filter(|building| building.height_m.is_some()).count() as u64;
    let lost = layer(&report, "buildings").quarantined;
    assert!((111_243 - lost..=111_243).contains(&with_height), "{with_height} heights, {lost} rows in quarantine");
}

#[test]
fn a_file_geodatabase_gives_its_network_in_3d() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("edge/derived");
    let report = imported(&mut bench, "edge_qwat.park.toml", &root);
    let expected: Vec<u64> =
        ["valve", "hydrant", "pipe"].iter().map(|l| count(&root.join("qwat.gdb"), l, "1 = 1", &[])).collect();
    let found: Vec<u64> = ["valves", "hydrants", "pipes"].iter().map(|l| layer(&report, l).read).collect();
    assert_eq!((found, &expected), (expected.clone(), &vec![2312, 232, 4224]));
    let pipes = layer(&report, "pipes");
    assert!(pipes.added > 4000, "{pipes:?} {:?}", report.issue_totals);
    let park = bench.park("edge-qwat");
    let oracle = by_gdal(&root.join("qwat.gdb"), &["-sql", &sql!("pipe_facts")]);
    assert_eq!(oracle, ["\"15304\",Fonte,\"2004\""]);
    let pipe = park.edges.iter().find(|edge| edge.provenance.key == "15304").unwrap();
    assert_eq!((pipe.material.as_deref(), pipe.diameter_mm, pipe.year_laid), (Some("Fonte"), Some(250.0), Some(2004)));
    let start = by_gdal(&root.join("qwat.gdb"), &["-sql", &sql!("pipe_start"), "-dialect", "SQLite"]);
    let start: Vec<f64> = start[0].split(',').map(|cell| cell.trim_matches('"').parse().unwrap()).collect();
    assert!((pipe.path[0][0] - start[0]).hypot(pipe.path[0][1] - start[1]) < 1e-6, "{start:?} {:?}", pipe.path);
}

#[test]
fn the_other_edge_files_add_up() {
    let Some(data) = real_data() else { return };
    let derived = data.join("edge/derived");
    let mut bench = Bench::new();
    let report = imported(&mut bench, "edge_bellinge.park.toml", &derived);
    assert_eq!(layer(&report, "sewers").read, 1044);
    let mut bench = Bench::new();
    let report = imported(&mut bench, "edge_gaeu.park.toml", &derived);
    assert_eq!((layer(&report, "parcels").added, layer(&report, "buildings").added), (4583, 724));
    let mut bench = Bench::new();
    let report = imported(&mut bench, "edge_shanghai.park.toml", &data.join("edge"));
    for name in ["zone-prefix", "no-cpg", "utf8"] {
        assert_eq!(layer(&report, name).added, 16, "{name}");
    }
    let park = bench.park("edge-shanghai");
    let of = |key: &str| park.parcels.iter().find(|parcel| parcel.provenance.key == key).unwrap();
    for code in ["a-310115", "b-310115", "c-310115"] {
        assert_eq!(of(code).number.as_deref(), Some("浦东新区"));
    }
    let corner = |key: &str| of(key).boundary.0[0].exterior().0[0];
    let (a, b) = (corner("a-310115"), corner("b-310115"));
    assert!((a.x - b.x).hypot(a.y - b.y) < 0.01, "{a:?} {b:?}");
}
