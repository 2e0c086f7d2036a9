//! Parks, districts and a city beside each other over years: scores, ranks, change. A level is evaluated as one zone of all its
//! parks' parts; ratios are never averaged.

use super::EvaluationError;
use super::range::Range;
use super::scheme::Scheme;
use super::score::evaluate;
use super::zone::Zone;

/// A level of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// One park.
    Park,
    /// A district of parks.
    District,
    /// All together.
    City,
}

/// One member's score on one date.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Level.
    pub level: Level,
    /// Name.
    pub name: String,
    /// Date.
    pub as_of: chrono::NaiveDate,
    /// Score from 0 to 100.
    pub score: Range,
    /// Best and worst possible rank among its level on that date, from 1; equal ranks share the better number.
    pub ranks: [usize; 2],
    /// Change of the score since the date before; `None` for the first date.
    pub change: Option<Range>,
}

impl Standing {
    /// The rank, where the scores decide it.
    pub fn rank(&self) -> Option<usize> {
        (self.ranks[0] == self.ranks[1]).then_some(self.ranks[0])
    }
}

/// Standings of zones over dates, by level, then date, then as given.
///
/// # Errors
/// [`EvaluationError::WeightsUnknown`] when the scheme cannot score.
pub fn standings(zones: &[(Level, Zone)], scheme: &Scheme) -> Result<Vec<Standing>, EvaluationError> {
    let mut all: Vec<Standing> = zones
        .iter()
        .map(|(level, zone)| {
            let score = evaluate(zone, scheme)?.score;
            let name = zone.name.clone();
            Ok(Standing { level: *level, name, as_of: zone.as_of, score, ranks: [1, 1], change: None })
        })
        .collect::<Result<_, EvaluationError>>()?;
    all.sort_by_key(|standing| (standing.level, standing.as_of));
    for i in 0..all.len() {
        let mine = &all[i];
        let rivals = all.iter().enumerate().filter(|(j, s)| *j != i && s.level == mine.level && s.as_of == mine.as_of);
        let surely_better = rivals.clone().filter(|(_, s)| s.score.low > mine.score.high).count();
        let maybe_better = rivals.filter(|(_, s)| s.score.high > mine.score.low).count();
        let before = all.iter().filter(|s| s.level == mine.level && s.name == mine.name && s.as_of < mine.as_of);
        let before = before.max_by_key(|s| s.as_of).map(|s| s.score);
        let change = before.map(|before| Range::new(mine.score.low - before.high, mine.score.high - before.low));
        all[i].ranks = [1 + surely_better, 1 + maybe_better];
        all[i].change = change;
    }
    Ok(all)
}
