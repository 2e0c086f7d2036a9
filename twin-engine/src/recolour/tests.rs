//! Classes of values, their looks, and the colours of the planning standard.

use super::*;
use crate::fixture;
use crate::text::Language;

fn made(what: &Recolour) -> Overlay {
    let input = fixture::tiny();
    of(&input.snapshot, what).expect("an overlay")
}

/// The overlay of all that there is.
fn of(park: &ParkSnapshot, what: &Recolour) -> Option<Overlay> {
    let day = NaiveDate::from_ymd_opt(2024, 6, 30).unwrap();
    let words = Text::of(Language::English);
    Asked { park: Arc::new(park.clone()), there: Vec::new(), as_of: day, words }.overlay(what)
}

#[test]
fn only_what_stood_is_coloured_and_counted() {
    let (input, _) = fixture::built_up();
    let mut twin = Twin::new(input, crate::style::Shown::default());
    let what = by("height_m", Scheme::Equal, 3);
    let counted = |twin: &mut Twin| {
        let at = apply(twin, &what).expect("an overlay");
        let overlay = &twin.input.overlays[at];
        assert_eq!(overlay.classes.iter().map(|class| class.count).sum::<usize>(), overlay.verdicts.len());
        (overlay.verdicts.len(), overlay.as_of, overlay.notes.len())
    };
    let stood = |twin: &Twin| twin.shown.there.as_ref().unwrap().buildings.iter().filter(|there| **there).count();
    let all = twin.input.snapshot.buildings.len();
    let early = NaiveDate::from_ymd_opt(2019, 12, 31).unwrap();
    let record = twin.day().unwrap();
    assert_eq!(counted(&mut twin), (stood(&twin), record, 0));
    let now = stood(&twin);
    crate::time::look_at(&mut twin, Some(early));
    let then = stood(&twin);
    assert!(then < now && now <= all && then > 0, "{then} {now} {all}");
    assert_eq!(counted(&mut twin), (then, early, 0));
    // Both days of a split picture are in one legend, which says so.
    let there = crate::time::presence_on(&twin, record, crate::split::Side::Right);
    twin.right = Some(crate::split::Right { at: 0.5, there, overlay: None });
    assert_eq!(counted(&mut twin), (now, early, 1), "what stood early still stands");
}

fn by(column: &str, scheme: Scheme, classes: usize) -> Recolour {
    Recolour { kind: FeatureKind::Building, column: column.into(), scheme, classes, ramp: Ramp::default() }
}

#[test]
fn ramps_go_from_light_to_dark_without_turning_back() {
    for ramp in Ramp::ALL {
        let light: Vec<f32> = (0..=20).map(|at| ramp.at(at as f32 / 20.0).luminance()).collect();
        assert!(light.windows(2).all(|pair| pair[1] < pair[0]), "{ramp:?} {light:?}");
        assert!(light[0] > 0.6 && light[20] < 0.06, "{ramp:?}");
    }
}

#[test]
fn quantiles_are_pythons_and_equal_steps_are_equal() {
    // Python's statistics.quantiles(…, method="inclusive"): of 1 2 4 8 16 32 in three, of 3 1 4 1 5 9 2 6 in four.
    let near = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    let values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
    assert!(near(&breaks(&values, Scheme::Quantiles, 3), &[10.0 / 3.0, 32.0 / 3.0]));
    let pi = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
    assert!(near(&breaks(&pi, Scheme::Quantiles, 4), &[1.75, 3.5, 5.25]));
    assert!(near(&breaks(&values, Scheme::Equal, 2), &[16.5]));
    assert!(breaks(&[7.0; 9], Scheme::Quantiles, 5).is_empty(), "one value, one class");
    assert!(breaks(&[], Scheme::Equal, 5).is_empty());
}

