//! The ground as a tiled gridded coverage (OGC 17-066r1): tiles of 32-bit floats in plain TIFF, which GDAL and QGIS open as
//! a raster of heights. Unknown heights are NaN. The last tiles are filled up with NaN.

use super::file::{File, Level, Tiles};
use super::tables::TERRAIN;
use crate::model::TerrainGrid;
use crate::package::checksum::Checksum;
use crate::package::value::Cell;

/// Samples along the side of a tile, at most.
const SIDE: usize = 256;
/// Bytes of a TIFF's header with one directory of twelve entries.
const HEADER: usize = 8 + 2 + 12 * ENTRIES + 4;
const ENTRIES: usize = 10;

/// How a grid is cut, from the north-west.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    columns: usize,
    rows: usize,
    /// Samples of a tile from west to east and from north to south.
    width: usize,
    height: usize,
}

impl Cut {
    /// The largest tiles up to [`SIDE`] that leave the least over.
    pub(super) fn of(columns: usize, rows: usize) -> Self {
        let side = |samples: usize| samples.div_ceil(samples.div_ceil(SIDE).max(1)).max(1);
        Self { columns, rows, width: side(columns), height: side(rows) }
    }

    /// Tiles from west to east and from north to south.
    pub(super) fn tiles(&self) -> (usize, usize) {
        (self.columns.div_ceil(self.width), self.rows.div_ceil(self.height))
    }
}

