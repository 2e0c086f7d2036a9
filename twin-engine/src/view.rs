//! The window: the picture's scene with mouse, keyboard and panels. An idle window draws nothing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bevy::camera::RenderTarget;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::window::{PresentMode, PrimaryWindow, RequestRedraw, WindowRef, WindowResolution};
use bevy::winit::{UpdateMode, WinitSettings};

use crate::app::{add_twin, camera_bundle, clear_colour, find_adapter, panel_camera, right_camera, scene_output};
use crate::bookmarks::Bookmarks;
use crate::camera::control;
use crate::error::EngineError;
use crate::input::{TwinInput, ViewOptions};
use crate::remembered::Remembered;
use crate::scene::{Meshed, MeshingFailed, Pace, Twin, Uploads, is_loading};
use crate::style::Shown;
use crate::text::Language;
use crate::ui::Ui;
use crate::{action, history, measure, moment, select, ui};

/// Longest sleep of an idle window.
const IDLE: Duration = Duration::from_hours(1);
/// Environment variable that closes the window after that many seconds.
const EXIT_AFTER: &str = "TWIN_VIEW_EXIT_AFTER";

#[derive(Resource, Debug, Clone, Copy)]
struct ExitAfter(Option<Duration>);

#[derive(Resource, Debug, Clone, Copy)]
struct Samples(u32);

/// Opens a window on `input` and returns when it is closed. Must be called on the main thread, once per process.
///
/// # Errors
/// No display, no adapter, an unknown overlay, or nothing to draw.
pub fn view(input: TwinInput, options: &ViewOptions) -> Result<(), EngineError> {
    if std::env::var_os("DISPLAY").is_none_or(|d| d.is_empty()) && cfg!(all(unix, not(target_os = "macos"))) {
        return Err(EngineError::NoDisplay);
    }
    let adapter = find_adapter()?;
    let samples = options.samples.unwrap_or(if adapter.software { 1 } else { 4 });
    let from_environment = std::env::var(EXIT_AFTER).ok().and_then(|s| s.parse::<f64>().ok());
    let exit_after = options.exit_after.or(from_environment.filter(|s| *s >= 0.0).map(Duration::from_secs_f64));
    let slug = input.snapshot.park.slug.clone();
    let title = format!("{} – ParkTwin", input.snapshot.park.name);
    let remembered = options.state.as_deref().map(Remembered::load).unwrap_or_default();
    let theme = options.theme.unwrap_or(remembered.theme);
    let language = options.language.or(remembered.language).unwrap_or_else(Language::from_environment);
    let failure: Arc<Mutex<Option<EngineError>>> = Arc::default();
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(Window {
                    title,
                    resolution: WindowResolution::new(remembered.width, remembered.height),
                    present_mode: PresentMode::AutoVsync,
                    ..default()
                }),
                ..default()
            })
            .disable::<LogPlugin>(),
    );
    let shown = Shown { photo: options.photo, ..Shown::default() };
    let camera = options.scene.as_ref().map_or(options.camera, |scene| scene.camera);
    add_twin(&mut app, input, camera, theme, language, shown)?;
    let missing = options.scene.as_ref().map(|scene| moment::show(&mut app.world_mut().resource_mut::<Twin>(), scene));
    let folder = options.state.as_deref().and_then(Path::parent);
    let bookmarks = folder.map(|folder| folder.join("bookmarks").join(format!("{slug}.tour.ron")));
    let exports = options.state.as_deref().and_then(Path::parent).map(|folder| folder.join("exports"));
    let sleep = UpdateMode::Reactive {
        wait: exit_after.unwrap_or(IDLE).min(IDLE),
        react_to_device_events: false,
        react_to_user_events: true,
        react_to_window_events: true,
    };
    let mut panels = Ui::new(remembered.side, remembered.tab, remembered.table, exports);
    panels.missing = missing.unwrap_or_default();
    app.insert_resource(Pace::Smooth)
        .insert_resource(WinitSettings { focused_mode: sleep, unfocused_mode: sleep })
        .insert_resource(ExitAfter(exit_after))
        .insert_resource(Samples(samples))
        .insert_resource(panels)
        .insert_resource(Memory { file: options.state.clone(), kept: remembered, language_set: options.language })
        .insert_resource(Bookmarks::load(bookmarks))
        .insert_resource(Failure(failure.clone()))
        .add_plugins((control::plugin, action::plugin, select::plugin, measure::plugin, history::plugin, ui::plugin))
        .add_systems(Startup, spawn_camera)
        .add_systems(
            Update,
            (stay_awake_while_loading.run_if(is_loading), stay_awake_after_loading, stop_when_due, follow_theme),
        )
        .add_systems(Last, remember);
    let exit = app.run();
    // The app is gone with its window: what failed was handed out before.
    if let Some(error) = failure.lock().ok().and_then(|mut failed| failed.take()) {
        return Err(error);
    }
    match exit {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(EngineError::WindowFailed { code: code.get() }),
    }
}

