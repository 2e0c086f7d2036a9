//! The big screen for the room: a large clock, the state in one word, the numbers that matter, and the map between them. Letters are made
//! to be read from eight metres: a screen 70 cm high has capital letters of 4 cm for numbers and of 2 cm for words.

use bevy_egui::egui::{
    Align2, Color32, CornerRadius, FontFamily, FontId, Frame, Margin, Painter, Panel, Rect, Sense, Stroke, StrokeKind,
    Ui, pos2, vec2,
};

use super::super::{Panels, look};
use super::numbers::unreached;
use super::{ink_on, state_colour, state_words};
use crate::drill::{Figures, clock, local_clock};
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::{Rgb, Theme, alert};

/// Heights as shares of the window's: the band on top, the band of numbers at the foot.
const TOP: f32 = 0.13;
const FOOT: f32 = 0.21;
/// Letters as shares of the window's height: numbers, the clock, words beside them. Capitals are 0.7 of it.
const NUMBER: f32 = 0.085;
const CLOCK: f32 = 0.105;
const WORD: f32 = 0.036;

/// A number for the room.
struct Tile {
    value: String,
    label: String,
    /// Colour of its edge, and whether the whole tile takes it.
    colour: Rgb,
    alarms: bool,
}

pub(in super::super) fn show(root: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let height = root.ctx().viewport_rect().height();
    let theme = panels.twin.theme();
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(14, 6));
    Panel::top("drill-big-top").frame(frame).resizable(false).show(root, |ui| top(ui, panels, words, &theme, height));
    Panel::bottom("drill-big-foot")
        .frame(frame)
        .resizable(false)
        .show(root, |ui| foot(ui, panels, words, &theme, height));
}

fn bold(ui: &Ui, size: f32) -> FontId {
    let family = bevy_egui::egui::TextStyle::Heading.resolve(ui.style()).family;
    FontId::new(size, family)
}

/// Exercise, the clock, the state.
fn top(ui: &mut Ui, panels: &mut Panels, words: &'static Text, theme: &Theme, height: f32) {
    let Some(session) = panels.drill.session.as_ref() else { return };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height * TOP), Sense::hover());
    let painter = ui.painter_at(rect);
    let (ink, soft) = (look::colour(theme.ink), look::colour(theme.ink_soft));
    let middle = rect.center().y;
    let big = bold(ui, height * CLOCK);
    let word = FontId::new(height * WORD, FontFamily::Proportional);
    let words_bold = bold(ui, height * WORD * 1.15);
    let time = t!(words, "drill-clock", time = clock(session.now_s));
    let drawn = painter.text(pos2(rect.min.x, middle), Align2::LEFT_CENTER, time, big, ink);
    let local = t!(words, "drill-local", time = local_clock(session.file.hour, session.now_s));
    let left = drawn.max.x + height * 0.025;
    painter.text(pos2(left, middle - height * 0.004), Align2::LEFT_BOTTOM, local, words_bold.clone(), ink);
    let running = match (session.playing, session.strand.holds_the_clock()) {
        (_, true) => t!(words, "drill-making-again"),
        (true, _) => t!(words, "drill-runs", speed = session.speed),
        _ => t!(words, "drill-stands"),
    };
    painter.text(pos2(left, middle + height * 0.004), Align2::LEFT_TOP, running, word.clone(), soft);
    // From the right: exercise, then the state.
    let label = t!(words, "drill-exercise");
    let right =
        tag(&painter, pos2(rect.max.x, middle), &label, bold(ui, height * 0.05), alert::CAUTION, height * 0.013);
    if let Some(played) = session.strand.played() {
        let state = Figures::at(played, session.now_s).state;
        let at = pos2(right - height * 0.02, middle);
        tag(&painter, at, &state_words(words, state), bold(ui, height * 0.05), state_colour(state), height * 0.013);
    }
}

/// Words on a colour, with their right end at a place; where they begin.
fn tag(painter: &Painter, right: bevy_egui::egui::Pos2, said: &str, font: FontId, colour: Rgb, inset: f32) -> f32 {
    let galley = painter.layout_no_wrap(said.to_owned(), font, ink_on(colour));
    let size = galley.size() + vec2(inset * 2.4, inset);
    let rect = Rect::from_min_size(pos2(right.x - size.x, right.y - size.y / 2.0), size);
    painter.rect_filled(rect, CornerRadius::same(8), look::colour(colour));
    // A line within: what is written on a colour is told from what only has one.
    let line = Stroke::new(2.0, ink_on(colour).gamma_multiply(0.5));
    painter.rect_stroke(rect.shrink(4.0), CornerRadius::same(6), line, StrokeKind::Inside);
    painter.galley(rect.min + vec2(inset * 1.2, inset / 2.0), galley, ink_on(colour));
    rect.min.x
}

fn tiles(words: &Text, figures: &Figures) -> Vec<Tile> {
    let count = |value: u32| grouped(f64::from(value), 0);
    let time = |at: Option<f64>| at.map_or_else(|| look::NONE.to_owned(), minutes);
    let unreached = unreached(words, figures);
    let tile = |value: String, label: String, colour: Rgb, alarms: bool| Tile { value, label, colour, alarms };
    // Out of those who are known: never all out in green while there are others.
    let (out, safe) = match figures.unknown {
        0 => (t!(words, "drill-out"), alert::SAFE),
        unknown => (t!(words, "drill-out-known", count = unknown), alert::CAUTION),
    };
    vec![
        tile(count(figures.inside), t!(words, "drill-inside"), alert::OUT_OF_USE, false),
        tile(count(figures.on_the_way), t!(words, "drill-on-the-way"), alert::INFORMATION, false),
        tile(count(figures.out), out, safe, false),
        tile(count(figures.in_danger), t!(words, "drill-in-danger"), alert::DANGER, figures.in_danger > 0),
        tile(count(figures.cut_off), t!(words, "drill-cut-off"), alert::WARNING, figures.cut_off > 0),
        tile(time(figures.first_water_s), t!(words, "drill-first-water"), alert::INFORMATION, false),
        tile(unreached, t!(words, "drill-unreached-short"), alert::CAUTION, figures.unreached.is_some_and(|it| it > 0)),
    ]
}

