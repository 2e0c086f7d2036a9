//! What stands on each parcel: footprint, floor area, coverage and floor-area ratio, with what is missing.
//!
//! Open storage yards count towards site coverage (as the control indicators define it) when the park records them.

use geo::{Area, BooleanOps, BoundingRect, Length};
use rayon::prelude::*;
use spatial_db::cache::{Cache, Overlap};
use spatial_db::model::{Building, FeatureKind, Presence, SurfaceKind};

use super::clip::clipped;
use crate::rules::RuleSet;

/// A parcel's indicators. Ratios are shares of the geometric area.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Geometric area, m².
    pub area_m2: f64,
    /// Mean width 2·area/perimeter, m: roads and ditches are long and thin.
    pub mean_width_m: f64,
    /// Sum of footprints on the parcel, m².
    pub footprint_m2: f64,
    /// Buildings that share area with the parcel: positions in the snapshot.
    pub buildings: Vec<usize>,
    /// Open storage yards, m².
    pub storage_yard_m2: f64,
    /// Sealed yard, m².
    pub paved_m2: f64,
    /// Water, forest and railway, m².
    pub natural_m2: f64,
    /// Grass and forest, m².
    pub green_m2: f64,
    /// Ground cover of any kind on record, m².
    pub cover_m2: f64,
    /// Gross floor area by the rules (tall storeys twice), m²; `None` when a building's floors are unknown or there is none.
    pub floor_area_m2: Option<f64>,
    /// Floor area of the buildings whose floors are known, m².
    pub known_floor_area_m2: f64,
    /// How many of the buildings have unknown floors.
    pub buildings_without_floors: usize,
}

impl Site {
    /// Footprint share of the parcel.
    pub fn footprint_share(&self) -> f64 {
        self.footprint_m2 / self.area_m2
    }

    /// Site coverage coefficient: (footprint + open storage yards) / land.
    pub fn coverage(&self) -> f64 {
        (self.footprint_m2 + self.storage_yard_m2) / self.area_m2
    }

    /// Floor-area ratio; `None` where floors are unknown.
    pub fn far(&self) -> Option<f64> {
        self.floor_area_m2.map(|floor| floor / self.area_m2)
    }
}

/// Floor area of a building by the rules, m²: storeys × footprint, a storey above the tall limit twice; else the record.
pub(crate) fn rule_floor_area_m2(building: &Building, footprint_m2: f64, rules: &RuleSet) -> Option<f64> {
    let tall = rules.figure("land", "tall_storey_m").value;
    let storeys = building.storeys.filter(|s| *s > 0.0);
    let storey_height =
        building.storey_height_m.or_else(|| Some(building.height_m? / storeys?)).filter(|h| h.is_finite() && *h > 0.0);
    match (storeys, storey_height) {
        (Some(storeys), Some(height)) if height > tall => Some(2.0 * storeys * footprint_m2),
        _ => building.floor_area_m2.filter(|a| *a > 0.0).or_else(|| Some(storeys? * footprint_m2)),
    }
}

/// Which buildings stand on which parcel on a day.
#[derive(Debug)]
pub(super) struct Standing {
    overlaps: Vec<Overlap>,
    first: Vec<usize>,
}

