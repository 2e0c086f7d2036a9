//! Headless pictures: the window's scene, drawn into an image, read back and written as PNG.
//!
//! Frames count only once every mesh, material and pipeline is on the device; nothing waits a fixed number of frames.

mod bench;
mod pieces;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bevy::app::PluginsState;
use bevy::asset::RenderAssetUsages;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{Extent3d, PollType, TextureDimension, TextureFormat, TextureUsages};
use bevy::render::renderer::RenderDevice;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_egui::PrimaryEguiContext;
use image::codecs::png::PngEncoder;
use image::{ImageError, RgbImage};
use spatial_db::whole;

use crate::app::{
    AdapterName, RenderWatch, add_twin, camera_bundle, find_adapter, panel_camera, right_camera, scene_output,
};
use crate::camera::{Orbit, Wanted};
use crate::error::EngineError;
use crate::frame::FramePainted;
use crate::input::{CameraChoice, CaptureOptions, CaptureReport, TwinInput};
use crate::moment;
use crate::scene::{Exchange, Meshed, MeshingFailed, Pace, Tile, Twin, Uploads};
use crate::scene_file::SceneFile;
use crate::split::{Piece, Side};
use crate::style::Shown;
use crate::time::Years;

pub use bench::Drawn;

/// Smallest and largest side of a picture, px. What no graphics device holds at once is drawn in pieces.
pub const SIDES: (u32, u32) = (64, 32_768);
/// Frames after which a picture that is not back never will be.
const MOST_FRAMES: u32 = 600;

/// A park set up for headless drawing, frame by frame.
pub struct Stage {
    app: App,
    target: Handle<Image>,
    adapter: AdapterName,
    frames: u32,
    /// Size of the pieces that the picture is drawn in, px, where it is too large for one.
    piece: Option<UVec2>,
    /// Set by whoever wants it stopped.
    cancel: Option<Arc<AtomicBool>>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("adapter", &self.adapter).field("frames", &self.frames).finish_non_exhaustive()
    }
}

impl Stage {
    /// Sets up `input` for drawing with `samples` (1 or 4) per pixel and waits until everything is on the device. With 1 sample
    /// what is far away is drawn as in a window on a software adapter, with 4 as in a picture.
    ///
    /// # Errors
    /// No adapter, a bad size, an unknown overlay, nothing to draw, or a refused pipeline.
    pub fn new(input: TwinInput, options: &CaptureOptions, samples: u32) -> Result<Self, EngineError> {
        Self::cancellable(input, options, samples, None)
    }

    /// The same, given up as soon as `cancel` is set.
    fn cancellable(
        input: TwinInput,
        options: &CaptureOptions,
        samples: u32,
        cancel: Option<Arc<AtomicBool>>,
    ) -> Result<Self, EngineError> {
        let split = options.scene.as_ref().is_some_and(|scene| scene.split.is_some());
        Self::begin(input, options, samples, split, false, pieces::piece_of(size_of(options)), cancel)
    }

    /// A stage whose picture may be split at any time.
    pub(crate) fn for_film(
        input: TwinInput,
        options: &CaptureOptions,
        cancel: Option<Arc<AtomicBool>>,
    ) -> Result<Self, EngineError> {
        Self::begin(input, options, 4, true, false, pieces::piece_of(size_of(options)), cancel)
    }

