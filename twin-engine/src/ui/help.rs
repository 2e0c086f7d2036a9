//! The help: what mouse and keys do.

use bevy_egui::egui::{Align2, Context, Grid, ScrollArea, Ui, Window};

use super::{Panels, look};
use crate::action::{KEYS, Key, OVERLAY_KEYS};
use crate::text::{Text, t};

/// Keys that stand under the mouse, where there is room.
const IN_LEFT: usize = 8;
/// Height that the help leaves free, points.
const ROOM: f32 = 110.0;
/// What the mouse does: ids of the words for how, and for what.
const MOUSE: [(&str, &str); 6] = [
    ("mouse-left", "mouse-left-does"),
    ("mouse-right", "mouse-right-does"),
    ("mouse-wheel", "mouse-wheel-does"),
    ("mouse-click", "mouse-click-does"),
    ("mouse-shift", "mouse-shift-does"),
    ("mouse-ctrl", "mouse-ctrl-does"),
];
/// Keys that are held.
const HELD: [(&str, &str); 7] = [
    ("held-arrows", "held-arrows-does"),
    ("held-turn", "held-turn-does"),
    ("held-tilt", "held-tilt-does"),
    ("held-zoom", "held-zoom-does"),
    ("held-section", "held-section-does"),
    ("held-depth", "held-depth-does"),
    ("held-delete", "held-delete-does"),
];

pub(super) fn show(ctx: &Context, panels: &mut Panels) {
    let words = panels.twin.words();
    let (mut open, mut again) = (true, false);
    Window::new(t!(words, "help"))
        .id("help".into())
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            // A window may be lower than the list of keys.
            let height = (ctx.viewport_rect().height() - ROOM).max(120.0);
            ScrollArea::vertical().max_height(height).show(ui, |ui| {
                ui.columns_const(|[left, right]| {
                    look::group(left, &t!(words, "help-mouse"));
                    Grid::new("mouse").num_columns(2).spacing([18.0, 5.0]).show(left, |ui| {
                        for (how, what) in MOUSE.into_iter().chain(HELD) {
                            ui.strong(words.get(how));
                            ui.label(words.get(what));
                            ui.end_row();
                        }
                    });
                    let (first, rest) = KEYS.split_at(IN_LEFT);
                    look::group(left, &t!(words, "help-keys"));
                    keys(left, words, "keys", first);
                    look::group(right, &t!(words, "help-keys"));
                    keys(right, words, "more-keys", rest);
                    Grid::new("overlay-keys").num_columns(2).spacing([18.0, 5.0]).show(right, |ui| {
                        ui.strong(OVERLAY_KEYS);
                        ui.label(t!(words, "key-overlay"));
                        ui.end_row();
                    });
                    right.add_space(8.0);
                    again = right.button(t!(words, "hint-again")).clicked();
                });
            });
        });
    if again {
        panels.ui.begin_hints();
    }
    if !open || again {
        panels.ui.help = false;
    }
}

fn keys(ui: &mut Ui, words: &Text, name: &str, keys: &[Key]) {
    Grid::new(name).num_columns(2).spacing([18.0, 5.0]).show(ui, |ui| {
        for key in keys {
            ui.strong(key.name);
            ui.label(words.get(key.words));
            ui.end_row();
        }
    });
}
