//! The lean material: one shader per pass, one style buffer for all features, no Bevy lighting at all.
//!
//! What a pass draws is left to `scene`; what it looks like to `theme` and `style`.

use bevy::asset::uuid_handle;
use bevy::mesh::{MeshVertexAttribute, MeshVertexBufferLayoutRef};
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, CompareFunction, Face, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError,
    VertexFormat,
};
use bevy::render::storage::ShaderBuffer;
use bevy::shader::{Shader, ShaderRef};
use bevy_egui::render::EGUI_SHADER_HANDLE;

use crate::cut::scene::CutUniform;
use crate::mesh::Layer;
use crate::split::Piece;
use crate::sun::{SUN_OF_MAPS, Sun};
use crate::theme::{
    CUT_PIPE_MIN_PX, EDGE_LINE_PX, PARCEL_LINE_PX, PIPE_MIN_PX, ROAD_CASING_PX, ROAD_MIN_PX, SURFACE_LINE_PX, Theme,
    UNDERGROUND_BUILDING_ALPHA, UNDERGROUND_COVER_ALPHA, UNDERGROUND_GROUND_ALPHA, ZONE_LINE_PX,
};

/// Slot of the feature.
pub(crate) const ATTRIBUTE_SLOT: MeshVertexAttribute =
    MeshVertexAttribute::new("TwinSlot", 811_207_301, VertexFormat::Uint32);
/// Direction and mark.
pub(crate) const ATTRIBUTE_NORMAL: MeshVertexAttribute =
    MeshVertexAttribute::new("TwinNormal", 811_207_302, VertexFormat::Snorm16x4);
/// Parameters.
pub(crate) const ATTRIBUTE_PARAM: MeshVertexAttribute =
    MeshVertexAttribute::new("TwinParam", 811_207_303, VertexFormat::Float32x2);

/// Share of the distance by which each layer is nearer to the eye than the one before.
const PULL_PER_LAYER: f32 = 3e-4;
/// Distance between layers in the sorting of translucent tiles, m: more than any scene is wide.
const SORT_PER_LAYER: f32 = 4e6;

const DRAPE: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e01");
const SHADOW: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e02");
const SOLID: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e03");
const TUBE: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e04");
const LINE: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e05");
const PHOTO: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e07");
const SKY: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e06");
const BLOCK: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e09");
const CAP: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e08");

/// Lowest sun that lights, degrees above the horizon.
const LEAST_SUN_DEG: f64 = 3.0;

/// `Scene` in `common.wgsl`.
#[derive(Debug, Clone, Copy, ShaderType)]
pub(crate) struct SceneUniform {
    sun: Vec4,
    shade: Vec4,
    horizon: Vec4,
    zenith: Vec4,
    accent: Vec4,
    shadow: Vec4,
    layer: Vec4,
    photo: Vec4,
    piece: Vec4,
}

impl SceneUniform {
    /// Light, air and the numbers of one pass. `ground_y` is the scene height of the ground, `px_factor` the size of a
    /// theme pixel in this picture.
    pub(crate) fn new(theme: &Theme, layer: Layer, ghost: bool, ground_y: f32, px_factor: f32) -> Self {
        let colour = |c: crate::theme::Rgb, w: f32| Vec3::from_array(c.linear()).extend(w);
        Self {
            sun: Vec3::Y.extend(theme.shade_strength),
            shade: colour(theme.shade, theme.foot_darkening),
            horizon: colour(theme.horizon, ground_y),
            zenith: colour(theme.zenith, theme.storey_contrast),
            accent: colour(theme.accent, px_factor),
            shadow: colour(theme.shadow, theme.relief),
            layer: Vec4::new(pull(layer), opacity(theme, layer, ghost), width_px(layer), extra(layer)),
            photo: Vec4::ZERO,
            piece: Vec4::ZERO,
        }
        .with_sun(SUN_OF_MAPS)
    }

    /// The same with pipes drawn `factor` times as large as they are.
    pub(crate) fn with_pipe_factor(mut self, layer: Layer, factor: f64) -> Self {
        if matches!(layer, Layer::Pipe | Layer::Cap) {
            self.layer.w = factor as f32;
        }
        self
    }