/// The TIFF header of a tile: everything ahead of the samples.
fn header(width: usize, height: usize) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let bytes = 4 * width * height;
    // Tags of TIFF 6.0 with their type and value, in the order of their numbers.
    let entries: [(u16, u16, usize); ENTRIES] = [
        (256, LONG, width),
        (257, LONG, height),
        // Bits of a sample; not compressed; zero is black; where the only strip is; one sample a pixel; its rows and bytes.
        (258, SHORT, 32),
        (259, SHORT, 1),
        (262, SHORT, 1),
        (273, LONG, HEADER),
        (277, SHORT, 1),
        (278, LONG, height),
        (279, LONG, bytes),
        // IEEE floats.
        (339, SHORT, 3),
    ];
    let mut out = Vec::with_capacity(HEADER + bytes);
    out.extend_from_slice(b"II\x2a\0\x08\0\0\0");
    out.extend_from_slice(&(ENTRIES as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
        out.extend_from_slice(&(value as u32).to_le_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out
}

/// The samples of tile `column`, `row` (from the north-west) as a TIFF.
fn encode(grid: &TerrainGrid, cut: &Cut, column: usize, row: usize) -> Vec<u8> {
    let mut out = header(cut.width, cut.height);
    for y in 0..cut.height {
        for x in 0..cut.width {
            let (from_west, from_north) = (column * cut.width + x, row * cut.height + y);
            let inside = from_west < grid.columns && from_north < grid.rows;
            let at = |from_north: usize| (grid.rows - 1 - from_north) * grid.columns + from_west;
            let height = if inside { grid.heights_m[at(from_north)] } else { f32::NAN };
            out.extend_from_slice(&if height.is_finite() { height } else { f32::NAN }.to_le_bytes());
        }
    }
    out
}

/// Writes a grid; returns how many tiles there are and their checksum.
pub(super) fn write(
    file: &File,
    grid: &TerrainGrid,
    (title, description): (&str, &str),
) -> rusqlite::Result<(i64, String)> {
    let cut = Cut::of(grid.columns, grid.rows);
    let (across, down) = cut.tiles();
    // A sample stands in the middle of its pixel.
    let west = grid.origin_x_m - grid.cell_m / 2.0;
    let north = grid.origin_y_m + (grid.rows as f64 - 0.5) * grid.cell_m;
    let east = west + (across * cut.width) as f64 * grid.cell_m;
    let south = north - (down * cut.height) as f64 * grid.cell_m;
    let level = Level {
        zoom: 0,
        tiles: [across as i64, down as i64],
        tile_px: [cut.width as i64, cut.height as i64],
        pixel_m: grid.cell_m,
    };
    let known = [grid.columns, grid.rows].map(|samples| samples as f64 * grid.cell_m);
    let shown = [west, north - known[1], west + known[0], north];
    let contents = Tiles { kind: "2d-gridded-coverage", title, description, shown };
    let mut tile = file.tiles(TERRAIN, contents, [west, south, east, north], &[level])?;
    let mut figures = file.coverage(TERRAIN)?;
    let mut checksum = Checksum::default();
    for row in 0..down {
        for column in 0..across {
            let id = (row * across + column + 1) as i64;
            let bytes = encode(grid, &cut, column, row);
            let fields = [
                Cell::Integer(id),
                Cell::Integer(0),
                Cell::Integer(column as i64),
                Cell::Integer(row as i64),
                Cell::Blob(&bytes),
            ];
            for (at, field) in fields.iter().enumerate() {
                checksum.field(field);
                tile.raw_bind_parameter(at + 1, field)?;
            }
            checksum.end_row();
            tile.raw_execute()?;
            let (low, high, mean, spread) = spread(&bytes[HEADER..]);
            figures.execute(rusqlite::params![TERRAIN, id, low, high, mean, spread])?;
        }
    }
    Ok((checksum.rows, checksum.hex()))
}

/// Lowest, highest and mean height, and the standard deviation; `None` where nothing is known.
fn spread(samples: &[u8]) -> (Option<f64>, Option<f64>, Option<f64>, Option<f64>) {
    let known: Vec<f64> = samples
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f64::from(f32::from_le_bytes(*b)))
        .filter(|h| h.is_finite())
        .collect();
    if known.is_empty() {
        return (None, None, None, None);
    }
    let count = known.len() as f64;
    let mean = known.iter().sum::<f64>() / count;
    let spread = (known.iter().map(|height| (height - mean).powi(2)).sum::<f64>() / count).sqrt();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (Some(low), Some(high), Some(mean), Some(spread))
}

/// Puts a tile's samples into the grid.
///
/// # Errors
/// What is wrong with the tile.
pub(super) fn place(grid: &mut TerrainGrid, column: i64, row: i64, tile: &[u8]) -> Result<(), &'static str> {
    let cut = Cut::of(grid.columns, grid.rows);
    let (across, down) = cut.tiles();
    let at = |place: i64, of: usize| usize::try_from(place).ok().filter(|place| *place < of);
    let (Some(column), Some(row)) = (at(column, across), at(row, down)) else {
        return Err("a tile of terrain lies outside it");
    };
    let samples = tile.strip_prefix(header(cut.width, cut.height).as_slice());
    let samples = samples.filter(|samples| samples.len() == 4 * cut.width * cut.height);
    let samples = samples.ok_or("a tile of terrain is not as it was packed")?;
    for (y, line) in samples.chunks_exact(4 * cut.width).enumerate() {
        let from_north = row * cut.height + y;
        if from_north >= grid.rows {
            break;
        }
        let from_west = column * cut.width;
        let start = (grid.rows - 1 - from_north) * grid.columns + from_west;
        let count = cut.width.min(grid.columns - from_west);
        for (to, from) in grid.heights_m[start..start + count].iter_mut().zip(line.as_chunks::<4>().0) {
            *to = f32::from_le_bytes(*from);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_comes_back_from_its_tiles_to_the_bit() {
        for (columns, rows) in [(1, 1), (256, 256), (257, 3), (600, 300), (513, 511)] {
            let heights_m =
                (0..columns * rows).map(|i| if i % 97 == 5 { f32::NAN } else { i as f32 / 16.0 - 3.0 }).collect();
            let grid = TerrainGrid { origin_x_m: 400_000.25, origin_y_m: 5e6, cell_m: 2.5, columns, rows, heights_m };
            let cut = Cut::of(columns, rows);
            let mut back = TerrainGrid { heights_m: vec![0.0; columns * rows], ..grid.clone() };
            let (across, down) = cut.tiles();
            for row in 0..down {
                for column in 0..across {
                    let tile = encode(&grid, &cut, column, row);
                    place(&mut back, column as i64, row as i64, &tile).unwrap();
                    assert!(place(&mut back, column as i64, row as i64, &tile[1..]).is_err());
                    assert!(place(&mut back, across as i64, 0, &tile).is_err());
                }
            }
            let bits = |grid: &TerrainGrid| grid.heights_m.iter().map(|h| h.to_bits()).collect::<Vec<_>>();
            assert!(bits(&back) == bits(&grid), "{columns} × {rows}");
        }
    }

    #[test]
    fn tiles_leave_little_over() {
        assert_eq!(Cut::of(600, 300), Cut { columns: 600, rows: 300, width: 200, height: 150 });
        assert_eq!(Cut::of(600, 300).tiles(), (3, 2));
        assert_eq!(Cut::of(40, 256).tiles(), (1, 1));
    }
}
