//! Who leaves from where and to where: a park's buildings with their people, and its places of assembly.

use geo::{BoundingRect, Contains, Distance, Euclidean, InteriorPoint, Point};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use spatial_db::model::{EmergencyResource, FeatureId, ParkSnapshot, Presence, ResourceKind};

use super::occupancy::{Occupancy, Unknown, employees_by_building, occupants};
use super::run::{Assembly, Group};
use super::{EvacuationError, EvacuationRules};
use crate::emergency::hydrants::{in_service, words_of_state};

/// Words of a state that say that an entrance has no step.
const STEP_FREE: [&str; 5] = ["step-free", "step free", "accessible", "wheelchair accessible", "无障碍"];
/// Words that say that it has one.
const STEPS: [&str; 5] = ["with steps", "steps", "not accessible", "not step-free", "有台阶"];

/// An entrance this near a building may be its own, m.
const OWN_M: f64 = 3.0;
/// Buildings as near to an entrance as this, m, have it together.
const SAME_M: f64 = 0.01;
/// The least that is left of a door to each of several buildings, m: the hand values know none narrower than 0.4 m.
const LEAST_M: f64 = 0.5;

/// Whether an entrance is without steps, by the words of its state.
fn step_free(entrance: &EmergencyResource) -> Option<bool> {
    let says = |words: &[&str]| words_of_state(entrance).any(|word| words.contains(&word.as_str()));
    if says(&STEPS) {
        return Some(false);
    }
    says(&STEP_FREE).then_some(true)
}

/// An entrance of a building.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entrance {
    /// Its place among the resources; none for the door in the middle of a building without one.
    resource: Option<usize>,
    at_m: [f64; 2],
    step_free: Option<bool>,
    /// How many buildings have it together.
    shared_by: usize,
}

impl Entrance {
    /// Its clear width to one of its buildings, m: widths are not on record.
    fn width_m(&self, default_m: f64) -> f64 {
        if self.shared_by > 1 { (default_m / self.shared_by as f64).max(LEAST_M) } else { default_m }
    }
}

/// The entrances in service of each building that stands: of the building that one lies in, or else of the nearest within reach; of all that
/// are as near, as in a wall between two. From the west to the east.
fn entrances(park: &ParkSnapshot, stands: impl Fn(usize) -> bool) -> Vec<Vec<Entrance>> {
    let all = park.resources.iter().enumerate();
    let doors = all.filter(|(_, r)| r.kind == ResourceKind::BuildingEntrance && in_service(r));
    let doors: Vec<(usize, [f64; 2], Option<bool>)> = doors.map(|(k, r)| (k, r.position, step_free(r))).collect();
    let places = doors.iter().enumerate().map(|(door, (_, at, _))| GeomWithData::new(*at, door));
    let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(places.collect());
    // Of each entrance the buildings within reach, and how far they are; one that it lies in is nearer than any.
    let mut near: Vec<Vec<(usize, f64)>> = vec![Vec::new(); doors.len()];
    for (slot, building) in park.buildings.iter().enumerate().filter(|(slot, _)| stands(*slot)) {
        let Some(bounds) = building.footprint.bounding_rect() else { continue };
        let (low, high) = (bounds.min(), bounds.max());
        let around = AABB::from_corners([low.x - OWN_M, low.y - OWN_M], [high.x + OWN_M, high.y + OWN_M]);
        for door in tree.locate_in_envelope_intersecting(&around) {
            let point = Point::from(*door.geom());
            let is_in = building.footprint.contains(&point);
            let gap_m = if is_in { -1.0 } else { Euclidean.distance(&building.footprint, &point) };
            if gap_m <= OWN_M {
                near[door.data].push((slot, gap_m));
            }
        }
    }
    let mut own: Vec<Vec<Entrance>> = vec![Vec::new(); park.buildings.len()];
    for ((resource, at_m, step_free), near) in doors.into_iter().zip(near) {
        let least_m = near.iter().map(|one| one.1).fold(f64::INFINITY, f64::min);
        let owners: Vec<usize> = near.iter().filter(|one| one.1 <= least_m + SAME_M).map(|one| one.0).collect();
        for slot in &owners {
            own[*slot].push(Entrance { resource: Some(resource), at_m, step_free, shared_by: owners.len() });
        }
    }
    for of_building in &mut own {
        of_building.sort_by(|a, b| a.at_m[0].total_cmp(&b.at_m[0]).then(a.at_m[1].total_cmp(&b.at_m[1])));
    }
    own
}

