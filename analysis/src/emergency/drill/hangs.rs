//! What hangs on everyone being out: the events that follow from it, and the expected actions and objectives that they decide.
//!
//! The last person out is the last of those who are known. While the people of a building are not known, none of this is known either.

use std::collections::BTreeSet;

use super::file::{Action, DrillFile, Evidence, Expected, When};
use super::log::HandInject;
use crate::words;
use crate::words::Words;

/// Event of the last person at a place of assembly: the last of those who are known.
const EVERYONE_OUT: &str = "evacuated";

/// What hangs on everyone being out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hangs<'a> {
    /// Events that come about by it alone: its own, and the entries of the timeline that wait for one of them.
    events: BTreeSet<&'a str>,
    /// Expected actions that such an entry marks as done, and nobody by hand.
    marked: BTreeSet<&'a str>,
}

impl<'a> Hangs<'a> {
    /// What hangs on it in a drill, with what was done by hand: who marks an action by hand has counted.
    pub(super) fn of(file: &'a DrillFile, hand: &[HandInject]) -> Self {
        let counted = |id: &str| hand.iter().any(|inject| matches!(&inject.does, Action::Done(done) if done == id));
        let mut hangs = Self { events: BTreeSet::from([EVERYONE_OUT]), marked: BTreeSet::new() };
        // Entries may wait for entries that stand behind them: until nothing is added any more.
        loop {
            let before = (hangs.events.len(), hangs.marked.len());
            for inject in &file.timeline {
                let When::After(event, _) = &inject.when else { continue };
                if !hangs.event(event) {
                    continue;
                }
                hangs.events.insert(&inject.id);
                if let Action::Done(expected) = &inject.does
                    && !counted(expected)
                {
                    hangs.marked.insert(expected);
                    // What is marked as done is an event too.
                    hangs.events.insert(expected);
                }
            }
            if before == (hangs.events.len(), hangs.marked.len()) {
                return hangs;
            }
        }
    }

    /// True for an event that comes about by it.
    pub(super) fn event(&self, event: &str) -> bool {
        self.events.contains(event)
    }

    /// True for an expected action that is marked as done by it.
    pub(super) fn marks(&self, expected: &str) -> bool {
        self.marked.contains(expected)
    }

    /// True for an expected action that is met, or whose clock starts, by it.
    fn decides(&self, expected: &Expected) -> bool {
        let evident = matches!(&expected.evidence, Evidence::Event(event) if self.event(event));
        evident || self.marks(&expected.id) || self.event(&expected.from)
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

/// True where the clock of an expected action starts by everyone being out, or by what comes about by that alone: while the people of a
/// building are not known nobody knows when.
pub fn starts_by_everyone_out(file: &DrillFile, hand: &[HandInject], expected: &Expected) -> bool {
    Hangs::of(file, hand).event(&expected.from)
}