    fn begin(
        input: TwinInput,
        options: &CaptureOptions,
        samples: u32,
        split: bool,
        keep: bool,
        piece: Option<UVec2>,
        cancel: Option<Arc<AtomicBool>>,
    ) -> Result<Self, EngineError> {
        let (least, most) = SIDES;
        let (width, height) = (options.width, options.height);
        if [width, height].iter().any(|side| !(least..=most).contains(side)) {
            return Err(EngineError::PictureSize { width, height, least, most });
        }
        let adapter = find_adapter()?;
        let mut app = App::new();
        app.add_plugins(
            DefaultPlugins
                .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
                .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
                .disable::<WinitPlugin>()
                .disable::<PipelinedRenderingPlugin>()
                .disable::<LogPlugin>()
                .disable::<bevy::app::TerminalCtrlCHandlerPlugin>(),
        );
        let shown = Shown { underground: options.underground, photo: options.photo, ..Shown::default() };
        let camera = options.scene.as_ref().map_or(options.camera, |scene| scene.camera);
        add_twin(&mut app, input, camera, options.theme, options.language, shown)?;
        if let Some(scene) = &options.scene {
            let missing = moment::show(&mut app.world_mut().resource_mut::<Twin>(), scene);
            if let Some(missing) = missing.first() {
                return Err(EngineError::SceneOfAnother { what: missing.to_string() });
            }
        }
        app.insert_resource(if samples > 1 { Pace::Picture } else { Pace::AtOnce });
        let mut twin = app.world_mut().resource_mut::<Twin>();
        (twin.frame, twin.software, twin.one_sample) = (options.frame, adapter.software, samples == 1);
        twin.piece = piece.map(|_| Piece { whole: UVec2::new(width, height), corner: UVec2::ZERO });
        if keep {
            app.init_resource::<bench::Kept>().add_systems(Last, bench::keep);
        }
        app.insert_resource(Orbit { size: Vec2::new(width as f32, height as f32), ..Orbit::default() });
        while app.plugins_state() == PluginsState::Adding {
            std::thread::yield_now();
        }
        app.finish();
        app.cleanup();
        let target =
            app.world_mut().resource_mut::<Assets<Image>>().add(target_image(piece.unwrap_or(size_of(options))));
        let camera = camera_bundle(target.clone().into(), samples);
        if split {
            // The frame goes over both parts, so after both.
            app.world_mut().spawn((camera, scene_output(samples)));
            let output = scene_output(samples).output_mode;
            app.world_mut().spawn(right_camera(target.clone().into(), samples, output));
            app.world_mut().spawn(panel_camera(target.clone().into(), samples));
        } else {
            app.world_mut().spawn((camera, PrimaryEguiContext));
        }
        let mut stage = Self { app, target, adapter, frames: 0, piece, cancel };
        stage.settle()?;
        Ok(stage)
    }

    /// Name of the adapter.
    pub fn adapter(&self) -> &str {
        &self.adapter.name
    }

    /// Draws one frame, waits until the device is done with it and returns the time it took.
    pub fn frame(&mut self) -> Duration {
        let start = Instant::now();
        self.app.update();
        let device = self.app.world().resource::<RenderDevice>();
        if let Err(error) = device.poll(PollType::wait_indefinitely()) {
            tracing::warn!("waiting for the graphics device failed: {error}");
        }
        self.frames += 1;
        start.elapsed()
    }

    /// Moves the camera.
    pub fn look(&mut self, camera: CameraChoice) {
        self.app.insert_resource(Wanted(Some(camera)));
    }

    /// Shows a scene but for its camera; what the park does not have is handed back.
    pub(crate) fn show(&mut self, scene: &SceneFile) -> Vec<moment::Missing> {
        moment::show(&mut self.app.world_mut().resource_mut::<Twin>(), scene)
    }

    /// Says `words` under the picture.
    pub(crate) fn say(&mut self, words: &str) {
        words.clone_into(&mut self.app.world_mut().resource_mut::<Twin>().caption);
    }

    /// Where the camera stands.
    pub(crate) fn view(&self) -> Orbit {
        *self.app.world().resource::<Orbit>()
    }

    /// Where a choice of camera stands; where the camera stands now while the park is not meshed.
    pub(crate) fn view_of(&self, camera: CameraChoice) -> Orbit {
        let now = self.view();
        let meshed = self.app.world().get_resource::<Meshed>();
        meshed.map_or(now, |meshed| crate::camera::view_of(camera, &meshed.geometry, &now))
    }

    /// Puts the camera there.
    pub(crate) fn stand(&mut self, orbit: Orbit) {
        *self.app.world_mut().resource_mut::<Orbit>() = orbit;
    }

