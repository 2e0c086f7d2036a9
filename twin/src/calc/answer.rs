//! An answer: named numbers in SI units, printed as JSON or as lines.

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::print;

/// Said with every answer.
const FOR: &str = "for exercises and planning";

/// Named values.
#[derive(Debug)]
pub(crate) struct Answer {
    values: Map<String, Value>,
    order: Vec<String>,
}

impl Answer {
    /// An answer of a model with its source and what it leaves out.
    pub(crate) fn new(model: &str, source: &str, leaves_out: &str) -> Self {
        let mut answer = Self { values: Map::new(), order: Vec::new() };
        answer.set("model", model);
        answer.set("source", source);
        answer.set("leaves_out", leaves_out);
        answer
    }

    /// Sets a value; the unit is in the key.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        if self.values.insert(key.to_owned(), value.into()).is_none() {
            self.order.push(key.to_owned());
        }
    }

    /// Prints it.
    pub(crate) fn print(mut self, as_json: bool) -> Result<(), Failure> {
        self.set("use", FOR);
        if as_json {
            return print::json(&self.values);
        }
        self.lines().into_iter().try_for_each(print::line)
    }

    /// The lines of an answer for a person.
    fn lines(&self) -> Vec<String> {
        let width = self.order.iter().map(String::len).max().unwrap_or(0);
        let mut out = Vec::new();
        for key in &self.order {
            push_lines(&mut out, (key.as_str(), width), &self.values[key], "");
        }
        out
    }
}

/// A value for a person by its name: of a coordinate five digits are no place.
fn named(name: &str, value: &Value) -> String {
    match value.as_f64() {
        Some(metres) if value.is_f64() && (name.ends_with("east_m") || name.ends_with("north_m")) => {
            format!("{metres:.1}")
        }
        _ => said(value),
    }
}

/// The lines of a value behind its key, as wide as the widest beside it; what is in it stands further in.
fn push_lines(out: &mut Vec<String>, (key, width): (&str, usize), value: &Value, margin: &str) {
    match value {
        Value::Array(rows) if rows.iter().all(Value::is_object) => {
            out.push(format!("{margin}{key}:"));
            for row in rows.iter().filter_map(Value::as_object) {
                let cells = row.iter().map(|(name, value)| format!("{name} {}", named(name, value)));
                out.push(format!("{margin}  {}", cells.collect::<Vec<_>>().join("   ")));
            }
        }
        Value::Object(fields) => {
            out.push(format!("{margin}{key}:"));
            let width = fields.keys().map(String::len).max().unwrap_or(0);
            let margin = format!("{margin}  ");
            for (name, value) in fields {
                push_lines(out, (name.as_str(), width), value, &margin);
            }
        }
        value => out.push(format!("{margin}{key:width$}  {}", named(key, value))),
    }
}

/// A value for a person: five digits, and of a large number all before the point; from a thousand million on as a power of ten.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float != 0.0 && !(1e-3..1e9).contains(&float.abs()) => {
                format!("{float:.4e}")
            }
            Some(float) if number.is_f64() => {
                let digits = if float == 0.0 { 0.0 } else { float.abs().log10().floor() };
                // Nothing has no sign.
                format!("{:.*}", (4.0 - digits).clamp(0.0, 7.0) as usize, float + 0.0)
            }
            _ => number.to_string(),
        },
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name} {}", said(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(yes) => yes.to_string(),
    }
}

/// A zone in an answer.
pub(super) fn zone(name: &str, threshold: (&str, f64), reach_m: Option<f64>, more: &Value) -> Value {
    let mut row = json!({ "name": name, "reach_m": reach_m });
    row[threshold.0] = json!(threshold.1);
    if let (Some(row), Some(more)) = (row.as_object_mut(), more.as_object()) {
        row.extend(more.clone());
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinate_is_told_to_the_decimetre() {
        assert_eq!(named("north_m", &json!(3_453_229.25)), "3453229.2");
        assert_eq!(named("last_out_from_east_m", &json!(560_351.04)), "560351.0");
        assert_eq!(
            (named("reach_m", &json!(3_453_229.25)), named("east_m", &Value::Null)),
            ("3453229".into(), "unknown".into())
        );
    }

    #[test]
    fn large_numbers_keep_their_form_and_nothing_has_no_sign() {
        let text = |value: f64| said(&json!(value));
        assert_eq!(text(1_234_567.0), "1234567");
        assert_eq!((text(999_999_999.0), text(2.5e9)), ("999999999".to_owned(), "2.5000e9".to_owned()));
        assert_eq!(
            (text(-0.0), text(0.0), text(12.34567)),
            ("0.0000".to_owned(), "0.0000".to_owned(), "12.346".to_owned())
        );
    }

    #[test]
    fn what_has_parts_is_written_line_by_line_and_not_as_json() {
        let mut answer = Answer::new("model", "source", "nothing");
        let places = json!([{ "place": "A", "arrived_after": 3 }]);
        answer.set("evacuation", json!({ "persons": 7, "before": { "cut_off": 0 }, "places": places }));
        let lines = answer.lines();
        assert!(lines.iter().all(|line| !line.contains(['{', '}', '"'])), "{lines:?}");
        for line in ["evacuation:", "  persons  7", "  before:", "    cut_off  0", "  places:"] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
        assert!(lines.iter().any(|line| line.starts_with("    ") && line.contains("place A")), "{lines:?}");
    }
}
