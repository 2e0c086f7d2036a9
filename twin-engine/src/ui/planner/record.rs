//! Forms that record in cases: a case opened on the parcel that is selected, and entries of one. What may be recorded is the office's to
//! say; its refusal stands in the form, and what was typed stays.

use std::path::PathBuf;
use std::sync::Arc;

use analysis::land::Tone;
use analysis::planner::{CaseBook, CaseSheet, CaseStep, cause_choices};
use analysis::words::Words;
use bevy_egui::egui::{Button, ComboBox, Grid, Label, RichText, TextEdit, Ui};
use chrono::NaiveDate;
use spatial_db::model::{CaseState, Cause};

use super::{selected_key, tone_colour};
use crate::causes;
use crate::planner::{Asked, CaseDeed, CaseOffice, CaseOrder};
use crate::text::{Text, t};
use crate::ui::{Panels, look};

/// Width of a field, points.
const FIELD: f32 = 210.0;

/// Entries that the form makes in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Note,
    Step,
    File,
    Deadline,
}

/// What is typed into a form.
#[derive(Debug, Default)]
struct Typed {
    kind: Kind,
    day: String,
    note: String,
    reason: String,
    contract: Option<String>,
    to: Option<CaseState>,
    cause: Option<Cause>,
    path: String,
    due: String,
}

/// What an entry goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On<'a> {
    /// A new case, on the parcel with this key.
    Parcel(&'a str),
    /// A case by its number.
    Case(i64),
}

/// Which of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Opening,
    Entry,
}

/// An entry's case and number, or why there is none.
type Answer = Result<(i64, i32), Words>;

/// The forms from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Who records: typed once in a session.
    by: String,
    /// Whoever knows who records was asked.
    is_named: bool,
    opening: Typed,
    entry: Typed,
    /// Key of the parcel that a case is being opened on.
    on: Option<String>,
    /// The case that the form of entries was filled for.
    of: Option<i64>,
    asked: Option<(Form, Asked<Answer>)>,
    told: Option<(Form, Answer)>,
}

impl Record {
    /// Takes the name of who records from whoever knows it, once.
    fn name(&mut self, office: &dyn CaseOffice) {
        if !std::mem::replace(&mut self.is_named, true) {
            self.by = office.who().unwrap_or_default();
        }
    }

    /// Takes the answer to what was asked last: the case that it was recorded in.
    fn take(&mut self) -> Option<i64> {
        let answer = self.asked.as_ref().and_then(|(_, asked)| asked.take())?;
        let (form, _) = self.asked.take()?;
        let case = answer.as_ref().ok().map(|(case, _)| *case);
        if case.is_some() {
            match form {
                Form::Opening => (self.opening, self.on) = (Typed::default(), None),
                Form::Entry => self.entry = Typed { kind: self.entry.kind, ..Typed::default() },
            }
        }
        self.told = Some((form, answer));
        case
    }
}

impl Typed {
    /// The entry, or the id of the words for what it still needs.
    fn order(&self, by: &str, on: On<'_>) -> Result<CaseOrder, &'static str> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let date = |text: &str| text.trim().parse::<NaiveDate>().ok();
        let by = said(by).ok_or("case-needs-by")?;
        let day = match said(&self.day) {
            Some(text) => Some(date(&text).ok_or("case-needs-day")?),
            None => None,
        };
        let note = said(&self.note);
        let deed = match (on, self.kind) {
            (On::Parcel(parcel), _) => CaseDeed::Open { parcel: parcel.to_owned(), contract: self.contract.clone() },
            (On::Case(_), Kind::Note) if note.is_none() => return Err("case-needs-note"),
            (On::Case(case), Kind::Note) => CaseDeed::Note { case },
            (On::Case(case), Kind::Step) => {
                let to = self.to.ok_or("case-needs-step")?;
                // A case is determined with its cause, and only then has one.
                let cause = self.cause.filter(|_| to == CaseState::Determined);
                if to == CaseState::Determined && cause.is_none() {
                    return Err("case-needs-cause");
                }
                CaseDeed::Step { case, to, cause }
            }
            (On::Case(case), Kind::File) => {
                CaseDeed::Attach { case, path: said(&self.path).map(PathBuf::from).ok_or("case-needs-file")? }
            }
            (On::Case(_), Kind::Deadline) if note.is_none() => return Err("case-needs-what"),
            (On::Case(case), Kind::Deadline) => {
                CaseDeed::Deadline { case, due: date(&self.due).ok_or("case-needs-due")? }
            }
        };
        Ok(CaseOrder { by, day, note, reason: said(&self.reason), deed })
    }
}

