//! A drill as it can be played back: where everyone was, where the hazard stood, what was closed and dry, second by second.
//!
//! Written down beside a run and no part of it: the run, its log and its fingerprint are the same with and without.

use std::collections::HashSet;

use geo::MultiPolygon;
use spatial_db::cache::Cache;
use spatial_db::model::FeatureId;

use super::DrillError;
use super::course::Course;
use super::file::DrillFile;
use super::log::HandInject;
use super::run::{DrillRun, DrillTables, watch_drill};
use super::sky::{TraceWind, winds};
use super::watch::{Onlooker, Seen};
use crate::emergency::evacuation::{Assembly, Whereabouts};
use crate::emergency::hydrants::Reach;
use crate::words::Words;

/// How often counts are taken, s.
const LOOK_S: u32 = 10;
/// How often the hazard's contours are taken, s.
const CONTOURS_S: u32 = 30;
/// Who waits no longer than this is drawn walking on, s.
const SHORT_WAIT_S: f32 = 1.5;

/// What a person does between two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// In his building.
    Inside,
    /// Walking to the next place.
    Walks,
    /// In line.
    Waits,
    /// At his place of assembly.
    Arrived,
    /// Nowhere to go.
    CutOff,
}

/// A place of a person and when he was there; until the next he walks straight to it, or stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// s from the start.
    pub at_s: f32,
    /// m east and north of [`DrillTrace::origin_m`].
    pub place_m: [f32; 2],
    /// What he does then.
    pub stay: Stay,
}

/// The way of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Places in their order; the first is his building at the start.
    pub keys: Vec<Key>,
}

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// m east and north of [`DrillTrace::origin_m`].
    pub place_m: [f32; 2],
    /// Where he walks to; as long as one metre, or nothing.
    pub heading: [f32; 2],
    /// What he does.
    pub stay: Stay,
}

impl Track {
    /// Where the person is at a time, s from the start.
    pub fn at(&self, at_s: f32) -> Spot {
        let after = self.keys.partition_point(|key| key.at_s <= at_s);
        let Some(key) = self.keys.get(after.saturating_sub(1)) else {
            return Spot { place_m: [0.0; 2], heading: [0.0; 2], stay: Stay::Inside };
        };
        let Some(next) = self.keys.get(after).filter(|_| key.stay == Stay::Walks) else {
            return Spot { place_m: key.place_m, heading: [0.0; 2], stay: key.stay };
        };
        let share = ((at_s - key.at_s) / (next.at_s - key.at_s).max(1e-3)).clamp(0.0, 1.0);
        let (dx, dy) = (next.place_m[0] - key.place_m[0], next.place_m[1] - key.place_m[1]);
        let far = dx.hypot(dy);
        let heading = if far > 0.0 { [dx / far, dy / far] } else { [0.0; 2] };
        Spot { place_m: [key.place_m[0] + share * dx, key.place_m[1] + share * dy], heading, stay: key.stay }
    }
}

/// A line of equal danger.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// What bounds it, for the label on the line.
    pub label: Words,
    /// How bad it is within: 1 notable, 2 nobody is to walk there, 3 life-threatening.
    pub level: u8,
    /// How high over the ground it is cut, m: more than 0 is the body of a cloud.
    pub above_m: f64,
    /// Level of the water that it bounds, m.
    pub water_m: Option<f64>,
    /// Its area.
    pub area: MultiPolygon<f64>,
}

/// The contours of a moment; they hold until the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Contours {
    /// s from the start.
    pub at_s: f64,
    /// Contours, the mildest first.
    pub lines: Vec<Contour>,
}

/// Counts at a moment; every ten seconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// s from the start.
    pub at_s: f64,
    /// In buildings.
    pub inside: u32,
    /// On the way, those in line among them.
    pub on_the_way: u32,
    /// At a place of assembly.
    pub arrived: u32,
    /// Without an open way.
    pub cut_off: u32,
    /// Numbers of the persons outside or in line at a door inside the danger now, rising.
    pub in_danger: Vec<u32>,
    /// Who was so inside the danger up to now.
    pub exposed: u32,
    /// Buildings inside the danger up to now.
    pub struck: u32,
    /// Water at the place, L/s, of hydrants whose flow is known, and hydrants there whose flow is not.
    pub water: (f64, u32),
}

/// Something that holds from a moment on until the next change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<T> {
    /// s from the start.
    pub at_s: f64,
    /// What holds.
    pub now: T,
}

