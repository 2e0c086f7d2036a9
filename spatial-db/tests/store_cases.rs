//! Cases against PostGIS: what may be recorded by whom, what stays on record, what survives imports and packages.

use std::time::Duration;

use chrono::{Days, NaiveDate, Utc};
use serde_json::json;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::{Case, CaseState, Cause, FeatureKind, Remedy};
use spatial_db::package::{PackOptions, pack};
use spatial_db::schema::Value;
use spatial_db::store::{Correction, Feed, FeedEvent, FeedOptions, NewFile, Recording, RemedyTerms, Store, StoreError};

use crate::support::{any, client, header, number, put, record, scratch};

/// The day so many days ago.
fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

fn today() -> Recording {
    Recording::new("王工", ago(0))
}

fn on(day: NaiveDate) -> Recording {
    Recording::new("王工", day).reason("typed in from the paper file")
}

/// Parcels p0 and up, contract c1 on p1.
fn import_parcels(store: &mut Store, slug: &str, parcels: std::ops::Range<i64>) -> i64 {
    let mut load = store.begin_load(&header(slug), any()).unwrap();
    let rows = parcels.map(|n| record(FeatureKind::Parcel, &format!("p{n}"), n)).collect();
    put(&mut load, FeatureKind::Parcel, "parcels", rows);
    let mut contract = record(FeatureKind::LandContract, "c1", 1);
    contract.values[0] = Value::Text("p1".to_owned());
    put(&mut load, FeatureKind::LandContract, "contracts", vec![contract]);
    load.commit(&json!({})).unwrap()
}

fn park(parcels: std::ops::Range<i64>) -> (ScratchDatabase, Store) {
    let (database, mut store) = scratch();
    import_parcels(&mut store, "p", parcels);
    (database, store)
}

fn as_role(database: &ScratchDatabase, role: &str) -> Store {
    Store::connect(&format!("{}?options=-c%20role%3D{role}", database.url())).unwrap()
}

fn grant(database: &ScratchDatabase, role: &str) {
    let give = format!("INSERT INTO twin.park_access SELECT park_id, '{role}' FROM twin.park");
    client(database).execute(&give, &[]).unwrap();
}

