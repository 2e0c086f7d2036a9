//! What protects a park, item by item: violations and what is not on record, each with its clause.
//!
//! Hydrants by hose: the figure of the straight reach, measured along real ways from the hydrant to the wall. Tanks: hydrants too near to count.
//! Fire lanes: width, slope, height, dead ends and frontage of GB 50016. Places of assembly by the people who would go there. Left out: flow and
//! pressure, trees and parked cars, the bearing of the ground, kerbs and the radius of bends.

use std::collections::BTreeMap;

use geo::{Area, BoundingRect, Distance, Euclidean, LineString, MinimumRotatedRect, Point};
use rstar::RTree;
use rstar::primitives::GeomWithData;
use serde::Serialize;
use spatial_db::cache::Cache;
use spatial_db::model::{Presence, RoadEdge, TerrainGrid};

use super::evacuation::{EvacuationRules, Walkers, WayNetwork, groups_and_places, is_carriageway};
use super::hazard::HazardError;
use super::hydrants::{Worth, working_hydrants, worth_for_hazard};
use crate::rules::{Figure, RuleSet};

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
    /// `violated`, `unknown`, or `note`: fulfilled, with something to know.
    pub verdict: &'static str,
    /// What is amiss or missing.
    pub words: String,
    /// The clause.
    pub clause: String,
}

/// What came of all checks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Protection {
    /// What is violated or not known.
    pub findings: Vec<Finding>,
    /// By check: how many were fulfilled, violated, not known.
    pub counts: BTreeMap<Check, [usize; 3]>,
    /// Checks that could not be made at all, and why.
    pub missing: Vec<String>,
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
            "violated" => 1,
            "unknown" => 2,
            _ => 0,
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

/// Lengths of hose from the nearest hydrant to the wall of each building, m, along real ways; none without one.
fn hose_m(cache: &Cache, evacuation: &EvacuationRules) -> Option<Vec<Option<f64>>> {
    /// Over open ground a hose goes no further than this beside a way.
    const BESIDE_M: f64 = 60.0;
    let park = cache.snapshot();
    let ways = WayNetwork::of(&park.roads, evacuation).ok()?;
    let hydrants = working_hydrants(cache);
    if hydrants.is_empty() {
        return None;
    }
    let nodes: RTree<GeomWithData<[f64; 2], usize>> =
        RTree::bulk_load(ways.nodes.iter().enumerate().map(|(k, at)| GeomWithData::new(*at, k)).collect());
    let starts: Vec<(usize, f64)> = hydrants
        .iter()
        .filter_map(|one| nodes.nearest_neighbor_iter_with_distance_2(&one.position).next())
        .map(|(node, far2)| (node.data, far2.sqrt()))
        .collect();
    let distance = ways.from_any(&starts);
    let places = RTree::bulk_load(hydrants.iter().map(|one| one.position).collect::<Vec<_>>());
    let of = |building: &spatial_db::model::Building| {
        let bounds = building.footprint.bounding_rect()?;
        let (centre, half) = (bounds.center(), 0.5 * bounds.width().hypot(bounds.height()));
        let reach = (half + BESIDE_M).powi(2);
        let gap = |at: [f64; 2]| Euclidean.distance(&building.footprint, &Point::from(at));
        let along = nodes
            .locate_within_distance([centre.x, centre.y], reach)
            .map(|node| (distance[node.data], gap(*node.geom())))
            .filter(|(_, gap)| *gap <= BESIDE_M)
            .map(|(way, gap)| way + gap)
            .fold(f64::INFINITY, f64::min);
        // A hydrant beside the building needs no way.
        let beside = places
            .locate_within_distance([centre.x, centre.y], reach)
            .map(|at| gap(*at))
            .filter(|gap| *gap <= BESIDE_M)
            .fold(f64::INFINITY, f64::min);
        Some(along.min(beside)).filter(|metres| metres.is_finite())
    };
    Some(park.buildings.iter().map(of).collect())
}

