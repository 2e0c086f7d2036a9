//! The drill: a file that a person writes, run by a seed, with a log that replays to the bit.
//!
//! A run is a pure function of file, park, tables and what was injected by hand: those injects are the whole state, so a log of them resumes
//! a drill that was broken off, and replays one. What the hazard does comes from [`super::hazard`], who walks where from
//! [`super::evacuation`]. Left out: see those; crews are a vehicle that drives from the nearest station and sets up.

mod cap;
mod error;
mod file;
mod log;
mod outcome;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod threat;

pub use cap::{CapDraft, cap_draft};
pub use error::DrillError;
pub use file::{
    Action, DrillFile, DrillWeather, Evidence, Expected, HazardSpec, Inject, Item, LeakSpec, Objective, Role, When,
};
pub use log::{DrillLog, Entry, HandInject, Happening};
pub use outcome::{Outcome, Rated, Rating, Struck};
pub use report::{DrillChapter, drill_notes, drill_report};
pub use run::{
    Change, Contour, Contours, DrillRun, DrillTables, DrillTrace, Drive, Key, Look, Spot, Stay, TraceWind, Track,
    run_drill, trace_drill,
};
