//! Ground cover: the river and its banks, ponds, green strips along streets, yards on parcels, fields around the park.
//!
//! Covers do not lie over each other; streets and buildings are left to their own layers.

use std::f64::consts::TAU;

use super::blocks::Block;
use super::dice::{Dice, noise};
use super::layout::{Layout, RIVER_ROW, ROWS_PER_BAND};
use super::massing::Massing;
use super::parcels::{Parcel, Story};
use super::plane::{P, fits, inset, p, signed_area, tight_box};
use super::streets::Streets;
use super::zoning::LandUse;

/// A cover with what is cut out of it.
#[derive(Debug)]
pub(super) struct Cover {
    /// Word of the surface file.
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    /// Outline, then holes.
    pub(super) rings: Vec<Vec<P>>,
}

/// Open water.
pub(super) const WATER: &str = "水面";
/// Lawn and fields.
pub(super) const GRASS: &str = "绿地";
/// Trees.
pub(super) const FOREST: &str = "林地";
/// Sealed ground.
pub(super) const PAVED: &str = "硬化地面";
/// Storage in the open.
pub(super) const STORAGE: &str = "露天堆场";

/// How far the river runs on beyond the park, m.
const RIVER_BEYOND_M: f64 = 330.0;

/// All covers, water first.
pub(super) fn cover(
    layout: &Layout,
    streets: &Streets,
    blocks: &[Block],
    parcels: &[Parcel],
    massing: &Massing,
) -> Vec<Cover> {
    let mut covers = Vec::new();
    for band in 0..layout.bands() {
        river(layout, streets, band, &mut covers);
    }
    for block in blocks {
        covers.push(Cover { kind: GRASS, name: "道路绿化带", rings: vec![block.kerb.clone(), block.lot.ring.clone()] });
    }
    let mut yards: Vec<Vec<usize>> = vec![Vec::new(); parcels.len()];
    for (k, yard) in massing.yards.iter().enumerate() {
        yards[yard.parcel].push(k);
    }
    for (i, parcel) in parcels.iter().enumerate() {
        on_parcel(layout, parcel, i, massing, &yards[i], &mut covers);
    }
    fields(layout, &mut covers);
    covers
}

/// Water, banks and trees along one river. Bridges interrupt all of them.
fn river(layout: &Layout, streets: &Streets, band: usize, covers: &mut Vec<Cover>) {
    let (w, _) = layout.extent();
    let row = band * ROWS_PER_BAND + RIVER_ROW;
    // Stretches between bridges, as plan eastings.
    let mut cuts = vec![(-RIVER_BEYOND_M, -RIVER_BEYOND_M)];
    let mut decks: Vec<(f64, f64)> = streets
        .decks(layout)
        .filter(|deck| deck.2 == band)
        .map(|(u, width_m, _)| (u - width_m / 2.0 - 1.5, u + width_m / 2.0 + 1.5))
        .collect();
    decks.sort_by(|a, b| a.0.total_cmp(&b.0));
    cuts.extend(decks);
    cuts.push((w + RIVER_BEYOND_M, w + RIVER_BEYOND_M));
    let place = |path: Vec<P>| path.into_iter().map(|q| layout.place(q).to_mm()).collect::<Vec<P>>();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0].1, pair[1].0);
        let bank = |side: f64, u: f64| {
            let (centre, half) = layout.river(band, u);
            p(u, centre + side * half)
        };
        let water = ribbon(from, to, 14.0, |u| bank(-1.0, u), |u| bank(1.0, u));
        covers.push(Cover { kind: WATER, name: "清溪河", rings: vec![place(water)] });
        let mut dice = Dice::new(layout.seed, "banks", (band * 10_000) as u64 + (from + 1000.0) as u64);
        for side in [-1.0, 1.0] {
            let street = streets.around(0, row)[if side < 0.0 { 0 } else { 2 }];
            let edge = layout.rows[if side < 0.0 { row } else { row + 1 }] - side * (streets.streets[street].width_m / 2.0 + 2.0);
            let mut u = from;
            while u < to - 20.0 {
                let end = f64::min(u + dice.range(70.0, 190.0), to);
                let (kind, name) = if dice.chance(0.38) { (FOREST, "滨河林带") } else { (GRASS, "滨河绿地") };
                let inner = |u: f64| bank(side, u) + p(0.0, side * 1.5);
                let outer = move |u: f64| p(u, edge);
                let path = if side > 0.0 { ribbon(u, end, 14.0, inner, outer) } else { ribbon(u, end, 14.0, outer, inner) };
                covers.push(Cover { kind, name, rings: vec![place(path)] });
                u = end;
            }
        }
    }
}

/// The area between two lines from plan easting `from` to `to`, counter-clockwise.
fn ribbon(from: f64, to: f64, step: f64, low: impl Fn(f64) -> P, high: impl Fn(f64) -> P) -> Vec<P> {
    let pieces = ((to - from) / step).ceil().max(1.0) as usize;
    let at = |k: usize| from + (to - from) * k as f64 / pieces as f64;
    (0..=pieces).map(|k| low(at(k))).chain((0..=pieces).rev().map(|k| high(at(k)))).collect()
}

