//! Compounds of industry: how halls, factories, warehouses and their offices stand on a site.
//!
//! Chemical works and public facilities are left to `works`.

use super::dice::Dice;
use super::site::{Purpose, Rect, Site};

use Purpose::{Ancillary, Canteen, Dormitory, Factory, Gatehouse, Hall, Laboratory, Office, Shop, Warehouse};

/// Gap that fire engines need between halls, m.
const FIRE_GAP_M: f64 = 12.0;

/// A gatehouse at the front, to one side of the pad's middle.
pub(super) fn gatehouse(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let x = pad.x0 + pad.w() * dice.range(0.44, 0.56);
    site.block(Rect::new(x, pad.y0 - 8.6, 7.0, 4.4), (Gatehouse, "门卫室", 1, 3.6));
}

/// Large single-storey halls behind an office.
pub(super) fn plant(site: &mut Site, pad: Rect, dice: &mut Dice) {
    if pad.d() < 56.0 {
        return shallow_plant(site, pad, dice);
    }
    let small = pad.w() < 62.0;
    let office_d = dice.range(14.0, 17.0).round();
    let mut hall_from = pad.y0;
    if !small || dice.chance(0.5) {
        let office_w = f64::min(dice.range(0.34, 0.5) * pad.w(), 64.0).max(22.0).round();
        let at_left = dice.chance(0.5);
        let x = if at_left { pad.x0 } else { pad.x1 - office_w };
        let floors = dice.int(3, 5) as u32;
        let stands = site.block(Rect::new(x, pad.y0, office_w, office_d), (Office, "办公楼", floors, 3.9));
        if stands {
            hall_from += office_d + if small { 9.0 } else { FIRE_GAP_M };
            let rest = pad.w() - office_w - 16.0;
            if rest > 26.0 && dice.chance(0.55) {
                let w = f64::min(rest, dice.range(24.0, 44.0)).round();
                let x = if at_left { pad.x1 - w } else { pad.x0 };
                let what = *dice.pick(&[
                    (Laboratory, "研发楼", 4, 4.2),
                    (Canteen, "食堂", 2, 4.8),
                    (Dormitory, "倒班宿舍", 5, 3.3),
                ]);
                site.block(Rect::new(x, pad.y0, w, office_d), what);
            }
        }
    }
    gatehouse(site, pad, dice);
    let depth = pad.y1 - hall_from;
    let reserve = match depth {
        d if d > 82.0 && dice.chance(0.8) => dice.range(18.0, 27.0),
        d if d > 46.0 && dice.chance(0.7) => 13.0,
        _ => 0.0,
    };
    halls(site, Rect { y0: hall_from, y1: pad.y1 - reserve, ..pad }, dice);
    if reserve > 0.0 {
        back_lane(site, Rect { y0: pad.y1 - reserve + 4.0, ..pad }, dice);
    }
}

/// On a shallow site the office stands beside the halls.
fn shallow_plant(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let mut area = pad;
    if pad.w() > 46.0 && dice.chance(0.8) {
        let (w, d) = (dice.range(15.0, 18.0).round(), f64::min(pad.d(), dice.range(26.0, 40.0)).floor());
        let at_left = dice.chance(0.5);
        let x = if at_left { pad.x0 } else { pad.x1 - w };
        if site.block(Rect::new(x, pad.y0, w, d), (Office, "办公楼", dice.int(3, 4) as u32, 3.9)) {
            let gap = 8.0;
            area = if at_left { Rect { x0: pad.x0 + w + gap, ..pad } } else { Rect { x1: pad.x1 - w - gap, ..pad } };
            if pad.d() - d > 16.0 {
                site.block(Rect::new(x, pad.y1 - 8.0, w - 3.0, 8.0), (Ancillary, "变配电间", 1, 5.1));
            }
        }
    }
    gatehouse(site, pad, dice);
    halls(site, area, dice);
}

