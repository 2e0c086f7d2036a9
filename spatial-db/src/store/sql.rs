//! Every statement the store sends, from the files in `sql/`, and the few names spliced into them.
//!
//! Names come from `schema::TABLES` only; values always travel as parameters.

use crate::model::FeatureKind;
use crate::schema::{Column, TABLES, Table};

macro_rules! statements {
    ($($name:ident = $file:literal;)+) => {
        $(pub(crate) const $name: &str = include_str!(concat!("../../sql/", $file, ".sql"));)+
    };
}

statements! {
    ANALYZE = "analyze";
    ATTEMPT_ABANDONED = "attempt_abandoned";
    ATTEMPT_BEGIN = "attempt_begin";
    ATTEMPT_COMMIT = "attempt_commit";
    ATTEMPT_END = "attempt_end";
    ATTEMPT_UNLOCK = "attempt_unlock";
    BOX_QUERY = "box_query";
    BULK_EMPTY = "bulk_empty";
    BULK_LOCK = "bulk_lock";
    BULK_OWNER = "bulk_owner";
    BULK_STATEMENTS = "bulk_statements";
    BULK_TRUNCATE = "bulk_truncate";
    CASE_CHAIN = "case_chain";
    CASE_EVENTS = "case_events";
    CASE_FILE_BYTES = "case_file_bytes";
    CASE_FILE_PUT = "case_file_put";
    CASE_GIVEN_OUT = "case_given_out";
    CASE_NUMBERS = "case_numbers";
    CASE_RECORD = "case_record";
    CASE_REFERENCES = "case_references";
    CASE_RIGHTS = "case_rights";
    CASE_SEALS = "case_seals";
    CHANGES_LOADED = "changes_loaded";
    CHANGES_LOGGED = "changes_logged";
    CHECK_AREAS = "check_areas";
    CHECK_AREAS_OF_TWO = "check_areas_of_two";
    CHECK_BUILDING_BASES = "check_building_bases";
    CHECK_BUILDING_PARCELS = "check_building_parcels";
    CHECK_BUILDING_STOREYS = "check_building_storeys";
    CHECK_CLEAR = "check_clear";
    CHECK_EDGE_COURSE = "check_edge_course";
    CHECK_EDGE_ENDS = "check_edge_ends";
    CHECK_GEOMETRY_DUPLICATE = "check_geometry_duplicate";
    CHECK_GIVEN = "check_given";
    CHECK_INSERT = "check_insert";
    CHECK_NETWORK_JOINS = "check_network_joins";
    CHECK_NETWORK_LINES = "check_network_lines";
    CHECK_NETWORK_NODES = "check_network_nodes";
    CHECK_NETWORK_POINTS = "check_network_points";
    CHECK_NODE_DEPTH = "check_node_depth";
    CHECK_NODE_LINKS = "check_node_links";
    CHECK_OVERLAP = "check_overlap";
    CHECK_PARCEL_AREA = "check_parcel_area";
    CHECK_PARCEL_GAP = "check_parcel_gap";
    CHECK_REFERENCE = "check_reference";
    CHECK_SAID = "check_said";
    CHECK_STATE_FORGET = "check_state_forget";
    CHECK_STATE_FORGET_ALL = "check_state_forget_all";
    CHECK_STATE_UPSERT = "check_state_upsert";
    CHECK_STATES = "check_states";
    CHECK_UNIT_BUILDING = "check_unit_building";
    CHECK_UNIT_EDGE = "check_unit_edge";
    CHECK_UNIT_NODE = "check_unit_node";
    CHECK_UNIT_PARCEL = "check_unit_parcel";
    COPY_ROWS = "copy_rows";
    COPY_ROWS_FROZEN = "copy_rows_frozen";
    COUNT_BY_PARK = "count_by_park";
    CREATE_EXTENSION = "create_extension";
    CREATE_SCHEMA = "create_schema";
    EXACT_NUMBERS = "exact_numbers";
    EXTENSION_AVAILABLE = "extension_available";
    EXTENSION_STATE = "extension_state";
    FEATURE_HISTORY = "feature_history";
    FEED_LISTEN = "feed_listen";
    FEED_MARK = "feed_mark";
    FEED_ROWS = "feed_rows";
    FEED_RUNS = "feed_runs";
    FEED_TABLES = "feed_tables";
    FEED_TOUCHED = "feed_touched";
    IMAGERY_LEVELS = "imagery_levels";
    IMAGERY_TILES = "imagery_tiles";
    ISSUE_CLEAR = "issue_clear";
    ISSUE_FIRST = "issue_first";
    ISSUE_INSERT = "issue_insert";
    ISSUE_INSERT_REST = "issue_insert_rest";
    ISSUE_PLACES = "issue_places";
    ISSUE_PLACES_REST = "issue_places_rest";
    ISSUE_ROWS = "issue_rows";
    ISSUE_STAGE_ANALYZE = "issue_stage_analyze";
    ISSUE_STAGE_COPY = "issue_stage_copy";
    ISSUE_STAGE_CREATE = "issue_stage_create";
    ISSUE_STAGE_DROP = "issue_stage_drop";
    ISSUE_SUMS = "issue_sums";
    ISSUE_TOTALS = "issue_totals";
    KNOWN_SRID = "known_srid";
    LAND_INDICATORS = "land_indicators";
    LOG_LOADED = "log_loaded";
    MERGE = "merge";
    MIGRATION_LOCK = "migration_lock";
    MIGRATION_UNLOCK = "migration_unlock";
    NEAREST = "nearest";
    PACK_FRAMES = "pack_frames";
    PACK_IMAGERY = "pack_imagery";
    PACK_RUN = "pack_run";
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
    PITCH_EVENTS = "pitch_events";
    PITCH_RECORD = "pitch_record";
    QUARANTINE_INSERT = "quarantine_insert";
    QUARANTINE_ROWS = "quarantine_rows";
    QUARANTINE_SETTLE = "quarantine_settle";
    REFERENCES_CHECKED = "references_checked";
    REFERENCES_TRUSTED = "references_trusted";
    REMOVE = "remove";
    REMOVE_LAYER = "remove_layer";
    RESTRICTED = "restricted";
    REVERT_BLOCKERS = "revert_blockers";
    REVERT_BRING_BACK = "revert_bring_back";
    REVERT_CHANGE_BACK = "revert_change_back";
    REVERT_EXPECTED = "revert_expected";
    REVERT_OCCUPIED = "revert_occupied";
    REVERT_TAKE_OUT = "revert_take_out";
    REVERT_UNLOAD = "revert_unload";
    RUNS = "runs";
    RUNS_CHANGES = "runs_changes";
    RUNS_OF_MANIFEST = "runs_of_manifest";
    RUN_BEGIN = "run_begin";
    RUN_FINGERPRINT = "run_fingerprint";
    RUN_FINISH = "run_finish";
    RUN_LAST = "run_last";
    SCHEMA_VERSION = "schema_version";
    SEARCH_PATH = "search_path";
    SERVER_STATE = "server_state";
    SET_ASIDE_BACK = "set_aside_back";
    SET_ASIDE_OUT = "set_aside_out";
    SET_ASIDE_PARK = "set_aside_park";
    SNAPSHOT_ROWS = "snapshot_rows";
    SNAPSHOT_ROWS_AT = "snapshot_rows_at";
    SOURCE_LAYERS = "source_layers";
    SOURCE_LAYER_DELETE = "source_layer_delete";
    SOURCE_LAYER_MISSING = "source_layer_missing";
    SOURCE_LAYER_RECOUNT = "source_layer_recount";
    SOURCE_LAYER_UPSERT = "source_layer_upsert";
    SRS = "srs";
    STAGE_COPY = "stage_copy";
    STAGE_CREATE = "stage_create";
    STAGE_DROP = "stage_drop";
    STORED_KEYS = "stored_keys";
    TABLE_COUNTS = "table_counts";
    TERRAIN_TILES = "terrain_tiles";
    TERRAIN_TILES_AT = "terrain_tiles_at";
    VACANT_PARCELS = "vacant_parcels";
    VALVE_STATES = "valve_states";
    VALVE_STATES_PUT = "valve_states_put";
}