/// A time since the start in minutes and seconds.
fn minutes(at_s: f64) -> String {
    format!("{}:{:02}", at_s as u64 / 60, at_s as u64 % 60)
}

fn foot(ui: &mut Ui, panels: &mut Panels, words: &'static Text, theme: &Theme, height: f32) {
    let Some(session) = panels.drill.session.as_ref() else { return };
    let Some(played) = session.strand.played() else { return };
    let tiles = tiles(words, &Figures::at(played, session.now_s));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height * FOOT), Sense::hover());
    let painter = ui.painter_at(rect);
    let gap = height * 0.012;
    let width = (rect.width() - gap * (tiles.len() as f32 - 1.0)) / tiles.len() as f32;
    let (number, word) = (bold(ui, height * NUMBER), FontId::new(height * WORD, FontFamily::Proportional));
    for (at, tile) in tiles.iter().enumerate() {
        let left = rect.min.x + at as f32 * (width + gap);
        let place = Rect::from_min_size(pos2(left, rect.min.y), vec2(width, rect.height()));
        paint_tile(&painter, place, tile, theme, (&number, &word));
    }
    let last = session
        .happened()
        .last()
        .map(|entry| t!(words, "drill-last", time = clock(entry.at_s), what = words.words(&entry.text)));
    let text = last.unwrap_or_else(|| session.file.name.clone());
    let text = bevy_egui::egui::RichText::new(text).size(height * WORD);
    ui.add(bevy_egui::egui::Label::new(text).truncate().selectable(false));
    let use_ = bevy_egui::egui::RichText::new(t!(words, "drill-use-short")).size((height * 0.018).max(look::SMALL));
    ui.add(bevy_egui::egui::Label::new(use_.weak()).truncate().selectable(false));
}

fn paint_tile(painter: &Painter, place: Rect, tile: &Tile, theme: &Theme, (number, word): (&FontId, &FontId)) {
    let colour = look::colour(tile.colour);
    let (fill, ink) = if tile.alarms {
        (colour, ink_on(tile.colour))
    } else {
        (look::colour(theme.ink.over(theme.panel, 0.03)), look::colour(theme.ink))
    };
    painter.rect_filled(place, CornerRadius::same(6), fill);
    painter.rect_stroke(place, CornerRadius::same(6), Stroke::new(3.0, colour), StrokeKind::Inside);
    let fitted = |said: &str, font: &FontId, widest: f32, colour: Color32| {
        let galley = painter.layout_no_wrap(said.to_owned(), font.clone(), colour);
        if galley.size().x <= widest {
            return galley;
        }
        let smaller = FontId::new(font.size * widest / galley.size().x, font.family.clone());
        painter.layout_no_wrap(said.to_owned(), smaller, colour)
    };
    let widest = place.width() - 20.0;
    let value = fitted(&tile.value, number, widest, ink);
    let at = pos2(place.center().x - value.size().x / 2.0, place.min.y + place.height() * 0.36 - value.size().y / 2.0);
    painter.galley(at, value, ink);
    // In one line: a second one would be cut off at the foot.
    let label = fitted(&tile.label, word, widest, ink);
    let at = pos2(place.center().x - label.size().x / 2.0, place.max.y - place.height() * 0.19 - label.size().y / 2.0);
    painter.galley(at, label, ink);
}

#[cfg(test)]
mod tests {
    use analysis::emergency::drill::{DrillFile, DrillTables, trace_drill};
    use spatial_db::cache::Cache;

    use super::*;
    use crate::drill::Played;
    use crate::drill::tests::{LEAK, park};
    use crate::text::Language;

    #[test]
    fn buildings_without_water_are_told_as_far_as_a_source_is_on_record() {
        // The tiny park has hydrants and no network: nobody can say that they have water, nor who else has.
        let (file, cache) = (DrillFile::parse(LEAK).expect("a drill"), Cache::build(park().snapshot));
        let (run, trace) = trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).expect("a run");
        assert!(!run.outcome.supply_known.water && !trace.hydrants.is_empty());
        let words = Text::of(Language::English);
        let mut played = Played { run, trace };
        played.trace.unreached.clear();
        let said = |played: &Played| tiles(words, &Figures::at(played, 600.0)).swap_remove(6);
        let tile = said(&played);
        assert_eq!((tile.value.as_str(), tile.label.as_str(), tile.alarms), ("unknown", "Without water", false));
        let buildings = cache.snapshot().buildings.iter().take(2).map(|one| one.id).collect();
        played.trace.unreached.push(analysis::emergency::drill::Change { at_s: 300.0, now: buildings });
        let tile = said(&played);
        assert_eq!((tile.value.as_str(), tile.alarms), ("2 at least", true));
        played.run.outcome.supply_known.water = true;
        assert_eq!(said(&played).value, "2");
    }
}
