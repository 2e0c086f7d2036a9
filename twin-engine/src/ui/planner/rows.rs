//! The rows of the list of land: sorted by a click on a head, gone through with the arrows, flown to with Enter or a click.

use analysis::land::Tone;
use analysis::planner::{LandList, LandRow};
use bevy_egui::egui::{Align, EventFilter, Id, Key, Label, Layout, Modifiers, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column as Width, TableBuilder};

use super::{fly_to, swatch, tone_colour};
use crate::inspect::grouped;
use crate::layers::Selection;
use crate::planner::By;
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::Panels;

/// Height of a row, points.
const ROW: f32 = 21.0;
/// Rows of a page.
const PAGE: usize = 10;
/// Widths of the columns before the reason, points; the sign of the map first.
const WIDTHS: [f32; 10] = [26.0, 104.0, 186.0, 92.0, 80.0, 52.0, 92.0, 104.0, 100.0, 96.0];

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text, list: &LandList) {
    let mut clicked = None;
    let mut order = panels.ui.planner.land.order;
    let scroll_to = panels.ui.planner.land.scroll_to.take();
    let theme = panels.twin.theme();
    {
        let land = &panels.ui.planner.land;
        let selection = &panels.twin.shown.selection;
        ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
            let mut builder = TableBuilder::new(ui)
                .id_salt("planner-rows")
                .striped(true)
                .resizable(true)
                .sense(Sense::click())
                .auto_shrink([false, false])
                .cell_layout(Layout::left_to_right(Align::Center));
            for width in WIDTHS {
                builder = builder.column(Width::initial(width).at_least(24.0).clip(true));
            }
            builder = builder.column(Width::remainder().at_least(160.0).clip(true));
            if let Some(row) = scroll_to {
                builder = builder.scroll_to_row(row, None);
            }
            builder
                .header(ROW + 3.0, |mut header| {
                    for (by, label) in heads(words) {
                        let (_, cell) = header.col(|ui| {
                            let sign = match land.order {
                                Some((ordered, true)) if Some(ordered) == by => "↑ ",
                                Some((ordered, false)) if Some(ordered) == by => "↓ ",
                                _ => "",
                            };
                            let text = RichText::new(format!("{sign}{label}")).strong();
                            ui.add(Label::new(text).truncate().selectable(false));
                        });
                        if let (true, Some(by)) = (cell.clicked(), by) {
                            order = next_order(land.order, by);
                        }
                    }
                })
                .body(|body| {
                    body.rows(ROW, land.rows.len(), |mut line| {
                        let at = line.index();
                        let row = &list.rows[land.rows[at]];
                        line.set_selected(selection.ids().contains(&row.id));
                        cells(&mut line, words, &theme, list, row);
                        if line.response().clicked() {
                            clicked = Some(at);
                        }
                    });
                });
            if land.rows.is_empty() {
                ui.add_space(6.0);
                ui.label(t!(words, "planner-no-row"));
            }
        });
    }
    panels.ui.planner.land.order = order;
    keys(ui, panels, list, clicked.is_some());
    if let Some(at) = clicked {
        choose(panels, list, at, true);
    }
}

/// Upwards, then downwards, then in order of rank again.
fn next_order(order: Option<(By, bool)>, by: By) -> Option<(By, bool)> {
    match order {
        Some((ordered, true)) if ordered == by => Some((by, false)),
        Some((ordered, false)) if ordered == by => None,
        _ => Some((by, true)),
    }
}

fn heads(words: &Text) -> [(Option<By>, String); 11] {
    [
        (None, String::new()),
        (Some(By::Name), t!(words, "planner-parcel")),
        (Some(By::State), t!(words, "planner-state")),
        (Some(By::Physical), t!(words, "planner-use")),
        (Some(By::Area), t!(words, "planner-area")),
        (Some(By::Years), t!(words, "planner-clock-years")),
        (Some(By::Days), t!(words, "planner-days")),
        (Some(By::Zoning), t!(words, "planner-zoning")),
        (Some(By::Rating), t!(words, "planner-rating")),
        (Some(By::Case), t!(words, "planner-case")),
        (None, t!(words, "planner-reason")),
    ]
}

