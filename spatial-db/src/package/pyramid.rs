//! Orthophotos as tile pyramids that every GIS draws (12-128r19, 2.2), where their tiles lie on such a pyramid's grid.
//!
//! Whole tiles go in as they are kept. Those at the edges are smaller, and a pyramid wants all of one size: they are filled
//! up with nothing, as PNG, and kept as they are besides.

use std::io::Cursor;

use image::{ImageFormat, RgbaImage};
use rusqlite::{Statement, params};

use super::file::{File, Level as TileLevel, Tiles};
use crate::model::ImageryTile;
use crate::store::imagery::{Frame, Level};

/// Pixels along the side of a tile.
const TILE: u32 = 512;
/// How far a tile may lie from its place, pixels.
const OFF: f64 = 1e-3;

/// Where a tile lies in a pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    zoom: i64,
    column: i64,
    row: i64,
    /// Columns and rows of pixels.
    size: [u32; 2],
}

impl Place {
    /// As large as a pyramid's tiles are.
    fn is_whole(self) -> bool {
        self.size == [TILE; 2]
    }
}

/// Place of a tile in a pyramid whose coarsest level is one tile at `frame`; `None` off its grid.
pub(super) fn place(frame: &Frame, tile: &ImageryTile) -> Option<Place> {
    let [west, south, east, north] = tile.ground;
    let pixel = tile.pixel_m;
    // Levels halve the pixel, exactly.
    let zoom = (0..=30).find(|zoom| frame.pixel_m == pixel * f64::from(1_u32 << zoom))?;
    let whole = |pixels: f64| ((pixels - pixels.round()).abs() < OFF).then(|| pixels.round());
    let (left, down) = (whole((west - frame.ground[0]) / pixel)?, whole((frame.ground[3] - north) / pixel)?);
    let side = f64::from(TILE);
    let (column, row) = ((left / side).floor(), (down / side).floor());
    let last = f64::from((1_u32 << zoom) - 1);
    if left % side != 0.0 || down % side != 0.0 || !(0.0..=last).contains(&column) || !(0.0..=last).contains(&row) {
        return None;
    }
    let size = [whole((east - west) / pixel)?, whole((north - south) / pixel)?];
    if size.iter().any(|pixels| !(1.0..=side).contains(pixels)) {
        return None;
    }
    Some(Place {
        zoom: i64::from(zoom),
        column: column as i64,
        row: row as i64,
        size: size.map(|pixels| pixels as u32),
    })
}

/// A smaller tile filled up with nothing at its right and bottom; `None` where it cannot be read or is of another size.
fn filled_up(tile: &ImageryTile, place: Place) -> Option<Vec<u8>> {
    let picture = image::load_from_memory(&tile.image).ok()?.to_rgba8();
    if [picture.width(), picture.height()] != place.size {
        return None;
    }
    let mut whole = RgbaImage::new(TILE, TILE);
    image::imageops::replace(&mut whole, &picture, 0, 0);
    let mut out = Cursor::new(Vec::new());
    whole.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

/// A pyramid being written.
pub(super) struct Pyramid<'f> {
    frame: Frame,
    /// Its table.
    pub(super) table: String,
    insert: Statement<'f>,
    tiles: i64,
}

/// What became of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Laid {
    /// It lies in the pyramid just as it is kept, under this number.
    AsKept(i64),
    /// It lies in the pyramid filled up, or not at all: it has to be kept besides.
    Besides,
}

impl<'f> Pyramid<'f> {
    /// Begins the pyramid of a layer; its levels are as in `levels`.
    pub(super) fn begin(
        file: &'f File,
        frame: &Frame,
        levels: &[Level],
        number: usize,
        (title, description): (&str, &str),
    ) -> rusqlite::Result<Self> {
        let table = format!("imagery_{number}");
        let side = f64::from(TILE) * frame.pixel_m;
        let [west, _, _, north] = frame.ground;
        let ground = [west, north - side, west + side, north];
        let zooms = levels.iter().filter(|level| level.layer == frame.layer).filter_map(|level| {
            let zoom = (0..=30).find(|zoom| frame.pixel_m == level.pixel_m * f64::from(1_u32 << zoom))?;
            let count = i64::from(1_u32 << zoom);
            let tile_px = [i64::from(TILE); 2];
            Some(TileLevel { zoom: i64::from(zoom), tiles: [count; 2], tile_px, pixel_m: level.pixel_m })
        });
        let zooms: Vec<TileLevel> = zooms.collect();
        let insert =
            file.tiles(&table, Tiles { kind: "tiles", title, description, shown: frame.ground }, ground, &zooms)?;
        Ok(Self { frame: frame.clone(), table, insert, tiles: 0 })
    }

