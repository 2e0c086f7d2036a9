//! The ground as a grid in the park's CRS, from a raster or from spot heights.
//!
//! Keeping it is left to the store, drawing it to the engine.

mod points;
mod raster;

pub(crate) use points::from_points;
pub(crate) use raster::{RasterInverse, RasterPlacing, from_raster, rim};

use spatial_db::model::TerrainGrid;

use crate::crs::Bounds;

/// Most samples of a grid along one side.
pub(crate) const MOST_PER_SIDE: usize = 2048;

/// A grid's layout before it has heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Layout {
    pub(crate) west: f64,
    pub(crate) south: f64,
    pub(crate) cell_m: f64,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Layout {
    /// A grid over `bounds` with samples about `wanted_m` apart, aligned to whole cells so that small changes of the
    /// bounds leave the samples where they were.
    pub(crate) fn over(bounds: &Bounds, wanted_m: f64) -> Self {
        let [west, south, east, north] = *bounds;
        let longest = (east - west).max(north - south);
        let least = longest / (MOST_PER_SIDE as f64 - 3.0);
        let cell_m = if wanted_m >= least { wanted_m } else { round_up(least) };
        let first = |low: f64| (low / cell_m).floor() * cell_m;
        let (west, south) = (first(west), first(south));
        let count = |low: f64, high: f64| ((((high - low) / cell_m).ceil() as usize) + 1).clamp(2, MOST_PER_SIDE);
        Self { columns: count(west, east), rows: count(south, north), west, south, cell_m }
    }

    pub(crate) fn x(&self, column: usize) -> f64 {
        self.west + column as f64 * self.cell_m
    }

    pub(crate) fn y(&self, row: usize) -> f64 {
        self.south + row as f64 * self.cell_m
    }

    pub(crate) fn with(self, heights_m: Vec<f32>) -> TerrainGrid {
        TerrainGrid {
            origin_x_m: self.west,
            origin_y_m: self.south,
            cell_m: self.cell_m,
            columns: self.columns,
            rows: self.rows,
            heights_m,
        }
    }
}

/// The next of 1, 2, 5, 10, 20, 50 … at or above `value`.
pub(crate) fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= value * (1.0 - 1e-12))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (value, expected) in [(0.3, 0.5), (1.0, 1.0), (1.2, 2.0), (27.0, 50.0), (5.1, 10.0)] {
            assert!((round_up(value) - expected).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn a_layout_covers_its_bounds_and_stays_small() {
        let layout = Layout::over(&[1003.0, 2004.0, 1250.0, 2100.0], 5.0);
        assert_eq!((layout.west, layout.south, layout.cell_m), (1000.0, 2000.0, 5.0));
        assert!(layout.x(layout.columns - 1) >= 1250.0 && layout.y(layout.rows - 1) >= 2100.0);
        let wide = Layout::over(&[0.0, 0.0, 100_000.0, 1000.0], 1.0);
        assert!(wide.columns <= MOST_PER_SIDE && wide.x(wide.columns - 1) >= 100_000.0);
        assert_eq!(wide.cell_m, 50.0);
    }
}
