//! What each parcel is to the land sums: its kind of land, built up or not, supplied, ready, idle.
//!
//! Where the records do not tell, a parcel keeps every state that they leave possible. The rules that decide stand in
//! `docs/evaluation.md`; those that the standard does not fix are ParkTwin's own and say so.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{EventKind, LandContract, LandEvent, Parcel, Presence};

use super::inputs::{TypedInputs, TypedParcel};
use super::range::Range;
use super::rules::{EvaluationRules, says};
use crate::land::{
    ClockState, PhysicalUse, Proviso, Site, contract_clock, joined, physical_use, qualified, sites, state_words,
};
use crate::rules::{BuiltBy, Group, RuleSet};
use crate::words;
use crate::words::Words;

/// One way that a parcel may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(clippy::struct_excessive_bools, reason = "each is a column of the standard's table of land")]
pub struct State {
    /// Kind of land.
    pub group: Group,
    /// Built up.
    pub built: bool,
    /// Ready for supply, or supplied.
    pub ready: bool,
    /// Supplied.
    pub supplied: bool,
    /// Idle under Order 53.
    pub idle: bool,
}

/// Something decided of a parcel, or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<T> {
    /// The answer; `None` when the records do not tell.
    pub answer: Option<T>,
    /// Why, or what is missing.
    pub because: Words,
}

impl<T> Decision<T> {
    fn yes(answer: T, because: Words) -> Self {
        Self { answer: Some(answer), because }
    }

    fn open(because: Words) -> Self {
        Self { answer: None, because }
    }
}

/// A parcel as it goes into the sums.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Short name of the park.
    pub park: String,
    /// Key of the parcel.
    pub key: String,
    /// Parcel number as people say it.
    pub number: Option<String>,
    /// Geometric area, m².
    pub area_m2: f64,
    /// The park has buildings on record, so that land without one has none.
    pub buildings_on_record: bool,
    /// Footprints of finished buildings on record, m².
    pub footprint_m2: f64,
    /// Floors by the rules (tall storeys twice), m².
    pub floor_m2: Range,
    /// Open storage and operating yards on record, m².
    pub yard_m2: f64,
    /// The park has such yards on record, so that ground without one has none.
    pub yards_surveyed: bool,
    /// Buildings whose floors are unknown.
    pub buildings_without_floors: usize,
    /// Buildings with storeys of unknown height, which may count once or twice.
    pub buildings_without_storey_height: usize,
    /// In the zone's growth area.
    pub growth_area: bool,
    /// Earliest signature of a contract by the date asked for; `None` inside when it is not dated.
    pub signed: Option<Option<NaiveDate>>,
    /// Kind of land.
    pub group: Decision<Group>,
    /// Built up.
    pub built: Decision<bool>,
    /// Supplied.
    pub supplied: Decision<bool>,
    /// Ready for supply.
    pub ready: Decision<bool>,
    /// Idle.
    pub idle: Decision<bool>,
    /// Every state that the decisions leave possible.
    pub states: Vec<State>,
}

impl Line {
    /// Footprints of finished buildings, m²: in a park without a building on record, up to the floor area on the parcel's record, or the
    /// whole of the land.
    pub fn footprints_m2(&self) -> Range {
        if self.buildings_on_record {
            return Range::exactly(self.footprint_m2);
        }
        let floor = if self.floor_m2.high.is_finite() { self.floor_m2.low } else { f64::INFINITY };
        Range::new(0.0, self.area_m2.min(floor))
    }

    /// Footprints and open yards, m²: where nobody surveyed yards, up to the whole of the land.
    pub fn cover_m2(&self) -> Range {
        let footprints = self.footprints_m2();
        let least = footprints.low + self.yard_m2;
        let land = least.max(self.area_m2);
        let most = if self.yards_surveyed { (footprints.high + self.yard_m2).min(land) } else { land };
        Range::new(least, most)
    }

    /// What is missing, of the decisions that are open.
    pub fn open(&self) -> impl Iterator<Item = &Words> {
        let group = self.group.answer.is_none().then_some(&self.group.because);
        let rest = [&self.built, &self.supplied, &self.ready, &self.idle];
        let open = rest.into_iter().filter(|decision| decision.answer.is_none());
        group.into_iter().chain(open.map(|decision| &decision.because))
    }
}

