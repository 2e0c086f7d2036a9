//! What is to be done better: the actions that were written down into the log, the objectives that nobody sees to yet, and a form for
//! another action.

use std::sync::Arc;

use analysis::emergency::drill::{Improvement, Standing, improvements, unattended, unattended_words};
use bevy_egui::egui::{Button, ComboBox, Label, RichText, TextEdit, Ui};
use chrono::NaiveDate;

use super::super::{Panels, look};
use super::chip;
use crate::drill::Session;
use crate::text::{Text, t};
use crate::theme::{Rgb, alert};

/// An action, or an objective without one.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    colour: Rgb,
    /// How it stands on the day.
    state: String,
    /// What is to be done, or was not reached.
    text: String,
    /// Who sees to it, until when and for which objective.
    who: String,
}

/// An action that is being written, from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// What is to be done.
    text: String,
    /// Role that sees to it.
    owner: Option<String>,
    /// Day until which, as it is typed.
    due: String,
    /// Objective that it serves, if one.
    objective: Option<String>,
}

impl Form {
    /// The action, once nothing of it is missing.
    fn told(&self, id: String) -> Option<Improvement> {
        let (text, owner) = (self.text.trim(), self.owner.clone()?);
        let due = self.due.trim().parse::<NaiveDate>().ok()?;
        let objective = self.objective.clone();
        (!text.is_empty()).then(|| Improvement { id, text: text.to_owned(), owner, due, objective, done: None })
    }
}

/// A name that no action has yet.
fn next_id(known: &[Improvement]) -> String {
    let named = |number: &usize| known.iter().all(|one| one.id != format!("A{number}"));
    format!("A{}", (1..=known.len() + 1).find(named).unwrap_or_default())
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(session) = panels.drill.session.as_ref() else { return };
    look::group(ui, &t!(words, "drill-improve"));
    let rows = rows(session, chrono::Local::now().date_naive(), words);
    if rows.is_empty() {
        ui.add(Label::new(look::note(t!(words, "drill-improve-none"))).wrap());
    }
    for row in rows {
        chip(ui, row.colour, &row.state);
        ui.add(Label::new(RichText::new(row.text).size(look::SMALL + 1.5)).wrap());
        ui.add(Label::new(look::note(row.who)).wrap());
        ui.add_space(3.0);
    }
    form(ui, panels, words);
}

/// One of several by its name, or none.
fn choice<'a>(
    ui: &mut Ui,
    salt: &str,
    none: &str,
    all: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    chosen: &mut Option<String>,
) {
    let known = all.clone().find(|(id, _)| Some(*id) == chosen.as_deref());
    let shown = known.map_or(none, |(_, said)| said);
    ComboBox::from_id_salt(salt).selected_text(shown).width(ui.available_width()).truncate().show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, none);
        for (id, said) in all {
            ui.selectable_value(chosen, Some(id.to_owned()), said);
        }
    });
}

/// What, who, until when and for which objective; there once the drill was shown to its end.
fn form(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(session) = panels.drill.session.as_ref() else { return };
    if !session.was_shown() {
        ui.add(Label::new(look::note(t!(words, "drill-improve-after"))).wrap());
        return;
    }
    let file = Arc::clone(&session.file);
    let id = next_id(&improvements(session.strand.hand()));
    let form = &mut panels.ui.drill.improve;
    let edit = TextEdit::multiline(&mut form.text).desired_rows(2).desired_width(f32::INFINITY);
    ui.add(edit.hint_text(t!(words, "drill-improve-what")));
    let roles = file.roles.iter().map(|role| (role.id.as_str(), role.name.as_str()));
    choice(ui, "drill-improve-owner", &t!(words, "drill-improve-owner"), roles, &mut form.owner);
    let objectives = file.objectives.iter().map(|one| (one.id.as_str(), one.text.as_str()));
    choice(ui, "drill-improve-serves", &t!(words, "drill-improve-serves"), objectives, &mut form.objective);
    let mut told = None;
    ui.horizontal_wrapped(|ui| {
        let due = TextEdit::singleline(&mut form.due).desired_width(120.0);
        ui.add(due.hint_text(t!(words, "drill-improve-due")));
        let action = form.told(id);
        let write = ui.add_enabled(action.is_some(), Button::new(t!(words, "drill-improve-write")));
        told = action.filter(|_| write.clicked());
        write.on_disabled_hover_text(t!(words, "drill-improve-lacks"));
    });
    if let Some(told) = told {
        *form = Form::default();
        let by = panels.ui.drill.by.clone();
        if let Some(session) = panels.drill.session.as_mut() {
            session.improve(told, &by);
        }
    }
}

