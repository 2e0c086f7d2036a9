//! Clearances, covers and falls as reports.

use spatial_db::model::{FeatureKind, NetworkEdge, ParkSnapshot};

use super::{class, said, text};
use crate::network::clearance::{Between, Clearance, ClearanceRules, Cover, Fall, Lie, Missing, Verdict};
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
        Lie::Touching => phrase("lie-touching", "wall in wall").into(),
    }
}

fn missing(missing: Missing) -> Words {
    match missing {
        Missing::Size => phrase("missing-size", "size not on record").into(),
        Missing::Height => phrase("missing-height", "height not on record").into(),
        Missing::Pressure => phrase("missing-pressure", "the table has no row for this pressure").into(),
        Missing::Rule => phrase("missing-rule", "the table has no row for these two").into(),
    }
}

/// What a finding is held against: a row of the table, or that there is none.
pub(in crate::network) fn rule(rules: &ClearanceRules, one: &Clearance) -> Words {
    match one.row {
        Some(row) => rules.cited(one.lie == Lie::Crossing, row),
        None => {
            words!("rule-none", "{table}: no row is about how they lie; told because they touch", table = rules.named())
        }
    }
}

/// The key of a line of the park, or that it is planned.
fn named(line: Option<&NetworkEdge>) -> Value {
    line.map_or_else(|| words!("planned-line", "planned").into(), |line| said(&line.provenance.key))
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
            named(a),
            a.or(planned).map_or(Value::Unknown, |line| class(line.class).into()),
            said(b),
            b_class.into(),
            one.room_m.into(),
            Some(one.limit_m[1]).into(),
            one.margin_m().into(),
            Some(one.off_m).into(),
            one.missing.map_or(Value::Unknown, |what| missing(what).into()),
            rule(rules, one).into(),
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
/// `planned` is the line that is no row of the park.
pub fn cover_sheet(
    park: &ParkSnapshot,
    rules: &ClearanceRules,
    found: &[Cover],
    planned: Option<&NetworkEdge>,
    notes: Vec<Words>,
) -> Sheet {
    let row = |one: &Cover| {
        let line = one.edge.map(|row| &park.edges[row as usize]);
        let depth = line.or(planned).and_then(|line| rules.depth(line.class));
        let road = match one.carriageway {
            Some(true) => words!("in-carriageway", "in a carriageway").into(),
            Some(false) => words!("beside-carriageway", "beside carriageways").into(),
            None => Value::Unknown,
        };
        let mut cells = vec![
            verdict(one.verdict).into(),
            named(line),
            line.or(planned).map_or(Value::Unknown, |line| class(line.class).into()),
            one.cover_m.into(),
            Some(one.limit_m[1]).into(),
            road,
            depth.map_or(Value::Unknown, |row| rules.cited_depth(row).into()),
        ];
        cells.extend(place(one.place));
        Row { slot: one.edge.map(|row| row as usize), cells }
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

/// Sewers that fall too little, may, or do not tell. `planned` is the line that is no row of the park.
pub fn fall_sheet(
    park: &ParkSnapshot,
    rules: &ClearanceRules,
    found: &[Fall],
    planned: Option<&NetworkEdge>,
    notes: Vec<Words>,
) -> Sheet {
    let row = |one: &Fall| {
        let line = one.edge.map(|row| &park.edges[row as usize]);
        let mille = |share: f64| share * 1000.0;
        let cells = vec![
            verdict(one.verdict).into(),
            named(line),
            line.or(planned).map_or(Value::Unknown, |line| said(&Size::of(line).words)),
            one.fall.map(mille).into(),
            Some(mille(rules.slope.value)).into(),
            Some(mille(one.off)).into(),
            rules.slope.citation().into(),
        ];
        Row { slot: one.edge.map(|row| row as usize), cells }
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

/// Two lines: wall to wall in 3D with what of it is in plan and in height, and what the rules say of the two, clear or not.
pub fn between_sheet(park: &ParkSnapshot, rules: &ClearanceRules, found: &[Between], notes: Vec<Words>) -> Sheet {
    let row = |one: &Between, said_of: [Value; 10], at: [Value; 3]| {
        let [a, b] = [one.a, one.b].map(|row| &park.edges[row as usize]);
        let lines = [said(&a.provenance.key), class(a.class).into(), said(&b.provenance.key), class(b.class).into()];
        Row { slot: Some(one.a as usize), cells: lines.into_iter().chain(said_of).chain(at).collect() }
    };
    let lacks = |what: Option<Missing>| what.map_or(Value::Unknown, |what| missing(what).into());
    let mut rows = Vec::new();
    for one in found {
        let at = one.ends.map(|[p, q]| [0, 1, 2].map(|axis: usize| f64::midpoint(p[axis], q[axis])));
        let in_space = [
            words!("lie-in-space", "in 3D").into(),
            if one.joined { words!("between-joined", "drawn to meet: no rule").into() } else { Value::Unknown },
            one.room_m.into(),
            one.plan_m.into(),
            one.height_m.into(),
            Value::Unknown,
            Value::Unknown,
            Some(one.room_off_m()).into(),
            lacks(one.missing),
            Value::Unknown,
        ];
        rows.push(row(one, in_space, place(at.unwrap_or([f64::NAN; 3]))));
        for told in &one.told {
            let by_rule = [
                lie(told.lie).into(),
                verdict(told.verdict).into(),
                told.room_m.into(),
                Value::Unknown,
                Value::Unknown,
                Some(told.limit_m[1]).into(),
                told.margin_m().into(),
                Some(told.off_m).into(),
                lacks(told.missing),
                rule(rules, told).into(),
            ];
            rows.push(row(one, by_rule, place(told.place)));
        }
    }
    let metres = |name, title: Words| Column::new(name, title, "m", Holds::Number(2));
    let mut columns = vec![
        text("line", words!("head-line", "line")),
        text("class", words!("head-network-class", "class")),
        text("other", words!("head-other", "other")),
        text("other_class", words!("head-other-class", "class")),
        text("lie", words!("head-lie", "how")),
        text("verdict", words!("head-verdict", "verdict")),
        metres("room_m", words!("head-room", "wall to wall")),
        metres("plan_m", words!("head-part-plan", "of it in plan")),
        metres("height_m", words!("head-part-height", "in height")),
        metres("asked_m", words!("head-asked", "asked for")),
        metres("margin_m", words!("head-margin", "margin")),
        metres("off_m", words!("head-off", "survey off by")),
        text("missing", words!("head-not-on-record", "missing")).in_files(),
        text("rule", words!("head-rule", "rule")).in_files(),
    ];
    columns.extend(place_columns());
    Sheet {
        name: "between",
        title: words!("title-between", "Room between two lines, wall to wall"),
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns,
        rows,
    }
}

/// How many violated, possible, not known and clear, and of how many the table does not tell, in words.
pub fn verdicts_note([violated, possible, unknown, clear]: [usize; 4], no_rule: usize) -> Words {
    words!(
        "note-verdicts",
        "pairs: {violated} violated, {possible} possibly violated, {unknown} not known, {clear} clear, {no_rule} without a rule",
        violated = violated,
        possible = possible,
        unknown = unknown,
        clear = clear,
        no_rule = no_rule,
    )
}
