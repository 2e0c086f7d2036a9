//! From tokens to a filter, by recursive descent.

use super::lexer::{Token, tokens};
use super::{Comparison, Expected, How, Node, Problem, QueryError, Value};
use crate::attribute::Column;

/// Brackets within brackets.
const DEEPEST: usize = 60;

struct Parser<'a> {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
    columns: &'a [Column],
}

pub(super) fn parse(text: &str, columns: &[Column]) -> Result<Option<Node>, QueryError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens, next: 0, end: text.chars().count(), depth: 0, columns };
    let node = parser.filter()?;
    if parser.next < parser.tokens.len() {
        return Err(parser.error(Problem::Rest));
    }
    Ok(Some(node))
}

impl Parser<'_> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn error(&self, problem: Problem) -> QueryError {
        QueryError { at: self.at(), problem }
    }

    fn expected(&self, expected: Expected) -> QueryError {
        self.error(Problem::Expected(expected))
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.tokens.get(self.next), Some((_, Token::Word(w))) if w.eq_ignore_ascii_case(word));
        self.next += usize::from(is);
        is
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.tokens.get(self.next), Some((_, Token::Sign(s))) if *s == sign);
        self.next += usize::from(is);
        is
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, QueryError>) -> Result<T, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(Problem::TooDeep));
        }
        let result = inside(self);
        self.depth -= 1;
        result
    }

    fn filter(&mut self) -> Result<Node, QueryError> {
        let mut left = self.and()?;
        while self.word("or") {
            left = Node::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Node, QueryError> {
        let mut left = self.not()?;
        while self.word("and") {
            left = Node::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Node, QueryError> {
        if self.word("not") {
            return self.deeper(|parser| Ok(Node::Not(Box::new(parser.not()?))));
        }
        // A bracket opens a filter or a sum: try the filter, go back for the sum.
        if matches!(self.tokens.get(self.next), Some((_, Token::Sign("(")))) {
            let (start, depth) = (self.next, self.depth);
            let filter = self.deeper(|parser| {
                parser.next += 1;
                let filter = parser.filter()?;
                if parser.sign(")") { Ok(filter) } else { Err(parser.expected(Expected::Close)) }
            });
            match filter {
                Ok(filter) if !self.goes_on_as_value() => return Ok(filter),
                Err(error) if matches!(error.problem, Problem::TooDeep) => return Err(error),
                first => {
                    let farthest = first.err();
                    (self.next, self.depth) = (start, depth);
                    return self.test().map_err(|error| match farthest {
                        Some(other) if other.at > error.at => other,
                        _ => error,
                    });
                }
            }
        }
        self.test()
    }

    fn goes_on_as_value(&self) -> bool {
        match self.tokens.get(self.next) {
            Some((_, Token::Sign(sign))) => !matches!(*sign, ")" | ","),
            Some((_, Token::Word(word))) => !["and", "or"].iter().any(|w| word.eq_ignore_ascii_case(w)),
            _ => false,
        }
    }

    fn test(&mut self) -> Result<Node, QueryError> {
        let left = self.sum()?;
        for (sign, comparison) in [
            ("=", Comparison::Equal),
            ("!=", Comparison::Differs),
            ("<", Comparison::Less),
            ("<=", Comparison::AtMost),
            (">", Comparison::More),
            (">=", Comparison::AtLeast),
        ] {
            if self.sign(sign) {
                return Ok(Node::Compare(left, comparison, self.sum()?));
            }
        }
        if self.word("is") {
            let not = self.word("not");
            if !self.word("unknown") {
                return Err(self.expected(Expected::Unknown));
            }
            return Ok(negated(not, Node::Unknown(left)));
        }
        let not = self.word("not");
        for (word, how) in [("contains", How::Contains), ("starts", How::Starts), ("ends", How::Ends)] {
            if self.word(word) {
                let Some((_, Token::Text(wanted))) = self.tokens.get(self.next) else {
                    return Err(self.expected(Expected::Text));
                };
                let wanted = wanted.to_lowercase();
                self.next += 1;
                return Ok(negated(not, Node::Match(left, how, wanted)));
            }
        }
        if self.word("in") {
            if !self.sign("(") {
                return Err(self.expected(Expected::Open));
            }
            let mut among = vec![self.sum()?];
            while self.sign(",") {
                among.push(self.sum()?);
            }
            if !self.sign(")") {
                return Err(self.expected(Expected::Close));
            }
            return Ok(negated(not, Node::In(left, among)));
        }
        Err(self.expected(Expected::Comparison))
    }

    fn sum(&mut self) -> Result<Value, QueryError> {
        let mut left = self.product()?;
        loop {
            let sign = if self.sign("+") {
                '+'
            } else if self.sign("-") {
                '-'
            } else {
                return Ok(left);
            };
            left = Value::Calculated(Box::new(left), sign, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Value, QueryError> {
        let mut left = self.factor()?;
        loop {
            let sign = if self.sign("*") {
                '*'
            } else if self.sign("/") {
                '/'
            } else {
                return Ok(left);
            };
            left = Value::Calculated(Box::new(left), sign, Box::new(self.factor()?));
        }
    }

    fn factor(&mut self) -> Result<Value, QueryError> {
        if self.sign("-") {
            let inner = self.deeper(Self::factor)?;
            return Ok(Value::Calculated(Box::new(Value::Number(0.0)), '-', Box::new(inner)));
        }
        if self.sign("(") {
            let inner = self.deeper(Self::sum)?;
            return if self.sign(")") { Ok(inner) } else { Err(self.expected(Expected::Close)) };
        }
        let Some((at, token)) = self.tokens.get(self.next).cloned() else {
            return Err(self.expected(Expected::Value));
        };
        let value = match token {
            Token::Number(number) => Value::Number(number),
            Token::Text(text) => Value::Text(text),
            Token::Name(name) | Token::Word(name) => Value::Column(self.column(at, &name)?),
            Token::Sign(_) => return Err(self.expected(Expected::Value)),
        };
        self.next += 1;
        Ok(value)
    }

    /// A column by its name, also without its unit or what stands before it: `area` for `area_m2`, `use` for `land_use`.
    fn column(&self, at: usize, name: &str) -> Result<usize, QueryError> {
        let position = |fits: &dyn Fn(&str) -> bool| self.columns.iter().position(|column| fits(&column.name));
        let without_unit = |column: &str| {
            ["_m2", "_mm", "_m", "_t", "_deg", "_l_s"]
                .iter()
                .find_map(|unit| column.strip_suffix(unit).map(str::to_owned))
        };
        position(&|column| column == name)
            .or_else(|| position(&|column| column.eq_ignore_ascii_case(name)))
            .or_else(|| position(&|column| without_unit(column).is_some_and(|bare| bare.eq_ignore_ascii_case(name))))
            .or_else(|| {
                position(&|column| column.strip_suffix("_text").is_some_and(|bare| bare.eq_ignore_ascii_case(name)))
            })
            .or_else(|| {
                let last = format!("_{}", name.to_lowercase());
                position(&|column| column.to_lowercase().ends_with(&last))
            })
            .ok_or_else(|| {
                let near = nearest(name, self.columns.iter().map(|column| column.name.as_str()));
                QueryError { at, problem: Problem::UnknownColumn(name.to_owned(), near) }
            })
    }
}

fn negated(not: bool, node: Node) -> Node {
    if not { Node::Not(Box::new(node)) } else { node }
}

/// The name that shares most of its pairs of letters, where that is at least a third.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = text.to_lowercase().chars().collect();
        chars.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let own = pairs(name);
    names
        .map(|other| {
            let theirs = pairs(other);
            let shared = own.iter().filter(|pair| theirs.contains(pair)).count();
            (shared * 2000 / (own.len() + theirs.len()).max(1), other)
        })
        .filter(|(share, _)| *share >= 333)
        .max_by_key(|(share, _)| *share)
        .map(|(_, other)| other.to_owned())
}
