//! A drill on the tiny park: what must be seen, and that its log is the drill.

use std::sync::Arc;
use std::time::{Duration, Instant};

use analysis::emergency::drill::{Action, DrillFile, DrillLog, DrillTables, Rating, Stay, run_drill, trace_drill};
use analysis::overlay::{Overlay, Symbol};
use bevy::tasks::{AsyncComputeTaskPool, TaskPool};
use image::RgbImage;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, ResourceKind};

use super::*;
use crate::capture::Stage;
use crate::fixture::{self, CORNER};
use crate::input::{CameraChoice, CaptureOptions, TwinInput};
use crate::pick::Picker;
use crate::scene::SceneGeometry;
use crate::split::Right;
use crate::style::Shown;
use crate::text::Text;
use crate::theme::{Rgb, alert};

mod report;

/// Ammonia leaks at the east end and the wind takes it west, over the halls.
pub(crate) const LEAK: &str = r#"(
    format_version: 1,
    name: "Leak at tank 1",
    park: "tiny",
    seed: 11,
    hour: 10,
    length_min: 20,
    weather: (wind_m_s: 3.0, wind_from_deg: 90.0, stability: D, temperature_c: 20.0, terrain: urban),
    hazard: leak(source: "hazards-1", at_min: 0.5, hole_mm: 12.0, leak: liquid(0.0)),
    objectives: [(id: "warn", text: "Everyone is warned", item: alarm_and_reporting)],
    roles: [(id: "officer", name: "Safety officer")],
    timeline: [
        (id: "call", when: after("release", 1.0), does: alarm),
        (id: "burst", when: at(4.0), does: no_water_near((356120.0, 3431140.0), 5.0)),
        (id: "gate", when: at(5.0), does: close((356440.0, 3431140.0), 25.0)),
    ],
    expected: [
        (id: "warned", text: "Alarm within 3 min", role: "officer", objective: "warn", from: "release", within_min: 3.0, evidence: event("alarm")),
        (id: "told", text: "The neighbours are told", role: "officer", objective: "warn", from: "alarm", within_min: 2.0, evidence: observed),
    ],
)"#;

const BROKEN: FeatureId = FeatureId::new(FeatureKind::EmergencyResource, 10);

/// The tiny park with a fire station at the west end of its road, and room at its place of assembly.
pub(crate) fn park() -> TwinInput {
    let mut input = fixture::tiny();
    let mut park = (*input.snapshot).clone();
    let mut station = park.resources[0].clone();
    station.id = FeatureId::new(FeatureKind::EmergencyResource, 9);
    station.provenance.key = "station".into();
    station.kind = ResourceKind::FireStation;
    station.position = [CORNER.0 - 30.0, CORNER.1 + 146.0];
    park.resources.push(station);
    // A hydrant that is out of service is none that the drill reckons with.
    let mut broken = park.resources[0].clone();
    broken.id = BROKEN;
    broken.provenance.key = "broken".into();
    broken.state = Some("broken".into());
    broken.position = [CORNER.0 + 300.0, CORNER.1 + 20.0];
    park.resources.push(broken);
    for resource in &mut park.resources {
        resource.capacity = (resource.kind == ResourceKind::AssemblyPoint).then_some(900.0);
        resource.flow_l_s = (resource.kind == ResourceKind::Hydrant).then_some(15.0);
    }
    input.snapshot = Arc::new(park);
    input
}

/// Steps a session until what it asked for is there.
pub(crate) fn settle(session: &mut Session, picker: &Arc<Picker>) {
    settle_until(session, picker, |session| {
        session.strand.finished().is_some()
            && session.branch.as_ref().is_none_or(|branch| branch.strand.finished().is_some())
    });
}

