//! One feature of GeoJSON: which properties it has and of which kind, or their values into the columns of a batch.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::shape::{IntoShape, Shape};
use crate::reader::protocol::Cells;

/// What all values of a property have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but null so far.
    Unknown,
    Boolean,
    Integer,
    Real,
    /// Words, lists, objects, or a mixture.
    Text,
}

impl Kind {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, kind) | (kind, Self::Unknown) => kind,
            (a, b) if a == b => a,
            (Self::Integer | Self::Real, Self::Integer | Self::Real) => Self::Real,
            _ => Self::Text,
        }
    }
}

/// The properties of a file, in the order in which they turn up.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    index: HashMap<String, usize>,
}

impl Fields {
    fn see(&mut self, name: &str, kind: Kind) {
        if let Some(index) = self.index.get(name) {
            self.kinds[*index] = self.kinds[*index].and(kind);
            return;
        }
        self.index.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.kinds.push(kind);
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

/// What happens to a feature that is read.
pub(super) enum Wanted<'a> {
    /// Its fields are gathered, and its shape is read where the file's extent is asked for.
    Survey { fields: &'a mut Fields, shape: Option<&'a mut Shape> },
    /// Its values are taken, each into the column that `columns` names for its field; its shape too, where wanted.
    Values { fields: &'a Fields, columns: &'a [Option<usize>], row: Row<'a>, shape: Option<&'a mut Shape> },
}

/// A row being filled.
pub(super) struct Row<'a> {
    pub(super) cells: &'a mut [Cells],
    /// Number of the row in its batch.
    pub(super) index: usize,
    /// Bytes of text so far.
    pub(super) text_bytes: &'a mut usize,
}

impl Row<'_> {
    /// Gives every column that got nothing an unknown.
    pub(super) fn complete(&mut self) {
        for cells in self.cells.iter_mut() {
            match cells {
                Cells::Integer(cells) => cells.resize(self.index + 1, None),
                Cells::Boolean(cells) => cells.resize(self.index + 1, None),
                Cells::Real(cells) => cells.resize(self.index + 1, None),
                Cells::Date(cells) => cells.resize(self.index + 1, None),
                Cells::Text(cells) if cells.ends.len() <= self.index => cells.push(None),
                Cells::Text(_) => {}
            }
        }
    }

    fn put(&mut self, column: usize, value: &Property<'_>) {
        match &mut self.cells[column] {
            // A name that stands twice in a feature counts the first time.
            Cells::Integer(cells) if cells.len() == self.index => cells.push(match value {
                Property::Integer(value) => Some(*value),
                _ => None,
            }),
            Cells::Boolean(cells) if cells.len() == self.index => cells.push(match value {
                Property::Boolean(value) => Some(*value),
                _ => None,
            }),
            Cells::Real(cells) if cells.len() == self.index => cells.push(match value {
                Property::Integer(value) => Some(*value as f64),
                Property::Real(value) => Some(*value),
                _ => None,
            }),
            Cells::Text(cells) if cells.ends.len() == self.index => {
                let text: Option<Cow<'_, str>> = match value {
                    Property::Null => None,
                    Property::Boolean(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
                    Property::Integer(value) => Some(Cow::Owned(value.to_string())),
                    Property::Real(value) => Some(Cow::Owned(value.to_string())),
                    Property::Text(text) => Some(Cow::Borrowed(text)),
                    Property::Nested(json) => Some(Cow::Owned(json.to_string())),
                };
                *self.text_bytes += text.as_ref().map_or(0, |text| text.len());
                cells.push(text.as_deref());
            }
            _ => {}
        }
    }
}

impl Wanted<'_> {
    fn property(&mut self, name: &str, value: &Property<'_>) {
        match self {
            Self::Survey { fields, .. } => fields.see(name, value.kind()),
            Self::Values { fields, columns, row, .. } => {
                if let Some(column) = fields.position(name).and_then(|field| columns[field]) {
                    row.put(column, value);
                }
            }
        }
    }

    /// Whether anyone asks for the value of a property.
    fn wants(&self, name: &str) -> bool {
        match self {
            Self::Survey { .. } => true,
            Self::Values { fields, columns, .. } => fields.position(name).is_some_and(|field| columns[field].is_some()),
        }
    }

    fn shape(&mut self) -> Option<&mut Shape> {
        match self {
            Self::Survey { shape, .. } | Self::Values { shape, .. } => shape.as_deref_mut(),
        }
    }
}

/// Reads one feature; the value says whether it was one.
pub(super) struct FeatureInto<'w, 'a>(pub(super) &'w mut Wanted<'a>);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Type,
    Id,
    Geometry,
    Properties,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for FeatureInto<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FeatureInto<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_feature = false;
        let mut id = None;
        while let Some(member) = map.next_key::<Member>()? {
            match member {
                Member::Type => is_feature = map.next_value::<Cow<'de, str>>()? == "Feature",
                Member::Id => id = Some(map.next_value::<Property<'de>>()?),
                Member::Properties => map.next_value_seed(PropertiesInto(self.0))?,
                Member::Geometry => match self.0.shape() {
                    Some(shape) => {
                        shape.clear();
                        map.next_value_seed(IntoShape(shape, 0))?;
                    }
                    None => {
                        map.next_value::<IgnoredAny>()?;
                    }
                },
                Member::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // An id that is a word is a field, as GDAL has it; a property of that name goes first.
        if let Some(id @ Property::Text(_)) = id {
            self.0.property("id", &id);
        }
        Ok(is_feature)
    }
}

struct PropertiesInto<'w, 'a>(&'w mut Wanted<'a>);

impl<'de> DeserializeSeed<'de> for PropertiesInto<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PropertiesInto<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of properties, or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            if self.0.wants(&name) {
                self.0.property(&name, &map.next_value::<Property<'de>>()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A name, borrowed where no escape stands in it.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(PropertyVisitor)? {
            Property::Text(name) => Ok(Self(name)),
            _ => Err(serde::de::Error::custom("a name is no text")),
        }
    }
}

/// The value of a property.
#[derive(Debug, PartialEq)]
enum Property<'de> {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'de, str>),
    Nested(serde_json::Value),
}

impl Property<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Unknown,
            Self::Boolean(_) => Kind::Boolean,
            Self::Integer(_) => Kind::Integer,
            Self::Real(_) => Kind::Real,
            Self::Text(_) | Self::Nested(_) => Kind::Text,
        }
    }
}

impl<'de> Deserialize<'de> for Property<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PropertyVisitor)
    }
}

struct PropertyVisitor;

impl<'de> Visitor<'de> for PropertyVisitor {
    type Value = Property<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Property::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Property::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Property::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Property::Real(value as f64), Property::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Property::Real(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Property::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Property::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        let list = serde_json::Value::deserialize(serde::de::value::SeqAccessDeserializer::new(items))?;
        Ok(Property::Nested(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let object = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Property::Nested(object))
    }
}
