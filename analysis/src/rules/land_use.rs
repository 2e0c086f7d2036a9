//! Land-use classes: what a code means in its scheme, and whether land of that class needs a building to be in use. The table is
//! data (`rules/land_use.toml`).

use std::collections::BTreeMap;

use serde::Deserialize;
use spatial_db::model::Parcel;

use super::RuleError;
use crate::words;
use crate::words::Words;

/// What kind of land a class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Residential.
    Residential,
    /// Industry, mining and storage.
    Industrial,
    /// Other urban construction land.
    Other,
    /// No urban construction land: farmland, woods, water, villages.
    None,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 4] = [Self::Residential, Self::Industrial, Self::Other, Self::None];
}

/// What shows that land of a class is built up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltBy {
    /// A finished building.
    #[default]
    Building,
    /// Nothing: roads and parks need no building and count as laid out.
    Class,
    /// Nothing can: water, roads between fields.
    Never,
}

/// A class of a scheme.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Code; longer codes that begin with it belong to it unless they have a class of their own.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind of land.
    pub group: Group,
    /// What shows that it is built up.
    #[serde(default)]
    pub built_by: BuiltBy,
}

impl Class {
    /// Its name, for people of any language where the shipped table gives it.
    pub fn words(&self) -> Words {
        super::class_names::words(&self.name)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassScheme {
    scheme: String,
    standard: String,
    edition: String,
    clause: String,
    status: String,
    classes: Vec<Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassFile {
    scheme: Vec<ClassScheme>,
}

/// The classes of every scheme.
#[derive(Debug, Clone, PartialEq)]
pub struct LandUseClasses {
    schemes: BTreeMap<String, ClassScheme>,
}

impl LandUseClasses {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/land_use.toml")).expect("the shipped table of classes is valid")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// [`RuleError::Unreadable`] when it is no such table.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let unreadable = |source| RuleError::Unreadable { table: "land_use", source: Box::new(source) };
        let file: ClassFile = toml::from_str(text).map_err(unreadable)?;
        Ok(Self { schemes: file.scheme.into_iter().map(|scheme| (scheme.scheme.clone(), scheme)).collect() })
    }

    /// The class of a code in its scheme: the longest code of the table that it begins with.
    pub fn find(&self, scheme: &str, code: &str) -> Option<&Class> {
        let classes = &self.schemes.get(scheme)?.classes;
        classes.iter().filter(|class| code.starts_with(&class.code)).max_by_key(|class| class.code.len())
    }

    /// Standard, edition and clause of a scheme, with its status where it is not verified.
    pub fn citation(&self, scheme: &str) -> Option<String> {
        let ClassScheme { standard, edition, clause, status, .. } = self.schemes.get(scheme)?;
        let status = if status == "verified" { String::new() } else { format!(" [{status}]") };
        Some(format!("{standard} ({edition}), {clause}{status}"))
    }

    /// The class of a parcel, or why it has none.
    ///
    /// # Errors
    /// Words that say which of code, scheme and row of the table is missing.
    pub fn of(&self, parcel: &Parcel) -> Result<&Class, Words> {
        let Some(code) = parcel.land_use_code.as_deref() else {
            return Err(words!("why-no-class-code", "no land-use code on record"));
        };
        let Some(scheme) = parcel.land_use_scheme.as_deref() else {
            return Err(words!("why-no-class-scheme", "the land-use code {code} has no scheme on record", code = code));
        };
        self.find(scheme, code).ok_or_else(|| {
            words!("why-no-class-row", "no class {code} in the scheme {scheme}", code = code, scheme = scheme)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_digits_mean_different_things_in_different_schemes() {
        let classes = LandUseClasses::shipped();
        let group = |scheme, code| classes.find(scheme, code).map(|class| class.group);
        assert_eq!(group("survey", "0601"), Some(Group::Industrial));
        assert_eq!(group("planning-2023", "0601"), Some(Group::None), "a rural road");
        assert_eq!(group("planning-2023", "1001"), Some(Group::Industrial));
        assert_eq!(group("survey", "1001"), Some(Group::Other), "a railway");
        assert_eq!(group("planning-2023", "100103"), Some(Group::Industrial));
        assert_eq!(group("gb50137-2011", "M2"), Some(Group::Industrial));
        assert_eq!(group("gb50137-2011", "H14"), None, "villages are not in the table");
        assert_eq!(group("a local name", "0601"), None);
        // The longer code decides.
        assert_eq!(group("survey", "0508"), Some(Group::Industrial));
        assert_eq!(group("survey", "05H1"), Some(Group::Other));
        assert!(classes.citation("survey").unwrap().ends_with("[memory]"));
    }
}
