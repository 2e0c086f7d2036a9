//! The report of a drill, written beside its log by a thread of its own: its pictures take seconds, and the window draws on meanwhile.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use spatial_db::whole;

use super::DrillRoom;
use crate::live::Wake;
use crate::pick::Picker;
use crate::text::{Language, Text, t};

/// A report that is to be written, and in which language.
pub(crate) type ReportAsked = (PathBuf, Language);

/// How a report ended: written, or why not.
type Ended = Result<(), String>;

/// A report on its way.
#[derive(Debug)]
pub(crate) struct Writing {
    path: PathBuf,
    /// How it ended, once it did.
    ended: Arc<Mutex<Option<Ended>>>,
}

impl Writing {
    /// Has the bytes of a file made and written by a thread.
    fn begin(
        path: PathBuf,
        make: impl FnOnce(&Path) -> Result<Vec<u8>, String> + Send + 'static,
        wake: Option<Wake>,
    ) -> Result<Self, String> {
        let ended: Arc<Mutex<Option<Ended>>> = Arc::default();
        let (slot, to) = (Arc::clone(&ended), path.clone());
        let work = move || {
            let made = make(&to).and_then(|bytes| whole::write(&to, &bytes).map_err(|error| error.to_string()));
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(made);
            }
            wake.iter().for_each(Wake::wake);
        };
        // Not one of the engine's own threads: a stage waits for those while it sets up.
        let thread = std::thread::Builder::new().name("report".to_owned()).spawn(work);
        thread.map(|_| Self { path, ended }).map_err(|error| error.to_string())
    }

    fn take(&self) -> Option<Ended> {
        self.ended.lock().ok().and_then(|mut ended| ended.take())
    }
}

impl DrillRoom {
    /// True while a report is asked for or on its way: one at a time.
    pub(crate) fn writes(&self) -> bool {
        self.report.is_some() || self.writing.is_some()
    }

    /// Begins the report that was asked for, of the run as it is.
    pub(super) fn begin_report(&mut self, picker: &Arc<Picker>, wake: Option<&Wake>, words: &Text) {
        if self.report.is_none() {
            return;
        }
        let Some(session) = self.session.as_mut() else {
            self.report = None;
            return;
        };
        // Something may have been added since it was asked for: it waits for that run.
        let Some(played) = session.strand.finished().cloned() else { return };
        let (Some((path, language)), Some(office)) = (self.report.take(), self.office.clone()) else { return };
        let (file, picker) = (Arc::clone(&session.file), Arc::clone(picker));
        let make = move |path: &Path| office.report(&file, &played.run, picker.cache(), language, path.parent());
        match Writing::begin(path.clone(), make, wake.cloned()) {
            Ok(writing) => {
                session.told = Some(t!(words, "drill-report-writes"));
                self.writing = Some(writing);
            }
            Err(reason) => session.told = Some(t!(words, "table-not-exported", path = path.display(), reason = reason)),
        }
    }

    /// Tells how a report ended; true where one did.
    pub(super) fn end_report(&mut self, words: &Text) -> bool {
        let Some(ended) = self.writing.as_ref().and_then(Writing::take) else { return false };
        let Some(writing) = self.writing.take() else { return false };
        let path = writing.path.display();
        if let Some(session) = self.session.as_mut() {
            session.told = Some(match ended {
                Ok(()) => t!(words, "table-exported", path = path),
                Err(reason) => t!(words, "table-not-exported", path = path, reason = reason),
            });
        }
        true
    }
}
