//! GeoJSON coordinates into well-known binary, without a tree of lists in between.
//!
//! Whether the geometry is valid is left to `validity`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Lists nested deeper than a multi-polygon's positions are no coordinates.
const DEEPEST: usize = 4;
/// Collections nested deeper than this are no geometry.
const DEEPEST_COLLECTION: u8 = 16;

/// The coordinates of a geometry, flat: positions, and where the lists of each level end.
#[derive(Debug, Default)]
struct Flat {
    positions: Vec<[f64; 3]>,
    has_z: bool,
    /// Ends of lists that hold positions, then of lists of those, and of lists of those.
    ends: [Vec<u32>; 3],
    /// Levels of lists above the positions; `None` before any was seen.
    levels: Option<usize>,
    /// Something is there that is no coordinate.
    odd: bool,
}

impl Flat {
    fn clear(&mut self) {
        self.positions.clear();
        self.ends.iter_mut().for_each(Vec::clear);
        (self.has_z, self.levels, self.odd) = (false, None, false);
    }
}

/// A geometry as written; reused from feature to feature.
#[derive(Debug, Default)]
pub(super) struct Shape {
    kind: String,
    flat: Flat,
    members: Vec<Shape>,
    /// There was an object at all.
    pub(super) is_there: bool,
}

/// Why a geometry cannot be used.
pub(super) enum Unusable {
    /// It has no coordinates.
    Empty,
    /// It is no geometry.
    Odd(String),
}

impl Shape {
    pub(super) fn clear(&mut self) {
        self.kind.clear();
        self.flat.clear();
        self.members.clear();
        self.is_there = false;
    }

    /// Whether it covers ground, or may.
    pub(super) fn is_area(&self) -> bool {
        matches!(self.kind.as_str(), "Polygon" | "MultiPolygon" | "GeometryCollection")
    }

    /// Widens `bounds` (west, south, east, north) to hold the positions.
    pub(super) fn widen(&self, bounds: &mut Option<[f64; 4]>) {
        for [x, y, _] in &self.flat.positions {
            let [west, south, east, north] = bounds.unwrap_or([*x, *y, *x, *y]);
            *bounds = Some([west.min(*x), south.min(*y), east.max(*x), north.max(*y)]);
        }
        self.members.iter().for_each(|member| member.widen(bounds));
    }

    /// Appends ISO well-known binary, rings closed.
    pub(super) fn append(&self, out: &mut Vec<u8>) -> Result<(), Unusable> {
        let start = out.len();
        let appended = self.write(out, self.has_z());
        if appended.is_err() {
            out.truncate(start);
        }
        appended
    }

    fn has_z(&self) -> bool {
        self.flat.has_z || self.members.iter().any(Self::has_z)
    }

    fn write(&self, out: &mut Vec<u8>, has_z: bool) -> Result<(), Unusable> {
        if self.flat.odd {
            return Err(Unusable::Odd("its coordinates are not all numbers".to_owned()));
        }
        let (code, levels) = match self.kind.as_str() {
            "Point" => (1, 0),
            "LineString" => (2, 1),
            "Polygon" => (3, 2),
            "MultiPoint" => (4, 1),
            "MultiLineString" => (5, 2),
            "MultiPolygon" => (6, 3),
            "GeometryCollection" => {
                if self.members.is_empty() {
                    return Err(Unusable::Empty);
                }
                head(out, 7, has_z);
                count(out, self.members.len());
                return self.members.iter().try_for_each(|member| member.write(out, has_z));
            }
            other => return Err(Unusable::Odd(format!("{other:?} is no geometry of GeoJSON"))),
        };
        if self.flat.positions.is_empty() {
            return Err(Unusable::Empty);
        }
        if self.flat.levels != Some(levels) {
            return Err(Unusable::Odd(format!("its coordinates are not those of a {}", self.kind)));
        }
        let positions = &self.flat.positions[..];
        let [lines, areas, _] = &self.flat.ends;
        head(out, code, has_z);
        match code {
            1 => position(out, &positions[0], has_z),
            2 => run(out, positions, has_z, false),
            3 => rings(out, positions, 0, lines, has_z),
            4 => {
                count(out, positions.len());
                for at in positions {
                    head(out, 1, has_z);
                    position(out, at, has_z);
                }
            }
            5 => {
                count(out, lines.len());
                let mut from = 0;
                for end in lines {
                    head(out, 2, has_z);
                    run(out, &positions[from..*end as usize], has_z, false);
                    from = *end as usize;
                }
            }
            _ => {
                count(out, areas.len());
                let (mut ring, mut from) = (0, 0);
                for end in areas {
                    let own = &lines[ring..*end as usize];
                    head(out, 3, has_z);
                    rings(out, positions, from, own, has_z);
                    from = own.last().map_or(from, |end| *end as usize);
                    ring = *end as usize;
                }
            }
        }
        Ok(())
    }
}

