//! `twin drill shot`: a drill at chosen moments as pictures.

use std::io::Cursor;
use std::path::PathBuf;

use analysis::emergency::drill::DrillFile;
use clap::Args;
use twin_engine::{CaptureOptions, EngineError, Language, Stage};

use super::{logged, read, wrong};
use crate::cli::{Compared, LanguageName, OverlayName, ThemeName, size};
use crate::failure::Failure;
use crate::print;
use crate::progress::Progress;
use crate::report::whole;
use crate::shot::input;

/// Arguments of `twin drill shot`.
#[derive(Debug, Args)]
pub(super) struct DrillShotArguments {
    /// Drill file
    file: PathBuf,
    /// Minutes after its start, several with commas between them: a picture for each
    #[arg(long, value_delimiter = ',', required = true)]
    at: Vec<f64>,
    /// PNG file to write; with several moments each gets its minute before the end of this name
    #[arg(long, short)]
    out: PathBuf,
    /// Log whose injects by hand are taken over
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Park to draw, or a package of one; the one that the file names if not given
    #[arg(long)]
    park: Option<String>,
    /// Look at the place of the incident, not at the whole park
    #[arg(long)]
    near: bool,
    /// Pixels, width × height
    #[arg(long, default_value = "1600x1000", value_parser = size)]
    size: (u32, u32),
    /// Colours
    #[arg(long, value_enum, default_value = "daylight")]
    theme: ThemeName,
    /// Language of the picture; that of the environment if not given
    #[arg(long, value_enum)]
    pub(super) lang: Option<LanguageName>,
}

pub(super) fn run(arguments: &DrillShotArguments) -> Result<(), Failure> {
    let file = DrillFile::parse(&read(&arguments.file)?).map_err(wrong(&arguments.file))?;
    let hand = arguments.resume.as_deref().map_or_else(|| Ok(Vec::new()), |path| logged(path, &file))?;
    let progress = Progress::new(false);
    let park = arguments.park.clone().unwrap_or_else(|| file.park.clone());
    let wanted = [OverlayName::Emergency];
    let input = input(&park, &wanted, None, &Compared::default(), None, false, &progress)?;
    progress.show("drawing", &arguments.out.display().to_string());
    let options = CaptureOptions {
        width: arguments.size.0,
        height: arguments.size.1,
        theme: arguments.theme.into(),
        language: arguments.lang.map_or_else(Language::from_environment, Into::into),
        ..CaptureOptions::default()
    };
    let mut stage = Stage::new(input, &options, 4)?;
    stage.play_drill(file, hand)?;
    if let Some(view) = arguments.near.then(|| stage.drill_view()).flatten() {
        stage.look(view);
    }
    let mut written = Vec::new();
    for minute in &arguments.at {
        stage.drill_at(minute * 60.0);
        let picture = stage.picture()?;
        let path = if arguments.at.len() == 1 { arguments.out.clone() } else { named(&arguments.out, *minute) };
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, image::ImageFormat::Png)
            .map_err(|source| EngineError::WritePicture { path: path.clone(), source })?;
        whole(&path, &png.into_inner())?;
        written.push(path);
    }
    progress.finish();
    for path in written {
        print::line(path.display().to_string())?;
    }
    Ok(())
}

/// The name with a minute before its end.
fn named(out: &std::path::Path, minute: f64) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let end = out.extension().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{stem}-{minute}.{end}"))
}