/// Steps a session until something is so.
pub(crate) fn settle_until(session: &mut Session, picker: &Arc<Picker>, done: impl Fn(&Session) -> bool) {
    AsyncComputeTaskPool::get_or_init(TaskPool::new);
    let until = Instant::now() + Duration::from_mins(2);
    while !done(session) && Instant::now() < until {
        session.step(picker, None);
        assert_eq!(session.strand.failed, None);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(done(session), "it never comes");
}

pub(crate) fn picker() -> Arc<Picker> {
    let park = park().snapshot;
    let geometry = SceneGeometry::build(&park, &[] as &[analysis::overlay::Overlay]).expect("a scene");
    Arc::new(Picker::new(&park, &geometry))
}

pub(crate) fn session(folder: Option<&std::path::Path>) -> Session {
    Session::new(DrillFile::parse(LEAK).expect("a drill"), Vec::new(), folder, "leak.drill.ron".as_ref())
}

/// Pixels within a few shades of a colour.
fn pixels(picture: &RgbImage, colour: Rgb) -> usize {
    let near = |a: u8, b: u8| a.abs_diff(b) <= 26;
    picture.pixels().filter(|p| near(p.0[0], colour.0) && near(p.0[1], colour.1) && near(p.0[2], colour.2)).count()
}

pub(super) fn stage(camera: CameraChoice, frame: bool) -> Stage {
    let options = CaptureOptions { width: 640, height: 400, frame, camera, ..CaptureOptions::default() };
    let mut stage = Stage::new(park(), &options, 1).expect("a headless stage");
    let world = stage.world_mut();
    world.resource_mut::<DrillRoom>().session = Some(session(None));
    let until = Instant::now() + Duration::from_mins(2);
    let made = |stage: &mut Stage| {
        let room = stage.world_mut().resource::<DrillRoom>();
        room.session.as_ref().is_some_and(|session| session.strand.finished().is_some())
    };
    while !made(&mut stage) && Instant::now() < until {
        stage.frame();
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(made(&mut stage), "the run never comes");
    stage
}

/// Frames would take the processor from the run.
#[test]
fn a_drill_for_pictures_is_played_with_one_frame() {
    let options = CaptureOptions { width: 320, height: 180, ..CaptureOptions::default() };
    let mut stage = Stage::new(park(), &options, 1).expect("a headless stage");
    let drawn = |stage: &mut Stage| stage.world_mut().resource::<bevy::diagnostic::FrameCount>().0;
    let before = drawn(&mut stage);
    stage.play_drill(DrillFile::parse(LEAK).expect("a drill"), Vec::new()).expect("a run");
    assert_eq!(drawn(&mut stage) - before, 1);
    assert!(stage.drill_view().is_some(), "the run is there, and the place of its incident");
    let elsewhere = DrillFile::parse(&LEAK.replace("park: \"tiny\"", "park: \"other\"")).expect("a drill");
    let refused = stage.play_drill(elsewhere, Vec::new()).unwrap_err();
    assert!(refused.to_string().contains("other") || format!("{refused:?}").contains("other"), "{refused:?}");
}

pub(super) fn at(stage: &mut Stage, at_s: f64) -> RgbImage {
    stage.world_mut().resource_mut::<DrillRoom>().session.as_mut().expect("a drill").jump(at_s);
    stage.frame();
    stage.frame();
    stage.picture().expect("a picture")
}

#[test]
fn people_hazard_and_the_word_exercise_are_seen_as_the_clock_goes() {
    let mut stage = stage(CameraChoice::WholePark, true);
    let before = at(&mut stage, 0.0);
    let under_way = at(&mut stage, 200.0);
    assert!(pixels(&before, alert::CAUTION) > 400, "the banner says that it is an exercise");
    let shown = |stage: &mut Stage| {
        let twin = stage.world_mut().resource::<Twin>();
        let overlay = twin.overlay().expect("the drill's").clone();
        assert_eq!(overlay.name, "drill");
        let count = |label: &str| overlay.classes.iter().find(|class| class.label == *label).map_or(0, |c| c.count);
        (count("People on the way"), count("People out"), count("Hydrants without water"), count("Closed ways"))
    };
    let (walking, out, ..) = shown(&mut stage);
    assert!(walking > 20, "{walking} walk");
    // People are a few pixels each: what is blue now and was not before.
    let blue = |picture: &RgbImage| pixels(picture, alert::INFORMATION);
    assert!(blue(&under_way) > blue(&before) + 60, "{} {}", blue(&under_way), blue(&before));
    // The lines of the hazard with their labels, in the three colours of the standards.
    for (name, colour) in [("AEGL-3", alert::DANGER), ("AEGL-2", alert::WARNING)] {
        let (then, now) = (pixels(&before, colour), pixels(&under_way, colour));
        assert!(now > then + 80, "{name}: {then} {now}");
    }
    let later = at(&mut stage, 900.0);
    let legend = stage.world_mut().resource::<Twin>().overlay().expect("the drill's").classes.clone();
    assert!(legend.len() > 5, "{legend:?}");
    assert_eq!(analysis::vision::first_alike(&legend), None, "it reads in grey and to the colour-blind");
    let (_, out_later, dry, closed) = shown(&mut stage);
    assert!(out_later > out && out_later > 20, "{out} {out_later}");
    assert!(dry == 1 && closed >= 1, "{dry} {closed}");
    let marks = &stage.world_mut().resource::<Twin>().overlay().expect("the drill's").marks;
    let hydrants: Vec<FeatureId> =
        marks.iter().filter(|mark| mark.symbol == Symbol::Hydrant).map(|mark| mark.feature).collect();
    assert!(hydrants.len() == 2 && !hydrants.contains(&BROKEN), "{hydrants:?}");
    assert!(pixels(&later, alert::SAFE) > pixels(&under_way, alert::SAFE), "they stand at their place");
    // Closing the drill leaves the map as it was.
    let world = stage.world_mut();
    world.resource_scope(|world, mut room: Mut<DrillRoom>| room.close(&mut world.resource_mut::<Twin>()));
    stage.frame();
    let after = stage.picture().expect("a picture");
    assert!(pixels(&after, alert::CAUTION) < 100, "{}", pixels(&after, alert::CAUTION));
    let twin = stage.world_mut().resource::<Twin>();
    assert_eq!(twin.overlay().map(|overlay| overlay.name.as_str()), Some("idle"));
}

#[test]
fn the_legend_names_the_rings_of_heat_about_a_burning_pool() {
    let leak = "leak(source: \"hazards-1\", at_min: 0.5, hole_mm: 12.0, leak: liquid(0.0))";
    let pool = "pool: (substance: \"gasoline\", diameter_m: 20.0)";
    let fire = format!("fire(building: \"buildings-1\", at_min: 0.5, cordon_m: 20.0, {pool})");
    let file = DrillFile::parse(&LEAK.replace(leak, &fire)).expect("a drill");
    let mut session = Session::new(file, Vec::new(), None, "fire.drill.ron".as_ref());
    settle(&mut session, &picker());
    session.jump(120.0);
    let (words, day) = (Text::of(Language::Chinese), "2026-06-30".parse().expect("a day"));
    let played = session.strand.finished().expect("a run");
    let overlay = overlay::overlay_at(&park().snapshot, &session, played, String::new(), words, day, "drill");
    for (label, chinese, colour) in [
        ("heat 2 kW/m²", "热辐射 2 kW/m²", alert::CAUTION),
        ("heat 5 kW/m²", "热辐射 5 kW/m²", alert::WARNING),
        ("heat 12.5 kW/m²", "热辐射 12.5 kW/m²", alert::DANGER),
        ("cordon 20 m", "警戒区 20 m", alert::WARNING),
    ] {
        let class = overlay.classes.iter().find(|class| class.label == *label).expect(label);
        assert_eq!((class.colour, class.count), ([colour.0, colour.1, colour.2], 1), "{label}");
        assert!(class.measure.is_some(), "{label} has an area");
        assert_eq!(words.words(&class.label), chinese);
    }
}

#[test]
fn a_drill_that_ends_leaves_other_overlays_and_splits_as_they_are() {
    let input = park();
    let given = input.overlays.len();
    let mut twin = Twin::new(input, Shown { overlay: Some(0), ..Shown::default() });
    for name in ["drill", "drill-branch", crate::network::NAME, crate::recolour::NAME] {
        twin.input.overlays.push(Arc::new(Overlay { name: name.to_owned(), ..fixture::building_overlay() }));
    }
    let mut ended = session(None);
    ended.overlay_before = Some(1);
    twin.shown.overlay = Some(given + 2);
    twin.right = Some(Right { at: 0.5, there: None, overlay: Some(given + 3) });
    overlay::take_away(&mut twin, &ended);
    let name = |twin: &Twin, side| twin.overlay_on(side).map(|overlay| overlay.name.clone());
    assert_eq!(name(&twin, Side::Left).as_deref(), Some(crate::network::NAME));
    assert_eq!(name(&twin, Side::Right).as_deref(), Some(crate::recolour::NAME));
    assert!(twin.overlay_at(given).is_none() && twin.overlay_at(given + 1).is_none(), "nothing to be looked at");
    // As the last of the list they go, what was looked at before is back, and a split without an overlay stays.
    twin.input.overlays.truncate(given);
    twin.input.overlays.push(Arc::new(Overlay { name: "drill".to_owned(), ..fixture::building_overlay() }));
    twin.shown.overlay = Some(given);
    twin.right = Some(Right { at: 0.5, there: None, overlay: None });
    overlay::take_away(&mut twin, &ended);
    assert_eq!((twin.input.overlays.len(), twin.shown.overlay), (given, Some(1)));
    assert!(twin.right.is_some());
}

#[test]
fn playing_back_writes_buffers_and_makes_no_mesh() {
    let (x_m, y_m) = (CORNER.0 + 230.0, CORNER.1 + 140.0);
    let camera = CameraChoice::At { x_m, y_m, distance_m: 420.0, bearing_deg: 140.0, pitch_deg: 50.0 };
    let mut stage = stage(camera, false);
    let first = at(&mut stage, 185.0);
    let before = stage.meshes();
    let second = at(&mut stage, 205.0);
    assert_eq!(stage.meshes(), before, "within half a minute nothing but places changes");
    let differing = first
        .pixels()
        .zip(second.pixels())
        .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 8))
        .count();
    assert!(differing > 40, "people moved: {differing} pixels");
    // Where the run says that somebody is, somebody is drawn.
    let world = stage.world_mut();
    let geometry = Arc::clone(&world.resource::<Meshed>().geometry);
    let orbit = *world.resource::<crate::camera::Orbit>();
    let played = Arc::clone(world.resource::<DrillRoom>().session.as_ref().unwrap().strand.played().unwrap());
    let trace = &played.trace;
    let (mut looked_at, mut seen) = (0, 0);
    for track in &trace.people {
        let spot = track.at(205.0);
        if spot.stay != Stay::Walks {
            continue;
        }
        let place = bevy::math::DVec2::new(
            trace.origin_m[0] + f64::from(spot.place_m[0]),
            trace.origin_m[1] + f64::from(spot.place_m[1]),
        );
        let z = geometry.ground.height(place) + 0.9;
        let Some((px, _)) = orbit.pixel(geometry.origin.scene_from_park(place.x, place.y, z)) else { continue };
        let around = (-10..=10_i32).flat_map(|dx| (-10..=10_i32).map(move |dy| (dx, dy)));
        looked_at += 1;
        seen += usize::from(around.into_iter().any(|(dx, dy)| {
            let (x, y) = (px.x as i32 + dx, px.y as i32 + dy);
            let inside = x >= 0 && y >= 0 && x < second.width() as i32 && y < second.height() as i32;
            inside && {
                let [r, g, b] = second.get_pixel(x as u32, y as u32).0;
                // Blue of people under way, or red of those in danger, in any light.
                (i32::from(b) - i32::from(r) > 50) || (i32::from(r) - i32::from(g) > 90)
            }
        }));
    }
    assert!(looked_at > 20 && seen * 10 >= looked_at * 8, "{seen} of {looked_at}");
}

