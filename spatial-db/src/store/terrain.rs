//! The terrain grid as tiles, and back.
//!
//! Where the heights come from is left to the importers; heights between samples to [`TerrainGrid::height_at`].

use geo::{Coord, Rect};
use postgres::Transaction;

use super::diff::Incoming;
use super::row::RowEncoder;
use super::{StoreError, ewkb, sql};
use crate::model::TerrainGrid;
use crate::schema::{GeometryKind, Shape};

/// Samples along the side of a tile.
const SIDE: usize = 256;
/// The largest grid that is taken, samples: 4 GiB of heights.
const LARGEST: usize = 1 << 30;

/// Walks a grid tile by tile, west to east, south to north.
pub(super) struct Tiles<'a> {
    grid: &'a TerrainGrid,
    srid: i32,
    next: usize,
}

impl<'a> Tiles<'a> {
    /// # Errors
    /// What about the grid contradicts itself.
    pub(super) fn of(grid: &'a TerrainGrid, srid: i32) -> Result<Self, String> {
        let samples = grid.columns.checked_mul(grid.rows).filter(|samples| *samples <= LARGEST);
        if grid.columns == 0 || grid.rows == 0 {
            return Err("it has no samples".to_owned());
        }
        if samples != Some(grid.heights_m.len()) {
            return Err(format!("{} × {} samples and {} heights", grid.columns, grid.rows, grid.heights_m.len()));
        }
        if !(grid.cell_m > 0.0 && [grid.cell_m, grid.origin_x_m, grid.origin_y_m].iter().all(|v| v.is_finite())) {
            return Err("its origin or cell size is not a number".to_owned());
        }
        Ok(Self { grid, srid, next: 0 })
    }

    pub(super) fn next(&mut self, encoder: &mut RowEncoder) -> Option<Incoming> {
        let grid = self.grid;
        let across = grid.columns.div_ceil(SIDE);
        let (tile_row, tile_column) = (self.next / across, self.next % across);
        if tile_row * SIDE >= grid.rows {
            return None;
        }
        self.next += 1;
        let (first_column, first_row) = (tile_column * SIDE, tile_row * SIDE);
        let columns = SIDE.min(grid.columns - first_column);
        let rows = SIDE.min(grid.rows - first_row);
        let fields = &mut encoder.content;
        fields.clear();
        // A grid of finite numbers has a finite box.
        let _ = fields.with(|out| {
            let corner = |c: usize, r: usize| Coord {
                x: grid.origin_x_m + c as f64 * grid.cell_m,
                y: grid.origin_y_m + r as f64 * grid.cell_m,
            };
            let ground =
                Rect::new(corner(first_column, first_row), corner(first_column + columns - 1, first_row + rows - 1));
            ewkb::encode(out, &Shape::planar(ground.to_polygon().into()), self.srid, GeometryKind::Any)
        });
        fields.int4(tile_column as i32);
        fields.int4(tile_row as i32);
        fields.float8(grid.origin_x_m + 0.0);
        fields.float8(grid.origin_y_m + 0.0);
        fields.float8(grid.cell_m);
        fields.int4(columns as i32);
        fields.int4(rows as i32);
        let Ok(()) = fields.with(|out| {
            for row in first_row..first_row + rows {
                let start = row * grid.columns + first_column;
                for height in &grid.heights_m[start..start + columns] {
                    let height = if height.is_finite() { *height } else { f32::NAN };
                    out.extend_from_slice(&height.to_le_bytes());
                }
            }
            Ok::<(), std::convert::Infallible>(())
        });
        let hash = encoder.content_hash();
        Some(Incoming { key: format!("{tile_column}/{tile_row}"), source_row: 0, hash })
    }
}

/// Puts the tiles of a park together again, as they are or as they were after a run.
pub(super) fn read(
    tx: &mut Transaction<'_>,
    park_id: i32,
    after_run: Option<i64>,
) -> Result<Option<TerrainGrid>, StoreError> {
    let tiles = match after_run {
        None => tx.query(sql::TERRAIN_TILES, &[&park_id]),
        Some(run_id) => tx.query(sql::TERRAIN_TILES_AT, &[&park_id, &run_id]),
    };
    let tiles = tiles.map_err(StoreError::of("reading terrain"))?;
    let size = |tile: &postgres::Row, first: usize, count: usize| {
        tile.get::<_, i32>(first) as usize * SIDE + tile.get::<_, i32>(count) as usize
    };
    let columns = tiles.iter().map(|tile| size(tile, 1, 6)).max().unwrap_or(0);
    let rows = tiles.iter().map(|tile| size(tile, 2, 7)).max().unwrap_or(0);
    let Some(first) = tiles.first() else { return Ok(None) };
    let mut grid = TerrainGrid {
        origin_x_m: first.get(3),
        origin_y_m: first.get(4),
        cell_m: first.get(5),
        columns,
        rows,
        heights_m: vec![f32::NAN; columns * rows],
    };
    for tile in &tiles {
        let first_column = tile.get::<_, i32>(1) as usize * SIDE;
        let first_row = tile.get::<_, i32>(2) as usize * SIDE;
        let width = tile.get::<_, i32>(6) as usize;
        let heights: &[u8] = tile.get(8);
        for (r, line) in heights.chunks_exact(4 * width).enumerate() {
            let start = (first_row + r) * columns + first_column;
            for (to, from) in grid.heights_m[start..start + width].iter_mut().zip(line.as_chunks::<4>().0) {
                *to = f32::from_le_bytes(*from);
            }
        }
    }
    Ok(Some(grid))
}
