//! The read-out at the foot: where the pointer is, the scale, what is selected, how the drawing goes.

use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy_egui::egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use super::{Panels, live, look};
use crate::app::RenderWatch;
use crate::inspect::grouped;
use crate::text::t;
use analysis::geodetic::{Geodetic, LonLat};

/// Metres of a pixel of a printed sheet, as OGC defines scale denominators (OGC 05-078r4: 0.28 mm).
const PIXEL_M: f64 = 0.000_28;

/// Work of the last frames. Whatever lies between two frames, a rest or a wait for the screen, is none.
#[derive(Debug, Default)]
pub(super) struct Pace {
    smoothed: Option<f32>,
}

impl Pace {
    /// Takes the work of a frame.
    fn add(&mut self, work: Duration) {
        let ms = work.as_secs_f32() * 1000.0;
        self.smoothed = Some(self.smoothed.map_or(ms, |old| old + (ms - old) * 0.2));
    }
}

/// When the frame at hand began.
#[derive(Resource, Debug, Clone, Copy)]
pub(super) struct FrameBegan(Instant);

impl Default for FrameBegan {
    fn default() -> Self {
        Self(Instant::now())
    }
}

pub(super) fn begin_frame(mut began: ResMut<FrameBegan>) {
    *began = FrameBegan::default();
}

/// The work of a frame: what it took to say what is drawn, or to draw the one before, which goes on beside it.
pub(super) fn take_pace(began: Res<FrameBegan>, watch: Option<Res<RenderWatch>>, mut ui: ResMut<super::Ui>) {
    let drew = watch.map_or(Duration::ZERO, |watch| watch.state().drew);
    ui.bypass_change_detection().pace.add(began.0.elapsed().max(drew));
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 3));
    Panel::bottom("status").frame(frame).resizable(false).show(root, |ui| {
        ui.horizontal(|ui| {
            left(ui, panels);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| right(ui, panels));
        });
    });
}

fn part(ui: &mut Ui, text: String) {
    ui.add(Label::new(RichText::new(text).size(look::SMALL + 1.0)).selectable(false));
}

fn left(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let srid = panels.twin.input.snapshot.park.srid;
    if panels.ui.geodetic.as_ref().is_none_or(|(of, _)| *of != srid) {
        panels.ui.geodetic = Some((srid, Geodetic::of(srid)));
    }
    let Some(at) = panels.pointer.ground else {
        part(ui, t!(words, "crs", srid = srid));
        return;
    };
    part(ui, t!(words, "easting-northing", east = format!("{:.1}", at.x), north = format!("{:.1}", at.y)));
    ui.separator();
    let height = if panels.twin.input.snapshot.terrain.is_some() {
        t!(words, "elevation", height = format!("{:.1}", at.z))
    } else {
        t!(words, "no-elevation")
    };
    part(ui, height);
    ui.separator();
    let place = panels.ui.geodetic.as_ref().and_then(|(_, geodetic)| geodetic.as_ref()?.lon_lat(at.x, at.y));
    if let Some(LonLat { lon_deg, lat_deg }) = place {
        let north = if lat_deg < 0.0 { t!(words, "south-letter") } else { t!(words, "north-letter") };
        let east = if lon_deg < 0.0 { t!(words, "west-letter") } else { t!(words, "east-letter") };
        part(ui, format!("{:.5}° {north}, {:.5}° {east}", lat_deg.abs(), lon_deg.abs()));
        ui.separator();
    }
    part(ui, t!(words, "crs", srid = srid));
}

fn right(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let loading = panels.meshed.is_none() || panels.uploads.as_ref().is_none_or(|uploads| !uploads.is_done());
    if panels.live.waiting {
        // The middle of the window says how far it is.
    } else if loading {
        part(ui, t!(words, "loading"));
    } else if panels.exchange.is_some() {
        part(ui, t!(words, "updating"));
    } else if let Some(ms) = panels.ui.pace.smoothed {
        part(ui, t!(words, "frame-ms", ms = format!("{ms:.0}")));
    }
    ui.separator();
    let px_per_m =
        f64::from(panels.orbit.px_per_metre(panels.orbit.distance_m)) / f64::from(ui.ctx().pixels_per_point());
    part(ui, t!(words, "scale", denominator = grouped(round_to_two(1.0 / (px_per_m * PIXEL_M)), 0)));
    let selected = panels.twin.shown.selection.len();
    if selected > 0 {
        ui.separator();
        part(ui, t!(words, "selected", count = grouped(selected as f64, 0)));
    }
    if let Some(news) = &panels.live.news {
        ui.separator();
        live::note(ui, words, news);
    }
}

/// A number with two digits that count.
fn round_to_two(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_two_digits() {
        assert_eq!([round_to_two(2439.0), round_to_two(98.4), round_to_two(151_000.0)], [2400.0, 98.0, 150_000.0]);
        assert_eq!(round_to_two(f64::INFINITY), 0.0);
    }

    #[test]
    fn a_rest_between_frames_is_no_work() {
        let mut app = App::new();
        app.init_resource::<FrameBegan>().init_resource::<crate::ui::Ui>();
        app.add_systems(First, begin_frame).add_systems(Last, take_pace);
        // As after a rest of an hour.
        let long_ago = Instant::now().checked_sub(Duration::from_hours(1)).unwrap_or_else(Instant::now);
        app.insert_resource(FrameBegan(long_ago));
        app.update();
        let ms = app.world().resource::<crate::ui::Ui>().pace.smoothed.unwrap();
        assert!(ms < 600_000.0, "{ms}");
    }

    #[test]
    fn what_takes_longer_counts_and_single_frames_are_smoothed() {
        let mut pace = Pace::default();
        pace.add(Duration::from_millis(40));
        assert_eq!(pace.smoothed, Some(40.0));
        pace.add(Duration::from_millis(90));
        assert_eq!(pace.smoothed, Some(50.0));
    }
}
