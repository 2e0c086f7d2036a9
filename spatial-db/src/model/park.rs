//! A park, its roads and ground cover, and a whole park as loaded from the store.

use chrono::NaiveDate;
use geo::{MultiLineString, MultiPolygon};
use serde::{Deserialize, Serialize};

use super::{
    Building, BuildingSurface, EmergencyResource, Enterprise, EnterpriseYear, FeatureId, FeatureKind, HazardSource,
    IssueRecord, LandContract, LandEvent, NetworkEdge, NetworkNode, Parcel, Project, Provenance, Tenancy, TerrainGrid,
    ValveObservation,
};

/// A park: the header every picture and report quotes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Park {
    /// Row in the store.
    pub park_id: i32,
    /// Short name used on the command line, `[a-z0-9-]+`.
    pub slug: String,
    /// Name shown to people.
    pub name: String,
    /// EPSG code of the park's own projected CRS, metres.
    pub srid: i32,
    /// Made up, in whole or in part: shown wherever the park is shown.
    pub synthetic: bool,
    /// Credit line of the data.
    pub attribution: Option<String>,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Date the data describes.
    pub as_of: Option<NaiveDate>,
}

impl Park {
    /// The header of a park that is made up, as tests and measurements are run on.
    pub fn made_up(slug: impl Into<String>, name: impl Into<String>, srid: i32) -> Self {
        Self {
            park_id: 1,
            slug: slug.into(),
            name: name.into(),
            srid,
            synthetic: true,
            attribution: None,
            licence: None,
            as_of: None,
        }
    }
}

/// A road centre line.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadEdge {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Centre line in the park's CRS, metres.
    pub line: MultiLineString<f64>,
    /// Name.
    pub name: Option<String>,
    /// Class in words: arterial, local, service, path, rail.
    pub class: Option<String>,
    /// Carriageway width, m.
    pub width_m: Option<f64>,
}

impl RoadEdge {
    /// A road by its row in the store, of which only the line is known.
    pub fn bare(id: i64, provenance: Provenance, line: MultiLineString<f64>) -> Self {
        Self { id: FeatureId::new(FeatureKind::RoadEdge, id), provenance, line, name: None, class: None, width_m: None }
    }
}

/// Kind of ground cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurfaceKind {
    /// Open water.
    Water,
    /// Grass, field, garden.
    Grass,
    /// Trees.
    Forest,
    /// Yard, car park, other sealed ground.
    Paved,
    /// Open storage yard (counts towards site coverage).
    StorageYard,
    /// Railway ground.
    Rail,
    /// Anything else.
    Other,
}

impl SurfaceKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Water, Self::Grass, Self::Forest, Self::Paved, Self::StorageYard, Self::Rail, Self::Other];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Grass => "grass",
            Self::Forest => "forest",
            Self::Paved => "paved",
            Self::StorageYard => "storage_yard",
            Self::Rail => "rail",
            Self::Other => "other",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A patch of ground cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Extent in the park's CRS, metres.
    pub area: MultiPolygon<f64>,
    /// Kind.
    pub kind: SurfaceKind,
    /// Name.
    pub name: Option<String>,
}

/// Everything the store holds of one park, loaded at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ParkSnapshot {
    /// Header.
    pub park: Park,
    /// Land parcels.
    pub parcels: Vec<Parcel>,
    /// Land contracts.
    pub contracts: Vec<LandContract>,
    /// Events under the contracts.
    pub events: Vec<LandEvent>,
    /// Projects on the land, as planned.
    pub projects: Vec<Project>,
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Their roofs and walls, where they were modelled.
    pub building_surfaces: Vec<BuildingSurface>,
    /// Resident enterprises.
    pub enterprises: Vec<Enterprise>,
    /// Who uses which floor or land.
    pub tenancies: Vec<Tenancy>,
    /// Yearly figures.
    pub enterprise_years: Vec<EnterpriseYear>,
    /// Network points.
    pub nodes: Vec<NetworkNode>,
    /// Network lines.
    pub edges: Vec<NetworkEdge>,
    /// How valves and switches stood, by key and moment.
    pub valve_states: Vec<ValveObservation>,
    /// Roads.
    pub roads: Vec<RoadEdge>,
    /// Hydrants, assembly points, stations, cameras, gates.
    pub resources: Vec<EmergencyResource>,
    /// Hazard sources.
    pub hazards: Vec<HazardSource>,
    /// Ground cover.
    pub surfaces: Vec<Surface>,
    /// Terrain, if there is one.
    pub terrain: Option<TerrainGrid>,
    /// What is wrong with the data, as of the last import; errors first.
    pub issues: Vec<IssueRecord>,
    /// Only what may be given away of it: what is not here may be on record all the same.
    pub given: bool,
}

impl ParkSnapshot {
    /// A park with nothing in it yet.
    pub fn empty(park: Park) -> Self {
        Self {
            park,
            parcels: Vec::new(),
            contracts: Vec::new(),
            events: Vec::new(),
            projects: Vec::new(),
            buildings: Vec::new(),
            building_surfaces: Vec::new(),
            enterprises: Vec::new(),
            tenancies: Vec::new(),
            enterprise_years: Vec::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            valve_states: Vec::new(),
            roads: Vec::new(),
            resources: Vec::new(),
            hazards: Vec::new(),
            surfaces: Vec::new(),
            terrain: None,
            issues: Vec::new(),
            given: false,
        }
    }
}
