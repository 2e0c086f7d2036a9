//! Small pictures of the tiny park, checked twice: against a stored picture by likeness, and for what must be visible.
//!
//! `TWIN_BLESS=1` writes the stored pictures anew. Without a graphics adapter these tests fail; they are never skipped.

#[allow(unreachable_pub, reason = "the same file serves as a module of the library and of this test")]
mod fixture;
mod likeness;

use std::path::{Path, PathBuf};

use image::RgbImage;
use likeness::{likeness, share_near};
use spatial_db::model::{FeatureId, FeatureKind};
use twin_engine::theme::{Rgb, Theme};
use twin_engine::{
    CameraChoice, CaptureOptions, Cut, Dig, SceneFile, SectionPlane, SplitLook, Stage, ThemeChoice, TwinInput,
};

/// Least likeness (1 is the same picture); software drivers differ by less than this.
const LEAST_LIKENESS: f64 = 0.93;

fn options() -> CaptureOptions {
    CaptureOptions { width: 320, height: 180, ..CaptureOptions::default() }
}

fn drawn(input: TwinInput, options: &CaptureOptions) -> RgbImage {
    let mut stage = Stage::new(input, options, 4).expect("a headless stage; a missing adapter is a failure");
    stage.picture().expect("a picture")
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.png"))
}

/// Compares with the stored picture, or stores it.
fn check(name: &str, picture: &RgbImage) {
    let path = golden(name);
    if std::env::var_os("TWIN_BLESS").is_some_and(|v| v == "1") {
        picture.save(&path).expect("the stored picture is written");
        return;
    }
    let stored = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}; TWIN_BLESS=1 makes it", path.display()));
    let found = likeness(picture, &stored.to_rgb8());
    if found < LEAST_LIKENESS {
        let seen = std::env::temp_dir().join(format!("{name}.seen.png"));
        picture.save(&seen).expect("the seen picture is written");
        panic!("{name}: likeness {found:.4} is under {LEAST_LIKENESS}; seen: {}", seen.display());
    }
}

/// The picture shows `colour` on at least `least` of its pixels.
fn shows(picture: &RgbImage, what: &str, colour: Rgb, least: f64) {
    let share = share_near(picture, colour, 14);
    assert!(
        share >= least,
        "{what} {colour:?} covers {:.3} % of the picture, least {:.3} %",
        share * 100.0,
        least * 100.0
    );
}

#[test]
fn a_parcel_overlay_shows_every_class_in_scene_and_legend() {
    let input = fixture::tiny();
    let theme = Theme::of(ThemeChoice::Daylight);
    let classes = input.overlays[0].classes.clone();
    let picture = drawn(input, &options());
    for class in &classes {
        let blended = Rgb::from(class.colour).over(theme.ground, theme.parcel_fill_alpha);
        shows(&picture, &class.label, blended, 0.001);
    }
    shows(&picture, "roofs", theme.roof, 0.01);
    shows(&picture, "ground", theme.ground, 0.05);
    shows(&picture, "water", theme.water, 0.005);
    shows(&picture, "roads", theme.road, 0.01);
    shows(&picture, "synthetic tag", theme.tag, 0.002);
    shows(&picture, "letters", theme.ink, 0.001);
    check("parcels-day", &picture);
}

#[test]
fn a_building_overlay_shows_roofs_symbols_and_zone() {
    let mut input = fixture::tiny();
    input.active = Some("emergency".into());
    let classes = input.overlays[1].classes.clone();
    let picture = drawn(input, &options());
    shows(&picture, "covered roofs", classes[0].colour.into(), 0.008);
    shows(&picture, "uncovered roofs", classes[1].colour.into(), 0.003);
    shows(&picture, "hydrants", classes[2].colour.into(), 0.0005);
    check("buildings-day", &picture);
}

