//! Which buildings the hydrants reach: the straight 150 m of GB 50974, by footprint.
//!
//! Reach by hose along real ways and flow are left to the drill work; a state word of "out of service" is honoured.

use std::collections::HashSet;

use geo::{CoordsIter, Distance, Euclidean, Point};
use rayon::prelude::*;
use rstar::RTree;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, EmergencyResource, FeatureId, HazardSource, NodeKind, ResourceKind};

use crate::rules::RuleSet;

/// How far the hydrants reach a building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// The whole footprint lies within the reach of one or more hydrants; distance to the nearest, m.
    Whole(f64),
    /// A part of it.
    Part(f64),
    /// Nothing of it.
    Outside(f64),
    /// No hydrant is on record anywhere in the park.
    Unknown,
}

/// Words of a state that takes a resource out of service.
const OUT: [&str; 9] =
    ["out of service", "out_of_service", "broken", "removed", "closed", "停用", "损坏", "关闭", "撤销"];

/// True when nothing on record says that the resource is out of service.
pub(super) fn in_service(resource: &EmergencyResource) -> bool {
    resource.state.as_deref().is_none_or(|state| !OUT.contains(&state.trim().to_lowercase().as_str()))
}

/// A hydrant that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hydrant {
    pub(super) feature: FeatureId,
    pub(super) position: [f64; 2],
}

/// The same hydrant surveyed twice, by the network and by the fire service, lies this close, m.
pub(super) const SAME_M: f64 = 3.0;

/// The hydrants that count: resources in service, and hydrants of the water network that no resource repeats.
pub(super) fn working_hydrants(cache: &Cache) -> Vec<Hydrant> {
    let snapshot = cache.snapshot();
    let on_record: Vec<&EmergencyResource> =
        snapshot.resources.iter().filter(|r| r.kind == ResourceKind::Hydrant).collect();
    let known = RTree::bulk_load(on_record.iter().map(|r| r.position).collect());
    let mut hydrants: Vec<Hydrant> =
        on_record.iter().filter(|r| in_service(r)).map(|r| Hydrant { feature: r.id, position: r.position }).collect();
    hydrants.extend(
        snapshot
            .nodes
            .iter()
            .filter(|node| node.kind == NodeKind::Hydrant)
            .map(|node| Hydrant { feature: node.id, position: [node.position[0], node.position[1]] })
            .filter(|h| known.locate_within_distance(h.position, SAME_M * SAME_M).next().is_none()),
    );
    hydrants
}

/// Reach per building, in snapshot order.
pub fn hydrant_reach(cache: &Cache, rules: &RuleSet) -> Vec<Reach> {
    reach_of(cache, rules, working_hydrants(cache).iter().map(|hydrant| hydrant.position).collect())
}

/// The same while hydrants give no water, told by the ids of their resources or of their points in the network: a main is shut off. One
/// that was surveyed by both is dry by either; where none is left, nothing is known of any building.
pub fn hydrant_reach_without(cache: &Cache, rules: &RuleSet, dry: &[FeatureId]) -> Vec<Reach> {
    let dry: HashSet<FeatureId> = dry.iter().copied().collect();
    let points = cache.snapshot().nodes.iter().filter(|node| dry.contains(&node.id));
    let dry_points = RTree::bulk_load(points.map(|node| [node.position[0], node.position[1]]).collect());
    let wet = working_hydrants(cache).into_iter().filter(|hydrant| {
        !dry.contains(&hydrant.feature)
            && dry_points.locate_within_distance(hydrant.position, SAME_M * SAME_M).next().is_none()
    });
    reach_of(cache, rules, wet.map(|hydrant| hydrant.position).collect())
}

