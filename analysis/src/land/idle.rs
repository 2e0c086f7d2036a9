//! The idle-land overlay: physical use as fill, the statutory state as outline, days left as a thin column.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use foldhash::fast::FixedState;
use geo::InteriorPoint;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, LandContract, Parcel, Presence};

use super::clock::{ClockState, Timeline, contract_clock};
use super::ledger::Ledger;
use super::physical::{PhysicalUse, physical_use};
use super::site::{Site, sites};
use super::utilisation::site_facts;
use crate::overlay::{Class, Fact, Overlay, Pattern, Pillar, Swatch, Verdict, Verdicts, undated_note};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, phrase};

const PHYSICAL: [(PhysicalUse, Phrase, [u8; 3], Pattern); 5] = [
    (PhysicalUse::Vacant, phrase("use-vacant", "vacant: no building"), [199, 55, 47], Pattern::Solid),
    (PhysicalUse::UnderUsed, phrase("use-under-used", "under-used: barely built"), [240, 138, 75], Pattern::Solid),
    (PhysicalUse::InUse, phrase("use-in-use", "in use"), [217, 226, 220], Pattern::Solid),
    (
        PhysicalUse::NotBuildingLand,
        phrase("use-not-rated", "road, water, green: not rated"),
        [226, 224, 218],
        Pattern::Dots,
    ),
    (PhysicalUse::Unknown, phrase("unknown", "unknown"), [201, 204, 209], Pattern::Hatch),
];

const STATUTORY: [(ClockState, Phrase, [u8; 3]); 5] = [
    (ClockState::PastReclaim, phrase("clock-past-reclaim", "contract: over 2 years, may be reclaimed"), [110, 16, 40]),
    (ClockState::Idle, phrase("clock-idle", "contract: over 1 year, idle"), [168, 23, 78]),
    (ClockState::StalledIdle, phrase("clock-stalled", "contract: stalled, may be held idle"), [138, 72, 160]),
    (ClockState::Running, phrase("clock-running", "contract: clock runs, column = days left"), [22, 92, 170]),
    (ClockState::Excused, phrase("clock-excused", "contract: excused, government cause"), [46, 125, 110]),
];

/// How the outline of a state is broken: in grey all five colours are as dark as each other.
const fn outline_pattern(state: ClockState) -> Pattern {
    match state {
        ClockState::Idle => Pattern::Hatch,
        ClockState::StalledIdle => Pattern::CrossHatch,
        ClockState::Excused => Pattern::Dots,
        _ => Pattern::Solid,
    }
}

/// A column of no height: there is nothing to count down.
fn no_pillar(parcel: &Parcel) -> Option<Pillar> {
    let at = parcel.boundary.interior_point()?;
    Some(Pillar { feature: parcel.id, position: [at.x(), at.y()], height_m: 0.0, class: 0, label: None })
}

/// Height of a full year on the clock, m in the scene.
const YEAR_PILLAR_M: f64 = 90.0;

