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
pub use dossier::{Chapter, Dossier, Files, Line, Mark, Tone, YearSums};
pub use idle::idle_overlay;
pub use land_sheet::land_sheet;
pub use ledger::Ledger;
pub use physical::{PhysicalUse, physical_use};
pub use ranking::{Ranked, ranked};
pub(crate) use site::rule_floor_area_m2;
pub use site::{Site, sites};
pub use utilisation::utilisation_overlay;
