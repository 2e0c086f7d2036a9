//! What a pit lays bare: its figures, and every pipe within it.

use analysis::network::{DugPipe, Excavation, Met};
use bevy_egui::egui::{DragValue, Grid, ScrollArea, Ui};
use spatial_db::model::FeatureId;

use super::{cell, is_there, look, point_out, seen, swatch};
use crate::cut::{DEPTH_M, Dig};
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::ui::Panels;

/// The field for the depth.
pub(super) fn head(ui: &mut Ui, words: &Text, dig: &mut Dig) {
    ui.label(look::note(t!(words, "dig-depth")));
    let mut depth_m = dig.depth_m;
    let field = DragValue::new(&mut depth_m).range(DEPTH_M.0..=DEPTH_M.1).speed(0.05).fixed_decimals(2).suffix(" m");
    if ui.add(field).on_hover_text(t!(words, "held-depth-does")).changed() {
        *dig = dig.deep(depth_m);
    }
}

fn excavation_of(panels: &mut Panels, dig: &Dig) -> Option<Excavation> {
    let park = seen(panels);
    let known = panels.ui.cut.dug.as_ref().filter(|(of, at, _)| of == dig && *at == park);
    if let Some((_, _, found)) = known {
        return Some(found.clone());
    }
    let meshed = panels.meshed.as_ref()?;
    let floor_m = dig.floor_m(&meshed.geometry.ground);
    let mut found = analysis::network::excavation(meshed.picker.cache(), &dig.outline, floor_m);
    found.pipes.retain(|pipe| is_there(panels, pipe.id));
    found.nodes.retain(|node| is_there(panels, node.id));
    panels.ui.cut.dug = Some((dig.clone(), park, found.clone()));
    Some(found)
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &Text, dig: &Dig) {
    let Some(found) = excavation_of(panels, dig) else { return };
    ui.horizontal(|ui| {
        let (area, floor) = (grouped(found.area_m2, 1), grouped(found.floor_m, 2));
        ui.label(t!(words, "dig-figures", area = area, floor = floor));
        ui.separator();
        ui.label(match found.volume_m3 {
            Some(volume) => t!(words, "dig-volume", volume = grouped(volume, 0)),
            None => t!(words, "dig-volume-unknown"),
        });
        if found.buildings > 0 {
            ui.separator();
            let said = t!(words, "dig-buildings", count = found.buildings);
            ui.colored_label(ui.visuals().error_fg_color, said);
        }
    });
    ui.separator();
    let met = listed(ui, panels, words, &found);
    point_out(ui, panels, met);
}

fn listed(ui: &mut Ui, panels: &Panels, words: &Text, found: &Excavation) -> Option<(FeatureId, bool)> {
    let mut met = None;
    if found.pipes.is_empty() && found.nodes.is_empty() {
        ui.label(look::note(t!(words, "dig-none")));
        return None;
    }
    ScrollArea::vertical().id_salt("dug").auto_shrink([false, false]).show(ui, |ui| {
        Grid::new("dug").striped(true).num_columns(8).spacing([18.0, 3.0]).show(ui, |ui| {
            let headings = [
                "section-class",
                "section-key",
                "section-size",
                "section-cover",
                "section-axis",
                "dig-length",
                "dig-met",
                "section-material",
            ];
            for heading in headings {
                ui.label(look::note(words.get(heading)));
            }
            ui.end_row();
            for pipe in &found.pipes {
                row(ui, panels, words, (pipe.id, pipe.class), &cells(words, pipe), &mut met);
            }
            for node in &found.nodes {
                let said = [node.key.clone()];
                row(ui, panels, words, (node.id, node.class), &said, &mut met);
            }
        });
    });
    met
}

fn cells(words: &Text, pipe: &DugPipe) -> [String; 7] {
    let unknown = || t!(words, "section-unknown");
    let lies = match pipe.met {
        Met::Crossed => t!(words, "dig-crossed"),
        Met::Inside => t!(words, "dig-inside"),
        Met::Below => t!(words, "dig-below"),
    };
    let axis = pipe.axis_m.map_or_else(unknown, |[low, high]| {
        let (low, high) = (format!("{} m", grouped(low, 2)), format!("{} m", grouped(high, 2)));
        if low == high { low } else { format!("{low} … {high}") }
    });
    [
        pipe.key.clone(),
        if pipe.size.is_empty() { unknown() } else { pipe.size.clone() },
        pipe.cover_m.map_or_else(unknown, |cover| format!("{} m", grouped(cover, 2))),
        axis,
        format!("{} m", grouped(pipe.length_m, 1)),
        lies,
        pipe.material.clone().unwrap_or_else(unknown),
    ]
}

fn row(
    ui: &mut Ui,
    panels: &Panels,
    words: &Text,
    (id, class): (FeatureId, spatial_db::model::NetworkClass),
    said: &[String],
    met: &mut Option<(FeatureId, bool)>,
) {
    let shown = &panels.twin.shown;
    let on = shown.hovered == Some(id) || shown.selection.ids().contains(&id);
    let named = ui.horizontal(|ui| {
        swatch(ui, look::colour(panels.twin.theme().network(class)));
        cell(ui, &words.stored("network", class.as_str()), on)
    });
    let mut responses = vec![named.inner];
    responses.extend(said.iter().map(|said| cell(ui, said, on)));
    ui.end_row();
    let clicked = responses.iter().any(bevy_egui::egui::Response::clicked);
    if clicked || responses.iter().any(bevy_egui::egui::Response::hovered) {
        *met = Some((id, clicked));
    }
}
