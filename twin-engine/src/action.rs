//! What a person can do with one key or one button: the list, its keys, and what each does.
//!
//! Dragging, wheel and keys that are held are left to `camera::control`.

use analysis::emergency::drill::DrillTrace;
use bevy::ecs::system::SystemParam;
use bevy::math::DVec2;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use bevy_egui::input::EguiWantsInput;
use chrono::NaiveDate;
use geo::BoundingRect;

use crate::bookmarks::Bookmarks;
use crate::camera::{Flight, Orbit, view_of, view_of_points};
use crate::drill::DrillRoom;
use crate::film::studio::Studio;
use crate::history::History;
use crate::input::CameraChoice;
use crate::layers::Selection;
use crate::live::Wake;
use crate::moment::{self, scene_of};
use crate::network::Workbench;
use crate::offered::Offers;
use crate::scene::{Meshed, Twin};
use crate::split::{Right, Side};
use crate::text::{Language, t};
use crate::theme::ThemeChoice;
use crate::time::{Years, look_at, presence_on};
use crate::tool::Tool;
use crate::ui::{DRILL_STEP_S as STEP_S, NetworkTab, PlannerTab, Tab, Ui};

/// Something to do.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// The whole park in the picture.
    WholePark,
    /// Fly to what is selected.
    FlyToSelection,
    /// North up.
    NorthUp,
    /// Straight down.
    LookDown,
    /// Ground translucent, or not.
    Underground,
    /// Orthophoto on the ground, or not.
    Photo,
    /// Light or dark.
    Theme,
    /// The next language.
    Language,
    /// Side panel open or closed.
    Side,
    /// Attribute table open or closed.
    Table,
    /// A tab of the side panel.
    Tab(Tab),
    /// The planner's panel open on a tab, or closed.
    Planner(PlannerTab),
    /// The networks' panel open on a tab, or closed.
    Network(NetworkTab),
    /// Help open or closed.
    Help,
    /// Give up what is under way; then close help, then hints; then an answer about networks; then select nothing.
    Clear,
    /// An overlay by its position, or none.
    Overlay(Option<usize>),
    /// A tool.
    Tool(Tool),
    /// Timeline open or closed.
    Timeline,
    /// The day looked at; `None` for that of the data.
    Day(Option<NaiveDate>),
    /// So many steps of time on or back.
    StepDay(i32),
    /// The years go by, or stop.
    Play,
    /// The picture in two parts, or one.
    Split,
    /// What was shown before.
    Undo,
    /// What was taken back.
    Redo,
    /// Keeps what is shown as a bookmark.
    Bookmark,
    /// Films the bookmarks.
    Film,
    /// Shows a bookmark.
    GoTo(usize),
    /// Shows a view that the park comes with.
    Offered {
        /// Its group.
        group: usize,
        /// Its place there.
        at: usize,
    },
    /// Keeps a view that the park comes with among one's own.
    KeepOffered {
        /// Its group.
        group: usize,
        /// Its place there.
        at: usize,
    },
    /// Fly to the section, from its open side; or to the pit.
    FlyToCut {
        /// To the section, else to the pit.
        section: bool,
    },
    /// The other side of the section goes.
    FlipSection,
    /// Panel of section and pit open or closed.
    CutPanel,
    /// Panel of sites open or closed.
    Sites,
    /// Drill console open or closed.
    Drill,
    /// The drill on the big screen, or not.
    BigScreen,
    /// Ends the drill.
    EndDrill,
    /// Fly to the place of the incident.
    FlyToDrill,
}

/// A key with what it does and the id of the words that say so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// The key.
    pub code: KeyCode,
    /// With Ctrl (or ⌘).
    pub ctrl: bool,
    /// As people write it.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
    /// Words.
    pub words: &'static str,
}

const fn key(code: KeyCode, name: &'static str, action: Action, words: &'static str) -> Key {
    Key { code, ctrl: false, name, action, words }
}

