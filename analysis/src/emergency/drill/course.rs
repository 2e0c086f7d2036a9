//! The state of a drill while it runs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use geo::{Area, Centroid, MultiPolygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, Presence};

use super::DrillError;
use super::actions::supply;
use super::dose::Doses;
use super::file::{Action, DrillFile, HazardSpec, When};
use super::gather::gatherings;
use super::hangs::Hangs;
use super::log::{DrillLog, Entry, Fingerprint, HandInject, Happening, fingerprint_of};
use super::notes::among;
use super::outcome::{CountAt, Outcome, Struck, SupplyKnown, rate};
use super::response::{Came, Response};
use super::run::{DrillRun, DrillTables, ZoneAt};
use super::score::{Mark, rate_objectives, score_items};
use super::sky::Air;
use super::supply::{Lost, Supplies, amount, is_known, taps};
use super::threat::Threat;
use crate::emergency::arrival::together;
use crate::emergency::evacuation::{Walkers, WayNetwork};
use crate::emergency::hydrants::{HydrantCover, Reach, Worth, stands_somewhere};
use crate::words;
use crate::words::Words;

/// How often the hazard is looked at, s.
const LOOK_S: u32 = 10;

/// A drill under way.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) file: &'a DrillFile,
    pub(super) cache: &'a Cache,
    pub(super) tables: &'a DrillTables,
    pub(super) ways: &'a WayNetwork,
    pub(super) hand: Vec<HandInject>,
    pub(super) hand_done: usize,
    pub(super) threat: Threat<'a>,
    pub(super) air: Air,
    pub(super) walkers: Walkers<'a>,
    pub(super) response: Response<'a>,
    /// Buildings that stand on the park's date.
    pub(super) stands: Vec<bool>,
    pub(super) happened: BTreeMap<String, f64>,
    pub(super) fired: BTreeSet<usize>,
    pub(super) marks: BTreeMap<String, Mark>,
    pub(super) entries: Vec<Entry>,
    /// Ways that are closed by somebody.
    pub(super) barred: Vec<bool>,
    /// Ways that nobody can take: those, what comes within the heat of a pool, and what lies under water that is too deep.
    pub(super) closed: Vec<bool>,
    /// The hydrants, and what they reach.
    pub(super) cover: HydrantCover<'a>,
    /// What each of them is worth for the place.
    pub(super) worth: Vec<Worth>,
    /// Key and flow, L/s, of each of them.
    taps: Vec<(String, Option<f64>)>,
    pub(super) dry: HashSet<usize>,
    pub(super) struck: BTreeMap<usize, (f64, f64)>,
    /// Buildings without water and without power.
    pub(super) without: [BTreeSet<usize>; 2],
    /// The networks that it asks.
    pub(super) supplies: Supplies<'a>,
    /// Who loses supply by the mains and lines that are asked for, by class and key.
    pub(super) lost: BTreeMap<(&'static str, String), Lost>,
    pub(super) supply_known: SupplyKnown,
    pub(super) exposed: HashSet<usize>,
    pub(super) zone: (Words, MultiPolygon<f64>, f64),
    pub(super) zones: Vec<ZoneAt>,
    /// Where a leak was dangerous at the looks so far.
    clouds: Vec<MultiPolygon<f64>>,
    /// When each place of assembly first lay inside the danger, s.
    pub(super) gathered_in_danger: Vec<Option<f64>>,
    /// Who was indoors when the hazard began, by building.
    indoors: HashMap<FeatureId, u32>,
    /// Buildings whose people are not known.
    people_unknown: HashSet<FeatureId>,
    pub(super) counts: Vec<CountAt>,
    pub(super) now: f64,
    /// The hazard was stopped before it began: it never does.
    pub(super) called_off: bool,
    /// Buildings whose people are not known.
    pub(super) buildings_unknown: usize,
    /// What people breathe and buildings take in, where something leaks.
    pub(super) doses: Doses<'a>,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        file: &'a DrillFile,
        cache: &'a Cache,
        tables: &'a DrillTables,
        hand: &[HandInject],
        threat: Threat<'a>,
        ways: &'a WayNetwork,
        (walkers, people_unknown): (Walkers<'a>, HashSet<FeatureId>),
    ) -> Result<Self, DrillError> {
        let mut hand = hand.to_vec();
        hand.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let park = cache.snapshot();
        let stands = park
            .park
            .as_of
            .map_or_else(|| vec![true; park.buildings.len()], |as_of| Presence::on(park, as_of).buildings);
        let cover = HydrantCover::of(cache, &tables.figures);
        let worth = cover.hydrants().iter().map(|one| threat.worth(one.position, &tables.figures)).collect();
        let taps = taps(cache, &cover);
        let supply_known = SupplyKnown {
            water: is_known(park, NetworkClass::Water),
            power: is_known(park, NetworkClass::Power) && threat.lost_is_known(),
        };
        let doses = Doses::of(&tables.hazard, threat.release(), file.weather.temperature_c + 273.15);
        let response = Response::new(file, park, &tables.evacuation, threat.place());
        let asked: Vec<Action> =
            file.timeline.iter().map(|one| &one.does).chain(hand.iter().map(|one| &one.does)).cloned().collect();
        let gathered_in_danger = vec![None; walkers.places().len()];
        let mut course = Self {
            file,
            cache,
            tables,
            ways,
            hand,
            hand_done: 0,
            threat,
            air: Air::of(file, cache)?,
            walkers,
            response,
            stands,
            happened: BTreeMap::new(),
            fired: BTreeSet::new(),
            marks: BTreeMap::new(),
            entries: Vec::new(),
            barred: vec![false; ways.ways.len()],
            closed: vec![false; ways.ways.len()],
            cover,
            worth,
            taps,
            dry: HashSet::new(),
            struck: BTreeMap::new(),
            without: [BTreeSet::new(), BTreeSet::new()],
            supplies: Supplies::of(park),
            lost: BTreeMap::new(),
            supply_known,
            exposed: HashSet::new(),
            zone: (Words::default(), MultiPolygon::new(Vec::new()), 0.0),
            zones: Vec::new(),
            clouds: Vec::new(),
            gathered_in_danger,
            indoors: HashMap::new(),
            counts: Vec::new(),
            now: 0.0,
            called_off: false,
            buildings_unknown: people_unknown.len(),
            people_unknown,
            doses,
        };
        // Hydrants that the timeline names must be there before it starts.
        course.check_hydrants_asked_about()?;
        for does in &asked {
            course.hydrants_of(does)?;
            course.lost_of(does)?;
            if let Action::Done(expected) | Action::Missed(expected) = does {
                file.expects(expected)?;
            }
        }
        Ok(course)
    }

    pub(super) fn say(&mut self, id: &str, kind: Happening, text: Words) {
        let id = id.to_owned();
        self.happened.entry(id.clone()).or_insert(self.now);
        self.entries.push(Entry { at_s: self.now, id, kind, text });
    }

    /// Plays a second.
    pub(super) fn second(&mut self, second: u32) -> Result<(), DrillError> {
        self.now = f64::from(second);
        let begins = self.now >= self.threat.begins_s() && !self.called_off;
        if begins && !self.happened.contains_key("release") {
            self.threat.leak(self.file, &self.tables.hazard, self.now)?;
            for building in self.walkers.indoors() {
                *self.indoors.entry(building).or_default() += 1;
            }
            let text = match (&self.file.hazard, self.threat.airborne_kg_s()) {
                (HazardSpec::Leak { source, .. }, Some(rate)) => words!(
                    "drill-leak",
                    "{source} leaks: {rate} kg/s into the air",
                    source = source.as_str(),
                    rate = format!("{rate:.2}")
                ),
                (HazardSpec::Power { line, .. }, _) => {
                    let slots = self.threat.without_power(self.now);
                    let count = slots.len();
                    self.without[1].extend(slots);
                    supply(
                        self.threat.lost_is_known(),
                        words!(
                            "drill-power-cut",
                            "{key} fails: {buildings} buildings without power",
                            key = line.as_str(),
                            buildings = count
                        )
                        .counted(count, ["buildings", "building"]),
                    )
                }
                (HazardSpec::Fire { building, .. }, _) => {
                    words!("drill-fire", "{building} burns", building = building.as_str())
                }
                _ => self.threat.burst_said().unwrap_or_else(|| words!("drill-flood", "the water rises")),
            };
            self.say("release", Happening::Hazard, text);
        }
        self.due()?;
        if second.is_multiple_of(LOOK_S) {
            self.look()?;
        }
        self.respond();
        if let Some(&alarm) = self.happened.get("alarm") {
            let before = self.walkers.left();
            self.walkers.step(self.now - alarm);
            if before > 0 && self.walkers.left() == 0 {
                // Who is not known may still be inside.
                let text = if self.buildings_unknown == 0 {
                    words!("drill-evacuated", "the last person is at a place of assembly")
                } else {
                    let said = words!(
                        "drill-evacuated-known",
                        "the last of the known people is at a place of assembly; of {count} buildings the people are not known",
                        count = self.buildings_unknown
                    ).counted(self.buildings_unknown, ["buildings", "building"]);
                    // By what was done by hand until now: what is done later changes nothing that was said.
                    Hangs::of(self.file, &self.hand[..self.hand_done]).named(self.file, said)
                };
                self.say("evacuated", Happening::People, text);
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
            let inject = &self.file.timeline[k];
            match self.held_back(inject)? {
                Some(why) => self.hold_back(inject, why),
                None => self.act(&inject.id, Happening::Inject, &inject.does)?,
            }
        }
    }

    /// Looks where the hazard is, closes ways in it, and notes buildings and people that it reaches.
    fn look(&mut self) -> Result<(), DrillError> {
        self.threat.advance(self.file, self.cache, self.now)?;
        let now = self.now;
        let danger: Vec<bool> =
            (0..self.barred.len()).map(|way| self.threat.at(self.ways.middle(way), now).1).collect();
        if self.threat.stops_people() {
            self.closed = self.barred.iter().zip(&danger).map(|(barred, danger)| *barred || *danger).collect();
            self.walkers.close(&self.closed, &vec![false; danger.len()]);
        } else {
            self.keep_out_of_heat();
            self.walkers.close(&self.closed, &danger);
        }
        for (k, value) in self.threat.buildings(self.cache, now) {
            if self.stands[k] {
                let entry = self.struck.entry(k).or_insert((now, value));
                entry.1 = entry.1.max(value);
                let footprint = &self.cache.snapshot().buildings[k].footprint;
                let middle = || footprint.centroid().map_or([0.0; 2], |c| [c.x(), c.y()]);
                self.doses.outside((k, middle), (now, f64::from(LOOK_S)), value);
            }
        }
        // Where the cloud that bounds the danger has gone, a weaker one goes by.
        for (k, middle) in self.doses.untold(now) {
            let value = self.threat.at(middle, now).0;
            self.doses.outside((k, || middle), (now, f64::from(LOOK_S)), value);
        }
        self.response.look(&self.threat, now);
        let mut reached: Vec<usize> = Vec::new();
        for (person, place) in self.walkers.in_the_open() {
            let (value, inside) = self.threat.at(place, now);
            self.doses.breathe(person, value, (now, f64::from(LOOK_S)));
            if inside {
                reached.push(person);
            }
        }
        // Places of assembly lie in the open: who has come there is on no way any more, and breathes.
        let air: Vec<(f64, bool)> = self.walkers.places().iter().map(|at| self.threat.at(at.position_m, now)).collect();
        for (person, place) in self.walkers.at_places() {
            self.doses.breathe(person, air[place].0, (now, f64::from(LOOK_S)));
        }
        self.look_at_places(&air);
        if !reached.is_empty() && !self.happened.contains_key("threat_reaches_people") {
            self.say(
                "threat_reaches_people",
                Happening::People,
                words!("drill-reached", "people outside or in line at a door are inside the danger"),
            );
        }
        self.exposed.extend(reached);
        let minute = self.now.rem_euclid(60.0) == 0.0;
        if !minute && self.threat.release().is_none() {
            return Ok(());
        }
        let (name, area) = self.threat.zone(now);
        if self.threat.release().is_some() && !area.0.is_empty() && self.clouds.last() != Some(&area) {
            self.clouds.push(area.clone());
        }
        if minute {
            self.zones.push(ZoneAt { at_s: now, name: name.clone(), area: area.clone() });
            self.counts.push(CountAt { at_s: now, census: self.walkers.census(), exposed: self.exposed.len() as u32 });
        }
        let size = area.unsigned_area();
        if size > self.zone.2 {
            self.zone = (name, area, size);
        }
        Ok(())
    }

    /// Ways that somebody has closed, and those where a fire burns who walks there.
    fn keep_out_of_heat(&mut self) {
        let hot = self.threat.hot(self.now);
        self.walkers.flee(hot, &self.barred);
        let is_hot = |way: usize| hot.is_some_and(|(place, reach_m)| self.ways.comes_within(way, place, reach_m));
        let hot: Vec<bool> = (0..self.barred.len()).map(is_hot).collect();
        self.closed = self.barred.iter().zip(&hot).map(|(barred, hot)| *barred || *hot).collect();
        let count = hot.iter().filter(|hot| **hot).count();
        if count > 0 && !self.happened.contains_key("heat_closes") {
            let text = words!("drill-heat-closes", "{count} stretches of way within 5 kW/m² are closed", count = count)
                .counted(count, ["stretches of way within 5 kW/m² are", "stretch of way within 5 kW/m² is"]);
            self.say("heat_closes", Happening::Hazard, text);
        }
    }

    pub(super) fn call_engines(&mut self) {
        if self.threat.place().is_none() || self.file.engines == 0 {
            return;
        }
        let (wanted, called) = (self.file.engines as usize, self.response.call(self.file.engines, self.now));
        if called == 0 {
            self.say(
                "no_engine",
                Happening::Response,
                words!(
                    "drill-no-engine",
                    "no engine is called: no fire station in service or no road for one is on record"
                ),
            );
        } else if called < wanted {
            let text = words!(
                "drill-engines-short",
                "{called} of {wanted} engines that were asked for come: the stations in service have no more on record",
                called = called,
                wanted = wanted
            );
            self.say("engines_short", Happening::Response, text);
        }
    }

    fn respond(&mut self) {
        let (worth, dry) = (&self.worth, &self.dry);
        // The nearest hydrant that counts, has water and is not taken; of those as near the first.
        let nearest = |taken: &[usize]| {
            let free = worth.iter().enumerate().filter_map(|(k, worth)| match worth {
                Worth::Counts(gap_m) if !dry.contains(&k) && !taken.contains(&k) => Some((*gap_m, k)),
                _ => None,
            });
            free.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, k)| k)
        };
        for (engine, came) in self.response.step(self.now, nearest) {
            match came {
                Came::Arrived if !self.happened.contains_key("first_engine") => {
                    let text = self.response.first_said();
                    self.say("first_engine", Happening::Response, text);
                }
                Came::Arrived => {
                    let station = self.response.station(engine).to_owned();
                    let text = words!(
                        "drill-engine-more",
                        "another engine, from {station}, is at the place",
                        station = station
                    );
                    self.say(&format!("engine-{}", engine + 1), Happening::Response, text);
                }
                Came::Water(hydrant) => {
                    let key = self.taps[hydrant].0.clone();
                    if self.happened.contains_key("first_water") {
                        let text = words!("drill-water-more", "an engine has water from {hydrant}", hydrant = key);
                        self.say(&format!("water-{}", engine + 1), Happening::Response, text);
                    } else {
                        let amount = amount(self.water());
                        let text = words!(
                            "drill-water",
                            "first water, from {hydrant}; the hydrants in reach give {amount}",
                            hydrant = key,
                            amount = amount
                        );
                        self.say("first_water", Happening::Response, text);
                    }
                }
                Came::Waits => {
                    let text = self.response.waits_said(engine);
                    self.say(&format!("engine-{}-waits", engine + 1), Happening::Response, text);
                }
                Came::CutOff => {
                    let station = self.response.station(engine).to_owned();
                    let text =
                        words!("drill-engine-cut", "an engine from {station} has no open way", station = station);
                    self.say(&format!("engine-{}-cut-off", engine + 1), Happening::Response, text);
                }
            }
        }
        if self.response.all_there() && !self.happened.contains_key("all_engines") {
            if self.response.count() > 1 {
                let text = words!("drill-engines-all", "all engines that were called are at the place");
                self.say("all_engines", Happening::Response, text);
            } else {
                self.happened.insert("all_engines".to_owned(), self.now);
            }
        }
    }

    /// Water that the hydrants in reach of the place give, L/s, and how many of them have no flow on record.
    pub(super) fn water(&self) -> (f64, usize) {
        let (mut flow, mut unknown) = (0.0, 0);
        for (k, worth) in self.worth.iter().enumerate() {
            if matches!(worth, Worth::Counts(_)) && !self.dry.contains(&k) {
                match self.taps[k].1 {
                    Some(litres) => flow += litres,
                    None => unknown += 1,
                }
            }
        }
        (flow, unknown)
    }

    /// Buildings that no hydrant reaches, without and with those that are dry: by the rule of the overlay. None where there is no hydrant.
    fn unreached(&self) -> Option<(usize, usize)> {
        if self.cover.hydrants().is_empty() {
            return None;
        }
        let count = |reach: &[Reach]| {
            let far =
                |(reach, stands): &(&Reach, &bool)| **stands && matches!(reach, Reach::Outside(_) | Reach::Unknown);
            reach.iter().zip(&self.stands).filter(far).count()
        };
        let dry = &self.dry;
        Some((count(self.cover.all()), count(&self.cover.without_those(|hydrant| dry.contains(&hydrant)))))
    }

    pub(super) fn finish(self) -> Result<DrillRun, DrillError> {
        let stability = self.air.class(self.file, &self.tables.hazard, self.file.weather.wind_m_s)?;
        let (water_l_s, hydrants_without_flow) = self.water();
        let unreached = self.unreached();
        let time = |event: &str| self.happened.get(event).copied();
        let water_needed_l_s = match &self.file.hazard {
            HazardSpec::Fire { water_l_s, .. } => *water_l_s,
            _ => None,
        };
        let alarm_s = time("alarm");
        let stood = self.response.hydrants().into_iter().map(|at| at.map(|k| self.taps[k].clone())).collect();
        let (engines, facilities) = self.response.finish(stood, |at| self.threat.lacks_height(at));
        let places = self.walkers.places().to_vec();
        let evacuation = self.walkers.result();
        let known = (self.buildings_unknown, &Hangs::of(self.file, &self.hand));
        let notes = among(self.file, &self.entries, &self.hand);
        let rated = rate(self.file, self.now, known, time, |id| self.marks.get(id), &notes);
        let objectives = rate_objectives(self.file, &rated);
        let items = score_items(&objectives, &rated);
        let buildings = &self.cache.snapshot().buildings;
        let (breath, indoors) = self.doses.finish(&self.tables.hazard).unzip();
        let indoors = indoors.unwrap_or_default();
        let struck = self
            .struck
            .iter()
            .map(|(&k, &(first_s, worst))| {
                let building = buildings[k].provenance.key.clone();
                Struck { building, first_s, worst, unit: self.threat.unit(), indoors_kg_m3: indoors.get(&k).copied() }
            })
            .collect();
        let levels = self.threat.levels(|slot| {
            let (counts, id) = (self.stands[slot] && self.struck.contains_key(&slot), buildings[slot].id);
            counts.then(|| (self.indoors.get(&id).copied().unwrap_or(0), self.people_unknown.contains(&id)))
        });
        let used = places.iter().zip(&evacuation.places).zip(self.gathered_in_danger.iter().copied());
        let gatherings = gatherings(self.cache.snapshot(), used, |at| self.threat.lacks_height(at));
        // Where the water is known to stand at one corner, it is.
        let lacking = self.threat.without_height(self.cache);
        let buildings_without_height =
            lacking.iter().filter(|slot| self.stands[**slot] && !self.struck.contains_key(*slot)).count();
        let slots_unknown =
            [(NetworkClass::Water, &self.without[0]), (NetworkClass::Power, &self.without[1])].map(|(class, lost)| {
                let known = self.supplies.known_buildings(class);
                (0..known.len()).filter(|slot| !known[*slot] && !lost.contains(slot)).collect::<Vec<usize>>()
            });
        let [water_unknown, power_unknown] =
            [0, 1].map(|of: usize| slots_unknown[of].iter().filter(|slot| self.stands[**slot]).count());
        let standing = buildings.iter().zip(&self.stands).filter(|(_, stands)| **stands);
        let buildings_without_footprint = standing.filter(|(building, _)| !stands_somewhere(building)).count();
        let outcome = Outcome {
            alarm_s,
            first_engine_s: time("first_engine"),
            first_water_s: time("first_water"),
            last_out_s: time("evacuated"),
            persons: evacuation.persons,
            arrived: evacuation.arrivals.len() as u32,
            cut_off: evacuation.cut_off,
            on_the_way: evacuation.on_the_way,
            exposed_on_ways: self.exposed.len() as u32,
            buildings_unknown: self.buildings_unknown,
            struck,
            levels,
            buildings_without_height,
            buildings_without_footprint,
            without_water: self.without[0].iter().map(|slot| buildings[*slot].provenance.key.clone()).collect(),
            without_power: self.without[1].iter().map(|slot| buildings[*slot].provenance.key.clone()).collect(),
            supply_known: self.supply_known,
            water_unknown,
            power_unknown,
            supply_unknown: slots_unknown.map(BTreeSet::from_iter),
            water_l_s,
            hydrants_without_flow,
            water_needed_l_s,
            hydrants_out: self.dry.len(),
            unreached,
            engines,
            facilities,
            gatherings,
            rated,
            objectives,
            items,
            release: self.threat.release().cloned(),
            breath,
            stability,
            sky: self.air.sky().cloned(),
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
        for engine in &outcome.engines {
            for (at_s, [x, y]) in &engine.track {
                print.number(*at_s);
                print.number(*x);
                print.number(*y);
            }
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
        let zone = (self.zone.0, self.zone.1);
        // Of a leak whoever was in it at any time: the wind turns, and the largest cloud is one of several.
        let alert = self.threat.alert(self.now).unwrap_or_else(|| match &self.clouds[..] {
            [] => zone.clone(),
            clouds => (zone.0.clone(), MultiPolygon::new(together(clouds))),
        });
        Ok(DrillRun { log, outcome, evacuation, zone, alert, zones: self.zones, counts: self.counts })
    }
}
