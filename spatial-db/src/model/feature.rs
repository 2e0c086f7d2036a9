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

/// Name of a layer of the manifest. All rows of a layer may share one: a city has a million of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct LayerName(Arc<str>);

impl LayerName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for LayerName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for LayerName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for LayerName {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<LayerName> for String {
    fn from(name: LayerName) -> Self {
        name.as_str().to_owned()
    }
}

impl PartialEq<str> for LayerName {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for LayerName {
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
    pub layer: LayerName,
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
    fn a_layers_name_is_words_to_whoever_reads_it() {
        let name = LayerName::from("halls");
        assert!(name == "halls" && name == *"halls");
        assert_eq!(name, LayerName::from("halls".to_owned()));
        assert_ne!(name, LayerName::default());
        assert_eq!((name.to_string(), name.len(), LayerName::default().as_str()), ("halls".to_owned(), 5, ""));
        let row = Provenance { layer: name, ..Provenance::keyed("h1") };
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!(json, serde_json::json!({"key": "h1", "layer": "halls", "source_row": 0, "attributes": {}}));
        assert_eq!(serde_json::from_value::<Provenance>(json).unwrap(), row);
    }

    /// A city has a million of each, and nothing makes them smaller again.
    #[test]
    fn what_there_is_a_million_of_does_not_grow_unseen() {
        let sizes = (size_of::<Provenance>(), size_of::<Building>(), size_of::<Parcel>());
        assert!(sizes.0 <= 64 && sizes.1 <= 296 && sizes.2 <= 352, "{sizes:?}");
    }
}
