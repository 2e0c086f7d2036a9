//! The side panel with its tabs.

use bevy_egui::egui::{Button, Frame, Margin, Panel, ScrollArea, Ui};

use super::{Panels, Tab, layers, overlays, search, views};
use crate::text::t;

/// Width at first, points.
const WIDTH: f32 = 252.0;

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.ui.side;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 8));
    Panel::left("side").frame(frame).default_size(WIDTH).size_range(200.0..=420.0).show_collapsible(
        root,
        &mut open,
        |ui| {
            tabs(ui, panels);
            ui.add_space(4.0);
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| match panels.ui.tab {
                Tab::Layers => layers::show(ui, panels),
                Tab::Overlays => overlays::show(ui, panels),
                Tab::Search => search::show(ui, panels),
                Tab::Views => views::show(ui, panels),
            });
        },
    );
    if open != panels.ui.side {
        panels.ui.side = open;
    }
}

fn tabs(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for tab in Tab::ALL {
            let label = match tab {
                Tab::Layers => t!(words, "tab-layers"),
                Tab::Overlays => t!(words, "tab-overlays"),
                Tab::Search => t!(words, "tab-search"),
                Tab::Views => t!(words, "tab-views"),
            };
            if ui.add(Button::selectable(panels.ui.tab == tab, label)).clicked() {
                panels.ui.tab = tab;
                panels.ui.take_focus = tab == Tab::Search;
            }
        }
    });
    ui.separator();
}
