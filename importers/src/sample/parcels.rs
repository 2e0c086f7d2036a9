//! Parcels: blocks divided until the wanted number is reached, with shared corners, then given a use, a number and a story.
//!
//! What stands on them is left to `massing`, what was agreed over them to `land_records`.

use std::collections::BinaryHeap;

use super::blocks::{Block, along_frontage};
use super::dice::Dice;
use super::layout::Layout;
use super::lot::{INTERIOR, Lot};
use super::plane::{P, centroid, distance_to_segment, edges, mix, tight_box};
use super::stories::{Story, tell_stories};
use super::streets::{StreetClass, Streets};
use super::zoning::{LandUse, developing, facilities, zone_of};

/// Smallest parcel, m².
const SMALLEST_M2: f64 = 3_000.0;
/// Largest parcel but for the hill park, m².
const LARGEST_M2: f64 = 82_000.0;
/// Shortest frontage to a street, m.
const FRONTAGE_M: f64 = 24.0;

/// A parcel.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) key: String,
    pub(super) number: String,
    pub(super) lot: Lot,
    pub(super) land_use: LandUse,
    pub(super) story: Story,
    pub(super) block: usize,
    pub(super) tile: usize,
    pub(super) band: usize,
    /// Still without hydrants around.
    pub(super) developing: bool,
    /// Street of the main front.
    pub(super) street: usize,
    /// Centre on the plan.
    pub(super) plan_centre: P,
}

impl Parcel {
    pub(super) fn area_m2(&self) -> f64 {
        self.lot.area()
    }
}

struct Leaf {
    lot: Lot,
    wanted_m2: f64,
    block: usize,
}

/// Divide the blocks into `wanted` parcels.
pub(super) fn divide_blocks(layout: &Layout, streets: &Streets, blocks: &[Block], wanted: usize) -> Vec<Parcel> {
    let mut dice = Dice::new(layout.seed, "parcels", 0);
    let mut leaves: Vec<Leaf> = Vec::with_capacity(wanted);
    let mut queue: BinaryHeap<(u64, std::cmp::Reverse<usize>)> = BinaryHeap::new();
    let push = |leaves: &mut Vec<Leaf>, queue: &mut BinaryHeap<_>, leaf: Leaf| {
        // Positive floats order like their bits.
        let too_large = leaf.lot.area() > LARGEST_M2 && leaf.wanted_m2 < 1.0e8;
        let urgency = leaf.lot.area() / leaf.wanted_m2 + if too_large { 1000.0 } else { 0.0 };
        queue.push((urgency.to_bits(), std::cmp::Reverse(leaves.len())));
        leaves.push(leaf);
    };
    for (b, block) in blocks.iter().enumerate() {
        let zone = zone_of(layout, block.column, block.row);
        let leaf = Leaf { lot: block.lot.clone(), wanted_m2: zone.wanted_m2(&mut dice), block: b };
        push(&mut leaves, &mut queue, leaf);
    }
    let mut split = vec![false; leaves.len()];
    let mut count = leaves.len();
    while count < wanted {
        let Some((_, std::cmp::Reverse(index))) = queue.pop() else { break };
        let block = leaves[index].block;
        let zone = zone_of(layout, blocks[block].column, blocks[block].row);
        let Some((one, two)) = split_lot(&leaves[index].lot, &mut dice) else { continue };
        split[index] = true;
        for lot in [one, two] {
            let leaf = Leaf { lot, wanted_m2: zone.wanted_m2(&mut dice), block };
            push(&mut leaves, &mut queue, leaf);
            split.push(false);
        }
        count += 1;
    }
    let mut by_block: Vec<Vec<Lot>> = vec![Vec::new(); blocks.len()];
    for (leaf, split) in leaves.into_iter().zip(split) {
        if !split {
            by_block[leaf.block].push(leaf.lot);
        }
    }
    let mut parcels = Vec::with_capacity(count);
    for (b, lots) in by_block.into_iter().enumerate() {
        let block = &blocks[b];
        let zone = zone_of(layout, block.column, block.row);
        for (k, lot) in share_corners(lots).into_iter().enumerate() {
            let centre = centroid(&lot.ring);
            parcels.push(Parcel {
                key: format!("990001{:03}{:03}GB{:05}", block.band * 60 + block.tile + 1, b % 1000, parcels.len() + 1),
                number: format!("QX-{:02}-{:02}", b + 1, k + 1),
                land_use: zone.land_use(&mut dice),
                story: Story::Operating,
                block: b,
                tile: block.tile,
                band: block.band,
                developing: developing(layout, block.column, block.row),
                street: main_street(&lot, streets),
                plan_centre: layout.plan(centre),
                lot,
            });
        }
    }
    place_facilities(layout, &mut parcels);
    tell_stories(layout, &mut parcels);
    parcels
}

/// Cut a lot in two parcels of sensible shape, each with a front to a street.
fn split_lot(lot: &Lot, dice: &mut Dice) -> Option<(Lot, Lot)> {
    if lot.area() < 2.0 * SMALLEST_M2 {
        return None;
    }
    let (centre, axis, long, wide) = tight_box(&lot.ring);
    let corner_cut = dice.chance(0.13) && lot.area() > 4.0 * SMALLEST_M2;
    for attempt in 0..10 {
        // First across the long side, then along it, then with more freedom.
        let across = attempt % 4 < 2 || long > 2.2 * wide;
        let freedom = if attempt < 6 { 0.13 } else { 0.24 };
        let share = dice.range(-freedom, freedom);
        let (at, direction) = if across {
            (centre + axis * (share * long), axis.left())
        } else {
            (centre + axis.left() * (share * wide), axis)
        };
        let skew = if dice.chance(0.25) { dice.range(-0.10, 0.10) } else { dice.range(-0.012, 0.012) };
        let Some((one, two)) = lot.cut(at, direction.turned(skew), INTERIOR) else { continue };
        if corner_cut
            && attempt < 6
            && let Some(pair) = l_shaped(&one, &two, dice)
        {
            return Some(pair);
        }
        if sensible(&one) && sensible(&two) {
            return Some((one, two));
        }
    }
    None
}

