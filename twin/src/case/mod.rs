//! `twin case`: the follow-up of land that may lie idle.
//!
//! What may be recorded is the store's to say; here arguments become calls.

mod arguments;
mod office;
mod words;

use std::path::Path;

use chrono::NaiveDate;
use serde_json::json;
use spatial_db::model::{Case, CaseState};
use spatial_db::store::{CaseVerification, Correction, NewFile, RemedyTerms, Store};

pub(crate) use arguments::CaseArguments;
use arguments::{
    AttachArguments, CaseAction, CorrectArguments, FileArguments, ListArguments, OneArguments, OverdueArguments,
    VerifyArguments,
};
pub(crate) use office::office;

use crate::failure::Failure;
use crate::parks::store;
use crate::print;

pub(crate) fn run(arguments: &CaseArguments) -> Result<(), Failure> {
    match &arguments.action {
        CaseAction::Open(open) => {
            let contract = open.contract.as_deref();
            let case = store()?.open_case(&open.park, &open.parcel, contract, &open.said.recording())?;
            recorded(&case, open.json)
        }
        CaseAction::List(list) => self::list(list),
        CaseAction::Show(one) => {
            let case = store()?.case(&one.park, one.case)?;
            if one.json { print::json(&described(&case, today())) } else { words::case(&case) }
        }
        CaseAction::Note(note) => {
            entered(&note.one, |store, one| store.add_note(&one.park, one.case, &note.said.recording()))
        }
        CaseAction::Step(step) => {
            let (to, cause) = (CaseState::from(step.to), step.cause.map(Into::into));
            entered(&step.one, |store, one| store.record_step(&one.park, one.case, to, cause, &step.said.recording()))
        }
        CaseAction::Attach(attach) => self::attach(attach),
        CaseAction::File(file) => self::file(file),
        CaseAction::Deadline(deadline) => {
            let mut said = deadline.said.recording();
            said.note = said.note.or_else(|| deadline.what.clone());
            entered(&deadline.one, |store, one| store.set_deadline(&one.park, one.case, deadline.due, &said))
        }
        CaseAction::Met(met) => {
            entered(&met.one, |store, one| store.meet_deadline(&one.park, one.case, met.entry, &met.said.recording()))
        }
        CaseAction::Remedy(remedy) => {
            let terms = RemedyTerms { remedy: remedy.remedy.into(), starts: remedy.from, until: remedy.until };
            entered(&remedy.one, |store, one| store.record_remedy(&one.park, one.case, terms, &remedy.said.recording()))
        }
        CaseAction::Correct(correct) => self::correct(correct),
        CaseAction::Overdue(overdue) => self::overdue(overdue),
        CaseAction::Verify(verify) => self::verify(verify),
    }
}

fn today() -> NaiveDate {
    chrono::Local::now().date_naive()
}

/// One entry into one case.
fn entered(
    one: &OneArguments,
    enter: impl FnOnce(&mut Store, &OneArguments) -> Result<Case, spatial_db::store::StoreError>,
) -> Result<(), Failure> {
    let case = enter(&mut store()?, one)?;
    recorded(&case, one.json)
}

/// Says what was recorded: the case as it is now.
fn recorded(case: &Case, json: bool) -> Result<(), Failure> {
    if json {
        return print::json(&described(case, today()));
    }
    print::line(words::heading(case))?;
    case.events.last().map_or(Ok(()), |event| words::entry(case, event))
}

/// A case with what follows from its entries.
fn described(case: &Case, as_of: NaiveDate) -> serde_json::Value {
    json!({
        "case": case,
        "state": case.state_on(as_of),
        "since": case.since_on(as_of),
        "cause": case.cause_on(as_of),
        "deadlines": case.deadlines(as_of),
        "back_dated": case.back_dated(),
    })
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let as_of = arguments.as_of.unwrap_or_else(today);
    let wanted = arguments.state.map(CaseState::from);
    let mut cases = store()?.cases(&arguments.park)?;
    cases.retain(|case| {
        let state = case.state_on(as_of);
        state.is_some()
            && (wanted.is_none() || state == wanted)
            && arguments.parcel.as_ref().is_none_or(|parcel| *parcel == case.parcel_key)
    });
    if arguments.json {
        let cases: Vec<_> = cases.iter().map(|case| described(case, as_of)).collect();
        return print::json(&json!({ "park": arguments.park, "as_of": as_of, "cases": cases }));
    }
    words::list(&cases, as_of)
}

/// A file to attach.
fn read(path: &Path) -> Result<NewFile, Failure> {
    let unreadable = |source| Failure::CaseFile { path: path.to_path_buf(), source };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(NewFile { name, bytes })
}

fn attach(arguments: &AttachArguments) -> Result<(), Failure> {
    let file = read(&arguments.file)?;
    entered(&arguments.one, |store, one| store.attach(&one.park, one.case, &file, &arguments.said.recording()))
}

fn file(arguments: &FileArguments) -> Result<(), Failure> {
    let OneArguments { park, case, json } = &arguments.one;
    let bytes = store()?.case_file(park, *case, arguments.entry)?;
    let bytes = bytes.ok_or(Failure::NoCaseFile { case: *case, entry: arguments.entry })?;
    let path = &arguments.out;
    spatial_db::whole::write_new(path, &bytes).map_err(|source| Failure::CaseFile { path: path.clone(), source })?;
    if *json {
        return print::json(&json!({ "out": path, "bytes": bytes.len() }));
    }
    print::line(format!("{}: {} bytes", path.display(), bytes.len()))
}

fn correct(arguments: &CorrectArguments) -> Result<(), Failure> {
    let correction = Correction {
        day: arguments.said.day,
        cause: arguments.cause.map(Into::into),
        starts: arguments.from,
        due: arguments.due,
        withdrawn: arguments.withdraw,
    };
    entered(&arguments.one, |store, one| {
        store.correct_event(&one.park, one.case, arguments.entry, correction, &arguments.said.recording())
    })
}

fn overdue(arguments: &OverdueArguments) -> Result<(), Failure> {
    let as_of = arguments.as_of.unwrap_or_else(today);
    let late = store()?.overdue(&arguments.park, as_of)?;
    if arguments.json {
        return print::json(&json!({ "park": arguments.park, "as_of": as_of, "overdue": late }));
    }
    words::overdue(&late, as_of)
}

fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let mut store = store()?;
    let cases = match arguments.case {
        Some(case) => vec![case],
        None => store.case_numbers(&arguments.park)?,
    };
    let expect = arguments.expect.as_deref();
    let verified = cases
        .into_iter()
        .map(|case| store.verify_case(&arguments.park, case, expect))
        .collect::<Result<Vec<CaseVerification>, _>>()?;
    let broken: Vec<i64> = verified.iter().filter(|case| !case.broken.is_empty()).map(|case| case.case_id).collect();
    let unknown_hash = verified.iter().any(|case| case.has_expected == Some(false));
    if arguments.json {
        print::json(
            &json!({ "park": arguments.park, "intact": broken.is_empty() && !unknown_hash, "cases": verified }),
        )?;
    } else {
        words::verified(&verified)?;
    }
    if !broken.is_empty() {
        return Err(Failure::CasesBroken { cases: broken });
    }
    if unknown_hash { Err(Failure::HashNotThere) } else { Ok(()) }
}