#[test]
fn every_feature_is_in_the_class_of_its_value_and_counts_add_up() {
    let overlay = made(&by("height_m", Scheme::Equal, 4));
    // Heights 9 12 24 8 15 10 in four steps of 4 m from 8.
    let counts: Vec<(String, usize)> =
        overlay.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
    assert_eq!(
        counts,
        [("8 – 12".to_owned(), 3), ("12 – 16".to_owned(), 2), ("16 – 20".to_owned(), 0), ("20 – 24".to_owned(), 1)]
    );
    let park = fixture::tiny().snapshot;
    for building in &park.buildings {
        let verdict = &overlay.verdicts[&building.id];
        assert_eq!(verdict.value, building.height_m);
    }
    assert_eq!(overlay.verdicts[&park.buildings[2].id].class, 3, "the highest is in the last class");
}

#[test]
fn a_continuous_ramp_gives_every_value_the_colour_of_its_share() {
    let overlay = made(&by("height_m", Scheme::Continuous, 0));
    let park = fixture::tiny().snapshot;
    // Heights from 8 to 24 m: 65 colours from the lowest to the highest, a quarter of a metre each.
    assert_eq!(overlay.classes.len(), STEPS);
    assert!(overlay.classes.iter().all(|class| class.swatch == Swatch::Ramp));
    let labels = [0, 32, 64].map(|at| overlay.classes[at].label.to_string());
    assert_eq!(labels, ["8", "16", "24"]);
    for building in &park.buildings {
        let class = overlay.verdicts[&building.id].class;
        let height = building.height_m.unwrap();
        assert!((8.0 + class as f64 * 0.25 - height).abs() < 0.13, "{height} m in step {class}");
        let Rgb(r, g, b) = Ramp::default().at((0.06 + 0.88 * (height - 8.0) / 16.0) as f32);
        let near = overlay.classes[class].colour.iter().zip([r, g, b]).all(|(a, b)| a.abs_diff(b) <= 4);
        assert!(near, "{:?} for {height} m", overlay.classes[class].colour);
    }
    assert_eq!(overlay.classes.iter().map(|class| class.count).sum::<usize>(), park.buildings.len());
    // What is not known stands apart; one value is one colour.
    let mut park = (*park).clone();
    park.buildings.iter_mut().for_each(|building| building.height_m = Some(7.0));
    park.buildings[0].height_m = None;
    let overlay = of(&park, &by("height_m", Scheme::Continuous, 0)).unwrap();
    let counts: Vec<(&str, usize)> = overlay.classes.iter().map(|c| (c.label.as_str(), c.count)).collect();
    assert_eq!(counts, [("7", 5), ("unknown", 1)]);
}

#[test]
fn words_become_categories_with_the_unknown_apart() {
    let mut park = (*fixture::tiny().snapshot).clone();
    for (building, word) in park.buildings.iter_mut().zip(["a", "b", "a", "a", "b"]) {
        building.use_text = Some(word.into());
    }
    park.buildings[5].use_text = None;
    let overlay = of(&park, &by("use_text", Scheme::Categories, 0)).unwrap();
    let counts: Vec<(&str, usize)> = overlay.classes.iter().map(|class| (class.label.as_str(), class.count)).collect();
    assert_eq!(counts, [("a", 3), ("b", 2), ("unknown", 1)]);
    assert_eq!(overlay.verdicts[&park.buildings[5].id].class, 2);
}

#[test]
fn many_categories_take_patterns_and_a_rest() {
    let mut park = (*fixture::tiny().snapshot).clone();
    let one = park.buildings[0].clone();
    park.buildings = (0..30)
        .map(|at| {
            let mut building = one.clone();
            building.id.id = at;
            building.use_text = Some(format!("use {at:02}").into());
            building
        })
        .collect();
    let overlay = of(&park, &by("use_text", Scheme::Categories, 0)).unwrap();
    assert_eq!(overlay.classes.len(), MOST_CATEGORIES + 1);
    assert_eq!(overlay.classes.last().unwrap().count, 10);
    let looks: std::collections::HashSet<_> =
        overlay.classes.iter().map(|class| (class.colour, class.pattern)).collect();
    assert_eq!(looks.len(), overlay.classes.len(), "no two classes look the same");
    assert_eq!(analysis::vision::first_alike(&overlay.classes), None, "nor do they in grey or to the colour-blind");
}

