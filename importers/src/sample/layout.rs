//! The park's skeleton: columns, bands along rivers, and the gentle bending of a plan drawn on squared paper into the plane.
//!
//! Everything is first drawn in plan coordinates `(u, v)`, metres with straight lines, and then bent; terrain heights are left to `terrain`.

use std::f64::consts::TAU;

use super::dice::{Dice, noise};
use super::plane::{P, p};

/// Row numbers inside a band, from its south: the south bank, the river, then four rows up to the watershed.
pub(super) const ROWS_PER_BAND: usize = 6;
/// The row that is the river's corridor.
pub(super) const RIVER_ROW: usize = 1;
/// Columns of an ordinary tile. A tile has its own works, fire station and substation.
const TILE_COLUMNS: usize = 4;
/// Blocks are laid out for about this many parcels per superblock.
const PARCELS_PER_SUPERBLOCK: f64 = 10.0;
/// Terrain is drawn this far beyond the outermost streets, m.
pub(super) const MARGIN_M: f64 = 260.0;

/// The skeleton.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) seed: u64,
    /// Plan eastings of the north–south streets.
    pub(super) columns: Vec<f64>,
    /// Plan northings of the east–west streets; `ROWS_PER_BAND` rows to a band.
    pub(super) rows: Vec<f64>,
    /// First column of each tile, and one past the last column.
    pub(super) tiles: Vec<usize>,
    rivers: Vec<River>,
    /// Easting and northing of the plan's origin.
    origin: P,
    rotation_rad: f64,
}

#[derive(Debug)]
struct River {
    /// Plan northing of the corridor's middle.
    v: f64,
    /// Amplitude, wavelength and phase of the bends that the streets follow.
    bends: [(f64, f64, f64); 2],
    /// The same of the meanders inside the corridor.
    meanders: [(f64, f64, f64); 2],
}

fn waves(waves: &[(f64, f64, f64)], u: f64) -> f64 {
    waves.iter().map(|(amplitude, length, phase)| amplitude * (TAU * u / length + phase).sin()).sum()
}

impl Layout {
    /// A skeleton with room for about `parcels` parcels.
    pub(super) fn new(seed: u64, parcels: usize) -> Self {
        let mut dice = Dice::new(seed, "layout", 0);
        let superblocks = (parcels as f64 / PARCELS_PER_SUPERBLOCK).max(5.0);
        // A band is about 1.55 km high and has five rows of superblocks of about 385 m: keep the whole a little wider than high.
        let cells = superblocks / (ROWS_PER_BAND - 1) as f64;
        let bands = (cells / 4.6).sqrt().round().max(1.0) as usize;
        let columns_wanted = (cells / bands as f64).round().max(2.0) as usize;
        let mut columns = vec![0.0];
        for _ in 0..columns_wanted {
            let width = dice.range(340.0, 425.0);
            columns.push(columns[columns.len() - 1] + width);
        }
        let mut rows = vec![0.0];
        let mut rivers = Vec::new();
        for _ in 0..bands {
            for row in 0..ROWS_PER_BAND {
                let bottom = rows[rows.len() - 1];
                let height = match row {
                    0 => dice.range(235.0, 265.0),
                    RIVER_ROW => dice.range(185.0, 200.0),
                    2 => dice.range(225.0, 250.0),
                    _ => dice.range(255.0, 305.0),
                };
                if row == RIVER_ROW {
                    rivers.push(River {
                        v: bottom + height / 2.0,
                        bends: [
                            (dice.range(52.0, 66.0), dice.range(1750.0, 2050.0), dice.range(0.0, TAU)),
                            (dice.range(14.0, 22.0), dice.range(950.0, 1150.0), dice.range(0.0, TAU)),
                        ],
                        meanders: [
                            (dice.range(22.0, 28.0), dice.range(560.0, 660.0), dice.range(0.0, TAU)),
                            (dice.range(5.0, 8.0), dice.range(260.0, 320.0), dice.range(0.0, TAU)),
                        ],
                    });
                }
                rows.push(bottom + height);
            }
        }
        let tile_count = (columns_wanted as f64 / TILE_COLUMNS as f64).round().max(1.0) as usize;
        let tiles = (0..=tile_count).map(|t| t * columns_wanted / tile_count).collect();
        // Around 120.6° E, 31.2° N: inside the 3-degree zone whose central meridian is 120° E.
        let origin =
            p(557_000.0 + (dice.unit() * 40.0).round() * 50.0, 3_452_000.0 + (dice.unit() * 40.0).round() * 50.0);
        Self { seed, columns, rows, tiles, rivers, origin, rotation_rad: dice.range(-0.14, -0.08) }
    }

