//! The column of questions: what is picked, what is asked of it, and what a click does.

use analysis::network::isolation::{Gear, ValveState};
use bevy_egui::egui::{Button, ComboBox, DragValue, Grid, Label, RichText, Ui};
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass};

use super::{NetworkTab, answered, fly_to, lay, supply, tool_button};
use crate::cut::DEPTH_M;
use crate::inspect::grouped;
use crate::network::{Ask, Place, Question};
use crate::text::{Text, t};
use crate::tool::Tool;
use crate::ui::{Panels, look};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    match panels.ui.network.tab {
        NetworkTab::Trace => trace(ui, panels, words),
        NetworkTab::Break => broken(ui, panels, words),
        NetworkTab::Pressure => supply::pressure(ui, panels, words),
        NetworkTab::Capacity => supply::capacity(ui, panels, words),
        NetworkTab::Near => near(ui, panels, words),
        NetworkTab::Lay => planned(ui, panels, words),
        NetworkTab::Dig => dig(ui, panels, words),
        NetworkTab::Profile => {}
    }
}

fn ask_label(ask: Ask, words: &Text) -> String {
    match ask {
        Ask::Connected => t!(words, "net-connected"),
        Ask::Upstream => t!(words, "net-upstream"),
        Ask::Downstream => t!(words, "net-downstream"),
        Ask::Source => t!(words, "net-to-source"),
        Ask::Fed => t!(words, "net-fed"),
        Ask::Path => t!(words, "net-path"),
        Ask::Loops => t!(words, "net-loops"),
    }
}

fn trace(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal_wrapped(|ui| {
        for ask in Ask::ALL {
            if ui.add(Button::selectable(panels.bench.ask == ask, ask_label(ask, words))).clicked() {
                panels.bench.ask = ask;
                // A question that begins nowhere is of the network that was asked of last, or of any.
                if panels.bench.class.is_none() {
                    panels.bench.class = classes(panels).first().copied();
                }
                panels.bench.ask_again(NetworkTab::Trace);
            }
        }
    });
    match panels.bench.ask {
        Ask::Loops => {
            let at_first = panels.bench.class.or_else(|| classes(panels).first().copied());
            if let Some(class) = class_choice(ui, panels, words, at_first)
                && panels.bench.class != Some(class)
            {
                panels.bench.class = Some(class);
                panels.bench.ask_again(NetworkTab::Trace);
            }
        }
        ask => {
            picked(ui, panels, words, NetworkTab::Trace, ask == Ask::Path);
            ui.add_space(4.0);
            let help = match ask {
                Ask::Path => t!(words, "net-pick-two"),
                Ask::Fed => t!(words, "net-pick-source"),
                _ => t!(words, "net-pick-one"),
            };
            ui.add(Label::new(look::note(help)).wrap());
        }
    }
    told(ui, panels, words);
}

fn broken(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal(|ui| {
        for (every, label) in [(false, t!(words, "net-one-break")), (true, t!(words, "net-every-break"))] {
            if ui.add(Button::selectable(panels.bench.every == every, label)).clicked() {
                panels.bench.every = every;
                if panels.bench.class.is_none() {
                    panels.bench.class = classes(panels).first().copied();
                }
                panels.bench.ask_again(NetworkTab::Break);
            }
        }
    });
    if panels.bench.every {
        supply::critical(ui, panels, words);
    } else {
        picked(ui, panels, words, NetworkTab::Break, false);
        ui.add_space(4.0);
        ui.add(Label::new(look::note(t!(words, "net-pick-break"))).wrap());
    }
    ui.add_space(4.0);
    let gear = Marked::of(panels);
    ui.label(look::note(match gear {
        Marked::Valves => t!(words, "net-mark"),
        Marked::Switches => t!(words, "net-mark-switch"),
        Marked::Either => t!(words, "net-mark-either"),
    }));
    ui.horizontal_wrapped(|ui| {
        for state in [ValveState::StuckOpen, ValveState::Closed] {
            let label = gear.state(state, words);
            let on = *panels.tool == Tool::Valve && panels.bench.marking == state;
            if ui.add(Button::selectable(on, label)).clicked() {
                panels.bench.marking = state;
                if on || *panels.tool != Tool::Valve {
                    panels.act(crate::action::Action::Tool(Tool::Valve));
                }
            }
        }
    });
    told(ui, panels, words);
}

