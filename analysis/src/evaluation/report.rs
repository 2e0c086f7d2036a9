//! Everything that is said of zones by a scheme, put together, and as sheets.

use std::collections::{BTreeMap, BTreeSet};

use spatial_db::model::FeatureKind;

use super::indicator::{DEFINITIONS, Indicator, Origin, indicators};
use super::levels::{Level, Standing, standings};
use super::moves::{Move, moves};
use super::parcels::{Decision, Line};
use super::potential::{Potential, open_parcels, potentials};
use super::range::Range;
use super::rules::EvaluationRules;
use super::said::in_words;
use super::scheme::{Scheme, Weights};
use super::score::{Area, Evaluation, Scored, evaluate};
use super::sums::{LandSum, Sum, land_sum};
use super::zone::{Zone, ZoneType, zone_types};
use crate::rules::Group;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Phrase, Words, phrase, unsigned_zero};

/// What is said of one zone on one date.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneReport {
    /// Level.
    pub level: Level,
    /// The zone.
    pub zone: Zone,
    /// Land sums.
    pub sums: Vec<LandSum>,
    /// Types that are possible: one where it is known.
    pub types: Vec<ZoneType>,
    /// Every indicator, by name.
    pub indicators: BTreeMap<&'static str, Indicator>,
    /// How each stands beside other zones and the date before, by name.
    pub moves: BTreeMap<&'static str, Move>,
    /// Scores; `None` where the scheme cannot score.
    pub evaluation: Option<Evaluation>,
    /// Rank and change.
    pub standing: Option<Standing>,
    /// Land that could be gained.
    pub potentials: Vec<Potential>,
}

/// Reports on zones, by level, then date, then as given.
pub fn report(mut zones: Vec<(Level, Zone)>, scheme: &Scheme, rules: &EvaluationRules) -> Vec<ZoneReport> {
    // The order of standings.
    zones.sort_by_key(|(level, zone)| (*level, zone.as_of));
    let mut ranked = standings(&zones, scheme).unwrap_or_default().into_iter();
    let mut reports: Vec<ZoneReport> = zones
        .into_iter()
        .map(|(level, zone)| {
            let all = indicators(&zone);
            let share = |name: &str| all[name].range;
            ZoneReport {
                level,
                sums: Sum::ALL.into_iter().map(|sum| land_sum(&zone.lines, sum)).collect(),
                types: zone_types(share("industrial-share"), share("residential-share"), rules),
                evaluation: evaluate(&zone, scheme).ok(),
                standing: ranked.next(),
                potentials: potentials(&zone, scheme, rules),
                indicators: all,
                moves: BTreeMap::new(),
                zone,
            }
        })
        .collect();
    let moves = moves(&reports, scheme);
    for (report, moves) in reports.iter_mut().zip(moves) {
        report.moves = moves;
    }
    reports
}

/// A level in words.
pub fn level_words(level: Level) -> Words {
    match level {
        Level::Park => words!("level-park", "park"),
        Level::District => words!("level-district", "district"),
        Level::City => words!("level-city", "city"),
    }
}

/// What all parks together are called where nobody says.
pub fn all_parks() -> Words {
    words!("level-all-parks", "All parks")
}

/// What of a past or coming day is not of that day: records say what is, seldom what was.
fn undated_note(reports: &[ZoneReport]) -> Option<Words> {
    let other = |report: &&ZoneReport| report.zone.records_of.iter().any(|day| *day != Some(report.zone.as_of));
    let of_other: Vec<&ZoneReport> = reports.iter().filter(other).collect();
    let dates: BTreeSet<_> = of_other.iter().map(|report| report.zone.as_of).collect();
    let days: BTreeSet<_> = of_other.iter().flat_map(|report| report.zone.records_of.iter().copied()).collect();
    if dates.is_empty() {
        return None;
    }
    let day = |day: Option<chrono::NaiveDate>| {
        day.map_or_else(|| words!("day-not-recorded", "a day that nobody recorded"), |day| day.to_string().into())
    };
    let listed: Vec<Words> = days.into_iter().map(day).collect();
    Some(words!(
        "note-undated-evaluation",
        "Evaluated for {dates} from records of {days}: holders, land-use classes, industry codes and ground cover are those of the \
         records. Of the date itself are parcels and buildings with days or years, contracts, events and yearly figures",
        dates = dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        days = together(&listed)
    ))
}

