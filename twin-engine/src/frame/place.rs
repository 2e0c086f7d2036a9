//! From park coordinates to the page, and the features near enough to what is looked at to have letters.

use bevy::math::{DVec2, Mat4, Vec3};
use bevy_egui::egui::{Pos2, Rect, pos2};

use super::sheet::Sheet;
use crate::camera::Orbit;
use crate::cut::SectionPlane;
use crate::mesh::Layer;
use crate::scene::{Bucket, SceneGeometry};

/// From park coordinates to the page.
pub(super) struct Projector<'a> {
    pub(super) geometry: &'a SceneGeometry,
    pub(super) orbit: &'a Orbit,
    clip_from_scene: Mat4,
    points_per_px: f32,
    page: Rect,
    part: Rect,
    section: Option<SectionPlane>,
}

impl<'a> Projector<'a> {
    pub(super) fn new(
        sheet: &Sheet,
        geometry: &'a SceneGeometry,
        orbit: &'a Orbit,
        part: Rect,
        section: Option<SectionPlane>,
    ) -> Self {
        let points_per_px = 1.0 / sheet.painter.pixels_per_point();
        Self::on(sheet.page, points_per_px, geometry, orbit, part, section)
    }

    /// The same on a page without a sheet.
    pub(super) fn on(
        page: Rect,
        points_per_px: f32,
        geometry: &'a SceneGeometry,
        orbit: &'a Orbit,
        part: Rect,
        section: Option<SectionPlane>,
    ) -> Self {
        Self { geometry, orbit, clip_from_scene: orbit.clip_from_scene(), points_per_px, page, part, section }
    }

    /// Place on the page and distance along the view, m; `None` off the part of the page, behind the eye, or where all
    /// is cut away.
    pub(super) fn at(&self, place: DVec2, z: f64) -> Option<(Pos2, f32)> {
        if self.section.is_some_and(|plane| plane.off_m(place) > 0.0) {
            return None;
        }
        let clip = self.clip_from_scene * self.geometry.origin.scene_from_park(place.x, place.y, z).extend(1.0);
        if clip.w < 0.5 {
            return None;
        }
        let px = self.orbit.pixel_of_clip(clip) * self.points_per_px;
        let at = pos2(px.x, px.y) + self.page.min.to_vec2();
        self.part.contains(at).then_some((at, clip.w))
    }

    /// Points of the page that one metre covers, `away_m` from the eye.
    pub(super) fn points_per_metre(&self, away_m: f32) -> f32 {
        self.orbit.px_per_metre(away_m) * self.points_per_px
    }

    /// How far from what is looked at features have letters, m.
    pub(super) fn longest_m(&self) -> f64 {
        f64::from(self.orbit.size.y / self.orbit.px_per_metre(self.orbit.distance_m)) * 3.0
    }

    /// Rows of the features of a pass in buckets that may hold one of `least` points: by `size_m` of the bucket seen from where it is
    /// nearest, and not too far from what is looked at. The bucket that is nearest to that comes first.
    pub(super) fn near(
        &self,
        layer: Layer,
        least: f32,
        size_m: impl Fn(&Bucket) -> f32,
    ) -> impl Iterator<Item = usize> {
        let (eye, middle, longest_m) = (self.orbit.eye(), self.orbit.target, self.longest_m());
        let buckets = self.geometry.buckets.iter().filter(|bucket| bucket.layer == layer);
        let near = buckets.filter_map(|bucket| {
            let away = eye.max(bucket.lowest).min(bucket.highest).distance(eye);
            let from_middle = (middle.max(bucket.lowest).min(bucket.highest) - middle) * Vec3::new(1.0, 0.0, 1.0);
            let from_middle = from_middle.length();
            let seen = size_m(bucket) * self.points_per_metre(away) >= least && f64::from(from_middle) <= longest_m;
            seen.then_some((from_middle, bucket))
        });
        let mut near: Vec<_> = near.collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.into_iter().flat_map(|(_, bucket)| bucket.rows.iter().map(|row| *row as usize))
    }
}