/// Whoever records here.
fn office(panels: &Panels) -> Option<Arc<dyn CaseOffice>> {
    panels.desk.office.clone().filter(|office| office.keeps_cases())
}

/// Takes what became of the last entry, and goes to its case.
pub(super) fn take(panels: &mut Panels) {
    let cases = &mut panels.ui.planner.cases;
    if let Some(case) = cases.record.take() {
        cases.shown = Some(case);
    }
}

fn send(panels: &mut Panels, form: Form, office: Arc<dyn CaseOffice>, order: CaseOrder) {
    let asked = Asked::begin(move || office.record(&order), &panels.wake);
    let record = &mut panels.ui.planner.cases.record;
    match asked {
        Ok(asked) => (record.asked, record.told) = (Some((form, asked)), None),
        Err(error) => record.told = Some((form, Err(causes::in_words(&error)))),
    }
}

/// The form that opens a case on the parcel that is selected.
pub(super) fn open(ui: &mut Ui, panels: &mut Panels, words: &'static Text, book: &CaseBook) {
    let Some(office) = office(panels) else { return };
    panels.ui.planner.cases.record.name(&*office);
    told(ui, panels, words, Form::Opening);
    let Some(key) = selected_key(panels) else {
        ui.label(look::note(t!(words, "case-select")));
        return;
    };
    // A case that is over stays, and another can be opened.
    if book.cases.iter().any(|case| case.parcel_key == key && !case.next.is_empty()) {
        return;
    }
    if panels.ui.planner.cases.record.on.as_ref() != Some(&key) {
        if ui.button(t!(words, "case-open-on", parcel = key)).clicked() {
            let record = &mut panels.ui.planner.cases.record;
            (record.on, record.opening, record.told) = (Some(key), Typed::default(), None);
        }
        return;
    }
    let park = Arc::clone(&panels.twin.input.snapshot);
    let own = park.contracts.iter().filter(|contract| contract.parcel_key == key);
    let contracts: Vec<String> = own.map(|contract| contract.provenance.key.clone()).collect();
    look::group(ui, &t!(words, "case-open-on", parcel = key));
    let record = &mut panels.ui.planner.cases.record;
    let free = record.asked.is_none();
    opening_fields(ui, words, &mut record.opening, &mut record.by, &contracts);
    let order = record.opening.order(&record.by, On::Parcel(&key));
    let (mut sent, mut given_up) = (false, false);
    ui.horizontal_wrapped(|ui| {
        sent = submit(ui, words, t!(words, "case-open"), order.as_ref().err().copied(), free);
        given_up = ui.add_enabled(free, Button::new(t!(words, "case-give-up"))).clicked();
    });
    if given_up {
        record.on = None;
    }
    if let (true, Ok(order)) = (sent, order) {
        send(panels, Form::Opening, office, order);
    }
}

/// The form of entries, below those of a case.
pub(super) fn entry(ui: &mut Ui, panels: &mut Panels, words: &'static Text, case: &CaseSheet) {
    let Some(office) = office(panels) else {
        ui.label(look::note(t!(words, "planner-cases-read-only")));
        return;
    };
    look::group(ui, &t!(words, "case-record"));
    let record = &mut panels.ui.planner.cases.record;
    record.name(&*office);
    if record.of != Some(case.number) {
        // What was typed for one case is not another's.
        (record.of, record.entry) = (Some(case.number), Typed { kind: record.entry.kind, ..Typed::default() });
        record.told = record.told.take().filter(|(form, _)| *form == Form::Opening);
    }
    let free = record.asked.is_none();
    entry_fields(ui, words, &mut record.entry, &mut record.by, &case.next);
    let order = record.entry.order(&record.by, On::Case(case.number));
    let sent = submit(ui, words, t!(words, "case-enter"), order.as_ref().err().copied(), free);
    told(ui, panels, words, Form::Entry);
    if let (true, Ok(order)) = (sent, order) {
        send(panels, Form::Entry, office, order);
    }
    ui.label(look::note(t!(words, "case-rest")));
}

