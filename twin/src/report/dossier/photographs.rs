//! Photographs of a parcel's cases inside the page, made small enough for it. What the camera wrote into a file stays in the store.

use std::io::Cursor;

use analysis::land::{Photograph, photographs_left};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageDecoder, ImageReader};
use twin_engine::text::Text;

use crate::failure::Failure;
use crate::parks::store;

/// The most photographs on a page: the latest.
const MOST: usize = 8;
/// The longer side of one, px.
const SIDE: u32 = 1200;
/// Its size, bytes.
const BYTES: usize = 200 * 1024;

/// A photograph of the page.
pub(super) struct Shown {
    /// Data address.
    pub(super) address: String,
    /// What stands under it.
    pub(super) caption: String,
}

/// The photographs of a park's cases, and what is said of those that are left out.
pub(super) fn shown(slug: &str, all: &[Photograph], text: &Text) -> Result<(Vec<Shown>, String), Failure> {
    let left = all.len().saturating_sub(MOST);
    let mut shown = Vec::new();
    if !all.is_empty() {
        let mut store = store()?;
        for one in &all[left..] {
            let bytes = store.case_file(slug, one.case_id, one.seq)?;
            // What cannot be read as a picture stays a name in the case.
            let Some(small) = bytes.and_then(|bytes| small(&bytes)) else { continue };
            let address = format!("data:image/jpeg;base64,{}", STANDARD.encode(small));
            shown.push(Shown { address, caption: text.words(&one.caption) });
        }
    }
    let left = if left > 0 { text.words(&photographs_left(left)) } else { String::new() };
    Ok((shown, left))
}

/// A picture as JPEG within the limits, upright; `None` for what is none.
fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let mut side = SIDE;
    while side > 100 {
        let fits = picture.width().max(picture.height()) <= side;
        let rgb = if fits { picture.to_rgb8() } else { picture.thumbnail(side, side).to_rgb8() };
        for quality in [85, 70, 55] {
            let mut out = Vec::new();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, quality).encode_image(&rgb).ok()?;
            if out.len() <= BYTES {
                return Some(out);
            }
        }
        side = side * 3 / 4;
    }
    None
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb(pixel(x, y)));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(jpeg).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn photographs_are_made_small_and_stay_in_shape() {
        let plain = small(&png(2400, 1600, |x, y| [(x / 10) as u8, (y / 7) as u8, 90])).unwrap();
        assert_eq!(size(&plain), (1200, 800));
        let noise = |x: u32, y: u32| {
            let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519);
            let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(3_266_489_917);
            let [a, b, c, _] = (mixed ^ (mixed >> 16)).to_le_bytes();
            [a, b, c]
        };
        let rough = small(&png(1200, 900, noise)).unwrap();
        assert!(rough.len() <= BYTES && size(&rough).0 < 1200, "{} bytes, {:?}", rough.len(), size(&rough));
        assert_eq!(size(&small(&png(60, 40, noise)).unwrap()), (60, 40), "what is small is not blown up");
        assert_eq!(small(b"no picture"), None);
    }
}
