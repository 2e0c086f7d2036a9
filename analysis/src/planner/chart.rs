//! Projects as a chart: the rows of [`gantt`], each with what is said of it.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::model::{FeatureId, ParkSnapshot};

use crate::projects::{Gantt, ProjectStatus, Timing, gantt, projects};
use crate::words;
use crate::words::Words;

/// Projects of a park on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectChart {
    /// Bars and marks by day.
    pub gantt: Gantt,
    /// What is said of each row of the chart.
    pub said: Vec<ProjectSaid>,
}

/// What is said of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectSaid {
    /// Its parcel, where that is on record.
    pub parcel: Option<FeatureId>,
    /// Enterprise.
    pub enterprise: Option<String>,
    /// Where it stands.
    pub stage: Words,
    /// How it keeps to its plan.
    pub timing: Words,
    /// Days overdue; 0 where nothing is, `None` where that is unknown.
    pub days_late: Option<i64>,
    /// Milestone by milestone, and what a reader must know.
    pub detail: Vec<Words>,
}

impl ProjectChart {
    /// Rows that are late.
    pub fn late(&self) -> usize {
        self.said.iter().filter(|said| said.days_late.is_some_and(|days| days > 0)).count()
    }
}

/// The chart of every project of the park.
pub fn project_chart(park: &ParkSnapshot, as_of: NaiveDate) -> ProjectChart {
    let all = projects(park, as_of);
    let by_row: HashMap<(&str, Option<&str>), &ProjectStatus> =
        all.iter().map(|project| ((project.key.as_str(), project.parcel_key.as_deref()), project)).collect();
    let gantt = gantt(&all, as_of);
    let said = gantt.rows.iter().map(|row| {
        let project = by_row.get(&(row.key.as_str(), row.parcel_key.as_deref()));
        project.map_or_else(
            || ProjectSaid {
                parcel: None,
                enterprise: None,
                stage: row.stage.name().into(),
                timing: words!("unknown", "unknown"),
                days_late: None,
                detail: Vec::new(),
            },
            |project| said(project),
        )
    });
    let said = said.collect();
    ProjectChart { gantt, said }
}

fn said(project: &ProjectStatus) -> ProjectSaid {
    let timing = match project.timing {
        Timing::Done => words!("projects-done", "in production"),
        Timing::InTime if project.suspended_since().is_some() => {
            words!("projects-suspended", "work suspended, nothing overdue yet")
        }
        Timing::InTime => words!("projects-in-time", "in time"),
        Timing::Late { milestone, days } => words!(
            "planner-late",
            "{milestone} {days} days late",
            milestone = Words::from(milestone.name()),
            days = days
        )
        .of_days(days),
        Timing::Unknown => words!("projects-unknown", "no planned day on record"),
    };
    let milestones = project.milestones.iter().map(|one| {
        words!(
            "planner-milestone",
            "{milestone}: {reason}",
            milestone = Words::from(one.milestone.name()),
            reason = one.reason.clone()
        )
    });
    ProjectSaid {
        parcel: project.parcel,
        enterprise: project.enterprise.clone(),
        stage: project.stage.name().into(),
        timing,
        days_late: project.days_late(),
        detail: milestones.chain(project.notes.iter().cloned()).collect(),
    }
}
