//! Order 53 at its edges, clause by clause: the day before, the day itself, missing inputs.

use spatial_db::model::{EventKind, IdleCause, Provenance};

use super::*;

mod properties;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn contract(agreed_start: Option<&str>) -> LandContract {
    LandContract {
        agreed_start: agreed_start.map(day),
        land_price: Some(10e6),
        total_investment: Some(100e6),
        currency: Some("CNY".into()),
        area_due_m2: Some(30_000.0),
        ..LandContract::bare(1, Provenance::keyed("C1"), "P1")
    }
}

fn event(kind: EventKind, date: &str) -> LandEvent {
    LandEvent::bare(1, Provenance::default(), "C1", kind, day(date))
}

fn progress(date: &str, developed_area_m2: Option<f64>, invested: Option<f64>) -> LandEvent {
    LandEvent { developed_area_m2, invested, ..event(EventKind::Progress, date) }
}

fn clock(contract: &LandContract, events: &[LandEvent], as_of: &str) -> Timeline {
    contract_clock(contract, &events.iter().collect::<Vec<_>>(), &RuleSet::shipped(), day(as_of))
}

#[test]
fn unstarted_land_turns_idle_on_the_day_the_year_is_up() {
    let contract = contract(Some("2024-02-29"));
    assert_eq!(clock(&contract, &[], "2024-02-28").state, ClockState::InOrder);
    let eve = clock(&contract, &[], "2025-02-27");
    assert_eq!((eve.state, eve.days_left), (ClockState::Running, Some(1)));
    let due = clock(&contract, &[], "2025-02-28");
    assert_eq!((due.state, due.days_left), (ClockState::Idle, Some(0)));
    assert!(due.clause.contains("Art. 2"), "{}", due.clause);
    assert_eq!(clock(&contract, &[], "2026-02-27").state, ClockState::Idle);
    assert_eq!(clock(&contract, &[], "2026-02-28").state, ClockState::PastReclaim);
}

#[test]
fn a_later_start_is_not_known_before_it_happens() {
    let contract = contract(Some("2022-01-01"));
    let events = [event(EventKind::Start, "2023-06-01")];
    assert_eq!(clock(&contract, &events, "2023-05-31").state, ClockState::Idle);
    assert_eq!(clock(&contract, &events, "2023-06-01").state, ClockState::InOrder);
}

#[test]
fn stalled_land_needs_a_full_year_and_a_short_share() {
    let contract = contract(Some("2022-01-01"));
    let stalled = |area, invested| {
        [
            event(EventKind::Start, "2022-03-01"),
            progress("2023-03-01", area, invested),
            event(EventKind::Suspension, "2023-04-01"),
        ]
    };
    // A third of 30,000 m² is 10,000 m²; a quarter of 100 million is 25 million. Either one short is enough.
    let short_area = stalled(Some(9_999.0), Some(60e6));
    assert_eq!(clock(&contract, &short_area, "2024-03-31").state, ClockState::Running);
    assert_eq!(clock(&contract, &short_area, "2024-04-01").state, ClockState::StalledIdle);
    assert_eq!(clock(&contract, &stalled(Some(20_000.0), Some(24.9e6)), "2024-04-01").state, ClockState::StalledIdle);
    assert_eq!(clock(&contract, &stalled(Some(10_000.0), Some(25e6)), "2026-01-01").state, ClockState::InOrder);
    assert_eq!(clock(&contract, &stalled(Some(10_000.0), None), "2026-01-01").state, ClockState::Unknown);
    let mut resumed = short_area.to_vec();
    resumed.push(event(EventKind::Resumption, "2024-02-01"));
    assert_eq!(clock(&contract, &resumed, "2026-01-01").state, ClockState::InOrder);
}

#[test]
fn government_cause_excuses_and_missing_dates_stay_unknown() {
    let contract_with_date = contract(Some("2022-01-01"));
    let cause = [event(EventKind::GovernmentCause, "2022-05-01")];
    assert_eq!(clock(&contract_with_date, &cause, "2025-01-01").state, ClockState::Excused);
    assert_eq!(clock(&contract(None), &[], "2025-01-01").state, ClockState::Unknown);
    let other = LandEvent { contract_key: "C2".into(), ..event(EventKind::Start, "2022-02-01") };
    assert_eq!(clock(&contract_with_date, &[other], "2025-01-01").state, ClockState::PastReclaim);
    let done = [event(EventKind::Completion, "2024-01-01")];
    assert_eq!(clock(&contract_with_date, &done, "2025-01-01").state, ClockState::InOrder);
}

