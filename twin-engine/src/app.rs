//! The plugins that picture and window share, and a look at the graphics driver before Bevy takes it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, RenderTarget};
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::cluster::{ClusterConfig, GlobalClusterSettings};
use bevy::light::{DirectionalLightShadowMap, PointLightShadowMap};
use bevy::pbr::PreparedMaterial;
use bevy::prelude::*;
use bevy::render::erased_render_asset::ErasedRenderAssets;
use bevy::render::mesh::RenderMesh;
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::{BlendState, CachedPipelineState, PipelineCache};
use bevy::render::view::Msaa;
use bevy::render::{Render, RenderApp, RenderSystems};
use bevy::shader::ShaderCacheError;
use bevy_egui::{EguiGlobalSettings, EguiPlugin, PrimaryEguiContext};

use crate::camera::{self, Orbit, TwinCamera, Wanted};
use crate::error::EngineError;
use crate::input::{CameraChoice, TwinInput};
use crate::scene::{self, Twin};
use crate::split::{RightCamera, Side};
use crate::style::Shown;
use crate::text::Language;
use crate::theme::{Theme, ThemeChoice, size};
use crate::{coarse, drill, frame, material, siting, split, time};

/// The adapter that will draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdapterName {
    /// Name as the driver gives it.
    pub name: String,
    /// A software renderer.
    pub software: bool,
}

/// Asks for any adapter.
///
/// # Errors
/// [`EngineError::NoAdapter`] when there is none.
pub(crate) fn find_adapter() -> Result<AdapterName, EngineError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let request = instance.request_adapter(&wgpu::RequestAdapterOptions::default());
    let adapter = bevy::tasks::block_on(request).map_err(|source| EngineError::NoAdapter { source })?;
    let info = adapter.get_info();
    Ok(AdapterName { name: info.name, software: info.device_type == wgpu::DeviceType::Cpu })
}

/// What the render world says about itself after each frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RenderState {
    /// Frames rendered.
    pub frames: u32,
    /// Pipelines still being made.
    pub waiting: usize,
    /// All pipelines.
    pub pipelines: usize,
    /// Meshes on the GPU.
    pub meshes: usize,
    /// Materials on the GPU.
    pub materials: usize,
    /// First pipeline that was refused.
    pub refused: Option<String>,
    /// What the last frame took to draw.
    pub drew: Duration,
}

/// When the frame at hand began to be drawn.
#[derive(Resource, Debug, Clone, Copy)]
struct DrawBegan(Instant);

fn begin_drawing(mut began: ResMut<DrawBegan>) {
    began.0 = Instant::now();
}

/// The render world's state, readable from the main world.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct RenderWatch(Arc<Mutex<RenderState>>);

impl RenderWatch {
    /// State after the last rendered frame.
    pub(crate) fn state(&self) -> RenderState {
        self.0.lock().map(|s| s.clone()).unwrap_or_default()
    }
}

/// Adds the twin to an app that has Bevy's own plugins.
///
/// # Errors
/// [`EngineError::UnknownOverlay`] when the input's active overlay does not exist.
pub(crate) fn add_twin(
    app: &mut App,
    input: TwinInput,
    camera: CameraChoice,
    theme: ThemeChoice,
    language: Language,
    shown: Shown,
) -> Result<(), EngineError> {
    let overlay = input.active_index()?;
    let shown = Shown { overlay, ..shown };
    app.add_plugins((EguiPlugin { bindless_mode_array_size: None }, material::plugin, coarse::plugin))
        .insert_resource(EguiGlobalSettings { auto_create_primary_context: false, ..EguiGlobalSettings::default() })
        .insert_resource(Twin { theme, language, ..Twin::new(input, shown) })
        .insert_resource(Wanted(Some(camera)))
        .insert_resource(ClearColor(clear_colour(theme)))
        // Bevy keeps maps of shadows for its lights, 42 MB, whether there are any or not.
        .insert_resource(PointLightShadowMap { size: 1 })
        .insert_resource(DirectionalLightShadowMap { size: 1 })
        .add_plugins((scene::plugin, camera::plugin, frame::plugin, time::plugin, split::plugin, drill::plugin))
        .add_plugins(siting::draw_plugin)
        .add_systems(Startup, sort_no_lights)
        .add_systems(Update, follow_size.before(scene::SceneSystems));
    let watch = RenderWatch::default();
    app.insert_resource(watch.clone());
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app
            .insert_resource(watch)
            .insert_resource(DrawBegan(Instant::now()))
            .add_systems(Render, begin_drawing.before(RenderSystems::ExtractCommands))
            .add_systems(Render, watch_render.in_set(RenderSystems::Cleanup));
    }
    Ok(())
}

/// Keeps Bevy from sorting its lights into the parts of each view on the device: the scene has none of them. That takes three compute
/// passes, two of drawing, a read-back and buffers of their own in every frame of each camera.
fn sort_no_lights(settings: Option<ResMut<GlobalClusterSettings>>) {
    if let Some(mut settings) = settings {
        settings.gpu_clustering = None;
    }
}

/// What both cameras of the scene have in common.
fn scene_camera(target: RenderTarget, samples: u32) -> impl Bundle {
    (
        Camera3d::default(),
        target,
        camera::projection(),
        Transform::default(),
        if samples > 1 { Msaa::Sample4 } else { Msaa::Off },
        // Colours leave the shaders as they should be seen.
        Tonemapping::None,
        DebandDither::Disabled,
        // One part for all lights, of which there are none.
        ClusterConfig::Single,
    )
}