#[test]
fn what_is_done_at_the_console_is_a_log_that_replays_to_the_bit() {
    let folder = std::env::temp_dir().join(format!("park-drill-console-{}", std::process::id()));
    let picker = picker();
    let mut session = session(Some(&folder));
    settle(&mut session, &picker);
    session.jump(100.0);
    session.inject(Action::Done("told".into()), "observer");
    settle(&mut session, &picker);
    session.jump(180.0);
    session.inject(Action::Close((CORNER.0 + 250.0, CORNER.1 + 140.0), 15.0), "controller");
    assert!(session.strand.holds_the_clock() || session.strand.share().is_none());
    settle(&mut session, &picker);
    session.jump(240.4);
    session.inject(Action::Wind(45.0, 2.5), "");
    // Another before the run is there: the one on its way is given up.
    let picture = session.next_picture().expect("beside the log");
    assert!(picture.to_string_lossy().ends_with("-note-1.png"), "{}", picture.display());
    let text = "The east gate is blocked".to_owned();
    let note = Action::Note { text, place: Some((1.5, 2.5)), picture: None, about: None };
    session.inject(note, "observer");
    settle(&mut session, &picker);
    let hand: Vec<(f64, &str)> = session.strand.hand().iter().map(|one| (one.at_s, one.by.as_str())).collect();
    assert_eq!(hand, [(100.0, "observer"), (180.0, "controller"), (241.0, ""), (241.0, "observer")]);
    // Until the end was shown the log is that of a drill that was broken off there.
    session.jump(300.0);
    session.keep();
    let read = || {
        let kept: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        DrillLog::parse(&std::fs::read_to_string(&kept[0]).unwrap()).unwrap()
    };
    let half = read();
    assert!(half.digest.is_none() && half.entries.iter().all(|entry| entry.at_s <= 300.0) && half.hand.len() == 4);
    session.jump(1e9);
    session.keep();
    let whole = read();
    std::fs::remove_dir_all(&folder).unwrap();
    // Headless, from the log alone.
    let file = DrillFile::parse(LEAK).unwrap();
    whole.belongs_to(&file).unwrap();
    let cache = Cache::build(park().snapshot);
    for log in [&whole, &half] {
        let again = run_drill(&file, &cache, &DrillTables::shipped(), &log.hand).unwrap();
        assert_eq!(again.log.digest, whole.digest);
        assert_eq!(again.outcome, session.strand.finished().unwrap().run.outcome);
    }
    let plain = run_drill(&file, &cache, &DrillTables::shipped(), &[]).unwrap();
    assert_ne!(plain.log.digest, whole.digest);
}

