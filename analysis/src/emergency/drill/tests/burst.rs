//! Explosions and fireballs.

use geo::{Area, BoundingRect};

use super::*;
use crate::emergency::hazard::{Fireball, HazardRules, Weather};

/// The park with 10 t of propane 100 m east of the wall of B0 and 30 m west of that of B1.
fn with_propane() -> Cache {
    let mut park = owned();
    park.hazards.push(HazardSource {
        substance: Some("propane".into()),
        quantity_t: Some(10.0),
        ..HazardSource::bare(2, keyed("T2"), Geometry::from(Point::new(170.0, 17.5)))
    });
    Cache::build(Arc::new(park))
}

/// Mass of propane, kg, that stands for a tonne of TNT.
fn as_a_tonne_of_tnt() -> f64 {
    let rules = HazardRules::shipped();
    let combustion = rules.substance("propane").unwrap().combustion_j_kg.unwrap();
    1000.0 * rules.figure("blast", "tnt_j_kg").value / (rules.figure("blast", "efficiency").value * combustion)
}

fn explodes() -> String {
    with(&format!("blast(source: \"T2\", mass_kg: {:.6}, at_min: 1.0)", as_a_tonne_of_tnt()))
}

fn traced(text: &str) -> (DrillFile, DrillRun, DrillTrace) {
    let file = DrillFile::parse(text).unwrap();
    let (run, trace) = trace_drill(&file, &with_propane(), &DrillTables::shipped(), &[], |_| true).unwrap();
    (file, run, trace)
}

/// The pressures are those of Kingery and Bulmash for a hemisphere of TNT: 43.23 kPa at Z = 5, 14.89 at 10, 6.102 at 20. A tonne: ten
/// metres are Z = 1.
#[test]
fn an_explosion_strikes_buildings_by_level() {
    let (file, run, trace) = traced(&explodes());
    let outcome = &run.outcome;
    let struck: Vec<&str> = outcome.struck.iter().map(|one| one.building.as_str()).collect();
    assert_eq!(struck, ["B0", "B1"]);
    let far = &outcome.struck[0];
    assert!((far.worst - 14.89e3).abs() <= 5.0 && far.unit == "Pa" && far.first_s == 60.0, "{far:?}");
    assert!(outcome.struck[1].worst > 55.2e3, "{:?}", outcome.struck[1]);
    // 1 psi, 3.5 psi and 8 psi lie between those distances.
    let reach: Vec<f64> = outcome.levels.iter().map(|level| level.reach_m).collect();
    assert!((100.0..200.0).contains(&reach[0]) && (50.0..100.0).contains(&reach[1]), "{reach:?}");
    assert!((10.0..50.0).contains(&reach[2]), "{reach:?}");
    let buildings: Vec<usize> = outcome.levels.iter().map(|level| level.buildings).collect();
    assert_eq!(buildings, [2, 1, 1]);
    // The alarm is raised later: the 69 of each are indoors.
    let indoors: Vec<(u32, usize)> =
        outcome.levels.iter().map(|level| (level.persons_indoors, level.buildings_unknown)).collect();
    assert_eq!(indoors, [(138, 0), (69, 0), (69, 0)]);
    // It is said, bounded, drawn and reported.
    let said = run.log.entries.iter().find(|entry| entry.id == "release").unwrap();
    assert!(said.text.starts_with("T2 explodes: ") && said.text.ends_with("as 1000 kg of TNT"), "{}", said.text);
    assert_eq!(run.zone.0.as_str(), "overpressure 24.1 kPa: serious injury likely");
    let circle_m = |area: f64| (area / (36.0 * 5.0_f64.to_radians().sin())).sqrt();
    assert!((circle_m(run.zone.1.unsigned_area()) / reach[1] - 1.0).abs() < 1e-6);
    // The alert says to stay away from windows, and glass breaks farther out.
    assert_eq!(run.alert.0.as_str(), "overpressure 6.9 kPa: glass shatters");
    assert!((circle_m(run.alert.1.unsigned_area()) / reach[0] - 1.0).abs() < 1e-6);
    assert!(alert_words(&file, &run).description.contains("Danger: overpressure 6.9 kPa"));
    assert!(trace.contours(59.0).is_none_or(|(_, contours)| contours.lines.is_empty()));
    let levels: Vec<u8> = trace.contours(60.0).unwrap().1.lines.iter().map(|line| line.level).collect();
    assert_eq!((levels, trace.endangered(1e9).len()), (vec![1, 2, 3], 2));
    let chapters = drill_report(&file, &run);
    let rows = |name: &str| chapters.iter().find(|one| one.name == name).unwrap().rows.clone();
    assert_eq!(rows("struck")[0].1[2], "14.9: glass shatters");
    assert_eq!((rows("levels").len(), rows("levels")[0].1[4].as_str()), (3, "138"));
    assert!(drill_notes(&file, &run).iter().any(|note| note.starts_with("Explosion: ")));
    // Of another hazard there are none.
    let (leak, plain) = (DrillFile::parse(LEAK).unwrap(), super::run(LEAK, &[]));
    assert!(plain.outcome.levels.is_empty() && drill_report(&leak, &plain).iter().all(|one| one.name != "levels"));
}

