//! A scenario made the record: who and why, what it would write, and only then the button that writes it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use analysis::land::Tone;
use analysis::words::Words;
use bevy_egui::egui::{Button, Label, RichText, TextEdit, Ui};
use spatial_db::model::FeatureKind;

use super::tone_colour;
use crate::causes;
use crate::planner::{AcceptOrder, Accepted, Asked, CaseOffice, Draft};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Width of a field, points.
const FIELD: f32 = 190.0;

/// What came of a trial or an acceptance, or why nothing did.
type Answer = Result<Accepted, Words>;

/// A scenario's file, and the SHA-256 of what it holds.
type Kept = (PathBuf, String);

/// The form from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Accept {
    open: bool,
    by: String,
    /// Whoever knows who accepts was asked.
    is_named: bool,
    reason: String,
    /// What the edits of a version would write.
    trial: Option<(u64, Accepted)>,
    /// Asked for the edits of a version.
    asked: Option<(u64, Asked<Answer>)>,
    /// Set to have what was asked given up.
    stop: Arc<AtomicBool>,
    told: Option<Answer>,
}

impl Accept {
    /// Takes the name of who accepts from whoever knows it, once.
    fn name(&mut self, office: &dyn CaseOffice) {
        if !std::mem::replace(&mut self.is_named, true) {
            self.by = office.who().unwrap_or_default();
        }
    }

    /// What to ask for, or the id of the words for what is still missing.
    fn order(&self, (file, sha256): Kept, drawn_on: Option<i64>, trial: bool) -> Result<AcceptOrder, &'static str> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let by = said(&self.by).ok_or("accept-needs-by")?;
        let reason = said(&self.reason).ok_or("accept-needs-reason")?;
        Ok(AcceptOrder { file, sha256, by, reason, drawn_on, trial })
    }

    /// Takes the answer to what was asked last; the version whose edits are the record now.
    fn take(&mut self) -> Option<u64> {
        let answer = self.asked.as_ref().and_then(|(_, asked)| asked.take())?;
        let (version, _) = self.asked.take()?;
        match answer {
            Ok(accepted) if accepted.run.is_none() => {
                (self.trial, self.told) = (Some((version, accepted)), None);
                None
            }
            Ok(accepted) => {
                (self.open, self.trial, self.told) = (false, None, Some(Ok(accepted)));
                self.reason.clear();
                Some(version)
            }
            Err(_) if self.stop.load(Ordering::Relaxed) => {
                (self.trial, self.told) = (None, None);
                None
            }
            // What was shown before need not hold any more.
            Err(why) => {
                (self.trial, self.told) = (None, Some(Err(why)));
                None
            }
        }
    }

    /// What the edits as they are now would write.
    fn trial_of(&self, version: u64) -> Option<&Accepted> {
        self.trial.as_ref().filter(|(of, _)| *of == version).map(|(_, trial)| trial)
    }
}

/// The id of the words for why a draft cannot be accepted here.
fn hindrance(is_record: bool, draft: &Draft) -> Option<&'static str> {
    if !is_record {
        return Some("accept-no-record");
    }
    if draft.edits().is_empty() {
        return Some("accept-no-edits");
    }
    if draft.is_trying() {
        return Some("accept-not-made");
    }
    // What is accepted is a file: whoever asks later has it.
    (draft.is_unsaved() || draft.kept_in().is_none()).then_some("accept-unsaved")
}

fn office(panels: &Panels) -> Option<Arc<dyn CaseOffice>> {
    panels.desk.office.clone().filter(|office| office.keeps_cases())
}

/// The button that opens the form, or tells why it cannot.
pub(super) fn button(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let why = hindrance(office(panels).is_some(), &panels.desk.draft);
    let accept = &mut panels.ui.planner.accept;
    let button = ui.add_enabled(why.is_none(), Button::selectable(accept.open, t!(words, "scenario-accept")));
    let button = match why {
        Some(why) => button.on_disabled_hover_text(words.get(why)),
        None => button.on_hover_text(t!(words, "scenario-accept-help")),
    };
    if button.clicked() {
        (accept.open, accept.told) = (!accept.open, None);
    }
}

