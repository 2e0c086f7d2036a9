//! The table of evacuation figures.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::EvacuationError;
use crate::rules::Figure;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OccupancyRow {
    pub(super) words: Vec<String>,
    /// None: nobody is in there.
    pub(super) m2_per_person: Option<f64>,
    pub(super) hours: String,
    /// People work there: where the park has employees on record, they hold and not the floor area.
    #[serde(default)]
    pub(super) workplace: bool,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HourRow {
    pub(super) name: String,
    pub(super) share: [f64; 24],
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "status")]
    _status: String,
}

/// Every figure that evacuation uses.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvacuationRules {
    figure: BTreeMap<String, BTreeMap<String, Figure>>,
    pub(super) occupancy: Vec<OccupancyRow>,
    pub(super) hours: Vec<HourRow>,
}

const NEEDED: &[(&str, &str)] = &[
    ("sfpe", "k_m_s"),
    ("sfpe", "a_m2"),
    ("sfpe", "free_density_1_m2"),
    ("sfpe", "stair_k_m_min"),
    ("sfpe", "boundary_layer_m"),
    ("weidmann", "free_m_s"),
    ("weidmann", "gamma_1_m2"),
    ("weidmann", "jam_density_1_m2"),
    ("persons", "reaction_median_s"),
    ("persons", "reaction_spread"),
    ("persons", "reduced_mobility_share"),
    ("persons", "reduced_mobility_speed"),
    ("ways", "default_width_m"),
    ("ways", "avoid_factor"),
    ("doors", "default_width_m"),
    ("crowd", "speed_spread_m_s"),
    ("crowd", "body_m"),
    ("crowd", "los_b"),
    ("crowd", "los_c"),
    ("crowd", "los_d"),
    ("crowd", "los_e"),
    ("crowd", "los_f"),
    ("crowd", "congested_1_m2"),
    ("crowd", "congested_share"),
    ("response", "turnout_s"),
    ("response", "engine_m_s"),
    ("response", "setup_s"),
    ("response", "pump_persons"),
    ("response", "hose_persons"),
    ("response", "engine_way_m"),
    ("response", "arrival_s"),
    ("incident", "closed_m"),
    ("incident", "until_s"),
];

impl EvacuationRules {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/evacuation.toml")).expect("the shipped evacuation table is valid")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// [`EvacuationError::Table`].
    pub fn parse(text: &str) -> Result<Self, EvacuationError> {
        let rules: Self = toml::from_str(text).map_err(|error| EvacuationError::Table { reason: error.to_string() })?;
        for (group, name) in NEEDED {
            if rules.figure.get(*group).is_none_or(|figures| !figures.contains_key(*name)) {
                return Err(EvacuationError::Table { reason: format!("it lacks figure.{group}.{name}") });
            }
        }
        for row in &rules.occupancy {
            if rules.hours.iter().all(|hours| hours.name != row.hours) {
                return Err(EvacuationError::Table { reason: format!("it has no hours named {:?}", row.hours) });
            }
        }
        Ok(rules)
    }

    /// A figure with its source.
    ///
    /// # Panics
    /// When the figure is not in the list that [`EvacuationRules::parse`] checks: a mistake in this crate.
    pub fn figure(&self, group: &str, name: &str) -> &Figure {
        &self.figure[group][name]
    }

    pub(super) fn value(&self, group: &str, name: &str) -> f64 {
        self.figure(group, name).value
    }
}
