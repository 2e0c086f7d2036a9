//! `twin drill action`: an action to do better, written into the log of a drill that was played.

use std::path::PathBuf;

use analysis::emergency::drill::{Action, DrillError, DrillTables, HandInject, Improvement, improvements, run_drill};
use analysis::words;
use analysis::words::Words;
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::{PageArguments, PlayedArguments, log_of, wrong};
use crate::failure::Failure;
use crate::print;
use crate::report::whole;

/// Arguments of `twin drill action`.
#[derive(Debug, Args)]
pub(super) struct ActionArguments {
    #[command(flatten)]
    pub(super) played: PlayedArguments,
    /// Log of the drill, played to its end; the action is written into it
    log: PathBuf,
    /// Name of the action; one that the log has already is told anew
    #[arg(long)]
    id: String,
    /// What is to be done
    #[arg(long)]
    text: Option<String>,
    /// Role of the drill that sees to it
    #[arg(long)]
    owner: Option<String>,
    /// Day until which
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = crate::cli::day)]
    due: Option<NaiveDate>,
    /// Objective of the drill that it serves
    #[arg(long)]
    objective: Option<String>,
    /// Day on which it was done
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = crate::cli::day)]
    done: Option<NaiveDate>,
    /// Who writes it down
    #[arg(long, default_value = "")]
    by: String,
    /// Report to write anew, HTML
    #[arg(long, short)]
    out: Option<PathBuf>,
    #[command(flatten)]
    page: PageArguments,
}

pub(super) fn run(arguments: &ActionArguments) -> Result<(), Failure> {
    let text = arguments.played.text();
    let (file, cache) = arguments.played.open()?;
    let log = log_of(&arguments.log, &file)?;
    if log.digest.is_none() {
        let reason = words!("calc-drill-broken-off", "it was broken off: play it to its end first, with --resume");
        return Err(arguments.played.stale(&arguments.log)(DrillError::OtherLog { reason }));
    }
    let tables = DrillTables::in_force();
    let before = run_drill(&file, &cache, &tables, &log.hand).map_err(wrong(&arguments.played.file))?;
    log.tells_of(&before.log).map_err(arguments.played.stale(&arguments.log))?;
    // The last second that is played: after everything else that was done by hand.
    let at_s = (file.length_min * 60.0).floor();
    let told = told(arguments, &improvements(&log.hand))
        .map_err(|reason| wrong(&arguments.log)(DrillError::Hand { at_s, reason }))?;
    let mut hand = log.hand;
    hand.push(HandInject { at_s, does: Action::Improve(told), by: arguments.by.trim().to_owned() });
    let run = run_drill(&file, &cache, &tables, &hand).map_err(wrong(&arguments.log))?;
    whole(&arguments.log, run.log.to_text().map_err(std::io::Error::from)?.as_bytes())?;
    if let Some(path) = &arguments.out {
        arguments.page.write((&file, &run), &cache, Some(&arguments.log), (path, text))?;
    }
    let known = improvements(&run.log.hand);
    if arguments.played.json {
        return print::json(&json!({ "drill": file.name, "digest": run.log.digest, "improvements": known }));
    }
    let today = chrono::Local::now().date_naive();
    for one in &known {
        let until = words!("calc-drill-until", "until {day}", day = one.due);
        let said = [&until, &one.standing(today).words()].map(|words| text.words(words));
        print::line(format!("{}  {}  {}  {}", one.id, one.owner, said.join("  "), one.text))?;
    }
    Ok(())
}

/// The action as it is told now: what is not given stays as the log has it.
fn told(arguments: &ActionArguments, known: &[Improvement]) -> Result<Improvement, Words> {
    let before = known.iter().find(|one| one.id == arguments.id);
    let id = || format!("{:?}", arguments.id);
    let lacks =
        |what: &str| words!("calc-drill-needs", "the action {id} is new and needs --{what}", id = id(), what = what);
    Ok(Improvement {
        id: arguments.id.clone(),
        text: arguments.text.clone().or_else(|| before.map(|one| one.text.clone())).ok_or_else(|| lacks("text"))?,
        owner: arguments.owner.clone().or_else(|| before.map(|one| one.owner.clone())).ok_or_else(|| lacks("owner"))?,
        due: arguments.due.or_else(|| before.map(|one| one.due)).ok_or_else(|| lacks("due"))?,
        objective: arguments.objective.clone().or_else(|| before.and_then(|one| one.objective.clone())),
        done: arguments.done.or_else(|| before.and_then(|one| one.done)),
    })
}
