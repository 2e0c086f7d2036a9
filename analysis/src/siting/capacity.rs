//! What the networks have left, as siting asks for it: at the connection point of a parcel, over time, with the bottleneck.

use chrono::NaiveDate;
use spatial_db::model::{ParkSnapshot, Presence};

use super::supply::{NoSupplies, Step, Supplies, Supply, Utility};
use crate::network::Settings;
use crate::network::capacity::{Capacity, CapacityRules, Known, Missing, Place, Reached, Remaining};
use crate::words;
use crate::words::Words;

/// Power is on record as apparent power, kVA, and asked for in MW: a plant draws at least this share of it as real power. A
/// `ParkTwin` default; contracts ask for 0.9 or more.
pub const LEAST_POWER_FACTOR: f64 = 0.9;

/// The capacities of a park's networks. Fibre routes are not among them: ports and holes tell no two ways apart.
#[derive(Debug)]
pub struct NetworkSupplies<'p> {
    park: &'p ParkSnapshot,
    of: Vec<(Utility, Capacity<'p>)>,
    until: NaiveDate,
}

impl<'p> NetworkSupplies<'p> {
    /// Capacities by the records of a day, with commitments up to `until`. A resource that the table does not have stays
    /// unknown.
    pub fn of(
        park: &'p ParkSnapshot,
        there: &'p Presence,
        settings: &Settings,
        rules: &'p CapacityRules,
        until: NaiveDate,
    ) -> Self {
        let resources = [
            (Utility::Power, "power"),
            (Utility::Gas, "gas"),
            (Utility::Water, "water"),
            (Utility::Sewage, "sewage"),
            (Utility::Heat, "heat"),
        ];
        let of = resources
            .into_iter()
            .filter_map(|(utility, name)| Some((utility, Capacity::of(park, there, settings, rules, name).ok()?)));
        Self { park, of: of.collect(), until }
    }

    fn answers(&self, parcel: usize, utility: Utility) -> Option<Vec<Remaining>> {
        let (_, capacity) = self.of.iter().find(|(of, _)| *of == utility)?;
        let key = self.park.parcels[parcel].provenance.key.as_str();
        capacity.over_time(Place::Parcel(key), self.until).ok().filter(|answers| !answers.is_empty())
    }
}

impl Supplies for NetworkSupplies<'_> {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let nobody = NoSupplies.at(parcel, utility);
        let Some(answers) = self.answers(parcel, utility) else { return nobody };
        let first = &answers[0];
        // What stays is of all later days: what is missing on one of them is missing.
        let missing = answers.iter().map(|answer| answer.known.missing()).find(|missing| !missing.is_empty());
        let missing = missing.unwrap_or_default();
        let unknown = (!missing.is_empty()).then(|| crate::land::joined(missing.iter().map(Missing::words).collect()));
        let told = answers.iter().any(|answer| answer.value.is_some());
        let bottleneck = first.bottleneck();
        Supply {
            utility,
            point: bottleneck.map(|element| Words::from(element.key.as_str())),
            distance_m: match first.reached {
                Reached::Connection => Some(0.0),
                Reached::Line(distance) => Some(distance),
                Reached::Nothing => None,
            },
            bottleneck: bottleneck
                .map(|element| words!("pitch-bottleneck", "bottleneck {key}", key = element.key.as_str())),
            remaining: if told { answers.iter().map(|answer| step(utility, answer)).collect() } else { Vec::new() },
            unknown: if told { unknown } else { unknown.or(nobody.unknown) },
            source: words!("pitch-source-capacity", "ratings, loads and commitments on record"),
            date: Some(first.as_of),
        }
    }
}

/// What is left from the day of an answer on, in the utility's unit. Where a load is not on record there is no more than that, and
/// nobody knows how much less.
fn step(utility: Utility, answer: &Remaining) -> Step {
    let (least, most) = if utility == Utility::Power { (LEAST_POWER_FACTOR / 1e3, 1e-3) } else { (1.0, 1.0) };
    let (low, high) = match (answer.value, &answer.known) {
        (Some(value), Known::Known) => (f64::min(value * least, value * most), f64::max(value * least, value * most)),
        (Some(value), Known::AtMost(_)) => (f64::NEG_INFINITY, f64::max(value * least, value * most)),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Step { from: answer.by, low, high }
}
