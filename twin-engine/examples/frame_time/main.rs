//! Frame time of N extruded buildings at 1280×720, headless: the twin's lean material, whole and cut open, against Bevy's
//! `StandardMaterial` and against a bare wgpu program that draws the same triangles.
//!
//! `cargo run -p twin-engine --example frame_time -- 10000`

mod bare;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::app::PluginsState;
use bevy::asset::RenderAssetUsages;
use bevy::camera::RenderTarget;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::log::LogPlugin;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::{
    Extent3d, PipelineCache, PollType, TextureDimension, TextureFormat, TextureUsages,
};
use bevy::render::renderer::RenderDevice;
use bevy::render::{RenderApp, view::Msaa};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use geo::{LineString, MultiPolygon, Polygon};
use spatial_db::model::{Building, Park, ParkSnapshot, Provenance};
use twin_engine::mesh::{BuildingShape, Ground, Layer, TileMesh, building_walls_and_roof};
use twin_engine::space::SceneOrigin;
use twin_engine::{CameraChoice, CaptureOptions, Cut, Dig, Drawn, SectionPlane, Stage, TwinInput};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
const FRAMES: usize = 40;
/// Spacing of the buildings, m.
const SPACING_M: f64 = 40.0;
/// Buildings per tile in the comparison.
const PER_TILE: usize = 500;
/// Where the comparisons look from, in sides of the square of buildings.
const EYE: Vec3 = Vec3::new(0.64, 0.77, 0.64);
const AWAY: f32 = 1.9;
const FOV_DEG: f32 = 35.0;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(10_000), |n| n.parse())?;
    let park = park(count);
    println!("buildings {count}, picture {WIDTH}×{HEIGHT}, median of {FRAMES} frames, the whole park in view");
    let plain = lean(&park, 1, false, &Cut::default())?;
    println!("adapter {}", plain.adapter);
    println!("lean material, 1 sample, levels of detail: {:.1} ms", millis(plain.frame));
    beside_bare(&plain)?;
    let outlines = lean(&park, 1, true, &Cut::default())?;
    println!("lean material, 1 sample, every outline: {:.1} ms", millis(outlines.frame));
    beside_bare(&outlines)?;
    println!("lean material, 4 samples, every outline: {:.1} ms", millis(lean(&park, 4, true, &Cut::default())?.frame));
    let middle = (count as f64).sqrt().ceil() * SPACING_M / 2.0;
    let line = SectionPlane { from: [0.0, middle + 0.3], to: [2.0 * middle, middle + 0.3] };
    let cut = Cut { section: Some(line), ..Cut::default() };
    println!("with a section through the middle, 1 sample: {:.1} ms", millis(lean(&park, 1, true, &cut)?.frame));
    let corner = |dx: f64, dy: f64| [middle + dx, middle + dy];
    let outline = vec![corner(-60.0, -60.0), corner(60.0, -60.0), corner(60.0, 60.0), corner(-60.0, 60.0)];
    let cut = Cut { dig: Some(Dig { outline, depth_m: 4.0 }), ..Cut::default() };
    println!("with a pit in the middle, 1 sample: {:.1} ms", millis(lean(&park, 1, true, &cut)?.frame));
    println!("StandardMaterial, 1 sample: {:.1} ms", millis(standard(&park)?));
    Ok(())
}

/// What a turning camera takes with the twin's own material.
struct Lean {
    adapter: String,
    frame: Duration,
    drawn: Vec<Drawn>,
    clip_from_world: Mat4,
}

