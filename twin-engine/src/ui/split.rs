//! What moves the line of a split picture and says what its right part shows.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use super::look;
use crate::frame::{Page, line_x};
use crate::scene::Twin;
use crate::split::{SHARES, Side};
use crate::text::t;
use crate::time::{Years, presence_on};

/// Radius of the handle, points.
const HANDLE: f32 = 11.0;

pub(super) fn show(mut contexts: EguiContexts, mut twin: ResMut<Twin>, years: Res<Years>, page: Res<Page>) -> Result {
    let ctx = contexts.ctx_mut()?;
    let (Some(right), Some(page)) = (twin.right.clone(), page.0) else { return Ok(()) };
    let mut now = right.clone();
    let x = line_x(page, &right);
    let handle = egui::Rect::from_center_size(egui::pos2(x, page.center().y), egui::Vec2::splat(HANDLE * 2.0));
    egui::Area::new(egui::Id::new("split-handle")).fixed_pos(handle.min).constrain(false).show(ctx, |ui| {
        let (rect, response) = ui.allocate_exact_size(handle.size(), egui::Sense::drag());
        let theme = twin.theme();
        let (fill, ink) = (look::colour(theme.panel), look::colour(theme.ink));
        let edge = if response.hovered() || response.dragged() { look::colour(theme.accent) } else { ink };
        ui.painter().circle(rect.center(), HANDLE - 1.0, fill, egui::Stroke::new(1.5, edge));
        for side in [-1.0, 1.0] {
            let tip = rect.center() + egui::vec2(side * 6.5, 0.0);
            let back = rect.center().x + side * 2.5;
            let ends = [egui::pos2(back, tip.y - 3.5), egui::pos2(back, tip.y + 3.5)];
            ui.painter().add(egui::Shape::convex_polygon(vec![tip, ends[0], ends[1]], edge, egui::Stroke::NONE));
        }
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            now.at = ((pointer.x - page.min.x) / page.width()).clamp(SHARES.0, SHARES.1);
        }
        response.on_hover_cursor(egui::CursorIcon::ResizeHorizontal);
    });
    let words = twin.words();
    egui::Area::new(egui::Id::new("split-right"))
        .fixed_pos(egui::pos2(x + 10.0, page.min.y + 52.0))
        .constrain_to(page)
        .show(ctx, |ui| {
            egui::Frame::popup(ui.style()).inner_margin(egui::Margin::symmetric(8, 6)).show(ui, |ui| {
                ui.set_max_width(190.0);
                ui.label(look::note(t!(words, "split-right")));
                let titles: Vec<(usize, String)> = (0..twin.input.overlays.len())
                    .filter_map(|at| Some((at, words.words(&twin.overlay_at(at)?.title))))
                    .collect();
                let none = t!(words, "overlay-none");
                let chosen = titles.iter().find(|(at, _)| Some(*at) == now.overlay);
                let shown = chosen.map_or(&none, |(_, title)| title).clone();
                egui::ComboBox::from_id_salt("split-overlay").selected_text(shown).width(170.0).truncate().show_ui(
                    ui,
                    |ui| {
                        ui.selectable_value(&mut now.overlay, None, &none);
                        for (at, title) in &titles {
                            ui.selectable_value(&mut now.overlay, Some(*at), title);
                        }
                    },
                );
                if let (Some(span), Some(day)) = (&years.span, now.there.as_ref().map(|there| there.on)) {
                    ui.horizontal(|ui| {
                        let mut wanted = day;
                        if ui.button(look::BACK).clicked() {
                            wanted = span.years_on(day, -1);
                        }
                        ui.label(egui::RichText::new(day.to_string()).strong());
                        if ui.button(look::ON).clicked() {
                            wanted = span.years_on(day, 1);
                        }
                        if wanted != day {
                            now.there = presence_on(&twin, wanted, Side::Right);
                        }
                    });
                    let mut share = span.share(day);
                    ui.spacing_mut().slider_width = 166.0;
                    if ui.add(egui::Slider::new(&mut share, 0.0..=1.0).show_value(false)).changed() {
                        now.there = presence_on(&twin, span.at(share), Side::Right);
                    }
                }
            });
        });
    if now != right {
        twin.right = Some(now);
    }
    Ok(())
}
