//! The report of a drill in words: chapters of tables.

use super::file::DrillFile;
use super::log::Happening;
use super::outcome::Rating;
use super::run::DrillRun;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A chapter.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillChapter {
    /// Name for the page.
    pub name: &'static str,
    /// Title.
    pub title: Words,
    /// Heads of the columns; none for pairs.
    pub heads: Vec<Words>,
    /// Rows: whether something is amiss, and cells.
    pub rows: Vec<(bool, Vec<Words>)>,
}

/// A time from the start, minutes and seconds.
fn clock(at_s: Option<f64>) -> Words {
    match at_s {
        None => phrase("drill-never", "not in this drill").into(),
        Some(at) => {
            let seconds = at.round() as i64;
            format!("{}:{:02}", seconds / 60, seconds % 60).into()
        }
    }
}

const RATINGS: [(Rating, Phrase); 4] = [
    (Rating::Met, phrase("drill-rating-met", "met")),
    (Rating::Late, phrase("drill-rating-late", "late")),
    (Rating::Missed, phrase("drill-rating-missed", "missed")),
    (Rating::NotMarked, phrase("drill-rating-not-marked", "not marked")),
];

const KINDS: [(Happening, Phrase); 5] = [
    (Happening::Hazard, phrase("drill-kind-hazard", "hazard")),
    (Happening::Inject, phrase("drill-kind-inject", "inject")),
    (Happening::Hand, phrase("drill-kind-hand", "by hand")),
    (Happening::Response, phrase("drill-kind-response", "response")),
    (Happening::People, phrase("drill-kind-people", "people")),
];

const ITEMS: [Phrase; 12] = [
    phrase("drill-item-alarm", "alarm and reporting"),
    phrase("drill-item-mobilisation", "mobilisation"),
    phrase("drill-item-assessment", "assessment"),
    phrase("drill-item-command", "command"),
    phrase("drill-item-handling", "handling"),
    phrase("drill-item-resources", "resources"),
    phrase("drill-item-communication", "communication"),
    phrase("drill-item-information", "public information"),
    phrase("drill-item-protection", "protection of people"),
    phrase("drill-item-cordon", "cordon"),
    phrase("drill-item-medical", "medical"),
    phrase("drill-item-site", "site control"),
];

fn heads<const N: usize>(phrases: [Phrase; N]) -> Vec<Words> {
    phrases.map(Words::from).to_vec()
}

fn count(value: u32) -> Words {
    value.to_string().into()
}

