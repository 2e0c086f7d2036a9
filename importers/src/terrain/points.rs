//! Spot heights into a grid: Delaunay triangles, linear within each, smoothly continued beyond the outermost.
//!
//! Reading the points is left to `import`.

use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation};
use spatial_db::model::TerrainGrid;

use super::{Layout, round_up};
use crate::crs::Bounds;

/// Samples per mean distance of the points: more would only draw the triangles finer.
const SAMPLES_PER_SPACING: f64 = 8.0;
/// How far beyond the outermost points the ground is continued, in mean distances of the points.
const REACH_SPACINGS: f64 = 10.0;

#[derive(Clone, Copy)]
struct Spot {
    at: Point2<f64>,
    height_m: f64,
}

impl HasPosition for Spot {
    type Scalar = f64;

    fn position(&self) -> Point2<f64> {
        self.at
    }
}

/// A grid through points `(x, y, height)`, over them and over `cover`. `None` if they make no surface.
pub(crate) fn from_points(points: &[[f64; 3]], cover: Option<&Bounds>, cell_m: Option<f64>) -> Option<TerrainGrid> {
    let spots: Vec<Spot> =
        points.iter().map(|[x, y, height_m]| Spot { at: Point2::new(*x, *y), height_m: *height_m }).collect();
    let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for [x, y, _] in points {
        bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
    }
    let area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
    let triangulation = DelaunayTriangulation::<Spot>::bulk_load(spots).ok()?;
    if triangulation.num_inner_faces() == 0 || area <= 0.0 {
        return None;
    }
    let spacing = (area / triangulation.num_vertices() as f64).sqrt();
    if let Some([west, south, east, north]) = cover {
        let reach = spacing * REACH_SPACINGS;
        bounds = [
            bounds[0].min(west.max(bounds[0] - reach)),
            bounds[1].min(south.max(bounds[1] - reach)),
            bounds[2].max(east.min(bounds[2] + reach)),
            bounds[3].max(north.min(bounds[3] + reach)),
        ];
    }
    let cell_m = cell_m.unwrap_or_else(|| round_up(spacing / SAMPLES_PER_SPACING).max(0.5));
    let layout = Layout::over(&bounds, cell_m);
    let mut heights = vec![f32::NAN; layout.columns * layout.rows];
    for face in triangulation.inner_faces() {
        let corners = face.vertices().map(|vertex| {
            let spot = vertex.data();
            [spot.at.x, spot.at.y, spot.height_m]
        });
        fill(&layout, &corners, &mut heights);
    }
    continue_outwards(layout.columns, layout.rows, &mut heights);
    Some(layout.with(heights))
}

/// Gives the samples inside a triangle the height of its plane.
fn fill(layout: &Layout, [a, b, c]: &[[f64; 3]; 3], heights: &mut [f32]) {
    let twice_area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if twice_area == 0.0 {
        return;
    }
    let span = |low: f64, high: f64, origin: f64, count: usize| {
        let first = ((low - origin) / layout.cell_m).ceil().max(0.0) as usize;
        let last = ((high - origin) / layout.cell_m).floor();
        if last < 0.0 { 0..0 } else { first..(last as usize + 1).min(count) }
    };
    let min = |axis: usize| a[axis].min(b[axis]).min(c[axis]);
    let max = |axis: usize| a[axis].max(b[axis]).max(c[axis]);
    let columns = span(min(0), max(0), layout.west, layout.columns);
    // A sample on a shared edge belongs to both triangles, which agree on it; the slack closes rounding gaps.
    let slack = -1e-9;
    for row in span(min(1), max(1), layout.south, layout.rows) {
        let y = layout.y(row);
        for column in columns.clone() {
            let x = layout.x(column);
            let in_b = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / twice_area;
            let in_c = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / twice_area;
            let in_a = 1.0 - in_b - in_c;
            if in_a >= slack && in_b >= slack && in_c >= slack {
                heights[row * layout.columns + column] = (a[2] * in_a + b[2] * in_b + c[2] * in_c) as f32;
            }
        }
    }
}

