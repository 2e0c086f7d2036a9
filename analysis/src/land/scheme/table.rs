//! A scheme as its file has it (`analysis/rules/schemes`; `docs/planner.md` describes the format).

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::super::indicators::Indicator;
use crate::rules::{cited, rule_words};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Which side of a limit is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// So much or more.
    Floor,
    /// So much or less.
    Ceiling,
}

/// A limit of a standard.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What is limited.
    pub indicator: Indicator,
    /// From which side.
    pub kind: Bound,
    /// Two-digit industry codes that it is for; all that the scheme rates where there are none.
    #[serde(default)]
    pub industry: Vec<String>,
    /// The number, in `unit`.
    pub value: f64,
    /// Unit, that of the indicator; money with its currency, as `CNY/ha`.
    pub unit: String,
    /// Whether it decides on low efficiency; floors do and ceilings do not where this is not said.
    decides: Option<bool>,
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// `verified`, `secondary`, `memory`, `default` or `illustrative`.
    pub status: String,
}

impl Limit {
    /// Whether land that misses it is low-efficiency.
    pub fn decides(&self) -> bool {
        self.decides.unwrap_or(self.kind == Bound::Floor)
    }

    /// With its sign and unit.
    pub fn words(&self) -> Words {
        let value = self.indicator.shown(self.value, &self.unit);
        match self.kind {
            Bound::Floor => words!("limit-floor", "≥ {value}", value = value),
            Bound::Ceiling => words!("limit-ceiling", "≤ {value}", value = value),
        }
    }

    /// Standard, edition and clause, with the status where the figure is not verified.
    pub fn citation(&self) -> Words {
        cited(&self.standard, &self.edition, &self.clause, &self.status)
    }
}

/// Which land a scheme is for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Applies {
    /// All land, whatever its use.
    #[serde(default)]
    all: bool,
    /// Two-digit industry codes.
    #[serde(default)]
    industry: Vec<String>,
    /// Beginnings of land-use codes, by classification.
    #[serde(default)]
    land_use: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    title: String,
    #[serde(default)]
    illustrative: bool,
    #[serde(default)]
    industry_codes: Option<String>,
    #[serde(default)]
    requires: Vec<Indicator>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    applies: Applies,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scheme: Header,
    #[serde(default)]
    limit: Vec<Limit>,
}

/// A scheme: which land it is for and the limits that it sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheme {
    /// Short name, `[a-z0-9-]+`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// True for made-up limits: whatever shows them must say so.
    pub illustrative: bool,
    /// Edition of the classification that the industry codes are of.
    pub industry_codes: Option<String>,
    /// What a reader must know of it.
    pub note: Option<String>,
    requires: Vec<Indicator>,
    applies: Applies,
    limits: Vec<Limit>,
}

/// What shipped schemes are called: a file of one's own is called as it says.
const TITLES: [(&str, Phrase); 4] = [
    ("national-2008", phrase("scheme-national-2008", "National control indicators for industrial project land, 2008")),
    (
        "national-2023",
        phrase(
            "scheme-national-2023",
            "National control indicators for industrial project land, 2023 (without floor-area ratios)",
        ),
    ),
    ("shanghai", phrase("scheme-shanghai", "Shanghai industrial land guide (values not obtained)")),
    (
        "shanghai-illustrative",
        phrase(
            "scheme-shanghai-illustrative",
            "ILLUSTRATIVE limits in the form of Shanghai's guide, not official values",
        ),
    ),
];

impl Scheme {
    /// Its title for people of any language.
    pub fn title_words(&self) -> Words {
        let shipped = TITLES.iter().find(|(name, title)| *name == self.name && title.english == self.title);
        shipped.map_or_else(|| Words::from(self.title.as_str()), |(_, title)| Words::from(*title))
    }

    /// What a reader must know of it, for people of any language where it is a shipped scheme's.
    pub fn note_words(&self) -> Option<Words> {
        self.note.as_deref().map(rule_words)
    }
}

/// What is wrong with a scheme.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// The text is no scheme.
    #[error("the scheme does not parse")]
    Unreadable {
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A limit cannot be used.
    #[error("limit {number} of the scheme ({indicator}): {reason}")]
    Limit {
        /// Which, from 1.
        number: usize,
        /// Its indicator.
        indicator: &'static str,
        /// Why not.
        reason: String,
    },
    /// The scheme's name cannot be used.
    #[error("the scheme's name {name:?}: use small letters, digits and hyphens")]
    Name {
        /// The name.
        name: String,
    },
}

const SHIPPED: [&str; 4] = [
    include_str!("../../../rules/schemes/national-2008.toml"),
    include_str!("../../../rules/schemes/national-2023.toml"),
    include_str!("../../../rules/schemes/shanghai.toml"),
    include_str!("../../../rules/schemes/shanghai-illustrative.toml"),
];

const STATUSES: [&str; 5] = ["verified", "secondary", "memory", "default", "illustrative"];

