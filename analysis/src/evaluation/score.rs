//! A scheme's scores for a zone: leaves against their ideal values, rolled up by weight. What is unknown leaves a range.

use std::collections::BTreeMap;

use serde::Serialize;

use super::EvaluationError;
use super::indicator::{Indicator, indicators};
use super::range::Range;
use super::said::in_words;
use super::scheme::{Binding, Direction, Node, Normalise, Scheme, Weights};
use super::zone::Zone;
use crate::words;
use crate::words::{ANY_CURRENCY, Words};

/// A node with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Name of the node.
    pub name: String,
    /// Weight among its siblings.
    pub weight: f64,
    /// Score from 0 to 100: lowest and highest possible.
    pub score: Range,
    /// Value of a leaf.
    pub value: Option<Range>,
    /// Its unit.
    pub unit: Words,
    /// Ideal value of a leaf that is held against one.
    pub ideal: Option<f64>,
    /// Indicator or figure, and how the value became a score.
    pub way: Words,
    /// Status of the node's figures, where the scheme tells it.
    pub status: Option<String>,
    /// What is missing; empty when the score is known.
    pub missing: Vec<Words>,
    /// Parts.
    pub parts: Vec<Scored>,
}

impl Scored {
    /// Its name, for people of any language where it is a shipped scheme's.
    pub fn title(&self) -> Words {
        in_words(&self.name)
    }
}

/// A zone by a scheme.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Score from 0 to 100.
    pub score: Range,
    /// Areas with their weights: the main area, and the growth area where the zone has one.
    pub areas: Vec<AreaScore>,
    /// Every indicator of the whole zone, by name.
    pub indicators: BTreeMap<&'static str, Indicator>,
    /// What the reader must know of the scheme and of how it was applied.
    pub notes: Vec<Words>,
}

/// The main or the growth area.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaScore {
    /// Which.
    pub area: Area,
    /// Weight.
    pub weight: f64,
    /// Score.
    pub score: Range,
    /// Goals.
    pub nodes: Vec<Scored>,
}

/// An area of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The main area, or the whole zone.
    Main,
    /// Where the zone extends.
    Growth,
}

/// Scores a zone by a scheme.
///
/// # Errors
/// [`EvaluationError::WeightsUnknown`] when the scheme's weights are.
pub fn evaluate(zone: &Zone, scheme: &Scheme) -> Result<Evaluation, EvaluationError> {
    if scheme.weights == Weights::Unknown {
        return Err(EvaluationError::WeightsUnknown { scheme: scheme.name.clone() });
    }
    let all = indicators(zone);
    let mut notes: Vec<Words> = scheme.note.iter().map(|note| in_words(note)).collect();
    let grows = zone.lines.iter().any(|line| line.growth_area);
    let areas = match scheme.areas.filter(|_| grows) {
        None => {
            if scheme.areas.is_some() {
                notes.push(words!("note-one-area", "no growth area is given: the main area counts alone"));
            }
            vec![area(zone, scheme, &all, Area::Main, 1.0)]
        }
        Some([main, growth]) => {
            notes.push(words!(
                "note-two-areas",
                "enterprises are not told apart by area: what they report leaves a range in each"
            ));
            [(Area::Main, main), (Area::Growth, growth)]
                .map(|(of, weight)| {
                    let part = zone.area(of == Area::Growth);
                    area(&part, scheme, &indicators(&part), of, weight)
                })
                .into()
        }
    };
    let score = areas.iter().map(|area| area.score.times(area.weight)).fold(Range::exactly(0.0), Range::plus);
    Ok(Evaluation { score, areas, indicators: all, notes })
}

fn area(
    zone: &Zone,
    scheme: &Scheme,
    indicators: &BTreeMap<&'static str, Indicator>,
    area: Area,
    weight: f64,
) -> AreaScore {
    let nodes: Vec<Scored> = scheme.nodes.iter().map(|node| scored(node, scheme, zone, indicators)).collect();
    AreaScore { area, weight, score: rolled_up(&nodes), nodes }
}

fn rolled_up(nodes: &[Scored]) -> Range {
    nodes.iter().map(|node| node.score.times(node.weight)).fold(Range::exactly(0.0), Range::plus)
}

