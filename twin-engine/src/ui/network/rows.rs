//! Rows of an answer's table: gone through with the arrows, flown to with Enter or a click. A clearance is drawn where it is.

use std::sync::{Arc, Weak};

use analysis::sheet::{Holds, Value};
use bevy_egui::egui::{Align, EventFilter, Id, Key, Label, Layout, Modifiers, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column as Width, TableBuilder};
use spatial_db::model::{FeatureId, FeatureKind};

use super::fly_to;
use crate::attribute;
use crate::layers::Selection;
use crate::network::{Answered, Fly, Found, List, Question, Table};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Height of a row, points.
const ROW: f32 = 20.0;
/// Rows of a page.
const PAGE: usize = 10;
/// Widths at first of columns of words and of numbers.
const WORDS: f32 = 128.0;
const NUMBERS: f32 = 84.0;
const NUMBER: f32 = 30.0;
/// What stands for what is not known.
pub(super) const NOT_KNOWN: &str = "–";

/// Rows as they are shown.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The one that was chosen last, by its place in the table.
    chosen: Option<usize>,
    /// What it was chosen in.
    of: Option<(Question, usize)>,
    scroll_to: Option<usize>,
    picked: Option<Arc<Picked>>,
}

/// Rows and columns of a table that are shown, looked for once.
#[derive(Debug)]
struct Picked {
    /// Held like this, its address goes to no other answer.
    answer: Weak<Answered>,
    list: usize,
    without: [bool; 3],
    rows: Vec<usize>,
    columns: Vec<usize>,
}

impl Picked {
    fn new(answered: &Arc<Answered>, list: usize, without: [bool; 3], found: &Found, table: &Table) -> Self {
        let sheet = &table.sheet;
        let wanted = |row: &usize| table.list != List::Near || !is_left_out(found, without, *row);
        let rows = (0..sheet.rows.len()).filter(wanted).collect();
        let columns = (0..sheet.columns.len()).filter(|at| sheet.columns[*at].brief).collect();
        Self { answer: Arc::downgrade(answered), list, without, rows, columns }
    }

    fn is_of(&self, answered: &Arc<Answered>, list: usize, without: [bool; 3]) -> bool {
        std::ptr::eq(self.answer.as_ptr(), Arc::as_ptr(answered)) && (self.list, self.without) == (list, without)
    }
}

impl Rows {
    /// What is shown of a table.
    fn picked(
        &mut self,
        answered: &Arc<Answered>,
        list: usize,
        without: [bool; 3],
        (found, table): (&Found, &Table),
    ) -> Arc<Picked> {
        let known = self.picked.take().filter(|known| known.is_of(answered, list, without));
        let picked = known.unwrap_or_else(|| Arc::new(Picked::new(answered, list, without, found, table)));
        self.picked = Some(Arc::clone(&picked));
        picked
    }
}

