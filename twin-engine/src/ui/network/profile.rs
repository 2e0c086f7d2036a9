//! The way of a trace from the side, linked to the scene: the pointer marks the place, a click flies there.

use std::sync::{Arc, Weak};

use analysis::network::clearance::Verdict;
use analysis::network::profile::Profile;
use analysis::network::trace::Way;
use bevy::math::Vec2;
use bevy_egui::egui::{
    Button, FontId, Label, Painter, Rect, Response, RichText, Sense, Slider, Stroke, StrokeKind, TextStyle, Ui, pos2,
    vec2,
};
use spatial_db::whole;

use super::answered;
use crate::drawing::{Fit, Long, Spot, long};
use crate::inspect::grouped;
use crate::network::{Answered, Fly, Found};
use crate::text::{Language, Text, t};
use crate::theme::{Theme, ThemeChoice};
use crate::ui::cut::paint;
use crate::ui::{Panels, look, writing};
use crate::{ProfileSheet, profile_svg};

/// How much longer the way is drawn after one notch of the wheel.
const NOTCH: f32 = 1.18;
/// Points of the wheel that count as a notch.
const NOTCH_POINTS: f32 = 40.0;
/// Most that the way is drawn longer than the panel is wide.
const MOST_ZOOM: f32 = 400.0;
/// Middle of the name of a drawing that is written.
const FILE: &str = "profile";
/// Exaggerations that the slider goes through.
const EXAGGERATION: (f64, f64) = (1.0, 100.0);
/// Width of what stands beside the graph, points.
const BESIDE: f32 = 186.0;
/// Height of the frame under the graph before it is laid out, points.
const FRAME: f32 = 150.0;
/// Least height of the graph, points.
const GRAPH: f32 = 90.0;
/// Height of what stands above the drawing in the panel, points.
const ABOVE: f32 = 96.0;

/// How the way is looked at.
#[derive(Debug)]
pub(super) struct View {
    /// Times as long as the panel is wide.
    zoom: f32,
    /// Top left of what is seen, points of the drawing.
    corner: Vec2,
    /// Heights over lengths; as fits if `None`.
    exaggeration: Option<f64>,
    /// Length of the way that it was made for, m.
    of_m: f64,
    /// Height of what is drawn above and below the graph, points; 0 before it was laid out.
    around: f32,
    told: Option<String>,
    /// The way as it was laid out last, and what for.
    laid: Option<(LaidFor, Arc<Long>)>,
}

/// What a way is laid out for.
#[derive(Debug, Clone)]
struct LaidFor {
    /// Held like this, its address goes to no other answer.
    of: Weak<Answered>,
    /// Width of the drawing and most height of its graph, points.
    size: [f32; 2],
    exaggeration: Option<f64>,
    theme: ThemeChoice,
    language: Language,
}

impl PartialEq for LaidFor {
    fn eq(&self, other: &Self) -> bool {
        self.of.ptr_eq(&other.of)
            && (self.size, self.exaggeration) == (other.size, other.exaggeration)
            && (self.theme, self.language) == (other.theme, other.language)
    }
}

impl Default for View {
    fn default() -> Self {
        Self { zoom: 1.0, corner: Vec2::ZERO, exaggeration: None, of_m: 0.0, around: 0.0, told: None, laid: None }
    }
}

impl View {
    /// What tells the way apart, and the height that the panel needs for all of its rows, points; `None` before it was laid out.
    pub(super) fn needs(&self) -> Option<(u64, f32)> {
        (self.around > 0.0).then(|| (self.of_m.to_bits(), ABOVE + self.around + GRAPH))
    }

    /// Longer by `factor`, with what is drawn at `x` of a panel (`heads` of it for the heads of rows) staying there.
    fn zoomed(&mut self, factor: f32, x: f32, heads: f32) {
        let zoom = (self.zoom * factor).clamp(1.0, MOST_ZOOM);
        let applied = zoom / self.zoom;
        self.corner.x = (self.corner.x + x - heads) * applied - (x - heads);
        self.zoom = zoom;
    }

