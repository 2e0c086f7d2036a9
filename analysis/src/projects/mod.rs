//! Projects: where each stands between approval and production on a day, planned against actual, and what is to be expected.
//!
//! The planned days are those of the office's ledger; where it has none, the start and completion agreed in the contract. The
//! actual ones are the first events of their kind under the contract. Who acts on a late project is left to people.

mod forecast;
mod gantt;
mod overlay;
mod sheet;

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use spatial_db::model::{EventKind, FeatureId, LandContract, LandEvent, ParkSnapshot, Project};

pub use gantt::{Gantt, GanttBar, GanttMark, GanttRow, GanttWords, gantt, gantt_words, late_words};
#[cfg(test)]
pub(crate) use overlay::legend;
pub use overlay::projects_overlay;
pub use sheet::projects_sheet;

use crate::words;
use crate::words::{Phrase, Words, phrase};

/// What a project comes by on its way, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The project is approved.
    Approval,
    /// The construction permit is there.
    Permit,
    /// Construction has started (Order 53 Art. 30 sense).
    Start,
    /// Construction is completed.
    Completion,
    /// Production has begun.
    Production,
}

impl Milestone {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Approval, Self::Permit, Self::Start, Self::Completion, Self::Production];

    /// The event that says it was reached.
    pub const fn event(self) -> EventKind {
        match self {
            Self::Approval => EventKind::Approval,
            Self::Permit => EventKind::Permit,
            Self::Start => EventKind::Start,
            Self::Completion => EventKind::Completion,
            Self::Production => EventKind::Production,
        }
    }

    /// Its word in tables and files.
    pub const fn as_str(self) -> &'static str {
        self.event().as_str()
    }

    /// Its name for people.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Approval => phrase("milestone-approval", "approval"),
            Self::Permit => phrase("milestone-permit", "permit"),
            Self::Start => phrase("milestone-start", "start"),
            Self::Completion => phrase("milestone-completion", "completion"),
            Self::Production => phrase("milestone-production", "production"),
        }
    }
}

/// Where a project stands: the last milestone that it reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// None is on record.
    Planned,
    /// Approved.
    Approved,
    /// Permitted.
    Permitted,
    /// Being built.
    Building,
    /// Built.
    Completed,
    /// Producing.
    Producing,
}

impl Stage {
    const ALL: [Self; 6] =
        [Self::Planned, Self::Approved, Self::Permitted, Self::Building, Self::Completed, Self::Producing];

    /// Its name for people.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Planned => phrase("stage-planned", "planned"),
            Self::Approved => phrase("stage-approved", "approved"),
            Self::Permitted => phrase("stage-permitted", "permitted"),
            Self::Building => phrase("stage-building", "being built"),
            Self::Completed => phrase("stage-completed", "completed"),
            Self::Producing => phrase("stage-producing", "producing"),
        }
    }
}

/// Whose plan a day is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanSource {
    /// The ledger of projects.
    Ledger,
    /// The land contract.
    Contract,
}

/// One milestone of a project on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MilestoneStatus {
    /// Which.
    pub milestone: Milestone,
    /// Planned day; `None` is unknown.
    pub planned: Option<NaiveDate>,
    /// Whose plan.
    pub plan_source: Option<PlanSource>,
    /// Day on which it was reached.
    pub actual: Option<NaiveDate>,
    /// Whole days after the plan: at which it was reached (negative: before), or by which it is overdue on the day asked for.
    /// `None` without a plan, before it is due, or where a later milestone was reached and this one never recorded.
    pub days_late: Option<i64>,
    /// When it is to be expected, where it is still to come and that can be told.
    pub forecast: Option<NaiveDate>,
    /// What all this follows from.
    pub reason: Words,
}

/// How a project keeps to its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Timing {
    /// Producing: nothing is left.
    Done,
    /// Nothing that has a planned day is overdue.
    InTime,
    /// Overdue: the first milestone that should be there and is not, and by how many days.
    Late {
        /// Which.
        milestone: Milestone,
        /// Whole days since its planned one.
        days: i64,
    },
    /// Nothing that is still to come has a planned day.
    Unknown,
}

/// A period without work; still going on where it has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Suspension {
    /// First day.
    pub from: NaiveDate,
    /// Day on which work went on.
    pub to: Option<NaiveDate>,
}

/// A project on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProjectStatus {
    /// Key of the project in the ledger, or of the contract where the ledger has none.
    pub key: String,
    /// Whether the ledger has it.
    pub in_ledger: bool,
    /// Name.
    pub name: Option<String>,
    /// Key of the contract.
    pub contract_key: Option<String>,
    /// Key of the parcel.
    pub parcel_key: Option<String>,
    /// The parcel, where it is on record.
    #[serde(skip)]
    pub parcel: Option<FeatureId>,
    /// Name of the enterprise, or its key where it has no name on record.
    pub enterprise: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// How it keeps to its plan.
    pub timing: Timing,
    /// Its milestones, in order.
    pub milestones: [MilestoneStatus; 5],
    /// Periods without work.
    pub suspensions: Vec<Suspension>,
    /// Planned total investment without land price, in `currency`.
    pub planned_investment: Option<f64>,
    /// Invested by the last measurement on record, in `currency`.
    pub invested: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// What a reader must know.
    pub notes: Vec<Words>,
}

