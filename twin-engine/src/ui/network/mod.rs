//! The networks' panel at the foot of the window: traces, isolation, pressures, capacity, clearances, a planned line, a pit, a long
//! profile.

mod answer;
mod asked;
mod lay;
mod marks;
mod profile;
mod rows;
mod supply;
mod write;

use std::sync::Arc;

use bevy_egui::egui::{Align, Button, Frame, Id, Label, Layout, Margin, Panel as Side, ScrollArea, Ui};
use spatial_db::model::FeatureId;

use super::{Panels, close_button, look};
use crate::action::Action;
use crate::network::{Answered, Fly, Question};
use crate::text::{Text, t};
use crate::tool::Tool;

pub(super) use marks::show as marks;

/// Height at first, points.
const HEIGHT: f32 = 320.0;
/// Heights that it can be given, points.
const HEIGHTS: [f32; 2] = [170.0, 760.0];
/// Share of the window that a long profile takes at first, at most.
const SHARE: f32 = 0.7;
/// Width from which tabs and what can be done stand in one row, points.
const ONE_ROW: f32 = 1150.0;
/// Width of the questions' column.
const QUESTIONS: f32 = 290.0;

/// A tab of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum NetworkTab {
    /// What hangs together, where it flows, ways.
    #[default]
    Trace,
    /// What to close for a break, and who loses supply; what a break in every line would take.
    Break,
    /// Pressures in water mains, and fire flow.
    Pressure,
    /// What capacity is left.
    Capacity,
    /// What is too near.
    Near,
    /// What a planned line is too near to.
    Lay,
    /// What a pit meets.
    Dig,
    /// The way of a trace from the side.
    Profile,
}

impl NetworkTab {
    /// All tabs, from the left.
    pub(crate) const ALL: [Self; 8] =
        [Self::Trace, Self::Break, Self::Pressure, Self::Capacity, Self::Near, Self::Lay, Self::Dig, Self::Profile];

    /// Its name.
    pub(super) fn label(self, words: &Text) -> String {
        match self {
            Self::Trace => t!(words, "net-trace"),
            Self::Break => t!(words, "net-break"),
            Self::Pressure => t!(words, "net-pressures"),
            Self::Capacity => t!(words, "net-capacity"),
            Self::Near => t!(words, "net-near"),
            Self::Lay => t!(words, "net-lay"),
            Self::Dig => t!(words, "net-dig"),
            Self::Profile => t!(words, "net-profile"),
        }
    }

    /// The tab that a question is asked in.
    pub(crate) fn of(question: &Question) -> Self {
        match question {
            Question::Reach { .. }
            | Question::Source { .. }
            | Question::Fed { .. }
            | Question::Path { .. }
            | Question::Loops { .. } => Self::Trace,
            Question::Break { .. } | Question::Critical { .. } => Self::Break,
            Question::Pressure { .. } => Self::Pressure,
            Question::Left { .. } => Self::Capacity,
            Question::Near => Self::Near,
            Question::Planned(_) => Self::Lay,
            Question::Dig { .. } => Self::Dig,
        }
    }

    /// Whether an answer to a question stands in the tab: a profile is that of a trace.
    pub(crate) fn has(self, question: &Question) -> bool {
        let asked_in = Self::of(question);
        self == asked_in || (self == Self::Profile && asked_in == Self::Trace)
    }
}

/// The panel from frame to frame.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that is open or not")]
pub(crate) struct Panel {
    open: bool,
    tab: NetworkTab,
    /// Which of the tables is shown.
    list: usize,
    /// Verdicts that are left out of the list of clearances.
    without: [bool; 3],
    /// Rows of the table as they are shown, and what they were made of.
    rows: rows::Rows,
    profile: profile::View,
    /// The table has the arrow keys.
    arrows: bool,
    /// The table takes the keyboard.
    take_focus: bool,
    /// Pipes show because the panel is open.
    lifted: bool,
}

impl Panel {
    /// The tab that is shown, while the panel is open.
    pub(crate) fn open_tab(&self) -> Option<NetworkTab> {
        self.open.then_some(self.tab)
    }

    /// Opens a tab; closes the panel where it is shown already.
    pub(crate) fn turn(&mut self, tab: NetworkTab) {
        self.open = !(self.open && self.tab == tab);
        self.tab = tab;
        self.list = 0;
        self.arrows = false;
    }

    /// Closes the panel.
    pub(crate) fn close(&mut self) {
        (self.open, self.arrows) = (false, false);
    }

