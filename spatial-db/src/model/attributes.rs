//! Source fields that the manifest did not map.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

type Field = (Arc<str>, Value);
type Pair<'a> = (&'a str, &'a Value);
type Pairs<'a> = std::iter::Map<std::slice::Iter<'a, Field>, fn(&'a Field) -> Pair<'a>>;

/// Fields of a row as read, by their names.
///
/// In a row of their own, 48 bytes each, and rows that were read together share the names: a map has room for eleven in its
/// least part, which are 632 bytes, and a city has millions of rows.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Attributes(Box<[Field]>);

impl Attributes {
    /// These fields; `shared` gives the name to keep for a name.
    pub(crate) fn of(fields: Map<String, Value>, mut shared: impl FnMut(String) -> Arc<str>) -> Self {
        let mut fields: Vec<Field> = fields.into_iter().map(|(name, value)| (shared(name), value)).collect();
        fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Self(fields.into())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        Some(&self.0[self.place(name).ok()?].1)
    }

    /// Sets the value of a field; hands back the one that it had.
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        match self.place(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                let mut fields = std::mem::take(&mut self.0).into_vec();
                fields.insert(at, (name.into(), value));
                self.0 = fields.into();
                None
            }
        }
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.0 = Box::default();
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> Pairs<'_> {
        self.into_iter()
    }

    /// Where a field stands, or where it would.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = Pair<'a>;
    type IntoIter = Pairs<'a>;

    fn into_iter(self) -> Pairs<'a> {
        let apart: fn(&'a Field) -> Pair<'a> = |(name, value)| (&**name, value);
        self.0.iter().map(apart)
    }
}

impl Index<&str> for Attributes {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).expect("the row has the field")
    }
}

impl From<Map<String, Value>> for Attributes {
    fn from(fields: Map<String, Value>) -> Self {
        Self::of(fields, Arc::from)
    }
}

impl From<Attributes> for Map<String, Value> {
    fn from(fields: Attributes) -> Self {
        fields.0.into_vec().into_iter().map(|(name, value)| (String::from(&*name), value)).collect()
    }
}

impl PartialEq<Map<String, Value>> for Attributes {
    fn eq(&self, other: &Map<String, Value>) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn they_are_what_a_map_holds(
            fields in prop::collection::vec(("[a-c名]{0,2}", 0..9_i32), 0..30), asked in prop::collection::vec("[a-c名]{0,2}", 0..9),
        ) {
            let (mut map, mut attributes) = (Map::new(), Attributes::default());
            for (name, value) in &fields {
                prop_assert_eq!(attributes.insert(name.clone(), json!(value)), map.insert(name.clone(), json!(value)));
            }
            for name in &asked {
                prop_assert_eq!(attributes.get(name), map.get(name));
            }
            prop_assert_eq!(&attributes, &map);
            prop_assert_eq!(&attributes, &Attributes::from(map.clone()));
            prop_assert_eq!(attributes.is_empty(), map.is_empty());
            let names: Vec<&str> = attributes.iter().map(|(name, _)| name).collect();
            prop_assert!(names.is_sorted() && names.len() == map.len());
            let json = serde_json::to_value(&attributes).unwrap();
            prop_assert_eq!(&json, &Value::Object(map));
            prop_assert_eq!(serde_json::from_value::<Attributes>(json).unwrap(), attributes);
        }
    }

    #[test]
    fn a_value_more_or_another_is_not_the_same() {
        let of = |value: Value| Attributes::from(value.as_object().unwrap().clone());
        let one = of(json!({"a": 1, "b": "x"}));
        assert_eq!((&one["a"], one["b"].as_str()), (&json!(1), Some("x")));
        assert_ne!(one, of(json!({"a": 1})));
        assert_ne!(one, *json!({"a": 2, "b": "x"}).as_object().unwrap());
        assert_eq!(format!("{one:?}"), r#"{"a": Number(1), "b": String("x")}"#);
        assert_eq!(size_of::<Field>(), 48);
    }
}
