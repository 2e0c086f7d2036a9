//! A park takes the place of the one that is shown: meshed and uploaded beside it, then swapped within one frame, so that
//! no frame is empty and none shows half of each.
//!
//! Camera, selection and switches stay. The origin of the scene stays too, unless the park moved far away.

use std::sync::Arc;

use bevy::camera::primitives::Aabb;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use spatial_db::model::Imagery;

use super::spawn::{Upload, spawn_waiting};
use super::{Composing, Meshed, MeshingFailed, Pace, Photo, SceneGeometry, Tile, Twin, Uploads, outlines};
use crate::app::RenderWatch;
use crate::camera::{Flight, Orbit, view_of};
use crate::cut::scene::Meets;
use crate::error::EngineError;
use crate::history::History;
use crate::input::{CameraChoice, TwinInput};
use crate::layers::Layers;
use crate::live::{Live, News};
use crate::material::LayerMaterial;
use crate::network::is_made_here;
use crate::pick::Picker;
use crate::split::Side;
use crate::theme::ThemeChoice;
use crate::time::Years;
use crate::work::{Work, let_go};

/// Frames in a row for which everything has to be on the device before the swap.
const READY_FRAMES: u32 = 2;
/// Frames after which the swap is made all the same: the device may refuse something.
const MOST_FRAMES: u32 = 240;

/// A park that is about to take the place of the one shown.
#[derive(Resource)]
pub(crate) struct Exchange {
    /// The park that comes, with the switches of the window.
    next: Twin,
    news: Option<News>,
    stage: Stage,
}

enum Stage {
    Meshing(Work<Result<Built, EngineError>>),
    Uploading(Box<Uploading>),
}

/// What the background made.
struct Built {
    geometry: SceneGeometry,
    picker: Picker,
    photo: BuiltPhoto,
}

/// What became of the orthophoto.
enum BuiltPhoto {
    /// It is the one that is shown.
    Kept,
    /// Another, or none any more.
    Made(Option<Photo>),
}

/// Tiles on their way to the device.
struct Uploading {
    meshed: Meshed,
    uploads: Uploads,
    /// Frames since the last tile was spawned, and those of them in which all was there.
    frames: u32,
    ready: u32,
}

/// Marks a tile of the park that comes: it is out of sight.
#[derive(Component, Debug)]
pub(crate) struct Staged;

/// What materials depend on: they must be on the device before the swap.
type Switches = (ThemeChoice, [bool; 3], Layers, u32, Option<usize>);

fn switches(twin: &Twin) -> Switches {
    let on = [twin.is_underground(), twin.shows_photo(), twin.right.is_some()];
    let right = twin.right.as_ref().and_then(|right| right.overlay);
    (twin.theme, on, twin.shown.layers, twin.px_factor.to_bits(), right)
}

impl Exchange {
    /// Begins to mesh `input`; `done` is called from the background when that is over.
    pub(crate) fn begin(
        twin: &Twin,
        meshed: &Meshed,
        input: TwinInput,
        news: Option<News>,
        done: impl FnOnce() + Send + 'static,
    ) -> Self {
        let another_photo = !is_same(twin.input.imagery.as_ref(), input.imagery.as_ref());
        let same_crs = input.snapshot.park.srid == twin.input.snapshot.park.srid;
        let origin = same_crs.then_some(meshed.geometry.origin);
        let (snapshot, overlays, imagery) =
            (input.snapshot.clone(), outlines(&input.overlays), input.imagery.clone().filter(|_| another_photo));
        let make = move || {
            let geometry = SceneGeometry::build_at(&snapshot, &overlays, origin)?;
            let picker = Picker::new(&snapshot, &geometry);
            let photo = if another_photo {
                BuiltPhoto::Made(imagery.and_then(|imagery| Photo::compose(&imagery)))
            } else {
                BuiltPhoto::Kept
            };
            Ok(Built { geometry, picker, photo })
        };
        Self { next: twin.with_input(input), news, stage: Stage::Meshing(Work::begin(make, done)) }
    }

