//! What hangs on everyone being out: the events that follow from it or are held back by it, and the expected actions and objectives that they
//! decide.
//!
//! The last person out is the last of those who are known. While the people of a building are not known, none of this is known either.

use std::collections::BTreeSet;

use super::condition::Condition;
use super::file::{Action, DrillFile, Evidence, Expected, Inject, When};
use super::log::HandInject;
use crate::words;
use crate::words::Words;

/// Event of the last person at a place of assembly: the last of those who are known.
pub(super) const EVERYONE_OUT: &str = "evacuated";

/// What hangs on everyone being out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hangs<'a> {
    /// Events that come about by it alone: its own, and the entries of the timeline that wait for one of them.
    events: BTreeSet<&'a str>,
    /// Events that may come about where it has not, though the run is without them: entries that do not happen if it has, and what follows.
    absent: BTreeSet<&'a str>,
    /// Expected actions that such an entry marks as done, and nobody by hand.
    marked: BTreeSet<&'a str>,
}

impl<'a> Hangs<'a> {
    /// What hangs on it in a drill, with what was done by hand: who marks an action by hand has counted.
    pub(super) fn of(file: &'a DrillFile, hand: &[HandInject]) -> Self {
        let counted = |id: &str| hand.iter().any(|inject| matches!(&inject.does, Action::Done(done) if done == id));
        let (events, absent) = (BTreeSet::from([EVERYONE_OUT]), BTreeSet::new());
        let mut hangs = Self { events, absent, marked: BTreeSet::new() };
        // Entries may wait for entries that stand behind them: until nothing is added any more.
        loop {
            let before = (hangs.events.len(), hangs.absent.len(), hangs.marked.len());
            for inject in &file.timeline {
                let (there, absent) = hangs.reaches(inject);
                let ids = [Some(inject.id.as_str()), done_by(inject).filter(|expected| !counted(expected))];
                if there {
                    hangs.marked.extend(ids[1]);
                    // What is marked as done is an event too.
                    hangs.events.extend(ids.into_iter().flatten());
                }
                if absent {
                    hangs.absent.extend(ids.into_iter().flatten());
                }
            }
            if before == (hangs.events.len(), hangs.absent.len(), hangs.marked.len()) {
                return hangs;
            }
        }
    }

    /// Whether an entry that happens may not do so where not everyone is out, and whether one that does not may.
    fn reaches(&self, inject: &Inject) -> (bool, bool) {
        let follows = |names: &BTreeSet<&str>| {
            let after = matches!(&inject.when, When::After(event, _) if names.contains(event.as_str()));
            after || matches!(&inject.only_if, Some(Condition::Event(event)) if names.contains(event.as_str()))
        };
        let held_by = |names: &BTreeSet<&str>| matches!(&inject.unless, Some(Condition::Event(event)) if names.contains(event.as_str()));
        (follows(&self.events) || held_by(&self.absent), follows(&self.absent) || held_by(&self.events))
    }

    /// True for an event that comes about by it.
    pub(super) fn event(&self, event: &str) -> bool {
        self.events.contains(event)
    }

    /// True for an event that may come about where not everyone is out, although the run is without it.
    pub(super) fn lacks(&self, event: &str) -> bool {
        self.absent.contains(event)
    }

    /// True for an expected action that is marked as done by it.
    pub(super) fn marks(&self, expected: &str) -> bool {
        self.marked.contains(expected)
    }

    /// True for an expected action that is met, or whose clock starts, by it.
    fn decides(&self, expected: &Expected) -> bool {
        let hangs = |event: &str| self.event(event) || self.lacks(event);
        let evident = matches!(&expected.evidence, Evidence::Event(event) if hangs(event));
        evident || self.marks(&expected.id) || hangs(&expected.from)
    }

    /// Something that is said of everyone being out, with the names of what hangs on it, in the words of the file.
    pub(super) fn named(&self, file: &DrillFile, said: Words) -> Words {
        let decided: Vec<&Expected> = file.expected.iter().filter(|expected| self.decides(expected)).collect();
        if decided.is_empty() {
            return said;
        }
        let actions: Vec<&str> = decided.iter().map(|expected| expected.text.as_str()).collect();
        let serves = |id: &str| decided.iter().any(|expected| expected.objective == id);
        let objectives: Vec<&str> =
            file.objectives.iter().filter(|one| serves(&one.id)).map(|one| one.text.as_str()).collect();
        words!(
            "drill-hangs",
            "{said}; on this hang the expected actions: {actions}; of the objectives: {objectives}",
            said = said,
            actions = actions.join(", "),
            objectives = objectives.join(", ")
        )
    }
}

/// The expected action that an entry marks as done.
fn done_by(inject: &Inject) -> Option<&str> {
    match &inject.does {
        Action::Done(expected) => Some(expected),
        _ => None,
    }
}

/// True where the clock of an expected action starts by everyone being out, or by what comes about by that alone: while the people of a
/// building are not known nobody knows when.
pub fn starts_by_everyone_out(file: &DrillFile, hand: &[HandInject], expected: &Expected) -> bool {
    Hangs::of(file, hand).event(&expected.from)
}
