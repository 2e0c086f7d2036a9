//! Fewer pixels while the camera moves, where a processor draws them: the scene is then drawn in a part of its texture and enlarged.
//! A view that rests is drawn in full, and so is every picture, split view and window with a graphics card.
//!
//! Panels, names and marks are not of the scene: they are sharp all the time.

use std::time::{Duration, Instant};

use bevy::camera::MainPassResolutionOverride;
use bevy::core_pipeline::schedule::{Core3d, Core3dSystems};
use bevy::prelude::*;
use bevy::render::camera::ExtractedCamera;
use bevy::render::render_resource::binding_types::{sampler, texture_2d, uniform_buffer};
use bevy::render::render_resource::{
    BindGroupEntries, BindGroupLayoutDescriptor, BindGroupLayoutEntries, BufferInitDescriptor, BufferUsages,
    CachedRenderPipelineId, ColorTargetState, ColorWrites, FilterMode, FragmentState, PipelineCache,
    RenderPassColorAttachment, RenderPassDescriptor, RenderPipelineDescriptor, Sampler, SamplerBindingType,
    SamplerDescriptor, ShaderStages, TextureFormat, TextureSampleType, VertexState,
};
use bevy::render::renderer::{RenderContext, RenderDevice, ViewQuery};
use bevy::render::sync_world::RenderEntity;
use bevy::render::view::{ExtractedView, ViewTarget};
use bevy::render::{Extract, ExtractSchedule, Render, RenderApp, RenderSystems};
use bevy::shader::Shader;
use bevy::window::RequestRedraw;

use crate::camera::{Orbit, TwinCamera};
use crate::scene::Twin;

const SHADER: Handle<Shader> = bevy::asset::uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e0a");
/// Shares of each side that are drawn, from all of it down.
const STEPS: [f32; 3] = [1.0, 0.7, 0.5];
/// Longest time of a frame while the camera moves; beyond it fewer pixels are drawn.
const LONGEST: Duration = Duration::from_millis(50);
/// Frames that are this quick may have room for more pixels: the next motion tries. A quarter of the pixels takes more than half of the time, so
/// that a load that has passed is not paid for until the window closes.
const QUICK: Duration = Duration::from_millis(35);
/// Frames in a row whose mean counts: one alone may have something else to do, and of two the first often waits for what the second shows.
const FRAMES: u32 = 4;
/// Time without motion after which the camera rests.
const RESTS: Duration = Duration::from_millis(180);

/// Share of each side of the scene that is drawn, 1 for all of it.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coarse(pub f32);

impl Coarse {
    /// What is drawn of a picture of `seen` px; `None` for all of it.
    fn size(self, seen: UVec2) -> Option<UVec2> {
        let drawn = (seen.as_vec2() * self.0).round().as_uvec2().max(UVec2::ONE);
        (drawn.x < seen.x && drawn.y < seen.y).then_some(drawn)
    }
}

/// Finds the share by what frames take while the camera moves.
#[derive(Debug, Clone, Default)]
struct Pacing {
    /// Index in [`STEPS`] for a camera that moves. Kept from one motion to the next.
    step: usize,
    seen: Option<Orbit>,
    /// When it last moved; `None` for one that rests.
    moved: Option<Duration>,
    /// Frames of the motion since the share changed last, up to [`FRAMES`], and what they took.
    recent: (u32, Duration),
    /// Longest mean of the motion.
    longest: Duration,
}

impl Pacing {
    /// Takes a frame that begins at `now`, `took` after the one before; tells the share of each side to draw.
    fn frame(&mut self, orbit: Orbit, now: Duration, took: Duration) -> f32 {
        let was_moving = self.moved.is_some();
        // The first view of all is no motion, nor is a window of another size.
        let same = self.seen.is_none_or(|seen| Orbit { size: orbit.size, corner: orbit.corner, ..seen } == orbit);
        self.seen = Some(orbit);
        if !same {
            self.moved = Some(now);
        }
        if self.moved.is_some_and(|moved| now.saturating_sub(moved) >= RESTS) {
            self.moved = None;
        }
        match (was_moving, self.moved.is_some()) {
            // Between two frames of a motion nothing is waited for: the time is what the frame took.
            (true, _) => {
                self.recent = (self.recent.0 + 1, self.recent.1 + took);
                if self.recent.0 == FRAMES {
                    let mean = self.recent.1 / FRAMES;
                    self.longest = self.longest.max(mean);
                    self.recent = (0, Duration::ZERO);
                    if mean > LONGEST && self.step + 1 < STEPS.len() {
                        self.step += 1;
                    }
                }
            }
            (false, true) => {
                // More pixels are tried for a whole motion, never within one: the picture would flicker.
                if (Duration::from_nanos(1)..QUICK).contains(&self.longest) {
                    self.step = self.step.saturating_sub(1);
                }
                (self.recent, self.longest) = ((0, Duration::ZERO), Duration::ZERO);
            }
            (false, false) => {}
        }
        if self.moved.is_some() { STEPS[self.step] } else { 1.0 }
    }

