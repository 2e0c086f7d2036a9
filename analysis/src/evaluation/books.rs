//! The enterprises' figures of one year, with what is missing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use spatial_db::model::{EnterpriseYear, ParkSnapshot};

use super::inputs::TypedInputs;
use super::range::Range;
use super::rules::{EvaluationRules, says};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A figure that enterprises report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Output value.
    Output,
    /// Tax paid.
    Tax,
    /// Fixed assets at year end.
    FixedAssets,
    /// Employees at year end.
    Jobs,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 4] = [Self::Output, Self::Tax, Self::FixedAssets, Self::Jobs];

    /// Its short name: `output`, `tax`, `fixed-assets`, `jobs`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Tax => "tax",
            Self::FixedAssets => "fixed-assets",
            Self::Jobs => "jobs",
        }
    }

    /// The measure of a short name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// What it is, in words.
    pub const fn label(self) -> Phrase {
        match self {
            Self::Output => phrase("measure-output", "output"),
            Self::Tax => phrase("measure-tax", "tax"),
            Self::FixedAssets => phrase("measure-fixed-assets", "fixed assets"),
            Self::Jobs => phrase("measure-jobs", "employees"),
        }
    }

    fn of(self, year: &EnterpriseYear) -> Option<f64> {
        match self {
            Self::Output => year.output,
            Self::Tax => year.tax,
            Self::FixedAssets => year.fixed_assets,
            Self::Jobs => year.employees.map(|jobs| jobs as f64),
        }
        .filter(|value| value.is_finite() && *value >= 0.0)
    }
}

/// One enterprise's figures of the year.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Short name of the park.
    pub park: String,
    /// Key of the enterprise.
    pub key: String,
    /// Name.
    pub name: String,
    /// Industry code as recorded.
    pub industry: Option<String>,
    /// Whether its figures belong to industrial land, and whether to the secondary or tertiary sector; `None`: unknown.
    pub sectors: Option<(bool, bool)>,
    /// Figures by measure, in the order of [`Measure::ALL`]; `None` where missing.
    pub figures: [Option<f64>; 4],
}

impl Account {
    /// A figure.
    pub fn figure(&self, measure: Measure) -> Option<f64> {
        self.figures[measure as usize]
    }
}

/// Which enterprises a sum is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sector {
    /// Every enterprise.
    All,
    /// Those of industrial land: mining, manufacturing, utilities, storage.
    Industrial,
    /// Secondary and tertiary.
    SecondaryTertiary,
}

/// The figures of all enterprises that kept books in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Books {
    /// Calendar year.
    pub year: i32,
    /// Currencies of the figures of money; more than one cannot be added up.
    pub currencies: BTreeSet<String>,
    /// Enterprises, by key.
    pub accounts: Vec<Account>,
    /// Enterprises whose books begin later, or have not begun.
    pub not_yet: usize,
    /// Parks that have no enterprises, or no figures of the year or before it, on record: theirs are unknown.
    pub silent: usize,
    /// True of a part of a zone that the enterprises are not told apart by: it has any part of their figures.
    pub divided: bool,
}

/// The calendar year whose figures hold on a date: the last one that is over.
pub fn year_of_books(as_of: NaiveDate) -> i32 {
    as_of.checked_add_days(Days::new(1)).unwrap_or(as_of).year() - 1
}

impl Books {
    /// The books of `year`. An enterprise whose first figures are of a later year has none to show, and one that the
    /// records call in preparation neither, nor one of which a person typed in a later first year; every other enterprise
    /// without figures misses them.
    pub fn of(snapshot: &ParkSnapshot, rules: &EvaluationRules, typed: Option<&TypedInputs>, year: i32) -> Self {
        let mut rows: BTreeMap<&str, BTreeMap<i32, &EnterpriseYear>> = BTreeMap::new();
        for row in &snapshot.enterprise_years {
            rows.entry(&row.enterprise_key).or_default().insert(row.year, row);
        }
        let mut books =
            Self { year, currencies: BTreeSet::new(), accounts: Vec::new(), not_yet: 0, silent: 0, divided: false };
        let begun = snapshot.enterprise_years.iter().any(|row| row.year <= year);
        if snapshot.enterprises.is_empty() || !begun {
            books.silent = 1;
            return books;
        }
        for enterprise in &snapshot.enterprises {
            let key = enterprise.provenance.key.as_str();
            let mine = rows.remove(key).unwrap_or_default();
            let begins_later = typed.and_then(|typed| typed.first_year(key)).is_some_and(|first| first > year);
            let prepares = says(enterprise.state.as_deref(), &rules.words.enterprise_without_books);
            let waits = begins_later || (mine.is_empty() && prepares);
            if waits || mine.keys().next().is_some_and(|first| *first > year) {
                books.not_yet += 1;
                continue;
            }
            let row = mine.get(&year).copied();
            books.add(&snapshot.park.slug, key, &enterprise.name, enterprise.industry_code.clone(), row, rules);
        }
        // Figures of enterprises that the register does not have count too; their industry is unknown.
        for (key, mine) in rows {
            if let Some(row) = mine.get(&year).copied() {
                books.add(&snapshot.park.slug, key, key, None, Some(row), rules);
            }
        }
        books.accounts.sort_by(|a, b| a.key.cmp(&b.key));
        books
    }