#[test]
fn the_dark_theme_is_dark_and_shows_the_same_things() {
    let input = fixture::tiny();
    let theme = Theme::of(ThemeChoice::Dark);
    let picture = drawn(input, &CaptureOptions { theme: ThemeChoice::Dark, ..options() });
    shows(&picture, "ground", theme.ground, 0.05);
    shows(&picture, "roofs", theme.roof, 0.005);
    shows(&picture, "panels", theme.panel, 0.05);
    let mean: f64 = picture.pixels().map(|p| f64::from(p.0[1])).sum::<f64>() / f64::from(320 * 180);
    assert!(mean < 110.0, "mean brightness {mean}");
    check("parcels-dark", &picture);
}

#[test]
fn underground_shows_the_pipes_in_the_standards_colours() {
    let theme = Theme::of(ThemeChoice::Daylight);
    let hidden = drawn(fixture::tiny(), &options());
    let picture = drawn(fixture::tiny(), &CaptureOptions { underground: true, ..options() });
    check("underground-day", &picture);
    // Pipes lie under a veil of ground: look for what is far from neutral in their direction, and greener than water.
    let cyan =
        |p: &image::Rgb<u8>| p.0[0] < 165 && p.0[1] > 185 && p.0[2] > 185 && i16::from(p.0[1]) - i16::from(p.0[0]) > 50;
    let count = |picture: &RgbImage| picture.pixels().filter(|p| cyan(p)).count();
    assert!(count(&picture) > count(&hidden) + 60, "{} against {}", count(&picture), count(&hidden));
    shows(&picture, "panels", theme.panel, 0.03);
}

#[test]
fn a_selected_feature_stands_out_and_a_low_view_has_sky_and_no_black() {
    let input = fixture::tiny();
    let selected = Some(FeatureId::new(FeatureKind::Parcel, 3));
    let at = fixture::CORNER;
    let camera = CameraChoice::At {
        x_m: at.0 + 230.0,
        y_m: at.1 + 120.0,
        distance_m: 420.0,
        bearing_deg: 190.0,
        pitch_deg: 12.0,
    };
    let options = CaptureOptions { camera, frame: false, ..options() };
    let mut stage = Stage::new(input, &options, 4).expect("a headless stage");
    stage.select(selected);
    let picture = stage.picture().expect("a picture");
    check("low-day", &picture);
    // Outlines are not quite opaque, so the accent is seen over land or fill.
    let accent = |p: &image::Rgb<u8>| p.0[0] < 110 && p.0[1] < 140 && p.0[2] > 170;
    let seen = picture.pixels().filter(|p| accent(p)).count();
    assert!(seen > 150, "the selection's outline covers {seen} pixels");
    let top: Vec<_> = (0..320).map(|x| picture.get_pixel(x, 2).0).collect();
    assert!(top.iter().all(|p| p.iter().all(|c| *c > 200)), "the sky is light: {:?}", top[160]);
    let black = picture.pixels().filter(|p| p.0.iter().all(|c| *c < 12)).count();
    assert_eq!(black, 0, "holes in the scene");
}

#[test]
fn switching_the_overlay_changes_the_picture_and_switching_back_restores_it() {
    let mut stage = Stage::new(fixture::tiny(), &options(), 4).expect("a headless stage");
    let first = stage.picture().expect("a picture");
    stage.show_overlay(Some(1));
    let second = stage.picture().expect("a picture");
    stage.show_overlay(Some(0));
    let third = stage.picture().expect("a picture");
    assert!(likeness(&first, &second) < 0.9);
    assert!(likeness(&first, &third) > 0.9999);
}

#[test]
fn a_park_without_terrain_or_overlay_is_drawn_flat() {
    let mut input = fixture::tiny();
    let mut snapshot = (*input.snapshot).clone();
    snapshot.terrain = None;
    input.snapshot = snapshot.into();
    input.overlays.clear();
    let theme = Theme::of(ThemeChoice::Daylight);
    let picture = drawn(input, &options());
    shows(&picture, "roofs", theme.roof, 0.01);
    shows(&picture, "ground", theme.ground, 0.2);
    check("flat-day", &picture);
}

