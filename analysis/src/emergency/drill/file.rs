//! The drill file: RON, every complaint with its line.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::DrillError;
use super::condition::Condition;
use super::crew::CrewSpec;
use super::improve::Improvement;
use crate::emergency::hazard::{Stability, Terrain};
use crate::words::Words;

/// Events that every drill may have without naming them.
pub(super) const EVENTS: [&str; 10] = [
    "release",
    "alarm",
    "first_engine",
    "all_engines",
    "engines_short",
    "first_water",
    "water_lost",
    "threat_reaches_people",
    "assembly_reached",
    "evacuated",
];

fn one() -> u32 {
    1
}

/// A drill as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillFile {
    pub(super) format_version: u32,
    /// Name.
    pub name: String,
    /// Short name of the park.
    pub park: String,
    /// What a reader should know.
    #[serde(default)]
    pub note: String,
    /// What the draws begin with.
    pub seed: u64,
    /// Hour of a working day, 0 to 23: who is where.
    pub hour: u32,
    /// Length, minutes.
    pub length_min: f64,
    /// Weather.
    pub weather: DrillWeather,
    /// The hazard.
    pub hazard: HazardSpec,
    /// Engines that are called at the alarm, from the nearest stations.
    #[serde(default = "one")]
    pub engines: u32,
    /// Their crews; not counted if absent.
    #[serde(default)]
    pub crews: Option<CrewSpec>,
    /// Objectives.
    pub objectives: Vec<Objective>,
    /// Roles.
    pub roles: Vec<Role>,
    /// What happens when.
    pub timeline: Vec<Inject>,
    /// What people should do.
    pub expected: Vec<Expected>,
    #[serde(skip)]
    text: String,
}

/// Weather of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillWeather {
    /// Wind at 10 m, m/s.
    pub wind_m_s: f64,
    /// Where it blows from, degrees clockwise from north.
    pub wind_from_deg: f64,
    /// Pasquill's class; none: by the wind, the sun's height and `cloud`.
    #[serde(default)]
    pub stability: Option<Stability>,
    /// Cloud, tenths of the sky, where no class is given.
    #[serde(default)]
    pub cloud: Option<f64>,
    /// Day, for the sun's height; that of the park's data if absent.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// Air, °C.
    pub temperature_c: f64,
    /// Terrain.
    pub terrain: Terrain,
}

/// The hazard of a drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum HazardSpec {
    /// A tank leaks.
    Leak {
        /// Key of the hazard source.
        source: String,
        /// When, min.
        at_min: f64,
        /// Diameter of the hole, mm.
        hole_mm: f64,
        /// Where the hole is.
        leak: LeakSpec,
    },
    /// A building burns.
    Fire {
        /// Key of the building.
        building: String,
        /// When, min.
        at_min: f64,
        /// Water that it needs, L/s; unknown if absent.
        #[serde(default)]
        water_l_s: Option<f64>,
        /// Nobody walks this near to it, m.
        cordon_m: f64,
        /// What burns in its middle as a pool, for the rings of heat; none if absent.
        #[serde(default)]
        pool: Option<PoolSpec>,
    },
    /// Water rises.
    Flood {
        /// Level by minutes, straight from one to the next; m.
        levels: Vec<(f64, f64)>,
        /// Places that the water comes from; every hollow if absent.
        #[serde(default)]
        from: Vec<(f64, f64)>,
        /// Nobody walks where it is deeper than this, m.
        closes_m: f64,
    },
    /// A part of what is in a tank or store explodes.
    Blast {
        /// Key of the hazard source.
        source: String,
        /// What explodes, kg of its substance.
        mass_kg: f64,
        /// When, min.
        at_min: f64,
    },
    /// A vessel bursts, and what is in it burns as a fireball.
    Fireball {
        /// Key of the hazard source.
        source: String,
        /// What burns, kg.
        mass_kg: f64,
        /// When, min.
        at_min: f64,
    },
    /// Power fails.
    Power {
        /// Key of the line or point of the power network.
        line: String,
        /// When, min.
        at_min: f64,
    },
}

impl HazardSpec {
    /// Key of the hazard source that it comes from.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Leak { source, .. } | Self::Blast { source, .. } | Self::Fireball { source, .. } => Some(source),
            Self::Fire { .. } | Self::Flood { .. } | Self::Power { .. } => None,
        }
    }

    /// True where it has a place that engines go to and water is brought to.
    pub fn has_place(&self) -> bool {
        self.source().is_some() || matches!(self, Self::Fire { .. })
    }
}

/// A pool that burns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// Substance: name, alias or CAS number.
    pub substance: String,
    /// Diameter, m.
    pub diameter_m: f64,
}

/// Where a tank leaks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum LeakSpec {
    /// Gas space.
    Gas,
    /// Under so many metres of liquid.
    Liquid(f64),
    /// A pipe.
    Pipe,
}