pub(super) fn show(
    ui: &mut Ui,
    panels: &mut Panels,
    words: &'static Text,
    (question, answered): (&Question, &Arc<Answered>),
    found: &Found,
    table: &Table,
) {
    let of = (question.clone(), panels.ui.network.list);
    if panels.ui.network.rows.of.as_ref() != Some(&of) {
        panels.ui.network.rows = Rows { of: Some(of), ..Rows::default() };
    }
    // Rows are places in the park that they were made of: in another they would speak of something else.
    let current = found.is_of(panels.twin.park_version);
    // Above the table, which takes all the room that is left.
    if current {
        mark_chosen(ui, panels, words, found, table);
    } else {
        ui.add(Label::new(look::note(t!(words, "net-stale-rows"))).wrap());
    }
    let sheet = &table.sheet;
    let (list, without) = (panels.ui.network.list, panels.ui.network.without);
    let picked = panels.ui.network.rows.picked(answered, list, without, (found, table));
    let (shown, columns) = (&picked.rows, &picked.columns);
    let scroll_to = panels.ui.network.rows.scroll_to.take();
    let chosen = panels.ui.network.rows.chosen;
    let mut clicked = None;
    ScrollArea::horizontal().id_salt("network-table").auto_shrink([false, false]).show(ui, |ui| {
        let mut builder = TableBuilder::new(ui)
            .id_salt(("network-rows", sheet.name))
            .striped(true)
            .resizable(true)
            .sense(if current { Sense::click() } else { Sense::hover() })
            .auto_shrink([false, false])
            // The panel keeps its height: rows scroll in what is left.
            .min_scrolled_height(3.0 * ROW)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Width::exact(NUMBER));
        for at in columns {
            let width = if is_number(sheet.columns[*at].holds) { NUMBERS } else { WORDS };
            builder = builder.column(if columns.last() == Some(at) {
                Width::remainder().at_least(width).clip(true)
            } else {
                Width::initial(width).at_least(36.0).clip(true)
            });
        }
        if let Some(row) = scroll_to {
            builder = builder.scroll_to_row(row, None);
        }
        builder
            .header(ROW + 2.0, |mut header| {
                header.col(|_| {});
                for at in columns {
                    let column = &sheet.columns[*at];
                    header.col(|ui| {
                        let title = words.words(&column.title);
                        let title = if column.unit.is_empty() {
                            title
                        } else {
                            format!("{title} ({})", words.words(&column.unit))
                        };
                        ui.add(Label::new(RichText::new(title).strong()).truncate().selectable(false));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, shown.len(), |mut line| {
                    let at = line.index();
                    let row = shown[at];
                    line.set_selected(chosen == Some(row));
                    line.col(|ui| {
                        let number = look::note((row + 1).to_string());
                        // Those that stand on the map are strong here too.
                        let on_map = table.list == List::Steps && row < found.close.len();
                        let number = if on_map { RichText::new((row + 1).to_string()).strong() } else { number };
                        ui.add(Label::new(number).selectable(false));
                    });
                    for column in columns {
                        cell(&mut line, words, &sheet.rows[row].cells[*column], sheet.columns[*column].holds);
                    }
                    if line.response().clicked() {
                        clicked = Some(at);
                    }
                });
            });
        if shown.is_empty() {
            ui.add_space(6.0);
            ui.label(look::note(words.words(&analysis::sheet::nothing())));
        }
    });
    if !current {
        panels.ui.network.arrows = false;
        return;
    }
    let chose = keys(ui, panels, shown, clicked.is_some());
    if let Some((at, fly)) = clicked.map(|at| (at, true)).or(chose)
        && let Some(row) = shown.get(at)
    {
        choose(panels, found, table, *row, fly);
    }
}

fn is_number(holds: Holds) -> bool {
    matches!(holds, Holds::Whole | Holds::Number(_))
}

/// Whether the verdict of a clearance is not asked for.
fn is_left_out(found: &Found, without: [bool; 3], row: usize) -> bool {
    use analysis::network::clearance::Verdict;
    let verdict = found.near.get(row).map(|one| one.verdict);
    let at = match verdict {
        Some(Verdict::Violated) => 0,
        Some(Verdict::Possible) => 1,
        Some(Verdict::Unknown) => 2,
        _ => return false,
    };
    without[at]
}

fn cell(line: &mut egui_extras::TableRow<'_, '_>, words: &'static Text, value: &Value, holds: Holds) {
    let said = match (value, holds) {
        (Value::Unknown, _) => RichText::new(NOT_KNOWN).weak(),
        (Value::Number(number), Holds::Number(digits)) => RichText::new(format!("{number:.digits$}")),
        (Value::Number(number), _) => RichText::new(number.to_string()),
        (Value::Text(said), _) => RichText::new(words.words(said)),
        (Value::Whole(number), _) => RichText::new(number.to_string()),
        (Value::Day(day), _) => RichText::new(day.to_string()),
    };
    line.col(|ui| {
        let label = Label::new(said).truncate().selectable(false);
        if is_number(holds) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label));
        } else {
            ui.add(label);
        }
    });
}

