//! Runs a drill, second by second.

mod trace;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use geo::{Centroid, MultiPolygon};
use rstar::RTree;
use spatial_db::cache::Cache;
use spatial_db::model::ResourceKind;

use super::DrillError;
use super::file::{Action, DrillFile, HazardSpec, When};
use super::log::{DrillLog, Entry, Fingerprint, HandInject, Happening, fingerprint_of};
use super::outcome::{Outcome, Struck, rate};
use super::threat::Threat;
use crate::emergency::evacuation::{Evacuation, EvacuationRules, Walkers, WayNetwork, groups_and_places};
use crate::emergency::hazard::HazardRules;
use crate::emergency::hydrants::{Hydrant, working_hydrants};
use crate::rules::RuleSet;
use crate::words;
use crate::words::Words;

pub use trace::{Change, Contour, Contours, DrillTrace, Drive, Key, Look, Spot, Stay, TraceWind, Track, trace_drill};

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
    /// The tables that ship with the product.
    pub fn shipped() -> Self {
        Self { figures: RuleSet::shipped(), hazard: HazardRules::shipped(), evacuation: EvacuationRules::shipped() }
    }
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
    pub zone: (String, MultiPolygon<f64>),
}

/// How often the hazard is looked at, s.
const LOOK_S: u32 = 10;

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
    watched(file, cache, tables, hand, |_| true)
}

/// Runs a drill; `watch` is shown it after every second, and stops it by answering no.
fn watched(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    hand: &[HandInject],
    mut watch: impl FnMut(&Course<'_>) -> bool,
) -> Result<DrillRun, DrillError> {
    let park = cache.snapshot();
    if park.park.slug != file.park {
        return Err(DrillError::OtherPark { wanted: file.park.clone(), found: park.park.slug.clone() });
    }
    let threat = Threat::of(file, cache, &tables.hazard)?;
    let ways = WayNetwork::of(&park.roads, &tables.evacuation)?;
    let people = groups_and_places(park, cache.footprint_area_m2(), &tables.evacuation, file.hour)?;
    let walkers = Walkers::new(&tables.evacuation, &ways, &people.groups, &people.places, file.seed)?;
    let mut course = Course::new(file, cache, tables, hand, threat, &ways, walkers)?;
    let last = (file.length_min * 60.0) as u32;
    for second in 0..=last {
        course.second(second)?;
        if !watch(&course) {
            return Err(DrillError::GivenUp);
        }
    }
    Ok(course.finish(people.unknown.len()))
}

struct Course<'a> {
    file: &'a DrillFile,
    cache: &'a Cache,
    tables: &'a DrillTables,
    ways: &'a WayNetwork,
    hand: Vec<HandInject>,
    hand_done: usize,
    threat: Threat<'a>,
    walkers: Walkers<'a>,
    middles: Vec<Option<[f64; 2]>>,
    happened: BTreeMap<String, f64>,
    fired: BTreeSet<usize>,
    marks: BTreeMap<String, (f64, bool)>,
    entries: Vec<Entry>,
    barred: Vec<bool>,
    hydrants: Vec<Hydrant>,
    dry: HashSet<usize>,
    struck: BTreeMap<usize, (f64, f64)>,
    exposed: HashSet<usize>,
    due_engine_s: Option<f64>,
    zone: (String, MultiPolygon<f64>, f64),
    now: f64,
}

impl<'a> Course<'a> {
    fn new(
        file: &'a DrillFile,
        cache: &'a Cache,
        tables: &'a DrillTables,
        hand: &[HandInject],
        threat: Threat<'a>,
        ways: &'a WayNetwork,
        walkers: Walkers<'a>,
    ) -> Result<Self, DrillError> {
        let mut hand = hand.to_vec();
        hand.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let middle = |building: &spatial_db::model::Building| building.footprint.centroid().map(|c| [c.x(), c.y()]);
        let course = Self {
            file,
            cache,
            tables,
            ways,
            hand,
            hand_done: 0,
            threat,
            walkers,
            middles: cache.snapshot().buildings.iter().map(middle).collect(),
            happened: BTreeMap::new(),
            fired: BTreeSet::new(),
            marks: BTreeMap::new(),
            entries: Vec::new(),
            barred: vec![false; ways.ways.len()],
            hydrants: working_hydrants(cache),
            dry: HashSet::new(),
            struck: BTreeMap::new(),
            exposed: HashSet::new(),
            due_engine_s: None,
            zone: (String::new(), MultiPolygon::new(Vec::new()), 0.0),
            now: 0.0,
        };
        // Hydrants that the timeline names must be there before it starts.
        for inject in &file.timeline {
            course.hydrants_of(&inject.does)?;
        }
        Ok(course)
    }

