//! Words for a person: English as written here, with a key and arguments so that another language can say the same.
//!
//! Which languages there are, and what they say for a key, is left to the engine (`twin-engine/locales`). Names, figures'
//! citations and what a source file says have no key: they are the same in every language.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A piece that goes into a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// The same in every language: a number, a name, a date.
    Text(String),
    /// Words of their own.
    Words(Words),
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl From<Words> for Argument {
    fn from(words: Words) -> Self {
        Self::Words(words)
    }
}

impl From<Phrase> for Argument {
    fn from(phrase: Phrase) -> Self {
        Self::Words(phrase.into())
    }
}

macro_rules! plain_arguments {
    ($($kind:ty),+) => {
        $(impl From<$kind> for Argument {
            fn from(value: $kind) -> Self {
                Self::Text(value.to_string())
            }
        })+
    };
}

plain_arguments!(String, &str, &String, usize, i64, chrono::NaiveDate);

/// A number to be written with so many digits: one that rounds to nothing is nothing, never "-0".
pub fn unsigned_zero(value: f64, digits: i32) -> f64 {
    if (value * 10_f64.powi(digits)).abs() < 0.5 { 0.0 } else { value }
}

/// The sign for any currency, where none is on record or there are several.
pub(crate) const ANY_CURRENCY: &str = "¤";

/// A share as percent with one digit: "41.2 %".
pub fn percent(share: f64) -> String {
    format!("{:.1} %", unsigned_zero(share * 100.0, 1))
}

/// Words in English with the key of their translation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Those of a phrase stay where the program has them: most facts of a park say the same.
    english: Cow<'static, str>,
    key: Option<&'static str>,
    arguments: Vec<(&'static str, Argument)>,
}

impl Words {
    /// Words with a key; [`crate::words!`] writes this.
    pub fn new(key: &'static str, english: String, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self { english: english.into(), key: Some(key), arguments }
    }

    /// The same for other languages, with other words in English: where a text that was written elsewhere says more.
    #[must_use]
    pub fn in_english(self, english: String) -> Self {
        Self { english: english.into(), ..self }
    }

    /// The same of so many days, one of which is a day.
    #[must_use]
    pub fn of_days(self, days: i64) -> Self {
        self.counted(usize::from(days.abs() == 1), ["days", "day"])
    }

    /// The same of `count` things, which English calls otherwise where it is one: `["parcels", "parcel"]`.
    #[must_use]
    pub fn counted(self, count: usize, [many, one]: [&str; 2]) -> Self {
        if count != 1 {
            return self;
        }
        let (counted, mut from) = (format!("1 {many}"), 0);
        // "21 parcels" are no "1 parcels".
        while let Some(at) = self.english[from..].find(&counted).map(|at| from + at) {
            let whole = !self.english[..at].ends_with(|before: char| before.is_ascii_digit() || before == '.');
            if whole {
                let english = format!("{}1 {one}{}", &self.english[..at], &self.english[at + counted.len()..]);
                return self.in_english(english);
            }
            from = at + counted.len();
        }
        self
    }

    /// Key of the translation; `None` for what is the same in every language.
    pub fn key(&self) -> Option<&'static str> {
        self.key
    }

    /// Arguments by name.
    pub fn arguments(&self) -> &[(&'static str, Argument)] {
        &self.arguments
    }

    /// The English words.
    pub fn as_str(&self) -> &str {
        &self.english
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

impl PartialEq<str> for Words {
    fn eq(&self, other: &str) -> bool {
        self.english == other
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, other: &&str) -> bool {
        self.english == *other
    }
}

impl From<String> for Words {
    fn from(english: String) -> Self {
        Self { english: english.into(), key: None, arguments: Vec::new() }
    }
}

impl From<&str> for Words {
    fn from(english: &str) -> Self {
        english.to_owned().into()
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Words without arguments, for tables of constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Key of the translation.
    pub key: &'static str,
    /// The English words.
    pub english: &'static str,
}

/// A phrase.
pub const fn phrase(key: &'static str, english: &'static str) -> Phrase {
    Phrase { key, english }
}

impl From<Phrase> for Words {
    fn from(phrase: Phrase) -> Self {
        Self { english: Cow::Borrowed(phrase.english), key: Some(phrase.key), arguments: Vec::new() }
    }
}

/// Words with a key and named arguments: `words!("built", "{share} % covered", share = "12.5")`.
#[macro_export]
macro_rules! words {
    ($key:literal, $english:literal $(,)?) => {
        $crate::words::Words::from($crate::words::phrase($key, $english))
    };
    ($key:literal, $english:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        $(let $name = $crate::words::Argument::from($value);)+
        let english = format!($english, $($name = $name),+);
        $crate::words::Words::new($key, english, vec![$((stringify!($name), $name)),+])
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_nothing_has_no_sign() {
        assert_eq!(percent(-0.000_4), "0.0 %");
        assert_eq!(percent(-0.000_6), "-0.1 %");
        assert_eq!((percent(0.123_4), percent(-0.0)), ("12.3 %".into(), "0.0 %".into()));
    }

    #[test]
    fn english_is_written_out_and_arguments_are_kept() {
        let inner = words!("use-vacant", "vacant");
        let outer = words!("verdict", "{use_} on {date}", use_ = inner.clone(), date = "2024-06-30");
        assert_eq!(outer, "vacant on 2024-06-30");
        assert_eq!(outer.key(), Some("verdict"));
        assert_eq!(outer.arguments()[0], ("use_", Argument::Words(inner)));
        assert_eq!(Words::from("Hall 7").key(), None, "a name is the same in every language");
    }

    #[test]
    fn one_thing_is_not_called_as_many_are() {
        let said = |count: usize| {
            words!("verdict", "{count} parcels: {reason}", count = count, reason = "of 21 parcels")
                .counted(count, ["parcels", "parcel"])
        };
        assert_eq!(said(1), "1 parcel: of 21 parcels");
        assert_eq!(said(1).key(), Some("verdict"), "other languages have one word");
        assert_eq!(said(21), "21 parcels: of 21 parcels");
        let two = words!("verdict", "{many} parcels, {count} parcels", many = "21", count = 1_usize);
        assert_eq!(two.counted(1, ["parcels", "parcel"]), "21 parcels, 1 parcel");
    }

    #[test]
    fn a_phrase_is_not_copied_and_reads_as_what_is() {
        let vacant = phrase("use-vacant", "vacant");
        let words = Words::from(vacant);
        let copy = words.clone();
        assert_eq!(copy.as_str().as_ptr(), vacant.english.as_ptr());
        assert_eq!(words, Words::new("use-vacant", "vacant".to_owned(), Vec::new()));
        assert_eq!(serde_json::to_string(&words).unwrap(), "\"vacant\"");
    }
}
