//! Whose figures count on which parcel, and with which share.
//!
//! Figures are those of one calendar year for the whole park: the latest that had ended by the day asked for and that has any. An
//! enterprise counts where it had floor or land by its tenancies at that year's end; without a tenancy, on the parcels that it
//! held by contract. On several parcels its figures are split by the area used: floor by tenancies, land by contracts.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use spatial_db::model::{Enterprise, EnterpriseYear, ParkSnapshot, Tenancy};

use super::kind::{Input, Missing, Reading};
use crate::land::ledger::Ledger;
use crate::land::site::Standing;

/// By what an enterprise's figures were split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// Floor area of its tenancies.
    Floor,
    /// Area of the parcels that it holds by contract.
    Land,
}

/// An enterprise on a parcel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stake {
    /// Number of the enterprise in [`Economy`].
    pub(super) enterprise: usize,
    /// Share of its figures that counts here; `None` where it is on several parcels and an area is missing.
    pub(super) share: Option<f64>,
    /// Places that it uses.
    pub(super) places: usize,
    /// By what it was split.
    pub(super) basis: Basis,
}

/// Enterprises, their figures of one year, and where they count.
#[derive(Debug)]
pub(super) struct Economy<'a> {
    /// The year; `None` where no year with figures had ended.
    pub(super) year: Option<i32>,
    keys: Vec<&'a str>,
    enterprises: Vec<Option<&'a Enterprise>>,
    figures: Vec<Option<&'a EnterpriseYear>>,
    stakes: HashMap<usize, Vec<Stake>>,
}

/// True on a day within the tenancy.
pub(super) fn runs(tenancy: &Tenancy, on: NaiveDate) -> bool {
    tenancy.valid_from.is_none_or(|from| from <= on) && tenancy.valid_to.is_none_or(|to| on < to)
}

/// Places of one enterprise: parcel (`None` for one that is not among the parcels), area used where it is on record.
type Places = Vec<(Option<usize>, Option<f64>)>;

