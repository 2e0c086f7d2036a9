//! What protects a park, item by item: violations and what is not on record, each with its clause.
//!
//! Hydrants by hose: the figure of the straight reach, measured along real ways from the hydrant to the wall. Tanks: hydrants too near to count.
//! What a check needs and is not on record makes it unknown, never fulfilled.
//!
//! Fire lanes: width, slope, height, dead ends and frontage of GB 50016. Water: the flow on record against a plant's demand, and where
//! hydrants stand. Places of assembly by the people who would go there. Left out: pressure, trees and parked cars, the bearing of the
//! ground, kerbs and the radius of bends.

mod hose;
mod lanes;
mod overlay;
mod water;
mod yard;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, HazardSource, Presence};

use self::hose::{BESIDE_M, Hose, Missing};
use super::evacuation::{EvacuationError, EvacuationRules, Walkers, WayNetwork, groups_and_places};
use super::hazard::HazardError;
use super::hydrants::{Hydrant, Worth, working_hydrants, worth_for_hazard};
use crate::rules::{Figure, RuleSet};
use crate::words;
use crate::words::Words;

#[cfg(test)]
pub(crate) use overlay::legend;
pub use overlay::protection_overlay;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Length of hose along real ways from a hydrant to a building, m.
    HoseReach,
    /// Hydrants that count for a tank; those too near do not.
    TankHydrants,
    /// Width of a road, m.
    LaneWidth,
    /// Clear height over a road, m.
    LaneHeight,
    /// Steepest stretch of a road.
    LaneSlope,
    /// Length of a dead end, m: it needs a yard to turn in.
    DeadEnd,
    /// Frontage of a building, m: it needs a lane through it or round it.
    Frontage,
    /// Flow of the hydrants in reach of a plant against its demand, L/s.
    FireFlow,
    /// From a hydrant to the next one, m.
    HydrantSpacing,
    /// From a hydrant to the edge of a road, m.
    HydrantRoad,
    /// From a hydrant to the nearest wall, m.
    HydrantWall,
    /// People who would go to a place of assembly.
    AssemblyCapacity,
}

/// What a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Fulfilled, with something to know.
    Note,
    /// Not on record.
    Unknown,
    /// Violated.
    Violated,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The feature.
    #[serde(skip)]
    pub feature: FeatureId,
    /// The check.
    pub check: Check,
    /// Key of the feature.
    pub key: String,
    /// What was found, in the unit; none: not on record.
    pub found: Option<f64>,
    /// What the clause asks for.
    pub limit: Option<f64>,
    /// Unit; empty for counts.
    pub unit: &'static str,
    /// Violated, not known, or a note.
    pub verdict: Verdict,
    /// What is amiss or missing.
    pub words: Words,
    /// The clause.
    pub clause: Words,
}

/// What came of all checks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Protection {
    /// What is violated or not known.
    pub findings: Vec<Finding>,
    /// By check: how many were fulfilled, violated, not known.
    pub counts: BTreeMap<Check, [usize; 3]>,
    /// Checks that could not be made at all or in part, and why.
    pub missing: Vec<Words>,
}

/// The figures of the checks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProtectionRules {
    #[serde(default)]
    plant_words: Vec<String>,
    #[serde(default)]
    demand: Vec<Demand>,
    #[serde(flatten)]
    figures: BTreeMap<String, Figure>,
}

/// Fire demand of plants up to a volume, L/s.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Demand {
    /// None: of any volume.
    to_m3: Option<f64>,
    #[serde(flatten)]
    figure: Figure,
}

const NEEDED: [&str; 15] = [
    "width_m",
    "height_m",
    "slope",
    "slope_over_m",
    "turning_yard_m",
    "turning_yard_high_m",
    "high_building_m",
    "dead_end_m",
    "frontage_m",
    "frontage_total_m",
    "lane_beside_m",
    "hydrant_spacing_m",
    "hydrant_road_m",
    "hydrant_wall_m",
    "hydrant_most_l_s",
];

