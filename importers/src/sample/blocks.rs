//! Blocks: superblocks of the grid, cut by local streets and the rail spur, moved back from the streets and chamfered at corners.
//!
//! Dividing blocks into parcels is left to `parcels`.

use super::dice::Dice;
use super::layout::{Layout, RIVER_ROW, ROWS_PER_BAND};
use super::lot::{INTERIOR, Lot};
use super::plane::{P, densified, inset_by, mix, p};
use super::streets::{StreetClass, Streets};
use super::terrain::hill_cell;

/// Edges are broken into pieces no longer than this when placed, so that they follow the bent streets, m.
const STEP_M: f64 = 45.0;

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) tile: usize,
    pub(super) band: usize,
    /// The land, in park coordinates; tags are street numbers.
    pub(super) lot: Lot,
    /// The edge of the pavement around it, in park coordinates: the green strip lies between.
    pub(super) kerb: Vec<P>,
}

/// How a superblock is divided.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pattern {
    Whole,
    Upright,
    Level,
    Tee,
    Slanted,
}

/// Cut every superblock into blocks, adding local streets on the way.
pub(super) fn cut_blocks(layout: &Layout, streets: &mut Streets, parcels: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut locals = 0;
    // With few parcels a superblock stays whole, or blocks would outnumber them.
    let superblocks = (layout.columns.len() - 1) * (layout.rows.len() - 1) * (ROWS_PER_BAND - 1) / ROWS_PER_BAND;
    let roomy = parcels >= superblocks * 5;
    for row in 0..layout.rows.len() - 1 {
        if row % ROWS_PER_BAND == RIVER_ROW {
            continue;
        }
        for column in 0..layout.columns.len() - 1 {
            let cell = Cell { column, row, tile: layout.tile_of(column), band: row / ROWS_PER_BAND };
            let mut dice = Dice::new(layout.seed, "block", (row * 100_000 + column) as u64);
            let sides = streets.around(column, row);
            let (u0, u1) = (layout.columns[column], layout.columns[column + 1]);
            let (v0, v1) = (layout.rows[row], layout.rows[row + 1]);
            let whole = Lot {
                ring: vec![p(u0, v0), p(u1, v0), p(u1, v1), p(u0, v1)],
                tags: sides.iter().map(|&s| s as i32).collect(),
            };
            let pieces = if !roomy || hill_cell(layout, cell.band, cell.tile) == (column, row) {
                vec![whole]
            } else if let Some(rail) = rail_through(layout, streets, cell) {
                cut_by(&whole, rail.0, rail.1, rail.2).unwrap_or_else(|| vec![whole])
            } else {
                divide(streets, whole, cell, &mut dice, &mut locals)
            };
            for piece in pieces {
                blocks.extend(finish(layout, streets, cell, piece));
            }
        }
    }
    blocks
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    column: usize,
    row: usize,
    tile: usize,
    band: usize,
}

/// The rail spur through a superblock: it enters from the east in each band's top row and ends two columns on.
fn rail_through(layout: &Layout, streets: &mut Streets, cell: Cell) -> Option<(P, P, usize)> {
    let last = layout.columns.len() - 2;
    if last < 3 || cell.row % ROWS_PER_BAND != ROWS_PER_BAND - 1 || cell.column + 1 < last {
        return None;
    }
    let (v0, h) = (layout.rows[cell.row], layout.rows[cell.row + 1] - layout.rows[cell.row]);
    let (west, east) = (layout.columns[last - 1], layout.columns[last + 1]);
    let (a, b) = (p(west, v0 + 0.30 * h), p(east, v0 + 0.80 * h));
    let found = streets.list.iter().position(|s| s.class == StreetClass::Rail && (s.at(0.0, 0.0).y - a.y).abs() < h);
    let rail = found.unwrap_or_else(|| {
        let d = (b - a).unit();
        streets.add_rail(a + d * 55.0, b + d * 190.0)
    });
    Some((a, b, rail))
}

fn cut_by(lot: &Lot, a: P, b: P, tag: usize) -> Option<Vec<Lot>> {
    lot.cut(a, (b - a).unit(), tag as i32).map(|(left, right)| vec![left, right])
}

