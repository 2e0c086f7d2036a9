//! The window around the scene: bar on top, panels at the sides, read-out at the foot. Not part of a picture.
//!
//! Panels read the engine's state and send [`Action`]s; what an action does is left to `action`.

mod choose;
mod cut;
mod cut_marks;
mod drill;
mod help;
mod hints;
mod inspector;
mod layers;
mod live;
mod look;
mod measure;
mod network;
mod overlays;
mod planner;
mod quiet;
mod recolour;
mod search;
mod side;
mod siting;
mod split;
mod status;
mod sun;
mod table;
mod timeline;
mod top;
mod views;
mod writing;

use std::path::PathBuf;

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::bookmarks::Bookmarks;
use crate::camera::control::Pointer;
use crate::camera::{Orbit, TwinCamera};
use crate::drill::DrillRoom;
use crate::film::studio::Studio;
use crate::frame::{FontSystems, FontsReady, FrameSystems, Page, Taken};
use crate::history::History;
use crate::live::{Live, Wake};
use crate::measure::Measure;
use crate::moment::Missing;
use crate::network::Workbench;
use crate::offered::{Offers, Playing};
use crate::past::{PastReader, Remembrance};
use crate::planner::Desk;
use crate::scene::{Exchange, Meshed, Twin, Uploads};
use crate::select::Catch;
use crate::siting::Sites;
use crate::split::SceneArea;
use crate::text::{Text, t};
use crate::time::Years;
use crate::tool::Tool;
use analysis::geodetic::Geodetic;

pub(crate) use drill::{STEP_S as DRILL_STEP_S, paint as paint_drill};
pub(crate) use network::NetworkTab;
pub(crate) use planner::PlannerTab;
pub(crate) use table::label as column_label;

/// Smallest side of the scene, px: below it the panels have taken all.
const LEAST_SCENE_PX: u32 = 64;

/// A tab of the side panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tab {
    /// What is drawn.
    #[default]
    Layers,
    /// What it is coloured by.
    Overlays,
    /// Find a feature.
    Search,
    /// Scenes that were kept.
    Views,
}

impl Tab {
    /// All tabs, from the left.
    pub(crate) const ALL: [Self; 4] = [Self::Layers, Self::Overlays, Self::Search, Self::Views];
}

/// Which panels are open, and what they hold from frame to frame.
#[derive(Resource, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a panel that is open or not")]
pub(crate) struct Ui {
    /// Side panel.
    pub side: bool,
    /// Its tab.
    pub tab: Tab,
    /// Help.
    pub help: bool,
    /// Hint for a first time, while there is one.
    pub hint: Option<hints::Hint>,
    /// The next text field takes the keyboard.
    pub take_focus: bool,
    /// Attribute table.
    pub table_open: bool,
    /// Panel of section and pit.
    pub cut_open: bool,
    cut: cut::Panel,
    /// Timeline.
    pub timeline: bool,
    /// What the scene shown last speaks of and the park does not have.
    pub missing: Vec<Missing>,
    /// Folder that files are written to.
    pub exports: Option<PathBuf>,
    pub table: table::Table,
    /// The planner's panel.
    pub planner: planner::Planner,
    /// The networks' panel.
    pub network: network::Panel,
    /// The panel of sites.
    pub siting: siting::Panel,
    drill: drill::Console,
    writing: Option<writing::Writing>,
    told: Option<writing::Told>,
    recolour: recolour::Form,
    layer_counts: layers::Counts,
    inspected: inspector::Inspected,
    styled: Option<look::Styled>,
    geodetic: Option<(i32, Option<Geodetic>)>,
    pace: status::Pace,
    /// The park that the panels were made for.
    park_version: u64,
}

impl Ui {
    /// With the side panel as it was left.
    pub(crate) fn new(side: bool, tab: Tab, table_open: bool, exports: Option<PathBuf>) -> Self {
        Self { side, tab, table_open, exports, ..Self::default() }
    }

    /// Begins with the hints for a first time.
    pub(crate) fn begin_hints(&mut self) {
        self.hint = Some(hints::Hint::FIRST);
    }

    /// Opens the panel of what was placed: the section, or the pit.
    pub(crate) fn show_cut(&mut self, section: bool) {
        self.cut.turn(section);
        // Whoever asks what a pit meets has it there.
        if !section && self.network.open_tab() == Some(NetworkTab::Dig) {
            return;
        }
        self.cut_open = true;
        self.planner.close();
        self.network.close();
        self.siting.close();
    }
}

/// Everything that panels read and change.
#[derive(SystemParam)]
struct Panels<'w> {
    twin: ResMut<'w, Twin>,
    ui: ResMut<'w, Ui>,
    orbit: Res<'w, Orbit>,
    meshed: Option<Res<'w, Meshed>>,
    uploads: Option<Res<'w, Uploads>>,
    pointer: Res<'w, Pointer>,
    search: ResMut<'w, search::Search>,
    tool: Res<'w, Tool>,
    catch: ResMut<'w, Catch>,
    years: Res<'w, Years>,
    bookmarks: ResMut<'w, Bookmarks>,
    offers: Res<'w, Offers>,
    playing: Res<'w, Playing>,
    history: Res<'w, History>,
    live: Res<'w, Live>,
    exchange: Option<Res<'w, Exchange>>,
    studio: ResMut<'w, Studio>,
    past: Res<'w, PastReader>,
    remembrance: Res<'w, Remembrance>,
    wake: Res<'w, Wake>,
    desk: ResMut<'w, Desk>,
    bench: ResMut<'w, Workbench>,
    measure: Res<'w, Measure>,
    drill: ResMut<'w, DrillRoom>,
    taken: Res<'w, Taken>,
    sites: ResMut<'w, Sites>,
    actions: MessageWriter<'w, Action>,
}

