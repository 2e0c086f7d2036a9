//! The drill console at the foot of the window: clock and transport, the strip of what happens when, numbers, expected actions, injects by
//! hand, the branch, and what has happened. The big screen for the room and what is written over the map have files of their own.

mod big;
mod branch;
mod expected;
mod hand;
mod improve;
mod map;
mod numbers;
mod persons;
mod strip;
mod written;

use std::sync::Arc;

use analysis::emergency::drill::DrillFile;
use bevy_egui::egui::{
    Align, Button, Color32, CornerRadius, Frame, Label, Layout, Margin, Panel, ProgressBar, RichText, ScrollArea,
    Stroke, Ui, vec2,
};

use super::choose::Chooser;
use super::{Panels, close_button, look};
use crate::action::{Action, KEYS};
use crate::drill::{AlertState, DrillStart, Figures, SPEEDS, Session, clock, local_clock};
use crate::text::{Text, t};
use crate::theme::{Rgb, alert};

pub(super) use big::show as show_big;
pub(crate) use map::paint;

/// Height at first, points.
const HEIGHT: f32 = 330.0;
/// Least width of the numbers' column, points: a label, and the wind beside it.
const COLUMN: f32 = 262.0;
/// Columns, from the left.
const COLUMNS: [&str; 4] = ["drill-numbers", "drill-actions", "drill-doing", "drill-happened"];
/// Step of the buttons that move the clock, s.
pub(crate) const STEP_S: f64 = 10.0;

/// The console from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Console {
    by: String,
    note: String,
    /// Expected action that the note is about.
    about: Option<String>,
    with_picture: bool,
    with_place: bool,
    say: String,
    hand: hand::Form,
    branch: branch::Form,
    improve: improve::Form,
    path: String,
    /// The drill that the camera flew to, once its run was there.
    flown_to: Option<Arc<DrillFile>>,
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.drill.console;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    Panel::bottom("drill")
        .frame(frame)
        .resizable(true)
        .default_size(HEIGHT)
        .size_range(170.0..=620.0)
        .show_collapsible(root, &mut open, |ui| {
            let words = panels.twin.words();
            ui.set_min_height(ui.available_height());
            if panels.drill.session.is_none() {
                choose(ui, panels, words);
                return;
            }
            head(ui, panels, words);
            if waits(ui, panels, words) {
                return;
            }
            fly_once(panels);
            strip::show(ui, panels, words);
            ui.add_space(2.0);
            columns(ui, panels, words);
        });
    if open != panels.drill.console {
        panels.drill.console = open;
    }
}

/// The drill that is open; the console is drawn only where there is one.
fn session<'a>(panels: &'a mut Panels<'_>) -> Option<&'a mut Session> {
    panels.drill.session.as_mut()
}

/// Flies to a drill that was opened, as soon as its run tells where it happens.
fn fly_once(panels: &mut Panels) {
    let Some(file) = panels.drill.session.as_ref().map(|session| Arc::clone(&session.file)) else { return };
    if panels.ui.drill.flown_to.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &file)) {
        panels.ui.drill.flown_to = Some(file);
        panels.act(Action::FlyToDrill);
    }
}

/// Which drill to open.
fn choose(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let chooser = Chooser {
        heading: t!(words, "drill-open"),
        refused: panels.drill.refused.clone(),
        choices: panels.drill.choices(&panels.twin),
        none: t!(words, "drill-none", park = panels.twin.input.snapshot.park.slug),
        another: t!(words, "drill-path"),
        open: t!(words, "drill-open-file"),
        closes: Action::Drill,
    };
    let mut typed = std::mem::take(&mut panels.ui.drill.path);
    if let Some(path) = chooser.show(ui, panels, words, &mut typed) {
        panels.drill.ask = Some(DrillStart { path, log: None });
    }
    panels.ui.drill.path = typed;
    ui.add_space(6.0);
    ui.add(Label::new(look::note(t!(words, "drill-use"))).wrap());
}

/// Transport, speeds, clock, and what is done with the whole of it.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        transport(ui, panels, words);
        ui.separator();
        speeds(ui, panels, words);
        ui.separator();
        clocks(ui, panels, words);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            close_button(ui, panels, words, Action::Drill);
            if ui.button(t!(words, "drill-end")).on_hover_text(t!(words, "drill-end-does")).clicked() {
                panels.act(Action::EndDrill);
            }
            written::buttons(ui, panels, words);
            if keyed(ui, words, panels.drill.big, &t!(words, "drill-big"), Action::BigScreen).clicked() {
                panels.act(Action::BigScreen);
            }
            if ui.button(t!(words, "fly")).on_hover_text(t!(words, "drill-fly-does")).clicked() {
                panels.act(Action::FlyToDrill);
            }
            // A log that is not kept comes before anything else.
            let told = panels.drill.session.as_ref().and_then(|session| match &session.unkept {
                Some((path, why)) => {
                    Some(t!(words, "table-not-exported", path = path.display(), reason = words.failure(why)))
                }
                None => session.told.clone(),
            });
            if let Some(told) = told {
                ui.add(Label::new(look::note(told)).truncate());
            }
        });
    });
}

