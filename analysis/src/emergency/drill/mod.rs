//! The drill: a file that a person writes, run by a seed, with a log that replays to the bit.
//!
//! A run is a pure function of file, park, tables and what was injected by hand: those injects are the whole state, so a log of them resumes
//! a drill that was broken off, and replays one. What the hazard does comes from [`super::hazard`], who walks where from
//! [`super::evacuation`], who comes from `response`. Left out: see those.

mod actions;
mod cap;
mod check;
mod compare;
mod condition;
mod course;
mod crew;
mod dose;
mod error;
mod file;
mod gather;
mod given;
mod hangs;
mod improve;
mod log;
mod moments;
mod notes;
mod one_by_one;
mod outcome;
mod report;
mod response;
mod run;
mod score;
mod sky;
mod supply;
#[cfg(test)]
mod tests;
mod threat;
mod trace;
mod watch;

pub use cap::{AlertWords, CapDraft, CapInfo, alert_words, cap_draft_in};
pub use compare::{Compared, branch, compare_drills};
pub use condition::Condition;
pub use crew::CrewSpec;
pub use dose::{Breath, PersonDose};
pub use error::DrillError;
pub use file::{
    Action, DrillFile, DrillWeather, Evidence, Expected, HazardSpec, Inject, Item, LeakSpec, Objective, PoolSpec, Role,
    When,
};
pub use given::{Release, given_chapter};
pub use hangs::starts_by_everyone_out;
pub use improve::{Improvement, Standing, improvement_chapter, improvements, unattended, unattended_words};
pub use log::{DrillLog, Entry, HandInject, Happening};
pub use moments::{key_moments, moment_caption};
pub use notes::{NoteTaken, note_caption, notes_taken};
pub use one_by_one::{
    Followed, OneByOne, Unfollowed, WalkedOut, Why, follow_persons, one_by_one, one_by_one_chapter, one_by_one_note,
    one_by_one_remark,
};
pub use outcome::{CountAt, EngineRun, Facility, Gathering, LevelReached, Outcome, Rated, Rating, Struck, SupplyKnown};
pub use report::{DrillChapter, drill_notes, drill_report};
pub use run::{DrillRun, DrillTables, ZoneAt, run_drill, watch_drill};
pub use score::{ItemScore, RatedObjective, Score, Tally, rate_objectives, score_items};
pub use sky::{SkyOver, TraceWind};
pub(in crate::emergency) use supply::there;
pub use trace::{
    AssemblyPlace, Change, Contour, Contours, DrillTrace, Drive, Key, Look, Spot, Stay, Track, trace_drill,
};
pub use watch::{Onlooker, Seen};
