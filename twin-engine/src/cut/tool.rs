//! Placing and moving the cut: drags and clicks with the two tools, handles, and the keys that step.
//!
//! Handles are drawn by `ui`; what a cut is stands in `cut`.

use bevy::math::DVec2;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use bevy_egui::input::EguiWantsInput;

use super::{Cut, Dig, SectionPlane};
use crate::action::held;
use crate::camera::Orbit;
use crate::camera::control::{ControlSystems, Pointer, place_under};
use crate::scene::{Meshed, Twin};
use crate::select::Gesture;
use crate::space::park_direction;
use crate::tool::Tool;
use crate::ui::Ui;

/// A handle is held within this distance of its middle, px.
const REACH_PX: f32 = 11.0;
/// Steps of the plane, m.
const STEP_M: f64 = 1.0;
const LONG_STEP_M: f64 = 10.0;
/// Step of the pit's depth, m.
const DEPTH_STEP_M: f64 = 0.5;

/// A handle of the cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grip {
    /// First place of the section.
    From,
    /// Second place.
    To,
    /// Moves the plane along its normal.
    Plane,
    /// A corner of the pit.
    Corner(usize),
    /// Moves the pit.
    Pit,
}

/// Handles under the pointer and in hand.
#[derive(Resource, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grips {
    /// Under the pointer.
    pub over: Option<Grip>,
    /// Being dragged.
    pub held: Option<Grip>,
}

/// What is being placed by clicks.
#[derive(Resource, Debug, Default, PartialEq)]
pub(crate) struct Sketch {
    /// Places so far.
    pub points: Vec<DVec2>,
}

/// Systems of the tools.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Grips>()
        .init_resource::<Sketch>()
        .add_systems(Update, (place, press_keys).chain().after(ControlSystems).before(crate::scene::SceneSystems));
}

/// Handles of a cut and where they are.
pub(crate) fn grips(cut: &Cut) -> Vec<(Grip, DVec2)> {
    let mut out = Vec::new();
    if let Some(plane) = &cut.section {
        out.extend([(Grip::From, plane.start()), (Grip::To, plane.end()), (Grip::Plane, plane.middle())]);
    }
    if let Some(dig) = &cut.dig {
        out.extend(dig.corners().enumerate().map(|(at, place)| (Grip::Corner(at), place)));
        out.push((Grip::Pit, dig.middle()));
    }
    out
}

/// Pixel of a place on the ground.
pub(crate) fn pixel_of(orbit: &Orbit, meshed: &Meshed, place: DVec2) -> Option<Vec2> {
    let z = meshed.geometry.ground.height(place);
    orbit.pixel(meshed.geometry.origin.scene_from_park(place.x, place.y, z)).map(|(pixel, _)| pixel)
}

/// The view of the section from its open side, low enough to look at its face, or of the pit from above.
pub(crate) fn view_of_cut(twin: &Twin, meshed: &Meshed, orbit: &Orbit, section: bool) -> Option<Orbit> {
    let ground = &meshed.geometry.ground;
    let scene = |at: DVec2, above: f64| meshed.geometry.origin.scene_from_park(at.x, at.y, ground.height(at) + above);
    let (points, view): (Vec<Vec3>, Orbit) = match (&twin.cut.section, &twin.cut.dig) {
        (Some(plane), _) if section => {
            let places = (0..=8).map(|k| plane.start().lerp(plane.end(), f64::from(k) / 8.0));
            let near = plane.near();
            let bearing_deg = near.x.atan2(near.y).to_degrees() as f32;
            let points = places.flat_map(|at| [scene(at, -5.0), scene(at, 5.0)]).collect();
            (points, Orbit { bearing_deg, pitch_deg: 14.0, ..*orbit }.limited())
        }
        (_, Some(dig)) => {
            let points = dig.corners().flat_map(|at| [scene(at, 0.0), scene(at, -dig.depth_m)]).collect();
            (points, Orbit { pitch_deg: 46.0, ..*orbit })
        }
        _ => return None,
    };
    crate::camera::view_of_points(&view, &points, 0.8, 20.0)
}

