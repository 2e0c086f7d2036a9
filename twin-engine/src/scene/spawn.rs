//! Tiles become entities, a few megabytes a frame in a window so that loading never stalls it, all at once for a picture.

use std::collections::{HashMap, VecDeque};

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;

use super::exchange::Staged;
use super::{Meshed, Photo, SceneGeometry, Twin};
use crate::camera::Orbit;
use crate::cut::Cut;
use crate::cut::caps::caps;
use crate::cut::scene::{Meets, SceneCut};
use crate::material::{ATTRIBUTE_NORMAL, ATTRIBUTE_PARAM, ATTRIBUTE_SLOT, LayerMaterial, SceneUniform};
use crate::mesh::{Layer, TileMesh};
use crate::slots::Slots;
use crate::split::Side;
use crate::style::{Shown, buffer_bytes, mark, styles};
use crate::theme::ThemeChoice;

/// Vertices uploaded per frame in a window: some 20 MB. Fewer would make a slow machine draw the scene more often before all
/// of it is there.
pub(super) const VERTICES_PER_FRAME: usize = 500_000;
/// Fine detail of a tile is drawn when its features are at least this large on screen, px.
const DETAIL_PX: f32 = 13.0;
/// Smallest building, px, that gets a shadow: under smaller ones it costs a third of the frame and cannot be seen.
const SHADOW_PX: f32 = 8.0;

/// A tile of the scene.
#[derive(Component, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tile {
    /// Pass.
    pub layer: Layer,
    /// The overlay it belongs to, if any.
    pub overlay: Option<usize>,
    /// Typical size of the features inside, m.
    pub feature_size_m: f32,
    /// Triangles.
    pub triangles: usize,
    /// Vertices.
    pub vertices: usize,
}

/// How fast tiles become entities.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A few megabytes a frame.
    Smooth,
    /// All in one frame.
    AtOnce,
}

/// Tiles waiting for upload, and the materials and styles they share.
#[derive(Resource, Debug)]
pub(crate) struct Uploads {
    waiting: VecDeque<(Option<usize>, TileMesh)>,
    materials: HashMap<Look, Handle<LayerMaterial>>,
    /// The photo and where it lies; `None` until it is ready.
    photo: Option<Laid>,
    drawn_with: Option<(ThemeChoice, f32, Cut, [bool; 2])>,
    left: Styled,
    /// The right part of a split picture.
    right: Option<Styled>,
}

/// The style buffer of a side.
#[derive(Debug)]
struct Styled {
    buffer: Handle<ShaderBuffer>,
    as_shown: Option<(ThemeChoice, Shown, u64)>,
    /// Bytes without hover and selection: those change often, and only a few bits of the whole.
    unmarked: Vec<u8>,
}

impl Styled {
    fn new(twin: &Twin, side: Side, slots: &Slots, buffers: &mut Assets<ShaderBuffer>) -> Self {
        let mut bytes = style_bytes(twin, side, slots);
        let unmarked = bytes.clone();
        mark(&mut bytes, slots, &twin.shown);
        let usage = RenderAssetUsages::RENDER_WORLD | RenderAssetUsages::MAIN_WORLD;
        Self { buffer: buffers.add(ShaderBuffer::new(&bytes, usage)), as_shown: None, unmarked }
    }

    fn restyle(&mut self, twin: &Twin, side: Side, slots: &Slots, buffers: &mut Assets<ShaderBuffer>) {
        // What the style depends on is whether pipes are drawn, not why.
        let shown = Shown { underground: twin.shows_pipes(side), ..twin.shown_on(side) };
        let now = (twin.theme, shown, twin.overlays_version);
        if self.as_shown.as_ref() == Some(&now) {
            return;
        }
        let same_but_marks = self.as_shown.as_ref().is_some_and(|(theme, shown, version)| {
            let (hovered, selection) = (shown.hovered, shown.selection.clone());
            (*theme, *version) == (now.0, now.2) && *shown == Shown { hovered, selection, ..now.1.clone() }
        });
        if !same_but_marks {
            self.unmarked = style_bytes(twin, side, slots);
        }
        if let Some(mut buffer) = buffers.get_mut(&self.buffer) {
            let mut bytes = self.unmarked.clone();
            mark(&mut bytes, slots, &twin.shown);
            buffer.data = Some(bytes);
        }
        self.as_shown = Some(now);
    }
}

