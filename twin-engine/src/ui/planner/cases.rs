//! The tab of cases: what is overdue, every case, and the entries of the one that is looked at. The forms are `record`'s.

use analysis::land::Tone;
use analysis::planner::{CaseBook, CaseSheet, Due};
use bevy_egui::egui::{Button, Frame, Grid, Label, Margin, Panel, RichText, ScrollArea, TextStyle, Ui};

use super::pictures::{self, Pictures};
use super::record::{self, Record};
use super::{dossier, fly_to, parcel_of, selected_key, tone_colour};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// The tab from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Cases {
    /// Number of the case that is looked at.
    pub(super) shown: Option<i64>,
    /// Key of the parcel that the case was chosen for, and how many cases there were.
    followed: (Option<String>, usize),
    /// The forms that record.
    pub(super) record: Record,
    /// Photographs of the case that is looked at.
    pub(super) pictures: Pictures,
}

pub(super) fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(book) = panels.desk.cases.get() else { return };
    ui.with_layout(bevy_egui::egui::Layout::left_to_right(bevy_egui::egui::Align::Center), |ui| {
        let said =
            t!(words, "planner-cases-counted", count = book.cases.len(), late = book.overdue.len(), day = book.as_of);
        ui.add(Label::new(RichText::new(said).strong()).truncate().selectable(false));
    });
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(book) = panels.desk.cases.get().cloned() else {
        ui.add_space(8.0);
        let waits = panels.desk.has_cases();
        ui.label(look::note(if waits { t!(words, "time-making") } else { t!(words, "planner-no-cases") }));
        return;
    };
    record::take(panels);
    follow(panels, &book);
    if let Some(case) = panels.ui.planner.cases.shown.and_then(|number| case_of(&book, number)) {
        pictures::step(ui.ctx(), panels, case);
        let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 2, bottom: 0 });
        let width = (ui.available_width() * 0.55).clamp(320.0, 760.0);
        Panel::right("planner-case").frame(frame).resizable(true).default_size(width).size_range(280.0..=900.0).show(
            ui,
            |ui| {
                ScrollArea::vertical().id_salt("planner-entries").auto_shrink([false, false]).show(ui, |ui| {
                    one(ui, panels, words, case);
                });
            },
        );
    }
    ScrollArea::vertical().id_salt("planner-case-list").auto_shrink([false, false]).show(ui, |ui| {
        if book.cases.is_empty() {
            ui.label(look::note(t!(words, "planner-no-case-yet")));
        }
        record::open(ui, panels, words, &book);
        if !book.overdue.is_empty() {
            look::group(ui, &t!(words, "planner-overdue"));
            for due in &book.overdue {
                overdue(ui, panels, words, due);
            }
        }
        if !book.cases.is_empty() {
            look::group(ui, &t!(words, "planner-all-cases"));
            for case in &book.cases {
                line(ui, panels, words, case);
            }
        }
    });
}

fn case_of(book: &CaseBook, number: i64) -> Option<&CaseSheet> {
    book.cases.iter().find(|case| case.number == number)
}

/// Goes to the case of a parcel that was selected elsewhere.
fn follow(panels: &mut Panels, book: &CaseBook) {
    let key = selected_key(panels);
    let now = (key, book.cases.len());
    if now == panels.ui.planner.cases.followed {
        return;
    }
    let key = now.0.clone();
    let own = key.as_ref().and_then(|key| book.cases.iter().find(|case| case.parcel_key == *key));
    panels.ui.planner.cases.shown = own.map(|case| case.number).or(panels.ui.planner.cases.shown);
    panels.ui.planner.cases.followed = now;
}

fn choose(panels: &mut Panels, number: i64, parcel_key: &str) {
    panels.ui.planner.cases.shown = Some(number);
    panels.ui.planner.cases.followed.0 = Some(parcel_key.to_owned());
    if let Some(id) = parcel_of(panels, parcel_key) {
        fly_to(panels, id);
    }
}

