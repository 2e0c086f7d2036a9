//! Crews: how many persons come on an engine, when they leave, and what they can do at once.
//!
//! One works the pump of each engine; hose from a hydrant is laid by so many of the others as the table says, of whichever engine at the
//! place they came on, and they are free again when the water is there. Without hands an engine waits. Left out: lines to the fire, breathing
//! air, relief, and what crews do besides.

use serde::{Deserialize, Serialize};

use super::DrillError;
use super::file::DrillFile;
use crate::emergency::evacuation::EvacuationRules;
use crate::words;

/// The crews of a drill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrewSpec {
    /// Persons on each engine.
    pub persons: u32,
    /// From the call until an engine leaves its station, s; that of the table if absent.
    #[serde(default)]
    pub turnout_s: Option<f64>,
}

impl DrillFile {
    /// Checks the crews.
    pub(super) fn check_crews(&self) -> Result<(), DrillError> {
        let Some(crews) = self.crews else { return Ok(()) };
        if !(1..=20).contains(&crews.persons) {
            return Err(self.wrong(
                "persons",
                words!(
                    "drill-wrong-crew",
                    "a crew must be of 1 to 20 persons, and is of {persons}",
                    persons = crews.persons.to_string()
                ),
            ));
        }
        let turnout_s = crews.turnout_s.unwrap_or(0.0);
        if !(0.0..=3600.0).contains(&turnout_s) {
            return Err(self.wrong(
                "turnout_s",
                words!(
                    "drill-wrong-range",
                    "{what} must be from {low} to {high}, and is {value}",
                    what = "turnout_s",
                    low = "0",
                    high = "3600",
                    value = turnout_s.to_string()
                ),
            ));
        }
        Ok(())
    }
}

/// What crews can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hands {
    /// Persons on each engine.
    pub(super) persons: u32,
    /// Of those at its pump.
    at_pump: u32,
    /// Persons who lay the hose from a hydrant.
    at_hose: u32,
}

impl Hands {
    /// Those of a drill; none where its file has no crews.
    pub(super) fn of(file: &DrillFile, rules: &EvacuationRules) -> Option<Self> {
        let figure = |name| rules.figure("response", name).value as u32;
        let persons = file.crews?.persons;
        Some(Self { persons, at_pump: figure("pump_persons"), at_hose: figure("hose_persons") })
    }

    /// True where so many engines at the place, of which some lay hose, have hands for one hose more.
    pub(super) fn are_free(self, there: usize, laying: usize) -> bool {
        let free = there as u64 * u64::from(self.persons.saturating_sub(self.at_pump));
        free >= (laying as u64 + 1) * u64::from(self.at_hose)
    }
}
