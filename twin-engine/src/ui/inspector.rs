//! The inspector on the right: everything known of one feature, or a summary of many.

use std::collections::BTreeMap;

use analysis::overlay::Swatch;
use bevy_egui::egui::{Align, Button, Frame, Grid, Label, Layout, Margin, Panel, RichText, ScrollArea, TextStyle, Ui};
use geo::Area;
use spatial_db::model::{FeatureId, FeatureKind};

use super::writing::{self, By};
use super::{Panels, look};
use crate::action::Action;
use crate::inspect::{Inspection, Section, grouped, inspect};
use crate::layers::Selection;
use crate::past;
use crate::split::Side;
use crate::text::{Language, Text, t};

/// Width at first, points.
const WIDTH: f32 = 300.0;

/// The feature that is shown, kept while nothing changes.
#[derive(Debug, Default)]
pub(super) struct Inspected(Option<Known>);

/// A feature, the side and overlay that it is looked at by, the state of the park, the language, and what is said.
type Known = (FeatureId, (Side, Option<usize>), u64, Language, Inspection);

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    if panels.twin.shown.selection.is_empty() {
        panels.ui.inspected.0 = None;
        return;
    }
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(12, 8));
    let mut close = false;
    Panel::right("inspector").frame(frame).default_size(WIDTH).size_range(240.0..=520.0).show(root, |ui| {
        let words = panels.twin.words();
        let single = panels.twin.shown.selection.single();
        let title = match single {
            Some(id) => {
                refresh(panels, words, id);
                panels.ui.inspected.0.as_ref().map(|seen| seen.4.title.clone()).unwrap_or_default()
            }
            None => t!(words, "selected-many", count = grouped(panels.twin.shown.selection.len() as f64, 0)),
        };
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                close = ui.add(Button::new("×").frame(false)).on_hover_text(t!(words, "close")).clicked();
                if ui.add(Button::new(t!(words, "fly"))).clicked() {
                    panels.act(Action::FlyToSelection);
                }
                let free = panels.ui.writing.is_none() && panels.meshed.is_some();
                let glb = ui.add_enabled(free, Button::new(t!(words, "export-gltf")));
                if glb.on_hover_text(t!(words, "export-gltf-help")).clicked() {
                    let ids = panels.twin.shown.selection.ids().to_vec();
                    writing::gltf(panels, By::Inspector, ids);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(title).text_style(TextStyle::Heading)).truncate());
                });
            });
        });
        if writing::tells(panels, By::Inspector) {
            writing::line(ui, panels, words, By::Inspector);
        }
        if let Some(side) = panels.twin.side_words(panels.twin.active_side()) {
            ui.add(Label::new(look::note(side)).truncate());
        }
        ui.separator();
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            if single.is_none() {
                summary(ui, panels, words);
            } else if let Some((.., inspection)) = &panels.ui.inspected.0 {
                for section in &inspection.sections {
                    rows(ui, section);
                }
                if let (Some(id), true) = (single, panels.past.0.is_some()) {
                    let past = panels.remembrance.of(id, panels.twin.park_version);
                    rows(ui, &past::section(words, past));
                }
            }
        });
    });
    if close {
        panels.twin.shown.selection = Selection::default();
    }
}

fn refresh(panels: &mut Panels, words: &'static Text, id: FeatureId) {
    let side = panels.twin.active_side();
    let overlay = panels.twin.shown_on(side).overlay;
    let (version, language) = (panels.twin.overlays_version, words.language());
    let fresh = panels.ui.inspected.0.as_ref().is_some_and(|(seen, with, of, said, _)| {
        (*seen, *with, *of, *said) == (id, (side, overlay), version, language)
    });
    if !fresh {
        let inspection = inspect(words, &panels.twin.input.snapshot, panels.twin.active_overlay(), id);
        panels.ui.inspected.0 = inspection.map(|inspection| (id, (side, overlay), version, language, inspection));
    }
}

