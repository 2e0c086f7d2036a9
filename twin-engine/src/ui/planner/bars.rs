//! Indicators as bars against the scheme's limits. What is not known is said, with what is missing.

use analysis::planner::{Bar, BarLimit};
use bevy_egui::egui::{Color32, CornerRadius, Label, Rect, RichText, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::look;

/// Widths of name and value, points.
const NAME: f32 = 156.0;
const VALUE: f32 = 92.0;
/// Height of a bar.
const HEIGHT: f32 = 10.0;

pub(super) fn show(ui: &mut Ui, theme: &Theme, words: &'static Text, bars: &[Bar]) {
    for bar in bars {
        let row = ui.scope(|ui| one(ui, theme, words, bar)).response;
        row.on_hover_ui(|ui| {
            ui.set_max_width(440.0);
            ui.label(RichText::new(words.words(&bar.title)).strong());
            ui.label(words.words(&bar.formula));
            for limit in &bar.limits {
                let (shown, clause) = (words.words(&limit.shown), words.words(&limit.clause));
                ui.label(t!(words, "planner-limit", limit = shown, clause = clause));
            }
            for input in bar.inputs.iter().take(MOST_INPUTS) {
                ui.label(look::note(format!("· {}", words.words(input))));
            }
            if bar.inputs.len() > MOST_INPUTS {
                ui.label(look::note(t!(words, "planner-more-inputs", count = bar.inputs.len() - MOST_INPUTS)));
            }
        });
    }
}

/// Inputs that a hint names.
const MOST_INPUTS: usize = 8;

fn one(ui: &mut Ui, theme: &Theme, words: &'static Text, bar: &Bar) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        cell(ui, NAME, RichText::new(words.words(&bar.title)));
        let shown = words.words(&bar.shown);
        let value = if bar.value.is_some() { RichText::new(shown).strong() } else { RichText::new(shown).weak() };
        cell(ui, VALUE, value);
        let room = ui.available_width();
        if bar.value.is_none() && bar.at_least <= 0.0 {
            let missing: Vec<String> = bar.missing.iter().map(|one| words.words(one)).collect();
            let said = t!(words, "planner-missing", what = missing.join("; "));
            ui.add(Label::new(look::note(said)).truncate().selectable(false));
            return;
        }
        let words_width = if bar.limits.is_empty() { 0.0 } else { (room * 0.45).min(190.0) };
        let whole = axis_end(bar);
        if let Some(whole) = whole {
            let (place, _) = ui.allocate_exact_size(vec2((room - words_width - 6.0).max(40.0), 18.0), Sense::hover());
            paint(ui, theme, bar, place, whole);
        }
        if !bar.limits.is_empty() {
            let said: Vec<String> = bar.limits.iter().map(|limit| verdict(words, limit)).collect();
            let missed = bar.limits.iter().any(|limit| limit.met == Some(false));
            let colour = look::colour(if missed { theme.bad } else { theme.ink_soft });
            let text = RichText::new(said.join(", ")).size(look::SMALL).color(colour);
            ui.add(Label::new(text).truncate().selectable(false));
        } else if whole.is_none() && !bar.missing.is_empty() {
            let missing: Vec<String> = bar.missing.iter().map(|one| words.words(one)).collect();
            ui.add(Label::new(look::note(missing.join("; "))).truncate().selectable(false));
        }
    });
}

fn cell(ui: &mut Ui, width: f32, text: RichText) {
    ui.allocate_ui_with_layout(
        vec2(width, 18.0),
        bevy_egui::egui::Layout::left_to_right(bevy_egui::egui::Align::Center),
        |ui| {
            ui.set_min_width(width);
            ui.set_max_width(width);
            ui.add(Label::new(text).truncate().selectable(false));
        },
    );
}

/// Whether a limit is met, in words.
fn verdict(words: &Text, limit: &BarLimit) -> String {
    let shown = words.words(&limit.shown);
    match limit.met {
        Some(true) => t!(words, "planner-met", limit = shown),
        Some(false) => t!(words, "planner-missed", limit = shown),
        None => t!(words, "planner-untold", limit = shown),
    }
}

