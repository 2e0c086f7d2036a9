//! A film along a tour: from scene to scene by flight, with what is said at each, as MP4.

mod office;
mod recorder;
pub(crate) mod studio;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::camera::between;
use crate::capture::{Stage, write_png};
use crate::error::EngineError;
use crate::input::{CaptureOptions, TwinInput};
use crate::text::Language;
use crate::tour::{Stop, Tour};
pub use office::{FilmOffice, FilmOrder, FilmTold};
use recorder::Recorder;

/// Pictures a second that a film may have.
const FPS: (u32, u32) = (5, 60);

/// How to make a film.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmOptions {
    /// MP4 file to write.
    pub out: PathBuf,
    /// Width, px, even.
    pub width: u32,
    /// Height, px, even.
    pub height: u32,
    /// Pictures a second, 5 to 60.
    pub fps: u32,
    /// Language of frame and captions.
    pub language: Language,
    /// Draw title, legend, scale bar, north arrow and credit.
    pub frame: bool,
}

/// What a film took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilmReport {
    /// Pictures.
    pub frames: u32,
    /// Length, s.
    pub seconds: f32,
    /// Name of the graphics adapter.
    pub adapter: String,
}

/// Why there is no film.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilmError {
    /// The pictures could not be drawn.
    #[error("the pictures could not be drawn")]
    Draw(#[source] EngineError),
    /// A stop speaks of something that the park does not have.
    #[error("stop {stop:?} of the tour speaks of {what}, which the park does not have")]
    SceneOfAnother {
        /// Name of the stop.
        stop: String,
        /// What that is.
        what: String,
    },
    /// Sizes or a rate that no film can have.
    #[error(
        "a film of {width}×{height} px and {fps} pictures a second is not possible; sides are even and 64 to 4096 px, pictures 5 to 60 a second"
    )]
    Size {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
        /// Pictures a second.
        fps: u32,
    },
    /// The encoder failed.
    #[error("the film could not be encoded: {reason}")]
    Encode {
        /// What it says.
        reason: String,
    },
    /// The file could not be written.
    #[error("the film could not be written to {}: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The process that makes it says so, or there is none.
    #[error("{reason}")]
    Process {
        /// What it says.
        reason: String,
        /// The same in the language of the film, where that is not English.
        said: Option<String>,
    },
    /// The tour has no stop, or no time.
    #[error("the tour has nothing to show: it needs a stop with a hold_secs above 0")]
    NoFrames,
    /// Given up by the caller.
    #[error("the film was given up; nothing was written")]
    Cancelled,
}

impl From<EngineError> for FilmError {
    fn from(error: EngineError) -> Self {
        if matches!(error, EngineError::GivenUp) { Self::Cancelled } else { Self::Draw(error) }
    }
}

impl FilmError {
    fn encode(error: openh264::Error) -> Self {
        Self::Encode { reason: error.to_string() }
    }

    fn process(error: &std::io::Error) -> Self {
        Self::Process { reason: format!("the process that films cannot be started: {error}"), said: None }
    }

    fn write(path: &Path, error: &dyn std::error::Error) -> Self {
        Self::Write { path: path.to_owned(), reason: error.to_string() }
    }
}

/// One picture of a film: the stop whose scene is shown, and how far the flight there has come.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Picture {
    stop: usize,
    /// Share of the flight from the stop before; 1 at the stop.
    share: f32,
}

/// The pictures of a tour. The first stop has no flight.
fn pictures(stops: &[Stop], fps: u32) -> Vec<Picture> {
    let count = |secs: f32| (secs * fps as f32).round() as u32;
    let mut pictures = Vec::new();
    for (stop, at) in stops.iter().enumerate() {
        let way = if stop == 0 { 0 } else { count(at.travel_secs) };
        pictures.extend((1..=way).map(|step| Picture { stop, share: step as f32 / way as f32 }));
        pictures.extend((0..count(at.hold_secs)).map(|_| Picture { stop, share: 1.0 }));
    }
    pictures
}

