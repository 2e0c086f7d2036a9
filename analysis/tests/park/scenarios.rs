//! Scenarios on parks made by hand: edits, what they leave alone, what they change.

use std::sync::Arc;

use analysis::evaluation::{EvaluationRules, Zone, indicators};
use analysis::land::indicators::Indicator;
use analysis::planner::{compared, scenario_error_words};
use analysis::rules::RuleSet;
use analysis::scenario::{Edit, EditError, LAYER, Limits, Scenario, ScenarioError, ScenarioFile, changes, is_scenario};
use geo::{Area, BooleanOps};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, SurfaceKind, Tenancy};

use crate::by_hand::{block, building, edge, empty, keyed, parcel};
use crate::evaluation::day;
use crate::indicators::{Bench, close};
use crate::siting_obstacles::surface;

/// Two parcels side by side and one apart; a hall on the first.
fn park() -> ParkSnapshot {
    let mut park = empty();
    park.parcels = vec![
        parcel(1, block(0.0, 0.0, 100.0, 100.0)),
        parcel(2, block(100.0, 0.0, 50.0, 100.0)),
        parcel(3, block(300.0, 0.0, 100.0, 100.0)),
    ];
    for parcel in &mut park.parcels {
        parcel.land_use_code = Some("100101".into());
        parcel.land_use_scheme = Some("planning-2023".into());
        parcel.recorded_area_m2 = Some(9_999.0);
        parcel.holder = Some("Works Ltd".into());
    }
    let mut hall = building(1, block(10.0, 10.0, 40.0, 50.0));
    hall.storeys = Some(1.0);
    hall.storey_height_m = Some(5.0);
    park.buildings.push(hall);
    park
}

fn on(edits: Vec<Edit>) -> Result<ParkSnapshot, ScenarioError> {
    Scenario::on(Arc::new(park()), ScenarioFile::new("what if", "hand", edits))?.park(&RuleSet::shipped())
}

fn cut(parcel: &str, line: &[(f64, f64)]) -> Edit {
    Edit::SplitParcel { parcel: parcel.into(), line: line.to_vec() }
}

fn merge(parcels: &[&str], key: &str) -> Edit {
    Edit::MergeParcels { parcels: parcels.iter().map(|key| (*key).to_owned()).collect(), key: key.into() }
}

fn reason(edits: Vec<Edit>) -> EditError {
    match on(edits).unwrap_err() {
        ScenarioError::Edit { source, .. } => source,
        other => panic!("{other:?}"),
    }
}

fn keys(park: &ParkSnapshot) -> Vec<&str> {
    park.parcels.iter().map(|parcel| parcel.provenance.key.as_str()).collect()
}

#[test]
fn split_and_merge_give_the_parcel_back() {
    let split = on(vec![cut("P1", &[(60.0, -1.0), (60.0, 101.0)])]).unwrap();
    assert_eq!(keys(&split), ["P1/1", "P1/2", "P2", "P3"]);
    assert!((split.parcels[0].boundary.unsigned_area() - 6000.0).abs() < 1e-9);
    assert!(split.parcels[..2].iter().all(|p| is_scenario(p.id) && p.provenance.layer == LAYER));
    assert!(!is_scenario(split.parcels[2].id));
    assert_eq!(split.parcels[0].recorded_area_m2, None, "the register knows the whole only");
    assert_eq!(split.parcels[1].holder.as_deref(), Some("Works Ltd"));
    let back = on(vec![cut("P1", &[(60.0, -1.0), (60.0, 101.0)]), merge(&["P1/1", "P1/2"], "P1")]).unwrap();
    assert_eq!(keys(&back), ["P1", "P2", "P3"]);
    let (was, is) = (&park().parcels[0].boundary, &back.parcels[0].boundary);
    assert!(was.difference(is).unsigned_area() < 1e-6 && is.difference(was).unsigned_area() < 1e-6);
}

