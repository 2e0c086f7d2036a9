//! A raster of heights into a grid of the park's CRS, bilinear. Reading it is left to `reader`.

use spatial_db::model::TerrainGrid;

use super::{Layout, MOST_PER_SIDE};
use crate::crs::{Bounds, Projector};
use crate::reader::Raster;

/// How a raster lies to the park.
pub(crate) struct RasterPlacing<'a> {
    /// From the raster's CRS to the park's.
    pub(crate) to_park: &'a Projector,
    /// And back.
    pub(crate) to_raster: &'a Projector,
    /// Factor from the raster's heights to metres.
    pub(crate) z_factor: f64,
    /// Wanted spacing, m.
    pub(crate) cell_m: Option<f64>,
    /// Where the park's features lie: a much larger raster is cut to their surroundings.
    pub(crate) cover: Option<&'a Bounds>,
}

/// Share of the park's size that is kept around it when a raster is cut.
const SURROUNDINGS: f64 = 0.15;

/// Resamples a raster. `None` if it does not meet the park's CRS, or holds no height.
pub(crate) fn from_raster(raster: &Raster, placing: &RasterPlacing<'_>) -> Option<TerrainGrid> {
    let head = &raster.head;
    let inverse = RasterInverse::of(&head.geo_transform)?;
    let (columns, rows) = (head.columns as f64, head.rows as f64);
    // Samples sit in the middle of pixels; the rim that is walked runs through the outermost samples.
    let [west, south, east, north] = rim(&head.geo_transform, [0.5, 0.5, columns - 0.5, rows - 0.5], placing.to_park)?;
    let mut bounds = [west, south, east, north];
    let natural = ((east - west) / (columns - 1.0)).min((north - south) / (rows - 1.0));
    let cell_m = placing.cell_m.unwrap_or(natural);
    let too_many = (east - west).max(north - south) / cell_m > MOST_PER_SIDE as f64 - 3.0;
    if let Some([park_west, park_south, park_east, park_north]) = placing.cover.filter(|_| too_many) {
        let around = (park_east - park_west).max(park_north - park_south) * SURROUNDINGS;
        let cut = [
            west.max(park_west - around),
            south.max(park_south - around),
            east.min(park_east + around),
            north.min(park_north + around),
        ];
        if cut[0] < cut[2] && cut[1] < cut[3] {
            bounds = cut;
        }
    }
    let layout = if same_grid(&head.geo_transform, cell_m) && placing.to_park.is_identity() && !too_many {
        // The raster's own samples, not one moved.
        let [x, y] = place(&head.geo_transform, 0.5, rows - 0.5);
        Layout { west: x, south: y, cell_m, columns: head.columns, rows: head.rows }
    } else {
        Layout::over(&bounds, cell_m)
    };
    let mut heights = Vec::with_capacity(layout.columns * layout.rows);
    for row in 0..layout.rows {
        let mut xs: Vec<f64> = (0..layout.columns).map(|column| layout.x(column)).collect();
        let mut ys = vec![layout.y(row); layout.columns];
        placing.to_raster.apply(&mut xs, &mut ys);
        heights.extend(xs.iter().zip(&ys).map(|(x, y)| {
            let (column, row) = inverse.apply(*x, *y);
            (bilinear(raster, column - 0.5, row - 0.5) * placing.z_factor) as f32
        }));
    }
    heights.iter().any(|height| height.is_finite()).then(|| layout.with(heights))
}

/// Box in the park's CRS of a part of a raster, given by its first column and row and its last: walked along its rim.
/// `None` where it has no place there.
pub(crate) fn rim(transform: &[f64; 6], part: [f64; 4], to_park: &Projector) -> Option<Bounds> {
    let [left, top, right, bottom] = part;
    let steps = 32;
    let mut walked = (Vec::new(), Vec::new());
    for step in 0..=steps {
        let share = f64::from(step) / f64::from(steps);
        let (c, r) = (left + share * (right - left), top + share * (bottom - top));
        for (column, row) in [(c, top), (c, bottom), (left, r), (right, r)] {
            let [x, y] = place(transform, column, row);
            walked.0.push(x);
            walked.1.push(y);
        }
    }
    to_park.apply(&mut walked.0, &mut walked.1);
    let ends = |values: &[f64]| {
        let finite = values.iter().copied().filter(|v| v.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((west, east), (south, north)) = (ends(&walked.0), ends(&walked.1));
    (west < east && south < north).then_some([west, south, east, north])
}

fn place(transform: &[f64; 6], column: f64, row: f64) -> [f64; 2] {
    [
        transform[0] + column * transform[1] + row * transform[2],
        transform[3] + column * transform[4] + row * transform[5],
    ]
}

/// Whether the raster is a north-up grid of square cells of this size already.
fn same_grid(transform: &[f64; 6], cell_m: f64) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * cell_m;
    transform[2] == 0.0 && transform[4] == 0.0 && close(transform[1], cell_m) && close(transform[5], -cell_m)
}

/// From places to columns and rows of a raster.
pub(crate) struct RasterInverse {
    transform: [f64; 6],
    determinant: f64,
}

impl RasterInverse {
    pub(crate) fn of(transform: &[f64; 6]) -> Option<Self> {
        let determinant = transform[1] * transform[5] - transform[2] * transform[4];
        (determinant != 0.0 && determinant.is_finite()).then_some(Self { transform: *transform, determinant })
    }

    pub(crate) fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let t = &self.transform;
        let (dx, dy) = (x - t[0], y - t[3]);
        ((dx * t[5] - dy * t[2]) / self.determinant, (dy * t[1] - dx * t[4]) / self.determinant)
    }
}