/// Every key, in the order of the help.
pub(crate) const KEYS: [Key; 40] = [
    Key { ctrl: true, ..key(KeyCode::KeyF, "Ctrl+F", Action::Tab(Tab::Search), "key-search") },
    key(KeyCode::KeyF, "F", Action::FlyToSelection, "key-fly"),
    key(KeyCode::Home, "Home", Action::WholePark, "key-whole-park"),
    key(KeyCode::KeyN, "N", Action::NorthUp, "key-north"),
    key(KeyCode::KeyP, "P", Action::LookDown, "key-look-down"),
    key(KeyCode::KeyU, "U", Action::Underground, "key-underground"),
    key(KeyCode::KeyO, "O", Action::Photo, "key-photo"),
    key(KeyCode::KeyB, "B", Action::Tool(Tool::Box), "key-box"),
    key(KeyCode::KeyL, "L", Action::Tool(Tool::Lasso), "key-lasso"),
    key(KeyCode::KeyM, "M", Action::Tool(Tool::Line), "key-measure-line"),
    key(KeyCode::KeyK, "K", Action::Tool(Tool::Area), "key-measure-area"),
    key(KeyCode::KeyX, "X", Action::Tool(Tool::Section), "key-section"),
    key(KeyCode::KeyD, "D", Action::Tool(Tool::Dig), "key-dig"),
    key(KeyCode::KeyI, "I", Action::FlipSection, "key-flip"),
    key(KeyCode::KeyC, "C", Action::CutPanel, "key-cut-panel"),
    key(KeyCode::KeyR, "R", Action::Planner(PlannerTab::Land), "key-land"),
    key(KeyCode::KeyS, "S", Action::Planner(PlannerTab::Cases), "key-cases"),
    key(KeyCode::KeyJ, "J", Action::Planner(PlannerTab::Projects), "key-projects"),
    Key { ctrl: true, ..key(KeyCode::KeyR, "Ctrl+R", Action::Planner(PlannerTab::Evaluation), "key-evaluation") },
    key(KeyCode::KeyW, "W", Action::Planner(PlannerTab::WhatIf), "key-what-if"),
    key(KeyCode::KeyZ, "Z", Action::Network(NetworkTab::Trace), "key-networks"),
    Key { ctrl: true, ..key(KeyCode::KeyE, "Ctrl+E", Action::Drill, "key-drill") },
    Key { ctrl: true, ..key(KeyCode::KeyP, "Ctrl+P", Action::Sites, "key-sites") },
    key(KeyCode::F11, "F11", Action::BigScreen, "key-big-screen"),
    key(KeyCode::Digit0, "0", Action::Overlay(None), "key-no-overlay"),
    key(KeyCode::KeyY, "Y", Action::Timeline, "key-timeline"),
    key(KeyCode::BracketLeft, "[", Action::StepDay(-1), "key-day-back"),
    key(KeyCode::BracketRight, "]", Action::StepDay(1), "key-day-on"),
    key(KeyCode::Space, "Space", Action::Play, "key-play"),
    key(KeyCode::KeyV, "V", Action::Split, "key-split"),
    Key { ctrl: true, ..key(KeyCode::KeyZ, "Ctrl+Z", Action::Undo, "key-undo") },
    Key { ctrl: true, ..key(KeyCode::KeyY, "Ctrl+Y", Action::Redo, "key-redo") },
    Key { ctrl: true, ..key(KeyCode::KeyB, "Ctrl+B", Action::Bookmark, "key-bookmark") },
    Key { ctrl: true, ..key(KeyCode::KeyM, "Ctrl+M", Action::Film, "key-film") },
    key(KeyCode::KeyT, "T", Action::Theme, "key-theme"),
    key(KeyCode::KeyG, "G", Action::Language, "key-language"),
    key(KeyCode::Tab, "Tab", Action::Side, "key-side"),
    key(KeyCode::KeyA, "A", Action::Table, "key-table"),
    key(KeyCode::KeyH, "H", Action::Help, "key-help"),
    key(KeyCode::Escape, "Esc", Action::Clear, "key-clear"),
];