    /// True while frames are needed to go on.
    pub(crate) fn needs_frames(&self) -> bool {
        matches!(self.stage, Stage::Uploading(_))
    }
}

fn is_same(old: Option<&Arc<Imagery>>, new: Option<&Arc<Imagery>>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => Arc::ptr_eq(old, new),
        (None, None) => true,
        _ => false,
    }
}

/// Takes what the background made.
pub(super) fn take_built(
    exchange: Option<ResMut<Exchange>>,
    shown: Option<Res<Uploads>>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let Some(mut exchange) = exchange else { return };
    let Exchange { stage, next, .. } = &mut *exchange;
    let Stage::Meshing(work) = &*stage else { return };
    match work.take() {
        None => {}
        Some(Err(error)) => {
            // What is shown stays, and the window says why.
            commands.remove_resource::<Exchange>();
            commands.insert_resource(MeshingFailed(error));
        }
        Some(Ok(Built { mut geometry, picker, photo })) => {
            let mut uploads = Uploads::new(&mut geometry, next, &mut buffers);
            match photo {
                BuiltPhoto::Made(photo) => uploads.take_photo(photo, &geometry, &mut images),
                BuiltPhoto::Kept => uploads.keep_photo(shown.as_deref(), &geometry),
            }
            uploads.restyle(next, &geometry, &mut buffers, &mut materials);
            let meshed = Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) };
            *stage = Stage::Uploading(Box::new(Uploading { meshed, uploads, frames: 0, ready: 0 }));
        }
    }
}

/// Spawns tiles out of sight, and keeps their materials as the window's switches are.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn upload(
    exchange: Option<ResMut<Exchange>>,
    twin: Res<Twin>,
    shown: Res<Meshed>,
    orbit: Res<Orbit>,
    pace: Res<Pace>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut staged: Query<(&Tile, &Aabb, &mut MeshMaterial3d<LayerMaterial>), With<Staged>>,
    mut commands: Commands,
) {
    let Some(mut exchange) = exchange else { return };
    let Exchange { next, stage: Stage::Uploading(uploading), .. } = &mut *exchange else { return };
    let Uploading { meshed, uploads, frames, ready } = &mut **uploading;
    if switches(next) != switches(&twin) {
        let input = std::mem::replace(&mut next.input, TwinInput::before(""));
        *next = twin.with_input(without_own(input));
        uploads.restyle(next, &meshed.geometry, &mut buffers, &mut materials);
        let cut = next.scene_cut(&meshed.geometry, Side::Left);
        for (tile, aabb, mut material) in &mut staged {
            let is_cut = cut.as_ref().is_some_and(|cut| cut.meets(tile.layer, aabb) == Meets::Touched);
            material.0 = uploads.material(tile.pass(), Side::Left, is_cut, next, &meshed.geometry, &mut materials);
            if next.right.is_some() {
                uploads.material(tile.pass(), Side::Right, is_cut, next, &meshed.geometry, &mut materials);
            }
        }
        *ready = 0;
    }
    // For one view: a camera that moves on gets what it needs after the swap.
    let orbit = uploads.viewed().unwrap_or_else(|| view_after(&twin, next, &shown, meshed, &orbit));
    if uploads.is_settled(&orbit) {
        *frames += 1;
        return;
    }
    let upload = Upload { twin: next, geometry: &meshed.geometry, orbit, pace: *pace, staged: true };
    spawn_waiting(uploads, &upload, &mut meshes, &mut materials, &mut commands);
}

/// True once all of the park that comes is on the device.
fn is_ready(world: &mut World) -> bool {
    // The right part of a split picture has the same meshes.
    let tiles = world.query_filtered::<&Side, With<Tile>>().iter(world).filter(|side| **side == Side::Left).count();
    let state = world.resource::<RenderWatch>().state();
    let (meshes, materials) = (world.resource::<Assets<Mesh>>().len(), world.resource::<Assets<LayerMaterial>>().len());
    let Some(mut exchange) = world.get_resource_mut::<Exchange>() else { return false };
    let Stage::Uploading(uploading) = &mut exchange.stage else { return false };
    if uploading.frames == 0 {
        return false;
    }
    // One more than the tiles: the sky.
    let all_there = state.meshes >= meshes.max(tiles + 1) && state.materials >= materials;
    uploading.ready = if all_there { uploading.ready + 1 } else { 0 };
    uploading.ready >= READY_FRAMES || uploading.frames >= MOST_FRAMES
}

