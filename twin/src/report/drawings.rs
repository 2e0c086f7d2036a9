//! Drawings of a report's page, as SVG inside it: bars with ranges and a line to hold them against, and a Gantt chart. Every sign is
//! more than a colour, for paper that has none.

use std::fmt::Write;

use analysis::evaluation::{BarChart, BarRow};
use analysis::projects::{Gantt, GanttRow, Timing, gantt_words};
use chrono::{Datelike, NaiveDate};
use twin_engine::text::Text;

/// Width of a drawing, in its own units.
const WIDTH: f64 = 1000.0;
/// Where bars begin, and where they end so that words have room behind them.
const LEFT: f64 = 260.0;
const RIGHT: f64 = 780.0;
/// Height of a row of bars, and of a row of the Gantt chart.
const BAR: f64 = 20.0;
const ROW: f64 = 24.0;
/// Rows on one drawing: a drawing is not torn apart, and this many fit on a landscape A4 page.
const MOST: usize = 22;
/// Room above the rows for the axis.
const AXIS: f64 = 26.0;
/// Stripes, over what stands still or may be.
const STRIPES: &str = r##"<defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff" fill-opacity="0.55"/><line x1="0" y1="0" x2="0" y2="5" stroke="#1d2833" stroke-width="1.4"/></pattern></defs>"##;

/// A drawing of a page.
pub(super) struct Drawing {
    /// Heading.
    pub(super) title: String,
    /// The drawing, in as many parts as pages need; made here and safe.
    pub(super) parts: Vec<String>,
    /// What its signs mean.
    pub(super) legend: String,
}

/// Letters that mean something in SVG, taken for letters.
pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Size of letters as the page has them, and of those on two lines.
const LETTERS: f64 = 11.0;
const SMALL: f64 = 9.0;

/// About how wide a letter is; those of Chinese are twice as wide.
fn wide(c: char) -> f64 {
    if c.is_ascii() { 5.9 } else { 11.0 }
}

fn width(words: &str) -> f64 {
    words.chars().map(wide).sum()
}

