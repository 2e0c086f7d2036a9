//! What a permit to dig has to tell: what lies bare, what is near, how much earth, which networks' operators have to be called.

mod operators;
mod tables;
#[cfg(test)]
mod tests;
mod things;

use std::collections::{HashMap, HashSet};

use geo::{BoundingRect, Contains, Distance, Euclidean, LineString, MultiPolygon, Point, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkEdge, Presence};

use super::clearance::{ClearanceRules, Quality, to_area};
use super::dig::{DugPipe, Excavation, Met, excavation_on};
pub use super::pit::{PitError, check_floor, check_pit};
use super::section::{Size, height};
use super::topology::plan_m;
use crate::words;
use crate::words::{Words, phrase};
pub use operators::{Operator, Operators, ToCall};
use things::Reach;
pub use things::{NearThing, Thing};

/// A line is looked at every so often for how far within the outline it lies, m.
const STEP_M: f64 = 0.25;

/// Why it is not sure how a line lies to a pit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// Its height is not on record, at least in part.
    Height,
    /// Its height was never measured: its survey's quality level does not tell one.
    Level,
    /// It may lie as much higher or lower that it would be otherwise.
    OffInHeight,
    /// It may lie as much to the side that it would be otherwise.
    OffInPlan,
    /// Its size is not on record.
    Size,
}

/// How a line beside a pit lies to it, as sure as its survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Its wall lies in the pit, if not its axis.
    InPit,
    /// It may lie in the pit.
    MayBeInPit,
    /// Within the caution distance.
    Near,
    /// It may lie within the caution distance.
    MayBeNear,
}

/// How far under the floor of a pit a line passes, as sure as its survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Under {
    /// Within the caution distance.
    Near,
    /// It may be within the caution distance.
    MayBeNear,
    /// Farther down.
    Far,
}

/// A line that is not met but near.
#[derive(Debug, Clone, PartialEq)]
pub struct NearLine {
    /// The line.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
    /// Distance in plan between its wall and the outline, m; from its axis where its size is not on record.
    pub distance_m: f64,
    /// How far it may lie off its place, m.
    pub off_m: f64,
    /// Size in words; empty where not on record.
    pub size: String,
    /// How it lies.
    pub beside: Beside,
}

/// What a permit tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    /// The outline, park coordinates, m.
    pub outline: Vec<[f64; 2]>,
    /// What is met.
    pub met: Excavation,
    /// Of each line met, in the same order, why it is only possibly so; nothing where it is sure.
    pub unsure: Vec<Vec<Unsure>>,
    /// Of each line met, in the same order, how far under the floor it passes; `None` where it lies bare.
    pub under: Vec<Option<Under>>,
    /// Lines near: within the caution distance as sure as the survey is, the nearest first.
    pub near: Vec<NearLine>,
    /// Chambers, valves and other fittings near, then buildings over the pit and near, each the nearest first.
    pub things: Vec<NearThing>,
    /// Operators of all that is met or near.
    pub call: Vec<ToCall>,
    /// The caution distance, m.
    pub caution_m: f64,
    /// Deepest floor below the ground, m; `None` where the terrain is not known.
    pub depth_m: Option<f64>,
}

/// The floor of a pit `depth_m` below the lowest ground at the corners of its outline; `None` where the terrain is not known there.
pub fn floor_of(cache: &Cache, outline: &[[f64; 2]], depth_m: f64) -> Option<f64> {
    let grounds: Option<Vec<f64>> = outline.iter().map(|corner| height(cache, *corner)).collect();
    Some(grounds?.into_iter().reduce(f64::min)? - depth_m)
}

