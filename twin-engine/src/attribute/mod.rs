//! The attributes of a layer as columns: names, units, and the value of any row. What tables, filters and recolouring read.
//!
//! Values are read from the snapshot where they stand; nothing is copied but what is computed.

mod cell;
mod export;

use std::collections::BTreeSet;

use analysis::overlay::Overlay;
use geo::Area;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, Provenance};
use spatial_db::schema::{Column as StoredColumn, Table, Unit};

pub use cell::Cell;
use cell::{integer, real, text};
pub(crate) use export::file_words;
pub use export::{Export, ExportError, Format, write_csv};

/// Kinds that have a table of attributes, in the order in which a person picks one.
pub const KINDS: [FeatureKind; 8] = [
    FeatureKind::Parcel,
    FeatureKind::Building,
    FeatureKind::RoadEdge,
    FeatureKind::Surface,
    FeatureKind::NetworkEdge,
    FeatureKind::NetworkNode,
    FeatureKind::EmergencyResource,
    FeatureKind::HazardSource,
];

/// Rows of a source that are looked at for fields that the manifest did not map.
const SAMPLED: usize = 2000;

/// Where the values of a column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A column of the table, by its position in the schema.
    Stored(usize),
    /// The source's key.
    Key,
    /// The manifest's layer.
    Layer,
    /// The row in the source.
    SourceRow,
    /// Area of the geometry, m².
    Area,
    /// Length of the geometry, m.
    Length,
    /// Class of the overlay.
    Class,
    /// Value of the overlay.
    Value,
    /// A field that the manifest did not map.
    Extra(String),
}

/// A column of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in filters: the schema's, or the source field's.
    pub name: String,
    /// Where its values come from.
    pub source: Source,
    /// Unit as written behind a value; empty for none.
    pub unit: &'static str,
    /// Values are numbers.
    pub numeric: bool,
}

fn column(name: &str, source: Source, unit: &'static str, numeric: bool) -> Column {
    Column { name: name.to_owned(), source, unit, numeric }
}

/// The columns of a kind in a park, with those of an overlay that speaks of it.
pub fn columns(park: &ParkSnapshot, kind: FeatureKind, overlay: Option<&Overlay>) -> Vec<Column> {
    use spatial_db::schema::ColumnKind;
    let Some(table) = Table::of(kind) else { return Vec::new() };
    let mut columns = vec![column("key", Source::Key, "", false)];
    let unit = |stored: &StoredColumn| match stored.unit {
        Unit::None | Unit::Currency => "",
        Unit::Metre => "m",
        Unit::Millimetre => "mm",
        Unit::SquareMetre => "m²",
        Unit::Tonne => "t",
        Unit::LitrePerSecond => "L/s",
        Unit::Degree => "°",
    };
    columns.extend(table.columns.iter().enumerate().map(|(at, stored)| {
        let numeric = matches!(stored.kind, ColumnKind::Real | ColumnKind::Integer);
        column(stored.name, Source::Stored(at), unit(stored), numeric)
    }));
    match kind {
        FeatureKind::Parcel | FeatureKind::Building | FeatureKind::Surface => {
            columns.push(column("area", Source::Area, "m²", true));
        }
        FeatureKind::NetworkEdge | FeatureKind::RoadEdge => {
            columns.push(column("length", Source::Length, "m", true));
        }
        _ => {}
    }
    if let Some(overlay) = overlay.filter(|overlay| overlay.verdicts.keys().any(|id| id.kind == kind)) {
        columns.push(column("overlay_class", Source::Class, "", false));
        if overlay.verdicts.iter().any(|(id, verdict)| id.kind == kind && verdict.value.is_some()) {
            columns.push(column("overlay_value", Source::Value, "", true));
        }
    }
    columns.push(column("layer", Source::Layer, "", false));
    columns.push(column("source_row", Source::SourceRow, "", true));
    let known: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    columns.extend(extra_fields(park, kind).into_iter().map(|(name, numeric)| {
        // A source's own `area` is not the geometry's.
        let shown = if known.contains(&name) { format!("source.{name}") } else { name.clone() };
        Column { name: shown, source: Source::Extra(name), unit: "", numeric }
    }));
    columns
}

