//! Against GDAL, which reads the same files its own way.

use gdal::vector::LayerAccess;
use gdal::{Dataset, DatasetOptions};

use super::*;

fn request(path: &Path, expect: Expect) -> LayerRequest {
    LayerRequest {
        file: path.to_string_lossy().into_owned(),
        layer: None,
        filter: None,
        encoding: None,
        decimal_comma: None,
        wkt: None,
        expect,
        fields: None,
        sample: None,
    }
}

fn all(path: &Path, expect: Expect) -> (Opened, Vec<Batch>) {
    let request = request(path, expect);
    let plain = GeoJson::open(&request).unwrap_or_else(|| panic!("{} is GeoJSON", path.display()));
    let (mut opened, mut batches) = (None, Vec::new());
    let mut send = |frame| {
        match frame {
            Frame::Opened(found) => opened = Some(found),
            Frame::Rows(batch) => batches.push(batch),
            _ => panic!("rows only"),
        }
        Ok(())
    };
    plain.rows(&request, &mut send).unwrap().unwrap();
    (opened.unwrap(), batches)
}

fn wkt_of(text: &str, expect: Expect) -> (Option<GeometryNote>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geojson");
    let json = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"a\":1}},\"geometry\":{text}}}]}}"
    );
    std::fs::write(&path, json).unwrap();
    let (_, batches) = all(&path, expect);
    let wkb = batches[0].wkb_of(0);
    let wkt = gdal::vector::Geometry::from_wkb(wkb).and_then(|g| g.wkt()).unwrap_or_default();
    (batches[0].notes.first().map(|(_, note)| note.clone()), wkt)
}

#[test]
fn polygons_in_space_are_left_upright() {
    let wall = "[[[0,0,0],[4,0,0],[4,0,3],[0,0,3],[0,0,0]]]";
    let of = |kind: &str, coordinates: &str| {
        wkt_of(&format!("{{\"type\":\"{kind}\",\"coordinates\":{coordinates}}}"), Expect::Faces)
    };
    let expected = (None, "MULTIPOLYGON (((0 0 0,4 0 0,4 0 3,0 0 3,0 0 0)))".to_owned());
    assert_eq!(of("Polygon", wall), expected);
    assert_eq!(of("MultiPolygon", &format!("[{wall}]")), expected);
    assert!(matches!(of("Polygon", "[[[0,0],[4,0],[4,3],[0,0]]]").0, Some(GeometryNote::Broken { .. })));
    assert!(matches!(of("LineString", "[[0,0,0],[4,0,0]]").0, Some(GeometryNote::Broken { .. })));
}

#[test]
fn every_kind_of_geometry_is_read() {
    for (json, wkt) in [
        (r#"{"type":"Point","coordinates":[1,2]}"#, "POINT (1 2)"),
        (r#"{"coordinates":[1,2,3.5],"type":"Point"}"#, "POINT (1 2 3.5)"),
        (r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, "MULTIPOINT (1 2,3 4)"),
        (r#"{"type":"LineString","coordinates":[[1,2],[3,4,5]]}"#, "LINESTRING (1 2 0,3 4 5)"),
        (
            r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}"#,
            "MULTILINESTRING ((1 2,3 4),(5 6,7 8))",
        ),
        (
            r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[3,1],[3,2],[2,1]]]}"#,
            "POLYGON ((0 0,4 0,4 4,0 0),(2 1,3 1,3 2,2 1))",
        ),
        // An open ring is closed.
        (r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4]]]}"#, "POLYGON ((0 0,4 0,4 4,0 0))"),
        (
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[9,5],[9,9],[5,5]],[[7,6],[8,6],[8,7],[7,6]]]]}"#,
            "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 5,9 5,9 9,5 5),(7 6,8 6,8 7,7 6)))",
        ),
        (
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"LineString","coordinates":[[0,0],[1,1]]}]}"#,
            "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (0 0,1 1))",
        ),
    ] {
        assert_eq!(wkt_of(json, Expect::Any), (None, wkt.to_owned()), "{json}");
    }
}

