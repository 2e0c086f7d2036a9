//! Who looks on while a drill runs: its log, written as things happen, and the pace.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use analysis::emergency::drill::{DrillFile, DrillLog, Entry, HandInject, Onlooker, Seen};

use crate::failure::Failure;

/// A log on disk that is whole up to the last thing that happened, whenever the drill is killed.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    file: File,
}

/// Writes the log as things happen, and keeps to a pace.
#[derive(Debug, Default)]
pub(super) struct Watcher {
    log: Option<Written>,
    failed: Option<std::io::Error>,
    /// Seconds of the drill in a second of the room; as fast as it goes if none.
    speed: Option<f64>,
    began: Option<Instant>,
}

impl Watcher {
    /// With the log's first lines written: the injects by hand are the whole state, so they come before anything happens.
    pub(super) fn new(
        log: Option<&Path>,
        file: &DrillFile,
        hand: &[HandInject],
        speed: Option<f64>,
    ) -> Result<Self, Failure> {
        let mut watcher = Self { speed, ..Self::default() };
        if let Some(path) = log {
            let first = DrillLog::first_lines(file, hand).map_err(std::io::Error::from)?;
            // A log that is resumed from is not lost if this one dies at once.
            crate::report::whole(path, first.as_bytes())?;
            let unwritable = |source| Failure::ReportFile { path: path.to_path_buf(), source };
            let file = File::options().append(true).open(path).map_err(unwritable)?;
            watcher.log = Some(Written { path: path.to_path_buf(), file });
        }
        Ok(watcher)
    }

    fn write(&mut self, line: Result<String, serde_json::Error>) {
        let Some(log) = &mut self.log else { return };
        let written = line.map_err(std::io::Error::from).and_then(|line| log.file.write_all(line.as_bytes()));
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }

    /// Closes the log with the fingerprint of the run.
    pub(super) fn finish(mut self, digest: Option<&str>) -> Result<(), Failure> {
        if let Some(digest) = digest {
            self.write(DrillLog::last_line(digest));
        }
        let Some(log) = self.log else { return Ok(()) };
        match self.failed.map_or_else(|| log.file.sync_all(), Err) {
            Ok(()) => Ok(()),
            Err(source) => Err(Failure::ReportFile { path: log.path, source }),
        }
    }
}

impl Onlooker for Watcher {
    fn happened(&mut self, entry: &Entry) {
        self.write(DrillLog::line(entry));
    }

    fn second(&mut self, seen: &Seen<'_>) {
        let Some(speed) = self.speed else { return };
        let began = *self.began.get_or_insert_with(Instant::now);
        let due = Duration::from_secs_f64(seen.now_s() / speed);
        if let Some(wait) = due.checked_sub(began.elapsed()) {
            std::thread::sleep(wait);
        }
    }
}
