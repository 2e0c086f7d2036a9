//! Mouse and keys that are held: drag the ground, turn about the point under the cursor, zoom to it, draw a shape.
//!
//! What a click or a drawn shape selects is left to `select`; keys that do one thing to `action`.

use bevy::input::mouse::{MouseScrollUnit, MouseWheel};
use bevy::math::{DVec2, DVec3};
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, RequestRedraw};
use bevy_egui::EguiContexts;
use bevy_egui::egui;
use bevy_egui::input::EguiWantsInput;

use super::fit::step_on_ground;
use super::strokes::{Stroke, Strokes, find_strokes};
use super::{Flight, Orbit};
use crate::action::held;
use crate::cut::tool::{Grip, Grips, find_grip, grip_at};
use crate::frame::Page;
use crate::scene::{Meshed, Twin};
use crate::select::Gesture;
use crate::space::park_direction;
use crate::tool::Tool;

/// A press that moves less than this is a click, px.
const CLICK_PX: f32 = 4.0;
/// A corner of a drawn outline is at least this far from the one before, px.
const OUTLINE_PX: f32 = 5.0;
/// Degrees turned per pixel dragged.
const TURN_DEG_PER_PX: f32 = 0.28;
/// Share of the distance left after one notch of the wheel.
const ZOOM_PER_NOTCH: f32 = 0.86;
/// Pixels of a touchpad that count as one notch.
const PX_PER_NOTCH: f32 = 60.0;
/// Keyboard: picture heights panned, degrees turned and notches zoomed per second.
const KEY_PAN_PER_SEC: f32 = 0.6;
const KEY_TURN_DEG_PER_SEC: f32 = 60.0;
const KEY_NOTCHES_PER_SEC: f32 = 7.0;
/// Keys that move the camera while they are held, without Ctrl.
pub(crate) const HELD: [KeyCode; 12] = [
    KeyCode::ArrowLeft,
    KeyCode::ArrowRight,
    KeyCode::ArrowUp,
    KeyCode::ArrowDown,
    KeyCode::KeyQ,
    KeyCode::KeyE,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Equal,
    KeyCode::NumpadAdd,
    KeyCode::Minus,
    KeyCode::NumpadSubtract,
];
/// Least height of the eye over the ground, m.
const EYE_ABOVE_M: f64 = 2.5;

/// Where the pointer is over the scene.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub(crate) struct Pointer {
    /// Pixel of the picture; `None` off the scene or over a panel.
    pub pixel: Option<Vec2>,
    /// Place on the ground under it, park coordinates.
    pub ground: Option<DVec3>,
    /// Outline being drawn, px of the picture.
    pub outline: Vec<Vec2>,
}

/// What a drag does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Doing {
    /// The ground follows the pointer.
    #[default]
    Pan,
    /// The view turns about the point that was under the pointer.
    Turn(Vec3),
    /// A rectangle from where the drag began.
    Rectangle,
    /// A free outline.
    Outline,
    /// A straight line.
    Stretch,
    /// A handle of the cut.
    Grip(Grip),
}

/// The press under way.
#[derive(Resource, Debug, Clone, Default)]
struct Drag {
    pressed_at: Option<Vec2>,
    moved: bool,
    doing: Doing,
    grabbed: Option<DVec3>,
    last: Option<Vec2>,
}

/// Systems of mouse and keyboard.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drag>().init_resource::<Strokes>().init_resource::<Pointer>().add_systems(
        Update,
        (find_pointer, find_strokes, find_grip, hold_keys, turn_wheel, drag_mouse, keep_above_ground)
            .chain()
            .in_set(ControlSystems)
            .before(crate::scene::SceneSystems),
    );
}

/// Set of the systems of mouse and keys.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ControlSystems;