/// The last change at a time.
fn holds<T>(changes: &[Change<T>], at_s: f64) -> Option<&T> {
    changes.get(changes.partition_point(|change| change.at_s <= at_s).checked_sub(1)?).map(|change| &change.now)
}

/// The drive of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// Key of the station that it comes from.
    pub station: String,
    /// When it is at the place, s from the start; none: never.
    pub arrives_s: Option<f64>,
    /// When it was where, s and m; it leaves with the first.
    pub track: Vec<(f64, [f64; 2])>,
}

impl Drive {
    /// Where the vehicle is, m, and where it heads, as long as one metre; none before it leaves.
    pub fn at(&self, at_s: f64) -> Option<([f64; 2], [f64; 2])> {
        let after = self.track.partition_point(|point| point.0 <= at_s);
        let before = after.checked_sub(1)?;
        let (t0, a) = self.track[before];
        // Where it stands it looks the way that it came.
        let (from, to) = if after < self.track.len() { (before, after) } else { (before.saturating_sub(1), before) };
        let (p, q) = (self.track[from].1, self.track[to].1);
        let far = (q[0] - p[0]).hypot(q[1] - p[1]);
        let heading = if far > 0.0 { [(q[0] - p[0]) / far, (q[1] - p[1]) / far] } else { [1.0, 0.0] };
        let Some((t1, b)) = self.track.get(after) else { return Some((a, heading)) };
        let share = ((at_s - t0) / (t1 - t0).max(1e-3)).clamp(0.0, 1.0);
        Some(([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])], heading))
    }
}

/// A place of assembly: which, where, m, its name, and persons it holds where that is on record.
pub type AssemblyPlace = (FeatureId, [f64; 2], Option<String>, Option<u32>);

/// A drill as it can be played back.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillTrace {
    /// Place that the ways of people are measured from, m.
    pub origin_m: [f64; 2],
    /// Length, s.
    pub length_s: f64,
    /// Where crews go, m; none for a flood.
    pub place_m: Option<[f64; 2]>,
    /// Everyone.
    pub people: Vec<Track>,
    /// Places of assembly: where, name, capacity where it is on record.
    pub places: Vec<AssemblyPlace>,
    /// Arrivals in their order: s from the start and index of the place.
    pub arrivals: Vec<(f64, usize)>,
    /// Ends of every way, m.
    pub ways: Vec<[[f64; 2]; 2]>,
    /// Ways that are closed, by somebody or by water that is too deep.
    pub closed: Vec<Change<Vec<u32>>>,
    /// Hydrants that the drill reckons with: in service, each once.
    pub hydrants: HashSet<FeatureId>,
    /// Hydrants without water.
    pub dry: Vec<Change<Vec<FeatureId>>>,
    /// Buildings without water: whose main is off, or that no hydrant reaches any more.
    pub unreached: Vec<Change<Vec<FeatureId>>>,
    /// Buildings without power.
    pub unpowered: Vec<Change<Vec<FeatureId>>>,
    /// Buildings inside the danger.
    pub endangered: Vec<Change<Vec<FeatureId>>>,
    /// Wind.
    pub winds: Vec<Change<TraceWind>>,
    /// Contours of the hazard.
    pub contours: Vec<Contours>,
    /// Counts.
    pub looks: Vec<Look>,
    /// Vehicles.
    pub drives: Vec<Drive>,
    /// Buildings whose people are not known.
    pub buildings_unknown: usize,
}

impl DrillTrace {
    /// Counts at a time.
    pub fn look(&self, at_s: f64) -> Option<&Look> {
        let after = self.looks.partition_point(|look| look.at_s <= at_s);
        self.looks.get(after.saturating_sub(1))
    }

    /// Contours at a time, with their number.
    pub fn contours(&self, at_s: f64) -> Option<(usize, &Contours)> {
        let at = self.contours.partition_point(|contours| contours.at_s <= at_s).checked_sub(1)?;
        Some((at, &self.contours[at]))
    }

    /// Closed ways at a time.
    pub fn closed(&self, at_s: f64) -> &[u32] {
        holds(&self.closed, at_s).map_or(&[], Vec::as_slice)
    }

    /// Hydrants without water at a time.
    pub fn dry(&self, at_s: f64) -> &[FeatureId] {
        holds(&self.dry, at_s).map_or(&[], Vec::as_slice)
    }

    /// Buildings without power at a time.
    pub fn unpowered(&self, at_s: f64) -> &[FeatureId] {
        holds(&self.unpowered, at_s).map_or(&[], Vec::as_slice)
    }

