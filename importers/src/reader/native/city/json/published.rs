//! City models that others published, if they are in the folder `cityjson` of the real data: every object, surface and
//! square metre of them, found anew in the text by means of this file alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Text;

use super::super::model::City;
use super::super::tests::{rows, value};
use super::*;
use crate::reader::native::row::{Row, Value};

fn folder() -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var_os("TWIN_REAL_DATA")?);
    // Tests run in the crate's folder, people set the path in the workspace's.
    let root = if root.is_relative() { PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(root) } else { root };
    let folder = root.join("cityjson");
    folder.is_dir().then_some(folder)
}

/// A document or features, each with its vertices in the units of the CRS.
type Texts = Vec<(Text, Vec<[f64; 3]>)>;

/// The published files, by name.
fn published() -> Vec<(String, PathBuf, Texts)> {
    let Some(folder) = folder() else {
        println!("there are no published city models: nothing to test here");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "json" || ext == "jsonl")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let texts = serde_json::Deserializer::from_str(&text).into_iter::<Text>();
        let Ok(texts) = texts.collect::<Result<Vec<Text>, _>>() else { continue };
        let numbers = |value: &Text| [0, 1, 2].map(|at| value[at].as_f64().unwrap_or(0.0));
        let head = texts[0]["transform"].clone();
        let scale = if head["scale"].is_array() { numbers(&head["scale"]) } else { [1.0; 3] };
        let shift = if head["translate"].is_array() { numbers(&head["translate"]) } else { [0.0; 3] };
        let vertices = |text: &Text| -> Vec<[f64; 3]> {
            let place = |at: &Text| {
                let at = numbers(at);
                [0, 1, 2].map(|axis| at[axis] * scale[axis] + shift[axis])
            };
            text["vertices"].as_array().into_iter().flatten().map(place).collect()
        };
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let texts = texts.into_iter().map(|text| (text.clone(), vertices(&text))).collect();
        found.push((name, path, texts));
    }
    found
}

fn objects(texts: &[(Text, Vec<[f64; 3]>)]) -> impl Iterator<Item = (&String, &Text, &Vec<[f64; 3]>)> {
    texts.iter().flat_map(|(text, vertices)| {
        text["CityObjects"].as_object().into_iter().flatten().map(move |(id, object)| (id, object, vertices))
    })
}

/// Every polygon in a geometry, with the number that its semantics have for it.
fn polygons<'t>(boundaries: &'t Text, values: &Text, out: &mut Vec<(&'t Text, Option<usize>)>) {
    let is_polygon = boundaries[0][0].is_u64();
    if is_polygon {
        out.push((boundaries, values.as_u64().map(|value| value as usize)));
        return;
    }
    for (at, inner) in boundaries.as_array().into_iter().flatten().enumerate() {
        polygons(inner, values.get(at).unwrap_or(&Text::Null), out);
    }
}

/// Area of a ring in space, from its shadows on the three planes between the axes.
fn area(ring: &Text, vertices: &[[f64; 3]]) -> f64 {
    let at: Vec<[f64; 3]> =
        ring.as_array().unwrap().iter().map(|index| vertices[index.as_u64().unwrap() as usize]).collect();
    let shadow = |i: usize, j: usize| {
        let (mut doubled, last) = (0.0, at.len() - 1);
        let mut before = at[last];
        for now in &at {
            doubled += (before[i] - at[0][i]) * (now[j] - at[0][j]) - (now[i] - at[0][i]) * (before[j] - at[0][j]);
            before = *now;
        }
        doubled / 2.0
    };
    [shadow(1, 2), shadow(2, 0), shadow(0, 1)].iter().map(|shadow| shadow * shadow).sum::<f64>().sqrt()
}

/// The level of detail that the rows of a building come from, as written in the file.
fn best(object: &Text) -> Option<String> {
    let written = |geometry: &Text| match &geometry["lod"] {
        Text::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lods: Vec<String> = object["geometry"].as_array()?.iter().map(written).collect();
    let of = |digit: char| lods.iter().filter(|lod| lod.starts_with(digit)).max().cloned();
    of('2').or_else(|| of('3'))
}

/// Words of the file for the kinds of the layer.
const WORDS: [(&str, &str); 9] = [
    ("RoofSurface", "roof"),
    ("WallSurface", "wall"),
    ("GroundSurface", "ground"),
    ("OuterFloorSurface", "floor"),
    ("OuterCeilingSurface", "ceiling"),
    ("ClosureSurface", "closure"),
    ("Window", "window"),
    ("Door", "door"),
    ("FloorSurface", "floor"),
];

/// Square metres by building or part and kind of surface, with installations on what they stand on.
fn square_metres(texts: &[(Text, Vec<[f64; 3]>)]) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for (id, object, vertices) in objects(texts) {
        let kind = object["type"].as_str().unwrap_or_default();
        let owner = match kind {
            "Building" | "BuildingPart" => id.clone(),
            "BuildingInstallation" => object["parents"][0].as_str().unwrap().to_owned(),
            _ => continue,
        };
        let Some(lod) = best(object) else { continue };
        for geometry in object["geometry"].as_array().into_iter().flatten() {
            let written = geometry["lod"].as_str().map_or_else(|| geometry["lod"].to_string(), str::to_owned);
            if written != lod {
                continue;
            }
            let mut found_polygons = Vec::new();
            polygons(&geometry["boundaries"], &geometry["semantics"]["values"], &mut found_polygons);
            for (polygon, value) in found_polygons {
                let rings = polygon.as_array().unwrap();
                let mut size = area(&rings[0], vertices);
                size -= rings[1..].iter().map(|ring| area(ring, vertices)).sum::<f64>();
                let word = value.and_then(|value| geometry["semantics"]["surfaces"][value]["type"].as_str());
                let kind = match word {
                    Some(word) => WORDS.iter().find(|(known, _)| *known == word).map_or("other", |(_, kind)| *kind),
                    None => "?",
                };
                *found.entry(format!("{owner}/{kind}")).or_default() += size;
            }
        }
    }
    found
}

