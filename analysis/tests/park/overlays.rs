//! The three overlays on a park small enough to check by hand.

use std::sync::Arc;

use analysis::emergency::{HydrantCover, Reach, emergency_overlay, hydrant_reach};
use analysis::land::{idle_overlay, sites, utilisation_overlay};
use analysis::network::network_overlay;
use analysis::overlay::Overlay;
use analysis::rules::RuleSet;
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, EmergencyResource, FeatureId, FeatureKind, HazardSource, LandContract, NetworkClass, NetworkEdge,
    NetworkNode, NodeKind, ParkSnapshot, Presence, ResourceKind, SurfaceKind,
};

use crate::by_hand::{block, building, cover, edge, empty, keyed, node, parcel};

/// Parcel 1: 100 × 100 m with a 40 × 50 m hall of one 9 m storey. Parcel 2: the same size, empty, under contract.
/// Parcel 3: a 10 m strip. Parcel 4: one small building without floors. A building stands over 1 and 2.
fn snapshot() -> ParkSnapshot {
    let mut snapshot = empty();
    snapshot.parcels = vec![
        parcel(1, block(0.0, 0.0, 100.0, 100.0)),
        parcel(2, block(100.0, 0.0, 100.0, 100.0)),
        parcel(3, block(0.0, 100.0, 400.0, 10.0)),
        parcel(4, block(200.0, 0.0, 100.0, 100.0)),
    ];
    snapshot.buildings = vec![
        Building { storeys: Some(1.0), storey_height_m: Some(9.0), ..building(1, block(10.0, 10.0, 40.0, 50.0)) },
        Building { storeys: Some(2.0), storey_height_m: Some(3.0), ..building(2, block(97.0, 90.0, 4.0, 10.0)) },
        building(3, block(210.0, 10.0, 20.0, 20.0)),
    ];
    snapshot
}

fn cache(snapshot: ParkSnapshot) -> Cache {
    Cache::build(Arc::new(snapshot))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn class_of(overlay: &Overlay, kind: FeatureKind, id: i64) -> &str {
    &overlay.classes[overlay.verdicts[&FeatureId::new(kind, id)].class].label
}

fn fact<'a>(overlay: &'a Overlay, kind: FeatureKind, id: i64, label: &str) -> &'a str {
    let facts = &overlay.verdicts[&FeatureId::new(kind, id)].facts;
    &facts.iter().find(|f| f.label == label).unwrap_or_else(|| panic!("no {label} in {facts:?}")).value
}

#[test]
fn tall_storeys_count_double_and_shared_buildings_split() {
    let mut snapshot = snapshot();
    snapshot.surfaces.push(cover(1, SurfaceKind::StorageYard, block(60.0, 10.0, 20.0, 50.0)));
    let cache = cache(snapshot);
    let sites = sites(&cache, &RuleSet::shipped(), &Presence::on(cache.snapshot(), day("2026-06-30")));
    // Footprint 40·50 + 3·10 = 2,030 m²; yard 1,000 m²; floors 2·2,000 (9 m storey) + 2·30.
    assert!((sites[0].footprint_m2 - 2030.0).abs() < 1e-6, "{:?}", sites[0]);
    assert!((sites[0].coverage() - 0.303).abs() < 1e-9);
    assert!((sites[0].far().unwrap() - 0.406).abs() < 1e-9, "{:?}", sites[0].far());
    assert!((sites[1].footprint_m2 - 10.0).abs() < 1e-6);
    assert!((sites[1].far().unwrap() - 0.002).abs() < 1e-9);
    // A building without floors makes the ratio unknown, not zero.
    assert_eq!(sites[3].far(), None);
    assert_eq!(sites[3].buildings_without_floors, 1);
}

