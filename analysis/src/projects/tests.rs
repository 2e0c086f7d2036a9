use std::sync::Arc;

use geo::{MultiPolygon, Rect, coord};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, Parcel, Park, Provenance};

use super::*;
use crate::overlay::Overlay;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn contract() -> LandContract {
    LandContract {
        signed: Some(day("2023-06-01")),
        agreed_start: Some(day("2024-01-31")),
        agreed_completion: Some(day("2025-12-31")),
        total_investment: Some(1000.0),
        currency: Some("CNY".into()),
        ..LandContract::bare(1, Provenance::keyed("C1"), "P1")
    }
}

fn event(kind: EventKind, date: &str) -> LandEvent {
    LandEvent::bare(1, Provenance::keyed("E"), "C1", kind, day(date))
}

fn ledger(planned: [Option<&str>; 5]) -> Project {
    let [approval, permit, start, completion, production] = planned.map(|text| text.map(day));
    Project {
        id: FeatureId::new(FeatureKind::Project, 1),
        provenance: Provenance::keyed("X1"),
        name: Some("Works".into()),
        contract_key: Some("C1".into()),
        parcel_key: None,
        enterprise_key: None,
        planned_approval: approval,
        planned_permit: permit,
        planned_start: start,
        planned_completion: completion,
        planned_production: production,
        planned_investment: None,
        currency: None,
        note: None,
    }
}

const PLAN: [Option<&str>; 5] =
    [Some("2023-07-01"), Some("2023-12-15"), Some("2024-01-15"), Some("2025-12-01"), Some("2026-03-01")];

fn park(ledger: &[Project], events: &[LandEvent]) -> ParkSnapshot {
    let mut park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
    park.contracts = vec![contract()];
    park.projects = ledger.to_vec();
    park.events = events.to_vec();
    park
}