    /// The same with lines that are at least a pixel wide, where each pixel is looked at in one place: a thinner one would be broken.
    pub(crate) fn with_whole_px(mut self, one_sample: bool) -> Self {
        if one_sample && self.layer.z > 0.0 {
            self.layer.z = self.layer.z.max(1.0 / self.accent.w);
        }
        self
    }

    /// The same in the light of a sun. One below the horizon lights as one just above it: a picture is never black.
    pub(crate) fn with_sun(mut self, sun: Sun) -> Self {
        let (azimuth, elevation) = (sun.azimuth_deg.to_radians(), sun.elevation_deg.max(LEAST_SUN_DEG).to_radians());
        let (east, north) = (azimuth.sin() * elevation.cos(), azimuth.cos() * elevation.cos());
        self.sun = crate::space::scene_direction(east, north, elevation.sin()).extend(self.sun.w);
        self
    }

    /// The same for figures that are never smaller than so many theme pixels.
    pub(crate) fn with_least_px(mut self, least_px: f32) -> Self {
        self.layer.z = least_px;
        self
    }

    /// The same for a piece of a picture: patterns go on from one to the next.
    pub(crate) fn in_piece(self, piece: Option<Piece>) -> Self {
        let corner = piece.map_or(UVec2::ZERO, |piece| piece.corner).as_vec2();
        Self { piece: corner.extend(0.0).extend(0.0), ..self }
    }

    /// The same with a photo on the ground: where it lies, see [`crate::scene::Photo::placement`].
    pub(crate) fn with_photo(self, placement: Vec4) -> Self {
        Self { photo: placement, ..self }
    }
}

/// Everything on the ground keeps its order; what stands on it comes nearer than all of that, so that no line on the
/// ground shows through the foot of a wall.
fn pull(layer: Layer) -> f32 {
    match layer {
        Layer::Sky | Layer::Terrain | Layer::Pipe => 0.0,
        Layer::Building | Layer::Hazard | Layer::Fitting | Layer::Pillar => PULL_PER_LAYER * 11.0,
        Layer::BuildingEdge => PULL_PER_LAYER * 13.0,
        // The foot of a wall that stands right behind the section must not show through it.
        Layer::Cap => PULL_PER_LAYER * 14.0,
        other => PULL_PER_LAYER * other.order() as f32,
    }
}

fn opacity(theme: &Theme, layer: Layer, ghost: bool) -> f32 {
    let own = match layer {
        Layer::Shadow => theme.shadow_alpha,
        Layer::ParcelLine => 0.85,
        Layer::BuildingEdge => 0.8,
        _ => 1.0,
    };
    let share = match layer {
        _ if !ghost => 1.0,
        Layer::Building | Layer::BuildingEdge | Layer::Hazard | Layer::Shadow => UNDERGROUND_BUILDING_ALPHA,
        Layer::Terrain => UNDERGROUND_GROUND_ALPHA,
        // These lie on the ground one over the other: each must be faint for pipes to show through all of them.
        _ => UNDERGROUND_COVER_ALPHA,
    };
    own * share
}

fn width_px(layer: Layer) -> f32 {
    match layer {
        Layer::ParcelLine => PARCEL_LINE_PX,
        Layer::ZoneLine => ZONE_LINE_PX,
        Layer::SurfaceLine => SURFACE_LINE_PX,
        Layer::BuildingEdge => EDGE_LINE_PX,
        Layer::Road | Layer::RoadCasing => ROAD_MIN_PX,
        Layer::Pipe => PIPE_MIN_PX,
        Layer::Cap => CUT_PIPE_MIN_PX,
        _ => 0.0,
    }
}

fn extra(layer: Layer) -> f32 {
    match layer {
        Layer::RoadCasing => ROAD_CASING_PX,
        // Factor on the size of pipes.
        Layer::Pipe | Layer::Cap => 1.0,
        _ => 0.0,
    }
}

