//! The idle-land overlay: physical use as fill, the statutory state as outline, days left as a thin column.

use std::collections::HashMap;

use chrono::NaiveDate;
use geo::InteriorPoint;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, LandContract, LandEvent};

use super::clock::{ClockState, Timeline, contract_clock};
use super::physical::{PhysicalUse, physical_use};
use super::site::sites;
use super::utilisation::site_facts;
use crate::overlay::{Class, Fact, Overlay, Pattern, Pillar, Swatch, Verdict, area_words};
use crate::rules::RuleSet;

const PHYSICAL: [(PhysicalUse, &str, [u8; 3], Pattern); 5] = [
    (PhysicalUse::Vacant, "vacant: no building", [199, 55, 47], Pattern::Solid),
    (PhysicalUse::UnderUsed, "under-used: barely built", [240, 138, 75], Pattern::Solid),
    (PhysicalUse::InUse, "in use", [217, 226, 220], Pattern::Solid),
    (PhysicalUse::NotBuildingLand, "road, water, green: not rated", [226, 224, 218], Pattern::Solid),
    (PhysicalUse::Unknown, "unknown", [201, 204, 209], Pattern::Hatch),
];

const STATUTORY: [(ClockState, &str, [u8; 3]); 5] = [
    (ClockState::PastReclaim, "contract: over 2 years, may be reclaimed", [110, 16, 40]),
    (ClockState::Idle, "contract: over 1 year, idle", [168, 23, 78]),
    (ClockState::StalledIdle, "contract: stalled, may be held idle", [138, 72, 160]),
    (ClockState::Running, "contract: clock runs, column = days left", [22, 92, 170]),
    (ClockState::Excused, "contract: excused, government cause", [46, 125, 110]),
];

/// Height of a full year on the clock, m in the scene.
const YEAR_PILLAR_M: f64 = 90.0;

/// Physical use of every parcel and the statutory state of every contract on `as_of`.
pub fn idle_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let on_record = !snapshot.buildings.is_empty();
    let events: Vec<&LandEvent> = snapshot.events.iter().collect();
    let mut by_contract: HashMap<&str, Vec<&LandEvent>> = HashMap::new();
    for event in &events {
        by_contract.entry(event.contract_key.as_str()).or_default().push(event);
    }
    let mut by_parcel: HashMap<&str, Vec<&LandContract>> = HashMap::new();
    for contract in &snapshot.contracts {
        by_parcel.entry(contract.parcel_key.as_str()).or_default().push(contract);
    }

    let mut counts = vec![0; PHYSICAL.len() + STATUTORY.len()];
    let mut areas = vec![0.0; PHYSICAL.len() + STATUTORY.len()];
    let mut verdicts = HashMap::with_capacity(snapshot.parcels.len());
    let mut pillars = Vec::new();
    for (parcel, site) in snapshot.parcels.iter().zip(sites(cache, rules)) {
        let (physical, reason) = physical_use(parcel, &site, rules, on_record);
        let class = PHYSICAL.iter().position(|row| row.0 == physical).unwrap_or(PHYSICAL.len() - 1);
        counts[class] += 1;
        areas[class] += site.area_m2;
        let mut facts = vec![Fact { label: "Physical use".into(), value: PHYSICAL[class].1.into(), basis: reason }];
        let timeline = by_parcel
            .get(parcel.provenance.key.as_str())
            .into_iter()
            .flatten()
            // The newest contract that was signed by the date holds the land.
            .filter(|c| c.signed.is_none_or(|signed| signed <= as_of))
            .max_by_key(|c| (c.signed, &c.provenance.key))
            .map(|contract| {
                let own = by_contract.get(contract.provenance.key.as_str()).map_or(&[][..], Vec::as_slice);
                (contract, contract_clock(contract, own, rules, as_of))
            });
        let outline = timeline.as_ref().and_then(|(_, t)| STATUTORY.iter().position(|row| row.0 == t.state));
        match &timeline {
            Some((contract, timeline)) => facts.extend(clock_facts(contract, timeline)),
            None => facts.push(Fact {
                label: "Statutory state".into(),
                value: "no contract on record".into(),
                basis: "land without a contract is never called idle".into(),
            }),
        }
        facts.extend(site_facts(parcel, &site, rules));
        let outline = outline.map(|row| PHYSICAL.len() + row);
        if let (Some(class), Some((_, timeline))) = (outline, &timeline) {
            counts[class] += 1;
            areas[class] += site.area_m2;
            if timeline.state == ClockState::Running
                && let (Some(days), Some(at)) = (timeline.days_left, parcel.boundary.interior_point())
            {
                pillars.push(Pillar {
                    feature: parcel.id,
                    position: [at.x(), at.y()],
                    height_m: (YEAR_PILLAR_M * days as f64 / 365.0).max(4.0),
                    class,
                    label: Some(format!("{days} days")),
                });
            }
        }
        let value = (physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
        verdicts.insert(parcel.id, Verdict { class, value, outline, facts });
    }
    let overlay = Overlay {
        name: "idle".into(),
        title: "Idle land".into(),
        target: FeatureKind::Parcel,
        unit: String::new(),
        as_of,
        source: "footprints on record; contracts and land events on record".into(),
        classes: classes(&counts, &areas, !snapshot.contracts.is_empty()),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars,
        notes: notes(snapshot.contracts.is_empty(), rules),
    };
    // "No vacant land" and "no idle contract" are answers; the rest shows only where there is some.
    let rated = counts[..PHYSICAL.len()].iter().zip(&PHYSICAL).any(|(n, row)| *n > 0 && row.0 != PhysicalUse::Unknown);
    overlay.without_empty_classes(|class| (rated && class < 3) || class >= PHYSICAL.len())
}

