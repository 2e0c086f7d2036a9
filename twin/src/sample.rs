//! `twin sample`: the synthetic park, written as an office's files.

use importers::sample::{SampleOptions, SampleProgress, generate};

use crate::cli::SampleArguments;
use crate::failure::Failure;
use crate::print;
use crate::progress::Progress;

pub(crate) fn run(arguments: &SampleArguments) -> Result<(), Failure> {
    let progress = Progress::new(arguments.json);
    let options =
        SampleOptions { seed: arguments.seed, parcels: arguments.parcels as usize, ..SampleOptions::default() };
    let result = generate(&arguments.dir, &options, &|step: &SampleProgress| progress.show(step.step, ""));
    progress.finish();
    let summary = result.map_err(|source| Failure::Sample { dir: arguments.dir.clone(), source: Box::new(source) })?;
    if arguments.json {
        return print::json(&summary);
    }
    print::line(format!("SYNTHETIC sample park in {}; import it with", arguments.dir.display()))?;
    print::line(format!("  twin import {}", arguments.dir.join("park.toml").display()))
}
