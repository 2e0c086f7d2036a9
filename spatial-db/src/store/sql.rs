//! Every statement the store sends, from the files in `sql/`, and the few names spliced into them.
//!
//! Names come from `schema::TABLES` only; values always travel as parameters.

use crate::schema::{Column, Table};

macro_rules! statements {
    ($($name:ident = $file:literal;)+) => {
        $(pub(super) const $name: &str = include_str!(concat!("../../sql/", $file, ".sql"));)+
    };
}

statements! {
    ANALYZE = "analyze";
    BOX_QUERY = "box_query";
    BULK_EMPTY = "bulk_empty";
    BULK_LOCK = "bulk_lock";
    BULK_OWNER = "bulk_owner";
    BULK_STATEMENTS = "bulk_statements";
    BULK_TRUNCATE = "bulk_truncate";
    COPY_ROWS = "copy_rows";
    COPY_ROWS_FROZEN = "copy_rows_frozen";
    COUNT_BY_PARK = "count_by_park";
    CREATE_EXTENSION = "create_extension";
    CREATE_SCHEMA = "create_schema";
    EXTENSION_AVAILABLE = "extension_available";
    EXTENSION_STATE = "extension_state";
    KNOWN_SRID = "known_srid";
    LOG_LOADED = "log_loaded";
    MERGE = "merge";
    MIGRATION_LOCK = "migration_lock";
    MIGRATION_UNLOCK = "migration_unlock";
    NEAREST = "nearest";
    PARCEL_COVERAGE = "parcel_coverage";
    PARCEL_COVERAGE_SUM = "parcel_coverage_sum";
    PARK = "park";
    PARKS = "parks";
    PARK_FOR_LOAD = "park_for_load";
    PARK_HAS_ROWS = "park_has_rows";
    PARK_INSERT = "park_insert";
    PARK_LOCK = "park_lock";
    PARK_SLUGS = "park_slugs";
    PARK_UPDATE = "park_update";
    QUARANTINE_CLEAR = "quarantine_clear";
    QUARANTINE_CLEAR_OTHERS = "quarantine_clear_others";
    QUARANTINE_INSERT = "quarantine_insert";
    REFERENCES_CHECKED = "references_checked";
    REFERENCES_TRUSTED = "references_trusted";
    REMOVE = "remove";
    REMOVE_LAYER = "remove_layer";
    RESTRICTED = "restricted";
    RUN_BEGIN = "run_begin";
    RUN_FINISH = "run_finish";
    SCHEMA_VERSION = "schema_version";
    SEARCH_PATH = "search_path";
    SERVER_STATE = "server_state";
    SNAPSHOT_ROWS = "snapshot_rows";
    SOURCE_LAYERS = "source_layers";
    SOURCE_LAYER_DELETE = "source_layer_delete";
    SOURCE_LAYER_UPSERT = "source_layer_upsert";
    STAGE_COPY = "stage_copy";
    STAGE_CREATE = "stage_create";
    STAGE_DROP = "stage_drop";
    STORED_KEYS = "stored_keys";
    TERRAIN_TILES = "terrain_tiles";
    VACANT_PARCELS = "vacant_parcels";
}

/// Replaces every `{name}` of a template.
pub(super) fn fill(template: &str, names: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in names {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// A template about one table.
pub(super) fn for_table(template: &str, table: &str) -> String {
    fill(template, &[("table", &quoted(table))])
}

/// An identifier in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `prefix` and every name in quotes, with commas between.
pub(super) fn list<'a>(prefix: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("{prefix}{}", quoted(name))).collect();
    names.join(", ")
}

/// A table as the load sees it: feature tables and terrain alike.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Name in schema `twin`.
    pub(super) name: &'static str,
    pub(super) has_geometry: bool,
    /// Columns of a COPY, in its order: those of `row::head`, then the content.
    pub(super) columns: Vec<&'static str>,
}

/// Columns that say what a row is and not what is in it.
const IDENTITY: [&str; 3] = ["park_id", "key", "srid"];
/// Columns that the change log leaves out of its JSON.
const NOT_LOGGED: [&str; 4] = ["park_id", "key", "geom", "heights"];
/// What each terrain tile has beside its identity.
const TILE_COLUMNS: [&str; 9] =
    ["geom", "tile_column", "tile_row", "origin_x_m", "origin_y_m", "cell_m", "columns", "rows", "heights"];

impl Target {
    pub(super) fn feature(table: &Table) -> Self {
        let has_geometry = table.geometry.is_some();
        let mut content = vec!["attributes"];
        if has_geometry {
            content.push("geom");
        }
        content.extend(table.columns.iter().map(|Column { name, .. }| *name));
        Self::new(table.name, has_geometry, &content)
    }

    pub(super) fn terrain() -> Self {
        Self::new("terrain_tile", true, &TILE_COLUMNS)
    }

    fn new(name: &'static str, has_geometry: bool, content: &[&'static str]) -> Self {
        let mut columns = vec!["park_id", "key", "layer", "source_row", "run_id"];
        if has_geometry {
            columns.push("srid");
        }
        columns.push("content_hash");
        columns.extend(content);
        Self { name, has_geometry, columns }
    }

    /// A template with `{table}`, `{columns}`, `{assignments}`, `{geom}` and `{kept}`.
    pub(super) fn fill(&self, template: &str) -> String {
        let columns = &self.columns;
        let assignments: Vec<String> = columns
            .iter()
            .filter(|name| !IDENTITY.contains(name))
            .map(|name| format!("{0} = s.{0}", quoted(name)))
            .collect();
        let kept = columns.iter().copied().filter(|name| !NOT_LOGGED.contains(name));
        fill(
            template,
            &[
                ("table", &quoted(self.name)),
                ("columns", &list("", columns.iter().copied())),
                ("assignments", &assignments.join(", ")),
                ("geom", if self.has_geometry { "t.geom" } else { "NULL::geometry" }),
                ("kept", &list("t.", kept)),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TABLES;

    #[test]
    fn every_placeholder_is_filled_for_every_table() {
        for target in TABLES.iter().map(Target::feature).chain([Target::terrain()]) {
            for template in [MERGE, REMOVE, REMOVE_LAYER, STAGE_CREATE, STAGE_COPY, COPY_ROWS, COPY_ROWS_FROZEN] {
                let text = target.fill(template);
                assert!(!text.contains('{'), "{text}");
                assert!(text.contains(&quoted(target.name)) || template == STAGE_COPY);
            }
        }
    }

    #[test]
    fn identifiers_cannot_break_out() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