/// Fields that the manifest did not map, with whether all values seen are numbers.
fn extra_fields(park: &ParkSnapshot, kind: FeatureKind) -> Vec<(String, bool)> {
    let mut fields: Vec<(String, bool)> = Vec::new();
    let count = len(park, kind);
    for row in (0..count).step_by((count / SAMPLED).max(1)) {
        let Some(from) = provenance(park, kind, row) else { continue };
        for (name, value) in &from.attributes {
            let numeric = value.is_number() || value.is_null();
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => *all &= numeric,
                None => fields.push((name.to_owned(), numeric)),
            }
        }
    }
    fields
}

/// Key of the source of a row.
pub fn key(park: &ParkSnapshot, kind: FeatureKind, row: usize) -> Option<&str> {
    provenance(park, kind, row).map(|from| from.key.as_str())
}

/// Layer of the manifest that a row came from.
pub fn layer(park: &ParkSnapshot, kind: FeatureKind, row: usize) -> Option<&str> {
    provenance(park, kind, row).map(|from| from.layer.as_str())
}

/// The row of a feature; `None` for one that the park does not hold. Looks through the layer.
pub fn row_of(park: &ParkSnapshot, of: FeatureId) -> Option<usize> {
    (0..len(park, of.kind)).find(|row| id(park, of.kind, *row) == Some(of))
}

/// Number of rows of a kind.
pub fn len(park: &ParkSnapshot, kind: FeatureKind) -> usize {
    match kind {
        FeatureKind::Parcel => park.parcels.len(),
        FeatureKind::Building => park.buildings.len(),
        FeatureKind::RoadEdge => park.roads.len(),
        FeatureKind::Surface => park.surfaces.len(),
        FeatureKind::NetworkEdge => park.edges.len(),
        FeatureKind::NetworkNode => park.nodes.len(),
        FeatureKind::EmergencyResource => park.resources.len(),
        FeatureKind::HazardSource => park.hazards.len(),
        _ => 0,
    }
}

/// The feature in a row.
pub fn id(park: &ParkSnapshot, kind: FeatureKind, row: usize) -> Option<FeatureId> {
    match kind {
        FeatureKind::Parcel => park.parcels.get(row).map(|f| f.id),
        FeatureKind::Building => park.buildings.get(row).map(|f| f.id),
        FeatureKind::RoadEdge => park.roads.get(row).map(|f| f.id),
        FeatureKind::Surface => park.surfaces.get(row).map(|f| f.id),
        FeatureKind::NetworkEdge => park.edges.get(row).map(|f| f.id),
        FeatureKind::NetworkNode => park.nodes.get(row).map(|f| f.id),
        FeatureKind::EmergencyResource => park.resources.get(row).map(|f| f.id),
        FeatureKind::HazardSource => park.hazards.get(row).map(|f| f.id),
        _ => None,
    }
}

fn provenance(park: &ParkSnapshot, kind: FeatureKind, row: usize) -> Option<&Provenance> {
    match kind {
        FeatureKind::Parcel => park.parcels.get(row).map(|f| &f.provenance),
        FeatureKind::Building => park.buildings.get(row).map(|f| &f.provenance),
        FeatureKind::RoadEdge => park.roads.get(row).map(|f| &f.provenance),
        FeatureKind::Surface => park.surfaces.get(row).map(|f| &f.provenance),
        FeatureKind::NetworkEdge => park.edges.get(row).map(|f| &f.provenance),
        FeatureKind::NetworkNode => park.nodes.get(row).map(|f| &f.provenance),
        FeatureKind::EmergencyResource => park.resources.get(row).map(|f| &f.provenance),
        FeatureKind::HazardSource => park.hazards.get(row).map(|f| &f.provenance),
        _ => None,
    }
}

/// A layer whose values can be read.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// The park.
    pub park: &'a ParkSnapshot,
    /// Kind of features.
    pub kind: FeatureKind,
    /// Overlay that classes and values are taken from.
    pub overlay: Option<&'a Overlay>,
}

