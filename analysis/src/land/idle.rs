//! The idle-land overlay: physical use as fill, the statutory state as outline, days left as a thin column: to the one-year date
//! while the clock runs, to the two-year date once the year is up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use geo::InteriorPoint;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, LandContract, Parcel, Presence};

use super::cases::{CaseLedger, CasesUpTo};
use super::clock::{ClockState, Proviso, Timeline, contract_clock_in_cases, qualified};
use super::ledger::Ledger;
use super::physical::{OF_COVERAGE, PhysicalUse, open_point, physical_use, thresholds};
use super::site::{Site, sites, yards_note};
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

/// In grey all of these are as dark as each other: their outlines are broken in other ways.
const STATUTORY: [(ClockState, Phrase, [u8; 3], Pattern); 6] = [
    (
        ClockState::PastReclaim,
        phrase("clock-past-reclaim", "contract: over 2 years, may be reclaimed"),
        [110, 16, 40],
        Pattern::Solid,
    ),
    (ClockState::Idle, phrase("clock-idle", "contract: over 1 year, idle"), [168, 23, 78], Pattern::Hatch),
    (
        ClockState::StalledIdle,
        phrase("clock-stalled", "contract: stalled, may be held idle"),
        [138, 72, 160],
        Pattern::CrossHatch,
    ),
    (
        ClockState::Running,
        phrase("clock-running", "contract: clock runs, column = days left"),
        [22, 92, 170],
        Pattern::Solid,
    ),
    (ClockState::Excused, phrase("clock-excused", "contract: excused (Art. 8)"), [46, 125, 110], Pattern::Dots),
    // Not in order: it may hide an idle parcel.
    (
        ClockState::Unknown,
        phrase("clock-unknown", "contract: unknown, a record is missing"),
        [150, 154, 160],
        Pattern::Hatch,
    ),
];

/// The columns of land whose first year is up: days left to the two-year date.
const TO_RECLAIM: (Phrase, [u8; 3]) =
    (phrase("clock-to-reclaim", "contract: column = days left to 2 years"), [222, 94, 140]);
/// Its class, after those of use and state.
const TO_RECLAIM_CLASS: usize = PHYSICAL.len() + STATUTORY.len();
const CLASSES: usize = TO_RECLAIM_CLASS + 1;

/// A column of no height: there is nothing to count down.
fn no_pillar(parcel: &Parcel) -> Option<Pillar> {
    let at = parcel.boundary.interior_point()?;
    Some(Pillar { feature: parcel.id, position: [at.x(), at.y()], height_m: 0.0, class: 0, label: None })
}

/// Height of a full year on the clock, m in the scene.
const YEAR_PILLAR_M: f64 = 90.0;

/// Physical use of every parcel and the statutory state of every contract on `as_of`, where cases are not at hand.
pub fn idle_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    idle_overlay_in_cases(cache, rules, None, as_of)
}

/// The same with what the park's cases do to the clocks; `None` where they are not at hand.
pub fn idle_overlay_in_cases(
    cache: &Cache,
    rules: &RuleSet,
    cases: Option<CasesUpTo<'_>>,
    as_of: NaiveDate,
) -> Overlay {
    let snapshot = cache.snapshot();
    let cases = cases.map(CaseLedger::of);
    let on = On { rules, cases: cases.as_ref(), as_of, given: snapshot.given };
    let on_record = !snapshot.buildings.is_empty();
    let ledger = Ledger::of(snapshot);
    let (mut counts, mut areas, mut taken) = (vec![0; CLASSES], vec![0.0; CLASSES], vec![0; CLASSES]);
    let mut verdicts = Verdicts::with_capacity(snapshot.parcels.len());
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
        .map(|((parcel, site), there)| there.then(|| said_of(parcel, site, &ledger, &on, on_record)))
        .collect();
    for ((parcel, site), said) in snapshot.parcels.iter().zip(&sites).zip(said) {
        let Some(Said { verdict, column, if_delivered }) = said else { continue };
        let of_column = column.as_ref().map(|column| column.class).filter(|class| *class == TO_RECLAIM_CLASS);
        for class in std::iter::once(verdict.class).chain(verdict.outline).chain(of_column) {
            counts[class] += 1;
            areas[class] += site.area_m2;
        }
        if let Some(class) = verdict.outline.filter(|_| if_delivered) {
            taken[class] += 1;
        }
        if let (Some(Column { days, class, label }), Some(pillar)) = (column, pillars.get_mut(&parcel.id)) {
            pillar.height_m = (YEAR_PILLAR_M * days as f64 / 365.0).max(4.0);
            pillar.class = class;
            pillar.label = Some(label);
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
        classes: classes(&counts, &areas, &taken, !snapshot.contracts.is_empty()),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: pillars.into_values().collect(),
        notes: notes(snapshot.contracts.is_empty(), snapshot.given, rules)
            .into_iter()
            .chain(cases_note(snapshot.contracts.is_empty(), cases.is_some()))
            .chain(yards_note(snapshot))
            .chain(undated_note(snapshot, as_of))
            .collect(),
    };
    // "No vacant land" and "no idle contract" are answers; the rest shows only where there is some.
    let answers = PHYSICAL.len()..PHYSICAL.len() + STATUTORY.len() - 1;
    let rated = counts[..PHYSICAL.len()].iter().zip(&PHYSICAL).any(|(n, row)| *n > 0 && row.0 != PhysicalUse::Unknown);
    overlay.without_empty_classes(|class| (rated && class < 3) || answers.contains(&class))
}

/// What verdicts are made by.
struct On<'a> {
    rules: &'a RuleSet,
    cases: Option<&'a CaseLedger<'a>>,
    as_of: NaiveDate,
    /// The park is given away without its contracts.
    given: bool,
}