/// A row: the situation, its events, the day, the state expected, and a piece of the clause that must have decided.
type Situation<'a> = (&'a str, Vec<LandEvent>, &'a str, ClockState, &'a str);

fn check(contract: &LandContract, situations: Vec<Situation<'_>>) {
    for (name, events, as_of, state, clause) in situations {
        let found = clock(contract, &events, as_of);
        assert_eq!(found.state, state, "{name}: {}", found.reason);
        assert!(found.clause.contains(clause), "{name}: {}", found.clause);
    }
}

#[test]
fn art_2_first_sentence_and_art_14_not_started() {
    use ClockState::{Idle, InOrder, PastReclaim, Running};
    use EventKind::{Completion, Permit, Start};
    check(
        &contract(Some("2022-03-01")),
        vec![
            ("before the agreed start", vec![], "2022-02-28", InOrder, "Art. 2"),
            ("on the agreed start", vec![], "2022-03-01", Running, "Art. 2"),
            ("364 days after", vec![], "2023-02-28", Running, "Art. 2"),
            ("365 days after", vec![], "2023-03-01", Idle, "Art. 2"),
            ("two years less a day, one of them a leap year", vec![], "2024-02-29", Idle, "Art. 2"),
            ("two years", vec![], "2024-03-01", PastReclaim, "Art. 14"),
            ("a permit alone is no start", vec![event(Permit, "2022-02-01")], "2023-03-01", Idle, "Art. 2"),
            ("started on the last day", vec![event(Start, "2023-02-28")], "2024-06-01", InOrder, "Art. 2"),
            ("started late", vec![event(Start, "2023-09-01")], "2024-06-01", InOrder, "Art. 2"),
            (
                "completed, no start on record",
                vec![event(Completion, "2023-02-01")],
                "2025-01-01",
                InOrder,
                "no clause",
            ),
        ],
    );
    // From the 29th of February the year ends on the last day of the month: 2023-02-28 is 364 days after 2022-03-01.
    let leap = contract(Some("2024-02-29"));
    assert_eq!(clock(&leap, &[], "2025-02-28").state, Idle);
    let (reclaim, days) =
        (clock(&leap, &[], "2025-02-28").reclaim_from, clock(&leap, &[], "2025-02-28").days_to_reclaim);
    assert_eq!((reclaim, days), (Some(day("2026-02-28")), Some(365)));
}

#[test]
fn art_2_second_sentence_each_ratio_at_its_limit() {
    use ClockState::{InOrder, StalledIdle, Unknown};
    // A third of 30,000 m² is 10,000 m²; a quarter of 100 million is 25 million.
    let stalled = |area: Option<f64>, invested: Option<f64>| {
        vec![
            event(EventKind::Start, "2021-03-01"),
            progress("2022-03-01", area, invested),
            event(EventKind::Suspension, "2022-03-02"),
        ]
    };
    check(
        &contract(Some("2021-01-01")),
        vec![
            ("both at the limit", stalled(Some(10_000.0), Some(25e6)), "2025-01-01", InOrder, "Art. 2"),
            ("area just below", stalled(Some(9_999.9), Some(25e6)), "2025-01-01", StalledIdle, "Art. 2"),
            ("money just below", stalled(Some(10_000.0), Some(24_999_999.0)), "2025-01-01", StalledIdle, "Art. 2"),
            ("both below", stalled(Some(1.0), Some(1.0)), "2025-01-01", StalledIdle, "Art. 2"),
            ("area below, money unknown", stalled(Some(9_999.0), None), "2025-01-01", StalledIdle, "Art. 2"),
            ("area enough, money unknown", stalled(Some(10_000.0), None), "2025-01-01", Unknown, "Art. 2"),
            ("nothing measured", stalled(None, None), "2025-01-01", Unknown, "Art. 2"),
        ],
    );
    let without_due = LandContract { area_due_m2: None, ..contract(Some("2021-01-01")) };
    let events = stalled(Some(9_999.0), Some(25e6));
    assert_eq!(clock(&without_due, &events, "2025-01-01").state, Unknown, "no area due, no share");
    let found = clock(&contract(Some("2021-01-01")), &events, "2025-01-01");
    assert_eq!((found.developed, found.invested), (Some(0.3333), Some(0.25)));
    assert_eq!(found.measured, Some(day("2022-03-01")));
}