/// The button that records; beside it what is still needed. True where it is pressed.
fn submit(ui: &mut Ui, words: &Text, label: String, needs: Option<&'static str>, free: bool) -> bool {
    let pressed = ui.add_enabled(free && needs.is_none(), Button::new(label)).clicked();
    if !free {
        ui.label(look::note(t!(words, "case-recording")));
    } else if let Some(needs) = needs {
        ui.label(look::note(words.get(needs)));
    }
    pressed
}

/// How the last entry of a form ended.
fn told(ui: &mut Ui, panels: &Panels, words: &Text, form: Form) {
    let bad = tone_colour(&panels.twin.theme(), Tone::Bad);
    match &panels.ui.planner.cases.record.told {
        Some((of, Ok((case, entry)))) if *of == form => {
            ui.label(look::note(t!(words, "case-recorded", entry = entry, case = case)));
        }
        Some((of, Err(why))) if *of == form => {
            let said = ui.add(Label::new(RichText::new(words.failure(why)).color(bad)).wrap());
            if let Some(detail) = words.failure_detail(why) {
                said.on_hover_text(detail);
            }
        }
        _ => {}
    }
}

fn opening_fields(ui: &mut Ui, words: &Text, typed: &mut Typed, by: &mut String, contracts: &[String]) {
    Grid::new("case-opening").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        if !contracts.is_empty() {
            ui.label(t!(words, "case-contract"));
            let none = t!(words, "case-no-contract");
            let shown = typed.contract.clone().unwrap_or_else(|| none.clone());
            ComboBox::from_id_salt("case-contract").selected_text(shown).width(FIELD).truncate().show_ui(ui, |ui| {
                ui.selectable_value(&mut typed.contract, None, none.as_str());
                for contract in contracts {
                    ui.selectable_value(&mut typed.contract, Some(contract.clone()), contract.as_str());
                }
            });
            ui.end_row();
        }
        common_fields(ui, words, typed, by, t!(words, "case-note"));
    });
}

fn entry_fields(ui: &mut Ui, words: &Text, typed: &mut Typed, by: &mut String, next: &[CaseStep]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (kind, label) in [
            (Kind::Note, t!(words, "case-kind-note")),
            (Kind::Step, t!(words, "case-kind-step")),
            (Kind::File, t!(words, "case-kind-file")),
            (Kind::Deadline, t!(words, "case-kind-deadline")),
        ] {
            // A case that is over takes no step.
            if (kind != Kind::Step || !next.is_empty())
                && ui.add(Button::selectable(typed.kind == kind, label)).clicked()
            {
                typed.kind = kind;
            }
        }
    });
    if typed.kind == Kind::Step && next.is_empty() {
        typed.kind = Kind::Note;
    }
    if typed.kind == Kind::Step && !next.iter().any(|step| Some(step.to) == typed.to) {
        typed.to = next.first().map(|step| step.to);
    }
    Grid::new("case-entry").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        match typed.kind {
            Kind::Step => step_fields(ui, words, typed, next),
            Kind::File => field(ui, t!(words, "case-path"), t!(words, "case-path-hint"), &mut typed.path),
            Kind::Deadline => field(ui, t!(words, "case-due-day"), t!(words, "case-day-form"), &mut typed.due),
            Kind::Note => {}
        }
        let is_deadline = typed.kind == Kind::Deadline;
        let note = if is_deadline { t!(words, "case-what-for") } else { t!(words, "case-note") };
        common_fields(ui, words, typed, by, note);
    });
}

