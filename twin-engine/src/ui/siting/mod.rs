//! The panel of sites at the foot of the window: a pitch, the weights of its wishes, the ranking, sites side by side, one explained.

mod compare;
mod form;
mod rows;

use std::sync::Arc;

use analysis::siting::{How, Standing, Verdict, said};
use bevy_egui::egui::{
    Align, Button, Color32, Frame, Label, Layout, Margin, Panel as Side, RichText, ScrollArea, Slider, SliderClamping,
    Ui,
};

use super::choose::Chooser;
use super::{Panels, close_button, look};
use crate::action::Action;
use crate::siting::{Pitch, map_at, now, waits_for_record};
use crate::text::{Text, t};
use crate::theme::Theme;

/// Height at first, points.
const HEIGHT: f32 = 330.0;
/// Width of the weights' column at first, points.
const WEIGHTS: f32 = 270.0;

/// What is shown beside the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    /// Every site in its order.
    #[default]
    Ranking,
    /// A few side by side.
    Compare,
    /// One, need by need.
    Why,
}

/// The panel from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    open: bool,
    view: View,
    path: String,
    form: form::Form,
}

impl Panel {
    /// True while it is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// Opens the panel, or closes it.
    pub(crate) fn turn(&mut self) {
        self.open = !self.open;
    }

    /// Closes the panel. The pitch and its map stay.
    pub(crate) fn close(&mut self) {
        self.open = false;
    }
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.ui.siting.open;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    Side::bottom("siting")
        .frame(frame)
        .resizable(true)
        .default_size(HEIGHT)
        .size_range(170.0..=620.0)
        .show_collapsible(root, &mut open, |ui| {
            let words = panels.twin.words();
            // Little to say, as while sites are matched, must not make the panel small.
            ui.set_min_height(ui.available_height());
            let Some(mut pitch) = panels.sites.pitch.take() else {
                if panels.ui.siting.form.open {
                    form::show(ui, panels, words);
                } else {
                    choose_pitch(ui, panels, words);
                }
                return;
            };
            let stays = head(ui, panels, words, &pitch);
            body(ui, panels, words, &mut pitch);
            if stays {
                panels.sites.pitch = Some(pitch);
            } else {
                pitch.leave(&mut panels.twin);
            }
        });
    if open != panels.ui.siting.open {
        panels.ui.siting.open = open;
    }
}

/// Which pitch to open.
fn choose_pitch(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    let chooser = Chooser {
        heading: t!(words, "site-open"),
        refused: panels.sites.refused.clone(),
        choices: panels.sites.choices(&panels.twin),
        none: t!(words, "site-none", park = panels.twin.input.snapshot.park.slug),
        another: t!(words, "site-path"),
        open: t!(words, "site-open-file"),
        closes: Action::Sites,
    };
    let mut typed = std::mem::take(&mut panels.ui.siting.path);
    if let Some(path) = chooser.show(ui, panels, words, &mut typed) {
        panels.sites.ask = Some(path);
    }
    panels.ui.siting.path = typed;
    ui.add_space(6.0);
    if ui.button(t!(words, "form-write")).on_hover_text(t!(words, "form-write-does")).clicked() {
        panels.ui.siting.form.open = true;
    }
}

/// What is looked at, the pitch and how far it is, and what can be done with it. False where it is to be closed.
fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text, pitch: &Pitch) -> bool {
    let mut stays = true;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (view, label) in [
            (View::Ranking, t!(words, "site-ranking")),
            (View::Compare, t!(words, "site-compare", count = pitch.compared().len())),
            (View::Why, t!(words, "site-why")),
        ] {
            if ui.add(Button::selectable(panels.ui.siting.view == view, label)).clicked() {
                panels.ui.siting.view = view;
            }
        }
        ui.separator();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close_button(ui, panels, words, Action::Sites);
            stays = !ui.button(t!(words, "site-end")).on_hover_text(t!(words, "site-end-does")).clicked();
            if let Some(at) = map_at(&panels.twin) {
                let on = panels.twin.shown.overlay == Some(at);
                let map = ui.add(Button::selectable(on, t!(words, "site-map")));
                if map.on_hover_text(t!(words, "site-map-does")).clicked() {
                    panels.act(Action::Overlay((!on).then_some(at)));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.add(Label::new(RichText::new(pitch.file.name.as_str()).strong()).selectable(false));
                ui.add(Label::new(look::note(state(panels, words, pitch))).truncate().selectable(false));
            });
        });
    });
    stays
}

