//! The tab of land: what is asked of the list, the list, and the parcel that is selected.

use std::sync::Arc;

use analysis::planner::{LandList, Look};
use bevy_egui::egui::{Button, ComboBox, Frame, Label, Margin, Panel, RichText, TextEdit, Ui};
use spatial_db::model::{FeatureId, FeatureKind};
use spatial_db::whole;

use super::{rows, sheet};
use crate::inspect::grouped;
use crate::live::Wake;
use crate::planner::{By as Order, Wanted, csv_in, day_of, total_m2, typed};
use crate::text::{Text, t};
use crate::ui::writing::{self, By, Way};
use crate::ui::{Panels, look};
use crate::work::{Work, let_go};

/// Rows that were chosen, in their order, and their area, m².
type Rows = (Vec<usize>, f64);

/// What the rows were made of: the list, what was wanted of it, its order.
type Made = (Arc<LandList>, Wanted, Option<(Order, bool)>);

/// Rows of a list above which choosing and sorting them does not fit into a frame.
const AT_ONCE: usize = 5_000;

/// The list from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Land {
    pub(super) wanted: Wanted,
    pub(super) order: Option<(Order, bool)>,
    /// Positions in the list, as they are shown.
    pub(super) rows: Vec<usize>,
    pub(super) total_m2: f64,
    made: Option<Made>,
    making: Option<(Made, Work<Rows>)>,
    /// The row that arrows go from.
    pub(super) at: Option<usize>,
    pub(super) scroll_to: Option<usize>,
    followed: Option<FeatureId>,
}

impl Land {
    /// The list that the rows are of: the one before, while those of the next are being chosen.
    fn list(&self) -> Option<&Arc<LandList>> {
        self.made.as_ref().map(|(list, ..)| list)
    }

    /// Chooses and sorts the rows anew where the list, or what is asked of it, is another: of a long list beside the frame.
    fn refresh(&mut self, list: &Arc<LandList>, wake: &Wake) {
        if let Some(rows) = self.making.as_ref().and_then(|(_, work)| work.take())
            && let Some((of, _)) = self.making.take()
        {
            self.put(of, rows);
        }
        let is_made = self.made.as_ref().is_some_and(|(made, wanted, order)| {
            Arc::ptr_eq(made, list) && *wanted == self.wanted && *order == self.order
        });
        if is_made || self.making.is_some() {
            return;
        }
        let of: Made = (Arc::clone(list), self.wanted.clone(), self.order);
        let (list, wanted, order) = of.clone();
        let choose = move || {
            let rows = wanted.rows(&list, order);
            let total = total_m2(&list, &rows);
            (rows, total)
        };
        if of.0.rows.len() <= AT_ONCE {
            self.put(of, choose());
        } else {
            let wake = wake.clone();
            self.making = Some((of, Work::begin(choose, move || wake.wake())));
        }
    }

    fn put(&mut self, of: Made, (rows, total_m2): Rows) {
        (self.rows, self.total_m2) = (rows, total_m2);
        let_go(self.made.replace(of));
        self.followed = None;
    }

    /// Goes to the row of what is selected elsewhere.
    fn follow(&mut self, list: &LandList, selected: Option<FeatureId>) {
        if self.followed == selected {
            return;
        }
        self.followed = selected;
        let found = selected.and_then(|id| self.rows.iter().position(|at| list.rows[*at].id == id));
        if found.is_some() && found != self.at {
            (self.at, self.scroll_to) = (found, found);
        }
    }

    /// What the list itself selected is in view already.
    pub(super) fn chose(&mut self, at: usize, id: FeatureId) {
        (self.at, self.followed) = (Some(at), Some(id));
    }
}

