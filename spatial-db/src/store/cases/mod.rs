//! Cases: entries in, cases out. Each call is one transaction; what may be recorded, and as what, the database decides
//! (`twin.case_event_enter`), so that no program can go round it.
//!
//! Reading is left to `read`, checking the chain to `verify`, what a photograph says of itself to `photo`.

mod photo;
mod read;
mod verify;

use chrono::NaiveDate;
use postgres::Transaction;

pub use verify::{Broken, CaseVerification, Flaw};

use super::{Store, StoreError, sql};
use crate::model::{Case, CaseEventKind, CaseState, Cause, Remedy};

/// What every entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The person who records it, by name.
    pub by: String,
    /// The day in the world that it holds for.
    pub day: NaiveDate,
    /// Words; for a deadline what it is for.
    pub note: Option<String>,
    /// Why it is back-dated or a correction; needed for those.
    pub reason: Option<String>,
}

impl Recording {
    /// An entry without words.
    pub fn new(by: impl Into<String>, day: NaiveDate) -> Self {
        Self { by: by.into(), day, note: None, reason: None }
    }

    /// With words.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// With the reason why it is back-dated or a correction.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// A remedy and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemedyTerms {
    /// The remedy.
    pub remedy: Remedy,
    /// Its first day; the day of the entry if not given.
    pub starts: Option<NaiveDate>,
    /// Its last day; extension and temporary use need one.
    pub until: Option<NaiveDate>,
}

/// What holds instead of what an entry says; what is `None` stays as it is. The words are those of the [`Recording`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Correction {
    /// The day that it holds for.
    pub day: Option<NaiveDate>,
    /// The cause of a determination.
    pub cause: Option<Cause>,
    /// The first day of a remedy.
    pub starts: Option<NaiveDate>,
    /// The last day of a deadline or remedy.
    pub due: Option<NaiveDate>,
    /// The entry is withdrawn whole.
    pub withdrawn: bool,
}

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its name, without folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The columns of an entry that its kind fills.
#[derive(Debug, Default)]
struct Fields<'a> {
    case_id: i64,
    parcel_key: Option<&'a str>,
    contract_key: Option<&'a str>,
    state: Option<CaseState>,
    cause: Option<Cause>,
    terms: Option<RemedyTerms>,
    due: Option<NaiveDate>,
    refers: Option<i32>,
    correction: Option<Correction>,
    file: Option<&'a NewFile>,
}

impl Store {
    /// Opens a case on a parcel, as suspected: of its contract, if one is given.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] where the park has no such parcel or contract, a case is open on it, or the entry is
    /// back-dated without a reason; [`StoreError::NoSuchPark`], [`StoreError::InsufficientPrivilege`], or the server's.
    pub fn open_case(
        &mut self,
        slug: &str,
        parcel_key: &str,
        contract_key: Option<&str>,
        said: &Recording,
    ) -> Result<Case, StoreError> {
        let fields = Fields { parcel_key: Some(parcel_key), contract_key, ..Fields::default() };
        self.record(slug, CaseEventKind::Opened, said, &fields)
    }

