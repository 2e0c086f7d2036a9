//! The checks that compare areas, against statements that have PostGIS measure every area with every other.

use std::collections::BTreeMap;

use postgres::Client;
use spatial_db::checks::{CHECKS, CheckSettings};

const WHOLE: [(&str, &str, &str); 4] = [
    ("parcel.overlap", "parcel", include_str!("../../sql/tests/whole_overlap.sql")),
    ("building.overlap", "building", include_str!("../../sql/tests/whole_overlap.sql")),
    ("parcel.gap", "parcel", include_str!("../../sql/tests/whole_enclosed.sql")),
    ("building.parcels", "building", include_str!("../../sql/tests/whole_building_parcels.sql")),
];

/// One finding: words, figures, and area and centre of its place, m.
struct Finding {
    reason: String,
    facts: serde_json::Value,
    area_m2: f64,
    centre: [f64; 2],
}

/// Findings by code and features.
type Found = BTreeMap<(String, Option<i64>, Option<i64>), Vec<Finding>>;

/// What a statement finds; `None` where GEOS itself gives up on the shapes, so that there is nothing to hold an answer against.
fn found(client: &mut Client, statement: &str) -> Option<Found> {
    let mut found = Found::new();
    let rows = match client.query(statement, &[]) {
        Ok(rows) => rows,
        Err(error) if error.as_db_error().is_some_and(|it| it.message().contains("TopologyException")) => return None,
        Err(error) => panic!("{error:?}: {statement}"),
    };
    for row in rows {
        let (reason, facts, area_m2) = (row.get(3), row.get(4), row.get(5));
        let finding = Finding { reason, facts, area_m2, centre: [row.get(6), row.get(7)] };
        found.entry((row.get(0), row.get(1), row.get(2))).or_default().push(finding);
    }
    for same in found.values_mut() {
        same.sort_by(|a, b| a.area_m2.total_cmp(&b.area_m2));
    }
    Some(found)
}

/// A statement with the park and the check's tolerances filled in.
fn filled(text: &str, name: &str, table: &str, park_id: i32, settings: &CheckSettings) -> String {
    let check = CHECKS.iter().find(|check| check.name == name).expect(name);
    let mut text = text.replace("{subject}", table).replace("{park}", &park_id.to_string());
    for code in check.codes {
        for tolerance in code.tolerances {
            let value = format!("{:?}::float8", settings.tolerance(code, tolerance));
            text = text.replace(&format!("{{{}}}", tolerance.name), &value);
        }
    }
    include_str!("../../sql/tests/whole_found.sql").replace("{found}", &text)
}

/// Asserts that every check that compares areas found in a park what PostGIS finds; returns how many findings of each code, `None`
/// where PostGIS cannot measure the park.
pub(crate) fn assert_as_measured(
    client: &mut Client,
    park_id: i32,
    settings: &CheckSettings,
) -> Option<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    let keys = |found: &Found| found.iter().map(|(key, same)| (key.clone(), same.len())).collect::<Vec<_>>();
    for (name, table, text) in WHOLE {
        let expected = found(client, &filled(text, name, table, park_id, settings))?;
        let stored = include_str!("../../sql/tests/whole_stored.sql");
        let stored = stored.replace("{park}", &park_id.to_string()).replace("{check}", name);
        let stored = found(client, &stored).expect("what is stored is read, not measured");
        if name == "parcel.gap" {
            let holes = include_str!("../../sql/tests/whole_holes.sql");
            let holes = found(client, &filled(holes, name, table, park_id, settings))?;
            same_places(&expected, &stored);
            same_places(&stored, &expected);
            same_places(&holes, &stored);
            counts.insert(name.to_owned(), stored.values().map(Vec::len).sum());
            counts.insert("holes".to_owned(), holes.values().map(Vec::len).sum());
            continue;
        }
        assert_eq!(keys(&stored), keys(&expected), "{name}");
        for (key, same) in &expected {
            for (finding, ours) in same.iter().zip(&stored[key]) {
                assert_eq!(ours.reason, finding.reason, "{name} {key:?}");
                assert!(near(ours.area_m2, finding.area_m2), "{name} {key:?}: {} {}", ours.area_m2, finding.area_m2);
                let figures = finding.facts.as_object().expect("figures");
                assert_eq!(figures.len(), ours.facts.as_object().expect("figures").len(), "{name} {key:?}");
                for (figure, value) in figures {
                    let found = &ours.facts[figure];
                    let same = match (found.as_f64(), value.as_f64()) {
                        (Some(a), Some(b)) => near(a, b),
                        _ => found == value,
                    };
                    assert!(same, "{name} {key:?} {figure}: {found}, {value}");
                }
            }
            *counts.entry(key.0.clone()).or_default() += same.len();
        }
    }
    Some(counts)
}

/// Asserts that every gap is there: the same place, area and width. They are measured on a grid, the width to a thousandth
/// of the extent, and of two neighbours with equal sides either may be named.
fn same_places(gaps: &Found, among: &Found) {
    for gap in gaps.values().flatten() {
        let width_m = |of: &Finding| of.facts["width_m"].as_f64().expect("a width");
        let is_it = |other: &&Finding| {
            let apart_m = (other.centre[0] - gap.centre[0]).hypot(other.centre[1] - gap.centre[1]);
            let same_size = (other.area_m2 - gap.area_m2).abs() < 0.02 + 1e-3 * gap.area_m2;
            apart_m < 0.02 && same_size && (width_m(other) - width_m(gap)).abs() < 0.05
        };
        assert!(among.values().flatten().any(|other| is_it(&other)), "{} at {:?}", gap.reason, gap.centre);
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(1.0)
}
