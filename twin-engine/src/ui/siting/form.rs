//! A pitch written in the window: its words, limits and needs as fields, saved as a file that the panel opens like any other.

use bevy_egui::egui::{Button, Checkbox, ComboBox, Label, RichText, ScrollArea, Slider, TextEdit, Ui};

use crate::siting::form::{Draft, Field, Holds, KINDS, LIMITS, NeedDraft, OFFERS, Refused, things, utilities};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Width of a field for words, points.
const WORDS: f32 = 320.0;
/// Width of a field for a figure or a day, points.
const FIGURE: f32 = 90.0;

/// The form from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// It stands in the panel.
    pub open: bool,
    draft: Draft,
    refused: Option<Refused>,
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let mut form = std::mem::take(&mut panels.ui.siting.form);
    let park = panels.twin.input.snapshot.park.slug.clone();
    ui.horizontal(|ui| {
        ui.label(RichText::new(t!(words, "form-new")).strong());
        let own = panels.sites.folders.last().cloned();
        let save = ui.add_enabled(own.is_some(), Button::new(t!(words, "form-save")));
        if let Some(folder) = own.filter(|_| save.clicked()) {
            match form.draft.save(&folder, &park) {
                Ok(path) => {
                    panels.sites.ask = Some(path);
                    (form.open, form.refused) = (false, None);
                }
                Err(refused) => form.refused = Some(refused),
            }
        }
        if ui.button(t!(words, "form-back")).clicked() {
            form.open = false;
        }
    });
    if let Some(refused) = &form.refused {
        let bad = look::colour(panels.twin.theme().bad);
        ui.add(Label::new(RichText::new(why(words, refused)).color(bad)).wrap());
    }
    ScrollArea::vertical().id_salt("siting-form").auto_shrink([false, false]).show(ui, |ui| {
        head(ui, words, &mut form.draft);
        look::group(ui, &t!(words, "form-limits"));
        ui.horizontal_wrapped(|ui| {
            for (at, (field, typed)) in LIMITS.iter().zip(&mut form.draft.limits).enumerate() {
                value(ui, words, field, typed, at);
            }
        });
        look::group(ui, &t!(words, "form-needs"));
        needs(ui, words, &mut form.draft.needs);
    });
    panels.ui.siting.form = form;
}

/// Why it was not saved.
fn why(words: &Text, refused: &Refused) -> String {
    match refused {
        Refused::Field(0, field) => t!(words, "form-missing", field = words.get(field)),
        Refused::Field(need, field) => t!(words, "form-missing-need", need = need, field = words.get(field)),
        Refused::Reader(reason) => t!(words, "form-wrong", reason = words.failure(reason)),
        Refused::There(path) => t!(words, "form-there", path = path.display()),
        Refused::Unwritten(path, reason) => {
            t!(words, "form-unwritten", path = path.display(), reason = words.failure(reason))
        }
    }
}

/// What stands above the needs.
fn head(ui: &mut Ui, words: &Text, draft: &mut Draft) {
    for (title, typed) in [
        (t!(words, "form-name"), &mut draft.name),
        (t!(words, "form-prospect"), &mut draft.prospect),
        (t!(words, "form-contact"), &mut draft.contact),
        (t!(words, "form-note"), &mut draft.note),
    ] {
        ui.horizontal(|ui| {
            ui.add(TextEdit::singleline(typed).desired_width(WORDS));
            ui.label(look::note(title));
        });
    }
    ui.horizontal(|ui| {
        for (at, (_, title)) in OFFERS.iter().enumerate() {
            if ui.add(Button::selectable(draft.offers == at, words.get(title))).clicked() {
                draft.offers = at;
            }
        }
        ui.add(Slider::new(&mut draft.join, 1..=analysis::siting::MOST_JOINED));
        ui.label(look::note(t!(words, "form-join")));
    });
}

/// A line for each need, and another.
fn needs(ui: &mut Ui, words: &Text, needs: &mut Vec<NeedDraft>) {
    let mut gone = None;
    for (at, need) in needs.iter_mut().enumerate() {
        ui.push_id(at, |ui| {
            ui.horizontal_wrapped(|ui| {
                if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "form-remove")).clicked() {
                    gone = Some(at);
                }
                ui.label(RichText::new(format!("{} {}", at + 1, words.get(KINDS[need.kind].title))).strong());
                for (place, field) in KINDS[need.kind].fields.iter().enumerate() {
                    if need.asks(place) {
                        value(ui, words, field, &mut need.values[place], place);
                    }
                }
                ui.add(Checkbox::new(&mut need.is_wish, t!(words, "form-wish")));
                if need.is_wish {
                    ui.add(TextEdit::singleline(&mut need.weight).desired_width(FIGURE / 2.0));
                    ui.label(look::note(t!(words, "form-weight")));
                }
                ui.add(Checkbox::new(&mut need.may_be_unknown, t!(words, "form-unknown")));
            });
        });
    }
    if let Some(at) = gone {
        needs.remove(at);
    }
    let add = t!(words, "form-add");
    ComboBox::from_id_salt("form-kind").selected_text(add).width(WORDS / 2.0).height(320.0).show_ui(ui, |ui| {
        for (kind, of) in KINDS.iter().enumerate() {
            if ui.selectable_label(false, words.get(of.title)).clicked() {
                needs.push(NeedDraft::of(kind));
            }
        }
    });
}

/// A field with the words beside it.
fn value(ui: &mut Ui, words: &Text, field: &Field, typed: &mut String, at: usize) {
    let choose = |ui: &mut Ui, typed: &mut String, all: Vec<(&'static str, String)>| {
        let shown = all.iter().find(|(name, _)| name == typed).map(|(_, said)| said.clone()).unwrap_or_default();
        ComboBox::from_id_salt(("form-choice", at)).selected_text(shown).show_ui(ui, |ui| {
            for (name, said) in all {
                ui.selectable_value(typed, name.to_owned(), said);
            }
        });
    };
    match field.holds {
        Holds::Thing => {
            let all = things().into_iter().map(|(name, thing)| (name, words.words(&thing.title())));
            choose(ui, typed, all.collect());
        }
        Holds::Utility => {
            let all = utilities().into_iter().map(|(name, utility)| (name, words.words(&utility.title())));
            choose(ui, typed, all.collect());
        }
        Holds::Figure | Holds::Day => {
            ui.add(TextEdit::singleline(typed).desired_width(FIGURE));
        }
        Holds::Text | Holds::List => {
            ui.add(TextEdit::singleline(typed).desired_width(FIGURE * 1.8));
        }
    }
    let title = words.get(field.title);
    ui.label(look::note(if field.optional { t!(words, "form-optional", field = title) } else { title }));
}
