//! The tab of "what if": a scenario's edits, the next one, and the indicators before and after.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::planner::edit_words;
use analysis::scenario::{Edit, Limits, ScenarioFile};
use bevy_egui::egui::containers::menu::{MenuButton, MenuConfig};
use bevy_egui::egui::{
    Align, Button, ComboBox, DragValue, Frame, Grid, Label, Layout, Margin, Panel, PopupCloseBehavior, RichText,
    ScrollArea, TextEdit, Ui,
};
use spatial_db::model::{FeatureKind, Parcel};

use super::{accept, row_of, tone_colour};
use crate::causes;
use crate::planner::{Unkept, files_in};
use crate::text::{Text, t};
use crate::ui::{Panels, look, writing};

/// The edits that the form can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Use,
    Place,
    Split,
    Merge,
    Remove,
}

/// What is typed into the form.
#[derive(Debug)]
pub(super) struct Form {
    kind: Kind,
    scheme: String,
    code: String,
    land_use: String,
    industry: String,
    limits: Limits,
    key: String,
    path: String,
    told: Option<String>,
    /// A scenario to open, while edits that no file has are asked about.
    waiting: Option<PathBuf>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            kind: Kind::Use,
            scheme: "planning-2023".into(),
            code: "100101".into(),
            land_use: String::new(),
            industry: String::new(),
            limits: Limits {
                setback_m: 6.0,
                spacing_m: 10.0,
                far: Some(1.5),
                coverage: Some(0.45),
                height_m: 24.0,
                storey_height_m: 6.0,
            },
            key: String::new(),
            path: String::new(),
            told: None,
            waiting: None,
        }
    }
}

/// Name, files, and whether it is shown beside the record.
pub(super) fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let empty = panels.desk.draft.edits().is_empty();
    let save = ui.add_enabled(!empty && can_write(panels), Button::new(t!(words, "scenario-save")));
    let kept_in = panels.desk.draft.kept_in().map(|path| path.display().to_string());
    let save = match kept_in {
        Some(path) => save.on_hover_text(t!(words, "scenario-kept-in", path = path)),
        None => save,
    };
    if save.clicked() {
        write(panels, words);
    }
    // A click into the field of the path must not close it.
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(t!(words, "scenario-open")).config(stays).ui(ui, |ui| open_menu(ui, panels, words));
    accept::button(ui, panels, words);
    let mut shown = panels.desk.draft.shown;
    let toggle = ui.add_enabled(!empty, Button::selectable(shown, t!(words, "scenario-beside")));
    if toggle.on_hover_text(t!(words, "scenario-beside-help")).clicked() {
        shown = !shown;
        panels.desk.draft.shown = shown;
    }
    against(ui, panels, words);
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        let hint = t!(words, "scenario-name");
        ui.add(TextEdit::singleline(&mut panels.desk.draft.name).hint_text(hint).desired_width(190.0));
        if panels.desk.draft.is_unsaved() {
            ui.label(look::note(t!(words, "scenario-unsaved")));
        }
        if panels.desk.what_if.is_making() {
            ui.label(look::note(t!(words, "time-making")));
        }
    });
}