#[test]
fn what_is_done_at_the_end_is_of_the_last_second_that_is_played() {
    // Ten minutes and a bit: the second that is cut off is none.
    let file = DrillFile::parse(&LEAK.replace("length_min: 20,", "length_min: 10.01,")).unwrap();
    let mut session = Session::new(file, Vec::new(), None, "leak.drill.ron".as_ref());
    session.jump(1e9);
    session.inject(Action::Say("over".into()), "observer");
    let hand: Vec<f64> = session.strand.hand().iter().map(|one| one.at_s).collect();
    assert_eq!(hand, [600.0]);
}

#[test]
fn why_a_log_is_not_kept_is_told_in_the_readers_language_until_it_is() {
    let file = std::env::temp_dir().join(format!("park-drill-unkept-{}", std::process::id()));
    std::fs::write(&file, "in the way").unwrap();
    let mut session = session(Some(&file.join("drills")));
    settle(&mut session, &picker());
    session.jump(100.0);
    session.keep();
    let (_, why) = session.unkept.clone().expect("a file is no folder");
    assert_eq!(Text::of(Language::Chinese).failure(&why), "路径中应为文件夹之处是一个文件");
    std::fs::remove_file(&file).unwrap();
    session.keep();
    assert_eq!(session.unkept, None);
    std::fs::remove_dir_all(&file).unwrap();
}

