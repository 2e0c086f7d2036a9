//! A layer's rows on their way from the reader through staging into the store.
//!
//! What becomes of a single row is left to `stage`.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use spatial_db::schema::Record;
use spatial_db::store::{Cancel, LayerDiff, Load, RowError};

use super::prepare::{self, Plan, Prepared, SourceCrs};
use crate::ImportError;
use crate::crs::Projector;
use crate::manifest::AxisOrder;
use crate::mend::Mended;
use crate::reader::{Batch, Reader, Rows};
use crate::stage::{GeometryPlan, Opening, Placing, Shared, Stager};

/// The error that a row iterator carried.
pub(super) fn unbox(error: RowError) -> ImportError {
    match error.downcast::<ImportError>() {
        Ok(ours) => *ours,
        Err(other) => ImportError::Reader { program: "reader".into(), source: std::io::Error::other(other) },
    }
}

/// Hands records to the store.
pub(super) fn load_ready(
    load: &mut Load<'_>,
    prepared: &Prepared<'_>,
    rows: &mut dyn Iterator<Item = Result<Record, RowError>>,
    progress: &mut dyn FnMut(u64),
) -> Result<LayerDiff, ImportError> {
    let Some(table) = prepared.spec.table() else {
        return Err(ImportError::NoTerrain {
            layer: prepared.spec.name.clone(),
            file: prepared.file.clone(),
            reason: "terrain is no table of rows".to_owned(),
        });
    };
    load.layer(table, &prepared.spec.name, &prepared.spec.source(), rows, progress).map_err(|error| {
        match ImportError::from(error) {
            ImportError::Shrinks { layer, stored, removed, arrived, added, .. } => {
                ImportError::Shrinks { layer, file: prepared.file.clone(), stored, removed, arrived, added }
            }
            other => other,
        }
    })
}

/// Opens a layer for reading and binds its fields.
pub(super) fn open<'o, 'r>(
    plan: &'o Plan<'o>,
    reader: &'r mut Reader,
    index: usize,
) -> Result<(Stager<'o>, Rows<'r>, Option<MendedRows>), ImportError> {
    let prepared = &plan.layers[index];
    let spec = prepared.spec;
    let table = spec.table().ok_or_else(|| ImportError::NoTerrain {
        layer: spec.name.clone(),
        file: prepared.file.clone(),
        reason: "terrain is no table of rows".to_owned(),
    })?;
    let placing = placing(plan, prepared)?;
    let mended = match &plan.mended {
        Some(file) => Mended::read(file, spec, prepared.request.expect, reader)?,
        None => None,
    };
    let rows = reader.rows(&prepared.request).map_err(|error| prepare::read_error(spec, &prepared.file, error))?;
    let fields = rows.opened.fields.clone();
    let missing = |field: String| ImportError::NoSuchField {
        layer: spec.name.clone(),
        file: prepared.file.clone(),
        field,
        used_for: "named in the manifest".to_owned(),
        known: fields.clone(),
    };
    let geometry = GeometryPlan::of(spec, rows.opened.has_geometry, &fields).map_err(missing)?;
    let from_file = matches!(geometry, GeometryPlan::File);
    let mut stager =
        Stager::new(Opening { spec, table, fields: fields.clone(), plan: geometry, placing }).map_err(missing)?;
    let Some(mended) = mended else { return Ok((stager, rows, None)) };
    stager.leave_out(mended.rows.clone());
    let placing = match mended.crs.clone().filter(|_| from_file) {
        Some(crs) => Some(placing_of(plan, prepared, &SourceCrs { assumed: crs.label.clone(), crs }, AxisOrder::Xy)?),
        None => self::placing(plan, prepared)?,
    };
    let mended = MendedRows { batches: mended.like(&fields, &spec.key), placing };
    Ok((stager, rows, Some(mended)))
}

/// How a layer's coordinates come into the park's CRS; `None` where it has none.
pub(super) fn placing(plan: &Plan<'_>, prepared: &Prepared<'_>) -> Result<Option<Placing>, ImportError> {
    let Some(source) = &prepared.crs else { return Ok(None) };
    placing_of(plan, prepared, source, prepared.spec.axis_order).map(Some)
}

