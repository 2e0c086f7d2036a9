//! Idle land in the sums of a zone: counted where it is certain, else a range.

use analysis::evaluation::{TypedInputs, indicators};
use spatial_db::model::{EventKind, ParkSnapshot};

use crate::evaluation::{day, small_park, zone, zone_with};

/// Land counts as idle where that is certain by what is on record; where a record is missing that could make it another, G is a range.
#[test]
fn idle_land_that_takes_something_for_granted_is_open() {
    let quarter = |park: ParkSnapshot, because: &str| {
        let rate = indicators(&zone(park)).remove("idle-rate").unwrap();
        assert_eq!((rate.range.low, rate.range.high), (0.0, 0.25), "{because}: {rate:?}");
        assert!(rate.missing[0].contains(because) && rate.missing[0].contains("P2"), "{:?}", rate.missing);
    };
    // A late handing over would move the start.
    let mut park = small_park();
    park.events.retain(|event| event.kind != EventKind::Delivery);
    quarter(park, "if delivered as agreed");
    // A year after the handing over stands in for a start that was agreed earlier, perhaps.
    let mut park = small_park();
    park.contracts[1].agreed_start = None;
    quarter(park.clone(), "if no start was agreed");
    park.events[1].date = day("2023-06-01");
    quarter(park, "if no start was agreed");
    // Without a single contract on record nobody knows what is idle.
    let mut park = small_park();
    park.contracts.clear();
    park.parcels[1].holder = Some("Works Ltd".into());
    quarter(park.clone(), "no contracts on record");
    let inputs =
        "park = \"hand\"\n[[parcel]]\nkey = \"P2\"\nidle = false\nsource = \"land office\"\ndate = \"2024-01-01\"\n";
    let decided = zone_with(park, Some(&TypedInputs::parse(inputs).unwrap()), "2024-12-31");
    assert_eq!(indicators(&decided)["idle-rate"].value(), Some(0.0), "a person decided");
}