#[test]
fn a_log_kept_before_the_run_with_the_last_inject_is_there_tells_of_nothing_after_that() {
    let picker = picker();
    let mut session = session(None);
    settle(&mut session, &picker);
    session.jump(1e9);
    let before = session.log().unwrap();
    assert!(before.digest.is_some());
    // Back, and something in the middle of what was shown already: the window may be shut before it is played anew.
    let middle_s = before.entries[before.entries.len() / 2].at_s;
    session.jump(middle_s);
    session.inject(Action::Say("in the middle".into()), "observer");
    let kept = session.log().unwrap();
    assert!(kept.digest.is_none() && kept.hand.len() == 1);
    assert!(!kept.entries.is_empty() && kept.entries.iter().all(|entry| entry.at_s < middle_s), "{:?}", kept.entries);
    settle(&mut session, &picker);
    kept.tells_of(&session.strand.finished().unwrap().run.log).unwrap();
    let after = session.log().unwrap();
    assert!(after.digest.is_some() && after.entries.len() == before.entries.len() + 1);
}

#[test]
fn a_branch_is_the_drill_until_its_moment_and_differs_by_one_thing() {
    let picker = picker();
    let mut session = session(None);
    settle(&mut session, &picker);
    session.jump(150.0);
    // The corner that everyone leaves the road at for the place of assembly, a minute after the alarm: nobody is there yet.
    session.branch_off(Action::Close((CORNER.0 + 280.0, CORNER.1 + 140.0), 20.0), "the east road is shut".into());
    settle(&mut session, &picker);
    let (main, branch) = (session.strand.finished().unwrap(), session.branch.as_ref().unwrap());
    let other = branch.strand.finished().unwrap();
    assert_eq!(session.strand.hand().len(), 0, "the drill itself goes on as it was");
    let upto = |played: &Played| -> Vec<_> {
        played.trace.looks.iter().filter(|look| look.at_s < branch.from_s).cloned().collect()
    };
    assert_eq!(upto(main), upto(other));
    let (first, second) = (&main.run.outcome, &other.run.outcome);
    assert!(first.arrived > 0 && second.arrived < first.arrived, "{} {}", first.arrived, second.arrived);
    assert!(second.cut_off > first.cut_off, "{} {}", first.cut_off, second.cut_off);
    assert_ne!(main.run.log.digest, other.run.log.digest);
    let figures = Figures::at(other, 1200.0);
    assert_eq!((figures.out, figures.cut_off), (second.arrived, second.cut_off));
    assert_eq!(figures.unpowered, None, "the tiny park has no power network");
    assert_eq!(figures.persons, figures.inside + figures.on_the_way + figures.out + figures.cut_off);
}

