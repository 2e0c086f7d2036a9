//! The camera: an orbit around a point on the ground, and the first view of a park.
//!
//! Mouse and keyboard are left to `control`.

pub(crate) mod control;
mod fit;
mod flight;
mod orbit;
mod strokes;

use bevy::camera::{PerspectiveProjection, Projection};
use bevy::prelude::*;

pub(crate) use fit::{view_of, view_of_points};
pub(crate) use flight::{Flight, between};
pub(crate) use orbit::Orbit;

use crate::input::CameraChoice;
use crate::scene::{Meshed, Twin};
use crate::split::SceneArea;
use crate::theme::FOV_DEG;

/// Marks the one camera.
#[derive(Component, Debug)]
pub(crate) struct TwinCamera;

/// Where the camera should go once the park is known.
#[derive(Resource, Debug, Clone, Copy)]
pub(crate) struct Wanted(pub Option<CameraChoice>);

/// Projection of the camera. The near plane is close: depth is reversed floating point, so nothing is lost by it.
pub(crate) fn projection() -> Projection {
    Projection::Perspective(PerspectiveProjection {
        fov: FOV_DEG.to_radians(),
        near: 0.2,
        far: 1e7,
        ..PerspectiveProjection::default()
    })
}

/// Systems that place the camera.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Orbit>()
        .init_resource::<Flight>()
        .add_systems(Update, (aim, flight::fly).chain().after(crate::scene::SceneSystems))
        .add_systems(PostUpdate, place.before(TransformSystems::Propagate));
}

/// Takes the wanted view once the park is meshed.
fn aim(mut wanted: ResMut<Wanted>, meshed: Option<Res<Meshed>>, mut orbit: ResMut<Orbit>) {
    if let (Some(choice), Some(meshed)) = (wanted.0, meshed) {
        *orbit = view_of(choice, &meshed.geometry, &orbit);
        wanted.0 = None;
    }
}

/// Writes the orbit into the camera's transform, and the picture size into the orbit.
fn place(
    mut orbit: ResMut<Orbit>,
    area: Res<SceneArea>,
    twin: Option<Res<Twin>>,
    mut cameras: Query<(&Camera, &mut Transform), With<TwinCamera>>,
) {
    for (camera, mut transform) in &mut cameras {
        // Of both parts where the picture is split.
        let piece = twin.as_ref().and_then(|twin| twin.piece);
        let whole = piece.map(|piece| piece.whole).or(area.0.map(|(_, size)| size));
        let whole = whole.or_else(|| camera.physical_target_size());
        if let Some(size) = whole.map(UVec2::as_vec2)
            && size != orbit.size
            && size.min_element() > 0.0
        {
            orbit.size = size;
        }
        transform.set_if_neq(orbit.transform());
    }
}
