//! Rule tables: figures with their standard, edition, clause and status, as data that a user can replace.
//!
//! Reading a replacement file is left to the caller: nothing here does I/O.

mod allowed;
mod building;
mod causes;
mod citation;
mod class_names;
mod land_use;
mod land_use_colours;
mod tables;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spatial_db::model::{EventKind, IdleCause, NetworkClass, Provenance};

pub use building::BuildingState;
use building::BuildingWords;
use causes::IdleCauses;
pub(crate) use citation::words as rule_words;
pub use land_use::{BuiltBy, Class, Group, LandUseClasses};
pub use land_use_colours::LandUseColours;
pub use tables::{OwnTable, RuleTables, SHIPPED, TableError};

use crate::words;
use crate::words::Words;

/// A figure of a standard with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number, in `unit`.
    pub value: f64,
    /// Unit; `1` for shares.
    pub unit: String,
    /// Standard, regulation or "ParkTwin default".
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// `verified`, `secondary`, `memory` or `default`.
    pub status: String,
}

impl Figure {
    /// Standard, edition and clause in one phrase, with the status where the figure is not verified.
    pub fn citation(&self) -> Words {
        cited(&self.standard, &self.edition, &self.clause, &self.status)
    }

    /// The same without the clause, where it goes without saying.
    pub fn source(&self) -> Words {
        let [standard, edition] = [&self.standard, &self.edition].map(|text| citation::words(text));
        let base = if self.status == "default" {
            words!("source-default", "{standard} {edition}", standard = standard, edition = edition)
        } else {
            words!("source-edition", "{standard} ({edition})", standard = standard, edition = edition)
        };
        with_status(base, &self.status)
    }
}

/// A citation with the status of what is not verified.
fn with_status(base: Words, status: &str) -> Words {
    if matches!(status, "default" | "verified") {
        return base;
    }
    words!("citation-status", "{base} [{status}]", base = base, status = citation::words(status))
}

/// Standard, edition and clause in one phrase, with the status where it is not verified.
pub(crate) fn cited(standard: &str, edition: &str, clause: &str, status: &str) -> Words {
    let [standard, edition, clause] = [standard, edition, clause].map(citation::words);
    let base = if status == "default" {
        words!(
            "citation-default",
            "{standard} {edition}: {clause}",
            standard = standard,
            edition = edition,
            clause = clause
        )
    } else {
        words!("citation", "{standard} ({edition}), {clause}", standard = standard, edition = edition, clause = clause)
    };
    with_status(base, status)
}

/// A network class as the standard names and colours it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkClassRow {
    /// The class.
    pub class: NetworkClass,
    /// Two code letters.
    pub letters: String,
    /// Code digit.
    pub digit: u8,
    /// Name.
    pub name: String,
    /// Colour, sRGB.
    pub colour: [u8; 3],
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// Status.
    pub status: String,
}

/// What is wrong with a rule table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The text is not a table of figures.
    #[error("the rule table `{table}` does not parse")]
    Unreadable {
        /// Which table.
        table: &'static str,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A figure that the product needs is absent.
    #[error("the rule table has no figure `{group}.{name}`")]
    Missing {
        /// Group.
        group: &'static str,
        /// Name.
        name: &'static str,
    },
}

/// Every rule the analyses use.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    figures: BTreeMap<String, BTreeMap<String, Figure>>,
    network_classes: Vec<NetworkClassRow>,
    building_words: BuildingWords,
    land_use: LandUseClasses,
    idle_causes: IdleCauses,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassTable {
    class: Vec<NetworkClassRow>,
}

/// Figures the analyses ask for; a rule set without one of them is refused at once, not in mid-analysis.
const NEEDED: &[(&str, &str)] = &[
    ("idle", "clock_years"),
    ("idle", "reclaim_years"),
    ("idle", "developed_share"),
    ("idle", "invested_share"),
    ("idle", "suspension_years"),
    ("idle", "suspension_cumulative"),
    ("idle", "unagreed_start_years"),
    ("idle", "idle_fee_share"),
    ("idle", "government_cause"),
    ("idle", "government_remedies"),
    ("idle", "start_definition"),
    ("land", "coverage_floor"),
    ("land", "tall_storey_m"),
    ("land", "cover_complete"),
    ("vacancy", "vacant_coverage"),
    ("vacancy", "underused_coverage"),
    ("vacancy", "strip_width_m"),
    ("vacancy", "minimum_area_m2"),
    ("vacancy", "natural_share"),
    ("vacancy", "empty_floor_share"),
    ("camera", "view_angle_deg"),
    ("hydrant", "reach_m"),
    ("hydrant", "tank_exclusion_m"),
];

