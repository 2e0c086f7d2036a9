//! The way of a trace from the side, linked to the scene: the pointer marks the place, a click flies there.

use analysis::network::profile::Profile;
use analysis::network::trace::Way;
use bevy::math::Vec2;
use bevy_egui::egui::{
    Button, FontId, Label, Rect, Response, RichText, Sense, Slider, Stroke, TextStyle, Ui, pos2, vec2,
};

use super::{answered, write};
use crate::ThemeChoice;
use crate::drawing;
use crate::inspect::grouped;
use crate::network::{Flat, Fly, Found, Window, flat};
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::cut::paint;
use crate::ui::{Panels, look};

/// Share of what is looked at that is left after one notch of the wheel.
const NOTCH: f64 = 0.85;
/// Points of the wheel that count as a notch.
const NOTCH_POINTS: f32 = 40.0;
/// Size of the drawing in a file, points.
const SHEET: Vec2 = Vec2::new(1400.0, 520.0);
/// Exaggerations that the slider goes through.
const EXAGGERATION: (f64, f64) = (1.0, 100.0);

/// The part of the way that is looked at.
#[derive(Debug, Default)]
pub(super) struct View {
    window: Option<Window>,
    /// Length of the way that it was made for, m.
    of_m: f64,
    told: Option<String>,
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let answered = answered(panels);
    let found = answered.as_ref().and_then(|(_, answered)| (**answered).as_ref().ok());
    let Some((found, profile)) = found.and_then(|found| Some((found, found.profile.as_ref()?))) else {
        ui.add_space(6.0);
        ui.add(Label::new(look::note(t!(words, "net-no-profile"))).wrap());
        clear_spot(panels);
        return;
    };
    let mut window = {
        let view = &mut panels.ui.network.profile;
        // Another way is looked at as a whole.
        if (view.of_m - profile.length_m).abs() > 1e-6 {
            *view = View { of_m: profile.length_m, ..View::default() };
        }
        view.window.unwrap_or_else(|| Window::whole(profile))
    };
    head(ui, panels, words, found, profile, &mut window);
    let size = ui.available_size();
    let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let laid = flat(profile, window, Vec2::new(size.x, size.y), &panels.twin.theme(), words);
    let strong = TextStyle::Heading.resolve(ui.style()).family;
    let painter = ui.painter_at(place);
    for mark in &laid.marks {
        paint::mark(&painter, place.min, mark, &strong);
    }
    let after = steered(ui, &response, place, profile, &laid, window);
    pointed(ui, panels, words, profile, &laid, place, &response);
    panels.ui.network.profile.window = Some(after);
}

/// What the way is, how it is drawn, and the file.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text, found: &Found, profile: &Profile, window: &mut Window) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(words.words(&found.overlay.title)).strong());
        let length = grouped(profile.length_m, 1);
        let count = profile.flaws.iter().filter(|flaw| flaw.verdict != analysis::network::clearance::Verdict::Clear);
        let said = t!(
            words,
            "net-profile-said",
            length = length,
            runs = profile.runs.len(),
            crossings = profile.crossings.len(),
            flaws = count.count(),
            day = found.of.1
        );
        ui.add(Label::new(look::note(said)).truncate().selectable(false));
    });
    ui.horizontal(|ui| {
        ui.label(look::note(t!(words, "section-exaggeration")));
        let fits = window.exaggeration.is_none();
        if ui.add(Button::selectable(fits, t!(words, "section-fit"))).clicked() {
            window.exaggeration = None;
        }
        let mut factor = window.exaggeration.unwrap_or(10.0);
        ui.spacing_mut().slider_width = 160.0;
        let slider = Slider::new(&mut factor, EXAGGERATION.0..=EXAGGERATION.1).logarithmic(true).max_decimals(0);
        if ui.add(slider.suffix("×")).changed() {
            window.exaggeration = Some(factor);
        }
        if ui.button(t!(words, "net-whole-way")).clicked() {
            *window = Window { exaggeration: window.exaggeration, ..Window::whole(profile) };
        }
        let can = panels.ui.exports.is_some();
        if ui.add_enabled(can, Button::new(t!(words, "section-svg"))).clicked() {
            panels.ui.network.profile.told = export(panels, words, found, profile, *window);
        }
        if let Some(told) = &panels.ui.network.profile.told {
            ui.add(Label::new(look::note(told.clone())).truncate());
        } else {
            ui.add(Label::new(look::note(t!(words, "net-profile-help"))).truncate().selectable(false));
        }
    });
}