/// From two halves: one half with a piece of the other, and the rest.
fn l_shaped(one: &Lot, two: &Lot, dice: &mut Dice) -> Option<(Lot, Lot)> {
    let (centre, axis, long, _) = tight_box(&two.ring);
    let at = centre + axis * (dice.range(-0.16, 0.16) * long);
    let (a, b) = two.cut(at, axis.left(), INTERIOR)?;
    let (taken, rest) = if dice.chance(0.5) { (a, b) } else { (b, a) };
    let joined = one.merged(&taken)?;
    // The two must still be what they were together.
    let exact = (joined.area() - one.area() - taken.area()).abs() < 0.5;
    (exact && joined.frontage() >= FRONTAGE_M && joined.area() >= 2.0 * SMALLEST_M2 && sensible(&rest))
        .then_some((joined, rest))
}

fn sensible(lot: &Lot) -> bool {
    let (_, _, long, wide) = tight_box(&lot.ring);
    lot.area() >= SMALLEST_M2
        && lot.frontage() >= FRONTAGE_M
        && long < 3.4 * wide
        && wide > 34.0
        && lot.area() > 0.42 * long * wide
}

/// Round to the millimetre and give neighbours each other's corners, so that shared boundaries are the same points.
fn share_corners(mut lots: Vec<Lot>) -> Vec<Lot> {
    for lot in &mut lots {
        for q in &mut lot.ring {
            *q = q.to_mm();
        }
    }
    let corners: Vec<P> = lots.iter().flat_map(|lot| lot.ring.iter().copied()).collect();
    for lot in &mut lots {
        let n = lot.ring.len();
        let (mut ring, mut tags) = (Vec::with_capacity(n + 4), Vec::with_capacity(n + 4));
        for i in 0..n {
            let (a, b) = (lot.ring[i], lot.ring[(i + 1) % n]);
            ring.push(a);
            tags.push(lot.tags[i]);
            if lot.tags[i] != INTERIOR {
                continue;
            }
            let mut between: Vec<P> = corners
                .iter()
                .copied()
                .filter(|&c| {
                    c != a
                        && c != b
                        && distance_to_segment(c, a, b) < 0.003
                        && (c - a).len() > 0.01
                        && (c - b).len() > 0.01
                })
                .collect();
            between.sort_by(|x, y| (*x - a).len().total_cmp(&(*y - a).len()));
            between.dedup();
            for c in between {
                ring.push(c);
                tags.push(INTERIOR);
            }
        }
        *lot = Lot { ring, tags };
    }
    lots
}

/// The street of the highest class among those with a good share of the frontage.
fn main_street(lot: &Lot, streets: &Streets) -> usize {
    let mut lengths: Vec<(usize, f64)> = Vec::new();
    for ((a, b), &tag) in edges(&lot.ring).zip(&lot.tags) {
        if tag >= 0 {
            let street = tag as usize;
            match lengths.iter_mut().find(|entry| entry.0 == street) {
                Some(entry) => entry.1 += (b - a).len(),
                None => lengths.push((street, (b - a).len())),
            }
        }
    }
    let longest = lengths.iter().map(|entry| entry.1).fold(0.0, f64::max);
    let weight = |&(street, length): &(usize, f64)| {
        let class = match streets.list[street].class {
            StreetClass::Arterial => 0.9,
            StreetClass::Collector => 1.2,
            _ => 1.0,
        };
        if length < 0.35 * longest { 0.0 } else { class * length }
    };
    lengths.iter().max_by(|x, y| weight(x).total_cmp(&weight(y))).map_or(0, |entry| entry.0)
}

fn place_facilities(layout: &Layout, parcels: &mut [Parcel]) {
    let tiles = layout.tiles.len() - 1;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); layout.bands() * tiles];
    for (i, parcel) in parcels.iter().enumerate() {
        members[parcel.band * tiles + parcel.tile].push(i);
    }
    for (cell, members) in members.iter().enumerate() {
        let mut taken: Vec<usize> = Vec::new();
        for facility in facilities(layout, cell / tiles, cell % tiles) {
            let cost = |i: usize| {
                let hectares = parcels[i].area_m2() / 1e4;
                let (low, high) = facility.hectares;
                let misfit = (low - hectares).max(hectares - high).max(0.0);
                (parcels[i].plan_centre - facility.near).len() + 350.0 * misfit
            };
            let free = members.iter().copied().filter(|i| !taken.contains(i) && parcels[*i].area_m2() < 60_000.0);
            if let Some(best) = free.min_by(|&x, &y| cost(x).total_cmp(&cost(y))) {
                taken.push(best);
            } else {
                break;
            }
        }
        for (facility, &i) in facilities(layout, cell / tiles, cell % tiles).iter().zip(&taken) {
            parcels[i].land_use = facility.land_use;
        }
    }
}

/// The middle of a lot's front on its main street and the direction along it.
pub(super) fn front(parcel: &Parcel, share: f64) -> Option<(P, P)> {
    along_frontage(&parcel.lot, parcel.street as i32, share)
}

/// A point a little inside the parcel from its front.
pub(super) fn inside_front(parcel: &Parcel, share: f64, depth_m: f64) -> Option<P> {
    front(parcel, share).map(|(at, along)| mix(at, at + along.left() * depth_m, 1.0))
}
