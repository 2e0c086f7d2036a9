//! The years of the park along a line: bars for what each brought, a handle for the day looked at.

use bevy_egui::egui::{
    Align, Align2, Button, CornerRadius, FontId, Frame, Layout, Margin, Panel, Rect, RichText, Sense, Stroke, Ui, pos2,
    vec2,
};
use chrono::Datelike;

use super::{Panels, look};
use crate::action::Action;
use crate::text::t;
use crate::time::Span;

/// Height of the line with its bars, points.
const HEIGHT: f32 = 38.0;
/// Least distance between two years' numbers, points.
const YEAR_WIDTH: f32 = 34.0;

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let Some(span) = panels.years.span.clone().filter(|_| panels.ui.timeline) else { return };
    let Some(day) = panels.twin.day() else { return };
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 4));
    Panel::bottom("timeline").frame(frame).resizable(false).show(root, |ui| {
        let words = panels.twin.words();
        ui.horizontal(|ui| {
            let playing = panels.years.playing;
            let play = if playing { t!(words, "time-stop") } else { t!(words, "time-play") };
            if ui.add(Button::selectable(playing, play)).on_hover_text(words.get("key-play")).clicked() {
                panels.act(Action::Play);
            }
            for (label, action, words_of) in
                [(look::BACK, Action::StepDay(-1), "key-day-back"), (look::ON, Action::StepDay(1), "key-day-on")]
            {
                if ui.button(label).on_hover_text(words.get(words_of)).clicked() {
                    panels.act(action);
                }
            }
            ui.add_sized(
                vec2(84.0, 22.0),
                bevy_egui::egui::Label::new(RichText::new(day.to_string()).strong()).selectable(false),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let at_record = day == span.as_of;
                let label = t!(words, "time-record", date = span.as_of);
                if ui.add(Button::selectable(at_record, label)).clicked() {
                    panels.act(Action::Day(None));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| line(ui, panels, &span));
            });
        });
    });
}

fn line(ui: &mut Ui, panels: &mut Panels, span: &Span) {
    let Some(day) = panels.twin.day() else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    let track = Rect::from_min_max(pos2(rect.min.x + 8.0, rect.min.y + 2.0), pos2(rect.max.x - 8.0, rect.max.y - 13.0));
    let theme = panels.twin.theme();
    let x = |share: f32| track.min.x + share * track.width();
    let painter = ui.painter_at(rect);
    let (ink, accent) = (look::colour(theme.ink_soft), look::colour(theme.accent));
    let most = span.years.iter().map(|(_, count)| *count).max().unwrap_or(1) as f32;
    let year_at = |year: i32| chrono::NaiveDate::from_ymd_opt(year, 1, 1).map_or(0.0, |day| x(span.share(day)));
    for (year, count) in &span.years {
        // The root: a year with one building is still seen beside one with hundreds.
        let height = (*count as f32 / most).sqrt() * (track.height() - 3.0);
        let (left, right) = (year_at(*year) + 0.5, (year_at(year + 1) - 0.5).max(year_at(*year) + 1.0));
        let past = *year <= day.year();
        let bar = Rect::from_min_max(pos2(left, track.max.y - height.max(1.5)), pos2(right, track.max.y));
        painter.rect_filled(bar, CornerRadius::ZERO, ink.gamma_multiply(if past { 0.55 } else { 0.22 }));
    }
    painter.hline(track.x_range(), track.max.y, Stroke::new(1.0, ink));
    let years = span.last.year() - span.first.year() + 1;
    let fit = (track.width() / YEAR_WIDTH).max(1.0);
    let every =
        [1, 2, 5, 10, 20, 25, 50, 100].into_iter().find(|step| years as f32 / *step as f32 <= fit).unwrap_or(200);
    for year in (span.first.year()..=span.last.year()).filter(|year| year % every == 0) {
        let at = year_at(year);
        painter.vline(at, track.max.y..=track.max.y + 3.0, Stroke::new(1.0, ink));
        if at + 14.0 < rect.max.x {
            let font = FontId::proportional(look::SMALL - 1.0);
            painter.text(pos2(at, rect.max.y), Align2::CENTER_BOTTOM, year.to_string(), font, ink);
        }
    }
    let record = x(span.share(span.as_of));
    painter.vline(record, track.y_range(), Stroke::new(1.0, ink.gamma_multiply(0.6)));
    let at = x(span.share(day));
    painter.vline(at, track.min.y..=track.max.y, Stroke::new(2.0, accent));
    painter.circle(pos2(at, track.max.y), 5.5, accent, Stroke::new(1.5, look::colour(theme.panel)));
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        let wanted = span.at((pointer.x - track.min.x) / track.width());
        if wanted != day {
            panels.act(Action::Day(Some(wanted)));
        }
    }
    if panels.years.is_making() {
        painter.text(
            pos2(track.max.x, track.min.y),
            Align2::RIGHT_TOP,
            t!(panels.twin.words(), "time-making"),
            FontId::proportional(look::SMALL),
            ink,
        );
    }
}