/// The camera of the scene, or of its left part, drawing to `target`.
pub(crate) fn camera_bundle(target: RenderTarget, samples: u32) -> impl Bundle {
    (scene_camera(target, samples), TwinCamera)
}

/// The camera of the right part, drawing to `target` while the picture is split.
pub(crate) fn right_camera(target: RenderTarget, samples: u32, output: CameraOutputMode) -> impl Bundle {
    (
        scene_camera(target, samples),
        // On the left camera's texture: what that one has drawn stays.
        Camera {
            order: 1,
            is_active: false,
            clear_color: ClearColorConfig::None,
            output_mode: output,
            ..Camera::default()
        },
        Side::Right.layers(),
        RightCamera,
    )
}

/// How the scene's camera of a window hands its picture on. Where scene and panels have as many samples, Bevy gives both
/// one texture: the scene leaves its picture there and the panels' camera takes it to the window, which saves a copy and a
/// blend of every pixel.
pub(crate) fn scene_output(samples: u32) -> Camera {
    let output_mode = if samples > 1 { CameraOutputMode::default() } else { CameraOutputMode::Skip };
    Camera { output_mode, ..Camera::default() }
}

/// The camera that draws a window's panels over the scene: they take the whole window, the scene what they leave.
pub(crate) fn panel_camera(target: RenderTarget, samples: u32) -> impl Bundle {
    let (blend_state, clear_color) = if samples > 1 {
        (Some(BlendState::ALPHA_BLENDING), ClearColorConfig::Custom(Color::NONE))
    } else {
        (Some(BlendState::REPLACE), ClearColorConfig::None)
    };
    (
        Camera2d,
        target,
        Camera {
            order: 2,
            output_mode: CameraOutputMode::Write { blend_state, clear_color: ClearColorConfig::None },
            clear_color,
            ..Camera::default()
        },
        RenderLayers::none(),
        Msaa::Off,
        Tonemapping::None,
        DebandDither::Disabled,
        PrimaryEguiContext,
    )
}

/// Colour behind everything until the sky is there.
pub(crate) fn clear_colour(theme: ThemeChoice) -> Color {
    let c = Theme::of(theme).horizon;
    Color::srgb_u8(c.0, c.1, c.2)
}

/// Theme pixels grow with the picture.
fn follow_size(orbit: Res<Orbit>, cameras: Query<&Camera, With<TwinCamera>>, mut twin: ResMut<Twin>) {
    // Of the whole window: lines do not get thinner when a panel opens.
    let whole = twin.piece.map(|piece| piece.whole);
    let whole = whole.or_else(|| cameras.iter().find_map(Camera::physical_target_size));
    let height = whole.map_or(orbit.size.y, |size| size.y as f32);
    let factor = (height / size::REFERENCE_HEIGHT).max(0.7);
    if (twin.px_factor - factor).abs() > 0.01 {
        twin.px_factor = factor;
    }
}

fn watch_render(
    watch: Res<RenderWatch>,
    cache: Res<PipelineCache>,
    meshes: Res<RenderAssets<RenderMesh>>,
    materials: Res<ErasedRenderAssets<PreparedMaterial>>,
    began: Res<DrawBegan>,
) {
    let Ok(mut state) = watch.0.lock() else { return };
    state.frames += 1;
    state.drew = began.0.elapsed();
    state.waiting = cache.waiting_pipelines().count();
    state.pipelines = cache.pipelines().count();
    state.meshes = meshes.iter().count();
    state.materials = materials.iter().count();
    if state.refused.is_none() {
        state.refused = cache.pipelines().find_map(|pipeline| match &pipeline.state {
            // Bevy tries these again: the text of a shader is read in the background.
            CachedPipelineState::Err(
                ShaderCacheError::ShaderNotLoaded(_) | ShaderCacheError::ShaderImportNotYetAvailable,
            ) => None,
            CachedPipelineState::Err(error) => Some(error.to_string()),
            _ => None,
        });
    }
}

#[cfg(test)]
mod tests {
    use bevy::render::render_resource::PipelineDescriptor;

    use super::*;
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;

    #[test]
    fn nothing_is_made_for_lights_that_are_not_there() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        stage.picture().expect("a picture");
        let app = stage.app_mut();
        assert!(app.world().resource::<GlobalClusterSettings>().gpu_clustering.is_none());
        let drawn = app.sub_app(RenderApp).world();
        let of_points = drawn.resource::<PointLightShadowMap>().size;
        assert_eq!((of_points, drawn.resource::<DirectionalLightShadowMap>().size), (1, 1));
        let cache = drawn.resource::<PipelineCache>();
        let label = |descriptor: &PipelineDescriptor| match descriptor {
            PipelineDescriptor::RenderPipelineDescriptor(of) => of.label.as_deref().unwrap_or_default().to_owned(),
            PipelineDescriptor::ComputePipelineDescriptor(of) => of.label.as_deref().unwrap_or_default().to_owned(),
        };
        let labels: Vec<String> = cache.pipelines().map(|pipeline| label(&pipeline.descriptor)).collect();
        assert!(labels.iter().any(|label| label.starts_with("twin ")), "{labels:?}");
        assert!(!labels.iter().any(|label| label.contains("cluster")), "{labels:?}");
    }
}
