//! The ranked list as a sheet.

use spatial_db::model::FeatureKind;

use super::clock::ClockState;
use super::idle::use_words;
use super::indicators::{Indicator, LandModel, Reading};
use super::ranking::Ranked;
use super::scheme::{Finding, Scheme};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{ANY_CURRENCY, Words};

/// A sheet of `rows` in their order.
pub fn land_sheet(model: &LandModel<'_>, scheme: &Scheme, rows: &[&Ranked<'_>]) -> Sheet {
    Sheet {
        name: "land",
        title: words!("title-report-land", "Idle and under-used land"),
        notes: notes(model, scheme),
        target: Some(FeatureKind::Parcel),
        columns: columns(
            &one(rows.iter().map(|land| model.currency(land.slot))),
            &one(rows.iter().map(|land| fee_currency(land))),
        ),
        rows: rows
            .iter()
            .enumerate()
            .map(|(at, ranked)| Row { slot: Some(ranked.slot), cells: cells(model, at + 1, ranked) })
            .collect(),
    }
}

/// The one currency of all sums; `¤`, the sign for any, where there are several: a column of its own says which.
fn one<'a>(currencies: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut all: Vec<&str> = currencies.flatten().collect();
    all.sort_unstable();
    all.dedup();
    if let [only] = all[..] { only.to_owned() } else { ANY_CURRENCY.to_owned() }
}

fn fee_currency<'r>(land: &'r Ranked<'_>) -> Option<&'r str> {
    land.clock.as_ref()?.1.disposal.as_ref()?.currency.as_deref()
}

fn columns(currency: &str, fee_currency: &str) -> Vec<Column> {
    let text = |name, title: Words| Column::new(name, title, "", Holds::Text);
    let share = |name, indicator: Indicator| Column::new(name, indicator.title(), "%", Holds::Number(1));
    let per_ha = format!("{currency}/ha");
    let money =
        |name, indicator: Indicator| Column::new(name, indicator.title(), per_ha.as_str(), Holds::Number(0)).in_files();
    vec![
        Column::new("rank", words!("head-rank", "rank"), "", Holds::Whole),
        text("parcel", words!("head-parcel", "parcel")),
        text("number", words!("head-number", "number")).in_files(),
        text("address", words!("head-address", "address")).in_files(),
        text("holder", words!("head-holder", "holder")).in_files(),
        text("industry", words!("head-industry", "industry")),
        text("land_use_code", words!("head-use-code", "land-use code")).in_files(),
        text("land_use_scheme", words!("head-use-scheme", "classification of the code")).in_files(),
        text("land_use", words!("head-land-use", "land use")).in_files(),
        Column::new("area_m2", words!("head-area", "area"), "m²", Holds::Number(0)),
        text("physical_use", words!("fact-physical-use", "Physical use")),
        text("physical_because", words!("head-physical-because", "physical use, because")).in_files(),
        text("statutory_state", words!("fact-statutory-state", "Statutory state")),
        text("case_state", words!("head-case", "case")),
        text("contract", words!("head-contract", "contract")).in_files(),
        Column::new("days_to_one_year", words!("head-days-one", "to one year"), "d", Holds::Whole),
        Column::new("days_to_two_years", words!("head-days-two", "to two years"), "d", Holds::Whole).in_files(),
        text("clause", words!("head-clause", "clause")).in_files(),
        text("because", words!("fact-because", "Because")).in_files(),
        Column::new("idle_fee", words!("head-fee", "idle fee"), fee_currency, Holds::Number(0)).in_files(),
        text("fee_currency", words!("head-currency", "currency")).in_files(),
        text("disposal", words!("fact-disposal", "Disposal")).in_files(),
        text("open_points", words!("head-open", "open points")).in_files(),
        text("rating", words!("head-rating", "efficiency")),
        text("missed", words!("head-missed", "limits missed")).in_files(),
        text("breached", words!("head-breached", "ceilings exceeded")).in_files(),
        text("rating_missing", words!("head-rating-missing", "missing for the rating")).in_files(),
        Column::new("footprint_m2", Indicator::Footprint.title(), "m²", Holds::Number(0)).in_files(),
        Column::new("floor_area_m2", Indicator::FloorArea.title(), "m²", Holds::Number(0)).in_files(),
        share("coverage_pct", Indicator::Coverage),
        Column::new("far", Indicator::Far.title(), "", Holds::Number(2)),
        share("green_pct", Indicator::GreenShare).in_files(),
        share("admin_pct", Indicator::AdminShare).in_files(),
        share("vacant_floor_pct", Indicator::VacantFloor),
        money("investment_per_ha", Indicator::InvestmentIntensity),
        money("output_per_ha", Indicator::OutputPerHa),
        money("tax_per_ha", Indicator::TaxPerHa),
        text("money_currency", words!("head-money-currency", "currency of the sums")).in_files(),
        Column::new(
            "jobs_per_ha",
            Indicator::JobsPerHa.title(),
            words!("ev-unit-jobs-ha", "jobs/ha"),
            Holds::Number(1),
        )
        .in_files(),
        Column::new("figures_year", words!("head-year", "year of the figures"), "", Holds::Whole).in_files(),
        text("indicators_missing", words!("head-missing", "missing for indicators")).in_files(),
    ]
}