/// Films `tour` through `input`. `heard` is told after every picture how many of how many are done; `false` gives the film up.
///
/// # Errors
/// See [`FilmError`]. Nothing is left at `out` by a film that fails.
pub fn film(
    input: TwinInput,
    tour: &Tour,
    options: &FilmOptions,
    heard: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<FilmReport, FilmError> {
    film_until(input, tour, options, None, heard)
}

/// The same, given up as soon as `cancel` is set, also while the scene is being set up.
pub(crate) fn film_until(
    input: TwinInput,
    tour: &Tour,
    options: &FilmOptions,
    cancel: Option<Arc<AtomicBool>>,
    heard: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<FilmReport, FilmError> {
    let FilmOptions { width, height, fps, .. } = *options;
    let side = |side: u32| side.is_multiple_of(2) && (64..=4096).contains(&side);
    if !(side(width) && side(height) && (FPS.0..=FPS.1).contains(&fps)) {
        return Err(FilmError::Size { width, height, fps });
    }
    let pictures = pictures(&tour.stops, fps);
    let Some(first) = tour.stops.first().filter(|_| !pictures.is_empty()) else { return Err(FilmError::NoFrames) };
    let mut stage = Stage::for_film(input, &capture_of(options, first), cancel)?;
    let mut recorder = Recorder::new(&options.out, (width, height), fps)?;
    let count = pictures.len() as u32;
    let mut shown = None;
    let mut from = None;
    for (at, picture) in pictures.iter().enumerate() {
        let stop = &tour.stops[picture.stop];
        let new = shown != Some(picture.stop);
        if new {
            from = shown.map(|_| stage.view());
            show(&mut stage, stop, options.language)?;
            shown = Some(picture.stop);
        }
        let there = stage.view_of(stop.scene.camera);
        stage.stand(from.map_or(there, |from| between(&from, &there, picture.share)));
        // A new scene needs its overlays and materials; between them one picture follows the other.
        recorder.push(&if new { stage.picture()? } else { stage.next_picture()? })?;
        if !heard(at as u32 + 1, count) {
            return Err(FilmError::Cancelled);
        }
    }
    let frames = recorder.finish()?;
    Ok(FilmReport { frames, seconds: frames as f32 / fps as f32, adapter: stage.adapter().to_owned() })
}

/// Draws the first stop of `tour` through `input`, both parts of it where it is split, and writes it as PNG to `options.out`.
///
/// # Errors
/// See [`FilmError`]. Nothing is left at `out` by a picture that fails.
pub fn still(
    input: TwinInput,
    tour: &Tour,
    options: &FilmOptions,
    cancel: Option<Arc<AtomicBool>>,
) -> Result<FilmReport, FilmError> {
    let Some(stop) = tour.stops.first() else { return Err(FilmError::NoFrames) };
    let mut stage = Stage::for_film(input, &capture_of(options, stop), cancel)?;
    show(&mut stage, stop, options.language)?;
    write(&stage.picture()?, &options.out)?;
    Ok(FilmReport { frames: 1, seconds: 0.0, adapter: stage.adapter().to_owned() })
}

/// Draws every stop of `tour` as [`still`] does the first, all of them from one stage: `out.png` becomes `out-1.png`, `out-2.png` …
///
/// # Errors
/// See [`FilmError`]. The pictures before one that fails are left.
pub fn stills(
    input: TwinInput,
    tour: &Tour,
    options: &FilmOptions,
    cancel: Option<Arc<AtomicBool>>,
) -> Result<FilmReport, FilmError> {
    let Some(first) = tour.stops.first() else { return Err(FilmError::NoFrames) };
    let mut stage = Stage::for_film(input, &capture_of(options, first), cancel)?;
    let stem = options.out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for (stop, number) in tour.stops.iter().zip(1..) {
        show(&mut stage, stop, options.language)?;
        let there = stage.view_of(stop.scene.camera);
        stage.stand(there);
        write(&stage.picture()?, &options.out.with_file_name(format!("{stem}-{number}.png")))?;
    }
    let frames = tour.stops.len() as u32;
    Ok(FilmReport { frames, seconds: 0.0, adapter: stage.adapter().to_owned() })
}

/// Writes a picture as PNG, whole or not at all.
fn write(picture: &RgbImage, out: &Path) -> Result<(), FilmError> {
    write_png(picture, out).map_err(|error| FilmError::write(out, &error))
}

fn capture_of(options: &FilmOptions, first: &Stop) -> CaptureOptions {
    CaptureOptions {
        width: options.width,
        height: options.height,
        language: options.language,
        frame: options.frame,
        camera: first.scene.camera,
        ..CaptureOptions::default()
    }
}

/// Shows the scene of a stop with what is said there.
fn show(stage: &mut Stage, stop: &Stop, language: Language) -> Result<(), FilmError> {
    let missing = stage.show(&stop.scene);
    if let Some(missing) = missing.first() {
        return Err(FilmError::SceneOfAnother { stop: stop.name.clone(), what: missing.to_string() });
    }
    stage.say(match language {
        Language::English => &stop.caption.en,
        Language::Chinese => &stop.caption.zh,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::input::CameraChoice;
    use crate::scene_file::SceneFile;
    use crate::tour::Caption;

    fn stop(name: &str, scene: SceneFile, hold_secs: f32, travel_secs: f32) -> Stop {
        Stop { name: name.into(), scene, hold_secs, travel_secs, caption: Caption::default() }
    }

    #[test]
    fn pictures_fly_hold_and_end_where_they_should() {
        let stops = [
            stop("a", SceneFile::default(), 0.4, 9.0),
            stop("b", SceneFile::default(), 0.2, 0.6),
            stop("c", SceneFile::default(), 0.0, 0.2),
        ];
        let pictures = pictures(&stops, 10);
        let counts = [0, 1, 2].map(|stop| pictures.iter().filter(|p| p.stop == stop).count());
        assert_eq!(counts, [4, 6 + 2, 2]);
        assert!((pictures[4].share - 1.0 / 6.0).abs() < 1e-6, "the flight sets off from the first stop at once");
        assert_eq!(pictures.last().unwrap(), &Picture { stop: 2, share: 1.0 });
    }

    #[test]
    fn a_short_tour_becomes_a_film_and_a_wrong_one_nothing() {
        let out = std::env::temp_dir().join(format!("twin-tour-{}.mp4", std::process::id()));
        let options =
            FilmOptions { out: out.clone(), width: 160, height: 96, fps: 5, language: Language::English, frame: true };
        let near = CameraChoice::At {
            x_m: fixture::CORNER.0 + 200.0,
            y_m: fixture::CORNER.1 + 120.0,
            distance_m: 260.0,
            bearing_deg: 200.0,
            pitch_deg: 35.0,
        };
        let close = SceneFile { camera: near, overlay: Some("emergency".into()), ..SceneFile::default() };
        let tour = Tour {
            stops: vec![stop("all", SceneFile::default(), 0.4, 0.0), stop("near", close, 0.4, 0.6)],
            ..Tour::default()
        };
        let mut heard = Vec::new();
        let report = film(fixture::tiny(), &tour, &options, &mut |done, all| {
            heard.push((done, all));
            true
        });
        let report = report.expect("a film");
        assert_eq!((report.frames, heard.len(), heard.last()), (7, 7, Some(&(7, 7))));
        assert!(std::fs::metadata(&out).unwrap().len() > 2000);
        std::fs::remove_file(&out).unwrap();
        let wrong = SceneFile { overlay: Some("no such".into()), ..SceneFile::default() };
        let tour = Tour { stops: vec![stop("x", wrong, 1.0, 0.0)], ..Tour::default() };
        let said = film(fixture::tiny(), &tour, &options, &mut |_, _| true).unwrap_err().to_string();
        assert!(said.contains("\"x\"") && said.contains("no such") && !out.exists(), "{said}");
        let options = FilmOptions { width: 161, ..options };
        assert!(matches!(film(fixture::tiny(), &tour, &options, &mut |_, _| true), Err(FilmError::Size { .. })));
    }
}
