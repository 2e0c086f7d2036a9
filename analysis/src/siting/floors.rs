//! Floor that stands empty: what no let takes, now or later, and what comes free when the last has ended.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{Building, Tenancy};

use super::ground::{Candidate, Free, Ground};
use crate::rules::BuildingState;

/// Floor that is worth offering, m².
const SMALLEST_FLOOR_M2: f64 = 100.0;

/// Days of a year.
const YEAR_DAYS: f64 = 365.25;

impl Ground<'_> {
    /// Buildings with floor that stands empty on the day, or will by a day on record, for so many years, or for good if none are said:
    /// a let that begins within them takes its floor. Where the floor of a let or of the building is not on record, what is left is
    /// from nothing up to the most that it can be.
    pub fn floors(&self, years: Option<f64>) -> Vec<Candidate> {
        let mut lets: HashMap<&str, Vec<&Tenancy>> = HashMap::new();
        for tenancy in &self.park.tenancies {
            // What has ended by the day takes nothing any more.
            if let Some(key) = tenancy.building_key.as_deref()
                && tenancy.valid_to.is_none_or(|to| self.as_of < to)
            {
                lets.entry(key).or_default().push(tenancy);
            }
        }
        // Until when it is wanted from the day on; `None` for good.
        let until = years.and_then(|years| {
            let days = (years * YEAR_DAYS).ceil();
            let days = (days.is_finite() && (0.0..3e6).contains(&days)).then_some(days as u64)?;
            self.as_of.checked_add_days(chrono::Days::new(days))
        });
        let mut floors: Vec<Candidate> = Vec::new();
        for (at, building) in self.park.buildings.iter().enumerate() {
            if self.presence.buildings[at] {
                let lets = lets.get(building.provenance.key.as_str()).map_or(&[][..], Vec::as_slice);
                for (floor_m2, free) in self.offers(building, lets, until) {
                    floors.push(Candidate {
                        parcels: self.standing[at].clone(),
                        building: Some(at as u32),
                        area_m2: 0.0,
                        floor_m2,
                        free,
                    });
                }
            }
        }
        floors.sort_by(|a, b| a.floor_m2.0.total_cmp(&b.floor_m2.0).then_with(|| a.building.cmp(&b.building)));
        floors
    }

    /// Floor of a building, m², from and to, and from when it is to be had.
    fn offers(&self, building: &Building, lets: &[&Tenancy], until: Option<NaiveDate>) -> Vec<((f64, f64), Free)> {
        let state = building.state.as_deref().and_then(|text| self.rules.state(text));
        if matches!(state, Some(BuildingState::Unfinished)) {
            return Vec::new();
        }
        let footprint = geo::Area::unsigned_area(&building.footprint);
        let floor = building.floor_area_m2.filter(|m2| *m2 > 0.0);
        let floor = floor.or_else(|| Some(building.storeys.filter(|n| *n > 0.0)? * footprint));
        let whole = floor.map_or((0.0, f64::INFINITY), |floor| (floor, floor));
        let now = Free::From(self.as_of);
        let mut offers = Vec::new();
        // Empty by what the record says; or let in part, so that the rest is.
        let runs = lets.iter().any(|one| begun(one, self.as_of));
        if runs || state == Some(BuildingState::Vacant) {
            let (used, known) = taken(lets, self.as_of, until);
            let left = |floor: f64| (floor - used).max(0.0);
            let rest = (if known { left(whole.0) } else { 0.0 }, left(whole.1));
            if lets.is_empty() || rest.1 >= SMALLEST_FLOOR_M2 {
                offers.push((rest, now));
            }
        }
        // Everything once the last has left.
        let ends = lets.iter().map(|one| one.valid_to).collect::<Option<Vec<_>>>();
        if let Some(last) = ends.and_then(|days| days.into_iter().max()) {
            offers.push((whole, Free::From(last)));
        }
        offers
    }
}

fn begun(tenancy: &Tenancy, by: NaiveDate) -> bool {
    tenancy.valid_from.is_none_or(|from| from <= by)
}

/// The most floor that lets take at once from a day until another, m², and whether the floor of each is on record.
fn taken(lets: &[&Tenancy], from: NaiveDate, until: Option<NaiveDate>) -> (f64, bool) {
    let within = |one: &&&Tenancy| {
        let starts = one.valid_from.is_none_or(|first| until.is_none_or(|until| first < until));
        starts && one.valid_to.is_none_or(|end| from < end)
    };
    let lets: Vec<&Tenancy> = lets.iter().filter(within).copied().collect();
    let known = lets.iter().all(|one| one.floor_area_m2.is_some());
    // It only grows when one begins.
    let days = lets.iter().filter_map(|one| one.valid_from).filter(|day| *day > from).chain([from]);
    let on = |day: NaiveDate| -> f64 {
        let runs = lets.iter().filter(|one| begun(one, day) && one.valid_to.is_none_or(|end| day < end));
        runs.filter_map(|one| one.floor_area_m2).sum()
    };
    (days.map(on).fold(0.0, f64::max), known)
}
