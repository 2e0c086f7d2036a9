//! Tiles become entities, a few megabytes a frame in a window so that loading never stalls it, all at once for a picture.

use std::sync::Arc;

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;

use super::exchange::{Exchange, Staged};
use super::stream::{CITY, CITY_CARE, Detail, Made, PICTURE_CARE};
use super::uploads::{Uploads, cut_uniform};
use super::{Meshed, SceneGeometry, Twin};
use crate::camera::{Orbit, Wanted};
use crate::cut::Cut;
use crate::cut::caps::caps;
use crate::cut::scene::{Meets, SceneCut};
use crate::material::{ATTRIBUTE_NORMAL, ATTRIBUTE_PARAM, ATTRIBUTE_SLOT, LayerMaterial, Pass, SceneUniform};
use crate::mesh::{Layer, TileMesh};
use crate::split::Side;
use crate::theme::ThemeChoice;

/// Vertices uploaded per frame in a window: some 20 MB. Fewer would make a slow machine draw the scene more often before all
/// of it is there.
const VERTICES_PER_FRAME: usize = 500_000;

/// A tile of the scene.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tile {
    /// Pass.
    pub layer: Layer,
    /// The overlay it belongs to, if any.
    pub overlay: Option<usize>,
    /// Triangles.
    pub triangles: usize,
    /// Vertices.
    pub vertices: usize,
    /// Buildings in it are blocks of a few pixels.
    pub blocks: bool,
}

impl Tile {
    /// What its material draws.
    pub(crate) const fn pass(&self) -> Pass {
        Pass { layer: self.layer, blocks: self.blocks }
    }
}

/// How fast tiles become entities.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A few megabytes a frame.
    Smooth,
    /// All in one frame, at the detail of a window.
    AtOnce,
    /// All in one frame; what is far away keeps its outline.
    Picture,
}

/// The sky needs no park: it is there in the first frame.
pub(super) fn spawn_sky(
    twin: Res<Twin>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let mut sky = TileMesh::new(Layer::Sky);
    for corner in [Vec3::new(-1.0, -1.0, 0.0), Vec3::new(3.0, -1.0, 0.0), Vec3::new(-1.0, 3.0, 0.0)] {
        sky.vertex(crate::mesh::Vertex { position: corner, slot: 0, normal: Vec3::Y, mark: 0.0, param: [0.0; 2] });
    }
    sky.triangle(0, 1, 2);
    let styles = buffers.add(ShaderBuffer::new(&[0; 16], RenderAssetUsages::default()));
    let scene = SceneUniform::new(&twin.theme(), Layer::Sky, false, 0.0, twin.px_factor);
    let cut = cut_uniform(&twin, None, Layer::Sky);
    let material =
        LayerMaterial { styles, scene, photo: None, cut, is_cut: false, pass: Layer::Sky.into(), blended: false };
    commands.spawn((Mesh3d(meshes.add(mesh_of(sky))), MeshMaterial3d(materials.add(material)), NoFrustumCulling, Sky));
}

/// Marks the sky.
#[derive(Component, Debug)]
pub(super) struct Sky;

type Meshes = (&'static Mesh3d, &'static Aabb, &'static Tile, &'static Side);
type Looks =
    (&'static Tile, &'static Side, &'static Aabb, &'static mut Visibility, &'static mut MeshMaterial3d<LayerMaterial>);

/// What the left part draws, once more for the right one: the same meshes with materials of its own. Gone with the split.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn spawn_right(
    twin: Res<Twin>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    tiles: Query<Meshes, Without<Staged>>,
    sky: Query<(&Mesh3d, &MeshMaterial3d<LayerMaterial>), With<Sky>>,
    right: Query<(Entity, &Side)>,
    orbit: Res<Orbit>,
    mut seen: Local<u64>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    let there = right.iter().any(|(_, side)| *side == Side::Right);
    let all_gone = |commands: &mut Commands| {
        let on_right = right.iter().filter(|(_, side)| **side == Side::Right);
        on_right.for_each(|(tile, _)| commands.entity(tile).despawn());
    };
    if twin.right.is_none() {
        if there {
            all_gone(&mut commands);
            uploads.let_right_go();
        }
        return;
    }
    // The tiles of another view follow when all of them are there.
    if !uploads.has_right() || !uploads.is_settled(&orbit) || (there && *seen == uploads.generation) {
        return;
    }
    *seen = uploads.generation;
    all_gone(&mut commands);
    let cut = twin.scene_cut(&meshed.geometry, Side::Right);
    // Those of the right part are still there: they go when this is done.
    for (mesh, aabb, tile, _) in tiles.iter().filter(|(.., side)| **side == Side::Left) {
        let met = cut.as_ref().map_or(Meets::Untouched, |cut| cut.meets(tile.layer, aabb));
        let is_cut = met == Meets::Touched;
        let material = uploads.material(tile.pass(), Side::Right, is_cut, &twin, &meshed.geometry, &mut materials);
        let seen = visibility(tile, Side::Right, &twin, met, None);
        let layers = Side::Right.layers();
        commands.spawn((mesh.clone(), MeshMaterial3d(material), *aabb, *tile, Side::Right, layers, seen));
    }
    for (mesh, material) in &sky {
        commands.spawn((mesh.clone(), material.clone(), NoFrustumCulling, Side::Right, Side::Right.layers()));
    }
}

