//! A manifest into the store: everything is checked first, then loaded in one transaction, then reported.
//!
//! Order: features, then the ground (it covers them), then networks (they need the ground). Reading rows is left to
//! `reader`, understanding them to `stage`.

mod affected;
mod fingerprint;
mod ground;
mod photo;
mod prepare;
mod progress;
mod rows;
mod unchanged;

use std::cell::Cell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use spatial_db::model::ParkSnapshot;
use spatial_db::schema::{Record, Role, TABLES};
use spatial_db::store::{AllowShrink, Cancel, Change, LayerDiff, Load, LoadOptions, ParkHeader, Store, StoreError};

use crate::ImportError;
use crate::issue::{Issue, Severity};
use crate::manifest::{LayerSpec, Manifest};
use crate::reader::{Limits, Reader, ReaderCommand};
use crate::report::{DroppedReport, ImportReport, LayerReport, TerrainReport};
use crate::stage::{self, Named, Quarantine, Shared, Stager};

pub use progress::Progress;

pub(crate) use affected::affected_rows;
use fingerprint::Fingerprint;
use prepare::Plan;
pub(crate) use prepare::read_error;
use progress::Work;
use rows::{LayerRows, load_ready};

/// Rows between two words of progress, where the store does not count them.
const TOLD_EVERY: usize = 1024;

/// How an import runs.
#[derive(Clone)]
pub struct ImportOptions<'a> {
    /// Folder that the manifest's files are relative to, overriding the manifest.
    pub root: Option<PathBuf>,
    /// How to start the reading process.
    pub reader: ReaderCommand,
    /// How much that process may use.
    pub limits: Limits,
    /// Rows mended in an exported GeoPackage, overriding the manifest.
    pub mended: Option<PathBuf>,
    /// Set to `true` from another thread to stop.
    pub cancel: Option<Cancel>,
    /// Hears how far the import is.
    pub progress: &'a dyn Fn(&Progress),
    /// The command as typed, kept with the run.
    pub command: String,
    /// How long to wait for another import of the same park.
    pub lock_wait: Duration,
    /// Layers may lose most of their rows, and layers with rows may leave the manifest.
    pub allow_shrink: bool,
    /// Do everything, report it, and undo it: nothing is written.
    pub dry_run: bool,
    /// Read every file, even where all are byte for byte those of the last import.
    pub reread: bool,
    /// Hears every change of a feature, once all rows are in.
    pub changes: Option<&'a dyn Fn(&Change)>,
}

impl ImportOptions<'_> {
    /// Options without root override, cancellation or progress.
    pub fn new(reader: ReaderCommand) -> Self {
        Self {
            root: None,
            reader,
            limits: Limits::default(),
            mended: None,
            cancel: None,
            progress: &|_| {},
            command: "import".to_owned(),
            lock_wait: Duration::from_secs(30),
            allow_shrink: false,
            dry_run: false,
            reread: false,
            changes: None,
        }
    }
}

/// Brings the store into line with a manifest's files, all of it or nothing.
///
/// # Errors
/// [`ImportError`]; [`ImportError::help`] says what to do. Nothing was written then.
pub fn import(store: &mut Store, manifest: &Path, options: &ImportOptions<'_>) -> Result<ImportReport, ImportError> {
    let outcome = run(store, manifest, options, None);
    if let Err(error) = &outcome {
        // On a connection that is gone the note stays open, and the next import says so.
        let _ = store.end_attempt(matches!(error, ImportError::Cancelled), &error.to_string());
    }
    outcome
}

/// Does what [`import`] would do, takes the park as it would be then, and undoes everything.
///
/// # Errors
/// As [`import`].
pub fn preview(
    store: &mut Store,
    manifest: &Path,
    options: &ImportOptions<'_>,
) -> Result<(ImportReport, ParkSnapshot), ImportError> {
    let mut after = None;
    let options = ImportOptions { dry_run: true, ..options.clone() };
    let report = run(store, manifest, &options, Some(&mut after))?;
    match after {
        Some(after) => Ok((report, after)),
        None => Err(ImportError::Store { source: StoreError::DryRun }),
    }
}