/// Evaluation items of AQ/T 9009-2015.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Alarm and reporting.
    AlarmAndReporting,
    /// Mobilisation.
    Mobilisation,
    /// Assessment of the situation.
    Assessment,
    /// Command and coordination.
    Command,
    /// Handling of the incident.
    Handling,
    /// Resources.
    Resources,
    /// Communication.
    Communication,
    /// Public information.
    PublicInformation,
    /// Protection of people.
    Protection,
    /// Cordon.
    Cordon,
    /// Medical aid.
    Medical,
    /// Site control and recovery.
    SiteControl,
}

impl Item {
    /// All of them, in the order of the standard's list.
    pub const ALL: [Self; 12] = [
        Self::AlarmAndReporting,
        Self::Mobilisation,
        Self::Assessment,
        Self::Command,
        Self::Handling,
        Self::Resources,
        Self::Communication,
        Self::PublicInformation,
        Self::Protection,
        Self::Cordon,
        Self::Medical,
        Self::SiteControl,
    ];

    /// The item in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlarmAndReporting => "alarm and reporting",
            Self::Mobilisation => "mobilisation",
            Self::Assessment => "assessment",
            Self::Command => "command",
            Self::Handling => "handling",
            Self::Resources => "resources",
            Self::Communication => "communication",
            Self::PublicInformation => "public information",
            Self::Protection => "protection of people",
            Self::Cordon => "cordon",
            Self::Medical => "medical",
            Self::SiteControl => "site control",
        }
    }
}

/// An objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Name in the file.
    pub id: String,
    /// Words.
    pub text: String,
    /// Evaluation item.
    pub item: Item,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Name in the file.
    pub id: String,
    /// Words.
    pub name: String,
}

/// When something happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum When {
    /// So many minutes from the start.
    At(f64),
    /// So many minutes after an event.
    After(String, f64),
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Action {
    /// The alarm is raised: people set out, the engine is called.
    Alarm,
    /// Words are passed on.
    Say(String),
    /// The wind turns: from (degrees) and m/s.
    Wind(f64, f64),
    /// The leak is stopped.
    Stop,
    /// Ways within so many metres of a place are closed.
    Close((f64, f64), f64),
    /// They are open again.
    Open((f64, f64), f64),
    /// Hydrants, by their keys, give no water: a main has burst.
    NoWater(Vec<String>),
    /// Hydrants within so many metres of a place give no water.
    NoWaterNear((f64, f64), f64),
    /// The water main of a key bursts, a line or a point of the network, and is shut off: hydrants and buildings lose their water.
    Burst(String),
    /// The water main nearest to a place does.
    BurstNear((f64, f64)),
    /// The power line or point of a key fails: buildings lose their power.
    PowerCut(String),
    /// An expected action was done.
    Done(String),
    /// An expected action was missed.
    Missed(String),
    /// An observer noted something.
    Note {
        /// Words.
        text: String,
        /// Where, in the park's system, m.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<(f64, f64)>,
        /// Picture that shows it: the name of a file beside the log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        picture: Option<String>,
        /// Expected action that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
    },
    /// An action to do better is written down, by hand only.
    Improve(Improvement),
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// Name in the file; an event that others may follow.
    pub id: String,
    /// When.
    pub when: When,
    /// It happens only if this is so then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Condition>,
    /// It does not happen if this is so then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<Condition>,
    /// What.
    pub does: Action,
}

/// How an expected action shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Evidence {
    /// By an event of the run.
    Event(String),
    /// By an observer, who marks it.
    Observed,
}

/// An expected action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Name in the file.
    pub id: String,
    /// Words.
    pub text: String,
    /// Who.
    pub role: String,
    /// Objective that it serves.
    pub objective: String,
    /// Event that the clock starts with.
    pub from: String,
    /// Minutes after it.
    pub within_min: f64,
    /// Evidence.
    pub evidence: Evidence,
}

impl DrillFile {
    /// A drill from its text, checked against itself.
    ///
    /// # Errors
    /// [`DrillError`] with the line.
    pub fn parse(text: &str) -> Result<Self, DrillError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let mut file: Self = options
            .from_str(text)
            .map_err(|source| DrillError::Unreadable { line: source.span.start.line, source: Box::new(source) })?;
        text.clone_into(&mut file.text);
        file.check()?;
        Ok(file)
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line on which a text in quotes, a field, or what is done first stands; 1 where it does not.
    pub(super) fn line_of(&self, what: &str) -> usize {
        let quoted = format!("\"{what}\"");
        let at =
            |needle: &str| self.text.lines().position(|line| line.split("//").next().unwrap_or("").contains(needle));
        let field = || at(&format!("{what}:")).or_else(|| at(&format!("{what}(")));
        at(&quoted).or_else(field).map_or(1, |line| line + 1)
    }

    /// A complaint about a text in quotes or a field.
    pub(super) fn wrong(&self, what: &str, reason: impl Into<Words>) -> DrillError {
        DrillError::Wrong { line: self.line_of(what), reason: reason.into() }
    }
}
