//! Words, numbers, texts and signs of a filter, each with its place.

use super::{Problem, QueryError};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// A name in brackets: never a word of the language.
    Name(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["<=", ">=", "!=", "<>", "==", "=", "<", ">", "(", ")", ",", "+", "-", "*"];

/// Tokens with the character at which each begins.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, QueryError> {
    let chars: Vec<char> = text.chars().map(narrow).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let start = at;
        let token = if c.is_whitespace() {
            at += 1;
            continue;
        } else if c == '"' || c == '\'' || c == '[' {
            let end = if c == '[' { ']' } else { c };
            let length = chars[at + 1..].iter().position(|c| *c == end);
            let length = length.ok_or(QueryError { at: start, problem: Problem::Unclosed })?;
            let inside = chars[at + 1..at + 1 + length].iter().collect();
            at += length + 2;
            if c == '[' { Token::Name(inside) } else { Token::Text(inside) }
        } else if c.is_ascii_digit() || (c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) {
            while at < chars.len() && (chars[at].is_ascii_alphanumeric() || chars[at] == '.' || chars[at] == '_') {
                at += 1;
            }
            let written: String = chars[start..at].iter().filter(|c| **c != '_').collect();
            let number: Option<f64> = written.parse().ok().filter(|number: &f64| number.is_finite());
            Token::Number(number.ok_or(QueryError { at: start, problem: Problem::Number(written) })?)
        } else if c.is_alphabetic() || c == '_' {
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_' || chars[at] == '.') {
                at += 1;
            }
            Token::Word(chars[start..at].iter().collect())
        } else if c == '/' {
            at += 1;
            Token::Sign("/")
        } else if let Some(sign) =
            SIGNS.iter().find(|sign| sign.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c)))
        {
            at += sign.len();
            Token::Sign(match *sign {
                "<>" => "!=",
                "==" => "=",
                sign => sign,
            })
        } else {
            return Err(QueryError { at, problem: Problem::Character(c) });
        };
        tokens.push((start, token));
    }
    Ok(tokens)
}

/// Signs typed with a Chinese keyboard are the same signs.
fn narrow(c: char) -> char {
    match c {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '≤' | '≥' | '≠' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}
