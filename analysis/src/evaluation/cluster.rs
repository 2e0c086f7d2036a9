//! Clusters by industry: location quotient against a reference, concentration by Herfindahl's index.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::EvaluationError;
use super::books::{Books, Measure, missing_industry};
use super::rules::EvaluationRules;
use crate::words;
use crate::words::{ANY_CURRENCY, Words};

/// Figures of a larger region by industry, to compare with (`E_i` and `E`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    format_version: u32,
    /// Region.
    pub region: String,
    /// Calendar year.
    pub year: i32,
    /// What is counted: `output`, `tax`, `fixed-assets` or `jobs`.
    pub measure: String,
    /// Unit.
    pub unit: String,
    /// Publication.
    pub source: String,
    /// Date of the publication.
    pub date: NaiveDate,
    /// `verified`, `secondary`, `memory` or `default`.
    pub status: String,
    /// The region's total over all industries, those without a row too.
    pub total: f64,
    /// Figures by two-digit industry code.
    pub industries: BTreeMap<String, f64>,
}

impl Reference {
    /// A table from its text.
    ///
    /// # Errors
    /// [`EvaluationError`] when the text is no such table, or its figures cannot be a total and its parts.
    pub fn parse(text: &str) -> Result<Self, EvaluationError> {
        let table: Self =
            toml::from_str(text).map_err(|source| EvaluationError::unreadable("reference figures", source))?;
        if table.format_version != 1 {
            return Err(EvaluationError::FormatVersion { what: "reference figures", found: table.format_version });
        }
        let node = |node: &str, problem: String| EvaluationError::Node { node: node.to_owned(), line: 1, problem };
        if Measure::parse(&table.measure).is_none() {
            return Err(node("measure", format!("is `{}`; it is output, tax, fixed-assets or jobs", table.measure)));
        }
        let parts: f64 = table.industries.values().sum();
        if table.industries.values().any(|v| !v.is_finite() || *v < 0.0)
            || !(table.total > 0.0 && table.total.is_finite())
        {
            return Err(node("industries", "has a figure below 0, or a total that is not above it".into()));
        }
        if parts > table.total * (1.0 + 1e-9) {
            return Err(node("total", format!("is {}, less than its industries together ({parts})", table.total)));
        }
        Ok(table)
    }
}

/// How concentrated shares are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concentration {
    /// Spread over many.
    Low,
    /// In between.
    Moderate,
    /// In the hands of a few.
    High,
}

impl Concentration {
    /// The class of an index by the limits of the rules.
    pub fn of(herfindahl: f64, rules: &EvaluationRules) -> Self {
        if herfindahl < rules.figure("cluster", "moderate").value {
            Self::Low
        } else if herfindahl <= rules.figure("cluster", "high").value {
            Self::Moderate
        } else {
            Self::High
        }
    }

    /// What it is, in words.
    pub fn words(self) -> Words {
        match self {
            Self::Low => words!("concentration-low", "spread"),
            Self::Moderate => words!("concentration-moderate", "moderately concentrated"),
            Self::High => words!("concentration-high", "highly concentrated"),
        }
    }
}

/// Herfindahl's index Σ s² of amounts; `None` when they sum to nothing.
pub fn herfindahl(amounts: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let total: f64 = amounts.clone().sum();
    (total > 0.0).then(|| amounts.map(|amount| (amount / total).powi(2)).sum())
}

/// Location quotient `(e_i / e) / (E_i / E)`; `None` when there is nothing to divide by.
pub fn location_quotient(part: f64, whole: f64, reference_part: f64, reference_whole: f64) -> Option<f64> {
    (whole > 0.0 && reference_part > 0.0 && reference_whole > 0.0)
        .then(|| (part / whole) / (reference_part / reference_whole))
}

/// One industry of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Two-digit code.
    pub code: String,
    /// Enterprises.
    pub enterprises: usize,
    /// Amount; `None` when an enterprise's figure is missing.
    pub amount: Option<f64>,
    /// Sum of the figures on record.
    pub on_record: f64,
    /// Share of the zone; `None` when any figure of the zone is missing.
    pub share: Option<f64>,
    /// Location quotient; `None` without share or reference.
    pub quotient: Option<f64>,
    /// True when the quotient says that the zone is specialised.
    pub specialised: Option<bool>,
    /// Herfindahl's index over its enterprises.
    pub herfindahl: Option<f64>,
}

/// What is on record of enterprises without an industry code, in the unit of the clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncoded {
    /// Amount; `None` when an enterprise's figure is missing.
    pub amount: Option<f64>,
    /// Sum of the figures on record.
    pub on_record: f64,
}