    /// The world.
    pub(crate) fn world_mut(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// The app, for tests.
    #[cfg(test)]
    pub(crate) fn app_mut(&mut self) -> &mut App {
        &mut self.app
    }

    /// Triangles on the device.
    fn triangles(&mut self) -> usize {
        let world = self.app.world_mut();
        world.query::<(&Tile, &Side)>().iter(world).filter(|(_, s)| **s == Side::Left).map(|(t, _)| t.triangles).sum()
    }

    /// Cuts the scene open.
    pub fn cut(&mut self, cut: crate::cut::Cut) {
        self.app.world_mut().resource_mut::<Twin>().cut = cut;
    }

    /// The picture as it is now.
    ///
    /// # Errors
    /// [`EngineError::NoPicture`] when the device never delivers it, [`EngineError::PictureMemory`] when there is no room for it.
    pub fn picture(&mut self) -> Result<RgbImage, EngineError> {
        self.picture_heard(&mut |_, _| {})
    }

    /// The same. `hear` is told how many pieces of a large picture are there before the next is drawn, and of how many.
    fn picture_heard(&mut self, hear: &mut dyn FnMut(u32, u32)) -> Result<RgbImage, EngineError> {
        match self.piece {
            Some(piece) => self.in_pieces(piece, hear),
            None => self.at_once(),
        }
    }

    /// What the device draws of the picture as it is now.
    fn at_once(&mut self) -> Result<RgbImage, EngineError> {
        self.settle()?;
        self.next_picture()
    }

    /// The picture of the next frame, where nothing has to become ready for it.
    pub(crate) fn next_picture(&mut self) -> Result<RgbImage, EngineError> {
        let slot = self.expose();
        for _ in 0..MOST_FRAMES {
            self.frame();
            let arrived = slot.lock().ok().and_then(|mut slot| slot.take());
            if let Some(rgb) = arrived.and_then(|image| image.try_into_dynamic().ok()) {
                return Ok(rgb.to_rgb8());
            }
        }
        Err(EngineError::NoPicture { frames: MOST_FRAMES })
    }

    /// Has the next frame copied; the copy arrives some frames later.
    fn expose(&mut self) -> Arc<Mutex<Option<Image>>> {
        let slot: Arc<Mutex<Option<Image>>> = Arc::default();
        let into = slot.clone();
        self.app.world_mut().spawn(Screenshot::image(self.target.clone())).observe(
            move |captured: On<ScreenshotCaptured>| {
                if let Ok(mut slot) = into.lock() {
                    *slot = Some(captured.image.clone());
                }
            },
        );
        slot
    }

    /// Draws until scene, letters, meshes, materials and pipelines are all there and nothing new was asked for.
    fn settle(&mut self) -> Result<(), EngineError> {
        let mut before = None;
        loop {
            self.frame();
            if self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                return Err(EngineError::GivenUp);
            }
            let world = self.app.world_mut();
            if let Some(failed) = world.remove_resource::<MeshingFailed>() {
                return Err(failed.0);
            }
            let state = world.resource::<RenderWatch>().state();
            if let Some(reason) = state.refused {
                return Err(EngineError::Pipeline { reason });
            }
            let meshed = world.contains_resource::<Meshed>() && world.resource::<Wanted>().0.is_none();
            let wants_photo = world.resource::<Twin>().shows_photo();
            let orbit = *world.resource::<Orbit>();
            let uploaded = world
                .get_resource::<Uploads>()
                .is_some_and(|uploads| uploads.is_settled(&orbit) && (uploads.has_photo() || !wants_photo));
            let painted = world.resource::<FramePainted>().0 > 1;
            let split = world.resource::<Twin>().right.is_some();
            let both = !split || world.query::<&Side>().iter(world).any(|side| *side == Side::Right);
            let of_the_day = !world.resource::<Years>().is_making();
            if !(meshed && uploaded && both && of_the_day) || world.contains_resource::<Exchange>() {
                // The meshing task has a thread of its own; leave it the processor.
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            // The right part of a split picture shares the meshes of the left one.
            let own = |side: &&Side| **side == Side::Left;
            let tiles = world.query_filtered::<&Side, With<Tile>>().iter(world).filter(own).count();
            let materials = world.resource::<Assets<crate::material::LayerMaterial>>().len();
            let all_there = state.waiting == 0 && state.meshes > tiles && state.materials >= materials;
            let now = (state.pipelines, state.meshes, state.materials);
            if all_there && painted && before == Some(now) {
                return Ok(());
            }
            before = Some(now);
            if self.frames > MOST_FRAMES * 100 {
                return Err(EngineError::NoPicture { frames: self.frames });
            }
        }
    }
}

fn size_of(options: &CaptureOptions) -> UVec2 {
    UVec2::new(options.width, options.height)
}

fn target_image(size: UVec2) -> Image {
    let size = Extent3d { width: size.x, height: size.y, depth_or_array_layers: 1 };
    let mut image =
        Image::new_uninit(size, TextureDimension::D2, TextureFormat::Rgba8UnormSrgb, RenderAssetUsages::RENDER_WORLD);
    image.texture_descriptor.usage |= TextureUsages::RENDER_ATTACHMENT;
    image
}

/// Writes a picture as PNG, whole or not at all.
pub(crate) fn write_png(picture: &RgbImage, out: &Path) -> Result<(), ImageError> {
    let written = whole::with(out, |file| {
        picture.write_with_encoder(PngEncoder::new(file)).map_err(|error| match error {
            ImageError::IoError(source) => source,
            other => std::io::Error::other(other),
        })
    });
    written.map_err(ImageError::IoError)
}

/// Draws `input` without a window and writes a PNG. `hear` is told how many pieces of a large picture are there, and of how many.
///
/// # Errors
/// As [`Stage::new`], [`EngineError::GivenUp`] as soon as `cancel` is set, or the file cannot be written.
pub fn capture(
    input: TwinInput,
    options: &CaptureOptions,
    cancel: Option<Arc<AtomicBool>>,
    hear: &mut dyn FnMut(u32, u32),
) -> Result<CaptureReport, EngineError> {
    let start = Instant::now();
    let mut stage = Stage::cancellable(input, options, 4, cancel)?;
    let picture = stage.picture_heard(hear)?;
    write_png(&picture, &options.out)
        .map_err(|source| EngineError::WritePicture { path: options.out.clone(), source })?;
    let triangles = stage.triangles();
    let world = stage.app.world();
    let meshed = world.resource::<Meshed>();
    Ok(CaptureReport {
        overlay: world.resource::<Twin>().overlay().map(analysis::overlay::Overlay::heading),
        out: options.out.clone(),
        width: options.width,
        height: options.height,
        adapter: stage.adapter.name.clone(),
        software: stage.adapter.software,
        frames: stage.frames,
        features: meshed.geometry.slots.features(),
        triangles,
        meshing: meshed.geometry.took,
        total: start.elapsed(),
    })
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind};

