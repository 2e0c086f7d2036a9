//! Ground heights: a valley that falls to the river, a flood terrace, a low hill in each tile, and bridge decks.
//!
//! Heights are a formula of the place, so any subject can ask for them; writing the raster is left to `write_raster`.

use super::dice::{Dice, noise};
use super::layout::{Layout, MARGIN_M, RIVER_ROW, ROWS_PER_BAND};
use super::plane::{P, p};

/// Height of the river's surface at the west end, m.
const WATER_M: f64 = 4.2;
/// Height of the riverside streets over the water, m.
const STREET_ABOVE_WATER_M: f64 = 4.1;
/// Fall of the valley towards the east.
const VALLEY_FALL: f64 = 0.0003;
/// Most samples in a height raster; beyond it the spacing grows.
const MAX_SAMPLES: f64 = 4.0e6;

/// A round hill in plan coordinates.
#[derive(Debug)]
struct Hill {
    centre: P,
    radii: P,
    height_m: f64,
}

/// A bridge: its street's plan easting, half the width of its deck, and the band it crosses.
#[derive(Debug)]
struct Deck {
    u: f64,
    half_m: f64,
    band: usize,
}

/// The ground.
#[derive(Debug)]
pub(super) struct Terrain<'a> {
    layout: &'a Layout,
    hills: Vec<Hill>,
    decks: Vec<Deck>,
}

/// A raster of heights, row-major from the south-west.
pub(super) struct Grid {
    pub(super) origin: P,
    pub(super) cell_m: f64,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) heights_m: Vec<f32>,
}

