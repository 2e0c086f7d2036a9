//! Siting: what a park has for somebody who asks. A pitch says what is asked for; vacant parcels, neighbours joined and vacant
//! floors are held against it, need by need: met, missed by how much, or unknown for want of which record.
//!
//! What must be met is never made up for by wishes, and what is not known never counts as met.

mod bound;
mod brief;
mod capacity;
mod enlarge;
mod error;
mod explain;
mod fibre;
mod file;
mod fit;
mod floors;
mod ground;
mod industries;
mod jobs;
mod laid_out;
mod lane;
mod layers;
mod matched;
mod measure;
mod obstacles;
mod overlay;
mod ranking;
mod relax;
mod roads;
mod rounding;
pub mod said;
mod shapes;
mod stranger;
mod substances;
mod supply;
mod tables;
mod things;
mod trades;
mod trying;
mod turning;
mod unmet;
mod want;

pub(crate) use brief::ReadinessTable;
pub use brief::{Brief, Connection, Fact, LINES_M, NEIGHBOURS_M, Neighbours, ReadyStep};
pub use capacity::{LEAST_POWER_FACTOR, NetworkSupplies};
pub use enlarge::Enlargement;
pub(crate) use enlarge::EnlargingTable;
pub use error::PitchError;
pub use explain::Finding;
pub use file::{How, IfUnknown, MOST_JOINED, Need, Offers, PitchFile};
pub use fit::{TestFit, test_fit, with_hall};
pub use ground::{Candidate, Free, Ground, MOST_JOINED_SITES, Missing};
pub use industries::industry_words;
pub use laid_out::{KeptAway, LaidOut, LaidPart};
pub use matched::{Match, Place, Standing};
pub use measure::{Measure, NOWHERE, ROOF_M, Verdict};
pub use obstacles::{Obstacle, TakenOut};
pub(crate) use obstacles::{ObstacleTable, obstacles_on_record, taken_words};
#[cfg(test)]
pub(crate) use overlay::legend;
pub use ranking::Ranking;
pub use relax::{Confirmation, Relaxation};
pub use rounding::outward;
pub use supply::{Commitment, NoSupplies, Step, Supplies, Supply, Utility, remaining};
pub use tables::SitingTables;
pub use turning::TurningFit;
pub(crate) use turning::TurningTable;
#[cfg(test)]
pub(crate) use unmet::legend as unmet_legend;
pub use unmet::{
    Answer, ByCriterion, ByParcel, Change, Closest, Demand, Lack, UnmetDemand, Unserved, unmet, unmet_criteria,
    unmet_overlay, unmet_parcels, unmet_requirements,
};
pub use want::{Side, Thing, Want};
