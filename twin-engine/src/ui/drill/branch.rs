//! What if: a second run from this moment, its numbers beside those of the first.

use analysis::emergency::drill::Action as Does;
use bevy_egui::egui::{Button, ComboBox, Grid, Label, ProgressBar, RichText, Ui};
use spatial_db::model::ResourceKind;

use super::super::{Panels, look};
use super::place;
use crate::drill::{Figures, Played, clock};
use crate::inspect::grouped;
use crate::text::{Text, t};

/// A gate that is shut takes the ways within this of it, m.
const GATE_M: f64 = 15.0;

/// Fields from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The gate in question, by its place among those of the park.
    gate: usize,
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    look::group(ui, &t!(words, "drill-what-if"));
    let park = panels.twin.input.snapshot.clone();
    let gates: Vec<(String, [f64; 2])> = park
        .resources
        .iter()
        .filter(|resource| resource.kind == ResourceKind::Gate)
        .map(|gate| (gate.name.clone().unwrap_or_else(|| gate.provenance.key.clone()), gate.position))
        .collect();
    let mut asked = None;
    if !gates.is_empty() {
        let form = &mut panels.ui.drill.branch;
        form.gate = form.gate.min(gates.len() - 1);
        ui.horizontal_wrapped(|ui| {
            let chosen = gates[form.gate].0.clone();
            ComboBox::from_id_salt("drill-gate").selected_text(chosen).width(110.0).show_ui(ui, |ui| {
                for (at, (name, _)) in gates.iter().enumerate() {
                    if ui.selectable_label(at == form.gate, name.as_str()).clicked() {
                        form.gate = at;
                    }
                }
            });
            if ui.button(t!(words, "drill-gate-shut")).clicked() {
                let (name, at) = &gates[form.gate];
                asked = Some((Does::Close((at[0], at[1]), GATE_M), t!(words, "drill-if-gate", name = name)));
            }
        });
    }
    if let Some((at, name)) = place(panels, words) {
        let radius = panels.ui.drill.hand.radius();
        let hint = t!(words, "drill-if-hint", place = name);
        if ui.button(t!(words, "drill-if-closed", radius = radius)).on_hover_text(hint).clicked() {
            asked = Some((Does::Close(at, radius), t!(words, "drill-if-place", radius = radius)));
        }
    }
    if let (Some((does, what)), Some(session)) = (asked, panels.drill.session.as_mut()) {
        session.branch_off(does, what);
    }
    compared(ui, panels, words);
}

fn compared(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let accent = look::colour(panels.twin.theme().accent);
    let bad = look::colour(panels.twin.theme().bad);
    let beside = crate::drill::is_beside(&panels.twin);
    let Some(session) = panels.drill.session.as_mut() else { return };
    let later = session.left_out();
    let Some(branch) = &session.branch else {
        ui.add(Label::new(look::note(t!(words, "drill-if-none"))).wrap());
        return;
    };
    let title = t!(words, "drill-if-title", what = branch.what, time = clock(branch.from_s));
    ui.add(Label::new(RichText::new(title).strong()).wrap());
    if let Some(failed) = &branch.strand.failed {
        ui.add(Label::new(RichText::new(words.failure(failed)).color(bad)).wrap());
    }
    if let Some(share) = branch.strand.share() {
        ui.add(ProgressBar::new(share).desired_width(180.0).show_percentage());
    }
    let mut ends = false;
    let mut turned = false;
    ui.horizontal(|ui| {
        if branch.strand.played().is_some() {
            turned = ui.add(Button::selectable(beside, t!(words, "drill-beside"))).clicked();
        }
        ends = ui.button(t!(words, "drill-if-end")).clicked();
    });
    if let (Some(main), Some(other)) = (session.strand.played(), branch.strand.played()) {
        let rows = rows(words, main, other, session.now_s);
        Grid::new("drill-compared").num_columns(3).spacing([10.0, 2.0]).striped(true).show(ui, |ui| {
            ui.label(String::new());
            ui.label(look::note(t!(words, "drill-as-run")));
            ui.label(look::note(t!(words, "drill-otherwise")));
            ui.end_row();
            for [label, first, second] in rows {
                let differs = first != second;
                ui.label(RichText::new(label).size(look::SMALL));
                ui.label(first);
                let second = RichText::new(second);
                ui.label(if differs { second.color(accent).strong() } else { second });
                ui.end_row();
            }
        });
        let why = if later == 0 { t!(words, "drill-if-seed") } else { t!(words, "drill-if-seed-later", count = later) };
        ui.add(Label::new(look::note(why)).wrap());
    }
    if ends {
        if beside {
            crate::drill::turn_beside(&mut panels.twin);
        }
        session.branch = None;
    } else if turned {
        crate::drill::turn_beside(&mut panels.twin);
    }
}

/// Label and both values; now, then at the end.
fn rows(words: &Text, main: &Played, other: &Played, now_s: f64) -> Vec<[String; 3]> {
    let count = |value: u32| grouped(f64::from(value), 0);
    let time = |at: Option<f64>| at.map_or_else(|| t!(words, "drill-never"), clock);
    let both = |label: String, value: &dyn Fn(&Played) -> String| [label, value(main), value(other)];
    let now = |played: &Played| Figures::at(played, now_s);
    let last_out = match main.run.outcome.buildings_unknown {
        0 => t!(words, "drill-last-out"),
        unknown => t!(words, "drill-last-out-known", count = unknown),
    };
    vec![
        both(t!(words, "drill-now", what = t!(words, "drill-out")), &|played| count(now(played).out)),
        both(t!(words, "drill-now", what = t!(words, "drill-cut-off")), &|played| count(now(played).cut_off)),
        both(t!(words, "drill-end-of", what = t!(words, "drill-out")), &|played| count(played.run.outcome.arrived)),
        both(t!(words, "drill-end-of", what = t!(words, "drill-cut-off")), &|played| count(played.run.outcome.cut_off)),
        both(t!(words, "drill-end-of", what = t!(words, "drill-exposed")), &|played| {
            count(played.run.outcome.exposed_on_ways)
        }),
        both(last_out, &|played| time(played.run.outcome.last_out_s)),
        both(t!(words, "drill-first-engine"), &|played| time(played.run.outcome.first_engine_s)),
        both(t!(words, "drill-first-water"), &|played| time(played.run.outcome.first_water_s)),
    ]
}
