//! Files made to harm: nothing is fetched, nothing foreign is read, nothing is half written, and the error says what to do.
#![allow(clippy::type_complexity, reason = "a test reads better so")]
#![allow(clippy::result_large_err, reason = "as in the crate")]

use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gdal::vector::OGRFieldType::OFTString;
use importers::reader::{Limits, ReaderCommand};
use importers::{ImportError, ImportOptions, import};

use crate::support::{self, Bench, Field, make, square};

/// Stands in a file outside of the folder of the sources, and must turn up nowhere.
const CANARY: &str = "canary-5f2e";

/// A bench with a canary beside its sources, and somebody who listens whether anything calls.
struct Trap {
    bench: Bench,
    outside: tempfile::TempDir,
    listener: TcpListener,
}

impl Trap {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let outside = tempfile::tempdir().unwrap();
        let rows = [(square(0.0, 0.0, 9.0), CANARY)];
        let rows: Vec<_> = rows.iter().map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id)])).collect();
        make("GPKG", &outside.path().join("canary.gpkg"), "canary", Some(4549), &[("ID", OFTString)], &rows);
        std::fs::write(outside.path().join("canary.txt"), CANARY).unwrap();
        std::fs::write(outside.path().join("canary.csv"), format!("ID,X,Y\n{CANARY},643000,3431000\n")).unwrap();
        Self { bench: Bench::new(), outside, listener }
    }

    /// The text with the places of the canary and of the listener put in.
    fn lure(&self, name: &str, text: &str) {
        let outside = self.outside.path().display().to_string();
        let server = format!("http://{}", self.listener.local_addr().unwrap());
        self.bench.write(name, &text.replace("OUTSIDE", &outside).replace("SERVER", &server));
    }

    /// Imports one file, which may work or fail, and looks for the canary in everything that is left.
    fn spring(&mut self, file: &str, more: &str) -> Result<(), String> {
        let layer = format!(
            "[[layer]]\nname = \"l\"\nrole = \"parcel\"\nfile = \"{file}\"\ncrs = \"EPSG:4549\"\nkey = \"@row\"\n{more}"
        );
        let outcome = self.bench.import(&layer);
        let said = match &outcome {
            Ok(report) => format!("{report:?}"),
            Err(error) => format!("{error:?} {error} {:?}", error.help()),
        };
        assert!(!said.contains(CANARY), "{file}: {said}");
        let stored: String = self.bench.client().query_one(&sql!("canary"), &[]).unwrap().get(0);
        assert!(!stored.contains(CANARY), "{file}: {stored}");
        assert!(self.listener.accept().is_err(), "{file} made somebody call");
        outcome.map(|_| ()).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_cannot_make_gdal_open_another() {
    let mut trap = Trap::new();
    let vrt = |source: &str| {
        format!(
            "<OGRVRTDataSource><OGRVRTLayer name=\"canary\"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )
    };
    for source in ["OUTSIDE/canary.gpkg", "/vsicurl/SERVER/canary.gpkg", "OUTSIDE/canary.csv", "SERVER/canary.json"] {
        for extension in ["gml", "json", "geojson", "kml", "gpkg", "fgb", "dxf", "vrt", "xml", "shp"] {
            let file = format!("posing.{extension}");
            trap.lure(&file, &vrt(source));
            assert!(trap.spring(&file, "").is_err(), "{file} was read");
        }
        // As a table it is one of an odd column; what it names stays closed.
        trap.lure("posing.csv", &vrt(source));
        let _ = trap.spring("posing.csv", "wkt = \"ID\"\n");
    }
    trap.lure("service.json", "{\"type\": \"Topology\", \"url\": \"SERVER/a\", \"href\": \"OUTSIDE/canary.txt\"}");
    assert!(trap.spring("service.json", "").is_err());
    for name in ["/vsicurl/SERVER/a.gpkg", "SERVER/a.geojson", "/vsistdin/a.csv", "/vsizip/a.zip", "PG:dbname=x"] {
        let name = name.replace("SERVER", &format!("http://{}", trap.listener.local_addr().unwrap()));
        assert!(trap.spring(&name, "").is_err(), "{name}");
    }
}

#[test]
fn entities_and_links_of_xml_lead_nowhere() {
    let mut trap = Trap::new();
    let gml = |head: &str, member: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n{head}<c:FeatureCollection xmlns:c=\"http://www.opengis.net/wfs\" xmlns:gml=\"http://www.opengis.net/gml\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"http://x SERVER/schema.xsd\"><gml:featureMember><P><ID>{member}</ID><gml:surfaceProperty><gml:Polygon>\
             <gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>643000,3431000 643009,3431000 643009,3431009 643000,3431000</gml:coordinates>\
             </gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></gml:surfaceProperty></P></gml:featureMember></c:FeatureCollection>"
        )
    };
    for (number, (head, member)) in [
        ("<!DOCTYPE a [<!ENTITY e SYSTEM \"file://OUTSIDE/canary.txt\">]>", "&e;"),
        ("<!DOCTYPE a [<!ENTITY e SYSTEM \"SERVER/canary.txt\">]>", "&e;"),
        ("<!DOCTYPE a SYSTEM \"SERVER/canary.dtd\">", "x"),
        ("", "<a xlink:href=\"SERVER/a.gml#x\"/>"),
        ("", "<a xlink:href=\"file://OUTSIDE/canary.txt#x\"/>"),
        // A billion laughs: entities of entities of entities.
        (
            "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\
             <!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">\
             <!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>",
            "&h;",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("lure{number}.gml");
        trap.lure(&file, &gml(head, member));
        let _ = trap.spring(&file, "");
    }
    let kml = "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><NetworkLink><Link><href>SERVER/a.kml</href></Link></NetworkLink>\
        <GroundOverlay><Icon><href>OUTSIDE/canary.txt</href></Icon></GroundOverlay></Document></kml>";
    for extension in ["kml", "gml"] {
        trap.lure(&format!("link.{extension}"), kml);
        let _ = trap.spring(&format!("link.{extension}"), "");
    }
}

/// Runs SQL in a GeoPackage, with GDAL.
fn in_geopackage(path: &Path, statements: &[String]) {
    let open_flags = gdal::GdalOpenFlags::GDAL_OF_UPDATE | gdal::GdalOpenFlags::GDAL_OF_VECTOR;
    let dataset = gdal::Dataset::open_ex(path, gdal::DatasetOptions { open_flags, ..Default::default() }).unwrap();
    for statement in statements {
        dataset.execute_sql(statement, None, gdal::vector::sql::Dialect::DEFAULT).unwrap();
    }
    dataset.close().unwrap();
}

#[test]
fn a_view_without_end_and_a_value_without_measure_meet_the_limits() {
    let mut bench = Bench::new();
    let rows = [(square(0.0, 0.0, 9.0), "a")];
    let rows: Vec<_> = rows.iter().map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id)])).collect();
    let path = bench.path("view.gpkg");
    make("GPKG", &path, "t", Some(4549), &[("ID", OFTString)], &rows);
    in_geopackage(
        &path,
        &[
            sql!("geopackage_endless"),
            sql!("geopackage_list", "view" = "endless"),
            sql!("geopackage_heavy"),
            sql!("geopackage_list", "view" = "heavy"),
        ],
    );
    for (layer, limits, code, said) in [
        (
            "endless",
            Limits { silence: Duration::from_secs(2), ..Limits::default() },
            "reader.timed_out",
            "gave nothing for 2 s",
        ),
        ("heavy", Limits { memory_mb: 256, ..Limits::default() }, "reader.out_of_memory", "more than 256 MB of memory"),
    ] {
        let text = format!(
            "[park]\nslug = \"t\"\ncrs = \"EPSG:4549\"\n\n[[layer]]\nname = \"l\"\nrole = \"enterprise\"\nfile = \"view.gpkg\"\nlayer = \"{layer}\"\n\
             [layer.fields]\nname = \"ID\"\n"
        );
        let manifest = bench.write("t.park.toml", &text);
        let began = Instant::now();
        let options = ImportOptions { limits, ..ImportOptions::new(support::reader()) };
        let error = import(&mut bench.store, &manifest, &options).unwrap_err();
        assert_eq!(error.code(), code, "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.to_string().contains("view.gpkg") && error.help().unwrap().contains("TWIN_READER_"), "{error}");
        assert!(began.elapsed() < Duration::from_mins(1), "{layer}: {:?}", began.elapsed());
        assert!(bench.store.parks().unwrap().is_empty());
    }
}

