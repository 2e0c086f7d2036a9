//! What is left as reports: by parcel, by line and point, and along one way.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind};

use super::overlay::{basis, missing, notes, reached, title};
use super::{Capacity, Element, LeftFor, Place, Remaining};
use crate::network::sheets::text;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::Words;

pub(super) fn number(name: &'static str, title: Words, unit: &str) -> Column {
    Column::new(name, title, unit, Holds::Number(1))
}

/// What is left, in every table of answers.
pub(super) fn remaining_column(unit: &str) -> Column {
    number("remaining", words!("head-remaining", "left"), unit)
}

/// How well that is known.
pub(super) fn known_column() -> Column {
    text("known", words!("head-how-known", "how known"))
}

/// What limits it.
pub(super) fn bottleneck_column() -> Column {
    text("bottleneck", words!("head-bottleneck", "bottleneck"))
}

/// How a place is connected, and what is missing.
pub(super) fn connection_columns() -> [Column; 2] {
    let connection = text("connection", words!("head-connection", "connection"));
    [connection, text("missing", words!("head-capacity-missing", "missing"))]
}

/// What a line or point, or the bottleneck, can carry and what it does.
fn load_columns(unit: &str) -> [Column; 3] {
    [
        number("rated", words!("head-rated", "rated"), unit),
        number("connected", words!("head-connected", "connected"), unit),
        number("committed", words!("head-committed", "committed"), unit),
    ]
}

/// What is left for every parcel that was there, by its row, the least first; parcels of which nothing is known last.
pub fn parcels_left(capacity: &Capacity<'_>, by: NaiveDate) -> Vec<LeftFor> {
    let park = capacity.park;
    let mut answers: Vec<LeftFor> = Vec::new();
    for row in (0..park.parcels.len()).filter(|row| capacity.there.parcels[*row]) {
        let place = Place::Parcel(&park.parcels[row].provenance.key);
        answers.extend(capacity.remaining(place, by).ok().map(|answer| (row, answer)));
    }
    let order = |answer: &Remaining| answer.value.unwrap_or(f64::INFINITY);
    answers.sort_by(|a, b| order(&a.1).total_cmp(&order(&b.1)).then(a.0.cmp(&b.0)));
    answers
}

/// The [`parcels_left`], a row each.
pub fn parcels_sheet(capacity: &Capacity<'_>, answers: &[LeftFor], by: NaiveDate) -> Sheet {
    let park = capacity.park;
    let unit = capacity.resource.unit.as_str();
    let row = |(slot, answer): &LeftFor| {
        let parcel = &park.parcels[*slot];
        let limit = answer.bottleneck();
        let cells = vec![
            Some(parcel.provenance.key.as_str()).into(),
            parcel.number.as_deref().into(),
            answer.value.into(),
            Words::from(answer.known.phrase()).into(),
            limit.map(|element| element.key.as_str()).into(),
            limit.and_then(|element| element.rated.as_ref()).map(|rated| rated.value).into(),
            limit.and_then(|element| element.connected.as_ref()).map(|load| load.value).into(),
            limit.map(|element| element.committed).into(),
            reached(answer).into(),
            if answer.known.missing().is_empty() { Value::Unknown } else { missing(answer.known.missing()).into() },
        ];
        Row { slot: Some(*slot), cells }
    };
    let mut columns = vec![
        text("parcel", words!("head-parcel-key", "parcel")),
        text("number", words!("head-number", "number")).in_files(),
        remaining_column(unit),
        known_column(),
        bottleneck_column(),
    ];
    columns.extend(load_columns(unit));
    columns.extend(connection_columns());
    Sheet {
        name: "capacity",
        title: title(&capacity.resource.name),
        notes: notes(capacity, by),
        target: Some(FeatureKind::Parcel),
        columns,
        rows: answers.iter().map(row).collect(),
    }
}

fn element_cells(element: &Element) -> Vec<Value> {
    let from = |rated: &Option<super::Rated>| rated.as_ref().map_or(Value::Unknown, |rated| basis(&rated.basis).into());
    vec![
        Some(element.key.as_str()).into(),
        Value::Text(match element.feature.kind {
            FeatureKind::NetworkNode => words!("element-point", "point"),
            _ => words!("element-line", "line"),
        }),
        element.remains().into(),
        element.rated.as_ref().map(|rated| rated.value).into(),
        element.connected.as_ref().map(|load| load.value).into(),
        Some(element.committed).filter(|_| !element.on_loop).into(),
        if element.on_loop { Value::Unknown } else { Value::Whole(element.loads_unknown as i64) },
        from(&element.rated),
        match element.connected {
            None if element.on_loop => Value::Text(words!("basis-loop", "not known: on a loop or between sources")),
            _ => from(&element.connected),
        },
    ]
}