/// Why the entry was refused, with what to do.
fn refused(result: Result<Case, StoreError>) -> String {
    match result {
        Err(error @ StoreError::CaseRefused { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn step(store: &mut Store, case_id: i64, to: CaseState, said: &Recording) -> Result<Case, StoreError> {
    let cause = (to == CaseState::Determined).then_some(Cause::Holder);
    store.record_step("p", case_id, to, cause, said)
}

/// A case on `parcel` in a state.
fn case_in(store: &mut Store, parcel: &str, state: CaseState) -> Case {
    let way = [CaseState::Investigation, CaseState::Determined, CaseState::Disposal, CaseState::Lifted];
    let mut case = store.open_case("p", parcel, None, &today()).unwrap();
    for to in way.into_iter().take_while(|to| *to <= state) {
        case = step(store, case.case_id, to, &today()).unwrap();
    }
    assert_eq!(case.state(), state);
    case
}

#[test]
fn a_case_takes_the_steps_that_may_follow_and_no_others() {
    let (database, mut store) = park(0..30);
    let mut sql = client(&database);
    let mut parcels = 0..;
    for from in CaseState::ALL {
        for to in CaseState::ALL {
            let parcel = format!("p{}", parcels.next().unwrap());
            let case = case_in(&mut store, &parcel, *from);
            let may = from.next().contains(to);
            let same = sql.query_one("SELECT twin.case_may_become($1, $2)", &[&from.as_str(), &to.as_str()]).unwrap();
            assert_eq!(same.get::<_, bool>(0), may, "{from:?} to {to:?}");
            let stepped = step(&mut store, case.case_id, *to, &today());
            if may {
                assert_eq!(stepped.unwrap().state(), *to);
            } else {
                let words = refused(stepped);
                assert!(words.contains(from.as_str()) && words.contains(to.as_str()), "{words}");
                assert_eq!(store.case("p", case.case_id).unwrap(), case, "nothing was written");
            }
        }
    }
    // A cause comes with the determination and with nothing else.
    let case = case_in(&mut store, "p29", CaseState::Investigation).case_id;
    assert!(
        refused(store.record_step("p", case, CaseState::Determined, None, &today())).contains("holder or government")
    );
    assert!(refused(store.record_step("p", case, CaseState::Lifted, Some(Cause::Holder), &today())).contains("cause"));
}

#[test]
fn a_case_is_opened_on_a_parcel_on_record_and_one_at_a_time() {
    let (_database, mut store) = park(0..3);
    assert!(refused(store.open_case("p", "p9", None, &today())).contains("no parcel with the key p9"));
    assert!(refused(store.open_case("p", "p0", Some("c1"), &today())).contains("no contract c1"));
    assert!(refused(store.open_case("p", "p0", None, &Recording::new("  ", ago(0)))).contains("who records"));
    assert!(refused(store.open_case("p", "p0", None, &Recording::new("W", ago(0) + Days::new(5)))).contains("to come"));
    let case = store.open_case("p", "p1", Some("c1"), &today().note("卫片图斑")).unwrap();
    assert_eq!((case.case_id, case.state(), case.contract_key.as_deref()), (1, CaseState::Suspected, Some("c1")));
    assert_eq!(case.parcel_number.as_deref(), Some("number 园区 1"));
    assert_eq!((case.parcel_on_record, case.contract_on_record), (Some(true), Some(true)));
    assert_eq!(case.events[0].recorded_by, "王工");
    assert!(refused(store.open_case("p", "p1", None, &today())).contains("case 1 is open"));
    store.record_step("p", 1, CaseState::Lifted, None, &today()).unwrap();
    assert_eq!(store.open_case("p", "p1", None, &today()).unwrap().case_id, 2);
    // The lifting of the first cannot be taken back while the second is open.
    let back = Correction { withdrawn: true, ..Correction::default() };
    assert!(refused(store.correct_event("p", 1, 2, back, &today().reason("wrong"))).contains("case 2 was opened"));
    assert!(matches!(store.case("p", 7), Err(StoreError::NoSuchCase { case_id: 7, .. })));
    assert!(refused(store.add_note("p", 7, &today().note("x"))).contains("no case 7"));
    assert!(refused(store.add_note("p", 2, &today())).contains("empty"));
}

#[test]
fn what_is_back_dated_says_why_and_is_shown_as_such() {
    let (_database, mut store) = park(0..3);
    // Two weeks are the limit of the shipped rule.
    let case = store.open_case("p", "p0", None, &Recording::new("W", ago(14))).unwrap();
    assert!(!case.events[0].is_back_dated());
    let words = refused(store.open_case("p", "p1", None, &Recording::new("W", ago(15))));
    assert!(words.contains("15 days ago") && words.contains("reason"), "{words}");
    let late = store.open_case("p", "p1", None, &on(ago(400))).unwrap();
    assert!(late.events[0].late && !late.events[0].out_of_order);
    // A note of yesterday, then one of the day before.
    store.add_note("p", 1, &Recording::new("W", ago(1)).note("seen: empty")).unwrap();
    let before = Recording::new("W", ago(2)).note("phoned the holder");
    let words = refused(store.add_note("p", 1, &before));
    assert!(words.contains("entry 2") && words.contains("reason"), "{words}");
    assert!(refused(store.add_note("p", 1, &before.clone().reason("  "))).contains("reason"));
    let case = store.add_note("p", 1, &before.reason("the slip was mislaid")).unwrap();
    assert!(case.events[2].out_of_order && !case.events[2].late);
    assert_eq!(case.events[2].reason.as_deref(), Some("the slip was mislaid"));
    assert_eq!(case.back_dated().into_iter().collect::<Vec<_>>(), [3]);
    // A step cannot come before the one that it follows, whatever the reason.
    let words = refused(store.record_step("p", 1, CaseState::Investigation, None, &on(ago(20))));
    assert!(words.contains("suspected since") && words.contains("correct"), "{words}");
}

#[test]
fn corrections_name_what_they_correct_and_leave_it_on_record() {
    let (_database, mut store) = park(0..2);
    let case = case_in(&mut store, "p0", CaseState::Determined);
    let fix = |day| Correction { day: Some(day), ..Correction::default() };
    let why = today().reason("date of the notice misread");
    assert!(refused(store.correct_event("p", 1, 2, fix(ago(0)), &today())).contains("reason"));
    assert!(refused(store.correct_event("p", 1, 9, fix(ago(0)), &why)).contains("no entry 9"));
    assert!(refused(store.correct_event("p", 1, 2, Correction::default(), &why)).contains("nothing else"));
    assert!(refused(store.correct_event("p", 1, 2, fix(ago(3)), &why)).contains("out of order"));
    // The first day first, then the step after it.
    store.correct_event("p", 1, 1, fix(ago(5)), &why).unwrap();
    let case_now = store.correct_event("p", 1, 2, fix(ago(3)), &why).unwrap();
    assert_eq!(case_now.events[..3], case.events[..], "what was recorded stays");
    assert_eq!(case_now.state_on(ago(4)), Some(CaseState::Suspected));
    assert_eq!(case_now.state_on(ago(3)), Some(CaseState::Investigation));
    assert!(refused(store.correct_event("p", 1, 4, fix(ago(1)), &why)).contains("is a correction itself"));
    let blame = Correction { cause: Some(Cause::Government), ..Correction::default() };
    assert!(refused(store.correct_event("p", 1, 2, blame, &why)).contains("nothing of the kind"));
    let case_now = store.correct_event("p", 1, 3, blame, &why).unwrap();
    assert_eq!((case_now.cause(), case_now.since()), (Some(Cause::Government), Some(ago(0))));
    // Steps are withdrawn from the last on.
    let back = Correction { withdrawn: true, ..Correction::default() };
    assert!(refused(store.correct_event("p", 1, 2, back, &why)).contains("last step first"));
    assert!(refused(store.correct_event("p", 1, 1, back, &why)).contains("lifted"));
    let case_now = store.correct_event("p", 1, 3, back, &why).unwrap();
    assert_eq!((case_now.state(), case_now.cause()), (CaseState::Investigation, None));
    assert!(refused(store.correct_event("p", 1, 3, blame, &why)).contains("withdrawn"));
    assert_eq!(step(&mut store, 1, CaseState::Determined, &today()).unwrap().state(), CaseState::Determined);
}

#[test]
fn remedies_keep_the_limits_of_the_order() {
    let (database, mut store) = park(0..4);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let terms = |remedy, starts, until| RemedyTerms { remedy, starts: Some(day(starts)), until: Some(day(until)) };
    let bare = |remedy| RemedyTerms { remedy, starts: None, until: None };
    let early = case_in(&mut store, "p0", CaseState::Investigation).case_id;
    assert!(refused(store.record_remedy("p", early, bare(Remedy::Swap), &today())).contains("determine"));
    let held = case_in(&mut store, "p1", CaseState::Determined).case_id;
    for remedy in &Remedy::ALL[..5] {
        let given = RemedyTerms { remedy: *remedy, starts: None, until: Some(ago(0) + Days::new(30)) };
        assert!(refused(store.record_remedy("p", held, given, &today())).contains("Art. 12"), "{remedy:?}");
    }
    store.record_remedy("p", held, bare(Remedy::IdleFee), &today().note("20 % of the price")).unwrap();
    let case = case_in(&mut store, "p2", CaseState::Investigation).case_id;
    store.record_step("p", case, CaseState::Determined, Some(Cause::Government), &today()).unwrap();
    assert!(refused(store.record_remedy("p", case, bare(Remedy::Reclaim), &today())).contains("government caused"));
    assert!(refused(store.record_remedy("p", case, bare(Remedy::Extension), &today())).contains("last day"));
    assert!(refused(store.record_remedy("p", case, bare(Remedy::Other), &today())).contains("words"));
    // A year from a leap day, by the calendar; two years to one.
    for (remedy, starts, last, first_too_late) in [
        (Remedy::Extension, "2028-02-29", "2029-02-28", "2029-03-01"),
        (Remedy::Extension, "2027-02-28", "2028-02-28", "2028-02-29"),
        (Remedy::TemporaryUse, "2026-02-28", "2028-02-28", "2028-02-29"),
        (Remedy::TemporaryUse, "2028-02-29", "2030-02-28", "2030-03-01"),
    ] {
        let words = refused(store.record_remedy("p", case, terms(remedy, starts, first_too_late), &today()));
        assert!(words.contains(last) && words.contains("Art. 12") && words.contains("[memory]"), "{words}");
        let kept = store.record_remedy("p", case, terms(remedy, starts, last), &today()).unwrap();
        let event = kept.events.last().unwrap();
        assert_eq!((event.starts, event.due), (Some(day(starts)), Some(day(last))));
        assert!(event.basis.as_deref().unwrap().contains("Order 53"));
        // Nor can a correction go round the limit.
        let longer = Correction { due: Some(day(first_too_late)), ..Correction::default() };
        refused(store.correct_event("p", case, event.seq, longer, &today().reason("longer")));
    }
    assert!(
        refused(store.record_remedy("p", case, terms(Remedy::Swap, "2027-01-02", "2027-01-01"), &today()))
            .contains("before its first")
    );
    // The limit is a row: an office with another text changes it.
    client(&database).execute("UPDATE twin.case_rule SET value = 6 WHERE rule = 'extension_months'", &[]).unwrap();
    let words = refused(store.record_remedy("p", case, terms(Remedy::Extension, "2027-01-01", "2027-07-02"), &today()));
    assert!(words.contains("2027-07-01"), "{words}");
    step(&mut store, case, CaseState::Lifted, &today()).unwrap();
    assert!(refused(store.set_deadline("p", case, ago(0), &today().note("late"))).contains("lifted"));
    assert!(store.add_note("p", case, &today().note("filed")).is_ok());
}

#[test]
fn deadlines_are_met_once_and_listed_when_overdue() {
    let (_database, mut store) = park(0..3);
    store.open_case("p", "p0", None, &on(ago(60))).unwrap();
    store.open_case("p", "p1", None, &on(ago(60))).unwrap();
    assert!(refused(store.set_deadline("p", 1, ago(0), &today())).contains("what it is for"));
    assert!(refused(store.set_deadline("p", 1, ago(1), &today().note("x"))).contains("before its first"));
    store.set_deadline("p", 1, ago(10), &on(ago(40)).note("statement of the holder")).unwrap();
    store.set_deadline("p", 2, ago(30), &on(ago(60)).note("site visit")).unwrap();
    let late = store.overdue("p", ago(0)).unwrap();
    let rows: Vec<_> =
        late.iter().map(|d| (d.case_id, d.seq, d.days_over.unwrap(), d.what.as_deref().unwrap())).collect();
    assert_eq!(rows, [(2, 2, 30, "site visit"), (1, 2, 10, "statement of the holder")]);
    assert_eq!(store.overdue("p", ago(30)).unwrap(), []);
    store.meet_deadline("p", 2, 2, &on(ago(20)).note("visited, photographs attached")).unwrap();
    assert_eq!(store.overdue("p", ago(0)).unwrap().len(), 1);
    assert_eq!(store.overdue("p", ago(21)).unwrap().len(), 1, "then it was not met yet");
    assert!(refused(store.meet_deadline("p", 2, 2, &today())).contains("met already"));
    assert!(refused(store.meet_deadline("p", 2, 1, &today())).contains("neither"));
}

#[test]
fn files_come_back_whole_and_too_large_ones_stay_out() {
    let (database, mut store) = park(0..2);
    store.open_case("p", "p0", None, &today()).unwrap();
    let file =
        NewFile { name: "通知书.pdf".to_owned(), bytes: (0..100_000).map(|n: u32| (n % 251) as u8).collect() };
    let case = store.attach("p", 1, &file, &today().note("served")).unwrap();
    let kept = case.events[1].file.clone().unwrap();
    assert_eq!((kept.name.as_str(), kept.bytes), ("通知书.pdf", 100_000));
    assert_eq!(kept.blake3, blake3::hash(&file.bytes).to_hex().to_string());
    assert_eq!(store.case_file("p", 1, 2).unwrap().unwrap(), file.bytes);
    assert_eq!(store.case_file("p", 1, 1).unwrap(), None);
    client(&database).execute("UPDATE twin.case_rule SET value = 1000 WHERE rule = 'file_bytes'", &[]).unwrap();
    assert!(refused(store.attach("p", 1, &file, &today())).contains("at most 1000"));
    assert_eq!(store.case("p", 1).unwrap().events.len(), 2);
    // Other bytes than the entry says do not come in by another door.
    let again = "INSERT INTO twin.case_file SELECT park_id, case_id, 1, '\\x00' FROM twin.case_event WHERE seq = 1";
    assert!(client(&database).execute(again, &[]).is_err());
}

#[test]
fn cases_outlive_imports_and_reverts_and_say_when_their_parcel_is_gone() {
    let (_database, mut store) = park(0..3);
    store.open_case("p", "p1", Some("c1"), &today().note("before")).unwrap();
    store.open_case("p", "p2", None, &today()).unwrap();
    let before = store.cases("p").unwrap();
    let run = import_parcels(&mut store, "p", 0..2);
    let after = store.cases("p").unwrap();
    assert_eq!(after[0], before[0]);
    assert_eq!(after[1], Case { parcel_on_record: Some(false), ..before[1].clone() });
    assert_eq!(after[1].parcel_number.as_deref(), Some("number 园区 2"), "what it was called is known");
    // It can go on and be ended all the same; no new one can be opened.
    assert!(store.add_note("p", 2, &today().note("split by the cadastre")).is_ok());
    step(&mut store, 2, CaseState::Lifted, &today()).unwrap();
    assert!(refused(store.open_case("p", "p2", None, &today())).contains("no parcel"));
    let with_notes = store.cases("p").unwrap();
    store.revert("p", run, &any(), None).unwrap();
    let back = store.cases("p").unwrap();
    assert_eq!(back[1], Case { parcel_on_record: Some(true), ..with_notes[1].clone() });
    assert!(store.verify_case("p", 2, None).unwrap().is_intact());
}

/// Who follows a park hears of its cases when they are recorded, and when an import takes their parcel; viewers hear nothing.
#[test]
fn a_feed_tells_cases_to_those_who_may_see_them() {
    let (database, mut store) = park(0..3);
    for role in ["twin_analyst", "twin_viewer"] {
        grant(&database, role);
    }
    let follow = |role: &str| {
        // Slow to ask by itself: only a notification brings what is expected below in time.
        let options = FeedOptions { cases: true, ask_every: Duration::from_mins(2), ..FeedOptions::default() };
        Feed::start(&format!("{}?options=-c%20role%3D{role}", database.url()), "p", options).unwrap()
    };
    let (analyst, viewer) = (follow("twin_analyst"), follow("twin_viewer"));
    let next = |feed: &Feed| loop {
        match feed.next_within(Duration::from_secs(30)).expect("cases in time") {
            FeedEvent::Cases(cases) => return cases,
            FeedEvent::Reading(_) | FeedEvent::Park(..) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(next(&analyst), []);
    let case = store.open_case("p", "p2", None, &today()).unwrap();
    assert_eq!(next(&analyst), std::slice::from_ref(&case));
    import_parcels(&mut store, "p", 0..2);
    assert_eq!(next(&analyst), [Case { parcel_on_record: Some(false), ..case }]);
    let heard = std::iter::from_fn(|| viewer.next_within(Duration::from_secs(3)));
    assert!(heard.into_iter().all(|event| matches!(event, FeedEvent::Reading(_) | FeedEvent::Park(..))));
}

#[test]
fn a_package_carries_no_case() {
    let (_database, mut store) = park(0..3);
    let folder = tempfile::tempdir().unwrap();
    let (bare, with) = (folder.path().join("bare.gpkg"), folder.path().join("with.gpkg"));
    pack(&mut store, "p", &bare, &PackOptions::default()).unwrap();
    store.open_case("p", "p1", Some("c1"), &today().note("CANARY")).unwrap();
    let file = NewFile { name: "CANARY.txt".to_owned(), bytes: b"CANARY of the holder".to_vec() };
    store.attach("p", 1, &file, &today()).unwrap();
    pack(&mut store, "p", &with, &PackOptions::default()).unwrap();
    assert!(std::fs::read(&bare).unwrap() == std::fs::read(&with).unwrap(), "not a byte of a case");
    assert!(!format!("{:?}", store.snapshot("p").unwrap()).contains("CANARY"));
}

#[test]
fn analysts_write_others_read_and_viewers_do_not_know() {
    let (database, mut store) = park(0..4);
    store.open_case("p", "p0", None, &today()).unwrap();
    let mut stranger = as_role(&database, "twin_analyst");
    assert!(matches!(stranger.open_case("p", "p1", None, &today()), Err(StoreError::NoSuchPark { .. })));
    // Nor does the database tell through another door which parcels there are.
    let park_id = store.park("p").unwrap().park_id;
    let mut sneak = client(&database);
    sneak.batch_execute("SET ROLE twin_analyst").unwrap();
    for parcel in ["p1", "nowhere"] {
        let put = format!(
            "INSERT INTO twin.case_event (park_id, kind, holds_for, recorded_by, parcel_key)
             VALUES ({park_id}, 'opened', current_date, 'x', '{parcel}')"
        );
        assert!(sneak.execute(&put, &[]).unwrap_err().to_string().contains("db error"));
        let error = sneak.execute(&put, &[]).unwrap_err();
        assert_eq!(error.code(), Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE), "{parcel}");
    }
    for role in ["twin_analyst", "twin_viewer", "twin_importer", "twin_auditor"] {
        grant(&database, role);
    }
    let mut analyst = as_role(&database, "twin_analyst");
    let case = analyst.open_case("p", "p1", None, &today()).unwrap();
    assert!(case.events[0].recorded_as.ends_with(" as twin_analyst"), "{}", case.events[0].recorded_as);
    let file = NewFile { name: "a.txt".to_owned(), bytes: b"a".to_vec() };
    analyst.attach("p", case.case_id, &file, &today()).unwrap();
    let verified = analyst.verify_case("p", case.case_id, None).unwrap();
    assert!(verified.is_intact() && !verified.audit_log_compared);
    for (role, sees) in [("twin_importer", true), ("twin_auditor", true), ("twin_viewer", false)] {
        let mut reader = as_role(&database, role);
        match reader.cases("p") {
            Ok(cases) if sees => {
                assert_eq!(cases.len(), 2);
                // An auditor sees no land.
                assert_eq!(cases[1].parcel_on_record, (role == "twin_importer").then_some(true));
            }
            Err(StoreError::CasesHidden) if !sees => {}
            other => panic!("{role}: {other:?}"),
        }
        let error = reader.add_note("p", 1, &today().note("x")).unwrap_err();
        assert!(matches!(error, StoreError::InsufficientPrivilege { .. }), "{role}: {error}");
    }
    assert!(as_role(&database, "twin_auditor").verify_case("p", 1, None).unwrap().audit_log_compared);
}

#[test]
fn nobody_changes_or_removes_what_is_on_record() {
    let (database, mut store) = park(0..2);
    store.open_case("p", "p0", None, &today()).unwrap();
    let file = NewFile { name: "a.txt".to_owned(), bytes: b"a".to_vec() };
    store.attach("p", 1, &file, &today()).unwrap();
    let before = store.cases("p").unwrap();
    for role in ["none", "twin_owner", "twin_importer", "twin_analyst", "twin_viewer", "twin_auditor"] {
        if role != "none" {
            grant(&database, role);
        }
        let mut sql = client(&database);
        sql.batch_execute(&format!("SET ROLE {role}")).unwrap();
        for attempt in [
            "UPDATE twin.case_event SET note = 'other'",
            "DELETE FROM twin.case_event",
            "TRUNCATE twin.case_event CASCADE",
            "UPDATE twin.case_file SET bytes = ''",
            "DELETE FROM twin.case_file",
            "TRUNCATE twin.case_file",
        ] {
            let error = sql.execute(attempt, &[]).unwrap_err();
            let code = error.code().unwrap().code();
            // The superuser of the tests is stopped by the trigger, the others have no right to it.
            assert_eq!(code, if role == "none" { "TW002" } else { "42501" }, "{role}: {attempt}");
        }
    }
    assert_eq!(store.cases("p").unwrap(), before);
}

#[test]
fn what_a_writer_claims_of_moment_user_number_and_hash_is_not_believed() {
    let (database, mut store) = park(0..2);
    store.open_case("p", "p0", None, &today()).unwrap();
    grant(&database, "twin_analyst");
    let mut sql = client(&database);
    sql.batch_execute("SET ROLE twin_analyst").unwrap();
    sql.execute(
        "INSERT INTO twin.case_event (park_id, case_id, seq, kind, holds_for, recorded, recorded_as, recorded_by, note,
             basis, out_of_order, late, previous_hash, hash)
         SELECT park_id, 1, 99, 'note', current_date - 40, '2001-01-01', 'the mayor', 'x', 'y', 'z', false, false,
             sha256(''), sha256('') FROM twin.park",
        &[],
    )
    .expect_err("back-dated without a reason");
    sql.execute(
        "INSERT INTO twin.case_event (park_id, case_id, seq, kind, holds_for, recorded, recorded_as, recorded_by, note, reason,
             basis, out_of_order, late, previous_hash, hash)
         SELECT park_id, 1, 99, 'note', current_date - 40, '2001-01-01', 'the mayor', 'x', 'y', 'w', 'z', false, false,
             sha256(''), sha256('') FROM twin.park",
        &[],
    )
    .unwrap();
    let event = store.case("p", 1).unwrap().events[1].clone();
    assert_eq!((event.seq, event.late, event.basis.as_deref()), (2, true, None));
    assert!(event.recorded_as.ends_with("as twin_analyst") && (Utc::now() - event.recorded).num_minutes() < 5);
    assert!(store.verify_case("p", 1, None).unwrap().is_intact());
}

#[test]
fn two_people_record_at_once_and_nothing_is_lost() {
    let (database, mut store) = park(0..2);
    let opened: Vec<Result<Case, StoreError>> = std::thread::scope(|scope| {
        let open = || {
            let mut store = database.store().unwrap();
            scope.spawn(move || store.open_case("p", "p0", None, &today()))
        };
        let racers: Vec<_> = (0..4).map(|_| open()).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(opened.iter().filter(|result| result.is_ok()).count(), 1, "{opened:?}");
    for lost in opened.into_iter().filter(Result::is_err) {
        assert!(refused(lost).contains("case 1 is open"));
    }
    std::thread::scope(|scope| {
        for person in ["A", "B", "C"] {
            let mut store = database.store().unwrap();
            scope.spawn(move || {
                for n in 0..10 {
                    store.add_note("p", 1, &Recording::new(person, ago(0)).note(format!("{person}{n}"))).unwrap();
                }
            });
        }
        // Meanwhile two want the same step: the second finds it taken.
        let racers: Vec<_> = (0..2)
            .map(|_| {
                let mut store = database.store().unwrap();
                scope.spawn(move || step(&mut store, 1, CaseState::Investigation, &today()).is_ok())
            })
            .collect();
        let won = racers.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count();
        assert_eq!(won, 1);
    });
    let case = store.case("p", 1).unwrap();
    assert_eq!(case.events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=32).collect::<Vec<_>>());
    assert!(case.events.windows(2).all(|pair| pair[0].recorded <= pair[1].recorded));
    assert!(store.verify_case("p", 1, None).unwrap().is_intact());
    let logged = number(&mut client(&database), "SELECT count(*) FROM twin.audit_log WHERE action = 'case'");
    assert_eq!(logged, 32);
}