/// The clusters of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// What is counted.
    pub measure: Measure,
    /// Year of the figures.
    pub year: i32,
    /// Currency, or `persons`.
    pub unit: String,
    /// Industries, the largest first.
    pub clusters: Vec<Cluster>,
    /// Enterprises without an industry code; `None` where each has one.
    pub uncoded: Option<Uncoded>,
    /// Sum of all figures; `None` when one is missing.
    pub total: Option<f64>,
    /// Herfindahl's index over industries; `None` when a figure or a code is missing.
    pub herfindahl: Option<f64>,
    /// The same over the figures on record.
    pub herfindahl_on_record: Option<f64>,
    /// How concentrated that is.
    pub concentration: Option<Concentration>,
    /// What is missing.
    pub missing: Vec<Words>,
}

/// Clusters of a zone's books by industry code.
pub fn clusters(books: &Books, measure: Measure, reference: Option<&Reference>, rules: &EvaluationRules) -> Clusters {
    let (_, mut missing) = books.sum(measure, super::books::Sector::All);
    let mixed = measure != Measure::Jobs && books.currency().is_none() && !books.accounts.is_empty();
    let mut by_code: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    let (mut without_code, mut uncoded): (Vec<&str>, Vec<Option<f64>>) = (Vec::new(), Vec::new());
    for account in &books.accounts {
        let figure = account.figure(measure).filter(|_| !mixed);
        let Some(code) = account.industry.as_deref().map(two_digits).filter(|code| !code.is_empty()) else {
            without_code.push(&account.key);
            uncoded.push(figure);
            continue;
        };
        by_code.entry(code).or_default().push(figure);
    }
    if !without_code.is_empty() {
        missing.push(missing_industry(&without_code));
    }
    let reference = reference.filter(|table| {
        let fits = Measure::parse(&table.measure) == Some(measure);
        if !fits {
            let (theirs, ours) = (table.measure.as_str(), measure.name());
            missing.push(words!(
                "ev-missing-reference-measure",
                "the reference counts {theirs}, not {ours}",
                theirs = theirs,
                ours = ours
            ));
        }
        fits
    });
    if reference.is_none() {
        missing.push(words!("ev-missing-reference", "no reference figures: no location quotient"));
    }
    let known = missing_nothing(books, &by_code, without_code.len(), mixed);
    let total = known.then(|| by_code.values().flatten().flatten().sum::<f64>());
    let sums: Vec<f64> = by_code.values().map(|figures| figures.iter().flatten().sum()).collect();
    let on_record = herfindahl(sums.iter().copied());
    let specialised = rules.figure("cluster", "specialised").value;
    let mut all: Vec<Cluster> = by_code
        .into_iter()
        .map(|(code, figures)| {
            let on_record: f64 = figures.iter().flatten().sum();
            let amount = figures.iter().all(Option::is_some).then_some(on_record);
            let share = amount.zip(total.filter(|total| *total > 0.0)).map(|(amount, total)| amount / total);
            let quotient = share.zip(total).zip(reference).and_then(|((_, total), table)| {
                location_quotient(on_record, total, *table.industries.get(&code)?, table.total)
            });
            Cluster {
                enterprises: figures.len(),
                amount,
                on_record,
                share,
                quotient,
                specialised: quotient.map(|quotient| quotient > specialised),
                herfindahl: amount.and_then(|_| herfindahl(figures.iter().flatten().copied())),
                code,
            }
        })
        .collect();
    all.sort_by(|a, b| b.on_record.total_cmp(&a.on_record).then_with(|| a.code.cmp(&b.code)));
    let index = on_record.filter(|_| known);
    let unit = if measure == Measure::Jobs { "persons" } else { books.currency().unwrap_or(ANY_CURRENCY) };
    Clusters {
        measure,
        year: books.year,
        unit: unit.to_owned(),
        clusters: all,
        uncoded: (!uncoded.is_empty())
            .then(|| Uncoded { amount: uncoded.iter().copied().sum(), on_record: uncoded.iter().flatten().sum() }),
        total,
        herfindahl: index,
        herfindahl_on_record: on_record,
        concentration: index.map(|index| Concentration::of(index, rules)),
        missing,
    }
}

/// True when every enterprise has its figure and its code.
fn missing_nothing(
    books: &Books,
    by_code: &BTreeMap<String, Vec<Option<f64>>>,
    without_code: usize,
    mixed: bool,
) -> bool {
    !mixed && without_code == 0 && books.silent == 0 && by_code.values().flatten().all(Option::is_some)
}