/// What is picked, and the way from a selection to a pick for whoever has no mouse.
pub(super) fn picked(ui: &mut Ui, panels: &mut Panels, words: &'static Text, tab: NetworkTab, way: bool) {
    let mut fly = None;
    let mut row = |ui: &mut Ui, label: String, place: Option<&Place>| {
        ui.label(label);
        match place {
            Some(place) => {
                let class = words.stored("network", place.class.as_str());
                let said = RichText::new(format!("{} · {class}", place.shown)).strong();
                if ui.add(Button::new(said).frame(false).truncate()).on_hover_text(t!(words, "fly")).clicked() {
                    fly = Some(place.id);
                }
            }
            None => {
                ui.label(look::note(t!(words, "net-nothing-picked")));
            }
        }
        ui.end_row();
    };
    let picks = panels.bench.picks.clone();
    Grid::new("network-picks").num_columns(2).spacing([8.0, 3.0]).show(ui, |ui| {
        row(ui, t!(words, "net-from"), picks.from.as_ref());
        if way {
            row(ui, t!(words, "net-to"), picks.to.as_ref());
        }
    });
    if let Some(id) = fly {
        fly_to(panels, id);
    }
    // An outline may have caught a city: its first two are what can be asked of.
    let ids: Vec<FeatureId> = panels.twin.shown.selection.ids().iter().take(2).copied().collect();
    let is_of_network = |id: &FeatureId| matches!(id.kind, FeatureKind::NetworkEdge | FeatureKind::NetworkNode);
    let take = ui.add_enabled(ids.iter().any(is_of_network), Button::new(t!(words, "net-take")));
    if take.on_hover_text(t!(words, "net-take-help")).clicked() {
        // Looked up once it is wanted: a key is held against all others of its network.
        let park = panels.twin.input.snapshot.clone();
        let places = ids.iter().filter_map(|id| Place::of(&park, *id));
        for place in places.take(if way { 2 } else { 1 }) {
            panels.bench.pick(place, tab);
        }
        panels.ui.network.take_focus = true;
    }
}

/// What is marked in the network that is asked: a closed switch lets current pass, so nobody reads the word for a valve of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marked {
    Valves,
    Switches,
    /// Networks of the class "others" may have both.
    Either,
}

impl Marked {
    fn of(panels: &Panels) -> Self {
        Self::in_class(panels.bench.question().and_then(Question::class).or(panels.bench.class))
    }

    fn in_class(class: Option<NetworkClass>) -> Self {
        match class.map(|class| (class, Gear::of_class(class))) {
            Some((_, Gear::Switch)) => Self::Switches,
            Some((NetworkClass::Other, Gear::Valve)) => Self::Either,
            Some((_, Gear::Valve)) | None => Self::Valves,
        }
    }

    /// What is told of one of them.
    fn state(self, state: ValveState, words: &Text) -> String {
        match (self, state.is_shut()) {
            (Self::Valves, true) => t!(words, "net-closed"),
            (Self::Valves, false) => t!(words, "net-stuck"),
            (Self::Switches, true) => t!(words, "net-off"),
            (Self::Switches, false) => t!(words, "net-stuck-on"),
            (Self::Either, true) => t!(words, "net-closed-or-off"),
            (Self::Either, false) => t!(words, "net-stuck-either"),
        }
    }
}

/// What a person told of valves and switches.
pub(super) fn told(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    if panels.bench.told.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.label(look::note(t!(words, "net-told")));
    let mut taken_back = None;
    let gear = Marked::of(panels);
    for (key, state) in &panels.bench.told {
        ui.horizontal(|ui| {
            if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "net-take-back")).clicked() {
                taken_back = Some(key.clone());
            }
            let state = gear.state(*state, words);
            ui.add(Label::new(format!("{key}: {state}")).truncate());
        });
    }
    if let Some(key) = taken_back {
        panels.bench.told.remove(&key);
    }
}

fn near(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.add(Label::new(t!(words, "net-near-help")).wrap());
    if ui.button(t!(words, "net-check")).clicked() {
        panels.bench.ask_again(NetworkTab::Near);
        panels.ui.network.take_focus = true;
    }
    verdicts(ui, panels, words);
}

/// Which verdicts are listed.
fn verdicts(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        let labels = [t!(words, "net-violated"), t!(words, "net-possible"), t!(words, "net-unknown")];
        for (label, without) in labels.into_iter().zip(&mut panels.ui.network.without) {
            if ui.add(Button::selectable(!*without, label)).clicked() {
                *without = !*without;
            }
        }
    });
    ui.add_space(2.0);
    ui.add(Label::new(look::note(t!(words, "net-near-rows"))).wrap());
}

/// Classes that the park has lines of.
pub(super) fn classes(panels: &Panels) -> Vec<NetworkClass> {
    let edges = &panels.twin.input.snapshot.edges;
    NetworkClass::ALL.into_iter().filter(|class| edges.iter().any(|edge| edge.class == *class)).collect()
}

/// A choice of classes; what is chosen.
pub(super) fn class_choice(
    ui: &mut Ui,
    panels: &Panels,
    words: &'static Text,
    chosen: Option<NetworkClass>,
) -> Option<NetworkClass> {
    let mut class = chosen?;
    ComboBox::from_id_salt("network-class")
        .selected_text(words.stored("network", class.as_str()))
        .width(170.0)
        .show_ui(ui, |ui| {
            for other in classes(panels) {
                ui.selectable_value(&mut class, other, words.stored("network", other.as_str()));
            }
        });
    Some(class)
}

