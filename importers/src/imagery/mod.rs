//! Orthophotos as tiles in the park's CRS, each level of detail half as fine as the one before.
//!
//! Drawing a part of a photo is left to `reader`, keeping the tiles to the store.

mod encode;
mod pyramid;

pub(crate) use encode::encode;
pub(crate) use pyramid::{Drawn, Pyramid};

use crate::crs::{Bounds, Projector};
use crate::reader::PictureWindow;
use crate::terrain::{RasterInverse, rim, round_up};

/// Pixels along the side of a tile.
pub(crate) const TILE: u32 = 512;
/// Points of the mesh along the side of a tile: 32 pixels apart, where a map projection bends by less than a thousandth
/// of a pixel.
const KNOTS: u32 = TILE / 32 + 1;
/// Pixels of the finest level, at most: some 4000 tiles.
pub(crate) const MOST_PIXELS: f64 = (1_u64 << 30) as f64;
/// Share of the park's size that is kept around it when a photo is cut.
const SURROUNDINGS: f64 = 0.15;

/// How the finest level lies in the park's CRS.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Layout {
    /// Western edge of the first column of pixels, m.
    pub(crate) west: f64,
    /// Northern edge of the first row of pixels, m.
    pub(crate) north: f64,
    /// Size of a pixel, m.
    pub(crate) pixel_m: f64,
    /// Pixels from west to east.
    pub(crate) columns: u64,
    /// Pixels from north to south.
    pub(crate) rows: u64,
    /// Size of a pixel that the photo itself has, m.
    pub(crate) natural_m: f64,
}

/// A photo, and the ways between its CRS and the park's.
pub(crate) struct Photo<'a> {
    pub(crate) geo_transform: [f64; 6],
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) to_park: &'a Projector,
    pub(crate) back: &'a Projector,
}

impl Photo<'_> {
    /// Lays the finest level over the photo: at its own size of pixel or the one wanted, and where that is too many, cut
    /// to the park's surroundings, then coarser. `None` if the photo does not meet the park's CRS.
    pub(crate) fn layout(&self, wanted_m: Option<f64>, park: Option<&Bounds>) -> Option<Layout> {
        let (columns, rows) = (self.columns as f64, self.rows as f64);
        let bounds = rim(&self.geo_transform, [0.0, 0.0, columns, rows], self.to_park)?;
        let [mut west, mut south, mut east, mut north] = bounds;
        let own = ((east - west) * (north - south) / (columns * rows)).sqrt();
        let aligned = self.to_park.is_identity() && self.is_north_up();
        let natural_m = if aligned { self.geo_transform[1] } else { own };
        let mut pixel_m = wanted_m.unwrap_or(natural_m);
        let too_many = |width: f64, height: f64, pixel: f64| width / pixel * height / pixel > MOST_PIXELS;
        if let Some(park) = park.filter(|_| too_many(east - west, north - south, pixel_m)) {
            let around = (park[2] - park[0]).max(park[3] - park[1]) * SURROUNDINGS;
            // Whole pixels, so that what is kept stays as it is.
            let cut = |edge: f64, from: f64| from + ((edge - from) / pixel_m).floor() * pixel_m;
            let (new_west, new_north) =
                (west.max(cut(park[0] - around, west)), north.min(cut(park[3] + around, north)));
            let (new_south, new_east) = (south.max(park[1] - around), east.min(park[2] + around));
            if new_west < new_east && new_south < new_north {
                (west, south, east, north) = (new_west, new_south, new_east, new_north);
            }
        }
        if too_many(east - west, north - south, pixel_m) {
            pixel_m = round_up(((east - west) * (north - south) / MOST_PIXELS).sqrt());
        }
        // A pixel more for a rounding error would be a rim of nothing.
        let count = |length: f64| ((length / pixel_m - 1e-6).ceil().max(1.0)) as u64;
        Some(Layout { west, north, pixel_m, columns: count(east - west), rows: count(north - south), natural_m })
    }

    fn is_north_up(&self) -> bool {
        let t = &self.geo_transform;
        t[2] == 0.0 && t[4] == 0.0 && t[1] > 0.0 && (t[1] + t[5]).abs() < 1e-9 * t[1]
    }

    /// The window of a tile of the finest level.
    pub(crate) fn window(&self, layout: &Layout, tile: Place) -> Option<PictureWindow> {
        let inverse = RasterInverse::of(&self.geo_transform)?;
        let (columns, rows) = layout.size_of(tile);
        let (west, north) = layout.corner_of(tile);
        let share = |knot: u32| f64::from(knot) / f64::from(KNOTS - 1);
        let mut xs = Vec::with_capacity((KNOTS * KNOTS) as usize);
        let mut ys = Vec::with_capacity(xs.capacity());
        for row in 0..KNOTS {
            for column in 0..KNOTS {
                xs.push(west + share(column) * f64::from(columns) * layout.pixel_m);
                ys.push(north - share(row) * f64::from(rows) * layout.pixel_m);
            }
        }
        self.back.apply(&mut xs, &mut ys);
        let mesh: Vec<[f64; 2]> = xs.iter().zip(&ys).map(|(x, y)| inverse.apply(*x, *y).into()).collect();
        // What has no place in the photo's CRS is not on it.
        mesh.iter().flatten().all(|at| at.is_finite()).then_some(PictureWindow {
            columns,
            rows,
            knots: [KNOTS; 2],
            mesh,
        })
    }
}

