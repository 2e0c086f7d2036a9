//! Checks that walk along lines: elevations against the terrain, and what hangs together.

use std::collections::{BTreeMap, HashMap};

use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;
use serde_json::json;

use super::{Given, Scope};
use crate::model::TerrainGrid;
use crate::schema::Shape;
use crate::store::fields::Ewkb;
use crate::store::{StoreError, ewkb, sql, terrain};
use crate::unions::Unions;
use geo::CoordsIter;

/// A feature with its vertices: easting, northing, elevation, m.
struct Course {
    feature_id: i64,
    layer: String,
    path: Vec<[f64; 3]>,
}

pub(super) fn vertices(bytes: &Ewkb<'_>) -> Vec<[f64; 3]> {
    let Ok((Shape { xy, z }, _)) = ewkb::decode(bytes.0) else { return Vec::new() };
    let heights = z.into_iter().chain(std::iter::repeat(f64::NAN));
    xy.coords_iter().zip(heights).map(|(coord, z)| [coord.x, coord.y, z]).collect()
}

/// How far a feature lies from the ground at its worst vertex.
struct Worst {
    feature_id: i64,
    at: [f64; 2],
    above_m: f64,
}

#[derive(Default)]
struct LayerHeights {
    rows: u64,
    above: Vec<Worst>,
    below: Vec<Worst>,
}