fn one(ledger: &[Project], events: &[LandEvent], as_of: &str) -> ProjectStatus {
    let mut all = projects(&park(ledger, events), day(as_of));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn life() -> Vec<LandEvent> {
    vec![
        event(EventKind::Approval, "2023-07-11"),
        event(EventKind::Permit, "2023-12-10"),
        event(EventKind::Start, "2024-02-14"),
        event(EventKind::Suspension, "2024-06-01"),
        event(EventKind::Resumption, "2024-07-01"),
        event(EventKind::Completion, "2026-02-01"),
        event(EventKind::Production, "2026-06-01"),
    ]
}

/// One project's life, worked out by hand against PLAN: the day, stage, what it misses and by how many days.
#[test]
fn a_life_by_hand() {
    use Milestone::{Approval, Completion, Permit, Production, Start};
    let late = |milestone, days| Timing::Late { milestone, days };
    for (as_of, stage, timing) in [
        ("2023-07-01", Stage::Planned, Timing::InTime),
        ("2023-07-02", Stage::Planned, late(Approval, 1)),
        ("2023-07-11", Stage::Approved, Timing::InTime),
        ("2023-12-15", Stage::Permitted, Timing::InTime),
        // 2024 is a leap year; January has 31 days.
        ("2024-02-13", Stage::Permitted, late(Start, 29)),
        ("2024-02-14", Stage::Building, Timing::InTime),
        ("2026-01-31", Stage::Building, late(Completion, 61)),
        ("2026-02-01", Stage::Completed, Timing::InTime),
        ("2026-05-31", Stage::Completed, late(Production, 91)),
        ("2026-06-01", Stage::Producing, Timing::Done),
    ] {
        let project = one(&[ledger(PLAN)], &life(), as_of);
        assert_eq!((project.stage, project.timing), (stage, timing), "{as_of}");
    }
    let done = one(&[ledger(PLAN)], &life(), "2026-07-01");
    let late: Vec<i64> = done.milestones.iter().map(|m| m.days_late.unwrap()).collect();
    assert_eq!(late, [10, -5, 30, 62, 92]);
    // A project whose permit is there, and its approval was never recorded.
    let skipped = one(&[ledger(PLAN)], &life()[1..2], "2024-01-01");
    assert_eq!((skipped.milestones[0].days_late, skipped.milestones[0].forecast), (None, None));
    assert!(skipped.milestones[0].reason.contains("when is unknown"), "{}", skipped.milestones[0].reason);
    assert_eq!(skipped.timing, Timing::InTime);
    // Nothing at all on record by the day of the permit: the first that is missing counts.
    let nothing = one(&[ledger(PLAN)], &[], "2024-01-01");
    assert_eq!(nothing.timing, Timing::Late { milestone: Approval, days: 184 });
    assert_eq!(nothing.milestones[Permit as usize].days_late, Some(17));
}

#[test]
fn what_is_to_be_expected_follows_from_what_it_is_behind() {
    let on = |events: &[LandEvent], as_of| one(&[ledger(PLAN)], events, as_of);
    let expected = |p: &ProjectStatus| p.milestones.each_ref().map(|m| m.forecast.map(|day| day.to_string()));
    let some = |text: &str| Some(text.to_owned());
    // Started 30 days late: so is the rest.
    let behind = on(&life()[..3], "2024-03-01");
    assert_eq!(expected(&behind)[3..], [some("2025-12-31"), some("2026-03-31")]);
    assert!(behind.milestones[3].reason.contains("30 days behind at start"), "{}", behind.milestones[3].reason);
    // Suspended: nobody knows.
    let stopped = on(&life()[..4], "2024-06-15");
    assert_eq!(stopped.suspended_since(), Some(day("2024-06-01")));
    assert_eq!(expected(&stopped)[3..], [None, None]);
    assert!(stopped.milestones[3].reason.contains("suspended since 2024-06-01"));
    // Thirty days of suspension come on top.
    let resumed = on(&life()[..5], "2024-07-01");
    assert_eq!(expected(&resumed)[3..], [some("2026-01-30"), some("2026-04-30")]);
    assert!(resumed.milestones[4].reason.contains("30 days of suspension"));
    // What is overdue cannot come yesterday, nor what follows it before it.
    let overdue = on(&life()[..5], "2026-05-10");
    assert_eq!(expected(&overdue)[3..], [some("2026-05-10"), some("2026-05-10")]);
    // The permit came five days early.
    assert_eq!(expected(&on(&life()[..2], "2023-12-20"))[2..4], [some("2024-01-10"), some("2025-11-26")]);
    // No plan, no forecast.
    let unplanned = one(&[ledger([None; 5])], &[], "2023-08-01");
    assert_eq!(expected(&unplanned), [None, None, some("2024-01-31"), some("2025-12-31"), None]);
}

#[test]
fn the_contract_fills_what_the_ledger_leaves_open_and_stands_in_for_it() {
    let plans = |p: &ProjectStatus| p.milestones.each_ref().map(|m| m.plan_source);
    let (ledger_, contract_) = (Some(PlanSource::Ledger), Some(PlanSource::Contract));
    let partly = one(&[ledger([None, None, Some("2024-01-15"), None, None])], &[], "2024-03-01");
    assert_eq!(plans(&partly), [None, None, ledger_, contract_, None]);
    assert_eq!((partly.key.as_str(), partly.in_ledger, partly.planned_investment), ("X1", true, Some(1000.0)));
    let alone = one(&[], &[], "2024-03-01");
    assert_eq!(plans(&alone), [None, None, contract_, contract_, None]);
    assert_eq!((alone.key.as_str(), alone.in_ledger, alone.name), ("C1", false, None));
    assert_eq!(alone.timing, Timing::Late { milestone: Milestone::Start, days: 30 });
    // After completion nothing planned is left.
    let completed = one(&[], &life()[5..6], "2026-03-01");
    assert_eq!(completed.timing, Timing::Unknown);
    assert_eq!(completed.days_late(), None);
}

#[test]
fn contracts_that_are_not_there_and_those_that_are_shared_are_said() {
    // Before it is signed the contract is not on record, and only the ledger speaks.
    let before = one(&[ledger(PLAN)], &life(), "2023-05-31");
    assert_eq!((before.stage, before.timing), (Stage::Planned, Timing::InTime));
    assert!(before.notes[0].contains("contract C1 is not on record by 2023-05-31"), "{:?}", before.notes);
    assert_eq!(projects(&park(&[], &life()), day("2023-05-31")), []);
    let free = Project { contract_key: None, parcel_key: Some("P1".into()), ..ledger(PLAN) };
    let all = projects(&park(&[free], &life()), day("2026-07-01"));
    assert_eq!((all.len(), all[0].stage, all[1].stage), (2, Stage::Planned, Stage::Producing));
    let twins = projects(&park(&[ledger(PLAN), ledger(PLAN)], &life()), day("2026-07-01"));
    assert!(twins.len() == 2 && twins.iter().all(|p| p.notes[0].contains("share the contract")));
    let mut odd = life();
    odd[5].date = day("2024-01-01");
    let odd = one(&[ledger(PLAN)], &odd, "2026-07-01");
    assert!(odd.notes.iter().any(|note| note.contains("out of order")));
}

#[test]
fn the_chart_has_late_projects_first_and_bars_between_milestones() {
    let as_of = day("2026-01-31");
    let other = Project { contract_key: Some("C2".into()), provenance: Provenance::keyed("A1"), ..ledger([None; 5]) };
    let all = projects(&park(&[other, ledger(PLAN)], &life()), as_of);
    let chart = gantt(&all, as_of);
    assert_eq!(chart.rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["X1", "A1"]);
    let row = &chart.rows[0];
    assert_eq!(row.label, "Works");
    assert_eq!(row.planned.len(), 4);
    assert_eq!((row.planned[0].from, row.planned[0].to), (day("2023-07-01"), day("2023-12-15")));
    let building = row.actual.last().unwrap();
    assert_eq!((building.to_milestone, building.from, building.to), (Milestone::Completion, day("2024-02-14"), as_of));
    assert_eq!(row.suspended, [[day("2024-06-01"), day("2024-07-01")]]);
    assert_eq!((row.expected[0].from, row.expected[0].to), (as_of, as_of), "overdue: no day before today is expected");
    assert_eq!((chart.from, chart.to), (day("2023-07-01"), day("2026-04-30")));
    assert_eq!(chart.rows[1].marks.iter().filter(|mark| mark.planned.is_some()).count(), 0);
    let empty = gantt(&[], as_of);
    assert_eq!((empty.from, empty.to, empty.rows.len()), (as_of, as_of, 0));
}

fn any_events() -> impl Strategy<Value = Vec<(usize, i64)>> {
    prop::collection::vec((0..EventKind::ALL.len(), 0_i64..1500), 0..10)
}

proptest! {
    /// Time alone reaches no milestone and makes no project less late; what is expected is never over, and in order.
    #[test]
    fn time_and_records_only_move_forward(
        events in any_events(), plan in prop::array::uniform5(prop::option::of(0_i64..1500)), on in 0_i64..2000, later in 0_i64..400,
    ) {
        let start = day("2023-06-01");
        let at = |days: i64| start + chrono::Duration::days(days);
        let events: Vec<LandEvent> =
            events.iter().map(|(kind, days)| LandEvent { date: at(*days), ..event(EventKind::ALL[*kind], "2024-01-01") }).collect();
        let texts = plan.map(|days| days.map(|days| at(days).to_string()));
        let project = ledger(texts.each_ref().map(|text| text.as_deref()));
        let park = park(&[project], &events);
        let (now, then) = (projects(&park, at(on)).remove(0), projects(&park, at(on + later)).remove(0));
        prop_assert!(then.stage >= now.stage);
        let mut before = at(on);
        for (m, next) in now.milestones.iter().zip(&then.milestones) {
            if let Some(forecast) = m.forecast {
                prop_assert!(forecast >= before && m.planned.is_some() && m.actual.is_none());
                prop_assert!(now.suspended_since().is_none());
                before = forecast;
            }
            if m.actual.is_some() {
                prop_assert_eq!((next.actual, next.days_late), (m.actual, m.days_late), "what is on record stays");
            } else if let (Some(days), Some(more), None) = (m.days_late, next.days_late, next.actual) {
                prop_assert_eq!(more - days, later);
            }
        }
        // Late or in time is known where something to come has a day, and only there.
        let to_come = now.milestones.iter().skip(now.stage as usize).any(|m| m.planned.is_some());
        prop_assert_eq!(now.days_late().is_none(), !to_come && now.stage != Stage::Producing);
        // An event more never throws a project back.
        let mut more = park.clone();
        more.events.push(event(EventKind::Permit, "2023-06-02"));
        prop_assert!(projects(&more, at(on)).remove(0).stage >= now.stage);
    }
}

#[test]
fn a_sum_without_a_currency_is_no_share_of_a_plan() {
    let invested = LandEvent { invested: Some(250.0), ..event(EventKind::Start, "2024-02-01") };
    let planned = |currency: Option<&str>| Project {
        planned_investment: Some(1000.0),
        currency: currency.map(str::to_owned),
        ..ledger(PLAN)
    };
    let share = |project: &[Project], contract_currency: Option<&str>| {
        let mut park = park(project, std::slice::from_ref(&invested));
        park.contracts[0].currency = contract_currency.map(str::to_owned);
        let all = projects(&park, day("2024-06-01"));
        (all[0].invested_share(), all[0].notes.iter().any(|note| note.contains("currency")))
    };
    assert_eq!(share(&[planned(Some("CNY"))], Some("CNY")), (Some(0.25), false));
    assert_eq!(share(&[planned(Some("CNY"))], Some("EUR")), (None, true));
    assert_eq!(share(&[planned(Some("CNY"))], None), (None, true), "it may be any");
    assert_eq!(share(&[planned(None)], None), (None, true), "two that are not said need not be one");
    assert_eq!(share(&[], None), (Some(0.25), false), "plan and sum of one contract are in one currency, whichever");
}

#[test]
fn a_park_without_projects_claims_nothing_of_them() {
    let overlay = |park: ParkSnapshot| projects_overlay(&Cache::build(Arc::new(park)), day("2026-06-30"));
    let none = overlay(ParkSnapshot::empty(Park::made_up("p", "P", 4549)));
    let says = |overlay: &Overlay| overlay.notes.iter().any(|note| note.key() == Some("note-projects-none"));
    assert!(none.classes.is_empty() && says(&none), "{none:?}");
    // One that is on no parcel is one all the same.
    let mut park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
    park.projects.push(ledger([None; 5]));
    let one = overlay(park);
    assert!(one.classes.is_empty() && !says(&one), "{one:?}");
}

#[test]
fn a_late_project_on_a_parcel_that_is_gone_is_told_though_not_drawn() {
    let mut park = park(&[ledger(PLAN)], &[]);
    let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 100.0, y: 100.0 }).to_polygon();
    park.parcels.push(Parcel::bare(1, Provenance::keyed("P1"), MultiPolygon(vec![square])));
    let notes = |park: &ParkSnapshot| -> (usize, Vec<String>) {
        let overlay = projects_overlay(&Cache::build(Arc::new(park.clone())), day("2026-06-30"));
        let counted = overlay.classes.iter().map(|class| class.count).sum();
        (counted, overlay.notes.iter().map(ToString::to_string).collect())
    };
    let told =
        |notes: &[String]| notes.iter().any(|note| note.starts_with("1 project has no parcel on record on that day"));
    let (drawn, there) = notes(&park);
    assert!(drawn == 1 && !told(&there), "{drawn} {there:?}");
    // The parcel was divided; the contract still names it.
    park.parcels[0].valid_to = Some(day("2026-01-01"));
    let (drawn, gone) = notes(&park);
    assert!(drawn == 0 && told(&gone), "{drawn} {gone:?}");
    assert!(!gone.iter().any(|note| note.starts_with("No projects on record")), "{gone:?}");
}
