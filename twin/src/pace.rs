//! How fast work goes and how long it will take, from counts that come now and then.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Seconds that the rate looks back.
const WINDOW: Duration = Duration::from_secs(10);
/// Share of the work below which nothing is said about its end.
const TOO_EARLY: f64 = 0.02;
/// Time before which nothing is said about the end.
const TOO_SOON: Duration = Duration::from_secs(2);

/// Watches counts go by.
#[derive(Debug)]
pub(crate) struct Pace {
    began: Instant,
    /// Counts of the layer at hand, oldest first.
    seen: VecDeque<(Instant, u64)>,
}

impl Pace {
    /// Starts now.
    pub(crate) fn new(now: Instant) -> Self {
        Self { began: now, seen: VecDeque::new() }
    }

    /// Takes a count in; a lower one than before begins a new layer.
    pub(crate) fn count(&mut self, now: Instant, rows: u64) {
        if self.seen.back().is_some_and(|(_, before)| rows < *before) {
            self.seen.clear();
        }
        while self.seen.len() > 2 && self.seen.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.seen.pop_front();
        }
        self.seen.push_back((now, rows));
    }

    /// Rows a second, lately.
    pub(crate) fn rows_per_s(&self) -> Option<f64> {
        let ((first, low), (last, high)) = (self.seen.front()?, self.seen.back()?);
        let seconds = last.duration_since(*first).as_secs_f64();
        (seconds > 0.2).then(|| (high - low) as f64 / seconds)
    }

    /// What is left when so much of everything is done.
    pub(crate) fn left(&self, now: Instant, done: f64) -> Option<Duration> {
        let took = now.duration_since(self.began);
        if !(TOO_EARLY..=1.0).contains(&done) || took < TOO_SOON {
            return None;
        }
        Some(took.mul_f64((1.0 - done) / done))
    }
}

/// A rate for people: `12,300 rows/s`.
pub(crate) fn rate(rows_per_s: f64) -> String {
    format!(
        "{} rows/s",
        grouped(if rows_per_s < 100.0 { rows_per_s } else { (rows_per_s / 100.0).round() * 100.0 } as u64)
    )
}

/// A time for people: `45 s`, `3 min`.
pub(crate) fn span(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..100 => format!("{} s", seconds.max(1)),
        seconds @ 100..6000 => format!("{} min", (seconds + 30) / 60),
        seconds => format!("{} h", (seconds + 1800) / 3600),
    }
}

/// A count with separated thousands.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_layer_at_hand() {
        let began = Instant::now();
        let at = |seconds: f64| began + Duration::from_secs_f64(seconds);
        let mut pace = Pace::new(began);
        for (seconds, rows) in [(0.0, 0), (1.0, 10_000), (2.0, 20_000)] {
            pace.count(at(seconds), rows);
        }
        assert_eq!(pace.rows_per_s(), Some(10_000.0));
        pace.count(at(2.5), 0);
        assert_eq!(pace.rows_per_s(), None);
        pace.count(at(3.5), 500);
        assert_eq!(pace.rows_per_s(), Some(500.0));
        // An hour later only the last seconds count.
        for second in 3600_u32..3630 {
            pace.count(at(f64::from(second)), 1000 + u64::from(second - 3600) * 7);
        }
        assert!(pace.rows_per_s().is_some_and(|rate| (rate - 7.0).abs() < 0.01), "{pace:?}");
    }

    #[test]
    fn the_end_is_told_once_it_can_be() {
        let began = Instant::now();
        let pace = Pace::new(began);
        assert_eq!(pace.left(began + Duration::from_secs(1), 0.5), None);
        assert_eq!(pace.left(began + Duration::from_mins(1), 0.01), None);
        assert_eq!(pace.left(began + Duration::from_mins(1), 0.25), Some(Duration::from_mins(3)));
    }

    #[test]
    fn figures_are_easy_to_read() {
        assert_eq!((grouped(7), grouped(1234), grouped(1_000_000)), ("7".into(), "1,234".into(), "1,000,000".into()));
        assert_eq!((rate(12_345.6), rate(7.9)), ("12,300 rows/s".into(), "7 rows/s".into()));
        let spans = [1, 99, 100, 3600, 7200].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(spans, ["1 s", "99 s", "2 min", "60 min", "2 h"]);
    }
}