/// The entrances in service of one building: the resource, where, and how wide it is taken to be, m.
pub(in crate::emergency) fn doors_of(
    park: &ParkSnapshot,
    rules: &EvacuationRules,
    slot: usize,
) -> Vec<(usize, [f64; 2], f64)> {
    let present = park.park.as_of.map(|as_of| Presence::on(park, as_of).buildings);
    let mut all = entrances(park, |slot| present.as_ref().is_none_or(|present| present[slot]));
    let width_m = rules.value("doors", "default_width_m");
    let own = std::mem::take(&mut all[slot]).into_iter();
    own.filter_map(|door| Some((door.resource?, door.at_m, door.width_m(width_m)))).collect()
}

/// People in one building at an hour, as [`groups_and_places`] counts them.
pub(in crate::emergency) fn persons_in(
    park: &ParkSnapshot,
    footprint_m2: f64,
    rules: &EvacuationRules,
    slot: usize,
    hour: u32,
) -> Occupancy {
    occupants(rules, &park.buildings[slot], footprint_m2, hour, &employees_by_building(park))
}

/// Who leaves from where and to where.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// Groups.
    pub groups: Vec<Group>,
    /// Places: those on record, and behind them those that were assumed.
    pub places: Vec<Assembly>,
    /// Buildings whose people are not known, with the reason.
    pub unknown: Vec<(FeatureId, Unknown)>,
}

/// The groups and places of a park at an hour of a working day, and the buildings whose people are not known, with the reason. Nobody is in
/// a building that does not stand on the park's date, and nobody goes to a place that is closed.
///
/// A building has a group at each of its entrances in service: those that lie in it, or that no building is nearer to. Widths of entrances
/// are not on record: all are as wide, buildings that are as near to one have their part of it each, and as many people leave by each, but
/// for who is over, who leaves by the first from the west. One without an entrance on record has one in its middle.
///
/// # Errors
/// [`EvacuationError::NoPlaces`] and [`EvacuationError::Nobody`].
pub fn groups_and_places(
    park: &ParkSnapshot,
    footprints_m2: &[f64],
    rules: &EvacuationRules,
    hour: u32,
) -> Result<People, EvacuationError> {
    groups_and_places_with(park, footprints_m2, rules, hour, &[])
}

/// The same with places that somebody assumes besides those on record: for a park that has none, or to try another.
///
/// # Errors
/// [`EvacuationError::NoPlaces`] and [`EvacuationError::Nobody`].
pub fn groups_and_places_with(
    park: &ParkSnapshot,
    footprints_m2: &[f64],
    rules: &EvacuationRules,
    hour: u32,
    assumed: &[Assembly],
) -> Result<People, EvacuationError> {
    let places: Vec<Assembly> = park
        .resources
        .iter()
        .filter(|resource| resource.kind == ResourceKind::AssemblyPoint && in_service(resource))
        .map(|resource| Assembly {
            resource: resource.id,
            name: resource.name.clone(),
            position_m: resource.position,
            capacity: resource.capacity.filter(|persons| *persons >= 0.0).map(|persons| persons as u32),
        })
        .chain(assumed.iter().cloned())
        .collect();
    if places.is_empty() {
        return Err(EvacuationError::NoPlaces);
    }
    let width = rules.value("doors", "default_width_m");
    let employees = employees_by_building(park);
    let (mut groups, mut unknown) = (Vec::new(), Vec::new());
    let present = park.park.as_of.map(|as_of| Presence::on(park, as_of).buildings);
    let stands = |slot: usize| present.as_ref().is_none_or(|present| present[slot]);
    let mut entrances = entrances(park, stands);
    for (slot, (building, footprint_m2)) in park.buildings.iter().zip(footprints_m2).enumerate() {
        if !stands(slot) {
            continue;
        }
        let persons = match occupants(rules, building, *footprint_m2, hour, &employees) {
            Ok(0) => continue,
            Ok(persons) => persons,
            Err(why) => {
                unknown.push((building.id, why));
                continue;
            }
        };
        let Some(middle) = building.footprint.interior_point() else {
            // People whose number is known, and not where they set out.
            unknown.push((building.id, Unknown::NoFootprint));
            continue;
        };
        let mut own = std::mem::take(&mut entrances[slot]);
        if own.is_empty() {
            own.push(Entrance { resource: None, at_m: [middle.x(), middle.y()], step_free: None, shared_by: 1 });
        }
        let (each, over) = (persons / own.len() as u32, persons % own.len() as u32);
        groups.extend(own.into_iter().zip(0_u32..).map(|(door, number)| Group {
            building: building.id,
            persons: each + u32::from(number < over),
            door_m: door.at_m,
            door_width_m: door.width_m(width),
            step_free: door.step_free,
        }));
    }
    if groups.is_empty() {
        return Err(EvacuationError::Nobody { unknown: unknown.len() });
    }
    Ok(People { groups, places, unknown })
}
