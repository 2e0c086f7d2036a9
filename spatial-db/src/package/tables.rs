//! The tables of a package: their names, words and columns.

use std::fmt::Write as _;

use super::file::Column;
use super::value::Kind;
use crate::model::{FeatureKind, Park};
use crate::schema::{GeometryKind, Table};

/// Newest format that this program writes and reads.
pub(super) const FORMAT: i64 = 2;

/// What the package says of itself and its park: one row.
pub(super) const PACKAGE: &str = "twin_package";
/// How many rows each table has, and their checksum.
pub(super) const CHECKSUM: &str = "twin_checksum";
/// Where the rows come from.
pub(super) const SOURCE_LAYER: &str = "twin_source_layer";
/// Levels of imagery.
pub(super) const IMAGERY_LEVEL: &str = "twin_imagery_level";
/// Tiles of imagery.
pub(super) const IMAGERY_TILE: &str = "imagery_tile";
/// What a person wrote to show the park by; a package without has no such table.
pub(super) const SCENE: &str = "twin_scene";
/// How valves stood; a package without has no such table.
pub(super) const VALVE_STATE: &str = "valve_state";
/// Pages about sites of the park; a package without has no such table.
pub(super) const BRIEF: &str = "twin_brief";
/// What of the park is shown, in a package that is given away; a whole package has no such table.
pub(super) const SHOWN: &str = "twin_shown";
/// What is wrong with the data.
pub(super) const ISSUE: &str = "issue";
/// Heights of the ground.
pub(super) const TERRAIN: &str = "terrain";

/// A table's title and what it holds, in words.
pub(super) fn words(kind: FeatureKind) -> (&'static str, &'static str) {
    match kind {
        FeatureKind::Parcel => ("Parcels", "Land parcels"),
        FeatureKind::Building => ("Buildings", "Building footprints with their heights"),
        FeatureKind::Enterprise => ("Enterprises", "Resident enterprises"),
        FeatureKind::Tenancy => ("Tenancies", "Who uses which floor or land"),
        FeatureKind::EnterpriseYear => ("Enterprise years", "Yearly figures of the enterprises"),
        FeatureKind::LandContract => ("Land contracts", "Contracts that grant land-use rights"),
        FeatureKind::LandEvent => ("Land events", "What happened under the land contracts"),
        FeatureKind::Project => ("Projects", "Projects on the land, as planned"),
        FeatureKind::NetworkNode => ("Network nodes", "Points of the underground networks, with elevation"),
        FeatureKind::NetworkEdge => ("Network edges", "Pipes, ducts and cables, with the elevation of their axes"),
        FeatureKind::RoadEdge => ("Roads", "Road centre lines"),
        FeatureKind::EmergencyResource => ("Emergency resources", "What helps in an emergency"),
        FeatureKind::HazardSource => ("Hazard sources", "What can cause an emergency"),
        FeatureKind::Surface => ("Surfaces", "Ground cover"),
        FeatureKind::BuildingSurface => ("Building surfaces", "Roofs and walls of modelled buildings, in space"),
        FeatureKind::TerrainTile => ("Terrain", "Heights of the ground in metres"),
        FeatureKind::ImageryTile => ("Imagery tiles", "Orthophoto tiles as kept, with the ground that each shows"),
    }
}

/// A title and description with what everybody must know of the data.
pub(super) fn labelled(park: &Park, (title, holds): (&str, &str)) -> (String, String) {
    let title = if park.synthetic { format!("{title} (SYNTHETIC)") } else { title.to_owned() };
    let mut description = format!("{holds} of {}.", park.name);
    if park.synthetic {
        description.push_str(" SYNTHETIC data: made up, not surveyed.");
    }
    for (label, said) in [("Licence", &park.licence), ("Credit", &park.attribution)] {
        if let Some(said) = said {
            let _ = write!(description, " {label}: {said}.");
        }
    }
    (title, description)
}

