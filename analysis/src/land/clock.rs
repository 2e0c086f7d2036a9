//! The statutory idle clock of one contract (Order 53 of 2012): state, deciding clause, dates and days left.
//!
//! Land without a contract on record has no clock and is never called idle. Cases, fees and remedies are left to later work.

use chrono::{Months, NaiveDate};
use spatial_db::model::{EventKind, LandContract, LandEvent};

use crate::rules::RuleSet;
use crate::words;
use crate::words::{Argument, Words, phrase};

/// Where the contract stands on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockState {
    /// Two years past the agreed start and not started: may be reclaimed.
    PastReclaim,
    /// A year past the agreed start and not started: idle.
    Idle,
    /// Started, stopped for a year or more, below a third developed or a quarter invested: may be held idle.
    StalledIdle,
    /// Would be idle, but a cause on the government's side is on record.
    Excused,
    /// Not started (agreed start reached) or suspended: the clock runs.
    Running,
    /// Before the agreed start, building, completed or producing.
    InOrder,
    /// A needed date or figure is missing.
    Unknown,
}

/// A contract's state with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// State on the date asked for.
    pub state: ClockState,
    /// The clause that decided.
    pub clause: Words,
    /// The decision in words with its inputs.
    pub reason: Words,
    /// When the year is up: the date from which the land may be held idle.
    pub idle_from: Option<NaiveDate>,
    /// When the two years are up.
    pub reclaim_from: Option<NaiveDate>,
    /// Days from the date asked for to `idle_from`; negative when past.
    pub days_left: Option<i64>,
}

impl Timeline {
    fn settled(state: ClockState, clause: Words, reason: Words) -> Self {
        Self { state, clause, reason, idle_from: None, reclaim_from: None, days_left: None }
    }
}

/// State of `contract` on `as_of`, from the events up to that date.
///
/// `events` may hold other contracts' events and need no order; later ones than `as_of` are not looked at.
pub fn contract_clock(contract: &LandContract, events: &[&LandEvent], rules: &RuleSet, as_of: NaiveDate) -> Timeline {
    let mut mine: Vec<&LandEvent> =
        events.iter().copied().filter(|e| e.contract_key == contract.provenance.key && e.date <= as_of).collect();
    mine.sort_by_key(|e| e.date);
    let last = |kind| mine.iter().rev().find(|e| e.kind == kind).copied();
    let citation = |name| Words::from(rules.figure("idle", name).citation());

    if let Some(done) = last(EventKind::Production).or_else(|| last(EventKind::Completion)) {
        let reason = if done.kind == EventKind::Production {
            words!("reason-in-production", "in production since {date}", date = done.date)
        } else {
            words!("reason-completed", "completed since {date}", date = done.date)
        };
        return Timeline::settled(ClockState::InOrder, words!("no-clause", "no clause applies"), reason);
    }
    let excuse = last(EventKind::GovernmentCause);
    let started = mine.iter().find(|e| e.kind == EventKind::Start);

    let Some(started) = started else {
        return not_started(contract, excuse, rules, as_of);
    };
    let suspended = last(EventKind::Suspension)
        .filter(|stop| last(EventKind::Resumption).is_none_or(|resumed| resumed.date < stop.date));
    let Some(stop) = suspended else {
        let reason = words!("reason-started", "started {date} and not suspended", date = started.date);
        return Timeline::settled(ClockState::InOrder, citation("clock_years"), reason);
    };
    let idle_from = after_years(stop.date, rules.figure("idle", "suspension_years").value);
    let days_left = idle_from.map(|date| (date - as_of).num_days());
    let timeline = |state, clause, reason| Timeline { state, clause, reason, idle_from, reclaim_from: None, days_left };
    let (developed_limit, invested_limit) =
        (rules.figure("idle", "developed_share").value, rules.figure("idle", "invested_share").value);
    let developed = ratio(latest(&mine, |e| e.developed_area_m2), contract.area_due_m2);
    let invested = ratio(latest(&mine, |e| e.invested), contract.total_investment);
    let short = developed.is_some_and(|r| r < developed_limit) || invested.is_some_and(|r| r < invested_limit);
    let enough = developed.is_some_and(|r| r >= developed_limit) && invested.is_some_and(|r| r >= invested_limit);
    let shares = words!(
        "reason-shares",
        "developed {developed}, invested {invested}, suspended since {date}",
        developed = percent(developed),
        invested = percent(invested),
        date = stop.date,
    );
    if enough {
        return timeline(
            ClockState::InOrder,
            citation("developed_share"),
            words!("reason-above", "above both limits: {shares}", shares = shares),
        );
    }
    if !short {
        return timeline(
            ClockState::Unknown,
            citation("developed_share"),
            words!("reason-missing", "a share is missing: {shares}", shares = shares),
        );
    }
    if days_left.is_some_and(|days| days > 0) {
        return timeline(ClockState::Running, citation("suspension_years"), shares);
    }
    match excuse.filter(|cause| cause.date >= stop.date) {
        Some(cause) => timeline(ClockState::Excused, Words::from("Order 53 Art. 8 [memory]"), excused(cause)),
        None => timeline(ClockState::StalledIdle, citation("developed_share"), shares),
    }
}

