//! Buildings.

use chrono::NaiveDate;
use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

use super::{FeatureId, FeatureKind, Provenance, Term};

/// A building: footprint plus whatever is known of its height.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Footprint in the park's CRS, metres.
    pub footprint: MultiPolygon<f64>,
    /// Name.
    pub name: Option<String>,
    /// Street address.
    pub address: Option<String>,
    /// Use in words.
    pub use_text: Option<Term>,
    /// Storeys above ground.
    pub storeys: Option<f64>,
    /// Typical storey height, m.
    pub storey_height_m: Option<f64>,
    /// Height of the roof above ground, m, as recorded.
    pub height_m: Option<f64>,
    /// Gross floor area on record, m².
    pub floor_area_m2: Option<f64>,
    /// Elevation of the ground floor, m, where surveyed.
    pub base_elevation_m: Option<f64>,
    /// Year of completion.
    pub year_built: Option<i32>,
    /// State in words: in use, vacant, under construction.
    pub state: Option<String>,
    /// True in the world from this date.
    pub valid_from: Option<NaiveDate>,
    /// True in the world until this date, the day after the last.
    pub valid_to: Option<NaiveDate>,
}

/// Drawn and reported storey height, m, where neither height nor storey height is on record.
pub const ASSUMED_STOREY_HEIGHT_M: f64 = 3.6;
/// Drawn height, m, of a building of which nothing is known: one industrial storey.
pub const ASSUMED_HEIGHT_M: f64 = 6.0;

impl Building {
    /// A building by its row in the store, of which only the outline is known.
    pub fn bare(id: i64, provenance: Provenance, footprint: MultiPolygon<f64>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::Building, id),
            provenance,
            footprint,
            name: None,
            address: None,
            use_text: None,
            storeys: None,
            storey_height_m: None,
            height_m: None,
            floor_area_m2: None,
            base_elevation_m: None,
            year_built: None,
            state: None,
            valid_from: None,
            valid_to: None,
        }
    }

    /// Height to draw, m, and whether it was recorded (`true`) or assumed from storeys or nothing (`false`).
    pub fn drawn_height_m(&self) -> (f64, bool) {
        let positive = |v: Option<f64>| v.filter(|v| v.is_finite() && *v > 0.0);
        if let Some(height) = positive(self.height_m) {
            return (height, true);
        }
        match (positive(self.storeys), positive(self.storey_height_m)) {
            (Some(storeys), Some(storey)) => (storeys * storey, true),
            (Some(storeys), None) => (storeys * ASSUMED_STOREY_HEIGHT_M, false),
            _ => (ASSUMED_HEIGHT_M, false),
        }
    }
}

/// What part of a building a surface is (CityGML 2.0, 10.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacadeKind {
    /// Roof.
    Roof,
    /// Wall.
    Wall,
    /// Where it meets the ground.
    Ground,
    /// Top of a balcony or passage, or an inner floor.
    Floor,
    /// Underside of an overhang, or an inner ceiling.
    Ceiling,
    /// Closes a hole that is there in truth: an open hall's side.
    Closure,
    /// Window.
    Window,
    /// Door.
    Door,
    /// Anything else.
    Other,
}

impl FacadeKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Roof,
        Self::Wall,
        Self::Ground,
        Self::Floor,
        Self::Ceiling,
        Self::Closure,
        Self::Window,
        Self::Door,
        Self::Other,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Roof => "roof",
            Self::Wall => "wall",
            Self::Ground => "ground",
            Self::Floor => "floor",
            Self::Ceiling => "ceiling",
            Self::Closure => "closure",
            Self::Window => "window",
            Self::Door => "door",
            Self::Other => "other",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// All surfaces of one kind of a building.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildingSurface {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Flat polygons in space: rings, the outer one first, closed, of easting, northing and elevation, m.
    pub polygons: Vec<Vec<Vec<[f64; 3]>>>,
    /// Key of the building.
    pub building_key: String,
    /// Kind.
    pub kind: FacadeKind,
    /// Level of detail of the model it comes from.
    pub lod: Option<String>,
    /// Area in space on record, m².
    pub area_m2: Option<f64>,
}
