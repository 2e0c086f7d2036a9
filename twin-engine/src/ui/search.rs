//! The search box: results while typing, chosen with arrows and Enter or a click, flown to and selected.

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use bevy_egui::egui::{self, Align, Key, Label, Layout, RichText, TextEdit, Ui};
use spatial_db::model::FeatureKind;

use super::{Panels, inspector::kind_name, look};
use crate::action::Action;
use crate::layers::Selection;
use crate::live::Wake;
use crate::scene::{Meshed, Twin};
use crate::search::{Field, Found, Index};
use crate::text::{Text, t};
use crate::work::Work;

/// The index, once it is made, and what was last asked of it.
#[derive(Resource, Debug, Default)]
pub(crate) struct Search {
    making: Option<Work<Index>>,
    index: Option<Arc<Index>>,
    query: String,
    asked: Option<String>,
    found: Vec<Found>,
    /// How many there are in all; the best of them were found.
    all: usize,
    chosen: usize,
    took: Duration,
    /// The park that the index is of, or will be.
    of: Option<u64>,
}

/// Makes the index of each park in the background, once its scene is made; until then the one before serves.
pub(super) fn make_index(
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    wake: Option<Res<Wake>>,
    mut search: ResMut<Search>,
) {
    if meshed.is_none() || search.of == Some(twin.park_version) {
        return;
    }
    search.of = Some(twin.park_version);
    let (park, wake) = (twin.input.snapshot.clone(), wake.map(|wake| Wake::clone(&wake)));
    let done = move || {
        if let Some(wake) = wake {
            wake.wake();
        }
    };
    search.making = Some(Work::begin(move || Index::new(&park), done));
}

pub(super) fn take_index(mut search: ResMut<Search>) {
    if search.making.is_none() {
        return;
    }
    if let Some(index) = search.making.as_ref().and_then(Work::take) {
        search.index = Some(Arc::new(index));
        search.making = None;
        search.asked = None;
        tracing::info!("the search can be asked");
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let edit = TextEdit::singleline(&mut panels.search.query)
        .hint_text(t!(words, "search-hint"))
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 5));
    let response = ui.add(edit);
    if std::mem::take(&mut panels.ui.take_focus) {
        response.request_focus();
        tracing::info!("the search has the keyboard");
    }
    ask(&mut panels.search);
    let go = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.has_focus() {
        let step =
            ui.input(|input| i32::from(input.key_pressed(Key::ArrowDown)) - i32::from(input.key_pressed(Key::ArrowUp)));
        let last = panels.search.found.len().saturating_sub(1);
        panels.search.chosen = panels.search.chosen.saturating_add_signed(step as isize).min(last);
    }
    ui.add_space(4.0);
    if panels.search.index.is_none() {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label(look::note(t!(words, "search-making")));
        });
        return;
    }
    if panels.search.query.trim().is_empty() {
        ui.label(look::note(t!(words, "search-what")));
        return;
    }
    let (count, ms) = (panels.search.found.len(), panels.search.took.as_secs_f64() * 1000.0);
    let told = if count == 0 {
        t!(words, "search-none")
    } else if panels.search.all > count {
        t!(words, "search-found-of", count = count, all = panels.search.all, ms = format!("{ms:.1}"))
    } else {
        t!(words, "search-found", count = count, ms = format!("{ms:.1}"))
    };
    ui.label(look::note(told));
    let mut picked = go.then_some(panels.search.chosen);
    for at in 0..count {
        let on = at == panels.search.chosen;
        if result(ui, words, &panels.search.found[at], on).clicked() {
            panels.search.chosen = at;
            picked = Some(at);
        }
    }
    // Of an enterprise that sits nowhere on record there is nothing to fly to.
    let placed = |found: &&Found| found.id.kind != FeatureKind::Enterprise;
    if let Some(found) = picked.and_then(|at| panels.search.found.get(at)).filter(placed).cloned() {
        if matches!(found.id.kind, FeatureKind::NetworkEdge | FeatureKind::NetworkNode) && !panels.twin.is_underground()
        {
            panels.act(Action::Underground);
        }
        panels.twin.shown.selection = Selection::from(Some(found.id));
        panels.act(Action::FlyToSelection);
        if go {
            response.request_focus();
        }
    }
}

fn ask(search: &mut Search) {
    let Some(index) = search.index.clone() else { return };
    if search.asked.as_ref() == Some(&search.query) {
        return;
    }
    let start = std::time::Instant::now();
    (search.found, search.all) = index.search_counted(&search.query);
    search.took = start.elapsed();
    search.chosen = 0;
    search.asked = Some(search.query.clone());
}

fn result(ui: &mut Ui, words: &Text, found: &Found, on: bool) -> egui::Response {
    let fill = if on { ui.visuals().selection.bg_fill } else { egui::Color32::TRANSPARENT };
    let row =
        egui::Frame::new().fill(fill).corner_radius(4).inner_margin(egui::Margin::symmetric(8, 4)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(Label::new(RichText::new(&found.text)).truncate().selectable(false));
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                let what = match found.id.kind {
                    FeatureKind::Enterprise => t!(words, "search-no-place", field = field(words, found.field)),
                    kind => {
                        t!(words, "search-result", kind = kind_name(words, kind), field = field(words, found.field))
                    }
                };
                ui.add(Label::new(look::note(what)).selectable(false));
            });
        });
    let response = row.response.interact(egui::Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    if on {
        response.scroll_to_me(None);
    }
    response
}

fn field(words: &Text, field: Field) -> String {
    match field {
        Field::Number => t!(words, "column-number"),
        Field::Name => t!(words, "column-name"),
        Field::Enterprise => t!(words, "field-enterprise"),
        Field::Address => t!(words, "column-address"),
        Field::Holder => t!(words, "column-holder"),
        Field::Key => t!(words, "column-key"),
    }
}