    use super::*;
    use crate::fixture;
    use crate::layers::{LayerKey, LayerState};

    #[test]
    fn layers_fade_and_hide_without_a_mesh_being_made() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        let roof = |picture: &RgbImage| picture.pixels().filter(|p| p.0.iter().all(|c| *c > 236)).count();
        let whole = stage.picture().expect("a picture");
        let before = stage.meshes();
        let mut seen = Vec::new();
        for (visible, opacity) in [(true, 40), (false, 100), (true, 100)] {
            let mut twin = stage.app.world_mut().resource_mut::<Twin>();
            twin.shown.layers.set(LayerKey::Buildings, LayerState { visible, opacity });
            twin.shown.layers.set(LayerKey::Roads, LayerState { visible, opacity });
            seen.push(stage.picture().expect("a picture"));
            assert_eq!(stage.meshes(), before, "no mesh is made or dropped");
        }
        assert!(roof(&seen[0]) < roof(&whole) && roof(&seen[1]) < roof(&seen[0]), "fainter, then gone");
        assert_eq!(roof(&seen[2]), roof(&whole), "and back");
    }

    fn copy_of(slot: &Arc<Mutex<Option<Image>>>) -> RgbImage {
        let image = slot.lock().unwrap().take().expect("a copy of the frame");
        image.try_into_dynamic().unwrap().to_rgb8()
    }

    /// Pixels that differ by more than a shade.
    fn differing(a: &RgbImage, b: &RgbImage) -> usize {
        a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 3)).count()
    }

    /// The tiny park after an import: a building gone, a parcel more, every verdict another.
    fn later() -> TwinInput {
        let mut input = fixture::tiny();
        let mut park = (*input.snapshot).clone();
        park.buildings.remove(0);
        let mut parcel = park.parcels[0].clone();
        parcel.id.id = 99;
        parcel.boundary = fixture::rectangle(-30.0, 300.0, 200.0, 60.0);
        park.parcels.push(parcel);
        input.snapshot = park.into();
        Arc::make_mut(&mut input.overlays[0]).classes.iter_mut().for_each(|class| class.colour.rotate_left(1));
        // The caller's order of overlays may change.
        input.overlays.reverse();
        input
    }

    #[test]
    fn every_frame_shows_the_park_before_or_the_park_after_and_nothing_between() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        let gone = FeatureId::new(FeatureKind::Building, 1);
        let stays = FeatureId::new(FeatureKind::Parcel, 3);
        stage.app.world_mut().resource_mut::<Twin>().shown.selection = [gone, stays].into_iter().collect();
        let before = stage.picture().expect("a picture");
        let (orbit, tiles) = (*stage.app.world().resource::<Orbit>(), stage.meshes());

        stage.exchange(later());
        let mut copies = Vec::new();
        let mut left = 6;
        while left > 0 {
            copies.push(stage.expose());
            stage.frame();
            left -= u32::from(!stage.is_exchanging());
            assert!(copies.len() < 5000, "it never ends");
        }
        for _ in 0..4 {
            stage.frame();
        }
        let after = stage.picture().expect("a picture");
        assert!(differing(&before, &after) > 500, "{} pixels", differing(&before, &after));
        let seen: Vec<[usize; 2]> =
            copies.iter().map(copy_of).map(|copy| [differing(&copy, &before), differing(&copy, &after)]).collect();
        for (at, [from_before, from_after]) in seen.iter().enumerate() {
            assert!(*from_before.min(from_after) < 8, "frame {at} of {}: {from_before} {from_after}", seen.len());
        }
        let swapped = seen.iter().position(|seen| seen[1] < 8).expect("it comes");
        assert!(swapped > 0 && seen[swapped..].iter().all(|seen| seen[1] < 8), "and stays: {seen:?}");

        let world = stage.app.world();
        assert_eq!(*world.resource::<Orbit>(), orbit, "the camera stays");
        let twin = world.resource::<Twin>();
        assert_eq!(twin.overlay().map(|overlay| overlay.name.as_str()), Some("idle"), "the overlay stays");
        assert_eq!(twin.shown.selection.ids(), [stays], "what is gone is let go");
        let left: Vec<_> = stage.meshes().intersection(&tiles).copied().collect();
        assert_eq!(left.len(), 1, "the sky stays, no tile of before is left");
    }

    #[test]
    fn a_park_with_nothing_to_draw_leaves_what_is_shown() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        let tiles = stage.meshes();
        let mut empty = fixture::tiny();
        empty.snapshot = Arc::new(spatial_db::model::ParkSnapshot::empty(empty.snapshot.park.clone()));
        stage.exchange(empty);
        while stage.is_exchanging() {
            stage.frame();
        }
        assert_eq!(stage.meshes(), tiles);
        let failed = stage.app.world_mut().remove_resource::<MeshingFailed>().expect("told");
        assert!(matches!(failed.0, EngineError::NothingToDraw { .. }));
        assert_eq!(stage.app.world().resource::<Twin>().input.snapshot.buildings.len(), 6);
    }

    #[test]
    fn an_overlay_made_in_the_window_and_its_switches_outlive_an_import() {
        let (x_m, y_m) = (fixture::CORNER.0 + 220.0, fixture::CORNER.1 + 150.0);
        let camera = CameraChoice::At { x_m, y_m, distance_m: 700.0, bearing_deg: 140.0, pitch_deg: 50.0 };
        let options = CaptureOptions { width: 320, height: 180, frame: false, camera, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        let mut twin = stage.app.world_mut().resource_mut::<Twin>();
        let own = analysis::overlay::Overlay { name: crate::recolour::NAME.into(), ..fixture::building_overlay() };
        twin.input.overlays.push(own.into());
        twin.shown.overlay = Some(2);
        twin.shown.layers.set(LayerKey::Roads, LayerState { visible: false, opacity: 100 });
        stage.picture().expect("a picture");
        stage.exchange(later());
        // Switched while the park is on its way.
        stage.app.world_mut().resource_mut::<Twin>().shown.underground = true;
        let after = stage.picture().expect("a picture");
        let twin = stage.app.world().resource::<Twin>();
        assert_eq!(twin.overlay().map(|overlay| overlay.name.as_str()), Some(crate::recolour::NAME));
        assert_eq!(twin.input.overlays.len(), 3);
        assert!(!twin.shown.layers.get(LayerKey::Roads).visible && twin.shown.underground);
        // As if the park had been opened so.
        let mut fresh = Stage::new(later(), &options, 1).expect("a headless stage");
        let mut twin = fresh.app.world_mut().resource_mut::<Twin>();
        let own = analysis::overlay::Overlay { name: crate::recolour::NAME.into(), ..fixture::building_overlay() };
        twin.input.overlays.push(own.into());
        twin.shown.overlay = Some(2);
        twin.shown.layers.set(LayerKey::Roads, LayerState { visible: false, opacity: 100 });
        twin.shown.underground = true;
        let opened = fresh.picture().expect("a picture");
        assert!(differing(&after, &opened) < 40, "{}", differing(&after, &opened));
    }

    #[test]
    fn a_cut_moves_without_a_tile_being_made_anew_and_only_tiles_it_meets_are_cut() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        stage.picture().expect("a picture");
        let before = stage.meshes();
        let (x, y) = fixture::CORNER;
        let plane = crate::SectionPlane { from: [x, y + 150.0], to: [x + 400.0, y + 150.0] };
        for step in [0.0, 1.0, -25.0] {
            stage.cut(crate::Cut { section: Some(plane.moved(step)), ..crate::Cut::default() });
            stage.picture().expect("a picture");
            let now = stage.meshes();
            assert!(before.is_subset(&now) && now.len() == before.len() + 1, "one face more, and the same tiles");
        }
        // A plane far to the south: the park is behind it, and no pass pays for it.
        let beyond = crate::SectionPlane { from: [x, y - 5000.0], to: [x + 400.0, y - 5000.0] };
        stage.cut(crate::Cut { section: Some(beyond), ..crate::Cut::default() });
        stage.picture().expect("a picture");
        let world = stage.app.world_mut();
        let ids: Vec<_> = world
            .query::<(&MeshMaterial3d<crate::material::LayerMaterial>, &Tile)>()
            .iter(world)
            .map(|(material, tile)| (material.0.id(), tile.layer))
            .collect();
        let materials = world.resource::<Assets<crate::material::LayerMaterial>>();
        // Only the land beyond the park reaches as far as that.
        let cut = |(id, layer): &(AssetId<_>, crate::mesh::Layer)| {
            materials.get(*id).is_some_and(|m| m.is_cut) && *layer != crate::mesh::Layer::Terrain
        };
        assert!(!ids.is_empty() && !ids.iter().any(cut));
        stage.cut(crate::Cut::default());
        stage.picture().expect("a picture");
        assert_eq!(stage.meshes(), before);
    }
}