fn scored(node: &Node, scheme: &Scheme, zone: &Zone, indicators: &BTreeMap<&'static str, Indicator>) -> Scored {
    let parts: Vec<Scored> = node.parts.iter().map(|part| scored(part, scheme, zone, indicators)).collect();
    let mut scored = Scored {
        name: node.name.clone(),
        weight: node.weight.unwrap_or_default(),
        score: Range::new(0.0, 100.0),
        value: None,
        unit: Words::default(),
        ideal: match node.normalise {
            Some(Normalise::Ideal(ideal)) => Some(ideal),
            _ => None,
        },
        way: Words::default(),
        status: node.status.clone(),
        missing: Vec::new(),
        parts,
    };
    if !scored.parts.is_empty() {
        scored.score = rolled_up(&scored.parts);
        return scored;
    }
    let (what, range): (Words, Range) = match &node.binding {
        Binding::Nothing => {
            scored.missing.push(words!("ev-missing-binding", "the scheme binds no value to it"));
            return scored;
        }
        Binding::Indicator(name) => {
            let indicator = &indicators[name];
            scored.unit.clone_from(&indicator.unit);
            scored.missing.clone_from(&indicator.missing);
            let money = indicator.unit.starts_with("10⁴");
            if money && zone.books[0].currency().is_some_and(|own| scheme.currency.as_deref() != Some(own)) {
                let currency = scheme.currency.as_deref().unwrap_or(ANY_CURRENCY);
                let reason =
                    words!("ev-missing-exchange", "the scheme's ideal value is in {currency}", currency = currency);
                scored.missing.push(reason);
                scored.value = Some(indicator.range);
                return scored;
            }
            let formula = words!(
                "way-of-indicator",
                "{indicator} = {formula}",
                formula = indicator.formula.clone(),
                indicator = indicator.label.clone()
            );
            (formula, indicator.range)
        }
        Binding::Figure(name) => {
            scored.missing = zone.missing_typed(name, name.as_str().into());
            let Some(typed) = zone.typed.get(name) else { return scored };
            scored.unit = in_words(&typed.unit);
            (format!("{name}: {}, {}", typed.source, typed.date).into(), typed.range)
        }
        Binding::Value { value, source, date } => (format!("{source}, {date}").into(), Range::exactly(*value)),
    };
    scored.value = Some(range);
    let Some(normalise) = node.normalise else { return scored };
    scored.score = score(range, normalise, node.direction);
    scored.way = words!("way-to-score", "{what}; {way}", what = what, way = way(normalise, node.direction));
    scored
}

/// The range of scores of a range of values.
fn score(value: Range, normalise: Normalise, direction: Direction) -> Range {
    let at = |x: f64| 100.0 * share(x, normalise, direction).clamp(0.0, 1.0);
    match direction {
        Direction::Higher => Range::new(at(value.low), at(value.high)),
        Direction::Lower => Range::new(at(value.high), at(value.low)),
    }
}

fn share(x: f64, normalise: Normalise, direction: Direction) -> f64 {
    match (normalise, direction) {
        (Normalise::Ideal(ideal), Direction::Higher) => x / ideal,
        // Nothing at all of what should be little is as good as it gets.
        (Normalise::Ideal(ideal), Direction::Lower) if x > 0.0 => ideal / x,
        (Normalise::Ideal(_), Direction::Lower) => 1.0,
        (Normalise::MinMax { low, high }, Direction::Higher) => (x - low) / (high - low),
        (Normalise::MinMax { low, high }, Direction::Lower) => (high - x) / (high - low),
        (Normalise::Complement, _) => 1.0 - x,
    }
}

fn way(normalise: Normalise, direction: Direction) -> String {
    match (normalise, direction) {
        (Normalise::Ideal(ideal), Direction::Higher) => format!("min(X/{ideal}, 1) × 100"),
        (Normalise::Ideal(ideal), Direction::Lower) => format!("min({ideal}/X, 1) × 100"),
        (Normalise::MinMax { low, high }, Direction::Higher) => format!("(X − {low})/({high} − {low}) × 100"),
        (Normalise::MinMax { low, high }, Direction::Lower) => format!("({high} − X)/({high} − {low}) × 100"),
        (Normalise::Complement, _) => "(1 − X) × 100".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ways() -> impl Strategy<Value = (Normalise, Direction)> {
        prop_oneof![
            (0.1_f64..50.0, any::<bool>()).prop_map(|(ideal, up)| (
                Normalise::Ideal(ideal),
                if up { Direction::Higher } else { Direction::Lower }
            )),
            (-10.0_f64..10.0, 0.1_f64..50.0, any::<bool>()).prop_map(|(low, span, up)| {
                (Normalise::MinMax { low, high: low + span }, if up { Direction::Higher } else { Direction::Lower })
            }),
            Just((Normalise::Complement, Direction::Lower)),
        ]
    }

    proptest! {
        #[test]
        fn a_better_value_never_lowers_the_score((normalise, direction) in ways(), x in -20.0_f64..80.0, gain in 0.0_f64..40.0) {
            let better = if direction == Direction::Higher { x + gain } else { x - gain };
            let at = |x| score(Range::exactly(x), normalise, direction).low;
            prop_assert!(at(better) >= at(x));
            prop_assert!((0.0..=100.0).contains(&at(x)));
        }

        #[test]
        fn less_known_never_narrows_the_score((normalise, direction) in ways(), x in 0.0_f64..80.0, down in 0.0_f64..40.0, up in 0.0_f64..40.0) {
            let known = score(Range::exactly(x), normalise, direction);
            prop_assert!(score(Range::new(x - down, x + up), normalise, direction).holds(known));
            prop_assert!(score(Range::new(x - down, f64::INFINITY), normalise, direction).holds(known));
        }
    }

    #[test]
    fn scores_by_hand() {
        let at = |x, normalise, direction| score(Range::exactly(x), normalise, direction).value().unwrap();
        assert_eq!(at(0.30, Normalise::Ideal(0.40), Direction::Higher), 100.0 * (0.30 / 0.40));
        assert_eq!(at(0.50, Normalise::Ideal(0.40), Direction::Higher), 100.0);
        assert_eq!(at(0.0, Normalise::Ideal(0.40), Direction::Lower), 100.0);
        assert_eq!(at(0.80, Normalise::Ideal(0.40), Direction::Lower), 50.0);
        assert_eq!(at(0.25, Normalise::Complement, Direction::Lower), 75.0);
        assert_eq!(at(2.0, Normalise::MinMax { low: 1.0, high: 5.0 }, Direction::Lower), 75.0);
    }
}
