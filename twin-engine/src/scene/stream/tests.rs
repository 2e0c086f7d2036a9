use std::collections::BTreeMap;
use std::sync::Arc;

use image::RgbImage;
use spatial_db::model::{FeatureId, FeatureKind};

use crate::capture::Stage;
use crate::fixture::{self, CORNER};
use crate::input::{CameraChoice, CaptureOptions, TwinInput};
use crate::mesh::Layer;
use crate::scene::{Pace, Uploads};

/// 3,600 buildings on a square of 2.4 km, with an L of a roof each.
fn town() -> TwinInput {
    let mut input = fixture::tiny();
    let mut park = (*input.snapshot).clone();
    let like = park.buildings[0].clone();
    park.terrain = None;
    park.buildings = (0..3600)
        .map(|i| {
            let (x, y) = (CORNER.0 + f64::from(i % 60) * 40.0, CORNER.1 + f64::from(i / 60) * 40.0);
            let corners = [(0., 0.), (26., 0.), (26., 12.), (12., 12.), (12., 24.), (0., 24.)];
            let ring = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
            spatial_db::model::Building {
                id: FeatureId::new(FeatureKind::Building, i64::from(i) + 1),
                footprint: geo::MultiPolygon(vec![geo::Polygon::new(ring, Vec::new())]),
                height_m: Some(9.0),
                ..like.clone()
            }
        })
        .collect();
    input.snapshot = Arc::new(park);
    input.overlays.clear();
    input
}

fn at(x: f64, y: f64, distance_m: f32) -> CameraChoice {
    CameraChoice::At { x_m: CORNER.0 + x, y_m: CORNER.1 + y, distance_m, bearing_deg: 150.0, pitch_deg: 35.0 }
}

fn stage(camera: CameraChoice) -> Stage {
    let options = CaptureOptions { width: 320, height: 180, frame: false, camera, ..CaptureOptions::default() };
    Stage::new(town(), &options, 1).expect("a headless stage")
}

fn triangles(stage: &mut Stage) -> BTreeMap<Layer, usize> {
    stage.passes().into_iter().map(|(layer, (triangles, _))| (layer, triangles)).collect()
}

fn differing(a: &RgbImage, b: &RgbImage) -> usize {
    a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 3)).count()
}

#[test]
fn far_away_a_building_is_its_roof_and_near_by_it_is_whole() {
    // An L has six walls of two triangles and a roof of four.
    let (roof, block, whole) = (2, 10, 16);
    // Pixels a metre there: 180 / (0.63 × distance); a building is 21 m wide.
    let mut stage = stage(at(1200.0, 1200.0, 80_000.0));
    let sparse = triangles(&mut stage)[&Layer::Building] / roof;
    assert!((300..500).contains(&sparse), "one in nine, by chance: {sparse}");
    stage.look(at(1200.0, 1200.0, 5_800.0));
    stage.picture().expect("a picture");
    let far = triangles(&mut stage);
    assert_eq!(far[&Layer::Building], 3600 * roof, "all of them, and only roofs");
    assert!(!far.contains_key(&Layer::BuildingEdge) && !far.contains_key(&Layer::Shadow));
    stage.look(at(100.0, 100.0, 60.0));
    stage.picture().expect("a picture");
    let near = triangles(&mut stage);
    assert!(near[&Layer::Building] > 400 * whole && near[&Layer::Building] < 3600 * whole, "{near:?}");
    assert!(near[&Layer::Building] > 3600 * block, "{near:?}");
    assert!(near[&Layer::BuildingEdge] > 0 && near[&Layer::Shadow] > 0);
}

#[test]
fn the_way_to_a_view_leaves_nothing_behind_in_it() {
    let mut stage = stage(at(1200.0, 1200.0, 20_000.0));
    for camera in
        [at(100.0, 200.0, 80.0), at(2300.0, 2200.0, 400.0), at(1200.0, 1200.0, 20_000.0), at(700.0, 900.0, 150.0)]
    {
        stage.look(camera);
        stage.picture().expect("a picture");
    }
    let went = stage.picture().expect("a picture");
    let opened = self::stage(at(700.0, 900.0, 150.0)).picture().expect("a picture");
    assert!(differing(&went, &opened) < 8, "{} of {} pixels", differing(&went, &opened), 320 * 180);
    let mut opened = self::stage(at(700.0, 900.0, 150.0));
    assert_eq!(triangles(&mut stage), triangles(&mut opened), "nothing twice, nothing left");
}