    /// A frame of a view of which all is drawn, however it moves: what it takes says nothing of how coarse others are to be.
    fn whole(&mut self) -> f32 {
        (self.seen, self.moved) = (None, None);
        1.0
    }
}

/// What draws the scene's picture; the pass is only for one without more samples than pixels.
pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Coarse(1.0));
    let mut sources = app.world_mut().resource_mut::<Assets<Shader>>();
    let source = shaders::ENLARGE;
    if let Err(error) = sources.insert(&SHADER, Shader::from_wgsl(source.wgsl, source.name)) {
        tracing::error!("shader {} could not be registered: {error}", source.name);
    }
    if let Some(render_app) = app.get_sub_app_mut(RenderApp) {
        render_app
            .init_resource::<Enlarging>()
            .add_systems(ExtractSchedule, take_share)
            .add_systems(Render, prepare.in_set(RenderSystems::Prepare))
            .add_systems(Core3d, enlarge.in_set(Core3dSystems::EarlyPostProcess));
    }
}

/// Draws a window coarse while its camera moves.
pub(crate) fn pace_plugin(app: &mut App) {
    app.add_systems(PostUpdate, pace);
}

fn pace(
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    mut clock: Local<Option<(Instant, Instant)>>,
    mut pacing: Local<Pacing>,
    mut coarse: ResMut<Coarse>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if !twin.software {
        return;
    }
    // Not Bevy's time, which is that of whichever world has told it last.
    let now = Instant::now();
    let (began, before) = clock.unwrap_or((now, now));
    *clock = Some((began, now));
    // Parts of a split view stand side by side in one texture.
    let share = if twin.right.is_some() { pacing.whole() } else { pacing.frame(*orbit, now - began, now - before) };
    if coarse.0 != share {
        tracing::debug!("{:.0} % of each side drawn; frames took {:?} at most", share * 100.0, pacing.longest);
        coarse.0 = share;
    }
    if pacing.moved.is_some() {
        redraw.write(RequestRedraw);
    }
}

/// The pass that enlarges.
#[derive(Resource, Default)]
struct Enlarging {
    ready: Option<(TextureFormat, BindGroupLayoutDescriptor, Sampler, CachedRenderPipelineId)>,
}

/// Marks the scene's camera in the world of the renderer.
#[derive(Component)]
struct Enlarged;

type SceneCameras = Query<'static, 'static, (RenderEntity, &'static Camera, &'static Msaa), With<TwinCamera>>;

fn take_share(
    coarse: Extract<Res<Coarse>>,
    twin: Extract<Res<Twin>>,
    cameras: Extract<SceneCameras>,
    enlarging: Res<Enlarging>,
    cache: Res<PipelineCache>,
    mut commands: Commands,
) {
    let ready = enlarging.ready.as_ref().is_some_and(|ready| cache.get_render_pipeline(ready.3).is_some());
    for (entity, camera, samples) in &cameras {
        let mut entity = commands.entity(entity);
        if twin.software && samples.samples() == 1 {
            entity.insert(Enlarged);
        }
        let whole = camera.physical_viewport_size().filter(|_| ready && samples.samples() == 1);
        match whole.and_then(|size| coarse.size(size)) {
            Some(size) => entity.insert(MainPassResolutionOverride(size)),
            None => entity.remove::<MainPassResolutionOverride>(),
        };
    }
}

