//! The bar on top: the park, what it is coloured by, tools, view, theme and language.

use bevy_egui::egui::{Button, Frame, Margin, Panel, RichText, TextStyle, Ui};

use super::{NetworkTab, Panels, PlannerTab, inspector::kind_name, look};
use crate::action::{Action, KEYS};
use crate::attribute::{self, KINDS};
use crate::drill::DrillStart;
use crate::select::Catch;
use crate::text::{Text, t};
use crate::theme::ThemeChoice;
use crate::tool::Tool;

/// Room that the buttons take, and the least that the park's name keeps, points.
const BUTTONS: f32 = 790.0;
const LEAST_NAME: f32 = 90.0;

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 5));
    Panel::top("top").frame(frame).resizable(false).show(root, |ui| {
        ui.horizontal(|ui| {
            let words = panels.twin.words();
            let side = panels.ui.side;
            if button(ui, words, side, &t!(words, "side"), Action::Side).clicked() {
                panels.act(Action::Side);
            }
            ui.separator();
            let name = panels.twin.input.snapshot.park.name.clone();
            let room = (ui.available_width() - BUTTONS).max(LEAST_NAME);
            ui.scope(|ui| {
                ui.set_max_width(room);
                let name = RichText::new(name).text_style(TextStyle::Heading);
                ui.add(bevy_egui::egui::Label::new(name).truncate().selectable(false));
            });
            ui.separator();
            tools(ui, panels, words);
            ui.separator();
            let split = panels.twin.right.is_some();
            if button(ui, words, split, &t!(words, "split"), Action::Split).clicked() {
                panels.act(Action::Split);
            }
            if panels.years.span.is_some() {
                let open = panels.ui.timeline;
                if button(ui, words, open, &t!(words, "timeline"), Action::Timeline).clicked() {
                    panels.act(Action::Timeline);
                }
            }
            let open = panels.ui.table_open;
            if button(ui, words, open, &t!(words, "table"), Action::Table).clicked() {
                panels.act(Action::Table);
            }
            ui.with_layout(bevy_egui::egui::Layout::right_to_left(bevy_egui::egui::Align::Center), |ui| {
                right(ui, panels, words);
            });
        });
    });
}

/// The tools in a menu, which is named after the one in hand.
fn tools(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let all = [
        (Tool::Box, t!(words, "tool-box")),
        (Tool::Lasso, t!(words, "tool-lasso")),
        (Tool::Line, t!(words, "tool-line")),
        (Tool::Area, t!(words, "tool-area")),
        (Tool::Section, t!(words, "tool-section")),
        (Tool::Dig, t!(words, "tool-dig")),
        (Tool::Valve, t!(words, "tool-valve")),
        (Tool::Lay, t!(words, "tool-lay")),
    ];
    let in_hand = all.iter().find(|(tool, _)| tool == &*panels.tool);
    let title = in_hand.map_or_else(|| t!(words, "tools"), |(_, label)| t!(words, "tools-in-hand", tool = label));
    ui.menu_button(title, |ui| {
        // Those of the networks are in their panel.
        for (tool, label) in all.iter().filter(|(tool, _)| !tool.is_of_networks()) {
            let key = KEYS.iter().find(|key| key.action == Action::Tool(*tool)).map_or("", |key| key.name);
            let on = *panels.tool == *tool;
            if ui.add(Button::selectable(on, label).shortcut_text(key)).clicked() {
                panels.act(Action::Tool(*tool));
                ui.close();
            }
        }
        if panels.twin.input.planner.is_some() {
            ui.separator();
            planner(ui, panels, words);
        }
        if !panels.twin.input.snapshot.edges.is_empty() {
            ui.separator();
            networks(ui, panels, words);
        }
        ui.separator();
        drill(ui, panels, words);
        sites(ui, panels, words);
        ui.separator();
        ui.menu_button(t!(words, "catch"), |ui| catches(ui, panels, words));
    });
}

