//! The rows of a Gantt chart: bars and marks by day. Drawing them is left to whoever shows them.

use chrono::NaiveDate;
use serde::Serialize;

use super::{Milestone, ProjectStatus, Stage, Suspension, Timing};
use crate::words;
use crate::words::Words;

/// A bar between two milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GanttBar {
    /// The milestone that it leads to.
    pub to_milestone: Milestone,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

/// A milestone in the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GanttMark {
    /// Which.
    pub milestone: Milestone,
    /// Planned.
    pub planned: Option<NaiveDate>,
    /// Reached.
    pub actual: Option<NaiveDate>,
    /// Expected.
    pub forecast: Option<NaiveDate>,
}

/// A project's row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GanttRow {
    /// Key of the project.
    pub key: String,
    /// Name, or the key.
    pub label: String,
    /// Key of the parcel.
    pub parcel_key: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// How it keeps to its plan.
    pub timing: Timing,
    /// Between the planned days.
    pub planned: Vec<GanttBar>,
    /// Between the days on record; the last one runs to the day asked for, unless the project is done.
    pub actual: Vec<GanttBar>,
    /// From the day asked for to what is expected.
    pub expected: Vec<GanttBar>,
    /// Periods without work, to be drawn over the actual bars; an open one ends at the day asked for.
    pub suspended: Vec<[NaiveDate; 2]>,
    /// The milestones.
    pub marks: Vec<GanttMark>,
}

/// A Gantt chart as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gantt {
    /// The day asked for.
    pub as_of: NaiveDate,
    /// First day of the chart.
    pub from: NaiveDate,
    /// Last day of the chart.
    pub to: NaiveDate,
    /// Rows: the latest projects first, then those in time by their next days, then those done and those unknown.
    pub rows: Vec<GanttRow>,
}

/// What the chart's signs mean, and its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GanttWords {
    /// Of the chart.
    pub title: Words,
    /// Bars between planned days.
    pub planned: Words,
    /// Bars between days on record.
    pub actual: Words,
    /// Bars to what is expected.
    pub expected: Words,
    /// Periods without work.
    pub suspended: Words,
    /// Projects past a planned day.
    pub late: Words,
    /// The day asked for.
    pub today: Words,
}

/// What the chart's signs mean.
pub fn gantt_words() -> GanttWords {
    GanttWords {
        title: words!("gantt-title", "Planned and actual, by day"),
        planned: words!("gantt-planned", "planned"),
        actual: words!("gantt-actual", "actual"),
        expected: words!("gantt-expected", "expected"),
        suspended: words!("gantt-suspended", "no work"),
        late: words!("gantt-is-late", "past a planned day"),
        today: words!("gantt-today", "day of this report"),
    }
}

/// How late a project is, in few words.
pub fn late_words(days: i64) -> Words {
    words!("gantt-late", "{days} d late", days = days)
}

/// Bars between days of milestones that follow each other; days out of order make none.
fn bars(days: &[(Milestone, NaiveDate)]) -> Vec<GanttBar> {
    let pairs = days.windows(2).filter(|pair| pair[0].1 <= pair[1].1);
    pairs.map(|pair| GanttBar { to_milestone: pair[1].0, from: pair[0].1, to: pair[1].1 }).collect()
}

fn row(project: &ProjectStatus, as_of: NaiveDate) -> GanttRow {
    let days = |pick: &dyn Fn(&super::MilestoneStatus) -> Option<NaiveDate>| -> Vec<(Milestone, NaiveDate)> {
        project.milestones.iter().filter_map(|m| Some((m.milestone, pick(m)?))).collect()
    };
    let reached = days(&|m| m.actual);
    let next = Milestone::ALL.into_iter().find(|m| reached.last().is_none_or(|last| *m > last.0));
    let mut actual = bars(&reached);
    if let (Some((_, from)), Some(next)) = (reached.last(), next) {
        actual.push(GanttBar { to_milestone: next, from: *from, to: as_of });
    }
    let mut expected = days(&|m| m.forecast);
    if let Some(first) = expected.first().copied() {
        expected.insert(0, (first.0, as_of));
    }
    let suspended = |s: &Suspension| [s.from, s.to.unwrap_or(as_of)];
    GanttRow {
        key: project.key.clone(),
        label: project.name.clone().unwrap_or_else(|| project.key.clone()),
        parcel_key: project.parcel_key.clone(),
        stage: project.stage,
        timing: project.timing,
        planned: bars(&days(&|m| m.planned)),
        actual,
        expected: bars(&expected),
        suspended: project.suspensions.iter().map(suspended).collect(),
        marks: project
            .milestones
            .iter()
            .map(|m| GanttMark { milestone: m.milestone, planned: m.planned, actual: m.actual, forecast: m.forecast })
            .collect(),
    }
}

/// The chart of projects as [`super::projects`] gives them for a day.
pub fn gantt(projects: &[ProjectStatus], as_of: NaiveDate) -> Gantt {
    let mut ordered: Vec<&ProjectStatus> = projects.iter().collect();
    ordered.sort_by_key(|project| {
        let next = project.milestones.iter().filter(|m| m.actual.is_none()).find_map(|m| m.forecast.or(m.planned));
        let rank = match project.timing {
            Timing::Late { .. } => 0,
            Timing::InTime => 1,
            Timing::Done => 2,
            Timing::Unknown => 3,
        };
        (rank, -project.days_late().unwrap_or(0), next, project.key.clone())
    });
    let rows: Vec<GanttRow> = ordered.into_iter().map(|project| row(project, as_of)).collect();
    let days = || rows.iter().flat_map(|row| &row.marks).flat_map(|m| [m.planned, m.actual, m.forecast]).flatten();
    let (from, to) = (days().min().unwrap_or(as_of).min(as_of), days().max().unwrap_or(as_of).max(as_of));
    Gantt { as_of, from, to, rows }
}
