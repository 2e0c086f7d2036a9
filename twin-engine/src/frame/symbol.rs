//! Point symbols as shapes, each told apart without colour, all with a halo.

use analysis::overlay::Symbol;
use bevy_egui::egui::{Color32, CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::sheet::colour32;
use crate::theme::Rgb;

/// `symbol` with side `side` around `at`.
pub(super) fn symbol_shapes(symbol: Symbol, at: Pos2, side: f32, colour: Rgb, halo: Rgb) -> Vec<Shape> {
    let pen = Pen { at, r: side * 0.5, fill: colour32(colour), halo: colour32(halo) };
    match symbol {
        Symbol::Hydrant => pen.drop(),
        Symbol::AssemblyPoint => pen.assembly(),
        Symbol::FireStation => pen.shield(),
        Symbol::Shelter => pen.house(),
        Symbol::Hospital => pen.cross(),
        Symbol::Camera => pen.camera(),
        Symbol::Gate => pen.gate(),
        Symbol::Hazard => pen.triangle(),
        Symbol::Dot => {
            vec![Shape::circle_filled(at, side * 0.36, pen.halo), Shape::circle_filled(at, side * 0.28, pen.fill)]
        }
    }
}

/// A small disc for a symbol that finds no room.
pub(super) fn dot_shapes(at: Pos2, radius: f32, colour: Rgb, halo: Rgb) -> Vec<Shape> {
    vec![Shape::circle_filled(at, radius + 0.8, colour32(halo)), Shape::circle_filled(at, radius, colour32(colour))]
}

struct Pen {
    at: Pos2,
    r: f32,
    fill: Color32,
    halo: Color32,
}

impl Pen {
    /// A point in units of the half side.
    fn p(&self, x: f32, y: f32) -> Pos2 {
        self.at + vec2(x, y) * self.r
    }

    fn polygon(&self, points: &[(f32, f32)], fill: Color32) -> Shape {
        let points = points.iter().map(|(x, y)| self.p(*x, *y)).collect();
        Shape::convex_polygon(points, fill, Stroke::NONE)
    }

    /// A convex shape with its halo.
    fn backed(&self, points: &[(f32, f32)]) -> Vec<Shape> {
        let ring: Vec<Pos2> = points.iter().map(|(x, y)| self.p(*x, *y)).collect();
        let halo = Stroke::new(self.r * 0.3, self.halo);
        vec![Shape::closed_line(ring, halo), self.polygon(points, self.fill)]
    }

    fn tile(&self) -> Vec<Shape> {
        let rect = Rect::from_center_size(self.at, Vec2::splat(self.r * 1.7));
        let radius = CornerRadius::same((self.r * 0.3) as u8);
        vec![
            Shape::rect_filled(rect, radius, self.fill),
            Shape::rect_stroke(rect, radius, Stroke::new((self.r * 0.16).max(1.0), self.halo), StrokeKind::Outside),
        ]
    }

    fn line(&self, from: (f32, f32), to: (f32, f32), width: f32) -> Shape {
        Shape::line_segment([self.p(from.0, from.1), self.p(to.0, to.1)], Stroke::new(self.r * width, self.halo))
    }

    fn drop(&self) -> Vec<Shape> {
        let outline: Vec<(f32, f32)> = std::iter::once((0.0, -1.0))
            .chain((0..=12).map(|k| {
                let angle = (-20.0 + k as f32 * 220.0 / 12.0).to_radians();
                (angle.cos() * 0.62, 0.32 + angle.sin() * 0.62)
            }))
            .collect();
        self.backed(&outline)
    }

    fn assembly(&self) -> Vec<Shape> {
        let mut shapes = self.tile();
        for (x, y) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0_f32)] {
            // An arrow from the edge to the middle.
            shapes.push(self.line((x * 0.7, y * 0.7), (x * 0.35, y * 0.35), 0.18));
            let (sx, sy) = (-y, x);
            let head = [
                (x * 0.1, y * 0.1),
                (x * 0.42 + sx * 0.24, y * 0.42 + sy * 0.24),
                (x * 0.42 - sx * 0.24, y * 0.42 - sy * 0.24),
            ];
            shapes.push(self.polygon(&head, self.halo));
        }
        shapes
    }

    fn shield(&self) -> Vec<Shape> {
        let mut shapes =
            self.backed(&[(-0.8, -0.85), (0.8, -0.85), (0.8, 0.1), (0.5, 0.6), (0.0, 1.0), (-0.5, 0.6), (-0.8, 0.1)]);
        // A flame.
        shapes.push(self.polygon(&[(0.0, -0.6), (0.34, 0.05), (0.2, 0.45), (-0.2, 0.45), (-0.34, 0.05)], self.halo));
        shapes
    }

    fn house(&self) -> Vec<Shape> {
        let mut shapes = self.backed(&[(0.0, -0.95), (0.95, -0.1), (0.75, 0.85), (-0.75, 0.85), (-0.95, -0.1)]);
        shapes.push(self.polygon(&[(-0.2, 0.2), (0.2, 0.2), (0.2, 0.85), (-0.2, 0.85)], self.halo));
        shapes
    }

    fn cross(&self) -> Vec<Shape> {
        let mut shapes = self.tile();
        shapes.push(self.line((0.0, -0.6), (0.0, 0.6), 0.36));
        shapes.push(self.line((-0.6, 0.0), (0.6, 0.0), 0.36));
        shapes
    }

    fn camera(&self) -> Vec<Shape> {
        let mut shapes = self.backed(&[(-0.9, -0.45), (0.35, -0.45), (0.35, 0.45), (-0.9, 0.45)]);
        shapes.extend(self.backed(&[(0.45, -0.1), (0.95, -0.45), (0.95, 0.45), (0.45, 0.1)]));
        shapes.push(Shape::circle_filled(self.p(-0.28, 0.0), self.r * 0.24, self.halo));
        shapes
    }

    fn gate(&self) -> Vec<Shape> {
        let mut shapes = self.backed(&[(-0.9, -0.75), (-0.5, -0.75), (-0.5, 0.85), (-0.9, 0.85)]);
        shapes.extend(self.backed(&[(0.5, -0.75), (0.9, -0.75), (0.9, 0.85), (0.5, 0.85)]));
        shapes.extend(self.backed(&[(-0.5, -0.35), (0.5, -0.35), (0.5, 0.0), (-0.5, 0.0)]));
        shapes
    }

    fn triangle(&self) -> Vec<Shape> {
        let mut shapes = self.backed(&[(0.0, -0.95), (1.0, 0.8), (-1.0, 0.8)]);
        shapes.push(self.line((0.0, -0.4), (0.0, 0.25), 0.2));
        shapes.push(Shape::circle_filled(pos2(self.at.x, self.at.y + self.r * 0.52), self.r * 0.12, self.halo));
        shapes
    }
}
