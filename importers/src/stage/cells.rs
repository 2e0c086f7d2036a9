//! Cells of a batch into typed values: value maps, units, dates. Which column wants what is left to `stage`.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};
use spatial_db::schema::{ColumnKind, Value};

use crate::manifest::{CellFrom, CellSpec};
use crate::reader::{Batch, Cells};

/// One cell as read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Raw<'a> {
    Null,
    Integer(i64),
    Boolean(bool),
    Real(f64),
    Text(&'a str),
    Date(NaiveDate),
}

/// The cell of a field and row.
pub(crate) fn raw(batch: &Batch, field: usize, row: usize) -> Raw<'_> {
    match &batch.columns[field] {
        Cells::Integer(cells) => cells[row].map_or(Raw::Null, Raw::Integer),
        Cells::Boolean(cells) => cells[row].map_or(Raw::Null, Raw::Boolean),
        Cells::Real(cells) => cells[row].map_or(Raw::Null, Raw::Real),
        Cells::Text(cells) => cells.get(row).map_or(Raw::Null, Raw::Text),
        Cells::Date(cells) => cells[row]
            .and_then(|(year, month, day)| NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day)))
            .map_or(Raw::Null, Raw::Date),
    }
}

impl<'a> Raw<'a> {
    /// As text; `None` for nothing, blank text and numbers that are none.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Integer(value) => Some(Cow::Owned(value.to_string())),
            Self::Boolean(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            // `{}` writes the shortest text that reads back the same, and 98.0 as 98.
            Self::Real(value) => value.is_finite().then(|| Cow::Owned(format!("{value}"))),
            Self::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
            Self::Date(date) => Some(Cow::Owned(date.to_string())),
        }
    }

    /// As JSON, for what is kept beside the columns.
    pub(crate) fn json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Integer(value) => value.into(),
            Self::Boolean(value) => value.into(),
            Self::Real(value) => value.into(),
            Self::Text(text) => text.into(),
            Self::Date(date) => date.to_string().into(),
        }
    }
}

/// Why a cell has no value of its column's type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unfit {
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    pub(crate) fix: String,
}

/// A [`CellSpec`] against the fields of an open layer.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    from: From,
    factor: f64,
    map: HashMap<String, String>,
    otherwise: Option<String>,
    default: Option<String>,
    prefix: Option<String>,
    format: Option<String>,
    /// How messages call it.
    name: String,
}

#[derive(Debug, Clone)]
enum From {
    Field(usize),
    Fields(Vec<usize>, String),
    Constant(String),
}

impl Cell {
    /// Binds a spec to fields; `Err` is the field that is missing.
    pub(crate) fn bind(spec: &CellSpec, fields: &[String]) -> Result<Self, String> {
        let index = |name: &String| fields.iter().position(|field| field == name).ok_or_else(|| name.clone());
        let from = match &spec.from {
            CellFrom::Field(name) => From::Field(index(name)?),
            CellFrom::Fields { names, join } => {
                From::Fields(names.iter().map(index).collect::<Result<_, _>>()?, join.clone())
            }
            CellFrom::Constant(value) => From::Constant(value.clone()),
        };
        let mut map: HashMap<String, String> = spec.map.iter().cloned().collect();
        let otherwise = map.remove("*");
        Ok(Self {
            from,
            factor: spec.factor,
            map,
            otherwise,
            default: spec.default.clone(),
            prefix: spec.prefix.clone(),
            format: spec.format.clone(),
            name: spec.fields().join(", "),
        })
    }

    /// Fields that it reads, for those who keep the others.
    pub(crate) fn fields(&self) -> &[usize] {
        match &self.from {
            From::Field(index) => std::slice::from_ref(index),
            From::Fields(indices, _) => indices,
            From::Constant(_) => &[],
        }
    }

    fn is_plain(&self) -> bool {
        self.map.is_empty() && self.otherwise.is_none()
    }

