//! The window: the picture's scene with mouse, keyboard and panels. An idle window draws nothing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bevy::camera::RenderTarget;
use bevy::ecs::system::NonSendMarker;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy::window::{
    Monitor, MonitorSelection, PresentMode, PrimaryWindow, RequestRedraw, WindowPosition, WindowRef, WindowResolution,
};
use bevy::winit::{UpdateMode, WINIT_WINDOWS, WinitSettings, WinitWindows};

use crate::app::{add_twin, camera_bundle, clear_colour, find_adapter, panel_camera, right_camera, scene_output};
use crate::bookmarks::Bookmarks;
use crate::camera::control;
use crate::display;
use crate::drill::DrillRoom;
use crate::error::EngineError;
use crate::film::studio::Studio;
use crate::input::{TwinInput, ViewOptions};
use crate::live::{Failure, Live, Update as Told, add_live};
use crate::offered::{Offers, Playing, play};
use crate::past::PastReader;
use crate::remembered::{Remembered, is_in_reach};
use crate::scene::{Exchange, Meshed, Pace, SceneSystems, Twin, Uploads, is_loading};
use crate::siting::Sites;
use crate::style::Shown;
use crate::text::Language;
use crate::ui::Ui;
use crate::{
    action, coarse, counts, cut, film, history, measure, moment, network, past, planner, select, siting, told, ui,
};

/// Longest sleep of an idle window.
const IDLE: Duration = Duration::from_hours(1);
/// Time between frames while the scene is made.
const BREATH: Duration = Duration::from_millis(100);
/// Environment variable that closes the window after that many seconds.
const EXIT_AFTER: &str = "TWIN_VIEW_EXIT_AFTER";

#[derive(Resource, Debug, Clone, Copy)]
struct ExitAfter(Option<Duration>);

impl ExitAfter {
    /// Sleep of at most `longest` between events, `elapsed` after the start.
    fn asleep(self, longest: Duration, elapsed: Duration) -> UpdateMode {
        UpdateMode::Reactive {
            wait: self.0.map_or(longest, |after| after.saturating_sub(elapsed).min(longest)),
            react_to_device_events: false,
            react_to_user_events: true,
            react_to_window_events: true,
        }
    }
}

/// When the window was asked for.
#[derive(Resource, Debug, Clone, Copy)]
struct Began(Instant);

#[derive(Resource, Debug, Clone, Copy)]
struct Samples(u32);

/// Opens a window on `input` and returns when it is closed. Must be called on the main thread, once per process.
///
/// # Errors
/// No display, no adapter, an unknown overlay, or nothing to draw.
pub fn view(input: TwinInput, options: &ViewOptions) -> Result<(), EngineError> {
    open(input, Live::default(), None, options)
}

/// Opens a window before there is a park, shows what `updates` bring, and returns when it is closed. The window is called
/// `slug` until the park tells its name. Must be called on the main thread, once per process.
///
/// Updates are taken within a frame, and a sender that is faster than the window waits; once the window is closed it is
/// refused.
///
/// # Errors
/// No display, no adapter, or nothing to draw in the last park.
pub fn view_live(slug: &str, updates: Receiver<Told>, options: &ViewOptions) -> Result<(), EngineError> {
    let nothing = TwinInput::before(slug);
    open(nothing, Live::waiting(), Some(updates), options)
}

