//! Shapes of a sheet as egui paints them.

use bevy::math::Vec2;
use bevy_egui::egui::epaint::{EllipseShape, TextShape};
use bevy_egui::egui::{FontFamily, FontId, Mesh, Painter, Pos2, Rect, Shape as Painted, Stroke, pos2, vec2};

use crate::drawing::{Anchor, Mark, Shape};
use crate::ui::look;

/// Paints a mark of a sheet whose corner is at `corner`, strong words in the family `strong`.
pub(in crate::ui) fn mark(painter: &Painter, corner: Pos2, mark: &Mark, strong: &FontFamily) {
    let colour = look::colour(mark.colour);
    let at = |place: Vec2| pos2(place.x, place.y) + corner.to_vec2();
    match &mark.shape {
        Shape::Line { points, width, dash } => {
            let points: Vec<Pos2> = points.iter().map(|place| at(*place)).collect();
            let stroke = Stroke::new(*width, colour);
            if *dash > 0.0 {
                painter.extend(Painted::dashed_line(&points, stroke, *dash, *dash));
            } else {
                painter.add(Painted::line(points, stroke));
            }
        }
        Shape::Below { line, level } => {
            let mut mesh = Mesh::default();
            for place in line {
                mesh.colored_vertex(at(*place), colour);
                mesh.colored_vertex(at(Vec2::new(place.x, *level)), colour);
            }
            for pair in 1..line.len() as u32 {
                let (a, b) = (2 * pair - 2, 2 * pair);
                mesh.add_triangle(a, a + 1, b);
                mesh.add_triangle(b, a + 1, b + 1);
            }
            painter.add(Painted::mesh(mesh));
        }
        Shape::Band { upper, lower } => {
            let mut mesh = Mesh::default();
            for (high, low) in upper.iter().zip(lower) {
                mesh.colored_vertex(at(*high), colour);
                mesh.colored_vertex(at(*low), colour);
            }
            for pair in 1..upper.len().min(lower.len()) as u32 {
                let (a, b) = (2 * pair - 2, 2 * pair);
                mesh.add_triangle(a, a + 1, b);
                mesh.add_triangle(b, a + 1, b + 1);
            }
            painter.add(Painted::mesh(mesh));
        }
        Shape::Block { low, high } => {
            painter.rect_filled(Rect::from_min_max(at(*low), at(*high)), 0.0, colour);
        }
        Shape::Round { centre, half, outline } => {
            let (centre, half) = (at(*centre), vec2(half.x, half.y));
            if *outline > 0.0 {
                painter.add(EllipseShape::stroke(centre, half, Stroke::new(*outline, colour)));
            } else {
                painter.add(EllipseShape::filled(centre, half, colour));
            }
        }
        Shape::Words { at: place, text, size, anchor, upright, bold } => {
            let family = if *bold { strong.clone() } else { FontFamily::Proportional };
            let galley = painter.layout_no_wrap(text.clone(), FontId::new(*size, family), colour);
            let (along, across) = (galley.size().x, galley.size().y / 2.0);
            let before = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => along / 2.0,
                Anchor::End => along,
            };
            let place = at(*place);
            if *upright {
                let from = place + vec2(-across, before);
                painter.add(TextShape::new(from, galley, colour).with_angle(-std::f32::consts::FRAC_PI_2));
            } else {
                painter.galley(place - vec2(before, across), galley, colour);
            }
        }
    }
}