impl ProjectStatus {
    /// Days overdue; 0 where nothing is, `None` where that is unknown.
    pub fn days_late(&self) -> Option<i64> {
        match self.timing {
            Timing::Late { days, .. } => Some(days),
            Timing::Done | Timing::InTime => Some(0),
            Timing::Unknown => None,
        }
    }

    /// Since when work is suspended.
    pub fn suspended_since(&self) -> Option<NaiveDate> {
        self.suspensions.last().filter(|last| last.to.is_none()).map(|last| last.from)
    }

    /// Share of the planned investment that was made.
    pub fn invested_share(&self) -> Option<f64> {
        let planned = self.planned_investment.filter(|planned| *planned > 0.0)?;
        self.invested.map(|invested| invested / planned)
    }
}

/// Every project of the park on a day: those of the ledger, and a project for every contract that the ledger does not have.
/// Contracts signed later do not count, nor do later events.
pub fn projects(park: &ParkSnapshot, as_of: NaiveDate) -> Vec<ProjectStatus> {
    let records = Records::of(park, as_of);
    let mut listed: Vec<ProjectStatus> = Vec::new();
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for project in &park.projects {
        if let Some(key) = &project.contract_key {
            *taken.entry(key).or_default() += 1;
        }
    }
    for project in &park.projects {
        let contract = project.contract_key.as_deref().and_then(|key| records.contracts.get(key).copied());
        let mut status = status(&records, Some(project), contract);
        if let Some(key) = project.contract_key.as_ref().filter(|_| contract.is_none()) {
            status.notes.push(words!(
                "note-project-no-contract",
                "contract {key} is not on record by {as_of}",
                key = key,
                as_of = as_of
            ));
        }
        if project.contract_key.as_deref().is_some_and(|key| taken.get(key).is_some_and(|count| *count > 1)) {
            let note = phrase("note-project-shared", "several projects share the contract and its events");
            status.notes.push(note.into());
        }
        listed.push(status);
    }
    for contract in &park.contracts {
        let key = contract.provenance.key.as_str();
        if records.contracts.contains_key(key) && !taken.contains_key(key) {
            listed.push(status(&records, None, Some(contract)));
        }
    }
    listed
}

/// What is on record by a day, by key.
struct Records<'a> {
    as_of: NaiveDate,
    contracts: HashMap<&'a str, &'a LandContract>,
    events: HashMap<&'a str, Vec<&'a LandEvent>>,
    parcels: HashMap<&'a str, FeatureId>,
    enterprises: HashMap<&'a str, &'a str>,
}

impl<'a> Records<'a> {
    fn of(park: &'a ParkSnapshot, as_of: NaiveDate) -> Self {
        let signed = park.contracts.iter().filter(|c| c.signed.is_none_or(|signed| signed <= as_of));
        let mut events: HashMap<&str, Vec<&LandEvent>> = HashMap::new();
        for event in park.events.iter().filter(|event| event.date <= as_of) {
            events.entry(&event.contract_key).or_default().push(event);
        }
        // Of one day work first stops and then goes on.
        for own in events.values_mut() {
            own.sort_by_key(|event| (event.date, EventKind::ALL.iter().position(|kind| *kind == event.kind)));
        }
        Self {
            as_of,
            contracts: signed.map(|contract| (contract.provenance.key.as_str(), contract)).collect(),
            events,
            parcels: park.parcels.iter().map(|parcel| (parcel.provenance.key.as_str(), parcel.id)).collect(),
            enterprises: park.enterprises.iter().map(|e| (e.provenance.key.as_str(), e.name.as_str())).collect(),
        }
    }
}

fn planned(
    milestone: Milestone,
    project: Option<&Project>,
    contract: Option<&LandContract>,
) -> Option<(NaiveDate, PlanSource)> {
    let ledger = project.and_then(|project| match milestone {
        Milestone::Approval => project.planned_approval,
        Milestone::Permit => project.planned_permit,
        Milestone::Start => project.planned_start,
        Milestone::Completion => project.planned_completion,
        Milestone::Production => project.planned_production,
    });
    let agreed = || {
        let contract = contract?;
        match milestone {
            Milestone::Start => contract.agreed_start,
            Milestone::Completion => contract.agreed_completion,
            _ => None,
        }
    };
    ledger.map(|day| (day, PlanSource::Ledger)).or_else(|| agreed().map(|day| (day, PlanSource::Contract)))
}

