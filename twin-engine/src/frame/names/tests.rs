//! What is named in a view, and where a name lies.

use bevy::math::Vec2 as Px;
use bevy_egui::egui::{pos2, vec2};

use super::*;
use crate::fixture;
use crate::layers::LayerState;
use crate::scene::SceneGeometry;

const PAGE: Rect = Rect::from_min_max(Pos2::ZERO, pos2(1600.0, 1000.0));

fn orbit(geometry: &SceneGeometry) -> Orbit {
    let middle = geometry.extent.middle();
    let target = geometry.origin.scene_from_park(middle.x, middle.y, geometry.ground.height(middle));
    Orbit {
        target,
        distance_m: 400.0,
        bearing_deg: 180.0,
        pitch_deg: 60.0,
        size: Px::new(1600.0, 1000.0),
        ..Orbit::default()
    }
}

fn view(orbit: Orbit, layers: Layers, pipes: bool) -> View {
    View {
        orbit,
        page: PAGE,
        part: PAGE,
        points_per_px: 1.0,
        scale: 1.0,
        layers,
        day: None,
        section: None,
        pipes,
        park: (0, 0),
    }
}

fn of(names: &mut Names, geometry: &SceneGeometry, view: &View) -> Vec<(Kind, String)> {
    let to_page = Projector::on(PAGE, 1.0, geometry, &view.orbit, PAGE, None);
    let found = names.of(Side::Left, view.clone(), &Shown::default(), &to_page);
    found.iter().map(|name| (name.kind, name.words.to_string())).collect()
}

#[test]
fn what_is_seen_and_has_a_name_is_named_and_a_view_is_worked_out_once() {
    let input = fixture::tiny();
    let geometry = SceneGeometry::build(&input.snapshot, &[] as &[analysis::overlay::Overlay]).unwrap();
    let near = view(orbit(&geometry), Layers::all(), true);
    let mut names = Names::default();
    let found = of(&mut names, &geometry, &near);
    let has = |kind: Kind, words: &str| found.iter().any(|(k, w)| *k == kind && w.starts_with(words));
    assert!(has(Kind::Road, "Road ") && has(Kind::Building, "Hall "), "{found:?}");
    assert!(found.iter().any(|(kind, words)| *kind == Kind::Pipe && words.len() == 2), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0].0 <= pair[1].0), "by kind: {found:?}");
    assert_eq!(of(&mut names, &geometry, &near), found);
    assert_eq!(names.worked_out, 1, "the same view again");
    // From far away nothing is large enough.
    let far = View { orbit: Orbit { distance_m: 60_000.0, ..near.orbit }, ..near.clone() };
    assert!(of(&mut names, &geometry, &far).is_empty());
    assert_eq!(names.worked_out, 2);
}

#[test]
fn each_kind_of_names_has_a_switch_and_goes_with_what_it_names() {
    let input = fixture::tiny();
    let geometry = SceneGeometry::build(&input.snapshot, &[] as &[analysis::overlay::Overlay]).unwrap();
    let mut names = Names::default();
    let off = LayerState { visible: false, opacity: 100 };
    for (kind, keys) in [
        (Kind::Road, [LayerKey::RoadNames, LayerKey::Roads]),
        (Kind::Building, [LayerKey::BuildingNames, LayerKey::Buildings]),
    ] {
        for key in keys {
            let mut layers = Layers::all();
            layers.set(key, off);
            let found = of(&mut names, &geometry, &view(orbit(&geometry), layers, false));
            assert!(!found.is_empty() && found.iter().all(|(other, _)| *other != kind), "{key:?}: {found:?}");
        }
    }
}

#[test]
fn a_building_without_a_name_has_that_of_its_one_enterprise() {
    use spatial_db::model::{Enterprise, FeatureId, Tenancy};
    let mut park = (*fixture::tiny().snapshot).clone();
    let provenance = park.buildings[0].provenance.clone();
    for (id, name) in [(1, "Alpha Works"), (2, "Beta Works")] {
        let mut own = provenance.clone();
        own.key = name.to_owned();
        park.enterprises.push(Enterprise {
            id: FeatureId::new(FeatureKind::Enterprise, id),
            provenance: own,
            name: name.to_owned(),
            industry_code: None,
            state: None,
        });
    }
    let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
    let mut uses = |building: usize, enterprise: &str, until: Option<NaiveDate>| {
        let id = park.tenancies.len() as i64 + 1;
        let mut one = Tenancy::bare(id, provenance.clone(), enterprise);
        one.building_key = Some(park.buildings[building].provenance.key.clone());
        one.valid_to = until;
        park.tenancies.push(one);
    };
    uses(0, "Alpha Works", None);
    uses(1, "Alpha Works", None);
    uses(1, "Beta Works", day("2020-01-01"));
    let of = |park: &ParkSnapshot, building: usize, on: &str| {
        tenants(park, day(on)).get(&park.buildings[building].provenance.key).map(ToString::to_string)
    };
    assert_eq!(of(&park, 0, "2024-06-30").as_deref(), Some("Alpha Works"));
    assert_eq!(of(&park, 1, "2024-06-30").as_deref(), Some("Alpha Works"), "the other has left");
    assert_eq!(of(&park, 1, "2019-06-30"), None, "of two none stands for it");
    assert_eq!(of(&park, 2, "2024-06-30"), None);
}

