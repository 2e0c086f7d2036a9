//! The scenario file: RON, every complaint with its line.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::error::ScenarioError;

/// A scenario as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// `1`.
    format_version: u32,
    /// Name, shown wherever the scenario is.
    pub name: String,
    /// Short name of the park that it is for.
    pub park: String,
    /// What a reader should know.
    #[serde(default)]
    pub note: String,
    /// Run of the record that it was drawn on, where that is known: what changed since is in the way of accepting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn_on: Option<i64>,
    /// Edits, in their order.
    pub edits: Vec<Edit>,
    /// Line of each edit.
    #[serde(skip)]
    pub(super) lines: Vec<usize>,
}

impl ScenarioFile {
    /// A scenario from its text.
    ///
    /// # Errors
    /// [`ScenarioError`] with the line.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let mut file: Self = options
            .from_str(text)
            .map_err(|source| ScenarioError::Unreadable { line: source.span.start.line, source: Box::new(source) })?;
        file.lines = element_lines(text, "edits");
        if file.format_version != 1 {
            let line = text.lines().position(|line| line.contains("format_version")).map_or(1, |at| at + 1);
            return Err(ScenarioError::FormatVersion { line, found: file.format_version });
        }
        Ok(file)
    }

    /// A scenario of edits made otherwise.
    pub fn new(name: &str, park: &str, edits: Vec<Edit>) -> Self {
        let (name, park) = (name.to_owned(), park.to_owned());
        Self { format_version: 1, name, park, note: String::new(), drawn_on: None, edits, lines: Vec::new() }
    }

    /// The text of a file.
    ///
    /// # Errors
    /// [`ron::Error`] where a value cannot be written.
    pub fn to_text(&self) -> Result<String, ron::Error> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.to_string_pretty(self, ron::ser::PrettyConfig::default())
    }
}

/// Lines on which the elements of a file's list begin, from 1. The text is known to be such a file.
pub(crate) fn element_lines(text: &str, list: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let (mut line, mut depth, mut inside, mut waits) = (1, 0_usize, None, false);
    let mut word = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let begins = |what: &str| text[at..].starts_with(what);
        if begins("//") {
            while rest.next_if(|(_, c)| *c != '\n').is_some() {}
            continue;
        }
        if begins("/*") {
            let mut before = ' ';
            rest.next();
            for (_, c) in rest.by_ref() {
                line += usize::from(c == '\n');
                if before == '*' && c == '/' {
                    break;
                }
                before = c;
            }
            continue;
        }
        if waits && inside == Some(depth) && !c.is_whitespace() && !matches!(c, ']' | ',') {
            lines.push(line);
            waits = false;
        }
        match c {
            '\n' => line += 1,
            '"' => {
                let mut escaped = false;
                for (_, c) in rest.by_ref() {
                    line += usize::from(c == '\n');
                    if c == '"' && !escaped {
                        break;
                    }
                    escaped = c == '\\' && !escaped;
                }
            }
            '(' | '[' | '{' => {
                depth += 1;
                if c == '[' && depth == 2 && word == list {
                    (inside, waits) = (Some(depth), true);
                }
            }
            ')' | ']' | '}' => {
                if inside == Some(depth) {
                    inside = None;
                }
                depth = depth.saturating_sub(1);
            }
            ',' if inside == Some(depth) => waits = true,
            _ => {}
        }
        match c {
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            ':' | ' ' | '\n' | '\r' | '\t' => {}
            _ => word.clear(),
        }
    }
    lines
}