/// A pass with how it is blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way to be drawn of its own")]
struct Look {
    layer: Layer,
    /// Faint, over pipes in underground mode.
    ghost: bool,
    /// Blended, because a layer in it is translucent.
    blended: bool,
    /// Under the photo.
    photo: bool,
    /// Part of the picture.
    side: Side,
    /// A part of it is cut away.
    cut: bool,
}

impl Look {
    fn of(layer: Layer, twin: &Twin, side: Side, cut: bool) -> Self {
        let ghost = is_ghost(layer, twin, side);
        Self { layer, ghost, blended: twin.shown.layers.is_translucent(layer), photo: false, side, cut }
    }
}

/// A photo on the ground.
#[derive(Debug, Clone)]
struct Laid {
    /// `None` where no tile of it could be decoded.
    picture: Option<Handle<Image>>,
    /// West and north of it in the park, m, and its placement in the scene of an origin.
    corner: [f64; 2],
    placement: Vec4,
}

impl Uploads {
    /// Takes the tiles out of `geometry`, ground first.
    pub(crate) fn new(geometry: &mut SceneGeometry, twin: &Twin, buffers: &mut Assets<ShaderBuffer>) -> Self {
        let tiles = std::mem::take(&mut geometry.tiles).into_iter().map(|tile| (None, tile));
        let of_overlays = std::mem::take(&mut geometry.overlay_tiles).into_iter().map(|(i, tile)| (Some(i), tile));
        let mut waiting: Vec<_> = tiles.chain(of_overlays).collect();
        waiting.sort_by_key(|(_, tile)| match tile.layer {
            Layer::Building => 2,
            Layer::BuildingEdge | Layer::Pipe | Layer::Fitting => 20,
            layer => layer.order(),
        });
        Self {
            waiting: waiting.into(),
            materials: HashMap::new(),
            photo: None,
            drawn_with: None,
            left: Styled::new(twin, Side::Left, &geometry.slots, buffers),
            right: None,
        }
    }

    /// True when no tile waits.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// True when the photo is ready to be drawn, or known to be none.
    pub(crate) fn has_photo(&self) -> bool {
        self.photo.is_some()
    }

    /// Lays the photo on the ground.
    pub(crate) fn take_photo(&mut self, photo: Option<Photo>, geometry: &SceneGeometry, images: &mut Assets<Image>) {
        let placement = photo.as_ref().map_or(Vec4::ZERO, |photo| photo.placement(&geometry.origin));
        let corner = photo.as_ref().map_or([0.0; 2], Photo::corner);
        let picture = photo.map(|photo| images.add(photo.into_image()));
        self.photo = Some(Laid { picture, corner, placement });
    }

    /// Lays the photo of `before` on this ground.
    pub(super) fn keep_photo(&mut self, before: Option<&Self>, geometry: &SceneGeometry) {
        self.photo = before.and_then(|before| before.photo.clone()).map(|laid| {
            let [west, north] = laid.corner;
            let corner = geometry.origin.scene_from_park(west, north, geometry.origin.z_m);
            Laid { placement: Vec4::new(corner.x, corner.z, laid.placement.z, laid.placement.w), ..laid }
        });
    }

