//! The parcel that is selected: verdicts, clock, indicators, its case.

use analysis::land::Tone;
use analysis::planner::{Look, ParcelSheet};
use analysis::words::Words;
use bevy_egui::egui::{Button, Label, RichText, ScrollArea, TextStyle, Ui};
use spatial_db::model::FeatureId;

use super::{PlannerTab, bars, clock, dossier, selected_key, swatch, tone_colour};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text, selected: Option<FeatureId>) {
    let key = panels.desk.key(&panels.twin).zip(selected);
    let sheet = panels.desk.parcel.get().filter(|sheet| Some(sheet.id) == selected).cloned();
    let is_fresh = key.is_some_and(|key| panels.desk.parcel.of(&key).is_some());
    ScrollArea::vertical().id_salt("planner-sheet").auto_shrink([false, false]).show(ui, |ui| {
        let Some(sheet) = sheet else {
            let is_making = panels.desk.parcel.is_making();
            let said = if is_making { t!(words, "time-making") } else { t!(words, "planner-not-there") };
            ui.label(look::note(said));
            return;
        };
        let theme = panels.twin.theme();
        ui.horizontal(|ui| {
            let name = RichText::new(&sheet.name).text_style(TextStyle::Heading);
            ui.add(Label::new(name).truncate());
            ui.label(look::note(sheet.as_of.to_string()));
            if !is_fresh {
                ui.label(look::note(t!(words, "time-making")));
            }
        });
        verdict(ui, words, panels, &sheet.physical, &sheet.physical_reason);
        if let Some(clock) = &sheet.clock {
            clock::show(ui, &theme, words, clock, sheet.as_of);
        } else {
            ui.horizontal_wrapped(|ui| {
                let (none, why) = &sheet.no_clock;
                ui.label(RichText::new(words.words(none)).strong());
                ui.label(words.words(why));
            });
        }
        rating(ui, words, panels, &sheet);
        bars::show(ui, &theme, words, &sheet.bars);
        case(ui, panels, words);
        if let Some(key) = selected_key(panels) {
            ui.add_space(4.0);
            dossier::show(ui, panels, words, &key);
        }
    });
}

fn verdict(ui: &mut Ui, words: &'static Text, panels: &Panels, look: &Look, reason: &Words) {
    ui.horizontal_wrapped(|ui| {
        swatch(ui, &panels.twin.theme(), look, None);
        ui.label(RichText::new(words.words(&look.label)).strong());
        ui.label(words.words(reason));
    });
}

fn rating(ui: &mut Ui, words: &'static Text, panels: &Panels, sheet: &ParcelSheet) {
    // Its own: the list may be of another scheme by now.
    look::group(ui, &t!(words, "planner-indicators", scheme = words.words(&sheet.scheme)));
    ui.horizontal_wrapped(|ui| {
        let colour = tone_colour(&panels.twin.theme(), sheet.rating_tone);
        ui.label(RichText::new(words.words(&sheet.rating)).strong().color(colour));
        // What is missed stands at its bar; what is missing to tell has no bar of its own.
        if sheet.rating_tone == Tone::Unknown && !sheet.rating_reason.is_empty() {
            ui.label(look::note(t!(words, "planner-missing", what = words.words(&sheet.rating_reason))));
        }
    });
}

/// The case on the parcel, in a line that leads to it.
fn case(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let (Some(book), Some(key)) = (panels.desk.cases.get().cloned(), selected_key(panels)) else { return };
    let own: Vec<_> = book.cases.iter().filter(|case| case.parcel_key == key).collect();
    look::group(ui, &t!(words, "planner-case"));
    if own.is_empty() {
        ui.label(look::note(t!(words, "planner-no-case")));
    }
    for case in own {
        let state = case.state.as_ref().map(|state| words.words(state)).unwrap_or_default();
        let late = case.deadlines.iter().filter(|due| due.overdue).count();
        ui.horizontal_wrapped(|ui| {
            let said = t!(words, "planner-case-line", number = case.number, state = state, entries = case.lines.len());
            if ui.add(Button::new(said)).clicked() {
                panels.ui.planner.turn(PlannerTab::Cases);
            }
            if late > 0 {
                let colour = tone_colour(&panels.twin.theme(), Tone::Bad);
                ui.colored_label(colour, t!(words, "planner-overdue-count", count = late));
            }
        });
    }
}