fn hoses(cache: &Cache, figures: &RuleSet, evacuation: &EvacuationRules, stands: &[bool], notes: &mut Notes) {
    let reach = figures.figure("hydrant", "reach_m");
    let Some(hoses) = hose_m(cache, evacuation) else {
        notes.all.missing.push("hose reach: no hydrant in service, or no way, is on record".to_owned());
        return;
    };
    let buildings = cache.snapshot().buildings.iter().zip(hoses).zip(stands);
    for ((building, found), _) in buildings.filter(|(_, stands)| **stands) {
        if found.is_some_and(|metres| metres <= reach.value) {
            notes.fulfilled(Check::HoseReach);
            continue;
        }
        let words = match found {
            Some(metres) => format!("the nearest hydrant is {metres:.0} m of hose away along real ways"),
            None => "no way with a hydrant comes within 60 m of it".to_owned(),
        };
        notes.add(Finding {
            check: Check::HoseReach,
            key: building.provenance.key.clone(),
            found,
            limit: Some(reach.value),
            unit: "m",
            verdict: "violated",
            words,
            clause: format!("{}, measured along ways", reach.citation()),
        });
    }
}

fn tanks(cache: &Cache, figures: &RuleSet, notes: &mut Notes) {
    let hydrants = working_hydrants(cache);
    let park = cache.snapshot();
    let key_of = |id| {
        let resource = park.resources.iter().find(|one| one.id == id).map(|one| &one.provenance.key);
        resource.or_else(|| park.nodes.iter().find(|node| node.id == id).map(|node| &node.provenance.key))
    };
    let exclusion = figures.figure("hydrant", "tank_exclusion_m");
    for hazard in &park.hazards {
        let (mut counting, mut near) = (0_usize, Vec::new());
        for hydrant in &hydrants {
            match worth_for_hazard(hydrant.position, hazard, figures) {
                Worth::Counts(_) => counting += 1,
                Worth::TooNear => near.extend(key_of(hydrant.feature).cloned()),
                Worth::Far => {}
            }
        }
        if counting > 0 && near.is_empty() {
            notes.fulfilled(Check::TankHydrants);
            continue;
        }
        let mut words = format!("{counting} hydrants count for it");
        if !near.is_empty() {
            words = format!("{words}; too near to count: {}", near.join(", "));
        }
        notes.add(Finding {
            check: Check::TankHydrants,
            key: hazard.provenance.key.clone(),
            found: Some(counting as f64),
            limit: Some(1.0),
            unit: "",
            verdict: if counting == 0 { "violated" } else { "note" },
            words,
            clause: exclusion.citation().to_string(),
        });
    }
}

/// The steepest stretch of a line over so many metres; none where no stretch has heights at both ends.
fn steepest(line: &LineString<f64>, terrain: &TerrainGrid, over_m: f64) -> Option<f64> {
    let mut walked = 0.0;
    let mut last: Option<(f64, Option<f64>)> = None;
    let mut steepest = None;
    let mut look = |at_m: f64, x: f64, y: f64| {
        let height = terrain.height_at(x, y);
        if let Some((from_m, Some(before))) = last
            && let Some(height) = height
            && at_m - from_m >= 0.5 * over_m
        {
            let slope: f64 = (height - before).abs() / (at_m - from_m);
            steepest = Some(steepest.map_or(slope, |most: f64| most.max(slope)));
        }
        last = Some((at_m, height));
    };
    let first = line.0.first()?;
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
    let end = line.0.last()?;
    look(whole, end.x, end.y);
    steepest
}

