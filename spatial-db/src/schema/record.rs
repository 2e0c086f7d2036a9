//! One row on its way into the store.

use chrono::NaiveDate;
use geo::Geometry;
use serde::{Deserialize, Serialize};

/// A geometry with optional heights: planar shape plus one Z per coordinate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Easting and northing, in the CRS of the context.
    pub xy: Geometry<f64>,
    /// Elevation, m, one per coordinate in `geo`'s `coords_iter` order; empty for planar shapes; NaN where unknown.
    pub z: Vec<f64>,
}

impl Shape {
    /// A shape without heights.
    pub fn planar(xy: Geometry<f64>) -> Self {
        Self { xy, z: Vec::new() }
    }
}

/// A typed attribute value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Not said by the source: unknown.
    Null,
    /// Text.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Number, in the column's unit.
    Real(f64),
    /// Truth value.
    Boolean(bool),
    /// Calendar date.
    Date(NaiveDate),
}

/// One feature ready for the store: in the park's CRS, in the column's units, valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Source key, unique within park and table.
    pub key: String,
    /// Geometry, `None` for tables without one. Areas are multi-polygons, roads multi-lines, network edges one
    /// line with Z, network nodes one point with Z.
    pub shape: Option<Shape>,
    /// One value per column of the table, in the table's order.
    pub values: Vec<Value>,
    /// Fields that the manifest did not map, as a JSON object.
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Row number in the source, from 1.
    pub source_row: i64,
}
