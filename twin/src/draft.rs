//! `twin manifest`: a manifest drafted from files. It never overwrites one unless told to.

use std::io::Write;

use importers::inspect::{Draft, DraftOptions, draft};
use importers::reader::Limits;
use serde::Serialize;

use crate::cli::DraftArguments;
use crate::failure::Failure;
use crate::inspect::{look, reader, unreadable};
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};

#[derive(Serialize)]
struct Report<'a> {
    manifest: String,
    layers: Vec<Layer<'a>>,
    left_out: Vec<LeftOut<'a>>,
    unsure: &'a [String],
}

#[derive(Serialize)]
struct Layer<'a> {
    layer: &'a str,
    role: &'a str,
}

#[derive(Serialize)]
struct LeftOut<'a> {
    source: &'a str,
    reason: &'a str,
}

pub(crate) fn run(arguments: &DraftArguments) -> Result<(), Failure> {
    if arguments.out.exists() && !arguments.force {
        return Err(Failure::ManifestThere { path: arguments.out.clone() });
    }
    let cancel = cancel_on_interrupt();
    let found = look(&arguments.files, &arguments.reference, arguments.crs.as_deref(), arguments.json, &cancel)?;
    let options = DraftOptions {
        reader: reader()?,
        limits: Limits::from_env()?,
        out: arguments.out.clone(),
        slug: arguments.slug.clone(),
        name: arguments.name.clone(),
        cancel: Some(cancel),
    };
    let progress = Progress::new(arguments.json);
    progress.show("looking for keys and words", "");
    let drafted = draft(&found, &options);
    progress.finish();
    let drafted = drafted?;
    write(arguments, &drafted.text)?;
    if arguments.json {
        print::json(&Report {
            manifest: arguments.out.display().to_string(),
            layers: drafted.layers.iter().map(|(layer, role)| Layer { layer, role }).collect(),
            left_out: drafted.left_out.iter().map(|(source, reason)| LeftOut { source, reason }).collect(),
            unsure: &drafted.unsure,
        })?;
    } else {
        words(arguments, &drafted)?;
    }
    if drafted.layers.is_empty() {
        return Err(Failure::NothingUnderstood { path: arguments.out.clone() });
    }
    unreadable(&found)
}

/// Writes the manifest; a file that came into being meanwhile is not overwritten either.
fn write(arguments: &DraftArguments, text: &str) -> Result<(), Failure> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::ManifestThere { path: arguments.out.clone() },
        _ => Failure::ManifestWrite { path: arguments.out.clone(), source },
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(&arguments.out).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

fn words(arguments: &DraftArguments, drafted: &Draft) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = drafted.layers.iter().map(|(layer, role)| vec![layer.clone(), role.clone()]).collect();
    if !rows.is_empty() {
        print::table(&["layer", "role"], &rows)?;
    }
    if !drafted.left_out.is_empty() {
        print::line("\nleft out, commented out in the manifest:")?;
        for (source, reason) in &drafted.left_out {
            print::line(format!("  {source}: {reason}"))?;
        }
    }
    if !drafted.unsure.is_empty() {
        print::line("\nunsure, look at these first:")?;
        for text in &drafted.unsure {
            print::line(format!("  {text}"))?;
        }
    }
    if !drafted.layers.is_empty() {
        print::line(format!("\nread {0}, correct it, then\n  twin import {0}", arguments.out.display()))?;
    }
    Ok(())
}