/// Material of one layer.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
#[bind_group_data(PassKey)]
pub(crate) struct LayerMaterial {
    /// Style of every slot.
    #[storage(0, read_only)]
    pub styles: Handle<ShaderBuffer>,
    /// Light, air and pass.
    #[uniform(1)]
    pub scene: SceneUniform,
    /// The photo on the ground, for the terrain.
    #[texture(2)]
    #[sampler(3)]
    pub photo: Option<Handle<Image>>,
    /// What is cut away; only read where `is_cut` is set.
    #[uniform(4)]
    pub cut: CutUniform,
    /// Something of what it draws is cut away.
    pub is_cut: bool,
    /// Pass.
    pub pass: Pass,
    /// Blended over what is below, also where the pass is opaque by itself.
    pub blended: bool,
}

/// What a material draws: a layer, of buildings all of them as blocks or all of them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pass {
    /// Layer.
    pub layer: Layer,
    /// Buildings of a few pixels each.
    pub blocks: bool,
}

impl From<Layer> for Pass {
    fn from(layer: Layer) -> Self {
        Self { layer, blocks: false }
    }
}

/// What makes one pipeline differ from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PassKey {
    pass: Pass,
    blended: bool,
    photo: bool,
    cut: bool,
}

impl From<&LayerMaterial> for PassKey {
    fn from(material: &LayerMaterial) -> Self {
        Self { pass: material.pass, blended: material.blended, photo: material.photo.is_some(), cut: material.is_cut }
    }
}

/// True for layers that are blended over what is below even when the ground is solid.
const fn is_blended(layer: Layer) -> bool {
    matches!(
        layer,
        Layer::Zone
            | Layer::Parcel
            | Layer::Shadow
            | Layer::ParcelLine
            | Layer::ZoneLine
            | Layer::SurfaceLine
            | Layer::BuildingEdge
    )
}

/// Place in the order of what is opaque and lies under other things, `None` for what stands on it. Bevy draws opaque passes in
/// the order of their pipelines; these go with the sorted ones instead, after all that stands on the ground and the nearest
/// first, so that no pixel is coloured that another covers. The sky comes last.
const fn under(layer: Layer) -> Option<f32> {
    match layer {
        Layer::Road => Some(-5.0),
        Layer::RoadCasing => Some(-4.0),
        Layer::Surface => Some(-3.0),
        Layer::Terrain => Some(-2.0),
        Layer::Sky => Some(-1.0),
        _ => None,
    }
}

fn shader_of(layer: Layer) -> Handle<Shader> {
    match layer {
        Layer::Sky => SKY,
        Layer::Cap => CAP,
        Layer::Terrain | Layer::Surface | Layer::Zone | Layer::Parcel => DRAPE,
        Layer::Shadow => SHADOW,
        Layer::SurfaceLine
        | Layer::RoadCasing
        | Layer::Road
        | Layer::ParcelLine
        | Layer::ZoneLine
        | Layer::BuildingEdge => LINE,
        Layer::Pipe => TUBE,
        Layer::Building | Layer::Fitting | Layer::Hazard | Layer::Pillar => SOLID,
    }
}

impl Material for LayerMaterial {
    fn vertex_shader() -> ShaderRef {
        ShaderRef::Handle(SOLID)
    }

    fn fragment_shader() -> ShaderRef {
        ShaderRef::Handle(SOLID)
    }

    fn alpha_mode(&self) -> AlphaMode {
        let layer = self.pass.layer;
        let sorted = self.blended || is_blended(layer) || under(layer).is_some();
        if sorted { AlphaMode::Blend } else { AlphaMode::Opaque }
    }

