//! Who can do everything in the database can change what is on record of a case: that is found, column by column.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::{CaseState, Cause, FeatureKind, Remedy};
use spatial_db::store::{Broken, Correction, Flaw, NewFile, Recording, RemedyTerms, Store};

use crate::support::{any, client, header, number, put, record, scratch};

fn today() -> Recording {
    Recording::new("王工", chrono::Utc::now().date_naive()).note("a note")
}

/// A case with an entry of every kind: opened, file, deadline, met, step, step, remedy, correction, note.
fn whole_case() -> (ScratchDatabase, Store) {
    let (database, mut store) = scratch();
    let mut load = store.begin_load(&header("p"), any()).unwrap();
    let rows = (0..2).map(|n| record(FeatureKind::Parcel, &format!("p{n}"), n)).collect();
    put(&mut load, FeatureKind::Parcel, "parcels", rows);
    load.commit(&json!({})).unwrap();
    let day = today().day;
    store.open_case("p", "p0", None, &today()).unwrap();
    store.attach("p", 1, &NewFile { name: "a.txt".to_owned(), bytes: b"abc".to_vec() }, &today()).unwrap();
    store.set_deadline("p", 1, day, &today()).unwrap();
    store.meet_deadline("p", 1, 3, &today()).unwrap();
    store.record_step("p", 1, CaseState::Investigation, None, &today()).unwrap();
    store.record_step("p", 1, CaseState::Determined, Some(Cause::Government), &today()).unwrap();
    let terms = RemedyTerms { remedy: Remedy::Extension, starts: None, until: Some(day) };
    store.record_remedy("p", 1, terms, &today()).unwrap();
    store.correct_event("p", 1, 2, Correction::default(), &today().reason("the wrong words")).unwrap();
    store.add_note("p", 1, &today()).unwrap();
    (database, store)
}

/// As a superuser who takes the guards away first.
fn tamper(database: &ScratchDatabase, statements: &str) {
    let guarded = format!("BEGIN; SET LOCAL session_replication_role = replica; {statements}; COMMIT");
    client(database).batch_execute(&guarded).unwrap();
}

fn flaws(store: &mut Store) -> Vec<Broken> {
    store.verify_case("p", 1, None).unwrap().broken
}

fn broken(flaws: &[(i32, Flaw)]) -> Vec<Broken> {
    flaws.iter().map(|(seq, flaw)| Broken { seq: *seq, flaw: *flaw }).collect()
}

#[test]
fn a_change_of_any_column_is_found() {
    let (database, mut store) = whole_case();
    let verified = store.verify_case("p", 1, None).unwrap();
    assert!(verified.is_intact() && verified.audit_log_compared, "{verified:?}");
    assert_eq!((verified.entries, verified.files), (9, 1));
    let mut sql = client(&database);
    let columns: Vec<(String, String)> = sql
        .query(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
             WHERE attrelid = 'twin.case_event'::regclass AND attnum > 0 AND NOT attisdropped
               AND attname NOT IN ('park_id', 'case_id', 'seq')",
            &[],
        )
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .collect();
    assert!(columns.len() > 25);
    sql.batch_execute("CREATE TABLE kept AS TABLE twin.case_event").unwrap();
    // Checks would refuse some of the changes; whoever tampers drops them.
    let checks = sql
        .query("SELECT conname FROM pg_constraint WHERE conrelid = 'twin.case_event'::regclass AND contype = 'c'", &[])
        .unwrap();
    for check in &checks {
        let name: &str = check.get(0);
        sql.batch_execute(&format!("ALTER TABLE twin.case_event DROP CONSTRAINT {name}")).unwrap();
    }
    for (column, kind) in columns {
        let other = match kind.as_str() {
            "text" => format!("coalesce({column}, '') || 'x'"),
            "date" => format!("coalesce({column}, '2020-01-01') - 1"),
            "timestamp with time zone" => format!("{column} - interval '1 us'"),
            "timestamp without time zone" => "'2020-01-01 00:00:00'".to_owned(),
            "boolean" => format!("NOT coalesce({column}, false)"),
            "bytea" => "sha256('x')".to_owned(),
            "integer" | "bigint" | "numeric" => format!("coalesce({column}, 0) + 1"),
            other => panic!("{other}"),
        };
        tamper(&database, &format!("UPDATE twin.case_event SET {column} = {other} WHERE seq = 5"));
        let found = flaws(&mut store);
        assert!(found.contains(&Broken { seq: 5, flaw: Flaw::Changed }), "{column}: {found:?}");
        tamper(&database, "DELETE FROM twin.case_event; INSERT INTO twin.case_event SELECT * FROM kept");
        assert_eq!(flaws(&mut store), [], "{column}");
    }
}

