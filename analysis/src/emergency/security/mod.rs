//! What cameras see: of the boundaries of compounds, of gates, of hazard sources.
//!
//! A compound is a parcel with a gate on record; no record says where fences run, so its boundary stands for the fence. In plan:
//! a building hides what is behind it, whatever its height, and the ground is level. A camera whose record lacks direction or range
//! makes nothing surer: what it may see is unknown, never watched. Without a range on record it may see to any distance: that others see
//! 100 m says nothing of it. What has an extent is watched by the share of it that is seen, by places spread over it.

mod list;
mod overlay;
mod restricted;
mod view;

use chrono::NaiveDate;
use geo::{
    BooleanOps, BoundingRect, CoordsIter, Distance, Euclidean, Geometry, Intersects, Length, LineString,
    MultiLineString, MultiPolygon, Point, Polygon, unary_union,
};
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{EmergencyResource, FeatureId, FeatureKind, HazardSource, Presence, ResourceKind};

use super::hazard::circle;
use super::hydrants::in_service;
use crate::rules::RuleSet;

pub use list::{Shortcoming, shortcomings};
#[cfg(test)]
pub(crate) use overlay::legend;
pub use overlay::security_overlay;
pub(in crate::emergency) use overlay::strip;
pub(super) use restricted::parcels_of;
pub use restricted::{Restricted, is_rail};
pub use view::{Sector, seen};

/// A gate belongs to a parcel whose boundary is this near, m.
const GATE_M: f64 = 6.0;
/// Stretches of boundary shorter than this are the survey's and not a gap, m.
const GAP_M: f64 = 0.5;

/// What a camera sees.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// This part of the ground.
    Seen(Polygon<f64>),
    /// No direction or no range is on record.
    Unknown,
    /// It hangs inside a building.
    Indoors,
    /// It is out of service.
    Out,
}

/// A gate or hazard source.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarded {
    /// Which.
    pub feature: FeatureId,
    /// Cameras that see it, or some of it.
    pub cameras: usize,
    /// Share of it that cameras see, 0 to 1, by places spread over it.
    pub share: f64,
    /// A camera with an unknown view may see it.
    pub perhaps: bool,
}

impl Guarded {
    /// Cameras see a part of it and not the whole.
    pub fn is_partly(&self) -> bool {
        self.cameras > 0 && self.share < 1.0
    }
}

/// The boundary of a parcel with a gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Compound {
    /// The parcel: its place in the snapshot.
    pub parcel: usize,
    /// Gates on record, and how many of them a camera sees.
    pub gates: (usize, usize),
    /// Cameras that see some of the boundary.
    pub cameras: usize,
    /// Length of the boundary, m.
    pub length_m: f64,
    /// Length that cameras see, m.
    pub watched_m: f64,
    /// What none sees, stretch by stretch.
    pub blind: MultiLineString<f64>,
    /// A camera with an unknown view may see some of that.
    pub perhaps: bool,
}

impl Compound {
    /// Longest stretch that no camera sees, m.
    pub fn longest_blind_m(&self) -> f64 {
        self.blind.iter().map(|line| Euclidean.length(line)).fold(0.0, f64::max)
    }
}

/// What the cameras of a park see.
#[derive(Debug, Clone, PartialEq)]
pub struct Security {
    /// Every camera on record: its place among the snapshot's resources, and what it sees.
    pub cameras: Vec<(usize, View)>,
    /// Every parcel with a gate.
    pub compounds: Vec<Compound>,
    /// Every gate.
    pub gates: Vec<Guarded>,
    /// Every hazard source.
    pub hazards: Vec<Guarded>,
    /// Every parcel with a hazard source on it.
    pub restricted: Vec<Restricted>,
    /// Hazard sources on no parcel on record, by their places in the snapshot: which ground about them is restricted is not known.
    pub siteless: Vec<usize>,
}

