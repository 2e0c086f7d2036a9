//! Land: how much of a parcel is built, whether it lies idle, and what the contract's clock says.

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

pub use clock::{ClockState, Disposal, Interval, Timeline, contract_clock};
pub use dossier::{Chapter, Dossier, Files, Line, Mark, Photograph, Tone, YearSums, photographs, photographs_left};
pub(crate) use dossier::{
    case_entry_words, case_state_words, cause_words, event_words, joined, number, remedy_words, value_words,
};
pub use idle::idle_overlay;
pub(crate) use idle::{state_colour, use_look};
pub use land_sheet::land_sheet;
pub(crate) use land_sheet::{notes as land_notes, state_words};
pub use ledger::Ledger;
pub use physical::{PhysicalUse, physical_use};
pub use ranking::{Ranked, ranked, verdicts};
pub(crate) use site::rule_floors;
pub use site::{Site, sites};
pub use utilisation::utilisation_overlay;
