//! The bookmarks: scenes to go back to, in the order of a tour.

use std::path::Path;

use bevy::prelude::DetectChangesMut;
use bevy_egui::egui::{Button, ProgressBar, TextEdit, Ui, vec2};

use super::{Panels, look};
use crate::action::{Action, KEYS};
use crate::bookmarks::Unkept;
use crate::film::studio::{Ended, Progress, is_picture};
use crate::live::Wake;
use crate::moment::{Missing, scene_of};
use crate::offered::{Offered, OfferedKind};
use crate::text::{Text, t};

/// Sizes of pictures, px, by the ids of their names: screens, and sheets at 300 dots an inch (ISO 216).
const SIZES: [(&str, (u32, u32)); 7] = [
    ("sheet-hd", (1920, 1080)),
    ("sheet-4k", (3840, 2160)),
    ("sheet-a4", (3508, 2480)),
    ("sheet-a3", (4960, 3508)),
    ("sheet-a2", (7016, 4960)),
    ("sheet-a1", (9933, 7016)),
    ("sheet-a0", (14_043, 9933)),
];

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
    if let Some(Unkept { path, unread, why }) = panels.bookmarks.failed.clone() {
        let (path, reason) = (path.display(), words.failure(&why));
        let said = if unread {
            t!(words, "bookmarks-unread", path = path, reason = reason)
        } else {
            t!(words, "bookmarks-unwritten", path = path, reason = reason)
        };
        ui.colored_label(ui.visuals().error_fg_color, said);
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
    film(ui, panels, words);
    offers(ui, panels, words);
    if let Some(file) = panels.bookmarks.file.clone().filter(|_| !panels.bookmarks.tour.stops.is_empty()) {
        ui.add_space(6.0);
        ui.label(look::note(t!(words, "bookmarks-file", file = file.display().to_string())));
    }
}

/// Views that the park comes with: to go to, and to keep.
fn offers(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let offers = panels.offers.clone();
    for (group, Offered { kind, tour }) in offers.groups.iter().enumerate() {
        look::group(
            ui,
            &match kind {
                OfferedKind::Bookmarks => t!(words, "offered-bookmarks"),
                OfferedKind::Tour(name) => t!(words, "offered-tour", name = name),
                OfferedKind::Scenes => t!(words, "offered-scenes"),
            },
        );
        for (at, stop) in tour.stops.iter().enumerate() {
            ui.horizontal(|ui| {
                let go = ui.add(Button::new(look::ON).frame(false)).on_hover_text(t!(words, "bookmark-show"));
                let width = (ui.available_width() - 34.0).max(60.0);
                let name = Button::new(&stop.name).frame(false).truncate().min_size(vec2(0.0, 20.0));
                let named = ui.scope(|ui| {
                    ui.set_max_width(width);
                    ui.add(name)
                });
                if go.clicked() || named.inner.clicked() {
                    panels.act(Action::Offered { group, at });
                }
                let keep = ui.add(Button::new(look::KEEP).frame(false)).on_hover_text(t!(words, "offered-keep"));
                if keep.clicked() {
                    panels.act(Action::KeepOffered { group, at });
                }
            });
        }
    }
    for reason in &offers.unreadable {
        ui.label(look::note(t!(words, "offered-unreadable", reason = reason)));
    }
}

/// Films the views in their order; while that is under way, how far it is and a way out.
fn film(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    ui.add_space(6.0);
    if let Some(Progress { done, all, left }) = panels.studio.progress() {
        ui.horizontal(|ui| {
            if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "film-stop")).clicked() {
                panels.studio.stop();
            }
            let share = if all > 0 { done as f32 / all as f32 } else { 0.0 };
            let accent = look::colour(panels.twin.theme().accent);
            ui.add(ProgressBar::new(share).desired_height(6.0).fill(accent).corner_radius(3));
        });
        let said = match (all, left) {
            (0, _) if panels.studio.draws() => t!(words, "picture-drawing"),
            (0, _) => t!(words, "film-setting-up"),
            (_, None) => t!(words, "film-picture", done = done, all = all),
            (_, Some(left)) => t!(words, "film-picture-left", done = done, all = all, left = left.as_secs().max(1)),
        };
        ui.label(look::note(said));
        return;
    }
    let Some(folder) = panels.ui.exports.clone() else { return };
    let can = panels.meshed.is_some() && !panels.bookmarks.tour.stops.is_empty();
    let button = ui.add_enabled(can, Button::new(t!(words, "film")));
    if button.on_hover_text(t!(words, "film-help")).clicked() {
        panels.act(Action::Film);
    }
    picture(ui, panels, &folder, words);
    if let Some((path, ended)) = &panels.studio.ended {
        let label = ui.label(look::note(match ended {
            Ended::Made(_) if is_picture(path) => t!(words, "picture-made", path = path.display()),
            Ended::Failed(reason) if is_picture(path) => {
                t!(words, "picture-failed", reason = words.failure(reason))
            }
            Ended::Made(report) => {
                t!(words, "film-made", path = path.display(), seconds = format!("{:.1}", report.seconds))
            }
            Ended::GivenUp => t!(words, "film-given-up"),
            Ended::Failed(reason) => t!(words, "film-failed", reason = words.failure(reason)),
        }));
        if let Ended::Failed(reason) = ended
            && let Some(detail) = words.failure_detail(reason)
        {
            label.on_hover_text(detail);
        }
    }
}

/// Draws what is shown as a picture for print, at a size of a sheet or a screen.
fn picture(ui: &mut Ui, panels: &mut Panels, folder: &Path, words: &Text) {
    let Some(meshed) = panels.meshed.as_ref() else { return };
    let mut wanted = None;
    ui.menu_button(t!(words, "picture"), |ui| {
        for (name, (width, height)) in SIZES {
            let name = words.get(name);
            if ui.button(t!(words, "picture-size", name = name, width = width, height = height)).clicked() {
                wanted = Some((width, height));
                ui.close();
            }
        }
    })
    .response
    .on_hover_text(t!(words, "picture-help"));
    let Some(size) = wanted else { return };
    let scene = scene_of(&panels.twin, &panels.ui.table.filter(), meshed, &panels.orbit);
    let (input, day, language) = (panels.twin.input.clone(), panels.twin.record_day(), panels.twin.language);
    let wake = Wake::clone(&panels.wake);
    panels.studio.draw(input, day, scene, language, (folder, size), wake);
}

fn said(words: &Text, missing: &Missing) -> String {
    match missing {
        Missing::Overlay(name) => t!(words, "missing-overlay", name = name),
        Missing::Column(name) => t!(words, "missing-column", name = name),
        Missing::Standard(name) => t!(words, "missing-standard", name = name),
        Missing::Features(count) => t!(words, "missing-features", count = *count),
        Missing::NotKept(count) => t!(words, "missing-not-kept", count = *count),
    }
}
