//! Cases: the follow-up of land that may lie idle, from suspicion to the end, as a list of entries that is only added to.
//!
//! Whether land is idle follows from contracts and events (`analysis`); what may be recorded is the store's to say.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

macro_rules! words_of {
    ($(#[$doc:meta])* $name:ident { $($(#[$said:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$said])* $variant),+
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The one of a stored word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words_of! {
    /// Where a case is (Order 53 of 2012: from suspicion to the end).
    CaseState {
        /// Somebody has reason to think that the land lies idle.
        Suspected = "suspected",
        /// The holder was asked, the land looked at.
        Investigation = "investigation",
        /// It lies idle, and who caused it is settled.
        Determined = "determined",
        /// A remedy is being carried out.
        Disposal = "disposal",
        /// Over: in use again, reclaimed, or never idle.
        Lifted = "lifted",
    }
}

words_of! {
    /// Who caused that the land lies idle.
    Cause {
        /// Its holder: fee and reclaim (Art. 14).
        Holder = "holder",
        /// The government (Art. 8): one of the remedies of Art. 12.
        Government = "government",
    }
}

words_of! {
    /// What is done about idle land. The first five are those of Order 53 Art. 12, idle fee and reclaim those of Art. 14.
    Remedy {
        /// A later start, at most a year.
        Extension = "extension",
        /// Another use or plan.
        ChangeOfUse = "change_of_use",
        /// Another use for a time, at most two years.
        TemporaryUse = "temporary_use",
        /// Taken back against pay.
        PaidReclaim = "paid_reclaim",
        /// Other land for it.
        Swap = "swap",
        /// The idle fee.
        IdleFee = "idle_fee",
        /// Taken back without pay.
        Reclaim = "reclaim",
        /// Something else, in words.
        Other = "other",
    }
}

words_of! {
    /// What an entry of a case is.
    CaseEventKind {
        /// The case was opened.
        Opened = "opened",
        /// It came to another state.
        Step = "step",
        /// A note.
        Note = "note",
        /// A file was attached.
        File = "file",
        /// A deadline was set.
        Deadline = "deadline",
        /// A deadline was met, or a remedy carried out.
        Met = "met",
        /// A remedy was agreed or imposed.
        Remedy = "remedy",
        /// An earlier entry was wrong.
        Correction = "correction",
    }
}

impl CaseState {
    /// The states that may follow, as the database allows them too.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Suspected => &[Self::Investigation, Self::Lifted],
            Self::Investigation => &[Self::Determined, Self::Lifted],
            Self::Determined => &[Self::Disposal, Self::Lifted],
            Self::Disposal => &[Self::Lifted],
            Self::Lifted => &[],
        }
    }
}

/// A file attached to a case; its bytes stay in the store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseFile {
    /// Name.
    pub name: String,
    /// Media type, told from the bytes.
    pub media_type: String,
    /// Size, bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes, hexadecimal.
    pub blake3: String,
    /// When a photograph was taken, by the camera's clock.
    pub taken: Option<NaiveDateTime>,
    /// Where a photograph was taken, by the camera: longitude and latitude, WGS 84, degrees.
    pub position: Option<[f64; 2]>,
}

/// An entry of a case, as recorded.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseEvent {
    /// Number in its case, from 1, in the order of recording.
    pub seq: i32,
    /// What it is.
    pub kind: CaseEventKind,
    /// The day in the world that it holds for.
    pub day: NaiveDate,
    /// When it was recorded, by the database's clock.
    pub recorded: DateTime<Utc>,
    /// Database user, and the role it had taken.
    pub recorded_as: String,
    /// The person, as given.
    pub recorded_by: String,
    /// State that the case came to.
    pub state: Option<CaseState>,
    /// Cause, of a determination.
    pub cause: Option<Cause>,
    /// Remedy.
    pub remedy: Option<Remedy>,
    /// First day of a remedy.
    pub starts: Option<NaiveDate>,
    /// Last day of a deadline or remedy.
    pub due: Option<NaiveDate>,
    /// The entry that was met or is corrected.
    pub refers: Option<i32>,
    /// A correction that withdraws its entry whole.
    pub withdrawn: bool,
    /// Words.
    pub note: Option<String>,
    /// The figure that limits a remedy, with its source.
    pub basis: Option<String>,
    /// Why it is back-dated or a correction.
    pub reason: Option<String>,
    /// Back-dated: an entry for a later day was on record already.
    pub out_of_order: bool,
    /// Back-dated: recorded long after its day.
    pub late: bool,
    /// The file, of an attachment.
    pub file: Option<CaseFile>,
    /// SHA-256 over the entry and the hash of the one before, hexadecimal.
    pub hash: String,
}