fn overdue(ui: &mut Ui, panels: &mut Panels, words: &'static Text, due: &Due) {
    ui.horizontal_wrapped(|ui| {
        let colour = tone_colour(&panels.twin.theme(), Tone::Bad);
        ui.label(RichText::new(words.words(&due.said)).strong().color(colour));
        let named = t!(words, "planner-case-of", number = due.case, parcel = due.parcel);
        if ui.add(Button::new(named)).clicked() {
            choose(panels, due.case, &due.parcel_key);
        }
        ui.label(words.words(&due.what));
        ui.label(look::note(t!(words, "planner-due-by", day = due.day, by = due.set_by)));
    });
}

fn line(ui: &mut Ui, panels: &mut Panels, words: &'static Text, case: &CaseSheet) {
    ui.horizontal_wrapped(|ui| {
        let on = panels.ui.planner.cases.shown == Some(case.number);
        let named = t!(words, "planner-case-of", number = case.number, parcel = case.parcel);
        if ui.add(Button::selectable(on, named)).clicked() {
            choose(panels, case.number, &case.parcel_key);
        }
        if let Some(state) = &case.state {
            ui.label(RichText::new(words.words(state)).strong());
        }
        if let Some(since) = case.since {
            ui.label(look::note(t!(words, "planner-since", day = since)));
        }
        if let Some(cause) = &case.cause {
            ui.label(look::note(words.words(cause)));
        }
        let late = case.deadlines.iter().filter(|due| due.overdue).count();
        if late > 0 {
            let colour = tone_colour(&panels.twin.theme(), Tone::Bad);
            ui.colored_label(colour, t!(words, "planner-overdue-count", count = late));
        }
    });
}

/// A case with its deadlines, entries, and the form for the next.
fn one(ui: &mut Ui, panels: &mut Panels, words: &'static Text, case: &CaseSheet) {
    let theme = panels.twin.theme();
    let bad = tone_colour(&theme, Tone::Bad);
    ui.horizontal_wrapped(|ui| {
        let named = t!(words, "planner-case-of", number = case.number, parcel = case.parcel);
        ui.label(RichText::new(named).text_style(TextStyle::Heading));
        if let Some(state) = &case.state {
            ui.label(RichText::new(words.words(state)).strong());
        }
        if let Some(cause) = &case.cause {
            ui.label(words.words(cause));
        }
    });
    if let Some(contract) = &case.contract {
        ui.label(look::note(t!(words, "planner-contract", key = contract)));
    }
    if case.parcel_gone {
        ui.colored_label(bad, t!(words, "planner-parcel-gone"));
    }
    if !case.deadlines.is_empty() {
        look::group(ui, &t!(words, "planner-deadlines"));
        Grid::new("planner-deadlines").num_columns(3).spacing([14.0, 3.0]).show(ui, |ui| {
            for due in &case.deadlines {
                ui.label(due.day.to_string());
                let said = RichText::new(words.words(&due.said)).strong();
                ui.label(if due.overdue { said.color(bad) } else { said });
                ui.label(words.words(&due.what));
                ui.end_row();
            }
        });
    }
    dossier::show(ui, panels, words, &case.parcel_key);
    look::group(ui, &t!(words, "planner-entries"));
    for line in &case.lines {
        let strike = |text: RichText| if line.withdrawn { text.strikethrough() } else { text };
        ui.horizontal_wrapped(|ui| {
            ui.label(look::note(line.number.to_string()));
            ui.label(line.day.to_string());
            ui.label(strike(RichText::new(words.words(&line.what)).strong()));
            ui.label(strike(RichText::new(words.words(&line.said))));
            ui.label(look::note(t!(words, "planner-recorded", by = line.by, time = line.recorded)));
            if let Some(flaw) = &line.flaw {
                ui.colored_label(look::colour(theme.tag), words.words(flaw));
            }
        });
        pictures::show(ui, panels, case.number, line.number);
    }
    ui.add_space(4.0);
    record::entry(ui, panels, words, case);
}
