//! City models in JSON, from the file to the store: documents, sequences and archives beside plain GeoJSON, PLATEAU's
//! buildings written as CityJSON against the same in CityGML, and buildings that the 3D BAG published.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use geo::Area;
use serde_json::{Value, json};
use spatial_db::model::Building;

use crate::support::{Bench, assert_unchanged, layer, real_data};

/// Two sheds of 10 m by 5 m, 20 m apart; the second has a gable of 2 m above eaves of 3 m.
fn sheds() -> Value {
    let shed = |first: u64, name: &str| {
        let at = |corners: &[u64]| json!([corners.iter().map(|corner| first + corner).collect::<Vec<_>>()]);
        json!({"type": "Building", "attributes": {"name": name, "storeys": 1, "no": "007"}, "geometry": [{"type": "Solid", "lod": "2.2",
            "boundaries": [[at(&[0, 3, 2, 1]), at(&[0, 1, 5, 4]), at(&[1, 2, 6, 9, 5]), at(&[2, 3, 7, 6]), at(&[3, 0, 4, 8, 7]),
                at(&[4, 5, 9, 8]), at(&[8, 9, 6, 7])]]}]})
    };
    let corners = |east: i64, ridge: i64| {
        let plan = [[0, 0], [10_000, 0], [10_000, 5000], [0, 5000]];
        let mut all: Vec<[i64; 3]> = plan.iter().map(|[x, y]| [x + east, *y, 0]).collect();
        all.extend(plan.iter().map(|[x, y]| [x + east, *y, 3000]));
        all.extend([[east, 2500, ridge], [east + 10_000, 2500, ridge]]);
        all
    };
    let vertices = [corners(0, 3000), corners(30_000, 5000)].concat();
    json!({"type": "CityJSON", "version": "2.0", "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [84_000.0, 447_000.0, 1.5]},
        "CityObjects": {"west": shed(0, "西"), "east": shed(10, "东")},
        "vertices": vertices})
}

/// The same as a sequence: a head and a feature a shed.
fn as_sequence(document: &Value) -> String {
    let mut head = document.clone();
    (head["CityObjects"], head["vertices"]) = (json!({}), json!([]));
    let mut text = head.to_string();
    for (id, object) in document["CityObjects"].as_object().unwrap() {
        let feature =
            json!({"type": "CityJSONFeature", "id": id, "CityObjects": {id: object}, "vertices": document["vertices"]});
        text.push('\n');
        text.push_str(&feature.to_string());
    }
    text
}

fn buildings(file: &str) -> String {
    format!(
        "[[layer]]\nname = \"b\"\nrole = \"building\"\nfile = \"{file}\"\nlayer = \"Building\"\nkey = \"gml_id\"\n[layer.fields]\n\
         name = \"name\"\nstoreys = \"storeys\"\nheight_m = \"geometry_height\"\nbase_elevation_m = \"geometry_z_min\"\n"
    )
}

/// Name, storeys, height, base elevation and area of every building.
type Facts = BTreeMap<String, (Option<String>, Option<f64>, Option<f64>, Option<f64>, i64)>;

fn facts(buildings: &[Building]) -> Facts {
    let of = |b: &Building| {
        // Square centimetres, whole ones.
        let area = (b.footprint.unsigned_area() * 1e4).round() as i64;
        (b.name.clone(), b.storeys, b.height_m, b.base_elevation_m, area)
    };
    buildings.iter().map(|b| (b.provenance.key.clone(), of(b))).collect()
}

#[test]
fn a_model_is_the_same_as_document_sequence_and_in_archives() {
    let document = sheds();
    let (text, sequence) = (document.to_string(), as_sequence(&document));
    let expected: Facts = [("west", "西", 3.0), ("east", "东", 5.0)]
        .map(|(id, name, height)| (id.to_owned(), (Some(name.to_owned()), Some(1.0), Some(height), Some(1.5), 500_000)))
        .into();
    let write = |name: &str, text: &str, bench: &Bench| {
        let out = bench.path(name);
        match Path::new(name).extension().and_then(std::ffi::OsStr::to_str) {
            Some("gz") => {
                let out = std::fs::File::create(out).unwrap();
                let mut gz = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
                gz.write_all(text.as_bytes()).unwrap();
                gz.finish().unwrap();
            }
            Some("zip") => {
                let mut zip = zip::ZipWriter::new(std::fs::File::create(out).unwrap());
                zip.start_file("model/sheds.city.json", zip::write::SimpleFileOptions::default()).unwrap();
                zip.write_all(text.as_bytes()).unwrap();
                zip.finish().unwrap();
            }
            _ => std::fs::write(out, text).unwrap(),
        }
    };
    let name_last = text.replacen("\"type\":\"CityJSON\",", "", 1).replacen('{', "{\"zzz\":1,", 1);
    let name_last = format!("{},\"type\":\"CityJSON\"}}", &name_last[..name_last.len() - 1]);
    for (file, text) in [
        ("sheds.city.json", &text),
        ("sheds.json", &name_last),
        ("sheds.geojson", &text),
        ("sheds.cityjson", &text),
        ("sheds.city.jsonl", &sequence),
        ("sheds.city.json.gz", &text),
        ("sheds.city.jsonl.gz", &sequence),
        ("sheds.zip", &text),
    ] {
        let mut bench = Bench::new();
        write(file, text, &bench);
        let report = bench
            .import_in("EPSG:28992", &buildings(file))
            .unwrap_or_else(|error| panic!("{file}: {error} {:?}", error.help()));
        assert_eq!(layer(&report, "b").quarantined, 0, "{file}: {:?}", report.issues);
        let park = bench.park("t");
        assert_eq!(facts(&park.buildings), expected, "{file}");
        assert_eq!(park.buildings[0].provenance.attributes["no"], "007");
        let corner =
            park.buildings.iter().find(|b| b.provenance.key == "east").unwrap().footprint.0[0].exterior().0.clone();
        assert!(
            corner.iter().all(|at| (84_030.0..=84_040.0).contains(&at.x) && (447_000.0..=447_005.0).contains(&at.y))
        );
        assert_unchanged(&bench.import_in("EPSG:28992", &buildings(file)).unwrap());
    }
}

