//! What is left on every parcel, as an overlay.

use chrono::NaiveDate;
use spatial_db::model::FeatureKind;

use super::{Basis, Capacity, Element, Known, LeftFor, Missing, Reached, Remaining, figure};
use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// What a class says, with its two signs: by the share of the bottleneck's rating that is left.
type Look = (Phrase, [u8; 3], Pattern);

const LOOKS: [Look; 6] = [
    (phrase("capacity-none", "nothing left, or more promised than there is"), [158, 0, 20], Pattern::CrossHatch),
    (phrase("capacity-little", "less than 10 % of the bottleneck left"), [230, 120, 20], Pattern::Hatch),
    (phrase("capacity-some", "10 to 30 % of the bottleneck left"), [240, 205, 90], Pattern::Solid),
    (phrase("capacity-ample", "more than 30 % of the bottleneck left"), [0, 132, 98], Pattern::Solid),
    (
        phrase("capacity-at-most", "no more than that: a rating, a load or the way is not known"),
        [120, 170, 215],
        Pattern::CrossHatch,
    ),
    (phrase("capacity-unknown", "not known"), [160, 162, 168], Pattern::Dots),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    LOOKS.into_iter().map(|look| Class::of_areas(look, (0, 0.0))).collect()
}

/// The class of an answer, by its place in the legend.
pub(super) fn class_of(answer: &Remaining) -> usize {
    let (Some(value), Some(rated)) = (answer.value, answer.bottleneck().and_then(|b| b.rated.as_ref())) else {
        return 5;
    };
    let share = value / rated.value;
    match (value, &answer.known) {
        // What is full stays full, whatever else is missing.
        (value, _) if value <= 0.0 => 0,
        (_, Known::Unknown(_)) => 5,
        (_, Known::AtMost(_)) => 4,
        _ if share < 0.1 => 1,
        _ if share < 0.3 => 2,
        _ => 3,
    }
}

/// How a place is connected, in words.
pub(super) fn reached(answer: &Remaining) -> Words {
    match answer.reached {
        Reached::Connection => phrase("reached-connection", "own connection").into(),
        Reached::Line(far) => {
            words!("reached-line", "no connection yet; nearest line {far} m away", far = format!("{far:.0}"))
        }
        Reached::Nothing => phrase("missing-connection", "no connection on record and no line near").into(),
    }
}

/// Where a figure comes from, in words.
pub(super) fn basis(basis: &Basis) -> Words {
    match basis {
        Basis::Column(column) => words!("basis-column", "on record: {column}", column = column),
        Basis::Rule => phrase("basis-capacity-rule", "worked out from size and fall, no rating on record").into(),
        Basis::Sum => phrase("basis-sum", "sum of the connections behind it").into(),
    }
}

/// What is missing, in one line.
pub(super) fn missing(missing: &[Missing]) -> Words {
    let mut said = missing.iter().map(Missing::words);
    let Some(first) = said.next() else { return "–".into() };
    said.fold(first, |all, next| words!("list-two", "{all}; {next}", all = all, next = next))
}

/// The name of a resource in words.
pub fn resource(name: &str) -> Words {
    match name {
        "power" => phrase("resource-power", "Power").into(),
        "water" => phrase("resource-water", "Water").into(),
        "sewage" => phrase("resource-sewage", "Sewage").into(),
        "gas" => phrase("resource-gas", "Gas").into(),
        "heat" => phrase("resource-heat", "Heat").into(),
        "fibre" => phrase("resource-fibre", "Fibre").into(),
        "ducts" => phrase("resource-ducts", "Telecom ducts").into(),
        other => other.into(),
    }
}

pub(super) fn title(name: &str) -> Words {
    words!("title-capacity", "Capacity left: {resource}", resource = resource(name))
}

