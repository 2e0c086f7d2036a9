//! A city model as layers: one per type of object, with the fields that its objects have, whatever the file is written in.
//!
//! The file is read once to learn its layers, fields and counts, and once more for the rows of each layer asked for. Reading
//! objects is left to the [`Source`], their shape to `object`, their roofs and walls to `surfaces`.

use std::collections::HashMap;

use super::object::{CityObject, DERIVED, Ring};
use super::srs::Srs;
use super::surfaces;
use crate::reader::bounds::MOST_FIELDS;
use crate::reader::native::row::{Field, Layer, Row, Value};
use crate::reader::native::{Native, Stop, Take, wkb};
use crate::reader::ogr::FieldKind;
use crate::reader::protocol::ReadFailure;

/// The layer of a terrain's triangles, one a row.
pub(super) const TRIANGLES: &str = "TINRelief";

/// Something found in a city model.
pub(super) enum Found {
    Object(Box<CityObject>),
    /// A triangle of a terrain, and the id of the terrain.
    Triangle(Ring, String),
}

/// Takes what is found as it comes.
pub(super) type TakeFound<'t> = &'t mut dyn FnMut(Found) -> Result<(), Stop>;

/// A file that holds city objects.
pub(super) trait Source {
    /// Name of the format.
    fn driver(&self) -> &'static str;

    /// Whether text in it is text beyond doubt, even where it looks like a number.
    fn is_typed(&self) -> bool;

    /// The CRS of the coordinates.
    fn srs(&mut self) -> Result<Srs, ReadFailure>;

    /// Hands over every object of the kinds wanted and every triangle, in the file's order. More may come than is wanted.
    fn each(&mut self, wanted: &dyn Fn(&str) -> bool, take: TakeFound<'_>) -> Result<(), Stop>;

    /// What was seen and left out when everything was last handed over.
    fn remarks(&self) -> Vec<String>;
}

/// An open city model.
pub(super) struct City {
    source: Box<dyn Source>,
    geographic: bool,
    pub(super) layers: Vec<Layer>,
    pub(super) remarks: Vec<String>,
}

/// What kind of values a field has been seen to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Nothing,
    Integer,
    Real,
    Text,
}