/// A button that tells its key.
fn keyed(ui: &mut Ui, words: &Text, on: bool, label: &str, action: Action) -> bevy_egui::egui::Response {
    let response = ui.add(Button::selectable(on, label));
    match KEYS.iter().find(|key| key.action == action) {
        Some(key) => response.on_hover_text(format!("{} ({})", words.get(key.words), key.name)),
        None => response,
    }
}

fn transport(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let playing = session(panels).is_some_and(|session| session.playing);
    let play = if playing { t!(words, "time-stop") } else { t!(words, "time-play") };
    let key = KEYS.iter().find(|key| key.action == Action::Play).map_or("", |key| key.name);
    let hint = format!("{} ({key})", t!(words, "drill-play-does"));
    if ui.add(Button::selectable(playing, play)).on_hover_text(hint).clicked() {
        panels.act(Action::Play);
    }
    let hint = t!(words, "drill-event-before");
    if ui.button(t!(words, "drill-event-back")).on_hover_text(hint).clicked()
        && let Some(session) = session(panels)
    {
        session.jump_to_event(false);
    }
    for (label, action) in [(look::BACK, Action::StepDay(-1)), (look::ON, Action::StepDay(1))] {
        let sign = if action == Action::StepDay(1) { "+" } else { "−" };
        let hint = t!(words, "drill-step", seconds = format!("{sign}{STEP_S:.0}"));
        if ui.button(label).on_hover_text(hint).clicked() {
            panels.act(action);
        }
    }
    let hint = t!(words, "drill-event-after");
    if ui.button(t!(words, "drill-event-on")).on_hover_text(hint).clicked()
        && let Some(session) = session(panels)
    {
        session.jump_to_event(true);
    }
}

fn speeds(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.label(look::note(t!(words, "drill-speed")));
    ui.spacing_mut().item_spacing.x = 1.0;
    let Some(session) = session(panels) else { return };
    for speed in SPEEDS {
        let on = (session.speed - speed).abs() < 1e-9;
        if ui.add(Button::selectable(on, format!("×{speed}"))).clicked() {
            session.speed = speed;
        }
    }
}

fn clocks(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    // Speeds stand closer to each other than the clocks.
    ui.spacing_mut().item_spacing.x = 8.0;
    let Some(session) = panels.drill.session.as_ref() else { return };
    let time = t!(words, "drill-clock", time = clock(session.now_s));
    ui.add(Label::new(RichText::new(time).strong().size(look::BODY + 4.0)).selectable(false));
    let local = t!(words, "drill-local", time = local_clock(session.file.hour, session.now_s));
    ui.add(Label::new(look::note(local)).selectable(false));
    if let Some(played) = session.strand.played() {
        let state = Figures::at(played, session.now_s).state;
        chip(ui, state_colour(state), &state_words(words, state));
    }
}

/// Colour of a state; its words always stand beside it.
fn state_colour(state: AlertState) -> Rgb {
    match state {
        AlertState::Quiet => alert::OUT_OF_USE,
        AlertState::Incident => alert::DANGER,
        AlertState::Alarm => alert::WARNING,
        AlertState::AllOut => alert::SAFE,
        AlertState::KnownOut => alert::CAUTION,
    }
}

fn state_words(words: &Text, state: AlertState) -> String {
    match state {
        AlertState::Quiet => t!(words, "drill-state-quiet"),
        AlertState::Incident => t!(words, "drill-state-incident"),
        AlertState::Alarm => t!(words, "drill-state-alarm"),
        AlertState::AllOut => t!(words, "drill-state-out"),
        AlertState::KnownOut => t!(words, "drill-state-known-out"),
    }
}

/// Ink that reads on a colour.
fn ink_on(colour: Rgb) -> Color32 {
    if colour.luminance() > 0.32 { Color32::from_rgb(20, 24, 29) } else { Color32::WHITE }
}

/// Words on a colour.
fn chip(ui: &mut Ui, colour: Rgb, said: &str) {
    Frame::new()
        .fill(look::colour(colour))
        .corner_radius(CornerRadius::same(4))
        .inner_margin(Margin::symmetric(7, 1))
        .show(ui, |ui| {
            let text = RichText::new(said).color(ink_on(colour)).strong().size(look::SMALL + 1.0);
            ui.add(Label::new(text).selectable(false));
        });
}