fn lanes(roads: &[RoadEdge], terrain: Option<&TerrainGrid>, rules: &ProtectionRules, notes: &mut Notes) {
    let (width, slope, over) = (rules.figure("width_m"), rules.figure("slope"), rules.figure("slope_over_m").value);
    let height = rules.figure("height_m");
    let mut count = 0_usize;
    for road in roads.iter().filter(|road| is_carriageway(road)) {
        count += 1;
        let key = &road.provenance.key;
        let mut note = |check, found, figure: &Figure, unit, verdict, words: String| {
            let clause = figure.citation().to_string();
            notes.add(Finding {
                check,
                key: key.clone(),
                found,
                limit: Some(figure.value),
                unit,
                verdict,
                words,
                clause,
            });
        };
        match road.width_m.filter(|width| *width > 0.0) {
            Some(metres) if metres < width.value => {
                let words = format!("{metres:.1} m wide: it does not count as a fire lane");
                note(Check::LaneWidth, Some(metres), width, "m", "violated", words);
            }
            Some(_) => notes.fulfilled(Check::LaneWidth),
            None => note(Check::LaneWidth, None, width, "m", "unknown", "its width is not on record".to_owned()),
        }
        let mut note = |found, verdict, words: String| {
            let (check, unit, limit) = (Check::LaneSlope, "1", Some(slope.value));
            let clause = slope.citation().to_string();
            notes.add(Finding { check, key: key.clone(), found, limit, unit, verdict, words, clause });
        };
        let found = terrain
            .and_then(|terrain| road.line.iter().filter_map(|line| steepest(line, terrain, over)).reduce(f64::max));
        match found {
            Some(share) if share > slope.value => {
                note(Some(share), "violated", format!("{:.1} % at its steepest, by the terrain", 100.0 * share));
            }
            Some(_) => notes.fulfilled(Check::LaneSlope),
            None => note(None, "unknown", "too short, or no heights under it".to_owned()),
        }
    }
    if count == 0 {
        notes.all.missing.push("fire lanes: no road is on record".to_owned());
    } else {
        // The model has no heights of bridges, pipe racks and gates over roads.
        notes.all.counts.entry(Check::LaneHeight).or_default()[2] += count;
        let words = format!("lane height: what hangs over the {count} roads is not on record ({})", height.citation());
        notes.all.missing.push(words);
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
            verdict: "unknown",
            words: format!(
                "a dead end of {metres:.0} m at {:.0}, {:.0}; whether there is a yard of {:.0} by {:.0} m to turn in is not on record",
                at[0], at[1], yard.value, yard.value
            ),
            clause: yard.citation().to_string(),
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
            verdict: "unknown",
            words: format!("{long:.0} by {short:.0} m: whether a lane goes through it or round it is not on record"),
            clause: figure.citation().to_string(),
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
            notes.all.missing.push(format!("places of assembly: {why}"));
            return;
        }
    };
    let used = match Walkers::new(evacuation, &ways, &people.groups, &people.places, 1) {
        Ok(walkers) => walkers.assigned(),
        Err(why) => {
            notes.all.missing.push(format!("places of assembly: {why}"));
            return;
        }
    };
    for (place, persons) in people.places.iter().zip(used) {
        let resource = park.resources.iter().find(|one| one.id == place.resource);
        let key = resource.map_or_else(String::new, |one| one.provenance.key.clone());
        let (verdict, words) = match place.capacity {
            Some(capacity) if persons <= capacity => {
                notes.fulfilled(Check::AssemblyCapacity);
                continue;
            }
            Some(_) => {
                ("violated", format!("{persons} persons would go there, more than it takes: no place has room for all"))
            }
            None => ("unknown", format!("{persons} persons would go there, and its capacity is not on record")),
        };
        notes.add(Finding {
            check: Check::AssemblyCapacity,
            key,
            found: Some(f64::from(persons)),
            limit: place.capacity.map(f64::from),
            unit: "",
            verdict,
            words,
            clause: format!(
                "capacity on record; everyone known to be there at {hour} h, nearest place with room first"
            ),
        });
    }
    if !people.unknown.is_empty() {
        notes
            .all
            .missing
            .push(format!("places of assembly: people of {} buildings are not known", people.unknown.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_figures_say_where_they_are_from() {
        let rules = ProtectionRules::shipped();
        for figure in rules.0.values() {
            assert!(["verified", "secondary", "memory", "default"].contains(&figure.status.as_str()), "{figure:?}");
        }
        let error = ProtectionRules::parse("").unwrap_err().to_string();
        assert!(error.contains("it lacks width_m"), "{error}");
    }

    #[test]
    fn the_steepest_stretch_of_a_road_is_that_of_the_ground() {
        // 5 m of ground rising 1 in 10 to the east from x = 100 on, level before.
        let heights_m = (0..3).flat_map(|_| (0..41).map(|c| (c as f32 - 20.0).max(0.0) * 0.5)).collect();
        let terrain = TerrainGrid { origin_x_m: 0.0, origin_y_m: -5.0, cell_m: 5.0, columns: 41, rows: 3, heights_m };
        let slope = |from: f64, to: f64| {
            steepest(&LineString::from(vec![(from, 0.0), (0.5 * (from + to), 0.0), (to, 0.0)]), &terrain, 20.0)
        };
        assert_eq!(slope(0.0, 100.0), Some(0.0));
        assert!((slope(0.0, 200.0).unwrap() - 0.1).abs() < 1e-6);
        assert!((slope(200.0, 0.0).unwrap() - 0.1).abs() < 1e-6);
        assert_eq!(slope(300.0, 400.0), None);
        // Shorter than half of what a slope is taken over: not known.
        assert_eq!(slope(150.0, 158.0), None);
    }
}
