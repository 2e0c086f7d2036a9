//! Lines on the ground: outlines of parcels, shores and zones, cut where they cross the ground's triangles.
//!
//! Their width is set on screen by the line pass; roads, which are true to scale, are left to `ribbon`.

use bevy::math::DVec2;
use geo::Polygon;

use super::relief::BLOCK;
use super::{Ground, TileMesh, Vertex, cleaned_ring};
use crate::space::{SceneOrigin, scene_direction};

/// Draws the rings of `polygon` on the ground. `size_m` is the size of the feature, so that tiny ones can fade.
pub fn drape_outline(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    polygon: &Polygon<f64>,
    slot: u32,
    size_m: f32,
) {
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        if let Some(mut points) = cleaned_ring(ring) {
            points.push(points[0]);
            for pair in points.windows(2) {
                segment(tile, ground, origin, pair[0], pair[1], slot, 0.0, size_m);
            }
        }
    }
}

/// Points from `from` to `to` with one more wherever the segment crosses an edge of the ground's triangles.
pub fn drape_path(ground: &Ground, from: DVec2, to: DVec2) -> Vec<DVec2> {
    let mut shares = vec![0.0, 1.0];
    let (a, b) = ((from - ground.origin) / ground.cell_m, (to - ground.origin) / ground.cell_m);
    let last = DVec2::new((ground.columns - 1) as f64, (ground.rows - 1) as f64);
    let whole_numbers = |p: f64, q: f64, (least, most): (f64, f64), shares: &mut Vec<f64>| {
        let (low, high) = (p.min(q).max(least), p.max(q).min(most));
        let mut at = low.ceil();
        while at <= high && (q - p).abs() > 1e-9 {
            shares.push((at - p) / (q - p));
            at += 1.0;
        }
    };
    let inside = |p: DVec2| p.cmpge(DVec2::ZERO).all() && p.cmple(last).all();
    match &ground.relief {
        _ if ground.flat => {}
        Some(relief) if inside(a) && inside(b) => {
            let block = BLOCK as f64;
            whole_numbers(a.x / block, b.x / block, (0.0, last.x), &mut shares);
            whole_numbers(a.y / block, b.y / block, (0.0, last.y), &mut shares);
            shares.sort_by(f64::total_cmp);
            for pair in shares.clone().windows(2).filter(|pair| pair[1] - pair[0] > 1e-9) {
                let (p, q) = (a.lerp(b, pair[0]), a.lerp(b, pair[1]));
                let at = (p.midpoint(q) / block).floor().min(last / block - 1.0).max(DVec2::ZERO);
                let before = shares.len();
                relief.crossings(p, q, at.x as usize, at.y as usize, &mut shares);
                for share in &mut shares[before..] {
                    *share = pair[0] + (pair[1] - pair[0]) * *share;
                }
            }
        }
        // Beyond the grid: at every cell, and at the diagonals both ways.
        _ => {
            whole_numbers(a.x, b.x, (0.0, last.x), &mut shares);
            whole_numbers(a.y, b.y, (0.0, last.y), &mut shares);
            whole_numbers(a.x - a.y, b.x - b.y, (-last.y, last.x), &mut shares);
            whole_numbers(a.x + a.y, b.x + b.y, (0.0, last.x + last.y), &mut shares);
        }
    }
    shares.sort_by(f64::total_cmp);
    shares.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    shares.into_iter().map(|s| from.lerp(to, s.clamp(0.0, 1.0))).collect()
}

/// One straight piece of ribbon with true half width `half_m`, in quads between crossings.
#[expect(clippy::too_many_arguments, reason = "a ribbon piece is its ends, its width and where it goes")]
pub(super) fn segment(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    from: DVec2,
    to: DVec2,
    slot: u32,
    half_m: f32,
    size_m: f32,
) {
    let Some(along) = (to - from).try_normalize() else {
        return;
    };
    let left = along.perp();
    // The slope across, over at least a metre so that hairlines follow the ground too.
    let reach = f64::from(half_m).max(1.0);
    let mut previous: Option<(u32, u32)> = None;
    for at in drape_path(ground, from, to) {
        let rise = (ground.height(at + left * reach) - ground.height(at - left * reach)) / (2.0 * reach);
        let sideways = scene_direction(left.x, left.y, rise.clamp(-1.0, 1.0));
        // Divided by its length in plan, so that `half_m` stays a length in plan; steeper than 45° does not occur.
        let position = origin.scene_from_park(at.x, at.y, ground.height(at));
        let mut side = |sign: f32| {
            tile.vertex(Vertex { position, slot, normal: sideways * sign, mark: 0.0, param: [half_m, size_m] })
        };
        let (l, r) = (side(1.0), side(-1.0));
        if let Some((pl, pr)) = previous {
            tile.quad(pr, r, l, pl);
        }
        previous = Some((l, r));
    }
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::super::drape::tests::rough;
    use super::super::{Layer, drape_path};
    use super::*;

    #[test]
    fn between_two_points_the_path_never_leaves_the_ground() {
        let ground = rough();
        let path = drape_path(&ground, DVec2::new(3.0, 8.0), DVec2::new(187.0, 141.0));
        assert!(path.len() > 30);
        for pair in path.windows(2) {
            let middle = pair[0].midpoint(pair[1]);
            let straight = f64::midpoint(ground.height(pair[0]), ground.height(pair[1]));
            assert!((straight - ground.height(middle)).abs() < 1e-6);
        }
    }

    #[test]
    fn an_outline_has_one_ribbon_per_side() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(100.0), 0.0);
        let origin = SceneOrigin::near(0.0, 0.0, 0.0);
        let mut tile = TileMesh::new(Layer::ParcelLine);
        let square = polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)];
        drape_outline(&mut tile, &ground, &origin, &square, 1, 10.0);
        assert_eq!(tile.triangles(), 8);
        for index in 0..tile.positions.len() as u32 {
            assert!((tile.normal(index).length() - 1.0).abs() < 1e-3, "sideways is a unit on flat ground");
        }
    }
}
