//! What follows from the park: land, network, emergency, siting. Pure functions of a snapshot, rules and dates; no I/O, but for what
//! EPANET does (`docs/architecture.md`).
//!
//! Everything a person may see as colour leaves here as an [`overlay::Overlay`]; how it is drawn is left to `twin-engine`.

pub mod changes;
pub mod emergency;
pub mod evaluation;
pub mod geodetic;
pub mod issues;
pub mod land;
pub mod network;
pub mod overlay;
pub mod planner;
pub mod projects;
pub mod rules;
pub mod scenario;
pub mod sheet;
pub mod siting;
pub mod sun;
pub mod vision;
pub mod words;
