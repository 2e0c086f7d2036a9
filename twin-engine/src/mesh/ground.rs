//! The ground as drawn: a complete grid of heights, its nodes on the planes of as few triangles as the relief needs.
//!
//! Terrain mesh, draped areas, roads and the feet of buildings all ask this surface, so none of them can dive under
//! another. The source grid may be finer, have holes, or be missing; the ground never is.

use bevy::math::DVec2;
use spatial_db::model::TerrainGrid;

use super::relief::{BLOCK, Relief};

/// Most samples of the drawn ground: enough for 8 m cells on a park of 2.5 km, cheap enough for software rendering.
const MOST_SAMPLES: f64 = 90_000.0;

/// A complete surface over a rectangle; outside it, heights continue from the edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// South-west sample, park coordinates, m.
    pub origin: DVec2,
    /// Spacing of samples, m.
    pub cell_m: f64,
    /// Samples per row, at least 2.
    pub columns: usize,
    /// Rows, at least 2.
    pub rows: usize,
    /// Heights, m, row-major from the south-west, all finite, on the planes of the triangles that are drawn.
    pub heights_m: Vec<f64>,
    /// Heights before, for shading.
    smooth_m: Vec<f64>,
    /// The triangles; `None` for a grid of one cell.
    pub(super) relief: Option<Relief>,
    /// True when every height is the same, so that nothing needs to be cut along the grid.
    pub flat: bool,
}

impl Ground {
    /// Flat ground at `height_m` over the rectangle `lowest..highest`.
    pub fn flat(lowest: DVec2, highest: DVec2, height_m: f64) -> Self {
        let cell_m = (highest - lowest).max_element().max(1.0);
        Self {
            origin: lowest,
            cell_m,
            columns: 2,
            rows: 2,
            heights_m: vec![height_m; 4],
            smooth_m: vec![height_m; 4],
            relief: None,
            flat: true,
        }
    }

    /// The terrain over the rectangle `lowest..highest`, no finer than `MOST_SAMPLES` allows; holes and what lies
    /// beyond the source are filled from the nearest known heights and smoothed.
    pub fn from_terrain(terrain: &TerrainGrid, lowest: DVec2, highest: DVec2) -> Option<Self> {
        terrain.height_range_m()?;
        let size = (highest - lowest).max(DVec2::splat(terrain.cell_m.max(1.0)));
        let cell_m = terrain.cell_m.max((size.x * size.y / MOST_SAMPLES).sqrt());
        // Whole blocks of triangles: the ground reaches a little further than asked.
        let side = |length: f64| ((length / cell_m).ceil() as usize).max(1).next_multiple_of(BLOCK) + 1;
        let (columns, rows) = (side(size.x), side(size.y));
        let mut known: Vec<Option<f64>> = Vec::with_capacity(columns * rows);
        for r in 0..rows {
            for c in 0..columns {
                let at = lowest + DVec2::new(c as f64, r as f64) * cell_m;
                known.push(averaged(terrain, at, cell_m));
            }
        }
        if known.iter().all(Option::is_none) {
            return None;
        }
        let smooth_m = filled(&known, columns, rows);
        let first = smooth_m[0];
        let flat = smooth_m.iter().all(|h| (h - first).abs() < 1e-3);
        let relief = Relief::new(&smooth_m, columns, rows);
        let heights_m = relief.levelled(&smooth_m);
        Some(Self { origin: lowest, cell_m, columns, rows, heights_m, smooth_m, relief: Some(relief), flat })
    }

    /// Height of sample `(c, r)`, m.
    pub fn sample(&self, c: usize, r: usize) -> f64 {
        self.heights_m[r * self.columns + c]
    }

    /// Park position of sample `(c, r)`.
    pub fn node(&self, c: usize, r: usize) -> DVec2 {
        self.origin + DVec2::new(c as f64, r as f64) * self.cell_m
    }

    /// Height of the drawn triangle at `at`, m; beyond the edge the height of the nearest edge.
    pub fn height(&self, at: DVec2) -> f64 {
        if self.flat {
            return self.heights_m[0];
        }
        let (c, r, u, v) = self.locate(at);
        let (sw, se) = (self.sample(c, r), self.sample(c + 1, r));
        let (nw, ne) = (self.sample(c, r + 1), self.sample(c + 1, r + 1));
        // Cells are split from south-west to north-east and from north-west to south-east in turn (`relief`).
        if (c + r).is_multiple_of(2) {
            if u >= v { sw + u * (se - sw) + v * (ne - se) } else { sw + v * (nw - sw) + u * (ne - nw) }
        } else if u + v <= 1.0 {
            sw + u * (se - sw) + v * (nw - sw)
        } else {
            ne + (1.0 - u) * (nw - ne) + (1.0 - v) * (se - ne)
        }
    }