/// The left part as in a picture of its own, the right part as in the other's, and the line between them.
#[test]
fn a_split_picture_goes_on_across_the_line_and_shows_each_sides_day_and_overlay() {
    let (mut input, days) = fixture::built_up();
    input.active = Some("idle".into());
    let scene = |day: &str, overlay: &str| SceneFile {
        overlay: Some(overlay.into()),
        as_of: Some(day.parse().expect("a day")),
        ..SceneFile::default()
    };
    let plain =
        |scene: SceneFile| drawn(input.clone(), &CaptureOptions { scene: Some(scene), frame: false, ..options() });
    let (before, after) = (plain(scene(days[0], "idle")), plain(scene(days[1], "emergency")));
    let split = Some(SplitLook { at: 0.5, as_of: days[1].parse().ok(), overlay: Some("emergency".into()) });
    let both = plain(SceneFile { split, ..scene(days[0], "idle") });
    let part = |picture: &RgbImage, from: u32| image::imageops::crop_imm(picture, from, 0, 158, 180).to_image();
    assert!(likeness(&part(&both, 0), &part(&before, 0)) > 0.99, "the left part");
    assert!(likeness(&part(&both, 162), &part(&after, 162)) > 0.99, "the right part");
    assert!(likeness(&part(&before, 162), &part(&after, 162)) < 0.97, "the two differ");
    let split = Some(SplitLook { at: 0.4, as_of: days[1].parse().ok(), overlay: None });
    let framed = CaptureOptions { scene: Some(SceneFile { split, ..scene(days[0], "idle") }), ..options() };
    check("split-day", &drawn(input.clone(), &framed));
}

/// What was not yet built is not drawn, and the overlay is that of the day.
#[test]
fn an_earlier_day_has_fewer_roofs() {
    let (input, days) = fixture::built_up();
    let roof = Theme::of(ThemeChoice::Daylight).roof;
    let picture = |day: &str| {
        let scene = SceneFile { as_of: day.parse().ok(), ..SceneFile::default() };
        drawn(input.clone(), &CaptureOptions { scene: Some(scene), frame: false, ..options() })
    };
    let (before, after) = (picture(days[0]), picture(days[1]));
    let is_roof = |p: &image::Rgb<u8>| [roof.0, roof.1, roof.2].iter().zip(p.0).all(|(a, b)| a.abs_diff(b) <= 3);
    let pairs = || before.pixels().zip(after.pixels());
    let built = pairs().filter(|(a, b)| !is_roof(a) && is_roof(b)).count();
    let gone = pairs().filter(|(a, b)| is_roof(a) && !is_roof(b)).count();
    assert!(built > 400 && gone < built / 10, "{built} pixels of roof more, {gone} less");
}

/// A place of the tiny park.
fn place(dx: f64, dy: f64) -> [f64; 2] {
    [fixture::CORNER.0 + dx, fixture::CORNER.1 + dy]
}

/// Pixels of earth that is laid bare.
fn earth(picture: &RgbImage) -> usize {
    let brown = |p: &image::Rgb<u8>| {
        let [r, g, b] = p.0.map(i16::from);
        (20..50).contains(&(g - b)) && (10..40).contains(&(r - g)) && r > 90
    };
    picture.pixels().filter(|p| brown(p)).count()
}

/// Pixels of the drain's brown and of the main's cyan, as they are in full light.
fn drain(picture: &RgbImage) -> usize {
    picture.pixels().filter(|p| p.0[0] < 95 && p.0[1] < 80 && p.0[2] < 66 && p.0[0] > p.0[2] + 8).count()
}

fn main_pipe(picture: &RgbImage) -> usize {
    picture.pixels().filter(|p| p.0[0] < 110 && p.0[1] > 120 && p.0[2] > 120).count()
}