/// What readers must know of a report by a scheme.
pub fn notes(reports: &[ZoneReport], scheme: &Scheme) -> Vec<Words> {
    let mut notes = vec![words!("note-evaluation-scheme", "scheme: {scheme}", scheme = scheme.citation())];
    if scheme.weights == Weights::Unknown {
        let name = scheme.title();
        notes.push(words!("note-no-weights", "{scheme} has no published weights: it is not scored", scheme = name));
    }
    if let Some(evaluation) = reports.iter().find_map(|report| report.evaluation.as_ref()) {
        notes.extend(evaluation.notes.iter().cloned());
    }
    notes.push(words!("note-range", "a range is what the records leave possible; – is not known"));
    notes.push(words!("note-levels", "levels add up land and figures; no ratio is averaged"));
    if reports.iter().flat_map(|report| &report.zone.lines).any(|line| line.signed.is_some()) {
        notes.push(words!(
            "note-evaluation-cases",
            "follow-up cases are not counted: an extension agreed in one, or a cause that it determined, bears on no idle land here"
        ));
    }
    notes.extend(undated_note(reports));
    notes
}

/// A value or range for people; digits after the point as given.
pub fn range_words(range: Range, digits: usize) -> Words {
    let number = |value: f64| format!("{:.digits$}", unsigned_zero(value, digits as i32));
    match (range.value(), range.high.is_infinite()) {
        (Some(value), _) => number(value).into(),
        (None, true) if range.low <= 0.0 => words!("unknown", "unknown"),
        (None, true) => format!("≥ {}", number(range.low)).into(),
        (None, false) => format!("{} – {}", number(range.low), number(range.high)).into(),
    }
}

/// The main or the growth area in words.
pub(crate) fn area_words(area: Area) -> Words {
    match area {
        Area::Main => words!("item-main-area", "main area"),
        Area::Growth => words!("item-growth-area", "growth area"),
    }
}

/// Digits after the point that an indicator of a unit is told with.
pub(crate) fn digits_of(unit: &str) -> usize {
    if unit == "1" { 4 } else { 2 }
}

/// A potential as it is told: hectares or years, with the digits after the point.
pub(crate) fn told_amount(potential: &Potential) -> (Option<Range>, Words, usize) {
    if potential.unit == "m²" {
        (potential.amount.map(|amount| amount.times(1e-4)), "ha".into(), 2)
    } else {
        (potential.amount, in_words(potential.unit), 1)
    }
}

/// The formula of a potential, and whose it is.
pub(crate) fn potential_way(potential: &Potential) -> Words {
    let (formula, citation) = (potential.formula.clone(), Origin::Own.citation());
    words!("way-cited", "{formula} — {citation}", formula = formula, citation = citation)
}

/// What a land sum is called, and what is missing of it.
pub(crate) fn sum_words(sum: &LandSum) -> (Words, Option<Words>) {
    let (letters, count) = (sum.sum.letters(), sum.open.len());
    let label = words!("ev-input-sum", "{letters}: {label}", letters = letters, label = sum.sum.label());
    (label, open_parcels(count))
}

/// One row of the sheet.
struct Entry {
    part: Phrase,
    name: String,
    label: Words,
    range: Option<Range>,
    unit: Words,
    digits: usize,
    weight: Option<f64>,
    way: Words,
    missing: Words,
    moved: Move,
}

impl Entry {
    fn new(part: Phrase, name: impl Into<String>, label: Words, range: Option<Range>, digits: usize) -> Self {
        Self {
            part,
            name: name.into(),
            label,
            range,
            unit: Words::default(),
            digits,
            weight: None,
            way: Words::default(),
            missing: Words::default(),
            moved: Move::default(),
        }
    }
}