/// Continues the surface smoothly over samples that no triangle covers: means of ever coarser levels, from the coarsest
/// that knows anything back down ("pull and push").
fn continue_outwards(columns: usize, rows: usize, heights: &mut [f32]) {
    if columns * rows <= 1 || heights.iter().all(|height| height.is_finite()) {
        return;
    }
    let (coarse_columns, coarse_rows) = (columns.div_ceil(2), rows.div_ceil(2));
    let mut coarse = Vec::with_capacity(coarse_columns * coarse_rows);
    for row in 0..coarse_rows {
        for column in 0..coarse_columns {
            let (mut sum, mut count) = (0.0, 0.0);
            for r in row * 2..(row * 2 + 2).min(rows) {
                for c in column * 2..(column * 2 + 2).min(columns) {
                    let height = heights[r * columns + c];
                    if height.is_finite() {
                        sum += height;
                        count += 1.0;
                    }
                }
            }
            coarse.push(if count > 0.0 { sum / count } else { f32::NAN });
        }
    }
    continue_outwards(coarse_columns, coarse_rows, &mut coarse);
    // A coarse sample stands at the middle of its four; between coarse samples the fill is bilinear.
    let span = |at: usize, count: usize| {
        let place = ((at as f32 - 0.5) / 2.0).clamp(0.0, (count - 1) as f32);
        let low = (place as usize).min(count.saturating_sub(2));
        (low, (low + 1).min(count - 1), place - low as f32)
    };
    for row in 0..rows {
        let (south, north, up) = span(row, coarse_rows);
        for column in 0..columns {
            if heights[row * columns + column].is_nan() {
                let (west, east, right) = span(column, coarse_columns);
                let at = |r: usize, c: usize| coarse[r * coarse_columns + c];
                let low = at(south, west) * (1.0 - right) + at(south, east) * right;
                let high = at(north, west) * (1.0 - right) + at(north, east) * right;
                heights[row * columns + column] = low * (1.0 - up) + high * up;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of the plane z = 400 + x/100 − y/50, scattered.
    fn plane() -> Vec<[f64; 3]> {
        let mut points = Vec::new();
        for i in 0_u32..400 {
            let x = f64::from(i.wrapping_mul(7919) % 1000);
            let y = f64::from(i.wrapping_mul(104_729) % 700);
            points.push([x, y, 400.0 + x / 100.0 - y / 50.0]);
        }
        points
    }

    #[test]
    fn a_plane_is_met_exactly_inside() {
        let grid = from_points(&plane(), None, None).unwrap();
        for (x, y) in [(200.0, 200.0), (500.5, 321.0), (801.0, 555.0)] {
            let height = grid.height_at(x, y).unwrap();
            assert!((height - (400.0 + x / 100.0 - y / 50.0)).abs() < 2e-3, "{x} {y}: {height}");
        }
        assert!(grid.heights_m.iter().all(|height| height.is_finite()));
    }

    #[test]
    fn the_park_is_covered_and_the_far_is_not() {
        let grid = from_points(&plane(), Some(&[-100.0, -50.0, 1200.0, 800.0]), Some(10.0)).unwrap();
        assert!(grid.origin_x_m <= -100.0 && grid.origin_y_m <= -50.0);
        assert!(grid.height_at(-95.0, -45.0).is_some());
        assert!(grid.height_at(1195.0, 795.0).is_some());
        // What is continued stays within what is known, and joins it without a step.
        let (low, high) = grid.height_range_m().unwrap();
        assert!(low > 385.0 && high < 410.1, "{low} {high}");
        let steps = (0..grid.rows).flat_map(|r| (1..grid.columns).map(move |c| (c, r)));
        let steepest = steps.map(|(c, r)| (grid.sample(c, r).unwrap() - grid.sample(c - 1, r).unwrap()).abs());
        assert!(steepest.fold(0.0, f64::max) < 4.0);
        let far = from_points(&plane(), Some(&[-50_000.0, 0.0, 1000.0, 700.0]), Some(10.0)).unwrap();
        assert!(far.origin_x_m > -1000.0, "{}", far.origin_x_m);
    }

    #[test]
    fn a_line_of_points_is_no_surface() {
        assert!(from_points(&[[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [2.0, 2.0, 1.0]], None, None).is_none());
        assert!(from_points(&[], None, None).is_none());
    }
}
