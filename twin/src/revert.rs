//! `twin revert`: one run undone, exactly.

use spatial_db::store::{Change, LoadOptions};

use crate::changes::ChangeList;
use crate::cli::RevertArguments;
use crate::failure::Failure;
use crate::parks::store;
use crate::print;
use crate::progress::cancel_on_interrupt;

pub(crate) fn run(arguments: &RevertArguments) -> Result<(), Failure> {
    let changes = ChangeList::new(arguments.changes_out.as_deref(), arguments.dry_run, arguments.json)?;
    let mut store = store()?;
    let options = LoadOptions {
        command: std::env::args().collect::<Vec<_>>().join(" "),
        cancel: Some(cancel_on_interrupt()),
        dry_run: arguments.dry_run,
        ..LoadOptions::default()
    };
    let mut hear = |change: Change| changes.hear(&change);
    let listener = changes.listens().then_some(&mut hear as &mut dyn FnMut(Change));
    let outcome = store.revert(&arguments.park, arguments.run, &options, listener);
    if let Err(error) = &outcome {
        let cancelled = matches!(error, spatial_db::store::StoreError::Cancelled);
        // On a connection that is gone the note stays open, and the next import says so.
        let _ = store.end_attempt(cancelled, &error.to_string());
    }
    let reverted = outcome?;
    let told = changes.finish()?;
    if arguments.json {
        return print::json(&reverted);
    }
    for unfinished in &reverted.unfinished {
        print::line(unfinished.to_string())?;
    }
    for table in &reverted.tables {
        print::line(format!(
            "{}: {} taken out, {} as before again, {} brought back",
            table.table, table.taken_out, table.changed_back, table.brought_back
        ))?;
    }
    told.words()?;
    if !reverted.frame_restored {
        print::line("The park's header, its layers and its quarantine are as a later import put them.")?;
    }
    let (park, target) = (&reverted.park, reverted.reverts);
    print::line(match reverted.run {
        Some(run) => format!("park {park}: run {target} is undone (run {run}; revert that to have it again)"),
        None => format!("park {park}: run {target} can be undone; dry run, nothing was written"),
    })
}
