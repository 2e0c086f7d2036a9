//! Rows that a person mended in an exported GeoPackage, in the form in which their layer's rows come.

use std::collections::HashMap;
use std::path::Path;

use super::{KEY, ROW};
use crate::ImportError;
use crate::crs::Crs;
use crate::import::read_error;
use crate::manifest::{KeySpec, LayerSpec};
use crate::reader::{Batch, Cells, Expect, LayerRequest, ReadError, ReadFailure, Reader, TextCells};
use crate::stage::{Raw, raw};

/// Mended rows of one layer.
#[derive(Debug)]
pub(crate) struct Mended {
    /// Rows of the source that they stand for, each with the key it had where that was known.
    pub(crate) rows: HashMap<i64, Option<String>>,
    /// CRS that the file says; `None` where it says none.
    pub(crate) crs: Option<Crs>,
    fields: Vec<String>,
    batches: Vec<Batch>,
}

impl Mended {
    /// Mended rows of a layer; `None` where the file has no layer of its name.
    ///
    /// # Errors
    /// The reader's.
    pub(crate) fn read(
        file: &Path,
        spec: &LayerSpec,
        expect: Expect,
        reader: &mut Reader,
    ) -> Result<Option<Self>, ImportError> {
        let request = LayerRequest {
            file: file.to_string_lossy().into_owned(),
            layer: Some(spec.name.clone()),
            filter: None,
            encoding: None,
            wkt: None,
            decimal_comma: None,
            expect,
            fields: None,
            sample: None,
        };
        let mut rows = match reader.rows(&request) {
            Ok(rows) => rows,
            Err(ReadError::Failed(ReadFailure::NoSuchLayer { .. })) => return Ok(None),
            Err(error) => return Err(read_error(spec, file, error)),
        };
        let crs = rows.opened.crs_wkt.as_deref().and_then(|wkt| Crs::from_wkt(wkt).ok());
        let fields = rows.opened.fields.clone();
        let mut mended = Self { rows: HashMap::new(), crs, fields, batches: Vec::new() };
        while let Some(batch) = rows.next().map_err(|error| read_error(spec, file, error))? {
            mended.take(batch);
        }
        Ok(Some(mended))
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field == name)
    }

    fn take(&mut self, mut batch: Batch) {
        let (row_field, key_field) = (self.position(ROW), self.position(KEY));
        for row in 0..batch.rows.len() {
            let told = row_field.and_then(|field| match raw(&batch, field, row) {
                Raw::Integer(number) => Some(number),
                Raw::Real(number) => Some(number as i64),
                _ => None,
            });
            // A row drawn anew, or a copy of one, stands for none of the source and gets a number that no source has.
            let number = told
                .filter(|number| *number > 0 && !self.rows.contains_key(number))
                .unwrap_or(i64::MAX / 2 + self.rows.len() as i64);
            let key = key_field.and_then(|field| raw(&batch, field, row).text().map(std::borrow::Cow::into_owned));
            self.rows.insert(number, key);
            batch.rows[row] = number;
        }
        self.batches.push(batch);
    }

    /// The rows with the fields of their source, in its order, and its feature ids.
    pub(crate) fn like(self, fields: &[String], key: &KeySpec) -> Vec<Batch> {
        let Self { rows, fields: theirs, batches, .. } = self;
        batches
            .into_iter()
            .map(|batch| {
                let count = batch.rows.len();
                let fid = |number: &i64| {
                    let key_of_row = rows.get(number)?.as_deref()?;
                    key_of_row.strip_prefix(&key.prefix)?.parse().ok()
                };
                let fids = batch.rows.iter().map(|number| fid(number).unwrap_or(*number)).collect();
                let mut columns: Vec<Option<Cells>> = batch.columns.into_iter().map(Some).collect();
                let mut column = |field: &String| {
                    let at = theirs.iter().position(|their| their == field)?;
                    columns[at].take()
                };
                let columns = fields.iter().map(|field| column(field).unwrap_or_else(|| nothing(count))).collect();
                Batch { fids, columns, ..batch }
            })
            .collect()
    }
}

/// A field that the file does not have.
fn nothing(count: usize) -> Cells {
    let mut cells = TextCells::default();
    (0..count).for_each(|_| cells.push(None));
    Cells::Text(cells)
}
