//! The attribute table: a layer's rows with all columns, filtered, sorted, selected on the map and back.

use std::collections::HashSet;

use bevy_egui::egui::{
    Align, Button, ComboBox, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Sense, TextEdit, Ui,
};
use chrono::NaiveDate;
use egui_extras::{Column as Width, TableBuilder};
use rayon::slice::ParallelSliceMut;
use spatial_db::model::{FeatureId, FeatureKind};

use super::writing::{self, By, Way};
use super::{Panels, inspector::kind_name, look};
use crate::action::Action;
use crate::attribute::{self, Cell, Column, Export, Format, KINDS, Layer};
use crate::inspect::grouped;
use crate::layers::Selection;
use crate::query::{Expected, Problem, Query, QueryError};
use crate::scene::Twin;
use crate::scene_file::Filter;
use crate::split::Side;
use crate::text::{Text, t};
use crate::work::in_frame;

/// Height at first, points.
const HEIGHT: f32 = 230.0;
/// Height of a row, points.
const ROW: f32 = 20.0;
/// Room for the choice of a side, points.
const SIDE: f32 = 190.0;

/// What the rows were made for: layer, overlay, its version, filter, order, and the side of the picture.
type Made = (FeatureKind, Option<usize>, u64, String, Option<(usize, bool)>, OfSide);

/// A side of the picture with its day.
type OfSide = (Side, Option<NaiveDate>);

/// The table as it is.
#[derive(Debug)]
pub(crate) struct Table {
    kind: FeatureKind,
    filter: String,
    order: Option<(usize, bool)>,
    columns: Vec<Column>,
    rows: Vec<u32>,
    made: Option<Made>,
    error: Option<QueryError>,
    /// What is selected, to look rows up in, and the row that a range begins at.
    selected: (Selection, HashSet<FeatureId>),
    from: Option<usize>,
    scroll_to: Option<usize>,
}

impl Table {
    /// Layer and filter.
    pub(crate) fn filter(&self) -> Filter {
        Filter { kind: self.kind, expression: self.filter.clone() }
    }

    /// The layer with all of its rows.
    pub(crate) fn filter_of_all(&self) -> Filter {
        Filter { kind: self.kind, expression: String::new() }
    }

    /// Takes a layer and filter.
    pub(crate) fn set_filter(&mut self, filter: Filter) {
        if self.kind != filter.kind {
            *self = Self { kind: filter.kind, ..Self::default() };
        }
        self.filter = filter.expression;
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            kind: FeatureKind::Parcel,
            filter: String::new(),
            order: None,
            columns: Vec::new(),
            rows: Vec::new(),
            made: None,
            error: None,
            selected: (Selection::default(), HashSet::new()),
            from: None,
            scroll_to: None,
        }
    }
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.ui.table_open;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    Panel::bottom("table")
        .frame(frame)
        .resizable(true)
        .default_size(HEIGHT)
        .size_range(120.0..=520.0)
        .show_collapsible(root, &mut open, |ui| {
            let words = panels.twin.words();
            head(ui, panels, words);
            refresh(panels);
            follow(panels);
            rows(ui, panels, words);
        });
    if open != panels.ui.table_open {
        panels.ui.table_open = open;
    }
}

