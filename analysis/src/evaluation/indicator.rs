//! The indicators of a zone, each with value or range, unit, formula, inputs and what is missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::books::{Measure, Sector, a_few};
use super::parcels::{Line, State};
use super::range::{Range, Share, ratio_range};
use super::said::in_words;
use super::sums::{Sum, land_sum};
use super::zone::Zone;
use crate::words;
use crate::words::{ANY_CURRENCY, Phrase, Words, phrase};

/// Where an indicator comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// TD/T 1029.
    Standard,
    /// ParkTwin's own.
    Own,
}

impl Origin {
    /// The citation with its status.
    pub fn citation(self) -> Words {
        match self {
            Self::Standard => words!("origin-standard", "TD/T 1029 (2010, trial of 2014) [secondary]"),
            Self::Own => words!("standard-default", "ParkTwin default"),
        }
    }
}

/// Something that goes into an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Land sums that have no land in common.
    Land(&'static [Sum]),
    /// Footprints on built-up land.
    Footprint,
    /// Floors on built-up land.
    Floor,
    /// Floors on built-up industrial land.
    IndustrialFloor,
    /// Footprints and open yards on built-up industrial land.
    IndustrialCover,
    /// Enterprises' figures of the last year.
    Books(Measure, Sector),
    /// The same of the year before.
    BooksBefore(Measure, Sector),
    /// A typed-in figure.
    Typed(&'static str),
}

/// What an indicator is.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Name by which schemes ask for it.
    pub name: &'static str,
    /// Name for people.
    pub label: Phrase,
    /// Formula in the standard's letters.
    pub formula: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// True when numerator lies within denominator: never above 1.
    pub share: bool,
    /// True when one is taken off: a growth.
    growth: bool,
    numerator: Part,
    denominator: Part,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    One,
    /// 1 of a currency a square metre is 10 000 a hectare.
    MoneyPerHectare,
    PerHectare(&'static str),
}

use Part::{Books, BooksBefore, Floor, Footprint, IndustrialCover, IndustrialFloor, Land, Typed as TypedPart};
use Sector::{All, Industrial, SecondaryTertiary};

const A: Part = Land(&[Sum::BuiltUp]);
const A2: Part = Land(&[Sum::Industrial]);

const fn share(
    name: &'static str,
    label: Phrase,
    formula: &'static str,
    numerator: Part,
    denominator: Part,
) -> Definition {
    Definition {
        name,
        label,
        formula,
        origin: Origin::Standard,
        share: true,
        growth: false,
        numerator,
        denominator,
        unit: Unit::One,
    }
}

const fn ratio(
    name: &'static str,
    label: Phrase,
    formula: &'static str,
    numerator: Part,
    denominator: Part,
    unit: Unit,
    origin: Origin,
) -> Definition {
    Definition { name, label, formula, origin, share: false, growth: false, numerator, denominator, unit }
}

/// Every indicator, those of the standard first.
pub const DEFINITIONS: [Definition; 19] = [
    share(
        "supply-rate",
        phrase("zi-supply-rate", "land supply rate"),
        "D / (A + B21)",
        Land(&[Sum::Supplied]),
        Land(&[Sum::BuiltUp, Sum::Ready]),
    ),
    share("built-rate", phrase("zi-built-rate", "built-up rate"), "A / D", A, Land(&[Sum::Supplied])),
    share(
        "development-rate",
        phrase("zi-development-rate", "development rate"),
        "(A + B21) / (A + B)",
        Land(&[Sum::BuiltUp, Sum::Ready]),
        Land(&[Sum::BuiltUp, Sum::NotBuiltUp]),
    ),
    share("industrial-share", phrase("zi-industrial-share", "industrial land share"), "A2 / A", A2, A),
    share(
        "residential-share",
        phrase("zi-residential-share", "residential land share"),
        "A1 / A",
        Land(&[Sum::Residential]),
        A,
    ),
    ratio("far", phrase("zi-far", "overall floor-area ratio"), "floor area / A", Floor, A, Unit::One, Origin::Standard),
    ratio(
        "density",
        phrase("zi-density", "building density"),
        "footprints / A",
        Footprint,
        A,
        Unit::One,
        Origin::Standard,
    ),
    ratio(
        "industrial-far",
        phrase("zi-industrial-far", "industrial floor-area ratio"),
        "floor area on A2 / A2",
        IndustrialFloor,
        A2,
        Unit::One,
        Origin::Standard,
    ),
    ratio(
        "industrial-coverage",
        phrase("zi-industrial-coverage", "industrial site coverage"),
        "(footprints + open yards on A2) / A2",
        IndustrialCover,
        A2,
        Unit::One,
        Origin::Standard,
    ),
    ratio(
        "fixed-asset-intensity",
        phrase("zi-fixed-assets", "fixed assets per industrial land"),
        "fixed assets of industry and storage / A2",
        Books(Measure::FixedAssets, Industrial),
        A2,
        Unit::MoneyPerHectare,
        Origin::Standard,
    ),
    ratio(
        "industrial-tax-intensity",
        phrase("zi-industrial-tax", "tax per industrial land"),
        "tax of industry and storage / A2",
        Books(Measure::Tax, Industrial),
        A2,
        Unit::MoneyPerHectare,
        Origin::Standard,
    ),
    ratio(
        "tax-intensity",
        phrase("zi-tax", "tax per built-up land"),
        "tax of secondary and tertiary sectors / A",
        Books(Measure::Tax, SecondaryTertiary),
        A,
        Unit::MoneyPerHectare,
        Origin::Standard,
    ),
    ratio(
        "population-density",
        phrase("zi-population", "population density"),
        "residents / A",
        TypedPart("population"),
        A,
        Unit::PerHectare("persons"),
        Origin::Standard,
    ),
    share("idle-rate", phrase("zi-idle-rate", "idle land rate"), "G / D", Land(&[Sum::Idle]), Land(&[Sum::Supplied])),
    ratio(
        "output-intensity",
        phrase("zi-output", "output per built-up land"),
        "output / A",
        Books(Measure::Output, All),
        A,
        Unit::MoneyPerHectare,
        Origin::Own,
    ),
    ratio(
        "industrial-output-intensity",
        phrase("zi-industrial-output", "output per industrial land"),
        "output of industry and storage / A2",
        Books(Measure::Output, Industrial),
        A2,
        Unit::MoneyPerHectare,
        Origin::Own,
    ),
    ratio(
        "job-density",
        phrase("zi-jobs", "employees per built-up land"),
        "employees / A",
        Books(Measure::Jobs, All),
        A,
        Unit::PerHectare("jobs"),
        Origin::Own,
    ),
    ratio(
        "tax-per-output",
        phrase("zi-tax-per-output", "tax share of output"),
        "tax / output",
        Books(Measure::Tax, All),
        Books(Measure::Output, All),
        Unit::One,
        Origin::Own,
    ),
    Definition {
        growth: true,
        ..ratio(
            "output-growth",
            phrase("zi-output-growth", "growth of output"),
            "output / output of the year before − 1",
            Books(Measure::Output, All),
            BooksBefore(Measure::Output, All),
            Unit::One,
            Origin::Own,
        )
    },
];

/// The definition of a name.
pub fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.name == name)
}

