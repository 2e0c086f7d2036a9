//! What an import or a revert changes: in words, as lines of JSON, in a file, and as an overlay over the park.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::changes::changes_overlay;
use chrono::NaiveDate;
use importers::reader::ReaderCommand;
use importers::{ImportOptions, preview};
use serde::Serialize;
use spatial_db::model::ParkSnapshot;
use spatial_db::store::{Change, Operation, Store, StoreError};
use twin_engine::TwinInput;

use crate::cli::Compared;
use crate::failure::Failure;
use crate::parks::store;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};

/// Features told in words per layer and operation.
const SHOWN: usize = 5;
/// Columns told in words per feature.
const COLUMNS_SHOWN: usize = 4;
/// Characters of a value that are told in words.
const VALUE_SHOWN: usize = 40;

/// Hears changes one by one and keeps no more than what is told in words.
pub(crate) struct ChangeList {
    heard: RefCell<Heard>,
    listens: bool,
    json: bool,
}

struct Heard {
    file: Option<(PathBuf, BufWriter<File>)>,
    /// The first of each layer and operation, and how many there are.
    told: BTreeMap<(String, Operation), (u64, Vec<Change>)>,
    failed: Option<Failure>,
}

/// A change as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(flatten)]
    change: &'a Change,
}

impl ChangeList {
    /// Listens if there is a file to write or a person to tell.
    pub(crate) fn new(out: Option<&Path>, dry_run: bool, json: bool) -> Result<Self, Failure> {
        let file = match out {
            None => None,
            Some(path) => {
                let file = File::create(path);
                let file = file.map_err(|source| Failure::ChangesFile { path: path.to_owned(), source })?;
                Some((path.to_owned(), BufWriter::new(file)))
            }
        };
        let listens = dry_run || file.is_some();
        let heard = Heard { file, told: BTreeMap::new(), failed: None };
        Ok(Self { heard: RefCell::new(heard), listens, json: json && dry_run })
    }

    pub(crate) fn listens(&self) -> bool {
        self.listens
    }

    pub(crate) fn hear(&self, change: &Change) {
        let heard = &mut *self.heard.borrow_mut();
        if heard.failed.is_none() {
            heard.failed = self.write(&mut heard.file, change).err();
        }
        let (count, first) = heard.told.entry((change.layer.clone(), change.op)).or_default();
        *count += 1;
        if first.len() < SHOWN {
            first.push(change.clone());
        }
    }

    fn write(&self, file: &mut Option<(PathBuf, BufWriter<File>)>, change: &Change) -> Result<(), Failure> {
        let line = Line { event: "change", change };
        if let Some((path, file)) = file {
            let written = serde_json::to_writer(&mut *file, &line).map_err(std::io::Error::from);
            let written = written.and_then(|()| file.write_all(b"\n"));
            written.map_err(|source| Failure::ChangesFile { path: path.clone(), source })?;
        }
        if self.json {
            let mut out = std::io::stdout().lock();
            serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// Ends the file; what is left is for people.
    pub(crate) fn finish(self) -> Result<Told, Failure> {
        let heard = self.heard.into_inner();
        if let Some(failure) = heard.failed {
            return Err(failure);
        }
        if let Some((path, mut file)) = heard.file {
            file.flush().map_err(|source| Failure::ChangesFile { path, source })?;
        }
        Ok(Told(heard.told))
    }
}

/// Changes for people.
pub(crate) struct Told(BTreeMap<(String, Operation), (u64, Vec<Change>)>);

impl Told {
    pub(crate) fn words(&self) -> Result<(), Failure> {
        for ((layer, op), (count, first)) in &self.0 {
            let word = match op {
                Operation::Added => "added",
                Operation::Changed => "changed",
                Operation::Removed => "removed",
            };
            print::line(format!("\n{layer}: {count} {word}"))?;
            for change in first {
                print::line(format!("  {}{}", change.key, difference(change)))?;
            }
            if *count > first.len() as u64 {
                print::line(format!(
                    "  … and {} more; all of them with --json or --changes-out FILE",
                    count - first.len() as u64
                ))?;
            }
        }
        Ok(())
    }
}

/// What differs about a changed feature: shape first, then columns, old → new.
fn difference(change: &Change) -> String {
    let mut parts = Vec::new();
    if let Some(shape) = change.geometry {
        let mut words = if shape.moved_m > 0.0 {
            format!("shape moved by up to {}", metres(shape.moved_m))
        } else {
            "shape: same place in plan, other elevations or vertices".to_owned()
        };
        if shape.area_by_m2.abs() >= 0.05 {
            let _ = write!(words, ", area {:+.1} m²", shape.area_by_m2);
        } else if shape.length_by_m.abs() >= 0.005 {
            let _ = write!(words, ", length {:+.2} m", shape.length_by_m);
        }
        parts.push(words);
    }
    if change.raster {
        parts.push("heights".to_owned());
    }
    let columns = change.columns.iter().take(COLUMNS_SHOWN);
    parts.extend(columns.map(|column| format!("{} {} → {}", column.column, value(&column.old), value(&column.new))));
    if change.columns.len() > COLUMNS_SHOWN {
        parts.push(format!("{} more columns", change.columns.len() - COLUMNS_SHOWN));
    }
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) }
}