/// While the first run is made, or where there is none: true where there is nothing else to show.
fn waits(ui: &mut Ui, panels: &mut Panels, words: &'static Text) -> bool {
    let bad = look::colour(panels.twin.theme().bad);
    let Some(session) = panels.drill.session.as_mut() else { return true };
    if let Some(failed) = session.strand.failed.clone() {
        ui.add(Label::new(RichText::new(t!(words, "drill-failed", reason = words.failure(&failed))).color(bad)).wrap());
    }
    if let Some(share) = session.strand.share() {
        let first = session.strand.played().is_none();
        let said = if first { t!(words, "drill-making") } else { t!(words, "drill-making-again") };
        ui.horizontal(|ui| {
            ui.label(look::note(said));
            ui.add(ProgressBar::new(share).desired_width(260.0).show_percentage());
            if first && ui.button(t!(words, "drill-cancel")).clicked() {
                panels.actions.write(Action::EndDrill);
            }
        });
    }
    panels.drill.session.as_ref().is_none_or(|session| session.strand.played().is_none())
}

/// Numbers, expected actions, what is done by hand, what has happened.
fn columns(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let room = ui.available_size();
    let gap = 10.0;
    let narrow = (room.x - 3.0 * gap) * 0.20 < COLUMN;
    let shares = if narrow { [0.24, 0.30, 0.24, 0.22] } else { [0.20, 0.31, 0.25, 0.24] };
    let height = room.y;
    let line = Stroke::new(1.0, look::colour(panels.twin.theme().panel_line));
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (at, share) in shares.into_iter().enumerate() {
            let width = (room.x - 3.0 * gap) * share;
            let left = ui.cursor().min.x;
            // Downwards: what is laid in a row goes on in a row.
            ui.allocate_ui_with_layout(vec2(width, height), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ScrollArea::vertical().id_salt(COLUMNS[at]).auto_shrink([false, false]).max_height(height).show(
                    ui,
                    |ui| {
                        ui.spacing_mut().item_spacing.x = 6.0;
                        match at {
                            0 => numbers::show(ui, panels, words),
                            1 => {
                                expected::show(ui, panels, words);
                                improve::show(ui, panels, words);
                            }
                            2 => {
                                hand::show(ui, panels, words);
                                branch::show(ui, panels, words);
                            }
                            _ => strip::events(ui, panels, words),
                        }
                    },
                );
            });
            if at > 0 {
                let x = left - gap / 2.0;
                let y = ui.min_rect().min.y;
                ui.painter().vline(x, y..=y + height, line);
            }
        }
    });
}

/// Where something is done by hand: the feature that is selected, else the middle of the view. With its name.
fn place(panels: &Panels, words: &Text) -> Option<((f64, f64), String)> {
    let meshed = panels.meshed.as_ref()?;
    let park = &panels.twin.input.snapshot;
    if let Some(id) = panels.twin.shown.selection.single() {
        let corners = crate::feature::corners(park, &meshed.geometry, id);
        if !corners.is_empty() {
            let middle = corners.iter().copied().sum::<bevy::math::Vec3>() / corners.len() as f32;
            let [x, y, _] = meshed.geometry.origin.park_from_scene(middle);
            let name = crate::attribute::row_of(park, id).map(|row| name_of(park, id, row)).unwrap_or_default();
            return Some(((x, y), t!(words, "drill-at-selected", name = name)));
        }
    }
    let [x, y, _] = meshed.geometry.origin.park_from_scene(panels.orbit.target);
    Some(((x, y), t!(words, "drill-at-view")))
}

/// What people call a feature: its name, else its key.
fn name_of(park: &spatial_db::model::ParkSnapshot, id: spatial_db::model::FeatureId, row: usize) -> String {
    use spatial_db::model::FeatureKind;
    let (name, key) = match id.kind {
        FeatureKind::Building => (
            park.buildings.get(row).and_then(|one| one.name.clone()),
            park.buildings.get(row).map(|one| &one.provenance),
        ),
        FeatureKind::Parcel => {
            (park.parcels.get(row).and_then(|one| one.number.clone()), park.parcels.get(row).map(|one| &one.provenance))
        }
        FeatureKind::EmergencyResource => (
            park.resources.get(row).and_then(|one| one.name.clone()),
            park.resources.get(row).map(|one| &one.provenance),
        ),
        FeatureKind::HazardSource => {
            (park.hazards.get(row).and_then(|one| one.name.clone()), park.hazards.get(row).map(|one| &one.provenance))
        }
        FeatureKind::RoadEdge => {
            (park.roads.get(row).and_then(|one| one.name.clone()), park.roads.get(row).map(|one| &one.provenance))
        }
        _ => (None, None),
    };
    name.or_else(|| key.map(|provenance| provenance.key.clone())).unwrap_or_default()
}
