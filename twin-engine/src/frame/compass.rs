//! Scale bar and north arrow bottom right, true at the ground point in the middle of the picture.

use bevy::math::Vec3;
use bevy_egui::egui::{Align2, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

use super::sheet::{Block, Sheet, colour32};
use crate::camera::Orbit;
use crate::inspect::grouped;
use crate::text::t;
use crate::theme::size;

/// Scale bar and north arrow in one panel.
pub(super) fn compass_block(sheet: &Sheet, orbit: &Orbit) -> Block {
    let theme = sheet.theme;
    let points_per_px = 1.0 / sheet.painter.pixels_per_point();
    let per_metre = orbit.px_per_metre(orbit.distance_m) * points_per_px;
    let longest = if sheet.compact { 50.0 } else { sheet.pt(150.0) };
    let length_m = round_length(longest / per_metre);
    let bar = length_m * per_metre;
    let label = sheet.text(&length_words(length_m), size::LABEL, theme.ink, 400.0);
    let note =
        (!sheet.compact).then(|| sheet.text(&t!(sheet.words, "at-centre"), size::ATTRIBUTION, theme.ink_soft, 400.0));
    let padding = sheet.padding();
    let arrow = if sheet.compact { 16.0 } else { sheet.pt(46.0) };
    let tick = if sheet.compact { 3.0 } else { sheet.pt(7.0) };
    let text_height = label.size().y + note.as_ref().map_or(0.0, |n| n.size().y);
    let left_width = bar.max(label.size().x).max(note.as_ref().map_or(0.0, |n| n.size().x));
    let gap = padding;
    let content = vec2(left_width + gap + arrow, arrow.max(text_height + tick + sheet.pt(4.0)));
    let rect = sheet.at_corner(Align2::RIGHT_BOTTOM, content + Vec2::splat(padding * 2.0));
    let inner = rect.shrink(padding);
    let mut shapes = sheet.panel(rect);

    let ink = colour32(theme.ink);
    let top = inner.center().y - (text_height + tick) * 0.5;
    let base = top + tick;
    let stroke = Stroke::new(if sheet.compact { 1.0 } else { sheet.pt(1.6) }, ink);
    let (x0, x1) = (inner.min.x, inner.min.x + bar);
    shapes.push(Shape::line(vec![pos2(x0, top), pos2(x0, base), pos2(x1, base), pos2(x1, top)], stroke));
    let middle = f32::midpoint(x0, x1);
    shapes.push(Shape::line_segment([pos2(middle, base - tick * 0.5), pos2(middle, base)], stroke));
    let mut y = base + sheet.pt(2.0);
    let label_height = label.size().y;
    shapes.push(Shape::galley(pos2(x0, y), label, ink));
    y += label_height;
    if let Some(note) = note {
        shapes.push(Shape::galley(pos2(x0, y), note, colour32(theme.ink_soft)));
    }
    let dial = Rect::from_min_size(pos2(inner.max.x - arrow, inner.center().y - arrow * 0.5), Vec2::splat(arrow));
    shapes.extend(north_arrow(sheet, orbit, dial));
    Block { rect, shapes }
}

/// Direction of north on screen at the target, a unit vector.
fn north_on_screen(orbit: &Orbit) -> Vec2 {
    let reach = orbit.distance_m * 0.02;
    let (Some((here, _)), Some((there, _))) =
        (orbit.pixel(orbit.target), orbit.pixel(orbit.target + Vec3::NEG_Z * reach))
    else {
        return Vec2::UP;
    };
    let d = there - here;
    vec2(d.x, d.y).normalized()
}

fn north_arrow(sheet: &Sheet, orbit: &Orbit, dial: Rect) -> Vec<Shape> {
    let north = north_on_screen(orbit);
    let side = vec2(-north.y, north.x);
    let radius = dial.width() * 0.5;
    let ink = colour32(sheet.theme.ink);
    let letter = sheet.bold_text(
        &t!(sheet.words, "north"),
        if sheet.compact { size::NOTE } else { size::LABEL },
        sheet.theme.ink,
        100.0,
    );
    // The needle leaves room for the letter at its tip.
    let centre = dial.center() - north * radius * 0.28;
    let tip = centre + north * radius * 0.72;
    let tail = centre - north * radius * 0.72;
    let notch = centre - north * radius * 0.42;
    let left: Pos2 = tail + side * radius * 0.42;
    let right: Pos2 = tail - side * radius * 0.42;
    let stroke = Stroke::new(1.0_f32.max(sheet.pt(1.0)), ink);
    let light = colour32(sheet.theme.panel);
    let letter_at = tip + north * radius * 0.42 - letter.size() * 0.5;
    vec![
        Shape::convex_polygon(vec![tip, notch, left], ink, stroke),
        Shape::convex_polygon(vec![tip, right, notch], light, stroke),
        Shape::galley(letter_at, letter, ink),
    ]
}

/// The largest of 1, 2, 5 times a power of ten that is not above `most`.
fn round_length(most: f32) -> f32 {
    let power = 10_f32.powf(most.max(1e-3).log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|f| f * power).find(|l| *l <= most).unwrap_or(power)
}

fn length_words(length_m: f32) -> String {
    if length_m >= 1000.0 {
        format!("{} km", grouped(f64::from(length_m) / 1000.0, 0))
    } else if length_m >= 1.0 {
        format!("{} m", grouped(f64::from(length_m), 0))
    } else {
        format!("{} cm", grouped(f64::from(length_m) * 100.0, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_round() {
        assert_eq!(
            [round_length(999.0), round_length(200.0), round_length(0.7), round_length(57.0)],
            [500.0, 200.0, 0.5, 50.0]
        );
        assert_eq!(length_words(5000.0), "5 km");
        assert_eq!(length_words(0.5), "50 cm");
    }

    #[test]
    fn north_points_up_when_looking_north_and_left_when_looking_east() {
        let from = |bearing_deg| north_on_screen(&Orbit { bearing_deg, ..Orbit::default() });
        assert!(from(180.0).y < -0.99);
        assert!(from(270.0).x < -0.99, "the eye in the west looks east, north is on the left");
    }
}
