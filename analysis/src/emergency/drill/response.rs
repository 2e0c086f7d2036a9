//! Who comes: engines from the nearest stations over the roads that are open, water from hydrants that still have it, and the hospitals and
//! shelters on record.
//!
//! An engine turns out, drives at the mean speed of the table, goes round what has closed from its next corner on, and sets up at the nearest
//! hydrant that counts, has water and is not taken. Where the file has crews, it sets up when hands are free for that (`crew`). Left out:
//! traffic, lights, hours of crews, hoses, pumps and pressure. An engine drives into a cloud or a cordon, as the brigade does in breathing
//! apparatus, and not into deep water.

use spatial_db::model::{EmergencyResource, ParkSnapshot, ResourceKind};

use super::crew::Hands;
use super::file::DrillFile;
use super::outcome::{EngineRun, Facility};
use super::threat::Threat;
use crate::emergency::evacuation::{EvacuationRules, WayNetwork};
use crate::emergency::hydrants::in_service;
use crate::words;
use crate::words::Words;

/// Where an engine is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drive {
    Station,
    /// Beside the roads, from a place to another: way left, m; true at the end.
    Beside([f64; 2], [f64; 2], f64, bool),
    Corner(usize),
    /// On a way towards a node: way left, m.
    On(usize, usize, f64),
    There,
}

/// An engine.
#[derive(Debug, Clone)]
struct Engine {
    /// Index of its station among the resources.
    station: usize,
    start: usize,
    leaves_s: f64,
    drive: Drive,
    cut_off: bool,
    /// It stands at the place without anybody to lay its hose, and that was said.
    waits: bool,
    set_up_s: Option<f64>,
    /// Index of the hydrant that it stands at.
    hydrant: Option<usize>,
    run: EngineRun,
}

/// What an engine brought about in a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Came {
    /// It came to the place.
    Arrived,
    /// It has water from the hydrant of this index.
    Water(usize),
    /// It has no open way any more.
    CutOff,
    /// It is at the place, and nobody is free to lay its hose.
    Waits,
}

/// Engines and roads.
#[derive(Debug)]
pub(super) struct Response<'a> {
    park: &'a ParkSnapshot,
    roads: Option<WayNetwork>,
    barred: Vec<bool>,
    closed: Vec<bool>,
    place: Option<[f64; 2]>,
    goal: (usize, f64),
    distance: Vec<f64>,
    next: Vec<Option<usize>>,
    /// How many engines were asked for.
    wanted: usize,
    engines: Vec<Engine>,
    facilities: Vec<Facility>,
    facility_places: Vec<[f64; 2]>,
    speed_m_s: f64,
    turnout_s: f64,
    setup_s: f64,
    hands: Option<Hands>,
}

