//! Ground that cannot be built on, on parcels made by hand: what it takes out of a site, and that nothing is laid on it.

use analysis::siting::{
    LaidPart, Match, NoSupplies, Obstacle, PitchFile, Standing, TakenOut, Thing, Verdict, Want, with_hall,
};
use geo::{Area, BooleanOps, LineString, MultiLineString, MultiPolygon};
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, RoadEdge, Surface, SurfaceKind};

use crate::by_hand::{block, building, edge, empty, keyed, parcel};
use crate::evaluation::day;
use crate::siting::{asked, limits, must};

/// One vacant parcel of 100 m by 80 m, a road along its south, a building elsewhere.
fn park() -> ParkSnapshot {
    let mut park = empty();
    park.park.as_of = Some(day("2026-06-30"));
    park.parcels = vec![parcel(1, block(0.0, 0.0, 100.0, 80.0)), parcel(2, block(700.0, 0.0, 100.0, 100.0))];
    park.buildings.push(building(1, block(700.0, 0.0, 90.0, 90.0)));
    park.roads.push(road(1, &[(-50.0, -8.0), (900.0, -8.0)], "local", None));
    park
}

fn road(id: i64, line: &[(f64, f64)], class: &str, width_m: Option<f64>) -> RoadEdge {
    RoadEdge {
        class: Some(class.to_owned()),
        width_m,
        ..RoadEdge::bare(id, keyed(&format!("R{id}")), MultiLineString(vec![LineString::from(line.to_vec())]))
    }
}

pub(crate) fn surface(id: i64, kind: SurfaceKind, area: MultiPolygon<f64>) -> Surface {
    Surface {
        id: FeatureId::new(FeatureKind::Surface, id),
        provenance: keyed(&format!("S{id}")),
        area,
        kind,
        name: None,
    }
}

/// A hall of 80 m by 40 m with a yard of 10 m, five metres from the boundary.
fn pitch() -> PitchFile {
    let hall = Want::Hall { length_m: 80.0, width_m: 40.0, height_m: 10.0, yard_m: 10.0 };
    let turning = Want::Turning { vehicle: "articulated".into(), radius_m: None };
    let mut pitch = PitchFile::new("test", vec![must(hall), must(turning)]).unwrap();
    pitch.limits = Some(limits(5.0));
    pitch
}

fn held<T>(park: ParkSnapshot, look: impl FnOnce(&Match<'_, '_>, u32) -> T) -> T {
    asked(park, &pitch(), &NoSupplies, |matched| look(matched, matched.find(&["P1"]).unwrap()))
}

fn only(taken: &[TakenOut], what: Obstacle, area_m2: f64) {
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert!(taken[0].what == what && (taken[0].area_m2 - area_m2).abs() < 0.1, "{taken:?}");
}

/// Nothing of a hall and its yard lies in an area.
fn keeps_off(matched: &Match<'_, '_>, candidate: u32, area: &MultiPolygon<f64>) {
    let fit = matched.test_fit(candidate).unwrap();
    for part in std::iter::once(fit.hall).chain(fit.yard) {
        let on = MultiPolygon(vec![part]).intersection(area).unsigned_area();
        assert!(on < 0.05, "{on} m² on ground that cannot be built on");
    }
}

#[test]
fn a_pond_takes_its_ground_out_of_the_land_and_says_how_much() {
    held(park(), |matched, site| {
        assert_eq!(matched.measure(site, 0).low, 1.0);
        assert!(matched.taken_out(site).is_empty());
        assert!(!matched.explain(site)[0].because.contains("taken out"));
    });
    let pond = block(40.0, 0.0, 20.0, 80.0);
    let mut wet = park();
    wet.surfaces.push(surface(1, SurfaceKind::Water, pond.clone()));
    wet.surfaces.push(surface(2, SurfaceKind::Grass, block(0.0, 0.0, 30.0, 80.0)));
    held(wet, |matched, site| {
        only(&matched.taken_out(site), Obstacle::Water, 1600.0);
        // Two rooms of 35 m by 70 m are left for 80 m by 50 m: 70 % of the sides.
        let share = matched.measure(site, 0).low;
        assert!((share - 0.7).abs() < 1e-3, "{share}");
        assert_eq!(matched.standing(site).0, Standing::Fails);
        keeps_off(matched, site, &pond);
        let findings = matched.explain(site);
        let hall = findings.iter().find(|one| one.need == 0).unwrap();
        assert!(hall.because.contains("taken out of the land: open water 1\u{202f}600 m²"), "{}", hall.because);
        let brief = matched.brief(site);
        let fact = brief.facts.iter().find(|fact| *fact.title == *"not to be built on").unwrap();
        assert_eq!(fact.value, "open water 1\u{202f}600 m²");
        assert!(brief.plan_note().is_none(), "a pond is drawn");
    });
}

