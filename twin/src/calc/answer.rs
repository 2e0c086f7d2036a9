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
        let width = self.order.iter().map(String::len).max().unwrap_or(0);
        for key in &self.order {
            match &self.values[key] {
                Value::Array(rows) if rows.iter().all(Value::is_object) => {
                    print::line(format!("{key}:"))?;
                    for row in rows.iter().filter_map(Value::as_object) {
                        let cells = row.iter().map(|(name, value)| format!("{name} {}", named(name, value)));
                        print::line(format!("  {}", cells.collect::<Vec<_>>().join("   ")))?;
                    }
                }
                value => print::line(format!("{key:width$}  {}", named(key, value)))?,
            }
        }
        Ok(())
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

/// A value for a person: five digits.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float != 0.0 && !(1e-3..1e6).contains(&float.abs()) => {
                format!("{float:.4e}")
            }
            Some(float) if number.is_f64() => {
                let digits = if float == 0.0 { 0.0 } else { float.abs().log10().floor() };
                format!("{float:.*}", (4.0 - digits).clamp(0.0, 7.0) as usize)
            }
            _ => number.to_string(),
        },
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
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
            ("3.4532e6".into(), "unknown".into())
        );
    }
}
