//! Branches of a drill: the same until a moment, then with other injects, compared over the same seeds.
//!
//! A seed draws who sets out when and who walks slowly; with the same seed both branches draw the same, so that the difference of a pair is
//! that of the injects alone. What is the same in every pair is no matter of chance; a difference that changes its sign from seed to seed
//! is little more than that.

use rayon::prelude::*;
use serde::Serialize;
use spatial_db::cache::Cache;

use super::DrillError;
use super::file::DrillFile;
use super::log::HandInject;
use super::outcome::Outcome;
use super::run::{DrillTables, run_drill};
use crate::words;
use crate::words::{Phrase, phrase};

/// The injects by hand of a branch: those of the drill until the moment, then its own.
///
/// # Errors
/// [`DrillError::Hand`] for an inject of the branch from before the moment.
pub fn branch(hand: &[HandInject], at_s: f64, own: &[HandInject]) -> Result<Vec<HandInject>, DrillError> {
    if let Some(early) = own.iter().find(|inject| inject.at_s.is_nan() || inject.at_s < at_s) {
        let reason = words!(
            "drill-wrong-early",
            "it lies before the moment that the branch begins at, {at} s",
            at = at_s.to_string()
        );
        return Err(DrillError::Hand { at_s: early.at_s, reason });
    }
    let before = hand.iter().filter(|inject| inject.at_s <= at_s);
    Ok(before.chain(own).cloned().collect())
}

/// A measure of two branches over seeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Name for programs, the unit in it.
    pub name: &'static str,
    /// Name for people.
    #[serde(skip)]
    pub title: Phrase,
    /// Unit; empty for counts.
    pub unit: &'static str,
    /// By seed, without the branch; none: it did not happen, or is not known.
    pub base: Vec<Option<f64>>,
    /// By seed, in the branch.
    pub branch: Vec<Option<f64>>,
    /// Pairs in which both are known.
    pub pairs: usize,
    /// Mean of branch less base over those.
    pub mean_difference: Option<f64>,
    /// Least and largest difference.
    pub range: Option<(f64, f64)>,
    /// Pairs in which it is more, and in which it is less in the branch.
    pub more_less: (usize, usize),
    /// Pairs in which it happened in one of the two only: without the branch, in the branch.
    pub only: (usize, usize),
}

/// A measure, its unit, its words and how to read it off an outcome.
type Measure = (&'static str, &'static str, Phrase, fn(&Outcome) -> Option<f64>);

const MEASURES: [Measure; 10] = [
    ("last_out_s", "s", phrase("drill-last-out", "Last person at a place of assembly"), |one| one.last_out_s),
    ("first_engine_s", "s", phrase("drill-engine-time", "First engine at the place"), |one| one.first_engine_s),
    ("first_water_s", "s", phrase("drill-water-time", "First water"), |one| one.first_water_s),
    ("arrived", "", phrase("drill-arrived", "Arrived at a place of assembly"), |one| Some(f64::from(one.arrived))),
    // The same in every run: beside the last person out it tells of how many buildings nobody knows.
    ("buildings_unknown", "", phrase("drill-unknown", "Buildings whose people are not known"), |one| {
        Some(one.buildings_unknown as f64)
    }),
    ("on_the_way", "", phrase("drill-on-the-way", "Inside or on the way at the end"), |one| {
        Some(f64::from(one.on_the_way))
    }),
    ("cut_off", "", phrase("drill-cut-off", "Without an open way"), |one| Some(f64::from(one.cut_off))),
    ("exposed_on_ways", "", phrase("drill-exposed", "Outside or at a door inside the danger at any time"), |one| {
        Some(f64::from(one.exposed_on_ways))
    }),
    ("struck", "", phrase("drill-struck", "Buildings inside the danger"), |one| Some(one.struck.len() as f64)),
    ("water_l_s", "L/s", phrase("drill-water-there", "Hydrants in reach of the place give"), |one| {
        (one.hydrants_without_flow == 0).then_some(one.water_l_s)
    }),
];

/// Plays a drill and a branch of it with the same seeds, and sets their outcomes side by side.
///
/// # Errors
/// [`DrillError`] of the first run that cannot be played.
pub fn compare_drills(
    file: &DrillFile,
    cache: &Cache,
    tables: &DrillTables,
    (base, branch): (&[HandInject], &[HandInject]),
    seeds: &[u64],
) -> Result<Vec<Compared>, DrillError> {
    let played: Vec<(Outcome, Outcome)> = seeds
        .par_iter()
        .map(|&seed| {
            let mut file = file.clone();
            file.seed = seed;
            let (a, b) = rayon::join(
                || run_drill(&file, cache, tables, base).map(|run| run.outcome),
                || run_drill(&file, cache, tables, branch).map(|run| run.outcome),
            );
            Ok((a?, b?))
        })
        .collect::<Result<_, DrillError>>()?;
    Ok(MEASURES.iter().map(|measure| compared(measure, &played)).collect())
}

fn compared(&(name, unit, title, value): &Measure, played: &[(Outcome, Outcome)]) -> Compared {
    let base: Vec<Option<f64>> = played.iter().map(|(base, _)| value(base)).collect();
    let branch: Vec<Option<f64>> = played.iter().map(|(_, branch)| value(branch)).collect();
    let pairs = || base.iter().zip(&branch);
    let gaps: Vec<f64> = pairs().filter_map(|(a, b)| Some((*b)? - (*a)?)).collect();
    let mean_difference = (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64);
    let range = gaps.iter().fold(None, |range: Option<(f64, f64)>, &gap| {
        Some(range.map_or((gap, gap), |(low, high)| (low.min(gap), high.max(gap))))
    });
    Compared {
        name,
        title,
        unit,
        pairs: gaps.len(),
        mean_difference,
        range,
        more_less: (gaps.iter().filter(|gap| **gap > 0.0).count(), gaps.iter().filter(|gap| **gap < 0.0).count()),
        only: (
            pairs().filter(|(a, b)| a.is_some() && b.is_none()).count(),
            pairs().filter(|(a, b)| a.is_none() && b.is_some()).count(),
        ),
        base,
        branch,
    }
}