/// The form, and how the last acceptance ended.
pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    if let Some(version) = panels.ui.planner.accept.take() {
        // It is the record now: its edits cannot be made once more.
        panels.desk.draft.close(version);
    }
    let park = panels.twin.input.snapshot.park.slug.clone();
    told(ui, panels, words, &park);
    let Some(office) = office(panels) else { return };
    let draft = &panels.desk.draft;
    let (version, name) = (draft.version(), draft.name.trim().to_owned());
    let kept = draft.kept_in().map(PathBuf::from).zip(draft.kept_as().map(str::to_owned));
    let (None, Some(file)) = (hindrance(true, draft), kept) else {
        panels.ui.planner.accept.open = false;
        return;
    };
    if !panels.ui.planner.accept.open {
        return;
    }
    let accept = &mut panels.ui.planner.accept;
    accept.name(&*office);
    let order = form(ui, words, accept, (version, &name, &park), file);
    if let Some(order) = order {
        let stop: Arc<AtomicBool> = Arc::default();
        let given_up = Arc::clone(&stop);
        let asked = Asked::begin(move || office.accept(&order, &given_up), &panels.wake);
        let accept = &mut panels.ui.planner.accept;
        match asked {
            Ok(asked) => (accept.asked, accept.stop, accept.told) = (Some((version, asked)), stop, None),
            Err(error) => accept.told = Some(Err(causes::in_words(&error))),
        }
    }
}

/// The fields and buttons; what is asked for, where a button was pressed.
fn form(
    ui: &mut Ui,
    words: &Text,
    accept: &mut Accept,
    (version, name, park): (u64, &str, &str),
    file: Kept,
) -> Option<AcceptOrder> {
    let free = accept.asked.is_none();
    let mut wanted = None;
    ui.add(Label::new(RichText::new(t!(words, "accept-about", name = name, park = park)).strong()).wrap());
    ui.horizontal_wrapped(|ui| {
        ui.label(t!(words, "accept-by"));
        ui.add_enabled(free, TextEdit::singleline(&mut accept.by).desired_width(FIELD));
        ui.label(t!(words, "accept-reason"));
        ui.add_enabled(free, TextEdit::singleline(&mut accept.reason).desired_width(FIELD));
        let trial = accept.order(file.clone(), None, true);
        if ui.add_enabled(free && trial.is_ok(), Button::new(t!(words, "accept-trial"))).clicked() {
            wanted = trial.clone().ok();
        }
        if let Err(needs) = trial {
            ui.label(look::note(words.get(needs)));
        }
        if !free {
            ui.label(look::note(t!(words, "accept-busy")));
            if ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "accept-stop")).clicked() {
                accept.stop.store(true, Ordering::Relaxed);
            }
        }
    });
    let Some(trial) = accept.trial_of(version) else { return wanted };
    ui.add(Label::new(t!(words, "accept-would", run = trial.drawn_on)).wrap());
    for change in &trial.changes {
        ui.label(look::note(change_words(words, *change)));
    }
    let order = accept.order(file, Some(trial.drawn_on), false);
    let mut given_up = false;
    ui.horizontal_wrapped(|ui| {
        let write = ui.add_enabled(free && order.is_ok(), Button::new(t!(words, "accept-write")));
        if write.on_hover_text(t!(words, "accept-write-help")).clicked() {
            wanted = order.ok();
        }
        given_up = ui.add_enabled(free, Button::new(t!(words, "accept-stay"))).clicked();
    });
    if given_up {
        (accept.open, accept.trial) = (false, None);
    }
    wanted
}

/// How many rows of a kind come and go.
fn change_words(words: &Text, (kind, written, gone): (FeatureKind, usize, usize)) -> String {
    let what = match kind {
        FeatureKind::Parcel => t!(words, "accept-parcels"),
        FeatureKind::Building => t!(words, "accept-buildings"),
        FeatureKind::BuildingSurface => t!(words, "accept-surfaces"),
        FeatureKind::LandContract => t!(words, "accept-contracts"),
        FeatureKind::LandEvent => t!(words, "accept-events"),
        FeatureKind::Tenancy => t!(words, "accept-tenancies"),
        FeatureKind::Project => t!(words, "accept-projects"),
        _ => t!(words, "accept-others"),
    };
    t!(words, "accept-change", what = what, written = written, gone = gone)
}

