//! Classes of roads in words: those that imports give them. A class of somebody's own is said as it is on record.

use crate::words::{Phrase, Words, phrase};

/// Classes by their names on record.
const CLASSES: [(&str, Phrase); 6] = [
    ("arterial", phrase("pitch-road-arterial", "arterial")),
    ("collector", phrase("pitch-road-collector", "collector")),
    ("local", phrase("pitch-road-local", "local")),
    ("path", phrase("pitch-road-path", "path")),
    ("rail", phrase("pitch-road-rail", "rail")),
    ("service", phrase("pitch-road-service", "service")),
];

/// A class of roads.
pub(super) fn road_class_words(class: &str) -> Words {
    let known = CLASSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(class));
    known.map_or_else(|| Words::from(class), |(_, words)| Words::from(*words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_imports_have_words_and_others_stay_as_they_are() {
        assert_eq!(road_class_words("Arterial").key(), Some("pitch-road-arterial"));
        let own = road_class_words("boulevard");
        assert_eq!((own.as_str(), own.key()), ("boulevard", None));
    }
}