    fn say(&mut self, id: &str, kind: Happening, text: Words) {
        let id = id.to_owned();
        self.happened.entry(id.clone()).or_insert(self.now);
        self.entries.push(Entry { at_s: self.now, id, kind, text });
    }

    fn second(&mut self, second: u32) -> Result<(), DrillError> {
        self.now = f64::from(second);
        if self.now >= self.threat.begins_s() && !self.happened.contains_key("release") {
            self.threat.leak(self.file, &self.tables.hazard, self.now)?;
            let text = match (&self.file.hazard, self.threat.airborne_kg_s()) {
                (HazardSpec::Leak { source, .. }, Some(rate)) => words!(
                    "drill-leak",
                    "{source} leaks: {rate} kg/s into the air",
                    source = source.as_str(),
                    rate = format!("{rate:.2}")
                ),
                (HazardSpec::Fire { building, .. }, _) => {
                    words!("drill-fire", "{building} burns", building = building.as_str())
                }
                _ => words!("drill-flood", "the water rises"),
            };
            self.say("release", Happening::Hazard, text);
        }
        self.due()?;
        if second.is_multiple_of(LOOK_S) {
            self.look();
        }
        self.respond();
        if let Some(&alarm) = self.happened.get("alarm") {
            let before = self.walkers.left();
            self.walkers.step(self.now - alarm);
            if before > 0 && self.walkers.left() == 0 {
                self.say(
                    "evacuated",
                    Happening::People,
                    words!("drill-evacuated", "the last person is at a place of assembly"),
                );
            }
        }
        Ok(())
    }

    /// Entries of the timeline and injects by hand whose time has come; what follows on each other within the second, too.
    fn due(&mut self) -> Result<(), DrillError> {
        while self.hand.get(self.hand_done).is_some_and(|inject| inject.at_s <= self.now) {
            let inject = self.hand[self.hand_done].clone();
            self.hand_done += 1;
            self.act(&format!("hand-{}", self.hand_done), Happening::Hand, &inject.does)?;
        }
        loop {
            let ready = self.file.timeline.iter().enumerate().position(|(k, inject)| {
                let due = match &inject.when {
                    When::At(minutes) => Some(minutes * 60.0),
                    When::After(event, minutes) => self.happened.get(event).map(|at| at + minutes * 60.0),
                };
                !self.fired.contains(&k) && due.is_some_and(|due| due <= self.now)
            });
            let Some(k) = ready else { return Ok(()) };
            self.fired.insert(k);
            let file = self.file;
            self.act(&file.timeline[k].id, Happening::Inject, &file.timeline[k].does)?;
        }
    }

    fn act(&mut self, id: &str, kind: Happening, action: &Action) -> Result<(), DrillError> {
        let text = match action {
            Action::Alarm => words!("drill-alarm", "the alarm is raised"),
            Action::Say(text) => Words::from(text.as_str()),
            Action::Wind(from, speed) => {
                self.threat.turn(self.file, &self.tables.hazard, self.now, (*from, *speed))?;
                words!(
                    "drill-wind",
                    "the wind blows from {from}° with {speed} m/s",
                    from = from.to_string(),
                    speed = speed.to_string()
                )
            }
            Action::Stop => {
                self.threat.stop(self.now);
                words!("drill-stopped", "the leak is stopped")
            }
            Action::Close(place, within_m) => {
                let count = self.bar(*place, *within_m, true);
                words!("drill-closed", "{count} stretches of way are closed", count = count)
            }
            Action::Open(place, within_m) => {
                let count = self.bar(*place, *within_m, false);
                words!("drill-opened", "{count} stretches of way are open again", count = count)
            }
            Action::NoWater(_) | Action::NoWaterNear(..) => {
                let dry = self.hydrants_of(action)?;
                let count = dry.len();
                self.dry.extend(dry);
                words!("drill-no-water", "{count} hydrants give no water", count = count)
            }
            Action::Done(expected) | Action::Missed(expected) => {
                self.file.expects(expected)?;
                let done = matches!(action, Action::Done(_));
                self.marks.insert(expected.clone(), (self.now, done));
                if done {
                    words!("drill-done", "done: {what}", what = expected.as_str())
                } else {
                    words!("drill-missed", "missed: {what}", what = expected.as_str())
                }
            }
            Action::Note { text, .. } => words!("drill-noted", "noted: {what}", what = text.as_str()),
        };
        self.say(id, kind, text);
        if let Action::Done(expected) = action {
            self.happened.entry(expected.clone()).or_insert(self.now);
        }
        if *action == Action::Alarm && !self.happened.contains_key("alarm") {
            self.happened.insert("alarm".to_owned(), self.now);
            self.call_engine();
        }
        Ok(())
    }

