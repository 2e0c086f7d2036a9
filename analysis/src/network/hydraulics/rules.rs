//! Roughness by material and age, columns and figures of pressures: a table that a user can replace.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use spatial_db::model::NetworkEdge;

use super::engine::Demand;
use crate::network::capacity::Told;
use crate::rules::Figure;

/// The table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HydraulicRules {
    /// Columns of heads above the datum, m.
    pub head_m: Vec<Told>,
    /// Columns of pressures above the ground, m of water.
    pub pressure_m: Vec<Told>,
    /// Columns of levels of tanks, m.
    pub level_m: Vec<Told>,
    /// Columns of Hazen-Williams coefficients.
    pub roughness: Vec<Told>,
    /// Columns of lengths, m.
    pub length_m: Vec<Told>,
    material: Vec<Material>,
    /// Figures.
    pub figure: Figures,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Hazen-Williams C where no material tells it.
    pub other_c: Figure,
    /// Diameter where no line of the network tells one, mm.
    pub other_mm: Figure,
    /// Hour of most use over the mean hour.
    pub peak: Figure,
    /// Residual of fire flow, m.
    pub residual_m: Figure,
    /// Least pressure in a fire by the Chinese code, m.
    pub gb_residual_m: Figure,
    /// Least flow of a hydrant by it, L/s.
    pub gb_flow_l_s: Figure,
    /// Least working pressure by it, m.
    pub gb_working_m: Figure,
    /// The most that is tried at a hydrant, L/s.
    pub most_l_s: Figure,
    /// Discharge coefficient of a hole.
    pub discharge: Figure,
    /// Pressure-driven demand: nothing at this pressure, m.
    pub minimum_m: Figure,
    /// Everything from this pressure on, m.
    pub required_m: Figure,
    /// The power between.
    pub exponent: Figure,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the citation is for the reader of the table")]
struct Material {
    words: Vec<String>,
    c: f64,
    #[serde(default)]
    after: Vec<[f64; 2]>,
    standard: String,
    edition: String,
    clause: String,
    status: String,
}

impl HydraulicRules {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/networks/hydraulics.toml")).expect("the shipped table is valid")
    }

    /// Rules from the text of a table.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(table)
    }

    /// Demand that answers to pressure: between these pressures, m of water, or those of the table where none are given.
    pub fn by_pressure(&self, between_m: Option<[f64; 2]>) -> Demand {
        let figure = &self.figure;
        let [minimum_m, required_m] = between_m.unwrap_or([figure.minimum_m.value, figure.required_m.value]);
        Demand::PressureDriven { minimum_m, required_m, exponent: figure.exponent.value }
    }

    /// Hazen-Williams C of a line by its material and, where the year is on record, its age; `None` where the table does not know the
    /// material.
    pub fn c(&self, line: &NetworkEdge, as_of: NaiveDate) -> Option<f64> {
        let text = line.material.as_deref()?.to_lowercase();
        let begins = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
        let named = |word: &String| if word.is_ascii() { begins(word) } else { text.contains(word) };
        let row = self.material.iter().find(|row| row.words.iter().any(named))?;
        let laid = line.year_laid.or(line.valid_from.map(|day| day.year()));
        let age = laid.map_or(0.0, |year| f64::from(as_of.year() - year));
        let aged = row.after.iter().filter(|[years, _]| age >= *years).map(|[_, c]| *c).next_back();
        Some(aged.unwrap_or(row.c))
    }
}
