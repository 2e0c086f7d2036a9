//! The panel of what is cut open: the drawing of the section with its pipes, or what a pit lays bare.

pub(super) mod paint;
mod pit;

use analysis::network::{Excavation, Section};
use bevy::math::Vec2;
use bevy_egui::egui::{
    Align, Button, ComboBox, Frame, Grid, Label, Layout, Margin, Panel as Side, Pos2, RichText, ScrollArea, Sense,
    Stroke, TextStyle, Ui, pos2, vec2,
};
use chrono::NaiveDate;
use spatial_db::model::FeatureId;
use spatial_db::whole;

use super::{Panels, look, writing};
use crate::action::Action;
use crate::cut::{Cut, Dig, SectionPlane};
use crate::drawing::{self, EXAGGERATIONS, Heading};
use crate::inspect::grouped;
use crate::layers::Selection;
use crate::text::{Text, t};

/// Height at first, points.
const HEIGHT: f32 = 290.0;
/// Width of the list beside the drawing, and the least that the drawing keeps.
const LIST: f32 = 400.0;
const LEAST_DRAWING: f32 = 380.0;
/// Steps of the buttons that move the plane, m.
const STEPS: [f64; 4] = [-10.0, -1.0, 1.0, 10.0];
/// End of the name of a drawing that is written.
const FILE: &str = "section";
/// Factors on the size of pipes.
const FACTORS: [f64; 3] = [1.0, 3.0, 10.0];

/// Which of the two is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Section,
    Pit,
}

/// The panel from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    tab: Tab,
    /// Exaggeration asked for; as large as fits if `None`. And the one that was drawn.
    exaggeration: Option<f64>,
    drawn: f64,
    section: Option<(SectionPlane, Seen, Section)>,
    dug: Option<(Dig, Seen, Excavation)>,
    /// A pipe is marked because the pointer is over it here.
    hovering: bool,
    told: Option<String>,
}

impl Panel {
    /// Turns to what was placed last.
    pub(super) fn turn(&mut self, section: bool) {
        self.tab = if section { Tab::Section } else { Tab::Pit };
        self.told = None;
    }
}

pub(super) fn show(root: &mut Ui, panels: &mut Panels) {
    let mut open = panels.ui.cut_open;
    let frame = Frame::side_top_panel(root.style()).inner_margin(Margin::symmetric(10, 6));
    Side::bottom("cut").frame(frame).resizable(true).default_size(HEIGHT).size_range(150.0..=640.0).show_collapsible(
        root,
        &mut open,
        |ui| {
            let words = panels.twin.words();
            turn_to_what_there_is(panels);
            head(ui, panels, words);
            let cut = panels.twin.cut.clone();
            match (panels.ui.cut.tab, &cut.section, &cut.dig) {
                (Tab::Section, Some(plane), _) => section(ui, panels, words, plane),
                (Tab::Pit, _, Some(dig)) => pit::show(ui, panels, words, dig),
                _ => {
                    ui.add_space(8.0);
                    ui.label(look::note(t!(words, "cut-nothing")));
                }
            }
        },
    );
    if open != panels.ui.cut_open {
        panels.ui.cut_open = open;
    }
}

fn turn_to_what_there_is(panels: &mut Panels) {
    let Cut { section, dig, .. } = &panels.twin.cut;
    let tab = match (section, dig) {
        (Some(_), None) => Tab::Section,
        (None, Some(_)) => Tab::Pit,
        _ => panels.ui.cut.tab,
    };
    if panels.ui.cut.tab != tab {
        panels.ui.cut.tab = tab;
    }
}

/// Choice of how large pipes are drawn, for wherever they are seen: in a cut, and through translucent ground.
pub(super) fn factors(ui: &mut Ui, words: &Text, cut: &mut Cut) {
    ui.label(look::note(t!(words, "pipe-factor")));
    for factor in FACTORS {
        let on = (cut.pipe_factor - factor).abs() < 1e-9;
        if ui.add(Button::selectable(on, format!("{factor}×"))).clicked() {
            cut.pipe_factor = factor;
        }
    }
}

/// Writes the cut where it changed.
pub(super) fn set(panels: &mut Panels, cut: Cut) {
    if panels.twin.cut != cut {
        panels.twin.cut = cut;
    }
}

