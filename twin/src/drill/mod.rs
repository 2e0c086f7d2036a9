//! `twin drill`: runs a drill file on a park without a window, writes its report, its log and the draft of an alert.

mod alert;
mod compare;
mod export;
mod improve;
mod office;
mod page;
mod pictures;
mod shot;
mod tables;
mod told;
mod watcher;
mod wkt;

use std::path::{Path, PathBuf};

use analysis::emergency::drill::{
    DrillError, DrillFile, DrillLog, DrillRun, DrillTables, HandInject, improvements, notes_taken, run_drill,
    trace_drill, watch_drill,
};
use analysis::words;
use analysis::words::Words;
use askama::Template;
use clap::{Args, Subcommand};
use serde_json::json;
use spatial_db::cache::Cache;
use twin_engine::Language;
use twin_engine::text::Text;

use crate::cli::{LanguageName, ViewArguments};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::print;
use crate::progress::Progress;
use crate::report::whole;

use alert::alert;
pub(crate) use alert::in_degrees;
pub(crate) use office::office;
pub(crate) use tables::{Field, Sheet, csv_of, origin, row, write_sheets};

/// Arguments of `twin drill`.
#[derive(Debug, Args)]
#[command(after_help = "docs/drills.md describes the file, the log and the report. For exercises and planning.\n\n\
    Examples:\n  twin drill run scenes/ammonia-leak.drill.ron --out report.html --log drill.jsonl\n  \
    twin drill run scenes/ammonia-leak.drill.ron --resume drill.jsonl --out report.html\n  \
    twin drill replay scenes/ammonia-leak.drill.ron drill.jsonl\n  \
    twin drill report scenes/ammonia-leak.drill.ron --log drill.jsonl --out drill.gpkg\n  \
    twin drill compare scenes/ammonia-leak.drill.ron --at 300 --with gate-shut.jsonl --seeds 10\n  \
    twin drill action scenes/ammonia-leak.drill.ron drill.jsonl --id A1 --text \"Train the alarm chain\" \\\n    \
    --owner officer --due 2027-01-31 --objective warn\n  \
    twin drill show scenes/ammonia-leak.drill.ron")]
pub(crate) struct DrillGroup {
    /// What to do with the drill
    #[command(subcommand)]
    what: DrillVerb,
}

/// What to do with a drill.
#[derive(Debug, Subcommand)]
enum DrillVerb {
    /// Run the drill from beginning to end
    Run(RunArguments),
    /// Run it again from its log, and compare to the last bit
    Replay(ReplayArguments),
    /// Open it in the window: console, map, big screen
    Show(ShowArguments),
    /// Draw it at a moment into a PNG, without a window
    Shot(shot::DrillShotArguments),
    /// Write everything of a drill: zones by time, buildings, people, tracks, engines, log
    Report(ReportArguments),
    /// What if: branch at a moment with other injects, and compare over the same seeds
    Compare(CompareArguments),
    /// Write an action to do better into the log, with its owner and date
    Action(improve::ActionArguments),
}

