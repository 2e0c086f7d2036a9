//! What an import did, for people and for `--json`. Writing it out is left to the `twin` command.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spatial_db::store::Abandoned;

use crate::Issue;

/// What an import did. Serialises as the object that `twin import --json` ends with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// Number of the run in the store; null for a dry run.
    pub run: Option<i64>,
    /// Nothing was written.
    pub dry_run: bool,
    /// Earlier imports of the park that never ended; nothing of them was kept.
    pub unfinished: Vec<Abandoned>,
    /// The run whose very files these are, byte for byte: nothing was read again.
    pub same_as_run: Option<i64>,
    /// Slug of the park.
    pub park: String,
    /// EPSG code of the park's CRS.
    pub srid: i32,
    /// Seconds from reading the manifest to the commit.
    pub seconds: f64,
    /// One per layer, in the manifest's order.
    pub layers: Vec<LayerReport>,
    /// Rows of layers that left the manifest, removed.
    pub dropped_layers: Vec<DroppedReport>,
    /// The terrain grid, if the manifest has one.
    pub terrain: Option<TerrainReport>,
    /// The first issues of each kind, word for word.
    pub issues: Vec<Issue>,
    /// Every issue, counted by code.
    pub issue_totals: BTreeMap<Cow<'static, str>, u64>,
}

/// What an import did with one layer: `read = added + changed + unchanged + quarantined`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Layer of the manifest.
    pub layer: String,
    /// File, and layer in it, as the manifest names them.
    pub source: String,
    /// Word of the role.
    pub role: String,
    /// Rows read from the source. A raster counts as one.
    pub read: u64,
    /// Rows that are new.
    pub added: u64,
    /// Rows whose content changed.
    pub changed: u64,
    /// Rows of earlier imports that the source no longer has.
    pub removed: u64,
    /// Rows that were stored just so.
    pub unchanged: u64,
    /// Rows whose geometry was repaired; they are among the added, changed and unchanged.
    pub repaired: u64,
    /// Rows that came as they were mended, in place of the source's; they are among the others.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub mended: u64,
    /// Rows left out, duplicates included.
    pub quarantined: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl LayerReport {
    /// Rows accounted for; equals `read`.
    pub fn accounted(&self) -> u64 {
        self.added + self.changed + self.unchanged + self.quarantined
    }
}

/// Rows removed because their layer left the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DroppedReport {
    /// The layer that left.
    pub layer: String,
    /// Rows removed.
    pub removed: u64,
}

/// The terrain grid that was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TerrainReport {
    /// Layer of the manifest.
    pub layer: String,
    /// Spacing of samples, m.
    pub cell_m: f64,
    /// Samples west to east.
    pub columns: usize,
    /// Samples south to north.
    pub rows: usize,
    /// Lowest height, m.
    pub lowest_m: f64,
    /// Highest height, m.
    pub highest_m: f64,
    /// Samples without a height.
    pub unknown: usize,
    /// Heights used: spot heights, or samples of the raster.
    pub heights_used: u64,
}