#[test]
fn edits_that_cannot_be_made_say_why() {
    assert_eq!(reason(vec![merge(&["P1", "P3"], "P9")]), EditError::NotAdjacent { key: "P3".into(), to: "P1".into() });
    assert_eq!(reason(vec![merge(&["P1"], "P9")]), EditError::TooFew);
    assert_eq!(reason(vec![merge(&["P1", "P1"], "P9")]), EditError::Twice { key: "P1".into() });
    assert_eq!(reason(vec![merge(&["P1", "P2"], "P3")]), EditError::KeyTaken { key: "P3".into() });
    assert_eq!(reason(vec![cut("P7", &[(0.0, 0.0), (1.0, 1.0)])]), EditError::NoParcel { key: "P7".into() });
    assert_eq!(reason(vec![cut("P1", &[(-5.0, 50.0), (50.0, 50.0)])]), EditError::NotCut { key: "P1".into() });
    assert_eq!(reason(vec![cut("P1", &[(-5.0, 50.0)])]), EditError::NoLine);
    let crossing = [(-5.0, 10.0), (90.0, 10.0), (90.0, 60.0), (50.0, 60.0), (50.0, -5.0)];
    assert_eq!(reason(vec![cut("P1", &crossing)]), EditError::CrossesItself);
    assert_eq!(
        reason(vec![Edit::RemoveBuilding { building: "B9".into() }]),
        EditError::NoBuilding { key: "B9".into() }
    );
    // Two parcels that touch at a corner are not adjacent.
    let corner = vec![
        cut("P1", &[(-1.0, 50.0), (101.0, 50.0)]),
        cut("P1/1", &[(50.0, -1.0), (50.0, 101.0)]),
        cut("P1/2", &[(50.0, -1.0), (50.0, 101.0)]),
    ];
    let pieces = on(corner.clone()).unwrap();
    let opposite: Vec<&str> = [(25.0, 25.0), (75.0, 75.0)]
        .iter()
        .map(|(x, y)| {
            let inside =
                |p: &&spatial_db::model::Parcel| geo::Contains::contains(&p.boundary, &geo::Point::new(*x, *y));
            pieces.parcels.iter().find(inside).unwrap().provenance.key.as_str()
        })
        .collect();
    let mut touching = corner;
    touching.push(merge(&opposite, "X"));
    assert!(matches!(reason(touching), EditError::NotAdjacent { .. }));
}

const LIMITS: Limits = Limits {
    setback_m: 5.0,
    spacing_m: 10.0,
    far: Some(1.0),
    coverage: Some(0.45),
    height_m: 15.0,
    storey_height_m: 5.0,
};

#[test]
fn a_mass_minds_what_stands_there_and_indicators_tell() {
    let place = Edit::PlaceBuilding { parcel: "P1".into(), key: "NEW".into(), limits: LIMITS, use_text: None };
    let base = Arc::new(park());
    let mut scenario = Scenario::on(Arc::clone(&base), ScenarioFile::new("second phase", "hand", vec![])).unwrap();
    let rules = RuleSet::shipped();
    let before = scenario.park(&rules).unwrap();
    scenario.push(place.clone(), &rules).unwrap();
    let after = scenario.park(&rules).unwrap();
    let new = after.buildings.last().unwrap();
    // 45 % of a hectare less the hall's 2000 m²; 8000 m² of floors are left, so four storeys would do, but three are allowed.
    assert!((new.footprint.unsigned_area() - 2500.0).abs() < 0.01);
    assert_eq!(new.storeys, Some(3.0));
    let apart = geo::Distance::distance(&geo::Euclidean, &new.footprint, &base.buildings[0].footprint);
    assert!(apart >= 10.0 - 1e-6, "{apart} m");
    assert!(after.park.name.contains("second phase"));
    assert_eq!(*base, park(), "the record is as it was");

    let zone = |park: ParkSnapshot| {
        Zone::of(&Cache::build(Arc::new(park)), &rules, &EvaluationRules::shipped(), None, day("2024-12-31"))
    };
    let changes = changes(&zone(before.clone()), &zone(after));
    let far = changes.iter().find(|change| change.before.name == "industrial-far").unwrap();
    assert!((far.before.value().unwrap() - 0.2).abs() < 1e-9 && (far.after.value().unwrap() - 0.95).abs() < 1e-5);
    // Nothing else fits now; a refused edit leaves the scenario as it was.
    let refused = Edit::PlaceBuilding { parcel: "P1".into(), key: "MORE".into(), limits: LIMITS, use_text: None };
    assert!(scenario.push(refused, &rules).is_err());
    assert_eq!(scenario.file().edits.len(), 1);
    assert_eq!(scenario.undo(), Some(place));
    assert_eq!(scenario.park(&rules).unwrap(), before);
    assert_eq!(scenario.undo(), None);
}

