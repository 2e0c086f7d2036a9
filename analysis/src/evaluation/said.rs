//! Names, notes and formulas of the shipped schemes and indicators, for readers of other languages. A scheme of a user's own says
//! its own words, which stay as they are.

use crate::rules::rule_words;
use crate::words::{Phrase, Words, phrase};

/// What the shipped schemes, formulas and units say.
const SAID: &[Phrase] = &[
    phrase("scheme-province", "Land intensity, one province's example"),
    phrase(
        "standard-province",
        "TD/T 1029 Regulation for evaluating land intensive use of development zones, weights of one province",
    ),
    phrase(
        "scheme-note-province",
        "Ideal values are illustrations by ParkTwin, not a standard's: set those of your zone. Standardising min(X/T, 1) and the weighted sum: from memory, to be checked against the standard.",
    ),
    phrase("goal-land-use", "Land use"),
    phrase("goal-degree", "Degree of use"),
    phrase("goal-supply-rate", "Land supply rate"),
    phrase("goal-built-rate", "Built-up rate"),
    phrase("goal-structure", "Structure of use"),
    phrase("goal-industrial-share", "Industrial land share"),
    phrase("goal-intensity", "Intensity of use"),
    phrase("goal-far", "Overall floor-area ratio"),
    phrase("goal-density", "Building density"),
    phrase("goal-industrial-far", "Industrial floor-area ratio"),
    phrase("goal-coverage", "Industrial site coverage"),
    phrase("goal-benefit", "Benefit"),
    phrase("goal-input-output", "Input and output of industrial land"),
    phrase("goal-assets", "Fixed assets per industrial land"),
    phrase("goal-tax", "Tax per industrial land"),
    phrase("goal-performance", "Performance of administration"),
    phrase("goal-administration", "Land administration"),
    phrase("goal-idle-rate", "Idle land rate"),
    phrase("scheme-etdz", "National development zones, families of 2021"),
    phrase("standard-etdz", "Comprehensive evaluation of national economic and technological development zones"),
    phrase("scheme-note-etdz", "Weights of the families as published; the indicators within them are yours to bind."),
    phrase("goal-opening-up", "Opening up"),
    phrase("goal-innovation", "Innovation"),
    phrase("goal-green", "Green development"),
    phrase("goal-coordination", "Coordination"),
    phrase("goal-quality", "Quality of development"),
    phrase("scheme-shanghai-index", "Shanghai development zones, sub-indices of 2020"),
    phrase("standard-shanghai-index", "Comprehensive development index of Shanghai development zones"),
    phrase("scheme-note-shanghai-index", "Weights are not public."),
    phrase("goal-industrial-development", "Industrial development"),
    phrase("goal-business", "Business environment"),
    phrase("zone-formula-far", "floor area / A"),
    phrase("zone-formula-density", "footprints / A"),
    phrase("zone-formula-industrial-far", "floor area on A2 / A2"),
    phrase("zone-formula-industrial-coverage", "(footprints + open yards on A2) / A2"),
    phrase("zone-formula-fixed-assets", "fixed assets of industry and storage / A2"),
    phrase("zone-formula-industrial-tax", "tax of industry and storage / A2"),
    phrase("zone-formula-tax", "tax of secondary and tertiary sectors / A"),
    phrase("zone-formula-population", "residents / A"),
    phrase("zone-formula-output", "output / A"),
    phrase("zone-formula-industrial-output", "output of industry and storage / A2"),
    phrase("zone-formula-jobs", "employees / A"),
    phrase("zone-formula-tax-per-output", "tax / output"),
    phrase("zone-formula-output-growth", "output / output of the year before − 1"),
    phrase("zone-formula-unsupplied", "construction land not supplied"),
    phrase("zone-formula-unsupplied-ready", "B21 not supplied"),
    phrase("zone-formula-unsupplied-industrial", "industrial land not supplied"),
    phrase("ev-unit-persons", "persons"),
    phrase("ev-unit-persons-ha", "persons/ha"),
    phrase("ev-unit-jobs-ha", "jobs/ha"),
    phrase("ev-unit-years", "a"),
];

/// The words of a text that ships; letters and numbers, and what a user's own scheme says, are the same in every language.
pub(super) fn in_words(text: &str) -> Words {
    SAID.iter().find(|phrase| phrase.english == text).map_or_else(|| rule_words(text), |phrase| (*phrase).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{DEFINITIONS, Node, SHIPPED, Scheme};

    /// True where a text says nothing but letters of sums, numbers and signs.
    fn is_plain(text: &str) -> bool {
        text.split(|c: char| !c.is_ascii_alphabetic()).all(|word| word.len() < 3)
    }

    fn named(nodes: &[Node], names: &mut Vec<String>) {
        for node in nodes {
            names.push(node.name.clone());
            names.extend(node.status.clone());
            named(&node.parts, names);
        }
    }

    #[test]
    fn whatever_ships_has_words_for_other_languages() {
        let mut texts: Vec<String> =
            DEFINITIONS.iter().map(|definition| definition.formula.to_owned()).filter(|text| !is_plain(text)).collect();
        assert_eq!(texts.len(), 13, "{texts:?}");
        for (name, _) in SHIPPED {
            let scheme = Scheme::shipped(name).unwrap();
            texts.extend([scheme.name, scheme.standard, scheme.status]);
            texts.extend(scheme.note);
            texts.extend(Some(scheme.edition).filter(|edition| !edition.chars().all(|c| c.is_ascii_digit())));
            named(&scheme.nodes, &mut texts);
        }
        for text in texts {
            let said = in_words(&text);
            assert!(said.key().is_some(), "{text:?} has no words");
            assert_eq!(said.as_str(), text);
        }
        assert_eq!(in_words("Our own goal").key(), None, "a scheme of one's own says its own words");
    }
}