impl RuleSet {
    /// The tables that ship with the product.
    ///
    /// # Panics
    /// Never: the shipped tables are checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/figures.toml"), include_str!("../../rules/network_classes.toml"))
            .expect("the shipped rule tables are valid")
    }

    /// A rule set from the text of the two tables.
    ///
    /// # Errors
    /// [`RuleError`] when a table does not parse or lacks a figure the analyses need.
    pub fn parse(figures: &str, network_classes: &str) -> Result<Self, RuleError> {
        let unreadable = |table| move |source| RuleError::Unreadable { table, source: Box::new(source) };
        let figures: BTreeMap<String, BTreeMap<String, Figure>> =
            toml::from_str(figures).map_err(unreadable("figures"))?;
        let classes: ClassTable = toml::from_str(network_classes).map_err(unreadable("network_classes"))?;
        let building_words =
            toml::from_str(include_str!("../../rules/building_words.toml")).map_err(unreadable("building_words"))?;
        let land_use = LandUseClasses::parse(include_str!("../../rules/land_use.toml"))?;
        let idle_causes =
            toml::from_str(include_str!("../../rules/idle_causes.toml")).map_err(unreadable("idle_causes"))?;
        let rules = Self { figures, network_classes: classes.class, building_words, land_use, idle_causes };
        for &(group, name) in NEEDED {
            rules.find(group, name).ok_or(RuleError::Missing { group, name })?;
        }
        Ok(rules)
    }

    fn find(&self, group: &str, name: &str) -> Option<&Figure> {
        self.figures.get(group)?.get(name)
    }

    /// A figure by group and name.
    ///
    /// # Panics
    /// When the figure is not in the list that [`RuleSet::parse`] checks: a mistake in this crate.
    pub fn figure(&self, group: &str, name: &str) -> &Figure {
        self.find(group, name).unwrap_or_else(|| panic!("figure {group}.{name} is not declared as needed"))
    }

    /// The same with another table of the words that records use for buildings.
    ///
    /// # Errors
    /// [`RuleError::Unreadable`].
    pub fn with_building_words(self, table: &str) -> Result<Self, RuleError> {
        let source = |source| RuleError::Unreadable { table: "building_words", source: Box::new(source) };
        Ok(Self { building_words: toml::from_str(table).map_err(source)?, ..self })
    }

    /// The same with another table of the causes that excuse the holder of idle land.
    ///
    /// # Errors
    /// [`RuleError::Unreadable`], or [`RuleError::Missing`] for a cause that the table does not have.
    pub fn with_idle_causes(self, table: &str) -> Result<Self, RuleError> {
        let source = |source| RuleError::Unreadable { table: "idle_causes", source: Box::new(source) };
        let idle_causes: IdleCauses = toml::from_str(table).map_err(source)?;
        match idle_causes.lacks() {
            Some(cause) => Err(RuleError::Missing { group: "idle_causes", name: cause.as_str() }),
            None => Ok(Self { idle_causes, ..self }),
        }
    }

    /// Events that show the end of a cause that excuses the holder, where its own record does not tell it; `None`: which cause it is
    /// is not told.
    pub fn cause_ends_with(&self, cause: Option<IdleCause>) -> &[EventKind] {
        self.idle_causes.ends_with(cause)
    }

    /// Where a cause that excuses the holder stands; `None`: which one it is is not told.
    pub fn cause_citation(&self, cause: Option<IdleCause>) -> Words {
        let told = cause.and_then(|cause| self.idle_causes.citation(cause));
        told.unwrap_or_else(|| self.figure("idle", "government_cause").citation())
    }

    /// True where a building's use in words is administration or living.
    pub fn administers(&self, use_text: &str) -> bool {
        self.building_words.administers(use_text)
    }

    /// What a building's state in words means; `None` where the table does not have the words.
    pub fn state(&self, text: &str) -> Option<BuildingState> {
        self.building_words.state(text)
    }

    /// The condition of a building as its record has it; `None` where it has none.
    pub fn condition<'a>(&self, provenance: &'a Provenance) -> Option<&'a str> {
        self.building_words.condition(provenance)
    }

    /// The land-use classes of every scheme.
    pub fn land_use(&self) -> &LandUseClasses {
        &self.land_use
    }

    /// Name, letters and colour of a network class, where the table has it.
    pub fn network_class(&self, class: NetworkClass) -> Option<&NetworkClassRow> {
        self.network_classes.iter().find(|row| row.class == class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_tables_are_complete_and_cited() {
        let rules = RuleSet::shipped();
        for class in NetworkClass::ALL {
            let row = rules.network_class(class).unwrap_or_else(|| panic!("{class:?} has no row"));
            assert!((1..=8).contains(&row.digit));
        }
        for figure in rules.figures.values().flat_map(BTreeMap::values) {
            assert!(["verified", "secondary", "memory", "default"].contains(&figure.status.as_str()), "{figure:?}");
            assert!(figure.value.is_finite() && !figure.citation().is_empty());
        }
        // Order 53 Art. 2, as published.
        assert_eq!(rules.figure("idle", "invested_share").value, 0.25);
        assert!((rules.figure("idle", "developed_share").value - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn every_cause_of_article_8_has_a_row_with_its_item() {
        let rules = RuleSet::shipped();
        assert_eq!(rules.idle_causes.lacks(), None);
        let items = ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "second paragraph"];
        for (cause, item) in IdleCause::ALL.into_iter().zip(items) {
            let said = rules.cause_citation(Some(cause));
            assert!(said.contains("Art. 8") && said.contains(item), "{said}");
        }
        // Handing the land over ends only that it was not handed over.
        let by_delivery = |cause| rules.cause_ends_with(cause).contains(&EventKind::Delivery);
        let ended: Vec<IdleCause> = IdleCause::ALL.into_iter().filter(|cause| by_delivery(Some(*cause))).collect();
        assert_eq!(ended, [IdleCause::NotDelivered]);
        assert!(by_delivery(None), "what is not told keeps its meaning");
        let short = include_str!("../../rules/idle_causes.toml").replacen("force_majeure", "complaints", 1);
        let error = rules.clone().with_idle_causes(&short).unwrap_err().to_string();
        assert!(error.contains("idle_causes.force_majeure"), "{error}");
        assert!(rules.with_idle_causes(include_str!("../../rules/idle_causes.toml")).is_ok());
    }

    #[test]
    fn words_of_building_records_are_understood_or_not_at_all() {
        let rules = RuleSet::shipped();
        assert!(rules.administers("办公楼") && rules.administers("Staff dormitory") && !rules.administers("单层厂房"));
        assert_eq!(rules.state("空置"), Some(BuildingState::Vacant));
        assert_eq!(rules.state("Unoccupied, Complete"), Some(BuildingState::Vacant));
        assert_eq!(rules.state("Unoccupied, UnderConstruction"), Some(BuildingState::Unfinished));
        assert_eq!(rules.state("Occupied, Complete"), Some(BuildingState::Used));
        assert_eq!(rules.state("derelict?"), None);
        let own = "[use.administration]\nwords = [\"bureau\"]\nsource = \"own\"\n[state.vacant]\nwords = [\"leer\"]\nsource = \"own\"\n\
            [state.used]\nwords = []\nsource = \"own\"\n[state.unfinished]\nwords = []\nsource = \"own\"\n";
        assert_eq!(rules.clone().with_building_words(own).unwrap().state("leer"), Some(BuildingState::Vacant));
        let mut record = Provenance::default();
        assert_eq!(rules.condition(&record), None);
        record.attributes.insert("Bldg_Condition".to_owned(), "Poor".into());
        assert_eq!(rules.condition(&record), Some("Poor"));
        assert_eq!(rules.clone().with_building_words(own).unwrap().condition(&record), None, "a table without fields");
        assert!(rules.with_building_words("words = 1").unwrap_err().to_string().contains("building_words"));
    }

    #[test]
    fn a_table_without_a_needed_figure_is_refused_by_name() {
        let classes = include_str!("../../rules/network_classes.toml");
        let figures = include_str!("../../rules/figures.toml").replace("[hydrant.reach_m]", "[hydrant.other_m]");
        let error = RuleSet::parse(&figures, classes).unwrap_err();
        assert!(error.to_string().contains("hydrant.reach_m"), "{error}");
    }
}