#[test]
fn utilisation_classes_follow_coverage_and_roads_are_not_rated() {
    let overlay = utilisation_overlay(&cache(snapshot()), &RuleSet::shipped(), day("2026-06-30"));
    let class = |id| class_of(&overlay, FeatureKind::Parcel, id);
    assert_eq!(class(1), "15–30 %");
    assert_eq!(class(2), "under 1 %");
    assert_eq!(class(3), "road, water, green: not rated");
    assert_eq!(class(4), "1–15 %");
    assert_eq!(fact(&overlay, FeatureKind::Parcel, 4, "Floor-area ratio"), "unknown");
    assert_eq!(overlay.classes.iter().map(|c| c.count).sum::<usize>(), 4);
}

#[test]
fn without_buildings_on_record_nothing_is_vacant() {
    let mut bare = snapshot();
    bare.buildings.clear();
    let cache = cache(bare);
    for overlay in [
        utilisation_overlay(&cache, &RuleSet::shipped(), day("2026-06-30")),
        idle_overlay(&cache, &RuleSet::shipped(), day("2026-06-30")),
    ] {
        assert_eq!(class_of(&overlay, FeatureKind::Parcel, 2), "unknown", "{}", overlay.name);
        assert_eq!(overlay.verdicts[&FeatureId::new(FeatureKind::Parcel, 2)].value, None);
    }
}

#[test]
fn idle_land_needs_a_contract_and_the_clock_shows_days_left() {
    let mut snapshot = snapshot();
    snapshot.contracts.push(LandContract {
        signed: Some(day("2024-06-01")),
        agreed_start: Some(day("2025-01-10")),
        ..LandContract::bare(1, keyed("C1"), "P2")
    });
    let cache = cache(snapshot);
    let overlay = |date| idle_overlay(&cache, &RuleSet::shipped(), day(date));
    let state = |overlay: &Overlay| fact(overlay, FeatureKind::Parcel, 2, "Statutory state").to_owned();
    let early = overlay("2025-12-31");
    assert_eq!(class_of(&early, FeatureKind::Parcel, 2), "vacant: no building");
    assert!(state(&early).contains("clock runs"), "{}", state(&early));
    assert_eq!(early.pillars.len(), 1);
    assert_eq!(early.pillars[0].label.as_deref(), Some("10 days"));
    assert!(state(&overlay("2026-01-10")).contains("over 1 year"));
    assert!(state(&overlay("2027-01-10")).contains("over 2 years"));
    // Before the signature there was no contract.
    assert_eq!(state(&overlay("2024-05-31")), "no contract on record");
    assert_eq!(fact(&early, FeatureKind::Parcel, 1, "Statutory state"), "no contract on record");
    assert_eq!(early.verdicts[&FeatureId::new(FeatureKind::Parcel, 1)].outline, None);
}

/// Once the year is up the column counts down to the two years, in a class of its own.
#[test]
fn the_second_year_has_a_column_of_its_own() {
    let mut snapshot = snapshot();
    snapshot.contracts.push(LandContract {
        signed: Some(day("2024-06-01")),
        agreed_start: Some(day("2025-01-10")),
        ..LandContract::bare(1, keyed("C1"), "P2")
    });
    let cache = cache(snapshot);
    let column = |date| {
        let overlay = idle_overlay(&cache, &RuleSet::shipped(), day(date));
        assert_eq!(overlay.pillars.len(), 1, "one for every parcel under contract, on any day");
        let pillar = &overlay.pillars[0];
        let class = overlay.classes[pillar.class].label.to_string();
        let outlines = overlay.classes.iter().filter(|class| class.label.contains("over 1 year")).count();
        assert_eq!(outlines, 1, "no idle contract is an answer");
        (pillar.height_m, class, pillar.label.as_deref().map(str::to_owned), overlay.classes.len())
    };
    let (height, class, label, running) = column("2026-01-09");
    assert!(
        (height - 4.0).abs() < 1e-9 && class.contains("clock runs") && label.as_deref() == Some("1 day"),
        "{label:?}"
    );
    let (height, class, label, second) = column("2026-01-10");
    assert!((height - 90.0).abs() < 1e-9, "{height}");
    assert_eq!(class, "contract: column = days left to 2 years");
    assert_eq!(label.as_deref(), Some("365 days to 2 years"));
    assert_eq!(second, running + 1, "its class shows only where there is such a column");
    let (height, _, label, past) = column("2027-01-10");
    assert_eq!((height, label, past), (0.0, None, running), "nothing is left to count");
}