    /// True while arrows and Enter are the table's, and letters are not anybody's.
    pub(crate) fn has_arrows(&self) -> bool {
        self.open && self.arrows
    }
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    lift_ground(panels);
    // By whatever way its tab came to be open: a key and a menu open tabs too.
    if let Some(tab) = panels.ui.network.open_tab().filter(|tab| panels.bench.waits_in(*tab)) {
        panels.bench.return_to(tab);
    }
    let mut open = panels.ui.network.open;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    // A long profile is as high at first as its rows need, each way by itself: cut off, they would be looked for.
    let needs = panels.ui.network.profile.needs().filter(|_| panels.ui.network.tab == NetworkTab::Profile);
    let most = (root.available_height() * SHARE).clamp(HEIGHT, HEIGHTS[1]);
    let (id, height) = needs.map_or_else(
        || (Id::new("network"), HEIGHT),
        |(way, height)| (Id::new(("network-profile", way)), height.clamp(HEIGHT, most)),
    );
    Side::bottom(id)
        .frame(frame)
        .resizable(true)
        .default_size(height)
        .size_range(HEIGHTS[0]..=HEIGHTS[1])
        .show_collapsible(root, &mut open, |ui| {
            let words = panels.twin.words();
            ui.set_min_height(ui.available_height());
            head(ui, panels, words);
            if panels.twin.input.snapshot.edges.is_empty() {
                ui.add_space(8.0);
                ui.label(look::note(t!(words, "net-none")));
                return;
            }
            if panels.ui.network.tab == NetworkTab::Profile {
                profile::show(ui, panels, words);
                return;
            }
            Side::left("network-asked")
                .frame(Frame::new().inner_margin(Margin { left: 0, right: 12, top: 2, bottom: 0 }))
                .resizable(true)
                .default_size(QUESTIONS)
                .size_range(220.0..=420.0)
                .show(ui, |ui| {
                    ScrollArea::vertical().id_salt("network-asked").auto_shrink([false, false]).show(ui, |ui| {
                        asked::show(ui, panels, words);
                    });
                });
            // Off the line beside the questions.
            Frame::new().inner_margin(Margin { left: 10, right: 0, top: 0, bottom: 0 }).show(ui, |ui| {
                answer::show(ui, panels, words);
            });
        });
    if open != panels.ui.network.open {
        panels.ui.network.open = open;
    }
    if !open {
        panels.ui.network.arrows = false;
    }
}

/// Pipes can be picked only where they are seen. A pit shows what lies in it, and better without those around it; capacity is asked
/// of parcels and buildings, which stand on the ground.
fn lift_ground(panels: &mut Panels) {
    let stays = [NetworkTab::Dig, NetworkTab::Capacity];
    let wanted = panels.ui.network.open_tab().is_some_and(|tab| !stays.contains(&tab));
    if wanted == panels.ui.network.lifted {
        return;
    }
    if wanted && panels.twin.shown.underground {
        return;
    }
    panels.ui.network.lifted = wanted;
    panels.twin.shown.underground = wanted;
}

/// The answer that stands in the tab, with what it is of.
fn answered(panels: &Panels) -> Option<(Question, Arc<Answered>)> {
    panels.bench.question()?;
    let (key, answered) = panels.bench.answer.known()?;
    panels.ui.network.tab.has(&key.3).then(|| (key.3.clone(), Arc::clone(answered)))
}

/// Tabs, what can be done with the answer, and the way out: in one row where the window is wide enough for it.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    if ui.available_width() < ONE_ROW {
        ui.horizontal_wrapped(|ui| tabs(ui, panels, words));
        ui.horizontal(|ui| tools(ui, panels, words));
        return;
    }
    ui.horizontal(|ui| {
        tabs(ui, panels, words);
        ui.separator();
        tools(ui, panels, words);
    });
}

fn tabs(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.spacing_mut().item_spacing.x = 4.0;
    for tab in NetworkTab::ALL {
        let on = panels.ui.network.tab == tab;
        if ui.add(Button::selectable(on, tab.label(words))).clicked() && !on {
            panels.ui.network.turn(tab);
            panels.bench.return_to(tab);
        }
    }
}

/// What can be done with the answer, and the way out, from the right.
fn tools(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let tab = panels.ui.network.tab;
        close_button(ui, panels, words, Action::Network(tab));
        let flows = panels.bench.flows;
        let toggle = ui.add(Button::selectable(flows, t!(words, "net-flows")));
        if toggle.on_hover_text(t!(words, "net-flows-help")).clicked() {
            panels.bench.flows = !flows;
        }
        if let Some((_, answered)) = answered(panels)
            && let Ok(found) = &*answered
        {
            write::buttons(ui, panels, words, found);
            if ui.button(t!(words, "fly")).on_hover_text(t!(words, "net-fly-help")).clicked() {
                panels.bench.fly = Some(Fly::Answer);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| progress(ui, panels, words));
    });
}

/// How far the answer is, with a way out.
fn progress(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    use crate::network::Stage;
    let Some(stage) = panels.bench.stage() else { return };
    let said = match stage {
        Stage::Joining => t!(words, "net-joining"),
        Stage::Asking => match panels.bench.parts() {
            Some((done, all)) => t!(words, "net-asking-parts", done = done, all = all),
            None => t!(words, "net-asking"),
        },
        Stage::Telling => t!(words, "net-telling"),
    };
    if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "net-stop")).clicked() {
        panels.bench.give_up();
    }
    ui.add(Label::new(look::note(said)).selectable(false));
}

/// Takes a tool, or lays it down.
fn tool_button(ui: &mut Ui, panels: &mut Panels, tool: Tool, label: String) {
    let on = *panels.tool == tool;
    if ui.add(Button::selectable(on, label)).clicked() {
        panels.act(Action::Tool(tool));
    }
}

/// Selects a feature and flies to it.
fn fly_to(panels: &mut Panels, id: FeatureId) {
    panels.twin.shown.selection = crate::layers::Selection::from(Some(id));
    panels.act(Action::FlyToSelection);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_opens_and_closes_and_has_its_own_answers() {
        let mut panel = Panel::default();
        assert_eq!(panel.open_tab(), None);
        panel.turn(NetworkTab::Break);
        assert_eq!(panel.open_tab(), Some(NetworkTab::Break));
        panel.turn(NetworkTab::Near);
        assert_eq!(panel.open_tab(), Some(NetworkTab::Near));
        panel.turn(NetworkTab::Near);
        assert_eq!(panel.open_tab(), None);
        assert!(NetworkTab::Near.has(&Question::Near) && !NetworkTab::Break.has(&Question::Near));
        let critical = Question::Critical { class: spatial_db::model::NetworkClass::Water, everywhere: false };
        assert!(NetworkTab::Break.has(&critical) && !NetworkTab::Pressure.has(&critical));
    }
}