fn not_started(contract: &LandContract, excuse: Option<&LandEvent>, rules: &RuleSet, as_of: NaiveDate) -> Timeline {
    let citation = |name| Words::from(rules.figure("idle", name).citation());
    let Some(agreed) = contract.agreed_start else {
        let reason = words!("reason-no-agreed-start", "the contract on record has no agreed start date");
        return Timeline::settled(ClockState::Unknown, citation("clock_years"), reason);
    };
    let idle_from = after_years(agreed, rules.figure("idle", "clock_years").value);
    let reclaim_from = after_years(agreed, rules.figure("idle", "reclaim_years").value);
    let days_left = idle_from.map(|date| (date - as_of).num_days());
    let timeline = |state, clause, reason| Timeline { state, clause, reason, idle_from, reclaim_from, days_left };
    let reason = words!(
        "reason-no-start",
        "agreed start {agreed}, no start on record by {as_of}",
        agreed = agreed,
        as_of = as_of,
    );
    if as_of < agreed {
        return timeline(
            ClockState::InOrder,
            citation("clock_years"),
            words!("reason-to-come", "agreed start {agreed} is still to come", agreed = agreed),
        );
    }
    if days_left.is_none_or(|days| days > 0) {
        return timeline(ClockState::Running, citation("clock_years"), reason);
    }
    if let Some(cause) = excuse {
        return timeline(ClockState::Excused, Words::from("Order 53 Art. 8 [memory]"), excused(cause));
    }
    if reclaim_from.is_some_and(|date| date <= as_of) {
        return timeline(ClockState::PastReclaim, citation("reclaim_years"), reason);
    }
    timeline(ClockState::Idle, citation("clock_years"), reason)
}

fn excused(cause: &LandEvent) -> Words {
    let note = cause.note.as_deref().map_or_else(|| phrase("no-words", "no words on record").into(), Argument::from);
    words!("reason-excused", "government cause on record {date}: {note}", date = cause.date, note = note)
}

fn latest(events: &[&LandEvent], value: impl Fn(&LandEvent) -> Option<f64>) -> Option<f64> {
    events.iter().rev().find_map(|event| value(event))
}

fn ratio(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let whole = whole.filter(|w| *w > 0.0)?;
    part.map(|part| part / whole)
}

fn percent(share: Option<f64>) -> Words {
    share.map_or_else(|| words!("unknown", "unknown"), |share| format!("{:.1} %", share * 100.0).into())
}

/// `date` plus whole calendar years (fractions as months), by the calendar, not by 365 days.
fn after_years(date: NaiveDate, years: f64) -> Option<NaiveDate> {
    date.checked_add_months(Months::new((years * 12.0).round() as u32))
}

#[cfg(test)]
mod tests;
