//! Park coordinates (f64, metres, east/north/up) to scene coordinates (f32, east +X, up +Y, north -Z) and back.
//!
//! The only place where a position loses its 64 bits. Picking and drawing both go through here.

use bevy::math::{DVec3, Vec3};

/// The fixed point of the park's CRS that is the scene's origin, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneOrigin {
    /// Easting, m.
    pub x_m: f64,
    /// Northing, m.
    pub y_m: f64,
    /// Elevation, m.
    pub z_m: f64,
}

impl SceneOrigin {
    /// An origin near `(x_m, y_m, z_m)`, rounded to whole metres so that it prints exactly.
    pub fn near(x_m: f64, y_m: f64, z_m: f64) -> Self {
        Self { x_m: x_m.round(), y_m: y_m.round(), z_m: z_m.round() }
    }

    /// Scene position of a park position.
    pub fn scene_from_park(&self, x_m: f64, y_m: f64, z_m: f64) -> Vec3 {
        Vec3::new((x_m - self.x_m) as f32, (z_m - self.z_m) as f32, -((y_m - self.y_m) as f32))
    }

    /// Park position (easting, northing, elevation) of a scene position.
    pub fn park_from_scene(&self, scene: Vec3) -> [f64; 3] {
        [self.x_m + f64::from(scene.x), self.y_m - f64::from(scene.z), self.z_m + f64::from(scene.y)]
    }

    /// Park position of a scene position kept in 64 bits, for rays.
    pub fn park_from_scene_precise(&self, scene: DVec3) -> DVec3 {
        DVec3::new(self.x_m + scene.x, self.y_m - scene.z, self.z_m + scene.y)
    }
}

/// Scene direction of a park direction (east, north, up).
pub fn scene_direction(east: f64, north: f64, up: f64) -> Vec3 {
    Vec3::new(east as f32, up as f32, -(north as f32))
}

/// Park direction (east, north, up) of a scene direction.
pub fn park_direction(scene: DVec3) -> DVec3 {
    DVec3::new(scene.x, -scene.z, scene.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_keeps_a_millimetre_ten_kilometres_out() {
        let origin = SceneOrigin::near(2_628_417.4, 1_240_988.9, 431.2);
        for (dx, dy, dz) in [(0.0, 0.0, 0.0), (9_999.123, -8_765.432, 55.555), (-5_000.5, 4_999.25, -12.125)] {
            let park = [origin.x_m + dx, origin.y_m + dy, origin.z_m + dz];
            let back = origin.park_from_scene(origin.scene_from_park(park[0], park[1], park[2]));
            for axis in 0..3 {
                assert!((back[axis] - park[axis]).abs() < 1e-3, "{park:?} → {back:?}");
            }
        }
    }

    #[test]
    fn east_is_x_up_is_y_north_is_minus_z() {
        let origin = SceneOrigin::near(100.0, 200.0, 10.0);
        assert_eq!(origin.scene_from_park(101.0, 200.0, 10.0), Vec3::X);
        assert_eq!(origin.scene_from_park(100.0, 201.0, 10.0), Vec3::NEG_Z);
        assert_eq!(origin.scene_from_park(100.0, 200.0, 11.0), Vec3::Y);
        assert_eq!(park_direction(DVec3::NEG_Z), DVec3::Y);
        assert_eq!(scene_direction(0.0, 1.0, 0.0), Vec3::NEG_Z);
    }
}