fn metres(length_m: f64) -> String {
    if length_m < 0.1 { format!("{:.0} mm", (length_m * 1000.0).max(1.0)) } else { format!("{length_m:.1} m") }
}

fn value(value: &serde_json::Value) -> String {
    let text = match value {
        serde_json::Value::Null => return "unknown".to_owned(),
        serde_json::Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE_SHOWN) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// The park with the changes overlay: of a dry run of a manifest, or of a past run.
pub(crate) fn input(
    slug: &str,
    as_of: Option<NaiveDate>,
    compared: &Compared,
    progress: &Progress,
) -> Result<TwinInput, Failure> {
    let mut store = store()?;
    let (before, after, source) = match (&compared.manifest, compared.run) {
        (Some(manifest), _) => dry_run(&mut store, slug, manifest, compared, progress)?,
        (None, Some(run_id)) => {
            progress.show("reading the history", slug);
            let run = store.run(slug, run_id)?;
            let words = format!("run {run_id} of {}, from the history", run.finished.format("%Y-%m-%d %H:%M UTC"));
            (store.snapshot_before(slug, run_id)?, store.snapshot_after(slug, run_id)?, words)
        }
        (None, None) => return Err(Failure::ChangesOfWhat),
    };
    let as_of = as_of.or(after.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    progress.show("comparing", slug);
    let (drawn, overlay) = changes_overlay(&before, &after, as_of, &source);
    Ok(TwinInput {
        snapshot: Arc::new(drawn),
        active: Some(overlay.name.clone()),
        overlays: vec![overlay.into()],
        imagery: None,
        time: None,
        planner: None,
        apart: None,
    })
}

fn dry_run(
    store: &mut Store,
    slug: &str,
    manifest: &Path,
    compared: &Compared,
    progress: &Progress,
) -> Result<(ParkSnapshot, ParkSnapshot, String), Failure> {
    progress.show("loading the park from the database", slug);
    let before = match store.snapshot(slug) {
        Ok(before) => Some(before),
        Err(StoreError::NoSuchPark { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let options = ImportOptions {
        root: compared.root.clone(),
        cancel: Some(cancel_on_interrupt()),
        // A picture is no decision: what would be refused is just what a person wants to see.
        allow_shrink: true,
        ..ImportOptions::new(ReaderCommand { program: std::env::current_exe()?, args: vec!["__read".into()] })
    };
    progress.show("trying the import", &manifest.display().to_string());
    let (report, after) = preview(store, manifest, &options).map_err(|source| Failure::Import {
        manifest: manifest.to_owned(),
        hint: source.help(),
        source: Box::new(source),
    })?;
    if report.park != slug {
        let (found, asked) = (report.park, slug.to_owned());
        return Err(Failure::OtherPark { manifest: manifest.to_owned(), found, asked });
    }
    let before = before.unwrap_or_else(|| ParkSnapshot::empty(after.park.clone()));
    Ok((before, after, format!("dry run of {}; nothing was written", manifest.display())))
}