/// Halls in rows, each row one height.
pub(super) fn halls(site: &mut Site, area: Rect, dice: &mut Dice) {
    let cells = |length: f64, most: f64| ((length + FIRE_GAP_M) / (most + FIRE_GAP_M)).ceil().max(1.0) as usize;
    let (nx, ny) = (cells(area.w(), dice.range(50.0, 112.0)), cells(area.d(), dice.range(38.0, 76.0)));
    let w = (area.w() - FIRE_GAP_M * (nx - 1) as f64) / nx as f64;
    let d = (area.d() - FIRE_GAP_M * (ny - 1) as f64) / ny as f64;
    for row in 0..ny {
        let height = dice.range(9.0, 12.5) * if d > 50.0 { 1.1 } else { 1.0 };
        for column in 0..nx {
            let (x, y) = (area.x0 + column as f64 * (w + FIRE_GAP_M), area.y0 + row as f64 * (d + FIRE_GAP_M));
            // Whole bays, so halls seldom fill their place exactly.
            let bay = if w.min(d) > 54.0 { 6.0 } else { 3.0 };
            let (bay_w, bay_d) = ((w / bay).floor() * bay, (d / bay).floor() * bay);
            let mut rect = Rect::new(x, y, bay_w, bay_d);
            if dice.chance(0.16) && bay_w > 60.0 {
                rect.x1 -= 6.0 * dice.int(2, 4) as f64;
            }
            let name = *dice.pick(&["联合厂房", "生产车间", "装配车间", "机加工车间", "总装车间", "冲压车间"]);
            let tall = (height * 10.0).round() / 10.0;
            let shaped = dice.chance(0.14)
                && bay_w > 54.0
                && bay_d > 48.0
                && site.ell(rect, (bay_d * 0.45 / 6.0).round() * 6.0, dice.chance(0.5), (Hall, name, 1, tall));
            if !shaped && !site.block(rect, (Hall, name, 1, tall)) {
                // An odd corner: a smaller hall still fits.
                site.block(
                    Rect::new(x + 3.0, y + 3.0, (bay_w * 0.7).floor(), (bay_d * 0.7).floor()),
                    (Hall, name, 1, tall),
                );
            }
        }
    }
}

/// Small buildings and a storage yard along the back.
fn back_lane(site: &mut Site, area: Rect, dice: &mut Dice) {
    let mut x = area.x0;
    for (name, w, d, h) in [
        ("变配电间", 14.0, 8.0, 5.1),
        ("空压站", 12.0, 8.0, 5.4),
        ("危废库", 10.0, 8.0, 4.5),
        ("消防水泵房", 9.0, 7.0, 4.5),
    ] {
        if dice.chance(0.58) && x + w < area.x1 {
            site.block(Rect::new(x, area.y0, w, d), (Ancillary, name, 1, h));
            x += w + 8.0;
        }
    }
    site.yard(Rect { x0: x + 2.0, ..area });
}

/// Factories of three to six floors in slabs, as a U or an L, with an office.
pub(super) fn factories(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let floors = dice.int(3, 6) as u32;
    let height = *dice.pick(&[4.5, 4.8, 5.1]);
    let name = *dice.pick(&["标准厂房", "智造厂房", "生产楼", "孵化厂房"]);
    let shaped = pad.w() > 54.0 && pad.w() < 120.0 && pad.d() > 50.0 && pad.d() < 110.0;
    if shaped && dice.chance(0.55) {
        let wing = dice.range(19.0, 24.0).round();
        let done = if dice.chance(0.5) {
            site.u_shape(pad, wing, (Factory, name, floors, height))
        } else {
            site.ell(pad, wing, dice.chance(0.5), (Factory, name, floors, height))
        };
        if done {
            gatehouse(site, pad, dice);
            return;
        }
    }
    let (slab_d, gap) = (dice.range(21.0, 27.0).round(), dice.range(13.0, 18.0).round());
    let rows = (((pad.d() + gap) / (slab_d + gap)) as usize).max(1);
    let columns = ((pad.w() + gap) / (78.0 + gap)).ceil().max(1.0) as usize;
    let w = ((pad.w() - gap * (columns - 1) as f64) / columns as f64).floor();
    let pitch = if rows > 1 { (pad.d() - slab_d) / (rows - 1) as f64 } else { 0.0 };
    let slab_d = if rows == 1 { f64::min(pad.d(), 32.0).floor() } else { slab_d };
    for row in 0..rows {
        for column in 0..columns {
            let rect =
                Rect::new(pad.x0 + column as f64 * (w + gap), pad.y0 + row as f64 * pitch, w, slab_d.min(pad.d()));
            let front = row == 0 && column == 0 && rows * columns > 1;
            if front && w > 34.0 && dice.chance(0.5) {
                site.block(
                    Rect { x1: rect.x0 + (w * 0.6).round(), y1: rect.y0 + f64::min(16.0, rect.d()), ..rect },
                    (Office, "综合楼", floors + 1, 3.9),
                );
            } else {
                site.block(rect, (Factory, name, floors, height));
            }
        }
    }
    gatehouse(site, pad, dice);
    // A single slab leaves room for a hall behind it.
    let behind = pad.y0 + slab_d + gap;
    if rows == 1 && pad.y1 - behind > 15.0 {
        halls(site, Rect { y0: behind, ..pad }, dice);
    }
}

