//! The tables of the hazard models: substances, coefficients, curves, probits, ranges, each with source and status.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::HazardError;
use super::blast::BlastTable;
use super::error::within;
use super::major_hazard::GradeTable;
use super::probit::{Level, Probit};
use super::sigma::{DispersionTable, SigmaSet};
use super::substance::{Substance, SubstanceTable};
use crate::rules::Figure;

/// Where a model holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The quantity in words.
    pub of: String,
    /// Least value, in `unit`.
    pub low: f64,
    /// Largest value, in `unit`.
    pub high: f64,
    /// Unit.
    pub unit: String,
    /// Where the range comes from.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    figure: BTreeMap<String, BTreeMap<String, Figure>>,
    range: BTreeMap<String, Range>,
}

/// Effects of heat and pressure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectTable {
    /// Probits of heat.
    pub heat_probit: Vec<Probit>,
    /// Probits of blast.
    pub blast_probit: Vec<Probit>,
    /// Levels of heat, W/m², rising.
    pub heat_level: Vec<Level>,
    /// Levels of peak overpressure, Pa, rising.
    pub blast_level: Vec<Level>,
}

/// Every table the hazard models use. A user replaces a table with [`HazardRules::parse`].
#[derive(Debug, Clone, PartialEq)]
pub struct HazardRules {
    models: ModelTable,
    pub(super) dispersion: DispersionTable,
    pub(super) blast: BlastTable,
    pub(super) grades: GradeTable,
    substances: SubstanceTable,
    effects: EffectTable,
}

/// Texts of the tables, as TOML.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// Constants and ranges of the models.
    pub models: &'a str,
    /// Dispersion coefficients, wind profile, stability.
    pub dispersion: &'a str,
    /// Curves of blast.
    pub blast: &'a str,
    /// Probits and levels.
    pub effects: &'a str,
    /// Substances.
    pub substances: &'a str,
    /// GB 18218.
    pub major_hazard: &'a str,
}

impl Tables<'static> {
    /// The tables that ship with the product.
    pub const SHIPPED: Self = Self {
        models: include_str!("../../../rules/hazard/models.toml"),
        dispersion: include_str!("../../../rules/hazard/dispersion.toml"),
        blast: include_str!("../../../rules/hazard/blast.toml"),
        effects: include_str!("../../../rules/hazard/effects.toml"),
        substances: include_str!("../../../rules/hazard/substances.toml"),
        major_hazard: include_str!("../../../rules/hazard/major_hazard.toml"),
    };
}

/// Figures that the models ask for; tables without one of them are refused at once.
const NEEDED: &[(&str, &str)] = &[
    ("plume", "averaging_exponent"),
    ("plume", "dense_richardson"),
    ("sun", "clear_w_m2"),
    ("sun", "cloud_factor"),
    ("sun", "strong_w_m2"),
    ("sun", "moderate_w_m2"),
    ("indoor", "closed_ach"),
    ("evaporation", "mass_transfer"),
    ("evaporation", "water_diffusivity_m2_s"),
    ("evaporation", "air_viscosity_m2_s"),
    ("ground", "conductivity_w_m_k"),
    ("ground", "diffusivity_m2_s"),
    ("pool_fire", "flame_emission_w_m2"),
    ("pool_fire", "smoke_emission_w_m2"),
    ("pool_fire", "smoke_extinction_1_m"),
    ("jet_fire", "length_factor"),
    ("jet_fire", "length_exponent"),
    ("fireball", "diameter_factor"),
    ("fireball", "duration_small"),
    ("fireball", "duration_large"),
    ("fireball", "large_kg"),
    ("fireball", "height_factor"),
    ("fireball", "radiant_fraction"),
    ("transmission", "factor"),
    ("transmission", "exponent"),
    ("blast", "tnt_j_kg"),
    ("blast", "efficiency"),
    ("major_hazard", "radius_m"),
];

/// Ranges that the models ask for.
const RANGES: &[&str] = &[
    "wind_m_s",
    "temperature_k",
    "pressure_pa",
    "humidity",
    "mixing_height_m",
    "release_height_m",
    "rate_kg_s",
    "mass_kg",
    "duration_s",
    "averaging_s",
    "scaled_distance",
    "fireball_kg",
    "pool_diameter_m",
    "jet_heat_w",
    "hole_mm",
    "discharge_coefficient",
];

fn read<'a, T: Deserialize<'a>>(table: &'static str, text: &'a str) -> Result<T, HazardError> {
    toml::from_str(text).map_err(|error| HazardError::Table { table, reason: error.to_string() })
}

