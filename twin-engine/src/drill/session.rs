//! A drill that is open: its clock, what is done by hand, its branch, and the log that is kept of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::emergency::drill::{Action, DrillFile, DrillLog, Entry, HandInject, Improvement, branch};
use analysis::words::Words;
use spatial_db::whole;

use super::persons::Persons;
use super::strand::Strand;
use crate::causes;
use crate::live::Wake;
use crate::pick::Picker;

/// How fast the clock can go.
pub(crate) const SPEEDS: [f64; 6] = [1.0, 5.0, 20.0, 60.0, 200.0, 600.0];
/// End of the name of a log.
const LOG: &str = ".drill.jsonl";

/// A second run that begins like the first.
#[derive(Debug)]
pub(crate) struct Branch {
    /// The run.
    pub strand: Strand,
    /// When it leaves the first, s.
    pub from_s: f64,
    /// What is otherwise, in the words of whoever asked.
    pub what: String,
}

/// A drill that is open.
#[derive(Debug)]
pub(crate) struct Session {
    /// The drill.
    pub file: Arc<DrillFile>,
    /// The drill as it is run.
    pub strand: Strand,
    /// What it would be otherwise.
    pub branch: Option<Branch>,
    /// People of single buildings, one by one beside the drill.
    pub persons: Persons,
    /// Time since the start, s.
    pub now_s: f64,
    /// The clock goes.
    pub playing: bool,
    /// How many seconds of the drill go by in one.
    pub speed: f64,
    /// Overlay that was shown before.
    pub overlay_before: Option<usize>,
    /// What was last written, or why not.
    pub told: Option<String>,
    /// The latest time that was shown, s: what lies beyond is not in the log.
    reached_s: f64,
    /// Where the log is kept.
    log: Option<PathBuf>,
    /// The log as it was written last.
    kept: String,
    /// Why the log could not be kept the last time, and where.
    pub unkept: Option<(PathBuf, Words)>,
    /// Pictures of notes so far.
    pictures: usize,
}

impl Session {
    /// A drill at its beginning. Its log is kept in `folder`.
    pub(crate) fn new(file: DrillFile, hand: Vec<HandInject>, folder: Option<&Path>, path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split('.').next().unwrap_or_default();
        let began = chrono::Local::now().format("%Y%m%d-%H%M%S");
        let log = folder.map(|folder| folder.join(format!("{}-{stem}-{began}{LOG}", file.park)));
        // A log that is gone on from was played up to its last inject.
        let now_s = hand.last().map_or(0.0, |last| last.at_s);
        Self {
            file: Arc::new(file),
            strand: Strand::new(hand),
            branch: None,
            persons: Persons::default(),
            now_s,
            playing: false,
            speed: 20.0,
            overlay_before: None,
            told: None,
            reached_s: now_s,
            log,
            kept: String::new(),
            unkept: None,
            pictures: 0,
        }
    }

    /// Length, s.
    pub(crate) fn length_s(&self) -> f64 {
        self.file.length_min * 60.0
    }

    /// Takes what is ready; true where something came.
    pub(crate) fn step(&mut self, picker: &Arc<Picker>, wake: Option<&Wake>) -> bool {
        let mut came = self.strand.step(&self.file, picker, wake);
        if let Some(branch) = &mut self.branch {
            // One at a time: the drill itself comes first.
            if self.strand.share().is_none() {
                came |= branch.strand.step(&self.file, picker, wake);
            }
        }
        if came {
            self.keep();
        }
        let followed = self.persons.step(&self.file, self.strand.finished(), picker, wake);
        came || followed
    }

    /// Moves the clock by so many seconds of the room; true while it goes.
    pub(crate) fn advance(&mut self, seconds: f64) -> bool {
        if !self.playing || self.strand.holds_the_clock() {
            return false;
        }
        self.now_s = (self.now_s + seconds * self.speed).min(self.length_s());
        self.reached_s = self.reached_s.max(self.now_s);
        if self.now_s >= self.length_s() {
            self.playing = false;
            self.keep();
        }
        true
    }

    /// Goes on or stops; from the end it begins anew.
    pub(crate) fn play(&mut self) {
        self.playing = !self.playing;
        if self.playing && self.now_s >= self.length_s() {
            self.now_s = 0.0;
        }
        if !self.playing {
            self.keep();
        }
    }

    /// Puts the clock there.
    pub(crate) fn jump(&mut self, to_s: f64) {
        self.now_s = to_s.clamp(0.0, self.length_s());
        self.reached_s = self.reached_s.max(self.now_s);
    }

    /// What happened up to now.
    pub(crate) fn happened(&self) -> &[Entry] {
        let entries = self.strand.played().map_or(&[] as &[Entry], |played| played.run.log.entries.as_slice());
        &entries[..entries.partition_point(|entry| entry.at_s <= self.now_s)]
    }

