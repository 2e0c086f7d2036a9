//! The R-tree cache: spatial answers about one park in memory, without asking the database.
//!
//! Bulk-loaded over a snapshot, in the park's metres. It serves picking, hover, box and nearest queries and the join of
//! buildings to parcels. It filters by itself and never writes; keeping the snapshot fresh is left to the caller.

mod entry;
mod join;
mod ray;

use std::sync::{Arc, OnceLock};

use geo::{Area, Distance, Euclidean, Intersects, Rect, coord};
use rstar::{AABB, RTree, SelectionFunction};

use crate::model::{FeatureId, FeatureKind, ParkSnapshot};
use entry::Entry;

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
    tree: RTree<Entry>,
    parcel_area_m2: Vec<f64>,
    footprint_area_m2: Vec<f64>,
    prisms: Vec<Prism>,
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
    /// Builds the tree and the columns; O(n log n).
    pub fn build(snapshot: Arc<ParkSnapshot>) -> Self {
        let entries = entry::entries(&snapshot);
        let prisms = snapshot.buildings.iter().map(|building| prism(&snapshot, building)).collect();
        Self {
            tree: RTree::bulk_load(entries),
            parcel_area_m2: snapshot.parcels.iter().map(|parcel| parcel.boundary.unsigned_area()).collect(),
            footprint_area_m2: snapshot.buildings.iter().map(|b| b.footprint.unsigned_area()).collect(),
            prisms,
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
        self.tree.size()
    }

    /// True when the park has no geometry at all.
    pub fn is_empty(&self) -> bool {
        self.tree.size() == 0
    }

    /// Geometric area of each parcel, m², in snapshot order.
    pub fn parcel_area_m2(&self) -> &[f64] {
        &self.parcel_area_m2
    }

    /// Footprint area of each building, m², in snapshot order.
    pub fn footprint_area_m2(&self) -> &[f64] {
        &self.footprint_area_m2
    }

    /// Vertical extent of each building, in snapshot order.
    pub fn prisms(&self) -> &[Prism] {
        &self.prisms
    }

    /// Features of `kinds` whose geometry meets the box (borders count), as `ST_Intersects` with that box; unordered.
    pub fn in_box(&self, min_m: [f64; 2], max_m: [f64; 2], kinds: &[FeatureKind]) -> Vec<FeatureId> {
        let window = Rect::new(coord! { x: min_m[0], y: min_m[1] }, coord! { x: max_m[0], y: max_m[1] });
        self.tree
            .locate_in_envelope_intersecting(&AABB::from_corners(min_m, max_m))
            .filter(|entry| kinds.contains(&entry.kind))
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
        for (entry, envelope_distance_2) in self.tree.nearest_neighbor_iter_with_distance_2(&point_m) {
            let worst = found.last().map_or(f64::INFINITY, |n| n.distance_m);
            if found.len() == count && envelope_distance_2.sqrt() > worst {
                break;
            }
            if !kinds.contains(&entry.kind) {
                continue;
            }
            let geometry = entry.geometry(&self.snapshot);
            let distance_m = if geometry.intersects(&here) {
                0.0
            } else {
                Euclidean.distance(&geometry, &geo::Geometry::from(here))
            };
            if found.len() < count || distance_m < worst {
                let at = found.partition_point(|n| n.distance_m <= distance_m);
                found.insert(at, Neighbour { id: entry.id(&self.snapshot), distance_m });
                found.truncate(count);
            }
        }
        found
    }

    /// Positions, in the snapshot's vector of `kind`, of the features whose envelope meets the box; unordered.
    pub fn slots_in_envelope(&self, min_m: [f64; 2], max_m: [f64; 2], kind: FeatureKind) -> Vec<usize> {
        self.tree
            .locate_in_envelope_intersecting(&AABB::from_corners(min_m, max_m))
            .filter(|entry| entry.kind == kind)
            .map(|entry| entry.slot as usize)
            .collect()
    }

    /// Positions, in the snapshot's vector of `kind`, of the features whose envelope `may` takes, from its low corner to its high one;
    /// unordered. It is asked of the boxes about many of them first, and must take every box about one that it takes: what lies in a box
    /// that it does not take is never looked at, which for a slender shape across a park leaves out most of what its own box holds.
    pub fn slots_where(&self, kind: FeatureKind, may: impl Fn([f64; 2], [f64; 2]) -> bool) -> Vec<usize> {
        let taken = self.tree.locate_with_selection_function(Taken { kind, may });
        taken.map(|entry| entry.slot as usize).collect()
    }

    pub(crate) fn tree(&self) -> &RTree<Entry> {
        &self.tree
    }
}

/// Selects tree nodes whose box a question takes, and of them the features of a kind.
struct Taken<F> {
    kind: FeatureKind,
    may: F,
}

impl<F: Fn([f64; 2], [f64; 2]) -> bool> SelectionFunction<Entry> for Taken<F> {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        (self.may)(envelope.lower(), envelope.upper())
    }

    fn should_unpack_leaf(&self, leaf: &Entry) -> bool {
        leaf.kind == self.kind && (self.may)(leaf.envelope.lower(), leaf.envelope.upper())
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
