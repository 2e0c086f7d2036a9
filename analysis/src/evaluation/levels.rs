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
    let mut order: Vec<&(Level, Zone)> = zones.iter().collect();
    order.sort_by_key(|(level, zone)| (*level, zone.as_of));
    let mut all: Vec<Standing> = order
        .iter()
        .map(|(level, zone)| {
            let score = evaluate(zone, scheme)?.score;
            let name = zone.name.clone();
            Ok(Standing { level: *level, name, as_of: zone.as_of, score, ranks: [1, 1], change: None })
        })
        .collect::<Result<_, EvaluationError>>()?;
    for i in 0..all.len() {
        let mine = &all[i];
        let rivals = all.iter().enumerate().filter(|(j, s)| *j != i && s.level == mine.level && s.as_of == mine.as_of);
        let surely_better = rivals.clone().filter(|(_, s)| s.score.low > mine.score.high).count();
        let maybe_better = rivals.filter(|(_, s)| s.score.high > mine.score.low).count();
        let same = |(level, zone): &(Level, Zone)| *level == mine.level && zone.is_another_date_of(&order[i].1);
        let before = all.iter().zip(&order).filter(|(s, of)| same(of) && s.as_of < mine.as_of);
        let before = before.max_by_key(|(s, _)| s.as_of).map(|(s, _)| s.score);
        let change = before.map(|before| Range::new(mine.score.low - before.high, mine.score.high - before.low));
        all[i].ranks = [1 + surely_better, 1 + maybe_better];
        all[i].change = change;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::report::report;
    use super::super::rules::EvaluationRules;
    use super::super::zone::tests::told;
    use super::*;

    /// Two districts may each have a park of one name.
    #[test]
    fn parks_of_one_name_keep_their_own_score_rank_and_change() {
        let scheme = "format_version = 1\nname = \"ours\"\nstandard = \"city office\"\nedition = \"2024\"\nstatus = \"default\"\n\
                      [[node]]\nname = \"people\"\nweight = 1.0\nfigure = \"satisfaction\"\nmin_max = [1, 5]\n";
        let scheme = Scheme::parse(scheme).unwrap();
        let at = |park: &str, year: i32, value: f64| {
            (Level::Park, told(park, &format!("{year}-12-31"), ("satisfaction", value, false)))
        };
        let zones = vec![at("a", 2023, 3.0), at("b", 2023, 1.0), at("a", 2024, 4.0), at("b", 2024, 5.0)];
        let said = |all: &[Standing]| -> Vec<(f64, [usize; 2], Option<f64>)> {
            all.iter().map(|s| (s.score.low, s.ranks, s.change.map(|by| by.low))).collect()
        };
        let expected =
            [(50.0, [1, 1], None), (0.0, [2, 2], None), (75.0, [2, 2], Some(25.0)), (100.0, [1, 1], Some(100.0))];
        assert_eq!(said(&standings(&zones, &scheme).unwrap()), expected);
        let reports = report(zones, &scheme, &EvaluationRules::shipped());
        let own: Vec<Standing> = reports.iter().filter_map(|one| one.standing.clone()).collect();
        assert_eq!(said(&own), expected);
        assert!(reports.iter().map(|one| one.zone.parks[0].as_str()).eq(["a", "b", "a", "b"]));
    }
}
