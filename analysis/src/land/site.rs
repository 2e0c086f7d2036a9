//! What stands on each parcel: footprint, floor area, coverage and floor-area ratio, with what is missing.
//!
//! Open storage yards count towards site coverage, as the control indicators define it. A park that has none on record is not taken
//! for one without yards: nobody surveyed them, and coverage is known from below only.

use geo::{Area, BooleanOps, BoundingRect, Length};
use rayon::prelude::*;
use spatial_db::cache::{Cache, Overlap};
use spatial_db::model::{Building, FeatureKind, ParkSnapshot, Presence, SurfaceKind};

use super::clip::clipped;
use crate::rules::{BuildingState, RuleSet};
use crate::words;
use crate::words::Words;

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
    /// Open storage yards on record, m².
    pub storage_yard_m2: f64,
    /// The park has open storage yards on record, so that ground without one has none.
    pub yards_surveyed: bool,
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
    /// The least that it may be by what is known, m²: a storey of unknown height once, or the floor area on record.
    pub least_floor_area_m2: f64,
    /// The most, m²: a storey of unknown height, or a floor area on record without storeys, twice; infinite where a building's floors
    /// are unknown.
    pub most_floor_area_m2: f64,
    /// How many of the buildings have unknown floors.
    pub buildings_without_floors: usize,
    /// How many have floors on record and no storeys of known height, so that they may count twice.
    pub buildings_without_storey_height: usize,
    /// How many are not finished by their state.
    pub buildings_unfinished: usize,
}

impl Site {
    /// Footprint share of the parcel.
    pub fn footprint_share(&self) -> f64 {
        self.footprint_m2 / self.area_m2
    }

    /// Site coverage coefficient: (footprint + open storage yards) / land; at least that where yards are not surveyed.
    pub fn coverage(&self) -> f64 {
        (self.footprint_m2 + self.storage_yard_m2) / self.area_m2
    }

    /// Floor-area ratio; `None` where floors are unknown.
    pub fn far(&self) -> Option<f64> {
        self.floor_area_m2.map(|floor| floor / self.area_m2)
    }
}

/// What is known of a building's floor area by the rules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Floors {
    /// The least that it may be, m².
    pub(crate) least_m2: f64,
    /// The most, m²; infinite where neither storeys nor a floor area are on record.
    pub(crate) most_m2: f64,
}

impl Floors {
    const fn exactly(floor_m2: f64) -> Self {
        Self { least_m2: floor_m2, most_m2: floor_m2 }
    }

    /// The floor area, m², where it is known.
    pub(crate) fn known(self) -> Option<f64> {
        (self.least_m2 == self.most_m2).then_some(self.least_m2)
    }

    /// True where floors are on record and only whether storeys are tall is not.
    pub(crate) fn lacks_storey_height(self) -> bool {
        self.most_m2.is_finite() && self.known().is_none()
    }
}

/// Floor area of a building by the rules: of storeys above the tall limit twice storeys × footprint, or the record where that is more;
/// else the record as it is; else storeys × footprint. Where it is not known whether storeys are tall they may count once or twice,
/// whatever the building's use: the rule knows no exception. A floor area on record is then the least, since it need not count a
/// tall storey twice; without storeys the most is the record twice, since it holds each of them at least once.
pub(crate) fn rule_floors(building: &Building, footprint_m2: f64, rules: &RuleSet) -> Floors {
    let positive = |value: Option<f64>| value.filter(|value| value.is_finite() && *value > 0.0);
    let once_m2 = positive(building.storeys).map(|storeys| storeys * footprint_m2);
    let tall = is_tall(building, rules.figure("land", "tall_storey_m").value);
    let (least_m2, most_m2) = match (once_m2, positive(building.floor_area_m2)) {
        (Some(once), Some(recorded)) => (recorded, recorded.max(2.0 * once)),
        (None, Some(recorded)) => (recorded, 2.0 * recorded),
        (Some(once), None) => (once, 2.0 * once),
        (None, None) => return Floors { least_m2: 0.0, most_m2: f64::INFINITY },
    };
    match tall {
        Some(false) => Floors::exactly(least_m2),
        // How many storeys there are to count twice is not known without them.
        Some(true) if once_m2.is_some() => Floors::exactly(most_m2),
        Some(true) | None => Floors { least_m2, most_m2 },
    }
}

