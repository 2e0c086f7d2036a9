//! `twin scenario accept`, and the window's button for it: a scenario becomes the record, as one run that can be undone.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use analysis::scenario::{Acceptance, ScenarioFile, accepted};
use clap::{Args, Subcommand};
use serde_json::json;
use spatial_db::hash::sha256;
use spatial_db::model::{Park, ParkSnapshot};
use spatial_db::store::{Amended, Change, LoadOptions, ParkHeader, Store, StoreError, amendments};
use twin_engine::{AcceptOrder, Accepted};

use super::read;
use crate::changes::ChangeList;
use crate::failure::{Failure, Refused};
use crate::parks::store;
use crate::print;
use crate::progress::cancel_on_interrupt;
use crate::rules::tables;

/// Arguments of `twin scenario`.
#[derive(Debug, Args)]
#[command(after_help = "docs/scenarios.md describes scenarios and what accepting one writes.\n\nExamples:\n  \
    twin scenario accept qingxi second-phase.scenario.ron --by \"Li Na\" --reason \"plan 2027-14\" --drawn-on 3 --dry-run\n  \
    twin scenario accept qingxi second-phase.scenario.ron --by \"Li Na\" --reason \"plan 2027-14\" --drawn-on 3\n  \
    twin revert qingxi 4")]
pub(crate) struct ScenarioGroup {
    /// What to do
    #[command(subcommand)]
    what: What,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum What {
    /// Write the edits of a scenario into the record: all of them or nothing, as one run
    Accept(AcceptArguments),
}

/// Arguments of `twin scenario accept`.
#[derive(Debug, Args)]
struct AcceptArguments {
    /// Short name of the park (`twin parks` lists them)
    park: String,
    /// The scenario
    file: PathBuf,
    /// Who accepts it, by name; `TWIN_BY` if not given
    #[arg(long, env = "TWIN_BY", hide_env_values = true, value_parser = words)]
    by: String,
    /// Why, for whoever asks later
    #[arg(long, value_parser = words)]
    reason: String,
    /// Run of the record that the scenario was drawn on, where the file does not say it (`twin runs` lists them)
    #[arg(long, value_name = "RUN")]
    drawn_on: Option<i64>,
    /// Show what would change, feature by feature, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// File to write every change to, one JSON object a line
    #[arg(long, value_name = "FILE")]
    changes_out: Option<PathBuf>,
    /// Print JSON instead of words
    #[arg(long)]
    json: bool,
}

/// Words that say something.
fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say it in words".to_owned()) } else { Ok(text.to_owned()) }
}

pub(crate) fn run(group: &ScenarioGroup) -> Result<(), Failure> {
    match &group.what {
        What::Accept(arguments) => accept(arguments),
    }
}

/// What is accepted, and on which record it was drawn.
struct Asked<'a> {
    arguments: &'a AcceptArguments,
    text: String,
    file: ScenarioFile,
    acceptance: Acceptance,
    drawn_on: i64,
    drawn: Arc<ParkSnapshot>,
}

/// What was written.
struct Written {
    /// The run; `None` for a dry run.
    run: Option<i64>,
    amended: Vec<Amended>,
    unfinished: Vec<String>,
}

fn accept(arguments: &AcceptArguments) -> Result<(), Failure> {
    let read = read(&arguments.file)?;
    let changes = ChangeList::new(arguments.changes_out.as_deref(), arguments.dry_run, arguments.json)?;
    let mut store = store()?;
    let how = How { command: std::env::args().collect::<Vec<_>>().join(" "), cancel: Some(cancel_on_interrupt()) };
    let (asked, written) = put(&mut store, arguments, read, &changes, how)?;
    let told = changes.finish()?;
    let counted = |amended: &Amended| (amended.table.name, amended.written.len(), amended.gone.len());
    if arguments.json {
        let tables: Vec<_> = written
            .amended
            .iter()
            .map(counted)
            .map(|(table, written, gone)| json!({ "table": table, "written": written, "taken_out": gone }))
            .collect();
        return print::json(&json!({
            "park": arguments.park, "run": written.run, "dry_run": arguments.dry_run, "scenario": asked.file.name,
            "sha256": asked.acceptance.sha256, "layer": asked.acceptance.layer(), "drawn_on": asked.drawn_on,
            "by": asked.acceptance.by, "reason": asked.acceptance.reason, "tables": tables,
            "unfinished": written.unfinished,
        }));
    }
    for unfinished in &written.unfinished {
        print::line(unfinished)?;
    }
    for (table, came, gone) in written.amended.iter().map(counted) {
        print::line(format!("{table}: {came} written, {gone} taken out"))?;
    }
    told.words()?;
    let (park, name) = (&arguments.park, &asked.file.name);
    print::line(match written.run {
        Some(run) => format!(
            "park {park}: the scenario {name:?} is the record (run {run}; `twin revert {park} {run}` takes it back)"
        ),
        None => format!("park {park}: the scenario {name:?} can be accepted; dry run, nothing was written"),
    })
}