    /// Text after value map and default, without prefix.
    fn mapped<'a>(&'a self, batch: &'a Batch, row: usize) -> Option<Cow<'a, str>> {
        let found = match &self.from {
            From::Field(index) => raw(batch, *index, row).text(),
            From::Fields(indices, join) => {
                let parts: Vec<Cow<'_, str>> =
                    indices.iter().filter_map(|index| raw(batch, *index, row).text()).collect();
                (!parts.is_empty()).then(|| Cow::Owned(parts.join(join)))
            }
            From::Constant(value) => Some(Cow::Borrowed(value.as_str())),
        };
        let mapped = if self.is_plain() {
            found
        } else {
            found.map(|word| match self.map.get(word.as_ref()).or(self.otherwise.as_ref()) {
                Some(target) => Cow::Borrowed(target.as_str()),
                None => word,
            })
        };
        mapped.filter(|text| !text.is_empty()).or_else(|| self.default.as_deref().map(Cow::Borrowed))
    }

    /// Text with prefix.
    pub(crate) fn text(&self, batch: &Batch, row: usize) -> Option<String> {
        let text = self.mapped(batch, row)?;
        Some(match &self.prefix {
            Some(prefix) => format!("{prefix}{text}"),
            None => text.into_owned(),
        })
    }

    /// A number in the column's unit.
    pub(crate) fn number(&self, batch: &Batch, row: usize) -> Result<Option<f64>, Unfit> {
        if let (From::Field(index), true) = (&self.from, self.is_plain()) {
            match raw(batch, *index, row) {
                Raw::Real(value) if value.is_finite() => return Ok(Some(value * self.factor)),
                Raw::Real(value) => return Err(self.not_a_number(&value.to_string())),
                Raw::Integer(value) => return Ok(Some(value as f64 * self.factor)),
                Raw::Null if self.default.is_none() => return Ok(None),
                _ => {}
            }
        }
        let Some(text) = self.mapped(batch, row) else { return Ok(None) };
        match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value * self.factor)),
            _ => Err(self.not_a_number(&text)),
        }
    }

    fn not_a_number(&self, text: &str) -> Unfit {
        Unfit {
            code: "value.not_a_number",
            reason: format!("{}: {text:?} is not a number", self.name),
            fix: format!("mend the source, or map it: `map = {{ {text:?} = \"\" }}` means unknown"),
        }
    }

    fn whole(&self, batch: &Batch, row: usize) -> Result<Option<i64>, Unfit> {
        let Some(value) = self.number(batch, row)? else { return Ok(None) };
        let rounded = value.round();
        if (value - rounded).abs() < 1e-6 && rounded.abs() < 9.0e15 {
            Ok(Some(rounded as i64))
        } else {
            Err(Unfit {
                code: "value.not_whole",
                reason: format!("{}: {value} is not a whole number", self.name),
                fix: "mend the source, or map the field to another column".to_owned(),
            })
        }
    }

    fn date(&self, batch: &Batch, row: usize) -> Result<Option<NaiveDate>, Unfit> {
        if let (From::Field(index), true, None) = (&self.from, self.is_plain(), &self.format)
            && let Raw::Date(date) = raw(batch, *index, row)
        {
            return Ok(Some(date));
        }
        let Some(text) = self.mapped(batch, row) else { return Ok(None) };
        parse_date(text.trim(), self.format.as_deref()).map(Some).ok_or_else(|| Unfit {
            code: "value.not_a_date",
            reason: format!("{}: {text:?} is not a date", self.name),
            fix: "say how dates are written, for example `format = \"%d.%m.%Y\"`".to_owned(),
        })
    }

    /// A value of a column.
    pub(crate) fn value(&self, kind: ColumnKind, batch: &Batch, row: usize) -> Result<Value, Unfit> {
        Ok(match kind {
            ColumnKind::Text => self.text(batch, row).map_or(Value::Null, Value::Text),
            ColumnKind::Integer => self.whole(batch, row)?.map_or(Value::Null, Value::Integer),
            ColumnKind::Real => self.number(batch, row)?.map_or(Value::Null, Value::Real),
            ColumnKind::Date => self.date(batch, row)?.map_or(Value::Null, Value::Date),
        })
    }
}

