//! Over the scene: numbers of valves to close, dimension lines of clearances, directions of flow, the line that is being drawn.

use std::sync::{Arc, Weak};

use analysis::network::clearance::Verdict;
use bevy::math::{DVec2, Mat4, Vec3};
use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, vec2};

use crate::camera::Orbit;
use crate::frame::{Page, Taken};
use crate::layers::{LayerKey, Layers};
use crate::network::{Answered, Arrows, Dimension, Found, Workbench};
use crate::scene::{Meshed, SceneGeometry, Twin};
use crate::text::{Text, t};
use crate::theme::ThemeChoice;
use crate::tool::Tool;
use crate::ui::{NetworkTab, Ui, cut_marks, look};

/// Depth under the ground at which something is drawn whose height is not known, m.
const ASSUMED_DEPTH_M: f64 = 1.5;
/// Most dimension lines and arrows in a picture.
const MOST_LINES: usize = 60;
const MOST_ARROWS: usize = 500;
/// A link at least this long on screen has an arrow; so far apart are they at least. Points.
const LEAST_LINK: f32 = 22.0;
const APART: f32 = 26.0;
/// Length of an arrow, points.
const ARROW: f32 = 9.0;
/// Dimension lines at least this long on screen are drawn without being asked for.
const LEAST_LINE: f32 = 10.0;

/// What arrows were painted for.
#[derive(Debug)]
pub(crate) struct PaintedFor {
    /// Held like this, their addresses go to no others.
    of: (Weak<Arrows>, Weak<SceneGeometry>),
    from: (Orbit, Rect),
    theme: ThemeChoice,
    layers: Layers,
    /// What they keep clear of.
    panels: Vec<Rect>,
}

impl PartialEq for PaintedFor {
    fn eq(&self, other: &Self) -> bool {
        (self.of.0.ptr_eq(&other.of.0) && self.of.1.ptr_eq(&other.of.1))
            && (self.from, self.theme, self.layers) == (other.from, other.theme, other.layers)
            && self.panels == other.panels
    }
}

/// Arrows as they were painted last, and what for.
type Painted = Option<(PaintedFor, Vec<Shape>)>;

/// A row of clearances whose line is drawn: its place in the table, ends and leader on the page.
type Line = (usize, [Pos2; 2], Option<Pos2>);

/// Dimension lines as they were looked for last among all clearances, and in what.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Held like this, their addresses go to no others.
    of: (Weak<Answered>, Weak<SceneGeometry>),
    from: (Orbit, Rect),
    chosen: Option<usize>,
    seen: Vec<Line>,
}