impl CaseEvent {
    /// An entry of a case that says nothing more, recorded by nobody at the beginning of Unix time.
    pub fn bare(seq: i32, kind: CaseEventKind, day: NaiveDate) -> Self {
        Self {
            seq,
            kind,
            day,
            recorded: DateTime::<Utc>::UNIX_EPOCH,
            recorded_as: String::new(),
            recorded_by: String::new(),
            state: None,
            cause: None,
            remedy: None,
            starts: None,
            due: None,
            refers: None,
            withdrawn: false,
            note: None,
            basis: None,
            reason: None,
            out_of_order: false,
            late: false,
            file: None,
            hash: String::new(),
        }
    }

    /// Whether it must be shown as back-dated.
    pub fn is_back_dated(&self) -> bool {
        self.out_of_order || self.late
    }
}

/// An entry as its corrections leave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseEntry<'a> {
    /// The entry as recorded.
    pub event: &'a CaseEvent,
    /// The day that it holds for.
    pub day: NaiveDate,
    /// Cause.
    pub cause: Option<Cause>,
    /// First day of a remedy.
    pub starts: Option<NaiveDate>,
    /// Last day of a deadline or remedy.
    pub due: Option<NaiveDate>,
    /// Words.
    pub note: Option<&'a str>,
    /// Withdrawn: it counts no more.
    pub withdrawn: bool,
    /// The last correction of it.
    pub corrected_by: Option<i32>,
}

/// Something that must be done, or a remedy that ends, by a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deadline {
    /// Case.
    pub case_id: i64,
    /// Its parcel.
    pub parcel_key: String,
    /// Entry that set it.
    pub seq: i32,
    /// The remedy that ends; `None` for a deadline.
    pub remedy: Option<Remedy>,
    /// What it is for.
    pub what: Option<String>,
    /// Who recorded it.
    pub set_by: String,
    /// Last day.
    pub due: NaiveDate,
    /// Day on which it was met, by the day asked for.
    pub met: Option<NaiveDate>,
    /// Whole days since its last day, where it is neither met nor the case over; negative or 0 while there is time.
    pub days_over: Option<i64>,
}

impl Deadline {
    /// Past its last day and open.
    pub fn is_overdue(&self) -> bool {
        self.days_over.is_some_and(|days| days > 0)
    }
}

/// A case over a parcel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// Number in its park, from 1.
    pub case_id: i64,
    /// Key of the parcel, which an import may have taken away since.
    pub parcel_key: String,
    /// Number of the parcel when the case was opened.
    pub parcel_number: Option<String>,
    /// Key of the contract, where the case is about one.
    pub contract_key: Option<String>,
    /// Whether the parcel is on record now; `None` where this user may not see parcels.
    pub parcel_on_record: Option<bool>,
    /// Whether the contract is on record now; `None` without one, or where this user may not see contracts.
    pub contract_on_record: Option<bool>,
    /// Everything on record, in the order of recording.
    pub events: Vec<CaseEvent>,
}

