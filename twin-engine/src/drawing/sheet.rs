//! The whole sheet: title, what it was made from, the section, and a table of everything that is cut.

use analysis::network::{CutPipe, Section};
use bevy::math::Vec2;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, Park};

use super::chart::chart;
use super::svg::svg;
use super::{Anchor, Mark, Shape, fitted, line, width_of, words};
use crate::ThemeChoice;
use crate::cut::SectionPlane;
use crate::inspect::grouped;
use crate::text::{Language, Text, t};
use crate::theme::Theme;

/// Width of the sheet and height of the section on it, points.
const WIDTH: f32 = 1400.0;
const CHART: f32 = 500.0;
const MARGIN: f32 = 36.0;
/// Height of a row of the table.
const ROW: f32 = 17.0;
const LETTERS: f32 = 10.5;
/// Columns of the table: the words of their headings, their width, and which way they are set.
const COLUMNS: [(&str, f32, Anchor); 9] = [
    ("section-number", 44.0, Anchor::End),
    ("section-class", 140.0, Anchor::Start),
    ("section-key", 290.0, Anchor::Start),
    ("section-size", 160.0, Anchor::Start),
    ("section-material", 150.0, Anchor::Start),
    ("section-cover", 120.0, Anchor::End),
    ("section-axis", 130.0, Anchor::End),
    ("section-at", 120.0, Anchor::End),
    ("section-next", 154.0, Anchor::End),
];

/// A pipe in words, as in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Its class.
    pub class: NetworkClass,
    /// Number on the sheet, class, key, size, material, cover, elevation of the axis, distance, room to the next.
    pub cells: [String; 9],
}

/// Pipes of a section in words, in its order.
pub(crate) fn rows(section: &Section, text: &Text) -> Vec<Row> {
    let unknown = || t!(text, "section-unknown");
    let metres = |value: Option<f64>| value.map_or_else(unknown, |m| format!("{} m", grouped(m, 2)));
    let gaps = section.gaps();
    // Wall to wall; from the axis where a size is not on record.
    let next = |at: usize| {
        gaps.get(at).map_or_else(
            || "–".to_owned(),
            |gap| match gap.clear_m {
                Some(clear) => metres(Some(clear)),
                None => format!("≤ {}", metres(Some(gap.apart_m))),
            },
        )
    };
    let row = |(at, pipe): (usize, &CutPipe)| Row {
        class: pipe.class,
        cells: [
            (at + 1).to_string(),
            text.stored("network", pipe.class.as_str()),
            pipe.key.clone(),
            if pipe.size.is_empty() { unknown() } else { pipe.size.clone() },
            pipe.material.clone().unwrap_or_else(unknown),
            metres(pipe.cover_m),
            metres(pipe.axis_m),
            metres(Some(pipe.at_m)),
            next(at),
        ],
    };
    section.pipes.iter().enumerate().map(row).collect()
}

/// What stands above the section.
#[derive(Debug, Clone)]
pub(crate) struct Heading<'a> {
    /// The park.
    pub park: &'a Park,
    /// Where it is cut.
    pub plane: SectionPlane,
    /// The day on which it is drawn.
    pub drawn_on: NaiveDate,
}

/// How a sheet of a section is to be made.
#[derive(Debug, Clone, Copy)]
pub struct SectionSheet<'a> {
    /// The park.
    pub park: &'a Park,
    /// First and last place of the line, m.
    pub ends: [[f64; 2]; 2],
    /// The day on which it is drawn.
    pub drawn_on: NaiveDate,
    /// Language.
    pub language: Language,
    /// How much higher than long; the most that fits, if not given.
    pub exaggeration: Option<f64>,
}

/// The sheet of a section as the text of an SVG file.
pub fn section_svg(section: &Section, of: &SectionSheet<'_>) -> String {
    let (theme, text) = (Theme::of(ThemeChoice::Daylight), Text::of(of.language));
    let plane = SectionPlane { from: of.ends[0], to: of.ends[1] };
    let heading = Heading { park: of.park, plane, drawn_on: of.drawn_on };
    let (marks, size) = sheet(section, &heading, of.exaggeration, &theme, text);
    svg(&marks, size, theme.panel, &title(of.park, text))
}

