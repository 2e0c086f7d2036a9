//! A zone: one park or several together, as of a date, with the indicators of TD/T 1029.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use spatial_db::cache::Cache;

use super::books::{Books, year_of_books};
use super::inputs::TypedInputs;
use super::parcels::{Line, lines};
use super::range::Range;
use super::rules::EvaluationRules;
use crate::rules::RuleSet;
use crate::words;
use crate::words::Words;

/// Everything that the evaluation of a zone needs. Zones join by putting their parts together, never by averaging.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Name for people.
    pub name: String,
    /// Short names of its parks.
    pub parks: Vec<String>,
    /// Date it is evaluated for.
    pub as_of: NaiveDate,
    /// Days that its parks' records are of; `None` for records that do not say.
    pub records_of: BTreeSet<Option<NaiveDate>>,
    /// True when any of its data is made up.
    pub synthetic: bool,
    /// Its parcels.
    pub lines: Vec<Line>,
    /// The enterprises' figures of the last year that is over, and of the year before.
    pub books: [Books; 2],
    /// Figures that persons typed in, by name.
    pub typed: BTreeMap<String, Typed>,
}

/// A typed-in figure of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// Value.
    pub range: Range,
    /// Unit.
    pub unit: String,
    /// Who or what says so.
    pub source: String,
    /// As of when: the earliest, of a zone of several parks.
    pub date: NaiveDate,
    /// Whether parks' figures add up.
    pub adds: bool,
}

impl Zone {
    /// One park as a zone.
    pub fn of(
        cache: &Cache,
        rules: &RuleSet,
        evaluation: &EvaluationRules,
        typed: Option<&TypedInputs>,
        as_of: NaiveDate,
    ) -> Self {
        let snapshot = cache.snapshot();
        let typed = typed.filter(|typed| typed.park == snapshot.park.slug);
        let year = year_of_books(as_of);
        let figures = typed.map(|typed| typed.figures(as_of)).unwrap_or_default();
        Self {
            name: snapshot.park.name.clone(),
            parks: vec![snapshot.park.slug.clone()],
            as_of,
            records_of: BTreeSet::from([snapshot.park.as_of]),
            synthetic: snapshot.park.synthetic,
            lines: lines(cache, rules, evaluation, typed, as_of),
            books: [year, year - 1].map(|year| Books::of(snapshot, evaluation, typed, year)),
            typed: figures
                .into_iter()
                .map(|(name, f)| {
                    let typed = Typed {
                        range: Range::exactly(f.value),
                        unit: f.unit.clone(),
                        source: f.source.clone(),
                        date: f.date,
                        adds: f.adds,
                    };
                    (name.to_owned(), typed)
                })
                .collect(),
        }
    }

    /// Whether another is the same zone, maybe on another date. Two parks may have one name.
    pub fn is_another_date_of(&self, other: &Self) -> bool {
        self.name == other.name && self.parks == other.parks
    }

    /// The main or the growth area of the zone: its parcels alone. An enterprise's figures belong to one area or the other, as do parts
    /// of what was typed in; which, no record tells.
    #[must_use]
    pub(super) fn area(&self, growth: bool) -> Self {
        let mut part = self.clone();
        part.lines.retain(|line| line.growth_area == growth);
        for books in &mut part.books {
            books.divided = true;
        }
        for typed in part.typed.values_mut() {
            // Each area has a part of what adds up; a rating or a share may be any in each.
            typed.range = if typed.adds { typed.range.around(Range::exactly(0.0)) } else { Range::UNBOUNDED };
        }
        part
    }