/// A tile: level, counted from the finest, and place in it, counted from the north-west.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) level: u32,
    pub(crate) column: u64,
    pub(crate) row: u64,
}

impl Layout {
    /// Levels, up to the one that fits into a tile.
    pub(crate) fn levels(&self) -> u32 {
        let mut levels = 1;
        while self.pixels(levels - 1).0 > u64::from(TILE) || self.pixels(levels - 1).1 > u64::from(TILE) {
            levels += 1;
        }
        levels
    }

    /// Columns and rows of pixels of a level.
    fn pixels(&self, level: u32) -> (u64, u64) {
        (self.columns.div_ceil(1 << level), self.rows.div_ceil(1 << level))
    }

    /// Columns and rows of tiles of a level.
    pub(crate) fn tiles(&self, level: u32) -> (u64, u64) {
        let (columns, rows) = self.pixels(level);
        (columns.div_ceil(u64::from(TILE)), rows.div_ceil(u64::from(TILE)))
    }

    /// Columns and rows of pixels of a tile: fewer at the eastern and southern edges.
    pub(crate) fn size_of(&self, tile: Place) -> (u32, u32) {
        let (columns, rows) = self.pixels(tile.level);
        let side = |all: u64, before: u64| all.saturating_sub(before * u64::from(TILE)).min(u64::from(TILE)) as u32;
        (side(columns, tile.column), side(rows, tile.row))
    }

    /// Size of a pixel of a level, m.
    pub(crate) fn pixel_of(&self, level: u32) -> f64 {
        self.pixel_m * (1_u64 << level) as f64
    }

    /// North-western corner of a tile.
    fn corner_of(&self, tile: Place) -> (f64, f64) {
        let side = f64::from(TILE) * self.pixel_of(tile.level);
        (self.west + tile.column as f64 * side, self.north - tile.row as f64 * side)
    }

