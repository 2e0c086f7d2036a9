//! A profile as reports: stations with the pipe that goes on, crossings, and what is wrong.

use spatial_db::model::{FeatureKind, NodeKind, ParkSnapshot};

use super::{Crossing, Flaw, FlawKind, Flow, Profile, Station};
use crate::network::sheets::{class, said, text, verdict};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

/// Which rows a report on a profile has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileRows {
    /// Stations, each with the pipe that goes on from it.
    Stations,
    /// Lines that cross.
    Crossings,
    /// What is wrong.
    Flaws,
}

impl FlawKind {
    /// What it is, for people.
    pub fn words(self) -> Words {
        match self {
            Self::Rises => phrase("flaw-rises", "rises the way it flows"),
            Self::TooFlat => phrase("flaw-too-flat", "falls too little for its diameter"),
            Self::TooSmall => phrase("flaw-too-small", "smaller than the least diameter"),
            Self::Narrows => phrase("flaw-narrows", "smaller than the sewer that flows into it"),
            Self::StepsUp => phrase("flaw-steps-up", "bottom steps up at the chamber"),
            Self::Shallow => phrase("flaw-shallow", "too little ground above"),
            Self::AboveGround => phrase("flaw-above-ground", "top above the ground"),
            Self::FarApart => phrase("flaw-far-apart", "chambers too far apart"),
            Self::CrossesNear => phrase("flaw-crosses-near", "crosses too near"),
        }
        .into()
    }
}

impl Flaw {
    /// What it is with its figures, for people.
    pub fn said(&self) -> Words {
        let unit = self.kind.unit();
        let digits = if unit == "mm" { 0 } else { 2 };
        let figure = |value: f64| format!("{:.digits$}", self.kind.in_unit(value));
        let (what, value) = (self.kind.words(), figure(self.value));
        let (limit, verdict) = (self.limit.map(figure), verdict(self.verdict));
        match (limit, self.kind) {
            (Some(limit), FlawKind::StepsUp | FlawKind::FarApart) => words!(
                "flaw-at-most",
                "{what}: {value} {unit}, at most {limit} {unit}; {verdict}",
                what = what,
                value = value,
                unit = unit,
                limit = limit,
                verdict = verdict,
            ),
            (Some(limit), _) => words!(
                "flaw-at-least",
                "{what}: {value} {unit}, at least {limit} {unit}; {verdict}",
                what = what,
                value = value,
                unit = unit,
                limit = limit,
                verdict = verdict,
            ),
            (None, _) => words!(
                "flaw-plain",
                "{what}: {value} {unit}; {verdict}",
                what = what,
                value = value,
                unit = unit,
                verdict = verdict,
            ),
        }
    }
}

impl Crossing {
    /// Over or under, for people.
    pub fn passes(&self) -> Words {
        match self.over() {
            Some(true) => phrase("passes-over", "over").into(),
            Some(false) => phrase("passes-under", "under").into(),
            None => phrase("passes-unknown", "level not on record").into(),
        }
    }
}

/// Heads of a list of crossings or of what is wrong, as a drawing has them: of crossings chainage, class, line, size, passes, axis,
/// clear height, asked for, verdict; of what is wrong chainage, finding, line or point, rule.
pub fn profile_words(rows: ProfileRows) -> Vec<Words> {
    let named: &[&str] = match rows {
        ProfileRows::Stations => return station_columns().into_iter().map(|column| column.title).collect(),
        ProfileRows::Crossings => {
            &["chainage_m", "class", "line", "size", "passes", "axis_m", "room_m", "asked_m", "verdict"]
        }
        ProfileRows::Flaws => &["chainage_m", "finding", "feature", "rule"],
    };
    let columns = if rows == ProfileRows::Flaws { flaw_columns() } else { crossing_columns() };
    named
        .iter()
        .filter_map(|name| columns.iter().find(|column| column.name == *name))
        .map(|c| c.title.clone())
        .collect()
}

/// A verdict, for people.
pub fn verdict_words(of: crate::network::clearance::Verdict) -> Words {
    verdict(of)
}

/// What stands at a station, in words.
pub fn kind_words(kind: NodeKind) -> Words {
    match kind {
        NodeKind::Junction => phrase("stands-junction", "joint"),
        NodeKind::Manhole => phrase("stands-manhole", "manhole"),
        NodeKind::Valve => phrase("stands-valve", "valve"),
        NodeKind::Hydrant => phrase("stands-hydrant", "hydrant"),
        NodeKind::Pump => phrase("stands-pump", "pump"),
        NodeKind::Tank => phrase("stands-tank", "tank"),
        NodeKind::Inlet => phrase("stands-inlet", "inlet"),
        NodeKind::Outfall => phrase("stands-outfall", "outfall"),
        NodeKind::Source => phrase("stands-source", "source"),
        NodeKind::Connection => phrase("stands-connection", "connection"),
        NodeKind::Switch => phrase("stands-switch", "switch"),
        NodeKind::Other => phrase("stands-other", "other fitting"),
    }
    .into()
}