/// The feature that a row speaks of.
fn feature(panels: &Panels, found: &Found, table: &Table, row: usize) -> Option<FeatureId> {
    let sheet = &table.sheet;
    if let Some(id) = table.ids.get(row) {
        return Some(*id);
    }
    if let Some(permit) = &found.permit {
        return match sheet.name {
            "met" => permit.met.pipes.get(row).map(|pipe| pipe.id),
            "near" => permit.near.get(row).map(|line| line.id),
            "fittings" => permit.met.nodes.get(row).map(|node| node.id),
            _ => None,
        };
    }
    attribute::id(&panels.twin.input.snapshot, sheet.target?, sheet.rows.get(row)?.slot?)
}

/// Selects what a row speaks of, and flies to it.
fn choose(panels: &mut Panels, found: &Found, table: &Table, row: usize, fly: bool) {
    panels.ui.network.rows.chosen = Some(row);
    if let Some(one) = found.near.get(row).filter(|_| table.list == List::Near) {
        panels.bench.measured = Some(row);
        let park = &panels.twin.input.snapshot;
        let ends = found.dimensions.get(row).copied().flatten().map(|drawn| drawn.ends.to_vec());
        if fly {
            panels.bench.fly = Some(Fly::Places(ends.unwrap_or_else(|| vec![one.place])));
        }
        let both = [one.a.map(|a| (FeatureKind::NetworkEdge, a)), Some((other_kind(one.lie), one.b))];
        let ids = both.into_iter().flatten().filter_map(|(kind, row)| attribute::id(park, kind, row as usize));
        let selection: Selection = ids.collect();
        panels.twin.shown.selection = selection;
        return;
    }
    let Some(id) = feature(panels, found, table, row) else { return };
    if fly {
        fly_to(panels, id);
    } else {
        panels.twin.shown.selection = Selection::from(Some(id));
    }
}

fn other_kind(lie: analysis::network::clearance::Lie) -> FeatureKind {
    if lie == analysis::network::clearance::Lie::Building { FeatureKind::Building } else { FeatureKind::NetworkEdge }
}

/// Gives the valve that is chosen the state that clicks give.
fn mark_chosen(ui: &mut Ui, panels: &mut Panels, words: &'static Text, found: &Found, table: &Table) {
    // Which state clicks give stands beside it there, and nowhere else.
    let may = table.list == List::Steps && panels.ui.network.tab == super::NetworkTab::Break;
    let chosen = panels.ui.network.rows.chosen.filter(|_| may);
    let Some(valve) = chosen.and_then(|row| found.close.get(row)) else { return };
    if ui.button(t!(words, "net-mark-chosen", valve = valve.key)).clicked() {
        panels.bench.mark_valve(&valve.key);
    }
}

/// Arrows, pages and Enter, while the table has the keyboard: the row that is come to, and whether to fly there.
fn keys(ui: &mut Ui, panels: &mut Panels, shown: &[usize], clicked: bool) -> Option<(usize, bool)> {
    let id = Id::new("network-list");
    let response = ui.interact(ui.max_rect(), id, Sense::focusable_noninteractive());
    if std::mem::take(&mut panels.ui.network.take_focus) || clicked {
        response.request_focus();
    }
    let elsewhere = ui.input(|input| {
        input.pointer.any_pressed() && input.pointer.interact_pos().is_some_and(|at| !ui.max_rect().contains(at))
    });
    if elsewhere && response.has_focus() {
        response.surrender_focus();
    }
    panels.ui.network.arrows = response.has_focus();
    if !panels.ui.network.arrows || shown.is_empty() {
        return None;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let pressed = |key: Key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (up, down) = (pressed(Key::ArrowUp), pressed(Key::ArrowDown));
    let (page_up, page_down) = (pressed(Key::PageUp), pressed(Key::PageDown));
    let enter = pressed(Key::Enter) > 0;
    let step = down as isize - up as isize + (page_down as isize - page_up as isize) * PAGE as isize;
    if step == 0 && !enter {
        return None;
    }
    let rows = &mut panels.ui.network.rows;
    let at = rows.chosen.and_then(|row| shown.iter().position(|other| *other == row));
    let at = at.map_or(0, |at| at.saturating_add_signed(step).min(shown.len() - 1));
    rows.scroll_to = Some(at);
    Some((at, enter))
}