/// The part that is looked at after wheel and drag.
fn steered(ui: &Ui, response: &Response, place: Rect, profile: &Profile, laid: &Flat, window: Window) -> Window {
    let mut next = window;
    if let Some(pointer) = response.hover_pos() {
        let turned = ui.input(|input| input.smooth_scroll_delta.y);
        if turned != 0.0 {
            let factor = NOTCH.powf(f64::from(turned / NOTCH_POINTS));
            next = next.zoomed(profile, laid.at_m(pointer.x - place.min.x), factor);
        }
    }
    let dragged = response.drag_delta().x;
    if dragged != 0.0 {
        next = next.moved(profile, f64::from(-dragged / laid.per_m()));
    }
    next
}

fn clear_spot(panels: &mut Panels) {
    if panels.bench.spot.is_some() {
        panels.bench.spot = None;
    }
}

/// What is under the pointer: a line across the drawing, figures, and the place in the scene.
fn pointed(
    ui: &mut Ui,
    panels: &mut Panels,
    words: &'static Text,
    profile: &Profile,
    laid: &Flat,
    place: Rect,
    response: &Response,
) {
    let Some(pointer) = response.hover_pos() else {
        clear_spot(panels);
        return;
    };
    let at_m = laid.at_m(pointer.x - place.min.x);
    let spot = Some(profile.place(at_m)).filter(|at| at[0].is_finite());
    if panels.bench.spot != spot {
        panels.bench.spot = spot;
    }
    let theme = panels.twin.theme();
    let x = place.min.x + laid.x(at_m);
    let painter = ui.painter_at(place);
    painter.vline(x, place.y_range(), Stroke::new(1.0, look::colour(theme.accent)));
    let metres = |value: Option<f64>| {
        value.map_or_else(|| t!(words, "section-unknown"), |value| format!("{} m", grouped(value, 2)))
    };
    let run = profile.run_at(at_m);
    let axis = run.and_then(|run| run.axis_at_m(at_m));
    let half = run.and_then(|run| run.height_m).map(|height| height / 2.0);
    let crown = axis.zip(half).map(|(axis, half)| axis + half);
    let ground = profile.ground_m(at_m);
    let mut lines = vec![
        t!(words, "net-at", at = grouped(at_m, 1)),
        t!(words, "net-at-ground", level = metres(ground)),
        t!(words, "net-at-crown", level = metres(crown)),
        t!(words, "net-at-invert", level = metres(axis.zip(half).map(|(axis, half)| axis - half))),
        t!(words, "net-at-cover", cover = metres(ground.zip(crown).map(|(ground, crown)| ground - crown))),
    ];
    if let Some(run) = run {
        let fall = run.fall.map_or_else(|| t!(words, "section-unknown"), |fall| grouped(fall * 1000.0, 1));
        let size = if run.size.is_empty() { t!(words, "section-unknown") } else { run.size.clone() };
        lines.push(t!(words, "net-at-run", key = run.key, size = size, fall = fall));
    }
    let near_m = f64::from(6.0 / laid.per_m());
    let crossing = profile.crossings.iter().find(|one| (one.at_m - at_m).abs() < near_m);
    if let Some(one) = crossing {
        let class = words.stored("network", one.class.as_str());
        lines.push(t!(words, "net-at-crossing", class = class, key = one.key, room = metres(one.room_m)));
    }
    if let Some(flaw) = laid.flaw(Vec2::new(pointer.x - place.min.x, pointer.y - place.min.y)) {
        let flaw = &profile.flaws[flaw];
        lines.push(words.words(&flaw.kind.words()));
        let unit = flaw.kind.unit();
        let value = format!("{} {unit}", grouped(flaw.kind.in_unit(flaw.value), 2));
        let asked =
            flaw.limit.map_or_else(String::new, |limit| format!("{} {unit}", grouped(flaw.kind.in_unit(limit), 2)));
        lines.push(t!(words, "net-at-flaw", value = value, asked = asked));
        lines.push(flaw.rule.clone());
    }
    figures(&painter, &theme, place, x, &lines);
    if response.clicked()
        && let Some(spot) = spot
    {
        panels.bench.fly = Some(Fly::Places(vec![spot]));
    }
}

