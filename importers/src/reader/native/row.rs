//! Layers, fields and rows of a native file, and rows on their way into batches.

use crate::reader::ogr::FieldKind;
use crate::reader::protocol::{Batch, Cells, GeometryNote, TextCells};

/// Rows in a batch, at most.
const BATCH_ROWS: usize = 4096;
/// Bytes of geometry and text in a batch after which it is sent.
const BATCH_BYTES: usize = 4 << 20;

/// What is known of a layer.
#[derive(Debug, Clone, Default)]
pub(in crate::reader) struct Layer {
    pub(in crate::reader) name: String,
    pub(in crate::reader) fields: Vec<Field>,
    /// Rows.
    pub(in crate::reader) count: u64,
    pub(in crate::reader) has_geometry: bool,
    /// Its polygons stand in space; in plan they need not be valid.
    pub(in crate::reader) in_space: bool,
    /// West, south, east, north, where the file says it.
    pub(in crate::reader) extent: Option<[f64; 4]>,
    /// CRS of the coordinates as handed over, which is east first.
    pub(in crate::reader) crs_wkt: Option<String>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reader) struct Field {
    pub(in crate::reader) name: String,
    pub(in crate::reader) kind: FieldKind,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::reader) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Integer(value) => Some(value.to_string()),
            Self::Real(value) => Some(value.to_string()),
            Self::Text(text) => Some(text),
        }
    }
}

/// A row of a layer: one value per field.
#[derive(Debug, Clone, Default)]
pub(in crate::reader) struct Row {
    /// Number in the source, from 1: of the object, or of the line where a file is made of lines.
    pub(super) number: i64,
    pub(super) values: Vec<Value>,
    /// ISO well-known binary, little-endian; empty where there is no geometry.
    pub(super) wkb: Vec<u8>,
    /// Where a role that wants a point is to place it; a pump or valve is a link to its model and a fitting to others.
    pub(super) anchor: Option<[f64; 3]>,
    /// Why there is no geometry.
    pub(super) missing: Option<String>,
}

/// Gathers rows into batches.
pub(super) struct Batcher {
    wanted: Vec<(usize, FieldKind)>,
    pub(super) batch: Batch,
    text_bytes: usize,
}

impl Batcher {
    /// For the fields at these indices.
    pub(super) fn new(layer: &Layer, wanted: Vec<usize>) -> Self {
        let wanted: Vec<_> = wanted.into_iter().map(|index| (index, layer.fields[index].kind)).collect();
        Self { batch: empty(&wanted), wanted, text_bytes: 0 }
    }

    /// Takes a row whose geometry has been appended already; a batch that is full comes back.
    pub(super) fn push(&mut self, mut row: Row, note: Option<GeometryNote>) -> Option<Batch> {
        let batch = &mut self.batch;
        if let Some(note) = note {
            batch.notes.push((batch.rows.len() as u32, note));
        }
        batch.rows.push(row.number);
        batch.fids.push(row.number);
        batch.wkb_ends.push(batch.wkb.0.len() as u32);
        for (cells, (index, _)) in batch.columns.iter_mut().zip(&self.wanted) {
            let value = row.values.get_mut(*index).map_or(Value::Null, |value| std::mem::replace(value, Value::Null));
            match (cells, value) {
                (Cells::Integer(cells), Value::Integer(value)) => cells.push(Some(value)),
                (Cells::Integer(cells), _) => cells.push(None),
                (Cells::Real(cells), Value::Real(value)) => cells.push(Some(value)),
                (Cells::Real(cells), Value::Integer(value)) => cells.push(Some(value as f64)),
                (Cells::Real(cells), _) => cells.push(None),
                (Cells::Text(cells), value) => {
                    let text = value.into_text();
                    self.text_bytes += text.as_ref().map_or(0, String::len);
                    cells.push(text.as_deref());
                }
                (Cells::Boolean(cells), _) => cells.push(None),
                (Cells::Date(cells), _) => cells.push(None),
            }
        }
        (batch.rows.len() >= BATCH_ROWS || batch.wkb.0.len() + self.text_bytes >= BATCH_BYTES).then(|| {
            self.text_bytes = 0;
            std::mem::replace(&mut self.batch, empty(&self.wanted))
        })
    }

    /// What is left.
    pub(super) fn finish(self) -> Option<Batch> {
        (!self.batch.rows.is_empty()).then_some(self.batch)
    }
}

fn empty(wanted: &[(usize, FieldKind)]) -> Batch {
    let columns = wanted
        .iter()
        .map(|(_, kind)| match kind {
            FieldKind::Integer => Cells::Integer(Vec::new()),
            FieldKind::Real => Cells::Real(Vec::new()),
            _ => Cells::Text(TextCells::default()),
        })
        .collect();
    Batch { columns, ..Batch::default() }
}
