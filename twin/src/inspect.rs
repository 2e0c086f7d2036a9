//! `twin inspect`: what files hold and what they probably mean, as words or JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use importers::inspect::{
    FieldFacts, FileLook, Guess, InspectOptions, Inspection, LayerLook, PlaceGuess, RasterLook, inspect,
};
use importers::reader::{Limits, ReaderCommand};

use crate::cli::InspectArguments;
use crate::failure::Failure;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};

/// Fields that are shown of a layer; `--json` has them all.
const SHOWN: usize = 40;

pub(crate) fn run(arguments: &InspectArguments) -> Result<(), Failure> {
    let cancel = cancel_on_interrupt();
    let found = look(&arguments.files, &arguments.reference, arguments.crs.as_deref(), arguments.json, &cancel)?;
    if arguments.json {
        print::json(&found)?;
    } else {
        words(&found)?;
    }
    unreadable(&found)
}

/// Looks at files with the hidden reading verb of this very program.
pub(crate) fn look(
    files: &[PathBuf],
    reference: &[PathBuf],
    crs: Option<&str>,
    quiet: bool,
    cancel: &Arc<AtomicBool>,
) -> Result<Inspection, Failure> {
    let progress = Progress::new(quiet);
    let options = InspectOptions {
        reader: reader()?,
        limits: Limits::from_env()?,
        reference: reference.to_vec(),
        crs: crs.map(str::to_owned),
        cancel: Some(Arc::clone(cancel)),
        progress: &|path: &Path| progress.show("looking at", &path.display().to_string()),
    };
    let found = inspect(files, &options);
    progress.finish();
    Ok(found?)
}

/// How to start the reading process.
pub(crate) fn reader() -> Result<ReaderCommand, Failure> {
    Ok(ReaderCommand { program: std::env::current_exe()?, args: vec!["__read".into()] })
}

/// The failure that ends the verb when some files could not be read.
pub(crate) fn unreadable(found: &Inspection) -> Result<(), Failure> {
    if found.failures.is_empty() {
        return Ok(());
    }
    let files = found.failures.iter().map(|failure| failure.file.clone()).collect();
    let fixes: Vec<String> = found
        .failures
        .iter()
        .map(|failure| format!("{}: {}; {}", failure.file.display(), failure.reason, failure.fix))
        .collect();
    Err(Failure::Unreadable { files, fix: fixes.join("\n") })
}

fn words(found: &Inspection) -> Result<(), Failure> {
    let mut first = true;
    for file in &found.files {
        if !std::mem::take(&mut first) {
            print::line("")?;
        }
        head(file)?;
        if let Some(raster) = &file.raster {
            picture(raster)?;
        }
        for layer in &file.layers {
            if file.layers.len() > 1 {
                print::line(format!("\n  layer {}", layer.name))?;
            }
            describe(layer)?;
        }
    }
    if !found.aside.is_empty() {
        let names: Vec<String> =
            found.aside.iter().filter_map(|one| Some(one.file.file_name()?.to_string_lossy().into_owned())).collect();
        print::line(format!("\nno data: {}", names.join(", ")))?;
    }
    Ok(())
}

fn head(file: &FileLook) -> Result<(), Failure> {
    let with =
        if file.companions.is_empty() { String::new() } else { format!(", with {}", file.companions.join(", ")) };
    let reference = if file.reference { ", compared with" } else { "" };
    print::line(format!("{} ({}{reference}{with})", file.file.display(), file.driver))?;
    if let Some(encoding) = &file.encoding {
        fact("encoding", &encoding.value, Some(encoding))?;
    }
    Ok(())
}

/// A line `name  value`, and its certainty and reason below.
fn fact<T>(name: &str, value: &str, guess: Option<&Guess<T>>) -> Result<(), Failure> {
    match guess {
        None => print::line(format!("  {name:<10}  {value}")),
        Some(guess) => {
            print::line(format!("  {name:<10}  {value}  — {} ({:.2})", guess.certainty(), guess.confidence))?;
            for line in wrapped(&guess.reason, 92) {
                print::line(format!("  {:<10}  {line}", ""))?;
            }
            Ok(())
        }
    }
}

