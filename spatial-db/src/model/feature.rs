//! Identity of a stored feature, and where it came from.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Attributes;

/// Which table a feature lives in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// A land parcel.
    Parcel,
    /// A building footprint with its height.
    Building,
    /// A resident enterprise (no geometry).
    Enterprise,
    /// An enterprise's use of a building or parcel (no geometry).
    Tenancy,
    /// An enterprise's figures for one year (no geometry).
    EnterpriseYear,
    /// A land contract (no geometry).
    LandContract,
    /// An event under a land contract (no geometry).
    LandEvent,
    /// A point of an underground network.
    NetworkNode,
    /// A line of an underground network.
    NetworkEdge,
    /// A road centre line.
    RoadEdge,
    /// Something that helps in an emergency.
    EmergencyResource,
    /// Something that can cause an emergency.
    HazardSource,
    /// Ground cover: water, green, paved.
    Surface,
    /// One tile of the terrain grid.
    TerrainTile,
    /// All surfaces of one kind of a building, in space.
    BuildingSurface,
    /// One tile of aerial imagery.
    ImageryTile,
    /// A project on the land, as planned (no geometry).
    Project,
}

/// A feature of one park, unique and stable across re-imports of the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeatureId {
    /// The table.
    pub kind: FeatureKind,
    /// The row's `feature_id` in that table.
    pub id: i64,
}

impl FeatureId {
    /// A feature id of `kind`.
    pub const fn new(kind: FeatureKind, id: i64) -> Self {
        Self { kind, id }
    }
}

/// Words that many rows have: the name of a layer, a use, a class. Rows that were read together share them: a city has a million.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Term(Arc<str>);

impl Term {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Term {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Arc<str>> for Term {
    fn from(words: Arc<str>) -> Self {
        Self(words)
    }
}

impl From<&str> for Term {
    fn from(words: &str) -> Self {
        Self(words.into())
    }
}

impl From<String> for Term {
    fn from(words: String) -> Self {
        Self(words.into())
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.as_str().to_owned()
    }
}

impl PartialEq<str> for Term {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Term {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// Where a row came from, shown wherever a person asks about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The source's own key, unique within the park and kind.
    pub key: String,
    /// The manifest's layer name.
    pub layer: Term,
    /// Row number in the source file, counted from 1.
    pub source_row: i64,
    /// Source fields that the manifest did not map, as read.
    pub attributes: Attributes,
}

impl Provenance {
    /// A row by its key, from no layer of any source.
    pub fn keyed(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Building, Parcel};

    #[test]
    fn a_term_is_words_to_whoever_reads_it() {
        let name = Term::from("halls");
        assert!(name == "halls" && name == *"halls");
        assert_eq!(name, Term::from("halls".to_owned()));
        assert_ne!(name, Term::default());
        assert_eq!((name.to_string(), name.len(), Term::default().as_str()), ("halls".to_owned(), 5, ""));
        let row = Provenance { layer: name, ..Provenance::keyed("h1") };
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json, serde_json::json!({"key": "h1", "layer": "halls", "source_row": 0, "attributes": {}}));
        assert_eq!(serde_json::from_value::<Provenance>(json).unwrap(), row);
    }

    /// A city has a million of each, and nothing makes them smaller again.
    #[test]
    fn what_there_is_a_million_of_does_not_grow_unseen() {
        let sizes = (size_of::<Provenance>(), size_of::<Building>(), size_of::<Parcel>());
        assert!(sizes.0 <= 64 && sizes.1 <= 288 && sizes.2 <= 320, "{sizes:?}");
    }
}
