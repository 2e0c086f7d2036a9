//! The strip of what happens when: events by shape and colour, who is out as an area under them, the clock as a line to drag; and the list
//! of what has happened.

use analysis::emergency::drill::{DrillFile, Entry, Happening, When};
use bevy_egui::egui::{CornerRadius, FontId, Label, Mesh, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::super::{Panels, look};
use crate::drill::{Played, clock};
use crate::text::{Text, t};
use crate::theme::{Rgb, alert};

/// Height of the strip, points: lane of events, area of people, minutes.
const HEIGHT: f32 = 64.0;
const LANE: f32 = 20.0;
const FOOT: f32 = 14.0;
/// How near the pointer must be to an event to be told of it, points.
const NEAR: f32 = 6.0;
/// Least room between two minutes' numbers, points.
const MINUTE: f32 = 38.0;

/// Colour of a kind; its shape is another.
const fn colour_of(kind: Happening) -> Rgb {
    match kind {
        Happening::Hazard => alert::DANGER,
        Happening::Inject => alert::CAUTION,
        Happening::Hand => alert::OUT_OF_USE,
        Happening::Response => alert::INFORMATION,
        Happening::People => alert::SAFE,
    }
}

fn kind_words(words: &Text, kind: Happening) -> String {
    match kind {
        Happening::Hazard => t!(words, "drill-kind-hazard"),
        Happening::Inject => t!(words, "drill-kind-inject"),
        Happening::Hand => t!(words, "drill-kind-hand"),
        Happening::Response => t!(words, "drill-kind-response"),
        Happening::People => t!(words, "drill-kind-people"),
    }
}

/// The sign of a kind: triangle, disc, star, square, lozenge.
fn sign(kind: Happening, at: Pos2, half: f32, line: Stroke) -> Shape {
    let fill = look::colour(colour_of(kind));
    let of = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| at + vec2(*x, *y) * half).collect();
        Shape::convex_polygon(points, fill, line)
    };
    match kind {
        Happening::Hazard => of(&[(0.0, -1.1), (1.0, 0.8), (-1.0, 0.8)]),
        Happening::Inject => {
            Shape::Circle(bevy_egui::egui::epaint::CircleShape { center: at, radius: half * 0.9, fill, stroke: line })
        }
        Happening::Hand => of(&[(0.0, 1.1), (1.0, -0.8), (-1.0, -0.8)]),
        Happening::Response => of(&[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]),
        Happening::People => of(&[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)]),
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let theme = panels.twin.theme();
    let Some(session) = panels.drill.session.as_ref() else { return };
    let Some(played) = session.strand.played().cloned() else { return };
    let (length_s, now_s, file) = (session.length_s(), session.now_s, std::sync::Arc::clone(&session.file));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    let track = Rect::from_min_max(pos2(rect.min.x + 10.0, rect.min.y), pos2(rect.max.x - 10.0, rect.max.y - FOOT));
    let x = |at_s: f64| track.min.x + (at_s / length_s).clamp(0.0, 1.0) as f32 * track.width();
    let painter = ui.painter_at(rect);
    let (ink, accent) = (look::colour(theme.ink_soft), look::colour(theme.accent));
    let lower = Rect::from_min_max(pos2(track.min.x, track.min.y + LANE), track.max);
    painter.rect_filled(lower, CornerRadius::same(2), look::colour(theme.ink.over(theme.panel, 0.05)));
    painter.add(areas(&played, lower, &x, now_s));
    minutes(&painter, track, rect, length_s, &x, (words, ink));
    // What the file still has in mind, with a line of its own and no fill.
    for at_s in planned(&file).into_iter().filter(|at_s| *at_s > now_s && *at_s <= length_s) {
        painter.circle_stroke(pos2(x(at_s), track.min.y + LANE / 2.0), 4.0, Stroke::new(1.0, ink));
    }
    let edge = Stroke::new(1.0, look::colour(theme.panel));
    for entry in &played.run.log.entries {
        let at = pos2(x(entry.at_s), track.min.y + LANE / 2.0);
        let past = entry.at_s <= now_s;
        if past {
            painter.vline(at.x, track.min.y + LANE..=track.max.y, Stroke::new(1.0, ink.gamma_multiply(0.35)));
            painter.add(sign(entry.kind, at, 5.5, edge));
        } else {
            painter.circle_stroke(at, 3.0, Stroke::new(1.0, ink.gamma_multiply(0.7)));
        }
    }
    let line = x(now_s);
    painter.vline(line, track.min.y..=track.max.y, Stroke::new(2.0, accent));
    painter.circle(pos2(line, track.max.y), 5.5, accent, Stroke::new(1.5, look::colour(theme.panel)));
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked());
    if let (Some(pointer), Some(session)) = (pointer, panels.drill.session.as_mut()) {
        session.jump(f64::from((pointer.x - track.min.x) / track.width()) * length_s);
    }
    if let Some(at) = response.hover_pos() {
        let near: Vec<&Entry> = played
            .run
            .log
            .entries
            .iter()
            .filter(|entry| entry.at_s <= now_s && (x(entry.at_s) - at.x).abs() <= NEAR)
            .collect();
        response.on_hover_ui_at_pointer(|ui| {
            let there = f64::from((at.x - track.min.x) / track.width()).clamp(0.0, 1.0) * length_s;
            ui.label(look::note(t!(words, "drill-clock", time = clock(there))));
            for entry in near {
                ui.label(said(words, entry));
            }
        });
    }
}