/// Replaces every `{name}` of a template.
pub(crate) fn fill(template: &str, names: &[(&str, &str)]) -> String {
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
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `prefix` and every name in quotes, with commas between.
pub(crate) fn list<'a>(prefix: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("{prefix}{}", quoted(name))).collect();
    names.join(", ")
}

/// Columns out of the change log `c`, its JSON read as `p`, with commas between.
pub(super) fn past_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(Target::past).collect();
    names.join(", ")
}

/// A table as the load sees it: feature tables and terrain alike.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Name in schema `twin`.
    pub(super) name: &'static str,
    pub(super) has_geometry: bool,
    /// Column with the bytes of a raster.
    pub(super) bytes: Option<&'static str>,
    /// Columns of a COPY, in its order: those of `row::head`, then the content.
    pub(super) columns: Vec<&'static str>,
}

/// Columns that say what a row is and not what is in it.
const IDENTITY: [&str; 3] = ["park_id", "key", "srid"];
/// Columns that the change log keeps beside its JSON.
const NOT_IN_JSON: [&str; 5] = ["park_id", "key", "geom", "heights", "image"];
/// Columns with the bytes of rasters.
const BYTES: [&str; 2] = ["heights", "image"];
/// What each terrain tile has beside its identity.
const TILE_COLUMNS: [&str; 9] =
    ["geom", "tile_column", "tile_row", "origin_x_m", "origin_y_m", "cell_m", "columns", "rows", "heights"];

