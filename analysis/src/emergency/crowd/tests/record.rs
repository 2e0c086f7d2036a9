//! Buildings and areas as plans, by what is on record.

use std::sync::Arc;

use geo::{MultiPolygon, Rect, coord};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, EmergencyResource, Provenance, ResourceKind};

use super::*;
use crate::emergency::evacuation::{EvacuationRules, Unknown};
use crate::network::by_hand;

fn square(x: f64, side: f64) -> MultiPolygon<f64> {
    MultiPolygon::new(vec![Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + side, y: side }).to_polygon()])
}

#[test]
fn a_building_has_its_own_entrances_in_service_and_the_people_that_are_known() {
    let mut park = by_hand::empty();
    let office = |id, x| Building {
        use_text: Some("office".into()),
        floor_area_m2: Some(1300.0),
        storeys: Some(2.0),
        ..Building::bare(id, Provenance::keyed(format!("B{id}")), square(x, 20.0))
    };
    park.buildings = vec![office(1, 0.0), Building { use_text: None, ..office(2, 20.0) }];
    let entrance =
        |id, key: &str, at| EmergencyResource::bare(id, Provenance::keyed(key), ResourceKind::BuildingEntrance, at);
    park.resources = vec![
        entrance(1, "both", [20.0, 10.0]),
        entrance(2, "west", [0.5, 5.0]),
        EmergencyResource { state: Some("closed".to_owned()), ..entrance(3, "shut", [0.0, 15.0]) },
        EmergencyResource::bare(4, Provenance::keyed("gate"), ResourceKind::Gate, [2.0, 21.0]),
    ];
    let rules = EvacuationRules::shipped();
    let of =
        |park: &spatial_db::model::ParkSnapshot, slot| hall(&Cache::build(Arc::new(park.clone())), &rules, slot, 10);
    let first = of(&park, 0);
    // Widths are not on record: the table's, and half of it to each of two that have one together.
    let doors: Vec<(&str, f64)> = first.doors.iter().map(|door| (door.key.as_str(), door.width_m)).collect();
    assert_eq!(doors, [("west", 1.8), ("both", 0.9)]);
    // 13 m² of office a person.
    assert_eq!((first.stands, first.storeys, first.persons), (true, Some(2.0), Ok(100)));
    assert_eq!(of(&park, 1).persons, Err(Unknown::NoUse));
    park.park.as_of = "2026-06-30".parse().ok();
    park.buildings[0].valid_to = "2020-01-01".parse().ok();
    assert!(!of(&park, 0).stands && of(&park, 0).doors.is_empty());
    // An area has the gates and entrances in service at its edge.
    let along = doors_along(&park, &rules, &square(0.0, 20.0));
    assert_eq!(along.iter().map(|door| door.key.as_str()).collect::<Vec<_>>(), ["west", "gate", "both"]);
}
