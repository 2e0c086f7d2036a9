//! Cases as a panel tells them: where each stands, its entries, its deadlines, and what is overdue in the park.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{Case, CaseEventKind, CaseState, Cause, Deadline, overdue};

use crate::land::{case_entry_words, case_state_words, cause_words, joined, remedy_words};
use crate::words;
use crate::words::Words;

/// Media types of pictures that can be shown.
const PICTURES: [&str; 2] = ["image/jpeg", "image/png"];

/// The cases of a park on a day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseBook {
    /// The day.
    pub as_of: NaiveDate,
    /// Every case, the newest first.
    pub cases: Vec<CaseSheet>,
    /// What is overdue, the longest first.
    pub overdue: Vec<Due>,
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSheet {
    /// Number in its park.
    pub number: i64,
    /// Key of the parcel.
    pub parcel_key: String,
    /// Number of the parcel when the case was opened, else its key.
    pub parcel: String,
    /// The contract that it is about.
    pub contract: Option<String>,
    /// Where it stood on the day; `None` before it was opened.
    pub state: Option<Words>,
    /// Since which day it is where it is now.
    pub since: Option<NaiveDate>,
    /// Who caused it, once that is determined.
    pub cause: Option<Words>,
    /// An import has taken the parcel away.
    pub parcel_gone: bool,
    /// The states that may follow by all that is on record now, whatever day is looked at; none of a case that is over.
    pub next: Vec<CaseStep>,
    /// Entries as recorded, in that order.
    pub lines: Vec<CaseLine>,
    /// Deadlines and ends of remedies, the first one due first.
    pub deadlines: Vec<Due>,
}

/// A step that a case may take.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseStep {
    /// The state that it comes to.
    pub to: CaseState,
    /// The same in words.
    pub label: Words,
    /// Who caused it has to be said with it.
    pub needs_cause: bool,
}

/// An entry of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseLine {
    /// Number in its case.
    pub number: i32,
    /// The day that it holds for.
    pub day: NaiveDate,
    /// What it is.
    pub what: Words,
    /// What it says.
    pub said: Words,
    /// Who recorded it.
    pub by: String,
    /// When it was recorded, UTC.
    pub recorded: String,
    /// Recorded after the fact, or corrected or withdrawn since: what to say of that.
    pub flaw: Option<Words>,
    /// Withdrawn: it counts no more.
    pub withdrawn: bool,
    /// Its file is a picture that can be shown.
    pub is_picture: bool,
}

/// A deadline or the end of a remedy.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// Case.
    pub case: i64,
    /// Key of its parcel.
    pub parcel_key: String,
    /// Number of the parcel when the case was opened, else its key.
    pub parcel: String,
    /// What must be done.
    pub what: Words,
    /// Last day.
    pub day: NaiveDate,
    /// Days left, days over, or that it was met.
    pub said: Words,
    /// Past its last day and open.
    pub overdue: bool,
    /// Who set it.
    pub set_by: String,
}

/// The cases of a park as they stood on a day, by all that is on record now.
pub fn case_book(cases: &[Case], as_of: NaiveDate) -> CaseBook {
    let names: HashMap<i64, &str> = cases.iter().map(|case| (case.case_id, parcel_name(case))).collect();
    let late = overdue(cases, as_of);
    let named =
        |deadline: &Deadline| due(deadline, names.get(&deadline.case_id).copied().unwrap_or(&deadline.parcel_key));
    let mut sheets: Vec<CaseSheet> = cases.iter().map(|case| sheet(case, as_of)).collect();
    sheets.sort_by_key(|case| std::cmp::Reverse(case.number));
    CaseBook { as_of, cases: sheets, overdue: late.iter().map(named).collect() }
}

/// Who may have caused that land lies idle, to choose from.
pub fn cause_choices() -> Vec<(Cause, Words)> {
    Cause::ALL.iter().map(|cause| (*cause, cause_words(*cause))).collect()
}

fn parcel_name(case: &Case) -> &str {
    case.parcel_number.as_deref().unwrap_or(&case.parcel_key)
}

