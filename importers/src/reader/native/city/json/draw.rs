//! From the members of a CityJSON object to a city object: fields, and boundaries as surfaces, lines and points.

use std::collections::HashSet;
use std::rc::Rc;

use super::super::model::{Found, TakeFound};
use super::super::object::{CityObject, Ring, Side, Surface, scale};
use super::member::{Geometry, Object};
use super::value::Json;
use crate::reader::native::Stop;
use crate::reader::native::row::Value;
use crate::reader::protocol::ReadFailure;

/// How deep objects lie in attributes that are taken apart.
const DEEPEST_ATTRIBUTE: usize = 8;
/// Parts of parts that are followed.
const DEEPEST_FAMILY: usize = 8;
/// A level of detail that is given without a number is taken for a box.
const UNKNOWN_LEVEL: (u8, Option<u8>) = (1, None);
/// The finest level that the standards know.
const FINEST: u8 = 4;

/// Geometries that objects use at their places.
#[derive(Debug, Default)]
pub(super) struct Templates {
    pub(super) geometries: Vec<Geometry>,
    /// As written: they are not scaled.
    pub(super) vertices: Vec<[f64; 3]>,
}

/// What was seen and left out.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// Objects whose geometry cannot be used, and what is wrong with the first.
    faults: u64,
    first_fault: Option<String>,
    /// Geometries whose semantics are nested in another way than their boundaries.
    semantics: u64,
    first_semantics: Option<String>,
    /// Children and parents that are not there.
    relatives: u64,
}

impl Unread {
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(first) = &self.first_fault {
            remarks.push(format!("{} objects have a geometry that cannot be used: {first}", self.faults));
        }
        if let Some(first) = &self.first_semantics {
            remarks.push(format!(
                "{} geometries have semantics that do not fit their boundaries and were not used, first those of {first:?}",
                self.semantics
            ));
        }
        if self.relatives > 0 {
            remarks.push(format!("{} parents or children are named that are not there", self.relatives));
        }
        remarks
    }
}

/// Finds city objects by their ids; `None` where there is none.
pub(super) type Find<'f> = &'f dyn Fn(&str) -> Result<Option<Rc<Object>>, ReadFailure>;

/// What geometries are made of.
pub(super) struct Drawing<'d> {
    /// In the units of the CRS, in the file's order of axes.
    pub(super) vertices: &'d [[f64; 3]],
    pub(super) templates: &'d Templates,
    /// Northings are written first.
    pub(super) north_first: bool,
    pub(super) geographic: bool,
}