    /// The way in a panel so wide, its graph no higher than `most`: laid out anew only where something of that is another.
    fn drawn(
        &mut self,
        (answered, profile): (&Arc<Answered>, &Profile),
        (panel, most): (f32, f32),
        theme: ThemeChoice,
        words: &'static Text,
    ) -> Arc<Long> {
        let wanted = LaidFor {
            of: Arc::downgrade(answered),
            size: [wide(panel, self.zoom), most],
            exaggeration: self.exaggeration,
            theme,
            language: words.language(),
        };
        if let Some((_, laid)) = self.laid.as_ref().filter(|(known, _)| *known == wanted) {
            return Arc::clone(laid);
        }
        let fit = Fit::Width(wanted.size[0]);
        let laid = Arc::new(long(profile, fit, wanted.exaggeration, most, &Theme::of(theme), words));
        self.laid = Some((wanted, Arc::clone(&laid)));
        laid
    }

    /// Kept on the drawing.
    fn keep(&mut self, size: Vec2, panel: Vec2) {
        self.corner = self.corner.min(size - panel).max(Vec2::ZERO);
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let answered = answered(panels);
    let found = answered.as_ref().and_then(|(_, made)| Some((made, (**made).as_ref().ok()?)));
    let Some((made, found, profile)) = found.and_then(|(made, found)| Some((made, found, found.profile.as_ref()?)))
    else {
        ui.add_space(6.0);
        ui.add(Label::new(look::note(t!(words, "net-no-profile"))).wrap());
        clear_spot(panels);
        return;
    };
    // Another way is looked at as a whole.
    if (panels.ui.network.profile.of_m - profile.length_m).abs() > 1e-6 {
        panels.ui.network.profile = View { of_m: profile.length_m, ..View::default() };
    }
    head(ui, panels, words, found, profile);
    let size = ui.available_size();
    let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let theme = panels.twin.theme;
    let view = &mut panels.ui.network.profile;
    // The rows take what they need; the graph has the rest.
    let around = if view.around > 0.0 { view.around } else { FRAME };
    let most = (size.y - around).max(GRAPH);
    let mut laid = view.drawn((made, profile), (size.x, most), theme, words);
    if steered(ui, &response, place, &laid, view) {
        laid = view.drawn((made, profile), (size.x, most), theme, words);
    }
    view.around = laid.size.y - (laid.graph[1].y - laid.graph[0].y);
    view.keep(laid.size, Vec2::new(size.x, size.y));
    let corner = view.corner;
    let strong = TextStyle::Heading.resolve(ui.style()).family;
    let heads = laid.graph[0].x;
    // Heads of rows and levels stay while the way is moved under them.
    let (left, right) = place.split_left_right_at_x(place.min.x + heads - 2.0);
    let away = |mark: &crate::drawing::Mark| is_head(mark, heads);
    let moving = ui.painter_at(if corner.x > 0.5 { right } else { place });
    let from = place.min - vec2(corner.x, corner.y);
    for mark in laid.marks.iter().filter(|mark| !away(mark)) {
        paint::mark(&moving, from, mark, &strong);
    }
    let still = ui.painter_at(left);
    for mark in laid.marks.iter().filter(|mark| away(mark)) {
        paint::mark(&still, pos2(place.min.x, from.y), mark, &strong);
    }
    pointed(ui, panels, words, profile, &laid, (place, corner), &response);
}

/// Width of the drawing, points: what is beside the graph does not grow with it.
fn wide(panel: f32, zoom: f32) -> f32 {
    BESIDE + (panel - BESIDE).max(1.0) * zoom
}

/// Whether a mark lies beside the graph, where rows have their heads.
fn is_head(mark: &crate::drawing::Mark, heads: f32) -> bool {
    use crate::drawing::Shape;
    match &mark.shape {
        Shape::Words { at, .. } => at.x < heads - 1.0,
        Shape::Line { points, .. } => points.iter().all(|at| at.x <= heads + 0.5),
        _ => false,
    }
}

/// What the way is, how it is drawn, and the file.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text, found: &Found, profile: &Profile) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(words.words(&found.overlay.title)).strong());
        let flaws = profile.flaws.iter().filter(|flaw| flaw.verdict != Verdict::Clear).count();
        let said = t!(
            words,
            "net-profile-said",
            length = grouped(profile.length_m, 1),
            runs = profile.runs.len(),
            crossings = profile.crossings.len(),
            flaws = flaws,
            day = found.of.1
        );
        ui.add(Label::new(look::note(said)).truncate().selectable(false));
    });
    ui.horizontal(|ui| {
        let view = &mut panels.ui.network.profile;
        ui.label(look::note(t!(words, "section-exaggeration")));
        if ui.add(Button::selectable(view.exaggeration.is_none(), t!(words, "section-fit"))).clicked() {
            view.exaggeration = None;
        }
        let mut factor = view.exaggeration.unwrap_or(10.0);
        ui.spacing_mut().slider_width = 160.0;
        let slider = Slider::new(&mut factor, EXAGGERATION.0..=EXAGGERATION.1).logarithmic(true).max_decimals(0);
        if ui.add(slider.suffix("×")).changed() {
            view.exaggeration = Some(factor);
        }
        if ui.button(t!(words, "net-whole-way")).clicked() {
            (view.zoom, view.corner) = (1.0, Vec2::ZERO);
        }
        let can = panels.ui.exports.is_some();
        if ui.add_enabled(can, Button::new(t!(words, "section-svg"))).clicked() {
            panels.ui.network.profile.told = export(panels, words, found, profile);
        }
        let said = panels.ui.network.profile.told.clone().unwrap_or_else(|| t!(words, "net-profile-help"));
        ui.add(Label::new(look::note(said)).truncate().selectable(false));
    });
}