fn planned(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let before = panels.bench.planned.clone();
    let mut planned = before.clone();
    let terrain = panels.twin.input.snapshot.terrain.as_ref();
    let ground = |at: Option<&[f64; 2]>| at.and_then(|[x, y]| terrain?.height_at(*x, *y));
    let ground_m = [ground(planned.points.first()), ground(planned.points.last())];
    lay::fields(ui, words, &mut planned, ground_m);
    ui.horizontal_wrapped(|ui| {
        tool_button(ui, panels, Tool::Lay, t!(words, "net-draw"));
        if ui.add_enabled(!planned.points.is_empty(), Button::new(t!(words, "net-draw-anew"))).clicked() {
            planned.points.clear();
            if *panels.tool != Tool::Lay {
                panels.act(crate::action::Action::Tool(Tool::Lay));
            }
        }
    });
    if planned.points.is_empty() {
        ui.add(Label::new(look::note(t!(words, "net-draw-help"))).wrap());
    } else {
        let length: f64 =
            planned.points.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum();
        let said = t!(words, "net-drawn", corners = planned.points.len(), length = grouped(length, 1));
        ui.label(look::note(said));
    }
    if planned != before {
        panels.bench.planned = planned;
        panels.bench.ask_again(NetworkTab::Lay);
    }
    verdicts(ui, panels, words);
}

fn dig(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal_wrapped(|ui| {
        tool_button(ui, panels, Tool::Dig, t!(words, "net-dig-draw"));
        if panels.twin.cut.dig.is_some() {
            if ui.button(t!(words, "fly")).clicked() {
                panels.act(crate::action::Action::FlyToCut { section: false });
            }
            if ui.button(t!(words, "dig-close")).clicked() {
                panels.twin.cut.dig = None;
            }
        }
    });
    let Some(dig) = panels.twin.cut.dig.clone() else {
        ui.add(Label::new(look::note(t!(words, "net-dig-help"))).wrap());
        return;
    };
    Grid::new("network-dig").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        ui.label(t!(words, "dig-depth"));
        let mut depth_m = dig.depth_m;
        let field = DragValue::new(&mut depth_m).range(DEPTH_M.0..=DEPTH_M.1).speed(0.05).fixed_decimals(2);
        if ui.add(field.suffix(" m")).on_hover_text(t!(words, "held-depth-does")).changed() {
            panels.twin.cut.dig = Some(dig.deep(depth_m));
        }
        ui.end_row();
        ui.label(t!(words, "net-caution"));
        let mut caution_m = panels.bench.caution_m;
        let field = DragValue::new(&mut caution_m).range(0.0..=20.0).speed(0.05).fixed_decimals(2).suffix(" m");
        if ui.add(field).changed() {
            panels.bench.caution_m = caution_m;
        }
        ui.end_row();
        if let Some((_, answered)) = answered(panels)
            && let Ok(found) = &*answered
        {
            for (label, value) in &found.figures {
                ui.label(look::note(words.words(label)));
                ui.label(words.words(value));
                ui.end_row();
            }
        }
    });
    if let Some((_, answered)) = answered(panels)
        && let Ok(found) = &*answered
        && let Some(permit) = &found.permit
    {
        let ready = panels.twin.input.planner.is_some() && panels.ui.exports.is_some() && panels.ui.writing.is_none();
        let can = ready && found.is_of(panels.twin.park_version);
        let button = ui.add_enabled(can, Button::new(t!(words, "net-permit")));
        if button.on_hover_text(t!(words, "net-permit-help")).clicked() {
            super::write::permit(panels, permit.clone(), found.of.1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn a_switch_is_marked_as_off_and_never_as_closed() {
        let said = |class: Option<NetworkClass>, state: ValveState, language: Language| {
            Marked::in_class(class).state(state, Text::of(language))
        };
        let (english, chinese) = (Language::English, Language::Chinese);
        for class in [NetworkClass::Power, NetworkClass::Telecom] {
            assert_eq!(said(Some(class), ValveState::Closed, english), "off");
            assert_eq!(said(Some(class), ValveState::Closed, chinese), "已分闸");
            assert_eq!(said(Some(class), ValveState::StuckOpen, english), "stuck: cannot be switched off");
            assert_eq!(said(Some(class), ValveState::StuckOpen, chinese), "卡死，无法分闸");
        }
        assert_eq!(said(Some(NetworkClass::Water), ValveState::Closed, english), "closed");
        assert_eq!(said(None, ValveState::StuckOpen, english), "stuck: cannot be closed");
        // Where there may be both, both are named.
        let either = said(Some(NetworkClass::Other), ValveState::Closed, english);
        assert!(either.contains("valve closed") && either.contains("switch off"), "{either}");
    }
}