impl Drawing<'_> {
    /// Hands over an object, and a terrain's triangles before it.
    pub(super) fn hand_over(
        &self,
        id: &str,
        object: &Object,
        find: Find<'_>,
        unread: &mut Unread,
        take: TakeFound<'_>,
    ) -> Result<(), Stop> {
        let mut city = CityObject { kind: kind_of(object), id: id.to_owned(), ..CityObject::default() };
        city.push("gml_id", id.into());
        for (name, value) in object.attributes.iter().chain(&object.extra) {
            attribute(&mut city, name.trim_start_matches('+'), value, 0);
        }
        for address in &object.addresses {
            let mut words = Vec::new();
            leaves(address, &mut words);
            if !words.is_empty() {
                city.push("address", Value::Text(words.join(" ")));
            }
        }
        for parent in &object.parents {
            city.push("parent_id", parent.as_str().into());
        }
        if object.kind == "TINRelief" {
            if let Err(fault) = self.triangles(id, object, take)? {
                unread.faults += 1;
                unread.first_fault.get_or_insert_with(|| fault.clone());
                city.fault = Some(fault);
            }
            return take(Found::Object(Box::new(city)));
        }
        if object.kind.ends_with("Part") {
            city.root = root(object, find, unread)?;
        }
        match self.family(id, object, find, &mut HashSet::new(), unread)? {
            Ok(drawn) => (city.surfaces, city.lines, city.points) = (drawn.surfaces, drawn.lines, drawn.points),
            Err(fault) => {
                unread.faults += 1;
                unread.first_fault.get_or_insert_with(|| fault.clone());
                city.fault = Some(fault);
            }
        }
        take(Found::Object(Box::new(city)))
    }

    /// An object as it and its family draw it: installations are drawn with what they stand on, parts stand for a whole
    /// that has no body of its own. The inner error says which object's geometry cannot be used.
    fn family(
        &self,
        id: &str,
        object: &Object,
        find: Find<'_>,
        seen: &mut HashSet<String>,
        unread: &mut Unread,
    ) -> Result<Result<CityObject, String>, ReadFailure> {
        let mut whole = CityObject { kind: kind_of(object), ..CityObject::default() };
        if let Err(fault) = self.draw(id, object, &mut whole, unread) {
            return Ok(Err(format!("{id:?}: {fault}")));
        }
        let mut parts = Vec::new();
        seen.insert(id.to_owned());
        for child in &object.children {
            // A family tree has no circles, whatever a file says.
            if seen.contains(child) {
                continue;
            }
            let Some(member) = find(child)? else {
                unread.relatives += 1;
                continue;
            };
            let is_part = member.kind.ends_with("Part");
            if !is_part && !["Installation", "ConstructiveElement"].iter().any(|end| member.kind.ends_with(end)) {
                continue;
            }
            // What is wrong with a child is said of the child.
            let Ok(mut drawn) = self.family(child, &member, find, seen, &mut Unread::default())? else { continue };
            if is_part {
                parts.push(drawn);
            } else {
                whole.surfaces.append(&mut drawn.surfaces);
            }
        }
        whole.stand_for(&parts);
        Ok(Ok(whole))
    }

    /// What an object draws itself: of every level its finest detail, of lines and points those of the highest level.
    fn draw(&self, id: &str, object: &Object, out: &mut CityObject, unread: &mut Unread) -> Result<(), String> {
        let mut finest: [Option<Option<u8>>; FINEST as usize + 1] = [None; FINEST as usize + 1];
        let mut linear: Option<(u8, Option<u8>)> = None;
        let mut resolved = Vec::with_capacity(object.geometry.len());
        for geometry in &object.geometry {
            let placed = self.resolve(geometry)?;
            if placed.shape.boundaries.level == 0 {
                continue;
            }
            let (lod, detail) = placed.shape.lod.unwrap_or(UNKNOWN_LEVEL);
            let lod = lod.min(FINEST);
            if placed.shape.boundaries.level >= 3 {
                let known = &mut finest[usize::from(lod)];
                *known = Some(known.map_or(detail, |known| known.max(detail)));
            } else {
                linear = linear.max(Some((lod, detail)));
            }
            resolved.push((placed, lod, detail));
        }
        for (placed, lod, detail) in resolved {
            let is_surface = placed.shape.boundaries.level >= 3;
            let best =
                if is_surface { finest[usize::from(lod)] == Some(detail) } else { linear == Some((lod, detail)) };
            if best {
                self.draw_one(id, &placed, (lod, detail), out, unread)?;
            }
        }
        Ok(())
    }

    fn draw_one(
        &self,
        id: &str,
        placed: &Placed<'_>,
        (lod, detail): (u8, Option<u8>),
        out: &mut CityObject,
        unread: &mut Unread,
    ) -> Result<(), String> {
        let boundaries = &placed.shape.boundaries;
        match boundaries.level {
            1 => {
                for index in boundaries.items(1, 0) {
                    out.points.push(self.place(placed, boundaries.indices[index])?);
                }
            }
            2 => {
                for line in boundaries.items(2, 0) {
                    out.lines.push(self.ring(placed, line)?);
                }
            }
            _ => {
                let sides = self.sides(id, placed.shape, unread);
                for surface in 0..boundaries.ends[1].len() {
                    let rings = boundaries.items(2, surface).map(|ring| self.ring(placed, ring));
                    let rings = rings.collect::<Result<Vec<Ring>, String>>()?;
                    let side = sides.get(surface).copied().unwrap_or_default();
                    out.surfaces.push(Surface { lod, detail, side, rings, of_part: false });
                }
            }
        }
        Ok(())
    }

    /// What each surface of a geometry is; nothing where the file does not say.
    #[allow(clippy::unused_self, reason = "as its sisters")]
    fn sides(&self, id: &str, shape: &Geometry, unread: &mut Unread) -> Vec<Side> {
        if shape.surfaces.is_empty() {
            return Vec::new();
        }
        let Some(values) = shape.boundaries.per_surface(&shape.values) else {
            unread.semantics += 1;
            unread.first_semantics.get_or_insert_with(|| id.to_owned());
            return Vec::new();
        };
        let side =
            |value: Option<usize>| value.and_then(|value| shape.surfaces.get(value)).map(|name| Side::named(name));
        values.into_iter().map(|value| side(value).unwrap_or_default()).collect()
    }

    /// The triangles of a terrain at its finest level. The inner error says what is wrong with them.
    fn triangles(&self, id: &str, object: &Object, take: TakeFound<'_>) -> Result<Result<(), String>, Stop> {
        let Some(geometry) = object.geometry.iter().max_by_key(|geometry| geometry.lod) else { return Ok(Ok(())) };
        let placed = match self.resolve(geometry) {
            Ok(placed) => placed,
            Err(fault) => return Ok(Err(format!("{id:?}: {fault}"))),
        };
        let boundaries = &placed.shape.boundaries;
        if boundaries.level < 3 {
            return Ok(Ok(()));
        }
        for surface in 0..boundaries.ends[1].len() {
            let outer = boundaries.items(2, surface).start;
            match self.ring(&placed, outer) {
                Ok(ring) => take(Found::Triangle(ring, id.to_owned()))?,
                Err(fault) => return Ok(Err(format!("{id:?}: {fault}"))),
            }
        }
        Ok(Ok(()))
    }

    fn ring(&self, placed: &Placed<'_>, ring: usize) -> Result<Ring, String> {
        let boundaries = &placed.shape.boundaries;
        boundaries.items(1, ring).map(|index| self.place(placed, boundaries.indices[index])).collect()
    }

    /// Where a vertex lies: east, north, height.
    fn place(&self, placed: &Placed<'_>, index: u32) -> Result<[f64; 3], String> {
        let Some(instance) = &placed.instance else { return self.vertex(index) };
        let vertices = &self.templates.vertices;
        let Some([x, y, z]) = vertices.get(index as usize) else {
            return Err(format!(
                "its template refers to vertex {index}, which does not exist: there are {} of templates",
                vertices.len()
            ));
        };
        let row = |row: usize| {
            let [a, b, c, d] = instance.matrix[row];
            a * x + b * y + c * z + d
        };
        // A template is measured in metres, from its own corner.
        let [kx, ky] = scale(self.geographic, instance.at[1]);
        Ok([instance.at[0] + row(0) / kx, instance.at[1] + row(1) / ky, instance.at[2] + row(2)])
    }

    fn vertex(&self, index: u32) -> Result<[f64; 3], String> {
        let Some([a, b, z]) = self.vertices.get(index as usize).copied() else {
            let count = self.vertices.len();
            return Err(format!("it refers to vertex {index}, which does not exist: there are {count}"));
        };
        Ok(if self.north_first { [b, a, z] } else { [a, b, z] })
    }

    /// The geometry itself, or the template that it places.
    fn resolve<'g>(&'g self, geometry: &'g Geometry) -> Result<Placed<'g>, String> {
        check(geometry)?;
        if geometry.kind != "GeometryInstance" {
            return Ok(Placed { shape: geometry, instance: None });
        }
        let number = match &geometry.template {
            Some(Json::Integer(number)) => *number,
            _ => return Err("it places a template without saying which".to_owned()),
        };
        let template = usize::try_from(number).ok().and_then(|number| self.templates.geometries.get(number));
        let Some(template) = template else {
            let count = self.templates.geometries.len();
            return Err(format!("it places template {number}, which does not exist: there are {count}"));
        };
        check(template)?;
        if template.kind == "GeometryInstance" {
            return Err(format!("template {number} places another template"));
        }
        let [at] = geometry.boundaries.indices.as_slice() else {
            return Err("it places a template at more or fewer than one vertex".to_owned());
        };
        let at = self.vertex(*at)?;
        let matrix = match &geometry.matrix {
            None => [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]],
            Some(matrix) => rows(matrix).ok_or("its transformation matrix is not one of 16 numbers")?,
        };
        Ok(Placed { shape: template, instance: Some(Instance { at, matrix }) })
    }
}

