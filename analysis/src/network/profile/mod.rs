//! Long profile: a way through a network laid out flat, with the ground above it, its levels, falls and chambers, and what crosses it.
//!
//! Distances are along the way in plan from its first place (chainage), levels in the park's height system, both in m. A way follows
//! the flow where it is known. What no record tells stays `None`. Drawing it is left to the engine.

mod build;
mod crossings;
mod flaws;
mod limits;
mod sheet;
#[cfg(test)]
mod tests;
mod way;

use spatial_db::model::{FeatureId, NetworkClass, NodeKind};

use super::clearance::Verdict;
use super::trace::Way as TraceWay;
use crate::words::Words;
pub use build::Ask;
pub use limits::ProfileLimits;
pub use sheet::{ProfileRows, kind_words, profile_sheet, profile_words, verdict_words};
pub use way::Course;

/// A way through a network from the side.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Network.
    pub class: NetworkClass,
    /// Which way the way goes from where it was asked for; `None` between two places.
    pub asked: Option<TraceWay>,
    /// Length in plan, m.
    pub length_m: f64,
    /// Where it runs: every corner of its lines, in order. Two at one distance where a level steps.
    pub corners: Vec<Corner>,
    /// Ground from the terrain, in stretches where that is known: distance and level, m.
    pub ground: Vec<Vec<[f64; 2]>>,
    /// Pipes, in order.
    pub runs: Vec<Run>,
    /// Where pipes meet, in order; the first and last are the ends.
    pub stations: Vec<Station>,
    /// Lines that cross in plan, in order.
    pub crossings: Vec<Crossing>,
    /// What is wrong along the way, by distance.
    pub flaws: Vec<Flaw>,
}

/// A corner of the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// Distance, m.
    pub at_m: f64,
    /// Easting, northing and level of the axis, m; the level is NaN where nothing tells it.
    pub position: [f64; 3],
}

/// A pipe, or the part of one that the way takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Row of the line in the snapshot.
    pub edge: u32,
    /// The line.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// From and to, m.
    pub span_m: [f64; 2],
    /// Level of the axis at every corner: distance and level, m; the level is NaN where nothing tells it.
    pub axis_m: Vec<[f64; 2]>,
    /// Outer height as recorded, m; `None` where its size is not on record.
    pub height_m: Option<f64>,
    /// Round, or with corners.
    pub round: bool,
    /// Nominal diameter, mm.
    pub diameter_mm: Option<f64>,
    /// Size in words; empty where not on record.
    pub size: String,
    /// Material, where on record.
    pub material: Option<String>,
    /// Survey quality level on record.
    pub survey_level: Option<String>,
    /// How far off its levels may be, m.
    pub off_m: f64,
    /// How it flows.
    pub flow: Flow,
    /// Fall in the direction of the way, m per m in plan; below zero it rises. `None` where a level is not known.
    pub fall: Option<f64>,
}

/// How a pipe flows along the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// With it.
    With,
    /// Against it.
    Against,
    /// Not known.
    Unknown,
}

/// A place where pipes meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Distance, m.
    pub at_m: f64,
    /// Junction of the network.
    pub junction: u32,
    /// Easting and northing, m.
    pub place: [f64; 2],
    /// The point that stands there; none where lines only meet.
    pub node: Option<StationNode>,
    /// Ground from the terrain, m.
    pub terrain_m: Option<f64>,
    /// Level of the bottom of the pipe that comes in, m; `None` where its level or size is not known, and at the first.
    pub in_m: Option<f64>,
    /// Level of the bottom of the pipe that goes out, m.
    pub out_m: Option<f64>,
    /// Other lines of the network that end here.
    pub branches: Vec<Branch>,
}

/// A point of the network on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct StationNode {
    /// The point.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// What stands there.
    pub kind: NodeKind,
    /// Level of its cover as surveyed, m.
    pub cover_level_m: Option<f64>,
    /// Level of its bottom, m.
    pub bottom_m: Option<f64>,
    /// Depth on record, m.
    pub depth_m: Option<f64>,
    /// Width on record, m.
    pub width_m: Option<f64>,
}

/// A line that joins the way from the side.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The line.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Level of its axis there, m.
    pub axis_m: Option<f64>,
    /// Its height, m; `None` where its size is not on record.
    pub height_m: Option<f64>,
    /// Size in words; empty where not on record.
    pub size: String,
}

