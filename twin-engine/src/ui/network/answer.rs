//! The answer: what is coloured, with counts and lengths, then its tables.

use std::sync::Arc;

use bevy_egui::egui::{Button, Color32, Label, RichText, Sense, Stroke, Ui, vec2};

use analysis::network::capacity::CapacityError;
use analysis::network::hydraulics::HydraulicsError;
use analysis::network::isolation::Gear;
use analysis::overlay::{Class, Pattern, Swatch};

use super::rows::{self, NOT_KNOWN};
use super::{NetworkTab, answered};
use crate::network::{Answered, Found, List, Question, Refused, Table};
use crate::text::{Text, t};
use crate::ui::writing::{self, By};
use crate::ui::{Panels, look};

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    if writing::tells(panels, By::Network) {
        writing::line(ui, panels, words, By::Network);
    }
    let Some((question, answered)) = answered(panels) else {
        ui.add_space(6.0);
        let said = match panels.ui.network.tab {
            _ if panels.bench.stage().is_some() => t!(words, "time-making"),
            NetworkTab::Near => t!(words, "net-not-checked"),
            NetworkTab::Pressure => t!(words, "net-not-pressed"),
            NetworkTab::Capacity => t!(words, "net-not-left"),
            _ => t!(words, "net-no-answer"),
        };
        ui.add(Label::new(look::note(said)).wrap());
        return;
    };
    let found = match &*answered {
        Ok(found) => found,
        Err(refused) => {
            ui.add_space(6.0);
            let bad = look::colour(panels.twin.theme().bad);
            ui.add(Label::new(RichText::new(why_not(words, refused)).color(bad)).wrap());
            return;
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.add(Label::new(RichText::new(words.words(&found.overlay.title)).strong()).wrap());
        let stale = !panels.bench.is_current(&panels.twin);
        let day = t!(words, "as-of", date = found.of.1);
        ui.label(look::note(if stale { t!(words, "net-stale", day = day) } else { day }));
    });
    ui.horizontal_wrapped(|ui| {
        for class in &found.overlay.classes {
            chip(ui, words, class);
        }
    });
    for note in notes(found) {
        ui.add(Label::new(look::note(words.words(note))).wrap());
    }
    tables(ui, panels, words, (&question, &answered), found);
}

/// What is said of the answer: notes that are the same for all its tables once.
fn notes(found: &Found) -> &[analysis::words::Words] {
    found.tables.first().map_or(&[], |table| &table.sheet.notes)
}

/// A class with its sign, count and measure.
fn chip(ui: &mut Ui, words: &Text, class: &Class) {
    let (place, _) = ui.allocate_exact_size(vec2(18.0, 12.0), Sense::hover());
    let [r, g, b] = class.colour;
    let colour = Color32::from_rgb(r, g, b);
    let painter = ui.painter();
    match class.swatch {
        Swatch::Line => {
            let ends = [place.left_center(), place.right_center()];
            let stroke = Stroke::new(3.0, colour);
            if class.pattern == Pattern::Solid {
                painter.line_segment(ends, stroke);
            } else {
                painter.extend(bevy_egui::egui::Shape::dashed_line(&ends, stroke, 4.0, 3.0));
            }
        }
        Swatch::Symbol(_) => {
            painter.circle_filled(place.center(), 4.5, colour);
        }
        Swatch::Area | Swatch::Ramp => {
            painter.rect_filled(place, 2.0, colour);
            let fill = crate::theme::Rgb::from(class.colour);
            painter.extend(crate::frame::pattern_shapes(class.pattern, place, fill));
        }
    }
    // A line has a length: where none is told, that is said.
    let none = if class.swatch == Swatch::Line { format!(" · {NOT_KNOWN}") } else { String::new() };
    let measure = class.measure.as_ref().map_or(none, |measure| format!(" · {measure}"));
    ui.add(Label::new(format!("{} {}{measure}", words.words(&class.label), class.count)).selectable(false));
    ui.add_space(8.0);
}

fn list_label(words: &Text, question: &Question, table: &Table) -> String {
    let switches = question.class().is_some_and(|class| Gear::of_class(class) == Gear::Switch);
    match table.list {
        List::Lines => t!(words, "net-list-lines"),
        List::Steps if switches => t!(words, "net-list-switch-steps"),
        List::Steps => t!(words, "net-list-steps"),
        List::Buildings => t!(words, "net-list-buildings"),
        List::Near => t!(words, "net-near"),
        List::Way => t!(words, "net-list-way"),
        List::Days => t!(words, "net-list-days"),
        List::Titled => words.words(&table.sheet.title),
    }
}

fn tables(ui: &mut Ui, panels: &mut Panels, words: &'static Text, of: (&Question, &Arc<Answered>), found: &Found) {
    let list = panels.ui.network.list.min(found.tables.len().saturating_sub(1));
    if found.tables.len() > 1 {
        ui.horizontal_wrapped(|ui| {
            for (at, table) in found.tables.iter().enumerate() {
                let label = format!("{} ({})", list_label(words, of.0, table), table.sheet.rows.len());
                if ui.add(Button::selectable(at == list, label)).clicked() {
                    panels.ui.network.list = at;
                }
            }
        });
    }
    let Some(table) = found.tables.get(list) else { return };
    rows::show(ui, panels, words, of, found, table);
}

/// Why there is no answer, in words.
fn why_not(words: &Text, refused: &Refused) -> String {
    use analysis::network::answers::AnswerError;
    match refused {
        Refused::NoPit => t!(words, "net-no-pit"),
        Refused::Network(AnswerError::SeveralPlaces { key, .. }) => t!(words, "net-several", key = key),
        Refused::NoLine => t!(words, "net-no-line"),
        Refused::Network(AnswerError::NoSuchPlace { key, .. }) => t!(words, "net-no-place", key = key),
        Refused::Network(AnswerError::NoSuchValve { key, .. }) => t!(words, "net-no-valve", key = key),
        Refused::Network(AnswerError::ShutsNothing { key, .. }) => t!(words, "net-shuts-nothing", key = key),
        Refused::Network(AnswerError::NoWay { from, to }) => t!(words, "net-no-way", from = from, to = to),
        Refused::Network(AnswerError::NoSource { key, .. }) => t!(words, "net-no-source", key = key),
        Refused::Network(other) => other.to_string(),
        Refused::Pressures(why) => no_pressures(words, why),
        Refused::Capacity(why) => no_capacity(words, why),
    }
}

fn no_pressures(words: &Text, why: &HydraulicsError) -> String {
    use analysis::network::answers::AnswerError;
    match why {
        HydraulicsError::NoHead { named } => t!(words, "net-no-head", named = named),
        HydraulicsError::NoSuchPlace { key } => t!(words, "net-no-place", key = key),
        HydraulicsError::SeveralPlaces { key, .. }
        | HydraulicsError::Network(AnswerError::SeveralPlaces { key, .. }) => t!(words, "net-several", key = key),
        HydraulicsError::LeftOut { key } => t!(words, "net-left-out", key = key),
        HydraulicsError::KeepsHead { key } => t!(words, "net-keeps-head", key = key),
        HydraulicsError::NoHydrants => t!(words, "net-no-hydrants"),
        // The engine's own words.
        other => other.to_string(),
    }
}

fn no_capacity(words: &Text, why: &CapacityError) -> String {
    match why {
        CapacityError::NoSuchParcel { key }
        | CapacityError::NoSuchBuilding { key }
        | CapacityError::NoSuchNode { key, .. } => t!(words, "net-no-site", key = key),
        other => other.to_string(),
    }
}