#[test]
fn an_explosion_hurts_who_is_outside_then_and_nobody_later() {
    // The alarm is raised two minutes later: nobody is outside.
    let (_, run, trace) = traced(&explodes());
    assert_eq!((run.outcome.exposed_on_ways, trace.closed(1e9).len()), (0, 0));
    assert!(run.outcome.arrived > 200, "{:?}", run.outcome);
    // Raised a minute before, some of B1 are at their door, 40 m off; who comes later walks past a place where all is over.
    let (_, run, trace) = traced(&explodes().replace("after(\"release\", 2.0)", "at(0.0)"));
    let exposed = run.outcome.exposed_on_ways;
    assert!(exposed > 0 && exposed < 69, "{exposed}");
    let then = run.counts.iter().find(|count| count.at_s == 60.0).unwrap();
    assert_eq!(then.exposed, exposed);
    assert!(!trace.in_danger(60.0).is_empty() && trace.in_danger(80.0).is_empty());
}

#[test]
fn an_alert_covers_the_heat_of_a_fire_beyond_its_cordon() {
    let fire = "fire(building: \"B2\", at_min: 1.0, cordon_m: 2.0, pool: (substance: \"gasoline\", diameter_m: 40.0))";
    let (file, run, trace) = traced(&with(fire));
    let lines = &trace.contours(600.0).unwrap().1.lines;
    let hot = lines.iter().find(|line| line.label.as_str() == "heat 5 kW/m²").unwrap();
    // Two metres about the walls lie in the ring as a whole.
    assert!((run.alert.1.unsigned_area() / hot.area.unsigned_area() - 1.0).abs() < 1e-6);
    assert!(run.zone.1.unsigned_area() < 0.5 * run.alert.1.unsigned_area(), "{}", run.zone.0);
    assert!(alert_words(&file, &run).description.contains("Danger: cordon 2 m, and "));
    // Without a pool the cordon is all that is known.
    let (_, plain, _) = traced(&with("fire(building: \"B2\", at_min: 1.0, cordon_m: 40.0)"));
    assert_eq!(plain.alert, plain.zone);
}

/// CCPS (2000): 5.8 · 5000^(1/3) = 99.2 m across, 0.45 · 5000^(1/3) = 7.7 s.
#[test]
fn a_fireball_has_a_ring_for_every_level_of_heat() {
    let (file, run, trace) = traced(&with("fireball(source: \"T2\", mass_kg: 5000.0, at_min: 1.0)"));
    let said = run.log.entries.iter().find(|entry| entry.id == "release").unwrap();
    assert_eq!(said.text.as_str(), "T2 bursts: 5000 kg burn as a fireball 99 m across for 8 s");
    let rules = HazardRules::shipped();
    let ball = Fireball::new(&rules, rules.substance("propane").unwrap(), 5000.0, None).unwrap();
    let weather = Weather { wind_m_s: 2.0, wind_from_deg: 270.0, temperature_k: 293.15, ..Weather::default() };
    assert_eq!(run.outcome.levels.len(), 5);
    for level in run.outcome.levels.iter().filter(|level| level.reach_m > 0.0) {
        let heat = ball.heat_w_m2(&rules, level.reach_m, &weather).unwrap();
        assert!((heat / level.value - 1.0).abs() < 1e-6 && level.unit == "W/m2", "{level:?}: {heat}");
    }
    assert!(run.outcome.levels.windows(2).all(|pair| pair[0].reach_m >= pair[1].reach_m));
    assert!(run.outcome.levels.windows(2).all(|pair| pair[0].buildings >= pair[1].buildings));
    let (_, contours) = trace.contours(60.0).unwrap();
    assert_eq!((contours.lines[0].label.as_str(), contours.lines[0].level), ("heat 2 kW/m²", 1));
    let middle = contours.lines[0].area.bounding_rect().unwrap().center();
    assert!((middle.x - 170.0).abs() < 1e-6 && (middle.y - 17.5).abs() < 1e-6, "{middle:?}");
    assert_eq!(run.zone.0.as_str(), "heat 5 kW/m²");
    assert!(drill_notes(&file, &run).iter().any(|note| note.starts_with("Fireball: ")));
}

#[test]
fn what_cannot_burst_is_refused_with_its_line() {
    let cache = with_propane();
    for (hazard, said) in [
        ("blast(source: \"T2\", mass_kg: 10001.0, at_min: 1.0)", "10 t are on record"),
        ("blast(source: \"T7\", mass_kg: 10.0, at_min: 1.0)", "no hazard source \"T7\""),
        ("fireball(source: \"T2\", mass_kg: 1e-3, at_min: 1.0)", "cannot be worked out"),
    ] {
        let error = refused(&with(hazard), &cache);
        assert!(error.starts_with("line 9: ") && error.contains(said), "{hazard}: {error}");
    }
    let late = DrillFile::parse(&with("blast(source: \"T2\", mass_kg: 10.0, at_min: 90.0)")).unwrap_err().to_string();
    assert!(late.contains("at_min must be from 0 to 30"), "{late}");
}
