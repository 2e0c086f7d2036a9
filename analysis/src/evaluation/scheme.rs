//! Schemes: trees of goals whose leaves are indicators, with weights and how values become scores. Data, never mixed.

use serde::Deserialize;
use toml::Spanned;

use super::EvaluationError;
use super::indicator::{DEFINITIONS, Definition, definition};
use super::said::in_words;
use crate::words;
use crate::words::Words;

/// Weights that add up to 1 within this are taken as adding up.
const WEIGHT_TOLERANCE: f64 = 1e-6;

/// Whether a scheme's weights are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Every node has one.
    #[default]
    Known,
    /// Nobody published them: the scheme lists what is looked at and cannot be scored.
    Unknown,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    #[default]
    Higher,
    /// Less is better.
    Lower,
}

/// How a value becomes a score from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Normalise {
    /// Against an ideal value T: min(X/T, 1), or min(T/X, 1) where less is better.
    Ideal(f64),
    /// Between the worst and the best value: (X − low)/(high − low), turned round where less is better.
    MinMax {
        /// Value with the lowest score, where more is better.
        low: f64,
        /// Value with the highest.
        high: f64,
    },
    /// 1 − X, of a share that should be small.
    Complement,
}

/// What a leaf is bound to.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// An indicator of the zone.
    Indicator(&'static str),
    /// A figure that is typed in for each park.
    Figure(String),
    /// A value that stands in the scheme, with its source and date.
    Value {
        /// Value.
        value: f64,
        /// Who or what says so.
        source: String,
        /// As of when.
        date: chrono::NaiveDate,
    },
    /// Nothing yet: the score is unknown.
    Nothing,
}

/// A goal, a sub-goal or a leaf.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Name.
    pub name: String,
    /// Line in the scheme's text.
    pub line: usize,
    /// Weight among its siblings; `None` where weights are unknown.
    pub weight: Option<f64>,
    /// Parts; none of a leaf.
    pub parts: Vec<Node>,
    /// What a leaf is bound to.
    pub binding: Binding,
    /// How its value becomes a score; `None` of nodes with parts, and of leaves bound to nothing.
    pub normalise: Option<Normalise>,
    /// Which way is better.
    pub direction: Direction,
    /// How far ideal, weight and binding can be trusted, or whose they are.
    pub status: Option<String>,
}

impl Node {
    /// Its name, for people of any language where it is a shipped scheme's.
    pub fn title(&self) -> Words {
        in_words(&self.name)
    }
}