#[test]
fn a_track_and_a_main_take_their_strips_and_what_two_take_is_told_once() {
    let down = |x: f64| [(x, -40.0), (x, 120.0)];
    for class in ["rail", "Railway siding", "铁路专用线"] {
        let mut tracked = park();
        tracked.roads.push(road(2, &down(50.0), class, Some(6.0)));
        held(tracked, |matched, site| {
            only(&matched.taken_out(site), Obstacle::Rail, 480.0);
            keeps_off(matched, site, &block(47.0, 0.0, 6.0, 80.0));
        });
    }
    // 3 m from a main of DN300 to a building, and half the main.
    let main = |x: f64| edge(1, vec![[x, -40.0, 1.0], [x, 120.0, 1.0]], Some(300.0));
    let mut piped = park();
    piped.edges.push(main(50.0));
    held(piped.clone(), |matched, site| {
        only(&matched.taken_out(site), Obstacle::Lines, 6.3 * 80.0);
        keeps_off(matched, site, &block(46.85, 0.0, 6.3, 80.0));
        // How long the lines on the land are is told to others in steps only.
        let brief = matched.brief(site);
        let hall = brief.needs.iter().find(|one| one.need == 0).unwrap();
        assert!(hall.because.contains("600 m² at most") && !hall.because.contains("504"), "{}", hall.because);
        // Lines are not drawn: why the hall stands where it does is said.
        assert!(brief.plan_note().is_some_and(|note| note.contains("underground lines")));
    });
    piped.edges[0].valid_to = Some(day("2020-01-01"));
    held(piped, |matched, site| assert!(matched.taken_out(site).is_empty(), "it lies there no more"));
    let mut both = park();
    both.edges.push(main(50.0));
    both.surfaces.push(surface(1, SurfaceKind::Water, block(48.0, 0.0, 42.0, 80.0)));
    held(both, |matched, site| {
        let taken = matched.taken_out(site);
        let kinds: Vec<Obstacle> = taken.iter().map(|one| one.what).collect();
        assert_eq!(kinds, [Obstacle::Water, Obstacle::Lines]);
        assert!((taken[0].area_m2 - 42.0 * 80.0).abs() < 0.1 && (taken[1].area_m2 - 1.15 * 80.0).abs() < 0.1);
    });
}

#[test]
fn the_hall_of_a_picture_has_a_colour_and_a_word_in_the_legend_of_its_own() {
    held(park(), |matched, site| {
        let fit = matched.test_fit(site).unwrap();
        let overlay = fit.on(matched.overlay(Some(site)));
        let hall = with_hall(&park(), &fit, "hall").buildings.last().unwrap().id;
        let class = &overlay.classes[overlay.verdicts[&hall].class];
        assert_eq!((class.label.as_str(), class.colour), ("hall", LaidPart::Hall.colour()));
        assert_eq!(overlay.classes.iter().filter(|one| one.colour == class.colour).count(), 1, "not as its site");
    });
}

#[test]
fn railway_ground_is_a_railway_to_keep_away_from_as_a_track_is() {
    let away = PitchFile::new("test", vec![must(Want::Away { what: Thing::Rail, at_least_m: 60.0 })]).unwrap();
    let told = |park: &ParkSnapshot| {
        asked(park.clone(), &away, &NoSupplies, |matched| {
            let site = matched.find(&["P1"]).unwrap();
            let (finding, brief) = (matched.explain(site).remove(0), matched.brief(site));
            let area_m2: f64 = matched.laid_out(site).kept_away.iter().map(|one| one.area.unsigned_area()).sum();
            let said = [&finding.has, &finding.because, &brief.needs[0].because].map(ToString::to_string);
            (finding.verdict, said, area_m2)
        })
    };
    assert_eq!(told(&park()).0, Verdict::Unknown, "no railway of any kind on record");
    // A yard of 10 m by 80 m, 50 m from the parcel.
    let mut yard = park();
    yard.surfaces.push(surface(1, SurfaceKind::Grass, block(110.0, 0.0, 10.0, 80.0)));
    yard.surfaces.push(surface(2, SurfaceKind::Rail, block(150.0, 0.0, 10.0, 80.0)));
    let (verdict, said, area_m2) = told(&yard);
    assert_eq!((verdict, said.each_ref().map(String::as_str)), (Verdict::Gap, ["50 m", "S2", "a railway"]));
    let wanted = 10.0 * 80.0 + 180.0 * 60.0 + std::f64::consts::PI * 3_600.0;
    assert!((area_m2 - wanted).abs() < wanted * 0.03, "{area_m2} instead of {wanted}");
    // A track that is nearer.
    yard.roads.push(road(2, &[(130.0, -40.0), (130.0, 120.0)], "rail", None));
    let (verdict, said, _) = told(&yard);
    assert_eq!((verdict, said.each_ref().map(String::as_str)), (Verdict::Gap, ["30 m", "R2", "a railway"]));
}

#[test]
fn a_truck_turns_over_a_main_but_not_in_a_pond() {
    let needs = vec![must(Want::Turning { vehicle: "articulated".into(), radius_m: None })];
    let pitch = PitchFile::new("test", needs).unwrap();
    let standing = |park: ParkSnapshot| {
        asked(park, &pitch, &NoSupplies, |matched| {
            let site = matched.find(&["P1"]).unwrap();
            (matched.standing(site).0, matched.measure(site, 0).high)
        })
    };
    assert_eq!(standing(park()).0, Standing::Fits);
    let mut piped = park();
    piped.edges.push(edge(1, vec![[50.0, -40.0, 1.0], [50.0, 120.0, 1.0]], Some(300.0)));
    assert_eq!(standing(piped).0, Standing::Fits);
    // Two strips are left, the wider one of 22 m along the road: a circle of 10.5 m.
    let mut wet = park();
    wet.surfaces.push(surface(1, SurfaceKind::Water, block(0.0, 22.0, 100.0, 18.0)));
    wet.surfaces.push(surface(2, SurfaceKind::Water, block(0.0, 60.0, 100.0, 20.0)));
    let (found, most_m) = standing(wet);
    assert!(found == Standing::Fails && (most_m - 10.5).abs() < 0.02, "{found:?} {most_m}");
    // Behind a pond along the road there is room, and no way to it.
    let mut behind = park();
    behind.surfaces.push(surface(1, SurfaceKind::Water, block(-20.0, 0.0, 140.0, 30.0)));
    assert_eq!(standing(behind).0, Standing::Unproven);
}