    /// Unit normal (east, north, up) of the smoothed ground at `at`.
    pub fn normal(&self, at: DVec2) -> [f64; 3] {
        if self.flat {
            return [0.0, 0.0, 1.0];
        }
        let step = self.cell_m;
        let dx = (self.smooth(at + DVec2::X * step) - self.smooth(at - DVec2::X * step)) / (2.0 * step);
        let dy = (self.smooth(at + DVec2::Y * step) - self.smooth(at - DVec2::Y * step)) / (2.0 * step);
        let length = (dx * dx + dy * dy + 1.0).sqrt();
        [-dx / length, -dy / length, 1.0 / length]
    }

    /// Height of the source's ground, m, between its samples.
    fn smooth(&self, at: DVec2) -> f64 {
        let (c, r, u, v) = self.locate(at);
        let sample = |c: usize, r: usize| self.smooth_m[r * self.columns + c];
        let south = sample(c, r) + u * (sample(c + 1, r) - sample(c, r));
        let north = sample(c, r + 1) + u * (sample(c + 1, r + 1) - sample(c, r + 1));
        south + v * (north - south)
    }

    /// Lowest and highest ground along a closed or open line, sampled at its vertices and every cell between.
    pub fn range_along(&self, line: &[DVec2]) -> (f64, f64) {
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        let mut look = |at: DVec2| {
            let h = self.height(at);
            range = (range.0.min(h), range.1.max(h));
        };
        for pair in line.windows(2) {
            let steps =
                if self.flat { 1 } else { (pair[0].distance(pair[1]) / self.cell_m).ceil().clamp(1.0, 256.0) as usize };
            for step in 0..=steps {
                look(pair[0].lerp(pair[1], step as f64 / steps as f64));
            }
        }
        if let [only] = line {
            look(*only);
        }
        range
    }

    /// The drawn ground along a straight line: distance and height, m, where the line begins, ends, and crosses an edge of
    /// the ground's triangles. Between two of them the ground is straight.
    pub fn profile(&self, from: DVec2, to: DVec2) -> Vec<[f64; 2]> {
        super::drape_path(self, from, to).into_iter().map(|at| [from.distance(at), self.height(at)]).collect()
    }

    /// Mean height, m.
    pub fn mean_m(&self) -> f64 {
        self.heights_m.iter().sum::<f64>() / self.heights_m.len() as f64
    }

    /// Lowest and highest height, m.
    pub fn range_m(&self) -> (f64, f64) {
        self.heights_m.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), h| (low.min(*h), high.max(*h)))
    }

    /// North-east corner, park coordinates.
    pub fn highest_corner(&self) -> DVec2 {
        self.node(self.columns - 1, self.rows - 1)
    }

    /// Cell and position inside it (0..1), clamped to the grid.
    fn locate(&self, at: DVec2) -> (usize, usize, f64, f64) {
        let u = ((at.x - self.origin.x) / self.cell_m).clamp(0.0, (self.columns - 1) as f64);
        let v = ((at.y - self.origin.y) / self.cell_m).clamp(0.0, (self.rows - 1) as f64);
        let c = (u as usize).min(self.columns - 2);
        let r = (v as usize).min(self.rows - 2);
        (c, r, u - c as f64, v - r as f64)
    }
}

