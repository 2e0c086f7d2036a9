//! The heat about a pool that burns, as rings.

use geo::{Area, BoundingRect, Distance, Euclidean};

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
    // They are drawn, and close the way past the fire: everybody still comes, some of them later.
    let plain = DrillFile::parse(&with(PLAIN)).unwrap();
    let (without, bare) = trace_drill(&plain, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    let came =
        |run: &DrillRun| (run.outcome.persons, run.outcome.arrived, run.outcome.cut_off, run.outcome.first_water_s);
    assert_eq!(came(&run), came(&without));
    assert!(run.outcome.last_out_s > without.outcome.last_out_s, "{:?}", run.outcome.last_out_s);
    assert_eq!(bare.contours(600.0).unwrap().1.lines.len(), 1);
    let note = |file: &DrillFile, run: &DrillRun| drill_notes(file, run).iter().any(|note| note.starts_with("Heat: "));
    assert!(note(&file, &run) && !note(&plain, &without));
}

/// Stretches that somewhere have 5 kW/m² or more of a pool of gasoline so wide in B2, by their nearest place to it.
fn burnt(trace: &DrillTrace, diameter_m: f64) -> Vec<u32> {
    let rules = HazardRules::shipped();
    let weather = Weather { wind_m_s: 2.0, wind_from_deg: 270.0, temperature_k: 293.15, ..Weather::default() };
    let fire = PoolFire::new(&rules, rules.substance("gasoline").unwrap(), diameter_m, &weather).unwrap();
    let burns = |way: &usize| {
        let stretch: LineString<f64> = trace.ways[*way].iter().map(|&[x, y]| (x, y)).collect();
        let gap_m = Euclidean.distance(&stretch, &Point::new(390.0, 17.5));
        gap_m <= 0.5 * diameter_m || fire.heat_w_m2(&rules, FlameModel::Solid, gap_m, &weather).unwrap() >= 5000.0
    };
    (0..trace.ways.len()).filter(burns).map(|way| way as u32).collect()
}

#[test]
fn ways_in_the_heat_are_closed_to_who_is_outside_and_let_out_who_is_in_it() {
    // The only place is in the west: B3 in the east would have to pass the fire in B2, whose people stand in the midst of it.
    let mut west = owned();
    west.resources.retain(|resource| resource.provenance.key != "A2");
    let of = |park: &ParkSnapshot, text: &str| {
        let file = DrillFile::parse(&text.replace("length_min: 30", "length_min: 60")).unwrap();
        let cache = Cache::build(Arc::new(park.clone()));
        trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).unwrap()
    };
    let (plain, open) = of(&west, &with(PLAIN));
    assert_eq!((plain.outcome.arrived, plain.outcome.cut_off), (4 * 69, 0));
    assert!(open.closed(1e9).is_empty());
    let pool = with_pool("(substance: \"gasoline\", diameter_m: 40.0)");
    let (hot, shut) = of(&west, &pool);
    // Those of B2 come to the road east of the fire's middle and get out eastwards: past it, to the west, nobody goes.
    assert_eq!((hot.outcome.arrived, hot.outcome.cut_off), (2 * 69, 2 * 69), "{:?}", hot.log.entries);
    let closed = shut.closed(1e9).len();
    assert!(shut.closed(59.0).is_empty() && shut.closed(60.0).len() == closed && closed == 3, "{closed}");
    let said = hot.log.entries.iter().find(|entry| entry.id == "heat_closes").unwrap();
    assert_eq!(said.text.as_str(), format!("{closed} stretches of way within 5 kW/m² are closed"));
    // They come somewhere to where the heat is 5 kW/m² or more, and no others.
    assert_eq!(shut.closed(1e9), burnt(&shut, 40.0));
    // By a way round the fire everyone gets to the place.
    let path = LineString::from(vec![(450.0, 0.0), (450.0, 80.0), (300.0, 80.0), (300.0, 0.0)]);
    west.roads
        .push(RoadEdge { width_m: Some(6.0), ..RoadEdge::bare(2, keyed("R2"), MultiLineString::new(vec![path])) });
    let (round, _) = of(&west, &pool);
    assert_eq!((round.outcome.arrived, round.outcome.cut_off), (4 * 69, 0), "{:?}", round.log.entries);
}

#[test]
fn a_stretch_is_closed_though_only_its_end_lies_in_the_heat() {
    let file = DrillFile::parse(&with_pool("(substance: \"gasoline\", diameter_m: 44.0)")).unwrap();
    let (_, trace) = trace_drill(&file, &park(), &DrillTables::shipped(), &[], |_| true).unwrap();
    let closed = trace.closed(1e9);
    assert_eq!(closed, burnt(&trace, 44.0));
    // At (425, 0), 39.1 m off, there are 5.4 kW/m²; at its middle, 50.6 m off, and at (350, 0), 43.7 m off, less than 5.
    let middles: Vec<f64> =
        closed.iter().map(|way| trace.ways[*way as usize]).map(|[a, b]| 0.5 * (a[0] + b[0])).collect();
    assert_eq!(middles, [362.5, 387.5, 412.5, 437.5]);
}

#[test]
fn a_pool_that_nobody_can_work_out_is_refused_with_its_line() {
    for pool in ["(substance: \"phlogiston\", diameter_m: 10.0)", "(substance: \"gasoline\", diameter_m: 5000.0)"] {
        let error = refused(&with_pool(pool), &park());
        assert!(error.starts_with("line 9: the hazard cannot be worked out"), "{error}");
    }
}
