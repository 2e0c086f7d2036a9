//! The air over a drill's park: Pasquill's class as the file gives it, or as it follows from wind, sun and cloud; and the wind by time.
//!
//! Source: [`Stability::from_weather`]; the sun's height by [`crate::sun`] from day, hour and the park's place. Night begins an hour before
//! sunset and ends an hour after sunrise (Turner 1970). The sky is looked at once, as the hazard begins: from then on the class changes with
//! the wind alone. Left out: summer time, and clouds that come and go.

use chrono::{TimeDelta, TimeZone};
use geo::{BoundingRect, CoordsIter};
use serde::Serialize;
use spatial_db::cache::Cache;
use spatial_db::model::ParkSnapshot;

use super::DrillError;
use super::file::{Action, DrillFile, HazardSpec};
use super::run::{DrillRun, DrillTables};
use super::trace::Change;
use crate::emergency::hazard::{HazardRules, Sky, Stability};
use crate::geodetic::Geodetic;
use crate::sun::{offset_of, sun_at};
use crate::words;
use crate::words::Words;

/// The sky that a class follows from, as the hazard begins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SkyOver {
    /// Cloud, tenths.
    pub cloud_tenths: f64,
    /// Height of the sun over the horizon, degrees; negative below it.
    pub sun_elevation_deg: f64,
    /// True where it counts as night.
    pub night: bool,
    /// Day, hour and offset from universal time of the park's clock.
    pub clock: String,
}

/// The air of a drill.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Air {
    /// Of the class that the file gives.
    Given(Stability),
    /// Of the class that follows from wind and sky.
    Under(SkyOver),
}

impl HazardSpec {
    /// When it begins, min from the start.
    pub(super) fn begins_min(&self) -> f64 {
        match self {
            Self::Leak { at_min, .. }
            | Self::Fire { at_min, .. }
            | Self::Blast { at_min, .. }
            | Self::Fireball { at_min, .. }
            | Self::Power { at_min, .. } => *at_min,
            Self::Flood { levels, .. } => levels.first().map_or(0.0, |level| level.0),
        }
    }
}

impl DrillFile {
    /// Checks that the weather gives a class, or what one follows from.
    pub(super) fn check_sky(&self) -> Result<(), DrillError> {
        let weather = &self.weather;
        match (weather.stability, weather.cloud) {
            (Some(_), Some(_)) => Err(self
                .wrong("cloud", words!("drill-wrong-sky-both", "the weather has a `stability` and a `cloud` that one follows from: give one of them"))),
            (None, None) => Err(self.wrong(
                "weather",
                words!("drill-wrong-sky-neither", "the weather lacks `stability`, a class from A to F, or `cloud`, the tenths of the sky that one follows from"),
            )),
            (Some(_), None) if weather.day.is_some() => {
                Err(self.wrong("day", words!("drill-wrong-sky-day", "`day` is for a class that follows from `cloud`: leave it out beside `stability`")))
            }
            (None, Some(cloud)) if !(0.0..=10.0).contains(&cloud) => {
                Err(self.wrong("cloud", words!("drill-wrong-cloud", "cloud must be from 0 to 10 tenths, and is {cloud}", cloud = cloud.to_string())))
            }
            _ => Ok(()),
        }
    }
}

/// A place in a park, m: it lies under one sky.
fn somewhere(park: &ParkSnapshot) -> Option<[f64; 2]> {
    let building = park.buildings.iter().find_map(|one| one.footprint.bounding_rect());
    let building = building.map(|bounds| [bounds.center().x, bounds.center().y]);
    building.or_else(|| park.roads.iter().flat_map(|road| road.line.coords_iter()).map(|at| [at.x, at.y]).next())
}