/// Which drill is played, on which park, and how what comes of it is told.
#[derive(Debug, Args)]
struct PlayedArguments {
    /// Drill file
    file: PathBuf,
    /// Park to run it on, or a package of one; the one that the file names if not given
    #[arg(long)]
    park: Option<String>,
    /// Language of the page and of what is printed; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// How the page of a drill is made.
#[derive(Debug, Args)]
struct PageArguments {
    /// Leave the pictures out of the page: quicker, and without a graphics adapter
    #[arg(long)]
    no_pictures: bool,
}

/// Arguments of `twin drill compare`.
#[derive(Debug, Args)]
struct CompareArguments {
    #[command(flatten)]
    played: PlayedArguments,
    /// Log of the drill that is branched from; the drill as written if not given
    #[arg(long)]
    log: Option<PathBuf>,
    /// Moment of the branch, s from the start: until then both are the same
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    at: f64,
    /// Injects of the branch, one JSON object a line
    #[arg(long)]
    with: PathBuf,
    /// How many seeds, from that of the file on
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Spreadsheet to write, CSV: a row for each measure and seed
    #[arg(long, short)]
    out: Option<PathBuf>,
}

/// Arguments of `twin drill report`.
#[derive(Debug, Args)]
struct ReportArguments {
    #[command(flatten)]
    played: PlayedArguments,
    /// Its log, for what was injected by hand; the drill as written if not given
    #[arg(long)]
    log: Option<PathBuf>,
    /// GeoPackage to write (.gpkg), page (.html), or folder for CSV, a file a table
    #[arg(long, short)]
    out: PathBuf,
    #[command(flatten)]
    page: PageArguments,
}

/// Arguments of `twin drill run`.
#[derive(Debug, Args)]
struct RunArguments {
    #[command(flatten)]
    played: PlayedArguments,
    /// Report to write, HTML
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Log to write, a line of JSON for each thing that happens, as it happens
    #[arg(long)]
    log: Option<PathBuf>,
    /// Log whose injects by hand are taken over: of a drill that was broken off, or one to branch from
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Injects by hand, one JSON object a line; or a log, for what was done by hand in it
    #[arg(long, conflicts_with = "resume")]
    hand: Option<PathBuf>,
    /// Draft of a public alert to write, CAP 1.2 with status Exercise
    #[arg(long)]
    cap: Option<PathBuf>,
    /// So many times as fast as in life; as fast as it goes if not given
    #[arg(long, value_name = "TIMES", value_parser = pace)]
    speed: Option<f64>,
    #[command(flatten)]
    page: PageArguments,
}

/// Arguments of `twin drill replay`.
#[derive(Debug, Args)]
struct ReplayArguments {
    #[command(flatten)]
    played: PlayedArguments,
    /// Its log
    log: PathBuf,
}

/// Arguments of `twin drill show`.
#[derive(Debug, Args)]
struct ShowArguments {
    /// Drill file
    file: PathBuf,
    /// Log to go on from
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Park to show it on, or a package of one; the one that the file names if not given
    #[arg(long)]
    park: Option<String>,
    /// Language of the window; that of last time if not given, else that of the environment
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
}

fn language(asked: Option<LanguageName>) -> Language {
    asked.map_or_else(Language::from_environment, Into::into)
}

impl DrillGroup {
    /// The language that its verb speaks.
    pub(crate) fn language(&self) -> Language {
        language(match &self.what {
            DrillVerb::Run(arguments) => arguments.played.lang,
            DrillVerb::Replay(arguments) => arguments.played.lang,
            DrillVerb::Show(arguments) => arguments.lang,
            DrillVerb::Shot(arguments) => arguments.lang,
            DrillVerb::Report(arguments) => arguments.played.lang,
            DrillVerb::Compare(arguments) => arguments.played.lang,
            DrillVerb::Action(arguments) => arguments.played.lang,
        })
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::EvaluationFile { path: path.to_path_buf(), source })
}

fn wrong(path: &Path) -> impl Fn(DrillError) -> Failure {
    helped(path, words!("failure-drill-help", "docs/drills.md describes drill files and logs"))
}

/// What is wrong with a file, and what to do about it.
fn helped(path: &Path, help: Words) -> impl Fn(DrillError) -> Failure {
    let path = path.to_path_buf();
    move |source| Failure::DrillWrong { path: path.clone(), help: help.clone(), source: Box::new(source) }
}

impl PlayedArguments {
    /// Words in the language that is asked for.
    fn text(&self) -> &'static Text {
        Text::of(language(self.lang))
    }

    /// The drill, and its park ready to be asked.
    fn open(&self) -> Result<(DrillFile, Cache), Failure> {
        let file = DrillFile::parse(&read(&self.file)?).map_err(wrong(&self.file))?;
        let progress = Progress::new(false);
        let loaded = Origin::of(self.park.as_deref().unwrap_or(&file.park)).load(false, &progress);
        progress.finish();
        Ok((file, Cache::build(loaded?.0)))
    }

