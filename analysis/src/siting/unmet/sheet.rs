//! Unmet demand as reports: requirement by requirement, criterion by criterion, parcel by parcel.

use spatial_db::model::{FeatureKind, ParkSnapshot};

use super::super::rounding::rounded;
use super::{ByCriterion, ByParcel, Lack, UnmetDemand, Unserved};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::Words;

/// Every requirement without a site: a row for each must that the nearest site lacks, or of which it is not known.
pub fn unmet_requirements(unmet: &UnmetDemand) -> Sheet {
    let text = |name, title: Words| Column::new(name, title, "", Holds::Text);
    let columns = vec![
        text("prospect", words!("unmet-head-prospect", "prospect")),
        text("pitch", words!("unmet-head-pitch", "pitch")),
        Column::new("asked", words!("unmet-head-asked", "asked on"), "", Holds::Day),
        text("outcome", words!("unmet-head-outcome", "outcome")).in_files(),
        text("answer", words!("unmet-head-answer", "answer")),
        text("nearest_site", words!("unmet-head-nearest", "nearest site")),
        text("criterion", words!("unmet-head-criterion", "criterion")),
        text("verdict", words!("pitch-head-verdict", "verdict")),
        text("asked_for", words!("pitch-head-wanted", "asked for")),
        text("has", words!("unmet-head-has", "there")),
        text("short", words!("unmet-head-short", "missed by")),
        Column::new("short_amount", words!("unmet-head-amount", "missed by, figure"), "", Holds::Number(2)).in_files(),
        text("bound", words!("unmet-head-bound", "figures")).in_files(),
        text("unit", words!("unmet-head-unit", "unit")).in_files(),
        text("why", words!("unmet-head-why", "why")).in_files(),
        text("note", words!("unmet-head-note", "note on record")).in_files(),
    ];
    Sheet {
        name: "unmet_requirements",
        title: words!("unmet-title-requirements", "Unmet demand: requirements that no site meets"),
        notes: unmet.notes(),
        target: Some(FeatureKind::Parcel),
        columns,
        rows: unmet.unserved.iter().flat_map(requirement).collect(),
    }
}

fn requirement(one: &Unserved) -> Vec<Row> {
    let closest = one.closest.as_ref();
    let slot = closest.and_then(|closest| closest.parcels.first()).map(|slot| *slot as usize);
    let row = |lack: Option<&Lack>| {
        let of = |of: fn(&Lack) -> Value| lack.map_or(Value::Unknown, of);
        let demand = &one.demand;
        let cells: Vec<Value> = vec![
            Some(demand.prospect.as_str()).into(),
            demand.pitch.as_deref().into(),
            Value::Day(demand.asked),
            demand.outcome.as_deref().map_or(Value::Unknown, |outcome| ended(outcome).into()),
            one.answer.words().into(),
            closest.map_or(Value::Unknown, |closest| closest.site.clone().into()),
            of(|lack| lack.criterion.clone().into()),
            of(|lack| lack.verdict.words().into()),
            of(|lack| lack.wanted.clone().into()),
            of(|lack| lack.has.clone().into()),
            of(|lack| lack.short.clone().map_or(Value::Unknown, Value::Text)),
            of(|lack| told(lack.amount, lack.at_least)),
            of(|lack| bound(lack.amount, lack.at_least)),
            of(|lack| unit(&lack.unit)),
            one.why.clone().into(),
            demand.note.as_deref().into(),
        ];
        Row { slot, cells }
    };
    match closest.filter(|closest| !closest.lacks.is_empty()) {
        Some(closest) => closest.lacks.iter().map(|lack| row(Some(lack))).collect(),
        None => vec![row(None)],
    }
}

/// A unit as a cell; nothing for none.
fn unit(unit: &str) -> Value {
    Some(unit).filter(|unit| !unit.is_empty()).into()
}

/// A figure of what is lacking, to two digits: of one that may be more no more than is known.
fn told(amount: Option<f64>, at_least: bool) -> Value {
    amount.map(|amount| if at_least { rounded(amount, 0.01, false) } else { amount }).into()
}

