//! What the park is coloured by: one overlay or none.

use bevy_egui::egui::{RadioButton, Ui};

use super::{Panels, look, recolour};
use crate::action::Action;
use crate::text::t;

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let active = panels.twin.shown.overlay;
    let twin = &panels.twin;
    let titles: Vec<(usize, String, String)> = (0..twin.input.overlays.len())
        .filter_map(|at| Some((at, twin.overlay_at(at)?)))
        .map(|(at, overlay)| (at, words.words(&overlay.title), t!(words, "as-of", date = overlay.as_of)))
        .collect();
    look::group(ui, &t!(words, "overlay-by"));
    if ui.add(RadioButton::new(active.is_none(), t!(words, "overlay-none"))).clicked() {
        panels.act(Action::Overlay(None));
    }
    for (index, title, as_of) in titles {
        let on = active == Some(index);
        let response = ui.add(RadioButton::new(on, format!("{}  {title}", index + 1))).on_hover_text(as_of);
        if response.clicked() {
            panels.act(Action::Overlay(Some(index)));
        }
    }
    recolour::show(ui, panels);
    let Some(overlay) = panels.twin.overlay() else { return };
    look::group(ui, &t!(words, "overlay-source"));
    ui.label(look::note(words.words(&overlay.source)));
    for note in &overlay.notes {
        ui.label(look::note(words.words(note)));
    }
}