fn between(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

impl<'a> Response<'a> {
    pub(super) fn new(
        file: &DrillFile,
        park: &'a ParkSnapshot,
        rules: &EvacuationRules,
        place: Option<[f64; 2]>,
    ) -> Self {
        let figure = |name| rules.figure("response", name).value;
        // A park without a road that an engine can drive has engines that cannot come.
        let roads = WayNetwork::driven(&park.roads, rules).ok();
        let count = roads.as_ref().map_or(0, |roads| roads.ways.len());
        let goal = roads.as_ref().zip(place).map_or((0, 0.0), |(roads, place)| roads.nearest(place));
        let mut response = Self {
            park,
            roads,
            barred: vec![false; count],
            closed: vec![false; count],
            place,
            goal,
            distance: Vec::new(),
            next: Vec::new(),
            wanted: 0,
            engines: Vec::new(),
            facilities: Vec::new(),
            facility_places: Vec::new(),
            speed_m_s: figure("engine_m_s"),
            turnout_s: file.crews.and_then(|crews| crews.turnout_s).unwrap_or_else(|| figure("turnout_s")),
            setup_s: figure("setup_s"),
            hands: Hands::of(file, rules),
        };
        response.route();
        response.on_record();
        response
    }

    fn route(&mut self) {
        if let (Some(roads), Some(_)) = (&self.roads, self.place) {
            let nothing = vec![false; self.closed.len()];
            (self.distance, self.next) = roads.towards(self.goal.0, &self.closed, &nothing, 1.0);
        }
    }

    /// Way from a place to that of the incident by open roads, m; none without one.
    fn way_m(&self, from: [f64; 2]) -> Option<f64> {
        self.place?;
        let (node, gap) = self.roads.as_ref()?.nearest(from);
        let way = self.distance[node] + gap + self.goal.1;
        way.is_finite().then_some(way)
    }

    fn on_record(&mut self) {
        for (kind, name) in [(ResourceKind::Hospital, "hospital"), (ResourceKind::Shelter, "shelter")] {
            for one in self.park.resources.iter().filter(|one| one.kind == kind && in_service(one)) {
                self.facility_places.push(one.position);
                self.facilities.push(Facility {
                    key: one.provenance.key.clone(),
                    name: one.name.clone(),
                    kind: name,
                    capacity: one.capacity,
                    drive_at_alarm_s: None,
                    drive_at_end_s: None,
                    reached_s: None,
                    without_height: false,
                });
            }
        }
    }

    /// Drives to hospitals and shelters by the roads that are open now.
    fn drives_s(&self) -> Vec<Option<f64>> {
        self.facility_places.iter().map(|at| self.way_m(*at).map(|metres| metres / self.speed_m_s)).collect()
    }

    /// Closes or opens the roads that run within so many metres of a place.
    pub(super) fn bar(&mut self, place: [f64; 2], within_m: f64, closed: bool) {
        let Some(roads) = &self.roads else { return };
        for (way, barred) in self.barred.iter_mut().enumerate() {
            if roads.comes_within(way, place, within_m) {
                *barred = closed;
            }
        }
    }

    /// Looks which roads are open; engines whose way changes go on by another from their next corner.
    pub(super) fn look(&mut self, threat: &Threat<'_>, now_s: f64) {
        for (facility, at) in self.facilities.iter_mut().zip(&self.facility_places) {
            if facility.reached_s.is_none() && threat.at(*at, now_s).1 {
                facility.reached_s = Some(now_s);
            }
        }
        if let Some(roads) = &self.roads {
            let deep = |way| threat.stops_people() && threat.at(roads.middle(way), now_s).1;
            let closed: Vec<bool> = (0..self.barred.len()).map(|way| self.barred[way] || deep(way)).collect();
            if closed != self.closed {
                self.closed = closed;
                let before = std::mem::take(&mut self.distance);
                self.route();
                for engine in &mut self.engines {
                    let node = match engine.drive {
                        Drive::Station | Drive::Beside(_, _, _, false) => engine.start,
                        Drive::Corner(node) | Drive::On(_, node, _) => node,
                        Drive::Beside(..) | Drive::There => continue,
                    };
                    let (was, is) = (before.get(node), self.distance.get(node));
                    engine.run.rerouted += u32::from(was != is && is.is_some_and(|m| m.is_finite()));
                }
            }
        }
        for k in 0..self.engines.len() {
            if self.engines[k].drive != Drive::There {
                let at = self.position(k);
                self.engines[k].run.track.push((now_s, at));
            }
        }
    }

    /// Calls so many engines from the nearest stations in service: as many of each as it has on record, one where that is not. How many come.
    pub(super) fn call(&mut self, wanted: u32, now_s: f64) -> usize {
        self.wanted = wanted as usize;
        let drives = self.drives_s();
        for (facility, drive) in self.facilities.iter_mut().zip(drives) {
            facility.drive_at_alarm_s = drive;
        }
        let stations: Vec<(usize, &EmergencyResource)> = self
            .park
            .resources
            .iter()
            .enumerate()
            .filter(|(_, one)| one.kind == ResourceKind::FireStation && in_service(one))
            .collect();
        let (Some(roads), Some(place)) = (&self.roads, self.place) else { return 0 };
        // Those without an open way come last: it may open while they turn out.
        let mut order: Vec<(f64, f64, usize)> = stations
            .iter()
            .map(|(k, one)| (self.way_m(one.position).unwrap_or(f64::INFINITY), between(one.position, place), *k))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut called = Vec::new();
        for (_, _, station) in order {
            let one = &self.park.resources[station];
            let has = one.capacity.filter(|count| *count >= 0.0).map_or(1, |count| count as u32);
            let start = roads.nearest(one.position).0;
            for _ in 0..has.min(wanted - called.len() as u32) {
                called.push(Engine {
                    station,
                    start,
                    leaves_s: now_s + self.turnout_s,
                    drive: Drive::Station,
                    cut_off: false,
                    waits: false,
                    set_up_s: None,
                    hydrant: None,
                    run: EngineRun {
                        station: one.provenance.key.clone(),
                        called_s: now_s,
                        arrived_s: None,
                        water_s: None,
                        hydrant: None,
                        flow_l_s: None,
                        rerouted: 0,
                        cut_off: false,
                        crew: self.hands.map(|hands| hands.persons),
                        waited_s: 0.0,
                        track: vec![(now_s, one.position)],
                    },
                });
            }
        }
        self.engines = called;
        self.engines.len()
    }

    /// A second's driving and setting up: what came about. `nearest` gives the hydrant to take, of those that are not taken.
    pub(super) fn step(&mut self, now_s: f64, nearest: impl Fn(&[usize]) -> Option<usize>) -> Vec<(usize, Came)> {
        let mut out = Vec::new();
        for k in 0..self.engines.len() {
            if self.engines[k].drive != Drive::There && now_s > self.engines[k].leaves_s {
                self.drive(k);
                if self.engines[k].drive == Drive::There {
                    let at = self.position(k);
                    let engine = &mut self.engines[k];
                    engine.run.arrived_s = Some(now_s);
                    engine.run.track.push((now_s, at));
                    out.push((k, Came::Arrived));
                }
                let engine = &mut self.engines[k];
                if engine.cut_off && !engine.run.cut_off {
                    out.push((k, Came::CutOff));
                }
                engine.run.cut_off = engine.cut_off;
            }
        }
        // Whoever came in this second has hands for all.
        for k in 0..self.engines.len() {
            if self.engines[k].drive == Drive::There && self.engines[k].set_up_s.is_none() && !self.sets_up(k, now_s) {
                out.push((k, Came::Waits));
            }
            let ready = self.engines[k].set_up_s.is_some_and(|at| now_s >= at);
            if ready && self.engines[k].hydrant.is_none() {
                let taken: Vec<usize> = self.engines.iter().filter_map(|engine| engine.hydrant).collect();
                if let Some(hydrant) = nearest(&taken) {
                    self.engines[k].hydrant = Some(hydrant);
                    self.engines[k].run.water_s.get_or_insert(now_s);
                    out.push((k, Came::Water(hydrant)));
                }
            }
        }
        out
    }

    /// Lets an engine at the place set up where hands are free for that. False where it begins to wait for some.
    fn sets_up(&mut self, k: usize, now_s: f64) -> bool {
        let there = self.engines.iter().filter(|engine| engine.drive == Drive::There).count();
        let laying = self.engines.iter().filter(|engine| engine.set_up_s.is_some_and(|at| now_s < at)).count();
        let engine = &mut self.engines[k];
        if self.hands.is_none_or(|hands| hands.are_free(there, laying)) {
            (engine.set_up_s, engine.waits) = (Some(now_s + self.setup_s), false);
            return true;
        }
        engine.run.waited_s += 1.0;
        std::mem::replace(&mut engine.waits, true)
    }

    fn drive(&mut self, k: usize) {
        let (Some(roads), Some(place)) = (&self.roads, self.place) else { return };
        let station = self.park.resources[self.engines[k].station].position;
        let engine = &mut self.engines[k];
        let mut left = self.speed_m_s;
        engine.cut_off = false;
        loop {
            match engine.drive {
                Drive::Station => {
                    let corner = roads.nodes[engine.start];
                    engine.drive = Drive::Beside(station, corner, between(station, corner), false);
                }
                Drive::Beside(from, to, way, last) if way > left => {
                    engine.drive = Drive::Beside(from, to, way - left, last);
                    return;
                }
                Drive::Beside(_, _, way, last) => {
                    left -= way;
                    engine.drive = if last { Drive::There } else { Drive::Corner(engine.start) };
                }
                Drive::Corner(node) if node == self.goal.0 => {
                    engine.drive = Drive::Beside(roads.nodes[node], place, self.goal.1, true);
                }
                Drive::Corner(node) => {
                    let Some(way) = self.next[node] else {
                        engine.cut_off = true;
                        return;
                    };
                    engine.drive = Drive::On(way, roads.other_end(way, node), roads.ways[way].length_m);
                }
                Drive::On(way, towards, metres) if metres > left => {
                    engine.drive = Drive::On(way, towards, metres - left);
                    return;
                }
                Drive::On(_, towards, metres) => {
                    left -= metres;
                    engine.drive = Drive::Corner(towards);
                }
                Drive::There => return,
            }
        }
    }

    /// Hydrants that gave water and give none any more: who stood at one sets up anew. How many engines lost theirs.
    pub(super) fn dried(&mut self, dry: impl Fn(usize) -> bool) -> usize {
        let mut lost = 0;
        for engine in &mut self.engines {
            if engine.hydrant.is_some_and(&dry) {
                engine.hydrant = None;
                engine.set_up_s = None;
                lost += 1;
            }
        }
        lost
    }

    /// True when as many engines as were asked for are at the place.
    pub(super) fn all_there(&self) -> bool {
        let there = self.engines.iter().filter(|engine| engine.drive == Drive::There).count();
        there > 0 && there >= self.wanted
    }

    /// Engines that were called.
    pub(super) fn count(&self) -> usize {
        self.engines.len()
    }

    /// What is said as the first engine comes.
    pub(super) fn first_said(&self) -> Words {
        match self.hands {
            None => words!("drill-engine", "the first engine is at the place"),
            Some(hands) => words!(
                "drill-engine-crew",
                "the first engine is at the place, with a crew of {persons}",
                persons = hands.persons.to_string()
            ),
        }
    }

    /// What is said as an engine has to wait for hands.
    pub(super) fn waits_said(&self, engine: usize) -> Words {
        words!(
            "drill-engine-waits",
            "an engine from {station} waits: nobody is free to lay its hose",
            station = self.station(engine)
        )
    }

    /// Key of the station of an engine.
    pub(super) fn station(&self, engine: usize) -> &str {
        &self.engines[engine].run.station
    }

    /// Where an engine is, m.
    pub(super) fn position(&self, engine: usize) -> [f64; 2] {
        let one = &self.engines[engine];
        let along = |a: [f64; 2], b: [f64; 2], left: f64| {
            let whole = between(a, b);
            let share = if whole > 0.0 { (left / whole).clamp(0.0, 1.0) } else { 0.0 };
            [b[0] + share * (a[0] - b[0]), b[1] + share * (a[1] - b[1])]
        };
        match (one.drive, &self.roads) {
            (Drive::Beside(from, to, left, _), _) => along(from, to, left),
            (Drive::Corner(node), Some(roads)) => roads.nodes[node],
            (Drive::On(way, towards, left), Some(roads)) => {
                along(roads.nodes[roads.other_end(way, towards)], roads.nodes[towards], left)
            }
            (Drive::There, _) => self.place.unwrap_or_default(),
            _ => self.park.resources[one.station].position,
        }
    }

    /// Indices of the hydrants that the engines stand at.
    pub(super) fn hydrants(&self) -> Vec<Option<usize>> {
        self.engines.iter().map(|engine| engine.hydrant).collect()
    }

    /// What the engines did, with key and flow of the hydrant that each stands at; and the hospitals and shelters. `lacks_height` tells of a
    /// place that a flood may be at unseen.
    pub(super) fn finish(
        mut self,
        hydrants: Vec<Option<(String, Option<f64>)>>,
        lacks_height: impl Fn([f64; 2]) -> bool,
    ) -> (Vec<EngineRun>, Vec<Facility>) {
        let drives = self.drives_s();
        for ((facility, at), drive) in self.facilities.iter_mut().zip(&self.facility_places).zip(drives) {
            facility.drive_at_end_s = drive;
            facility.without_height = facility.reached_s.is_none() && lacks_height(*at);
        }
        let engines = self.engines.into_iter().zip(hydrants).map(|(engine, hydrant)| {
            let (hydrant, flow_l_s) = hydrant.map_or((None, None), |(key, flow_l_s)| (Some(key), flow_l_s));
            EngineRun { hydrant, flow_l_s, ..engine.run }
        });
        (engines.collect(), self.facilities)
    }
}
