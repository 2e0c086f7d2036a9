//! What the words of building records mean: which use is administration and living, which state is vacant.

use serde::Deserialize;
use spatial_db::model::Provenance;

/// What a building's state means for its floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BuildingState {
    /// Finished and empty.
    Vacant,
    /// Used.
    Used,
    /// Not finished: it has no floor to let yet.
    Unfinished,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    words: Vec<String>,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    source: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Uses {
    administration: List,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    vacant: List,
    used: List,
    unfinished: List,
}

/// Fields of records, by their names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    fields: Vec<String>,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    source: String,
}

/// The table of words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BuildingWords {
    r#use: Uses,
    state: States,
    /// A table of a user's own may leave it out.
    #[serde(default)]
    condition: Fields,
}

impl BuildingWords {
    /// True where a use is administration or living.
    pub(super) fn administers(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.r#use.administration.words.iter().any(|word| text.contains(word.as_str()))
    }

    /// The condition on a building's record, from the fields of its source.
    pub(super) fn condition<'a>(&self, provenance: &'a Provenance) -> Option<&'a str> {
        let said = |field: &String| {
            let mut named = provenance.attributes.iter().filter(|(name, _)| name.eq_ignore_ascii_case(field));
            named.find_map(|(_, value)| value.as_str().filter(|text| !text.trim().is_empty()))
        };
        self.condition.fields.iter().find_map(said)
    }

    /// The state that a record names; `None` for words that the table does not have. Of several parts, one that says unfinished
    /// decides, then one that says vacant.
    pub(super) fn state(&self, text: &str) -> Option<BuildingState> {
        let text = text.to_lowercase();
        let says = |list: &List| {
            text.split([',', '，', ';', '；', '/']).any(|part| list.words.iter().any(|word| word == part.trim()))
        };
        [
            (&self.state.unfinished, BuildingState::Unfinished),
            (&self.state.vacant, BuildingState::Vacant),
            (&self.state.used, BuildingState::Used),
        ]
        .into_iter()
        .find_map(|(list, state)| says(list).then_some(state))
    }
}
