//! What helps in an emergency and what can cause one.

use geo::Geometry;
use serde::{Deserialize, Serialize};

use super::{FeatureId, FeatureKind, Provenance};

/// Kind of emergency or security resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// Fire hydrant.
    Hydrant,
    /// Evacuation assembly point.
    AssemblyPoint,
    /// Fire station.
    FireStation,
    /// Emergency shelter.
    Shelter,
    /// Hospital or first-aid post.
    Hospital,
    /// Camera.
    Camera,
    /// Gate of the park or a compound.
    Gate,
    /// Door of a building.
    BuildingEntrance,
    /// Anything else.
    Other,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Hydrant,
        Self::AssemblyPoint,
        Self::FireStation,
        Self::Shelter,
        Self::Hospital,
        Self::Camera,
        Self::Gate,
        Self::BuildingEntrance,
        Self::Other,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hydrant => "hydrant",
            Self::AssemblyPoint => "assembly_point",
            Self::FireStation => "fire_station",
            Self::Shelter => "shelter",
            Self::Hospital => "hospital",
            Self::Camera => "camera",
            Self::Gate => "gate",
            Self::BuildingEntrance => "building_entrance",
            Self::Other => "other",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A hydrant, assembly point, station, camera, gate …
#[derive(Debug, Clone, PartialEq)]
pub struct EmergencyResource {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Kind.
    pub kind: ResourceKind,
    /// Easting, northing, m.
    pub position: [f64; 2],
    /// Name.
    pub name: Option<String>,
    /// State in words: working, out of service.
    pub state: Option<String>,
    /// Capacity: persons for assembly points and shelters, vehicles for stations.
    pub capacity: Option<f64>,
    /// Flow, L/s, for hydrants.
    pub flow_l_s: Option<f64>,
    /// Bearing of view clockwise from north, degrees, for cameras.
    pub bearing_deg: Option<f64>,
    /// Range, m, for cameras.
    pub range_m: Option<f64>,
}

impl EmergencyResource {
    /// A resource by its row in the store, of which only the kind and the place are known.
    pub fn bare(id: i64, provenance: Provenance, kind: ResourceKind, position: [f64; 2]) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::EmergencyResource, id),
            provenance,
            kind,
            position,
            name: None,
            state: None,
            capacity: None,
            flow_l_s: None,
            bearing_deg: None,
            range_m: None,
        }
    }
}

/// A tank, store or plant that can start an emergency.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardSource {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Point or footprint in the park's CRS, metres.
    pub shape: Geometry<f64>,
    /// Name.
    pub name: Option<String>,
    /// Kind in words: tank, warehouse, plant.
    pub kind: Option<String>,
    /// Substance.
    pub substance: Option<String>,
    /// CAS number.
    pub cas: Option<String>,
    /// Quantity held at most, t.
    pub quantity_t: Option<f64>,
    /// Height of the vessel, m.
    pub height_m: Option<f64>,
    /// Diameter of the vessel, m.
    pub diameter_m: Option<f64>,
}

impl HazardSource {
    /// A hazard source by its row in the store, of which only the place is known.
    pub fn bare(id: i64, provenance: Provenance, shape: Geometry<f64>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::HazardSource, id),
            provenance,
            shape,
            name: None,
            kind: None,
            substance: None,
            cas: None,
            quantity_t: None,
            height_m: None,
            diameter_m: None,
        }
    }
}