/// What the window remembers, and where.
#[derive(Resource, Debug)]
struct Memory {
    file: Option<PathBuf>,
    kept: Remembered,
    /// The language that the command line asked for: not a choice for later.
    language_set: Option<Language>,
}

/// Why the window had to close.
#[derive(Resource, Debug)]
struct Failure(Arc<Mutex<Option<EngineError>>>);

fn spawn_camera(samples: Res<Samples>, mut commands: Commands) {
    let window = || RenderTarget::Window(WindowRef::Primary);
    commands.spawn((camera_bundle(window(), samples.0), scene_output(samples.0)));
    let output = scene_output(samples.0).output_mode;
    commands.spawn(right_camera(window(), samples.0, output));
    commands.spawn(panel_camera(window(), samples.0));
}

/// Keeps the state file as the window is, whenever that changes.
fn remember(twin: Res<Twin>, ui: Res<Ui>, windows: Query<&Window, With<PrimaryWindow>>, mut memory: ResMut<Memory>) {
    let (Some(file), Some(window)) = (memory.file.clone(), windows.iter().next()) else { return };
    let language = Some(twin.language).filter(|language| memory.language_set != Some(*language));
    let mut now = memory.kept.clone();
    now.width = window.resolution.width().round() as u32;
    now.height = window.resolution.height().round() as u32;
    now.theme = twin.theme;
    now.language = language.or(memory.kept.language);
    (now.side, now.tab, now.table) = (ui.side, ui.tab, ui.table_open);
    now.park = Some(twin.input.snapshot.park.slug.clone());
    if now != memory.kept {
        now.save(&file);
        memory.kept = now;
    }
}

fn stay_awake_while_loading(mut redraw: MessageWriter<RequestRedraw>) {
    redraw.write(RequestRedraw);
}

/// Pipelines are made in the background: a few more frames after the last tile show what they finish.
fn stay_awake_after_loading(
    meshed: Option<Res<Meshed>>,
    uploads: Option<Res<Uploads>>,
    watch: Res<crate::app::RenderWatch>,
    mut seen: Local<(usize, u32)>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if meshed.is_none() || uploads.is_none_or(|u| !u.is_done()) {
        return;
    }
    let state = watch.state();
    if seen.0 != state.pipelines || state.waiting > 0 {
        *seen = (state.pipelines, 0);
    }
    // A pipeline that has just become ready is drawn with in the next frame or the one after.
    if seen.1 < 4 {
        seen.1 += 1;
        redraw.write(RequestRedraw);
    }
}

fn stop_when_due(
    time: Res<Time<Real>>,
    due: Res<ExitAfter>,
    failed: Option<Res<MeshingFailed>>,
    out: Res<Failure>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    if failed.is_some() {
        let out = out.0.clone();
        commands.queue(move |world: &mut World| {
            if let (Some(failed), Ok(mut out)) = (world.remove_resource::<MeshingFailed>(), out.lock()) {
                *out = Some(failed.0);
            }
        });
    }
    if failed.is_some() || due.0.is_some_and(|after| time.elapsed() >= after) {
        exit.write(AppExit::Success);
    }
}

fn follow_theme(twin: Res<Twin>, mut clear: ResMut<ClearColor>) {
    let wanted = clear_colour(twin.theme);
    if clear.0 != wanted {
        clear.0 = wanted;
    }
}