    fn add(
        &mut self,
        park: &str,
        key: &str,
        name: &str,
        industry: Option<String>,
        row: Option<&EnterpriseYear>,
        rules: &EvaluationRules,
    ) {
        if let Some(row) = row {
            self.currencies.insert(row.currency.clone().unwrap_or_default());
        }
        self.accounts.push(Account {
            park: park.to_owned(),
            key: key.to_owned(),
            name: name.to_owned(),
            sectors: rules.industries.sectors(industry.as_deref()),
            industry,
            figures: Measure::ALL.map(|measure| row.and_then(|row| measure.of(row))),
        });
    }

    /// The books of several parks together.
    pub fn join<'a>(year: i32, parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut books =
            Self { year, currencies: BTreeSet::new(), accounts: Vec::new(), not_yet: 0, silent: 0, divided: false };
        for part in parts {
            books.currencies.extend(part.currencies.iter().cloned());
            books.accounts.extend(part.accounts.iter().cloned());
            books.not_yet += part.not_yet;
            books.silent += part.silent;
            books.divided |= part.divided;
        }
        books
    }

    /// The one currency of all figures of money; `None` where they have several, or none is on record.
    pub fn currency(&self) -> Option<&str> {
        let mut all = self.currencies.iter();
        all.next().filter(|first| !first.is_empty() && all.next().is_none()).map(String::as_str)
    }

    /// The sum of a measure over a sector, and what is missing.
    pub fn sum(&self, measure: Measure, sector: Sector) -> (Range, Vec<Words>) {
        let mut missing = Vec::new();
        if self.silent > 0 {
            let year = i64::from(self.year);
            missing.push(words!("ev-missing-books", "no enterprises' figures on record for {year}", year = year));
        }
        if measure != Measure::Jobs && self.currency().is_none() && !self.accounts.is_empty() {
            missing.push(words!(
                "ev-missing-currency",
                "the figures of {year} are not in one currency",
                year = i64::from(self.year)
            ));
            return (Range::ANY, missing);
        }
        let (mut without_figure, mut without_industry) = (Vec::new(), Vec::new());
        let mut sum = if self.silent > 0 { Range::ANY } else { Range::exactly(0.0) };
        for account in &self.accounts {
            let counts = match sector {
                Sector::All => Some(true),
                Sector::Industrial => account.sectors.map(|sectors| sectors.0),
                Sector::SecondaryTertiary => account.sectors.map(|sectors| sectors.1),
            };
            let figure = account.figure(measure).map(Range::exactly);
            match counts {
                Some(false) => {}
                Some(true) => {
                    without_figure.extend(figure.is_none().then_some(account.key.as_str()));
                    sum = sum.plus(figure.unwrap_or(Range::ANY));
                }
                None => {
                    without_industry.push(account.key.as_str());
                    sum = sum.plus(Range::new(0.0, figure.unwrap_or(Range::ANY).high));
                }
            }
        }
        if self.divided {
            missing.push(words!("ev-missing-division", "no record tells which area's figures these are"));
            sum.low = 0.0;
        }
        if !without_figure.is_empty() {
            missing.push(
                words!(
                    "ev-missing-figures",
                    "{count} enterprises without {measure} for {year} ({keys})",
                    count = without_figure.len(),
                    measure = measure.label(),
                    year = i64::from(self.year),
                    keys = a_few(&without_figure),
                )
                .counted(without_figure.len(), ["enterprises", "enterprise"]),
            );
        }
        if !without_industry.is_empty() {
            missing.push(missing_industry(&without_industry));
        }
        (sum, missing)
    }
}

/// That enterprises of these keys have no industry code.
pub(super) fn missing_industry(keys: &[&str]) -> Words {
    words!(
        "ev-missing-industry",
        "{count} enterprises without an industry code ({keys})",
        count = keys.len(),
        keys = a_few(keys),
    )
    .counted(keys.len(), ["enterprises", "enterprise"])
}

/// The first keys, and a sign that there are more.
pub(super) fn a_few(keys: &[&str]) -> String {
    const SHOWN: usize = 5;
    let more = if keys.len() > SHOWN { " …" } else { "" };
    format!("{}{more}", keys[..keys.len().min(SHOWN)].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_counts_when_it_is_over() {
        assert_eq!(year_of_books("2025-12-30".parse().unwrap()), 2024);
        assert_eq!(year_of_books("2025-12-31".parse().unwrap()), 2025);
        assert_eq!(year_of_books("2026-06-30".parse().unwrap()), 2025);
    }
}
