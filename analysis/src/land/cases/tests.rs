//! Cases made by hand, entry by entry, against the clock of a contract that they are about.

use spatial_db::model::{CaseEvent, CaseEventKind, EventKind, LandEvent, Provenance};

use super::*;
use crate::land::clock::{ClockState, Timeline, contract_clock_in_cases};
use crate::rules::RuleSet;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn entry(seq: i32, kind: CaseEventKind, on: &str) -> CaseEvent {
    CaseEvent::bare(seq, kind, day(on))
}

fn step(seq: i32, on: &str, state: CaseState, cause: Option<Cause>) -> CaseEvent {
    let kind = if seq == 1 { CaseEventKind::Opened } else { CaseEventKind::Step };
    CaseEvent { state: Some(state), cause, ..entry(seq, kind, on) }
}

fn extended(seq: i32, on: &str, starts: &str, due: &str) -> CaseEvent {
    CaseEvent {
        remedy: Some(Remedy::Extension),
        starts: Some(day(starts)),
        due: Some(day(due)),
        ..entry(seq, CaseEventKind::Remedy, on)
    }
}

/// A case up to its determination on 2024-03-01, with what comes after.
fn case(cause: Cause, after: Vec<CaseEvent>) -> Case {
    let mut events = vec![
        step(1, "2024-01-10", CaseState::Suspected, None),
        step(2, "2024-02-01", CaseState::Investigation, None),
        step(3, "2024-03-01", CaseState::Determined, Some(cause)),
    ];
    events.extend(after);
    Case {
        case_id: 7,
        parcel_key: "P1".to_owned(),
        parcel_number: None,
        contract_key: Some("C1".to_owned()),
        parcel_on_record: Some(true),
        contract_on_record: Some(true),
        events,
    }
}

fn contract() -> LandContract {
    LandContract {
        signed: Some(day("2021-06-01")),
        agreed_start: Some(day("2022-01-01")),
        ..LandContract::bare(1, Provenance::keyed("C1"), "P1")
    }
}

fn event(kind: EventKind, on: &str) -> LandEvent {
    LandEvent::bare(1, Provenance::default(), "C1", kind, day(on))
}

fn bearing(cases: &[Case], contract: &LandContract, on: &str) -> CaseBearing {
    CaseLedger::of(CasesUpTo { cases, day: day(on) }).bearing(contract)
}

/// The clock of land that was handed over in time, by the cases of the same day.
fn clock(cases: &[Case], more: &[LandEvent], on: &str) -> Timeline {
    let delivered = event(EventKind::Delivery, "2021-12-01");
    let events: Vec<&LandEvent> = std::iter::once(&delivered).chain(more).collect();
    let contract = contract();
    contract_clock_in_cases(&contract, &events, &bearing(cases, &contract, on), &RuleSet::shipped(), day(on))
}

#[test]
fn an_extension_agreed_in_a_case_moves_the_agreed_start() {
    let cases = [case(Cause::Government, vec![extended(4, "2024-03-10", "2025-01-01", "2025-12-31")])];
    let state = |on: &str| clock(&cases, &[], on).state;
    assert_eq!(state("2024-02-29"), ClockState::PastReclaim, "suspected and looked into is not determined");
    assert_eq!(state("2024-03-01"), ClockState::Excused);
    assert_eq!(state("2024-03-09"), ClockState::Excused);
    assert_eq!(state("2024-03-10"), ClockState::InOrder, "the start agreed anew is to come");
    assert_eq!(state("2024-12-31"), ClockState::InOrder);
    let begun = clock(&cases, &[], "2025-01-01");
    assert_eq!((begun.state, begun.zero, begun.days_left), (ClockState::Running, Some(day("2025-01-01")), Some(365)));
    assert!(begun.reason.contains("case 7, entry 4") && begun.reason.contains("2025-01-01"), "{}", begun.reason);
    assert_eq!(begun.by_cases.len(), 2);
    assert_eq!(state("2025-12-31"), ClockState::Running);
    assert_eq!(state("2026-01-01"), ClockState::Idle);
    assert_eq!(state("2027-01-01"), ClockState::PastReclaim);
    // A correction of the entry holds, and its withdrawal takes it away.
    let corrected = |change: fn(&mut CaseEvent)| {
        let mut correction = CaseEvent { refers: Some(4), ..entry(5, CaseEventKind::Correction, "2024-03-10") };
        change(&mut correction);
        let mut cases = cases.clone();
        cases[0].events.push(correction);
        let begun = clock(&cases, &[], "2025-06-01");
        (begun.state, begun.zero)
    };
    let later = corrected(|entry| entry.starts = Some(day("2025-03-01")));
    assert_eq!(later, (ClockState::Running, Some(day("2025-03-01"))));
    assert_eq!(corrected(|entry| entry.withdrawn = true).0, ClockState::Excused, "the determination stays");
}