    /// Writes styles and, if the theme or picture size changed, uniforms.
    pub(crate) fn restyle(
        &mut self,
        twin: &Twin,
        geometry: &SceneGeometry,
        buffers: &mut Assets<ShaderBuffer>,
        materials: &mut Assets<LayerMaterial>,
    ) {
        self.left.restyle(twin, Side::Left, &geometry.slots, buffers);
        if twin.right.is_some() {
            let right = self.right.get_or_insert_with(|| Styled::new(twin, Side::Right, &geometry.slots, buffers));
            right.restyle(twin, Side::Right, &geometry.slots, buffers);
        }
        let underground = [Side::Left, Side::Right].map(|side| twin.is_underground_on(side));
        let drawn_with = Some((twin.theme, twin.px_factor, twin.cut.clone(), underground));
        if self.drawn_with != drawn_with {
            self.drawn_with = drawn_with;
            let cuts = [Side::Left, Side::Right].map(|side| twin.scene_cut(geometry, side));
            for (look, handle) in &self.materials {
                if let Some(mut material) = materials.get_mut(handle) {
                    material.scene = self.uniform(twin, geometry, *look);
                    material.cut = cut_uniform(twin, cuts[look.side as usize].as_ref(), look.layer);
                }
            }
        }
    }

    pub(super) fn material(
        &mut self,
        layer: Layer,
        side: Side,
        is_cut: bool,
        twin: &Twin,
        geometry: &SceneGeometry,
        materials: &mut Assets<LayerMaterial>,
    ) -> Handle<LayerMaterial> {
        let photo = self.photo.as_ref().and_then(|laid| laid.picture.clone());
        let photo = photo.filter(|_| layer == Layer::Terrain && twin.shows_photo());
        let look = Look { photo: photo.is_some(), ..Look::of(layer, twin, side, is_cut) };
        if let Some(known) = self.materials.get(&look) {
            return known.clone();
        }
        let scene = self.uniform(twin, geometry, look);
        let blended = look.ghost || look.blended;
        let cut = cut_uniform(twin, twin.scene_cut(geometry, side).as_ref(), layer);
        let right = self.right.as_ref().filter(|_| side == Side::Right);
        let styles = right.unwrap_or(&self.left).buffer.clone();
        let handle = materials.add(LayerMaterial { styles, scene, photo, cut, is_cut, layer, blended });
        self.materials.insert(look, handle.clone());
        handle
    }

    fn uniform(&self, twin: &Twin, geometry: &SceneGeometry, look: Look) -> SceneUniform {
        let placement = self.photo.as_ref().map_or(Vec4::ZERO, |laid| laid.placement);
        uniform(twin, geometry, look).with_photo(placement)
    }
}

fn style_bytes(twin: &Twin, side: Side, slots: &Slots) -> Vec<u8> {
    let shown = Shown { underground: twin.shows_pipes(side), ..twin.shown_on(side) };
    buffer_bytes(&styles(&twin.input.snapshot, &twin.overlays_on(side), slots, &twin.theme(), &shown))
}

fn uniform(twin: &Twin, geometry: &SceneGeometry, look: Look) -> SceneUniform {
    let ground_y = (geometry.ground.mean_m() - geometry.origin.z_m) as f32;
    SceneUniform::new(&twin.theme(), look.layer, look.ghost, ground_y, twin.px_factor)
        .with_pipe_factor(look.layer, twin.cut.pipe_factor)
}

fn cut_uniform(twin: &Twin, cut: Option<&SceneCut>, layer: Layer) -> crate::cut::scene::CutUniform {
    cut.map_or_else(|| SceneCut::nothing().uniform(&twin.theme(), layer), |cut| cut.uniform(&twin.theme(), layer))
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
    let material = LayerMaterial { styles, scene, photo: None, cut, is_cut: false, layer: Layer::Sky, blended: false };
    commands.spawn((Mesh3d(meshes.add(mesh_of(sky))), MeshMaterial3d(materials.add(material)), NoFrustumCulling, Sky));
}

/// Marks the sky.
#[derive(Component, Debug)]
pub(super) struct Sky;

