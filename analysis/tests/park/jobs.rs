//! Jobs near a site on a park made by hand: what is on record counts, and what is not may be there.

use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::siting::{
    Ground, How, IfUnknown, Match, Need, NoSupplies, PitchFile, SitingTables, Standing, Verdict, Want,
};
use spatial_db::cache::Cache;
use spatial_db::model::{Enterprise, EnterpriseYear, FeatureId, FeatureKind, ParkSnapshot, Tenancy};

use crate::by_hand::{block, building, empty, keyed, parcel};
use crate::evaluation::day;

fn tenancy(id: i64, enterprise: &str, parcel: &str) -> Tenancy {
    Tenancy {
        id: FeatureId::new(FeatureKind::Tenancy, id),
        provenance: keyed(&format!("T{id}")),
        enterprise_key: enterprise.to_owned(),
        building_key: None,
        parcel_key: Some(parcel.to_owned()),
        floor_area_m2: None,
        valid_from: Some(day("2020-01-01")),
        valid_to: None,
    }
}

fn year(id: i64, enterprise: &str, year: i32, employees: Option<i64>) -> EnterpriseYear {
    EnterpriseYear {
        id: FeatureId::new(FeatureKind::EnterpriseYear, id),
        provenance: keyed(&format!("Y{id}")),
        enterprise_key: enterprise.to_owned(),
        year,
        output: None,
        tax: None,
        fixed_assets: None,
        employees,
        currency: None,
    }
}

fn enterprise(id: i64) -> Enterprise {
    Enterprise {
        id: FeatureId::new(FeatureKind::Enterprise, id),
        provenance: keyed(&format!("E{id}")),
        name: format!("Works {id}"),
        industry_code: None,
        state: None,
    }
}

/// Vacant land in the west, two works 100 m and 500 m to the east of it.
fn park() -> ParkSnapshot {
    let mut park = empty();
    park.park.as_of = Some(day("2026-06-30"));
    park.parcels = vec![
        parcel(1, block(0.0, 0.0, 100.0, 100.0)),
        parcel(2, block(200.0, 0.0, 100.0, 100.0)),
        parcel(3, block(600.0, 0.0, 100.0, 100.0)),
    ];
    park.buildings.push(building(1, block(200.0, 0.0, 90.0, 90.0)));
    park.buildings.push(building(2, block(600.0, 0.0, 90.0, 90.0)));
    park.enterprises = vec![enterprise(1), enterprise(2)];
    // The second is on both.
    park.tenancies = vec![tenancy(1, "E1", "P2"), tenancy(2, "E2", "P2"), tenancy(3, "E2", "P3")];
    park.enterprise_years = vec![
        year(1, "E1", 2025, Some(120)),
        year(2, "E1", 2024, Some(900)),
        year(3, "E2", 2025, Some(80)),
        year(4, "E2", 2026, Some(5_000)),
    ];
    park
}

fn jobs(park: ParkSnapshot, at_least: u32, within_m: f64) -> (f64, Verdict, Standing) {
    let need = Need { want: Want::Jobs { at_least, within_m }, how: How::Must, unknown: IfUnknown::Allowed };
    let pitch = PitchFile::new("test", vec![need]).unwrap();
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    let matched = Match::of(&ground, &pitch, &NoSupplies).unwrap();
    let land = matched.find(&["P1"]).unwrap();
    (matched.measure(land, 0).low, matched.verdict(land, 0), matched.standing(land).0)
}

#[test]
fn jobs_of_the_last_year_that_had_ended_count_and_too_few_are_not_known_to_be_all() {
    assert_eq!(jobs(park(), 100, 150.0), (120.0, Verdict::Fit, Standing::Fits));
    // An enterprise with two places counts where both are near.
    assert_eq!(jobs(park(), 200, 150.0), (120.0, Verdict::Unknown, Standing::Open));
    assert_eq!(jobs(park(), 200, 600.0), (200.0, Verdict::Fit, Standing::Fits));
    assert_eq!(jobs(park(), 1, 50.0), (0.0, Verdict::Unknown, Standing::Open));
    let mut dim = park();
    dim.enterprise_years.clear();
    assert_eq!(jobs(dim, 1, 600.0), (0.0, Verdict::Unknown, Standing::Open));
}

#[test]
fn a_building_over_a_boundary_is_near_where_all_its_land_is() {
    // The hall of the first works stands on the second parcel, and on a fourth beside it that reaches to 500 m.
    let mut park = park();
    park.parcels.push(parcel(4, block(300.0, 0.0, 300.0, 100.0)));
    park.buildings[0] = building(1, block(250.0, 0.0, 100.0, 90.0));
    park.tenancies = vec![Tenancy { building_key: Some("B1".to_owned()), parcel_key: None, ..tenancy(1, "E1", "P2") }];
    assert_eq!(jobs(park.clone(), 100, 150.0).0, 0.0, "part of it is 200 m away");
    assert_eq!(jobs(park.clone(), 100, 250.0), (120.0, Verdict::Fit, Standing::Fits));
    // On no parcel on record it is where the tenancy says.
    park.buildings[0] = building(1, block(250.0, 900.0, 100.0, 90.0));
    park.tenancies[0].parcel_key = Some("P2".to_owned());
    assert_eq!(jobs(park, 100, 150.0).0, 120.0);
}

#[test]
fn a_brief_tells_no_figure_of_an_enterprise_near_by() {
    let need =
        |at_least, how| Need { want: Want::Jobs { at_least, within_m: 150.0 }, how, unknown: IfUnknown::Allowed };
    let pitch = PitchFile::new("test", vec![need(100, How::Must), need(300, How::Wish(1.0))]).unwrap();
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park()));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    let matched = Match::of(&ground, &pitch, &NoSupplies).unwrap();
    let land = matched.find(&["P1"]).unwrap();
    let office = matched.explain(land);
    assert_eq!((&*office[0].has, &*office[1].has), ("120 or more", "120 or more"));
    let brief = matched.brief(land);
    assert_eq!((&*brief.needs[0].has, &*brief.needs[1].has), ("100 or more", "unknown"));
    assert_eq!((brief.needs[0].measure.low, brief.needs[1].measure.low), (100.0, 0.0));
    // 40 % of the wish would be the figure again.
    assert_eq!(brief.why, "fits");
}

#[test]
fn jobs_that_are_met_are_not_met_for_want_of_a_record() {
    let because = |at_least: u32| {
        let need = Need { want: Want::Jobs { at_least, within_m: 250.0 }, how: How::Must, unknown: IfUnknown::Allowed };
        let pitch = PitchFile::new("test", vec![need]).unwrap();
        let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
        let cache = Cache::build(Arc::new(park()));
        let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
        let matched = Match::of(&ground, &pitch, &NoSupplies).unwrap();
        let finding = matched.explain(matched.find(&["P1"]).unwrap()).remove(0);
        (finding.verdict, finding.because.to_string())
    };
    assert_eq!(because(100), (Verdict::Fit, String::new()));
    let (verdict, told) = because(1_000);
    assert!(verdict == Verdict::Unknown && told.contains("not on record"), "{told}");
}
