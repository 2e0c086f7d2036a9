//! Water and where hydrants stand, of parks made by hand.

use super::*;

fn giving(id: i64, position: [f64; 2], flow_l_s: Option<f64>) -> EmergencyResource {
    EmergencyResource { flow_l_s, ..hydrant(id, position) }
}

/// A plant of 20 by 20 by 10 m, of which 20 L/s are asked for, with hydrants of these flows.
fn plant(height_m: Option<f64>, flows: &[Option<f64>]) -> Protection {
    let mut park = by_hand::empty();
    park.buildings = vec![Building { use_text: Some("厂房".into()), height_m, ..building(1, 0.0, 0.0) }];
    let hydrants = flows.iter().enumerate().map(|(k, flow)| giving(k as i64 + 1, [60.0, 20.0 * k as f64], *flow));
    park.resources = hydrants.collect();
    checked(park)
}

#[test]
fn the_flow_in_reach_is_held_against_what_a_plant_asks_for() {
    for (flows, verdict, amount) in [
        (&[Some(15.0), Some(15.0)][..], Some(Verdict::Note), Some(30.0)),
        (&[Some(10.0), Some(10.0)], Some(Verdict::Note), Some(20.0)),
        // Of a hydrant no more than 15 L/s count, whatever it gives: less than the row asks for, and not less than every row.
        (&[Some(60.0)], Some(Verdict::Unknown), Some(15.0)),
        (&[Some(10.0)], Some(Verdict::Violated), Some(10.0)),
        (&[Some(10.0), None], Some(Verdict::Unknown), None),
        (&[Some(12.0), Some(12.0), None], Some(Verdict::Note), None),
    ] {
        let found = plant(Some(10.0), flows);
        let finding = of(&found, Check::FireFlow, "B1");
        assert_eq!(finding.map(|one| one.verdict), verdict, "{flows:?}");
        assert_eq!(finding.and_then(|one| one.found), amount, "{flows:?}");
        assert!(finding.is_some_and(|one| one.limit == Some(20.0)), "4,000 m³: {finding:?}");
        assert_eq!(found.counts[&Check::FireFlow][0], usize::from(verdict == Some(Verdict::Note)), "{flows:?}");
    }
    let unknown = plant(None, &[Some(15.0), Some(15.0)]);
    let finding = of(&unknown, Check::FireFlow, "B1").unwrap();
    assert!(finding.verdict == Verdict::Unknown && finding.words.contains("volume"), "{finding:?}");
    let dry = plant(Some(10.0), &[]);
    assert_eq!(dry.counts[&Check::FireFlow], [0, 0, 1], "no hydrant on record is no demand fulfilled");
}

#[test]
fn the_rows_of_demand_go_by_volume_and_other_buildings_have_none() {
    let rules = ProtectionRules::shipped();
    let rows = [3000.0, 3001.0, 5000.0, 20_000.0, 50_000.0, 50_001.0].map(|volume| rules.demand(volume).unwrap().value);
    assert_eq!(rows, [15.0, 20.0, 20.0, 25.0, 30.0, 35.0]);
    let mut park = by_hand::empty();
    park.buildings = vec![Building { use_text: Some("office".into()), ..building(1, 0.0, 0.0) }];
    park.resources = vec![giving(1, [60.0, 0.0], Some(15.0))];
    let found = checked(park);
    assert_eq!(found.counts[&Check::FireFlow], [0, 0, 1]);
    assert!(found.missing.iter().any(|one| one.contains("1 building is no plant")), "{:?}", found.missing);
}

#[test]
fn hydrants_119_m_apart_stand_near_enough_and_121_m_apart_do_not() {
    let apart = |places: &[f64]| {
        let mut park = by_hand::empty();
        park.resources = places.iter().enumerate().map(|(k, x)| hydrant(k as i64 + 1, [*x, 0.0])).collect();
        checked(park)
    };
    assert_eq!(apart(&[0.0, 119.0]).counts[&Check::HydrantSpacing], [2, 0, 0]);
    let far = apart(&[0.0, 121.0, 200.0]);
    assert_eq!(far.counts[&Check::HydrantSpacing], [2, 1, 0]);
    assert!(far.missing.iter().any(|one| one.contains("along the street is not checked")), "{:?}", far.missing);
    assert_eq!(of(&far, Check::HydrantSpacing, "H1").and_then(|one| one.found), Some(121.0));
    assert_eq!(apart(&[0.0]).counts[&Check::HydrantSpacing], [0, 0, 1], "the only one has none to be near to");
    assert!(!apart(&[]).counts.contains_key(&Check::HydrantSpacing));
}

#[test]
fn a_hydrant_stands_2_m_from_a_road_and_5_m_from_a_wall() {
    let at = |x: f64, width_m: Option<f64>| {
        let mut park = by_hand::empty();
        park.buildings = vec![building(1, 0.0, 0.0)];
        park.roads = vec![road(1, &[(30.0, -50.0), (30.0, 50.0)], width_m)];
        park.resources = vec![hydrant(1, [x, 10.0])];
        let found = checked(park);
        (found.counts[&Check::HydrantWall], found.counts[&Check::HydrantRoad])
    };
    // The wall is at 20 m, the edge of a road of 6 m at 27 m.
    assert_eq!(at(25.0, Some(6.0)), ([1, 0, 0], [1, 0, 0]));
    assert_eq!(at(24.5, Some(6.0)), ([0, 1, 0], [0, 1, 0]));
    assert_eq!(at(25.0, None), ([1, 0, 0], [0, 0, 1]));
    assert_eq!(at(-60.0, None), ([1, 0, 0], [0, 0, 1]), "no road is on record near it, and one may be there");
    let mut bare = by_hand::empty();
    bare.resources = vec![hydrant(1, [0.0, 0.0])];
    let found = checked(bare);
    assert_eq!(found.counts[&Check::HydrantWall], [0, 0, 1]);
    assert_eq!(found.counts[&Check::HydrantRoad], [0, 0, 1]);
    assert!(found.missing.iter().any(|one| one.contains("no building is on record")), "{:?}", found.missing);
}
