//! How much land a zone could still gain: by extension, structure, intensity and administration, and for how many years
//! its land lasts.
//!
//! The four kinds are those of TD/T 1029 [secondary]; the formulas, which no source at hand gives word by word, are ParkTwin's own
//! and stand in `docs/evaluation.md`.

use chrono::{Months, NaiveDate};

use super::books::{Measure, Sector};
use super::indicator::definition;
use super::parcels::{Line, State};
use super::range::Range;
use super::rules::EvaluationRules;
use super::said::in_words;
use super::scheme::Scheme;
use super::sums::{Sum, over_states};
use super::zone::Zone;
use crate::rules::Group;
use crate::words;
use crate::words::{Words, phrase};

/// Land that a zone could gain, or how long its land lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Potential {
    /// Short name.
    pub name: &'static str,
    /// Name for people.
    pub label: Words,
    /// Area, m², or years; `None` where the scheme lacks an ideal value.
    pub amount: Option<Range>,
    /// `m²` or `a`.
    pub unit: &'static str,
    /// Formula.
    pub formula: Words,
    /// What is missing.
    pub missing: Vec<Words>,
}

/// Every potential of a zone.
pub fn potentials(zone: &Zone, scheme: &Scheme, rules: &EvaluationRules) -> Vec<Potential> {
    let unsupplied = |state: &State| state.group != Group::None && !state.supplied;
    let industrial = |state: &State| state.group == Group::Industrial && !state.supplied;
    let mut all = vec![
        over(
            zone,
            "expansion",
            phrase("pot-expansion", "extension: land still to be supplied").into(),
            "construction land not supplied",
            |line, state| if unsupplied(state) { line.area_m2 } else { 0.0 },
        ),
        over(
            zone,
            "expansion-ready",
            phrase("pot-ready", "of it ready for supply").into(),
            "B21 not supplied",
            |line, state| if unsupplied(state) && state.ready { line.area_m2 } else { 0.0 },
        ),
        over(
            zone,
            "expansion-industrial",
            phrase("pot-industrial", "of it for industry and storage").into(),
            "industrial land not supplied",
            |line, state| if industrial(state) { line.area_m2 } else { 0.0 },
        ),
        structure(zone, scheme),
    ];
    for (name, indicator, label) in INTENSITIES {
        all.push(intensity(zone, scheme, name, indicator, label.into()));
    }
    let mut idle = over(
        zone,
        "management",
        phrase("pot-management", "administration: idle land to be taken back").into(),
        "G",
        |line, state| if state.idle { line.area_m2 } else { 0.0 },
    );
    idle.missing.push(words!("ev-missing-leases", "land whose term has run out is not counted: no terms on record"));
    all.push(idle);
    all.push(years(
        zone,
        rules,
        "years-of-supply",
        phrase("pot-years", "years that the land lasts").into(),
        unsupplied,
        |_| true,
    ));
    let of_industry = phrase("pot-years-industrial", "years that the industrial land lasts").into();
    all.push(years(zone, rules, "years-of-industrial-supply", of_industry, industrial, |state| {
        state.group == Group::Industrial
    }));
    all
}

const INTENSITIES: [(&str, &str, crate::words::Phrase); 4] = [
    (
        "intensity-far",
        "industrial-far",
        phrase("pot-far", "intensity: industrial land freed at the ideal floor-area ratio"),
    ),
    (
        "intensity-coverage",
        "industrial-coverage",
        phrase("pot-coverage", "intensity: industrial land freed at the ideal coverage"),
    ),
    (
        "intensity-assets",
        "fixed-asset-intensity",
        phrase("pot-assets", "intensity: industrial land freed at the ideal fixed assets"),
    ),
    (
        "intensity-tax",
        "industrial-tax-intensity",
        phrase("pot-tax", "intensity: industrial land freed at the ideal tax"),
    ),
];

/// A sum over parcels.
fn over(zone: &Zone, name: &'static str, label: Words, formula: &str, of: impl Fn(&Line, &State) -> f64) -> Potential {
    let open = zone.lines.iter().filter(|line| {
        let mut amounts = line.states.iter().map(|state| of(line, state));
        amounts.next().is_some_and(|first| amounts.any(|amount| amount != first))
    });
    let missing = open_parcels(open.count()).into_iter().collect();
    Potential {
        name,
        label,
        amount: Some(over_states(zone.lines.iter(), of)),
        unit: "m²",
        formula: in_words(formula),
        missing,
    }
}

/// How many parcels leave something open; `None` where none does.
pub(super) fn open_parcels(count: usize) -> Option<Words> {
    let open = words!("ev-missing-open", "{count} parcels whose records leave it open", count = count);
    (count > 0).then(|| open.counted(count, ["parcels", "parcel"]))
}

/// Industrial land gained if its share came up to the ideal.
fn structure(zone: &Zone, scheme: &Scheme) -> Potential {
    let label = phrase("pot-structure", "structure: industrial land gained at the ideal share").into();
    let Some(ideal) = scheme.ideal("industrial-share") else {
        return no_ideal("structure", label, "max(T × A − A2, 0)", "industrial-share");
    };
    let formula = format!("max({ideal} × A − A2, 0)");
    let mut potential = over(zone, "structure", label, &formula, |line, state| {
        let area = |sum: Sum| if sum.counts(state) { line.area_m2 } else { 0.0 };
        ideal * area(Sum::BuiltUp) - area(Sum::Industrial)
    });
    potential.amount = potential.amount.map(|amount| amount.at_least(0.0));
    potential
}