#[test]
fn art_2_second_sentence_a_full_year_of_suspension() {
    use ClockState::{InOrder, Running, StalledIdle};
    use EventKind::{Resumption, Start, Suspension};
    let with = |stops: &[(EventKind, &str)]| {
        let mut events = vec![event(Start, "2021-03-01"), progress("2021-06-01", Some(100.0), Some(1e6))];
        events.extend(stops.iter().map(|(kind, date)| event(*kind, date)));
        events
    };
    let once = with(&[(Suspension, "2022-04-01")]);
    let leap = with(&[(Suspension, "2023-04-01")]);
    let leap_day = with(&[(Suspension, "2024-02-29")]);
    let twice = with(&[(Suspension, "2022-04-01"), (Suspension, "2022-12-01")]);
    let again = with(&[(Suspension, "2022-01-01"), (Resumption, "2022-12-30"), (Suspension, "2023-01-02")]);
    let same_day = with(&[(Suspension, "2022-01-01"), (Resumption, "2022-01-01")]);
    check(
        &contract(Some("2021-01-01")),
        vec![
            ("364 days", once.clone(), "2023-03-31", Running, "Art. 2"),
            ("365 days", once, "2023-04-01", StalledIdle, "Art. 2"),
            ("365 days over a leap day are no year", leap.clone(), "2024-03-31", Running, "Art. 2"),
            ("366 days over a leap day", leap, "2024-04-01", StalledIdle, "Art. 2"),
            ("from the leap day, the eve", leap_day.clone(), "2025-02-27", Running, "Art. 2"),
            ("from the leap day", leap_day, "2025-02-28", StalledIdle, "Art. 2"),
            ("recorded twice, it began with the first", twice, "2023-04-01", StalledIdle, "Art. 2"),
            (
                "363 days, three days of work, and again: no year without a break",
                again.clone(),
                "2024-01-01",
                Running,
                "Art. 2",
            ),
            ("the second alone is a year", again.clone(), "2024-01-02", StalledIdle, "Art. 2"),
            ("stopped and resumed on one day", same_day, "2024-01-01", InOrder, "Art. 2"),
        ],
    );
    let found = clock(&contract(Some("2021-01-01")), &again, "2023-06-01");
    let first = Interval { from: day("2022-01-01"), to: Some(day("2022-12-30")) };
    assert_eq!(found.suspensions, [first, Interval { from: day("2023-01-02"), to: None }]);
    // The other reading is a row of the rule table.
    let figures = include_str!("../../../rules/figures.toml").replacen(
        "[idle.suspension_cumulative]\n# 0: one suspension without a break, which favours the holder; 1: all suspensions together.\nvalue = 0.0",
        "[idle.suspension_cumulative]\nvalue = 1.0",
        1,
    );
    let cumulative = RuleSet::parse(&figures, include_str!("../../../rules/network_classes.toml")).unwrap();
    let events: Vec<&LandEvent> = again.iter().collect();
    let state = |date| contract_clock(&contract(Some("2021-01-01")), &events, &cumulative, day(date)).state;
    assert_eq!((state("2023-01-03"), state("2023-01-04")), (Running, StalledIdle), "363 days and two are 365");
}

#[test]
fn overlapping_intervals_are_one() {
    let span = |from, to: Option<&str>| Interval { from: day(from), to: to.map(day) };
    let parts = vec![
        span("2022-05-01", Some("2022-08-01")),
        span("2022-01-01", Some("2022-03-01")),
        span("2022-02-01", Some("2022-02-15")),
        span("2022-03-01", Some("2022-04-01")),
        span("2022-07-31", None),
        span("2023-01-01", Some("2023-02-01")),
    ];
    let whole = record::merged(parts);
    assert_eq!(whole, [span("2022-01-01", Some("2022-04-01")), span("2022-05-01", None)]);
    assert_eq!((whole[0].days(day("2030-01-01")), whole[1].days(day("2022-05-11"))), (90, 10));
}

