//! What is asked of supply: criticality of every line, pressures in water mains, capacity that is left.

use analysis::rules::RuleTables;
use bevy_egui::egui::{Button, ComboBox, DragValue, Grid, Label, Response, RichText, TextEdit, Ui};
use spatial_db::model::{FeatureId, FeatureKind};

use super::{NetworkTab, asked, fly_to};
use crate::network::{LeftKind, PressKind, Site, named, resources};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Width of a field, points.
const FIELD: f32 = 150.0;
/// Diameters of holes, mm, and residual pressures, m of water, that can be asked for.
const HOLES_MM: std::ops::RangeInclusive<f64> = 1.0..=2000.0;
const RESIDUALS_M: std::ops::RangeInclusive<f64> = 0.0..=100.0;

/// A number is asked of once it stands, not at every step of a drag.
fn stands(response: &Response) -> bool {
    response.drag_stopped() || response.changed() && !response.dragged()
}

/// Which network, and whether its valves count.
pub(super) fn critical(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let mut asks = false;
    let at_first = panels.bench.class.or_else(|| asked::classes(panels).first().copied());
    if let Some(class) = asked::class_choice(ui, panels, words, at_first)
        && panels.bench.class != Some(class)
    {
        panels.bench.class = Some(class);
        asks = true;
    }
    let mut everywhere = panels.bench.everywhere;
    if ui.checkbox(&mut everywhere, t!(words, "net-everywhere")).changed() {
        panels.bench.everywhere = everywhere;
        asks = true;
    }
    if asks {
        panels.bench.ask_again(NetworkTab::Break);
    }
    ui.add(Label::new(look::note(t!(words, "net-every-help"))).wrap());
}

fn press_label(kind: PressKind, words: &Text) -> String {
    match kind {
        PressKind::AsIs => t!(words, "net-as-is"),
        PressKind::Closed => t!(words, "net-closed-off"),
        PressKind::Burst => t!(words, "net-burst"),
        PressKind::Fire => t!(words, "net-fire"),
    }
}

/// Which pressures, where, and what demand does.
pub(super) fn pressure(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let mut form = panels.bench.press.clone();
    let (mut asks, mut chose) = (false, false);
    ui.horizontal_wrapped(|ui| {
        for kind in PressKind::ALL {
            if ui.add(Button::selectable(form.kind == kind, press_label(kind, words))).clicked() {
                (form.kind, chose) = (kind, true);
            }
        }
    });
    let kind = form.kind;
    if kind.is_of_a_place() {
        asked::picked(ui, panels, words, NetworkTab::Pressure, false);
        ui.add_space(4.0);
        ui.add(Label::new(look::note(t!(words, "net-pick-main"))).wrap());
    }
    match kind {
        PressKind::Burst => {
            asks |= ui.checkbox(&mut form.whole_bore, t!(words, "net-whole-bore")).changed();
            if !form.whole_bore {
                ui.horizontal(|ui| {
                    ui.label(t!(words, "net-hole"));
                    let field = DragValue::new(&mut form.hole_mm).range(HOLES_MM).speed(1.0).fixed_decimals(0);
                    asks |= stands(&ui.add(field));
                });
            }
        }
        PressKind::Fire => {
            ui.horizontal(|ui| {
                ui.label(t!(words, "net-residual"));
                let field = DragValue::new(&mut form.residual_m).range(RESIDUALS_M).speed(0.1).fixed_decimals(2);
                asks |= stands(&ui.add(field.suffix(" m")));
            });
        }
        PressKind::AsIs | PressKind::Closed => {}
    }
    if kind != PressKind::Fire {
        let figure = &RuleTables::in_force().hydraulics.figure;
        let driven = ui.checkbox(&mut form.driven, t!(words, "net-driven"));
        let [low, high, power] = [&figure.minimum_m, &figure.required_m, &figure.exponent].map(|one| one.value);
        let help = t!(words, "net-driven-help", low = low, high = high, power = power);
        asks |= driven.on_hover_text(help).changed();
    }
    ui.add_space(4.0);
    let help = match kind {
        PressKind::Fire => t!(words, "net-fire-help"),
        _ => t!(words, "net-pressures-help"),
    };
    ui.add(Label::new(look::note(help)).wrap());
    if form != panels.bench.press {
        panels.bench.press = form;
    }
    if asks || chose {
        panels.bench.ask_again(NetworkTab::Pressure);
        panels.ui.network.take_focus |= chose;
    }
    asked::told(ui, panels, words);
}

