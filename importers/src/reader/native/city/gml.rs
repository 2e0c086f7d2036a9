//! Members of a CityGML model (2.0, and 1.0 or 3.0 where they say it the same way) as city objects.
//!
//! Fields keep the file's names. Codes are turned into words where their list lies beside the data, and kept.

use std::collections::{HashMap, HashSet};

use super::codelists::Codelists;
use super::object::{CityObject, Ring, Side, Surface};
use super::xml::Element;
use crate::reader::native::row::Value;

/// Coordinates as the file writes them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Axes {
    /// Latitude or northing is written first.
    pub(super) north_first: bool,
}

/// What was seen and left out.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// Textures and materials.
    pub(super) appearances: u64,
    /// References to surfaces of other members or of none.
    pub(super) references: u64,
}

/// Reads members into objects.
pub(super) struct Gml<'c> {
    pub(super) axes: Axes,
    pub(super) lists: &'c mut Codelists,
    pub(super) unread: Unread,
}

/// Polygons of a member by their `gml:id`, for references to them, and those that have been drawn, by level.
#[derive(Default)]
struct Known<'e> {
    polygons: HashMap<&'e str, &'e Element>,
    drawn: HashSet<(&'e str, u8)>,
}

impl Gml<'_> {
    /// The object of a member and its parts, which come after it.
    pub(super) fn objects(&mut self, member: &Element) -> Vec<CityObject> {
        let mut known = Known::default();
        remember(member, &mut known.polygons);
        let mut object = CityObject { kind: member.name.clone(), ..CityObject::default() };
        if let Some(id) = member.attribute("id") {
            object.push("gml_id", id.into());
            id.clone_into(&mut object.id);
        }
        let mut parts = Vec::new();
        self.take(member, "", &mut object, &mut parts, &mut known);
        for part in &mut parts {
            if let Some(id) = member.attribute("id") {
                // A part of a part knows its own whole already.
                if part.root.is_none() {
                    part.push("parent_id", id.into());
                }
                part.root = Some(id.to_owned());
            }
        }
        object.stand_for(&parts);
        let mut all = vec![object];
        all.append(&mut parts);
        all
    }

    fn take<'e>(
        &mut self,
        element: &'e Element,
        prefix: &str,
        object: &mut CityObject,
        parts: &mut Vec<CityObject>,
        known: &mut Known<'e>,
    ) {
        // Roofs and walls first: a solid that stands before them in the file lists the same polygons without such words.
        for bounds in element.children.iter().filter(|child| ["boundedBy", "boundary"].contains(&child.name.as_str())) {
            self.bounds(bounds, object, known);
        }
        for child in &element.children {
            let name = child.name.as_str();
            if let Some(lod) = level(child) {
                self.draw(child, lod, Side::Unknown, object, known);
                continue;
            }
            match name {
                "consistsOfBuildingPart" | "consistsOfBridgePart" | "consistsOfTunnelPart" | "buildingPart" => {
                    for part in &child.children {
                        parts.extend(self.objects(part));
                    }
                }
                "boundedBy" | "boundary" => {}
                "appearance" | "appearanceMember" => self.unread.appearances += 1,
                "address" => {
                    let mut words = Vec::new();
                    leaves(child, &mut words);
                    if !words.is_empty() {
                        object.push("address", Value::Text(words.join(" ")));
                    }
                }
                "genericAttributeSet" => {
                    let set = child.attribute("name").unwrap_or("set");
                    self.take(child, &format!("{prefix}{set}_"), object, parts, known);
                }
                _ if child.attribute("name").is_some()
                    && name.ends_with("Attribute")
                    && child.child("value").is_some() =>
                {
                    let label = format!("{prefix}{}", child.attribute("name").unwrap_or_default());
                    let value = child.child("value").cloned().unwrap_or_default();
                    let text = value.text.trim();
                    // Text stays text even where it looks like a number.
                    let parsed = if ["intAttribute", "doubleAttribute", "measureAttribute"].contains(&name) {
                        Value::from(text)
                    } else {
                        Value::Text(text.to_owned())
                    };
                    object.push(&label, parsed);
                    self.unit(&value, &label, object);
                }
                _ if child.children.is_empty() => self.leaf(child, prefix, object),
                // A property holds objects of a type: theirs is the name that tells two of them apart.
                _ => {
                    for inner in &child.children {
                        if inner.children.is_empty() {
                            self.leaf(inner, &format!("{prefix}{name}_"), object);
                        } else {
                            let typed = format!("{prefix}{}_", inner.name);
                            self.take(inner, &typed, object, parts, known);
                        }
                    }
                }
            }
        }
    }

    fn leaf(&mut self, leaf: &Element, prefix: &str, object: &mut CityObject) {
        let text = leaf.text.trim();
        let name = format!("{prefix}{}", leaf.name);
        if text.is_empty() {
            if let Some(href) = leaf.attribute("href") {
                object.push(&name, href.into());
            }
            return;
        }
        if let Some(space) = leaf.attribute("codeSpace") {
            let words = self.lists.words(space, text).unwrap_or(text).to_owned();
            object.push(&name, Value::Text(words));
            object.push(&format!("{name}_code"), text.into());
            return;
        }
        object.push(&name, text.into());
        self.unit(leaf, &name, object);
    }

    /// Keeps a unit that is not the metre.
    #[allow(clippy::unused_self, reason = "as its sisters")]
    fn unit(&mut self, measure: &Element, name: &str, object: &mut CityObject) {
        if let Some(unit) = measure.attribute("uom").filter(|unit| !["m", "#m", ""].contains(unit)) {
            object.push(&format!("{name}_uom"), unit.into());
        }
    }

    /// Roofs, walls and grounds, with the windows and doors in them.
    fn bounds<'e>(&mut self, property: &'e Element, object: &mut CityObject, known: &mut Known<'e>) {
        for thematic in property.children.iter().filter(|child| child.name.ends_with("Surface")) {
            self.thematic(thematic, object, known);
        }
    }

    fn thematic<'e>(&mut self, thematic: &'e Element, object: &mut CityObject, known: &mut Known<'e>) {
        let side = Side::named(&thematic.name);
        for drawn in &thematic.children {
            if let Some(lod) = level(drawn) {
                self.draw(drawn, lod, side, object, known);
            } else if ["opening", "fillingSurface"].contains(&drawn.name.as_str()) {
                for opening in &drawn.children {
                    self.thematic(opening, object, known);
                }
            }
        }
    }

    /// Everything that is drawn below a property such as `lod1Solid`.
    fn draw<'e>(&mut self, element: &'e Element, lod: u8, side: Side, object: &mut CityObject, known: &mut Known<'e>) {
        if let Some(href) = element.attribute("href") {
            match known.polygons.get(href.trim_start_matches('#')) {
                Some(polygon) => self.draw_polygon(polygon, lod, side, object, known),
                None => self.unread.references += 1,
            }
        }
        match element.name.as_str() {
            "Polygon" | "PolygonPatch" | "Rectangle" | "Triangle" => {
                self.draw_polygon(element, lod, side, object, known);
            }
            "LineString" | "LineStringSegment" => object.lines.extend(positions(element, self.axes)),
            "Point" => object.points.extend(positions(element, self.axes).and_then(|line| line.first().copied())),
            _ => {
                for child in &element.children {
                    self.draw(child, lod, side, object, known);
                }
            }
        }
    }

    /// Draws a polygon, once a level however often it is named.
    fn draw_polygon<'e>(
        &mut self,
        polygon: &'e Element,
        lod: u8,
        side: Side,
        object: &mut CityObject,
        known: &mut Known<'e>,
    ) {
        if let Some(id) = polygon.attribute("id")
            && !known.drawn.insert((id, lod))
        {
            return;
        }
        let ring = |name: &[&str]| -> Vec<Ring> {
            let rings = polygon.children.iter().filter(|child| name.contains(&child.name.as_str()));
            rings.flat_map(|ring| &ring.children).filter_map(|ring| positions(ring, self.axes)).collect()
        };
        let mut rings = ring(&["exterior", "outerBoundaryIs"]);
        if rings.is_empty() {
            return;
        }
        rings.extend(ring(&["interior", "innerBoundaryIs"]));
        object.surfaces.push(Surface { lod, side, rings, ..Surface::default() });
    }
}

