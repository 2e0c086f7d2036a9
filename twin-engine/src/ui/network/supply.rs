//! What is asked of supply: criticality of every line, pressures in water mains, capacity that is left.

use std::ops::RangeInclusive;

use analysis::rules::RuleTables;
use bevy_egui::egui::{Button, ComboBox, DragValue, Grid, Label, Response, RichText, TextEdit, Ui};
use spatial_db::model::{FeatureId, FeatureKind};

use super::{NetworkTab, asked, fly_to};
use crate::network::{LeftKind, Place, PressKind, Site, named, resources};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Width of a field, points.
const FIELD: f32 = 150.0;
/// Diameters of holes, mm, and residual pressures, m of water, that can be asked for.
const HOLES_MM: RangeInclusive<f64> = 1.0..=2000.0;
const RESIDUALS_M: RangeInclusive<f64> = 0.0..=100.0;

/// A number that is typed: it counts once Enter or another field takes it, and not from its first digit on.
fn number(value: &mut f64, range: RangeInclusive<f64>) -> DragValue<'_> {
    DragValue::new(value).range(range).update_while_editing(false)
}

/// Shows a field and tells whether its number is to be asked of: once it stands, not at every step of a drag or digit. The field says itself
/// that it changed with each of those.
fn stands(ui: &mut Ui, value: &mut f64, field: impl for<'a> FnOnce(&'a mut f64) -> DragValue<'a>) -> (Response, bool) {
    let before = *value;
    let response = ui.add(field(value));
    let stands = response.drag_stopped() || (*value - before).abs() > 0.0 && !response.dragged();
    (response, stands)
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

/// Why a place that was clicked is not asked of.
fn not_water(place: &Place, words: &Text) -> String {
    t!(words, "net-not-water", key = &place.shown, class = words.stored("network", place.class.as_str()))
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
    if let Some(place) = &panels.bench.not_water {
        let bad = look::colour(panels.twin.theme().bad);
        ui.add(Label::new(RichText::new(not_water(place, words)).color(bad)).wrap());
    }
    match kind {
        PressKind::Burst => {
            asks |= ui.checkbox(&mut form.whole_bore, t!(words, "net-whole-bore")).changed();
            if !form.whole_bore {
                ui.horizontal(|ui| {
                    ui.label(t!(words, "net-hole"));
                    asks |= stands(ui, &mut form.hole_mm, |mm| number(mm, HOLES_MM).speed(1.0).fixed_decimals(0)).1;
                });
            }
        }
        PressKind::Fire => {
            ui.horizontal(|ui| {
                ui.label(t!(words, "net-residual"));
                asks |= stands(ui, &mut form.residual_m, |m| {
                    number(m, RESIDUALS_M).speed(0.1).fixed_decimals(2).suffix(" m")
                })
                .1;
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

#[cfg(test)]
mod tests {
    use bevy_egui::egui::{Context, Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
    use spatial_db::model::NetworkClass;

    use super::*;
    use crate::text::Language;

    #[test]
    fn a_number_is_asked_of_once_it_stands() {
        let context = Context::default();
        let (mut hole_mm, mut asked) = (80.0, Vec::new());
        let mut frame = |event: Option<Event>, takes_keys: bool| {
            let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 200.0));
            let events = event.into_iter().collect();
            let input = RawInput { screen_rect: Some(screen), events, ..RawInput::default() };
            let mut output = context.run_ui(input, |ui| {
                let (response, stands) = stands(ui, &mut hole_mm, |mm| number(mm, HOLES_MM));
                if takes_keys {
                    response.request_focus();
                }
                if stands {
                    asked.push(hole_mm);
                }
            });
            output.textures_delta.clear();
            asked.clone()
        };
        frame(None, true);
        frame(None, false);
        for digit in ["1", "2", "0"] {
            assert!(frame(Some(Event::Text(digit.to_owned())), false).is_empty(), "{digit} is not all of it");
        }
        let (key, modifiers) = (Key::Enter, Modifiers::NONE);
        let enter = Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        frame(Some(enter), false);
        let asked = frame(None, false);
        assert!(hole_mm != 80.0 && !asked.is_empty() && asked.iter().all(|mm| *mm == hole_mm), "{asked:?}");
    }

    #[test]
    fn a_line_that_is_no_water_main_is_named_with_its_network() {
        let id = FeatureId::new(FeatureKind::NetworkEdge, 1);
        let place = Place { class: NetworkClass::Drainage, key: "line:a:ab7".into(), shown: "ab7".into(), id };
        for language in [Language::English, Language::Chinese] {
            let words = Text::of(language);
            let said = not_water(&place, words);
            assert!(said.contains("ab7") && said.contains(&words.stored("network", "drainage")), "{said}");
        }
    }
}