/// A mass of one storey on all the land that there is of P3.
fn all_of_p3(storey_height_m: f64) -> Edit {
    let limits = Limits { setback_m: 0.0, spacing_m: 0.0, far: None, coverage: None, height_m: 5.0, storey_height_m };
    Edit::PlaceBuilding { parcel: "P3".into(), key: "N".into(), limits, use_text: None }
}

#[test]
fn a_mass_keeps_off_ponds_and_mains_and_what_they_take_is_told() {
    let placed = |base: &ParkSnapshot| {
        let file = ScenarioFile::new("x", "hand", vec![all_of_p3(5.0)]);
        Scenario::on(Arc::new(base.clone()), file).unwrap().park(&RuleSet::shipped())
    };
    let footprint_m2 = |park: &ParkSnapshot| park.buildings.last().unwrap().footprint.unsigned_area();
    assert!((footprint_m2(&placed(&park()).unwrap()) - 10_000.0).abs() < 1e-6);
    // A pond along the west, and a main of DN300 down the middle: 3 m from it to a building, and half the main.
    let mut wet = park();
    wet.surfaces.push(surface(1, SurfaceKind::Water, block(290.0, 0.0, 30.0, 100.0)));
    wet.edges.push(edge(1, vec![[350.0, -40.0, 1.0], [350.0, 140.0, 1.0]], Some(300.0)));
    let after = placed(&wet).unwrap();
    assert!((footprint_m2(&after) - (8_000.0 - 6.3 * 100.0)).abs() < 0.5, "{}", footprint_m2(&after));
    let told = |after: &ParkSnapshot| {
        let [record, after] = [wet.clone(), after.clone()].map(|park| Cache::build(Arc::new(park)));
        let rows = compared(&record, &after, &[all_of_p3(5.0)], &RuleSet::shipped(), day("2024-12-31"));
        let row = rows.into_iter().find(|row| row.title == "not to be built on").unwrap();
        (row.parcel, row.before.to_string(), row.after.to_string(), row.differs)
    };
    let both = "open water 2\u{202f}000 m²; strips over underground lines 630 m²".to_owned();
    assert_eq!(told(&after), (Some("P3".to_owned()), both.clone(), both, false));
    // Nothing is left: what takes it is named, with its area.
    wet.surfaces.push(surface(2, SurfaceKind::Rail, block(320.0, 0.0, 80.0, 100.0)));
    let error = scenario_error_words(&placed(&wet).unwrap_err());
    let taken = "taken out of the land: open water 2\u{202f}000 m²; railway 8\u{202f}000 m²";
    assert!(error.contains("ground that is not to be built on leaves no room") && error.ends_with(taken), "{error}");
    // A limit that nothing on the ground has to do with is told alone.
    wet.surfaces.truncate(1);
    let low = ScenarioFile::new("x", "hand", vec![all_of_p3(1.0)]);
    let error = Scenario::on(Arc::new(wet), low).unwrap().park(&RuleSet::shipped()).unwrap_err();
    assert!(matches!(error, ScenarioError::Edit { source: EditError::Massing(_), .. }), "{error:?}");
}

#[test]
fn use_changes_and_buildings_go() {
    let edits = vec![
        Edit::ChangeUse {
            parcel: "P1".into(),
            scheme: "planning-2023".into(),
            code: "0901".into(),
            land_use: Some("commerce".into()),
            industry: None,
        },
        Edit::RemoveBuilding { building: "B1".into() },
    ];
    let park = on(edits).unwrap();
    assert!(park.buildings.is_empty() && is_scenario(park.parcels[0].id));
    assert_eq!(park.parcels[0].land_use_code.as_deref(), Some("0901"));
    let mut unknown = park.clone();
    unknown.buildings = vec![building(4, block(310.0, 10.0, 20.0, 20.0))];
    let place = Edit::PlaceBuilding { parcel: "P3".into(), key: "N".into(), limits: LIMITS, use_text: None };
    let scenario = Scenario::on(Arc::new(unknown), ScenarioFile::new("x", "hand", vec![place])).unwrap();
    assert!(matches!(
        scenario.park(&RuleSet::shipped()),
        Err(ScenarioError::Edit { number: 1, source: EditError::NoFloors { .. } })
    ));
}