    /// Buildings without water at a time.
    pub fn unreached(&self, at_s: f64) -> &[FeatureId] {
        holds(&self.unreached, at_s).map_or(&[], Vec::as_slice)
    }

    /// Buildings inside the danger at a time.
    pub fn endangered(&self, at_s: f64) -> &[FeatureId] {
        holds(&self.endangered, at_s).map_or(&[], Vec::as_slice)
    }

    /// Wind at a time.
    pub fn wind(&self, at_s: f64) -> Option<TraceWind> {
        holds(&self.winds, at_s).copied()
    }

    /// Who has arrived at each place by a time.
    pub fn filled(&self, at_s: f64) -> Vec<u32> {
        let mut out = vec![0; self.places.len()];
        for &(_, place) in self.arrivals.iter().take_while(|arrival| arrival.0 <= at_s) {
            out[place] += 1;
        }
        out
    }

    /// Persons outside or at a door inside the danger at a time, by their numbers, rising.
    pub fn in_danger(&self, at_s: f64) -> &[u32] {
        self.look(at_s).map_or(&[], |look| look.in_danger.as_slice())
    }
}

/// Runs a drill as [`super::run_drill`] does and writes down what is needed to play it back. `go_on` is told now and then how much is
/// done, 0 to 1, and stops the run by answering no.
///
/// # Errors
/// As [`super::run_drill`]; [`DrillError::GivenUp`] where `go_on` says no.
pub fn trace_drill(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    hand: &[HandInject],
    mut go_on: impl FnMut(f64) -> bool,
) -> Result<(DrillRun, DrillTrace), DrillError> {
    let length_s = file.length_min * 60.0;
    let mut scribe = Scribe { written: None, length_s, goes_on: true, go_on: &mut go_on };
    let run = watch_drill(file, cache, tables, hand, &mut scribe)?;
    let Some(Written { mut trace, .. }) = scribe.written else { return Err(DrillError::GivenUp) };
    trace.drives = run
        .outcome
        .engines
        .iter()
        .map(|engine| Drive {
            station: engine.station.clone(),
            arrives_s: engine.arrived_s,
            track: engine.track.clone(),
        })
        .collect();
    if let (Some(evacuation), Some(alarm)) = (&run.evacuation, run.outcome.alarm_s) {
        trace.arrivals = evacuation.arrivals.iter().map(|arrival| (alarm + arrival.at_s, arrival.place)).collect();
    }
    trace.buildings_unknown = run.outcome.buildings_unknown;
    trace.winds = winds(file, cache, tables, &run)?;
    Ok((run, trace))
}

/// Looks on and writes down.
struct Scribe<'a> {
    written: Option<Written>,
    length_s: f64,
    goes_on: bool,
    go_on: &'a mut dyn FnMut(f64) -> bool,
}

impl Onlooker for Scribe<'_> {
    fn second(&mut self, seen: &Seen<'_>) {
        let course = seen.course;
        self.written.get_or_insert_with(|| Written::of(course, self.length_s)).write(course);
        if (course.now as u32).is_multiple_of(LOOK_S) {
            self.goes_on = (self.go_on)(course.now / self.length_s);
        }
    }

    fn goes_on(&self) -> bool {
        self.goes_on
    }
}

/// What is written down so far.
struct Written {
    trace: DrillTrace,
    /// Where each person was in the last second, and the node that he was at last.
    were: Vec<(Whereabouts, usize)>,
    closed: Vec<bool>,
    /// Hydrants without water, buildings without water and without power.
    out: [usize; 3],
}

impl Written {
    fn of(course: &Course<'_>, length_s: f64) -> Self {
        let origin_m = course.ways.nodes.first().copied().unwrap_or_default();
        let relative = |at: [f64; 2]| [(at[0] - origin_m[0]) as f32, (at[1] - origin_m[1]) as f32];
        let walkers = &course.walkers;
        let people = (0..walkers.persons())
            .map(|person| {
                let (door, _) = walkers.start_of(walkers.group_of(person));
                Track { keys: vec![Key { at_s: 0.0, place_m: relative(door), stay: Stay::Inside }] }
            })
            .collect();
        let were = (0..walkers.persons())
            .map(|person| (Whereabouts::Inside, walkers.start_of(walkers.group_of(person)).1))
            .collect();
        let place = |place: &Assembly| (place.resource, place.position_m, place.name.clone(), place.capacity);
        let places = walkers.places().iter().map(place).collect();
        let ways =
            course.ways.ways.iter().map(|way| [course.ways.nodes[way.from], course.ways.nodes[way.to]]).collect();
        let trace = DrillTrace {
            origin_m,
            length_s,
            place_m: course.threat.place(),
            people,
            places,
            arrivals: Vec::new(),
            ways,
            closed: Vec::new(),
            hydrants: course.cover.hydrants().iter().map(|one| one.feature).collect(),
            dry: Vec::new(),
            unreached: Vec::new(),
            unpowered: Vec::new(),
            endangered: Vec::new(),
            winds: Vec::new(),
            contours: Vec::new(),
            looks: Vec::new(),
            drives: Vec::new(),
            buildings_unknown: 0,
        };
        Self { trace, were, closed: vec![false; course.closed.len()], out: [0; 3] }
    }