/// Takes wheel and drag; true where the way is to be laid out anew.
fn steered(ui: &Ui, response: &Response, place: Rect, laid: &Long, view: &mut View) -> bool {
    let dragged = response.drag_delta();
    view.corner -= Vec2::new(dragged.x, dragged.y);
    let Some(pointer) = response.hover_pos() else { return false };
    let turned = ui.input(|input| input.smooth_scroll_delta().y);
    if turned == 0.0 {
        return false;
    }
    view.zoomed(NOTCH.powf(turned / NOTCH_POINTS), pointer.x - place.min.x, laid.graph[0].x);
    true
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
    laid: &Long,
    (place, corner): (Rect, Vec2),
    response: &Response,
) {
    let at = response.hover_pos().map(|at| Vec2::new(at.x - place.min.x, at.y - place.min.y) + corner);
    let Some((pointer, at_m)) = at.and_then(|at| Some((at, laid.at_m(at.x)?))) else {
        clear_spot(panels);
        return;
    };
    let spot = Some(profile.place(at_m)).filter(|at| at[0].is_finite());
    if panels.bench.spot != spot {
        panels.bench.spot = spot;
    }
    let theme = panels.twin.theme();
    let x = place.min.x + laid.x(at_m) - corner.x;
    let painter = ui.painter_at(place);
    painter.vline(x, place.y_range(), Stroke::new(1.0, look::colour(theme.accent)));
    figures(&painter, &theme, place, x, &said(words, profile, laid, pointer, at_m));
    if response.clicked()
        && let Some(spot) = spot
    {
        panels.bench.fly = Some(Fly::Places(vec![spot]));
    }
}

/// What is known of a place on the way.
fn said(words: &'static Text, profile: &Profile, laid: &Long, pointer: Vec2, at_m: f64) -> Vec<String> {
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
    let met = laid.spots.iter().find(|(_, middle, half)| {
        let off = (pointer - *middle).abs();
        off.cmple(*half + Vec2::splat(3.0)).all()
    });
    match met {
        Some((Spot::Crossing(at), ..)) => {
            let one = &profile.crossings[*at];
            let class = words.stored("network", one.class.as_str());
            lines.push(t!(words, "net-at-crossing", class = class, key = one.key, room = metres(one.room_m)));
        }
        Some((Spot::Station(at), ..)) => lines.push(profile.stations[*at].key().to_owned()),
        _ => {}
    }
    for flaw in profile.flaws.iter().filter(|flaw| flaw.verdict != Verdict::Clear) {
        let reach = 3.0 / laid.points_per_m;
        if at_m < flaw.span_m[0] - reach || at_m > flaw.span_m[1] + reach {
            continue;
        }
        let (kind, unit) = (words.words(&flaw.kind.words()), flaw.kind.unit());
        let value = format!("{} {unit}", grouped(flaw.kind.in_unit(flaw.value), 2));
        let asked = flaw.limit.map(|limit| format!("{} {unit}", grouped(flaw.kind.in_unit(limit), 2)));
        lines.push(match asked {
            Some(asked) => t!(words, "net-at-flaw", kind = kind, value = value, asked = asked),
            None => format!("{kind}: {value}"),
        });
    }
    lines
}

