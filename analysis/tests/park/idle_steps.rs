//! The steps of idle land against the overlay itself, day by day.

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::land::{CasesUpTo, IdleSteps, idle_overlay_in_cases};
use analysis::overlay::Overlay;
use analysis::rules::RuleSet;
use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, Case, CaseEvent, CaseEventKind, CaseState, Cause, EventKind, IdleCause, LandContract, LandEvent, Parcel,
    ParkSnapshot, Remedy,
};

use crate::by_hand::{block, building, empty, keyed, parcel};

/// A day so many after the first of 2018.
fn day(after: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2018, 1, 1).unwrap() + Days::new(after)
}

/// A case on the first parcel: suspected, determined, perhaps extended to a start so many days later, perhaps lifted.
fn any_case() -> impl Strategy<Value = Case> {
    let made = (0_u64..2_500, 1_u64..400, any::<bool>(), prop::option::of(0_u64..700), prop::option::of(1_u64..900));
    (made, any::<bool>()).prop_map(|((opened, step, government, starts, lifted), of_contract)| {
        let stands = |seq, state, on| CaseEvent { state: Some(state), ..CaseEvent::bare(seq, CaseEventKind::Step, on) };
        let cause = Some(if government { Cause::Government } else { Cause::Holder });
        let determined = day(opened + step);
        let mut events = vec![
            CaseEvent { kind: CaseEventKind::Opened, ..stands(1, CaseState::Suspected, day(opened)) },
            CaseEvent { cause, ..stands(2, CaseState::Determined, determined) },
        ];
        events.extend(starts.map(|after| CaseEvent {
            remedy: Some(Remedy::Extension),
            starts: Some(determined + Days::new(after)),
            ..CaseEvent::bare(3, CaseEventKind::Remedy, determined + Days::new(10))
        }));
        events.extend(lifted.map(|after| stands(4, CaseState::Lifted, determined + Days::new(after))));
        Case {
            case_id: 1,
            parcel_key: "P1".to_owned(),
            parcel_number: None,
            contract_key: of_contract.then(|| "C1".to_owned()),
            parcel_on_record: Some(true),
            contract_on_record: Some(true),
            events,
        }
    })
}

fn any_event() -> impl Strategy<Value = LandEvent> {
    let one = (
        1..3_u8,
        0..EventKind::ALL.len(),
        0_u64..2_500,
        prop::option::of(0.0..30_000.0),
        prop::option::of(0.0..100e6),
        prop::option::of(0..IdleCause::ALL.len()),
        prop::option::of(0_u64..800),
    );
    one.prop_map(|(contract, kind, after, developed, invested, cause, lasts)| {
        let (date, kind) = (day(after), EventKind::ALL[kind]);
        let (measured, excuses) = (kind == EventKind::Progress, kind == EventKind::GovernmentCause);
        LandEvent {
            cause: cause.map(|at| IdleCause::ALL[at]).filter(|_| excuses),
            until: lasts.map(|days| date + Days::new(days)).filter(|_| excuses),
            developed_area_m2: developed.filter(|_| measured),
            invested: invested.filter(|_| measured),
            ..LandEvent::bare(1, keyed("E"), format!("C{contract}"), kind, date)
        }
    })
}

/// Two parcels: on the first, which may be there for some years only, buildings of some years and up to two contracts one after the
/// other; on the second nothing is dated.
fn any_park() -> impl Strategy<Value = ParkSnapshot> {
    let date = || prop::option::of((0_u64..2_500).prop_map(day));
    let built = (prop::option::of(2016..2026_i32), date(), 1.0..60.0_f64);
    let contract = (date(), date());
    let parts = (
        prop::collection::vec(built, 0..3),
        prop::collection::vec(contract, 0..3),
        prop::collection::vec(any_event(), 0..9),
        date(),
        date(),
    );
    parts.prop_map(|(built, contracts, events, from, to)| {
        let mut park = empty();
        let first = parcel(1, block(0.0, 0.0, 100.0, 100.0));
        park.parcels = vec![
            Parcel { valid_from: from, valid_to: to.filter(|to| from.is_none_or(|from| from < *to)), ..first },
            parcel(2, block(100.0, 0.0, 100.0, 100.0)),
        ];
        for (at, (year_built, valid_to, side)) in built.into_iter().enumerate() {
            let new = building(at as i64 + 1, block(5.0, 5.0 + at as f64, side, side));
            park.buildings.push(Building { year_built, valid_to, ..new });
        }
        for (at, (signed, agreed_start)) in contracts.into_iter().enumerate() {
            let key = keyed(&format!("C{}", at + 1));
            park.contracts.push(LandContract {
                signed,
                agreed_start,
                area_due_m2: Some(30_000.0),
                total_investment: Some(100e6),
                ..LandContract::bare(at as i64 + 1, key, "P1")
            });
        }
        park.events = events;
        park
    })
}

