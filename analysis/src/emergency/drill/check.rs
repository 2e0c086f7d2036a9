//! What is checked of a drill file by itself: values in their ranges, names that are there, and actions that can be done.

use super::DrillError;
use super::condition::HELD_BACK;
use super::file::{Action, DrillFile, EVENTS, Evidence, HazardSpec, When};
use crate::words;
use crate::words::{Phrase, Words, phrase};

impl DrillFile {
    /// Checks it against itself.
    pub(super) fn check(&self) -> Result<(), DrillError> {
        if self.format_version != 1 {
            let reason = words!(
                "drill-wrong-version",
                "the drill has format version {found}; this version reads 1",
                found = self.format_version.to_string()
            );
            return Err(self.wrong("format_version", reason));
        }
        let within = |field: &str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(self.wrong(
                field,
                words!(
                    "drill-wrong-range",
                    "{what} must be from {low} to {high}, and is {value}",
                    what = field,
                    low = low.to_string(),
                    high = high.to_string(),
                    value = value.to_string()
                ),
            ))
        };
        within("hour", f64::from(self.hour), 0.0, 23.0)?;
        within("length_min", self.length_min, 1.0, 1440.0)?;
        within("wind_m_s", self.weather.wind_m_s, 1.0, 30.0)?;
        within("wind_from_deg", self.weather.wind_from_deg, 0.0, 360.0)?;
        within("temperature_c", self.weather.temperature_c, -50.0, 60.0)?;
        self.check_sky()?;
        self.check_crews()?;
        within("engines", f64::from(self.engines), 0.0, 100.0)?;
        match &self.hazard {
            HazardSpec::Leak { at_min, hole_mm, .. } => {
                within("at_min", *at_min, 0.0, self.length_min)?;
                within("hole_mm", *hole_mm, 0.1, 2000.0)?;
            }
            HazardSpec::Fire { at_min, cordon_m, water_l_s, .. } => {
                within("at_min", *at_min, 0.0, self.length_min)?;
                within("cordon_m", *cordon_m, 0.0, 2000.0)?;
                within("water_l_s", water_l_s.unwrap_or(0.0), 0.0, 10_000.0)?;
            }
            HazardSpec::Power { at_min, .. } => within("at_min", *at_min, 0.0, self.length_min)?,
            HazardSpec::Blast { at_min, mass_kg, .. } | HazardSpec::Fireball { at_min, mass_kg, .. } => {
                within("at_min", *at_min, 0.0, self.length_min)?;
                within("mass_kg", *mass_kg, 0.001, 1e8)?;
            }
            HazardSpec::Flood { levels, closes_m, .. } => {
                within("closes_m", *closes_m, 0.0, 10.0)?;
                let rising = levels.windows(2).all(|pair| pair[0].0 < pair[1].0);
                if levels.is_empty()
                    || !rising
                    || levels.iter().any(|level| !level.0.is_finite() || !level.1.is_finite())
                {
                    return Err(self.wrong(
                        "levels",
                        words!("drill-wrong-levels", "levels must be pairs of minute and metres with rising minutes"),
                    ));
                }
            }
        }
        let mut ids: Vec<&str> = EVENTS.to_vec();
        for id in self.timeline.iter().map(|inject| &inject.id).chain(self.expected.iter().map(|e| &e.id)) {
            if ids.contains(&id.as_str()) || id == HELD_BACK {
                return Err(self.wrong(
                    id,
                    words!(
                        "drill-wrong-twice",
                        "{id} is there twice, or a name that every drill has",
                        id = format!("{id:?}")
                    ),
                ));
            }
            ids.push(id);
        }
        let known = |name: &str| -> Result<(), DrillError> {
            if ids.contains(&name) {
                return Ok(());
            }
            Err(self.wrong(
                name,
                words!(
                    "drill-wrong-event",
                    "there is no event {name}; there are: {known}",
                    name = format!("{name:?}"),
                    known = ids.join(", ")
                ),
            ))
        };
        for inject in &self.timeline {
            let minutes = match &inject.when {
                When::At(minutes) => *minutes,
                When::After(event, minutes) => {
                    known(event)?;
                    *minutes
                }
            };
            if !(0.0..=1440.0).contains(&minutes) {
                return Err(self.wrong(
                    &inject.id,
                    words!(
                        "drill-wrong-minutes",
                        "{id} happens after {minutes} minutes, which must be from 0 to 1440",
                        id = format!("{:?}", inject.id),
                        minutes = minutes.to_string()
                    ),
                ));
            }
            self.check_action(&inject.does).map_err(|reason| self.wrong(&inject.id, reason))?;
            if let Action::Done(id) | Action::Missed(id) = &inject.does {
                self.expects(id)?;
            }
            if matches!(inject.does, Action::Improve(_)) {
                return Err(self.wrong(
                    &inject.id,
                    words!("drill-wrong-improve", "improvements are written down by hand, not in the timeline"),
                ));
            }
            self.follows_itself(inject)?;
            self.check_conditions(inject, known)?;
        }
        self.stops_what_runs()?;
        for expected in &self.expected {
            known(&expected.from)?;
            if let Evidence::Event(event) = &expected.evidence {
                known(event)?;
            }
            if self.objectives.iter().all(|objective| objective.id != expected.objective) {
                return Err(self.wrong(
                    &expected.objective,
                    words!(
                        "drill-wrong-objective",
                        "there is no objective {id}",
                        id = format!("{:?}", expected.objective)
                    ),
                ));
            }
            if self.roles.iter().all(|role| role.id != expected.role) {
                return Err(self.wrong(
                    &expected.role,
                    words!("drill-wrong-role", "there is no role {id}", id = format!("{:?}", expected.role)),
                ));
            }
        }
        Ok(())
    }

    /// Why an action cannot be done, whoever asks for it.
    pub(super) fn check_action(&self, action: &Action) -> Result<(), Words> {
        let within = |what: Phrase, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(words!(
                "drill-wrong-range",
                "{what} must be from {low} to {high}, and is {value}",
                what = what,
                low = low.to_string(),
                high = high.to_string(),
                value = value.to_string()
            ))
        };
        match action {
            Action::Wind(from_deg, speed_m_s) => {
                within(phrase("drill-wrong-what-direction", "the wind's direction (degrees)"), *from_deg, 0.0, 360.0)?;
                within(phrase("drill-wrong-what-wind", "the wind (m/s)"), *speed_m_s, 1.0, 30.0)
            }
            Action::Stop if !matches!(self.hazard, HazardSpec::Leak { .. }) => {
                Err(words!("drill-wrong-only-leak", "only a leak can be stopped"))
            }
            Action::Close((x, y), within_m)
            | Action::Open((x, y), within_m)
            | Action::NoWaterNear((x, y), within_m) => {
                within(phrase("drill-wrong-what-place", "the place"), *x, -1e9, 1e9)?;
                within(phrase("drill-wrong-what-place", "the place"), *y, -1e9, 1e9)?;
                within(phrase("drill-wrong-what-distance", "the distance (m)"), *within_m, 0.0, 1e5)
            }
            Action::BurstNear((x, y)) => {
                within(phrase("drill-wrong-what-place", "the place"), *x, -1e9, 1e9)?;
                within(phrase("drill-wrong-what-place", "the place"), *y, -1e9, 1e9)
            }
            Action::Note { about: Some(id), .. } if self.expected.iter().all(|expected| expected.id != *id) => {
                Err(words!(
                    "drill-wrong-note",
                    "the note is about {id}, and there is no such expected action",
                    id = format!("{id:?}")
                ))
            }
            Action::Improve(improvement) => improvement.check(self),
            _ => Ok(()),
        }
    }

    /// An expected action of that name.
    pub(super) fn expects(&self, id: &str) -> Result<(), DrillError> {
        if self.expected.iter().any(|expected| expected.id == id) {
            return Ok(());
        }
        Err(self.wrong(id, words!("drill-wrong-expected", "there is no expected action {id}", id = format!("{id:?}"))))
    }
}