/// A line that crosses the way in plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// Distance, m.
    pub at_m: f64,
    /// Easting and northing, m.
    pub place: [f64; 2],
    /// Row of the line in the snapshot.
    pub edge: u32,
    /// The line.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Its network.
    pub class: NetworkClass,
    /// Level of its axis, m.
    pub axis_m: Option<f64>,
    /// Width and height, m; `None` where its size is not on record.
    pub size_m: Option<[f64; 2]>,
    /// Size in words; empty where not on record.
    pub size: String,
    /// Material, where on record.
    pub material: Option<String>,
    /// Survey quality level on record.
    pub survey_level: Option<String>,
    /// Level of the way's own axis there, m.
    pub own_axis_m: Option<f64>,
    /// Clear height between the walls, m, from the axis of a line whose size is not known; below zero they overlap. `None` where a
    /// level is not known.
    pub room_m: Option<f64>,
    /// How far off that may be, m.
    pub off_m: f64,
    /// What is asked for there, m: least and most of what may apply; `None` where no rule speaks of the two.
    pub limit_m: Option<[f64; 2]>,
    /// Verdict, where a rule speaks.
    pub verdict: Option<Verdict>,
    /// The rule; empty without one.
    pub rule: Words,
}

impl Crossing {
    /// Whether it passes over the way; `None` where a level is not known.
    pub fn over(&self) -> Option<bool> {
        Some(self.axis_m? > self.own_axis_m?)
    }
}

/// What can be wrong along a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlawKind {
    /// A sewer rises the way it flows; the value is its fall, m per m.
    Rises,
    /// A sewer falls less than its diameter needs; the value is its fall, m per m.
    TooFlat,
    /// A sewer is smaller than the least diameter; the value is its diameter, mm.
    TooSmall,
    /// A sewer is smaller than the one that flows into it; the value is its diameter, mm.
    Narrows,
    /// The pipe that leaves a chamber lies higher than the one that comes in; the value is the step, m.
    StepsUp,
    /// Too little ground above; the value is the cover, m.
    Shallow,
    /// The top is above the ground; the value is the cover, m, below zero.
    AboveGround,
    /// Chambers too far apart for the diameter; the value is the distance, m.
    FarApart,
    /// Too near to a line that crosses; the value is the clear height, m.
    CrossesNear,
}

impl FlawKind {
    /// A short word for tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rises => "reverse_slope",
            Self::TooFlat => "slope_below_least",
            Self::TooSmall => "diameter_below_least",
            Self::Narrows => "diameter_shrinks",
            Self::StepsUp => "step_up",
            Self::Shallow => "cover_below_least",
            Self::AboveGround => "above_ground",
            Self::FarApart => "chambers_far_apart",
            Self::CrossesNear => "crossing_too_near",
        }
    }

    /// Unit of its value and limit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Rises | Self::TooFlat => "‰",
            Self::TooSmall | Self::Narrows => "mm",
            _ => "m",
        }
    }

    /// A value as people read it: falls in per mille.
    pub fn in_unit(self, value: f64) -> f64 {
        if matches!(self, Self::Rises | Self::TooFlat) { value * 1000.0 } else { value }
    }
}

/// Something wrong along a way.
#[derive(Debug, Clone, PartialEq)]
pub struct Flaw {
    /// What.
    pub kind: FlawKind,
    /// How sure.
    pub verdict: Verdict,
    /// From and to, m; the same for a place.
    pub span_m: [f64; 2],
    /// The line, or the point.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// What it is, see [`FlawKind`].
    pub value: f64,
    /// What is asked for, in the same unit; `None` where nothing but the direction is.
    pub limit: Option<f64>,
    /// Easting, northing, level, m; the level is NaN where nothing tells it.
    pub place: [f64; 3],
    /// Rule, with standard, edition, clause and status.
    pub rule: Words,
}

impl Profile {
    /// The place on the way at a distance, m: easting, northing and level of the axis, which is NaN where nothing tells it.
    pub fn place(&self, at_m: f64) -> [f64; 3] {
        let after = self.corners.partition_point(|corner| corner.at_m < at_m);
        let Some(b) = self.corners.get(after).or(self.corners.last()) else { return [f64::NAN; 3] };
        let Some(a) = after.checked_sub(1).and_then(|before| self.corners.get(before)) else { return b.position };
        let share = if b.at_m > a.at_m { ((at_m - a.at_m) / (b.at_m - a.at_m)).clamp(0.0, 1.0) } else { 1.0 };
        match share {
            0.0 => a.position,
            1.0 => b.position,
            _ => [0, 1, 2].map(|axis: usize| a.position[axis] + (b.position[axis] - a.position[axis]) * share),
        }
    }

    /// Distance along the way of its place that is nearest to `at` in plan, and how far that is, m. `None` for an empty way.
    pub fn nearest(&self, at: [f64; 2]) -> Option<(f64, f64)> {
        let piece = |pair: &[Corner]| {
            let [a, b] = [pair[0], pair[1]];
            let (dx, dy) = (b.position[0] - a.position[0], b.position[1] - a.position[1]);
            let run = dx * dx + dy * dy;
            let along = (at[0] - a.position[0]) * dx + (at[1] - a.position[1]) * dy;
            let share = if run > 0.0 { (along / run).clamp(0.0, 1.0) } else { 0.0 };
            let far = (at[0] - a.position[0] - dx * share).hypot(at[1] - a.position[1] - dy * share);
            (a.at_m + (b.at_m - a.at_m) * share, far)
        };
        self.corners.windows(2).map(piece).min_by(|x, y| x.1.total_cmp(&y.1))
    }

