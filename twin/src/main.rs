//! The `twin` command: one verb a module, nothing but wiring.
//!
//! What a verb does is left to the libraries; here arguments become calls, and results become words or JSON.

mod at_hand;
mod at_once;
mod calc;
mod case;
mod changes;
mod cli;
mod data_dir;
mod db;
mod draft;
mod drill;
mod failure;
mod film;
mod gltf;
mod import;
mod import_events;
mod incident;
mod inspect;
mod issues;
mod live;
mod origin;
mod pace;
mod pack;
mod parks;
mod past;
mod pitch;
mod planner;
mod print;
mod progress;
mod report;
mod revert;
mod rules;
mod runs;
mod said;
mod sample;
mod scenario;
mod scenes;
mod shot;
mod valves;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Verb};
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(cli.verbose);
    keep_keys_whole();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        // `twin parks | head -1`: whoever reads has read enough.
        Err(Failure::Print { source }) if source.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            let code = failure.exit_code();
            // Beside the English with all its causes, which is what others can look up.
            if let Some(line) = spoken(&cli.verb).and_then(|language| said::translated(&failure, language)) {
                eprintln!("{line}\n");
            }
            eprintln!("{:?}", miette::Report::new(failure));
            ExitCode::from(code)
        }
    }
}

/// The language of a verb that tells its failures in it.
fn spoken(verb: &Verb) -> Option<twin_engine::Language> {
    match verb {
        Verb::Calc(group) => Some(group.language()),
        Verb::Drill(group) => Some(group.language()),
        Verb::Incident(arguments) => Some(arguments.language()),
        _ => None,
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let rules_dir = cli.rules_dir.clone().or_else(rules::folder_of_environment);
    let rules_dir = rules_dir.as_deref();
    // What works nothing out does not ask for rules, and `twin rules` is there to mend them.
    if !matches!(cli.verb, Verb::Db(_) | Verb::Rules(_) | Verb::Completions { .. } | Verb::ReadSource) {
        rules::put_in_force(rules_dir)?;
    }
    match &cli.verb {
        Verb::Db(command) => db::run(command),
        Verb::Sample(arguments) => sample::run(arguments),
        Verb::Inspect(arguments) => inspect::run(arguments),
        Verb::Manifest(arguments) => draft::run(arguments),
        Verb::Import(arguments) => import::run(arguments),
        Verb::Issues(arguments) => issues::run(arguments),
        Verb::Case(arguments) => case::run(arguments),
        Verb::Parks(arguments) => parks::run(*arguments),
        Verb::Runs(arguments) => runs::run(arguments),
        Verb::Revert(arguments) => revert::run(arguments),
        Verb::Scenario(group) => scenario::run(group),
        Verb::Shot(arguments) => shot::run(arguments),
        Verb::Film(arguments) => film::run(arguments),
        Verb::Gltf(arguments) => gltf::run(arguments),
        Verb::View(arguments) => view::run(arguments),
        Verb::Pack(arguments) => pack::run(arguments),
        Verb::Report(group) => report::run(group),
        Verb::Calc(group) => calc::run(group),
        Verb::Incident(arguments) => incident::run(arguments),
        Verb::Trace(arguments) => report::trace::run(arguments),
        Verb::Section(arguments) => report::section::run(arguments),
        Verb::Profile(arguments) => report::profile::run(arguments),
        Verb::Valves(group) => valves::run(group),
        Verb::Hydraulics(arguments) => report::hydraulics::run(arguments),
        Verb::Capacity(arguments) => report::capacity::run(arguments),
        Verb::Clearance(arguments) => report::clearance::run(arguments),
        Verb::Permit(arguments) => report::permit::run(arguments),
        Verb::Drill(group) => drill::run(group),
        Verb::Pitch(group) => pitch::run(group),
        Verb::Rules(group) => rules::run(group, rules_dir),
        Verb::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "twin", &mut std::io::stdout());
            Ok(())
        }
        Verb::ReadSource => import::serve_reader(),
    }
}

/// Failures are told in lines that never break within a key, as that of a parcel: what is told can be copied.
fn keep_keys_whole() {
    // Only the first hook counts, and this is it.
    let _ = miette::set_hook(Box::new(|_| {
        let splitter = textwrap::WordSplitter::NoHyphenation;
        Box::new(miette::MietteHandlerOpts::new().word_splitter(splitter).build())
    }));
}

/// Warnings of the libraries go to standard error; `-v` and `-vv` show more, `RUST_LOG` decides all.
fn start_log(verbose: u8) {
    use tracing_subscriber::EnvFilter;
    let level = match verbose {
        0 => "error",
        1 => "info,wgpu=warn,naga=warn,bevy=warn",
        _ => "debug,wgpu=info,naga=info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}