/// Networks above the ground, or absurdly far below it.
pub(super) fn above_or_below(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<Given, StoreError> {
    let Some(ground) = terrain::read(tx, scope.park_id, None)? else { return Ok(Given::default()) };
    let lines = scope.pass.subject == "network_edge";
    let statement = if lines { sql::CHECK_NETWORK_LINES } else { sql::CHECK_NETWORK_POINTS };
    let (above, below) =
        (scope.tolerance("above_m").unwrap_or(f64::INFINITY), scope.tolerance("below_m").unwrap_or(f64::INFINITY));
    let mut layers: BTreeMap<String, LayerHeights> = BTreeMap::new();
    let what = || StoreError::of("reading networks to check their elevations");
    let mut rows = tx.query_raw(statement, [scope.park_id]).map_err(what())?;
    while let Some(row) = rows.next().map_err(what())? {
        let course = if lines {
            Course { feature_id: row.get(0), layer: row.get(2), path: vertices(&row.get(6)) }
        } else {
            Course { feature_id: row.get(0), layer: row.get(1), path: vertices(&row.get(2)) }
        };
        let apart = course.path.iter().filter_map(|[x, y, z]| {
            let above = z - ground.height_at(*x, *y)?;
            above.is_finite().then_some(([*x, *y], above))
        });
        let apart: Vec<([f64; 2], f64)> = apart.collect();
        let highest = apart.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
        let lowest = apart.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
        let (Some((high_at, high)), Some((low_at, low))) = (highest, lowest) else { continue };
        let layer = layers.entry(course.layer).or_default();
        layer.rows += 1;
        if high > above {
            layer.above.push(Worst { feature_id: course.feature_id, at: high_at, above_m: high });
        } else if -low > below {
            layer.below.push(Worst { feature_id: course.feature_id, at: low_at, above_m: low });
        }
    }
    let most = scope.tolerance("most_share").unwrap_or(1.0);
    let mut given = Given::default();
    for (name, layer) in layers {
        for (code, side, found) in
            [("z.above_terrain", "above", layer.above), ("z.below_terrain", "below", layer.below)]
        {
            if layer.rows >= 10 && found.len() as f64 > most * layer.rows as f64 {
                let mut apart: Vec<f64> = found.iter().map(|worst| worst.above_m).collect();
                apart.sort_unstable_by(f64::total_cmp);
                let middle = apart[apart.len() / 2];
                let reason = format!(
                    "{} of its {} features lie {side} the terrain, half of them by more than {:.2} m: its heights are of the ground, in another unit or in another height system",
                    apart.len(),
                    layer.rows,
                    middle.abs()
                );
                let facts = json!({ "rows": layer.rows, "found": apart.len(), "median_above_m": middle });
                given.push(code, None, Some(&name), None, reason, facts);
                continue;
            }
            for Worst { feature_id, at, above_m } in found {
                let reason = format!("it lies {:.2} m {side} the terrain", above_m.abs());
                given.push(code, Some(feature_id), None, Some(at), reason, json!({ "above_m": above_m }));
            }
        }
    }
    Ok(given)
}

/// Ground floors far from the ground.
pub(super) fn bases(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<Given, StoreError> {
    let Some(ground) = terrain::read(tx, scope.park_id, None)? else { return Ok(Given::default()) };
    let limit = |name: &str| scope.tolerance(name).unwrap_or(f64::INFINITY);
    let (above, below) = (limit("above_m"), limit("below_m"));
    let what = || StoreError::of("reading buildings to check their elevations");
    let mut given = Given::default();
    let mut rows = tx.query_raw(sql::CHECK_BUILDING_BASES, [scope.park_id]).map_err(what())?;
    while let Some(row) = rows.next().map_err(what())? {
        let base: f64 = row.get(2);
        let Some(off) = offset(&vertices(&row.get(3)), base, &ground) else { continue };
        if off > above || -off > below {
            let side = if off > 0.0 { "above" } else { "below" };
            let reason = format!("its ground floor at {base:.2} m lies {:.2} m {side} the terrain", off.abs());
            given.push(
                "z.base_differs",
                Some(row.get(0)),
                None,
                None,
                reason,
                json!({ "base_m": base, "above_m": off }),
            );
        }
    }
    Ok(given)
}

fn offset(path: &[[f64; 3]], base: f64, ground: &TerrainGrid) -> Option<f64> {
    let [x, y, _] = path.first()?;
    Some(base - ground.height_at(*x, *y)?).filter(|off| off.is_finite())
}

/// Small parts of a class that hang together with nothing else. Ends are one by their node's key, or by their place.
pub(super) fn islands(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<Given, StoreError> {
    let near = scope.tolerance("near_m").unwrap_or(0.05).max(1e-6);
    let what = || StoreError::of("reading networks to see what hangs together");
    let mut sets = Unions::default();
    let mut by_key: HashMap<(String, String), u32> = HashMap::new();
    let mut by_place: HashMap<(String, i64, i64), u32> = HashMap::new();
    // Feature, class, layer and a set of each line, and where it begins.
    let mut lines: Vec<(i64, String, u32, [f64; 2])> = Vec::new();
    let mut rows = tx.query_raw(sql::CHECK_NETWORK_LINES, [scope.park_id]).map_err(what())?;
    while let Some(row) = rows.next().map_err(what())? {
        let path = vertices(&row.get(6));
        let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
        let class: String = row.get(1);
        let line = sets.add();
        for (key, [x, y, _]) in [(row.get::<_, Option<String>>(3), first), (row.get(4), last)] {
            if let Some(key) = key {
                let node = *by_key.entry((class.clone(), key)).or_insert_with(|| sets.add());
                sets.join(line, node);
            }
            // The four cells around the place, so that a cell's border does not part two ends.
            let cell = |v: f64, step: f64| ((v / near) + step).floor() as i64;
            for (dx, dy) in [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)] {
                let place = *by_place.entry((class.clone(), cell(*x, dx), cell(*y, dy))).or_insert_with(|| sets.add());
                sets.join(line, place);
            }
        }
        lines.push((row.get(0), class, line, [first[0], first[1]]));
    }
    let mut parts: BTreeMap<String, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
    for (at, (_, class, line, _)) in lines.iter().enumerate() {
        parts.entry(class.clone()).or_default().entry(sets.find(*line)).or_default().push(at);
    }
    let limit = |name: &str| scope.tolerance(name).unwrap_or(0.0);
    let mut given = Given::default();
    for (class, parts) in parts {
        let largest = parts.values().map(Vec::len).max().unwrap_or(0);
        if (largest as f64) < limit("min_lines") {
            continue;
        }
        for members in parts.values().filter(|members| members.len() as f64 <= limit("most_lines")) {
            let (feature_id, _, _, at) = &lines[members[0]];
            let many = if members.len() == 1 {
                "it hangs".to_owned()
            } else {
                format!("it and {} other lines hang", members.len() - 1)
            };
            let reason = format!(
                "{many} together with nothing else of the {class} network, whose largest part has {largest} lines"
            );
            let others: Vec<i64> = members[1..].iter().map(|member| lines[*member].0).collect();
            let facts = json!({ "lines": members.len(), "largest_lines": largest, "other_features": others });
            given.push("network.island", Some(*feature_id), None, Some(*at), reason, facts);
        }
    }
    Ok(given)
}
