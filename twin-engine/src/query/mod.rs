//! A small language for filters: `area > 5000 and use_text contains "vacant"`.
//!
//! ```text
//! filter   = and ("or" and)*
//! and      = not ("and" not)*
//! not      = "not" not | "(" filter ")" | test
//! test     = sum (("=" | "!=" | "<" | "<=" | ">" | ">=") sum
//!                | ["not"] ("contains" | "starts" | "ends") text
//!                | ["not"] "in" "(" value ("," value)* ")"
//!                | "is" ["not"] "unknown")
//! sum      = product (("+" | "-") product)*
//! product  = factor (("*" | "/") factor)*
//! factor   = number | text | column | "-" factor | "(" sum ")"
//! ```
//!
//! Columns are named as in the table; a name with other characters stands in brackets: `[floor no.] > 3`. Words are compared
//! without regard to case, days as `"2024-06-30"`. What is not known fits no test but `is unknown`.

mod lexer;
mod parser;

pub(crate) use parser::nearest;

use crate::attribute::{Cell, Column, Layer};

/// Why a filter is not understood, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Character, from 0, at which it goes wrong.
    pub at: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No such column; with the nearest name there is.
    UnknownColumn(String, Option<String>),
    /// Something else was expected: ids of words for what.
    Expected(Expected),
    /// A text without its closing quote, or a name without its bracket.
    Unclosed,
    /// A character that means nothing here.
    Character(char),
    /// Not a number.
    Number(String),
    /// Words after the end.
    Rest,
    /// Nested deeper than anybody writes.
    TooDeep,
}

/// What was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A column, number or text.
    Value,
    /// A comparison.
    Comparison,
    /// A text in quotes.
    Text,
    /// `)`.
    Close,
    /// `(`.
    Open,
    /// `unknown`.
    Unknown,
}

/// A filter over the columns it was read with.
#[derive(Debug, Clone, PartialEq)]
pub struct Query(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare(Value, Comparison, Value),
    Match(Value, How, String),
    In(Value, Vec<Value>),
    Unknown(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Contains,
    Starts,
    Ends,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    /// Position in the columns.
    Column(usize),
    Calculated(Box<Value>, char, Box<Value>),
}

impl Query {
    /// Reads a filter. An empty text fits everything.
    ///
    /// # Errors
    /// [`QueryError`] with the place.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Option<Self>, QueryError> {
        parser::parse(text, columns).map(|node| node.map(Self))
    }

    /// True when the row fits.
    pub fn fits(&self, layer: &Layer<'_>, columns: &[Column], row: usize) -> bool {
        fits(&self.0, &Row { layer, columns, at: row }) == Some(true)
    }
}

struct Row<'a, 'b> {
    layer: &'b Layer<'a>,
    columns: &'b [Column],
    at: usize,
}

impl<'a> Row<'a, '_> {
    fn cell<'v>(&self, value: &'v Value) -> Cell<'v>
    where
        'a: 'v,
    {
        match value {
            Value::Number(number) => Cell::Number(*number),
            Value::Text(text) => Cell::Text(text),
            Value::Column(at) => self.columns.get(*at).map_or(Cell::Empty, |column| self.layer.cell(column, self.at)),
            Value::Calculated(a, sign, b) => match (number(&self.cell(a)), number(&self.cell(b))) {
                (Some(a), Some(b)) => {
                    let result = match sign {
                        '+' => a + b,
                        '-' => a - b,
                        '*' => a * b,
                        _ => a / b,
                    };
                    // Division by zero has no answer.
                    if result.is_finite() { Cell::Number(result) } else { Cell::Empty }
                }
                _ => Cell::Empty,
            },
        }
    }
}

/// A cell as a number; words that are one count, as sources often keep numbers in text.
fn number(cell: &Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Three-valued: `None` where what is needed is not known.
fn fits(node: &Node, row: &Row<'_, '_>) -> Option<bool> {
    match node {
        Node::And(a, b) => match (fits(a, row), fits(b, row)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Node::Or(a, b) => match (fits(a, row), fits(b, row)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Node::Not(inner) => fits(inner, row).map(|fits| !fits),
        Node::Compare(a, comparison, b) => compare(&row.cell(a), *comparison, &row.cell(b)),
        Node::Match(value, how, wanted) => {
            let cell = row.cell(value);
            let text = match &cell {
                Cell::Empty => return None,
                Cell::Text(text) => text.to_lowercase(),
                other => other.to_string().to_lowercase(),
            };
            Some(match how {
                How::Contains => text.contains(wanted),
                How::Starts => text.starts_with(wanted),
                How::Ends => text.ends_with(wanted),
            })
        }
        Node::In(value, among) => {
            let cell = row.cell(value);
            if cell == Cell::Empty {
                return None;
            }
            Some(among.iter().any(|one| compare(&cell, Comparison::Equal, &row.cell(one)) == Some(true)))
        }
        Node::Unknown(value) => Some(row.cell(value) == Cell::Empty),
    }
}

fn compare(a: &Cell<'_>, comparison: Comparison, b: &Cell<'_>) -> Option<bool> {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (Cell::Empty, _) | (_, Cell::Empty) => return None,
        (Cell::Text(x), Cell::Text(y)) => x.to_lowercase().cmp(&y.to_lowercase()),
        (Cell::Date(x), Cell::Date(y)) => x.cmp(y),
        // A day beside words in quotes: as the words would be written.
        (Cell::Date(_), Cell::Text(_)) | (Cell::Text(_), Cell::Date(_)) => a.to_string().cmp(&b.to_string()),
        (Cell::Truth(_), _) | (_, Cell::Truth(_)) => a.to_string().to_lowercase().cmp(&b.to_string().to_lowercase()),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => x.total_cmp(&y),
            // A word is no number: unequal, and neither more nor less.
            _ => {
                return matches!(comparison, Comparison::Equal | Comparison::Differs)
                    .then_some(comparison == Comparison::Differs);
            }
        },
    };
    Some(match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::Differs => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
        Comparison::More => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
    })
}

#[cfg(test)]
mod tests;