/// Ray through a pixel in park coordinates.
pub(crate) fn park_ray(orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> (DVec3, DVec3) {
    let (eye, direction) = orbit.ray(pixel);
    (meshed.geometry.origin.park_from_scene_precise(eye), park_direction(direction))
}

/// Scene point of the ground under a pixel; `None` where there is none or it is far beyond the park.
fn ground_under(orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> Option<DVec3> {
    let (eye, direction) = orbit.ray(pixel);
    let (park_eye, park_way) = park_ray(orbit, meshed, pixel);
    let distance = meshed.picker.ground_distance(park_eye, park_way)?;
    // Near the horizon a pixel is kilometres: dragging there would throw the park away.
    (distance < f64::from(orbit.distance_m) * 12.0).then(|| eye + direction * distance)
}

/// Place in the park of the ground under a pixel.
pub(crate) fn place_under(orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> Option<DVec2> {
    let scene = ground_under(orbit, meshed, pixel)?;
    Some(meshed.geometry.origin.park_from_scene_precise(scene).truncate())
}

/// Whether a pixel of the window is over the scene, with nothing over it.
pub(super) fn is_on_scene(ctx: &egui::Context, page: &Page, at: Vec2) -> bool {
    let points = at / ctx.pixels_per_point();
    let at = egui::pos2(points.x, points.y);
    let on_scene = page.0.is_none_or(|scene| scene.contains(at));
    // Windows, menus and lists float above the scene; what egui drags may be outside of them.
    let covered = ctx.layer_id_at(at).is_some_and(|layer| layer.order != egui::Order::Background);
    on_scene && !covered && !ctx.egui_is_using_pointer()
}

/// Finds the pixel under the pointer, and the ground under that.
fn find_pointer(
    mut contexts: EguiContexts,
    window: Single<&Window, With<PrimaryWindow>>,
    page: Res<Page>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    mut pointer: ResMut<Pointer>,
) {
    let Ok(ctx) = contexts.ctx_mut() else { return };
    let over = window.physical_cursor_position().filter(|at| is_on_scene(ctx, &page, *at));
    let pixel = over.map(|at| at - orbit.corner);
    if pointer.pixel == pixel && !orbit.is_changed() {
        return;
    }
    let ground = meshed.zip(pixel).and_then(|(meshed, pixel)| {
        let (eye, way) = park_ray(&orbit, &meshed, pixel);
        Some(eye + way * meshed.picker.ground_distance(eye, way)?)
    });
    pointer.pixel = pixel;
    pointer.ground = ground;
}

fn turn_wheel(
    mut wheel: MessageReader<MouseWheel>,
    pointer: Res<Pointer>,
    meshed: Option<Res<Meshed>>,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
) {
    let notches: f32 = wheel
        .read()
        .map(|event| match event.unit {
            MouseScrollUnit::Line => event.y,
            MouseScrollUnit::Pixel => event.y / PX_PER_NOTCH,
        })
        .sum();
    let (Some(meshed), Some(pixel)) = (meshed, pointer.pixel) else { return };
    if notches == 0.0 {
        return;
    }
    flight.stop();
    let at = ground_under(&orbit, &meshed, pixel).map(DVec3::as_vec3);
    let factor = ZOOM_PER_NOTCH.powf(notches.clamp(-8.0, 8.0));
    *orbit = zoomed(&orbit, at, factor);
}

/// The orbit `factor` times as far, with the point `at` staying where it is in the picture.
fn zoomed(orbit: &Orbit, at: Option<Vec3>, factor: f32) -> Orbit {
    let nearer = Orbit { distance_m: orbit.distance_m * factor, ..*orbit }.limited();
    let applied = nearer.distance_m / orbit.distance_m;
    let target = at.map_or(orbit.target, |p| p + (orbit.target - p) * applied);
    Orbit { target, ..nearer }
}

/// Makes of what the mouse did a view, an outline and gestures, one stroke after the other.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn drag_mouse(
    strokes: Res<Strokes>,
    keys: Res<ButtonInput<KeyCode>>,
    meshed: Option<Res<Meshed>>,
    twin: Res<Twin>,
    tool: Res<Tool>,
    mut grips: ResMut<Grips>,
    mut pointer: ResMut<Pointer>,
    mut drag: ResMut<Drag>,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
    mut gestures: MessageWriter<Gesture>,
) {
    let Some(meshed) = meshed else { return };
    let begins = |stroke: &Stroke| matches!(stroke, Stroke::Down { on_scene: true, .. });
    if drag.pressed_at.is_none() && !strokes.0.iter().any(begins) {
        return;
    }
    let mut hand = Hand {
        meshed: &meshed,
        twin: &twin,
        tool: *tool,
        shift: held(&keys, [KeyCode::ShiftLeft, KeyCode::ShiftRight]),
        ctrl: held(&keys, [KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft]),
        drag: drag.clone(),
        orbit: *orbit,
        outline: pointer.outline.clone(),
        gestures: Vec::new(),
    };
    for stroke in &strokes.0 {
        hand.does(*stroke);
    }
    if strokes.0.iter().any(begins) {
        flight.stop();
    }
    let Hand { drag: now, orbit: turned, outline, gestures: made, .. } = hand;
    let held = if let (Some(_), Doing::Grip(grip)) = (now.pressed_at, now.doing) { Some(grip) } else { None };
    if grips.held != held {
        grips.held = held;
    }
    if *orbit != turned {
        *orbit = turned;
    }
    if pointer.outline != outline {
        pointer.outline = outline;
    }
    *drag = now;
    gestures.write_batch(made);
}

/// A hand on the mouse: what it holds, and what came of that so far.
struct Hand<'a> {
    meshed: &'a Meshed,
    twin: &'a Twin,
    tool: Tool,
    shift: bool,
    ctrl: bool,
    drag: Drag,
    orbit: Orbit,
    outline: Vec<Vec2>,
    gestures: Vec<Gesture>,
}

impl Hand<'_> {
    fn does(&mut self, stroke: Stroke) {
        let corner = self.orbit.corner;
        match stroke {
            Stroke::Down { button, at, on_scene: true } => self.takes(button, at - corner),
            Stroke::Down { .. } => {}
            Stroke::Moved(at) => self.goes_to(at - corner),
            Stroke::Up { button, at } => {
                self.goes_to(at - corner);
                self.lets_go(button, at - corner);
            }
        }
    }

    fn takes(&mut self, button: MouseButton, pixel: Vec2) {
        if ![MouseButton::Left, MouseButton::Right, MouseButton::Middle].contains(&button) {
            return;
        }
        let grabbed = ground_under(&self.orbit, self.meshed, pixel);
        let doing = if button == MouseButton::Left {
            match (grip_at(self.twin, &self.orbit, self.meshed, pixel), self.tool) {
                (Some(grip), _) => Doing::Grip(grip),
                (_, Tool::Section | Tool::Dig) if !self.shift && !self.ctrl => Doing::Stretch,
                (_, Tool::Box) => Doing::Rectangle,
                (_, Tool::Lasso) => Doing::Outline,
                _ if self.shift => Doing::Rectangle,
                _ if self.ctrl => Doing::Outline,
                _ => Doing::Pan,
            }
        } else {
            Doing::Turn(grabbed.map_or(self.orbit.target, DVec3::as_vec3))
        };
        self.drag = Drag { pressed_at: Some(pixel), moved: false, doing, grabbed, last: Some(pixel) };
        self.outline = vec![pixel];
    }

    fn goes_to(&mut self, pixel: Vec2) {
        let Some(start) = self.drag.pressed_at else { return };
        self.drag.moved |= pixel.distance(start) > CLICK_PX;
        let step = pixel - self.drag.last.replace(pixel).unwrap_or(pixel);
        if !self.drag.moved || step == Vec2::ZERO {
            return;
        }
        match self.drag.doing {
            Doing::Pan => self.orbit = panned(&self.orbit, self.drag.grabbed, pixel, step),
            Doing::Turn(pivot) => {
                self.orbit = self.orbit.turned(pivot, step.x * TURN_DEG_PER_PX, step.y * TURN_DEG_PER_PX);
            }
            Doing::Rectangle => {
                self.outline = vec![start, Vec2::new(pixel.x, start.y), pixel, Vec2::new(start.x, pixel.y)];
            }
            Doing::Stretch => self.outline = vec![start, pixel],
            // Where it is last is where it is pulled to.
            Doing::Grip(grip) => {
                self.gestures.pop_if(|last| matches!(last, Gesture::Pull { .. }));
                self.gestures.push(Gesture::Pull { grip, pixel });
            }
            Doing::Outline => {
                if self.outline.last().is_none_or(|last| last.distance(pixel) >= OUTLINE_PX) {
                    self.outline.push(pixel);
                }
            }
        }
    }

    fn lets_go(&mut self, button: MouseButton, pixel: Vec2) {
        let Some(start) = self.drag.pressed_at else { return };
        let outline = std::mem::take(&mut self.outline);
        let moved = self.drag.moved;
        match self.drag.doing {
            Doing::Rectangle | Doing::Outline if moved => {
                self.gestures.push(Gesture::Outline { outline, add: self.shift && self.ctrl });
            }
            Doing::Stretch if moved => self.gestures.push(Gesture::Stretch { from: start, to: pixel }),
            Doing::Grip(_) => {}
            _ if button == MouseButton::Left && !moved => {
                self.gestures.push(Gesture::Click { pixel, add: self.shift || self.ctrl });
            }
            Doing::Turn(_) => self.orbit = grounded(&self.orbit, self.meshed),
            _ => {}
        }
        self.drag = Drag::default();
    }
}