fn open(
    input: TwinInput,
    live: Live,
    updates: Option<Receiver<Told>>,
    options: &ViewOptions,
) -> Result<(), EngineError> {
    let began = Instant::now();
    if std::env::var_os("DISPLAY").is_none_or(|d| d.is_empty()) && cfg!(all(unix, not(target_os = "macos"))) {
        return Err(EngineError::NoDisplay);
    }
    display::reach()?;
    let adapter = find_adapter()?;
    let samples = options.samples.unwrap_or(if adapter.software { 1 } else { 4 });
    let from_environment = std::env::var(EXIT_AFTER).ok().and_then(|s| s.parse::<f64>().ok());
    let exit_after = options.exit_after.or(from_environment.filter(|s| *s >= 0.0).map(Duration::from_secs_f64));
    let slug = input.snapshot.park.slug.clone();
    let park = options.remember_as.clone().unwrap_or_else(|| slug.clone());
    let remembered = options.state.as_deref().map(Remembered::load).unwrap_or_default();
    let theme = options.theme.unwrap_or(remembered.theme);
    let language = options.language.or(remembered.language).unwrap_or_else(Language::from_environment);
    let failure = Failure::default();
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: Some(window_of(&remembered, title(&input))), ..default() })
            .disable::<LogPlugin>(),
    );
    let shown = Shown { photo: options.photo, ..Shown::default() };
    let camera = options.scene.as_ref().map_or(options.camera, |scene| scene.camera);
    add_twin(&mut app, input, camera, theme, language, shown)?;
    let mut twin = app.world_mut().resource_mut::<Twin>();
    (twin.software, twin.one_sample) = (adapter.software, samples == 1);
    let mut live = live;
    let mut missing = Vec::new();
    match &options.scene {
        // What a scene speaks of is looked for in the park.
        scene if live.waiting => live.scene.clone_from(scene),
        Some(scene) => missing = moment::show(&mut app.world_mut().resource_mut::<Twin>(), scene),
        None => {}
    }
    add_live(&mut app, live, updates);
    let folder = options.state.as_deref().and_then(Path::parent);
    let bookmarks = folder.map(|folder| folder.join("bookmarks").join(format!("{slug}.tour.ron")));
    let exports = options.state.as_deref().and_then(Path::parent).map(|folder| folder.join("exports"));
    let exit_after = ExitAfter(exit_after);
    let settings = exit_after.asleep(IDLE, Duration::ZERO);
    let mut panels = Ui::new(remembered.side, remembered.tab, remembered.table, exports);
    panels.missing = missing;
    if begins_with_hints(options, &remembered) {
        panels.begin_hints();
    }
    app.insert_resource(Pace::Smooth)
        .insert_resource(WinitSettings { focused_mode: settings, unfocused_mode: settings })
        .insert_resource(exit_after)
        .insert_resource(Began(began))
        .insert_resource(Samples(samples))
        .insert_resource(panels)
        .insert_resource(Memory {
            file: options.state.clone(),
            kept: remembered,
            park,
            language_set: options.language,
            hints: false,
            lay: None,
        })
        .insert_resource(Bookmarks::load(bookmarks))
        .insert_resource(PastReader(options.past.clone()))
        .insert_resource(Offers { groups: options.offered.clone(), unreadable: options.unreadable.clone() })
        .insert_resource(Playing::of(options.play))
        .insert_resource(failure.clone())
        .insert_resource(DrillRoom {
            office: options.drills.clone(),
            ask: options.drill.clone(),
            folder: folder.map(|folder| folder.join("drills")),
            ..DrillRoom::default()
        })
        .insert_resource(planner::Desk::with_office(options.cases.clone()))
        .insert_resource(Sites::in_folders(options.pitches.clone()))
        .insert_resource(Studio::of(options.films.clone()))
        .add_plugins((control::plugin, action::plugin, select::plugin, measure::plugin, past::plugin, planner::plugin))
        .add_plugins((
            cut::tool::plugin,
            network::plugin,
            siting::plugin,
            history::plugin,
            ui::plugin,
            film::studio::plugin,
            counts::plugin,
            coarse::pace_plugin,
            told::plugin,
        ))
        .add_systems(Startup, spawn_camera)
        .add_systems(
            Update,
            (
                // After what may need another frame: before it, the last word of a resting window would be missed.
                (stay_awake_while_loading.run_if(is_loading), stay_awake_after_loading, stay_awake_while_exchanging)
                    .after(SceneSystems),
                breathe,
                stop_when_due,
                play,
                follow_theme,
                follow_name,
                tell_times,
                take_picture,
                come_into_reach,
            ),
        )
        .add_systems(Last, remember);
    let exit = app.run();
    // The app is gone with its window: what failed was handed out before.
    if let Some(error) = failure.0.lock().ok().and_then(|mut failed| failed.take()) {
        return Err(error);
    }
    match exit {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(EngineError::WindowFailed { code: code.get() }),
    }
}