/// Layer, filter, counts and what can be done with the rows.
fn head(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    ui.horizontal(|ui| {
        let park = panels.twin.input.snapshot.clone();
        let kind = panels.ui.table.kind;
        ComboBox::from_id_salt("layer").selected_text(kind_name(words, kind)).width(140.0).show_ui(ui, |ui| {
            for other in KINDS.into_iter().filter(|kind| attribute::len(&park, *kind) > 0) {
                if ui.selectable_label(kind == other, kind_name(words, other)).clicked() {
                    panels.ui.table = Table { kind: other, ..Table::default() };
                }
            }
        });
        let for_side = if panels.twin.right.is_some() { SIDE } else { 0.0 };
        let width = (ui.available_width() - 590.0 - for_side).max(120.0);
        let wrong = panels.ui.table.error.is_some();
        let mut edit =
            TextEdit::singleline(&mut panels.ui.table.filter).hint_text(t!(words, "filter-hint")).desired_width(width);
        if wrong {
            edit = edit.text_color(ui.visuals().error_fg_color);
        }
        ui.add(edit);
        ui.add(Label::new(look::note("?")).selectable(false).sense(Sense::hover())).on_hover_ui(|ui| {
            ui.set_max_width(420.0);
            ui.label(t!(words, "filter-help"));
        });
        let (shown, all) = (panels.ui.table.rows.len(), attribute::len(&park, panels.ui.table.kind));
        let counted = t!(words, "table-rows", shown = grouped(shown as f64, 0), all = grouped(all as f64, 0));
        // On another day the rest was not there, or is not yet.
        ui.label(look::note(match another_day(&panels.twin) {
            Some(day) => t!(words, "table-rows-on", rows = counted, day = day.to_string()),
            None => counted,
        }));
        choose_side(ui, panels);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Button::new("×").frame(false)).on_hover_text(t!(words, "close")).clicked() {
                panels.act(Action::Table);
            }
            let free = panels.ui.writing.is_none();
            let glb = ui.add_enabled(free && shown > 0, Button::new(t!(words, "export-gltf")));
            if glb.on_hover_text(t!(words, "export-gltf-help")).clicked() {
                let table = &panels.ui.table;
                let ids = table.rows.iter().filter_map(|row| attribute::id(&park, table.kind, *row as usize));
                writing::gltf(panels, By::Table, ids.collect());
            }
            let buttons =
                [(Format::GeoPackage, t!(words, "table-export-gpkg")), (Format::Csv, t!(words, "table-export"))];
            for (format, label) in buttons {
                if ui.add_enabled(free, Button::new(label)).clicked() {
                    export(panels, format);
                }
            }
            if ui.button(t!(words, "table-select")).clicked() {
                let table = &panels.ui.table;
                let ids = table.rows.iter().filter_map(|row| attribute::id(&park, table.kind, *row as usize));
                panels.twin.shown.selection = ids.collect();
            }
        });
    });
    if let Some(error) = &panels.ui.table.error {
        let said = problem(words, error);
        ui.label(RichText::new(said).size(look::SMALL).color(ui.visuals().error_fg_color));
    } else {
        writing::line(ui, panels, words, By::Table);
    }
}

/// The day of a picture that is whole, where it is not that of the data.
fn another_day(twin: &Twin) -> Option<NaiveDate> {
    twin.day().filter(|day| twin.right.is_none() && Some(*day) != twin.record_day())
}

/// The side of a split picture that the rows, and the files made of them, belong to.
fn choose_side(ui: &mut Ui, panels: &mut Panels) {
    let twin = &mut panels.twin;
    let (Some(left), Some(right)) = (twin.side_words(Side::Left), twin.side_words(Side::Right)) else { return };
    let mut side = twin.active_side();
    let shown = if side == Side::Left { &left } else { &right };
    ComboBox::from_id_salt("table-side").selected_text(shown).width(SIDE - 10.0).truncate().show_ui(ui, |ui| {
        ui.selectable_value(&mut side, Side::Left, &left);
        ui.selectable_value(&mut side, Side::Right, &right);
    });
    // Read first: writing to the twin has everything looked at anew.
    if side != twin.active_side() {
        twin.chosen = side;
    }
}

/// Makes the rows anew where layer, overlay, filter or order changed.
fn refresh(panels: &mut Panels) {
    let twin = &*panels.twin;
    let table = &mut panels.ui.table;
    let side = twin.active_side();
    let shown = twin.shown_on(side);
    let of_side = (side, shown.there.as_ref().map(|there| there.on));
    let filter = table.filter.clone();
    let now: Made = (table.kind, shown.overlay, twin.overlays_version, filter, table.order, of_side);
    if table.made.as_ref() == Some(&now) {
        return;
    }
    let park = &twin.input.snapshot;
    let layer = Layer { park, kind: table.kind, overlay: twin.active_overlay() };
    let same_columns = table.made.as_ref().is_some_and(|made| (made.0, made.1, made.2) == (now.0, now.1, now.2));
    if !same_columns {
        let name = table.order.and_then(|(at, up)| Some((table.columns.get(at)?.name.clone(), up)));
        table.columns = attribute::columns(park, table.kind, layer.overlay);
        // The same column stays the one that is sorted by.
        table.order =
            name.and_then(|(name, up)| Some((table.columns.iter().position(|column| column.name == name)?, up)));
    }
    match Query::parse(&table.filter, &table.columns) {
        Ok(query) => {
            table.error = None;
            let fits = |row: &u32| query.as_ref().is_none_or(|q| q.fits(&layer, &table.columns, *row as usize));
            // What was there on the day, and of a split picture the rows of one side: both at once would be neither.
            let there = |row: &u32| {
                let row = *row as usize;
                attribute::id(park, layer.kind, row).is_some_and(|id| twin.is_there_on(side, id, row))
            };
            table.rows = (0..layer.len() as u32).filter(|row| there(row) && fits(row)).collect();
            if let Some((at, up)) = table.order
                && let Some(column) = table.columns.get(at)
            {
                table.rows = in_frame(|| sorted(&layer, column, &table.rows, up));
            }
        }
        // The rows stay as they were until the filter can be read.
        Err(error) => table.error = Some(error),
    }
    table.made = Some((now.0, now.1, now.2, now.3, table.order, now.5));
}