fn number(name: &'static str, title: Words, unit: &'static str, digits: usize) -> Column {
    Column::new(name, title, unit, Holds::Number(digits))
}

fn chainage() -> Column {
    number("chainage_m", words!("head-chainage", "chainage"), "m", 2)
}

fn places() -> [Column; 2] {
    [
        number("x", words!("head-east", "east"), "m", 2).in_files(),
        number("y", words!("head-north", "north"), "m", 2).in_files(),
    ]
}

/// What everyone who reads a profile must know.
fn notes(profile: &Profile) -> Vec<Words> {
    let count = |verdict| profile.flaws.iter().filter(|flaw| flaw.verdict == verdict).count();
    let unknown = profile.runs.iter().filter(|run| run.fall.is_none()).count();
    let rises = profile.runs.iter().filter(|run| run.flow == Flow::Unknown).count();
    let mut notes = vec![
        words!(
            "note-profile",
            "{metres} m in plan, {pipes} pipes, {stations} stations, {crossings} crossings; levels in the park's height system",
            metres = format!("{:.1}", profile.length_m),
            pipes = profile.runs.len(),
            stations = profile.stations.len(),
            crossings = profile.crossings.len(),
        ),
        words!(
            "note-profile-flaws",
            "{violated} violated, {possible} possibly violated within what the survey may be off",
            violated = count(crate::network::clearance::Verdict::Violated),
            possible = count(crate::network::clearance::Verdict::Possible),
        ),
    ];
    if unknown > 0 {
        notes.push(words!("note-profile-levels", "{count} pipes without a level at an end: no fall", count = unknown));
    }
    if rises > 0 {
        notes.push(words!("note-profile-flow", "{count} pipes whose direction of flow is not known", count = rises));
    }
    if profile.ground.is_empty() {
        notes.push(words!("note-profile-terrain", "no terrain along the way: ground as surveyed at chambers alone"));
    }
    let apart: Vec<f64> =
        profile.stations.iter().filter_map(|s| Some(s.node.as_ref()?.cover_level_m? - s.terrain_m?)).collect();
    if !apart.is_empty() {
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        let most = apart.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or_default();
        notes.push(words!(
            "note-profile-covers",
            "{count} surveyed covers lie {mean} m off the terrain in the mean, {most} m at most",
            count = apart.len(),
            mean = format!("{mean:+.2}"),
            most = format!("{most:+.2}"),
        ));
    }
    notes
}

impl Profile {
    /// Its title.
    pub fn title(&self) -> Words {
        let end = |station: Option<&Station>| match station.map(Station::key) {
            Some("") | None => "–".to_owned(),
            Some(key) => key.to_owned(),
        };
        words!(
            "title-profile",
            "{class}: long profile from {from} to {to}",
            class = class(self.class),
            from = end(self.stations.first()),
            to = end(self.stations.last()),
        )
    }
}

/// A profile as rows.
pub fn profile_sheet(park: &ParkSnapshot, profile: &Profile, rows: ProfileRows) -> Sheet {
    let (name, target, columns, rows) = match rows {
        ProfileRows::Stations => ("profile", FeatureKind::NetworkEdge, station_columns(), station_rows(profile)),
        ProfileRows::Crossings => {
            let rows = profile.crossings.iter().map(crossing_row).collect();
            ("crossings", FeatureKind::NetworkEdge, crossing_columns(), rows)
        }
        ProfileRows::Flaws => {
            let rows = profile.flaws.iter().map(|flaw| flaw_row(park, flaw)).collect();
            ("profile_findings", FeatureKind::NetworkEdge, flaw_columns(), rows)
        }
    };
    Sheet { name, title: profile.title(), notes: notes(profile), target: Some(target), columns, rows }
}

fn station_columns() -> Vec<Column> {
    let mut columns = vec![
        chainage(),
        text("station", words!("head-station", "station")),
        text("kind", words!("head-kind", "kind")),
        number("ground_m", words!("head-ground", "ground"), "m", 2),
        number("terrain_m", words!("head-terrain", "terrain"), "m", 2).in_files(),
        number("invert_in_m", words!("head-invert-in", "invert in"), "m", 2),
        number("invert_out_m", words!("head-invert-out", "invert out"), "m", 2),
        number("depth_m", words!("head-depth", "depth"), "m", 2),
        number("drop_m", words!("head-drop", "drop"), "m", 2).in_files(),
        Column::new("branches", words!("head-branches", "branches"), "", Holds::Whole).in_files(),
        text("line", words!("head-line-on", "line that goes on")),
        text("size", words!("head-size", "size")),
        text("material", words!("head-material", "material")),
        number("length_m", words!("head-length", "length"), "m", 2),
        number("slope_permille", words!("head-slope", "slope"), "‰", 2),
        number("crown_m", words!("head-crown", "top"), "m", 2).in_files(),
        number("cover_m", words!("head-cover", "cover"), "m", 2).in_files(),
        text("survey_level", words!("head-survey", "survey quality")).in_files(),
        number("off_m", words!("head-off", "off by"), "m", 2).in_files(),
    ];
    columns.extend(places());
    columns
}