fn sheet(case: &Case, as_of: NaiveDate) -> CaseSheet {
    CaseSheet {
        number: case.case_id,
        parcel_key: case.parcel_key.clone(),
        parcel: parcel_name(case).to_owned(),
        contract: case.contract_key.clone(),
        state: case.state_on(as_of).map(case_state_words),
        since: case.since_on(as_of),
        cause: case.cause_on(as_of).map(cause_words),
        parcel_gone: case.parcel_on_record == Some(false),
        next: case.state().next().iter().map(|state| step(*state)).collect(),
        lines: lines(case),
        deadlines: case.deadlines(as_of).iter().map(|deadline| due(deadline, parcel_name(case))).collect(),
    }
}

fn step(to: CaseState) -> CaseStep {
    CaseStep { to, label: case_state_words(to), needs_cause: to == CaseState::Determined }
}

fn lines(case: &Case) -> Vec<CaseLine> {
    let entries = case.entries();
    let line = |event: &spatial_db::model::CaseEvent| {
        let state = event.state.filter(|_| event.kind == CaseEventKind::Step).map(case_state_words);
        let what = joined([Some(case_entry_words(event.kind)), state].into_iter().flatten().collect());
        let refers = event.refers.map(|entry| words!("case-of-entry", "entry {number}", number = i64::from(entry)));
        let due = event.due.map(|day| words!("case-due", "until {day}", day = day));
        let text = |text: &Option<String>| text.as_deref().map(Words::from);
        let said = [
            event.remedy.map(remedy_words),
            event.cause.map(cause_words),
            refers,
            text(&event.note),
            due,
            event.file.as_ref().map(|file| Words::from(file.name.as_str())),
            text(&event.basis),
        ];
        let entry = entries.iter().find(|entry| entry.event.seq == event.seq);
        let corrected = entry.and_then(|entry| {
            let by = i64::from(entry.corrected_by?);
            Some(if entry.withdrawn {
                words!("case-withdrawn-by", "withdrawn by entry {number}", number = by)
            } else {
                words!("case-corrected-by", "corrected by entry {number}", number = by)
            })
        });
        let late = event.is_back_dated().then(|| words!("case-back-dated", "recorded after the fact"));
        let flaws: Vec<Words> = [late, text(&event.reason), corrected].into_iter().flatten().collect();
        CaseLine {
            number: event.seq,
            day: event.day,
            what,
            said: joined(said.into_iter().flatten().collect()),
            by: event.recorded_by.clone(),
            recorded: event.recorded.format("%Y-%m-%d %H:%M UTC").to_string(),
            flaw: (!flaws.is_empty()).then(|| joined(flaws)),
            withdrawn: entry.is_some_and(|entry| entry.withdrawn),
            is_picture: event.file.as_ref().is_some_and(|file| PICTURES.contains(&file.media_type.as_str())),
        }
    };
    case.events.iter().map(line).collect()
}

fn due(deadline: &Deadline, parcel: &str) -> Due {
    let remedy =
        deadline.remedy.map(|remedy| words!("case-remedy-ends", "{remedy} ends", remedy = remedy_words(remedy)));
    let note = deadline.what.as_deref().map(Words::from);
    let what: Vec<Words> = remedy.into_iter().chain(note).collect();
    let said = match (deadline.met, deadline.days_over) {
        (Some(day), _) => words!("case-met-on", "met on {day}", day = day),
        (None, Some(days)) if days > 0 => words!("case-days-over", "{days} days overdue", days = days).of_days(days),
        (None, Some(days)) => words!("case-days-left", "{days} days left", days = -days).of_days(days),
        (None, None) => words!("case-is-over", "the case is over"),
    };
    Due {
        case: deadline.case_id,
        parcel_key: deadline.parcel_key.clone(),
        parcel: parcel.to_owned(),
        what: if what.is_empty() { words!("case-deadline", "deadline") } else { joined(what) },
        day: deadline.due,
        said,
        overdue: deadline.is_overdue(),
        set_by: deadline.set_by.clone(),
    }
}
