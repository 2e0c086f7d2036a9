//! Indicators of every parcel on a day: how densely it is built, who uses it, what it yields.
//!
//! Readings are plain numbers, cheap for a million parcels; [`LandModel::explain`] says of one of them what went in, from
//! which row, of which day, and what is missing. What a number means for the land is left to `scheme`.

mod economy;
mod explain;
mod kind;

use std::collections::HashMap;

use chrono::NaiveDate;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, LandContract, ParkSnapshot, Presence, SurfaceKind};

use super::cases::{CaseLedger, CaseStanding, CasesUpTo};
use super::clock::{Timeline, contract_clock_in_cases};
use super::ledger::Ledger;
use super::site::{Floors, Site, Standing, rule_floors, sites_with};
use crate::rules::{BuildingState, RuleSet};
use economy::{Economy, runs};

pub use explain::{Explained, InputValue, Source};
pub use kind::{Indicator, Input, Missing, Reading};

/// The readings of one parcel, in the order of [`Indicator::ALL`].
pub type Readings = [Reading; Indicator::ALL.len()];

/// Floor of a building that is let on the day.
#[derive(Debug, Clone, Copy, Default)]
struct Let {
    /// m², of the tenancies that say.
    floor_m2: f64,
    /// A tenancy does not say.
    unsaid: bool,
}

/// Floor let on a day where the records ever name a tenancy: of buildings and, for tenancies of land alone, of parcels.
#[derive(Debug, Default)]
struct Lettings {
    of_buildings: HashMap<usize, Let>,
    of_parcels: HashMap<usize, Let>,
}

/// Everything that indicators of a park on a day need.
#[derive(Debug)]
pub struct LandModel<'a> {
    park: &'a ParkSnapshot,
    cache: &'a Cache,
    rules: &'a RuleSet,
    as_of: NaiveDate,
    there: Vec<bool>,
    standing: Standing,
    sites: Vec<Site>,
    ledger: Ledger<'a>,
    /// `None` where cases are not at hand.
    cases: Option<CaseLedger<'a>>,
    economy: Economy<'a>,
    /// Gross floor area of each building by the rules.
    floors: Vec<Floors>,
    /// Floor of each building as records of tenancies count it, each storey once, m².
    floors_once: Vec<Option<f64>>,
    lettings: Lettings,
    /// Two-digit industry code by enterprise.
    industries: HashMap<&'a str, String>,
    has_green: bool,
}

impl<'a> LandModel<'a> {
    /// The model of a park on `as_of`, with the buildings that are there by `presence`.
    pub fn of(cache: &'a Cache, presence: &Presence, rules: &'a RuleSet, as_of: NaiveDate) -> Self {
        let park: &'a ParkSnapshot = cache.snapshot();
        let standing = Standing::of(cache, presence);
        let sites = sites_with(cache, rules, &standing);
        let ledger = Ledger::of(park);
        let economy = Economy::of(park, &standing, &ledger, cache.parcel_area_m2(), as_of);
        let footprints = cache.footprint_area_m2();
        let floors = park.buildings.par_iter().zip(footprints);
        let floors = floors.map(|(building, footprint)| rule_floors(building, *footprint, rules)).collect();
        let floors_once = park.buildings.par_iter().zip(footprints);
        let floors_once = floors_once.map(|(building, footprint)| floor_once_m2(building, *footprint)).collect();
        let coded = park.enterprises.iter();
        let coded =
            coded.filter_map(|one| Some((one.provenance.key.as_str(), two_digits(one.industry_code.as_deref()?)?)));
        let industries = coded.collect();
        let has_green =
            park.surfaces.iter().any(|surface| matches!(surface.kind, SurfaceKind::Grass | SurfaceKind::Forest));
        Self {
            park,
            cache,
            rules,
            as_of,
            there: presence.parcels.clone(),
            standing,
            sites,
            ledger,
            cases: None,
            economy,
            floors,
            floors_once,
            lettings: Lettings::of(park, as_of),
            industries,
            has_green,
        }
    }

    /// The same with the park's cases; `None` where they are not at hand.
    #[must_use]
    pub fn with_cases(self, cases: Option<CasesUpTo<'a>>) -> Self {
        Self { cases: cases.map(CaseLedger::of), ..self }
    }

    /// Whether the park's cases are at hand.
    pub fn has_cases(&self) -> bool {
        self.cases.is_some()
    }

    /// Where the follow-up of a parcel stands.
    pub fn case_standing(&self, parcel: usize) -> CaseStanding {
        let parcel = &self.park.parcels[parcel];
        self.cases.as_ref().map_or(CaseStanding::NotAtHand, |cases| cases.standing(parcel))
    }