/// Height at `at`, averaged over the drawn cell where that is coarser than the source; `None` where unknown.
fn averaged(terrain: &TerrainGrid, at: DVec2, cell_m: f64) -> Option<f64> {
    let taps = (cell_m / terrain.cell_m).round().clamp(1.0, 4.0) as i32;
    let mut sum = 0.0;
    let mut count = 0;
    for i in 0..taps {
        for j in 0..taps {
            let shift = |k: i32| (f64::from(k) - f64::from(taps - 1) / 2.0) * cell_m / f64::from(taps);
            if let Some(h) = terrain.height_at(at.x + shift(i), at.y + shift(j)) {
                sum += h;
                count += 1;
            }
        }
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// Fills unknown samples outwards from the known ones, then smooths what was filled.
fn filled(known: &[Option<f64>], columns: usize, rows: usize) -> Vec<f64> {
    let neighbours = |index: usize| {
        let (c, r) = (index % columns, index / columns);
        [
            (c > 0).then(|| index - 1),
            (c + 1 < columns).then(|| index + 1),
            (r > 0).then(|| index - columns),
            (r + 1 < rows).then(|| index + columns),
        ]
        .into_iter()
        .flatten()
    };
    let mut heights: Vec<Option<f64>> = known.to_vec();
    let mut front: Vec<usize> = (0..heights.len()).filter(|&i| heights[i].is_some()).collect();
    while !front.is_empty() {
        let mut next: Vec<usize> =
            front.iter().flat_map(|&i| neighbours(i)).filter(|&i| heights[i].is_none()).collect();
        next.sort_unstable();
        next.dedup();
        let ring: Vec<f64> = next
            .iter()
            .map(|&i| {
                let around: Vec<f64> = neighbours(i).filter_map(|n| heights[n]).collect();
                around.iter().sum::<f64>() / around.len() as f64
            })
            .collect();
        for (&i, h) in next.iter().zip(ring) {
            heights[i] = Some(h);
        }
        front = next;
    }
    let mut heights: Vec<f64> = heights.into_iter().map(|h| h.unwrap_or(0.0)).collect();
    let unknown: Vec<usize> = (0..known.len()).filter(|&i| known[i].is_none()).collect();
    for _ in 0..24 {
        for &i in &unknown {
            let (sum, count) = neighbours(i).fold((0.0, 0.0), |(s, n), k| (s + heights[k], n + 1.0));
            heights[i] = sum / count;
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hill() -> TerrainGrid {
        let heights_m = (0..21)
            .flat_map(|r| (0..21).map(move |c| ((c as f32 * 0.7).sin() + (r as f32 * 0.4).cos()) * 6.0 + 50.0))
            .collect();
        TerrainGrid { origin_x_m: 1000.0, origin_y_m: 2000.0, cell_m: 10.0, columns: 21, rows: 21, heights_m }
    }

    #[test]
    fn a_ground_on_the_source_grid_keeps_its_heights() {
        let terrain = hill();
        let ground = Ground::from_terrain(&terrain, DVec2::new(1000.0, 2000.0), DVec2::new(1200.0, 2200.0)).unwrap();
        assert_eq!((ground.columns, ground.rows, ground.cell_m), (33, 33, 10.0), "whole blocks");
        for c in 0..21 {
            for r in 0..21 {
                assert!((ground.sample(c, r) - terrain.sample(c, r).unwrap()).abs() < 0.03, "within the tolerance");
                assert!((ground.height(ground.node(c, r)) - ground.sample(c, r)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn holes_and_outside_are_filled_between_the_known_heights() {
        let mut terrain = hill();
        for r in 5..9 {
            for c in 5..9 {
                terrain.heights_m[r * 21 + c] = f32::NAN;
            }
        }
        let (low, high) = terrain.height_range_m().unwrap();
        let ground = Ground::from_terrain(&terrain, DVec2::new(800.0, 1900.0), DVec2::new(1300.0, 2300.0)).unwrap();
        assert!(ground.heights_m.iter().all(|h| h.is_finite() && *h > low - 0.01 && *h < high + 0.01));
        assert!(ground.height(DVec2::new(-1e6, 1e6)).is_finite(), "far outside continues from the edge");
    }

    #[test]
    fn a_profile_is_the_ground_everywhere_along_its_line() {
        let ground = Ground::from_terrain(&hill(), DVec2::new(1000.0, 2000.0), DVec2::new(1200.0, 2200.0)).unwrap();
        // Across, beyond both edges, along a row of samples, along a diagonal.
        for (from, to) in [
            ((1003.0, 2011.0), (1187.0, 2140.0)),
            ((900.0, 2100.0), (1300.0, 2050.0)),
            ((1000.0, 2050.0), (1150.0, 2050.0)),
            ((1000.0, 2000.0), (1200.0, 2200.0)),
        ] {
            let (from, to) = (DVec2::from(from), DVec2::from(to));
            let profile = ground.profile(from, to);
            assert_eq!(profile[0], [0.0, ground.height(from)]);
            let length = from.distance(to);
            for pair in profile.windows(2) {
                let [[a, low], [b, high]] = [pair[0], pair[1]];
                assert!(b > a && b <= length + 1e-9);
                for share in [0.1, 0.5, 0.9] {
                    let here = from.lerp(to, (a + (b - a) * share) / length);
                    let straight = low + (high - low) * share;
                    assert!((ground.height(here) - straight).abs() < 1e-6, "{here} on {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn a_terrain_without_a_known_height_is_no_ground() {
        let mut terrain = hill();
        terrain.heights_m.fill(f32::NAN);
        assert_eq!(Ground::from_terrain(&terrain, DVec2::ZERO, DVec2::splat(100.0)), None);
    }

    #[test]
    fn a_large_source_is_thinned() {
        let terrain = TerrainGrid {
            origin_x_m: 0.0,
            origin_y_m: 0.0,
            cell_m: 1.0,
            columns: 1200,
            rows: 900,
            heights_m: (0..1200 * 900).map(|i| (i % 1200) as f32 * 0.01).collect(),
        };
        let ground = Ground::from_terrain(&terrain, DVec2::ZERO, DVec2::new(1199.0, 899.0)).unwrap();
        assert!(ground.heights_m.len() < 120_000, "{}", ground.heights_m.len());
        assert!((ground.height(DVec2::new(600.0, 450.0)) - 6.0).abs() < 0.05);
        let [nx, ny, nz] = ground.normal(DVec2::new(600.0, 450.0));
        assert!(nx < -0.009 && ny.abs() < 1e-6 && nz > 0.99, "leans west, away from the rise: {nx} {ny} {nz}");
    }
}
