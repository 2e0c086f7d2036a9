use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn event(seq: i32, kind: CaseEventKind, on: &str) -> CaseEvent {
    CaseEvent {
        recorded: DateTime::<Utc>::UNIX_EPOCH + chrono::Days::new(seq as u64),
        recorded_as: "clerk".into(),
        recorded_by: "Wang".into(),
        ..CaseEvent::bare(seq, kind, day(on))
    }
}

fn step(seq: i32, on: &str, state: CaseState) -> CaseEvent {
    let kind = if seq == 1 { CaseEventKind::Opened } else { CaseEventKind::Step };
    CaseEvent { state: Some(state), ..event(seq, kind, on) }
}

fn case(events: Vec<CaseEvent>) -> Case {
    Case {
        case_id: 1,
        parcel_key: "p1".into(),
        parcel_number: None,
        contract_key: None,
        parcel_on_record: Some(true),
        contract_on_record: None,
        events,
    }
}

#[test]
fn the_state_is_that_of_the_day_and_withdrawn_steps_count_no_more() {
    let mut events = vec![
        step(1, "2026-01-10", CaseState::Suspected),
        step(2, "2026-02-01", CaseState::Investigation),
        CaseEvent { cause: Some(Cause::Holder), ..step(3, "2026-03-01", CaseState::Determined) },
    ];
    let on = |case: &Case, text| case.state_on(day(text));
    let whole = case(events.clone());
    assert_eq!(on(&whole, "2026-01-09"), None);
    assert_eq!(on(&whole, "2026-01-10"), Some(CaseState::Suspected));
    assert_eq!(on(&whole, "2026-02-28"), Some(CaseState::Investigation));
    assert_eq!((whole.state(), whole.cause()), (CaseState::Determined, Some(Cause::Holder)));
    // The determination was wrong in its cause, then in its day, then altogether.
    let corrects = |seq, on| CaseEvent { refers: Some(3), ..event(seq, CaseEventKind::Correction, on) };
    events.push(CaseEvent { cause: Some(Cause::Government), ..corrects(4, "2026-03-01") });
    events.push(corrects(5, "2026-03-05"));
    let corrected = case(events.clone());
    assert_eq!(corrected.cause(), Some(Cause::Government), "a later correction of the day leaves the cause");
    assert_eq!(on(&corrected, "2026-03-04"), Some(CaseState::Investigation));
    assert_eq!(corrected.since(), Some(day("2026-03-05")));
    events.push(CaseEvent { withdrawn: true, ..corrects(6, "2026-03-05") });
    let withdrawn = case(events);
    assert_eq!((withdrawn.state(), withdrawn.cause()), (CaseState::Investigation, None));
    // What was known when nothing was corrected yet.
    let then = withdrawn.as_recorded_by(withdrawn.events[2].recorded).unwrap();
    assert_eq!(then, whole);
    assert_eq!(withdrawn.as_recorded_by(DateTime::<Utc>::UNIX_EPOCH), None);
}

#[test]
fn deadlines_run_out_the_day_after_their_last() {
    let deadline = |seq, on, due| CaseEvent { due: Some(day(due)), ..event(seq, CaseEventKind::Deadline, on) };
    let mut events = vec![
        step(1, "2024-01-15", CaseState::Suspected),
        deadline(2, "2024-01-15", "2024-02-29"),
        deadline(3, "2024-03-01", "2024-03-31"),
    ];
    let late = |case: &Case, text| -> Vec<(i32, i64)> {
        overdue(std::slice::from_ref(case), day(text)).iter().map(|d| (d.seq, d.days_over.unwrap())).collect()
    };
    let open = case(events.clone());
    assert_eq!(late(&open, "2024-02-29"), []);
    assert_eq!(late(&open, "2024-03-01"), [(2, 1)]);
    assert_eq!(late(&open, "2025-02-28"), [(2, 365), (3, 334)], "a leap year's last day to the next year's");
    assert_eq!(open.deadlines(day("2024-02-01")).len(), 1, "the second is not set yet");
    // Met in time, which was not known before that day.
    events.push(CaseEvent { refers: Some(2), ..event(4, CaseEventKind::Met, "2024-03-10") });
    let met = case(events.clone());
    assert_eq!(late(&met, "2024-03-09"), [(2, 9)]);
    assert_eq!(late(&met, "2024-03-10"), []);
    assert_eq!(late(&met, "2024-04-05"), [(3, 5)]);
    // A case that is over has no open deadlines.
    events.push(step(5, "2024-04-02", CaseState::Lifted));
    assert_eq!(late(&case(events.clone()), "2024-04-01"), [(3, 1)]);
    assert_eq!(late(&case(events), "2024-04-02"), []);
}

#[test]
fn a_remedy_ends_like_a_deadline() {
    let remedy = CaseEvent {
        remedy: Some(Remedy::TemporaryUse),
        starts: Some(day("2024-02-29")),
        due: Some(day("2026-02-28")),
        ..event(2, CaseEventKind::Remedy, "2024-02-20")
    };
    let case = case(vec![step(1, "2024-01-15", CaseState::Suspected), remedy]);
    assert_eq!(overdue(std::slice::from_ref(&case), day("2026-02-28")), []);
    let late = overdue(&[case], day("2026-03-01"));
    assert_eq!((late[0].remedy, late[0].days_over), (Some(Remedy::TemporaryUse), Some(1)));
}

#[test]
fn words_and_their_order_are_those_of_the_life_of_a_case() {
    for state in CaseState::ALL {
        assert_eq!(CaseState::parse(state.as_str()), Some(*state));
        assert!(state.next().iter().all(|next| next > state), "no way leads back");
    }
    assert_eq!(Remedy::parse("change_of_use"), Some(Remedy::ChangeOfUse));
    assert_eq!(serde_json::to_string(&Cause::Government).unwrap(), "\"government\"");
}

proptest! {
    /// Overdue only grows: what is overdue on a day stays so until something is recorded, and by as many days as passed.
    #[test]
    fn time_alone_never_mends_a_deadline(dues in prop::collection::vec(0_i64..900, 1..8), on in 0_i64..900, later in 0_i64..900) {
        let start = day("2023-06-01");
        let at = |days: i64| start + chrono::Duration::days(days);
        let mut events = vec![step(1, "2023-06-01", CaseState::Suspected)];
        for (n, due) in dues.iter().enumerate() {
            let set = event(n as i32 + 2, CaseEventKind::Deadline, "2023-06-01");
            events.push(CaseEvent { due: Some(at(*due)), ..set });
        }
        let cases = [case(events)];
        let (first, second) = (overdue(&cases, at(on)), overdue(&cases, at(on + later)));
        prop_assert_eq!(first.len(), dues.iter().filter(|due| **due < on).count());
        for one in &first {
            let same = second.iter().find(|other| other.seq == one.seq).expect("still overdue");
            prop_assert_eq!(same.days_over.unwrap() - one.days_over.unwrap(), later);
        }
    }
}
