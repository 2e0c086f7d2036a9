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
use super::{Flight, Orbit};
use crate::action::held;
use crate::cut::tool::{Grip, Grips, find_grip};
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
#[derive(Resource, Debug, Default)]
struct Drag {
    pressed_at: Option<Vec2>,
    moved: bool,
    doing: Doing,
    grabbed: Option<DVec3>,
    last: Option<Vec2>,
}

/// Systems of mouse and keyboard.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drag>().init_resource::<Pointer>().add_systems(
        Update,
        (find_pointer, find_grip, hold_keys, turn_wheel, drag_mouse, keep_above_ground)
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
    let over = window.physical_cursor_position().filter(|at| {
        let points = *at / ctx.pixels_per_point();
        let at = egui::pos2(points.x, points.y);
        let on_scene = page.0.is_none_or(|scene| scene.contains(at));
        // Windows, menus and lists float above the scene; what egui drags may be outside of them.
        let covered = ctx.layer_id_at(at).is_some_and(|layer| layer.order != egui::Order::Background);
        on_scene && !covered && !ctx.egui_is_using_pointer()
    });
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

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn drag_mouse(
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    window: Single<&Window, With<PrimaryWindow>>,
    meshed: Option<Res<Meshed>>,
    tool: Res<Tool>,
    mut grips: ResMut<Grips>,
    mut pointer: ResMut<Pointer>,
    mut drag: ResMut<Drag>,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
    mut gestures: MessageWriter<Gesture>,
) {
    let (Some(meshed), Some(at)) = (meshed, window.physical_cursor_position()) else { return };
    let any = [MouseButton::Left, MouseButton::Right, MouseButton::Middle];
    let shift = held(&keys, [KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    let ctrl = held(&keys, [KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft]);
    if buttons.any_just_pressed(any)
        && let Some(pixel) = pointer.pixel
    {
        flight.stop();
        let grabbed = ground_under(&orbit, &meshed, pixel);
        let doing = if buttons.just_pressed(MouseButton::Left) {
            match *tool {
                _ if grips.over.is_some() => grips.over.map_or(Doing::Pan, Doing::Grip),
                Tool::Section | Tool::Dig if !shift && !ctrl => Doing::Stretch,
                Tool::Box => Doing::Rectangle,
                Tool::Lasso => Doing::Outline,
                _ if shift => Doing::Rectangle,
                _ if ctrl => Doing::Outline,
                _ => Doing::Pan,
            }
        } else {
            Doing::Turn(grabbed.map_or(orbit.target, DVec3::as_vec3))
        };
        *drag = Drag { pressed_at: Some(pixel), moved: false, doing, grabbed, last: Some(pixel) };
        pointer.outline = vec![pixel];
        grips.held = if let Doing::Grip(grip) = doing { Some(grip) } else { None };
    }
    let Some(start) = drag.pressed_at else { return };
    let pixel = at - orbit.corner;
    drag.moved |= pixel.distance(start) > CLICK_PX;
    let step = pixel - drag.last.unwrap_or(pixel);
    if drag.moved && step != Vec2::ZERO {
        match drag.doing {
            Doing::Pan => *orbit = panned(&orbit, drag.grabbed, pixel, step),
            Doing::Turn(pivot) => {
                *orbit = orbit.turned(pivot, step.x * TURN_DEG_PER_PX, step.y * TURN_DEG_PER_PX);
            }
            Doing::Rectangle => {
                pointer.outline = vec![start, Vec2::new(pixel.x, start.y), pixel, Vec2::new(start.x, pixel.y)];
            }
            Doing::Stretch => pointer.outline = vec![start, pixel],
            Doing::Grip(grip) => {
                gestures.write(Gesture::Pull { grip, pixel });
            }
            Doing::Outline => {
                if pointer.outline.last().is_none_or(|last| last.distance(pixel) >= OUTLINE_PX) {
                    pointer.outline.push(pixel);
                }
            }
        }
    }
    drag.last = Some(pixel);
    if !buttons.any_just_released(any) {
        return;
    }
    let outline = std::mem::take(&mut pointer.outline);
    let left = buttons.just_released(MouseButton::Left);
    match drag.doing {
        Doing::Rectangle | Doing::Outline if drag.moved => {
            gestures.write(Gesture::Outline { outline, add: shift && ctrl });
        }
        Doing::Stretch if drag.moved => {
            gestures.write(Gesture::Stretch { from: start, to: pixel });
        }
        Doing::Grip(_) => {}
        _ if left && !drag.moved => {
            gestures.write(Gesture::Click { pixel, add: shift || ctrl });
        }
        Doing::Turn(_) => *orbit = grounded(&orbit, &meshed),
        _ => {}
    }
    *drag = Drag::default();
    grips.held = None;
}

/// The same view with its target on the ground in the middle of the picture, where there is ground.
fn grounded(orbit: &Orbit, meshed: &Meshed) -> Orbit {
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
    if wants.wants_any_keyboard_input() {
        return;
    }
    let seconds = time.delta_secs().min(0.1);
    let held = |key: KeyCode| if keys.pressed(key) { 1.0 } else { 0.0 };
    let pan = Vec2::new(
        held(KeyCode::ArrowRight) - held(KeyCode::ArrowLeft),
        held(KeyCode::ArrowDown) - held(KeyCode::ArrowUp),
    );
    let turn = held(KeyCode::KeyE) - held(KeyCode::KeyQ);
    let tilt = held(KeyCode::PageUp) - held(KeyCode::PageDown);
    let closer = held(KeyCode::Equal) + held(KeyCode::NumpadAdd) - held(KeyCode::Minus) - held(KeyCode::NumpadSubtract);
    if pan == Vec2::ZERO && turn == 0.0 && closer == 0.0 && tilt == 0.0 {
        return;
    }
    flight.stop();
    let mut moved = zoomed(&orbit, None, ZOOM_PER_NOTCH.powf(closer * KEY_NOTCHES_PER_SEC * seconds));
    moved.target += step_on_ground(&moved, pan * moved.size.y * KEY_PAN_PER_SEC * seconds);
    moved.bearing_deg += turn * KEY_TURN_DEG_PER_SEC * seconds;
    moved.pitch_deg += tilt * KEY_TURN_DEG_PER_SEC * 0.6 * seconds;
    *orbit = moved.limited();
    redraw.write(RequestRedraw);
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
    use super::*;

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
