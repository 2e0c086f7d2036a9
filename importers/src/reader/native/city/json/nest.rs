//! Boundaries: indices of vertices in lists of lists, kept flat, since a terrain has millions of them.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::value::Json;

/// Levels of lists in the deepest geometry: a multi-solid's solids, shells, surfaces, rings and indices.
pub(super) const DEEPEST: usize = 5;

/// Lists of lists of indices. Level 1 are lists of indices, level 2 are lists of those, and so on.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Nest {
    pub(super) indices: Vec<u32>,
    /// Where each list of a level ends: counted in indices at level 1, above it in lists of the level below.
    pub(super) ends: [Vec<u32>; DEEPEST],
    /// Level of the outermost list; 0 where there is nothing in it.
    pub(super) level: usize,
    /// Why this is no nest of indices.
    pub(super) fault: Option<String>,
}

impl Nest {
    /// The lists of level `level - 1` that list number `item` of a level has, or its indices.
    pub(super) fn items(&self, level: usize, item: usize) -> std::ops::Range<usize> {
        let ends = &self.ends[level - 1];
        let start = if item == 0 { 0 } else { ends[item - 1] as usize };
        start..ends[item] as usize
    }

    /// What `values`, nested as surfaces are, say of each surface (lists of level 2), in order; `None` where they are nested
    /// in another way.
    pub(super) fn per_surface(&self, values: &Json) -> Option<Vec<Option<usize>>> {
        let count = self.ends[1].len();
        let mut found = Vec::with_capacity(count);
        let fits = if self.level < 3 { false } else { self.walk(values, self.level, 0, &mut found) };
        (fits && found.len() == count).then_some(found)
    }

    fn walk(&self, values: &Json, level: usize, item: usize, found: &mut Vec<Option<usize>>) -> bool {
        let items = self.items(level, item);
        if level == 2 {
            found.push(match values {
                Json::Integer(value) => usize::try_from(*value).ok(),
                _ => None,
            });
            return matches!(values, Json::Integer(_) | Json::Null);
        }
        match values {
            Json::Null => items.into_iter().all(|item| self.walk(&Json::Null, level - 1, item, found)),
            Json::List(list) if list.len() == items.len() => {
                items.zip(list).all(|(item, value)| self.walk(value, level - 1, item, found))
            }
            _ => false,
        }
    }

    fn blame(&mut self, fault: impl Into<String>) {
        self.fault.get_or_insert(fault.into());
    }

    fn close(&mut self, level: usize) {
        let count = if level == 1 { self.indices.len() } else { self.ends[level - 2].len() };
        self.ends[level - 1].push(count as u32);
    }
}

impl<'de> Deserialize<'de> for Nest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut nest = Self::default();
        let level = IntoNest(&mut nest).deserialize(deserializer)?;
        match level {
            Some(0) => nest.blame("its boundaries are no list"),
            Some(level) => nest.level = level,
            None => {}
        }
        Ok(nest)
    }
}

/// Reads a value into the nest.
struct IntoNest<'n>(&'n mut Nest);

impl<'de> DeserializeSeed<'de> for IntoNest<'_> {
    /// Its level: 0 for an index, `None` for a list without anything.
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IntoNest<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("indices of vertices")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        match u32::try_from(value) {
            Ok(index) => self.0.indices.push(index),
            Err(_) => self.0.blame(format!("it refers to vertex {value}, which does not exist")),
        }
        Ok(Some(0))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        self.0.blame(format!("it refers to vertex {value}, which does not exist"));
        Ok(Some(0))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        self.0.blame(format!("its boundaries hold {value}, which is no index"));
        Ok(Some(0))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        self.0.blame("its boundaries hold something that is no index");
        Ok(Some(0))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        self.visit_unit()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.blame("its boundaries hold something that is no index");
        Ok(Some(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let Self(nest) = self;
        let mut level: Option<usize> = None;
        while let Some(found) = items.next_element_seed(IntoNest(nest))? {
            match (found, level) {
                (None, _) => nest.blame("a list in its boundaries is empty"),
                (Some(found), None) => level = Some(found + 1),
                (Some(found), Some(level)) if found + 1 != level => {
                    nest.blame("lists in its boundaries are not nested alike");
                }
                _ => {}
            }
        }
        match level {
            Some(level) if level > DEEPEST => nest.blame("its boundaries are nested deeper than those of any geometry"),
            Some(level) => nest.close(level),
            None => {}
        }
        Ok(level)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nest(text: &str) -> Nest {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn lists_are_found_again() {
        let solid = nest("[[[[0,1,2],[3,4]],[[5,6,7]]],[[[8,9,1]]]]");
        assert_eq!((solid.level, solid.fault.clone()), (4, None));
        assert_eq!(solid.ends[0], [3, 5, 8, 11]);
        assert_eq!(solid.ends[1], [2, 3, 4]);
        assert_eq!(
            (solid.items(4, 0), solid.items(3, 1), solid.items(2, 1), solid.items(1, 1)),
            (0..2, 2..3, 2..3, 3..5)
        );
        let values = |text: &str| solid.per_surface(&serde_json::from_str(text).unwrap());
        assert_eq!(values("[[0,null],[1]]"), Some(vec![Some(0), None, Some(1)]));
        assert_eq!(values("[null,[1]]"), Some(vec![None, None, Some(1)]));
        assert_eq!(values("null"), Some(vec![None; 3]));
        assert_eq!((values("[0,1,2]"), values("[[0],[1]]"), values("[[0,1]]")), (None, None, None));
        assert_eq!(nest("[]"), Nest::default());
    }

    #[test]
    fn faults_are_said() {
        for (text, part) in [
            ("[[1,2,-3]]", "vertex -3"),
            ("[[1,2,4294967296]]", "vertex 4294967296"),
            ("[[1,2,1.5]]", "1.5"),
            ("[[1,2,1e300]]", "no index"),
            ("[[1,2,null]]", "no index"),
            ("[[1,2,\"3\"]]", "no index"),
            ("[[1,2,{\"a\":[3]}]]", "no index"),
            ("[[1,2],[[3]]]", "not nested alike"),
            ("[[1,2],3]", "not nested alike"),
            ("[[]]", "empty"),
            ("[[[[[[1]]]]]]", "deeper"),
            ("7", "no list"),
        ] {
            let fault = nest(text).fault.unwrap_or_else(|| panic!("{text}"));
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn any_nest_is_read_or_blamed(text in "[\\[\\],0-9]{0,60}") {
            if let Ok(nest) = serde_json::from_str::<Nest>(&text)
                && nest.fault.is_none()
                && nest.level > 0
            {
                // Every index is in a list, every list in another, up to the outermost.
                prop_assert_eq!(nest.ends[nest.level - 1].len(), 1);
                prop_assert_eq!(*nest.ends[0].last().unwrap() as usize, nest.indices.len());
                for level in 2..=nest.level {
                    prop_assert_eq!(*nest.ends[level - 1].last().unwrap() as usize, nest.ends[level - 2].len());
                }
            }
        }
    }
}
