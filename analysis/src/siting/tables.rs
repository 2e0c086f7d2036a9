//! Tables that siting needs: words of records, fields of sources, classes of industrial land. A user can replace each.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use spatial_db::model::Provenance;

use crate::words;

/// The tables.
#[derive(Debug, Clone, PartialEq)]
pub struct SitingTables {
    words: Words,
    industry: Industry,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    words: Vec<String>,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    source: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    names: Vec<String>,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    source: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    land_bank: List,
    broken: List,
    sewer: List,
    storm: List,
    fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    clear_height_m: Field,
    floor_load_kn_m2: Field,
    price_per_m2: Field,
    currency: Field,
    term_years: Field,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Industry {
    standard: String,
    edition: String,
    clause: String,
    status: String,
    land: Vec<LandClasses>,
    #[serde(rename = "industry")]
    needed: BTreeMap<String, u8>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LandClasses {
    scheme: String,
    codes: BTreeMap<String, u8>,
}

/// A figure that only the source's own fields can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// m
    ClearHeight,
    /// kN/m²
    FloorLoad,
    /// currency/m²
    Price,
    /// years
    Term,
}

/// Records are compared in small letters: a word that is not would never be found, and nobody would know why.
pub(super) fn in_small_letters(words: &[String]) -> Result<(), toml::de::Error> {
    match words.iter().find(|word| word.trim().is_empty() || **word != word.to_lowercase()) {
        Some(word) => {
            Err(serde::de::Error::custom(format!("the word {word:?} must be in small letters, and not empty")))
        }
        None => Ok(()),
    }
}

/// How far a row can be trusted is one of four words.
pub(super) fn status(said: &str) -> Result<(), toml::de::Error> {
    const KNOWN: [&str; 4] = ["verified", "secondary", "memory", "default"];
    if KNOWN.contains(&said) {
        return Ok(());
    }
    Err(serde::de::Error::custom(format!("the status {said:?} must be one of {}", KNOWN.join(", "))))
}

impl SitingTables {
    /// The tables that ship with the product.
    ///
    /// # Panics
    /// Never: the shipped tables are checked by a test.
    pub fn shipped() -> Self {
        let words = include_str!("../../rules/siting/words.toml");
        Self::parse(words, include_str!("../../rules/siting/industry.toml")).expect("the shipped tables are valid")
    }

    /// Tables from their texts.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(words: &str, industry: &str) -> Result<Self, toml::de::Error> {
        let (words, industry): (Words, Industry) = (toml::from_str(words)?, toml::from_str(industry)?);
        for list in [&words.land_bank, &words.broken, &words.sewer, &words.storm] {
            in_small_letters(&list.words)?;
        }
        status(&industry.status)?;
        Ok(Self { words, industry })
    }

    /// True where a holder holds land to give it out.
    pub(super) fn gives_land(&self, holder: &str) -> bool {
        let holder = holder.to_lowercase();
        self.words.land_bank.words.iter().any(|word| holder.contains(word.as_str()))
    }

    /// True where a state says that something does not work.
    pub(super) fn is_broken(&self, state: &str) -> bool {
        let state = state.trim().to_lowercase();
        self.words.broken.words.contains(&state)
    }

    /// Whether a drain of a subtype carries sewage; `None` where the subtype does not tell.
    pub(super) fn carries_sewage(&self, subtype: Option<&str>) -> Option<bool> {
        let subtype = subtype?.trim().to_lowercase();
        let code: String = subtype.chars().take_while(char::is_ascii_alphabetic).collect();
        // Codes of two letters stand in other words by chance.
        let says = |list: &List| {
            list.words.iter().any(|word| if word.len() > 2 { subtype.contains(word.as_str()) } else { code == *word })
        };
        if says(&self.words.storm) && !says(&self.words.sewer) {
            return Some(false);
        }
        says(&self.words.sewer).then_some(true)
    }

