//! What cameras see of compounds, gates and hazard sources, on a park small enough to check by hand.

use std::sync::Arc;

use analysis::emergency::Verdict;
use analysis::emergency::security::{View, security, security_overlay, shortcomings};
use analysis::overlay::Overlay;
use analysis::rules::RuleSet;
use spatial_db::cache::Cache;
use spatial_db::model::{
    EmergencyResource, FeatureId, FeatureKind, HazardSource, ParkSnapshot, ResourceKind, RoadEdge,
};

use crate::by_hand::{block, building, empty, keyed, parcel};

fn resource(id: i64, kind: ResourceKind, position: [f64; 2]) -> EmergencyResource {
    EmergencyResource::bare(id, keyed(&format!("R{id}")), kind, position)
}

fn camera(id: i64, position: [f64; 2], bearing_deg: f64) -> EmergencyResource {
    EmergencyResource {
        bearing_deg: Some(bearing_deg),
        range_m: Some(200.0),
        ..resource(id, ResourceKind::Camera, position)
    }
}

/// A compound of 100 × 60 m with a gate in the middle of its south side, and a parcel without one.
fn compound() -> ParkSnapshot {
    let mut snapshot = empty();
    snapshot.parcels = vec![parcel(1, block(0.0, 0.0, 100.0, 60.0)), parcel(2, block(300.0, 0.0, 50.0, 50.0))];
    snapshot.resources = vec![resource(1, ResourceKind::Gate, [50.0, -1.0])];
    snapshot
}

fn overlay(snapshot: ParkSnapshot) -> Overlay {
    security_overlay(&Cache::build(Arc::new(snapshot)), &RuleSet::shipped(), "2026-06-30".parse().unwrap())
}

fn said(overlay: &Overlay, label: &str) -> String {
    let facts = &overlay.verdicts[&FeatureId::new(FeatureKind::Parcel, 1)].facts;
    facts.iter().find(|fact| fact.label == label).unwrap().value.to_string()
}

fn class(overlay: &Overlay) -> String {
    overlay.classes[overlay.verdicts[&FeatureId::new(FeatureKind::Parcel, 1)].class].label.to_string()
}

fn tank(id: i64, x: f64, y: f64) -> HazardSource {
    HazardSource {
        substance: Some("ammonia".into()),
        ..HazardSource::bare(id, keyed(&format!("H{id}")), geo::Geometry::from(geo::Point::new(x, y)))
    }
}

fn road(id: i64, class: &str, points: &[(f64, f64)]) -> RoadEdge {
    let line = geo::MultiLineString::new(vec![points.iter().copied().collect()]);
    RoadEdge { class: Some(class.into()), ..RoadEdge::bare(id, keyed(&format!("W{id}")), line) }
}

#[test]
fn a_hall_hides_a_stretch_of_the_boundary() {
    let mut snapshot = compound();
    // From the south-east corner westwards along the south side, 60 degrees: the whole of it, and most of the west side.
    snapshot.resources.push(camera(2, [100.0, 0.0], 270.0));
    let open = overlay(snapshot.clone());
    // The west side is seen to 100 tan 30° = 57.7 m of its 60.
    assert_eq!(class(&open), "boundary with blind stretches");
    assert_eq!(said(&open, "Watched"), "158 m, 49 %");
    assert_eq!(said(&open, "Gates that a camera sees"), "1 of 1");
    assert_eq!(said(&open, "Longest blind stretch"), "162 m", "the rest of the west side, north and east in one");
    // A hall across the view: the west side is hidden from half its height up.
    snapshot.buildings = vec![building(1, block(50.0, 15.0, 10.0, 40.0))];
    let hidden = overlay(snapshot);
    // Its far lower corner, (50, 15), is the lowest in view: 100 · 15 / 50 = 30 m of the west side stay in view.
    assert_eq!(said(&hidden, "Watched"), "130 m, 40 %");
}