/// Warehouses in rows with truck courts between.
pub(super) fn warehouses(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let along_x = pad.w() >= pad.d();
    let court = dice.range(27.0, 34.0).round();
    let office = Rect::new(pad.x0, pad.y0, f64::min(30.0, pad.w() * 0.4).round(), 14.0);
    let roomy = pad.d() > 64.0;
    let from = if roomy && site.block(office, (Office, "物流办公楼", 3, 3.9)) { 14.0 + 14.0 } else { 0.0 };
    let area = Rect { y0: pad.y0 + from, ..pad };
    let (length, across) = if along_x { (area.w(), area.d()) } else { (area.d(), area.w()) };
    let width = dice.range(36.0, 52.0).round();
    let rows = (((across + court) / (width + court)) as usize).max(1);
    let width =
        if rows == 1 { across.min(72.0) } else { (across - court * (rows - 1) as f64) / rows as f64 }.min(78.0).floor();
    let pieces = (length / 150.0).ceil().max(1.0) as usize;
    let piece = ((length - 14.0 * (pieces - 1) as f64) / pieces as f64).floor();
    let floors = if dice.chance(0.25) { 2 } else { 1 };
    let name = *dice.pick(&["立体仓库", "分拨中心", "冷链仓库", "通用仓库"]);
    for row in 0..rows {
        for k in 0..pieces {
            let (s, t) = (k as f64 * (piece + 14.0), row as f64 * (width + court));
            let rect = if along_x {
                Rect::new(area.x0 + s, area.y0 + t, piece, width)
            } else {
                Rect::new(area.x0 + t, area.y0 + s, width, piece)
            };
            if !site.block(rect, (Warehouse, name, floors, if floors == 2 { 9.2 } else { 10.8 })) {
                let shorter = Rect { x1: rect.x0 + rect.w() * 0.72, y1: rect.y0 + rect.d() * 0.72, ..rect };
                site.block(shorter, (Warehouse, name, floors, 10.2));
            }
        }
        if row + 1 < rows && dice.chance(0.4) {
            // Containers stand in the middle of some courts.
            let t = row as f64 * (width + court) + width;
            let inner = if along_x {
                Rect::new(area.x0 + 10.0, area.y0 + t + 9.0, (length * 0.45).floor(), court - 18.0)
            } else {
                Rect::new(area.x0 + t + 9.0, area.y0 + 10.0, court - 18.0, (length * 0.45).floor())
            };
            site.yard(inner);
        }
    }
    gatehouse(site, pad, dice);
}