impl HazardRules {
    /// The tables that ship with the product.
    ///
    /// # Panics
    /// Never: the shipped tables are checked by a test.
    pub fn shipped() -> Self {
        // Six tables: read once, however many ask.
        static SHIPPED: LazyLock<HazardRules> =
            LazyLock::new(|| HazardRules::parse(Tables::SHIPPED).expect("the shipped hazard tables are valid"));
        SHIPPED.clone()
    }

    /// Tables from their texts.
    ///
    /// # Errors
    /// [`HazardError::Table`] where one does not parse or lacks what a model needs.
    pub fn parse(texts: Tables<'_>) -> Result<Self, HazardError> {
        let rules = Self {
            models: read("models", texts.models)?,
            dispersion: read("dispersion", texts.dispersion)?,
            blast: read("blast", texts.blast)?,
            grades: read("major_hazard", texts.major_hazard)?,
            substances: read("substances", texts.substances)?,
            effects: read("effects", texts.effects)?,
        };
        let lacks = |table, name: String| Err(HazardError::Table { table, reason: format!("it lacks {name}") });
        for (group, name) in NEEDED {
            if rules.models.figure.get(*group).is_none_or(|figures| !figures.contains_key(*name)) {
                return lacks("models", format!("figure.{group}.{name}"));
            }
        }
        for name in RANGES {
            if !rules.models.range.contains_key(*name) {
                return lacks("models", format!("range.{name}"));
            }
        }
        if rules.dispersion.pasquill.row.last().is_none_or(|row| row.below_m_s < 100.0) {
            return lacks("dispersion", "a row of Pasquill's classes for high winds".to_owned());
        }
        if rules.grades.alpha.is_empty() || rules.grades.grade.is_empty() {
            return lacks("major_hazard", "factors and grades".to_owned());
        }
        rules.blast.check()?;
        Ok(rules)
    }

    /// A constant of a model with its source.
    ///
    /// # Panics
    /// When the figure is not in the list that [`HazardRules::parse`] checks: a mistake in this crate.
    pub fn figure(&self, group: &str, name: &str) -> &Figure {
        &self.models.figure[group][name]
    }

    /// The value of a constant.
    pub(super) fn value(&self, group: &str, name: &str) -> f64 {
        self.figure(group, name).value
    }

    /// Range of validity by name.
    ///
    /// # Panics
    /// As [`HazardRules::figure`].
    pub fn range(&self, name: &str) -> &Range {
        &self.models.range[name]
    }

    /// The value where the named range holds it.
    pub(super) fn checked(&self, model: &'static str, range: &str, value: f64) -> Result<f64, HazardError> {
        let range = self.range(range);
        within(model, &range.of, value, (range.low, range.high), &range.unit)
    }

