//! What a gravity sewer is held against along its way: a table that a user can replace.

use serde::Deserialize;

use crate::rules::Figure;
use crate::words::Words;

/// A row for a range of diameters.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByDiameter {
    /// Nominal diameter, mm: over, up to.
    pub dn: [f64; 2],
    /// Words of materials that it is for; for all where there are none.
    #[serde(default)]
    pub materials: Vec<String>,
    /// Fall in m per m, or distance in m.
    pub value: f64,
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// `verified`, `secondary`, `memory` or `default`.
    pub status: String,
}

impl ByDiameter {
    /// Standard, edition, clause and status in words, as any figure of a table is cited.
    pub fn citation(&self) -> Words {
        let [standard, edition] = [&self.standard, &self.edition].map(String::clone);
        let [clause, status] = [&self.clause, &self.status].map(String::clone);
        Figure { value: self.value, unit: String::new(), standard, edition, clause, status }.citation()
    }

    fn fits(&self, dn: f64, material: Option<&str>) -> bool {
        let of_material = || {
            let text = material.unwrap_or_default().to_lowercase();
            let begins = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
            self.materials.iter().any(|word| if word.is_ascii() { begins(word) } else { text.contains(word) })
        };
        dn > self.dn[0] && dn <= self.dn[1] && (self.materials.is_empty() || of_material())
    }
}

/// The table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileLimits {
    slope: Vec<ByDiameter>,
    spacing: Vec<ByDiameter>,
    /// Least diameter, mm.
    pub least_mm: Figure,
    /// By how much a sewer may be smaller than the one before, mm.
    pub narrows: Figure,
    /// By how much the bottom may step up at a chamber, m.
    pub step_up: Figure,
    /// Fall below which a sewer rises, m per m.
    pub rises: Figure,
}

impl ProfileLimits {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/networks/profile.toml")).expect("the shipped table is valid")
    }

    /// Limits from the text of a table.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(table)
    }

    /// Least fall of a sewer; `None` where no row fits.
    pub fn slope(&self, dn_mm: f64, material: Option<&str>) -> Option<&ByDiameter> {
        self.slope.iter().find(|row| row.fits(dn_mm, material))
    }

    /// How far apart chambers on a sewer may stand.
    pub fn spacing(&self, dn_mm: f64) -> Option<&ByDiameter> {
        self.spacing.iter().find(|row| row.fits(dn_mm, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_diameter_and_material() {
        let limits = ProfileLimits::shipped();
        let slope = |dn: f64, material: Option<&str>| limits.slope(dn, material).map(|row| row.value);
        assert_eq!([slope(300.0, None), slope(300.0, Some("Concret"))], [Some(0.003); 2]);
        assert_eq!([slope(300.0, Some("PVC")), slope(200.0, Some("HDPE 双壁波纹"))], [Some(0.002); 2]);
        assert_eq!(
            [slope(400.0, None), slope(401.0, Some("PVC")), slope(2000.0, None)],
            [Some(0.0015), Some(0.0012), Some(0.0005)]
        );
        assert_eq!(
            [300.0, 800.0, 1500.0, 1600.0].map(|dn| limits.spacing(dn).unwrap().value),
            [75.0, 100.0, 150.0, 200.0]
        );
        assert_eq!(limits.slope(0.0, None), None);
        for row in limits.slope.iter().chain(&limits.spacing) {
            assert!(["verified", "secondary", "memory", "default"].contains(&row.status.as_str()), "{row:?}");
        }
        assert!(limits.slope(500.0, None).unwrap().citation().ends_with("DN500 [memory]"));
        // As everywhere: what is wholly ours needs no status, and the status has words in other languages.
        assert_eq!(limits.rises.citation(), "ParkTwin default 0.1: gravity sewers fall the way they flow");
        assert_eq!(limits.slope(500.0, None).unwrap().citation().key(), Some("citation-status"));
        assert!(ProfileLimits::parse("slope = []").is_err());
    }
}
