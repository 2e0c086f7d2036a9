//! Roads: ribbons on the ground, true to scale, with round joints. Casing and fill use the same mesh; the line pass
//! makes the casing wider.

use std::f64::consts::TAU;

use bevy::math::DVec2;
use geo::LineString;

use super::outline::segment;
use super::{Ground, TileMesh, Vertex};
use crate::space::{SceneOrigin, scene_direction};

/// Corners of a round joint.
const JOINT_CORNERS: usize = 10;

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
    // Roads never fade: a large size says so.
    let size_m = 1e6;
    let mut points: Vec<DVec2> = line.0.iter().map(|c| DVec2::new(c.x, c.y)).filter(|p| p.is_finite()).collect();
    points.dedup_by(|a, b| a.distance_squared(*b) < 1e-4);
    if points.len() < 2 {
        return;
    }
    for pair in points.windows(2) {
        segment(tile, ground, origin, pair[0], pair[1], slot, half_m, size_m);
    }
    for &at in &points {
        joint(tile, ground, origin, at, half_m, slot, size_m);
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
}