#[test]
fn every_state_of_a_camera_is_told_and_only_a_known_view_watches() {
    let mut snapshot = compound();
    snapshot.buildings = vec![building(1, block(20.0, 20.0, 30.0, 30.0))];
    snapshot.resources.push(resource(2, ResourceKind::Camera, [99.0, 1.0]));
    snapshot.resources.push(camera(3, [35.0, 35.0], 0.0));
    snapshot.resources.push(EmergencyResource { state: Some("停用".into()), ..camera(4, [0.0, 0.0], 45.0) });
    let cache = Cache::build(Arc::new(snapshot.clone()));
    let found = security(&cache, &RuleSet::shipped(), "2026-06-30".parse().unwrap());
    let views: Vec<&View> = found.cameras.iter().map(|(_, view)| view).collect();
    assert_eq!(views, [&View::Unknown, &View::Indoors, &View::Out]);
    let unsure = overlay(snapshot.clone());
    assert_eq!(class(&unsure), "unknown: a camera's view is not on record");
    assert_eq!(said(&unsure, "Watched"), "at least 0 m, 0 %");
    assert!(unsure.marks.iter().any(|mark| unsure.classes[mark.class].label == "gate, perhaps watched"));
    snapshot.resources.remove(1);
    assert_eq!(class(&overlay(snapshot)), "no camera sees the boundary");
}

#[test]
fn a_hazard_that_is_seen_in_part_is_told_with_its_share() {
    let mut snapshot = compound();
    snapshot.hazards = vec![HazardSource {
        id: FeatureId::new(FeatureKind::HazardSource, 1),
        provenance: keyed("H1"),
        shape: geo::Geometry::from(block(40.0, 20.0, 20.0, 20.0)),
        name: None,
        kind: None,
        substance: Some("ammonia".into()),
        cas: None,
        quantity_t: None,
        height_m: None,
        diameter_m: None,
    }];
    // From the west it reaches to 50 m, the middle of the yard of 20 by 20 m, and a little less aside.
    let from_west = |range_m| EmergencyResource { range_m: Some(range_m), ..camera(2, [0.0, 30.0], 90.0) };
    snapshot.resources.push(from_west(50.0));
    let date = "2026-06-30".parse().unwrap();
    let share = |snapshot: &ParkSnapshot| {
        let found = security(&Cache::build(Arc::new(snapshot.clone())), &RuleSet::shipped(), date);
        (found.hazards[0].cameras, found.hazards[0].share)
    };
    let (cameras, half) = share(&snapshot);
    assert!(cameras == 1 && (0.42..=0.5).contains(&half), "{cameras} {half}");
    let shown = overlay(snapshot.clone());
    let mark = shown.marks.iter().find(|mark| mark.feature.kind == FeatureKind::HazardSource).unwrap();
    assert_eq!(shown.classes[mark.class].label, "hazard source, partly watched");
    let label = mark.label.as_deref().unwrap();
    assert!(label.starts_with("ammonia, 4") && label.ends_with(" %"), "{label}");
    // Of another camera neither direction nor range is on record: it may see the other half.
    let mut unsure = snapshot.clone();
    unsure.resources.push(resource(3, ResourceKind::Camera, [100.0, 30.0]));
    let shown = overlay(unsure.clone());
    let mark = shown.marks.iter().find(|mark| mark.feature.kind == FeatureKind::HazardSource).unwrap();
    assert_eq!(shown.classes[mark.class].label, "hazard source, perhaps watched");
    assert_eq!(mark.label.as_deref(), Some("ammonia"));
    // Seen whole it is watched, whatever else may see it.
    unsure.resources[1] = from_west(80.0);
    let shown = overlay(unsure);
    let mark = shown.marks.iter().find(|mark| mark.feature.kind == FeatureKind::HazardSource).unwrap();
    assert_eq!(shown.classes[mark.class].label, "hazard source, watched");
    // Clipped at its corner it is hardly watched, and with the whole in view it is.
    *snapshot.resources.last_mut().unwrap() = from_west(42.0);
    assert!((0.01..0.1).contains(&share(&snapshot).1), "{:?}", share(&snapshot));
    *snapshot.resources.last_mut().unwrap() = from_west(80.0);
    assert_eq!(share(&snapshot), (1, 1.0));
    let shown = overlay(snapshot);
    assert!(shown.marks.iter().any(|mark| shown.classes[mark.class].label == "hazard source, watched"));
}

#[test]
fn a_camera_without_a_range_may_see_further_than_those_with_one() {
    let far = [50.0, -900.0];
    let gate = |more: EmergencyResource| {
        let mut snapshot = compound();
        // It looks away, to 200 m: that says nothing of another's range.
        snapshot.resources.extend([camera(2, [50.0, 500.0], 0.0), more]);
        let shown = overlay(snapshot);
        let mark = shown.marks.iter().find(|mark| shown.classes[mark.class].label.starts_with("gate")).unwrap();
        shown.classes[mark.class].label.to_string()
    };
    let bare = resource(3, ResourceKind::Camera, far);
    let towards = |bearing_deg| EmergencyResource { bearing_deg: Some(bearing_deg), ..bare.clone() };
    assert_eq!(gate(bare.clone()), "gate, perhaps watched");
    assert_eq!(gate(towards(0.0)), "gate, perhaps watched");
    // What is on record of it still counts: it looks the other way, or sees no further than 200 m.
    assert_eq!(gate(towards(180.0)), "gate, not watched");
    assert_eq!(gate(EmergencyResource { range_m: Some(200.0), ..bare.clone() }), "gate, not watched");
}

