//! Which single change of the pitch would bring a site: the smallest, and for each need its own; and which sites want nothing but an
//! answer.

use chrono::NaiveDate;

use super::file::How;
use super::ground::Missing;
use super::matched::{Match, Standing};
use super::measure::Verdict;
use super::want::{LATE_DAYS, Side, Want};
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
    /// The day that is left of what others hold, where that was moved and not the figure.
    pub day: Option<NaiveDate>,
    /// How far it was moved, as a share of what was asked for; of days a share of two years.
    pub share: f64,
}

/// What would have to be confirmed for a site to fit: nothing else stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The candidate.
    pub candidate: u32,
    /// The musts of which nobody knows whether it meets them, from 0.
    pub needs: Vec<usize>,
}

impl Want {
    /// The day that something is asked for from, or by; `None` where none is asked for.
    pub(super) fn day_mut(&mut self) -> Option<&mut NaiveDate> {
        match self {
            Self::Power { by, .. }
            | Self::Gas { by, .. }
            | Self::Water { by, .. }
            | Self::Sewage { by, .. }
            | Self::Heat { by, .. }
            | Self::Telecom { by, .. }
            | Self::Free { by } => Some(by),
            _ => None,
        }
    }
}

impl Match<'_, '_> {
    /// True where some candidate fits, or does as far as is known.
    pub fn any(&self) -> bool {
        (0..self.candidates.len() as u32).any(|at| self.standing(at).0 <= Standing::Open)
    }

    /// For each must that alone keeps a candidate out, the smallest change that would let one in, of its figure and of its day where
    /// promises to others end; the smallest of all first.
    /// What must be known and is not keeps a candidate out as well, and no change of a figure mends that.
    pub fn relaxations(&self) -> Vec<Relaxation> {
        let mut best: Vec<[Option<Relaxation>; 2]> = vec![[None, None]; self.pitch.needs.len()];
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
            let found = [self.relaxed(candidate, at), self.later(candidate, at)];
            for (best, found) in best[at].iter_mut().zip(found) {
                let share = best.as_ref().map_or(f64::INFINITY, |best| best.share);
                if found.as_ref().is_some_and(|found| found.share < share) {
                    *best = found;
                }
            }
        }
        let mut found: Vec<Relaxation> = best.into_iter().flatten().flatten().collect();
        found.sort_by(|a, b| a.share.total_cmp(&b.share).then(a.need.cmp(&b.need)));
        found
    }

    /// Candidates that fail by nothing but questions that only a person can answer, by what is to be confirmed: for each set of
    /// needs the best candidate, those with the fewest questions first. What was not tried is no such question, nor is what the
    /// pitch itself leaves out.
    pub fn confirmations(&self, count: usize) -> Vec<Confirmation> {
        let mut found: Vec<Confirmation> = Vec::new();
        for place in self.rank(&self.weights()) {
            if place.standing != Standing::Unproven {
                continue;
            }
            let candidate = place.candidate;
            let is_open =
                |at: &usize| self.pitch.needs[*at].how == How::Must && self.verdict(candidate, *at) == Verdict::Unknown;
            let needs: Vec<usize> = (0..self.pitch.needs.len()).filter(is_open).collect();
            let no_question = |at: &usize| {
                let missing = self.measure(candidate, *at).missing;
                missing.is_untried() || matches!(missing, Missing::Limits | Missing::Passed)
            };
            if !needs.iter().any(no_question) && found.iter().all(|one| one.needs != needs) {
                found.push(Confirmation { candidate, needs });
            }
        }
        found.sort_by_key(|one| one.needs.len());
        found.truncate(count);
        found
    }

    /// A confirmation in words.
    pub fn confirmation_words(&self, confirmation: &Confirmation) -> Words {
        let site = self.name(&self.candidates[confirmation.candidate as usize]);
        let needs = confirmation.needs.iter().map(|at| {
            let want = &self.pitch.needs[*at].want;
            words!("pitch-evidence", "{need}: {has}", need = want.title(), has = want.asked())
        });
        let needs = crate::land::joined(needs.collect());
        words!("pitch-confirm", "{site} would fit if this were confirmed: {needs}", site = site, needs = needs)
    }

    fn relaxed(&self, candidate: u32, at: usize) -> Option<Relaxation> {
        let want = &self.pitch.needs[at].want;
        if matches!(want, Want::Zoning { .. } | Want::Industry { .. }) {
            return Some(Relaxation { need: at, candidate, want: None, day: None, share: 1.0 });
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
            day: None,
            share,
        })
    }

    /// The first day from which as much is left as is asked for, since what others hold ends.
    fn later(&self, candidate: u32, at: usize) -> Option<Relaxation> {
        let mut want = self.pitch.needs[at].want.clone();
        let (utility, by) = want.supply()?;
        let (wanted, _) = want.figure();
        let supplies = self.gauges[at].supplies;
        let first = |slot: &u32| {
            let supply = supplies.at(*slot as usize, utility);
            let mut days = supply.remaining.iter().map(|step| step.from).filter(|from| *from > by);
            days.find(|from| supply.lasting(*from).0 >= wanted)
        };
        let day = self.candidates[candidate as usize].parcels.iter().filter_map(first).min()?;
        *want.day_mut()? = day;
        let share = (day - by).num_days() as f64 / LATE_DAYS;
        Some(Relaxation { need: at, candidate, want: Some(want), day: Some(day), share })
    }

    /// The candidates that miss the fewest musts, for when no single change would do.
    pub fn nearest(&self, count: usize) -> Vec<u32> {
        self.rank(&self.weights()).into_iter().take(count).map(|place| place.candidate).collect()
    }

    /// A relaxation in words.
    pub fn relaxation_words(&self, relaxation: &Relaxation) -> Words {
        let need = &self.pitch.needs[relaxation.need].want;
        let site = self.name(&self.candidates[relaxation.candidate as usize]);
        if let (Some(want), Some(day)) = (&relaxation.want, relaxation.day) {
            return words!(
                "pitch-relax-day",
                "{need}: {figure} from {day} on, when promises to others have ended, would bring {site}",
                need = need.title(),
                figure = want.shown(want.figure().0),
                day = day,
                site = site,
            );
        }
        if let Some(want) = &relaxation.want {
            // What is asked for then is no more than the site has.
            let (figure, side) = want.figure();
            let (figure, asked) = (want.shown_bound(figure, side == Side::AtMost), need.shown(need.figure().0));
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
