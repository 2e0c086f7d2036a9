//! The projects overlay: which milestone a parcel's project misses, as fill; the numbers behind it, as facts.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, Presence};

use super::{Milestone, MilestoneStatus, PlanSource, ProjectStatus, Timing, projects};
use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, Verdicts, undated_note};
use crate::words;
use crate::words::{Phrase, Words, percent, phrase};

/// What a class says, with its two signs.
type Look = (Phrase, [u8; 3], Pattern);

/// By the milestone that is missing.
const LATE: [Look; 5] = [
    (phrase("late-approval", "late: not approved"), [106, 61, 154], Pattern::Dots),
    (phrase("late-permit", "late: no construction permit"), [31, 108, 170], Pattern::Hatch),
    (phrase("late-start", "late: not started"), [199, 38, 45], Pattern::Solid),
    (phrase("late-completion", "late: not completed"), [235, 120, 20], Pattern::CrossHatch),
    (phrase("late-production", "late: no production yet"), [158, 94, 42], Pattern::Dots),
];

const OTHER: [Look; 4] = [
    (phrase("projects-suspended", "work suspended, nothing overdue yet"), [96, 96, 104], Pattern::CrossHatch),
    (phrase("projects-in-time", "in time"), [150, 196, 150], Pattern::Solid),
    (phrase("projects-done", "in production"), [217, 226, 220], Pattern::Solid),
    (phrase("projects-unknown", "no planned day on record"), [201, 204, 209], Pattern::Hatch),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    LATE.into_iter().chain(OTHER).map(|look| Class::of_areas(look, (0, 0.0))).collect()
}

fn class_of(project: &ProjectStatus) -> usize {
    match project.timing {
        Timing::Late { milestone, .. } => milestone as usize,
        Timing::InTime if project.suspended_since().is_some() => LATE.len(),
        Timing::InTime => LATE.len() + 1,
        Timing::Done => LATE.len() + 2,
        Timing::Unknown => LATE.len() + 3,
    }
}

