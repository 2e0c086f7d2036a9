//! Title block top left and credit line at the foot: which park, which overlay, when, from what.

use analysis::overlay::Overlay;
use bevy_egui::egui::{Align2, CornerRadius, Pos2, Rect, Shape, Vec2, pos2, vec2};
use chrono::NaiveDate;
use spatial_db::model::Park;

use super::sheet::{Block, Sheet, colour32};
use crate::sun::SunTime;
use crate::text::{Text, t};
use crate::theme::size;

/// Park, overlay, date, the sun's hour where that lights the picture, synthetic or real, source.
pub(super) fn title_block(
    sheet: &Sheet,
    park: &Park,
    overlay: Option<&Overlay>,
    day: Option<NaiveDate>,
    sun: Option<SunTime>,
) -> Block {
    let theme = sheet.theme;
    let padding = sheet.padding();
    let widest = (sheet.page.width() * 0.44).max(120.0);
    let mut shapes = Vec::new();
    let origin = sheet.inner().min;
    let mut at = origin + Vec2::splat(padding);
    let mut right: f32 = at.x;
    let mut place = |at: &mut Pos2, galley: std::sync::Arc<bevy_egui::egui::Galley>, gap: f32| {
        let size = galley.size();
        shapes.push(Shape::galley(*at, galley, colour32(theme.ink)));
        right = right.max(at.x + size.x);
        at.y += size.y + gap;
    };
    place(&mut at, sheet.bold_text(&park.name, size::TITLE, theme.ink, widest), sheet.pt(2.0));
    if let Some(overlay) = overlay {
        place(
            &mut at,
            sheet.text(&sheet.words.words(&overlay.title), size::SUBTITLE, theme.ink, widest),
            sheet.pt(4.0),
        );
    }
    let date = overlay.map(|o| o.as_of).or(day).or(park.as_of);
    let words = sheet.words;
    let as_of = date.map_or_else(|| t!(words, "date-unknown"), |d| t!(words, "as-of", date = d));
    let mut lines = Vec::new();
    if sheet.compact {
        lines.push(as_of);
    } else {
        let source = overlay.map(|o| words.words(&o.source)).filter(|s| !s.is_empty());
        lines.push(source.map_or_else(|| as_of.clone(), |source| format!("{as_of} · {source}")));
    }
    lines.extend(sun.map(|time| sun_words(words, time)));
    for line in lines {
        place(&mut at, sheet.text(&line, size::NOTE + 1.0, theme.ink_soft, widest), sheet.pt(3.0));
    }
    if park.synthetic {
        let galley = sheet.bold_text(&t!(words, "synthetic"), size::NOTE, theme.panel, widest);
        let inset = vec2(sheet.pt(7.0).max(3.0), sheet.pt(2.0).max(1.0));
        let tag = Rect::from_min_size(at + vec2(0.0, sheet.pt(3.0)), galley.size() + inset * 2.0);
        shapes.push(Shape::rect_filled(tag, CornerRadius::same(3), colour32(theme.tag)));
        shapes.push(Shape::galley(tag.min + inset, galley, colour32(theme.panel)));
        right = right.max(tag.max.x);
        at.y = tag.max.y;
    }
    let rect = Rect::from_min_max(origin, pos2(right + padding, at.y + padding));
    let mut all = sheet.panel(rect);
    all.extend(shapes);
    Block { rect, shapes: all }
}

/// When the sun stands as it lights the picture, by which clock.
fn sun_words(words: &Text, time: SunTime) -> String {
    t!(words, "sun-of", time = crate::sun::clock_of(&time), offset = crate::sun::zone_of(&time))
}

/// Credit for the data, small, along the foot of the picture.
pub(super) fn credit_line(sheet: &Sheet, park: &Park) -> Option<Block> {
    if sheet.compact {
        return None;
    }
    let credits = analysis::sheet::credits(park);
    let mut words: Vec<String> = credits.iter().map(|one| sheet.words.words(one)).collect();
    words.push("ParkTwin".to_owned());
    let galley = sheet.text(&words.join(" · "), size::ATTRIBUTION, sheet.theme.ink_soft, sheet.page.width() * 0.6);
    let size = galley.size();
    let margin = sheet.pt(size::MARGIN);
    let foot = sheet.page.max.y - (margin - size.y).max(2.0) * 0.5;
    let rect = Rect::from_min_size(pos2(sheet.page.max.x - margin - size.x, foot - size.y), size);
    Some(Block { rect, shapes: sheet.haloed(rect.min, &galley) })
}

/// What a window shows until the park is there.
pub(super) fn loading_note(sheet: &Sheet) -> Vec<Shape> {
    let galley =
        sheet.text(&t!(sheet.words, "building-scene"), size::SUBTITLE, sheet.theme.ink_soft, sheet.page.width());
    let rect = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), sheet.page);
    sheet.haloed(rect.min, &galley)
}
