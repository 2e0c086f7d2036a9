//! One parcel: verdicts, the clock on a line of time, each indicator against the scheme's limits.

use chrono::NaiveDate;
use spatial_db::model::{EventKind, FeatureId, LandContract};

use super::list::{Look, name, physical_look, state_look};
use crate::land::indicators::{Explained, Indicator, LandModel};
use crate::land::scheme::{Finding, Rating, Scheme};
use crate::land::{
    ClockState, Mark, Timeline, Tone, event_words, joined, no_contract, number, qualified, value_words, verdicts,
};
use crate::words;
use crate::words::Words;

/// Events that the clock's line shows.
const TOLD: [EventKind; 4] = [EventKind::Delivery, EventKind::Start, EventKind::Completion, EventKind::Production];

/// Everything that a panel says of a parcel.
#[derive(Debug, Clone)]
pub struct ParcelSheet {
    /// The parcel.
    pub id: FeatureId,
    /// Its number, or key.
    pub name: String,
    /// The day.
    pub as_of: NaiveDate,
    /// The scheme that rating and limits are by.
    pub scheme: Words,
    /// What stands on it.
    pub physical: Look,
    /// Why.
    pub physical_reason: Words,
    /// Rating by the scheme.
    pub rating: Words,
    /// How the rating bears on the land.
    pub rating_tone: Tone,
    /// The limits that it misses, or what is missing to tell.
    pub rating_reason: Words,
    /// The contract's clock; `None` without a contract on record.
    pub clock: Option<ClockLine>,
    /// What is said where there is no clock, and why.
    pub no_clock: (Words, Words),
    /// Indicators, those with a limit first.
    pub bars: Vec<Bar>,
}

/// A contract's clock on a line of time.
#[derive(Debug, Clone)]
pub struct ClockLine {
    /// Key of the contract.
    pub contract: String,
    /// The statutory state.
    pub state: Look,
    /// How the state bears on the holder.
    pub tone: Tone,
    /// The clause that decided.
    pub clause: Words,
    /// The decision with its inputs.
    pub reason: Words,
    /// Days on the line, in their order.
    pub marks: Vec<Mark>,
    /// Periods on the line.
    pub spans: Vec<ClockSpan>,
    /// Days left, or past, as words.
    pub said: Vec<Words>,
    /// What the Order provides for.
    pub disposal: Option<Words>,
    /// What is not on record and could change the verdict.
    pub open: Vec<Words>,
}

/// A period on the clock's line.
#[derive(Debug, Clone)]
pub struct ClockSpan {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last; `None` while it lasts.
    pub to: Option<NaiveDate>,
    /// What it is.
    pub words: Words,
    /// It does not count against the holder.
    pub excuses: bool,
}

/// An indicator with the limits that it is held against.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Name.
    pub title: Words,
    /// Value; `None` is unknown.
    pub value: Option<f64>,
    /// What is known of an unknown value: it is no less.
    pub at_least: f64,
    /// The value with its unit, or that it is unknown.
    pub shown: Words,
    /// A share: 1 is the whole.
    pub share: bool,
    /// Limits of the scheme.
    pub limits: Vec<BarLimit>,
    /// How it is computed.
    pub formula: Words,
    /// What went in, each with its value.
    pub inputs: Vec<Words>,
    /// What is missing.
    pub missing: Vec<Words>,
}

/// A limit of the scheme.
#[derive(Debug, Clone)]
pub struct BarLimit {
    /// The limit, in the unit of the value; `None` where it has another, so that it stands on no axis with the value.
    pub value: Option<f64>,
    /// With its sign and unit.
    pub shown: Words,
    /// Whether it is met; `None` where that is unknown.
    pub met: Option<bool>,
    /// It bears on the rating.
    pub decides: bool,
    /// Standard and clause.
    pub clause: Words,
}

