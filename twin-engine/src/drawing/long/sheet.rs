//! The whole sheet of a profile: title, what it was made from, the drawing, and lists of what is wrong and what crosses.

use analysis::network::clearance::Verdict;
use analysis::network::profile::{Profile, ProfileRows, profile_words, verdict_words};
use bevy::math::Vec2;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, Park};

use super::super::sheet::moved;
use super::super::svg::svg;
use super::super::{Anchor, Mark, Shape, fitted, line, width_of, words};
use super::{Fit, GAP, POINTS_PER_M, chainage, long};
use crate::ThemeChoice;
use crate::inspect::grouped;
use crate::text::{Language, Text, t};
use crate::theme::{Rgb, Theme};

/// Scales to choose from: one to so many.
const SCALES: [f64; 12] =
    [50.0, 100.0, 200.0, 250.0, 500.0, 1000.0, 2000.0, 2500.0, 5000.0, 10_000.0, 20_000.0, 50_000.0];
/// The graph is about so long, points: an A3 sheet; where many stations crowd, as long as an A0 sheet at most.
const USUAL_LONG: f64 = 1200.0;
const MOST_LONG: f64 = 4200.0;
/// Most height of the graph where no exaggeration is asked for.
const MOST_HIGH: f32 = 430.0;
const MARGIN: f32 = 36.0;
/// The least width of a sheet: lists and title need it.
const LEAST_WIDE: f32 = 1400.0;
const ROW: f32 = 16.0;
const LETTERS: f32 = 10.5;

/// How a sheet is to be made.
#[derive(Debug, Clone, Copy)]
pub struct ProfileSheet<'a> {
    /// The park.
    pub park: &'a Park,
    /// The day of the network.
    pub as_of: NaiveDate,
    /// The day on which it is drawn.
    pub drawn_on: NaiveDate,
    /// Language.
    pub language: Language,
    /// How much higher than long; the usual ten where it fits, if not given.
    pub exaggeration: Option<f64>,
    /// Scale along, one to so many; as fits a sheet if not given.
    pub scale: Option<f64>,
}

/// The sheet of a profile as the text of an SVG file. A point of it is 1/96 inch: printed at 100 % it is to the scale it says.
pub fn profile_svg(profile: &Profile, sheet: &ProfileSheet<'_>) -> String {
    // A sheet is for paper.
    let theme = Theme::of(ThemeChoice::Daylight);
    let text = Text::of(sheet.language);
    let (marks, size) = laid_out(profile, sheet, &theme, text);
    svg(&marks, size, theme.panel, &title(profile, sheet.park, text))
}

fn title(profile: &Profile, park: &Park, text: &Text) -> String {
    t!(text, "profile-title", park = park.name, title = text.words(&profile.title()))
}

/// The scale that suits a profile.
fn scale_of(profile: &Profile) -> f64 {
    let crowd = profile.stations.len().max(profile.crossings.len()) as f64 * f64::from(GAP) * 1.2;
    let most = USUAL_LONG.max(crowd.min(MOST_LONG));
    let long = |scale: &f64| profile.length_m * POINTS_PER_M / scale;
    SCALES.into_iter().find(|scale| long(scale) <= most).unwrap_or(SCALES[SCALES.len() - 1])
}

pub(super) fn laid_out(profile: &Profile, sheet: &ProfileSheet<'_>, theme: &Theme, text: &Text) -> (Vec<Mark>, Vec2) {
    let one_to = sheet.scale.unwrap_or_else(|| scale_of(profile));
    let drawn = long(profile, Fit::Scale(one_to), sheet.exaggeration, MOST_HIGH, theme, text);
    let inner = drawn.size.x.max(LEAST_WIDE - 2.0 * MARGIN);
    let width = inner + 2.0 * MARGIN;
    let mut marks = Vec::new();
    let mut y = MARGIN + 10.0;
    head(&mut marks, profile, sheet, width, y, theme, text);
    y += 24.0;
    for said in said(profile, sheet, one_to, drawn.exaggeration, text) {
        let size = LETTERS + 0.5;
        for part in wrapped(&said, size, inner) {
            marks.push(Mark::new(words(Vec2::new(MARGIN, y), part, size, Anchor::Start), theme.ink_soft));
            y += 16.0;
        }
    }
    y += 6.0;
    legend(&mut marks, profile.class, y, theme, text);
    y += 16.0;
    marks.extend(drawn.marks.into_iter().map(|mark| moved(mark, Vec2::new(MARGIN, y))));
    y += drawn.size.y + 22.0;
    y = flaws(&mut marks, profile, inner, y, theme, text);
    if !profile.crossings.is_empty() {
        y = crossings(&mut marks, profile, inner, y + 14.0, theme, text);
    }
    (marks, Vec2::new(width, y + MARGIN - ROW / 2.0))
}

