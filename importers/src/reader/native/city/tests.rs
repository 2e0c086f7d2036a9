//! Hostile and broken models: everything is refused or read, nothing hangs or falls.

use proptest::prelude::*;

use super::citygml::CityGml;
use super::model::City;
use super::*;
use crate::reader::native::Stop;
use crate::reader::native::row::{Row, Value};

const MODEL: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="c" xmlns:gml="g" xmlns:bldg="b" xmlns:gen="n" xmlns:xlink="x">
<gml:boundedBy><gml:Envelope srsName="EPSG:25832" srsDimension="3"><gml:lowerCorner>500000 5500000 0</gml:lowerCorner>
<gml:upperCorner>500010 5500010 9</gml:upperCorner></gml:Envelope></gml:boundedBy>
<core:cityObjectMember><bldg:Building gml:id="b1"><gml:name>A &amp; B &#x4e2d;</gml:name>
<gen:stringAttribute name="code"><gen:value>0012</gen:value></gen:stringAttribute>
<gen:genericAttributeSet name="tax"><gen:intAttribute name="n"><gen:value>7</gen:value></gen:intAttribute></gen:genericAttributeSet>
<bldg:measuredHeight uom="ft">30</bldg:measuredHeight>
<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface><gml:surfaceMember xlink:href="#p1"/>
<gml:surfaceMember xlink:href="#gone"/></gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>
<bldg:boundedBy><bldg:GroundSurface><bldg:lod2MultiSurface><gml:MultiSurface><gml:surfaceMember><gml:Polygon gml:id="p1">
<gml:exterior><gml:LinearRing><gml:pos>500000 5500000 4</gml:pos><gml:pos>500010 5500000 4</gml:pos>
<gml:pos>500010 5500010 4</gml:pos><gml:pos>500000 5500000 4</gml:pos></gml:LinearRing></gml:exterior></gml:Polygon>
</gml:surfaceMember></gml:MultiSurface></bldg:lod2MultiSurface></bldg:GroundSurface></bldg:boundedBy>
</bldg:Building></core:cityObjectMember></core:CityModel>"##;

fn read(path: &Path) -> Result<City, ReadFailure> {
    City::open(Box::new(CityGml::new(path)))
}

/// All rows of a layer.
pub(super) fn rows(city: &mut City, layer: &str) -> Vec<Row> {
    let layer = city.layers.iter().position(|known| known.name == layer).unwrap_or_else(|| panic!("no {layer}"));
    let mut found = Vec::new();
    let outcome = city.rows(layer, &mut |row| {
        found.push(row);
        Ok(())
    });
    assert!(outcome.is_ok());
    found
}

/// A row's values by their names.
pub(super) fn value(city: &City, layer: &str, row: &Row, name: &str) -> Value {
    let layer = city.layers.iter().find(|known| known.name == layer).unwrap();
    let at = layer.fields.iter().position(|field| field.name == name);
    row.values[at.unwrap_or_else(|| panic!("no {name} in {:?}", layer.fields))].clone()
}

fn open(text: &str) -> Result<City, ReadFailure> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let mut city = read(file.path())?;
    let layers = city.layers.len();
    for layer in 0..layers {
        let (mut rows, fields) = (0, city.layers[layer].fields.len());
        let outcome = city.rows(layer, &mut |row| {
            rows += 1;
            assert_eq!(row.values.len(), fields);
            Ok(())
        });
        if let Err(Stop::Failed(failure)) = outcome {
            return Err(failure);
        }
        assert_eq!(rows, city.layers[layer].count);
    }
    Ok(city)
}

#[test]
fn a_building_says_its_fields_and_covers_its_ground() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), MODEL).unwrap();
    let mut city = read(file.path()).unwrap();
    assert_eq!(
        city.layers.iter().map(|layer| layer.name.as_str()).collect::<Vec<_>>(),
        ["Building", "BuildingSurface"]
    );
    assert_eq!(city.remarks, ["1 references to surfaces of other objects were not followed"]);
    let found = rows(&mut city, "Building");
    let value = |name: &str| value(&city, "Building", &found[0], name);
    assert_eq!(value("gml_id"), "b1".into());
    assert_eq!(value("name"), "A & B 中".into());
    assert_eq!(value("code"), "0012".into());
    assert_eq!(value("tax_n"), Value::Integer(7));
    assert_eq!((value("measuredHeight"), value("measuredHeight_uom")), (Value::Integer(30), "ft".into()));
    assert_eq!(value("geometry_z_min"), Value::Real(4.0));
    let drawn = gdal::vector::Geometry::from_wkb(&found[0].wkb).unwrap();
    assert!((drawn.area() - 50.0).abs() < 1e-9);
}

#[test]
fn a_polygon_that_a_solid_lists_before_its_surface_says_what_it_is_counts_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    // A window in the ground, of all places: an opening is a kind of its own.
    let opening = MODEL.replacen(
        "</bldg:lod2MultiSurface></bldg:GroundSurface>",
        "</bldg:lod2MultiSurface><bldg:opening><bldg:Window gml:id=\"w\"><bldg:lod2MultiSurface><gml:MultiSurface>\
         <gml:surfaceMember><gml:Polygon gml:id=\"p2\"><gml:exterior><gml:LinearRing><gml:posList>500001 5500000 4 500002 5500000 4 \
         500002 5500000 5 500001 5500000 4</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember>\
         </gml:MultiSurface></bldg:lod2MultiSurface></bldg:Window></bldg:opening></bldg:GroundSurface>",
        1,
    );
    assert_ne!(opening, MODEL);
    std::fs::write(file.path(), opening).unwrap();
    let mut city = read(file.path()).unwrap();
    let found: Vec<(Value, Value)> = rows(&mut city, "BuildingSurface")
        .iter()
        .map(|row| {
            (value(&city, "BuildingSurface", row, "surface_id"), value(&city, "BuildingSurface", row, "area_m2"))
        })
        .collect();
    assert_eq!(found, [("b1/ground".into(), Value::Real(50.0)), ("b1/window".into(), Value::Real(0.5))]);
}

#[test]
fn entities_are_not_expanded_and_nesting_is_bounded() {
    let bomb = MODEL.replacen(
        "<core:CityModel",
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><core:CityModel",
        1,
    );
    let city = open(&bomb.replace("A &amp; B", "&b;&c;")).unwrap();
    assert_eq!(city.layers.len(), 2);
    let deep = format!("{}{}", "<gml:x>".repeat(100_000), "</gml:x>".repeat(100_000));
    let failure = open(&MODEL.replace("<gml:name>", &format!("{deep}<gml:name>"))).err();
    assert!(
        matches!(failure, Some(ReadFailure::Broken { ref reason, .. }) if reason.contains("nested")),
        "{failure:?}"
    );
    let cut = open(&MODEL[..MODEL.len() - 200]).err();
    assert!(matches!(cut, Some(ReadFailure::Broken { ref reason, .. }) if reason.contains("at byte")), "{cut:?}");
    assert!(matches!(open("<CityModel/>").err(), Some(ReadFailure::Unreadable { .. })));
}

proptest! {
    #[test]
    fn garbled_models_are_survived(at in 0_usize..2300, length in 0_usize..40, with in "[<>/\"&;=a-z0-9 .-]{0,12}") {
        let mut bytes = MODEL.as_bytes().to_vec();
        let start = at.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, with.bytes());
        let _ = open(&String::from_utf8_lossy(&bytes));
    }
}
