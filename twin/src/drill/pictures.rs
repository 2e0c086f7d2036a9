//! Pictures of a drill for its report: the map of `twin drill shot` at the moments that count.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use analysis::emergency::drill::{DrillFile, DrillRun, key_moments, moment_caption, note_caption, notes_taken};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use spatial_db::cache::Cache;
use twin_engine::text::Text;
use twin_engine::{CaptureOptions, Stage, TwinInput};

use crate::cli::OverlayName;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::report::address;
use crate::shot::{indexed, overlays};

/// Size of a picture, px: two beside each other on a page that is printed.
const SIZE: (u32, u32) = (960, 540);

/// A picture of the page.
#[derive(Debug)]
pub(super) struct Picture {
    /// The file as a data address; empty where it could not be read.
    pub(super) address: String,
    /// When it is and what it shows.
    pub(super) caption: String,
}

/// Plays the run again on a stage and draws its moments: the start with the whole park, the others at the place of the incident where it
/// has one.
pub(super) fn pictures(file: &DrillFile, run: &DrillRun, cache: &Cache, text: &Text) -> Result<Vec<Picture>, Failure> {
    let progress = Progress::new(false);
    progress.show("drawing", &file.name);
    let snapshot = cache.snapshot();
    let wanted = OverlayName::Emergency;
    let (made, time) = overlays(&indexed(snapshot), &[wanted], None, None, &mut |_, _| {});
    let input = TwinInput {
        snapshot: Arc::clone(snapshot),
        overlays: made,
        active: Some(wanted.word().to_owned()),
        imagery: None,
        time: Some(time),
        planner: None,
        apart: None,
    };
    let options =
        CaptureOptions { width: SIZE.0, height: SIZE.1, language: text.language(), ..CaptureOptions::default() };
    let mut stage = Stage::new(input, &options, 4)?;
    stage.play_drill(file.clone(), run.log.hand.clone())?;
    let (mut pictures, mut near) = (Vec::new(), false);
    for (at_s, what) in key_moments(file, run) {
        if let Some(view) = (at_s > 0.0 && !near).then(|| stage.drill_view()).flatten() {
            stage.look(view);
            near = true;
        }
        stage.drill_at(at_s);
        let address = smaller(&stage.picture()?)?;
        pictures.push(Picture { address, caption: text.words(&moment_caption(at_s, &what, near)) });
    }
    progress.finish();
    Ok(pictures)
}

/// The pictures of the notes, out of the folder of the log: no larger than the page prints them. One that cannot be read is told, and keeps
/// nobody from the report.
pub(super) fn noted(file: &DrillFile, run: &DrillRun, folder: Option<&Path>, text: &Text) -> Vec<Picture> {
    let notes = notes_taken(file, run);
    let pictures = notes.iter().filter_map(|note| {
        let name = note.picture.as_deref()?;
        // The name of a file beside the log, and no way to anywhere else.
        let path = Path::new(name).file_name().zip(folder).map(|(name, folder)| folder.join(name));
        let address = path.and_then(|path| small(&path)).unwrap_or_default();
        let caption = text.words(&note_caption(note, name, !address.is_empty()));
        Some(Picture { address, caption })
    });
    pictures.collect()
}

/// A picture file as a data address; none where it cannot be read.
fn small(path: &Path) -> Option<String> {
    let whole = image::ImageReader::open(path).ok()?.with_guessed_format().ok()?.decode().ok()?;
    let (width, height) = SIZE;
    let fits = whole.width() <= width && whole.height() <= height;
    let small = if fits { whole } else { whole.thumbnail(width, height) };
    smaller(&small.to_rgb8()).ok()
}

/// A picture as the data address of a PNG, or of a JPEG where that is smaller.
fn smaller(picture: &image::RgbImage) -> Result<String, Failure> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).map_err(|source| Failure::PagePicture { source })?;
    let png = format!("data:image/png;base64,{}", STANDARD.encode(png.into_inner()));
    let jpeg = address(picture)?;
    Ok(if jpeg.len() < png.len() { jpeg } else { png })
}