/// Title, and the tag of data that is made up.
fn head(
    marks: &mut Vec<Mark>,
    profile: &Profile,
    sheet: &ProfileSheet<'_>,
    width: f32,
    y: f32,
    theme: &Theme,
    text: &Text,
) {
    let strong = |at, text: String, size, anchor| Shape::Words { at, text, size, anchor, upright: false, bold: true };
    let tag = sheet.park.synthetic.then(|| t!(text, "synthetic"));
    let tag_width = tag.as_ref().map_or(0.0, |tag| width_of(tag, LETTERS) * 1.15 + 18.0);
    let room = width - 2.0 * MARGIN - tag_width - 60.0;
    let said = fitted(&title(profile, sheet.park, text), 19.0, room);
    marks.push(Mark::new(strong(Vec2::new(MARGIN, y), said, 19.0, Anchor::Start), theme.ink));
    if let Some(tag) = tag {
        let high = Vec2::new(width - MARGIN, y + 10.0);
        marks.push(Mark::new(Shape::Block { low: Vec2::new(high.x - tag_width, y - 10.0), high }, theme.tag));
        let at = Vec2::new(high.x - tag_width / 2.0, y);
        marks.push(Mark::new(strong(at, tag, LETTERS, Anchor::Middle), theme.panel));
    }
}

/// Lines under the title: where, how, when, from what.
fn said(profile: &Profile, sheet: &ProfileSheet<'_>, one_to: f64, exaggeration: f64, text: &Text) -> Vec<String> {
    let park = sheet.park;
    let place = |at: Option<&analysis::network::profile::Station>| {
        at.map_or_else(String::new, |at| format!("{:.1} / {:.1}", at.place[0], at.place[1]))
    };
    let place = t!(
        text,
        "profile-place",
        from = place(profile.stations.first()),
        to = place(profile.stations.last()),
        length = grouped(profile.length_m, 1),
        srid = park.srid
    );
    let as_of = park.as_of.map_or_else(|| t!(text, "date-unknown"), |date| t!(text, "as-of", date = date));
    let scale = t!(
        text,
        "profile-scale",
        along = grouped(one_to, 0),
        high = grouped(one_to / exaggeration, 0),
        factor = grouped(exaggeration, 0),
        day = sheet.as_of,
        as_of = as_of,
        drawn = sheet.drawn_on
    );
    let source = park.attribution.clone().unwrap_or_else(|| t!(text, "section-unknown"));
    let licence = park.licence.as_ref().map_or_else(String::new, |licence| format!(" · {licence}"));
    let source = t!(text, "section-source", source = format!("{source}{licence}"));
    vec![place, scale, source, t!(text, "profile-note")]
}

