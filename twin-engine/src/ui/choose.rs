//! What a panel shows while nothing is open in it: files at hand, and a line for the path of another.

use std::path::PathBuf;

use bevy_egui::egui::{Align, Key, Label, Layout, RichText, TextEdit, Ui};

use super::{Panels, close_button, look};
use crate::action::Action;
use crate::at_hand::FileChoice;
use crate::text::Text;

/// Width of the line for a path, points.
const PATH_WIDTH: f32 = 420.0;

/// Files to open one of, and the words around them.
pub(super) struct Chooser {
    /// What is to be opened.
    pub(super) heading: String,
    /// Why the last could not be opened.
    pub(super) refused: Option<String>,
    /// Files at hand.
    pub(super) choices: Vec<FileChoice>,
    /// Said where there are none.
    pub(super) none: String,
    /// Said over the line for a path.
    pub(super) another: String,
    /// On the button beside that line.
    pub(super) open: String,
    /// Closes the panel.
    pub(super) closes: Action,
}

impl Chooser {
    /// Shows it, with what was typed so far of a path. The file that is to be opened, in the frame in which it is chosen.
    pub(super) fn show(&self, ui: &mut Ui, panels: &mut Panels, words: &Text, typed: &mut String) -> Option<PathBuf> {
        let mut chosen = None;
        ui.horizontal(|ui| {
            ui.label(RichText::new(self.heading.as_str()).strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| close_button(ui, panels, words, self.closes));
        });
        if let Some(refused) = &self.refused {
            let bad = look::colour(panels.twin.theme().bad);
            ui.add(Label::new(RichText::new(refused.as_str()).color(bad)).wrap());
        }
        ui.add_space(4.0);
        if self.choices.is_empty() {
            ui.label(look::note(self.none.as_str()));
        }
        for choice in &self.choices {
            ui.horizontal(|ui| {
                if ui.button(choice.name.as_str()).clicked() {
                    chosen = Some(choice.path.clone());
                }
                ui.label(look::note(choice.path.file_name().unwrap_or_default().to_string_lossy()));
            });
        }
        ui.add_space(6.0);
        ui.label(look::note(self.another.as_str()));
        ui.horizontal(|ui| {
            let edit = ui.add(TextEdit::singleline(typed).desired_width(PATH_WIDTH));
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if (ui.button(self.open.as_str()).clicked() || entered) && !typed.trim().is_empty() {
                chosen = Some(typed.trim().into());
            }
        });
        chosen
    }
}