    /// The clock of a contract on the day, with what cases do to it where they are at hand.
    pub fn clock(&self, contract: &LandContract) -> Timeline {
        let cases = self.cases.as_ref().map(|cases| cases.bearing(contract)).unwrap_or_default();
        contract_clock_in_cases(contract, self.ledger.events(contract), &cases, self.rules, self.as_of)
    }

    /// The park.
    pub fn park(&self) -> &'a ParkSnapshot {
        self.park
    }

    /// The rules.
    pub fn rules(&self) -> &'a RuleSet {
        self.rules
    }

    /// The day.
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Parcels that are there on the day, by their position in the snapshot.
    pub fn parcels(&self) -> impl Iterator<Item = usize> {
        self.there.iter().enumerate().filter_map(|(slot, there)| there.then_some(slot))
    }

    /// What stands on a parcel.
    pub fn site(&self, parcel: usize) -> &Site {
        &self.sites[parcel]
    }

    /// Contracts and events.
    pub fn ledger(&self) -> &Ledger<'a> {
        &self.ledger
    }

    /// The year of the enterprises' figures; `None` where no year with figures had ended.
    pub fn year(&self) -> Option<i32> {
        self.economy.year
    }

    /// The one currency of the sums on a parcel.
    pub fn currency(&self, parcel: usize) -> Option<&'a str> {
        self.economy.currency(parcel)
    }

    /// Two-digit industry code of a parcel's project: on the parcel's record, else that of its contract's holder, else that of
    /// the only enterprise on it.
    pub fn industry(&self, parcel: usize) -> Option<String> {
        let record = &self.park.parcels[parcel];
        let holder = || {
            let key = self.ledger.contract(record, self.as_of)?.enterprise_key.as_deref()?;
            self.industries.get(key).cloned()
        };
        let alone = || match self.economy.stakes(parcel) {
            [stake] => self.industries.get(self.economy.key(stake.enterprise)).cloned(),
            _ => None,
        };
        record.industry_code.as_deref().and_then(two_digits).or_else(holder).or_else(alone)
    }

    /// The readings of every parcel, in snapshot order.
    pub fn all(&self) -> Vec<Readings> {
        (0..self.park.parcels.len()).into_par_iter().map(|parcel| self.readings(parcel)).collect()
    }

    /// The readings of one parcel.
    pub fn readings(&self, parcel: usize) -> Readings {
        Indicator::ALL.map(|indicator| self.reading(parcel, indicator))
    }

    /// One reading of one parcel.
    pub fn reading(&self, parcel: usize, indicator: Indicator) -> Reading {
        let site = &self.sites[parcel];
        let land = site.area_m2;
        if !land.is_finite() || land <= 0.0 {
            return Reading::unknown(Missing::one(Input::Boundary));
        }
        let hectares = land / 10_000.0;
        let built = !self.park.buildings.is_empty();
        match indicator {
            Indicator::LandArea => Reading::known(land),
            Indicator::Footprint | Indicator::Coverage | Indicator::AdminShare if !built => {
                Reading::unknown(Missing::one(Input::Buildings))
            }
            Indicator::Footprint => Reading::known(site.footprint_m2),
            Indicator::Coverage if !site.yards_surveyed => Reading {
                value: None,
                at_least: site.footprint_share(),
                completeness: 0.5,
                missing: Missing::one(Input::StorageYards),
            },
            Indicator::Coverage => Reading::known(site.coverage()),
            Indicator::FloorArea => self.floor_area(parcel),
            Indicator::Far => self.floor_area(parcel).over(land),
            Indicator::GreenShare if !self.has_green => Reading::unknown(Missing::one(Input::GroundCover)),
            Indicator::GreenShare => self.green_share(site),
            Indicator::AdminShare => self.admin_share(parcel),
            Indicator::VacantFloor => self.vacant_floor(parcel),
            Indicator::InvestmentIntensity => self.investment(parcel).over(hectares),
            Indicator::OutputPerHa => self.economy.sum(parcel, |year| year.output, true, true).over(hectares),
            Indicator::TaxPerHa => self.economy.sum(parcel, |year| year.tax, true, false).over(hectares),
            Indicator::JobsPerHa => {
                self.economy.sum(parcel, |year| year.employees.map(|n| n as f64), false, true).over(hectares)
            }
        }
    }

    /// Green share of a parcel in a park with green areas on record: known where the cover of the whole parcel is, else at least.
    fn green_share(&self, site: &Site) -> Reading {
        let green = site.green_m2 / site.area_m2;
        let covered = ((site.cover_m2 + site.footprint_m2) / site.area_m2).min(1.0);
        if covered >= self.rules.figure("land", "cover_complete").value {
            return Reading { completeness: covered as f32, ..Reading::known(green) };
        }
        Reading {
            value: None,
            at_least: green,
            completeness: covered as f32,
            missing: Missing::one(Input::GroundCover),
        }
    }

    /// Floor area by the buildings; by the parcel's record where the park has no buildings at all, which tells no storeys: tall ones
    /// may count twice.
    fn floor_area(&self, parcel: usize) -> Reading {
        let site = &self.sites[parcel];
        if self.park.buildings.is_empty() {
            let recorded = self.park.parcels[parcel].recorded_floor_area_m2;
            return match recorded.filter(|floor| floor.is_finite() && *floor >= 0.0) {
                // Nobody built what could be tall.
                Some(0.0) => Reading::known(0.0),
                Some(floor) => Reading {
                    value: None,
                    at_least: floor,
                    completeness: 0.5,
                    missing: Missing::one(Input::StoreyHeight),
                },
                None => Reading::unknown(Missing::one(Input::Buildings).and(Missing::one(Input::Floors))),
            };
        }
        let (all, without) = (site.buildings.len(), site.buildings_without_floors);
        let without_height = site.buildings_without_storey_height;
        let mut missing = Missing::NONE;
        if without > 0 {
            missing.add(Input::Floors);
        }
        if without_height > 0 {
            missing.add(Input::StoreyHeight);
        }
        if missing.is_empty() {
            return Reading::known(site.least_floor_area_m2);
        }
        Reading {
            value: None,
            at_least: site.least_floor_area_m2,
            completeness: (all - without - without_height) as f32 / all as f32,
            missing,
        }
    }

    /// Floor of each building on a parcel, m² there: position of the building, floor where known, else what is missing.
    fn floors_on(&self, parcel: usize) -> impl Iterator<Item = (usize, Result<f64, Input>)> {
        self.standing.on(parcel).iter().map(|overlap| {
            let share = overlap.area_m2 / self.cache.footprint_area_m2()[overlap.building];
            let floors = self.floors[overlap.building];
            let lacks = if floors.lacks_storey_height() { Input::StoreyHeight } else { Input::Floors };
            (overlap.building, floors.known().map(|floor| floor * share).ok_or(lacks))
        })
    }

    /// The same as records of tenancies count it.
    fn floors_once_on(&self, parcel: usize) -> impl Iterator<Item = (usize, Option<f64>)> {
        self.standing.on(parcel).iter().map(|overlap| {
            let share = overlap.area_m2 / self.cache.footprint_area_m2()[overlap.building];
            (overlap.building, self.floors_once[overlap.building].map(|floor| floor * share))
        })
    }

    fn admin_share(&self, parcel: usize) -> Reading {
        let (mut admin, mut all, mut known, mut count) = (0.0, 0.0, 0, 0);
        let mut missing = Missing::NONE;
        for (building, floor) in self.floors_on(parcel) {
            count += 1;
            let administers =
                self.park.buildings[building].use_text.as_deref().map(|text| self.rules.administers(text));
            match (floor, administers) {
                (Ok(floor), Some(administers)) => {
                    all += floor;
                    admin += if administers { floor } else { 0.0 };
                    known += 1;
                }
                (Err(input), _) => missing.add(input),
                (_, None) => missing.add(Input::BuildingUse),
            }
        }
        if missing.is_empty() {
            return Reading::known(if all > 0.0 { admin / all } else { 0.0 });
        }
        Reading { completeness: known as f32 / count as f32, ..Reading::unknown(missing) }
    }

    fn vacant_floor(&self, parcel: usize) -> Reading {
        let (mut vacant, mut all, mut known, mut count) = (0.0, 0.0, 0, 0);
        let mut missing = Missing::NONE;
        for (building, floor) in self.floors_once_on(parcel) {
            let state = self.park.buildings[building].state.as_deref().and_then(|state| self.rules.state(state));
            if state == Some(BuildingState::Unfinished) {
                continue;
            }
            count += 1;
            let share = self.vacant_share(parcel, building, state);
            match (floor, share) {
                (Some(floor), Ok(share)) => {
                    all += floor;
                    vacant += floor * share;
                    known += 1;
                }
                (None, _) => missing.add(Input::Floors),
                (_, Err(input)) => missing.add(input),
            }
        }
        if let Some(on_parcel) = self.lettings.of_parcels.get(&parcel) {
            vacant = (vacant - on_parcel.floor_m2).max(0.0);
            if on_parcel.unsaid {
                missing.add(Input::TenancyFloor);
            }
        }
        if count == 0 {
            return Reading::unknown(Missing::one(Input::FinishedFloor));
        }
        if missing.is_empty() && all > 0.0 {
            return Reading::known(vacant / all);
        }
        Reading { completeness: known as f32 / count as f32, ..Reading::unknown(missing) }
    }

    /// Share of a building's floor on a parcel that no tenancy takes. Where nothing was ever let by the records, its holder may use
    /// it: then its state must say.
    fn vacant_share(&self, parcel: usize, building: usize, state: Option<BuildingState>) -> Result<f64, Input> {
        let Lettings { of_buildings, of_parcels, .. } = &self.lettings;
        match (of_buildings.get(&building), self.floors_once[building]) {
            (Some(taken), _) if taken.unsaid => Err(Input::TenancyFloor),
            (Some(taken), Some(floor)) => Ok((1.0 - taken.floor_m2 / floor).clamp(0.0, 1.0)),
            (Some(taken), None) if taken.floor_m2 > 0.0 => Err(Input::Floors),
            (Some(_), None) => Ok(1.0),
            (None, _) if of_parcels.contains_key(&parcel) => Ok(1.0),
            (None, _) => by_state(state),
        }
    }

    fn investment(&self, parcel: usize) -> Reading {
        let assets = self.economy.sum(parcel, |year| year.fixed_assets, true, true);
        let contract = self.ledger.contract(&self.park.parcels[parcel], self.as_of);
        let price = contract.and_then(|contract| Some((contract.land_price?, contract.currency.as_deref())));
        let Some((price, currency)) = price else {
            let missing = assets.missing.and(Missing::one(Input::LandPrice));
            return Reading { value: None, missing, completeness: assets.completeness / 2.0, ..assets };
        };
        if currency.is_none() || self.currency(parcel).is_some_and(|used| Some(used) != currency) {
            return Reading::unknown(assets.missing.and(Missing::one(Input::OneCurrency)));
        }
        Reading {
            value: assets.value.map(|assets| assets + price),
            at_least: if self.currency(parcel).is_some() { assets.at_least + price } else { assets.at_least },
            completeness: f32::midpoint(assets.completeness, 1.0),
            missing: assets.missing,
        }
    }
}