/// What each imagery tile has beside its identity.
const IMAGERY_COLUMNS: [&str; 4] = ["geom", "pixel_m", "media_type", "image"];

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

    pub(super) fn imagery() -> Self {
        Self::new("imagery_tile", true, &IMAGERY_COLUMNS)
    }

    fn new(name: &'static str, has_geometry: bool, content: &[&'static str]) -> Self {
        let mut columns = vec!["park_id", "key", "layer", "source_row", "run_id"];
        if has_geometry {
            columns.push("srid");
        }
        columns.push("content_hash");
        columns.extend(content);
        let bytes = columns.iter().copied().find(|name| BYTES.contains(name));
        Self { name, has_geometry, bytes, columns }
    }

    /// Every table whose rows have a history.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        TABLES.iter().map(Self::feature).chain([Self::terrain(), Self::imagery()])
    }

    /// The table of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().find(|target| target.name == name)
    }

    /// Kind of the table's features.
    pub(super) fn kind(&self) -> FeatureKind {
        let tiles = if self.name == "imagery_tile" { FeatureKind::ImageryTile } else { FeatureKind::TerrainTile };
        TABLES.iter().find(|table| table.name == self.name).map_or(tiles, |table| table.kind)
    }

    /// A column of a state that the change log `c` keeps, its JSON read as `p`.
    fn past(name: &str) -> String {
        match name {
            "park_id" | "key" => format!("c.{name}"),
            "geom" => "c.before_geom".to_owned(),
            name if BYTES.contains(&name) => "c.before_bytes".to_owned(),
            name => format!("p.{}", quoted(name)),
        }
    }

    /// A template with `{table}`, `{columns}`, `{assignments}`, `{geom}`, `{bytes}` and `{kept}`, with `{past}`: the
    /// columns out of the change log, and `{restored}`: the assignments from there.
    pub(crate) fn fill(&self, template: &str) -> String {
        let columns = &self.columns;
        let assignments: Vec<String> = columns
            .iter()
            .filter(|name| !IDENTITY.contains(name))
            .map(|name| format!("{0} = s.{0}", quoted(name)))
            .collect();
        let kept = columns.iter().copied().filter(|name| !NOT_IN_JSON.contains(name));
        let past: Vec<String> = columns.iter().map(|name| Self::past(name)).collect();
        let restored: Vec<String> = columns
            .iter()
            .filter(|name| !["park_id", "key"].contains(name))
            .map(|name| format!("{} = {}", quoted(name), Self::past(name)))
            .collect();
        fill(
            template,
            &[
                ("table", &quoted(self.name)),
                ("columns", &list("", columns.iter().copied())),
                ("assignments", &assignments.join(", ")),
                ("geom", if self.has_geometry { "t.geom" } else { "NULL::geometry" }),
                ("bytes", &self.bytes.map_or_else(|| "NULL::bytea".to_owned(), |name| format!("t.{}", quoted(name)))),
                ("kept", &list("t.", kept)),
                ("past", &past.join(", ")),
                ("restored", &restored.join(", ")),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled_for_every_table() {
        for target in Target::all() {
            for template in [
                CHANGES_LOADED,
                CHANGES_LOGGED,
                COPY_ROWS,
                COPY_ROWS_FROZEN,
                MERGE,
                REMOVE,
                REMOVE_LAYER,
                REVERT_BRING_BACK,
                REVERT_CHANGE_BACK,
                REVERT_OCCUPIED,
                REVERT_TAKE_OUT,
                REVERT_UNLOAD,
                STAGE_COPY,
                STAGE_CREATE,
            ] {
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
