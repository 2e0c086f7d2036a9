//! Which columns tell ratings and loads, and what rates a line without one: a table that a user can replace.

use std::f64::consts::PI;

use serde::Deserialize;
use serde_json::Value;
use spatial_db::model::{Attributes, NetworkClass, NetworkEdge, NetworkNode, NodeKind};

use super::CapacityError;
use crate::network::topology::plan_m;
use crate::rules::Figure;

const SECONDS_A_DAY: f64 = 86_400.0;

/// Where the way of a resource ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// At a source: waterworks, substation, exchange.
    Source,
    /// At an outfall or treatment works.
    Outfall,
}

/// What rates a line without a rating on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatedBy {
    /// The full pipe at a velocity.
    Velocity,
    /// The full pipe at its own fall, by Manning.
    FullFlow,
}

/// A column that tells a number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its name.
    pub column: String,
    /// What brings its unit to that of the resource.
    #[serde(default = "one")]
    pub times: f64,
}

const fn one() -> f64 {
    1.0
}

const fn yes() -> bool {
    true
}

/// Something that a network carries, in one unit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Name: `power`, `water`, `sewage`, `gas`, `heat`, `fibre`, `ducts`.
    pub name: String,
    /// Network that carries it.
    pub class: NetworkClass,
    /// Unit of every figure.
    pub unit: String,
    /// Where its way ends.
    pub ends: Ends,
    /// Subtypes of lines and points that carry it; all where the list is empty or a subtype is not on record.
    #[serde(default)]
    pub subtypes: Vec<String>,
    /// Kinds of points that leave the answer open without a rating.
    pub must: Vec<NodeKind>,
    /// Whether lines without a rating do.
    pub lines: bool,
    /// Whether loads add up along the way. Holes of ducts do not.
    #[serde(default = "yes")]
    pub adds: bool,
    /// What rates a line without a rating on record.
    #[serde(default)]
    pub by: Option<RatedBy>,
    /// Columns of ratings.
    pub rated: Vec<Told>,
    /// Columns of loads.
    pub connected: Vec<Told>,
    /// Columns of projects' loads.
    pub planned: Vec<Told>,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityRules {
    /// Resources, in order.
    #[serde(rename = "resource")]
    pub resources: Vec<Resource>,
    /// Figures.
    pub figure: Figures,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Velocity at which a main counts as full, m/s.
    pub velocity_m_s: Figure,
    /// Roughness of sewers, s/m^(1/3).
    pub manning_n: Figure,
    /// How near a parcel's own connection is, m.
    pub own_m: Figure,
    /// How near the line is that a parcel would be connected to, m.
    pub reach_m: Figure,
}

impl CapacityRules {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/networks/capacity.toml")).expect("the shipped table is valid")
    }

    /// Rules from the text of a table.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(table)
    }

    /// A resource by name.
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    /// A resource by name.
    ///
    /// # Errors
    /// [`CapacityError::NoSuchResource`].
    pub fn known(&self, name: &str) -> Result<&Resource, CapacityError> {
        self.resource(name).ok_or_else(|| CapacityError::NoSuchResource {
            name: name.to_owned(),
            has: self.resources.iter().map(|resource| resource.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// What is counted in the network of a resource without adding up, such as the holes of the ducts that fibre lies in.
    pub fn beside(&self, resource: &Resource) -> Option<&Resource> {
        self.resources.iter().find(|one| one.class == resource.class && !one.adds && resource.adds)
    }

    /// What a line can carry by rule, in the unit of the resource (m³/d); `None` where a size or a fall is not on record.
    pub(super) fn by_rule(&self, resource: &Resource, edge: &NetworkEdge) -> Option<f64> {
        let diameter_m = edge.diameter_mm.filter(|mm| *mm > 0.0)? / 1000.0;
        let area_m2 = PI * diameter_m.powi(2) / 4.0;
        let m3_s = match resource.by? {
            RatedBy::Velocity => area_m2 * self.figure.velocity_m_s.value,
            RatedBy::FullFlow => {
                let (first, last) = (edge.path.first()?, edge.path.last()?);
                let run_m: f64 = edge.path.windows(2).map(|pair| plan_m(pair[0], pair[1])).sum();
                let fall = Some((first[2] - last[2]).abs() / run_m).filter(|fall| *fall > 0.0 && fall.is_finite())?;
                area_m2 * (diameter_m / 4.0).powf(2.0 / 3.0) * fall.sqrt() / self.figure.manning_n.value
            }
        };
        Some(m3_s * SECONDS_A_DAY)
    }
}

impl Resource {
    /// Whether a node is a customer's connection to it.
    pub(super) fn connects(&self, node: &NetworkNode) -> bool {
        node.kind == NodeKind::Connection && self.carries(node.subtype.as_deref())
    }

    /// Whether a line or point of this subtype carries it.
    pub(super) fn carries(&self, subtype: Option<&str>) -> bool {
        let Some(subtype) = subtype.filter(|_| !self.subtypes.is_empty()) else { return true };
        let subtype = subtype.trim().to_lowercase();
        self.subtypes.iter().any(|word| subtype.contains(&word.to_lowercase()))
    }
}

/// The number that one of these columns tells, never below zero, with the column's name.
pub(crate) fn told<'a>(columns: &'a [Told], attributes: &Attributes) -> Option<(f64, &'a str)> {
    columns.iter().find_map(|told| {
        let cell = attributes.get(&told.column).or_else(|| {
            let same = |(name, _): &(&str, &Value)| name.to_lowercase() == told.column.to_lowercase();
            attributes.iter().find(same).map(|(_, cell)| cell)
        })?;
        let number = match cell {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) => text.trim().replace(',', "").parse().ok()?,
            _ => return None,
        };
        Some((number * told.times, told.column.as_str())).filter(|(number, _)| number.is_finite() && *number >= 0.0)
    })
}
