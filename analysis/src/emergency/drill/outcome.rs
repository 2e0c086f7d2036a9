//! What a drill came to: times, water, people, and how each objective was met.

use serde::Serialize;

use super::file::{DrillFile, Evidence, Item};

/// A building that the hazard reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Struck {
    /// Key.
    pub building: String,
    /// When first, s.
    pub first_s: f64,
    /// The worst: kg/m³ of a cloud, m of water, 1 for the building that burns.
    pub worst: f64,
}

/// How an expected action went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// In time.
    Met,
    /// Too late.
    Late,
    /// Not at all, or marked as missed.
    Missed,
    /// No observer has marked it.
    NotMarked,
}

impl Rating {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::NotMarked => "not marked",
        }
    }
}

/// An expected action, rated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rated {
    /// Its name.
    pub id: String,
    /// Words.
    pub text: String,
    /// Who.
    pub role: String,
    /// Objective.
    pub objective: String,
    /// Evaluation item.
    pub item: &'static str,
    /// When it was due, s; none where its clock never started.
    pub due_s: Option<f64>,
    /// When it was done, s.
    pub done_s: Option<f64>,
    /// How it went.
    pub rating: Rating,
}

/// What a drill came to. Times are s from the start; none: it did not happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Alarm.
    pub alarm_s: Option<f64>,
    /// First engine at the place.
    pub first_engine_s: Option<f64>,
    /// First water.
    pub first_water_s: Option<f64>,
    /// Last person at a place of assembly.
    pub last_out_s: Option<f64>,
    /// Everyone known to be in buildings.
    pub persons: u32,
    /// Who arrived.
    pub arrived: u32,
    /// Who has no open way.
    pub cut_off: u32,
    /// Who is on the way.
    pub on_the_way: u32,
    /// Who was on a way inside the threat, at any time.
    pub exposed_on_ways: u32,
    /// Buildings whose people are not known.
    pub buildings_unknown: usize,
    /// Buildings reached by the hazard.
    pub struck: Vec<Struck>,
    /// Water at the place, L/s, of hydrants whose flow is known.
    pub water_l_s: f64,
    /// Hydrants there whose flow is not on record.
    pub hydrants_without_flow: usize,
    /// Water that is needed, L/s.
    pub water_needed_l_s: Option<f64>,
    /// Hydrants without water.
    pub hydrants_out: usize,
    /// Buildings that no hydrant with water reaches, at the start and at the end.
    pub unreached: (usize, usize),
    /// Expected actions.
    pub rated: Vec<Rated>,
}

/// Rates expected actions by the times of events and the marks of observers.
pub(super) fn rate(
    file: &DrillFile,
    time_of: impl Fn(&str) -> Option<f64>,
    mark_of: impl Fn(&str) -> Option<(f64, bool)>,
) -> Vec<Rated> {
    file.expected
        .iter()
        .map(|expected| {
            let due_s = time_of(&expected.from).map(|from| from + expected.within_min * 60.0);
            let mark = mark_of(&expected.id);
            let done_s = match (&expected.evidence, mark) {
                (_, Some((at, true))) => Some(at),
                (Evidence::Event(event), None) => time_of(event),
                _ => None,
            };
            let rating = match (due_s, done_s, mark, &expected.evidence) {
                (_, _, Some((_, false)), _) => Rating::Missed,
                (Some(due), Some(done), ..) if done <= due => Rating::Met,
                (_, Some(_), ..) => Rating::Late,
                (_, None, _, Evidence::Observed) => Rating::NotMarked,
                (_, None, ..) => Rating::Missed,
            };
            let item = file.objectives.iter().find(|o| o.id == expected.objective).map_or("", |o| Item::as_str(o.item));
            Rated {
                id: expected.id.clone(),
                text: expected.text.clone(),
                role: expected.role.clone(),
                objective: expected.objective.clone(),
                item,
                due_s,
                done_s,
                rating,
            }
        })
        .collect()
}
