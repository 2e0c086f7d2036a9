//! What a person adds to the records: decisions on parcels and figures that no register holds, each with source and date.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EvaluationError, Group};

/// Decisions and figures for one park, from a TOML file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedInputs {
    /// Short name of the park.
    pub park: String,
    /// Decisions on parcels.
    #[serde(default)]
    parcel: Vec<TypedParcel>,
    /// Figures.
    #[serde(default)]
    figure: Vec<TypedFigure>,
    /// Decisions on enterprises.
    #[serde(default)]
    enterprise: Vec<TypedEnterprise>,
}

/// What a person knows of an enterprise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedEnterprise {
    /// Key of the enterprise.
    pub key: String,
    /// The first calendar year of which it has figures; before it owes none.
    pub first_year: i32,
    /// Who or what says so.
    pub source: String,
    /// As of when.
    pub date: NaiveDate,
}

/// What a person decided of a parcel; what is absent is left to the records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedParcel {
    /// Key of the parcel.
    pub key: String,
    /// Kind of land.
    pub group: Option<Group>,
    /// Built up.
    pub built: Option<bool>,
    /// Supplied: granted or allocated.
    pub supplied: Option<bool>,
    /// Ready for supply: requisitioned, with roads, water and power.
    pub ready: Option<bool>,
    /// Determined as idle land.
    pub idle: Option<bool>,
    /// In the zone's growth area, outside the main one.
    #[serde(default)]
    pub growth_area: bool,
    /// Who or what says so.
    pub source: String,
    /// As of when.
    pub date: NaiveDate,
}

/// A figure that a person typed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedFigure {
    /// Name by which schemes ask for it; `population` is the residents of the built-up land.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// Who or what says so.
    pub source: String,
    /// As of when.
    pub date: NaiveDate,
    /// True when the figures of parks may be added up: persons can, shares cannot.
    #[serde(default)]
    pub adds: bool,
}

impl TypedInputs {
    /// Inputs from their text.
    ///
    /// # Errors
    /// [`EvaluationError`] when the text is no such table, a value is no number or a name stands twice.
    pub fn parse(text: &str) -> Result<Self, EvaluationError> {
        let inputs: Self =
            toml::from_str(text).map_err(|source| EvaluationError::unreadable("typed-in inputs", source))?;
        let mut seen = std::collections::BTreeSet::new();
        let names = inputs.figure.iter().map(|f| ("figure", &f.name, f.date));
        let names = names.chain(inputs.parcel.iter().map(|p| ("parcel", &p.key, NaiveDate::MIN)));
        for name in names.chain(inputs.enterprise.iter().map(|e| ("enterprise", &e.key, NaiveDate::MIN))) {
            if !seen.insert(name) {
                return Err(EvaluationError::TypedTwice { kind: name.0, name: name.1.clone() });
            }
        }
        if let Some(figure) = inputs.figure.iter().find(|figure| !figure.value.is_finite()) {
            return Err(EvaluationError::NoNumber { name: figure.name.clone() });
        }
        Ok(inputs)
    }

    /// Decisions by parcel key.
    pub(super) fn parcels(&self) -> BTreeMap<&str, &TypedParcel> {
        self.parcel.iter().map(|parcel| (parcel.key.as_str(), parcel)).collect()
    }

    /// The first year of an enterprise's figures, where a person typed it in.
    pub(super) fn first_year(&self, enterprise: &str) -> Option<i32> {
        self.enterprise.iter().find(|typed| typed.key == enterprise).map(|typed| typed.first_year)
    }

    /// The latest figure of each name by a date.
    pub(super) fn figures(&self, as_of: NaiveDate) -> BTreeMap<&str, &TypedFigure> {
        let mut by_date: Vec<&TypedFigure> = self.figure.iter().filter(|figure| figure.date <= as_of).collect();
        by_date.sort_by_key(|figure| figure.date);
        by_date.into_iter().map(|figure| (figure.name.as_str(), figure)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_needs_source_and_date() {
        let good = "park = \"p\"\n[[figure]]\nname = \"population\"\nvalue = 120\nunit = \"persons\"\nsource = \"census\"\ndate = \"2024-01-01\"\nadds = true\n";
        assert_eq!(TypedInputs::parse(good).unwrap().figure[0].value, 120.0);
        let error = TypedInputs::parse(&good.replace("source = \"census\"\n", "")).unwrap_err();
        assert!(format!("{error:?}").contains("source"), "{error:?}");
        let error = TypedInputs::parse(&format!("{good}{}", &good[good.find("[[").unwrap()..])).unwrap_err();
        assert!(error.to_string().contains("population"), "{error}");
    }
}