#[test]
fn art_8_and_22_causes_of_the_government_and_late_delivery() {
    use ClockState::{Excused, Idle, InOrder, PastReclaim, Running, StalledIdle, Unknown};
    use EventKind::{Delivery, GovernmentCause, Resumption, Start, Suspension};
    let late = vec![event(Delivery, "2022-07-01")];
    let cause = |date| vec![event(GovernmentCause, date)];
    let ended = vec![event(GovernmentCause, "2022-03-01"), event(Delivery, "2022-04-10")];
    check(
        &contract(Some("2022-01-01")),
        vec![
            ("delivered in time", vec![event(Delivery, "2021-12-01")], "2023-01-01", Idle, "Art. 2"),
            ("delivered half a year late: the old date", late.clone(), "2023-01-01", Running, "Art. 2"),
            ("delivered half a year late: the eve of the new date", late.clone(), "2023-06-30", Running, "Art. 2"),
            ("delivered half a year late: the new date", late.clone(), "2023-07-01", Idle, "Art. 2"),
            ("and the reclaim date moves with it", late.clone(), "2024-06-30", Idle, "Art. 2"),
            ("two years after the delivery", late, "2024-07-01", PastReclaim, "Art. 14"),
            ("cause before the start, not ended", cause("2021-11-01"), "2021-12-31", InOrder, "Art. 2"),
            ("cause before the start, not ended, later", cause("2021-11-01"), "2025-01-01", Excused, "Art. 8"),
            ("cause within the year", cause("2022-12-31"), "2025-01-01", Excused, "Art. 8"),
            ("cause on the day the year is up", cause("2023-01-01"), "2023-06-01", Idle, "Art. 2"),
            (
                "cause in the second year stops the reclaim, not the fee",
                cause("2023-06-01"),
                "2025-01-01",
                Idle,
                "Art. 2",
            ),
            ("cause when two years are up", cause("2024-01-01"), "2025-01-01", PastReclaim, "Art. 14"),
            ("a cause until the delivery, 99 days late: the eve", ended.clone(), "2023-04-09", Running, "Art. 2"),
            ("a cause until the delivery, 99 days late: a year and 99 days", ended, "2023-04-10", Idle, "Art. 2"),
        ],
    );
    let stopped = |cause: Option<&str>, resumed: Option<&str>| {
        let mut events = vec![
            event(Start, "2022-02-01"),
            progress("2022-03-01", Some(100.0), None),
            event(Suspension, "2022-06-01"),
        ];
        events.extend(cause.map(|date| event(GovernmentCause, date)));
        events.extend(resumed.map(|date| event(Resumption, date)));
        events
    };
    check(
        &contract(Some("2022-01-01")),
        vec![
            ("suspended by the government", stopped(Some("2022-06-01"), None), "2025-01-01", Excused, "Art. 8"),
            ("the cause came before the stop", stopped(Some("2022-05-20"), None), "2025-01-01", Excused, "Art. 8"),
            (
                "the cause came when the year was up",
                stopped(Some("2023-06-01"), None),
                "2025-01-01",
                StalledIdle,
                "Art. 2",
            ),
            ("work went on", stopped(Some("2022-06-01"), Some("2022-09-01")), "2025-01-01", InOrder, "Art. 2"),
        ],
    );
    check(
        &contract(None),
        vec![
            ("neither agreed nor delivered", vec![], "2025-01-01", Unknown, "Art. 22"),
            (
                "a year to start after the delivery",
                vec![event(Delivery, "2022-03-01")],
                "2023-02-28",
                InOrder,
                "Art. 2",
            ),
            ("and a year more", vec![event(Delivery, "2022-03-01")], "2024-02-29", Running, "Art. 2"),
            ("two years after the delivery", vec![event(Delivery, "2022-03-01")], "2024-03-01", Idle, "Art. 2"),
            (
                "three years after the delivery",
                vec![event(Delivery, "2022-03-01")],
                "2025-03-01",
                PastReclaim,
                "Art. 14",
            ),
        ],
    );
}

fn cause(kind: Option<IdleCause>, from: &str, until: Option<&str>) -> LandEvent {
    LandEvent { cause: kind, until: until.map(day), ..event(EventKind::GovernmentCause, from) }
}

