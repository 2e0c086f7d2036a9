//! `twin report projects`: every project of the park, planned against actual.

use std::cmp::Reverse;

use analysis::projects::{Milestone, ProjectStatus, Stage, gantt, projects, projects_sheet};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::drawings::Drawing;
use super::write::Outgoing;
use super::{Asked, drawings};
use crate::failure::Failure;

/// Arguments of `twin report projects`.
#[derive(Debug, Args)]
#[command(after_help = "docs/cases.md says how stage, days late and what is expected come about.\n\nExamples:\n  \
    twin report projects qingxi\n  twin report projects qingxi --late --format csv --out late.csv\n  \
    twin report projects qingxi --as-of 2025-12-31 --stage building")]
pub(super) struct ProjectArguments {
    #[command(flatten)]
    asked: Asked,
    /// Only projects that miss a milestone
    #[arg(long)]
    late: bool,
    /// Only projects that miss this one first
    #[arg(long, value_enum, value_name = "MILESTONE")]
    missing: Option<MilestoneName>,
    /// Only projects in this stage; may be given several times
    #[arg(long, value_enum)]
    stage: Vec<StageName>,
}

/// Milestones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MilestoneName {
    /// Approval
    Approval,
    /// Construction permit
    Permit,
    /// Start of construction
    Start,
    /// Completion
    Completion,
    /// Production
    Production,
}

/// Stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StageName {
    /// No milestone is on record
    Planned,
    /// Approved
    Approved,
    /// Permitted
    Permitted,
    /// Being built
    Building,
    /// Built
    Completed,
    /// Producing
    Producing,
}

impl From<MilestoneName> for Milestone {
    fn from(name: MilestoneName) -> Self {
        match name {
            MilestoneName::Approval => Self::Approval,
            MilestoneName::Permit => Self::Permit,
            MilestoneName::Start => Self::Start,
            MilestoneName::Completion => Self::Completion,
            MilestoneName::Production => Self::Production,
        }
    }
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Planned => Self::Planned,
            StageName::Approved => Self::Approved,
            StageName::Permitted => Self::Permitted,
            StageName::Building => Self::Building,
            StageName::Completed => Self::Completed,
            StageName::Producing => Self::Producing,
        }
    }
}

impl ProjectArguments {
    fn wants(&self, project: &ProjectStatus) -> bool {
        let missing = self.missing.map(Milestone::from);
        let in_time = (self.late || missing.is_some()) && !project.is_late(missing);
        !in_time && (self.stage.is_empty() || self.stage.iter().any(|stage| Stage::from(*stage) == project.stage))
    }
}

pub(super) fn run(arguments: &ProjectArguments) -> Result<(), Failure> {
    let (park, as_of) = arguments.asked.load()?;
    let mut chosen = projects(&park, as_of);
    chosen.retain(|project| arguments.wants(project));
    // The latest first; what cannot be told last.
    chosen.sort_by_key(|project| (Reverse(project.days_late()), project.stage, project.key.clone()));
    let sheet = projects_sheet(&park, &chosen);
    let chart = gantt(&chosen, as_of);
    let drawn = |text: &Text| -> Vec<Drawing> {
        if chart.rows.is_empty() { Vec::new() } else { vec![drawings::gantt(&chart, text)] }
    };
    Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &sheet }.write_drawn(drawn, |text| {
        let projects: Vec<Value> = chosen.iter().map(|project| told(project, text)).collect();
        let mut object = serde_json::Map::new();
        object.insert("projects".into(), projects.into());
        object.insert("gantt".into(), json!(chart));
        object
    })
}

/// What JSON tells of a project: its words in the language asked for.
fn told(project: &ProjectStatus, text: &Text) -> Value {
    let mut value = json!(project);
    let milestones = value["milestones"].as_array_mut().into_iter().flatten();
    for (told, milestone) in milestones.zip(&project.milestones) {
        told["reason"] = text.words(&milestone.reason).into();
    }
    value["notes"] = project.notes.iter().map(|note| text.words(note)).collect::<Vec<_>>().into();
    value["days_late"] = json!(project.days_late());
    value["suspended_since"] = json!(project.suspended_since());
    value["invested_share"] = json!(project.invested_share());
    value
}