/// A scheme of evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheme {
    /// Name.
    pub name: String,
    /// Standard or publisher.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// `verified`, `secondary`, `memory` or `default`.
    pub status: String,
    /// What a reader must know.
    pub note: Option<String>,
    /// Currency of ideal values of money.
    pub currency: Option<String>,
    /// Whether its weights are known.
    pub weights: Weights,
    /// Weight of the main area and of the growth area, where a zone has one.
    pub areas: Option<[f64; 2]>,
    /// Goals.
    pub nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeFile {
    format_version: u32,
    name: String,
    standard: String,
    edition: String,
    status: String,
    note: Option<String>,
    currency: Option<String>,
    #[serde(default)]
    weights: Weights,
    areas: Option<Areas>,
    #[serde(default)]
    node: Vec<Spanned<NodeFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Areas {
    main: Spanned<f64>,
    growth: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    name: String,
    weight: Option<f64>,
    indicator: Option<String>,
    figure: Option<String>,
    value: Option<f64>,
    source: Option<String>,
    date: Option<chrono::NaiveDate>,
    ideal: Option<f64>,
    min_max: Option<[f64; 2]>,
    #[serde(default)]
    complement: bool,
    direction: Option<Direction>,
    status: Option<String>,
    #[serde(default)]
    node: Vec<Spanned<NodeFile>>,
}

/// Schemes that ship with the product, by short name.
pub const SHIPPED: [(&str, &str); 3] = [
    ("province-example", include_str!("../../rules/evaluation/province-example.toml")),
    ("etdz-2021", include_str!("../../rules/evaluation/etdz-2021.toml")),
    ("shanghai-2020", include_str!("../../rules/evaluation/shanghai-2020.toml")),
];

impl Scheme {
    /// A scheme that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped schemes are checked by a test.
    pub fn shipped(name: &str) -> Option<Self> {
        let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
        Some(Self::parse(text).expect("the shipped schemes are valid"))
    }

    /// A scheme from its text.
    ///
    /// # Errors
    /// [`EvaluationError`], which names the node and its line: weights that do not add up to 1, unknown indicators, leaves
    /// without a way to a score.
    pub fn parse(text: &str) -> Result<Self, EvaluationError> {
        let file: SchemeFile =
            toml::from_str(text).map_err(|source| EvaluationError::unreadable("scheme of evaluation", source))?;
        if file.format_version != 1 {
            return Err(EvaluationError::FormatVersion { what: "scheme of evaluation", found: file.format_version });
        }
        let line_of = |start: usize| 1 + text[..start.min(text.len())].matches('\n').count();
        let areas = match file.areas {
            None => None,
            Some(Areas { main, growth }) => {
                let line = line_of(main.span().start);
                if ![*main.get_ref(), growth].iter().all(|weight| (0.0..=1.0).contains(weight)) {
                    return Err(EvaluationError::Weight { node: "areas".to_owned(), line });
                }
                add_up("areas", line, [*main.get_ref(), growth].into_iter())?;
                Some([*main.get_ref(), growth])
            }
        };
        let nodes = nodes(file.node, file.weights, &line_of)?;
        if nodes.is_empty() {
            return Err(EvaluationError::Node { node: file.name, line: 1, problem: "has no node".into() });
        }
        if file.weights == Weights::Known {
            add_up(&file.name, nodes[0].line, nodes.iter().filter_map(|node| node.weight))?;
        }
        Ok(Self {
            name: file.name,
            standard: file.standard,
            edition: file.edition,
            status: file.status,
            note: file.note,
            currency: file.currency,
            weights: file.weights,
            areas,
            nodes,
        })
    }

    /// Standard, edition and status in one phrase.
    pub fn citation(&self) -> Words {
        let [name, standard, edition, status] =
            [&self.name, &self.standard, &self.edition, &self.status].map(|text| in_words(text));
        words!(
            "scheme-citation",
            "{name}: {standard} ({edition}) [{status}]",
            name = name,
            standard = standard,
            edition = edition,
            status = status
        )
    }

    /// Its name, for people of any language where it is a shipped one.
    pub fn title(&self) -> Words {
        in_words(&self.name)
    }

    /// The leaf that is bound to an indicator.
    pub fn leaf(&self, indicator: &str) -> Option<&Node> {
        fn find<'a>(nodes: &'a [Node], indicator: &str) -> Option<&'a Node> {
            nodes.iter().find_map(|node| match &node.binding {
                Binding::Indicator(name) if *name == indicator => Some(node),
                _ => find(&node.parts, indicator),
            })
        }
        find(&self.nodes, indicator)
    }

    /// The ideal value of an indicator, where the scheme has one.
    pub fn ideal(&self, indicator: &str) -> Option<f64> {
        match self.leaf(indicator)?.normalise? {
            Normalise::Ideal(ideal) => Some(ideal),
            _ => None,
        }
    }
}

fn add_up(node: &str, line: usize, weights: impl Iterator<Item = f64>) -> Result<(), EvaluationError> {
    let sum: f64 = weights.sum();
    if (sum - 1.0).abs() > WEIGHT_TOLERANCE {
        // Rounded so that 0.7 + 0.2 reads 0.9.
        let sum = (sum * 1e9).round() / 1e9;
        return Err(EvaluationError::Weights { node: node.to_owned(), line, sum });
    }
    Ok(())
}

fn nodes(
    files: Vec<Spanned<NodeFile>>,
    weights: Weights,
    line_of: &dyn Fn(usize) -> usize,
) -> Result<Vec<Node>, EvaluationError> {
    files.into_iter().map(|file| node(line_of(file.span().start), file.into_inner(), weights, line_of)).collect()
}