/// What stands on the left: the record, or another scenario.
fn against(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let free = !panels.desk.draft.is_trying() && !panels.desk.what_if.is_making();
    let name = panels.desk.draft.against().map_or_else(|| t!(words, "scenario-before"), |other| other.name.clone());
    ui.add_enabled_ui(free, |ui| {
        let menu = ui.menu_button(t!(words, "scenario-against", name = name), |ui| {
            if ui.button(t!(words, "scenario-before")).clicked() {
                panels.desk.draft.stand_against(None);
                ui.close();
            }
            for path in folder(panels).iter().flat_map(|folder| files_in(folder)) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if ui.button(name).clicked() {
                    stand_against(panels, words, &path);
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text(t!(words, "scenario-against-help"));
    });
}

fn stand_against(panels: &mut Panels, words: &'static Text, path: &Path) {
    let park = panels.twin.input.snapshot.park.slug.clone();
    let read = read(path, words).and_then(|(file, _)| {
        let found = &park;
        if file.park == *found { Ok(file) } else { Err(of_another(words, path, &file.park, found)) }
    });
    let draft = &mut panels.desk.draft;
    panels.ui.planner.form.told = match read {
        Ok(file) => {
            draft.stand_against(Some(file));
            draft.shown |= !draft.edits().is_empty();
            None
        }
        Err(told) => Some(told),
    };
}

/// A scenario's file with its text, or what is said of one that cannot be read.
fn read(path: &Path, words: &Text) -> Result<(ScenarioFile, String), String> {
    let text = std::fs::read_to_string(path).map_err(|error| causes::in_words(&error));
    let file = text.and_then(|text| {
        let file = ScenarioFile::parse(&text).map_err(|error| analysis::planner::scenario_error_words(&error))?;
        Ok((file, text))
    });
    file.map_err(|why| t!(words, "scenario-not-read", path = path.display(), reason = words.failure(&why)))
}

fn of_another(words: &Text, path: &Path, wanted: &str, found: &str) -> String {
    t!(words, "scenario-of-another-park", path = path.display(), wanted = wanted, found = found)
}

/// Edits that no file has, before another scenario takes their place: what becomes of them is for their author to say.
fn ask(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(path) = panels.ui.planner.form.waiting.clone() else { return };
    let mut over = false;
    ui.horizontal_wrapped(|ui| {
        let name = panels.desk.draft.name.trim().to_owned();
        let count = panels.desk.draft.edits().len();
        ui.label(RichText::new(t!(words, "scenario-unsaved-ask", name = name, count = count)).strong());
        if ui.add_enabled(can_write(panels), Button::new(t!(words, "scenario-save-first"))).clicked() {
            over = true;
            if write(panels, words) {
                open(panels, words, &path);
            }
        }
        if ui.button(t!(words, "scenario-drop")).clicked() {
            over = true;
            open(panels, words, &path);
        }
        if ui.button(t!(words, "scenario-stay")).clicked() {
            over = true;
        }
    });
    if over {
        panels.ui.planner.form.waiting = None;
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let bad = tone_colour(&panels.twin.theme(), analysis::land::Tone::Bad);
    if let Some(why) = &panels.desk.draft.refused {
        ui.colored_label(bad, words.words(why));
    }
    if let Some(told) = &panels.ui.planner.form.told {
        ui.add(Label::new(look::note(told)).wrap());
    }
    ask(ui, panels, words);
    accept::show(ui, panels, words);
    let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 2, bottom: 0 });
    let whole = ui.available_width();
    Panel::right("scenario-table")
        .frame(frame)
        .resizable(true)
        .default_size((whole * 0.4).clamp(280.0, 560.0))
        .size_range(240.0..=760.0)
        .show(ui, |ui| {
            ScrollArea::vertical().id_salt("scenario-rows").auto_shrink([false, false]).show(ui, |ui| {
                table(ui, panels, words);
            });
        });
    Panel::right("scenario-form")
        .frame(frame)
        .resizable(true)
        .default_size((whole * 0.3).clamp(250.0, 400.0))
        .size_range(220.0..=520.0)
        .show(ui, |ui| {
            ScrollArea::vertical().id_salt("scenario-form").auto_shrink([false, false]).show(ui, |ui| {
                form(ui, panels, words);
            });
        });
    ScrollArea::vertical().id_salt("scenario-edits").auto_shrink([false, false]).show(ui, |ui| {
        edits(ui, panels, words);
    });
}

/// The edits so far, with the way back.
fn edits(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    ui.horizontal(|ui| {
        let draft = &mut panels.desk.draft;
        ui.label(RichText::new(t!(words, "scenario-edits", count = draft.edits().len())).strong());
        if ui.add_enabled(!draft.edits().is_empty(), Button::new(t!(words, "undo"))).clicked() {
            draft.undo();
        }
        if ui.add_enabled(draft.can_redo(), Button::new(t!(words, "redo"))).clicked() {
            draft.redo();
        }
    });
    if panels.desk.draft.edits().is_empty() {
        ui.add(Label::new(look::note(t!(words, "scenario-none"))).wrap());
    }
    for (at, edit) in panels.desk.draft.edits().iter().enumerate() {
        ui.add(Label::new(format!("{}. {}", at + 1, words.words(&edit_words(edit)))).wrap());
    }
}

/// The parcels that are selected, in the order of selection.
fn parcels(panels: &Panels) -> Vec<Parcel> {
    let park = &panels.twin.input.snapshot;
    let ids = panels.twin.shown.selection.ids().iter().filter(|id| id.kind == FeatureKind::Parcel);
    ids.filter_map(|id| park.parcels.get(row_of(panels, *id)?).cloned()).collect()
}

fn form(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let kinds = [
        (Kind::Use, t!(words, "scenario-use")),
        (Kind::Place, t!(words, "scenario-place")),
        (Kind::Split, t!(words, "scenario-split")),
        (Kind::Merge, t!(words, "scenario-merge")),
        (Kind::Remove, t!(words, "scenario-remove")),
    ];
    let form = &mut panels.ui.planner.form;
    let shown = kinds.iter().find(|(kind, _)| *kind == form.kind).map(|(_, label)| label.clone()).unwrap_or_default();
    ComboBox::from_id_salt("scenario-kind").selected_text(shown).width(190.0).show_ui(ui, |ui| {
        for (kind, label) in &kinds {
            ui.selectable_value(&mut form.kind, *kind, label);
        }
    });
    let chosen = parcels(panels);
    let kind = panels.ui.planner.form.kind;
    let named: Vec<&str> = chosen.iter().map(|parcel| parcel.provenance.key.as_str()).collect();
    if kind != Kind::Remove {
        let on = if named.is_empty() { t!(words, "scenario-select") } else { named.join(", ") };
        ui.add(Label::new(look::note(on)).wrap());
    }
    let edit = match kind {
        Kind::Use => change_use(ui, panels, words, &chosen),
        Kind::Place => place(ui, panels, words, &chosen),
        Kind::Split => split(ui, panels, words, &chosen),
        Kind::Merge => merge(ui, panels, words, &chosen),
        Kind::Remove => remove(ui, panels, words),
    };
    let can = edit.is_some() && !panels.desk.what_if.is_making();
    if let (true, Some(mut edit)) = (ui.add_enabled(can, Button::new(t!(words, "scenario-add"))).clicked(), edit) {
        if let Edit::PlaceBuilding { key, .. } = &mut edit {
            let park = Arc::clone(&panels.twin.input.snapshot);
            let taken = |key: &str| park.buildings.iter().any(|one| one.provenance.key == key && one.id.id >= 0);
            *key = panels.desk.draft.new_key(taken);
        }
        panels.ui.planner.form.told = None;
        panels.desk.draft.shown = true;
        panels.desk.draft.add(edit);
    }
}

fn change_use(ui: &mut Ui, panels: &mut Panels, words: &'static Text, chosen: &[Parcel]) -> Option<Edit> {
    let form = &mut panels.ui.planner.form;
    Grid::new("scenario-use").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        for (label, text) in [
            (t!(words, "scenario-class-scheme"), &mut form.scheme),
            (t!(words, "scenario-class-code"), &mut form.code),
            (t!(words, "scenario-class-words"), &mut form.land_use),
            (t!(words, "scenario-industry"), &mut form.industry),
        ] {
            ui.label(label);
            ui.add(TextEdit::singleline(text).desired_width(130.0));
            ui.end_row();
        }
    });
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let [parcel] = chosen else { return None };
    Some(Edit::ChangeUse {
        parcel: parcel.provenance.key.clone(),
        scheme: some(&form.scheme)?,
        code: some(&form.code)?,
        land_use: some(&form.land_use),
        industry: some(&form.industry),
    })
}