/// The sheet of a parcel, by its position in the model's park.
pub fn parcel_sheet(model: &LandModel<'_>, scheme: &Scheme, slot: usize) -> ParcelSheet {
    let land = verdicts(model, scheme, slot);
    let parcel = &model.park().parcels[slot];
    let missed: Vec<Words> = land.efficiency.missed().map(Finding::words).collect();
    let mut bars: Vec<Bar> = Indicator::ALL
        .into_iter()
        .map(|indicator| bar(&model.explain(slot, indicator), &land.efficiency.findings))
        .collect();
    bars.sort_by_key(|bar| bar.limits.is_empty());
    ParcelSheet {
        id: parcel.id,
        name: name(parcel),
        as_of: model.as_of(),
        scheme: scheme.title_words(),
        physical: physical_look(land.physical),
        physical_reason: land.physical_reason.clone(),
        rating: land.efficiency.rating.words(),
        rating_tone: match land.efficiency.rating {
            Rating::LowEfficiency => Tone::Bad,
            Rating::Unknown => Tone::Unknown,
            Rating::Efficient | Rating::NotRated => Tone::Plain,
        },
        rating_reason: joined(if missed.is_empty() { land.efficiency.all_missing() } else { missed }),
        clock: land.clock.as_ref().map(|(contract, timeline)| clock(model, contract, timeline)),
        no_clock: no_contract(model.park().given),
        bars,
    }
}

fn clock(model: &LandModel<'_>, contract: &LandContract, timeline: &Timeline) -> ClockLine {
    let as_of = model.as_of();
    let mut marks = Vec::new();
    let mut mark = |day: Option<NaiveDate>, words: Words, limit: bool| {
        marks.extend(day.map(|day| Mark { day, words, limit }));
    };
    mark(contract.signed, words!("head-contract", "contract"), false);
    mark(contract.agreed_start, words!("dossier-agreed-start", "agreed start"), false);
    let moved = timeline.zero.filter(|zero| Some(*zero) != contract.agreed_start);
    mark(moved, words!("dossier-zero", "the clock's zero"), false);
    for kind in TOLD {
        let own = model.ledger().events(contract).iter().filter(|event| event.kind == kind && event.date <= as_of);
        mark(own.map(|event| event.date).min(), event_words(kind), false);
    }
    mark(timeline.idle_from, words!("fact-one-year", "One year is up"), true);
    mark(timeline.reclaim_from, words!("fact-two-years", "Two years are up"), true);
    marks.sort_by_key(|mark| mark.day);
    let spans = |spans: &[crate::land::Interval], words: Words, excuses: bool| -> Vec<ClockSpan> {
        spans.iter().map(|span| ClockSpan { from: span.from, to: span.to, words: words.clone(), excuses }).collect()
    };
    let mut all = spans(&timeline.suspensions, words!("dossier-suspended", "suspended"), false);
    all.extend(spans(&timeline.causes, words!("dossier-excuse-from", "cause of Art. 8"), true));
    let look = state_look(Some(timeline.state));
    ClockLine {
        contract: contract.provenance.key.clone(),
        state: Look { label: qualified(look.label, timeline.proviso), ..look },
        tone: match timeline.state.is_against_holder() {
            Some(true) => Tone::Bad,
            Some(false) => Tone::Plain,
            None => Tone::Unknown,
        },
        clause: timeline.clause.clone(),
        reason: timeline.reason.clone(),
        marks,
        spans: all,
        said: said(timeline),
        disposal: timeline.disposal.as_ref().map(|disposal| disposal.words.clone()),
        open: timeline.open.clone(),
    }
}

/// Days left to the one-year and two-year dates, or since them. A clock that does not run has none.
fn said(timeline: &Timeline) -> Vec<Words> {
    let mut said = Vec::new();
    if let (Some(day), Some(days)) = (timeline.idle_from, timeline.days_left) {
        said.push(if days > 0 {
            words!("planner-year-left", "{days} days left to the one-year date, {day}", days = days, day = day)
                .of_days(days)
        } else {
            words!("planner-year-past", "one year was up {days} days ago, on {day}", days = -days, day = day)
                .of_days(days)
        });
    }
    // The second year speaks of land that was never started.
    let two = timeline.days_left.is_some_and(|days| days <= 0) || timeline.state == ClockState::PastReclaim;
    if let (Some(day), Some(days), true) = (timeline.reclaim_from, timeline.days_to_reclaim, two) {
        said.push(if days > 0 {
            words!("planner-reclaim-left", "{days} days left to the two-year date, {day}", days = days, day = day)
                .of_days(days)
        } else {
            words!("planner-reclaim-past", "two years were up {days} days ago, on {day}", days = -days, day = day)
                .of_days(days)
        });
    }
    said
}

