//! The idle-land overlay: physical use as fill, the statutory state as outline, days left as a thin column: to the one-year date
//! while the clock runs, to the two-year date once the year is up.

mod steps;

use chrono::NaiveDate;
use geo::InteriorPoint;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, LandContract, Parcel, ParkSnapshot, Presence};

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

pub use steps::IdleSteps;

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

/// Where the column of every parcel stands that was ever under contract, so that the picture of another day has the same columns.
fn places(park: &ParkSnapshot, ledger: &Ledger<'_>) -> Vec<Option<[f64; 2]>> {
    let place = |parcel: &Parcel| {
        let at = parcel.boundary.interior_point().filter(|_| ledger.knows(parcel))?;
        Some([at.x(), at.y()])
    };
    park.parcels.par_iter().map(place).collect()
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
    let told = cases.map(|cases| (CaseLedger::of(cases), cases.day));
    let on = On { rules, cases: told.as_ref().map(|(ledger, day)| (ledger, *day)), as_of, given: snapshot.given };
    let on_record = !snapshot.buildings.is_empty();
    let ledger = Ledger::of(snapshot);
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
    let made = Made { cache, rules, with_cases: told.is_some(), as_of, places: &places(snapshot, &ledger) };
    made.overlay(said.into_iter())
}

/// What an overlay is put together of.
struct Made<'a> {
    cache: &'a Cache,
    rules: &'a RuleSet,
    with_cases: bool,
    as_of: NaiveDate,
    /// Where columns stand, by parcel.
    places: &'a [Option<[f64; 2]>],
}

impl Made<'_> {
    /// The overlay of what is said of each parcel, in the order of the snapshot.
    fn overlay(&self, said: impl Iterator<Item = Option<Said>>) -> Overlay {
        let (snapshot, as_of) = (self.cache.snapshot(), self.as_of);
        let (mut counts, mut areas, mut taken) = (vec![0; CLASSES], vec![0.0; CLASSES], vec![0; CLASSES]);
        let mut verdicts = Verdicts::with_capacity(snapshot.parcels.len());
        let mut pillars: Vec<Pillar> = Vec::new();
        let parcels = snapshot.parcels.iter().zip(self.cache.parcel_area_m2()).zip(self.places);
        for (((parcel, area_m2), place), said) in parcels.zip(said) {
            // A column of no height where there is nothing to count down.
            let mut pillar =
                place.map(|position| Pillar { feature: parcel.id, position, height_m: 0.0, class: 0, label: None });
            if let Some(Said { verdict, column, if_delivered, .. }) = said {
                let of_column = column.map(|column| column.class).filter(|class| *class == TO_RECLAIM_CLASS);
                for class in std::iter::once(verdict.class).chain(verdict.outline).chain(of_column) {
                    counts[class] += 1;
                    areas[class] += area_m2;
                }
                if let Some(class) = verdict.outline.filter(|_| if_delivered) {
                    taken[class] += 1;
                }
                if let (Some(column), Some(pillar)) = (column, &mut pillar) {
                    let days = (column.to - as_of).num_days();
                    pillar.height_m = (YEAR_PILLAR_M * days as f64 / 365.0).max(4.0);
                    pillar.class = column.class;
                    pillar.label = Some(column.label(days));
                }
                verdicts.insert(parcel.id, verdict);
            }
            pillars.extend(pillar);
        }
        pillars.sort_by_key(|pillar| pillar.feature);
        let no_contracts = snapshot.contracts.is_empty();
        let overlay = Overlay {
            name: "idle".into(),
            title: words!("title-idle", "Idle land"),
            target: FeatureKind::Parcel,
            unit: Words::default(),
            as_of,
            source: words!("source-idle", "footprints on record; contracts and land events on record"),
            classes: classes(&counts, &areas, &taken, !no_contracts),
            verdicts,
            marks: Vec::new(),
            zones: Vec::new(),
            pillars,
            notes: notes(no_contracts, snapshot.given, self.rules)
                .into_iter()
                .chain(cases_note(no_contracts, self.with_cases))
                .chain(yards_note(snapshot))
                .chain(undated_note(snapshot, as_of))
                .collect(),
        };
        // "No vacant land" and "no idle contract" are answers; the rest shows only where there is some.
        let answers = PHYSICAL.len()..PHYSICAL.len() + STATUTORY.len() - 1;
        let rated =
            counts[..PHYSICAL.len()].iter().zip(&PHYSICAL).any(|(n, row)| *n > 0 && row.0 != PhysicalUse::Unknown);
        overlay.without_empty_classes(|class| (rated && class < 3) || answers.contains(&class))
    }
}

/// What verdicts are made by.
struct On<'a> {
    rules: &'a RuleSet,
    /// Cases, and the day up to which they are told.
    cases: Option<(&'a CaseLedger<'a>, NaiveDate)>,
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
    /// The days on which its clock may turn without a record, as it tells them.
    turns: [Option<NaiveDate>; 3],
}

/// The column of days left on a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    /// The day that it counts down to.
    to: NaiveDate,
    class: usize,
}

impl Column {
    fn label(self, days: i64) -> Words {
        let words = if self.class == TO_RECLAIM_CLASS {
            words!("pillar-days-reclaim", "{days} days to 2 years", days = days)
        } else {
            words!("pillar-days", "{days} days", days = days)
        };
        words.of_days(days)
    }
}

/// Days left to the date that comes next: the year's while the clock runs, that of the two years once the year is up.
fn column(timeline: &Timeline, outline: usize) -> Option<Column> {
    match timeline.state {
        ClockState::Running => Some(Column { to: timeline.idle_from?, class: outline }),
        ClockState::Idle => {
            timeline.days_to_reclaim.filter(|days| *days >= 0)?;
            Some(Column { to: timeline.reclaim_from?, class: TO_RECLAIM_CLASS })
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
        let cases = on.cases.map(|(cases, day)| cases.bearing_on(contract, day)).unwrap_or_default();
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
    if let Some((cases, day)) = on.cases {
        facts.push(Fact {
            label: words!("fact-case", "Case"),
            value: cases.standing_on(parcel, day).words(),
            basis: words!("basis-case", "as recorded with twin case"),
        });
    }
    facts.extend(site_facts(parcel, site, rules, on_record));
    let value = (on_record && physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
    let proviso = timeline.as_ref().and_then(|(_, timeline)| timeline.proviso);
    let turns = timeline.as_ref().map_or([None; 3], |(_, told)| [told.zero, told.idle_from, told.reclaim_from]);
    let column = timeline.and_then(|(_, timeline)| column(&timeline, outline?));
    Said {
        verdict: Verdict { class, value, outline, facts },
        column,
        if_delivered: proviso == Some(Proviso::DeliveredAsAgreed),
        turns,
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
