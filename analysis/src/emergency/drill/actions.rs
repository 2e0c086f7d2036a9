//! What the timeline and people by hand bring about.

use spatial_db::model::NetworkClass;

use super::DrillError;
use super::course::Course;
use super::file::Action;
use super::log::Happening;
use super::score::{Mark, MarkedBy};
use super::supply::{Lost, main_near};
use crate::emergency::hydrants::SAME_M;
use crate::words;
use crate::words::Words;

impl Course<'_> {
    /// Does what an entry or an inject asks for.
    pub(super) fn act(&mut self, id: &str, kind: Happening, action: &Action) -> Result<(), DrillError> {
        let mut dried = 0;
        let text = match action {
            Action::BurstNear(place) => {
                let burst = self.burst_of(*place)?;
                return self.act(id, kind, &burst);
            }
            Action::Alarm => words!("drill-alarm", "the alarm is raised"),
            Action::Say(text) => Words::from(text.as_str()),
            Action::Wind(from, speed) => {
                self.threat.turn(self.file, &self.tables.hazard, self.now, (*from, *speed))?;
                let said = words!(
                    "drill-wind",
                    "the wind blows from {from}° with {speed} m/s",
                    from = from.to_string(),
                    speed = speed.to_string()
                );
                if self.air.sky().is_some() {
                    let class = self.air.class(self.file, &self.tables.hazard, *speed)?;
                    words!("drill-wind-class", "{said}: class {class}", said = said, class = format!("{class:?}"))
                } else {
                    said
                }
            }
            Action::Stop if !self.happened.contains_key("release") => {
                self.called_off = true;
                words!("drill-called-off", "the leak is stopped before it begins: nothing is released")
            }
            Action::Stop => {
                self.threat.stop(self.now);
                words!("drill-stopped", "the leak is stopped")
            }
            Action::Close(place, within_m) => {
                let count = self.bar(*place, *within_m, true);
                words!("drill-closed", "{count} stretches of way are closed", count = count)
                    .counted(count, ["stretches of way are", "stretch of way is"])
            }
            Action::Open(place, within_m) => {
                let count = self.bar(*place, *within_m, false);
                words!("drill-opened", "{count} stretches of way are open again", count = count)
                    .counted(count, ["stretches of way are", "stretch of way is"])
            }
            Action::NoWater(_) | Action::NoWaterNear(..) => {
                let dry = self.hydrants_of(action)?;
                let count = dry.len();
                self.dry.extend(dry);
                dried = self.response.dried(|hydrant| self.dry.contains(&hydrant));
                words!("drill-no-water", "{count} hydrants give no water", count = count)
                    .counted(count, ["hydrants give", "hydrant gives"])
            }
            Action::Burst(key) => {
                let found = self.lost_of(action)?.unwrap_or_default();
                let dry: Vec<usize> = (0..self.cover.hydrants().len())
                    .filter(|k| {
                        let one = &self.cover.hydrants()[*k];
                        let near = |at: [f64; 2]| (at[0] - one.position[0]).hypot(at[1] - one.position[1]) <= SAME_M;
                        found.hydrants.iter().any(|(id, at)| *id == one.feature || near(*at))
                    })
                    .collect();
                let hydrants = dry.len();
                self.dry.extend(dry);
                dried = self.response.dried(|hydrant| self.dry.contains(&hydrant));
                let buildings = found.buildings.len();
                self.without[0].extend(found.buildings);
                self.supply_known.water &= found.known;
                supply(
                    found.known,
                    words!(
                        "drill-burst",
                        "the main {key} bursts and is shut off: {hydrants} hydrants and {buildings} buildings without water",
                        key = key.as_str(),
                        hydrants = hydrants,
                        buildings = buildings
                    ).counted(hydrants, ["hydrants", "hydrant"]).counted(buildings, ["buildings", "building"]),
                )
            }
            Action::PowerCut(key) => {
                let found = self.lost_of(action)?.unwrap_or_default();
                let buildings = found.buildings.len();
                self.without[1].extend(found.buildings);
                self.supply_known.power &= found.known;
                supply(
                    found.known,
                    words!(
                        "drill-power-cut",
                        "{key} fails: {buildings} buildings without power",
                        key = key.as_str(),
                        buildings = buildings
                    )
                    .counted(buildings, ["buildings", "building"]),
                )
            }
            Action::Done(expected) | Action::Missed(expected) => {
                self.file.expects(expected)?;
                let done = matches!(action, Action::Done(_));
                let by = if kind == Happening::Hand {
                    // It has been counted as done already.
                    let inject = self.hand_done.checked_sub(1).and_then(|last| self.hand.get(last));
                    MarkedBy::Observer(inject.map(|inject| inject.by.clone()).unwrap_or_default())
                } else {
                    MarkedBy::Entry(id.to_owned())
                };
                self.marks.insert(expected.clone(), Mark { at_s: self.now, done, by });
                if done {
                    words!("drill-done", "done: {what}", what = expected.as_str())
                } else {
                    words!("drill-missed", "missed: {what}", what = expected.as_str())
                }
            }
            Action::Note { text, .. } => words!("drill-noted", "noted: {what}", what = text.as_str()),
            Action::Improve(one) => words!(
                "drill-improve",
                "improvement {id} until {due}: {what}",
                id = one.id.as_str(),
                due = one.due,
                what = one.text.as_str()
            ),
        };
        self.say(id, kind, text);
        if dried > 0 {
            let text = if dried == 1 {
                words!("drill-water-lost-one", "an engine has lost its water and sets up anew")
            } else {
                words!("drill-water-lost", "{count} engines have lost their water and set up anew", count = dried)
            };
            self.say("water_lost", Happening::Response, text);
        }
        if let Action::Done(expected) = action {
            self.happened.entry(expected.clone()).or_insert(self.now);
        }
        if *action == Action::Alarm && !self.happened.contains_key("alarm") {
            self.happened.insert("alarm".to_owned(), self.now);
            self.call_engines();
        }
        Ok(())
    }

    /// Closes or opens the ways that run within so many metres of a place.
    fn bar(&mut self, (x, y): (f64, f64), within_m: f64, closed: bool) -> usize {
        let mut count = 0;
        for way in 0..self.barred.len() {
            if self.ways.comes_within(way, [x, y], within_m) {
                self.barred[way] = closed;
                // What is opened may still lie under water: that is seen with the next look.
                self.closed[way] |= closed;
                count += 1;
            }
        }
        self.response.bar([x, y], within_m, closed);
        count
    }

    /// Index of the hydrant of a key, of the resources or of the water network.
    pub(super) fn hydrant_of(&self, key: &str) -> Result<usize, DrillError> {
        let park = self.cache.snapshot();
        let resource = park.resources.iter().find(|one| one.provenance.key == key).map(|one| one.id);
        let id = resource.or_else(|| park.nodes.iter().find(|node| node.provenance.key == key).map(|node| node.id));
        let found = id.and_then(|id| self.cover.hydrants().iter().position(|hydrant| hydrant.feature == id));
        found.ok_or_else(|| {
            self.file.wrong(
                key,
                words!(
                    "drill-wrong-hydrant",
                    "park {park} has no working hydrant {key}",
                    park = park.park.slug.as_str(),
                    key = format!("{key:?}")
                ),
            )
        })
    }

    /// Indices of the hydrants that an action takes the water from.
    pub(super) fn hydrants_of(&self, action: &Action) -> Result<Vec<usize>, DrillError> {
        match action {
            Action::NoWater(keys) => keys.iter().map(|key| self.hydrant_of(key)).collect(),
            Action::NoWaterNear((x, y), within_m) => Ok((0..self.cover.hydrants().len())
                .filter(|&k| {
                    let [hx, hy] = self.cover.hydrants()[k].position;
                    (hx - x).hypot(hy - y) <= *within_m
                })
                .collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The burst of the main that is nearest to a place, by its key.
    fn burst_of(&self, (x, y): (f64, f64)) -> Result<Action, DrillError> {
        let park = self.cache.snapshot();
        let found = main_near(park, [x, y]);
        let nothing = || {
            self.file.wrong(
                "burst_near",
                words!("drill-wrong-main", "park {park} has no water main on record", park = park.park.slug.as_str()),
            )
        };
        Ok(Action::Burst(found.ok_or_else(nothing)?.to_owned()))
    }

    /// Who loses supply by an action.
    pub(super) fn lost_of(&mut self, action: &Action) -> Result<Option<Lost>, DrillError> {
        let (class, key) = match action {
            Action::Burst(key) => (NetworkClass::Water, key),
            Action::PowerCut(key) => (NetworkClass::Power, key),
            Action::BurstNear(place) => {
                let burst = self.burst_of(*place)?;
                return self.lost_of(&burst);
            }
            _ => return Ok(None),
        };
        let asked = (class.as_str(), key.clone());
        if let Some(found) = self.lost.get(&asked) {
            return Ok(Some(found.clone()));
        }
        let found = self.supplies.lost(class, key).map_err(|reason| self.file.wrong(key, reason))?;
        self.lost.insert(asked, found.clone());
        Ok(Some(found))
    }
}

/// What was lost, with what is not known of it.
pub(super) fn supply(known: bool, said: Words) -> Words {
    if known {
        return said;
    }
    words!("drill-no-source", "{said} (no source is on record: what hangs behind them is not known)", said = said)
}