/// The handle at a pixel of the picture.
pub(crate) fn grip_at(twin: &Twin, orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> Option<Grip> {
    grips(&twin.cut)
        .into_iter()
        .filter_map(|(grip, place)| Some((grip, pixel_of(orbit, meshed, place)?.distance(pixel))))
        .filter(|(_, away)| *away <= REACH_PX * twin.px_factor.max(1.0))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(grip, _)| grip)
}

/// Finds the handle under the pointer.
pub(crate) fn find_grip(
    twin: Res<Twin>,
    pointer: Res<Pointer>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    mut seen: ResMut<Grips>,
) {
    let over = meshed.zip(pointer.pixel).and_then(|(meshed, pixel)| grip_at(&twin, &orbit, &meshed, pixel));
    if seen.over != over {
        seen.over = over;
    }
}

/// The cut after a handle was dragged to a place; `None` where that makes no cut.
fn pulled(cut: &Cut, grip: Grip, place: DVec2) -> Option<Cut> {
    let mut cut = cut.clone();
    match (grip, &mut cut.section, &mut cut.dig) {
        (Grip::From, Some(plane), _) => plane.from = place.to_array(),
        (Grip::To, Some(plane), _) => plane.to = place.to_array(),
        (Grip::Plane, Some(plane), _) => *plane = plane.moved(-plane.near().dot(place - plane.middle())),
        (Grip::Corner(at), _, Some(dig)) => *dig.outline.get_mut(at)? = place.to_array(),
        (Grip::Pit, _, Some(dig)) => *dig = dig.moved(place - dig.middle()),
        _ => return None,
    }
    cut.check().is_ok().then_some(cut)
}

/// A rectangle on the ground between two places, upright in the picture.
pub(crate) fn rectangle(orbit: &Orbit, a: DVec2, b: DVec2) -> [DVec2; 4] {
    let right = park_direction(orbit.axes()[0].as_dvec3()).truncate().normalize_or(DVec2::X);
    let across = right * right.dot(b - a);
    [a, a + across, b, b - across]
}

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn place(
    mut gestures: MessageReader<Gesture>,
    mut twin: ResMut<Twin>,
    mut tool: ResMut<Tool>,
    mut sketch: ResMut<Sketch>,
    mut ui: ResMut<Ui>,
    keys: Res<ButtonInput<KeyCode>>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let Some(meshed) = meshed else {
        gestures.clear();
        return;
    };
    if !tool.cuts() && !sketch.points.is_empty() {
        sketch.points.clear();
    }
    let eye = {
        let at = meshed.geometry.origin.park_from_scene(orbit.eye());
        DVec2::new(at[0], at[1])
    };
    let under = |pixel: Vec2| place_under(&orbit, &meshed, pixel);
    let mut made: Option<Cut> = None;
    for gesture in gestures.read() {
        let now = made.as_ref().unwrap_or(&twin.cut);
        match (gesture, *tool) {
            (Gesture::Pull { grip, pixel }, _) => made = under(*pixel).and_then(|at| pulled(now, *grip, at)).or(made),
            (Gesture::Stretch { from, to }, tool @ (Tool::Section | Tool::Dig)) => {
                if let (Some(a), Some(b)) = (under(*from), under(*to)) {
                    made = if tool == Tool::Section {
                        with_section(now, a, b, eye)
                    } else {
                        with_dig(now, &rectangle(&orbit, a, b))
                    };
                }
            }
            (Gesture::Click { pixel, .. }, Tool::Section) => {
                sketch.points.extend(under(*pixel));
                if let [a, b] = sketch.points[..] {
                    made = with_section(now, a, b, eye);
                    sketch.points.truncate(1);
                }
            }
            (Gesture::Click { pixel, .. }, Tool::Dig) => {
                let first = sketch.points.first().and_then(|at| pixel_of(&orbit, &meshed, *at));
                let closes = sketch.points.len() > 2 && first.is_some_and(|at| at.distance(*pixel) < REACH_PX);
                if closes {
                    made = with_dig(now, &sketch.points);
                } else if let Some(at) = under(*pixel)
                    && sketch.points.len() < shaders::MOST_CORNERS
                {
                    sketch.points.push(at);
                }
            }
            _ => continue,
        }
        redraw.write(RequestRedraw);
    }
    if *tool == Tool::Dig && sketch.points.len() > 2 && keys.any_just_pressed([KeyCode::Enter, KeyCode::NumpadEnter]) {
        made = with_dig(&twin.cut, &sketch.points);
    }
    if tool.cuts() && keys.just_pressed(KeyCode::Backspace) && sketch.points.pop().is_some() {
        redraw.write(RequestRedraw);
    }
    let Some(made) = made else { return };
    if tool.cuts() {
        // It is placed: the mouse looks about again, and the handles move it.
        sketch.points.clear();
        *tool = Tool::Look;
        ui.show_cut(made.section != twin.cut.section);
    }
    if twin.cut != made {
        twin.cut = made;
    }
    redraw.write(RequestRedraw);
}