fn ease(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

impl<'a> Terrain<'a> {
    /// The ground of a layout; `bridges` are the plan easting, deck width and band of each bridge.
    pub(super) fn new(layout: &'a Layout, bridges: impl Iterator<Item = (f64, f64, usize)>) -> Self {
        let mut hills = Vec::new();
        for band in 0..layout.bands() {
            for tile in 0..layout.tiles.len() - 1 {
                let mut dice = Dice::new(layout.seed, "hill", (band * 1000 + tile) as u64);
                let (c, r) = hill_cell(layout, band, tile);
                let (w, h) = (layout.columns[c + 1] - layout.columns[c], layout.rows[r + 1] - layout.rows[r]);
                hills.push(Hill {
                    centre: p(
                        layout.columns[c] + w * dice.range(0.46, 0.54),
                        layout.rows[r] + h * dice.range(0.47, 0.53),
                    ),
                    radii: p(w * 0.43, h * 0.42),
                    height_m: dice.range(10.5, 12.0),
                });
            }
        }
        let decks = bridges.map(|(u, width_m, band)| Deck { u, half_m: width_m / 2.0 + 2.0, band }).collect();
        Self { layout, hills, decks }
    }

    /// Ground height at a plan point, m.
    pub(super) fn at_plan(&self, q: P) -> f64 {
        let layout = self.layout;
        let (band, _) = layout.nearest_river(q.y);
        let (centre, half) = layout.river(band, q.x);
        let from_bank = (q.y - centre).abs() - half;
        let water = WATER_M - VALLEY_FALL * q.x.clamp(0.0, 4000.0);
        if from_bank <= 0.0 {
            let deck = self.decks.iter().find(|deck| deck.band == band && (q.x - deck.u).abs() <= deck.half_m);
            return if deck.is_some() { self.street_level(band, q.x, water) } else { water };
        }
        let north = q.y > centre;
        let street = layout.rows[band * ROWS_PER_BAND + if north { RIVER_ROW + 1 } else { RIVER_ROW }];
        let behind = if north { q.y - street } else { street - q.y };
        let street_level = self.street_level(band, q.x, water);
        if behind <= 0.0 {
            if let Some(deck) =
                self.decks.iter().find(|deck| deck.band == band && (q.x - deck.u).abs() <= deck.half_m + 14.0)
            {
                // The ramp's embankment falls off sideways within 14 m.
                let side = ease(((q.x - deck.u).abs() - deck.half_m) / 14.0);
                return street_level * (1.0 - side) + self.terrace(from_bank, -behind, water, street_level, q) * side;
            }
            return self.terrace(from_bank, -behind, water, street_level, q);
        }
        // Behind the street the ground rises gently and flattens towards the watershed, where two bands meet at one height.
        let rise = 13.1 * (1.0 - (-behind / 1150.0).exp());
        let roll = ease(behind / 150.0)
            * (0.55 * noise(layout.seed ^ 0x31, q.x / 340.0, q.y / 340.0)
                + 0.16 * noise(layout.seed ^ 0x32, q.x / 110.0, q.y / 110.0));
        let level =
            water + STREET_ABOVE_WATER_M + (street_level - water - STREET_ABOVE_WATER_M) * (-behind / 200.0).exp();
        level + rise + roll + self.hill_height(q)
    }

    fn hill_height(&self, q: P) -> f64 {
        let column = self.layout.columns.partition_point(|&u| u <= q.x);
        let row = self.layout.rows.partition_point(|&v| v <= q.y);
        if column == 0 || row == 0 || column >= self.layout.columns.len() || row >= self.layout.rows.len() {
            return 0.0;
        }
        let (tile, band) = (self.layout.tile_of(column - 1), (row - 1) / ROWS_PER_BAND);
        self.hills[band * (self.layout.tiles.len() - 1) + tile].height_at(q)
    }

    /// Ground height at park coordinates, m.
    pub(super) fn at(&self, xy: P) -> f64 {
        self.at_plan(self.layout.plan(xy))
    }

    fn street_level(&self, band: usize, u: f64, water: f64) -> f64 {
        water + STREET_ABOVE_WATER_M + 0.25 * noise(self.layout.seed ^ 0x33, u / 500.0, band as f64 * 3.7)
    }

    /// Bank, flood terrace and embankment between the water and the riverside street.
    fn terrace(&self, from_bank: f64, to_street: f64, water: f64, street_level: f64, q: P) -> f64 {
        let terrace = water + 1.7 + 0.35 * noise(self.layout.seed ^ 0x34, q.x / 90.0, q.y / 60.0);
        let bank = water + (terrace - water) * ease(from_bank / 9.0);
        let embankment = 1.0 - ease((to_street - 12.0) / 22.0);
        bank + (street_level - bank) * embankment
    }

    /// The raster: 5 m at ordinary size, coarser in whole steps where the park is very large.
    pub(super) fn grid(&self) -> Grid {
        let (low, high) = self.layout.bounds(MARGIN_M);
        let span = high - low;
        let steps = (span.x * span.y / MAX_SAMPLES).sqrt() / 5.0;
        let cell_m = 5.0 * steps.ceil().max(1.0);
        let origin = p((low.x / cell_m).floor() * cell_m, (low.y / cell_m).floor() * cell_m);
        let columns = ((high.x - origin.x) / cell_m).ceil() as usize + 1;
        let rows = ((high.y - origin.y) / cell_m).ceil() as usize + 1;
        let mut heights_m = Vec::with_capacity(columns * rows);
        for r in 0..rows {
            for c in 0..columns {
                let height = self.at(origin + p(c as f64, r as f64) * cell_m);
                heights_m.push(((height * 100.0).round() / 100.0) as f32);
            }
        }
        Grid { origin, cell_m, columns, rows, heights_m }
    }
}

impl Hill {
    fn height_at(&self, q: P) -> f64 {
        let d = p((q.x - self.centre.x) / self.radii.x, (q.y - self.centre.y) / self.radii.y);
        let inside = 1.0 - d.dot(d);
        if inside <= 0.0 { 0.0 } else { self.height_m * inside * inside * (1.0 + 0.5 * (1.0 - inside)) }
    }
}

/// Column and row of the superblock that a tile's hill stands in: its north-west corner.
pub(super) fn hill_cell(layout: &Layout, band: usize, tile: usize) -> (usize, usize) {
    (layout.tiles[tile], band * ROWS_PER_BAND + ROWS_PER_BAND - 1)
}
