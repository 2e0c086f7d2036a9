//! The sheet that the frame is painted on: sizes that follow the picture's height, letters, panels and halos.

use std::sync::Arc;

use bevy_egui::egui::emath::Rot2;
use bevy_egui::egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2,
};

use super::fonts::BOLD;
use crate::text::Text;
use crate::theme::{Rgb, Theme, size};

/// Pictures lower than this take the short form: fewer words, no notes.
const COMPACT_BELOW: f32 = 420.0;

/// Largest size of a theme point, px: beyond it the letters of one picture no longer fit one texture.
const MOST_SCALE: f32 = 16.0;

/// Shapes of one panel and where it is.
#[derive(Debug)]
pub(crate) struct Block {
    /// Place, points.
    pub rect: Rect,
    /// Shapes, bottom first.
    pub shapes: Vec<Shape>,
}

/// Measures and paints in one picture.
pub(crate) struct Sheet<'a> {
    /// egui's painter.
    pub painter: &'a Painter,
    /// Theme.
    pub theme: &'a Theme,
    /// Words.
    pub words: &'static Text,
    /// The whole picture, points.
    pub page: Rect,
    /// Size of a theme point here.
    pub scale: f32,
    /// Short form.
    pub compact: bool,
    bold: bool,
}

impl<'a> Sheet<'a> {
    /// A sheet over `page`, the part of the screen where the picture is.
    pub(crate) fn new(painter: &'a Painter, page: Rect, theme: &'a Theme, words: &'static Text, bold: bool) -> Self {
        let compact = page.height() < COMPACT_BELOW;
        let natural = page.height().min(page.width()) / size::REFERENCE_HEIGHT;
        let scale = if compact { (page.height() / COMPACT_BELOW).max(0.3) } else { natural.clamp(0.8, MOST_SCALE) };
        Self { painter, theme, words, page, scale, compact, bold }
    }

    /// `points` of the theme in this picture.
    pub(crate) fn pt(&self, points: f32) -> f32 {
        points * self.scale
    }

    /// Size of letters, never below the smallest that can be read.
    pub(crate) fn letters(&self, points: f32) -> f32 {
        if self.compact {
            (points * 0.62).clamp(size::SMALLEST_PX, 12.0)
        } else {
            self.pt(points).max(size::SMALLEST_PX)
        }
    }

    /// The picture without its margins.
    pub(crate) fn inner(&self) -> Rect {
        let margin = if self.compact { 5.0 } else { self.pt(size::MARGIN) };
        self.page.shrink(margin)
    }

    /// Space between a panel's edge and its text.
    pub(crate) fn padding(&self) -> f32 {
        if self.compact { 4.0 } else { self.pt(size::PADDING) }
    }

    /// Lays out a text; `wrap` is the widest line, points.
    pub(crate) fn text(&self, text: &str, points: f32, colour: Rgb, wrap: f32) -> Arc<Galley> {
        let font = FontId::new(self.letters(points), FontFamily::Proportional);
        self.painter.layout(text.to_owned(), font, colour32(colour), wrap)
    }

    /// The same in bold letters, where there are any.
    pub(crate) fn bold_text(&self, text: &str, points: f32, colour: Rgb, wrap: f32) -> Arc<Galley> {
        let family = if self.bold { FontFamily::Name(BOLD.into()) } else { FontFamily::Proportional };
        self.painter.layout(text.to_owned(), FontId::new(self.letters(points), family), colour32(colour), wrap)
    }

    /// Background of a panel.
    pub(crate) fn panel(&self, rect: Rect) -> Vec<Shape> {
        let radius = CornerRadius::same(self.pt(size::RADIUS).clamp(2.0, 96.0) as u8);
        let fill = translucent(self.theme.panel, self.theme.panel_alpha);
        vec![
            Shape::rect_filled(rect, radius, fill),
            Shape::rect_stroke(rect, radius, Stroke::new(1.0, colour32(self.theme.panel_line)), StrokeKind::Inside),
        ]
    }

    /// A text with a halo, so that it reads on anything.
    pub(crate) fn haloed(&self, at: Pos2, galley: &Arc<Galley>) -> Vec<Shape> {
        let width = if self.compact { 1.0 } else { (size::HALO * self.scale * 0.7).max(1.0) };
        let halo = translucent(self.theme.halo, 0.85);
        let mut shapes: Vec<Shape> = (0..8)
            .map(|k| {
                let shift = Vec2::angled(k as f32 * std::f32::consts::FRAC_PI_4) * width;
                Shape::galley_with_override_text_color(at + shift, galley.clone(), halo)
            })
            .collect();
        shapes.push(Shape::galley(at, galley.clone(), colour32(self.theme.ink)));
        shapes
    }

    /// The same around its middle, turned by `angle` radians clockwise.
    pub(crate) fn haloed_at(&self, middle: Pos2, angle: f32, galley: &Arc<Galley>) -> Vec<Shape> {
        let corner = middle - Rot2::from_angle(angle) * (galley.size() * 0.5);
        let mut shapes = self.haloed(corner, galley);
        for shape in &mut shapes {
            if let Shape::Text(text) = shape {
                text.angle = angle;
            }
        }
        shapes
    }

    /// The rectangle of `size` at a corner of the inner picture.
    pub(crate) fn at_corner(&self, corner: Align2, size: Vec2) -> Rect {
        corner.align_size_within_rect(size, self.inner())
    }
}

/// The colour for egui.
pub(super) fn colour32(colour: Rgb) -> Color32 {
    Color32::from_rgb(colour.0, colour.1, colour.2)
}

/// The colour for egui at `alpha` 0..1.
pub(super) fn translucent(colour: Rgb, alpha: f32) -> Color32 {
    Color32::from_rgba_unmultiplied(colour.0, colour.1, colour.2, (alpha * 255.0) as u8)
}
