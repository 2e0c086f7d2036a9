//! Chemical works with tank farms, and the public facilities: sewage works, substation, fire station and the like.
//!
//! Halls and warehouses are left to `compounds`.

use super::compounds::gatehouse;
use super::dice::Dice;
use super::plane::{P, p};
use super::site::{Purpose, Rect, Site};
use super::zoning::LandUse;

use Purpose::{Ancillary, Basin, Chimney, FireStation, Hall, Office, Process, Public, Tank, Utility, Warehouse};

/// A substance that is kept in tanks: name, CAS number, t per m³ of tank, most t in one tank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Substance {
    pub(super) name: &'static str,
    pub(super) cas: &'static str,
    pub(super) density: f64,
    pub(super) most_t: f64,
}

impl Substance {
    /// Kept liquid under pressure, in small vessels.
    fn pressurised(self) -> bool {
        self.most_t < 100.0
    }
}

/// Substances of tank farms in turn.
pub(super) const SUBSTANCES: [Substance; 5] = [
    Substance { name: "甲醇 methanol", cas: "67-56-1", density: 0.79, most_t: 4000.0 },
    Substance { name: "液氨 ammonia", cas: "7664-41-7", density: 0.61, most_t: 60.0 },
    Substance { name: "汽油 gasoline", cas: "86290-81-5", density: 0.74, most_t: 3000.0 },
    Substance { name: "液氯 chlorine", cas: "7782-50-5", density: 1.41, most_t: 25.0 },
    Substance { name: "甲苯 toluene", cas: "108-88-3", density: 0.87, most_t: 2500.0 },
];

/// A tank: where it stands in park coordinates, its size and what it holds.
#[derive(Debug, Clone)]
pub(super) struct TankSpec {
    pub(super) centre: P,
    pub(super) radius_m: f64,
    pub(super) height_m: f64,
    pub(super) substance: Substance,
}

/// A chemical works: office and control room in front, process units, a tank farm in its bund.
pub(super) fn chemical(site: &mut Site, pad: Rect, dice: &mut Dice, substance: usize) -> Vec<TankSpec> {
    let shallow = pad.d() < 66.0;
    let (w, d) = if shallow { (15.0, f64::min(32.0, pad.d())) } else { (f64::min(38.0, pad.w() * 0.45).floor(), 14.0) };
    let front = site.block(Rect::new(pad.x0, pad.y0, w, d.floor()), (Office, "中控办公楼", 3, 3.9));
    gatehouse(site, pad, dice);
    let pad = match (front, shallow) {
        (false, _) => pad,
        (true, true) => Rect { x0: pad.x0 + w + 14.0, ..pad },
        (true, false) => Rect { y0: pad.y0 + d + 16.0, ..pad },
    };
    let (plant, farm) = if pad.w() >= 66.0 && pad.d() >= 24.0 {
        // Side by side, with the pipe rack between.
        let farm_w = f64::min(pad.w() * 0.5, 130.0);
        let (plant, rack, farm) = if dice.chance(0.5) {
            let edge = pad.x1 - farm_w;
            (Rect { x1: edge - 15.0, ..pad }, edge - 10.0, Rect { x0: edge, ..pad })
        } else {
            let edge = pad.x0 + farm_w;
            (Rect { x0: edge + 15.0, ..pad }, edge + 4.5, Rect { x1: edge, ..pad })
        };
        site.block(Rect { x0: rack, x1: rack + 5.5, ..pad }, (Process, "管廊架", 1, 7.5));
        (plant, farm)
    } else if pad.d() >= 54.0 {
        let edge = pad.y0 + pad.d() * 0.48;
        (Rect { y1: edge - 10.0, ..pad }, Rect { y0: edge, ..pad })
    } else {
        process_units(site, pad, dice);
        return Vec::new();
    };
    process_units(site, plant, dice);
    let substance = SUBSTANCES[substance % SUBSTANCES.len()];
    let farm_d = f64::min(farm.d(), if substance.pressurised() { 36.0 } else { 88.0 });
    let tanks = tank_farm(site, Rect { y1: farm.y0 + farm_d, ..farm }, dice, substance);
    process_units(site, Rect { y0: farm.y0 + farm_d + 8.0, ..farm }, dice);
    tanks
}

