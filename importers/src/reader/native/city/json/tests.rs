//! CityJSON as its specification has it, in every version, then broken and hostile files: all is read or refused.

use gdal::vector::Geometry as Shape;
use proptest::prelude::*;

use super::super::model::City;
use super::super::tests::{rows, value};
use super::*;
use crate::reader::native::Native;
use crate::reader::native::row::Value;

/// A box of 10 m by 5 m and 3 m high at a place in the Netherlands, in millimetres: a part of a building, with its roof,
/// walls and ground, a balcony, a tree from a template, a road and a hillside of two triangles.
const MODEL: &str = r#"{"type":"CityJSON","version":"2.0",
"extensions":{"Noise":{"url":"https://x/noise.ext.json","version":"1.0"}},
"metadata":{"referenceSystem":"https://www.opengis.net/def/crs/EPSG/0/7415"},
"+plan":{"year":2024},
"transform":{"scale":[0.001,0.001,0.001],"translate":[84000.0,447000.0,0.0]},
"CityObjects":{
"b":{"type":"Building","children":["p","i"],"attributes":{"storeys":2,"no":"0012","old":true,"empty":null,
 "tax":{"rate":1.5,"paid":["2023","2024"]},"+noise-day":{"value":61.5,"uom":"dB"},"height":{"value":3,"uom":"m"}},
 "address":[{"ThoroughfareName":"Kade","ThoroughfareNumber":"7","location":{"type":"MultiPoint","boundaries":[0],"lod":"0"}}],
 "geometry":[{"type":"MultiSurface","lod":"0","boundaries":[[[0,3,2,1]]]}]},
"p":{"type":"BuildingPart","parents":["b"],"geometry":[
 {"type":"Solid","lod":"1.2","boundaries":[[[[0,3,2,1]],[[4,5,6,7]]]]},
 {"type":"Solid","lod":"2.1","boundaries":[[[[0,3,2,1]],[[4,5,6,7]]]]},
 {"type":"Solid","lod":"2.2","boundaries":[[[[0,3,2,1]],[[4,5,6,7]],[[0,1,5,4],[8,9,10]],[[1,2,6,5]],[[2,3,7,6]],[[3,0,4,7]]]],
  "semantics":{"surfaces":[{"type":"GroundSurface"},{"type":"RoofSurface"},{"type":"WallSurface"}],
  "values":[[0,1,2,2,null,2]]}}]},
"i":{"type":"BuildingInstallation","parents":["b"],"geometry":[{"type":"MultiSurface","lod":"2","boundaries":[[[4,5,11]]],
  "semantics":{"surfaces":[{"type":"OuterFloorSurface"}],"values":[0]}}]},
"t":{"type":"SolitaryVegetationObject","attributes":{"species":"Tilia"},"geometry":[{"type":"GeometryInstance","template":0,
 "boundaries":[2],"transformationMatrix":[2,0,0,1,0,2,0,0,0,0,2,0,0,0,0,1]}]},
"r":{"type":"Road","geometry":[{"type":"MultiLineString","lod":"1","boundaries":[[0,1],[1,2,3]]},
 {"type":"MultiLineString","lod":"0","boundaries":[[0,3]]}]},
"l":{"type":"CityFurniture","geometry":[{"type":"MultiPoint","lod":"1","boundaries":[6]}]},
"x":{"type":"+Dolphin","geometry":[{"type":"MultiSolid","lod":"1","boundaries":[[[[[0,3,2,1]]]]]}]},
"h":{"type":"TINRelief","attributes":{"source":"lidar"},"geometry":[{"type":"CompositeSurface","lod":"1",
 "boundaries":[[[0,1,2]],[[0,2,3]]]}]}},
"vertices":[[0,0,0],[10000,0,0],[10000,5000,0],[0,5000,0],[0,0,3000],[10000,0,3000],[10000,5000,3000],[0,5000,3000],
[2000,0,1000],[3000,0,1000],[3000,0,2000],[5000,-2000,3000]],
"geometry-templates":{"templates":[{"type":"MultiSurface","lod":"2","boundaries":[[[0,1,2]]]}],
"vertices-templates":[[0,0,0],[1,0,0],[1,1,2]]},
"appearance":{"materials":[{"name":"brick"}]}}"#;

fn open(text: &str) -> Result<City, ReadFailure> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    City::open(Box::new(CityJson::open(file.path())?))
}