    fn write(&mut self, course: &Course<'_>) {
        let second = course.now as u32;
        if course.happened.contains_key("alarm") {
            for person in 0..self.were.len() {
                self.follow(course, person);
            }
        }
        if self.closed != course.closed {
            self.closed.clone_from(&course.closed);
            let closed = (0..self.closed.len()).filter(|&way| self.closed[way]).map(|way| way as u32).collect();
            self.trace.closed.push(Change { at_s: course.now, now: closed });
        }
        let out = [course.dry.len(), course.without[0].len(), course.without[1].len()];
        if self.out != out {
            self.write_supply(course, out);
            self.out = out;
        }
        if second.is_multiple_of(LOOK_S) {
            self.look(course);
        }
        if second.is_multiple_of(CONTOURS_S) {
            let lines = course.threat.contours(&course.tables.hazard, course.now);
            if self.trace.contours.last().is_none_or(|last| last.lines != lines) {
                self.trace.contours.push(Contours { at_s: course.now, lines });
            }
        }
    }

    /// Writes down what has no water and no power.
    fn write_supply(&mut self, course: &Course<'_>, out: [usize; 3]) {
        let (at_s, buildings) = (course.now, &course.cache.snapshot().buildings);
        if self.out[0] != out[0] {
            let mut dry: Vec<usize> = course.dry.iter().copied().collect();
            dry.sort_unstable();
            let dry = dry.into_iter().map(|k| course.cover.hydrants()[k].feature).collect();
            self.trace.dry.push(Change { at_s, now: dry });
        }
        if self.out[..2] != out[..2] {
            let mut thirsty = unreached(course);
            thirsty.extend(course.without[0].iter().copied());
            thirsty.sort_unstable();
            thirsty.dedup();
            let thirsty = thirsty.into_iter().map(|slot| buildings[slot].id).collect();
            self.trace.unreached.push(Change { at_s, now: thirsty });
        }
        if self.out[2] != out[2] {
            let dark = course.without[1].iter().map(|slot| buildings[*slot].id).collect();
            self.trace.unpowered.push(Change { at_s, now: dark });
        }
    }

    /// Writes down where a person is where that changed.
    fn follow(&mut self, course: &Course<'_>, person: usize) {
        let walkers = &course.walkers;
        let now = walkers.whereabouts(person);
        let (was, mut node) = self.were[person];
        if now == was {
            return;
        }
        let ways = course.ways;
        let touches = |way: usize, node: usize| ways.ways[way].from == node || ways.ways[way].to == node;
        // Where he came to since.
        node = match was {
            Whereabouts::On { towards, .. } => towards,
            Whereabouts::Waiting { way } => match now {
                Whereabouts::Waiting { way: next } if !touches(next, node) => ways.other_end(way, node),
                Whereabouts::Arriving { .. } | Whereabouts::Arrived { .. } => ways.other_end(way, node),
                Whereabouts::CutOff { node } => node,
                _ => node,
            },
            _ => node,
        };
        let stay = match now {
            Whereabouts::Inside => Stay::Inside,
            Whereabouts::Leaving | Whereabouts::On { .. } | Whereabouts::Arriving { .. } => Stay::Walks,
            Whereabouts::Waiting { .. } => Stay::Waits,
            Whereabouts::Arrived { .. } => Stay::Arrived,
            Whereabouts::CutOff { .. } => Stay::CutOff,
        };
        let place = match now {
            Whereabouts::Inside | Whereabouts::Leaving => walkers.start_of(walkers.group_of(person)).0,
            Whereabouts::On { way, towards } => {
                node = ways.other_end(way, towards);
                ways.nodes[node]
            }
            Whereabouts::Waiting { .. } | Whereabouts::Arriving { .. } => ways.nodes[node],
            Whereabouts::CutOff { node: at } => {
                node = at;
                ways.nodes[node]
            }
            Whereabouts::Arrived { place } => walkers.place_m(place),
        };
        let origin = self.trace.origin_m;
        let place_m = [(place[0] - origin[0]) as f32, (place[1] - origin[1]) as f32];
        let key = Key { at_s: course.now as f32, place_m, stay };
        let keys = &mut self.trace.people[person].keys;
        match keys.last_mut() {
            // Nobody is seen to stop for a second at every corner.
            Some(last)
                if last.stay == Stay::Waits
                    && stay == Stay::Walks
                    && last.place_m == place_m
                    && key.at_s - last.at_s <= SHORT_WAIT_S =>
            {
                last.stay = Stay::Walks;
            }
            _ => keys.push(key),
        }
        self.were[person] = (now, node);
    }