fn process_units(site: &mut Site, area: Rect, dice: &mut Dice) {
    let mut y = area.y0;
    while y + 14.0 < area.y1 {
        let d = f64::min(dice.range(18.0, 32.0).round(), area.y1 - y);
        let mut x = area.x0;
        while x + 12.0 < area.x1 {
            let w = f64::min(dice.range(18.0, 38.0).round(), area.x1 - x);
            let kind = match dice.unit() {
                r if r < 0.50 => (
                    Process,
                    *dice.pick(&["精馏装置", "合成装置", "裂解装置", "聚合装置"]),
                    1,
                    dice.range(11.0, 24.0).round(),
                ),
                r if r < 0.75 => (Hall, "甲类车间", 1, 9.6),
                r if r < 0.90 => (Warehouse, "甲类仓库", 1, 6.0),
                _ => (Ancillary, "循环水站", 1, 6.5),
            };
            site.block(Rect::new(x, y, w, d), kind);
            x += w + 10.0;
        }
        y += d + 10.0;
    }
}

fn tank_farm(site: &mut Site, farm: Rect, dice: &mut Dice, substance: Substance) -> Vec<TankSpec> {
    let pressurised = substance.pressurised();
    let radius = if pressurised { dice.range(3.0, 4.2) } else { dice.range(5.0, 9.5) };
    let height = if pressurised { radius * 2.2 } else { dice.range(10.0, 15.0) };
    let pitch = radius * 2.0 + f64::max(radius * 0.8, 4.0);
    let nx = ((farm.w() - 12.0) / pitch).floor().clamp(0.0, 6.0) as usize;
    let ny = ((farm.d() - 12.0) / pitch).floor().clamp(0.0, 3.0) as usize;
    let mut tanks = Vec::new();
    for j in 0..ny {
        for i in 0..nx {
            let centre = p(farm.x0 + 6.0 + pitch * (i as f64 + 0.5), farm.y0 + 6.0 + pitch * (j as f64 + 0.5));
            if site.round(centre, radius, (Tank, substance.name, 1, height)) {
                tanks.push(TankSpec { centre: site.place(centre), radius_m: radius, height_m: height, substance });
            }
        }
    }
    if !tanks.is_empty() {
        site.bunds.push(Rect::new(farm.x0 + 1.0, farm.y0 + 1.0, pitch * nx as f64 + 10.0, pitch * ny as f64 + 10.0));
    }
    tanks
}

