//! Pictures of a drill for its report: the map of `twin drill shot` at the moments that count.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use analysis::emergency::drill::{DrillFile, DrillRun, key_moments, moment_caption, note_caption, notes_taken};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};
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

/// A picture file as a data address, the way up that its camera held it; none where it cannot be read. Of what the camera wrote into it (where
/// and when it was taken, and with what) nothing is left: the pixels alone are written anew.
fn small(path: &Path) -> Option<String> {
    let mut decoder = image::ImageReader::open(path).ok()?.with_guessed_format().ok()?.into_decoder().ok()?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut whole = DynamicImage::from_decoder(decoder).ok()?;
    whole.apply_orientation(turned);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of 8 by 4 pixels with what a camera writes: its name, and that the picture lies on its side.
    fn of_a_camera() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(8, 4, image::Rgb([200, 30, 30]))
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .unwrap();
        let plain = bytes.into_inner();
        // TIFF, little-endian: two entries, 0x010F the maker (ASCII behind the entries), 0x0112 the orientation 6.
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend_from_slice(b"\x0F\x01\x02\0\x08\0\0\0\x26\0\0\0");
        tiff.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
        tiff.extend_from_slice(b"\0\0\0\0SECRETC\0");
        let length = (2 + 6 + tiff.len()) as u16;
        let marker = [&[0xFF, 0xE1][..], &length.to_be_bytes(), b"Exif\0\0", &tiff].concat();
        [&plain[..2], &marker, &plain[2..]].concat()
    }

    #[test]
    fn nothing_that_the_camera_wrote_goes_into_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.jpg");
        let bytes = of_a_camera();
        assert!(bytes.windows(6).any(|part| part == b"SECRET"));
        std::fs::write(&path, bytes).unwrap();
        let coded = small(&path).expect("a picture");
        let coded = coded.split_once(";base64,").unwrap().1;
        let written = STANDARD.decode(coded).unwrap();
        for word in [&b"SECRET"[..], b"Exif", b"eXIf"] {
            assert!(written.windows(word.len()).all(|part| part != word), "{word:?}");
        }
        // It stands upright.
        assert_eq!(image::load_from_memory(&written).unwrap().to_rgb8().dimensions(), (4, 8));
    }
}