/// A geometry and how it is placed.
struct Placed<'g> {
    shape: &'g Geometry,
    instance: Option<Instance>,
}

struct Instance {
    at: [f64; 3],
    /// The first three rows.
    matrix: [[f64; 4]; 3],
}

/// The first three rows of a matrix of four by four, written row by row.
fn rows(matrix: &Json) -> Option<[[f64; 4]; 3]> {
    let Json::List(list) = matrix else { return None };
    let numbers: Vec<f64> = list.iter().map(Json::as_number).collect::<Option<_>>()?;
    if numbers.len() != 16 {
        return None;
    }
    let mut rows = [[0.0; 4]; 3];
    for (row, chunk) in rows.iter_mut().zip(numbers.chunks_exact(4)) {
        row.copy_from_slice(chunk);
    }
    Some(rows)
}

/// Whether boundaries are nested as the geometry's type wants it.
fn check(geometry: &Geometry) -> Result<(), String> {
    if let Some(fault) = &geometry.boundaries.fault {
        return Err(fault.clone());
    }
    let Some(expected) = geometry.expected_level() else {
        return Err(format!("{:?} is no geometry of CityJSON", geometry.kind));
    };
    let level = geometry.boundaries.level;
    if level != 0 && level != expected {
        return Err(format!("the boundaries of a {} are nested {expected} deep, its are {level}", geometry.kind));
    }
    Ok(())
}