fn on_parcel(layout: &Layout, parcel: &Parcel, i: usize, massing: &Massing, yards: &[usize], covers: &mut Vec<Cover>) {
    let ring = &parcel.lot.ring;
    match (parcel.land_use, parcel.story) {
        (LandUse::Green, _) => {
            let mut rings = vec![ring.clone()];
            let hill = parcel.area_m2() > 40_000.0;
            let share = if hill { 0.40 } else { 0.27 };
            if let Some(blob) = blob(layout.seed, parcel, i, share) {
                rings.push(blob.clone());
                let (kind, name) = if hill { (FOREST, "凤凰山林地") } else { (WATER, "景观湖") };
                covers.push(Cover { kind, name, rings: vec![blob] });
            }
            covers.push(Cover { kind: GRASS, name: "公园绿地", rings });
        }
        (_, Story::Late | Story::VeryLate | Story::Excused | Story::NotYetDue | Story::NoRecord | Story::Reserve) => {
            // Cleared land grows over after a while.
            if matches!(parcel.story, Story::VeryLate | Story::Reserve | Story::NoRecord) {
                if let Some(inner) = inset(ring, 4.0) {
                    covers.push(Cover { kind: GRASS, name: "荒草地", rings: vec![inner] });
                }
            }
        }
        (_, Story::StalledArea | Story::StalledMoney | Story::Building) => {}
        _ => {
            let Some(inner) = inset(ring, 2.5) else { return };
            let mut paved = vec![inner.clone()];
            for &k in yards {
                let yard = &massing.yards[k];
                if !fits(&yard.ring, &inner, 0.05) {
                    continue;
                }
                paved.push(yard.ring.clone());
                let (kind, name) = if yard.bund { (PAVED, "储罐区防火堤") } else { (STORAGE, "堆场") };
                covers.push(Cover { kind, name, rings: vec![yard.ring.clone()] });
            }
            covers.push(Cover { kind: PAVED, name: "厂区场地", rings: paved });
            covers.push(Cover { kind: GRASS, name: "厂区绿化", rings: vec![ring.clone(), inner] });
        }
    }
}

/// A rounded shape in the middle of a parcel, as large as fits.
fn blob(seed: u64, parcel: &Parcel, i: usize, share: f64) -> Option<Vec<P>> {
    let (centre, axis, long, wide) = tight_box(&parcel.lot.ring);
    for shrink in [1.0, 0.85, 0.7, 0.55] {
        let ring: Vec<P> = (0..40)
            .map(|k| {
                let angle = TAU * f64::from(k) / 40.0;
                let wobble = 1.0 + 0.22 * noise(seed ^ 0x91, 2.0 * angle.cos() + i as f64 * 5.1, 2.0 * angle.sin());
                let local = p(angle.cos() * long, angle.sin() * wide) * (share * shrink * wobble);
                (centre + axis * local.x + axis.left() * local.y).to_mm()
            })
            .collect();
        if fits(&ring, &parcel.lot.ring, 6.0) {
            return Some(ring);
        }
    }
    None
}

/// Fields, woods and fish ponds around the park, so that it does not stand in a void.
fn fields(layout: &Layout, covers: &mut Vec<Cover>) {
    let (w, h) = layout.extent();
    let mut dice = Dice::new(layout.seed, "fields", 0);
    let depth = 205.0;
    let clear = 26.0;
    let river = |v: f64| layout.rows.windows(2).enumerate().any(|(r, pair)| r % ROWS_PER_BAND == RIVER_ROW && v > pair[0] - 14.0 && v < pair[1] + 14.0);
    // Fields keep clear of the streets that lead out of the park.
    let on_street = |at: f64, lines: &[f64]| lines.iter().any(|line| (at - line).abs() < 36.0);
    for (side, length) in [(0, w), (1, h), (2, w), (3, h)] {
        let mut s = if side % 2 == 0 { -depth } else { 0.0 };
        let end = if side % 2 == 0 { length + depth } else { length };
        while s < end - 40.0 {
            let next = f64::min(s + dice.range(62.0, 128.0), end);
            let rows = [clear, clear + dice.range(70.0, 100.0), depth];
            for pair in rows.windows(2) {
                let (d0, d1) = (pair[0] + 2.5, pair[1] - 2.5);
                let (s0, s1) = (s + 2.5, next - 2.5);
                let kind = match dice.unit() {
                    x if x < 0.52 => (GRASS, "农田"),
                    x if x < 0.66 => (FOREST, "防护林"),
                    x if x < 0.74 => (WATER, "鱼塘"),
                    _ => continue,
                };
                let corners = match side {
                    0 => [p(s0, -d1), p(s1, -d1), p(s1, -d0), p(s0, -d0)],
                    1 => [p(w + d0, s0), p(w + d1, s0), p(w + d1, s1), p(w + d0, s1)],
                    2 => [p(s0, h + d0), p(s1, h + d0), p(s1, h + d1), p(s0, h + d1)],
                    _ => [p(-d1, s0), p(-d0, s0), p(-d0, s1), p(-d1, s1)],
                };
                let blocked = corners.iter().chain([&((corners[0] + corners[2]) * 0.5)]).any(|q| {
                    river(q.y)
                        || if side % 2 == 0 { on_street(q.x, &layout.columns) } else { on_street(q.y, &layout.rows) }
                });
                if blocked {
                    continue;
                }
                let ring: Vec<P> = corners.iter().map(|&q| layout.place(q + p(dice.range(-2.0, 2.0), dice.range(-2.0, 2.0))).to_mm()).collect();
                if signed_area(&ring) > 900.0 {
                    covers.push(Cover { kind: kind.0, name: kind.1, rings: vec![ring] });
                }
            }
            s = next;
        }
    }
}