fn place(ui: &mut Ui, panels: &mut Panels, words: &'static Text, chosen: &[Parcel]) -> Option<Edit> {
    let form = &mut panels.ui.planner.form;
    let limits = &mut form.limits;
    Grid::new("scenario-place").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        let optional = |ui: &mut Ui, label: String, value: &mut Option<f64>, factor: f64, at_first: f64, unit: &str| {
            let mut on = value.is_some();
            if ui.checkbox(&mut on, label).changed() {
                *value = on.then_some(at_first);
            }
            if let Some(number) = value {
                let mut shown = *number * factor;
                let drag = DragValue::new(&mut shown).speed(0.05 * factor.max(1.0)).range(0.01..=100.0).suffix(unit);
                if ui.add(drag).changed() {
                    *number = shown / factor;
                }
            } else {
                ui.label(look::note(t!(words, "scenario-open-limit")));
            }
            ui.end_row();
        };
        optional(ui, t!(words, "scenario-far"), &mut limits.far, 1.0, 1.5, "");
        optional(ui, t!(words, "scenario-coverage"), &mut limits.coverage, 100.0, 0.45, " %");
        for (label, value) in [
            (t!(words, "scenario-height"), &mut limits.height_m),
            (t!(words, "scenario-storey"), &mut limits.storey_height_m),
            (t!(words, "scenario-setback"), &mut limits.setback_m),
            (t!(words, "scenario-spacing"), &mut limits.spacing_m),
        ] {
            ui.label(label);
            ui.add(DragValue::new(value).speed(0.5).range(0.0..=500.0).suffix(" m"));
            ui.end_row();
        }
    });
    let limits = form.limits;
    let [parcel] = chosen else { return None };
    // Its key is looked for once it is added: that goes through all buildings.
    Some(Edit::PlaceBuilding { parcel: parcel.provenance.key.clone(), key: String::new(), limits, use_text: None })
}