#[test]
fn geojson_of_the_same_ending_goes_its_own_way() {
    let mut bench = Bench::new();
    let square = json!([[[84_000.0, 447_000.0], [84_010.0, 447_000.0], [84_010.0, 447_005.0], [84_000.0, 447_000.0]]]);
    let plain = json!({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:28992"}}, "features": [
        {"type": "Feature", "properties": {"type": "CityJSON", "CityObjects": "none", "gml_id": "g", "name": "x", "storeys": 2,
            "geometry_height": 3.5, "geometry_z_min": 0.5}, "geometry": {"type": "Polygon", "coordinates": square}}]});
    bench.write("plain.json", &plain.to_string());
    let text = buildings("plain.json").replace("layer = \"Building\"\n", "");
    let report = bench.import_in("EPSG:28992", &text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!((layer(&report, "b").read, layer(&report, "b").quarantined), (1, 0), "{:?}", report.issues);
    assert_eq!(bench.park("t").buildings[0].height_m, Some(3.5));
    // What only claims to be a city model says so in words.
    for (file, text) in
        [("a.cityjson", "{\"type\":\"Topology\"}"), ("b.json", "{\"type\":\"CityJSON\",\"version\":\"2.0\"")]
    {
        bench.write(file, text);
        let error = bench.import_in("EPSG:28992", &buildings(file)).unwrap_err();
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_building_with_a_wild_index_is_quarantined_and_its_neighbour_read() {
    let mut bench = Bench::new();
    let mut document = sheds();
    document["CityObjects"]["east"]["geometry"][0]["boundaries"][0][1][0][2] = json!(4_000_000);
    bench.write("wild.city.json", &document.to_string());
    let report = bench.import_in("EPSG:28992", &buildings("wild.city.json")).unwrap();
    let read = layer(&report, "b");
    assert_eq!((read.read, read.added, read.quarantined), (2, 1, 1));
    let said = format!("{:?}", report.issues);
    assert!(said.contains("vertex 4000000") && said.contains("east"), "{said}");
    assert_eq!(bench.park("t").buildings[0].provenance.key, "west");
}

/// What stands between the tags of each element of a name.
fn each<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let starts = text.match_indices(&start).map(|(at, _)| &text[at..]);
    let starts = starts.filter(|rest| rest[name.len() + 1..].starts_with([' ', '>']));
    starts.map(|rest| &rest[rest.find('>').unwrap() + 1..rest.find(&end).unwrap()]).collect()
}

/// A member of PLATEAU's file as CityJSON: its level 0 and 1, and of those that have one level 2 with its surfaces.
fn as_json(member: &str, vertices: &mut Vec<[f64; 3]>) -> Value {
    let mut ring = |text: &str| -> Value {
        let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let mut corners: Vec<[f64; 3]> = numbers.chunks(3).map(|at| [at[0], at[1], at[2]]).collect();
        corners.pop();
        let first = vertices.len();
        vertices.append(&mut corners);
        json!([(first..vertices.len()).collect::<Vec<_>>()])
    };
    let mut polygons = |text: &str| -> Vec<Value> {
        assert!(!text.contains("<gml:interior>"));
        each(text, "gml:posList").into_iter().map(&mut ring).collect()
    };
    let own = member.split("<bldg:consistsOfBuildingPart>").next().unwrap();
    let (mut geometry, mut surfaces, mut boundaries, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for body in each(own, "bldg:lod0FootPrint") {
        geometry.push(json!({"type": "MultiSurface", "lod": "0", "boundaries": polygons(body)}));
    }
    for body in each(own, "bldg:lod1Solid") {
        geometry.push(json!({"type": "Solid", "lod": "1", "boundaries": [polygons(body)]}));
    }
    for kind in ["GroundSurface", "RoofSurface", "WallSurface"] {
        for body in each(own, &format!("bldg:{kind}")) {
            for polygon in polygons(body) {
                boundaries.push(polygon);
                values.push(surfaces.len());
            }
            surfaces.push(json!({"type": kind}));
        }
    }
    if !boundaries.is_empty() {
        geometry.push(json!({"type": "MultiSurface", "lod": "2", "boundaries": boundaries,
            "semantics": {"surfaces": surfaces, "values": values}}));
    }
    let mut attributes = serde_json::Map::new();
    for (name, element) in
        [("name", "gml:name"), ("measuredHeight", "bldg:measuredHeight"), ("storeys", "bldg:storeysAboveGround")]
    {
        if let Some(text) = each(own, element).first() {
            let value = text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number));
            attributes.insert(name.to_owned(), value);
        }
    }
    json!({"type": "Building", "attributes": attributes, "geometry": geometry})
}