#[test]
fn cameras_all_round_watch_a_boundary_whole_with_what_stands_in_it() {
    let mut snapshot = compound();
    for (id, at, bearing_deg) in
        [(2, [-2.0, -2.0], 45.0), (3, [102.0, -2.0], 315.0), (4, [102.0, 62.0], 225.0), (5, [-2.0, 62.0], 135.0)]
    {
        // Two at each corner: together they cover the right angle.
        snapshot.resources.push(camera(id, at, bearing_deg - 25.0));
        snapshot.resources.push(camera(id + 10, at, bearing_deg + 25.0));
    }
    snapshot.hazards = vec![tank(1, 70.0, 30.0)];
    let watched = overlay(snapshot);
    assert_eq!((class(&watched).as_str(), said(&watched, "Watched").as_str()), ("boundary watched", "320 m, 100 %"));
    assert!(watched.marks.iter().any(|mark| watched.classes[mark.class].label == "hazard source, watched"));
    assert_eq!(watched.verdicts.len(), 1, "a parcel without a gate is not judged");
}

#[test]
fn a_tank_on_no_parcel_has_an_unknown_site_and_says_so() {
    let mut snapshot = compound();
    snapshot.hazards = vec![tank(1, 70.0, 30.0), tank(2, 200.0, 30.0)];
    let found = security(&Cache::build(Arc::new(snapshot.clone())), &RuleSet::shipped(), "2026-06-30".parse().unwrap());
    assert_eq!((found.restricted.len(), found.siteless.as_slice()), (1, &[1][..]));
    let shown = overlay(snapshot.clone());
    let verdict = &shown.verdicts[&snapshot.hazards[1].id];
    let class = &shown.classes[verdict.class];
    assert_eq!((class.label.as_str(), class.count), ("hazard source on no parcel: its site is unknown", 1));
    assert_eq!(verdict.facts[0].value, "unknown: it stands on no parcel on record");
    assert!(!shown.verdicts.contains_key(&snapshot.hazards[0].id), "the other's site is its parcel");
    assert!(
        shown.notes.iter().any(|note| note.starts_with("1 hazard sources stand on no parcel")),
        "{:?}",
        shown.notes
    );
    // The parcels without a gate are counted as before.
    assert!(shown.notes.iter().any(|note| note.contains("1 parcels have no gate")), "{:?}", shown.notes);
    snapshot.hazards.truncate(1);
    let placed = overlay(snapshot);
    assert!(placed.classes.iter().all(|class| !class.label.starts_with("hazard source on no parcel")));
    assert!(!placed.notes.iter().any(|note| note.contains("on no parcel")));
}

#[test]
fn a_tank_whose_middle_is_on_no_parcel_has_those_for_a_site_that_it_reaches_into() {
    // A third parcel along the east side of the first.
    let mut snapshot = compound();
    snapshot.parcels.push(parcel(3, block(100.0, 0.0, 40.0, 60.0)));
    let sites = |hazards: Vec<HazardSource>| {
        let park = ParkSnapshot { hazards, ..snapshot.clone() };
        let found = security(&Cache::build(Arc::new(park)), &RuleSet::shipped(), "2026-06-30".parse().unwrap());
        let sites: Vec<(usize, usize)> = found.restricted.iter().map(|site| (site.parcel, site.hazards)).collect();
        (sites, found.siteless)
    };
    // In the first; on the boundary of both; south of the first by 2 m, as a point, and with 3 m of its tank over there.
    assert_eq!(sites(vec![tank(1, 99.0, 30.0)]), (vec![(0, 1)], vec![]));
    assert_eq!(sites(vec![tank(1, 100.0, 30.0)]), (vec![(0, 1), (2, 1)], vec![]));
    assert_eq!(sites(vec![tank(1, 50.0, -2.0)]), (vec![], vec![0]));
    let wide = HazardSource { diameter_m: Some(10.0), ..tank(1, 50.0, -2.0) };
    assert_eq!(sites(vec![wide]), (vec![(0, 1)], vec![]));
    // With its middle in one it is of that one, however far it reaches into the next.
    let wide = HazardSource { diameter_m: Some(10.0), ..tank(1, 99.0, 30.0) };
    assert_eq!(sites(vec![wide]), (vec![(0, 1)], vec![]));
}