/// Works out what the cameras of a park see on a day.
pub fn security(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Security {
    let snapshot = cache.snapshot();
    let presence = Presence::on(snapshot, as_of);
    let angle_deg = rules.figure("camera", "view_angle_deg").value;
    let of_kind = |kind: ResourceKind| snapshot.resources.iter().enumerate().filter(move |(_, r)| r.kind == kind);
    let cameras: Vec<(usize, &EmergencyResource)> = of_kind(ResourceKind::Camera).collect();
    let cameras: Vec<(usize, View)> =
        cameras.into_par_iter().map(|(at, camera)| (at, view_of(camera, angle_deg, cache, &presence))).collect();
    let eyes = Eyes::of(snapshot.resources.as_slice(), &cameras, angle_deg);
    let gates: Vec<(&EmergencyResource, Guarded)> = of_kind(ResourceKind::Gate)
        .map(|(_, gate)| (gate, eyes.guard(gate.id, &Geometry::from(Point::from(gate.position)))))
        .collect();
    let hazards = snapshot.hazards.iter().map(|hazard| eyes.guard(hazard.id, &extent_of(hazard))).collect();
    let mut gates_of: Vec<Vec<usize>> = vec![Vec::new(); snapshot.parcels.len()];
    for (at, (gate, _)) in gates.iter().enumerate() {
        if let Some(parcel) = parcel_of_gate(gate, cache, &presence) {
            gates_of[parcel].push(at);
        }
    }
    let (restricted, siteless) = restricted::restricted(cache, &presence, &gates_of);
    let compounds = gates_of
        .into_par_iter()
        .enumerate()
        .filter(|(_, own)| !own.is_empty())
        .map(|(parcel, own)| {
            let seen = own.iter().filter(|at| gates[**at].1.cameras > 0).count();
            eyes.compound(parcel, &snapshot.parcels[parcel].boundary, (own.len(), seen))
        })
        .collect();
    let gates = gates.into_iter().map(|(_, guarded)| guarded).collect();
    Security { cameras, compounds, gates, hazards, restricted, siteless }
}

fn view_of(camera: &EmergencyResource, angle_deg: f64, cache: &Cache, presence: &Presence) -> View {
    if !in_service(camera) {
        return View::Out;
    }
    let known = |value: Option<f64>| value.filter(|value| value.is_finite());
    let (Some(bearing_deg), Some(range_m)) = (known(camera.bearing_deg), known(camera.range_m).filter(|m| *m > 0.0))
    else {
        return View::Unknown;
    };
    let [x, y] = camera.position;
    let near = cache.slots_in_envelope([x - range_m, y - range_m], [x + range_m, y + range_m], FeatureKind::Building);
    let buildings = &cache.snapshot().buildings;
    let standing = near.into_iter().filter(|row| presence.buildings[*row]).map(|row| &buildings[row].footprint);
    let sector = Sector { eye: camera.position, bearing_deg, angle_deg, range_m };
    seen(&sector, standing).map_or(View::Indoors, View::Seen)
}

/// The parcel in which a gate stands, or whose boundary is nearest to it.
fn parcel_of_gate(gate: &EmergencyResource, cache: &Cache, presence: &Presence) -> Option<usize> {
    let [x, y] = gate.position;
    let at = Point::from(gate.position);
    let parcels = &cache.snapshot().parcels;
    cache
        .slots_in_envelope([x - GATE_M, y - GATE_M], [x + GATE_M, y + GATE_M], FeatureKind::Parcel)
        .into_iter()
        .filter(|row| presence.parcels[*row])
        .map(|row| (row, Euclidean.distance(&at, &parcels[row].boundary)))
        .filter(|(_, gap_m)| *gap_m <= GATE_M)
        // On a boundary that two share it is the first one's, however the tree was built.
        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
        .map(|(row, _)| row)
}

/// Where a hazard source is: a tank on record as a point has its diameter, where that is known.
fn extent_of(hazard: &HazardSource) -> Geometry<f64> {
    match (&hazard.shape, hazard.diameter_m) {
        (Geometry::Point(at), Some(diameter_m)) if diameter_m > 0.0 => {
            Geometry::from(circle([at.x(), at.y()], diameter_m / 2.0))
        }
        _ => hazard.shape.clone(),
    }
}

/// Places spread over a shape: those of a grid that lie in it, else its corners.
fn places_of(shape: &Geometry<f64>) -> Vec<Point<f64>> {
    /// Places across its longer side.
    const ACROSS: f64 = 24.0;
    let mut inside = Vec::new();
    if let Some(bounds) = shape.bounding_rect() {
        let step_m = bounds.width().max(bounds.height()) / ACROSS;
        if step_m > 0.0 {
            let count = |length_m: f64| (length_m / step_m).ceil() as usize;
            for row in 0..count(bounds.height()) {
                for column in 0..count(bounds.width()) {
                    let x = bounds.min().x + (column as f64 + 0.5) * step_m;
                    let at = Point::new(x, bounds.min().y + (row as f64 + 0.5) * step_m);
                    inside.extend(shape.intersects(&at).then_some(at));
                }
            }
        }
    }
    if inside.is_empty() { shape.coords_iter().map(Point::from).collect() } else { inside }
}

/// Places along lines, no more than a few metres apart.
fn places_along(lines: &MultiLineString<f64>) -> Vec<Point<f64>> {
    const STEP_M: f64 = 5.0;
    let of_line = |line: geo::Line<f64>| {
        let way = line.delta();
        let steps = (way.x.hypot(way.y) / STEP_M).ceil().max(1.0) as usize;
        (0..=steps).map(move |step| Point::from(line.start + way * (step as f64 / steps as f64)))
    };
    lines.iter().flat_map(LineString::lines).flat_map(of_line).collect()
}

/// A camera of which direction or range is not on record.
struct Unsure {
    eye: Point<f64>,
    bearing_deg: Option<f64>,
    range_m: Option<f64>,
}

impl Unsure {
    /// Nothing on record keeps it from seeing some of a shape, which stands in these places.
    fn may_see(&self, shape: &Geometry<f64>, places: &[Point<f64>], angle_deg: f64) -> bool {
        let eye = Geometry::from(self.eye);
        let in_view = |bearing_deg: f64| {
            places.iter().any(|at| {
                let way = *at - self.eye;
                let turn = (way.x().atan2(way.y()).to_degrees() - bearing_deg + 540.0).rem_euclid(360.0) - 180.0;
                turn.abs() <= angle_deg / 2.0
            })
        };
        self.range_m.is_none_or(|range_m| Euclidean.distance(&eye, shape) <= range_m)
            && self.bearing_deg.is_none_or(in_view)
    }
}

/// The cameras' views, to be asked what is in them.
struct Eyes<'a> {
    seen: Vec<&'a Polygon<f64>>,
    /// Cameras with an unknown view.
    unknown: Vec<Unsure>,
    angle_deg: f64,
}

