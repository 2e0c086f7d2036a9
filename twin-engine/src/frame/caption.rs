//! What is said at a stop of a tour, in the middle at the foot of the picture.

use bevy_egui::egui::{Align2, Shape, Vec2, vec2};

use super::sheet::{Block, Sheet, colour32};
use crate::theme::size;

/// The words in a panel of their own; nothing where nothing is said.
pub(super) fn caption_block(sheet: &Sheet, words: &str) -> Option<Block> {
    if words.is_empty() {
        return None;
    }
    let galley = sheet.bold_text(words, size::SUBTITLE + 2.0, sheet.theme.ink, sheet.page.width() * 0.5);
    let inset = vec2(sheet.pt(18.0), sheet.pt(10.0)).max(Vec2::splat(3.0));
    let lift = sheet.pt(size::MARGIN) * 1.5;
    let rect = Align2::CENTER_BOTTOM
        .align_size_within_rect(galley.size() + inset * 2.0, sheet.page)
        .translate(vec2(0.0, -lift));
    let mut shapes = sheet.panel(rect);
    shapes.push(Shape::galley(rect.min + inset, galley, colour32(sheet.theme.ink)));
    Some(Block { rect, shapes })
}