/// What has to be known before digging within `outline` down to `floor_m`, of what was there. What is near it counts to `caution_m`, and
/// as much farther as its survey may be off. [`check_pit`] and [`check_floor`] tell whether it is a pit at all.
pub fn permit(
    cache: &Cache,
    there: &Presence,
    rules: &ClearanceRules,
    operators: &Operators,
    outline: &[[f64; 2]],
    floor_m: f64,
    caution_m: f64,
) -> Permit {
    let park = cache.snapshot();
    let met = excavation_on(cache, there, outline, floor_m);
    let ring: LineString<f64> = outline.iter().map(|[x, y]| (*x, *y)).collect();
    let area = MultiPolygon(vec![Polygon::new(ring, Vec::new())]);
    let mut near = Vec::new();
    let mut things: Vec<NearThing> = Vec::new();
    // Rows of lines that are met or near.
    let mut rows: Vec<usize> = Vec::new();
    let mut doubts: HashMap<FeatureId, (Vec<Unsure>, Option<Under>)> = HashMap::new();
    if let Some(bounds) = area.bounding_rect() {
        let unsized_m = rules.unsized_m.value / 2.0;
        let widest_m =
            park.edges.iter().filter_map(|line| Size::of(line).width_m).fold(unsized_m * 2.0, f64::max) / 2.0;
        let by = caution_m + rules.worst_m() + widest_m;
        let (low, high) = (bounds.min(), bounds.max());
        let about = ([low.x - by, low.y - by], [high.x + by, high.y + by]);
        let by_id: HashMap<FeatureId, &DugPipe> = met.pipes.iter().map(|pipe| (pipe.id, pipe)).collect();
        for row in cache.slots_in_envelope(about.0, about.1, FeatureKind::NetworkEdge) {
            let line = &park.edges[row];
            if !there.edges[row] {
                continue;
            }
            let (size, quality) = (Size::of(line), rules.quality(line));
            let wall_m = if size.width_m.is_none() { unsized_m } else { 0.0 };
            let off_m = quality.plan_m;
            if let Some(pipe) = by_id.get(&line.id) {
                let why = unsure(pipe, line, &area, quality, floor_m, wall_m);
                doubts.insert(line.id, (why, under(pipe, quality, wall_m, caution_m)));
                rows.push(row);
                continue;
            }
            let far =
                line.path.windows(2).map(|pair| to_area([pair[0], pair[1]], &area).0).fold(f64::INFINITY, f64::min);
            let distance_m = far - size.width_m.unwrap_or(0.0) / 2.0;
            let beside = match distance_m {
                m if m + off_m <= 0.0 => Beside::InPit,
                m if m - off_m - wall_m <= 0.0 => Beside::MayBeInPit,
                m if m + off_m <= caution_m => Beside::Near,
                m if m - off_m - wall_m <= caution_m => Beside::MayBeNear,
                _ => continue,
            };
            let key = line.provenance.key.clone();
            near.push(NearLine { id: line.id, key, class: line.class, distance_m, off_m, size: size.words, beside });
            rows.push(row);
        }
        for polygon in &area {
            let reach = Reach { area: polygon, bounds: (low.into(), high.into()), caution_m };
            let bare: Vec<FeatureId> = met.nodes.iter().map(|node| node.id).collect();
            things.extend(things::fittings(cache, there, rules, &reach, &bare));
            things.extend(things::buildings(cache, there, &reach));
        }
    }
    let (unsure, under) = met.pipes.iter().map(|pipe| doubts.remove(&pipe.id).unwrap_or_default()).unzip();
    let lines = rows.iter().map(|row| &park.edges[*row]);
    let lines = lines.map(|line| (line.class, operators.of(&line.provenance.attributes)));
    let fittings = met.nodes.iter().map(|node| node.id).chain(things.iter().map(|thing| thing.id));
    let fittings: HashSet<FeatureId> = fittings.collect();
    let points = park.nodes.iter().filter(|node| fittings.contains(&node.id));
    let points = points.map(|node| (node.class, operators.of(&node.provenance.attributes)));
    let call = operators::to_call(operators, lines, points);
    near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.key.cmp(&b.key)));
    let grounds: Option<Vec<f64>> = outline.iter().map(|corner| height(cache, *corner)).collect();
    let depth_m = grounds.and_then(|g| g.into_iter().reduce(f64::max)).map(|ground| ground - floor_m);
    Permit { outline: outline.to_vec(), met, unsure, under, near, things, call, caution_m, depth_m }
}

/// How far under the floor a line passes; `None` where it lies bare.
fn under(pipe: &DugPipe, quality: &Quality, wall_m: f64, caution_m: f64) -> Option<Under> {
    if pipe.met != Met::Below {
        return None;
    }
    let below_m = pipe.below_floor_m?;
    Some(match below_m {
        _ if !quality.depth_told => Under::MayBeNear,
        m if m + quality.height_m <= caution_m => Under::Near,
        m if m - quality.height_m - wall_m <= caution_m => Under::MayBeNear,
        _ => Under::Far,
    })
}