fn open(path: &std::path::Path) -> City {
    City::open(Box::new(CityJson::open(path).unwrap_or_else(|failure| panic!("{path:?}: {failure:?}"))))
        .unwrap_or_else(|failure| panic!("{path:?}: {failure:?}"))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_object_of_every_published_file_is_a_row() {
    for (name, path, texts) in published() {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for (_, object, _) in objects(&texts) {
            let kind = object["type"].as_str().unwrap().trim_start_matches('+');
            *expected.entry(kind.to_owned()).or_default() += 1;
        }
        if expected.is_empty() || texts[0].0["type"] != "CityJSON" {
            continue;
        }
        let mut city = open(&path);
        let made = ["BuildingSurface", "TINRelief"];
        let found: BTreeMap<String, u64> = city
            .layers
            .iter()
            .filter(|layer| !made.contains(&layer.name.as_str()))
            .map(|layer| (layer.name.clone(), layer.count))
            .collect();
        assert_eq!(found, expected, "{name}");
        for (kind, count) in &expected {
            let rows = rows(&mut city, kind);
            assert_eq!(rows.len() as u64, *count, "{name}");
            let ids: Vec<String> = rows.iter().map(|row| text_of(&value(&city, kind, row, "gml_id"))).collect();
            // Attributes that are numbers or texts in the file are the same in the row.
            for (id, object, _) in objects(&texts).filter(|(_, object, _)| {
                object["type"].as_str().map(|known| known.trim_start_matches('+')) == Some(kind)
            }) {
                let at = ids.iter().position(|known| known == id).unwrap_or_else(|| panic!("{name}: no {id}"));
                for (field, expected) in object["attributes"].as_object().into_iter().flatten() {
                    let Some(layer) = city.layers.iter().find(|layer| layer.name == *kind) else { panic!("{kind}") };
                    if ["gml_id", "address"].contains(&field.as_str()) || field.starts_with('+') {
                        continue;
                    }
                    // A converter from building models made more fields than a layer may have.
                    let is_cut = layer.fields.len() == crate::reader::bounds::MOST_FIELDS;
                    assert_eq!(is_cut, name.starts_with("AC20"), "{name}");
                    if is_cut && !layer.fields.iter().any(|known| known.name == *field) {
                        continue;
                    }
                    let found = match expected {
                        Text::Null | Text::Object(_) | Text::Array(_) => continue,
                        _ => value(&city, kind, &rows[at], field),
                    };
                    let is_same = match (&found, expected) {
                        (Value::Integer(found), _) => expected.as_i64() == Some(*found),
                        (Value::Real(found), _) => expected.as_f64() == Some(*found),
                        (Value::Text(found), Text::String(expected)) => found == expected,
                        (Value::Text(found), Text::Bool(expected)) => *found == expected.to_string(),
                        (Value::Text(found), number) => found.parse::<f64>().ok() == number.as_f64(),
                        (Value::Null, _) => false,
                    };
                    assert!(is_same, "{name}: {id} {field} {found:?} {expected} {:?}", layer.fields);
                }
            }
        }
        println!("{name}: {expected:?} {:?}", city.remarks);
    }
}

#[test]
fn every_square_metre_of_roof_and_wall_is_there() {
    for (name, path, texts) in published() {
        let expected = square_metres(&texts);
        if expected.is_empty() || texts[0].0["type"] != "CityJSON" {
            continue;
        }
        let mut city = open(&path);
        let found = rows(&mut city, "BuildingSurface");
        let of = |row: &Row, field: &str| value(&city, "BuildingSurface", row, field);
        let mut total: BTreeMap<String, f64> = BTreeMap::new();
        for row in &found {
            let Value::Real(area) = of(row, "area_m2") else { panic!("{name}: no area") };
            let id = text_of(&of(row, "surface_id"));
            let (owner, _) = id.rsplit_once('/').unwrap();
            // Where the file does not say what a surface is, its slope does: only the sum can be compared.
            let owned = expected.keys().filter(|key| key.rsplit_once('/').unwrap().0 == owner);
            let is_guessed = owned.clone().any(|key| key.ends_with("/?"));
            let key = if is_guessed { owner.to_owned() } else { id.clone() };
            assert!(
                total.insert(key.clone(), area + total.get(&key).unwrap_or(&0.0)).is_none() || is_guessed,
                "{name}: {id} twice"
            );
        }
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for (key, area) in &expected {
            let (owner, _) = key.rsplit_once('/').unwrap();
            let is_guessed = expected.contains_key(&format!("{owner}/?"));
            *sums.entry(if is_guessed { owner.to_owned() } else { key.clone() }).or_default() += area;
        }
        assert_eq!(total.keys().collect::<Vec<_>>(), sums.keys().collect::<Vec<_>>(), "{name}");
        for (key, area) in &total {
            assert!((area - sums[key]).abs() < 1e-6 * (1.0 + area), "{name}: {key} {area} {}", sums[key]);
        }
        println!("{name}: {} rows, {:.1} m²", found.len(), total.values().sum::<f64>());
    }
}

/// What publishers of validators made wrong on purpose is refused with the place of the fault, or read as far as it is right.
#[test]
fn files_that_are_wrong_on_purpose_say_why() {
    let Some(folder) = folder().map(|folder| folder.join("broken")).filter(|folder| folder.is_dir()) else { return };
    let expected = BTreeMap::from([
        ("unclosedbracket.city.jsonl", "no well-formed JSON at byte 314"),
        ("cjval_cube_20.jsonl", "feature 4, at byte 1348: its type is \"CityJSONFeatur\""),
        ("cjval_extension.jsonl", "its type is \"CityJSONFeatur\""),
        ("invalid_json_cityjson.json", "no well-formed JSON"),
        ("cjval_sem.json", "it refers to vertex 22, which does not exist: there are 9"),
    ]);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = CityJson::open(&path).and_then(|city| City::open(Box::new(city)));
        let said = match outcome {
            Err(failure) => format!("{failure:?}").replace("\\\"", "\""),
            Ok(city) => {
                format!("{:?} {:?}", city.layers.iter().map(|l| (&l.name, l.count)).collect::<Vec<_>>(), city.remarks)
            }
        };
        println!("{name}: {said}");
        if let Some(part) = expected.get(name.as_str()) {
            assert!(said.contains(part), "{name}: {said}");
        }
    }
}

