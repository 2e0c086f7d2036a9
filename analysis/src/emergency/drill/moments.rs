//! Moments of a drill that are worth a picture.

use geo::Area;

use super::file::DrillFile;
use super::report::clock;
use super::run::DrillRun;
use crate::words;
use crate::words::{Words, phrase};

/// Moments nearer to one another than this are one, and it is told as each of them, s.
const APART_S: f64 = 1.0;

/// Moments that are worth a picture, s from the start, with what they are, in their order: the start, the alarm, the first water, the worst
/// minute, the end. What did not happen is left out, and so is the worst minute where nobody and nothing was ever in danger. The worst minute
/// is that in which most people came into the danger, outside or in line at a door; where nobody did, that of its largest area. Both are told
/// by minutes.
pub fn key_moments(file: &DrillFile, run: &DrillRun) -> Vec<(f64, Words)> {
    let outcome = &run.outcome;
    let end_s = (file.length_min * 60.0).floor();
    let wanted = [
        Some((0.0, phrase("drill-moment-start", "the start").into())),
        outcome.alarm_s.map(|at| (at, phrase("drill-moment-alarm", "the alarm").into())),
        outcome.first_water_s.map(|at| (at, phrase("drill-moment-water", "the first water").into())),
        worst(run),
        Some((end_s, phrase("drill-moment-end", "the end").into())),
    ];
    let mut found: Vec<(f64, Words)> = Vec::new();
    for (at_s, what) in wanted.into_iter().flatten() {
        match found.iter_mut().find(|known| (known.0 - at_s).abs() < APART_S) {
            Some(known) => {
                let before = known.1.clone();
                known.1 = words!("drill-moment-both", "{one}; {other}", one = before, other = what);
            }
            None => found.push((at_s, what)),
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

fn worst(run: &DrillRun) -> Option<(f64, Words)> {
    // The first of those that are as bad.
    let (mut most, mut when_s, mut before) = (0, 0.0, 0);
    for count in &run.counts {
        let came = count.exposed.saturating_sub(before);
        if came > most {
            (most, when_s) = (came, count.at_s);
        }
        before = count.exposed;
    }
    if most > 0 {
        let text = words!(
            "drill-moment-exposed",
            "the minute in which most people outside or at a door came into the danger: {count}",
            count = most.to_string()
        );
        return Some((when_s, text));
    }
    let (mut largest, mut when_s) = (0.0, None);
    for zone in &run.zones {
        let area = zone.area.unsigned_area();
        if area > largest {
            (largest, when_s) = (area, Some(zone.at_s));
        }
    }
    when_s.map(|at_s| (at_s, phrase("drill-moment-largest", "the danger at its largest").into()))
}

/// What a picture of a moment shows: the place of the incident from near, or the whole park.
pub fn moment_caption(at_s: f64, what: &Words, near: bool) -> Words {
    let (time, what) = (clock(Some(at_s)), what.clone());
    if near {
        words!("drill-picture-near", "{time} – {what}. The place of the incident", time = time, what = what)
    } else {
        words!("drill-picture-park", "{time} – {what}. The whole park", time = time, what = what)
    }
}
