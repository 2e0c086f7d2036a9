//! Clearances, covers and falls as reports.

use spatial_db::model::{FeatureKind, NetworkEdge, ParkSnapshot};

use super::{class, said, text};
use crate::network::clearance::{Clearance, ClearanceRules, Cover, Fall, Lie, Missing, Verdict};
use crate::network::section::Size;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

pub(in crate::network) fn verdict(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Violated => phrase("verdict-violated", "violated").into(),
        Verdict::Possible => phrase("verdict-possible", "possibly violated").into(),
        Verdict::Unknown => phrase("verdict-not-known", "not known").into(),
        Verdict::Clear => phrase("verdict-clear", "clear").into(),
    }
}

pub(in crate::network) fn lie(lie: Lie) -> Words {
    match lie {
        Lie::Alongside => phrase("lie-alongside", "alongside").into(),
        Lie::Crossing => phrase("lie-crossing", "crossing").into(),
        Lie::Building => phrase("lie-building", "to building").into(),
    }
}

fn missing(missing: Missing) -> Words {
    match missing {
        Missing::Size => phrase("missing-size", "size not on record").into(),
        Missing::Height => phrase("missing-height", "height not on record").into(),
        Missing::Rule => phrase("missing-rule", "the table has no row for this pressure").into(),
    }
}

fn place(at: [f64; 3]) -> [Value; 3] {
    at.map(|ordinate| Some(ordinate).into())
}

fn place_columns() -> [Column; 3] {
    [
        Column::new("x", words!("head-east", "east"), "m", Holds::Number(1)),
        Column::new("y", words!("head-north", "north"), "m", Holds::Number(1)),
        Column::new("z", words!("head-elevation", "elevation"), "m", Holds::Number(2)).in_files(),
    ]
}

/// Where lines and buildings are too near, may be, or where that cannot be told. `planned` is the line that is no row of the park.
pub fn clearance_sheet(
    park: &ParkSnapshot,
    rules: &ClearanceRules,
    found: &[Clearance],
    planned: Option<&NetworkEdge>,
    notes: Vec<Words>,
) -> Sheet {
    let row = |one: &Clearance| {
        let a = one.a.map(|row| &park.edges[row as usize]);
        let (b, b_class) = if one.lie == Lie::Building {
            (&park.buildings[one.b as usize].provenance.key, words!("head-building", "building"))
        } else {
            let line = &park.edges[one.b as usize];
            (&line.provenance.key, class(line.class))
        };
        let mut cells = vec![
            verdict(one.verdict).into(),
            lie(one.lie).into(),
            a.map_or_else(|| words!("planned-line", "planned").into(), |line| said(&line.provenance.key)),
            a.or(planned).map_or(Value::Unknown, |line| class(line.class).into()),
            said(b),
            b_class.into(),
            one.room_m.into(),
            Some(one.limit_m[1]).into(),
            one.margin_m().into(),
            Some(one.off_m).into(),
            one.missing.map_or(Value::Unknown, |what| missing(what).into()),
            rules.cited(one.lie == Lie::Crossing, one.row).into(),
        ];
        cells.extend(place(one.place));
        let slot = one.a.or_else(|| (one.lie != Lie::Building).then_some(one.b));
        Row { slot: slot.map(|row| row as usize), cells }
    };
    let metres = |name, title: Words| Column::new(name, title, "m", Holds::Number(2));
    let mut columns = vec![
        text("verdict", words!("head-verdict", "verdict")),
        text("lie", words!("head-lie", "how")),
        text("line", words!("head-line", "line")),
        text("class", words!("head-network-class", "class")),
        text("other", words!("head-other", "other")),
        text("other_class", words!("head-other-class", "class")),
        metres("room_m", words!("head-room", "wall to wall")),
        metres("asked_m", words!("head-asked", "asked for")),
        metres("margin_m", words!("head-margin", "margin")),
        metres("off_m", words!("head-off", "survey off by")),
        text("missing", words!("head-not-on-record", "missing")).in_files(),
        text("rule", words!("head-rule", "rule")).in_files(),
    ];
    columns.extend(place_columns());
    Sheet {
        name: "clearance",
        title: words!("title-clearance", "Clearances between lines, wall to wall"),
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns,
        rows: found.iter().map(row).collect(),
    }
}

/// Where lines lie too near the ground above, may, or where that cannot be told.
pub fn cover_sheet(park: &ParkSnapshot, rules: &ClearanceRules, found: &[Cover], notes: Vec<Words>) -> Sheet {
    let row = |one: &Cover| {
        let line = &park.edges[one.edge as usize];
        let road = match one.carriageway {
            Some(true) => words!("in-carriageway", "in a carriageway").into(),
            Some(false) => words!("beside-carriageway", "beside carriageways").into(),
            None => Value::Unknown,
        };
        let mut cells = vec![
            verdict(one.verdict).into(),
            said(&line.provenance.key),
            class(line.class).into(),
            one.cover_m.into(),
            Some(one.limit_m[1]).into(),
            road,
            rules.depth(line.class).map_or(Value::Unknown, |row| rules.cited_depth(row).into()),
        ];
        cells.extend(place(one.place));
        Row { slot: Some(one.edge as usize), cells }
    };
    let mut columns = vec![
        text("verdict", words!("head-verdict", "verdict")),
        text("line", words!("head-line", "line")),
        text("class", words!("head-network-class", "class")),
        Column::new("cover_m", words!("head-cover", "ground above"), "m", Holds::Number(2)),
        Column::new("asked_m", words!("head-asked", "asked for"), "m", Holds::Number(2)),
        text("road", words!("head-road", "road")),
        text("rule", words!("head-rule", "rule")).in_files(),
    ];
    columns.extend(place_columns());
    Sheet {
        name: "cover",
        title: words!("title-cover", "Ground above lines"),
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns,
        rows: found.iter().map(row).collect(),
    }
}

/// Sewers that fall too little, may, or do not tell.
pub fn fall_sheet(park: &ParkSnapshot, rules: &ClearanceRules, found: &[Fall], notes: Vec<Words>) -> Sheet {
    let row = |one: &Fall| {
        let line = &park.edges[one.edge as usize];
        let mille = |share: f64| share * 1000.0;
        let cells = vec![
            verdict(one.verdict).into(),
            said(&line.provenance.key),
            said(&Size::of(line).words),
            one.fall.map(mille).into(),
            Some(mille(rules.slope.value)).into(),
            Some(mille(one.off)).into(),
            rules.slope.citation().into(),
        ];
        Row { slot: Some(one.edge as usize), cells }
    };
    let mille = |name, title: Words| Column::new(name, title, "‰", Holds::Number(1));
    Sheet {
        name: "fall",
        title: words!("title-fall", "Fall of sewers"),
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns: vec![
            text("verdict", words!("head-verdict", "verdict")),
            text("line", words!("head-line", "line")),
            text("size", words!("head-size", "size")),
            mille("fall_permille", words!("head-fall", "fall")),
            mille("asked_permille", words!("head-asked", "asked for")),
            mille("off_permille", words!("head-off", "survey off by")),
            text("rule", words!("head-rule", "rule")).in_files(),
        ],
        rows: found.iter().map(row).collect(),
    }
}

/// How many violated, possible, not known and clear, in words.
pub fn verdicts_note([violated, possible, unknown, clear]: [usize; 4]) -> Words {
    words!(
        "note-verdicts",
        "pairs: {violated} violated, {possible} possibly violated, {unknown} not known, {clear} clear",
        violated = violated,
        possible = possible,
        unknown = unknown,
        clear = clear,
    )
}
