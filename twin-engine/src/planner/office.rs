//! Whoever records in cases and writes a parcel's dossier: asked in a thread of its own, no frame waits.
//!
//! What may be recorded is not decided here: a refusal comes back in words.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::model::{CaseState, Cause, FeatureKind};

use crate::live::Wake;
use crate::scene::Twin;
use crate::text::Language;

/// Whoever records in the cases of a park, makes scenarios its record and writes dossiers. Called off the frame, and may take its time.
pub trait CaseOffice: Send + Sync + fmt::Debug {
    /// True where cases can be recorded and scenarios accepted: a package carries no cases, and is no record.
    fn keeps_cases(&self) -> bool;
    /// Who records, where that is known before anybody says so.
    fn who(&self) -> Option<String>;
    /// Records an entry: the number of its case, and its own in there.
    ///
    /// # Errors
    /// Why it is refused and what can be done about it, in words. Nothing is recorded then.
    fn record(&self, order: &CaseOrder) -> Result<(i64, i32), Words>;
    /// The bytes of a file, by its case and the entry that it was attached with.
    ///
    /// # Errors
    /// Why they cannot be had, in words.
    fn file(&self, case: i64, entry: i32) -> Result<Vec<u8>, Words>;
    /// Makes a scenario the record, as one run: all of its edits or nothing. For a trial nothing is written. It is given up when
    /// `stop` is set before it is done.
    ///
    /// # Errors
    /// Why it is refused and what can be done about it, in words. Nothing is written then.
    fn accept(&self, order: &AcceptOrder, stop: &Arc<AtomicBool>) -> Result<Accepted, Words>;
    /// Writes everything about a parcel on one page. It is given up when `stop` is set before it is done.
    ///
    /// # Errors
    /// Why it is not written, in words.
    fn dossier(&self, order: &DossierOrder, stop: &AtomicBool) -> Result<(), String>;
}

/// An entry to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOrder {
    /// The person who records it, by name.
    pub by: String,
    /// The day in the world that it holds for; today if not given.
    pub day: Option<NaiveDate>,
    /// Words.
    pub note: Option<String>,
    /// Why it is back-dated.
    pub reason: Option<String>,
    /// What it is.
    pub deed: CaseDeed,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseDeed {
    /// Opens a case on a parcel, as suspected.
    Open {
        /// Key of the parcel.
        parcel: String,
        /// Key of the contract that it is about, if it is about one.
        contract: Option<String>,
    },
    /// Adds a note.
    Note {
        /// Number of the case.
        case: i64,
    },
    /// Brings a case to another state.
    Step {
        /// Number of the case.
        case: i64,
        /// The state.
        to: CaseState,
        /// Who caused it, of a determination.
        cause: Option<Cause>,
    },
    /// Attaches a file.
    Attach {
        /// Number of the case.
        case: i64,
        /// The file.
        path: PathBuf,
    },
    /// Sets a deadline; the note says what for.
    Deadline {
        /// Number of the case.
        case: i64,
        /// Last day to meet it.
        due: NaiveDate,
    },
}

/// A scenario to make the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptOrder {
    /// The scenario's file.
    pub file: PathBuf,
    /// SHA-256 of the file that the window shows: one that was changed since is refused.
    pub sha256: String,
    /// The person who accepts it, by name.
    pub by: String,
    /// Why, for whoever asks later.
    pub reason: String,
    /// Run of the record that it was drawn on, where the file does not say it; the last one if not given.
    pub drawn_on: Option<i64>,
    /// Only what would change.
    pub trial: bool,
}

/// What accepting a scenario writes, or would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The run; `None` for a trial.
    pub run: Option<i64>,
    /// Run of the record that the scenario was held against.
    pub drawn_on: i64,
    /// By kind: rows written, rows taken out. Kinds that nothing changes in are left out.
    pub changes: Vec<(FeatureKind, usize, usize)>,
}

/// A dossier to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierOrder {
    /// Key of the parcel.
    pub parcel: String,
    /// The day that it holds for; that of the data if not given.
    pub day: Option<NaiveDate>,
    /// Position of the scheme that the land is held against.
    pub scheme: usize,
    /// Language.
    pub language: Language,
    /// File to write.
    pub out: PathBuf,
}

impl DossierOrder {
    /// What is looked at of a parcel, into a file of its own in `folder`.
    pub(crate) fn of(twin: &Twin, parcel: &str, scheme: usize, folder: &Path) -> Self {
        let park = &twin.input.snapshot.park;
        Self {
            parcel: parcel.to_owned(),
            // On the day of the data, cases are told as of today.
            day: twin.day().filter(|day| park.as_of != Some(*day)),
            scheme,
            language: twin.language,
            out: dossier_in(folder, &park.slug, parcel),
        }
    }
}

/// The file of a parcel's dossier. Keys may have letters that no file may.
fn dossier_in(folder: &Path, park: &str, parcel: &str) -> PathBuf {
    let letters = parcel.chars().map(|c| if c.is_alphanumeric() || c == '.' || c == '_' { c } else { '-' });
    folder.join(format!("{park}-{}.html", letters.collect::<String>()))
}

/// Something asked of an office. A thread of its own: a server that does not answer holds up nothing else.
#[derive(Debug)]
pub(crate) struct Asked<T>(Arc<Mutex<Option<T>>>);

impl<T: Send + 'static> Asked<T> {
    /// Asks; the window is woken once there is an answer.
    pub(crate) fn begin(ask: impl FnOnce() -> T + Send + 'static, wake: &Wake) -> std::io::Result<Self> {
        let slot: Arc<Mutex<Option<T>>> = Arc::default();
        let (into, wake) = (Arc::clone(&slot), wake.clone());
        std::thread::Builder::new().name("office".to_owned()).spawn(move || {
            let answer = ask();
            if let Ok(mut into) = into.lock() {
                *into = Some(answer);
            }
            wake.wake();
        })?;
        Ok(Self(slot))
    }

    /// The answer, once.
    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().ok().and_then(|mut answer| answer.take())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_key_makes_a_file_name_that_stays_in_its_folder() {
        let folder = Path::new("/exports");
        assert_eq!(dossier_in(folder, "qingxi", "GB00012"), Path::new("/exports/qingxi-GB00012.html"));
        assert_eq!(dossier_in(folder, "q", "../a/b c"), Path::new("/exports/q-..-a-b-c.html"));
        assert_eq!(dossier_in(folder, "q", "青溪-7"), Path::new("/exports/q-青溪-7.html"));
    }

    #[test]
    fn an_answer_is_given_once() {
        let asked = Asked::begin(|| 6 * 7, &Wake::none()).expect("a thread");
        let until = Instant::now() + Duration::from_secs(20);
        let mut answer = None;
        while answer.is_none() && Instant::now() < until {
            answer = asked.take();
            std::thread::yield_now();
        }
        assert_eq!((answer, asked.take()), (Some(42), None));
    }
}