/// Why it is not sure that a line which is met lies as it is told.
fn unsure(
    pipe: &DugPipe,
    line: &NetworkEdge,
    area: &MultiPolygon<f64>,
    quality: &Quality,
    floor_m: f64,
    wall_m: f64,
) -> Vec<Unsure> {
    let size = Size::of(line);
    let mut found = Vec::new();
    if !pipe.axis_whole || pipe.axis_m.is_none() {
        found.push(Unsure::Height);
    } else if !quality.depth_told {
        found.push(Unsure::Level);
    } else if let Some([_, high]) = pipe.axis_m {
        let half_m = size.width_m.map_or(0.0, |_| size.height_m / 2.0);
        let lies = |top_m: f64| top_m > floor_m;
        if lies(high - quality.height_m) != lies(high + half_m + wall_m + quality.height_m) {
            found.push(Unsure::OffInHeight);
        }
    }
    // Somewhere it lies deeper within the outline than it may be off.
    let inside = line.path.windows(2).flat_map(|pair| {
        let steps = (plan_m(pair[0], pair[1]) / STEP_M).ceil().clamp(1.0, 10_000.0) as usize;
        (0..=steps).map(move |step| {
            let share = step as f64 / steps as f64;
            Point::new(pair[0][0] + (pair[1][0] - pair[0][0]) * share, pair[0][1] + (pair[1][1] - pair[0][1]) * share)
        })
    });
    let rim = |point: &Point<f64>| {
        area.iter().map(|polygon| Euclidean.distance(point, polygon.exterior())).fold(f64::INFINITY, f64::min)
    };
    if !inside.into_iter().any(|point| area.contains(&point) && rim(&point) >= quality.plan_m) {
        found.push(Unsure::OffInPlan);
    }
    if size.width_m.is_none() {
        found.push(Unsure::Size);
    }
    found
}

impl Unsure {
    fn words(self) -> Words {
        match self {
            Self::Height => phrase("missing-height", "height not on record").into(),
            Self::Level => phrase("unsure-level", "height never measured").into(),
            Self::OffInHeight => phrase("unsure-height", "its survey is too rough in height").into(),
            Self::OffInPlan => phrase("unsure-plan", "its survey is too rough in plan").into(),
            Self::Size => phrase("missing-size", "size not on record").into(),
        }
    }
}

impl Beside {
    fn words(self) -> Words {
        match self {
            Self::InPit => phrase("beside-in", "its wall lies in the pit").into(),
            Self::MayBeInPit => phrase("beside-may-be-in", "possibly in the pit").into(),
            Self::Near => phrase("beside-near", "near").into(),
            Self::MayBeNear => phrase("beside-may-be-near", "possibly near").into(),
        }
    }
}

impl Permit {
    /// Title of the sheet.
    pub fn title(&self) -> Words {
        words!("permit-title", "Before digging: what lies here")
    }

    /// Facts for the head of the sheet: label and value.
    pub fn facts(&self) -> Vec<(Words, Words)> {
        let unknown = || Words::from(phrase("unknown", "unknown"));
        let metres = |value: Option<f64>| value.map_or_else(unknown, |m| format!("{m:.2} m").into());
        let volume = self.met.volume_m3.map_or_else(unknown, |m3| format!("{m3:.0} m³").into());
        vec![
            (words!("permit-area", "Area"), format!("{:.1} m²", self.met.area_m2).into()),
            (words!("permit-floor", "Elevation of the floor"), format!("{:.2} m", self.met.floor_m).into()),
            (words!("permit-depth", "Greatest depth at its corners"), metres(self.depth_m)),
            (words!("permit-volume", "Earth to be dug"), volume),
            (words!("permit-caution", "Caution distance"), metres(Some(self.caution_m))),
            (words!("permit-buildings", "Buildings over it"), self.met.buildings.to_string().into()),
        ]
    }

    /// What whoever digs must know.
    pub fn notes(&self) -> Vec<Words> {
        vec![
            words!(
                "permit-note-record",
                "From the network surveys on record. What is not on record is not here: look for it before digging."
            ),
            words!(
                "permit-note-possibly",
                "\"Possibly\" is what the survey is too rough to tell, or what lacks a height or a size: find it by hand before a machine digs.",
            ),
            words!(
                "permit-note-near",
                "Near is what lies within the caution distance, and as much farther as its survey may be off. How far a building may be off its place is not on record.",
            ),
            words!(
                "permit-note-title",
                "A working sheet, not a permit of an authority: that has to be given by whoever may."
            ),
        ]
    }
}