/// The sheet and its size. `wanted`: the exaggeration asked for.
pub(crate) fn sheet(
    section: &Section,
    heading: &Heading<'_>,
    wanted: Option<f64>,
    theme: &Theme,
    text: &Text,
) -> (Vec<Mark>, Vec2) {
    let inner = WIDTH - 2.0 * MARGIN;
    let drawn = chart(section, Vec2::new(inner, CHART), wanted, theme, text);
    let mut marks = Vec::new();
    let mut y = MARGIN + 10.0;
    let mut add = |shape: Shape, colour| marks.push(Mark::new(shape, colour));
    let bold = |at, said: String, size| Shape::Words {
        at,
        text: said,
        size,
        anchor: Anchor::Start,
        upright: false,
        bold: true,
    };
    let park = heading.park;
    let title = title(park, text);
    // Words of the tag are set strong: wider than they are counted.
    let tag = park.synthetic.then(|| t!(text, "synthetic"));
    let tag_width = tag.as_ref().map_or(0.0, |tag| width_of(tag, LETTERS) * 1.15 + 18.0);
    add(bold(Vec2::new(MARGIN, y), fitted(&title, 19.0, inner - tag_width - 60.0), 19.0), theme.ink);
    if let Some(tag) = tag {
        let high = Vec2::new(WIDTH - MARGIN, y + 10.0);
        add(Shape::Block { low: Vec2::new(high.x - tag_width, y - 10.0), high }, theme.tag);
        let at = Vec2::new(high.x - tag_width / 2.0, y);
        let (size, anchor) = (LETTERS, Anchor::Middle);
        add(Shape::Words { at, text: tag, size, anchor, upright: false, bold: true }, theme.panel);
    }
    y += 24.0;
    for said in said(section, heading, drawn.exaggeration, text) {
        add(
            words(Vec2::new(MARGIN, y), fitted(&said, LETTERS + 0.5, inner), LETTERS + 0.5, Anchor::Start),
            theme.ink_soft,
        );
        y += 16.0;
    }
    y += 8.0;
    let shift = Vec2::new(MARGIN, y);
    marks.extend(drawn.marks.into_iter().map(|mark| moved(mark, shift)));
    y += CHART + 22.0;
    y = table(&mut marks, &rows(section, text), y, theme, text);
    (marks, Vec2::new(WIDTH, y + MARGIN - ROW / 2.0))
}

/// Name of the sheet.
pub(super) fn title(park: &Park, text: &Text) -> String {
    t!(text, "section-title", park = park.name)
}

/// Lines under the title: where, how, when, from what.
fn said(section: &Section, heading: &Heading<'_>, exaggeration: f64, text: &Text) -> Vec<String> {
    let (park, plane) = (heading.park, heading.plane);
    let place = |[x, y]: [f64; 2]| format!("{x:.1} / {y:.1}");
    let place = t!(
        text,
        "section-place",
        from = place(plane.from),
        to = place(plane.to),
        length = grouped(section.length_m, 1),
        srid = park.srid
    );
    let as_of = park.as_of.map_or_else(|| t!(text, "date-unknown"), |date| t!(text, "as-of", date = date));
    let scale = t!(text, "section-scale", factor = exaggeration, as_of = as_of, drawn = heading.drawn_on);
    let source = park.attribution.clone().unwrap_or_else(|| t!(text, "section-unknown"));
    let licence = park.licence.as_ref().map_or_else(String::new, |licence| format!(" · {licence}"));
    vec![place, scale, t!(text, "section-source", source = format!("{source}{licence}")), t!(text, "section-note")]
}

pub(super) fn moved(mut mark: Mark, by: Vec2) -> Mark {
    match &mut mark.shape {
        Shape::Line { points, .. } => {
            for at in points {
                *at += by;
            }
        }
        Shape::Below { line, level } => {
            for at in line {
                *at += by;
            }
            *level += by.y;
        }
        Shape::Band { upper, lower } => {
            for at in upper.iter_mut().chain(lower) {
                *at += by;
            }
        }
        Shape::Block { low, high } => (*low, *high) = (*low + by, *high + by),
        Shape::Round { centre, .. } => *centre += by,
        Shape::Words { at, .. } => *at += by,
    }
    mark
}