/// Height at a fractional sample; known neighbours stand in for unknown ones. NaN outside.
fn bilinear(raster: &Raster, column: f64, row: f64) -> f64 {
    let (columns, rows) = (raster.head.columns, raster.head.rows);
    // Half a sample of grace: the rim of the raster is where its outermost pixels end.
    let beyond = |at: f64, count: usize| !(at >= -0.5 && at <= count as f64 - 0.5);
    if beyond(column, columns) || beyond(row, rows) {
        return f64::NAN;
    }
    let (column, row) = (column.clamp(0.0, (columns - 1) as f64), row.clamp(0.0, (rows - 1) as f64));
    let (c, r) = ((column as usize).min(columns - 2), (row as usize).min(rows - 2));
    let (fc, fr) = (column - c as f64, row - r as f64);
    let (mut sum, mut weight) = (0.0, 0.0);
    for (dc, dr, share) in
        [(0, 0, (1.0 - fc) * (1.0 - fr)), (1, 0, fc * (1.0 - fr)), (0, 1, (1.0 - fc) * fr), (1, 1, fc * fr)]
    {
        let height = f64::from(raster.heights[(r + dr) * columns + c + dc]);
        if height.is_finite() {
            sum += height * share;
            weight += share;
        }
    }
    if weight > 0.0 { sum / weight } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crs::Crs;
    use crate::reader::RasterHead;

    fn tilted(geo_transform: [f64; 6], columns: usize, rows: usize, height: impl Fn(f64, f64) -> f64) -> Raster {
        let heights = (0..rows)
            .flat_map(|r| (0..columns).map(move |c| (c, r)))
            .map(|(c, r)| {
                let [x, y] = place(&geo_transform, c as f64 + 0.5, r as f64 + 0.5);
                height(x, y) as f32
            })
            .collect();
        Raster { head: RasterHead { crs_wkt: None, geo_transform, columns, rows, unit: String::new() }, heights }
    }

    fn resample(raster: &Raster, from: u32, to: u32, z_factor: f64) -> TerrainGrid {
        let (from, to) = (Crs::from_epsg(from).unwrap(), Crs::from_epsg(to).unwrap());
        let (to_park, to_raster) = (Projector::new(&from, &to).unwrap(), Projector::new(&to, &from).unwrap());
        let placing = RasterPlacing { to_park: &to_park, to_raster: &to_raster, z_factor, cell_m: None, cover: None };
        from_raster(raster, &placing).unwrap()
    }

    #[test]
    fn the_same_grid_is_kept_sample_by_sample() {
        let raster = tilted([1000.0, 5.0, 0.0, 4000.0, 0.0, -5.0], 30, 20, |x, y| x / 10.0 + y / 100.0);
        let grid = resample(&raster, 25831, 25831, 1.0);
        assert_eq!((grid.columns, grid.rows, grid.cell_m), (30, 20, 5.0));
        assert_eq!(grid.origin_x_m, 1002.5);
        assert_eq!(grid.origin_y_m, 3902.5);
        for (r, c) in [(0, 0), (19, 29), (7, 11)] {
            assert_eq!(grid.heights_m[r * 30 + c], raster.heights[(19 - r) * 30 + c]);
        }
    }

    #[test]
    fn another_crs_and_feet_are_brought_in() {
        // Height is the latitude in thousandths of a degree, so that it can be checked after reprojection.
        let raster = tilted([121.0, 0.001, 0.0, 31.4, 0.0, -0.001], 200, 200, |_, y| (y - 31.0) * 1000.0);
        let grid = resample(&raster, 4326, 32651, 0.3048);
        let crs = Crs::from_epsg(32651).unwrap();
        let (x, y) = (grid.origin_x_m + 9000.0, grid.origin_y_m + 9000.0);
        let [_, lat] = crs.lon_lat(x, y).unwrap();
        let height = grid.height_at(x, y).unwrap();
        assert!((height - (lat - 31.0) * 304.8).abs() < 0.02, "{height} {lat}");
        assert!(grid.cell_m > 80.0 && grid.cell_m < 120.0, "{}", grid.cell_m);
    }

    #[test]
    fn unknown_samples_stay_unknown() {
        let mut raster = tilted([0.0, 10.0, 0.0, 100.0, 0.0, -10.0], 10, 10, |_, _| 5.0);
        raster.heights[0] = f32::NAN;
        assert!(bilinear(&raster, 0.0, 0.0).is_nan());
        assert_eq!(bilinear(&raster, 0.5, 0.5), 5.0);
        assert!(bilinear(&raster, -0.6, 0.0).is_nan());
    }
}