fn divide(streets: &mut Streets, whole: Lot, cell: Cell, dice: &mut Dice, locals: &mut usize) -> Vec<Lot> {
    let south_bank = cell.row.is_multiple_of(ROWS_PER_BAND);
    let pattern = match dice.unit() {
        x if south_bank && x < 0.4 => Pattern::Whole,
        _ if south_bank => Pattern::Upright,
        x if x < 0.14 => Pattern::Whole,
        x if x < 0.50 => Pattern::Upright,
        x if x < 0.60 => Pattern::Level,
        x if x < 0.86 => Pattern::Tee,
        _ => Pattern::Slanted,
    };
    // Sides are numbered south 0, east 1, north 2, west 3; an upright street joins 0 and 2.
    let mut split = |streets: &mut Streets, lot: Lot, from: usize, to: usize, near: f64, far: f64| -> Vec<Lot> {
        let n = lot.ring.len();
        let side = |k: usize| (lot.ring[k], lot.ring[(k + 1) % n], lot.tags[k] as usize);
        let ((a0, a1, s), (b0, b1, t)) = (side(from), side(to));
        let a = streets.local_end(s, mix(a0, a1, near));
        let b = streets.local_end(t, mix(b1, b0, far));
        if lot.cut(a, (b - a).unit(), INTERIOR).is_none() {
            return vec![lot];
        }
        let width = [9.0, 10.0, 12.0][(*locals) % 3];
        let street = streets.add_local((a, s), (b, t), width, *locals);
        *locals += 1;
        cut_by(&lot, a, b, street).unwrap_or_else(|| vec![lot])
    };
    let near = dice.range(0.34, 0.66);
    match pattern {
        Pattern::Whole => vec![whole],
        Pattern::Upright => split(streets, whole, 0, 2, near, near + dice.range(-0.07, 0.07)),
        Pattern::Level => split(streets, whole, 3, 1, dice.range(0.42, 0.58), dice.range(0.42, 0.58)),
        Pattern::Slanted => {
            let lean = dice.range(0.2, 0.34) * if dice.chance(0.5) { 1.0 } else { -1.0 };
            split(streets, whole, 0, 2, 0.5 - lean / 2.0, 0.5 + lean / 2.0)
        }
        Pattern::Tee => {
            let halves = split(streets, whole, 0, 2, near, near + dice.range(-0.05, 0.05));
            let across = (dice.range(0.42, 0.6), dice.range(0.42, 0.6));
            let wider = usize::from(halves.len() == 2 && halves[1].area() > halves[0].area());
            let mut pieces = Vec::new();
            for (k, half) in halves.into_iter().enumerate() {
                // After an upright cut both halves are four-sided; their upright sides are found by direction.
                let upright: Vec<usize> = (0..half.ring.len())
                    .filter(|&i| {
                        let d = half.ring[(i + 1) % half.ring.len()] - half.ring[i];
                        d.y.abs() > d.x.abs()
                    })
                    .collect();
                if k == wider && upright.len() == 2 {
                    pieces.extend(split(streets, half, upright[0], upright[1], across.0, across.1));
                } else {
                    pieces.push(half);
                }
            }
            pieces
        }
    }
}

/// Move a plan piece back from its streets, chamfer its corners and place it.
fn finish(layout: &Layout, streets: &Streets, cell: Cell, piece: Lot) -> Option<Block> {
    let street = |tag: i32| &streets.list[tag as usize];
    let land = inset_by(&piece.ring, |i| street(piece.tags[i]).half_reserve_m())?;
    let kerb = inset_by(&piece.ring, |i| street(piece.tags[i]).width_m / 2.0 + 0.5)?;
    let n = land.len();
    let mut plan = Lot { ring: Vec::new(), tags: Vec::new() };
    for i in 0..n {
        let (before, next) = (land[(i + n - 1) % n], land[(i + 1) % n]);
        let (tag_in, tag_out) = (piece.tags[(i + n - 1) % n], piece.tags[i]);
        let minor = [tag_in, tag_out].iter().any(|&t| street(t).class >= StreetClass::Local);
        let wanted = if minor { 6.0 } else { 13.0 };
        let cut = f64::min(wanted, 0.2 * (before - land[i]).len().min((next - land[i]).len()));
        plan.ring.push(land[i] + (before - land[i]).unit() * cut);
        plan.tags.push(tag_in);
        plan.ring.push(land[i] + (next - land[i]).unit() * cut);
        plan.tags.push(tag_out);
    }
    let mut lot = Lot { ring: Vec::new(), tags: Vec::new() };
    let m = plan.ring.len();
    for i in 0..m {
        let mut path = densified(plan.ring[i], plan.ring[(i + 1) % m], STEP_M);
        path.pop();
        let rail = street(plan.tags[i]).class == StreetClass::Rail;
        for q in path {
            lot.ring.push(layout.place(q).to_mm());
            lot.tags.push(if rail { INTERIOR } else { plan.tags[i] });
        }
    }
    let kerb = (0..n)
        .flat_map(|i| {
            let mut path = densified(kerb[i], kerb[(i + 1) % n], STEP_M);
            path.pop();
            path
        })
        .map(|q| layout.place(q).to_mm())
        .collect();
    Some(Block { column: cell.column, row: cell.row, tile: cell.tile, band: cell.band, lot, kerb })
}

/// The point of the street edge of a lot that lies nearest to the middle of that street's frontage: for gates and laterals.
pub(super) fn along_frontage(lot: &Lot, street: i32, share: f64) -> Option<(P, P)> {
    let n = lot.ring.len();
    let length: f64 =
        (0..n).filter(|&i| lot.tags[i] == street).map(|i| (lot.ring[(i + 1) % n] - lot.ring[i]).len()).sum();
    let mut left = length * share;
    for i in (0..n).filter(|&i| lot.tags[i] == street) {
        let (a, b) = (lot.ring[i], lot.ring[(i + 1) % n]);
        let piece = (b - a).len();
        if left <= piece {
            return Some((mix(a, b, left / piece), (b - a).unit()));
        }
        left -= piece;
    }
    None
}
