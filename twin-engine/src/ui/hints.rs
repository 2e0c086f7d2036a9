//! Hints for whoever opens the window for the first time: a few words at the foot of the scene, one at a time, never again
//! once they were read or sent away.

use bevy_egui::egui::{
    Align, Align2, Area, Button, Context, Frame, Id, Label, Layout, Margin, Order, Pos2, Rect, RichText, Vec2, pos2,
};

use super::{Panels, look};
use crate::text::t;

/// The hints, by the ids of their words.
const HINTS: [&str; 4] = ["hint-move", "hint-ask", "hint-find", "hint-keep"];
/// Width, points.
const WIDTH: f32 = 400.0;
/// Distance from the foot of the scene, points.
const LIFT: f32 = 20.0;
/// Distance from what the frame of the picture shows, points.
const GAP: f32 = 8.0;
/// Size before it was laid out once, points.
const SIZE: Vec2 = Vec2::new(WIDTH + 30.0, 110.0);

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
    let id = Id::new("hint");
    let size = ctx.memory(|memory| memory.area_rect(id)).map_or(SIZE, |last| last.size());
    let foot = foot(scene, size, &panels.taken.0);
    Area::new(id).order(Order::Middle).pivot(Align2::CENTER_BOTTOM).fixed_pos(foot).show(ctx, |ui| {
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

/// Where the foot of a box of this size has its middle: between the blocks at the foot of the scene, legend and scale bar, where there
/// is room, else above them.
fn foot(scene: Rect, size: Vec2, taken: &[Rect]) -> Pos2 {
    let (lowest, middle) = (scene.max.y - LIFT, scene.center().x);
    let band = Rect::from_min_max(pos2(scene.min.x, lowest - size.y), pos2(scene.max.x, lowest));
    let beside: Vec<Rect> =
        taken.iter().map(|block| block.expand(GAP)).filter(|block| block.intersects(band)).collect();
    let (left, right) = beside.iter().fold((scene.min.x, scene.max.x), |(left, right), block| {
        if block.center().x < middle { (left.max(block.max.x), right) } else { (left, right.min(block.min.x)) }
    });
    let half = size.x / 2.0;
    if right - left >= size.x {
        return pos2(middle.max(left + half).min(right - half), lowest);
    }
    let above = beside.iter().map(|block| block.min.y).fold(lowest, f32::min);
    pos2(middle, above.max(scene.min.y + size.y))
}

#[cfg(test)]
mod tests {
    use bevy_egui::egui::vec2;

    use super::*;

    #[test]
    fn a_hint_covers_neither_legend_nor_scale_bar() {
        let scene = Rect::from_min_max(pos2(250.0, 40.0), pos2(1280.0, 760.0));
        let legend = Rect::from_min_max(pos2(262.0, 500.0), pos2(600.0, 748.0));
        let scale = Rect::from_min_max(pos2(1130.0, 690.0), pos2(1268.0, 748.0));
        let size = vec2(430.0, 110.0);
        let covers = |foot: Pos2, block: Rect| {
            Rect::from_min_max(pos2(foot.x - size.x / 2.0, foot.y - size.y), pos2(foot.x + size.x / 2.0, foot.y))
                .intersects(block)
        };
        assert_eq!(foot(scene, size, &[]), pos2(765.0, 740.0));
        // Between the two, out of the middle.
        let beside = foot(scene, size, &[legend, scale]);
        assert!(!covers(beside, legend) && !covers(beside, scale));
        assert!((beside.y - 740.0).abs() < 0.01 && beside.x > 800.0, "{beside:?}");
        // Panels leave too little room: above both.
        let narrow = Rect::from_min_max(pos2(250.0, 40.0), pos2(900.0, 760.0));
        let scale = scale.translate(vec2(-380.0, 0.0));
        let above = foot(narrow, size, &[legend, scale]);
        assert!(!covers(above, legend) && !covers(above, scale) && above.y - size.y >= narrow.min.y, "{above:?}");
    }

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
