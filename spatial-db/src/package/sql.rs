//! Every statement that packages are written and read with, from the files in `sql/package/`.

macro_rules! statements {
    ($($name:ident = $file:literal;)+) => {
        $(pub(super) const $name: &str = include_str!(concat!("../../sql/package/", $file, ".sql"));)+
    };
}

statements! {
    APPLICATION_ID = "application_id";
    BEGIN = "begin";
    CHECKSUMS = "checksums";
    COLUMN = "column";
    COLUMN_NAMES = "column_names";
    COMMIT = "commit";
    CONTENTS = "contents";
    COVERAGE = "coverage";
    COVERAGE_TILE = "coverage_tile";
    CREATE = "create";
    FAST = "fast";
    FORMAT = "format";
    GEOMETRY = "geometry";
    IMAGERY_TILES = "imagery_tiles";
    INDEX = "index";
    INDEX_ROW = "index_row";
    INDEX_TRIGGERS = "index_triggers";
    IS_TABLE = "is_table";
    PYRAMID_TILE = "pyramid_tile";
    READ_SAFELY = "read_safely";
    ROW = "row";
    ROWS = "rows";
    SRS = "srs";
    TABLE = "table";
    TILE = "tile";
    TILES = "tiles";
    TILE_MATRIX = "tile_matrix";
    TILE_MATRIX_SET = "tile_matrix_set";
    TILE_ROWS = "tile_rows";
    TILE_TABLES = "tile_tables";
}

pub(super) use crate::store::sql::{fill, list, quoted};

/// A text as a constant of a statement.
pub(super) fn constant(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