fn station_rows(profile: &Profile) -> Vec<Row> {
    let row = |(at, station): (usize, &Station)| {
        let run = profile.runs.get(at);
        let crown = run.and_then(|run| run.crown_ends_m()[0]);
        let ground = station.ground_m();
        let cells = vec![
            Some(station.at_m).into(),
            said(station.key()),
            station.node.as_ref().map_or(Value::Unknown, |node| kind_words(node.kind).into()),
            ground.into(),
            station.terrain_m.into(),
            station.in_m.into(),
            station.out_m.into(),
            station.depth_m().into(),
            station.drop_m().into(),
            Value::Whole(station.branches.len() as i64),
            run.map_or(Value::Unknown, |run| said(&run.key)),
            run.map_or(Value::Unknown, |run| said(&run.size)),
            run.and_then(|run| run.material.as_deref()).into(),
            run.map(super::Run::length_m).into(),
            run.and_then(|run| run.fall).map(|fall| fall * 1000.0).into(),
            crown.into(),
            ground.zip(crown).map(|(ground, crown)| ground - crown).into(),
            run.and_then(|run| run.survey_level.as_deref()).into(),
            run.map(|run| run.off_m).into(),
            Some(station.place[0]).into(),
            Some(station.place[1]).into(),
        ];
        Row { slot: run.map(|run| run.edge as usize), cells }
    };
    profile.stations.iter().enumerate().map(row).collect()
}

fn crossing_columns() -> Vec<Column> {
    let mut columns = vec![
        chainage(),
        text("class", words!("head-network-class", "class")),
        text("line", words!("head-line", "line")),
        text("size", words!("head-size", "size")),
        text("material", words!("head-material", "material")).in_files(),
        text("passes", words!("head-passes", "passes")),
        number("axis_m", words!("head-axis", "axis"), "m", 2),
        number("own_axis_m", words!("head-own-axis", "axis of the profile"), "m", 2),
        number("room_m", words!("head-room", "clear height"), "m", 2),
        number("off_m", words!("head-off", "off by"), "m", 2),
        number("asked_m", words!("head-asked", "asked for"), "m", 2),
        text("verdict", words!("head-verdict", "verdict")),
        text("rule", words!("head-rule", "rule")).in_files(),
        text("survey_level", words!("head-survey", "survey quality")).in_files(),
    ];
    columns.extend(places());
    columns
}

fn crossing_row(one: &Crossing) -> Row {
    let cells = vec![
        Some(one.at_m).into(),
        class(one.class).into(),
        said(&one.key),
        said(&one.size),
        one.material.as_deref().into(),
        one.passes().into(),
        one.axis_m.into(),
        one.own_axis_m.into(),
        one.room_m.into(),
        Some(one.off_m).into(),
        one.limit_m.map(|limit| limit[1]).into(),
        one.verdict.map_or(Value::Unknown, |one| verdict(one).into()),
        if one.rule.is_empty() { Value::Unknown } else { one.rule.clone().into() },
        one.survey_level.as_deref().into(),
        Some(one.place[0]).into(),
        Some(one.place[1]).into(),
    ];
    Row { slot: Some(one.edge as usize), cells }
}

fn flaw_columns() -> Vec<Column> {
    let mut columns = vec![
        chainage(),
        number("to_m", words!("head-to", "to"), "m", 2),
        text("code", words!("head-code", "code")).in_files(),
        text("finding", words!("head-finding", "finding")),
        text("verdict", words!("head-verdict", "verdict")),
        text("feature", words!("head-line-or-point", "line or point")),
        number("value", words!("head-value", "value"), "", 2),
        number("limit", words!("head-asked", "asked for"), "", 2),
        text("unit", words!("head-unit", "unit")),
        text("rule", words!("head-rule", "rule")),
    ];
    columns.extend(places());
    columns
}

fn flaw_row(park: &ParkSnapshot, flaw: &Flaw) -> Row {
    let cells = vec![
        Some(flaw.span_m[0]).into(),
        Some(flaw.span_m[1]).into(),
        said(flaw.kind.as_str()),
        flaw.kind.words().into(),
        verdict(flaw.verdict).into(),
        said(&flaw.key),
        Some(flaw.kind.in_unit(flaw.value)).into(),
        flaw.limit.map(|limit| flaw.kind.in_unit(limit)).into(),
        said(flaw.kind.unit()),
        Value::Text(flaw.rule.clone()),
        Some(flaw.place[0]).into(),
        Some(flaw.place[1]).into(),
    ];
    let slot = park.edges.iter().position(|edge| edge.id == flaw.id);
    Row { slot, cells }
}
