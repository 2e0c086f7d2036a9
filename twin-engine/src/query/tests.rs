use proptest::prelude::*;
use spatial_db::model::FeatureKind;

use super::*;
use crate::attribute::columns;
use crate::fixture;

/// Rows of the tiny park's buildings that fit, from 1.
fn rows(filter: &str) -> Vec<usize> {
    let mut park = (*fixture::tiny().snapshot).clone();
    park.buildings[0].use_text = Some("Vacant workshop".into());
    park.buildings[1].use_text = None;
    park.buildings[2].year_built = None;
    let layer = Layer { park: &park, kind: FeatureKind::Building, overlay: None };
    let columns = columns(&park, FeatureKind::Building, None);
    let query = Query::parse(filter, &columns).unwrap_or_else(|e| panic!("{filter}: {e:?}"));
    (0..layer.len())
        .filter(|row| query.as_ref().is_none_or(|q| q.fits(&layer, &columns, *row)))
        .map(|r| r + 1)
        .collect()
}

fn error(filter: &str) -> QueryError {
    let park = fixture::tiny().snapshot;
    Query::parse(filter, &columns(&park, FeatureKind::Building, None)).expect_err(filter)
}

// Buildings: areas 2400 4900 1800 2250 2400 3600 m²; heights 9 12 24 8 15 10 m; storeys 2 3 6 1 4 2.

#[test]
fn comparisons_words_and_brackets_mean_what_they_say() {
    assert_eq!(rows("area > 2400"), [2, 6]);
    assert_eq!(rows("area >= 2400 and storeys <= 2"), [1, 6]);
    assert_eq!(rows("area < 2000 or height > 14"), [3, 5]);
    assert_eq!(rows("not area > 2400"), [1, 3, 4, 5]);
    assert_eq!(rows("area > 2000 and (storeys = 1 or storeys = 4)"), [4, 5]);
    assert_eq!(rows("use contains \"VACANT\""), [1]);
    assert_eq!(rows("use not contains 'vacant'"), [3, 4, 5, 6], "the unknown fits neither");
    assert_eq!(rows("name starts \"hall\" and name ends '4'"), [4]);
    assert_eq!(rows("storeys in (1, 6)"), [3, 4]);
    assert_eq!(rows("use is unknown"), [2]);
    assert_eq!(rows("use is not unknown and year_built is unknown"), [3]);
    assert_eq!(rows("storeys * storey_height = height_m"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(rows("(area + 100) / 10 > 300"), [2, 6]);
    assert_eq!(rows("-area < -4000"), [2]);
    assert_eq!(rows("[remark] = 'made by hand' and area > 4000"), [2]);
    assert_eq!(rows(""), [1, 2, 3, 4, 5, 6]);
    assert_eq!(rows("area ＞ 4000"), [2], "signs of a Chinese keyboard");
}

#[test]
fn days_compare_as_days() {
    let park = fixture::tiny().snapshot;
    let layer = Layer { park: &park, kind: FeatureKind::Parcel, overlay: None };
    let columns = columns(&park, FeatureKind::Parcel, None);
    let fits = |filter: &str| Query::parse(filter, &columns).unwrap().unwrap().fits(&layer, &columns, 0);
    assert!(fits("valid_from = '2019-03-01'") && fits("valid_from < '2020-01-01'"));
    assert!(!fits("valid_from > '2020-01-01'") && !fits("valid_to < '2020-01-01'"));
}

#[test]
fn a_column_goes_by_the_end_of_its_name_too() {
    let park = fixture::tiny().snapshot;
    let layer = Layer { park: &park, kind: FeatureKind::Parcel, overlay: None };
    let columns = columns(&park, FeatureKind::Parcel, None);
    let query = Query::parse("area > 5000 and use contains \"INDUSTRIAL\"", &columns).unwrap().unwrap();
    assert!(query.fits(&layer, &columns, 0));
    let none = Query::parse("area > 5000 and use contains \"vacant\"", &columns).unwrap().unwrap();
    assert!(!none.fits(&layer, &columns, 0));
}

#[test]
fn mistakes_say_where_and_what() {
    let unknown = error("area > 5 and heigth > 3");
    assert_eq!(unknown.at, 13);
    assert_eq!(unknown.problem, Problem::UnknownColumn("heigth".into(), Some("height_m".into())));
    assert_eq!(error("area >"), QueryError { at: 6, problem: Problem::Expected(Expected::Value) });
    assert_eq!(error("area"), QueryError { at: 4, problem: Problem::Expected(Expected::Comparison) });
    assert_eq!(error("area > 5 area"), QueryError { at: 9, problem: Problem::Rest });
    assert_eq!(error("use contains 5"), QueryError { at: 13, problem: Problem::Expected(Expected::Text) });
    assert_eq!(error("use = 'vacant"), QueryError { at: 6, problem: Problem::Unclosed });
    assert_eq!(error("(area > 5"), QueryError { at: 9, problem: Problem::Expected(Expected::Close) });
    assert_eq!(error("area > 5; drop"), QueryError { at: 8, problem: Problem::Character(';') });
    assert_eq!(error("area > 5x3"), QueryError { at: 7, problem: Problem::Number("5x3".into()) });
    assert_eq!(error("storeys in 3"), QueryError { at: 11, problem: Problem::Expected(Expected::Open) });
    assert_eq!(error(&"(".repeat(5000)).problem, Problem::TooDeep);
    assert_eq!(error(&format!("area > {}1", "-".repeat(5000))).problem, Problem::TooDeep);
}

proptest! {
    /// Against a count by hand, for every kind of comparison.
    #[test]
    fn agrees_with_a_count_by_hand(limit in 0.0..6000.0_f64, storeys in 0.0..7.0_f64) {
        let park = fixture::tiny().snapshot;
        let by_hand: Vec<usize> = park.buildings.iter().enumerate().filter(|(_, b)| {
            geo::Area::unsigned_area(&b.footprint) > limit || b.storeys.unwrap() <= storeys.floor()
        }).map(|(at, _)| at + 1).collect();
        prop_assert_eq!(rows(&format!("area > {limit} or storeys <= {}", storeys.floor())), by_hand);
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "[a-z0-9 ()<>=!'\"\\[\\],.+*/&;-]{0,40}") {
        let park = fixture::tiny().snapshot;
        let columns = columns(&park, FeatureKind::Building, None);
        let _ = Query::parse(&text, &columns);
    }
}