/// Puts the park that comes in its place once all of it is on the device.
pub(super) fn swap(world: &mut World) {
    if !is_ready(world) {
        return;
    }
    let Some(Exchange { next, news, stage: Stage::Uploading(uploading) }) = world.remove_resource::<Exchange>() else {
        return;
    };
    let Uploading { meshed, uploads, .. } = *uploading;
    let tiles: Vec<(Entity, bool)> = world.query_filtered::<(Entity, Has<Staged>), With<Tile>>().iter(world).collect();
    for (entity, staged) in tiles {
        if staged {
            world.entity_mut(entity).remove::<Staged>();
        } else {
            world.despawn(entity);
        }
    }
    // The right part is made anew of the same meshes, its sky too.
    let right: Vec<(Entity, Side)> =
        world.query::<(Entity, &Side)>().iter(world).map(|(entity, side)| (entity, *side)).collect();
    for (entity, _) in right.into_iter().filter(|(_, side)| *side == Side::Right) {
        world.despawn(entity);
    }
    keep_view(world, &next, &meshed);
    let another_photo = !is_same(world.resource::<Twin>().input.imagery.as_ref(), next.input.imagery.as_ref());
    if another_photo {
        // The photo that may still be composed is of the park before.
        world.remove_resource::<Composing>();
    }
    put(&mut world.resource_mut::<Twin>(), next.input, &meshed);
    world.resource_scope(|world, twin: Mut<Twin>| {
        world.resource_mut::<Years>().begin(&twin);
    });
    // What undo would bring back is of the park before.
    if let Some(mut history) = world.get_resource_mut::<History>() {
        *history = History::default();
    }
    world.insert_resource(uploads);
    world.insert_resource(meshed);
    if let Some(mut live) = world.get_resource_mut::<Live>() {
        live.shown(news);
    }
}

/// The view that `orbit` will be: the same place in the park.
fn view_after(twin: &Twin, next: &Twin, shown: &Meshed, new: &Meshed, orbit: &Orbit) -> Orbit {
    let old = shown.geometry.origin;
    if next.input.snapshot.park.srid != twin.input.snapshot.park.srid {
        // Nothing of the view holds in another CRS.
        view_of(CameraChoice::WholePark, &new.geometry, orbit)
    } else if new.geometry.origin != old {
        let target = old.park_from_scene_precise(orbit.target.as_dvec3());
        Orbit { target: new.geometry.origin.scene_from_park(target.x, target.y, target.z), ..*orbit }
    } else {
        *orbit
    }
}

/// The camera stays where it is in the park.
fn keep_view(world: &mut World, next: &Twin, new: &Meshed) {
    let orbit = *world.resource::<Orbit>();
    let after = view_after(world.resource::<Twin>(), next, world.resource::<Meshed>(), new, &orbit);
    if after != orbit {
        *world.resource_mut::<Orbit>() = after;
        world.resource_mut::<Flight>().stop();
    }
}

/// What the caller gave, without the overlays that were made in the window.
fn without_own(mut input: TwinInput) -> TwinInput {
    input.overlays.retain(|overlay| !is_made_here(overlay));
    input
}

/// Gives the window the park; what is selected and no longer there is let go.
fn put(twin: &mut Twin, input: TwinInput, meshed: &Meshed) {
    let mut next = twin.with_input(without_own(input));
    let slots = &meshed.geometry.slots;
    next.shown.hovered = next.shown.hovered.filter(|id| slots.of(*id).is_some());
    next.shown.selection = next.shown.selection.kept(|id| slots.of(id).is_some());
    next.overlays_version += 1;
    next.park_version += 1;
    let_go(std::mem::replace(twin, next));
}
