//! The button that writes a parcel's dossier, and how that ended.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bevy_egui::egui::{Button, Ui};

use crate::planner::DossierOrder;
use crate::text::{Text, t};
use crate::ui::Panels;
use crate::ui::writing::{self, By, Way};

/// The button for a parcel, and below it how far the last page is.
pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text, parcel: &str) {
    let (Some(office), Some(folder)) = (panels.desk.office.clone(), panels.ui.exports.clone()) else { return };
    let free = panels.ui.writing.is_none();
    let button = ui.add_enabled(free, Button::new(t!(words, "planner-dossier")));
    if button.on_hover_text(t!(words, "planner-dossier-does")).clicked() {
        let order = DossierOrder::of(&panels.twin, parcel, panels.desk.scheme, &folder);
        let stop: Arc<AtomicBool> = Arc::default();
        let way = Way { path: order.out.clone(), done: Arc::default(), all: 1, cancel: Some(Arc::clone(&stop)) };
        writing::begin(panels, By::Dossier, way, move || office.dossier(&order, &stop).map_err(std::io::Error::other));
    }
    if writing::tells(panels, By::Dossier) {
        writing::line(ui, panels, words, By::Dossier);
    }
}