/// Columns of a table of features: key, the table's own, then where the row comes from.
pub(super) fn feature_columns(table: &Table) -> Vec<Column<'static>> {
    let mut columns = vec![Column::new("key", Kind::Text, "The source's own key")];
    columns.extend(table.columns.iter().map(|column| Column::new(column.name, column.kind.into(), column.doc)));
    columns.push(Column::new("layer", Kind::Text, "Layer of the manifest; twin_source_layer says which file that is"));
    columns.push(Column::new("source_row", Kind::Integer, "Row number in the source file, from 1"));
    columns.push(Column::new("attributes", Kind::Text, "Fields of the source that the manifest did not map, as JSON"));
    columns
}

/// A column with its name, kind and meaning.
type Said = (&'static str, Kind, &'static str);

fn columns(said: &[Said]) -> Vec<Column<'static>> {
    said.iter().map(|(name, kind, doc)| Column::new(*name, *kind, *doc)).collect()
}

/// Columns of [`PACKAGE`].
pub(super) fn package_columns() -> Vec<Column<'static>> {
    columns(&[
        ("format_version", Kind::Integer, "Version of the package's format"),
        ("program", Kind::Text, "Program and version that packed it"),
        ("packed", Kind::Moment, "When the database last changed, or the moment that was given with --stamp"),
        ("run_id", Kind::Integer, "The last import of the park"),
        ("park_id", Kind::Integer, "Number of the park in the database"),
        ("slug", Kind::Text, "Short name of the park"),
        ("name", Kind::Text, "Name of the park"),
        ("srid", Kind::Integer, "EPSG code of the park's CRS"),
        ("synthetic", Kind::Truth, "Made up, in whole or in part"),
        ("notice", Kind::Text, "What everybody must know of the data"),
        ("attribution", Kind::Text, "Credit line of the data"),
        ("licence", Kind::Text, "Licence of the data"),
        ("as_of", Kind::Date, "Date the data describes"),
        ("terrain_origin_x_m", Kind::Real, "Easting of the terrain's south-west sample, m"),
        ("terrain_origin_y_m", Kind::Real, "Northing of the terrain's south-west sample, m"),
        ("terrain_cell_m", Kind::Real, "Spacing of the terrain's samples, m"),
        ("terrain_columns", Kind::Integer, "Samples of the terrain from west to east"),
        ("terrain_rows", Kind::Integer, "Samples of the terrain from south to north"),
    ])
}

/// Columns of [`CHECKSUM`].
pub(super) fn checksum_columns() -> Vec<Column<'static>> {
    columns(&[
        ("table_name", Kind::Text, "The table"),
        ("row_count", Kind::Integer, "Rows that were packed"),
        ("checksum", Kind::Text, "BLAKE3 over every field of every row, first 16 bytes"),
    ])
}

/// Columns of [`SOURCE_LAYER`].
pub(super) fn source_layer_columns() -> Vec<Column<'static>> {
    columns(&[
        ("table_name", Kind::Text, "Table that the layer's rows are in"),
        ("layer", Kind::Text, "Layer of the manifest"),
        ("source", Kind::Text, "Source file, and layer in it"),
        ("row_count", Kind::Integer, "Rows of the layer in the database"),
        ("licence", Kind::Text, "Licence, as the manifest says of the whole park"),
        ("attribution", Kind::Text, "Credit line, as the manifest says of the whole park"),
    ])
}

/// Columns of [`IMAGERY_LEVEL`].
pub(super) fn imagery_level_columns() -> Vec<Column<'static>> {
    columns(&[
        ("layer", Kind::Text, "Layer of the manifest"),
        ("pixel_m", Kind::Real, "Size of a pixel on the ground, m"),
        ("pixels", Kind::Real, "Pixels in all"),
    ])
}

