//! Keeps an idle window idle: egui draws again after any event, and `bevy_egui` 0.42 sends one about the modifier keys every
//! frame, changed or not. Those that say nothing new are taken out.

use std::collections::HashMap;

use bevy::prelude::*;
use bevy_egui::egui::{Event, Modifiers};
use bevy_egui::{EguiInput, EguiPreUpdateSet};

/// The system, between the reading of input and the pass that it is for.
pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        PreUpdate,
        drop_unchanged_modifiers.after(EguiPreUpdateSet::ProcessInput).before(EguiPreUpdateSet::BeginPass),
    );
}

fn drop_unchanged_modifiers(mut inputs: Query<(Entity, &mut EguiInput)>, mut last: Local<HashMap<Entity, Modifiers>>) {
    for (entity, mut input) in &mut inputs {
        let known = last.entry(entity).or_default();
        input.events.retain(|event| match event {
            Event::ModifiersChanged(now) => std::mem::replace(known, *now) != *now,
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_of_the_modifiers_is_told() {
        let mut app = App::new();
        app.add_systems(Update, drop_unchanged_modifiers);
        let context = app.world_mut().spawn(EguiInput::default()).id();
        let mut told = |modifiers: Modifiers| {
            let mut input = app.world_mut().get_mut::<EguiInput>(context).unwrap();
            input.events = vec![Event::ModifiersChanged(modifiers), Event::Copy];
            app.update();
            app.world().get::<EguiInput>(context).unwrap().events.len() - 1
        };
        let seen =
            [Modifiers::NONE, Modifiers::SHIFT, Modifiers::SHIFT, Modifiers::NONE, Modifiers::NONE].map(&mut told);
        assert_eq!(seen, [0, 1, 0, 1, 0]);
    }
}
