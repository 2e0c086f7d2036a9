//! The line between the parts of a split picture, and what each part shows, at its head.

use bevy_egui::egui::{Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::sheet::{Block, Sheet, colour32};
use crate::scene::Twin;
use crate::split::{Right, SHARES, Side};
use crate::text::t;
use crate::theme::size;

/// Where the line stands, points.
pub(crate) fn line_x(page: Rect, right: &Right) -> f32 {
    page.min.x + page.width() * right.at.clamp(SHARES.0, SHARES.1)
}

/// The line and a tag on each side of it, clear of the title: the day, and the overlay where the two differ in it.
pub(super) fn blocks(sheet: &Sheet, twin: &Twin, title: Rect) -> Vec<Block> {
    let Some(right) = &twin.right else { return Vec::new() };
    let x = line_x(sheet.page, right);
    let (halo, ink) = (colour32(sheet.theme.halo), colour32(sheet.theme.ink));
    let ends = [pos2(x, sheet.page.min.y), pos2(x, sheet.page.max.y)];
    let line = vec![
        Shape::line_segment(ends, Stroke::new(sheet.pt(4.0).max(2.0), halo)),
        Shape::line_segment(ends, Stroke::new(sheet.pt(1.5).max(1.0), ink)),
    ];
    let mut blocks = vec![Block { rect: Rect::from_two_pos(ends[0], ends[1]).expand(2.0), shapes: line }];
    for side in [Side::Left, Side::Right] {
        let day = twin.shown_on(side).there.as_ref().map(|there| there.on);
        let overlay = twin.overlay_on(side).filter(|_| right.overlay != twin.shown.overlay);
        let mut words: Vec<String> = day.map(|day| day.to_string()).into_iter().collect();
        if right.overlay != twin.shown.overlay {
            words.push(
                overlay.map_or_else(|| t!(sheet.words, "overlay-none"), |overlay| sheet.words.words(&overlay.title)),
            );
        }
        let galley = sheet.bold_text(&words.join(" · "), size::LABEL, sheet.theme.ink, sheet.page.width() * 0.3);
        let inset = vec2(sheet.pt(9.0).max(3.0), sheet.pt(4.0).max(2.0));
        let tag = galley.size() + inset * 2.0;
        let gap = sheet.pt(8.0);
        let left = if side == Side::Left { x - gap - tag.x } else { x + gap };
        let rect = Rect::from_min_size(pos2(left, sheet.inner().min.y), tag);
        // Where the title reaches as far as the line, below it.
        let down = if rect.intersects(title) { title.max.y + gap - rect.min.y } else { 0.0 };
        let rect = rect.translate(vec2(0.0, down));
        let mut shapes = sheet.panel(rect);
        shapes.push(Shape::galley(rect.min + Vec2::new(inset.x, inset.y), galley, ink));
        blocks.push(Block { rect, shapes });
    }
    blocks
}