/// Physical use of every parcel and the statutory state of every contract on `as_of`.
pub fn idle_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let on_record = !snapshot.buildings.is_empty();
    let ledger = Ledger::of(snapshot);
    let mut counts = vec![0; PHYSICAL.len() + STATUTORY.len()];
    let mut areas = vec![0.0; PHYSICAL.len() + STATUTORY.len()];
    let mut verdicts = Verdicts::with_capacity_and_hasher(snapshot.parcels.len(), FixedState::default());
    // One for every parcel that was ever under contract, so that the picture of another day has the same columns.
    let mut pillars: BTreeMap<FeatureId, Pillar> = snapshot
        .parcels
        .par_iter()
        .filter(|parcel| ledger.knows(parcel))
        .filter_map(|parcel| Some((parcel.id, no_pillar(parcel)?)))
        .collect();
    let presence = Presence::on(snapshot, as_of);
    let sites = sites(cache, rules, &presence);
    // Words are most of the work, and each parcel has its own.
    let said: Vec<Option<Said>> = snapshot
        .parcels
        .par_iter()
        .zip(&sites)
        .zip(&presence.parcels)
        .map(|((parcel, site), there)| there.then(|| said_of(parcel, site, (&ledger, rules), as_of, on_record)))
        .collect();
    for ((parcel, site), said) in snapshot.parcels.iter().zip(&sites).zip(said) {
        let Some(Said { verdict, days_left }) = said else { continue };
        for class in std::iter::once(verdict.class).chain(verdict.outline) {
            counts[class] += 1;
            areas[class] += site.area_m2;
        }
        if let (Some(days), Some(class), Some(pillar)) = (days_left, verdict.outline, pillars.get_mut(&parcel.id)) {
            pillar.height_m = (YEAR_PILLAR_M * days as f64 / 365.0).max(4.0);
            pillar.class = class;
            pillar.label = Some(words!("pillar-days", "{days} days", days = days));
        }
        verdicts.insert(parcel.id, verdict);
    }
    let overlay = Overlay {
        name: "idle".into(),
        title: words!("title-idle", "Idle land"),
        target: FeatureKind::Parcel,
        unit: Words::default(),
        as_of,
        source: words!("source-idle", "footprints on record; contracts and land events on record"),
        classes: classes(&counts, &areas, !snapshot.contracts.is_empty()),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: pillars.into_values().collect(),
        notes: notes(snapshot.contracts.is_empty(), rules).into_iter().chain(undated_note(snapshot, as_of)).collect(),
    };
    // "No vacant land" and "no idle contract" are answers; the rest shows only where there is some.
    let rated = counts[..PHYSICAL.len()].iter().zip(&PHYSICAL).any(|(n, row)| *n > 0 && row.0 != PhysicalUse::Unknown);
    overlay.without_empty_classes(|class| (rated && class < 3) || class >= PHYSICAL.len())
}

/// What is said of a parcel.
struct Said {
    verdict: Verdict,
    /// Of a clock that runs.
    days_left: Option<i64>,
}

