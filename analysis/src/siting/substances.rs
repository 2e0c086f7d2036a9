//! Substances in the reader's language: those of the table of hazards, by their CAS numbers. In Chinese they have the names of GB 18218
//! and of the catalogue of dangerous chemicals.

use std::sync::OnceLock;

use crate::emergency::hazard::HazardRules;
use crate::words::{Phrase, Words, phrase};

/// What substances of the table are called.
const NAMES: [(&str, Phrase); 22] = [
    ("7664-41-7", phrase("pitch-substance-ammonia", "ammonia")),
    ("7782-50-5", phrase("pitch-substance-chlorine", "chlorine")),
    ("7446-09-5", phrase("pitch-substance-sulfur-dioxide", "sulfur dioxide")),
    ("7783-06-4", phrase("pitch-substance-hydrogen-sulfide", "hydrogen sulfide")),
    ("7664-39-3", phrase("pitch-substance-hydrogen-fluoride", "hydrogen fluoride")),
    ("7647-01-0", phrase("pitch-substance-hydrogen-chloride", "hydrogen chloride")),
    ("10102-44-0", phrase("pitch-substance-nitrogen-dioxide", "nitrogen dioxide")),
    ("75-44-5", phrase("pitch-substance-phosgene", "phosgene")),
    ("75-21-8", phrase("pitch-substance-ethylene-oxide", "ethylene oxide")),
    ("630-08-0", phrase("pitch-substance-carbon-monoxide", "carbon monoxide")),
    ("74-82-8", phrase("pitch-substance-methane", "methane")),
    ("74-98-6", phrase("pitch-substance-propane", "propane")),
    ("1333-74-0", phrase("pitch-substance-hydrogen", "hydrogen")),
    ("74-86-2", phrase("pitch-substance-acetylene", "acetylene")),
    ("67-56-1", phrase("pitch-substance-methanol", "methanol")),
    ("64-17-5", phrase("pitch-substance-ethanol", "ethanol")),
    ("86290-81-5", phrase("pitch-substance-gasoline", "gasoline")),
    ("8008-20-6", phrase("pitch-substance-kerosene", "kerosene")),
    ("108-88-3", phrase("pitch-substance-toluene", "toluene")),
    ("71-43-2", phrase("pitch-substance-benzene", "benzene")),
    ("67-64-1", phrase("pitch-substance-acetone", "acetone")),
    ("110-54-3", phrase("pitch-substance-hexane", "hexane")),
];

/// Words that stand for one of them and are names of their own: who asks for natural gas does not read methane.
const WARES: [(&str, Phrase); 5] = [
    ("lpg", LPG),
    ("液化石油气", LPG),
    ("natural gas", NATURAL_GAS),
    ("天然气", NATURAL_GAS),
    ("lng", phrase("pitch-substance-lng", "liquefied natural gas")),
];
const LPG: Phrase = phrase("pitch-substance-lpg", "liquefied petroleum gas");
const NATURAL_GAS: Phrase = phrase("pitch-substance-natural-gas", "natural gas");

fn rules() -> &'static HazardRules {
    static RULES: OnceLock<HazardRules> = OnceLock::new();
    RULES.get_or_init(HazardRules::shipped)
}

/// Whether the table of substances has a substance, by any of its names or its CAS number.
pub(super) fn is_in_table(substance: &str) -> bool {
    rules().substance(substance).is_ok()
}

/// A substance as the reader calls it, from any of its names or its CAS number; as it is written where the table does not have it.
pub(super) fn substance_words(written: &str) -> Words {
    let word = written.trim().to_lowercase();
    if let Some((_, ware)) = WARES.iter().find(|(ware, _)| *ware == word) {
        return (*ware).into();
    }
    let cas = rules().substance(written).ok().map(|substance| substance.cas.as_str());
    let named = NAMES.iter().find(|(of, _)| cas == Some(*of));
    named.map_or_else(|| written.into(), |(_, name)| (*name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_substance_of_the_table_has_a_name_in_other_languages() {
        for substance in rules().substances() {
            for written in [&substance.name, &substance.cas, &substance.name.to_uppercase()] {
                let words = substance_words(written);
                assert_eq!(words, substance.name.as_str(), "{written}");
                assert!(words.key().is_some(), "{written}");
            }
        }
        assert_eq!(NAMES.len(), rules().substances().len());
        assert!(WARES.iter().all(|(ware, _)| is_in_table(ware)), "a word that finds nothing");
    }

    #[test]
    fn what_the_table_does_not_have_stays_as_it_is_written() {
        for (written, told) in
            [("Lithium cells", "Lithium cells"), ("液氯", "chlorine"), ("LPG", "liquefied petroleum gas")]
        {
            assert_eq!(substance_words(written), told);
        }
    }
}
