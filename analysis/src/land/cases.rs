//! What the cases of a park say of its land: where each stands, what an agreed extension and a determined cause do to the clock.
//!
//! A case counts for the contract that it names. One that names none counts for the contract under which the parcel was when the
//! case was opened: what was held against an earlier holder says nothing of a later one.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{Case, CaseState, Cause, IdleCause, LandContract, Parcel, Remedy};

use super::dossier::case_state_words;
use crate::words;
use crate::words::{Phrase, Words, phrase};

const IDLE_CAUSES: [(IdleCause, Phrase); 7] = [
    (IdleCause::NotDelivered, phrase("cause-not-delivered", "land not handed over as agreed")),
    (IdleCause::PlanChanged, phrase("cause-plan-changed", "plan changed")),
    (IdleCause::PolicyChanged, phrase("cause-policy-changed", "policy changed")),
    (IdleCause::Complaints, phrase("cause-complaints", "mass complaints")),
    (IdleCause::MilitaryOrRelics, phrase("cause-military-or-relics", "military control or cultural relics")),
    (IdleCause::GovernmentOther, phrase("cause-government-other", "another act of the government")),
    (IdleCause::ForceMajeure, phrase("cause-force-majeure", "force majeure")),
];

/// A cause of Art. 8 in words.
pub(crate) fn idle_cause_words(cause: IdleCause) -> Words {
    let known = IDLE_CAUSES.iter().find(|(one, _)| *one == cause);
    known.map_or_else(|| words!("unknown", "unknown"), |(_, words)| Words::from(*words))
}

/// An extension agreed in a case (Art. 12): the start is agreed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Number of the case.
    pub case: i64,
    /// Its entry.
    pub entry: i32,
    /// The day on which it was agreed.
    pub agreed: NaiveDate,
    /// The start agreed anew.
    pub start: NaiveDate,
    /// Last day of the extension, where the entry says it.
    pub until: Option<NaiveDate>,
}

/// A case that determined the government as the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Determination {
    /// Number of the case.
    pub case: i64,
    /// The day of the determination.
    pub day: NaiveDate,
    /// From which day it excuses no more: the case was lifted, or the start that was agreed in it anew is there, which may be to come. `None`
    /// where neither is on record.
    pub over: Option<NaiveDate>,
}

/// What cases do to the clock of one contract, by what holds for a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseBearing {
    /// The extension agreed last.
    pub extension: Option<Extension>,
    /// Determinations that the government caused it, in the order of the cases.
    pub determined: Vec<Determination>,
}

impl CaseBearing {
    /// A determination excuses the holder on a day.
    pub(super) fn excuses(&self, as_of: NaiveDate) -> bool {
        self.determined.iter().any(|one| one.over.is_none_or(|over| over > as_of))
    }

    /// What it says, case by case. An extension moves the start of land that was not started.
    pub(super) fn words(&self, with_extension: bool) -> Vec<Words> {
        let determined = self.determined.iter().map(|one| match one.over {
            None => words!(
                "case-determined-government",
                "case {case}: caused by the government, as determined on {day}",
                case = one.case,
                day = one.day,
            ),
            Some(over) => words!(
                "case-determined-over",
                "case {case}: caused by the government, as determined on {day}; it excuses up to {over}",
                case = one.case,
                day = one.day,
                over = over,
            ),
        });
        let extension = self.extension.iter().filter(|_| with_extension).map(|one| {
            words!(
                "case-extended",
                "case {case}, entry {entry}: extension agreed on {day}, the start agreed anew is {start}",
                case = one.case,
                entry = i64::from(one.entry),
                day = one.agreed,
                start = one.start,
            )
        });
        determined.chain(extension).collect()
    }
}

/// Where the follow-up of a parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStanding {
    /// Cases are not at hand: a package carries none, and not everybody may see them.
    NotAtHand,
    /// No case was opened by the day.
    None,
    /// The newest open case, or else the last one that was lifted.
    Case {
        /// Its number in the park.
        number: i64,
        /// Its state.
        state: CaseState,
    },
}

impl CaseStanding {
    /// The state, where there is a case.
    pub const fn state(self) -> Option<CaseState> {
        match self {
            Self::Case { state, .. } => Some(state),
            Self::NotAtHand | Self::None => None,
        }
    }

    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::NotAtHand => words!("case-not-at-hand", "not told: cases are not at hand"),
            Self::None => words!("case-none", "no case"),
            Self::Case { number, state } => {
                words!("case-stands", "{state} (case {case})", state = case_state_words(state), case = number)
            }
        }
    }
}

/// The cases of a park that are at hand.
#[derive(Debug, Clone, Copy)]
pub struct CasesUpTo<'a> {
    /// The cases.
    pub cases: &'a [Case],
    /// The day up to which they are told. It may be a later one than that of the verdicts: an office works on while its survey grows old.
    pub day: NaiveDate,
}

