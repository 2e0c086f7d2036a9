//! The switch for people who are followed one by one, and what has to be known of them.

use analysis::emergency::drill::{one_by_one_note, one_by_one_remark};
use bevy_egui::egui::{Label, Ui};

use super::super::{Panels, look};
use crate::drill::Session;
use crate::text::{Text, t};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(session) = panels.drill.session.as_mut() else { return };
    let mut on = session.persons.is_on();
    if ui.checkbox(&mut on, t!(words, "drill-persons")).on_hover_text(t!(words, "drill-persons-does")).changed() {
        session.persons.turn(on);
        ui.ctx().request_repaint();
    }
    for line in lines(words, session) {
        ui.add(Label::new(look::note(line)).wrap());
    }
}

/// What is followed, how many are still inside at the time that is played, and what the model leaves out.
pub(super) fn lines(words: &Text, session: &Session) -> Vec<String> {
    let persons = &session.persons;
    let mut lines = Vec::new();
    if persons.are_made() {
        lines.push(t!(words, "drill-persons-made"));
    }
    let Some(shown) = persons.shown() else { return lines };
    if shown.buildings.is_empty() {
        lines.push(t!(words, "drill-persons-none"));
        return lines;
    }
    for one in &shown.buildings {
        let told = &one.told;
        let building =
            told.name.as_ref().map_or_else(|| told.building.clone(), |name| format!("{} {name}", told.building));
        let remark = words.words(&one_by_one_remark(told));
        lines.push(match one.inside(shown.since_s(session.now_s)) {
            Some(inside) => t!(
                words,
                "drill-persons-inside",
                building = building,
                inside = inside.to_string(),
                persons = told.persons.to_string(),
                remark = remark
            ),
            None => t!(words, "drill-persons-not", building = building, remark = remark),
        });
    }
    lines.push(t!(words, "drill-persons-seen"));
    lines.push(words.words(&one_by_one_note()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::tests::{picker, session, settle, settle_until};
    use crate::text::Language;

    #[test]
    fn the_console_says_how_many_are_inside_by_which_model_and_what_it_leaves_out() {
        let picker = picker();
        let mut session = session(None);
        settle(&mut session, &picker);
        let (english, chinese) = (Text::of(Language::English), Text::of(Language::Chinese));
        assert!(lines(english, &session).is_empty());
        session.persons.turn(true);
        assert!(lines(english, &session)[0].contains("Turn it off to give it up"));
        settle_until(&mut session, &picker, |session| !session.persons.are_made());
        session.jump(0.0);
        let said = lines(english, &session);
        assert!(said[0].contains(" inside; no entrance on record: one door"), "{said:?}");
        assert!(said.last().is_some_and(|note| note.contains("Tordeux") && note.contains("Left out:")), "{said:?}");
        let said = lines(chinese, &session);
        assert!(said[0].contains("人在内；") && said.iter().all(|line| !line.contains("Left out")), "{said:?}");
    }
}