fn element_columns(unit: &str) -> Vec<Column> {
    let mut columns = vec![
        text("element", words!("head-element", "line or point")),
        text("kind", words!("head-element-kind", "kind")),
        remaining_column(unit),
    ];
    columns.extend(load_columns(unit));
    columns.extend([
        Column::new("loads_unknown", words!("head-loads-unknown", "loads unknown"), "", Holds::Whole),
        text("rated_from", words!("head-rated-from", "rating from")),
        text("connected_from", words!("head-connected-from", "load from")).in_files(),
    ]);
    columns
}

/// Every line and point that can limit somebody, the least left first, those of which it is not known last. Pieces of one
/// line are one: that with the most behind it.
pub fn worst(capacity: &Capacity<'_>, by: NaiveDate) -> Vec<Element> {
    let mut worst: HashMap<FeatureId, Element> = HashMap::new();
    for element in capacity.elements(by) {
        // Where one piece lies on a loop nobody can tell what the line carries.
        let load = |element: &Element| {
            let load = element.committed + element.connected.as_ref().map_or(0.0, |load| load.value);
            if element.on_loop { f64::INFINITY } else { load }
        };
        let kept = worst.entry(element.feature).or_insert_with(|| element.clone());
        if load(&element) > load(kept) {
            *kept = element;
        }
    }
    let mut elements: Vec<Element> = worst.into_values().collect();
    let order = |element: &Element| element.remains().unwrap_or(f64::INFINITY);
    elements.sort_by(|a, b| order(a).total_cmp(&order(b)).then_with(|| a.key.cmp(&b.key)));
    elements
}

/// The [`worst`] of every line and point, a row each.
pub fn elements_sheet(capacity: &Capacity<'_>, elements: &[Element], by: NaiveDate) -> Sheet {
    let lines: HashMap<FeatureId, usize> =
        capacity.park.edges.iter().enumerate().map(|(row, edge)| (edge.id, row)).collect();
    let row = |element: &Element| Row { slot: lines.get(&element.feature).copied(), cells: element_cells(element) };
    Sheet {
        name: "capacity_elements",
        title: title(&capacity.resource.name),
        notes: notes(capacity, by),
        target: Some(FeatureKind::NetworkEdge),
        columns: element_columns(&capacity.resource.unit),
        rows: elements.iter().map(row).collect(),
    }
}

/// What is left at a place as days go by: a row for each day from which on the answer is another.
pub(super) fn days_sheet(capacity: &Capacity<'_>, steps: &[Remaining]) -> Sheet {
    let row = |step: &Remaining| {
        let missing = step.known.missing();
        let cells = vec![
            Value::Day(step.by),
            step.value.into(),
            Words::from(step.known.phrase()).into(),
            step.bottleneck().map(|element| element.key.as_str()).into(),
            if missing.is_empty() { Value::Unknown } else { super::overlay::missing(missing).into() },
        ];
        Row { slot: None, cells }
    };
    Sheet {
        name: "capacity_days",
        title: title(&capacity.resource.name),
        notes: Vec::new(),
        target: None,
        columns: vec![
            Column::new("from", words!("head-from-day", "from"), "", Holds::Day),
            number("remaining", words!("head-remaining", "left"), &capacity.resource.unit),
            text("known", words!("head-how-known", "how known")),
            text("bottleneck", words!("head-bottleneck", "bottleneck")),
            text("missing", words!("head-capacity-missing", "missing")),
        ],
        rows: steps.iter().map(row).collect(),
    }
}

/// One way from a place to its source, part by part, with what is left of each.
pub fn way_sheet(capacity: &Capacity<'_>, answer: &Remaining) -> Sheet {
    let mut said =
        vec![words!("note-way", "left: {left}; {reached}", left = answer.words(), reached = reached(answer))];
    if let Some(limit) = answer.bottleneck() {
        said.push(words!("note-bottleneck", "bottleneck: {key}", key = &limit.key));
    }
    if !answer.known.missing().is_empty() {
        said.push(words!("note-missing", "missing: {missing}", missing = missing(answer.known.missing())));
    }
    for one in &answer.committed {
        let when = one.date.map_or_else(|| words!("unknown", "unknown"), |day| day.to_string().into());
        said.push(words!(
            "note-commitment",
            "committed: {amount} to project {key}, from {when}",
            amount = super::figure(one.amount, &answer.unit),
            key = &one.source,
            when = when,
        ));
    }
    said.extend(notes(capacity, answer.by));
    let lines: HashMap<FeatureId, usize> =
        capacity.park.edges.iter().enumerate().map(|(row, edge)| (edge.id, row)).collect();
    let row = |element: &Element| Row { slot: lines.get(&element.feature).copied(), cells: element_cells(element) };
    Sheet {
        name: "capacity_way",
        title: title(&capacity.resource.name),
        notes: said,
        target: Some(FeatureKind::NetworkEdge),
        columns: element_columns(&capacity.resource.unit),
        rows: answer.path.iter().map(row).collect(),
    }
}
