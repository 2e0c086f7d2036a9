//! Land that is too small, and the neighbours that would make it large enough.

use analysis::siting::{Enlargement, Match, Need, NoSupplies, Standing, Want};

use crate::by_hand::{block, building};
use crate::evaluation::day;
use crate::siting::{asked, must, park, pitch};

/// What would enlarge the sites of the park, a row for each: site, parcels added, held by another.
fn enlarged(
    park: spatial_db::model::ParkSnapshot,
    needs: Vec<Need>,
    join: u32,
) -> Vec<(String, Vec<u32>, bool, String)> {
    asked(park, &pitch(needs, join), &NoSupplies, |matched: &Match<'_, '_>| {
        let row = |one: &Enlargement| {
            let site = matched.name(&matched.candidates[one.candidate as usize]).to_string();
            assert_eq!(one.standing, Standing::Fits);
            (site, one.added.clone(), one.is_held, matched.enlargement_words(one).to_string())
        };
        matched.enlargements(9).iter().map(row).collect()
    })
}

fn land(at_least_m2: f64) -> Need {
    must(Want::Land { at_least_m2 })
}

#[test]
fn neighbours_that_make_a_site_fit_are_named_with_their_holders_and_the_step() {
    // Alone neither has two hectares; together the first two have 2.2.
    let found = enlarged(park(), vec![land(20_000.0)], 1);
    let rows: Vec<_> = found.iter().map(|one| (one.0.as_str(), one.1.as_slice(), one.2)).collect();
    assert_eq!(rows.len(), 1, "{found:?}: one and the same whole is told once");
    assert!(rows[0] == ("P1", &[1][..], false) || rows[0] == ("P2", &[0][..], false), "{rows:?}");
    let told = &found[0].3;
    for part in ["vacant; held by the land bank", "tender, auction or listing", "registered as one parcel", ": fits"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // What the pitch lets be joined is no news.
    assert!(enlarged(park(), vec![land(20_000.0)], 2).is_empty());
    assert!(enlarged(park(), vec![land(90_000.0)], 1).is_empty(), "there is not so much land");
}

#[test]
fn a_neighbour_of_another_is_named_without_its_name_and_only_once_it_is_to_be_had() {
    let mut park = park();
    park.parcels[1].holder = Some("Works Ltd".into());
    // It is built on: it is on offer to nobody, and what stands there stays.
    park.buildings.push(building(2, block(130.0, 10.0, 70.0, 80.0)));
    let free = || must(Want::Free { by: day("2026-12-31") });
    let found = enlarged(park.clone(), vec![land(20_000.0), free()], 1);
    let rows: Vec<_> = found.iter().map(|one| (one.0.as_str(), one.1.as_slice(), one.2)).collect();
    assert_eq!(rows, [("P1", &[1][..], true)]);
    let told = &found[0].3;
    assert!(told.contains("built on; held by another") && told.contains("transfer or return the right"), "{told}");
    assert!(told.contains("12\u{202f}000 m²") && told.ends_with("fits once all of it is to be had"), "{told}");
    assert!(!told.contains("Works"), "{told}");
    // Another class of land is not mended by joining it.
    park.parcels[1].land_use_code = Some("0701".into());
    let zoned = must(Want::Zoning { scheme: "planning-2023".into(), codes: vec!["1001".into()] });
    assert!(enlarged(park, vec![land(20_000.0), free(), zoned], 1).is_empty());
}

#[test]
fn what_lacks_more_than_room_is_not_enlarged() {
    let away = |at_least_m: f64| {
        must(Want::Away { what: analysis::siting::Thing::Hazard { substance: String::new() }, at_least_m })
    };
    assert_eq!(enlarged(park(), vec![land(20_000.0), away(100.0)], 1).len(), 1);
    assert!(enlarged(park(), vec![land(20_000.0), away(5_000.0)], 1).is_empty());
    // What must be known and is not stays so.
    let power = must(Want::Power { at_least_mw: 1.0, by: day("2027-06-01") });
    assert!(enlarged(park(), vec![land(20_000.0), power], 1).is_empty());
}

#[test]
fn a_brief_of_joined_parcels_says_what_it_is_joined_of() {
    let mut park = park();
    park.parcels[1].holder = Some("Works Ltd".into());
    asked(park, &pitch(vec![land(20_000.0)], 2), &NoSupplies, |matched| {
        let brief = matched.brief(matched.find(&["P1", "P2"]).unwrap());
        let fact = brief.facts.iter().find(|fact| fact.title == "joined of").unwrap();
        assert!(fact.value.contains("P1: 10\u{202f}000 m², held by the land bank"), "{}", fact.value);
        assert!(fact.value.contains("P2: 12\u{202f}000 m², held by another"), "{}", fact.value);
        assert!(!fact.value.contains("Works") && !fact.value.contains("one parcel"), "{}", fact.value);
        // What the law asks for stands small, with the source: the page has no room for it in large letters.
        assert!(fact.source.contains("one parcel") && fact.source.contains("[memory]"), "{}", fact.source);
        let single = matched.brief(matched.find(&["P1"]).unwrap());
        assert!(single.facts.iter().all(|fact| fact.title != "joined of"));
    });
}
