//! What must hold of any record under Order 53.

use proptest::prelude::*;

use super::*;

fn any_events() -> impl Strategy<Value = Vec<LandEvent>> {
    let one = (
        0..EventKind::ALL.len(),
        0_i64..2000,
        proptest::option::of(0.0..30_000.0),
        proptest::option::of(0.0..100e6),
        proptest::option::of(0..IdleCause::ALL.len()),
        proptest::option::of(0_i64..800),
    );
    let made = one.prop_map(|(kind, after, developed, invested, cause, lasts)| {
        let date = day("2020-01-01") + chrono::Duration::days(after);
        let kind = EventKind::ALL[kind];
        let measured = kind == EventKind::Progress;
        let excuses = kind == EventKind::GovernmentCause;
        LandEvent {
            cause: cause.map(|at| IdleCause::ALL[at]).filter(|_| excuses),
            until: lasts.map(|days| date + chrono::Duration::days(days)).filter(|_| excuses),
            developed_area_m2: developed.filter(|_| measured),
            invested: invested.filter(|_| measured),
            ..event(kind, &date.to_string())
        }
    });
    proptest::collection::vec(made, 0..8)
}

/// The same events with what a share that is not on record lacks: so much of the contract's 30,000 m² or 100 million.
fn told(events: &[LandEvent], found: &Timeline, share: f64) -> Vec<LandEvent> {
    let each = events.iter().cloned().map(|event| {
        let measured = event.kind == EventKind::Progress;
        LandEvent {
            developed_area_m2: event
                .developed_area_m2
                .or((measured && found.developed.is_none()).then_some(share * 30_000.0)),
            invested: event.invested.or((measured && found.invested.is_none()).then_some(share * 100e6)),
            ..event
        }
    });
    each.collect()
}

/// Suspended for less than a year with too little developed, and nobody measured what was invested: the clock runs whatever that is. With
/// enough developed it runs or is in order, by what was invested: which of the two is unknown, and neither is idle.
#[test]
fn more_work_beside_a_share_that_is_missing_is_unknown_and_not_idler() {
    let contract = contract(Some("2020-06-01"));
    let with = |developed_m2: f64| {
        vec![
            event(EventKind::Start, "2020-06-01"),
            progress("2021-01-01", Some(developed_m2), None),
            event(EventKind::Suspension, "2021-02-01"),
        ]
    };
    let on = "2021-08-01";
    assert_eq!(clock(&contract, &with(5_000.0), on).state, ClockState::Running);
    let more = clock(&contract, &with(15_000.0), on);
    assert_eq!(more.state, ClockState::Unknown);
    let states = [0.0, 1.0].map(|share| clock(&contract, &told(&with(15_000.0), &more, share), on).state);
    assert_eq!(states, [ClockState::Running, ClockState::InOrder]);
}

