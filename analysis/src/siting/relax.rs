//! Which single change of the pitch would bring a site: the smallest, and for each need its own.

use super::file::How;
use super::matched::{Match, Standing};
use super::measure::Verdict;
use super::want::{Side, Want};
use crate::words;
use crate::words::Words;

/// A need moved far enough to bring a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    /// Which need, from 0.
    pub need: usize,
    /// The candidate that it brings.
    pub candidate: u32,
    /// The need as it would be; `None` where another use of the land would have to be planned.
    pub want: Option<Want>,
    /// How far it was moved, as a share of what was asked for; of days a share of two years.
    pub share: f64,
}

impl Match<'_, '_> {
    /// True where some candidate fits, or does as far as is known.
    pub fn any(&self) -> bool {
        (0..self.candidates.len() as u32).any(|at| self.standing(at).0 <= Standing::Open)
    }

    /// For each must that alone keeps a candidate out, the smallest change that would let one in; the smallest of all first.
    /// What must be known and is not keeps a candidate out as well, and no change of a figure mends that.
    pub fn relaxations(&self) -> Vec<Relaxation> {
        let mut best: Vec<Option<Relaxation>> = vec![None; self.pitch.needs.len()];
        for candidate in 0..self.candidates.len() as u32 {
            let (standing, missed) = self.standing(candidate);
            if standing != Standing::Fails || missed != 1 {
                continue;
            }
            let musts = || self.pitch.needs.iter().enumerate().filter(|(_, need)| need.how == How::Must);
            if musts().any(|(at, _)| self.is_unproven(candidate, at)) {
                continue;
            }
            let Some(at) = musts().map(|(at, _)| at).find(|at| self.verdict(candidate, *at) == Verdict::Gap) else {
                continue;
            };
            let Some(found) = self.relaxed(candidate, at) else { continue };
            if best[at].as_ref().is_none_or(|best| found.share < best.share) {
                best[at] = Some(found);
            }
        }
        let mut found: Vec<Relaxation> = best.into_iter().flatten().collect();
        found.sort_by(|a, b| a.share.total_cmp(&b.share).then(a.need.cmp(&b.need)));
        found
    }

    fn relaxed(&self, candidate: u32, at: usize) -> Option<Relaxation> {
        let want = &self.pitch.needs[at].want;
        if matches!(want, Want::Zoning { .. } | Want::Industry { .. }) {
            return Some(Relaxation { need: at, candidate, want: None, share: 1.0 });
        }
        let (wanted, side) = want.figure();
        let mut measure = self.measure(candidate, at);
        if side == Side::AtMost && !matches!(want, Want::Free { .. } | Want::Price { .. }) {
            measure = self.gauges[at].measure_exactly(&self.candidates[candidate as usize]);
        }
        // What the candidate has for certain would do.
        let figure = if side == Side::AtLeast { measure.low } else { measure.high };
        let share = (figure - wanted).abs() / want.scale();
        (figure.is_finite() && (figure > 0.0 || side == Side::AtMost) && share.is_finite()).then(|| Relaxation {
            need: at,
            candidate,
            want: Some(want.with_figure(figure)),
            share,
        })
    }

    /// The candidates that miss the fewest musts, for when no single change would do.
    pub fn nearest(&self, count: usize) -> Vec<u32> {
        self.rank(&self.weights()).into_iter().take(count).map(|place| place.candidate).collect()
    }

    /// A relaxation in words.
    pub fn relaxation_words(&self, relaxation: &Relaxation) -> Words {
        let need = &self.pitch.needs[relaxation.need].want;
        let site = self.name(&self.candidates[relaxation.candidate as usize]);
        if let Some(want) = &relaxation.want {
            let (figure, asked) = (want.shown(want.figure().0), need.shown(need.figure().0));
            return words!(
                "pitch-relax",
                "{need}: {figure} instead of {asked} would bring {site}",
                need = need.title(),
                figure = figure,
                asked = asked,
                site = site,
            );
        }
        words!(
            "pitch-relax-use",
            "{need}: another planned use of {site} would bring it",
            need = need.title(),
            site = site,
        )
    }
}