#[test]
fn an_expected_action_waits_is_due_overdue_and_met_in_its_turn_and_a_mark_counts_at_once() {
    let picker = picker();
    let mut session = session(None);
    settle(&mut session, &picker);
    let rated = session.strand.finished().unwrap().run.outcome.rated.clone();
    let at =
        |session: &Session, which: usize, now_s: f64| standing(&session.file, &session.strand, &rated[which], now_s);
    // The alarm at 90 s is the evidence, due 180 s after the release at 30 s.
    assert_eq!(at(&session, 0, 10.0), Standing::Waits);
    assert_eq!(at(&session, 0, 60.0), Standing::Due(150.0));
    assert_eq!(at(&session, 0, 95.0), Standing::Met(90.0));
    assert_eq!(at(&session, 1, 100.0), Standing::Due(110.0));
    assert_eq!(at(&session, 1, 250.0), Standing::Overdue(40.0));
    session.jump(250.0);
    session.inject(Action::Done("told".into()), "observer");
    assert_eq!(at(&session, 1, 249.0), Standing::Overdue(39.0), "not before it was");
    assert_eq!(at(&session, 1, 250.0), Standing::Late(250.0));
    session.jump(260.0);
    session.inject(Action::Missed("told".into()), "observer");
    assert_eq!(at(&session, 1, 261.0), Standing::Missed);
    // Done before its clock has started is in time, as the rating of the run says.
    let mut early = rated[0].clone();
    early.due_s = None;
    assert_eq!(standing(&session.file, &session.strand, &early, 95.0), Standing::Met(90.0));
    // What the run calls unknown is not met in the console either, and too late is too late.
    let mut known = rated[0].clone();
    known.rating = Rating::Unknown;
    assert_eq!(standing(&session.file, &session.strand, &known, 95.0), Standing::KnownOut(90.0, 0));
    known.due_s = Some(80.0);
    assert_eq!(standing(&session.file, &session.strand, &known, 95.0), Standing::Late(90.0));
}

#[test]
fn all_out_is_said_only_where_everyone_is_known() {
    let (file, cache) = (DrillFile::parse(LEAK).unwrap(), Cache::build(park().snapshot));
    let (mut run, trace) = trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).unwrap();
    run.outcome.last_out_s = Some(600.0);
    let mut played = Played { run, trace };
    assert_eq!(Figures::at(&played, 599.0).state, AlertState::Alarm);
    played.trace.buildings_unknown = 0;
    assert_eq!(Figures::at(&played, 600.0).state, AlertState::AllOut);
    played.trace.buildings_unknown = 2;
    let figures = Figures::at(&played, 600.0);
    assert_eq!((figures.state, figures.unknown), (AlertState::KnownOut, 2));
}