    /// Brings a case to another state; `cause` when it is determined, and only then.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] for a step that may not follow, or as [`Store::open_case`].
    pub fn record_step(
        &mut self,
        slug: &str,
        case_id: i64,
        to: CaseState,
        cause: Option<Cause>,
        said: &Recording,
    ) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::Step, said, &Fields { case_id, state: Some(to), cause, ..Fields::default() })
    }

    /// Adds a note to a case.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] for one without words, or as [`Store::open_case`].
    pub fn add_note(&mut self, slug: &str, case_id: i64, said: &Recording) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::Note, said, &Fields { case_id, ..Fields::default() })
    }

    /// Attaches a file to a case, whole, with its hash; of a photograph, when and where it was taken by what it says itself.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] for one that is too large, or as [`Store::open_case`].
    pub fn attach(&mut self, slug: &str, case_id: i64, file: &NewFile, said: &Recording) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::File, said, &Fields { case_id, file: Some(file), ..Fields::default() })
    }

    /// Sets a deadline: `due` is the last day to meet it, the note what it is for.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] without words or on a lifted case, or as [`Store::open_case`].
    pub fn set_deadline(
        &mut self,
        slug: &str,
        case_id: i64,
        due: NaiveDate,
        said: &Recording,
    ) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::Deadline, said, &Fields { case_id, due: Some(due), ..Fields::default() })
    }

    /// Records that a deadline was met or a remedy carried out, by the number of its entry.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] for what is neither or was met, or as [`Store::open_case`].
    pub fn meet_deadline(&mut self, slug: &str, case_id: i64, seq: i32, said: &Recording) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::Met, said, &Fields { case_id, refers: Some(seq), ..Fields::default() })
    }

    /// Records a remedy, within the limits of `twin.case_rule`.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] before the determination, for one that the cause does not allow, or past its limit; or as
    /// [`Store::open_case`].
    pub fn record_remedy(
        &mut self,
        slug: &str,
        case_id: i64,
        terms: RemedyTerms,
        said: &Recording,
    ) -> Result<Case, StoreError> {
        self.record(slug, CaseEventKind::Remedy, said, &Fields { case_id, terms: Some(terms), ..Fields::default() })
    }

    /// Corrects an entry: what it said stays on record, what the correction says holds. The day of `said` is not used.
    ///
    /// # Errors
    /// [`StoreError::CaseRefused`] without a reason, or where it does not fit the entry; or as [`Store::open_case`].
    pub fn correct_event(
        &mut self,
        slug: &str,
        case_id: i64,
        seq: i32,
        correction: Correction,
        said: &Recording,
    ) -> Result<Case, StoreError> {
        let fields = Fields { case_id, refers: Some(seq), correction: Some(correction), ..Fields::default() };
        self.record(slug, CaseEventKind::Correction, said, &fields)
    }

    /// One entry, and the case after it, in one transaction.
    fn record(
        &mut self,
        slug: &str,
        kind: CaseEventKind,
        said: &Recording,
        fields: &Fields<'_>,
    ) -> Result<Case, StoreError> {
        let what = || StoreError::of(format!("recording a case of park {slug}"));
        let park_id = self.park(slug)?.park_id;
        let mut tx = self.client.transaction().map_err(what())?;
        let (case_id, seq) = insert(&mut tx, park_id, kind, said, fields).map_err(what())?;
        if let Some(file) = fields.file {
            tx.execute(sql::CASE_FILE_PUT, &[&park_id, &case_id, &seq, &file.bytes]).map_err(what())?;
        }
        let case = read::one(&mut tx, slug, park_id, case_id)?;
        tx.commit().map_err(what())?;
        Ok(case)
    }
}

fn insert(
    tx: &mut Transaction<'_>,
    park_id: i32,
    kind: CaseEventKind,
    said: &Recording,
    fields: &Fields<'_>,
) -> Result<(i64, i32), postgres::Error> {
    let plain = |text: &str| text.replace('\0', "");
    let correction = fields.correction.unwrap_or_default();
    let withdrawn = fields.correction.map(|correction| correction.withdrawn);
    let day = if fields.correction.is_some() { correction.day } else { Some(said.day) };
    let cause = fields.cause.or(correction.cause).map(Cause::as_str);
    let starts = fields.terms.and_then(|terms| terms.starts).or(correction.starts);
    let due = fields.due.or(fields.terms.and_then(|terms| terms.until)).or(correction.due);
    let (note, reason) = (said.note.as_deref().map(plain), said.reason.as_deref().map(plain));
    let file_name = fields.file.map(|file| plain(&file.name));
    let media_type = fields.file.map(|file| photo::media_type(&file.name, &file.bytes));
    let bytes = fields.file.map(|file| file.bytes.len() as i64);
    let hash = fields.file.map(|file| blake3::hash(&file.bytes).as_bytes().to_vec());
    let shot = fields.file.map(|file| photo::shot(&file.bytes)).unwrap_or_default();
    let [longitude, latitude] = [0, 1].map(|at| shot.position.map(|position: [f64; 2]| position[at]));
    let row = tx.query_one(
        sql::CASE_RECORD,
        &[
            &park_id,
            &fields.case_id,
            &kind.as_str(),
            &day,
            &plain(&said.by),
            &fields.parcel_key,
            &fields.contract_key,
            &fields.state.map(CaseState::as_str),
            &cause,
            &fields.terms.map(|terms| terms.remedy.as_str()),
            &starts,
            &due,
            &fields.refers,
            &withdrawn,
            &note,
            &reason,
            &file_name,
            &media_type,
            &bytes,
            &hash,
            &shot.taken,
            &longitude,
            &latitude,
        ],
    )?;
    Ok((row.get(0), row.get(1)))
}