/// Reach per building of hydrants at these places, in snapshot order.
pub(super) fn reach_of(cache: &Cache, rules: &RuleSet, places: Vec<[f64; 2]>) -> Vec<Reach> {
    let reach_m = rules.figure("hydrant", "reach_m").value;
    let snapshot = cache.snapshot();
    let hydrants = RTree::bulk_load(places);
    if hydrants.size() == 0 {
        return vec![Reach::Unknown; snapshot.buildings.len()];
    }
    snapshot
        .buildings
        .par_iter()
        .map(|building| {
            let reached = |at: [f64; 2]| hydrants.locate_within_distance(at, reach_m * reach_m).next().is_some();
            let whole = building.footprint.coords_iter().all(|c| reached([c.x, c.y]));
            let nearest_m = nearest_to_footprint(&hydrants, &building.footprint);
            if whole {
                Reach::Whole(nearest_m)
            } else if nearest_m <= reach_m {
                Reach::Part(nearest_m)
            } else {
                Reach::Outside(nearest_m)
            }
        })
        .collect()
}

/// What a hydrant is worth for a place that burns or leaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Worth {
    /// It reaches; distance to the wall, m.
    Counts(f64),
    /// It stands too near the wall of a tank.
    TooNear,
    /// It does not reach.
    Far,
}

/// What a hydrant is worth for a hazard source: by its distance to the wall of the tank.
pub(super) fn worth_for_hazard(position: [f64; 2], hazard: &HazardSource, rules: &RuleSet) -> Worth {
    // A tank on record as a point has its wall half a diameter out.
    let wall_m = match hazard.shape {
        geo::Geometry::Point(_) => hazard.diameter_m.unwrap_or(0.0) / 2.0,
        _ => 0.0,
    };
    let point = geo::Geometry::from(Point::from(position));
    let gap_m = (Euclidean.distance(&hazard.shape, &point) - wall_m).max(0.0);
    if gap_m < rules.figure("hydrant", "tank_exclusion_m").value {
        Worth::TooNear
    } else if gap_m <= rules.figure("hydrant", "reach_m").value {
        Worth::Counts(gap_m)
    } else {
        Worth::Far
    }
}

/// What a hydrant is worth for a building: by its distance to the wall.
pub(super) fn worth_for_building(position: [f64; 2], building: &Building, rules: &RuleSet) -> Worth {
    let gap_m = gap_to_footprint(position, &building.footprint);
    if gap_m <= rules.figure("hydrant", "reach_m").value { Worth::Counts(gap_m) } else { Worth::Far }
}

/// Hydrants that reach a hazard source, and how many more stand too near its wall to count for it.
pub(super) fn hydrants_for_hazard(hydrants: &[Hydrant], hazard: &HazardSource, rules: &RuleSet) -> (usize, usize) {
    let mut counted = (0, 0);
    for hydrant in hydrants {
        match worth_for_hazard(hydrant.position, hazard, rules) {
            Worth::Counts(_) => counted.0 += 1,
            Worth::TooNear => counted.1 += 1,
            Worth::Far => {}
        }
    }
    counted
}

/// Distance from a footprint, 0 inside, m.
fn gap_to_footprint(place: [f64; 2], footprint: &geo::MultiPolygon<f64>) -> f64 {
    use geo::Contains;
    let point = Point::from(place);
    if footprint.contains(&point) { 0.0 } else { Euclidean.distance(footprint, &point) }
}

/// Distance from the footprint (0 inside) to the nearest hydrant, m.
fn nearest_to_footprint(hydrants: &RTree<[f64; 2]>, footprint: &geo::MultiPolygon<f64>) -> f64 {
    use geo::BoundingRect;
    let Some(bounds) = footprint.bounding_rect() else { return f64::INFINITY };
    let centre = bounds.center();
    let half_diagonal = 0.5 * bounds.width().hypot(bounds.height());
    let mut best = f64::INFINITY;
    for (position, centre_distance_2) in hydrants.nearest_neighbor_iter_with_distance_2(&[centre.x, centre.y]) {
        // No hydrant further out can be nearer to the footprint than this bound.
        if centre_distance_2.sqrt() - half_diagonal > best {
            break;
        }
        best = best.min(gap_to_footprint(*position, footprint));
    }
    best
}
