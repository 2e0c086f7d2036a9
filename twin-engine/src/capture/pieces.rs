//! Pictures that no graphics device holds whole: drawn piece by piece, each as the whole picture has it.

use bevy::prelude::*;
use image::{RgbImage, imageops};

use super::Stage;
use crate::error::EngineError;
use crate::scene::Twin;
use crate::split::Piece;

/// Largest side of a picture that is drawn at once, px: what every graphics device can draw.
const AT_ONCE: u32 = 8192;
/// Largest side of a piece, px: the device holds four samples of each of its pixels.
const PIECE: u32 = 4096;

/// Size of the pieces of a picture, px; `None` where it is drawn at once.
pub(super) fn piece_of(whole: UVec2) -> Option<UVec2> {
    // All of them as large, but for what the last are short of.
    let side = |whole: u32| whole.div_ceil(whole.div_ceil(PIECE));
    (whole.max_element() > AT_ONCE).then(|| UVec2::new(side(whole.x), side(whole.y)))
}

/// Where the pieces of a picture begin, row by row.
fn corners(whole: UVec2, piece: UVec2) -> Vec<UVec2> {
    let along = |whole: u32, piece: u32| (0..whole).step_by(piece.max(1) as usize);
    along(whole.y, piece.y).flat_map(|y| along(whole.x, piece.x).map(move |x| UVec2::new(x, y))).collect()
}

/// A picture without anything on it yet.
fn blank(whole: UVec2) -> Result<RgbImage, EngineError> {
    let UVec2 { x: width, y: height } = whole;
    let bytes = width as usize * height as usize * 3;
    let no_memory = || EngineError::PictureMemory { width, height, megabytes: bytes as u64 / 1_000_000 };
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(bytes).map_err(|_| no_memory())?;
    pixels.resize(bytes, 0);
    RgbImage::from_raw(width, height, pixels).ok_or_else(no_memory)
}

impl Stage {
    /// The picture as it is now, piece by piece. `hear` is told how many of them are there, and of how many.
    pub(super) fn in_pieces(&mut self, piece: UVec2, hear: &mut dyn FnMut(u32, u32)) -> Result<RgbImage, EngineError> {
        let Some(Piece { whole, .. }) = self.app.world().resource::<Twin>().piece else {
            return self.at_once();
        };
        let corners = corners(whole, piece);
        let mut picture = blank(whole)?;
        for (at, corner) in corners.iter().enumerate() {
            hear(at as u32, corners.len() as u32);
            self.app.world_mut().resource_mut::<Twin>().piece = Some(Piece { whole, corner: *corner });
            // What the last have beyond the picture is left out.
            imageops::replace(&mut picture, &self.at_once()?, i64::from(corner.x), i64::from(corner.y));
        }
        Ok(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::input::{CaptureOptions, TwinInput};
    use crate::scene_file::{SceneFile, SplitLook};

    #[test]
    fn pieces_cover_the_picture_and_none_is_larger_than_a_device_holds() {
        assert_eq!(piece_of(UVec2::new(8192, 64)), None);
        for (width, height) in [(8193, 64), (16_384, 9216), (32_768, 32_768), (20_001, 12_345)] {
            let whole = UVec2::new(width, height);
            let piece = piece_of(whole).unwrap();
            assert!(piece.max_element() <= PIECE, "{piece}");
            let covered: u64 = corners(whole, piece)
                .iter()
                .map(|corner| (whole - corner).min(piece))
                .map(|size| u64::from(size.x) * u64::from(size.y))
                .sum();
            assert_eq!(covered, u64::from(width) * u64::from(height));
        }
    }

    fn drawn(input: TwinInput, options: &CaptureOptions, piece: Option<UVec2>) -> RgbImage {
        let mut stage =
            Stage::begin(input, options, 4, options.scene.is_some(), false, piece, None).expect("a headless stage");
        stage.picture().expect("a picture")
    }

    /// Share of the pixels that differ by more than a few shades: a line that falls on another sample.
    fn differing(a: &RgbImage, b: &RgbImage) -> f64 {
        assert_eq!(a.dimensions(), b.dimensions());
        let far = |a: &image::Rgb<u8>, b: &image::Rgb<u8>| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24);
        a.pixels().zip(b.pixels()).filter(|(a, b)| far(a, b)).count() as f64 / f64::from(a.width() * a.height())
    }

    #[test]
    fn a_picture_of_pieces_is_the_one_that_is_drawn_at_once() {
        // Whole, and split by a line in the left or in the right pieces. The last pieces are smaller.
        let (mut input, days) = fixture::built_up();
        input.active = Some("idle".into());
        let split = |at: f32| {
            let right = SplitLook { at, as_of: days[1].parse().ok(), overlay: Some("emergency".into()) };
            let as_of = days[0].parse().ok();
            SceneFile { as_of, overlay: Some("idle".into()), split: Some(right), ..SceneFile::default() }
        };
        for scene in [None, Some(split(0.3)), Some(split(0.8))] {
            let options = CaptureOptions { width: 900, height: 610, scene, ..CaptureOptions::default() };
            let whole = drawn(input.clone(), &options, None);
            let pieces = drawn(input.clone(), &options, Some(UVec2::new(460, 310)));
            let share = differing(&whole, &pieces);
            assert!(share < 0.002, "{share}");
        }
    }

    #[test]
    fn a_picture_that_is_too_large_is_refused_before_anything_is_drawn() {
        let options = CaptureOptions { width: 40_000, height: 640, ..CaptureOptions::default() };
        let refused = Stage::new(fixture::tiny(), &options, 4).unwrap_err();
        assert!(matches!(refused, EngineError::PictureSize { most: 32_768, .. }), "{refused}");
    }

    #[test]
    fn a_large_picture_that_is_given_up_is_left() {
        let options = CaptureOptions { width: 320, height: 180, ..CaptureOptions::default() };
        let cancel = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let piece = Some(UVec2::new(160, 90));
        let mut stage = Stage::begin(fixture::tiny(), &options, 1, false, false, piece, Some(cancel.clone()))
            .expect("a headless stage");
        let mut told = Vec::new();
        let given_up = stage.picture_heard(&mut |done, of| {
            told.push((done, of));
            cancel.store(done == 2, std::sync::atomic::Ordering::Relaxed);
        });
        assert!(matches!(given_up, Err(EngineError::GivenUp)));
        assert_eq!(told, [(0, 4), (1, 4), (2, 4)]);
    }
}
