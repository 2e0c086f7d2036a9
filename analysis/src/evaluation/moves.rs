//! Each indicator of a zone beside those of other zones of its level, and beside its own of the date before. A score alone hides that
//! one part rose while another fell.

use std::collections::BTreeMap;

use super::indicator::DEFINITIONS;
use super::range::Range;
use super::report::ZoneReport;
use super::scheme::{Direction, Scheme};

/// How an indicator stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Move {
    /// Change since the date before; `None` for the first date, and where nothing bounds one of the two.
    pub change: Option<Range>,
    /// Best and worst possible rank among its level on that date, from 1; `None` for a zone that stands alone, and where the scheme does
    /// not say which way is better.
    pub ranks: Option<[usize; 2]>,
}

/// The moves of the indicators of every report, by name.
pub(super) fn moves(reports: &[ZoneReport], scheme: &Scheme) -> Vec<BTreeMap<&'static str, Move>> {
    let of = |report: &ZoneReport| -> BTreeMap<&'static str, Move> {
        DEFINITIONS.iter().map(|one| (one.name, of_indicator(report, reports, one.name, scheme))).collect()
    };
    reports.iter().map(of).collect()
}

fn of_indicator(report: &ZoneReport, reports: &[ZoneReport], name: &str, scheme: &Scheme) -> Move {
    // Sums in two currencies are not compared.
    let value = |other: &ZoneReport| -> Option<Range> {
        let (own, its) = (report.indicators.get(name)?, other.indicators.get(name)?);
        (own.unit == its.unit).then_some(its.range)
    };
    let Some(mine) = value(report) else { return Move::default() };
    let is_level = |other: &&ZoneReport| other.level == report.level;
    let same = |other: &ZoneReport| other.zone.is_another_date_of(&report.zone);
    let earlier = |other: &&ZoneReport| same(other) && other.zone.as_of < report.zone.as_of;
    let before = reports.iter().filter(is_level).filter(earlier).max_by_key(|other| other.zone.as_of).and_then(value);
    let bounded = |range: &Range| range.low.is_finite() && range.high.is_finite();
    let change = before
        .filter(|before| bounded(before) && bounded(&mine))
        .map(|before| Range::new(mine.low - before.high, mine.high - before.low));
    let beside = |other: &&ZoneReport| other.zone.as_of == report.zone.as_of && !same(other);
    let rivals: Vec<Range> = reports.iter().filter(is_level).filter(beside).filter_map(value).collect();
    let better = scheme.leaf(name).map(|leaf| leaf.direction).filter(|_| !rivals.is_empty());
    let ranks = better.map(|better| {
        let ahead = |surely: bool| {
            let is_ahead = |its: &&Range| match (better, surely) {
                (Direction::Higher, true) => its.low > mine.high,
                (Direction::Higher, false) => its.high > mine.low,
                (Direction::Lower, true) => its.high < mine.low,
                (Direction::Lower, false) => its.low < mine.high,
            };
            rivals.iter().filter(is_ahead).count()
        };
        [1 + ahead(true), 1 + ahead(false)]
    });
    Move { change, ranks }
}
