//! What a utility still gives at the point where a parcel would be connected. Access is not capacity: where nothing says what
//! the works and the lines between can give and have promised, what is left is unknown.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use spatial_db::model::NetworkClass;

use crate::words;
use crate::words::Words;

/// Changes that are told to others as one, and enterprises whose promises they are, at least: of fewer the day and the size of what
/// is promised to one of them would be known, and three phases of one plant are one tenant's plan.
const MIXED: usize = 3;

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
    /// Whose promises begin or end with each of these steps, by its place there: keys of enterprises, which stay in the office. Who
    /// is not on record is not among them.
    pub whose: Vec<Vec<String>>,
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

    /// What may be told to others of what is left over time, from a day on: never more than there is, and nothing of what is promised
    /// to a single other enterprise. Steps begin on the day or with a year; each says the least that is left until the next, and every
    /// change between two of them is of three or more together, by three enterprises or more. Of whom nobody knows whose a promise
    /// is, it may be anybody's: it makes no further enterprise. Where there are too few one step says the least of all.
    #[must_use]
    pub fn told(&self, since: NaiveDate) -> Vec<Step> {
        let Some(first) = self.remaining.iter().rposition(|step| step.from <= since) else { return Vec::new() };
        let begins = Step { from: since, ..self.remaining[first] };
        let mut told = vec![Told { step: begins, changes: 0, whose: BTreeSet::new(), latest: since }];
        for at in first + 1..self.remaining.len() {
            let (before, step) = (&self.remaining[at - 1], &self.remaining[at]);
            let whose = self.whose.get(at).into_iter().flatten().map(String::as_str);
            let year = NaiveDate::from_ymd_opt(step.from.year(), 1, 1).unwrap_or(step.from);
            match told.last_mut() {
                Some(last) if year <= last.latest || last.is_too_few() => last.take(step, 1, whose),
                _ => {
                    // What was left before counts from the year's beginning until the change.
                    let (low, high) = (before.low.min(step.low), before.high.min(step.high));
                    let step_told = Step { from: year, low, high };
                    told.push(Told { step: step_told, changes: 1, whose: whose.collect(), latest: step.from });
                }
            }
        }
        if told.len() > 1
            && let Some(few) = told.pop_if(|last| last.is_too_few())
            && let Some(last) = told.last_mut()
        {
            last.take(&few.step, few.changes, few.whose);
        }
        told.into_iter().map(|one| one.step).collect()
    }
}

/// A step that is told to others.
struct Told<'s> {
    step: Step,
    /// Changes that it holds.
    changes: usize,
    /// Enterprises whose promises they are.
    whose: BTreeSet<&'s str>,
    /// The day of the last of them.
    latest: NaiveDate,
}

impl<'s> Told<'s> {
    /// Whether it holds changes, and too few to be told apart from the rest.
    fn is_too_few(&self) -> bool {
        self.changes > 0 && (self.changes < MIXED || self.whose.len() < MIXED)
    }