impl Lines {
    fn is_of(&self, answered: &Arc<Answered>, eye: &Eye<'_>, chosen: Option<usize>) -> bool {
        let same = std::ptr::eq(self.of.0.as_ptr(), Arc::as_ptr(answered))
            && std::ptr::eq(self.of.1.as_ptr(), Arc::as_ptr(&eye.meshed.geometry));
        same && self.from == (*eye.orbit, eye.scene) && self.chosen == chosen
    }
}

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(crate) fn show(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    tool: Res<Tool>,
    bench: Res<Workbench>,
    ui: Res<Ui>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    page: Res<Page>,
    panels: Res<Taken>,
    mut painted: Local<Painted>,
    mut looked_for: Local<Option<Lines>>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let (Some(meshed), Some(scene)) = (meshed, page.0) else { return Ok(()) };
    let theme = twin.theme();
    let pen = Pen {
        painter: ctx.layer_painter(egui::LayerId::background()).with_clip_rect(scene),
        ink: look::colour(theme.ink),
        accent: look::colour(theme.accent),
        halo: look::colour(theme.halo),
        panel: look::colour(theme.panel),
        bad: look::colour(theme.bad),
        panels: &panels.0,
        eye: Eye {
            clip: orbit.clip_from_scene(),
            orbit: &orbit,
            meshed: &meshed,
            scene,
            scale: ctx.pixels_per_point(),
        },
    };
    if bench.flows
        && twin.is_underground()
        && let Some(arrows) = bench.arrows.get()
    {
        let wanted = PaintedFor {
            of: (Arc::downgrade(arrows), Arc::downgrade(&meshed.geometry)),
            from: (*orbit, scene),
            theme: twin.theme,
            layers: twin.shown.layers,
            panels: panels.0.clone(),
        };
        let known = painted.take().filter(|(known, _)| *known == wanted);
        let known = known.unwrap_or_else(|| (wanted, pen.arrows(&twin, arrows)));
        pen.painter.extend(known.1.iter().cloned());
        *painted = Some(known);
    } else {
        *painted = None;
    }
    let tab = ui.network.open_tab();
    let is_shown = twin.overlay().is_some_and(|overlay| overlay.name == crate::network::NAME);
    if let (Some(found), Some(answered)) = (bench.good().filter(|_| is_shown), bench.answer.get()) {
        let chosen = bench.measured;
        let known = looked_for.take().filter(|known| known.is_of(answered, &pen.eye, chosen));
        let lines = known.unwrap_or_else(|| Lines {
            of: (Arc::downgrade(answered), Arc::downgrade(&meshed.geometry)),
            from: (*orbit, scene),
            chosen,
            seen: pen.eye.lines(found, chosen),
        });
        pen.dimensions(twin.words(), found, chosen, &lines.seen);
        *looked_for = Some(lines);
        pen.valves(found);
    } else {
        *looked_for = None;
    }
    let planned: Vec<DVec2> = bench.planned.points.iter().map(|at| DVec2::from_array(*at)).collect();
    if tab == Some(NetworkTab::Lay) && (!planned.is_empty() || *tool == Tool::Lay) {
        pen.sketch(&planned, bench.next);
    }
    if tab == Some(NetworkTab::Profile)
        && let Some(at) = bench.spot
    {
        pen.spot(at);
    }
    let words = twin.words();
    match *tool {
        Tool::Valve => cut_marks::hint(ctx, scene, &t!(words, "net-valve-hint")),
        Tool::Lay => cut_marks::hint(ctx, scene, &t!(words, "net-lay-hint")),
        _ => {}
    }
    Ok(())
}

/// From the park to the page.
struct Eye<'a> {
    clip: Mat4,
    orbit: &'a Orbit,
    meshed: &'a Meshed,
    scene: Rect,
    scale: f32,
}

impl Eye<'_> {
    fn ground(&self, [x, y, _]: [f64; 3]) -> f64 {
        self.meshed.geometry.ground.height(DVec2::new(x, y))
    }

    /// The same place with a height to draw it at.
    fn lying(&self, at: [f64; 3]) -> [f64; 3] {
        if at[2].is_finite() { at } else { [at[0], at[1], self.ground(at) - ASSUMED_DEPTH_M] }
    }

    fn on_ground(&self, at: [f64; 3]) -> [f64; 3] {
        [at[0], at[1], self.ground(at)]
    }

    fn scene(&self, [x, y, z]: [f64; 3]) -> Vec3 {
        self.meshed.geometry.origin.scene_from_park(x, y, z)
    }

    /// Place on the page, and points that a metre there is long.
    fn at(&self, at: [f64; 3]) -> Option<(Pos2, f32)> {
        let clip = self.clip * self.scene(at).extend(1.0);
        if clip.w < 0.01 {
            return None;
        }
        let px = self.orbit.pixel_of_clip(clip);
        let place = self.scene.min + vec2(px.x, px.y) / self.scale;
        Some((place, self.orbit.px_per_metre(clip.w) / self.scale))
    }

    /// Dimension lines to draw: the one that is chosen, and as many as there may be of those that are large enough to be read.
    fn lines(&self, found: &Found, chosen: Option<usize>) -> Vec<Line> {
        let mut lines = Vec::new();
        for (row, measured) in found.dimensions.iter().enumerate() {
            let strong = chosen == Some(row);
            let (Some(measured), true) = (measured, strong || lines.len() < MOST_LINES) else { continue };
            let Some((ends, leader)) = self.ends(measured) else { continue };
            let long = ends[0].distance(ends[1]);
            if strong || (long >= LEAST_LINE && ends.iter().any(|end| self.scene.contains(*end))) {
                lines.push((row, ends, leader));
            }
        }
        lines
    }

    fn ends(&self, measured: &Dimension) -> Option<([Pos2; 2], Option<Pos2>)> {
        let at = |place| self.at(self.lying(place)).map(|(at, _)| at);
        let [a, b] = measured.ends;
        Some(([at(a)?, at(b)?], measured.leader.and_then(at)))
    }
}