/// The triangles of all passes once more, bare.
fn beside_bare(lean: &Lean) -> Result<(), Box<dyn Error>> {
    let mut passes: BTreeMap<Layer, usize> = BTreeMap::new();
    for tile in &lean.drawn {
        *passes.entry(tile.layer).or_default() += tile.indices.len() / 3;
    }
    let bare = millis(median(bare::frames(&lean.drawn, lean.clip_from_world, (WIDTH, HEIGHT), FRAMES)?));
    let times = millis(lean.frame) / bare;
    println!("  bare wgpu, the same triangles: {bare:.1} ms; ours takes {times:.2} times as long, 1.3 aimed for");
    println!("  triangles: {passes:?}, and the sky");
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// `count` buildings with two wings on a square grid, heights from 6 to 30 m.
fn park(count: usize) -> Arc<ParkSnapshot> {
    let mut snapshot = ParkSnapshot::empty(Park::made_up("bench", "Bench", 4550));
    let side = (count as f64).sqrt().ceil() as usize;
    snapshot.buildings = (0..count)
        .map(|i| {
            let (x, y) = ((i % side) as f64 * SPACING_M, (i / side) as f64 * SPACING_M);
            let corners = [(0., 0.), (26., 0.), (26., 12.), (12., 12.), (12., 24.), (0., 24.)];
            let ring = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect::<LineString<f64>>();
            let storeys = 2.0 + (i * 7 % 9) as f64;
            Building {
                storeys: Some(storeys),
                storey_height_m: Some(3.0),
                ..Building::bare(
                    i as i64 + 1,
                    Provenance::default(),
                    MultiPolygon(vec![Polygon::new(ring, Vec::new())]),
                )
            }
        })
        .collect();
    Arc::new(snapshot)
}

fn lean(park: &Arc<ParkSnapshot>, samples: u32, outlines: bool, cut: &Cut) -> Result<Lean, Box<dyn Error>> {
    let input = TwinInput {
        snapshot: park.clone(),
        overlays: Vec::new(),
        active: None,
        imagery: None,
        time: None,
        planner: None,
        apart: None,
    };
    let options = CaptureOptions {
        width: WIDTH,
        height: HEIGHT,
        camera: CameraChoice::WholePark,
        frame: false,
        ..CaptureOptions::default()
    };
    let mut stage = Stage::keeping(input, &options, samples)?;
    stage.cut(cut.clone());
    if outlines {
        stage.draw_outlines();
        stage.turn(0.5);
    }
    stage.picture()?;
    let times = (0..FRAMES)
        .map(|_| {
            stage.turn(0.5);
            stage.frame()
        })
        .collect();
    let clip_from_world = stage.clip_from_world();
    Ok(Lean { adapter: stage.adapter().to_owned(), frame: median(times), drawn: stage.drawn(), clip_from_world })
}

/// Walls and roofs of some buildings of the square, in metres from its middle.
fn tile(buildings: &[Building], side_m: f64) -> TileMesh {
    let ground = Ground::flat(bevy::math::DVec2::ZERO, bevy::math::DVec2::splat(side_m), 0.0);
    let origin = SceneOrigin::near(side_m / 2.0, side_m / 2.0, 0.0);
    let mut tile = TileMesh::new(Layer::Building);
    for building in buildings {
        let height = building.drawn_height_m().0;
        for polygon in &building.footprint {
            if let Some(shape) = BuildingShape::new(polygon, &ground, height, None, 0.0) {
                building_walls_and_roof(&mut tile, &shape, &ground, &origin, 0);
            }
        }
    }
    tile
}

/// The same walls and roofs in merged tiles, with Bevy's material, one light without shadow, the same camera height.
fn standard(park: &Arc<ParkSnapshot>) -> Result<Duration, Box<dyn Error>> {
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
    while app.plugins_state() == PluginsState::Adding {
        std::thread::yield_now();
    }
    app.finish();
    app.cleanup();
    let side_m = (park.buildings.len() as f64).sqrt().ceil() * SPACING_M;
    let material = app
        .world_mut()
        .resource_mut::<Assets<StandardMaterial>>()
        .add(StandardMaterial::from(Color::srgb(0.9, 0.88, 0.85)));
    for tile_of in park.buildings.chunks(PER_TILE) {
        let tile = tile(tile_of, side_m);
        let normals: Vec<[f32; 3]> = (0..tile.positions.len() as u32).map(|i| tile.normal(i).to_array()).collect();
        let mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, tile.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
            .with_inserted_indices(Indices::U32(tile.indices));
        let handle = app.world_mut().resource_mut::<Assets<Mesh>>().add(mesh);
        app.world_mut().spawn((Mesh3d(handle), MeshMaterial3d(material.clone())));
    }
    app.world_mut()
        .spawn((DirectionalLight::default(), Transform::from_xyz(-1.0, 2.0, 1.0).looking_at(Vec3::ZERO, Vec3::Y)));
    let mut target = Image::new_uninit(
        Extent3d { width: WIDTH, height: HEIGHT, depth_or_array_layers: 1 },
        TextureDimension::D2,
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::RENDER_WORLD,
    );
    target.texture_descriptor.usage |= TextureUsages::RENDER_ATTACHMENT;
    let target: RenderTarget = app.world_mut().resource_mut::<Assets<Image>>().add(target).into();
    let eye = EYE.normalize() * side_m as f32 * AWAY;
    app.world_mut().spawn((
        Camera3d::default(),
        target,
        Msaa::Off,
        Tonemapping::None,
        Projection::Perspective(PerspectiveProjection { fov: FOV_DEG.to_radians(), far: 1e6, ..default() }),
        Transform::from_translation(eye).looking_at(Vec3::ZERO, Vec3::Y),
    ));
    // Frames count once all pipelines are there and their number has not grown for two frames.
    let mut frame = || {
        let start = Instant::now();
        app.update();
        app.world().resource::<RenderDevice>().poll(PollType::wait_indefinitely()).map(|_| start.elapsed())
    };
    frame()?;
    frame()?;
    frame()?;
    let times: Result<Vec<Duration>, _> = (0..FRAMES).map(|_| frame()).collect();
    let waiting = app
        .get_sub_app(RenderApp)
        .map_or(0, |render| render.world().resource::<PipelineCache>().waiting_pipelines().count());
    if waiting > 0 {
        return Err(format!("{waiting} pipelines were still waiting").into());
    }
    Ok(median(times?))
}