/// Accepts a scenario as the window asks for it, as the command does; until `stop` is set.
pub(crate) fn for_window(
    store: &mut Store,
    park: &str,
    order: &AcceptOrder,
    stop: &Arc<AtomicBool>,
) -> Result<Accepted, Failure> {
    let (text, file) = read(&order.file)?;
    if sha256(text.as_bytes()) != order.sha256 {
        return Err(Refused::ScenarioChanged { path: order.file.clone() }.into());
    }
    // The window shows what a draft makes of the record as it is: that is what it is drawn on.
    let drawn_on = match order.drawn_on.or(file.drawn_on) {
        Some(run) => Some(run),
        None => store.runs(park)?.last().map(|run| run.run_id),
    };
    let arguments = AcceptArguments {
        park: park.to_owned(),
        file: order.file.clone(),
        by: order.by.clone(),
        reason: order.reason.clone(),
        drawn_on,
        dry_run: order.trial,
        changes_out: None,
        json: false,
    };
    // Nobody hears them one by one.
    let changes = ChangeList::new(None, false, false)?;
    let path = order.file.display();
    let run = drawn_on.map_or_else(String::new, |run| format!(" --drawn-on {run}"));
    let command =
        format!("twin view: scenario accept {park} {path} --by {:?} --reason {:?}{run}", order.by, order.reason);
    let (asked, written) =
        put(store, &arguments, (text, file), &changes, How { command, cancel: Some(Arc::clone(stop)) })?;
    let counted = written.amended.iter().map(|one| (one.table.kind, one.written.len(), one.gone.len()));
    Ok(Accepted {
        run: written.run,
        drawn_on: asked.drawn_on,
        changes: counted.filter(|(_, came, gone)| came + gone > 0).collect(),
    })
}

/// The command that is kept with the run, and what stops it.
struct How {
    command: String,
    cancel: Option<Arc<AtomicBool>>,
}

/// Accepts what was read of a scenario, or says why not; a load that broke off is noted as ended.
fn put<'a>(
    store: &mut Store,
    arguments: &'a AcceptArguments,
    (text, file): (String, ScenarioFile),
    changes: &ChangeList,
    how: How,
) -> Result<(Asked<'a>, Written), Failure> {
    let path = &arguments.file;
    let park = store.park(&arguments.park)?;
    let Some(drawn_on) = arguments.drawn_on.or(file.drawn_on) else {
        let last = store.runs(&arguments.park)?.last().map_or(1, |run| run.run_id);
        return Err(Refused::DrawnOnWhat { path: path.clone(), park: arguments.park.clone(), last }.into());
    };
    let drawn = Arc::new(store.snapshot_after(&arguments.park, drawn_on)?);
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let acceptance = Acceptance {
        file: name,
        sha256: sha256(text.as_bytes()),
        by: arguments.by.clone(),
        reason: arguments.reason.clone(),
    };
    let asked = Asked { arguments, text, file, acceptance, drawn_on, drawn };
    let outcome = write(store, park, &asked, changes, how);
    if let Err(error) = &outcome {
        let cancelled = matches!(error, Failure::Store { source } if matches!(**source, StoreError::Cancelled));
        // On a connection that is gone the note stays open, and the next import says so.
        let _ = store.end_attempt(cancelled, &error.to_string());
    }
    Ok((asked, outcome?))
}

/// Makes the edits on the record as the load finds it, and writes what differs.
fn write(store: &mut Store, park: Park, asked: &Asked<'_>, changes: &ChangeList, how: How) -> Result<Written, Failure> {
    let (arguments, acceptance) = (asked.arguments, &asked.acceptance);
    let Park { slug, name, srid, synthetic, attribution, licence, as_of, .. } = park;
    let header = ParkHeader { slug, name, srid, synthetic, attribution, licence, as_of };
    let options = LoadOptions {
        manifest_text: asked.text.clone(),
        command: how.command,
        cancel: how.cancel,
        dry_run: arguments.dry_run,
        ..LoadOptions::default()
    };
    let mut load = store.begin_load(&header, options)?;
    if let Some(run) = load.run_of_manifest(&asked.text)? {
        let (path, park) = (arguments.file.clone(), arguments.park.clone());
        return Err(Refused::AcceptedBefore { path, park, run }.into());
    }
    let now = Arc::new(load.snapshot()?);
    let after = accepted(&now, &asked.drawn, &asked.file, acceptance, &tables().land)
        .map_err(|source| Refused::NotAccepted { path: arguments.file.clone(), source: Box::new(source) })?;
    let amended = amendments(&now, &after);
    load.amend(&acceptance.layer(), &acceptance.source(), &amended)?;
    if changes.listens() {
        load.changes(&mut |change: Change| changes.hear(&change))?;
    }
    let run = (!arguments.dry_run).then(|| load.run_id());
    let unfinished = load.abandoned().iter().map(ToString::to_string).collect();
    let report = json!({
        "run": run, "dry_run": arguments.dry_run, "park": arguments.park, "layers": [],
        "scenario": {
            "name": asked.file.name, "note": asked.file.note, "file": acceptance.file, "sha256": acceptance.sha256,
            "by": acceptance.by, "reason": acceptance.reason, "drawn_on": asked.drawn_on, "edits": asked.file.edits.len(),
        },
    });
    if arguments.dry_run {
        load.discard(&report)?;
    } else {
        load.commit(&report)?;
    }
    Ok(Written { run, amended, unfinished })
}