fn with_section(cut: &Cut, a: DVec2, b: DVec2, eye: DVec2) -> Option<Cut> {
    Some(Cut { section: Some(SectionPlane::facing(a, b, eye)?), ..cut.clone() })
}

fn with_dig(cut: &Cut, outline: &[DVec2]) -> Option<Cut> {
    let dig = Dig::new(outline)?;
    let depth_m = cut.dig.as_ref().map_or(dig.depth_m, |before| before.depth_m);
    Some(Cut { dig: Some(dig.deep(depth_m)), ..cut.clone() })
}

fn press_keys(
    keys: Res<ButtonInput<KeyCode>>,
    wants: Res<EguiWantsInput>,
    mut twin: ResMut<Twin>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if wants.wants_any_keyboard_input() || twin.cut.is_empty() {
        return;
    }
    let step = if held(&keys, [KeyCode::ShiftLeft, KeyCode::ShiftRight]) { LONG_STEP_M } else { STEP_M };
    let now = keys.get_just_pressed().fold(twin.cut.clone(), |cut, key| stepped(&cut, *key, step));
    if now != twin.cut {
        twin.cut = now;
        redraw.write(RequestRedraw);
    }
}

/// The cut after a key.
fn stepped(cut: &Cut, key: KeyCode, step_m: f64) -> Cut {
    let mut cut = cut.clone();
    let plane = |by: f64| cut.section.map(|plane| plane.moved(by));
    match key {
        KeyCode::Period => cut.section = plane(step_m),
        KeyCode::Comma => cut.section = plane(-step_m),
        KeyCode::Quote => cut.dig = cut.dig.map(|dig| dig.deep(dig.depth_m + DEPTH_STEP_M)),
        KeyCode::Semicolon => cut.dig = cut.dig.map(|dig| dig.deep(dig.depth_m - DEPTH_STEP_M)),
        KeyCode::Delete if cut.section.is_some() => cut.section = None,
        KeyCode::Delete => cut.dig = None,
        _ => {}
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut() -> Cut {
        let at = |x: f64, y: f64| DVec2::new(356_000.0 + x, 3_431_000.0 + y);
        Cut {
            section: SectionPlane::facing(at(0.0, 100.0), at(400.0, 100.0), at(200.0, -300.0)),
            dig: Dig::new(&[at(0.0, 0.0), at(10.0, 0.0), at(10.0, 10.0), at(0.0, 10.0)]),
            pipe_factor: 1.0,
        }
    }

    #[test]
    fn the_handle_in_the_middle_moves_the_plane_along_its_normal_alone() {
        let before = cut();
        let plane = before.section.unwrap();
        let moved = pulled(&before, Grip::Plane, plane.middle() + DVec2::new(70.0, 25.0)).unwrap().section.unwrap();
        assert!((moved.start() - plane.start() - DVec2::new(0.0, 25.0)).length() < 1e-9);
        assert!((moved.length_m() - plane.length_m()).abs() < 1e-9);
        let turned = pulled(&before, Grip::To, plane.end() + DVec2::new(0.0, 50.0)).unwrap().section.unwrap();
        assert_eq!((turned.from, turned.to[1]), (plane.from, plane.to[1] + 50.0));
        assert_eq!(pulled(&before, Grip::To, plane.start()), None, "no plane through one place");
    }

    #[test]
    fn handles_of_the_pit_move_a_corner_or_all_of_it() {
        let before = cut();
        let dig = before.dig.clone().unwrap();
        let corner = pulled(&before, Grip::Corner(2), dig.corners().nth(2).unwrap() + DVec2::splat(5.0)).unwrap();
        assert!(corner.dig.unwrap().area_m2() > dig.area_m2());
        let moved = pulled(&before, Grip::Pit, dig.middle() + DVec2::new(3.0, 4.0)).unwrap().dig.unwrap();
        assert!((moved.area_m2() - dig.area_m2()).abs() < 1e-6 && moved.middle().distance(dig.middle()) > 4.99);
        assert_eq!(pulled(&before, Grip::Corner(9), DVec2::ZERO), None);
        assert_eq!(grips(&before).len(), 3 + 5);
    }

    #[test]
    fn keys_step_the_plane_and_the_depth_and_take_away_one_after_the_other() {
        let before = cut();
        let plane = before.section.unwrap();
        let there = stepped(&before, KeyCode::Period, 10.0);
        assert!((there.section.unwrap().start() - plane.start()).length() > 9.99);
        let back = stepped(&there, KeyCode::Comma, 10.0).section.unwrap();
        assert!((back.start() - plane.start()).length() < 1e-9);
        assert_eq!(stepped(&before, KeyCode::Quote, 1.0).dig.unwrap().depth_m, 3.5);
        let once = stepped(&before, KeyCode::Delete, 1.0);
        assert!(once.section.is_none() && once.dig.is_some());
        assert!(stepped(&once, KeyCode::Delete, 1.0).is_empty());
    }

    #[test]
    fn a_flight_to_the_section_ends_before_its_face_with_both_ends_in_the_picture() {
        let corner = crate::fixture::CORNER;
        let at = |x: f64, y: f64| DVec2::new(corner.0 + x, corner.1 + y);
        let plane = SectionPlane::facing(at(150.0, 60.0), at(290.0, 190.0), at(290.0, 0.0)).unwrap();
        let dig = Dig::new(&[at(216.0, 128.0), at(238.0, 128.0), at(238.0, 143.0)]);
        let (twin, meshed) = crate::cut::pick::tests::scene(Cut { section: Some(plane), dig, pipe_factor: 1.0 });
        let view = view_of_cut(&twin, &meshed, &Orbit::default(), true).unwrap();
        let eye = meshed.geometry.origin.park_from_scene(view.eye());
        assert!(plane.off_m(DVec2::new(eye[0], eye[1])) > 20.0, "on the open side");
        for end in [plane.start(), plane.end(), plane.middle()] {
            let pixel = pixel_of(&view, &meshed, end).unwrap();
            assert!(pixel.cmpgt(Vec2::ZERO).all() && pixel.cmplt(view.size).all(), "{pixel}");
        }
        // The first place stands on the left, as in the drawing.
        assert!(pixel_of(&view, &meshed, plane.start()).unwrap().x < pixel_of(&view, &meshed, plane.end()).unwrap().x);
        let pit = view_of_cut(&twin, &meshed, &Orbit::default(), false).unwrap();
        assert!(pit.pitch_deg > 40.0 && pit.distance_m < view.distance_m);
    }

    #[test]
    fn a_rectangle_is_one_and_lies_straight_in_the_picture() {
        let orbit = Orbit { bearing_deg: 140.0, ..Orbit::default() };
        let (a, b) = (DVec2::new(10.0, 20.0), DVec2::new(42.0, 31.0));
        let [p, q, r, s] = rectangle(&orbit, a, b);
        assert_eq!((p, r), (a, b));
        assert!((q - p).dot(r - q).abs() < 1e-9 && (s - r).dot(p - s).abs() < 1e-9);
        // Seen from the south-east, right is north-east: azimuth 50 degrees.
        let azimuth = (q - p).x.atan2((q - p).y).to_degrees().rem_euclid(180.0);
        assert!((azimuth - 50.0).abs() < 1e-3, "{azimuth}");
    }
}