/// Days on which something may turn: those on record, and one, two and three years after them, each with its neighbours.
fn turning(park: &ParkSnapshot, cases: &[Case]) -> BTreeSet<NaiveDate> {
    let parcels = park.parcels.iter().flat_map(|one| [one.valid_from, one.valid_to]);
    let buildings = park.buildings.iter().flat_map(|one| {
        let year = one.year_built.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
        [one.valid_to, year]
    });
    let contracts = park.contracts.iter().flat_map(|one| [one.signed, one.agreed_start]);
    let events = park.events.iter().flat_map(|one| [Some(one.date), one.until]);
    let entries = cases.iter().flat_map(|case| &case.events).flat_map(|one| [Some(one.day), one.starts]);
    let told = parcels.chain(buildings).chain(contracts).chain(events).chain(entries).flatten();
    let years = told.flat_map(|day| (0..4).map(move |years| day + Months::new(12 * years)));
    years.flat_map(|day| [day - Days::new(1), day, day + Days::new(1)]).collect()
}

/// The overlay without its reasons.
fn without_reasons(mut overlay: Overlay) -> Overlay {
    overlay.verdicts.values_mut().for_each(|verdict| verdict.facts.clear());
    overlay
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Found by steps, the overlay of every day is the one that is worked out for it.
    #[test]
    fn steps_are_what_is_worked_out_for_the_day(
        park in any_park(), case in prop::option::of(any_case()), more in prop::collection::vec(0_u64..5_000, 20), at_hand in any::<bool>(),
    ) {
        let (rules, cases) = (RuleSet::shipped(), case.into_iter().collect::<Vec<Case>>());
        let mut days = turning(&park, &cases);
        days.extend(more.into_iter().map(day));
        let cache = Cache::build(Arc::new(park));
        let steps = IdleSteps::of(&cache, &rules, at_hand.then_some(cases.as_slice()));
        for day in days {
            let told = at_hand.then_some(CasesUpTo { cases: &cases, day });
            let whole = without_reasons(idle_overlay_in_cases(&cache, &rules, told, day));
            prop_assert_eq!(steps.on(&cache, &rules, day), whole, "on {}", day);
        }
    }
}

/// A clock that runs for a year and then is up, with a building that stands from 2021 on: each state on its first and last day.
#[test]
fn a_clock_turns_on_its_days() {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut park = empty();
    park.parcels = vec![parcel(1, block(0.0, 0.0, 100.0, 100.0))];
    park.buildings = vec![Building { year_built: Some(2021), ..building(1, block(10.0, 10.0, 60.0, 60.0)) }];
    park.contracts =
        vec![LandContract { agreed_start: Some(date("2019-03-01")), ..LandContract::bare(1, keyed("C1"), "P1") }];
    let (cache, rules) = (Cache::build(Arc::new(park)), RuleSet::shipped());
    let steps = IdleSteps::of(&cache, &rules, None);
    for (on, state, used, column) in [
        ("2019-02-28", None, "vacant: no building", None),
        ("2019-03-01", Some("contract: clock runs, column = days left"), "vacant: no building", Some("366 days")),
        ("2020-02-29", Some("contract: clock runs, column = days left"), "vacant: no building", Some("1 day")),
        ("2020-03-01", Some("contract: over 1 year, idle"), "vacant: no building", Some("365 days to 2 years")),
        ("2020-12-31", Some("contract: over 1 year, idle"), "vacant: no building", Some("60 days to 2 years")),
        ("2021-01-01", Some("contract: over 1 year, idle"), "in use", Some("59 days to 2 years")),
        ("2021-03-01", Some("contract: over 2 years, may be reclaimed"), "in use", None),
    ] {
        let overlay = steps.on(&cache, &rules, date(on));
        let verdict = overlay.verdicts.values().next().unwrap();
        let label = |class: usize| overlay.classes[class].label.as_str();
        assert_eq!(label(verdict.class), used, "{on}");
        let told = verdict.outline.map(label).map(|label| label.split(" (").next().unwrap_or_default());
        assert_eq!(told, state, "{on}");
        assert_eq!(overlay.pillars[0].label.as_deref(), column, "{on}");
    }
}