impl ProtectionRules {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/hazard/protection.toml")).expect("the shipped table is valid")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// [`HazardError::Table`].
    pub fn parse(text: &str) -> Result<Self, HazardError> {
        let wrong = |reason: String| HazardError::Table { table: "protection", reason };
        let rules: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if let Some(name) = NEEDED.iter().find(|name| !rules.figures.contains_key(**name)) {
            return Err(wrong(format!("it lacks {name}")));
        }
        if rules.demand.last().is_none_or(|row| row.to_m3.is_some()) {
            return Err(wrong("its last row of demand is not for any volume".to_owned()));
        }
        Ok(rules)
    }

    fn figure(&self, name: &str) -> &Figure {
        &self.figures[name]
    }

    /// The row of demand of a plant of so many m³.
    fn demand(&self, volume_m3: f64) -> Option<&Figure> {
        self.demand.iter().find(|row| row.to_m3.is_none_or(|most| volume_m3 <= most)).map(|row| &row.figure)
    }
}

/// Findings on their way.
struct Notes {
    all: Protection,
}

impl Notes {
    fn fulfilled(&mut self, check: Check) {
        self.all.counts.entry(check).or_default()[0] += 1;
    }

    /// Not known of so many, for one reason that is told once.
    fn unknown(&mut self, check: Check, count: usize, why: Words) {
        self.all.counts.entry(check).or_default()[2] += count;
        self.all.missing.push(why);
    }

    /// What a check does not look at.
    fn say(&mut self, what: Words) {
        self.all.missing.push(what);
    }

    fn add(&mut self, finding: Finding) {
        let at = match finding.verdict {
            Verdict::Note => 0,
            Verdict::Violated => 1,
            Verdict::Unknown => 2,
        };
        self.all.counts.entry(finding.check).or_default()[at] += 1;
        self.all.findings.push(finding);
    }
}

/// Checks a park at an hour of a working day, on its own date.
pub fn protection(
    cache: &Cache,
    figures: &RuleSet,
    rules: &ProtectionRules,
    evacuation: &EvacuationRules,
    hour: u32,
) -> Protection {
    let park = cache.snapshot();
    let stands =
        park.park.as_of.map_or_else(|| vec![true; park.buildings.len()], |as_of| Presence::on(park, as_of).buildings);
    protection_of(cache, figures, rules, evacuation, (hour, stands.as_slice()))
}

/// The same with the buildings that stand, in snapshot order.
fn protection_of(
    cache: &Cache,
    figures: &RuleSet,
    rules: &ProtectionRules,
    evacuation: &EvacuationRules,
    (hour, stands): (u32, &[bool]),
) -> Protection {
    let all = Protection { findings: Vec::new(), counts: BTreeMap::new(), missing: Vec::new() };
    let mut notes = Notes { all };
    let park = cache.snapshot();
    hoses(cache, figures, evacuation, stands, &mut notes);
    tanks(cache, figures, &mut notes);
    lanes::lanes(&park.roads, park.terrain.as_ref(), rules, &mut notes);
    lanes::dead_ends(cache, rules, evacuation, stands, &mut notes);
    lanes::frontages(cache, rules, stands, &mut notes);
    water::fire_flow(cache, figures, rules, stands, &mut notes);
    water::hydrants(cache, rules, stands, &mut notes);
    assembly(cache, evacuation, hour, &mut notes);
    let mut out = notes.all;
    out.findings.sort_by(|a, b| (a.check, b.verdict, &a.key).cmp(&(b.check, a.verdict, &b.key)));
    out
}

