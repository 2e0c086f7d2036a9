//! Land: how much of a parcel is built, whether it lies idle, and what the contract's clock says.

mod cases;
mod clip;
mod clock;
mod dossier;
mod idle;
pub mod indicators;
mod land_sheet;
mod ledger;
mod physical;
mod ranking;
pub mod scheme;
mod site;
mod utilisation;

pub use cases::{CaseBearing, CaseLedger, CaseStanding, CasesUpTo, Determination, Extension};
pub(crate) use clock::qualified;
pub use clock::{ClockState, Disposal, Interval, Proviso, Timeline, contract_clock, contract_clock_in_cases};
pub use dossier::{Chapter, Dossier, Files, Line, Mark, Photograph, Tone, YearSums, photographs, photographs_left};
pub(crate) use dossier::{
    case_entry_words, case_state_words, cause_words, event_words, joined, number, remedy_words, value_words,
};
#[cfg(test)]
pub(crate) use idle::legend as idle_legend;
pub use idle::{IdleSteps, idle_overlay, idle_overlay_in_cases};
pub(crate) use idle::{no_contract, state_colour, use_look};
pub use land_sheet::land_sheet;
pub(crate) use land_sheet::{notes as land_notes, state_words};
pub use ledger::Ledger;
pub use physical::{PhysicalUse, physical_use};
pub use ranking::{Ranked, ranked, verdicts};
pub(crate) use site::rule_floors;
pub use site::{Site, sites};
#[cfg(test)]
pub(crate) use utilisation::classes as utilisation_classes;
pub use utilisation::utilisation_overlay;