/// Turns waiting tiles into entities, and has made what the camera needs.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn spawn_tiles(
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    pace: Res<Pace>,
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    wanted: Res<Wanted>,
    exchange: Option<Res<Exchange>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    // Asked before anything is taken: what is written to is looked at anew everywhere.
    // Nor while another park is on its way to the device: that would wait for tiles that go with this one.
    let settled = uploads.is_settled(&orbit) && uploads.stream.sun() == twin.light();
    if settled || wanted.0.is_some() || exchange.is_some_and(|exchange| exchange.needs_frames()) {
        return;
    }
    let upload = Upload { twin: &twin, geometry: &meshed.geometry, orbit: *orbit, pace: *pace, staged: false };
    spawn_waiting(&mut uploads, &upload, &mut meshes, &mut materials, &mut commands);
}

/// What tiles are spawned for, and how.
pub(super) struct Upload<'a> {
    pub(super) twin: &'a Twin,
    pub(super) geometry: &'a Arc<SceneGeometry>,
    /// The view they are for.
    pub(super) orbit: Orbit,
    pub(super) pace: Pace,
    /// Out of sight.
    pub(super) staged: bool,
}

/// Spawns waiting tiles, then those of buckets, as many as a frame bears.
pub(super) fn spawn_waiting(
    uploads: &mut Uploads,
    upload: &Upload<'_>,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<LayerMaterial>,
    commands: &mut Commands,
) {
    let at_once = upload.pace != Pace::Smooth;
    let buildings = upload.twin.input.snapshot.buildings.len();
    let care = if upload.twin.software && buildings > CITY { CITY_CARE } else { 1.0 };
    let detail = match upload.pace {
        Pace::Smooth => Detail { care, lingers: true },
        Pace::AtOnce => Detail { care, lingers: false },
        Pace::Picture => Detail { care: PICTURE_CARE, lingers: false },
    };
    let cut = upload.twin.scene_cut(upload.geometry, Side::Left);
    let mut budget = if at_once { usize::MAX } else { VERTICES_PER_FRAME };
    uploads.stream.relight(&upload.geometry.buckets, upload.twin.light());
    let gone = uploads.stream.look(upload.geometry, &upload.orbit, detail);
    for bucket in gone {
        if let Some(entity) = uploads.stream.let_go(bucket) {
            commands.entity(entity).despawn();
            uploads.generation += 1;
        }
    }
    while budget > 0 {
        let Some((overlay, tile)) = uploads.waiting.pop_front() else { break };
        budget = budget.saturating_sub(tile.positions.len());
        spawn_tile(uploads, upload, cut.as_ref(), (overlay, tile, None), meshes, materials, commands);
    }
    if at_once {
        for made in uploads.stream.make_all(upload.geometry) {
            place(uploads, upload, cut.as_ref(), made, meshes, materials, commands);
        }
    }
    while budget > 0 {
        let Some(made) = uploads.stream.take() else { break };
        budget = budget.saturating_sub(made.tile.positions.len());
        place(uploads, upload, cut.as_ref(), made, meshes, materials, commands);
    }
    uploads.stream.ask(upload.geometry);
    uploads.stream.note_complete();
}