    /// What is wrong with a log that tells of another run, with the way to go on from it.
    fn stale(&self, log: &Path) -> impl Fn(DrillError) -> Failure {
        let park = self.park.as_ref().map_or_else(String::new, |park| format!(" --park {park}"));
        let new = anew(log).display().to_string();
        let help = words!(
            "failure-drill-stale-help",
            "what was done by hand in it can be played anew, without a word of what came of it before: `twin drill run {file}{park} --resume {log} --log {anew}`",
            file = self.file.display().to_string(),
            park = park,
            log = log.display().to_string(),
            anew = new
        );
        helped(log, help)
    }
}

/// The name of a log that is written beside another.
fn anew(log: &Path) -> PathBuf {
    let stem = log.file_stem().unwrap_or_default().to_string_lossy();
    log.with_file_name(format!("{stem}-new.jsonl"))
}

pub(crate) fn run(group: &DrillGroup) -> Result<(), Failure> {
    match &group.what {
        DrillVerb::Run(arguments) => run_file(arguments),
        DrillVerb::Replay(arguments) => replay(arguments),
        DrillVerb::Show(arguments) => show(arguments),
        DrillVerb::Shot(arguments) => shot::run(arguments),
        DrillVerb::Report(arguments) => report(arguments),
        DrillVerb::Compare(arguments) => compare::run(arguments),
        DrillVerb::Action(arguments) => improve::run(arguments),
    }
}

/// A log of the drill.
fn log_of(path: &Path, file: &DrillFile) -> Result<DrillLog, Failure> {
    let log = DrillLog::parse(&read(path)?).map_err(wrong(path))?;
    let help = words!(
        "failure-drill-log-help",
        "give the drill file as it was; or play what was done by hand with the one that there is now: `twin drill run FILE --hand {log} --log {anew}`",
        log = path.display().to_string(),
        anew = anew(path).display().to_string()
    );
    log.belongs_to(file).map_err(helped(path, help))?;
    Ok(log)
}

/// What was injected by hand, by a log of the drill.
fn logged(path: &Path, file: &DrillFile) -> Result<Vec<HandInject>, Failure> {
    Ok(log_of(path, file)?.hand)
}

fn hand_of(arguments: &RunArguments, file: &DrillFile) -> Result<Vec<HandInject>, Failure> {
    if let Some(path) = &arguments.resume {
        return logged(path, file);
    }
    arguments.hand.as_deref().map_or_else(|| Ok(Vec::new()), injects)
}

/// Injects by hand, a line each; or those of a log, of whatever drill it is.
fn injects(path: &Path) -> Result<Vec<HandInject>, Failure> {
    let text = read(path)?;
    if text.starts_with("{\"drill\"") {
        return Ok(DrillLog::parse(&text).map_err(wrong(path))?.hand);
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(k, line)| {
        serde_json::from_str(line).map_err(|source| wrong(path)(DrillError::Log { line: k + 1, source }))
    });
    parsed.collect()
}

fn run_file(arguments: &RunArguments) -> Result<(), Failure> {
    let text = arguments.played.text();
    let (file, cache) = arguments.played.open()?;
    let hand = hand_of(arguments, &file)?;
    let mut watcher = watcher::Watcher::new(arguments.log.as_deref(), &file, &hand, arguments.speed)?;
    let tables = DrillTables::in_force();
    let run = watch_drill(&file, &cache, &tables, &hand, &mut watcher).map_err(wrong(&arguments.played.file))?;
    watcher.finish(run.log.digest.as_deref())?;
    // Before the page, whose pictures may fail where there is no adapter.
    if let Some(path) = &arguments.cap {
        whole(path, alert(&file, &run, &cache).as_bytes())?;
    }
    if let Some(path) = &arguments.out {
        let log = arguments.log.as_deref().or(arguments.resume.as_deref()).or(arguments.hand.as_deref());
        arguments.page.write((&file, &run), &cache, log, (path, text))?;
    }
    let outcome = &run.outcome;
    if arguments.played.json {
        return print::json(&json!({
            "drill": file.name, "park": file.park, "seed": file.seed, "digest": run.log.digest, "outcome": outcome,
            "entries": run.log.entries, "zones_missing": missing(&run), "improvements": improvements(&run.log.hand),
            "notes": notes_taken(&file, &run),
        }));
    }
    told::lines(&run, text).into_iter().try_for_each(print::line)
}

