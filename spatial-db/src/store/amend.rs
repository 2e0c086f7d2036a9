//! Single rows of a park, changed where they stand: what a scenario that was accepted writes. A run like any other, which the log, the
//! feed and `revert` know.
//!
//! Which rows differ is read off two states of the park; what the second of them should be is for others to say.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use geo::{Geometry, MultiPolygon};

use super::runs::Lineage;
use super::sql::{self, Target};
use super::{Load, StoreError, diff};
use crate::model::{
    Building, FeatureId, FeatureKind, LandContract, LandEvent, Parcel, ParkSnapshot, Project, Provenance, Tenancy,
};
use crate::schema::{Record, Shape, TABLES, Table, Value};

/// Rows of one table that come, change or go.
#[derive(Debug, Clone, PartialEq)]
pub struct Amended {
    /// The table.
    pub table: &'static Table,
    /// Rows that go: the layer they are of and their number.
    pub gone: Vec<(String, i64)>,
    /// Rows that come, or that have other content than before.
    pub written: Vec<Record>,
}

/// What has to be written for a park to become another state of itself, told by keys: parcels, contracts and their events, buildings with
/// their surfaces, tenancies and projects. Surfaces of buildings only go. Numbers, layers and rows in a source tell no difference.
pub fn amendments(now: &ParkSnapshot, wanted: &ParkSnapshot) -> Vec<Amended> {
    let surfaces = |park: &ParkSnapshot| -> Vec<(FeatureId, String, Record)> {
        let row = |one: &crate::model::BuildingSurface| (one.id, layer_of(&one.provenance), bare(&one.provenance));
        park.building_surfaces.iter().map(row).collect()
    };
    let tables = [
        (FeatureKind::Parcel, rows(&now.parcels), rows(&wanted.parcels)),
        (FeatureKind::Building, rows(&now.buildings), rows(&wanted.buildings)),
        (FeatureKind::Tenancy, rows(&now.tenancies), rows(&wanted.tenancies)),
        (FeatureKind::LandContract, rows(&now.contracts), rows(&wanted.contracts)),
        (FeatureKind::LandEvent, rows(&now.events), rows(&wanted.events)),
        (FeatureKind::Project, rows(&now.projects), rows(&wanted.projects)),
        (FeatureKind::BuildingSurface, surfaces(now), surfaces(wanted)),
    ];
    let differing = tables.into_iter().filter_map(|(kind, now, wanted)| {
        let table = TABLES.iter().find(|table| table.kind == kind)?;
        let (gone, mut written) = difference(&now, &wanted);
        if kind == FeatureKind::BuildingSurface {
            written.clear();
        }
        (!gone.is_empty() || !written.is_empty()).then_some(Amended { table, gone, written })
    });
    differing.collect()
}

/// Rows of `now` that `wanted` has no more, and rows of `wanted` that `now` has not or has otherwise.
fn difference(
    now: &[(FeatureId, String, Record)],
    wanted: &[(FeatureId, String, Record)],
) -> (Vec<(String, i64)>, Vec<Record>) {
    let was: HashMap<&str, &Record> = now.iter().map(|(.., row)| (row.key.as_str(), row)).collect();
    let is: HashSet<&str> = wanted.iter().map(|(.., row)| row.key.as_str()).collect();
    let gone = now.iter().filter(|(.., row)| !is.contains(row.key.as_str()));
    let gone = gone.map(|(id, layer, _)| (layer.clone(), id.id)).collect();
    let same = |a: &Record, b: &Record| (&a.shape, &a.values, &a.attributes) == (&b.shape, &b.values, &b.attributes);
    let differs = |row: &Record| was.get(row.key.as_str()).is_none_or(|was| !same(was, row));
    let written = wanted.iter().map(|(.., row)| row).filter(|row| differs(row)).cloned().collect();
    (gone, written)
}