fn id_of(text: &str) -> String {
    let start = text.find("gml:id=\"").unwrap() + 8;
    text[start..start + text[start..].find('"').unwrap()].to_owned()
}

#[test]
fn plateaus_buildings_are_the_same_in_json() {
    let Some(data) = real_data() else { return };
    let root = data.join("plateau_jp");
    let source = std::fs::read_to_string(root.join("yokosuka/bldg/52397519_bldg_6697_op.gml")).unwrap();
    let (mut objects, mut vertices) = (serde_json::Map::new(), Vec::new());
    for member in each(&source, "core:cityObjectMember") {
        let mut building = as_json(member, &mut vertices);
        let id = id_of(member);
        if let Some((_, part)) = member.split_once("<bldg:consistsOfBuildingPart>") {
            let mut parts = Vec::new();
            for part in part.split("<bldg:BuildingPart").skip(1) {
                let mut json = as_json(part, &mut vertices);
                json["type"] = json!("BuildingPart");
                json["parents"] = json!([id]);
                parts.push(json!(id_of(part)));
                objects.insert(id_of(part), json);
            }
            building["children"] = Value::Array(parts);
        }
        objects.insert(id, building);
    }
    let document = json!({"type": "CityJSON", "version": "1.1",
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/6697"},
        "CityObjects": objects, "vertices": vertices});
    let layers = |file: &Path| {
        let text = buildings(&file.display().to_string());
        text.replace("\"geometry_height\"", "\"measuredHeight\"")
    };
    let mut from_json = Bench::new();
    let file = from_json.write("yokosuka.city.json", &document.to_string());
    let report = from_json.import_in("EPSG:6677", &layers(&file)).unwrap_or_else(|e| panic!("{e} {:?}", e.help()));
    assert_eq!((layer(&report, "b").read, layer(&report, "b").quarantined), (13, 0), "{:?}", report.issues);
    let mut from_gml = Bench::new();
    let gml = layers(&root.join("yokosuka/bldg/52397519_bldg_6697_op.gml"));
    from_gml.import_in("EPSG:6677", &gml.replace("\"storeys\"", "\"storeysAboveGround\"")).unwrap();
    let (json, gml) = (facts(&from_json.park("t").buildings), facts(&from_gml.park("t").buildings));
    assert_eq!((json.len(), json == gml), (13, true), "{json:#?} {gml:#?}");
}

#[test]
fn published_buildings_of_the_3d_bag_stand_where_they_stand() {
    let Some(data) = real_data() else { return };
    let file = data.join("cityjson/3dbag_b2.city.jsonl");
    if !file.is_file() {
        println!("{file:?} is not there: nothing to test here");
        return;
    }
    let mut bench = Bench::new();
    let text =
        buildings(&file.display().to_string()).replace("name = \"name\"\n", "").replace("storeys = \"storeys\"\n", "");
    let report = bench.import_in("EPSG:28992", &text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!((layer(&report, "b").read, layer(&report, "b").quarantined), (2, 0), "{:?}", report.issues);
    for building in &bench.park("t").buildings {
        let recorded = |name: &str| building.provenance.attributes[name].as_f64().unwrap();
        // Ground and highest roof as the point cloud has them, near what was built from it.
        assert!((building.base_elevation_m.unwrap() - recorded("b3_h_maaiveld")).abs() < 0.05, "{building:?}");
        let top = building.base_elevation_m.unwrap() + building.height_m.unwrap();
        assert!((top - recorded("b3_h_dak_max")).abs() < 1.0, "{top} {building:?}");
        assert_eq!(building.provenance.attributes["status"], "Pand in gebruik");
        // Delft, by the extent that the file's own head states.
        let at = building.footprint.0[0].exterior().0[0];
        assert!((84_994.0..85_200.0).contains(&at.x) && (446_500.0..446_600.0).contains(&at.y), "{at:?}");
        // A house is as large as its volume over its height says, within its roof.
        let area = building.footprint.unsigned_area();
        let mean = recorded("b3_volume_lod22") / area;
        assert!(mean > 3.0 && mean < building.height_m.unwrap(), "{mean} m over {area} m²");
    }
}