/// Keys of the overlays, as people write them.
pub(crate) const OVERLAY_KEYS: &str = "1 … 9";
/// Keys of the overlays, first to ninth.
const DIGITS: [KeyCode; 9] = [
    KeyCode::Digit1,
    KeyCode::Digit2,
    KeyCode::Digit3,
    KeyCode::Digit4,
    KeyCode::Digit5,
    KeyCode::Digit6,
    KeyCode::Digit7,
    KeyCode::Digit8,
    KeyCode::Digit9,
];

/// Systems of keys and what they do.
pub(crate) fn plugin(app: &mut App) {
    app.add_message::<Action>().add_systems(Update, (press_keys, act).chain().before(crate::scene::SceneSystems));
}

/// True when one of the keys is down, or was within this frame: a frame may last longer than a keystroke.
pub(crate) fn held<const N: usize>(keys: &ButtonInput<KeyCode>, codes: [KeyCode; N]) -> bool {
    keys.any_pressed(codes) || keys.any_just_released(codes)
}

fn press_keys(
    keys: Res<ButtonInput<KeyCode>>,
    wants: Res<EguiWantsInput>,
    twin: Res<Twin>,
    ui: Res<Ui>,
    mut actions: MessageWriter<Action>,
) {
    let ctrl = held(&keys, [KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft, KeyCode::SuperRight]);
    // A list that has the arrows leaves the letters.
    let typing = wants.wants_any_keyboard_input() && !ui.planner.has_arrows() && !ui.network.has_arrows();
    for pressed in keys.get_just_pressed() {
        if let Some(key) = KEYS.iter().find(|key| key.code == *pressed && key.ctrl == ctrl)
            // Undo in a text field is the field's own.
            && (!typing || (key.ctrl && !matches!(key.action, Action::Undo | Action::Redo)))
        {
            actions.write(key.action);
        }
        let digit = DIGITS.iter().position(|code| code == pressed).filter(|_| !typing && !ctrl);
        if let Some(index) = digit.filter(|index| twin.overlay_at(*index).is_some()) {
            actions.write(Action::Overlay(Some(index)));
        }
        if let Some(index) = DIGITS.iter().position(|code| code == pressed).filter(|_| ctrl) {
            actions.write(Action::GoTo(index));
        }
    }
}

