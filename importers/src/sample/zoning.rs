//! What land is for: zones of a tile, land-use classes of the planning scheme, and where the tile's public facilities go.
//!
//! Cutting land into parcels is left to `parcels`.

use super::dice::Dice;
use super::layout::{Layout, RIVER_ROW, ROWS_PER_BAND};
use super::plane::{P, p};
use super::terrain::hill_cell;

/// Land use of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LandUse {
    Light,
    Medium,
    Chemical,
    Logistics,
    Research,
    Commerce,
    Living,
    Government,
    Health,
    WaterWorks,
    SewageWorks,
    Substation,
    GasStation,
    HeatStation,
    Telecom,
    Fire,
    Green,
    Reserve,
}

impl LandUse {
    /// Code in the planning scheme of 2023.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Light => "100101",
            Self::Medium => "100102",
            Self::Chemical => "100103",
            Self::Logistics => "1101",
            Self::Research => "0802",
            Self::Commerce => "0901",
            Self::Living => "0701",
            Self::Government => "0801",
            Self::Health => "0806",
            Self::WaterWorks => "1301",
            Self::SewageWorks => "1302",
            Self::Substation => "1303",
            Self::GasStation => "1304",
            Self::HeatStation => "1305",
            Self::Telecom => "1306",
            Self::Fire => "1310",
            Self::Green => "1401",
            Self::Reserve => "16",
        }
    }

    /// Name in the planning scheme.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Light => "一类工业用地",
            Self::Medium => "二类工业用地",
            Self::Chemical => "三类工业用地",
            Self::Logistics => "物流仓储用地",
            Self::Research => "科研用地",
            Self::Commerce => "商业用地",
            Self::Living => "城镇住宅用地",
            Self::Government => "机关团体用地",
            Self::Health => "医疗卫生用地",
            Self::WaterWorks => "供水用地",
            Self::SewageWorks => "排水用地",
            Self::Substation => "供电用地",
            Self::GasStation => "供燃气用地",
            Self::HeatStation => "供热用地",
            Self::Telecom => "通信用地",
            Self::Fire => "消防用地",
            Self::Green => "公园绿地",
            Self::Reserve => "留白用地",
        }
    }

    /// Built by enterprises under a contract.
    pub(super) const fn industrial(self) -> bool {
        matches!(self, Self::Light | Self::Medium | Self::Chemical | Self::Logistics)
    }

    /// Granted by contract: industry and what is sold to companies.
    pub(super) const fn granted(self) -> bool {
        self.industrial() || matches!(self, Self::Research | Self::Commerce | Self::Living)
    }
}

/// Character of a superblock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Hill,
    Living,
    Research,
    Light,
    Medium,
    Chemical,
    Logistics,
}

/// The zone of a superblock.
pub(super) fn zone_of(layout: &Layout, column: usize, row: usize) -> Zone {
    let tile = layout.tile_of(column);
    if hill_cell(layout, row / ROWS_PER_BAND, tile) == (column, row) {
        return Zone::Hill;
    }
    let k = column - layout.tiles[tile];
    let last = layout.tiles[tile + 1] - layout.tiles[tile] - 1;
    let band_row = row % ROWS_PER_BAND;
    match (band_row, k) {
        (0, k) if k != 0 && k != last => Zone::Logistics,
        (4 | 5, k) if k == last => Zone::Chemical,
        (5, k) if k + 1 == last => Zone::Logistics,
        (2, k) if k != 0 && k != last => Zone::Research,
        (2, 0) if last > 0 => Zone::Living,
        (3, k) if k != last => Zone::Light,
        (4, 0) => Zone::Light,
        _ => Zone::Medium,
    }
}

/// Whether a superblock lies in the quarter of its tile that is still being developed: it has no fire hydrants yet.
pub(super) fn developing(layout: &Layout, column: usize, row: usize) -> bool {
    let tile = layout.tile_of(column);
    column < layout.arterial_of(tile) && matches!(row % ROWS_PER_BAND, 4 | 5)
}

