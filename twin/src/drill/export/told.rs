//! What was told of a drill: what happened, what was expected, and what is to be done better.

use analysis::emergency::drill::{DrillRun, Entry, Rated};
use spatial_db::package::Kind;

use super::{Field, S, Sheet, row};

/// The timeline.
pub(super) fn log(run: &DrillRun) -> Sheet {
    let kind = |entry: &Entry| format!("{:?}", entry.kind).to_lowercase();
    let rows = run.log.entries.iter();
    Sheet {
        name: "log",
        title: "Timeline",
        says: "What happened",
        geometry: None,
        columns: vec![
            ("at_s", Kind::Real, S),
            ("event", Kind::Text, "name of the event"),
            ("kind", Kind::Text, "hazard, inject, hand, response or people"),
            ("words", Kind::Text, "what happened"),
        ],
        rows: rows
            .map(|entry| {
                let words = Field::Text(entry.text.to_string());
                row(None, [entry.at_s.into(), Field::from(&entry.id), Field::Text(kind(entry)), words])
            })
            .collect(),
    }
}

/// Expected actions, rated.
pub(super) fn expected(rated: &[Rated]) -> Sheet {
    let rows = rated.iter().map(|one| {
        row(
            None,
            [
                Field::from(&one.id),
                Field::from(&one.text),
                Field::from(&one.role),
                Field::from(&one.objective),
                one.item.into(),
                one.due_s.into(),
                one.done_s.into(),
                one.rating.as_str().into(),
            ],
        )
    });
    Sheet {
        name: "expected",
        title: "Expected actions",
        says: "Expected actions by the evaluation items of AQ/T 9009-2015",
        geometry: None,
        columns: vec![
            ("id", Kind::Text, "name in the file"),
            ("words", Kind::Text, "what was expected"),
            ("role", Kind::Text, "who"),
            ("objective", Kind::Text, "objective"),
            ("item", Kind::Text, "evaluation item"),
            ("due_s", Kind::Real, S),
            ("done_s", Kind::Real, S),
            (
                "rating",
                Kind::Text,
                "met, late, missed, not marked, open, or unknown: known people out, of others nobody knows",
            ),
        ],
        rows: rows.collect(),
    }
}

/// Actions to do better, each as it was told last.
pub(super) fn improvements(run: &DrillRun) -> Sheet {
    let told = analysis::emergency::drill::improvements(&run.log.hand);
    let rows = told.iter().map(|one| {
        row(
            None,
            [
                Field::from(&one.id),
                Field::from(&one.text),
                Field::from(&one.owner),
                Field::Day(one.due),
                one.objective.as_ref().into(),
                one.done.map_or(Field::Unknown, Field::Day),
            ],
        )
    });
    Sheet {
        name: "improvement",
        title: "Improvement actions",
        says: "What is to be done better, as it was written down by hand last; none of it is worked out",
        geometry: None,
        columns: vec![
            ("id", Kind::Text, "name of the action"),
            ("words", Kind::Text, "what is to be done"),
            ("owner", Kind::Text, "role of the drill that sees to it"),
            ("due", Kind::Date, "day until which"),
            ("objective", Kind::Text, "objective that it serves; empty: none is named"),
            ("done", Kind::Date, "day on which it was done; empty: it is not"),
        ],
        rows: rows.collect(),
    }
}
