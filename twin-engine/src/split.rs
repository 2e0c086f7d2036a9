//! Two pictures in one: the same view, the right part on another day or coloured by another overlay.
//!
//! Both parts share every mesh. The right part has a style buffer and materials of its own and a second camera that sees only
//! them; where one part ends the other goes on, so that what differs stands side by side. A picture that is too large to be drawn at
//! once is drawn in pieces in the same way, one after the other.

use std::ops::Range;
use std::sync::Arc;

use analysis::overlay::Overlay;
use bevy::camera::primitives::Frustum;
use bevy::camera::visibility::{RenderLayers, VisibilitySystems};
use bevy::camera::{SubCameraView, Viewport};
use bevy::math::primitives::ViewFrustum;
use bevy::prelude::*;
use spatial_db::model::{FeatureId, Presence};

use crate::camera::{Orbit, TwinCamera};
use crate::scene::Twin;
use crate::style::Shown;
use crate::text::t;

/// Least and greatest share of the width at which the right part begins.
pub(crate) const SHARES: (f32, f32) = (0.02, 0.98);

/// A part of the picture.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The whole picture where it is not split.
    Left,
    /// What lies right of the line.
    Right,
}

impl Side {
    /// Layer of Bevy's that the side's camera sees.
    pub(crate) fn layers(self) -> RenderLayers {
        RenderLayers::layer(self as usize)
    }
}

/// What the right part shows otherwise than the left one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Right {
    /// Share of the width at which it begins.
    pub at: f32,
    /// What was there on its day.
    pub there: Option<Arc<Presence>>,
    /// Its overlay, by its place among the twin's.
    pub overlay: Option<usize>,
}

/// What is drawn of a picture that is drawn in pieces, each as large as the target or, at the ends, smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Size of the whole picture, px.
    pub whole: UVec2,
    /// Where the piece begins in it, px.
    pub corner: UVec2,
}

impl Piece {
    /// What a target of a size holds of some columns of the whole picture: corner and size in that, px.
    fn part(&self, columns: Range<u32>, target: UVec2) -> Option<(UVec2, UVec2)> {
        let end = (self.corner + target).min(self.whole);
        let begin = UVec2::new(columns.start.max(self.corner.x), self.corner.y);
        let size = UVec2::new(columns.end.min(end.x), end.y).checked_sub(begin)?;
        (size.min_element() > 0).then_some((begin, size))
    }
}

impl Twin {
    /// What a side shows.
    pub(crate) fn shown_on(&self, side: Side) -> Shown {
        let shown = match (&self.right, side) {
            (Some(right), Side::Right) => {
                Shown { there: right.there.clone(), overlay: right.overlay, ..self.shown.clone() }
            }
            _ => self.shown.clone(),
        };
        Shown { overlay: shown.overlay.filter(|at| self.overlay_at(*at).is_some()), ..shown }
    }

    /// The overlays of a side, in the twin's order.
    pub(crate) fn overlays_on(&self, side: Side) -> Vec<&Overlay> {
        let own = |overlay| -> &Overlay {
            match (&self.right, side) {
                (Some(_), Side::Right) => of_name(&self.right_overlays, overlay).unwrap_or(overlay),
                _ => overlay,
            }
        };
        self.input.overlays.iter().map(|overlay| own(&**overlay)).collect()
    }

    /// The overlay in use on a side.
    pub(crate) fn overlay_on(&self, side: Side) -> Option<&Overlay> {
        match (&self.right, side) {
            (Some(right), Side::Right) => {
                let overlay = self.overlay_at(right.overlay?)?;
                of_name(&self.right_overlays, overlay).or(Some(overlay))
            }
            _ => self.overlay(),
        }
    }

    /// The side that tables, the inspector and files speak of.
    pub(crate) fn active_side(&self) -> Side {
        if self.right.is_some() { self.chosen } else { Side::Left }
    }

    /// The overlay in use on the active side.
    pub(crate) fn active_overlay(&self) -> Option<&Overlay> {
        self.overlay_on(self.active_side())
    }

