//! The orbit: where the eye is, what a point looks like on screen and what ray a pixel is. Pure numbers.

use bevy::math::{DVec3, Mat4, Vec2, Vec3};
use bevy::prelude::{Resource, Transform};

use crate::theme::{FIRST_VIEW_BEARING_DEG, FIRST_VIEW_PITCH_DEG, FOV_DEG};

/// Flattest and steepest look down, degrees.
pub(super) const PITCH_DEG: (f32, f32) = (6.0, 89.0);
/// Nearest and farthest distance to the target, m.
pub(super) const DISTANCE_M: (f32, f32) = (8.0, 400_000.0);

/// Where haze is complete: so many heights of the eye above the ground, which counts as no lower than that (`hazed` in
/// `common.wgsl`).
const SIGHT_HEIGHTS: f32 = 15.0;
const SIGHT_LEAST_HEIGHT_M: f32 = 200.0;

/// A camera that looks at `target` from `distance_m` away.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Orbit {
    /// Point in the middle of the picture, scene metres.
    pub target: Vec3,
    /// Distance from the eye to it, m.
    pub distance_m: f32,
    /// Bearing from the target to the eye, degrees clockwise from north.
    pub bearing_deg: f32,
    /// How far the camera looks down, degrees.
    pub pitch_deg: f32,
    /// Picture size, px.
    pub size: Vec2,
    /// Place of the picture's top left corner in the window, px.
    pub corner: Vec2,
}

impl Default for Orbit {
    fn default() -> Self {
        Self {
            target: Vec3::ZERO,
            distance_m: 1000.0,
            bearing_deg: FIRST_VIEW_BEARING_DEG,
            pitch_deg: FIRST_VIEW_PITCH_DEG,
            size: Vec2::new(1600.0, 1000.0),
            corner: Vec2::ZERO,
        }
    }
}

impl Orbit {
    /// Direction from the target to the eye.
    pub(crate) fn outward(&self) -> Vec3 {
        let (bearing, pitch) = (f64::from(self.bearing_deg).to_radians(), f64::from(self.pitch_deg).to_radians());
        crate::space::scene_direction(bearing.sin() * pitch.cos(), bearing.cos() * pitch.cos(), pitch.sin())
    }

    /// Position of the eye, scene metres.
    pub(crate) fn eye(&self) -> Vec3 {
        self.target + self.outward() * self.distance_m
    }

    /// Transform of the camera.
    pub(crate) fn transform(&self) -> Transform {
        Transform::from_translation(self.eye()).looking_at(self.target, Vec3::Y)
    }

    /// Clip space from scene space, reversed infinite depth as in the renderer.
    pub(crate) fn clip_from_scene(&self) -> Mat4 {
        let projection =
            Mat4::perspective_infinite_reverse_rh(FOV_DEG.to_radians(), self.size.x / self.size.y.max(1.0), 0.2);
        projection * self.transform().to_matrix().inverse()
    }

    /// Pixel of a scene point and its distance along the view, m; `None` behind the eye.
    pub(crate) fn pixel(&self, point: Vec3) -> Option<(Vec2, f32)> {
        let clip = self.clip_from_scene() * point.extend(1.0);
        (clip.w > 0.01).then(|| (self.pixel_of_clip(clip), clip.w))
    }

    /// Pixel of a clip position in front of the eye.
    pub(crate) fn pixel_of_clip(&self, clip: bevy::math::Vec4) -> Vec2 {
        let ndc = clip.truncate().truncate() / clip.w;
        Vec2::new(ndc.x + 1.0, 1.0 - ndc.y) * 0.5 * self.size
    }

    /// Eye and unit direction of the ray through a pixel, scene metres in 64 bits.
    pub(crate) fn ray(&self, pixel: Vec2) -> (DVec3, DVec3) {
        let ndc = Vec2::new(pixel.x / self.size.x * 2.0 - 1.0, 1.0 - pixel.y / self.size.y * 2.0).as_dvec2();
        let half_height = f64::from(FOV_DEG).to_radians().mul_add(0.5, 0.0).tan();
        let half_width = half_height * f64::from(self.size.x / self.size.y.max(1.0));
        let forward = -self.outward().as_dvec3();
        let right = forward.cross(DVec3::Y).normalize();
        let up = right.cross(forward);
        let eye = self.target.as_dvec3() - forward * f64::from(self.distance_m);
        (eye, (forward + right * ndc.x * half_width + up * ndc.y * half_height).normalize())
    }

    /// Pixels that one metre covers, `away_m` from the eye.
    pub(crate) fn px_per_metre(&self, away_m: f32) -> f32 {
        self.size.y / (2.0 * (FOV_DEG.to_radians() * 0.5).tan() * away_m.max(0.1))
    }

    /// Distance from the eye at which everything has taken the colour of the air, m, over ground at scene height `ground_y`:
    /// nothing further away is seen.
    pub(crate) fn sight_m(&self, ground_y: f32) -> f32 {
        SIGHT_HEIGHTS * (self.eye().y - ground_y).max(SIGHT_LEAST_HEIGHT_M)
    }

