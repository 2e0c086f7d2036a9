//! Underground networks: nodes and edges in 3D, by the classes of CJJ 61-2017.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{FeatureId, FeatureKind, Provenance};

/// Network class, CJJ 61-2017 (code letters and digits in `analysis/rules/network_classes.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkClass {
    /// Water supply, JS.
    Water,
    /// Drainage: storm, sewage, combined, PS.
    Drainage,
    /// Gas, RQ.
    Gas,
    /// Heat, RL.
    Heat,
    /// Power, DL.
    Power,
    /// Telecom, TX.
    Telecom,
    /// Industrial pipes, GY.
    Industrial,
    /// Others: utility tunnels, unknown, QT.
    Other,
}

impl NetworkClass {
    /// All classes in the standard's order.
    pub const ALL: [Self; 8] =
        [Self::Water, Self::Drainage, Self::Gas, Self::Heat, Self::Power, Self::Telecom, Self::Industrial, Self::Other];

    /// The stored word, also the second half of a manifest role (`network.water`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Drainage => "drainage",
            Self::Gas => "gas",
            Self::Heat => "heat",
            Self::Power => "power",
            Self::Telecom => "telecom",
            Self::Industrial => "industrial",
            Self::Other => "other",
        }
    }

    /// The class of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

/// What stands at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A plain joint, bend or tee.
    Junction,
    /// Manhole or inspection chamber.
    Manhole,
    /// Valve.
    Valve,
    /// Fire hydrant.
    Hydrant,
    /// Pump.
    Pump,
    /// Tank or reservoir.
    Tank,
    /// Gully or inlet.
    Inlet,
    /// Outfall or outlet.
    Outfall,
    /// Source: waterworks, substation, regulator, exchange.
    Source,
    /// Customer connection.
    Connection,
    /// Switch, cabinet or transformer.
    Switch,
    /// Anything else the source names.
    Other,
}

impl NodeKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Junction,
        Self::Manhole,
        Self::Valve,
        Self::Hydrant,
        Self::Pump,
        Self::Tank,
        Self::Inlet,
        Self::Outfall,
        Self::Source,
        Self::Connection,
        Self::Switch,
        Self::Other,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Junction => "junction",
            Self::Manhole => "manhole",
            Self::Valve => "valve",
            Self::Hydrant => "hydrant",
            Self::Pump => "pump",
            Self::Tank => "tank",
            Self::Inlet => "inlet",
            Self::Outfall => "outfall",
            Self::Source => "source",
            Self::Connection => "connection",
            Self::Switch => "switch",
            Self::Other => "other",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A point of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkNode {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key (survey point number), layer and row.
    pub provenance: Provenance,
    /// Class.
    pub class: NetworkClass,
    /// Easting, northing, elevation of the fitting, m. Elevation is NaN where nothing tells it.
    pub position: [f64; 3],
    /// What stands here.
    pub kind: NodeKind,
    /// Subtype code of the standard (WS, YS, XS …) or the source's word.
    pub subtype: Option<String>,
    /// Elevation of the ground above, m.
    pub ground_elevation_m: Option<f64>,
    /// Depth of the chamber or fitting below ground, m.
    pub depth_m: Option<f64>,
    /// Material.
    pub material: Option<String>,
    /// Diameter of the chamber or nominal size, mm.
    pub size_mm: Option<f64>,
    /// True in the world from this date.
    pub valid_from: Option<NaiveDate>,
    /// True in the world until this date, the day after the last.
    pub valid_to: Option<NaiveDate>,
}

impl NetworkNode {
    /// A point by its row in the store, of which only the class, the kind and the place are known.
    pub fn bare(id: i64, provenance: Provenance, class: NetworkClass, kind: NodeKind, position: [f64; 3]) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::NetworkNode, id),
            provenance,
            class,
            position,
            kind,
            subtype: None,
            ground_elevation_m: None,
            depth_m: None,
            material: None,
            size_mm: None,
            valid_from: None,
            valid_to: None,
        }
    }
}

/// A line of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkEdge {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Class.
    pub class: NetworkClass,
    /// Easting, northing, elevation of the pipe's axis, m; at least two vertices. Elevation is NaN where nothing tells it.
    pub path: Vec<[f64; 3]>,
    /// Subtype code of the standard or the source's word.
    pub subtype: Option<String>,
    /// Key of the node at the first vertex.
    pub from_key: Option<String>,
    /// Key of the node at the last vertex.
    pub to_key: Option<String>,
    /// Nominal diameter, mm, for round pipes.
    pub diameter_mm: Option<f64>,
    /// Width, mm, for ducts and box sections.
    pub width_mm: Option<f64>,
    /// Height, mm, for ducts and box sections.
    pub height_mm: Option<f64>,
    /// Material.
    pub material: Option<String>,
    /// Pressure class in words (low, medium B …) or kPa as written.
    pub pressure: Option<String>,
    /// Voltage as written.
    pub voltage: Option<String>,
    /// Year laid.
    pub year_laid: Option<i32>,
    /// ASCE 38 survey quality level, A to D.
    pub survey_level: Option<String>,
    /// True in the world from this date.
    pub valid_from: Option<NaiveDate>,
    /// True in the world until this date, the day after the last.
    pub valid_to: Option<NaiveDate>,
}

impl NetworkEdge {
    /// A line by its row in the store, of which only the class and the way are known.
    pub fn bare(id: i64, provenance: Provenance, class: NetworkClass, path: Vec<[f64; 3]>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::NetworkEdge, id),
            provenance,
            class,
            path,
            subtype: None,
            from_key: None,
            to_key: None,
            diameter_mm: None,
            width_mm: None,
            height_mm: None,
            material: None,
            pressure: None,
            voltage: None,
            year_laid: None,
            survey_level: None,
            valid_from: None,
            valid_to: None,
        }
    }
}
