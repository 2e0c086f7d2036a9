//! The words of cadastres and surveys, as data: what names of layers, fields and values mean in several languages.
//!
//! Drawing conclusions from them is left to `meaning` and `columns`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Everything in `words/`.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) roles: Vec<RoleWords>,
    pub(super) ignored: Vec<Ignored>,
    /// Table → column → names of fields. Columns that begin with `@` are keys of the layer.
    pub(super) columns: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Vocabulary → word of the model → words.
    pub(super) values: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub(super) codes: Vec<Codes>,
}

/// Names of layers of one role.
#[derive(Debug, Deserialize)]
pub(super) struct RoleWords {
    pub(super) role: String,
    /// Only where no layer of the first rank has the role.
    #[serde(default)]
    pub(super) second: bool,
    pub(super) geometry: Vec<String>,
    pub(super) names: Vec<String>,
}

/// Names of layers that the store has no table for.
#[derive(Debug, Deserialize)]
pub(super) struct Ignored {
    pub(super) names: Vec<String>,
    pub(super) reason: String,
}

/// Values that are bare numbers.
#[derive(Debug, Deserialize)]
pub(super) struct Codes {
    pub(super) field: String,
    pub(super) column: String,
    pub(super) source: String,
    #[serde(flatten)]
    pub(super) words: BTreeMap<String, Vec<i64>>,
}

#[derive(Deserialize)]
struct Roles {
    role: Vec<RoleWords>,
    ignored: Vec<Ignored>,
}

#[derive(Deserialize)]
struct AllCodes {
    codes: Vec<Codes>,
}

static WORDS: LazyLock<Result<Words, String>> = LazyLock::new(|| {
    let wrong = |error: toml::de::Error| error.to_string();
    let roles: Roles = toml::from_str(include_str!("words/roles.toml")).map_err(wrong)?;
    let codes: AllCodes = toml::from_str(include_str!("words/codes.toml")).map_err(wrong)?;
    Ok(Words {
        roles: roles.role,
        ignored: roles.ignored,
        columns: toml::from_str(include_str!("words/columns.toml")).map_err(wrong)?,
        values: toml::from_str(include_str!("words/values.toml")).map_err(wrong)?,
        codes: codes.codes,
    })
});

static NONE: LazyLock<Words> = LazyLock::new(|| Words {
    roles: Vec::new(),
    ignored: Vec::new(),
    columns: BTreeMap::new(),
    values: BTreeMap::new(),
    codes: Vec::new(),
});

/// The words. A test checks that they can be read, so what is embedded is never wrong.
pub(super) fn words() -> &'static Words {
    WORDS.as_ref().unwrap_or(&NONE)
}

/// A name cut into words.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// Small letters and digits, without anything between them.
    squashed: String,
    tokens: Vec<String>,
}