fn prepare(
    mut enlarging: ResMut<Enlarging>,
    views: Query<&ExtractedView, With<Enlarged>>,
    device: Res<RenderDevice>,
    cache: Res<PipelineCache>,
) {
    for view in &views {
        if enlarging.ready.as_ref().is_some_and(|ready| ready.0 == view.target_format) {
            continue;
        }
        let layout = BindGroupLayoutDescriptor::new(
            "twin enlarge",
            &BindGroupLayoutEntries::sequential(
                ShaderStages::FRAGMENT,
                (
                    texture_2d(TextureSampleType::Float { filterable: true }),
                    sampler(SamplerBindingType::Filtering),
                    uniform_buffer::<[Vec4; 2]>(false),
                ),
            ),
        );
        let smooth = device.create_sampler(&SamplerDescriptor {
            label: Some("twin enlarge"),
            mag_filter: FilterMode::Linear,
            min_filter: FilterMode::Linear,
            ..SamplerDescriptor::default()
        });
        let pipeline = cache.queue_render_pipeline(RenderPipelineDescriptor {
            label: Some("twin enlarge".into()),
            layout: vec![layout.clone()],
            vertex: VertexState { shader: SHADER, entry_point: Some("vertex".into()), ..default() },
            fragment: Some(FragmentState {
                shader: SHADER,
                entry_point: Some("fragment".into()),
                targets: vec![Some(ColorTargetState {
                    format: view.target_format,
                    blend: None,
                    write_mask: ColorWrites::ALL,
                })],
                ..default()
            }),
            ..default()
        });
        enlarging.ready = Some((view.target_format, layout, smooth, pipeline));
    }
}

