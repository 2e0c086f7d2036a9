//! What observers noted: when, where, with which picture, and about which expected action.

use serde::Serialize;

use super::file::{Action, DrillFile};
use super::log::{Entry, HandInject, Happening};
use super::report::{DrillChapter, clock};
use super::run::DrillRun;
use crate::words;
use crate::words::{Words, phrase};

/// A note as it was taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoteTaken {
    /// s from the start.
    pub at_s: f64,
    /// Words.
    pub text: String,
    /// Who took it, as he says; none of one that the file scripts.
    pub by: Option<String>,
    /// Expected action that it is about.
    pub about: Option<String>,
    /// Where, in the park's system, m.
    pub place: Option<(f64, f64)>,
    /// Name of its picture, a file beside the log.
    pub picture: Option<String>,
}

/// The notes among what happened, in their order.
pub(super) fn among(file: &DrillFile, entries: &[Entry], hand: &[HandInject]) -> Vec<NoteTaken> {
    let notes = entries.iter().filter_map(|entry| {
        let (does, by) = match entry.kind {
            Happening::Inject => (&file.timeline.iter().find(|inject| inject.id == entry.id)?.does, None),
            Happening::Hand => {
                let number = entry.id.strip_prefix("hand-")?.parse::<usize>().ok()?;
                let inject = hand.get(number.checked_sub(1)?)?;
                (&inject.does, Some(inject.by.clone()))
            }
            _ => return None,
        };
        let Action::Note { text, place, picture, about } = does else { return None };
        let (text, about, picture) = (text.clone(), about.clone(), picture.clone());
        Some(NoteTaken { at_s: entry.at_s, text, by, about, place: *place, picture })
    });
    notes.collect()
}

/// The notes of a run, in their order.
pub fn notes_taken(file: &DrillFile, run: &DrillRun) -> Vec<NoteTaken> {
    among(file, &run.log.entries, &run.log.hand)
}

/// What stands under the picture of a note: the note, or that the picture could not be read.
pub fn note_caption(note: &NoteTaken, name: &str, read: bool) -> Words {
    let (time, text) = (clock(Some(note.at_s)), note.text.as_str());
    if read {
        words!("drill-note-picture", "{time} – {text}", time = time, text = text)
    } else {
        words!(
            "drill-note-unread",
            "{time} – {text}. The picture {name} is not beside the log, or could not be read",
            time = time,
            text = text,
            name = name
        )
    }
}

/// The chapter of the notes; none where nobody took one. The pictures stand beside the log, where whoever writes the page finds them.
pub(super) fn note_chapter(file: &DrillFile, run: &DrillRun) -> Option<DrillChapter> {
    let notes = notes_taken(file, run);
    if notes.is_empty() {
        return None;
    }
    let nothing = || Words::from("–");
    let action =
        |id: &str| file.expected.iter().find(|one| one.id == id).map_or(id, |one| one.text.as_str()).to_owned();
    let rows = notes.iter().map(|note| {
        let by = match note.by.as_deref().map(str::trim) {
            None => phrase("drill-note-scripted", "the drill's file").into(),
            Some("") => nothing(),
            Some(name) => Words::from(name),
        };
        let cells = vec![
            clock(Some(note.at_s)),
            Words::from(note.text.as_str()),
            by,
            note.about.as_deref().map_or_else(nothing, |id| Words::from(action(id))),
            note.place.map_or_else(nothing, |(x, y)| Words::from(format!("{x:.1}, {y:.1}"))),
            note.picture.as_deref().map_or_else(nothing, Words::from),
        ];
        (false, cells)
    });
    let heads = [
        phrase("drill-head-time", "Time"),
        phrase("drill-head-note", "Note"),
        phrase("drill-head-by", "By"),
        phrase("drill-head-about", "About"),
        phrase("drill-head-place", "Place, m"),
        phrase("drill-head-picture", "Picture"),
    ];
    Some(DrillChapter {
        name: "notes",
        title: words!("drill-notes", "Notes of the observers"),
        heads: heads.map(Words::from).to_vec(),
        rows: rows.collect(),
    })
}