fn run(
    store: &mut Store,
    manifest: &Path,
    options: &ImportOptions<'_>,
    after: Option<&mut Option<ParkSnapshot>>,
) -> Result<ImportReport, ImportError> {
    let began = Instant::now();
    let started = Utc::now();
    let manifest = Manifest::read(manifest, options.root.as_deref())?;
    // A dry run leaves nothing to compare with, and is asked for to see what reading would find.
    let fingerprint = if options.dry_run { None } else { unchanged::fingerprint(&manifest, options)? };
    let may_skip = !options.reread && options.changes.is_none();
    if let Some(fingerprint) = fingerprint.as_ref().filter(|_| may_skip)
        && let Some(report) = unchanged::import(store, &manifest, options, fingerprint, started, began)?
    {
        return Ok(report);
    }
    let mut reader = Reader::new(options.reader.clone(), options.cancel.clone()).with_limits(options.limits);
    let plan = prepare::prepare(&manifest, &mut reader, options)?;
    let header = header(&manifest, plan.srid as i32);
    let load = store.begin_load(&header, load_options(&manifest, options, started))?;
    let names: Vec<&str> = manifest.layers.iter().map(|layer| layer.name.as_str()).collect();
    let mut run = Run {
        load,
        reader,
        options,
        plan: &plan,
        shared: Shared::default(),
        reports: vec![None; plan.layers.len()],
        terrain: None,
        done: 0,
        work: Work::of(&plan.layers),
        told: 0,
    };
    run.layers()?;
    let Run { mut load, shared, reports, terrain, .. } = run;
    let layers: Vec<LayerReport> = reports.into_iter().flatten().collect();
    for layer in &layers {
        if layer.read != layer.accounted() {
            return Err(ImportError::CountsDiffer {
                layer: layer.layer.clone(),
                read: layer.read,
                accounted: layer.accounted(),
            });
        }
    }
    let dropped_layers = load
        .drop_layers_not_in(&names)?
        .into_iter()
        .map(|dropped| DroppedReport { layer: dropped.layer, removed: dropped.removed })
        .collect();
    (options.progress)(&Progress::Committing);
    let (issues, issue_totals) = shared.issues.settle(&mut load, &manifest.checks)?;
    if let Some(hear) = options.changes {
        load.changes(&mut |change| hear(&change))?;
    }
    if let Some(after) = after {
        *after = Some(load.snapshot()?);
    }
    let report = ImportReport {
        run: (!options.dry_run).then(|| load.run_id()),
        dry_run: options.dry_run,
        unfinished: load.abandoned().to_vec(),
        same_as_run: None,
        park: header.slug,
        srid: header.srid,
        seconds: began.elapsed().as_secs_f64(),
        layers,
        dropped_layers,
        terrain,
        issues,
        issue_totals,
    };
    if let Some(fingerprint) = fingerprint.filter(Fingerprint::holds) {
        load.fingerprint(&fingerprint.hash)?;
    }
    let json = serde_json::to_value(&report).unwrap_or_default();
    if options.dry_run {
        load.discard(&json)?;
    } else {
        load.commit(&json)?;
    }
    Ok(ImportReport { seconds: began.elapsed().as_secs_f64(), ..report })
}

/// Tells how far a layer is: its place in the plan and in the order of loading.
fn tell(
    options: &ImportOptions<'_>,
    work: &Work,
    plan: &Plan<'_>,
    (index, done): (usize, usize),
    rows: u64,
    bytes_read: Option<u64>,
) {
    let prepared = &plan.layers[index];
    (options.progress)(&Progress::Loading {
        layer: prepared.spec.name.clone(),
        index: done + 1,
        of: plan.layers.len(),
        rows,
        total: prepared.opened.as_ref().and_then(|opened| opened.count),
        done: work.share(index, prepared, rows, bytes_read),
    });
}

fn header(manifest: &Manifest, srid: i32) -> ParkHeader {
    ParkHeader {
        slug: manifest.park.slug.clone(),
        name: manifest.park.name.clone(),
        srid,
        synthetic: manifest.park.synthetic,
        attribution: manifest.park.attribution.clone(),
        licence: manifest.park.licence.clone(),
        as_of: manifest.park.as_of,
    }
}

fn load_options(manifest: &Manifest, options: &ImportOptions<'_>, started: DateTime<Utc>) -> LoadOptions {
    LoadOptions {
        manifest_text: manifest.text.clone(),
        command: options.command.clone(),
        started,
        cancel: options.cancel.clone(),
        lock_wait: options.lock_wait,
        allow_shrink: allow_shrink(manifest, options),
        dry_run: options.dry_run,
    }
}