fn node(
    line: usize,
    file: NodeFile,
    weights: Weights,
    line_of: &dyn Fn(usize) -> usize,
) -> Result<Node, EvaluationError> {
    let name = file.name.clone();
    let wrong = |problem: &str| EvaluationError::Node { node: name.clone(), line, problem: problem.to_owned() };
    match (weights, file.weight) {
        (Weights::Known, Some(weight)) if (0.0..=1.0).contains(&weight) => {}
        (Weights::Unknown, None) => {}
        (Weights::Known, _) => return Err(EvaluationError::Weight { node: name, line }),
        (Weights::Unknown, Some(_)) => {
            return Err(wrong("has a weight, but the scheme says that its weights are unknown"));
        }
    }
    let binding = binding(&file).map_err(|problem| wrong(&problem))?;
    let ways = usize::from(file.ideal.is_some()) + usize::from(file.min_max.is_some()) + usize::from(file.complement);
    let leaf = file.node.is_empty();
    if !leaf && (binding != Binding::Nothing || ways > 0 || file.direction.is_some()) {
        return Err(wrong("has parts and is bound to a value itself"));
    }
    if leaf && (binding == Binding::Nothing) != (ways == 0) {
        return Err(wrong(
            "needs both a value (indicator, figure or value) and a way to a score (ideal, min_max or complement)",
        ));
    }
    let normalise = match (ways, file.ideal, file.min_max) {
        (0, ..) => None,
        (1, Some(ideal), _) if ideal.is_finite() && ideal > 0.0 => Some(Normalise::Ideal(ideal)),
        (1, _, Some([low, high])) if low.is_finite() && high.is_finite() && low < high => {
            Some(Normalise::MinMax { low, high })
        }
        (1, None, None) if matches!(&binding, Binding::Indicator(name) if definition(name).is_some_and(Definition::has_unit)) =>
        {
            return Err(wrong("has a complement, 1 − X, of an indicator that is no share: use ideal or min_max"));
        }
        (1, None, None) if file.direction.is_none_or(|direction| direction == Direction::Lower) => {
            Some(Normalise::Complement)
        }
        (1, Some(_), _) => return Err(wrong("needs an ideal value above 0")),
        (1, _, Some(_)) => return Err(wrong("needs min_max = [least, most] with least below most")),
        (1, ..) => return Err(wrong("has a complement, of which less is better")),
        _ => return Err(wrong("has several ways to a score: ideal, min_max and complement exclude each other")),
    };
    let parts = nodes(file.node, weights, line_of)?;
    if weights == Weights::Known && !parts.is_empty() {
        add_up(&file.name, line, parts.iter().filter_map(|part| part.weight))?;
    }
    Ok(Node {
        direction: match normalise {
            Some(Normalise::Complement) => Direction::Lower,
            _ => file.direction.unwrap_or_default(),
        },
        name: file.name,
        line,
        weight: file.weight,
        parts,
        binding,
        normalise,
        status: file.status,
    })
}

fn binding(file: &NodeFile) -> Result<Binding, String> {
    match (&file.indicator, &file.figure, file.value) {
        (None, None, None) => Ok(Binding::Nothing),
        (Some(name), None, None) => definition(name).map(|found| Binding::Indicator(found.name)).ok_or_else(|| {
            let names: Vec<&str> = DEFINITIONS.iter().map(|definition| definition.name).collect();
            format!("asks for the indicator `{name}`; there are {}", names.join(", "))
        }),
        (None, Some(figure), None) => Ok(Binding::Figure(figure.clone())),
        (None, None, Some(value)) => match (&file.source, file.date) {
            (Some(source), Some(date)) if value.is_finite() => {
                Ok(Binding::Value { value, source: source.clone(), date })
            }
            _ => Err("has a typed-in value without source and date".to_owned()),
        },
        _ => Err("is bound to several values".to_owned()),
    }
}

#[cfg(test)]
mod tests;