#[test]
fn what_is_no_geometry_is_said() {
    let note = |json: &str| wkt_of(json, Expect::Any).0;
    let reason = |json: &str| match note(json) {
        Some(GeometryNote::Broken { reason }) => reason,
        other => panic!("{json}: {other:?}"),
    };
    assert_eq!(note("null"), None);
    assert!(matches!(note(r#"{"type":"Polygon","coordinates":[]}"#), Some(GeometryNote::Empty)));
    assert!(matches!(note(r#"{"type":"GeometryCollection","geometries":[]}"#), Some(GeometryNote::Empty)));
    assert!(reason(r#"{"type":"Point","coordinates":["1",2]}"#).contains("not all numbers"));
    assert!(reason(r#"{"type":"Point","coordinates":[[1,2]]}"#).contains("not those of a Point"));
    assert!(reason(r#"{"type":"Polygon","coordinates":[[[1,2],3]]}"#).contains("not all numbers"));
    assert!(reason(r#"{"type":"Circle","coordinates":[1,2]}"#).contains("Circle"));
    assert!(reason(r#"{"type":"MultiPolygon","coordinates":[[[[[[1,2]]]]]]}"#).contains("coordinates"));
    let bow_tie = r#"{"type":"Polygon","coordinates":[[[0,0],[10,10],[0,10],[10,0],[0,0]]]}"#;
    assert!(matches!(note(bow_tie), Some(GeometryNote::Repaired { .. })));
}

#[test]
fn values_keep_their_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.geojsonl");
    let rows = [
        r#"{"type":"Feature","id":"x1","properties":{"n":1,"r":2,"b":true,"t":"上海","m":1,"l":[1,"a"],"big":18446744073709551615},"geometry":null}"#,
        r#"{"type":"Feature","properties":{"r":2.5,"n":null,"m":"two","o":{"b":1,"a":null},"t":"a\"b\u00e9"},"geometry":null}"#,
    ];
    std::fs::write(&path, format!("\u{1e}{}\r\n\u{1e}{}\n", rows[0], rows[1])).unwrap();
    let (opened, batches) = all(&path, Expect::Nothing);
    assert_eq!(opened.driver, "GeoJSONSeq");
    assert_eq!(opened.fields, ["n", "r", "b", "t", "m", "l", "big", "id", "o"]);
    let text = |field: usize, row: usize| match &batches[0].columns[field] {
        Cells::Text(cells) => cells.get(row).map(str::to_owned),
        other => panic!("{other:?}"),
    };
    assert!(matches!(&batches[0].columns[0], Cells::Integer(cells) if *cells == [Some(1), None]));
    assert!(matches!(&batches[0].columns[1], Cells::Real(cells) if *cells == [Some(2.0), Some(2.5)]));
    assert!(matches!(&batches[0].columns[2], Cells::Boolean(cells) if *cells == [Some(true), None]));
    assert!(matches!(&batches[0].columns[6], Cells::Real(cells) if cells[0] == Some(18_446_744_073_709_551_615.0)));
    assert_eq!([text(3, 0), text(3, 1)].map(Option::unwrap), ["上海", "a\"bé"]);
    assert_eq!([text(4, 0), text(4, 1)].map(Option::unwrap), ["1", "two"]);
    assert_eq!(text(5, 0).unwrap(), "[1,\"a\"]");
    assert_eq!((text(7, 0).as_deref(), text(7, 1)), (Some("x1"), None));
    assert_eq!(text(8, 1).unwrap(), r#"{"a":null,"b":1}"#);
}

#[test]
fn what_is_not_plainly_geojson_is_left_to_gdal() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        r#"{"type":"Topology","objects":{}}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}"#,
        r#"{"type":"FeatureCollection","features":[]}"#,
        r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"a wild guess"}},"features":[{"type":"Feature","properties":{},"geometry":null}]}"#,
        "plain words",
        "",
    ] {
        let path = folder.path().join("a.json");
        std::fs::write(&path, text).unwrap();
        assert!(GeoJson::open(&request(&path, Expect::Any)).is_none(), "{text}");
    }
}

/// Every GeoJSON file of the real data: the same fields, geometries to the last bit, and values.
#[test]
fn real_files_are_read_as_gdal_reads_them() {
    let Some(root) = std::env::var_os("TWIN_REAL_DATA").map(std::path::PathBuf::from) else {
        println!("TWIN_REAL_DATA is not set: nothing to test here");
        return;
    };
    let root = if root.is_relative() { Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(root) } else { root };
    let mut files = Vec::new();
    for place in ["ubc_ca", "cambridge_us", "ky4_us"] {
        let folder = std::fs::read_dir(root.join(place)).unwrap();
        files.extend(folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().unwrap() == "geojson"));
    }
    assert!(files.len() > 15);
    for path in files {
        let (opened, batches) = all(&path, Expect::Any);
        let options = DatasetOptions { allowed_drivers: Some(&["GeoJSON"]), ..DatasetOptions::default() };
        let dataset = Dataset::open_ex(&path, options).unwrap();
        let mut layer = dataset.layer(0).unwrap();
        let fields: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
        // GDAL sorts fields by where they stand in later features too.
        let theirs: Vec<usize> = opened
            .fields
            .iter()
            .map(|name| fields.iter().position(|field| field == name).unwrap_or_else(|| panic!("no field {name}")))
            .collect();
        assert_eq!(opened.fields.len(), fields.len(), "{}", path.display());
        assert_eq!(opened.layer, layer.name(), "{}", path.display());
        assert_eq!(opened.count, Some(layer.feature_count()));
        let rows = batches.iter().flat_map(|batch| (0..batch.rows.len()).map(move |row| (batch, row)));
        let mut seen = 0;
        for ((batch, row), feature) in rows.zip(layer.features()) {
            seen += 1;
            let repaired = batch.notes.iter().any(|(index, _)| *index as usize == row);
            if let (Some(geometry), false) = (feature.geometry(), repaired) {
                assert_eq!(batch.wkb_of(row), geometry.iso_wkb().unwrap(), "{} row {seen}", path.display());
            }
            for (index, cells) in theirs.iter().copied().zip(&batch.columns) {
                // What a feature does not name at all, this version of the binding gives as zero or nothing.
                let same = match cells {
                    Cells::Integer(cells) => {
                        cells[row].unwrap_or(0) == feature.field_as_integer64(index).unwrap().unwrap_or(0)
                    }
                    Cells::Real(cells) => {
                        cells[row].unwrap_or(0.0) == feature.field_as_double(index).unwrap().unwrap_or(0.0)
                    }
                    Cells::Boolean(cells) => {
                        cells[row].unwrap_or(false) == (feature.field_as_integer(index).unwrap().unwrap_or(0) != 0)
                    }
                    // GDAL writes dates and lists in ways of its own.
                    Cells::Text(cells) => {
                        let theirs = feature.field_as_string(index).unwrap().unwrap_or_default();
                        cells.get(row).unwrap_or_default().is_empty() == theirs.is_empty()
                    }
                    Cells::Date(_) => false,
                };
                assert!(same, "{} row {seen} {}", path.display(), fields[index]);
            }
        }
        assert_eq!(Some(seen), opened.count);
    }
}
