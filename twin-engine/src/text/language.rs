//! The languages that there are.

use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language of the window and of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Chinese, simplified letters.
    #[serde(rename = "zh")]
    Chinese,
}

impl Language {
    /// All languages, in the order in which the window switches.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its short name: `en`, `zh`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// The language that the environment asks for (`LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is set); else English.
    pub fn from_environment() -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
            .map_or_else(Self::default, |value| Self::of_locale(&value))
    }

    /// The language of a locale's name such as `zh_CN.UTF-8`.
    pub fn of_locale(locale: &str) -> Self {
        let first = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| first.eq_ignore_ascii_case(language.code())).unwrap_or_default()
    }

    /// Tag for the rules of plurals.
    pub(super) fn tag(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }
}
