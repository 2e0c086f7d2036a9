//! When what is still to come is to be expected: as planned, shifted by what the project is behind. No more is known than
//! that, and where that is not known either there is no forecast.

use chrono::{Days, Duration, NaiveDate};

use super::{MilestoneStatus, Suspension};
use crate::words;
use crate::words::Words;

/// Fills in what is to be expected of the milestones after the last one `reached`.
pub(super) fn fill(
    milestones: &mut [MilestoneStatus; 5],
    reached: Option<usize>,
    suspensions: &[Suspension],
    as_of: NaiveDate,
) {
    // How far behind it was at the last milestone of which both days are known, and how long work stood still since.
    let base = milestones.iter().rev().find_map(|m| Some((m.milestone, m.actual?, m.days_late?)));
    let since = base.map_or(NaiveDate::MIN, |(_, day, _)| day);
    let stood_still: i64 =
        suspensions.iter().filter_map(|s| Some((s.to? - s.from.max(since)).num_days())).filter(|days| *days > 0).sum();
    let behind = base.map_or(0, |(_, _, days)| days) + stood_still;
    let open = suspensions.last().filter(|last| last.to.is_none());
    // Nothing is to be expected on a day that is over, nor before what comes first.
    let mut earliest = as_of;
    for milestone in &mut milestones[reached.map_or(0, |at| at + 1)..] {
        let Some(planned) = milestone.planned else {
            milestone.reason = words!("forecast-no-plan", "no planned day on record");
            continue;
        };
        if let Some(open) = open {
            milestone.reason =
                words!("forecast-suspended", "suspended since {from}, no resumption on record", from = open.from);
            continue;
        }
        let expected = shifted(planned, behind).max(earliest);
        earliest = expected;
        milestone.forecast = Some(expected);
        milestone.reason = reason(base.map(|base| (base.0.name().into(), base.2)), stood_still);
    }
}

fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    let moved = if days >= 0 {
        day.checked_add_days(Days::new(days.unsigned_abs()))
    } else {
        day.checked_sub_signed(Duration::days(-days))
    };
    moved.unwrap_or(day)
}

fn reason(base: Option<(Words, i64)>, stood_still: i64) -> Words {
    let behind = match base {
        None => words!("forecast-as-planned", "as planned: no milestone with a planned day is on record"),
        Some((milestone, days)) if days > 0 => words!(
            "forecast-behind",
            "planned day, and {days} days behind at {milestone}",
            days = days,
            milestone = milestone
        )
        .of_days(days),
        Some((milestone, days)) if days < 0 => words!(
            "forecast-ahead",
            "planned day, and {days} days ahead at {milestone}",
            days = -days,
            milestone = milestone
        )
        .of_days(days),
        Some((milestone, _)) => words!("forecast-on-day", "planned day, kept at {milestone}", milestone = milestone),
    };
    if stood_still == 0 {
        return behind;
    }
    words!("forecast-stood-still", "{behind}, and {days} days of suspension since", behind = behind, days = stood_still)
        .of_days(stood_still)
}
