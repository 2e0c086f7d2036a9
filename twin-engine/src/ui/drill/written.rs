//! What is left of a drill: report and draft of an alert, written beside its log.

use std::path::PathBuf;

use analysis::words::Words;
use bevy_egui::egui::Ui;

use super::super::Panels;
use crate::causes;
use crate::drill::write;
use crate::text::{Text, t};

/// Ends of the names of report and alert.
const REPORT: &str = ".html";
const ALERT: &str = ".cap.xml";

pub(super) fn buttons(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let ready = panels.drill.office.is_some()
        && panels.drill.session.as_ref().is_some_and(|session| session.strand.finished().is_some());
    ui.add_enabled_ui(ready, |ui| {
        if ui.button(t!(words, "drill-alert")).on_hover_text(t!(words, "drill-alert-does")).clicked() {
            write_beside(panels, words, ALERT);
        }
        if ui.button(t!(words, "drill-report")).on_hover_text(t!(words, "drill-report-does")).clicked() {
            write_beside(panels, words, REPORT);
        }
    });
}

fn write_beside(panels: &mut Panels, words: &'static Text, end: &str) {
    let language = panels.twin.language;
    let (Some(office), Some(meshed)) = (panels.drill.office.clone(), panels.meshed.as_ref()) else { return };
    let Some(session) = panels.drill.session.as_mut() else { return };
    let Some(played) = session.strand.finished().cloned() else { return };
    let park = meshed.picker.cache();
    let made = match end {
        REPORT => office.report(&session.file, &played.run, park, language),
        _ => Ok(office.alert(&session.file, &played.run, park).into_bytes()),
    };
    let path = session.beside_log(end).unwrap_or_else(|| PathBuf::from(end.trim_start_matches('.')));
    let written =
        made.map_err(Words::from).and_then(|bytes| write(&path, &bytes).map_err(|error| causes::at_the_bottom(&error)));
    session.told = Some(match written {
        Ok(()) => t!(words, "table-exported", path = path.display()),
        Err(reason) => t!(words, "table-not-exported", path = path.display(), reason = words.failure(&reason)),
    });
}
