//! Expected actions by role: how each stands, and the marks of an observer; notes with place and picture.

use analysis::emergency::drill::Action as Does;
use bevy_egui::egui::{ComboBox, Label, RichText, TextEdit, Ui};

use super::super::{Panels, look};
use super::{chip, place};
use crate::drill::{Standing, clock, standing};
use crate::text::{Text, t};
use crate::theme::{Rgb, alert};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    look::group(ui, &t!(words, "drill-expected"));
    let Some(session) = panels.drill.session.as_ref() else { return };
    let Some(played) = session.strand.played() else { return };
    let (file, now_s) = (std::sync::Arc::clone(&session.file), session.now_s);
    let rows: Vec<_> = played
        .run
        .outcome
        .rated
        .iter()
        .map(|rated| (rated.clone(), standing(&file, &session.strand, rated, now_s)))
        .collect();
    for (rated, how) in rows {
        let role = file.roles.iter().find(|role| role.id == rated.role).map_or("", |role| role.name.as_str());
        ui.horizontal(|ui| {
            let (colour, said) = said(words, how);
            chip(ui, colour, &said);
            ui.add(Label::new(look::note(role)).truncate().selectable(false));
        });
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&rated.text).size(look::SMALL + 1.5));
            let mark = match how {
                Standing::Met(_) | Standing::Late(_) => None,
                _ => Some(Does::Done(rated.id.clone())),
            };
            if let Some(done) = mark
                && ui.small_button(t!(words, "drill-done")).clicked()
            {
                inject(panels, done);
            }
            if how != Standing::Missed && ui.small_button(t!(words, "drill-missed")).clicked() {
                inject(panels, Does::Missed(rated.id.clone()));
            }
        });
        ui.add_space(3.0);
    }
    notes(ui, panels, words);
}

/// Does something by hand, in the name that stands in the console.
fn inject(panels: &mut Panels, does: Does) {
    let by = panels.ui.drill.by.clone();
    if let Some(session) = panels.drill.session.as_mut() {
        session.inject(does, &by);
    }
}

fn said(words: &Text, how: Standing) -> (Rgb, String) {
    let minutes = |seconds: f64| format!("{}:{:02}", seconds as u64 / 60, seconds as u64 % 60);
    match how {
        Standing::Waits => (alert::OUT_OF_USE, t!(words, "drill-standing-waits")),
        Standing::Due(left) => (alert::INFORMATION, t!(words, "drill-standing-due", time = minutes(left))),
        Standing::Overdue(by) => (alert::WARNING, t!(words, "drill-standing-overdue", time = minutes(by))),
        Standing::Met(at) => (alert::SAFE, t!(words, "drill-standing-met", time = clock(at))),
        Standing::KnownOut(at, count) => {
            (alert::CAUTION, t!(words, "drill-standing-known-out", time = clock(at), count = count))
        }
        Standing::Late(at) => (alert::CAUTION, t!(words, "drill-standing-late", time = clock(at))),
        Standing::Missed => (alert::DANGER, t!(words, "drill-standing-missed")),
    }
}

fn notes(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    look::group(ui, &t!(words, "drill-note"));
    let at = place(panels, words);
    let mut note = std::mem::take(&mut panels.ui.drill.note);
    let edit = TextEdit::multiline(&mut note).desired_rows(2).desired_width(f32::INFINITY);
    ui.add(edit.hint_text(t!(words, "drill-note-hint")));
    about(ui, panels, words);
    let mut taken = false;
    ui.horizontal_wrapped(|ui| {
        if let Some((_, name)) = &at {
            ui.checkbox(&mut panels.ui.drill.with_place, name.as_str());
        }
        ui.checkbox(&mut panels.ui.drill.with_picture, t!(words, "drill-with-picture"));
        taken = ui.button(t!(words, "drill-note-take")).clicked() && !note.trim().is_empty();
    });
    if taken {
        let picture = panels.drill.session.as_mut().filter(|_| panels.ui.drill.with_picture);
        let picture = picture.and_then(crate::drill::Session::next_picture);
        let name = picture.as_ref().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        panels.drill.picture = picture;
        let place = at.filter(|_| panels.ui.drill.with_place).map(|(place, _)| place);
        let about = panels.ui.drill.about.take();
        inject(panels, Does::Note { text: note.trim().to_owned(), place, picture: name, about });
        note.clear();
    }
    panels.ui.drill.note = note;
}

/// Which expected action the note is about, if one: it then stands among what shows that action.
fn about(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(session) = panels.drill.session.as_ref() else { return };
    let none = t!(words, "drill-note-about");
    let about = &mut panels.ui.drill.about;
    let chosen = session.file.expected.iter().find(|one| Some(&one.id) == about.as_ref());
    let shown = chosen.map_or(none.as_str(), |one| one.text.as_str());
    ComboBox::from_id_salt("drill-note-about").selected_text(shown).width(ui.available_width()).truncate().show_ui(
        ui,
        |ui| {
            ui.selectable_value(about, None, none.as_str());
            for one in &session.file.expected {
                ui.selectable_value(about, Some(one.id.clone()), one.text.as_str());
            }
        },
    );
}