#[test]
fn rows_taken_out_put_in_and_hashed_anew_are_found() {
    let (database, mut store) = whole_case();
    let head = store.verify_case("p", 1, None).unwrap().head.unwrap();
    let of_middle = store.case("p", 1).unwrap().events[4].hash.clone();
    assert_eq!(store.verify_case("p", 1, Some(&of_middle)).unwrap().has_expected, Some(true));
    client(&database).batch_execute("CREATE TABLE kept AS TABLE twin.case_event").unwrap();
    let restore = "DELETE FROM twin.case_event; INSERT INTO twin.case_event SELECT * FROM kept";

    tamper(&database, "DELETE FROM twin.case_event WHERE seq = 5");
    let found = flaws(&mut store);
    for flaw in broken(&[(6, Flaw::NumberMissing), (6, Flaw::DoesNotFollow), (5, Flaw::Removed)]) {
        assert!(found.contains(&flaw), "{found:?}");
    }
    tamper(&database, restore);

    // The last entries taken out leave a chain that is whole: the audit log knows better, and so does a hash kept elsewhere.
    tamper(&database, "DELETE FROM twin.case_event WHERE seq >= 8");
    assert_eq!(flaws(&mut store), broken(&[(8, Flaw::Removed), (9, Flaw::Removed)]));
    tamper(&database, "DELETE FROM twin.audit_log WHERE (detail ->> 'seq')::int >= 8");
    assert_eq!(flaws(&mut store), []);
    let against = store.verify_case("p", 1, Some(&head)).unwrap();
    assert!(!against.is_intact() && against.has_expected == Some(false));
    tamper(&database, restore);

    // Changed and hashed anew with the database's own function: the next row does not follow.
    let (database, mut store) = whole_case();
    let rehash = "UPDATE twin.case_event AS e SET hash = twin.case_event_hash(e) WHERE seq = 5";
    tamper(&database, &format!("UPDATE twin.case_event SET recorded_by = 'nobody' WHERE seq = 5; {rehash}"));
    assert_eq!(flaws(&mut store), broken(&[(5, Flaw::OtherThanLogged), (6, Flaw::DoesNotFollow)]));

    // All of it gone: the audit log still says that there was a case.
    tamper(&database, "DELETE FROM twin.case_event");
    assert_eq!(flaws(&mut store).len(), 9);
}

/// A role that may write to the log, and has a table with a trigger of its own, is no entry of a case.
#[test]
fn a_trigger_of_anybodys_own_writes_nothing_of_cases_into_the_log() {
    let (database, mut store) = whole_case();
    let mut sql = client(&database);
    let before = number(&mut sql, "SELECT count(*) FROM twin.audit_log WHERE action = 'case'");
    assert_eq!(before, 9, "the entries themselves");
    let grant = "INSERT INTO twin.park_access SELECT park_id, 'twin_importer' FROM twin.park WHERE slug = 'p'";
    sql.batch_execute(grant).unwrap();
    let role = "SELECT rolsuper::int::bigint FROM pg_roles WHERE rolname = 'twin_importer'";
    assert_eq!(number(&mut sql, role), 0);
    sql.batch_execute(
        "SET ROLE twin_importer;
         CREATE TEMP TABLE mine (action text);
         CREATE FUNCTION pg_temp.slip() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
             INSERT INTO twin.audit_log (park_id, action, detail)
             SELECT p.park_id, NEW.action, '{\"case_id\": 1, \"seq\": 10}' FROM twin.park AS p WHERE p.slug = 'p';
             RETURN NEW;
         END $f$;
         CREATE TRIGGER slip BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.slip();",
    )
    .unwrap();
    let refused = sql.batch_execute("INSERT INTO mine VALUES ('case')").unwrap_err();
    let refused = refused.as_db_error().unwrap();
    assert_eq!(refused.code().code(), "TW002", "{refused}");
    // The way is open as such: what it says of an import is let through.
    sql.batch_execute("INSERT INTO mine VALUES ('import')").unwrap();
    sql.batch_execute("RESET ROLE").unwrap();
    let after = number(&mut sql, "SELECT count(*) FROM twin.audit_log WHERE action = 'case'");
    assert_eq!(after, before);
    // Entries still come in.
    store.add_note("p", 1, &today()).unwrap();
    assert_eq!(flaws(&mut store), []);
}