fn bar(explained: &Explained, findings: &[Finding<'_>]) -> Bar {
    let reading = &explained.reading;
    let share = explained.indicator.is_share();
    let own = || findings.iter().filter(|finding| finding.indicator == explained.indicator);
    let limits = own().filter_map(|finding| {
        let limit = finding.limit?;
        // A limit in another currency cannot stand on the axis, be the value known or known to be at least so much.
        let same = !explained.indicator.is_money() || limit.unit == explained.unit;
        Some(BarLimit {
            value: same.then_some(limit.value),
            shown: limit.words(),
            met: finding.met,
            decides: finding.decides(),
            clause: limit.citation(),
        })
    });
    let inputs = explained.inputs.iter().map(|input| {
        let value =
            input.value.map_or_else(|| words!("unknown", "unknown"), |value| Words::from(number(value, &input.unit)));
        let source = input.source.as_ref().map_or_else(
            || words!("planner-no-source", "not on record"),
            |source| {
                words!(
                    "planner-source",
                    "{key}, layer {layer}, row {row}",
                    key = &source.key,
                    layer = &source.layer,
                    row = source.row
                )
            },
        );
        let date =
            input.date.map_or_else(|| words!("planner-no-date", "no date on record"), |date| date.to_string().into());
        words!(
            "planner-input",
            "{label}: {value} ({source}; {date})",
            label = input.label.clone(),
            value = value,
            source = source,
            date = date
        )
    });
    // What a finding lacks beside the value: a limit for the industry, sums in its currency.
    let lacking = own().filter(|finding| finding.limit.is_none() || reading.value.is_some());
    let lacking = lacking.flat_map(|finding| finding.missing.iter().cloned());
    Bar {
        title: explained.indicator.title(),
        value: reading.value,
        at_least: reading.at_least,
        shown: value_words(explained),
        share,
        limits: limits.collect(),
        formula: explained.formula.clone(),
        inputs: inputs.collect(),
        missing: explained.missing.iter().cloned().chain(lacking).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::land::indicators::{Missing, Reading};
    use crate::land::scheme::{Bound, Limit};

    #[test]
    fn a_limit_in_another_currency_has_no_place_on_the_axis() {
        let limit = |unit: &str| -> Limit {
            toml::from_str(&format!(
                "indicator = 'output_per_ha'\nkind = 'floor'\nvalue = 3e6\nunit = '{unit}'\nstandard = 'S'\nedition = 'E'\n\
                 clause = 'C'\nstatus = 'default'"
            ))
            .unwrap()
        };
        let made = |limit: &Limit, value: Option<f64>| {
            let explained = Explained {
                indicator: Indicator::OutputPerHa,
                reading: Reading { value, at_least: 2e6, completeness: 0.5, missing: Missing::NONE },
                unit: "CNY/ha".into(),
                formula: Words::default(),
                inputs: Vec::new(),
                missing: Vec::new(),
                notes: Vec::new(),
            };
            let finding = Finding {
                indicator: Indicator::OutputPerHa,
                kind: Bound::Floor,
                limit: Some(limit),
                value,
                at_least: None,
                met: None,
                gap: None,
                missing: Vec::new(),
            };
            let bar = bar(&explained, &[finding]);
            (bar.limits[0].value, bar.limits[0].shown.contains("USD"))
        };
        // Known, and known to be at least so much.
        for value in [Some(2e6), None] {
            assert_eq!(made(&limit("CNY/ha"), value), (Some(3e6), false));
            assert_eq!(made(&limit("USD/ha"), value), (None, true), "said, but not drawn");
        }
    }
}
