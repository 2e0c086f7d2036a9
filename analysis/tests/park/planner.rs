//! What panels for planners are given: the list, one parcel with its clock and bars, projects, cases.

use std::sync::Arc;

use analysis::land::indicators::LandModel;
use analysis::land::scheme::Scheme;
use analysis::land::{CasesUpTo, Tone, idle_overlay_in_cases};
use analysis::planner::{
    LandList, ParcelSheet, beside, case_book, compared, land_list, parcel_sheet, project_chart, scenario_error_words,
};
use analysis::rules::RuleSet;
use analysis::scenario::{Edit, Limits, Scenario, ScenarioFile, is_scenario};
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, Case, CaseEvent, CaseEventKind, CaseState, Cause, EventKind, FeatureId, FeatureKind, LandContract,
    LandEvent, ParkSnapshot, Presence, Project, SurfaceKind,
};

use crate::by_hand::{block, building, cover, empty, keyed, parcel};
use crate::evaluation::day;

/// Parcel 1: a hall of 60 × 60 m with two storeys. Parcel 2: empty, under a contract to start on 2024-01-10. Parcel 3: empty,
/// without a contract. Parcel 4: its contract was stopped half a year after the start. Yards are surveyed: one lies beside them.
fn park() -> ParkSnapshot {
    let mut park = empty();
    park.parcels = (0..4).map(|at| parcel(at + 1, block(at as f64 * 100.0, 0.0, 100.0, 100.0))).collect();
    park.parcels[2].boundary = block(200.0, 0.0, 100.0, 50.0);
    for parcel in &mut park.parcels {
        parcel.land_use_scheme = Some("planning-2023".into());
        parcel.land_use_code = Some("100101".into());
        parcel.land_use = Some("industry".into());
        parcel.industry_code = Some("34".into());
    }
    park.parcels[1].number = Some("N-2".into());
    park.surfaces.push(cover(1, SurfaceKind::StorageYard, block(0.0, -50.0, 20.0, 20.0)));
    park.buildings.push(Building {
        storeys: Some(2.0),
        storey_height_m: Some(4.0),
        ..building(1, block(20.0, 20.0, 60.0, 60.0))
    });
    let contract = |key: &str, parcel_key: &str, start: &str| LandContract {
        signed: Some(day("2023-01-10")),
        agreed_start: Some(day(start)),
        ..LandContract::bare(1, keyed(key), parcel_key)
    };
    park.contracts = vec![contract("C2", "P2", "2024-01-10"), contract("C4", "P4", "2023-06-01")];
    let event = |kind, date: &str| LandEvent::bare(1, keyed(date), "C4", kind, day(date));
    park.events = vec![event(EventKind::Start, "2023-06-20"), event(EventKind::Suspension, "2024-01-05")];
    park
}

