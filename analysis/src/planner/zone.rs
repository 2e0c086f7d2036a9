//! The evaluation of a park, as a panel tells it: scores of a scheme's goals, indicators, land, potentials, clusters.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::evaluation::{
    Binding, Clusters, DEFINITIONS, Direction, EvaluationRules, Indicator, InputUsed, Level, Measure, Node, Normalise,
    Range, Reference, Scheme, Scored, Zone, ZoneReport, area_words, cluster_notes, clusters, digits_of, notes,
    potential_way, range_words, report, sum_words, told_amount,
};
use crate::rules::rule_words;
use crate::sheet;
use crate::words;
use crate::words::Words;

/// A zone on a day by one scheme.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneBoard {
    /// The day.
    pub as_of: NaiveDate,
    /// Types of TD/T 1029 that the shares leave possible: one where it is known.
    pub types: Vec<Words>,
    /// Score of the whole, 0 to 100; `None` by a scheme that cannot score.
    pub score: Option<Range>,
    /// Goals, sub-goals and leaves of the scheme, each before its parts.
    pub goals: Vec<Goal>,
    /// Land sums.
    pub land: Vec<Amount>,
    /// Indicators that the scheme holds against nothing.
    pub others: Vec<Amount>,
    /// Land that could be gained, and for how many years it lasts.
    pub potentials: Vec<Amount>,
    /// Industries, by what is counted, in the order of [`Measure::ALL`].
    pub clusters: Vec<Clusters>,
    /// What a reader must know of the data, the scheme and ranges.
    pub notes: Vec<Words>,
    /// The limits of the clusters' classes, and the figures that quotients compare with.
    pub cluster_notes: Vec<Words>,
}

/// A goal, a sub-goal or a leaf.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// How many goals it is part of.
    pub depth: usize,
    /// Its name in the scheme.
    pub name: String,
    /// Its name for people.
    pub label: Words,
    /// Share of the goal that it is part of; `None` where nobody published it.
    pub weight: Option<f64>,
    /// Score, 0 to 100; `None` by a scheme that cannot score.
    pub score: Option<Range>,
    /// Value of a leaf with its unit.
    pub value: Option<Words>,
    /// What a leaf is held against.
    pub ideal: Option<String>,
    /// Formula, and how the value becomes a score.
    pub way: Words,
    /// Where the formula comes from, or how far the scheme's figures can be trusted.
    pub cited: Vec<Words>,
    /// What went in.
    pub inputs: Vec<Words>,
    /// What is missing; empty where value and score are known.
    pub missing: Vec<Words>,
}

/// A figure of the zone that is scored by nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// Name for programs, as the report has it.
    pub name: String,
    /// Name for people.
    pub label: Words,
    /// Value or range; `None` where there can be none.
    pub range: Option<Range>,
    /// The same in words, with its unit.
    pub shown: Words,
    /// Unit; empty for ratios.
    pub unit: Words,
    /// Formula.
    pub way: Words,
    /// What went in.
    pub inputs: Vec<Words>,
    /// What is missing.
    pub missing: Vec<Words>,
}

/// What a panel tells of a zone by a scheme. `reference` is what location quotients compare with.
pub fn zone_board(zone: Zone, scheme: &Scheme, rules: &EvaluationRules, reference: Option<&Reference>) -> ZoneBoard {
    let (as_of, synthetic) = (zone.as_of, zone.synthetic);
    let clusters: Vec<Clusters> =
        Measure::ALL.into_iter().map(|measure| clusters(&zone.books[0], measure, reference, rules)).collect();
    let reports = report(vec![(Level::Park, zone)], scheme, rules);
    let mut notes = notes(&reports, scheme);
    if synthetic {
        notes.insert(0, sheet::origin(true));
    }
    let mut board = ZoneBoard {
        as_of,
        types: Vec::new(),
        score: None,
        goals: Vec::new(),
        land: Vec::new(),
        others: Vec::new(),
        potentials: Vec::new(),
        clusters,
        notes,
        cluster_notes: cluster_notes(rules, reference),
    };
    for report in &reports {
        board.types.extend(report.types.iter().map(|of| of.words()));
        board.score = report.evaluation.as_ref().map(|evaluation| evaluation.score);
        board.goals.extend(goals(report, scheme));
        board.land.extend(land(report));
        board.others.extend(others(report, scheme));
        board.potentials.extend(potentials(report));
    }
    board
}