    /// Jumps to what happened next, or before.
    pub(crate) fn jump_to_event(&mut self, on: bool) {
        let Some(played) = self.strand.played() else { return };
        let entries = &played.run.log.entries;
        let to = if on {
            entries.iter().find(|entry| entry.at_s > self.now_s).map_or(self.length_s(), |entry| entry.at_s)
        } else {
            entries.iter().rev().find(|entry| entry.at_s < self.now_s).map_or(0.0, |entry| entry.at_s)
        };
        self.jump(to);
    }

    /// Does something by hand, now: from the next whole second on.
    pub(crate) fn inject(&mut self, does: Action, by: &str) {
        let told_only = matches!(does, Action::Done(_) | Action::Missed(_) | Action::Note { .. } | Action::Say(_));
        let waits = !told_only && !matches!(does, Action::Improve(_));
        let inject = HandInject { at_s: self.next_second(), does, by: by.trim().to_owned() };
        self.strand.forget_failure();
        self.strand.add(inject, waits);
        self.keep();
    }

    /// The next whole second that is played: what comes behind the last is refused.
    fn next_second(&self) -> f64 {
        self.now_s.ceil().min(self.length_s().floor())
    }

    /// True once the drill was shown to its end.
    pub(crate) fn was_shown(&self) -> bool {
        self.reached_s >= self.length_s()
    }

    /// Writes down an action to do better: in the last second of the drill, as `twin drill action` does.
    pub(crate) fn improve(&mut self, told: Improvement, by: &str) {
        let at_s = self.length_s().floor();
        let inject = HandInject { at_s, does: Action::Improve(told), by: by.trim().to_owned() };
        self.strand.forget_failure();
        self.strand.add(inject, false);
        self.keep();
    }

    /// The second run: the first up to now, and something else besides. What its file has scripted for later comes about in it too; what was
    /// done by hand later is the first run's own, as `twin drill compare` has it.
    pub(crate) fn branch_off(&mut self, does: Action, what: String) {
        let from_s = self.next_second();
        let own = [HandInject { at_s: from_s, does, by: what.clone() }];
        // It could be refused only for something of its own from before the moment.
        let Ok(hand) = branch(self.strand.hand(), from_s, &own) else { return };
        self.branch = Some(Branch { strand: Strand::new(hand), from_s, what });
    }

    /// How many things done by hand the branch has not: those after the moment that it left at, and those from before it that were put in
    /// since.
    pub(crate) fn left_out(&self) -> usize {
        let Some(branch) = &self.branch else { return 0 };
        let has = branch.strand.hand();
        self.strand.hand().iter().filter(|inject| !has.contains(inject)).count()
    }

    /// A name for the picture of a note: it stands beside the log.
    pub(crate) fn next_picture(&mut self) -> Option<PathBuf> {
        self.pictures += 1;
        let log = self.log.as_ref()?;
        let name = log.file_name()?.to_string_lossy();
        let stem = name.strip_suffix(LOG).unwrap_or(&name);
        Some(log.with_file_name(format!("{stem}-note-{}.png", self.pictures)))
    }

    /// Where something of this drill is written: the name of its log with another end.
    pub(crate) fn beside_log(&self, end: &str) -> Option<PathBuf> {
        let log = self.log.as_ref()?;
        let name = log.file_name()?.to_string_lossy();
        Some(log.with_file_name(format!("{}{end}", name.strip_suffix(LOG).unwrap_or(&name))))
    }

    /// The log as far as the drill was shown; whole, with its fingerprint, once it was shown to its end.
    pub(crate) fn log(&self) -> Option<DrillLog> {
        let played = self.strand.played()?;
        let whole = self.was_shown() && self.strand.finished().is_some();
        let hand = self.strand.hand();
        let mut log = played.run.log.clone();
        if !whole {
            // What was done by hand since that run was made may change what comes after it.
            let since = hand.iter().enumerate().find(|(k, inject)| log.hand.get(*k) != Some(*inject));
            let since_s = since.map_or(f64::INFINITY, |(_, inject)| inject.at_s);
            log.entries.retain(|entry| entry.at_s <= self.reached_s && entry.at_s < since_s);
            log.digest = None;
        }
        log.hand = hand.to_vec();
        Some(log)
    }

    /// Keeps the log, where it differs from what was kept.
    pub(crate) fn keep(&mut self) {
        let (Some(path), Some(log)) = (&self.log, self.log()) else { return };
        // Nothing was done yet: a drill that was only looked at leaves no file.
        if self.reached_s <= 0.0 && log.hand.is_empty() {
            return;
        }
        let Ok(text) = log.to_text() else { return };
        if text == self.kept {
            return;
        }
        match whole::write(path, text.as_bytes()) {
            Ok(()) => (self.kept, self.unkept) = (text, None),
            Err(error) => self.unkept = Some((path.clone(), causes::at_the_bottom(&error))),
        }
    }
}