struct Pen<'a> {
    painter: Painter,
    ink: Color32,
    accent: Color32,
    halo: Color32,
    panel: Color32,
    bad: Color32,
    /// Title, legend and what else arrows keep clear of.
    panels: &'a [Rect],
    eye: Eye<'a>,
}

impl Pen<'_> {
    fn line(&self, points: Vec<Pos2>, width: f32, colour: Color32) {
        self.painter.add(Shape::line(points.clone(), Stroke::new(width + 2.5, self.halo.gamma_multiply(0.75))));
        self.painter.add(Shape::line(points, Stroke::new(width, colour)));
    }

    /// Words in a box; where they were put.
    fn said(&self, at: Pos2, anchor: Align2, text: &str, edge: Color32) {
        let galley = self.painter.layout_no_wrap(text.to_owned(), FontId::proportional(look::BODY), self.ink);
        let place = anchor.anchor_size(at, galley.size() + vec2(10.0, 5.0));
        self.painter.rect(place, 3.0, self.panel, Stroke::new(1.2, edge), egui::StrokeKind::Inside);
        self.painter.galley(place.center() - galley.size() / 2.0, galley, self.ink);
    }

    /// A pin with its number on every valve to close.
    fn valves(&self, found: &Found) {
        for (at, valve) in found.close.iter().enumerate() {
            let [x, y] = valve.position;
            let Some((foot, _)) = self.eye.at(self.eye.on_ground([x, y, f64::NAN])) else { continue };
            let head = foot - vec2(0.0, 21.0);
            self.line(vec![foot, head], 1.5, self.bad);
            self.painter.circle(head, 10.0, self.bad, Stroke::new(1.5, self.halo));
            let number = (at + 1).to_string();
            self.painter.text(head, Align2::CENTER_CENTER, number, FontId::proportional(12.0), Color32::WHITE);
        }
    }

    /// Dimension lines, the one that is chosen with what is asked for. One that cannot be measured is told where it is.
    fn dimensions(&self, words: &Text, found: &Found, chosen: Option<usize>, lines: &[Line]) {
        if let Some(row) = chosen
            && let (Some(one), Some(None)) = (found.near.get(row), found.dimensions.get(row))
            && let Some((at, _)) = self.eye.at(self.eye.lying(one.place))
        {
            self.painter.circle_stroke(at, 7.0, Stroke::new(2.0, self.bad));
            self.said(at + vec2(0.0, -12.0), Align2::CENTER_BOTTOM, &t!(words, "net-no-height"), self.bad);
        }
        for (row, ends, leader) in lines {
            let strong = chosen == Some(*row);
            let Some(one) = found.near.get(*row) else { continue };
            let colour = if one.verdict == Verdict::Violated { self.bad } else { self.ink };
            self.dimension(*ends, *leader, colour, if strong { 2.2 } else { 1.4 });
            let room = one.room_m.map_or_else(|| t!(words, "section-unknown"), |room| format!("{room:.2} m"));
            let asked = format!("{:.2} m", one.limit_m[1]);
            let text = if strong { t!(words, "net-dimension", room = room, asked = asked) } else { room };
            self.said(ends[0].lerp(ends[1], 0.5) - vec2(0.0, 9.0), Align2::CENTER_BOTTOM, &text, colour);
        }
    }

    /// A line with a tick at both ends, and a thin one to the axis that lies elsewhere.
    fn dimension(&self, [a, b]: [Pos2; 2], leader: Option<Pos2>, colour: Color32, width: f32) {
        if let Some(leader) = leader {
            self.painter.extend(Shape::dashed_line(&[b, leader], Stroke::new(1.0, colour), 3.0, 3.0));
        }
        self.line(vec![a, b], width, colour);
        let along = if a.distance(b) > 0.1 { (b - a).normalized() } else { vec2(1.0, 0.0) };
        let across = vec2(-along.y, along.x) * 6.0;
        for end in [a, b] {
            self.line(vec![end - across, end + across], width, colour);
        }
    }

    /// The planned line over the ground, with its corners and the way to the pointer.
    fn sketch(&self, points: &[DVec2], next: Option<DVec2>) {
        let on_page = |at: &DVec2| self.eye.at(self.eye.on_ground([at.x, at.y, f64::NAN])).map(|(at, _)| at);
        let mut drawn: Vec<Pos2> = Vec::new();
        for pair in points.windows(2) {
            // Straight in plan, not over hills.
            drawn.extend((0..12).filter_map(|k| on_page(&pair[0].lerp(pair[1], f64::from(k) / 12.0))));
        }
        drawn.extend(points.last().and_then(on_page));
        self.line(drawn.clone(), 2.5, self.accent);
        if let (Some(from), Some(to)) = (drawn.last(), next.as_ref().and_then(on_page)) {
            self.painter.extend(Shape::dashed_line(&[*from, to], Stroke::new(1.5, self.accent), 6.0, 4.0));
        }
        for at in points.iter().filter_map(on_page) {
            self.painter.circle(at, 4.0, self.halo, Stroke::new(2.0, self.accent));
        }
    }

    /// A place on a profile: where it lies, and over it on the ground.
    fn spot(&self, at: [f64; 3]) {
        let (below, above) = (self.eye.at(self.eye.lying(at)), self.eye.at(self.eye.on_ground(at)));
        if let (Some((below, _)), Some((above, _))) = (below, above) {
            self.line(vec![below, above - vec2(0.0, 26.0)], 2.0, self.accent);
            self.painter.circle(below, 5.5, self.halo, Stroke::new(2.5, self.accent));
        }
    }

    /// Arrows along the flow, so far apart that each can be seen.
    fn arrows(&self, twin: &Twin, arrows: &Arrows) -> Vec<Shape> {
        let mut taken = std::collections::HashSet::new();
        let mut shapes = Vec::new();
        for arrow in &arrows.known {
            if taken.len() >= MOST_ARROWS {
                break;
            }
            if !twin.shown.layers.get(LayerKey::Network(arrow.class)).visible {
                continue;
            }
            let place = self.eye.lying(arrow.at);
            let Some((at, per_m)) = self.eye.at(place) else { continue };
            if arrow.length_m as f32 * per_m < LEAST_LINK || !self.eye.scene.contains(at) {
                continue;
            }
            if self.panels.iter().any(|panel| panel.expand(ARROW).contains(at)) {
                continue;
            }
            let cell = ((at.x / APART) as i32, (at.y / APART) as i32);
            let reach = f64::from(ARROW / per_m);
            let ahead = [place[0] + arrow.way[0] * reach, place[1] + arrow.way[1] * reach, place[2]];
            let Some((tip, _)) = self.eye.at(ahead) else { continue };
            if tip.distance(at) < 1.0 || !taken.insert(cell) {
                continue;
            }
            let along = (tip - at).normalized();
            let across = vec2(-along.y, along.x) * (ARROW * 0.5);
            let (back, front) = (at - along * (ARROW * 0.5), at + along * (ARROW * 0.6));
            let corners = vec![front, back + across, back + along * (ARROW * 0.28), back - across];
            // Two halves: what has a notch is not convex.
            let halves = [vec![corners[0], corners[1], corners[2]], vec![corners[0], corners[2], corners[3]]];
            shapes.push(Shape::closed_line(corners, Stroke::new(2.2, self.halo)));
            shapes.extend(halves.map(|half| Shape::convex_polygon(half, self.ink, Stroke::NONE)));
        }
        shapes
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::NetworkClass;

    use super::*;
    use crate::layers::LayerState;

    #[test]
    fn arrows_are_painted_anew_for_another_theme_layer_or_panel() {
        let input = crate::fixture::tiny();
        let geometry = Arc::new(SceneGeometry::build(&input.snapshot, &input.overlays).unwrap());
        let (one, other) = (Arc::new(Arrows::default()), Arc::new(Arrows::default()));
        let of = |arrows: &Arc<Arrows>| PaintedFor {
            of: (Arc::downgrade(arrows), Arc::downgrade(&geometry)),
            from: (Orbit::default(), Rect::ZERO),
            theme: ThemeChoice::Daylight,
            layers: Layers::default(),
            panels: Vec::new(),
        };
        assert_eq!(of(&one), of(&one));
        assert_ne!(of(&one), of(&other), "what is said alike is of another day");
        assert_ne!(of(&one), PaintedFor { theme: ThemeChoice::Dark, ..of(&one) });
        assert_ne!(of(&one), PaintedFor { panels: vec![Rect::ZERO], ..of(&one) });
        let mut layers = Layers::default();
        let water = LayerKey::Network(NetworkClass::Water);
        layers.set(water, LayerState { visible: false, ..layers.get(water) });
        assert_ne!(of(&one), PaintedFor { layers, ..of(&one) });
    }
}
