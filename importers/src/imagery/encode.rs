//! Tiles as files: JPEG where all of it is seen, PNG where a part is not.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageError};

use super::Drawn;

/// JPEG quality at which roofs and road marks keep their edges.
const QUALITY: u8 = 88;

/// Media type and bytes of a tile that shows something.
pub(crate) fn encode(tile: &Drawn) -> Result<(&'static str, Vec<u8>), ImageError> {
    let mut bytes = Vec::new();
    if tile.pixels.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX) {
        let colours: Vec<u8> = tile.pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        JpegEncoder::new_with_quality(&mut bytes, QUALITY).write_image(
            &colours,
            tile.columns,
            tile.rows,
            ExtendedColorType::Rgb8,
        )?;
        return Ok(("image/jpeg", bytes));
    }
    PngEncoder::new(&mut bytes).write_image(&tile.pixels, tile.columns, tile.rows, ExtendedColorType::Rgba8)?;
    Ok(("image/png", bytes))
}
