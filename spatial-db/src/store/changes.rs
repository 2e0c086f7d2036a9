//! What a load changed, feature by feature: which columns from what to what, and how far a shape moved.
//!
//! Read from the change log inside the load's own transaction; what is done with it is left to the caller.

use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::sql::{self, Target};
use super::{Load, StoreError};
use crate::model::FeatureKind;

/// What became of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// It is new.
    Added,
    /// Its content or its layer differs.
    Changed,
    /// It is gone.
    Removed,
}

/// What became of one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Kind of the feature.
    pub kind: FeatureKind,
    /// Layer of the run that made the change.
    pub layer: String,
    /// What became of it.
    pub op: Operation,
    /// Its number.
    pub feature_id: i64,
    /// Its key.
    pub key: String,
    /// Columns that differ; `layer` and `attributes.<field>` among them. Empty unless changed.
    pub columns: Vec<ColumnChange>,
    /// How its shape differs; `None` where it does not.
    pub geometry: Option<GeometryChange>,
    /// The bytes of a raster tile differ.
    pub raster: bool,
}

/// A column that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnChange {
    /// Name.
    pub column: String,
    /// Value before; null is unknown.
    pub old: Json,
    /// Value after; null is unknown.
    pub new: Json,
}

/// How a shape differs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GeometryChange {
    /// The farthest that a point of one shape lies from the other in plan, m (Hausdorff distance over the vertices; of
    /// very large shapes the distance of their centres). 0 when only elevations differ.
    pub moved_m: f64,
    /// Growth of the area, m².
    pub area_by_m2: f64,
    /// Growth of the length in plan, m.
    pub length_by_m: f64,
}

/// Columns that say where a row came from, not what it is.
const NOT_CONTENT: [&str; 5] = ["source_row", "run_id", "srid", "content_hash", "attributes"];

impl Load<'_> {
    /// Tells `hear` every change that this load made so far, table by table. Memory stays flat.
    ///
    /// # Errors
    /// The server's.
    pub fn changes(&mut self, hear: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
        of_run(&mut self.tx, self.park_id, self.run_id, hear)
    }
}

/// Tells `hear` every change of the run that this transaction makes.
pub(super) fn of_run(
    tx: &mut Transaction<'_>,
    park_id: i32,
    run_id: i64,
    hear: &mut dyn FnMut(Change),
) -> Result<(), StoreError> {
    for target in Target::all() {
        let what = || StoreError::of(format!("listing the changes of {}", target.name));
        let parameters: [&(dyn ToSql + Sync); 3] = [&park_id, &run_id, &target.name];
        let mut rows = tx.query_raw(&target.fill(sql::CHANGES_LOADED), parameters).map_err(what())?;
        while let Some(row) = rows.next().map_err(what())? {
            hear(Change {
                kind: target.kind(),
                layer: row.get(0),
                op: Operation::Added,
                feature_id: row.get(1),
                key: row.get(2),
                columns: Vec::new(),
                geometry: None,
                raster: false,
            });
        }
        drop(rows);
        let mut rows = tx.query_raw(&target.fill(sql::CHANGES_LOGGED), parameters).map_err(what())?;
        while let Some(row) = rows.next().map_err(what())? {
            let op = match row.get::<_, &str>(0) {
                "removed" => Operation::Removed,
                "changed" => Operation::Changed,
                _ => Operation::Added,
            };
            let (before, after): (Option<Json>, Option<Json>) = (row.get(4), row.get(5));
            let columns = match (before, after) {
                (Some(Json::Object(before)), Some(Json::Object(after))) => differing(&before, &after),
                _ => Vec::new(),
            };
            let number = |at: usize| row.get::<_, Option<f64>>(at).unwrap_or_default();
            let reshaped: Option<bool> = row.get(6);
            hear(Change {
                kind: target.kind(),
                layer: row.get(1),
                op,
                feature_id: row.get(2),
                key: row.get(3),
                columns,
                geometry: reshaped.unwrap_or_default().then(|| GeometryChange {
                    moved_m: number(7),
                    area_by_m2: number(8),
                    length_by_m: number(9),
                }),
                raster: target.bytes.is_some() && row.get::<_, Option<bool>>(10).unwrap_or_default(),
            });
        }
    }
    Ok(())
}

/// Columns whose values differ, and fields of the attributes.
pub(super) fn differing(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<ColumnChange> {
    let mut found = Vec::new();
    let mut compare = |prefix: &str, before: &Map<String, Json>, after: &Map<String, Json>| {
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        for name in names.filter(|name| !prefix.is_empty() || !NOT_CONTENT.contains(&name.as_str())) {
            let value = |of: &Map<String, Json>| of.get(name).cloned().unwrap_or_default();
            let (old, new) = (value(before), value(after));
            if old != new {
                found.push(ColumnChange { column: format!("{prefix}{name}"), old, new });
            }
        }
    };
    compare("", before, after);
    if let (Some(Json::Object(before)), Some(Json::Object(after))) = (before.get("attributes"), after.get("attributes"))
    {
        compare("attributes.", before, after);
    }
    found.sort_by(|a, b| a.column.cmp(&b.column));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_and_attributes_are_compared_and_provenance_is_not() {
        let object = |value: Json| value.as_object().unwrap().clone();
        let before = json!({"name": "a", "storeys": 2, "run_id": 1, "layer": "l", "attributes": {"x": 1, "y": null}});
        let after = json!({"name": "b", "storeys": 2, "run_id": 2, "layer": "m", "attributes": {"x": 1, "z": "new"}});
        let found = differing(&object(before), &object(after));
        let told: Vec<String> = found.iter().map(|c| format!("{} {}→{}", c.column, c.old, c.new)).collect();
        assert_eq!(told, ["attributes.z null→\"new\"", "layer \"l\"→\"m\"", "name \"a\"→\"b\""]);
    }
}