    /// What a side of a split picture shows, in words: where it lies, its day, and whether it is the record or a scenario.
    /// `None` for a picture that is whole.
    pub(crate) fn side_words(&self, side: Side) -> Option<String> {
        let words = self.words();
        let right = self.right.as_ref()?;
        let mut said = vec![match side {
            Side::Left => t!(words, "side-left"),
            Side::Right => t!(words, "side-right"),
        }];
        if let Some(apart) = &self.input.apart {
            said.push(match side {
                Side::Left => apart.before.as_ref().map_or_else(|| t!(words, "scenario-before"), |of| of.0.clone()),
                Side::Right => self.input.snapshot.park.name.clone(),
            });
        }
        said.extend(self.shown_on(side).there.map(|there| there.on.to_string()));
        if right.overlay != self.shown.overlay {
            said.push(self.overlay_on(side).map_or_else(|| t!(words, "overlay-none"), |o| words.words(&o.title)));
        }
        Some(said.join(" · "))
    }

    /// Whether a feature is there on a side: on its day, and not on the other side alone.
    pub(crate) fn is_there_on(&self, side: Side, id: FeatureId, row: usize) -> bool {
        let there = match (&self.right, side) {
            (Some(right), Side::Right) => right.there.as_ref(),
            _ => self.shown.there.as_ref(),
        };
        let on_day = there.is_none_or(|there| there.has(id.kind, row));
        let other_alone = self.right.as_ref().zip(self.input.apart.as_ref()).is_some_and(|(_, apart)| match side {
            Side::Left => apart.added.contains(&id),
            Side::Right => apart.gone.contains(&id),
        });
        on_day && !other_alone
    }

    /// The side that a place in the picture belongs to; `share` is that of the width.
    pub(crate) fn side_at(&self, share: f32) -> Side {
        if self.right.as_ref().is_some_and(|right| share > right.at) { Side::Right } else { Side::Left }
    }
}

fn of_name<'a>(overlays: &'a [Overlay], like: &Overlay) -> Option<&'a Overlay> {
    overlays.iter().find(|overlay| overlay.name == like.name)
}

/// Marks the camera of the right part.
#[derive(Component, Debug)]
pub(crate) struct RightCamera;

/// The part of the window that panels leave to the scene, px: corner and size. `None`: all of the target.
#[derive(Resource, Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SceneArea(pub Option<(UVec2, UVec2)>);

/// The systems that give each camera its part, and forget which part was chosen once there is one.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<SceneArea>()
        .add_systems(PostUpdate, (choose_whole, lay_out).chain().before(TransformSystems::Propagate))
        .add_systems(
            PostUpdate,
            see_part.after(VisibilitySystems::UpdateFrusta).before(VisibilitySystems::CheckVisibility),
        );
}

/// A picture that is split again begins with its left part, however it became whole.
fn choose_whole(mut twin: ResMut<Twin>) {
    if twin.right.is_none() && twin.chosen != Side::Left {
        // Panels of a whole picture speak of it all: nothing has to be drawn anew.
        twin.bypass_change_detection().chosen = Side::Left;
    }
}

type Left<'w, 's> = Query<'w, 's, &'static mut Camera, (With<TwinCamera>, Without<RightCamera>)>;

fn lay_out(
    area: Res<SceneArea>,
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    mut left: Left,
    mut right: Query<(&mut Camera, &mut Transform), With<RightCamera>>,
) {
    let Some(target) = left.iter().next().and_then(Camera::physical_target_size) else { return };
    let in_target = area.0.unwrap_or((UVec2::ZERO, target));
    let (corner, size) = twin.piece.map_or(in_target, |piece| (UVec2::ZERO, piece.whole));
    let line = twin.right.as_ref().map(|right| (size.x as f32 * right.at.clamp(SHARES.0, SHARES.1)).round() as u32);
    let part = |columns: Range<u32>| {
        let (from, seen) = match twin.piece {
            None => (UVec2::new(columns.start, 0), UVec2::new(columns.end - columns.start, size.y)),
            Some(piece) => piece.part(columns, target)?,
        };
        let physical_position = corner + from - twin.piece.map_or(UVec2::ZERO, |piece| piece.corner);
        let viewport = Viewport { physical_position, physical_size: seen, ..Viewport::default() };
        Some((Some(viewport), Some(SubCameraView { full_size: size, offset: from.as_vec2(), size: seen })))
    };
    let whole =
        || (area.0.map(|_| Viewport { physical_position: corner, physical_size: size, ..Viewport::default() }), None);
    for mut camera in &mut left {
        let (viewport, view) = match (line, twin.piece) {
            (None, None) => whole(),
            (line, piece) => {
                let from = piece.map_or(0, |piece| piece.corner.x);
                // The left camera always draws: a piece that lies right of the line has all of this drawn over.
                part(0..line.unwrap_or(size.x).max(from + 1)).unwrap_or_else(whole)
            }
        };
        give(&mut camera, viewport, view);
    }
    for (mut camera, mut transform) in &mut right {
        let seen = line.and_then(|line| part(line..size.x));
        if camera.is_active != seen.is_some() {
            camera.is_active = seen.is_some();
        }
        if let Some((viewport, view)) = seen {
            give(&mut camera, viewport, view);
            transform.set_if_neq(orbit.transform());
        }
    }
}