/// Reads every row of every layer, and checks what the layer promised.
fn exhaust(text: &str) -> Result<City, ReadFailure> {
    let mut city = open(text)?;
    for layer in 0..city.layers.len() {
        let (mut count, fields) = (0, city.layers[layer].fields.len());
        let outcome = city.rows(layer, &mut |row| {
            count += 1;
            assert_eq!(row.values.len(), fields);
            Ok(())
        });
        if let Err(Stop::Failed(failure)) = outcome {
            return Err(failure);
        }
        assert_eq!(count, city.layers[layer].count);
    }
    Ok(city)
}

fn shape(wkb: &[u8]) -> Shape {
    Shape::from_wkb(wkb).unwrap()
}

fn failure(text: &str) -> String {
    match exhaust(text) {
        Err(failure) => format!("{failure:?}"),
        Ok(city) => panic!("it was read: {:?}", city.remarks),
    }
}

fn names(city: &City) -> Vec<&str> {
    city.layers.iter().map(|layer| layer.name.as_str()).collect()
}

#[test]
fn every_object_has_its_layer_fields_and_shape() {
    let mut city = exhaust(MODEL).unwrap();
    assert_eq!(
        names(&city),
        [
            "Building",
            "BuildingPart",
            "BuildingInstallation",
            "SolitaryVegetationObject",
            "Road",
            "CityFurniture",
            "Dolphin",
            "ReliefFeature",
            "BuildingSurface",
            "TINRelief"
        ]
    );
    assert!(city.layers.iter().all(|layer| layer.crs_wkt.as_ref().is_some_and(|wkt| wkt.contains("RD New"))));
    assert_eq!(
        city.remarks,
        ["appearances (textures, materials) were not read", "what the model as a whole says in \"+plan\" was not read"]
    );
    let building = &rows(&mut city, "Building")[0];
    let of = |name: &str| value(&city, "Building", building, name);
    assert_eq!(
        (of("gml_id"), of("storeys"), of("no"), of("old")),
        ("b".into(), Value::Integer(2), "0012".into(), "true".into())
    );
    assert_eq!((of("tax_rate"), of("tax_paid")), (Value::Real(1.5), "[\"2023\",\"2024\"]".into()));
    assert_eq!(
        (of("noise-day"), of("noise-day_uom"), of("height")),
        (Value::Real(61.5), "dB".into(), Value::Integer(3))
    );
    assert_eq!((of("address"), of("empty")), ("Kade 7".into(), Value::Null));
    // Its own outline, and the level and heights of its part.
    assert_eq!((of("geometry_lod"), of("geometry_height")), (Value::Integer(2), Value::Real(3.0)));
    let drawn = shape(&building.wkb);
    assert!((drawn.area() - 50.0).abs() < 1e-6);
    let envelope = drawn.envelope();
    assert_eq!([envelope.MinX, envelope.MinY, envelope.MaxX, envelope.MaxY], [84000.0, 447_000.0, 84010.0, 447_005.0]);
    let part = &rows(&mut city, "BuildingPart")[0];
    assert_eq!(value(&city, "BuildingPart", part, "parent_id"), "b".into());
    assert_eq!((value(&city, "BuildingPart", part, "lod1_top"), shape(&part.wkb).area()), (Value::Real(3.0), 50.0));
    let tree = &rows(&mut city, "SolitaryVegetationObject")[0];
    // Twice as large, a metre to the east of its vertex.
    assert_eq!(value(&city, "SolitaryVegetationObject", tree, "geometry_height"), Value::Real(4.0));
    assert_eq!(
        shape(&tree.wkb).wkt().unwrap(),
        "MULTIPOLYGON (((84011 447005 0,84013 447005 0,84013 447007 4,84011 447005 0)))"
    );
    assert_eq!(
        shape(&rows(&mut city, "Road")[0].wkb).wkt().unwrap(),
        "MULTILINESTRING ((84000 447000 0,84010 447000 0),(84010 447000 0,84010 447005 0,84000 447005 0))"
    );
    assert_eq!(shape(&rows(&mut city, "CityFurniture")[0].wkb).wkt().unwrap(), "POINT (84010 447005 3)");
    assert_eq!(shape(&rows(&mut city, "Dolphin")[0].wkb).area(), 50.0);
    let triangles = rows(&mut city, "TINRelief");
    assert_eq!((triangles.len(), triangles[1].values.clone()), (2, vec![Value::from("h")]));
    let relief = &rows(&mut city, "ReliefFeature")[0];
    assert_eq!(value(&city, "ReliefFeature", relief, "source"), "lidar".into());
}