#[test]
fn headers_that_promise_the_impossible() {
    let mut bench = Bench::new();
    let rows: Vec<String> = (0..5).map(|i| square(f64::from(i), 0.0, 1.0)).collect();
    let rows: Vec<_> = rows.iter().map(|wkt| (wkt.as_str(), vec![Field::Text("x")])).collect();
    let shape =
        |bench: &Bench| make("ESRI Shapefile", &bench.path("s.shp"), "s", Some(4549), &[("ID", OFTString)], &rows);
    let layer = "[[layer]]\nname = \"l\"\nrole = \"parcel\"\nfile = \"s.shp\"\nkey = \"@row\"\n";
    let alter = |bench: &Bench, file: &str, at: usize, bytes: &[u8]| {
        let mut whole = std::fs::read(bench.path(file)).unwrap();
        whole[at..at + bytes.len()].copy_from_slice(bytes);
        std::fs::write(bench.path(file), whole).unwrap();
    };
    // A polygon's counts of parts and of vertices, then of records, lengths of headers, records and fields of the table.
    for (file, at, bytes) in [
        ("s.shp", 100 + 8 + 36, &0x7fff_ffff_u32.to_le_bytes()[..]),
        ("s.shp", 100 + 8 + 40, &0x7fff_ffff_u32.to_le_bytes()[..]),
        ("s.shp", 100 + 8 + 40, &0x8000_0000_u32.to_le_bytes()[..]),
        ("s.shp", 100 + 4, &0x7fff_ffff_u32.to_be_bytes()[..]),
        ("s.shx", 100 + 4, &0x7fff_ffff_u32.to_be_bytes()[..]),
        ("s.dbf", 4, &u32::MAX.to_le_bytes()[..]),
        ("s.dbf", 8, &u16::MAX.to_le_bytes()[..]),
        ("s.dbf", 10, &u16::MAX.to_le_bytes()[..]),
        ("s.dbf", 10, &0_u16.to_le_bytes()[..]),
        ("s.dbf", 32 + 16, &[0xff, 0xff][..]),
        ("s.dbf", 32 + 16, &[0, 0][..]),
    ] {
        shape(&bench);
        alter(&bench, file, at, bytes);
        match bench.import(layer) {
            Ok(report) => {
                let found = support::layer(&report, "l");
                assert!(found.read <= 5, "{file} at {at}: {found:?}");
            }
            Err(error) => {
                assert!(error.to_string().contains("s."), "{file} at {at} names its file: {error}");
                assert!(error.help().is_some(), "{error}");
            }
        }
    }
}

