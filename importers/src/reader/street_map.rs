//! OpenStreetMap extracts: the tags that a park asks about as fields, one layer at a time so that memory stays flat.
//!
//! The driver reads points, then lines, then areas from one stream. A layer that is not read piles up its features in
//! memory until it gives up; so all but the one asked for are told not to.

use gdal::vector::LayerAccess;
use gdal::vector::sql::Dialect;

use super::open::{self, Opening, Source, unreadable};
use super::protocol::ReadFailure;

/// Tags as fields, in the driver's own format.
const TAGS: &str = include_str!("osmconf.ini");
/// Megabytes of node positions that are kept in memory; more go to a file.
const NODES_IN_MEMORY_MB: u32 = 100;

/// Opens an extract for one of its layers. Without one the layers are only there to be named.
pub(super) fn open(opening: &Opening<'_>, layer: Option<&str>) -> Result<Source, ReadFailure> {
    let scratch = open::scratch()?;
    let mut options = vec![format!("MAX_TMPFILE_SIZE={NODES_IN_MEMORY_MB}")];
    // Whoever set GDAL's own variable has tags of their own in mind.
    if std::env::var_os("OSM_CONFIG_FILE").is_none() {
        let tags = scratch.path().join("osmconf.ini");
        std::fs::write(&tags, TAGS).map_err(|error| unreadable(&error))?;
        options.push(format!("CONFIG_FILE={}", tags.display()));
    }
    gdal::config::set_config_option("CPL_TMPDIR", &scratch.path().to_string_lossy())
        .map_err(|error| unreadable(&error))?;
    let dataset = opening.with(&options)?;
    if let Some(layer) = layer.filter(|layer| dataset.layers().any(|known| known.name() == *layer)) {
        dataset
            .execute_sql(format!("SET interest_layers = {layer}"), None, Dialect::DEFAULT)
            .map_err(|error| unreadable(&error))?;
    }
    Ok(Source { scratch: Some(scratch), ..Source::plain(dataset) })
}