/// The same view to the eye, with its target on the ground in the middle of the picture, where there is ground.
pub(crate) fn grounded(orbit: &Orbit, meshed: &Meshed) -> Orbit {
    let Some(target) = ground_under(orbit, meshed, orbit.size * 0.5) else { return *orbit };
    let distance_m = (target - orbit.eye().as_dvec3()).length() as f32;
    let (least, most) = (orbit.distance_m * 0.1, orbit.distance_m * 10.0);
    if (least..most).contains(&distance_m) { Orbit { target: target.as_vec3(), distance_m, ..*orbit } } else { *orbit }
}

/// The orbit moved so that the grabbed point is under the pixel again.
fn panned(orbit: &Orbit, grabbed: Option<DVec3>, pixel: Vec2, step: Vec2) -> Orbit {
    let Some(grabbed) = grabbed else {
        return Orbit { target: orbit.target + step_on_ground(orbit, -step), ..*orbit };
    };
    let (eye, direction) = orbit.ray(pixel);
    let distance = (grabbed.y - eye.y) / direction.y;
    if !distance.is_finite() || distance <= 0.0 || distance > f64::from(orbit.distance_m) * 20.0 {
        return *orbit;
    }
    let shift = grabbed - (eye + direction * distance);
    Orbit { target: orbit.target + Vec3::new(shift.x as f32, 0.0, shift.z as f32), ..*orbit }
}

