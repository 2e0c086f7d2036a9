//! Jobs near a site: people who work in the park by its records. Who lives near by, and who works beyond the park, is on no record,
//! so that there may always be more.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::Datelike;

use super::ground::{Candidate, Ground, Missing};
use super::measure::{Measure, NOWHERE};
use super::shapes::Shapes;

/// Enterprises with jobs on record: where they are and how many people they have.
#[derive(Debug)]
pub(super) struct Jobs {
    /// Every parcel that an enterprise uses, by its position in `enterprises`.
    places: Shapes,
    /// Whose each place is, by the position in `people`.
    enterprises: Vec<usize>,
    /// Parcels and people of each enterprise.
    people: Vec<(usize, i64)>,
}

impl Jobs {
    /// Jobs of the latest calendar year with figures that had ended by the day.
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let park = ground.park;
        let counted = park.enterprise_years.iter().filter_map(|row| {
            let people = row.employees.filter(|people| *people >= 0)?;
            (row.year < ground.as_of.year()).then_some((row.year, row.enterprise_key.as_str(), people))
        });
        let counted: Vec<(i32, &str, i64)> = counted.collect();
        let latest = counted.iter().map(|row| row.0).max();
        let people: HashMap<&str, i64> =
            counted.into_iter().filter(|row| Some(row.0) == latest).map(|row| (row.1, row.2)).collect();
        let parcels: HashMap<&str, u32> =
            park.parcels.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at as u32)).collect();
        let buildings: HashMap<&str, usize> =
            park.buildings.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at)).collect();
        let mut used: HashMap<&str, BTreeSet<u32>> = HashMap::new();
        // With a place that nobody knows.
        let mut somewhere: HashSet<&str> = HashSet::new();
        for tenancy in &park.tenancies {
            let runs = tenancy.valid_from.is_none_or(|from| from <= ground.as_of)
                && tenancy.valid_to.is_none_or(|to| ground.as_of < to);
            if !runs {
                continue;
            }
            let in_building = tenancy.building_key.as_deref().and_then(|key| buildings.get(key));
            // A building stands on several parcels where it stands over their boundary; where in it the people work is not known.
            let below = in_building.map_or(&[][..], |at| ground.standing[*at].as_slice());
            let on = tenancy.parcel_key.as_deref().and_then(|key| parcels.get(key).copied());
            match (below.is_empty(), on) {
                (false, _) => used.entry(&tenancy.enterprise_key).or_default().extend(below),
                (true, Some(on)) => {
                    used.entry(&tenancy.enterprise_key).or_default().insert(on);
                }
                (true, None) => {
                    somewhere.insert(&tenancy.enterprise_key);
                }
            }
        }
        let (mut places, mut enterprises, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for enterprise in &park.enterprises {
            let key = enterprise.provenance.key.as_str();
            let (Some(people), Some(used)) = (people.get(key), used.get(key)) else { continue };
            if somewhere.contains(key) {
                continue;
            }
            for slot in used {
                places.push((enterprises.len(), ground.outlines[*slot as usize].clone()));
                enterprises.push(kept.len());
            }
            kept.push((used.len(), *people));
        }
        Self { places: Shapes::of(places), enterprises, people: kept }
    }

    /// Jobs within a reach of a candidate, at least. Those of an enterprise with several places count where all of them are
    /// within: who works where is not on record.
    pub(super) fn measure(&self, ground: &Ground<'_>, candidate: &Candidate, within_m: f64) -> Measure {
        let outlines = ground.outlines_of(candidate);
        let near: BTreeSet<u32> = outlines.iter().flat_map(|outline| self.places.within(outline, within_m)).collect();
        let mut found = vec![0_usize; self.people.len()];
        for place in near {
            found[self.enterprises[place as usize]] += 1;
        }
        let all_near = self.people.iter().zip(&found).filter(|((places, _), found)| **found >= *places);
        let sum: i64 = all_near.map(|((_, people), _)| people).sum();
        Measure { low: sum as f64, high: f64::INFINITY, at: NOWHERE, missing: Missing::Jobs }
    }
}
