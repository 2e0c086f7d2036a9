//! Files of an answer: its tables as JSON, CSV or a `GeoPackage`, the sheet of a pit as a page.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use analysis::network::permit::Permit;
use bevy_egui::egui::{Button, Ui};
use chrono::NaiveDate;
use spatial_db::whole;

use crate::SheetForm;
use crate::network::Found;
use crate::text::{Text, t};
use crate::ui::Panels;
use crate::ui::writing::{self, By, Way};

/// Buttons for the table that is shown.
pub(super) fn buttons(ui: &mut Ui, panels: &mut Panels, words: &'static Text, found: &Found) {
    let list = panels.ui.network.list.min(found.tables.len().saturating_sub(1));
    let Some(table) = found.tables.get(list) else { return };
    // Rows of the park before would be written with the shapes of this one.
    let current = found.is_of(panels.twin.park_version);
    let idle = panels.ui.exports.is_some() && panels.ui.writing.is_none();
    let ready = current && idle && panels.twin.input.planner.is_some();
    for (form, label) in [
        (SheetForm::GeoPackage, t!(words, "net-gpkg")),
        (SheetForm::Csv, t!(words, "net-csv")),
        (SheetForm::Json, t!(words, "net-json")),
    ] {
        let mapped = form != SheetForm::GeoPackage || table.sheet.target.is_some();
        let button = ui.add_enabled(ready && mapped, Button::new(label));
        if button.on_hover_text(t!(words, "net-write-help")).clicked() {
            write(panels, found, list, form);
        }
    }
}

fn path(panels: &Panels, folder: &Path, name: &str, extension: &str) -> PathBuf {
    let slug = &panels.twin.input.snapshot.park.slug;
    folder.join(format!("{slug}-{name}")).with_extension(extension)
}

fn write(panels: &mut Panels, found: &Found, list: usize, form: SheetForm) {
    let (Some(planner), Some(folder)) = (panels.twin.input.planner.clone(), panels.ui.exports.clone()) else { return };
    let sheet = found.tables[list].sheet.clone();
    let (told, day, language) = (found.told.clone(), found.of.1, panels.twin.language);
    let path = path(panels, &folder, sheet.name, form.extension());
    let (way, follow) = Way::followed(path.clone(), sheet.rows.len());
    writing::begin(panels, By::Network, way, move || -> std::io::Result<()> {
        planner.write_sheet(day, &sheet, &told, (form, &path), language, &follow).map_err(std::io::Error::other)
    });
}

/// Writes the sheet of a pit.
pub(super) fn permit(panels: &mut Panels, permit: Permit, day: NaiveDate) {
    let (Some(planner), Some(folder)) = (panels.twin.input.planner.clone(), panels.ui.exports.clone()) else { return };
    let language = panels.twin.language;
    let path = path(panels, &folder, "permit", "html");
    let way = Way { path: path.clone(), done: Arc::new(AtomicUsize::new(0)), all: 1, cancel: None };
    writing::begin(panels, By::Network, way, move || -> std::io::Result<()> {
        let page = planner.permit_page(day, &permit, language).map_err(std::io::Error::other)?;
        whole::write(&path, page.as_bytes())
    });
}
