//! Legend bottom left: a swatch with its pattern or symbol, words, count and measure for every class, then the notes.

use std::collections::HashSet;

use analysis::overlay::{Class, Overlay, Pattern, Swatch};
use bevy_egui::egui::{Align2, CornerRadius, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use spatial_db::model::FeatureKind;

use super::ramp::Ramp;
use super::sheet::{Block, Sheet, colour32};
use super::symbol::symbol_shapes;
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::{Rgb, size};

/// Where a legend goes: a corner at the foot, the rectangle that it must stay below, the room left under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) corner: Align2,
    pub(super) title: Rect,
    pub(super) lift: f32,
}

/// The legend of `overlay`, its translucent fills over the colour of the `ground` as in the picture.
pub(super) fn legend_block(sheet: &Sheet, overlay: &Overlay, spot: Spot, ground: Rgb) -> Block {
    let Spot { corner, title, lift } = spot;
    let theme = sheet.theme;
    let padding = sheet.padding();
    let swatch = if sheet.compact { 9.0 } else { sheet.pt(size::SWATCH) };
    let gap = if sheet.compact { 1.5 } else { sheet.pt(5.0) };
    let widest = (sheet.page.width() * 0.42).min(if sheet.compact { 400.0 } else { sheet.pt(420.0) });
    let zoned: HashSet<usize> = overlay.zones.iter().map(|z| z.class).collect();

    let rows: Vec<_> = overlay
        .classes
        .iter()
        .enumerate()
        .filter(|(_, class)| class.swatch != Swatch::Ramp)
        .map(|(index, class)| {
            let label = sheet.text(&sheet.words.words(&class.label), size::LABEL, theme.ink, widest * 0.7);
            let count = sheet.text(&measure(class, sheet.compact), size::LABEL, theme.ink_soft, widest * 0.6);
            (class, zoned.contains(&index), label, count)
        })
        .collect();
    let label_width = rows.iter().map(|r| r.2.size().x).fold(0.0, f32::max);
    let count_width = rows.iter().map(|r| r.3.size().x).fold(0.0, f32::max);
    let between = if sheet.compact { 5.0 } else { sheet.pt(14.0) };
    let width = swatch * 1.35 + gap * 1.6 + label_width + between + count_width;
    let ramp = Ramp::of(sheet, overlay, width);
    let width = ramp.as_ref().map_or(width, |ramp| ramp.size().0);

    let mut shapes = Vec::new();
    let mut y = 0.0;
    if !sheet.compact {
        let unit = sheet.words.words(&overlay.unit);
        let unit = if unit.is_empty() { unit } else { format!(" ({unit})") };
        let heading = format!("{}{unit}", heading(sheet.words, overlay));
        let heading = sheet.bold_text(&heading, size::LABEL, theme.ink, width.max(160.0));
        shapes.push((pos2(0.0, 0.0), heading.clone()));
        y = heading.size().y + gap * 1.4;
    }
    let mut swatches = Vec::new();
    let ramp = ramp.map(|ramp| {
        let top = y;
        y += ramp.size().1 + gap;
        (ramp, top)
    });
    for (class, zoned, label, count) in rows {
        let height = label.size().y.max(swatch);
        let place = Rect::from_min_size(pos2(0.0, y + (height - swatch) * 0.5), vec2(swatch * 1.35, swatch));
        swatches.push((class, zoned, place));
        let text_x = swatch * 1.35 + gap * 1.6;
        let count_x = width - count.size().x;
        shapes.push((pos2(text_x, y + (height - label.size().y) * 0.5), label));
        shapes.push((pos2(count_x, y + (height - count.size().y) * 0.5), count));
        y += height + gap;
    }
    y -= gap;
    if !sheet.compact {
        for note in &overlay.notes {
            let galley = sheet.text(&sheet.words.words(note), size::NOTE, theme.ink_soft, width.max(sheet.pt(240.0)));
            y += gap * 1.3;
            let height = galley.size().y;
            shapes.push((pos2(0.0, y), galley));
            y += height;
        }
    }
    let widest_row = shapes.iter().map(|(at, g)| at.x + g.size().x).fold(width, f32::max);
    let size = vec2(widest_row, y) + Vec2::splat(padding * 2.0);
    let mut rect = sheet.at_corner(corner, size).translate(vec2(0.0, -lift));
    // A legend longer than the picture still starts below the title.
    let lowest_top = title.max.y + gap;
    if rect.min.y < lowest_top {
        rect = rect.translate(vec2(0.0, lowest_top - rect.min.y));
    }
    let origin = rect.min + Vec2::splat(padding);
    let mut all = sheet.panel(rect);
    for (class, zoned, place) in swatches {
        all.extend(swatch_shapes(sheet, overlay, (class, zoned), place.translate(origin.to_vec2()), ground));
    }
    if let Some((ramp, top)) = ramp {
        all.extend(ramp.shapes(sheet, overlay, origin + vec2(0.0, top)));
    }
    all.extend(
        shapes.into_iter().map(|(at, galley)| Shape::galley(origin + at.to_vec2(), galley, colour32(theme.ink))),
    );
    Block { rect, shapes: all }
}