    /// A set of dispersion coefficients by name.
    ///
    /// # Errors
    /// [`HazardError::NoSuch`].
    pub fn sigma_set(&self, name: &str) -> Result<&SigmaSet, HazardError> {
        self.dispersion.set.iter().find(|set| set.name == name).ok_or_else(|| HazardError::NoSuch {
            what: "set of dispersion coefficients",
            asked: name.to_owned(),
            known: self.dispersion.set.iter().map(|set| set.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// A substance by name, alias or CAS number, or by the words of a record. A record often says two names at once ("液氨 ammonia") or
    /// more than the name ("chlorine, tank 3"): the longest runs of whole words that are names count, if all of them are of one
    /// substance and no word beside them makes it another ("hydrogen peroxide", "ammonia solution").
    ///
    /// # Errors
    /// [`HazardError::UnknownSubstance`].
    pub fn substance(&self, asked: &str) -> Result<&Substance, HazardError> {
        let all = &self.substances.substance;
        let find = |word: &str| all.iter().position(|substance| substance.is_called(word));
        find(asked.trim()).or_else(|| one_in_words(asked, find)).map(|at| &all[at]).ok_or_else(|| {
            let known = all.iter().map(|substance| substance.name.as_str()).collect::<Vec<_>>().join(", ");
            HazardError::UnknownSubstance { asked: asked.to_owned(), known }
        })
    }

    /// Every substance.
    pub fn substances(&self) -> &[Substance] {
        &self.substances.substance
    }

    /// Where the groups of a substance's figures come from.
    pub fn substance_sources(&self) -> &BTreeMap<String, String> {
        &self.substances.source
    }

    /// Probits and levels of heat and pressure.
    pub fn effects(&self) -> &EffectTable {
        &self.effects
    }
}

/// Ends of words that make another substance of the name beside them: peroxide, chloride, nitrate, hypochlorite.
const COMPOUNDS: [&str; 21] = [
    "oxide",
    "chloride",
    "fluoride",
    "bromide",
    "iodide",
    "sulfide",
    "sulphide",
    "cyanide",
    "hydride",
    "amide",
    "azide",
    "carbide",
    "nitrate",
    "sulfate",
    "sulphate",
    "phosphate",
    "carbonate",
    "acetate",
    "chlorate",
    "nitrite",
    "chlorite",
];
/// Words that make a mixture of it, whose vapour is not that of the pure substance.
const MIXTURES: [&str; 7] = ["solution", "water", "aqueous", "diluted", "mixture", "水溶液", "氨水"];

/// The one substance that a text names.
fn one_in_words(asked: &str, find: impl Fn(&str) -> Option<usize>) -> Option<usize> {
    let lower = asked.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|w| !w.is_empty()).collect();
    let (mut named, mut at) = (None, 0);
    while at < words.len() {
        let run =
            (at + 1..=words.len()).rev().find_map(|end| find(&words[at..end].join(" ")).map(|found| (found, end)));
        if let Some((found, end)) = run {
            if named.is_some_and(|one| one != found) {
                return None;
            }
            (named, at) = (Some(found), end);
            continue;
        }
        if COMPOUNDS.iter().any(|end| words[at].ends_with(end)) || MIXTURES.contains(&words[at]) {
            return None;
        }
        at += 1;
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_hazard_tables_are_complete_and_say_where_they_are_from() {
        let rules = HazardRules::shipped();
        let statuses = ["verified", "secondary", "memory", "default"];
        for figure in rules.models.figure.values().flat_map(BTreeMap::values) {
            assert!(figure.value.is_finite() && statuses.contains(&figure.status.as_str()), "{figure:?}");
            assert!(!figure.standard.is_empty() && !figure.clause.is_empty());
        }
        for (name, range) in &rules.models.range {
            assert!(range.low < range.high && !range.source.is_empty(), "{name}");
        }
        for set in &rules.dispersion.set {
            assert!(statuses.contains(&set.status.as_str()) && !set.source.is_empty(), "{}", set.name);
        }
        assert_eq!(rules.substances().len(), 22);
        assert_eq!(rules.substance_sources()["erpg_status"], "memory");
        let levels = rules.effects.heat_level.windows(2).chain(rules.effects.blast_level.windows(2));
        assert!(levels.into_iter().all(|pair| pair[0].value < pair[1].value));
    }

    #[test]
    fn a_substance_is_found_by_any_of_its_names() {
        let rules = HazardRules::shipped();
        for name in ["ammonia", "NH3", "液氨", "7664-41-7", "液氨 ammonia", " 液氨 ammonia "] {
            assert_eq!(rules.substance(name).unwrap().name, "ammonia", "{name}");
        }
        for (text, name) in [
            ("anhydrous ammonia", "ammonia"),
            ("Chlorine (Cl2), tank 3", "chlorine"),
            ("7782-50-5 in cylinders", "chlorine"),
            ("store of hydrogen sulfide", "hydrogen sulfide"),
            ("liquid natural gas", "methane"),
            ("ammonia, north side of the site", "ammonia"),
        ] {
            assert_eq!(rules.substance(text).unwrap().name, name, "{text}");
        }
        // Two substances, another one, a mixture, a part of a word: nobody knows.
        for text in [
            "chlorine and ammonia",
            "hydrogen peroxide",
            "chlorine dioxide",
            "ammonium nitrate ammonia",
            "ammonia solution 20 %",
            "ammoniac",
            "methanol/ethanol",
            "",
        ] {
            assert!(rules.substance(text).is_err(), "{text}");
        }
        let error = rules.substance("unobtainium").unwrap_err().to_string();
        assert!(error.contains("unobtainium") && error.contains("chlorine"), "{error}");
    }

    #[test]
    fn a_table_without_what_a_model_needs_is_refused_by_name() {
        let models = Tables::SHIPPED.models.replace("[figure.blast.tnt_j_kg]", "[figure.blast.other]");
        let error = HazardRules::parse(Tables { models: &models, ..Tables::SHIPPED }).unwrap_err();
        assert!(error.to_string().contains("figure.blast.tnt_j_kg"), "{error}");
        let broken = HazardRules::parse(Tables { substances: "substance = 3", ..Tables::SHIPPED }).unwrap_err();
        assert!(broken.to_string().contains("substances"), "{broken}");
    }
}