/// How the last acceptance ended.
fn told(ui: &mut Ui, panels: &Panels, words: &Text, park: &str) {
    match &panels.ui.planner.accept.told {
        Some(Ok(accepted)) => {
            let run = accepted.run.unwrap_or_default();
            ui.add(Label::new(t!(words, "accept-done", run = run, park = park)).wrap());
        }
        Some(Err(why)) => {
            let bad = tone_colour(&panels.twin.theme(), Tone::Bad);
            let said = ui.add(Label::new(RichText::new(words.failure(why)).color(bad)).wrap());
            if let Some(detail) = words.failure_detail(why) {
                said.on_hover_text(detail);
            }
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use analysis::scenario::{Edit, ScenarioFile};

    use super::super::drawn::drawn;
    use super::*;
    use crate::live::Wake;
    use crate::text::Language;

    fn remove(key: &str) -> Edit {
        Edit::RemoveBuilding { building: key.to_owned() }
    }

    fn from_file() -> Draft {
        let mut draft = Draft::default();
        let file = ScenarioFile::new("plan", "park", vec![remove("B1")]);
        draft.open(file, (std::path::Path::new("plan.scenario.ron"), "(…)"), "park").unwrap();
        draft
    }

    #[test]
    fn only_a_scenario_that_a_file_keeps_is_accepted_and_only_where_there_is_a_record() {
        let mut draft = Draft::default();
        assert_eq!(hindrance(true, &draft), Some("accept-no-edits"));
        draft.add(remove("B1"));
        assert_eq!(hindrance(true, &draft), Some("accept-not-made"));
        draft.made();
        assert_eq!(hindrance(true, &draft), Some("accept-unsaved"));
        let mut draft = from_file();
        assert_eq!(hindrance(false, &draft), Some("accept-no-record"), "a package");
        assert_eq!(hindrance(true, &draft), None);
        draft.undo();
        draft.add(remove("B2"));
        draft.made();
        assert_eq!(hindrance(true, &draft), Some("accept-unsaved"));
        let words = Text::of(Language::Chinese);
        for id in ["accept-no-record", "accept-no-edits", "accept-not-made", "accept-unsaved", "accept-needs-by"] {
            assert_ne!(words.get(id), Text::of(Language::English).get(id), "{id}");
        }
    }

    fn answered(accept: &mut Accept, version: u64, answer: Answer) -> Option<u64> {
        accept.asked = Some((version, Asked::begin(move || answer, &Wake::none()).unwrap()));
        let until = Instant::now() + Duration::from_secs(20);
        let mut is_record = None;
        while accept.asked.is_some() && Instant::now() < until {
            is_record = accept.take();
            std::thread::yield_now();
        }
        is_record
    }

    #[test]
    fn what_is_written_is_told_before_it_can_be_and_only_for_the_edits_that_it_is_of() {
        let words = Text::of(Language::English);
        let mut accept = Accept { open: true, ..Accept::default() };
        let file = (PathBuf::from("plan.scenario.ron"), "abc1".to_owned());
        let shown = file.clone();
        let texts = |accept: &mut Accept, version: u64| {
            drawn(|ui| drop(form(ui, words, accept, (version, "plan", "qingxi"), shown.clone())))
        };
        let has = |said: &[String], part: &str| said.iter().any(|text| text.contains(part));
        assert_eq!(accept.order(file.clone(), None, true), Err("accept-needs-by"));
        accept.by = " Li Na ".into();
        assert_eq!(accept.order(file.clone(), None, true), Err("accept-needs-reason"));
        accept.reason = "plan 2027-14".into();
        let order = accept.order(file, None, true).unwrap();
        assert_eq!((order.by.as_str(), order.trial, order.drawn_on), ("Li Na", true, None));
        assert_eq!(order.sha256, "abc1", "no other file than the one that is shown");

        let write = t!(words, "accept-write");
        assert!(!has(&texts(&mut accept, 5), &write), "nothing was tried yet");
        let changes = vec![(FeatureKind::Parcel, 2, 1), (FeatureKind::Building, 1, 0)];
        let trial = Accepted { run: None, drawn_on: 3, changes };
        assert_eq!(answered(&mut accept, 5, Ok(trial.clone())), None);
        let said = texts(&mut accept, 5);
        assert!(has(&said, &write) && has(&said, "Parcels: 2 written, 1 taken out") && has(&said, "run 3"), "{said:?}");
        assert!(!has(&texts(&mut accept, 6), &write), "other edits were not tried");

        assert_eq!(answered(&mut accept, 5, Err("edit 1: the parcel P1 has changed".into())), None);
        assert!(!has(&texts(&mut accept, 5), &write), "what was shown before does not hold");
        assert!(matches!(&accept.told, Some(Err(why)) if why.contains("has changed")));
        assert_eq!(accept.reason, "plan 2027-14", "what was typed stays");

        // Given up: nothing is told of it, and what was typed stays. What was written all the same is told.
        assert_eq!(answered(&mut accept, 5, Ok(trial.clone())), None);
        accept.stop = Arc::new(AtomicBool::new(true));
        assert_eq!(answered(&mut accept, 5, Err("cancelled; nothing was written".into())), None);
        assert!(accept.told.is_none() && accept.trial.is_none() && accept.reason == "plan 2027-14");
        assert_eq!(answered(&mut accept, 5, Ok(Accepted { run: Some(4), ..trial })), Some(5));
        assert!(!accept.open && accept.trial.is_none() && accept.reason.is_empty());
        assert!(matches!(&accept.told, Some(Ok(accepted)) if accepted.run == Some(4)));
    }
}
