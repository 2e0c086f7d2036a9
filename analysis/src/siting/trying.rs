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

/// Needs that are tried together, and how far they are.
struct Kind {
    needs: Vec<usize>,
    /// Sites that may still be tried.
    left: usize,
    /// By candidate.
    tried: Vec<bool>,
}

impl Match<'_, '_> {
    /// Places the building, raises its mass and turns the trucks on the sites that may come to the head of the order, until of the
    /// head, with what was not tried taken as met, everything was tried: what the shape of the land leaves is known only then. True where
    /// something was tried.
    pub(super) fn try_best(&mut self) -> bool {
        let is_laid = |want: &Want| matches!(want, Want::Hall { .. } | Want::Floor { .. });
        let is_turning = |want: &Want| matches!(want, Want::Turning { .. });
        let of = |is: &dyn Fn(&Want) -> bool, left: usize| Kind {
            needs: (0..self.pitch.needs.len()).filter(|at| is(&self.pitch.needs[*at].want)).collect(),
            left,
            tried: vec![false; self.candidates.len()],
        };
        let mut kinds = vec![of(&is_laid, MOST_LAID), of(&is_turning, MOST_TURNED)];
        kinds.retain(|kind| !kind.needs.is_empty());
        if kinds.is_empty() {
            return false;
        }
        let mut any = false;
        loop {
            let order = self.hopeful();
            let head = &order[..order.len().min(LISTED)];
            let is_due = |kind: &Kind| kind.left > 0 && head.iter().any(|at| self.is_open(kind, *at));
            let Some(due) = kinds.iter().position(is_due) else { break };
            let kind = &mut kinds[due];
            let count = head.iter().filter(|at| self.is_open(kind, **at)).count();
            let open = order.iter().copied().filter(|at| self.is_open(kind, *at));
            let batch: Vec<u32> = open.take(count.max(AT_A_TIME).min(kind.left)).collect();
            kind.left -= batch.len();
            any |= !batch.is_empty();
            for at in &batch {
                kind.tried[*at as usize] = true;
            }
            for need in kind.needs.clone() {
                let found = batch.par_iter().filter_map(|at| Some((*at, self.tried(*at, need)?))).collect();
                self.put(need, found);
            }
            self.stand();
        }
        // Why the rest was not tried: what misses more than one must for that, the others for those before them.
        for kind in kinds {
            let reason = if kind.left > 0 { Missing::Behind } else { Missing::Enough };
            for at in (0..self.candidates.len() as u32).filter(|at| !kind.tried[*at as usize]) {
                for need in &kind.needs {
                    let measure = self.measure(at, *need);
                    if measure.missing.is_untried() && measure.missing != reason && self.standing(at).1 <= 1 {
                        self.put(*need, vec![(at, Measure { missing: reason, ..measure })]);
                    }
                }
            }
        }
        any
    }

    /// Whether needs of a kind are still to be tried on a candidate. Sites that fail by one must alone are tried as well: they are
    /// what a relaxed need would bring.
    fn is_open(&self, kind: &Kind, candidate: u32) -> bool {
        let untried = |need: &usize| self.measure(candidate, *need).missing.is_untried();
        !kind.tried[candidate as usize] && self.standing(candidate).1 <= 1 && kind.needs.iter().any(untried)
    }

    /// What trying a need on a candidate's land gives; `None` where it cannot be tried.
    fn tried(&self, candidate: u32, need: usize) -> Option<Measure> {
        let (ground, want) = (self.ground, &self.pitch.needs[need].want);
        let offered: &Candidate = &self.candidates[candidate as usize];
        if let Want::Turning { .. } = want {
            return self.turned_measure(candidate, want);
        }
        let limits = self.pitch.limits.as_ref().filter(|_| offered.building.is_none())?;
        let first = offered.parcels.first().copied().unwrap_or(NOWHERE);
        Some(match want {
            Want::Floor { .. } => match buildable_m2(ground, offered, limits) {
                Some(floor) => Measure::known(floor, first),
                None => Measure { low: 0.0, ..Measure::unknown(Missing::FloorArea) },
            },
            // No larger than was thought, and what stands there may leave less.
            _ => match fit::largest_share(ground, offered, want, limits) {
                Some(share) => Measure::known(share, first),
                None => Measure { missing: Missing::FloorArea, ..self.measure(candidate, need) },
            },
        })
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