/// What is said of land without a contract, and why: a park that is given away leaves its contracts out, and does not lack them.
pub(crate) fn no_contract(given: bool) -> (Words, Words) {
    if given {
        let left_out = words!("contract-left-out", "not part of this package");
        let why = words!("contract-left-out-basis", "contracts are left out of a package that is given away");
        return (left_out, why);
    }
    let none = words!("no-contract", "no contract on record");
    (none, words!("no-contract-basis", "land without a contract is never called idle"))
}

/// What is said of a parcel.
struct Said {
    verdict: Verdict,
    column: Option<Column>,
    /// Its contract's state holds if the land was handed over as agreed.
    if_delivered: bool,
}

/// The column of days left on a parcel.
struct Column {
    days: i64,
    class: usize,
    label: Words,
}

/// Days left to the date that comes next: the year's while the clock runs, that of the two years once the year is up.
fn column(timeline: &Timeline, outline: usize) -> Option<Column> {
    match timeline.state {
        ClockState::Running => {
            let days = timeline.days_left?;
            Some(Column { days, class: outline, label: words!("pillar-days", "{days} days", days = days) })
        }
        ClockState::Idle => {
            let days = timeline.days_to_reclaim.filter(|days| *days >= 0)?;
            let label = words!("pillar-days-reclaim", "{days} days to 2 years", days = days);
            Some(Column { days, class: TO_RECLAIM_CLASS, label })
        }
        _ => None,
    }
}

fn said_of(parcel: &Parcel, site: &Site, ledger: &Ledger<'_>, on: &On<'_>, on_record: bool) -> Said {
    let (rules, as_of) = (on.rules, on.as_of);
    let (physical, reason) = physical_use(parcel, site, rules, on_record);
    let class = PHYSICAL.iter().position(|row| row.0 == physical).unwrap_or(PHYSICAL.len() - 1);
    let mut facts = vec![Fact {
        label: words!("fact-physical-use", "Physical use"),
        value: PHYSICAL[class].1.into(),
        basis: reason,
    }];
    facts.extend(open_point(physical, site).map(|open| Fact {
        label: words!("fact-open", "Open point"),
        value: open,
        basis: words!("basis-open", "not on record; the verdict stands without it"),
    }));
    let timeline = ledger.contract(parcel, as_of).map(|contract| {
        let cases = on.cases.map(|cases| cases.bearing(contract)).unwrap_or_default();
        (contract, contract_clock_in_cases(contract, ledger.events(contract), &cases, rules, as_of))
    });
    let row = timeline.as_ref().and_then(|(_, t)| STATUTORY.iter().position(|row| row.0 == t.state));
    let outline = row.map(|row| PHYSICAL.len() + row);
    if let Some((contract, timeline)) = &timeline {
        facts.extend(clock_facts(contract, timeline));
    } else {
        let (value, basis) = no_contract(on.given);
        facts.push(Fact { label: words!("fact-statutory-state", "Statutory state"), value, basis });
    }
    if let Some(cases) = on.cases {
        facts.push(Fact {
            label: words!("fact-case", "Case"),
            value: cases.standing(parcel).words(),
            basis: words!("basis-case", "as recorded with twin case"),
        });
    }
    facts.extend(site_facts(parcel, site, rules, on_record));
    let value = (on_record && physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
    let proviso = timeline.as_ref().and_then(|(_, timeline)| timeline.proviso);
    let column = timeline.and_then(|(_, timeline)| column(&timeline, outline?));
    Said {
        verdict: Verdict { class, value, outline, facts },
        column,
        if_delivered: proviso == Some(Proviso::DeliveredAsAgreed),
    }
}

/// The classes with what is in them; `taken` says of how many the state holds only if the land was handed over as agreed.
fn classes(counts: &[usize], areas: &[f64], taken: &[usize], with_contracts: bool) -> Vec<Class> {
    let physical = PHYSICAL.iter().map(|(_, label, colour, pattern)| (*label, *colour, *pattern, Swatch::Area));
    let statutory = STATUTORY.iter().map(|(_, label, colour, pattern)| (*label, *colour, *pattern, Swatch::Line));
    let columns = [(TO_RECLAIM.0, TO_RECLAIM.1, Pattern::Solid, Swatch::Area)];
    let all = physical.chain(statutory).chain(columns).enumerate();
    all.filter(|(i, _)| with_contracts || *i < PHYSICAL.len())
        .map(|(i, (label, colour, pattern, swatch))| {
            let class = Class { swatch, ..Class::of_areas((label, colour, pattern), (counts[i], areas[i])) };
            if taken[i] == 0 {
                return class;
            }
            let label = words!(
                "class-if-delivered",
                "{label} ({count} if delivered as agreed)",
                label = class.label,
                count = taken[i]
            );
            Class { label, ..class }
        })
        .collect()
}

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    let none = [0; CLASSES];
    classes(&none, &none.map(|_| 0.0), &none, true)
}