#[test]
fn a_branch_has_what_the_file_scripts_for_later_and_nothing_that_was_done_by_hand_later() {
    let picker = picker();
    let mut session = session(None);
    settle(&mut session, &picker);
    for (at_s, does) in [
        (100.0, Action::Done("told".into())),
        (151.0, Action::Say("at the moment itself".into())),
        (400.0, Action::Say("later, in the drill alone".into())),
    ] {
        session.jump(at_s);
        session.inject(does, "observer");
    }
    session.jump(150.4);
    session.branch_off(Action::Say("its own".into()), "something is said".into());
    settle(&mut session, &picker);
    let branch = session.branch.as_ref().unwrap();
    let times = |strand: &strand::Strand| strand.hand().iter().map(|one| one.at_s).collect::<Vec<_>>();
    assert_eq!((times(&branch.strand), branch.from_s), (vec![100.0, 151.0, 151.0], 151.0));
    assert_eq!(times(&session.strand), [100.0, 151.0, 400.0]);
    assert_eq!(session.left_out(), 1);
    let said = |played: &Played| {
        let entries = &played.run.log.entries;
        entries.iter().filter(|entry| entry.at_s > 151.0).map(|entry| entry.text.to_string()).collect::<Vec<_>>()
    };
    let (main, other) = (said(session.strand.finished().unwrap()), said(branch.strand.finished().unwrap()));
    assert!(main.iter().any(|text| text.contains("in the drill alone")));
    assert!(!other.iter().any(|text| text.contains("in the drill alone")), "{other:?}");
    // The burst main at 240 s and the gate at 300 s are the file's.
    for scripted in ["1 hydrant gives no water", "stretches of way are closed"] {
        assert!(other.iter().any(|text| text.contains(scripted)), "{scripted}: {other:?}");
    }
    // Put in for an earlier moment once the branch had left: the drill has it, and the branch does not.
    session.jump(120.0);
    session.inject(Action::Say("earlier, and told later".into()), "observer");
    assert_eq!(session.left_out(), 2);
}

#[test]
fn the_clock_goes_at_its_speed_and_stops_at_the_end() {
    let picker = picker();
    let mut session = session(None);
    assert!(!session.advance(1.0));
    session.play();
    assert!(!session.advance(1.0) && session.now_s == 0.0, "without a run the clock stands");
    settle(&mut session, &picker);
    session.speed = 60.0;
    assert!(session.advance(0.5));
    assert!((session.now_s - 30.0).abs() < 1e-9);
    session.jump_to_event(true);
    assert_eq!(session.now_s, 90.0, "the alarm");
    session.jump_to_event(false);
    assert_eq!(session.now_s, 30.0, "the release");
    session.speed = 600.0;
    for _ in 0..9 {
        session.advance(0.5);
    }
    assert!(!session.playing && session.now_s == 1200.0);
    assert_eq!((clock(3725.0), local_clock(23, 3725.0)), ("1:02:05".to_owned(), "00:02:05".to_owned()));
}

#[test]
fn a_drill_of_another_park_or_a_broken_file_is_refused_with_its_reason() {
    let folder = std::env::temp_dir().join(format!("park-drill-refused-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut twin = Twin::new(park(), crate::style::Shown::default());
    let mut room = DrillRoom::default();
    for (text, said) in [
        (LEAK.replace("park: \"tiny\"", "park: \"other\""), "for the park other"),
        (LEAK.replace("hour: 10", "hour: 30"), "line 6: hour must be from 0 to 23"),
    ] {
        let path = folder.join("x.drill.ron");
        std::fs::write(&path, text).unwrap();
        room.open(&DrillStart { path, log: None }, &mut twin);
        let refused = room.refused.clone().expect("refused");
        assert!(refused.contains(said), "{refused}");
        assert!(room.session.is_none() && room.console);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
