//! What is injected by hand.

use analysis::emergency::drill::{Action as Does, HazardSpec};
use bevy_egui::egui::{DragValue, Label, TextEdit, Ui};
use spatial_db::model::{FeatureKind, NetworkClass};

use super::super::{Panels, look};
use super::place;
use crate::text::{Text, t};

/// Fields from frame to frame.
#[derive(Debug)]
pub(super) struct Form {
    /// Wind: from, degrees; m/s. As the drill has it until somebody writes another.
    wind: Option<(f64, f64)>,
    /// Radius of what is closed or dry, m.
    radius_m: f64,
}

impl Default for Form {
    fn default() -> Self {
        Self { wind: None, radius_m: 20.0 }
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    look::group(ui, &t!(words, "drill-by-hand"));
    ui.horizontal(|ui| {
        ui.label(look::note(t!(words, "drill-by")));
        let edit = TextEdit::singleline(&mut panels.ui.drill.by).desired_width(120.0);
        ui.add(edit.hint_text(t!(words, "drill-by-hint")));
    });
    let mut does = None;
    let Some(session) = panels.drill.session.as_ref() else { return };
    let leaks = matches!(session.file.hazard, HazardSpec::Leak { .. });
    let trace = session.strand.played().map(|played| &played.trace);
    let now = trace.and_then(|trace| trace.wind(session.now_s));
    ui.horizontal_wrapped(|ui| {
        if ui.button(t!(words, "drill-raise-alarm")).clicked() {
            does = Some(Does::Alarm);
        }
        if leaks && ui.button(t!(words, "drill-stop-leak")).clicked() {
            does = Some(Does::Stop);
        }
    });
    let form = &mut panels.ui.drill.hand;
    if leaks {
        let (mut from, mut speed) =
            form.wind.unwrap_or_else(|| now.map_or((0.0, 2.0), |wind| (wind.from_deg, wind.m_s)));
        ui.horizontal_wrapped(|ui| {
            ui.label(look::note(t!(words, "drill-wind-from")));
            let degrees = ui.add(DragValue::new(&mut from).range(0.0..=360.0).speed(1.0).suffix("°"));
            let metres = ui.add(DragValue::new(&mut speed).range(1.0..=30.0).speed(0.1).suffix(t!(
                words,
                "drill-metres-second",
                value = ""
            )));
            if degrees.changed() || metres.changed() {
                form.wind = Some((from, speed));
            }
            if ui.button(t!(words, "drill-turn-wind")).clicked() {
                does = Some(Does::Wind(from.round(), (speed * 10.0).round() / 10.0));
                form.wind = None;
            }
        });
    }
    let at = place(panels, words);
    let form = &mut panels.ui.drill.hand;
    if let Some((at, name)) = at {
        ui.add(Label::new(look::note(name)).truncate());
        ui.horizontal_wrapped(|ui| {
            ui.add(DragValue::new(&mut form.radius_m).range(5.0..=500.0).speed(1.0).suffix(" m"));
            let at = ((at.0 * 10.0).round() / 10.0, (at.1 * 10.0).round() / 10.0);
            let radius = form.radius_m.round();
            for (label, action) in [
                (t!(words, "drill-close"), Does::Close(at, radius)),
                (t!(words, "drill-open-ways"), Does::Open(at, radius)),
                (t!(words, "drill-no-water"), Does::NoWaterNear(at, radius)),
            ] {
                if ui.button(label).clicked() {
                    does = Some(action);
                }
            }
        });
    }
    if let Some((class, key)) = selected(panels) {
        let (label, action) = match class {
            NetworkClass::Water => (t!(words, "drill-burst", key = key), Does::Burst(key)),
            _ => (t!(words, "drill-power-cut", key = key), Does::PowerCut(key)),
        };
        if ui.button(label).clicked() {
            does = Some(action);
        }
    }
    let mut say = std::mem::take(&mut panels.ui.drill.say);
    ui.horizontal(|ui| {
        ui.add(TextEdit::singleline(&mut say).desired_width(150.0).hint_text(t!(words, "drill-say-hint")));
        if ui.button(t!(words, "drill-say")).clicked() && !say.trim().is_empty() {
            does = Some(Does::Say(say.trim().to_owned()));
            say.clear();
        }
    });
    panels.ui.drill.say = say;
    if let Some(does) = does {
        let by = panels.ui.drill.by.clone();
        if let Some(session) = panels.drill.session.as_mut() {
            session.inject(does, &by);
        }
    }
}

/// The water main or the power line, or the point on one, that is selected: by its network and key.
fn selected(panels: &Panels) -> Option<(NetworkClass, String)> {
    let park = &panels.twin.input.snapshot;
    let id = panels.twin.shown.selection.single()?;
    let row = || crate::attribute::row_of(park, id);
    let (class, from) = match id.kind {
        FeatureKind::NetworkEdge => row().map(|row| (park.edges[row].class, &park.edges[row].provenance))?,
        FeatureKind::NetworkNode => row().map(|row| (park.nodes[row].class, &park.nodes[row].provenance))?,
        _ => return None,
    };
    matches!(class, NetworkClass::Water | NetworkClass::Power).then(|| (class, from.key.clone()))
}

impl Form {
    /// Radius of what is closed or dry, m.
    pub(super) fn radius(&self) -> f64 {
        self.radius_m.round()
    }
}