#[test]
fn who_had_floor_in_a_building_that_goes_has_none_of_what_still_stands() {
    let mut before = park();
    let mut office = building(2, block(60.0, 10.0, 20.0, 20.0));
    (office.storeys, office.storey_height_m) = (Some(1.0), Some(5.0));
    before.buildings.push(office);
    let tenancy = |key: &str, building: &str, floor_m2: f64| Tenancy {
        building_key: Some(building.into()),
        parcel_key: Some("P1".into()),
        floor_area_m2: Some(floor_m2),
        ..Tenancy::bare(1, keyed(key), key)
    };
    before.tenancies = vec![tenancy("hall", "B1", 2_000.0), tenancy("office", "B2", 100.0)];
    let vacant = |park: ParkSnapshot| Bench::of(park, "2026-06-30").value(0, Indicator::VacantFloor);
    assert!(close(vacant(before.clone()), 300.0 / 2_400.0), "of the office's 400 m²");
    let remove = Edit::RemoveBuilding { building: "B1".into() };
    let scenario = Scenario::on(Arc::new(before), ScenarioFile::new("x", "hand", vec![remove])).unwrap();
    let after = scenario.park(&RuleSet::shipped()).unwrap();
    assert!(close(vacant(after), 0.75), "the hall's tenant fills no office");
    assert_eq!(scenario.base().tenancies.len(), 2, "the record is as it was");
}

#[test]
fn storeys_of_unknown_height_do_not_refuse_a_mass_beside_them() {
    let with = |storeys: Option<f64>, far: Option<f64>| -> Result<f64, ScenarioError> {
        let mut park = park();
        let mut beside = building(4, block(310.0, 10.0, 20.0, 20.0));
        beside.storeys = storeys;
        park.buildings = vec![beside];
        let limits = Limits { far, ..LIMITS };
        let place = Edit::PlaceBuilding { parcel: "P3".into(), key: "N".into(), limits, use_text: None };
        let scenario = Scenario::on(Arc::new(park), ScenarioFile::new("x", "hand", vec![place])).unwrap();
        let placed = scenario.park(&RuleSet::shipped())?;
        Ok(placed.buildings[1].floor_area_m2.unwrap())
    };
    let refused = |found: Result<f64, ScenarioError>| {
        matches!(found, Err(ScenarioError::Edit { source: EditError::NoFloors { .. }, .. }))
    };
    // Two storeys of 400 m² may count twice: of the ratio 0.2 on a hectare 400 m² are left for sure.
    let left = with(Some(2.0), Some(0.2)).unwrap();
    assert!(left <= 400.0 + 1e-6 && left > 380.0, "{left}");
    // Without a ratio nobody asks for floors.
    assert!(with(Some(2.0), None).is_ok() && with(None, None).is_ok());
    assert!(refused(with(None, Some(0.2))));
}

const FILE: &str = r#"// A second phase.
(
    format_version: 1,
    name: "second phase", /* of
    two */
    park: "hand",
    edits: [
        split_parcel(parcel: "P1", line: [(60.0, -1.0), (60.0, 101.0)]),
        // On the larger piece.
        change_use(parcel: "P1/1", scheme: "planning-2023", code: "0901"),

        place_building(
            parcel: "P3", key: "N(1]",
            limits: (setback_m: 5.0, far: 1.0, coverage: 0.4, height_m: 12.0, storey_height_m: 4.0),
        ),
        remove_building(building: "B1"),
    ],
)
"#;

