//! The bookmarks: scenes to go back to, in the order of a tour.

use bevy::prelude::DetectChangesMut;
use bevy_egui::egui::{Button, TextEdit, Ui};

use super::{Panels, look};
use crate::action::{Action, KEYS};
use crate::moment::Missing;
use crate::text::{Text, t};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    ui.horizontal(|ui| {
        for (can, label, action) in [
            (true, t!(words, "bookmark-add"), Action::Bookmark),
            (panels.history.can_undo(), t!(words, "undo"), Action::Undo),
            (panels.history.can_redo(), t!(words, "redo"), Action::Redo),
        ] {
            let key = KEYS.iter().find(|key| key.action == action).map_or("", |key| key.name);
            if ui.add_enabled(can, Button::new(label)).on_hover_text(key).clicked() {
                panels.act(action);
            }
        }
    });
    if let Some(failed) = panels.bookmarks.failed.clone() {
        ui.colored_label(ui.visuals().error_fg_color, failed);
    }
    for missing in panels.ui.missing.clone() {
        ui.label(look::note(said(words, &missing)));
    }
    look::group(ui, &t!(words, "bookmarks"));
    if panels.bookmarks.tour.stops.is_empty() {
        ui.label(look::note(t!(words, "bookmarks-none")));
    }
    let (mut renamed, mut removed, mut raised) = (false, None, None);
    for at in 0..panels.bookmarks.tour.stops.len() {
        ui.horizontal(|ui| {
            let go = ui.add(Button::new(look::ON).frame(false)).on_hover_text(if at < 9 {
                t!(words, "bookmark-key", number = at + 1)
            } else {
                t!(words, "bookmark-show")
            });
            if go.clicked() {
                panels.act(Action::GoTo(at));
            }
            let width = (ui.available_width() - 56.0).max(60.0);
            let bookmarks = panels.bookmarks.bypass_change_detection();
            let edit = ui.add(TextEdit::singleline(&mut bookmarks.tour.stops[at].name).desired_width(width));
            renamed |= edit.lost_focus();
            if ui
                .add_enabled(at > 0, Button::new(look::UP).frame(false))
                .on_hover_text(t!(words, "bookmark-up"))
                .clicked()
            {
                raised = Some(at);
            }
            if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "bookmark-remove")).clicked() {
                removed = Some(at);
            }
        });
    }
    if renamed {
        panels.bookmarks.save();
    }
    if let Some(at) = raised {
        panels.bookmarks.raise(at);
    }
    if let Some(at) = removed {
        panels.bookmarks.remove(at);
    }
    if let Some(file) = panels.bookmarks.file.clone().filter(|_| !panels.bookmarks.tour.stops.is_empty()) {
        ui.add_space(6.0);
        ui.label(look::note(t!(words, "bookmarks-file", file = file.display().to_string())));
    }
}

fn said(words: &Text, missing: &Missing) -> String {
    match missing {
        Missing::Overlay(name) => t!(words, "missing-overlay", name = name),
        Missing::Column(name) => t!(words, "missing-column", name = name),
        Missing::Features(count) => t!(words, "missing-features", count = *count),
    }
}
