//! A building as a plan: its footprint, its entrances and its people, as they are on record.

use geo::MultiPolygon;
use spatial_db::cache::Cache;
use spatial_db::model::Presence;

use crate::emergency::evacuation::{EvacuationRules, Occupancy, doors_of, persons_in};

/// An entrance on record. Its width is not: it has that of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDoor {
    /// Its key.
    pub key: String,
    /// Where, m.
    pub at_m: [f64; 2],
    /// Clear width that is assumed, m.
    pub width_m: f64,
}

/// A building on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Hall {
    /// Whether it stands on the park's date.
    pub stands: bool,
    /// Outline, m.
    pub footprint: MultiPolygon<f64>,
    /// Storeys; none: not on record.
    pub storeys: Option<f64>,
    /// Entrances in service, from the west to the east.
    pub doors: Vec<RecordDoor>,
    /// People in it at the hour.
    pub persons: Occupancy,
}

/// What is on record of a building at an hour of a working day (0 to 23); `slot` is its place in the snapshot.
pub fn hall(cache: &Cache, rules: &EvacuationRules, slot: usize, hour: u32) -> Hall {
    let park = cache.snapshot();
    let building = &park.buildings[slot];
    let door = |(resource, at_m, width_m): (usize, [f64; 2], f64)| RecordDoor {
        key: park.resources[resource].provenance.key.clone(),
        at_m,
        width_m,
    };
    Hall {
        stands: park.park.as_of.is_none_or(|as_of| Presence::on(park, as_of).buildings[slot]),
        footprint: building.footprint.clone(),
        storeys: building.storeys,
        doors: doors_of(park, rules, slot).into_iter().map(door).collect(),
        persons: persons_in(park, cache.footprint_area_m2()[slot], rules, slot, hour),
    }
}
