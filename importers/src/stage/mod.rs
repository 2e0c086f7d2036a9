//! Rows as read into records of the store: keys, values, geometry in the park's CRS, elevations; or into quarantine.
//!
//! Reading is left to `reader`, loading to `import`.

mod cells;
mod elevation;
mod layer;
mod network;
mod outline;
mod place;
mod shape;
mod spool;
mod survey;

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use serde_json::Map;
use spatial_db::model::{FeatureKind, TerrainGrid};
use spatial_db::store::QuarantinedRow;

pub(crate) use cells::{Cell, Raw, Unfit, raw};
pub(crate) use elevation::NodeSites;
pub(crate) use layer::{Opening, Stager};
pub(crate) use network::settle_nodes;
pub(crate) use place::{GeometryPlan, Placing};
pub(crate) use shape::expectation;
pub(crate) use spool::Quarantine;
use spool::Suspects;

use crate::crs::Bounds;
use crate::issue::{Issue, IssueLog, Severity};
use crate::manifest::LayerSpec;
use crate::reader::Batch;

/// Why a row is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    pub(crate) fix: String,
}

/// What the layers of one import share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Every issue so far.
    pub(crate) issues: IssueLog,
    /// Network nodes by key.
    pub(crate) sites: NodeSites,
    /// The ground.
    pub(crate) ground: Option<TerrainGrid>,
    /// Where the park's features lie.
    pub(crate) extent: Option<Bounds>,
    /// Hashes of the keys of every table.
    keys: HashMap<FeatureKind, HashSet<u64, RandomState>>,
    /// What they are hashed with: a million short keys take a second with the standard one.
    hasher: RandomState,
}

impl Shared {
    fn cover(&mut self, x: f64, y: f64) {
        self.extent = Some(match self.extent {
            None => [x, y, x, y],
            Some([west, south, east, north]) => [west.min(x), south.min(y), east.max(x), north.max(y)],
        });
    }
}

/// What the layer being staged leaves behind beside its records.
#[derive(Debug, Default)]
pub(crate) struct Leavings {
    /// Rows left out.
    pub(crate) quarantine: Quarantine,
    /// Rows repaired and kept.
    pub(crate) repaired: u64,
    /// Rows that came as they were mended.
    pub(crate) mended: u64,
    /// Rows as read whose key may have been taken: the store decides.
    pub(crate) suspects: Suspects,
}

/// Words that stand for a layer in issues.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) layer: String,
    pub(crate) source: String,
}

impl Named {
    pub(crate) fn of(spec: &LayerSpec) -> Self {
        Self { layer: spec.name.clone(), source: spec.source() }
    }

    pub(crate) fn issue(
        &self,
        code: &'static str,
        severity: Severity,
        row: Option<i64>,
        key: Option<&str>,
        reason: String,
        fix: String,
    ) -> Issue {
        Issue {
            code: code.into(),
            severity,
            file: self.source.clone(),
            layer: self.layer.clone(),
            row,
            key: key.map(str::to_owned),
            reason,
            fix,
            facts: Map::new(),
            place: None,
        }
    }

    /// Puts a row into quarantine, with everything that was read of it.
    #[expect(clippy::too_many_arguments, reason = "a row has that many sides")]
    pub(crate) fn quarantine(
        &self,
        trouble: Trouble,
        row: i64,
        key: Option<&str>,
        raw: serde_json::Value,
        place: Option<geo::Geometry<f64>>,
        shared: &mut Shared,
        leavings: &mut Leavings,
    ) {
        let Trouble { code, reason, fix } = trouble;
        let issue = self.issue(code, Severity::Quarantined, Some(row), key, reason.clone(), fix.clone());
        shared.issues.push(issue.at(place));
        leavings.quarantine.push(QuarantinedRow {
            source: self.source.clone(),
            source_row: row,
            code: code.to_owned(),
            reason,
            fix,
            raw,
        });
    }
}

/// A row with every field and its geometry, as read.
pub(crate) fn whole_row(fields: &[String], batch: &Batch, row: usize, wkb: &[u8]) -> serde_json::Value {
    let mut object = Map::new();
    for (index, field) in fields.iter().enumerate() {
        object.insert(field.clone(), raw(batch, index, row).json());
    }
    if !wkb.is_empty() {
        object.insert("@wkb".to_owned(), crate::wkb::hex(wkb).into());
    }
    serde_json::Value::Object(object)
}
