//! The heat about a pool that burns, as rings.

use geo::{Area, BoundingRect};

use super::*;
use crate::emergency::hazard::{FlameModel, HazardRules, PoolFire, Weather};

const PLAIN: &str = "fire(building: \"B2\", at_min: 1.0, cordon_m: 40.0)";

fn with_pool(pool: &str) -> String {
    with(&PLAIN.replace("cordon_m: 40.0", &format!("cordon_m: 40.0, pool: {pool}")))
}

#[test]
fn a_pool_in_a_burning_building_has_a_ring_for_every_level_of_heat() {
    let file = DrillFile::parse(&with_pool("(substance: \"汽油\", diameter_m: 10.0)")).unwrap();
    let (run, trace) = trace_drill(&file, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    assert!(trace.contours(59.0).is_none_or(|(_, contours)| contours.lines.is_empty()), "before it burns");
    let (_, contours) = trace.contours(600.0).unwrap();
    let said: Vec<(&str, u8)> = contours.lines.iter().map(|line| (line.label.as_str(), line.level)).collect();
    let rings = [("heat 2 kW/m²", 1_u8), ("heat 5 kW/m²", 2), ("cordon 40 m", 2)];
    let lethal = [("heat 10 kW/m²", 3_u8), ("heat 12.5 kW/m²", 3), ("heat 37.5 kW/m²", 3)];
    assert_eq!(said, [rings, lethal].concat());
    // On each ring the heat is its level, and its middle is that of the building.
    let rules = HazardRules::shipped();
    let weather = Weather { wind_m_s: 2.0, wind_from_deg: 270.0, temperature_k: 293.15, ..Weather::default() };
    let fire = PoolFire::new(&rules, rules.substance("gasoline").unwrap(), 10.0, &weather).unwrap();
    // A polygon of 72 corners on a circle.
    let radius_m = |line: &Contour| (line.area.unsigned_area() / (36.0 * 5.0_f64.to_radians().sin())).sqrt();
    for (label, level_w_m2) in [("heat 2 kW/m²", 2e3), ("heat 5 kW/m²", 5e3), ("heat 10 kW/m²", 1e4)] {
        let ring = contours.lines.iter().find(|line| line.label == *label).unwrap();
        let heat = fire.heat_w_m2(&rules, FlameModel::Solid, radius_m(ring), &weather).unwrap();
        assert!((heat / level_w_m2 - 1.0).abs() < 1e-3, "{label}: {heat} at {} m", radius_m(ring));
        let middle = ring.area.bounding_rect().unwrap().center();
        assert!((middle.x - 390.0).abs() < 1e-6 && (middle.y - 17.5).abs() < 1e-6, "{middle:?}");
    }
    // They are drawn, and here, where nobody has to pass the fire, they change nothing of what happens.
    let plain = DrillFile::parse(&with(PLAIN)).unwrap();
    let (without, bare) = trace_drill(&plain, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    assert_eq!(run.outcome, without.outcome);
    assert_eq!(bare.contours(600.0).unwrap().1.lines.len(), 1);
    let note = |file: &DrillFile, run: &DrillRun| drill_notes(file, run).iter().any(|note| note.starts_with("Heat: "));
    assert!(note(&file, &run) && !note(&plain, &without));
}

#[test]
fn ways_in_the_heat_are_closed_to_who_is_outside_and_let_out_who_is_in_it() {
    // The only place is in the west: B3 in the east would have to pass the fire in B2, whose people stand in the midst of it.
    let mut west = owned();
    west.resources.retain(|resource| resource.provenance.key != "A2");
    let cache = Cache::build(Arc::new(west));
    let of = |text: &str| {
        let file = DrillFile::parse(text).unwrap();
        trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).unwrap()
    };
    let (plain, open) = of(&with(PLAIN));
    assert_eq!((plain.outcome.arrived, plain.outcome.cut_off), (4 * 69, 0));
    assert!(open.closed(1e9).is_empty());
    let (hot, shut) = of(&with_pool("(substance: \"gasoline\", diameter_m: 40.0)"));
    assert_eq!((hot.outcome.arrived, hot.outcome.cut_off), (3 * 69, 69), "{:?}", hot.log.entries);
    let closed = shut.closed(1e9).len();
    assert!(shut.closed(59.0).is_empty() && shut.closed(60.0).len() == closed && closed == 3, "{closed}");
    let said = hot.log.entries.iter().find(|entry| entry.id == "heat_closes").unwrap();
    assert_eq!(said.text.as_str(), format!("{closed} stretches of way within 5 kW/m² are closed"));
    // Their middles are where the heat is 5 kW/m² or more, and no others.
    let rules = HazardRules::shipped();
    let weather = Weather { wind_m_s: 2.0, wind_from_deg: 270.0, temperature_k: 293.15, ..Weather::default() };
    let fire = PoolFire::new(&rules, rules.substance("gasoline").unwrap(), 40.0, &weather).unwrap();
    let burns = |way: &usize| {
        let [[ax, ay], [bx, by]] = shut.ways[*way];
        let gap_m = (0.5 * (ax + bx) - 390.0).hypot(0.5 * (ay + by) - 17.5);
        gap_m <= 20.0 || fire.heat_w_m2(&rules, FlameModel::Solid, gap_m, &weather).unwrap() >= 5000.0
    };
    let expected: Vec<u32> = (0..shut.ways.len()).filter(burns).map(|way| way as u32).collect();
    assert_eq!(shut.closed(1e9), expected);
}

#[test]
fn a_pool_that_nobody_can_work_out_is_refused_with_its_line() {
    for pool in ["(substance: \"phlogiston\", diameter_m: 10.0)", "(substance: \"gasoline\", diameter_m: 5000.0)"] {
        let error = refused(&with_pool(pool), &park());
        assert!(error.starts_with("line 9: the hazard cannot be worked out"), "{error}");
    }
}
