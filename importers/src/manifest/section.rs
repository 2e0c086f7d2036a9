//! A TOML table that knows where it stands, so that every complaint carries a line and the nearest valid word.
//!
//! What the keys mean is left to the modules that ask for them.

use std::ops::Range;
use std::path::Path;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ManifestError;

/// The text being parsed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    path: &'a Path,
    text: &'a str,
}

/// One table of the document.
#[derive(Debug)]
pub(super) struct Section<'a> {
    document: Document<'a>,
    /// As a person would call it: `[park]`, `layer "pipes"`.
    place: String,
    span: Range<usize>,
    entries: Vec<Entry<'a>>,
}

#[derive(Debug, Clone)]
struct Entry<'a> {
    key: String,
    span: Range<usize>,
    value: DeValue<'a>,
    value_span: Range<usize>,
}

/// The word of `known` that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let similar = strsim::jaro_winkler(&folded, &other);
            let contained =
                folded.len() >= 3 && other.len() >= 3 && (other.contains(&folded) || folded.contains(&other));
            (candidate, if contained { similar.max(0.9) } else { similar })
        })
        .filter(|(_, score)| *score > 0.78)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(candidate, _)| candidate.to_owned())
}

impl<'a> Document<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        Self { path, text }
    }

    pub(super) fn parse(self) -> Result<Section<'a>, ManifestError> {
        let table = DeTable::parse(self.text).map_err(|error| ManifestError::Syntax {
            path: self.path.to_path_buf(),
            line: self.line(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        let span = table.span();
        Ok(Section::new(self, "the manifest".to_owned(), span, table.into_inner()))
    }

    fn line(self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        self.text.get(..end).map_or(1, |before| before.matches('\n').count() + 1)
    }
}

impl<'a> Section<'a> {
    fn new(document: Document<'a>, place: String, span: Range<usize>, table: DeTable<'a>) -> Self {
        let mut entries: Vec<Entry<'a>> = table
            .into_iter()
            .map(|(key, value)| {
                let value_span = value.span();
                Entry { span: key.span(), key: key.into_inner().into_owned(), value: value.into_inner(), value_span }
            })
            .collect();
        entries.sort_by_key(|entry| entry.span.start);
        Self { document, place, span, entries }
    }

    /// The same section under another name, once the name is known.
    pub(super) fn call(&mut self, place: String) {
        self.place = place;
    }

    pub(super) fn line(&self) -> usize {
        self.document.line(self.span.start)
    }

    pub(super) fn line_of(&self, key: &str) -> usize {
        self.entry(key).map_or_else(|| self.line(), |entry| self.document.line(entry.span.start))
    }

    /// Keys in the order they were written.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(super) fn allow(&self, known: &[&str]) -> Result<(), ManifestError> {
        match self.entries.iter().find(|entry| !known.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(ManifestError::UnknownKey {
                path: self.document.path.to_path_buf(),
                line: self.document.line(entry.span.start),
                place: self.place.clone(),
                key: entry.key.clone(),
                nearest: nearest(&entry.key, known.iter().copied()),
                known: known.iter().map(|key| (*key).to_owned()).collect(),
            }),
        }
    }

    pub(super) fn missing(&self, key: &str, hint: &str) -> ManifestError {
        ManifestError::MissingKey {
            path: self.document.path.to_path_buf(),
            line: self.line(),
            place: self.place.clone(),
            key: key.to_owned(),
            hint: hint.to_owned(),
        }
    }

    pub(super) fn bad(&self, key: &str, reason: String) -> ManifestError {
        ManifestError::BadValue {
            path: self.document.path.to_path_buf(),
            line: self.line_of(key),
            place: format!("{}: {key}", self.place),
            reason,
        }
    }

    pub(super) fn unknown_word<'k>(
        &self,
        key: &str,
        value: &str,
        what: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ManifestError {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        ManifestError::UnknownWord {
            path: self.document.path.to_path_buf(),
            line: self.line_of(key),
            place: format!("{}: {key}", self.place),
            value: value.to_owned(),
            what,
            nearest: nearest(value, known.iter().map(String::as_str)),
            known,
        }
    }

    pub(super) fn section(&self, key: &str, place: &str) -> Result<Self, ManifestError> {
        self.optional_section(key, place)?
            .ok_or_else(|| self.missing(key, &format!("write a {place} table; see docs/manifest.md")))
    }

    pub(super) fn optional_section(&self, key: &str, place: &str) -> Result<Option<Self>, ManifestError> {
        match self.entry(key) {
            None => Ok(None),
            Some(entry) => match entry.value.clone() {
                DeValue::Table(table) => {
                    Ok(Some(Self::new(self.document, place.to_owned(), entry.value_span.clone(), table)))
                }
                other => Err(self.bad(key, format!("should be a table, is {}", article(&other)))),
            },
        }
    }

    pub(super) fn sections(&self, key: &str, place: &str) -> Result<Vec<Self>, ManifestError> {
        let Some(entry) = self.entry(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = entry.value.clone() else {
            return Err(self.bad(key, format!("should be written as {place}, is {}", article(&entry.value))));
        };
        items
            .into_iter()
            .map(|item| {
                let span = item.span();
                match item.into_inner() {
                    DeValue::Table(table) => Ok(Self::new(self.document, place.to_owned(), span, table)),
                    other => Err(self.bad(key, format!("should be a table, is {}", article(&other)))),
                }
            })
            .collect()
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, ManifestError> {
        match self.entry(key) {
            None => Ok(None),
            Some(Entry { value: DeValue::String(text), .. }) => Ok(Some(text.clone().into_owned())),
            Some(entry) => Err(self.bad(key, format!("should be text in quotes, is {}", article(&entry.value)))),
        }
    }

    pub(super) fn required_text(&self, key: &str, hint: &str) -> Result<String, ManifestError> {
        self.text(key)?.ok_or_else(|| self.missing(key, hint))
    }

    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>, ManifestError> {
        match self.entry(key) {
            None => Ok(None),
            Some(Entry { value: DeValue::Boolean(value), .. }) => Ok(Some(*value)),
            Some(entry) => Err(self.bad(key, format!("should be true or false, is {}", article(&entry.value)))),
        }
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, ManifestError> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        match number_text(&entry.value).and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.bad(key, format!("should be a number, is {}", article(&entry.value)))),
        }
    }

    /// A date, written as a TOML date or as text.
    pub(super) fn date(&self, key: &str) -> Result<Option<NaiveDate>, ManifestError> {
        let Some(text) = self.scalar(key)? else { return Ok(None) };
        NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
            .map(Some)
            .map_err(|_| self.bad(key, format!("{text:?} is not a date such as 2024-05-31")))
    }

    /// Text, number, truth value or date as text.
    pub(super) fn scalar(&self, key: &str) -> Result<Option<String>, ManifestError> {
        let Some(entry) = self.entry(key) else { return Ok(None) };
        match scalar_text(&entry.value) {
            Some(text) => Ok(Some(text)),
            None => Err(self.bad(key, format!("should be a single value, is {}", article(&entry.value)))),
        }
    }

    pub(super) fn is_text(&self, key: &str) -> bool {
        matches!(self.entry(key), Some(Entry { value: DeValue::String(_), .. }))
    }

    pub(super) fn is_table(&self, key: &str) -> bool {
        matches!(self.entry(key), Some(Entry { value: DeValue::Table(_), .. }))
    }

    /// One text or a list of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, ManifestError> {
        match self.entry(key) {
            None => Ok(None),
            Some(Entry { value: DeValue::Array(items), .. }) => items
                .iter()
                .map(|item: &Spanned<DeValue<'_>>| match item.get_ref() {
                    DeValue::String(text) => Ok(text.clone().into_owned()),
                    other => Err(self.bad(key, format!("should be a list of texts, holds {}", article(other)))),
                })
                .collect::<Result<Vec<String>, _>>()
                .map(Some),
            Some(_) => Ok(self.text(key)?.map(|text| vec![text])),
        }
    }

    /// A table of texts, such as a value map.
    pub(super) fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, ManifestError> {
        let Some(section) = self.optional_section(key, key)? else { return Ok(Vec::new()) };
        section
            .entries
            .iter()
            .map(|entry| match scalar_text(&entry.value) {
                Some(text) => Ok((entry.key.clone(), text)),
                None => Err(self.bad(key, format!("{:?} should be a single value", entry.key))),
            })
            .collect()
    }
}

fn number_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str().replace('_', "")),
        DeValue::Float(float) => Some(float.as_str().replace('_', "")),
        _ => None,
    }
}

fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Datetime(value) => Some(value.to_string()),
        other => number_text(other),
    }
}

fn article(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "text".to_owned(),
        DeValue::Boolean(_) => "a truth value".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Integer(_) | DeValue::Float(_) => "a number".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