impl Case {
    /// The entries but corrections, as these leave them, in the order of recording.
    pub fn entries(&self) -> Vec<CaseEntry<'_>> {
        let is_correction = |event: &&CaseEvent| event.kind == CaseEventKind::Correction;
        let mut entries: Vec<CaseEntry<'_>> = self
            .events
            .iter()
            .filter(|event| !is_correction(event))
            .map(|event| CaseEntry {
                event,
                day: event.day,
                cause: event.cause,
                starts: event.starts,
                due: event.due,
                note: event.note.as_deref(),
                withdrawn: false,
                corrected_by: None,
            })
            .collect();
        for correction in self.events.iter().filter(is_correction) {
            let Some(entry) = entries.iter_mut().find(|entry| Some(entry.event.seq) == correction.refers) else {
                continue;
            };
            entry.day = correction.day;
            entry.cause = correction.cause.or(entry.cause);
            entry.starts = correction.starts.or(entry.starts);
            entry.due = correction.due.or(entry.due);
            entry.note = correction.note.as_deref().or(entry.note);
            entry.withdrawn |= correction.withdrawn;
            entry.corrected_by = Some(correction.seq);
        }
        entries
    }

    /// The last step that holds on a day, if the case was open by then.
    fn step_on(&self, as_of: NaiveDate) -> Option<CaseEntry<'_>> {
        self.entries().into_iter().rfind(|entry| entry.event.state.is_some() && !entry.withdrawn && entry.day <= as_of)
    }

    /// Where the case is by all that is on record.
    pub fn state(&self) -> CaseState {
        self.state_on(NaiveDate::MAX).unwrap_or(CaseState::Suspected)
    }

    /// Where the case was on a day, as known now; `None` before it was opened.
    pub fn state_on(&self, as_of: NaiveDate) -> Option<CaseState> {
        self.step_on(as_of)?.event.state
    }

    /// Since which day it is where it is.
    pub fn since(&self) -> Option<NaiveDate> {
        self.since_on(NaiveDate::MAX)
    }

    /// Since which day it was where it was on a day, as known now.
    pub fn since_on(&self, as_of: NaiveDate) -> Option<NaiveDate> {
        self.step_on(as_of).map(|entry| entry.day)
    }

    /// Who caused it, once that is determined.
    pub fn cause(&self) -> Option<Cause> {
        self.cause_on(NaiveDate::MAX)
    }

    /// Who caused it by what was determined up to a day, as known now.
    pub fn cause_on(&self, as_of: NaiveDate) -> Option<Cause> {
        let determined =
            |e: &CaseEntry<'_>| e.event.state == Some(CaseState::Determined) && !e.withdrawn && e.day <= as_of;
        self.entries().into_iter().rfind(determined)?.cause
    }

    /// The case as it stood in the database at a moment: what was recorded later is left out. `None` before it was opened.
    #[must_use]
    pub fn as_recorded_by(&self, moment: DateTime<Utc>) -> Option<Self> {
        let events: Vec<CaseEvent> = self.events.iter().filter(|event| event.recorded <= moment).cloned().collect();
        (!events.is_empty()).then(|| Self { events, ..self.clone() })
    }

    /// Deadlines and ends of remedies that were set by a day, the first one due first.
    pub fn deadlines(&self, as_of: NaiveDate) -> Vec<Deadline> {
        let is_over = self.state_on(as_of) == Some(CaseState::Lifted);
        let entries = self.entries();
        let holds = |e: &&CaseEntry<'_>| !e.withdrawn && e.day <= as_of;
        let mut deadlines: Vec<Deadline> = entries
            .iter()
            .filter(holds)
            .filter(|entry| matches!(entry.event.kind, CaseEventKind::Deadline | CaseEventKind::Remedy))
            .filter_map(|entry| {
                let due = entry.due?;
                let met = entries.iter().filter(holds).find(|other| {
                    other.event.kind == CaseEventKind::Met && other.event.refers == Some(entry.event.seq)
                });
                let met = met.map(|met| met.day);
                Some(Deadline {
                    case_id: self.case_id,
                    parcel_key: self.parcel_key.clone(),
                    seq: entry.event.seq,
                    remedy: entry.event.remedy,
                    what: entry.note.map(str::to_owned),
                    set_by: entry.event.recorded_by.clone(),
                    due,
                    met,
                    days_over: (met.is_none() && !is_over).then(|| (as_of - due).num_days()),
                })
            })
            .collect();
        deadlines.sort_by_key(|deadline| (deadline.due, deadline.seq));
        deadlines
    }

    /// Entries that must be shown as back-dated or corrected, by their numbers.
    pub fn back_dated(&self) -> BTreeSet<i32> {
        self.events.iter().filter(|event| event.is_back_dated()).map(|event| event.seq).collect()
    }
}

/// Overdue deadlines and remedies of cases on a day, the longest overdue first.
pub fn overdue(cases: &[Case], as_of: NaiveDate) -> Vec<Deadline> {
    let mut late: Vec<Deadline> =
        cases.iter().flat_map(|case| case.deadlines(as_of)).filter(Deadline::is_overdue).collect();
    late.sort_by_key(|deadline| (deadline.due, deadline.case_id, deadline.seq));
    late
}

#[cfg(test)]
mod tests;
