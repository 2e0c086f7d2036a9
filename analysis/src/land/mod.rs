//! Land: how much of a parcel is built, whether it lies idle, and what the contract's clock says.

mod clip;
mod clock;
mod idle;
mod physical;
mod site;
mod utilisation;

pub use clock::{ClockState, Timeline, contract_clock};
pub use idle::idle_overlay;
pub use physical::{PhysicalUse, physical_use};
pub use site::{Site, sites};
pub use utilisation::utilisation_overlay;