/// How many and how much, from the right: scheme, file, counts.
pub(super) fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(list) = panels.ui.planner.land.list().cloned() else { return };
    let free = panels.ui.writing.is_none() && !panels.ui.planner.land.rows.is_empty();
    // Rows of another day or scheme would be written under this one.
    let is_fresh = panels.desk.key(&panels.twin).is_some_and(|key| {
        let is_shown = |made: &Arc<LandList>| Arc::ptr_eq(made, &list);
        panels.desk.land.of(&key).is_some_and(is_shown) && panels.ui.planner.land.making.is_none()
    });
    let can = free && is_fresh && panels.ui.exports.is_some();
    let write = ui.add_enabled(can, Button::new(t!(words, "table-export")));
    let write = write.on_hover_text(t!(words, "planner-csv"));
    let write = if is_fresh { write } else { write.on_disabled_hover_text(t!(words, "planner-csv-stale")) };
    if write.clicked() {
        export(panels, &list);
    }
    let schemes = panels.twin.input.planner.as_ref().map(|planner| planner.schemes()).unwrap_or_default();
    let schemes: Vec<String> = schemes.iter().map(|scheme| words.words(scheme)).collect();
    let mut scheme = panels.desk.scheme.min(schemes.len().saturating_sub(1));
    ComboBox::from_id_salt("planner-scheme")
        .selected_text(schemes.get(scheme).cloned().unwrap_or_default())
        .width(230.0)
        .truncate()
        .show_ui(ui, |ui| {
            for (at, name) in schemes.iter().enumerate() {
                ui.selectable_value(&mut scheme, at, name);
            }
        })
        .response
        .on_hover_text(t!(words, "planner-scheme"));
    if scheme != panels.desk.scheme {
        panels.desk.scheme = scheme;
    }
    let land = &panels.ui.planner.land;
    let counted = t!(
        words,
        "planner-counted",
        shown = grouped(land.rows.len() as f64, 0),
        all = grouped(list.rows.len() as f64, 0),
        hectares = grouped(land.total_m2 / 10_000.0, 1),
        day = list.as_of,
    );
    ui.with_layout(bevy_egui::egui::Layout::left_to_right(bevy_egui::egui::Align::Center), |ui| {
        ui.add(Label::new(RichText::new(counted).strong()).truncate().selectable(false)).on_hover_ui(|ui| {
            ui.set_max_width(460.0);
            for note in &list.notes {
                ui.label(format!("· {}", words.words(note)));
            }
        });
        if panels.desk.land.is_making() || panels.ui.planner.land.making.is_some() {
            ui.label(look::note(t!(words, "time-making")));
        }
    });
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    if let Some(list) = panels.desk.land.get().cloned() {
        let land = &mut panels.ui.planner.land;
        land.refresh(&list, &panels.wake);
    }
    let Some(list) = panels.ui.planner.land.list().cloned() else {
        ui.add_space(8.0);
        ui.label(look::note(t!(words, "time-making")));
        return;
    };
    filters(ui, panels, words, &list);
    if writing::tells(panels, By::Planner) {
        writing::line(ui, panels, words, By::Planner);
    }
    let selected = panels.twin.shown.selection.single().filter(|id| id.kind == FeatureKind::Parcel);
    let land = &mut panels.ui.planner.land;
    land.follow(&list, selected);
    if selected.is_some() {
        let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 2, bottom: 0 });
        let width = (ui.available_width() * 0.45).clamp(300.0, 620.0);
        Panel::right("planner-parcel").frame(frame).resizable(true).default_size(width).size_range(280.0..=820.0).show(
            ui,
            |ui| {
                sheet::show(ui, panels, words, selected);
            },
        );
    }
    rows::show(ui, panels, words, &list);
}

/// What is asked of the list.
fn filters(ui: &mut Ui, panels: &mut Panels, words: &'static Text, list: &LandList) {
    let error = ui.visuals().error_fg_color;
    let mut to_list = false;
    let wanted = &mut panels.ui.planner.land.wanted;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let text =
            ui.add(TextEdit::singleline(&mut wanted.text).hint_text(t!(words, "planner-text")).desired_width(150.0));
        to_list = text.lost_focus() && ui.input(|input| input.key_pressed(bevy_egui::egui::Key::Enter));
        let listed = [(true, t!(words, "planner-listed")), (false, t!(words, "planner-all"))];
        ComboBox::from_id_salt("planner-which")
            .selected_text(if wanted.listed { &listed[0].1 } else { &listed[1].1 })
            .width(150.0)
            .show_ui(ui, |ui| {
                for (value, label) in &listed {
                    ui.selectable_value(&mut wanted.listed, *value, label);
                }
            });
        let looks = |all: &[Look]| all.iter().map(|one| words.words(&one.label)).collect::<Vec<_>>();
        choice(ui, "planner-state", 130.0, &t!(words, "planner-any-state"), &looks(&list.states), &mut wanted.state);
        choice(ui, "planner-use", 110.0, &t!(words, "planner-any-use"), &looks(&list.uses), &mut wanted.physical);
        let ratings: Vec<String> = list.ratings.iter().map(|one| words.words(one)).collect();
        choice(ui, "planner-rating", 110.0, &t!(words, "planner-any-rating"), &ratings, &mut wanted.rating);
        if list.cases.is_empty() {
            // Not at hand: what was asked of them would hide everything.
            wanted.case = None;
        } else {
            let cases: Vec<String> = list.cases.iter().map(|one| words.words(one)).collect();
            choice(ui, "planner-case", 110.0, &t!(words, "planner-any-case"), &cases, &mut wanted.case);
        }
        let mut zoning = wanted.zoning.as_ref().and_then(|class| list.zonings.iter().position(|one| one == class));
        choice(ui, "planner-zoning", 120.0, &t!(words, "planner-any-zoning"), &list.zonings, &mut zoning);
        wanted.zoning = zoning.and_then(|at| list.zonings.get(at).cloned());
        let number = |ui: &mut Ui, before: String, text: &mut String, help: String| {
            ui.add(Label::new(look::note(before)).selectable(false));
            let wrong = typed(text).is_err();
            let edit = TextEdit::singleline(text).desired_width(38.0);
            ui.add(if wrong { edit.text_color(error) } else { edit }).on_hover_text(help);
        };
        number(ui, t!(words, "planner-from"), &mut wanted.least_ha, t!(words, "planner-least"));
        number(ui, t!(words, "planner-to"), &mut wanted.most_ha, t!(words, "planner-most"));
        ui.add(Label::new(look::note("ha")).selectable(false));
        number(ui, t!(words, "planner-years-from"), &mut wanted.least_years, t!(words, "planner-least-years"));
        ui.add(Label::new(look::note(t!(words, "planner-years"))).selectable(false));
        if wanted.is_narrowed() && ui.button(t!(words, "planner-clear")).clicked() {
            *wanted = Wanted { listed: wanted.listed, ..Wanted::default() };
        }
    });
    panels.ui.planner.take_focus |= to_list;
}