/// Draws the table from `y` on and returns where it ends.
fn table(marks: &mut Vec<Mark>, rows: &[Row], mut y: f32, theme: &Theme, text: &Text) -> f32 {
    let mut add = |shape: Shape, colour| marks.push(Mark::new(shape, colour));
    let right = MARGIN + COLUMNS.iter().map(|column| column.1).sum::<f32>() + 20.0;
    let cells = |y: f32, cells: &[String; 9], bold: bool, colour| {
        let mut x = MARGIN + 20.0;
        let mut out = Vec::new();
        for (said, (_, width, anchor)) in cells.iter().zip(COLUMNS) {
            let at = Vec2::new(if anchor == Anchor::End { x + width - 14.0 } else { x }, y);
            let room = if bold { (width - 14.0) / 1.08 } else { width - 14.0 };
            let said = fitted(said, LETTERS, room);
            out.push(Mark::new(Shape::Words { at, text: said, size: LETTERS, anchor, upright: false, bold }, colour));
            x += width;
        }
        out
    };
    if rows.is_empty() {
        add(words(Vec2::new(MARGIN, y), t!(text, "section-no-pipes"), LETTERS, Anchor::Start), theme.ink_soft);
        return y + ROW;
    }
    let headings = COLUMNS.map(|column| text.get(column.0));
    let mut all = cells(y, &headings, true, theme.ink);
    y += ROW * 0.6;
    all.push(Mark::new(line(Vec2::new(MARGIN, y), Vec2::new(right, y), 1.0), theme.ink));
    y += ROW * 0.75;
    for row in rows {
        let middle = Vec2::new(MARGIN + 8.0, y);
        let half = Vec2::splat(4.5);
        all.push(Mark::new(Shape::Round { centre: middle, half, outline: 0.0 }, theme.network(row.class)));
        all.extend(cells(y, &row.cells, false, theme.ink));
        all.push(Mark::new(
            line(Vec2::new(MARGIN, y + ROW / 2.0), Vec2::new(right, y + ROW / 2.0), 0.5),
            theme.panel_line,
        ));
        y += ROW;
    }
    marks.extend(all);
    y
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bevy::math::DVec2;
    use spatial_db::cache::Cache;

    use super::super::tests::{assert_clear, boxes};
    use super::*;
    use crate::Language;
    use crate::fixture::{self, CORNER};
    use crate::theme::ThemeChoice;

    fn tiny(language: Language) -> (Vec<Mark>, Vec2, String) {
        let input = fixture::tiny();
        let at = |x: f64, y: f64| DVec2::new(CORNER.0 + x, CORNER.1 + y);
        // Across the drain and the main, through two halls.
        let plane = SectionPlane::facing(at(150.0, 60.0), at(290.0, 190.0), at(290.0, 0.0)).unwrap();
        let section = analysis::network::section(&Cache::build(Arc::clone(&input.snapshot)), plane.from, plane.to);
        let theme = Theme::of(ThemeChoice::Daylight);
        let drawn_on = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap();
        let heading = Heading { park: &input.snapshot.park, plane, drawn_on };
        let (marks, size) = sheet(&section, &heading, None, &theme, Text::of(language));
        let text = svg(&marks, size, theme.panel, &title(&input.snapshot.park, Text::of(language)));
        (marks, size, text)
    }

    #[test]
    fn the_sheet_says_what_it_is_where_it_is_and_that_it_is_synthetic() {
        let (marks, size, text) = tiny(Language::English);
        assert_clear(&marks);
        let said: Vec<String> = boxes(&marks).into_iter().map(|b| b.2).collect();
        let says = |part: &str| assert!(said.iter().any(|s| s.contains(part)), "“{part}” in {said:#?}");
        for part in
            ["Tiny Park 小园区", "SYNTHETIC DATA", "2024-06-30", "2026-01-15", "Made by hand for tests", "EPSG:4550"]
        {
            says(part);
        }
        for part in ["pipes-1", "pipes-2", "DN300", "DN800", "Hall 2", "water supply", "drainage", "PE"] {
            says(part);
        }
        for (low, high, what) in boxes(&marks) {
            assert!(low.x >= 0.0 && low.y >= 0.0 && high.x <= size.x && high.y <= size.y, "{what} leaves the sheet");
        }
        assert!(text.starts_with("<?xml") && text.trim_end().ends_with("</svg>"));
        assert_eq!(text.matches("<text").count(), text.matches("</text>").count());
    }

    #[test]
    fn figures_of_the_table_are_those_of_the_section() {
        let input = fixture::tiny();
        // The main rises from 5.0 to 5.5 m over 250 m along y = 136: 5.24 m at x = 100.
        let cache = Cache::build(Arc::clone(&input.snapshot));
        let ends = [[CORNER.0 + 100.0, CORNER.1 + 120.0], [CORNER.0 + 100.0, CORNER.1 + 150.0]];
        let section = analysis::network::section(&cache, ends[0], ends[1]);
        let rows = rows(&section, Text::of(Language::English));
        assert_eq!(rows.len(), 1);
        let ground = input.snapshot.terrain.as_ref().unwrap().height_at(CORNER.0 + 100.0, CORNER.1 + 136.0).unwrap();
        let cover = format!("{} m", grouped(ground - 5.24 - 0.15, 2));
        assert_eq!(
            rows[0].cells,
            ["1", "water supply", "pipes-1", "DN300", "PE", &cover, "5.24 m", "16.00 m", "–"].map(str::to_owned)
        );
    }

    #[test]
    fn chinese_words_have_room_too() {
        let (marks, _, text) = tiny(Language::Chinese);
        assert_clear(&marks);
        assert!(text.contains("给水") && text.contains("剖面"));
    }

    /// The whole file against a stored one, number by number; `TWIN_BLESS=1` writes it anew.
    #[test]
    fn the_file_is_the_stored_one() {
        let (_, _, text) = tiny(Language::English);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/section.svg");
        if std::env::var_os("TWIN_BLESS").is_some_and(|v| v == "1") {
            std::fs::write(&path, &text).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(text.lines().count(), stored.lines().count());
        for (line, (now, then)) in text.lines().zip(stored.lines()).enumerate() {
            assert_eq!(now, then, "line {}", line + 1);
        }
    }
}
