//! Candidates held against a pitch: every need measured once into columns, then ranked by weights as often as a person moves them.

use rayon::prelude::*;

use super::error::PitchError;
use super::file::{How, IfUnknown, Offers, PitchFile};
use super::ground::{Candidate, Ground};
use super::measure::{Gauge, Lookup, Measure, Verdict, built_m};
use super::ranking::{Ranking, Wished, ranked, weight_of};
use super::supply::Supplies;
use super::want::Want;

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Every must is met.
    Fits,
    /// No must is missed; of some that may stay open it is not known.
    Open,
    /// No must is missed for certain; of one that must be known it is not.
    Unproven,
    /// A must is missed.
    Fails,
}

impl Standing {
    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Open => "open",
            Self::Unproven => "unproven",
            Self::Fails => "fails",
        }
    }
}

/// One place of a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The candidate.
    pub candidate: u32,
    /// Where it stands.
    pub standing: Standing,
    /// Musts that it misses.
    pub missed: u8,
    /// Share of the wishes, weighed, that it has for certain, 0 to 1.
    pub score: f32,
    /// The same if everything unknown turned out well.
    pub best: f32,
}

/// A need of every candidate.
#[derive(Debug)]
struct Column {
    measures: Vec<Measure>,
    verdicts: Vec<Verdict>,
    low: Vec<f32>,
    high: Vec<f32>,
}

/// A pitch held against a park.
pub struct Match<'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    pub(super) pitch: &'g PitchFile,
    /// What is offered: land by size, joined land, floors.
    pub candidates: Vec<Candidate>,
    /// There are more joined sites than were looked at.
    pub cut_short: bool,
    pub(super) gauges: Vec<Gauge<'g, 'a>>,
    columns: Vec<Column>,
    standing: Vec<(Standing, u8)>,
    /// Weights that a person moved; those of the file while there are none.
    moved: Option<Vec<f32>>,
}

impl std::fmt::Debug for Match<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Match").field("candidates", &self.candidates.len()).finish_non_exhaustive()
    }
}

impl<'g, 'a> Match<'g, 'a> {
    /// What a park offers, held against a pitch.
    ///
    /// # Errors
    /// [`PitchError::OtherPark`] when the pitch is for another park.
    pub fn of(ground: &'g Ground<'a>, pitch: &'g PitchFile, supplies: &'g dyn Supplies) -> Result<Self, PitchError> {
        let slug = &ground.park.park.slug;
        if !pitch.park.is_empty() && pitch.park != *slug {
            return Err(PitchError::OtherPark { wanted: pitch.park.clone(), found: slug.clone() });
        }
        let (mut candidates, mut cut_short) = (Vec::new(), false);
        if pitch.offers != Offers::Buildings {
            candidates = ground.land();
            if pitch.join > 1 {
                let (joined, cut) = ground.joined(&candidates, pitch.join);
                cut_short = cut;
                candidates.extend(joined);
            }
        }
        if pitch.offers != Offers::Land {
            // The longest term that is asked for: a let that begins within it is in the way.
            let years = pitch.needs.iter().filter_map(|need| match need.want {
                Want::Term { at_least_years } => Some(at_least_years),
                _ => None,
            });
            candidates.extend(ground.floors(years.reduce(f64::max)));
        }
        Ok(Self::among(ground, pitch, supplies, candidates, cut_short))
    }