#[test]
fn roofs_walls_and_grounds_are_rows_of_building_and_part() {
    let mut city = open(MODEL).unwrap();
    let found = rows(&mut city, "BuildingSurface");
    let of =
        |name: &str| -> Vec<Value> { found.iter().map(|row| value(&city, "BuildingSurface", row, name)).collect() };
    // The balcony stands on the building; the wall that says nothing is upright; a hole of half a square metre is in another.
    assert_eq!(of("surface_id"), ["b/floor".into(), "p/ground".into(), "p/roof".into(), "p/wall".into()] as [Value; 4]);
    assert_eq!(of("building_id"), [(); 4].map(|()| Value::from("b")));
    assert_eq!(of("part_id"), [Value::Null, "p".into(), "p".into(), "p".into()]);
    assert_eq!(of("lod"), ["2".into(), "2.2".into(), "2.2".into(), "2.2".into()] as [Value; 4]);
    for (area, expected) in of("area_m2").into_iter().zip([10.0, 50.0, 50.0, 89.5]) {
        let Value::Real(area) = area else { panic!("{area:?}") };
        assert!((area - expected).abs() < 1e-6, "{area} {expected}");
    }
    assert!(
        shape(&found[3].wkb).wkt().unwrap().contains("(84002 447000 1,84003 447000 1,84003 447000 2,84002 447000 1)")
    );
}

#[test]
fn a_sequence_says_the_same_as_a_document() {
    let document: serde_json::Value = serde_json::from_str(MODEL).unwrap();
    let mut head = document.clone();
    head["CityObjects"] = serde_json::json!({});
    head["vertices"] = serde_json::json!([]);
    let mut lines = vec![head.to_string()];
    let family = ["b", "p", "i"];
    let feature = |ids: &[&str]| {
        let objects: serde_json::Map<_, _> =
            ids.iter().map(|id| ((*id).to_owned(), document["CityObjects"][*id].clone())).collect();
        serde_json::json!({"type": "CityJSONFeature", "id": ids[0], "CityObjects": objects, "vertices": document["vertices"]})
            .to_string()
    };
    lines.push(feature(&family));
    lines.extend(["t", "r", "l", "x", "h"].map(|id| feature(&[id])));
    let mut one = open(MODEL).unwrap();
    let mut other = exhaust(&lines.join("\n")).unwrap();
    assert_eq!((one.driver(), other.driver()), ("CityJSON", "CityJSONSeq"));
    for layer in ["Building", "BuildingPart", "SolitaryVegetationObject", "Road", "BuildingSurface", "TINRelief"] {
        let (one, other) = (rows(&mut one, layer), rows(&mut other, layer));
        let by_text = |rows: Vec<crate::reader::native::row::Row>| {
            let mut rows: Vec<_> = rows.into_iter().map(|row| (format!("{:?}", row.wkb), row.wkb.len())).collect();
            rows.sort();
            rows
        };
        assert_eq!(by_text(one), by_text(other), "{layer}");
    }
    let extent = |city: &City| city.layers.iter().map(|layer| layer.count).sum::<u64>();
    assert_eq!(extent(&one), extent(&other));
    assert!(failure(&lines[1..].join("\n")).contains("without the head"));
    assert!(failure(&format!("{}\n{}\n{{\"type\":\"Feature\"}}", lines[0], lines[1])).contains("feature 2"));
    assert!(failure(&format!("{}\n{}", lines[0], &lines[1][..lines[1].len() - 2])).contains("does not end"));
    assert!(failure(&format!("{}\n{}\n]", lines[0], lines[1])).contains("something else"));
}

#[test]
fn version_1_0_is_read_with_its_numbers() {
    let old = r#"{"type":"CityJSON","version":"1.0","metadata":{"referenceSystem":"urn:ogc:def:crs:EPSG::28992"},
        "CityObjects":{"a":{"type":"Building","address":{"CountryName":"NL"},"geometry":[
        {"type":"MultiSurface","lod":1,"boundaries":[[[0,1,2]]]},{"type":"MultiSurface","lod":2.0,"boundaries":[[[0,1,2]]]}]}},
        "vertices":[[84000.5,447000.5,1.5],[84010.5,447000.5,1.5],[84010.5,447010.5,1.5]]}"#;
    let mut city = exhaust(old).unwrap();
    assert!(city.remarks.is_empty(), "{:?}", city.remarks);
    let building = &rows(&mut city, "Building")[0];
    assert_eq!(value(&city, "Building", building, "geometry_lod"), Value::Integer(2));
    assert_eq!(value(&city, "Building", building, "address"), "NL".into());
    let faces = rows(&mut city, "BuildingSurface");
    assert_eq!(value(&city, "BuildingSurface", &faces[0], "surface_id"), "a/roof".into());
    assert_eq!(value(&city, "BuildingSurface", &faces[0], "lod"), "2".into());
    assert!(failure(&old.replace("\"1.0\"", "\"0.9\"")).contains("cjio"));
    // Heights of a system that is not named are still heights.
    let lost = exhaust(&old.replace("urn:ogc:def:crs:EPSG::28992", "local")).unwrap();
    assert!(lost.remarks[0].contains("not known") && lost.layers[0].crs_wkt.is_none());
}