/// A public facility of the given use.
pub(super) fn facility(site: &mut Site, pad: Rect, land_use: LandUse) {
    let Rect { x0, y0, x1, y1 } = pad;
    let (w, d) = (pad.w(), pad.d());
    let wide = |most: f64| f64::min(most, w).floor();
    match land_use {
        LandUse::SewageWorks => {
            site.block(Rect::new(x0, y0, wide(32.0), f64::min(13.0, d)), (Utility, "污水厂综合楼", 3, 3.9));
            site.block(Rect::new(x1 - 18.0, y0, 18.0, 11.0), (Utility, "进水泵房", 1, 6.0));
            let radius = f64::min(15.0, w / 6.0);
            for k in 0..3 {
                site.round(
                    p(x0 + radius + f64::from(k) * (2.0 * radius + 7.0), y0 + 24.0 + radius),
                    radius,
                    (Basin, "二沉池", 1, 2.6),
                );
            }
            let from = y0 + 24.0 + 2.0 * radius + 9.0;
            let half = (w - 9.0) / 2.0;
            let deep = f64::min(y1 - from, 52.0);
            site.block(Rect::new(x0, from, half.min(48.0).floor(), deep), (Basin, "生化池", 1, 3.2));
            site.block(
                Rect::new(x0 + half.min(48.0) + 9.0, from, half.min(48.0).floor(), deep),
                (Basin, "生化池", 1, 3.2),
            );
        }
        LandUse::Substation => {
            site.block(Rect::new(x0, y0, wide(42.0), f64::min(18.0, d)), (Utility, "110kV配电综合楼", 2, 6.0));
            for k in 0..3 {
                site.block(
                    Rect::new(x0 + 4.0 + 14.0 * f64::from(k), y0 + 30.0, 8.0, 6.0),
                    (Utility, "主变压器", 1, 5.5),
                );
            }
            site.block(Rect::new(x0, y0 + 46.0, 16.0, 8.0), (Ancillary, "消防泵房", 1, 4.5));
        }
        LandUse::Fire => {
            let rect = Rect::new(x0, y0, wide(52.0), f64::min(34.0, d));
            if !site.ell(rect, 15.0, true, (FireStation, "消防救援站", 3, 4.5)) {
                site.block(Rect::new(x0, y0, wide(44.0), f64::min(15.0, d)), (FireStation, "消防救援站", 3, 4.5));
            }
            site.block(Rect::new(x1 - 9.0, y1 - 9.0, 8.0, 8.0), (FireStation, "训练塔", 7, 3.3));
        }
        LandUse::HeatStation => {
            site.block(Rect::new(x0, y0, wide(36.0), 14.0), (Office, "热力办公楼", 3, 3.9));
            site.block(Rect::new(x0, y0 + 28.0, wide(62.0), f64::min(36.0, d - 30.0)), (Utility, "锅炉房", 1, 21.0));
            site.round(p(x0 + wide(62.0) + 9.0, y0 + 44.0), 2.6, (Chimney, "烟囱", 1, 60.0));
            site.block(Rect::new(x1 - 22.0, y0, 22.0, 14.0), (Utility, "水处理间", 1, 7.0));
        }
        LandUse::GasStation => {
            site.block(Rect::new(x0, y0, wide(20.0), 9.0), (Utility, "调压站", 1, 4.5));
            site.block(Rect::new(x0, y0 + 26.0, wide(14.0), 7.0), (Ancillary, "仪表间", 1, 4.0));
        }
        LandUse::WaterWorks => {
            site.block(Rect::new(x0, y0, wide(28.0), 12.0), (Utility, "加压泵站", 2, 4.5));
            for k in 0..2 {
                site.round(p(x0 + 11.5 + 27.0 * f64::from(k), y0 + 30.0), 11.0, (Basin, "清水池", 1, 4.5));
            }
        }
        LandUse::Telecom => {
            site.block(Rect::new(x0, y0, wide(34.0), f64::min(16.0, d)), (Utility, "通信机楼", 5, 4.5));
            site.round(p(x1 - 6.0, y1 - 6.0), 1.8, (Utility, "通信塔", 1, 42.0));
        }
        LandUse::Government => {
            site.block(
                Rect::new(x0 + (w - wide(54.0)) / 2.0, y0 + 16.0, wide(54.0), f64::min(20.0, d - 18.0)),
                (Public, "管委会大楼", 10, 4.0),
            );
            site.block(Rect::new(x0, y1 - 16.0, wide(40.0), 16.0), (Public, "政务服务中心", 3, 4.5));
        }
        LandUse::Health => {
            let rect = Rect::new(x0, y0, wide(46.0), f64::min(40.0, d));
            if !site.ell(rect, 15.0, true, (Public, "社区卫生服务中心", 5, 4.0)) {
                site.block(Rect::new(x0, y0, wide(36.0), f64::min(14.0, d)), (Public, "社区卫生服务中心", 4, 4.0));
            }
        }
        LandUse::Green => {
            site.block(Rect::new(x0 + w * 0.12, y0 + 6.0, 12.0, 8.0), (Public, "公园管理用房", 1, 4.0));
        }
        _ => {}
    }
}