fn head(out: &mut Vec<u8>, code: u32, has_z: bool) {
    out.push(1);
    out.extend_from_slice(&(code + if has_z { 1000 } else { 0 }).to_le_bytes());
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

fn position(out: &mut Vec<u8>, at: &[f64; 3], has_z: bool) {
    for ordinate in &at[..if has_z { 3 } else { 2 }] {
        out.extend_from_slice(&ordinate.to_le_bytes());
    }
}

fn run(out: &mut Vec<u8>, positions: &[[f64; 3]], has_z: bool, closed: bool) {
    let open = closed && positions.first().map(|at| [at[0], at[1]]) != positions.last().map(|at| [at[0], at[1]]);
    count(out, positions.len() + usize::from(open));
    for at in positions {
        position(out, at, has_z);
    }
    if let (true, Some(first)) = (open, positions.first()) {
        position(out, first, has_z);
    }
}

fn rings(out: &mut Vec<u8>, positions: &[[f64; 3]], mut from: usize, ends: &[u32], has_z: bool) {
    count(out, ends.len());
    for end in ends {
        run(out, &positions[from..*end as usize], has_z, true);
        from = *end as usize;
    }
}

/// Reads a geometry object into a [`Shape`].
pub(super) struct IntoShape<'s>(pub(super) &'s mut Shape, pub(super) u8);

impl<'de> DeserializeSeed<'de> for IntoShape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IntoShape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a geometry object or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.is_there = true;
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Type => self.0.kind = map.next_value()?,
                Key::Coordinates => {
                    self.0.flat.clear();
                    map.next_value_seed(Level(&mut self.0.flat, 0))?;
                }
                Key::Geometries if self.1 < DEEPEST_COLLECTION => {
                    self.0.members.clear();
                    map.next_value_seed(Members(&mut self.0.members, self.1 + 1))?;
                }
                Key::Geometries | Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Type,
    Coordinates,
    Geometries,
    #[serde(other)]
    Other,
}

struct Members<'s>(&'s mut Vec<Shape>, u8);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of geometries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            let mut member = Shape::default();
            if items.next_element_seed(IntoShape(&mut member, self.1))?.is_none() {
                return Ok(());
            }
            self.0.push(member);
        }
    }
}

/// One level of coordinates: a list of lists, or a position.
struct Level<'s>(&'s mut Flat, usize);

/// What an element of a level turned out to be.
enum Element {
    Number(f64),
    List,
    Neither,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Element;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Element, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Element, E> {
        Ok(Element::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Element, E> {
        Ok(Element::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Element, E> {
        Ok(Element::Number(value as f64))
    }

    fn visit_unit<E>(self) -> Result<Element, E> {
        self.0.odd = true;
        Ok(Element::Neither)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Element, E> {
        self.visit_unit()
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Element, E> {
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.odd = true;
        Ok(Element::Neither)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Element, A::Error> {
        let Self(flat, depth) = self;
        if depth > DEEPEST {
            flat.odd = true;
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Element::List);
        }
        let mut numbers = [0.0; 3];
        let (mut count, mut lists) = (0_usize, 0_usize);
        while let Some(element) = items.next_element_seed(Level(flat, depth + 1))? {
            match element {
                Element::Number(number) => {
                    if let Some(slot) = numbers.get_mut(count) {
                        *slot = number;
                    }
                    count += 1;
                }
                Element::List => lists += 1,
                Element::Neither => {}
            }
        }
        if count > 0 {
            flat.odd |= lists > 0 || count < 2 || flat.levels.is_some_and(|levels| levels != depth);
            flat.levels = Some(depth);
            flat.has_z |= count > 2;
            flat.positions.push(numbers);
        } else if let Some(levels) = flat.levels {
            // An empty list among full ones ends where it begins.
            if let Some(above) = levels.checked_sub(depth + 1) {
                let end = if above == 0 { flat.positions.len() } else { flat.ends.get(above - 1).map_or(0, Vec::len) };
                match flat.ends.get_mut(above) {
                    Some(ends) => ends.push(end as u32),
                    None => flat.odd = true,
                }
            } else {
                flat.odd = true;
            }
        }
        Ok(Element::List)
    }
}
