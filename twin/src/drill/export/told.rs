//! What was told of a drill: what happened, what was expected, and what is to be done better.

use analysis::emergency::drill::{DrillFile, DrillRun, Entry, OneByOne, Rated, Tally, Why, notes_taken};
use spatial_db::package::Kind;
use spatial_db::schema::GeometryKind;

use super::{Field, S, Sheet, point, row};

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
                Field::Text(one.evidence.to_string()),
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
            ("evidence", Kind::Text, "what shows it: event, mark, notes"),
        ],
        rows: rows.collect(),
    }
}

/// What people breathed outdoors.
pub(super) fn doses(run: &DrillRun) -> Sheet {
    let rows = run.outcome.breath.iter().flat_map(|breath| &breath.people).map(|one| {
        row(
            None,
            [
                one.person.into(),
                one.dose_kg_s_m3.into(),
                one.seconds.into(),
                u32::from(one.level).into(),
                one.lethal.into(),
            ],
        )
    });
    Sheet {
        name: "dose",
        title: "Doses outdoors",
        says: "What the people who came into the cloud breathed outdoors, at a place of assembly too; nobody indoors",
        geometry: None,
        columns: vec![
            ("person", Kind::Integer, "number in the drill; nobody's name"),
            ("dose_kg_s_m3", Kind::Real, "concentration summed over time, kg s/m3"),
            ("seconds", Kind::Real, "time in air over the lowest level for an hour, s"),
            ("level", Kind::Integer, "level of the guideline for so long an exposure that the mean exceeded; 0: none"),
            ("lethal", Kind::Real, "probability of death by the toxic probit, 0 to 1; empty: no constants"),
        ],
        rows: rows.collect(),
    }
}

/// What observers noted.
pub(super) fn notes(file: &DrillFile, run: &DrillRun) -> Sheet {
    let notes = notes_taken(file, run);
    let rows = notes.iter().map(|note| {
        row(
            note.place.and_then(|(x, y)| point([x, y])),
            [
                note.at_s.into(),
                note.by.as_ref().into(),
                Field::from(&note.text),
                note.about.as_ref().into(),
                note.picture.as_ref().into(),
            ],
        )
    });
    Sheet {
        name: "note",
        title: "Notes",
        says: "What observers noted, at the places that they gave",
        geometry: Some(GeometryKind::Point),
        columns: vec![
            ("at_s", Kind::Real, S),
            ("by", Kind::Text, "who noted it, as he says; empty: the drill's file"),
            ("words", Kind::Text, "what was seen"),
            ("about", Kind::Text, "expected action that it is about; empty: none in particular"),
            ("picture", Kind::Text, "name of its picture, a file beside the log; empty: none"),
        ],
        rows: rows.collect(),
    }
}

fn counts(tally: Tally) -> [Field; 4] {
    [tally.met, tally.late, tally.missed, tally.unknown].map(Field::from)
}

const COUNTS: [(&str, Kind, &str); 4] = [
    ("met", Kind::Integer, "expected actions in time"),
    ("late", Kind::Integer, "late"),
    ("missed", Kind::Integer, "missed"),
    ("unknown", Kind::Integer, "not marked, not due, or hanging on people who are not known"),
];

/// Objectives, rated.
pub(super) fn objectives(run: &DrillRun) -> Sheet {
    let rows = run.outcome.objectives.iter().map(|one| {
        let own = [Field::from(&one.id), Field::from(&one.text), one.item.into(), one.score.as_str().into()];
        (None, own.into_iter().chain(counts(one.actions)).collect::<Vec<Field>>())
    });
    let own = [
        ("id", Kind::Text, "name in the file"),
        ("words", Kind::Text, "objective"),
        ("item", Kind::Text, "evaluation item"),
        ("score", Kind::Text, "met, partly met, not met or unknown, by its expected actions"),
    ];
    Sheet {
        name: "objective",
        title: "Objectives",
        says: "Objectives by their expected actions",
        geometry: None,
        columns: own.into_iter().chain(COUNTS).collect(),
        rows: rows.collect(),
    }
}

/// Evaluation items, scored.
pub(super) fn items(run: &DrillRun) -> Sheet {
    let rows = run.outcome.items.iter().map(|one| {
        let own = [Field::from(one.item), one.objectives.into(), one.share.into()];
        (None, own.into_iter().chain(counts(one.actions)).collect::<Vec<Field>>())
    });
    let own = [
        ("item", Kind::Text, "evaluation item"),
        ("objectives", Kind::Integer, "objectives of it"),
        ("share", Kind::Real, "share in time of the actions of which it is known; empty: of none"),
    ];
    Sheet {
        name: "item",
        title: "Evaluation items",
        says: "The evaluation items of AQ/T 9009-2015, counted and not weighed",
        geometry: None,
        columns: own.into_iter().chain(COUNTS).collect(),
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

/// The buildings that were left person by person beside the drill.
pub(super) fn one_by_one(found: &[OneByOne]) -> Sheet {
    let rows = found.iter().map(|one| {
        let walked = one.walked.ok();
        row(
            None,
            [
                Field::from(&one.building),
                u32::from(one.why.iter().any(|why| *why != Why::LastEmpty)).into(),
                u32::from(one.why.contains(&Why::LastEmpty)).into(),
                one.persons.into(),
                one.drill_s.into(),
                walked.and_then(|walked| walked.egress_s).into(),
                walked.and_then(|walked| walked.rule_s).into(),
                walked.map_or(Field::Unknown, |walked| walked.inside.into()),
                walked.map_or(Field::Unknown, |walked| walked.doors.into()),
                walked.map_or(Field::Unknown, |walked| u32::from(walked.door_assumed).into()),
            ],
        )
    });
    Sheet {
        name: "one_by_one",
        title: "Out of single buildings, person by person",
        says: "The buildings that matter most by the microscopic model (Tordeux, Chraibi and Seyfried 2016) beside the drill",
        geometry: None,
        columns: vec![
            ("building", Kind::Text, "key of the building"),
            ("hazard", Kind::Truth, "1: it burns, or the danger came to it first"),
            ("last", Kind::Truth, "1: it was empty last in the drill"),
            ("persons", Kind::Integer, "persons in it"),
            ("drill_s", Kind::Real, "empty in the drill, s after the alarm; empty: not at its end"),
            (
                "egress_s",
                Kind::Real,
                "empty person by person, s after the alarm; empty: not followed, or someone is inside",
            ),
            ("rule_s", Kind::Real, "by SFPE's rule for its doors, s after the alarm"),
            ("still_inside", Kind::Integer, "persons inside when the model was stopped; empty: not followed"),
            ("doors", Kind::Integer, "doors; their widths are assumed"),
            ("door_assumed", Kind::Truth, "1: none is on record, and one in the longest wall is assumed"),
        ],
        rows: rows.collect(),
    }
}
