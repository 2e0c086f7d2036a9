//! Schemes of floors and ceilings as data, and what one of them says of a parcel: efficient, low-efficiency, unknown, not rated.
//!
//! One scheme at a time: limits of two are never mixed. Logic is three-valued: a floor that is missed makes land low-efficiency
//! whatever else is unknown, all that are met make it efficient, and what is unknown never decides.

mod table;

use serde::Serialize;

use super::indicators::{Indicator, LandModel, Readings};
use crate::words;
use crate::words::Words;

pub use table::{Bound, Limit, Scheme, SchemeError};

/// What a scheme says of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// A deciding limit is missed.
    LowEfficiency,
    /// Nothing is missed for certain, and something is unknown.
    Unknown,
    /// Every deciding limit is met.
    Efficient,
    /// The scheme is not for this land.
    NotRated,
}

impl Rating {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::LowEfficiency, Self::Unknown, Self::Efficient, Self::NotRated];

    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowEfficiency => "low-efficiency",
            Self::Unknown => "unknown",
            Self::Efficient => "efficient",
            Self::NotRated => "not-rated",
        }
    }

    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::LowEfficiency => words!("rating-low", "low efficiency"),
            Self::Unknown => words!("unknown", "unknown"),
            Self::Efficient => words!("rating-efficient", "efficient"),
            Self::NotRated => words!("rating-not-rated", "not rated by this scheme"),
        }
    }
}

/// One limit held against a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding<'s> {
    /// The indicator.
    pub indicator: Indicator,
    /// Which side is wanted.
    pub kind: Bound,
    /// The limit; `None` where the scheme asks for one and has none for this industry, or the industry is unknown.
    pub limit: Option<&'s Limit>,
    /// The parcel's value.
    pub value: Option<f64>,
    /// What the value is at least, where it is not known and this much decides.
    pub at_least: Option<f64>,
    /// Whether the limit is met; `None` where that is unknown.
    pub met: Option<bool>,
    /// By how much it is missed, in the limit's unit; `None` where it is not, or that is not known.
    pub gap: Option<f64>,
    /// What is missing.
    pub missing: Vec<Words>,
}

impl Finding<'_> {
    /// True where this finding bears on the rating.
    pub fn decides(&self) -> bool {
        self.limit.map_or(self.kind == Bound::Floor, Limit::decides)
    }

    /// In words: the value against the limit, with the clause.
    pub fn words(&self) -> Words {
        let Some(limit) = self.limit else {
            return words!("finding-no-limit", "{indicator}: no limit", indicator = self.indicator.title());
        };
        let shown = |value: f64| self.indicator.shown(value, &limit.unit);
        let value = match (self.value, self.at_least) {
            (Some(value), _) => shown(value),
            (None, Some(least)) => words!("at-least", "at least {value}", value = shown(least)),
            (None, None) => words!("unknown", "unknown"),
        };
        let wanted = limit.words();
        let Some(gap) = self.gap else {
            if self.met == Some(false) {
                return words!(
                    "finding-missed-anyhow",
                    "{indicator} {value}, wanted {wanted}: missed whatever is unknown of it ({clause})",
                    indicator = self.indicator.title(),
                    value = value,
                    wanted = wanted,
                    clause = limit.citation(),
                );
            }
            return words!(
                "finding",
                "{indicator} {value}, wanted {wanted} ({clause})",
                indicator = self.indicator.title(),
                value = value,
                wanted = wanted,
                clause = limit.citation(),
            );
        };
        words!(
            "finding-missed",
            "{indicator} {value}, wanted {wanted}: missed by {gap} ({clause})",
            indicator = self.indicator.title(),
            value = value,
            wanted = wanted,
            gap = shown(gap),
            clause = limit.citation(),
        )
    }
}

/// What a scheme says of a parcel, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Efficiency<'s> {
    /// The verdict.
    pub rating: Rating,
    /// Every limit of the scheme for this parcel, in the scheme's order.
    pub findings: Vec<Finding<'s>>,
    /// What is missing to tell whether the scheme is for this land.
    pub missing: Vec<Words>,
}

impl Efficiency<'_> {
    /// The deciding limits that are missed.
    pub fn missed(&self) -> impl Iterator<Item = &Finding<'_>> {
        self.findings.iter().filter(|finding| finding.decides() && finding.met == Some(false))
    }

    /// Limits that are missed and do not decide: ceilings that the project breaks without being low-efficiency for it.
    pub fn breached(&self) -> impl Iterator<Item = &Finding<'_>> {
        self.findings.iter().filter(|finding| !finding.decides() && finding.met == Some(false))
    }

    /// Everything that is missing for a verdict.
    pub fn all_missing(&self) -> Vec<Words> {
        let open = self.findings.iter().filter(|finding| finding.decides() && finding.met.is_none());
        self.missing.iter().chain(open.flat_map(|finding| &finding.missing)).cloned().collect()
    }
}