fn cells(model: &LandModel<'_>, rank: usize, land: &Ranked<'_>) -> Vec<Value> {
    let parcel = &model.park().parcels[land.slot];
    let text = |text: &Option<String>| Value::from(text.as_deref());
    let words = |words: Option<&Words>| words.cloned().map_or(Value::Unknown, Value::Text);
    let listed = |all: Vec<Words>| joined(all).map_or(Value::Unknown, Value::Text);
    let timeline = land.clock.as_ref().map(|(_, timeline)| timeline);
    let disposal = timeline.and_then(|timeline| timeline.disposal.as_ref());
    let mut cells = vec![
        Value::Whole(rank as i64),
        Value::Text(parcel.provenance.key.as_str().into()),
        text(&parcel.number),
        text(&parcel.address),
        text(&parcel.holder),
        Value::from(model.industry(land.slot).as_deref()),
        Value::from(parcel.land_use_code.as_deref()),
        Value::from(parcel.land_use_scheme.as_deref()),
        Value::from(parcel.land_use.as_deref()),
        Value::Number(land.site.area_m2),
        Value::Text(use_words(land.physical).into()),
        Value::Text(land.physical_reason.clone()),
        Value::Text(land.state_words(model.park().given)),
        Value::Text(land.case.words()),
        Value::from(land.clock.as_ref().map(|(contract, _)| contract.provenance.key.as_str())),
        timeline.and_then(|timeline| timeline.days_left).into(),
        timeline.and_then(|timeline| timeline.days_to_reclaim).into(),
        words(timeline.map(|timeline| &timeline.clause)),
        words(timeline.map(|timeline| &timeline.reason)),
        disposal.and_then(|disposal| disposal.fee).into(),
        Value::from(fee_currency(land)),
        words(disposal.map(|disposal| &disposal.words)),
        listed(
            timeline.into_iter().flat_map(|timeline| timeline.open.clone()).chain(land.physical_open.clone()).collect(),
        ),
        Value::Text(land.efficiency.rating.words()),
        listed(land.efficiency.missed().map(Finding::words).collect()),
        listed(land.efficiency.breached().map(Finding::words).collect()),
        listed(land.efficiency.all_missing()),
    ];
    let readings = || Indicator::ALL.iter().zip(&land.readings).filter(|(one, _)| **one != Indicator::LandArea);
    for (indicator, reading) in readings() {
        if *indicator == Indicator::JobsPerHa {
            cells.push(Value::from(model.currency(land.slot)));
        }
        let factor = if indicator.is_share() { 100.0 } else { 1.0 };
        cells.push(reading.value.map(|value| value * factor).into());
    }
    cells.push(model.year().map(i64::from).into());
    cells.push(listed(readings().filter_map(|(indicator, reading)| lacking(*indicator, reading)).collect()));
    cells
}

/// A state in words that need no legend.
pub(crate) fn state_words(state: ClockState) -> Words {
    match state {
        ClockState::PastReclaim => words!("state-past-reclaim", "over 2 years: may be reclaimed"),
        ClockState::Idle => words!("state-idle", "over 1 year: idle"),
        ClockState::StalledIdle => words!("state-stalled", "stalled: may be held idle"),
        ClockState::Running => words!("state-running", "clock runs"),
        ClockState::Excused => words!("state-excused", "excused (Art. 8)"),
        ClockState::InOrder => words!("clock-in-order", "in order"),
        ClockState::Unknown => words!("unknown", "unknown"),
    }
}

/// What a reading lacks, in words.
fn lacking(indicator: Indicator, reading: &Reading) -> Option<Words> {
    let missing = joined(reading.missing.inputs().map(super::indicators::Input::words).collect())?;
    Some(words!("missing-for", "{indicator}: {what}", indicator = indicator.title(), what = missing))
}

/// Words after words.
fn joined(all: Vec<Words>) -> Option<Words> {
    all.into_iter().reduce(|before, next| words!("joined", "{before}; {next}", before = before, next = next))
}

pub(crate) fn notes(model: &LandModel<'_>, scheme: &Scheme) -> Vec<Words> {
    let (park, rules) = (model.park(), model.rules());
    let mut notes = super::idle::notes(park.contracts.is_empty(), park.given, rules);
    notes.extend(super::idle::cases_note(park.contracts.is_empty(), model.has_cases()));
    notes.extend(super::site::yards_note(park));
    notes.push(words!("note-scheme", "Efficiency by one scheme: {title}", title = scheme.title_words()));
    notes.extend(scheme.note_words());
    if let Some(year) = model.year() {
        notes.push(words!("note-figures-year", "Enterprises' figures of {year}", year = year.to_string()));
    }
    if park.tenancies.is_empty() && !park.buildings.is_empty() {
        notes.push(words!(
            "note-no-tenancies",
            "No tenancies on record: vacant floor by the buildings' states where these are on record"
        ));
    }
    notes.push(words!(
        "note-ranking",
        "Order: statutory state, the most severe first; then physical use; then low efficiency; then the larger area"
    ));
    notes.extend(crate::overlay::undated_note(park, model.as_of()));
    notes
}
