//! Mouse and keyboard: orbit, pan, zoom to the cursor, switches, and the click that inspects.

use bevy::input::mouse::{MouseScrollUnit, MouseWheel};
use bevy::math::DVec3;
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, RequestRedraw};
use bevy_egui::input::EguiWantsInput;

use super::fit::step_on_ground;
use super::{Orbit, Wanted};
use crate::input::CameraChoice;
use crate::panel::Panels;
use crate::pick::{Drawn, Picker};
use crate::scene::{Meshed, Twin};
use crate::space::park_direction;
use crate::style::is_underground;
use crate::theme::ThemeChoice;

/// A press that moves less than this is a click, px.
const CLICK_PX: f32 = 4.0;
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

/// What the mouse is doing.
#[derive(Resource, Debug, Default)]
struct Drag {
    pressed_at: Option<Vec2>,
    moved: bool,
    grabbed: Option<DVec3>,
    last: Option<Vec2>,
}

/// Systems of mouse and keyboard.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Drag>().add_systems(
        Update,
        (press_keys, turn_wheel, drag_mouse, keep_above_ground).chain().before(crate::scene::SceneSystems),
    );
}

/// Ray through a pixel in park coordinates.
fn park_ray(orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> (DVec3, DVec3) {
    let (eye, direction) = orbit.ray(pixel);
    (meshed.geometry.origin.park_from_scene_precise(eye), park_direction(direction))
}

/// Scene point of the ground under a pixel; the level through the target where there is no ground.
fn ground_under(orbit: &Orbit, meshed: &Meshed, pixel: Vec2) -> Option<DVec3> {
    let (eye, direction) = orbit.ray(pixel);
    let (park_eye, park_way) = park_ray(orbit, meshed, pixel);
    let distance = meshed.picker.ground_distance(park_eye, park_way)?;
    // Near the horizon a pixel is kilometres: dragging there would throw the park away.
    (distance < f64::from(orbit.distance_m) * 12.0).then(|| eye + direction * distance)
}

fn cursor(window: &Window) -> Option<Vec2> {
    window.physical_cursor_position()
}

fn turn_wheel(
    mut wheel: MessageReader<MouseWheel>,
    window: Single<&Window, With<PrimaryWindow>>,
    wants: Res<EguiWantsInput>,
    meshed: Option<Res<Meshed>>,
    mut orbit: ResMut<Orbit>,
) {
    let notches: f32 = wheel
        .read()
        .map(|event| match event.unit {
            MouseScrollUnit::Line => event.y,
            MouseScrollUnit::Pixel => event.y / PX_PER_NOTCH,
        })
        .sum();
    let Some(meshed) = meshed else { return };
    if notches == 0.0 || wants.wants_any_pointer_input() {
        return;
    }
    let at = cursor(&window).and_then(|pixel| ground_under(&orbit, &meshed, pixel)).map(DVec3::as_vec3);
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

fn drag_mouse(
    buttons: Res<ButtonInput<MouseButton>>,
    window: Single<&Window, With<PrimaryWindow>>,
    wants: Res<EguiWantsInput>,
    meshed: Option<Res<Meshed>>,
    mut drag: ResMut<Drag>,
    mut orbit: ResMut<Orbit>,
    mut twin: ResMut<Twin>,
) {
    let (Some(meshed), Some(pixel)) = (meshed, cursor(&window)) else { return };
    let any = [MouseButton::Left, MouseButton::Right, MouseButton::Middle];
    let on_panel = wants.wants_any_pointer_input();
    if buttons.any_just_pressed(any) && !on_panel {
        *drag = Drag {
            pressed_at: Some(pixel),
            moved: false,
            grabbed: ground_under(&orbit, &meshed, pixel),
            last: Some(pixel),
        };
    }
    if let Some(start) = drag.pressed_at {
        drag.moved |= pixel.distance(start) > CLICK_PX;
        let step = pixel - drag.last.unwrap_or(pixel);
        if drag.moved && step != Vec2::ZERO {
            if buttons.pressed(MouseButton::Left) {
                *orbit = panned(&orbit, drag.grabbed, pixel, step);
            } else if buttons.pressed(MouseButton::Right) || buttons.pressed(MouseButton::Middle) {
                let mut turned = *orbit;
                turned.bearing_deg += step.x * TURN_DEG_PER_PX;
                turned.pitch_deg += step.y * TURN_DEG_PER_PX;
                *orbit = turned.limited();
            }
        }
        drag.last = Some(pixel);
        if buttons.any_just_released(any) {
            if !drag.moved && buttons.just_released(MouseButton::Left) && !on_panel {
                let picked = picked(&orbit, &meshed, &twin, pixel);
                if twin.shown.selected != picked {
                    twin.shown.selected = picked;
                }
            }
            *drag = Drag::default();
        }
        return;
    }
    let hovered = if on_panel { None } else { picked(&orbit, &meshed, &twin, pixel) };
    if twin.shown.hovered != hovered {
        twin.shown.hovered = hovered;
    }
}

fn picked(orbit: &Orbit, meshed: &Meshed, twin: &Twin, pixel: Vec2) -> Option<spatial_db::model::FeatureId> {
    let (eye, direction) = park_ray(orbit, meshed, pixel);
    let picker: &Picker = &meshed.picker;
    let m_per_px_at_1m = 1.0 / f64::from(orbit.px_per_metre(1.0));
    let overlay = twin.shown.overlay.and_then(|index| twin.input.overlays.get(index));
    let underground = twin.shown.underground || overlay.is_some_and(is_underground);
    let drawn = Drawn { underground, marks: overlay.is_some_and(|o| !o.marks.is_empty()) };
    picker.pick(eye, direction, m_per_px_at_1m, drawn)?.feature
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

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn press_keys(
    keys: Res<ButtonInput<KeyCode>>,
    time: Res<Time<Real>>,
    wants: Res<EguiWantsInput>,
    mut orbit: ResMut<Orbit>,
    mut twin: ResMut<Twin>,
    mut panels: ResMut<Panels>,
    mut wanted: ResMut<Wanted>,
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
    let closer = held(KeyCode::Equal) + held(KeyCode::NumpadAdd) - held(KeyCode::Minus) - held(KeyCode::NumpadSubtract);
    if pan != Vec2::ZERO || turn != 0.0 || closer != 0.0 {
        let mut moved = zoomed(&orbit, None, ZOOM_PER_NOTCH.powf(closer * KEY_NOTCHES_PER_SEC * seconds));
        moved.target += step_on_ground(&moved, pan * moved.size.y * KEY_PAN_PER_SEC * seconds);
        moved.bearing_deg += turn * KEY_TURN_DEG_PER_SEC * seconds;
        *orbit = moved.limited();
        redraw.write(RequestRedraw);
    }
    for key in keys.get_just_pressed() {
        match key {
            KeyCode::KeyN => orbit.bearing_deg = 180.0,
            KeyCode::Home => wanted.0 = Some(CameraChoice::WholePark),
            KeyCode::KeyU => twin.shown.underground = !twin.shown.underground,
            KeyCode::KeyO => twin.shown.photo = !twin.shown.photo && twin.input.imagery.is_some(),
            KeyCode::KeyT => {
                twin.theme =
                    if twin.theme == ThemeChoice::Daylight { ThemeChoice::Dark } else { ThemeChoice::Daylight };
            }
            KeyCode::KeyH => panels.help = !panels.help,
            KeyCode::Escape => {
                panels.help = false;
                twin.shown.selected = None;
            }
            key => {
                let digits = [
                    KeyCode::Digit0,
                    KeyCode::Digit1,
                    KeyCode::Digit2,
                    KeyCode::Digit3,
                    KeyCode::Digit4,
                    KeyCode::Digit5,
                    KeyCode::Digit6,
                    KeyCode::Digit7,
                    KeyCode::Digit8,
                    KeyCode::Digit9,
                ];
                match digits.iter().position(|digit| digit == key) {
                    Some(0) => twin.shown.overlay = None,
                    Some(n) if n <= twin.input.overlays.len() => twin.shown.overlay = Some(n - 1),
                    _ => continue,
                }
            }
        }
        // What a key changes shows in this frame; egui settles in the next.
        redraw.write(RequestRedraw);
    }
}

/// The eye never goes under the ground: the whole orbit is lifted instead.
fn keep_above_ground(meshed: Option<Res<Meshed>>, mut orbit: ResMut<Orbit>) {
    let Some(meshed) = meshed else { return };
    let eye = meshed.geometry.origin.park_from_scene(orbit.eye());
    let least = meshed.geometry.ground.height(bevy::math::DVec2::new(eye[0], eye[1])) + EYE_ABOVE_M;
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