fn with<T>(date: &str, make: impl FnOnce(&LandModel<'_>, &Scheme) -> T) -> T {
    let (cache, rules, as_of) = (Cache::build(Arc::new(park())), RuleSet::shipped(), day(date));
    let presence = Presence::on(cache.snapshot(), as_of);
    let scheme = Scheme::named("national-2008").unwrap();
    make(&LandModel::of(&cache, &presence, &rules, as_of), &scheme)
}

fn list(date: &str) -> LandList {
    with(date, land_list)
}

fn sheet(date: &str, slot: usize) -> ParcelSheet {
    with(date, |model, scheme| parcel_sheet(model, scheme, slot))
}

#[test]
fn the_list_names_what_the_ranking_says() {
    let list = list("2025-07-10");
    let row = |key: &str| list.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!(list.rows[0].key, "P2", "a year past its start comes first");
    assert_eq!(list.rows.len(), 4);
    let idle = row("P2");
    assert_eq!(list.states[idle.state].label, "over 1 year: idle");
    assert_eq!(list.uses[idle.physical].label, "vacant");
    assert_eq!((idle.name.as_str(), idle.days_left), ("N-2", Some(-181)), "2025-01-10 is 181 days before");
    assert!((idle.years.unwrap() - 547.0 / 365.2425).abs() < 1e-9, "from 2024-01-10: 547 days");
    assert_eq!(
        (idle.against_holder, row("P3").against_holder),
        (Some(true), None),
        "nothing is held against no contract"
    );
    assert!(idle.reason.contains("no start on record") && idle.reason.contains("covered"), "{}", idle.reason);
    let vacant = row("P3");
    assert_eq!(list.states[vacant.state].label, "no contract");
    assert_eq!((vacant.days_left, vacant.years, vacant.listed), (None, None, true));
    assert_eq!(list.zonings[vacant.zoning.unwrap()], "100101 industry");
    assert!(!row("P1").listed || list.ratings[row("P1").rating] == "low efficiency");
    // Before the agreed start nothing runs.
    let early = self::list("2023-12-31");
    let to_come = early.rows.iter().find(|row| row.key == "P2").unwrap();
    assert_eq!((to_come.years, to_come.days_left), (None, Some(376)));
}

#[test]
fn a_parcels_clock_says_its_days_in_words() {
    let said = |date: &str| {
        let clock = sheet(date, 1).clock.unwrap();
        clock.said.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(said("2024-12-31"), ["10 days left to the one-year date, 2025-01-10"]);
    let past = ["one year was up 181 days ago, on 2025-01-10", "184 days left to the two-year date, 2026-01-10"];
    assert_eq!(said("2025-07-10"), past);
    let clock = sheet("2025-07-10", 1).clock.unwrap();
    assert_eq!(clock.tone, Tone::Bad);
    let marks: Vec<(String, bool)> = clock.marks.iter().map(|mark| (mark.day.to_string(), mark.limit)).collect();
    let wanted = [("2023-01-10", false), ("2024-01-10", false), ("2025-01-10", true), ("2026-01-10", true)];
    assert_eq!(marks, wanted.map(|(day, limit)| (day.to_owned(), limit)));
    assert!(sheet("2025-07-10", 2).clock.is_none(), "no contract, no clock");
    let stopped = sheet("2024-06-01", 3).clock.unwrap();
    assert_eq!(stopped.spans.len(), 1);
    assert_eq!((stopped.spans[0].from, stopped.spans[0].to), (day("2024-01-05"), None));
    assert!(!stopped.spans[0].excuses);
}

#[test]
fn bars_stand_against_the_schemes_limits_and_unknown_is_said() {
    let sheet = sheet("2025-07-10", 0);
    let bar = |title: &str| sheet.bars.iter().find(|bar| bar.title == title).unwrap();
    let coverage = bar("Site coverage");
    assert!((coverage.value.unwrap() - 0.36).abs() < 1e-9);
    assert_eq!((coverage.limits.len(), coverage.limits[0].met), (1, Some(true)));
    assert_eq!(coverage.limits[0].shown, "≥ 30.0 %");
    assert!(coverage.limits[0].decides && !coverage.limits[0].clause.is_empty());
    assert_eq!(coverage.shown, "36.0 %");
    assert_eq!(coverage.limits[0].value, Some(0.3));
    let hall = coverage.inputs.iter().find(|input| input.contains("footprint")).unwrap();
    assert!(
        hall.contains("B1, layer") && hall.contains("no date on record"),
        "source and date, or that there is none: {hall}"
    );
    assert_eq!(sheet.scheme, "National control indicators for industrial project land, 2008");
    assert!(sheet.scheme.key().is_some(), "in any language");
    let output = bar("Output");
    assert_eq!(output.value, None);
    assert!(!output.missing.is_empty(), "what is missing is named");
    let first_without = sheet.bars.iter().position(|bar| bar.limits.is_empty()).unwrap();
    assert!(sheet.bars[first_without..].iter().all(|bar| bar.limits.is_empty()), "those with a limit come first");
}

#[test]
fn each_row_of_the_chart_has_its_own_words() {
    let mut park = park();
    park.projects.push(Project {
        id: FeatureId::new(FeatureKind::Project, 1),
        provenance: keyed("X"),
        name: Some("Hall X".into()),
        contract_key: Some("C2".into()),
        parcel_key: Some("P2".into()),
        enterprise_key: None,
        planned_approval: None,
        planned_permit: None,
        planned_start: Some(day("2024-01-10")),
        planned_completion: None,
        planned_production: None,
        planned_investment: None,
        currency: None,
        note: None,
    });
    let chart = project_chart(&park, day("2024-02-10"));
    assert_eq!(chart.gantt.rows.len(), chart.said.len());
    let at = chart.gantt.rows.iter().position(|row| row.key == "X").unwrap();
    assert_eq!(chart.said[at].timing, "start 31 days late");
    assert_eq!(chart.said[at].parcel, Some(park.parcels[1].id));
    assert_eq!(chart.said[at].detail.len(), 5, "one line a milestone");
    assert_eq!(chart.late(), chart.said.iter().filter(|said| said.days_late > Some(0)).count());
    assert!(chart.late() >= 1);
}

fn entry(seq: i32, kind: CaseEventKind, on: &str) -> CaseEvent {
    CaseEvent::bare(seq, kind, day(on))
}

#[test]
fn the_list_and_the_overlay_tell_what_cases_change_where_they_are_at_hand() {
    let as_of = day("2025-07-10");
    let of_parcel = |list: &LandList| list.rows.iter().find(|row| row.key == "P2").unwrap().clone();
    let untold = list("2025-07-10");
    let row = of_parcel(&untold);
    assert_eq!((untold.cases.len(), row.case), (0, None));
    assert!(untold.notes.iter().any(|note| note.contains("not at hand")), "{:?}", untold.notes);
    assert_eq!(row.proviso.as_deref(), Some("if delivered as agreed"));
    let step = |seq, on: &str, state, cause| CaseEvent {
        state: Some(state),
        cause,
        ..entry(seq, if seq == 1 { CaseEventKind::Opened } else { CaseEventKind::Step }, on)
    };
    let case = Case {
        case_id: 3,
        parcel_key: "P2".into(),
        parcel_number: None,
        contract_key: Some("C2".into()),
        parcel_on_record: Some(true),
        contract_on_record: Some(true),
        events: vec![
            step(1, "2025-02-01", CaseState::Suspected, None),
            step(2, "2025-03-01", CaseState::Investigation, None),
            step(3, "2025-04-01", CaseState::Determined, Some(Cause::Government)),
        ],
    };
    let cases = CasesUpTo { cases: std::slice::from_ref(&case), day: as_of };
    let (cache, rules) = (Cache::build(Arc::new(park())), RuleSet::shipped());
    let presence = Presence::on(cache.snapshot(), as_of);
    let scheme = Scheme::named("national-2008").unwrap();
    let model = LandModel::of(&cache, &presence, &rules, as_of).with_cases(Some(cases));
    let told = land_list(&model, &scheme);
    let row = of_parcel(&told);
    assert_eq!(told.states[row.state].label, "excused (Art. 8)");
    assert_eq!((row.against_holder, row.proviso), (Some(false), None));
    assert!(row.reason.contains("case 3"), "{}", row.reason);
    assert_eq!(told.cases[row.case.unwrap()], "determined");
    let other = told.rows.iter().find(|row| row.key == "P4").unwrap();
    assert_eq!(told.cases[other.case.unwrap()], "no case");
    assert!(!told.notes.iter().any(|note| note.contains("not at hand")));
    // The map says the same, and without cases that they are not at hand.
    let classes = |cases| {
        let overlay = idle_overlay_in_cases(&cache, &rules, cases, as_of);
        let shown = overlay.classes.iter().filter(|class| class.count > 0).map(|class| class.label.to_string());
        (shown.collect::<Vec<_>>().join("\n"), overlay.notes.iter().any(|note| note.contains("not at hand")))
    };
    let (without, said) = classes(None);
    assert!(without.contains("over 1 year, idle (1 if delivered as agreed)") && said, "{without}");
    let (with, said) = classes(Some(cases));
    assert!(with.contains("excused (Art. 8)") && !with.contains("over 1 year") && !said, "{with}");
}

#[test]
fn cases_tell_what_is_overdue_and_what_was_corrected() {
    let event = entry;
    let on = |text: &str| Some(day(text));
    let case = Case {
        case_id: 7,
        parcel_key: "P2".into(),
        parcel_number: Some("N-2".into()),
        contract_key: None,
        parcel_on_record: Some(true),
        contract_on_record: None,
        events: vec![
            CaseEvent { state: Some(CaseState::Suspected), ..event(1, CaseEventKind::Opened, "2026-01-10") },
            CaseEvent {
                due: on("2026-02-01"),
                note: Some("statement".into()),
                ..event(2, CaseEventKind::Deadline, "2026-01-10")
            },
            CaseEvent { late: true, reason: Some("ill".into()), ..event(3, CaseEventKind::Note, "2026-01-11") },
            CaseEvent {
                refers: Some(3),
                withdrawn: true,
                reason: Some("wrong parcel".into()),
                ..event(4, CaseEventKind::Correction, "2026-01-12")
            },
        ],
    };
    let at = |date: &str| -> NaiveDate { day(date) };
    let early = case_book(std::slice::from_ref(&case), at("2026-01-31"));
    assert!(early.overdue.is_empty());
    assert_eq!(early.cases[0].deadlines[0].said, "1 day left");
    let book = case_book(std::slice::from_ref(&case), at("2026-02-11"));
    assert_eq!((book.overdue.len(), book.overdue[0].said.as_str()), (1, "10 days overdue"));
    assert_eq!((book.overdue[0].parcel.as_str(), book.overdue[0].what.as_str()), ("N-2", "statement"));
    let lines = &book.cases[0].lines;
    assert_eq!(lines.len(), 4, "what was withdrawn stays on record");
    assert!(lines[2].withdrawn);
    assert_eq!(lines[2].flaw.as_ref().unwrap(), "recorded after the fact; ill; withdrawn by entry 4");
    assert_eq!(book.cases[0].state.as_ref().unwrap(), "suspected");
    let next: Vec<_> = book.cases[0].next.iter().map(|step| (step.label.as_str(), step.needs_cause)).collect();
    assert_eq!(next, [("under investigation", false), ("lifted", false)], "as Order 53 has it, from suspicion");
    assert!(lines.iter().all(|line| !line.is_picture), "there is no file");
    assert_eq!(case_book(&[case], at("2026-01-09")).cases[0].state, None, "before it was opened");
}

#[test]
fn a_scenario_stands_beside_the_record_and_neither_loses_a_feature() {
    let record = park();
    let limits = Limits {
        setback_m: 5.0,
        spacing_m: 0.0,
        far: Some(1.0),
        coverage: Some(0.5),
        height_m: 12.0,
        storey_height_m: 4.0,
    };
    let edits = vec![
        Edit::MergeParcels { parcels: vec!["P2".into(), "P3".into()], key: "P2+3".into() },
        Edit::PlaceBuilding { parcel: "P2+3".into(), key: "N1".into(), limits, use_text: None },
        Edit::RemoveBuilding { building: "B1".into() },
    ];
    let rules = RuleSet::shipped();
    let file = ScenarioFile::new("both", "hand", edits.clone());
    let after = Scenario::on(Arc::new(record.clone()), file).unwrap().park(&rules).unwrap();
    let both = beside(&record, &after);
    let keys = |wanted: &dyn Fn(FeatureId) -> bool| -> Vec<&str> {
        both.both.parcels.iter().filter(|one| wanted(one.id)).map(|one| one.provenance.key.as_str()).collect()
    };
    assert_eq!(keys(&|id| both.gone.contains(&id)), ["P2", "P3"]);
    assert_eq!(keys(&|id| both.added.contains(&id)), ["P2+3"]);
    assert!(both.added.iter().all(|id| is_scenario(*id)));
    // Each side without what the other alone has is that side's park again.
    let side = |hidden: &std::collections::HashSet<FeatureId>| {
        let mut ids: Vec<FeatureId> =
            both.both.buildings.iter().map(|one| one.id).filter(|id| !hidden.contains(id)).collect();
        ids.sort_by_key(|id| id.id);
        ids
    };
    assert_eq!(side(&both.added), record.buildings.iter().map(|one| one.id).collect::<Vec<_>>());
    assert_eq!(side(&both.gone), after.buildings.iter().map(|one| one.id).collect::<Vec<_>>());
    let (record, after) = (Cache::build(Arc::new(record)), Cache::build(Arc::new(after)));
    let rows = compared(&record, &after, &edits, &rules, day("2025-07-10"));
    let row = |parcel: &str, title: &str| {
        let found = rows.iter().find(|row| row.parcel.as_deref() == Some(parcel) && row.title == title).unwrap();
        (found.before.to_string(), found.after.to_string(), found.differs)
    };
    assert_eq!(row("P1", "Site coverage"), ("36.0 %".into(), "0.0 %".into(), true), "its hall is taken away");
    let (before, merged, _) = row("P2+3", "Land area");
    assert_eq!((before.as_str(), merged.replace('\u{202f}', "").as_str()), ("–", "15000 m²"));
    assert!(rows.iter().all(|row| row.parcel.as_deref() != Some("P4")), "what no edit touches is not told");
    let wrong = vec![Edit::RemoveBuilding { building: "B9".into() }];
    let wrong = Scenario::on(Arc::new(park()), ScenarioFile::new("wrong", "hand", wrong)).unwrap();
    let error = wrong.park(&RuleSet::shipped()).unwrap_err();
    assert_eq!(scenario_error_words(&error), "edit 1 cannot be made: there is no building B9");
}

#[test]
fn two_scenarios_stand_side_by_side_and_each_part_is_its_own_park() {
    let record = Arc::new(park());
    let rules = RuleSet::shipped();
    let first = vec![
        Edit::MergeParcels { parcels: vec!["P2".into(), "P3".into()], key: "P2+3".into() },
        Edit::RemoveBuilding { building: "B1".into() },
    ];
    let use_of_2 = Edit::ChangeUse {
        parcel: "P2".into(),
        scheme: "planning-2023".into(),
        code: "110101".into(),
        land_use: None,
        industry: None,
    };
    let second = vec![use_of_2, Edit::SplitParcel { parcel: "P4".into(), line: vec![(350.0, -1.0), (350.0, 101.0)] }];
    let on = |name: &str, edits: &[Edit]| {
        Scenario::on(record.clone(), ScenarioFile::new(name, "hand", edits.to_vec())).unwrap()
    };
    let left = on("first", &first).park(&rules).unwrap();
    let right = on("second", &second).apart_from(&left).park(&rules).unwrap();
    let made = |park: &ParkSnapshot| -> Vec<FeatureId> {
        park.parcels.iter().map(|one| one.id).filter(|id| is_scenario(*id)).collect()
    };
    assert_eq!((made(&left).len(), made(&right).len()), (1, 3));
    assert!(made(&left).iter().all(|id| !made(&right).contains(id)), "no feature of one is taken for one of the other");
    let both = beside(&left, &right);
    let side = |hidden: &std::collections::HashSet<FeatureId>| {
        let parcels = both.both.parcels.iter().map(|one| (one.id, one.provenance.key.clone()));
        let buildings = both.both.buildings.iter().map(|one| (one.id, one.provenance.key.clone()));
        let mut there: Vec<String> =
            parcels.chain(buildings).filter(|(id, _)| !hidden.contains(id)).map(|(_, key)| key).collect();
        there.sort_unstable();
        there
    };
    assert_eq!(side(&both.added), ["P1", "P2+3", "P4"]);
    assert_eq!(side(&both.gone), ["B1", "P1", "P2", "P3", "P4/1", "P4/2"]);
    let (left, right) = (Cache::build(Arc::new(left)), Cache::build(Arc::new(right)));
    let rows = compared(&left, &right, &[first, second].concat(), &rules, day("2025-07-10"));
    let found = rows.iter().find(|row| row.parcel.as_deref() == Some("P1") && row.title == "Site coverage").unwrap();
    // The first takes the only building away, and a park without any tells nothing of what stands where.
    assert_eq!((found.before.as_str(), found.after.as_str()), ("unknown", "36.0 %"));
}
