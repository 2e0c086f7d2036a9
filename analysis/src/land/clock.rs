//! The statutory idle clock of one contract (Order 53 of 2012): state, deciding clause, dates, days left, fee, what is open.
//!
//! Land without a contract on record has no clock and is never called idle. The clock says what the records hold, which the Order calls
//! suspected until it is determined. What the authority does step by step stands in cases; where they are at hand, an extension that was
//! agreed moves the start, and a determination that the government caused it excuses.

mod proviso;
mod record;

use chrono::NaiveDate;
use spatial_db::model::{LandContract, LandEvent};

use super::cases::{CaseBearing, idle_cause_words};
use super::dossier::{joined, number};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Argument, Words, phrase};

pub use proviso::Proviso;
pub(crate) use proviso::qualified;
pub use record::Interval;
pub(super) use record::after_years;
use record::{Excuse, Record, due, merged, run_days};

/// Where the contract stands on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClockState {
    /// Two years past the agreed start and not started: may be reclaimed.
    PastReclaim,
    /// A year past the agreed start and not started: idle.
    Idle,
    /// Started, stopped for a year or more, below a third developed or a quarter invested: may be held idle.
    StalledIdle,
    /// The clock stands still: a cause of Art. 8 is on record or determined in a case, and has not ended.
    Excused,
    /// Not started (agreed start reached) or suspended: the clock runs.
    Running,
    /// Before the agreed start, building, completed or producing.
    InOrder,
    /// A needed date or figure is missing.
    Unknown,
}

impl ClockState {
    /// Every state, the most severe first. *Unknown* may hide an idle parcel, so it comes before what is known to be none.
    pub const BY_SEVERITY: [Self; 7] =
        [Self::PastReclaim, Self::Idle, Self::StalledIdle, Self::Unknown, Self::Running, Self::Excused, Self::InOrder];

    /// Place in [`Self::BY_SEVERITY`]: 0 for the most severe.
    pub fn rank(self) -> usize {
        Self::BY_SEVERITY.iter().position(|state| *state == self).unwrap_or(Self::BY_SEVERITY.len())
    }

    /// Whether it speaks against the holder; `None` where that is unknown.
    pub const fn is_against_holder(self) -> Option<bool> {
        match self {
            Self::PastReclaim | Self::Idle | Self::StalledIdle => Some(true),
            Self::Excused | Self::Running | Self::InOrder => Some(false),
            Self::Unknown => None,
        }
    }

    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PastReclaim => "past-reclaim",
            Self::Idle => "idle",
            Self::StalledIdle => "stalled",
            Self::Excused => "excused",
            Self::Running => "running",
            Self::InOrder => "in-order",
            Self::Unknown => "unknown",
        }
    }
}

/// What the Order provides for.
#[derive(Debug, Clone, PartialEq)]
pub struct Disposal {
    /// In words, with its clause.
    pub words: Words,
    /// Idle fee, in `currency`; `None` where it is none or the land price is not on record.
    pub fee: Option<f64>,
    /// ISO 4217 code of the fee.
    pub currency: Option<String>,
}

/// A contract's state with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// State on the date asked for.
    pub state: ClockState,
    /// What the state takes for granted that no record tells; `None` where it is certain by what is on record, or unknown.
    pub proviso: Option<Proviso>,
    /// The clause that decided.
    pub clause: Words,
    /// The decision in words with its inputs.
    pub reason: Words,
    /// The clock's zero: the agreed start, moved by what the government caused; or the day of the suspension.
    pub zero: Option<NaiveDate>,
    /// Days that have run since, without the time for which the clock stood still; below zero before it begins.
    pub run_days: Option<i64>,
    /// When the year is up: the date from which the land may be held idle.
    pub idle_from: Option<NaiveDate>,
    /// When the two years are up.
    pub reclaim_from: Option<NaiveDate>,
    /// Days from the date asked for to `idle_from`; negative when past.
    pub days_left: Option<i64>,
    /// Days from the date asked for to `reclaim_from`; negative when past.
    pub days_to_reclaim: Option<i64>,
    /// Share of the area due that is developed, as last measured.
    pub developed: Option<f64>,
    /// Share of the total investment that is made, as last measured.
    pub invested: Option<f64>,
    /// Day of the last of these measures.
    pub measured: Option<NaiveDate>,
    /// Suspensions since the start, merged.
    pub suspensions: Vec<Interval>,
    /// Times that do not count against the holder (Art. 8), merged.
    pub causes: Vec<Interval>,
    /// What the Order provides for in this state; `None` where nothing.
    pub disposal: Option<Disposal>,
    /// Records that are missing and that the holder may bring: the verdict stands without them, and could fall with them.
    pub open: Vec<Words>,
    /// What cases say that the state rests on, each with its case.
    pub by_cases: Vec<Words>,
}

