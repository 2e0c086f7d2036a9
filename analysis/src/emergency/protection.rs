//! What protects a park, item by item: violations and what is not on record, each with its clause.
//!
//! Hydrants by hose: the figure of the straight reach, measured along real ways from the hydrant to the wall. Tanks: hydrants too near to count.
//! What a check needs and is not on record makes it unknown, never fulfilled.
//!
//! Fire lanes: width, slope, height, dead ends and frontage of GB 50016. Places of assembly by the people who would go there. Left out: flow and
//! pressure, trees and parked cars, the bearing of the ground, kerbs and the radius of bends.

mod hose;

use std::collections::BTreeMap;

use geo::{Area, BoundingRect, LineString, MinimumRotatedRect};
use serde::Serialize;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, HazardSource, Presence, RoadEdge, TerrainGrid};

use self::hose::{BESIDE_M, Hose, Missing};
use super::evacuation::{EvacuationError, EvacuationRules, Walkers, WayNetwork, groups_and_places, is_carriageway};
use super::hazard::HazardError;
use super::hydrants::{Hydrant, Worth, working_hydrants, worth_for_hazard};
use crate::rules::{Figure, RuleSet};
use crate::words;
use crate::words::{Words, percent};

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
    /// Checks that could not be made at all, and why.
    pub missing: Vec<Words>,
}

/// The figures of the checks.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectionRules(BTreeMap<String, Figure>);

