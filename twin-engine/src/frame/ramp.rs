//! The legend of a continuous ramp: one bar from low to high with its values under it.

use std::sync::Arc;

use analysis::overlay::{Class, Overlay, Swatch};
use bevy_egui::egui::{CornerRadius, Galley, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};
use spatial_db::model::FeatureKind;

use super::sheet::{Sheet, colour32};
use crate::theme::{Rgb, size};

/// Least width of the bar, points of the theme.
const WIDTH: f32 = 190.0;

/// A bar on its way into a legend.
pub(super) struct Ramp<'a> {
    steps: Vec<&'a Class>,
    labels: [Arc<Galley>; 3],
    width: f32,
    bar: f32,
    gap: f32,
}

impl<'a> Ramp<'a> {
    /// The bar of an overlay that has one, at least as wide as `width`.
    pub(super) fn of(sheet: &Sheet, overlay: &'a Overlay, width: f32) -> Option<Self> {
        let steps: Vec<&Class> = overlay.classes.iter().filter(|class| class.swatch == Swatch::Ramp).collect();
        let (first, last) = (steps.first()?, steps.last()?);
        let middle = steps[steps.len() / 2];
        let labels =
            [first, &middle, last].map(|class| sheet.text(&class.label, size::LABEL, sheet.theme.ink, f32::INFINITY));
        let letters: f32 = labels.iter().map(|label| label.size().x).sum();
        let bar = if sheet.compact { 6.0 } else { sheet.pt(size::SWATCH) * 0.7 };
        let gap = if sheet.compact { 1.0 } else { sheet.pt(3.0) };
        let least = if sheet.compact { 60.0 } else { sheet.pt(WIDTH) };
        Some(Self { width: width.max(least).max(letters + 4.0 * gap), steps, labels, bar, gap })
    }

    /// Its size.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.width, self.bar + self.gap + self.labels[0].size().y)
    }

    /// Its shapes at a place.
    pub(super) fn shapes(&self, sheet: &Sheet, overlay: &Overlay, at: Pos2) -> Vec<Shape> {
        let bar = Rect::from_min_size(at, vec2(self.width, self.bar));
        let step = self.width / self.steps.len() as f32;
        let mut shapes: Vec<Shape> = self
            .steps
            .iter()
            .enumerate()
            .map(|(index, class)| {
                let colour = Rgb::from(class.colour);
                // As on the ground: parcels are translucent.
                let shown = if overlay.target == FeatureKind::Parcel {
                    colour.over(sheet.theme.ground, sheet.theme.parcel_fill_alpha)
                } else {
                    colour
                };
                let left = bar.min.x + step * index as f32;
                let piece = Rect::from_min_max(pos2(left, bar.min.y), pos2(left + step + 0.5, bar.max.y));
                Shape::rect_filled(piece.intersect(bar), CornerRadius::ZERO, colour32(shown))
            })
            .collect();
        let line = Stroke::new(1.0, colour32(sheet.theme.parcel_line));
        shapes.push(Shape::rect_stroke(bar, CornerRadius::ZERO, line, StrokeKind::Inside));
        for (label, share) in self.labels.iter().zip([0.0, 0.5, 1.0]) {
            let x = bar.min.x + (self.width - label.size().x) * share;
            let at = pos2(x, bar.max.y + self.gap);
            shapes.push(Shape::galley(at, Arc::clone(label), colour32(sheet.theme.ink)));
        }
        shapes
    }
}
