//! An answer: named numbers in SI units, printed as JSON, or as lines in the reader's language. JSON is the same in every language, but for
//! what a verb says in words of its own.

use std::collections::HashMap;

use analysis::words;
use analysis::words::Words;
use serde_json::{Map, Value, json};
use twin_engine::text::Text;

use crate::failure::Failure;
use crate::print;

/// Named values.
#[derive(Debug)]
pub(crate) struct Answer {
    values: Map<String, Value>,
    order: Vec<String>,
    /// What is said in words of each language.
    words: HashMap<String, Vec<Words>>,
}

impl Answer {
    /// An answer of a model with its source and what it leaves out.
    pub(crate) fn new(model: &str, source: impl Into<Words>, leaves_out: Words) -> Self {
        let mut answer = Self { values: Map::new(), order: Vec::new(), words: HashMap::new() };
        answer.set("model", model);
        answer.say("source", source);
        answer.say("leaves_out", leaves_out);
        answer
    }

    /// Sets what is said in words: JSON has them in English.
    pub(crate) fn say(&mut self, key: &str, words: impl Into<Words>) {
        let words = words.into();
        self.set(key, words.as_str());
        self.words.insert(key.to_owned(), vec![words]);
    }

    /// The same of several sayings.
    pub(crate) fn say_all(&mut self, key: &str, words: Vec<Words>) {
        self.set(key, words.iter().map(Words::as_str).collect::<Vec<_>>());
        self.words.insert(key.to_owned(), words);
    }

    /// Sets a value; the unit is in the key.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Value>) {
        if self.values.insert(key.to_owned(), value.into()).is_none() {
            self.order.push(key.to_owned());
        }
    }

    /// Prints it, in words in a language.
    pub(crate) fn print(mut self, as_json: bool, text: &Text) -> Result<(), Failure> {
        self.say("use", words!("calc-use", "for exercises and planning"));
        if as_json {
            return print::json(&self.values);
        }
        self.lines(text).into_iter().try_for_each(print::line)
    }

    /// The lines of an answer for a person.
    fn lines(&self, text: &Text) -> Vec<String> {
        let teller = Teller { text, words: &self.words };
        let width = self.order.iter().map(|key| print::width(&teller.label(key))).max().unwrap_or(0);
        let mut out = Vec::new();
        for key in &self.order {
            teller.push((key.as_str(), width), &self.values[key], "", &mut out);
        }
        out
    }
}

/// A word of an answer, such as "whole"; what is no such word, as it is.
pub(crate) fn word(text: &Text, word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || " -_".contains(c));
    let known = if plain { text.label(&format!("word-{}", word.replace(' ', "-"))) } else { None };
    known.unwrap_or_else(|| word.to_owned())
}

/// Says values in a language.
struct Teller<'a> {
    text: &'a Text,
    words: &'a HashMap<String, Vec<Words>>,
}

