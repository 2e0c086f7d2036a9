//! Industries in words: the divisions of GB/T 4754-2017, by their two digits.

use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Divisions that parks have, from memory of the standard.
const DIVISIONS: [(&str, Phrase); 53] = [
    ("13", phrase("pitch-industry-13", "food from farm products")),
    ("14", phrase("pitch-industry-14", "food")),
    ("15", phrase("pitch-industry-15", "drinks and tea")),
    ("16", phrase("pitch-industry-16", "tobacco")),
    ("17", phrase("pitch-industry-17", "textiles")),
    ("18", phrase("pitch-industry-18", "clothing")),
    ("19", phrase("pitch-industry-19", "leather and shoes")),
    ("20", phrase("pitch-industry-20", "wood products")),
    ("21", phrase("pitch-industry-21", "furniture")),
    ("22", phrase("pitch-industry-22", "paper")),
    ("23", phrase("pitch-industry-23", "printing")),
    ("24", phrase("pitch-industry-24", "stationery, crafts, sports and toys")),
    ("25", phrase("pitch-industry-25", "petroleum, coal and other fuels")),
    ("26", phrase("pitch-industry-26", "chemicals")),
    ("27", phrase("pitch-industry-27", "medicines")),
    ("28", phrase("pitch-industry-28", "chemical fibres")),
    ("29", phrase("pitch-industry-29", "rubber and plastics")),
    ("30", phrase("pitch-industry-30", "non-metallic mineral products")),
    ("31", phrase("pitch-industry-31", "iron and steel")),
    ("32", phrase("pitch-industry-32", "non-ferrous metals")),
    ("33", phrase("pitch-industry-33", "metal products")),
    ("34", phrase("pitch-industry-34", "general machinery")),
    ("35", phrase("pitch-industry-35", "special machinery")),
    ("36", phrase("pitch-industry-36", "motor vehicles")),
    ("37", phrase("pitch-industry-37", "trains, ships, aircraft and other vehicles")),
    ("38", phrase("pitch-industry-38", "electrical machinery")),
    ("39", phrase("pitch-industry-39", "computers, communication and electronics")),
    ("40", phrase("pitch-industry-40", "instruments")),
    ("41", phrase("pitch-industry-41", "other manufacturing")),
    ("42", phrase("pitch-industry-42", "recycling")),
    ("43", phrase("pitch-industry-43", "repair of machinery")),
    ("44", phrase("pitch-industry-44", "power and heat supply")),
    ("45", phrase("pitch-industry-45", "gas supply")),
    ("46", phrase("pitch-industry-46", "water supply")),
    ("47", phrase("pitch-industry-47", "housing construction")),
    ("48", phrase("pitch-industry-48", "civil engineering")),
    ("49", phrase("pitch-industry-49", "building installation")),
    ("50", phrase("pitch-industry-50", "building finishing")),
    ("51", phrase("pitch-industry-51", "wholesale")),
    ("52", phrase("pitch-industry-52", "retail")),
    ("54", phrase("pitch-industry-54", "road transport")),
    ("55", phrase("pitch-industry-55", "water transport")),
    ("58", phrase("pitch-industry-58", "forwarding of freight")),
    ("59", phrase("pitch-industry-59", "handling and storage")),
    ("60", phrase("pitch-industry-60", "post")),
    ("63", phrase("pitch-industry-63", "telecommunication")),
    ("64", phrase("pitch-industry-64", "internet services")),
    ("65", phrase("pitch-industry-65", "software")),
    ("70", phrase("pitch-industry-70", "real estate")),
    ("72", phrase("pitch-industry-72", "business services")),
    ("73", phrase("pitch-industry-73", "research")),
    ("74", phrase("pitch-industry-74", "technical services")),
    ("75", phrase("pitch-industry-75", "technology transfer")),
];

/// An industry in words with its digits; the digits alone for a division that is not in the list.
pub fn industry_words(code: &str) -> Words {
    let digits: String = code.chars().filter(char::is_ascii_digit).take(2).collect();
    if let Some((_, name)) = DIVISIONS.iter().find(|(of, _)| *of == digits) {
        words!("pitch-industry", "{name} ({code})", name = *name, code = digits)
    } else {
        words!("pitch-industry-other", "industry {code}", code = code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_are_named_and_others_keep_their_digits() {
        assert_eq!(industry_words("2614"), "chemicals (26)");
        assert_eq!(industry_words("C39"), "computers, communication and electronics (39)");
        assert_eq!(industry_words("99"), "industry 99");
        assert!(DIVISIONS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
