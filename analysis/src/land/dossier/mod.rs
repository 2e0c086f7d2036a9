//! Everything on record and everything that follows of one parcel, in the order in which a planner defends it: verdicts, the
//! clock, the limits, each indicator with its inputs, the record, what happened.
//!
//! Words and numbers only. Pictures and the page are left to the caller.

mod photos;
mod record;

use std::collections::HashMap;

use chrono::NaiveDate;
pub use photos::{Photograph, photographs, photographs_left};
pub use record::YearSums;
pub(crate) use record::{case_entry_words, case_state_words, cause_words, event_words, remedy_words};
use spatial_db::model::Case;

use super::clock::{Timeline, qualified};
use super::idle::{no_contract, state_words, use_words};
use super::indicators::{Explained, Indicator, LandModel};
use super::physical::{OF_USE, thresholds};
use super::ranking::Ranked;
use super::scheme::Scheme;
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Words, unsigned_zero};

/// A parcel's dossier.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// "Dossier of parcel …".
    pub title: Words,
    /// Address, holder, area.
    pub subtitle: Vec<Words>,
    /// Chapters, in order.
    pub chapters: Vec<Chapter>,
    /// The clock on a line of time; empty where there is none.
    pub dates: Vec<Mark>,
    /// Sums of the enterprises here by year, for a chart.
    pub years: Vec<YearSums>,
    /// "as of …".
    pub as_of: Words,
    /// What its day is called on the line of time.
    pub today: Words,
    /// What its pictures show.
    pub pictures: Words,
    /// What the sums of the chart are called: output, tax.
    pub sums: [Words; 2],
    /// What a reader must know.
    pub notes: Vec<Words>,
}

/// A chapter: a table under a heading.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Name for programs.
    pub name: &'static str,
    /// Heading.
    pub title: Words,
    /// Heads of the columns.
    pub heads: Vec<Words>,
    /// Rows.
    pub rows: Vec<Line>,
    /// What is said where there is no row.
    pub empty: Words,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Line {
    /// One for each head.
    pub cells: Vec<Words>,
    /// How it bears on the verdict.
    pub tone: Tone,
}

/// How a row bears on the verdict. Never the only sign: the words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to object to, or nothing said.
    Plain,
    /// Against the holder.
    Bad,
    /// Not known.
    Unknown,
}

/// A day on the clock's line of time.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The day.
    pub day: NaiveDate,
    /// What it is.
    pub words: Words,
    /// A limit of the Order, rather than something that happened.
    pub limit: bool,
}

/// Which file a layer comes from, by its name.
pub type Files = HashMap<String, String>;

impl Dossier {
    /// The dossier of a ranked parcel. `cases` are those of the park, `None` where they are not to be seen; `files` tell where rows
    /// come from.
    pub fn of(
        model: &LandModel<'_>,
        scheme: &Scheme,
        land: &Ranked<'_>,
        cases: Option<&[Case]>,
        files: &Files,
    ) -> Self {
        let parcel = &model.park().parcels[land.slot];
        let name = parcel.number.as_ref().unwrap_or(&parcel.provenance.key);
        let subtitle = [parcel.address.as_deref(), parcel.holder.as_deref()].into_iter().flatten().map(Words::from);
        let mut chapters = vec![verdicts(land, scheme, model.rules(), model.park().given)];
        chapters.extend(land.clock.as_ref().map(|(contract, timeline)| record::clock(contract, timeline, files)));
        chapters.push(limits(land));
        chapters.push(indicators(model, land, files));
        chapters.push(record::parcel(model, land, files));
        chapters.push(record::buildings(model, land, files));
        chapters.push(record::tenancies(model, land, files));
        let (years, figures) = record::figures(model, land, files);
        chapters.push(figures);
        chapters.push(record::history(model, land, files));
        chapters.push(record::cases(cases, &parcel.provenance.key));
        Self {
            title: words!("dossier-title", "Dossier of parcel {name}", name = name),
            subtitle: subtitle.chain([Words::from(number(land.site.area_m2, "m2"))]).collect(),
            chapters,
            dates: land.clock.as_ref().map(|(_, timeline)| dates(timeline)).unwrap_or_default(),
            years,
            as_of: words!("dossier-as-of", "as of {day}", day = model.as_of()),
            today: words!("dossier-today", "day of this dossier"),
            pictures: words!(
                "dossier-pictures",
                "The parcel is in the middle of each: from the south-east on the left, from above on the right"
            ),
            sums: [words!("dossier-output", "output"), words!("dossier-tax", "tax")],
            notes: notes(model),
        }
    }
}

