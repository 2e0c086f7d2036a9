//! The overlay of what the checks say.

use super::*;
use crate::overlay::Overlay;

fn shown(park: ParkSnapshot) -> Overlay {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    protection_overlay(&Cache::build(Arc::new(park)), &RuleSet::shipped(), day, 10)
}

fn count(overlay: &Overlay, key: &str) -> usize {
    overlay.classes.iter().find(|class| class.label.key() == Some(key)).map_or(0, |class| class.count)
}

#[test]
fn a_building_has_the_worst_class_of_its_checks_and_every_finding_as_a_fact() {
    let mut park = by_hand::empty();
    park.roads = vec![road(1, &[(0.0, 0.0), (400.0, 0.0)], Some(3.0))];
    park.resources = vec![hydrant(1, [10.0, 2.0]), hydrant(2, [60.0, 2.0])];
    // A plant without a height by the hydrants, and one out of reach of a hose: less is known of the first, and the second is amiss.
    let plant = |id, x| Building { use_text: Some("plant".into()), ..building(id, x, 10.0) };
    park.buildings = vec![plant(1, 20.0), plant(2, 300.0)];
    let ids = [park.buildings[0].id, park.buildings[1].id];
    let overlay = shown(park);
    let class_of = |id| overlay.classes[overlay.verdicts[&id].class].label.key().unwrap();
    assert_eq!(ids.map(class_of), ["protection-not-known", "protection-violated"]);
    assert_eq!((count(&overlay, "protection-violated"), count(&overlay, "protection-not-known")), (1, 1));
    let facts = &overlay.verdicts[&ids[1]].facts;
    assert_eq!(facts.len(), 2, "the hose, and the volume behind it: {facts:?}");
    assert!(facts[0].value.starts_with("violated: ") && facts[1].value.starts_with("not known: "), "{facts:?}");
    assert!(facts.iter().all(|fact| !fact.basis.is_empty()));
    // The road is too narrow, and drawn; both hydrants stand by its edge, off the walls and near to one another.
    assert_eq!((count(&overlay, "protection-road"), overlay.zones.len()), (1, 1));
    assert_eq!(count(&overlay, "protection-hydrant"), 2);
    assert!(overlay.notes.iter().any(|note| note.contains("Grey is not fine")));
}

/// Nobody can say of any building how far its hose is: that is not a building with nothing amiss.
#[test]
fn without_a_hydrant_on_record_no_building_is_fine() {
    let mut park = by_hand::empty();
    park.roads = vec![road(1, &[(0.0, 0.0), (400.0, 0.0)], Some(6.0))];
    park.buildings = vec![building(1, 20.0, 10.0), building(2, 300.0, 10.0)];
    let id = park.buildings[0].id;
    let overlay = shown(park.clone());
    assert_eq!((count(&overlay, "protection-fine"), count(&overlay, "protection-not-known")), (0, 2));
    let facts = &overlay.verdicts[&id].facts;
    assert!(facts.iter().any(|fact| fact.value.contains("no hydrant in service is on record")), "{facts:?}");
    // With one they are as their own findings say.
    park.resources = vec![hydrant(1, [10.0, 3.0])];
    let overlay = shown(park);
    let facts = &overlay.verdicts[&id].facts;
    assert!(facts.iter().all(|fact| !fact.value.contains("no hydrant in service")), "{facts:?}");
}