/// What went into an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct InputUsed {
    /// What it is.
    pub label: Words,
    /// Its value.
    pub range: Range,
    /// Unit.
    pub unit: Words,
    /// Where it comes from.
    pub source: Words,
    /// As of when.
    pub date: NaiveDate,
}

/// An indicator of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// What it is.
    pub name: &'static str,
    /// Name for people.
    pub label: Words,
    /// Formula.
    pub formula: Words,
    /// Unit; `1` for ratios.
    pub unit: Words,
    /// Value or range.
    pub range: Range,
    /// What went in.
    pub inputs: Vec<InputUsed>,
    /// What is missing; empty when the value is known.
    pub missing: Vec<Words>,
    /// Where it comes from, with its status.
    pub citation: Words,
}

impl Indicator {
    /// The value, where it is known.
    pub fn value(&self) -> Option<f64> {
        self.range.value()
    }
}

/// Every indicator of a zone, by name.
pub fn indicators(zone: &Zone) -> BTreeMap<&'static str, Indicator> {
    DEFINITIONS.iter().map(|definition| (definition.name, definition.of(zone))).collect()
}

impl Part {
    /// What a parcel in a state adds; `None` for what is no matter of parcels.
    fn of(self, line: &Line, state: State) -> Option<Range> {
        let when = |counts, range| if counts { range } else { Range::exactly(0.0) };
        let built = Sum::BuiltUp.counts(&state);
        let industrial = Sum::Industrial.counts(&state);
        Some(match self {
            Land(sums) => when(sums.iter().any(|sum| sum.counts(&state)), Range::exactly(line.area_m2)),
            Footprint => when(built, line.footprints_m2()),
            Floor => when(built, line.floor_m2),
            IndustrialFloor => when(industrial, line.floor_m2),
            IndustrialCover => when(industrial, line.cover_m2()),
            Books(..) | BooksBefore(..) | TypedPart(_) => return None,
        })
    }