/// What day and data the sites are of, or how far the next are.
fn state(panels: &Panels, words: &Text, pitch: &Pitch) -> String {
    let day = pitch.found().map(|found| words.words(&said::as_of(found.of.1)));
    if waits_for_record(&panels.twin) {
        return t!(words, "site-waits");
    }
    match (pitch.failed(), day) {
        (Some(reason), _) if reason.is_empty() => t!(words, "site-ended"),
        (Some(reason), _) => t!(words, "site-failed", reason = words.failure(reason)),
        (None, None) => t!(words, "site-matching"),
        (None, Some(day)) if pitch.is_stale(now(&panels.twin)) => t!(words, "site-stale", day = day),
        (None, Some(day)) if panels.twin.input.snapshot.park.synthetic => {
            format!("{day} · {}", words.words(&analysis::sheet::origin(true)))
        }
        (None, Some(day)) => day,
    }
}

fn body(ui: &mut Ui, panels: &mut Panels, words: &'static Text, pitch: &mut Pitch) {
    Side::left("siting-weights")
        .frame(Frame::new().inner_margin(Margin { left: 0, right: 12, top: 2, bottom: 0 }))
        .resizable(true)
        .default_size(WEIGHTS)
        .size_range(200.0..=420.0)
        .show(ui, |ui| {
            ScrollArea::vertical().id_salt("siting-weights").auto_shrink([false, false]).show(ui, |ui| {
                needs(ui, words, pitch);
            });
        });
    // Off the line beside the weights.
    Frame::new().inner_margin(Margin { left: 10, right: 0, top: 0, bottom: 0 }).show(ui, |ui| {
        let Some(found) = pitch.found() else {
            // Why there are none stands beside the tabs.
            if pitch.is_matching() {
                ui.add(Label::new(look::note(t!(words, "site-matching"))).wrap());
            }
            return;
        };
        if found.sites.is_empty() {
            ui.add(Label::new(words.words(&said::nothing_offered())).wrap());
            return;
        }
        match panels.ui.siting.view {
            View::Ranking => rows::show(ui, panels, words, pitch),
            View::Compare => compare::side_by_side(ui, panels, words, pitch),
            View::Why => compare::why(ui, panels, words, pitch),
        }
    });
}

/// Wishes with their weights, then what must be met.
fn needs(ui: &mut Ui, words: &'static Text, pitch: &mut Pitch) {
    let file = Arc::clone(&pitch.file);
    let asked = |at: usize| {
        let want = &file.needs[at].want;
        format!("{} {}", words.words(&want.title()), words.words(&want.asked()))
    };
    let (musts, wishes): (Vec<usize>, Vec<usize>) =
        (0..file.needs.len()).partition(|at| file.needs[*at].how == How::Must);
    look::group(ui, &t!(words, "site-weights"));
    let top = pitch.top_weight();
    for at in &wishes {
        ui.add(Label::new(asked(*at)).truncate().selectable(false));
        let mut weight = pitch.weight(*at);
        // A weight of the file stays as it is written until it is moved.
        let slider = Slider::new(&mut weight, 0.0..=top).max_decimals(1).clamping(SliderClamping::Edits);
        if ui.add(slider).changed() {
            pitch.weigh(*at, weight);
        }
    }
    if wishes.is_empty() {
        ui.add(Label::new(look::note(t!(words, "site-no-wishes"))).wrap());
    } else if ui.add_enabled(!pitch.is_as_written(), Button::new(t!(words, "site-weights-back"))).clicked() {
        pitch.weigh_as_written();
    }
    look::group(ui, &t!(words, "site-musts"));
    for at in musts {
        ui.add(Label::new(asked(at)).truncate().selectable(false));
    }
}

/// Speaks of a site: selects it and flies there.
fn choose(panels: &mut Panels, pitch: &mut Pitch, site: u32) {
    let Some(ids) = pitch.site(site).map(|site| site.ids.clone()) else { return };
    pitch.choose(site);
    panels.twin.shown.selection = ids.into_iter().collect();
    panels.act(Action::FlyToSelection);
}

/// Colour of a standing; its words always stand with it.
fn standing_colour(theme: &Theme, standing: Standing) -> Color32 {
    look::colour(match standing {
        Standing::Fits => theme.ink,
        Standing::Open | Standing::Unproven => theme.ink_soft,
        Standing::Fails => theme.bad,
    })
}

/// Colour of a verdict; its words always stand with it.
fn verdict_colour(theme: &Theme, verdict: Verdict) -> Color32 {
    look::colour(match verdict {
        Verdict::Fit => theme.ink,
        Verdict::Unknown => theme.ink_soft,
        Verdict::Gap => theme.bad,
    })
}