impl<'a> Economy<'a> {
    pub(super) fn of(
        park: &'a ParkSnapshot,
        standing: &Standing,
        ledger: &Ledger<'a>,
        area_m2: &[f64],
        as_of: NaiveDate,
    ) -> Self {
        let ended = if (as_of.month(), as_of.day()) == (12, 31) { as_of.year() } else { as_of.year() - 1 };
        let year = park.enterprise_years.iter().map(|figures| figures.year).filter(|year| *year <= ended).max();
        let mut economy =
            Self { year, keys: Vec::new(), enterprises: Vec::new(), figures: Vec::new(), stakes: HashMap::new() };
        let Some(on) = year.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31)) else { return economy };
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        for enterprise in &park.enterprises {
            let number = economy.number(&mut numbers, &enterprise.provenance.key);
            economy.enterprises[number] = Some(enterprise);
        }
        for figures in park.enterprise_years.iter().filter(|figures| Some(figures.year) == year) {
            let number = economy.number(&mut numbers, &figures.enterprise_key);
            economy.figures[number] = Some(figures);
        }
        let mut places: BTreeMap<usize, (Basis, Places)> = BTreeMap::new();
        for (key, places_of) in tenancies(park, standing, on) {
            let number = economy.number(&mut numbers, key);
            places.insert(number, (Basis::Floor, places_of));
        }
        for (slot, parcel) in park.parcels.iter().enumerate() {
            let holder = ledger.contract(parcel, on).and_then(|contract| contract.enterprise_key.as_deref());
            let Some(holder) = holder else { continue };
            let number = economy.number(&mut numbers, holder);
            let (basis, held) = places.entry(number).or_insert((Basis::Land, Vec::new()));
            if *basis == Basis::Land {
                held.push((Some(slot), Some(area_m2[slot])));
            }
        }
        for (number, (basis, used)) in places {
            economy.settle(number, basis, &used);
        }
        economy
    }

    fn number(&mut self, numbers: &mut HashMap<&'a str, usize>, key: &'a str) -> usize {
        *numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.enterprises.push(None);
            self.figures.push(None);
            self.keys.len() - 1
        })
    }

    fn settle(&mut self, enterprise: usize, basis: Basis, used: &Places) {
        let mut by_place: BTreeMap<Option<usize>, Option<f64>> = BTreeMap::new();
        for (place, area) in used {
            let sum = by_place.entry(*place).or_insert(Some(0.0));
            *sum = sum.zip(*area).map(|(sum, area)| sum + area);
        }
        let places = by_place.len();
        let total: Option<f64> = by_place.values().copied().sum();
        for (place, area) in by_place {
            let Some(parcel) = place else { continue };
            let share = if places == 1 {
                Some(1.0)
            } else {
                area.zip(total.filter(|total| *total > 0.0)).map(|(area, total)| area / total)
            };
            self.stakes.entry(parcel).or_default().push(Stake { enterprise, share, places, basis });
        }
    }

    /// Enterprises on a parcel, in the order of their numbers.
    pub(super) fn stakes(&self, parcel: usize) -> &[Stake] {
        self.stakes.get(&parcel).map_or(&[], Vec::as_slice)
    }

    /// An enterprise's key.
    pub(super) fn key(&self, enterprise: usize) -> &'a str {
        self.keys[enterprise]
    }

    /// An enterprise's record.
    pub(super) fn enterprise(&self, enterprise: usize) -> Option<&'a Enterprise> {
        self.enterprises[enterprise]
    }

    /// An enterprise's figures of the year.
    pub(super) fn figures(&self, enterprise: usize) -> Option<&'a EnterpriseYear> {
        self.figures[enterprise]
    }

    /// The one currency of all sums on a parcel; `None` where there are several, or none is on record.
    pub(super) fn currency(&self, parcel: usize) -> Option<&'a str> {
        let mut all = self.stakes(parcel).iter().filter_map(|stake| self.figures[stake.enterprise]);
        let first = all.next()?.currency.as_deref()?;
        all.all(|figures| figures.currency.as_deref() == Some(first)).then_some(first)
    }

    /// Sum of a figure over the enterprises on a parcel, each with its share. `never_negative` says that what is not known
    /// cannot make the sum less.
    pub(super) fn sum(
        &self,
        parcel: usize,
        figure: fn(&EnterpriseYear) -> Option<f64>,
        money: bool,
        never_negative: bool,
    ) -> Reading {
        let stakes = self.stakes(parcel);
        if stakes.is_empty() {
            let missing = if self.year.is_some() { Input::Enterprise } else { Input::Figures };
            return Reading::unknown(Missing::one(missing));
        }
        let (mut sum, mut known, mut missing) = (0.0, 0, Missing::NONE);
        for stake in stakes {
            match (self.figures[stake.enterprise].and_then(figure), stake.share) {
                (None, _) => missing.add(Input::Figures),
                (_, None) => missing.add(Input::SplitArea),
                (Some(value), Some(share)) => {
                    sum += value * share;
                    known += 1;
                }
            }
        }
        if money && known > 0 && self.currency(parcel).is_none() {
            return Reading::unknown(missing.and(Missing::one(Input::OneCurrency)));
        }
        Reading {
            value: missing.is_empty().then_some(sum),
            at_least: if missing.is_empty() || never_negative { sum } else { 0.0 },
            completeness: known as f32 / stakes.len() as f32,
            missing,
        }
    }
}

/// Where each enterprise has floor or land by its tenancies on a day.
fn tenancies<'a>(park: &'a ParkSnapshot, standing: &Standing, on: NaiveDate) -> BTreeMap<&'a str, Places> {
    let mut places: BTreeMap<&str, Places> = BTreeMap::new();
    if park.tenancies.is_empty() {
        return places;
    }
    let parcels: HashMap<&str, usize> =
        park.parcels.iter().enumerate().map(|(slot, parcel)| (parcel.provenance.key.as_str(), slot)).collect();
    let buildings: HashMap<&str, usize> =
        park.buildings.iter().enumerate().map(|(slot, building)| (building.provenance.key.as_str(), slot)).collect();
    let mut under: HashMap<usize, Vec<(usize, f64)>> = HashMap::new();
    for overlap in standing.all() {
        under.entry(overlap.building).or_default().push((overlap.parcel, overlap.area_m2));
    }
    for tenancy in park.tenancies.iter().filter(|tenancy| runs(tenancy, on)) {
        let used = places.entry(&tenancy.enterprise_key).or_default();
        let area = tenancy.floor_area_m2.filter(|area| *area > 0.0);
        let ground = tenancy.building_key.as_deref().and_then(|key| under.get(buildings.get(key)?));
        match (ground, &tenancy.parcel_key) {
            (Some(ground), _) => {
                let whole: f64 = ground.iter().map(|(_, shared)| shared).sum();
                used.extend(
                    ground.iter().map(|(parcel, shared)| (Some(*parcel), area.map(|area| area * shared / whole))),
                );
            }
            (None, Some(key)) => used.push((parcels.get(key.as_str()).copied(), area)),
            (None, None) => used.push((None, area)),
        }
    }
    places
}
