//! How a drill is scored: each objective by its expected actions, each evaluation item of AQ/T 9009 by its actions, and what shows it.
//!
//! AQ/T 9009-2015 names the items and leaves the scale to whoever holds the drill: this one counts, and weighs nothing.

use serde::Serialize;

use super::file::{DrillFile, Evidence, Expected, Item};
use super::notes::NoteTaken;
use super::outcome::{Outcome, Rated, Rating};
use super::report::{DrillChapter, clock, rating};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A mark on an expected action, of an observer or of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// When, s.
    pub(super) at_s: f64,
    /// Done, or missed.
    pub(super) done: bool,
    /// What marked it.
    pub(super) by: MarkedBy,
}

/// What marks an expected action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MarkedBy {
    /// An entry of the timeline.
    Entry(String),
    /// An observer, by the name that he gives; empty where he gives none.
    Observer(String),
}

impl Mark {
    fn words(&self) -> Words {
        let how = if self.done {
            phrase("drill-evidence-done", "marked as done")
        } else {
            phrase("drill-evidence-missed", "marked as missed")
        };
        let time = clock(Some(self.at_s));
        match &self.by {
            MarkedBy::Entry(entry) => {
                let entry = entry.as_str();
                words!(
                    "drill-evidence-entry",
                    "{how} by the entry {entry}, {time}",
                    how = how,
                    entry = entry,
                    time = time
                )
            }
            MarkedBy::Observer(name) => {
                let who = match name.trim() {
                    "" => phrase("drill-evidence-somebody", "an observer").into(),
                    name => Words::from(name),
                };
                words!("drill-evidence-marked", "{how} by {who}, {time}", how = how, who = who, time = time)
            }
        }
    }
}

/// Words one behind the other; none where there are none.
fn joined(all: impl IntoIterator<Item = Words>) -> Option<Words> {
    all.into_iter().reduce(|one, other| words!("drill-evidence-and", "{one}; {other}", one = one, other = other))
}

/// What shows how an expected action went: a mark counts before the event, and what observers noted of it stands behind.
pub(super) fn evidence(expected: &Expected, mark: Option<&Mark>, done_s: Option<f64>, notes: &[NoteTaken]) -> Words {
    let first = match (mark, &expected.evidence) {
        (Some(mark), _) => mark.words(),
        (None, Evidence::Event(event)) if done_s.is_some() => {
            let (event, time) = (event.as_str(), clock(done_s));
            words!("drill-evidence-event", "event {event}, {time}", event = event, time = time)
        }
        (None, Evidence::Event(event)) => {
            words!("drill-evidence-no-event", "the event {event} did not happen", event = event.as_str())
        }
        (None, Evidence::Observed) => phrase("drill-evidence-none", "no observer has marked it").into(),
    };
    let about = notes.iter().filter(|note| note.about.as_ref() == Some(&expected.id));
    let noted = about.map(|note| {
        let (time, text) = (clock(Some(note.at_s)), note.text.as_str());
        words!("drill-evidence-note", "note, {time}: {text}", time = time, text = text)
    });
    let first = std::iter::once(first);
    joined(first.chain(noted)).unwrap_or_default()
}

/// How an objective was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// All of its actions in time.
    Met,
    /// Something was done, and something late or missed.
    Partly,
    /// All of its actions missed.
    NotMet,
    /// What nobody has marked, what was not due and what hangs on people who are not known decides it; or no action serves it.
    Unknown,
}

impl Score {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partly => "partly met",
            Self::NotMet => "not met",
            Self::Unknown => "unknown",
        }
    }

    /// In words that can be translated.
    pub fn words(self) -> Words {
        let said = match self {
            Self::Met => phrase("drill-score-met", "met"),
            Self::Partly => phrase("drill-score-partly", "partly met"),
            Self::NotMet => phrase("drill-score-not-met", "not met"),
            Self::Unknown => phrase("drill-score-unknown", "unknown"),
        };
        said.into()
    }
}

/// How many expected actions went how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// In time.
    pub met: u32,
    /// Too late.
    pub late: u32,
    /// Missed.
    pub missed: u32,
    /// Not marked, not due, or hanging on people who are not known.
    pub unknown: u32,
}

impl Tally {
    fn of<'a>(rated: impl Iterator<Item = &'a Rated>) -> Self {
        let mut tally = Self::default();
        for one in rated {
            let count = match one.rating {
                Rating::Met => &mut tally.met,
                Rating::Late => &mut tally.late,
                Rating::Missed => &mut tally.missed,
                Rating::NotMarked | Rating::Open | Rating::Unknown => &mut tally.unknown,
            };
            *count += 1;
        }
        tally
    }

    /// Those of which it is known how they went.
    pub const fn judged(self) -> u32 {
        self.met + self.late + self.missed
    }

    /// Share of those that are judged that were met in time, 0 to 1; none where none is judged.
    pub fn share(self) -> Option<f64> {
        (self.judged() > 0).then(|| f64::from(self.met) / f64::from(self.judged()))
    }

    /// What they come to. Whatever comes of the unknown, something done beside something late or missed stays partly met.
    pub const fn score(self) -> Score {
        let (done, failed) = (self.met + self.late > 0, self.late + self.missed > 0);
        match (done, failed) {
            (true, true) => Score::Partly,
            _ if self.unknown > 0 => Score::Unknown,
            (true, false) => Score::Met,
            (false, true) => Score::NotMet,
            (false, false) => Score::Unknown,
        }
    }
}