struct Clock<'a> {
    contract: &'a LandContract,
    record: Record<'a>,
    cases: &'a CaseBearing,
    rules: &'a RuleSet,
    as_of: NaiveDate,
    developed: Option<f64>,
    invested: Option<f64>,
}

/// State of `contract` on `as_of`, from the events up to that date.
///
/// `events` may hold other contracts' events and need no order; later ones than `as_of` are not looked at. No case is at hand.
pub fn contract_clock(contract: &LandContract, events: &[&LandEvent], rules: &RuleSet, as_of: NaiveDate) -> Timeline {
    contract_clock_in_cases(contract, events, &CaseBearing::default(), rules, as_of)
}

/// The same, with what cases do to the clock by that day.
pub fn contract_clock_in_cases(
    contract: &LandContract,
    events: &[&LandEvent],
    cases: &CaseBearing,
    rules: &RuleSet,
    as_of: NaiveDate,
) -> Timeline {
    let mut record = Record::read(contract, events, rules, as_of);
    if rules.figure("idle", "government_cause").value <= 0.0 {
        record.causes.clear();
        record.excuses.clear();
    }
    let developed = ratio(record.developed_m2, contract.area_due_m2);
    let invested = ratio(record.invested, contract.total_investment);
    Clock { contract, record, cases, rules, as_of, developed, invested }.timeline()
}