fn enlarge(
    view: ViewQuery<(&ExtractedCamera, &ViewTarget, &MainPassResolutionOverride)>,
    enlarging: Res<Enlarging>,
    cache: Res<PipelineCache>,
    mut context: RenderContext,
) {
    let (camera, target, drawn) = view.into_inner();
    let Some((_, layout, smooth, pipeline)) = &enlarging.ready else { return };
    let (Some(pipeline), Some(seen)) = (cache.get_render_pipeline(*pipeline), camera.physical_viewport_size) else {
        return;
    };
    let corner = camera.viewport.as_ref().map_or(UVec2::ZERO, |viewport| viewport.physical_position).as_vec2();
    let texture = target.main_texture().size();
    let texel = Vec2::ONE / Vec2::new(texture.width as f32, texture.height as f32);
    let seen = seen.as_vec2();
    let part = [corner, drawn.as_vec2(), seen, texel].map(|pair| pair.to_array());
    let bytes: Vec<u8> = part.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    let device = context.render_device();
    let part = device.create_buffer_with_data(&BufferInitDescriptor {
        label: Some("twin enlarge"),
        contents: &bytes,
        usage: BufferUsages::UNIFORM,
    });
    let write = target.post_process_write();
    let bound = device.create_bind_group(
        "twin enlarge",
        &cache.get_bind_group_layout(layout),
        &BindGroupEntries::sequential((write.source, smooth, part.as_entire_binding())),
    );
    let mut pass = context.command_encoder().begin_render_pass(&RenderPassDescriptor {
        label: Some("twin enlarge"),
        color_attachments: &[Some(RenderPassColorAttachment {
            view: write.destination,
            depth_slice: None,
            resolve_target: None,
            ops: default(),
        })],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, &bound, &[]);
    pass.set_viewport(corner.x, corner.y, seen.x, seen.y, 0.0, 1.0);
    pass.draw(0..3, 0..1);
}

#[cfg(test)]
mod tests {
    use image::RgbImage;
    use image::imageops::{FilterType, resize};

    use super::*;
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;

    const MS: Duration = Duration::from_millis(1);

    /// The shares of frames that each take so long, in ms, of a camera that moves or not.
    fn shares(pacing: &mut Pacing, now: &mut Duration, frames: &[(bool, u32)]) -> Vec<f32> {
        let mut orbit = pacing.seen.unwrap_or_default();
        let frame = |(moves, took): &(bool, u32)| {
            *now += MS * *took;
            orbit.bearing_deg += if *moves { 1.0 } else { 0.0 };
            pacing.frame(orbit, *now, MS * *took)
        };
        frames.iter().map(frame).collect()
    }

    #[test]
    fn slow_frames_of_a_motion_lose_pixels_and_a_view_that_rests_has_all_of_them() {
        let (mut pacing, mut now) = (Pacing::default(), Duration::ZERO);
        let told = shares(&mut pacing, &mut now, &[(false, 400), (true, 400)]);
        assert_eq!(told, [1.0, 1.0], "a first view, and a wait before the first motion, are no slow frames");
        // Every other frame waits for the one before: the mean counts.
        let told = shares(&mut pacing, &mut now, &[(true, 110), (true, 2), (true, 110), (true, 2), (true, 110)]);
        assert_eq!(told, [1.0, 1.0, 1.0, 0.7, 0.7]);
        let told = shares(&mut pacing, &mut now, &[(true, 70), (true, 60), (true, 65), (true, 45), (true, 45)]);
        assert_eq!(told, [0.7, 0.7, 0.5, 0.5, 0.5]);
        let told = shares(&mut pacing, &mut now, &[(false, 90), (false, 95), (false, 110)]);
        assert_eq!(told, [0.5, 1.0, 1.0], "it rests");
        // The next motion begins with what the last one had come to.
        assert_eq!(shares(&mut pacing, &mut now, &[(true, 3_000), (true, 40)]), [0.5, 0.5]);
    }

    #[test]
    fn one_slow_frame_changes_nothing_and_quick_motions_get_pixels_back_when_the_next_begins() {
        let (mut pacing, mut now) = (Pacing { step: 1, ..Pacing::default() }, Duration::ZERO);
        let told = shares(&mut pacing, &mut now, &[(false, 10), (true, 10), (true, 15), (true, 120), (true, 15)]);
        assert_eq!(told, [1.0, 0.7, 0.7, 0.7, 0.7]);
        assert_eq!(
            shares(&mut pacing, &mut now, &[(true, 15), (false, 200), (true, 10)]),
            [0.7, 1.0, 0.7],
            "41 ms each"
        );
        let motion = [(true, 15), (true, 12), (true, 18), (true, 15), (true, 15), (true, 15)];
        assert_eq!(shares(&mut pacing, &mut now, &motion), [0.7; 6], "never within a motion");
        assert_eq!(shares(&mut pacing, &mut now, &[(false, 200), (true, 15)]), [1.0, 1.0]);
    }

    #[test]
    fn what_is_drawn_whole_makes_nothing_coarse_after_it() {
        let (mut pacing, mut now) = (Pacing::default(), Duration::ZERO);
        assert_eq!(shares(&mut pacing, &mut now, &[(false, 10), (true, 10), (true, 110)]), [1.0; 3]);
        // Split while it moves: nothing is left of the motion, whatever frames take until there is one part again.
        assert_eq!(pacing.whole(), 1.0);
        assert_eq!((pacing.step, pacing.moved), (0, None));
        now += MS * 1_000;
        assert_eq!(shares(&mut pacing, &mut now, &[(true, 110), (true, 110)]), [1.0; 2], "no motion, and its first");
        assert_eq!(shares(&mut pacing, &mut now, &[(true, 30), (true, 30), (true, 30), (true, 30)]), [1.0; 4]);
    }

    #[test]
    fn a_window_of_another_size_is_no_motion() {
        let mut pacing = Pacing { step: 2, ..Pacing::default() };
        let orbit = Orbit::default();
        assert_eq!(pacing.frame(orbit, MS, MS), 1.0);
        assert_eq!(pacing.frame(Orbit { size: orbit.size * 2.0, ..orbit }, MS * 90, MS), 1.0);
    }

    fn picture(share: f32) -> RgbImage {
        let options = CaptureOptions { width: 480, height: 270, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 1).expect("a headless stage");
        stage.world_mut().resource_mut::<Twin>().software = true;
        stage.world_mut().insert_resource(Coarse(share));
        stage.picture().expect("a picture")
    }

    #[test]
    fn a_coarse_picture_shows_the_same_with_fewer_pixels() {
        let (full, coarse) = (picture(1.0), picture(0.5));
        assert_eq!(coarse.dimensions(), full.dimensions());
        // Fine differences along a row: fewer pixels have fewer of them.
        let detail = |picture: &RgbImage| -> u64 {
            picture
                .rows()
                .flat_map(|row| {
                    let row: Vec<_> = row.collect();
                    row.windows(3)
                        .map(|w| {
                            u64::from((2 * i32::from(w[1][1]) - i32::from(w[0][1]) - i32::from(w[2][1])).unsigned_abs())
                        })
                        .collect::<Vec<_>>()
                })
                .sum()
        };
        assert!(detail(&coarse) * 3 < detail(&full) * 2, "{} of {}", detail(&coarse), detail(&full));
        let small = |picture: &RgbImage| resize(picture, 60, 34, FilterType::Triangle);
        let (full, coarse) = (small(&full), small(&coarse));
        let apart = full.as_raw().iter().zip(coarse.as_raw()).map(|(a, b)| a.abs_diff(*b));
        let (mut sum, mut most) = (0u64, 0);
        for one in apart {
            sum += u64::from(one);
            most = most.max(one);
        }
        let mean = sum as f64 / full.as_raw().len() as f64;
        assert!(mean < 2.0 && most < 48, "mean {mean:.2}, most {most}");
    }
}