/// Reports as one sheet: a row for each sum, indicator, score and potential of each zone and date. Of several zones or dates
/// a table on a terminal gets what they are ranked by; `whole` gives all rows.
pub fn zone_sheet(reports: &[ZoneReport], scheme: &Scheme, whole: bool) -> Sheet {
    let one = reports.len() == 1;
    let here = |column: Column| if one { column.in_files() } else { column };
    let columns = vec![
        here(Column::new("level", words!("head-level", "level"), "", Holds::Text)),
        here(Column::new("zone", words!("head-zone", "zone"), "", Holds::Text)),
        here(Column::new("date", words!("head-date", "date"), "", Holds::Day)),
        Column::new("part", words!("head-part", "part"), "", Holds::Text),
        Column::new("name", words!("head-name", "name"), "", Holds::Text).in_files(),
        Column::new("item", words!("head-item", "item"), "", Holds::Text),
        Column::new("said", words!("head-value", "value"), "", Holds::Text),
        Column::new("value", words!("head-known", "known value"), "", Holds::Number(4)).in_files(),
        Column::new("low", words!("head-low", "lowest"), "", Holds::Number(4)).in_files(),
        Column::new("high", words!("head-high", "highest"), "", Holds::Number(4)).in_files(),
        Column::new("unit", words!("head-unit", "unit"), "", Holds::Text),
        here(Column::new("rank", words!("head-rank", "rank"), "", Holds::Text)),
        here(Column::new("change", words!("head-since-before", "since the date before"), "", Holds::Text)),
        Column::new("weight", words!("head-weight", "weight"), "", Holds::Number(2)),
        Column::new("way", words!("head-way", "formula"), "", Holds::Text).in_files(),
        Column::new("missing", words!("head-missing-inputs", "missing"), "", Holds::Text),
    ];
    let mut rows = Vec::new();
    for report in reports {
        let mut entries = Vec::new();
        let beside = |other: &&ZoneReport| other.level == report.level && other.zone.as_of == report.zone.as_of;
        standing_entries(report, reports.iter().filter(beside).count() > 1, &mut entries);
        if one || whole {
            land_entries(report, &mut entries);
            score_entries(report, &mut entries);
            potential_entries(report, &mut entries);
        }
        rows.extend(entries.into_iter().map(|entry| {
            let cells = vec![
                Value::Text(level_words(report.level)),
                Value::Text(report.zone.name.as_str().into()),
                Value::Day(report.zone.as_of),
                Value::Text(entry.part.into()),
                Value::Text(entry.name.as_str().into()),
                Value::Text(entry.label),
                entry.range.map_or(Value::Unknown, |range| Value::Text(range_words(range, entry.digits))),
                entry.range.and_then(Range::value).into(),
                entry.range.map(|range| range.low).into(),
                entry.range.map(|range| range.high).into(),
                Value::Text(entry.unit),
                entry.moved.ranks.map_or(Value::Unknown, |ranks| Value::Text(range_words(as_range(ranks), 0))),
                entry.moved.change.map_or(Value::Unknown, |by| Value::Text(range_words(by, entry.digits))),
                entry.weight.into(),
                Value::Text(entry.way),
                Value::Text(entry.missing),
            ];
            Row { slot: None, cells }
        }));
    }
    Sheet {
        name: "zone",
        title: words!("title-report-zone", "Evaluation of zones"),
        notes: notes(reports, scheme),
        target: None,
        columns,
        rows,
    }
}

/// Best and worst rank.
fn as_range([best, worst]: [usize; 2]) -> Range {
    Range::new(best as f64, worst as f64)
}

/// Several words as one.
fn together(words: &[Words]) -> Words {
    let Some((first, rest)) = words.split_first() else { return "".into() };
    rest.iter().fold(first.clone(), |so_far, more| words!("both", "{one}; {other}", one = so_far, other = more.clone()))
}