impl Panels<'_> {
    fn act(&mut self, action: Action) {
        self.actions.write(action);
    }
}

/// The button that closes a panel. By its action, after this frame: what is closed while it is drawn counts as open at its end.
fn close_button(ui: &mut egui::Ui, panels: &mut Panels, words: &Text, closes: Action) {
    if ui.add(egui::Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "close")).clicked() {
        panels.act(closes);
    }
}

/// Systems of the panels.
pub(crate) fn plugin(app: &mut App) {
    app.add_plugins(quiet::plugin)
        .init_resource::<Tool>()
        .init_resource::<Playing>()
        .init_resource::<search::Search>()
        .add_systems(Update, ((search::make_index, search::take_index).chain(), writing::take_written))
        .init_resource::<status::FrameBegan>()
        .add_systems(First, status::begin_frame)
        .add_systems(Last, status::take_pace)
        .add_systems(EguiPrimaryContextPass, show.after(FontSystems).before(FrameSystems))
        .add_systems(
            EguiPrimaryContextPass,
            (outline, measure::show, split::show, cut_marks::show, network::marks).after(FrameSystems),
        )
        .add_systems(Update, fit_scene.before(crate::camera::control::ControlSystems));
}

fn show(
    mut contexts: EguiContexts,
    mut panels: Panels,
    fonts: Res<FontsReady>,
    mut page: ResMut<Page>,
    mut redraw: MessageWriter<RequestRedraw>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    if !fonts.is_in_use() {
        return Ok(());
    }
    let (theme, choice) = (panels.twin.theme(), panels.twin.theme);
    look::apply(&ctx, &theme, choice, fonts.has_bold(), &mut panels.ui.styled);
    let whole = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut root = egui::Ui::new(ctx.clone(), egui::Id::new("window"), whole);
    if panels.ui.park_version != panels.twin.park_version {
        panels.ui.park_version = panels.twin.park_version;
        recolour::follow_park(&mut panels);
        // What is made anew is drawn with in the next frame.
        redraw.write(RequestRedraw);
    }
    if panels.drill.on_big_screen().is_some() {
        drill::show_big(&mut root, &mut panels);
        leave_to_the_scene(&root, &mut page, &mut redraw);
        return Ok(());
    }
    top::show(&mut root, &mut panels);
    live::banner(&mut root, &panels);
    status::show(&mut root, &mut panels);
    timeline::show(&mut root, &mut panels);
    table::show(&mut root, &mut panels);
    cut::show(&mut root, &mut panels);
    planner::show(&mut root, &mut panels);
    network::show(&mut root, &mut panels);
    drill::show(&mut root, &mut panels);
    siting::show(&mut root, &mut panels);
    recolour::keep(&mut panels);
    // A tour has the window to itself: what a stop selects would open a panel over what it shows.
    if panels.playing.group.is_none() {
        side::show(&mut root, &mut panels);
        inspector::show(&mut root, &mut panels);
    }
    let free = root.available_rect_before_wrap();
    live::wait(&ctx, free, &panels);
    hints::show(&ctx, free, &mut panels);
    if panels.ui.help {
        help::show(&ctx, &mut panels);
    }
    leave_to_the_scene(&root, &mut page, &mut redraw);
    Ok(())
}

/// The scene gets what the panels leave.
fn leave_to_the_scene(root: &egui::Ui, page: &mut ResMut<Page>, redraw: &mut MessageWriter<RequestRedraw>) {
    let free = root.available_rect_before_wrap();
    if page.0 != Some(free) {
        page.0 = Some(free);
        // The scene moves into its new place in the next frame.
        redraw.write(RequestRedraw);
    }
}

/// The outline that is being drawn.
fn outline(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    tool: Res<Tool>,
    pointer: Res<Pointer>,
    page: Res<Page>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    // A cut is drawn on the ground while it is placed.
    let Some(scene) = page.0.filter(|_| pointer.outline.len() > 1 && !tool.cuts()) else { return Ok(()) };
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(scene);
    let points: Vec<egui::Pos2> =
        pointer.outline.iter().map(|px| scene.min + egui::vec2(px.x, px.y) / ctx.pixels_per_point()).collect();
    let colour = look::colour(twin.theme().accent);
    painter.extend(egui::Shape::dashed_line(&points, egui::Stroke::new(1.5, colour), 6.0, 4.0));
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        painter.extend(egui::Shape::dashed_line(&[*last, *first], egui::Stroke::new(1.5, colour), 6.0, 4.0));
    }
    Ok(())
}

/// Gives the camera the part of the window that the panels leave.
fn fit_scene(
    page: Res<Page>,
    mut contexts: EguiContexts,
    mut orbit: ResMut<Orbit>,
    mut area: ResMut<SceneArea>,
    cameras: Query<&Camera, With<TwinCamera>>,
) {
    let (Some(scene), Ok(ctx)) = (page.0, contexts.ctx_mut()) else { return };
    let scale = ctx.pixels_per_point();
    for camera in &cameras {
        let Some(target) = camera.physical_target_size() else { continue };
        let px = |at: egui::Pos2| UVec2::new((at.x * scale).round() as u32, (at.y * scale).round() as u32).min(target);
        let (low, high) = (px(scene.min), px(scene.max));
        let size = high.saturating_sub(low);
        if size.min_element() < LEAST_SCENE_PX {
            continue;
        }
        if area.0 != Some((low, size)) {
            let was_fitted = area.0.is_some();
            area.0 = Some((low, size));
            let place = (low.as_vec2(), size.as_vec2());
            *orbit = if was_fitted {
                orbit.moved_to(place.0, place.1)
            } else {
                Orbit { corner: place.0, size: place.1, ..*orbit }
            };
        }
    }
}