const NEEDED: [&str; 8] =
    ["width_m", "height_m", "slope", "slope_over_m", "turning_yard_m", "dead_end_m", "frontage_m", "frontage_total_m"];

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
        let figures: BTreeMap<String, Figure> = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        match NEEDED.iter().find(|name| !figures.contains_key(**name)) {
            Some(name) => Err(wrong(format!("it lacks {name}"))),
            None => Ok(Self(figures)),
        }
    }

    fn figure(&self, name: &str) -> &Figure {
        &self.0[name]
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
    let all = Protection { findings: Vec::new(), counts: BTreeMap::new(), missing: Vec::new() };
    let mut notes = Notes { all };
    let park = cache.snapshot();
    let stands =
        park.park.as_of.map_or_else(|| vec![true; park.buildings.len()], |as_of| Presence::on(park, as_of).buildings);
    hoses(cache, figures, evacuation, &stands, &mut notes);
    tanks(cache, figures, &mut notes);
    lanes(&park.roads, park.terrain.as_ref(), rules, &mut notes);
    dead_ends(cache, rules, evacuation, &mut notes);
    frontages(cache, rules, &stands, &mut notes);
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
                let said = words!("protection-tank", "{count} hydrants count for it", count = counting);
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

/// The steepest stretch of a line over so many metres, none where no stretch has heights at both ends; and whether every place looked at
/// has a height.
fn steepest(line: &LineString<f64>, terrain: &TerrainGrid, over_m: f64) -> (Option<f64>, bool) {
    let (Some(first), Some(end)) = (line.0.first(), line.0.last()) else { return (None, false) };
    let mut known = true;
    let mut walked = 0.0;
    let mut last: Option<(f64, Option<f64>)> = None;
    let mut steepest = None;
    let mut look = |at_m: f64, x: f64, y: f64| {
        let height = terrain.height_at(x, y);
        known &= height.is_some();
        if let Some((from_m, Some(before))) = last
            && let Some(height) = height
            && at_m - from_m >= 0.5 * over_m
        {
            let slope: f64 = (height - before).abs() / (at_m - from_m);
            steepest = Some(steepest.map_or(slope, |most: f64| most.max(slope)));
        }
        last = Some((at_m, height));
    };
    look(0.0, first.x, first.y);
    let mut next_m = over_m;
    let whole: f64 = line.lines().map(|piece| (piece.end.x - piece.start.x).hypot(piece.end.y - piece.start.y)).sum();
    for piece in line.lines() {
        let length = (piece.end.x - piece.start.x).hypot(piece.end.y - piece.start.y);
        while length > 0.0 && next_m <= walked + length && next_m <= whole {
            let share = (next_m - walked) / length;
            let x = piece.start.x + share * (piece.end.x - piece.start.x);
            look(next_m, x, piece.start.y + share * (piece.end.y - piece.start.y));
            next_m += over_m;
        }
        walked += length;
    }
    look(whole, end.x, end.y);
    (steepest, known)
}

fn lanes(roads: &[RoadEdge], terrain: Option<&TerrainGrid>, rules: &ProtectionRules, notes: &mut Notes) {
    let (width, slope, over) = (rules.figure("width_m"), rules.figure("slope"), rules.figure("slope_over_m").value);
    let height = rules.figure("height_m");
    let mut count = 0_usize;
    for road in roads.iter().filter(|road| is_carriageway(road)) {
        count += 1;
        let key = &road.provenance.key;
        let mut note = |found, verdict, words| {
            let (check, unit, limit) = (Check::LaneWidth, "m", Some(width.value));
            let clause = width.citation();
            notes.add(Finding { check, key: key.clone(), found, limit, unit, verdict, words, clause });
        };
        match road.width_m.filter(|width| *width > 0.0) {
            Some(metres) if metres < width.value => {
                let said = words!(
                    "protection-lane-narrow",
                    "{metres} m wide: it does not count as a fire lane",
                    metres = format!("{metres:.1}")
                );
                note(Some(metres), Verdict::Violated, said);
            }
            Some(_) => notes.fulfilled(Check::LaneWidth),
            None => note(None, Verdict::Unknown, words!("protection-lane-no-width", "its width is not on record")),
        }
        let mut note = |found, verdict, words| {
            let (check, unit, limit) = (Check::LaneSlope, "1", Some(slope.value));
            let clause = slope.citation();
            notes.add(Finding { check, key: key.clone(), found, limit, unit, verdict, words, clause });
        };
        let lines =
            terrain.into_iter().flat_map(|terrain| road.line.iter().map(move |line| steepest(line, terrain, over)));
        let (found, known) = lines.fold((None::<f64>, terrain.is_some()), |(most, known), (found, all)| {
            (most.into_iter().chain(found).reduce(f64::max), known && all)
        });
        match found {
            Some(share) if share > slope.value => {
                let said =
                    words!("protection-lane-steep", "{share} at its steepest, by the terrain", share = percent(share));
                note(Some(share), Verdict::Violated, said);
            }
            Some(_) if known => notes.fulfilled(Check::LaneSlope),
            Some(share) => {
                let said = words!(
                    "protection-lane-part",
                    "{share} at its steepest where the terrain has heights; under a part of it there are none",
                    share = percent(share)
                );
                note(Some(share), Verdict::Unknown, said);
            }
            None => {
                note(None, Verdict::Unknown, words!("protection-lane-no-heights", "too short, or no heights under it"));
            }
        }
    }
    if count == 0 {
        notes.all.missing.push(words!("protection-no-lane", "fire lanes: no road is on record"));
    } else {
        // The model has no heights of bridges, pipe racks and gates over roads.
        notes.all.counts.entry(Check::LaneHeight).or_default()[2] += count;
        notes.all.missing.push(words!(
            "protection-lane-height",
            "lane height: what hangs over the {count} roads is not on record ({clause})",
            count = count,
            clause = height.citation()
        ));
    }
}

fn dead_ends(cache: &Cache, rules: &ProtectionRules, evacuation: &EvacuationRules, notes: &mut Notes) {
    let park = cache.snapshot();
    let Ok(roads) = WayNetwork::carriageways(&park.roads, evacuation) else { return };
    // Where the data of a park ends its roads do too: only what ends among its buildings is a dead end.
    let boxes = park.buildings.iter().filter_map(|building| building.footprint.bounding_rect());
    let Some(inside) = boxes.reduce(|a, b| {
        let min = geo::coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        geo::Rect::new(min, geo::coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
    }) else {
        return;
    };
    let (yard, long) = (rules.figure("turning_yard_m"), rules.figure("dead_end_m").value);
    let keys: std::collections::HashMap<_, _> = park.roads.iter().map(|road| (road.id, &road.provenance.key)).collect();
    for (end, at) in roads.nodes.iter().enumerate() {
        let among =
            (inside.min().x..=inside.max().x).contains(&at[0]) && (inside.min().y..=inside.max().y).contains(&at[1]);
        let [only] = roads.at(end) else { continue };
        if !among {
            continue;
        }
        // Back to the first corner with a choice.
        let (mut way, mut node, mut metres) = (*only, end, 0.0);
        loop {
            metres += roads.ways[way].length_m;
            node = roads.other_end(way, node);
            match roads.at(node) {
                [a, b] if metres < 10_000.0 => way = if *a == way { *b } else { *a },
                _ => break,
            }
        }
        if metres <= long {
            notes.fulfilled(Check::DeadEnd);
            continue;
        }
        notes.add(Finding {
            check: Check::DeadEnd,
            key: keys.get(&roads.ways[*only].road).map_or_else(String::new, |key| (*key).clone()),
            found: Some(metres),
            limit: Some(long),
            unit: "m",
            verdict: Verdict::Unknown,
            words: words!(
                "protection-dead-end",
                "a dead end of {metres} m at {x}, {y}; whether there is a yard of {side} by {side} m to turn in is not on record",
                metres = format!("{metres:.0}"),
                x = format!("{:.0}", at[0]),
                y = format!("{:.0}", at[1]),
                side = format!("{:.0}", yard.value)
            ),
            clause: yard.citation(),
        });
    }
}

fn frontages(cache: &Cache, rules: &ProtectionRules, stands: &[bool], notes: &mut Notes) {
    let (front, total) = (rules.figure("frontage_m"), rules.figure("frontage_total_m"));
    let buildings = cache.snapshot().buildings.iter().zip(stands).filter(|(_, stands)| **stands);
    for (building, _) in buildings {
        let Some(around) = building.footprint.minimum_rotated_rect().filter(|around| around.unsigned_area() > 0.0)
        else {
            continue;
        };
        let mut sides: Vec<f64> = around
            .exterior()
            .lines()
            .take(2)
            .map(|side| (side.end.x - side.start.x).hypot(side.end.y - side.start.y))
            .collect();
        sides.sort_by(f64::total_cmp);
        let [short, long] = sides[..] else { continue };
        let (found, figure) = if long > front.value {
            (long, front)
        } else if short + long > total.value {
            (short + long, total)
        } else {
            notes.fulfilled(Check::Frontage);
            continue;
        };
        notes.add(Finding {
            check: Check::Frontage,
            key: building.provenance.key.clone(),
            found: Some(found),
            limit: Some(figure.value),
            unit: "m",
            verdict: Verdict::Unknown,
            words: words!(
                "protection-frontage",
                "{long} by {short} m: whether a lane goes through it or round it is not on record",
                long = format!("{long:.0}"),
                short = format!("{short:.0}")
            ),
            clause: figure.citation(),
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
        notes.all.missing.push(words!(
            "protection-assembly-stranded",
            "places of assembly: no way on record leads {persons} persons to one: they are counted at none",
            persons = stranded.to_string()
        ));
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
                );
                (Verdict::Unknown, said)
            }
            Some(_) => {
                let said = words!(
                    "protection-assembly-full",
                    "{persons} persons would go there, more than it takes: no place has room for all",
                    persons = persons.to_string()
                );
                (Verdict::Violated, said)
            }
            None => {
                let said = words!(
                    "protection-assembly-unknown",
                    "{persons} persons would go there, and its capacity is not on record",
                    persons = persons.to_string()
                );
                (Verdict::Unknown, said)
            }
        };
        notes.add(Finding {
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
        notes.all.missing.push(words!(
            "protection-assembly-people",
            "places of assembly: people of {count} buildings are not known",
            count = unknown
        ));
    }
}

fn no_assembly(why: &EvacuationError) -> Words {
    words!("protection-no-assembly", "places of assembly: {why}", why = why.to_string())
}

#[cfg(test)]
mod tests;