    /// Axes of the picture in the scene: right, up, towards the eye.
    pub(crate) fn axes(&self) -> [Vec3; 3] {
        let outward = self.outward();
        let right = Vec3::Y.cross(outward).normalize();
        [right, outward.cross(right), outward]
    }

    /// This orbit turned by `bearing_deg` and `pitch_deg` with `pivot` staying where it is in the picture.
    #[must_use]
    pub(crate) fn turned(&self, pivot: Vec3, bearing_deg: f32, pitch_deg: f32) -> Self {
        let turned =
            Self { bearing_deg: self.bearing_deg + bearing_deg, pitch_deg: self.pitch_deg + pitch_deg, ..*self }
                .limited();
        let from_target = pivot - self.target;
        let seen = self.axes().map(|axis| axis.dot(from_target));
        let [right, up, outward] = turned.axes();
        Self { target: pivot - (right * seen[0] + up * seen[1] + outward * seen[2]), ..turned }
    }

    /// This orbit within the limits of pitch, bearing and distance.
    pub(crate) fn limited(mut self) -> Self {
        self.pitch_deg = self.pitch_deg.clamp(PITCH_DEG.0, PITCH_DEG.1);
        self.distance_m = self.distance_m.clamp(DISTANCE_M.0, DISTANCE_M.1);
        self.bearing_deg = self.bearing_deg.rem_euclid(360.0);
        self
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sight_ends_where_the_shader_has_haze_complete() {
        let haze = shaders::DRAPE.wgsl;
        assert!(haze.contains("max(view.world_position.y - scene.horizon.w, 200.0)"));
        assert!(haze.contains("smoothstep(2.2 * height, 15.0 * height, away)"));
        let orbit = super::Orbit { distance_m: 1000.0, pitch_deg: 80.0, ..super::Orbit::default() };
        assert!((orbit.sight_m(0.0) - 15.0 * orbit.eye().y).abs() < 1.0);
        assert!((orbit.sight_m(5000.0) - 3000.0).abs() < f32::EPSILON);
    }

    use super::*;

    #[test]
    fn the_target_is_in_the_middle_and_north_is_up_from_the_south() {
        let orbit = Orbit { bearing_deg: 180.0, ..Orbit::default() };
        let (middle, away) = orbit.pixel(Vec3::ZERO).unwrap();
        assert!(middle.distance(Vec2::new(800.0, 500.0)) < 0.01);
        assert!((away - orbit.distance_m).abs() < 0.1);
        let (north, _) = orbit.pixel(Vec3::new(0.0, 0.0, -50.0)).unwrap();
        assert!(north.y < middle.y && (north.x - middle.x).abs() < 0.01);
    }

    #[test]
    fn a_pixels_ray_passes_through_the_point_it_shows() {
        let orbit =
            Orbit { target: Vec3::new(120.0, 14.0, -340.0), bearing_deg: 77.0, pitch_deg: 31.0, ..Orbit::default() };
        for point in [Vec3::new(10.0, 3.0, -280.0), Vec3::new(300.0, 40.0, -500.0), orbit.target] {
            let (pixel, _) = orbit.pixel(point).unwrap();
            let (eye, direction) = orbit.ray(pixel);
            let to = point.as_dvec3() - eye;
            assert!(to.cross(direction).length() / to.length() < 1e-4);
        }
    }

    #[test]
    fn one_metre_at_the_target_is_as_long_as_predicted() {
        let orbit = Orbit { pitch_deg: 89.0, bearing_deg: 180.0, ..Orbit::default() };
        let (a, _) = orbit.pixel(Vec3::ZERO).unwrap();
        let (b, _) = orbit.pixel(Vec3::X).unwrap();
        assert!((a.distance(b) - orbit.px_per_metre(orbit.distance_m)).abs() < 0.01);
    }

    #[test]
    fn turning_about_a_point_leaves_it_where_it_is_in_the_picture() {
        let orbit = Orbit { bearing_deg: 200.0, pitch_deg: 40.0, ..Orbit::default() };
        let pivot = Vec3::new(120.0, 8.0, -60.0);
        let (before, away) = orbit.pixel(pivot).unwrap();
        let turned = orbit.turned(pivot, 75.0, 20.0);
        let (after, still_away) = turned.pixel(pivot).unwrap();
        assert!(before.distance(after) < 0.05 && (away - still_away).abs() < 0.01, "{before} {after}");
        assert!((turned.bearing_deg - 275.0).abs() < 1e-3 && (turned.pitch_deg - 60.0).abs() < 1e-3);
    }

    #[test]
    fn limits_hold() {
        let wild = Orbit { pitch_deg: 120.0, distance_m: 0.0, bearing_deg: -30.0, ..Orbit::default() }.limited();
        assert_eq!((wild.pitch_deg, wild.distance_m, wild.bearing_deg), (89.0, 8.0, 330.0));
    }
}