fn hold_keys(
    keys: Res<ButtonInput<KeyCode>>,
    time: Res<Time<Real>>,
    wants: Res<EguiWantsInput>,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let ctrl = [KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft, KeyCode::SuperRight];
    if wants.wants_any_keyboard_input() || held(&keys, ctrl) {
        return;
    }
    let Some(moved) = moved_by(&orbit, &keys, time.delta_secs().min(0.1)) else { return };
    flight.stop();
    *orbit = moved;
    redraw.write(RequestRedraw);
}

/// The orbit as keys move it that are held for so many seconds; `None` where none of them is. One that went down and came up within a
/// slow frame counts as held for it.
fn moved_by(orbit: &Orbit, keys: &ButtonInput<KeyCode>, seconds: f32) -> Option<Orbit> {
    if !keys.any_pressed(HELD) && !keys.any_just_pressed(HELD) {
        return None;
    }
    let held = |key: KeyCode| if keys.pressed(key) || keys.just_pressed(key) { 1.0 } else { 0.0 };
    let pan = Vec2::new(
        held(KeyCode::ArrowRight) - held(KeyCode::ArrowLeft),
        held(KeyCode::ArrowDown) - held(KeyCode::ArrowUp),
    );
    let turn = held(KeyCode::KeyE) - held(KeyCode::KeyQ);
    let tilt = held(KeyCode::PageUp) - held(KeyCode::PageDown);
    let closer = held(KeyCode::Equal) + held(KeyCode::NumpadAdd) - held(KeyCode::Minus) - held(KeyCode::NumpadSubtract);
    let mut moved = zoomed(orbit, None, ZOOM_PER_NOTCH.powf(closer * KEY_NOTCHES_PER_SEC * seconds));
    moved.target += step_on_ground(&moved, pan * moved.size.y * KEY_PAN_PER_SEC * seconds);
    moved.bearing_deg += turn * KEY_TURN_DEG_PER_SEC * seconds;
    moved.pitch_deg += tilt * KEY_TURN_DEG_PER_SEC * 0.6 * seconds;
    Some(moved.limited())
}