    /// Ground at a distance, m: from the terrain.
    pub fn ground_m(&self, at_m: f64) -> Option<f64> {
        let stretch = self
            .ground
            .iter()
            .find(|s| s.first().is_some_and(|a| a[0] <= at_m) && s.last().is_some_and(|b| at_m <= b[0]))?;
        let after = stretch.partition_point(|point| point[0] < at_m);
        let b = stretch.get(after)?;
        let a = after.checked_sub(1).map_or(b, |before| &stretch[before]);
        let run = b[0] - a[0];
        Some(if run > 0.0 { a[1] + (b[1] - a[1]) * (at_m - a[0]) / run } else { b[1] })
    }

    /// The pipe at a distance; at a station the one that goes out.
    pub fn run_at(&self, at_m: f64) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.span_m[1] <= at_m);
        self.runs.get(after).or(self.runs.last())
    }

    /// Lowest and highest level that anything on it has, m; `None` where no level is known.
    pub fn range_m(&self) -> Option<[f64; 2]> {
        let runs = self.runs.iter().flat_map(|run| {
            let half = run.height_m.unwrap_or(0.0) / 2.0;
            run.axis_m.iter().flat_map(move |at| [at[1] - half, at[1] + half])
        });
        let stations = self.stations.iter().flat_map(|station| {
            let node = station.node.as_ref();
            [node.and_then(|node| node.cover_level_m), node.and_then(|node| node.bottom_m), station.terrain_m]
        });
        let crossings = self.crossings.iter().filter_map(|one| {
            let half = one.size_m.map_or(0.0, |size| size[1] / 2.0);
            Some([one.axis_m? - half, one.axis_m? + half])
        });
        let ground = self.ground.iter().flatten().map(|at| at[1]);
        let all = runs.chain(stations.flatten()).chain(crossings.flatten()).chain(ground).filter(|z| z.is_finite());
        all.fold(None, |range, z| Some(range.map_or([z, z], |[low, high]: [f64; 2]| [low.min(z), high.max(z)])))
    }
}

impl Run {
    /// Length in plan, m.
    pub fn length_m(&self) -> f64 {
        self.span_m[1] - self.span_m[0]
    }

    /// Level of the axis at its start and end, m.
    pub fn axis_ends_m(&self) -> [Option<f64>; 2] {
        [self.axis_m.first(), self.axis_m.last()].map(|at| at.map(|at| at[1]).filter(|z| z.is_finite()))
    }

    /// Level of its bottom at its start and end, m; `None` where level or size is not known.
    pub fn invert_ends_m(&self) -> [Option<f64>; 2] {
        self.axis_ends_m().map(|axis| Some(axis? - self.height_m? / 2.0))
    }

    /// Level of its top at its start and end, m.
    pub fn crown_ends_m(&self) -> [Option<f64>; 2] {
        self.axis_ends_m().map(|axis| Some(axis? + self.height_m? / 2.0))
    }

    /// Level of its axis at a distance, m.
    pub fn axis_at_m(&self, at_m: f64) -> Option<f64> {
        let after = self.axis_m.partition_point(|at| at[0] < at_m);
        let b = self.axis_m.get(after).or(self.axis_m.last())?;
        let a = after.checked_sub(1).map_or(b, |before| &self.axis_m[before]);
        let run = b[0] - a[0];
        let share = if run > 0.0 { ((at_m - a[0]) / run).clamp(0.0, 1.0) } else { 1.0 };
        Some(match share {
            0.0 => a[1],
            1.0 => b[1],
            _ => a[1] + (b[1] - a[1]) * share,
        })
        .filter(|z| z.is_finite())
    }
}

impl Station {
    /// Level of the ground: of the cover as surveyed, else from the terrain, m.
    pub fn ground_m(&self) -> Option<f64> {
        self.node.as_ref().and_then(|node| node.cover_level_m).or(self.terrain_m)
    }

    /// How far the bottom drops here, m; below zero it steps up.
    pub fn drop_m(&self) -> Option<f64> {
        Some(self.in_m? - self.out_m?)
    }

    /// From the ground to the lowest bottom of a pipe, or of the chamber where no pipe's is known, m.
    pub fn depth_m(&self) -> Option<f64> {
        let pipes = self.in_m.into_iter().chain(self.out_m).min_by(f64::total_cmp);
        let bottom = pipes.or_else(|| self.node.as_ref().and_then(|node| node.bottom_m))?;
        Some(self.ground_m()? - bottom)
    }

    /// Its name: the key of its point; empty without one.
    pub fn key(&self) -> &str {
        self.node.as_ref().map_or("", |node| node.key.as_str())
    }
}