#[test]
fn the_first_bytes_tell_it_from_geojson() {
    for yes in [
        "{\"type\":\"CityJSON\"",
        "\u{feff} {\n \"version\" : \"1.1\", \"metadata\": {\"type\": \"x\", \"a\": [1, {\"b\": 2}]}, \"type\" : \"CityJSON\", ",
        "{\"CityObjects\":{\"a\":{",
        "{\"type\":\"CityJSONFeature\",",
        "{\"vertices\":[[1,2",
    ] {
        assert!(recognise(yes.as_bytes()), "{yes}");
    }
    for no in [
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"type\":\"CityJSON\"}",
        "{\"name\":\"CityJSON\",\"type\":\"FeatureCollection\"",
        "{\"properties\":{\"CityObjects\":{}},\"type\":\"Feature\"}",
        "{\"features\":[{\"type\":\"CityJSON\"",
        "[{\"type\":\"CityJSON\"}]",
        "\"CityJSON\"",
        "",
        "{",
        "{\"type\"",
    ] {
        assert!(!recognise(no.as_bytes()), "{no}");
    }
}

/// The model with something in it replaced, and the reason why an object of a layer has no geometry.
fn fault(from: &str, to: &str, layer: &str) -> String {
    assert!(MODEL.contains(from), "{from}");
    let mut city = exhaust(&MODEL.replacen(from, to, 1)).unwrap_or_else(|failure| panic!("{to}: {failure:?}"));
    let rows = rows(&mut city, layer);
    let reason = rows.iter().find_map(|row| row.missing.clone()).unwrap_or_else(|| panic!("{to}: nothing is missing"));
    assert!(rows.iter().all(|row| row.missing.is_none() || row.wkb.is_empty()));
    assert!(city.remarks.iter().any(|remark| remark.contains(&reason)), "{reason} {:?}", city.remarks);
    reason
}

