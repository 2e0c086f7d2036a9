//! The planner's panel at the foot of the window: land that is idle or under-used, cases, projects, evaluation, scenarios.

mod accept;
mod axis;
mod bars;
mod cases;
mod clock;
mod dossier;
#[cfg(test)]
mod drawn;
mod land;
mod pictures;
mod projects;
mod record;
mod rows;
mod sheet;
mod what_if;
mod zone;

use std::sync::Arc;

use analysis::land::Tone;
use analysis::planner::Look;
use bevy_egui::egui::{
    Align, Button, Color32, CornerRadius, Frame, Layout, Margin, Panel, Pos2, Rect, Sense, Shape, Stroke, StrokeKind,
    Ui, pos2, vec2,
};
use spatial_db::model::FeatureId;

use super::{Panels, close_button, look};
use crate::action::Action;
use crate::frame::pattern_shapes;
use crate::layers::Selection;
use crate::text::{Text, t};
use crate::theme::{Rgb, Theme};

/// Height at first, points.
const HEIGHT: f32 = 330.0;

/// A tab of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PlannerTab {
    /// The ranked list of land.
    #[default]
    Land,
    /// Cases and what is overdue.
    Cases,
    /// Projects, planned against actual.
    Projects,
    /// The evaluation of the park.
    Evaluation,
    /// A scenario.
    WhatIf,
}

impl PlannerTab {
    /// All tabs, from the left.
    pub(crate) const ALL: [Self; 5] = [Self::Land, Self::Cases, Self::Projects, Self::Evaluation, Self::WhatIf];

    /// Its name.
    pub(super) fn label(self, words: &Text) -> String {
        match self {
            Self::Land => t!(words, "planner-land"),
            Self::Cases => t!(words, "planner-cases"),
            Self::Projects => t!(words, "planner-projects"),
            Self::Evaluation => t!(words, "planner-zone"),
            Self::WhatIf => t!(words, "planner-what-if"),
        }
    }
}

/// The panel from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Planner {
    open: bool,
    tab: PlannerTab,
    land: land::Land,
    cases: cases::Cases,
    projects: projects::Projects,
    evaluation: zone::Evaluation,
    form: what_if::Form,
    accept: accept::Accept,
    /// The list has the arrow keys.
    arrows: bool,
    /// The list of the tab takes the keyboard.
    take_focus: bool,
}

impl Planner {
    /// The tab that is shown, while the panel is open.
    pub(crate) fn open_tab(&self) -> Option<PlannerTab> {
        self.open.then_some(self.tab)
    }

    /// Opens a tab; closes it where it is shown already.
    pub(crate) fn turn(&mut self, tab: PlannerTab) {
        self.open = !(self.open && self.tab == tab);
        self.tab = tab;
        self.take_focus = self.open;
        self.arrows = false;
    }

    /// Closes the panel.
    pub(crate) fn close(&mut self) {
        (self.open, self.arrows) = (false, false);
    }

    /// True while arrows and Enter are the list's, and letters are not anybody's.
    pub(crate) fn has_arrows(&self) -> bool {
        self.open && self.arrows
    }
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.ui.planner.open;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    Panel::bottom("planner")
        .frame(frame)
        .resizable(true)
        .default_size(HEIGHT)
        .size_range(170.0..=560.0)
        .show_collapsible(root, &mut open, |ui| {
            let words = panels.twin.words();
            // Little to say, as while a list is made, must not make the panel small.
            ui.set_min_height(ui.available_height());
            head(ui, panels, words);
            if panels.twin.input.planner.is_none() {
                ui.add_space(8.0);
                ui.label(look::note(t!(words, "planner-none")));
                return;
            }
            match panels.ui.planner.tab {
                PlannerTab::Land => land::show(ui, panels, words),
                PlannerTab::Cases => cases::show(ui, panels, words),
                PlannerTab::Projects => projects::show(ui, panels, words),
                PlannerTab::Evaluation => zone::show(ui, panels, words),
                PlannerTab::WhatIf => what_if::show(ui, panels, words),
            }
        });
    if open != panels.ui.planner.open {
        panels.ui.planner.open = open;
    }
    if !open {
        panels.ui.planner.arrows = false;
    }
}

