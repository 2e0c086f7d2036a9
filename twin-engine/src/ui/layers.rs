//! The layer tree: a switch, an opacity and a count per layer.

use bevy_egui::egui::{Align, Color32, Label, Layout, Rect, Response, Sense, Shape, Slider, Stroke, Ui, pos2, vec2};
use spatial_db::model::{NetworkClass, ParkSnapshot};

use super::{Panels, cut, look, sun};
use crate::inspect::grouped;
use crate::layers::{LayerKey, LayerState};
use crate::text::{Text, t};

/// Groups of the tree in their order.
const GROUPS: [(&str, &[LayerKey]); 3] = [
    (
        "layers-map",
        &[LayerKey::Labels, LayerKey::RoadNames, LayerKey::BuildingNames, LayerKey::WaterNames, LayerKey::Zones],
    ),
    (
        "layers-above",
        &[
            LayerKey::Buildings,
            LayerKey::Parcels,
            LayerKey::Roads,
            LayerKey::Surfaces,
            LayerKey::Resources,
            LayerKey::Hazards,
            LayerKey::Terrain,
        ],
    ),
    (
        "layers-networks",
        &[
            LayerKey::Network(NetworkClass::Water),
            LayerKey::Network(NetworkClass::Drainage),
            LayerKey::Network(NetworkClass::Gas),
            LayerKey::Network(NetworkClass::Heat),
            LayerKey::Network(NetworkClass::Power),
            LayerKey::Network(NetworkClass::Telecom),
            LayerKey::Network(NetworkClass::Industrial),
            LayerKey::Network(NetworkClass::Other),
        ],
    ),
];

/// How many features each layer has, in the order of all layers; `None` where counting says nothing.
type Count = [Option<usize>; LayerKey::COUNT];

/// The counts of a park: taken once, for a city has more features than a frame can count.
#[derive(Debug, Default)]
pub(super) struct Counts(Option<(u64, Count)>);

impl Counts {
    /// Those of the park with this version.
    fn of(&mut self, version: u64, park: &ParkSnapshot) -> &Count {
        let known = self.0.take().filter(|(known, _)| *known == version);
        let counted = known.unwrap_or_else(|| (version, LayerKey::ALL.map(|key| key.count(park))));
        &self.0.insert(counted).1
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let (version, park) = (panels.twin.park_version, panels.twin.input.snapshot.clone());
    let counts = *panels.ui.layer_counts.of(version, &park);
    let count = |key: LayerKey| LayerKey::ALL.iter().position(|k| *k == key).and_then(|at| counts[at]);
    for (heading, keys) in GROUPS {
        let there: Vec<LayerKey> = keys.iter().copied().filter(|key| count(*key) != Some(0)).collect();
        if there.is_empty() {
            continue;
        }
        let all_on = there.iter().all(|key| panels.twin.shown.layers.get(*key).visible);
        ui.horizontal(|ui| {
            look::group(ui, &words.get(heading));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if eye(ui, all_on).clicked() {
                    for key in &there {
                        let state = panels.twin.shown.layers.get(*key);
                        panels.twin.shown.layers.set(*key, LayerState { visible: !all_on, ..state });
                    }
                }
            });
        });
        for key in there {
            row(ui, panels, words, key, count(key));
        }
    }
    ui.add_space(8.0);
    if panels.twin.is_underground() {
        ui.horizontal(|ui| {
            let mut now = panels.twin.cut.clone();
            cut::factors(ui, words, &mut now);
            cut::set(panels, now);
        });
    } else {
        ui.label(look::note(t!(words, "networks-hint")));
    }
    sun::show(ui, panels);
}