#[test]
fn a_section_takes_the_near_side_away_and_closes_what_it_cuts() {
    let theme = Theme::of(ThemeChoice::Daylight);
    let [x_m, y_m] = place(205.0, 100.0);
    let camera = CameraChoice::At { x_m, y_m, distance_m: 200.0, bearing_deg: 185.0, pitch_deg: 22.0 };
    let plain = CaptureOptions { camera, frame: false, ..options() };
    let mut input = fixture::tiny();
    input.overlays.clear();
    let mut stage = Stage::new(input, &plain, 4).expect("a headless stage");
    let whole = stage.picture().expect("a picture");
    // Seen from the south: what is south of y = 100 goes, and with it the first hall.
    let section = SectionPlane { from: place(100.0, 100.0), to: place(330.0, 100.0) };
    stage.cut(Cut { section: Some(section), ..Cut::default() });
    let cut = stage.picture().expect("a picture");
    check("section-day", &cut);
    assert!(earth(&cut) > earth(&whole) + 900, "earth: {} against {}", earth(&cut), earth(&whole));
    assert!(drain(&cut) > drain(&whole) + 5, "the drain's ring: {} against {}", drain(&cut), drain(&whole));
    // The far side goes instead: a look at what is left from the same place sees no face.
    stage.cut(Cut { section: Some(section.flipped()), ..Cut::default() });
    let other = stage.picture().expect("a picture");
    assert!(earth(&other) < earth(&cut) / 4, "{} against {}", earth(&other), earth(&cut));
    assert!(likeness(&whole, &other) < 0.97 && likeness(&cut, &other) < 0.9);
    stage.cut(Cut::default());
    assert!(likeness(&whole, &stage.picture().expect("a picture")) > 0.9999, "nothing is left of it");
    shows(&cut, "roofs behind", theme.roof, 0.01);
}

#[test]
fn a_pit_opens_the_ground_over_its_pipes_and_leaves_the_rest_opaque() {
    let theme = Theme::of(ThemeChoice::Daylight);
    let [x_m, y_m] = place(226.0, 136.0);
    let camera = CameraChoice::At { x_m, y_m, distance_m: 75.0, bearing_deg: 200.0, pitch_deg: 48.0 };
    let plain = CaptureOptions { camera, frame: false, ..options() };
    let mut input = fixture::tiny();
    input.overlays.clear();
    let mut stage = Stage::new(input, &plain, 4).expect("a headless stage");
    let whole = stage.picture().expect("a picture");
    let outline = vec![place(216.0, 128.0), place(238.0, 128.0), place(238.0, 143.0), place(216.0, 145.0)];
    let dig = Dig { outline, depth_m: 5.0 };
    let cut = Cut { dig: Some(dig), ..Cut::default() };
    stage.cut(cut.clone());
    let open = stage.picture().expect("a picture");
    check("pit-day", &open);
    assert_eq!((drain(&whole), main_pipe(&whole)), (0, 0), "nothing shows through whole ground");
    assert!(earth(&open) > 2000, "walls and floor: {}", earth(&open));
    assert!(
        drain(&open) > 60 && main_pipe(&open) > 60,
        "{} of the drain, {} of the main",
        drain(&open),
        main_pipe(&open)
    );
    let left = |picture: &RgbImage| image::imageops::crop_imm(picture, 0, 0, 60, 180).to_image();
    assert!(likeness(&left(&whole), &left(&open)) > 0.999, "beside the pit the ground is as it was");
    stage.cut(Cut { pipe_factor: 3.0, ..cut });
    let larger = stage.picture().expect("a picture");
    assert!(main_pipe(&larger) > main_pipe(&open) * 3 / 2, "{} against {}", main_pipe(&larger), main_pipe(&open));
    shows(&open, "road around", theme.road, 0.05);
}