/// Units at the end of a field's name: they do not belong to what it means.
const UNIT_ENDS: [&str; 32] = [
    "m",
    "mm",
    "cm",
    "km",
    "ft",
    "in",
    "feet",
    "m2",
    "sqft",
    "sqm",
    "ha",
    "acre",
    "acres",
    "ls",
    "gpm",
    "kg",
    "t",
    "deg",
    "万元",
    "元",
    "亿元",
    "亩",
    "平方米",
    "公顷",
    "米",
    "毫米",
    "厘米",
    "度",
    "吨",
    "人",
    "mu",
    "l",
];

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let mut tokens: Vec<String> = Vec::new();
        let mut token = String::new();
        let mut before: Option<char> = None;
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
            let new_word = before.is_some_and(|before| {
                (before.is_lowercase() && letter.is_uppercase())
                    || (before.is_uppercase() && letter.is_uppercase() && next_is_small)
                    || (before.is_ascii() != letter.is_ascii() && before.is_alphanumeric())
                    || (before.is_alphabetic() && letter.is_ascii_digit() && before.is_ascii())
            });
            if (new_word || !letter.is_alphanumeric()) && !token.is_empty() {
                tokens.push(std::mem::take(&mut token));
            }
            if letter.is_alphanumeric() {
                token.extend(letter.to_lowercase());
            }
            before = letter.is_alphanumeric().then_some(letter);
        }
        if !token.is_empty() {
            tokens.push(token);
        }
        Self { squashed: tokens.concat(), tokens }
    }

    /// Without the unit at its end.
    pub(super) fn without_unit(text: &str) -> Self {
        let mut name = Self::new(text);
        loop {
            let count = name.tokens.len();
            let ends_in =
                |parts: usize| count > parts && UNIT_ENDS.contains(&name.tokens[count - parts..].concat().as_str());
            // `m2` is cut between letter and digit.
            let Some(parts) = [2, 1].into_iter().find(|parts| ends_in(*parts)) else { break };
            name.tokens.truncate(count - parts);
        }
        name.squashed = name.tokens.concat();
        name
    }

    pub(super) fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// How well a known word describes the name, from 0 to 1.
    pub(super) fn score(&self, word: &str) -> f64 {
        if self.squashed.is_empty() {
            return 0.0;
        }
        let folded = word.to_lowercase();
        let plain: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
        if plain == self.squashed || plain == singular(&self.squashed) {
            return 1.0;
        }
        let length = |text: &str| text.chars().count() as f64;
        let ratio = length(&plain) / length(&self.squashed);
        if !plain.is_ascii() && plain.chars().any(|c| ('\u{3040}'..='\u{d7a3}').contains(&c)) {
            let enough = length(&plain) >= 2.0;
            return if enough && self.squashed.contains(&plain) { 0.5 + 0.45 * ratio.min(1.0) } else { 0.0 };
        }
        let parts: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
        let has = self
            .tokens
            .windows(parts.len())
            .any(|window| window.iter().zip(&parts).all(|(token, part)| token == part || singular(token) == *part));
        if has && (plain.len() >= 2 || self.tokens.len() == 1) {
            return 0.5 + 0.45 * ratio.min(1.0);
        }
        if plain.len() >= 5 && self.squashed.contains(&plain) { 0.4 + 0.45 * ratio.min(1.0) } else { 0.0 }
    }

    /// The best of several words, with its score.
    pub(super) fn best<'w>(&self, words: &'w [String]) -> Option<(f64, &'w str)> {
        words
            .iter()
            .map(|word| (self.score(word), word.as_str()))
            .filter(|(score, _)| *score > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.len().cmp(&b.1.len())))
    }
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if word.len() > 3 && word.is_ascii() && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// The word of a vocabulary that a value means, with the score.
pub(super) fn value_of(vocabulary: &str, value: &str) -> Option<(&'static str, f64)> {
    let name = Name::new(value);
    let meanings = words().values.get(vocabulary)?;
    let mut best: Option<(&'static str, f64)> = None;
    for (meaning, known) in meanings {
        for word in known {
            let is_code = word.len() == 2 && word.chars().all(|c| c.is_ascii_uppercase());
            let score = if is_code { code_score(word, value) } else { name.score(word) };
            if score > best.map_or(0.0, |(_, score)| score) {
                best = Some((meaning.as_str(), score));
            }
        }
    }
    best
}

/// A code of two capitals: alone, before digits, or between marks (`JS`, `JS1001`, `给水_JS_线表`).
fn code_score(code: &str, value: &str) -> f64 {
    let parts = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let fits = |part: &str| part.strip_prefix(code).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    if value.trim() == code {
        1.0
    } else if parts.into_iter().any(fits) {
        0.8
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use spatial_db::model::FeatureKind;
    use spatial_db::schema::{Role, TABLES};

    use super::*;

    #[test]
    fn every_word_can_be_read_and_stands_once() {
        let words = WORDS.as_ref().unwrap_or_else(|error| panic!("{error}"));
        let mut seen = BTreeSet::new();
        for name in
            words.roles.iter().flat_map(|role| &role.names).chain(words.ignored.iter().flat_map(|one| &one.names))
        {
            assert!(seen.insert(name.clone()), "{name:?} stands under two roles");
        }
        for (place, groups) in words.columns.iter().chain(&words.values) {
            let mut seen = BTreeSet::new();
            for (group, names) in groups {
                for name in names {
                    assert!(seen.insert(name.clone()), "{place}.{group}: {name:?} stands twice");
                }
            }
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn roles_and_columns_are_those_of_the_model() {
        for role in &words().roles {
            assert!(Role::parse(&role.role).is_some(), "{}", role.role);
            assert!(role.geometry.iter().all(|kind| ["area", "line", "point", "none"].contains(&kind.as_str())));
        }
        for (table, columns) in &words().columns {
            let Some(table) = TABLES.iter().find(|known| known.name == table) else {
                assert!(["terrain", "coordinates", "key"].contains(&table.as_str()), "{table}");
                continue;
            };
            for column in columns.keys().filter(|column| !column.starts_with('@')) {
                assert!(table.column_index(column).is_some(), "{}.{column}", table.name);
            }
        }
        let vocabulary = |kind, column: &str| crate::manifest::vocabulary(kind, column).unwrap();
        for (name, words_of) in [
            ("class", vocabulary(FeatureKind::NetworkNode, "class")),
            ("kind", vocabulary(FeatureKind::NetworkNode, "kind")),
            ("resource", vocabulary(FeatureKind::EmergencyResource, "kind")),
            ("surface", vocabulary(FeatureKind::Surface, "kind")),
            ("event", vocabulary(FeatureKind::LandEvent, "kind")),
            ("cause", vocabulary(FeatureKind::LandEvent, "cause")),
        ] {
            for meaning in words().values[name].keys() {
                assert!(words_of.contains(&meaning.as_str()), "{name}.{meaning}");
            }
        }
    }

    #[test]
    fn names_are_understood_in_several_languages() {
        assert_eq!(Name::new("BLDG_HEIGHT").score("bldg height"), 1.0);
        assert_eq!(Name::new("BldgHeight").score("bldg height"), 1.0);
        assert_eq!(Name::without_unit("建筑面积_m2").score("建筑面积"), 1.0);
        assert!(Name::new("ubcv_buildings").score("building") > 0.6);
        assert!(Name::new("起点埋深(m)").score("起点埋深") > 0.7);
        assert_eq!(Name::new("Estate").score("state"), 0.4 + 0.45 * 5.0 / 6.0);
        assert_eq!(Name::new("rest").score("est"), 0.0);
    }

    #[test]
    fn codes_of_the_standard_are_understood() {
        for (value, class) in [
            ("JS", "water"),
            ("YS", "drainage"),
            ("WS1001", "drainage"),
            ("RQ", "gas"),
            ("TX", "telecom"),
            ("污水", "drainage"),
            ("给水_JS_线表", "water"),
            ("ZQ", "heat"),
        ] {
            assert_eq!(value_of("class", value).map(|(class, _)| class), Some(class), "{value}");
        }
        assert_eq!(value_of("kind", "检查井").map(|(kind, _)| kind), Some("manhole"));
        assert_eq!(value_of("kind", "CIRC_MANHOLE").map(|(kind, _)| kind), Some("manhole"));
        assert_eq!(value_of("resource", "消火栓").map(|(kind, _)| kind), Some("hydrant"));
    }
}
