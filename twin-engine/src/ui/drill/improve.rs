//! What is to be done better: the actions that were written down into the log, and the objectives that nobody sees to yet.

use analysis::emergency::drill::{Standing, improvements, unattended, unattended_words};
use bevy_egui::egui::{Label, RichText, Ui};
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

pub(super) fn show(ui: &mut Ui, panels: &Panels, words: &'static Text) {
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
    use analysis::emergency::drill::{Action, DrillFile, HandInject, Improvement};

    use super::*;
    use crate::drill::tests::LEAK;
    use crate::text::Language;

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
