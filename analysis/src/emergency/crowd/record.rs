//! A building as a plan: its footprint, its entrances and its people, as they are on record.

use geo::{Distance, Euclidean, MultiLineString, MultiPolygon, Point};
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, Presence, ResourceKind};

use super::plan::OFF_M;
use crate::emergency::evacuation::{EvacuationRules, Occupancy, doors_of, persons_in};
use crate::emergency::hydrants::in_service;

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

/// Gates and entrances in service on record at the edge of an area, with the table's width: from the west to the east.
pub fn doors_along(park: &ParkSnapshot, rules: &EvacuationRules, area: &MultiPolygon<f64>) -> Vec<RecordDoor> {
    let edge = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let edge = MultiLineString::new(edge.cloned().collect());
    let is_door = |kind| matches!(kind, ResourceKind::BuildingEntrance | ResourceKind::Gate);
    let mut doors: Vec<RecordDoor> = park
        .resources
        .iter()
        .filter(|one| is_door(one.kind) && in_service(one))
        .filter(|one| Euclidean.distance(&Point::from(one.position), &edge) <= OFF_M)
        .map(|one| RecordDoor {
            key: one.provenance.key.clone(),
            at_m: one.position,
            width_m: rules.figure("doors", "default_width_m").value,
        })
        .collect();
    doors.sort_by(|a, b| a.at_m[0].total_cmp(&b.at_m[0]).then(a.at_m[1].total_cmp(&b.at_m[1])));
    doors
}

/// Middle of the longest side of an area's outlines, m, those of its holes left out; none of an area without one.
pub fn longest_wall(area: &MultiPolygon<f64>) -> Option<[f64; 2]> {
    let length = |line: &geo::Line<f64>| line.dx().hypot(line.dy());
    let sides = area.iter().flat_map(|polygon| polygon.exterior().lines());
    let longest = sides.max_by(|a, b| length(a).total_cmp(&length(b)))?;
    Some([0.5 * (longest.start.x + longest.end.x), 0.5 * (longest.start.y + longest.end.y)])
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