fn classes(counts: &[usize], areas: &[f64], with_contracts: bool) -> Vec<Class> {
    let physical = PHYSICAL.iter().map(|(_, label, colour, pattern)| (*label, *colour, *pattern, Swatch::Area));
    let statutory = STATUTORY.iter().map(|(_, label, colour)| (*label, *colour, Pattern::Solid, Swatch::Line));
    let all = physical.chain(statutory).enumerate();
    all.filter(|(i, _)| with_contracts || *i < PHYSICAL.len())
        .map(|(i, (label, colour, pattern, swatch))| Class {
            label: label.into(),
            colour,
            pattern,
            swatch,
            count: counts[i],
            measure: Some(area_words(areas[i])),
        })
        .collect()
}

fn notes(no_contracts: bool, rules: &RuleSet) -> Vec<String> {
    let vacant = rules.figure("vacancy", "vacant_coverage").value * 100.0;
    let under = rules.figure("vacancy", "underused_coverage").value * 100.0;
    let mut notes = vec![format!(
        "Physical use: coverage below {vacant:.0} % vacant, below {under:.0} % under-used (ParkTwin default)"
    )];
    notes.push(if no_contracts {
        "No contracts on record: nothing here is idle in the legal sense".into()
    } else {
        format!("Contract state: {}", rules.figure("idle", "clock_years").citation())
    });
    notes
}

fn clock_facts(contract: &LandContract, timeline: &Timeline) -> Vec<Fact> {
    let state = match timeline.state {
        ClockState::InOrder => "in order",
        ClockState::Unknown => "unknown",
        state => STATUTORY.iter().find(|row| row.0 == state).map_or("unknown", |row| row.1),
    };
    let mut facts = vec![
        Fact { label: "Statutory state".into(), value: state.into(), basis: timeline.clause.clone() },
        Fact {
            label: "Because".into(),
            value: timeline.reason.clone(),
            basis: format!("contract {}", contract.provenance.key),
        },
    ];
    for (label, date) in [("One year is up", timeline.idle_from), ("Two years are up", timeline.reclaim_from)] {
        if let Some(date) = date {
            facts.push(Fact { label: label.into(), value: date.to_string(), basis: "by the calendar".into() });
        }
    }
    if let Some(days) = timeline.days_left {
        facts.push(Fact { label: "Days left".into(), value: days.to_string(), basis: "negative: past".into() });
    }
    facts
}
