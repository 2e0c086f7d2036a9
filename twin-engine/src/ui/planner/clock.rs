//! The idle clock as a line of time: days on record, periods without work, the dates when one and two years are up.

use analysis::planner::ClockLine;
use bevy_egui::egui::{
    Color32, CornerRadius, FontId, Label, Rect, RichText, Sense, Stroke, StrokeKind, Ui, pos2, vec2,
};
use chrono::NaiveDate;

use super::axis::{Axis, a_year_on};
use super::{lozenge, swatch, tone_colour};
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::look;

/// Height of the band, of a lane of labels, and of the numbers beneath, points.
const BAND: f32 = 12.0;
const LANE: f32 = 14.0;
const FOOT: f32 = 15.0;
/// Most lanes of labels.
const LANES: usize = 6;

pub(super) fn show(ui: &mut Ui, theme: &Theme, words: &'static Text, clock: &ClockLine, today: NaiveDate) {
    ui.horizontal_wrapped(|ui| {
        swatch(ui, theme, &clock.state, None);
        let state = RichText::new(words.words(&clock.state.label)).strong().color(tone_colour(theme, clock.tone));
        ui.label(state);
        ui.label(look::note(t!(words, "planner-contract", key = clock.contract)));
    });
    if !clock.marks.is_empty() || !clock.spans.is_empty() {
        line(ui, theme, words, clock, today);
    }
    for said in &clock.said {
        ui.add(Label::new(RichText::new(words.words(said)).color(tone_colour(theme, clock.tone)).strong()).wrap());
    }
    ui.add(Label::new(words.words(&clock.reason)).wrap());
    ui.add(Label::new(look::note(words.words(&clock.clause))).wrap());
    if let Some(disposal) = &clock.disposal {
        ui.add(Label::new(words.words(disposal)).wrap());
    }
    for open in &clock.open {
        ui.add(Label::new(look::note(t!(words, "planner-open", what = words.words(open)))).wrap());
    }
}

/// A label over the line: where it points, what it says, and whether it is a limit.
struct Tag {
    x: f32,
    text: String,
    colour: Color32,
    limit: bool,
}

fn line(ui: &mut Ui, theme: &Theme, words: &'static Text, clock: &ClockLine, today: NaiveDate) {
    let days = clock.marks.iter().map(|mark| mark.day);
    let spans = clock.spans.iter().flat_map(|span| [Some(span.from), span.to]).flatten();
    let all: Vec<NaiveDate> = days.chain(spans).chain([today]).collect();
    let (Some(first), Some(last)) = (all.iter().min().copied(), all.iter().max().copied()) else { return };
    let last = if first == last { a_year_on(first) } else { last };
    let width = ui.available_width();
    let range = ui.cursor().min.x..=ui.cursor().min.x + width;
    let axis = Axis::new(first, last, range.clone().into());
    let (ink, soft) = (look::colour(theme.ink), look::colour(theme.ink_soft));
    let (bad, good, caution) = (look::colour(theme.bad), look::colour(theme.good), look::colour(theme.tag));
    let mut tags: Vec<Tag> = clock
        .marks
        .iter()
        .map(|mark| Tag {
            x: axis.at(mark.day),
            text: format!("{} {}", words.words(&mark.words), mark.day),
            colour: if mark.limit { bad } else { ink },
            limit: mark.limit,
        })
        .collect();
    let accent = look::colour(theme.accent);
    let text = t!(words, "planner-today", day = today);
    tags.push(Tag { x: axis.at(today), text, colour: accent, limit: true });
    let font = FontId::proportional(look::SMALL);
    let placed = lanes(ui, &font, &tags, *range.start(), *range.end());
    let used = placed.iter().map(|(lane, _)| lane + 1).max().unwrap_or(1);
    let height = used as f32 * LANE + 4.0 + BAND + FOOT;
    let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let painter = ui.painter_at(place.expand(1.0));
    let top = place.min.y + used as f32 * LANE + 4.0;
    let band = |from: NaiveDate, to: NaiveDate| {
        Rect::from_min_max(pos2(axis.at(from), top), pos2(axis.at(to).max(axis.at(from) + 1.0), top + BAND))
    };
    let track = Rect::from_min_max(pos2(*range.start(), top), pos2(*range.end(), top + BAND));
    painter.rect_filled(track, CornerRadius::same(2), soft.gamma_multiply(0.18));
    axis.paint(&painter, top + BAND + FOOT * 0.55, (top..=top + BAND + 3.0).into(), soft);
    // The year that runs, and the second one, before the dates that end them.
    let zero = clock.marks.iter().filter(|mark| !mark.limit).map(|mark| mark.day);
    let limits: Vec<NaiveDate> = clock.marks.iter().filter(|mark| mark.limit).map(|mark| mark.day).collect();
    if let Some(one) = limits.first() {
        let from = zero.filter(|day| day < one).max().unwrap_or(*one);
        painter.rect_filled(band(from, *one), CornerRadius::ZERO, caution.gamma_multiply(0.35));
        if let Some(two) = limits.get(1) {
            painter.rect_filled(band(*one, *two), CornerRadius::ZERO, bad.gamma_multiply(0.35));
            if today > *two {
                painter.rect_filled(band(*two, today), CornerRadius::ZERO, bad.gamma_multiply(0.7));
            }
        }
    }
    for span in &clock.spans {
        let colour = if span.excuses { good } else { caution };
        let place = band(span.from, span.to.unwrap_or(today)).shrink2(vec2(0.0, 2.0));
        painter.rect_filled(place, CornerRadius::same(1), colour.gamma_multiply(0.8));
        painter.rect_stroke(place, CornerRadius::same(1), Stroke::new(1.0, colour), StrokeKind::Inside);
    }
    let lane_y = |lane: usize| place.min.y + lane as f32 * LANE;
    for (tag, (lane, _)) in tags.iter().zip(&placed) {
        let stroke = Stroke::new(if tag.limit { 1.5 } else { 1.0 }, tag.colour.gamma_multiply(0.8));
        painter.vline(tag.x, lane_y(*lane) + LANE - 2.0..=top + if tag.limit { BAND } else { 0.0 }, stroke);
        if !tag.limit {
            painter.add(lozenge(pos2(tag.x, top + BAND * 0.5), 4.0, tag.colour, Stroke::NONE));
        }
    }
    // Over the lines of the lanes above.
    let panel = look::colour(theme.panel);
    for (tag, (lane, left)) in tags.iter().zip(&placed) {
        let text = painter.layout_no_wrap(tag.text.clone(), font.clone(), tag.colour);
        let at = pos2(*left, lane_y(*lane) + (LANE - text.size().y) * 0.5);
        painter.rect_filled(Rect::from_min_size(at, text.size()).expand2(vec2(2.0, -1.0)), CornerRadius::ZERO, panel);
        painter.galley(at, text, tag.colour);
    }
    if !clock.spans.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for span in &clock.spans {
                let (mark, _) = ui.allocate_exact_size(vec2(10.0, 8.0), Sense::hover());
                let colour = if span.excuses { good } else { caution };
                ui.painter().rect_filled(mark, CornerRadius::same(1), colour.gamma_multiply(0.8));
                let what = words.words(&span.words);
                let said = if let Some(to) = span.to {
                    t!(words, "planner-span", what = what, from = span.from, to = to)
                } else {
                    t!(words, "planner-span-open", what = what, from = span.from)
                };
                ui.add(Label::new(look::note(said)).selectable(false));
            }
        });
    }
}