impl Teller<'_> {
    /// What a name is called; in English it is the key of the JSON.
    fn label(&self, name: &str) -> String {
        self.text.label(name).unwrap_or_else(|| name.to_owned())
    }

    /// The lines of a value behind its key, as wide as the widest beside it; what is in it stands further in.
    fn push(&self, (key, width): (&str, usize), value: &Value, margin: &str, out: &mut Vec<String>) {
        let label = self.label(key);
        match value {
            Value::Array(rows) if rows.iter().all(Value::is_object) => {
                out.push(format!("{margin}{label}:"));
                for row in rows.iter().filter_map(Value::as_object) {
                    let cells =
                        row.iter().map(|(name, value)| format!("{} {}", self.label(name), self.named(name, value)));
                    out.push(format!("{margin}  {}", cells.collect::<Vec<_>>().join("   ")));
                }
            }
            Value::Object(fields) => {
                out.push(format!("{margin}{label}:"));
                let width = fields.keys().map(|name| print::width(&self.label(name))).max().unwrap_or(0);
                let margin = format!("{margin}  ");
                for (name, value) in fields {
                    self.push((name.as_str(), width), value, &margin, out);
                }
            }
            value => {
                let value = match self.words.get(key).filter(|_| margin.is_empty()) {
                    Some(words) => words.iter().map(|words| self.text.words(words)).collect::<Vec<_>>().join(", "),
                    None => self.named(key, value),
                };
                let room = " ".repeat(width.saturating_sub(print::width(&label)));
                out.push(format!("{margin}{label}{room}  {value}"));
            }
        }
    }

    /// A value for a person by its name: of a coordinate five digits are no place.
    fn named(&self, name: &str, value: &Value) -> String {
        match value.as_f64() {
            Some(metres) if value.is_f64() && (name.ends_with("east_m") || name.ends_with("north_m")) => {
                format!("{metres:.1}")
            }
            _ => self.said(value),
        }
    }

    /// A value for a person: five digits, and of a large number all before the point; from a thousand million on as a power of ten.
    fn said(&self, value: &Value) -> String {
        match value {
            Value::Null => word(self.text, "unknown"),
            Value::String(text) => word(self.text, text),
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
            Value::Array(items) => items.iter().map(|item| self.said(item)).collect::<Vec<_>>().join(", "),
            Value::Object(fields) => {
                let all = fields.iter().map(|(name, value)| format!("{} {}", self.label(name), self.said(value)));
                all.collect::<Vec<_>>().join(", ")
            }
            Value::Bool(yes) => word(self.text, if *yes { "true" } else { "false" }),
        }
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
    use std::collections::BTreeSet;

    use twin_engine::Language;

    use super::*;

    /// Says values in English or Chinese.
    fn with<T>(language: Language, of: impl Fn(&Teller<'_>) -> T) -> T {
        of(&Teller { text: Text::of(language), words: &HashMap::new() })
    }

    #[test]
    fn a_coordinate_is_told_to_the_decimetre() {
        let named = |name: &str, value: Value| with(Language::English, |teller| teller.named(name, &value));
        assert_eq!(named("north_m", json!(3_453_229.25)), "3453229.2");
        assert_eq!(named("last_out_from_east_m", json!(560_351.04)), "560351.0");
        assert_eq!(
            (named("reach_m", json!(3_453_229.25)), named("east_m", Value::Null)),
            ("3453229".into(), "unknown".into())
        );
    }

    #[test]
    fn large_numbers_keep_their_form_and_nothing_has_no_sign() {
        let text = |value: f64| with(Language::English, |teller| teller.said(&json!(value)));
        assert_eq!(text(1_234_567.0), "1234567");
        assert_eq!((text(999_999_999.0), text(2.5e9)), ("999999999".to_owned(), "2.5000e9".to_owned()));
        assert_eq!(
            (text(-0.0), text(0.0), text(12.34567)),
            ("0.0000".to_owned(), "0.0000".to_owned(), "12.346".to_owned())
        );
    }

    fn an_answer() -> Answer {
        let mut answer = Answer::new("model", "source", Words::from("nothing"));
        let places = json!([{ "place": "A", "arrived_after": 3 }]);
        answer.set("evacuation", json!({ "persons": 7, "before": { "cut_off": 0 }, "places": places }));
        answer
    }

    #[test]
    fn what_has_parts_is_written_line_by_line_and_not_as_json() {
        let lines = an_answer().lines(Text::of(Language::English));
        assert!(lines.iter().all(|line| !line.contains(['{', '}', '"'])), "{lines:?}");
        for line in ["evacuation:", "  persons  7", "  before:", "    cut_off  0", "  places:"] {
            assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
        }
        assert!(lines.iter().any(|line| line.starts_with("    ") && line.contains("place A")), "{lines:?}");
    }

    #[test]
    fn an_answer_is_said_in_chinese_and_its_json_stays_as_it_is() {
        let mut answer = an_answer();
        answer.say("missing", words!("calc-use", "for exercises and planning"));
        answer.set("reached", "whole");
        answer.set("choked", true);
        answer.set("egress_s", Value::Null);
        assert_eq!(answer.values["missing"], "for exercises and planning");
        let lines = answer.lines(Text::of(Language::Chinese));
        assert!(lines.iter().all(|line| !line.contains("persons") && !line.contains('_')), "{lines:?}");
        let value = |label: &str| lines.iter().find_map(|line| line.strip_prefix(label)).map(str::trim);
        assert_eq!((value("缺失"), value("到达情况")), (Some("用于演练与规划"), Some("全部")));
        assert_eq!((value("阻塞流"), value("最后一人，s")), (Some("是"), Some("不明")));
        // Values stand below each other, though letters are as wide as two.
        let plain: Vec<usize> = lines[..3].iter().map(|line| print::width(line.rsplit_once("  ").unwrap().0)).collect();
        assert!(plain.windows(2).all(|pair| pair[0] == pair[1]), "{lines:?}");
    }

    /// Names in the sources of the verbs, whatever they are set by.
    fn names() -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files: Vec<_> = ["calc", "calc/crowd"]
            .iter()
            .flat_map(|under| std::fs::read_dir(folder.join(under)).unwrap())
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
            // Files of maps have names of their own.
            .filter(|path| !path.ends_with("answer.rs") && !path.ends_with("crowd/files.rs"))
            .collect();
        files.push(folder.join("incident.rs"));
        let mut out = BTreeSet::new();
        let name = |text: &str| -> Option<String> {
            let name = text.trim_start().strip_prefix('"')?.split('"').next()?;
            let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            (plain && !name.is_empty()).then(|| name.to_owned())
        };
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for call in ["answer.set(", "answer.say(", "answer.say_all("] {
                out.extend(code.split(call).skip(1).filter_map(name));
            }
            // Fields of rows.
            for row in code.split("json!({").skip(1) {
                let row = row.split("})").next().unwrap();
                out.extend(row.split([',', '\n', '{']).filter(|field| field.contains("\":")).filter_map(name));
            }
        }
        out
    }

    #[test]
    fn every_name_of_an_answer_has_a_label_in_chinese() {
        let (names, chinese) = (names(), Text::of(Language::Chinese));
        assert!(names.len() > 150, "{} names: the sources were not read", names.len());
        let missing: Vec<&String> = names.iter().filter(|name| chinese.label(name).is_none()).collect();
        assert!(missing.is_empty(), "no label: {missing:?}");
        assert!(Text::of(Language::English).label("reach_m").is_none(), "the key itself");
    }
}