/// A TIFF of one strip that claims a million samples each way, a place on earth and holds next to nothing.
fn giant_tiff() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let mut after = Vec::new();
    let double = |values: &[f64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    // Tag, type (3 short, 4 long, 12 double), count, value.
    let scale = double(&[1.0, 1.0, 0.0]);
    let tie = double(&[0.0, 0.0, 0.0, 500_000.0, 4_000_000.0, 0.0]);
    let keys: Vec<u8> =
        [1_u16, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 4549].iter().flat_map(|value| value.to_le_bytes()).collect();
    let entries: [(u16, u16, u32, Result<u32, Vec<u8>>); 13] = [
        (256, 4, 1, Ok(1_000_000)),
        (257, 4, 1, Ok(1_000_000)),
        (258, 3, 1, Ok(32)),
        (259, 3, 1, Ok(1)),
        (262, 3, 1, Ok(1)),
        (273, 4, 1, Ok(8)),
        (277, 3, 1, Ok(1)),
        (278, 4, 1, Ok(1_000_000)),
        (279, 4, 1, Ok(4)),
        (339, 3, 1, Ok(3)),
        (33550, 12, 3, Err(scale)),
        (33922, 12, 6, Err(tie)),
        (34735, 3, 12, Err(keys)),
    ];
    let rest = 8 + 2 + entries.len() * 12 + 4;
    tiff.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend_from_slice(&tag.to_le_bytes());
        tiff.extend_from_slice(&kind.to_le_bytes());
        tiff.extend_from_slice(&count.to_le_bytes());
        let value = value.unwrap_or_else(|bytes| {
            let at = (rest + after.len()) as u32;
            after.extend(bytes);
            at
        });
        tiff.extend_from_slice(&value.to_le_bytes());
    }
    tiff.extend_from_slice(&[0; 4]);
    tiff.append(&mut after);
    tiff
}