/// The state that a case comes to, and with a determination who caused it.
fn step_fields(ui: &mut Ui, words: &Text, typed: &mut Typed, next: &[CaseStep]) {
    let chosen = next.iter().find(|step| Some(step.to) == typed.to);
    ui.label(t!(words, "case-to"));
    let shown = chosen.map(|step| words.words(&step.label)).unwrap_or_default();
    ComboBox::from_id_salt("case-to").selected_text(shown).width(FIELD).show_ui(ui, |ui| {
        for step in next {
            ui.selectable_value(&mut typed.to, Some(step.to), words.words(&step.label));
        }
    });
    ui.end_row();
    if chosen.is_some_and(|step| step.needs_cause) {
        ui.label(t!(words, "case-cause"));
        ui.horizontal_wrapped(|ui| {
            for (cause, label) in cause_choices() {
                ui.selectable_value(&mut typed.cause, Some(cause), words.words(&label));
            }
        });
        ui.end_row();
    }
}

/// What every entry says.
fn common_fields(ui: &mut Ui, words: &Text, typed: &mut Typed, by: &mut String, note: String) {
    ui.label(note);
    ui.add(TextEdit::multiline(&mut typed.note).desired_width(FIELD).desired_rows(2));
    ui.end_row();
    field(ui, t!(words, "case-by"), t!(words, "case-by-hint"), by);
    field(ui, t!(words, "case-day"), t!(words, "case-today"), &mut typed.day);
    field(ui, t!(words, "case-reason"), t!(words, "case-reason-hint"), &mut typed.reason);
}

