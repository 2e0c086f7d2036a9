//! A report as rows under heads with units: the form that a table on a terminal, a spreadsheet and a map layer share.
//!
//! What is in it is left to the analyses; how it is written to a file is left to the command.

use chrono::NaiveDate;
use spatial_db::model::{FeatureKind, Park};

use crate::words;
use crate::words::Words;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Words.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers, shown with so many decimals; files keep all digits.
    Number(usize),
    /// Days.
    Day,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name for programs, `[a-z0-9_]+`, the unit in it where there is one.
    pub name: &'static str,
    /// Head for people.
    pub title: Words,
    /// Unit, as it stands in the head; empty for none.
    pub unit: Words,
    /// What it holds.
    pub holds: Holds,
    /// Whether a table on a terminal, which has little room, shows it.
    pub brief: bool,
}

impl Column {
    /// A column of files and terminals.
    pub fn new(name: &'static str, title: impl Into<Words>, unit: impl Into<Words>, holds: Holds) -> Self {
        Self { name, title: title.into(), unit: unit.into(), holds, brief: true }
    }

    /// The same for files alone.
    #[must_use]
    pub fn in_files(self) -> Self {
        Self { brief: false, ..self }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known.
    Unknown,
    /// Words.
    Text(Words),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A day.
    Day(NaiveDate),
}

impl From<Words> for Value {
    fn from(words: Words) -> Self {
        Self::Text(words)
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Unknown, Self::Number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Unknown, Self::Whole)
    }
}

impl From<Option<NaiveDate>> for Value {
    fn from(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Unknown, Self::Day)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Unknown, |text| Self::Text(text.into()))
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position of the feature that it speaks of among those of the sheet's kind; its geometry goes into a map layer.
    pub slot: Option<usize>,
    /// A cell for each column.
    pub cells: Vec<Value>,
}

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Name for programs: that of the layer in a map file.
    pub name: &'static str,
    /// Title.
    pub title: Words,
    /// What the reader must know: date, rules, what is left out.
    pub notes: Vec<Words>,
    /// Kind of the features that rows speak of.
    pub target: Option<FeatureKind>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, in their order.
    pub rows: Vec<Row>,
}

/// Whether a park's data is made up, in words.
pub fn origin(synthetic: bool) -> Words {
    if synthetic {
        words!("report-synthetic", "SYNTHETIC data: made up, not surveyed")
    } else {
        words!("report-surveyed", "surveyed")
    }
}

/// Whose the data is and how it may be used, as far as its park says so.
pub fn credits(park: &Park) -> Vec<Words> {
    let said = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let licence = said(park.licence.as_deref());
    let licence = licence.map(|licence| words!("report-licence", "licence: {licence}", licence = licence));
    said(park.attribution.as_deref()).map(Words::from).into_iter().chain(licence).collect()
}

/// What stands in place of rows where there are none.
pub fn nothing() -> Words {
    words!("report-no-rows", "nothing to list")
}

/// What is said once a file is written.
pub fn written(rows: usize, file: &str) -> Words {
    words!("report-written", "{rows} rows in {file}", rows = rows, file = file)
}

/// Columns that files have besides a sheet's own, so that a row lifted out of one still says what it is: the day that it
/// holds for, and whether the data is made up.
pub fn tail(as_of: NaiveDate, synthetic: bool) -> [(Column, Value); 2] {
    [
        (Column::new("as_of", words!("head-as-of", "as of"), "", Holds::Day).in_files(), Value::Day(as_of)),
        (
            Column::new("data_origin", words!("head-origin", "data"), "", Holds::Text).in_files(),
            origin(synthetic).into(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_tell_what_is_a_licence() {
        let said = |attribution: Option<&str>, licence: Option<&str>| -> Vec<String> {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let park = Park { attribution: own(attribution), licence: own(licence), ..Park::made_up("p", "P", 4549) };
            credits(&park).iter().map(ToString::to_string).collect()
        };
        assert_eq!(said(Some("© the survey office"), Some("CC0-1.0")), ["© the survey office", "licence: CC0-1.0"]);
        assert_eq!(said(Some(" "), None), [""; 0]);
    }
}