proptest! {
    /// Without a new event a later day never makes the clock less severe.
    #[test]
    fn time_alone_never_helps(events in any_events(), agreed in proptest::option::of(0_i64..800), steps in proptest::collection::vec(0_i64..500, 1..8)) {
        let agreed = agreed.map(|after| (day("2020-01-01") + chrono::Duration::days(after)).to_string());
        let contract = contract(agreed.as_deref());
        let last = events.iter().map(|e| e.date).max().unwrap_or(day("2020-01-01"));
        let (mut date, mut before) = (last, usize::MAX);
        for step in steps {
            date += chrono::Duration::days(step);
            let now = clock(&contract, &events, &date.to_string());
            prop_assert!(now.state.rank() <= before, "{:?} on {date}: {}", now.state, now.reason);
            before = now.state.rank();
        }
    }

    /// More developed and more invested never make the land idler. Where one share is no longer short and the other not on record, the
    /// state is unknown: then it is none that is idler, whatever the missing share is.
    #[test]
    fn more_work_never_makes_land_idler(events in any_events(), more in 0.0..1e5_f64, money in 0.0..1e8_f64, as_of in 0_i64..3000) {
        let contract = contract(Some("2020-06-01"));
        let date = (day("2020-01-01") + chrono::Duration::days(as_of)).to_string();
        let built: Vec<LandEvent> = events.iter().cloned().map(|e| LandEvent {
            developed_area_m2: e.developed_area_m2.map(|area| area + more),
            invested: e.invested.map(|sum| sum + money),
            ..e
        }).collect();
        let (bare, more) = (clock(&contract, &events, &date), clock(&contract, &built, &date));
        let possible: Vec<ClockState> = if more.state == ClockState::Unknown && bare.state != ClockState::Unknown {
            [0.0, 1.0].map(|share| clock(&contract, &told(&built, &more, share), &date).state).to_vec()
        } else {
            vec![more.state]
        };
        for state in possible {
            prop_assert!(state.rank() >= bare.state.rank(), "{:?} → {:?}, of which {state:?}", bare.state, more.state);
        }
    }

    /// What is not known never makes the state another one that is certain: it stays, or becomes unknown.
    #[test]
    fn what_is_missing_never_decides(events in any_events(), as_of in 10_i64..3000, hide in 0..16_u8) {
        // A measure that shows work where no start is on record is evidence, not an input of a share: here there is a start.
        let mut events = events;
        events.push(event(EventKind::Start, "2020-01-05"));
        let full = contract(Some("2020-06-01"));
        let date = (day("2020-01-01") + chrono::Duration::days(as_of)).to_string();
        let less = LandContract {
            area_due_m2: full.area_due_m2.filter(|_| hide & 1 == 0),
            total_investment: full.total_investment.filter(|_| hide & 2 == 0),
            ..full.clone()
        };
        let hidden: Vec<LandEvent> = events.iter().cloned().map(|e| LandEvent {
            developed_area_m2: e.developed_area_m2.filter(|_| hide & 4 == 0),
            invested: e.invested.filter(|_| hide & 8 == 0),
            ..e
        }).collect();
        let (with, without) = (clock(&full, &events, &date), clock(&less, &hidden, &date));
        prop_assert!(without.state == with.state || without.state == ClockState::Unknown,
            "{:?} → {:?}", with.state, without.state);
    }

    /// A verdict that is certain without a record is the same with it: of the agreed start, the handing over, which cause it was and
    /// until when. Certain is what is neither unknown nor takes anything for granted.
    #[test]
    fn what_is_missing_makes_no_verdict_certain(events in any_events(), started in any::<bool>(), as_of in 10_i64..3000, hide in 1..64_u8) {
        let mut events = events;
        if started {
            events.push(event(EventKind::Start, "2020-01-05"));
        }
        let hides = |bit: u8| hide & (1 << bit) != 0;
        let full = contract(Some("2020-06-01"));
        let date = (day("2020-01-01") + chrono::Duration::days(as_of)).to_string();
        let less = LandContract {
            agreed_start: full.agreed_start.filter(|_| !hides(0)),
            area_due_m2: full.area_due_m2.filter(|_| !hides(1)),
            total_investment: full.total_investment.filter(|_| !hides(2)),
            ..full.clone()
        };
        let kept = events.iter().filter(|e| e.kind != EventKind::Delivery || !hides(3)).cloned();
        let hidden: Vec<LandEvent> = kept.map(|e| LandEvent {
            cause: e.cause.filter(|_| !hides(4)),
            until: e.until.filter(|_| !hides(5)),
            ..e
        }).collect();
        let (with, without) = (clock(&full, &events, &date), clock(&less, &hidden, &date));
        let is_certain = without.state != ClockState::Unknown && without.proviso.is_none();
        prop_assert!(!is_certain || without.state == with.state,
            "{:?} ({}) → {:?} ({})", with.state, with.reason, without.state, without.reason);
    }
}
