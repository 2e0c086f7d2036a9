//! Hints for whoever opens the window for the first time: a few words at the foot of the scene, one at a time, never again
//! once they were read or sent away.

use bevy_egui::egui::{
    Align, Align2, Area, Button, Context, Frame, Label, Layout, Margin, Order, Rect, RichText, vec2,
};

use super::{Panels, look};
use crate::text::t;

/// The hints, by the ids of their words.
const HINTS: [&str; 4] = ["hint-move", "hint-ask", "hint-find", "hint-keep"];
/// Width, points.
const WIDTH: f32 = 400.0;
/// Distance from the foot of the scene, points.
const LIFT: f32 = 20.0;

/// How far a person has come with the hints; `None` once that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint(usize);

impl Hint {
    /// The first.
    pub(crate) const FIRST: Self = Self(0);

    /// The next, while there is one.
    fn next(self) -> Option<Self> {
        (self.0 + 1 < HINTS.len()).then_some(Self(self.0 + 1))
    }
}

pub(super) fn show(ctx: &Context, scene: Rect, panels: &mut Panels) {
    // Before there is something to try them on they would be in the way.
    let Some(hint) = panels.ui.hint.filter(|_| panels.meshed.is_some() && !panels.ui.help) else { return };
    let words = panels.twin.words();
    let mut next = Some(hint);
    let screen = ctx.viewport_rect();
    let foot = vec2(scene.center().x - screen.center().x, scene.max.y - screen.max.y - LIFT);
    Area::new("hint".into()).order(Order::Middle).anchor(Align2::CENTER_BOTTOM, foot).show(ctx, |ui| {
        Frame::popup(ui.style()).inner_margin(Margin::symmetric(14, 10)).show(ui, |ui| {
            ui.set_width(WIDTH.min(scene.width() - 48.0).max(160.0));
            ui.horizontal(|ui| {
                let counted = t!(words, "hint-count", number = hint.0 + 1, all = HINTS.len());
                ui.add(Label::new(look::note(counted)).selectable(false));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let away = ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "hint-away"));
                    if away.clicked() {
                        next = None;
                    }
                });
            });
            ui.add(Label::new(words.get(HINTS[hint.0])).wrap().selectable(false));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let label = if hint.next().is_some() { t!(words, "hint-next") } else { t!(words, "hint-done") };
                if ui.button(RichText::new(label)).clicked() {
                    next = hint.next();
                }
            });
        });
    });
    if next != Some(hint) {
        panels.ui.hint = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_come_one_after_the_other_and_end() {
        let mut at = Some(Hint::FIRST);
        let mut seen = 0;
        while let Some(hint) = at {
            seen += 1;
            at = hint.next();
        }
        assert_eq!(seen, HINTS.len());
    }
}
