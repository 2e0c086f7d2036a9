//! Colours of land-use classes as a standard prints them. The table is data (`rules/land_use_colours.toml`).

use serde::Deserialize;

use super::{RuleError, cited};
use crate::words::Words;

/// A class with its colour.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    colour: [u8; 3],
}

/// The colours of one scheme of codes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LandUseColours {
    scheme: String,
    standard: String,
    edition: String,
    clause: String,
    status: String,
    colours: Vec<Row>,
}

impl LandUseColours {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/land_use_colours.toml")).expect("the shipped table of colours is valid")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// [`RuleError::Unreadable`] when it is no such table.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let source = |source| RuleError::Unreadable { table: "land_use_colours", source: Box::new(source) };
        toml::from_str(text).map_err(source)
    }

    /// Scheme of the codes: the same digits mean something else in another.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The colour of a code: that of the longest code of the table that it begins with.
    pub fn of(&self, code: &str) -> Option<[u8; 3]> {
        let rows = self.colours.iter().filter(|row| code.starts_with(&row.code));
        rows.max_by_key(|row| row.code.len()).map(|row| row.colour)
    }

    /// Standard, edition and clause, with the status where the table is not verified.
    pub fn citation(&self) -> Words {
        cited(&self.standard, &self.edition, &self.clause, &self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_colour_of_its_class_and_of_no_other() {
        let colours = LandUseColours::shipped();
        assert_eq!(colours.scheme(), "planning-2023");
        // Class I industrial land is industrial land.
        assert_eq!(colours.of("100101"), Some([0xBB, 0x96, 0x74]));
        assert_eq!(colours.of("0701"), Some([0xFF, 0xFF, 0x2D]));
        assert_eq!(colours.of("1207"), None, "no colour that was not read somewhere");
        assert_eq!(colours.of("10"), None, "a class of classes is none of them");
        assert_eq!(colours.of(""), None);
        let codes: std::collections::BTreeSet<&str> = colours.colours.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes.len(), colours.colours.len(), "each code once");
        assert_eq!(
            colours.citation().as_str(),
            "Classification of land and sea use for territorial planning and use control (2023), colour table [secondary]"
        );
        assert!(LandUseColours::parse("scheme = 1").unwrap_err().to_string().contains("land_use_colours"));
    }
}