fn line(cells: impl IntoIterator<Item = Words>) -> Line {
    Line { cells: cells.into_iter().collect(), tone: Tone::Plain }
}

fn unknown() -> Words {
    words!("unknown", "unknown")
}

/// File, layer and row.
fn source(files: &Files, layer: &str, row: i64) -> Words {
    if let Some(file) = files.get(layer) {
        words!("dossier-source", "{file}, layer {layer}, row {row}", file = file, layer = layer, row = row)
    } else {
        words!("dossier-source-layer", "layer {layer}, row {row}", layer = layer, row = row)
    }
}

fn verdicts(land: &Ranked<'_>, scheme: &Scheme, rules: &RuleSet, given: bool) -> Chapter {
    let physical = Line {
        cells: vec![
            words!("fact-physical-use", "Physical use"),
            use_words(land.physical).into(),
            land.physical_reason.clone(),
            words!(
                "dossier-thresholds",
                "thresholds of coverage and size: {source}",
                source = thresholds(rules, &OF_USE)
            ),
        ],
        tone: tone(land.physical_is_bad()),
    };
    let statutory = if let Some((_, timeline)) = &land.clock {
        Line {
            cells: vec![
                words!("fact-statutory-state", "Statutory state"),
                qualified(state_words(timeline.state), timeline.proviso),
                timeline.reason.clone(),
                timeline.clause.clone(),
            ],
            tone: tone(timeline.state.is_against_holder()),
        }
    } else {
        let (state, why) = no_contract(given);
        Line {
            cells: vec![words!("fact-statutory-state", "Statutory state"), state, why, Words::default()],
            tone: Tone::Unknown,
        }
    };
    let missing = Some(land.efficiency.all_missing()).filter(|missing| !missing.is_empty());
    let missing = missing.map(|missing| words!("because-missing", "missing: {what}", what = joined(missing)));
    let because = land.efficiency.missed().map(super::scheme::Finding::words).chain(missing);
    let rating = Line {
        cells: vec![
            words!("dossier-efficiency", "Efficiency"),
            land.efficiency.rating.words(),
            joined(because.collect()),
            scheme.title_words(),
        ],
        tone: match land.efficiency.rating {
            super::scheme::Rating::LowEfficiency => Tone::Bad,
            super::scheme::Rating::Unknown => Tone::Unknown,
            _ => Tone::Plain,
        },
    };
    Chapter {
        name: "verdicts",
        title: words!("dossier-verdicts", "Verdicts"),
        heads: vec![
            words!("dossier-question", "question"),
            words!("dossier-verdict", "verdict"),
            words!("fact-because", "Because"),
            words!("head-clause", "clause"),
        ],
        rows: vec![physical, statutory, rating],
        empty: Words::default(),
    }
}

fn tone(bad: Option<bool>) -> Tone {
    match bad {
        Some(true) => Tone::Bad,
        Some(false) => Tone::Plain,
        None => Tone::Unknown,
    }
}

fn limits(land: &Ranked<'_>) -> Chapter {
    let rows = land.efficiency.findings.iter().map(|finding| {
        let met = match finding.met {
            Some(true) => words!("dossier-met", "met"),
            Some(false) => words!("dossier-missed", "missed"),
            None => unknown(),
        };
        let bears = if finding.decides() {
            words!("dossier-decides", "decides")
        } else {
            words!("dossier-told", "told, does not decide")
        };
        Line { cells: vec![finding.words(), met, bears], tone: tone(finding.met.map(|met| !met)) }
    });
    Chapter {
        name: "limits",
        title: words!("dossier-limits", "The scheme's limits"),
        heads: vec![
            words!("dossier-limit", "value against limit, clause"),
            words!("dossier-result", "result"),
            words!("dossier-bearing", "bearing"),
        ],
        rows: rows.collect(),
        empty: words!("dossier-no-limits", "the scheme has no limit for this land"),
    }
}