    /// Whether tiles of a layer belong in it.
    pub(super) fn is_of(&self, layer: &str) -> bool {
        self.frame.layer == layer
    }

    /// Lays a tile into it, if it fits.
    pub(super) fn lay(&mut self, tile: &ImageryTile) -> rusqlite::Result<Laid> {
        let Some(place) = place(&self.frame, tile) else { return Ok(Laid::Besides) };
        let known = ["image/jpeg", "image/png"].contains(&tile.media_type.as_str());
        if place.is_whole() && known {
            let id = self.insert(place, &tile.image)?;
            return Ok(Laid::AsKept(id));
        }
        if let Some(picture) = filled_up(tile, place) {
            self.insert(place, &picture)?;
        }
        Ok(Laid::Besides)
    }

    fn insert(&mut self, place: Place, picture: &[u8]) -> rusqlite::Result<i64> {
        let id = self.tiles + 1;
        self.insert.execute(params![id, place.zoom, place.column, place.row, picture])?;
        self.tiles = id;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame { layer: "ortho".to_owned(), pixel_m: 0.4, ground: [356_000.1, 3_431_900.7, 356_100.1, 3_432_000.7] }
    }

    fn tile(zoom: u32, column: f64, row: f64, size: [f64; 2]) -> ImageryTile {
        let frame = frame();
        let pixel_m = frame.pixel_m / f64::from(1 << zoom);
        let side = 512.0 * pixel_m;
        let (west, north) = (frame.ground[0] + column * side, frame.ground[3] - row * side);
        ImageryTile {
            ground: [west, north - size[1] * pixel_m, west + size[0] * pixel_m, north],
            pixel_m,
            media_type: "image/png".to_owned(),
            image: Vec::new(),
        }
    }

    #[test]
    fn tiles_on_the_grid_have_a_place_and_others_none() {
        let whole = [512.0, 512.0];
        let at = |tile: &ImageryTile| place(&frame(), tile);
        assert_eq!(at(&tile(0, 0.0, 0.0, whole)), Some(Place { zoom: 0, column: 0, row: 0, size: [512, 512] }));
        assert_eq!(
            at(&tile(2, 3.0, 1.0, [276.0, 188.0])),
            Some(Place { zoom: 2, column: 3, row: 1, size: [276, 188] })
        );
        for off in [
            tile(2, 4.0, 0.0, whole),
            tile(1, 0.5, 0.0, whole),
            tile(1, -1.0, 0.0, whole),
            tile(0, 0.0, 0.0, [513.0, 1.0]),
        ] {
            assert_eq!(at(&off), None, "{off:?}");
        }
        assert_eq!(at(&ImageryTile { pixel_m: 0.3, ..tile(0, 0.0, 0.0, whole) }), None);
    }

    #[test]
    fn a_smaller_tile_is_filled_up_with_nothing() {
        let picture = RgbaImage::from_pixel(3, 2, image::Rgba([9, 8, 7, 255]));
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        let small = ImageryTile { image: out.into_inner(), ..tile(0, 0.0, 0.0, [3.0, 2.0]) };
        let place = place(&frame(), &small).unwrap();
        let whole = image::load_from_memory(&filled_up(&small, place).unwrap()).unwrap().to_rgba8();
        assert_eq!((whole.dimensions(), whole.get_pixel(2, 1).0), ((512, 512), [9, 8, 7, 255]));
        assert_eq!((whole.get_pixel(3, 1).0[3], whole.get_pixel(2, 2).0[3]), (0, 0));
        assert_eq!(filled_up(&small, Place { size: [4, 2], ..place }), None);
        assert_eq!(filled_up(&ImageryTile { image: vec![1, 2], ..small }, place), None);
    }
}