/// Columns of [`IMAGERY_TILE`].
pub(super) fn imagery_tile_columns() -> Vec<Column<'static>> {
    columns(&[
        ("layer", Kind::Text, "Layer of the manifest"),
        ("west_m", Kind::Real, "Western edge of the ground shown, m"),
        ("south_m", Kind::Real, "Southern edge of the ground shown, m"),
        ("east_m", Kind::Real, "Eastern edge of the ground shown, m"),
        ("north_m", Kind::Real, "Northern edge of the ground shown, m"),
        ("pixel_m", Kind::Real, "Size of a pixel on the ground, m"),
        ("media_type", Kind::Text, "image/jpeg or image/png"),
        ("image", Kind::Blob, "The encoded picture, north up, where it does not lie in a pyramid just so"),
        ("checksum", Kind::Text, "BLAKE3 over the picture, first 16 bytes"),
        ("pyramid", Kind::Text, "Table of tiles that has the picture"),
        ("pyramid_id", Kind::Integer, "Its number there"),
    ])
}

/// Columns of [`SCENE`].
pub(super) fn scene_columns() -> Vec<Column<'static>> {
    columns(&[
        ("kind", Kind::Text, "scene, tour, or bookmarks: the views kept in the window of whoever packed it"),
        ("name", Kind::Text, "Name; of a scene or tour that of its file"),
        ("content", Kind::Text, "The file as it was written, in RON; scenes/README.md describes it"),
    ])
}

/// Columns of [`VALVE_STATE`].
pub(super) fn valve_state_columns() -> Vec<Column<'static>> {
    columns(&[
        ("node_key", Kind::Text, "Key of the network node that is the valve"),
        ("observed", Kind::Moment, "When"),
        ("open_fraction", Kind::Real, "0 closed, 1 fully open; null where it was looked for and not known"),
        ("stuck", Kind::Truth, "It cannot be moved from where it stands"),
        ("source", Kind::Text, "Who or what observed it"),
    ])
}

/// Columns of [`BRIEF`].
pub(super) fn brief_columns() -> Vec<Column<'static>> {
    columns(&[
        ("language", Kind::Text, "Code of the language: en, zh"),
        ("title", Kind::Text, "Title"),
        ("content", Kind::Text, "The page, HTML with nothing beside it"),
    ])
}

/// Columns of [`SHOWN`].
pub(super) fn shown_columns() -> Vec<Column<'static>> {
    columns(&[
        ("table_name", Kind::Text, "The table"),
        ("columns", Kind::Text, "Columns that are shown, by their names; the others are left out, not unknown"),
    ])
}

/// Columns of [`ISSUE`].
pub(super) fn issue_columns() -> Vec<Column<'static>> {
    columns(&[
        ("issue_id", Kind::Integer, "Number of the issue in the database"),
        ("run_id", Kind::Integer, "The import that found it"),
        ("check_code", Kind::Text, "The check over whole tables that found it"),
        ("code", Kind::Text, "Stable code; docs/issues.md explains each"),
        ("severity", Kind::Text, "error, warning or note"),
        ("table_name", Kind::Text, "Table of the feature"),
        ("layer", Kind::Text, "Layer of the manifest"),
        ("source", Kind::Text, "Source file, and layer in it"),
        ("source_row", Kind::Integer, "Row in the source, from 1"),
        ("feature_id", Kind::Integer, "Number of the feature in its table"),
        ("key", Kind::Text, "Key of the feature"),
        ("other_table", Kind::Text, "Table of the second feature"),
        ("other_feature", Kind::Integer, "Number of the second feature"),
        ("other_key", Kind::Text, "Key of the second feature, or the key that is missing"),
        ("reason", Kind::Text, "What is wrong"),
        ("fix", Kind::Text, "What to do about it"),
        ("facts", Kind::Text, "The figures behind it, as JSON; names carry units"),
        ("quarantine_id", Kind::Integer, "Number of the rejected row in quarantine"),
    ])
}

/// Geometry of [`ISSUE`]: where the trouble is, where the feature's own place does not say it.
pub(super) const ISSUE_PLACE: GeometryKind = GeometryKind::Any;
