//! `twin runs`: the imports of a park and what each changed.

use spatial_db::store::{Run, RunKind};

use crate::cli::RunsArguments;
use crate::failure::Failure;
use crate::parks::store;
use crate::print;

pub(crate) fn run(arguments: &RunsArguments) -> Result<(), Failure> {
    let runs = store()?.runs(&arguments.park)?;
    if arguments.json {
        return print::json(&serde_json::json!({ "park": arguments.park, "runs": runs }));
    }
    if runs.is_empty() {
        return print::line("no runs yet");
    }
    for run in runs.iter().rev() {
        print::line(heading(run))?;
        print::line(format!("  {}", run.command))?;
        if run.layers.is_empty() {
            print::line("  nothing changed")?;
        }
        for layer in &run.layers {
            let counts = [(layer.added, "added"), (layer.changed, "changed"), (layer.removed, "removed")];
            let counts: Vec<String> =
                counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            let what = if layer.table == "terrain_tile" { " (tiles)" } else { "" };
            print::line(format!("  {}{what}: {}", layer.layer, counts.join(", ")))?;
        }
    }
    Ok(())
}

fn heading(run: &Run) -> String {
    let when = run.finished.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S %:z");
    let word = |field: &str| run.scenario[field].as_str().unwrap_or_default();
    let what = match (run.kind, run.reverts) {
        (RunKind::Revert, Some(target)) => format!("revert of run {target}"),
        _ if run.scenario.is_object() => format!("scenario {:?} accepted by {}, written", word("name"), word("by")),
        _ => "import".to_owned(),
    };
    let undone = run.reverted_by.map_or_else(String::new, |by| format!(" — undone by run {by}"));
    format!("run {}  {when}  {what} by {}, {:.1} s{undone}", run.run_id, run.by, run.seconds)
}
