//! Lines that cross a way in plan.

use std::collections::BTreeMap;

use spatial_db::model::{FeatureKind, NetworkEdge};

use super::{Ask, Crossing, Profile};
use crate::network::clearance::{ClearanceRules, Limit, Verdict, nearest};
use crate::network::section::Size;
use crate::network::topology::plan_m;
use crate::words::Words;

/// Finds what crosses, by distance: every line once at each place where it does. Lines that end on the way belong to it.
pub(super) fn crossings(ask: &Ask<'_>, profile: &Profile) -> Vec<Crossing> {
    let park = ask.cache.snapshot();
    let own: Vec<u32> = profile.runs.iter().map(|run| run.edge).collect();
    let joined: Vec<spatial_db::model::FeatureId> =
        profile.stations.iter().flat_map(|station| station.branches.iter().map(|branch| branch.id)).collect();
    let mut found: BTreeMap<(u32, i64), Crossing> = BTreeMap::new();
    for pair in profile.corners.windows(2) {
        let [a, b] = [pair[0].position, pair[1].position];
        let run = plan_m(a, b);
        if run <= 0.0 {
            continue;
        }
        let low = [0, 1].map(|axis: usize| a[axis].min(b[axis]));
        let high = [0, 1].map(|axis: usize| a[axis].max(b[axis]));
        for row in ask.cache.slots_in_envelope(low, high, FeatureKind::NetworkEdge) {
            let edge = &park.edges[row];
            let row = row as u32;
            if !ask.there.edges[row as usize] || own.contains(&row) || joined.contains(&edge.id) {
                continue;
            }
            for piece in edge.path.windows(2) {
                let flat = |p: [f64; 3]| [p[0], p[1]];
                let near = nearest([flat(a), flat(b)], [flat(piece[0]), flat(piece[1])]);
                let length = plan_m(piece[0], piece[1]);
                // Numbers end: a crossing is found to a micrometre.
                if near.distance.is_nan() || near.distance > 1e-6 || length <= 0.0 {
                    continue;
                }
                let share = ((near.on_a[0] - a[0]).hypot(near.on_a[1] - a[1]) / run).clamp(0.0, 1.0);
                let at_m = pair[0].at_m + (pair[1].at_m - pair[0].at_m) * share;
                let along = (near.on_b[0] - piece[0][0]).hypot(near.on_b[1] - piece[0][1]);
                let other = (along / length).clamp(0.0, 1.0);
                let z = between(piece[0][2], piece[1][2], other);
                let own_z = between(a[2], b[2], share);
                let one = crossing(ask, profile, edge, row, (at_m, near.on_a), [own_z, z]);
                // At a corner two pieces meet it at one place.
                found.entry((row, (at_m * 100.0).round() as i64)).or_insert(one);
            }
        }
    }
    let mut all: Vec<Crossing> = found.into_values().collect();
    all.sort_by(|a, b| a.at_m.total_cmp(&b.at_m).then_with(|| a.key.cmp(&b.key)));
    all.dedup_by(|a, b| a.edge == b.edge && (a.at_m - b.at_m).abs() < 0.02);
    all
}

fn between(a: f64, b: f64, share: f64) -> Option<f64> {
    let z = match share {
        0.0 => a,
        1.0 => b,
        _ => a + (b - a) * share,
    };
    Some(z).filter(|z| z.is_finite())
}

fn crossing(
    ask: &Ask<'_>,
    profile: &Profile,
    edge: &NetworkEdge,
    row: u32,
    (at_m, place): (f64, [f64; 2]),
    [own_axis_m, axis_m]: [Option<f64>; 2],
) -> Crossing {
    let park = ask.cache.snapshot();
    let size = Size::of(edge);
    let known = size.width_m.is_some();
    let mine = profile.run_at(at_m);
    let rule = mine.and_then(|run| ask.clearance.vertical(&park.edges[run.edge as usize], edge));
    let halves = [mine.and_then(|run| run.height_m), known.then_some(size.height_m)];
    let solid: f64 = halves.iter().map(|height| height.unwrap_or(0.0) / 2.0).sum();
    let room_m = own_axis_m.zip(axis_m).map(|(own, other)| (own - other).abs() - solid);
    let sized = !halves.contains(&None);
    let off_m = mine.map_or(0.0, |run| run.off_m) + ask.clearance.quality(edge).height_m;
    Crossing {
        at_m,
        place,
        edge: row,
        id: edge.id,
        key: edge.provenance.key.clone(),
        class: edge.class,
        axis_m,
        size_m: size.width_m.map(|width| [width, size.height_m]),
        size: if known { size.words } else { String::new() },
        material: edge.material.clone(),
        survey_level: edge.survey_level.clone(),
        own_axis_m,
        room_m,
        off_m,
        limit_m: rule.map(|limit| limit.between_m),
        verdict: rule.map(|limit| weigh(ask.clearance, room_m, sized, limit, off_m)),
        rule: rule.map_or_else(Words::default, |limit| ask.clearance.cited(true, limit.row)),
    }
}

/// What a room, m, is worth where the two may lie off by so much together. A wall that is not known lies somewhere outside the axis.
fn weigh(rules: &ClearanceRules, room_m: Option<f64>, sized: bool, limit: Limit, off_m: f64) -> Verdict {
    let [least, most] = limit.between_m;
    let wall = if sized { 0.0 } else { rules.unsized_m.value };
    match room_m {
        None => Verdict::Unknown,
        Some(room) if room + off_m < least => Verdict::Violated,
        Some(room) if room - off_m - wall >= most && !limit.beyond => Verdict::Clear,
        Some(_) if !sized || limit.beyond => Verdict::Unknown,
        Some(_) => Verdict::Possible,
    }
}