/// Industrial land that would do at the ideal intensity: A2 − amount / T.
fn intensity(zone: &Zone, scheme: &Scheme, name: &'static str, indicator: &str, label: Words) -> Potential {
    let formula = "max(A2 − A2 × X / T, 0)";
    let Some(ideal) = scheme.ideal(indicator) else { return no_ideal(name, label, formula, indicator) };
    let shown = words!(
        "zone-formula-intensity",
        "max(A2 − A2 × X / {ideal}, 0), X = {indicator}",
        ideal = format!("{ideal}"),
        indicator = named(indicator)
    );
    let (fixed, missing) = match indicator {
        "fixed-asset-intensity" => zone.books[0].sum(Measure::FixedAssets, Sector::Industrial),
        "industrial-tax-intensity" => zone.books[0].sum(Measure::Tax, Sector::Industrial),
        _ => (Range::exactly(0.0), Vec::new()),
    };
    let money = matches!(indicator, "fixed-asset-intensity" | "industrial-tax-intensity");
    if money && zone.books[0].currency().is_some_and(|own| scheme.currency.as_deref() != Some(own)) {
        return no_ideal(name, label, formula, indicator);
    }
    // What stands on a parcel is worth this much land at the ideal; a parcel's floors may be a range.
    let worth = |line: &Line| match indicator {
        "industrial-far" => line.floor_m2.times(1.0 / ideal),
        "industrial-coverage" => line.cover_m2().times(1.0 / ideal),
        _ => Range::exactly(0.0),
    };
    let counts = |state: &State| Sum::Industrial.counts(state);
    let low =
        over_states(zone.lines.iter(), |line, state| if counts(state) { line.area_m2 - worth(line).high } else { 0.0 });
    let high =
        over_states(zone.lines.iter(), |line, state| if counts(state) { line.area_m2 - worth(line).low } else { 0.0 });
    let amount = Range::new(low.low - fixed.high / ideal, high.high - fixed.low / ideal).at_least(0.0);
    let open = zone.lines.iter().filter(|line| {
        let counting = line.states.iter().filter(|state| counts(state)).count();
        counting > 0 && (counting < line.states.len() || worth(line).value().is_none())
    });
    let missing = missing.into_iter().chain(open_parcels(open.count())).collect();
    Potential { name, label, amount: Some(amount), unit: "m²", formula: shown, missing }
}

fn no_ideal(name: &'static str, label: Words, formula: &str, indicator: &str) -> Potential {
    let missing = vec![words!(
        "ev-missing-ideal",
        "the scheme has no ideal value for {indicator} that fits",
        indicator = named(indicator)
    )];
    Potential { name, label, amount: None, unit: "m²", formula: formula.into(), missing }
}

/// What people call an indicator.
fn named(indicator: &str) -> Words {
    definition(indicator).map_or_else(|| indicator.into(), |definition| definition.label.into())
}

/// Land still to be supplied over the mean yearly supply of the last years.
fn years(
    zone: &Zone,
    rules: &EvaluationRules,
    name: &'static str,
    label: Words,
    left: impl Fn(&State) -> bool,
    of_kind: impl Fn(&State) -> bool,
) -> Potential {
    let window = rules.figure("supply", "window_years").value;
    let since = zone.as_of.checked_sub_months(Months::new((window * 12.0).round() as u32)).unwrap_or(NaiveDate::MIN);
    let formula = words!(
        "zone-formula-years",
        "land still to be supplied / (land of contracts signed in the last {years} years / {years})",
        years = format!("{window}")
    );
    let land_left = over_states(zone.lines.iter(), |line, state| if left(state) { line.area_m2 } else { 0.0 });
    let mut supplied = Range::exactly(0.0);
    for line in &zone.lines {
        let Some(signed) = line.signed else { continue };
        if signed.is_some_and(|date| date <= since) {
            continue;
        }
        let kinds = line.states.iter().filter(|state| of_kind(state)).count();
        let surely = signed.is_some() && kinds == line.states.len();
        let low = if surely { line.area_m2 } else { 0.0 };
        supplied = supplied.plus(Range::new(low, if kinds > 0 { line.area_m2 } else { 0.0 }));
    }
    let mut missing = Vec::new();
    let yearly = supplied.times(1.0 / window);
    let amount = if yearly.high == 0.0 {
        missing.push(words!(
            "ev-missing-supply",
            "no land was supplied in the last {years} years",
            years = format!("{window}")
        ));
        None
    } else {
        let high = if yearly.low > 0.0 { land_left.high / yearly.low } else { f64::INFINITY };
        Some(Range::new(land_left.low / yearly.high, high))
    };
    if amount.is_some_and(|amount| amount.value().is_none()) {
        missing.push(words!("ev-missing-years", "land left or yearly supply is a range"));
    }
    Potential { name, label, amount, unit: "a", formula, missing }
}