    /// The whole of what is no matter of parcels, and what is missing of it.
    fn whole(self, zone: &Zone) -> Option<(Range, Vec<Words>)> {
        match self {
            Books(measure, sector) => Some(zone.books[0].sum(measure, sector)),
            BooksBefore(measure, sector) => {
                let [now, before] = [&zone.books[0], &zone.books[1]].map(super::books::Books::currency);
                if measure != Measure::Jobs && now.is_some() && before.is_some() && now != before {
                    let missing = words!("ev-missing-one-currency", "the figures of the two years in one currency");
                    return Some((Range::ANY, vec![missing]));
                }
                Some(zone.books[1].sum(measure, sector))
            }
            TypedPart(name) => {
                // No indicator counts what can be negative.
                let range = zone.typed.get(name).map_or(Range::ANY, |typed| typed.range.at_least(0.0));
                Some((range, zone.missing_typed(name, typed_name(name))))
            }
            _ => None,
        }
    }

    fn inputs(self, zone: &Zone) -> Vec<InputUsed> {
        let by_parcel = |label: Words, source: Words| {
            let range = super::sums::parts_range(zone, |line, state| self.of(line, *state));
            InputUsed { label, range, unit: "m²".into(), source, date: zone.as_of }
        };
        let buildings = || {
            if zone.lines.iter().all(|line| line.buildings_on_record) {
                return words!("from-buildings", "footprints and storeys on record");
            }
            words!(
                "from-parcel-floors",
                "footprints and storeys on record; of a park without buildings on record, the floor areas of its parcels"
            )
        };
        let books = |i: usize, measure: Measure, range: Range| {
            let year = &zone.books[i];
            let unit =
                in_words(if measure == Measure::Jobs { "persons" } else { year.currency().unwrap_or(ANY_CURRENCY) });
            let source = words!("from-books", "enterprises' figures of {year}", year = i64::from(year.year));
            let date = NaiveDate::from_ymd_opt(year.year, 12, 31).unwrap_or(zone.as_of);
            InputUsed { label: measure.label().into(), range, unit, source, date }
        };
        match self {
            Land(sums) => sums
                .iter()
                .map(|sum| InputUsed {
                    label: words!("ev-input-sum", "{letters}: {label}", letters = sum.letters(), label = sum.label()),
                    range: land_sum(&zone.lines, *sum).area_m2,
                    unit: "m²".into(),
                    source: words!("from-parcels", "geometric areas of parcels"),
                    date: zone.as_of,
                })
                .collect(),
            Footprint => vec![by_parcel(words!("ev-input-footprint", "footprints on A"), buildings())],
            Floor => {
                vec![by_parcel(words!("ev-input-floor", "floors on A, storeys over the tall limit twice"), buildings())]
            }
            IndustrialFloor => {
                vec![by_parcel(
                    words!("ev-input-industrial-floor", "floors on A2, storeys over the tall limit twice"),
                    buildings(),
                )]
            }
            IndustrialCover => {
                vec![by_parcel(words!("ev-input-industrial-cover", "footprints and open yards on A2"), buildings())]
            }
            Books(measure, sector) => vec![books(0, measure, zone.books[0].sum(measure, sector).0)],
            BooksBefore(measure, sector) => vec![books(1, measure, zone.books[1].sum(measure, sector).0)],
            TypedPart(name) => zone
                .typed
                .get(name)
                .map(|typed| InputUsed {
                    label: typed_name(name),
                    range: typed.range,
                    unit: in_words(&typed.unit),
                    source: typed.source.as_str().into(),
                    date: typed.date,
                })
                .into_iter()
                .collect(),
        }
    }
}

impl Definition {
    /// Whether its values have a unit, such as persons a hectare.
    pub(super) fn has_unit(&self) -> bool {
        self.unit != Unit::One
    }

