//! The sun: as a map is lit, or as it stands over the park on a day at an hour.

use bevy_egui::egui::{DragValue, Slider, Ui};
use chrono::{Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone, Timelike};

use super::{Panels, look};
use crate::sun::{SunTime, offset_of};
use crate::text::t;

/// Minutes between two steps of the slider.
const STEP_MIN: f64 = 5.0;

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    look::group(ui, &t!(words, "sun"));
    let now = panels.twin.shown.sun;
    let mut by_time = now.is_some();
    ui.checkbox(&mut by_time, t!(words, "sun-by-time")).on_hover_text(t!(words, "sun-help"));
    let next = if by_time { now.or_else(|| first(panels)) } else { None };
    let next = next.map(|time| sliders(ui, panels, time));
    if next != now {
        panels.twin.shown.sun = next;
    }
    if next.is_some() {
        let sun = panels.twin.light();
        let said = if sun.elevation_deg > 0.0 {
            t!(
                words,
                "sun-stands",
                azimuth = format!("{:.0}", sun.azimuth_deg),
                elevation = format!("{:.0}", sun.elevation_deg)
            )
        } else {
            t!(words, "sun-down")
        };
        ui.label(look::note(said));
    }
}

/// Three in the afternoon of the day that is looked at.
fn first(panels: &Panels) -> Option<SunTime> {
    let day = panels.twin.day().unwrap_or_else(|| chrono::Local::now().date_naive());
    let offset = offset_of(panels.twin.place()?);
    offset.from_local_datetime(&day.and_time(NaiveTime::from_hms_opt(15, 0, 0)?)).single()
}

fn sliders(ui: &mut Ui, panels: &Panels, time: SunTime) -> SunTime {
    let words = panels.twin.words();
    let (day, clock) = (time.date_naive(), time.time());
    let mut of_year = day.ordinal();
    let mut minutes = f64::from(clock.num_seconds_from_midnight()) / 60.0;
    let mut offset_h = f64::from(time.offset().local_minus_utc()) / 3600.0;
    ui.spacing_mut().slider_width = 130.0;
    let days =
        if NaiveDate::from_ymd_opt(day.year(), 12, 31).is_some_and(|last| last.ordinal() == 366) { 366 } else { 365 };
    let shown = |at: f64, _: std::ops::RangeInclusive<usize>| {
        NaiveDate::from_yo_opt(day.year(), at as u32)
            .map_or_else(String::new, |day| format!("{:02}-{:02}", day.month(), day.day()))
    };
    ui.add(Slider::new(&mut of_year, 1..=days).custom_formatter(shown).text(t!(words, "sun-day")));
    let clock = |at: f64, _: std::ops::RangeInclusive<usize>| format!("{:02}:{:02}", at as u32 / 60, at as u32 % 60);
    ui.add(
        Slider::new(&mut minutes, 0.0..=1435.0).step_by(STEP_MIN).custom_formatter(clock).text(t!(words, "sun-hour")),
    );
    ui.horizontal(|ui| {
        ui.add(DragValue::new(&mut offset_h).range(-12.0..=14.0).speed(0.05).fixed_decimals(1));
        ui.label(look::note(t!(words, "sun-offset")));
    });
    let moved = || {
        let offset = FixedOffset::east_opt((offset_h * 3600.0).round() as i32)?;
        let day = NaiveDate::from_yo_opt(day.year(), of_year)?;
        let time = NaiveTime::MIN + Duration::minutes(minutes.round() as i64);
        offset.from_local_datetime(&day.and_time(time)).single()
    };
    moved().unwrap_or(time)
}
