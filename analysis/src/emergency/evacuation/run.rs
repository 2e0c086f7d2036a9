//! An evacuation: people leave buildings through doors and walk ways to places of assembly.
//!
//! Doors let through what SFPE says. On ways everyone walks at Weidmann's speed of the crowd on his stretch; no more enter a stretch than
//! his relation carries at best, the others wait in line before it (point queue). Everyone goes the shortest way that is open; when ways
//! close, people choose again at their next corner, and go to another place where theirs cannot be reached. A person on a stretch that
//! closes walks it to its end.
//!
//! Two streams that meet on a way do not slow each other below the speed at its capacity.
//!
//! Left out: line of sight and knowledge (everyone knows the ways), queues that reach back over corners, cars, helpers; inside buildings
//! people are at the door when they have set out. Reaction times are lognormal.

mod closing;
mod doors;
mod whereabouts;

use std::collections::VecDeque;

use spatial_db::model::FeatureId;

use super::dice::Dice;
use super::error::within;
use super::reroute::Routes;
use super::walking::Walking;
use super::ways::WayNetwork;
use super::{EvacuationError, EvacuationRules};

pub use whereabouts::Whereabouts;

/// People who leave a building by one door: a building of several has a group at each.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The building.
    pub building: FeatureId,
    /// How many.
    pub persons: u32,
    /// Where they come out, m.
    pub door_m: [f64; 2],
    /// Its clear width, m; of several that lie together their widths together.
    pub door_width_m: f64,
    /// Whether it is without steps; none: not on record.
    pub step_free: Option<bool>,
}

/// A place of assembly.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembly {
    /// The resource.
    pub resource: FeatureId,
    /// Name.
    pub name: Option<String>,
    /// Where, m.
    pub position_m: [f64; 2],
    /// How many it takes; none: not on record.
    pub capacity: Option<u32>,
}

/// A way that is closed for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closure {
    /// The way.
    pub way: usize,
    /// From, s after the alarm.
    pub from_s: f64,
    /// Until; for good if none.
    pub until_s: Option<f64>,
}

/// What an evacuation starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvacuationInput<'a> {
    /// Ways.
    pub ways: &'a WayNetwork,
    /// People.
    pub groups: &'a [Group],
    /// Places.
    pub places: &'a [Assembly],
    /// Closures.
    pub closures: &'a [Closure],
    /// What the draws begin with.
    pub seed: u64,
    /// When to stop at the latest, s.
    pub until_s: f64,
}

/// When a person arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// s after the alarm.
    pub at_s: f64,
    /// Index of the group.
    pub group: usize,
    /// Index of the place.
    pub place: usize,
}

/// When a building was empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Departure {
    /// The last person through the door, s; none if someone is still inside.
    pub empty_s: Option<f64>,
    /// The last of its people at a place, s; none if someone has not arrived.
    pub safe_s: Option<f64>,
}

/// How a place was used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlaceUse {
    /// Who arrived.
    pub arrived: u32,
    /// Capacity; none: not on record.
    pub capacity: Option<u32>,
    /// Most of its people were sent there although it is full.
    pub over: u32,
}

/// How many are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Census {
    /// In buildings.
    pub inside: u32,
    /// Outside, on their way or in line before one.
    pub on_ways: u32,
    /// At a place of assembly.
    pub arrived: u32,
    /// At a corner from which no way is open.
    pub cut_off: u32,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evacuation {
    /// The last person at a place, s; none if someone has not arrived in time.
    pub egress_s: Option<f64>,
    /// Everyone.
    pub persons: u32,
    /// Arrivals in their order.
    pub arrivals: Vec<Arrival>,
    /// Persons with no open way to any place when it ended.
    pub cut_off: u32,
    /// Persons on their way when it ended.
    pub on_the_way: u32,
    /// By group.
    pub departures: Vec<Departure>,
    /// By place.
    pub places: Vec<PlaceUse>,
}