fn split(ui: &mut Ui, panels: &mut Panels, words: &'static Text, chosen: &[Parcel]) -> Option<Edit> {
    let line: Vec<(f64, f64)> = panels.measure.points.iter().map(|at| (at.x, at.y)).collect();
    ui.add(Label::new(t!(words, "scenario-split-help", points = line.len())).wrap());
    let [parcel] = chosen else { return None };
    (line.len() > 1).then(|| Edit::SplitParcel { parcel: parcel.provenance.key.clone(), line })
}

fn merge(ui: &mut Ui, panels: &mut Panels, words: &'static Text, chosen: &[Parcel]) -> Option<Edit> {
    ui.add(Label::new(t!(words, "scenario-merge-help")).wrap());
    let keys: Vec<String> = chosen.iter().map(|parcel| parcel.provenance.key.clone()).collect();
    let form = &mut panels.ui.planner.form;
    ui.horizontal(|ui| {
        ui.label(t!(words, "scenario-merge-key"));
        ui.add(TextEdit::singleline(&mut form.key).hint_text(merged_key(&keys)).desired_width(150.0));
    });
    let key = if form.key.trim().is_empty() { merged_key(&keys) } else { form.key.trim().to_owned() };
    (keys.len() > 1).then_some(Edit::MergeParcels { parcels: keys, key })
}

/// A key for what parcels become: the first's, with the end of the last.
fn merged_key(keys: &[String]) -> String {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return String::new() };
    let differs = first.chars().zip(last.chars()).take_while(|(a, b)| a == b).count();
    let end: String = last.chars().skip(differs).collect();
    format!("{first}+{end}")
}

fn remove(ui: &mut Ui, panels: &mut Panels, words: &'static Text) -> Option<Edit> {
    let park = &panels.twin.input.snapshot;
    let id = panels.twin.shown.selection.single().filter(|id| id.kind == FeatureKind::Building);
    let building = id.and_then(|id| Some(park.buildings.get(row_of(panels, id)?)?.provenance.key.clone()));
    let on = building.clone().unwrap_or_else(|| t!(words, "scenario-select-building"));
    ui.add(Label::new(look::note(on)).wrap());
    Some(Edit::RemoveBuilding { building: building? })
}

fn table(ui: &mut Ui, panels: &Panels, words: &'static Text) {
    ui.label(RichText::new(t!(words, "scenario-compared")).strong());
    let Some(what_if) = panels.desk.what_if_made() else {
        ui.label(look::note(t!(words, "scenario-compared-none")));
        return;
    };
    let accent = look::colour(panels.twin.theme().accent);
    Grid::new("scenario-compared").num_columns(3).spacing([14.0, 3.0]).striped(true).show(ui, |ui| {
        for head in ["", "before", "after"] {
            ui.label(look::note(match head {
                "before" => {
                    let other = what_if.apart.before.as_ref();
                    other.map_or_else(|| t!(words, "scenario-before"), |(name, _)| name.clone())
                }
                "after" => t!(words, "scenario-after"),
                _ => String::new(),
            }));
        }
        ui.end_row();
        for (at, row) in what_if.compared.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &what_if.compared[before].parcel);
            if before != Some(&row.parcel) {
                let name = row.parcel.clone().unwrap_or_else(|| t!(words, "scenario-park"));
                ui.label(RichText::new(name).strong());
                ui.end_row();
            }
            ui.label(words.words(&row.title));
            ui.label(words.words(&row.before));
            let after = RichText::new(words.words(&row.after));
            ui.label(if row.differs { after.color(accent).strong() } else { after });
            ui.end_row();
        }
    });
}