fn heading(words: &Text, overlay: &Overlay) -> String {
    match overlay.target {
        FeatureKind::Parcel => t!(words, "heading-parcels"),
        FeatureKind::Building => t!(words, "heading-buildings"),
        FeatureKind::RoadEdge => t!(words, "heading-roads"),
        FeatureKind::NetworkEdge | FeatureKind::NetworkNode => t!(words, "heading-networks"),
        _ => t!(words, "heading-legend"),
    }
}

fn measure(class: &Class, compact: bool) -> String {
    let count = grouped(class.count as f64, 0);
    match &class.measure {
        Some(measure) if !compact => format!("{count} · {measure}"),
        _ => count,
    }
}

fn swatch_shapes(
    sheet: &Sheet,
    overlay: &Overlay,
    (class, zoned): (&Class, bool),
    place: Rect,
    ground: Rgb,
) -> Vec<Shape> {
    let theme = sheet.theme;
    let colour = Rgb::from(class.colour);
    match class.swatch {
        Swatch::Symbol(symbol) => {
            let side = place.height() * 1.05;
            symbol_shapes((symbol, class.pattern), place.center(), side, colour, theme.halo)
        }
        Swatch::Line => {
            let middle = place.center().y;
            let width = (place.height() * 0.16).max(1.5);
            let ends = [pos2(place.min.x, middle), pos2(place.max.x, middle)];
            // A line is too thin for a pattern that tells lines apart on paper: it is broken instead, as outlines are.
            let (dash, gap) = match class.pattern {
                Pattern::Hatch => (place.width() * 0.28, place.width() * 0.12),
                Pattern::Dots => (width, width * 1.6),
                Pattern::CrossHatch => (place.width() * 0.12, place.width() * 0.12),
                Pattern::Solid => return vec![Shape::line_segment(ends, Stroke::new(width, colour32(colour)))],
            };
            Shape::dashed_line(&ends, Stroke::new(width * 1.25, colour32(colour)), dash, gap)
        }
        // Drawn as one bar.
        Swatch::Ramp => Vec::new(),
        Swatch::Area => {
            let fill = if zoned {
                colour.over(ground, theme.zone_fill_alpha)
            } else if overlay.target == FeatureKind::Parcel {
                colour.over(ground, theme.parcel_fill_alpha)
            } else {
                colour
            };
            let line = if zoned { colour } else { theme.parcel_line };
            let mut shapes = vec![Shape::rect_filled(place, CornerRadius::same(2), colour32(fill))];
            shapes.extend(pattern_shapes(class.pattern, place, fill));
            shapes.push(Shape::rect_stroke(
                place,
                CornerRadius::same(2),
                Stroke::new(1.0, colour32(line)),
                StrokeKind::Inside,
            ));
            shapes
        }
    }
}

/// The same patterns as in the scene, inside a rectangle.
pub(crate) fn pattern_shapes(pattern: Pattern, place: Rect, fill: Rgb) -> Vec<Shape> {
    // The shader multiplies the fill by 0.42 in linear light.
    let ink = colour32(Rgb::from_linear(fill.linear().map(|c| c * 0.42)));
    let period = (place.height() * 0.34).max(3.5);
    let stroke = Stroke::new((period * 0.2).max(1.0), ink);
    let mut shapes = Vec::new();
    if pattern == Pattern::Dots {
        let (columns, rows) = ((place.width() / period).floor() as i32, (place.height() / period).floor() as i32);
        for i in 0..columns {
            for j in 0..rows {
                let at = place.min
                    + vec2(
                        (i as f32 + 0.5) * place.width() / columns as f32,
                        (j as f32 + 0.5) * place.height() / rows as f32,
                    );
                shapes.push(Shape::circle_filled(at, period * 0.2, ink));
            }
        }
    }
    if matches!(pattern, Pattern::Hatch | Pattern::CrossHatch) {
        let step = period * std::f32::consts::SQRT_2;
        let mut c = step * 0.5;
        while c < place.width() + place.height() {
            // The line x + y = c inside the rectangle, and its mirror image.
            let ends = [c - place.height(), c].map(|x| x.clamp(0.0, place.width()));
            let rising = ends.map(|x| place.min + vec2(x, c - x));
            shapes.push(Shape::line_segment(rising, stroke));
            if pattern == Pattern::CrossHatch {
                let mirrored: [Pos2; 2] = rising.map(|p| pos2(place.max.x - (p.x - place.min.x), p.y));
                shapes.push(Shape::line_segment(mirrored, stroke));
            }
            c += step;
        }
    }
    shapes
}