/// Where a person is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Inside,
    /// Towards the first node or, at the end, the place: way left, m; `true` at the end.
    Open(f64, bool),
    /// In line before a way, at a node.
    Waiting(usize, usize),
    /// On a way towards a node: way left, m.
    On(usize, usize, f64),
    Arrived,
    CutOff(usize),
}

#[derive(Debug)]
struct Person {
    group: usize,
    place: usize,
    ready_s: f64,
    pace: f64,
    /// What is left of the step in which he came to his corner, s: he walks it on when he does not have to wait there.
    spare_s: f64,
    at: At,
}

/// A step, s.
const STEP_S: f64 = 1.0;

/// The evacuation.
///
/// # Errors
/// [`EvacuationError`] for doors and times out of range, and where there is nobody or nowhere to go.
pub fn evacuate(rules: &EvacuationRules, input: &EvacuationInput<'_>) -> Result<Evacuation, EvacuationError> {
    let until_s = within("time", input.until_s, (1.0, 86_400.0), "s")?;
    if input.places.is_empty() {
        return Err(EvacuationError::NoPlaces);
    }
    let mut walkers = Walkers::new(rules, input.ways, input.groups, input.places, input.seed)?;
    let steps = (until_s / STEP_S) as usize;
    let nothing = vec![false; input.ways.ways.len()];
    let mut closed = nothing.clone();
    for step in 0..steps {
        let now = step as f64 * STEP_S;
        closed.fill(false);
        for closure in input.closures {
            if closure.from_s <= now && closure.until_s.is_none_or(|until| now < until) {
                closed[closure.way] = true;
            }
        }
        walkers.close(&closed, &nothing);
        walkers.step(now);
        if walkers.left() == 0 {
            break;
        }
    }
    Ok(walkers.result())
}

/// People on their way, moved a second at a time: for who closes ways as things happen.
#[derive(Debug)]
pub struct Walkers<'a> {
    ways: &'a WayNetwork,
    groups: &'a [Group],
    places: &'a [Assembly],
    walking: Walking,
    persons: Vec<Person>,
    /// People inside, who is ready first at the front, per group; credit of the door.
    inside: Vec<VecDeque<u32>>,
    door_flow: Vec<f64>,
    door_credit: Vec<f64>,
    /// First node of each group and the way to it.
    first: Vec<(usize, f64)>,
    /// Last node of each place and the way from it.
    last: Vec<(usize, f64)>,
    closed: Vec<bool>,
    avoided: Vec<bool>,
    avoid: f64,
    /// Per place: distance and way to take per node.
    tables: Vec<Routes>,
    /// Those can be brought up to date where ways change.
    every_stretch_counts: bool,
    /// Where a fire burns who walks there, and the ways that were closed besides when the way out of it was looked for.
    heat: Option<([f64; 2], f64)>,
    heat_barred: Vec<bool>,
    /// The way out from each node in it; nothing where there is no heat. Whether it has changed since people chose.
    flight: Vec<Option<usize>>,
    flight_differs: bool,
    /// People on each way, and waiting before each end of it (from, to).
    crowd: Vec<u32>,
    lines: Vec<[VecDeque<u32>; 2]>,
    credit: Vec<[f64; 2]>,
    capacity: f64,
    /// Density at that capacity, persons/m².
    crest: f64,
    arrivals: Vec<Arrival>,
    assigned: Vec<u32>,
    over: Vec<u32>,
    empty_s: Vec<f64>,
    left: u32,
    /// The last step, s after the alarm.
    now_s: f64,
}

