//! What the land-use classes of the shipped table are called, for readers of other languages.

use crate::words::{Phrase, Words, phrase};

/// Names in the shipped table.
const NAMES: &[Phrase] = &[
    phrase("class-cropland", "cropland"),
    phrase("class-orchard", "orchard"),
    phrase("class-forest", "forest"),
    phrase("class-grassland", "grassland"),
    phrase("class-wetland", "wetland"),
    phrase("class-agricultural-facilities", "agricultural facilities"),
    phrase("class-urban-residential", "urban residential"),
    phrase("class-urban-community-services", "urban community services"),
    phrase("class-rural-residential", "rural residential"),
    phrase("class-rural-community-services", "rural community services"),
    phrase("class-public-administration-services", "public administration and services"),
    phrase("class-commerce-business", "commerce and business"),
    phrase("class-industry", "industry"),
    phrase("class-mining", "mining"),
    phrase("class-salt-works", "salt works"),
    phrase("class-storage-logistics", "storage and logistics"),
    phrase("class-transport", "transport"),
    phrase("class-utilities", "utilities"),
    phrase("class-green-open-space", "green and open space"),
    phrase("class-special-use", "special use"),
    phrase("class-reserve", "reserve"),
    phrase("class-inland-water", "inland water"),
    phrase("class-commerce-services", "commerce and services"),
    phrase("class-logistics-storage", "logistics and storage"),
    phrase("class-storage", "storage"),
    phrase("class-parks-green", "parks and green"),
    phrase("class-rural-road", "rural road"),
    phrase("class-water", "water"),
    phrase("class-residential", "residential"),
    phrase("class-administration-public-services", "administration and public services"),
    phrase("class-logistics-warehouse", "logistics and warehouse"),
    phrase("class-street-transport", "street and transport"),
    phrase("class-green-square", "green and square"),
    phrase("class-regional-transport", "regional transport"),
    phrase("class-regional-utilities", "regional utilities"),
    phrase("class-no-construction-land", "no construction land"),
];

/// The words of a class's name; one that a user's own table gives stays as it is.
pub(super) fn words(name: &str) -> Words {
    NAMES.iter().find(|phrase| phrase.english == name).map_or_else(|| name.into(), |phrase| (*phrase).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_that_ships_has_words() {
        let names: Vec<&str> = include_str!("../../rules/land_use.toml")
            .lines()
            .filter_map(|line| line.trim().strip_prefix("{ code = ")?.split("name = \"").nth(1)?.split('"').next())
            .collect();
        assert!(names.len() > 50, "{names:?}");
        for name in names {
            assert!(words(name).key().is_some(), "{name:?} has no words");
        }
    }
}