impl Load<'_> {
    /// The run that kept a text as its manifest and still holds, where there is one.
    ///
    /// # Errors
    /// The server's.
    pub fn run_of_manifest(&mut self, text: &str) -> Result<Option<i64>, StoreError> {
        let lineage = Lineage::read(&mut self.tx, self.park_id)?;
        let rows = self.tx.query(sql::RUNS_OF_MANIFEST, &[&self.park_id, &text]);
        let rows = rows.map_err(StoreError::of("looking for a run of the same file"))?;
        Ok(rows.iter().map(|row| row.get::<_, i64>(0)).find(|run| lineage.undone_by(*run).is_none()))
    }

    /// Takes out and writes single rows, as [`amendments`] lists them. What is written becomes rows of `layer`, features that are
    /// there keep their numbers, and every other row stays as it is. The checks look at everything anew with the next import.
    ///
    /// # Errors
    /// [`StoreError::InvalidRecord`] for two rows with one key, or as [`Load::layer`]. The load is then spent: drop it.
    pub fn amend(&mut self, layer: &str, source: &str, amended: &[Amended]) -> Result<(), StoreError> {
        for Amended { table, gone, written } in amended {
            let table: &'static Table = table;
            self.take_out(table, gone)?;
            if written.is_empty() {
                continue;
            }
            let mut rows = written.iter().cloned().map(Ok);
            let diff = self.layer(table, layer, source, &mut rows, &mut |_| {})?;
            if let Some(twice) = diff.duplicate_keys.into_iter().next() {
                return Err(StoreError::InvalidRecord {
                    table: table.name,
                    layer: layer.to_owned(),
                    key: twice.key,
                    source_row: twice.source_row,
                    reason: "another row has its key".to_owned(),
                });
            }
        }
        for Amended { table, .. } in amended {
            let statement = sql::for_table(sql::SOURCE_LAYER_RECOUNT, table.name);
            self.tx
                .execute(&statement, &[&self.park_id, &table.name, &self.run_id])
                .map_err(StoreError::of("counting the rows of layers"))?;
        }
        self.tx
            .execute(sql::CHECK_STATE_FORGET_ALL, &[&self.park_id])
            .map(|_| ())
            .map_err(StoreError::of("forgetting the checks"))
    }

    /// Removes rows by number; their last state goes to the log, under the layer that they were of.
    fn take_out(&mut self, table: &'static Table, gone: &[(String, i64)]) -> Result<(), StoreError> {
        let target = Target::feature(table);
        let statement = target.fill(sql::REMOVE);
        let mut by_layer: HashMap<&str, Vec<i64>> = HashMap::new();
        for (layer, number) in gone {
            by_layer.entry(layer.as_str()).or_default().push(*number);
        }
        for (layer, numbers) in by_layer {
            diff::check(self.cancel.as_deref())?;
            self.tx
                .execute(&statement, &[&self.park_id, &self.run_id, &target.name, &layer, &numbers])
                .map_err(StoreError::of(format!("taking rows out of {}", target.name)))?;
            if let Some(keys) = self.keys.get_mut(target.name) {
                keys.forget_features(&numbers);
            }
            self.touched.insert(target.name);
        }
        Ok(())
    }
}

/// A feature as a row of its table.
trait Row {
    fn row(&self) -> (FeatureId, String, Record);
}

fn rows(features: &[impl Row]) -> Vec<(FeatureId, String, Record)> {
    features.iter().map(Row::row).collect()
}

fn layer_of(provenance: &Provenance) -> String {
    provenance.layer.as_str().to_owned()
}

/// A row of which only the head is told.
fn bare(provenance: &Provenance) -> Record {
    Record {
        key: provenance.key.clone(),
        shape: None,
        values: Vec::new(),
        attributes: provenance.attributes.clone().into(),
        source_row: provenance.source_row,
    }
}

fn made(
    id: FeatureId,
    provenance: &Provenance,
    area: Option<&MultiPolygon<f64>>,
    values: Vec<Value>,
) -> (FeatureId, String, Record) {
    let shape = area.map(|area| Shape::planar(Geometry::MultiPolygon(area.clone())));
    (id, layer_of(provenance), Record { shape, values, ..bare(provenance) })
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::Null, |text| Value::Text(text.clone()))
}