fn left_label(kind: LeftKind, words: &Text) -> String {
    match kind {
        LeftKind::Parcels => t!(words, "net-left-parcels"),
        LeftKind::At => t!(words, "net-left-at"),
        LeftKind::Elements => t!(words, "net-left-elements"),
        LeftKind::Buildings => t!(words, "net-list-buildings"),
    }
}

/// Of which resource, of what, and up to which day.
pub(super) fn capacity(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let mut left = panels.bench.left.clone();
    let (mut asks, mut chose) = (false, false);
    ui.horizontal_wrapped(|ui| {
        for kind in LeftKind::ALL {
            if ui.add(Button::selectable(left.kind == kind, left_label(kind, words))).clicked() {
                (left.kind, chose) = (kind, true);
            }
        }
    });
    let is_day = left.day().is_ok();
    Grid::new("network-left").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        ui.label(t!(words, "net-resource"));
        ComboBox::from_id_salt("network-resource")
            .selected_text(words.words(&named(&left.resource)))
            .width(FIELD)
            .show_ui(ui, |ui| {
                for resource in resources() {
                    let label = words.words(&named(&resource.name));
                    asks |= ui.selectable_value(&mut left.resource, resource.name.clone(), label).clicked();
                }
            });
        ui.end_row();
        ui.label(t!(words, "net-by"));
        let ink = if is_day { None } else { Some(look::colour(panels.twin.theme().bad)) };
        let field = TextEdit::singleline(&mut left.by).hint_text(t!(words, "net-by-hint")).desired_width(FIELD);
        asks |= ui.add(field.text_color_opt(ink)).on_hover_text(t!(words, "net-by-help")).lost_focus();
        ui.end_row();
    });
    if !is_day {
        let bad = look::colour(panels.twin.theme().bad);
        ui.add(Label::new(RichText::new(t!(words, "net-by-wrong")).color(bad)).wrap());
    }
    // A point of another network is no place to ask of.
    if left.resource != panels.bench.left.resource
        && left.site.as_ref().is_some_and(|site| site.id.kind == FeatureKind::NetworkNode)
    {
        left.site = None;
    }
    if left != panels.bench.left {
        panels.bench.left = left;
    }
    if panels.bench.left.kind == LeftKind::At {
        site(ui, panels, words);
    }
    ui.add_space(4.0);
    ui.add(Label::new(look::note(t!(words, "net-left-help"))).wrap());
    if asks || chose {
        panels.bench.ask_again(NetworkTab::Capacity);
        panels.ui.network.take_focus |= chose;
    }
    asked::told(ui, panels, words);
}

/// The place that is asked of, and the way from a selection to it for whoever has no mouse.
fn site(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let mut fly: Option<FeatureId> = None;
    ui.horizontal(|ui| {
        ui.label(t!(words, "net-left-of"));
        match &panels.bench.left.site {
            Some(site) => {
                let said = RichText::new(&site.shown).strong();
                if ui.add(Button::new(said).frame(false).truncate()).on_hover_text(t!(words, "fly")).clicked() {
                    fly = Some(site.id);
                }
            }
            None => {
                ui.label(look::note(t!(words, "net-nothing-picked")));
            }
        }
    });
    if let Some(id) = fly {
        fly_to(panels, id);
    }
    let first = panels.twin.shown.selection.ids().first().copied();
    let can =
        |id: &FeatureId| matches!(id.kind, FeatureKind::Parcel | FeatureKind::Building | FeatureKind::NetworkNode);
    let take = ui.add_enabled(first.as_ref().is_some_and(can), Button::new(t!(words, "net-take")));
    if take.on_hover_text(t!(words, "net-take-site-help")).clicked() {
        let class = panels.bench.left.class();
        let park = panels.twin.input.snapshot.clone();
        if let Some(site) = first.zip(class).and_then(|(id, class)| Site::of(&park, id, class)) {
            panels.bench.pick_site(site);
            panels.ui.network.take_focus = true;
        }
    }
    ui.add(Label::new(look::note(t!(words, "net-pick-site"))).wrap());
}
