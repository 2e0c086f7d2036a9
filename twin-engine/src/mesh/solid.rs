//! Round solids: tanks, overlay columns, manholes, posts and valves.

use std::f64::consts::TAU;

use bevy::math::{DVec2, DVec3, Vec3};

use super::{TileMesh, Vertex};
use crate::space::{SceneOrigin, scene_direction};

/// Adds an upright cylinder with a slightly domed lid. `foot_m` is where its shading starts (the ground).
#[expect(clippy::too_many_arguments, reason = "a cylinder has this many numbers")]
pub fn cylinder(
    tile: &mut TileMesh,
    origin: &SceneOrigin,
    at: DVec2,
    radius_m: f64,
    foot_m: f64,
    base_m: f64,
    top_m: f64,
    sides: usize,
    slot: u32,
) {
    let point = |angle: f64, z: f64| {
        let p = at + DVec2::from_angle(angle) * radius_m;
        origin.scene_from_park(p.x, p.y, z)
    };
    let (low, high) = ((base_m - foot_m) as f32, (top_m - foot_m) as f32);
    let rings: Vec<[u32; 3]> = (0..sides)
        .map(|k| {
            let angle = k as f64 / sides as f64 * TAU;
            let out = scene_direction(angle.cos(), angle.sin(), 0.0);
            let mut add = |position: Vec3, normal: Vec3, mark: f32, above: f32| {
                tile.vertex(Vertex { position, slot, normal, mark, param: [above, 0.0] })
            };
            [
                add(point(angle, base_m), out, 0.0, low),
                add(point(angle, top_m), out, 0.0, high),
                add(point(angle, top_m), (Vec3::Y + out * 0.25).normalize(), 1.0, high),
            ]
        })
        .collect();
    let dome_m = (radius_m * 0.12).min(2.0);
    let peak = tile.vertex(Vertex {
        position: origin.scene_from_park(at.x, at.y, top_m + dome_m),
        slot,
        normal: Vec3::Y,
        mark: 1.0,
        param: [high, 0.0],
    });
    for k in 0..sides {
        let (a, b) = (rings[k], rings[(k + 1) % sides]);
        tile.quad(a[0], b[0], b[1], a[1]);
        tile.triangle(a[2], b[2], peak);
    }
}

/// Adds a thin upright post from `base_m` to `top_m`.
pub fn post(tile: &mut TileMesh, origin: &SceneOrigin, at: DVec2, radius_m: f64, base_m: f64, top_m: f64, slot: u32) {
    cylinder(tile, origin, at, radius_m, base_m, base_m, top_m, 8, slot);
}

/// Adds a ball made of an octahedron's faces, each split once: enough for a valve.
pub fn sphere(tile: &mut TileMesh, origin: &SceneOrigin, centre: DVec3, radius_m: f64, slot: u32) {
    let mut add = |out: DVec3| {
        let p = centre + out * radius_m;
        tile.vertex(Vertex {
            position: origin.scene_from_park(p.x, p.y, p.z),
            slot,
            normal: scene_direction(out.x, out.y, out.z),
            mark: 1.0,
            param: [10.0, 0.0],
        })
    };
    let mut faces = Vec::new();
    for (sx, sy, sz) in [
        (1., 1., 1.),
        (-1., 1., 1.),
        (-1., -1., 1.),
        (1., -1., 1.),
        (1., 1., -1.),
        (-1., 1., -1.),
        (-1., -1., -1.),
        (1., -1., -1.),
    ] {
        let [x, y, z] = [DVec3::X * sx, DVec3::Y * sy, DVec3::Z * sz];
        let [xy, yz, zx] = [(x + y).normalize(), (y + z).normalize(), (z + x).normalize()];
        let flipped = sx * sy * sz < 0.0;
        let [x, y, z, xy, yz, zx] = [x, y, z, xy, yz, zx].map(&mut add);
        for [a, b, c] in [[x, xy, zx], [y, yz, xy], [z, zx, yz], [xy, yz, zx]] {
            faces.push(if flipped { [a, c, b] } else { [a, b, c] });
        }
    }
    for [a, b, c] in faces {
        tile.triangle(a, b, c);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layer;
    use super::*;

    fn volume(tile: &TileMesh) -> f64 {
        tile.triangle_corners().map(|[a, b, c]| f64::from(a.dot(b.cross(c))) / 6.0).sum()
    }

    #[test]
    fn a_ball_is_closed_and_faces_out() {
        let mut tile = TileMesh::new(Layer::Fitting);
        sphere(&mut tile, &SceneOrigin::near(0.0, 0.0, 0.0), DVec3::ZERO, 1.0, 0);
        let v = volume(&tile);
        assert!(v > 2.5 && v < 4.19, "between octahedron and ball: {v}");
    }

    #[test]
    fn a_tank_has_the_volume_of_its_cylinder() {
        let mut tile = TileMesh::new(Layer::Hazard);
        cylinder(&mut tile, &SceneOrigin::near(0.0, 0.0, 0.0), DVec2::ZERO, 5.0, 0.0, 0.0, 8.0, 48, 0);
        // The open bottom lies at height 0 and adds nothing to the sum.
        let expected = std::f64::consts::PI * 25.0 * 8.0;
        let v = volume(&tile);
        assert!(v > expected * 0.99 && v < expected * 1.05, "{v} for {expected}");
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [tile.position(t[0]), tile.position(t[1]), tile.position(t[2])];
            assert!((b - a).cross(c - a).normalize().dot(tile.normal(t[0])) > 0.9);
        }
    }
}
