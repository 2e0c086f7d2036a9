//! Which buildings a network reaches on record, and what is left for them: for telecom, fibre to the building.
//!
//! A connection on record near a building is one to it. Where none is, nobody can tell: records of connections have gaps.

use chrono::NaiveDate;
use spatial_db::model::FeatureKind;

use super::overlay::{missing, notes, reached, title};
use super::sheets::{bottleneck_column, connection_columns, known_column, number, remaining_column};
use super::{Capacity, Known, LeftFor, Reached, Remaining};
use crate::network::sheets::text;
use crate::overlay::{Class, Overlay, Pattern, Swatch, Verdict, Verdicts};
use crate::sheet::{Row, Sheet, Value};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// What a class says, with its two signs.
type Look = (Phrase, [u8; 3], Pattern);

const LOOKS: [Look; 5] = [
    (phrase("coverage-room", "connected, with something left"), [0, 132, 98], Pattern::Solid),
    (phrase("coverage-full", "connected, nothing left"), [158, 0, 20], Pattern::CrossHatch),
    (phrase("coverage-open", "connected, what is left is not known or at most"), [120, 170, 215], Pattern::CrossHatch),
    (phrase("coverage-line", "no connection on record, a line is near"), [240, 205, 90], Pattern::Hatch),
    (phrase("coverage-unknown", "neither a connection on record nor a line near"), [160, 162, 168], Pattern::Dots),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    LOOKS.into_iter().map(|look| Class::of_areas(look, (0, 0.0))).collect()
}

/// The class of an answer for a building, by its place in the legend.
fn class_of(answer: &Remaining) -> usize {
    match (answer.reached, answer.value, &answer.known) {
        (Reached::Nothing, ..) => 4,
        (Reached::Line(_), ..) => 3,
        (Reached::Connection, Some(value), _) if value <= 0.0 => 1,
        (Reached::Connection, Some(_), Known::Known) => 0,
        (Reached::Connection, ..) => 2,
    }
}

/// What is left for every building that was there, by its row: the least left first, those without a connection last.
pub fn buildings_left(capacity: &Capacity<'_>, by: NaiveDate) -> Vec<LeftFor> {
    let there = &capacity.there.buildings;
    let rows = (0..capacity.park.buildings.len()).filter(|row| there[*row]);
    let mut answers: Vec<LeftFor> = rows.map(|row| (row, capacity.for_building(row, by))).collect();
    let order = |answer: &Remaining| (class_of(answer) > 2, answer.value.unwrap_or(f64::INFINITY));
    answers.sort_by(|a, b| {
        let (one, other) = (order(&a.1), order(&b.1));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(a.0.cmp(&b.0))
    });
    answers
}

/// The [`buildings_left`], a row each: whether it is connected on record, and what is left for it. With `ducts`, of another resource of
/// the same network, what is left of that as well.
pub fn buildings_sheet(
    capacity: &Capacity<'_>,
    answers: &[LeftFor],
    ducts: Option<&Capacity<'_>>,
    by: NaiveDate,
) -> Sheet {
    let park = capacity.park;
    let row = |(slot, answer): &LeftFor| {
        let building = &park.buildings[*slot];
        let is_connected = answer.reached == Reached::Connection;
        // Of what is not connected nobody knows what it could be given.
        let (left, known) = if is_connected {
            (answer.value, answer.known.phrase())
        } else {
            (None, Known::Unknown(Vec::new()).phrase())
        };
        let mut cells = vec![
            Some(building.provenance.key.as_str()).into(),
            building.name.as_deref().into(),
            Words::from(LOOKS[class_of(answer)].0).into(),
            left.into(),
            Words::from(known).into(),
            answer.bottleneck().filter(|_| is_connected).map(|element| element.key.as_str()).into(),
            reached(answer).into(),
            if answer.known.missing().is_empty() { Value::Unknown } else { missing(answer.known.missing()).into() },
        ];
        cells.extend(ducts.map(|ducts| {
            let answer = ducts.for_building(*slot, by);
            Value::from(answer.value.filter(|_| answer.reached == Reached::Connection))
        }));
        Row { slot: Some(*slot), cells }
    };
    let unit = capacity.resource.unit.as_str();
    let mut columns = vec![
        text("building", words!("head-building", "building")),
        text("name", words!("head-name", "name")).in_files(),
        text("coverage", words!("head-coverage", "coverage")),
        remaining_column(unit),
        known_column(),
        bottleneck_column(),
    ];
    columns.extend(connection_columns());
    columns.extend(ducts.map(|ducts| {
        let unit = ducts.resource.unit.as_str();
        number("ducts_remaining", words!("head-ducts-remaining", "ducts left"), unit)
    }));
    Sheet {
        name: "capacity_buildings",
        title: title(&capacity.resource.name),
        notes: told(capacity, by),
        target: Some(FeatureKind::Building),
        columns,
        rows: answers.iter().map(row).collect(),
    }
}

/// Notes of a resource, with what counts as a building's connection.
fn told(capacity: &Capacity<'_>, by: NaiveDate) -> Vec<Words> {
    let own = &capacity.rules.figure.own_m;
    let mut said = notes(capacity, by);
    said.push(words!(
        "note-coverage",
        "a connection on record within {m} m of a building counts as its own; without one nobody can tell whether it is connected",
        m = format!("{:.0}", own.value),
    ));
    said
}

/// Buildings ([`buildings_left`]) by whether a network reaches them on record, and whether something is left.
pub fn coverage_overlay(capacity: &Capacity<'_>, answers: &[LeftFor], by: NaiveDate) -> Overlay {
    let mut counts = [0; LOOKS.len()];
    let mut verdicts = Verdicts::default();
    for (row, answer) in answers {
        let class = class_of(answer);
        counts[class] += 1;
        let value = answer.value.filter(|_| class < 3);
        let facts = super::overlay::facts(answer);
        verdicts.insert(capacity.park.buildings[*row].id, Verdict { class, value, outline: None, facts });
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
        name: "coverage".into(),
        title: title(&capacity.resource.name),
        target: FeatureKind::Building,
        unit: capacity.resource.unit.as_str().into(),
        as_of: capacity.as_of(),
        source: words!("source-capacity", "ratings and loads of network records, loads of projects on record"),
        classes: classes.collect(),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: told(capacity, by),
    }
    .without_empty_classes(|_| false)
}
