//! Formats that say by themselves what their layers are: models of networks, city models, OpenStreetMap. As data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use spatial_db::schema::Role;

/// What a layer of a format is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FormatLayer {
    drivers: Vec<String>,
    layers: Vec<String>,
    /// Its role; without one it is left out.
    role: Option<String>,
    pub(super) reason: String,
    /// Name in the manifest.
    pub(super) name: Option<String>,
    /// Rows that it is made of.
    pub(super) filter: Option<String>,
    pub(super) key: Vec<String>,
    /// An extract may have none of it.
    pub(super) allow_empty: bool,
    /// Columns that are the same for every row.
    pub(super) values: BTreeMap<String, String>,
    /// Columns whose word stands in one of these fields.
    pub(super) fields: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Formats {
    layer: Vec<FormatLayer>,
}

static FORMATS: LazyLock<Vec<FormatLayer>> = LazyLock::new(|| {
    // A test reads them, so what is embedded is never wrong.
    toml::from_str(include_str!("words/formats.toml")).map_or_else(|_| Vec::new(), |formats: Formats| formats.layer)
});

impl FormatLayer {
    /// Its role; a network's class may be missing.
    pub(super) fn role(&self) -> Option<Role> {
        Role::parse(self.role.as_deref()?)
    }
}

/// What a format says of one of its layers: nothing, one thing, or several by filters.
pub(super) fn of(driver: &str, layer: &str) -> impl Iterator<Item = &'static FormatLayer> {
    FORMATS.iter().filter(move |one| {
        one.drivers.iter().any(|known| known == driver) && one.layers.iter().any(|known| known == layer)
    })
}

#[cfg(test)]
mod tests {
    use spatial_db::schema::Table;

    use super::*;

    #[test]
    fn roles_columns_and_words_are_those_of_the_model() {
        let read: Formats = toml::from_str(include_str!("words/formats.toml")).unwrap();
        assert_eq!(read.layer.len(), FORMATS.len());
        for one in &read.layer {
            assert!(!one.reason.is_empty() && !one.drivers.is_empty() && !one.layers.is_empty(), "{one:?}");
            assert_eq!(one.role().is_some(), one.role.is_some(), "{one:?}");
            let Some(role) = one.role() else { continue };
            let table = Table::of(role.kind()).unwrap();
            for column in one.values.keys().chain(one.fields.keys()) {
                assert!(table.column_index(column).is_some(), "{column} of {one:?}");
            }
            for (column, word) in &one.values {
                let known = crate::manifest::vocabulary(role.kind(), column).unwrap();
                assert!(known.contains(&word.as_str()), "{word} of {one:?}");
            }
        }
    }

    #[test]
    fn a_layer_may_be_several_things() {
        let names = |driver, layer| of(driver, layer).map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("OSM", "multipolygons").len(), 3);
        assert_eq!(names("EPANET", "tanks"), [None]);
        assert!(names("GPKG", "tanks").is_empty());
    }
}
