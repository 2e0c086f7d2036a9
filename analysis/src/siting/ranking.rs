//! The order of candidates by weights. What was measured once is ranked as often as a person moves a weight, without the park.

use rayon::prelude::*;

use super::matched::{Place, Standing};

/// What a ranking rests on: where each candidate stands, and how near it comes to each wish. It borrows nothing of the park.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranking {
    /// By need, from and to of every candidate, 0 to 1; `None` for a must.
    pub(super) wishes: Vec<Option<(Vec<f32>, Vec<f32>)>>,
    /// By candidate, with the number of musts that it misses.
    pub(super) standing: Vec<(Standing, u8)>,
    /// By candidate, how far it is from its musts, 0 to 1 for each, added: 0 where every one may be met.
    pub(super) short: Vec<f32>,
}

impl Ranking {
    /// Every candidate, the best first, by weights of the needs (those of musts do not count): as [`super::Match::rank`] has
    /// them. A wish of weight 0 does not count; a must that is missed is never made up for by wishes.
    pub fn rank(&self, weights: &[f32]) -> Vec<Place> {
        let wishes: Vec<Wished<'_>> = self
            .wishes
            .iter()
            .enumerate()
            .filter_map(|(at, wish)| {
                let (low, high) = wish.as_ref()?;
                Some(Wished { weight: weight_of(weights, at), low, high })
            })
            .collect();
        ranked(&wishes, &self.standing, &self.short)
    }
}

/// A wish with its weight, and how near every candidate comes to it, from and to, 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wished<'c> {
    pub(super) weight: f32,
    pub(super) low: &'c [f32],
    pub(super) high: &'c [f32],
}

/// Weight of a need; 0 for one that is not given or below 0.
pub(super) fn weight_of(weights: &[f32], need: usize) -> f32 {
    weights.get(need).copied().unwrap_or(0.0).max(0.0)
}

/// Every candidate, the best first. `short` is how far each is from its musts: of sites that miss as many, and have as much of
/// the wishes, the one comes first that comes nearest to what must be, rather than the smallest.
pub(super) fn ranked(wishes: &[Wished<'_>], standing: &[(Standing, u8)], short: &[f32]) -> Vec<Place> {
    let wishes: Vec<Wished<'_>> = wishes.iter().copied().filter(|wish| wish.weight > 0.0).collect();
    let sum: f32 = wishes.iter().map(|wish| wish.weight).sum();
    let place = |at: usize| {
        let (mut score, mut best) = (1.0, 1.0);
        if sum > 0.0 {
            score = wishes.iter().map(|wish| wish.low[at] * wish.weight).sum::<f32>() / sum;
            best = wishes.iter().map(|wish| wish.high[at] * wish.weight).sum::<f32>() / sum;
        }
        let (standing, missed) = standing[at];
        Place { candidate: at as u32, standing, missed, score, best }
    };
    // Two numbers a candidate: standing, musts missed and wishes missed; how far it is from its musts, then the order of the
    // candidates, smallest first.
    let key = |place: &Place| {
        let missed = (u64::from(place.standing as u8) << 8) | u64::from(place.missed);
        let wishes = f64::from(1.0 - place.score.clamp(0.0, 1.0)) * f64::from(0x00ff_ffff);
        let short = f64::from(short[place.candidate as usize].max(0.0)) * 65_536.0;
        let order = (u64::from(short.round() as u32) << 32) | u64::from(place.candidate);
        ((missed << 24) | (wishes.round() as u64), order)
    };
    let mut keyed: Vec<((u64, u64), Place)> = (0..standing.len())
        .into_par_iter()
        .map(|at| {
            let place = place(at);
            (key(&place), place)
        })
        .collect();
    keyed.par_sort_unstable_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three candidates, a must and two wishes that pull apart; the last misses the must.
    fn ranking() -> Ranking {
        let wish = |grades: [f32; 3]| Some((grades.to_vec(), grades.to_vec()));
        Ranking {
            wishes: vec![None, wish([1.0, 0.0, 1.0]), wish([0.0, 0.5, 1.0])],
            standing: vec![(Standing::Fits, 0), (Standing::Fits, 0), (Standing::Fails, 1)],
            short: vec![0.0, 0.0, 0.5],
        }
    }

    fn order(weights: &[f32]) -> Vec<u32> {
        ranking().rank(weights).iter().map(|place| place.candidate).collect()
    }

    #[test]
    fn weights_move_candidates_but_never_past_a_must_that_is_missed() {
        assert_eq!(order(&[0.0, 1.0, 1.0]), [0, 1, 2]);
        assert_eq!(order(&[0.0, 1.0, 3.0]), [1, 0, 2]);
        let scores: Vec<f32> = ranking().rank(&[0.0, 1.0, 3.0]).iter().map(|place| place.score).collect();
        assert_eq!(scores, [0.375, 0.25, 1.0]);
    }

    #[test]
    fn of_sites_that_miss_as_many_musts_the_nearest_to_them_comes_before_the_smallest() {
        let fails = Ranking {
            wishes: vec![None, None, Some((vec![1.0, 1.0, 1.0, 0.5], vec![1.0; 4]))],
            standing: vec![(Standing::Fails, 2), (Standing::Fails, 2), (Standing::Fails, 1), (Standing::Fails, 2)],
            short: vec![1.9, 1.2, 0.9, 0.1],
        };
        let order = |weights: &[f32]| -> Vec<u32> { fails.rank(weights).iter().map(|place| place.candidate).collect() };
        assert_eq!(order(&[0.0, 0.0, 1.0]), [2, 1, 0, 3], "fewer musts missed, then wishes, then what is nearest");
        assert_eq!(order(&[]), [2, 3, 1, 0], "no wish has a weight");
    }

    #[test]
    fn a_wish_without_weight_does_not_count() {
        assert_eq!(order(&[0.0, 0.0, 1.0]), [1, 0, 2]);
        let places = ranking().rank(&[0.0, 1.0, 0.0]);
        assert_eq!((places[0].candidate, places[0].score), (0, 1.0), "of the other wish nothing is taken off");
        // No wish at all: the order of the candidates. The weight of a must and one below 0 are none.
        assert_eq!(order(&[9.0, 0.0, -1.0]), [0, 1, 2]);
        assert!(ranking().rank(&[]).iter().all(|place| place.score == 1.0));
    }
}
