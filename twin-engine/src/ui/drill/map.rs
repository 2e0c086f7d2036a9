//! What is written over the map of a drill: that it is an exercise, the wind, labels on the lines of the hazard, closed ways, vehicles,
//! and who is cut off.

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::emergency::drill::{DrillTrace, Stay};
use bevy::math::DVec2;
use bevy::prelude::{Res, Result};
use bevy_egui::EguiContexts;
use bevy_egui::egui::{
    self, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};

use super::super::look;
use super::ink_on;
use crate::camera::Orbit;
use crate::drill::{DrillRoom, Played, Session, contour_colour, is_water, on_side};
use crate::frame::{FontsReady, Page, Sheet, Taken, line_x};
use crate::inspect::grouped;
use crate::scene::{Meshed, SceneGeometry, Twin};
use crate::split::Side;
use crate::text::t;
use crate::theme::{Rgb, alert, size};

/// Closed ways that get a sign of their own.
const MOST_SIGNS: usize = 40;
/// Signs stand no nearer to each other than this, points.
const APART: f32 = 22.0;
/// Length of the wind's arrow on the map, points.
const ARROW: f32 = 74.0;

/// Paints over the map of a drill.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(crate) fn paint(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    room: Res<DrillRoom>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    fonts: Res<FontsReady>,
    page: Res<Page>,
    panels: Res<Taken>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let (Some(meshed), Some(session)) = (meshed, room.session.as_ref()) else { return Ok(()) };
    if !fonts.is_in_use() || !twin.frame {
        return Ok(());
    }
    let page = page.0.unwrap_or_else(|| ctx.viewport_rect());
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(page);
    let theme = twin.theme();
    let sheet = Sheet::new(&painter, page, &theme, twin.words(), fonts.has_bold());
    let parts = match &twin.right {
        None => vec![(Side::Left, page)],
        Some(right) => {
            let (left, rest) = page.split_left_right_at_x(line_x(page, right));
            vec![(Side::Left, left), (Side::Right, rest)]
        }
    };
    for (side, part) in parts {
        let Some(played) = on_side(session, side, &twin) else { continue };
        let over = Over {
            sheet: &sheet,
            painter: painter.with_clip_rect(part),
            part,
            page,
            points_per_px: 1.0 / ctx.pixels_per_point(),
            orbit: &orbit,
            geometry: &meshed.geometry,
            twin: &twin,
            session,
            played,
            panels: &panels.0,
        };
        over.all(side);
    }
    Ok(())
}

struct Over<'a> {
    sheet: &'a Sheet<'a>,
    painter: Painter,
    part: Rect,
    page: Rect,
    points_per_px: f32,
    orbit: &'a Orbit,
    geometry: &'a Arc<SceneGeometry>,
    twin: &'a Twin,
    session: &'a Session,
    played: &'a Arc<Played>,
    /// Panels that labels keep clear of.
    panels: &'a [Rect],
}