/// A contract whose state cannot be told does not look like one that is in order.
#[test]
fn an_unknown_clock_is_outlined_and_in_the_legend() {
    let mut snapshot = snapshot();
    // Neither an agreed start nor a delivery on record.
    snapshot.contracts =
        vec![LandContract { signed: Some(day("2020-06-01")), ..LandContract::bare(1, keyed("C1"), "P2") }];
    let overlay = idle_overlay(&cache(snapshot), &RuleSet::shipped(), day("2026-06-30"));
    assert_eq!(fact(&overlay, FeatureKind::Parcel, 2, "Statutory state"), "unknown");
    let outline = overlay.verdicts[&FeatureId::new(FeatureKind::Parcel, 2)].outline.expect("an outline");
    let class = &overlay.classes[outline];
    assert_eq!((class.count, class.pattern), (1, analysis::overlay::Pattern::Hatch));
    assert!(class.label.contains("unknown"), "{}", class.label);
}

/// Vacant and under-used land is so by its buildings alone where nobody surveyed yards, and says it.
#[test]
fn where_no_yards_are_surveyed_coverage_is_a_least_value() {
    let (idle, used) = {
        let cache = cache(snapshot());
        let (rules, date) = (RuleSet::shipped(), day("2026-06-30"));
        (idle_overlay(&cache, &rules, date), utilisation_overlay(&cache, &rules, date))
    };
    assert_eq!(fact(&used, FeatureKind::Parcel, 1, "Site coverage"), "at least 20.3 %");
    assert!(used.notes.iter().any(|note| note.contains("storage yards are not on record")), "{:?}", used.notes);
    for (parcel, open) in [(1, false), (2, true), (3, false), (4, true)] {
        let facts = &idle.verdicts[&FeatureId::new(FeatureKind::Parcel, parcel)].facts;
        let said = facts.iter().any(|fact| fact.label == "Open point" && fact.value.contains("storage yards"));
        assert_eq!(said, open, "parcel {parcel}: {facts:?}");
    }
    let mut surveyed = snapshot();
    surveyed.surfaces.push(cover(1, SurfaceKind::StorageYard, block(0.0, -50.0, 20.0, 20.0)));
    let cache = cache(surveyed);
    let idle = idle_overlay(&cache, &RuleSet::shipped(), day("2026-06-30"));
    let open = idle.verdicts.values().flat_map(|verdict| &verdict.facts).filter(|fact| fact.label == "Open point");
    assert_eq!(open.count(), 0);
}

#[test]
fn networks_are_measured_in_3d_and_unknown_elevations_are_named() {
    let pipe = |id, class, path: &[[f64; 3]]| NetworkEdge { class, ..edge(id, path.to_vec(), None) };
    let mut snapshot = snapshot();
    snapshot.edges = vec![
        pipe(1, NetworkClass::Water, &[[0.0, 0.0, 0.0], [300.0, 0.0, 400.0], [300.0, 500.0, 400.0]]),
        pipe(2, NetworkClass::Gas, &[[0.0, 0.0, f64::NAN], [30.0, 40.0, 5.0]]),
    ];
    let given = ParkSnapshot { given: true, ..snapshot.clone() };
    let overlay = network_overlay(&cache(snapshot), &RuleSet::shipped(), day("2026-06-30"));
    assert_eq!(fact(&overlay, FeatureKind::NetworkEdge, 1, "Length"), "1000.0 m");
    assert_eq!(fact(&overlay, FeatureKind::NetworkEdge, 2, "Length"), "50.0 m");
    assert_eq!(fact(&overlay, FeatureKind::NetworkEdge, 2, "Cover"), "unknown");
    assert_eq!(class_of(&overlay, FeatureKind::NetworkEdge, 2), "RQ Gas");
    assert_eq!(overlay.classes.len(), 2, "classes without a line stay out of the legend");
    assert!(overlay.notes.iter().any(|note| note.starts_with("1 lines have no elevation")));
    // What a package leaves out is not said to be on no record.
    let notes = network_overlay(&cache(given), &RuleSet::shipped(), day("2026-06-30")).notes;
    assert!(notes.iter().any(|note| note.contains("not part of this package")), "{notes:?}");
    assert!(!notes.iter().any(|note| note.contains("no elevation")), "{notes:?}");
}

