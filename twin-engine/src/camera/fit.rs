//! The first view: the whole park in the frame with room to spare, whatever its shape.

use bevy::math::{DVec2, Vec2, Vec3};

use super::Orbit;
use crate::input::CameraChoice;
use crate::scene::SceneGeometry;
use crate::theme::{FIRST_VIEW_BEARING_DEG, FIRST_VIEW_FILL, FIRST_VIEW_PITCH_DEG};

/// Rounds of moving and scaling; each leaves a small part of the error.
const ROUNDS: usize = 24;

/// The view a person asked for.
pub(crate) fn view_of(choice: CameraChoice, geometry: &SceneGeometry, now: &Orbit) -> Orbit {
    let size = now.size;
    let view = match choice {
        CameraChoice::WholePark => first_view(geometry, size, FIRST_VIEW_BEARING_DEG, FIRST_VIEW_PITCH_DEG),
        CameraChoice::From { bearing_deg, pitch_deg } => first_view(geometry, size, bearing_deg, pitch_deg),
        CameraChoice::At { x_m, y_m, distance_m, bearing_deg, pitch_deg } => {
            let target = geometry.origin.scene_from_park(x_m, y_m, geometry.ground.height(DVec2::new(x_m, y_m)));
            Orbit { target, distance_m, bearing_deg, pitch_deg, ..*now }.limited()
        }
    };
    Orbit { corner: now.corner, ..view }
}

/// The whole park, seen from `bearing_deg` at `pitch_deg`.
pub(super) fn first_view(geometry: &SceneGeometry, size: Vec2, bearing_deg: f32, pitch_deg: f32) -> Orbit {
    let scene = |p: &DVec2, z: f64| geometry.origin.scene_from_park(p.x, p.y, z);
    let points: Vec<Vec3> = geometry
        .extent
        .hull
        .iter()
        .flat_map(|p| {
            let ground = geometry.ground.height(*p);
            [scene(p, ground), scene(p, ground + 8.0)]
        })
        .collect();
    let middle = geometry.extent.middle();
    let target = scene(&middle, geometry.ground.height(middle));
    let distance_m = geometry.extent.diagonal_m().max(60.0) as f32 * 1.6;
    let start = Orbit { target, distance_m, bearing_deg, pitch_deg, size, corner: Vec2::ZERO }.limited();
    filled(start, &points, FIRST_VIEW_FILL)
}

/// The view like `now` in which `points` (scene) fill `fill` of the picture, but from no nearer than `nearest_m`.
pub(crate) fn view_of_points(now: &Orbit, points: &[Vec3], fill: f32, nearest_m: f32) -> Option<Orbit> {
    let (low, high) =
        points.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(low, high), p| (low.min(*p), high.max(*p)));
    if !low.is_finite() || !high.is_finite() {
        return None;
    }
    let target = low.midpoint(high);
    let distance_m = (low.distance(high) * 1.6).max(nearest_m);
    let orbit = filled(Orbit { target, distance_m, ..*now }.limited(), points, fill);
    Some(if orbit.distance_m < nearest_m { Orbit { target, distance_m: nearest_m, ..orbit } } else { orbit })
}

impl Orbit {
    /// This view in another part of the window, with what it shows staying where it is in the window and as large: a panel
    /// that opens covers the scene and does not push it.
    pub(crate) fn moved_to(&self, corner: Vec2, size: Vec2) -> Self {
        let middle = |corner: Vec2, size: Vec2| corner + size * 0.5;
        let shift = middle(corner, size) - middle(self.corner, self.size);
        let target = self.target + step_on_ground(self, shift);
        let distance_m = self.distance_m * size.y / self.size.y.max(1.0);
        Self { target, distance_m, size, corner, ..*self }.limited()
    }
}

fn filled(mut orbit: Orbit, points: &[Vec3], share: f32) -> Orbit {
    let size = orbit.size;
    for _ in 0..ROUNDS {
        let Some((low, high)) = bounds(&orbit, points) else {
            orbit.distance_m *= 2.0;
            continue;
        };
        let off = (low + high) * 0.5 - size * 0.5;
        orbit.target += step_on_ground(&orbit, off);
        let fill = ((high - low) / size).max_element();
        orbit.distance_m *= (fill / share).max(0.02);
        orbit = orbit.limited();
    }
    orbit
}

/// Box of the points on screen, px; `None` when one is behind the eye.
fn bounds(orbit: &Orbit, points: &[Vec3]) -> Option<(Vec2, Vec2)> {
    let clip = orbit.clip_from_scene();
    points.iter().try_fold((Vec2::INFINITY, Vec2::NEG_INFINITY), |(low, high), p| {
        let at = clip * p.extend(1.0);
        (at.w > 0.5).then(|| {
            let px = orbit.pixel_of_clip(at);
            (low.min(px), high.max(px))
        })
    })
}

/// How far the target moves on level ground for the picture to move by `px`.
pub(super) fn step_on_ground(orbit: &Orbit, px: Vec2) -> Vec3 {
    let forward = -orbit.outward();
    let right = forward.cross(Vec3::Y).normalize();
    let ahead = Vec3::Y.cross(right);
    let m_per_px = 1.0 / orbit.px_per_metre(orbit.distance_m);
    let foreshortened = orbit.pitch_deg.to_radians().sin().max(0.1);
    right * px.x * m_per_px - ahead * px.y * m_per_px / foreshortened
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_panel_that_opens_leaves_the_middle_where_it_was_in_the_window() {
        let orbit = Orbit { pitch_deg: 60.0, size: Vec2::new(1280.0, 740.0), ..Orbit::default() };
        let narrower = orbit.moved_to(Vec2::new(250.0, 0.0), Vec2::new(730.0, 740.0));
        let (before, _) = orbit.pixel(orbit.target).unwrap();
        let (after, _) = narrower.pixel(orbit.target).unwrap();
        assert!((after + narrower.corner).distance(before) < 3.0, "{before} {after}");
        let lower = orbit.moved_to(Vec2::ZERO, Vec2::new(1280.0, 500.0));
        let scale = |orbit: &Orbit| orbit.px_per_metre(orbit.distance_m);
        assert!((scale(&lower) / scale(&orbit) - 1.0).abs() < 1e-3, "and as large");
    }

    #[test]
    fn the_whole_park_is_in_the_frame_with_a_tenth_to_spare() {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        for size in [Vec2::new(1600.0, 1000.0), Vec2::new(320.0, 180.0), Vec2::new(600.0, 1200.0)] {
            for (bearing, pitch) in [(140.0, 50.0), (0.0, 30.0), (270.0, 85.0)] {
                let orbit = first_view(&geometry, size, bearing, pitch);
                let points: Vec<Vec3> = geometry
                    .extent
                    .hull
                    .iter()
                    .map(|p| geometry.origin.scene_from_park(p.x, p.y, geometry.ground.height(*p)))
                    .collect();
                let (low, high) = bounds(&orbit, &points).unwrap();
                let spare = low.min(size - high) / size;
                assert!(spare.min_element() > 0.035, "{size} {bearing} {pitch}: {low} {high}");
                let fill = ((high - low) / size).max_element();
                assert!(fill > 0.8, "{fill} is too small for {size}");
            }
        }
    }
}