    /// What is missing of a figure that persons type in; `said` is what it is called.
    pub(super) fn missing_typed(&self, name: &str, said: Words) -> Vec<Words> {
        let Some(typed) = self.typed.get(name) else {
            return vec![words!("ev-missing-typed", "the figure {name} was not typed in", name = said)];
        };
        if typed.range.value().is_some() {
            return Vec::new();
        }
        let mut missing = Vec::new();
        if typed.adds && typed.range.high.is_infinite() {
            let of_some =
                words!("ev-missing-typed-part", "the figure {name} was not typed in for every park", name = said);
            missing.push(of_some);
        } else if !typed.adds && self.parks.len() > 1 {
            missing.push(words!("ev-missing-adds", "the figures {name} of several parks do not add up", name = said));
        }
        if self.books[0].divided {
            missing.push(words!("ev-missing-division", "no record tells which area's figures these are"));
        }
        missing
    }

    /// Zones of the same date together: a district of its parks, a city of its districts.
    ///
    /// # Panics
    /// Without parts, or with parts of several dates: a mistake of the caller.
    pub fn join(name: &str, parts: &[Self]) -> Self {
        let first = parts.first().expect("a zone has parts");
        assert!(parts.iter().all(|part| part.as_of == first.as_of), "parts of one date");
        let mut typed: BTreeMap<String, Typed> = BTreeMap::new();
        for figure in parts.iter().flat_map(|part| part.typed.keys()) {
            let of_parts: Vec<Option<&Typed>> = parts.iter().map(|part| part.typed.get(figure)).collect();
            let known: Vec<&Typed> = of_parts.iter().copied().flatten().collect();
            let Some(one) = known.first() else { continue };
            // What does not add up, or is told in several units, has no value for the whole; one park is the whole itself.
            let adds = known.iter().all(|t| t.adds && t.unit == one.unit);
            let unknown = if known.len() < parts.len() { Range::ANY } else { Range::exactly(0.0) };
            let joined = Typed {
                range: if adds || parts.len() == 1 {
                    known.iter().map(|t| t.range).fold(unknown, Range::plus)
                } else {
                    Range::UNBOUNDED
                },
                adds,
                date: known.iter().map(|t| t.date).min().unwrap_or(first.as_of),
                source: known.iter().map(|t| t.source.as_str()).collect::<Vec<_>>().join("; "),
                ..(*one).clone()
            };
            typed.insert(figure.clone(), joined);
        }
        let books = [0, 1].map(|i| Books::join(first.books[i].year, parts.iter().map(|part| &part.books[i])));
        Self {
            name: name.to_owned(),
            parks: parts.iter().flat_map(|part| part.parks.iter().cloned()).collect(),
            as_of: first.as_of,
            records_of: parts.iter().flat_map(|part| part.records_of.iter().copied()).collect(),
            synthetic: parts.iter().any(|part| part.synthetic),
            lines: parts.iter().flat_map(|part| part.lines.iter().cloned()).collect(),
            books,
            typed,
        }
    }
}

/// Type of a zone by TD/T 1029.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneType {
    /// Industry leads.
    IndustryLed,
    /// City and industry together.
    CityIndustry,
    /// Neither.
    Other,
}

impl ZoneType {
    /// What it is, in words.
    pub fn words(self) -> Words {
        match self {
            Self::IndustryLed => words!("zone-industry-led", "industry-led"),
            Self::CityIndustry => words!("zone-city-industry", "city and industry"),
            Self::Other => words!("zone-other", "other"),
        }
    }
}