/// The cases of a park up to a day, to be asked by parcel.
#[derive(Debug)]
pub struct CaseLedger<'a> {
    of_parcels: HashMap<&'a str, Vec<&'a Case>>,
    day: NaiveDate,
}

impl<'a> CaseLedger<'a> {
    /// The ledger of a park's cases.
    pub fn of(CasesUpTo { cases, day }: CasesUpTo<'a>) -> Self {
        let mut of_parcels: HashMap<&'a str, Vec<&'a Case>> = HashMap::new();
        for case in cases {
            of_parcels.entry(case.parcel_key.as_str()).or_default().push(case);
        }
        for own in of_parcels.values_mut() {
            own.sort_by_key(|case| case.case_id);
        }
        Self { of_parcels, day }
    }

    fn of_parcel(&self, key: &str) -> &[&'a Case] {
        self.of_parcels.get(key).map_or(&[], Vec::as_slice)
    }

    /// The days on which a parcel's cases bear on something else, by all that is on record of them.
    pub(super) fn days(&self, parcel: &Parcel) -> impl Iterator<Item = NaiveDate> {
        let events = self.of_parcel(&parcel.provenance.key).iter().flat_map(|case| &case.events);
        events.flat_map(|event| [Some(event.day), event.starts, event.due].into_iter().flatten())
    }

    /// Where the follow-up of a parcel stands.
    pub fn standing(&self, parcel: &Parcel) -> CaseStanding {
        self.standing_on(parcel, self.day)
    }

    /// The same up to another day.
    pub(super) fn standing_on(&self, parcel: &Parcel, day: NaiveDate) -> CaseStanding {
        let own = self.of_parcel(&parcel.provenance.key).iter();
        let stood = own.filter_map(|case| Some((case.case_id, case.state_on(day)?)));
        // Cases are in the order of their numbers, so the last of the greatest is the newest.
        let found = stood.max_by_key(|(_, state)| *state != CaseState::Lifted);
        found.map_or(CaseStanding::None, |(number, state)| CaseStanding::Case { number, state })
    }

    /// What cases do to the clock of a contract.
    pub fn bearing(&self, contract: &LandContract) -> CaseBearing {
        self.bearing_on(contract, self.day)
    }

    /// The same up to another day.
    pub(super) fn bearing_on(&self, contract: &LandContract, day: NaiveDate) -> CaseBearing {
        let counts = |case: &&&Case| {
            if let Some(key) = &case.contract_key {
                return *key == contract.provenance.key;
            }
            let opened = case.entries().first().map(|entry| entry.day);
            contract.signed.is_none_or(|signed| opened.is_some_and(|opened| signed <= opened))
        };
        let mut bearing = CaseBearing::default();
        for case in self.of_parcel(&contract.parcel_key).iter().filter(counts) {
            let extension = extension(case, day);
            if let Some(mut determination) = determination(case, day) {
                let anew = extension.as_ref().map(|extension| extension.start);
                determination.over = determination.over.into_iter().chain(anew).min();
                bearing.determined.push(determination);
            }
            let is_later = |one: &Extension| bearing.extension.as_ref().is_none_or(|last| last.agreed <= one.agreed);
            if let Some(extension) = extension.filter(is_later) {
                bearing.extension = Some(extension);
            }
        }
        bearing
    }
}

/// The extension that was agreed last by a day, as corrected.
fn extension(case: &Case, as_of: NaiveDate) -> Option<Extension> {
    let entries = case.entries();
    let agreed = entries
        .iter()
        .filter(|entry| entry.event.remedy == Some(Remedy::Extension) && !entry.withdrawn && entry.day <= as_of)
        .max_by_key(|entry| (entry.day, entry.event.seq))?;
    Some(Extension {
        case: case.case_id,
        entry: agreed.event.seq,
        agreed: agreed.day,
        start: agreed.starts.unwrap_or(agreed.day),
        until: agreed.due,
    })
}

/// That the government caused it, where the case had come to that by a day.
fn determination(case: &Case, as_of: NaiveDate) -> Option<Determination> {
    if case.cause_on(as_of) != Some(Cause::Government) {
        return None;
    }
    let entries = case.entries();
    let step = entries
        .iter()
        .rfind(|entry| entry.event.state == Some(CaseState::Determined) && !entry.withdrawn && entry.day <= as_of)?;
    let lifted = case.state_on(as_of) == Some(CaseState::Lifted);
    let over = case.since_on(as_of).filter(|_| lifted);
    Some(Determination { case: case.case_id, day: step.day, over })
}

#[cfg(test)]
mod tests;