fn hydrant(id: i64, x: f64, y: f64, state: Option<&str>) -> EmergencyResource {
    EmergencyResource {
        state: state.map(str::to_owned),
        ..EmergencyResource::bare(id, keyed(&format!("H{id}")), ResourceKind::Hydrant, [x, y])
    }
}

#[test]
fn hydrants_reach_150_m_to_the_wall_and_broken_ones_do_not_count() {
    let rules = RuleSet::shipped();
    let mut snapshot = snapshot();
    snapshot.buildings.truncate(1);
    assert_eq!(hydrant_reach(&cache(snapshot.clone()), &rules), [Reach::Unknown]);
    // The hall spans x 10…50: a hydrant 149 m east of its east wall reaches that wall but not the west one.
    snapshot.resources = vec![hydrant(1, 199.0, 35.0, None), hydrant(2, 30.0, 30.0, Some("out of service"))];
    assert_eq!(hydrant_reach(&cache(snapshot.clone()), &rules), [Reach::Part(149.0)]);
    snapshot.resources[0].position = [200.5, 35.0];
    assert_eq!(hydrant_reach(&cache(snapshot.clone()), &rules), [Reach::Outside(150.5)]);
    snapshot.resources[0].position = [100.0, 35.0];
    assert_eq!(hydrant_reach(&cache(snapshot), &rules), [Reach::Whole(50.0)]);
}

#[test]
fn a_dry_hydrant_reaches_nothing_by_whichever_survey_it_is_named() {
    let rules = RuleSet::shipped();
    let mut snapshot = snapshot();
    snapshot.buildings.truncate(1);
    snapshot.resources = vec![hydrant(1, 100.0, 35.0, None), hydrant(2, 30.0, 230.0, None)];
    // The network has the first of them, too, a metre beside.
    snapshot.nodes = vec![node(7, NodeKind::Hydrant, [101.0, 35.0, 0.0], None, None)];
    let (resource, point) = (snapshot.resources[0].id, snapshot.nodes[0].id);
    let all = [resource, snapshot.resources[1].id];
    let cache = cache(snapshot);
    let cover = HydrantCover::of(&cache, &rules);
    assert_eq!(cover.without(&[]), hydrant_reach(&cache, &rules));
    assert_eq!(cover.without(&[]), [Reach::Whole(50.0)]);
    // Without it the other is 170 m from the hall's wall.
    assert_eq!(cover.without(&[point]), [Reach::Outside(170.0)]);
    assert_eq!(cover.without(&all), [Reach::Unknown]);
}