fn said(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn real(value: Option<f64>) -> Value {
    value.map_or(Value::Null, Value::Real)
}

fn date(value: Option<NaiveDate>) -> Value {
    value.map_or(Value::Null, Value::Date)
}

// The values stand in the order of the columns in `schema::TABLES`, as `snapshot` reads them.
impl Row for Parcel {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            text(self.number.as_ref()),
            text(self.address.as_ref()),
            text(self.holder.as_ref()),
            self.land_use_code.as_deref().map_or(Value::Null, said),
            self.land_use_scheme.as_deref().map_or(Value::Null, said),
            self.land_use.as_deref().map_or(Value::Null, said),
            self.industry_code.as_deref().map_or(Value::Null, said),
            real(self.recorded_area_m2),
            real(self.recorded_floor_area_m2),
            real(self.assessed_value),
            text(self.currency.as_ref()),
            date(self.valid_from),
            date(self.valid_to),
        ];
        made(self.id, &self.provenance, Some(&self.boundary), values)
    }
}

impl Row for Building {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            text(self.name.as_ref()),
            text(self.address.as_ref()),
            self.use_text.as_deref().map_or(Value::Null, said),
            real(self.storeys),
            real(self.storey_height_m),
            real(self.height_m),
            real(self.floor_area_m2),
            real(self.base_elevation_m),
            self.year_built.map_or(Value::Null, |year| Value::Integer(i64::from(year))),
            text(self.state.as_ref()),
            date(self.valid_from),
            date(self.valid_to),
        ];
        made(self.id, &self.provenance, Some(&self.footprint), values)
    }
}

impl Row for Tenancy {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            said(&self.enterprise_key),
            text(self.building_key.as_ref()),
            text(self.parcel_key.as_ref()),
            real(self.floor_area_m2),
            date(self.valid_from),
            date(self.valid_to),
        ];
        made(self.id, &self.provenance, None, values)
    }
}

impl Row for LandContract {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            said(&self.parcel_key),
            text(self.enterprise_key.as_ref()),
            date(self.signed),
            date(self.agreed_start),
            date(self.agreed_completion),
            real(self.land_price),
            real(self.total_investment),
            text(self.currency.as_ref()),
            real(self.area_due_m2),
        ];
        made(self.id, &self.provenance, None, values)
    }
}

impl Row for LandEvent {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            said(&self.contract_key),
            said(self.kind.as_str()),
            Value::Date(self.date),
            real(self.developed_area_m2),
            real(self.invested),
            text(self.note.as_ref()),
            self.cause.map_or(Value::Null, |cause| said(cause.as_str())),
            date(self.until),
        ];
        made(self.id, &self.provenance, None, values)
    }
}

impl Row for Project {
    fn row(&self) -> (FeatureId, String, Record) {
        let values = vec![
            text(self.name.as_ref()),
            text(self.contract_key.as_ref()),
            text(self.parcel_key.as_ref()),
            text(self.enterprise_key.as_ref()),
            date(self.planned_approval),
            date(self.planned_permit),
            date(self.planned_start),
            date(self.planned_completion),
            date(self.planned_production),
            real(self.planned_investment),
            text(self.currency.as_ref()),
            text(self.note.as_ref()),
        ];
        made(self.id, &self.provenance, None, values)
    }
}

#[cfg(test)]
mod tests {
    use geo::Rect;

    use super::*;
    use crate::model::Park;

    fn parcel(key: &str, id: i64, east: f64) -> Parcel {
        let square = Rect::new((east, 0.0), (east + 10.0, 10.0)).to_polygon();
        Parcel::bare(id, Provenance::keyed(key), MultiPolygon(vec![square]))
    }

    #[test]
    fn what_comes_changes_and_goes_is_told_and_nothing_else() {
        let mut now = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        now.parcels = vec![parcel("kept", 1, 0.0), parcel("changed", 2, 20.0), parcel("gone", 3, 40.0)];
        assert!(amendments(&now, &now).is_empty());
        let mut wanted = now.clone();
        wanted.parcels.remove(2);
        // Neither another number nor another row of a source is another content.
        wanted.parcels[0].id.id = -1;
        wanted.parcels[0].provenance.source_row = 7;
        wanted.parcels[1].holder = Some("somebody".to_owned());
        wanted.parcels.push(parcel("new", -2, 60.0));
        let found = amendments(&now, &wanted);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].table.name, "parcel");
        assert_eq!(found[0].gone, [(String::new(), 3)]);
        let keys: Vec<&str> = found[0].written.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["changed", "new"]);
        for amended in &found {
            assert!(amended.written.iter().all(|row| row.values.len() == amended.table.columns.len()));
        }
    }
}