impl Air {
    /// The air of a drill on a park.
    ///
    /// # Errors
    /// [`DrillError::Wrong`] where a class is to follow from a sky, and day or place are not known.
    pub(super) fn of(file: &DrillFile, cache: &Cache) -> Result<Self, DrillError> {
        let weather = &file.weather;
        if let Some(class) = weather.stability {
            return Ok(Self::Given(class));
        }
        let park = cache.snapshot();
        let lacks = |what: Words| {
            file.wrong("cloud", words!("drill-wrong-lacks", "{what}: give a `stability` instead", what = what))
        };
        let cloud_tenths = weather.cloud.ok_or_else(|| lacks(words!("drill-wrong-no-cloud", "no cloud is given")))?;
        let day = weather.day.or(park.park.as_of).ok_or_else(|| {
            lacks(words!(
                "drill-wrong-no-day",
                "neither the weather has a `day` nor the data of park {park} for the sun's height",
                park = park.park.slug.as_str()
            ))
        })?;
        let nowhere = || {
            lacks(words!(
                "drill-wrong-nowhere",
                "where park {park} lies in degrees is not known",
                park = park.park.slug.as_str()
            ))
        };
        let place = somewhere(park).ok_or_else(nowhere)?;
        let geodetic = Geodetic::of(park.park.srid).ok_or_else(nowhere)?;
        let place = geodetic.lon_lat(place[0], place[1]).ok_or_else(nowhere)?;
        let start = day.and_hms_opt(file.hour, 0, 0).and_then(|at| offset_of(place).from_local_datetime(&at).single());
        let start = start.ok_or_else(|| {
            lacks(words!(
                "drill-wrong-no-hour",
                "there is no hour {hour} on {day}",
                hour = file.hour.to_string(),
                day = day
            ))
        })?;
        let begins = start + TimeDelta::seconds((file.hazard.begins_min() * 60.0) as i64);
        let up_deg =
            |hours| sun_at(place.lat_deg, place.lon_deg, (begins + TimeDelta::hours(hours)).to_utc()).elevation_deg;
        Ok(Self::Under(SkyOver {
            cloud_tenths,
            sun_elevation_deg: up_deg(0),
            night: [-1, 0, 1].into_iter().any(|hours| up_deg(hours) < 0.0),
            clock: begins.format("%Y-%m-%d %H:%M %:z").to_string(),
        }))
    }

    /// The sky that the class follows from; none where the file gives it.
    pub(super) const fn sky(&self) -> Option<&SkyOver> {
        match self {
            Self::Given(_) => None,
            Self::Under(sky) => Some(sky),
        }
    }

    /// The class in a wind at 10 m, m/s.
    ///
    /// # Errors
    /// [`DrillError::Hazard`] outside the ranges of the table.
    pub(super) fn class(&self, file: &DrillFile, rules: &HazardRules, wind_m_s: f64) -> Result<Stability, DrillError> {
        let cloudy = match self {
            Self::Given(class) => return Ok(*class),
            Self::Under(SkyOver { cloud_tenths, night: true, .. }) => Sky::Night { cloud_tenths: *cloud_tenths },
            Self::Under(SkyOver { cloud_tenths, sun_elevation_deg, .. }) => {
                Sky::Day { sun_elevation_deg: sun_elevation_deg.clamp(0.0, 90.0), cloud_tenths: *cloud_tenths }
            }
        };
        let line = file.line_of("cloud");
        Stability::from_weather(rules, wind_m_s, cloudy).map_err(|source| DrillError::Hazard { line, source })
    }
}

/// A class, and what it follows from where the file does not give it.
pub(super) fn class_words(class: Stability, sky: Option<&SkyOver>) -> Words {
    let class = format!("{class:?}");
    let Some(sky) = sky else { return class.into() };
    let cloud = sky.cloud_tenths.to_string();
    if sky.night {
        return words!(
            "drill-class-by-night",
            "{class}, by wind and {cloud} tenths of cloud at night, {clock} (Pasquill 1961 as tabled by Turner 1970)",
            class = class,
            cloud = cloud,
            clock = sky.clock.as_str()
        );
    }
    words!(
        "drill-class-by-day",
        "{class}, by wind, {cloud} tenths of cloud and the sun {sun}° high, {clock} (Pasquill 1961 as tabled by Turner 1970; sun as ALOHA 2013)",
        class = class,
        cloud = cloud,
        sun = format!("{:.0}", sky.sun_elevation_deg),
        clock = sky.clock.as_str()
    )
}

/// The wind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraceWind {
    /// Where it blows from, degrees clockwise from north.
    pub from_deg: f64,
    /// m/s at 10 m.
    pub m_s: f64,
    /// Pasquill's class in it.
    pub stability: Stability,
}

/// The wind of the file and every turn that came about.
pub(super) fn winds(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    run: &DrillRun,
) -> Result<Vec<Change<TraceWind>>, DrillError> {
    let air = Air::of(file, cache)?;
    let wind = |at_s: f64, from_deg: f64, m_s: f64| -> Result<Change<TraceWind>, DrillError> {
        let stability = air.class(file, &tables.hazard, m_s)?;
        Ok(Change { at_s, now: TraceWind { from_deg, m_s, stability } })
    };
    let mut out = vec![wind(0.0, file.weather.wind_from_deg, file.weather.wind_m_s)?];
    for entry in &run.log.entries {
        let of_file = file.timeline.iter().find(|inject| inject.id == entry.id).map(|inject| &inject.does);
        let by_hand = || {
            let number = entry.id.strip_prefix("hand-")?.parse::<usize>().ok()?;
            run.log.hand.get(number.checked_sub(1)?).map(|inject| &inject.does)
        };
        if let Some(Action::Wind(from_deg, m_s)) = of_file.or_else(by_hand) {
            out.push(wind(entry.at_s, *from_deg, *m_s)?);
        }
    }
    Ok(out)
}