fn rows(session: &Session, today: NaiveDate, words: &Text) -> Vec<Row> {
    let file = &session.file;
    let known = improvements(session.strand.hand());
    let role = |id: &str| file.roles.iter().find(|role| role.id == id).map_or(id, |role| role.name.as_str()).to_owned();
    let objective =
        |id: &str| file.objectives.iter().find(|one| one.id == id).map_or(id, |one| one.text.as_str()).to_owned();
    let mut rows: Vec<Row> = known
        .iter()
        .map(|one| {
            let standing = one.standing(today);
            let colour = match standing {
                Standing::Open => alert::INFORMATION,
                Standing::Overdue => alert::WARNING,
                Standing::Done(_) => alert::SAFE,
            };
            let owner = role(&one.owner);
            let who = match &one.objective {
                Some(id) => {
                    t!(words, "drill-improve-for", owner = owner, due = one.due, objective = objective(id))
                }
                None => t!(words, "drill-improve-by", owner = owner, due = one.due),
            };
            Row { colour, state: words.words(&standing.words()), text: one.text.clone(), who }
        })
        .collect();
    // Before the drill was shown to its end nothing of it has failed yet.
    if session.now_s >= session.length_s()
        && let Some(played) = session.strand.finished()
    {
        let outcome = &played.run.outcome;
        rows.extend(unattended(file, outcome, &known).into_iter().map(|one| Row {
            colour: alert::CAUTION,
            state: words.words(&unattended_words(outcome, one)),
            text: one.text.clone(),
            who: t!(words, "drill-improve-nobody"),
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use analysis::emergency::drill::{Action, DrillFile, HandInject};

    use super::*;
    use crate::drill::tests::LEAK;
    use crate::text::Language;

    #[test]
    fn a_form_that_lacks_nothing_is_an_action_in_the_last_second_of_the_log() {
        let mut form = Form { text: " Train the chain ".into(), due: "2099-01-3".into(), ..Form::default() };
        assert_eq!(form.told("A1".into()), None, "nobody sees to it");
        form.owner = Some("officer".into());
        form.due = "2099-02-30".into();
        assert_eq!(form.told("A1".into()), None, "there is no such day");
        form.due = "2099-01-31".into();
        form.objective = Some("warn".into());
        let mut session =
            Session::new(DrillFile::parse(LEAK).expect("a drill"), Vec::new(), None, "x.drill.ron".as_ref());
        assert!(!session.was_shown());
        session.jump(1e9);
        assert!(session.was_shown());
        for expected in ["A1", "A2"] {
            let id = next_id(&improvements(session.strand.hand()));
            assert_eq!(id, expected);
            session.improve(form.told(id).expect("nothing is missing"), " chair ");
        }
        let hand = session.strand.hand();
        assert_eq!((hand[0].at_s, hand[0].by.as_str()), (session.length_s().floor(), "chair"));
        let known = improvements(hand);
        assert_eq!((known.len(), known[1].text.as_str(), known[1].owner.as_str()), (2, "Train the chain", "officer"));
        assert_eq!(known[0].objective.as_deref(), Some("warn"));
    }

    #[test]
    fn actions_stand_with_owner_date_and_objective_as_they_were_told_last() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let told = |id: &str, due: &str, objective: Option<&str>, done: Option<&str>| HandInject {
            at_s: 1200.0,
            does: Action::Improve(Improvement {
                id: id.into(),
                text: format!("Do {id}"),
                owner: "officer".into(),
                due: day(due),
                objective: objective.map(str::to_owned),
                done: done.map(day),
            }),
            by: String::new(),
        };
        let hand = vec![
            told("a", "2026-03-01", Some("warn"), None),
            told("b", "2026-05-01", None, None),
            told("c", "2026-02-01", None, None),
            told("c", "2026-02-01", None, Some("2026-01-20")),
        ];
        let session = Session::new(DrillFile::parse(LEAK).expect("a drill"), hand, None, "x.drill.ron".as_ref());
        let rows = rows(&session, day("2026-04-01"), Text::of(Language::English));
        let said: Vec<[&str; 3]> =
            rows.iter().map(|row| [row.state.as_str(), row.text.as_str(), row.who.as_str()]).collect();
        assert_eq!(
            said,
            [
                ["overdue", "Do a", "Safety officer, until 2026-03-01, for: Everyone is warned"],
                ["open", "Do b", "Safety officer, until 2026-05-01"],
                ["done on 2026-01-20", "Do c", "Safety officer, until 2026-02-01"],
            ]
        );
        assert_eq!(rows[0].colour, alert::WARNING);
    }
}
