//! Hazards: what a release, a fire, an explosion or a flood does, and where.
//!
//! Each module names its published source and what it leaves out. Coefficients, thresholds, substances and ranges of validity are rows of
//! `analysis/rules/hazard`. Every model returns a number with its unit in its name, or a [`HazardError`] that says which value lies outside
//! which range; none returns a value that is not a number. Results are for exercises and planning.

mod blast;
mod cloud;
mod error;
mod evaporation;
mod fire;
mod fireball;
mod flood;
mod indoor;
mod jet;
mod major_hazard;
mod normal;
mod plume;
mod probit;
mod puff;
mod rules;
mod sigma;
mod substance;
mod tank;
#[cfg(test)]
mod tests;
mod weather;

pub use blast::{Blast, blast, blast_distance_m, tnt_equivalent_kg};
pub(in crate::emergency) use cloud::circle;
pub use cloud::{Cloud, Exposure, Frame, HazardZone, Slice, cloud_zone, exposed_buildings, round_zone};
pub use error::HazardError;
pub use evaporation::{Evaporation, Pool, evaporation};
pub use fire::{FlameModel, JetFire, PoolFire, cylinder_view, distance_of_level, transmission};
pub use fireball::Fireball;
pub use flood::{Flood, FloodExtent, flood};
pub use indoor::Indoor;
pub use jet::{GasJet, GasState, Hole, flash_fraction, flashing_jet_kg_s, gas_jet, liquid_jet_kg_s, sound_m_s};
pub use major_hazard::{Holding, MajorHazard, Share, major_hazard};
pub use plume::{Moment, Plume, PlumeInput, plume_kg_m3};
pub use probit::{Level, Probit, share_of, thermal_load};
pub use puff::{Puff, PuffInput, PuffMoment};
pub use rules::{EffectTable, HazardRules, Range, Tables};
pub use sigma::{CloudKind, SigmaSet};
pub use substance::{Antoine, GAS_CONSTANT, Guideline, GuidelineKind, Substance, Threshold, ToxicProbit};
pub use tank::{Leak, Phase, Source, Tank, source_of};
pub use weather::{Sky, Stability, Terrain, Weather};