/// What there is to say of an answer.
pub(super) fn facts(answer: &Remaining) -> Vec<Fact> {
    let mut facts = vec![
        Fact {
            label: words!("fact-remaining", "Left"),
            value: answer.words(),
            basis: words!(
                "basis-remaining",
                "least of rated − connected − committed on the way, with commitments up to {by}",
                by = answer.by
            ),
        },
        Fact {
            label: words!("fact-connection", "Connection"),
            value: reached(answer),
            basis: words!("source-networks", "network surveys on record"),
        },
    ];
    if let Some(Element { key, rated: Some(rated), connected, committed, .. }) = answer.bottleneck() {
        let unit = &answer.unit;
        facts.push(Fact {
            label: words!("fact-bottleneck", "Bottleneck"),
            value: words!("bottleneck-rated", "{key}: {rated} rated", key = key, rated = figure(rated.value, unit)),
            basis: basis(&rated.basis),
        });
        if let Some(load) = connected {
            facts.push(Fact {
                label: words!("fact-connected", "Connected there"),
                value: figure(load.value, unit).into(),
                basis: basis(&load.basis),
            });
        }
        let sources: Vec<&str> = answer.committed.iter().map(|one| one.source.as_str()).collect();
        facts.push(Fact {
            label: words!("fact-committed", "Committed there"),
            value: figure(*committed, unit).into(),
            basis: if sources.is_empty() {
                phrase("basis-no-commitment", "no project promised on this way").into()
            } else {
                words!("basis-committed", "projects {keys}", keys = sources.join(", "))
            },
        });
    }
    if !answer.known.missing().is_empty() {
        facts.push(Fact {
            label: words!("fact-missing", "Missing"),
            value: missing(answer.known.missing()),
            basis: words!("basis-missing-capacity", "not on record"),
        });
    }
    facts
}

/// What a reader of any answer of this resource must know.
pub(super) fn notes(capacity: &Capacity<'_>, by: NaiveDate) -> Vec<Words> {
    let mut notes = vec![words!(
        "note-capacity",
        "Rated − connected − committed, the least on the way; commitments of {count} projects, those up to {by} counted. A \
         connection is access, not capacity",
        count = capacity.commitments.len(),
        by = by,
    )];
    if capacity.unplaced > 0 {
        notes.push(words!(
            "note-unplaced",
            "{count} committed loads have no place in the network: what they take is not counted, and every answer is at most",
            count = capacity.unplaced,
        ));
    }
    if capacity.undecided > 0 {
        notes.push(words!(
            "note-undecided",
            "{count} committed loads may use one of several connections of their parcel: they are counted where all ways run, and answers elsewhere on them are at most",
            count = capacity.undecided,
        ));
    }
    if capacity.meshed > 0 && capacity.resource.adds {
        notes.push(words!(
            "note-meshed",
            "{count} lines lie on loops or between sources: what each of them carries is not known, and answers over them are no more than what every way passes leaves",
            count = capacity.meshed,
        ));
    }
    if capacity.shut > 0 || capacity.unseen > 0 {
        notes.push(words!(
            "note-capacity-states",
            "{shut} valves, switches and lines are closed or off by the record, and no way leads past them; {unseen} valves and switches have no state on record and are taken for open or on",
            shut = capacity.shut,
            unseen = capacity.unseen,
        ));
    }
    notes.extend(capacity.told_states.clone());
    if capacity.resource.by.is_some() {
        notes.push(words!(
            "note-rated-by-rule",
            "lines without a rating on record are rated by size: {velocity}; {manning}",
            velocity = capacity.rules.figure.velocity_m_s.citation(),
            manning = capacity.rules.figure.manning_n.citation(),
        ));
    }
    notes
}

/// What is left of a resource on every parcel ([`super::parcels_left`]), with commitments up to `by`.
pub fn capacity_overlay(capacity: &Capacity<'_>, answers: &[LeftFor], by: NaiveDate) -> Overlay {
    let mut counts = [0; LOOKS.len()];
    let mut verdicts = Verdicts::default();
    for (row, answer) in answers {
        let class = class_of(answer);
        counts[class] += 1;
        let verdict = Verdict { class, value: answer.value, outline: None, facts: facts(answer) };
        verdicts.insert(capacity.park.parcels[*row].id, verdict);
    }
    let classes = LOOKS.iter().zip(counts).map(|((label, colour, pattern), count)| Class {
        label: (*label).into(),
        colour: *colour,
        pattern: *pattern,
        swatch: Swatch::Area,
        count,
        measure: None,
    });
    Overlay {
        name: "capacity".into(),
        title: title(&capacity.resource.name),
        target: FeatureKind::Parcel,
        unit: capacity.resource.unit.as_str().into(),
        as_of: capacity.as_of(),
        source: words!("source-capacity", "ratings and loads of network records, loads of projects on record"),
        classes: classes.collect(),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: notes(capacity, by),
    }
    .without_empty_classes(|_| false)
}
