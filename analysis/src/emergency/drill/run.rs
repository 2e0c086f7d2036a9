//! Runs a drill, second by second.

use geo::MultiPolygon;
use spatial_db::cache::Cache;

use super::DrillError;
use super::course::Course;
use super::file::DrillFile;
use super::log::{DrillLog, HandInject};
use super::outcome::{CountAt, Outcome};
use super::threat::Threat;
use super::watch::{Onlooker, Seen};
use crate::emergency::evacuation::{Evacuation, EvacuationRules, Walkers, WayNetwork, groups_and_places};
use crate::emergency::hazard::HazardRules;
use crate::rules::{RuleSet, RuleTables};
use crate::words;
use crate::words::Words;

/// Tables that a drill uses.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillTables {
    /// Figures.
    pub figures: RuleSet,
    /// Hazards.
    pub hazard: HazardRules,
    /// Evacuation.
    pub evacuation: EvacuationRules,
}

impl DrillTables {
    /// The tables in force: figures may be a user's own, hazards and evacuation are those that ship.
    pub fn in_force() -> Self {
        Self { figures: RuleTables::in_force().land.clone(), ..Self::shipped() }
    }

    /// The tables that ship with the product.
    pub fn shipped() -> Self {
        Self { figures: RuleSet::shipped(), hazard: HazardRules::shipped(), evacuation: EvacuationRules::shipped() }
    }
}

/// Where the danger was at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneAt {
    /// s from the start.
    pub at_s: f64,
    /// What bounds it.
    pub name: Words,
    /// Where; empty where there is none.
    pub area: MultiPolygon<f64>,
}

/// A drill that has been run.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillRun {
    /// Its log.
    pub log: DrillLog,
    /// What it came to.
    pub outcome: Outcome,
    /// The evacuation; none where the alarm was never raised or nobody could be moved.
    pub evacuation: Option<Evacuation>,
    /// What bounds the danger, and where it was at its largest.
    pub zone: (Words, MultiPolygon<f64>),
    /// Whom an alert is for: `zone`, with the heat that burns people about a fire; about an explosion as far as windows break.
    pub alert: (Words, MultiPolygon<f64>),
    /// Where the danger was, a minute after the other.
    pub zones: Vec<ZoneAt>,
    /// How many people were where, a minute after the other.
    pub counts: Vec<CountAt>,
}

/// Runs a drill on a park with what was injected by hand.
///
/// # Errors
/// [`DrillError`] where the drill does not fit the park, with its line.
pub fn run_drill(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    hand: &[HandInject],
) -> Result<DrillRun, DrillError> {
    watch_drill(file, cache, tables, hand, &mut ())
}

/// The same, with someone who looks on.
///
/// # Errors
/// As [`run_drill`]; [`DrillError::GivenUp`] where he has seen enough.
pub fn watch_drill(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    hand: &[HandInject],
    onlooker: &mut dyn Onlooker,
) -> Result<DrillRun, DrillError> {
    let park = cache.snapshot();
    if park.park.slug != file.park {
        return Err(DrillError::OtherPark { wanted: file.park.clone(), found: park.park.slug.clone() });
    }
    let last = (file.length_min * 60.0) as u32;
    for inject in hand {
        let refused = |reason| DrillError::Hand { at_s: inject.at_s, reason };
        file.check_action(&inject.does).map_err(refused)?;
        // What comes later than the last second would be done to nobody, and its mark would be lost.
        if !(0.0..=f64::from(last)).contains(&inject.at_s) {
            let reason = words!(
                "drill-wrong-late",
                "the drill ends at {last} s: give it a time from 0 to {last} s",
                last = last.to_string()
            );
            return Err(refused(reason));
        }
    }
    let threat = Threat::of(file, cache, &tables.hazard)?;
    let ways = WayNetwork::of(&park.roads, &tables.evacuation)?;
    let people = groups_and_places(park, cache.footprint_area_m2(), &tables.evacuation, file.hour)?;
    let walkers = Walkers::new(&tables.evacuation, &ways, &people.groups, &people.places, file.seed)?;
    let unknown = people.unknown.iter().map(|one| one.0).collect();
    let mut course = Course::new(file, cache, tables, hand, threat, &ways, (walkers, unknown))?;
    let mut said = 0;
    for second in 0..=last {
        course.second(second)?;
        for entry in &course.entries[said..] {
            onlooker.happened(entry);
        }
        said = course.entries.len();
        onlooker.second(&Seen { course: &course });
        if !onlooker.goes_on() {
            return Err(DrillError::GivenUp);
        }
    }
    course.finish()
}