/// Floor area of a building with each storey counted once, as records of tenancies count it also where the rules count a tall one
/// twice, m²: the record, else storeys × footprint.
fn floor_once_m2(building: &Building, footprint_m2: f64) -> Option<f64> {
    let recorded = building.floor_area_m2.filter(|area| *area > 0.0);
    recorded.or_else(|| Some(building.storeys.filter(|storeys| *storeys > 0.0)? * footprint_m2))
}

fn by_state(state: Option<BuildingState>) -> Result<f64, Input> {
    match state {
        Some(BuildingState::Vacant) => Ok(1.0),
        Some(BuildingState::Used) => Ok(0.0),
        Some(BuildingState::Unfinished) | None => Err(Input::Occupancy),
    }
}

/// The first two digits of an industry code: `34`, `C3411` and `3411` are industry 34.
pub(super) fn two_digits(code: &str) -> Option<String> {
    let digits: String = code.trim().trim_start_matches(|c: char| c.is_ascii_alphabetic()).chars().take(2).collect();
    (digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit())).then_some(digits)
}

impl Lettings {
    /// What is let on a day. Where a tenancy is on record for another day alone, nothing is.
    fn of(park: &ParkSnapshot, as_of: NaiveDate) -> Self {
        let mut lettings = Self::default();
        if park.tenancies.is_empty() {
            return lettings;
        }
        let buildings: HashMap<&str, usize> = park
            .buildings
            .iter()
            .enumerate()
            .map(|(slot, building)| (building.provenance.key.as_str(), slot))
            .collect();
        let parcels: HashMap<&str, usize> =
            park.parcels.iter().enumerate().map(|(slot, parcel)| (parcel.provenance.key.as_str(), slot)).collect();
        for tenancy in &park.tenancies {
            let building = tenancy.building_key.as_deref().and_then(|key| buildings.get(key));
            let parcel = tenancy.parcel_key.as_deref().and_then(|key| parcels.get(key));
            let taken: &mut Let = match (building, parcel) {
                (Some(building), _) => lettings.of_buildings.entry(*building).or_default(),
                (None, Some(parcel)) => lettings.of_parcels.entry(*parcel).or_default(),
                (None, None) => continue,
            };
            if !runs(tenancy, as_of) {
                continue;
            }
            match tenancy.floor_area_m2.filter(|area| *area > 0.0) {
                Some(floor) => taken.floor_m2 += floor,
                None => taken.unsaid = true,
            }
        }
        lettings
    }
}
