//! What is being measured, drawn over the scene with its figures beside it.

use bevy::math::DVec3;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use super::look;
use crate::camera::Orbit;
use crate::frame::Page;
use crate::inspect::grouped;
use crate::measure::{Measure, area, line};
use crate::scene::{Meshed, Twin};
use crate::text::{Text, t};
use crate::tool::Tool;

pub(super) fn show(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    tool: Res<Tool>,
    measure: Res<Measure>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    page: Res<Page>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let (Some(meshed), Some(scene)) = (meshed, page.0.filter(|_| tool.measures())) else { return Ok(()) };
    let words = twin.words();
    let points: Vec<DVec3> = measure.points.iter().copied().chain(measure.next).collect();
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(scene);
    let accent = look::colour(twin.theme().accent);
    let halo = look::colour(twin.theme().halo);
    let on_page = |at: &DVec3| {
        let (px, _) = orbit.pixel(meshed.geometry.origin.scene_from_park(at.x, at.y, at.z))?;
        Some(scene.min + egui::vec2(px.x, px.y) / ctx.pixels_per_point())
    };
    let mut drawn: Vec<egui::Pos2> = points.iter().filter_map(on_page).collect();
    if *tool == Tool::Area && drawn.len() > 2 {
        drawn.extend(drawn.first().copied());
    }
    for stroke in [egui::Stroke::new(4.0, halo.gamma_multiply(0.8)), egui::Stroke::new(2.0, accent)] {
        painter.add(egui::Shape::line(drawn.clone(), stroke));
    }
    for at in measure.points.iter().filter_map(on_page) {
        painter.circle(at, 4.0, halo, egui::Stroke::new(2.0, accent));
    }
    let figures = figures(words, *tool, &points);
    egui::Area::new(egui::Id::new("measured"))
        .fixed_pos(egui::pos2(scene.center().x, scene.min.y + 14.0))
        .pivot(egui::Align2::CENTER_TOP)
        .interactable(false)
        .show(ctx, |ui| {
            egui::Frame::window(ui.style()).inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
                ui.set_max_width(420.0);
                if figures.is_empty() {
                    ui.label(look::note(t!(words, "measure-hint")));
                }
                ui.horizontal(|ui| {
                    for (label, value) in figures {
                        ui.vertical(|ui| {
                            ui.label(look::note(label));
                            ui.label(egui::RichText::new(value).strong());
                        });
                        ui.add_space(6.0);
                    }
                });
            });
        });
    Ok(())
}

/// Labels and values, with units.
fn figures(words: &Text, tool: Tool, points: &[DVec3]) -> Vec<(String, String)> {
    let metres = |value: f64| {
        if value.abs() >= 1000.0 {
            format!("{} km", grouped(value / 1000.0, 3))
        } else {
            format!("{} m", grouped(value, 2))
        }
    };
    match tool {
        Tool::Line if points.len() > 1 => {
            let measured = line(points);
            let slope = measured.slope_percent.map_or_else(String::new, |slope| format!("{} %", grouped(slope, 1)));
            vec![
                (t!(words, "measure-plan"), metres(measured.plan_m)),
                (t!(words, "measure-space"), metres(measured.space_m)),
                (t!(words, "measure-rise"), metres(measured.rise_m)),
                (t!(words, "measure-slope"), slope),
            ]
        }
        Tool::Area if points.len() > 2 => {
            let measured = area(points);
            let m2 = format!("{} m²", grouped(measured.plan_m2, 0));
            let value = if measured.plan_m2 >= 10_000.0 {
                format!("{m2} ({})", analysis::overlay::area_words(measured.plan_m2))
            } else {
                m2
            };
            vec![(t!(words, "measure-area"), value), (t!(words, "measure-around"), metres(measured.around_m))]
        }
        _ => Vec::new(),
    }
}