fn hoses(cache: &Cache, figures: &RuleSet, evacuation: &EvacuationRules, stands: &[bool], notes: &mut Notes) {
    let reach = figures.figure("hydrant", "reach_m");
    let found = match hose::hoses(cache, evacuation) {
        Ok(found) => found,
        Err(missing) => {
            // Not known of any building: that is no building without a finding.
            notes.all.counts.entry(Check::HoseReach).or_default()[2] += stands.iter().filter(|stands| **stands).count();
            notes.all.missing.push(match missing {
                Missing::Hydrants => {
                    words!("protection-no-hydrant-hose", "hose reach: no hydrant in service is on record")
                }
                Missing::Ways => words!("protection-no-way-hose", "hose reach: no way is on record"),
            });
            return;
        }
    };
    let buildings = cache.snapshot().buildings.iter().zip(found).zip(stands);
    for ((building, hose), _) in buildings.filter(|(_, stands)| **stands) {
        let (found, verdict, words) = match hose {
            Hose::Metres(metres) if metres <= reach.value => {
                notes.fulfilled(Check::HoseReach);
                continue;
            }
            Hose::Metres(metres) => {
                let said = words!(
                    "protection-hose",
                    "the nearest hydrant is {metres} m of hose away along real ways",
                    metres = format!("{metres:.0}")
                );
                (Some(metres), Verdict::Violated, said)
            }
            Hose::NoWayNear => {
                let said = words!(
                    "protection-hose-no-way",
                    "no way on record comes within {beside} m of it: how a hose would be laid is not known",
                    beside = format!("{BESIDE_M:.0}")
                );
                (None, Verdict::Unknown, said)
            }
            Hose::NotJoined => {
                let said = words!(
                    "protection-hose-not-joined",
                    "no way on record leads from a hydrant to the ways near it: how a hose would be laid is not known"
                );
                (None, Verdict::Unknown, said)
            }
        };
        notes.add(Finding {
            feature: building.id,
            check: Check::HoseReach,
            key: building.provenance.key.clone(),
            found,
            limit: Some(reach.value),
            unit: "m",
            verdict,
            words,
            clause: words!("protection-along-ways", "{clause}, measured along ways", clause = reach.citation()),
        });
    }
}

/// Counts the hydrants of a tank; what is in the way of that, in words.
fn hydrants_of_tank(
    hydrants: &[Hydrant],
    hazard: &HazardSource,
    figures: &RuleSet,
) -> Result<(usize, Vec<FeatureId>), Words> {
    if hydrants.is_empty() {
        return Err(words!("protection-tank-no-hydrant", "no hydrant in service is on record"));
    }
    // A tank on record as a point has its wall half a diameter out.
    let is_point = matches!(hazard.shape, geo::Geometry::Point(_));
    if is_point && hazard.diameter_m.is_none_or(|diameter| diameter.is_nan() || diameter <= 0.0) {
        return Err(words!(
            "protection-tank-no-wall",
            "its diameter is not on record: how far the hydrants stand from its wall is not known"
        ));
    }
    let (mut counting, mut near) = (0, Vec::new());
    for hydrant in hydrants {
        match worth_for_hazard(hydrant.position, hazard, figures) {
            Worth::Counts(_) => counting += 1,
            Worth::TooNear => near.push(hydrant.feature),
            Worth::Far => {}
        }
    }
    Ok((counting, near))
}

fn tanks(cache: &Cache, figures: &RuleSet, notes: &mut Notes) {
    let hydrants = working_hydrants(cache);
    let park = cache.snapshot();
    let key_of = |id: FeatureId| {
        let resource = park.resources.iter().find(|one| one.id == id).map(|one| &one.provenance.key);
        resource.or_else(|| park.nodes.iter().find(|node| node.id == id).map(|node| &node.provenance.key)).cloned()
    };
    let exclusion = figures.figure("hydrant", "tank_exclusion_m");
    for hazard in &park.hazards {
        let (found, verdict, words) = match hydrants_of_tank(&hydrants, hazard, figures) {
            Ok((1.., near)) if near.is_empty() => {
                notes.fulfilled(Check::TankHydrants);
                continue;
            }
            Ok((counting, near)) => {
                let said = words!("protection-tank", "{count} hydrants count for it", count = counting)
                    .counted(counting, ["hydrants count", "hydrant counts"]);
                let keys = near.into_iter().filter_map(key_of).collect::<Vec<_>>().join(", ");
                let said = if keys.is_empty() {
                    said
                } else {
                    words!("protection-tank-near", "{said}; too near to count: {keys}", said = said, keys = keys)
                };
                (Some(counting as f64), if counting == 0 { Verdict::Violated } else { Verdict::Note }, said)
            }
            Err(missing) => (None, Verdict::Unknown, missing),
        };
        notes.add(Finding {
            feature: hazard.id,
            check: Check::TankHydrants,
            key: hazard.provenance.key.clone(),
            found,
            limit: Some(1.0),
            unit: "",
            verdict,
            words,
            clause: exclusion.citation(),
        });
    }
}