/// For each label its lane, the topmost for the latest day so that no line crosses a label, and where it begins.
fn lanes(ui: &Ui, font: &FontId, tags: &[Tag], from: f32, to: f32) -> Vec<(usize, f32)> {
    let widths: Vec<f32> = tags
        .iter()
        .map(|tag| ui.painter().layout_no_wrap(tag.text.clone(), font.clone(), tag.colour).size().x)
        .collect();
    let xs: Vec<f32> = tags.iter().map(|tag| tag.x).collect();
    place(&xs, &widths, from, to)
}

/// Lanes for labels that point at `xs`, which are `widths` wide and have to stay between `from` and `to`.
fn place(xs: &[f32], widths: &[f32], from: f32, to: f32) -> Vec<(usize, f32)> {
    const GAP: f32 = 8.0;
    let mut order: Vec<usize> = (0..xs.len()).collect();
    order.sort_by(|a, b| xs[*a].total_cmp(&xs[*b]));
    let mut taken: Vec<Vec<(f32, f32)>> = vec![Vec::new(); LANES];
    let mut placed = vec![(0, 0.0); xs.len()];
    for at in order {
        let left = (xs[at] - 3.0).min(to - widths[at]).max(from);
        let right = left + widths[at];
        let free = |lane: &Vec<(f32, f32)>| lane.iter().all(|(l, r)| right + GAP <= *l || *r + GAP <= left);
        let lane = taken.iter().position(free).unwrap_or(LANES - 1);
        taken[lane].push((left, right));
        placed[at] = (lane, left);
    }
    // Turned over: the first lane is next to the line.
    let used = placed.iter().map(|(lane, _)| *lane).max().unwrap_or(0);
    placed.into_iter().map(|(lane, left)| (used - lane, left)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap_and_stay_in_the_picture() {
        let xs = [10.0, 14.0, 20.0, 150.0, 290.0, 295.0];
        let widths = [90.0; 6];
        let placed = place(&xs, &widths, 0.0, 300.0);
        for (a, (lane, left)) in placed.iter().enumerate() {
            assert!(*left >= 0.0 && left + 90.0 <= 300.0, "{placed:?}");
            for (other, (other_lane, other_left)) in placed.iter().enumerate() {
                let apart = (left - other_left).abs() >= 90.0;
                assert!(a == other || lane != other_lane || apart, "{placed:?}");
            }
        }
    }
}
