//! Over the scene: the line of the section and the outline of the pit with their handles, and what is being placed.

use bevy::math::DVec2;
use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use super::look;
use crate::camera::Orbit;
use crate::camera::control::{Pointer, place_under};
use crate::cut::tool::{Grip, Grips, Sketch, grips, pixel_of, rectangle};
use crate::frame::Page;
use crate::scene::{Meshed, Twin};
use crate::text::t;
use crate::tool::Tool;

/// Pieces that a line on the ground is drawn in.
const PIECES: usize = 24;

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn show(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    tool: Res<Tool>,
    sketch: Res<Sketch>,
    held: Res<Grips>,
    pointer: Res<Pointer>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    page: Res<Page>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let (Some(meshed), Some(scene)) = (meshed, page.0) else { return Ok(()) };
    if twin.cut.is_empty() && !tool.cuts() {
        return Ok(());
    }
    let theme = twin.theme();
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(scene);
    let on_page = |place: DVec2| {
        let px = pixel_of(&orbit, &meshed, place)?;
        Some(scene.min + egui::vec2(px.x, px.y) / ctx.pixels_per_point())
    };
    let marks =
        Marks { painter, accent: look::colour(theme.accent), halo: look::colour(theme.halo), on_page: &on_page };
    if let Some(plane) = &twin.cut.section {
        marks.line(&[plane.start(), plane.end()], 1.5);
    }
    if let Some(dig) = &twin.cut.dig {
        let mut ring: Vec<DVec2> = dig.corners().collect();
        ring.extend(ring.first().copied());
        marks.line(&ring, 1.5);
    }
    for (grip, place) in grips(&twin.cut) {
        let near = twin.cut.section.map(|plane| place + plane.near());
        marks.grip(grip, place, held.over == Some(grip) || held.held == Some(grip), near);
    }
    if tool.cuts() {
        let under = pointer.pixel.and_then(|pixel| place_under(&orbit, &meshed, pixel));
        let stretched = match pointer.outline[..] {
            [from, to] => place_under(&orbit, &meshed, from).zip(place_under(&orbit, &meshed, to)),
            _ => None,
        };
        let mut points: Vec<DVec2> = sketch.points.iter().copied().chain(under).collect();
        match (stretched, *tool) {
            (Some((a, b)), Tool::Dig) => {
                let [p, q, r, s] = rectangle(&orbit, a, b);
                points = vec![p, q, r, s, p];
            }
            (Some((a, b)), _) => points = vec![a, b],
            (None, Tool::Dig) if points.len() > 2 => points.extend(points.first().copied()),
            _ => {}
        }
        if points.len() > 1 {
            marks.line(&points, 2.0);
        }
        for at in sketch.points.iter().filter_map(|at| on_page(*at)) {
            marks.painter.circle(at, 4.0, marks.halo, egui::Stroke::new(2.0, marks.accent));
        }
        let words = twin.words();
        hint(ctx, scene, &if *tool == Tool::Section { t!(words, "section-hint") } else { t!(words, "dig-hint") });
    }
    Ok(())
}

struct Marks<'a> {
    painter: egui::Painter,
    accent: egui::Color32,
    halo: egui::Color32,
    on_page: &'a dyn Fn(DVec2) -> Option<egui::Pos2>,
}

impl Marks<'_> {
    /// A line over the ground.
    fn line(&self, places: &[DVec2], width: f32) {
        for pair in places.windows(2) {
            let pieces = (0..=PIECES).map(|k| (self.on_page)(pair[0].lerp(pair[1], k as f64 / PIECES as f64)));
            // What is behind the eye breaks the line.
            let pieces: Vec<Option<egui::Pos2>> = pieces.collect();
            for part in pieces.split(Option::is_none) {
                let points: Vec<egui::Pos2> = part.iter().flatten().copied().collect();
                for stroke in [
                    egui::Stroke::new(width + 2.0, self.halo.gamma_multiply(0.7)),
                    egui::Stroke::new(width, self.accent),
                ] {
                    self.painter.add(egui::Shape::line(points.clone(), stroke));
                }
            }
        }
    }

    /// A handle; the one in the middle of a section tells which way it goes.
    fn grip(&self, grip: Grip, place: DVec2, strong: bool, near: Option<DVec2>) {
        let Some(at) = (self.on_page)(place) else { return };
        let (fill, ink) = if strong { (self.accent, self.halo) } else { (self.halo, self.accent) };
        let radius = if strong { 7.5 } else { 6.5 };
        let letter = |letter: &str| {
            let font = egui::FontId::proportional(10.5);
            self.painter.text(at, egui::Align2::CENTER_CENTER, letter, font, ink);
        };
        match grip {
            Grip::From | Grip::To => {
                self.painter.circle(at, radius + 1.0, fill, egui::Stroke::new(1.5, self.accent));
                letter(if grip == Grip::From { "A" } else { "B" });
            }
            Grip::Plane => {
                if let Some(way) = near.and_then(|near| (self.on_page)(near)).map(|to| (to - at).normalized()) {
                    for side in [-1.0, 1.0] {
                        let along = way * side;
                        let across = egui::vec2(-along.y, along.x) * 5.0;
                        let foot = at + along * (radius + 3.0);
                        let arrow = vec![foot + across, foot + along * 8.0, foot - across];
                        self.painter.add(egui::Shape::convex_polygon(
                            arrow,
                            self.accent,
                            egui::Stroke::new(1.0, self.halo),
                        ));
                    }
                }
                self.painter.circle(at, radius, fill, egui::Stroke::new(1.5, self.accent));
            }
            Grip::Corner(_) => {
                self.painter.circle(at, radius - 2.0, fill, egui::Stroke::new(1.5, self.accent));
            }
            Grip::Pit => {
                let r = egui::Rect::from_center_size(at, egui::Vec2::splat(radius * 1.7));
                self.painter.rect(r, 2.0, fill, egui::Stroke::new(1.5, self.accent), egui::StrokeKind::Inside);
            }
        }
    }
}

/// Says at the top of the scene what the tool waits for.
pub(super) fn hint(ctx: &egui::Context, scene: egui::Rect, said: &str) {
    egui::Area::new(egui::Id::new("cut-hint"))
        .fixed_pos(egui::pos2(scene.center().x, scene.min.y + 14.0))
        .pivot(egui::Align2::CENTER_TOP)
        .interactable(false)
        .show(ctx, |ui| {
            egui::Frame::window(ui.style()).inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
                ui.set_max_width(520.0);
                ui.label(look::note(said));
            });
        });
}