#[test]
fn emergency_overlay_counts_marks_and_excludes_hydrants_at_the_tank_wall() {
    let mut snapshot = snapshot();
    snapshot.resources = vec![hydrant(1, 30.0, 80.0, None), hydrant(2, 60.0, 80.0, None)];
    snapshot.hazards.push(HazardSource {
        name: Some("T-101".into()),
        kind: Some("tank".into()),
        substance: Some("chlorine".into()),
        quantity_t: Some(30.0),
        height_m: Some(8.0),
        diameter_m: Some(6.0),
        ..HazardSource::bare(1, keyed("T1"), geo::Point::new(30.0, 66.0).into())
    });
    let overlay = emergency_overlay(&cache(snapshot), &RuleSet::shipped(), day("2026-06-30"));
    // Hydrant 1 is 14 − 3 = 11 m from the wall; hydrant 2 is about 30 m away.
    assert_eq!(fact(&overlay, FeatureKind::HazardSource, 1, "Hydrants that count"), "1");
    assert_eq!(fact(&overlay, FeatureKind::HazardSource, 1, "Too near to count"), "1");
    let count = |label: &str| overlay.classes.iter().find(|c| c.label.starts_with(label)).map(|c| c.count);
    assert_eq!(count("hydrant reach"), Some(2));
    assert_eq!(count("hazard source"), Some(1));
    assert_eq!(count("assembly point"), None, "classes without a member stay out of the legend");
    assert_eq!(overlay.marks.len(), 3);
    assert_eq!(overlay.zones.len(), 1);
    for mark in &overlay.marks {
        assert!(mark.class < overlay.classes.len());
    }
}

#[test]
fn changes_are_told_per_feature_and_what_is_gone_is_drawn_where_it_stood() {
    let before = snapshot();
    let mut after = before.clone();
    let gone = after.buildings.remove(0);
    after.parcels[0].holder = Some("another".into());
    after.parcels[1].boundary = block(0.0, 0.0, 10.0, 10.0);
    after.buildings.push(building(99, block(5.0, 5.0, 3.0, 3.0)));
    let date = NaiveDate::from_ymd_opt(2024, 5, 1).unwrap();
    let (drawn, overlay) = analysis::changes::changes_overlay(&before, &after, date, "by hand");
    let counts: Vec<usize> = overlay.classes.iter().map(|class| class.count).collect();
    assert_eq!(&counts[..3], [1, 2, 1]);
    assert_eq!(overlay.verdicts[&gone.id].class, 2);
    assert_eq!(drawn.buildings.iter().find(|b| b.id == gone.id), Some(&gone));
    let facts = |index: usize| overlay.verdicts[&after.parcels[index].id].facts.clone();
    assert!(facts(0)[0].value.contains("record differs") && facts(1)[0].value.contains("shape differs"));
    assert!(facts(1)[1].value.ends_with("→ 100 m²"), "{:?}", facts(1));
    // A depth that nobody knows is not a change.
    let mut unknown = before.clone();
    unknown.contracts.clear();
    unknown
        .nodes
        .push(NetworkNode { class: NetworkClass::Water, ..node(1, NodeKind::Valve, [1.0, 2.0, f64::NAN], None, None) });
    let (_, overlay) = analysis::changes::changes_overlay(&unknown, &unknown.clone(), date, "by hand");
    assert!(overlay.classes[..3].iter().all(|class| class.count == 0) && overlay.notes.is_empty(), "{overlay:?}");
}

