//! Emergency: what protects the park, what endangers it, and what a hazard does.

mod arrival;
pub mod crowd;
pub mod drill;
pub mod evacuation;
pub mod hazard;
mod hydrants;
pub mod incident;
mod overlay;
mod protection;
pub mod security;
mod sites;
mod told;

pub use arrival::{Covered, Drive, StationReach, covered_by, station_reach};
pub use hydrants::{HydrantCover, Reach, hydrant_reach, in_service, parcel_reach};
pub use overlay::emergency_overlay;
#[cfg(test)]
pub(crate) use overlay::legend;
#[cfg(test)]
pub(crate) use protection::legend as protection_legend;
pub use protection::{Check, Finding, Protection, ProtectionRules, Verdict, protection, protection_overlay};
pub use security::security_overlay;
pub use sites::{SiteGrade, site_grades};
pub use told::{crowd_error_words, drill_error_words, evacuation_error_words, hazard_error_words};
