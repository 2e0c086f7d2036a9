//! What is costly to find out of a site, tried on the best only: the hall on the land, the mass of floors, room to turn. A site whose
//! bounds put it behind those that are listed cannot come before them, and is left out with that reason.

use rayon::prelude::*;

use super::file::{How, IfUnknown};
use super::fit;
use super::ground::{Candidate, Missing};
use super::matched::{Match, Standing};
use super::measure::{Measure, NOWHERE, Verdict, buildable_m2};
use super::ranking::{Wished, ranked};
use super::want::Want;

/// Sites at the head of the order of which everything is tried.
const LISTED: usize = 200;
/// Sites that are tried at a time, at least: an order costs a look at all of them.
const AT_A_TIME: usize = 64;
/// Sites on which halls and floors are tried, at most.
const MOST_LAID: usize = 1_000;
/// Sites on which trucks are turned, at most: that costs more.
const MOST_TURNED: usize = 400;

impl Missing {
    /// Whether it is missing because it was not tried, for whatever reason.
    pub(super) fn is_untried(self) -> bool {
        matches!(self, Self::NotTried | Self::Behind | Self::Enough)
    }
}

impl Match<'_, '_> {
    /// Places the building, and raises its mass, on the sites that may come to the head of the order: what the shape of the land
    /// leaves is known only then.
    pub(super) fn try_buildings(&mut self) {
        let is_laid = |want: &Want| matches!(want, Want::Hall { .. } | Want::Floor { .. });
        let Some(limits) = self.pitch.limits.as_ref() else { return };
        let ground = self.ground;
        self.try_best(is_laid, MOST_LAID, |matched: &Self, at, need| {
            let candidate: &Candidate = &matched.candidates[at as usize];
            if candidate.building.is_some() {
                return None;
            }
            let want = &matched.pitch.needs[need].want;
            let first = candidate.parcels.first().copied().unwrap_or(NOWHERE);
            Some(match want {
                Want::Floor { .. } => match buildable_m2(ground, candidate, limits) {
                    Some(floor) => Measure::known(floor, first),
                    None => Measure { low: 0.0, ..Measure::unknown(Missing::FloorArea) },
                },
                // No larger than was thought, and what stands there may leave less.
                _ => match fit::largest_share(ground, candidate, want, limits) {
                    Some(share) => Measure::known(share, first),
                    None => Measure { missing: Missing::FloorArea, ..matched.measure(at, need) },
                },
            })
        });
    }

    /// Tries the room to turn.
    pub(super) fn try_turning(&mut self) {
        let is_turning = |want: &Want| matches!(want, Want::Turning { .. });
        self.try_best(is_turning, MOST_TURNED, |matched: &Self, at, need| {
            matched.turned_measure(at, &matched.pitch.needs[need].want)
        });
    }

    /// Tries needs of a kind until of the head of the order, with what was not tried taken as met, everything was tried. Sites that
    /// fail by one must alone are tried as well: they are what a relaxed need would bring.
    fn try_best(
        &mut self,
        of_kind: impl Fn(&Want) -> bool,
        most: usize,
        measure: impl Fn(&Self, u32, usize) -> Option<Measure> + Sync,
    ) {
        let needs: Vec<usize> = (0..self.pitch.needs.len()).filter(|at| of_kind(&self.pitch.needs[*at].want)).collect();
        if needs.is_empty() {
            return;
        }
        let mut tried = vec![false; self.candidates.len()];
        let mut left = most;
        let mut reason = Missing::Behind;
        loop {
            let order = self.hopeful();
            let is_open = |at: &u32| {
                let untried = |need: &usize| self.measure(*at, *need).missing.is_untried();
                !tried[*at as usize] && self.standing(*at).1 <= 1 && needs.iter().any(untried)
            };
            let head = order.iter().take(LISTED).filter(|at| is_open(*at)).count();
            if head == 0 {
                break;
            }
            if left == 0 {
                reason = Missing::Enough;
                break;
            }
            let batch: Vec<u32> = order.into_iter().filter(is_open).take(head.max(AT_A_TIME).min(left)).collect();
            left -= batch.len();
            for at in &batch {
                tried[*at as usize] = true;
            }
            let matched = &*self;
            let measured: Vec<Vec<(u32, Measure)>> = needs
                .iter()
                .map(|need| batch.par_iter().filter_map(|at| Some((*at, measure(matched, *at, *need)?))).collect())
                .collect();
            for (need, measured) in needs.iter().zip(measured) {
                self.put(*need, measured);
            }
            self.stand();
        }
        // Why the rest was not tried: what misses more than one must for that, the others for those before them.
        for need in needs {
            for at in 0..self.candidates.len() as u32 {
                let measure = self.measure(at, need);
                if measure.missing == Missing::NotTried && !tried[at as usize] && self.standing(at).1 <= 1 {
                    self.put(need, vec![(at, Measure { missing: reason, ..measure })]);
                }
            }
        }
    }

    /// Candidates in their order, with whatever was not tried taken as met: no site can come before its place here.
    fn hopeful(&self) -> Vec<u32> {
        let weights = self.weights();
        let is_untried = |at: usize, need: usize| self.measure(at as u32, need).missing.is_untried();
        let low: Vec<Vec<f32>> = (0..self.pitch.needs.len())
            .map(|need| match self.pitch.needs[need].how {
                How::Must => Vec::new(),
                How::Wish(_) => (0..self.candidates.len())
                    .map(|at| {
                        let (low, high) = self.grade(at as u32, need);
                        if is_untried(at, need) { high } else { low }
                    })
                    .collect(),
            })
            .collect();
        let wishes: Vec<Wished<'_>> = (0..self.pitch.needs.len())
            .filter(|need| self.pitch.needs[*need].how != How::Must)
            .map(|need| Wished { weight: weights[need], low: &low[need], high: &low[need] })
            .collect();
        let musts: Vec<(usize, IfUnknown)> = self.musts();
        // What its bounds rule out is missed, tried or not.
        let may_be_met =
            |at: usize, need: usize| is_untried(at, need) && self.verdict(at as u32, need) == Verdict::Unknown;
        let standing: Vec<(Standing, u8)> = (0..self.candidates.len())
            .into_par_iter()
            .map(|at| self.standing_of(at, musts.iter().filter(|(need, _)| !may_be_met(at, *need))))
            .collect();
        ranked(&wishes, &standing, &self.short()).into_iter().map(|place| place.candidate).collect()
    }
}