/// A text in lines of at most so many letters.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let full =
            lines.last().is_some_and(|line| !line.is_empty() && line.chars().count() + word.chars().count() >= most);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

fn numbers([west, south, east, north]: [f64; 4]) -> String {
    // Degrees need their digits, metres none.
    let digits = if [west, south, east, north].iter().all(|side| side.abs() <= 360.0) { 5 } else { 1 };
    format!("{west:.digits$} … {east:.digits$}, {south:.digits$} … {north:.digits$}")
}

fn place(place: &PlaceGuess) -> Result<(), Failure> {
    let name = match (&place.crs.value, &place.name) {
        (_, Some(name)) => name.clone(),
        (Some(crs), None) => crs.clone(),
        (None, None) => "not known".to_owned(),
    };
    fact("crs", &name, Some(&place.crs))?;
    for candidate in &place.candidates {
        print::line(format!("  {:<10}  or {} ({}): {}", "", candidate.crs, candidate.name, candidate.reason))?;
    }
    let order =
        if place.axis_order.value == "xy" { "east first" } else { "north first (axis_order = \"north_first\")" };
    fact("axes", order, Some(&place.axis_order))
}

fn describe(layer: &LayerLook) -> Result<(), Failure> {
    let rows = match layer.rows {
        Some(rows) if rows > layer.sampled => format!("{rows} ({} looked at)", layer.sampled),
        Some(rows) => rows.to_string(),
        None => format!("more than {}", layer.sampled),
    };
    fact::<()>("rows", &rows, None)?;
    let kinds: Vec<String> = layer
        .geometry
        .iter()
        .map(|count| format!("{}{} {}", count.kind, if count.z { " Z" } else { "" }, count.count))
        .collect();
    fact::<()>("geometry", &if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }, None)?;
    fact("role", layer.role.value.as_deref().unwrap_or("none"), Some(&layer.role))?;
    if let Some(extent) = layer.extent {
        fact::<()>("extent", &numbers(extent), None)?;
    }
    if let Some(found) = &layer.place {
        place(found)?;
    }
    for unit in &layer.units {
        fact("unit", &unit.value, Some(unit))?;
    }
    if layer.fields.is_empty() {
        return Ok(());
    }
    print::line("")?;
    let rows: Vec<Vec<String>> = layer.fields.iter().take(SHOWN).map(row).collect();
    print::table(&["  field", "type", "filled", "different", "range or samples"], &rows)?;
    if layer.fields.len() > SHOWN {
        print::line(format!("  … {} more fields with --json", layer.fields.len() - SHOWN))?;
    }
    Ok(())
}

fn row(field: &FieldFacts) -> Vec<String> {
    let shown = match field.range {
        Some([low, high]) if field.kind != "text" => format!("{low} … {high}"),
        _ => field.samples.join(" | "),
    };
    vec![
        format!("  {}", field.name),
        field.kind.to_owned(),
        format!("{:.0} %", field.filled * 100.0),
        field.distinct.to_string(),
        shown,
    ]
}

fn picture(raster: &RasterLook) -> Result<(), Failure> {
    fact::<()>("size", &format!("{} × {}", raster.size[0], raster.size[1]), None)?;
    if let Some([wide, high]) = raster.cell {
        fact::<()>("cell", &format!("{wide:.4} × {high:.4}"), None)?;
    }
    for (index, band) in raster.bands.iter().enumerate() {
        let range = band.range.map_or_else(|| "no value".to_owned(), |[low, high]| format!("{low:.2} … {high:.2}"));
        let unit = if band.unit.is_empty() { "unit not said" } else { &band.unit };
        fact::<()>(&format!("band {}", index + 1), &format!("{}, {range}, {unit}", band.kind), None)?;
    }
    fact("role", raster.role.value.as_deref().unwrap_or("none"), Some(&raster.role))?;
    if let Some(extent) = raster.extent {
        fact::<()>("extent", &numbers(extent), None)?;
    }
    if let Some(found) = &raster.place {
        place(found)?;
    }
    if let Some(unit) = &raster.height_unit {
        fact("unit", &unit.value, Some(unit))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_reasons_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("", 8), [""]);
        assert_eq!(numbers([121.0, 31.0, 121.5, 31.25]), "121.00000 … 121.50000, 31.00000 … 31.25000");
    }
}