/// The type without the mark of extensions. The objects of a terrain go by CityGML's name for them, and their triangles by
/// that of the layer of triangles.
pub(super) fn kind_of(object: &Object) -> String {
    kind_named(&object.kind)
}

/// As [`kind_of`].
pub(super) fn kind_named(kind: &str) -> String {
    match kind.trim_start_matches('+') {
        "TINRelief" => "ReliefFeature".to_owned(),
        "" => "Nameless".to_owned(),
        other => other.to_owned(),
    }
}

/// The whole that a part belongs to.
fn root(object: &Object, find: Find<'_>, unread: &mut Unread) -> Result<Option<String>, ReadFailure> {
    let Some(mut id) = object.parents.first().cloned() else { return Ok(None) };
    for _ in 0..DEEPEST_FAMILY {
        match find(&id)? {
            Some(parent) if parent.kind.ends_with("Part") && !parent.parents.is_empty() => {
                id.clone_from(&parent.parents[0]);
            }
            Some(_) => break,
            None => {
                unread.relatives += 1;
                break;
            }
        }
    }
    Ok(Some(id))
}

/// An attribute as fields: objects are taken apart, lists stay as they are written.
fn attribute(object: &mut CityObject, name: &str, value: &Json, depth: usize) {
    match value {
        Json::Null => object.push(name, Value::Null),
        Json::Boolean(value) => object.push(name, Value::Text(value.to_string())),
        Json::Integer(value) => object.push(name, Value::Integer(*value)),
        Json::Real(value) => object.push(name, Value::Real(*value)),
        Json::Text(text) => object.push(name, Value::Text(text.clone())),
        Json::Object(members) if depth < DEEPEST_ATTRIBUTE && !members.is_empty() => {
            // A measure with its unit: the metre goes without saying.
            if let ([_, _], Some(measure), Some(unit)) =
                (members.as_slice(), value.get("value"), value.get("uom").and_then(Json::as_text))
            {
                attribute(object, name, measure, depth + 1);
                if !["m", "#m", "metre", "meter", ""].contains(&unit) {
                    object.push(&format!("{name}_uom"), unit.into());
                }
                return;
            }
            for (inner, value) in members {
                attribute(object, &format!("{name}_{}", inner.trim_start_matches('+')), value, depth + 1);
            }
        }
        Json::List(_) | Json::Object(_) => object.push(name, Value::Text(value.to_string())),
    }
}

/// The words of an address, in the file's order. Where it is on the map is no word.
fn leaves(value: &Json, words: &mut Vec<String>) {
    match value {
        Json::Text(text) if !text.trim().is_empty() => words.push(text.trim().to_owned()),
        Json::Integer(_) | Json::Real(_) => words.push(value.to_string()),
        Json::List(list) => list.iter().for_each(|item| leaves(item, words)),
        Json::Object(members) => {
            members.iter().filter(|(name, _)| name != "location").for_each(|(_, value)| leaves(value, words));
        }
        _ => {}
    }
}