#[test]
fn art_8_each_cause_within_its_time_and_when_it_is_over() {
    use ClockState::{Excused, Idle, Running};
    let items = ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "second paragraph"];
    for (kind, item) in IdleCause::ALL.into_iter().zip(items) {
        let told = vec![cause(Some(kind), "2022-03-01", Some("2022-09-01"))];
        // 184 days from the first of March to the first of September: the year of 2022-01-01 ends on 2023-07-04.
        check(
            &contract(Some("2022-01-01")),
            vec![
                (kind.as_str(), told.clone(), "2022-08-31", Excused, item),
                (kind.as_str(), told.clone(), "2022-09-01", Running, "Art. 2"),
                (kind.as_str(), told.clone(), "2023-07-03", Running, "Art. 2"),
                (kind.as_str(), told.clone(), "2023-07-04", Idle, "Art. 2"),
            ],
        );
        let said = clock(&contract(Some("2022-01-01")), &told, "2022-08-31").reason;
        assert_eq!(said.contains("government"), kind == IdleCause::GovernmentOther, "{said}");
    }
}

#[test]
fn art_8_what_ends_a_cause_whose_record_does_not_tell_it() {
    use ClockState::{Excused, Idle};
    let delivered = || event(EventKind::Delivery, "2022-04-10");
    let with = |kind, until| vec![cause(kind, "2022-03-01", until), delivered()];
    check(
        &contract(Some("2022-01-01")),
        vec![
            ("not told: the handing over, as ever", with(None, None), "2023-04-10", Idle, "Art. 2"),
            ("the handing over", with(Some(IdleCause::NotDelivered), None), "2023-04-10", Idle, "Art. 2"),
            (
                "a handing over ends no change of plan",
                with(Some(IdleCause::PlanChanged), None),
                "2025-01-01",
                Excused,
                "Art. 8 (2)",
            ),
            ("nor a cause whose end is told", with(None, Some("2022-06-01")), "2022-05-31", Excused, "Art. 8"),
            (
                "an end before its beginning is none",
                vec![cause(Some(IdleCause::Complaints), "2022-03-01", Some("2022-02-01"))],
                "2025-01-01",
                Excused,
                "Art. 8 (4)",
            ),
        ],
    );
    // Of two, the one that lasts is named.
    let two = [
        cause(Some(IdleCause::ForceMajeure), "2022-02-01", None),
        cause(Some(IdleCause::PolicyChanged), "2022-03-01", Some("2022-04-01")),
    ];
    let found = clock(&contract(Some("2022-01-01")), &two, "2024-01-01");
    assert!(found.reason.contains("force majeure") && found.clause.contains("second paragraph"), "{}", found.reason);
}

#[test]
fn a_verdict_says_what_it_takes_for_granted() {
    use EventKind::{Delivery, Start};
    let agreed = contract(Some("2022-01-01"));
    let taken = |events: &[LandEvent], on: &str| clock(&agreed, events, on).proviso;
    for (on, wanted) in [
        ("2021-12-31", None),
        ("2022-06-01", Some(Proviso::DeliveredAsAgreed)),
        ("2023-01-01", Some(Proviso::DeliveredAsAgreed)),
        ("2024-01-01", Some(Proviso::DeliveredAsAgreed)),
    ] {
        assert_eq!(taken(&[], on), wanted, "{on}");
        assert_eq!(taken(&[event(Delivery, "2021-12-01")], on), None, "{on}: handed over in time");
    }
    assert_eq!(taken(&[event(Start, "2022-03-01")], "2024-01-01"), None, "built on: nobody asks");
    let open = [event(Delivery, "2021-12-01"), cause(None, "2022-03-01", None)];
    assert_eq!(taken(&open, "2024-01-01"), Some(Proviso::CauseLasts));
    let to_come = [event(Delivery, "2021-12-01"), cause(None, "2022-03-01", Some("2025-01-01"))];
    assert_eq!(taken(&to_come, "2024-01-01"), None, "its end is told");
    let late = [event(Delivery, "2022-06-01"), cause(None, "2022-03-01", None)];
    assert_eq!(taken(&late, "2024-01-01"), Some(Proviso::CauseEnded), "the handing over shows its end");
    // In the second year a cause holds the reclaim: what is not told of it decides whether there is more than the fee.
    let second = |until: Option<&str>, more: &[LandEvent]| {
        let known = [event(Delivery, "2021-12-01"), cause(None, "2023-06-01", until)];
        let found = clock(&agreed, &[&known[..], more].concat(), "2025-01-01");
        (found.state, found.proviso)
    };
    assert_eq!(second(None, &[]), (ClockState::Idle, Some(Proviso::CauseLasts)));
    assert_eq!(second(Some("2023-09-01"), &[]), (ClockState::PastReclaim, None));
    let shown = second(None, &[event(Delivery, "2023-09-01")]);
    assert_eq!(shown, (ClockState::PastReclaim, Some(Proviso::CauseEnded)));
    let unagreed = clock(&contract(None), &[event(Delivery, "2022-03-01")], "2024-06-01");
    assert_eq!((unagreed.state, unagreed.proviso), (ClockState::Idle, Some(Proviso::NoStartAgreed)));
    assert_eq!(clock(&contract(None), &[], "2024-06-01").proviso, None, "unknown takes nothing for granted");
    let idle = clock(&agreed, &[], "2023-01-01");
    let said = qualified(words!("state-idle", "over 1 year: idle"), idle.proviso);
    assert_eq!(said, "over 1 year: idle, if delivered as agreed");
}