    /// West, south, east, north of the ground that a tile shows.
    pub(crate) fn ground_of(&self, tile: Place) -> [f64; 4] {
        let (columns, rows) = self.size_of(tile);
        let (west, north) = self.corner_of(tile);
        let pixel = self.pixel_of(tile.level);
        [west, north - f64::from(rows) * pixel, west + f64::from(columns) * pixel, north]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::Crs;

    fn ways(from: u32, to: u32) -> (Projector, Projector) {
        let (from, to) = (Crs::from_epsg(from).unwrap(), Crs::from_epsg(to).unwrap());
        (Projector::new(&from, &to).unwrap(), Projector::new(&to, &from).unwrap())
    }

    #[test]
    fn a_photo_in_the_parks_crs_keeps_its_pixels() {
        let (to_park, back) = ways(25831, 25831);
        let geo_transform = [420_000.0, 0.25, 0.0, 4_580_000.0, 0.0, -0.25];
        let photo = Photo { geo_transform, columns: 1300, rows: 700, to_park: &to_park, back: &back };
        let layout = photo.layout(None, None).unwrap();
        let expected =
            Layout { west: 420_000.0, north: 4_580_000.0, pixel_m: 0.25, columns: 1300, rows: 700, natural_m: 0.25 };
        assert_eq!(layout, expected);
        assert_eq!((layout.levels(), layout.tiles(0), layout.tiles(1), layout.tiles(2)), (3, (3, 2), (2, 1), (1, 1)));
        let last = Place { level: 0, column: 2, row: 1 };
        assert_eq!(layout.size_of(last), (276, 188));
        let window = photo.window(&layout, last).unwrap();
        // The middle of the tile's last pixel is the middle of the photo's.
        let [x, y] = window.source_of(275, 187);
        assert!((x - 1299.5).abs() < 1e-6 && (y - 699.5).abs() < 1e-6, "{x} {y}");
        let coarse = layout.ground_of(Place { level: 2, column: 0, row: 0 });
        assert_eq!(coarse, [420_000.0, 4_580_000.0 - 175.0, 420_000.0 + 325.0, 4_580_000.0]);
    }

    #[test]
    fn the_mesh_is_as_good_as_the_projection() {
        let (to_park, back) = ways(4326, 32651);
        let geo_transform = [121.4, 2.5e-6, 0.0, 31.3, 0.0, -2.5e-6];
        let photo = Photo { geo_transform, columns: 20_000, rows: 20_000, to_park: &to_park, back: &back };
        let layout = photo.layout(None, None).unwrap();
        assert!((0.2..0.3).contains(&layout.pixel_m), "{layout:?}");
        let tile = Place { level: 0, column: 7, row: 11 };
        let window = photo.window(&layout, tile).unwrap();
        let (west, north) = layout.corner_of(tile);
        for (column, row) in [(0, 0), (17, 301), (255, 256), (511, 511)] {
            let mut x = [west + (f64::from(column) + 0.5) * layout.pixel_m];
            let mut y = [north - (f64::from(row) + 0.5) * layout.pixel_m];
            back.apply(&mut x, &mut y);
            let truth = [(x[0] - 121.4) / 2.5e-6, (31.3 - y[0]) / 2.5e-6];
            let found = window.source_of(column, row);
            assert!((truth[0] - found[0]).hypot(truth[1] - found[1]) < 1e-3, "{truth:?} {found:?}");
        }
    }

    #[test]
    fn a_giant_is_cut_and_then_made_coarser() {
        let (to_park, back) = ways(25831, 25831);
        let geo_transform = [0.0, 0.1, 0.0, 100_000.0, 0.0, -0.1];
        let photo = Photo { geo_transform, columns: 1_000_000, rows: 1_000_000, to_park: &to_park, back: &back };
        let park = [40_000.03, 40_000.0, 41_000.0, 41_500.0];
        let layout = photo.layout(None, Some(&park)).unwrap();
        assert_eq!(layout.pixel_m, 0.1);
        assert!(layout.west <= 39_775.04 && layout.west > 39_774.0, "{layout:?}");
        assert!(((layout.west - 0.0) / 0.1 - ((layout.west - 0.0) / 0.1).round()).abs() < 1e-6, "whole pixels");
        let coarse = photo.layout(None, None).unwrap();
        assert!(coarse.columns as f64 * coarse.rows as f64 <= MOST_PIXELS && coarse.pixel_m == 5.0, "{coarse:?}");
    }
}
