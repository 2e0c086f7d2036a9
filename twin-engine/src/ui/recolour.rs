//! Colouring a layer by one of its attributes: what, how, and with which colours.

use analysis::overlay::Overlay;
use bevy_egui::egui::{ComboBox, Slider, Ui};
use chrono::NaiveDate;
use spatial_db::model::FeatureKind;

use super::{Panels, inspector::kind_name, look, table};
use crate::attribute::{self, Column, KINDS};
use crate::live::Wake;
use crate::recolour::{Asked, Ramp, Recolour, Scheme, apply, is_shown, put};
use crate::scene::Twin;
use crate::text::{Language, Text, t};
use crate::work::Work;

/// What is chosen, and what the overlay in use was made from.
#[derive(Debug, Default)]
pub(super) struct Form {
    wanted: Option<Recolour>,
    made: Option<(Recolour, Language)>,
    /// The days that it is of, and what is being made for others.
    days: Days,
    follows: Option<(Days, Work<Option<Overlay>>)>,
    columns: Option<(FeatureKind, Vec<Column>)>,
    /// The overlay was made for another state of the park.
    stale: bool,
}

/// The days of both parts of the picture.
type Days = [Option<NaiveDate>; 2];

fn days_of(twin: &Twin) -> Days {
    let right = twin.right.as_ref().and_then(|right| right.there.as_ref());
    [twin.day(), right.map(|there| there.on)]
}

/// Makes the overlay anew for another state of the park, whether or not it is looked at.
pub(super) fn follow_park(panels: &mut Panels) {
    let mut form = std::mem::take(&mut panels.ui.recolour);
    form.columns = None;
    form.stale = form.made.is_some();
    make(panels, &mut form);
    panels.ui.recolour = form;
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    look::group(ui, &t!(words, "recolour"));
    let park = panels.twin.input.snapshot.clone();
    let mut form = std::mem::take(&mut panels.ui.recolour);
    let kind = form
        .wanted
        .as_ref()
        .map_or_else(|| crate::select::selected_by_outline(&panels.twin, panels.twin.active_side()), |w| w.kind);
    let mut chosen_kind = kind;
    ComboBox::from_id_salt("recolour-kind")
        .selected_text(kind_name(words, kind))
        .width(ui.available_width() - 8.0)
        .show_ui(ui, |ui| {
            for other in KINDS.into_iter().filter(|kind| attribute::len(&park, *kind) > 0) {
                ui.selectable_value(&mut chosen_kind, other, kind_name(words, other));
            }
        });
    if form.columns.as_ref().is_none_or(|(of, _)| *of != chosen_kind) {
        let columns = attribute::columns(&park, chosen_kind, None);
        form.columns = Some((chosen_kind, columns));
    }
    let columns = form.columns.as_ref().map(|(_, columns)| columns.clone()).unwrap_or_default();
    let column = form.wanted.as_ref().filter(|w| w.kind == chosen_kind).map(|w| w.column.clone());
    let shown = column
        .as_ref()
        .and_then(|name| columns.iter().find(|column| column.name == *name))
        .map_or_else(|| t!(words, "recolour-column"), |column| table::label(words, column));
    let mut picked = None;
    ComboBox::from_id_salt("recolour-column")
        .selected_text(shown)
        .width(ui.available_width() - 8.0)
        .height(320.0)
        .show_ui(ui, |ui| {
            for other in &columns {
                if ui.selectable_label(column.as_deref() == Some(&other.name), table::label(words, other)).clicked() {
                    picked = Some(other.clone());
                }
            }
        });
    if let Some(column) = picked {
        let scheme = if column.numeric { Scheme::Quantiles } else { Scheme::Categories };
        let (classes, ramp) = form.wanted.as_ref().map_or((5, Ramp::default()), |w| (w.classes, w.ramp));
        form.wanted = Some(Recolour { kind: chosen_kind, column: column.name, scheme, classes, ramp });
    } else if chosen_kind != kind {
        form.wanted = Some(Recolour {
            kind: chosen_kind,
            column: String::new(),
            scheme: Scheme::default(),
            classes: 5,
            ramp: Ramp::default(),
        });
    }
    if let Some(wanted) = form.wanted.as_mut().filter(|wanted| !wanted.column.is_empty()) {
        let numeric = columns.iter().any(|column| column.name == wanted.column && column.numeric);
        how(ui, words, wanted, numeric);
    }
    make(panels, &mut form);
    panels.ui.recolour = form;
}