/// What a person can come back to.
#[derive(SystemParam)]
struct Kept<'w> {
    history: ResMut<'w, History>,
    bookmarks: ResMut<'w, Bookmarks>,
    offers: Res<'w, Offers>,
    bench: ResMut<'w, Workbench>,
    studio: ResMut<'w, Studio>,
    wake: Res<'w, Wake>,
}

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn act(
    mut actions: MessageReader<Action>,
    mut twin: ResMut<Twin>,
    mut ui: ResMut<Ui>,
    mut tool: ResMut<Tool>,
    mut years: ResMut<Years>,
    mut kept: Kept,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
    mut drill: ResMut<DrillRoom>,
    meshed: Option<Res<Meshed>>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    for action in actions.read() {
        match *action {
            Action::WholePark => {
                if let Some(meshed) = &meshed {
                    flight.begin(*orbit, view_of(CameraChoice::WholePark, &meshed.geometry, &orbit));
                }
            }
            Action::FlyToSelection => {
                if let Some(meshed) = &meshed
                    && let Some(view) = view_of_selection(&twin, meshed, &orbit)
                {
                    flight.begin(*orbit, view);
                }
            }
            Action::NorthUp => flight.begin(*orbit, Orbit { bearing_deg: 180.0, ..*orbit }),
            Action::LookDown => {
                let pitch_deg = if orbit.pitch_deg > 85.0 { crate::theme::FIRST_VIEW_PITCH_DEG } else { 89.0 };
                flight.begin(*orbit, Orbit { pitch_deg, ..*orbit });
            }
            Action::Underground => twin.shown.underground = !twin.shown.underground,
            Action::Photo => twin.shown.photo = !twin.shown.photo && twin.input.imagery.is_some(),
            Action::Theme => {
                twin.theme = match twin.theme {
                    ThemeChoice::Daylight => ThemeChoice::Dark,
                    ThemeChoice::Dark => ThemeChoice::Daylight,
                };
            }
            Action::Language => {
                let at = Language::ALL.iter().position(|language| *language == twin.language).unwrap_or(0);
                twin.language = Language::ALL[(at + 1) % Language::ALL.len()];
            }
            Action::Side => ui.side = !ui.side,
            // At the foot there is room for one of them.
            Action::Table => {
                ui.table_open = !ui.table_open;
                ui.planner.close();
                ui.network.close();
                ui.siting.close();
                drill.console = false;
            }
            Action::Network(tab) => {
                ui.network.turn(tab);
                ui.planner.close();
                ui.siting.close();
                (ui.table_open, ui.cut_open, drill.console) = (false, false, false);
            }
            Action::Planner(tab) => {
                ui.planner.turn(tab);
                ui.network.close();
                ui.siting.close();
                (ui.table_open, ui.cut_open, drill.console) = (false, false, false);
            }
            Action::Tab(tab) => {
                ui.side = true;
                ui.tab = tab;
                ui.take_focus = tab == Tab::Search;
            }
            Action::Help => ui.help = !ui.help,
            Action::Clear => {
                if drill.big {
                    twin.theme = drill.turn_big(twin.theme);
                } else if *tool != Tool::Look {
                    *tool = Tool::Look;
                } else if ui.help {
                    ui.help = false;
                } else if ui.hint.is_some() {
                    ui.hint = None;
                } else if kept.bench.clear(&mut twin) {
                    redraw.write(RequestRedraw);
                } else if !twin.shown.selection.is_empty() {
                    twin.shown.selection = Selection::default();
                }
            }
            Action::Overlay(overlay) => {
                if twin.shown.overlay != overlay {
                    twin.shown.overlay = overlay;
                }
            }
            Action::Split => {
                twin.right = match twin.right {
                    Some(_) => None,
                    None => Some(first_split(&twin)),
                };
                ui.timeline |= twin.right.is_some() && years.span.is_some();
            }
            Action::Undo | Action::Redo => {
                let moment = if *action == Action::Undo { kept.history.undo() } else { kept.history.redo() };
                if let Some(moment) = moment {
                    years.playing = false;
                    let filter = moment.restore(&mut twin);
                    ui.table.set_filter(filter);
                }
            }
            Action::Bookmark => {
                if let Some(meshed) = &meshed {
                    let scene = scene_of(&twin, &ui.table.filter(), meshed, &orbit);
                    kept.bookmarks.add(&t!(twin.words(), "bookmark-name"), scene);
                    tracing::info!("view {} is kept", kept.bookmarks.tour.stops.len());
                    ui.missing = moment::not_kept(&twin).into_iter().collect();
                    ui.side = true;
                    ui.tab = Tab::Views;
                }
            }
            Action::Film => {
                let folder = ui.exports.as_deref().filter(|_| !kept.bookmarks.tour.stops.is_empty());
                if let Some(folder) = folder
                    && meshed.is_some()
                {
                    let (input, day, tour) = (twin.input.clone(), twin.record_day(), kept.bookmarks.tour.clone());
                    kept.studio.begin(input, day, tour, twin.language, folder, Wake::clone(&kept.wake));
                }
            }
            Action::GoTo(_) | Action::Offered { .. } => {
                let stop = match *action {
                    Action::GoTo(at) => kept.bookmarks.tour.stops.get(at),
                    Action::Offered { group, at } => kept.offers.stop(group, at),
                    _ => None,
                };
                if let (Some(meshed), Some(stop)) = (&meshed, stop) {
                    years.playing = false;
                    tracing::info!("view {:?} is shown", stop.name);
                    ui.missing = moment::show(&mut twin, &stop.scene);
                    let filter = stop.scene.filter.clone().unwrap_or_else(|| ui.table.filter_of_all());
                    ui.table.set_filter(filter);
                    flight.begin(*orbit, view_of(stop.scene.camera, &meshed.geometry, &orbit));
                }
            }
            Action::KeepOffered { group, at } => {
                if let Some(stop) = kept.offers.stop(group, at) {
                    let stop = stop.clone();
                    kept.bookmarks.keep(stop);
                }
            }
            Action::Timeline => ui.timeline = !ui.timeline && years.span.is_some(),
            Action::Day(day) => {
                years.playing = false;
                look_at(&mut twin, day);
            }
            Action::StepDay(steps) if drill.session.is_some() => {
                if let Some(session) = &mut drill.session {
                    session.jump(session.now_s + f64::from(steps) * STEP_S);
                }
            }
            Action::StepDay(steps) => {
                years.playing = false;
                if let (Some(span), Some(day)) = (&years.span, twin.day()) {
                    ui.timeline = true;
                    let next = span.stepped(day, steps);
                    look_at(&mut twin, Some(next));
                }
            }
            Action::Play if drill.session.is_some() => {
                if let Some(session) = &mut drill.session {
                    session.play();
                }
            }
            Action::Play => {
                if let (Some(span), Some(day)) = (years.span.clone(), twin.day()) {
                    ui.timeline = true;
                    years.playing = !years.playing;
                    // From the end the years begin anew.
                    if years.playing && day >= span.as_of {
                        look_at(&mut twin, Some(span.first));
                    }
                }
            }
            Action::FlyToCut { section } => {
                let view =
                    meshed.as_ref().and_then(|meshed| crate::cut::tool::view_of_cut(&twin, meshed, &orbit, section));
                if let Some(view) = view {
                    flight.begin(*orbit, view);
                }
            }
            Action::FlipSection => {
                if let Some(plane) = twin.cut.section {
                    twin.cut.section = Some(plane.flipped());
                }
            }
            Action::CutPanel => {
                ui.cut_open = !ui.cut_open;
                ui.planner.close();
                ui.network.close();
                ui.siting.close();
                drill.console = false;
            }
            Action::Drill => {
                drill.turn();
                if drill.console {
                    (ui.table_open, ui.cut_open) = (false, false);
                    ui.planner.close();
                    ui.network.close();
                    ui.siting.close();
                }
            }
            Action::Sites => {
                ui.siting.turn();
                if ui.siting.is_open() {
                    (ui.table_open, ui.cut_open, drill.console) = (false, false, false);
                    ui.planner.close();
                    ui.network.close();
                }
            }
            Action::BigScreen => twin.theme = drill.turn_big(twin.theme),
            Action::EndDrill => drill.close(&mut twin),
            Action::FlyToDrill => {
                let played = drill.session.as_ref().and_then(|session| session.strand.played());
                if let (Some(played), Some(meshed)) = (played, &meshed)
                    && let Some(view) = view_of_places(incident(&played.trace), meshed, &orbit)
                {
                    flight.begin(*orbit, view);
                }
            }
            Action::Tool(wanted) => *tool = if *tool == wanted { Tool::Look } else { wanted },
        }
        // What a key changes shows in this frame; panels settle in the next.
        redraw.write(RequestRedraw);
    }
    if flight.is_changed() {
        orbit.set_changed();
    }
}