/// Every goal of the scheme, of each area where the zone has two.
fn goals(report: &ZoneReport, scheme: &Scheme) -> Vec<Goal> {
    let mut goals = Vec::new();
    let Some(evaluation) = &report.evaluation else {
        let walk = Walk { known: &report.indicators, inputs: true };
        walk.goals(&scheme.nodes, None, 0, &mut goals);
        return goals;
    };
    // The inputs at hand are those of the whole zone: of one of two areas they would be wrong.
    let one = evaluation.areas.len() == 1;
    let walk = Walk { known: &report.indicators, inputs: one };
    for area in &evaluation.areas {
        if !one {
            goals.push(Goal {
                depth: 0,
                name: String::new(),
                label: area_words(area.area),
                weight: Some(area.weight),
                score: Some(area.score),
                value: None,
                ideal: None,
                way: Words::default(),
                cited: Vec::new(),
                inputs: Vec::new(),
                missing: Vec::new(),
            });
        }
        walk.goals(&scheme.nodes, Some(&area.nodes), usize::from(!one), &mut goals);
    }
    goals
}

/// Goes through a scheme's tree and its scores, which have one shape.
struct Walk<'a> {
    known: &'a BTreeMap<&'static str, Indicator>,
    /// Inputs are told.
    inputs: bool,
}

impl Walk<'_> {
    fn goals(&self, nodes: &[Node], scored: Option<&[Scored]>, depth: usize, out: &mut Vec<Goal>) {
        for (at, node) in nodes.iter().enumerate() {
            let scored = scored.and_then(|scored| scored.get(at));
            out.push(self.goal(node, scored, depth));
            self.goals(&node.parts, scored.map(|scored| scored.parts.as_slice()), depth + 1, out);
        }
    }

    fn goal(&self, node: &Node, scored: Option<&Scored>, depth: usize) -> Goal {
        let indicator = match &node.binding {
            Binding::Indicator(name) => self.known.get(name),
            _ => None,
        };
        let value = match scored {
            Some(scored) => scored.value,
            None => indicator.map(|indicator| indicator.range),
        };
        let unit = indicator.map(|indicator| indicator.unit.clone());
        let unit = unit.or_else(|| scored.map(|scored| scored.unit.clone())).unwrap_or_default();
        let missing = scored.map_or_else(
            || indicator.map(|indicator| indicator.missing.clone()).unwrap_or_default(),
            |scored| scored.missing.clone(),
        );
        let way = scored.map(|scored| scored.way.clone()).filter(|way| !way.is_empty());
        let status = node.status.as_ref().map(|status| words!("in-brackets", "[{said}]", said = rule_words(status)));
        Goal {
            depth,
            name: node.name.clone(),
            label: label(node, indicator),
            weight: node.weight,
            score: scored.map(|scored| scored.score),
            value: value.map(|value| with_unit(value, &unit)),
            ideal: node.normalise.map(|normalise| ideal(normalise, node.direction)),
            way: way.or_else(|| indicator.map(|indicator| indicator.formula.clone())).unwrap_or_default(),
            cited: indicator.map(|indicator| indicator.citation.clone()).into_iter().chain(status).collect(),
            inputs: indicator.filter(|_| self.inputs).map(told_inputs).unwrap_or_default(),
            missing,
        }
    }
}

/// The scheme's own name of a node. Where that is English, other languages have the name of what it is bound to.
fn label(node: &Node, indicator: Option<&Indicator>) -> Words {
    let title = node.title();
    if title.key().is_some() {
        return title;
    }
    match indicator {
        Some(indicator) if node.name.is_ascii() => indicator.label.clone().in_english(node.name.clone()),
        _ => title,
    }
}

/// What a value is held against: the least or most that is good enough, or the way from worst to best.
fn ideal(normalise: Normalise, direction: Direction) -> String {
    match (normalise, direction) {
        (Normalise::Ideal(ideal), Direction::Higher) => format!("≥ {ideal}"),
        (Normalise::Ideal(ideal), Direction::Lower) => format!("≤ {ideal}"),
        (Normalise::MinMax { low, high }, Direction::Higher) => format!("{low} … {high}"),
        (Normalise::MinMax { low, high }, Direction::Lower) => format!("{high} … {low}"),
        (Normalise::Complement, _) => "0".to_owned(),
    }
}