fn head(ui: &mut Ui, panels: &mut Panels, words: &Text) {
    ui.horizontal(|ui| {
        let mut cut = panels.twin.cut.clone();
        if cut.section.is_some() && cut.dig.is_some() {
            for (tab, label) in [(Tab::Section, t!(words, "tool-section")), (Tab::Pit, t!(words, "tool-dig"))] {
                if ui.add(Button::selectable(panels.ui.cut.tab == tab, label)).clicked() {
                    panels.ui.cut.tab = tab;
                }
            }
            ui.separator();
        }
        match (panels.ui.cut.tab, &mut cut.section, &mut cut.dig) {
            (Tab::Section, Some(plane), _) => {
                section_head(ui, panels, words, plane);
                if ui.button(t!(words, "section-close")).clicked() {
                    cut.section = None;
                }
            }
            (Tab::Pit, _, Some(dig)) => {
                if ui.button(t!(words, "fly")).clicked() {
                    panels.act(Action::FlyToCut { section: false });
                }
                pit::head(ui, words, dig);
                if ui.button(t!(words, "dig-close")).clicked() {
                    cut.dig = None;
                }
            }
            _ => {
                ui.label(RichText::new(t!(words, "cut-panel")).strong());
            }
        }
        if !cut.is_empty() {
            ui.separator();
            factors(ui, words, &mut cut);
        }
        set(panels, cut);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Button::new("×").frame(false)).on_hover_text(t!(words, "close")).clicked() {
                panels.act(Action::CutPanel);
            }
            if let Some(told) = &panels.ui.cut.told {
                ui.add(Label::new(look::note(told.clone())).truncate());
            }
        });
    });
}

fn section_head(ui: &mut Ui, panels: &mut Panels, words: &Text, plane: &mut SectionPlane) {
    if ui.button(t!(words, "fly")).clicked() {
        panels.act(Action::FlyToCut { section: true });
    }
    ui.label(look::note(t!(words, "section-length", length = grouped(plane.length_m(), 1))));
    if ui.button(t!(words, "section-flip")).on_hover_text(t!(words, "key-flip")).clicked() {
        *plane = plane.flipped();
    }
    ui.label(look::note(t!(words, "section-step")));
    ui.spacing_mut().item_spacing.x = 3.0;
    for step in STEPS {
        let sign = if step < 0.0 { "−" } else { "+" };
        if ui.button(format!("{sign}{} m", step.abs())).on_hover_text(t!(words, "held-section-does")).clicked() {
            *plane = plane.moved(step);
        }
    }
    ui.spacing_mut().item_spacing.x = 8.0;
    ui.label(look::note(t!(words, "section-exaggeration")));
    let wanted = panels.ui.cut.exaggeration;
    let fit = t!(words, "section-fit");
    let name = |e: Option<f64>| e.map_or_else(|| fit.clone(), |e| format!("{e}×"));
    // Where what was asked for does not fit, what is drawn is said.
    let chosen =
        if wanted == Some(panels.ui.cut.drawn) { name(wanted) } else { format!("{fit}: {}×", panels.ui.cut.drawn) };
    ComboBox::from_id_salt("exaggeration").selected_text(chosen).width(96.0).show_ui(ui, |ui| {
        for choice in std::iter::once(None).chain(EXAGGERATIONS.map(Some)) {
            if ui.selectable_label(wanted == choice, name(choice)).clicked() {
                panels.ui.cut.exaggeration = choice;
            }
        }
    });
    if ui.button(t!(words, "section-svg")).clicked() {
        panels.ui.cut.told = export(panels, words, plane);
    }
}

/// Where the park in memory is, and the day looked at: another one is cut anew.
type Seen = (usize, Option<NaiveDate>);

fn seen(panels: &Panels) -> Seen {
    (std::sync::Arc::as_ptr(&panels.twin.input.snapshot).addr(), panels.twin.day())
}

/// Whether a feature was there on the day looked at.
fn is_there(panels: &Panels, id: FeatureId) -> bool {
    let row = panels.meshed.as_ref().and_then(|meshed| meshed.geometry.slots.row(id));
    row.is_none_or(|row| panels.twin.shown.is_there(id.kind, row))
}

