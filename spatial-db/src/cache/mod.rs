//! The R-tree cache: spatial answers about one park in memory, without asking the database.
//!
//! Bulk-loaded over a snapshot, in the park's metres. It serves picking, hover, box and nearest queries and the join of
//! buildings to parcels. It filters by itself and never writes; keeping the snapshot fresh is left to the caller.

mod entry;
mod groups;
mod join;
mod ray;

use std::sync::{Arc, OnceLock};

use geo::{Area, Distance, Euclidean, Intersects, Rect, coord};
use rstar::{AABB, Envelope, RTreeObject, SelectionFunction};

use crate::model::{FeatureId, FeatureKind, ParkSnapshot};
use entry::Entry;
use groups::{Group, Groups};

pub use join::Overlap;
pub use ray::{Hit, Ray};

/// Vertical extent of a building, m above the park's height datum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prism {
    /// Lowest ground under the footprint, or the recorded ground floor.
    pub base_m: f64,
    /// Roof.
    pub top_m: f64,
}

/// R-tree and columns over one park's snapshot.
#[derive(Debug)]
pub struct Cache {
    snapshot: Arc<ParkSnapshot>,
    groups: Groups,
    parcel_area_m2: OnceLock<Vec<f64>>,
    footprint_area_m2: OnceLock<Vec<f64>>,
    overlaps: OnceLock<Vec<Overlap>>,
}

/// A feature found by a nearest query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// The feature.
    pub id: FeatureId,
    /// Planar distance to its geometry, m; 0 inside an area.
    pub distance_m: f64,
}

impl Cache {
    /// Builds the tree; O(n log n). Columns are made when they are first asked for: a window looks for things and asks for none.
    pub fn build(snapshot: Arc<ParkSnapshot>) -> Self {
        Self {
            groups: Groups::new(entry::entries(&snapshot)),
            parcel_area_m2: OnceLock::new(),
            footprint_area_m2: OnceLock::new(),
            overlaps: OnceLock::new(),
            snapshot,
        }
    }

    /// The snapshot that the cache answers for.
    pub fn snapshot(&self) -> &Arc<ParkSnapshot> {
        &self.snapshot
    }

    /// Number of features in the tree.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// True when the park has no geometry at all.
    pub fn is_empty(&self) -> bool {
        self.groups.len() == 0
    }

    /// Geometric area of each parcel, m², in snapshot order.
    pub fn parcel_area_m2(&self) -> &[f64] {
        self.parcel_area_m2
            .get_or_init(|| self.snapshot.parcels.iter().map(|parcel| parcel.boundary.unsigned_area()).collect())
    }

    /// Footprint area of each building, m², in snapshot order.
    pub fn footprint_area_m2(&self) -> &[f64] {
        self.footprint_area_m2
            .get_or_init(|| self.snapshot.buildings.iter().map(|b| b.footprint.unsigned_area()).collect())
    }

    /// Vertical extent of a building, by its position in the snapshot.
    pub fn prism(&self, building: usize) -> Prism {
        prism(&self.snapshot, &self.snapshot.buildings[building])
    }

    /// Features of `kinds` whose geometry meets the box (borders count), as `ST_Intersects` with that box; unordered.
    pub fn in_box(&self, min_m: [f64; 2], max_m: [f64; 2], kinds: &[FeatureKind]) -> Vec<FeatureId> {
        let window = Rect::new(coord! { x: min_m[0], y: min_m[1] }, coord! { x: max_m[0], y: max_m[1] });
        self.groups
            .meeting(AABB::from_corners(min_m, max_m), kinds)
            .filter(|entry| {
                entry.inside(min_m, max_m) || entry.geometry(&self.snapshot).intersects(&window.to_polygon())
            })
            .map(|entry| entry.id(&self.snapshot))
            .collect()
    }