fn rows(ui: &mut Ui, section: &Section) {
    look::group(ui, &section.heading);
    let width = ui.available_width();
    Grid::new(&section.heading).num_columns(2).spacing([10.0, 4.0]).min_col_width(width * 0.36).striped(true).show(
        ui,
        |ui| {
            for row in &section.rows {
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.set_max_width(width * 0.38);
                    ui.add(Label::new(RichText::new(&row.label).weak()).wrap());
                });
                ui.vertical(|ui| {
                    ui.set_max_width(width * 0.56);
                    ui.add(Label::new(&row.value).wrap());
                    if let Some(basis) = &row.basis {
                        ui.add(Label::new(look::note(basis)).wrap());
                    }
                });
                ui.end_row();
            }
        },
    );
}

/// How many of each kind, their area or length, and how many in each class of the overlay.
fn summary(ui: &mut Ui, panels: &Panels, words: &Text) {
    let park = &panels.twin.input.snapshot;
    let Some(slots) = panels.meshed.as_ref().map(|meshed| &meshed.geometry.slots) else { return };
    let mut kinds: BTreeMap<FeatureKind, (usize, f64)> = BTreeMap::new();
    let mut classes: BTreeMap<usize, usize> = BTreeMap::new();
    for id in panels.twin.shown.selection.ids() {
        let Some(row) = slots.row(*id) else { continue };
        let measure = match id.kind {
            FeatureKind::Parcel => park.parcels.get(row).map(|f| f.boundary.unsigned_area()),
            FeatureKind::Building => park.buildings.get(row).map(|f| f.footprint.unsigned_area()),
            FeatureKind::Surface => park.surfaces.get(row).map(|f| f.area.unsigned_area()),
            FeatureKind::NetworkEdge => park.edges.get(row).map(|f| crate::inspect::length_m(&f.path)),
            _ => None,
        };
        let entry = kinds.entry(id.kind).or_default();
        entry.0 += 1;
        entry.1 += measure.unwrap_or(0.0);
        if let Some(verdict) = panels.twin.active_overlay().and_then(|overlay| overlay.verdicts.get(id)) {
            *classes.entry(verdict.class).or_default() += 1;
        }
    }
    look::group(ui, &t!(words, "summary"));
    Grid::new("summary").num_columns(3).spacing([12.0, 4.0]).striped(true).show(ui, |ui| {
        for (kind, (count, measure)) in kinds {
            ui.label(kind_name(words, kind));
            ui.label(grouped(count as f64, 0));
            ui.label(match kind {
                FeatureKind::NetworkEdge => format!("{} m", grouped(measure, 0)),
                _ if measure > 0.0 => analysis::overlay::area_words(measure),
                _ => String::new(),
            });
            ui.end_row();
        }
    });
    if let Some(overlay) = panels.twin.active_overlay().filter(|_| !classes.is_empty()) {
        look::group(ui, &words.words(&overlay.title));
        Grid::new("classes").num_columns(2).spacing([12.0, 4.0]).striped(true).show(ui, |ui| {
            // The steps of a ramp are no classes that anybody counts.
            let counted = |class: &usize| overlay.classes.get(*class).is_some_and(|of| of.swatch != Swatch::Ramp);
            for (class, count) in classes.into_iter().filter(|(class, _)| counted(class)) {
                ui.label(overlay.classes.get(class).map(|class| words.words(&class.label)).unwrap_or_default());
                ui.label(grouped(count as f64, 0));
                ui.end_row();
            }
        });
    }
}

/// The word for a kind of features.
pub(super) fn kind_name(words: &Text, kind: FeatureKind) -> String {
    match kind {
        FeatureKind::Parcel => t!(words, "kind-parcel"),
        FeatureKind::Building => t!(words, "kind-building"),
        FeatureKind::RoadEdge => t!(words, "kind-road"),
        FeatureKind::Surface => t!(words, "kind-surface"),
        FeatureKind::NetworkEdge => t!(words, "kind-pipe"),
        FeatureKind::NetworkNode => t!(words, "kind-fitting"),
        FeatureKind::EmergencyResource => t!(words, "kind-resource"),
        _ => t!(words, "kind-hazard"),
    }
}