/// Tabs, what the tab has to say in one line, and the way out.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for tab in PlannerTab::ALL {
            let on = panels.ui.planner.tab == tab;
            if ui.add(Button::selectable(on, tab.label(words))).clicked() && !on {
                panels.ui.planner.turn(tab);
            }
        }
        ui.separator();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let tab = panels.ui.planner.tab;
            close_button(ui, panels, words, Action::Planner(tab));
            if panels.twin.input.planner.is_some() {
                match tab {
                    PlannerTab::Land => land::head(ui, panels, words),
                    PlannerTab::Cases => cases::head(ui, panels, words),
                    PlannerTab::Projects => projects::head(ui, panels, words),
                    PlannerTab::Evaluation => zone::head(ui, panels, words),
                    PlannerTab::WhatIf => what_if::head(ui, panels, words),
                }
            }
        });
    });
}

/// Selects a parcel and flies to it.
fn fly_to(panels: &mut Panels, id: FeatureId) {
    panels.twin.shown.selection = Selection::from(Some(id));
    panels.act(Action::FlyToSelection);
}

/// The parcel of a key, where it is on record.
fn parcel_of(panels: &Panels, key: &str) -> Option<FeatureId> {
    let park = Arc::clone(&panels.twin.input.snapshot);
    park.parcels.iter().find(|parcel| parcel.provenance.key == key).map(|parcel| parcel.id)
}

/// The row of a feature in its layer, without looking through the layer.
fn row_of(panels: &Panels, id: FeatureId) -> Option<usize> {
    panels.meshed.as_ref()?.geometry.slots.row(id)
}

/// The key of the parcel that is selected alone.
fn selected_key(panels: &Panels) -> Option<String> {
    let park = &panels.twin.input.snapshot;
    let id = panels.twin.shown.selection.single()?;
    let row = row_of(panels, id)?;
    (id.kind == spatial_db::model::FeatureKind::Parcel).then(|| park.parcels[row].provenance.key.clone())
}

/// The colour of words that bear on a verdict in this way.
fn tone_colour(theme: &Theme, tone: Tone) -> Color32 {
    look::colour(match tone {
        Tone::Bad => theme.bad,
        Tone::Unknown => theme.ink_soft,
        Tone::Plain => theme.ink,
    })
}

/// A box with the fill that the map gives a class, and an outline of another class.
fn swatch(ui: &mut Ui, theme: &Theme, fill: &Look, outline: Option<&Look>) {
    let (place, _) = ui.allocate_exact_size(vec2(18.0, 13.0), Sense::hover());
    let line = outline.map_or(look::colour(theme.ink_soft), |outline| colour(outline.colour));
    let width = if outline.is_some() { 2.5 } else { 1.0 };
    filled(ui, place, fill, Stroke::new(width, line));
}

/// A rectangle with colour and pattern of a class.
fn filled(ui: &Ui, place: Rect, fill: &Look, line: Stroke) {
    let painter = ui.painter();
    painter.rect_filled(place, CornerRadius::same(2), colour(fill.colour));
    painter.extend(pattern_shapes(fill.pattern, place, Rgb::from(fill.colour)));
    painter.rect_stroke(place, CornerRadius::same(2), line, StrokeKind::Inside);
}

fn colour([r, g, b]: [u8; 3]) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// A lozenge around a place.
fn lozenge(at: Pos2, half: f32, fill: Color32, line: Stroke) -> Shape {
    let corners =
        vec![pos2(at.x, at.y - half), pos2(at.x + half, at.y), pos2(at.x, at.y + half), pos2(at.x - half, at.y)];
    Shape::convex_polygon(corners, fill, line)
}
