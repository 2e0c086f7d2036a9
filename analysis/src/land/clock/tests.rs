//! Order 53 Art. 2 at its edges: the day before, the day itself, and missing inputs.

use spatial_db::model::{FeatureId, FeatureKind, Provenance};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn contract(agreed_start: Option<&str>) -> LandContract {
    LandContract {
        id: FeatureId::new(FeatureKind::LandContract, 1),
        provenance: Provenance { key: "C1".into(), ..Provenance::default() },
        parcel_key: "P1".into(),
        enterprise_key: None,
        signed: None,
        agreed_start: agreed_start.map(day),
        agreed_completion: None,
        land_price: Some(10e6),
        total_investment: Some(100e6),
        currency: Some("CNY".into()),
        area_due_m2: Some(30_000.0),
    }
}

fn event(kind: EventKind, date: &str) -> LandEvent {
    LandEvent {
        id: FeatureId::new(FeatureKind::LandEvent, 1),
        provenance: Provenance::default(),
        contract_key: "C1".into(),
        kind,
        date: day(date),
        developed_area_m2: None,
        invested: None,
        note: None,
    }
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
