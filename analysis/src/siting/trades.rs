//! Where the enterprises of each industry are, and how many of them may be near a site that nobody knows of.

use std::collections::{BTreeSet, HashMap, HashSet};

use spatial_db::model::Enterprise;

use super::ground::{Ground, Missing};
use super::measure::{Measure, NOWHERE};
use super::shapes::{Outline, Shapes};

/// Enterprises by industry, two digits of GB/T 4754.
#[derive(Debug)]
pub(super) struct Trades {
    /// Where those of each industry are, on all that they use on the day.
    of: HashMap<String, Shapes>,
    /// Where those are whose industry is not on record.
    unknown: Shapes,
    /// Those of each industry that use something of which the place is not on record; those without an industry under nothing.
    nowhere: HashMap<String, Vec<u32>>,
}

/// What an enterprise uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Parcel(usize),
    /// A building that stands on no parcel on record.
    Building(usize),
}

/// The first two digits; nothing where there are fewer.
fn two_digits(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).take(2).collect();
    if digits.len() < 2 { String::new() } else { digits }
}

fn industry(enterprise: &Enterprise) -> String {
    enterprise.industry_code.as_deref().map(two_digits).unwrap_or_default()
}

impl Trades {
    /// Nobody.
    pub(super) fn none() -> Self {
        Self { of: HashMap::new(), unknown: Shapes::of([]), nowhere: HashMap::new() }
    }

    /// The enterprises of a park by the tenancies of the day.
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let park = ground.park;
        let parcels: HashMap<&str, usize> =
            park.parcels.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at)).collect();
        let buildings: HashMap<&str, usize> =
            park.buildings.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at)).collect();
        let mut places: HashMap<&str, BTreeSet<Place>> = HashMap::new();
        let (mut lost, mut on_record): (HashSet<&str>, HashSet<&str>) = (HashSet::new(), HashSet::new());
        for tenancy in &park.tenancies {
            let enterprise = tenancy.enterprise_key.as_str();
            on_record.insert(enterprise);
            let runs = tenancy.valid_from.is_none_or(|from| from <= ground.as_of)
                && tenancy.valid_to.is_none_or(|to| ground.as_of < to);
            if !runs {
                continue;
            }
            let building = tenancy.building_key.as_deref().and_then(|key| buildings.get(key).copied());
            let parcel = tenancy.parcel_key.as_deref().and_then(|key| parcels.get(key).copied());
            let uses = places.entry(enterprise).or_default();
            match (building, parcel) {
                (Some(at), _) if !ground.standing[at].is_empty() => {
                    uses.extend(ground.standing[at].iter().map(|slot| Place::Parcel(*slot as usize)));
                }
                (_, Some(at)) => {
                    uses.insert(Place::Parcel(at));
                }
                (Some(at), None) => {
                    uses.insert(Place::Building(at));
                }
                (None, None) => {
                    lost.insert(enterprise);
                }
            }
        }
        let outline = |place: &Place| match *place {
            Place::Parcel(at) => ground.outlines[at].clone(),
            Place::Building(at) => Outline::of_area(&park.buildings[at].footprint),
        };
        let mut by_trade: HashMap<String, Vec<(usize, Option<Outline>)>> = HashMap::new();
        let mut nowhere: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, enterprise) in park.enterprises.iter().enumerate() {
            let (code, key) = (industry(enterprise), enterprise.provenance.key.as_str());
            let uses = places.get(key).filter(|uses| !uses.is_empty());
            // Who is somewhere for certain may be somewhere else besides.
            if lost.contains(key) || !on_record.contains(key) {
                nowhere.entry(code.clone()).or_default().push(at as u32);
            }
            if let Some(uses) = uses {
                by_trade.entry(code).or_default().extend(uses.iter().map(|place| (at, outline(place))));
            }
        }
        let unknown = Shapes::of(by_trade.remove("").unwrap_or_default());
        let of = by_trade.into_iter().map(|(code, places)| (code, Shapes::of(places))).collect();
        Self { of, unknown, nowhere }
    }

    /// How many enterprises of these industries are within a distance of some ground, m: those on record, and at most those of
    /// which the industry or the place is not on record besides.
    pub(super) fn near(&self, outlines: &[impl AsRef<Outline>], industries: &[String], within_m: f64) -> Measure {
        if self.of.is_empty() && self.nowhere.keys().all(String::is_empty) {
            // No enterprise with an industry: nobody recorded any.
            return Measure { low: 0.0, ..Measure::unknown(Missing::Enterprises) };
        }
        let codes: BTreeSet<String> = industries.iter().map(|code| two_digits(code)).collect();
        let within = |shapes: &Shapes| -> Vec<u32> {
            outlines.iter().flat_map(|one| shapes.within(one.as_ref(), within_m)).collect()
        };
        let sure: BTreeSet<u32> = codes.iter().filter_map(|code| self.of.get(code)).flat_map(within).collect();
        let lost = codes.iter().map(String::as_str).chain([""]).filter_map(|code| self.nowhere.get(code)).flatten();
        let open: BTreeSet<u32> = within(&self.unknown).into_iter().chain(lost.copied()).collect();
        let open = open.difference(&sure).count();
        let missing = if open == 0 { Missing::Nothing } else { Missing::Enterprises };
        let low = sure.len() as f64;
        let high = low + open as f64;
        Measure { low, high, at: sure.first().copied().unwrap_or(NOWHERE), missing }
    }
}