fn seen(value: &Value, is_typed: bool) -> Seen {
    match value {
        Value::Null => Seen::Nothing,
        Value::Integer(_) => Seen::Integer,
        Value::Real(_) => Seen::Real,
        Value::Text(_) if is_typed => Seen::Text,
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

/// A value as its field's kind has it.
fn as_kind(value: Value, kind: FieldKind) -> Value {
    match (value, kind) {
        (Value::Text(text), FieldKind::Integer) => text.parse().map_or(Value::Text(text), Value::Integer),
        (Value::Text(text), FieldKind::Real) => text.parse().map_or(Value::Text(text), Value::Real),
        (value, _) => value,
    }
}

/// A layer as it is being learnt.
#[derive(Default)]
struct Learnt {
    fields: Vec<(String, Seen)>,
    index: HashMap<String, usize>,
    count: u64,
    /// Values that have no field.
    beyond: u64,
}

impl Learnt {
    fn take(&mut self, object: &CityObject, is_typed: bool) {
        self.count += 1;
        self.beyond += object.beyond;
        for (name, value) in &object.fields {
            let kind = match value {
                Value::Null => Seen::Nothing,
                _ if name.ends_with("_code") || name.ends_with("_id") => Seen::Text,
                value => seen(value, is_typed),
            };
            if let Some(at) = self.index.get(name) {
                self.fields[*at].1 = self.fields[*at].1.max(kind);
            } else if self.fields.len() + DERIVED.len() >= MOST_FIELDS {
                self.beyond += 1;
            } else {
                self.index.insert(name.clone(), self.fields.len());
                self.fields.push((name.clone(), kind));
            }
        }
    }

    fn fields(self) -> Vec<Field> {
        let learnt = self.fields.into_iter().map(|(name, seen)| {
            let kind = match seen {
                Seen::Integer => FieldKind::Integer,
                Seen::Real => FieldKind::Real,
                Seen::Nothing | Seen::Text => FieldKind::Text,
            };
            Field { name, kind }
        });
        let derived = DERIVED.iter().map(|name| Field {
            name: (*name).to_owned(),
            kind: if *name == "geometry_lod" { FieldKind::Integer } else { FieldKind::Real },
        });
        learnt.chain(derived).collect()
    }
}

impl City {
    /// Reads the file once.
    pub(super) fn open(mut source: Box<dyn Source>) -> Result<Self, ReadFailure> {
        let srs = source.srs()?;
        let is_typed = source.is_typed();
        let mut city = Self { source, geographic: srs.geographic, layers: Vec::new(), remarks: Vec::new() };
        city.remarks.extend(srs.remark.clone());
        let mut order: Vec<String> = Vec::new();
        let mut learnt: HashMap<String, Learnt> = HashMap::new();
        let (mut triangles, mut faces) = (0, 0);
        let geographic = city.geographic;
        let outcome = city.source.each(&|_| true, &mut |found| {
            match found {
                Found::Triangle(..) => triangles += 1,
                Found::Object(object) => {
                    if !learnt.contains_key(&object.kind) {
                        order.push(object.kind.clone());
                    }
                    faces += surfaces::count(&object, geographic) as u64;
                    learnt.entry(object.kind.clone()).or_default().take(&object, is_typed);
                }
            }
            Ok(())
        });
        match outcome {
            Ok(()) => {}
            Err(Stop::Failed(failure)) => return Err(failure),
            Err(_) => {
                return Err(ReadFailure::Unreadable { reason: "reading stopped in the middle".to_owned(), hint: None });
            }
        }
        if order.is_empty() && triangles == 0 {
            let hint = Some("check that the whole file was copied".to_owned());
            return Err(ReadFailure::Unreadable { reason: "the city model holds no object".to_owned(), hint });
        }
        // Layers made of parts of objects have names that no standard gives to a type.
        let has_faces = faces > 0 && !learnt.contains_key(surfaces::LAYER);
        let has_triangles = triangles > 0 && !learnt.contains_key(TRIANGLES);
        for kind in order {
            let Some(learnt) = learnt.remove(&kind) else { continue };
            let count = learnt.count;
            if learnt.beyond > 0 {
                let most = MOST_FIELDS - DERIVED.len();
                city.remarks.push(format!(
                    "objects of type {kind} have more than {most} fields: {} values of the others were not read",
                    learnt.beyond
                ));
            }
            city.add_layer(kind, learnt.fields(), count, srs.wkt.as_ref());
        }
        if has_faces {
            city.add_layer(surfaces::LAYER.to_owned(), surfaces::fields(), faces, srs.wkt.as_ref());
            if let Some(layer) = city.layers.last_mut() {
                layer.in_space = true;
            }
        }
        if has_triangles {
            let relief = Field { name: "relief_id".to_owned(), kind: FieldKind::Text };
            city.add_layer(TRIANGLES.to_owned(), vec![relief], triangles, srs.wkt.as_ref());
        }
        let seen = city.source.remarks();
        city.remarks.extend(seen);
        Ok(city)
    }

    fn add_layer(&mut self, name: String, fields: Vec<Field>, count: u64, crs_wkt: Option<&String>) {
        let crs_wkt = crs_wkt.cloned();
        self.layers.push(Layer { name, fields, count, has_geometry: true, crs_wkt, ..Layer::default() });
    }
}

impl Native for City {
    fn driver(&self) -> &'static str {
        self.source.driver()
    }

    fn layers(&self) -> &[Layer] {
        &self.layers
    }

    fn rows(&mut self, layer: usize, take: Take<'_>) -> Result<(), Stop> {
        let Layer { name, fields, in_space, .. } = self.layers[layer].clone();
        let at: HashMap<&str, usize> = fields.iter().enumerate().map(|(at, field)| (field.name.as_str(), at)).collect();
        let (geographic, mut number) = (self.geographic, 0);
        let wanted = |kind: &str| if in_space { surfaces::has_them(kind) } else { kind == name };
        self.source.each(&wanted, &mut |found| match found {
            Found::Triangle(ring, relief) if name == TRIANGLES && !at.contains_key(DERIVED[0]) => {
                number += 1;
                let wkb = if ring.is_empty() { Vec::new() } else { wkb::polygons(&[vec![ring]]) };
                take(Row { number, values: vec![Value::Text(relief)], wkb, ..Row::default() })
            }
            Found::Object(object) if in_space => surfaces::of(&object, geographic).into_iter().try_for_each(|row| {
                number += 1;
                take(Row { number, ..row })
            }),
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
        })
    }

    fn warnings(&self, layer: usize) -> Vec<String> {
        if layer == 0 { self.remarks.clone() } else { Vec::new() }
    }
}