impl Standing {
    /// The buildings that are there by `presence`.
    pub(super) fn of(cache: &Cache, presence: &Presence) -> Self {
        let overlaps = cache.buildings_on_parcels().iter().copied();
        let overlaps: Vec<Overlap> = overlaps.filter(|overlap| presence.buildings[overlap.building]).collect();
        let mut first = vec![0; cache.snapshot().parcels.len() + 1];
        for overlap in &overlaps {
            first[overlap.parcel + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        Self { overlaps, first }
    }

    /// Those on one parcel.
    pub(super) fn on(&self, parcel: usize) -> &[Overlap] {
        &self.overlaps[self.first[parcel]..self.first[parcel + 1]]
    }

    /// All of them, by parcel.
    pub(super) fn all(&self) -> &[Overlap] {
        &self.overlaps
    }
}

/// One site per parcel, in snapshot order, with the buildings that are there by `presence`.
pub fn sites(cache: &Cache, rules: &RuleSet, presence: &Presence) -> Vec<Site> {
    sites_with(cache, rules, &Standing::of(cache, presence))
}

/// One site per parcel, in snapshot order.
pub(super) fn sites_with(cache: &Cache, rules: &RuleSet, standing: &Standing) -> Vec<Site> {
    let parcels = 0..cache.snapshot().parcels.len();
    parcels.into_par_iter().map(|parcel| site(cache, rules, parcel, standing.on(parcel))).collect()
}

fn site(cache: &Cache, rules: &RuleSet, parcel: usize, overlaps: &[Overlap]) -> Site {
    let snapshot = cache.snapshot();
    let boundary = &snapshot.parcels[parcel].boundary;
    let area_m2 = cache.parcel_area_m2()[parcel];
    let perimeter: f64 = boundary.iter().map(perimeter_m).sum();
    let mut known_floor_area_m2 = 0.0;
    let mut without_floors = 0;
    for overlap in overlaps {
        let building = &snapshot.buildings[overlap.building];
        let footprint = cache.footprint_area_m2()[overlap.building];
        if let Some(floors) = rule_floor_area_m2(building, footprint, rules) {
            // A building over a boundary gives each parcel its share of the floors.
            known_floor_area_m2 += floors * overlap.area_m2 / footprint;
        } else {
            without_floors += 1;
        }
    }
    let (mut storage_yard_m2, mut paved_m2, mut natural_m2, mut green_m2, mut cover_m2) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (surface, share) in surfaces_on(cache, parcel) {
        let surface = &snapshot.surfaces[surface];
        cover_m2 += share;
        if matches!(surface.kind, SurfaceKind::Grass | SurfaceKind::Forest) {
            green_m2 += share;
        }
        match surface.kind {
            SurfaceKind::StorageYard => storage_yard_m2 += share,
            SurfaceKind::Paved => paved_m2 += share,
            SurfaceKind::Water | SurfaceKind::Forest | SurfaceKind::Rail => natural_m2 += share,
            SurfaceKind::Grass | SurfaceKind::Other => {}
        }
    }
    Site {
        area_m2,
        mean_width_m: if perimeter > 0.0 { 2.0 * area_m2 / perimeter } else { 0.0 },
        // A sum of nothing is a negative zero.
        footprint_m2: overlaps.iter().map(|o| o.area_m2).sum::<f64>() + 0.0,
        buildings: overlaps.iter().map(|o| o.building).collect(),
        storage_yard_m2,
        paved_m2,
        natural_m2,
        green_m2,
        cover_m2,
        floor_area_m2: (!overlaps.is_empty() && without_floors == 0).then_some(known_floor_area_m2),
        known_floor_area_m2,
        buildings_without_floors: without_floors,
    }
}

/// Surfaces that share area with the parcel: position in the snapshot and shared area, m².
pub(super) fn surfaces_on(cache: &Cache, parcel: usize) -> Vec<(usize, f64)> {
    if cache.snapshot().surfaces.is_empty() {
        return Vec::new();
    }
    let boundary = &cache.snapshot().parcels[parcel].boundary;
    let Some(bounds) = boundary.bounding_rect() else { return Vec::new() };
    cache
        .slots_in_envelope(bounds.min().into(), bounds.max().into(), FeatureKind::Surface)
        .into_iter()
        .map(|slot| {
            let near = clipped(&cache.snapshot().surfaces[slot].area, bounds);
            (slot, if near.0.is_empty() { 0.0 } else { boundary.intersection(&near).unsigned_area() })
        })
        .filter(|(_, shared)| *shared > 0.0)
        .collect()
}

fn perimeter_m(polygon: &geo::Polygon<f64>) -> f64 {
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(|ring| geo::Euclidean.length(ring)).sum()
}
