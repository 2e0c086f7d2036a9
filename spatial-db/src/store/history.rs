//! What became of one feature: every state that the database held, with the runs that brought it.

use chrono::{DateTime, Utc};
use postgres::Row;
use serde_json::{Map, Value as Json};

use super::changes::{ColumnChange, differing};
use super::{RunKind, Store, StoreError, sql};
use crate::model::FeatureId;
use crate::schema::Table;

/// A state of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureState {
    /// The run that brought it.
    pub run_id: i64,
    /// What that run was.
    pub kind: RunKind,
    /// When it was committed.
    pub finished: DateTime<Utc>,
    /// Database user who ran it.
    pub by: String,
    /// The run that it undid.
    pub reverts: Option<i64>,
    /// Columns that differ from the state before; none in the first.
    pub columns: Vec<ColumnChange>,
    /// The shape differs from that of the state before.
    pub reshaped: bool,
    /// The run that took the feature out after this state.
    pub removed_by: Option<i64>,
    /// Source file, and layer in it, that the layer was last read from.
    pub source: Option<String>,
}

impl Store {
    /// Every state of a feature, the first one first; none for a feature that never was. Needs the right to read the change
    /// log, which viewers do not have.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn feature_history(&mut self, slug: &str, id: FeatureId) -> Result<Vec<FeatureState>, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let Some(table) = Table::of(id.kind) else { return Ok(Vec::new()) };
        let rows = self.client.query(sql::FEATURE_HISTORY, &[&park_id, &table.name, &id.id]);
        let rows = rows.map_err(StoreError::of(format!("reading the history of {} {}", table.name, id.id)))?;
        let mut before: Option<Map<String, Json>> = None;
        Ok(rows.iter().map(|row| state_of(row, &mut before)).collect())
    }
}

fn state_of(row: &Row, before: &mut Option<Map<String, Json>>) -> FeatureState {
    let mut now = match row.get::<_, Option<Json>>(6) {
        Some(Json::Object(properties)) => properties,
        _ => Map::new(),
    };
    now.insert("layer".to_owned(), row.get::<_, Option<String>>(5).into());
    let columns = before.as_ref().map_or_else(Vec::new, |before| differing(before, &now));
    *before = Some(now);
    FeatureState {
        run_id: row.get(0),
        kind: if row.get::<_, &str>(1) == "revert" { RunKind::Revert } else { RunKind::Import },
        finished: row.get(2),
        by: row.get(3),
        reverts: row.get(4),
        columns,
        reshaped: row.get(7),
        removed_by: row.get(8),
        source: row.get(9),
    }
}
