//! An import of the very files of the last one: it is recorded, and nothing is read.
//!
//! Whether they are the same is left to `fingerprint`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use spatial_db::store::{LastRun, Store};

use super::fingerprint::Fingerprint;
use super::{ImportOptions, Progress, header, load_options};
use crate::ImportError;
use crate::issue::Issue;
use crate::manifest::Manifest;
use crate::report::{ImportReport, LayerReport, TerrainReport};

/// What a report of an earlier run says that still holds.
#[derive(Deserialize)]
struct Kept {
    layers: Vec<LayerReport>,
    terrain: Option<TerrainReport>,
    issues: Vec<Issue>,
    issue_totals: BTreeMap<Cow<'static, str>, u64>,
}

/// What this import will read; `None` where it has to be read to know.
///
/// # Errors
/// [`ImportError::Cancelled`].
pub(super) fn fingerprint(
    manifest: &Manifest,
    options: &ImportOptions<'_>,
) -> Result<Option<Fingerprint>, ImportError> {
    (options.progress)(&Progress::Comparing { layers: manifest.layers.len() });
    let is_cancelled = || options.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
    let mended = options.mended.as_ref().or(manifest.mended.as_ref());
    let beside: Vec<_> = mended.cloned().into_iter().collect();
    match Fingerprint::of(manifest, &options.reader, &beside, &is_cancelled) {
        Ok(found) => Ok(found),
        Err(_) if is_cancelled() => Err(ImportError::Cancelled),
        // A file that is not there, or cannot be read, is reported by who reads it.
        Err(_) => Ok(None),
    }
}

/// Records that the files are those of the last run; `None` if they are not.
pub(super) fn import(
    store: &mut Store,
    manifest: &Manifest,
    options: &ImportOptions<'_>,
    fingerprint: &Fingerprint,
    started: DateTime<Utc>,
    began: Instant,
) -> Result<Option<ImportReport>, ImportError> {
    let is_same = |last: &LastRun| last.fingerprint.as_deref() == Some(fingerprint.hash.as_slice());
    let Some(last) = store.last_run(&manifest.park.slug)?.filter(is_same) else { return Ok(None) };
    let mut load = store.begin_load(&header(manifest, last.srid), load_options(manifest, options, started))?;
    // Another import may have come in between.
    let Some(last) = load.last_run()?.filter(is_same).filter(|_| fingerprint.holds()) else { return Ok(None) };
    let Ok(kept) = serde_json::from_value::<Kept>(last.report) else { return Ok(None) };
    let as_now = |layer: LayerReport| LayerReport {
        unchanged: layer.added + layer.changed + layer.unchanged,
        added: 0,
        changed: 0,
        removed: 0,
        ..layer
    };
    let report = ImportReport {
        run: Some(load.run_id()),
        dry_run: false,
        unfinished: load.abandoned().to_vec(),
        same_as_run: Some(last.run_id),
        park: manifest.park.slug.clone(),
        srid: last.srid,
        seconds: began.elapsed().as_secs_f64(),
        layers: kept.layers.into_iter().map(as_now).collect(),
        dropped_layers: Vec::new(),
        terrain: kept.terrain,
        issues: kept.issues,
        issue_totals: kept.issue_totals,
    };
    for layer in &report.layers {
        (options.progress)(&Progress::Loaded(layer.clone()));
    }
    for issue in &report.issues {
        (options.progress)(&Progress::Found(issue.clone()));
    }
    load.fingerprint(&fingerprint.hash)?;
    let json = serde_json::to_value(&report).unwrap_or_default();
    load.commit(&json)?;
    Ok(Some(ImportReport { seconds: began.elapsed().as_secs_f64(), ..report }))
}