fn cells(
    line: &mut egui_extras::TableRow<'_, '_>,
    words: &'static Text,
    theme: &Theme,
    list: &LandList,
    row: &LandRow,
) {
    let (state, physical) = (&list.states[row.state], &list.uses[row.physical]);
    let label = |text: String| Label::new(text).truncate().selectable(false);
    line.col(|ui| {
        // No contract has no outline on the map either.
        let outline = (row.state + 1 < list.states.len()).then_some(state);
        swatch(ui, theme, physical, outline);
    });
    line.col(|ui| {
        ui.add(label(row.name.clone()));
    });
    line.col(|ui| {
        let against = if row.against_holder == Some(true) { Tone::Bad } else { Tone::Plain };
        let state = words.words(&state.label);
        let state = match &row.proviso {
            Some(proviso) => t!(words, "planner-state-if", state = state, proviso = words.words(proviso)),
            None => state,
        };
        let text = RichText::new(state).color(tone_colour(theme, against));
        ui.add(Label::new(text).truncate().selectable(false));
    });
    line.col(|ui| {
        ui.add(label(words.words(&physical.label)));
    });
    let number = |ui: &mut Ui, text: String| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label(text)));
    };
    line.col(|ui| number(ui, grouped(row.area_m2 / 10_000.0, 2)));
    line.col(|ui| number(ui, row.years.map(|years| format!("{years:.1}")).unwrap_or_default()));
    line.col(|ui| {
        let text = match row.days_left {
            Some(days) if days > 0 => t!(words, "planner-left", days = grouped(days as f64, 0)),
            Some(days) => t!(words, "planner-past", days = grouped(-days as f64, 0)),
            None => String::new(),
        };
        let past = row.days_left.is_some_and(|days| days <= 0);
        let tone = if past { Tone::Bad } else { Tone::Plain };
        let text = RichText::new(text).color(tone_colour(theme, tone));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(Label::new(text).truncate().selectable(false));
        });
    });
    line.col(|ui| {
        ui.add(label(row.zoning.and_then(|at| list.zonings.get(at)).cloned().unwrap_or_default()));
    });
    line.col(|ui| {
        ui.add(label(words.words(&list.ratings[row.rating])));
    });
    line.col(|ui| {
        let case = row.case.and_then(|at| list.cases.get(at));
        ui.add(label(case.map_or_else(|| t!(words, "planner-case-unknown"), |case| words.words(case))));
    });
    line.col(|ui| {
        ui.add(label(words.words(&row.reason)));
    });
}

/// Arrows, pages, ends and Enter, while the list has the keyboard.
fn keys(ui: &mut Ui, panels: &mut Panels, list: &LandList, clicked: bool) {
    let id = Id::new("planner-list");
    let response = ui.interact(ui.max_rect(), id, Sense::focusable_noninteractive());
    if std::mem::take(&mut panels.ui.planner.take_focus) || clicked {
        response.request_focus();
    }
    let elsewhere = ui.input(|input| {
        input.pointer.any_pressed() && input.pointer.interact_pos().is_some_and(|at| !ui.max_rect().contains(at))
    });
    if elsewhere && response.has_focus() {
        response.surrender_focus();
    }
    let has = response.has_focus();
    panels.ui.planner.arrows = has;
    if !has {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let count = panels.ui.planner.land.rows.len();
    if count == 0 {
        return;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (up, down) = (pressed(Key::ArrowUp), pressed(Key::ArrowDown));
    let (page_up, page_down) = (pressed(Key::PageUp), pressed(Key::PageDown));
    let enter = pressed(Key::Enter) > 0;
    let step = down as isize - up as isize + (page_down as isize - page_up as isize) * PAGE as isize;
    let land = &mut panels.ui.planner.land;
    let at = match land.at {
        Some(at) => at.min(count - 1).saturating_add_signed(step).min(count - 1),
        None => 0,
    };
    if step != 0 {
        land.scroll_to = Some(at);
    }
    if step != 0 || enter {
        choose(panels, list, at, enter);
    }
}

/// Selects the parcel of a row, and flies to it.
fn choose(panels: &mut Panels, list: &LandList, at: usize, fly: bool) {
    let Some(row) = panels.ui.planner.land.rows.get(at).map(|row| &list.rows[*row]) else { return };
    panels.ui.planner.land.chose(at, row.id);
    if fly {
        fly_to(panels, row.id);
    } else {
        panels.twin.shown.selection = Selection::from(Some(row.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_sorts_upwards_then_downwards_then_not_at_all() {
        let first = next_order(None, By::Area);
        assert_eq!(first, Some((By::Area, true)));
        assert_eq!(next_order(first, By::Area), Some((By::Area, false)));
        assert_eq!(next_order(Some((By::Area, false)), By::Area), None);
        assert_eq!(next_order(first, By::Days), Some((By::Days, true)));
    }
}