/// Puts what was made of a bucket in the place of what is shown of it.
fn place(
    uploads: &mut Uploads,
    upload: &Upload<'_>,
    cut: Option<&SceneCut>,
    Made { bucket, level, tile }: Made,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<LayerMaterial>,
    commands: &mut Commands,
) {
    // The camera has moved on since it was asked for. Where nothing is shown yet, another level is better than none.
    if !uploads.stream.is_of_use(bucket, level) {
        uploads.stream.pass_over(bucket);
        return;
    }
    if tile.is_empty() {
        if let Some(entity) = uploads.stream.let_go(bucket) {
            commands.entity(entity).despawn();
            uploads.generation += 1;
        }
        uploads.stream.shown(bucket, level);
        return;
    }
    let before = uploads.stream.states[bucket].entity;
    let entity = spawn_tile(uploads, upload, cut, (None, tile, before), meshes, materials, commands);
    uploads.stream.states[bucket].entity = Some(entity);
    uploads.stream.shown(bucket, level);
}

/// Makes an entity of a tile, or puts it in the place of one.
fn spawn_tile(
    uploads: &mut Uploads,
    upload: &Upload<'_>,
    cut: Option<&SceneCut>,
    (overlay, tile, before): (Option<usize>, TileMesh, Option<Entity>),
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<LayerMaterial>,
    commands: &mut Commands,
) -> Entity {
    uploads.generation += 1;
    let component = Tile {
        layer: tile.layer,
        overlay,
        triangles: tile.triangles(),
        vertices: tile.positions.len(),
        blocks: tile.blocks,
    };
    let aabb = Aabb::from_min_max(tile.lowest, tile.highest);
    let met = cut.map_or(Meets::Untouched, |cut| cut.meets(tile.layer, &aabb));
    let is_cut = met == Meets::Touched;
    let material = uploads.material(component.pass(), Side::Left, is_cut, upload.twin, upload.geometry, materials);
    let seen =
        if upload.staged { Visibility::Hidden } else { visibility(&component, Side::Left, upload.twin, met, None) };
    let mut entity = match before {
        Some(entity) => commands.entity(entity),
        None => commands.spawn_empty(),
    };
    entity.insert((Mesh3d(meshes.add(mesh_of(tile))), MeshMaterial3d(material), aabb, component, Side::Left, seen));
    if upload.staged {
        entity.insert(Staged);
        if uploads.has_right() {
            // The right part shares the mesh; its material must be on the device too.
            uploads.material(component.pass(), Side::Right, is_cut, upload.twin, upload.geometry, materials);
        }
    }
    entity.id()
}

/// Shows what the switches and the distance call for, and swaps solid for translucent materials underground.
#[expect(clippy::too_many_arguments, reason = "a system's parameters")]
pub(super) fn show_tiles(
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut tiles: Query<Looks, Without<Staged>>,
    mut sky_as: Local<Option<(ThemeChoice, f32)>>,
    sky: Query<&MeshMaterial3d<LayerMaterial>, (With<Sky>, Without<Tile>)>,
) {
    // Hovering changes the twin too, and what is written to is prepared anew.
    if *sky_as != Some((twin.theme, twin.px_factor)) {
        *sky_as = Some((twin.theme, twin.px_factor));
        for handle in &sky {
            if let Some(mut material) = materials.get_mut(&handle.0) {
                material.scene = SceneUniform::new(&twin.theme(), Layer::Sky, false, 0.0, twin.px_factor);
            }
        }
    }
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    let loading = !uploads.is_settled(&orbit) || uploads.is_changed();
    if !twin.is_changed() && !orbit.is_changed() && !loading {
        return;
    }
    let (eye, sight_m) = (orbit.eye(), orbit.sight_m(meshed.geometry.ground_y()));
    let cuts = [Side::Left, Side::Right].map(|side| twin.scene_cut(&meshed.geometry, side));
    for (tile, side, aabb, mut seen, mut material) in &mut tiles {
        let away = (Vec3::from(aabb.center) - eye).abs() - Vec3::from(aabb.half_extents);
        let away_m = away.max(Vec3::ZERO).length();
        let px_per_m = if away_m > sight_m { 0.0 } else { orbit.px_per_metre(away_m) };
        let met = cuts[*side as usize].as_ref().map_or(Meets::Untouched, |cut| cut.meets(tile.layer, aabb));
        seen.set_if_neq(visibility(tile, *side, &twin, met, Some(px_per_m)));
        if twin.is_changed() {
            let is_cut = met == Meets::Touched;
            let wanted = uploads.material(tile.pass(), *side, is_cut, &twin, &meshed.geometry, &mut materials);
            if material.0 != wanted {
                material.0 = wanted;
            }
        }
    }
}

