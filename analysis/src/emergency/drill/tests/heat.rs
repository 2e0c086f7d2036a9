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
    // They are drawn, and change nothing of what happens.
    let plain = DrillFile::parse(&with(PLAIN)).unwrap();
    let (without, bare) = trace_drill(&plain, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    assert_eq!(run.outcome, without.outcome);
    assert_eq!(bare.contours(600.0).unwrap().1.lines.len(), 1);
    let note = |file: &DrillFile, run: &DrillRun| drill_notes(file, run).iter().any(|note| note.starts_with("Heat: "));
    assert!(note(&file, &run) && !note(&plain, &without));
}

#[test]
fn a_pool_that_nobody_can_work_out_is_refused_with_its_line() {
    for pool in ["(substance: \"phlogiston\", diameter_m: 10.0)", "(substance: \"gasoline\", diameter_m: 5000.0)"] {
        let error = refused(&with_pool(pool), &park());
        assert!(error.starts_with("line 9: the hazard cannot be worked out"), "{error}");
    }
}