#[test]
fn a_hazard_site_is_entered_through_gates_alone() {
    let mut snapshot = compound();
    snapshot.hazards = vec![tank(1, 70.0, 30.0), tank(2, 80.0, 30.0)];
    snapshot.roads = vec![
        // In by the gate; in without one, bending on the way; by rail; along the boundary; past it.
        road(1, "local", &[(50.0, -40.0), (50.0, 30.0)]),
        road(2, "path", &[(20.0, 100.0), (20.0, 50.0), (30.0, 40.0)]),
        road(3, "railway siding", &[(80.0, 100.0), (80.0, 40.0)]),
        road(4, "local", &[(-20.0, 60.0), (120.0, 60.0)]),
        road(5, "arterial", &[(-20.0, -20.0), (120.0, -20.0)]),
    ];
    let rules = RuleSet::shipped();
    let day = "2026-06-30".parse().unwrap();
    let found = security(&Cache::build(Arc::new(snapshot.clone())), &rules, day);
    assert_eq!(found.restricted.len(), 1);
    let site = &found.restricted[0];
    assert_eq!((site.parcel, site.hazards, site.gates), (0, 2, 1));
    let [(way, [x, y])] = site.open[..] else { panic!("{:?}", site.open) };
    assert_eq!(way, snapshot.roads[1].id);
    assert!((x - 20.0).hypot(y - 60.0) < 0.01, "{x} {y}");
    let shown = overlay(snapshot.clone());
    assert_eq!(said(&shown, "Ways in without a gate on record"), "1");
    let marked = |label: &str| shown.marks.iter().filter(|mark| shown.classes[mark.class].label == label).count();
    assert_eq!(marked("way into a hazard site without a gate on record"), 1);
    assert!(shown.notes.iter().any(|note| note.contains("house rule")));
    // Without its gate the site is told, and both ways in are open.
    snapshot.resources.clear();
    let bare = overlay(snapshot);
    assert_eq!(class(&bare), "hazard site without a gate on record");
    assert_eq!((said(&bare, "Gates on record").as_str(), bare.verdicts.len()), ("0", 1));
    assert_eq!(said(&bare, "Ways in without a gate on record"), "2");
}

#[test]
fn what_is_lacking_is_listed_with_the_rule_of_the_house() {
    let list = |snapshot: &ParkSnapshot| {
        let cache = Cache::build(Arc::new(snapshot.clone()));
        let found = security(&cache, &RuleSet::shipped(), "2026-06-30".parse().unwrap());
        let all = shortcomings(&cache, &found);
        assert!(all.iter().all(|one| one.rule.starts_with("house rule, no clause") && !one.key.is_empty()), "{all:?}");
        all.iter().map(|one| (one.what, one.verdict)).collect::<Vec<_>>()
    };
    let mut snapshot = compound();
    snapshot.resources.push(resource(2, ResourceKind::Camera, [99.0, 1.0]));
    snapshot.resources.push(EmergencyResource { state: Some("停用".into()), ..camera(3, [0.0, 0.0], 45.0) });
    let (unknown, violated) = (Verdict::Unknown, Verdict::Violated);
    // A camera with an unknown view may see the gate and the boundary.
    let all = list(&snapshot);
    assert_eq!(all, [("camera", unknown), ("camera", violated), ("gate", unknown), ("boundary", unknown)]);
    snapshot.resources.remove(1);
    assert_eq!(list(&snapshot), [("camera", violated), ("gate", violated), ("boundary", violated)]);
    // A tank makes a site of it, into which a road leads from the north, where no gate is.
    snapshot.hazards = vec![tank(1, 50.0, 30.0)];
    snapshot.roads = vec![road(1, "local", &[(30.0, 30.0), (30.0, 200.0)])];
    let all = list(&snapshot);
    assert_eq!(
        all,
        [("camera", violated), ("gate", violated), ("hazard", violated), ("boundary", violated), ("site", violated)]
    );
    // One on no parcel has a site that is not known.
    snapshot.hazards = vec![tank(1, 200.0, 30.0)];
    assert_eq!(list(&snapshot).last(), Some(&("site", unknown)));
}