/// Colour says the worst of a feature, marks say where, notes count by code; a rejected row has a mark of its own.
#[test]
fn issues_colour_features_by_their_worst() {
    use spatial_db::model::{IssueRecord, IssueSeverity};
    let mut snapshot = snapshot();
    let parcel = snapshot.parcels[0].id.id;
    let issue = |issue_id, code: &str, severity, feature_id, place| IssueRecord {
        issue_id,
        run_id: 1,
        check: None,
        code: code.to_owned(),
        severity,
        table: Some("parcel".to_owned()),
        layer: "parcels".to_owned(),
        source: "parcels.shp".to_owned(),
        source_row: Some(issue_id),
        feature_id,
        key: None,
        other_table: None,
        other_feature: None,
        other_key: None,
        reason: "it is so".to_owned(),
        fix: "mend it".to_owned(),
        #[expect(clippy::default_trait_access, reason = "its type is of a crate that is not named here")]
        facts: Default::default(),
        quarantine_id: None,
        place,
    };
    let spot = geo::Geometry::Point(geo::Point::new(5.0, 7.0));
    snapshot.issues = vec![
        issue(1, "key.missing", IssueSeverity::Error, None, Some(spot)),
        issue(2, "parcel.area_differs", IssueSeverity::Warning, Some(parcel), None),
        issue(3, "building.on_several_parcels", IssueSeverity::Note, Some(parcel), None),
        issue(4, "key.missing", IssueSeverity::Error, None, None),
    ];
    let id = snapshot.parcels[0].id;
    let overlay = analysis::issues::issue_overlay(
        &Cache::build(Arc::new(snapshot)),
        NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(),
    );
    let counts: Vec<usize> = overlay.classes.iter().map(|class| class.count).collect();
    assert_eq!(counts, [2, 1, 1], "errors, warnings, notes");
    let patterns: std::collections::HashSet<_> = overlay.classes.iter().map(|class| class.pattern).collect();
    assert_eq!(patterns.len(), 3, "told apart without colour");
    let verdict = &overlay.verdicts[&id];
    assert_eq!((verdict.class, verdict.value, verdict.facts.len()), (1, Some(2.0), 2));
    assert_eq!(overlay.marks.len(), 3, "the fourth has no place");
    assert_eq!((overlay.marks[0].class, overlay.marks[0].position), (0, [5.0, 7.0]));
    assert!(overlay.notes.iter().any(|note| *note == "2 × key.missing"), "{:?}", overlay.notes);
}

/// Verdicts for another day say what they cannot know of it; those for the day of the data need not.
#[test]
fn another_day_says_what_has_no_date() {
    let mut snapshot = snapshot();
    snapshot.park.as_of = Some(day("2026-06-30"));
    snapshot.buildings[0].year_built = Some(2015);
    // Yards are surveyed, or coverage would be known from below only.
    snapshot.surfaces.push(cover(1, SurfaceKind::StorageYard, block(0.0, -50.0, 20.0, 20.0)));
    let (cache, rules) = (cache(snapshot), RuleSet::shipped());
    let overlays = |date: &str| {
        [utilisation_overlay, idle_overlay, emergency_overlay].map(|overlay| overlay(&cache, &rules, day(date)))
    };
    let says = |overlay: &Overlay| overlay.notes.iter().any(|note| note.contains("2 of 3 buildings"));
    for overlay in overlays("2014-12-31") {
        assert!(says(&overlay), "{}: {:?}", overlay.name, overlay.notes);
        let built = FeatureId::new(FeatureKind::Building, 1);
        assert!(overlay.target != FeatureKind::Building || !overlay.verdicts.contains_key(&built), "not yet built");
    }
    assert!(!overlays("2026-06-30").iter().any(says));
    // The hall is not yet there, so nothing covers its parcel.
    let coverage = |date: &str| fact(&overlays(date)[0], FeatureKind::Parcel, 1, "Site coverage").to_owned();
    assert_eq!((coverage("2014-12-31"), coverage("2015-01-01")), ("0.3 %".to_owned(), "20.3 %".to_owned()));
}

/// A park whose records have no day says so wherever it is looked at, in the same words.
#[test]
fn records_without_a_day_are_said_to_be_taken_for_the_day_looked_at() {
    let mut undated = snapshot();
    undated.park.as_of = None;
    let (cache, rules) = (cache(undated), RuleSet::shipped());
    for overlay in [utilisation_overlay, idle_overlay, emergency_overlay] {
        let overlay = overlay(&cache, &rules, day("2026-06-30"));
        let said: Vec<_> =
            overlay.notes.iter().filter(|note| note.key() == Some("note-no-day-of-data")).map(Words::as_str).collect();
        assert!(matches!(said[..], [note] if note.contains("2026-06-30")), "{}: {:?}", overlay.name, overlay.notes);
    }
}