/// Words in lines that fit, broken at spaces and after Chinese punctuation.
fn wrapped(said: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in said.split_inclusive([' ', '，', '；', '。', '、']) {
        if let Some(last) = lines.last_mut()
            && (last.is_empty() || width_of(last, size) + width_of(piece.trim_end(), size) <= width)
        {
            last.push_str(piece);
        } else {
            lines.push(piece.to_owned());
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// What the shapes mean.
fn legend(marks: &mut Vec<Mark>, class: NetworkClass, y: f32, theme: &Theme, text: &Text) {
    let mut x = MARGIN;
    let colour = theme.network(class);
    let mut entry = |shapes: Vec<(Shape, Rgb)>, said: String| {
        marks.extend(shapes.into_iter().map(|(shape, colour)| moved(Mark::new(shape, colour), Vec2::new(x, y))));
        marks.push(Mark::new(words(Vec2::new(x + 32.0, y), &said, LETTERS, Anchor::Start), theme.ink_soft));
        x += 32.0 + width_of(&said, LETTERS) + 26.0;
    };
    let stroke = |y: f32, width: f32, dash: f32| Shape::Line {
        points: vec![Vec2::new(0.0, y), Vec2::new(26.0, y)],
        width,
        dash,
    };
    let ground = vec![
        (Shape::Block { low: Vec2::new(0.0, 0.0), high: Vec2::new(26.0, 5.0) }, theme.earth.over(theme.panel, 0.34)),
        (stroke(0.0, 2.0, 0.0), theme.earth.over(theme.ink, 0.35)),
    ];
    entry(ground, t!(text, "profile-legend-ground"));
    let ring = [(9.0, -6.0), (17.0, -6.0), (17.0, 6.0), (9.0, 6.0), (9.0, -6.0)];
    let ring = ring.into_iter().map(Vec2::from).collect();
    let chamber = vec![
        (Shape::Line { points: ring, width: 0.9, dash: 0.0 }, theme.ink),
        (line(Vec2::new(7.0, -6.0), Vec2::new(19.0, -6.0), 2.0), theme.ink),
    ];
    entry(chamber, t!(text, "profile-legend-chamber"));
    let pipe = vec![
        (Shape::Block { low: Vec2::new(0.0, -4.0), high: Vec2::new(26.0, 4.0) }, colour.over(theme.panel, 0.45)),
        (stroke(-4.0, 1.0, 0.0), colour),
        (stroke(4.0, 1.7, 0.0), colour),
    ];
    entry(pipe, t!(text, "profile-legend-pipe"));
    entry(vec![(stroke(0.0, 1.6, 4.0), colour)], t!(text, "profile-legend-unsure"));
    let ellipse = |outline| Shape::Round { centre: Vec2::new(13.0, 0.0), half: Vec2::new(4.0, 6.0), outline };
    entry(vec![(ellipse(1.1), colour)], t!(text, "profile-legend-branch"));
    let water = theme.network(if class == NetworkClass::Water { NetworkClass::Gas } else { NetworkClass::Water });
    entry(vec![(ellipse(0.0), water)], t!(text, "profile-legend-crossing"));
}

/// A table.
struct Grid {
    /// Words of heads, width, which way they are set.
    columns: Vec<(String, f32, Anchor)>,
    /// Cells, whether they are set strong, and the colour of a dot before them.
    rows: Vec<(Vec<String>, bool, Option<Rgb>)>,
}

impl Grid {
    fn draw(&self, marks: &mut Vec<Mark>, mut y: f32, theme: &Theme) -> f32 {
        let right = MARGIN + self.columns.iter().map(|column| column.1).sum::<f32>();
        let cells = |marks: &mut Vec<Mark>, y: f32, cells: &[String], bold: bool, colour: Rgb| {
            let mut x = MARGIN;
            for (said, (_, width, anchor)) in cells.iter().zip(&self.columns) {
                let at = Vec2::new(if *anchor == Anchor::End { x + width - 14.0 } else { x }, y);
                let room = (width - 14.0) / if bold { 1.08 } else { 1.0 };
                let (text, size, anchor) = (fitted(said, LETTERS, room), LETTERS, *anchor);
                marks.push(Mark::new(Shape::Words { at, text, size, anchor, upright: false, bold }, colour));
                x += width;
            }
        };
        let heads: Vec<String> = self.columns.iter().map(|column| column.0.clone()).collect();
        cells(marks, y, &heads, true, theme.ink);
        y += ROW * 0.62;
        marks.push(Mark::new(line(Vec2::new(MARGIN, y), Vec2::new(right, y), 1.0), theme.ink));
        y += ROW * 0.75;
        for (said, bold, dot) in &self.rows {
            cells(marks, y, said, false, if *bold { theme.bad } else { theme.ink });
            if let Some(colour) = dot {
                let centre = Vec2::new(MARGIN + 50.0, y);
                let half = Vec2::splat(4.5);
                marks.push(Mark::new(Shape::Round { centre, half, outline: 0.0 }, *colour));
            }
            let under = y + ROW / 2.0;
            marks.push(Mark::new(line(Vec2::new(MARGIN, under), Vec2::new(right, under), 0.5), theme.panel_line));
            y += ROW;
        }
        y
    }
}

fn heading(marks: &mut Vec<Mark>, y: f32, said: String, theme: &Theme) -> f32 {
    let (size, anchor) = (13.0, Anchor::Start);
    let at = Vec2::new(MARGIN, y);
    marks.push(Mark::new(Shape::Words { at, text: said, size, anchor, upright: false, bold: true }, theme.ink));
    y + 24.0
}

fn flaws(marks: &mut Vec<Mark>, profile: &Profile, inner: f32, y: f32, theme: &Theme, text: &Text) -> f32 {
    let y = heading(marks, y, t!(text, "profile-findings-title"), theme);
    if profile.flaws.is_empty() {
        let said = t!(text, "profile-no-findings");
        marks.push(Mark::new(words(Vec2::new(MARGIN, y), said, LETTERS, Anchor::Start), theme.ink_soft));
        return y + ROW;
    }
    let head = |at: usize| text.words(&profile_words(ProfileRows::Flaws)[at]);
    let fixed = 44.0 + 170.0 + 470.0 + 140.0;
    let columns = vec![
        (t!(text, "section-number"), 44.0, Anchor::End),
        (head(0), 170.0, Anchor::Start),
        (head(1), 470.0, Anchor::Start),
        (head(2), 140.0, Anchor::Start),
        (head(3), (inner - fixed).min(760.0), Anchor::Start),
    ];
    let row = |(at, flaw): (usize, &analysis::network::profile::Flaw)| {
        let [from, to] = flaw.span_m.map(chainage);
        let where_ = if from == to { from } else { format!("{from} – {to}") };
        let cells =
            vec![(at + 1).to_string(), where_, text.words(&flaw.said()), flaw.key.clone(), text.words(&flaw.rule)];
        (cells, flaw.verdict == Verdict::Violated, None)
    };
    Grid { columns, rows: profile.flaws.iter().enumerate().map(row).collect() }.draw(marks, y, theme)
}

fn crossings(marks: &mut Vec<Mark>, profile: &Profile, inner: f32, y: f32, theme: &Theme, text: &Text) -> f32 {
    let y = heading(marks, y, t!(text, "profile-crossings-title"), theme);
    let head = |at: usize| text.words(&profile_words(ProfileRows::Crossings)[at]);
    let fixed = 64.0 + 90.0 + 120.0 + 180.0 + 150.0 + 130.0 + 110.0 + 110.0 + 110.0;
    let columns = vec![
        (t!(text, "section-number"), 50.0, Anchor::End),
        (String::new(), 14.0, Anchor::Start),
        (head(0), 90.0, Anchor::Start),
        (head(1), 120.0, Anchor::Start),
        (head(2), 180.0, Anchor::Start),
        (head(3), 150.0, Anchor::Start),
        (head(4), 130.0, Anchor::Start),
        (format!("{} (m)", head(5)), 110.0, Anchor::End),
        (format!("{} (m)", head(6)), 110.0, Anchor::End),
        (format!("{} (m)", head(7)), 110.0, Anchor::End),
        (head(8), (inner - fixed).clamp(100.0, 200.0), Anchor::Start),
    ];
    let metres = |value: Option<f64>| value.map_or_else(|| t!(text, "section-unknown"), |m| grouped(m, 2));
    let row = |(at, one): (usize, &analysis::network::profile::Crossing)| {
        let size = if one.size.is_empty() { t!(text, "section-unknown") } else { one.size.clone() };
        let material = one.material.as_ref().map_or_else(String::new, |material| format!(" {material}"));
        let cells = vec![
            (at + 1).to_string(),
            String::new(),
            chainage(one.at_m),
            text.stored("network", one.class.as_str()),
            one.key.clone(),
            format!("{size}{material}"),
            text.words(&one.passes()),
            metres(one.axis_m),
            metres(one.room_m),
            one.limit_m.map_or_else(|| "–".to_owned(), |limit| grouped(limit[1], 2)),
            one.verdict.map_or_else(|| "–".to_owned(), |verdict| text.words(&verdict_words(verdict))),
        ];
        (cells, one.verdict == Some(Verdict::Violated), Some(theme.network(one.class)))
    };
    Grid { columns, rows: profile.crossings.iter().enumerate().map(row).collect() }.draw(marks, y, theme)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{assert_clear, boxes};
    use super::*;

    #[test]
    fn long_sentences_are_broken_where_words_end() {
        let lines = wrapped("one two three four", 10.0, width_of("one two t", 10.0));
        assert_eq!(lines, ["one two", "three", "four"]);
        assert_eq!(wrapped("覆土不足，坡度不足", 10.0, 60.0), ["覆土不足，", "坡度不足"]);
    }

    #[test]
    fn the_sheet_is_to_the_scale_it_says_and_nothing_lies_on_anything() {
        let (profile, park) = crate::drawing::long::tests::street();
        for language in [Language::English, Language::Chinese] {
            let sheet = ProfileSheet {
                park: &park,
                as_of: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
                drawn_on: NaiveDate::from_ymd_opt(2026, 1, 15).unwrap(),
                language,
                exaggeration: None,
                scale: None,
            };
            let theme = Theme::of(ThemeChoice::Daylight);
            let (marks, size) = laid_out(&profile, &sheet, &theme, Text::of(language));
            assert_clear(&marks);
            for (low, high, what) in boxes(&marks) {
                assert!(
                    low.x >= 0.0 && low.y >= 0.0 && high.x <= size.x && high.y <= size.y,
                    "{what} leaves the sheet"
                );
            }
            let text = profile_svg(&profile, &sheet);
            let says = |part: &str| assert!(text.contains(part), "“{part}” in {text}");
            for part in ["2026-01-15", "EPSG:4549", "M1", "O", "DN300", "0+050.00", "1:"] {
                says(part);
            }
            says(if language == Language::English { "SYNTHETIC DATA" } else { "桩号" });
        }
        // 100 m are as many points as the scale says.
        let one_to = scale_of(&profile);
        let drawn = long(
            &profile,
            Fit::Scale(one_to),
            None,
            MOST_HIGH,
            &Theme::of(ThemeChoice::Daylight),
            Text::of(Language::English),
        );
        let paper_m = f64::from(drawn.x(100.0) - drawn.x(0.0)) * 0.0254 / 96.0;
        assert!((paper_m * one_to - 100.0).abs() < 0.01, "{paper_m}");
    }
}