/// The value at the end of the axis; `None` for what cannot be compared with anything.
fn axis_end(bar: &Bar) -> Option<f64> {
    let value = bar.value.unwrap_or(bar.at_least);
    if bar.limits.is_empty() {
        return bar.share.then_some(1.0_f64.max(value));
    }
    // Limits in another unit have no place on it: with none in this one there is nothing to compare with.
    let most = bar.limits.iter().filter_map(|limit| limit.value).reduce(f64::max)?.max(value);
    (most > 0.0).then_some(most * 1.2)
}

fn paint(ui: &Ui, theme: &Theme, bar: &Bar, place: Rect, whole: f64) {
    let painter = ui.painter();
    let soft = look::colour(theme.ink_soft);
    let track = Rect::from_center_size(place.center(), vec2(place.width(), HEIGHT));
    painter.rect_filled(track, CornerRadius::same(2), soft.gamma_multiply(0.16));
    let x = |value: f64| track.min.x + track.width() * (value / whole).clamp(0.0, 1.0) as f32;
    let fill = fill(theme, bar);
    let value = bar.value.unwrap_or(bar.at_least);
    let filled = Rect::from_min_max(track.min, pos2(x(value).max(track.min.x + 1.5), track.max.y));
    if bar.value.is_some() {
        painter.rect_filled(filled, CornerRadius::same(2), fill);
    } else {
        // At least this much is known: an open end.
        painter.rect_filled(filled, CornerRadius::same(2), fill.gamma_multiply(0.45));
        let end = [pos2(filled.max.x, track.min.y), pos2(filled.max.x, track.max.y)];
        painter.extend(Shape::dashed_line(&end, Stroke::new(1.5, fill), 2.0, 2.0));
    }
    for limit in &bar.limits {
        let Some(at) = limit.value.map(&x) else { continue };
        let ink = look::colour(theme.ink);
        let stroke = Stroke::new(2.0, if limit.decides { ink } else { soft });
        painter.vline(at, track.min.y - 3.0..=track.max.y + 3.0, stroke);
    }
}

fn fill(theme: &Theme, bar: &Bar) -> Color32 {
    let missed = bar.limits.iter().any(|limit| limit.met == Some(false));
    let met = !bar.limits.is_empty() && bar.limits.iter().all(|limit| limit.met == Some(true));
    look::colour(if missed {
        theme.bad
    } else if met {
        theme.good
    } else {
        theme.ink_soft
    })
}

#[cfg(test)]
mod tests {
    use analysis::words::Words;

    use super::*;

    fn bar(value: Option<f64>, limit: Option<f64>, share: bool) -> Bar {
        let limit = limit.map(|value| BarLimit {
            value: Some(value),
            shown: Words::default(),
            met: None,
            decides: true,
            clause: Words::default(),
        });
        Bar {
            title: Words::default(),
            value,
            at_least: 0.0,
            shown: Words::default(),
            share,
            limits: limit.into_iter().collect(),
            formula: Words::default(),
            inputs: Vec::new(),
            missing: Vec::new(),
        }
    }

    #[test]
    fn value_and_limit_are_both_on_the_axis() {
        assert!((axis_end(&bar(Some(1.0), Some(0.4), false)).unwrap() - 1.2).abs() < 1e-9);
        assert!((axis_end(&bar(Some(0.1), Some(0.4), true)).unwrap() - 0.48).abs() < 1e-9);
        assert_eq!(axis_end(&bar(Some(0.1), None, true)), Some(1.0), "a share without a limit is of the whole");
        assert_eq!(axis_end(&bar(Some(5_000.0), None, false)), None, "nothing to compare it with");
        let mut other_unit = bar(None, Some(0.4), false);
        other_unit.at_least = 3.0;
        other_unit.limits[0].value = None;
        assert_eq!(axis_end(&other_unit), None, "a limit in another unit is no length");
    }
}