impl<'a> Eyes<'a> {
    fn of(resources: &[EmergencyResource], cameras: &'a [(usize, View)], angle_deg: f64) -> Self {
        let unknown = cameras.iter().filter(|(_, view)| *view == View::Unknown).map(|(at, _)| {
            let camera = &resources[*at];
            Unsure {
                eye: Point::from(camera.position),
                bearing_deg: camera.bearing_deg.filter(|bearing| bearing.is_finite()),
                range_m: camera.range_m.filter(|metres| metres.is_finite() && *metres > 0.0),
            }
        });
        Self {
            seen: cameras
                .iter()
                .filter_map(|(_, view)| if let View::Seen(area) = view { Some(area) } else { None })
                .collect(),
            unknown: unknown.collect(),
            angle_deg,
        }
    }

    fn guard(&self, feature: FeatureId, shape: &Geometry<f64>) -> Guarded {
        let places = places_of(shape);
        let areas: Vec<&Polygon<f64>> = self.seen.iter().copied().filter(|area| area.intersects(shape)).collect();
        let watched = places.iter().filter(|at| areas.iter().any(|area| area.intersects(*at))).count();
        Guarded {
            feature,
            cameras: areas.len(),
            share: if places.is_empty() { 0.0 } else { watched as f64 / places.len() as f64 },
            perhaps: self.unknown.iter().any(|camera| camera.may_see(shape, &places, self.angle_deg)),
        }
    }

    fn compound(&self, parcel: usize, boundary: &MultiPolygon<f64>, gates: (usize, usize)) -> Compound {
        let rings: Vec<LineString<f64>> = boundary.iter().map(|part| part.exterior().clone()).collect();
        let fence = MultiLineString::new(rings);
        let bounds = fence.bounding_rect();
        let near = |area: &&Polygon<f64>| {
            bounds.is_some_and(|bounds| area.bounding_rect().is_some_and(|other| bounds.intersects(&other)))
        };
        let areas: Vec<Polygon<f64>> =
            self.seen.iter().filter(|area| near(area) && area.intersects(&fence)).map(|area| (*area).clone()).collect();
        let cameras = areas.len();
        let length_m = Euclidean.length(&fence);
        let blind = if areas.is_empty() { fence } else { joined(unary_union(&areas).clip(&fence, true)) };
        let blind = MultiLineString::new(blind.into_iter().filter(|line| Euclidean.length(line) >= GAP_M).collect());
        let (places, gaps) = (places_along(&blind), Geometry::from(blind.clone()));
        let perhaps =
            !blind.0.is_empty() && self.unknown.iter().any(|camera| camera.may_see(&gaps, &places, self.angle_deg));
        let watched_m = length_m - Euclidean.length(&blind);
        Compound { parcel, gates, cameras, length_m, watched_m, blind, perhaps }
    }
}

/// Lines of which one begins where another ends, put together.
fn joined(lines: MultiLineString<f64>) -> MultiLineString<f64> {
    let mut whole: Vec<LineString<f64>> = Vec::new();
    for line in lines {
        let meets = |other: &LineString<f64>| other.0.last() == line.0.first();
        match whole.iter_mut().find(|other| meets(other)) {
            Some(other) => other.0.extend(line.0.into_iter().skip(1)),
            None => whole.push(line),
        }
    }
    // A ring is cut at its first point, which need not be the end of a gap.
    let first = whole.first().and_then(|line| line.0.first().copied());
    if whole.len() > 1 && first.is_some() && whole.last().and_then(|line| line.0.last().copied()) == first {
        let start = whole.remove(0);
        if let Some(end) = whole.last_mut() {
            end.0.extend(start.0.into_iter().skip(1));
        }
    }
    MultiLineString::new(whole)
}

#[cfg(test)]
mod tests;