    /// Closes or opens ways about a place.
    fn bar(&mut self, (x, y): (f64, f64), within_m: f64, closed: bool) -> usize {
        let mut count = 0;
        for way in 0..self.barred.len() {
            let [wx, wy] = self.ways.middle(way);
            if (wx - x).hypot(wy - y) <= within_m {
                self.barred[way] = closed;
                count += 1;
            }
        }
        count
    }

    /// Indices of the hydrants that an action takes the water from.
    fn hydrants_of(&self, action: &Action) -> Result<Vec<usize>, DrillError> {
        let park = self.cache.snapshot();
        match action {
            Action::NoWater(keys) => {
                keys.iter()
                    .map(|key| {
                        let id =
                            park.resources.iter().find(|r| r.provenance.key == *key).map(|r| r.id).or_else(|| {
                                park.nodes.iter().find(|node| node.provenance.key == *key).map(|node| node.id)
                            });
                        let found = id.and_then(|id| self.hydrants.iter().position(|hydrant| hydrant.feature == id));
                        found.ok_or_else(|| {
                            self.file.wrong(key, format!("park {} has no working hydrant {key:?}", park.park.slug))
                        })
                    })
                    .collect()
            }
            Action::NoWaterNear((x, y), within_m) => Ok((0..self.hydrants.len())
                .filter(|&k| {
                    let [hx, hy] = self.hydrants[k].position;
                    (hx - x).hypot(hy - y) <= *within_m
                })
                .collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// Looks where the hazard is, closes ways in it, and notes buildings and people that it reaches.
    fn look(&mut self) {
        self.threat.advance(self.cache, self.now);
        let now = self.now;
        let danger: Vec<bool> =
            (0..self.barred.len()).map(|way| self.threat.at(self.ways.middle(way), now).1).collect();
        if self.threat.stops_people() {
            let closed: Vec<bool> =
                self.barred.iter().zip(&danger).map(|(barred, danger)| *barred || *danger).collect();
            self.walkers.close(&closed, &vec![false; closed.len()]);
        } else {
            self.walkers.close(&self.barred, &danger);
        }
        for (k, middle) in self.middles.iter().enumerate() {
            let Some(middle) = middle else { continue };
            let (value, dangerous) = self.threat.at(*middle, now);
            if dangerous {
                let entry = self.struck.entry(k).or_insert((now, value));
                entry.1 = entry.1.max(value);
            }
        }
        let reached: Vec<usize> = self
            .walkers
            .on_ways()
            .filter(|&(_, place)| self.threat.at(place, now).1)
            .map(|(person, _)| person)
            .collect();
        if !reached.is_empty() && !self.happened.contains_key("threat_reaches_people") {
            self.say(
                "threat_reaches_people",
                Happening::People,
                words!("drill-reached", "people on ways are inside the danger"),
            );
        }
        self.exposed.extend(reached);
        if self.now.rem_euclid(60.0) == 0.0 {
            use geo::Area;
            let (name, area) = self.threat.zone(now);
            let size = area.unsigned_area();
            if size > self.zone.2 {
                self.zone = (name, area, size);
            }
        }
    }

    /// The engine drives from the station that is nearest by open ways.
    fn call_engine(&mut self) {
        let Some(place) = self.threat.place() else { return };
        let closed: Vec<bool> = self.barred.clone();
        let nothing = vec![false; closed.len()];
        let (goal, gap) = self.ways.nearest(place);
        let (distance, _) = self.ways.towards(goal, &closed, &nothing, 1.0);
        let stations = self.cache.snapshot().resources.iter().filter(|r| r.kind == ResourceKind::FireStation);
        let far = stations
            .map(|station| {
                let (node, way) = self.ways.nearest(station.position);
                distance[node] + way + gap
            })
            .fold(f64::INFINITY, f64::min);
        if far.is_finite() {
            let figure = |name| self.tables.evacuation.figure("response", name).value;
            self.due_engine_s = Some(self.now + figure("turnout_s") + far / figure("engine_m_s"));
        }
    }

    fn respond(&mut self) {
        let Some(due) = self.due_engine_s else { return };
        if self.now >= due && !self.happened.contains_key("first_engine") {
            self.say("first_engine", Happening::Response, words!("drill-engine", "the first engine is at the place"));
        }
        let set_up = self.tables.evacuation.figure("response", "setup_s").value;
        if self.now >= due + set_up && !self.happened.contains_key("first_water") {
            let (flow, unknown) = self.water();
            if flow > 0.0 || unknown > 0 {
                let text = words!("drill-water", "first water: hydrants give {flow} L/s", flow = format!("{flow:.0}"));
                self.say("first_water", Happening::Response, text);
            }
        }
    }

    /// Water at the place, L/s, and hydrants there whose flow is not on record.
    fn water(&self) -> (f64, usize) {
        let Some([x, y]) = self.threat.place() else { return (0.0, 0) };
        let reach = self.tables.figures.figure("hydrant", "reach_m").value;
        let too_near = match self.threat {
            Threat::Leak { .. } => self.tables.figures.figure("hydrant", "tank_exclusion_m").value,
            _ => 0.0,
        };
        let (mut flow, mut unknown) = (0.0, 0);
        for (k, hydrant) in self.hydrants.iter().enumerate() {
            let gap = (hydrant.position[0] - x).hypot(hydrant.position[1] - y);
            if gap > reach || gap < too_near || self.dry.contains(&k) {
                continue;
            }
            let resource = self.cache.snapshot().resources.iter().find(|r| r.id == hydrant.feature);
            match resource.and_then(|r| r.flow_l_s) {
                Some(litres) => flow += litres,
                None => unknown += 1,
            }
        }
        (flow, unknown)
    }

    /// Buildings whose middle no hydrant reaches, without and with those that are dry.
    fn unreached(&self) -> (usize, usize) {
        let reach = self.tables.figures.figure("hydrant", "reach_m").value;
        let count = |dry: &HashSet<usize>| {
            let working = self.hydrants.iter().enumerate().filter(|(k, _)| !dry.contains(k)).map(|(_, h)| h.position);
            let tree = RTree::bulk_load(working.collect::<Vec<[f64; 2]>>());
            let far = |middle: &&[f64; 2]| tree.locate_within_distance(**middle, reach * reach).next().is_none();
            self.middles.iter().flatten().filter(far).count()
        };
        (count(&HashSet::new()), count(&self.dry))
    }

    fn finish(self, buildings_unknown: usize) -> DrillRun {
        let (water_l_s, hydrants_without_flow) = self.water();
        let unreached = self.unreached();
        let time = |event: &str| self.happened.get(event).copied();
        let rated = rate(self.file, time, |id| self.marks.get(id).copied());
        let water_needed_l_s = match &self.file.hazard {
            HazardSpec::Fire { water_l_s, .. } => *water_l_s,
            _ => None,
        };
        let alarm_s = time("alarm");
        let evacuation = self.walkers.result();
        let buildings = &self.cache.snapshot().buildings;
        let struck = self
            .struck
            .iter()
            .map(|(&k, &(first_s, worst))| Struck { building: buildings[k].provenance.key.clone(), first_s, worst })
            .collect();
        let outcome = Outcome {
            alarm_s,
            first_engine_s: time("first_engine"),
            first_water_s: time("first_water"),
            last_out_s: alarm_s.zip(evacuation.egress_s).map(|(alarm, last)| alarm + last),
            persons: evacuation.persons,
            arrived: evacuation.arrivals.len() as u32,
            cut_off: evacuation.cut_off,
            on_the_way: evacuation.on_the_way,
            exposed_on_ways: self.exposed.len() as u32,
            buildings_unknown,
            struck,
            water_l_s,
            hydrants_without_flow,
            water_needed_l_s,
            hydrants_out: self.dry.len(),
            unreached,
            rated,
        };
        let mut print = Fingerprint::new();
        for entry in &self.entries {
            print.number(entry.at_s);
            print.add(entry.id.as_bytes());
            print.add(entry.text.as_bytes());
        }
        for arrival in &evacuation.arrivals {
            print.number(arrival.at_s);
            print.number(arrival.group as f64);
            print.number(arrival.place as f64);
        }
        for struck in &outcome.struck {
            print.add(struck.building.as_bytes());
            print.number(struck.first_s);
            print.number(struck.worst);
        }
        print.number(f64::from(outcome.exposed_on_ways));
        let log = DrillLog {
            drill: self.file.name.clone(),
            file: fingerprint_of(self.file.text()),
            hand: self.hand,
            entries: self.entries,
            digest: Some(print.text()),
        };
        let evacuation = alarm_s.map(|_| evacuation);
        DrillRun { log, outcome, evacuation, zone: (self.zone.0, self.zone.1) }
    }
}
