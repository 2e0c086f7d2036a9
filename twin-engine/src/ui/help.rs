//! The help: what mouse and keys do.

use bevy_egui::egui::{Align2, Context, Grid, Window};

use super::{Panels, look};
use crate::action::{KEYS, OVERLAY_KEYS};
use crate::text::t;

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
    let mut open = true;
    Window::new(t!(words, "help"))
        .id("help".into())
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            ui.columns_const(|[left, right]| {
                look::group(left, &t!(words, "help-mouse"));
                Grid::new("mouse").num_columns(2).spacing([18.0, 5.0]).show(left, |ui| {
                    for (how, what) in MOUSE.into_iter().chain(HELD) {
                        ui.strong(words.get(how));
                        ui.label(words.get(what));
                        ui.end_row();
                    }
                });
                look::group(right, &t!(words, "help-keys"));
                Grid::new("keys").num_columns(2).spacing([18.0, 5.0]).show(right, |ui| {
                    for key in &KEYS {
                        ui.strong(key.name);
                        ui.label(words.get(key.words));
                        ui.end_row();
                    }
                    ui.strong(OVERLAY_KEYS);
                    ui.label(t!(words, "key-overlay"));
                    ui.end_row();
                });
            });
        });
    if !open {
        panels.ui.help = false;
    }
}
