//! The projects as a report: one row a project, planned and actual days side by side.

use std::collections::HashMap;

use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};

use super::overlay::{plan_note, timing};
use super::{Milestone, MilestoneStatus, ProjectStatus, Timing};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Planned, reached, days late and expected of each milestone: names for programs, heads for people.
const DAYS: [[(&str, Phrase); 4]; 5] = [
    [
        ("approval_planned", phrase("head-approval-planned", "approval planned")),
        ("approval_actual", phrase("head-approval-actual", "approved")),
        ("approval_days_late", phrase("head-approval-late", "approval late")),
        ("approval_expected", phrase("head-approval-expected", "approval expected")),
    ],
    [
        ("permit_planned", phrase("head-permit-planned", "permit planned")),
        ("permit_actual", phrase("head-permit-actual", "permitted")),
        ("permit_days_late", phrase("head-permit-late", "permit late")),
        ("permit_expected", phrase("head-permit-expected", "permit expected")),
    ],
    [
        ("start_planned", phrase("head-start-planned", "start planned")),
        ("start_actual", phrase("head-start-actual", "started")),
        ("start_days_late", phrase("head-start-late", "start late")),
        ("start_expected", phrase("head-start-expected", "start expected")),
    ],
    [
        ("completion_planned", phrase("head-completion-planned", "completion planned")),
        ("completion_actual", phrase("head-completion-actual", "completed")),
        ("completion_days_late", phrase("head-completion-late", "completion late")),
        ("completion_expected", phrase("head-completion-expected", "completion expected")),
    ],
    [
        ("production_planned", phrase("head-production-planned", "production planned")),
        ("production_actual", phrase("head-production-actual", "production begun")),
        ("production_days_late", phrase("head-production-late", "production late")),
        ("production_expected", phrase("head-production-expected", "production expected")),
    ],
];

/// The report on `projects`, in their order.
pub fn projects_sheet(park: &ParkSnapshot, projects: &[ProjectStatus]) -> Sheet {
    let slots: HashMap<FeatureId, usize> = park.parcels.iter().enumerate().map(|(at, p)| (p.id, at)).collect();
    Sheet {
        name: "projects",
        title: words!("title-projects", "Projects: planned against actual"),
        notes: vec![plan_note()],
        target: Some(FeatureKind::Parcel),
        columns: columns(),
        rows: projects
            .iter()
            .map(|project| Row { slot: project.parcel.and_then(|id| slots.get(&id).copied()), cells: cells(project) })
            .collect(),
    }
}

fn columns() -> Vec<Column> {
    let text = |name, title: Words| Column::new(name, title, "", Holds::Text);
    let mut columns = vec![
        text("project", words!("head-project", "project")),
        text("name", words!("head-project-name", "name")),
        text("parcel", words!("head-parcel", "parcel")),
        text("contract", words!("head-contract", "contract")).in_files(),
        text("enterprise", words!("head-enterprise", "enterprise")).in_files(),
        text("stage", words!("head-stage", "stage")),
        text("timing", words!("head-timing", "plan")),
        Column::new("days_late", words!("head-days-late", "late"), "d", Holds::Whole),
        text("suspended_since", words!("head-suspended", "suspended since")),
        Column::new("invested_pct", words!("head-invested", "invested"), "%", Holds::Number(1)),
    ];
    for days in DAYS {
        for (at, (name, title)) in days.into_iter().enumerate() {
            let (unit, holds) = if at == 2 { ("d", Holds::Whole) } else { ("", Holds::Day) };
            columns.push(Column::new(name, title, unit, holds).in_files());
        }
    }
    columns.push(text("notes", words!("head-notes", "notes")).in_files());
    columns
}

fn cells(project: &ProjectStatus) -> Vec<Value> {
    let mut cells: Vec<Value> = vec![
        Some(project.key.as_str()).into(),
        project.name.as_deref().into(),
        project.parcel_key.as_deref().into(),
        project.contract_key.as_deref().into(),
        project.enterprise.as_deref().into(),
        Words::from(project.stage.name()).into(),
        timing(project).into(),
        project.days_late().into(),
        project.suspended_since().map(|day| day.to_string()).as_deref().into(),
        project.invested_share().map(|share| share * 100.0).into(),
    ];
    cells.extend(project.milestones.iter().flat_map(|m: &MilestoneStatus| -> [Value; 4] {
        [m.planned.into(), m.actual.into(), m.days_late.into(), m.forecast.into()]
    }));
    let both = |before, next| words!("joined", "{before}; {next}", before = before, next = next);
    cells.push(project.notes.iter().cloned().reduce(both).map_or(Value::Unknown, Value::Text));
    cells
}

impl ProjectStatus {
    /// Whether it misses `milestone`, or any where none is named.
    pub fn is_late(&self, milestone: Option<Milestone>) -> bool {
        matches!(self.timing, Timing::Late { milestone: missed, .. } if milestone.is_none_or(|wanted| wanted == missed))
    }
}