fn standing_entries(report: &ZoneReport, ranked: bool, entries: &mut Vec<Entry>) {
    let (Some(evaluation), Some(standing)) = (&report.evaluation, &report.standing) else { return };
    let part = phrase("part-total", "total");
    let moved = Move { change: standing.change, ranks: ranked.then_some(standing.ranks) };
    let score = words!("item-score", "score, 0 to 100");
    entries.push(Entry { moved, ..Entry::new(part, "score", score, Some(evaluation.score), 2) });
    if ranked {
        let label = words!("item-rank", "rank in its level");
        entries.push(Entry::new(part, "rank", label, Some(as_range(standing.ranks)), 0));
    }
    if let Some(change) = standing.change {
        let label = words!("item-change", "change since the date before");
        entries.push(Entry::new(part, "change", label, Some(change), 2));
    }
}

fn land_entries(report: &ZoneReport, entries: &mut Vec<Entry>) {
    let part = phrase("part-land", "land");
    for sum in &report.sums {
        let count = sum.parcels.len();
        let (label, missing) = sum_words(sum);
        entries.push(Entry {
            unit: "ha".into(),
            way: format!("Σ {count}").into(),
            missing: missing.unwrap_or_default(),
            ..Entry::new(part, sum.sum.letters(), label, Some(sum.area_m2.times(1e-4)), 2)
        });
    }
    let types: Vec<Words> = report.types.iter().map(|of| of.words()).collect();
    let missing = if types.len() == 1 {
        Words::default()
    } else {
        words!("ev-missing-type", "the shares leave several types possible")
    };
    let label = words!("item-type", "type of zone: {types}", types = together(&types));
    entries.push(Entry { way: "A2/A, A1/A".into(), missing, ..Entry::new(part, "type", label, None, 0) });
    let part = phrase("part-indicator", "indicator");
    for indicator in DEFINITIONS.iter().filter_map(|definition| report.indicators.get(definition.name)) {
        let digits = digits_of(&indicator.unit);
        let (formula, citation) = (indicator.formula.clone(), indicator.citation.clone());
        entries.push(Entry {
            unit: indicator.unit.clone(),
            way: words!("way-cited", "{formula} — {citation}", formula = formula, citation = citation),
            missing: together(&indicator.missing),
            moved: report.moves.get(indicator.name).copied().unwrap_or_default(),
            ..Entry::new(part, indicator.name, indicator.label.clone(), Some(indicator.range), digits)
        });
    }
}

fn score_entries(report: &ZoneReport, entries: &mut Vec<Entry>) {
    let Some(evaluation) = &report.evaluation else { return };
    for area in &evaluation.areas {
        if evaluation.areas.len() > 1 {
            let entry = Entry::new(phrase("part-score", "score"), "", area_words(area.area), Some(area.score), 2);
            entries.push(Entry { weight: Some(area.weight), ..entry });
        }
        for node in &area.nodes {
            node_entries(node, 0, entries);
        }
    }
}

fn node_entries(node: &Scored, depth: usize, entries: &mut Vec<Entry>) {
    let way = match &node.status {
        Some(status) => {
            words!("way-with-status", "{way} [{status}]", way = node.way.clone(), status = in_words(status))
        }
        None => node.way.clone(),
    };
    let label = words!("item-node", "{indent}{name}", indent = "· ".repeat(depth), name = node.title());
    entries.push(Entry {
        weight: Some(node.weight),
        way,
        missing: together(&node.missing),
        ..Entry::new(phrase("part-score", "score"), node.name.as_str(), label, Some(node.score), 2)
    });
    for part in &node.parts {
        node_entries(part, depth + 1, entries);
    }
}

fn potential_entries(report: &ZoneReport, entries: &mut Vec<Entry>) {
    let part = phrase("part-potential", "potential");
    for potential in &report.potentials {
        let (amount, unit, digits) = told_amount(potential);
        entries.push(Entry {
            unit,
            way: potential_way(potential),
            missing: together(&potential.missing),
            ..Entry::new(part, potential.name, potential.label.clone(), amount, digits)
        });
    }
}