#[test]
fn frame_by_frame_in_the_background_gives_the_same_picture_as_all_at_once() {
    let mut stage = stage(at(1200.0, 1200.0, 20_000.0));
    stage.world_mut().insert_resource(Pace::Smooth);
    stage.look(at(700.0, 900.0, 150.0));
    stage.frame();
    let waits = |stage: &mut Stage| {
        let orbit = stage.view();
        !stage.world_mut().resource::<Uploads>().is_settled(&orbit)
    };
    assert!(waits(&mut stage), "the background has something to do");
    let mut frames = 0;
    while waits(&mut stage) {
        stage.frame();
        frames += 1;
        assert!(frames < 2000, "it never ends");
    }
    let smooth = stage.picture().expect("a picture");
    let opened = self::stage(at(700.0, 900.0, 150.0)).picture().expect("a picture");
    assert!(differing(&smooth, &opened) < 300, "{}", differing(&smooth, &opened));
}

#[test]
fn a_camera_at_rest_has_nothing_made_anew() {
    let mut stage = stage(at(700.0, 900.0, 150.0));
    let before = stage.meshes();
    for at in 0..6 {
        stage.select(Some(FeatureId::new(FeatureKind::Building, at + 1)));
        stage.turn(0.0);
        stage.frame();
    }
    stage.picture().expect("a picture");
    assert_eq!(stage.meshes(), before);
}

type Change<'a> = &'a dyn Fn(&mut Stage);

/// Another overlay, another day and another highlight write colours into a buffer and nothing else.
#[test]
fn overlays_days_and_highlights_make_no_mesh_anew() {
    let mut input = town();
    let mut park = (*input.snapshot).clone();
    for (at, building) in park.buildings.iter_mut().enumerate() {
        building.year_built = Some(2000 + (at % 20) as i32);
    }
    let classes = [fixture::building_overlay(), fixture::building_overlay()].map(|mut overlay| {
        overlay.verdicts = park
            .buildings
            .iter()
            .map(|b| (b.id, overlay.verdicts[&FeatureId::new(FeatureKind::Building, 1)].clone()))
            .collect();
        overlay
    });
    input.snapshot = Arc::new(park);
    let [first, mut second] = classes;
    second.name = "other".into();
    second.classes.iter_mut().for_each(|class| class.colour.rotate_left(1));
    input.overlays = vec![Arc::new(first), Arc::new(second)];
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    input.time =
        Some(crate::input::TimeSource { as_of, overlay_on: Arc::new(|_, _| None), later: Vec::new(), at_once: None });
    let options = CaptureOptions {
        width: 320,
        height: 180,
        frame: false,
        camera: at(700.0, 900.0, 150.0),
        ..CaptureOptions::default()
    };
    let mut stage = Stage::new(input, &options, 1).expect("a headless stage");
    let pictures = |stage: &mut Stage| stage.picture().expect("a picture");
    let mut before = pictures(&mut stage);
    let meshes = stage.meshes();
    assert!(meshes.len() > 3, "{}", meshes.len());
    let day = |year: i32| chrono::NaiveDate::from_ymd_opt(year, 6, 30).unwrap();
    let changes: [(&str, Change<'_>); 6] = [
        ("another overlay", &|stage| stage.show_overlay(Some(1))),
        ("none", &|stage| stage.show_overlay(None)),
        ("an earlier day", &|stage| stage.look_at_day(day(2005))),
        ("a later day", &|stage| stage.look_at_day(day(2015))),
        ("all on record", &|stage| stage.look_at_day(day(2026))),
        ("a selection", &|stage| {
            let near = (0..3600).map(|id| FeatureId::new(FeatureKind::Building, id + 1));
            stage.world_mut().resource_mut::<crate::scene::Twin>().shown.selection = near.take(2000).collect();
        }),
    ];
    for (what, change) in changes {
        change(&mut stage);
        let after = pictures(&mut stage);
        assert!(differing(&before, &after) > 100, "{what} shows");
        assert_eq!(stage.meshes(), meshes, "{what}: no mesh is made or dropped");
        before = after;
    }
}