/// The section along the plane's line, found once for a plane.
fn section_of(panels: &mut Panels, plane: &SectionPlane) -> Option<Section> {
    let park = seen(panels);
    let known = panels.ui.cut.section.as_ref().filter(|(of, at, _)| of == plane && *at == park);
    if let Some((_, _, section)) = known {
        return Some(section.clone());
    }
    let meshed = panels.meshed.as_ref()?;
    let mut section = analysis::network::section(meshed.picker.cache(), plane.from, plane.to);
    section.pipes.retain(|pipe| is_there(panels, pipe.id));
    section.chambers.retain(|chamber| is_there(panels, chamber.id));
    section.buildings.retain(|building| is_there(panels, building.id));
    panels.ui.cut.section = Some((*plane, park, section.clone()));
    Some(section)
}

fn section(ui: &mut Ui, panels: &mut Panels, words: &Text, plane: &SectionPlane) {
    let Some(section) = section_of(panels, plane) else { return };
    let room = ui.available_size();
    let list = if room.x - LIST > LEAST_DRAWING { LIST } else { 0.0 };
    let mut met: Option<(FeatureId, bool)> = None;
    ui.horizontal_top(|ui| {
        let size = vec2(room.x - list - if list > 0.0 { 12.0 } else { 0.0 }, room.y - 4.0);
        let chart = drawing::chart(
            &section,
            Vec2::new(size.x, size.y),
            panels.ui.cut.exaggeration,
            &panels.twin.theme(),
            words,
        );
        if panels.ui.cut.drawn != chart.exaggeration {
            panels.ui.cut.drawn = chart.exaggeration;
        }
        met = drawn(ui, panels, words, (&section, &chart), size);
        if list > 0.0 {
            let listed = pipes(ui, panels, words, &section);
            met = met.or(listed);
        }
    });
    point_out(ui, panels, met);
}

/// Marks and selects what the pointer is on in the panel.
fn point_out(ui: &Ui, panels: &mut Panels, met: Option<(FeatureId, bool)>) {
    let hovered = met.map(|(id, _)| id);
    if (hovered.is_some() || panels.ui.cut.hovering) && panels.twin.shown.hovered != hovered {
        panels.twin.shown.hovered = hovered;
    }
    if panels.ui.cut.hovering != hovered.is_some() {
        panels.ui.cut.hovering = hovered.is_some();
    }
    if let Some((id, true)) = met {
        let more = ui.input(|input| input.modifiers.command);
        panels.twin.shown.selection =
            if more { panels.twin.shown.selection.toggled(id) } else { Selection::from(Some(id)) };
    }
}

/// The drawing. Returns the feature under the pointer and whether it was clicked.
fn drawn(
    ui: &mut Ui,
    panels: &Panels,
    words: &Text,
    (section, chart): (&Section, &drawing::Chart),
    size: bevy_egui::egui::Vec2,
) -> Option<(FeatureId, bool)> {
    let theme = panels.twin.theme();
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter_at(rect);
    let marked =
        |id: FeatureId| panels.twin.shown.hovered == Some(id) || panels.twin.shown.selection.ids().contains(&id);
    let strong = TextStyle::Heading.resolve(ui.style()).family;
    for mark in &chart.marks {
        paint::mark(&painter, rect.min, mark, &strong);
    }
    let accent = look::colour(theme.accent);
    let at = |place: Vec2| pos2(place.x, place.y) + rect.min.to_vec2();
    for (index, centre, half) in &chart.spots {
        if marked(section.pipes[*index].id) {
            let reach = vec2(half.x, half.y) + vec2(3.5, 3.5);
            let ring = bevy_egui::egui::epaint::EllipseShape::stroke(at(*centre), reach, Stroke::new(2.0, accent));
            painter.add(ring);
        }
    }
    let pointer = response.hover_pos()?;
    let id = under(section, chart, pointer, rect.min)?;
    let row = section.pipes.iter().position(|pipe| pipe.id == id);
    let row = row.and_then(|row| drawing::rows(section, words).into_iter().nth(row));
    let clicked = response.clicked();
    if let Some(row) = row {
        response.on_hover_ui_at_pointer(|ui| {
            let [number, class, key, size, material, cover, axis, along, room] = row.cells;
            ui.label(RichText::new(format!("{number} · {class} · {key}")).strong());
            ui.label(format!("{size} · {material}"));
            let [cover_word, axis_word, at_word, next_word] =
                ["section-cover", "section-axis", "section-at", "section-next"].map(|key| words.get(key));
            ui.label(format!("{cover_word} {cover} · {axis_word} {axis} · {at_word} {along} · {next_word} {room}"));
        });
    }
    Some((id, clicked))
}

