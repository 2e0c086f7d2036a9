//! Who leaves from where and to where: a park's buildings with their people, and its places of assembly.

use rstar::RTree;
use rstar::primitives::GeomWithData;
use spatial_db::model::{EmergencyResource, FeatureId, ParkSnapshot, Presence, ResourceKind};

use super::occupancy::{Unknown, employees_by_building, occupants};
use super::run::{Assembly, Group};
use super::{EvacuationError, EvacuationRules};
use crate::emergency::hydrants::{in_service, words_of_state};

/// Words of a state that say that an entrance has no step.
const STEP_FREE: [&str; 5] = ["step-free", "step free", "accessible", "wheelchair accessible", "无障碍"];
/// Words that say that it has one.
const STEPS: [&str; 5] = ["with steps", "steps", "not accessible", "not step-free", "有台阶"];

/// An entrance, and whether it is without steps where that is on record.
type Entrance = GeomWithData<[f64; 2], Option<bool>>;

/// Whether an entrance is without steps, by the words of its state.
fn step_free(entrance: &EmergencyResource) -> Option<bool> {
    let says = |words: &[&str]| words_of_state(entrance).any(|word| words.contains(&word.as_str()));
    if says(&STEPS) {
        return Some(false);
    }
    says(&STEP_FREE).then_some(true)
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
/// A building has a group at each of its entrances in service. Widths of entrances are not on record: all are as wide, and as many people
/// leave by each, but for who is over, who leaves by the first from the west. One without an entrance on record has one in its middle.
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
    use geo::{Contains, Distance, Euclidean, InteriorPoint, Point};
    /// An entrance this near a building is its own.
    const OWN_M: f64 = 3.0;
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
    let doors = park.resources.iter().filter(|r| r.kind == ResourceKind::BuildingEntrance && in_service(r));
    let tree: RTree<Entrance> = RTree::bulk_load(doors.map(|r| Entrance::new(r.position, step_free(r))).collect());
    let width = rules.value("doors", "default_width_m");
    let employees = employees_by_building(park);
    let (mut groups, mut unknown) = (Vec::new(), Vec::new());
    let stands = park.park.as_of.map(|as_of| Presence::on(park, as_of).buildings);
    for (slot, (building, footprint_m2)) in park.buildings.iter().zip(footprints_m2).enumerate() {
        if stands.as_ref().is_some_and(|stands| !stands[slot]) {
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
        let reach = 200.0_f64.powi(2);
        let own = tree.locate_within_distance([middle.x(), middle.y()], reach).filter(|entrance| {
            let point = Point::from(*entrance.geom());
            building.footprint.contains(&point) || Euclidean.distance(&building.footprint, &point) <= OWN_M
        });
        let mut own: Vec<([f64; 2], Option<bool>)> = own.map(|entrance| (*entrance.geom(), entrance.data)).collect();
        own.sort_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        if own.is_empty() {
            own.push(([middle.x(), middle.y()], None));
        }
        let (each, over) = (persons / own.len() as u32, persons % own.len() as u32);
        groups.extend(own.into_iter().zip(0_u32..).map(|((door_m, step_free), number)| Group {
            building: building.id,
            persons: each + u32::from(number < over),
            door_m,
            door_width_m: width,
            step_free,
        }));
    }
    if groups.is_empty() {
        return Err(EvacuationError::Nobody { unknown: unknown.len() });
    }
    Ok(People { groups, places, unknown })
}
