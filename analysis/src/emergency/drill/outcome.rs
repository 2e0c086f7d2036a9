//! What a drill came to: times, water, people, and how each objective was met.

use std::collections::BTreeSet;

use serde::Serialize;

use super::dose::Breath;
use super::file::{DrillFile, Evidence, Item};
use super::given::Release;
use super::hangs::{EVERYONE_OUT, Hangs};
use super::notes::NoteTaken;
use super::score::{ItemScore, Mark, RatedObjective, evidence};
use super::sky::SkyOver;
use crate::emergency::evacuation::Census;
use crate::emergency::hazard::Stability;
use crate::words::Words;

/// A building that the hazard reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Struck {
    /// Key.
    pub building: String,
    /// When first, s.
    pub first_s: f64,
    /// The worst, in the unit of the hazard.
    pub worst: f64,
    /// Unit of the worst: `kg/m3` of a cloud, `m` of water, `cordon` (1) within it.
    pub unit: &'static str,
    /// The highest concentration indoors until the drill's end, kg/m³, by one air exchange for all; none where nothing leaks.
    pub indoors_kg_m3: Option<f64>,
}

/// What an engine did. Times are s from the start; none: it did not happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EngineRun {
    /// Key of its station.
    pub station: String,
    /// Called.
    pub called_s: f64,
    /// At the place.
    pub arrived_s: Option<f64>,
    /// First water from its hydrant.
    pub water_s: Option<f64>,
    /// Key of the hydrant that it stood at when the drill ended.
    pub hydrant: Option<String>,
    /// What that gives, L/s, if on record.
    pub flow_l_s: Option<f64>,
    /// Times that it took another way because one had closed.
    pub rerouted: u32,
    /// True where it had no open way when the drill ended.
    pub cut_off: bool,
    /// Persons on it; none where the file has no crews.
    pub crew: Option<u32>,
    /// How long it waited at the place for hands to lay its hose, s.
    pub waited_s: f64,
    /// Where it was, every ten seconds and at its arrival: s and m.
    #[serde(skip)]
    pub track: Vec<(f64, [f64; 2])>,
}

/// A hospital, first-aid post or shelter on record, in service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facility {
    /// Key.
    pub key: String,
    /// Name.
    pub name: Option<String>,
    /// `hospital` or `shelter`.
    pub kind: &'static str,
    /// Persons that it takes, if on record.
    pub capacity: Option<f64>,
    /// Drive from the place by the roads open at the alarm, s; none: no open road, or no place to drive from.
    pub drive_at_alarm_s: Option<f64>,
    /// The same by the roads open at the end.
    pub drive_at_end_s: Option<f64>,
    /// When the hazard first reached it, s.
    pub reached_s: Option<f64>,
    /// A flood is not known to have reached it, and stands over ground whose height there is not known: nobody can say that it is dry.
    pub without_height: bool,
}

/// A place of assembly in service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gathering {
    /// Key; empty for a place that is not on record.
    pub key: String,
    /// Name.
    pub name: Option<String>,
    /// Persons that it takes, if on record.
    pub capacity: Option<u32>,
    /// Persons there at the end.
    pub arrived: u32,
    /// Persons sent there although it was full.
    pub over: u32,
    /// When it first lay inside the danger, s; none: at no look.
    pub reached_s: Option<f64>,
    /// A flood is not known to have reached it, and it lies on ground whose height is not known: nobody can say that it is dry.
    pub without_height: bool,
}

/// How many were where at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CountAt {
    /// s from the start.
    pub at_s: f64,
    /// People.
    pub census: Census,
    /// Who had been inside the danger until then: outside, on a way or not, or in line at a door.
    pub exposed: u32,
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
    /// No observer has marked it, and it is due.
    NotMarked,
    /// Not done, and not due: its clock has not started, or has not run out when the drill ended.
    Open,
    /// Everyone out was asked for, or what comes about by that alone, and of some buildings the people are not known: those who are known
    /// are out, in time. Or the clock hangs on that, so that it may have started later, and what is late or not done by its event by then
    /// may be in time.
    Unknown,
}

impl Rating {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::NotMarked => "not marked",
            Self::Open => "open",
            Self::Unknown => "unknown",
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
    /// What shows it: an event, a mark, a note.
    pub evidence: Words,
}

/// Whether anybody can tell who has supply: by a network on record with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SupplyKnown {
    /// Of water, by a main.
    pub water: bool,
    /// Of power.
    pub power: bool,
}