/// The pipe, else the building or chamber, under the pointer.
fn under(section: &Section, chart: &drawing::Chart, pointer: Pos2, corner: Pos2) -> Option<FeatureId> {
    let at = Vec2::new(pointer.x - corner.x, pointer.y - corner.y);
    let spot = chart
        .spots
        .iter()
        .map(|(index, centre, half)| (*index, ((at - *centre) / (*half + Vec2::splat(4.0))).length()))
        .filter(|(_, away)| *away <= 1.0)
        .min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((index, _)) = spot {
        return Some(section.pipes[index].id);
    }
    chart.marks.iter().rev().find_map(|mark| match &mark.shape {
        drawing::Shape::Block { low, high } if at.cmpge(*low).all() && at.cmple(*high).all() => mark.feature,
        drawing::Shape::Words { at: place, upright: true, .. } if (place.x - at.x).abs() < 6.0 && at.y < place.y => {
            mark.feature
        }
        _ => None,
    })
}

/// The list beside the drawing.
fn pipes(ui: &mut Ui, panels: &Panels, words: &Text, section: &Section) -> Option<(FeatureId, bool)> {
    let theme = panels.twin.theme();
    let mut met = None;
    if section.pipes.is_empty() {
        ui.label(look::note(t!(words, "section-no-pipes")));
        return None;
    }
    let selected = &panels.twin.shown.selection;
    ScrollArea::vertical().id_salt("cut-pipes").auto_shrink([false, false]).show(ui, |ui| {
        Grid::new("cut-pipes").striped(true).num_columns(6).spacing([10.0, 3.0]).show(ui, |ui| {
            let headings = ["section-number", "section-key", "section-size", "section-cover", "section-axis"];
            for heading in headings {
                ui.label(look::note(words.get(heading)));
            }
            ui.end_row();
            for (row, pipe) in drawing::rows(section, words).iter().zip(&section.pipes) {
                let [number, class, key, size, _, cover, axis, ..] = &row.cells;
                let on = panels.twin.shown.hovered == Some(pipe.id) || selected.ids().contains(&pipe.id);
                let number = ui.horizontal(|ui| {
                    swatch(ui, look::colour(theme.network(row.class)));
                    cell(ui, number, on)
                });
                let mut responses = vec![number.inner.on_hover_text(class)];
                responses.extend([key, size, cover, axis].map(|said| cell(ui, said, on)));
                ui.end_row();
                let clicked = responses.iter().any(bevy_egui::egui::Response::clicked);
                if clicked || responses.iter().any(bevy_egui::egui::Response::hovered) {
                    met = Some((pipe.id, clicked));
                }
            }
        });
    });
    met
}

fn swatch(ui: &mut Ui, colour: bevy_egui::egui::Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.5, colour);
}

/// A cell that can be clicked, strong where its feature is marked.
fn cell(ui: &mut Ui, said: &str, strong: bool) -> bevy_egui::egui::Response {
    let text = RichText::new(said).size(look::SMALL + 1.0);
    let text = if strong { text.strong().underline() } else { text };
    ui.add(Label::new(text).selectable(false).sense(Sense::click()))
}

/// Writes the sheet as SVG beside the window's state, and says where.
fn export(panels: &mut Panels, words: &Text, plane: &SectionPlane) -> Option<String> {
    let section = section_of(panels, plane)?;
    let folder = panels.ui.exports.clone()?;
    let park = panels.twin.input.snapshot.clone();
    let heading = Heading { park: &park.park, plane: *plane, drawn_on: chrono::Local::now().date_naive() };
    // A sheet is for paper, whatever the window is.
    let theme = crate::theme::Theme::of(crate::ThemeChoice::Daylight);
    let (marks, size) = drawing::sheet(&section, &heading, panels.ui.cut.exaggeration, &theme, words);
    let text = drawing::svg(&marks, size, theme.panel, &t!(words, "section-title", park = park.park.name));
    let path = folder.join(format!("{}-{FILE}", park.park.slug)).with_extension("svg");
    Some(writing::ended(words, &path, whole::write(&path, text.as_bytes())))
}