fn placing_of(
    plan: &Plan<'_>,
    prepared: &Prepared<'_>,
    source: &SourceCrs,
    axis_order: AxisOrder,
) -> Result<Placing, ImportError> {
    let projector = Projector::new(&source.crs, &plan.park).map_err(|reason| ImportError::UnknownCrs {
        layer: prepared.spec.name.clone(),
        crs: source.crs.label.clone(),
        reason,
    })?;
    Ok(Placing {
        projector,
        source_bounds: source.crs.bounds(),
        park_bounds: plan.park_bounds,
        axis_order,
        source: source.crs.clone(),
        assumed: source.assumed.clone(),
        looked_at: 0,
        outside: 0,
        first_outside: None,
    })
}

/// Most of a layer's coordinates cannot be right: the error that says so, if it is so.
pub(super) fn wrong_place(placing: Option<&Placing>, prepared: &Prepared<'_>) -> Option<ImportError> {
    let placing = placing?;
    let verdict = placing.verdict()?;
    Some(ImportError::WrongCrs {
        layer: prepared.spec.name.clone(),
        file: prepared.file.clone(),
        assumed: placing.assumed.clone(),
        sample: verdict.sample,
        looks: verdict.looks,
        outside: placing.outside,
        of: placing.looked_at,
        fix: verdict.fix,
    })
}

/// Mended rows of a layer and how they come into the park's CRS.
pub(super) struct MendedRows {
    batches: Vec<Batch>,
    placing: Option<Placing>,
}

/// An iterator over a layer's records; troubles go into quarantine on the way.
pub(super) struct LayerRows<'r, 's, 'o> {
    rows: Rows<'r>,
    /// They follow the source's.
    mended: Option<MendedRows>,
    staged_mended: u64,
    stager: &'s mut Stager<'o>,
    shared: &'s mut Shared,
    prepared: &'s Prepared<'o>,
    cancel: Option<&'s Cancel>,
    /// Where the bytes read so far are noted.
    bytes_read: Option<&'s Cell<Option<u64>>>,
    ready: VecDeque<Record>,
    ended: bool,
}

impl<'r, 's, 'o> LayerRows<'r, 's, 'o> {
    pub(super) fn new(
        rows: Rows<'r>,
        mended: Option<MendedRows>,
        stager: &'s mut Stager<'o>,
        shared: &'s mut Shared,
        prepared: &'s Prepared<'o>,
        cancel: Option<&'s Cancel>,
    ) -> Self {
        Self {
            rows,
            mended,
            staged_mended: 0,
            stager,
            shared,
            prepared,
            cancel,
            bytes_read: None,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// The same, noting how many bytes of the file have been read.
    pub(super) fn counting(self, bytes_read: &'s Cell<Option<u64>>) -> Self {
        Self { bytes_read: Some(bytes_read), ..self }
    }

    /// Rows read, and what GDAL warned of.
    pub(super) fn finish(mut self) -> (u64, Vec<String>) {
        self.stager.leavings.mended = self.staged_mended;
        // A mended row stands for the one it replaces.
        let read = self.rows.read - self.stager.replaced + self.staged_mended;
        (read, std::mem::take(&mut self.rows.warnings))
    }

    fn refill(&mut self) -> Result<(), ImportError> {
        while self.ready.is_empty() && !self.ended {
            if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(ImportError::Cancelled);
            }
            let batch = self
                .rows
                .next()
                .map_err(|error| prepare::read_error(self.prepared.spec, &self.prepared.file, error))?;
            if let Some(noted) = self.bytes_read {
                noted.set(self.rows.bytes_read);
            }
            #[expect(clippy::single_match_else, reason = "the end is as much a case as a batch")]
            match batch {
                Some(batch) => self.stager.stage(&batch, self.shared, &mut self.ready),
                None => {
                    self.ended = true;
                    if let Some(MendedRows { batches, placing }) = self.mended.take() {
                        self.staged_mended = self.stager.stage_mended(&batches, placing, self.shared, &mut self.ready);
                    }
                }
            }
            if let Some(error) = wrong_place(self.stager.placing.as_ref(), self.prepared) {
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Iterator for LayerRows<'_, '_, '_> {
    type Item = Result<Record, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.ready.pop_front() {
            return Some(Ok(record));
        }
        if let Err(error) = self.refill() {
            self.ended = true;
            self.ready.clear();
            return Some(Err(Box::new(error)));
        }
        self.ready.pop_front().map(Ok)
    }
}