fn assembly(cache: &Cache, evacuation: &EvacuationRules, hour: u32, notes: &mut Notes) {
    let park = cache.snapshot();
    let found = groups_and_places(park, cache.footprint_area_m2(), evacuation, hour)
        .and_then(|people| Ok((WayNetwork::of(&park.roads, evacuation)?, people)));
    let (ways, people) = match found {
        Ok(found) => found,
        Err(why) => {
            notes.all.missing.push(no_assembly(&why));
            return;
        }
    };
    let used = match Walkers::new(evacuation, &ways, &people.groups, &people.places, 1) {
        Ok(walkers) => walkers.assigned(),
        Err(why) => {
            notes.all.missing.push(no_assembly(&why));
            return;
        }
    };
    let unknown = people.unknown.len();
    let all = people.groups.iter().map(|group| group.persons).sum::<u32>();
    let stranded = all.saturating_sub(used.iter().sum::<u32>());
    if stranded > 0 {
        notes.all.missing.push(
            words!(
                "protection-assembly-stranded",
                "places of assembly: no way on record leads {persons} persons to one: they are counted at none",
                persons = stranded.to_string()
            )
            .counted(stranded as usize, ["persons to one: they are", "person to one: he is"]),
        );
    }
    for (place, persons) in people.places.iter().zip(used) {
        let resource = park.resources.iter().find(|one| one.id == place.resource);
        let key = resource.map_or_else(String::new, |one| one.provenance.key.clone());
        let (verdict, words) = match place.capacity {
            Some(capacity) if persons <= capacity && unknown == 0 => {
                notes.fulfilled(Check::AssemblyCapacity);
                continue;
            }
            // Who may be in those would go somewhere too.
            Some(capacity) if persons <= capacity => {
                let said = words!(
                    "protection-assembly-perhaps",
                    "{persons} persons who are known would go there and have room; the people of {count} buildings are not known",
                    persons = persons.to_string(),
                    count = unknown
                ).counted(persons as usize, ["persons who are known would go there and have", "person who is known would go there and has"]).counted(unknown, ["buildings", "building"]);
                (Verdict::Unknown, said)
            }
            Some(_) => {
                let said = words!(
                    "protection-assembly-full",
                    "{persons} persons would go there, more than it takes: no place has room for all",
                    persons = persons.to_string()
                )
                .counted(persons as usize, ["persons", "person"]);
                (Verdict::Violated, said)
            }
            None => {
                let said = words!(
                    "protection-assembly-unknown",
                    "{persons} persons would go there, and its capacity is not on record",
                    persons = persons.to_string()
                )
                .counted(persons as usize, ["persons", "person"]);
                (Verdict::Unknown, said)
            }
        };
        notes.add(Finding {
            feature: place.resource,
            check: Check::AssemblyCapacity,
            key,
            found: Some(f64::from(persons)),
            limit: place.capacity.map(f64::from),
            unit: "",
            verdict,
            words,
            clause: words!(
                "protection-assembly-clause",
                "capacity on record; everyone known to be there at {hour} h, nearest place with room first",
                hour = hour.to_string()
            ),
        });
    }
    if unknown > 0 {
        notes.all.missing.push(
            words!(
                "protection-assembly-people",
                "places of assembly: people of {count} buildings are not known",
                count = unknown
            )
            .counted(unknown, ["buildings", "building"]),
        );
    }
}

fn no_assembly(why: &EvacuationError) -> Words {
    words!("protection-no-assembly", "places of assembly: {why}", why = why.to_string())
}

#[cfg(test)]
mod tests;
