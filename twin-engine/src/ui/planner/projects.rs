//! The tab of projects: a chart of planned days against those on record, the latest projects first.

use analysis::land::Tone;
use analysis::planner::{ProjectChart, ProjectSaid};
use analysis::projects::GanttRow;
use bevy_egui::egui::{
    Align, Align2, Button, CornerRadius, FontId, Label, Layout, Painter, Pos2, Rect, RichText, ScrollArea, Sense,
    Shape, Stroke, StrokeKind, TextEdit, Ui, pos2, vec2,
};

use super::axis::Axis;
use super::{fly_to, lozenge, tone_colour};
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::{Panels, look};

/// Height of a row and of the years above, points.
const ROW: f32 = 32.0;
const YEARS: f32 = 18.0;

/// The tab from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Projects {
    text: String,
    late_only: bool,
}

/// Bars of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Planned,
    Actual,
    Expected,
    Suspended,
}

pub(super) fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(chart) = panels.desk.projects.get().cloned() else { return };
    let theme = panels.twin.theme();
    for (sign, label) in [
        (Sign::Suspended, t!(words, "planner-suspended")),
        (Sign::Expected, t!(words, "planner-expected")),
        (Sign::Actual, t!(words, "planner-actual")),
        (Sign::Planned, t!(words, "planner-planned")),
    ] {
        ui.add(Label::new(look::note(label)).selectable(false));
        let (place, _) = ui.allocate_exact_size(vec2(20.0, 9.0), Sense::hover());
        bar(ui.painter(), &theme, place, sign, false);
    }
    let projects = &mut panels.ui.planner.projects;
    let late = Button::selectable(projects.late_only, t!(words, "planner-late-only"));
    if ui.add(late).clicked() {
        projects.late_only = !projects.late_only;
    }
    ui.add(TextEdit::singleline(&mut projects.text).hint_text(t!(words, "planner-text")).desired_width(130.0));
    let counted = t!(
        words,
        "planner-projects-counted",
        count = chart.gantt.rows.len(),
        late = chart.late(),
        day = chart.gantt.as_of
    );
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add(Label::new(RichText::new(counted).strong()).truncate().selectable(false));
    });
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(chart) = panels.desk.projects.get().cloned() else {
        ui.add_space(8.0);
        ui.label(look::note(t!(words, "time-making")));
        return;
    };
    let shown = wanted(&chart, &panels.ui.planner.projects);
    if shown.is_empty() {
        ui.add_space(8.0);
        ui.label(look::note(t!(words, "planner-no-project")));
        return;
    }
    let theme = panels.twin.theme();
    let names = (ui.available_width() * 0.3).clamp(180.0, 360.0);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), YEARS), Sense::hover());
    let axis = Axis::new(chart.gantt.from, chart.gantt.to, (head.min.x + names..=head.max.x - 12.0).into());
    let soft = look::colour(theme.ink_soft);
    axis.paint(&ui.painter_at(head), head.center().y, (head.max.y - 4.0..=head.max.y).into(), soft);
    let mut chosen = None;
    ScrollArea::vertical().id_salt("planner-gantt").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        shown.len(),
        |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for at in range {
                let (row, said) = (&chart.gantt.rows[shown[at]], &chart.said[shown[at]]);
                let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW + 5.0), Sense::click());
                let on = said.parcel.is_some_and(|id| panels.twin.shown.selection.ids().contains(&id));
                let painter = ui.painter_at(place);
                if on || response.hovered() {
                    let fill = if on { ui.visuals().selection.bg_fill } else { ui.visuals().faint_bg_color };
                    painter.rect_filled(place, CornerRadius::ZERO, fill);
                }
                painter.hline(place.x_range(), place.max.y - 0.5, Stroke::new(1.0, soft.gamma_multiply(0.2)));
                let left = Rect::from_min_size(place.min, vec2(names - 10.0, place.height()));
                name(&painter.with_clip_rect(left), &theme, words, row, said, left);
                let right = Rect::from_min_max(pos2(place.min.x + names, place.min.y), place.max);
                bars(&painter.with_clip_rect(right), &theme, &axis, row, right, chart.gantt.as_of);
                let response = response.on_hover_ui(|ui| hint(ui, words, row, said));
                if response.clicked() {
                    chosen = said.parcel;
                }
            }
        },
    );
    if let Some(id) = chosen {
        fly_to(panels, id);
    }
}

/// Rows that are asked for.
fn wanted(chart: &ProjectChart, asked: &Projects) -> Vec<usize> {
    let sought: Vec<String> = asked.text.split_whitespace().map(str::to_lowercase).collect();
    let fits = |(row, said): (&GanttRow, &ProjectSaid)| {
        let all = [Some(&row.label), Some(&row.key), row.parcel_key.as_ref(), said.enterprise.as_ref()];
        let all = all.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
        let late = said.days_late.is_some_and(|days| days > 0);
        (late || !asked.late_only) && sought.iter().all(|word| all.contains(word))
    };
    let rows = chart.gantt.rows.iter().zip(&chart.said).enumerate();
    rows.filter(|(_, pair)| fits(*pair)).map(|(at, _)| at).collect()
}

fn name(painter: &Painter, theme: &Theme, words: &'static Text, row: &GanttRow, said: &ProjectSaid, place: Rect) {
    let ink = look::colour(theme.ink);
    let at = |y: f32| pos2(place.min.x + 4.0, place.min.y + y);
    painter.text(at(11.0), Align2::LEFT_CENTER, &row.label, FontId::proportional(look::BODY), ink);
    let late = said.days_late.is_some_and(|days| days > 0);
    let tone = if late { Tone::Bad } else { Tone::Unknown };
    let text = t!(words, "planner-stage", stage = words.words(&said.stage), timing = words.words(&said.timing));
    painter.text(at(26.0), Align2::LEFT_CENTER, text, FontId::proportional(look::SMALL), tone_colour(theme, tone));
}

