//! The record of pitches: what goes in comes out, and nothing on record can be changed.

use chrono::NaiveDate;
use serde_json::json;
use spatial_db::model::{FeatureKind, PitchEntry, PitchEventKind};

use crate::support::{any, client, header, put, record, scratch};

const SLUG: &str = "pitches";

fn entry(kind: PitchEventKind) -> PitchEntry {
    PitchEntry {
        kind,
        day: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap(),
        prospect: " Acme ".into(),
        pitch: Some("A hall".into()),
        site: None,
        outcome: None,
        note: None,
        requirement: None,
        digest: None,
    }
}

#[test]
fn entries_are_added_and_never_changed() {
    let (database, mut store) = scratch();
    let mut load = store.begin_load(&header(SLUG), any()).unwrap();
    put(&mut load, FeatureKind::Parcel, "parcels", vec![record(FeatureKind::Parcel, "p1", 1)]);
    load.commit(&json!({})).unwrap();
    let asked = PitchEntry { requirement: Some("(format_version: 1)".into()), ..entry(PitchEventKind::Asked) };
    let given = PitchEntry { site: Some("QX-1".into()), digest: Some("0".repeat(64)), ..entry(PitchEventKind::Given) };
    let ended = PitchEntry {
        outcome: Some("unmet".into()),
        note: Some("no land of 3 ha".into()),
        ..entry(PitchEventKind::Ended)
    };
    let numbers: Vec<i64> =
        [&asked, &given, &ended].into_iter().map(|one| store.record_pitch(SLUG, one).unwrap()).collect();
    let found = store.pitch_events(SLUG).unwrap();
    assert_eq!(found.iter().map(|one| one.event_id).collect::<Vec<_>>(), numbers);
    let trimmed = |one: &PitchEntry| PitchEntry { prospect: "Acme".into(), ..one.clone() };
    assert_eq!(found.iter().map(|one| one.entry.clone()).collect::<Vec<_>>(), [&asked, &given, &ended].map(trimmed));
    assert!(found.iter().all(|one| !one.recorded_as.is_empty()));

    // What does not go together is refused, by the database.
    for wrong in [
        PitchEntry { outcome: Some("signed".into()), ..entry(PitchEventKind::Asked) },
        PitchEntry { outcome: Some("maybe".into()), ..entry(PitchEventKind::Ended) },
        entry(PitchEventKind::Visited),
        PitchEntry { prospect: "  ".into(), ..entry(PitchEventKind::Asked) },
    ] {
        assert!(store.record_pitch(SLUG, &wrong).is_err(), "{wrong:?}");
    }
    let mut client = client(&database);
    for change in [
        "UPDATE twin.pitch_event SET note = 'signed after all'",
        "DELETE FROM twin.pitch_event",
        "TRUNCATE twin.pitch_event",
    ] {
        let refused = client.batch_execute(change).unwrap_err();
        assert_eq!(refused.code().map(|code| code.code().to_owned()).as_deref(), Some("TW002"), "{change}");
    }
    assert_eq!(store.pitch_events(SLUG).unwrap().len(), 3);
}
