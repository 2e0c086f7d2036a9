//! City models: CityGML files as a layer per type of object.
//!
//! The file is read once to learn its layers, fields and counts, and once more for the rows of each layer asked for; only
//! one member is in memory at a time. Reading members is left to `gml`, their shape to `object`.

mod codelists;
mod gml;
mod object;
mod srs;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::row::{Field, Layer, Row, Value};
use super::{Native, Stop, Take, wkb};
use crate::reader::bounds::MOST_FIELDS;
use crate::reader::ogr::FieldKind;
use crate::reader::protocol::ReadFailure;
use codelists::Codelists;
use gml::{Axes, Gml, Unread};
use object::{CityObject, DERIVED};
use xml::{Element, Step, Xml};

/// The layer of a terrain's triangles, one a row.
const TRIANGLES: &str = "TINRelief";

/// An open CityGML file.
pub(super) struct CityGml {
    path: PathBuf,
    axes: Axes,
    geographic: bool,
    layers: Vec<Layer>,
    lists: Codelists,
    remarks: Vec<String>,
}

/// Whether a file starts as a city model.
pub(super) fn recognise(head: &str) -> bool {
    // Comments and declarations may stand before the root, attributes of any length in it.
    head.split('<')
        .map(|tag| tag.split([' ', '>', '\t', '\r', '\n']).next().unwrap_or_default())
        .any(|name| name == "CityModel" || name.ends_with(":CityModel"))
}

/// What kind of values a field has been seen to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Nothing,
    Integer,
    Real,
    Text,
}

fn seen(value: &Value) -> Seen {
    match value {
        Value::Null => Seen::Nothing,
        Value::Integer(_) => Seen::Integer,
        Value::Real(_) => Seen::Real,
        Value::Text(text) => {
            // A code such as 0001 is no number.
            let padded = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() && !padded => {
                    if text.parse::<i64>().is_ok() {
                        Seen::Integer
                    } else {
                        Seen::Real
                    }
                }
                _ => Seen::Text,
            }
        }
    }
}

/// A layer as it is being learnt.
#[derive(Default)]
struct Learnt {
    fields: Vec<(String, Seen)>,
    index: HashMap<String, usize>,
    count: u64,
}

impl Learnt {
    fn take(&mut self, object: &CityObject) -> Result<(), ReadFailure> {
        self.count += 1;
        for (name, value) in &object.fields {
            let kind = if name.ends_with("_code") || name.ends_with("_id") { Seen::Text } else { seen(value) };
            if let Some(at) = self.index.get(name) {
                self.fields[*at].1 = self.fields[*at].1.max(kind);
            } else {
                if self.fields.len() + DERIVED.len() >= MOST_FIELDS {
                    let reason = format!("objects of type {} have more than {MOST_FIELDS} fields", object.kind);
                    return Err(ReadFailure::Unreadable { reason, hint: None });
                }
                self.index.insert(name.clone(), self.fields.len());
                self.fields.push((name.clone(), kind));
            }
        }
        Ok(())
    }
}

impl CityGml {
    /// Reads the file once.
    pub(super) fn open(path: &Path) -> Result<Self, ReadFailure> {
        let mut city = Self {
            path: path.to_owned(),
            axes: Axes::default(),
            geographic: false,
            layers: Vec::new(),
            lists: Codelists::beside(path),
            remarks: Vec::new(),
        };
        let srs = city.find_srs()?;
        city.axes.north_first = srs.north_first;
        city.geographic = srs.geographic;
        city.remarks.extend(srs.remark);
        let mut order: Vec<String> = Vec::new();
        let mut learnt: HashMap<String, Learnt> = HashMap::new();
        let mut triangles = 0;
        let unread = city.each::<ReadFailure>(&mut |found| {
            match found {
                Found::Triangle(..) => triangles += 1,
                Found::Object(object) => {
                    if !learnt.contains_key(&object.kind) {
                        order.push(object.kind.clone());
                    }
                    learnt.entry(object.kind.clone()).or_default().take(&object)?;
                }
            }
            Ok(())
        })?;
        if order.is_empty() {
            let hint = Some("check that the whole file was copied".to_owned());
            return Err(ReadFailure::Unreadable { reason: "the city model holds no object".to_owned(), hint });
        }
        let text = |name: &str| Field { name: name.to_owned(), kind: FieldKind::Text };
        for kind in order {
            let Some(learnt) = learnt.remove(&kind) else { continue };
            let mut fields: Vec<Field> = learnt
                .fields
                .into_iter()
                .map(|(name, seen)| {
                    let kind = match seen {
                        Seen::Integer => FieldKind::Integer,
                        Seen::Real => FieldKind::Real,
                        Seen::Nothing | Seen::Text => FieldKind::Text,
                    };
                    Field { name, kind }
                })
                .collect();
            fields.extend(DERIVED.iter().map(|name| Field {
                name: (*name).to_owned(),
                kind: if *name == "geometry_lod" { FieldKind::Integer } else { FieldKind::Real },
            }));
            city.add_layer(kind, fields, learnt.count, srs.wkt.as_ref());
        }
        if triangles > 0 {
            city.add_layer(TRIANGLES.to_owned(), vec![text("relief_id")], triangles, srs.wkt.as_ref());
        }
        if unread.appearances > 0 {
            city.remarks.push(format!("{} appearances (textures, materials) were not read", unread.appearances));
        }
        if unread.references > 0 {
            let references = unread.references;
            city.remarks.push(format!("{references} references to surfaces of other objects were not followed"));
        }
        let missing = city.lists.missing();
        if !missing.is_empty() {
            let names = missing.join(", ");
            city.remarks.push(format!("codes are not in words: these lists are in no folder `codelists`: {names}"));
        }
        Ok(city)
    }