/// The parcels of a park and the sums that each goes into, with what decided. `slots` gives a parcel's position in its snapshot.
pub fn parcel_sheet(zone: &Zone, slots: &dyn Fn(&str) -> Option<usize>) -> Sheet {
    let mut columns = vec![
        Column::new("park", words!("head-park", "park"), "", Holds::Text).in_files(),
        Column::new("parcel", words!("head-parcel", "parcel"), "", Holds::Text),
        Column::new("area_m2", words!("head-area", "area"), "m²", Holds::Number(0)),
    ];
    for sum in Sum::ALL {
        let name = match sum {
            Sum::BuiltUp => "a",
            Sum::Residential => "a1",
            Sum::Industrial => "a2",
            Sum::NotBuiltUp => "b",
            Sum::Ready => "b21",
            Sum::Supplied => "d",
            Sum::Idle => "g",
        };
        columns.push(Column::new(name, Words::from(sum.letters()), "", Holds::Text));
    }
    columns.extend([
        Column::new("footprint_m2", words!("head-footprint", "footprints"), "m²", Holds::Number(0)).in_files(),
        Column::new("floor_m2", words!("head-floor", "floors"), "m²", Holds::Number(0)).in_files(),
        Column::new("yard_m2", words!("head-yard", "open yards"), "m²", Holds::Number(0)).in_files(),
        Column::new("class", words!("head-class", "class"), "", Holds::Text),
        Column::new("built", words!("head-built", "built up"), "", Holds::Text),
        Column::new("supplied", words!("head-supplied", "supplied"), "", Holds::Text),
        Column::new("ready", words!("head-ready", "ready"), "", Holds::Text).in_files(),
        Column::new("idle", words!("head-idle", "idle"), "", Holds::Text),
    ]);
    let rows = zone.lines.iter().map(|line| parcel_row(line, slots)).collect();
    Sheet {
        name: "zone_parcels",
        title: words!("title-report-zone-parcels", "Parcels in the land sums of the zone"),
        notes: vec![words!("note-marks", "● counts, ◌ may count: the records leave it open")],
        target: Some(FeatureKind::Parcel),
        columns,
        rows,
    }
}

fn parcel_row(line: &Line, slots: &dyn Fn(&str) -> Option<usize>) -> Row {
    let mut cells = vec![
        Value::Text(line.park.as_str().into()),
        Value::Text(line.key.as_str().into()),
        Value::Number(line.area_m2),
    ];
    for sum in Sum::ALL {
        let counting = line.states.iter().filter(|state| sum.counts(state)).count();
        let mark = if counting == line.states.len() {
            "●"
        } else if counting > 0 {
            "◌"
        } else {
            ""
        };
        cells.push(Value::Text(mark.into()));
    }
    let yes_no = |decision: &Decision<bool>| {
        let answer = match decision.answer {
            Some(true) => words!("answer-yes", "yes"),
            Some(false) => words!("answer-no", "no"),
            None => words!("unknown", "unknown"),
        };
        Value::Text(words!("answer", "{answer}: {because}", answer = answer, because = decision.because.clone()))
    };
    let group = match line.group.answer {
        Some(Group::Residential) => words!("group-residential", "residential"),
        Some(Group::Industrial) => words!("group-industrial", "industry and storage"),
        Some(Group::Other) => words!("group-other", "other construction land"),
        Some(Group::None) => words!("group-none", "no construction land"),
        None => words!("unknown", "unknown"),
    };
    cells.extend([
        line.footprints_m2().value().into(),
        line.floor_m2.value().into(),
        line.yards_surveyed.then_some(line.yard_m2).into(),
        Value::Text(words!("answer", "{answer}: {because}", answer = group, because = line.group.because.clone())),
        yes_no(&line.built),
        yes_no(&line.supplied),
        yes_no(&line.ready),
        yes_no(&line.idle),
    ]);
    Row { slot: slots(&line.key), cells }
}