impl Over<'_> {
    fn all(&self, side: Side) {
        let trace = &self.played.trace;
        let mut taken = self.panels.to_vec();
        if side == Side::Left {
            taken.push(self.banner());
        }
        self.closed(trace, &taken);
        self.wind(trace);
        self.labels(trace, &mut taken);
        self.vehicles(trace, &mut taken);
        self.cut_off(trace, &mut taken);
    }

    /// Place on the page of a place in the park; `None` off it.
    fn on_page(&self, place: DVec2, above_m: f64) -> Option<Pos2> {
        let z = self.geometry.ground.height(place) + above_m;
        let clip = self.orbit.clip_from_scene() * self.geometry.origin.scene_from_park(place.x, place.y, z).extend(1.0);
        if clip.w < 0.5 {
            return None;
        }
        let px = self.orbit.pixel_of_clip(clip) * self.points_per_px;
        Some(pos2(px.x, px.y) + self.page.min.to_vec2())
    }

    /// That this is an exercise and a model, and the wind as a dial.
    fn banner(&self) -> Rect {
        let (sheet, words) = (self.sheet, self.twin.words());
        let inner = sheet.inner();
        let first = t!(words, "drill-exercise");
        let strong = sheet.bold_text(&first, size::SUBTITLE, Rgb(20, 24, 29), inner.width() * 0.4);
        let synthetic = self.twin.input.snapshot.park.synthetic;
        let note = if synthetic { t!(words, "drill-banner-synthetic") } else { t!(words, "drill-banner") };
        let small = sheet.text(&note, size::NOTE + 1.0, Rgb(20, 24, 29), inner.width() * 0.32);
        // In a small window too the words keep off the edge.
        let pad = sheet.padding().max(7.0);
        let width = strong.size().x.max(small.size().x) + pad * 2.0;
        let high = strong.size().y + small.size().y + pad * 1.6;
        let rect = Rect::from_min_size(pos2(inner.max.x - width, inner.min.y), vec2(width, high));
        self.painter.rect_filled(rect, CornerRadius::same(6), look::colour(alert::CAUTION));
        let edge = Stroke::new(2.0, Color32::from_rgb(20, 24, 29));
        self.painter.rect_stroke(rect, CornerRadius::same(6), edge, StrokeKind::Inside);
        let ink = Color32::from_rgb(20, 24, 29);
        let at = rect.min + Vec2::splat(pad * 0.8) + vec2(pad * 0.2, 0.0);
        self.painter.galley(at, strong.clone(), ink);
        self.painter.galley(at + vec2(0.0, strong.size().y), small, ink);
        rect.union(self.dial(rect))
    }

    /// The wind as an arrow in a ring, turned as the map is.
    fn dial(&self, under: Rect) -> Rect {
        let (sheet, words) = (self.sheet, self.twin.words());
        let Some(wind) = self.played.trace.wind(self.session.now_s) else { return under };
        let class = format!("{:?}", wind.stability);
        let said = t!(
            words,
            "drill-wind-dial",
            from = format!("{:.0}", wind.from_deg),
            speed = grouped(wind.m_s, 1),
            class = class
        );
        let galley = sheet.text(&said, size::LABEL, sheet.theme.ink, sheet.pt(230.0));
        let pad = sheet.padding().max(7.0);
        let ring = sheet.pt(17.0).max(9.0);
        let high = (ring * 2.0).max(galley.size().y) + pad;
        let wide = galley.size().x + ring * 2.0 + pad * 3.0;
        let rect = Rect::from_min_size(pos2(under.max.x - wide, under.max.y + sheet.pt(6.0)), vec2(wide, high));
        self.painter.extend(sheet.panel(rect));
        let middle = pos2(rect.min.x + pad + ring, rect.center().y);
        let ink = look::colour(sheet.theme.ink);
        self.painter.circle_stroke(middle, ring, Stroke::new(1.2, look::colour(sheet.theme.ink_soft)));
        // Where it blows to, as the map is turned: the bearing is from the ground to the eye.
        let turn = (wind.from_deg as f32 + 180.0 - (self.orbit.bearing_deg - 180.0)).to_radians();
        let along = vec2(turn.sin(), -turn.cos());
        arrow(&self.painter, middle - along * ring * 0.8, middle + along * ring * 0.8, ink, ring * 0.22);
        let at = pos2(middle.x + ring + pad, rect.center().y - galley.size().y / 2.0);
        self.painter.galley(at, galley, ink);
        rect
    }

    /// The wind at the place of the incident.
    fn wind(&self, trace: &DrillTrace) {
        let (Some(place), Some(wind)) = (trace.place_m, trace.wind(self.session.now_s)) else { return };
        let (east, north) = wind.from_deg.to_radians().sin_cos();
        let place = DVec2::from_array(place);
        let from = place + DVec2::new(east, north) * 60.0;
        let (Some(a), Some(b)) = (self.on_page(from, 2.0), self.on_page(place, 2.0)) else { return };
        let along = (b - a).normalized();
        if !along.is_finite() {
            return;
        }
        let length = self.sheet.pt(ARROW).max(30.0);
        let (tail, head) = (b - along * (length + 14.0), b - along * 14.0);
        let halo = look::colour(self.sheet.theme.halo);
        let width = self.sheet.pt(4.0).max(2.0);
        arrow(&self.painter, tail, head, halo, width + 1.8);
        arrow(&self.painter, tail, head, look::colour(alert::INFORMATION), width);
        let said = t!(self.twin.words(), "drill-metres-second", value = grouped(wind.m_s, 1));
        let galley = self.sheet.bold_text(&said, size::LABEL, self.sheet.theme.ink, 200.0);
        // Beyond the tail, whichever way the arrow lies.
        let half = galley.size() / 2.0;
        let reach = along.x.abs() * half.x + along.y.abs() * half.y + 4.0;
        let at = tail - along * reach - half;
        self.painter.extend(self.sheet.haloed(at, &galley));
    }

    /// Labels on the lines of the hazard.
    fn labels(&self, trace: &DrillTrace, taken: &mut Vec<Rect>) {
        let Some((_, contours)) = trace.contours(self.session.now_s) else { return };
        let is_water = is_water(&contours.lines);
        // The worst first: it gets the room.
        for contour in contours.lines.iter().filter(|contour| contour.above_m <= 0.0).rev() {
            let colour = contour_colour(contour.level, is_water);
            let said = self.twin.words().words(&contour.label);
            let galley = self.sheet.bold_text(&said, size::LABEL, ink_rgb(colour), 260.0);
            let pad = vec2(self.sheet.pt(6.0).max(3.0), self.sheet.pt(2.0).max(1.0));
            let rings = contour.area.iter().map(geo::Polygon::exterior);
            let mut points: Vec<DVec2> = rings.flat_map(|ring| ring.coords().map(|c| DVec2::new(c.x, c.y))).collect();
            // From the source outwards to its middle: the end may be far away, and at the source all lines meet.
            if let Some(place) = trace.place_m {
                let far = |p: &DVec2| p.distance(DVec2::from_array(place));
                points.sort_by(|a, b| far(a).total_cmp(&far(b)));
                let first = points.len() * 2 / 5;
                points.rotate_left(first);
            }
            let step = (points.len() / 60).max(1);
            let free = points.iter().step_by(step).find_map(|place| {
                let at = self.on_page(*place, 0.0)?;
                let rect = Rect::from_center_size(at, galley.size() + pad * 2.0);
                let fits = self.part.shrink(6.0).contains_rect(rect);
                (fits && taken.iter().all(|other| !other.intersects(rect))).then_some(rect)
            });
            if let Some(rect) = free {
                taken.push(rect.expand(3.0));
                self.painter.rect_filled(rect, CornerRadius::same(3), look::colour(colour));
                let edge = Stroke::new(1.0, ink_on(colour).gamma_multiply(0.6));
                self.painter.rect_stroke(rect, CornerRadius::same(3), edge, StrokeKind::Inside);
                self.painter.galley(rect.min + pad, galley, ink_on(colour));
            }
        }
    }

    /// The sign of a closed road on ways that are, where no panel stands.
    fn closed(&self, trace: &DrillTrace, taken: &[Rect]) {
        let half = self.sheet.pt(7.5).max(4.0);
        let middles = trace.closed(self.session.now_s).iter().filter_map(|way| {
            let [a, b] = trace.ways.get(*way as usize)?;
            let middle = DVec2::from_array(*a).midpoint(DVec2::from_array(*b));
            self.on_page(middle, 1.0).filter(|at| self.part.contains(*at))
        });
        for at in signs(middles, taken, half + 1.5) {
            self.painter.circle_filled(at, half + 1.5, Color32::WHITE);
            self.painter.circle_filled(at, half, look::colour(alert::DANGER));
            let bar = Rect::from_center_size(at, vec2(half * 1.3, half * 0.42));
            self.painter.rect_filled(bar, CornerRadius::ZERO, Color32::WHITE);
        }
    }

    fn vehicles(&self, trace: &DrillTrace, taken: &mut Vec<Rect>) {
        let words = self.twin.words();
        let now_s = self.session.now_s;
        for drive in &trace.drives {
            let Some((place, _)) = drive.at(now_s) else { continue };
            let Some(at) = self.on_page(DVec2::from_array(place), 4.0) else { continue };
            let said = match drive.arrives_s {
                Some(arrives_s) if now_s >= arrives_s => t!(words, "drill-engine-there"),
                Some(arrives_s) => t!(words, "drill-engine-drives", time = grouped(arrives_s - now_s, 0)),
                None => t!(words, "drill-engine-stuck"),
            };
            self.tag(at, &said, alert::DANGER, taken);
        }
    }

    /// Knots of people without an open way, with how many they are.
    fn cut_off(&self, trace: &DrillTrace, taken: &mut Vec<Rect>) {
        let look = trace.look(self.session.now_s).map_or(0, |look| look.cut_off);
        if look == 0 {
            return;
        }
        let mut knots: BTreeMap<[i32; 2], (DVec2, u32)> = BTreeMap::new();
        for track in &trace.people {
            let spot = track.at(self.session.now_s as f32);
            if spot.stay == Stay::CutOff {
                let [x, y] = spot.place_m;
                let place = DVec2::new(trace.origin_m[0] + f64::from(x), trace.origin_m[1] + f64::from(y));
                let knot = knots.entry([x, y].map(|m| (m / 60.0).round() as i32)).or_insert((place, 0));
                knot.1 += 1;
            }
        }
        let mut knots: Vec<_> = knots.into_values().collect();
        knots.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (place, count) in knots.into_iter().take(12) {
            if let Some(at) = self.on_page(place, 3.0).filter(|at| self.part.contains(*at)) {
                self.tag(at, &t!(self.twin.words(), "drill-cut-off-here", count = count), alert::WARNING, taken);
            }
        }
    }

    /// Words on a colour over a place, with a stem to it.
    fn tag(&self, at: Pos2, said: &str, colour: Rgb, taken: &mut Vec<Rect>) {
        let font = FontId::proportional(self.sheet.letters(size::LABEL));
        let galley = self.painter.layout_no_wrap(said.to_owned(), font, ink_on(colour));
        let pad = vec2(6.0, 2.0);
        let lift = self.sheet.pt(20.0).max(10.0);
        let whole = galley.size() + pad * 2.0;
        let spots = [0.0, -whole.y - 2.0, whole.y * 2.0].map(|shift| at - vec2(whole.x / 2.0, lift + whole.y - shift));
        let rect = spots
            .map(|corner| Rect::from_min_size(corner, whole))
            .into_iter()
            .find(|rect| taken.iter().all(|other| !other.intersects(*rect)));
        let Some(rect) = rect.filter(|rect| self.part.contains_rect(*rect)) else { return };
        taken.push(rect);
        self.painter.line_segment([at, rect.center()], Stroke::new(1.5, look::colour(colour)));
        self.painter.rect_filled(rect, CornerRadius::same(3), look::colour(colour));
        let edge = Stroke::new(1.0, look::colour(self.sheet.theme.halo));
        self.painter.rect_stroke(rect, CornerRadius::same(3), edge, StrokeKind::Outside);
        self.painter.galley(rect.min + pad, galley, ink_on(colour));
    }
}

