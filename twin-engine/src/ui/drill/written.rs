//! What is left of a drill: report and draft of an alert, written beside its log.

use std::path::PathBuf;

use bevy_egui::egui::Ui;
use spatial_db::whole;

use super::super::{Panels, writing};
use crate::drill::Session;
use crate::text::{Text, t};

/// Ends of the names of report and alert.
const REPORT: &str = ".html";
const ALERT: &str = ".cap.xml";

pub(super) fn buttons(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let ready = panels.drill.office.is_some()
        && panels.drill.session.as_ref().is_some_and(|session| session.strand.finished().is_some());
    ui.add_enabled_ui(ready, |ui| {
        if ui.button(t!(words, "drill-alert")).on_hover_text(t!(words, "drill-alert-does")).clicked() {
            write_alert(panels, words);
        }
    });
    // One report at a time: its pictures are drawn off the frame.
    ui.add_enabled_ui(ready && !panels.drill.writes(), |ui| {
        if ui.button(t!(words, "drill-report")).on_hover_text(t!(words, "drill-report-does")).clicked() {
            let path = panels.drill.session.as_ref().map(|session| beside(session, REPORT));
            panels.drill.report = path.map(|path| (path, panels.twin.language));
        }
    });
}

/// Where a file of that end is written: beside the log, or where the window began if it keeps none.
fn beside(session: &Session, end: &str) -> PathBuf {
    session.beside_log(end).unwrap_or_else(|| PathBuf::from(end.trim_start_matches('.')))
}

fn write_alert(panels: &mut Panels, words: &'static Text) {
    let (Some(office), Some(meshed)) = (panels.drill.office.clone(), panels.meshed.as_ref()) else { return };
    let Some(session) = panels.drill.session.as_mut() else { return };
    let Some(played) = session.strand.finished().cloned() else { return };
    let park = meshed.picker.cache();
    let alert = office.alert(&session.file, &played.run, park);
    let path = beside(session, ALERT);
    session.told = Some(writing::ended(words, &path, whole::write(&path, alert.as_bytes())));
}