#[test]
fn a_name_lies_along_a_straight_line_the_right_way_up_and_on_no_bend() {
    let falling = [pos2(0.0, 0.0), pos2(200.0, 200.0)];
    let (at, angle) = place_along(&falling, 100.0, 0.5).unwrap();
    assert!(at.distance(pos2(100.0, 100.0)) < 0.01 && (angle - std::f32::consts::FRAC_PI_4).abs() < 1e-4);
    let back = [falling[1], falling[0]];
    let (_, turned) = place_along(&back, 100.0, 0.5).unwrap();
    assert!((turned - angle).abs() < 1e-4, "never upside down");
    let bent = [pos2(0.0, 0.0), pos2(100.0, 0.0), pos2(100.0, 100.0)];
    assert_eq!(place_along(&bent, 120.0, 0.5), None);
    assert_eq!(place_along(&falling, 1000.0, 0.5), None, "far longer than the line");
    // What it takes lies along it, from one end to the other.
    let taken: Vec<Rect> = boxes(at, angle, vec2(100.0, 12.0)).collect();
    assert_eq!(taken.len(), 9);
    let ends = [-0.45_f32, 0.45].map(|share| at + Rot2::from_angle(angle) * vec2(100.0 * share, 0.0));
    assert!(ends.iter().all(|end| taken.iter().any(|rect| rect.contains(*end))));
}

#[test]
fn of_a_line_that_leaves_the_page_the_longest_piece_is_named() {
    let input = fixture::tiny();
    let geometry = SceneGeometry::build(&input.snapshot, &[] as &[analysis::overlay::Overlay]).unwrap();
    let orbit = orbit(&geometry);
    let to_page = Projector::on(PAGE, 1.0, &geometry, &orbit, PAGE, None);
    let middle = geometry.extent.middle();
    let z = geometry.ground.height(middle);
    // Two kilometres from west to east through the middle of the picture.
    let line = [[middle.x - 1000.0, middle.y, z], [middle.x + 1000.0, middle.y, z]];
    let run = seen_of(line.into_iter(), 64.0, &to_page);
    let seen = length(&run);
    assert!(seen > 1200.0 && seen <= 1600.0, "{seen}");
    assert!(run.iter().all(|at| PAGE.contains(*at)));
    let short = [[middle.x, middle.y, z], [middle.x + 1.0, middle.y, z]];
    assert!(seen_of(short.into_iter(), 64.0, &to_page).is_empty());
}

#[test]
fn of_too_many_names_those_in_the_middle_are_kept_and_the_largest_comes_first() {
    let name = |at: usize| {
        let way = if at.is_multiple_of(2) {
            Way::At(pos2(10.0 * at as f32, 500.0), 100.0)
        } else {
            Way::Along(vec![pos2(10.0 * at as f32 - 20.0, 500.0), pos2(10.0 * at as f32 + 20.0, 500.0)])
        };
        Name { kind: Kind::Building, words: format!("{at}").into(), way, size: 1000.0 - at as f32 }
    };
    // In the order in which they lie in the park: from the left rim to the middle and on.
    let found = kept((0..4 * MOST_KEPT).map(name).collect(), pos2(20.0 * MOST_KEPT as f32, 500.0));
    assert_eq!(found.len(), MOST_KEPT);
    let from = 2 * MOST_KEPT - MOST_KEPT / 2;
    let range = from..=from + MOST_KEPT;
    assert!(found.iter().all(|one| range.contains(&one.words.parse::<usize>().unwrap())), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0].size >= pair[1].size));
    // Where all are kept, none goes for lying at the rim.
    assert_eq!(kept((0..MOST_KEPT).map(name).collect(), pos2(9000.0, 0.0)).len(), MOST_KEPT);
}

#[test]
fn a_roads_name_stands_back_behind_those_of_buildings() {
    for theme in [crate::ThemeChoice::Daylight, crate::ThemeChoice::Dark].map(crate::theme::Theme::of) {
        let [road, building] = [Kind::Road, Kind::Building].map(|kind| letters(kind, &theme));
        assert!(road.0 < building.0 && road.0 >= 10.0, "{} {}", road.0, building.0);
        let contrast = |ink: Rgb| (ink.luminance() - theme.ground.luminance()).abs();
        assert!(contrast(road.1) < contrast(building.1));
    }
}