    fn depth_bias(&self) -> f32 {
        let layer = self.pass.layer;
        let order = layer.order() as f32;
        under(layer).filter(|_| !self.blended).unwrap_or(order) * SORT_PER_LAYER
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let PassKey { pass: Pass { layer, blocks }, photo, cut, blended } = key.bind_group_data;
        let shader = match layer {
            Layer::Terrain if photo => PHOTO,
            _ if blocks => BLOCK,
            layer => shader_of(layer),
        };
        let (of_blocks, open) = (if blocks { " blocks" } else { "" }, if cut { " cut" } else { "" });
        descriptor.label = Some(format!("twin {layer:?}{of_blocks}{open}").into());
        descriptor.vertex.shader = shader.clone();
        descriptor.vertex.entry_point = Some("vertex".into());
        descriptor.vertex.buffers = vec![layout.0.get_layout(&[
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            ATTRIBUTE_SLOT.at_shader_location(1),
            ATTRIBUTE_NORMAL.at_shader_location(2),
            ATTRIBUTE_PARAM.at_shader_location(3),
        ])?];
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.shader = shader;
            fragment.entry_point = Some(if cut { "fragment_cut" } else { "fragment" }.into());
        }
        let lines = matches!(
            layer,
            Layer::SurfaceLine
                | Layer::RoadCasing
                | Layer::Road
                | Layer::ParcelLine
                | Layer::ZoneLine
                | Layer::BuildingEdge
        );
        descriptor.primitive.cull_mode = (!lines && layer != Layer::Sky).then_some(Face::Back);
        if under(layer).is_some() && !blended {
            let targets = descriptor.fragment.iter_mut().flat_map(|fragment| fragment.targets.iter_mut().flatten());
            targets.for_each(|target| target.blend = None);
            if let Some(depth) = &mut descriptor.depth_stencil {
                depth.depth_write_enabled = Some(true);
            }
        }
        if let (Layer::Sky, Some(depth)) = (layer, &mut descriptor.depth_stencil) {
            depth.depth_write_enabled = Some(false);
            depth.depth_compare = Some(CompareFunction::GreaterEqual);
        }
        Ok(())
    }
}

/// Registers the material and its shaders.
pub(crate) fn plugin(app: &mut App) {
    app.add_plugins(MaterialPlugin::<LayerMaterial>::default());
    let mut sources = app.world_mut().resource_mut::<Assets<Shader>>();
    for (handle, source) in [
        (DRAPE, shaders::DRAPE),
        (PHOTO, shaders::PHOTO),
        (SHADOW, shaders::SHADOW),
        (SOLID, shaders::SOLID),
        (BLOCK, shaders::BLOCK),
        (TUBE, shaders::TUBE),
        (LINE, shaders::LINE),
        (SKY, shaders::SKY),
        (CAP, shaders::CAP),
        // Over the one that bevy_egui has registered.
        (EGUI_SHADER_HANDLE, shaders::PANEL),
    ] {
        if let Err(error) = sources.insert(&handle, Shader::from_wgsl(source.wgsl, source.name)) {
            tracing::error!("shader {} could not be registered: {error}", source.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_on_the_ground_get_nearer_in_their_order_and_buildings_stand_on_all_of_them() {
        let on_ground: Vec<f32> = Layer::ALL[1..=10].iter().map(|l| pull(*l)).collect();
        assert!(on_ground.windows(2).all(|p| p[0] < p[1]), "{on_ground:?}");
        assert!(pull(Layer::Building) > on_ground[9] && pull(Layer::BuildingEdge) > pull(Layer::Building));
    }

    #[test]
    fn what_lies_under_is_drawn_from_the_nearest_down_and_before_all_that_is_blended() {
        let below = [Layer::Road, Layer::RoadCasing, Layer::Surface, Layer::Terrain, Layer::Sky];
        let places: Vec<f32> = below.iter().filter_map(|layer| under(*layer)).collect();
        assert!(places.len() == 5 && places.windows(2).all(|p| p[0] < p[1]) && places[4] < 0.0);
        let pulls: Vec<f32> = below[..4].iter().map(|layer| pull(*layer)).collect();
        assert!(pulls.windows(2).all(|p| p[0] > p[1]), "nearest first: {pulls:?}");
    }

    #[test]
    fn translucent_layers_are_sorted_by_layer_before_distance() {
        // Bevy adds the bias to a distance along the view; scenes are far smaller than the step.
        let step = (Layer::Parcel.order() - Layer::Zone.order()) as f32 * SORT_PER_LAYER;
        assert!(step > 1e6);
    }
}
