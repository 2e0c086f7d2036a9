//! Rows that have issues, read again from their sources for a person to mend.
//!
//! Writing them is left to `mend`.

use std::collections::HashMap;

use super::{ImportOptions, prepare, rows};
use crate::manifest::Manifest;
use crate::mend::{Affected, AffectedRow, ExportError, ExportOptions, Said};
use crate::reader::{Batch, GeometryNote, Reader};
use crate::stage::{Stager, whole_row};
use crate::{ImportError, mend};

/// Takes the rows of one layer.
pub(crate) type TakeRows<'t> = dyn FnMut(&str, &[AffectedRow]) -> Result<(), ExportError> + 't;

/// Reads the affected rows of every layer of a manifest. `srid` is the park's CRS as stored.
pub(crate) fn affected_rows(
    sources: &ExportOptions,
    srid: i32,
    affected: &Affected,
    take: &mut TakeRows<'_>,
) -> Result<(), ExportError> {
    let failed = |error: ImportError| ExportError::Sources(Box::new(error));
    let manifest = Manifest::read(&sources.manifest, sources.root.as_deref()).map_err(|e| failed(e.into()))?;
    let options = ImportOptions { root: sources.root.clone(), ..ImportOptions::new(sources.reader.clone()) };
    let mut reader = Reader::new(sources.reader.clone(), None);
    let mut plan = prepare::prepare(&manifest, &mut reader, &options).map_err(failed)?;
    if plan.srid.cast_signed() != srid {
        return Err(ExportError::OtherPark { manifest: sources.manifest.clone() });
    }
    // The rows as the sources have them, not as they were mended before.
    plan.mended = None;
    for index in 0..plan.layers.len() {
        let spec = plan.layers[index].spec;
        let Some(wanted) = affected.get(&spec.name).filter(|_| spec.table().is_some()) else { continue };
        let found = read_layer(&plan, &mut reader, index, wanted).map_err(failed)?;
        if !found.is_empty() {
            take(&spec.name, &found)?;
        }
    }
    Ok(())
}

fn read_layer(
    plan: &prepare::Plan<'_>,
    reader: &mut Reader,
    index: usize,
    wanted: &HashMap<i64, Said>,
) -> Result<Vec<AffectedRow>, ImportError> {
    let prepared = &plan.layers[index];
    let (stager, mut source, _) = rows::open(plan, reader, index)?;
    let fields = source.opened.fields.clone();
    let mut found = Vec::new();
    loop {
        let batch = source.next().map_err(|error| prepare::read_error(prepared.spec, &prepared.file, error))?;
        let Some(batch) = batch else { return Ok(found) };
        for row in 0..batch.rows.len() {
            if let Some(said) = wanted.get(&batch.rows[row]) {
                found.push(affected_row(&stager, &fields, &batch, row, said));
            }
        }
    }
}

fn affected_row(stager: &Stager<'_>, fields: &[String], batch: &Batch, row: usize, said: &Said) -> AffectedRow {
    let note = batch.notes.iter().find(|(at, _)| *at as usize == row).map(|(_, note)| note);
    let wkb = match note {
        Some(GeometryNote::Repaired { original, .. }) => &original.0,
        _ => batch.wkb_of(row),
    };
    let raw = match whole_row(fields, batch, row, &[]) {
        serde_json::Value::Object(raw) => raw,
        _ => serde_json::Map::new(),
    };
    mend::AffectedRow {
        number: batch.rows[row],
        key: said.key.clone().or_else(|| stager.row_key(batch, row)),
        words: said.words.clone(),
        raw,
        place: stager.whereabouts(batch, row, wkb),
        rejected: said.rejected,
    }
}