impl<'a> Layer<'a> {
    /// The value of a column in a row; [`Cell::Empty`] where it is not known.
    pub fn cell(&self, column: &Column, row: usize) -> Cell<'a> {
        match &column.source {
            Source::Stored(at) => cell::stored(self.park, self.kind, *at, row),
            Source::Area => real(self.area_m2(row)),
            Source::Length => real(self.length_m(row)),
            Source::Class => self
                .verdict(row)
                .and_then(|(overlay, verdict)| overlay.classes.get(verdict.class))
                .map_or(Cell::Empty, |class| Cell::Text(class.label.as_str())),
            Source::Value => real(self.verdict(row).and_then(|(_, verdict)| verdict.value)),
            Source::Key => text(self.provenance(row).map(|from| from.key.as_str())),
            Source::Layer => text(self.provenance(row).map(|from| from.layer.as_str())),
            Source::SourceRow => integer(self.provenance(row).map(|from| from.source_row)),
            Source::Extra(name) => {
                self.provenance(row).and_then(|from| from.attributes.get(name)).map_or(Cell::Empty, cell::of_json)
            }
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        len(self.park, self.kind)
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn provenance(&self, row: usize) -> Option<&'a Provenance> {
        provenance(self.park, self.kind, row)
    }

    fn verdict(&self, row: usize) -> Option<(&'a Overlay, &'a analysis::overlay::Verdict)> {
        let overlay = self.overlay?;
        Some((overlay, overlay.verdicts.get(&id(self.park, self.kind, row)?)?))
    }

    fn area_m2(&self, row: usize) -> Option<f64> {
        match self.kind {
            FeatureKind::Parcel => self.park.parcels.get(row).map(|f| f.boundary.unsigned_area()),
            FeatureKind::Building => self.park.buildings.get(row).map(|f| f.footprint.unsigned_area()),
            FeatureKind::Surface => self.park.surfaces.get(row).map(|f| f.area.unsigned_area()),
            _ => None,
        }
    }

    fn length_m(&self, row: usize) -> Option<f64> {
        match self.kind {
            FeatureKind::NetworkEdge => self.park.edges.get(row).map(|f| crate::inspect::length_m(&f.path)),
            FeatureKind::RoadEdge => self.park.roads.get(row).map(|f| geo::Length::length(&geo::Euclidean, &f.line)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_column_of_the_schema_has_the_value_of_the_model() {
        let input = fixture::tiny();
        let park = &input.snapshot;
        let layer = Layer { park, kind: FeatureKind::Parcel, overlay: Some(&input.overlays[0]) };
        let columns = columns(park, FeatureKind::Parcel, layer.overlay);
        let value = |name: &str, row| {
            let column = columns.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("no {name}"));
            layer.cell(column, row).to_string()
        };
        assert_eq!(value("number", 1), "P-002");
        assert_eq!(value("recorded_area_m2", 0), "11000");
        assert_eq!(value("area", 0), "11000");
        assert_eq!(value("valid_from", 0), "2019-03-01");
        assert_eq!(value("valid_to", 0), "");
        assert_eq!(value("overlay_class", 1), "in use");
        assert_eq!(value("overlay_value", 1), "45");
        assert_eq!(value("key", 2), "parcels-3");
        assert_eq!(value("source_row", 2), "3");
        assert_eq!(value("remark", 0), "made by hand");
    }

    #[test]
    fn every_kind_has_columns_and_no_name_stands_twice() {
        let input = fixture::tiny();
        for kind in KINDS {
            let columns = columns(&input.snapshot, kind, None);
            let names: BTreeSet<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            assert_eq!(names.len(), columns.len(), "{kind:?}");
            let layer = Layer { park: &input.snapshot, kind, overlay: None };
            let table = Table::of(kind).unwrap();
            for stored in table.columns {
                assert!(names.contains(stored.name), "{kind:?}: {}", stored.name);
            }
            // Reading past the end is empty, not a crash.
            assert!(columns.iter().all(|column| layer.cell(column, 1_000_000) == Cell::Empty));
        }
    }
}
