//! Cases in words, for a terminal.

use chrono::NaiveDate;
use spatial_db::model::{Case, CaseEvent, CaseEventKind, CaseState, Deadline};
use spatial_db::store::{CaseVerification, Flaw};

use crate::failure::Failure;
use crate::print;

/// One line: which case, on what, where it is.
pub(super) fn heading(case: &Case) -> String {
    let number = case.parcel_number.as_ref().map_or_else(String::new, |number| format!(" ({number})"));
    let contract = case.contract_key.as_ref().map_or_else(String::new, |key| format!(", contract {key}"));
    let cause = case.cause().map_or_else(String::new, |cause| format!(", cause: {}", cause.as_str()));
    let since = case.since().map_or_else(String::new, |day| format!(" since {day}"));
    let state = case.state().as_str();
    format!("case {} on parcel {}{number}{contract}: {state}{since}{cause}", case.case_id, case.parcel_key)
}

/// A case with its entries, deadlines and what is missing.
pub(super) fn case(case: &Case) -> Result<(), Failure> {
    print::line(heading(case))?;
    if case.parcel_on_record == Some(false) {
        print::line("  the parcel is no longer on record: an import has taken it away, the case stays")?;
    }
    if case.contract_on_record == Some(false) {
        print::line("  the contract is no longer on record: an import has taken it away, the case stays")?;
    }
    for event in &case.events {
        entry(case, event)?;
    }
    let next: Vec<&str> = case.state().next().iter().map(|state| state.as_str()).collect();
    if !next.is_empty() {
        print::line(format!("  next can be: {}", next.join(", ")))?;
    }
    if let Some(last) = case.events.last() {
        print::line(format!("  hash of the last entry: {}", last.hash))?;
    }
    Ok(())
}

/// An entry with everything that it says.
pub(super) fn entry(case: &Case, event: &CaseEvent) -> Result<(), Failure> {
    let mut said = vec![match event.kind {
        CaseEventKind::Opened => "opened".to_owned(),
        CaseEventKind::Step => event.state.map_or_else(String::new, |state| state.as_str().to_owned()),
        CaseEventKind::Met => format!("met entry {}", event.refers.unwrap_or_default()),
        CaseEventKind::Correction if event.withdrawn => format!("withdraws entry {}", event.refers.unwrap_or_default()),
        CaseEventKind::Correction => format!("corrects entry {}", event.refers.unwrap_or_default()),
        CaseEventKind::Remedy => event.remedy.map_or_else(String::new, |remedy| remedy.as_str().replace('_', " ")),
        kind => kind.as_str().to_owned(),
    }];
    said.extend(event.cause.map(|cause| format!("cause: {}", cause.as_str())));
    said.extend(event.starts.map(|day| format!("from {day}")));
    said.extend(event.due.map(|day| format!("until {day}")));
    if let Some(file) = &event.file {
        said.push(format!("{} ({}, {} bytes, BLAKE3 {})", file.name, file.media_type, file.bytes, file.blake3));
        said.extend(file.taken.map(|moment| format!("taken {moment} by the camera")));
        said.extend(file.position.map(|[x, y]| format!("at {y:.6}, {x:.6} by the camera")));
    }
    said.extend(event.note.clone());
    let by = format!("by {} ({})", event.recorded_by, event.recorded_as);
    let recorded = event.recorded.format("%Y-%m-%d %H:%M:%S UTC");
    print::line(format!("  {:>3}  {}  {}  [{by}, recorded {recorded}]", event.seq, event.day, said.join("; ")))?;
    let reason = event.reason.as_deref().unwrap_or("no reason given");
    let marks =
        [(event.out_of_order, "an entry for a later day was on record"), (event.late, "recorded long after its day")];
    let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, words)| *words).collect();
    if !marks.is_empty() {
        print::line(format!("       BACK-DATED ({}): {reason}", marks.join("; ")))?;
    } else if event.kind == CaseEventKind::Correction {
        print::line(format!("       reason: {reason}"))?;
    }
    if let Some(basis) = &event.basis {
        print::line(format!("       {basis}"))?;
    }
    let entries = case.entries();
    let now = entries.iter().find(|entry| entry.event.seq == event.seq);
    if let Some((entry, by)) = now.and_then(|entry| Some((entry, entry.corrected_by?))) {
        let what = if entry.withdrawn { "WITHDRAWN" } else { "CORRECTED" };
        print::line(format!("       {what} by entry {by}"))?;
    }
    Ok(())
}