/// Lines in a box beside the pointer's line, on the side where there is room.
fn figures(painter: &Painter, theme: &Theme, place: Rect, x: f32, lines: &[String]) {
    let ink = look::colour(theme.ink);
    let font = FontId::proportional(look::SMALL);
    let galleys: Vec<_> = lines.iter().map(|line| painter.layout(line.clone(), font.clone(), ink, 280.0)).collect();
    let width = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max) + 16.0;
    let left = if x + width + 10.0 > place.max.x { x - width - 8.0 } else { x + 8.0 };
    let height: f32 = galleys.iter().map(|galley| galley.size().y + 2.0).sum::<f32>() + 10.0;
    let corner = pos2(left, place.min.y + 6.0);
    let line = Stroke::new(1.0, look::colour(theme.panel_line));
    let box_ = Rect::from_min_size(corner, vec2(width, height));
    painter.rect(box_, 4.0, look::colour(theme.panel), line, StrokeKind::Inside);
    let mut y = corner.y + 5.0;
    for galley in galleys {
        let high = galley.size().y;
        painter.galley(pos2(corner.x + 8.0, y), galley, ink);
        y += high + 2.0;
    }
}

/// Writes the sheet of the way as SVG beside the window's state, and says where.
fn export(panels: &Panels, words: &Text, found: &Found, profile: &Profile) -> Option<String> {
    let folder = panels.ui.exports.clone()?;
    let park = &panels.twin.input.snapshot.park;
    let sheet = ProfileSheet {
        park,
        as_of: found.of.1,
        drawn_on: chrono::Local::now().date_naive(),
        language: panels.twin.language,
        exaggeration: panels.ui.network.profile.exaggeration,
        scale: None,
    };
    let kind = match profile.asked {
        Some(Way::Upstream) => "upstream",
        Some(_) => "downstream",
        None => "path",
    };
    let path = folder.join(format!("{}-{FILE}-{kind}", park.slug)).with_extension("svg");
    Some(writing::ended(words, &path, whole::write(&path, profile_svg(profile, &sheet).as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_laid_out_anew_for_another_answer_size_or_language_alone() {
        let answer = || -> Arc<Answered> { Arc::new(Err(crate::network::Refused::NoLine)) };
        let (one, other) = (answer(), answer());
        let of = |answered: &Arc<Answered>| LaidFor {
            of: Arc::downgrade(answered),
            size: [800.0, 90.0],
            exaggeration: None,
            theme: ThemeChoice::Daylight,
            language: Language::English,
        };
        assert_eq!(of(&one), of(&one));
        assert_ne!(of(&one), of(&other), "what is said alike is still another answer");
        assert_ne!(of(&one), LaidFor { size: [801.0, 90.0], ..of(&one) });
        assert_ne!(of(&one), LaidFor { exaggeration: Some(10.0), ..of(&one) });
        assert_ne!(of(&one), LaidFor { language: Language::Chinese, ..of(&one) });
    }

    #[test]
    fn a_way_with_more_rows_needs_a_higher_panel() {
        let mut view = View { of_m: 120.0, ..View::default() };
        assert_eq!(view.needs(), None, "not laid out yet");
        view.around = 260.0;
        let (way, low) = view.needs().unwrap();
        view.around = 430.0;
        assert_eq!(view.needs(), Some((way, low + 170.0)));
        view.of_m = 121.0;
        assert!(view.needs().unwrap().0 != way, "another way has its own height");
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_while_the_wheel_turns() {
        let mut view = View::default();
        let heads = 168.0;
        // A place `share` of the way along the graph of a panel 1000 points wide, as it is seen.
        let seen = |view: &View, share: f32| heads + share * (1000.0 - heads) * view.zoom - view.corner.x;
        let share = 0.4;
        let x = seen(&view, share);
        view.zoomed(3.0, x, heads);
        assert!((seen(&view, share) - x).abs() < 0.01, "{}", seen(&view, share));
        view.zoomed(0.01, x, heads);
        assert!((view.zoom - 1.0).abs() < 1e-6);
        view.keep(Vec2::new(1000.0, 300.0), Vec2::new(1000.0, 400.0));
        assert_eq!(view.corner, Vec2::ZERO);
    }
}