/// Lines in a box beside the pointer's line, on the side where there is room.
fn figures(painter: &bevy_egui::egui::Painter, theme: &Theme, place: Rect, x: f32, lines: &[String]) {
    let ink = look::colour(theme.ink);
    let font = FontId::proportional(look::SMALL);
    let galleys: Vec<_> = lines.iter().map(|line| painter.layout(line.clone(), font.clone(), ink, 280.0)).collect();
    let width = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max) + 16.0;
    let height: f32 = galleys.iter().map(|galley| galley.size().y + 2.0).sum::<f32>() + 10.0;
    let left = if x + width + 10.0 > place.max.x { x - width - 8.0 } else { x + 8.0 };
    let corner = pos2(left, (place.center().y - height / 2.0).max(place.min.y + 4.0));
    let box_ = Rect::from_min_size(corner, vec2(width, height));
    let line = Stroke::new(1.0, look::colour(theme.panel_line));
    painter.rect(box_, 4.0, look::colour(theme.panel), line, bevy_egui::egui::StrokeKind::Inside);
    let mut y = corner.y + 5.0;
    for galley in galleys {
        let high = galley.size().y;
        painter.galley(pos2(corner.x + 8.0, y), galley, ink);
        y += high + 2.0;
    }
}

/// Writes what is looked at as SVG beside the window's state, and says where.
fn export(panels: &Panels, words: &Text, found: &Found, profile: &Profile, window: Window) -> Option<String> {
    let folder = panels.ui.exports.clone()?;
    let park = &panels.twin.input.snapshot.park;
    // A sheet is for paper, whatever the window is.
    let theme = Theme::of(ThemeChoice::Daylight);
    let mut laid = flat(profile, window, SHEET, &theme, words);
    let title = format!("{} · {}", park.name, words.words(&found.overlay.title));
    let data = words.words(&analysis::sheet::origin(park.synthetic));
    let source = words.words(&found.overlay.source);
    let factor = grouped(laid.exaggeration, 1);
    let foot = t!(words, "net-profile-foot", day = found.of.1, data = data, source = source, factor = factor);
    for (y, text, size) in [(SHEET.y + 14.0, title.clone(), 14.0), (SHEET.y + 34.0, foot, 10.5)] {
        let shape = drawing::Shape::Words {
            at: Vec2::new(14.0, y),
            text,
            size,
            anchor: drawing::Anchor::Start,
            upright: false,
            bold: size > 12.0,
        };
        laid.marks.push(drawing::Mark { shape, colour: theme.ink, feature: None });
    }
    let text = drawing::svg(&laid.marks, SHEET + Vec2::new(0.0, 50.0), theme.panel, &title);
    let kind = match profile.asked {
        Some(Way::Upstream) => "upstream",
        Some(_) => "downstream",
        None => "path",
    };
    let path = folder.join(format!("{}-profile-{kind}", park.slug)).with_extension("svg");
    Some(match write::whole(&folder, &path, text.as_bytes()) {
        Ok(()) => t!(words, "section-exported", path = path.display()),
        Err(error) => t!(words, "section-not-exported", path = path.display(), reason = error),
    })
}