/// A value or range with its unit, where it has one and anything is known.
fn with_unit(range: Range, unit: &Words) -> Words {
    amount_words(range, unit.clone(), digits_of(unit))
}

fn amount_words(range: Range, unit: impl Into<Words>, digits: usize) -> Words {
    let unit = unit.into();
    let value = range_words(range, digits);
    let is_unknown = range.high.is_infinite() && range.low <= 0.0;
    if unit.is_empty() || unit == "1" || is_unknown {
        return value;
    }
    words!("zone-amount", "{value} {unit}", value = value, unit = unit)
}

fn told_inputs(indicator: &Indicator) -> Vec<Words> {
    let told = |input: &InputUsed| {
        let digits = if input.range.high.is_finite() && input.range.high < 1000.0 { 2 } else { 0 };
        words!(
            "planner-input",
            "{label}: {value} ({source}; {date})",
            label = input.label.clone(),
            value = amount_words(input.range, input.unit.clone(), digits),
            source = input.source.clone(),
            date = input.date
        )
    };
    indicator.inputs.iter().map(told).collect()
}

fn land(report: &ZoneReport) -> impl Iterator<Item = Amount> {
    report.sums.iter().map(|sum| {
        let (label, missing) = sum_words(sum);
        let range = sum.area_m2.times(1e-4);
        Amount {
            name: sum.sum.letters().to_owned(),
            label,
            range: Some(range),
            shown: amount_words(range, "ha", 2),
            unit: "ha".into(),
            way: format!("Σ {}", sum.parcels.len()).into(),
            inputs: Vec::new(),
            missing: missing.into_iter().collect(),
        }
    })
}

fn others(report: &ZoneReport, scheme: &Scheme) -> impl Iterator<Item = Amount> {
    let apart = DEFINITIONS.iter().filter(move |definition| scheme.leaf(definition.name).is_none());
    apart.filter_map(move |definition| report.indicators.get(definition.name)).map(|indicator| Amount {
        name: indicator.name.to_owned(),
        label: indicator.label.clone(),
        range: Some(indicator.range),
        shown: with_unit(indicator.range, &indicator.unit),
        unit: if indicator.unit == "1" { Words::default() } else { indicator.unit.clone() },
        way: words!(
            "way-cited",
            "{formula} — {citation}",
            formula = indicator.formula.clone(),
            citation = indicator.citation.clone()
        ),
        inputs: told_inputs(indicator),
        missing: indicator.missing.clone(),
    })
}

fn potentials(report: &ZoneReport) -> impl Iterator<Item = Amount> {
    report.potentials.iter().map(|potential| {
        let (range, unit, digits) = told_amount(potential);
        Amount {
            name: potential.name.to_owned(),
            label: potential.label.clone(),
            range,
            shown: range
                .map_or_else(|| words!("unknown", "unknown"), |range| amount_words(range, unit.clone(), digits)),
            unit,
            way: potential_way(potential),
            inputs: Vec::new(),
            missing: potential.missing.clone(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_is_held_against_says_which_way_is_better() {
        let min_max = Normalise::MinMax { low: 1.0, high: 5.0 };
        assert_eq!(ideal(Normalise::Ideal(0.6), Direction::Higher), "≥ 0.6");
        assert_eq!(ideal(Normalise::Ideal(0.05), Direction::Lower), "≤ 0.05");
        assert_eq!(ideal(min_max, Direction::Higher), "1 … 5");
        assert_eq!(ideal(min_max, Direction::Lower), "5 … 1");
        assert_eq!(ideal(Normalise::Complement, Direction::Lower), "0");
    }

    #[test]
    fn an_amount_has_its_unit_unless_nothing_is_known_of_it() {
        assert_eq!(amount_words(Range::exactly(1.5), "ha", 2), "1.50 ha");
        assert_eq!(amount_words(Range::new(1.0, 2.0), "1", 4), "1.0000 – 2.0000");
        assert_eq!(amount_words(Range::new(1.0, f64::INFINITY), "a", 1), "≥ 1.0 a");
        assert_eq!(amount_words(Range::ANY, "ha", 2), "unknown");
    }
}
