//! What a utility still gives at the point where a parcel would be connected. Access is not capacity: where nothing says what
//! the works and the lines between can give and have promised, what is left is unknown.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use spatial_db::model::NetworkClass;

use crate::words;
use crate::words::Words;

/// A utility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Utility {
    /// Power, MW.
    Power,
    /// Gas, m³/h.
    Gas,
    /// Water, m³/d.
    Water,
    /// Sewage, m³/d.
    Sewage,
    /// Telecom, routes.
    Telecom,
    /// Heat, MW.
    Heat,
}

impl Utility {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Power, Self::Gas, Self::Water, Self::Sewage, Self::Telecom, Self::Heat];

    /// What it is called.
    pub fn title(self) -> Words {
        match self {
            Self::Power => words!("pitch-utility-power", "power"),
            Self::Gas => words!("pitch-utility-gas", "gas"),
            Self::Water => words!("pitch-utility-water", "water"),
            Self::Sewage => words!("pitch-utility-sewage", "sewage"),
            Self::Telecom => words!("pitch-utility-telecom", "telecom"),
            Self::Heat => words!("pitch-utility-heat", "heat"),
        }
    }

    /// Unit of what is left.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Power | Self::Heat => "MW",
            Self::Gas => "m³/h",
            Self::Water | Self::Sewage => "m³/d",
            Self::Telecom => "",
        }
    }

    /// Class of its lines.
    pub const fn class(self) -> NetworkClass {
        match self {
            Self::Power => NetworkClass::Power,
            Self::Gas => NetworkClass::Gas,
            Self::Water => NetworkClass::Water,
            Self::Sewage => NetworkClass::Drainage,
            Self::Telecom => NetworkClass::Telecom,
            Self::Heat => NetworkClass::Heat,
        }
    }
}

/// What is left from a day on, until the next step: no less than `low`, no more than `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The first day.
    pub from: NaiveDate,
    /// At least, in the utility's unit.
    pub low: f64,
    /// At most, in the utility's unit.
    pub high: f64,
}

/// What a utility still gives at a parcel's connection point.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    /// The utility.
    pub utility: Utility,
    /// The connection point, as people say it; `None` where none is known.
    pub point: Option<Words>,
    /// From the parcel to it, m.
    pub distance_m: Option<f64>,
    /// What is left over time, in order of days; nothing where that is unknown.
    pub remaining: Vec<Step>,
    /// What limits it.
    pub bottleneck: Option<Words>,
    /// What is missing, where it is not known.
    pub unknown: Option<Words>,
    /// Where it comes from.
    pub source: Words,
    /// Day of the source.
    pub date: Option<NaiveDate>,
}

impl Supply {
    /// What stays from a day on: the least of that day and all later ones, as from and to.
    pub fn lasting(&self, by: NaiveDate) -> (f64, f64) {
        // The step in force on the day, and those after it.
        let first = self.remaining.iter().rposition(|step| step.from <= by);
        let Some(first) = first else { return (f64::NEG_INFINITY, f64::INFINITY) };
        let least = |of: fn(&Step) -> f64| self.remaining[first..].iter().map(of).fold(f64::INFINITY, f64::min);
        (least(|step| step.low), least(|step| step.high))
    }
}

/// Whoever knows what is left at the connection points of a park's parcels.
pub trait Supplies: Sync {
    /// What a utility still gives at a parcel, by its position in the snapshot.
    fn at(&self, parcel: usize, utility: Utility) -> Supply;

    /// What stays from a day on, as from and to; without words, for many parcels.
    fn lasting(&self, parcel: usize, utility: Utility, by: NaiveDate) -> (f64, f64) {
        self.at(parcel, utility).lasting(by)
    }
}

/// Nobody knows: what is left is unknown everywhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSupplies;

impl Supplies for NoSupplies {
    fn at(&self, _: usize, utility: Utility) -> Supply {
        Supply {
            utility,
            point: None,
            distance_m: None,
            remaining: Vec::new(),
            bottleneck: None,
            unknown: Some(words!(
                "pitch-no-capacities",
                "capacities and commitments of {utility} are not on record",
                utility = utility.title(),
            )),
            source: Words::default(),
            date: None,
        }
    }

    fn lasting(&self, _: usize, _: Utility, _: NaiveDate) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// Load that is promised to somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Commitment {
    /// The first day.
    pub from: NaiveDate,
    /// Day after the last; `None` without end.
    pub to: Option<NaiveDate>,
    /// How much, in the utility's unit.
    pub amount: f64,
}

/// Steps of what a capacity leaves over time beside commitments.
pub fn remaining(since: NaiveDate, capacity: f64, commitments: &[Commitment]) -> Vec<Step> {
    let mut days: Vec<NaiveDate> =
        commitments.iter().flat_map(|one| [Some(one.from), one.to]).flatten().filter(|day| *day > since).collect();
    days.push(since);
    days.sort_unstable();
    days.dedup();
    let left = |day: NaiveDate| {
        let holds = |one: &&Commitment| one.from <= day && one.to.is_none_or(|to| day < to);
        capacity - commitments.iter().filter(holds).map(|one| one.amount).sum::<f64>()
    };
    days.into_iter().map(|from| Step { from, low: left(from), high: left(from) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_left_lasts_only_as_long_as_nothing_else_is_promised() {
        let promised = [
            Commitment { from: day("2024-01-01"), to: Some(day("2027-01-01")), amount: 6.0 },
            Commitment { from: day("2028-01-01"), to: None, amount: 3.0 },
        ];
        let steps = remaining(day("2026-06-30"), 10.0, &promised);
        assert_eq!(steps.iter().map(|step| step.low).collect::<Vec<_>>(), [4.0, 10.0, 7.0]);
        let supply = Supply { remaining: steps, ..NoSupplies.at(0, Utility::Power) };
        assert_eq!(supply.lasting(day("2026-07-01")), (4.0, 4.0));
        // Ten are left in 2027, but three of them are promised from 2028.
        assert_eq!(supply.lasting(day("2027-06-01")), (7.0, 7.0));
        assert_eq!(supply.lasting(day("2020-01-01")), (f64::NEG_INFINITY, f64::INFINITY), "before anything is known");
    }
}