/// A split that shows something: the day of the data beside another day, else another overlay beside this one.
fn first_split(twin: &Twin) -> Right {
    let record = twin.record_day();
    let overlay = twin.shown.overlay;
    if let Some(day) = twin.day().filter(|_| twin.input.apart.is_some()) {
        // The scenario is what differs.
        return Right { at: 0.5, there: presence_on(twin, day, Side::Right), overlay };
    }
    if let Some(record) = record.filter(|record| twin.day() != Some(*record)) {
        return Right { at: 0.5, there: presence_on(twin, record, Side::Right), overlay };
    }
    let next = overlay.map_or(0, |at| at + 1);
    let next = twin.overlay_at(next).map(|_| next);
    Right { at: 0.5, there: twin.shown.there.clone(), overlay: next }
}

/// The view in which what is selected fills half of the picture.
pub(crate) fn view_of_selection(twin: &Twin, meshed: &Meshed, orbit: &Orbit) -> Option<Orbit> {
    /// Features beyond this many do not change the box by much.
    const LOOKED_AT: usize = 5000;
    let ids = twin.shown.selection.ids();
    let points: Vec<Vec3> = ids
        .iter()
        .step_by((ids.len() / LOOKED_AT).max(1))
        .flat_map(|id| crate::feature::corners(&twin.input.snapshot, &meshed.geometry, *id))
        .collect();
    let steep = Orbit { pitch_deg: orbit.pitch_deg.max(25.0), ..*orbit };
    view_of_points(&steep, &points, 0.5, 60.0)
}