/// Level of detail of a property that draws, by its name.
fn level(property: &Element) -> Option<u8> {
    let rest = property.name.strip_prefix("lod")?;
    let digit = rest.bytes().next().filter(u8::is_ascii_digit)?;
    (!property.children.is_empty() || property.attribute("href").is_some()).then_some(digit - b'0')
}

fn remember<'e>(element: &'e Element, known: &mut HashMap<&'e str, &'e Element>) {
    if let ("Polygon", Some(id)) = (element.name.as_str(), element.attribute("id")) {
        known.insert(id, element);
    }
    for child in &element.children {
        remember(child, known);
    }
}

fn leaves(element: &Element, words: &mut Vec<String>) {
    let text = element.text.trim();
    if !text.is_empty() {
        words.push(text.to_owned());
    }
    for child in &element.children {
        leaves(child, words);
    }
}

/// Coordinates of a ring, line or point: `posList`, several `pos`, or the `coordinates` of old files.
pub(super) fn positions(element: &Element, axes: Axes) -> Option<Ring> {
    let mut line = Ring::new();
    for child in &element.children {
        let numbers = |text: &str| -> Option<Vec<f64>> {
            text.split(|c: char| c.is_whitespace() || c == ',')
                .filter(|w| !w.is_empty())
                .map(|w| w.parse().ok())
                .collect()
        };
        match child.name.as_str() {
            "posList" | "pos" | "coordinates" => {
                let numbers = numbers(&child.text)?;
                let dimension = child.attribute("srsDimension").and_then(|text| text.parse().ok());
                let plain = if numbers.len() % 3 == 0 { 3 } else { 2 };
                let dimension: usize = dimension.filter(|d| [2, 3].contains(d)).unwrap_or(plain);
                for at in numbers.chunks_exact(dimension) {
                    let z = at.get(2).copied().unwrap_or(f64::NAN);
                    line.push(if axes.north_first { [at[1], at[0], z] } else { [at[0], at[1], z] });
                }
            }
            _ => line.extend(positions(child, axes).unwrap_or_default()),
        }
    }
    (!line.is_empty()).then_some(line)
}