impl<'a> Walkers<'a> {
    /// Everyone inside, with his place and his time to set out.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for doors, [`EvacuationError::NoPlaces`].
    pub fn new(
        rules: &EvacuationRules,
        ways: &'a WayNetwork,
        groups: &'a [Group],
        places: &'a [Assembly],
        seed: u64,
    ) -> Result<Self, EvacuationError> {
        if places.is_empty() {
            return Err(EvacuationError::NoPlaces);
        }
        let walking = Walking::new(rules);
        let closed = vec![false; ways.ways.len()];
        let last: Vec<(usize, f64)> = places.iter().map(|place| ways.nearest(place.position_m)).collect();
        let doors: Vec<[f64; 2]> = groups.iter().map(|group| group.door_m).collect();
        let first = ways.nearest_of_each(&doors);
        let mut door_flow = Vec::with_capacity(groups.len());
        for group in groups {
            door_flow.push(walking.doors_flow_1_s(group.door_width_m)?);
        }
        let (median, spread) = (rules.value("persons", "reaction_median_s"), rules.value("persons", "reaction_spread"));
        let slow_share = rules.value("persons", "reduced_mobility_share");
        let slow_pace = rules.value("persons", "reduced_mobility_speed");
        let mut persons: Vec<Person> = Vec::new();
        let mut inside: Vec<Vec<u32>> = vec![Vec::new(); groups.len()];
        let without_steps = doors::without_steps(groups);
        for (group, people) in groups.iter().enumerate() {
            for _ in 0..people.persons {
                let id = persons.len() as u32;
                let mut dice = Dice::of(seed, u64::from(id));
                let ready_s = median * (spread * dice.normal()).exp();
                let slow = dice.even() < slow_share;
                let (pace, door) = if slow { (slow_pace, without_steps[group]) } else { (1.0, group) };
                persons.push(Person { group: door, place: 0, ready_s, pace, spare_s: 0.0, at: At::Inside });
                inside[door].push(id);
            }
        }
        for queue in &mut inside {
            queue.sort_by(|a, b| {
                let ready = |id: u32| persons[id as usize].ready_s;
                ready(*a).total_cmp(&ready(*b)).then(a.cmp(b))
            });
        }
        let inside: Vec<VecDeque<u32>> = inside.into_iter().map(VecDeque::from).collect();
        let left = persons.len() as u32;
        let avoid = rules.value("ways", "avoid_factor");
        let mut run = Self {
            ways,
            groups,
            places,
            walking,
            persons,
            inside,
            door_credit: vec![0.0; groups.len()],
            door_flow,
            first,
            last,
            closed,
            avoided: vec![false; ways.ways.len()],
            avoid,
            tables: Vec::new(),
            every_stretch_counts: ways.every_stretch_counts(avoid),
            heat: None,
            heat_barred: Vec::new(),
            flight: Vec::new(),
            flight_differs: false,
            crowd: vec![0; ways.ways.len()],
            lines: (0..ways.ways.len()).map(|_| [VecDeque::new(), VecDeque::new()]).collect(),
            credit: vec![[0.0; 2]; ways.ways.len()],
            capacity: walking.weidmann_capacity().0,
            crest: walking.weidmann_capacity().1,
            arrivals: Vec::with_capacity(left as usize),
            assigned: vec![0; places.len()],
            over: vec![0; places.len()],
            empty_s: vec![0.0; groups.len()],
            left,
            now_s: f64::NEG_INFINITY,
        };
        run.route();
        run.assign();
        Ok(run)
    }

    /// How many are sent to each place at the start.
    pub fn assigned(&self) -> Vec<u32> {
        self.assigned.clone()
    }

    /// Who has not arrived.
    pub fn left(&self) -> u32 {
        self.left
    }

    /// A second, `now` seconds after the alarm.
    pub fn step(&mut self, now: f64) {
        self.now_s = now;
        self.open_doors(now);
        self.enter_ways();
        self.walk(now);
    }

    /// How many are where.
    pub fn census(&self) -> Census {
        let mut census = Census::default();
        for person in &self.persons {
            match person.at {
                At::Inside => census.inside += 1,
                At::Open(..) | At::Waiting(..) | At::On(..) => census.on_ways += 1,
                At::Arrived => census.arrived += 1,
                At::CutOff(_) => census.cut_off += 1,
            }
        }
        census
    }

