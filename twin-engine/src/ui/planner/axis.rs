//! Days along a line: where each lies, and the years beneath.

use bevy_egui::egui::{Align2, Color32, FontId, Painter, Rangef, Stroke, pos2};
use chrono::{Datelike, Months, NaiveDate};

use crate::ui::look;

/// Least distance between two numbers of years, points.
const LEAST: f32 = 38.0;

/// Days from left to right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    first: NaiveDate,
    days: f32,
    x: Rangef,
}

impl Axis {
    /// From `first` to `last`, with a little air at both ends.
    pub(super) fn new(first: NaiveDate, last: NaiveDate, x: Rangef) -> Self {
        let air = ((last - first).num_days() / 30).max(20);
        let first = first - chrono::Duration::days(air);
        Self { first, days: ((last - first).num_days() + air) as f32, x }
    }

    /// Where a day lies.
    pub(super) fn at(&self, day: NaiveDate) -> f32 {
        let share = ((day - self.first).num_days() as f32 / self.days).clamp(0.0, 1.0);
        self.x.min + share * self.x.span()
    }

    /// The first days of years that have room, so many years apart.
    pub(super) fn years(&self) -> Vec<NaiveDate> {
        let all = self.days / 365.0;
        let fit = (self.x.span() / LEAST).max(1.0);
        let every = [1, 2, 5, 10, 20, 50].into_iter().find(|step| all / *step as f32 <= fit).unwrap_or(100);
        let last = self.first + chrono::Duration::days(self.days as i64);
        (self.first.year() + 1..=last.year())
            .filter(|year| year % every == 0)
            .filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1))
            .collect()
    }

    /// The numbers of the years at `y`, each with a line down through `lines`.
    pub(super) fn paint(&self, painter: &Painter, y: f32, lines: Rangef, ink: Color32) {
        for year in self.years() {
            let x = self.at(year);
            painter.vline(x, lines, Stroke::new(1.0, ink.gamma_multiply(0.22)));
            let font = FontId::proportional(look::SMALL - 1.0);
            painter.text(pos2(x, y), Align2::CENTER_CENTER, year.year(), font, ink);
        }
    }
}

/// The same day a year on, for lines that would else have no length.
pub(super) fn a_year_on(day: NaiveDate) -> NaiveDate {
    day.checked_add_months(Months::new(12)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_lie_in_their_order_within_the_line() {
        let axis = Axis::new(day("2020-05-01"), day("2026-06-30"), Rangef::new(100.0, 700.0));
        let xs = ["2020-05-01", "2021-01-01", "2024-02-29", "2026-06-30"].map(|text| axis.at(day(text)));
        assert!(xs.windows(2).all(|pair| pair[0] < pair[1]), "{xs:?}");
        assert!(xs[0] > 100.0 && xs[3] < 700.0, "{xs:?}");
        assert!((axis.at(day("1990-01-01")) - 100.0).abs() < 1e-3, "what is before the line lies at its end");
        assert_eq!(axis.years().len(), 6);
        assert!(Axis::new(day("1900-01-01"), day("2026-01-01"), Rangef::new(0.0, 400.0)).years().len() < 11);
    }
}
