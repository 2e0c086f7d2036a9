//! Room for trucks to turn on parcels made by hand: what fits, by how much land falls short, and what is left open.

use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::siting::{
    Ground, How, IfUnknown, Match, Need, NoSupplies, PitchFile, SitingTables, Standing, Verdict, Want,
};
use geo::{Contains, Intersects, LineString, MultiLineString};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, RoadEdge};

use crate::by_hand::{block, building, empty, keyed, parcel};
use crate::evaluation::day;
use crate::siting::limits;

/// A wide parcel, one of 60 m by 30 m, and a strip of 20 m, a road along their south.
fn park(class: Option<&str>) -> ParkSnapshot {
    let mut park = empty();
    park.park.as_of = Some(day("2026-06-30"));
    park.parcels = vec![
        parcel(1, block(0.0, 0.0, 100.0, 80.0)),
        parcel(2, block(200.0, 0.0, 60.0, 30.0)),
        parcel(3, block(400.0, 0.0, 200.0, 20.0)),
        parcel(4, block(700.0, 0.0, 100.0, 100.0)),
    ];
    park.buildings.push(building(1, block(700.0, 0.0, 90.0, 90.0)));
    park.roads.push(RoadEdge {
        id: FeatureId::new(FeatureKind::RoadEdge, 1),
        provenance: keyed("R1"),
        line: MultiLineString(vec![LineString::from(vec![(-50.0, -8.0), (900.0, -8.0)])]),
        name: None,
        class: class.map(str::to_owned),
        width_m: Some(9.0),
    });
    park
}

fn must(want: Want) -> Need {
    Need { want, how: How::Must, unknown: IfUnknown::Refused }
}

fn turning(radius_m: Option<f64>) -> Need {
    must(Want::Turning { vehicle: "articulated".into(), radius_m })
}

fn asked<T>(park: ParkSnapshot, needs: Vec<Need>, look: impl FnOnce(&Match<'_, '_>) -> T) -> T {
    let mut pitch = PitchFile::new("test", needs).unwrap();
    pitch.limits = Some(limits(5.0));
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    look(&Match::of(&ground, &pitch, &NoSupplies).unwrap())
}

#[test]
fn a_circle_fits_or_falls_short_by_so_many_metres() {
    asked(park(Some("local")), vec![turning(None)], |matched| {
        let of = |key: &str| {
            let candidate = matched.find(&[key]).unwrap();
            (matched.standing(candidate).0, matched.explain(candidate).remove(0))
        };
        assert_eq!((of("P1").0, of("P2").0), (Standing::Fits, Standing::Fits));
        // Twenty metres less half a metre on each side: a circle of 9.5 m.
        let (standing, finding) = of("P3");
        assert_eq!(standing, Standing::Fails);
        assert!((finding.measure.low - 9.5).abs() < 0.011 && (finding.measure.high - 9.5).abs() < 0.011);
        assert!(finding.gap.as_ref().is_some_and(|gap| gap.contains("m short")), "{:?}", finding.gap);
        assert!(finding.source.contains("96/53/EC"), "{}", finding.source);
    });
    // What a smaller vehicle sweeps fits on the strip.
    asked(park(Some("local")), vec![turning(Some(9.0))], |matched| {
        assert_eq!(matched.standing(matched.find(&["P3"]).unwrap()).0, Standing::Fits);
    });
}

#[test]
fn without_a_road_that_trucks_come_by_it_is_not_known_whether_they_get_there() {
    let none = ["rail", "Railway siding", "footpath", "人行道", "自行车道", "非机动车道"];
    for class in none.into_iter().map(Some).chain([None]) {
        asked(park(class), vec![turning(None)], |matched| {
            let wide = matched.find(&["P1"]).unwrap();
            assert_eq!(matched.standing(wide).0, Standing::Unproven);
            assert_eq!(matched.turning(wide), None);
            // Land that is too small is too small, road or not.
            assert_eq!(matched.standing(matched.find(&["P3"]).unwrap()).0, Standing::Fails);
        });
    }
}

#[test]
fn the_hall_leaves_room_or_it_is_not_known_whether_it_could() {
    let hall = must(Want::Hall { length_m: 50.0, width_m: 20.0, height_m: 10.0, yard_m: 0.0 });
    asked(park(Some("local")), vec![hall, turning(None)], |matched| {
        let wide = matched.find(&["P1"]).unwrap();
        assert_eq!(matched.standing(wide).0, Standing::Fits);
        let found = matched.turning(wide).unwrap();
        let (circle, hall) = (found.circle(), found.hall.clone().unwrap());
        assert!(block(0.0, 0.0, 100.0, 80.0).contains(&circle) && !hall.intersects(&circle));
        assert!(found.room_m >= 12.49 && found.inner_radius_m == 5.3);
        let brief = matched.brief(wide);
        assert_eq!(brief.fit.unwrap().hall, hall, "the plan shows the hall where it leaves room");
        assert_eq!(brief.turning, Some(found));
        // The hall fills all that the setback leaves: strips of five metres remain.
        let narrow = matched.find(&["P2"]).unwrap();
        assert_eq!((matched.verdict(narrow, 0), matched.verdict(narrow, 1)), (Verdict::Fit, Verdict::Unknown));
        let measure = matched.measure(narrow, 1);
        assert!(measure.low < 3.0 && measure.high >= 12.5, "{measure:?}");
        assert_eq!(matched.turning(narrow), None);
    });
}

#[test]
fn a_pitch_names_a_vehicle_of_the_table() {
    let file = |want: &str| PitchFile::parse(&format!("(format_version: 1, name: \"t\", needs: [(want: {want})])"));
    let plain = file("turning()").unwrap();
    assert_eq!(plain.needs[0].want.figure().0, 12.5);
    assert_eq!(file("turning(radius_m: 15)").unwrap().needs[0].want.figure().0, 15.0);
    assert_eq!(file("turning(vehicle: \"large_truck\")").unwrap().needs[0].want.figure().0, 11.5);
    let complaint = file("turning(vehicle: \"sledge\")").unwrap_err().to_string();
    assert!(complaint.contains("sledge") && complaint.contains("vehicle"), "{complaint}");
    assert!(file("turning(radius_m: -1)").is_err());
}