fn how(ui: &mut Ui, words: &Text, wanted: &mut Recolour, numeric: bool) {
    let of_land_use = wanted.has_standard();
    ui.horizontal_wrapped(|ui| {
        for (scheme, label) in [
            (Scheme::Quantiles, t!(words, "scheme-quantiles")),
            (Scheme::Equal, t!(words, "scheme-equal")),
            (Scheme::Continuous, t!(words, "scheme-continuous")),
            (Scheme::Categories, t!(words, "scheme-categories")),
            (Scheme::Standard, t!(words, "scheme-standard")),
        ] {
            let offered = match scheme {
                Scheme::Standard => of_land_use,
                Scheme::Categories => true,
                _ => numeric,
            };
            if offered {
                ui.selectable_value(&mut wanted.scheme, scheme, label);
            }
        }
    });
    if matches!(wanted.scheme, Scheme::Categories | Scheme::Standard) {
        return;
    }
    if wanted.scheme != Scheme::Continuous {
        ui.horizontal(|ui| {
            ui.label(look::note(t!(words, "recolour-classes")));
            ui.spacing_mut().slider_width = 80.0;
            ui.add(Slider::new(&mut wanted.classes, 2..=9));
        });
    }
    ui.horizontal(|ui| {
        for ramp in Ramp::ALL {
            let (rect, response) =
                ui.allocate_exact_size(bevy_egui::egui::vec2(64.0, 16.0), bevy_egui::egui::Sense::click());
            for step in 0..16 {
                let share = step as f32 / 15.0;
                let x = rect.min.x + rect.width() * step as f32 / 16.0;
                let piece = bevy_egui::egui::Rect::from_min_size(
                    bevy_egui::egui::pos2(x, rect.min.y),
                    bevy_egui::egui::vec2(rect.width() / 16.0 + 0.5, rect.height()),
                );
                ui.painter().rect_filled(piece, 0.0, look::colour(ramp.at(share)));
            }
            if wanted.ramp == ramp {
                let stroke = bevy_egui::egui::Stroke::new(2.0, ui.visuals().hyperlink_color);
                ui.painter().rect_stroke(rect, 2.0, stroke, bevy_egui::egui::StrokeKind::Outside);
            }
            if response.clicked() {
                wanted.ramp = ramp;
            }
        }
    });
}

/// Makes the overlay where what is wanted or the language changed. What undo or a scene brought counts as wanted.
pub(super) fn keep(panels: &mut Panels) {
    let mut form = std::mem::take(&mut panels.ui.recolour);
    if form.made.as_ref().map(|(made, _)| made) != panels.twin.recoloured_by.as_ref()
        && let Some(by) = panels.twin.recoloured_by.clone()
    {
        form.wanted = Some(by.clone());
        form.made = Some((by, panels.twin.language));
        // Whoever brought it made it of these days.
        (form.days, form.follows) = (days_of(&panels.twin), None);
    }
    make(panels, &mut form);
    panels.ui.recolour = form;
}

fn make(panels: &mut Panels, form: &mut Form) {
    let Some(wanted) = form.wanted.clone().filter(|wanted| !wanted.column.is_empty()) else { return };
    let now = (wanted, panels.twin.language);
    if form.made.as_ref() == Some(&now) && !form.stale {
        follow_days(panels, form, &now.0);
        return;
    }
    form.stale = false;
    (form.days, form.follows) = (days_of(&panels.twin), None);
    let same_choice = form.made.as_ref().is_some_and(|(made, _)| *made == now.0);
    let at = apply(&mut panels.twin, &now.0);
    if let (Some(at), false) = (at, same_choice) {
        panels.twin.shown.overlay = Some(at);
    }
    form.made = Some(now);
}

/// Another day has other features: the overlay is made anew beside the frame, and its legend says of what day it is meanwhile.
fn follow_days(panels: &mut Panels, form: &mut Form, wanted: &Recolour) {
    if let Some((of, made)) = form.follows.as_ref().and_then(|(of, work)| Some((*of, work.take()?))) {
        (form.days, form.follows) = (of, None);
        if let Some(overlay) = made {
            put(&mut panels.twin, overlay);
        }
    }
    let days = days_of(&panels.twin);
    // What nobody looks at is made once it is looked at again.
    if form.days != days && form.follows.is_none() && is_shown(&panels.twin) {
        let (asked, wanted, wake) = (Asked::of(&panels.twin), wanted.clone(), Wake::clone(&panels.wake));
        form.follows = Some((days, Work::begin(move || asked.overlay(&wanted), move || wake.wake())));
    }
}
