//! Lengths of hose along real ways: from a hydrant beside to its way, along the ways, and from where a road runs nearest to the building
//! over open ground to its wall.

use std::collections::HashMap;

use geo::{BoundingRect, CoordsIter, Distance, Euclidean, Line, Point};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureId};

use crate::emergency::evacuation::{EvacuationRules, WayNetwork};
use crate::emergency::hydrants::working_hydrants;

/// Over open ground a hose goes no further than this from a way to a wall, m.
pub(super) const BESIDE_M: f64 = 60.0;
/// Places of a road that are as near to a building as this differ by nothing, m.
const ALIKE_M: f64 = 1e-3;

/// The hose to a building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Hose {
    /// So many metres from the nearest hydrant.
    Metres(f64),
    /// No way on record comes near it: how a hose would be laid is not known.
    NoWayNear,
    /// Ways come near it, and none on record joins them to a hydrant's.
    NotJoined,
}

/// Why nothing is known of any building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// No hydrant in service is on record.
    Hydrants,
    /// No way is on record.
    Ways,
}

/// The hose to each building of a park, in snapshot order.
pub(super) fn hoses(cache: &Cache, evacuation: &EvacuationRules) -> Result<Vec<Hose>, Missing> {
    let park = cache.snapshot();
    let hydrants: Vec<[f64; 2]> = working_hydrants(cache).iter().map(|one| one.position).collect();
    if hydrants.is_empty() {
        return Err(Missing::Hydrants);
    }
    let ways = WayNetwork::of(&park.roads, evacuation).map_err(|_| Missing::Ways)?;
    let laid = Laid::new(ways, hydrants);
    Ok(park.buildings.iter().map(|building| laid.to(building)).collect())
}

/// Ways with the hydrants beside them.
struct Laid {
    ways: WayNetwork,
    lines: RTree<GeomWithData<Line<f64>, usize>>,
    /// From the nearest hydrant to every node, m.
    distance: Vec<f64>,
    /// Hydrants by their way: m along it from its first end, and m beside it.
    at_way: HashMap<usize, Vec<(f64, f64)>>,
    hydrants: RTree<[f64; 2]>,
}

impl Laid {
    fn new(ways: WayNetwork, hydrants: Vec<[f64; 2]>) -> Self {
        let lines: Vec<_> = (0..ways.ways.len()).map(|way| GeomWithData::new(ways.line(way), way)).collect();
        let lines = RTree::bulk_load(lines);
        let mut at_way: HashMap<usize, Vec<(f64, f64)>> = HashMap::new();
        let mut starts = Vec::new();
        for hydrant in &hydrants {
            let Some(nearest) = lines.nearest_neighbor(&Point::from(*hydrant)) else { continue };
            let way = ways.ways[nearest.data];
            let (along_m, beside_m) = ways.foot(nearest.data, *hydrant);
            starts.push((way.from, beside_m + along_m));
            starts.push((way.to, beside_m + way.length_m - along_m));
            at_way.entry(nearest.data).or_default().push((along_m, beside_m));
        }
        let distance = ways.from_any(&starts);
        Self { ways, lines, distance, at_way, hydrants: RTree::bulk_load(hydrants) }
    }

    /// From the nearest hydrant to a place on a way, m.
    fn to_way_m(&self, way: usize, along_m: f64) -> f64 {
        let ends = &self.ways.ways[way];
        let by_ends = (self.distance[ends.from] + along_m).min(self.distance[ends.to] + ends.length_m - along_m);
        // A hydrant on the same way needs neither of its ends.
        let here = self.at_way.get(&way).into_iter().flatten();
        here.map(|(at_m, beside_m)| (at_m - along_m).abs() + beside_m).fold(by_ends, f64::min)
    }

    fn to(&self, building: &Building) -> Hose {
        let Some(bounds) = building.footprint.bounding_rect() else { return Hose::NoWayNear };
        let gap = |at: [f64; 2]| Euclidean.distance(&building.footprint, &Point::from(at));
        let corners: Vec<[f64; 2]> = building.footprint.coords_iter().map(|corner| [corner.x, corner.y]).collect();
        let around = AABB::from_corners(
            Point::new(bounds.min().x - BESIDE_M, bounds.min().y - BESIDE_M),
            Point::new(bounds.max().x + BESIDE_M, bounds.max().y + BESIDE_M),
        );
        // By road: how near it comes to the wall, and the hose by that place.
        let mut by_road: HashMap<FeatureId, (f64, f64)> = HashMap::new();
        for line in self.lines.locate_in_envelope_intersecting(&around) {
            let way = line.data;
            let length_m = self.ways.ways[way].length_m;
            let feet = corners.iter().map(|corner| self.ways.foot(way, *corner).0);
            for along_m in feet.chain([0.0, length_m]) {
                let gap_m = gap(self.ways.place_m(way, along_m));
                if gap_m > BESIDE_M {
                    continue;
                }
                let hose_m = self.to_way_m(way, along_m) + gap_m;
                let best = by_road.entry(self.ways.ways[way].road).or_insert((f64::INFINITY, f64::INFINITY));
                if gap_m < best.0 - ALIKE_M {
                    *best = (gap_m, hose_m);
                } else if gap_m <= best.0 + ALIKE_M {
                    best.1 = best.1.min(hose_m);
                }
            }
        }
        let along = by_road.values().map(|best| best.1).fold(f64::INFINITY, f64::min);
        // A hydrant beside the building needs no way.
        let (centre, half) = (bounds.center(), 0.5 * bounds.width().hypot(bounds.height()));
        let beside = self
            .hydrants
            .locate_within_distance([centre.x, centre.y], (half + BESIDE_M).powi(2))
            .map(|at| gap(*at))
            .filter(|gap_m| *gap_m <= BESIDE_M)
            .fold(f64::INFINITY, f64::min);
        let metres = along.min(beside);
        if metres.is_finite() {
            Hose::Metres(metres)
        } else if by_road.is_empty() {
            Hose::NoWayNear
        } else {
            Hose::NotJoined
        }
    }
}