impl Clock<'_> {
    fn figure(&self, name: &str) -> f64 {
        self.rules.figure("idle", name).value
    }

    fn citation(&self, name: &str) -> Words {
        self.rules.figure("idle", name).citation()
    }

    fn timeline(&self) -> Timeline {
        if let Some(done) = self.record.done {
            let reason = if done.kind == spatial_db::model::EventKind::Production {
                words!("reason-in-production", "in production since {date}", date = done.date)
            } else {
                words!("reason-completed", "completed since {date}", date = done.date)
            };
            return self.settled(ClockState::InOrder, words!("no-clause", "no clause applies"), reason);
        }
        let (timeline, by_cases) = match self.record.start {
            Some(start) => (self.started(start.date), self.cases.words(false)),
            None => (self.not_started(), self.cases.words(true)),
        };
        if by_cases.is_empty() {
            return timeline;
        }
        let said = std::iter::once(timeline.reason).chain(by_cases.iter().cloned()).collect();
        Timeline { reason: joined(said), by_cases, ..timeline }
    }

    /// Days that a cause of Art. 8 takes do not run against the holder.
    fn excuses(&self) -> bool {
        self.figure("government_cause") > 0.0
    }

    /// Times that cases excuse, of a clock that begins at `zero`: what the government caused is all that ran since.
    fn determined(&self, zero: NaiveDate) -> Vec<Interval> {
        let all = self.cases.determined.iter().filter(|_| self.excuses());
        let bear = all.filter(|one| one.over.is_none_or(|over| over > zero));
        bear.map(|one| Interval { from: zero, to: one.over.filter(|over| *over <= self.as_of) }).collect()
    }

    fn settled(&self, state: ClockState, clause: Words, reason: Words) -> Timeline {
        Timeline {
            state,
            proviso: None,
            clause,
            reason,
            zero: None,
            run_days: None,
            idle_from: None,
            reclaim_from: None,
            days_left: None,
            days_to_reclaim: None,
            developed: self.developed,
            invested: self.invested,
            measured: self.record.measured,
            suspensions: self.record.suspensions.clone(),
            causes: self.record.causes.clone(),
            disposal: None,
            open: Vec::new(),
            by_cases: Vec::new(),
        }
    }

    fn days_to(&self, date: Option<NaiveDate>) -> Option<i64> {
        date.map(|date| (date - self.as_of).num_days())
    }

    /// Art. 2, first sentence: a year past the agreed start.
    fn not_started(&self) -> Timeline {
        let delivery = self.record.delivery.map(|event| event.date);
        let anew = self.cases.extension.as_ref().map(|extension| extension.start);
        let (agreed, by_delivery) = match (self.contract.agreed_start.max(anew), delivery) {
            (Some(agreed), _) => (agreed, false),
            // Art. 22: without an agreed start, a year after the land was in fact handed over.
            (None, Some(delivered)) => match after_years(delivered, self.figure("unagreed_start_years")) {
                Some(start) => (start, true),
                None => (delivered, true),
            },
            (None, None) => {
                let reason = words!(
                    "reason-no-agreed-start",
                    "the contract on record has no agreed start date, and no handing over of the land is on record"
                );
                return self.settled(ClockState::Unknown, self.citation("unagreed_start_years"), reason);
            }
        };
        let mut pauses = self.record.causes.clone();
        if let Some(delivered) = delivery.filter(|delivered| self.excuses() && *delivered > agreed) {
            pauses.push(Interval { from: agreed, to: Some(delivered) });
        }
        pauses.extend(self.determined(agreed));
        let pauses = merged(pauses);
        let (zero, idle_from) = due(agreed, self.figure("clock_years"), &pauses);
        let (_, reclaim_from) = due(agreed, self.figure("reclaim_years"), &pauses);
        let timeline = |state, clause, reason| Timeline {
            zero: Some(zero),
            run_days: Some(run_days(zero, idle_from, &pauses, self.as_of)),
            idle_from,
            reclaim_from,
            days_left: self.days_to(idle_from),
            days_to_reclaim: self.days_to(reclaim_from),
            causes: pauses.clone(),
            disposal: self.disposal(state),
            open: self.open_unstarted(state, idle_from),
            proviso: self.proviso_unstarted(state, by_delivery, [idle_from, reclaim_from]),
            ..self.settled(state, clause, reason)
        };
        if self.as_of < agreed {
            let reason = words!("reason-to-come", "agreed start {agreed} is still to come", agreed = agreed);
            return timeline(ClockState::InOrder, self.citation("clock_years"), reason);
        }
        let basis = self.basis_of_start(agreed, zero, by_delivery);
        let reason =
            words!("reason-no-start", "{basis}, no start on record by {as_of}", basis = basis, as_of = self.as_of,);
        let Some(idle_from) = idle_from else {
            let (clause, reason) = self.excused();
            return timeline(ClockState::Excused, clause, reason);
        };
        if self.as_of < idle_from {
            return timeline(ClockState::Running, self.citation("clock_years"), reason);
        }
        if let Some(work) = self.record.work {
            let reason = words!(
                "reason-work-without-start",
                "{reason}, but work is on record on {date}: the date of the start is missing",
                reason = reason,
                date = work.date,
            );
            return timeline(ClockState::Unknown, self.citation("start_definition"), reason);
        }
        if reclaim_from.is_some_and(|date| date <= self.as_of) {
            return timeline(ClockState::PastReclaim, self.citation("reclaim_years"), reason);
        }
        timeline(ClockState::Idle, self.citation("clock_years"), reason)
    }

    fn basis_of_start(&self, agreed: NaiveDate, zero: NaiveDate, by_delivery: bool) -> Words {
        let basis = if by_delivery {
            words!(
                "start-by-delivery",
                "no agreed start, so {date}, a year after the land was handed over ({clause})",
                date = agreed,
                clause = self.citation("unagreed_start_years"),
            )
        } else if self.contract.agreed_start == Some(agreed) {
            words!("start-agreed", "agreed start {agreed}", agreed = agreed)
        } else {
            words!("start-agreed-anew", "start agreed anew {agreed}", agreed = agreed)
        };
        if zero == agreed {
            return basis;
        }
        let days = (zero - agreed).num_days();
        words!(
            "start-moved",
            "{basis}, moved by {days} days to {zero} ({clause})",
            basis = basis,
            days = days,
            zero = zero,
            clause = self.citation("government_cause"),
        )
        .of_days(days)
    }

    /// Art. 2, second sentence: suspended for a year with too little developed or invested.
    fn started(&self, started: NaiveDate) -> Timeline {
        let open = |timeline: Timeline| Timeline { open: self.open_started(), ..timeline };
        let Some(stop) = self.record.suspensions.last().filter(|stop| stop.to.is_none()) else {
            let reason = words!("reason-started", "started {date} and not suspended", date = started);
            return open(self.settled(ClockState::InOrder, self.citation("clock_years"), reason));
        };
        let before: i64 = if self.figure("suspension_cumulative") > 0.0 {
            let (_, earlier) = self.record.suspensions.split_last().unwrap_or((stop, &[]));
            earlier.iter().map(|earlier| earlier.days(self.as_of)).sum()
        } else {
            0
        };
        let counted_from = stop.from - chrono::Days::new(before.unsigned_abs());
        let mut pauses = self.record.causes.clone();
        pauses.extend(self.determined(counted_from));
        let pauses = merged(pauses);
        let (zero, idle_from) = due(counted_from, self.figure("suspension_years"), &pauses);
        let timeline = |state, clause, reason| {
            open(Timeline {
                zero: Some(zero),
                run_days: Some(run_days(zero, idle_from, &pauses, self.as_of)),
                idle_from,
                days_left: self.days_to(idle_from),
                causes: pauses.clone(),
                disposal: self.disposal(state),
                proviso: self.proviso_of_causes(state, idle_from, |excuse| !excuse.over_by_work),
                ..self.settled(state, clause, reason)
            })
        };
        let (developed_limit, invested_limit) = (self.figure("developed_share"), self.figure("invested_share"));
        // A share that differs from the limit by rounding alone is not below it.
        let below = |share: Option<f64>, limit: f64| share.map(|share| share < limit - 1e-12);
        let short = [below(self.developed, developed_limit), below(self.invested, invested_limit)];
        let shares = words!(
            "reason-shares",
            "developed {developed}, invested {invested}, suspended since {date}",
            developed = percent(self.developed),
            invested = percent(self.invested),
            date = stop.from,
        );
        if short == [Some(false), Some(false)] {
            let reason = words!("reason-above", "above both limits: {shares}", shares = shares);
            return timeline(ClockState::InOrder, self.citation("developed_share"), reason);
        }
        if !short.contains(&Some(true)) {
            let reason = words!("reason-missing", "a share is missing: {shares}", shares = shares);
            return timeline(ClockState::Unknown, self.citation("developed_share"), reason);
        }
        let Some(idle_from) = idle_from else {
            let (clause, reason) = self.excused();
            return timeline(ClockState::Excused, clause, reason);
        };
        if self.as_of < idle_from {
            return timeline(ClockState::Running, self.citation("suspension_years"), shares);
        }
        let decided = if short[0] == Some(true) { "developed_share" } else { "invested_share" };
        timeline(ClockState::StalledIdle, self.citation(decided), shares)
    }

    /// What holds the clock: the clause, and it in words. Of several causes the newest that has not ended.
    fn excused(&self) -> (Words, Words) {
        let lasting = self.record.excuses.iter().rfind(|excuse| excuse.span.to.is_none());
        let Some(Excuse { event, .. }) = lasting.filter(|_| !self.cases.excuses(self.as_of)) else {
            let reason = words!("reason-excused-case", "the government caused it, as a case has determined");
            return (self.citation("government_cause"), reason);
        };
        let note =
            event.note.as_deref().map_or_else(|| phrase("no-words", "no words on record").into(), Argument::from);
        let reason = match event.cause {
            None => {
                words!("reason-excused", "government cause on record {date}: {note}", date = event.date, note = note)
            }
            Some(cause) => words!(
                "reason-excused-cause",
                "{cause}, on record {date}: {note}",
                cause = idle_cause_words(cause),
                date = event.date,
                note = note
            ),
        };
        (self.rules.cause_citation(event.cause), reason)
    }

    /// What a verdict on land that was not started takes for granted, by when one year and two are up. A missing agreed start counts
    /// before a missing handing over, and that before a missing end of a cause.
    fn proviso_unstarted(
        &self,
        state: ClockState,
        by_delivery: bool,
        [idle_from, reclaim_from]: [Option<NaiveDate>; 2],
    ) -> Option<Proviso> {
        let against = matches!(state, ClockState::Idle | ClockState::PastReclaim | ClockState::Running);
        if state == ClockState::Unknown {
            None
        } else if by_delivery {
            Some(Proviso::NoStartAgreed)
        } else if against && self.excuses() && self.record.delivery.is_none() {
            Some(Proviso::DeliveredAsAgreed)
        } else {
            // Once the first year is up, a cause of the second decides whether the land may be reclaimed.
            let is_up = matches!(state, ClockState::Idle | ClockState::PastReclaim);
            self.proviso_of_causes(state, if is_up { reclaim_from } else { idle_from }, |_| true)
        }
    }

    /// What a verdict takes for granted of causes whose own records do not tell their end. One that arose when the time was up bears on
    /// nothing; where a case determined the cause, the record decides nothing.
    fn proviso_of_causes(
        &self,
        state: ClockState,
        up: Option<NaiveDate>,
        bears: impl Fn(&Excuse<'_>) -> bool,
    ) -> Option<Proviso> {
        let untold = self.record.excuses.iter().filter(|excuse| !excuse.end_told && bears(excuse));
        let taken: Vec<&Excuse<'_>> = untold.filter(|excuse| up.is_none_or(|up| excuse.span.from < up)).collect();
        match state {
            ClockState::InOrder | ClockState::Unknown => None,
            ClockState::Excused if self.cases.excuses(self.as_of) => None,
            _ if taken.is_empty() => None,
            ClockState::Excused => Some(Proviso::CauseLasts),
            _ if taken.iter().any(|excuse| excuse.span.to.is_none()) => Some(Proviso::CauseLasts),
            _ => Some(Proviso::CauseEnded),
        }
    }

    fn disposal(&self, state: ClockState) -> Option<Disposal> {
        let share = self.figure("idle_fee_share");
        let fee = self.contract.land_price.map(|price| price * share);
        let money = match (fee, &self.contract.currency) {
            (Some(fee), Some(currency)) => Words::from(number(fee, currency)),
            (Some(_), None) => words!("fee-no-currency", "amount unknown: the contract's currency is not on record"),
            (None, _) => words!("fee-no-price", "amount unknown: the land price is not on record"),
        };
        let fee = fee.filter(|_| self.contract.currency.is_some());
        let percent = format!("{:.0}", share * 100.0);
        let (words, fee) = match state {
            ClockState::Idle => (
                words!(
                    "disposal-fee",
                    "idle fee of {percent} % of the land price: {money} ({clause})",
                    percent = percent,
                    money = money,
                    clause = self.citation("idle_fee_share"),
                ),
                fee,
            ),
            ClockState::PastReclaim => (
                words!(
                    "disposal-reclaim",
                    "may be reclaimed without compensation ({clause}); the idle fee of the first year was {money}",
                    clause = self.citation("reclaim_years"),
                    money = money,
                ),
                fee,
            ),
            ClockState::StalledIdle => (
                words!(
                    "disposal-stalled",
                    "if determined idle, idle fee of {percent} % of the land price: {money} ({clause}); reclaim without compensation is for land not started only",
                    percent = percent,
                    money = money,
                    clause = self.citation("idle_fee_share"),
                ),
                fee,
            ),
            ClockState::Excused => (
                words!(
                    "disposal-negotiated",
                    "no fee and no reclaim: to be negotiated with the holder, an extension of {years} year at most among the remedies ({clause})",
                    years = self.figure("government_remedies").to_string(),
                    clause = self.citation("government_remedies"),
                ),
                None,
            ),
            ClockState::Running | ClockState::InOrder | ClockState::Unknown => return None,
        };
        Some(Disposal { words, currency: fee.and(self.contract.currency.clone()), fee })
    }

    /// What the holder of land that was not started may bring.
    fn open_unstarted(&self, state: ClockState, idle_from: Option<NaiveDate>) -> Vec<Words> {
        let mut open = Vec::new();
        if !matches!(state, ClockState::Idle | ClockState::PastReclaim | ClockState::Running) {
            return open;
        }
        if self.record.delivery.is_none() {
            open.push(words!(
                "open-delivery",
                "no handing over of the land is on record; taken as delivered as agreed, and a late one would move the start ({clause})",
                clause = self.citation("government_cause"),
            ));
        }
        if let Some(late) = self.late_cause(idle_from) {
            open.push(words!(
                "open-late-cause",
                "the cause recorded for {date} came when the year was up and does not excuse it",
                date = late,
            ));
        }
        open
    }

    /// The first cause that arose when the first year had run, which it had by `idle_from`.
    fn late_cause(&self, idle_from: Option<NaiveDate>) -> Option<NaiveDate> {
        let idle_from = idle_from?;
        self.record.excuses.iter().map(|excuse| excuse.span.from).find(|date| *date >= idle_from)
    }

    /// What is missing beside a start.
    fn open_started(&self) -> Vec<Words> {
        if self.record.permit.is_some() {
            return Vec::new();
        }
        vec![words!(
            "open-permit",
            "no construction permit is on record; a start needs one ({clause})",
            clause = self.citation("start_definition"),
        )]
    }
}

fn ratio(part: Option<f64>, whole: Option<f64>) -> Option<f64> {
    let whole = whole.filter(|w| *w > 0.0)?;
    part.map(|part| part / whole)
}

fn percent(share: Option<f64>) -> Words {
    share.map_or_else(|| words!("unknown", "unknown"), |share| crate::words::percent(share).into())
}

#[cfg(test)]
mod tests;
