//! Improvements: by hand, checked against the drill, with what nobody sees to yet.

use chrono::NaiveDate;

use super::*;
use crate::words::Words;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn improvement(id: &str, objective: Option<&str>, done: Option<&str>) -> HandInject {
    let told = Improvement {
        id: id.into(),
        text: format!("Drill the alarm chain {id}"),
        owner: "officer".into(),
        due: day("2026-03-01"),
        objective: objective.map(str::to_owned),
        done: done.map(day),
    };
    HandInject { at_s: 1800.0, does: Action::Improve(told), by: "observer".into() }
}

/// The alarm comes in time; water after two minutes does not.
fn chapter(hand: &[HandInject], today: &str) -> DrillChapter {
    let file = DrillFile::parse(LEAK).unwrap();
    improvement_chapter(&file, &run(LEAK, hand), day(today))
}

fn said(chapter: &DrillChapter) -> Vec<(bool, Vec<&str>)> {
    chapter.rows.iter().map(|(amiss, cells)| (*amiss, cells.iter().map(Words::as_str).collect())).collect()
}

#[test]
fn an_objective_that_was_not_met_has_no_action_until_one_is_written_down() {
    let found = run(LEAK, &[]);
    assert!(found.outcome.rated.iter().any(|one| one.objective == "warn" && one.rating == Rating::Late));
    let nobody = (true, vec!["no action yet", "objective not met", "–", "–", "Everyone is warned"]);
    assert_eq!(said(&chapter(&[], "2026-01-01")), std::slice::from_ref(&nobody));
    // One that serves no objective leaves it as it was.
    let besides = chapter(&[improvement("a", None, None)], "2026-01-01");
    let open = (false, vec!["Drill the alarm chain a", "open", "Safety officer", "2026-03-01", "–"]);
    assert_eq!(said(&besides), [open, nobody]);
    let serving = chapter(&[improvement("a", Some("warn"), None)], "2026-03-01");
    let open = (false, vec!["Drill the alarm chain a", "open", "Safety officer", "2026-03-01", "Everyone is warned"]);
    assert_eq!(said(&serving), [open]);
}

#[test]
fn an_improvement_is_overdue_after_its_day_and_done_when_it_is_told_anew() {
    let told = improvement("a", Some("warn"), None);
    let late = chapter(std::slice::from_ref(&told), "2026-03-02");
    assert_eq!((late.rows[0].0, late.rows[0].1[1].as_str()), (true, "overdue"));
    let hand = [told, improvement("b", None, None), improvement("a", Some("warn"), Some("2026-02-10"))];
    let known = improvements(&hand);
    assert_eq!(known.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let done = chapter(&hand, "2026-03-02");
    assert_eq!((done.rows[0].0, done.rows[0].1[1].as_str()), (false, "done on 2026-02-10"));
    assert_eq!(done.rows.len(), 2);
    // What is to be done on a later day is not done, and the title says of which day all this is.
    let before = chapter(&hand, "2026-02-09");
    assert_eq!((before.rows[0].0, before.rows[0].1[1].as_str()), (false, "open"));
    assert_eq!(before.title, "Improvement actions as they stand on 2026-02-09");
    let kept = chapter(&[improvement("a", Some("warn"), Some("2026-04-01"))], "2026-03-02");
    assert_eq!((kept.rows[0].0, kept.rows[0].1[1].as_str()), (true, "overdue"));
}

#[test]
fn improvements_change_nobodys_way_and_replay_from_their_log() {
    let hand = [improvement("a", Some("warn"), None)];
    let first = run(LEAK, &hand);
    assert_eq!(first.outcome, run(LEAK, &[]).outcome);
    assert!(first.log.entries.iter().any(|one| one.text.contains("improvement a until 2026-03-01")));
    let log = DrillLog::parse(&first.log.to_text().unwrap()).unwrap();
    assert_eq!(log.hand, hand);
    assert_eq!(run(LEAK, &log.hand).log.digest, first.log.digest);
}

#[test]
fn an_improvement_of_nobody_for_nothing_or_in_the_timeline_is_refused() {
    let wrong = |change: fn(&mut Improvement)| {
        let mut inject = improvement("a", None, None);
        if let Action::Improve(told) = &mut inject.does {
            change(told);
        }
        let file = DrillFile::parse(LEAK).unwrap();
        let tables = DrillTables::shipped();
        run_drill(&file, &park(), &tables, &[inject]).unwrap_err().to_string()
    };
    let nobody = wrong(|told| told.owner = "nobody".into());
    assert!(nobody.contains("no role \"nobody\""), "{nobody}");
    let nothing = wrong(|told| told.objective = Some("fame".into()));
    assert!(nothing.contains("no objective \"fame\""), "{nothing}");
    let silent = wrong(|told| told.text = " ".into());
    assert!(silent.contains("needs a name and words"), "{silent}");
    let text =
        LEAK.replace("does: alarm", "does: improve((id: \"a\", text: \"b\", owner: \"officer\", due: \"2026-03-01\"))");
    let refused = DrillFile::parse(&text).unwrap_err().to_string();
    assert!(refused.contains("by hand"), "{refused}");
}

#[test]
fn an_objective_that_nobody_has_marked_asks_for_an_action_too() {
    let text = LEAK.replace("within_min: 2.0", "within_min: 25.0");
    let (file, found) = (DrillFile::parse(&text).unwrap(), run(&text, &[]));
    let ratings: Vec<Rating> = found.outcome.rated.iter().map(|one| one.rating).collect();
    assert_eq!(ratings, [Rating::Met, Rating::Met, Rating::NotMarked]);
    let chapter = improvement_chapter(&file, &found, day("2026-01-01"));
    let nobody = vec!["no action yet", "not known whether the objective was met", "–", "–", "Everyone is warned"];
    assert_eq!(said(&chapter), [(true, nobody)]);
}
