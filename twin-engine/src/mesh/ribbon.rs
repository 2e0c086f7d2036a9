//! Roads: ribbons on the ground, true to scale, with round joints. Casing and fill use the same mesh; the line pass
//! makes the casing wider.

use std::f64::consts::TAU;

use bevy::math::DVec2;
use geo::{LineString, Simplify};

use super::outline::segment;
use super::{Ground, TileMesh, Vertex};
use crate::space::{SceneOrigin, scene_direction};

/// Corners of a round joint.
const JOINT_CORNERS: usize = 10;
/// Sine of the turn up to which two pieces meet without one.
const STRAIGHT_SINE: f64 = 0.07;
/// Roads never fade: a large size says so.
const SIZE_M: f32 = 1e6;

/// Draws `line` as a ribbon `width_m` wide.
pub fn road_ribbon(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    line: &LineString<f64>,
    width_m: f64,
    slot: u32,
) {
    let half_m = (width_m / 2.0) as f32;
    let points = cleaned_path(line);
    if points.len() < 2 {
        return;
    }
    for pair in points.windows(2) {
        segment(tile, ground, origin, pair[0], pair[1], slot, half_m, SIZE_M);
    }
    for (i, &at) in points.iter().enumerate() {
        let turns = || {
            let (before, after) = ((at - points[i - 1]).normalize_or_zero(), (points[i + 1] - at).normalize_or_zero());
            before.perp_dot(after).abs() > STRAIGHT_SINE || before.dot(after) < 0.0
        };
        if i == 0 || i + 1 == points.len() || turns() {
            joint(tile, ground, origin, at, half_m, slot, SIZE_M);
        }
    }
}

/// Its points without those that are not finite and those that repeat the one before.
fn cleaned_path(line: &LineString<f64>) -> Vec<DVec2> {
    let mut points: Vec<DVec2> = line.0.iter().map(|c| DVec2::new(c.x, c.y)).filter(|p| p.is_finite()).collect();
    points.dedup_by(|a, b| a.distance_squared(*b) < 1e-4);
    points
}

/// The same from so far away that joints and folds of the ground do not show: straight from corner to corner, corners that are
/// off the line by less than `tolerance_m` left out.
pub fn road_line(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    line: &LineString<f64>,
    width_m: f64,
    tolerance_m: f64,
    slot: u32,
) {
    let points: Vec<DVec2> = cleaned_path(&line.simplify(tolerance_m));
    let count = points.len();
    let along = |i: usize| (points[i + 1] - points[i]).normalize_or_zero();
    let mut previous: Option<(u32, u32)> = None;
    for (i, at) in points.iter().enumerate().filter(|_| count > 1) {
        let (before, after) = (along(i.saturating_sub(1).min(count - 2)), along(i.min(count - 2)));
        let left = (before + after).normalize_or(after).perp();
        let position = origin.scene_from_park(at.x, at.y, ground.height(*at));
        let mut side = |sign: f32| {
            let normal = scene_direction(left.x, left.y, 0.0) * sign;
            tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [width_m as f32 / 2.0, SIZE_M] })
        };
        let (l, r) = (side(1.0), side(-1.0));
        if let Some((pl, pr)) = previous {
            tile.quad(pr, r, l, pl);
        }
        previous = Some((l, r));
    }
}

fn joint(tile: &mut TileMesh, ground: &Ground, origin: &SceneOrigin, at: DVec2, half_m: f32, slot: u32, size_m: f32) {
    let position = origin.scene_from_park(at.x, at.y, ground.height(at));
    let reach = f64::from(half_m).max(1.0);
    let rim: Vec<u32> = (0..JOINT_CORNERS)
        .map(|k| {
            let out = DVec2::from_angle(k as f64 / JOINT_CORNERS as f64 * TAU);
            let rise = (ground.height(at + out * reach) - ground.height(at)) / reach;
            let normal = scene_direction(out.x, out.y, rise.clamp(-1.0, 1.0));
            tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [half_m, size_m] })
        })
        .collect();
    for k in 1..rim.len() - 1 {
        tile.triangle(rim[0], rim[k], rim[k + 1]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layer;
    use super::*;

    /// Positions as the line pass moves them when the true width rules.
    fn moved(tile: &TileMesh, index: u32) -> bevy::math::Vec3 {
        tile.position(index) + tile.normal(index) * tile.params[index as usize][0]
    }

    #[test]
    fn a_straight_road_covers_its_width_and_faces_up() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(100.0), 2.0);
        let origin = SceneOrigin::near(0.0, 0.0, 0.0);
        let mut tile = TileMesh::new(Layer::Road);
        road_ribbon(&mut tile, &ground, &origin, &LineString::from(vec![(0.0, 0.0), (50.0, 0.0)]), 8.0, 1);
        let quad: Vec<[bevy::math::Vec3; 3]> = tile.indices[..6]
            .chunks_exact(3)
            .map(|t| [moved(&tile, t[0]), moved(&tile, t[1]), moved(&tile, t[2])])
            .collect();
        let area: f32 = quad.iter().map(|[a, b, c]| (*b - *a).cross(*c - *a).y * 0.5).sum();
        assert!((area - 400.0).abs() < 0.1, "{area}");
        let all_up = tile.indices.chunks_exact(3).all(|t| {
            let [a, b, c] = [moved(&tile, t[0]), moved(&tile, t[1]), moved(&tile, t[2])];
            (b - a).cross(c - a).y > 0.0
        });
        assert!(all_up);
    }

    #[test]
    fn a_point_is_no_road() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(100.0), 2.0);
        let mut tile = TileMesh::new(Layer::Road);
        let origin = SceneOrigin::near(0.0, 0.0, 0.0);
        road_ribbon(&mut tile, &ground, &origin, &LineString::from(vec![(5.0, 5.0), (5.0, 5.0)]), 8.0, 1);
        assert!(tile.is_empty());
    }

    #[test]
    fn from_far_away_a_road_is_straight_from_corner_to_corner() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(100.0), 2.0);
        let origin = SceneOrigin::near(0.0, 0.0, 0.0);
        let mut tile = TileMesh::new(Layer::Road);
        let line = LineString::from(vec![(0.0, 0.0), (20.0, 0.3), (50.0, 0.0), (50.0, 40.0)]);
        road_line(&mut tile, &ground, &origin, &line, 8.0, 1.0, 1);
        assert_eq!((tile.triangles(), tile.positions.len()), (4, 6), "the point 0.3 m off the line is left out");
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [t[0], t[1], t[2]].map(|i| moved(&tile, i));
            assert!((b - a).cross(c - a).y > 0.0, "it faces up");
        }
    }
}