fn indicators(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> Chapter {
    let rows = Indicator::ALL.map(|indicator| {
        let explained = model.explain(land.slot, indicator);
        let value = value_words(&explained);
        let inputs = explained.inputs.iter().map(|input| {
            let value = input.value.map_or_else(unknown, |value| number(value, &input.unit).into());
            let from = input.source.as_ref().map_or_else(unknown, |from| source(files, &from.layer, from.row));
            let label = input.label.clone();
            if let Some(day) = input.date {
                words!(
                    "dossier-input-dated",
                    "{label}: {value} ({from}, {day})",
                    label = label,
                    value = value,
                    from = from,
                    day = day
                )
            } else {
                words!("dossier-input", "{label}: {value} ({from})", label = label, value = value, from = from)
            }
        });
        let said = inputs.chain(explained.notes.iter().cloned());
        let missing = explained.missing.clone();
        let tone = if explained.reading.value.is_none() { Tone::Unknown } else { Tone::Plain };
        Line {
            cells: vec![indicator.title(), value, explained.formula.clone(), joined(said.collect()), joined(missing)],
            tone,
        }
    });
    Chapter {
        name: "indicators",
        title: words!("dossier-indicators", "Indicators"),
        heads: vec![
            words!("dossier-indicator", "indicator"),
            words!("dossier-value", "value"),
            words!("dossier-formula", "formula"),
            words!("dossier-inputs", "inputs with source and date"),
            words!("dossier-missing", "missing"),
        ],
        rows: rows.to_vec(),
        empty: Words::default(),
    }
}

/// The value of an indicator with its unit.
pub(crate) fn value_words(explained: &Explained) -> Words {
    explained.reading.value.map_or_else(unknown, |value| explained.indicator.shown(value, &explained.unit))
}

/// A number with its unit, thousands in groups.
pub(crate) fn number(value: f64, unit: &str) -> String {
    let (digits, shown) = match unit {
        "1" => (2, ""),
        "m2" => (0, "m²"),
        // What is counted is told beside it.
        "1/ha" => (1, ""),
        "persons" => (0, ""),
        other => (0, other),
    };
    let text = format!("{:.digits$}", unsigned_zero(value, digits as i32));
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("−", rest));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let fraction = fraction.map_or_else(String::new, |fraction| format!(".{fraction}"));
    format!("{sign}{grouped}{fraction} {shown}").trim_end().to_owned()
}

pub(crate) fn joined(all: Vec<Words>) -> Words {
    let both = |before, next| words!("joined", "{before}; {next}", before = before, next = next);
    all.into_iter().reduce(both).unwrap_or_default()
}

/// The days that the clock turns on.
fn dates(timeline: &Timeline) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut mark = |day: Option<NaiveDate>, words: Words, limit: bool| {
        marks.extend(day.map(|day| Mark { day, words, limit }));
    };
    mark(timeline.zero, words!("dossier-zero", "the clock's zero"), false);
    for span in &timeline.suspensions {
        mark(Some(span.from), words!("dossier-suspended", "suspended"), false);
        mark(span.to, words!("dossier-resumed", "resumed"), false);
    }
    for span in &timeline.causes {
        mark(Some(span.from), words!("dossier-excuse-from", "cause of Art. 8"), false);
        mark(span.to, words!("dossier-excuse-to", "cause of Art. 8 over"), false);
    }
    mark(timeline.idle_from, words!("fact-one-year", "One year is up"), true);
    mark(timeline.reclaim_from, words!("fact-two-years", "Two years are up"), true);
    marks.sort_by_key(|mark| mark.day);
    marks
}

fn notes(model: &LandModel<'_>) -> Vec<Words> {
    let mut notes = vec![words!(
        "dossier-note",
        "Computed from the records named here by the formulas named here. What is missing is unknown and decides nothing. The record of \
         a case is not a court's finding"
    )];
    notes.extend(crate::overlay::undated_note(model.park(), model.as_of()));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::land::indicators::Reading;

    #[test]
    fn jobs_are_told_as_jobs() {
        let explained = Explained {
            indicator: Indicator::JobsPerHa,
            reading: Reading::known(81.26),
            unit: "1/ha".into(),
            formula: Words::default(),
            inputs: Vec::new(),
            missing: Vec::new(),
            notes: Vec::new(),
        };
        assert_eq!(value_words(&explained).as_str(), "81.3 jobs/ha");
        assert_eq!(Indicator::JobsPerHa.shown(1_081.26, "1/ha").as_str(), "1\u{202f}081.3 jobs/ha");
    }
}