fn sorted(layer: &Layer<'_>, column: &Column, rows: &[u32], up: bool) -> Vec<u32> {
    let mut cells: Vec<(Cell<'_>, u32)> = rows.iter().map(|row| (layer.cell(column, *row as usize), *row)).collect();
    cells.par_sort_by(|(a, x), (b, y)| {
        // What is not known stays last whichever way round.
        let order = match (a, b) {
            (Cell::Empty, _) | (_, Cell::Empty) => a.order(b),
            _ if up => a.order(b),
            _ => b.order(a),
        };
        order.then(x.cmp(y))
    });
    cells.into_iter().map(|(_, row)| row).collect()
}

/// What was selected on the map comes into view.
fn follow(panels: &mut Panels) {
    let selection = panels.twin.shown.selection.clone();
    if panels.ui.table.selected.0 == selection {
        return;
    }
    let park = panels.twin.input.snapshot.clone();
    let table = &mut panels.ui.table;
    table.selected = (selection.clone(), selection.ids().iter().copied().collect());
    let last = selection.ids().last().filter(|id| id.kind == table.kind);
    table.scroll_to = last.and_then(|last| {
        table.rows.iter().position(|row| attribute::id(&park, table.kind, *row as usize) == Some(*last))
    });
}

fn rows(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let park = panels.twin.input.snapshot.clone();
    let mut chosen: Option<(usize, bool)> = None;
    let mut order = panels.ui.table.order;
    let scroll_to = panels.ui.table.scroll_to.take();
    {
        let table = &panels.ui.table;
        let layer = Layer { park: &park, kind: table.kind, overlay: panels.twin.active_overlay() };
        ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
            let mut builder = TableBuilder::new(ui)
                .id_salt(kind_name(words, table.kind))
                .striped(true)
                .resizable(true)
                .sense(Sense::click())
                .auto_shrink([false, false])
                .cell_layout(Layout::left_to_right(Align::Center));
            for column in &table.columns {
                let width = if column.numeric { 84.0 } else { 116.0 };
                builder = builder.column(Width::initial(width).at_least(40.0).clip(true));
            }
            if let Some(row) = scroll_to {
                builder = builder.scroll_to_row(row, Some(Align::Center));
            }
            builder
                .header(ROW + 4.0, |mut header| {
                    for (at, column) in table.columns.iter().enumerate() {
                        let (_, cell) = header.col(|ui| {
                            let sign = match table.order {
                                Some((by, true)) if by == at => "↑ ",
                                Some((by, false)) if by == at => "↓ ",
                                _ => "",
                            };
                            let unit =
                                if column.unit.is_empty() { String::new() } else { format!(" ({})", column.unit) };
                            let label = format!("{sign}{}{unit}", label(words, column));
                            ui.add(Label::new(RichText::new(label).strong()).truncate().selectable(false));
                        });
                        if cell.on_hover_text(&column.name).clicked() {
                            order = match table.order {
                                Some((by, true)) if by == at => Some((at, false)),
                                Some((by, false)) if by == at => None,
                                _ => Some((at, true)),
                            };
                        }
                    }
                })
                .body(|body| {
                    body.rows(ROW, table.rows.len(), |mut line| {
                        let at = line.index();
                        let row = table.rows[at] as usize;
                        let on = attribute::id(&park, table.kind, row).is_some_and(|id| table.selected.1.contains(&id));
                        line.set_selected(on);
                        for column in &table.columns {
                            line.col(|ui| value(ui, words, &layer, column, row));
                        }
                        let response = line.response();
                        if response.double_clicked() {
                            chosen = Some((at, true));
                        } else if response.clicked() {
                            chosen = Some((at, false));
                        }
                    });
                });
        });
    }
    panels.ui.table.order = order;
    if let Some((at, fly)) = chosen {
        choose(ui, panels, at);
        if fly {
            panels.act(Action::FlyToSelection);
        }
    }
}