/// A face that the cut lays bare.
#[derive(Component, Debug)]
pub(super) struct CapFace;

/// Makes the faces of the cut anew when it changed.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn show_caps(
    twin: Res<Twin>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    mut made: Local<(Cut, bool)>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    faces: Query<Entity, With<CapFace>>,
    mut commands: Commands,
) {
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    let split = twin.right.is_some() && uploads.has_right();
    let now = (twin.cut.clone(), split);
    if *made == now && !meshed.is_changed() {
        return;
    }
    *made = now;
    for face in &faces {
        commands.entity(face).despawn();
    }
    let tile = caps(&twin.cut, &twin.input.snapshot, &meshed.geometry, &meshed.picker);
    if tile.is_empty() {
        return;
    }
    let mesh = Mesh3d(meshes.add(mesh_of(tile)));
    for side in [Side::Left, Side::Right].into_iter().take(1 + usize::from(split)) {
        let material = uploads.material(Layer::Cap.into(), side, false, &twin, &meshed.geometry, &mut materials);
        // Pipes in it grow on screen with distance: the box around the points says little.
        commands.spawn((mesh.clone(), MeshMaterial3d(material), NoFrustumCulling, side.layers(), CapFace));
    }
}

fn visibility(tile: &Tile, side: Side, twin: &Twin, met: Meets, px_per_m: Option<f32>) -> Visibility {
    let underground = twin.is_underground_on(side);
    let overlay = twin.right.as_ref().filter(|_| side == Side::Right).map_or(twin.shown.overlay, |right| right.overlay);
    let shown = match tile.layer {
        // The ground is there to the horizon; nothing else shows through the haze.
        layer if px_per_m == Some(0.0) && layer != Layer::Terrain => false,
        Layer::Zone | Layer::ZoneLine | Layer::Pillar => tile.overlay == overlay,
        Layer::Pipe => twin.shows_pipes(side),
        Layer::RoadCasing => !underground && !twin.shows_photo(),
        // They are in the photo, as they are.
        Layer::Surface | Layer::SurfaceLine | Layer::Road => !twin.shows_photo(),
        // What is too small to be seen has no tile (`plan`).
        Layer::Shadow => !underground,
        _ => true,
    };
    if shown && met != Meets::Gone && twin.shown.layers.draws(tile.layer) {
        Visibility::Inherited
    } else {
        Visibility::Hidden
    }
}

/// Upload form of a tile; its memory here is freed once it is on the GPU.
pub(crate) fn mesh_of(tile: TileMesh) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, tile.positions)
        .with_inserted_attribute(ATTRIBUTE_SLOT, tile.slots)
        .with_inserted_attribute(ATTRIBUTE_NORMAL, VertexAttributeValues::Snorm16x4(tile.normals))
        .with_inserted_attribute(ATTRIBUTE_PARAM, tile.params)
        .with_inserted_indices(Indices::U32(tile.indices))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;
    use crate::split::Right;

    #[test]
    fn the_right_part_has_each_tile_of_the_left_one_once_however_often_they_are_made_anew() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        let split = Right { at: 0.5, there: None, overlay: None };
        stage.app_mut().world_mut().resource_mut::<Twin>().right = Some(split);
        for _ in 0..4 {
            stage.picture().expect("a picture");
            let world = stage.app_mut().world_mut();
            let [left, right] = [Side::Left, Side::Right].map(|side| {
                let mut tiles = world.query_filtered::<(&Side, &Mesh3d), With<Tile>>();
                let on_side = tiles.iter(world).filter(|(of, _)| **of == side);
                let mut meshes: Vec<AssetId<Mesh>> = on_side.map(|(_, mesh)| mesh.0.id()).collect();
                meshes.sort_unstable();
                meshes
            });
            assert!(left.len() > 3, "{left:?}");
            assert_eq!(left, right);
            // As when the camera has moved on and other tiles have come.
            world.resource_mut::<Uploads>().generation += 1;
        }
    }
}