/// A research campus: mid-rise blocks around a garden.
pub(super) fn campus(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let depth = dice.range(17.0, 21.0).round();
    gatehouse(site, pad, dice);
    if pad.w() > 58.0 && pad.d() > 52.0 {
        if dice.chance(0.5) {
            let wing = depth;
            let rect = Rect { y1: pad.y0 + f64::min(pad.d(), 60.0), x1: pad.x0 + f64::min(pad.w(), 84.0), ..pad };
            site.u_shape(rect, wing, (Laboratory, "研发中心", dice.int(4, 6) as u32, 4.2));
        } else {
            site.block(
                Rect::new(pad.x0, pad.y0, (pad.w() * 0.56).floor(), depth),
                (Laboratory, "实验楼", dice.int(4, 7) as u32, 4.2),
            );
            site.block(Rect::new(pad.x1 - 26.0, pad.y0, 26.0, 26.0), (Office, "总部大楼", dice.int(9, 14) as u32, 4.0));
        }
        let top = pad.y1 - depth;
        let w = f64::min(pad.w() * 0.46, 64.0).floor();
        site.block(Rect::new(pad.x0, top, w, depth), (Laboratory, "研发楼", dice.int(5, 9) as u32, 4.2));
        site.block(Rect::new(pad.x1 - w, top, w, depth), (Laboratory, "中试楼", dice.int(4, 6) as u32, 4.5));
    } else {
        let w = f64::min(pad.w(), 66.0).floor();
        site.block(
            Rect::new(pad.x0, pad.y0, w, f64::min(depth, pad.d())),
            (Laboratory, "研发楼", dice.int(5, 9) as u32, 4.2),
        );
        site.block(
            Rect::new(pad.x0, pad.y1 - depth, w * 0.7, depth),
            (Laboratory, "实验楼", dice.int(3, 5) as u32, 4.2),
        );
    }
}

/// Shops below, a tower beside.
pub(super) fn commerce(site: &mut Site, pad: Rect, dice: &mut Dice) {
    if pad.w() < 48.0 {
        let rect = Rect { y1: pad.y0 + f64::min(pad.d(), 44.0), ..pad };
        site.block(rect, (Shop, "商业中心", dice.int(3, 5) as u32, 5.0));
        return;
    }
    let tower = f64::min(26.0, pad.w() * 0.4).floor();
    site.block(
        Rect::new(pad.x1 - tower, pad.y0, tower, f64::min(tower, pad.d())),
        (Shop, "商务酒店", dice.int(11, 18) as u32, 3.6),
    );
    let podium = Rect { x1: pad.x1 - tower - 12.0, y1: pad.y0 + f64::min(pad.d(), 46.0), ..pad };
    site.block(podium, (Shop, "商业中心", dice.int(2, 4) as u32, 5.0));
    if pad.d() > 46.0 + 14.0 + 15.0 {
        site.block(Rect { y0: pad.y1 - 16.0, x1: pad.x0 + pad.w() * 0.7, ..pad }, (Shop, "配套商业", 3, 4.5));
    }
}

/// Dormitories: bars that face south, as far apart as the winter sun asks.
pub(super) fn dormitories(site: &mut Site, pad: Rect, dice: &mut Dice) {
    let floors = dice.int(6, 11) as u32;
    let depth = dice.range(14.0, 16.0).round();
    let spacing = (f64::from(floors) * 3.1 * 0.95).max(18.0);
    let along_x = site.along().x.abs() > 0.7;
    let (length, across) = if along_x { (pad.w(), pad.d()) } else { (pad.d(), pad.w()) };
    let bars = (((across + spacing) / (depth + spacing)) as usize).max(1);
    let pieces = ((length + 12.0) / (58.0 + 12.0)).ceil().max(1.0) as usize;
    let piece = ((length - 12.0 * (pieces - 1) as f64) / pieces as f64).floor();
    for bar in 0..bars {
        for k in 0..pieces {
            let (s, t) = (k as f64 * (piece + 12.0), bar as f64 * (depth + spacing));
            let mut rect = if along_x {
                Rect::new(pad.x0 + s, pad.y0 + t, piece, depth)
            } else {
                Rect::new(pad.x0 + t, pad.y0 + s, depth, piece)
            };
            if bar == 0 && k == 0 && bars * pieces > 1 {
                rect = Rect { x1: rect.x0 + rect.w().min(40.0), y1: rect.y0 + rect.d().min(40.0), ..rect };
                site.block(rect, (Canteen, "员工食堂", 2, 4.8));
            } else {
                site.block(rect, (Dormitory, "人才公寓", floors, 3.1));
            }
        }
    }
}