#[test]
fn another_file_under_the_old_name_is_found() {
    let (database, mut store) = whole_case();
    tamper(&database, "UPDATE twin.case_file SET bytes = 'abd'");
    assert_eq!(flaws(&mut store), broken(&[(2, Flaw::FileChanged)]));
    tamper(&database, "DELETE FROM twin.case_file");
    assert_eq!(flaws(&mut store), broken(&[(2, Flaw::FileMissing)]));
}

/// Whatever is tried in whatever order: the chain is whole, and the program reads the state that the database holds.
#[test]
fn random_lives_of_a_case_keep_their_chain_and_their_state() {
    let (database, store) = whole_case();
    let (store, sql) = (std::cell::RefCell::new(store), std::cell::RefCell::new(client(&database)));
    let attempts = prop::collection::vec((0_usize..7, 0_usize..5, 1_i32..9, 0_u64..40, any_words()), 1..14);
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    runner
        .run(&attempts, |attempts| {
            let (mut store, mut sql) = (store.borrow_mut(), sql.borrow_mut());
            let parcel = "p1";
            if let Some(open) =
                store.cases("p").unwrap().into_iter().find(|c| c.parcel_key == parcel && c.state() != CaseState::Lifted)
            {
                store.record_step("p", open.case_id, CaseState::Lifted, None, &today().reason("next")).ok();
            }
            let Ok(case) = store.open_case("p", parcel, None, &today()) else { return Ok(()) };
            for (what, which, seq, days, words) in attempts {
                let mut said = Recording::new("W", today().day - chrono::Days::new(days)).reason("random");
                said.note = Some(words);
                let to = CaseState::ALL[which];
                let _ = match what {
                    0 | 1 => {
                        let cause = (to == CaseState::Determined).then_some(Cause::Holder);
                        said.day = today().day;
                        store.record_step("p", case.case_id, to, cause, &said)
                    }
                    2 => store.add_note("p", case.case_id, &said),
                    3 => store.set_deadline("p", case.case_id, today().day, &said),
                    4 => store.meet_deadline("p", case.case_id, seq, &said),
                    5 => {
                        let correction = Correction { withdrawn: which == 0, ..Correction::default() };
                        store.correct_event("p", case.case_id, seq, correction, &said)
                    }
                    _ => store.correct_event(
                        "p",
                        case.case_id,
                        seq,
                        Correction { day: Some(said.day), ..Correction::default() },
                        &said,
                    ),
                };
            }
            let verified = store.verify_case("p", case.case_id, None).unwrap();
            prop_assert!(verified.is_intact(), "{verified:?}");
            let read = store.case("p", case.case_id).unwrap();
            let row = sql
                .query_one(
                    "SELECT state, day FROM twin.park AS p, twin.case_entry(p.park_id, $1)
                     WHERE state IS NOT NULL AND NOT withdrawn ORDER BY seq DESC LIMIT 1",
                    &[&case.case_id],
                )
                .unwrap();
            prop_assert_eq!(read.state().as_str(), row.get::<_, &str>(0));
            prop_assert_eq!(read.since(), row.get(1));
            Ok(())
        })
        .unwrap();
}

fn any_words() -> impl Strategy<Value = String> {
    // What could run into the next field, or out of the encoding.
    prop::sample::select(vec!["1:a,", "-", "园区\u{0}", "'; DROP TABLE twin.case_event; --", "e\u{301}", "a\nb", "🏭"])
        .prop_map(str::to_owned)
}
