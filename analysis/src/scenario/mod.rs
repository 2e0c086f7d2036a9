//! What if: typed edits on a copy of the park, with indicators before and after. A scenario never touches
//! the record until it is accepted.
//!
//! What a scenario makes has an id below zero and the layer `scenario`; the park it gives says the scenario's name in its own.
//! Taking back is leaving the last edit out: the park is made anew from the record each time.

mod accept;
mod edit;
mod error;
mod file;
mod knit;
mod massing;
mod split;

use std::sync::Arc;

use spatial_db::model::ParkSnapshot;

pub use accept::{AcceptError, Acceptance, accepted};
pub use edit::{Edit, LAYER, is_scenario};
pub use error::{EditError, ScenarioError};
pub use file::ScenarioFile;
pub(crate) use file::element_lines;
pub(crate) use knit::knitted;
pub(crate) use massing::room;
pub use massing::{Existing, Limits, Mass, MassingError, largest_mass};

use edit::Draft;

use crate::evaluation::{Indicator, Zone, indicators};
use crate::rules::RuleSet;

/// A park on record with edits on top.
#[derive(Debug, Clone)]
pub struct Scenario {
    base: Arc<ParkSnapshot>,
    file: ScenarioFile,
    /// What it makes has ids below this.
    below: i64,
}

impl Scenario {
    /// A scenario on a park.
    ///
    /// # Errors
    /// [`ScenarioError::OtherPark`] when it is for another one.
    pub fn on(base: Arc<ParkSnapshot>, file: ScenarioFile) -> Result<Self, ScenarioError> {
        if file.park != base.park.slug {
            return Err(ScenarioError::OtherPark { wanted: file.park, found: base.park.slug.clone() });
        }
        Ok(Self { base, file, below: 0 })
    }

    /// The same, with ids for what it makes that no parcel and no building of `other` has: two scenarios of a park, side by side.
    #[must_use]
    pub fn apart_from(mut self, other: &ParkSnapshot) -> Self {
        let ids = other.parcels.iter().map(|one| one.id.id).chain(other.buildings.iter().map(|one| one.id.id));
        self.below = ids.min().unwrap_or(0).min(0);
        self
    }

    /// The park on record.
    pub fn base(&self) -> &Arc<ParkSnapshot> {
        &self.base
    }

    /// The edits.
    pub fn file(&self) -> &ScenarioFile {
        &self.file
    }

    /// Adds an edit, if it can be made.
    ///
    /// # Errors
    /// [`ScenarioError::Edit`]; the scenario stays as it was.
    pub fn push(&mut self, edit: Edit, rules: &RuleSet) -> Result<(), ScenarioError> {
        self.file.edits.push(edit);
        let tried = self.park(rules);
        if tried.is_err() {
            self.file.edits.pop();
        }
        tried.map(|_| ())
    }

    /// Takes the last edit back; `None` when there is none.
    pub fn undo(&mut self) -> Option<Edit> {
        self.file.lines.truncate(self.file.edits.len().saturating_sub(1));
        self.file.edits.pop()
    }

    /// The park as the scenario has it.
    ///
    /// # Errors
    /// [`ScenarioError`] of the first edit that cannot be made, with its line where the scenario was read from a file.
    pub fn park(&self, rules: &RuleSet) -> Result<ParkSnapshot, ScenarioError> {
        let mut draft = Draft::new(&self.base, rules, self.below);
        for (i, edit) in self.file.edits.iter().enumerate() {
            draft.make(i + 1, edit).map_err(|error| match (error, self.file.lines.get(i)) {
                (ScenarioError::Edit { number, source }, Some(line)) => {
                    ScenarioError::EditInFile { line: *line, number, source }
                }
                (error, _) => error,
            })?;
        }
        let mut park = draft.park;
        // Whatever shows the park's name shows what it is.
        park.park.name = format!("{} · {}", park.park.name, self.file.name);
        Ok(park)
    }
}

/// An indicator before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// As on record.
    pub before: Indicator,
    /// As in the scenario.
    pub after: Indicator,
}

/// Every indicator of a zone before and after, those of the standard first.
pub fn changes(before: &Zone, after: &Zone) -> Vec<Change> {
    let (mut before, mut after) = (indicators(before), indicators(after));
    let pair = |definition: &crate::evaluation::Definition| {
        Some(Change { before: before.remove(definition.name)?, after: after.remove(definition.name)? })
    };
    crate::evaluation::DEFINITIONS.iter().filter_map(pair).collect()
}
