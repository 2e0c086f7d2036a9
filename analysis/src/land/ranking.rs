//! Idle and under-used land in the order in which a planner looks at it.
//!
//! The most severe statutory state first (see [`ClockState::BY_SEVERITY`]; land without a contract after every state), then
//! physical use (vacant, under-used, in use, unknown, not building land), then the scheme's rating (low efficiency, unknown,
//! efficient, not rated), then the larger area.

use super::cases::CaseStanding;
use super::clock::{ClockState, Timeline, qualified};
use super::idle::no_contract;
use super::indicators::{Indicator, LandModel, Readings};
use super::land_sheet::state_words;
use super::physical::{PhysicalUse, open_point, physical_use};
use super::scheme::{Efficiency, Rating, Scheme, efficiency};
use super::site::Site;
use crate::words;
use crate::words::{Words, percent};
use rayon::prelude::*;
use spatial_db::model::LandContract;

/// A parcel with everything that is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<'a> {
    /// Position in the snapshot's parcels.
    pub slot: usize,
    /// What stands on it.
    pub site: &'a Site,
    /// Physical use.
    pub physical: PhysicalUse,
    /// Why, in words.
    pub physical_reason: Words,
    /// What is not on record and could change the physical use.
    pub physical_open: Option<Words>,
    /// Built, but the floor of its finished buildings stands empty by the records (`vacancy.empty_floor_share`).
    pub empty_by_record: bool,
    /// The contract that holds it and its clock; `None` where no contract is on record.
    pub clock: Option<(&'a LandContract, Timeline)>,
    /// Where its follow-up stands.
    pub case: CaseStanding,
    /// Its indicators.
    pub readings: Readings,
    /// What the scheme says of it.
    pub efficiency: Efficiency<'a>,
}

impl Ranked<'_> {
    /// The statutory state; `None` where no contract is on record.
    pub fn state(&self) -> Option<ClockState> {
        self.clock.as_ref().map(|(_, timeline)| timeline.state)
    }

    /// The statutory state in words that need no legend, with what it takes for granted; `given` where the park is given away
    /// without its contracts.
    pub fn state_words(&self, given: bool) -> Words {
        self.clock.as_ref().map_or_else(
            || no_contract(given).0,
            |(_, timeline)| qualified(state_words(timeline.state), timeline.proviso),
        )
    }

    /// True for land that a list of idle and under-used land holds: empty or barely built, built and empty by record, with a clock
    /// that is not in order, or of low efficiency.
    pub fn listed(&self) -> bool {
        matches!(self.physical, PhysicalUse::Vacant | PhysicalUse::UnderUsed)
            || self.empty_by_record
            || self.state().is_some_and(|state| state != ClockState::InOrder)
            || self.efficiency.rating == Rating::LowEfficiency
    }

    /// True for land that is empty or barely built; `None` where that cannot be told.
    pub fn physical_is_bad(&self) -> Option<bool> {
        match self.physical {
            PhysicalUse::Vacant | PhysicalUse::UnderUsed => self.physical_open.is_none().then_some(true),
            PhysicalUse::Unknown => None,
            PhysicalUse::InUse | PhysicalUse::NotBuildingLand => Some(false),
        }
    }

    fn place(&self) -> (usize, usize, Rating) {
        const ORDER: [PhysicalUse; 5] = [
            PhysicalUse::Vacant,
            PhysicalUse::UnderUsed,
            PhysicalUse::InUse,
            PhysicalUse::Unknown,
            PhysicalUse::NotBuildingLand,
        ];
        let state = self.state().map_or(ClockState::BY_SEVERITY.len(), ClockState::rank);
        let physical = ORDER.iter().position(|physical| *physical == self.physical).unwrap_or(ORDER.len());
        (state, physical, self.efficiency.rating)
    }
}

/// The vacant share of built land that is empty by record; `None` for other land and where the share is not known.
fn emptied(model: &LandModel<'_>, physical: PhysicalUse, readings: &Readings) -> Option<f64> {
    if !matches!(physical, PhysicalUse::InUse | PhysicalUse::UnderUsed) {
        return None;
    }
    let at = Indicator::ALL.iter().position(|one| *one == Indicator::VacantFloor)?;
    let limit = model.rules().figure("vacancy", "empty_floor_share").value;
    readings[at].value.filter(|share| *share >= limit)
}

/// Everything that is said of one parcel, by its position in the snapshot.
pub fn verdicts<'a>(model: &'a LandModel<'a>, scheme: &'a Scheme, slot: usize) -> Ranked<'a> {
    let (park, rules, as_of) = (model.park(), model.rules(), model.as_of());
    let (parcel, site) = (&park.parcels[slot], model.site(slot));
    let (physical, mut physical_reason) = physical_use(parcel, site, rules, !park.buildings.is_empty());
    let clock = model.ledger().contract(parcel, as_of).map(|contract| (contract, model.clock(contract)));
    let case = model.case_standing(slot);
    let readings = model.readings(slot);
    let empty = emptied(model, physical, &readings);
    if let Some(share) = empty {
        physical_reason = words!(
            "reason-empty",
            "{reason}; built, empty by record: {share} of the finished floor is vacant",
            reason = physical_reason,
            share = percent(share),
        );
    }
    let efficiency = efficiency(scheme, model, slot, &readings);
    Ranked {
        slot,
        site,
        physical,
        physical_reason,
        physical_open: open_point(physical, site),
        empty_by_record: empty.is_some(),
        clock,
        case,
        readings,
        efficiency,
    }
}

/// Every parcel that is there on the model's day, ranked.
pub fn ranked<'a>(model: &'a LandModel<'a>, scheme: &'a Scheme) -> Vec<Ranked<'a>> {
    let slots: Vec<usize> = model.parcels().collect();
    let mut ranked: Vec<Ranked<'a>> = slots.into_par_iter().map(|slot| verdicts(model, scheme, slot)).collect();
    ranked.par_sort_by(|a, b| {
        a.place().cmp(&b.place()).then(b.site.area_m2.total_cmp(&a.site.area_m2)).then(a.slot.cmp(&b.slot))
    });
    ranked
}