    /// Number of bands, each with its river.
    pub(super) fn bands(&self) -> usize {
        self.rivers.len()
    }

    /// Tile of a column.
    pub(super) fn tile_of(&self, column: usize) -> usize {
        self.tiles.windows(2).position(|t| column < t[1]).unwrap_or(self.tiles.len() - 2)
    }

    /// The tile's street number that carries its arterial and bridge.
    pub(super) fn arterial_of(&self, tile: usize) -> usize {
        usize::midpoint(self.tiles[tile], self.tiles[tile + 1])
    }

    /// Extent of the plan, m.
    pub(super) fn extent(&self) -> (f64, f64) {
        (self.columns[self.columns.len() - 1], self.rows[self.rows.len() - 1])
    }

    /// Plan northing of the river's centre line and half its width, m.
    pub(super) fn river(&self, band: usize, u: f64) -> (f64, f64) {
        let river = &self.rivers[band];
        let half = 23.0 + 4.0 * noise(self.seed ^ 0x71, u / 190.0, band as f64 * 7.3);
        (river.v + waves(&river.meanders, u), half)
    }

    /// The band whose river is nearest to a plan northing, and the distance to its corridor's middle with sign.
    pub(super) fn nearest_river(&self, v: f64) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (band, river) in self.rivers.iter().enumerate() {
            if (v - river.v).abs() < f64::abs(best.1) {
                best = (band, v - river.v);
            }
        }
        best
    }

    /// How far the plan is moved at a plan point.
    fn shift(&self, q: P) -> P {
        let mut dv = 0.0;
        let mut total = 0.0;
        for river in &self.rivers {
            let away = ((q.y - river.v) / 900.0).powi(2);
            if away > 30.0 {
                continue;
            }
            let weight = (-away).exp();
            total += weight;
            dv += weight * waves(&river.bends, q.x);
        }
        // Between two rivers the streets take the mean of both; far from one they straighten to a third.
        let dv = if total > 1.0 { dv / total } else { dv * (0.35 + 0.65 * total) / total.max(0.35) };
        let wander = |k: u64, size: f64| noise(self.seed ^ k, q.x / size, q.y / size);
        p(26.0 * wander(0x51, 620.0) + 0.035 * q.y, dv + 15.0 * wander(0x52, 560.0))
    }

    /// Park coordinates (easting, northing) of a plan point.
    pub(super) fn place(&self, q: P) -> P {
        self.origin + (q + self.shift(q)).turned(self.rotation_rad)
    }

    /// Plan point of park coordinates.
    pub(super) fn plan(&self, xy: P) -> P {
        let flat = (xy - self.origin).turned(-self.rotation_rad);
        let mut q = flat;
        // The shift changes slowly (its slope stays under 0.3), so this settles to below a millimetre.
        for _ in 0..12 {
            let next = flat - self.shift(q);
            let moved = (next - q).len();
            q = next;
            if moved < 1e-4 {
                break;
            }
        }
        q
    }

    /// Bounding box of the placed plan with `margin` m around it: south-west and north-east corners.
    pub(super) fn bounds(&self, margin: f64) -> (P, P) {
        let (w, h) = self.extent();
        let mut low = p(f64::INFINITY, f64::INFINITY);
        let mut high = p(f64::NEG_INFINITY, f64::NEG_INFINITY);
        let steps = 64 + (w.max(h) / 200.0) as usize;
        for k in 0..=steps {
            let t = k as f64 / steps as f64;
            for q in [p(t * w, 0.0), p(t * w, h), p(0.0, t * h), p(w, t * h)] {
                let xy = self.place(q);
                low = p(low.x.min(xy.x), low.y.min(xy.y));
                high = p(high.x.max(xy.x), high.y.max(xy.y));
            }
        }
        (low - p(margin, margin), high + p(margin, margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placing_can_be_undone() {
        for parcels in [200, 30_000] {
            let layout = Layout::new(1, parcels);
            let (w, h) = layout.extent();
            for k in 0..100 {
                let q = p(w * f64::from(k % 10) / 9.0, h * f64::from(k / 10) / 9.0);
                assert!((layout.plan(layout.place(q)) - q).len() < 0.01);
            }
        }
    }

    #[test]
    fn the_default_park_has_its_size() {
        let layout = Layout::new(1, 200);
        let (w, h) = layout.extent();
        assert_eq!((layout.columns.len(), layout.bands(), layout.tiles.len()), (5, 1, 2));
        assert!((2.0e6..2.6e6).contains(&(w * h)), "{w} x {h}");
    }
}