#[test]
fn a_cause_of_the_government_excuses_until_the_case_is_lifted() {
    let cases = [case(Cause::Government, vec![step(4, "2024-06-01", CaseState::Lifted, None)])];
    let excused = clock(&cases, &[], "2024-05-31");
    assert_eq!((excused.state, excused.proviso), (ClockState::Excused, None));
    assert!(excused.reason.contains("case 7") && excused.reason.contains("2024-03-01"), "{}", excused.reason);
    assert!(excused.clause.contains("Art. 8"), "{}", excused.clause);
    assert!(excused.disposal.is_some_and(|disposal| disposal.fee.is_none()));
    let lifted = clock(&cases, &[], "2024-06-01");
    assert_eq!((lifted.state, lifted.idle_from), (ClockState::Running, Some(day("2025-06-01"))));
    assert_eq!(clock(&cases, &[], "2025-06-01").state, ClockState::Idle);
    // Of land that was started and stopped, too.
    let stalled = [
        event(EventKind::Start, "2022-02-01"),
        LandEvent { developed_area_m2: Some(1.0), ..event(EventKind::Progress, "2022-03-01") },
        event(EventKind::Suspension, "2022-06-01"),
    ];
    let contract = LandContract { area_due_m2: Some(30_000.0), ..contract() };
    let events: Vec<&LandEvent> = stalled.iter().collect();
    let state = |cases: &[Case], on: &str| {
        let bearing = bearing(cases, &contract, on);
        contract_clock_in_cases(&contract, &events, &bearing, &RuleSet::shipped(), day(on)).state
    };
    assert_eq!(state(&[], "2024-05-01"), ClockState::StalledIdle);
    assert_eq!(state(&cases, "2024-05-01"), ClockState::Excused);
    assert_eq!(state(&cases, "2024-07-01"), ClockState::Running, "the year begins when the case is lifted");
    assert_eq!(state(&cases, "2025-06-01"), ClockState::StalledIdle);
}

#[test]
fn what_is_about_others_or_against_the_holder_changes_nothing() {
    let on = "2024-05-01";
    let by_holder = case(Cause::Holder, Vec::new());
    assert_eq!(clock(&[by_holder], &[], on).state, ClockState::PastReclaim);
    let of_another = Case { contract_key: Some("C0".to_owned()), ..case(Cause::Government, Vec::new()) };
    assert_eq!(clock(std::slice::from_ref(&of_another), &[], on).state, ClockState::PastReclaim);
    // A case that names no contract is about the one under which the parcel was when it was opened.
    let of_parcel = [Case { contract_key: None, ..of_another }];
    assert_eq!(clock(&of_parcel, &[], on).state, ClockState::Excused);
    let later = LandContract { signed: Some(day("2024-01-11")), ..contract() };
    assert_eq!(bearing(&of_parcel, &later, on), CaseBearing::default());
}

#[test]
fn where_a_case_stands_is_told_or_that_nobody_knows() {
    let parcel = |key: &str| {
        let nowhere = geo::MultiPolygon(Vec::new());
        Parcel::bare(1, Provenance::keyed(key), nowhere)
    };
    let over = Case { case_id: 3, ..case(Cause::Holder, vec![step(4, "2024-03-02", CaseState::Lifted, None)]) };
    let mut open = case(Cause::Holder, Vec::new());
    open.events.truncate(1);
    open.events[0].day = day("2024-04-01");
    let cases = [open, over];
    let on = |on: &str| CaseLedger::of(CasesUpTo { cases: &cases, day: day(on) }).standing(&parcel("P1"));
    assert_eq!(on("2024-01-09"), CaseStanding::None, "before anything was opened");
    assert_eq!(on("2024-02-01"), CaseStanding::Case { number: 3, state: CaseState::Investigation });
    assert_eq!(on("2024-03-31"), CaseStanding::Case { number: 3, state: CaseState::Lifted });
    assert_eq!(on("2024-04-01"), CaseStanding::Case { number: 7, state: CaseState::Suspected }, "the open one");
    assert!(on("2024-04-01").words().contains("case 7"));
    let ledger = CaseLedger::of(CasesUpTo { cases: &cases, day: day("2024-04-01") });
    assert_eq!(ledger.standing(&parcel("P2")), CaseStanding::None);
    assert!(CaseStanding::NotAtHand.words().contains("not at hand"));
}