pub(super) fn notes(no_contracts: bool, given: bool, rules: &RuleSet) -> Vec<Words> {
    let percent = |name: &str| ((rules.figure("vacancy", name).value * 1000.0).round() / 10.0).to_string();
    let mut notes = vec![words!(
        "note-physical-use",
        "Physical use: coverage below {vacant} % vacant, below {under} % under-used ({source})",
        vacant = percent("vacant_coverage"),
        under = percent("underused_coverage"),
        source = thresholds(rules, &OF_COVERAGE),
    )];
    notes.push(if given {
        words!(
            "note-contracts-left-out",
            "Contracts are left out of this package: it does not say whether land here is idle in the legal sense"
        )
    } else if no_contracts {
        words!(
            "note-no-contracts",
            "No contracts among these records: whether land here is idle in the legal sense is not known"
        )
    } else {
        words!(
            "note-contract-state",
            "Contract state: {clause}",
            clause = rules.figure("idle", "clock_years").citation()
        )
    });
    notes
}

/// That cases are not at hand, where there are contracts that they could bear on.
pub(super) fn cases_note(no_contracts: bool, at_hand: bool) -> Option<Words> {
    (!no_contracts && !at_hand)
        .then(|| words!("note-no-cases", "Cases are not at hand: extensions and causes in them are not counted"))
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
            value: qualified(state_words(timeline.state), timeline.proviso),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_that_are_left_out_are_not_told_as_none_on_record() {
        let (state, why) = no_contract(true);
        assert_eq!(state, "not part of this package");
        assert!(why.contains("left out") && no_contract(false).0.contains("no contract on record"));
        let note = |given| notes(true, given, &RuleSet::shipped()).remove(1);
        assert!(note(true).starts_with("Contracts are left out") && note(false).starts_with("No contracts"));
    }

    #[test]
    fn thresholds_of_ones_own_are_cited() {
        let note = |figures: &str| {
            let rules = RuleSet::parse(figures, include_str!("../../rules/network_classes.toml")).unwrap();
            notes(true, false, &rules).remove(0)
        };
        let shipped = include_str!("../../rules/figures.toml");
        let said = "Physical use: coverage below 1 % vacant, below 15 % under-used (ParkTwin default 1)";
        assert_eq!(note(shipped), said);
        let own = shipped.replace(
            "[vacancy.vacant_coverage]\nvalue = 0.01\nunit = \"1\"\nstandard = \"ParkTwin default\"\nedition = \"1\"",
            "[vacancy.vacant_coverage]\nvalue = 0.025\nunit = \"1\"\nstandard = \"Our guide\"\nedition = \"2025\"",
        );
        let own = note(&own);
        assert!(own.contains("below 2.5 % vacant") && own.contains("Our guide 2025"), "{own}");
    }
}