/// True, false or unknown of two of which one is enough.
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// Holds a scheme against a parcel of the model with its readings.
pub fn efficiency<'s>(scheme: &'s Scheme, model: &LandModel<'_>, parcel: usize, readings: &Readings) -> Efficiency<'s> {
    let record = &model.park().parcels[parcel];
    let industry = model.industry(parcel);
    let by_industry = industry.as_deref().map(|industry| scheme.rates_industry(industry));
    let by_use = scheme.rates_land_use(record.land_use_scheme.as_deref(), record.land_use_code.as_deref());
    let not_rated = |rating, missing| Efficiency { rating, findings: Vec::new(), missing };
    match either(by_industry, by_use) {
        Some(true) => {}
        Some(false) => return not_rated(Rating::NotRated, Vec::new()),
        None => {
            let mut missing = Vec::new();
            if by_industry.is_none() {
                missing
                    .push(words!("missing-industry", "industry code of the parcel, its holder or its only enterprise"));
            }
            if by_use.is_none() {
                missing.push(words!("missing-land-use", "land-use class in a classification that the scheme knows"));
            }
            return not_rated(Rating::Unknown, missing);
        }
    }
    let findings: Vec<Finding<'s>> = scheme
        .asked(industry.as_deref())
        .into_iter()
        .map(|(indicator, kind, limit)| {
            let at = Indicator::ALL.iter().position(|one| *one == indicator).unwrap_or_default();
            finding((indicator, kind), limit, &readings[at], industry.as_deref(), model.currency(parcel))
        })
        .collect();
    let mut deciding = findings.iter().filter(|finding| finding.decides()).map(|finding| finding.met).peekable();
    let rating = if deciding.peek().is_none() {
        Rating::Unknown
    } else {
        deciding.fold(Rating::Efficient, |rating, met| match (rating, met) {
            (Rating::LowEfficiency, _) | (_, Some(false)) => Rating::LowEfficiency,
            (Rating::Unknown, _) | (_, None) => Rating::Unknown,
            (rating, Some(true)) => rating,
        })
    };
    let missing = if findings.iter().any(Finding::decides) {
        Vec::new()
    } else {
        vec![words!("missing-limits", "limits: the scheme {scheme} has none", scheme = scheme.title_words())]
    };
    Efficiency { rating, findings, missing }
}

fn finding<'s>(
    (indicator, kind): (Indicator, Bound),
    limit: Option<&'s Limit>,
    reading: &super::indicators::Reading,
    industry: Option<&str>,
    currency: Option<&str>,
) -> Finding<'s> {
    let value = reading.value;
    let open = |missing| Finding { indicator, kind, limit, value, at_least: None, met: None, gap: None, missing };
    let Some(limit) = limit else {
        return open(vec![industry.map_or_else(
            || words!("missing-industry", "industry code of the parcel, its holder or its only enterprise"),
            |industry| {
                words!(
                    "missing-limit",
                    "a limit of {indicator} for industry {industry} in this scheme",
                    indicator = indicator.title(),
                    industry = industry,
                )
            },
        )]);
    };
    if reading.value.is_some() && indicator.is_money() && indicator.unit(currency) != limit.unit {
        return open(vec![words!(
            "missing-conversion",
            "sums in {wanted}, as the limit is; those on record are in {found}",
            wanted = &limit.unit,
            found = indicator.unit(currency),
        )]);
    }
    let met = match (limit.kind, reading.value) {
        (Bound::Floor, Some(value)) => Some(value >= limit.value),
        (Bound::Ceiling, Some(value)) => Some(value <= limit.value),
        // What is known may be enough: a floor that is reached, a ceiling that is broken.
        (Bound::Floor, None) => (reading.at_least >= limit.value && !indicator.is_money()).then_some(true),
        (Bound::Ceiling, None) => (reading.at_least > limit.value && !indicator.is_money()).then_some(false),
    };
    let missed = met == Some(false);
    Finding {
        indicator,
        kind,
        limit: Some(limit),
        value,
        at_least: met.and(Some(reading.at_least)).filter(|_| value.is_none()),
        met,
        gap: reading.value.filter(|_| missed).map(|value| (limit.value - value).abs()),
        missing: if met.is_none() {
            let title = indicator.title();
            let each = reading.missing.inputs();
            each.map(|input| {
                words!("missing-for", "{indicator}: {what}", indicator = title.clone(), what = input.words())
            })
            .collect()
        } else {
            Vec::new()
        },
    }
}

#[cfg(test)]
mod tests;