/// The types that the two shares leave possible: one when they are known well enough.
pub fn zone_types(industrial_share: Range, residential_share: Range, rules: &EvaluationRules) -> Vec<ZoneType> {
    let industrial = rules.figure("zone_type", "industrial_share").value;
    let residential = rules.figure("zone_type", "residential_share").value;
    // Each share may lie above its limit, or at or below it.
    let above = [industrial_share.high > industrial, industrial_share.low <= industrial];
    let reached = [residential_share.high >= residential, residential_share.low < residential];
    let mut types = Vec::new();
    for (more_industry, possible) in [(true, above[0]), (false, above[1])] {
        for (residential, possible_too) in [(true, reached[0]), (false, reached[1])] {
            if possible && possible_too {
                types.push(match (more_industry, residential) {
                    (true, false) => ZoneType::IndustryLed,
                    (false, true) => ZoneType::CityIndustry,
                    _ => ZoneType::Other,
                });
            }
        }
    }
    types.sort_unstable();
    types.dedup();
    types
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A zone of one park without land, of which only a figure is known: value, and whether parks' figures add up.
    pub(in super::super) fn told(park: &str, as_of: &str, figure: (&str, f64, bool)) -> Zone {
        let as_of = as_of.parse().unwrap();
        let (name, value, adds) = figure;
        let typed =
            Typed { range: Range::exactly(value), unit: "points".into(), source: "survey".into(), date: as_of, adds };
        let books = |year| Books {
            year,
            currencies: BTreeSet::new(),
            accounts: Vec::new(),
            not_yet: 0,
            silent: 0,
            divided: false,
        };
        Zone {
            name: "Park".into(),
            parks: vec![park.into()],
            as_of,
            records_of: BTreeSet::new(),
            synthetic: true,
            lines: Vec::new(),
            books: [books(2024), books(2023)],
            typed: BTreeMap::from([(name.to_owned(), typed)]),
        }
    }

    /// The range of a figure, and the keys of what is missing of it.
    fn figure(zone: &Zone, name: &str) -> (Range, Vec<Option<&'static str>>) {
        let missing = zone.missing_typed(name, name.into());
        (zone.typed[name].range, missing.iter().map(Words::key).collect())
    }

    #[test]
    fn a_rating_of_a_zone_bounds_none_of_its_areas() {
        let rated = told("a", "2024-12-31", ("satisfaction", 4.2, false));
        let people = told("a", "2024-12-31", ("population", 120.0, true));
        for growth in [false, true] {
            let (range, missing) = figure(&rated.area(growth), "satisfaction");
            assert_eq!((range, missing), (Range::UNBOUNDED, vec![Some("ev-missing-division")]));
            let (range, missing) = figure(&people.area(growth), "population");
            assert_eq!((range, missing), (Range::new(0.0, 120.0), vec![Some("ev-missing-division")]));
        }
    }

    #[test]
    fn figures_that_do_not_add_up_are_those_of_one_park_alone() {
        let parts = [4.2, 3.0].map(|value| told("a", "2024-12-31", ("satisfaction", value, false)));
        assert_eq!(figure(&Zone::join("North", &parts[..1]), "satisfaction"), (Range::exactly(4.2), Vec::new()));
        let both = Zone::join("North", &parts);
        assert_eq!(figure(&both, "satisfaction"), (Range::UNBOUNDED, vec![Some("ev-missing-adds")]));
        // What adds up does, and has no upper bound where a park tells none.
        let people = told("a", "2024-12-31", ("population", 120.0, true));
        let joined = |parts: &[Zone]| figure(&Zone::join("North", parts), "population");
        assert_eq!(joined(&[people.clone(), people.clone()]), (Range::exactly(240.0), Vec::new()));
        let [rated, _] = parts;
        let of_one = (Range::new(120.0, f64::INFINITY), vec![Some("ev-missing-typed-part")]);
        assert_eq!(joined(&[people, rated]), of_one);
    }

    #[test]
    fn the_type_is_known_when_its_shares_are_known_well_enough() {
        let rules = EvaluationRules::shipped();
        let types = |a: (f64, f64), b: (f64, f64)| zone_types(Range::new(a.0, a.1), Range::new(b.0, b.1), &rules);
        assert_eq!(types((0.5, 0.9), (0.0, 0.2)), [ZoneType::IndustryLed]);
        assert_eq!(types((0.30, 0.30), (0.25, 0.25)), [ZoneType::CityIndustry], "at both limits");
        assert_eq!(types((0.31, 0.31), (0.25, 0.25)), [ZoneType::Other]);
        assert_eq!(types((0.1, 0.1), (0.1, 0.1)), [ZoneType::Other]);
        assert_eq!(types((0.2, 0.4), (0.1, 0.1)), [ZoneType::IndustryLed, ZoneType::Other]);
        assert_eq!(types((0.0, 1.0), (0.0, 1.0)).len(), 3);
    }
}
