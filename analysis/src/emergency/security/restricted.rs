//! Sites that are to be entered through gates alone: parcels with a hazard source on them.
//!
//! No record says which areas are restricted, nor which ways are public: the parcel of a hazard source stands for the one, every way but
//! a railway for the other. No clause asks for this: it is a house rule, and every finding says so.

use std::collections::BTreeMap;

use geo::{
    BooleanOps, BoundingRect, Centroid, Contains, Distance, Euclidean, Intersects, LineString, MultiPolygon, Point,
    Polygon, Rect,
};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, HazardSource, Presence, ResourceKind, RoadEdge};

use super::{extent_of, joined};

/// A crossing has a gate where one stands this near, m.
const GATE_NEAR_M: f64 = 15.0;
/// A way that comes no deeper into a parcel than this runs along its boundary, m.
const DEEP_M: f64 = 1.0;
/// A place this near the boundary is on it, m.
const ON_M: f64 = 0.05;
/// Words of ways that nobody walks or drives in by; those in Latin letters are whole words: a trail is no railway.
const RAIL: [&str; 7] = ["rail", "rails", "railway", "railways", "railroad", "monorail", "lightrail"];
/// The same in Chinese, which puts no space between words.
const RAIL_ZH: &str = "铁路";

/// A parcel with a hazard source on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Restricted {
    /// The parcel: its place in the snapshot.
    pub parcel: usize,
    /// Hazard sources on it, be it with a part where their middle is on none.
    pub hazards: usize,
    /// Gates on record that belong to it.
    pub gates: usize,
    /// Ways that cross its boundary where no gate is on record near, and where, m.
    pub open: Vec<(FeatureId, [f64; 2])>,
}

/// The parcels with a hazard source, and the places in the snapshot of the hazard sources that are on none: no site of theirs is known.
/// `gates_of` has the gates of each parcel.
pub(super) fn restricted(cache: &Cache, presence: &Presence, gates_of: &[Vec<usize>]) -> (Vec<Restricted>, Vec<usize>) {
    let snapshot = cache.snapshot();
    let mut hazards_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut siteless = Vec::new();
    for (hazard, source) in snapshot.hazards.iter().enumerate() {
        let own = parcels_of(source, cache, presence);
        if own.is_empty() {
            siteless.push(hazard);
        }
        for parcel in own {
            *hazards_of.entry(parcel).or_default() += 1;
        }
    }
    let gates: Vec<Point<f64>> = snapshot
        .resources
        .iter()
        .filter(|one| one.kind == ResourceKind::Gate)
        .map(|one| Point::from(one.position))
        .collect();
    let roads: Vec<(&RoadEdge, Rect<f64>)> = snapshot
        .roads
        .iter()
        .filter(|road| !road.class.as_deref().is_some_and(is_rail))
        .filter_map(|road| road.line.bounding_rect().map(|reach| (road, reach)))
        .collect();
    let sites = hazards_of
        .into_iter()
        .map(|(parcel, hazards)| Restricted {
            parcel,
            hazards,
            gates: gates_of[parcel].len(),
            open: open_ways(&snapshot.parcels[parcel].boundary, &roads, &gates),
        })
        .collect();
    (sites, siteless)
}

/// Whether roads of a class are railways, by the words of it.
#[must_use]
pub fn is_rail(class: &str) -> bool {
    let class = class.to_lowercase();
    class.contains(RAIL_ZH) || class.split(|c: char| !c.is_ascii_alphabetic()).any(|word| RAIL.contains(&word))
}

/// The parcel in which the middle of a hazard source lies; where that is in none, or on a boundary, every one that it reaches into or touches.
pub(in crate::emergency) fn parcels_of(source: &HazardSource, cache: &Cache, presence: &Presence) -> Vec<usize> {
    let parcels = &cache.snapshot().parcels;
    let extent = extent_of(source);
    let Some(bounds) = extent.bounding_rect() else { return Vec::new() };
    let (low, high) = (bounds.min(), bounds.max());
    let mut near = cache.slots_in_envelope([low.x, low.y], [high.x, high.y], FeatureKind::Parcel);
    near.retain(|row| presence.parcels[*row]);
    near.sort_unstable();
    if let Some(middle) = source.shape.centroid()
        && let Some(own) = near.iter().copied().find(|row| parcels[*row].boundary.contains(&middle))
    {
        return vec![own];
    }
    near.retain(|row| parcels[*row].boundary.intersects(&extent));
    near
}

/// Where ways come in without a gate; several within the reach of one gate are one.
fn open_ways(
    boundary: &MultiPolygon<f64>,
    roads: &[(&RoadEdge, Rect<f64>)],
    gates: &[Point<f64>],
) -> Vec<(FeatureId, [f64; 2])> {
    let Some(bounds) = boundary.bounding_rect() else { return Vec::new() };
    let rings: Vec<&LineString<f64>> = boundary.iter().map(Polygon::exterior).collect();
    let gap_m = |at: &Point<f64>| rings.iter().map(|ring| Euclidean.distance(at, *ring)).fold(f64::INFINITY, f64::min);
    let near = |a: &Point<f64>, b: &Point<f64>| (a.x() - b.x()).hypot(a.y() - b.y()) <= GATE_NEAR_M;
    let mut open: Vec<(FeatureId, Point<f64>)> = Vec::new();
    for (road, _) in roads.iter().filter(|(_, reach)| reach.intersects(&bounds)) {
        for way in joined(boundary.clip(&road.line, false)) {
            let middles = way.lines().map(|line| Point::from((line.start + line.end) / 2.0));
            if !way.points().chain(middles).any(|at| gap_m(&at) > DEEP_M) {
                continue;
            }
            let ends = [way.0.first(), way.0.last()].into_iter().flatten().map(|end| Point::from(*end));
            for at in ends.filter(|at| gap_m(at) <= ON_M) {
                let known = gates.iter().any(|gate| near(gate, &at)) || open.iter().any(|(_, other)| near(other, &at));
                if !known {
                    open.push((road.id, at));
                }
            }
        }
    }
    open.into_iter().map(|(road, at)| (road, [at.x(), at.y()])).collect()
}