#[test]
fn what_is_wrong_with_a_geometry_is_said_of_its_object_and_the_others_are_read() {
    let walls = "[[0,1,5,4],[8,9,10]]";
    for (to, part) in [
        ("[[0,1,5,99]]", "vertex 99, which does not exist: there are 12"),
        ("[[0,1,5,4294967295]]", "vertex 4294967295"),
        ("[[0,1,5,18446744073709551615]]", "vertex 18446744073709551615"),
        ("[[0,1,5,-1]]", "vertex -1"),
        ("[[0,1,5,1.5]]", "1.5"),
        ("[0,1,5]", "not nested alike"),
        ("[[]]", "empty"),
    ] {
        let reason = fault(walls, to, "BuildingPart");
        assert!(reason.starts_with("\"p\": ") && reason.contains(part), "{reason}");
    }
    for (from, to, layer, part) in [
        ("\"template\":0", "\"template\":7", "SolitaryVegetationObject", "template 7"),
        ("\"template\":0", "\"template\":-1", "SolitaryVegetationObject", "template -1"),
        ("[2,0,0,1,0,2", "[2,0,0,1,0,[2]", "SolitaryVegetationObject", "matrix"),
        ("[[[0,1,2]]]}],", "[[[0,1,9]]]}],", "SolitaryVegetationObject", "template refers to vertex 9"),
        (
            "\"MultiPoint\",\"lod\":\"1\",\"boundaries\":[6]",
            "\"MultiPoint\",\"lod\":\"1\",\"boundaries\":[[6]]",
            "CityFurniture",
            "nested 1 deep",
        ),
        ("\"MultiSolid\"", "\"Blob\"", "Dolphin", "\"Blob\" is no geometry"),
        ("[[0,1,2]],[[0,2,3]]", "[[0,1,2]],[[0,2,77]]", "ReliefFeature", "vertex 77"),
    ] {
        let reason = fault(from, to, layer);
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn semantics_that_do_not_fit_are_left_out_with_a_word() {
    let mut city = exhaust(&MODEL.replacen("[[0,1,2,2,null,2]]", "[0,1,2]", 1)).unwrap();
    assert!(
        city.remarks[0].contains("1 geometries have semantics") && city.remarks[0].contains("\"p\""),
        "{:?}",
        city.remarks
    );
    // Slopes say the same here.
    let found = rows(&mut city, "BuildingSurface");
    let kinds: Vec<Value> = found.iter().map(|row| value(&city, "BuildingSurface", row, "kind")).collect();
    assert_eq!(kinds, ["floor".into(), "ground".into(), "roof".into(), "wall".into()] as [Value; 4]);
}

#[test]
fn broken_files_are_refused_with_a_place() {
    for (from, to, part) in [
        ("[10000,0,0]", "[10000,0]", "vertex 1"),
        ("[10000,0,0]", "[10000,0,1e999]", "vertex 1"),
        ("[10000,0,0]", "[10000,0,NaN]", "vertex 1"),
        ("[10000,0,0]", "[10000,0,null]", "vertex 1"),
        ("0.001,0.001,0.001", "1e305,1,1", "too far away"),
        ("\"storeys\":2", "\"storeys\":1e999", "object \\\"b\\\""),
        ("\"type\":\"Road\"", "\"type\":7", "object \\\"r\\\""),
        ("\"vertices\":[[", "\"vertices\":7,\"x\":[[", "byte"),
        ("\"CityObjects\":{", "\"CityObjects\":7,\"x\":{", "byte"),
        ("\"type\":\"CityJSON\"", "\"type\":\"Topology\"", "Topology"),
        ("\"type\":\"CityJSON\",", "", "nothing"),
        ("\"2.0\"", "2", "version"),
    ] {
        assert!(MODEL.contains(from), "{from}");
        let said = failure(&MODEL.replacen(from, to, 1));
        assert!(said.contains(part), "{to}: {said}");
    }
    for length in [1, 100, 1000, 2000, MODEL.len() - 1] {
        failure(&MODEL[..length]);
    }
    assert!(
        failure("{\"type\":\"CityJSON\",\"version\":\"2.0\",\"CityObjects\":{},\"vertices\":[]}").contains("no object")
    );
}

#[test]
fn circles_and_depths_come_to_an_end() {
    // Families in circles, each with itself many times over.
    let children: Vec<String> = (0..40).map(|n| format!("\"c{n}\"")).collect();
    let list = children.join(",");
    let objects: Vec<String> = children
        .iter()
        .map(|id| format!("{id}:{{\"type\":\"BuildingPart\",\"children\":[{list},{list}],\"parents\":[{list}]}}"))
        .collect();
    let text = format!(
        "{{\"type\":\"CityJSON\",\"version\":\"2.0\",\"CityObjects\":{{{}}},\"vertices\":[],\"transform\":{{}}}}",
        objects.join(",")
    );
    let began = std::time::Instant::now();
    let mut city = exhaust(&text).unwrap();
    assert_eq!(rows(&mut city, "BuildingPart").len(), 40);
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for place in ["\"storeys\":2", "\"boundaries\":[6]", "\"year\":2024", "\"template\":0"] {
        assert!(MODEL.contains(place));
        let name = place.split(':').next().unwrap();
        let text = MODEL.replacen(place, &format!("{name}:{deep}"), 1);
        // What nobody reads may be as deep as it likes.
        if name != "\"year\"" {
            assert!(failure(&text).contains("recursion limit"), "{place}");
        }
    }
    let wide: Vec<String> = (0..20_000).map(|n| format!("\"a{n}\":{n}")).collect();
    let city = exhaust(&MODEL.replacen("\"storeys\":2", &wide.join(","), 1)).unwrap();
    assert_eq!(city.layers[0].fields.len(), crate::reader::bounds::MOST_FIELDS);
    let said = "objects of type Building have more than 4088 fields: 15922 values of the others were not read";
    assert!(city.remarks.iter().any(|remark| remark == said), "{:?}", city.remarks);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn garbled_models_are_survived(at in 0_usize..3000, length in 0_usize..40, with in "[\\[\\]{}\",:a-z0-9 .-]{0,12}") {
        let mut bytes = MODEL.as_bytes().to_vec();
        let start = at.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, with.bytes());
        let _ = exhaust(&String::from_utf8_lossy(&bytes));
    }
}
