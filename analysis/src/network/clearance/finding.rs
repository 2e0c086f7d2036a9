//! What is told of two things and of the room between them.

use serde::Serialize;

/// What two things are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// Side by side, or one with its end beside the other: the clear distance in plan counts.
    Alongside,
    /// One over the other, by their axes or, of lines that do not run alongside, by their walls: the clear height counts.
    Crossing,
    /// Beside a building, in plan.
    Building,
    /// Wall in wall where no row of the table tells of it: the clear distance in 3D counts.
    Touching,
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too near wherever within its uncertainty the line lies.
    Violated,
    /// Too near if it lies where it may.
    Possible,
    /// Something that decides it is not on record.
    Unknown,
    /// Far enough wherever it lies.
    Clear,
}

impl Verdict {
    /// A short word for tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Possible => "possible",
            Self::Unknown => "unknown",
            Self::Clear => "clear",
        }
    }
}

/// What is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The size of a line: its wall is somewhere outside its axis.
    Size,
    /// The height of a line.
    Height,
    /// A row for the pressure of a line: the table has some for the two, but none for so high a pressure.
    Pressure,
    /// A row for the two: the table asks for nothing between them.
    Rule,
}

/// Two things and the room between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clearance {
    /// Row of the line in the snapshot; `None` for one that is planned.
    pub a: Option<u32>,
    /// Row of the other line, or of the building.
    pub b: u32,
    /// How they lie.
    pub lie: Lie,
    /// Verdict.
    pub verdict: Verdict,
    /// Wall to wall as recorded, m: in plan, at a crossing in height, of what touches in 3D. Below zero where they overlap. From the
    /// axis of a line whose size is not known; `None` where a height is not known.
    pub room_m: Option<f64>,
    /// What the rule asks for, m: least and most of what may apply; 0 where there is none: walls are not to touch.
    pub limit_m: [f64; 2],
    /// Row of the rule; `None` where the table has none for the two.
    pub row: Option<usize>,
    /// How far the two may lie off their places, together, m.
    pub off_m: f64,
    /// Where.
    pub place: [f64; 3],
    /// What is missing.
    pub missing: Option<Missing>,
}

impl Clearance {
    /// Room less what is asked for at most, m.
    pub fn margin_m(&self) -> Option<f64> {
        self.room_m.map(|room| room - self.limit_m[1])
    }
}

/// Everything that is too near, may be, or cannot be told, and how much is clear.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Violated first, then by margin.
    pub found: Vec<Clearance>,
    /// Pairs that were near enough to be looked at and are clear.
    pub clear: usize,
    /// Pairs nearer in plan than any row of the table asks for that lie as no row is about, and whose walls are not known to touch.
    pub no_rule: usize,
}
