//! `twin import`: a manifest into the store, and the hidden verb that reads files for it.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use importers::reader::{Limits, ReaderCommand, serve};
use importers::{ImportError, ImportOptions, ImportReport, Progress, import};
use spatial_db::store::{Cancel, Change, StoreError};

use crate::changes::{ChangeList, Told};
use crate::cli::ImportArguments;
use crate::failure::Failure;
use crate::import_events::Listener;
use crate::parks::store;
use crate::print;
use crate::progress::cancel_on_interrupt;

/// Issues shown in words; `twin issues` has them all.
const SHOWN: usize = 12;

pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let mut limits = Limits::from_env()?;
    if let Some(seconds) = arguments.reader_timeout {
        limits.silence = Duration::from_secs(seconds);
    }
    let cancel = cancel_on_interrupt();
    let listener = Listener::new(arguments.json, limits);
    listener.start(&arguments.manifest);
    let outcome = bring_in(arguments, limits, cancel, &listener);
    listener.finish();
    match (&outcome, arguments.json) {
        (Ok((report, _)), true) => Listener::done(report),
        (Ok((report, told)), false) => words(report).and_then(|()| told.words()),
        (Err(Failure::Import { source, .. } | Failure::ImportUnknown { source, .. }), _) => {
            listener.error(&arguments.manifest, source);
            outcome.map(|_| ())
        }
        (Err(failure), _) => {
            listener.failure(failure);
            outcome.map(|_| ())
        }
    }
}

fn bring_in(
    arguments: &ImportArguments,
    limits: Limits,
    cancel: Cancel,
    listener: &Listener,
) -> Result<(ImportReport, Told), Failure> {
    let program = std::env::current_exe()?;
    let mut store = store()?;
    let on_step = |step: &Progress| listener.hear(step);
    let changes = ChangeList::new(arguments.changes_out.as_deref(), arguments.dry_run, arguments.json)?;
    let hear = |change: &Change| changes.hear(change);
    let options = ImportOptions {
        root: arguments.root.clone(),
        limits,
        mended: arguments.mended.clone(),
        cancel: Some(cancel),
        progress: &on_step,
        allow_shrink: arguments.allow_shrink,
        reread: arguments.reread,
        dry_run: arguments.dry_run,
        changes: changes.listens().then_some(&hear as &dyn Fn(&Change)),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        ..ImportOptions::new(ReaderCommand { program, args: vec!["__read".into()] })
    };
    let report = import(&mut store, &arguments.manifest, &options).map_err(|source| {
        let (manifest, hint) = (arguments.manifest.clone(), help(&arguments.manifest, &source));
        match source {
            ImportError::Store { source: StoreError::CommitUnknown { .. } } => {
                Failure::ImportUnknown { manifest, source: Box::new(source) }
            }
            source => Failure::Import { manifest, hint, source: Box::new(source) },
        }
    })?;
    Ok((report, changes.finish()?))
}

/// What to do about an error. Of a draft in which nothing is ready to be imported, that is what stands in the draft.
fn help(manifest: &Path, error: &ImportError) -> Option<String> {
    let help = error.help();
    let text = match error {
        ImportError::Manifest(_) => std::fs::read_to_string(manifest).unwrap_or_default(),
        _ => return help,
    };
    if text.lines().any(|line| line.trim() == "[[layer]]") {
        return help;
    }
    let mut said = help.unwrap_or_default();
    let mut source = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# ── ") {
            source = name.trim_end_matches([' ', '─']);
        } else if let Some(reason) = line.strip_prefix("# Left out: ").or(line.strip_prefix("# Could not be read: ")) {
            let _ =
                write!(said, "{}{source} was left out of the draft: {reason}", if said.is_empty() { "" } else { "\n" });
        }
    }
    (!said.is_empty()).then_some(said)
}

/// The hidden verb: GDAL's side of an import, spoken over standard input and output.
pub(crate) fn serve_reader() -> Result<(), Failure> {
    serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())
        .map_err(|error| Failure::Reader { reason: error.to_string() })
}

fn words(report: &ImportReport) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = report
        .layers
        .iter()
        .map(|layer| {
            let counts = [
                layer.read,
                layer.added,
                layer.changed,
                layer.removed,
                layer.unchanged,
                layer.repaired,
                layer.quarantined,
            ];
            [layer.layer.clone(), layer.role.clone()].into_iter().chain(counts.map(|n| n.to_string())).collect()
        })
        .collect();
    print::table(
        &["layer", "role", "read", "added", "changed", "removed", "unchanged", "repaired", "quarantined"],
        &rows,
    )?;
    if let Some(run) = report.same_as_run {
        print::line(format!(
            "every file is byte for byte as it was at run {run}: nothing was read (`--reread` reads them all the same)"
        ))?;
    }
    for unfinished in &report.unfinished {
        print::line(unfinished.to_string())?;
    }
    for layer in report.layers.iter().filter(|layer| layer.mended > 0) {
        print::line(format!("layer {}: {} rows came as they were mended", layer.layer, layer.mended))?;
    }
    for dropped in &report.dropped_layers {
        print::line(format!("layer {} left the manifest: {} rows removed", dropped.layer, dropped.removed))?;
    }
    if let Some(terrain) = &report.terrain {
        print::line(format!(
            "terrain: {} × {} samples of {:.1} m, heights {:.1} to {:.1} m",
            terrain.columns, terrain.rows, terrain.cell_m, terrain.lowest_m, terrain.highest_m
        ))?;
    }
    let found: u64 = report.issue_totals.values().sum();
    if found > 0 {
        let mut totals = String::new();
        for (code, count) in &report.issue_totals {
            let _ = write!(totals, "{}{code} {count}", if totals.is_empty() { "" } else { ", " });
        }
        print::line(format!("\n{found} issues: {totals}"))?;
        let mut worst_first: Vec<_> = report.issues.iter().collect();
        worst_first.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        for issue in worst_first.into_iter().take(SHOWN) {
            let row = issue.row.map_or_else(String::new, |row| format!(" row {row}"));
            print::line(format!("  {} {}{row}: {}; {}", issue.code, issue.file, issue.reason, issue.fix))?;
        }
        if report.issues.len() > SHOWN {
            // Those of a dry run are not kept anywhere.
            let all = if report.dry_run {
                "--json tells more".to_owned()
            } else {
                format!("`twin issues {}` has them all", report.park)
            };
            print::line(format!("  … {all}"))?;
        }
    }
    let run = report.run.map_or_else(|| "dry run: nothing was written".to_owned(), |run| format!("run {run}"));
    print::line(format!("park {} (EPSG:{}), {run}, {:.1} s", report.park, report.srid, report.seconds))
}