    fn look(&mut self, course: &Course<'_>) {
        let (now, walkers) = (course.now, &course.walkers);
        let mut look = Look { at_s: now, exposed: course.exposed.len() as u32, ..Look::default() };
        for person in 0..walkers.persons() {
            match walkers.whereabouts(person) {
                Whereabouts::Inside => look.inside += 1,
                Whereabouts::Arrived { .. } => look.arrived += 1,
                Whereabouts::CutOff { .. } => look.cut_off += 1,
                _ => look.on_the_way += 1,
            }
        }
        let reached = walkers.in_the_open().filter(|&(_, place)| course.threat.at(place, now).1);
        look.in_danger = reached.map(|(person, _)| person as u32).collect();
        look.struck = course.struck.len() as u32;
        let (flow, unknown) = course.water();
        look.water = (flow, unknown as u32);
        self.trace.looks.push(look);
        let buildings = &course.cache.snapshot().buildings;
        let inside = course.threat.buildings(course.cache, now).into_iter().filter(|(slot, _)| course.stands[*slot]);
        let inside: Vec<FeatureId> = inside.map(|(slot, _)| buildings[slot].id).collect();
        if self.trace.endangered.last().map_or(&[] as &[FeatureId], |last| last.now.as_slice()) != inside.as_slice() {
            self.trace.endangered.push(Change { at_s: now, now: inside });
        }
    }
}

/// Slots of the buildings that no hydrant with water reaches, and one without does: by the rule of the overlay.
fn unreached(course: &Course<'_>) -> Vec<usize> {
    let dry = &course.dry;
    let wet = course.cover.without_those(|hydrant| dry.contains(&hydrant));
    let far = |reach: &Reach| matches!(reach, Reach::Outside(_) | Reach::Unknown);
    let both = course.cover.all().iter().copied().zip(wet).enumerate();
    both.filter(|(slot, (all, wet))| course.stands[*slot] && !far(all) && far(wet)).map(|(slot, _)| slot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_places_a_person_walks_straight_and_in_line_he_stays() {
        let key = |at_s, x, stay| Key { at_s, place_m: [x, 0.0], stay };
        let track = Track {
            keys: vec![
                key(0.0, 0.0, Stay::Inside),
                key(10.0, 0.0, Stay::Walks),
                key(20.0, 10.0, Stay::Waits),
                key(30.0, 10.0, Stay::Walks),
                key(40.0, 20.0, Stay::Arrived),
            ],
        };
        let at = |at_s: f32| (track.at(at_s).place_m[0], track.at(at_s).stay);
        assert_eq!(at(5.0), (0.0, Stay::Inside));
        assert_eq!(at(15.0), (5.0, Stay::Walks));
        assert_eq!(at(25.0), (10.0, Stay::Waits));
        assert_eq!(at(35.0), (15.0, Stay::Walks));
        assert_eq!(at(99.0), (20.0, Stay::Arrived));
        assert_eq!(track.at(15.0).heading, [1.0, 0.0]);
    }

    #[test]
    fn a_vehicle_is_on_its_way_between_its_times() {
        let track = vec![(60.0, [0.0, 0.0]), (70.0, [100.0, 0.0]), (80.0, [100.0, 100.0])];
        let drive = Drive { station: "S1".into(), arrives_s: Some(80.0), track };
        assert_eq!(drive.at(0.0), None);
        assert_eq!(drive.at(60.0), Some(([0.0, 0.0], [1.0, 0.0])));
        assert_eq!(drive.at(75.0), Some(([100.0, 50.0], [0.0, 1.0])));
        assert_eq!(drive.at(500.0), Some(([100.0, 100.0], [0.0, 1.0])));
    }
}