/// Whether a figure of what is lacking may be more; nothing where there is none.
fn bound(amount: Option<f64>, at_least: bool) -> Value {
    match (amount, at_least) {
        (None, _) => Value::Unknown,
        (Some(_), true) => words!("unmet-bound-least", "at least").into(),
        (Some(_), false) => words!("unmet-bound-known", "exact").into(),
    }
}

/// How it ended, in words.
fn ended(outcome: &str) -> Words {
    match outcome {
        "unmet" => words!("unmet-ended-unmet", "unmet by the park"),
        "declined" => words!("unmet-ended-declined", "gone elsewhere"),
        other => other.into(),
    }
}

/// What is missing over all requirements, criterion by criterion.
pub fn unmet_criteria(unmet: &UnmetDemand) -> Sheet {
    let whole = |name, title: Words| Column::new(name, title, "", Holds::Whole);
    let row = |one: ByCriterion| Row {
        slot: None,
        cells: vec![
            one.criterion.into(),
            Value::Whole(one.missed_by as i64),
            Value::Whole(one.served as i64),
            Value::Whole(one.sites as i64),
            told(one.least, one.at_least),
            told(one.most, one.at_least),
            bound(one.most, one.at_least),
            unit(&one.unit),
        ],
    };
    Sheet {
        name: "unmet_criteria",
        title: words!("unmet-title-criteria", "Unmet demand by what is missing"),
        notes: unmet.notes(),
        target: None,
        columns: vec![
            Column::new("criterion", words!("unmet-head-criterion", "criterion"), "", Holds::Text),
            whole("missed_by", words!("unmet-head-missed-by", "prospects whose nearest site lacks it")),
            whole("served", words!("unmet-head-served", "prospects it alone would serve")),
            whole("sites", words!("unmet-head-sites", "sites it alone would bring")),
            Column::new("least", words!("unmet-head-least", "missed by, least"), "", Holds::Number(2)),
            Column::new("most", words!("unmet-head-most", "missed by, most"), "", Holds::Number(2)),
            Column::new("bound", words!("unmet-head-bound", "figures"), "", Holds::Text),
            Column::new("unit", words!("unmet-head-unit", "unit"), "", Holds::Text),
        ],
        rows: unmet.by_criterion().into_iter().map(row).collect(),
    }
}

/// Where a single change would have served whom, parcel by parcel.
pub fn unmet_parcels(unmet: &UnmetDemand, park: &ParkSnapshot) -> Sheet {
    let text = |name, title: Words| Column::new(name, title, "", Holds::Text);
    let number = |slot: u32| {
        let parcel = &park.parcels[slot as usize];
        Words::from(parcel.number.as_deref().unwrap_or(&parcel.provenance.key))
    };
    let row = |one: ByParcel| {
        let who: Vec<String> = one.prospects.iter().cloned().collect();
        Row {
            slot: one.parcel.map(|slot| slot as usize),
            cells: vec![
                one.parcel.map_or(Value::Unknown, |slot| number(slot).into()),
                one.criterion.into(),
                Value::Whole(one.prospects.len() as i64),
                told(one.most, one.at_least),
                bound(one.most, one.at_least),
                unit(&one.unit),
                one.site.into(),
                Words::from(who.join("; ")).into(),
            ],
        }
    };
    Sheet {
        name: "unmet_parcels",
        title: words!("unmet-title-parcels", "Unmet demand by parcel: what a single change would have served"),
        notes: unmet.notes(),
        target: Some(FeatureKind::Parcel),
        columns: vec![
            text("parcel", words!("head-parcel", "parcel")),
            text("criterion", words!("unmet-head-criterion", "criterion")),
            Column::new("prospects", words!("unmet-head-prospects", "prospects"), "", Holds::Whole),
            Column::new("most", words!("unmet-head-most", "missed by, most"), "", Holds::Number(2)),
            text("bound", words!("unmet-head-bound", "figures")),
            text("unit", words!("unmet-head-unit", "unit")),
            text("site", words!("unmet-head-site", "site")),
            text("who", words!("unmet-head-who", "who")).in_files(),
        ],
        rows: unmet.by_parcel().into_iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_may_be_more_is_rounded_down() {
        assert_eq!(told(Some(3.968), true), Value::Number(rounded(3.96, 0.01, false)));
        assert_eq!((told(Some(3.968), false), told(None, true)), (Value::Number(3.968), Value::Unknown));
    }
}