    /// The indicator of a zone.
    pub fn of(&self, zone: &Zone) -> Indicator {
        let mut missing = Vec::new();
        let (mut range, defined) = if let Some((below, missing_below)) = self.denominator.whole(zone) {
            let (above, missing_above) = self.numerator.whole(zone).unwrap_or((Range::ANY, Vec::new()));
            missing.extend(missing_above.into_iter().chain(missing_below));
            let defined = below.low > 0.0;
            let low = if below.high.is_infinite() { 0.0 } else { above.low / below.high };
            (if defined { Range::new(low, above.high / below.low) } else { Range::ANY }, defined)
        } else {
            let (fixed, missing_fixed) = self.numerator.whole(zone).unwrap_or((Range::exactly(0.0), Vec::new()));
            missing.extend(missing_fixed);
            let choices: Vec<Vec<Share>> = zone.lines.iter().map(|line| self.shares(line)).collect();
            self.name_open(zone, &choices, &mut missing);
            let found = ratio_range(&choices, fixed);
            (found.unwrap_or(Range::ANY), found.is_some())
        };
        if !defined {
            missing.push(words!(
                "ev-missing-denominator",
                "there may be nothing to divide by: {formula}",
                formula = in_words(self.formula)
            ));
        }
        if matches!(self.unit, Unit::PerHectare(_)) {
            range = range.times(10_000.0);
        }
        if self.share {
            range = Range::new(range.low.min(1.0), range.high.min(1.0));
        }
        if self.growth {
            range = Range::new(range.low - 1.0, range.high - 1.0);
        }
        let inputs = self.numerator.inputs(zone).into_iter().chain(self.denominator.inputs(zone)).collect();
        let unit: Words = match self.unit {
            Unit::One => "1".into(),
            Unit::MoneyPerHectare => format!("10⁴ {}/ha", zone.books[0].currency().unwrap_or(ANY_CURRENCY)).into(),
            Unit::PerHectare(what) => in_words(&format!("{what}/ha")),
        };
        Indicator {
            name: self.name,
            label: self.label.into(),
            formula: in_words(self.formula),
            unit,
            range,
            inputs,
            missing,
            citation: self.origin.citation(),
        }
    }

    /// What a parcel may add.
    fn shares(&self, line: &Line) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::with_capacity(1);
        for state in &line.states {
            let share = Share {
                numerator: self.numerator.of(line, *state).unwrap_or(Range::exactly(0.0)),
                denominator: self.denominator.of(line, *state).map_or(0.0, |range| range.low),
            };
            if !shares.contains(&share) {
                shares.push(share);
            }
        }
        shares
    }

    /// Says why parcels are open, with a few of their keys.
    fn name_open(&self, zone: &Zone, choices: &[Vec<Share>], missing: &mut Vec<Words>) {
        let mut by_reason: BTreeMap<String, (Words, Vec<&str>)> = BTreeMap::new();
        let (mut floors, mut heights) = ((0_usize, Vec::new()), (0_usize, Vec::new()));
        let (mut yards, mut bare) = (Vec::new(), Vec::new());
        for (line, shares) in zone.lines.iter().zip(choices) {
            if shares.len() > 1
                && let Some(reason) = line.open().next()
            {
                let entry = by_reason.entry(reason.to_string()).or_insert_with(|| (reason.clone(), Vec::new()));
                entry.1.push(&line.key);
            }
            if shares.iter().all(|share| share.numerator.value().is_some()) {
                continue;
            }
            if !line.buildings_on_record {
                bare.push(line.key.as_str());
            } else if matches!(self.numerator, IndustrialCover) {
                yards.push(line.key.as_str());
            } else {
                for (lacking, count) in
                    [(&mut floors, line.buildings_without_floors), (&mut heights, line.buildings_without_storey_height)]
                {
                    if count > 0 {
                        lacking.0 += count;
                        lacking.1.push(line.key.as_str());
                    }
                }
            }
        }
        for (reason, keys) in by_reason.into_values() {
            let (count, keys) = (keys.len(), a_few(&keys));
            missing.push(
                words!(
                    "ev-missing-parcels",
                    "{count} parcels: {reason} ({keys})",
                    count = count,
                    reason = reason,
                    keys = keys
                )
                .counted(count, ["parcels", "parcel"]),
            );
        }
        let mut tell = |(count, keys): (usize, Vec<&str>), things, said: fn(usize, String) -> Words| {
            if count > 0 {
                missing.push(said(count, a_few(&keys)).counted(count, things));
            }
        };
        let (parcels, buildings) = (["parcels", "parcel"], ["buildings", "building"]);
        tell((bare.len(), bare), parcels, |count, keys| {
            words!(
                "ev-missing-buildings",
                "{count} parcels: no buildings are on record in the park ({keys})",
                count = count,
                keys = keys
            )
        });
        tell(floors, buildings, |count, keys| {
            words!(
                "ev-missing-floors",
                "{count} buildings without storeys or floor area ({keys})",
                count = count,
                keys = keys
            )
        });
        tell((yards.len(), yards), parcels, |count, keys| {
            words!(
                "ev-missing-yards",
                "{count} parcels: no open yards are on record in the park ({keys})",
                count = count,
                keys = keys
            )
        });
        tell(heights, buildings, |count, keys| {
            words!(
                "ev-missing-storey-heights",
                "{count} buildings without storeys of known height, which may count twice ({keys})",
                count = count,
                keys = keys
            )
        });
    }
}

/// What a typed figure is called; one of a user's own has its own name.
fn typed_name(name: &str) -> Words {
    if name == "population" { phrase("ev-typed-population", "population").into() } else { name.into() }
}