impl Zone {
    /// Area that a parcel here should have, m².
    pub(super) fn wanted_m2(self, dice: &mut Dice) -> f64 {
        let (median, flagship) = match self {
            Self::Hill => return 1.0e9,
            Self::Living => (8_000.0, 0.0),
            Self::Research => (8_500.0, 0.05),
            Self::Light => (7_500.0, 0.07),
            Self::Medium => (9_000.0, 0.09),
            Self::Chemical => (17_000.0, 0.15),
            Self::Logistics => (20_000.0, 0.16),
        };
        let size = median * (0.42 * dice.bell()).exp();
        if dice.chance(flagship) { size * 4.0 } else { size }
    }

    /// Uses of parcels here with the share of each, summing to one.
    const fn mix(self) -> &'static [(f64, LandUse)] {
        use LandUse::{Chemical, Commerce, Green, Light, Living, Logistics, Medium, Research, Reserve};
        match self {
            Self::Hill => &[(1.0, Green)],
            Self::Living => &[(0.62, Living), (0.30, Commerce), (0.08, Green)],
            Self::Research => &[(0.66, Research), (0.18, Commerce), (0.11, Light), (0.05, Green)],
            Self::Light => &[(0.90, Light), (0.05, Research), (0.05, Reserve)],
            Self::Medium => &[(0.88, Medium), (0.07, Light), (0.05, Reserve)],
            Self::Chemical => &[(0.80, Chemical), (0.17, Medium), (0.03, Reserve)],
            Self::Logistics => &[(0.86, Logistics), (0.11, Medium), (0.03, Reserve)],
        }
    }

    /// Use of a parcel here.
    pub(super) fn land_use(self, dice: &mut Dice) -> LandUse {
        let mut left = dice.unit();
        for &(share, land_use) in self.mix() {
            if left < share {
                return land_use;
            }
            left -= share;
        }
        LandUse::Reserve
    }
}

/// A public facility of a tile: its use, where it would like to be on the plan, and the area it needs, ha.
pub(super) struct Facility {
    pub(super) land_use: LandUse,
    pub(super) near: P,
    pub(super) hectares: (f64, f64),
}

/// The facilities of a tile, the choosiest first.
pub(super) fn facilities(layout: &Layout, band: usize, tile: usize) -> Vec<Facility> {
    let (west, east) = (layout.columns[layout.tiles[tile]], layout.columns[layout.tiles[tile + 1]]);
    let arterial = layout.columns[layout.arterial_of(tile)];
    let line = |k: usize| layout.rows[band * ROWS_PER_BAND + k];
    let facility = |land_use, u: f64, v: f64, low, high| Facility { land_use, near: p(u, v), hectares: (low, high) };
    vec![
        facility(LandUse::SewageWorks, east - 70.0, line(RIVER_ROW + 1) + 60.0, 1.0, 3.5),
        facility(LandUse::Green, arterial - 120.0, line(3) + 110.0, 0.9, 2.6),
        facility(LandUse::HeatStation, east - 120.0, line(4) - 80.0, 0.7, 2.5),
        facility(LandUse::Fire, arterial + 70.0, line(4) + 60.0, 0.45, 1.3),
        facility(LandUse::Substation, east - 220.0, line(4) + 200.0, 0.4, 1.2),
        facility(LandUse::Government, arterial + 70.0, line(3) - 60.0, 0.5, 1.6),
        facility(LandUse::WaterWorks, west + 80.0, line(3) + 100.0, 0.35, 1.2),
        facility(LandUse::GasStation, east - 60.0, line(3) + 60.0, 0.3, 0.9),
        facility(LandUse::Telecom, arterial - 160.0, line(4) - 60.0, 0.3, 0.8),
        facility(LandUse::Health, west + 260.0, line(3) - 80.0, 0.3, 0.9),
    ]
}