#[test]
fn codes_of_land_use_take_the_standards_colours_where_it_has_one_for_them() {
    let mut park = (*fixture::tiny().snapshot).clone();
    let codes = ["0701", "100101", "0901", "M1", "1001", "0902"];
    assert!(park.parcels.len() >= codes.len());
    park.parcels.truncate(codes.len());
    park.parcels.iter_mut().for_each(|parcel| parcel.land_use = None);
    for (parcel, code) in park.parcels.iter_mut().zip(codes) {
        parcel.land_use_code = Some(code.into());
        parcel.land_use_scheme = Some("planning-2023".into());
    }
    // The same digits in another scheme mean something else.
    park.parcels[4].land_use_scheme = Some("survey".into());
    let what = Recolour { kind: FeatureKind::Parcel, ..by(LAND_USE, Scheme::Standard, 0) };
    let made = of(&park, &what).unwrap();
    let look = |parcel: usize| {
        let class = &made.classes[made.verdicts[&park.parcels[parcel].id].class];
        (class.label.as_str(), class.colour)
    };
    assert_eq!(look(0), ("0701", [0xFF, 0xFF, 0x2D]));
    assert_eq!(look(1), ("100101", [0xBB, 0x96, 0x74]));
    assert_eq!(look(2), ("0901", [0xFF, 0, 0]));
    assert_eq!((look(3).0, look(4).0), ("M1 *", "1001 *"));
    assert_eq!(made.notes.len(), 2);
    assert!(made.notes[0].contains("2023") && made.notes[1].contains('*'), "{:?}", made.notes);
    assert_eq!(analysis::vision::first_alike(&made.classes), None);
    // The code goes with its name where parcels have one, and is told apart by itself.
    park.parcels[0].land_use = Some("城镇住宅用地".into());
    park.parcels[3].land_use = Some("industry".into());
    let named = of(&park, &what).unwrap();
    let label = |parcel: usize| named.classes[named.verdicts[&park.parcels[parcel].id].class].label.to_string();
    assert_eq!([0, 1, 3].map(label), ["0701 城镇住宅用地", "100101", "M1 industry *"]);
    // Another column has no colours of a standard, and categories are not what was asked for.
    let other = Recolour { column: "land_use_scheme".into(), ..what };
    assert!(of(&park, &other).is_none());
    assert!(of(&park, &Recolour { scheme: Scheme::Categories, ..other }).is_some_and(|made| made.notes.is_empty()));
}

#[test]
fn a_code_is_called_what_most_of_its_parcels_are_called() {
    let mut park = (*fixture::tiny().snapshot).clone();
    for (parcel, (code, name)) in
        park.parcels.iter_mut().zip([("1001", "b"), ("1001", " a "), ("1001", "b"), ("0901", " "), ("0902", "c")])
    {
        (parcel.land_use_code, parcel.land_use) = (Some(code.into()), Some(name.into()));
    }
    let names = names_of_codes(park.parcels[..5].iter());
    assert_eq!(names.get("1001").map(String::as_str), Some("b"));
    assert_eq!((names.get("0901"), names.get("0902").map(String::as_str)), (None, Some("c")));
}

#[test]
fn it_is_shown_where_a_part_of_the_picture_has_it() {
    let mut twin = Twin::new(fixture::tiny(), crate::style::Shown { overlay: Some(0), ..Default::default() });
    let at = apply(&mut twin, &by("height_m", Scheme::Equal, 3)).expect("an overlay");
    assert!(!is_shown(&twin), "made, and not looked at");
    twin.shown.overlay = Some(at);
    assert!(is_shown(&twin));
    twin.shown.overlay = Some(0);
    twin.right = Some(crate::split::Right { at: 0.5, there: None, overlay: Some(at) });
    assert!(is_shown(&twin), "in the right part");
}
