//! Pipes as tubes of true diameter around their axis. The pass keeps them visible from far away.

use std::f64::consts::TAU;

use bevy::math::{DVec3, Vec3};

use super::{TileMesh, Vertex};
use crate::space::{SceneOrigin, scene_direction};

/// Sides of a tube.
pub(super) const SIDES: usize = 8;

/// Adds a tube of `radius_m` along `path` (easting, northing, elevation). Positions are on the axis; the tube pass
/// moves them outwards along their normal.
pub fn tube(tile: &mut TileMesh, origin: &SceneOrigin, path: &[DVec3], radius_m: f64, slot: u32) {
    let mut points: Vec<DVec3> = path.iter().copied().filter(|p| p.is_finite()).collect();
    points.dedup_by(|a, b| a.distance_squared(*b) < 1e-6);
    if points.len() < 2 {
        return;
    }
    let mut rings: Vec<[u32; SIDES]> = Vec::with_capacity(points.len());
    for (i, &at) in points.iter().enumerate() {
        let before = (i > 0).then(|| (at - points[i - 1]).normalize());
        let after = (i + 1 < points.len()).then(|| (points[i + 1] - at).normalize());
        let along = match (before, after) {
            (Some(b), Some(a)) => (b + a).try_normalize().unwrap_or(a),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => DVec3::X,
        };
        // A level side vector keeps the rings from twisting; a vertical pipe takes east.
        let side = along.cross(DVec3::Z).try_normalize().unwrap_or(DVec3::X);
        let up = side.cross(along);
        let position = origin.scene_from_park(at.x, at.y, at.z);
        rings.push(std::array::from_fn(|k| {
            let (sine, cosine) = (k as f64 / SIDES as f64 * TAU).sin_cos();
            let out = side * cosine + up * sine;
            tile.vertex(Vertex {
                position,
                slot,
                normal: scene_direction(out.x, out.y, out.z),
                mark: 0.0,
                param: [radius_m as f32, 0.0],
            })
        }));
    }
    for pair in rings.windows(2) {
        for k in 0..SIDES {
            let next = (k + 1) % SIDES;
            tile.quad(pair[0][k], pair[1][k], pair[1][next], pair[0][next]);
        }
    }
    cap(tile, &rings[0], true);
    cap(tile, &rings[rings.len() - 1], false);
    // Positions are on the axis: the box must hold the surface, also where it is drawn larger than it is.
    let reach = Vec3::splat((radius_m * crate::cut::PIPE_FACTOR.1) as f32);
    tile.lowest -= reach;
    tile.highest += reach;
}

fn cap(tile: &mut TileMesh, ring: &[u32; SIDES], start: bool) {
    for k in 1..SIDES - 1 {
        if start {
            tile.triangle(ring[0], ring[k], ring[k + 1]);
        } else {
            tile.triangle(ring[0], ring[k + 1], ring[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::Layer;
    use super::*;

    fn surface(tile: &TileMesh, index: u32) -> Vec3 {
        tile.position(index) + tile.normal(index) * tile.params[index as usize][0]
    }

    fn bent() -> TileMesh {
        let mut tile = TileMesh::new(Layer::Pipe);
        let path = [DVec3::new(0.0, 0.0, -2.0), DVec3::new(30.0, 0.0, -2.3), DVec3::new(30.0, 40.0, -2.7)];
        tube(&mut tile, &SceneOrigin::near(0.0, 0.0, 0.0), &path, 0.4, 5);
        tile
    }

    #[test]
    fn every_point_of_the_surface_is_one_radius_from_the_axis() {
        let tile = bent();
        for index in 0..tile.positions.len() as u32 {
            assert!((surface(&tile, index).distance(tile.position(index)) - 0.4).abs() < 1e-3);
        }
    }

    #[test]
    fn a_tube_is_closed_and_its_faces_point_outwards() {
        let tile = bent();
        let mut sides: HashMap<(u32, u32), i32> = HashMap::new();
        for t in tile.indices.chunks_exact(3) {
            for (p, q) in [(t[0], t[1]), (t[1], t[2]), (t[2], t[0])] {
                *sides.entry((p, q)).or_default() += 1;
                *sides.entry((q, p)).or_default() -= 1;
            }
        }
        assert!(sides.values().all(|count| *count == 0));
        let volume: f32 = tile
            .indices
            .chunks_exact(3)
            .map(|t| surface(&tile, t[0]).dot(surface(&tile, t[1]).cross(surface(&tile, t[2]))) / 6.0)
            .sum();
        assert!(volume > 0.0, "outward faces give a positive volume, here {volume}");
    }

    #[test]
    fn a_path_of_one_place_is_no_pipe() {
        let mut tile = TileMesh::new(Layer::Pipe);
        tube(&mut tile, &SceneOrigin::near(0.0, 0.0, 0.0), &[DVec3::ONE, DVec3::ONE], 0.2, 0);
        assert!(tile.is_empty());
    }
}
