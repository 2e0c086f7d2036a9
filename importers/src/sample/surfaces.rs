//! Ground cover: the river and its banks, ponds, green strips along streets, yards on parcels, fields around the park.
//!
//! Covers do not lie over each other; streets and buildings are left to their own layers.

use std::f64::consts::TAU;

use super::blocks::Block;
use super::dice::{Dice, noise};
use super::layout::{Layout, RIVER_ROW, ROWS_PER_BAND};
use super::massing::Massing;
use super::parcels::Parcel;
use super::plane::{P, distance_to_segment, fits, inset, p, signed_area, tight_box};
use super::stories::Story;
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
        covers.push(Cover {
            kind: GRASS, name: "道路绿化带", rings: vec![block.kerb.clone(), block.lot.ring.clone()]
        });
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
            let edge =
                layout.rows[if side < 0.0 { row } else { row + 1 }] - side * (streets.list[street].width_m / 2.0 + 2.0);
            let mut u = from;
            while u < to - 20.0 {
                let end = f64::min(u + dice.range(70.0, 190.0), to);
                let (kind, name) = if dice.chance(0.38) { (FOREST, "滨河林带") } else { (GRASS, "滨河绿地") };
                let inner = |u: f64| bank(side, u) + p(0.0, side * 1.5);
                let outer = move |u: f64| p(u, edge);
                let path =
                    if side > 0.0 { ribbon(u, end, 14.0, inner, outer) } else { ribbon(u, end, 14.0, outer, inner) };
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
            if matches!(parcel.story, Story::VeryLate | Story::Reserve | Story::NoRecord)
                && let Some(inner) = inset(&plain(ring), 4.0)
            {
                let inner = inner.into_iter().map(P::to_mm).collect();
                covers.push(Cover { kind: GRASS, name: "荒草地", rings: vec![inner] });
            }
        }
        (_, Story::StalledArea | Story::StalledMoney | Story::Building) => {}
        _ => {
            let Some(inner) = inset(&plain(ring), 2.5) else { return };
            let inner: Vec<P> = inner.into_iter().map(P::to_mm).collect();
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

/// A ring without corners that lie on the line between their neighbours, and without very short edges.
fn plain(ring: &[P]) -> Vec<P> {
    let mut out = ring.to_vec();
    let mut i = 0;
    while i < out.len() && out.len() > 4 {
        let n = out.len();
        let (before, next) = (out[(i + n - 1) % n], out[(i + 1) % n]);
        if distance_to_segment(out[i], before, next) < 0.1 || (next - out[i]).len() < 1.0 {
            out.remove(i);
        } else {
            i += 1;
        }
    }
    out
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
    // Fields begin behind the park's outer streets and end inside the terrain.
    let (near, far) = (19.0, 218.0);
    let arterials: Vec<f64> =
        (0..layout.tiles.len() - 1).map(|tile| layout.columns[layout.arterial_of(tile)]).collect();
    for (side, length) in [(0, w), (1, h), (2, w), (3, h)] {
        let (mut s, end) = if side % 2 == 0 { (-far, length + far) } else { (-near, length + near) };
        while s < end - 20.0 {
            let next = f64::min(s + dice.range(58.0, 118.0), end);
            let depths = [near, near + dice.range(78.0, 112.0), far];
            for pair in depths.windows(2) {
                let (d0, d1) = (pair[0] + 2.0, pair[1] - 2.0);
                let kind = match dice.unit() {
                    x if x < 0.64 => (GRASS, "农田"),
                    x if x < 0.80 => (FOREST, "防护林"),
                    x if x < 0.87 => (WATER, "鱼塘"),
                    _ => continue,
                };
                for (s0, s1) in beside_ways(layout, side, (s + 2.0, next - 2.0), &arterials) {
                    let corners = match side {
                        0 => [p(s0, -d1), p(s1, -d1), p(s1, -d0), p(s0, -d0)],
                        1 => [p(w + d0, s0), p(w + d1, s0), p(w + d1, s1), p(w + d0, s1)],
                        2 => [p(s0, h + d0), p(s1, h + d0), p(s1, h + d1), p(s0, h + d1)],
                        _ => [p(-d1, s0), p(-d0, s0), p(-d0, s1), p(-d1, s1)],
                    };
                    let ring: Vec<P> = corners
                        .iter()
                        .map(|&q| layout.place(q + p(dice.range(-1.5, 1.5), dice.range(-1.5, 1.5))).to_mm())
                        .collect();
                    if signed_area(&ring) > 500.0 {
                        covers.push(Cover { kind: kind.0, name: kind.1, rings: vec![ring] });
                    }
                }
            }
            s = next;
        }
    }
}

/// What is left of a stretch along a side of the park beside the streets and rivers that leave it there.
fn beside_ways(layout: &Layout, side: usize, stretch: (f64, f64), arterials: &[f64]) -> Vec<(f64, f64)> {
    let mut ways: Vec<(f64, f64)> = Vec::new();
    if side.is_multiple_of(2) {
        ways.extend(arterials.iter().map(|u| (u - 17.0, u + 17.0)));
    } else {
        for (line, &v) in layout.rows.iter().enumerate() {
            match line % ROWS_PER_BAND {
                RIVER_ROW => ways.push((v - 6.0, layout.rows[line + 1] + 20.0)),
                4 => ways.push((v - 21.0, v + 21.0)),
                _ => {}
            }
        }
        // The rail spur leaves through the top row of each band, in the east.
        if side == 1 {
            for band in 0..layout.bands() {
                let top = band * ROWS_PER_BAND + ROWS_PER_BAND;
                let (v0, v1) = (layout.rows[top - 1], layout.rows[top]);
                ways.push((v0 + 0.78 * (v1 - v0), v1 + 12.0));
            }
        }
    }
    let mut pieces = vec![stretch];
    for way in ways {
        pieces = pieces
            .into_iter()
            .flat_map(|(a, b)| [(a, b.min(way.0)), (a.max(way.1), b)])
            .filter(|(a, b)| b - a > 14.0)
            .collect();
    }
    pieces
}
