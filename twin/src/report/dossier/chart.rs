//! Drawings of a dossier, as SVG inside the page: the clock on a line of time, and sums by year.

use std::fmt::Write;

use analysis::land::{Mark, YearSums};
use chrono::NaiveDate;
use twin_engine::text::Text;

use crate::report::drawings::escaped;

/// Width of a drawing, in its own units.
const WIDTH: f64 = 720.0;

/// The clock's days on a line of time, with the day of the dossier; nothing where there are none.
pub(super) fn clock(marks: &[Mark], as_of: NaiveDate, today: &str, text: &Text) -> String {
    let days = marks.iter().map(|mark| mark.day).chain([as_of]);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return String::new() };
    if marks.is_empty() {
        return String::new();
    }
    let span = (last - first).num_days().max(1) as f64;
    let (left, right) = (70.0, WIDTH - 70.0);
    let at = |day: NaiveDate| left + (day - first).num_days() as f64 / span * (right - left);
    let rows = marks.len() + 1;
    let height = 40.0 + 22.0 * rows as f64;
    let mut out = format!(r#"<svg class="clock" viewBox="0 0 {WIDTH} {height}" role="img">"#);
    let _ = write!(
        out,
        r##"<line x1="{left}" y1="20" x2="{right}" y2="20" class="axis" stroke="#1d2833" stroke-width="2"/>"##
    );
    let today = (as_of, today.to_owned(), "today");
    let all = marks
        .iter()
        .map(|mark| (mark.day, text.words(&mark.words), if mark.limit { "limit" } else { "event" }))
        .chain([today]);
    for (row, (day, words, class)) in all.enumerate() {
        let (x, y) = (at(day), 46.0 + 22.0 * row as f64);
        // Said here too, for programs that read no styles inside a drawing.
        let ink = match class {
            "limit" => "#b3261e",
            "today" => "#0a6ed1",
            _ => "#5c6670",
        };
        // Words stand on the side where there is room.
        let (anchor, shift) = if x > WIDTH / 2.0 { ("end", -6.0) } else { ("start", 6.0) };
        let _ = write!(
            out,
            r#"<line x1="{x:.1}" y1="14" x2="{x:.1}" y2="{y:.1}" class="{class}" stroke="{ink}"/><circle cx="{x:.1}" cy="20" r="4.5" class="{class}" fill="{ink}"/><text x="{:.1}" y="{:.1}" text-anchor="{anchor}" class="{class}" fill="{ink}">{day} {}</text>"#,
            x + shift,
            y + 3.0,
            escaped(&words),
        );
    }
    out.push_str("</svg>");
    out
}

/// One of the sums of a year.
type Figure = fn(&YearSums) -> Option<f64>;

/// Output and tax by year as bars, each on its own scale; nothing for fewer than two years.
pub(super) fn years(sums: &[YearSums], names: [String; 2]) -> String {
    let Some(currency) = sums.first().and_then(|sum| sum.currency.clone()) else { return String::new() };
    if sums.len() < 2 || sums.iter().any(|sum| sum.currency.as_ref() != Some(&currency)) {
        return String::new();
    }
    let half = WIDTH / 2.0;
    let [output, tax] = names;
    let mut out = format!(r#"<svg class="years" viewBox="0 0 {WIDTH} 170" role="img">"#);
    let series: [(String, Figure, &str); 2] = [(output, |sum| sum.output, "output"), (tax, |sum| sum.tax, "tax")];
    for (place, (name, value, class)) in series.into_iter().enumerate() {
        let ink = if class == "tax" { "#8a6d3b" } else { "#3b6ea5" };
        let left = place as f64 * half + 8.0;
        let most = sums.iter().filter_map(value).fold(0.0, f64::max);
        if most <= 0.0 {
            continue;
        }
        let _ =
            write!(out, r#"<text x="{left}" y="14" class="head">{}, {}</text>"#, escaped(&name), escaped(&currency));
        let step = (half - 24.0) / sums.len() as f64;
        for (at, sum) in sums.iter().enumerate() {
            let x = left + at as f64 * step;
            // A year that is not known has no bar and says so.
            let known = value(sum).filter(|sum| *sum >= 0.0);
            let height = known.map_or(0.0, |sum| sum / most * 100.0);
            let _ = write!(
                out,
                r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{height:.1}" class="{class}" fill="{ink}"/><text x="{:.1}" y="152" text-anchor="middle">{}</text><text x="{:.1}" y="{:.1}" text-anchor="middle" class="value">{}</text>"#,
                x + step * 0.15,
                138.0 - height,
                step * 0.7,
                x + step / 2.0,
                sum.year,
                x + step / 2.0,
                133.0 - height,
                known.map_or_else(|| "?".to_owned(), short),
            );
        }
    }
    out.push_str("</svg>");
    out
}

/// A sum in few letters: millions or thousands.
fn short(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.1} M", v / 1e6),
        v if v >= 1e3 => format!("{:.0} k", v / 1e3),
        v => format!("{v:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use twin_engine::Language;

    #[test]
    fn days_stand_in_their_order_on_the_line_and_words_are_escaped() {
        let day = |d| NaiveDate::from_ymd_opt(2024, 1, d).unwrap();
        let marks = [(2, "a < b", true), (11, "later", false)].map(|(d, words, limit)| Mark {
            day: day(d),
            words: words.into(),
            limit,
        });
        let svg = clock(&marks, day(21), "today", Text::of(Language::English));
        assert!(svg.contains("a &lt; b") && svg.contains("2024-01-21"));
        let places: Vec<f64> =
            svg.split("<circle cx=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
        assert_eq!(places.len(), 3);
        assert!((places[1] - f64::midpoint(places[0], places[2])).abs() < 20.0, "{places:?}");
        assert!(clock(&[], day(3), "today", Text::of(Language::English)).is_empty());
    }

    #[test]
    fn years_of_two_currencies_are_not_drawn_together() {
        let year =
            |year, currency: &str| YearSums { year, output: Some(5e6), tax: None, currency: Some(currency.into()) };
        let names = || ["output", "tax"].map(String::from);
        assert!(years(&[year(2023, "CNY"), year(2024, "CNY")], names()).contains("5.0 M"));
        assert!(years(&[year(2023, "CNY"), year(2024, "EUR")], names()).is_empty());
    }
}
