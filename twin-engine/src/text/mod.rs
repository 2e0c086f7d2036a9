//! Every word that the engine shows, in the language of the person who reads it (Project Fluent, `locales/`).
//!
//! English words of overlays stand in `analysis`, where the verdict is made; other languages translate them by key.
//! What a source file says is shown as it stands there.

mod language;

use std::sync::OnceLock;

use analysis::words::{Argument, Words};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

pub use language::Language;

type Bundle = FluentBundle<FluentResource>;

/// Files of a language that both languages have, by name.
const FILES: [[(&str, &str); 8]; 2] = [
    [
        ("cut.ftl", include_str!("../../locales/en/cut.ftl")),
        ("drill.ftl", include_str!("../../locales/en/drill.ftl")),
        ("features.ftl", include_str!("../../locales/en/features.ftl")),
        ("frame.ftl", include_str!("../../locales/en/frame.ftl")),
        ("network.ftl", include_str!("../../locales/en/network.ftl")),
        ("planner.ftl", include_str!("../../locales/en/planner.ftl")),
        ("site.ftl", include_str!("../../locales/en/site.ftl")),
        ("window.ftl", include_str!("../../locales/en/window.ftl")),
    ],
    [
        ("cut.ftl", include_str!("../../locales/zh/cut.ftl")),
        ("drill.ftl", include_str!("../../locales/zh/drill.ftl")),
        ("features.ftl", include_str!("../../locales/zh/features.ftl")),
        ("frame.ftl", include_str!("../../locales/zh/frame.ftl")),
        ("network.ftl", include_str!("../../locales/zh/network.ftl")),
        ("planner.ftl", include_str!("../../locales/zh/planner.ftl")),
        ("site.ftl", include_str!("../../locales/zh/site.ftl")),
        ("window.ftl", include_str!("../../locales/zh/window.ftl")),
    ],
];
/// Translations of what `analysis` says.
const OVERLAYS_ZH: &str = concat!(
    include_str!("../../locales/zh/overlays.ftl"),
    include_str!("../../locales/zh/evaluation.ftl"),
    include_str!("../../locales/zh/sections.ftl"),
    include_str!("../../locales/zh/siting.ftl"),
);
/// Translations of why something failed (`causes`, and `said` in the program).
const FAILURES_ZH: &str =
    concat!(include_str!("../../locales/zh/failures.ftl"), include_str!("../../locales/zh/calc.ftl"));
/// Names of values that the program answers with; in English they are their own names.
const ANSWERS_ZH: &str = include_str!("../../locales/zh/answers.ftl");

/// The words of one language.
pub struct Text {
    language: Language,
    own: Bundle,
    overlays: Option<Bundle>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Text {
    /// The words of `language`; made once.
    pub fn of(language: Language) -> &'static Self {
        static TEXTS: [OnceLock<Text>; 2] = [const { OnceLock::new() }; 2];
        TEXTS[language as usize].get_or_init(|| Self {
            language,
            own: bundle(language, &FILES[language as usize].map(|(_, source)| source)),
            overlays: (language == Language::Chinese)
                .then(|| bundle(language, &[OVERLAYS_ZH, FAILURES_ZH, ANSWERS_ZH])),
        })
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Words for `id`. An id that no file has is shown itself, and told in the log.
    pub fn get(&self, id: &str) -> String {
        self.with(id, &[])
    }

    /// Words for `id` with arguments by name. A whole number that is called `count` may choose between words: one thing is called otherwise
    /// than many.
    pub fn with(&self, id: &str, arguments: &[(&'static str, String)]) -> String {
        let mut named = FluentArgs::new();
        for (name, value) in arguments {
            let counts = *name == "count" && value.bytes().all(|digit| digit.is_ascii_digit());
            let value = value.as_str();
            named.set(*name, if counts { FluentValue::try_number(value) } else { FluentValue::from(value) });
        }
        said(&self.own, id, &named).unwrap_or_else(|| {
            tracing::error!("no words for `{id}` in {:?}", self.language);
            id.to_owned()
        })
    }

    /// True when there are words for `id`.
    pub fn has(&self, id: &str) -> bool {
        self.own.has_message(id)
    }

    /// A word that the model stores, such as the kind `valve` of the group `node`; as it is where it has no words.
    pub fn stored(&self, group: &str, word: &str) -> String {
        let id = format!("{group}-{word}");
        if self.has(&id) { self.get(&id) } else { word.to_owned() }
    }

    /// What a named value of an answer is called, such as `reach_m`; none in English, where its name says it, and for one without words.
    pub fn label(&self, name: &str) -> Option<String> {
        let id = format!("answer-{}", name.replace('_', "-"));
        said(self.overlays.as_ref()?, &id, &FluentArgs::new())
    }

    /// What `analysis` says, in this language; in English where it has no translation.
    pub fn words(&self, words: &Words) -> String {
        self.translated(words).unwrap_or_else(|| words.as_str().to_owned())
    }

    /// Why something failed, in this language; in English, and marked so, where it has no translation.
    pub fn failure(&self, why: &Words) -> String {
        self.translated(why).unwrap_or_else(|| self.in_english(why))
    }

    /// The English of a failure that [`Text::failure`] says in another language, for whoever looks it up.
    pub fn failure_detail(&self, why: &Words) -> Option<String> {
        self.translated(why).map(|_| self.in_english(why))
    }

    fn in_english(&self, why: &Words) -> String {
        self.with("failure-in-english", &[("said", why.as_str().to_owned())])
    }

    /// Words in this language, if they were written in English and have a translation.
    fn translated(&self, words: &Words) -> Option<String> {
        let (bundle, key) = (self.overlays.as_ref()?, words.key()?);
        let arguments: FluentArgs<'_> = words
            .arguments()
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Argument::Text(text) => text.clone(),
                    Argument::Words(inner) => self.words(inner),
                };
                (*name, FluentValue::from(value))
            })
            .collect();
        said(bundle, key, &arguments)
    }
}

/// `t!(text, "id")` or `t!(text, "id", name = value)`: words, with values as they print.
macro_rules! t {
    ($text:expr, $id:literal $(,)?) => {
        $text.get($id)
    };
    ($text:expr, $id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $text.with($id, &[$((stringify!($name), $value.to_string())),+])
    };
}
pub(crate) use t;

fn bundle(language: Language, sources: &[&str]) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language.tag()]);
    // Marks around arguments are for mixed directions of writing; letters here have no glyph for them.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!("words of {language:?}: {errors:?}");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!("words of {language:?}: {errors:?}");
        }
    }
    bundle
}

fn said(bundle: &Bundle, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let said = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!("words for `{id}`: {errors:?}");
    }
    Some(said)
}

#[cfg(test)]
mod tests;
