//! How the evaluation reads a park: figures, words of the records and industry codes, as data (`rules/evaluation/zone.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::EvaluationError;
use crate::rules::{Figure, LandUseClasses};

/// Words of the records that decide something; each is looked for anywhere in a field, letter by letter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordWords {
    /// States of buildings that are not finished.
    pub unfinished_building: Vec<String>,
    /// Holders that keep land which is not supplied yet.
    pub land_bank: Vec<String>,
    /// States of enterprises that have no books yet.
    pub enterprise_without_books: Vec<String>,
}

/// True when one of the words stands in the field.
pub(super) fn says(field: Option<&str>, words: &[String]) -> bool {
    field.is_some_and(|field| words.iter().any(|word| field.contains(word.as_str())))
}

/// Ranges of two-digit industry codes, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Industries {
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// Status.
    pub status: String,
    /// Secondary sector.
    pub secondary: Vec<[u32; 2]>,
    /// Tertiary sector.
    pub tertiary: Vec<[u32; 2]>,
    /// Enterprises whose figures belong to industrial land.
    pub industrial: Vec<[u32; 2]>,
}

impl Industries {
    /// Whether an industry code belongs to industrial land, and whether to the secondary or tertiary sector; `None` for a
    /// code that is missing or no number.
    pub fn sectors(&self, code: Option<&str>) -> Option<(bool, bool)> {
        let digits: String = code?
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .chars()
            .take_while(char::is_ascii_digit)
            .take(2)
            .collect();
        let code: u32 = (digits.len() == 2).then(|| digits.parse().ok()).flatten()?;
        let within = |ranges: &[[u32; 2]]| ranges.iter().any(|[first, last]| (*first..=*last).contains(&code));
        Some((within(&self.industrial), within(&self.secondary) || within(&self.tertiary)))
    }
}

/// Rules of the evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationRules {
    figures: BTreeMap<String, BTreeMap<String, Figure>>,
    /// Words of the records.
    pub words: RecordWords,
    /// Industry codes.
    pub industries: Industries,
    /// Land-use classes.
    pub classes: LandUseClasses,
}

#[derive(Deserialize)]
struct RulesFile {
    words: RecordWords,
    industries: Industries,
    #[serde(flatten)]
    figures: BTreeMap<String, BTreeMap<String, Figure>>,
}

const NEEDED: [(&str, &str); 6] = [
    ("zone_type", "industrial_share"),
    ("zone_type", "residential_share"),
    ("supply", "window_years"),
    ("cluster", "specialised"),
    ("cluster", "moderate"),
    ("cluster", "high"),
];

impl EvaluationRules {
    /// The rules that ship with the product.
    ///
    /// # Panics
    /// Never: the shipped rules are checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/evaluation/zone.toml"), LandUseClasses::shipped())
            .expect("the shipped rules of the evaluation are valid")
    }

    /// Rules from their text.
    ///
    /// # Errors
    /// [`EvaluationError`] when the text is no such table or lacks a figure.
    pub fn parse(text: &str, classes: LandUseClasses) -> Result<Self, EvaluationError> {
        let RulesFile { words, industries, figures } =
            toml::from_str(text).map_err(|source| EvaluationError::unreadable("rules of the evaluation", source))?;
        for (group, name) in NEEDED {
            if figures.get(group).is_none_or(|figures| !figures.contains_key(name)) {
                return Err(EvaluationError::NoFigure { group, name });
            }
        }
        Ok(Self { figures, words, industries, classes })
    }

    /// A figure by group and name.
    ///
    /// # Panics
    /// When the figure is not in the list that [`EvaluationRules::parse`] checks: a mistake in this crate.
    pub fn figure(&self, group: &str, name: &str) -> &Figure {
        let found = self.figures.get(group).and_then(|figures| figures.get(name));
        found.unwrap_or_else(|| panic!("figure {group}.{name} is not declared as needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_rules_are_complete_and_cited() {
        let rules = EvaluationRules::shipped();
        for figure in rules.figures.values().flat_map(BTreeMap::values) {
            assert!(["verified", "secondary", "memory", "default"].contains(&figure.status.as_str()), "{figure:?}");
        }
        let sectors = |code| rules.industries.sectors(Some(code));
        assert_eq!(sectors("26"), Some((true, true)));
        assert_eq!(sectors("C26"), Some((true, true)), "with the letter of its section");
        assert_eq!(sectors("2611"), Some((true, true)));
        assert_eq!(sectors("59"), Some((true, true)));
        assert_eq!(sectors("65"), Some((false, true)));
        assert_eq!(sectors("01"), Some((false, false)));
        assert_eq!(rules.industries.sectors(None), None);
        let text = include_str!("../../rules/evaluation/zone.toml").replace("[supply.window_years]", "[supply.other]");
        let error = EvaluationRules::parse(&text, LandUseClasses::shipped()).unwrap_err();
        assert!(error.to_string().contains("supply.window_years"), "{error}");
    }
}
