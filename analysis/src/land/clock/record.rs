//! What the events under one contract tell up to a day: start, suspensions and causes as intervals, the last measured progress.

use chrono::NaiveDate;
use spatial_db::model::{EventKind, LandContract, LandEvent};

use crate::rules::RuleSet;

/// Days from `from`, up to and without `to`; open where it has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last; `None` while it lasts.
    pub to: Option<NaiveDate>,
}

impl Interval {
    /// Days it took, up to `as_of` while it lasts.
    pub fn days(&self, as_of: NaiveDate) -> i64 {
        (self.to.unwrap_or(as_of) - self.from).num_days().max(0)
    }
}

/// Intervals in order, those that overlap or touch made one.
pub(super) fn merged(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_by_key(|interval| interval.from);
    let mut whole: Vec<Interval> = Vec::with_capacity(intervals.len());
    for next in intervals {
        match whole.last_mut() {
            Some(last) if last.to.is_none_or(|to| next.from <= to) => {
                last.to = last.to.and_then(|to| Some(next.to?.max(to)));
            }
            _ => whole.push(next),
        }
    }
    whole
}

/// A cause that excuses the holder, as the record tells it up to a day.
#[derive(Debug)]
pub(super) struct Excuse<'a> {
    /// Its record.
    pub(super) event: &'a LandEvent,
    /// Until its end, if it had one by that day.
    pub(super) span: Interval,
    /// Its record tells its end, be it to come: nothing has to be taken for it.
    pub(super) end_told: bool,
    /// Work that began or went on shows that it was over.
    pub(super) over_by_work: bool,
}

/// The events of a contract up to a day, read.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Completion, or production.
    pub(super) done: Option<&'a LandEvent>,
    /// Start of construction.
    pub(super) start: Option<&'a LandEvent>,
    /// What shows that there was work although no start is on record.
    pub(super) work: Option<&'a LandEvent>,
    /// First handing over of the land.
    pub(super) delivery: Option<&'a LandEvent>,
    /// Construction permit.
    pub(super) permit: Option<&'a LandEvent>,
    /// Stops after the start, merged. The first resumption ends a stop however often it was recorded.
    pub(super) suspensions: Vec<Interval>,
    /// Causes that excuse the holder, each until its end, in order.
    pub(super) excuses: Vec<Excuse<'a>>,
    /// Their times, merged.
    pub(super) causes: Vec<Interval>,
    /// Area developed when last measured, m².
    pub(super) developed_m2: Option<f64>,
    /// Invested when last measured.
    pub(super) invested: Option<f64>,
    /// Days of the last measures.
    pub(super) measured: Option<NaiveDate>,
}