/// Places of signs that reach so far about their middle: off what is taken, apart from each other, and no more than so many.
fn signs(middles: impl Iterator<Item = Pos2>, taken: &[Rect], reach: f32) -> Vec<Pos2> {
    let mut signs: Vec<Pos2> = Vec::new();
    for at in middles {
        let sign = Rect::from_center_size(at, Vec2::splat(2.0 * reach));
        let free = taken.iter().all(|other| !other.intersects(sign));
        if free && signs.iter().all(|other| other.distance(at) >= APART) {
            signs.push(at);
        }
        if signs.len() >= MOST_SIGNS {
            break;
        }
    }
    signs
}

/// [`ink_on`] as a colour of the theme.
fn ink_rgb(colour: Rgb) -> Rgb {
    let ink = ink_on(colour);
    Rgb(ink.r(), ink.g(), ink.b())
}

/// An arrow from one place to another.
fn arrow(painter: &Painter, tail: Pos2, head: Pos2, colour: Color32, width: f32) {
    let along = (head - tail).normalized();
    let across = vec2(-along.y, along.x);
    let neck = head - along * width * 3.2;
    painter.line_segment([tail, neck], Stroke::new(width, colour));
    let points = vec![head, neck + across * width * 1.9, neck - across * width * 1.9];
    painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_stands_neither_on_a_panel_nor_on_another_sign() {
        let legend = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 100.0));
        // In the legend, at its edge with half of the sign on it, beside it, near to that one, and apart.
        let middles = [(50.0, 50.0), (104.0, 50.0), (112.0, 50.0), (120.0, 50.0), (150.0, 50.0)];
        let found = signs(middles.into_iter().map(|(x, y)| pos2(x, y)), &[legend], 9.0);
        assert_eq!(found, [pos2(112.0, 50.0), pos2(150.0, 50.0)]);
        let many = signs((0..100).map(|k| pos2(200.0 + 30.0 * k as f32, 0.0)), &[legend], 9.0);
        assert_eq!(many.len(), MOST_SIGNS);
    }
}
