//! What an entry of the timeline waits for, and what has to be so then: as far as the file alone says that it can be.

use serde::{Deserialize, Serialize};

use super::DrillError;
use super::course::Course;
use super::file::{Action, DrillFile, HazardSpec, Inject, When};
use super::log::{Entry, Happening};
use crate::words;
use crate::words::Words;

/// Name in the log of an entry that does not happen, since what it asks for is not so. It is no event: nothing waits for it.
pub(super) const HELD_BACK: &str = "held_back";

/// What is so at a moment of a drill, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Condition {
    /// An event has come about.
    Event(String),
    /// The hydrant of a key gives water, as far as the drill knows: one in service that nothing has taken the water from.
    GivesWater(String),
}

impl Inject {
    /// What has to be so, and what must not be, with which of the two it is.
    fn conditions(&self) -> impl Iterator<Item = (bool, &Condition)> {
        let only_if = self.only_if.iter().map(|condition| (true, condition));
        only_if.chain(self.unless.iter().map(|condition| (false, condition)))
    }
}

impl DrillFile {
    /// What an entry asks for can be: events that there are, other than itself, and in time as far as the file alone fixes that. `known`
    /// complains about an event that there is not.
    pub(super) fn check_conditions(
        &self,
        inject: &Inject,
        known: impl Fn(&str) -> Result<(), DrillError>,
    ) -> Result<(), DrillError> {
        let id = &inject.id;
        if inject.only_if.is_some() && inject.only_if == inject.unless {
            return Err(self.wrong(
                id,
                words!(
                    "drill-wrong-opposite",
                    "{id} asks for something and for its opposite: it never happens",
                    id = format!("{id:?}")
                ),
            ));
        }
        for (wanted, condition) in inject.conditions() {
            let Condition::Event(event) = condition else { continue };
            known(event)?;
            if event == id {
                return Err(self.wrong(
                    id,
                    words!("drill-wrong-itself", "{id} asks whether it has happened itself", id = format!("{id:?}")),
                ));
            }
            let Some(other) = self.timeline.iter().find(|other| other.id == *event) else { continue };
            let (Some(minute), Some(of_other)) = (self.minute_of(inject), self.minute_of(other)) else {
                continue;
            };
            if wanted && of_other > minute {
                let reason = words!(
                    "drill-wrong-only-if",
                    "{id} happens in minute {minute} only if {event} has by then, which comes in minute {other}",
                    id = format!("{id:?}"),
                    minute = minute.to_string(),
                    event = format!("{event:?}"),
                    other = of_other.to_string()
                );
                return Err(self.wrong(id, reason));
            }
            // What has a condition of its own, or waits for something that has, may not happen at all.
            if !wanted && of_other < minute && self.is_certain(other) {
                let reason = words!(
                    "drill-wrong-unless",
                    "{id} happens in minute {minute} unless {event} has by then, which always does, in minute {other}",
                    id = format!("{id:?}"),
                    minute = minute.to_string(),
                    event = format!("{event:?}"),
                    other = of_other.to_string()
                );
                return Err(self.wrong(id, reason));
            }
        }
        Ok(())
    }

    /// The minute of an inject, if it happens; none where it hangs on what comes about while the drill runs, or on itself.
    fn minute_of(&self, inject: &Inject) -> Option<f64> {
        let (mut at, mut minutes) = (inject, 0.0_f64);
        for _ in 0..=self.timeline.len() {
            match &at.when {
                When::At(minute) => return Some(minutes + minute),
                When::After(event, after) if event == "release" => {
                    return Some(self.hazard.begins_min() + minutes + after);
                }
                When::After(event, after) => {
                    minutes += after;
                    at = self.timeline.iter().find(|other| other.id == *event)?;
                }
            }
        }
        None
    }

    /// True where an inject of a fixed minute happens whatever comes: a leak that is stopped by hand before it begins never does.
    fn is_certain(&self, inject: &Inject) -> bool {
        let mut at = inject;
        loop {
            if at.conditions().next().is_some() {
                return false;
            }
            let When::After(event, _) = &at.when else { return true };
            let Some(before) = self.timeline.iter().find(|other| other.id == *event) else { return false };
            at = before;
        }
    }

    /// A leak cannot be stopped before it begins, as far as the file alone fixes when that is.
    pub(super) fn stops_what_runs(&self) -> Result<(), DrillError> {
        let HazardSpec::Leak { at_min, .. } = &self.hazard else { return Ok(()) };
        for inject in self.timeline.iter().filter(|inject| inject.does == Action::Stop) {
            if let Some(minute) = self.minute_of(inject).filter(|minute| minute < at_min) {
                let reason = words!(
                    "drill-wrong-stop",
                    "{id} stops the leak in minute {minute}, before it begins in minute {begins}",
                    id = format!("{:?}", inject.id),
                    minute = minute.to_string(),
                    begins = at_min.to_string()
                );
                return Err(self.wrong(&inject.id, reason));
            }
        }
        Ok(())
    }

    /// An inject that waits for itself would never happen.
    pub(super) fn follows_itself(&self, inject: &Inject) -> Result<(), DrillError> {
        let mut at = inject;
        for _ in 0..=self.timeline.len() {
            let When::After(event, _) = &at.when else { return Ok(()) };
            let Some(before) = self.timeline.iter().find(|other| other.id == *event) else { return Ok(()) };
            at = before;
        }
        Err(self
            .wrong(&inject.id, words!("drill-wrong-waits", "{id} waits for itself", id = format!("{:?}", inject.id))))
    }
}

impl Course<'_> {
    /// Why an entry whose time has come does not happen; none where it does.
    pub(super) fn held_back(&self, inject: &Inject) -> Result<Option<Words>, DrillError> {
        for (wanted, condition) in inject.conditions() {
            let (so, said) = match condition {
                Condition::Event(event) => {
                    let so = self.happened.contains_key(event);
                    let said = if so {
                        words!("drill-has-happened", "{event} has happened", event = event.as_str())
                    } else {
                        words!("drill-has-not-happened", "{event} has not happened", event = event.as_str())
                    };
                    (so, said)
                }
                Condition::GivesWater(key) => {
                    let so = !self.dry.contains(&self.hydrant_of(key)?);
                    let said = if so {
                        words!("drill-gives-water", "the hydrant {key} gives water", key = key.as_str())
                    } else {
                        words!("drill-gives-no-water", "the hydrant {key} gives no water", key = key.as_str())
                    };
                    (so, said)
                }
            };
            if so != wanted {
                return Ok(Some(said));
            }
        }
        Ok(None)
    }

    /// Logs that an entry does not happen.
    pub(super) fn hold_back(&mut self, inject: &Inject, why: Words) {
        let text = words!("drill-held-back", "{id} does not happen: {why}", id = inject.id.as_str(), why = why);
        self.entries.push(Entry { at_s: self.now, id: HELD_BACK.to_owned(), kind: Happening::Inject, text });
    }

    /// The hydrants that conditions ask about must be there before the drill starts.
    pub(super) fn check_hydrants_asked_about(&self) -> Result<(), DrillError> {
        for inject in &self.file.timeline {
            for (_, condition) in inject.conditions() {
                if let Condition::GivesWater(key) = condition {
                    self.hydrant_of(key)?;
                }
            }
        }
        Ok(())
    }
}