/// Has what lies in a camera's part of the picture drawn: Bevy looks for it about the middle of the whole.
fn see_part(mut cameras: Query<(&Camera, &GlobalTransform, &Projection, &mut Frustum), With<Camera3d>>) {
    for (camera, transform, projection, mut frustum) in &mut cameras {
        if camera.sub_camera_view.is_some() {
            *frustum = Frustum(ViewFrustum::from_clip_from_world_custom_far(
                &(camera.clip_from_view() * transform.affine().inverse()),
                &transform.translation(),
                &transform.back(),
                projection.far(),
            ));
        }
    }
}

/// Writes what differs: a camera that is written to has its projection made anew.
fn give(camera: &mut Mut<Camera>, viewport: Option<Viewport>, view: Option<SubCameraView>) {
    let same =
        |a: &Viewport, b: &Viewport| (a.physical_position, a.physical_size) == (b.physical_position, b.physical_size);
    let fits = match (&camera.viewport, &viewport) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    };
    if !fits {
        camera.viewport = viewport;
    }
    if camera.sub_camera_view != view {
        camera.sub_camera_view = view;
    }
}

#[cfg(test)]
mod tests {
    use bevy::camera::primitives::Sphere;

    use super::*;
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;

    #[test]
    fn each_part_of_a_split_picture_draws_what_lies_at_its_sides() {
        let options = CaptureOptions { width: 640, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::for_film(fixture::tiny(), &options, None).expect("a headless stage");
        let world = stage.world_mut();
        world.resource_mut::<Twin>().right = Some(Right { at: 0.5, there: None, overlay: None });
        stage.picture().expect("a picture");
        let view = stage.view();
        let world = stage.world_mut();
        let mut left = world.query_filtered::<&Frustum, With<TwinCamera>>();
        let mut right = world.query_filtered::<&Frustum, With<RightCamera>>();
        let (left, right) = (*left.single(world).unwrap(), *right.single(world).unwrap());
        // A small thing so far across the picture.
        let sees = |frustum: &Frustum, share: f32| {
            let (eye, ray) = view.ray(view.size * Vec2::new(share, 0.5));
            let center = (eye + ray * 500.0).as_vec3().into();
            frustum.intersects_sphere(&Sphere { center, radius: 0.5 }, false)
        };
        assert_eq!([0.02, 0.48, 0.52, 0.98].map(|share| sees(&left, share)), [true, true, false, false]);
        assert_eq!([0.02, 0.48, 0.52, 0.98].map(|share| sees(&right, share)), [false, false, true, true]);
    }

    #[test]
    fn a_picture_that_is_split_again_begins_with_its_left_part() {
        let mut app = App::new();
        app.insert_resource(Twin::new(fixture::tiny(), Shown::default())).add_systems(PostUpdate, choose_whole);
        let chosen = |app: &mut App, right: Option<Right>| {
            app.world_mut().resource_mut::<Twin>().right = right;
            app.update();
            app.world().resource::<Twin>().chosen
        };
        let split = Right { at: 0.5, there: None, overlay: None };
        app.world_mut().resource_mut::<Twin>().chosen = Side::Right;
        assert_eq!(chosen(&mut app, Some(split.clone())), Side::Right, "the part that was clicked");
        assert_eq!(chosen(&mut app, None), Side::Left);
        assert_eq!(chosen(&mut app, Some(split)), Side::Left);
    }
}