/// The planner's panels.
fn planner(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    for tab in PlannerTab::ALL {
        let action = Action::Planner(tab);
        let key = KEYS.iter().find(|key| key.action == action).map_or("", |key| key.name);
        let on = panels.ui.planner.open_tab() == Some(tab);
        if ui.add(Button::selectable(on, tab.label(words)).shortcut_text(key)).clicked() {
            panels.act(action);
            ui.close();
        }
    }
}

/// The networks' panel.
fn networks(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    for tab in NetworkTab::ALL {
        let action = Action::Network(tab);
        let key = KEYS.iter().find(|key| key.action == action).map_or("", |key| key.name);
        let on = panels.ui.network.open_tab() == Some(tab);
        if ui.add(Button::selectable(on, tab.label(words)).shortcut_text(key)).clicked() {
            panels.act(action);
            ui.close();
        }
    }
}

/// The drill: its console, the big screen, and what can be opened.
fn drill(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    for (label, action, on) in [
        (t!(words, "drill-console"), Action::Drill, panels.drill.console),
        (t!(words, "drill-big"), Action::BigScreen, panels.drill.big),
    ] {
        let there = action == Action::Drill || panels.drill.session.is_some();
        let key = KEYS.iter().find(|key| key.action == action).map_or("", |key| key.name);
        if ui.add_enabled(there, Button::selectable(on, label).shortcut_text(key)).clicked() {
            panels.act(action);
            ui.close();
        }
    }
    let choices = panels.drill.choices(&panels.twin);
    if !choices.is_empty() {
        ui.menu_button(t!(words, "drill-open"), |ui| {
            for choice in choices {
                if ui.button(choice.name).clicked() {
                    panels.drill.ask = Some(DrillStart { path: choice.path, log: None });
                    ui.close();
                }
            }
        });
    }
}

/// The panel of sites.
fn sites(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let key = KEYS.iter().find(|key| key.action == Action::Sites).map_or("", |key| key.name);
    let open = panels.ui.siting.is_open();
    if ui.add(Button::selectable(open, t!(words, "site-panel")).shortcut_text(key)).clicked() {
        panels.act(Action::Sites);
        ui.close();
    }
}

/// What a box or an outline selects.
fn catches(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let park = panels.twin.input.snapshot.clone();
    let kinds = KINDS.into_iter().filter(|kind| attribute::len(&park, *kind) > 0);
    let all = [(Catch::OfOverlay, t!(words, "catch-overlay")), (Catch::Everything, t!(words, "catch-everything"))];
    for (catch, label) in all.into_iter().chain(kinds.map(|kind| (Catch::Kind(kind), kind_name(words, kind)))) {
        if ui.add(Button::selectable(*panels.catch == catch, label)).clicked() {
            *panels.catch = catch;
            ui.close();
        }
    }
}

fn right(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let help = panels.ui.help;
    let dark = panels.twin.theme == ThemeChoice::Dark;
    let underground = panels.twin.shown.underground;
    let photo = panels.twin.shows_photo();
    for (on, label, action) in [
        (help, t!(words, "help"), Action::Help),
        // The button names the language that it leads to.
        (false, t!(words, "other-language"), Action::Language),
        (dark, t!(words, "dark"), Action::Theme),
        (photo, t!(words, "photo"), Action::Photo),
        (underground, t!(words, "underground"), Action::Underground),
        (false, t!(words, "north-up"), Action::NorthUp),
        (false, t!(words, "whole-park"), Action::WholePark),
    ] {
        if action == Action::Photo && panels.twin.input.imagery.is_none() {
            continue;
        }
        if button(ui, words, on, &label, action).clicked() {
            panels.act(action);
        }
    }
}

/// A flat button that tells its key.
fn button(ui: &mut Ui, words: &Text, on: bool, label: &str, action: Action) -> bevy_egui::egui::Response {
    let response = ui.add(Button::selectable(on, label));
    match KEYS.iter().find(|key| key.action == action) {
        Some(key) => response.on_hover_ui(|ui| {
            ui.horizontal(|ui| {
                ui.label(words.get(key.words));
                ui.label(look::note(key.name));
            });
        }),
        None => response,
    }
}
