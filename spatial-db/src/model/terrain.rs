//! The terrain as a regular grid of heights.

/// Ground heights on a regular grid in the park's CRS.
#[derive(Debug, Clone, PartialEq)]
pub struct TerrainGrid {
    /// Easting of the south-west sample, m.
    pub origin_x_m: f64,
    /// Northing of the south-west sample, m.
    pub origin_y_m: f64,
    /// Spacing of samples, m, the same both ways.
    pub cell_m: f64,
    /// Samples per row (west to east).
    pub columns: usize,
    /// Rows (south to north).
    pub rows: usize,
    /// Heights, m, row-major from the south-west; NaN where unknown. Length `columns * rows`.
    pub heights_m: Vec<f32>,
}

impl TerrainGrid {
    /// Sample at column `c` (from the west) and row `r` (from the south); `None` outside or unknown.
    pub fn sample(&self, c: usize, r: usize) -> Option<f64> {
        if c >= self.columns || r >= self.rows {
            return None;
        }
        let height = f64::from(self.heights_m[r * self.columns + c]);
        height.is_finite().then_some(height)
    }

    /// Bilinear ground height at `(x_m, y_m)`, m; `None` outside the grid or where any corner is unknown.
    pub fn height_at(&self, x_m: f64, y_m: f64) -> Option<f64> {
        if self.columns < 2 || self.rows < 2 {
            return None;
        }
        let u = (x_m - self.origin_x_m) / self.cell_m;
        let v = (y_m - self.origin_y_m) / self.cell_m;
        let (last_c, last_r) = ((self.columns - 1) as f64, (self.rows - 1) as f64);
        if !(0.0..=last_c).contains(&u) || !(0.0..=last_r).contains(&v) {
            return None;
        }
        let c = (u as usize).min(self.columns - 2);
        let r = (v as usize).min(self.rows - 2);
        let (fu, fv) = (u - c as f64, v - r as f64);
        let (sw, se) = (self.sample(c, r)?, self.sample(c + 1, r)?);
        let (nw, ne) = (self.sample(c, r + 1)?, self.sample(c + 1, r + 1)?);
        Some((sw * (1.0 - fu) + se * fu) * (1.0 - fv) + (nw * (1.0 - fu) + ne * fu) * fv)
    }

    /// Lowest and highest known height, m; `None` when nothing is known.
    pub fn height_range_m(&self) -> Option<(f64, f64)> {
        self.heights_m.iter().filter(|h| h.is_finite()).fold(None, |range, &h| {
            let h = f64::from(h);
            Some(range.map_or((h, h), |(low, high): (f64, f64)| (low.min(h), high.max(h))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tilted() -> TerrainGrid {
        // z = 10 + x/10 + y/5 on a 4 × 3 grid of 10 m.
        let heights_m = (0..3).flat_map(|r| (0..4).map(move |c| 10.0 + c as f32 + 2.0 * r as f32)).collect();
        TerrainGrid { origin_x_m: 100.0, origin_y_m: 200.0, cell_m: 10.0, columns: 4, rows: 3, heights_m }
    }

    #[test]
    fn bilinear_height_is_exact_on_a_plane() {
        let grid = tilted();
        for (x, y) in [(100.0, 200.0), (113.0, 207.5), (130.0, 220.0), (129.9, 219.9)] {
            let expected = 10.0 + (x - 100.0) / 10.0 + (y - 200.0) / 5.0;
            assert!((grid.height_at(x, y).unwrap() - expected).abs() < 1e-9, "at {x}, {y}");
        }
    }

    #[test]
    fn outside_or_unknown_has_no_height() {
        let mut grid = tilted();
        assert_eq!(grid.height_at(99.9, 205.0), None);
        assert_eq!(grid.height_at(105.0, 220.1), None);
        grid.heights_m[0] = f32::NAN;
        assert_eq!(grid.height_at(101.0, 201.0), None);
        assert_eq!(grid.height_range_m(), Some((11.0, 17.0)));
    }
}