/// The window with a drill. What is wrong in the file is said before it opens.
fn show(arguments: &ShowArguments) -> Result<(), Failure> {
    let file = DrillFile::parse(&read(&arguments.file)?).map_err(wrong(&arguments.file))?;
    let park = arguments.park.clone().unwrap_or(file.park);
    crate::view::run(&ViewArguments::of_drill(park, &arguments.file, arguments.resume.as_deref(), arguments.lang))
}

/// Plays the drill of a log again and writes everything of it.
fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let text = arguments.played.text();
    let (file, cache) = arguments.played.open()?;
    let log = arguments.log.as_deref().map(|path| log_of(path, &file)).transpose()?;
    let hand = log.as_ref().map_or(&[] as &[HandInject], |log| log.hand.as_slice());
    let tables = DrillTables::in_force();
    let (run, trace) = trace_drill(&file, &cache, &tables, hand, |_| true).map_err(wrong(&arguments.played.file))?;
    if let Some((log, path)) = log.as_ref().zip(arguments.log.as_deref()) {
        log.tells_of(&run.log).map_err(arguments.played.stale(path))?;
    }
    let path = &arguments.out;
    let written = if path.extension().is_some_and(|ending| ending == "html") {
        arguments.page.write((&file, &run), &cache, arguments.log.as_deref(), (path, text))?;
        Vec::new()
    } else {
        export::write(path, &file, &run, &cache, &tables, &trace)?
    };
    if arguments.played.json {
        let rows: serde_json::Map<String, serde_json::Value> =
            written.iter().map(|(name, rows)| ((*name).to_owned(), json!(rows))).collect();
        return print::json(&json!({
            "drill": file.name, "digest": run.log.digest, "out": path, "rows": rows, "zones_missing": missing(&run),
        }));
    }
    for (name, rows) in &written {
        print::line(format!("{rows:>8}  {name}"))?;
    }
    print::line(text.words(&told::written(path)))
}

impl PageArguments {
    /// Writes the page of a drill, with pictures of its moments or without; those of notes lie beside the log.
    fn write(
        &self,
        (file, run): (&DrillFile, &DrillRun),
        cache: &Cache,
        log: Option<&Path>,
        (path, text): (&Path, &'static Text),
    ) -> Result<(), Failure> {
        let pictures = if self.no_pictures { Vec::new() } else { pictures::pictures(file, run, cache, text)? };
        // A log that is named without a folder lies in that of the command.
        let folder = log.and_then(Path::parent);
        let page = page::Page::new(file, run, cache, text, pictures, folder);
        whole(path, page.render().map_err(|source| Failure::Page { source })?.as_bytes())
    }
}

/// Why there is no zone to draw, if there is none.
fn missing(run: &DrillRun) -> Option<&'static str> {
    run.zone
        .1
        .0
        .is_empty()
        .then_some("the danger was nowhere as strong as what bounds it, or had not begun when the drill ended")
}

/// A pace: more than 0.
fn pace(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().ok().filter(|speed| (0.01..=1e6).contains(speed));
    speed.ok_or_else(|| format!("`{text}` is no pace; write a number from 0.01 to 1000000"))
}

fn replay(arguments: &ReplayArguments) -> Result<(), Failure> {
    let (file, cache) = arguments.played.open()?;
    let log = log_of(&arguments.log, &file)?;
    let run = run_drill(&file, &cache, &DrillTables::in_force(), &log.hand).map_err(wrong(&arguments.played.file))?;
    let entries = log.entries.len();
    log.tells_of(&run.log).map_err(arguments.played.stale(&arguments.log))?;
    let whole = log.digest.is_some();
    if arguments.played.json {
        return print::json(&json!({ "same": true, "whole": whole, "entries": entries, "digest": run.log.digest }));
    }
    let digest = run.log.digest.unwrap_or_default();
    print::line(arguments.played.text().words(&told::replayed(entries, whole, &digest)))
}