fn suspensions(events: &[&LandEvent]) -> Vec<Suspension> {
    let mut found: Vec<Suspension> = Vec::new();
    for event in events {
        let open = found.last_mut().filter(|last| last.to.is_none());
        match (event.kind, open) {
            (EventKind::Suspension, None) => found.push(Suspension { from: event.date, to: None }),
            (EventKind::Resumption | EventKind::Completion | EventKind::Production, Some(open)) => {
                open.to = Some(event.date);
            }
            _ => {}
        }
    }
    found
}

fn status(records: &Records<'_>, project: Option<&Project>, contract: Option<&LandContract>) -> ProjectStatus {
    let as_of = records.as_of;
    let own = contract.and_then(|contract| records.events.get(contract.provenance.key.as_str()));
    let events: &[&LandEvent] = own.map_or(&[], Vec::as_slice);
    let first = |milestone: Milestone| events.iter().find(|event| event.kind == milestone.event()).copied();
    let reached = Milestone::ALL.iter().rposition(|milestone| first(*milestone).is_some());
    let stage = Stage::ALL[reached.map_or(0, |at| at + 1)];
    let suspensions = suspensions(events);
    let mut milestones = Milestone::ALL.map(|milestone| {
        let plan = planned(milestone, project, contract);
        let event = first(milestone);
        let is_skipped = event.is_none() && reached.is_some_and(|at| Milestone::ALL[at] > milestone);
        let days_late = plan.and_then(|(day, _)| match event {
            Some(event) => Some((event.date - day).num_days()),
            None => Some((as_of - day).num_days()).filter(|days| *days > 0 && !is_skipped),
        });
        MilestoneStatus {
            milestone,
            planned: plan.map(|plan| plan.0),
            plan_source: plan.map(|plan| plan.1),
            actual: event.map(|event| event.date),
            days_late,
            forecast: None,
            reason: match event {
                Some(LandEvent { note: Some(note), .. }) => {
                    words!("milestone-reached-note", "on record: {note}", note = note)
                }
                Some(_) => words!("milestone-reached", "on record"),
                None if is_skipped => {
                    words!("milestone-skipped", "not on record, though a later milestone is: when is unknown")
                }
                None => Words::default(),
            },
        }
    });
    forecast::fill(&mut milestones, reached, &suspensions, as_of);
    let to_come = &milestones[reached.map_or(0, |at| at + 1)..];
    let overdue = to_come.iter().find_map(|m| Some(Timing::Late { milestone: m.milestone, days: m.days_late? }));
    let timing = match overdue {
        _ if stage == Stage::Producing => Timing::Done,
        Some(late) => late,
        None if to_come.iter().any(|m| m.planned.is_some()) => Timing::InTime,
        None => Timing::Unknown,
    };
    let mut notes = Vec::new();
    let days: Vec<NaiveDate> = milestones.iter().filter_map(|m| m.actual).collect();
    if days.windows(2).any(|pair| pair[1] < pair[0]) {
        notes.push(words!("note-project-order", "milestones on record are out of order: check the events"));
    }
    let parcel_key = contract.map(|c| c.parcel_key.as_str()).or(project.and_then(|p| p.parcel_key.as_deref()));
    let enterprise =
        project.and_then(|p| p.enterprise_key.as_deref()).or(contract.and_then(|c| c.enterprise_key.as_deref()));
    let contract_key = project.and_then(|p| p.contract_key.clone()).or(contract.map(|c| c.provenance.key.clone()));
    // What was invested is on record under the contract, in its currency: a share of a plan in another is no share.
    let contract_currency = contract.and_then(|c| c.currency.as_deref());
    let own_plan = project.filter(|p| p.planned_investment.is_some());
    let (planned_investment, currency) = match own_plan {
        Some(p) => (p.planned_investment, p.currency.as_deref().or(contract_currency)),
        None => (contract.and_then(|c| c.total_investment), contract_currency),
    };
    // A currency that is not on record may be any.
    let one_currency = own_plan.is_none() || (currency.is_some() && currency == contract_currency);
    let invested = events.iter().rev().find_map(|event| event.invested);
    if invested.is_some() && !one_currency {
        notes.push(words!(
            "note-project-currency",
            "what was invested is on record in another currency than the plan, or in none: no share of it is told"
        ));
    }
    ProjectStatus {
        key: project.map(|p| p.provenance.key.clone()).or(contract_key.clone()).unwrap_or_default(),
        in_ledger: project.is_some(),
        name: project.and_then(|p| p.name.clone()),
        contract_key,
        parcel: parcel_key.and_then(|key| records.parcels.get(key).copied()),
        parcel_key: parcel_key.map(str::to_owned),
        enterprise: enterprise.map(|key| records.enterprises.get(key).copied().unwrap_or(key).to_owned()),
        stage,
        timing,
        milestones,
        suspensions,
        planned_investment,
        invested: invested.filter(|_| one_currency),
        currency: currency.map(str::to_owned),
        notes,
    }
}

#[cfg(test)]
mod tests;