/// An entry in one line.
fn said(words: &Text, entry: &Entry) -> String {
    format!("{}  {}  {}", clock(entry.at_s), kind_words(words, entry.kind), words.words(&entry.text))
}

/// Injects with a time of their own, s.
fn planned(file: &DrillFile) -> Vec<f64> {
    let at = |when: &When| match when {
        When::At(minutes) => Some(minutes * 60.0),
        When::After(..) => None,
    };
    file.timeline.iter().filter_map(|inject| at(&inject.when)).collect()
}

/// Who was out, and who was on the way, up to now: two areas over one another.
fn areas(played: &Played, place: Rect, x: &impl Fn(f64) -> f32, now_s: f64) -> Shape {
    let persons = played.trace.people.len().max(1) as f32;
    let looks: Vec<_> = played.trace.looks.iter().filter(|look| look.at_s <= now_s).collect();
    let every = (looks.len() / 240).max(1);
    let y = |share: f32| place.max.y - share * (place.height() - 2.0);
    // One mesh: polygons have soft edges, and side by side they show as stripes.
    let mut mesh = Mesh::default();
    for pair in looks.iter().step_by(every).collect::<Vec<_>>().windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (left, right) = (x(a.at_s), x(b.at_s));
        let mut low = [0.0, 0.0];
        for (colour, shade, of) in [
            (alert::SAFE, 0.75, [a.arrived, b.arrived]),
            (alert::INFORMATION, 0.55, [a.on_the_way, b.on_the_way]),
            (alert::WARNING, 0.8, [a.cut_off, b.cut_off]),
        ] {
            let high = [low[0] + of[0] as f32 / persons, low[1] + of[1] as f32 / persons];
            if high != low {
                let fill = look::colour(colour).gamma_multiply(shade);
                let first = mesh.vertices.len() as u32;
                mesh.colored_vertex(pos2(left, y(low[0])), fill);
                mesh.colored_vertex(pos2(right, y(low[1])), fill);
                mesh.colored_vertex(pos2(right, y(high[1])), fill);
                mesh.colored_vertex(pos2(left, y(high[0])), fill);
                mesh.add_triangle(first, first + 1, first + 2);
                mesh.add_triangle(first, first + 2, first + 3);
            }
            low = high;
        }
    }
    Shape::mesh(mesh)
}

fn minutes(
    painter: &bevy_egui::egui::Painter,
    track: Rect,
    rect: Rect,
    length_s: f64,
    x: &impl Fn(f64) -> f32,
    (words, ink): (&Text, bevy_egui::egui::Color32),
) {
    let fit = (track.width() / MINUTE).max(1.0);
    let all = length_s / 60.0;
    let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0];
    let step = steps.into_iter().find(|step| (all / step) as f32 <= fit).unwrap_or(240.0);
    let mut minute = 0.0;
    while minute <= all + 1e-6 {
        let at = x(minute * 60.0);
        painter.vline(at, track.max.y..=track.max.y + 3.0, Stroke::new(1.0, ink));
        let font = FontId::proportional(look::SMALL - 1.0);
        let said = t!(words, "drill-minutes", value = format!("{minute:.0}"));
        let said = painter.layout_no_wrap(said, font, ink);
        // The first and the last stay on the strip.
        let left = (at - said.size().x / 2.0).min(rect.max.x - said.size().x).max(rect.min.x);
        painter.galley(pos2(left, rect.max.y - said.size().y), said, ink);
        minute += step;
    }
}

/// What has happened, the latest first; a click goes there.
pub(super) fn events(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    look::group(ui, &t!(words, "drill-events"));
    let Some(session) = panels.drill.session.as_mut() else { return };
    let happened: Vec<Entry> = session.happened().iter().rev().cloned().collect();
    if happened.is_empty() {
        ui.label(look::note(t!(words, "drill-events-none")));
    }
    let file = std::sync::Arc::clone(&session.file);
    for entry in happened {
        ui.horizontal_top(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(12.0, 14.0), Sense::hover());
            ui.painter().add(sign(entry.kind, place.center(), 4.5, Stroke::NONE));
            if ui.link(RichText::new(clock(entry.at_s)).size(look::SMALL)).clicked() {
                session.jump(entry.at_s);
            }
            let text = in_file_words(&file, &words.words(&entry.text));
            let hover = kind_words(words, entry.kind);
            ui.add(Label::new(RichText::new(text).size(look::SMALL + 1.0)).wrap()).on_hover_text(hover);
        });
    }
}

/// Names of expected actions as the file words them.
fn in_file_words(file: &DrillFile, said: &str) -> String {
    let named = file.expected.iter().find(|one| said.ends_with(&one.id));
    named.map_or_else(|| said.to_owned(), |one| format!("{}{}", &said[..said.len() - one.id.len()], one.text))
}