fn parse_date(text: &str, format: Option<&str>) -> Option<NaiveDate> {
    match format {
        Some("epoch_s") => DateTime::from_timestamp(text.parse().ok()?, 0).map(|moment| moment.date_naive()),
        Some("epoch_ms") => DateTime::from_timestamp_millis(text.parse().ok()?).map(|moment| moment.date_naive()),
        Some(format) => NaiveDate::parse_and_remainder(text, format).ok().map(|(date, _)| date),
        None => ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
            .iter()
            .find_map(|format| NaiveDate::parse_and_remainder(text, format).ok())
            .filter(|(_, rest)| {
                rest.is_empty() || rest.starts_with(['T', ' ']) || rest.chars().all(|c| c.is_ascii_digit())
            })
            .map(|(date, _)| date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::TextCells;

    fn batch() -> Batch {
        let mut words = TextCells::default();
        for word in [Some(" A "), None, Some("12.5"), Some("x")] {
            words.push(word);
        }
        Batch {
            rows: vec![1, 2, 3, 4],
            columns: vec![Cells::Text(words), Cells::Real(vec![Some(98.0), Some(f64::NAN), None, Some(2.5)])],
            ..Batch::default()
        }
    }

    fn cell(change: impl FnOnce(&mut CellSpec)) -> Cell {
        let mut spec = CellSpec::field("A");
        change(&mut spec);
        Cell::bind(&spec, &["A".to_owned(), "B".to_owned()]).unwrap()
    }

    #[test]
    fn text_is_trimmed_mapped_and_prefixed() {
        let batch = batch();
        let mapped = cell(|spec| {
            spec.map = vec![("A".into(), "alpha".into()), ("x".into(), String::new())];
            spec.default = Some("none".into());
            spec.prefix = Some("p-".into());
        });
        let texts: Vec<_> = (0..4).map(|row| mapped.text(&batch, row).unwrap()).collect();
        assert_eq!(texts, ["p-alpha", "p-none", "p-12.5", "p-none"]);
        let number_as_text = cell(|spec| spec.from = CellFrom::Field("B".into()));
        assert_eq!(number_as_text.text(&batch, 0).as_deref(), Some("98"));
        let joined =
            cell(|spec| spec.from = CellFrom::Fields { names: vec!["A".into(), "B".into()], join: "/".into() });
        assert_eq!(joined.text(&batch, 3).as_deref(), Some("x/2.5"));
        assert_eq!(joined.text(&batch, 2).as_deref(), Some("12.5"));
    }

    #[test]
    fn numbers_are_converted_or_refused() {
        let batch = batch();
        let feet = cell(|spec| spec.factor = 0.3048);
        assert_eq!(feet.number(&batch, 2), Ok(Some(12.5 * 0.3048)));
        assert_eq!(feet.number(&batch, 1), Ok(None));
        assert_eq!(feet.number(&batch, 3).unwrap_err().code, "value.not_a_number");
        let real = cell(|spec| spec.from = CellFrom::Field("B".into()));
        assert_eq!(real.number(&batch, 1).unwrap_err().code, "value.not_a_number");
        assert_eq!(real.value(ColumnKind::Integer, &batch, 0), Ok(Value::Integer(98)));
        assert_eq!(real.value(ColumnKind::Integer, &batch, 3).unwrap_err().code, "value.not_whole");
    }

    #[test]
    fn dates_in_many_hands() {
        let day = NaiveDate::from_ymd_opt(2019, 3, 7);
        for text in ["2019-03-07", "2019/3/7", "20190307", "2019年3月7日", "2019-03-07T10:00:00Z", "20190307212128"]
        {
            assert_eq!(parse_date(text, None), day, "{text}");
        }
        assert_eq!(parse_date("07.03.2019", Some("%d.%m.%Y")), day);
        assert_eq!(parse_date("1551916800000", Some("epoch_ms")), day);
        assert_eq!(parse_date("soon", None), None);
        assert_eq!(parse_date("2019-13-07", None), None);
    }
}