fn row(ui: &mut Ui, panels: &mut Panels, words: &Text, key: LayerKey, count: Option<usize>) {
    let state = panels.twin.shown.layers.get(key);
    let mut now = state;
    ui.horizontal(|ui| {
        if eye(ui, state.visible).clicked() {
            now.visible = !state.visible;
        }
        if let LayerKey::Network(class) = key {
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
            let colour = look::colour(panels.twin.theme().network(class));
            ui.painter().rect_filled(rect.shrink(1.0), 2.0, colour);
        }
        let named = |ui: &mut Ui| {
            let label = ui.add(Label::new(name(words, key)).truncate().selectable(false));
            label.on_hover_ui(|ui| {
                if let Some(count) = count {
                    ui.label(t!(words, "layer-features", count = grouped(count as f64, 0)));
                }
            });
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            // A thin slider: there are many, and they are seldom needed.
            ui.spacing_mut().slider_width = 44.0;
            ui.spacing_mut().interact_size.y = 13.0;
            ui.spacing_mut().slider_rail_height = 3.0;
            let mut opacity = f32::from(state.opacity);
            let slider = Slider::new(&mut opacity, 10.0..=100.0).show_value(false).step_by(5.0);
            let fades =
                !matches!(key, LayerKey::Labels | LayerKey::RoadNames | LayerKey::BuildingNames | LayerKey::WaterNames);
            if fades
                && ui
                    .add_enabled(state.visible, slider)
                    .on_hover_text(t!(words, "opacity", share = state.opacity))
                    .changed()
            {
                now.opacity = opacity as u8;
            }
            if let Some(count) = count {
                ui.label(look::note(grouped(count as f64, 0)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), named);
        });
    });
    if now != state {
        panels.twin.shown.layers.set(key, now);
    }
}

fn name(words: &Text, key: LayerKey) -> String {
    match key {
        LayerKey::Buildings => t!(words, "layer-buildings"),
        LayerKey::Parcels => t!(words, "layer-parcels"),
        LayerKey::Roads => t!(words, "layer-roads"),
        LayerKey::Surfaces => t!(words, "layer-surfaces"),
        LayerKey::Network(class) => words.stored("network", class.as_str()),
        LayerKey::Resources => t!(words, "layer-resources"),
        LayerKey::Hazards => t!(words, "layer-hazards"),
        LayerKey::Zones => t!(words, "layer-zones"),
        LayerKey::Labels => t!(words, "layer-labels"),
        LayerKey::RoadNames => t!(words, "layer-road-names"),
        LayerKey::BuildingNames => t!(words, "layer-building-names"),
        LayerKey::WaterNames => t!(words, "layer-water-names"),
        LayerKey::Terrain => t!(words, "layer-terrain"),
    }
}

/// A switch drawn as an eye, open or shut.
fn eye(ui: &mut Ui, open: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::click());
    let visuals = ui.style().interact(&response);
    let colour: Color32 = if open { visuals.text_color() } else { ui.visuals().weak_text_color().gamma_multiply(0.7) };
    let eye = Rect::from_center_size(rect.center(), vec2(15.0, 9.0));
    let stroke = Stroke::new(1.3, colour);
    let arc = |side: f32| -> Vec<bevy_egui::egui::Pos2> {
        (0..=10)
            .map(|i| {
                let share = i as f32 / 10.0;
                let x = eye.min.x + eye.width() * share;
                pos2(x, eye.center().y + side * eye.height() * 0.5 * (share * std::f32::consts::PI).sin())
            })
            .collect()
    };
    ui.painter().add(Shape::line(arc(1.0), stroke));
    if open {
        ui.painter().add(Shape::line(arc(-1.0), stroke));
        ui.painter().circle_filled(eye.center(), 2.2, colour);
    } else {
        for share in [0.25, 0.5, 0.75] {
            let at = arc(1.0)[(share * 10.0) as usize];
            let out = (at - eye.center()).normalized() * 3.0 + vec2(0.0, 1.0);
            ui.painter().line_segment([at, at + out], stroke);
        }
    }
    response.widget_info(|| {
        bevy_egui::egui::WidgetInfo::selected(bevy_egui::egui::WidgetType::Checkbox, true, open, String::new())
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn features_are_counted_once_for_each_state_of_the_park() {
        let mut park = (*fixture::tiny().snapshot).clone();
        let at = LayerKey::ALL.iter().position(|key| *key == LayerKey::Buildings).unwrap();
        let mut counts = Counts::default();
        assert_eq!(counts.of(0, &park)[at], Some(6));
        park.buildings.pop();
        assert_eq!(counts.of(0, &park)[at], Some(6), "the same state is not counted again");
        assert_eq!(counts.of(1, &park)[at], Some(5));
    }
}