type Meshes = (&'static Mesh3d, &'static MeshMaterial3d<LayerMaterial>, &'static Aabb, &'static Tile);
type OnLeft = (With<Side>, Without<Staged>);
type Looks =
    (&'static Tile, &'static Side, &'static Aabb, &'static mut Visibility, &'static mut MeshMaterial3d<LayerMaterial>);

/// What the left part draws, once more for the right one: the same meshes with materials of its own. Gone with the split.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn spawn_right(
    twin: Res<Twin>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    left: Query<Meshes, OnLeft>,
    sky: Query<(&Mesh3d, &MeshMaterial3d<LayerMaterial>), With<Sky>>,
    right: Query<(Entity, &Side)>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    let there = right.iter().any(|(_, side)| *side == Side::Right);
    if twin.right.is_none() {
        if there {
            right
                .iter()
                .filter(|(_, side)| **side == Side::Right)
                .for_each(|(tile, _)| commands.entity(tile).despawn());
            uploads.right = None;
            uploads.materials.retain(|look, _| look.side == Side::Left);
        }
        return;
    }
    if there || !uploads.is_done() || uploads.right.is_none() {
        return;
    }
    let cut = twin.scene_cut(&meshed.geometry, Side::Right);
    for (mesh, _, aabb, tile) in &left {
        let met = cut.as_ref().map_or(Meets::Untouched, |cut| cut.meets(tile.layer, aabb));
        let is_cut = met == Meets::Touched;
        let material = uploads.material(tile.layer, Side::Right, is_cut, &twin, &meshed.geometry, &mut materials);
        let seen = visibility(tile, Side::Right, &twin, met, None);
        let layers = Side::Right.layers();
        commands.spawn((mesh.clone(), MeshMaterial3d(material), *aabb, *tile, Side::Right, layers, seen));
    }
    for (mesh, material) in &sky {
        commands.spawn((mesh.clone(), material.clone(), NoFrustumCulling, Side::Right, Side::Right.layers()));
    }
}

/// Turns waiting tiles into entities.
pub(super) fn spawn_tiles(
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    pace: Res<Pace>,
    twin: Res<Twin>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut commands: Commands,
) {
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    // Asked before anything is taken: what is written to is looked at anew everywhere.
    if uploads.is_done() {
        return;
    }
    let budget = if *pace == Pace::AtOnce { usize::MAX } else { VERTICES_PER_FRAME };
    let upload = Upload { twin: &twin, geometry: &meshed.geometry, budget, staged: false };
    spawn_waiting(&mut uploads, &upload, &mut meshes, &mut materials, &mut commands);
}

/// What tiles are spawned for, and how.
pub(super) struct Upload<'a> {
    pub(super) twin: &'a Twin,
    pub(super) geometry: &'a SceneGeometry,
    /// Vertices at most, but for the last tile.
    pub(super) budget: usize,
    /// Out of sight.
    pub(super) staged: bool,
}

/// Spawns waiting tiles.
pub(super) fn spawn_waiting(
    uploads: &mut Uploads,
    upload: &Upload<'_>,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<LayerMaterial>,
    commands: &mut Commands,
) {
    let cut = upload.twin.scene_cut(upload.geometry, Side::Left);
    let mut budget = upload.budget;
    while budget > 0 {
        let Some((overlay, tile)) = uploads.waiting.pop_front() else { return };
        budget = budget.saturating_sub(tile.positions.len());
        let component = Tile {
            layer: tile.layer,
            overlay,
            feature_size_m: tile.feature_size_m,
            triangles: tile.triangles(),
            vertices: tile.positions.len(),
        };
        let aabb = Aabb::from_min_max(tile.lowest, tile.highest);
        let met = cut.as_ref().map_or(Meets::Untouched, |cut| cut.meets(tile.layer, &aabb));
        let is_cut = met == Meets::Touched;
        let material = uploads.material(tile.layer, Side::Left, is_cut, upload.twin, upload.geometry, materials);
        let seen =
            if upload.staged { Visibility::Hidden } else { visibility(&component, Side::Left, upload.twin, met, None) };
        let mut entity = commands.spawn((
            Mesh3d(meshes.add(mesh_of(tile))),
            MeshMaterial3d(material),
            aabb,
            component,
            Side::Left,
            seen,
        ));
        if upload.staged {
            entity.insert(Staged);
            if uploads.right.is_some() {
                // The right part shares the mesh; its material must be on the device too.
                uploads.material(component.layer, Side::Right, is_cut, upload.twin, upload.geometry, materials);
            }
        }
    }
}