/// Whose rows may mostly vanish: what the command says of all, the manifest of each.
fn allow_shrink(manifest: &Manifest, options: &ImportOptions<'_>) -> AllowShrink {
    if options.allow_shrink {
        return AllowShrink::Any;
    }
    let named = |allows: fn(&LayerSpec) -> bool| -> HashSet<String> {
        manifest.layers.iter().filter(|layer| allows(layer)).map(|layer| layer.name.clone()).collect()
    };
    AllowShrink::Layers { shrink: named(|layer| layer.allow_shrink), empty: named(|layer| layer.allow_empty) }
}

/// An import on its way.
struct Run<'a, 'o> {
    load: Load<'a>,
    reader: Reader,
    options: &'o ImportOptions<'o>,
    plan: &'o Plan<'o>,
    shared: Shared,
    reports: Vec<Option<LayerReport>>,
    terrain: Option<TerrainReport>,
    done: usize,
    work: Work,
    /// Issues that have been told.
    told: usize,
}

/// Nodes wait for the edges, which may tell how deep they lie.
struct WaitingNodes<'o> {
    index: usize,
    stager: Stager<'o>,
    records: Vec<Record>,
    read: u64,
}

impl<'o> Run<'_, 'o> {
    fn layers(&mut self) -> Result<(), ImportError> {
        let plan = self.plan;
        let is_network = |role: Role| matches!(role, Role::NetworkEdge(_) | Role::NetworkNode(_));
        let is_terrain = |role: Role| matches!(role, Role::TerrainRaster | Role::TerrainPoints);
        let position = |index: usize| {
            let kind = plan.layers[index].spec.role.kind();
            TABLES.iter().position(|table| table.kind == kind)
        };
        let all = 0..plan.layers.len();
        let role = |index: usize| plan.layers[index].spec.role;
        let is_rows = |role: Role| !is_network(role) && !is_terrain(role) && role != Role::Imagery;
        let mut features: Vec<usize> = all.clone().filter(|i| is_rows(role(*i))).collect();
        features.sort_by_key(|index| (position(*index), *index));
        for index in features {
            self.rows(index)?;
        }
        for index in all.clone().filter(|i| is_terrain(role(*i))) {
            self.ground(index)?;
        }
        for index in all.clone().filter(|i| role(*i) == Role::Imagery) {
            self.photo(index)?;
        }
        let mut waiting = Vec::new();
        for index in all.clone().filter(|i| matches!(role(*i), Role::NetworkNode(_))) {
            waiting.push(self.nodes(index)?);
        }
        for index in all.filter(|i| matches!(role(*i), Role::NetworkEdge(_))) {
            self.rows(index)?;
        }
        for nodes in waiting {
            self.settle(nodes)?;
        }
        Ok(())
    }

    fn tell(&self, index: usize, rows: u64) {
        tell(self.options, &self.work, self.plan, (index, self.done), rows, None);
    }

    fn check_cancel(&self) -> Result<(), ImportError> {
        match &self.options.cancel {
            Some(cancel) if cancel.load(Ordering::Relaxed) => Err(ImportError::Cancelled),
            _ => Ok(()),
        }
    }

    /// Reads, stages and loads a layer in one go.
    fn rows(&mut self, index: usize) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        self.tell(index, 0);
        let (mut stager, source, mended) = rows::open(plan, &mut self.reader, index)?;
        let (options, work, at) = (self.options, &self.work, (index, self.done));
        let bytes_read = Cell::new(None);
        let cancel = self.options.cancel.as_ref();
        let mut rows =
            LayerRows::new(source, mended, &mut stager, &mut self.shared, prepared, cancel).counting(&bytes_read);
        let diff = load_ready(&mut self.load, prepared, &mut rows, &mut |rows| {
            tell(options, work, plan, at, rows, bytes_read.get());
        });
        let (read, warnings) = rows.finish();
        if let (0, Err(ImportError::Shrinks { .. })) = (read, &diff) {
            self.empty(index)?;
        }
        let diff = diff?;
        self.finish(index, stager, diff, read, &warnings)
    }

    /// Reads and stages a node layer; its records wait.
    fn nodes(&mut self, index: usize) -> Result<WaitingNodes<'o>, ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        self.tell(index, 0);
        let (mut stager, source, mended) = rows::open(plan, &mut self.reader, index)?;
        let (options, work, at) = (self.options, &self.work, (index, self.done));
        let bytes_read = Cell::new(None);
        let cancel = self.options.cancel.as_ref();
        let mut rows =
            LayerRows::new(source, mended, &mut stager, &mut self.shared, prepared, cancel).counting(&bytes_read);
        let mut records: Vec<Record> = Vec::new();
        for record in rows.by_ref() {
            records.push(record.map_err(rows::unbox)?);
            if records.len().is_multiple_of(TOLD_EVERY) {
                tell(options, work, plan, at, records.len() as u64, bytes_read.get());
            }
        }
        let (read, warnings) = rows.finish();
        self.warn(index, &warnings);
        Ok(WaitingNodes { index, stager, records, read })
    }

    fn settle(&mut self, nodes: WaitingNodes<'o>) -> Result<(), ImportError> {
        let plan = self.plan;
        let WaitingNodes { index, stager, mut records, read } = nodes;
        let prepared = &plan.layers[index];
        stage::settle_nodes(
            &mut records,
            &self.shared.sites,
            self.shared.ground.as_ref(),
            prepared.spec.network.assumed_depth_m,
            &Named::of(prepared.spec),
            &mut self.shared.issues,
        );
        let diff = load_ready(&mut self.load, prepared, &mut records.into_iter().map(Ok), &mut |_| {})?;
        self.finish(index, stager, diff, read, &[])
    }

    /// Quarantine and report of a layer that has been loaded.
    fn finish(
        &mut self,
        index: usize,
        mut stager: Stager<'o>,
        diff: LayerDiff,
        read: u64,
        warnings: &[String],
    ) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        self.warn(index, warnings);
        for duplicate in &diff.duplicate_keys {
            stager.duplicate(&duplicate.key, duplicate.source_row, &duplicate.held_by, &mut self.shared);
        }
        let quarantined = stager.leavings.quarantine.len();
        self.quarantine(index, std::mem::take(&mut stager.leavings.quarantine))?;
        if read == 0 {
            self.empty(index)?;
        }
        self.reports[index] = Some(LayerReport {
            layer: prepared.spec.name.clone(),
            source: prepared.spec.source(),
            role: prepared.spec.role.to_string(),
            read,
            added: diff.added,
            changed: diff.changed,
            removed: diff.removed,
            unchanged: diff.unchanged,
            repaired: stager.leavings.repaired,
            mended: stager.leavings.mended,
            quarantined,
        });
        self.close(index)
    }

    /// Rows left out, into the store.
    fn quarantine(&mut self, index: usize, rows: Quarantine) -> Result<(), ImportError> {
        let name = &self.plan.layers[index].spec.name;
        let cancel = self.options.cancel.as_ref();
        rows.hand_on(|rows| {
            if cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(ImportError::Cancelled);
            }
            Ok(self.load.quarantine(name, rows)?)
        })
    }

    fn close(&mut self, index: usize) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        self.done += 1;
        self.work.finish(index);
        for issue in self.shared.issues.kept_since(self.told) {
            (self.options.progress)(&Progress::Found(issue.clone()));
            self.told += 1;
        }
        if let Some(report) = &self.reports[index] {
            (self.options.progress)(&Progress::Loaded(report.clone()));
        }
        let needed =
            |other: usize| other != index && self.reports[other].is_none() && plan.layers[other].file == prepared.file;
        if !(0..plan.layers.len()).any(needed) {
            self.reader
                .close(&prepared.file.to_string_lossy())
                .map_err(|error| prepare::read_error(prepared.spec, &prepared.file, error))?;
        }
        self.check_cancel()
    }

    fn empty(&mut self, index: usize) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        let spec = prepared.spec;
        if !spec.allow_empty {
            return Err(ImportError::EmptyLayer {
                layer: spec.name.clone(),
                file: prepared.file.clone(),
                filter: spec.filter.clone(),
            });
        }
        self.shared.issues.push(Named::of(spec).issue(
            "layer.empty",
            Severity::Note,
            None,
            None,
            "the source has no rows".to_owned(),
            "nothing, if that is meant".to_owned(),
        ));
        Ok(())
    }

    fn warn(&mut self, index: usize, warnings: &[String]) {
        let named = Named::of(self.plan.layers[index].spec);
        for warning in warnings {
            let issue: Issue = named.issue(
                "reader.warning",
                Severity::Note,
                None,
                None,
                warning.clone(),
                "look at the file in a GIS if rows or texts seem wrong".to_owned(),
            );
            self.shared.issues.push(issue);
        }
    }
}
