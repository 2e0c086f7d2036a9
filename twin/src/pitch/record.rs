//! `twin pitch record` and `twin pitch log`: what became of prospects, kept in the database, where it is only ever added to.

use clap::ValueEnum;
use serde_json::json;
use spatial_db::model::{ParkSnapshot, PitchEntry, PitchEvent, PitchEventKind};

use super::arguments::{LogArguments, RecordArguments, RecordKind};
use crate::failure::Failure;
use crate::parks::store;
use crate::print;

impl From<RecordKind> for PitchEventKind {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Asked => Self::Asked,
            RecordKind::Offered => Self::Offered,
            RecordKind::Visited => Self::Visited,
            RecordKind::Ended => Self::Ended,
        }
    }
}

pub(super) fn run(arguments: &RecordArguments) -> Result<(), Failure> {
    let file = arguments.pitch.as_deref().map(super::read).transpose()?;
    let written = match (&arguments.pitch, arguments.kind) {
        (Some(path), RecordKind::Asked) => {
            let text = std::fs::read_to_string(path);
            Some(text.map_err(|source| Failure::PitchFile { path: path.clone(), source })?)
        }
        _ => None,
    };
    let mut database = store()?;
    if let Some(site) = &arguments.site {
        on_record(&database.snapshot(&arguments.park)?, site)?;
    }
    let outcome = arguments.outcome.and_then(|outcome| outcome.to_possible_value());
    let entry = PitchEntry {
        kind: arguments.kind.into(),
        day: arguments.day.unwrap_or_else(|| chrono::Local::now().date_naive()),
        prospect: arguments.prospect.clone(),
        pitch: file.map(|file| file.name),
        site: arguments.site.clone(),
        outcome: outcome.map(|value| value.get_name().to_owned()),
        note: arguments.note.clone(),
        requirement: written,
        digest: None,
    };
    let number = database.record_pitch(&arguments.park, &entry)?;
    if arguments.json {
        return print::json(&json!({ "event_id": number, "entry": entry }));
    }
    print::line(format!("{number}: {} {}, {}", entry.prospect, entry.kind.as_str(), entry.day))?;
    // What is on record stays: a slip in a name makes a prospect of its own.
    let of_them = |event: &PitchEvent| event.event_id != number && event.entry.prospect == entry.prospect;
    let events = database.pitch_events(&arguments.park);
    if entry.kind != PitchEventKind::Asked && events.is_ok_and(|events| !events.iter().any(of_them)) {
        print::line("nobody of this name was on record before: `twin pitch log` says who is")?;
    }
    Ok(())
}

/// Refuses a site that the park does not have: parcels joined with +, or a building, by key, number or name.
fn on_record(park: &ParkSnapshot, site: &str) -> Result<(), Failure> {
    let is = |name: &str, key: &str, said: Option<&str>| name == key || said == Some(name);
    let known = |name: &str| {
        park.parcels.iter().any(|one| is(name, &one.provenance.key, one.number.as_deref()))
            || park.buildings.iter().any(|one| is(name, &one.provenance.key, one.name.as_deref()))
    };
    // A name may have a + of its own.
    if known(site.trim()) {
        return Ok(());
    }
    match site.split('+').map(str::trim).find(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::NoSuchSite { site: name.to_owned(), park: park.park.slug.clone() }),
    }
}

pub(super) fn log(arguments: &LogArguments) -> Result<(), Failure> {
    let mut events = store()?.pitch_events(&arguments.park)?;
    events.retain(|event| arguments.prospect.as_ref().is_none_or(|who| *who == event.entry.prospect));
    if arguments.json {
        return print::json(&json!({ "park": arguments.park, "events": events }));
    }
    if events.is_empty() {
        return print::line("nothing on record yet: `twin pitch record` and `twin pitch pack` add to it");
    }
    let row = |event: &PitchEvent| {
        let entry = &event.entry;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let digest: String = entry.digest.iter().flat_map(|digest| digest.chars()).take(12).collect();
        vec![
            event.event_id.to_string(),
            entry.day.to_string(),
            entry.kind.as_str().to_owned(),
            entry.prospect.clone(),
            text(&entry.pitch),
            text(&entry.site),
            [text(&entry.outcome), text(&entry.note)].join(" ").trim().to_owned(),
            digest,
            format!("{} {}", event.recorded.format("%Y-%m-%d %H:%M UTC"), event.recorded_as),
        ]
    };
    let rows: Vec<Vec<String>> = events.iter().map(row).collect();
    print::table(&["entry", "day", "what", "prospect", "pitch", "site", "words", "package", "recorded"], &rows)
}