/// Shows what the switches and the distance call for, and swaps solid for translucent materials underground.
pub(super) fn show_tiles(
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    mut materials: ResMut<Assets<LayerMaterial>>,
    mut tiles: Query<Looks, Without<Staged>>,
    sky: Query<&MeshMaterial3d<LayerMaterial>, (With<Sky>, Without<Tile>)>,
) {
    if twin.is_changed() {
        for handle in &sky {
            if let Some(mut material) = materials.get_mut(&handle.0) {
                material.scene = SceneUniform::new(&twin.theme(), Layer::Sky, false, 0.0, twin.px_factor);
            }
        }
    }
    let (Some(mut uploads), Some(meshed)) = (uploads, meshed) else { return };
    let loading = !uploads.is_done() || uploads.is_changed();
    if !twin.is_changed() && !orbit.is_changed() && !loading {
        return;
    }
    let eye = orbit.eye();
    let cuts = [Side::Left, Side::Right].map(|side| twin.scene_cut(&meshed.geometry, side));
    for (tile, side, aabb, mut seen, mut material) in &mut tiles {
        let away = (Vec3::from(aabb.center) - eye).abs() - Vec3::from(aabb.half_extents);
        let px_per_m = orbit.px_per_metre(away.max(Vec3::ZERO).length());
        let met = cuts[*side as usize].as_ref().map_or(Meets::Untouched, |cut| cut.meets(tile.layer, aabb));
        seen.set_if_neq(visibility(tile, *side, &twin, met, Some(px_per_m)));
        if twin.is_changed() {
            let is_cut = met == Meets::Touched;
            let wanted = uploads.material(tile.layer, *side, is_cut, &twin, &meshed.geometry, &mut materials);
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
    let split = twin.right.is_some() && uploads.right.is_some();
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
        let material = uploads.material(Layer::Cap, side, false, &twin, &meshed.geometry, &mut materials);
        // Pipes in it grow on screen with distance: the box around the points says little.
        commands.spawn((mesh.clone(), MeshMaterial3d(material), NoFrustumCulling, side.layers(), CapFace));
    }
}

fn is_ghost(layer: Layer, twin: &Twin, side: Side) -> bool {
    twin.is_underground_on(side)
        && !matches!(layer, Layer::Sky | Layer::Cap | Layer::Pipe | Layer::Fitting | Layer::Pillar)
}

fn visibility(tile: &Tile, side: Side, twin: &Twin, met: Meets, px_per_m: Option<f32>) -> Visibility {
    let underground = twin.is_underground_on(side);
    let overlay = twin.right.as_ref().filter(|_| side == Side::Right).map_or(twin.shown.overlay, |right| right.overlay);
    let size_px = px_per_m.map_or(f32::INFINITY, |px| px * tile.feature_size_m);
    let shown = match tile.layer {
        Layer::Zone | Layer::ZoneLine | Layer::Pillar => tile.overlay == overlay,
        Layer::Pipe => twin.shows_pipes(side),
        Layer::RoadCasing => !underground && !twin.shows_photo(),
        // They are in the photo, as they are.
        Layer::Surface | Layer::SurfaceLine | Layer::Road => !twin.shows_photo(),
        Layer::Shadow => !underground && size_px > SHADOW_PX,
        Layer::BuildingEdge => size_px > DETAIL_PX,
        Layer::Fitting => px_per_m.is_none_or(|px| px > 1.0),
        _ => true,
    };
    if shown && met != Meets::Gone && twin.shown.layers.draws(tile.layer) {
        Visibility::Inherited
    } else {
        Visibility::Hidden
    }
}

/// Upload form of a tile; its memory here is freed once it is on the GPU.
pub(super) fn mesh_of(tile: TileMesh) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, tile.positions)
        .with_inserted_attribute(ATTRIBUTE_SLOT, tile.slots)
        .with_inserted_attribute(ATTRIBUTE_NORMAL, VertexAttributeValues::Snorm16x4(tile.normals))
        .with_inserted_attribute(ATTRIBUTE_PARAM, tile.params)
        .with_inserted_indices(Indices::U32(tile.indices))
}
