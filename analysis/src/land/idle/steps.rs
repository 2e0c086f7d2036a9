//! Idle land on every day, worked out once: on which days a parcel's use or its clock turns, and what they are from then on. The picture of a
//! day is then found and not worked out, so that the years can be moved through by the frame. The reasons are left to the whole overlay.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rayon::prelude::*;
use spatial_db::cache::{Cache, Overlap};
use spatial_db::model::{
    Case, EventKind, ParkSnapshot, building_stands, days_of_building, days_of_parcel, parcel_is_there,
};

use super::super::clock::after_years;
use super::super::site::{Standing, site, yards_surveyed};
use super::{CaseLedger, CasesUpTo, Column, Ledger, Made, On, Said, places, said_of};
use crate::overlay::{Overlay, Verdict};
use crate::rules::RuleSet;

/// What a parcel is from a day on, until its next step.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    from: NaiveDate,
    /// `None` while the parcel is not there.
    look: Option<Look>,
}

/// A verdict without its reasons.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    class: usize,
    value: Option<f64>,
    outline: Option<usize>,
    column: Option<Column>,
    if_delivered: bool,
}

/// The steps of a park's idle land.
#[derive(Debug)]
pub struct IdleSteps {
    /// Of all parcels, one after the other, each in the order of days; the first of each is from the first day that there is.
    steps: Vec<Step>,
    /// Where the steps of each parcel end.
    ends: Vec<usize>,
    places: Vec<Option<[f64; 2]>>,
    with_cases: bool,
}

impl IdleSteps {
    /// Works out the steps of every parcel. `cases` are those of the park, where they are at hand: each counts from the day of its entries on.
    pub fn of(cache: &Cache, rules: &RuleSet, cases: Option<&[Case]>) -> Self {
        let park: &ParkSnapshot = cache.snapshot();
        let told = cases.map(|cases| CaseLedger::of(CasesUpTo { cases, day: NaiveDate::MAX }));
        let course = Course {
            cache,
            rules,
            park,
            ledger: Ledger::of(park),
            cases: told.as_ref(),
            standing: Standing::ever(cache),
            yards_surveyed: yards_surveyed(park),
        };
        let all: Vec<Vec<Step>> = (0..park.parcels.len()).into_par_iter().map(|parcel| course.steps(parcel)).collect();
        let ends = all.iter().scan(0, |end, steps| {
            *end += steps.len();
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            places: places(park, &course.ledger),
            with_cases: cases.is_some(),
            steps: all.into_iter().flatten().collect(),
        }
    }

    /// The overlay of a day as [`idle_overlay_in_cases`](super::idle_overlay_in_cases) makes it with cases up to that day, but for
    /// the reasons: verdicts have no facts. `cache` and `rules` are those that the steps were worked out with.
    pub fn on(&self, cache: &Cache, rules: &RuleSet, day: NaiveDate) -> Overlay {
        let made = Made { cache, rules, with_cases: self.with_cases, as_of: day, places: &self.places };
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        made.overlay(begins.zip(&self.ends).map(|(begin, end)| {
            let steps = &self.steps[begin..*end];
            let at = steps.partition_point(|step| step.from <= day).checked_sub(1)?;
            let Look { class, value, outline, column, if_delivered } = steps[at].look?;
            let verdict = Verdict { class, value, outline, facts: Vec::new() };
            Some(Said { verdict, column, if_delivered, turns: [None; 3] })
        }))
    }
}

/// What steps are worked out from.
struct Course<'a> {
    cache: &'a Cache,
    rules: &'a RuleSet,
    park: &'a ParkSnapshot,
    ledger: Ledger<'a>,
    cases: Option<&'a CaseLedger<'a>>,
    standing: Standing,
    yards_surveyed: bool,
}

impl Course<'_> {
    /// The steps of a parcel. What is recorded turns something on the days that it tells; between two of these a clock turns only on days
    /// that it tells itself.
    fn steps(&self, parcel: usize) -> Vec<Step> {
        let mut days = self.recorded(parcel);
        days.insert(NaiveDate::MIN);
        let mut steps: Vec<Step> = Vec::new();
        while let Some(day) = days.pop_first() {
            let said = self.said(parcel, day);
            let turns = said.iter().flat_map(|said| said.turns).flatten();
            days.extend(turns.filter(|turn| *turn > day));
            let look = said.map(|said| Look {
                class: said.verdict.class,
                value: said.verdict.value,
                outline: said.verdict.outline,
                column: said.column,
                if_delivered: said.if_delivered,
            });
            if steps.last().is_none_or(|last| last.look != look) {
                steps.push(Step { from: day, look });
            }
        }
        steps
    }

    /// The days that the records of a parcel tell.
    fn recorded(&self, parcel: usize) -> BTreeSet<NaiveDate> {
        let record = &self.park.parcels[parcel];
        let mut days: BTreeSet<NaiveDate> = days_of_parcel(record).collect();
        let standing = self.standing.on(parcel).iter();
        days.extend(standing.flat_map(|overlap| days_of_building(&self.park.buildings[overlap.building])));
        days.extend(self.cases.iter().flat_map(|cases| cases.days(record)));
        let unagreed_years = self.rules.figure("idle", "unagreed_start_years").value;
        for contract in self.ledger.contracts(record) {
            days.extend([contract.signed, contract.agreed_start].into_iter().flatten());
            for event in self.ledger.events(contract) {
                days.extend([Some(event.date), event.until].into_iter().flatten());
                // Where no start is agreed, the handing over sets it.
                let starts = after_years(event.date, unagreed_years).filter(|_| event.kind == EventKind::Delivery);
                days.extend(starts);
            }
        }
        days
    }

    /// What is said of a parcel on a day; `None` where it is not there.
    fn said(&self, parcel: usize, day: NaiveDate) -> Option<Said> {
        let record = &self.park.parcels[parcel];
        if !parcel_is_there(record, day) {
            return None;
        }
        let there = |overlap: &&Overlap| building_stands(&self.park.buildings[overlap.building], day);
        let overlaps: Vec<Overlap> = self.standing.on(parcel).iter().filter(there).copied().collect();
        let site = site(self.cache, self.rules, parcel, &overlaps, self.yards_surveyed);
        let cases = self.cases.map(|cases| (cases, day));
        let on = On { rules: self.rules, cases, as_of: day, given: self.park.given };
        Some(said_of(record, &site, &self.ledger, &on, !self.park.buildings.is_empty()))
    }
}
