//! Photographs of a parcel's cases: which there are, and what stands under each. Their bytes are left to the caller.

use spatial_db::model::{Case, CaseEntry};

use super::joined;
use crate::words;
use crate::words::Words;

/// A photograph attached to a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Photograph {
    /// Its case.
    pub case_id: i64,
    /// Its entry.
    pub seq: i32,
    /// Entry, day, name, what the camera says, hash.
    pub caption: Words,
}

/// The photographs of a parcel's cases that still hold, by day. Only kinds that a page can show are pictures; others stay names.
pub fn photographs(cases: &[Case], parcel: &str) -> Vec<Photograph> {
    let own = cases.iter().filter(|case| case.parcel_key == parcel);
    let mut all: Vec<(chrono::NaiveDate, Photograph)> = own
        .flat_map(|case| case.entries().into_iter().map(move |entry| (case.case_id, entry)))
        .filter(|(_, entry)| !entry.withdrawn)
        .filter_map(|(case_id, entry)| {
            let caption = caption(case_id, &entry)?;
            Some((entry.day, Photograph { case_id, seq: entry.event.seq, caption }))
        })
        .collect();
    all.sort_by_key(|(day, photograph)| (*day, photograph.case_id, photograph.seq));
    all.into_iter().map(|(_, photograph)| photograph).collect()
}

fn caption(case_id: i64, entry: &CaseEntry<'_>) -> Option<Words> {
    let file = entry.event.file.as_ref()?;
    if !["image/jpeg", "image/png"].contains(&file.media_type.as_str()) {
        return None;
    }
    let taken = file.taken.map(|moment| {
        words!(
            "dossier-taken",
            "taken {moment} by the camera's clock",
            moment = moment.format("%Y-%m-%d %H:%M").to_string()
        )
    });
    let said = [
        Some(Words::from(file.name.as_str())),
        entry.note.map(Words::from),
        taken,
        Some(words!("dossier-hash", "BLAKE3 {hash}", hash = &file.blake3)),
    ];
    Some(words!(
        "dossier-photograph",
        "Entry {entry}, {day}: {said}",
        day = entry.day,
        entry = format!("{case_id}.{}", entry.event.seq),
        said = joined(said.into_iter().flatten().collect())
    ))
}

/// That not all photographs are shown.
pub fn photographs_left(count: usize) -> Words {
    words!("dossier-photographs-left", "{count} earlier photographs stand in the case by name only", count = count)
}