/// Where an incident is: the place that crews go to, and corners of everything that the hazard comes to bound, park coordinates, m.
fn incident(trace: &DrillTrace) -> impl Iterator<Item = DVec2> + '_ {
    let lines = trace.contours.iter().flat_map(|contours| &contours.lines);
    let boxes = lines.filter_map(|line| line.area.bounding_rect());
    let corners = boxes.flat_map(|of| [of.min(), of.max()]).map(|corner| DVec2::new(corner.x, corner.y));
    corners.chain(trace.place_m.map(DVec2::from_array))
}

/// The view in which the box of places of the park (m) fills most of the picture; `None` without any.
fn view_of_places(places: impl Iterator<Item = DVec2>, meshed: &Meshed, orbit: &Orbit) -> Option<Orbit> {
    /// From no nearer than this is a place seen with what is around it, m.
    const NEAREST_M: f32 = 620.0;
    let (low, high) =
        places.fold((DVec2::INFINITY, DVec2::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
    let geometry = &meshed.geometry;
    let corners = [low, DVec2::new(low.x, high.y), high, DVec2::new(high.x, low.y)];
    if corners.iter().any(|corner| !corner.is_finite()) {
        return None;
    }
    let points =
        corners.map(|corner| geometry.origin.scene_from_park(corner.x, corner.y, geometry.ground.height(corner)));
    let steep = Orbit { pitch_deg: orbit.pitch_deg.clamp(25.0, 60.0), ..*orbit };
    view_of_points(&steep, &points, 0.7, NEAREST_M)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::camera::control::HELD;

    #[test]
    fn all_of_an_incident_is_in_the_view_that_is_flown_to() {
        let input = crate::fixture::tiny();
        let geometry = crate::scene::SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = crate::pick::Picker::new(&input.snapshot, &geometry);
        let meshed = Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) };
        let (x, y) = crate::fixture::CORNER;
        let orbit = Orbit { size: Vec2::new(1280.0, 740.0), ..Orbit::default() };
        let place = DVec2::new(x + 50.0, y + 40.0);
        let near = view_of_places([place].into_iter(), &meshed, &orbit).unwrap();
        assert!((near.distance_m - 620.0).abs() < 1.0, "{}", near.distance_m);
        let cloud = [place, DVec2::new(x - 900.0, y - 300.0), DVec2::new(x + 1400.0, y + 900.0)];
        let wide = view_of_places(cloud.into_iter(), &meshed, &orbit).unwrap();
        for at in cloud {
            let height_m = meshed.geometry.ground.height(at);
            let (pixel, _) = wide.pixel(meshed.geometry.origin.scene_from_park(at.x, at.y, height_m)).unwrap();
            assert!(pixel.cmpge(Vec2::ZERO).all() && pixel.cmple(wide.size).all(), "{pixel}");
        }
        assert!(view_of_places(std::iter::empty(), &meshed, &orbit).is_none());
    }

    #[test]
    fn no_key_does_two_things_and_every_key_has_words() {
        let words = crate::text::Text::of(Language::English);
        for (at, key) in KEYS.iter().enumerate() {
            assert!(words.has(key.words), "{}", key.words);
            let again = KEYS[at + 1..].iter().find(|other| other.code == key.code && other.ctrl == key.ctrl);
            assert!(again.is_none(), "{again:?}");
            assert!(!DIGITS.contains(&key.code));
            assert!(key.ctrl || !HELD.contains(&key.code), "{} turns the view too", key.name);
        }
    }
}
