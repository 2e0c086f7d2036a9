//! Point symbols as shapes, each told apart without colour, all with a halo.
//!
//! A class has a pattern besides its colour. What is an area in lines or dots is a symbol with a question mark, struck through or
//! hollow.

use analysis::overlay::{Pattern, Symbol};
use bevy_egui::egui::{Color32, CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::sheet::colour32;
use crate::theme::Rgb;

/// `symbol` as its class's `pattern` has it, with side `side` around `at`.
pub(super) fn symbol_shapes(
    (symbol, pattern): (Symbol, Pattern),
    at: Pos2,
    side: f32,
    colour: Rgb,
    halo: Rgb,
) -> Vec<Shape> {
    let own = Pen { at, r: side * 0.5, fill: colour32(colour), halo: colour32(halo) };
    let mut shapes = match pattern {
        // Hollow: the body in the colour of the halo, its line and its marks in that of the class.
        Pattern::Dots => Pen { fill: own.halo, halo: own.fill, ..own }.shapes(symbol),
        _ => own.shapes(symbol),
    };
    match pattern {
        Pattern::Solid | Pattern::Dots => {}
        Pattern::Hatch => shapes.extend(own.question()),
        Pattern::CrossHatch => shapes.extend(own.strike()),
    }
    shapes
}

/// A small disc for a symbol that finds no room; a ring where the class has a pattern.
pub(super) fn dot_shapes(at: Pos2, radius: f32, pattern: Pattern, colour: Rgb, halo: Rgb) -> Vec<Shape> {
    let mut shapes = vec![
        Shape::circle_filled(at, radius + 0.8, colour32(halo)),
        Shape::circle_filled(at, radius, colour32(colour)),
    ];
    if pattern != Pattern::Solid {
        shapes.push(Shape::circle_filled(at, radius * 0.5, colour32(halo)));
    }
    shapes
}

#[derive(Clone, Copy)]
struct Pen {
    at: Pos2,
    r: f32,
    fill: Color32,
    halo: Color32,
}

impl Pen {
    fn shapes(&self, symbol: Symbol) -> Vec<Shape> {
        match symbol {
            Symbol::Hydrant => self.drop(),
            Symbol::AssemblyPoint => self.assembly(),
            Symbol::FireStation => self.shield(),
            Symbol::Shelter => self.house(),
            Symbol::Hospital => self.cross(),
            Symbol::Camera => self.camera(),
            Symbol::Gate => self.gate(),
            Symbol::Hazard => self.triangle(),
            Symbol::Dot => vec![
                Shape::circle_filled(self.at, self.r * 0.72, self.halo),
                Shape::circle_filled(self.at, self.r * 0.56, self.fill),
            ],
        }
    }

    /// A bar across the whole symbol: out of use, missed, or none.
    fn strike(&self) -> Vec<Shape> {
        let bar = |width, colour| {
            Shape::line_segment([self.p(-1.05, 1.05), self.p(1.05, -1.05)], Stroke::new(self.r * width, colour))
        };
        vec![bar(0.62, self.halo), bar(0.26, self.fill)]
    }

    /// A question mark at its shoulder: perhaps, or not known.
    fn question(&self) -> Vec<Shape> {
        let (x, y, size) = (0.66, -0.6, 0.5);
        let badge = self.p(x, y);
        let hook = [(-0.42, -0.3), (-0.34, -0.58), (0.0, -0.7), (0.36, -0.56), (0.4, -0.26), (0.0, 0.02), (0.0, 0.24)];
        let hook = hook.iter().map(|(dx, dy)| self.p(x + dx * size, y + dy * size)).collect();
        vec![
            Shape::circle_filled(badge, self.r * (size + 0.12), self.halo),
            Shape::circle_filled(badge, self.r * size, self.fill),
            Shape::line(hook, Stroke::new((self.r * 0.13).max(1.0), self.halo)),
            Shape::circle_filled(self.p(x, y + 0.56 * size), (self.r * 0.08).max(0.7), self.halo),
        ]
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_seen_in_the_shapes_of_every_symbol_whatever_the_colour() {
        let symbols = [
            Symbol::Hydrant,
            Symbol::AssemblyPoint,
            Symbol::FireStation,
            Symbol::Shelter,
            Symbol::Hospital,
            Symbol::Camera,
            Symbol::Gate,
            Symbol::Hazard,
            Symbol::Dot,
        ];
        let patterns = [Pattern::Solid, Pattern::Hatch, Pattern::CrossHatch, Pattern::Dots];
        let drawn = |symbol, pattern| {
            let shapes = symbol_shapes((symbol, pattern), pos2(20.0, 20.0), 19.0, Rgb(0, 0, 0), Rgb(255, 255, 255));
            format!("{shapes:?}")
        };
        let mut seen = std::collections::HashSet::new();
        for symbol in symbols {
            for pattern in patterns {
                assert!(seen.insert(drawn(symbol, pattern)), "{symbol:?} {pattern:?}");
            }
        }
        let dot = |pattern| dot_shapes(pos2(20.0, 20.0), 3.0, pattern, Rgb(0, 0, 0), Rgb(255, 255, 255)).len();
        assert_eq!((dot(Pattern::Solid), dot(Pattern::CrossHatch)), (2, 3));
    }
}