    /// The same for candidates chosen otherwise.
    pub fn among(
        ground: &'g Ground<'a>,
        pitch: &'g PitchFile,
        supplies: &'g dyn Supplies,
        candidates: Vec<Candidate>,
        cut_short: bool,
    ) -> Self {
        let limits = pitch.limits.as_ref();
        let built_m = built_m(pitch);
        let gauge = |need: &'g super::file::Need| {
            let want = &need.want;
            Gauge { ground, want, lookup: Lookup::of(want, ground), supplies, limits, built_m }
        };
        let gauges: Vec<Gauge<'g, 'a>> = pitch.needs.iter().map(gauge).collect();
        let columns = gauges.iter().map(|gauge| column(gauge, &candidates)).collect();
        let mut matched =
            Self { ground, pitch, candidates, cut_short, gauges, columns, standing: Vec::new(), moved: None };
        matched.stand();
        matched.try_best();
        matched
    }

    /// Musts, and what becomes of a site of which one is not known.
    pub(super) fn musts(&self) -> Vec<(usize, IfUnknown)> {
        self.pitch.needs.iter().enumerate().filter_map(must).collect()
    }

    pub(super) fn stand(&mut self) {
        let musts = self.musts();
        self.standing =
            (0..self.candidates.len()).into_par_iter().map(|at| self.standing_of(at, musts.iter())).collect();
    }

    /// Where a candidate stands by some musts, and how many of them it misses.
    pub(super) fn standing_of<'m>(
        &self,
        at: usize,
        musts: impl Iterator<Item = &'m (usize, IfUnknown)>,
    ) -> (Standing, u8) {
        let (mut standing, mut missed) = (Standing::Fits, 0_u8);
        for (need, unknown) in musts {
            let column = &self.columns[*need];
            let of = match (column.verdicts[at], unknown) {
                (Verdict::Fit, _) => Standing::Fits,
                // What was not tried is no question that the record leaves open: it is not offered before it is tried.
                (Verdict::Unknown, _) if column.measures[at].missing.is_untried() => Standing::Unproven,
                (Verdict::Unknown, IfUnknown::Allowed) => Standing::Open,
                (Verdict::Unknown, IfUnknown::Refused) => Standing::Unproven,
                (Verdict::Gap, _) => {
                    missed = missed.saturating_add(1);
                    Standing::Fails
                }
            };
            standing = standing.max(of);
        }
        (standing, missed)
    }

    /// Puts what was tried in place of what was thought; where the sites stand is to be worked out anew.
    pub(super) fn put(&mut self, need: usize, measured: Vec<(u32, Measure)>) {
        let want = &self.pitch.needs[need].want;
        for (at, measure) in measured {
            self.columns[need].put(at as usize, measure, want);
        }
    }

    /// Takes other weights (those of musts do not count) for whatever is ranked from now on. What was left untried behind the head of
    /// the order may be at its head now, and is tried then; true where something was.
    pub fn weigh(&mut self, weights: &[f32]) -> bool {
        self.moved = Some((0..self.pitch.needs.len()).map(|need| weight_of(weights, need)).collect());
        self.try_best()
    }

    /// Weights as they were moved, else as the file has them; 0 for musts.
    pub fn weights(&self) -> Vec<f32> {
        if let Some(moved) = &self.moved {
            return moved.clone();
        }
        let weight = |need: &super::file::Need| match need.how {
            How::Must => 0.0,
            How::Wish(weight) => weight as f32,
        };
        self.pitch.needs.iter().map(weight).collect()
    }

    /// Every candidate, the best first, by weights of the needs (those of musts do not count). A must that is missed is never
    /// made up for by wishes.
    pub fn rank(&self, weights: &[f32]) -> Vec<Place> {
        let needs = self.pitch.needs.iter().zip(&self.columns).enumerate();
        let wishes: Vec<Wished<'_>> = needs
            .filter(|(_, (need, _))| need.how != How::Must)
            .map(|(at, (_, column))| Wished { weight: weight_of(weights, at), low: &column.low, high: &column.high })
            .collect();
        ranked(&wishes, &self.standing, &self.short())
    }

    /// How far every candidate is from its musts, at the least: 0 to 1 for each, added.
    pub(super) fn short(&self) -> Vec<f32> {
        let musts: Vec<usize> =
            (0..self.pitch.needs.len()).filter(|at| self.pitch.needs[*at].how == How::Must).collect();
        let of = |at: usize| musts.iter().map(|need| 1.0 - self.columns[*need].high[at]).sum::<f32>();
        (0..self.candidates.len()).into_par_iter().map(of).collect()
    }

    /// What the ranking rests on, to be ranked again by other weights when the park is no longer at hand.
    pub fn ranking(&self) -> Ranking {
        let needs = self.pitch.needs.iter().zip(&self.columns);
        let wishes = needs
            .map(|(need, column)| (need.how != How::Must).then(|| (column.low.clone(), column.high.clone())))
            .collect();
        Ranking { wishes, standing: self.standing.clone(), short: self.short() }
    }

    /// What a candidate has of a need.
    pub fn measure(&self, candidate: u32, need: usize) -> Measure {
        self.columns[need].measures[candidate as usize]
    }

    /// What that means.
    pub fn verdict(&self, candidate: u32, need: usize) -> Verdict {
        self.columns[need].verdicts[candidate as usize]
    }

    /// True where a need is not known to be met and cannot stay open: it must be known, or it was not tried.
    pub(super) fn is_unproven(&self, candidate: u32, need: usize) -> bool {
        let refused = self.pitch.needs[need].unknown == IfUnknown::Refused;
        let tried = !self.measure(candidate, need).missing.is_untried();
        self.verdict(candidate, need) == Verdict::Unknown && (refused || !tried)
    }

    /// True where it is not known whether a need is met because it was not tried on the candidate.
    pub fn is_untried(&self, candidate: u32, need: usize) -> bool {
        self.verdict(candidate, need) == Verdict::Unknown && self.measure(candidate, need).missing.is_untried()
    }

    /// On how many candidates something was not tried.
    pub fn untried(&self) -> usize {
        let needs = || 0..self.pitch.needs.len();
        let is = |at: &u32| needs().any(|need| self.is_untried(*at, need));
        (0..self.candidates.len() as u32).filter(is).count()
    }

    /// How near a candidate comes to a need, from and to, 0 to 1.
    pub fn grade(&self, candidate: u32, need: usize) -> (f32, f32) {
        let column = &self.columns[need];
        (column.low[candidate as usize], column.high[candidate as usize])
    }

    /// Where a candidate stands, and how many musts it misses.
    pub fn standing(&self, candidate: u32) -> (Standing, u8) {
        self.standing[candidate as usize]
    }

    /// The candidate with these parcels, or this building, by key or number.
    pub fn find(&self, names: &[&str]) -> Option<u32> {
        let is = |wanted: &str, key: &str, number: Option<&str>| wanted == key || number == Some(wanted);
        let named = |candidate: &Candidate| match candidate.building {
            Some(at) => {
                let building = self.ground.building(at);
                names.len() == 1 && is(names[0], &building.provenance.key, building.name.as_deref())
            }
            None => {
                candidate.parcels.len() == names.len()
                    && candidate.parcels.iter().all(|slot| {
                        let parcel = self.ground.parcel(*slot);
                        names.iter().any(|name| is(name, &parcel.provenance.key, parcel.number.as_deref()))
                    })
            }
        };
        self.candidates.iter().position(named).map(|at| at as u32)
    }
}

fn must((at, need): (usize, &super::file::Need)) -> Option<(usize, IfUnknown)> {
    (need.how == How::Must).then_some((at, need.unknown))
}

fn column(gauge: &Gauge<'_, '_>, candidates: &[Candidate]) -> Column {
    let measures: Vec<Measure> = candidates.par_iter().map(|candidate| gauge.measure(candidate)).collect();
    let (wanted, side) = gauge.want.figure();
    let scale = gauge.want.scale();
    let verdicts = measures.iter().map(|measure| measure.verdict(wanted, side)).collect();
    let (low, high) = measures.iter().map(|measure| measure.grade(wanted, side, scale)).unzip();
    Column { measures, verdicts, low, high }
}

impl Column {
    fn put(&mut self, at: usize, measure: Measure, want: &Want) {
        let (wanted, side) = want.figure();
        self.measures[at] = measure;
        self.verdicts[at] = measure.verdict(wanted, side);
        (self.low[at], self.high[at]) = measure.grade(wanted, side, want.scale());
    }
}