/// The consistent states that decisions leave possible. Built-up land is supplied, supplied land ready, idle land supplied
/// and not built up: so the standard's table of land adds up.
fn states(
    group: Option<Group>,
    built: Option<bool>,
    supplied: Option<bool>,
    ready: Option<bool>,
    idle: Option<bool>,
) -> Vec<State> {
    let either = |decided: Option<bool>| decided.map_or_else(|| vec![false, true], |answer| vec![answer]);
    let groups = group.map_or_else(|| Group::ALL.to_vec(), |group| vec![group]);
    let mut states = Vec::new();
    for group in groups {
        if group == Group::None {
            states.push(State { group, built: false, ready: false, supplied: false, idle: false });
            continue;
        }
        for built in either(built) {
            // What follows from being built up goes before what the records leave open.
            for supplied in if built { vec![true] } else { either(supplied) } {
                for ready in if supplied { vec![true] } else { either(ready) } {
                    for idle in if built || !supplied { vec![false] } else { either(idle) } {
                        states.push(State { group, built, ready, supplied, idle });
                    }
                }
            }
        }
    }
    states
}

/// What the records of a park say of its parcels.
struct Records<'a> {
    rules: &'a RuleSet,
    evaluation: &'a EvaluationRules,
    as_of: NaiveDate,
    buildings_on_record: bool,
    contracts_on_record: bool,
    contracts: HashMap<&'a str, Vec<&'a LandContract>>,
    events: HashMap<&'a str, Vec<&'a LandEvent>>,
    typed: BTreeMap<&'a str, &'a TypedParcel>,
}

/// A line for every parcel that was there on `as_of`, in the order of the snapshot.
pub(super) fn lines(
    cache: &Cache,
    rules: &RuleSet,
    evaluation: &EvaluationRules,
    typed: Option<&TypedInputs>,
    as_of: NaiveDate,
) -> Vec<Line> {
    let snapshot = cache.snapshot();
    let mut presence = Presence::on(snapshot, as_of);
    // A building that is not finished shows no use: land on which one stands is not built up.
    for (there, building) in presence.buildings.iter_mut().zip(&snapshot.buildings) {
        *there &= !says(building.state.as_deref(), &evaluation.words.unfinished_building);
    }
    let mut records = Records {
        rules,
        evaluation,
        as_of,
        buildings_on_record: !snapshot.buildings.is_empty(),
        contracts_on_record: !snapshot.contracts.is_empty(),
        contracts: HashMap::new(),
        events: HashMap::new(),
        typed: typed.map(TypedInputs::parcels).unwrap_or_default(),
    };
    for contract in &snapshot.contracts {
        records.contracts.entry(&contract.parcel_key).or_default().push(contract);
    }
    for event in snapshot.events.iter().filter(|event| event.date <= as_of) {
        records.events.entry(&event.contract_key).or_default().push(event);
    }
    let sites = sites(cache, rules, &presence);
    let there = snapshot.parcels.iter().zip(sites).zip(&presence.parcels).filter(|(_, there)| **there);
    there.map(|((parcel, site), _)| records.line(&snapshot.park.slug, parcel, site)).collect()
}

