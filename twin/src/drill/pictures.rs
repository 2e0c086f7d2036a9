//! Pictures of a drill for its report: the map of `twin drill shot` at the moments that count.

use std::io::Cursor;
use std::sync::Arc;

use analysis::emergency::drill::{DrillFile, DrillRun, key_moments, moment_caption};
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
    /// The file as a data address.
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

/// A picture as the data address of a PNG, or of a JPEG where that is smaller.
fn smaller(picture: &image::RgbImage) -> Result<String, Failure> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).map_err(|source| Failure::PagePicture { source })?;
    let png = format!("data:image/png;base64,{}", STANDARD.encode(png.into_inner()));
    let jpeg = address(picture)?;
    Ok(if jpeg.len() < png.len() { jpeg } else { png })
}