#[test]
fn days_run_without_the_time_for_which_the_clock_stands_still() {
    let agreed = contract(Some("2022-01-01"));
    let run = |events: &[LandEvent], on: &str| clock(&agreed, events, on).run_days;
    assert_eq!(run(&[], "2022-12-01"), Some(334));
    assert_eq!(run(&[], "2021-12-31"), Some(-1), "a day to come");
    let cause = event(EventKind::GovernmentCause, "2022-03-01");
    assert_eq!(run(std::slice::from_ref(&cause), "2024-01-01"), Some(59), "it stands still since March");
    let over = [cause, event(EventKind::Delivery, "2022-06-01")];
    assert_eq!(run(&over, "2022-07-01"), Some(30), "the delivery moves the zero");
    assert_eq!(run(&[event(EventKind::Start, "2022-02-01")], "2024-01-01"), None, "built on: no clock runs");
}

#[test]
fn art_14_the_fee_is_a_fifth_of_the_land_price_in_its_own_currency() {
    let fee = |contract: &LandContract, as_of| clock(contract, &[], as_of).disposal.map(|d| (d.fee, d.currency));
    let full = contract(Some("2022-01-01"));
    assert_eq!(fee(&full, "2022-12-31"), None);
    assert_eq!(fee(&full, "2023-01-01"), Some((Some(2e6), Some("CNY".to_owned()))));
    let unpriced = LandContract { land_price: None, ..full.clone() };
    assert_eq!(fee(&unpriced, "2023-01-01"), Some((None, None)));
    let words = clock(&unpriced, &[], "2023-01-01").disposal.unwrap().words;
    assert!(words.contains("land price is not on record"), "{words}");
    let nameless = LandContract { currency: None, ..full.clone() };
    assert_eq!(fee(&nameless, "2023-01-01"), Some((None, None)), "a sum without a currency is none");
    let excused = clock(&full, &[event(EventKind::GovernmentCause, "2022-05-01")], "2024-01-01").disposal.unwrap();
    assert!(excused.fee.is_none() && excused.words.contains("Art. 12"), "{}", excused.words);
}

#[test]
fn art_30_a_start_without_a_date_or_permit_is_named() {
    let agreed = contract(Some("2022-01-01"));
    let measured = clock(&agreed, &[progress("2022-06-01", Some(500.0), None)], "2024-06-01");
    assert_eq!(measured.state, ClockState::Unknown);
    assert!(measured.reason.contains("date of the start is missing") && measured.clause.contains("Art. 30"));
    let nothing_there = clock(&agreed, &[progress("2023-06-01", Some(0.0), Some(0.0))], "2024-06-01");
    assert_eq!(nothing_there.state, ClockState::PastReclaim, "an inspection that finds nothing is no work");
    assert!(nothing_there.open[0].contains("no handing over"), "{:?}", nothing_there.open);
    let begun = [event(EventKind::Start, "2022-02-01")];
    assert!(clock(&agreed, &begun, "2022-06-01").open[0].contains("Art. 30"));
    let permitted = [event(EventKind::Permit, "2022-01-20"), event(EventKind::Start, "2022-02-01")];
    assert!(clock(&agreed, &permitted, "2022-06-01").open.is_empty());
}