impl Records<'_> {
    fn line(&self, park: &str, parcel: &Parcel, site: Site) -> Line {
        let key = parcel.provenance.key.as_str();
        let typed = self.typed.get(key).copied();
        let contracts: Vec<&LandContract> = self.contracts.get(key).cloned().unwrap_or_default();
        let signed: Vec<&LandContract> =
            contracts.iter().copied().filter(|c| c.signed.is_none_or(|date| date <= self.as_of)).collect();
        let group = self.group(parcel, typed);
        let built = self.built(parcel, &site, &contracts, typed);
        let supplied = self.supplied(parcel, &contracts, &signed, &built, typed);
        let ready = Self::ready(&supplied, typed);
        let idle = self.idle(&signed, typed);
        let floor_m2 = match site.floor_area_m2 {
            Some(floor) => Range::exactly(floor),
            // The parcel's record tells no storeys: tall ones may count twice.
            None if !self.buildings_on_record => {
                match parcel.recorded_floor_area_m2.filter(|floor| floor.is_finite() && *floor >= 0.0) {
                    Some(floor) => Range::new(floor, 2.0 * floor),
                    None => Range::new(0.0, f64::INFINITY),
                }
            }
            None if site.buildings.is_empty() => Range::exactly(0.0),
            // Only storeys or their heights are missing: floors on record count once or twice.
            None if site.buildings_without_floors == 0 => Range::new(site.least_floor_area_m2, site.most_floor_area_m2),
            // Whoever built it built one floor at least.
            None => Range::new(site.least_floor_area_m2.max(site.footprint_m2), f64::INFINITY),
        };
        let mut states = states(group.answer, built.answer, supplied.answer, ready.answer, idle.answer);
        if group.answer.is_none() && built.answer == Some(false) {
            // It may be of a class that needs no building.
            states.extend(self::states(Some(Group::Other), Some(true), None, None, None));
        }
        Line {
            park: park.to_owned(),
            key: key.to_owned(),
            number: parcel.number.clone(),
            area_m2: site.area_m2,
            buildings_on_record: self.buildings_on_record,
            footprint_m2: site.footprint_m2,
            floor_m2,
            yard_m2: site.storage_yard_m2,
            yards_surveyed: site.yards_surveyed,
            buildings_without_floors: site.buildings_without_floors,
            buildings_without_storey_height: site.buildings_without_storey_height,
            growth_area: typed.is_some_and(|typed| typed.growth_area),
            signed: signed.iter().map(|contract| contract.signed).min_by_key(|date| date.unwrap_or(NaiveDate::MAX)),
            states,
            group,
            built,
            supplied,
            ready,
            idle,
        }
    }

    fn group(&self, parcel: &Parcel, typed: Option<&TypedParcel>) -> Decision<Group> {
        if let Some((typed, group)) = typed.and_then(|t| Some((t, t.group?))) {
            return Decision::yes(group, typed_in(typed));
        }
        match self.evaluation.classes.of(parcel) {
            Ok(class) => {
                let code = parcel.land_use_code.as_deref().unwrap_or_default();
                let scheme = parcel.land_use_scheme.as_deref().unwrap_or_default();
                let name = class.words();
                let because =
                    words!("why-class", "{name}: {code} in {scheme}", name = name, code = code, scheme = scheme);
                Decision::yes(class.group, because)
            }
            Err(missing) => Decision::open(missing),
        }
    }

    fn built(
        &self,
        parcel: &Parcel,
        site: &Site,
        contracts: &[&LandContract],
        typed: Option<&TypedParcel>,
    ) -> Decision<bool> {
        if let Some((typed, built)) = typed.and_then(|t| Some((t, t.built?))) {
            return Decision::yes(built, typed_in(typed));
        }
        if self.evaluation.classes.of(parcel).is_ok_and(|class| class.built_by == BuiltBy::Class) {
            let because = words!("why-built-by-class", "roads and green need no building: taken as laid out");
            return Decision::yes(true, because);
        }
        let events = || contracts.iter().filter_map(|c| self.events.get(c.provenance.key.as_str())).flatten();
        let done = events().filter(|e| matches!(e.kind, EventKind::Completion | EventKind::Production));
        if let Some(done) = done.min_by_key(|event| event.date) {
            return Decision::yes(true, words!("why-completed", "completed {date}", date = done.date));
        }
        let (physical, reason) = physical_use(parcel, site, self.rules, self.buildings_on_record);
        let stands = match physical {
            PhysicalUse::InUse | PhysicalUse::UnderUsed => true,
            PhysicalUse::Vacant | PhysicalUse::NotBuildingLand => false,
            PhysicalUse::Unknown => return Decision::open(reason),
        };
        if stands && events().next().is_some() {
            let because = words!("why-built-open", "buildings stand, but no completion is on record");
            return Decision::open(because);
        }
        Decision::yes(stands, reason)
    }

    fn supplied(
        &self,
        parcel: &Parcel,
        contracts: &[&LandContract],
        signed: &[&LandContract],
        built: &Decision<bool>,
        typed: Option<&TypedParcel>,
    ) -> Decision<bool> {
        if let Some((typed, supplied)) = typed.and_then(|t| Some((t, t.supplied?))) {
            return Decision::yes(supplied, typed_in(typed));
        }
        if let Some(date) = signed.iter().filter_map(|contract| contract.signed).min() {
            return Decision::yes(true, words!("why-signed", "contract signed {date}", date = date));
        }
        if !signed.is_empty() {
            return Decision::open(words!("why-unsigned", "the contract on record has no date of signature"));
        }
        if built.answer == Some(true) {
            return Decision::yes(true, words!("why-supplied-built", "built-up land counts as supplied"));
        }
        if !contracts.is_empty() {
            return Decision::yes(false, words!("why-signed-later", "the contract on record is of a later day"));
        }
        match parcel.holder.as_deref() {
            None => Decision::open(words!("why-no-holder", "neither contract nor holder on record")),
            Some(holder) if says(Some(holder), &self.evaluation.words.land_bank) => {
                Decision::yes(false, words!("why-land-bank", "held by the land bank: {holder}", holder = holder))
            }
            Some(holder) => {
                Decision::yes(true, words!("why-holder", "registered to {holder}, no contract", holder = holder))
            }
        }
    }

    fn ready(supplied: &Decision<bool>, typed: Option<&TypedParcel>) -> Decision<bool> {
        if let Some((typed, ready)) = typed.and_then(|t| Some((t, t.ready?))) {
            return Decision::yes(ready, typed_in(typed));
        }
        if supplied.answer == Some(true) {
            return Decision::yes(true, words!("why-ready-supplied", "supplied land was ready for supply"));
        }
        Decision::open(words!("why-ready-open", "no record tells whether the land is ready for supply"))
    }

    /// Idle under Order 53. A verdict that takes for granted what no record tells is none to count by: late delivery, a cause that still
    /// lasts or another start may make it another.
    fn idle(&self, signed: &[&LandContract], typed: Option<&TypedParcel>) -> Decision<bool> {
        if let Some((typed, idle)) = typed.and_then(|t| Some((t, t.idle?))) {
            return Decision::yes(idle, typed_in(typed));
        }
        if !self.contracts_on_record {
            return Decision::open(words!("why-no-contracts", "no contracts on record"));
        }
        let mut decision =
            Decision::yes(false, words!("why-never-idle", "land without a contract is never called idle"));
        for contract in signed {
            let events = self.events.get(contract.provenance.key.as_str()).map_or(&[][..], Vec::as_slice);
            let clock = contract_clock(contract, events, self.rules, self.as_of);
            let key = contract.provenance.key.as_str();
            let reason = match clock.proviso {
                None => clock.reason,
                taken => joined(vec![qualified(state_words(clock.state), taken), clock.reason]),
            };
            let reason = words!("why-clock", "contract {key}: {reason}", key = key, reason = reason);
            let is_certain = contract.signed.is_some() && clock.proviso.is_none();
            match clock.state {
                ClockState::PastReclaim | ClockState::Idle | ClockState::StalledIdle if is_certain => {
                    return Decision::yes(true, reason);
                }
                // Land whose start was not agreed may have had an earlier one.
                ClockState::Running | ClockState::InOrder if clock.proviso == Some(Proviso::NoStartAgreed) => {
                    decision = Decision::open(reason);
                }
                // Whether land is idle where the government has a part in it is for the authority to say; a contract
                // without a date of signature may not have held yet.
                ClockState::PastReclaim
                | ClockState::Idle
                | ClockState::StalledIdle
                | ClockState::Excused
                | ClockState::Unknown => decision = Decision::open(reason),
                ClockState::Running | ClockState::InOrder if decision.answer.is_some() => {
                    decision = Decision::yes(false, reason);
                }
                ClockState::Running | ClockState::InOrder => {}
            }
        }
        decision
    }
}

fn typed_in(typed: &TypedParcel) -> Words {
    words!("why-typed", "{source}, {date}", source = &typed.source, date = typed.date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_add_up_as_the_table_of_land_does() {
        let all = states(None, None, None, None, None);
        assert_eq!(all.len(), 1 + 3 * 5, "none; and built, idle, supplied, ready, not ready for three groups");
        for state in &all {
            assert!(!state.built || state.supplied);
            assert!(!state.supplied || state.ready);
            assert!(!state.idle || (state.supplied && !state.built));
        }
        let built = states(Some(Group::Industrial), Some(true), Some(false), None, Some(true));
        assert_eq!(built, [State { group: Group::Industrial, built: true, ready: true, supplied: true, idle: false }]);
    }
}