/// A value behind the bars at a height: on two lines in smaller letters where it would end beyond the drawing, since a value that is cut
/// off is another.
fn behind(words: &str, y: f64) -> String {
    let x = RIGHT + 8.0;
    let room = WIDTH - x - 4.0;
    if width(words) <= room {
        return format!(r#"<text x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(words));
    }
    let (first, second) = in_two(words);
    let size = (LETTERS * room / width(first).max(width(second))).min(SMALL);
    let line = |words: &str, y: f64| {
        format!(r#"<text x="{x:.1}" y="{y:.1}" style="font-size:{size:.1}px">{}</text>"#, escaped(words.trim()))
    };
    line(first, y - 5.5) + &line(second, y + 4.0)
}

/// Words in two lines as long as each other where they may be parted: at a space or between Chinese letters, not before what closes.
fn in_two(words: &str) -> (&str, &str) {
    let letters: Vec<(usize, char)> = words.char_indices().collect();
    let parted = letters.windows(2).filter_map(|pair| {
        let [(_, before), (at, after)] = *pair else { return None };
        let may =
            before == ' ' || (!before.is_ascii() && !"（《「".contains(before) && !"），。；：、》」".contains(after));
        may.then(|| words.split_at(at))
    });
    let longest = |(first, second): &(&str, &str)| width(first).max(width(second));
    parted.min_by(|a, b| longest(a).total_cmp(&longest(b))).unwrap_or((words, ""))
}

/// So much of the words as fits.
fn fitted(words: &str, room: f64) -> String {
    let mut used = 0.0;
    for (at, c) in words.char_indices() {
        used += wide(c);
        if used > room {
            return format!("{}…", words[..at].trim_end());
        }
    }
    words.to_owned()
}

fn opened(height: f64) -> String {
    format!(r#"<svg viewBox="0 0 {WIDTH} {height:.0}" role="img">{STRIPES}"#)
}

/// Bars on an axis from 0, with the line that they are held against: to the lowest value in full, from there to the highest in stripes;
/// what is unknown is stripes from end to end.
pub(super) fn bars(chart: &BarChart, text: &Text) -> Drawing {
    let most = if chart.most.is_finite() && chart.most > 0.0 { chart.most } else { 1.0 };
    let at = |value: f64| LEFT + (value / most).clamp(0.0, 1.0) * (RIGHT - LEFT);
    let mark = (at(chart.mark.0), text.words(&chart.mark.1));
    let parts = chart.rows.chunks(MOST).map(|rows| part_of_bars(rows, &at, &mark, text)).collect();
    Drawing { title: text.words(&chart.title), parts, legend: text.words(&chart.legend) }
}

fn part_of_bars(rows: &[BarRow], at: &dyn Fn(f64) -> f64, (x, said): &(f64, String), text: &Text) -> String {
    let height = AXIS + rows.len() as f64 * BAR + 4.0;
    let mut out = opened(height);
    for (row, bar) in rows.iter().enumerate() {
        let y = AXIS + row as f64 * BAR;
        let indent = bar.depth as f64 * 12.0;
        let weight = if bar.depth == 0 { "700" } else { "400" };
        let label = escaped(&fitted(&text.words(&bar.label), LEFT - 14.0 - indent));
        let _ = write!(
            out,
            r##"<text x="{indent:.0}" y="{:.1}" font-weight="{weight}">{label}</text><line x1="{LEFT}" y1="{:.1}" x2="{RIGHT}" y2="{:.1}" stroke="#d5d9dd"/>"##,
            y + 14.0,
            y + BAR,
            y + BAR,
        );
        if let Some(range) = bar.range {
            let (from, to) = (at(range.low), at(range.high));
            let _ = write!(
                out,
                r##"<rect class="low" x="{LEFT}" y="{:.1}" width="{:.1}" height="11" fill="#3b6ea5"/>"##,
                y + 5.0,
                from - LEFT,
            );
            if to > from {
                let _ = write!(
                    out,
                    r##"<rect class="range" x="{from:.1}" y="{:.1}" width="{:.1}" height="11" fill="url(#stripes)" stroke="#3b6ea5"/>"##,
                    y + 5.0,
                    to - from,
                );
            }
        } else {
            // Unknown is a sign of its own, from one end of the axis to the other.
            let _ = write!(
                out,
                r##"<rect class="unknown" x="{LEFT}" y="{:.1}" width="{:.1}" height="11" fill="url(#stripes)" stroke="#8a9199" stroke-dasharray="3 2"/>"##,
                y + 5.0,
                RIGHT - LEFT,
            );
        }
        out.push_str(&behind(&text.words(&bar.shown), y + 14.0));
    }
    let _ = write!(
        out,
        r##"<line class="mark" x1="{x:.1}" y1="16" x2="{x:.1}" y2="{height:.1}" stroke="#b3261e" stroke-width="1.6" stroke-dasharray="5 3"/><text x="{x:.1}" y="12" text-anchor="middle" fill="#b3261e">{}</text></svg>"##,
        escaped(said),
    );
    out
}

/// Projects on a line of time: planned above, actual below, what is expected in dashes, the day asked for as a line.
pub(super) fn gantt(chart: &Gantt, text: &Text) -> Drawing {
    let words = gantt_words();
    let said = [&words.planned, &words.actual, &words.expected, &words.suspended, &words.late];
    let signs = ["▭", "■", "┄", "▨", "▲"];
    let legend: Vec<String> =
        signs.iter().zip(said).map(|(sign, said)| format!("{sign} {}", text.words(said))).collect();
    let parts = chart.rows.chunks(MOST).map(|rows| part(chart, rows, &text.words(&words.today), text)).collect();
    Drawing { title: text.words(&words.title), parts, legend: legend.join(" · ") }
}

fn part(chart: &Gantt, rows: &[GanttRow], today: &str, text: &Text) -> String {
    let span = (chart.to - chart.from).num_days().max(1) as f64;
    let at = |day: NaiveDate| LEFT + (day - chart.from).num_days() as f64 / span * (RIGHT - LEFT);
    let height = AXIS + rows.len() as f64 * ROW + 18.0;
    let mut out = opened(height);
    years(&mut out, chart, &at, height);
    for (place, row) in rows.iter().enumerate() {
        one(&mut out, row, AXIS + place as f64 * ROW, &at, text);
    }
    let x = at(chart.as_of);
    let _ = write!(
        out,
        r##"<line class="today" x1="{x:.1}" y1="16" x2="{x:.1}" y2="{:.1}" stroke="#0a6ed1" stroke-width="1.6"/><text x="{x:.1}" y="{:.1}" text-anchor="middle" fill="#0a6ed1" font-weight="700">{} {}</text></svg>"##,
        height - 14.0,
        height - 3.0,
        escaped(today),
        chart.as_of,
    );
    out
}

/// The first days of years, with their numbers where there is room for them.
fn years(out: &mut String, chart: &Gantt, at: &dyn Fn(NaiveDate) -> f64, height: f64) {
    let all = chart.to.year() - chart.from.year();
    let step = if all > 40 {
        10
    } else if all > 18 {
        5
    } else {
        1
    };
    for year in chart.from.year()..=chart.to.year() {
        let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1).filter(|day| (chart.from..=chart.to).contains(day))
        else {
            continue;
        };
        let x = at(first);
        let _ = write!(
            out,
            r##"<line class="year" x1="{x:.1}" y1="16" x2="{x:.1}" y2="{:.1}" stroke="#d5d9dd"/>"##,
            height - 14.0,
        );
        if year % step == 0 {
            let _ = write!(out, r#"<text x="{x:.1}" y="12" text-anchor="middle">{year}</text>"#);
        }
    }
}

fn one(out: &mut String, row: &GanttRow, y: f64, at: &dyn Fn(NaiveDate) -> f64, text: &Text) {
    let late = match row.timing {
        Timing::Late { days, .. } => Some(days),
        _ => None,
    };
    let (ink, sign, weight) = if late.is_some() { ("#b3261e", "▲ ", "700") } else { ("#3b6ea5", "", "400") };
    let label = escaped(&fitted(&format!("{sign}{}", row.label), LEFT - 14.0));
    let _ = write!(out, r#"<text x="0" y="{:.1}" font-weight="{weight}">{label}</text>"#, y + 16.0);
    let mut bar = |from: NaiveDate, to: NaiveDate, [top, tall]: [f64; 2], class: &str, look: &str| {
        let (from, to) = (at(from), at(to));
        let width = (to - from).max(1.0);
        let _ = write!(
            out,
            r#"<rect class="{class}" x="{from:.1}" y="{:.1}" width="{width:.1}" height="{tall}" {look}/>"#,
            y + top,
        );
    };
    for planned in &row.planned {
        bar(planned.from, planned.to, [3.0, 6.0], "planned", r##"fill="#fff" stroke="#5c6670""##);
    }
    for actual in &row.actual {
        bar(
            actual.from,
            actual.to,
            [11.0, 8.0],
            "actual",
            &format!(r##"fill="{ink}" stroke="#fff" stroke-width="0.6""##),
        );
    }
    for expected in &row.expected {
        let look = format!(r#"fill="none" stroke="{ink}" stroke-dasharray="3 2""#);
        bar(expected.from, expected.to, [12.0, 6.0], "expected", &look);
    }
    for [from, to] in &row.suspended {
        bar(*from, *to, [11.0, 8.0], "suspended", r#"fill="url(#stripes)""#);
    }
    if let Some(days) = late {
        let said = text.words(&analysis::projects::late_words(days));
        let _ = write!(
            out,
            r##"<text class="late" x="{:.1}" y="{:.1}" fill="#b3261e">▲ {}</text>"##,
            RIGHT + 8.0,
            y + 16.0,
            escaped(&said),
        );
    }
}

#[cfg(test)]
mod tests {
    use analysis::evaluation::Range;
    use analysis::projects::{GanttBar, Milestone, Stage};
    use twin_engine::Language;

    use super::*;

    fn numbers(svg: &str, class: &str, what: &str) -> Vec<f64> {
        let opening = format!("class=\"{class}\"");
        let number = |rest: &str| rest.split(&format!("{what}=\"")).nth(1)?.split('"').next()?.parse().ok();
        svg.split(&opening).skip(1).map(|rest| number(rest).expect("a number")).collect()
    }

    #[test]
    fn a_bar_is_as_long_as_its_value_and_its_range_is_another_sign() {
        let bar = |range: Option<Range>| BarRow { label: "a < b".into(), depth: 0, range, shown: "1".into() };
        let chart = |rows: Vec<BarRow>| BarChart {
            title: "t".into(),
            rows,
            most: 100.0,
            mark: (100.0, "T".into()),
            legend: "l".into(),
        };
        let all = [Range::exactly(50.0), Range::new(25.0, f64::INFINITY)].map(|range| bar(Some(range)));
        let text = Text::of(Language::English);
        let drawing = bars(&chart(all.into_iter().chain([bar(None)]).collect()), text);
        let svg = drawing.parts[0].as_str();
        let room = RIGHT - LEFT;
        assert_eq!(numbers(svg, "low", "width"), [room * 0.5, room * 0.25]);
        assert_eq!(numbers(svg, "range", "width"), [room * 0.75], "what nothing bounds ends where the axis does");
        assert_eq!(numbers(svg, "unknown", "width"), [room], "unknown is drawn, not left out");
        assert_eq!(numbers(svg, "mark", "x1"), [RIGHT]);
        assert!(svg.contains("a &lt; b") && !svg.contains("inf"));
        let many: Vec<BarRow> = (0..=MOST).map(|_| bar(None)).collect();
        assert_eq!(bars(&chart(many), text).parts.len(), 2, "a page holds so many");
    }

    #[test]
    fn no_value_ends_beyond_the_drawing() {
        assert_eq!(behind("49.8 (0.302 of 0.6)", 14.0).matches("<text").count(), 1);
        let parted = |words: &str| {
            let drawn = behind(words, 14.0);
            assert!(drawn.matches("<text").count() == 2 && !drawn.contains("textLength"), "{drawn}");
            let size: f64 = drawn.split("font-size:").nth(1).unwrap().split("px").next().unwrap().parse().unwrap();
            let (first, second) = in_two(words);
            for line in [first, second] {
                assert!(width(line) * size / LETTERS <= WIDTH - RIGHT - 8.0, "{line} of {size}");
            }
            (first.trim().to_owned(), second.trim().to_owned(), size)
        };
        let (first, second, size) = parted("49.8 – 100.0（理想值 6000 中的 2989 – 6000，见说明）");
        assert_eq!((first.as_str(), second.as_str()), ("49.8 – 100.0（理想值 6000", "中的 2989 – 6000，见说明）"));
        assert!(size > 8.0, "{size}");
        assert_eq!(
            parted("unknown: no figures of enterprises of that year are on record").0,
            "unknown: no figures of enterprises"
        );
        // What cannot be parted is as small as it must be.
        assert!(parted(&"9".repeat(60)).2 < SMALL);
    }

    #[test]
    fn planned_and_actual_stand_on_the_days_and_late_is_said() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let bar = |from, to| GanttBar { to_milestone: Milestone::Completion, from: day(from), to: day(to) };
        let row = GanttRow {
            key: "P".into(),
            label: "Hall & yard".into(),
            parcel_key: None,
            stage: Stage::Building,
            timing: Timing::Late { milestone: Milestone::Completion, days: 366 },
            planned: vec![bar("2023-01-01", "2024-01-01")],
            actual: vec![bar("2023-01-01", "2025-01-01")],
            expected: Vec::new(),
            suspended: vec![[day("2024-01-01"), day("2024-07-01")]],
            marks: Vec::new(),
        };
        let [from, to] = ["2023-01-01", "2025-12-31"].map(day);
        let chart = Gantt { as_of: day("2025-01-01"), from, to, rows: vec![row] };
        let drawing = gantt(&chart, Text::of(Language::English));
        let svg = drawing.parts[0].as_str();
        let (planned, actual) = (numbers(svg, "planned", "width")[0], numbers(svg, "actual", "width")[0]);
        assert!((planned / actual - 365.0 / 731.0).abs() < 1e-3, "{planned} {actual}");
        let today = numbers(svg, "today", "x1")[0];
        assert!((today - LEFT - actual).abs() < 0.2, "what goes on ends on the day asked for: {today}");
        assert_eq!(numbers(svg, "year", "x1").len(), 3, "2023, 2024, 2025");
        for said in ["Hall &amp; yard", "▲ 366 d late", ">2024<", "2025-01-01", "url(#stripes)"] {
            assert!(svg.contains(said), "{said} in {svg}");
        }
        assert_eq!(drawing.legend.matches('·').count(), 4, "{}", drawing.legend);
    }
}