fn bars(painter: &Painter, theme: &Theme, axis: &Axis, row: &GanttRow, place: Rect, today: chrono::NaiveDate) {
    let soft = look::colour(theme.ink_soft);
    for year in axis.years() {
        painter.vline(axis.at(year), place.y_range(), Stroke::new(1.0, soft.gamma_multiply(0.16)));
    }
    let (top, middle) = (place.min.y + 6.0, place.min.y + 18.0);
    let span = |from, to, y: f32, height: f32| {
        Rect::from_min_max(pos2(axis.at(from), y), pos2(axis.at(to).max(axis.at(from) + 1.5), y + height))
    };
    let late = matches!(row.timing, analysis::projects::Timing::Late { .. });
    for planned in &row.planned {
        bar(painter, theme, span(planned.from, planned.to, top, 8.0), Sign::Planned, late);
    }
    for actual in &row.actual {
        bar(painter, theme, span(actual.from, actual.to, middle, 10.0), Sign::Actual, late);
    }
    for expected in &row.expected {
        bar(painter, theme, span(expected.from, expected.to, middle, 10.0), Sign::Expected, late);
    }
    for [from, to] in &row.suspended {
        bar(painter, theme, span(*from, *to, middle, 10.0), Sign::Suspended, late);
    }
    let ink = look::colour(theme.ink);
    for mark in &row.marks {
        let at = |day, y: f32| Pos2::new(axis.at(day), y);
        if let Some(day) = mark.planned {
            painter.add(lozenge(at(day, top + 4.0), 4.0, look::colour(theme.panel), Stroke::new(1.2, ink)));
        }
        if let Some(day) = mark.actual {
            painter.add(lozenge(at(day, middle + 5.0), 4.5, ink, Stroke::NONE));
        }
    }
    painter.vline(axis.at(today), place.y_range(), Stroke::new(1.5, look::colour(theme.accent)));
}

/// One bar; its sign tells it from the others without colour.
fn bar(painter: &Painter, theme: &Theme, place: Rect, sign: Sign, late: bool) {
    let (soft, bad) = (look::colour(theme.ink_soft), look::colour(theme.bad));
    let corner = CornerRadius::same(2);
    match sign {
        Sign::Planned => {
            painter.rect_filled(place, corner, soft.gamma_multiply(0.18));
            painter.rect_stroke(place, corner, Stroke::new(1.0, soft), StrokeKind::Inside);
        }
        Sign::Actual => {
            let fill = look::colour(if late { theme.bad } else { theme.good });
            painter.rect_filled(place, corner, fill.gamma_multiply(0.85));
        }
        Sign::Expected => {
            let ends = [place.left_center(), place.right_center()];
            let fill = look::colour(if late { theme.bad } else { theme.good });
            painter.extend(Shape::dashed_line(&ends, Stroke::new(3.0, fill), 5.0, 4.0));
        }
        Sign::Suspended => {
            painter.rect_filled(place, corner, look::colour(theme.panel).gamma_multiply(0.75));
            let mut x = place.min.x - place.height();
            let clipped = painter.with_clip_rect(painter.clip_rect().intersect(place));
            while x < place.max.x {
                let ends = [pos2(x, place.max.y), pos2(x + place.height(), place.min.y)];
                clipped.line_segment(ends, Stroke::new(1.2, bad));
                x += 4.0;
            }
            painter.rect_stroke(place, corner, Stroke::new(1.0, bad), StrokeKind::Inside);
        }
    }
}

fn hint(ui: &mut Ui, words: &'static Text, row: &GanttRow, said: &ProjectSaid) {
    ui.set_max_width(460.0);
    ui.label(RichText::new(&row.label).strong());
    if let Some(enterprise) = &said.enterprise {
        ui.label(enterprise);
    }
    ui.label(t!(words, "planner-stage", stage = words.words(&said.stage), timing = words.words(&said.timing)));
    for line in &said.detail {
        ui.label(look::note(words.words(line)));
    }
    if said.parcel.is_none() {
        ui.label(look::note(t!(words, "planner-no-parcel")));
    }
}

#[cfg(test)]
mod tests {
    use analysis::projects::{Gantt, Stage, Timing};
    use analysis::words::Words;
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn projects_are_found_by_every_word_and_by_being_late() {
        let row = |key: &str, label: &str| GanttRow {
            key: key.into(),
            label: label.into(),
            parcel_key: None,
            stage: Stage::Planned,
            timing: Timing::Unknown,
            planned: Vec::new(),
            actual: Vec::new(),
            expected: Vec::new(),
            suspended: Vec::new(),
            marks: Vec::new(),
        };
        let said = |days_late, enterprise: &str| ProjectSaid {
            parcel: None,
            enterprise: Some(enterprise.into()),
            stage: Words::default(),
            timing: Words::default(),
            days_late,
            detail: Vec::new(),
        };
        let day = NaiveDate::MIN;
        let rows = vec![row("a", "Bearing hall"), row("b", "Test hall"), row("c", "Depot")];
        let chart = ProjectChart {
            gantt: Gantt { as_of: day, from: day, to: day, rows },
            said: vec![said(Some(30), "Works"), said(Some(0), "Works"), said(None, "Works")],
        };
        let asked = |text: &str, late_only| Projects { text: text.into(), late_only };
        assert_eq!(wanted(&chart, &asked("", false)), [0, 1, 2]);
        assert_eq!(wanted(&chart, &asked("", true)), [0], "unknown is not late");
        assert_eq!(wanted(&chart, &asked("HALL works", false)), [0, 1]);
    }
}