    fn take(&mut self, step: &Step, changes: usize, whose: impl IntoIterator<Item = &'s str>) {
        self.step.low = self.step.low.min(step.low);
        self.step.high = self.step.high.min(step.high);
        self.changes += changes;
        self.whose.extend(whose);
        self.latest = self.latest.max(step.from);
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
            whose: Vec::new(),
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

/// What is left, from and to, as it is told to others: of what is promised beyond what there is nothing is left, and by how much
/// it was promised too often is the office's own.
pub(super) fn left_to_tell((low, high): (f64, f64)) -> (f64, f64) {
    if high <= 0.0 {
        return (0.0, 0.0);
    }
    (if low.is_finite() { low.max(0.0) } else { low }, high)
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
    use proptest::prelude::*;

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

    #[test]
    fn less_than_nothing_is_told_as_nothing() {
        let unknown = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(left_to_tell(unknown), unknown);
        assert_eq!(left_to_tell((f64::NEG_INFINITY, -105.2)), (0.0, 0.0));
        assert_eq!(left_to_tell((f64::NEG_INFINITY, 3.0)), (f64::NEG_INFINITY, 3.0));
        assert_eq!(left_to_tell((-0.2, 0.1)), (0.0, 0.1));
        assert_eq!(left_to_tell((1.1, 1.2)), (1.1, 1.2));
    }

    /// Promises, each to an enterprise of its own.
    fn supply(promised: &[Commitment]) -> Supply {
        let whose: Vec<String> = (0..promised.len()).map(|at| format!("E{at}")).collect();
        supply_of(promised, &whose)
    }

    /// Promises with the enterprise of each.
    fn supply_of(promised: &[Commitment], to: &[String]) -> Supply {
        let remaining = remaining(day("2026-06-30"), 20.0, promised);
        let whose = remaining.iter().map(|step| {
            let on = promised.iter().zip(to).filter(|(one, _)| one.from == step.from || one.to == Some(step.from));
            on.map(|(_, whose)| whose.clone()).collect()
        });
        Supply { whose: whose.collect(), remaining, ..NoSupplies.at(0, Utility::Power) }
    }

    #[test]
    fn a_single_promise_is_not_told_and_several_are_told_together() {
        let since = day("2026-06-30");
        let promise = |from: &str, amount: f64| Commitment { from: day(from), to: None, amount };
        let told = |promised: &[Commitment]| -> Vec<(String, f64)> {
            supply(promised).told(since).iter().map(|step| (step.from.to_string(), step.low)).collect()
        };
        assert_eq!(told(&[]), [("2026-06-30".to_owned(), 20.0)]);
        // One tenant's plan, or two, cannot be read from it.
        let few = [promise("2027-03-15", 2.75), promise("2028-09-01", 1.5)];
        assert_eq!(told(&few[..1]), [("2026-06-30".to_owned(), 17.25)]);
        assert_eq!(told(&few), [("2026-06-30".to_owned(), 15.75)]);
        let three = [few[0], few[1], promise("2028-11-01", 0.5)];
        assert_eq!(told(&three), [("2026-06-30".to_owned(), 20.0), ("2027-01-01".to_owned(), 15.25)]);
        // A fourth alone in its year goes with those before it.
        let four = [three[0], three[1], three[2], promise("2030-02-02", 4.0)];
        assert_eq!(told(&four), [("2026-06-30".to_owned(), 20.0), ("2027-01-01".to_owned(), 11.25)]);
        // What begins later this year does not begin today for everybody to see.
        let soon = [promise("2026-09-01", 2.75), three[0], three[1], three[2]];
        assert_eq!(told(&soon), [("2026-06-30".to_owned(), 12.5)]);
        assert!(Supply { remaining: Vec::new(), ..supply(&[]) }.told(since).is_empty());
    }

    #[test]
    fn three_phases_of_one_enterprise_are_one_promise() {
        let since = day("2026-06-30");
        let days = ["2027-03-15", "2027-09-01", "2028-02-01", "2029-02-01", "2029-08-01"];
        let promised = days.map(|from| Commitment { from: day(from), to: None, amount: 2.0 });
        let told = |whose: [&str; 5]| -> Vec<(String, f64)> {
            let whose = whose.map(str::to_owned);
            supply_of(&promised, &whose).told(since).iter().map(|step| (step.from.to_string(), step.low)).collect()
        };
        let at_once = vec![("2026-06-30".to_owned(), 10.0)];
        assert_eq!(told(["A", "A", "A", "A", "A"]), at_once);
        assert_eq!(told(["A", "A", "A", "B", "B"]), at_once, "B knows its own and could tell A's");
        let by_three = [("2026-06-30".to_owned(), 20.0), ("2027-01-01".to_owned(), 10.0)];
        assert_eq!(told(["A", "B", "C", "A", "A"]), by_three);
        // What is nobody's by the record may be anybody's.
        let mut nobodys = supply(&promised);
        nobodys.whose.clear();
        assert_eq!(nobodys.told(since).len(), 1);
        nobodys.whose = vec![Vec::new(), vec!["A".into()], Vec::new(), vec!["B".into()], vec!["B".into()]];
        assert_eq!(nobodys.told(since).len(), 1);
        nobodys.whose.push(vec!["C".into()]);
        assert_eq!(nobodys.told(since).iter().map(|step| step.low).collect::<Vec<_>>(), [20.0, 10.0]);
    }

    proptest! {
        /// By hand: whoever's promises change what is told between two steps, they are three enterprises or more.
        #[test]
        fn no_step_is_of_fewer_than_three_enterprises(
            promises in prop::collection::vec((1_u64..2500, prop::option::of(1_u64..1500), 0_usize..5), 0..14),
        ) {
            let since = day("2026-06-30");
            let (promised, whose): (Vec<Commitment>, Vec<String>) = promises
                .into_iter()
                .map(|(from, length, whose)| {
                    let from = since + chrono::Days::new(from);
                    let to = length.map(|length| from + chrono::Days::new(length));
                    (Commitment { from, to, amount: 1.0 }, format!("E{whose}"))
                })
                .unzip();
            let told = supply_of(&promised, &whose).told(since);
            prop_assert_eq!(told[0].from, since);
            for (at, step) in told.iter().enumerate().skip(1) {
                let until = told.get(at + 1).map(|next| next.from);
                let within = |day: NaiveDate| day >= step.from && until.is_none_or(|until| day < until);
                let of = promised.iter().zip(&whose).filter(|(one, _)| within(one.from) || one.to.is_some_and(within));
                let whose: BTreeSet<&str> = of.map(|(_, whose)| whose.as_str()).collect();
                prop_assert!(whose.len() >= 3, "{:?} of {:?}", step, whose);
            }
        }

        #[test]
        fn what_is_told_is_never_more_than_there_is_and_never_a_single_promise(
            promises in prop::collection::vec((1_u64..2500, prop::option::of(1_u64..1500), 0.1_f64..4.0), 0..14),
        ) {
            let since = day("2026-06-30");
            let promised: Vec<Commitment> = promises
                .into_iter()
                .map(|(from, length, amount)| {
                    let from = since + chrono::Days::new(from);
                    Commitment { from, to: length.map(|length| from + chrono::Days::new(length)), amount }
                })
                .collect();
            let supply = supply(&promised);
            let told = supply.told(since);
            prop_assert_eq!(told[0].from, since);
            for (at, step) in told.iter().enumerate() {
                prop_assert!(at == 0 || (step.from.month(), step.from.day()) == (1, 1));
                let until = told.get(at + 1).map(|next| next.from);
                let within = |day: NaiveDate| day >= step.from && until.is_none_or(|until| day < until);
                let changes: Vec<&Step> = supply.remaining[1..].iter().filter(|one| within(one.from)).collect();
                prop_assert!(changes.is_empty() || changes.len() >= 3 || told.len() == 1, "{:?}", told);
                for one in &changes {
                    prop_assert!(step.low <= one.low && step.high <= one.high);
                }
                let there = supply.remaining.iter().rfind(|one| one.from <= step.from).unwrap();
                prop_assert!(step.low <= there.low && step.high <= there.high);
            }
            prop_assert_eq!(told.iter().map(|one| one.low).fold(f64::INFINITY, f64::min), supply.lasting(since).0);
        }
    }
}