impl Scheme {
    /// The schemes that ship with the product.
    ///
    /// # Panics
    /// Never: a test reads them.
    pub fn shipped() -> Vec<Self> {
        SHIPPED.iter().map(|text| Self::parse(text).expect("the shipped schemes are valid")).collect()
    }

    /// A shipped scheme by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::shipped().into_iter().find(|scheme| scheme.name == name)
    }

    /// A scheme from the text of its file.
    ///
    /// # Errors
    /// [`SchemeError`] for text that is none, and for limits that cannot be used or contradict each other.
    pub fn parse(text: &str) -> Result<Self, SchemeError> {
        let file: File = toml::from_str(text).map_err(|source| SchemeError::Unreadable { source: Box::new(source) })?;
        let header = file.scheme;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if header.name.is_empty() || !header.name.chars().all(plain) {
            return Err(SchemeError::Name { name: header.name });
        }
        let mut taken = HashSet::new();
        for (at, limit) in file.limit.iter().enumerate() {
            let wrong =
                |reason: String| SchemeError::Limit { number: at + 1, indicator: limit.indicator.as_str(), reason };
            if !limit.value.is_finite() || limit.value < 0.0 {
                return Err(wrong(format!("{} is no limit", limit.value)));
            }
            if limit.indicator.is_share() && limit.value > 1.0 {
                return Err(wrong(format!("{} is no share: they are from 0 to 1", limit.value)));
            }
            if !unit_fits(limit) {
                return Err(wrong(format!(
                    "its unit is {:?}, that of the indicator {:?}",
                    limit.unit,
                    limit.indicator.unit(limit.indicator.is_money().then_some("CNY"))
                )));
            }
            if !STATUSES.contains(&limit.status.as_str()) {
                return Err(wrong(format!("status {:?}; there are: {}", limit.status, STATUSES.join(", "))));
            }
            if (limit.status == "illustrative") != header.illustrative {
                return Err(wrong("made-up limits and official ones are not mixed in a scheme".to_owned()));
            }
            let codes = if limit.industry.is_empty() { vec![String::new()] } else { limit.industry.clone() };
            for code in codes {
                if !code.is_empty() && (code.len() != 2 || !code.chars().all(|c| c.is_ascii_digit())) {
                    return Err(wrong(format!("{code:?} is no two-digit industry code")));
                }
                if !taken.insert((limit.indicator, limit.kind, code.clone())) {
                    return Err(wrong(format!("a second one for industry {code:?}")));
                }
            }
        }
        Ok(Self {
            name: header.name,
            title: header.title,
            illustrative: header.illustrative,
            industry_codes: header.industry_codes,
            note: header.note,
            requires: header.requires,
            applies: header.applies,
            limits: file.limit,
        })
    }

    /// Its limits.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Whether it is for land of this industry.
    pub fn rates_industry(&self, industry: &str) -> bool {
        self.applies.all || self.applies.industry.iter().any(|code| code == industry)
    }

    /// Whether it is for land of this class; `None` where the class is unknown or of a classification that it does not know.
    pub fn rates_land_use(&self, classification: Option<&str>, code: Option<&str>) -> Option<bool> {
        if self.applies.all {
            return Some(true);
        }
        let beginnings = self.applies.land_use.get(classification?)?;
        let code = code?;
        Some(beginnings.iter().any(|beginning| code.starts_with(beginning.as_str())))
    }

    /// What it asks of land of an industry: each limited indicator with the limit for that industry, else the one for all. An
    /// indicator that the scheme requires, or limits by industry only, stands without a limit where there is none to be found.
    pub(super) fn asked(&self, industry: Option<&str>) -> Vec<(Indicator, Bound, Option<&Limit>)> {
        let mut asked: Vec<(Indicator, Bound)> = Vec::new();
        let limited = self.limits.iter().map(|limit| (limit.indicator, limit.kind));
        for one in limited.chain(self.requires.iter().map(|indicator| (*indicator, Bound::Floor))) {
            if !asked.contains(&one) {
                asked.push(one);
            }
        }
        let limit = |indicator, kind| {
            let mine = || self.limits.iter().filter(move |limit| (limit.indicator, limit.kind) == (indicator, kind));
            let own = mine().find(|limit| industry.is_some_and(|code| limit.industry.iter().any(|one| one == code)));
            own.or_else(|| {
                // Without an industry the limit for all holds only where no industry has its own.
                let by_industry = mine().any(|limit| !limit.industry.is_empty());
                mine().find(|limit| limit.industry.is_empty()).filter(|_| industry.is_some() || !by_industry)
            })
        };
        asked.into_iter().map(|(indicator, kind)| (indicator, kind, limit(indicator, kind))).collect()
    }
}

fn unit_fits(limit: &Limit) -> bool {
    if limit.indicator.is_money() {
        let currency = limit.unit.strip_suffix("/ha").unwrap_or_default();
        return currency.len() == 3 && currency.chars().all(|c| c.is_ascii_uppercase());
    }
    limit.unit == limit.indicator.unit(None)
}