    /// A figure that the source says in a field of its own.
    pub(super) fn said(&self, what: Said, provenance: &Provenance) -> Option<f64> {
        if provenance.attributes.is_empty() {
            return None;
        }
        let field = match what {
            Said::ClearHeight => &self.words.fields.clear_height_m,
            Said::FloorLoad => &self.words.fields.floor_load_kn_m2,
            Said::Price => &self.words.fields.price_per_m2,
            Said::Term => &self.words.fields.term_years,
        };
        let named = |name: &str| field.names.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        let value = provenance.attributes.iter().find(|(name, _)| named(name))?.1;
        let figure = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        figure.filter(|figure| figure.is_finite() && *figure > 0.0)
    }

    /// Currency of a price that the source says in a field of its own.
    pub(super) fn currency<'p>(&self, provenance: &'p Provenance) -> Option<&'p str> {
        let names = &self.words.fields.currency.names;
        let named = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        provenance.attributes.iter().find(|(name, _)| named(name))?.1.as_str()
    }

    /// Whether land of a class admits an industry; `None` where the tables cannot tell.
    pub(super) fn admits(&self, scheme: &str, code: &str, industry: &str) -> Option<bool> {
        let land = self.industry.land.iter().find(|land| land.scheme == scheme)?;
        let Some(most) = land.codes.iter().find(|(known, _)| code.starts_with(known.as_str())) else {
            // A class above one in the table has its parts in it; any other use is no industrial land.
            return (!land.codes.keys().any(|known| known.starts_with(code))).then_some(false);
        };
        let digits: String = industry.chars().filter(char::is_ascii_digit).take(2).collect();
        self.industry.needed.get(&digits).map(|least| least <= most.1)
    }

    /// Where the classes of industrial land come from, for people.
    pub fn industry_source(&self) -> crate::words::Words {
        let Industry { standard, edition, clause, status, .. } = &self.industry;
        crate::rules::cited(standard, edition, clause, status)
    }

    /// How far the table of industries can be relied on, for people; empty where it was read in its source.
    pub fn industry_standing(&self) -> crate::words::Words {
        match self.industry.status.as_str() {
            "verified" => crate::words::Words::default(),
            "memory" => words!(
                "pitch-table-memory",
                "by a table from memory that nobody has checked: the plan and the environmental approval of the place decide",
            ),
            "secondary" => words!("pitch-table-secondary", "by a table out of a secondary source"),
            "default" => words!("pitch-table-default", "by a table of ParkTwin's own"),
            other => words!("pitch-table-other", "by a table of status {status}", status = other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_tables_say_what_records_mean_and_nothing_else() {
        let tables = SitingTables::shipped();
        assert!(tables.gives_land("清溪工业园土地储备中心") && !tables.gives_land("Works Ltd"));
        assert!(tables.is_broken("Out of service ") && !tables.is_broken("working"));
        let carries = |subtype| tables.carries_sewage(Some(subtype));
        assert_eq!(["WS", "ws1001", "污水管", "Combined sewer"].map(carries), [Some(true); 4]);
        assert_eq!(["YS", "storm drain", "雨水"].map(carries), [Some(false); 3]);
        assert_eq!((carries("PS"), carries("flows"), tables.carries_sewage(None)), (None, None, None));
        let admits = |code, industry| tables.admits("planning-2023", code, industry);
        assert_eq!((admits("100101", "39"), admits("100101", "26")), (Some(true), Some(false)));
        assert_eq!((admits("100103", "2614"), admits("0901", "39")), (Some(true), Some(false)));
        assert_eq!(admits("1001", "39"), None, "which class of industrial land is not said");
        assert_eq!(admits("100101", "99"), None, "the table does not have the industry");
        assert_eq!(tables.admits("other", "100101", "39"), None);
        let mut row = Provenance::default();
        assert_eq!(tables.said(Said::ClearHeight, &row), None);
        row.attributes.insert("净高".into(), Value::String(" 9.2".into()));
        assert_eq!(tables.said(Said::ClearHeight, &row), Some(9.2));
    }
}