/// Where scenarios are kept: beside what the window remembers.
fn folder(panels: &Panels) -> Option<PathBuf> {
    panels.ui.exports.as_deref().and_then(Path::parent).map(|folder| folder.join("scenarios"))
}

fn open_menu(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let folder = folder(panels);
    for path in folder.iter().flat_map(|folder| files_in(folder)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ui.button(name).clicked() {
            ask_or_open(panels, words, &path);
            ui.close();
        }
    }
    ui.separator();
    ui.label(look::note(t!(words, "scenario-path")));
    let mut path = std::mem::take(&mut panels.ui.planner.form.path);
    let edit = ui.add(TextEdit::singleline(&mut path).desired_width(320.0));
    let go = edit.lost_focus() && ui.input(|input| input.key_pressed(bevy_egui::egui::Key::Enter));
    if (ui.button(t!(words, "scenario-read")).clicked() || go) && !path.trim().is_empty() {
        ask_or_open(panels, words, Path::new(path.trim()));
        ui.close();
    }
    panels.ui.planner.form.path = path;
}

/// Opens a scenario, unless that would drop edits which no file has.
fn ask_or_open(panels: &mut Panels, words: &'static Text, path: &Path) {
    if panels.desk.draft.is_unsaved() {
        panels.ui.planner.form.waiting = Some(path.to_path_buf());
    } else {
        open(panels, words, path);
    }
}

fn open(panels: &mut Panels, words: &'static Text, path: &Path) {
    let park = panels.twin.input.snapshot.park.slug.clone();
    let opened = read(path, words).and_then(|(file, text)| {
        let opened = panels.desk.draft.open(file, (path, &text), &park);
        opened.map_err(|wanted| of_another(words, path, &wanted, &park))
    });
    panels.ui.planner.form.told = opened.err();
}

/// A name and a folder to keep the scenario in, and no edit in it that may yet be refused.
fn can_write(panels: &Panels) -> bool {
    let draft = &panels.desk.draft;
    !draft.name.trim().is_empty() && !draft.is_trying() && folder(panels).is_some()
}

/// Keeps the scenario; false, with words, where that failed.
fn write(panels: &mut Panels, words: &'static Text) -> bool {
    let Some(folder) = folder(panels) else { return false };
    let park = panels.twin.input.snapshot.park.slug.clone();
    let kept = panels.desk.draft.keep(&folder, &park);
    let is_kept = kept.is_ok();
    panels.ui.planner.form.told = Some(match kept {
        Ok(path) => writing::ended(words, &path, Ok(())),
        Err(Unkept::NameTaken { path }) => t!(words, "scenario-name-taken", path = path.display()),
        Err(Unkept::Unwritable { path, source }) => writing::ended(words, &path, Err(source)),
    });
    is_kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn what_is_merged_is_called_after_both() {
        let keys = ["GB00111".to_owned(), "GB00117".to_owned()];
        assert_eq!(merged_key(&keys), "GB00111+7");
        assert_eq!(merged_key(&[]), "");
    }

    #[test]
    fn what_has_no_translation_is_marked_as_english_where_a_scenario_cannot_be_read() {
        let path = std::env::temp_dir().join(format!("twin-scenario-newer-{}", std::process::id()));
        let text = ScenarioFile::new("plan", "park", Vec::new()).to_text().unwrap();
        std::fs::write(&path, text.replace("format_version: 1", "format_version: 9")).unwrap();
        let chinese = read(&path, Text::of(Language::Chinese)).unwrap_err();
        assert!(chinese.contains("详细信息（英文）"), "{chinese}");
        let english = read(&path, Text::of(Language::English)).unwrap_err();
        assert!(english.contains('9') && !english.contains("英文"), "{english}");
        std::fs::remove_file(&path).unwrap();
    }
}