fn value(ui: &mut Ui, words: &Text, layer: &Layer<'_>, column: &Column, row: usize) {
    let cell = layer.cell(column, row);
    let text = match (&cell, &column.source) {
        (Cell::Number(number), _) if column.unit == "m²" || column.unit == "m" => {
            grouped(*number, usize::from(column.unit == "m"))
        }
        (Cell::Text(_), attribute::Source::Class) => verdict_class(words, layer, row),
        _ => cell.to_string(),
    };
    let label = Label::new(text).truncate().selectable(false);
    if column.numeric {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label));
    } else {
        ui.add(label);
    }
}

fn verdict_class(words: &Text, layer: &Layer<'_>, row: usize) -> String {
    let verdict = layer.overlay.and_then(|overlay| {
        let verdict = overlay.verdicts.get(&attribute::id(layer.park, layer.kind, row)?)?;
        overlay.classes.get(verdict.class)
    });
    verdict.map(|class| words.words(&class.label)).unwrap_or_default()
}

/// A click selects a row; with Ctrl one more or one less, with Shift all from the one before.
fn choose(ui: &Ui, panels: &mut Panels, at: usize) {
    let modifiers = ui.input(|input| input.modifiers);
    let park = panels.twin.input.snapshot.clone();
    let id = |table: &Table, at: usize| attribute::id(&park, table.kind, *table.rows.get(at)? as usize);
    let table = &panels.ui.table;
    let now = if modifiers.shift {
        let from = table.from.unwrap_or(at).min(table.rows.len().saturating_sub(1));
        (from.min(at)..=from.max(at)).filter_map(|at| id(table, at)).collect()
    } else if modifiers.command {
        id(table, at).map_or_else(|| panels.twin.shown.selection.clone(), |id| panels.twin.shown.selection.toggled(id))
    } else {
        Selection::from(id(table, at))
    };
    if !modifiers.shift {
        panels.ui.table.from = Some(at);
    }
    // The row is in view already: it was clicked.
    panels.ui.table.selected = (now.clone(), now.ids().iter().copied().collect());
    panels.twin.shown.selection = now;
}

/// Label of a column: words, or the source's own name.
pub(crate) fn label(words: &Text, column: &Column) -> String {
    match column.source {
        attribute::Source::Extra(_) => column.name.clone(),
        _ => words.stored("column", &column.name.replace('_', "-")),
    }
}

/// What is wrong with a filter, and where.
pub(super) fn problem(words: &Text, error: &QueryError) -> String {
    let what = match &error.problem {
        Problem::UnknownColumn(name, Some(near)) => t!(words, "filter-unknown-near", name = name, near = near),
        Problem::UnknownColumn(name, None) => t!(words, "filter-unknown", name = name),
        Problem::Expected(expected) => match expected {
            Expected::Value => t!(words, "filter-expected-value"),
            Expected::Comparison => t!(words, "filter-expected-comparison"),
            Expected::Text => t!(words, "filter-expected-text"),
            Expected::Close => t!(words, "filter-expected-close"),
            Expected::Open => t!(words, "filter-expected-open"),
            Expected::Unknown => t!(words, "filter-expected-unknown"),
        },
        Problem::Unclosed => t!(words, "filter-unclosed"),
        Problem::Character(c) => t!(words, "filter-character", character = c),
        Problem::Number(number) => t!(words, "filter-number", number = number),
        Problem::Rest => t!(words, "filter-rest"),
        Problem::TooDeep => t!(words, "filter-too-deep"),
    };
    t!(words, "filter-at", place = error.at + 1, problem = what)
}

/// Writes the rows that are shown beside the window's state, in the background.
fn export(panels: &mut Panels, format: Format) {
    let Some(folder) = panels.ui.exports.clone() else { return };
    let table = &panels.ui.table;
    let park = panels.twin.input.snapshot.clone();
    let (columns, rows) = (table.columns.clone(), table.rows.clone());
    let export = Export::new(park, table.kind, panels.twin.active_overlay(), columns, rows, table.filter.clone());
    let export = match panels.twin.side_words(panels.twin.active_side()) {
        Some(side) => export.of_side(side),
        None => match another_day(&panels.twin) {
            Some(day) => export.on_day(day),
            None => export,
        },
    };
    let path = export.path_in(&folder, format);
    let way = Way { path: path.clone(), done: export.done(), all: export.len(), cancel: Some(export.cancel()) };
    writing::begin(panels, By::Table, way, move || export.write(&path, format, chrono::Utc::now()));
}
