//! Identity of a stored feature, and where it came from.

use serde::{Deserialize, Serialize};

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

/// Where a row came from, shown wherever a person asks about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The source's own key, unique within the park and kind.
    pub key: String,
    /// The manifest's layer name.
    pub layer: String,
    /// Row number in the source file, counted from 1.
    pub source_row: i64,
    /// Source fields that the manifest did not map, as read.
    pub attributes: serde_json::Map<String, serde_json::Value>,
}

impl Provenance {
    /// A row by its key, from no layer of any source.
    pub fn keyed(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }
}