    /// Gives every group a place: nearest pairs first, as long as the place has room; who finds none goes to the nearest all the same.
    fn assign(&mut self) {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (group, &(node, _)) in self.first.iter().enumerate() {
            for (place, table) in self.tables.iter().enumerate() {
                let far = table.0[node] + self.last[place].1;
                if far.is_finite() {
                    pairs.push((far, group, place));
                }
            }
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut of_door: Vec<VecDeque<u32>> = vec![VecDeque::new(); self.groups.len()];
        for (id, person) in self.persons.iter().enumerate() {
            of_door[person.group].push_back(id as u32);
        }
        for only_room in [true, false] {
            for &(_, group, place) in &pairs {
                let waiting = of_door[group].len() as u32;
                if waiting == 0 {
                    continue;
                }
                let room = match self.places[place].capacity {
                    Some(capacity) if only_room => capacity.saturating_sub(self.assigned[place]),
                    _ => u32::MAX,
                };
                let go = waiting.min(room);
                for id in of_door[group].drain(..go as usize) {
                    self.persons[id as usize].place = place;
                }
                self.assigned[place] += go;
                if !only_room {
                    self.over[place] += go;
                }
            }
        }
    }

    /// The next way of a person at a node.
    fn choose(&mut self, id: u32, node: usize) {
        let place = self.persons[id as usize].place;
        if node == self.last[place].0 {
            self.head_for(id, place);
            return;
        }
        let mut next = self.tables[place].1[node];
        if next.is_none() {
            // The nearest place that can be reached.
            let reachable = (0..self.tables.len()).filter(|&other| self.tables[other].0[node].is_finite());
            let nearest = reachable.min_by(|&a, &b| self.tables[a].0[node].total_cmp(&self.tables[b].0[node]));
            if let Some(other) = nearest {
                self.persons[id as usize].place = other;
                if node == self.last[other].0 {
                    self.head_for(id, other);
                    return;
                }
                next = self.tables[other].1[node];
            }
        }
        let Some(way) = next.or_else(|| self.way_out(node)) else {
            self.persons[id as usize].at = At::CutOff(node);
            return;
        };
        let side = usize::from(self.ways.ways[way].to == node);
        self.lines[way][side].push_back(id);
        self.persons[id as usize].at = At::Waiting(way, node);
    }

    /// From the last corner to the place.
    fn head_for(&mut self, id: u32, place: usize) {
        let free = self.walking.weidmann_unchecked(0.0);
        let person = &mut self.persons[id as usize];
        person.at = At::Open(self.last[place].1 - person.spare_s * free * person.pace, true);
        person.spare_s = 0.0;
    }

    fn open_doors(&mut self, now: f64) {
        for group in 0..self.inside.len() {
            // A door saves up no more than a step and one person.
            let flow = self.door_flow[group] * STEP_S;
            self.door_credit[group] = (self.door_credit[group] + flow).min(flow + 1.0);
            while self.door_credit[group] >= 1.0 {
                let Some(&id) = self.inside[group].front() else { break };
                if self.persons[id as usize].ready_s > now {
                    break;
                }
                self.inside[group].pop_front();
                self.door_credit[group] -= 1.0;
                self.empty_s[group] = now + STEP_S;
                self.persons[id as usize].at = At::Open(self.first[group].1, false);
            }
        }
    }

    fn enter_ways(&mut self) {
        let free = self.walking.weidmann_unchecked(0.0);
        for way in 0..self.lines.len() {
            let flow = self.capacity * self.ways.ways[way].width_m * STEP_S;
            for side in 0..2 {
                if self.lines[way][side].is_empty() {
                    self.credit[way][side] = flow;
                    continue;
                }
                self.credit[way][side] = (self.credit[way][side] + flow).min(flow + 1.0);
                while self.credit[way][side] >= 1.0 {
                    let Some(id) = self.lines[way][side].pop_front() else { break };
                    self.credit[way][side] -= 1.0;
                    let ends = &self.ways.ways[way];
                    let towards = if side == 0 { ends.to } else { ends.from };
                    let person = &mut self.persons[id as usize];
                    person.at = At::On(way, towards, ends.length_m - person.spare_s * free * person.pace);
                    person.spare_s = 0.0;
                    self.crowd[way] += 1;
                }
                for &id in &self.lines[way][side] {
                    self.persons[id as usize].spare_s = 0.0;
                }
            }
        }
    }

    fn walk(&mut self, now: f64) {
        let free = self.walking.weidmann_unchecked(0.0);
        let speed: Vec<f64> = self
            .crowd
            .iter()
            .zip(&self.ways.ways)
            .map(|(&crowd, way)| {
                let density = f64::from(crowd.saturating_sub(1)) / (way.length_m * way.width_m);
                // Who is let in by the capacity is on the free side of its crest: the queue stands before the way.
                self.walking.weidmann_unchecked(density.min(self.crest))
            })
            .collect();
        for id in 0..self.persons.len() as u32 {
            let person = &mut self.persons[id as usize];
            match person.at {
                At::Open(left, last) => {
                    let step = free * person.pace * STEP_S;
                    if left > step {
                        person.at = At::Open(left - step, last);
                    } else if last {
                        let at_s = now + left / (free * person.pace);
                        person.at = At::Arrived;
                        self.left -= 1;
                        let (group, place) = (person.group, person.place);
                        self.arrivals.push(Arrival { at_s, group, place });
                    } else {
                        let node = self.first[person.group].0;
                        person.spare_s = STEP_S - left / (free * person.pace);
                        self.choose(id, node);
                    }
                }
                At::On(way, towards, left) => {
                    let step = speed[way] * person.pace * STEP_S;
                    if left > step {
                        person.at = At::On(way, towards, left - step);
                    } else {
                        // A step with a jam in it is walked to its end.
                        person.spare_s = STEP_S - (left / (speed[way] * person.pace)).clamp(0.0, STEP_S);
                        self.crowd[way] -= 1;
                        self.choose(id, towards);
                    }
                }
                At::Inside | At::Waiting(..) | At::Arrived | At::CutOff(_) => {}
            }
        }
    }

    /// What came of it.
    pub fn result(mut self) -> Evacuation {
        self.arrivals.sort_by(|a, b| a.at_s.total_cmp(&b.at_s).then((a.group, a.place).cmp(&(b.group, b.place))));
        let mut safe = vec![(0_u32, 0.0_f64); self.groups.len()];
        let mut arrived = vec![0_u32; self.places.len()];
        for arrival in &self.arrivals {
            safe[arrival.group].0 += 1;
            safe[arrival.group].1 = safe[arrival.group].1.max(arrival.at_s);
            arrived[arrival.place] += 1;
        }
        let mut of_door = vec![0_u32; self.groups.len()];
        for person in &self.persons {
            of_door[person.group] += 1;
        }
        let cut_off = self.persons.iter().filter(|person| matches!(person.at, At::CutOff(_))).count() as u32;
        let departures = (0..safe.len())
            .map(|group| Departure {
                empty_s: self.inside[group].is_empty().then_some(self.empty_s[group]),
                safe_s: (safe[group].0 == of_door[group]).then_some(safe[group].1),
            })
            .collect();
        let places = arrived
            .iter()
            .zip(self.places)
            .zip(&self.over)
            .map(|((&arrived, place), &over)| PlaceUse { arrived, capacity: place.capacity, over })
            .collect();
        Evacuation {
            egress_s: (self.left == 0).then(|| self.arrivals.last().map_or(0.0, |last| last.at_s)),
            persons: self.persons.len() as u32,
            on_the_way: self.left - cut_off,
            arrivals: self.arrivals,
            cut_off,
            departures,
            places,
        }
    }
}
