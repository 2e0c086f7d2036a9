//! Panels of the window: the switches top right, the inspector below them, the help. Not part of a picture.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

use crate::frame::FontsReady;
use crate::inspect::{Inspection, Section, inspect};
use crate::scene::Twin;
use crate::theme::{Theme, ThemeChoice, size};

/// Width of the inspector at standard size, points.
const INSPECTOR_WIDTH: f32 = 320.0;

/// Which panels are open.
#[derive(Resource, Debug, Default)]
pub(crate) struct Panels {
    /// Help.
    pub help: bool,
    inspected: Option<(spatial_db::model::FeatureId, Option<usize>, Inspection)>,
}

/// Systems of the panels.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Panels>().add_systems(EguiPrimaryContextPass, show.after(crate::frame::FrameSystems));
}

fn show(
    mut contexts: EguiContexts,
    mut twin: ResMut<Twin>,
    mut panels: ResMut<Panels>,
    fonts: Res<FontsReady>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !fonts.is_in_use() {
        return Ok(());
    }
    style(ctx, &twin.theme(), twin.theme);
    switches(ctx, &mut twin, &mut panels);
    inspector(ctx, &mut twin, &mut panels);
    if panels.help {
        help(ctx, &mut panels.help);
    }
    Ok(())
}

fn style(ctx: &egui::Context, theme: &Theme, choice: ThemeChoice) {
    let colour = |c: crate::theme::Rgb| egui::Color32::from_rgb(c.0, c.1, c.2);
    let mut visuals = if choice == ThemeChoice::Dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    visuals.panel_fill = colour(theme.panel);
    visuals.window_fill = colour(theme.panel).gamma_multiply(0.96);
    visuals.window_stroke = egui::Stroke::new(1.0, colour(theme.panel_line));
    visuals.override_text_color = Some(colour(theme.ink));
    visuals.window_corner_radius = egui::CornerRadius::same(size::RADIUS as u8);
    visuals.selection.bg_fill = colour(theme.accent);
    visuals.selection.stroke = egui::Stroke::new(1.0, egui::Color32::WHITE);
    visuals.window_shadow =
        egui::Shadow { offset: [0, 2], blur: 8, spread: 0, color: egui::Color32::from_black_alpha(30) };
    ctx.set_visuals(visuals);
}

fn switches(ctx: &egui::Context, twin: &mut ResMut<Twin>, panels: &mut Panels) {
    egui::Area::new("switches".into()).anchor(egui::Align2::RIGHT_TOP, [-16.0, 16.0]).show(ctx, |ui| {
        egui::Frame::window(ui.style()).show(ui, |ui| {
            ui.horizontal(|ui| {
                // The words before the colon: whole titles would run into the title block.
                let short = |title: &str| title.split(':').next().unwrap_or(title).to_owned();
                let names: Vec<String> = twin.input.overlays.iter().map(|o| short(&o.title)).collect();
                for (index, name) in names.iter().enumerate() {
                    let on = twin.shown.overlay == Some(index);
                    if ui.selectable_label(on, format!("{} {name}", index + 1)).clicked() {
                        twin.shown.overlay = if on { None } else { Some(index) };
                    }
                }
                ui.separator();
                let underground = twin.shown.underground;
                if ui.selectable_label(underground, "U underground").clicked() {
                    twin.shown.underground = !underground;
                }
                if twin.input.imagery.is_some() {
                    let photo = twin.shown.photo;
                    if ui.selectable_label(photo, "O photo").clicked() {
                        twin.shown.photo = !photo;
                    }
                }
                let dark = twin.theme == ThemeChoice::Dark;
                if ui.selectable_label(dark, "T dark").clicked() {
                    twin.theme = if dark { ThemeChoice::Daylight } else { ThemeChoice::Dark };
                }
                if ui.selectable_label(panels.help, "H help").clicked() {
                    panels.help = !panels.help;
                }
            });
        });
    });
}

fn inspector(ctx: &egui::Context, twin: &mut ResMut<Twin>, panels: &mut Panels) {
    let Some(id) = twin.shown.selected else {
        panels.inspected = None;
        return;
    };
    let overlay = twin.shown.overlay;
    if panels.inspected.as_ref().is_none_or(|(seen, with, _)| (*seen, *with) != (id, overlay)) {
        let active = overlay.and_then(|index| twin.input.overlays.get(index));
        panels.inspected = inspect(&twin.input.snapshot, active, id).map(|inspection| (id, overlay, inspection));
    }
    let Some((_, _, inspection)) = &panels.inspected else { return };
    let mut open = true;
    let page = ctx.viewport_rect();
    egui::Window::new(&inspection.title)
        .id("inspector".into())
        .open(&mut open)
        .collapsible(false)
        .resizable(true)
        .default_width(INSPECTOR_WIDTH)
        .default_pos([page.max.x - INSPECTOR_WIDTH - 40.0, 64.0])
        .max_height(page.height() * 0.62)
        .vscroll(true)
        .show(ctx, |ui| {
            for section in &inspection.sections {
                section_rows(ui, section);
            }
        });
    if !open {
        twin.shown.selected = None;
    }
}

fn section_rows(ui: &mut egui::Ui, section: &Section) {
    ui.add_space(4.0);
    ui.strong(&section.heading);
    egui::Grid::new(&section.heading).num_columns(2).spacing([12.0, 3.0]).striped(true).show(ui, |ui| {
        for row in &section.rows {
            ui.label(egui::RichText::new(&row.label).weak());
            ui.vertical(|ui| {
                ui.set_max_width(INSPECTOR_WIDTH * 0.62);
                ui.label(&row.value);
                if let Some(basis) = &row.basis {
                    ui.label(egui::RichText::new(basis).weak().small());
                }
            });
            ui.end_row();
        }
    });
}

const HELP: [(&str, &str); 13] = [
    ("left drag", "move"),
    ("right or middle drag", "turn and tilt"),
    ("wheel, + and −", "zoom"),
    ("arrows", "move"),
    ("Q, E", "turn"),
    ("N", "north up"),
    ("Home", "whole park"),
    ("1, 2, 3 …, 0", "overlay, none"),
    ("U", "underground"),
    ("O", "orthophoto, if there is one"),
    ("T", "theme"),
    ("click", "inspect"),
    ("Esc", "clear"),
];

fn help(ctx: &egui::Context, open: &mut bool) {
    egui::Window::new("Help")
        .open(open)
        .collapsible(false)
        .resizable(false)
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            egui::Grid::new("help").num_columns(2).spacing([24.0, 4.0]).show(ui, |ui| {
                for (key, does) in HELP {
                    ui.strong(key);
                    ui.label(does);
                    ui.end_row();
                }
            });
        });
}