fn said_of(
    parcel: &Parcel,
    site: &Site,
    (ledger, rules): (&Ledger<'_>, &RuleSet),
    as_of: NaiveDate,
    on_record: bool,
) -> Said {
    let (physical, reason) = physical_use(parcel, site, rules, on_record);
    let class = PHYSICAL.iter().position(|row| row.0 == physical).unwrap_or(PHYSICAL.len() - 1);
    let mut facts = vec![Fact {
        label: words!("fact-physical-use", "Physical use"),
        value: PHYSICAL[class].1.into(),
        basis: reason,
    }];
    let timeline = ledger
        .contract(parcel, as_of)
        .map(|contract| (contract, contract_clock(contract, ledger.events(contract), rules, as_of)));
    let outline = timeline.as_ref().and_then(|(_, t)| STATUTORY.iter().position(|row| row.0 == t.state));
    match &timeline {
        Some((contract, timeline)) => facts.extend(clock_facts(contract, timeline)),
        None => facts.push(Fact {
            label: words!("fact-statutory-state", "Statutory state"),
            value: words!("no-contract", "no contract on record"),
            basis: words!("no-contract-basis", "land without a contract is never called idle"),
        }),
    }
    facts.extend(site_facts(parcel, site, rules, on_record));
    let value = (on_record && physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
    let running = timeline.filter(|(_, timeline)| timeline.state == ClockState::Running);
    Said {
        verdict: Verdict { class, value, outline: outline.map(|row| PHYSICAL.len() + row), facts },
        days_left: running.and_then(|(_, timeline)| timeline.days_left),
    }
}

fn classes(counts: &[usize], areas: &[f64], with_contracts: bool) -> Vec<Class> {
    let physical = PHYSICAL.iter().map(|(_, label, colour, pattern)| (*label, *colour, *pattern, Swatch::Area));
    let statutory =
        STATUTORY.iter().map(|(state, label, colour)| (*label, *colour, outline_pattern(*state), Swatch::Line));
    let all = physical.chain(statutory).enumerate();
    all.filter(|(i, _)| with_contracts || *i < PHYSICAL.len())
        .map(|(i, (label, colour, pattern, swatch))| Class {
            swatch,
            ..Class::of_areas((label, colour, pattern), (counts[i], areas[i]))
        })
        .collect()
}

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    let none = [0; PHYSICAL.len() + STATUTORY.len()];
    classes(&none, &none.map(|_| 0.0), true)
}

pub(super) fn notes(no_contracts: bool, rules: &RuleSet) -> Vec<Words> {
    let vacant = rules.figure("vacancy", "vacant_coverage").value * 100.0;
    let under = rules.figure("vacancy", "underused_coverage").value * 100.0;
    let mut notes = vec![words!(
        "note-physical-use",
        "Physical use: coverage below {vacant} % vacant, below {under} % under-used (ParkTwin default)",
        vacant = format!("{vacant:.0}"),
        under = format!("{under:.0}"),
    )];
    notes.push(if no_contracts {
        words!("note-no-contracts", "No contracts on record: nothing here is idle in the legal sense")
    } else {
        words!(
            "note-contract-state",
            "Contract state: {clause}",
            clause = rules.figure("idle", "clock_years").citation()
        )
    });
    notes
}

/// Colour and pattern of a physical use.
pub(crate) fn use_look(physical: PhysicalUse) -> ([u8; 3], Pattern) {
    PHYSICAL.iter().find(|row| row.0 == physical).map_or(([201, 204, 209], Pattern::Hatch), |row| (row.2, row.3))
}

/// Colour of a statutory state's outline; `None` for those that have none.
pub(crate) fn state_colour(state: ClockState) -> Option<[u8; 3]> {
    STATUTORY.iter().find(|row| row.0 == state).map(|row| row.2)
}

/// A state in words.
pub(super) fn state_words(state: ClockState) -> Phrase {
    match state {
        ClockState::InOrder => phrase("clock-in-order", "in order"),
        ClockState::Unknown => phrase("unknown", "unknown"),
        state => STATUTORY.iter().find(|row| row.0 == state).map_or(phrase("unknown", "unknown"), |row| row.1),
    }
}

/// A physical use in words.
pub(super) fn use_words(physical: PhysicalUse) -> Phrase {
    PHYSICAL.iter().find(|row| row.0 == physical).map_or(phrase("unknown", "unknown"), |row| row.1)
}

fn clock_facts(contract: &LandContract, timeline: &Timeline) -> Vec<Fact> {
    let mut facts = vec![
        Fact {
            label: words!("fact-statutory-state", "Statutory state"),
            value: state_words(timeline.state).into(),
            basis: timeline.clause.clone(),
        },
        Fact {
            label: words!("fact-because", "Because"),
            value: timeline.reason.clone(),
            basis: words!("basis-contract", "contract {key}", key = &contract.provenance.key),
        },
    ];
    for (label, date) in [
        (phrase("fact-one-year", "One year is up"), timeline.idle_from),
        (phrase("fact-two-years", "Two years are up"), timeline.reclaim_from),
    ] {
        if let Some(date) = date {
            facts.push(Fact {
                label: label.into(),
                value: date.to_string().into(),
                basis: words!("basis-calendar", "by the calendar"),
            });
        }
    }
    if let Some(days) = timeline.days_left {
        facts.push(Fact {
            label: words!("fact-days-left", "Days left"),
            value: days.to_string().into(),
            basis: words!("basis-days-left", "negative: past"),
        });
    }
    if let Some(disposal) = &timeline.disposal {
        facts.push(Fact {
            label: words!("fact-disposal", "Disposal"),
            value: disposal.words.clone(),
            basis: words!("basis-contract", "contract {key}", key = &contract.provenance.key),
        });
    }
    for open in &timeline.open {
        facts.push(Fact {
            label: words!("fact-open", "Open point"),
            value: open.clone(),
            basis: words!("basis-open", "not on record; the verdict stands without it"),
        });
    }
    facts
}