impl<'a> Record<'a> {
    /// Reads the events of `contract` among `events`; later ones than `as_of` are not looked at.
    pub(super) fn read(contract: &LandContract, events: &[&'a LandEvent], rules: &RuleSet, as_of: NaiveDate) -> Self {
        let mut mine: Vec<&LandEvent> =
            events.iter().copied().filter(|e| e.contract_key == contract.provenance.key && e.date <= as_of).collect();
        // A stop and a resumption of one day are no suspension, so the stop comes first.
        mine.sort_by_key(|e| (e.date, EventKind::ALL.iter().position(|kind| *kind == e.kind)));
        let first = |kind| mine.iter().find(|e| e.kind == kind).copied();
        let last = |kind| mine.iter().rev().find(|e| e.kind == kind).copied();
        let latest = |value: fn(&LandEvent) -> Option<f64>| {
            mine.iter().rev().find_map(|event| Some((value(event)?, event.date)))
        };
        let start = first(EventKind::Start);
        let shows_work = |e: &&LandEvent| {
            matches!(e.kind, EventKind::Suspension | EventKind::Resumption)
                || e.developed_area_m2.is_some_and(|area| area > 0.0)
                || e.invested.is_some_and(|sum| sum > 0.0)
        };
        let developed = latest(|e| e.developed_area_m2);
        let invested = latest(|e| e.invested);
        let excuses = excuses(&mine, start, rules, as_of);
        Self {
            done: last(EventKind::Production).or_else(|| last(EventKind::Completion)),
            start,
            work: mine.iter().copied().find(shows_work),
            delivery: first(EventKind::Delivery),
            permit: first(EventKind::Permit),
            suspensions: start.map_or_else(Vec::new, |start| suspensions(&mine, start.date)),
            causes: merged(
                excuses.iter().map(|excuse| excuse.span).filter(|span| span.to != Some(span.from)).collect(),
            ),
            excuses,
            developed_m2: developed.map(|measure| measure.0),
            invested: invested.map(|measure| measure.0),
            measured: developed.into_iter().chain(invested).map(|measure| measure.1).max(),
        }
    }
}

fn suspensions(events: &[&LandEvent], started: NaiveDate) -> Vec<Interval> {
    let mut stops: Vec<Interval> = Vec::new();
    for event in events.iter().filter(|e| e.date >= started) {
        let open = stops.last_mut().filter(|stop| stop.to.is_none());
        match (event.kind, open) {
            (EventKind::Suspension, None) => stops.push(Interval { from: event.date, to: None }),
            (EventKind::Resumption, Some(stop)) => stop.to = Some(event.date),
            _ => {}
        }
    }
    stops.retain(|stop| stop.to != Some(stop.from));
    merged(stops)
}

/// A cause lasts until the day that its record tells. Otherwise, and at the latest, it lasts until an event shows its end (which ones do
/// is in the rules). A handing over shows nothing where the end is told: it ends no change of plan. An end before the beginning, or one
/// that is still to come, is none yet.
fn excuses<'a>(
    events: &[&'a LandEvent],
    start: Option<&LandEvent>,
    rules: &RuleSet,
    as_of: NaiveDate,
) -> Vec<Excuse<'a>> {
    let excuse = |cause: &'a LandEvent| {
        let told = cause.until.filter(|until| *until >= cause.date);
        let ends_with = rules.cause_ends_with(cause.cause);
        let shows = |e: &&&LandEvent| {
            // Land is started once: what is recorded as another start says nothing new.
            let is_start = start.is_some_and(|start| start.date == e.date);
            let counts = match e.kind {
                EventKind::Delivery => told.is_none(),
                EventKind::Start => is_start,
                _ => true,
            };
            counts && e.date > cause.date && ends_with.contains(&e.kind)
        };
        let shown = events.iter().filter(shows).min_by_key(|e| e.date);
        let told_by_now = told.filter(|until| *until <= as_of);
        let to = told_by_now.into_iter().chain(shown.map(|e| e.date)).min();
        let over_by_work = shown.is_some_and(|e| e.kind != EventKind::Delivery && Some(e.date) == to);
        Excuse { event: cause, span: Interval { from: cause.date, to }, end_told: told.is_some(), over_by_work }
    };
    events.iter().copied().filter(|e| e.kind == EventKind::GovernmentCause).map(excuse).collect()
}

/// The day on which whole years have run since `zero`, days within `pauses` not counted; `None` while a pause that began
/// before that day lasts. Pauses are merged and in order; one that begins when the time is up changes nothing.
pub(super) fn due(zero: NaiveDate, years: f64, pauses: &[Interval]) -> (NaiveDate, Option<NaiveDate>) {
    let mut start = zero;
    for pause in pauses {
        if after_years(start, years).is_none_or(|due| pause.from >= due) {
            break;
        }
        let from = pause.from.max(zero);
        match pause.to {
            None => return (start, None),
            Some(to) if to > from => start += to - from,
            Some(_) => {}
        }
    }
    (start, after_years(start, years))
}

/// Days that the clock has run by `as_of` since its zero, which pauses that are over have moved: the time of a pause that still
/// lasts and holds the clock does not count. Below zero before the clock begins.
pub(super) fn run_days(zero: NaiveDate, due: Option<NaiveDate>, pauses: &[Interval], as_of: NaiveDate) -> i64 {
    let stands = pauses.last().filter(|pause| due.is_none() && pause.to.is_none());
    let until = stands.map_or(as_of, |pause| pause.from.max(zero).min(as_of));
    (until - zero).num_days()
}

/// `date` plus whole calendar years (fractions as months), by the calendar, not by 365 days. Where the month has no such day,
/// its last (Civil Code Art. 202).
pub(in crate::land) fn after_years(date: NaiveDate, years: f64) -> Option<NaiveDate> {
    date.checked_add_months(chrono::Months::new((years * 12.0).round() as u32))
}
