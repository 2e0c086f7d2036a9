//! City objects, geometries and features as CityJSON 1.0 to 2.0 writes them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::nest::Nest;
use super::value::Json;

/// A city object.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) kind: String,
    /// In the file's order.
    pub(super) attributes: Vec<(String, Json)>,
    pub(super) addresses: Vec<Json>,
    pub(super) geometry: Vec<Geometry>,
    pub(super) parents: Vec<String>,
    pub(super) children: Vec<String>,
    /// Members that the standard does not know, as extensions add them.
    pub(super) extra: Vec<(String, Json)>,
}

/// A geometry, or the use of a template.
#[derive(Debug, Default)]
pub(super) struct Geometry {
    pub(super) kind: String,
    /// Level of detail, and what stands behind its point.
    pub(super) lod: Option<(u8, Option<u8>)>,
    pub(super) boundaries: Nest,
    /// Types of surfaces, and which boundary has which.
    pub(super) surfaces: Vec<String>,
    pub(super) values: Json,
    pub(super) template: Option<Json>,
    pub(super) matrix: Option<Json>,
}

impl Geometry {
    /// Level of the outermost list of boundaries; `None` for a type that the standard does not know.
    pub(super) fn expected_level(&self) -> Option<usize> {
        Some(match self.kind.as_str() {
            "MultiPoint" | "GeometryInstance" => 1,
            "MultiLineString" => 2,
            "MultiSurface" | "CompositeSurface" => 3,
            "Solid" => 4,
            "MultiSolid" | "CompositeSolid" => 5,
            _ => return None,
        })
    }
}

/// A feature of a sequence.
#[derive(Debug, Default)]
pub(super) struct Feature {
    pub(super) kind: String,
    pub(super) objects: Vec<(String, Object)>,
    pub(super) vertices: Vec<[f64; 3]>,
    pub(super) has_appearance: bool,
}

/// Level of detail as 1.0 (a number) and later versions (a text such as `2.2`) write it.
fn level(lod: &Json) -> Option<(u8, Option<u8>)> {
    let text = match lod {
        Json::Integer(_) | Json::Real(_) => lod.to_string(),
        Json::Text(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (major, minor) = match text.split_once('.') {
        Some((major, minor)) => (major, Some(minor)),
        None => (text.as_str(), None),
    };
    Some((major.parse().ok()?, minor.and_then(|minor| minor.parse().ok())))
}

/// Something that is read from the members of an object, one by one.
trait FromMembers: Default {
    /// Takes the value of a member.
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error>;
}

struct Members<T>(PhantomData<T>);

impl<'de, T: FromMembers> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut found = T::default();
        while let Some(name) = members.next_key::<String>()? {
            found.member(&name, &mut members)?;
        }
        Ok(found)
    }
}

macro_rules! deserialize_from_members {
    ($($kind:ty),*) => {$(
        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(Members(PhantomData))
            }
        }
    )*};
}

deserialize_from_members!(Object, Geometry, Feature);

/// The value, or nothing where there is `null`.
fn or_nothing<'de, A: MapAccess<'de>, T: Deserialize<'de> + Default>(members: &mut A) -> Result<T, A::Error> {
    Ok(members.next_value::<Option<T>>()?.unwrap_or_default())
}

fn pairs(value: Json) -> Vec<(String, Json)> {
    match value {
        Json::Object(pairs) => pairs,
        _ => Vec::new(),
    }
}

impl FromMembers for Object {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "type" => self.kind = members.next_value()?,
            "attributes" => self.attributes = pairs(members.next_value()?),
            // One of them up to version 1.0, a list since.
            "address" => match members.next_value()? {
                Json::List(list) => self.addresses = list,
                Json::Null => {}
                one => self.addresses = vec![one],
            },
            "geometry" => self.geometry = or_nothing(members)?,
            "parents" => self.parents = or_nothing(members)?,
            "children" => self.children = or_nothing(members)?,
            // Said by the geometry and the children themselves.
            "geographicalExtent" | "children_roles" | "childrenRoles" | "members" => {
                members.next_value::<IgnoredAny>()?;
            }
            other => self.extra.push((other.to_owned(), members.next_value()?)),
        }
        Ok(())
    }
}

impl FromMembers for Geometry {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "type" => self.kind = members.next_value()?,
            "lod" => self.lod = level(&members.next_value()?),
            "boundaries" => self.boundaries = members.next_value()?,
            "semantics" => {
                for (name, value) in pairs(members.next_value()?) {
                    match (name.as_str(), value) {
                        ("surfaces", Json::List(surfaces)) => {
                            let kind = |surface: &Json| surface.get("type").and_then(Json::as_text).map(str::to_owned);
                            self.surfaces = surfaces.iter().map(|surface| kind(surface).unwrap_or_default()).collect();
                        }
                        ("values", value) => self.values = value,
                        _ => {}
                    }
                }
            }
            "template" => self.template = members.next_value()?,
            "transformationMatrix" => self.matrix = members.next_value()?,
            // Materials and textures.
            _ => {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// City objects by their ids, in the file's order.
#[derive(Default)]
struct Objects(Vec<(String, Object)>);

impl FromMembers for Objects {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        self.0.push((name.to_owned(), members.next_value()?));
        Ok(())
    }
}

deserialize_from_members!(Objects);

impl FromMembers for Feature {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<(), A::Error> {
        match name {
            "type" => self.kind = members.next_value()?,
            "CityObjects" => self.objects = members.next_value::<Objects>()?.0,
            "vertices" => self.vertices = members.next_value()?,
            "appearance" => self.has_appearance = members.next_value::<Json>()? != Json::Null,
            _ => {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_numbers_or_texts() {
        let of = |text: &str| level(&serde_json::from_str(text).unwrap());
        assert_eq!(
            (of("2"), of("2.0"), of("2.2"), of("1e0")),
            (Some((2, None)), Some((2, None)), Some((2, Some(2))), Some((1, None)))
        );
        assert_eq!(
            (of("\"2\""), of("\"1.3\""), of("\"2.0\"")),
            (Some((2, None)), Some((1, Some(3))), Some((2, Some(0))))
        );
        assert_eq!((of("\"high\""), of("-1"), of("300"), of("null")), (None, None, None, None));
    }

    #[test]
    fn members_keep_their_order_and_extensions_their_place() {
        let text = r#"{"geometry":null,"+noise":{"value":3,"uom":"dB"},"type":"+Wall","attributes":{"z":1,"a":null},
            "address":{"Country":"NL"},"parents":["p"],"geographicalExtent":[0,0,0,1,1,1]}"#;
        let object: Object = serde_json::from_str(text).unwrap();
        assert_eq!((object.kind.as_str(), object.geometry.len(), object.parents.len()), ("+Wall", 0, 1));
        assert_eq!(object.attributes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!((object.addresses.len(), object.extra[0].0.as_str()), (1, "+noise"));
    }
}