/// Whether storeys are higher than `limit_m`, by the height on record or, as their mean, by that of the building; `None` where no
/// record tells. A building has one storey at least: in one that is no higher than the limit none can be.
fn is_tall(building: &Building, limit_m: f64) -> Option<bool> {
    let positive = |value: Option<f64>| value.filter(|value| value.is_finite() && *value > 0.0);
    if let Some(height) = positive(building.storey_height_m) {
        return Some(height > limit_m);
    }
    let whole = positive(building.height_m)?;
    match positive(building.storeys) {
        Some(storeys) => Some(whole / storeys.max(1.0) > limit_m),
        None => (whole <= limit_m).then_some(false),
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
        Self::where_there(cache, |building| presence.buildings[building])
    }

    /// Those of all days.
    pub(super) fn ever(cache: &Cache) -> Self {
        Self::where_there(cache, |_| true)
    }

    fn where_there(cache: &Cache, is_there: impl Fn(usize) -> bool) -> Self {
        let overlaps = cache.buildings_on_parcels().iter().copied();
        let overlaps: Vec<Overlap> = overlaps.filter(|overlap| is_there(overlap.building)).collect();
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
    let snapshot = cache.snapshot();
    let yards_surveyed = yards_surveyed(snapshot);
    let parcels = (0..snapshot.parcels.len()).into_par_iter();
    parcels.map(|parcel| site(cache, rules, parcel, standing.on(parcel), yards_surveyed)).collect()
}

/// True where the park has an open storage yard on record.
pub(super) fn yards_surveyed(park: &ParkSnapshot) -> bool {
    park.surfaces.iter().any(|surface| surface.kind == SurfaceKind::StorageYard)
}

/// What a reader must know of vacant and under-used land where nobody surveyed open storage yards.
pub(super) fn yards_note(park: &ParkSnapshot) -> Option<Words> {
    (!park.buildings.is_empty() && !yards_surveyed(park)).then(|| {
        words!(
            "note-yards-open-use",
            "Open storage yards are not on record: vacant and under-used as far as buildings go, coverage is at least that of footprints"
        )
    })
}

/// The site of one parcel with the buildings of `overlaps`.
pub(super) fn site(cache: &Cache, rules: &RuleSet, parcel: usize, overlaps: &[Overlap], yards_surveyed: bool) -> Site {
    let snapshot = cache.snapshot();
    let boundary = &snapshot.parcels[parcel].boundary;
    let area_m2 = cache.parcel_area_m2()[parcel];
    let perimeter: f64 = boundary.iter().map(perimeter_m).sum();
    let (mut least_floor_area_m2, mut most_floor_area_m2) = (0.0, 0.0);
    let (mut known, mut without_floors, mut without_storey_height, mut unfinished) = (0, 0, 0, 0);
    for overlap in overlaps {
        let building = &snapshot.buildings[overlap.building];
        let footprint = cache.footprint_area_m2()[overlap.building];
        let floors = rule_floors(building, footprint, rules);
        // A building over a boundary gives each parcel its share of the floors.
        least_floor_area_m2 += floors.least_m2 * overlap.area_m2 / footprint;
        most_floor_area_m2 += floors.most_m2 * overlap.area_m2 / footprint;
        if floors.known().is_some() {
            known += 1;
        } else if floors.lacks_storey_height() {
            without_storey_height += 1;
        } else {
            without_floors += 1;
        }
        let state = building.state.as_deref().and_then(|state| rules.state(state));
        unfinished += usize::from(state == Some(BuildingState::Unfinished));
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
        yards_surveyed,
        paved_m2,
        natural_m2,
        green_m2,
        cover_m2,
        floor_area_m2: (!overlaps.is_empty() && known == overlaps.len()).then_some(least_floor_area_m2),
        least_floor_area_m2,
        most_floor_area_m2,
        buildings_without_floors: without_floors,
        buildings_without_storey_height: without_storey_height,
        buildings_unfinished: unfinished,
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

#[cfg(test)]
mod tests {
    use geo::MultiPolygon;
    use proptest::prelude::*;
    use spatial_db::model::Provenance;

    use super::*;

    /// A footprint, m².
    const FOOTPRINT_M2: f64 = 100.0;

    /// Floors of a building of `storeys` of a height each, the floor area on record so many times these: without the records whose bit is
    /// set, 1 storeys, 2 their height, 4 that of the building, 8 the floor area.
    fn without(hidden: u8, storeys: f64, height_m: f64, times: f64) -> Floors {
        let kept = |bit: u8, value: f64| (hidden & bit == 0).then_some(value);
        let building = Building {
            storeys: kept(1, storeys),
            storey_height_m: kept(2, height_m),
            height_m: kept(4, storeys * height_m),
            floor_area_m2: kept(8, times * storeys * FOOTPRINT_M2),
            ..Building::bare(1, Provenance::keyed("B"), MultiPolygon(Vec::new()))
        };
        rule_floors(&building, FOOTPRINT_M2, &RuleSet::shipped())
    }

    #[test]
    fn floors_by_what_is_on_record() {
        let range = |hidden, height_m, times| {
            let floors = without(hidden, 2.0, height_m, times);
            [floors.least_m2, floors.most_m2]
        };
        for (hidden, height_m, times, expected) in [
            (0, 5.0, 1.5, [300.0, 300.0]),
            (0, 9.0, 1.5, [400.0, 400.0]),
            // The record has more than the tall storeys twice.
            (0, 9.0, 2.5, [500.0, 500.0]),
            (2 | 4, 9.0, 1.5, [300.0, 400.0]),
            (1, 9.0, 1.5, [300.0, 600.0]),
            (1 | 2 | 4, 9.0, 1.5, [300.0, 600.0]),
            (1 | 2, 5.0, 1.5, [300.0, 600.0]),
            // The building is 8 m high: none of its storeys is higher.
            (1 | 2, 4.0, 1.5, [300.0, 300.0]),
            (2 | 4 | 8, 9.0, 1.5, [200.0, 400.0]),
            (1 | 8, 9.0, 1.5, [0.0, f64::INFINITY]),
        ] {
            assert_eq!(range(hidden, height_m, times), expected, "without {hidden}, {height_m} m, {times} times");
        }
    }

    proptest! {
        /// Whatever more is hidden, floors lie within what was known before. Storeys × footprint stand for a floor area that is not on
        /// record, so hiding that is held against this only where storeys are hidden too.
        #[test]
        fn no_record_less_makes_floors_more_certain(
            storeys in 1..6_u8, height_m in 2.0..12.0_f64, times in 1.0..3.0_f64, hidden in 0..16_u8, bit in 0..4_u32,
        ) {
            let more = hidden | 1 << bit;
            prop_assume!(more & 8 == hidden & 8 || more & 1 != 0);
            let [before, after] = [hidden, more].map(|hidden| without(hidden, f64::from(storeys), height_m, times));
            let within = after.least_m2 <= before.least_m2 + 1e-9 && before.most_m2 <= after.most_m2 + 1e-9;
            prop_assert!(within, "{before:?} without {hidden}, {after:?} without {more}");
        }
    }
}