    fn add_layer(&mut self, name: String, fields: Vec<Field>, count: u64, crs_wkt: Option<&String>) {
        let crs_wkt = crs_wkt.cloned();
        self.layers.push(Layer { name, fields, count, has_geometry: true, crs_wkt, ..Layer::default() });
    }

    /// The CRS that the first envelope or geometry names.
    fn find_srs(&self) -> Result<srs::Srs, ReadFailure> {
        let mut xml = Xml::open(&self.path)?;
        let mut named: Option<String> = None;
        loop {
            match xml.step()? {
                Step::Start(start) => {
                    named = named.or_else(|| start.attribute("srsName").map(str::to_owned));
                    if start.name == "Envelope" {
                        let envelope = xml.inside::<ReadFailure>(start, &mut |_, _| Ok(()))?;
                        let corner = gml::positions(&envelope, Axes::default()).and_then(|line| line.first().copied());
                        return Ok(srs::understand(named.as_deref(), corner));
                    }
                    if named.is_some() {
                        return Ok(srs::understand(named.as_deref(), None));
                    }
                }
                Step::Done => return Ok(srs::understand(None, None)),
                Step::Empty | Step::End => {}
            }
        }
    }

    /// Hands over every object and triangle, in the file's order.
    fn each<E: From<ReadFailure>>(&mut self, take: &mut dyn FnMut(Found) -> Result<(), E>) -> Result<Unread, E> {
        let mut xml = Xml::open(&self.path)?;
        let mut gml = Gml { axes: self.axes, lists: &mut self.lists, unread: Unread::default() };
        // Whether the elements above are the model or one of its lists of members.
        let mut above: Vec<bool> = Vec::new();
        loop {
            match xml.step()? {
                Step::Start(start) => match start.name.as_str() {
                    "CityModel" | "cityObjectMember" | "featureMember" | "featureMembers" => above.push(true),
                    _ if above.last() == Some(&true) && above.len() >= 2 => {
                        let axes = gml.axes;
                        let member = xml.inside(start, &mut |triangle: Element, relief: &str| {
                            take(Found::Triangle(triangle, relief.to_owned(), axes))
                        })?;
                        for object in gml.objects(&member) {
                            take(Found::Object(object))?;
                        }
                    }
                    "appearanceMember" => {
                        gml.unread.appearances += 1;
                        above.push(false);
                    }
                    _ => above.push(false),
                },
                Step::Empty => {}
                Step::End => {
                    above.pop();
                }
                Step::Done => return Ok(gml.unread),
            }
        }
    }
}

/// Something found in the file.
enum Found {
    Object(CityObject),
    /// A triangle of a terrain, the `gml:id` around it, and how it writes coordinates.
    Triangle(Element, String, Axes),
}

/// A value as its field's kind has it.
fn as_kind(value: Value, kind: FieldKind) -> Value {
    match (value, kind) {
        (Value::Text(text), FieldKind::Integer) => text.parse().map_or(Value::Text(text), Value::Integer),
        (Value::Text(text), FieldKind::Real) => text.parse().map_or(Value::Text(text), Value::Real),
        (value, _) => value,
    }
}

impl Native for CityGml {
    fn driver(&self) -> &'static str {
        "CityGML"
    }

    fn layers(&self) -> &[Layer] {
        &self.layers
    }

    fn rows(&mut self, layer: usize, take: Take<'_>) -> Result<(), Stop> {
        let Layer { name, fields, .. } = self.layers[layer].clone();
        let at: HashMap<&str, usize> = fields.iter().enumerate().map(|(at, field)| (field.name.as_str(), at)).collect();
        let (geographic, mut number) = (self.geographic, 0);
        self.each::<Stop>(&mut |found| match found {
            Found::Triangle(triangle, relief, axes) if name == TRIANGLES => {
                number += 1;
                let ring = triangle.child("exterior").and_then(|ring| gml::positions(ring, axes)).unwrap_or_default();
                let wkb = if ring.is_empty() { Vec::new() } else { wkb::polygons(&[vec![ring]]) };
                take(Row { number, values: vec![Value::Text(relief)], wkb, ..Row::default() })
            }
            Found::Object(object) if object.kind == name => {
                number += 1;
                let (shape, derived) = object.shape(geographic);
                let mut values = vec![Value::Null; fields.len()];
                for (name, value) in object.fields {
                    if let Some(at) = at.get(name.as_str()) {
                        values[*at] = as_kind(value, fields[*at].kind);
                    }
                }
                for (name, value) in DERIVED.iter().zip(derived) {
                    values[at[name]] = value;
                }
                take(Row { number, values, ..shape })
            }
            _ => Ok(()),
        })?;
        Ok(())
    }

    fn warnings(&self, layer: usize) -> Vec<String> {
        if layer == 0 { self.remarks.clone() } else { Vec::new() }
    }
}