    /// The `count` features of `kinds` nearest to a point, nearest first; fewer when the park has fewer.
    ///
    /// Distances are exact: envelopes only decide how far the search must look.
    pub fn nearest(&self, point_m: [f64; 2], kinds: &[FeatureKind], count: usize) -> Vec<Neighbour> {
        let here = geo::Point::new(point_m[0], point_m[1]);
        let mut found: Vec<Neighbour> = Vec::with_capacity(count + 1);
        if count == 0 {
            return found;
        }
        for (group, group_distance_2) in self.groups.nearest(point_m) {
            // Farther than the last of those that were found, if they are all that were asked for.
            let is_beyond = |found: &[Neighbour], distance_2: f64| {
                found.len() == count && found.last().is_some_and(|last| distance_2.sqrt() > last.distance_m)
            };
            if is_beyond(&found, group_distance_2) {
                break;
            }
            if !kinds.contains(&group.kind) {
                continue;
            }
            for entry in self.groups.of(group) {
                if is_beyond(&found, entry.envelope.distance_2(&point_m)) {
                    continue;
                }
                let geometry = entry.geometry(&self.snapshot);
                let distance_m = if geometry.intersects(&here) {
                    0.0
                } else {
                    Euclidean.distance(&geometry, &geo::Geometry::from(here))
                };
                if found.len() < count || found.last().is_some_and(|last| distance_m < last.distance_m) {
                    let at = found.partition_point(|n| n.distance_m <= distance_m);
                    found.insert(at, Neighbour { id: entry.id(&self.snapshot), distance_m });
                    found.truncate(count);
                }
            }
        }
        found
    }

    /// Positions, in the snapshot's vector of `kind`, of the features whose envelope meets the box; unordered.
    pub fn slots_in_envelope(&self, min_m: [f64; 2], max_m: [f64; 2], kind: FeatureKind) -> Vec<usize> {
        let window = AABB::from_corners(min_m, max_m);
        let meets = |entry: &Entry| {
            entry.inside(min_m, max_m)
                || entry.bounds(&self.snapshot).is_some_and(|bounds| Envelope::intersects(&bounds, &window))
        };
        self.groups.meeting(window, &[kind]).filter(meets).map(|entry| entry.slot as usize).collect()
    }

    /// Positions, in the snapshot's vector of `kind`, of the features whose envelope `may` takes, from its low corner to its high one;
    /// unordered. It is asked of the boxes about many of them first, and must take every box about one that it takes: what lies in a box
    /// that it does not take is never looked at, which for a slender shape across a park leaves out most of what its own box holds.
    pub fn slots_where(&self, kind: FeatureKind, may: impl Fn([f64; 2], [f64; 2]) -> bool) -> Vec<usize> {
        let taken = self.groups.selected(Taken { kind, may: &may });
        let takes = |envelope: &AABB<[f64; 2]>| may(envelope.lower(), envelope.upper());
        let taken =
            taken.filter(|entry| takes(&entry.envelope) && entry.bounds(&self.snapshot).is_some_and(|b| takes(&b)));
        taken.map(|entry| entry.slot as usize).collect()
    }
}

/// Selects groups of a kind whose box a question takes.
struct Taken<F> {
    kind: FeatureKind,
    may: F,
}

impl<F: Fn([f64; 2], [f64; 2]) -> bool> SelectionFunction<Group> for Taken<F> {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        (self.may)(envelope.lower(), envelope.upper())
    }

    fn should_unpack_leaf(&self, group: &Group) -> bool {
        group.kind == self.kind && self.should_unpack_parent(&group.envelope())
    }
}

/// Base at the lowest known ground under the footprint's vertices, else the recorded ground floor, else 0.
fn prism(snapshot: &ParkSnapshot, building: &crate::model::Building) -> Prism {
    use geo::CoordsIter;
    let ground = snapshot.terrain.as_ref().and_then(|terrain| {
        building
            .footprint
            .coords_iter()
            .filter_map(|c| terrain.height_at(c.x, c.y))
            .fold(None, |low: Option<f64>, z| Some(low.map_or(z, |low| low.min(z))))
    });
    let base_m = ground.or(building.base_elevation_m).unwrap_or(0.0);
    Prism { base_m, top_m: base_m + building.drawn_height_m().0 }
}