/// The eye never goes under the ground, but where the ground is translucent: the whole orbit is lifted instead.
fn keep_above_ground(meshed: Option<Res<Meshed>>, twin: Res<Twin>, mut orbit: ResMut<Orbit>) {
    let Some(meshed) = meshed else { return };
    if twin.is_underground() {
        return;
    }
    let eye = meshed.geometry.origin.park_from_scene(orbit.eye());
    let least = meshed.geometry.ground.height(DVec2::new(eye[0], eye[1])) + EYE_ABOVE_M;
    if eye[2] < least - 0.01 {
        orbit.target.y += (least - eye[2]) as f32;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fixture;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;

    /// What comes of strokes in one frame over the tiny park.
    fn done(tool: Tool, strokes: &[Stroke]) -> (Vec<Gesture>, Drag, Orbit, Orbit) {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let meshed = Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) };
        let orbit = crate::camera::view_of(crate::CameraChoice::WholePark, &meshed.geometry, &Orbit::default());
        let orbit = Orbit { corner: Vec2::new(100.0, 20.0), ..orbit };
        let twin = Twin::new(input, crate::style::Shown::default());
        let mut hand = Hand {
            meshed: &meshed,
            twin: &twin,
            tool,
            shift: false,
            ctrl: false,
            drag: Drag::default(),
            orbit,
            outline: Vec::new(),
            gestures: Vec::new(),
        };
        for stroke in strokes {
            hand.does(*stroke);
        }
        (hand.gestures, hand.drag, orbit, hand.orbit)
    }

    #[test]
    fn a_drag_begins_and_ends_where_the_button_did_be_it_all_in_one_frame() {
        let button = MouseButton::Left;
        let at = Vec2::new;
        let drag = [
            Stroke::Moved(at(300.0, 320.0)),
            Stroke::Down { button, at: at(300.0, 320.0), on_scene: true },
            Stroke::Moved(at(400.0, 330.0)),
            Stroke::Up { button, at: at(500.0, 340.0) },
            Stroke::Moved(at(700.0, 400.0)),
        ];
        let (gestures, left, before, after) = done(Tool::Section, &drag);
        assert_eq!(gestures, [Gesture::Stretch { from: at(200.0, 300.0), to: at(400.0, 320.0) }]);
        assert!(left.pressed_at.is_none() && before == after, "nothing is held, and no view turned");

        let (gestures, _, before, after) = done(Tool::Look, &drag);
        assert!(gestures.is_empty() && before.target != after.target, "the ground was dragged");
        assert_eq!(before.bearing_deg, after.bearing_deg);

        let (gestures, ..) = done(Tool::Lasso, &drag);
        let outline = vec![at(200.0, 300.0), at(300.0, 310.0), at(400.0, 320.0)];
        assert_eq!(gestures, [Gesture::Outline { outline, add: false }]);

        // Pressed on a panel, or not yet released.
        let on_panel = Stroke::Down { button, at: at(300.0, 320.0), on_scene: false };
        assert!(done(Tool::Section, &[on_panel, drag[2], drag[3]]).0.is_empty());
        let (gestures, held, ..) = done(Tool::Section, &drag[..3]);
        assert!(gestures.is_empty());
        assert_eq!((held.pressed_at, held.last), (Some(at(200.0, 300.0)), Some(at(300.0, 310.0))));
    }

    #[test]
    fn two_clicks_in_one_frame_are_two() {
        let button = MouseButton::Left;
        let click = |x: f32| {
            let at = Vec2::new(x, 320.0);
            [Stroke::Moved(at), Stroke::Down { button, at, on_scene: true }, Stroke::Up { button, at }]
        };
        let (gestures, ..) = done(Tool::Look, &[click(300.0), click(500.0)].concat());
        let clicked = |x: f32| Gesture::Click { pixel: Vec2::new(x, 300.0), add: false };
        assert_eq!(gestures, [clicked(200.0), clicked(400.0)]);
    }

    #[test]
    fn keys_move_the_camera_within_its_limits_and_a_short_press_counts_in_a_slow_frame() {
        let orbit = Orbit { pitch_deg: 40.0, bearing_deg: 180.0, ..Orbit::default() };
        let press = |key: KeyCode| {
            let mut keys = ButtonInput::default();
            keys.press(key);
            keys
        };
        let by = |key: KeyCode, seconds: f32| moved_by(&orbit, &press(key), seconds).unwrap();
        assert!(by(KeyCode::ArrowUp, 0.1).target.z < 0.0, "northwards");
        assert!(by(KeyCode::ArrowRight, 0.1).target.x > 0.0, "eastwards");
        assert!((by(KeyCode::KeyE, 0.1).bearing_deg - 186.0).abs() < 1e-3);
        assert!((by(KeyCode::KeyQ, 0.1).bearing_deg - 174.0).abs() < 1e-3);
        assert!(by(KeyCode::Equal, 0.1).distance_m < orbit.distance_m);
        assert!(by(KeyCode::NumpadSubtract, 0.1).distance_m > orbit.distance_m);
        // However long they are held.
        assert_eq!((by(KeyCode::PageUp, 60.0).pitch_deg, by(KeyCode::PageDown, 60.0).pitch_deg), (89.0, 6.0));
        assert_eq!((by(KeyCode::Equal, 60.0).distance_m, by(KeyCode::Minus, 600.0).distance_m), (8.0, 400_000.0));
        let mut tapped = press(KeyCode::ArrowUp);
        tapped.release(KeyCode::ArrowUp);
        assert!(moved_by(&orbit, &tapped, 0.1).is_some_and(|moved| moved.target.z < 0.0));
        tapped.clear();
        assert_eq!(moved_by(&orbit, &tapped, 0.1), None);
        assert_eq!(moved_by(&orbit, &press(KeyCode::KeyA), 0.1), None);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_cursor() {
        let orbit = Orbit { pitch_deg: 40.0, ..Orbit::default() };
        let point = Vec3::new(120.0, 0.0, -80.0);
        let (before, _) = orbit.pixel(point).unwrap();
        let (after, _) = zoomed(&orbit, Some(point), 0.5).pixel(point).unwrap();
        assert!(before.distance(after) < 0.5, "{before} {after}");
    }

    #[test]
    fn panning_brings_the_grabbed_point_under_the_cursor() {
        let orbit = Orbit { pitch_deg: 35.0, bearing_deg: 200.0, ..Orbit::default() };
        let grabbed = DVec3::new(50.0, 0.0, 60.0);
        let pixel = Vec2::new(300.0, 700.0);
        let moved = panned(&orbit, Some(grabbed), pixel, Vec2::ONE);
        let (at, _) = moved.pixel(grabbed.as_vec3()).unwrap();
        assert!(at.distance(pixel) < 0.5, "{at}");
    }
}