/// The volume that the 3D BAG states for a building is what its roof, walls and ground enclose.
#[test]
fn surfaces_enclose_the_volume_on_record() {
    let mut compared = 0;
    for (name, path, texts) in published() {
        let recorded: BTreeMap<&String, f64> = objects(&texts)
            .filter_map(|(id, object, _)| Some((id, object["attributes"]["b3_volume_lod22"].as_f64()?)))
            .collect();
        if recorded.is_empty() {
            continue;
        }
        let mut city = open(&path);
        let found = rows(&mut city, "BuildingSurface");
        let mut volumes: BTreeMap<String, f64> = BTreeMap::new();
        for row in &found {
            let building = text_of(&value(&city, "BuildingSurface", row, "building_id"));
            *volumes.entry(building).or_default() += volume(&row.wkb);
        }
        for (id, recorded) in recorded {
            let volume = volumes[id];
            // Faces of many corners are flat to some millimetres, and may be cut into triangles in more than one way.
            assert!(
                (volume - recorded).abs() < recorded * 5e-4,
                "{name}: {id} encloses {volume} m³, {recorded} m³ on record"
            );
            compared += 1;
        }
    }
    assert!(compared > 0 || folder().is_none());
    println!("{compared} volumes");
}

/// What the polygons of a MULTIPOLYGON Z add to a volume: that of the cones from one point to each.
fn volume(wkb: &[u8]) -> f64 {
    let word = |at: usize| u32::from_le_bytes(wkb[at..at + 4].try_into().unwrap()) as usize;
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().unwrap());
    assert_eq!(word(1), 1006);
    let (mut at, mut sixfold) = (9, 0.0);
    // Near the models, so that digits do not cancel.
    let origin = [85_000.0, 446_500.0, 0.0];
    for _ in 0..word(5) {
        let rings = word(at + 5);
        at += 9;
        for _ in 0..rings {
            let count = word(at);
            at += 4;
            let point = |index: usize| [0, 1, 2].map(|axis| number(at + index * 24 + axis * 8) - origin[axis]);
            for index in 1..count - 2 {
                let ([ax, ay, az], [bx, by, bz], [cx, cy, cz]) = (point(0), point(index), point(index + 1));
                sixfold += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
            }
            at += count * 24;
        }
    }
    sixfold / 6.0
}
