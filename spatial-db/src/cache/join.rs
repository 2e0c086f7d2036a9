//! Which building stands on which parcel, and with how much of its footprint.

use geo::{Area, BooleanOps, BoundingRect, Contains};
use rayon::prelude::*;

use super::Cache;
use crate::model::FeatureKind;

/// A building's footprint on one parcel. Slots are positions in the snapshot's vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Position in `snapshot.parcels`.
    pub parcel: usize,
    /// Position in `snapshot.buildings`.
    pub building: usize,
    /// Area of the intersection, m².
    pub area_m2: f64,
}

/// Slivers below this area, m², come from digitising, not from building over a boundary.
const SLIVER_M2: f64 = 1e-6;

impl Cache {
    /// Every pair of parcel and building that share area, ordered by parcel, then building.
    ///
    /// The area is that of `ST_Intersection(parcel, building)`; overlapping buildings each count.
    /// Computed once.
    pub fn buildings_on_parcels(&self) -> &[Overlap] {
        self.overlaps.get_or_init(|| self.join())
    }

    fn join(&self) -> Vec<Overlap> {
        let snapshot = self.snapshot();
        let mut overlaps: Vec<Overlap> = (0..snapshot.parcels.len())
            .into_par_iter()
            .flat_map_iter(|parcel| {
                let boundary = &snapshot.parcels[parcel].boundary;
                boundary
                    .bounding_rect()
                    .map(|bounds| {
                        self.slots_in_envelope(bounds.min().into(), bounds.max().into(), FeatureKind::Building)
                    })
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(move |building| {
                        let footprint = &snapshot.buildings[building].footprint;
                        let area_m2 = if boundary.contains(footprint) {
                            self.footprint_area_m2()[building]
                        } else {
                            boundary.intersection(footprint).unsigned_area()
                        };
                        (area_m2 > SLIVER_M2).then_some(Overlap { parcel, building, area_m2 })
                    })
            })
            .collect();
        overlaps.sort_by_key(|overlap| (overlap.parcel, overlap.building));
        overlaps
    }
}