/// The window as it was left.
fn window_of(remembered: &Remembered, title: String) -> Window {
    let place = remembered.place.map(|(x, y)| WindowPosition::At(IVec2::new(x, y)));
    let mut window = Window {
        title,
        resolution: WindowResolution::new(remembered.width, remembered.height),
        position: place.unwrap_or_default(),
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    if remembered.maximised {
        window.set_maximized(true);
    }
    window
}

/// Brings a window back that was left on a screen that is gone.
fn come_into_reach(
    screens: Query<&Monitor>,
    mut windows: Query<&mut Window, With<PrimaryWindow>>,
    mut looked: Local<bool>,
) {
    if *looked || screens.is_empty() {
        return;
    }
    *looked = true;
    for mut window in &mut windows {
        let all =
            screens.iter().map(|one| (one.physical_position, UVec2::new(one.physical_width, one.physical_height)));
        if let WindowPosition::At(corner) = window.position
            && !is_in_reach(corner, window.physical_width(), all)
        {
            window.position = WindowPosition::Centered(MonitorSelection::Primary);
        }
    }
}

fn title(input: &TwinInput) -> String {
    format!("{} – ParkTwin", input.snapshot.park.name)
}

/// Size of a window, logical px, and its place, px.
type Lay = ([u32; 2], Option<(i32, i32)>);

/// What the window remembers, and where.
#[derive(Resource, Debug)]
struct Memory {
    file: Option<PathBuf>,
    kept: Remembered,
    /// By what the park is opened again.
    park: String,
    /// The language that the command line asked for: not a choice for later.
    language_set: Option<Language>,
    /// Hints were there in this window: only those can have been read or sent away.
    hints: bool,
    /// Size and place of the window in the frame before.
    lay: Option<Lay>,
}

impl Memory {
    /// Whether the window lies otherwise than a frame ago: it may still be dragged, and a file a frame would slow that down.
    fn moves(&mut self, lay: Lay) -> bool {
        self.lay.replace(lay).is_some_and(|before| before != lay)
    }

    /// Whether the hints for a first time are over, by whether they are there now.
    fn hinted(&mut self, are_there: bool) -> bool {
        self.hints |= are_there;
        self.kept.hinted || (self.hints && !are_there)
    }
}

/// Whether the window begins with the hints for a first time. Where nothing is remembered they would come every time; over a tour
/// that plays they would be in the way of what is shown to others.
fn begins_with_hints(options: &ViewOptions, remembered: &Remembered) -> bool {
    options.state.is_some() && options.play.is_none() && !remembered.hinted
}

fn spawn_camera(samples: Res<Samples>, mut commands: Commands) {
    let window = || RenderTarget::Window(WindowRef::Primary);
    commands.spawn((camera_bundle(window(), samples.0), scene_output(samples.0)));
    let output = scene_output(samples.0).output_mode;
    commands.spawn(right_camera(window(), samples.0, output));
    commands.spawn(panel_camera(window(), samples.0));
}

/// Keeps the state file as the window is, whenever that changes.
fn remember(
    twin: Res<Twin>,
    live: Res<Live>,
    ui: Res<Ui>,
    windows: Query<(Entity, &Window), With<PrimaryWindow>>,
    mut memory: ResMut<Memory>,
    // What the platform says of windows is told on the main thread alone.
    _: NonSendMarker,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let (Some(file), Some((entity, window))) = (memory.file.clone(), windows.iter().next()) else { return };
    let language = Some(twin.language).filter(|language| memory.language_set != Some(*language));
    let mut now = memory.kept.clone();
    let size = [window.resolution.width(), window.resolution.height()].map(|side| side.round() as u32);
    let place = match window.position {
        WindowPosition::At(corner) => Some((corner.x, corner.y)),
        _ => None,
    };
    if memory.moves((size, place)) {
        redraw.write(RequestRedraw);
        return;
    }
    let of_platform = |windows: &WinitWindows| windows.get_window(entity).is_some_and(|window| window.is_maximized());
    now.maximised = WINIT_WINDOWS.with_borrow(of_platform);
    if !now.maximised {
        ([now.width, now.height], now.place) = (size, place);
    }
    now.theme = twin.theme;
    now.language = language.or(memory.kept.language);
    (now.side, now.tab, now.table) = (ui.side, ui.tab, ui.table_open);
    now.hinted = memory.hinted(ui.hint.is_some());
    if !live.waiting {
        now.park = Some(memory.park.clone());
    }
    if now != memory.kept {
        now.save(&file);
        memory.kept = now;
    }
}

/// Frames for what is uploaded, a few megabytes each.
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

/// Frames for what is uploaded beside the scene.
fn stay_awake_while_exchanging(exchange: Option<Res<Exchange>>, mut redraw: MessageWriter<RequestRedraw>) {
    if exchange.is_some_and(|exchange| exchange.needs_frames()) {
        redraw.write(RequestRedraw);
    }
}

/// A few frames a second while the scene is made: more would take the processor from what makes it.
fn breathe(
    live: Res<Live>,
    meshed: Option<Res<Meshed>>,
    exit_after: Res<ExitAfter>,
    time: Res<Time<Real>>,
    mut settings: ResMut<WinitSettings>,
) {
    let wanted = exit_after.asleep(if meshed.is_none() && !live.waiting { BREATH } else { IDLE }, time.elapsed());
    if settings.focused_mode != wanted {
        (settings.focused_mode, settings.unfocused_mode) = (wanted, wanted);
    }
}

fn stop_when_due(time: Res<Time<Real>>, due: Res<ExitAfter>, mut exit: MessageWriter<AppExit>) {
    if due.0.is_some_and(|after| time.elapsed() >= after) {
        exit.write(AppExit::Success);
    }
}

/// The window is called as the park.
fn follow_name(twin: Res<Twin>, mut seen: Local<u64>, mut windows: Query<&mut Window, With<PrimaryWindow>>) {
    if *seen != twin.park_version {
        *seen = twin.park_version;
        for mut window in &mut windows {
            window.title = title(&twin.input);
        }
    }
}

/// Tells the log how long a person had to wait.
fn tell_times(
    began: Res<Began>,
    live: Res<Live>,
    meshed: Option<Res<Meshed>>,
    uploads: Option<Res<Uploads>>,
    mut told: Local<usize>,
) {
    let complete = uploads.is_some_and(|uploads| uploads.is_done());
    let steps = [true, !live.waiting, meshed.is_some(), complete];
    let words = ["first frame", "park read", "scene made", "picture complete"];
    while *told < steps.len() && steps[*told] {
        tracing::info!("{} after {:.2} s", words[*told], began.0.elapsed().as_secs_f64());
        *told += 1;
    }
}

/// Writes a picture of the window that was asked for.
fn take_picture(mut room: ResMut<DrillRoom>, mut redraw: MessageWriter<RequestRedraw>, mut commands: Commands) {
    let Some(path) = room.bypass_change_detection().picture.take() else { return };
    if let Some(folder) = path.parent()
        && let Err(error) = std::fs::create_dir_all(folder)
    {
        tracing::error!("{}: {error}", folder.display());
        return;
    }
    commands.spawn(Screenshot::primary_window()).observe(save_to_disk(path));
    redraw.write(RequestRedraw);
}

fn follow_theme(twin: Res<Twin>, mut clear: ResMut<ClearColor>) {
    let wanted = clear_colour(twin.theme);
    if clear.0 != wanted {
        clear.0 = wanted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_leave_a_tour_alone_and_come_the_next_time() {
        let first = Remembered::default();
        let mut over = first.clone();
        over.hinted = true;
        let plain = ViewOptions { state: Some("state.ron".into()), ..ViewOptions::default() };
        assert!(begins_with_hints(&plain, &first));
        assert!(!begins_with_hints(&ViewOptions::default(), &first), "they would come every time");
        assert!(!begins_with_hints(&plain, &over));
        assert!(!begins_with_hints(&ViewOptions { play: Some(0), ..plain }, &first));

        let memory = |kept: Remembered| Memory {
            file: None,
            kept,
            park: String::new(),
            language_set: None,
            hints: false,
            lay: None,
        };
        // A tour: they were not there, so that nobody has read them.
        assert!(!memory(first.clone()).hinted(false));
        let mut shown = memory(first);
        assert!(!shown.hinted(true), "still on screen");
        assert!(shown.hinted(false), "read or sent away");
        // What is over stays over.
        assert!(memory(over.clone()).hinted(false));
        // A size and a place are kept once they rest.
        let mut dragged = memory(over);
        let lays = [([800, 600], None), ([810, 600], None), ([810, 600], Some((5, 0))), ([810, 600], Some((5, 0)))];
        assert_eq!(lays.map(|lay| dragged.moves(lay)), [false, true, true, false]);
    }

    #[test]
    fn a_window_opens_as_it_was_left_and_comes_back_from_a_screen_that_is_gone() {
        let first = Remembered::default();
        let mut left = first.clone();
        left.place = Some((3000, 40));
        let mut app = App::new();
        app.add_systems(Update, come_into_reach);
        app.world_mut().spawn((window_of(&left, "a park".into()), PrimaryWindow));
        let place = |app: &mut App| {
            app.update();
            app.world_mut().query::<&Window>().single(app.world()).unwrap().position
        };
        assert_eq!(place(&mut app), WindowPosition::At(IVec2::new(3000, 40)), "no screen is known yet");
        app.world_mut().spawn(Monitor {
            name: None,
            physical_height: 1080,
            physical_width: 1920,
            physical_position: IVec2::ZERO,
            refresh_rate_millihertz: None,
            scale_factor: 1.0,
            video_modes: Vec::new(),
        });
        assert_eq!(place(&mut app), WindowPosition::Centered(MonitorSelection::Primary));
        assert_eq!(window_of(&first, String::new()).position, WindowPosition::Automatic);
        let mut filled = first;
        filled.maximised = true;
        assert_eq!(window_of(&filled, String::new()).internal.take_maximize_request(), Some(true));
    }
}