/// The chapters of a drill's report.
pub fn drill_report(file: &DrillFile, run: &DrillRun) -> Vec<DrillChapter> {
    let outcome = &run.outcome;
    let pair = |name: Phrase, value: Words, amiss: bool| (amiss, vec![name.into(), value]);
    let times = vec![
        pair(phrase("drill-alarm-time", "Alarm"), clock(outcome.alarm_s), outcome.alarm_s.is_none()),
        pair(phrase("drill-engine-time", "First engine at the place"), clock(outcome.first_engine_s), false),
        pair(phrase("drill-water-time", "First water"), clock(outcome.first_water_s), false),
        pair(
            phrase("drill-last-out", "Last person at a place of assembly"),
            clock(outcome.last_out_s),
            outcome.last_out_s.is_none(),
        ),
    ];
    let people = vec![
        pair(phrase("drill-persons", "Persons in buildings whose people are known"), count(outcome.persons), false),
        pair(
            phrase("drill-unknown", "Buildings whose people are not known"),
            count(outcome.buildings_unknown as u32),
            outcome.buildings_unknown > 0,
        ),
        pair(phrase("drill-arrived", "Arrived at a place of assembly"), count(outcome.arrived), false),
        pair(
            phrase("drill-on-the-way", "Inside or on the way at the end"),
            count(outcome.on_the_way),
            outcome.on_the_way > 0,
        ),
        pair(phrase("drill-cut-off", "Without an open way"), count(outcome.cut_off), outcome.cut_off > 0),
        pair(
            phrase("drill-exposed", "On a way inside the danger at any time"),
            count(outcome.exposed_on_ways),
            outcome.exposed_on_ways > 0,
        ),
    ];
    let litres = |value: f64| Words::from(format!("{value:.0} L/s"));
    let needed = outcome.water_needed_l_s.map_or_else(|| phrase("unknown", "unknown").into(), litres);
    let short = outcome.water_needed_l_s.is_some_and(|needed| outcome.water_l_s < needed);
    let water = vec![
        pair(phrase("drill-water-there", "Hydrants in reach of the place give"), litres(outcome.water_l_s), short),
        pair(phrase("drill-water-needed", "Needed"), needed, false),
        pair(
            phrase("drill-water-unknown", "Hydrants there whose flow is not on record"),
            count(outcome.hydrants_without_flow as u32),
            false,
        ),
        pair(
            phrase("drill-hydrants-out", "Hydrants without water"),
            count(outcome.hydrants_out as u32),
            outcome.hydrants_out > 0,
        ),
        pair(
            phrase("drill-unreached", "Buildings out of reach of a hydrant, before and after"),
            format!("{} → {}", outcome.unreached.0, outcome.unreached.1).into(),
            outcome.unreached.1 > outcome.unreached.0,
        ),
    ];
    let role = |id: &str| file.roles.iter().find(|role| role.id == id).map_or(id, |role| role.name.as_str()).to_owned();
    let objective =
        |id: &str| file.objectives.iter().find(|one| one.id == id).map_or(id, |one| one.text.as_str()).to_owned();
    let said = |english: &str| {
        ITEMS.iter().find(|item| item.english == english).map_or_else(|| Words::from(english), |item| (*item).into())
    };
    let expected = outcome
        .rated
        .iter()
        .map(|rated| {
            let rating = RATINGS.iter().find(|row| row.0 == rated.rating).map_or(RATINGS[3].1, |row| row.1);
            let cells = vec![
                Words::from(rated.text.as_str()),
                rating.into(),
                clock(rated.due_s),
                clock(rated.done_s),
                Words::from(role(&rated.role)),
                Words::from(objective(&rated.objective)),
                said(rated.item),
            ];
            (matches!(rated.rating, Rating::Late | Rating::Missed), cells)
        })
        .collect();
    let timeline = run
        .log
        .entries
        .iter()
        .map(|entry| {
            let kind = KINDS.iter().find(|row| row.0 == entry.kind).map_or(KINDS[1].1, |row| row.1);
            (false, vec![clock(Some(entry.at_s)), kind.into(), entry.text.clone()])
        })
        .collect();
    let mut struck: Vec<_> = outcome.struck.iter().collect();
    struck.sort_by(|a, b| a.first_s.total_cmp(&b.first_s).then(a.building.cmp(&b.building)));
    let struck = struck
        .into_iter()
        .map(|one| {
            (
                false,
                vec![Words::from(one.building.as_str()), clock(Some(one.first_s)), format!("{:.3e}", one.worst).into()],
            )
        })
        .collect();
    let chapter = |name, title: Phrase, heads, rows| DrillChapter { name, title: title.into(), heads, rows };
    vec![
        chapter("times", phrase("drill-times", "Times from the start, min:s"), Vec::new(), times),
        chapter("people", phrase("drill-people", "People"), Vec::new(), people),
        chapter("water", phrase("drill-water-title", "Water"), Vec::new(), water),
        chapter(
            "expected",
            phrase("drill-expected", "Expected actions by the evaluation items of AQ/T 9009-2015"),
            heads([
                phrase("drill-head-action", "Action"),
                phrase("drill-head-rating", "Rating"),
                phrase("drill-head-due", "Due"),
                phrase("drill-head-done", "Done"),
                phrase("drill-head-role", "Role"),
                phrase("drill-head-objective", "Objective"),
                phrase("drill-head-item", "Item"),
            ]),
            expected,
        ),
        chapter(
            "timeline",
            phrase("drill-timeline", "Timeline"),
            heads([
                phrase("drill-head-time", "Time"),
                phrase("drill-head-kind", "Kind"),
                phrase("drill-head-what", "What"),
            ]),
            timeline,
        ),
        chapter(
            "struck",
            phrase("drill-struck", "Buildings inside the danger"),
            heads([
                phrase("drill-head-building", "Building"),
                phrase("drill-head-first", "First"),
                phrase("drill-head-worst", "Worst (kg/m³, m of water, 1 within the cordon)"),
            ]),
            struck,
        ),
    ]
}

/// What a reader has to know of the models.
pub fn drill_notes(file: &DrillFile, run: &DrillRun) -> Vec<Words> {
    vec![
        words!(
            "drill-note-use",
            "For exercises and planning. Numbers of people follow from employees on record, or floor area and use, not from a count."
        ),
        words!(
            "drill-note-hazard",
            "Hazard: Gaussian plume, level over the terrain or a cordon (docs/emergency.md); heavy gas, buildings and slopes are left out.",
        ),
        words!(
            "drill-note-people",
            "People: SFPE doors, Weidmann's ways, shortest open way to the nearest place with room; reaction times are drawn by the seed.",
        ),
        words!(
            "drill-note-seed",
            "Seed {seed}, file {file}, run {run}: the same file, park and log give the same run to the bit.",
            seed = file.seed.to_string(),
            file = run.log.file.as_str(),
            run = run.log.digest.clone().unwrap_or_default()
        ),
    ]
}