/// A level of an explosion or a fireball, and what it reaches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelReached {
    /// What happens there, as the table has it.
    pub name: String,
    /// The level.
    pub value: f64,
    /// Its unit: Pa or W/m2.
    pub unit: &'static str,
    /// How far it reaches from the place, m; 0: nowhere on the ground.
    pub reach_m: f64,
    /// Buildings that stand within, those of worse levels among them.
    pub buildings: usize,
    /// Persons indoors in those as it came, of the buildings whose people are known; who stood in line at a door was outside.
    pub persons_indoors: u32,
    /// Buildings within whose people are not known.
    pub buildings_unknown: usize,
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
    /// Last person at a place of assembly, of those who are known: see [`Outcome::everyone_out`].
    pub last_out_s: Option<f64>,
    /// Everyone known to be in buildings.
    pub persons: u32,
    /// Who arrived.
    pub arrived: u32,
    /// Who has no open way.
    pub cut_off: u32,
    /// Who is on the way.
    pub on_the_way: u32,
    /// Who was inside the threat at any time: outside, on a way or not, or in line at a door.
    pub exposed_on_ways: u32,
    /// Buildings whose people are not known.
    pub buildings_unknown: usize,
    /// Buildings reached by the hazard.
    pub struck: Vec<Struck>,
    /// Levels of an explosion or a fireball with their reach, the mildest first; none of another hazard.
    pub levels: Vec<LevelReached>,
    /// Buildings of a flood on ground whose height is not known, wholly or in part, that are not known to be in the water: nobody can say
    /// that they are dry.
    pub buildings_without_height: usize,
    /// Buildings without a footprint on record: nobody can say whether the hazard or a hydrant reaches them.
    pub buildings_without_footprint: usize,
    /// Keys of buildings that have lost their water by a burst main.
    pub without_water: Vec<String>,
    /// Keys of buildings that have lost their power.
    pub without_power: Vec<String>,
    /// Whether the two lists are all: where supply is not known nobody can say that a building has it.
    pub supply_known: SupplyKnown,
    /// Buildings that stand, and have not lost it, of which nobody can tell whether they have water from a main: they hang on a part of the
    /// network without a source, or on none.
    pub water_unknown: usize,
    /// The same of power.
    pub power_unknown: usize,
    /// Slots of all buildings of which nobody can tell whether they have water, and whether they have power.
    #[serde(skip)]
    pub supply_unknown: [BTreeSet<usize>; 2],
    /// Water at the place, L/s, of hydrants whose flow is known.
    pub water_l_s: f64,
    /// Hydrants there whose flow is not on record.
    pub hydrants_without_flow: usize,
    /// Water that is needed, L/s.
    pub water_needed_l_s: Option<f64>,
    /// Hydrants without water; so many at least where supply is not known.
    pub hydrants_out: usize,
    /// Buildings that no hydrant with water reaches, at the start and at the end; none where no hydrant in service is on record, so that
    /// nobody can say.
    pub unreached: Option<(usize, usize)>,
    /// Engines that were called, in the order of their stations.
    pub engines: Vec<EngineRun>,
    /// Hospitals and shelters on record.
    pub facilities: Vec<Facility>,
    /// Places of assembly in service.
    pub gatherings: Vec<Gathering>,
    /// Expected actions.
    pub rated: Vec<Rated>,
    /// Objectives, by those.
    pub objectives: Vec<RatedObjective>,
    /// Every evaluation item of AQ/T 9009.
    pub items: Vec<ItemScore>,
    /// What leaks, as the drill began with it; none where nothing does.
    pub release: Option<Release>,
    /// What was breathed of it; none where nothing leaks.
    pub breath: Option<Breath>,
    /// Pasquill's class in the wind of the start.
    pub stability: Stability,
    /// The sky that it follows from; none where the file gives it.
    pub sky: Option<SkyOver>,
}

impl Outcome {
    /// Whether everyone is at a place of assembly. None: everyone who is known is, and of some buildings the people are not known, so that
    /// nobody can say it of everyone.
    pub fn everyone_out(&self) -> Option<bool> {
        match (self.last_out_s, self.buildings_unknown) {
            (Some(_), 0) => Some(true),
            (Some(_), _) => None,
            (None, _) => Some(false),
        }
    }
}

/// Rates expected actions by the times of events and the marks of observers, at the end of a drill. Where the people of some buildings are
/// not known they may still be inside: everyone out, and what hangs on it, is then not met by its event alone, nor late or missed by a clock
/// that it starts.
pub(super) fn rate<'m>(
    file: &DrillFile,
    end_s: f64,
    (buildings_unknown, hangs): (usize, &Hangs<'_>),
    time_of: impl Fn(&str) -> Option<f64>,
    mark_of: impl Fn(&str) -> Option<&'m Mark>,
    notes: &[NoteTaken],
) -> Vec<Rated> {
    file.expected
        .iter()
        .map(|expected| {
            let due_s = time_of(&expected.from).map(|from| from + expected.within_min * 60.0);
            let mark = mark_of(&expected.id);
            let done_s = match (&expected.evidence, mark) {
                (_, Some(mark)) if mark.done => Some(mark.at_s),
                (Evidence::Event(event), None) => time_of(event),
                _ => None,
            };
            // An observer who marks it done has counted them.
            let of_everyone = match (&expected.evidence, mark) {
                (_, Some(_)) => hangs.marks(&expected.id),
                (Evidence::Event(event), None) => hangs.event(event),
                (Evidence::Observed, None) => false,
            };
            // Where not everyone is out yet, what is due by that is due later.
            let clock_unknown = buildings_unknown > 0 && hangs.event(&expected.from);
            // What is held back by the known people being out may come about yet.
            let lacks = |event: &str| buildings_unknown > 0 && time_of(EVERYONE_OUT).is_some() && hangs.lacks(event);
            let may_come = lacks(&expected.from)
                || lacks(&expected.id)
                || matches!(&expected.evidence, Evidence::Event(event) if lacks(event));
            let rating = match (due_s, done_s, mark, &expected.evidence) {
                (_, _, Some(mark), _) if !mark.done => Rating::Missed,
                (Some(due), Some(done), ..) if done > due && clock_unknown => Rating::Unknown,
                (Some(due), Some(done), ..) if done > due => Rating::Late,
                (_, Some(_), ..) if of_everyone && buildings_unknown > 0 => Rating::Unknown,
                // In time, or before its clock had started.
                (_, Some(_), ..) => Rating::Met,
                (None, None, None, _) if may_come => Rating::Unknown,
                (None, None, ..) => Rating::Open,
                (Some(due), None, ..) if due > end_s => Rating::Open,
                (Some(_), None, _, Evidence::Observed) => Rating::NotMarked,
                (Some(_), None, ..) if clock_unknown || may_come => Rating::Unknown,
                (Some(_), None, ..) => Rating::Missed,
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
                evidence: evidence(expected, mark, done_s, notes),
            }
        })
        .collect()
}