#[test]
fn a_raster_of_a_million_by_a_million_is_refused_at_once() {
    let mut bench = Bench::new();
    std::fs::write(bench.path("dem.tif"), giant_tiff()).unwrap();
    let began = Instant::now();
    let error = bench.import("[[layer]]\nname = \"l\"\nrole = \"terrain\"\nfile = \"dem.tif\"\n").unwrap_err();
    assert!(error.to_string().contains("dem.tif"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_city_model_of_wild_indices_deep_nests_and_huge_numbers_does_no_harm() {
    let mut trap = Trap::new();
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let model = |object: &str, vertices: &str, more: &str| {
        format!(
            "{{\"type\":\"CityJSON\",\"version\":\"2.0\",\"transform\":{{\"scale\":[1,1,1],\"translate\":[0,0,0]}},\
             \"CityObjects\":{{\"a\":{{\"type\":\"Building\",{object}}}}},\"vertices\":{vertices}{more}}}"
        )
    };
    let drawn = |boundaries: &str| {
        format!("\"geometry\":[{{\"type\":\"MultiSurface\",\"lod\":\"2\",\"boundaries\":{boundaries}}}]")
    };
    let square = "[[643000,3431000,0],[643009,3431000,0],[643009,3431009,0]]";
    let circle = "\"children\":[\"a\",\"a\"],\"parents\":[\"a\"]";
    for (name, text) in [
        ("index", model(&drawn("[[[0,1,4294967295]]]"), square, "")),
        ("negative", model(&drawn("[[[0,1,-1]]]"), square, "")),
        ("fraction", model(&drawn("[[[0,1,1e300]]]"), square, "")),
        ("nest", model(&drawn("[[0,1,2],[[0]]]"), square, "")),
        ("deep", model(&drawn(&deep), square, "")),
        ("deep-attribute", model(&format!("\"attributes\":{{\"x\":{deep}}}"), square, "")),
        ("deep-member", model(&drawn("[[[0,1,2]]]"), square, &format!(",\"x\":{deep}"))),
        ("infinite", model(&drawn("[[[0,1,2]]]"), "[[1e999,0,0]]", "")),
        ("far", model(&drawn("[[[0,1,2]]]"), "[[1e308,-1e308,1e308],[1e308,1e308,0],[0,0,0]]", "")),
        ("not-a-number", model(&drawn("[[[0,1,2]]]"), "[[NaN,0,0]]", "")),
        ("circle", model(circle, square, "")),
        (
            "template",
            model(
                "\"geometry\":[{\"type\":\"GeometryInstance\",\"template\":0,\"boundaries\":[0]}]",
                square,
                ",\"geometry-templates\":{\"templates\":[{\"type\":\"GeometryInstance\",\"template\":0,\"boundaries\":[0]}],\"vertices-templates\":[]}",
            ),
        ),
        ("address", model("\"address\":{\"href\":\"SERVER/a\",\"file\":\"OUTSIDE/canary.txt\"}", square, "")),
        ("cut", model(&drawn("[[[0,1,2]]]"), square, "").replace(&square[30..], "")),
    ] {
        for ending in ["city.json", "city.jsonl", "geojson"] {
            let file = format!("{name}.{ending}");
            trap.lure(&file, &text);
            let began = Instant::now();
            let _ = trap.spring(&file, "layer = \"Building\"\n");
            assert!(began.elapsed() < Duration::from_secs(20), "{file}: {:?}", began.elapsed());
        }
    }
    // Whatever was read of them, the reader lives and reads the next.
    trap.lure("whole.city.json", &model(&drawn("[[[0,1,2]]]"), square, ""));
    assert_eq!(trap.spring("whole.city.json", "layer = \"Building\"\n"), Ok(()));
}

#[test]
fn deep_nests_and_pipes_and_devices() {
    let mut trap = Trap::new();
    for depth in [1000, 1_000_000] {
        let nest = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        trap.lure("deep.geojson", &format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"a\":{nest}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{nest}}}}}]}}"
        ));
        let _ = trap.spring("deep.geojson", "");
    }
    let folder = trap.bench.folder.path().to_owned();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.gpkg")).status().unwrap().success());
    symlink("/dev/zero", folder.join("zero.csv")).unwrap();
    symlink("/dev/zero", folder.join("zero.gpkg")).unwrap();
    symlink(trap.outside.path(), folder.join("folder.shp")).unwrap();
    symlink("loop.gpkg", folder.join("loop.gpkg")).unwrap();
    for file in ["pipe.gpkg", "zero.csv", "zero.gpkg", "folder.shp", "loop.gpkg"] {
        let began = Instant::now();
        let said = trap.spring(file, "").expect_err(file);
        assert!(said.contains(file), "{said}");
        assert!(began.elapsed() < Duration::from_secs(10), "{file}: {:?}", began.elapsed());
    }
    // A companion that leads out of the sources' folder: the table of a shapefile.
    let rows = [(square(0.0, 0.0, 9.0), CANARY)];
    let rows: Vec<_> = rows.iter().map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id)])).collect();
    make("ESRI Shapefile", &folder.join("s.shp"), "s", Some(4549), &[("ID", OFTString)], &rows);
    std::fs::rename(folder.join("s.dbf"), trap.outside.path().join("s.dbf")).unwrap();
    symlink(trap.outside.path().join("s.dbf"), folder.join("s.dbf")).unwrap();
    assert!(trap.spring("s.shp", "").is_err());
    // A manifest that never ends.
    for endless in ["zero.csv", "pipe.gpkg"] {
        let options = ImportOptions::new(support::reader());
        let error = import(&mut trap.bench.store, &folder.join(endless), &options).unwrap_err();
        assert!(matches!(error, ImportError::Manifest(_)), "{error}");
    }
}