/// One of several, or any.
fn choice(ui: &mut Ui, salt: &str, width: f32, any: &str, all: &[String], chosen: &mut Option<usize>) {
    let shown = chosen.and_then(|at| all.get(at)).map_or(any, String::as_str);
    ComboBox::from_id_salt(salt).selected_text(shown).width(width).truncate().show_ui(ui, |ui| {
        ui.selectable_value(chosen, None, any);
        for (at, label) in all.iter().enumerate() {
            ui.selectable_value(chosen, Some(at), label);
        }
    });
}

/// Writes the rows that are shown beside the window's state, in the background.
fn export(panels: &mut Panels, list: &LandList) {
    let (Some(folder), Some(planner)) = (panels.ui.exports.clone(), panels.twin.input.planner.clone()) else { return };
    let Some(day) = day_of(&panels.twin) else { return };
    let ids: Vec<FeatureId> = panels.ui.planner.land.rows.iter().map(|at| list.rows[*at].id).collect();
    let (scheme, language) = (panels.desk.scheme, panels.twin.language);
    let path = csv_in(&folder, &panels.twin.input.snapshot.park.slug);
    let (way, follow) = Way::followed(path.clone(), ids.len());
    writing::begin(panels, By::Planner, way, move || -> std::io::Result<()> {
        let bytes = planner.land_csv(day, scheme, &ids, language, &follow).map_err(std::io::Error::other)?;
        follow.go_on()?;
        whole::write(&path, &bytes)
    });
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use analysis::planner::LandRow;
    use analysis::words::Words;
    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};
    use chrono::NaiveDate;

    use super::*;

    fn list(rows: i64) -> Arc<LandList> {
        let row = |id: i64| LandRow {
            id: FeatureId::new(FeatureKind::Parcel, id),
            key: id.to_string(),
            name: id.to_string(),
            holder: None,
            address: None,
            zoning: None,
            area_m2: 1.0,
            physical: 0,
            state: 0,
            rating: 0,
            case: None,
            proviso: None,
            listed: true,
            against_holder: None,
            years: None,
            days_left: None,
            reason: Words::default(),
        };
        Arc::new(LandList { rows: (0..rows).map(row).collect(), ..LandList::empty(NaiveDate::MIN) })
    }

    #[test]
    fn a_long_list_is_chosen_from_beside_the_frame_and_the_one_before_stays_until_then() {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let (short, long) = (list(3), list(AT_ONCE as i64 + 1));
        let mut land = Land::default();
        land.refresh(&short, &Wake::none());
        assert_eq!(land.rows, [0, 1, 2], "a short one at once");
        land.refresh(&long, &Wake::none());
        assert!(land.making.is_some() && land.list().is_some_and(|shown| Arc::ptr_eq(shown, &short)));
        let until = Instant::now() + Duration::from_secs(20);
        while land.making.is_some() && Instant::now() < until {
            land.refresh(&long, &Wake::none());
        }
        assert!(land.list().is_some_and(|shown| Arc::ptr_eq(shown, &long)));
        assert_eq!(land.rows.len(), AT_ONCE + 1);
        assert!((land.total_m2 - (AT_ONCE + 1) as f64).abs() < 1e-6);
    }
}