/// The projects on every parcel on `as_of`; of several the latest one gives the colour, and all are in the facts.
pub fn projects_overlay(cache: &Cache, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let mut by_parcel: HashMap<FeatureId, Vec<ProjectStatus>> = HashMap::new();
    let mut without_parcel = 0_usize;
    for project in projects(snapshot, as_of) {
        match project.parcel {
            Some(parcel) => by_parcel.entry(parcel).or_default().push(project),
            None => without_parcel += 1,
        }
    }
    let presence = Presence::on(snapshot, as_of);
    let mut counts = vec![0; LATE.len() + OTHER.len()];
    let mut verdicts = Verdicts::default();
    for (parcel, _) in snapshot.parcels.iter().zip(&presence.parcels).filter(|(_, there)| **there) {
        let Some(mut own) = by_parcel.remove(&parcel.id) else { continue };
        own.sort_by_key(|project| (std::cmp::Reverse(project.days_late()), class_of(project), project.key.clone()));
        let class = class_of(&own[0]);
        counts[class] += 1;
        let facts = own.iter().flat_map(facts).collect();
        let value = own[0].days_late().map(|days| days as f64);
        verdicts.insert(parcel.id, Verdict { class, value, outline: None, facts });
    }
    // On a parcel that is not there on the day they are on none that could be drawn.
    without_parcel += by_parcel.values().map(Vec::len).sum::<usize>();
    let classes = LATE.iter().chain(&OTHER).zip(&counts).map(|((label, colour, pattern), count)| Class {
        label: (*label).into(),
        colour: *colour,
        pattern: *pattern,
        swatch: Swatch::Area,
        count: *count,
        measure: None,
    });
    let any = counts.iter().any(|count| *count > 0);
    let mut notes = vec![plan_note()];
    if !any && without_parcel == 0 {
        notes.push(if snapshot.given {
            words!("note-projects-left-out", "Projects are left out of this package: it does not say what is late")
        } else {
            words!("note-projects-none", "No projects on record: that nothing is late does not follow")
        });
    }
    if without_parcel > 0 {
        notes.push(
            words!(
                "note-projects-no-parcel",
                "{count} projects have no parcel on record on that day and are not drawn",
                count = without_parcel
            )
            .counted(
                without_parcel,
                [
                    "projects have no parcel on record on that day and are",
                    "project has no parcel on record on that day and is",
                ],
            ),
        );
    }
    notes.extend(undated_note(snapshot, as_of));
    let overlay = Overlay {
        name: "projects".into(),
        title: words!("title-projects", "Projects: planned against actual"),
        target: FeatureKind::Parcel,
        unit: words!("unit-days-late", "days late"),
        as_of,
        source: words!("source-projects", "ledger of projects, land contracts and events on record"),
        classes: classes.collect(),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    // That nothing is late is an answer; so is that nothing is in time. Where there are no projects, neither is.
    overlay.without_empty_classes(|class| any && (class == Milestone::Start as usize || class == LATE.len() + 1))
}

fn day(day: Option<NaiveDate>) -> Words {
    day.map_or_else(|| words!("unknown", "unknown"), |day| day.to_string().into())
}

fn facts(project: &ProjectStatus) -> Vec<Fact> {
    let mut facts = vec![Fact {
        label: words!("fact-project", "Project"),
        value: project.name.clone().unwrap_or_else(|| project.key.clone()).into(),
        basis: match &project.contract_key {
            Some(key) => words!("basis-contract", "contract {key}", key = key),
            None => words!("no-contract", "no contract on record"),
        },
    }];
    facts.push(Fact {
        label: words!("fact-stage", "Stage"),
        value: project.stage.name().into(),
        basis: timing(project),
    });
    facts.extend(project.milestones.iter().map(milestone_fact));
    if let Some(from) = project.suspended_since() {
        facts.push(Fact {
            label: words!("fact-suspended", "Suspended since"),
            value: from.to_string().into(),
            basis: words!("basis-event", "event on record"),
        });
    }
    if let Some(share) = project.invested_share() {
        facts.push(Fact {
            label: words!("fact-invested", "Invested"),
            value: percent(share).into(),
            basis: words!("basis-invested", "last measurement on record / planned investment"),
        });
    }
    for note in &project.notes {
        facts.push(Fact { label: words!("fact-note", "Note"), value: note.clone(), basis: Words::default() });
    }
    facts
}

/// Where planned days are from.
pub(super) fn plan_note() -> Words {
    words!(
        "note-projects-plan",
        "Planned days: the ledger of projects; start and completion agreed in the contract where it has none. A day late is late"
    )
}

/// How a project keeps to its plan, in words.
pub(super) fn timing(project: &ProjectStatus) -> Words {
    match project.timing {
        Timing::Done => OTHER[2].0.into(),
        Timing::InTime => OTHER[1].0.into(),
        Timing::Unknown => OTHER[3].0.into(),
        Timing::Late { milestone, days } => words!(
            "timing-late",
            "{days} days past the planned day of {milestone}",
            days = days,
            milestone = milestone.name()
        )
        .of_days(days),
    }
}

fn milestone_fact(status: &MilestoneStatus) -> Fact {
    let planned = match status.plan_source {
        Some(PlanSource::Contract) => words!("planned-contract", "{day} (contract)", day = day(status.planned)),
        _ => day(status.planned),
    };
    let value = match (status.actual, status.forecast) {
        (Some(actual), _) => {
            words!("milestone-actual", "{actual}, planned {planned}", actual = actual, planned = planned)
        }
        (None, Some(forecast)) => {
            words!(
                "milestone-expected",
                "expected {forecast}, planned {planned}",
                forecast = forecast,
                planned = planned
            )
        }
        (None, None) => words!("milestone-open", "not on record, planned {planned}", planned = planned),
    };
    Fact { label: status.milestone.name().into(), value, basis: status.reason.clone() }
}