fn two_digits(code: &str) -> String {
    code.trim().trim_start_matches(|c: char| c.is_ascii_alphabetic()).chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::super::books::Account;
    use super::*;

    fn books(figures: &[(&str, Option<f64>)]) -> Books {
        let accounts = figures.iter().enumerate().map(|(i, (code, figure))| Account {
            park: "p".into(),
            key: format!("e{i}"),
            name: format!("E{i}"),
            industry: (!code.is_empty()).then(|| (*code).to_owned()),
            sectors: None,
            figures: [*figure, None, None, *figure],
        });
        Books {
            year: 2024,
            currencies: ["CNY".to_owned()].into(),
            accounts: accounts.collect(),
            not_yet: 0,
            silent: 0,
            divided: false,
        }
    }

    const TABLE: &str = "format_version = 1\nregion = \"R\"\nyear = 2024\nmeasure = \"output\"\nunit = \"CNY\"\nsource = \"made up\"\n\
        date = \"2025-01-01\"\nstatus = \"default\"\ntotal = 1000.0\n[industries]\n26 = 100.0\n39 = 400.0\n";

    #[test]
    fn l4_herfindahl() {
        assert!((herfindahl([80.0, 60.0, 10.0, 20.0, 30.0].into_iter()).unwrap() - 0.285).abs() < 1e-12);
        assert_eq!(herfindahl([0.0, 0.0].into_iter()), None);
        let shares = [("26", 80.0), ("39", 60.0), ("13", 10.0), ("35", 20.0), ("59", 30.0)].map(|(c, x)| (c, Some(x)));
        let rules = EvaluationRules::shipped();
        let found = clusters(&books(&shares), Measure::Output, None, &rules);
        assert!((found.herfindahl.unwrap() - 0.285).abs() < 1e-12);
        assert_eq!(found.concentration, Some(Concentration::High));
        assert_eq!(found.clusters.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["26", "39", "59", "35", "13"]);
    }

    #[test]
    fn quotients_compare_with_the_reference() {
        let rules = EvaluationRules::shipped();
        let table = Reference::parse(TABLE).unwrap();
        let books = books(&[("26", Some(30.0)), ("C2614", Some(10.0)), ("39", Some(40.0)), ("59", Some(20.0))]);
        let found = clusters(&books, Measure::Output, Some(&table), &rules);
        let of = |code: &str| found.clusters.iter().find(|c| c.code == code).unwrap();
        // (40/100) / (100/1000) and (40/100) / (400/1000); the reference has no 59.
        assert!((of("26").quotient.unwrap() - 4.0).abs() < 1e-12 && of("26").specialised == Some(true));
        assert!((of("39").quotient.unwrap() - 1.0).abs() < 1e-12 && of("39").specialised == Some(false));
        assert_eq!((of("59").quotient, of("59").share), (None, Some(0.2)));
        assert!((of("26").herfindahl.unwrap() - (0.75_f64.powi(2) + 0.25_f64.powi(2))).abs() < 1e-12);
        let jobs = clusters(&books, Measure::Jobs, Some(&table), &rules);
        assert!(jobs.clusters.iter().all(|c| c.quotient.is_none()), "output is no measure for jobs");
    }

    #[test]
    fn a_missing_figure_leaves_shares_unknown() {
        let rules = EvaluationRules::shipped();
        let found = clusters(&books(&[("26", Some(30.0)), ("39", None)]), Measure::Output, None, &rules);
        assert_eq!((found.herfindahl, found.concentration, found.total), (None, None, None));
        assert_eq!(found.herfindahl_on_record, Some(1.0));
        assert!(found.clusters.iter().all(|c| c.share.is_none()));
        assert!(found.missing.iter().any(|words| words.contains("1 enterprise without output")), "{:?}", found.missing);
        let found = clusters(&books(&[("26", Some(30.0)), ("", Some(1.0))]), Measure::Output, None, &rules);
        assert_eq!((found.herfindahl, found.uncoded), (None, Some(Uncoded { amount: Some(1.0), on_record: 1.0 })));
        let some = [("26", Some(30.0)), ("", Some(1.0)), ("", None)];
        let found = clusters(&books(&some), Measure::Output, None, &rules);
        assert_eq!(found.uncoded, Some(Uncoded { amount: None, on_record: 1.0 }));
    }

    #[test]
    fn a_reference_that_cannot_be_is_refused() {
        let error = |from: &str, to: &str| Reference::parse(&TABLE.replace(from, to)).unwrap_err().to_string();
        assert!(error("total = 1000.0", "total = 100.0").contains("less than its industries"));
        assert!(error("26 = 100.0", "26 = -1.0").contains("below 0"));
        assert!(error("\"output\"", "\"turnover\"").contains("turnover"));
    }
}
