//! What is said at a stop of a tour, in the middle at the foot of the picture.

use bevy_egui::egui::{Align2, Rect, Shape, Vec2, vec2};

use super::sheet::{Block, Sheet, colour32};
use crate::theme::size;

/// The words in a panel of their own, above the scale bar where they would lie on it; nothing where nothing is said.
pub(super) fn caption_block(sheet: &Sheet, words: &str, scale_bar: Option<Rect>) -> Option<Block> {
    if words.is_empty() {
        return None;
    }
    let galley = sheet.bold_text(words, size::SUBTITLE + 2.0, sheet.theme.ink, sheet.page.width() * 0.5);
    let inset = vec2(sheet.pt(18.0), sheet.pt(10.0)).max(Vec2::splat(3.0));
    let lift = sheet.pt(size::MARGIN) * 1.5;
    let rect = Align2::CENTER_BOTTOM
        .align_size_within_rect(galley.size() + inset * 2.0, sheet.page)
        .translate(vec2(0.0, -lift));
    let rect = above(rect, scale_bar, sheet.pt(8.0));
    let mut shapes = sheet.panel(rect);
    shapes.push(Shape::galley(rect.min + inset, galley, colour32(sheet.theme.ink)));
    Some(Block { rect, shapes })
}

/// A panel as it is, or as far up as it takes to be `gap` above what it would lie on.
fn above(rect: Rect, other: Option<Rect>, gap: f32) -> Rect {
    match other.filter(|other| other.intersects(rect)) {
        Some(other) => rect.translate(vec2(0.0, other.top() - gap - rect.bottom())),
        None => rect,
    }
}

#[cfg(test)]
mod tests {
    use bevy_egui::egui::pos2;

    use super::*;

    #[test]
    fn a_caption_lies_on_no_scale_bar() {
        let caption = Rect::from_min_max(pos2(428.0, 670.0), pos2(812.0, 740.0));
        let narrow = Rect::from_min_max(pos2(798.0, 694.0), pos2(960.0, 752.0));
        assert_eq!(above(caption, Some(narrow), 8.0), Rect::from_min_max(pos2(428.0, 616.0), pos2(812.0, 686.0)));
        let wide = narrow.translate(vec2(100.0, 0.0));
        assert_eq!(above(caption, Some(wide), 8.0), caption);
        assert_eq!(above(caption, None, 8.0), caption);
    }
}