/// A table of cases.
pub(super) fn list(cases: &[Case], as_of: NaiveDate) -> Result<(), Failure> {
    if cases.is_empty() {
        return print::line("no cases");
    }
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let late = case.deadlines(as_of).iter().filter(|deadline| deadline.is_overdue()).count();
            vec![
                case.case_id.to_string(),
                case.parcel_key.clone(),
                case.parcel_number.clone().unwrap_or_default(),
                case.contract_key.clone().unwrap_or_default(),
                case.state_on(as_of).map_or("", CaseState::as_str).to_owned(),
                case.cause_on(as_of).map_or("", spatial_db::model::Cause::as_str).to_owned(),
                case.events.len().to_string(),
                late.to_string(),
                if case.parcel_on_record == Some(false) { "parcel gone".to_owned() } else { String::new() },
            ]
        })
        .collect();
    print::table(&["case", "parcel", "number", "contract", "state", "cause", "entries", "overdue", ""], &rows)?;
    print::line(format!("as of {as_of}"))
}

/// A table of what is overdue.
pub(super) fn overdue(late: &[Deadline], as_of: NaiveDate) -> Result<(), Failure> {
    if late.is_empty() {
        return print::line(format!("nothing is overdue on {as_of}"));
    }
    let rows: Vec<Vec<String>> = late
        .iter()
        .map(|deadline| {
            let remedy = deadline.remedy.map(|remedy| format!("{} ends", remedy.as_str().replace('_', " ")));
            let what = [remedy, deadline.what.clone()].into_iter().flatten().collect::<Vec<_>>().join(": ");
            vec![
                deadline.days_over.unwrap_or_default().to_string(),
                deadline.due.to_string(),
                deadline.case_id.to_string(),
                deadline.seq.to_string(),
                deadline.parcel_key.clone(),
                what,
                deadline.set_by.clone(),
            ]
        })
        .collect();
    print::table(&["days over", "due", "case", "entry", "parcel", "what", "set by"], &rows)?;
    print::line(format!("as of {as_of}"))
}

/// What verifying found.
pub(super) fn verified(cases: &[CaseVerification]) -> Result<(), Failure> {
    for case in cases {
        let log = if case.audit_log_compared {
            "agrees with the audit log"
        } else {
            "audit log not compared: this user may not read it"
        };
        if case.is_intact() {
            let (entries, files) = (case.entries, case.files);
            print::line(format!("case {}: intact, {entries} entries, {files} files; {log}", case.case_id))?;
        }
        for broken in &case.broken {
            print::line(format!("case {} entry {}: {}", case.case_id, broken.seq, flaw(broken.flaw)))?;
        }
        if case.has_expected == Some(false) {
            print::line(format!("case {}: no entry has the hash that was given", case.case_id))?;
        }
        if let Some(head) = &case.head {
            print::line(format!("  last entry {head}"))?;
        }
    }
    if cases.is_empty() { print::line("no cases") } else { Ok(()) }
}

fn flaw(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Changed => "it was changed after it was recorded",
        Flaw::DoesNotFollow => "it does not follow the entry before: one was changed, put in or taken out",
        Flaw::NumberMissing => "an entry before it is missing",
        Flaw::FileChanged => "its file is not the one that was attached",
        Flaw::FileMissing => "its file is gone",
        Flaw::OtherThanLogged => "the audit log has another hash of it",
        Flaw::NotLogged => "the audit log does not know it",
        Flaw::Removed => "the audit log knows it, and it is gone",
    }
}