/// Names, contents and times of everything in a folder.
fn state(folder: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let mut state: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
            (path.display().to_string(), std::fs::read(&path).unwrap(), modified)
        })
        .collect();
    state.sort();
    state
}

#[test]
fn sources_stay_as_they_were_even_a_geopackage_that_somebody_has_open() {
    let mut bench = Bench::new();
    let sources = tempfile::tempdir().unwrap();
    let rows: Vec<String> = (0..3).map(|i| square(f64::from(i) * 20.0, 0.0, 9.0)).collect();
    let rows: Vec<_> = rows.iter().map(|wkt| (wkt.as_str(), vec![Field::Text("x")])).collect();
    let layers = [
        ("GPKG", "a.gpkg"),
        ("ESRI Shapefile", "b.shp"),
        ("GeoJSON", "c.geojson"),
        ("GML", "d.gml"),
        ("FlatGeobuf", "e.fgb"),
    ];
    let mut text = String::new();
    for (driver, file) in layers {
        make(driver, &sources.path().join(file), "l", Some(4549), &[("ID", OFTString)], &rows);
        let layer = format!(
            "[[layer]]\nname = \"{file}\"\nrole = \"parcel\"\nfile = \"{}/{file}\"\ncrs = \"EPSG:4549\"\nkey = \"@row\"\n",
            sources.path().display()
        );
        text.push_str(&layer);
    }
    // A reader that may write nothing beside a GML makes no .gfs; without one it sees no types, so it goes first.
    let _ = std::fs::remove_file(sources.path().join("d.gfs"));
    // An open editor: the last row is only in the write-ahead log.
    let open_flags = gdal::GdalOpenFlags::GDAL_OF_UPDATE | gdal::GdalOpenFlags::GDAL_OF_VECTOR;
    let editing = gdal::DatasetOptions { open_flags, ..Default::default() };
    let editor = gdal::Dataset::open_ex(sources.path().join("a.gpkg"), editing).unwrap();
    editor.execute_sql(sql!("geopackage_wal"), None, gdal::vector::sql::Dialect::DEFAULT).unwrap();
    editor.execute_sql(sql!("geopackage_late_row"), None, gdal::vector::sql::Dialect::DEFAULT).unwrap();
    let before = state(sources.path());
    let report = bench.import(&text).unwrap();
    for (_, file) in layers {
        let rows = if file == "a.gpkg" { 4 } else { 3 };
        assert_eq!(support::layer(&report, file).read, rows, "{file}");
    }
    // The index of the log is shared memory of those who read it: no content.
    let lasting = |state: Vec<(String, Vec<u8>, std::time::SystemTime)>| {
        state.into_iter().filter(|(name, ..)| !name.ends_with("-shm")).collect::<Vec<_>>()
    };
    assert_eq!(lasting(state(sources.path())), lasting(before));
    drop(editor);
}

#[test]
fn a_reader_that_lies_is_not_believed() {
    let mut bench = Bench::new();
    let rows = [(square(0.0, 0.0, 9.0), "a")];
    let rows: Vec<_> = rows.iter().map(|(wkt, id)| (wkt.as_str(), vec![Field::Text(id)])).collect();
    make("GPKG", &bench.path("good.gpkg"), "good", Some(4549), &[("ID", OFTString)], &rows);
    let manifest = bench.write(
        "t.park.toml",
        "[park]\nslug = \"t\"\ncrs = \"EPSG:4549\"\n\n[[layer]]\nname = \"good\"\nrole = \"parcel\"\nfile = \"good.gpkg\"\n",
    );
    // "Entered, everything enforced", then a frame that claims 4 GB, one of noise, one that answers something else.
    let entered = r"printf '\005\000\000\000\000\001\001\001\000'";
    for lie in [r"printf '\377\377\377\377'", r"printf '\004\000\000\000\377\377\377\377'", entered] {
        let script = format!("{entered}; {lie}; cat >/dev/null");
        let liar = ReaderCommand { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()] };
        let error = import(&mut bench.store, &manifest, &ImportOptions::new(liar)).unwrap_err();
        assert_eq!(error.code(), "reader.misled", "{error:?}");
        assert!(error.to_string().contains("good.gpkg"), "{error}");
    }
    assert!(bench.store.parks().unwrap().is_empty());
}