#[test]
fn files_are_read_and_complaints_have_lines() {
    let file = ScenarioFile::parse(FILE).unwrap();
    assert_eq!(file.edits.len(), 4);
    let again = ScenarioFile::parse(&file.to_text().unwrap()).unwrap();
    assert_eq!(again.edits, file.edits);
    let scenario = Scenario::on(Arc::new(park()), file).unwrap();
    assert_eq!(scenario.park(&RuleSet::shipped()).unwrap().parcels.len(), 4);
    let line = |text: String| match ScenarioFile::parse(&text) {
        Err(ScenarioError::Unreadable { line, .. } | ScenarioError::FormatVersion { line, .. }) => line,
        Err(other) => panic!("{other}"),
        Ok(file) => match Scenario::on(Arc::new(park()), file).unwrap().park(&RuleSet::shipped()) {
            Err(ScenarioError::EditInFile { line, .. }) => line,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(line(FILE.replace("\"P1/1\"", "\"P1/7\"")), 10);
    assert_eq!(line(FILE.replace("\"P3\"", "\"P8\"")), 12);
    assert_eq!(line(FILE.replace("\"B1\"", "\"B7\"")), 16);
    assert_eq!(line(FILE.replace("split_parcel", "split_parcels")), 8);
    assert_eq!(line(FILE.replace("far: 1.0", "fer: 1.0")), 14);
    assert_eq!(line(FILE.replace("format_version: 1", "format_version: 3")), 3);
    let other = Scenario::on(Arc::new(park()), ScenarioFile::new("x", "elsewhere", vec![])).unwrap_err();
    assert!(other.to_string().contains("elsewhere"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Squares of ten metres, some of them pond or railway ground: a mass without limits stands on all others and on none of them.
    #[test]
    fn a_mass_takes_the_squares_that_are_free_and_no_others(bits in any::<u128>(), tracks in any::<u128>()) {
        let mut park = park();
        let cell = |at: usize| block(300.0 + (at % 10) as f64 * 10.0, (at / 10) as f64 * 10.0, 10.0, 10.0);
        let is_free = |at: usize| bits >> at & 1 == 0;
        // Grass takes nothing out.
        park.surfaces.push(surface(1001, SurfaceKind::Grass, block(300.0, 0.0, 100.0, 100.0)));
        for at in (0..100).filter(|at| !is_free(*at)) {
            let kind = if tracks >> at & 1 == 0 { SurfaceKind::Water } else { SurfaceKind::Rail };
            park.surfaces.push(surface(at as i64 + 1, kind, cell(at)));
        }
        let free = (0..100).filter(|at| is_free(*at)).count();
        let scenario = Scenario::on(Arc::new(park), ScenarioFile::new("x", "hand", vec![all_of_p3(5.0)])).unwrap();
        let after = scenario.park(&RuleSet::shipped());
        prop_assert_eq!(after.is_ok(), free > 0);
        let Ok(after) = after else { return Ok(()) };
        let mass = &after.buildings.last().unwrap().footprint;
        prop_assert!((mass.unsigned_area() - free as f64 * 100.0).abs() < 1e-3);
        for at in (0..100).filter(|at| !is_free(*at)) {
            prop_assert!(mass.intersection(&cell(at)).unsigned_area() < 1e-3, "square {}", at);
        }
    }

    #[test]
    fn splits_add_up_and_merge_back(x in 5.0_f64..95.0, tilt in -4.0_f64..4.0, again in 5.0_f64..95.0) {
        let first = cut("P1", &[(x - tilt, -1.0), (x + tilt, 101.0)]);
        let second = cut("P1/1", &[(-1.0, again), (101.0, again + tilt)]);
        let split = on(vec![first.clone(), second.clone()]).unwrap();
        let area = |park: &ParkSnapshot| park.parcels.iter().map(|p| p.boundary.unsigned_area()).sum::<f64>();
        prop_assert!((area(&split) - area(&park())).abs() < 1e-6);
        let mine: Vec<&str> = keys(&split).into_iter().filter(|key| key.starts_with("P1")).collect();
        let back = on(vec![first, second, merge(&mine, "P1")]).unwrap();
        let (was, is) = (&park().parcels[0].boundary, &back.parcels[0].boundary);
        prop_assert!(was.difference(is).unsigned_area() < 1e-4 && is.difference(was).unsigned_area() < 1e-4);
        prop_assert_eq!(is.0.len(), 1);
        prop_assert!(is.0[0].interiors().is_empty());
        let zone = |park: ParkSnapshot| {
            let rules = EvaluationRules::shipped();
            indicators(&Zone::of(&Cache::build(Arc::new(park)), &RuleSet::shipped(), &rules, None, day("2024-12-31")))
        };
        let (before, after) = (zone(park()), zone(back));
        for (name, indicator) in &before {
            let same = |a: f64, b: f64| a == b || (a - b).abs() < 1e-6 * a.abs().max(1.0);
            prop_assert!(same(indicator.range.low, after[name].range.low) && same(indicator.range.high, after[name].range.high), "{}", name);
        }
    }
}
