//! What the mouse did since the last frame, in its order and each where it did it: a slow frame has several of them, and the pointer
//! is elsewhere by its end.

use bevy::input::ButtonState;
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, WindowEvent};
use bevy_egui::EguiContexts;

use super::control::is_on_scene;
use crate::frame::Page;

/// One thing that the mouse did, at a pixel of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stroke {
    /// A button went down.
    Down {
        /// Which.
        button: MouseButton,
        /// Where.
        at: Vec2,
        /// Over the scene, and not over a panel.
        on_scene: bool,
    },
    /// The pointer came to another pixel.
    Moved(Vec2),
    /// A button came up.
    Up {
        /// Which.
        button: MouseButton,
        /// Where.
        at: Vec2,
    },
}

/// All that the mouse did in a frame.
#[derive(Resource, Debug, Default)]
pub(super) struct Strokes(pub(super) Vec<Stroke>);

/// Takes what the mouse did since the last frame.
pub(super) fn find_strokes(
    mut events: MessageReader<WindowEvent>,
    mut contexts: EguiContexts,
    window: Single<(Entity, &Window), With<PrimaryWindow>>,
    page: Res<Page>,
    mut last: Local<Option<Vec2>>,
    mut strokes: ResMut<Strokes>,
) {
    let (of, window) = *window;
    strokes.0.clear();
    let Ok(ctx) = contexts.ctx_mut() else {
        events.clear();
        return;
    };
    // A pointer that nobody moved yet is where the window knows it to be.
    *last = last.or(window.physical_cursor_position());
    let on_scene = |at: Vec2| is_on_scene(ctx, &page, at);
    strokes.0.extend(strokes_of(events.read(), of, window.scale_factor(), &mut last, on_scene));
}

/// What the events of a window are, with the place that each has by the one before. `last` is where the pointer was last.
fn strokes_of<'a>(
    events: impl Iterator<Item = &'a WindowEvent>,
    of: Entity,
    scale: f32,
    last: &mut Option<Vec2>,
    on_scene: impl Fn(Vec2) -> bool,
) -> Vec<Stroke> {
    let stroke = |event: &WindowEvent| match event {
        WindowEvent::CursorMoved(moved) if moved.window == of => {
            let at = moved.position * scale;
            *last = Some(at);
            Some(Stroke::Moved(at))
        }
        WindowEvent::MouseButtonInput(pressed) if pressed.window == of => {
            let (button, at) = (pressed.button, (*last)?);
            Some(match pressed.state {
                ButtonState::Pressed => Stroke::Down { button, at, on_scene: on_scene(at) },
                ButtonState::Released => Stroke::Up { button, at },
            })
        }
        _ => None,
    };
    events.filter_map(stroke).collect()
}

#[cfg(test)]
mod tests {
    use bevy::input::mouse::MouseButtonInput;
    use bevy::window::CursorMoved;

    use super::*;

    #[test]
    fn each_press_has_the_place_that_the_pointer_had_by_then() {
        let [window, other] = [1, 2].map(|at| Entity::from_raw_u32(at).expect("an entity"));
        let moved = |window, x: f32| {
            WindowEvent::CursorMoved(CursorMoved { window, position: Vec2::new(x, 10.0), delta: None })
        };
        let button = MouseButton::Left;
        let pressed = |state| WindowEvent::MouseButtonInput(MouseButtonInput { button, state, window });
        let events = [
            pressed(ButtonState::Pressed),
            moved(window, 30.0),
            pressed(ButtonState::Pressed),
            moved(other, 90.0),
            moved(window, 50.0),
            pressed(ButtonState::Released),
            moved(window, 70.0),
        ];
        let mut last = None;
        let found = strokes_of(events.iter(), window, 2.0, &mut last, |at| at.x < 80.0);
        let at = |x: f32| Vec2::new(x, 20.0);
        let expected = [
            // A press of which nobody knows the place is none.
            Stroke::Moved(at(60.0)),
            Stroke::Down { button, at: at(60.0), on_scene: true },
            Stroke::Moved(at(100.0)),
            Stroke::Up { button, at: at(100.0) },
            Stroke::Moved(at(140.0)),
        ];
        assert_eq!(found, expected);
        // The next frame goes on from there.
        let later = strokes_of([pressed(ButtonState::Pressed)].iter(), window, 2.0, &mut last, |at| at.x < 80.0);
        assert_eq!(later, [Stroke::Down { button, at: at(140.0), on_scene: false }]);
    }
}
