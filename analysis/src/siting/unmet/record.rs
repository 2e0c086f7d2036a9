//! Requirements out of the record of prospects: who asked for what, and how it ended.

use chrono::NaiveDate;
use spatial_db::model::{PitchEntry, PitchEventKind};

/// A requirement on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Who asks.
    pub prospect: String,
    /// Name of the pitch.
    pub pitch: Option<String>,
    /// The day on which it was asked; of what is on record by its end alone, that of the end.
    pub asked: NaiveDate,
    /// The pitch file as it was written.
    pub requirement: Option<String>,
    /// How it ended: signed, declined, unmet or withdrawn.
    pub outcome: Option<String>,
    /// Words of the record.
    pub note: Option<String>,
}

impl Demand {
    /// Requirements of a record, in its order. Who asks again for the same pitch before it ended still asks once, by the
    /// later file; an end without a pitch ends all that the prospect asked for until then. An end as unmet of what nobody
    /// recorded as asked is a requirement without a file.
    pub fn of_record<'e>(entries: impl IntoIterator<Item = &'e PitchEntry>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for entry in entries {
            let open = |one: &Self| one.outcome.is_none() && one.prospect == entry.prospect;
            match entry.kind {
                PitchEventKind::Asked => match all.iter().position(|one| open(one) && one.pitch == entry.pitch) {
                    Some(at) => all[at].asked_again(entry),
                    None => all.push(Self::of(entry)),
                },
                PitchEventKind::Ended => {
                    let mut known = false;
                    for one in &mut all {
                        if open(one) && (entry.pitch.is_none() || entry.pitch == one.pitch) {
                            known = true;
                            one.outcome.clone_from(&entry.outcome);
                            if entry.note.is_some() {
                                one.note.clone_from(&entry.note);
                            }
                        }
                    }
                    if !known && entry.outcome.as_deref() == Some("unmet") {
                        all.push(Self::of(entry));
                    }
                }
                PitchEventKind::Offered | PitchEventKind::Visited | PitchEventKind::Given => {}
            }
        }
        all
    }

    fn of(entry: &PitchEntry) -> Self {
        Self {
            prospect: entry.prospect.clone(),
            pitch: entry.pitch.clone(),
            asked: entry.day,
            requirement: entry.requirement.clone(),
            outcome: entry.outcome.clone(),
            note: entry.note.clone(),
        }
    }

    fn asked_again(&mut self, entry: &PitchEntry) {
        self.asked = entry.day;
        if entry.requirement.is_some() {
            self.requirement.clone_from(&entry.requirement);
        }
        if entry.note.is_some() {
            self.note.clone_from(&entry.note);
        }
    }

    /// True unless it ended with a contract, or the prospect gave up the plan.
    pub fn is_open(&self) -> bool {
        !matches!(self.outcome.as_deref(), Some("signed" | "withdrawn"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: PitchEventKind, prospect: &str, pitch: Option<&str>, day: u32) -> PitchEntry {
        PitchEntry {
            kind,
            day: NaiveDate::from_ymd_opt(2026, 1, day).unwrap(),
            prospect: prospect.to_owned(),
            pitch: pitch.map(str::to_owned),
            site: None,
            outcome: None,
            note: None,
            requirement: None,
            digest: None,
        }
    }

    #[test]
    fn asking_again_is_one_requirement_and_an_end_belongs_to_what_was_asked_before_it() {
        let asked = |prospect, pitch, day, file: Option<&str>| PitchEntry {
            requirement: file.map(str::to_owned),
            ..entry(PitchEventKind::Asked, prospect, Some(pitch), day)
        };
        let ended = |prospect, pitch, day, outcome: &str| PitchEntry {
            outcome: Some(outcome.to_owned()),
            note: Some("no power".to_owned()),
            ..entry(PitchEventKind::Ended, prospect, pitch, day)
        };
        let record = [
            asked("A", "hall", 1, Some("first")),
            asked("B", "hall", 2, Some("other")),
            asked("A", "hall", 3, Some("second")),
            entry(PitchEventKind::Visited, "A", None, 4),
            asked("A", "yard", 5, None),
            ended("A", Some("hall"), 6, "unmet"),
            asked("A", "hall", 7, Some("third")),
            ended("A", None, 8, "withdrawn"),
            ended("C", None, 9, "unmet"),
            ended("D", None, 9, "declined"),
        ];
        let demands = Demand::of_record(&record);
        let told: Vec<_> = demands
            .iter()
            .map(|one| (one.prospect.as_str(), one.requirement.as_deref(), one.outcome.as_deref(), one.is_open()))
            .collect();
        assert_eq!(
            told,
            [
                ("A", Some("second"), Some("unmet"), true),
                ("B", Some("other"), None, true),
                ("A", None, Some("withdrawn"), false),
                ("A", Some("third"), Some("withdrawn"), false),
                ("C", None, Some("unmet"), true),
            ]
        );
        assert_eq!(demands[0].asked, record[2].day, "the day of the later file");
        assert_eq!(demands[4].note.as_deref(), Some("no power"));
    }
}