/// An objective, rated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatedObjective {
    /// Its name.
    pub id: String,
    /// Words.
    pub text: String,
    /// Evaluation item.
    pub item: &'static str,
    /// How it was met.
    pub score: Score,
    /// Its actions.
    pub actions: Tally,
}

/// Objectives by their expected actions.
pub fn rate_objectives(file: &DrillFile, rated: &[Rated]) -> Vec<RatedObjective> {
    let of = |id: &str| Tally::of(rated.iter().filter(|one| one.objective == id));
    let objectives = file.objectives.iter().map(|objective| {
        let actions = of(&objective.id);
        let (id, text, item) = (objective.id.clone(), objective.text.clone(), objective.item.as_str());
        RatedObjective { id, text, item, score: actions.score(), actions }
    });
    objectives.collect()
}

/// An evaluation item of AQ/T 9009, scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemScore {
    /// The item.
    pub item: &'static str,
    /// Objectives of it.
    pub objectives: u32,
    /// Actions of those.
    pub actions: Tally,
    /// Share of the judged actions that were met in time, 0 to 1; none where none is judged.
    pub share: Option<f64>,
}

/// Every evaluation item, those that the drill does not look at too.
pub fn score_items(objectives: &[RatedObjective], rated: &[Rated]) -> Vec<ItemScore> {
    let items = Item::ALL.into_iter().map(|item| {
        let item = item.as_str();
        let actions = Tally::of(rated.iter().filter(|one| one.item == item));
        let objectives = objectives.iter().filter(|one| one.item == item).count() as u32;
        ItemScore { item, objectives, actions, share: actions.share() }
    });
    items.collect()
}

fn counts(tally: Tally) -> [Words; 4] {
    [tally.met, tally.late, tally.missed, tally.unknown].map(|count| Words::from(count.to_string()))
}

/// Heads of the four counts.
const COUNTS: [Phrase; 4] = [
    phrase("drill-head-in-time", "In time"),
    phrase("drill-head-late", "Late"),
    phrase("drill-head-missed", "Missed"),
    phrase("drill-head-unknown", "Unknown"),
];

fn heads(first: &[Phrase], last: &[Phrase]) -> Vec<Words> {
    first.iter().chain(&COUNTS).chain(last).map(|head| Words::from(*head)).collect()
}

/// The objectives with what shows each, and the evaluation items; `said` is an item in words.
pub(super) fn score_chapters(outcome: &Outcome, said: impl Fn(&str) -> Words) -> [DrillChapter; 2] {
    let objectives = outcome.objectives.iter().map(|one| {
        let shown = outcome.rated.iter().filter(|rated| rated.objective == one.id).map(|rated| {
            words!(
                "drill-evidence-of",
                "{action}: {rating} ({shown})",
                action = rated.text.as_str(),
                rating = rating(rated.rating, outcome),
                shown = rated.evidence.clone()
            )
        });
        let none = || Words::from(phrase("drill-evidence-no-action", "no expected action serves it"));
        let first = [Words::from(one.text.as_str()), one.score.words()];
        let last = [joined(shown).unwrap_or_else(none), said(one.item)];
        let cells: Vec<Words> = first.into_iter().chain(counts(one.actions)).chain(last).collect();
        (one.score != Score::Met, cells)
    });
    let items = outcome.items.iter().map(|one| {
        let score = match (one.objectives, one.actions.judged()) {
            (0, _) => phrase("drill-item-not-asked", "not an objective of this drill").into(),
            (_, 0) => phrase("drill-score-unknown", "unknown").into(),
            (_, judged) => {
                let (met, judged) = (one.actions.met.to_string(), judged.to_string());
                words!("drill-item-score", "{met} of {judged} in time", met = met, judged = judged)
            }
        };
        let first = [said(one.item), score];
        let cells: Vec<Words> = first.into_iter().chain(counts(one.actions)).collect();
        (one.actions.late + one.actions.missed > 0, cells)
    });
    [
        DrillChapter {
            name: "objectives",
            title: words!("drill-objectives", "Objectives"),
            heads: heads(
                &[phrase("drill-head-objective", "Objective"), phrase("drill-head-score", "Score")],
                &[phrase("drill-head-evidence", "Shown by"), phrase("drill-head-item", "Item")],
            ),
            rows: objectives.collect(),
        },
        DrillChapter {
            name: "items",
            title: words!("drill-items", "Score by the evaluation items of AQ/T 9009-2015; counted, not weighed"),
            heads: heads(&[phrase("drill-head-item", "Item"), phrase("drill-head-score", "Score")], &[]),
            rows: items.collect(),
        },
    ]
}