fn field(ui: &mut Ui, label: String, hint: String, text: &mut String) {
    ui.label(label);
    ui.add(TextEdit::singleline(text).hint_text(hint).desired_width(FIELD));
    ui.end_row();
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    use analysis::planner::case_book;
    use spatial_db::model::{Case, CaseEvent, CaseEventKind};

    use super::super::drawn::drawn;
    use super::*;
    use crate::live::Wake;
    use crate::planner::{AcceptOrder, Accepted, DossierOrder};
    use crate::text::Language;

    /// What may follow the states of a case.
    fn next(state: CaseState) -> Vec<CaseStep> {
        let opened = NaiveDate::from_ymd_opt(2026, 1, 10).unwrap();
        let event = CaseEvent { state: Some(state), ..CaseEvent::bare(1, CaseEventKind::Opened, opened) };
        let case = Case {
            case_id: 7,
            parcel_key: "P2".into(),
            parcel_number: None,
            contract_key: None,
            parcel_on_record: Some(true),
            contract_on_record: None,
            events: vec![event],
        };
        case_book(&[case], NaiveDate::MAX).cases[0].next.clone()
    }

    #[test]
    fn an_entry_says_what_it_still_needs() {
        let mut typed = Typed::default();
        assert_eq!(typed.order(" ", On::Case(7)), Err("case-needs-by"));
        assert_eq!(typed.order("王工", On::Case(7)), Err("case-needs-note"), "the database refuses an empty note too");
        typed.note = " looked at it ".into();
        typed.day = "yesterday".into();
        assert_eq!(typed.order("王工", On::Case(7)), Err("case-needs-day"));
        typed.day = "2026-02-03".into();
        let order = typed.order(" 王工 ", On::Case(7)).unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 2, 3);
        assert_eq!((order.by.as_str(), order.day, order.note.as_deref()), ("王工", day, Some("looked at it")));
        assert_eq!((order.deed, order.reason), (CaseDeed::Note { case: 7 }, None));

        typed.kind = Kind::File;
        assert_eq!(typed.order("王工", On::Case(7)), Err("case-needs-file"));
        typed.kind = Kind::Deadline;
        assert_eq!(typed.order("王工", On::Case(7)), Err("case-needs-due"));
        typed.due = "2026-08-30".into();
        let due = NaiveDate::from_ymd_opt(2026, 8, 30).unwrap();
        assert_eq!(typed.order("王工", On::Case(7)).unwrap().deed, CaseDeed::Deadline { case: 7, due });

        // Whatever kind of entry was chosen for another, a case is opened on a parcel.
        let opened = typed.order("王工", On::Parcel("GB00012")).unwrap();
        assert_eq!(opened.deed, CaseDeed::Open { parcel: "GB00012".into(), contract: None });
    }

    #[test]
    fn a_determination_has_its_cause_and_nothing_else_has_one() {
        let mut typed = Typed { kind: Kind::Step, to: Some(CaseState::Determined), ..Typed::default() };
        assert_eq!(typed.order("王工", On::Case(7)), Err("case-needs-cause"));
        typed.cause = Some(Cause::Government);
        let step = |to, cause| CaseDeed::Step { case: 7, to, cause };
        let order = typed.order("王工", On::Case(7)).unwrap();
        assert_eq!(order.deed, step(CaseState::Determined, Some(Cause::Government)));
        typed.to = Some(CaseState::Lifted);
        assert_eq!(typed.order("王工", On::Case(7)).unwrap().deed, step(CaseState::Lifted, None));
    }

    #[test]
    fn the_form_offers_the_steps_that_may_follow_with_what_each_demands() {
        let words = Text::of(Language::English);
        let (mut typed, mut by) = (Typed { kind: Kind::Step, ..Typed::default() }, String::new());
        let mut fields = |state: CaseState, typed: &mut Typed| {
            let next = next(state);
            drawn(|ui| entry_fields(ui, words, typed, &mut by, &next))
        };
        let said = fields(CaseState::Suspected, &mut typed);
        assert_eq!(typed.to, Some(CaseState::Investigation));
        assert!(said.iter().any(|text| text == "under investigation"), "{said:?}");
        assert!(!said.iter().any(|text| text == "caused by the holder"), "{said:?}");
        let said = fields(CaseState::Investigation, &mut typed);
        assert_eq!(typed.to, Some(CaseState::Determined));
        for part in ["determined", "caused by the holder", "caused by the government"] {
            assert!(said.iter().any(|text| text == part), "{part} in {said:?}");
        }
        let step = t!(words, "case-kind-step");
        assert!(said.contains(&step));
        let said = fields(CaseState::Lifted, &mut Typed::default());
        assert!(!said.contains(&step), "a case that is over takes no step: {said:?}");
    }

    /// Takes a note, and refuses whatever else.
    #[derive(Debug)]
    struct Strict;

    impl CaseOffice for Strict {
        fn keeps_cases(&self) -> bool {
            true
        }

        fn who(&self) -> Option<String> {
            Some("王工".into())
        }

        fn record(&self, order: &CaseOrder) -> Result<(i64, i32), Words> {
            match order.deed {
                CaseDeed::Note { case } => Ok((case, 4)),
                _ => Err("case 7 is suspected and cannot become disposal".into()),
            }
        }

        fn file(&self, _: i64, _: i32) -> Result<Vec<u8>, Words> {
            Err("none".into())
        }

        fn accept(&self, _: &AcceptOrder, _: &Arc<AtomicBool>) -> Result<Accepted, Words> {
            Err("none".into())
        }

        fn dossier(&self, _: &DossierOrder, _: &AtomicBool) -> Result<(), String> {
            Err("none".into())
        }
    }

    #[test]
    fn what_was_typed_stays_where_it_is_refused_and_goes_where_it_is_recorded() {
        let mut record = Record::default();
        record.name(&Strict);
        assert_eq!(record.by, "王工");
        record.by = "李工".into();
        record.name(&Strict);
        assert_eq!(record.by, "李工", "who typed a name is not overruled");
        let answered = |record: &mut Record| {
            let order = record.entry.order(&record.by, On::Case(7)).unwrap();
            record.asked = Some((Form::Entry, Asked::begin(move || Strict.record(&order), &Wake::none()).unwrap()));
            let until = Instant::now() + Duration::from_secs(20);
            let mut case = None;
            while record.asked.is_some() && Instant::now() < until {
                case = record.take();
                std::thread::yield_now();
            }
            case
        };
        record.entry = Typed { kind: Kind::Step, to: Some(CaseState::Disposal), note: "n".into(), ..Typed::default() };
        assert_eq!(answered(&mut record), None);
        assert!(matches!(&record.told, Some((Form::Entry, Err(why))) if why.contains("cannot become")));
        assert_eq!(record.entry.note, "n");
        record.entry.kind = Kind::Note;
        assert_eq!(answered(&mut record), Some(7));
        assert!(matches!(record.told, Some((Form::Entry, Ok((7, 4))))));
        assert_eq!((record.entry.note.as_str(), record.by.as_str()), ("", "李工"));
    }
}
